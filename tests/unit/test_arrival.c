/* test_arrival.c: every kind of arrival process at its edges; what chance does is in analytic/test_arrivals.c. */
#include "engine/arrival.h"
#include "engine/sim_time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_sf_bessel.h>

static void begin(struct arrival_generator *generator, const struct arrival_process *process, int64_t from_ns, int64_t until_ns)
{
    arrival_generator_init(generator, process, from_ns, until_ns, 7, 0, "source");
}

/* Runs to the end and counts, holding what must hold of any process. */
static uint64_t count_arrivals(const struct arrival_process *process, int64_t from_ns, int64_t until_ns)
{
    struct arrival_generator generator;
    struct arrival arrival;
    begin(&generator, process, from_ns, until_ns);
    uint64_t count = 0;
    int64_t before_ns = from_ns;
    while (arrival_next(&generator, &arrival)) {
        assert_true(arrival.time_ns >= before_ns);
        assert_true(arrival.time_ns < until_ns);
        before_ns = arrival.time_ns;
        count++;
        assert_int_equal(generator.ordinal, count);
    }
    assert_false(arrival_next(&generator, &arrival));
    assert_int_equal(generator.ordinal, count);
    return count;
}

static void expect_times(const struct arrival_process *process, int64_t from_ns, int64_t until_ns, const int64_t *times_ns, size_t count)
{
    struct arrival_generator generator;
    struct arrival arrival;
    begin(&generator, process, from_ns, until_ns);
    for (size_t i = 0; i < count; i++) {
        assert_true(arrival_next(&generator, &arrival));
        assert_int_equal(arrival.time_ns, times_ns[i]);
    }
    assert_false(arrival_next(&generator, &arrival));
}

static void constant_rates_send_exactly_rate_times_time(void **state)
{
    (void)state;
    static const struct {
        double rate_per_s;
        int64_t seconds;
        uint64_t requests;
    } cases[] = {
        {10, 60, 600},
        {3, 7, 21},
        {7, 86400, 604800},
        {0.1, 36000, 3600},
        {20.0 / 60, 5400, 1800},
        {2.5, 1000, 2500},
        {7.3, 100, 730},
        {1234.567, 1000, 1234567},
        {1 / 86400.0, 864000, 10},
        {0.3, 10, 3},
        {1e6 / 3600, 3600, 1000000},
        {0.7, 30 * 86400, 1814400},
        {0.017, 365 * 86400, 536112},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arrival_process process = {.kind = ARRIVAL_CONSTANT, .rate_per_s = cases[i].rate_per_s};
        int64_t length_ns = cases[i].seconds * NS_PER_S;
        for (int64_t from_ns = 0; from_ns < 3; from_ns += 2)
            assert_int_equal(count_arrivals(&process, from_ns, from_ns + length_ns), cases[i].requests);
        assert_int_equal(count_arrivals(&process, 0, length_ns + 1), cases[i].requests + 1);
    }
}

static void constant_arrivals_do_not_drift(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_CONSTANT, .rate_per_s = 3};
    struct arrival_generator generator;
    struct arrival arrival;
    begin(&generator, &process, 5, TIME_FOREVER);
    for (int64_t k = 0; k < 1000000; k++) {
        assert_true(arrival_next(&generator, &arrival));
        assert_int_equal(arrival.time_ns, 5 + (2 * k * NS_PER_S + 3) / 6);
        assert_int_equal(arrival.handler_ns, -1);
    }
}

/* Beyond 2e9 a second, rounding moves the last arrivals past the end; what counts is that these end at all. */
static void constant_rates_without_measure(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_CONSTANT};
    static const struct {
        double rate_per_s;
        int64_t length_ns;
        uint64_t requests;
    } cases[] = {{4e9, 100, 398},           {1.5e9, 1000, 1500}, {1e15, 1, 500000}, {1e-9, TIME_FOREVER, 10},
                 {1e-300, TIME_FOREVER, 1}, {0, 1000, 0},        {-1, 1000, 0},     {NAN, 1000, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        process.rate_per_s = cases[i].rate_per_s;
        assert_int_equal(count_arrivals(&process, 0, cases[i].length_ns), cases[i].requests);
    }
    process.rate_per_s = INFINITY; /* has no end, but can be asked */
    struct arrival_generator generator;
    struct arrival arrival;
    begin(&generator, &process, 0, 10);
    for (int i = 0; i < 1000; i++)
        assert_true(arrival_next(&generator, &arrival));
}

static void bursts_and_rates_keep_their_grid(void **state)
{
    (void)state;
    struct arrival_process bursts = {.kind = ARRIVAL_BURSTS, .burst_size = 2, .every_ns = 10};
    expect_times(&bursts, 5, 25, (int64_t[]){5, 5, 15, 15}, 4);
    expect_times(&bursts, 5, 26, (int64_t[]){5, 5, 15, 15, 25, 25}, 6);
    bursts.every_ns = TIME_FOREVER;
    expect_times(&bursts, 5, TIME_FOREVER, (int64_t[]){5, 5}, 2);
    bursts.every_ns = 0;
    expect_times(&bursts, 5, 26, (int64_t[]){5, 5}, 2);
    bursts.burst_size = 0;
    assert_int_equal(count_arrivals(&bursts, 0, 100), 0);

    struct arrival_process rate = {.kind = ARRIVAL_RATE, .every_ns = 300};
    expect_times(&rate, 100, 1000, (int64_t[]){400, 700}, 2);
    expect_times(&rate, 100, 1001, (int64_t[]){400, 700, 1000}, 3);
    assert_int_equal(count_arrivals(&rate, 100, 400), 0);
}

static void cron_fires_at_the_minute(void **state)
{
    (void)state;
    struct arrival_process process = {.kind = ARRIVAL_CRON, .epoch_s = INT64_C(1709287170)}; /* 2024-03-01 09:59:30 */
    char error[100];
    assert_int_equal(cron_parse("0/2 10 * * ? *", &process.cron, error, sizeof error), STATUS_OK);
    expect_times(&process, 0, 200 * NS_PER_S, (int64_t[]){30 * NS_PER_S, 150 * NS_PER_S}, 2);
    expect_times(&process, 30 * NS_PER_S, 150 * NS_PER_S, (int64_t[]){30 * NS_PER_S}, 1); /* at `from` itself, not at `until` */
    expect_times(&process, 30 * NS_PER_S + 1, 151 * NS_PER_S, (int64_t[]){150 * NS_PER_S}, 1);
    assert_int_equal(count_arrivals(&process, 0, 10 * NS_PER_DAY), 300);
    assert_int_equal(cron_parse("0 0 31 2 ? *", &process.cron, error, sizeof error), STATUS_OK);
    assert_int_equal(count_arrivals(&process, 0, TIME_FOREVER), 0);
}

static void traces_give_their_rows(void **state)
{
    (void)state;
    const int64_t times_ns[] = {0, 5, 5, 9, 20}, handler_ns[] = {1, 2, 3, 4, 5};
    struct arrival_process process = {.kind = ARRIVAL_TRACE, .times_ns = times_ns, .count = 5};
    expect_times(&process, 0, 100, times_ns, 5);
    expect_times(&process, 5, 20, &times_ns[1], 3);
    expect_times(&process, 21, 100, NULL, 0);
    process.handler_ns = handler_ns;
    struct arrival_generator generator;
    struct arrival arrival;
    begin(&generator, &process, 1, 100);
    for (size_t i = 1; i < 5; i++) {
        assert_true(arrival_next(&generator, &arrival));
        assert_int_equal(arrival.handler_ns, handler_ns[i]);
    }
    assert_false(arrival_next(&generator, &arrival));
    process.count = 0;
    assert_int_equal(count_arrivals(&process, 0, 100), 0);
}

static void minutes_get_their_counts(void **state)
{
    (void)state;
    const uint32_t counts[] = {3, 0, 4, 1000, 0, 1};
    const int64_t m = NS_PER_MIN;
    struct arrival_process process = {.kind = ARRIVAL_PER_MINUTE, .per_minute = counts, .count = 6, .placed = PLACED_EVEN};
    expect_times(&process, 0, 3 * m, (int64_t[]){0, m / 3, 2 * m / 3, 2 * m, 2 * m + m / 4, 2 * m + m / 2, 2 * m + 3 * m / 4}, 7);
    expect_times(&process, 1, 2 * m + m / 2, (int64_t[]){m / 3, 2 * m / 3, 2 * m, 2 * m + m / 4}, 4);
    process.placed = PLACED_START;
    expect_times(&process, 0, 3 * m, (int64_t[]){0, 0, 0, 2 * m, 2 * m, 2 * m, 2 * m}, 7);
    expect_times(&process, 1, 3 * m, (int64_t[]){2 * m, 2 * m, 2 * m, 2 * m}, 4);
    process.one_per_minute = true;
    expect_times(&process, 0, TIME_FOREVER, (int64_t[]){0, 2 * m, 3 * m, 5 * m}, 4);
    process.placed = PLACED_EVEN;
    expect_times(&process, 0, TIME_FOREVER, (int64_t[]){0, 2 * m, 3 * m, 5 * m}, 4);

    process.placed = PLACED_UNIFORM;
    for (int one = 0; one < 2; one++) {
        process.one_per_minute = one;
        for (int64_t minute = 0; minute < 6; minute++) {
            uint64_t expected = one && counts[minute] > 1 ? 1 : counts[minute];
            assert_int_equal(count_arrivals(&process, minute * m, (minute + 1) * m), expected);
        }
    }
    process.one_per_minute = false;
    assert_int_equal(count_arrivals(&process, 0, TIME_FOREVER), 1008);
    /* Where a window cuts a minute, its two parts are the whole. */
    assert_int_equal(count_arrivals(&process, 3 * m, 3 * m + m / 2) + count_arrivals(&process, 3 * m + m / 2, 4 * m), 1000);
    assert_int_equal(count_arrivals(&process, 100 * m, TIME_FOREVER), 0);
}

static void stages_stop_where_the_rate_is_zero(void **state)
{
    (void)state;
    struct stage stages[] = {
        {10 * NS_PER_S, 0, 0}, {10 * NS_PER_S, 100, 100}, {0, 100, 0}, {5 * NS_PER_S, 0, 0}, {5 * NS_PER_S, 0, 200},
        {0, 200, 1000000},     {1, 1000000, 1000000},     {0, 1, 0},   {5 * NS_PER_S, 0, 0}, {NS_PER_S, 200, 0},
    };
    struct arrival_process process = {.kind = ARRIVAL_STAGES, .stages = stages, .count = sizeof stages / sizeof *stages};
    for (int64_t from_s = 0; from_s < 100; from_s += 33) {
        struct arrival_generator generator;
        struct arrival arrival;
        begin(&generator, &process, from_s * NS_PER_S, TIME_FOREVER);
        int64_t seen_s[40] = {0};
        while (arrival_next(&generator, &arrival)) {
            int64_t second = arrival.time_ns / NS_PER_S - from_s;
            assert_in_range(second, 10, 36);
            seen_s[second]++;
        }
        for (int second = 0; second < 40; second++)
            assert_int_equal(seen_s[second] > 0, (second >= 10 && second < 20) || (second >= 25 && second < 30) || second == 35);
    }
    process.count = 1;
    assert_int_equal(count_arrivals(&process, 0, TIME_FOREVER), 0);
    process.count = 0;
    assert_int_equal(count_arrivals(&process, 0, TIME_FOREVER), 0);
}

static void sources_without_a_rate_are_silent(void **state)
{
    (void)state;
    double rates[] = {0, 0}, stays[] = {1e9, 0};
    struct arrival_process process = {.kind = ARRIVAL_POISSON, .rates_per_s = rates, .mean_stay_ns = stays, .count = 2};
    static const enum arrival_kind kinds[] = {ARRIVAL_POISSON, ARRIVAL_DIURNAL, ARRIVAL_MMPP, ARRIVAL_USERS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        process.kind = kinds[i];
        assert_int_equal(count_arrivals(&process, 0, TIME_FOREVER), 0);
    }
    rates[1] = 1e6; /* a state that lasts next to nothing, and one that never sends */
    process.kind = ARRIVAL_MMPP;
    assert_in_range(count_arrivals(&process, 0, 100 * NS_PER_S), 0, 10);
}

/* Every kind stays within its window, is silent in an empty one, and has the same arrivals for the same key and others for another. */
static void windows_and_keys_hold_for_chance(void **state)
{
    (void)state;
    struct stage stages[] = {{NS_PER_HOUR, 0, 3}, {NS_PER_HOUR, 3, 0}};
    double rates[] = {0, 5, 1}, stays[] = {1e9, 2e9, 3e9};
    uint32_t counts[] = {9, 9, 9, 9, 9, 9};
    struct arrival_process processes[] = {
        {.kind = ARRIVAL_POISSON, .rate_per_s = 3},
        {.kind = ARRIVAL_POISSON, .rate_per_s = 5e9},
        {.kind = ARRIVAL_STAGES, .stages = stages, .count = 2},
        {.kind = ARRIVAL_DIURNAL, .rate_per_s = 3, .kappa = 2, .peak_at_ns = NS_PER_HOUR, .epoch_s = -12345},
        {.kind = ARRIVAL_MMPP, .rates_per_s = rates, .mean_stay_ns = stays, .count = 3},
        {.kind = ARRIVAL_PER_MINUTE, .per_minute = counts, .count = 6, .placed = PLACED_UNIFORM},
    };
    for (size_t i = 0; i < sizeof processes / sizeof *processes; i++) {
        int64_t from_ns = 61 * NS_PER_S + 7, until_ns = from_ns + (i == 1 ? 1000 : 250 * NS_PER_S);
        assert_in_range(count_arrivals(&processes[i], from_ns, until_ns), 1, 100000);
        assert_int_equal(count_arrivals(&processes[i], from_ns, from_ns), 0);
        assert_int_equal(count_arrivals(&processes[i], from_ns, from_ns - 1), 0);
        struct arrival_generator generators[4];
        arrival_generator_init(&generators[0], &processes[i], from_ns, until_ns, 7, 0, "a");
        arrival_generator_init(&generators[1], &processes[i], from_ns, until_ns, 7, 0, "a");
        arrival_generator_init(&generators[2], &processes[i], from_ns, until_ns, 7, 1, "a");
        arrival_generator_init(&generators[3], &processes[i], from_ns, until_ns, 7, 0, "b");
        struct arrival arrivals[4];
        bool differs[4] = {false};
        while (arrival_next(&generators[0], &arrivals[0]))
            for (int k = 1; k < 4; k++)
                differs[k] |= !arrival_next(&generators[k], &arrivals[k]) || arrivals[k].time_ns != arrivals[0].time_ns;
        assert_false(differs[1]);
        assert_true(differs[2]);
        assert_true(differs[3]);
    }
}

static void kappa_makes_the_peak(void **state)
{
    (void)state;
    static const double ratios[] = {1, 1 + 1e-9, 1.01, 1.5, 3, 24, 500, 1000};
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        double kappa = -1;
        assert_int_equal(diurnal_kappa(ratios[i], &kappa), STATUS_OK);
        assert_true(kappa >= 0);
        assert_true(fabs(1 / gsl_sf_bessel_I0_scaled(kappa) / ratios[i] - 1) < 1e-12);
    }
    double kappa;
    assert_int_equal(diurnal_kappa(1, &kappa), STATUS_OK);
    assert_true(kappa <= 0);
    assert_int_equal(diurnal_kappa(0.5, &kappa), STATUS_INVALID);
    assert_int_equal(diurnal_kappa(1001, &kappa), STATUS_INVALID);
    assert_int_equal(diurnal_kappa(NAN, &kappa), STATUS_INVALID);
}

static void processes_free_what_they_own(void **state)
{
    (void)state;
    arrival_process_free(NULL);
    struct arrival_process *process = calloc(1, sizeof *process);
    assert_non_null(process);
    process->stages = calloc(1, sizeof *process->stages);
    process->rates_per_s = calloc(1, sizeof(double));
    process->mean_stay_ns = calloc(1, sizeof(double));
    process->think = distribution_new(DISTRIBUTION_EXPONENTIAL, 1, 0);
    arrival_process_free(process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_rates_send_exactly_rate_times_time),
        cmocka_unit_test(constant_arrivals_do_not_drift),
        cmocka_unit_test(constant_rates_without_measure),
        cmocka_unit_test(bursts_and_rates_keep_their_grid),
        cmocka_unit_test(cron_fires_at_the_minute),
        cmocka_unit_test(traces_give_their_rows),
        cmocka_unit_test(minutes_get_their_counts),
        cmocka_unit_test(stages_stop_where_the_rate_is_zero),
        cmocka_unit_test(sources_without_a_rate_are_silent),
        cmocka_unit_test(windows_and_keys_hold_for_chance),
        cmocka_unit_test(kappa_makes_the_peak),
        cmocka_unit_test(processes_free_what_they_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
