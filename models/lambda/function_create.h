/* function_create.h: the state of a function at the beginning of a replication, and its end. */
#ifndef SLSIM_LAMBDA_FUNCTION_CREATE_H
#define SLSIM_LAMBDA_FUNCTION_CREATE_H

#include "function_state.h"

enum status function_create(struct simulation *simulation, void *self);
/* For model_type.stops_loops: rules recursion_*. */
bool function_stops_loops(const struct rule_book *rules, const void *config);
void function_destroy(struct simulation *simulation, void *self);
/* What follows from the configuration alone, and may change with it while it runs. */
void function_derive(struct simulation *simulation, struct function *function);

#endif
