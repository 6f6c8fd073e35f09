/* event_queue.h: the pending events of one replication.
 *
 * The order is a contract: by time, then rank (what frees capacity, then what asks for it, then expiries: an environment
 * idle for exactly its keep-alive still serves), then the order in which the events were scheduled. Two implementations keep
 * it, a 4-ary heap and a ladder queue; the tests hold them against each other. */
#ifndef SLSIM_ENGINE_EVENT_QUEUE_H
#define SLSIM_ENGINE_EVENT_QUEUE_H

#include "engine/pool.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>

enum event_rank { RANK_COMPLETION = 0, RANK_ARRIVAL = 1, RANK_EXPIRY = 2 };

enum event_queue_kind { EVENT_QUEUE_LADDER, EVENT_QUEUE_HEAP }; /* the first is the default: it is faster */

struct event {
    int64_t time_ns;
    uint64_t order;  /* rank in the top two bits, then the ordinal of scheduling: set by the queue */
    uint32_t entity; /* whose `handle` gets it */
    uint16_t kind;   /* the model's own enum */
    uint16_t small;  /* the model's own, free to use */
    uint32_t data;   /* the model's own: mostly a pool id */
    uint32_t link;   /* the queue's own */
};

struct event_queue; /* opaque: one of the two kinds */

/* `account` is borrowed for the queue's life and may be NULL. */
enum status event_queue_new(enum event_queue_kind kind, struct memory_account *account, struct event_queue **queue);
void event_queue_free(struct event_queue *queue);

/* Copies *event in, setting its `order` from `rank` and the queue's own count. Time must not lie before the last event popped.
 * STATUS_LIMIT or STATUS_NO_MEMORY when the queue cannot grow. Amortised O(log n) (heap) or O(1) (ladder). */
enum status event_queue_push(struct event_queue *queue, enum event_rank rank, const struct event *event);

/* Removes the first event; false when there is none. */
bool event_queue_pop(struct event_queue *queue, struct event *event);

/* The first event's time without removing it; TIME_FOREVER when there is none. */
int64_t event_queue_next_ns(struct event_queue *queue);

/* One of the events to come, about the `distance`-th from now, for fetching its memory ahead; NULL when that is not known cheaply. */
const struct event *event_queue_ahead(const struct event_queue *queue, uint32_t distance);

uint64_t event_queue_count(const struct event_queue *queue);

#endif
