/* measure_bench.h: two resources and their sum, with every kind of metric, driven through a measurement without a simulation around it. */
#ifndef SLSIM_TESTS_MEASURE_BENCH_H
#define SLSIM_TESTS_MEASURE_BENCH_H

#include "measure/measure.h"

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
    {"test", "ErrorRate", "Percent", METRIC_PERCENT, offsetof(struct parts, errors), offsetof(struct parts, calls),
     .help = "before its parts"},
    {"test", "Calls", "Count", METRIC_COUNT, offsetof(struct parts, calls), .help = ""},
    {"test", "Errors", "Count", METRIC_COUNT, offsetof(struct parts, errors), .help = ""},
    {"test", "Wait", "Milliseconds", METRIC_TALLY, offsetof(struct parts, wait), .classes = 1, .help = ""},
    {"test", "Size", "Bytes", METRIC_TALLY, offsetof(struct parts, size), .help = ""},
    {"test", "BusyRatio", "None", METRIC_GAUGE_RATIO, offsetof(struct parts, busy), offsetof(struct parts, alive), .help = ""},
    {"test", "Busy", "Count", METRIC_GAUGE, offsetof(struct parts, busy), .levels = 1, .help = ""},
    {"test", "Alive", "Count", METRIC_GAUGE, offsetof(struct parts, alive), .help = ""},
    {"test", "BusyAgain", "Count", METRIC_GAUGE, offsetof(struct parts, busy), .levels = 1, .help = "a second name of the same gauge"},
    {"test", "BusyShare", "Percent", METRIC_GAUGE_RATIO, offsetof(struct parts, busy), offsetof(struct parts, alive), .help = ""},
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

static inline enum status record(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
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

static inline void bench_init(struct bench *bench, int64_t warmup_ns, int64_t duration_ns, int64_t drain_ns, int64_t period_ns, bool sink,
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

static inline enum status pass(struct bench *bench, int64_t until_ns)
{
    enum status status = STATUS_OK;
    while (bench->simulation.next_boundary_ns <= until_ns && status == STATUS_OK) {
        int64_t at_ns = bench->simulation.next_boundary_ns;
        status = bench->simulation.boundary.call(bench->simulation.boundary.context, &bench->simulation, at_ns);
        assert_true(bench->simulation.next_boundary_ns > at_ns);
    }
    return status;
}

static inline void happen(struct bench *bench, const struct happening *happening)
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

static inline enum status bench_run(struct bench *bench, const struct happening *happenings, size_t count)
{
    enum status status = pass(bench, 0);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = pass(bench, happenings[i].time_ns);
        happen(bench, &happenings[i]);
    }
    return status == STATUS_OK ? pass(bench, bench->simulation.end_ns) : status;
}

static inline double figure(const struct bench *bench, size_t slot, const char *stat)
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

static inline const struct row *row_of(const struct bench *bench, size_t slot, size_t number)
{
    for (size_t i = 0; i < bench->recording.count; i++) {
        if (bench->recording.rows[i].slot == slot && number-- == 0)
            return &bench->recording.rows[i];
    }
    return NULL;
}

#endif
