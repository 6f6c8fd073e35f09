/* machine_callback.h: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_CALLBACK_H
#define SLSIM_WORKFLOW_MACHINE_CALLBACK_H

#include "machine_state.h"

/* Takes the request, if it is one of the three; false: it is not. */
bool callback_accept(struct simulation *simulation, struct machine *machine, struct request *request);
/* The answer of an API call, which `latency` says when it is there; what it asked for has been done. */
void machine_answer(struct simulation *simulation, struct machine *machine, struct request *request, const struct cause *cause);

#endif
