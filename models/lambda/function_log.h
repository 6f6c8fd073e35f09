/* function_log.h: what functions log and trace. Source: rules log_*, xray_*. */
#ifndef SLSIM_LAMBDA_FUNCTION_LOG_H
#define SLSIM_LAMBDA_FUNCTION_LOG_H

#include "function_state.h"

/* The rows of LoggingConfig, and of TracingConfig. */
extern const struct property function_logging_properties[], function_tracing_properties[];
extern const char *const function_tracing_choices[]; /* of the serverless form */
void function_log_validate(struct validation *validation, const struct function_config *config);
/* The lines of an invocation that is over. */
void function_log(struct simulation *simulation, struct function *function, const struct request *request, bool cold, bool failed);
/* The bytes of all that it logged, as they are billed. */
double function_logged_bytes(const struct rule_book *rules, const struct function *function);
/* A request comes to a function with active tracing: is a trace of it begun? Source: rules xray_*. */
void function_trace(struct simulation *simulation, struct function *function, const struct request *request);

#endif
