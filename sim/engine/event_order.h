/* event_order.h: which of two events comes first, and their making, for the queues alone. */
#ifndef SLSIM_ENGINE_EVENT_ORDER_H
#define SLSIM_ENGINE_EVENT_ORDER_H

#include "engine/event_queue.h"
#include "engine/sim_time.h"

#include <stdbool.h>

/* One comparison of 128 bits, not two of 64: compilers make it two instructions and no branch. Times are never negative. */
static inline int128 event_key(int64_t time_ns, uint64_t order)
{
    return (int128)time_ns << 64 | (int128)order;
}

static inline bool event_before(const struct event *a, const struct event *b)
{
    return event_key(a->time_ns, a->order) < event_key(b->time_ns, b->order);
}

/* *to = *event with its order. Member by member, so that an event just made goes from registers to its place: as a block it was stored in
 * parts and read back as a whole, and the processor waited 10 ns for the parts to arrive. */
static inline void event_put(struct event *to, const struct event *event, uint64_t order)
{
    to->time_ns = event->time_ns;
    to->order = order;
    to->entity = event->entity;
    to->kind = event->kind;
    to->small = event->small;
    to->data = event->data;
}

#endif
