/* test_gauge.c: exact integrals of a level over time, on sequences worked out by hand. */
#include "failing_allocation.h"
#include "measure/gauge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void expect_span(struct gauge_span span, int128 integral, int64_t length_ns, int64_t minimum, int64_t maximum)
{
    assert_true(span.integral == integral);
    assert_int_equal(span.length_ns, length_ns);
    assert_int_equal(span.minimum, minimum);
    assert_int_equal(span.maximum, maximum);
}

/*  time   0  3  5     9 10    14   20
 *  level  0  2  1     4  4     0    0   */
static void test_periods(void **state)
{
    (void)state;
    struct gauge gauge;
    assert_int_equal(gauge_init(&gauge, true), STATUS_OK);
    gauge_add(&gauge, 3, 2);
    gauge_add(&gauge, 5, -1);
    gauge_add(&gauge, 9, 3);
    expect_span(gauge_period(&gauge, 10), 0 + 4 + 4 + 4, 10, 0, 4);
    gauge_fold(&gauge, 10);
    gauge_fold(&gauge, 10);
    gauge_add(&gauge, 14, -4);
    expect_span(gauge_period(&gauge, 20), 16, 10, 0, 4);
    gauge_fold(&gauge, 20);
    expect_span(gauge.whole, 28, 20, 0, 4);
    assert_true(gauge_span_average(&gauge.whole) == 1.4);
    assert_true(histogram_count(gauge.levels) == 20);
    /* 9 at 0, 4 at 1, 2 at 2, 5 at 4. */
    assert_true(histogram_quantile(gauge.levels, 0.45) == 0);
    assert_true(histogram_quantile(gauge.levels, 0.46) == 1);
    assert_true(histogram_quantile(gauge.levels, 0.65) == 1);
    assert_true(histogram_quantile(gauge.levels, 0.75) == 2);
    assert_true(histogram_quantile(gauge.levels, 0.76) == 4);
    gauge_fini(&gauge);
    gauge_fini(&gauge);
}

static void test_warm_up_and_close(void **state)
{
    (void)state;
    struct gauge gauge;
    assert_int_equal(gauge_init(&gauge, true), STATUS_OK);
    gauge_add(&gauge, 0, 9);
    gauge_add(&gauge, 4, -6); /* 9 until 4, 3 until 12 */
    gauge_restart(&gauge, 10);
    expect_span(gauge.whole, 0, 0, 0, 0);
    gauge_add(&gauge, 12, 2); /* 5 until 21 */
    gauge_fold(&gauge, 15);
    gauge_close(&gauge, 20);
    gauge_close(&gauge, 20);
    gauge_add(&gauge, 21, -4); /* 1 until the end */
    expect_span(gauge.whole, 2 * 3 + 8 * 5, 10, 3, 5);
    expect_span(gauge_period(&gauge, 25), 6 * 5 + 4 * 1, 10, 1, 5); /* the series' period goes on past the close */
    gauge_fold(&gauge, 25);
    gauge_close(&gauge, 26);
    expect_span(gauge.whole, 46, 10, 3, 5);
    expect_span(gauge_period(&gauge, 30), 5, 5, 1, 1);
    assert_true(histogram_count(gauge.levels) == 10);
    assert_true(histogram_quantile(gauge.levels, 0.2) == 3);
    assert_true(histogram_quantile(gauge.levels, 0.21) == 5);
    gauge_fini(&gauge);
}

static void test_extremes_begin_anew(void **state)
{
    (void)state;
    struct gauge gauge;
    assert_int_equal(gauge_init(&gauge, false), STATUS_OK);
    assert_null(gauge.levels);
    gauge_add(&gauge, 0, 4);
    gauge_add(&gauge, 2, 6);
    gauge_add(&gauge, 2, -6); /* for no time at all, and yet it was there */
    expect_span(gauge_period(&gauge, 10), 40, 10, 0, 10);
    gauge_fold(&gauge, 10);
    expect_span(gauge_period(&gauge, 20), 40, 10, 4, 4);
    gauge_fini(&gauge);
}

static void test_total(void **state)
{
    (void)state;
    struct gauge total, one, other;
    assert_int_equal(gauge_init(&total, true), STATUS_OK);
    assert_int_equal(gauge_init(&one, false), STATUS_OK);
    assert_int_equal(gauge_init(&other, false), STATUS_OK);
    one.total = other.total = &total;
    gauge_add(&one, 1, 2);
    gauge_add(&other, 3, 5);
    gauge_fold(&one, 4);
    gauge_add(&one, 6, -2);
    expect_span(gauge_period(&total, 10), 2 * 2 + 3 * 7 + 4 * 5, 10, 0, 7);
    assert_true(histogram_quantile(total.levels, 1) == 7);
    gauge_fini(&total);
}

/* 100,000 environments for a month: 2.6e20, beyond 64 bits, and still exact. */
static void test_wide_integral(void **state)
{
    (void)state;
    struct gauge gauge;
    assert_int_equal(gauge_init(&gauge, false), STATUS_OK);
    int64_t month_ns = 30 * NS_PER_DAY;
    gauge_add(&gauge, 1, 100000);
    gauge_fold(&gauge, month_ns);
    assert_true(gauge.whole.integral == (int128)100000 * (month_ns - 1));
    assert_true(fabs(gauge_span_average(&gauge.whole) - 1e5 * (1 - 1.0 / (double)month_ns)) <= 1e5 * 0x1p-52);
}

static void test_span_merge(void **state)
{
    (void)state;
    struct gauge_span sum = {0}, empty = {0};
    const struct gauge_span a = {.integral = 30, .length_ns = 10, .minimum = 2, .maximum = 4};
    const struct gauge_span b = {.integral = 5, .length_ns = 5, .minimum = 1, .maximum = 1};
    assert_true(isnan(gauge_span_average(&empty)));
    gauge_span_merge(&sum, &empty);
    gauge_span_merge(&sum, &a);
    expect_span(sum, 30, 10, 2, 4); /* the empty one's extremes do not count */
    gauge_span_merge(&sum, &empty);
    gauge_span_merge(&sum, &b);
    expect_span(sum, 35, 15, 1, 4);
}

static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct gauge gauge;
    fail_allocations_after(0);
    enum status status = gauge_init(&gauge, true);
    fail_allocations_after(-1);
    assert_int_equal(status, STATUS_NO_MEMORY);
    gauge_add(&gauge, 2, 3);
    gauge_fold(&gauge, 4);
    expect_span(gauge.whole, 6, 4, 0, 3);
    gauge_fini(&gauge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_periods),    cmocka_unit_test(test_warm_up_and_close), cmocka_unit_test(test_extremes_begin_anew),
        cmocka_unit_test(test_total),      cmocka_unit_test(test_wide_integral),     cmocka_unit_test(test_span_merge),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
