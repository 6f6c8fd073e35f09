/* histogram.h: a log-linear histogram of non-negative integers (nanoseconds, bytes, counts): exact below 128, then 64 buckets an octave, so
 * a percentile is within 0.8 % (half a bucket). A page of 64 buckets is allocated when its octave is first seen: an idle function costs
 * next to nothing. */
#ifndef SLSIM_MEASURE_HISTOGRAM_H
#define SLSIM_MEASURE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_PAGE 64u
#define HISTOGRAM_PAGES 59u

struct histogram {
    uint64_t *pages[HISTOGRAM_PAGES]; /* owned; NULL: nothing there */
    uint64_t touched;                 /* a bit per page that holds something */
    bool failed;                      /* memory ran out: some values are missing, the run must not be trusted */
};

void histogram_init(struct histogram *histogram);
void histogram_fini(struct histogram *histogram);

static inline uint32_t histogram_bucket(uint64_t value)
{
    if (value < 2 * HISTOGRAM_PAGE)
        return (uint32_t)value;
    uint32_t shift = 57u - (uint32_t)__builtin_clzll(value); /* keeps the top 7 bits */
    return (shift + 1) * HISTOGRAM_PAGE + (uint32_t)((value >> shift) - HISTOGRAM_PAGE);
}
/* [low, high) of a bucket. */
uint64_t histogram_bucket_low(uint32_t bucket);
uint64_t histogram_bucket_high(uint32_t bucket);

/* A page for `bucket`'s octave. On failure a shared page that nobody reads, and `failed` is set. */
uint64_t *histogram_page(struct histogram *histogram, uint32_t page);

/* Adds `weight` (1 for a value; ns for a level that lasted). A few ns; allocates at most once an octave. */
static inline void histogram_add(struct histogram *histogram, uint64_t value, uint64_t weight)
{
    uint32_t bucket = histogram_bucket(value);
    uint32_t number = bucket / HISTOGRAM_PAGE;
    uint64_t *page = histogram->pages[number];
    if (__builtin_expect(!page || !(histogram->touched >> number & 1u), 0))
        page = histogram_page(histogram, number);
    page[bucket % HISTOGRAM_PAGE] += weight;
}

/* Adds all of `from` to `into`. */
void histogram_merge(struct histogram *into, const struct histogram *from);
/* Forgets everything; keeps the pages for reuse. */
void histogram_clear(struct histogram *histogram);
uint64_t histogram_count(const struct histogram *histogram);
/* The value below which `share` (0..1) of the weight lies: nearest-rank, the bucket's middle, clamped by the caller to the exact minimum
 * and maximum. 0 when empty. */
double histogram_quantile(const struct histogram *histogram, double share);
/* The next bucket from `bucket` on that holds something; false at the end. For writing it out. */
bool histogram_next(const struct histogram *histogram, uint32_t *bucket, uint64_t *weight);

#endif
