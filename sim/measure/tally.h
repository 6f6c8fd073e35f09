/* tally.h: statistics of values that are observed one by one: durations, ages, sizes. By period and as a whole, by class (cold, warm) where
 * there are classes. */
#ifndef SLSIM_MEASURE_TALLY_H
#define SLSIM_MEASURE_TALLY_H

#include "engine/sim_time.h"
#include "measure/histogram.h"

#include <stdbool.h>
#include <stdint.h>

enum tally_class { TALLY_ALL = 0, TALLY_WARM = 0, TALLY_COLD = 1, TALLY_CLASSES = 2 };

/* Count, sum, extremes and histograms of what was seen. */
struct tally_part {
    int128 sum;
    uint64_t count;
    int64_t minimum;                             /* INT64_MAX while empty */
    int64_t maximum;                             /* INT64_MIN while empty */
    struct histogram *histograms[TALLY_CLASSES]; /* owned; NULL until the class is seen */
    bool failed;                                 /* memory ran out: the histograms lack values, the rest is right */
};

struct tally {
    struct tally_part current; /* of the period under way */
    struct tally_part whole;   /* of the periods that are over */
    struct tally *total;       /* as counter's */
};

void tally_init(struct tally *tally);
void tally_fini(struct tally *tally);
void tally_part_init(struct tally_part *part);
void tally_part_fini(struct tally_part *part);

/* The class's histogram, made if need be; NULL, with `failed` set, when memory is out. */
struct histogram *tally_part_histogram(struct tally_part *part, enum tally_class class);

static inline void tally_part_add(struct tally_part *part, enum tally_class class, int64_t value)
{
    part->count++;
    part->sum += (uint64_t)value; /* as one that is never negative: widening it then takes no sign */
    if (value < part->minimum)
        part->minimum = value;
    if (value > part->maximum)
        part->maximum = value;
    struct histogram *histogram = part->histograms[class];
    if (__builtin_expect(!histogram, 0) && !(histogram = tally_part_histogram(part, class)))
        return;
    histogram_note(histogram, (uint64_t)value);
}

/* `value` >= 0. */
static inline void tally_add(struct tally *tally, enum tally_class class, int64_t value)
{
    tally_part_add(&tally->current, class, value);
    for (struct tally *total = tally->total; total; total = total->total)
        tally_part_add(&total->current, class, value);
}

void tally_part_merge(struct tally_part *into, const struct tally_part *from);
/* Forgets everything, also a failure; keeps the memory. */
void tally_part_clear(struct tally_part *part);
/* Is any value missing from the histograms? Then the run must not be trusted. */
bool tally_part_failed(const struct tally_part *part);
/* whole += current; current = nothing. */
void tally_fold(struct tally *tally);

/* Of all classes together. NaN when empty. */
double tally_part_average(const struct tally_part *part);
/* As histogram_quantile, clamped to the exact minimum and maximum. */
double tally_part_quantile(const struct tally_part *part, double share);

#endif
