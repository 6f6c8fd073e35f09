/* machine_execution.h: executions. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_EXECUTION_H
#define SLSIM_WORKFLOW_MACHINE_EXECUTION_H

#include "machine_state.h"

/* An execution like `like` (item, payload, who waits, its kind) begins with the first state of `scope`; its root is not ready yet.
 * `number`: of an item's. POOL_NONE when memory is out. */
uint32_t execution_begin(struct simulation *simulation, struct machine *machine, const struct execution *like, uint32_t scope,
                         uint32_t number);
/* It is over: what is under way for it is dropped, it is measured, billed, and counted, or who waits gets the answer. */
void execution_close(struct simulation *simulation, struct machine *machine, uint32_t id, enum execution_end end,
                     const struct cause *cause);
/* Its root has failed, and nothing handles that. */
void execution_fail(struct simulation *simulation, struct machine *machine, uint32_t id, const struct error *error);
/* So many events more in its history. */
void execution_event(struct machine *machine, struct execution *execution, int64_t count);
/* Has it more of them than it may? */
bool execution_is_too_long(const struct machine *machine, const struct execution *execution);
/* The execution of another machine whose root that is, which a task waits for, is to be stopped. */
void execution_stop_child(struct simulation *simulation, uint32_t machine, uint32_t root);
/* The event MACHINE_DEADLINE. */
void executions_due(struct simulation *simulation, struct machine *machine, uint32_t line);

#endif
