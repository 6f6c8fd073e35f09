/* histogram.h: a log-linear histogram of non-negative integers (nanoseconds, bytes, counts): exact below 128, then 64 buckets an octave, so
 * a percentile is within 0.8 % (half a bucket). A page of 64 buckets is made when its octave is first seen: an empty histogram is 136
 * bytes, one of durations within a factor of four about 1.6 KB, and no histogram more than 30 KB. */
#ifndef SLSIM_MEASURE_HISTOGRAM_H
#define SLSIM_MEASURE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_PAGE 64u
#define HISTOGRAM_PAGES 59u
#define HISTOGRAM_BUCKETS (HISTOGRAM_PAGE * HISTOGRAM_PAGES)
#define HISTOGRAM_WAITING 7u

/* All zero is an empty histogram. Values up to INT64_MAX. */
struct histogram {
    /* Values of weight 1 that are not in their buckets yet. Of thousands of histograms in use none is in cache: then one line is waited for
     * at each value, and the buckets' at each seventh. Measured: 5 to 7 % less for a fleet of 4,000 functions, 1 to 2 % more for one. */
    uint32_t waiting_count;
    uint32_t waiting_room; /* 0 before the first value, which goes to its bucket at once, then HISTOGRAM_WAITING */
    uint64_t waiting[HISTOGRAM_WAITING];
    uint64_t *buckets;              /* owned; page_room pages, in the order in which their octaves were first seen */
    uint8_t place[HISTOGRAM_PAGES]; /* of each octave's page, counted from 1; 0: nothing of it was seen */
    uint8_t page_count;
    uint8_t page_room;
    bool failed; /* memory ran out: some values are missing, the run must not be trusted */
};

void histogram_init(struct histogram *histogram);
void histogram_fini(struct histogram *histogram);

static inline uint32_t histogram_bucket(uint64_t value)
{
    uint32_t shift = 57u - (uint32_t)__builtin_clzll(value | HISTOGRAM_PAGE); /* keeps the top 7 bits; 0 below 128 */
    return shift * HISTOGRAM_PAGE + (uint32_t)(value >> shift);
}
/* [low, high) of a bucket; the last bucket of all ends at UINT64_MAX. */
uint64_t histogram_bucket_low(uint32_t bucket);
uint64_t histogram_bucket_high(uint32_t bucket);

/* The slow way to an octave's page: makes it if need be. NULL, with `failed` set, when memory is out. */
uint64_t *histogram_page(struct histogram *histogram, uint32_t page);

/* Adds `weight` (1 for a value; ns for a level that lasted). A few ns; allocates at most once an octave. */
static inline void histogram_add(struct histogram *histogram, uint64_t value, uint64_t weight)
{
    uint32_t bucket = histogram_bucket(value);
    uint32_t place = histogram->place[bucket / HISTOGRAM_PAGE];
    uint64_t *page;
    if (__builtin_expect(place != 0, 1))
        page = histogram->buckets + (size_t)(place - 1) * HISTOGRAM_PAGE;
    else if (!(page = histogram_page(histogram, bucket / HISTOGRAM_PAGE)))
        return;
    page[bucket % HISTOGRAM_PAGE] += weight;
}

/* Puts what is waiting into its buckets. Every reader here does so itself: what waits is no part of what a histogram is, so a const one can
 * do it too. To be called before `failed` is looked at. */
void histogram_settle(const struct histogram *histogram);

/* The slow way to note a value: it and all that wait go to their buckets. */
void histogram_note_now(struct histogram *histogram, uint64_t value);

/* As histogram_add with weight 1. */
static inline void histogram_note(struct histogram *histogram, uint64_t value)
{
    if (histogram->waiting_count == histogram->waiting_room)
        histogram_note_now(histogram, value);
    else
        histogram->waiting[histogram->waiting_count++] = value;
}

/* Adds all of `from` to `into`; also that it failed. */
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The same, and `from` is empty afterwards: an empty `into` takes its memory over. */
void histogram_move(struct histogram *into, struct histogram *from);
/* Forgets everything, also a failure; keeps the memory for reuse. O(1) in what was recorded. */
void histogram_clear(struct histogram *histogram);
uint64_t histogram_count(const struct histogram *histogram);
/* The value below which `share` (0..1) of the weight lies: nearest rank, the bucket's middle (the value itself below 128), to be clamped by
 * the caller to the exact minimum and maximum. 0 when empty. */
double histogram_quantile(const struct histogram *histogram, double share);
/* The same of `count` histograms taken together, of total weight `total`. NULLs among them are empty. */
double histogram_quantile_together(const struct histogram *const *histograms, size_t count, uint64_t total, double share);
/* The next bucket from `*bucket` on that holds something, and what; false at the end. For writing it out: begin with 0, go on at one more
 * than what was found. */
bool histogram_next(const struct histogram *histogram, uint32_t *bucket, uint64_t *weight);

#endif
