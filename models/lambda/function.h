/* function.h: the tables of a function, in both spellings. */
#ifndef SLSIM_LAMBDA_FUNCTION_H
#define SLSIM_LAMBDA_FUNCTION_H

#include "notation/property.h"

/* Those that versions share. */
extern const struct property function_behavior[], function_shared_properties[];

#endif
