/* growth.h: capacity that follows the highest rate that was seen: on-demand streams and tables. A factor of the peak is there at once; what
 * goes beyond waits until capacity has grown, a fixed time after the peak was new. It never shrinks: AWS remembers peaks for a month.
 * Private to this folder. */
#ifndef SLSIM_STREAMS_GROWTH_H
#define SLSIM_STREAMS_GROWTH_H

#include <stdbool.h>
#include <stdint.h>

struct growth {
    double capacity, most; /* units a second */
    double factor;         /* capacity is this times the peak */
    int64_t review_ns;     /* the peak is the highest average over such a time */
    int64_t lag_ns;        /* from the beginning of a new peak to the capacity for it */
    double peak, amount;   /* `amount`: since `since_ns` */
    int64_t since_ns;
    bool reviewing, growing; /* an event of that kind is to come */
    bool mixed;              /* capacity grew within the review under way: its rate is of no use */
};

/* `amount` more units. True when the owner has to call growth_review `review_ns` from now. */
static inline bool growth_add(struct growth *growth, double amount, int64_t now_ns)
{
    growth->amount += amount;
    if (growth->reviewing)
        return false;
    growth->reviewing = true;
    growth->mixed = false;
    growth->since_ns = now_ns;
    growth->amount = amount;
    return true;
}

/* True when the owner has to call growth_grow at `*at_ns`. The next unit starts a new review. */
static inline bool growth_review(struct growth *growth, int64_t now_ns, int64_t *at_ns)
{
    double rate = growth->amount / ((double)growth->review_ns / 1e9);
    growth->reviewing = false;
    if (rate > growth->capacity) /* a burst out of what was saved is no rate */
        rate = growth->capacity;
    if (rate > growth->peak && !growth->mixed)
        growth->peak = rate;
    if (growth->growing || growth->capacity >= growth->most || growth->factor * growth->peak <= growth->capacity)
        return false;
    growth->growing = true;
    *at_ns = growth->since_ns + growth->lag_ns > now_ns ? growth->since_ns + growth->lag_ns : now_ns;
    return true;
}

static inline void growth_grow(struct growth *growth)
{
    double capacity = growth->factor * growth->peak;
    growth->growing = false;
    growth->mixed = true;
    capacity = capacity < growth->most ? capacity : growth->most;
    if (capacity > growth->capacity)
        growth->capacity = capacity;
}

#endif
