/* test_measure_replay.c: random runs, with and without series, against a replay that looks at every nanosecond. */
#include "measure_bench.h"

#include <gsl/gsl_rng.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
