/* counter.h: counts what happens, by period and as a whole. */
#ifndef SLSIM_MEASURE_COUNTER_H
#define SLSIM_MEASURE_COUNTER_H

#include <stdint.h>

struct counter {
    uint64_t current;      /* of the period under way */
    uint64_t whole;        /* of the periods that are over, since the end of the warm-up */
    struct counter *total; /* whoever counts the same too: the whole that this is a part of, an observer, the type's sum; NULL: nobody */
};

static inline void counter_add(struct counter *counter, uint64_t count)
{
    counter->current += count;
    for (struct counter *total = counter->total; total; total = total->total)
        total->current += count;
}

#endif
