/* histogram.c: log-linear buckets on pages, one page an octave. */
#include "measure/histogram.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void histogram_init(struct histogram *histogram)
{
    *histogram = (struct histogram){0};
}

void histogram_fini(struct histogram *histogram)
{
    free(histogram->buckets);
    *histogram = (struct histogram){0};
}

uint64_t histogram_bucket_low(uint32_t bucket)
{
    if (bucket < 2 * HISTOGRAM_PAGE)
        return bucket;
    uint32_t shift = bucket / HISTOGRAM_PAGE - 1;
    return (uint64_t)(HISTOGRAM_PAGE + bucket % HISTOGRAM_PAGE) << shift;
}

uint64_t histogram_bucket_high(uint32_t bucket)
{
    return bucket + 1 < HISTOGRAM_BUCKETS ? histogram_bucket_low(bucket + 1) : UINT64_MAX;
}

/* One page more at a time: it happens at most HISTOGRAM_PAGES times, and a long tail of unused room would cost every function of a fleet.
 */
static bool make_room(struct histogram *histogram)
{
    size_t pages = (size_t)histogram->page_room + 1;
    uint64_t *buckets = realloc(histogram->buckets, pages * HISTOGRAM_PAGE * sizeof *buckets);
    if (!buckets)
        return false;
    histogram->buckets = buckets;
    histogram->page_room = (uint8_t)pages;
    return true;
}

static uint64_t *page_at(const struct histogram *histogram, uint32_t page)
{
    uint32_t place = histogram->place[page];
    return place == 0 ? NULL : histogram->buckets + (size_t)(place - 1) * HISTOGRAM_PAGE;
}

uint64_t *histogram_page(struct histogram *histogram, uint32_t page)
{
    uint64_t *buckets = page_at(histogram, page);
    if (buckets)
        return buckets;
    if (histogram->page_count == histogram->page_room && !make_room(histogram)) {
        histogram->failed = true;
        return NULL;
    }
    histogram->place[page] = ++histogram->page_count;
    buckets = page_at(histogram, page);
    memset(buckets, 0, HISTOGRAM_PAGE * sizeof *buckets);
    return buckets;
}

void histogram_settle(const struct histogram *histogram)
{
    if (histogram->waiting_count == 0)
        return;
    struct histogram *own = (struct histogram *)(uintptr_t)histogram;
    for (uint32_t i = 0; i < own->waiting_count; i++)
        histogram_add(own, own->waiting[i], 1);
    own->waiting_count = 0;
}

void histogram_note_now(struct histogram *histogram, uint64_t value)
{
    histogram_settle(histogram);
    histogram_add(histogram, value, 1);
    histogram->waiting_room = HISTOGRAM_WAITING;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    histogram_settle(from);
    into->failed |= from->failed;
    for (uint32_t page = 0; page < HISTOGRAM_PAGES; page++) {
        const uint64_t *source = page_at(from, page);
        uint64_t *target = source ? histogram_page(into, page) : NULL;
        if (!target)
            continue;
        for (uint32_t i = 0; i < HISTOGRAM_PAGE; i++)
            target[i] += source[i];
    }
}

void histogram_move(struct histogram *into, struct histogram *from)
{
    histogram_settle(from);
    if (into->page_count == 0 && into->waiting_count == 0) {
        from->failed |= into->failed;
        histogram_fini(into);
        *into = *from;
        histogram_init(from);
        return;
    }
    histogram_merge(into, from);
    histogram_fini(from);
}

void histogram_clear(struct histogram *histogram)
{
    memset(histogram->place, 0, sizeof histogram->place);
    histogram->page_count = 0;
    histogram->waiting_count = 0;
    histogram->waiting_room = 0;
    histogram->failed = false;
}

uint64_t histogram_count(const struct histogram *histogram)
{
    histogram_settle(histogram);
    uint64_t count = 0;
    for (size_t i = 0; i < (size_t)histogram->page_count * HISTOGRAM_PAGE; i++)
        count += histogram->buckets[i];
    return count;
}

/* The least whole number that is at least share x total. The product may miss a whole number by its last bits (0.07 x 100 is a little more
 * than 7), and a rank too high would be a wrong percentile of few values: what is within rounding of a whole number is that number. */
static uint64_t rank_of(double share, uint64_t total)
{
    double exact = share * (double)total;
    double nearest = nearbyint(exact);
    double rank = fabs(exact - nearest) <= 4 * DBL_EPSILON * exact ? nearest : ceil(exact);
    if (!(rank >= 1))
        return 1;
    return rank >= (double)total ? total : (uint64_t)rank;
}

/* The middle of the whole numbers in a bucket. */
static double middle_of(uint32_t bucket)
{
    uint64_t low = histogram_bucket_low(bucket);
    return (double)low + (double)(histogram_bucket_high(bucket) - 1 - low) / 2;
}

double histogram_quantile_together(const struct histogram *const *histograms, size_t count, uint64_t total, double share)
{
    if (total == 0)
        return 0;
    for (size_t h = 0; h < count; h++)
        if (histograms[h])
            histogram_settle(histograms[h]);
    uint64_t rank = rank_of(share, total), seen = 0;
    uint32_t last = 0;
    for (uint32_t page = 0; page < HISTOGRAM_PAGES; page++) {
        uint64_t weights[HISTOGRAM_PAGE] = {0};
        bool any = false;
        for (size_t h = 0; h < count; h++) {
            const uint64_t *source = histograms[h] ? page_at(histograms[h], page) : NULL;
            if (!source)
                continue;
            any = true;
            for (uint32_t i = 0; i < HISTOGRAM_PAGE; i++)
                weights[i] += source[i];
        }
        for (uint32_t i = 0; any && i < HISTOGRAM_PAGE; i++) {
            if (weights[i] == 0)
                continue;
            last = page * HISTOGRAM_PAGE + i;
            seen += weights[i];
            if (seen >= rank)
                return middle_of(last);
        }
    }
    return middle_of(last); /* only when values are missing for lack of memory */
}

double histogram_quantile(const struct histogram *histogram, double share)
{
    return histogram_quantile_together(&histogram, 1, histogram_count(histogram), share);
}

bool histogram_next(const struct histogram *histogram, uint32_t *bucket, uint64_t *weight)
{
    histogram_settle(histogram);
    for (uint32_t at = *bucket; at < HISTOGRAM_BUCKETS; at++) {
        const uint64_t *page = page_at(histogram, at / HISTOGRAM_PAGE);
        if (!page) {
            at |= HISTOGRAM_PAGE - 1; /* on to the next page */
            continue;
        }
        if (page[at % HISTOGRAM_PAGE] != 0) {
            *bucket = at;
            *weight = page[at % HISTOGRAM_PAGE];
            return true;
        }
    }
    return false;
}
