/* function_run.h: an invocation begins: may it start, in which environment, how long does it run. */
#ifndef SLSIM_LAMBDA_FUNCTION_RUN_H
#define SLSIM_LAMBDA_FUNCTION_RUN_H

#include "function_state.h"

void function_accept(struct simulation *simulation, void *self, struct request *request);

#endif
