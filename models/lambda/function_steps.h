/* function_steps.h: handlers whose steps call others. */
#ifndef SLSIM_LAMBDA_FUNCTION_STEPS_H
#define SLSIM_LAMBDA_FUNCTION_STEPS_H

#include "function_state.h"

enum status function_steps_create(struct simulation *simulation, struct function *function);
void function_steps_destroy(struct function *function);
/* The handler begins in `before_ns`, its steps `suppressed_ns` later. */
void function_steps_begin(struct simulation *simulation, struct function *function, struct environment *environment,
                          const struct request *request, int64_t before_ns, int64_t suppressed_ns);
/* The time has come at which a busy environment was to be looked at: is the time limit of its handler over, if one runs? */
void function_steps_expired(struct simulation *simulation, struct function *function, struct environment *environment);
/* Whom a call of its steps is for: model_type.beyond. */
uint32_t function_beyond(const struct simulation *simulation, const void *self, const struct request *request);
/* An invocation with steps has ended, and its records were judged: what was done for those that are over for good need not be kept long. */
void function_steps_settle(struct simulation *simulation, struct function *function, const struct request *request, bool good);
/* Does it say an operation, or several, that change nothing? */
bool call_only_reads(const struct validation *validation, const struct step_call *call);
void function_steps_validate(struct validation *validation, const struct function_config *config);
/* What its steps send, for those to judge that get it. */
void function_sends(struct validation *validation, const void *config);

#endif
