/* test_watch.c: M of N with what is missing: every row of the tables that the provider's documentation gives, and what follows from its
 * rules; slices, delays and their ring. */
#include "measure/measure.h"
#include "measure/watch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The newest point is the last letter: 0 fine, X breaching, - missing. R: the state is retained, I: not enough data. */
struct row {
    const char *points;
    uint32_t m, n;
    const char *verdicts; /* by treatment: missing, ignore, breaching, not breaching */
};

static const struct row rows[] = {
    /* The documentation's first table, 3 of 3 in a range of 5. */
    {"0-X-X", 3, 3, "OOOO"},
    {"0----", 3, 3, "OOOO"},
    {"-----", 3, 3, "IRAO"},
    {"0XX-X", 3, 3, "AAAA"},
    {"--X--", 3, 3, "ARAO"},
    /* Its second, 2 of 3. */
    {"0-X-X", 2, 3, "AAAA"},
    {"00X0X", 2, 3, "AAAA"},
    {"0-X--", 2, 3, "OOAO"},
    {"----0", 2, 3, "OOAO"},
    {"---X-", 2, 3, "ARAO"},
    /* A breach that is young yet does not alarm: what comes may be fine. */
    {"----X", 3, 3, "RRAO"},
    {"---X-", 3, 3, "RRAO"},
    {"---X0", 3, 3, "OOOO"},
    {"--X-0", 3, 3, "OOOO"},
    {"-X---", 3, 3, "ARAO"},
    {"X----", 3, 3, "ARAO"},
    /* Enough points: the newest three decide, whatever is missing or older. */
    {"X00XX", 3, 3, "OOOO"},
    {"XXX00", 3, 3, "OOOO"},
    {"00XXX", 3, 3, "AAAA"},
    {"XX--X", 3, 3, "AAAA"},
    {"X-0-X", 2, 3, "AAAA"},
    {"0-0-X", 2, 3, "OOOO"},
    /* One of one: the first point is as old as it must be. */
    {"--X", 1, 1, "AAAA"},
    {"X--", 1, 1, "AAAA"},
    {"--0", 1, 1, "OOOO"},
    {"---", 1, 1, "IRAO"},
    /* Filled in as breaching, but never more than is needed. */
    {"--0-0", 2, 3, "OOOO"},
    {"--0-0", 1, 3, "OOAO"},
    {"--X-X", 2, 3, "AAAA"},
    {"--X-X", 3, 3, "ARAO"},
};

static void test_documented_rows(void **state)
{
    (void)state;
    static const char letters[] = {[WATCH_RETAIN] = 'R', [WATCH_NOTHING] = 'I', [WATCH_OK] = 'O', [WATCH_ALARM] = 'A'};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double values[8];
        uint32_t count = (uint32_t)strlen(rows[i].points);
        for (uint32_t k = 0; k < count; k++) {
            char point = rows[i].points[count - 1 - k];
            values[k] = point == '-' ? (double)NAN : point == 'X' ? 2 : 1;
        }
        for (int missing = WATCH_MISSING; missing <= WATCH_NOT_BREACHING; missing++) {
            const struct watch_rule rule = {.points = rows[i].n,
                                            .breaches = rows[i].m,
                                            .comparison = WATCH_GREATER,
                                            .threshold = 1,
                                            .missing = (enum watch_missing)missing};
            char verdict = letters[watch_judge(&rule, values, count)];
            if (verdict != rows[i].verdicts[missing])
                fail_msg("%s %u of %u, treatment %d: %c, not %c", rows[i].points, rows[i].m, rows[i].n, missing, verdict,
                         rows[i].verdicts[missing]);
        }
    }
}

static void test_comparisons(void **state)
{
    (void)state;
    static const struct {
        enum watch_comparison comparison;
        const char *verdicts; /* of 0, 1, 2 against 1 */
    } cases[] = {{WATCH_GREATER_OR_EQUAL, "OAA"}, {WATCH_GREATER, "OOA"}, {WATCH_LESS, "AOO"}, {WATCH_LESS_OR_EQUAL, "AAO"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int value = 0; value < 3; value++) {
            const struct watch_rule rule = {.points = 1, .breaches = 1, .comparison = cases[i].comparison, .threshold = 1};
            double point = value;
            assert_int_equal(watch_judge(&rule, &point, 1), cases[i].verdicts[value] == 'A' ? WATCH_ALARM : WATCH_OK);
        }
}

/* A resource that counts, is busy and takes time, by a script of one letter a minute, and watches itself. */
struct worker {
    uint32_t self;
    const char *script; /* how much happens in each minute, '0' to '9' */
    struct watch_rule rule;
    const char *metric;
    struct watch watch;
    struct probe probe;
    struct counter calls, errors, bytes;
    struct tally took;
    struct gauge busy, there;
    struct watch_finding findings[64];
    int64_t found_ns[64];
    size_t found;
};

static const struct metric_type worker_metrics[] = {
    {"t", "Calls", "Count", METRIC_COUNT, offsetof(struct worker, calls), .help = ""},
    {"t", "Errors", "Count", METRIC_COUNT, offsetof(struct worker, errors), .samples = METRIC_WHILE(struct worker, calls), .help = ""},
    {"t", "Steady", "Count", METRIC_COUNT, offsetof(struct worker, errors), .steady = 1, .help = ""},
    {"t", "Took", "Milliseconds", METRIC_TALLY, offsetof(struct worker, took), .help = ""},
    {"t", "Busy", "Count", METRIC_GAUGE, offsetof(struct worker, busy), .samples = METRIC_WHILE(struct worker, calls), .help = ""},
    {"t", "There", "Count", METRIC_GAUGE, offsetof(struct worker, there), .levels = 1, .help = ""},
    {"t", "Share", "None", METRIC_GAUGE_RATIO, offsetof(struct worker, busy), offsetof(struct worker, there), .help = ""},
    {"t", "ErrorRate", "Percent", METRIC_PERCENT, offsetof(struct worker, errors), offsetof(struct worker, calls), .help = ""},
    {0},
};

enum { WORKER_WATCH, WORKER_WATCH_KNOWN, WORKER_MINUTE, WORKER_HALF };

static void worker_start(struct simulation *simulation, void *self)
{
    struct worker *worker = self;
    gauge_add(&worker->there, 0, 10);
    simulation_fail(simulation,
                    watch_start(&worker->watch, &worker->rule, simulation, worker->self, WORKER_WATCH, "W", "t", worker->metric));
    for (uint32_t i = 0; worker->script[i]; i++)
        simulation_schedule(simulation, worker->self, WORKER_MINUTE, RANK_ARRIVAL, i * NS_PER_MIN + NS_PER_S, i);
}

/* Each unit: a call of 10 ms times its number, every second an error; busy for 30 s of the minute. */
static void worker_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct worker *worker = self;
    struct watch_finding finding;
    if (event->kind <= WORKER_WATCH_KNOWN) {
        if (watch_handle(simulation, &worker->watch, event, &finding) && worker->found < 64) {
            worker->found_ns[worker->found] = simulation->now_ns;
            worker->findings[worker->found++] = finding;
        }
        worker->watch.level = simulation->now_ns / NS_PER_MIN;
        return;
    }
    int64_t count = worker->script[event->data] - '0';
    if (event->kind == WORKER_HALF) {
        gauge_add(&worker->busy, simulation->now_ns, -count);
        return;
    }
    counter_add(&worker->calls, (uint64_t)count);
    counter_add(&worker->errors, (uint64_t)count / 2);
    for (int64_t i = 1; i <= count; i++)
        tally_add(&worker->took, TALLY_ALL, i * 10 * NS_PER_MS);
    gauge_add(&worker->busy, simulation->now_ns, count);
    simulation_schedule(simulation, worker->self, WORKER_HALF, RANK_COMPLETION, simulation->now_ns + 30 * NS_PER_S, event->data);
}

static void worker_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    watch_fini(&((struct worker *)self)->watch);
}

static const struct model_type worker_type = {
    .type = "Test::Worker",
    .size = sizeof(struct worker),
    .self_offset = offsetof(struct worker, self),
    .metrics = worker_metrics,
    .start = worker_start,
    .handle = worker_handle,
    .destroy = worker_destroy,
};

static struct worker run_worker(const char *metric, const char *script, const struct watch_rule *rule, int64_t warmup_ns)
{
    const struct worker config = {.script = script, .rule = *rule, .metric = metric};
    const struct entity_spec spec = {.name = "W", .type = &worker_type, .config = &config};
    const struct simulation_settings settings = {
        .seed = 1, .duration_ns = (int64_t)(strlen(script) + 1) * NS_PER_MIN, .warmup_ns = warmup_ns, .period_ns = 7 * NS_PER_S};
    struct simulation *simulation;
    struct measure *measure;
    assert_int_equal(simulation_new(&settings, &spec, 1, 0, NULL, &simulation), STATUS_OK);
    assert_int_equal(measure_new(&measure), STATUS_OK);
    assert_int_equal(measure_register(measure, "W", worker_metrics, entity_state(simulation, 0), NULL, false), STATUS_OK);
    measure_attach(measure, simulation);
    assert_int_equal(simulation_run(simulation), STATUS_OK);
    struct worker result = *(struct worker *)entity_state(simulation, 0);
    measure_free(measure);
    simulation_free(simulation);
    return result;
}

static const struct watch_rule each_minute = {
    .period_ns = NS_PER_MIN, .points = 1, .breaches = 1, .range = 1, .comparison = WATCH_GREATER, .threshold = 1e9, .every_ns = NS_PER_MIN};

/* The value of each minute of "40129" by metric and statistic; NaN: no data. */
static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        enum probe_statistic statistic;
        double share;
        double values[5];
    } cases[] = {
        {"Calls", PROBE_SUM, 0, {4, NAN, 1, 2, 9}},
        {"Calls", PROBE_SAMPLE_COUNT, 0, {4, NAN, 1, 2, 9}},
        {"Calls", PROBE_AVERAGE, 0, {1, NAN, 1, 1, 1}},
        /* Errors of calls: 0 while there are calls, and their average is the error rate. */
        {"Errors", PROBE_SUM, 0, {2, NAN, 0, 1, 4}},
        {"Errors", PROBE_AVERAGE, 0, {0.5, NAN, 0, 0.5, 4.0 / 9}},
        {"Errors", PROBE_MAXIMUM, 0, {1, NAN, 0, 1, 1}},
        {"Errors", PROBE_MINIMUM, 0, {0, NAN, 0, 0, 0}},
        {"Steady", PROBE_SUM, 0, {2, 0, 0, 1, 4}},
        {"Took", PROBE_AVERAGE, 0, {25, NAN, 10, 15, 50}},
        {"Took", PROBE_SUM, 0, {100, NAN, 10, 30, 450}},
        {"Took", PROBE_MAXIMUM, 0, {40, NAN, 10, 20, 90}},
        {"Took", PROBE_PERCENTILE, 1, {40, NAN, 10, 20, 90}},
        /* Busy for half of the minute. */
        {"Busy", PROBE_AVERAGE, 0, {2, NAN, 0.5, 1, 4.5}},
        {"Busy", PROBE_MAXIMUM, 0, {4, NAN, 1, 2, 9}},
        {"Busy", PROBE_MINIMUM, 0, {0, NAN, 0, 0, 0}},
        {"There", PROBE_AVERAGE, 0, {10, 10, 10, 10, 10}},
        {"There", PROBE_PERCENTILE, 0.5, {10, 10, 10, 10, 10}},
        {"Share", PROBE_AVERAGE, 0, {0.2, 0, 0.05, 0.1, 0.45}},
        {"Share", PROBE_MAXIMUM, 0, {0.4, 0, 0.1, 0.2, 0.9}},
        {"ErrorRate", PROBE_AVERAGE, 0, {50, NAN, 0, 50, 400.0 / 9}},
    };
    /* What measuring does, warm-up and periods of its own, does not show. */
    for (int warmup = 0; warmup < 2; warmup++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct watch_rule rule = each_minute;
            rule.statistic = cases[i].statistic;
            rule.share = cases[i].share;
            struct worker worker = run_worker(cases[i].metric, "40129", &rule, warmup * 90 * NS_PER_S);
            assert_int_equal(worker.found, 5);
            for (size_t k = 0; k < 5; k++) {
                double value = worker.findings[k].value, wanted = cases[i].values[k];
                double tolerance = cases[i].statistic == PROBE_PERCENTILE ? 0.008 : 1e-12; /* what a histogram keeps */
                if (isnan(value) != isnan(wanted) || fabs(value - wanted) > tolerance * fabs(wanted))
                    fail_msg("%s, statistic %d, minute %zu: %g, not %g", cases[i].metric, (int)cases[i].statistic, k, value, wanted);
                assert_int_equal(worker.found_ns[k], (int64_t)(k + 1) * NS_PER_MIN);
                assert_true(isnan(wanted) || worker.findings[k].level == (int64_t)k);
            }
        }
}

/* Five-minute points every minute, known 150 s later: each is the sum of the five minutes before its end. */
static void test_sliding_and_delayed(void **state)
{
    (void)state;
    struct watch_rule rule = each_minute;
    rule.statistic = PROBE_SUM;
    rule.period_ns = 5 * NS_PER_MIN;
    rule.delay_ns = 150 * NS_PER_S;
    static const double sums[] = {1, 3, 6, 10, 15, 20, 25};
    struct worker worker = run_worker("Calls", "1234567890", &rule, 0);
    assert_int_equal(worker.found, 8);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(worker.found_ns[i], (int64_t)(i + 1) * NS_PER_MIN + 150 * NS_PER_S);
        assert_true(worker.findings[i].value == sums[i]);
    }
    rule.statistic = PROBE_PERCENTILE;
    rule.share = 1;
    worker = run_worker("Took", "1234567890", &rule, 0);
    for (size_t i = 0; i < 7; i++)
        assert_true(fabs(worker.findings[i].value - 10 * (double)(i + 1)) < 0.1 * (double)(i + 1));
}

/* Without such a metric there is never data. */
static void test_no_metric(void **state)
{
    (void)state;
    struct watch_rule rule = each_minute;
    struct worker worker = run_worker("Nothing", "111", &rule, 0);
    assert_int_equal(worker.found, 3);
    assert_true(isnan(worker.findings[0].value));
    assert_int_equal(worker.findings[2].verdict, WATCH_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented_rows),     cmocka_unit_test(test_comparisons), cmocka_unit_test(test_values),
        cmocka_unit_test(test_sliding_and_delayed), cmocka_unit_test(test_no_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
