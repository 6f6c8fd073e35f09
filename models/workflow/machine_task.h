/* machine_task.h: tasks. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_TASK_H
#define SLSIM_WORKFLOW_MACHINE_TASK_H

#include "machine_state.h"

/* The strand's state, a Task, begins a try. */
void task_begin(struct simulation *simulation, struct machine *machine, uint32_t id);
/* Something that the strand's state says, about `item`, to `target`; its answer comes to task_answered. */
void task_send(struct simulation *simulation, struct machine *machine, uint32_t id, uint32_t target, const struct workflow_task *task,
               uint64_t item);
/* The answer to what a task sent. */
void task_answered(struct simulation *simulation, struct machine *machine, struct request *request);
/* What is not simulated is done, or somebody calls back. */
void task_served(struct simulation *simulation, struct machine *machine, uint32_t id);
/* Who has its token has said how it ended. */
void task_called_back(struct simulation *simulation, struct machine *machine, uint32_t id, bool good);
/* The same, that it is still at work: silence is counted from now on. */
void task_is_alive(struct simulation *simulation, struct machine *machine, uint32_t id);
/* Its time is over. */
void task_timed_out(struct simulation *simulation, struct machine *machine, uint32_t id, bool silent);

#endif
