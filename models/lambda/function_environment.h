/* function_environment.h: environments from their creation to their end. */
#ifndef SLSIM_LAMBDA_FUNCTION_ENVIRONMENT_H
#define SLSIM_LAMBDA_FUNCTION_ENVIRONMENT_H

#include "function_state.h"

/* NULL when memory is out; the run has failed then. */
struct environment *environment_create(struct simulation *simulation, struct function *function, const struct network_stand *stand);
void environment_destroy(struct simulation *simulation, struct function *function, struct environment *environment);
/* It is gone at once, without a shutdown. `event_pending`: one that names it, other than its expiry, is still to come. */
void environment_lose(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending);
/* An event of it comes at `at_ns` at the latest. */
void environment_look_by(struct simulation *simulation, struct function *function, struct environment *environment, int64_t at_ns);
/* For REUSE_RANDOM: which of the idle ones serves this request, in [0, 1). */
double reuse_chance(struct function *function, const struct request *request);

#endif
