/* function_stream.h: responses that are streamed. Source: rules stream_*. */
#ifndef SLSIM_LAMBDA_FUNCTION_STREAM_H
#define SLSIM_LAMBDA_FUNCTION_STREAM_H

#include "function_state.h"

/* How many bytes the handler answers, where config.response says it; the same whenever it is asked. */
double function_response_bytes(struct function *function, const struct request *request);
/* ... and how many it may. */
double function_response_limit(const struct function *function, const struct request *request);
/* Is the response to this request streamed? Events and batches are answered at once, whatever the mode. */
static inline bool function_streams(const struct function *function, const struct request *request)
{
    return function->config.response_mode == RESPONSE_STREAM && !request->asynchronous && !request->is_batch;
}
/* How much longer the response takes than the handler that makes it. */
int64_t function_stream_ns(struct function *function, const struct request *request);
/* What is measured and billed of a response that was streamed to its end. */
void function_streamed(struct simulation *simulation, struct function *function, const struct request *request);
void function_stream_init(struct simulation *simulation, struct function *function);
extern const struct property function_url_properties[];

#endif
