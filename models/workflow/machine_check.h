/* machine_check.h: what is judged when the scenario is read. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_CHECK_H
#define SLSIM_WORKFLOW_MACHINE_CHECK_H

#include "machine_state.h"

struct sending;
struct validation;

bool is_machine_type(const struct model_type *type);
void machine_validate(struct validation *validation, void *blob);
void machine_sends(struct validation *validation, const void *config);
void machine_receives(struct validation *validation, const struct sending *sending, const void *config);

/* machine_target.c: whom a task calls; fills in the plan. */
void task_plan(struct validation *validation, const struct machine *machine, const struct workflow_state *state, struct state_plan *plan);
/* The same: what a Map's reader or writer calls; ENTITY_NONE: no bucket of the scenario. */
uint32_t access_target(struct validation *validation, const struct workflow_task *task);
/* The `index`-th thing that a state calls (a Map may have two), where it is said within the state, and whom; NULL: there are no more. */
const struct workflow_task *state_calls(const struct workflow_state *state, const struct state_plan *plan, size_t index,
                                        const char **within, uint32_t *target);
#define STATE_CALLS_MOST 2u
/* machine_rights.c: what it does in the name of its role. */
void machine_rights(struct validation *validation, const struct machine *machine);

#endif
