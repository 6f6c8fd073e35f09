/* function_change.h: settings change while a function runs. */
#ifndef SLSIM_LAMBDA_FUNCTION_CHANGE_H
#define SLSIM_LAMBDA_FUNCTION_CHANGE_H

#include "function_state.h"

void function_changed(struct simulation *simulation, void *self, size_t offset);

#endif
