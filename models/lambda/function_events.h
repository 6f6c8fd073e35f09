/* function_events.h: the events and the answers that a function gets: each is handed to whoever waits for it. */
#ifndef SLSIM_LAMBDA_FUNCTION_EVENTS_H
#define SLSIM_LAMBDA_FUNCTION_EVENTS_H

#include "function_state.h"

void function_prefetch(const struct simulation *simulation, const void *self, const struct event *event, bool near);
void function_handle(struct simulation *simulation, void *self, const struct event *event);
void function_done(struct simulation *simulation, void *self, struct request *request);
/* STATUS_INTERNAL where the environments' busy time is not the integral of the concurrency. */
enum status function_finish(struct simulation *simulation, void *self);

#endif
