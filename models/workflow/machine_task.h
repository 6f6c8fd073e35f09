/* machine_task.h: tasks. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_TASK_H
#define SLSIM_WORKFLOW_MACHINE_TASK_H

#include "machine_state.h"

/* The strand's state, a Task, begins a try. */
void task_begin(struct simulation *simulation, struct machine *machine, uint32_t id);
/* The answer to what a task sent. */
void task_answered(struct simulation *simulation, struct machine *machine, struct request *request);
/* What is not simulated is done, or somebody calls back. */
void task_served(struct simulation *simulation, struct machine *machine, uint32_t id);
/* Its time is over. */
void task_timed_out(struct simulation *simulation, struct machine *machine, uint32_t id, bool silent);

#endif
