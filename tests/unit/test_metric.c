/* test_metric.c: which statistics a metric has, by name, and what they are of given values. */
#include "measure_bench.h"

static void test_statistics_by_name(void **state)
{
    (void)state;
    static const char *const tally_stats[] = {"SampleCount", "Sum", "Average", "Minimum", "Maximum", "p50", "p90", "p95", "p99", "p99.9"};
    static const char *const wrong[] = {"",     "p",   "p0",  "p100", "p0.0", "p-5",  "p5e1",        "p50 ", " p50",
                                        "p50.", "p.5", "sum", "P50",  "p05",  "p099", "p99.9999999", "p50x", "Average "};
    static const char *const right[] = {"p1", "p0.5", "p99.7", "p99.99", "p99.999999", "p7"};
    assert_int_equal(metric_figure_count(&table[WAIT]), FIGURES_MAX);
    for (size_t i = 0; i < FIGURES_MAX; i++) {
        assert_string_equal(metric_figure_stat(&table[WAIT], i), tally_stats[i]);
        assert_true(metric_has_stat(&table[WAIT], tally_stats[i]));
    }
    assert_int_equal(metric_figure_count(&table[BUSY]), 8);
    assert_string_equal(metric_figure_stat(&table[BUSY], 0), "Average");
    assert_string_equal(metric_figure_stat(&table[BUSY], 7), "p99.9");
    assert_int_equal(metric_figure_count(&table[ALIVE]), 3);
    assert_int_equal(metric_figure_count(&table[CALLS]), 1);
    assert_string_equal(metric_figure_stat(&table[CALLS], 0), "Sum");
    assert_int_equal(metric_figure_count(&table[ERROR_RATE]), 1);
    assert_string_equal(metric_figure_stat(&table[BUSY_RATIO], 0), "Average");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(metric_has_stat(&table[WAIT], wrong[i]));
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_true(metric_has_stat(&table[WAIT], right[i]));
        assert_true(metric_has_stat(&table[BUSY], right[i]));
        assert_false(metric_has_stat(&table[ALIVE], right[i]));
        assert_false(metric_has_stat(&table[CALLS], right[i]));
    }
    assert_false(metric_has_stat(&table[CALLS], "Average"));
    assert_false(metric_has_stat(&table[BUSY], "Sum"));
    assert_false(metric_has_stat(&table[ERROR_RATE], "Sum"));
    assert_string_equal(metric_default_stat(&table[CALLS]), "Sum");
    assert_string_equal(metric_default_stat(&table[WAIT]), "Average");
    assert_string_equal(metric_default_stat(&table[BUSY]), "Average");
    assert_true(metric_unit_scale(&table[WAIT]) == 1e6);
    assert_true(metric_unit_scale(&table[SIZE]) == 1);
    assert_true(metric_unit_scale(&(const struct metric_type){.unit = "Seconds"}) == 1e9);
}

static void test_statistics_of_a_value(void **state)
{
    (void)state;
    struct tally_part part;
    tally_part_init(&part);
    for (int64_t value = 1; value <= 100; value++)
        tally_part_add(&part, TALLY_ALL, value);
    const struct period_value tally = {.tally = &part};
    assert_true(period_value_stat(&table[SIZE], &tally, "p7") == 7);
    assert_true(period_value_stat(&table[SIZE], &tally, "p99.5") == 100);
    assert_true(period_value_stat(&table[SIZE], &tally, "Sum") == 5050);
    assert_true(period_value_stat(&table[SIZE], &tally, "Average") == 50.5);
    assert_true(period_value_stat(&table[WAIT], &tally, "Maximum") == 100 / 1e6);
    assert_true(isnan(period_value_stat(&table[SIZE], &tally, "p200")));
    tally_part_fini(&part);
    const struct period_value gauge = {.span = {.integral = 30, .length_ns = 10, .minimum = 1, .maximum = 9},
                                       .other_span = {.integral = 120, .length_ns = 10}};
    assert_true(period_value_stat(&table[BUSY], &gauge, "Average") == 3);
    assert_true(period_value_stat(&table[BUSY], &gauge, "Minimum") == 1);
    assert_true(period_value_stat(&table[BUSY], &gauge, "Maximum") == 9);
    assert_true(isnan(period_value_stat(&table[BUSY], &gauge, "p50")));
    assert_true(period_value_stat(&table[BUSY_RATIO], &gauge, "Average") == 0.25);
    assert_true(period_value_stat(&table[BUSY_SHARE], &gauge, "Average") == 25);
    const struct period_value count = {.count = 3, .other_count = 8};
    assert_true(period_value_stat(&table[CALLS], &count, "Sum") == 3);
    assert_true(isnan(period_value_stat(&table[CALLS], &count, "Average")));
    assert_true(period_value_stat(&table[ERROR_RATE], &count, "Average") == 37.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_by_name),
        cmocka_unit_test(test_statistics_of_a_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
