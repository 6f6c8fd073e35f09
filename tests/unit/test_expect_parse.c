/* test_expect_parse.c: every form of an expectation, its units and its windows, and what is said of wrong ones. */
#include "engine/sim_time.h"
#include "fake_models.h"

#define BEFORE                                                                                                                             \
    "{\"duration\": \"1h\", \"drain\": \"90s\", \"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\"}, \"X\": {\"Type\": "          \
    "\"Custom::Thing\"}}, \"traffic\": [{\"name\": \"u\", \"target\": \"W\", \"poisson\": \"1/s\"}], \"series\": [], \"expect\": ["
#define AFTER "]}"

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        enum comparison comparison;
        double value, other;
    } cases[] = {
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\"}", "W Calls Sum == 0", COMPARE_EQ, 0, 0},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"!=3\"}", "W Calls Sum !=3", COMPARE_NE, 3, 0},
        {"{\"resource\": \"u\", \"metric\": \"Sent\", \"is\": \"<= 1e6\"}", "u Sent Sum <= 1e6", COMPARE_LE, 1e6, 0},
        {"{\"resource\": \"account\", \"metric\": \"Used\", \"stat\": \"Maximum\", \"is\": \"> 8.5\"}", "account Used Maximum > 8.5",
         COMPARE_GT, 8.5, 0},
        {"{\"resource\": \"W\", \"metric\": \"Took\", \"is\": \"< 1.5s\"}", "W Took Average < 1.5s", COMPARE_LT, 1500, 0},
        {"{\"resource\": \"W\", \"metric\": \"Took\", \"stat\": \"p99.9\", \"is\": \">= 20ms\"}", "W Took p99.9 >= 20ms", COMPARE_GE, 20,
         0},
        {"{\"resource\": \"W\", \"metric\": \"Took\", \"stat\": \"SampleCount\", \"is\": \"== 7\"}", "W Took SampleCount == 7", COMPARE_EQ,
         7, 0},
        {"{\"resource\": \"W\", \"metric\": \"Age\", \"is\": \"between 100ms and 2m\"}", "W Age Average between 100ms and 2m",
         COMPARE_BETWEEN, 0.1, 120},
        {"{\"resource\": \"W\", \"metric\": \"Size\", \"is\": \"< 2KB\"}", "W Size Average < 2KB", COMPARE_LT, 2048, 0},
        {"{\"resource\": \"u\", \"metric\": \"LostRate\", \"is\": \"within 2% of 21.4582%\"}", "u LostRate Average within 2% of 21.4582%",
         COMPARE_WITHIN, 21.4582, 0.02},
        {"{\"resource\": \"Fake::Compute::Worker\", \"metric\": \"Calls\", \"is\": \"== 1\"}", "Fake::Compute::Worker Calls Sum == 1",
         COMPARE_EQ, 1, 0},
        {"{\"cost\": \"month\", \"is\": \"< $120\"}", "cost month < $120", COMPARE_LT, 120, 0},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 1\", \"from\": \"10m\", \"until\": \"61m\"}",
         "W Calls Sum == 1 from 10m until 61m", COMPARE_EQ, 1, 0},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 1\", \"until\": \"3690s\"}", "W Calls Sum == 1 from 0s until 3690s",
         COMPARE_EQ, 1, 0},
    };
    struct loaded loaded;
    char text[2000];
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "%s%s%s", BEFORE, cases[i].text, AFTER);
        scenario_good(&loaded, text);
        assert_int_equal(loaded.scenario->expectation_count, 1);
        const struct expectation *made = &loaded.scenario->expectations[0];
        assert_string_equal(made->text, cases[i].shown);
        assert_int_equal(made->comparison, cases[i].comparison);
        assert_true(made->value == cases[i].value);
        assert_true(made->other == cases[i].other);
        assert_int_equal(loaded.scenario->wants_totals, strstr(cases[i].text, "Fake::") != NULL);
        assert_int_equal(made->place.line, 1);
        /* Windows are judged by the series of who is named. */
        bool window = strstr(cases[i].text, "until") != NULL;
        assert_int_equal(loaded.scenario->entities[scenario_find(loaded.scenario, "W")].series, window);
        if (!window) {
            assert_int_equal(made->from_ns, 0);
            assert_true(made->until_ns == TIME_FOREVER);
        }
    }
    assert_int_equal(loaded.scenario->expectations[0].until_ns, 3690 * NS_PER_S);
    folder_remove(&loaded);
}

static void test_mistakes(void **state)
{
    (void)state;
#define ON(METRIC, IS) "{\"resource\": \"W\", \"metric\": \"" METRIC "\", \"is\": \"" IS "\"}"
    static const struct mistake mistakes[] = {
        {"5", "expect[0]", "must be an object, got 5", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\"}", "expect[0]", "\"is\" is missing", "within 2% of 7.68"},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": 0}", "expect[0].is", "is no comparison: 0", "such as \"== 0\""},
        {"{\"metric\": \"Calls\", \"is\": \"== 0\"}", "expect[0]", "needs \"resource\" and \"metric\", or \"cost\"", ""},
        {"{\"resource\": \"V\", \"metric\": \"Calls\", \"is\": \"== 0\"}", "expect[0].resource",
         "there is no resource, source or type \"V\"", ""},
        {"{\"resource\": \"X\", \"metric\": \"Calls\", \"is\": \"== 0\"}", "expect[0].resource", "Custom::Thing is not simulated", ""},
        {"{\"resource\": \"Fake::Storage::Table\", \"metric\": \"Reads\", \"is\": \"== 0\"}", "expect[0].resource",
         "there is no resource of type \"Fake::Storage::Table\"", ""},
        {"{\"resource\": \"acount\", \"metric\": \"Used\", \"is\": \"== 0\"}", "expect[0].resource",
         "there is no resource, source or type \"acount\"", "did you mean \"account\"?"},
        {ON("Cals", "== 0"), "expect[0].metric", "W has no metric \"Cals\"", "did you mean \"Calls\"?"},
        {ON("Hidden", "== 0"), "expect[0].metric", "W has no metric \"Hidden\"", "its metrics: Calls, Took"},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"stat\": \"p99\", \"is\": \"== 0\"}", "expect[0].stat",
         "Calls has no such statistic", "it has Sum"},
        {"{\"resource\": \"W\", \"metric\": \"Took\", \"stat\": \"p100\", \"is\": \"== 0\"}", "expect[0].stat",
         "Took has no such statistic", "p99.9"},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"if\": \"== 0\"}", "expect[0].if", "unknown key \"if\"",
         "known here: resource, metric, stat"},
        {ON("Calls", "= 0"), "expect[0].is", "is no comparison: \"= 0\"", "write \"== 0\""},
        {ON("Calls", "== 5ms"), "expect[0].is", "needs a bare number, got \"5ms\"", ""},
        {ON("Calls", "== 5%"), "expect[0].is", "needs a bare number", ""},
        {ON("Calls", "=="), "expect[0].is", "needs a bare number", ""},
        {ON("Took", "< 5"), "expect[0].is", "needs a time with its unit, got \"5\"", "write \"5ms\""},
        {ON("Rate", "< 0.5"), "expect[0].is", "needs a percentage, got \"0.5\"", "write \"0.5%\""},
        {ON("Size", "< 5"), "expect[0].is", "needs a size with its unit", "write \"5B\""},
        {ON("Calls", "within 2 of 5"), "expect[0].is", "write \"within 2% of 3\"", ""},
        {ON("Calls", "within 2%"), "expect[0].is", "write \"within 2% of 3\"", ""},
        {ON("Calls", "between 5"), "expect[0].is", "write \"between 3 and ...\"", ""},
        {ON("Calls", "between 5 and 3"), "expect[0].is", "the low end lies above the high end", ""},
        {"{\"cost\": \"year\", \"is\": \"< $1\"}", "expect[0].cost", "must be \"month\", got \"year\"", ""},
        {"{\"cost\": \"month\", \"is\": \"< 1\"}", "expect[0].is", "needs an amount of money, got \"1\"", "write \"$1\""},
        {"{\"cost\": \"month\", \"resource\": \"W\", \"is\": \"< $1\"}", "expect[0].cost", "stands alone with \"is\"", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"from\": \"90s\"}", "expect[0].from",
         "must lie on a boundary between periods", "the period is 1m"},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"until\": \"90s\"}", "expect[0].until",
         "must lie on a boundary between periods", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"from\": \"3h\"}", "expect[0].from", "lies after the end", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"until\": \"3h\"}", "expect[0].until", "lies after the end", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"from\": \"5m\", \"until\": \"5m\"}", "expect[0].until",
         "must lie after \"from\"", ""},
        {"{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\", \"from\": 5}", "expect[0].from", "needs a unit", ""},
    };
    scenario_mistakes(BEFORE, AFTER, mistakes, sizeof mistakes / sizeof *mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
