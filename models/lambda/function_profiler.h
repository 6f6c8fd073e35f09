/* function_profiler.h: CodeGuru Profiler: how a function says that it is on, and what that asks of it. */
#ifndef SLSIM_LAMBDA_FUNCTION_PROFILER_H
#define SLSIM_LAMBDA_FUNCTION_PROFILER_H

#include "function_config.h"

struct validation;

/* Sets config->profiled, and judges language, processor, layer, variables and the right to send. `silent`: it was said of the function. */
void function_profiler_validate(struct validation *validation, struct function_config *config, bool silent);

#endif
