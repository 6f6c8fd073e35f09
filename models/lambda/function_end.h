/* function_end.h: an invocation is over: what it did is measured, billed and answered. */
#ifndef SLSIM_LAMBDA_FUNCTION_END_H
#define SLSIM_LAMBDA_FUNCTION_END_H

#include "function_state.h"

/* ... as the outcome and the duration of `environment` say. */
void function_complete(struct simulation *simulation, struct function *function, struct environment *environment);
/* Its extensions are done, too. */
void function_finished(struct simulation *simulation, struct function *function, struct environment *environment);
/* An environment was made ahead of its request: what its INIT or restore, `init_ns` long, is measured as, and costs. */
void function_initialised(struct function *function, int64_t init_ns);

#endif
