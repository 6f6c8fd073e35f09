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
/* machine_rights.c: what it does in the name of its role. */
void machine_rights(struct validation *validation, const struct machine *machine);

#endif
