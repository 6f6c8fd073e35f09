/* function_call.h: what a call of a function's steps is, by the words that say it: does it only read, and what does it do with its cache?
 */
#ifndef SLSIM_LAMBDA_FUNCTION_CALL_H
#define SLSIM_LAMBDA_FUNCTION_CALL_H

#include "engine/sending.h"
#include "engine/step.h"

#include <stdbool.h>

struct validation;

/* Does it say an operation, or several, that change nothing? */
bool call_only_reads(const struct validation *validation, const struct step_call *call);
/* Sets what follows from the words: `counted`, `cache_use`, `cache_apart`. `call->target` is an entity. */
void function_call_resolve(const struct validation *validation, struct step_call *call);
/* Complains of a cache that is none, and of what has no effect. */
void function_call_check_cache(struct validation *validation, const struct step_call *call, const struct sending *sending);

#endif
