/* test_tally.c: sums, extremes and percentiles of observed values; classes, totals, folding, memory running out. */
#include "failing_allocation.h"
#include "measure/tally.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_empty(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally);
    assert_true(isnan(tally_part_average(&tally.current)));
    assert_true(isnan(tally_part_quantile(&tally.current, 0.5)));
    tally_fold(&tally);
    assert_int_equal(tally.whole.count, 0);
    assert_true(tally.whole.minimum == INT64_MAX && tally.whole.maximum == INT64_MIN);
    tally_fini(&tally);
}

static void test_add_and_fold(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally);
    /* Three periods; the second is empty. Warm 10, 20, 30, 40; cold 1000000, 3000000. */
    tally_add(&tally, TALLY_WARM, 30);
    tally_add(&tally, TALLY_COLD, 3000000);
    tally_add(&tally, TALLY_WARM, 10);
    assert_int_equal(tally.current.count, 3);
    assert_true(tally.current.sum == 3000040);
    assert_true(tally_part_average(&tally.current) == 3000040.0 / 3);
    tally_fold(&tally);
    assert_int_equal(tally.current.count, 0);
    assert_true(tally.current.minimum == INT64_MAX && tally.current.maximum == INT64_MIN && tally.current.sum == 0);
    tally_fold(&tally);
    tally_add(&tally, TALLY_WARM, 20);
    tally_add(&tally, TALLY_COLD, 1000000);
    tally_add(&tally, TALLY_WARM, 40);
    assert_int_equal(tally.current.minimum, 20);
    assert_int_equal(tally.current.maximum, 1000000);
    tally_fold(&tally);
    assert_int_equal(tally.whole.count, 6);
    assert_true(tally.whole.sum == 4000100);
    assert_int_equal(tally.whole.minimum, 10);
    assert_int_equal(tally.whole.maximum, 3000000);
    assert_int_equal(histogram_count(tally.whole.histograms[TALLY_WARM]), 4);
    assert_int_equal(histogram_count(tally.whole.histograms[TALLY_COLD]), 2);
    assert_true(tally_part_quantile(&tally.whole, 0.5) == 30); /* the third of six, both classes together */
    assert_true(fabs(tally_part_quantile(&tally.whole, 0.7) - 1e6) <= 1e6 / 128);
    assert_false(tally_part_failed(&tally.whole));
    tally_fini(&tally);
}

static void test_percentiles_stay_between_the_extremes(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally);
    uint64_t low = histogram_bucket_low(histogram_bucket(5000000)), high = histogram_bucket_high(histogram_bucket(5000000));
    tally_add(&tally, TALLY_ALL, (int64_t)low);
    assert_true(tally_part_quantile(&tally.current, 0.5) == (double)low);
    tally_part_clear(&tally.current);
    tally_add(&tally, TALLY_ALL, (int64_t)high - 1);
    assert_true(tally_part_quantile(&tally.current, 0.5) == (double)(high - 1));
    tally_fini(&tally);
}

static void test_sums_beyond_64_bits(void **state)
{
    (void)state;
    struct tally tally;
    tally_init(&tally);
    for (int i = 0; i < 4; i++)
        tally_add(&tally, TALLY_ALL, INT64_MAX);
    tally_fold(&tally);
    assert_true(tally.whole.sum == 4 * (int128)INT64_MAX);
    assert_true(tally_part_average(&tally.whole) == (double)INT64_MAX);
    assert_true(tally_part_quantile(&tally.whole, 0.5) == (double)INT64_MAX);
    tally_fini(&tally);
}

static void test_total(void **state)
{
    (void)state;
    struct tally total, one, other;
    tally_init(&total);
    tally_init(&one);
    tally_init(&other);
    one.total = other.total = &total;
    tally_add(&one, TALLY_WARM, 3);
    tally_add(&other, TALLY_COLD, 5);
    tally_fold(&one); /* the total's periods are its own */
    tally_add(&one, TALLY_COLD, 7);
    assert_int_equal(total.current.count, 3);
    assert_true(total.current.sum == 15);
    assert_int_equal(histogram_count(total.current.histograms[TALLY_COLD]), 2);
    assert_int_equal(other.current.count, 1);
    tally_fini(&total);
    tally_fini(&one);
    tally_fini(&other);
}

static void test_merge(void **state)
{
    (void)state;
    struct tally_part into, from;
    tally_part_init(&into);
    tally_part_init(&from);
    tally_part_merge(&into, &from);
    assert_int_equal(into.count, 0);
    tally_part_add(&from, TALLY_WARM, 9);
    tally_part_merge(&into, &from);
    tally_part_merge(&into, &from);
    assert_int_equal(into.count, 2);
    assert_true(into.sum == 18 && into.minimum == 9 && into.maximum == 9);
    assert_int_equal(histogram_count(into.histograms[TALLY_WARM]), 2);
    assert_null(into.histograms[TALLY_COLD]);
    tally_part_fini(&into);
    assert_int_equal(from.count, 1);
    tally_part_fini(&from);
}

/* Without memory the counts, sums and extremes stay right; what lacks is flagged, also after folding. */
static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    for (long working = 0; working < 4; working++) {
        struct tally tally;
        tally_init(&tally);
        fail_allocations_after(working);
        tally_add(&tally, TALLY_WARM, 5);
        tally_add(&tally, TALLY_COLD, 7000);
        fail_allocations_after(-1);
        assert_true(tally_part_failed(&tally.current));
        assert_int_equal(tally.current.count, 2);
        assert_true(tally.current.sum == 7005 && tally.current.minimum == 5 && tally.current.maximum == 7000);
        double median = tally_part_quantile(&tally.current, 0.5);
        assert_true(median >= 5 && median <= 7000);
        tally_fold(&tally);
        tally_add(&tally, TALLY_WARM, 6);
        tally_fold(&tally);
        assert_true(tally_part_failed(&tally.whole));
        assert_int_equal(tally.whole.count, 3);
        tally_part_clear(&tally.whole);
        assert_false(tally_part_failed(&tally.whole));
        tally_fini(&tally);
    }
    struct tally tally; /* the same when it is a later period that lacks values */
    tally_init(&tally);
    tally_add(&tally, TALLY_WARM, 5);
    tally_fold(&tally);
    fail_allocations_after(0);
    tally_add(&tally, TALLY_COLD, 5);
    fail_allocations_after(-1);
    tally_fold(&tally);
    assert_true(tally_part_failed(&tally.whole));
    assert_int_equal(tally.whole.count, 2);
    tally_fini(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_add_and_fold),
        cmocka_unit_test(test_percentiles_stay_between_the_extremes),
        cmocka_unit_test(test_sums_beyond_64_bits),
        cmocka_unit_test(test_total),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
