/* test_histogram.c: every bucket's edges, percentiles against sorted data, merging, clearing, memory running out. */
#include "failing_allocation.h"
#include "measure/histogram.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUES 20000

static void test_every_bucket(void **state)
{
    (void)state;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t low = histogram_bucket_low(bucket), high = histogram_bucket_high(bucket);
        assert_true(low < high);
        assert_int_equal(histogram_bucket(low), bucket);
        assert_int_equal(histogram_bucket(high - 1), bucket);
        if (bucket + 1 < HISTOGRAM_BUCKETS)
            assert_int_equal(histogram_bucket(high), bucket + 1); /* with the lines above: no gap, no overlap, in order */
        if (low < 128)
            assert_int_equal(high - low, 1);
        else
            assert_true(high - low <= low / 64);
    }
    assert_int_equal(histogram_bucket_low(0), 0);
    assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
    assert_true(histogram_bucket_high(histogram_bucket(INT64_MAX)) == (uint64_t)INT64_MAX + 1);
}

static void test_every_small_value(void **state)
{
    (void)state;
    for (uint64_t value = 1; value < 1u << 20; value++) {
        uint32_t bucket = histogram_bucket(value);
        assert_true(bucket - histogram_bucket(value - 1) <= 1);
        assert_true(histogram_bucket_low(bucket) <= value && value < histogram_bucket_high(bucket));
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

static double draw(const gsl_rng *rng, int shape)
{
    switch (shape) {
    case 0:
        return gsl_ran_lognormal(rng, 18, 1.5);
    case 1:
        return gsl_ran_exponential(rng, 1e9);
    case 2:
        return gsl_ran_pareto(rng, 1.1, 1e6);
    case 3:
        return gsl_ran_flat(rng, 0, 5e8);
    case 4:
        return 123456789;
    case 5:
        return gsl_ran_bernoulli(rng, 0.02) ? gsl_ran_gamma(rng, 4, 2e8) : gsl_ran_gamma(rng, 9, 1e6);
    case 6:
        return (double)gsl_ran_poisson(rng, 200);
    case 7:
        return 9.2e18 * gsl_ran_beta(rng, 2, 3);
    default:
        return (double)gsl_ran_binomial(rng, 0.3, 127);
    }
}

static void test_percentiles(void **state)
{
    (void)state;
    static const double shares[] = {0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    uint64_t *values = malloc(VALUES * sizeof *values);
    assert_non_null(rng);
    assert_non_null(values);
    for (int shape = 0; shape <= 8; shape++) {
        struct histogram histogram;
        histogram_init(&histogram);
        for (size_t i = 0; i < VALUES; i++) {
            values[i] = (uint64_t)fmin(draw(rng, shape), (double)(INT64_MAX - 1023));
            histogram_add(&histogram, values[i], 1);
        }
        qsort(values, VALUES, sizeof *values, compare);
        assert_int_equal(histogram_count(&histogram), VALUES);
        for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
            double exact = (double)values[(size_t)ceil(shares[i] * VALUES - 1e-6) - 1];
            double got = histogram_quantile(&histogram, shares[i]);
            /* Half of a bucket that is no wider than a 64th: by construction, so for every shape. */
            if (fabs(got - exact) > (exact < 128 ? 0 : exact / 128))
                fail_msg("shape %d, share %g: %.17g for %.17g", shape, shares[i], got, exact);
        }
        histogram_fini(&histogram);
    }
    free(values);
    gsl_rng_free(rng);
}

static void test_nearest_rank(void **state)
{
    (void)state;
    struct histogram histogram;
    histogram_init(&histogram);
    assert_true(histogram_quantile(&histogram, 0.5) == 0);
    for (uint64_t value = 1; value <= 100; value++)
        histogram_add(&histogram, value, 1);
    /* Also where share x 100 is a little more than the whole number that it stands for, as 0.07 x 100 is. */
    for (int percent = 1; percent <= 100; percent++)
        assert_true(histogram_quantile(&histogram, percent / 100.0) == percent);
    assert_true(histogram_quantile(&histogram, 0) == 1);
    assert_true(histogram_quantile(&histogram, 0.501) == 51);
    assert_true(histogram_quantile(&histogram, 0.999) == 100);
    histogram_fini(&histogram);
}

static void test_weights(void **state)
{
    (void)state;
    struct histogram histogram;
    histogram_init(&histogram);
    /* A year of nanoseconds at 3, as long at 5 and one more: the median is 5 by a hair that doubles cannot hold, p49 is 3, p51 is 5. */
    uint64_t year_ns = UINT64_C(365) * 86400 * 1000000000;
    histogram_add(&histogram, 3, year_ns);
    histogram_add(&histogram, 5, year_ns + 1);
    assert_true(histogram_count(&histogram) == 2 * year_ns + 1);
    assert_true(histogram_quantile(&histogram, 0.49) == 3);
    assert_true(histogram_quantile(&histogram, 0.51) == 5);
    assert_true(histogram_quantile(&histogram, 1) == 5);
    histogram_fini(&histogram);
}

/* `next` finds each value of the list once, in order, and nothing else. */
static void expect_exactly(const struct histogram *histogram, const uint64_t (*pairs)[2], size_t count)
{
    uint32_t bucket = 0;
    uint64_t weight = 0;
    for (size_t i = 0; i < count; i++, bucket++) {
        assert_true(histogram_next(histogram, &bucket, &weight));
        assert_int_equal(bucket, histogram_bucket(pairs[i][0]));
        assert_true(weight == pairs[i][1]);
    }
    assert_false(histogram_next(histogram, &bucket, &weight));
}

static void test_merge_clear_next(void **state)
{
    (void)state;
    struct histogram a, b;
    histogram_init(&a);
    histogram_init(&b);
    expect_exactly(&a, NULL, 0);
    /* Octaves are met out of order, so pages do not lie in the order of their values. */
    histogram_add(&a, 1000000, 2);
    histogram_add(&a, 0, 1);
    histogram_add(&a, INT64_MAX, 4);
    histogram_add(&b, 70, 8);
    histogram_add(&b, 1000000, 16);
    histogram_merge(&a, &b);
    expect_exactly(&a, (const uint64_t[][2]){{0, 1}, {70, 8}, {1000000, 18}, {INT64_MAX, 4}}, 4);
    expect_exactly(&b, (const uint64_t[][2]){{70, 8}, {1000000, 16}}, 2);
    assert_int_equal(histogram_count(&a), 31);

    const struct histogram *both[] = {&a, NULL, &b};
    assert_true(histogram_quantile_together(both, 3, 31 + 24, 1.0 / 55) == 0);
    assert_true(histogram_quantile_together(both, 3, 31 + 24, 2.0 / 55) == 70);
    assert_true(histogram_quantile_together(both, 3, 31 + 24, 17.0 / 55) == 70);
    assert_true(histogram_quantile_together(both, 3, 31 + 24, 18.0 / 55) > 990000);

    uint64_t *memory = a.buckets;
    histogram_clear(&a);
    assert_int_equal(histogram_count(&a), 0);
    expect_exactly(&a, NULL, 0);
    histogram_add(&a, 3000, 5); /* takes the page that other octaves had before: nothing of them may show */
    histogram_add(&a, 1000000, 1);
    expect_exactly(&a, (const uint64_t[][2]){{3000, 5}, {1000000, 1}}, 2);
    assert_ptr_equal(a.buckets, memory);
    histogram_fini(&a);
    histogram_fini(&b);
}

static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct histogram histogram, other;
    histogram_init(&histogram);
    histogram_init(&other);
    histogram_add(&histogram, 5, 1);
    fail_allocations_after(0);
    histogram_add(&histogram, 1000, 1);
    histogram_add(&histogram, 6, 1);
    histogram_merge(&other, &histogram);
    fail_allocations_after(-1);
    assert_true(histogram.failed);
    assert_true(other.failed);
    expect_exactly(&histogram, (const uint64_t[][2]){{5, 1}, {6, 1}}, 2);
    expect_exactly(&other, NULL, 0);
    histogram_clear(&histogram);
    assert_false(histogram.failed);
    histogram_add(&histogram, 1000, 1);
    histogram_add(&histogram, 100000, 1);
    assert_int_equal(histogram_count(&histogram), 2);
    assert_false(histogram.failed);
    histogram_fini(&histogram);
    histogram_fini(&other);
}

static uint64_t weight_of(const struct histogram *histogram, uint32_t bucket)
{
    uint64_t weight = 0;
    uint32_t at = bucket;
    return histogram_next(histogram, &at, &weight) && at == bucket ? weight : 0;
}

/* What was moved is where it was moved to, added to what was there, and nowhere else; the one that is left can be used again. */
static void test_move(void **state)
{
    (void)state;
    struct histogram from, into;
    histogram_init(&from);
    histogram_init(&into);
    for (uint64_t round = 1; round <= 3; round++) {
        for (uint64_t i = 0; i < 3; i++)
            histogram_note(&from, 7);
        histogram_add(&from, 1000000, 5);
        histogram_move(&into, &from);
        assert_int_equal(histogram_count(&from), 0);
        assert_int_equal(histogram_count(&into), 8 * round);
        assert_int_equal(weight_of(&into, histogram_bucket(7)), 3 * round);
        assert_int_equal(weight_of(&into, histogram_bucket(1000000)), 5 * round);
    }
    from.failed = true;
    histogram_move(&into, &from);
    assert_true(into.failed);
    histogram_fini(&from);
    histogram_fini(&into);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bucket), cmocka_unit_test(test_every_small_value),
        cmocka_unit_test(test_percentiles),  cmocka_unit_test(test_nearest_rank),
        cmocka_unit_test(test_weights),      cmocka_unit_test(test_merge_clear_next),
        cmocka_unit_test(test_memory_out),   cmocka_unit_test(test_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
