/* test_interval.c: Student's interval against printed tables, and how often it covers the truth. */
#include "failing_allocation.h"
#include "measure/interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Two-sided quantiles as tables of Student's t print them, to three decimals. */
static const struct {
    size_t degrees;
    double confidence;
    double t;
} table[] = {
    {1, 0.95, 12.706}, {2, 0.95, 4.303}, {4, 0.95, 2.776}, {9, 0.95, 2.262},  {19, 0.95, 2.093}, {29, 0.95, 2.045},
    {1, 0.99, 63.657}, {4, 0.99, 4.604}, {9, 0.99, 3.250}, {29, 0.99, 2.756}, {9, 0.90, 1.833},  {19, 0.999, 3.883},
};

static void test_against_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        double values[30];
        size_t count = table[i].degrees + 1;
        /* 0, 1, 2, ... has the mean (n - 1) / 2 and the variance n (n + 1) / 12. */
        for (size_t v = 0; v < count; v++)
            values[v] = (double)v;
        double n = (double)count, deviation = sqrt(n * (n + 1) / 12);
        struct interval interval = interval_of_mean(values, count, table[i].confidence);
        double t = (interval.high - interval.mean) / (deviation / sqrt(n));
        assert_int_equal(interval.count, count);
        assert_true(fabs(interval.mean - (n - 1) / 2) < 1e-12);
        assert_true(fabs(t - table[i].t) <= 0.0005); /* what printing three decimals leaves open */
        assert_true(fabs((interval.high + interval.low) / 2 - interval.mean) < 1e-12);
    }
}

static void test_few_values(void **state)
{
    (void)state;
    struct interval none = interval_of_mean(NULL, 0, 0.95);
    assert_true(none.count == 0 && isnan(none.mean) && isnan(none.low) && isnan(none.high));
    struct interval one = interval_of_mean(&(const double){42}, 1, 0.95);
    assert_true(one.count == 1 && one.mean == 42 && isnan(one.low) && isnan(one.high));
    struct interval same = interval_of_mean((const double[]){0.1, 0.1, 0.1}, 3, 0.95);
    assert_true(same.count == 3 && same.mean == 0.1 && same.low == 0.1 && same.high == 0.1);
}

static void test_values_that_are_not_there(void **state)
{
    (void)state;
    const double gaps[] = {NAN, 3, NAN, 5, 10, NAN}, kept[] = {3, 5, 10}, nothing[] = {NAN, NAN};
    struct interval with = interval_of_mean(gaps, 6, 0.95), without = interval_of_mean(kept, 3, 0.95);
    assert_true(with.count == 3 && with.mean == without.mean && with.low == without.low && with.high == without.high);
    assert_true(without.mean == 6);
    struct interval none = interval_of_mean(nothing, 2, 0.95);
    assert_true(none.count == 0 && isnan(none.mean) && isnan(none.low) && isnan(none.high));
    if (!allocation_failures_work())
        return;
    fail_allocations_after(0);
    none = interval_of_mean(gaps, 6, 0.95);
    fail_allocations_after(-1);
    assert_true(none.count == 0 && isnan(none.mean) && isnan(none.low) && isnan(none.high));
}

/* Of so many 90 % intervals the number that cover the true mean is binomial; outside of its central 1 - 1e-6 something is wrong. */
static void test_coverage(void **state)
{
    (void)state;
    enum { TRIALS = 20000, VALUES = 5 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    unsigned covered = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double values[VALUES];
        for (int i = 0; i < VALUES; i++)
            values[i] = 7 + gsl_ran_gaussian(rng, 3);
        struct interval interval = interval_of_mean(values, VALUES, 0.9);
        covered += interval.low <= 7 && 7 <= interval.high;
    }
    gsl_rng_free(rng);
    assert_true(gsl_cdf_binomial_P(covered, 0.9, TRIALS) > 5e-7);
    assert_true(gsl_cdf_binomial_Q(covered, 0.9, TRIALS) > 5e-7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_tables),
        cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_values_that_are_not_there),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
