/* machine_run.h: events of a state machine. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_RUN_H
#define SLSIM_WORKFLOW_MACHINE_RUN_H

#include "machine_state.h"

void machine_happens(struct simulation *simulation, struct machine *machine, const struct event *event);

#endif
