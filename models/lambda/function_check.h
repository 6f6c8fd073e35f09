/* function_check.h: what is refused of a function when the scenario is read, and what of its settings follows from others. */
#ifndef SLSIM_LAMBDA_FUNCTION_CHECK_H
#define SLSIM_LAMBDA_FUNCTION_CHECK_H

#include "function_state.h"

void function_validate(struct validation *validation, void *config);
void function_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier);

#endif
