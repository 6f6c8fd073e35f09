/* event_order.h: which of two events comes first, for the queues alone. */
#ifndef SLSIM_ENGINE_EVENT_ORDER_H
#define SLSIM_ENGINE_EVENT_ORDER_H

#include "engine/event_queue.h"
#include "engine/sim_time.h"

#include <stdbool.h>

/* One comparison of 128 bits, not two of 64: compilers make it two instructions and no branch. Times are never negative. */
static inline bool event_before(const struct event *a, const struct event *b)
{
    int128 key_a = (int128)a->time_ns << 64 | (int128)a->order;
    int128 key_b = (int128)b->time_ns << 64 | (int128)b->order;
    return key_a < key_b;
}

#endif
