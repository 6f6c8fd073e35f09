/* counter.h: counts what happens, by period and as a whole. */
#ifndef SLSIM_MEASURE_COUNTER_H
#define SLSIM_MEASURE_COUNTER_H

#include <stdint.h>

struct counter {
    uint64_t current;      /* of the period under way */
    uint64_t whole;        /* of the periods that are over, since the end of the warm-up */
    struct counter *total; /* the type's sum over its resources; NULL: not wanted */
};

static inline void counter_add(struct counter *counter, uint64_t count)
{
    counter->current += count;
    if (counter->total)
        counter->total->current += count;
}

#endif
