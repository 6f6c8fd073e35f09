/* machine_retry.h: Retry and Catch. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_RETRY_H
#define SLSIM_WORKFLOW_MACHINE_RETRY_H

#include "machine_state.h"

/* The strand's state has failed by its `error`: it is tried again, or goes on at a Catch, or fails what holds it. The strand may be gone
 * after it. */
void strand_failed(struct simulation *simulation, struct machine *machine, uint32_t id);

#endif
