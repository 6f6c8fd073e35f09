/* machine_start.h: who starts executions. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_START_H
#define SLSIM_WORKFLOW_MACHINE_START_H

#include "machine_state.h"

void machine_accept(struct simulation *simulation, void *self, struct request *request);

#endif
