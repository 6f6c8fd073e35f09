/* function_idle.h: environments between two invocations: kept alive, expired, dropped. */
#ifndef SLSIM_LAMBDA_FUNCTION_IDLE_H
#define SLSIM_LAMBDA_FUNCTION_IDLE_H

#include "function_state.h"

/* It is no longer busy: it waits for work, or has grown too old. */
void environment_release(struct simulation *simulation, struct function *function, struct environment *environment);
/* The time has come at which it was to be looked at, and it is not busy. */
void environment_expire(struct simulation *simulation, struct function *function, struct environment *environment);
/* All that are idle. */
void environments_drop_idle(struct simulation *simulation, struct function *function);
/* Those that are idle in a place. */
static inline struct idle_set *function_idle_in(struct function *function, uint32_t place)
{
    return place == 0 || !function->elsewhere ? &function->idle : &function->elsewhere[place - 1].idle;
}

#endif
