/* test_compare.c: what a difference means: marks, verdicts, bounds, how many replications are wanted, and runs in steps. */
#include "experiment/compare.h"
#include "experiment/variant.h"
#include "model_fixture.h"

#define SCENARIO(DURATION, MORE)                                                                                                           \
    "{'duration': '60s', 'drain': '10s', 'seed': 3, 'replications': 4, 'Resources': {'F': {'Type': 'AWS::Lambda::Function', "              \
    "'Properties': "                                                                                                                       \
    "{'Timeout': 60}}" MORE "}, 'behavior': {'F': {'init': '0ms', 'duration': " DURATION                                                   \
    "}}, 'traffic': [{'name': 'calls', 'target': 'F', 'poisson': '5/s'}]}"

static const struct difference *added(struct compare *compare, const char *metric, const char *stat)
{
    assert_int_equal(compare_add(compare, "calls", metric, stat), STATUS_OK);
    return &compare->figures[compare->count - 1];
}

/* B's calls take 10 ms longer, each of them: the difference is the same in all replications, whatever chance does. */
static void test_differences(void **state)
{
    (void)state;
    struct model_run a, b;
    model_open(&a);
    model_open(&b);
    model_execute(&a, SCENARIO("{'uniform': ['100ms', '300ms']}", ""));
    model_execute(&b, SCENARIO("{'uniform': ['110ms', '310ms']}", ", 'Spare': {'Type': 'AWS::SQS::Queue', 'Properties': {}}"));
    struct compare compare;
    struct min_effects effects = MIN_EFFECTS_NONE;
    assert_int_equal(compare_init(&compare, a.result, b.result, &effects), STATUS_OK);
    assert_int_equal(compare.pairs, 4);
    const struct difference *difference = added(&compare, "ResponseTime", "Average");
    assert_near(difference->interval.mean, 10, 1e-6);
    assert_near(difference->interval.high - difference->interval.low, 0, 1e-6);
    assert_near(difference->mean_b - difference->mean_a, 10, 1e-6);
    assert_near(difference_percent(difference), 1000 / difference->mean_a, 1e-6);
    assert_int_equal(difference->mark, '~');
    assert_int_equal(difference->effect, EFFECT_WORSE);
    difference = added(&compare, "Succeeded", "Sum"); /* all of them, in both */
    assert_int_equal(difference->mark, '=');
    assert_int_equal(difference->effect, EFFECT_NEGLIGIBLE);
    assert_int_equal(added(&compare, "ResponseTime", "SampleCount")->mark, '=');
    size_t before = compare.count;
    assert_int_equal(compare_add(&compare, "nobody", "Succeeded", "Sum"), STATUS_OK);
    assert_int_equal(compare.count, before);
    assert_int_equal(compare_add(&compare, "Spare", "NumberOfMessagesSent", "Sum"), STATUS_OK);
    assert_int_equal(compare.figures[before].mark, '+');
    assert_true(isnan(compare.figures[before].interval.mean));
    assert_int_equal(compare_add_month(&compare), STATUS_OK);
    assert_int_equal(compare.figures[compare.count - 1].effect, EFFECT_WORSE); /* dearer: longer calls, the same number of them */
    compare_fini(&compare);

    /* The other way round it is better; and what is too small to matter is negligible, to either side. */
    effects.ns = 11e6;
    assert_int_equal(compare_init(&compare, b.result, a.result, &effects), STATUS_OK);
    assert_int_equal(added(&compare, "ResponseTime", "Average")->effect, EFFECT_NEGLIGIBLE);
    compare.effects.ns = 9e6;
    assert_int_equal(added(&compare, "ResponseTime", "Average")->effect, EFFECT_BETTER);
    compare.effects = MIN_EFFECTS_NONE;
    compare.effects.share = 0.5;
    assert_int_equal(added(&compare, "ResponseTime", "Average")->effect, EFFECT_NEGLIGIBLE);
    compare.effects.share = 0;
    assert_int_equal(compare_add(&compare, "F", "ConcurrentExecutions", "Average"), STATUS_OK); /* more of it is neither good nor bad */
    assert_int_equal(compare.figures[compare.count - 1].effect, EFFECT_UNCLEAR);
    for (size_t i = 0; i < compare.cost_count; i++)
        assert_int_equal(compare.cost[i].mark, strcmp(compare.cost[i].price->usage_type, "Lambda-GB-Second") == 0 ? '~' : '=');
    compare_fini(&compare);
    model_close(&a);
    model_close(&b);
}

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"calls.ResponseTime > +9ms", true},  {"calls.ResponseTime > +11ms", false}, {"calls.ResponseTime > +4%", true},
        {"calls.ResponseTime > +6%", false},  {"calls.ResponseTime > 205ms", true},  {"calls.ResponseTime > 215ms", false},
        {"calls.Succeeded < -0%", false},     {"calls.Succeeded > +0", false},       {"cost.month > +1%", true},
        {"calls.FailedRate > +0.1pp", false}, {"F.IteratorAge.p99 > 0ms", false},    {"F.IteratorAge.p99 < 1s", false},
    };
    struct model_run a, b;
    model_open(&a);
    model_open(&b);
    model_execute(&a, SCENARIO("{'uniform': ['100ms', '300ms']}", ""));
    model_execute(&b, SCENARIO("{'uniform': ['110ms', '310ms']}", ""));
    struct compare compare;
    const struct min_effects effects = MIN_EFFECTS_NONE;
    assert_int_equal(compare_init(&compare, a.result, b.result, &effects), STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct figure_bound bound;
        assert_true(figure_bound_parse(a.scenario, "--fail-if", cases[i].text, true, &a.diagnostics, &bound));
        if (compare_bound(&compare, &bound).holds != cases[i].holds)
            fail_msg("%s", cases[i].text);
    }
    compare_fini(&compare);
    model_close(&a);
    model_close(&b);
}

static void test_min_effects(void **state)
{
    (void)state;
    struct min_effects effects = MIN_EFFECTS_NONE;
    static const char *const good[] = {"1%", "10ms", "$5", "3", "0.1pp", "2KB"}, *const bad[] = {"", "much", "-3", "1%%", "pp", "-$5"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(min_effects_parse(good[i], &effects));
    assert_true(effects.share == 0.01 && effects.ns == 1e7 && effects.usd == 5 && effects.count == 3 && effects.points == 0.1 &&
                effects.bytes == 2048);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(min_effects_parse(bad[i], &effects));
}

static void test_wanted(void **state)
{
    (void)state;
    struct interval interval = {.mean = 100, .low = 98, .high = 102, .count = 10};
    assert_int_equal(replications_wanted(&interval, 100, 0.02, 10, 1000), 10);
    assert_int_equal(replications_wanted(&interval, 100, 0.019, 10, 1000), 13); /* 10 x 1.1 x (2 / 1.9)^2 */
    assert_int_equal(replications_wanted(&interval, -100, 0.001, 10, 1000), 40);
    assert_int_equal(replications_wanted(&interval, 100, 0.001, 10, 25), 25);
    assert_int_equal(replications_wanted(&interval, 0, 0.001, 10, 1000), 10);
    interval.low = interval.high = 100;
    assert_int_equal(replications_wanted(&interval, 100, 0.001, 10, 1000), 10);
    interval = (struct interval){NAN, NAN, NAN, 0};
    assert_int_equal(replications_wanted(&interval, NAN, 0.001, 10, 1000), 10);
}

/* In steps or at once: the same values, and what was complete stays as it was. */
static void test_steps(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, SCENARIO("{'exponential': '200ms'}", ""));
    const struct variant_base base = {.path = scratch_path(&run.folder, "s.json"), .registry = &model_registry};
    static const char *const none[] = {NULL};
    struct variant variant;
    const struct run_options options = {.threads = 2};
    assert_int_equal(variant_load(&base, none, 0, &run.diagnostics, &variant), STATUS_OK);
    assert_null(variant_result(&variant));
    assert_int_equal(variant_replicate(&variant, &options, 1), STATUS_OK);
    const struct run_result *so_far = variant_result(&variant);
    assert_int_equal(so_far->replications, 1);
    const struct figure *figure = run_result_find(so_far, "calls", "ResponseTime", "p99");
    assert_true(figure->values[0] == run_result_find(run.result, "calls", "ResponseTime", "p99")->values[0]);
    assert_int_equal(variant_replicate(&variant, &options, 3), STATUS_OK);
    assert_int_equal(variant_replicate(&variant, &options, 2), STATUS_OK); /* they are there already */
    assert_int_equal(variant_result(&variant)->replications, 3);
    assert_int_equal(variant_replicate(&variant, &options, 4), STATUS_OK);
    assert_int_equal(variant_end(&variant), STATUS_OK);
    assert_int_equal(variant.result->figure_count, run.result->figure_count);
    for (size_t i = 0; i < run.result->figure_count; i++)
        for (uint32_t r = 0; r < 4; r++)
            assert_memory_equal(&variant.result->figures[i].values[r], &run.result->figures[i].values[r], sizeof(double));
    assert_true(variant.result->month_usd == run.result->month_usd);
    assert_true(variant.result->month_interval.high == run.result->month_interval.high);
    assert_int_equal(variant.result->ledgers[1].succeeded, run.result->ledgers[1].succeeded);
    variant_fini(&variant);
    model_close(&run);
}

/* What comparisons show of a metric is one of its statistics, or they would never show it. */
static void test_compared(void **state)
{
    (void)state;
    size_t rows = 0;
    for (size_t i = 0; model_registry.resources[i]; i++)
        for (const struct metric_type *metric = model_registry.resources[i]->metrics; metric && metric->name; metric++) {
            bool found = !metric->compared;
            rows += !found;
            for (size_t k = 0; k < metric_figure_count(metric); k++)
                found = found || strcmp(metric_figure_stat(metric, k), metric->compared) == 0;
            if (!found)
                fail_msg("%s %s", model_registry.resources[i]->type, metric->name);
        }
    assert_true(rows > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_differences), cmocka_unit_test(test_bounds),
                                       cmocka_unit_test(test_min_effects), cmocka_unit_test(test_wanted),
                                       cmocka_unit_test(test_steps),       cmocka_unit_test(test_compared)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
