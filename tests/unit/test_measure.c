/* test_measure.c: periods, warm-up, the end of the traffic and of the drain; figures, by hand and against a plain replay of random runs. */
#include "failing_allocation.h"
#include "measure/measure.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct parts {
    struct counter calls, errors;
    struct tally wait, size;
    struct gauge busy, alive;
};

static const struct metric_type table[] = {
    {"test", "ErrorRate", "Percent", METRIC_PERCENT, offsetof(struct parts, errors), offsetof(struct parts, calls), 0, 0,
     "before its parts"},
    {"test", "Calls", "Count", METRIC_COUNT, offsetof(struct parts, calls), 0, 0, 0, ""},
    {"test", "Errors", "Count", METRIC_COUNT, offsetof(struct parts, errors), 0, 0, 0, ""},
    {"test", "Wait", "Milliseconds", METRIC_TALLY, offsetof(struct parts, wait), 0, 0, 1, ""},
    {"test", "Size", "Bytes", METRIC_TALLY, offsetof(struct parts, size), 0, 0, 0, ""},
    {"test", "BusyRatio", "None", METRIC_GAUGE_RATIO, offsetof(struct parts, busy), offsetof(struct parts, alive), 0, 0, ""},
    {"test", "Busy", "Count", METRIC_GAUGE, offsetof(struct parts, busy), 0, 1, 0, ""},
    {"test", "Alive", "Count", METRIC_GAUGE, offsetof(struct parts, alive), 0, 0, 0, ""},
    {"test", "BusyAgain", "Count", METRIC_GAUGE, offsetof(struct parts, busy), 0, 1, 0, "a second name of the same gauge"},
    {"test", "BusyShare", "Percent", METRIC_GAUGE_RATIO, offsetof(struct parts, busy), offsetof(struct parts, alive), 0, 0, ""},
    {0},
};
enum { ERROR_RATE, CALLS, ERRORS, WAIT, SIZE, BUSY_RATIO, BUSY, ALIVE, BUSY_AGAIN, BUSY_SHARE, METRICS };

enum what { CALL, COLD_CALL, FAILED_CALL, BUSY_CHANGE, ALIVE_CHANGE };

/* One thing that happens to one of two resources. */
struct happening {
    int64_t time_ns;
    unsigned resource;
    enum what what;
    int64_t value; /* the wait or the change */
};

enum { MOST_ROWS = 4096, RESOURCES = 2, SLOTS = METRICS * (RESOURCES + 1) };

/* What the sink was told. */
struct row {
    int64_t from_ns, until_ns;
    size_t slot;
    struct period_value value;
    uint64_t tally_count;
    double p50, sum; /* of tallies */
};

struct recording {
    const struct measure *measure;
    size_t count;
    struct row rows[MOST_ROWS];
    enum status answer;
};

static enum status record(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                          const struct period_value *value)
{
    struct recording *recording = context;
    assert_true(recording->count < MOST_ROWS);
    struct row *row = &recording->rows[recording->count++];
    *row = (struct row){.from_ns = from_ns, .until_ns = until_ns, .slot = (size_t)(slot - recording->measure->slots), .value = *value};
    if (value->tally) {
        row->tally_count = value->tally->count;
        row->sum = period_value_stat(slot->type, value, "Sum");
        row->p50 = period_value_stat(slot->type, value, "p50");
    }
    return recording->answer;
}

struct bench {
    struct simulation_settings settings;
    struct simulation simulation;
    struct measure *measure;
    struct parts total, resources[RESOURCES];
    struct recording recording;
    struct series_sink sink;
};

static void bench_init(struct bench *bench, int64_t warmup_ns, int64_t duration_ns, int64_t drain_ns, int64_t period_ns, bool sink,
                       bool total_series, bool series)
{
    memset(bench, 0xA5, sizeof *bench); /* nothing may count on states that are zero */
    bench->settings =
        (struct simulation_settings){.warmup_ns = warmup_ns, .duration_ns = duration_ns, .drain_ns = drain_ns, .period_ns = period_ns};
    memset(&bench->simulation, 0, sizeof bench->simulation);
    bench->simulation.settings = &bench->settings;
    bench->simulation.end_ns = duration_ns + drain_ns;
    assert_int_equal(measure_new(&bench->measure), STATUS_OK);
    measure_attach(bench->measure, &bench->simulation);
    assert_int_equal(measure_register(bench->measure, "all", table, &bench->total, NULL, total_series), STATUS_OK);
    assert_int_equal(measure_register(bench->measure, "one", table, &bench->resources[0], &bench->total, series), STATUS_OK);
    assert_int_equal(measure_register(bench->measure, "two", table, &bench->resources[1], &bench->total, series), STATUS_OK);
    assert_int_equal(measure_register(bench->measure, "nothing", NULL, NULL, NULL, true), STATUS_OK);
    bench->recording.measure = bench->measure;
    bench->recording.count = 0;
    bench->recording.answer = STATUS_OK;
    bench->sink = (struct series_sink){.context = &bench->recording, .period = record};
    if (sink)
        bench->measure->sink = &bench->sink;
}

static enum status pass(struct bench *bench, int64_t until_ns)
{
    enum status status = STATUS_OK;
    while (bench->simulation.next_boundary_ns <= until_ns && status == STATUS_OK) {
        int64_t at_ns = bench->simulation.next_boundary_ns;
        status = bench->simulation.boundary.call(bench->simulation.boundary.context, &bench->simulation, at_ns);
        assert_true(bench->simulation.next_boundary_ns > at_ns);
    }
    return status;
}

static void happen(struct bench *bench, const struct happening *happening)
{
    struct parts *parts = &bench->resources[happening->resource];
    switch (happening->what) {
    case FAILED_CALL:
        counter_add(&parts->errors, 1);
        /* fall through */
    case CALL:
    case COLD_CALL:
        counter_add(&parts->calls, 1);
        tally_add(&parts->wait, happening->what == COLD_CALL ? TALLY_COLD : TALLY_WARM, happening->value);
        tally_add(&parts->size, TALLY_ALL, happening->value * 3);
        break;
    case BUSY_CHANGE:
        gauge_add(&parts->busy, happening->time_ns, happening->value);
        break;
    case ALIVE_CHANGE:
        gauge_add(&parts->alive, happening->time_ns, happening->value);
        break;
    }
}

static enum status bench_run(struct bench *bench, const struct happening *happenings, size_t count)
{
    enum status status = pass(bench, 0);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = pass(bench, happenings[i].time_ns);
        happen(bench, &happenings[i]);
    }
    return status == STATUS_OK ? pass(bench, bench->simulation.end_ns) : status;
}

static double figure(const struct bench *bench, size_t slot, const char *stat)
{
    const struct metric_type *type = bench->measure->slots[slot].type;
    double values[FIGURES_MAX];
    metric_figures(&bench->measure->slots[slot], values);
    for (size_t i = 0; i < metric_figure_count(type); i++) {
        if (strcmp(metric_figure_stat(type, i), stat) == 0)
            return values[i];
    }
    fail_msg("%s has no %s", type->name, stat);
    return NAN;
}

static const struct row *row_of(const struct bench *bench, size_t slot, size_t number)
{
    for (size_t i = 0; i < bench->recording.count; i++) {
        if (bench->recording.rows[i].slot == slot && number-- == 0)
            return &bench->recording.rows[i];
    }
    return NULL;
}

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
    const struct histogram *histograms[2] = {NULL, NULL};
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

/* Random runs on a coarse grid of times, so that events, periods, warm-up and ends often fall together. */
enum { MOST_HAPPENINGS = 300, TIMES = 60 };

static size_t make_happenings(gsl_rng *rng, int64_t end_ns, struct happening *happenings)
{
    size_t count = 0;
    int64_t levels[RESOURCES][2] = {{0}};
    for (int64_t time_ns = 0; time_ns < end_ns; time_ns++) {
        for (size_t n = gsl_rng_uniform_int(rng, 4); n > 0 && count < MOST_HAPPENINGS; n--) {
            struct happening *happening = &happenings[count++];
            *happening = (struct happening){.time_ns = time_ns, .resource = (unsigned)gsl_rng_uniform_int(rng, RESOURCES)};
            happening->what = (enum what)gsl_rng_uniform_int(rng, 5);
            happening->value = (int64_t)gsl_rng_uniform_int(rng, 40);
            if (happening->what < BUSY_CHANGE)
                continue;
            int64_t *level = &levels[happening->resource][happening->what - BUSY_CHANGE];
            happening->value -= *level; /* to a random level */
            *level += happening->value;
        }
    }
    return count;
}

/* A level's figures by looking at every nanosecond. */
struct replay {
    int64_t integral, length_ns, minimum, maximum;
    int64_t at_level[2 * 40];
};

/* The level of `what` (summed over resources when `resource` is RESOURCES) over [from, until). */
static struct replay replay_level(const struct happening *happenings, size_t count, enum what what, unsigned resource, int64_t from_ns,
                                  int64_t until_ns)
{
    struct replay replay = {.minimum = INT64_MAX, .maximum = INT64_MIN};
    int64_t level = 0;
    size_t next = 0;
    for (int64_t time_ns = 0; time_ns < until_ns; time_ns++) {
        bool inside = time_ns >= from_ns;
        for (;; next++) {
            if (inside && level < replay.minimum)
                replay.minimum = level;
            if (inside && level > replay.maximum)
                replay.maximum = level;
            if (next == count || happenings[next].time_ns > time_ns)
                break;
            if (happenings[next].what == what && (resource == RESOURCES || happenings[next].resource == resource))
                level += happenings[next].value;
        }
        if (!inside)
            continue;
        replay.integral += level;
        replay.length_ns++;
        replay.at_level[level]++;
    }
    return replay;
}

/* The level below which `permille` of the time was spent, by nearest rank. */
static double replay_quantile(const struct replay *replay, int64_t permille)
{
    int64_t seen = 0;
    for (int level = 0;; level++) {
        seen += replay->at_level[level];
        if (1000 * seen >= permille * replay->length_ns)
            return level;
    }
}

static void check_level(const struct bench *bench, const struct happening *happenings, size_t count, enum what what, unsigned resource)
{
    size_t slot = (resource == RESOURCES ? 0 : (resource + 1) * METRICS) + (what == BUSY_CHANGE ? BUSY : ALIVE);
    struct replay replay = replay_level(happenings, count, what, resource, bench->settings.warmup_ns, bench->settings.duration_ns);
    if (replay.length_ns == 0) {
        assert_true(isnan(figure(bench, slot, "Average")));
        return;
    }
    assert_true(figure(bench, slot, "Average") == (double)replay.integral / (double)replay.length_ns);
    assert_true(figure(bench, slot, "Minimum") == (double)replay.minimum);
    assert_true(figure(bench, slot, "Maximum") == (double)replay.maximum);
    if (what == BUSY_CHANGE) {
        assert_true(figure(bench, slot, "p50") == replay_quantile(&replay, 500));
        assert_true(figure(bench, slot, "p90") == replay_quantile(&replay, 900));
        assert_true(figure(bench, slot, "p99.9") == replay_quantile(&replay, 999));
    }
}

static void check_counts(const struct bench *bench, const struct happening *happenings, size_t count, unsigned resource)
{
    double calls = 0, errors = 0, waited = 0;
    for (size_t i = 0; i < count; i++) {
        if (happenings[i].time_ns < bench->settings.warmup_ns || happenings[i].what >= BUSY_CHANGE ||
            (resource != RESOURCES && happenings[i].resource != resource))
            continue;
        calls += 1;
        errors += happenings[i].what == FAILED_CALL;
        waited += (double)happenings[i].value;
    }
    size_t first = resource == RESOURCES ? 0 : (resource + 1) * METRICS;
    assert_true(figure(bench, first + CALLS, "Sum") == calls);
    assert_true(figure(bench, first + ERRORS, "Sum") == errors);
    assert_true(figure(bench, first + WAIT, "SampleCount") == calls);
    assert_true(figure(bench, first + WAIT, "Sum") == waited / 1e6);
    assert_true(figure(bench, first + SIZE, "Sum") == 3 * waited);
}

/* The rows of a run follow one another from the warm-up's end to the end, and add up to the whole. */
static void check_rows(const struct bench *bench, const struct happening *happenings, size_t count)
{
    const struct simulation_settings *settings = &bench->settings;
    int64_t at_ns = settings->warmup_ns;
    uint64_t calls = 0, waits = 0;
    const struct row *row;
    for (size_t i = 0; (row = row_of(bench, CALLS, i)); i++) {
        assert_true(row->from_ns == at_ns && row->until_ns > at_ns);
        assert_true(row->until_ns <= at_ns - at_ns % settings->period_ns + settings->period_ns);
        at_ns = row->until_ns;
        assert_true(at_ns == bench->simulation.end_ns || at_ns % settings->period_ns == 0);
        calls += row->value.count;
        waits += row_of(bench, WAIT, i)->tally_count;
        struct replay replay = replay_level(happenings, count, BUSY_CHANGE, RESOURCES, row->from_ns, row->until_ns);
        const struct gauge_span *busy = &row_of(bench, BUSY, i)->value.span;
        assert_true(busy->integral == replay.integral && busy->length_ns == replay.length_ns);
        assert_true(busy->minimum == replay.minimum && busy->maximum == replay.maximum);
    }
    assert_true(at_ns == bench->simulation.end_ns);
    assert_true((double)calls == figure(bench, CALLS, "Sum"));
    assert_true((double)waits == figure(bench, WAIT, "SampleCount"));
}

static void expect_same_figures(const struct bench *one, const struct bench *other)
{
    for (size_t slot = 0; slot < SLOTS; slot++) {
        double values[2][FIGURES_MAX];
        metric_figures(&one->measure->slots[slot], values[0]);
        metric_figures(&other->measure->slots[slot], values[1]);
        for (size_t i = 0; i < metric_figure_count(one->measure->slots[slot].type); i++)
            assert_true(values[0][i] == values[1][i] || (isnan(values[0][i]) && isnan(values[1][i])));
    }
}

static void test_random_runs(void **state)
{
    (void)state;
    static struct bench plain, all, total_only;
    static struct happening happenings[MOST_HAPPENINGS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    assert_non_null(rng);
    for (int run = 0; run < 300; run++) {
        int64_t duration_ns = 1 + (int64_t)gsl_rng_uniform_int(rng, TIMES);
        int64_t warmup_ns = gsl_rng_uniform_int(rng, 3) ? (int64_t)gsl_rng_uniform_int(rng, (unsigned long)duration_ns + 1) : 0;
        int64_t drain_ns = gsl_rng_uniform_int(rng, 2) ? (int64_t)gsl_rng_uniform_int(rng, TIMES / 2) : 0;
        int64_t period_ns = 1 + (int64_t)gsl_rng_uniform_int(rng, 15);
        size_t count = make_happenings(rng, duration_ns + drain_ns, happenings);
        bench_init(&plain, warmup_ns, duration_ns, drain_ns, period_ns, false, true, true);
        bench_init(&all, warmup_ns, duration_ns, drain_ns, period_ns, true, true, true);
        bench_init(&total_only, warmup_ns, duration_ns, drain_ns, period_ns, true, true, false);
        assert_int_equal(bench_run(&plain, happenings, count), STATUS_OK);
        assert_int_equal(bench_run(&all, happenings, count), STATUS_OK);
        assert_int_equal(bench_run(&total_only, happenings, count), STATUS_OK);
        for (unsigned resource = 0; resource <= RESOURCES; resource++) {
            check_counts(&plain, happenings, count, resource);
            check_level(&plain, happenings, count, BUSY_CHANGE, resource);
            check_level(&plain, happenings, count, ALIVE_CHANGE, resource);
        }
        expect_same_figures(&plain, &all);
        expect_same_figures(&plain, &total_only);
        check_rows(&all, happenings, count);
        check_rows(&total_only, happenings, count);
        measure_free(plain.measure);
        measure_free(all.measure);
        measure_free(total_only.measure);
    }
    gsl_rng_free(rng);
}

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
        cmocka_unit_test(test_sink_ends_the_run),
        cmocka_unit_test(test_random_runs),
        cmocka_unit_test(test_statistics_by_name),
        cmocka_unit_test(test_statistics_of_a_value),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
