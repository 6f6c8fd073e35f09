/* function_async.h: the internal event queue of asynchronous invocation: retries, destinations, dead letters. Source: rules async_*. */
#ifndef SLSIM_LAMBDA_FUNCTION_ASYNC_H
#define SLSIM_LAMBDA_FUNCTION_ASYNC_H

#include "function_state.h"

extern const struct cause cause_recursion; /* a loop was stopped: the invocation did not happen */

enum status function_async_create(struct simulation *simulation, struct function *function);
/* Answers at once, unless the event is too large, and queues it. */
void function_async_accept(struct simulation *simulation, struct function *function, struct request *request);
void function_async_validate(struct validation *validation, const struct function_config *config);

/* How the record of an event looks that a destination gets, and which of the two a request is. */
extern const struct envelope *const function_envelopes[];
uint32_t function_envelope(const struct simulation *simulation, const void *self, const struct request *request);

#endif
