/* test_measure.c: periods, warm-up, the end of the traffic and of the drain, worked out by hand; memory running out. */
#include "failing_allocation.h"
#include "measure_bench.h"

/* Warm-up 12 s, traffic until 25 s, drain until 38 s, periods of 10 s: rows [12,20) [20,30) [30,38), gauges over [12,25). */
static const struct happening by_hand[] = {
    {0, 0, ALIVE_CHANGE, 4},
    {3 * NS_PER_S, 0, CALL, 900 * NS_PER_MS},
    {3 * NS_PER_S, 0, BUSY_CHANGE, 2},
    {12 * NS_PER_S, 0, FAILED_CALL, 20 * NS_PER_MS}, /* at the very end of the warm-up: counts */
    {15 * NS_PER_S, 0, BUSY_CHANGE, 1},
    {20 * NS_PER_S, 0, COLD_CALL, 80 * NS_PER_MS}, /* at a boundary: belongs to what begins */
    {21 * NS_PER_S, 0, BUSY_CHANGE, -3},
    {24 * NS_PER_S, 1, CALL, 50 * NS_PER_MS},
    {25 * NS_PER_S, 0, BUSY_CHANGE, 10}, /* traffic is over: only the series sees it */
    {31 * NS_PER_S, 0, CALL, 40 * NS_PER_MS},
    {37 * NS_PER_S, 0, BUSY_CHANGE, -10},
};

static void test_by_hand(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 12 * NS_PER_S, 25 * NS_PER_S, 13 * NS_PER_S, 10 * NS_PER_S, true, true, true);
    assert_int_equal(bench_run(&bench, by_hand, sizeof by_hand / sizeof by_hand[0]), STATUS_OK);
    assert_true(bench.simulation.next_boundary_ns == TIME_FOREVER);
    const size_t one = METRICS;

    assert_true(figure(&bench, one + CALLS, "Sum") == 3);
    assert_true(figure(&bench, CALLS, "Sum") == 4);
    assert_true(figure(&bench, one + ERROR_RATE, "Average") == 100.0 / 3);
    assert_true(figure(&bench, ERROR_RATE, "Average") == 25);
    assert_true(figure(&bench, one + WAIT, "Sum") == 140);
    assert_true(figure(&bench, one + WAIT, "Minimum") == 20);
    assert_true(figure(&bench, one + WAIT, "Maximum") == 80);
    assert_true(figure(&bench, one + WAIT, "p99.9") == 80); /* clamped to what was seen */
    assert_true(fabs(figure(&bench, WAIT, "p50") - 40) <= 40.0 / 128);
    assert_true(figure(&bench, WAIT, "SampleCount") == 4);
    assert_true(figure(&bench, WAIT, "Average") == 47.5);
    assert_true(figure(&bench, one + SIZE, "Sum") == 3 * 140e6);
    /* 2 for 3 s, 3 for 6 s, 0 for 4 s. */
    assert_true(figure(&bench, one + BUSY, "Average") == 24.0 / 13);
    assert_true(figure(&bench, one + BUSY, "Minimum") == 0);
    assert_true(figure(&bench, one + BUSY, "Maximum") == 3);
    assert_true(figure(&bench, one + BUSY, "p50") == 2); /* the 6.5th second of 4 at 0, 3 at 2, 6 at 3 */
    assert_true(figure(&bench, one + BUSY, "p90") == 3);
    assert_true(metric_whole_stat(&bench.measure->slots[one + BUSY], "p53.5") == 2);
    assert_true(metric_whole_stat(&bench.measure->slots[one + BUSY], "p54") == 3);
    assert_true(metric_whole_stat(&bench.measure->slots[one + CALLS], "Sum") == 3);
    assert_true(isnan(metric_whole_stat(&bench.measure->slots[one + CALLS], "p50")));
    assert_true(figure(&bench, one + BUSY_AGAIN, "Average") == 24.0 / 13);
    assert_true(figure(&bench, one + ALIVE, "Average") == 4);
    assert_true(figure(&bench, one + BUSY_RATIO, "Average") == 24.0 / 52);
    assert_true(figure(&bench, one + BUSY_SHARE, "Average") == 100 * (24.0 / 52));

    static const int64_t edges[] = {12, 20, 30, 38};
    static const struct {
        uint64_t calls, errors;
        double wait, busy;
        int64_t busy_maximum;
    } rows[] = {{1, 1, 20, 3 * 2 + 5 * 3, 3}, {1, 0, 80, 1 * 3 + 5 * 10, 10}, {1, 0, 40, 7 * 10, 10}};
    assert_int_equal(bench.recording.count, 3 * SLOTS);
    for (size_t i = 0; i < 3; i++) {
        const struct row *calls = row_of(&bench, one + CALLS, i), *busy = row_of(&bench, one + BUSY, i);
        assert_true(calls->from_ns == edges[i] * NS_PER_S && calls->until_ns == edges[i + 1] * NS_PER_S);
        assert_int_equal(calls->value.count, rows[i].calls);
        assert_int_equal(row_of(&bench, one + ERROR_RATE, i)->value.count, rows[i].errors);
        assert_int_equal(row_of(&bench, one + ERROR_RATE, i)->value.other_count, rows[i].calls);
        assert_true(row_of(&bench, one + WAIT, i)->sum == rows[i].wait);
        assert_true((double)busy->value.span.integral == rows[i].busy * 1e9);
        assert_int_equal(busy->value.span.length_ns, (edges[i + 1] - edges[i]) * NS_PER_S);
        assert_int_equal(busy->value.span.maximum, rows[i].busy_maximum);
        assert_true(row_of(&bench, one + BUSY_RATIO, i)->value.span.integral == busy->value.span.integral);
    }
    for (size_t i = 0; i < bench.recording.count; i++)
        assert_int_equal(bench.recording.rows[i].slot, i % SLOTS); /* in the order of registration */
    measure_free(bench.measure);
}

static void test_histograms(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 12 * NS_PER_S, 25 * NS_PER_S, 13 * NS_PER_S, 10 * NS_PER_S, false, false, false);
    assert_int_equal(bench_run(&bench, by_hand, sizeof by_hand / sizeof by_hand[0]), STATUS_OK);
    const struct metric_slot *one = bench.measure->slots + METRICS, *two = one + METRICS;
    const char *names[2] = {NULL, NULL};
    struct histogram *histograms[2] = {NULL, NULL};
    assert_int_equal(metric_histograms(&one[WAIT], names, histograms), 2);
    assert_string_equal(names[0], "warm");
    assert_string_equal(names[1], "cold");
    assert_int_equal(histogram_count(histograms[0]), 2);
    assert_int_equal(histogram_count(histograms[1]), 1);
    assert_int_equal(metric_histograms(&two[WAIT], names, histograms), 1);
    assert_string_equal(names[0], "warm");
    assert_int_equal(metric_histograms(&one[SIZE], names, histograms), 1);
    assert_string_equal(names[0], "");
    assert_int_equal(histogram_count(histograms[0]), 3);
    assert_int_equal(metric_histograms(&one[BUSY], names, histograms), 1);
    assert_string_equal(names[0], "");
    assert_true(histogram_count(histograms[0]) == 13 * (uint64_t)NS_PER_S);
    assert_int_equal(metric_histograms(&one[ALIVE], names, histograms), 0);
    assert_int_equal(metric_histograms(&one[BUSY_RATIO], names, histograms), 0);
    assert_int_equal(metric_histograms(&one[CALLS], names, histograms), 0);
    measure_free(bench.measure);
}

static void test_nothing_happens(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 0, 100, 0, 10, true, true, true);
    assert_int_equal(bench_run(&bench, NULL, 0), STATUS_OK);
    assert_int_equal(bench.recording.count, 10 * SLOTS);
    assert_true(figure(&bench, CALLS, "Sum") == 0);
    assert_true(isnan(figure(&bench, ERROR_RATE, "Average")));
    assert_true(figure(&bench, WAIT, "SampleCount") == 0);
    assert_true(figure(&bench, WAIT, "Sum") == 0);
    assert_true(isnan(figure(&bench, WAIT, "Average")));
    assert_true(isnan(figure(&bench, WAIT, "Minimum")));
    assert_true(isnan(figure(&bench, WAIT, "Maximum")));
    assert_true(isnan(figure(&bench, WAIT, "p50")));
    assert_true(figure(&bench, BUSY, "Average") == 0);
    assert_true(figure(&bench, BUSY, "p99") == 0);
    assert_true(isnan(figure(&bench, BUSY_RATIO, "Average")));
    measure_free(bench.measure);
}

/* What is set up at zero, before the first boundary, belongs to the run: counts stay, and gauges begin where they then are. */
static void test_before_the_first_boundary(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 0, 100, 0, 10, false, false, false);
    counter_add(&bench.resources[0].calls, 5);
    tally_add(&bench.resources[0].wait, TALLY_COLD, 7);
    gauge_add(&bench.resources[0].alive, 0, 3);
    assert_int_equal(bench_run(&bench, NULL, 0), STATUS_OK);
    assert_true(figure(&bench, METRICS + CALLS, "Sum") == 5);
    assert_true(figure(&bench, METRICS + WAIT, "SampleCount") == 1);
    assert_true(figure(&bench, METRICS + ALIVE, "Average") == 3);
    assert_true(figure(&bench, METRICS + ALIVE, "Minimum") == 3);
    measure_free(bench.measure);
}

static void test_without_series_periods_cost_nothing(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 0, 1000, 0, 10, true, true, false);
    assert_int_equal(pass(&bench, 0), STATUS_OK);
    counter_add(&bench.resources[0].calls, 1);
    assert_int_equal(pass(&bench, 500), STATUS_OK);
    assert_int_equal(bench.resources[0].calls.current, 1); /* nobody touched it */
    assert_int_equal(bench.total.calls.current, 0);
    assert_int_equal(bench.recording.count, 50 * METRICS);
    assert_int_equal(bench.measure->series_count, METRICS);
    measure_free(bench.measure);
}

/* A run that is cut off at 17 s, by ending it there: the last row is short, and the figures are those of [12,17). */
static void test_ends_early(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 12 * NS_PER_S, 25 * NS_PER_S, 13 * NS_PER_S, 10 * NS_PER_S, true, true, true);
    assert_int_equal(pass(&bench, 0), STATUS_OK);
    for (size_t i = 0; by_hand[i].time_ns <= 17 * NS_PER_S; i++) {
        assert_int_equal(pass(&bench, by_hand[i].time_ns), STATUS_OK);
        happen(&bench, &by_hand[i]);
    }
    bench.simulation.end_ns = 17 * NS_PER_S;
    assert_int_equal(measure_boundary(bench.measure, &bench.simulation, 17 * NS_PER_S), STATUS_OK);
    assert_true(bench.simulation.next_boundary_ns == TIME_FOREVER);
    assert_int_equal(bench.recording.count, SLOTS);
    assert_true(bench.recording.rows[0].from_ns == 12 * NS_PER_S && bench.recording.rows[0].until_ns == 17 * NS_PER_S);
    assert_true(figure(&bench, METRICS + CALLS, "Sum") == 1);
    assert_true(figure(&bench, METRICS + BUSY, "Average") == 12.0 / 5);
    measure_free(bench.measure);
}

/* One that is cut off within its warm-up has measured nothing. */
static void test_ends_before_it_is_warm(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 12 * NS_PER_S, 25 * NS_PER_S, 0, 10 * NS_PER_S, true, true, true);
    assert_int_equal(pass(&bench, 0), STATUS_OK);
    happen(&bench, &by_hand[1]);
    bench.simulation.end_ns = 4 * NS_PER_S;
    assert_int_equal(measure_boundary(bench.measure, &bench.simulation, 4 * NS_PER_S), STATUS_OK);
    assert_int_equal(bench.recording.count, 0);
    assert_true(figure(&bench, METRICS + CALLS, "Sum") == 0);
    assert_true(isnan(figure(&bench, METRICS + BUSY, "Average")));
    measure_free(bench.measure);
}

/* What has no namespace is kept for the bill alone. */
static void test_unnamed_metrics_have_no_series(void **state)
{
    (void)state;
    static const struct metric_type billed[] = {{NULL, "Billed", "Count", METRIC_COUNT, 0, .help = ""}, {0}};
    struct measure *measure;
    struct counter counter;
    assert_int_equal(measure_new(&measure), STATUS_OK);
    assert_int_equal(measure_register(measure, "one", billed, &counter, NULL, true), STATUS_OK);
    assert_int_equal(measure->slot_count, 1);
    assert_int_equal(measure->series_count, 0);
    assert_false(measure->slots[0].series);
    measure_free(measure);
}

static void test_sink_ends_the_run(void **state)
{
    (void)state;
    static struct bench bench;
    bench_init(&bench, 0, 1000, 0, 10, true, true, true);
    bench.recording.answer = STATUS_IO;
    assert_int_equal(bench_run(&bench, NULL, 0), STATUS_IO);
    assert_int_equal(bench.recording.count, 1);
    measure_free(bench.measure);
}

/* Whichever allocation fails, it is said, and everything can be freed; and a run whose histograms lack values does not pass. */
static void test_memory_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct measure *measure = NULL;
    fail_allocations_after(0);
    enum status status = measure_new(&measure);
    fail_allocations_after(-1);
    assert_int_equal(status, STATUS_NO_MEMORY);
    assert_null(measure);
    long working = 0;
    for (status = STATUS_NO_MEMORY; status == STATUS_NO_MEMORY; working++) {
        struct parts parts;
        assert_int_equal(measure_new(&measure), STATUS_OK);
        fail_allocations_after(working);
        status = measure_register(measure, "one", table, &parts, NULL, true);
        fail_allocations_after(-1);
        measure_free(measure);
    }
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(working, 4); /* slots, series, one gauge's levels: each failed once */

    static const struct happening call = {1, 0, CALL, 5}, busy = {1, 0, BUSY_CHANGE, 5};
    const struct happening *const lost[] = {&call, &busy};
    for (size_t i = 0; i < 2; i++) {
        static struct bench bench;
        bench_init(&bench, 0, 100, 0, 10, false, false, false);
        assert_int_equal(pass(&bench, 0), STATUS_OK);
        fail_allocations_after(0);
        happen(&bench, lost[i]);
        fail_allocations_after(-1);
        assert_int_equal(pass(&bench, 100), STATUS_NO_MEMORY);
        measure_free(bench.measure);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_histograms),
        cmocka_unit_test(test_nothing_happens),
        cmocka_unit_test(test_before_the_first_boundary),
        cmocka_unit_test(test_without_series_periods_cost_nothing),
        cmocka_unit_test(test_ends_early),
        cmocka_unit_test(test_ends_before_it_is_warm),
        cmocka_unit_test(test_unnamed_metrics_have_no_series),
        cmocka_unit_test(test_sink_ends_the_run),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
