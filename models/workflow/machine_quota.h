/* machine_quota.h: what the machines of an account share. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_QUOTA_H
#define SLSIM_WORKFLOW_MACHINE_QUOTA_H

#include "machine_state.h"

void quota_init(struct simulation *simulation, struct machine *keeper);
void quota_fini(struct machine *keeper);
/* Why an execution may not start now; NULL: it may, and has taken its token. */
const struct cause *quota_refusal(struct simulation *simulation, struct machine *machine);
/* A call of that kind; false: it is beyond the quota. */
bool quota_take_callback(struct simulation *simulation, struct machine *machine, enum callback_kind kind);
/* An execution of type STANDARD began (1) or ended (-1). */
void quota_open(struct simulation *simulation, const struct machine *machine, int change);
/* A token for the strand's transition: true: it has it; else it stands in line, and is ready when it has one. */
bool quota_take_transition(struct simulation *simulation, struct machine *machine, uint32_t strand);
/* The keeper's event MACHINE_TOKENS. */
void quota_tokens(struct simulation *simulation, struct machine *keeper);

#endif
