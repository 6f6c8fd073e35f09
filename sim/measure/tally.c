/* tally.c: statistics of values that are observed one by one. */
#include "measure/tally.h"

#include <math.h>
#include <stdlib.h>

void tally_part_init(struct tally_part *part)
{
    *part = (struct tally_part){.minimum = INT64_MAX, .maximum = INT64_MIN};
}

void tally_part_fini(struct tally_part *part)
{
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        if (part->histograms[i])
            histogram_fini(part->histograms[i]);
        free(part->histograms[i]);
    }
    tally_part_init(part);
}

void tally_init(struct tally *tally)
{
    tally_part_init(&tally->current);
    tally_part_init(&tally->whole);
    tally->total = NULL;
}

void tally_fini(struct tally *tally)
{
    tally_part_fini(&tally->current);
    tally_part_fini(&tally->whole);
}

struct histogram *tally_part_histogram(struct tally_part *part, enum tally_class class)
{
    if (!part->histograms[class])
        part->histograms[class] = calloc(1, sizeof *part->histograms[class]);
    if (!part->histograms[class])
        part->failed = true;
    return part->histograms[class];
}

void tally_part_merge(struct tally_part *into, const struct tally_part *from)
{
    into->failed |= from->failed;
    into->count += from->count;
    into->sum += from->sum;
    if (from->minimum < into->minimum)
        into->minimum = from->minimum;
    if (from->maximum > into->maximum)
        into->maximum = from->maximum;
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        const struct histogram *source = from->histograms[i];
        struct histogram *target = source ? tally_part_histogram(into, (enum tally_class)i) : NULL;
        if (target)
            histogram_merge(target, source);
    }
}

void tally_part_clear(struct tally_part *part)
{
    struct tally_part cleared;
    tally_part_init(&cleared);
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        cleared.histograms[i] = part->histograms[i];
        if (cleared.histograms[i])
            histogram_clear(cleared.histograms[i]);
    }
    *part = cleared;
}

bool tally_part_failed(const struct tally_part *part)
{
    bool failed = part->failed;
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        if (!part->histograms[i])
            continue;
        histogram_settle(part->histograms[i]);
        failed |= part->histograms[i]->failed;
    }
    return failed;
}

void tally_fold(struct tally *tally)
{
    if (tally->current.count == 0)
        return;
    if (tally->whole.count > 0) {
        tally_part_merge(&tally->whole, &tally->current);
    } else {
        /* The first fold, often the only one: changing places takes no second set of histograms. */
        struct tally_part first = tally->current;
        tally->current = tally->whole;
        tally->whole = first;
    }
    tally_part_clear(&tally->current);
}

double tally_part_average(const struct tally_part *part)
{
    return part->count ? (double)part->sum / (double)part->count : NAN;
}

double tally_part_quantile(const struct tally_part *part, double share)
{
    if (part->count == 0)
        return NAN;
    const struct histogram *histograms[TALLY_CLASSES] = {part->histograms[TALLY_WARM], part->histograms[TALLY_COLD]};
    double value = histogram_quantile_together(histograms, TALLY_CLASSES, part->count, share);
    return fmin(fmax(value, (double)part->minimum), (double)part->maximum);
}
