/* event_ladder.h: a ladder queue of events, for event_queue.c alone; everyone else uses event_queue.h. */
#ifndef SLSIM_ENGINE_EVENT_LADDER_H
#define SLSIM_ENGINE_EVENT_LADDER_H

#include "engine/event_queue.h"
#include "engine/pool.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LADDER_RUNGS 32u
#define LADDER_RANKS 4u

/* One rung: unsorted buckets of 2^shift ns each over [start, covered), then `rest` for [covered, end). Where it ends the rung outside it
 * goes on; the outermost has no end. Times are unsigned here, so that sums of two of them fit. */
struct ladder_rung {
    uint64_t start_ns;
    uint64_t covered_ns;
    uint64_t end_ns;
    uint32_t *buckets; /* owned; the newest node of each, or none */
    uint32_t bucket_capacity;
    uint32_t bucket_count;
    uint32_t current; /* the buckets before this one are empty and done with */
    uint32_t shift;
    uint32_t rest; /* the newest node, or none */
};

struct event_ladder {
    struct event *bottom; /* owned; sorted, the first event last */
    uint32_t bottom_count;
    uint32_t bottom_capacity;
    uint64_t bottom_end_ns; /* what comes before this belongs to the bottom */

    /* Many events of one instant need no sorting: a queue for each rank, as order follows scheduling. */
    uint64_t instant_ns; /* UINT64_MAX: none */
    uint32_t instant_first[LADDER_RANKS];
    uint32_t instant_last[LADDER_RANKS];

    struct event *nodes; /* owned; linked by `link` */
    uint32_t node_capacity;
    uint32_t node_fresh; /* nodes from here on were never used */
    uint32_t node_free;  /* a chain */

    uint32_t rung_count;
    struct ladder_rung rungs[LADDER_RUNGS]; /* outermost first */
    struct memory_account *account;
};

/* `account` is borrowed and may be NULL. On failure nothing is left. */
enum status event_ladder_init(struct event_ladder *ladder, struct memory_account *account);
void event_ladder_fini(struct event_ladder *ladder);
/* Puts *event in, with this order. Amortised O(1). STATUS_LIMIT or STATUS_NO_MEMORY leave out the event and nothing else. */
enum status event_ladder_push(struct event_ladder *ladder, const struct event *event, uint64_t order);
/* Amortised O(1). Never fails for want of memory: rungs then have fewer buckets. */
bool event_ladder_pop(struct event_ladder *ladder, struct event *event);
/* As event_queue_ahead. */
const struct event *event_ladder_ahead(const struct event_ladder *ladder, uint32_t distance);
int64_t event_ladder_next_ns(struct event_ladder *ladder);

#endif
