/* queue_poll.h: who receives, and deletes what was worked on. */
#ifndef SLSIM_MESSAGING_QUEUE_POLL_H
#define SLSIM_MESSAGING_QUEUE_POLL_H

#include "queue_state.h"

extern const struct pollable queue_pollable;

#endif
