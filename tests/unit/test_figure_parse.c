/* test_figure_parse.c: figures and bounds of the command line, and what is said of wrong ones. */
#include "fake_models.h"
#include "scenario/figure_parse.h"

static const char scenario_text[] =
    "{\"duration\": \"1h\", \"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\"}, \"X\": {\"Type\": \"Custom::Thing\"}}, "
    "\"traffic\": [{\"name\": \"u\", \"target\": \"W\", \"poisson\": \"1/s\"}]}";

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        enum is_unit unit;
    } cases[] = {
        {"W.Calls", "W.Calls.Sum", IS_COUNT},
        {" W.Took.p99.9 ", "W.Took.p99.9", IS_TIME},
        {"W.Took.SampleCount", "W.Took.SampleCount", IS_COUNT},
        {"W.Took.Longest", "W.Took.Longest.Average", IS_TIME},
        {"W.Took.Longest.p99.9", "W.Took.Longest.p99.9", IS_TIME},
        {"u.LostRate", "u.LostRate.Average", IS_PERCENT},
        {"Fake::Compute::Worker.Calls", "Fake::Compute::Worker.Calls.Sum", IS_COUNT},
        {"cost.month", "cost.month", IS_MONEY},
    };
    struct loaded loaded;
    struct diagnostics diagnostics = {0};
    char text[100];
    folder_make(&loaded);
    scenario_good(&loaded, scenario_text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct figure_name figure;
        assert_true(figure_name_parse(loaded.scenario, "--figure", cases[i].text, &diagnostics, &figure));
        assert_string_equal(figure_name_text(&figure, text, sizeof text), cases[i].shown);
        assert_int_equal(figure_unit(&figure), cases[i].unit);
        assert_int_equal(loaded.scenario->wants_totals, i >= 6);
    }
    assert_int_equal(diagnostics.count, 0);
    folder_remove(&loaded);
}

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum bound_of of;
        enum comparison comparison;
        double value, other;
    } cases[] = {
        {"W.Took.p99 < 1.5s", BOUND_VALUE, COMPARE_LT, 1500, 0},
        {"W.Took.p99>+10ms", BOUND_CHANGE, COMPARE_GT, 10, 0},
        {"W.Age.Average >= -2m", BOUND_CHANGE, COMPARE_GE, -120, 0},
        {"W.Took > + 5%", BOUND_SHARE, COMPARE_GT, 5, 0},
        {"u.LostRate > 0.1%", BOUND_VALUE, COMPARE_GT, 0.1, 0},
        {"u.LostRate > +0.1pp", BOUND_CHANGE, COMPARE_GT, 0.1, 0},
        {"u.LostRate < -20%", BOUND_SHARE, COMPARE_LT, -20, 0},
        {"cost.month > +$5", BOUND_CHANGE, COMPARE_GT, 5, 0},
        {"cost.month <= -3%", BOUND_SHARE, COMPARE_LE, -3, 0},
        {"cost.month > $120", BOUND_VALUE, COMPARE_GT, 120, 0},
        {"W.Calls within 2% of 50", BOUND_VALUE, COMPARE_WITHIN, 50, 0.02},
        {"W.Age between 1s and 2s", BOUND_VALUE, COMPARE_BETWEEN, 1, 2},
    };
    struct loaded loaded;
    struct diagnostics diagnostics = {0};
    folder_make(&loaded);
    scenario_good(&loaded, scenario_text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct figure_bound bound;
        assert_true(figure_bound_parse(loaded.scenario, "--fail-if", cases[i].text, true, &diagnostics, &bound));
        assert_int_equal(bound.of, cases[i].of);
        assert_int_equal(bound.is.comparison, cases[i].comparison);
        assert_true(bound.is.value == cases[i].value);
        assert_true(bound.is.other == cases[i].other);
    }
    assert_int_equal(diagnostics.count, 0);
    struct figure_name figure;
    double share;
    assert_true(figure_share_parse(loaded.scenario, "--until", "cost.month 2%", &diagnostics, &figure, &share));
    assert_true(!figure.metric && share == 0.02);
    folder_remove(&loaded);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"W", "names no figure"},
        {"W.", "names no figure"},
        {".Calls > 1", "names no figure"},
        {"W.Calls. > 1", "names no figure"},
        {"", "names no figure"},
        {"V.Calls > 1", "there is no resource, source or type \"V\""},
        {"X.Calls > 1", "Custom::Thing is not simulated"},
        {"W.Cals > 1", "W has no metric \"Cals\""},
        {"W.Calls.p50 > 1", "Calls has no such statistic"},
        {"W.Took.Longest.p98x > 1s", "Took.Longest has no such statistic"},
        {"W.Took.Long > 1s", "Took has no such statistic"},
        {"W.Took.p42 > 1s", "p42 is not kept of a run"},
        {"W.Took > 10", "needs a time with its unit"},
        {"W.Took > +10", "needs a time with its unit"},
        {"W.Took > +1pp", "points (pp) are for figures in percent, not for Milliseconds"},
        {"W.Calls", "is no comparison"},
        {"W.Calls => 1", "is no comparison"},
        {"cost.month > 5", "needs an amount of money"},
        {"cost.day > $5", "there is no resource, source or type \"cost\""},
    };
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded, scenario_text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diagnostics diagnostics = {0};
        struct figure_bound bound;
        assert_false(figure_bound_parse(loaded.scenario, "--goal", cases[i].text, true, &diagnostics, &bound));
        assert_int_equal(diagnostics.error_count, 1);
        assert_non_null(strstr(diagnostics.list[0].message, cases[i].message));
        assert_non_null(strstr(diagnostics.list[0].path, "--goal"));
        diagnostics_fini(&diagnostics);
    }
    /* A goal is of a value: there is nothing that it could have changed from. */
    struct diagnostics diagnostics = {0};
    struct figure_bound bound;
    assert_false(figure_bound_parse(loaded.scenario, "--goal", "cost.month > +5%", false, &diagnostics, &bound));
    struct figure_name figure;
    double share;
    assert_false(figure_share_parse(loaded.scenario, "--until", "W.Took", &diagnostics, &figure, &share));
    assert_false(figure_share_parse(loaded.scenario, "--until", "W.Took 0%", &diagnostics, &figure, &share));
    assert_false(figure_name_parse(loaded.scenario, "--figure", "W.Took p99", &diagnostics, &figure));
    assert_int_equal(diagnostics.error_count, 4);
    diagnostics_fini(&diagnostics);
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_bounds), cmocka_unit_test(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
