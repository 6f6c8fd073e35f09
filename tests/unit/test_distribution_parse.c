/* test_distribution_parse.c: every spelling of a distribution, what it draws, and what is said of wrong ones. */
#include "notation/distribution_parse.h"
#include "notation/value_parse.h"
#include "parse_fixture.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static struct distribution *parse_as(struct fixture *fixture, enum distribution_unit unit, const char *text)
{
    char wrapped[2000];
    snprintf(wrapped, sizeof wrapped, "{\"init\": %s}", text);
    fixture_init(fixture, wrapped);
    struct distribution *made =
        distribution_from_json(fixture->tree->child, unit, ".", fixture->places, &fixture->diagnostics, "behavior.F.init");
    if (made == NULL && fixture->diagnostics.count == 0)
        fail_msg("%s: neither made nor diagnosed", text);
    return made;
}

/* Each makes a distribution of that kind, with those parameters in ns. */
static void test_kinds(void **state)
{
    (void)state;
    const double ms = 1e6;
    double mu_cv = log(40 * ms) - log(1.25) / 2, sigma_cv = sqrt(log(1.25));
    double z99 = gsl_cdf_ugaussian_Pinv(0.99);
    const struct {
        const char *text;
        enum distribution_kind kind;
        double a, b;
    } cases[] = {
        {"\"120ms\"", DISTRIBUTION_CONSTANT, 120 * ms, 0},
        {"\"1.5s\"", DISTRIBUTION_CONSTANT, 1500 * ms, 0},
        {"{\"constant\": \"2m\"}", DISTRIBUTION_CONSTANT, 120000 * ms, 0},
        {"{\"exponential\": \"120ms\"}", DISTRIBUTION_EXPONENTIAL, 120 * ms, 0},
        {"{\"lognormal\": {\"mean\": \"40ms\", \"cv\": 0.5}}", DISTRIBUTION_LOGNORMAL, mu_cv, sigma_cv},
        {"{\"lognormal\": {\"median\": \"600ms\", \"p99\": \"1.4s\"}}", DISTRIBUTION_LOGNORMAL, log(600 * ms), log(1400.0 / 600) / z99},
        {"{\"lognormal\": {\"mu\": -2, \"sigma\": 0.25}}", DISTRIBUTION_LOGNORMAL, log(1e9) - 2, 0.25},
        {"{\"gamma\": {\"mean\": \"40ms\", \"cv\": 0.5}}", DISTRIBUTION_GAMMA, 4, 10 * ms},
        {"{\"weibull\": {\"scale\": \"40ms\", \"shape\": 1.5}}", DISTRIBUTION_WEIBULL, 40 * ms, 1.5},
        {"{\"pareto\": {\"min\": \"40ms\", \"shape\": 2.5}}", DISTRIBUTION_PARETO, 40 * ms, 2.5},
        {"{\"normal\": {\"mean\": \"40ms\", \"sd\": \"10ms\"}}", DISTRIBUTION_NORMAL, 40 * ms, 10 * ms},
        {"{\"uniform\": [\"10ms\", \"20ms\"]}", DISTRIBUTION_UNIFORM, 10 * ms, 20 * ms},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct distribution *made = parse_as(&fixture, DISTRIBUTION_OF_TIME, cases[i].text);
        assert_int_equal(fixture.diagnostics.count, 0);
        assert_non_null(made);
        assert_int_equal(made->kind, cases[i].kind);
        assert_true(fabs(made->a - cases[i].a) <= 1e-9 * fabs(cases[i].a));
        assert_true(fabs(made->b - cases[i].b) <= 1e-9 * fabs(cases[i].b));
        assert_false(made->bounded);
        distribution_free(made);
        fixture_fini(&fixture);
    }
}

static void test_lists(void **state)
{
    (void)state;
    struct fixture fixture;
    struct distribution *made = parse_as(&fixture, DISTRIBUTION_OF_TIME, "{\"quantiles\": {\"0.99\": \"90ms\", \"0.5\": \"20ms\"}}");
    assert_non_null(made);
    assert_int_equal(made->kind, DISTRIBUTION_QUANTILES);
    const double probabilities[] = {0, 0.5, 0.99, 1}, values[] = {20e6, 20e6, 90e6, 90e6};
    assert_int_equal(made->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(made->probabilities[i] == probabilities[i]);
        assert_true(made->values[i] == values[i]);
    }
    distribution_free(made);
    fixture_fini(&fixture);

    made = parse_as(&fixture, DISTRIBUTION_OF_TIME, "{\"samples\": [\"1ms\", \"3ms\", \"2ms\"]}");
    assert_non_null(made);
    assert_int_equal(made->kind, DISTRIBUTION_SAMPLES);
    assert_int_equal(made->count, 3);
    assert_true(distribution_mean(made) == 2e6);
    distribution_free(made);
    fixture_fini(&fixture);

    made = parse_as(&fixture, DISTRIBUTION_OF_TIME,
                    "{\"mixture\": [{\"weight\": 3, \"of\": \"10ms\"}, {\"weight\": 1, \"of\": {\"mixture\": [{\"weight\": 1, \"of\": "
                    "{\"exponential\": \"30ms\"}}]}}]}");
    assert_non_null(made);
    assert_int_equal(made->kind, DISTRIBUTION_MIXTURE);
    assert_true(fabs(distribution_mean(made) - 15e6) < 1);
    distribution_free(made);
    fixture_fini(&fixture);
}

static void test_bounds(void **state)
{
    (void)state;
    struct fixture fixture;
    struct distribution *made = parse_as(&fixture, DISTRIBUTION_OF_TIME, "{\"exponential\": \"10ms\", \"plus\": \"3ms\", \"max\": \"1s\"}");
    assert_non_null(made);
    assert_true(made->plus == 3e6);
    assert_true(made->bounded);
    assert_true(made->minimum == 0 && made->maximum == 1e9);
    distribution_free(made);
    fixture_fini(&fixture);
    made = parse_as(&fixture, DISTRIBUTION_OF_TIME, "{\"exponential\": \"10ms\", \"min\": \"1ms\"}");
    assert_non_null(made);
    assert_true(made->bounded && made->minimum == 1e6 && isinf(made->maximum));
    distribution_free(made);
    fixture_fini(&fixture);
}

static void test_units(void **state)
{
    (void)state;
    struct fixture fixture;
    struct distribution *made = parse_as(&fixture, DISTRIBUTION_OF_SIZE, "{\"uniform\": [\"1KB\", \"2MB\"]}");
    assert_non_null(made);
    assert_true(made->a == 1024 && made->b == 2097152);
    distribution_free(made);
    fixture_fini(&fixture);
    made = parse_as(&fixture, DISTRIBUTION_OF_COUNT, "{\"lognormal\": {\"mu\": 2, \"sigma\": 1}}");
    assert_non_null(made);
    assert_true(made->a == 2 && made->b == 1);
    distribution_free(made);
    fixture_fini(&fixture);
}

/* Every mistake with its text and, where there is one, its hint. */
static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"120", "a time needs a unit, got the bare number 120", "write \"120ms\""},
        {"0", "a time needs a unit", "write \"0ms\""},
        {"-5", "cannot be negative", ""},
        {"\"120\"", "a time needs a unit, got \"120\"", "write \"120ms\""},
        {"\"soon\"", "must be a time, got \"soon\"", "120ms"},
        {"\"-1ms\"", "must be a time", ""},
        {"\"2MB\"", "must be a time", ""},
        {"true", "must be a time or a distribution, got true", "{\"exponential\": ...}"},
        {"[]", "must be a time or a distribution, got a list", ""},
        {"{}", "names no distribution", "lognormal"},
        {"{\"plus\": \"1ms\"}", "names no distribution", ""},
        {"{\"exponentail\": \"1ms\"}", "unknown key \"exponentail\"", "did you mean \"exponential\"?"},
        {"{\"exponential\": \"1ms\", \"gamma\": {\"mean\": \"1ms\", \"cv\": 1}}", "second distribution beside \"exponential\"", ""},
        {"{\"exponential\": \"0ms\"}", "must be above 0", ""},
        {"{\"exponential\": 5}", "needs a unit", "write \"5ms\""},
        {"{\"exponential\": {\"mean\": \"1ms\"}}", "must be a time, got an object", ""},
        {"{\"lognormal\": \"1ms\"}", "must be an object", ""},
        {"{\"lognormal\": {\"mean\": \"40ms\"}}", "needs either \"mean\" and \"cv\"", ""},
        {"{\"lognormal\": {\"mean\": \"40ms\", \"p99\": \"1s\"}}", "needs either", ""},
        {"{\"lognormal\": {\"mean\": \"40ms\", \"cv\": \"50%\"}}", "must be a number", ""},
        {"{\"lognormal\": {\"mean\": \"40ms\", \"cv\": 0}}", "must be above 0, got 0", ""},
        {"{\"lognormal\": {\"median\": \"40ms\", \"p99\": \"40ms\"}}", "\"p99\" must be above \"median\"", ""},
        {"{\"lognormal\": {\"medain\": \"40ms\", \"p99\": \"60ms\"}}", "unknown key \"medain\"", "did you mean \"median\"?"},
        {"{\"gamma\": {\"mean\": \"40ms\"}}", "needs \"mean\" and \"cv\"", ""},
        {"{\"weibull\": {\"scale\": \"40ms\", \"shape\": -1}}", "must be above 0, got -1", ""},
        {"{\"uniform\": [\"20ms\", \"10ms\"]}", "the low end lies above the high end", ""},
        {"{\"uniform\": [\"20ms\"]}", "needs at least 2 values", ""},
        {"{\"uniform\": [\"1ms\", \"2ms\", \"3ms\"]}", "takes two values, the low and the high end, got 3", ""},
        {"{\"quantiles\": {}}", "needs at least one quantile", ""},
        {"{\"quantiles\": {\"p50\": \"1ms\"}}", "named by a number between 0 and 1", "0.99"},
        {"{\"quantiles\": {\"1.5\": \"1ms\"}}", "named by a number between 0 and 1", ""},
        {"{\"quantiles\": {\"0.5\": \"2ms\", \"0.9\": \"1ms\"}}", "quantiles cannot fall", ""},
        {"{\"quantiles\": {\"0.5\": \"1ms\", \"0.50\": \"1ms\"}}", "the same quantile is given twice", ""},
        {"{\"samples\": []}", "needs at least 1 value", ""},
        {"{\"samples\": [\"1ms\", 2]}", "needs a unit", "write \"2ms\""},
        {"{\"mixture\": []}", "needs at least one part", ""},
        {"{\"mixture\": [{\"weight\": 0, \"of\": \"1ms\"}]}", "add up to more than 0", ""},
        {"{\"mixture\": [{\"weight\": -1, \"of\": \"1ms\"}]}", "a weight cannot be negative", ""},
        {"{\"mixture\": [{\"of\": \"1ms\"}]}", "needs \"weight\" and \"of\"", ""},
        {"{\"mixture\": [{\"weight\": 1, \"of\": \"1ms\", \"off\": 1}]}", "unknown key \"off\"", "did you mean \"of\"?"},
        {"{\"exponential\": \"1ms\", \"min\": \"3ms\", \"max\": \"2ms\"}", "\"min\" lies above \"max\"", ""},
        {"{\"exponential\": \"1ms\", \"plus\": 3}", "needs a unit", ""},
        {"{\"exponential\": \"1ms\", \"column\": \"x\"}", "\"column\" belongs to \"csv\"", ""},
        {"{\"csv\": 3}", "\"csv\" must name a file", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct distribution *made = parse_as(&fixture, DISTRIBUTION_OF_TIME, cases[i].text);
        assert_null(made);
        if (!diagnosed(&fixture.diagnostics, 0, 0, cases[i].message) || !hinted(&fixture.diagnostics, cases[i].hint))
            fail_msg("%s: wants \"%s\" and the hint \"%s\"", cases[i].text, cases[i].message, cases[i].hint);
        for (size_t k = 0; k < fixture.diagnostics.count; k++) {
            assert_string_equal(fixture.diagnostics.list[k].place.file, "in.json");
            assert_int_equal(strncmp(fixture.diagnostics.list[k].path, "behavior.F.init", 15), 0);
        }
        fixture_fini(&fixture);
    }
}

static void test_place_and_path(void **state)
{
    (void)state;
    struct fixture fixture;
    struct distribution *made =
        parse_as(&fixture, DISTRIBUTION_OF_TIME,
                 "\n{\"mixture\": [\n  {\"weight\": 1, \"of\": {\"samples\": [\"1ms\", 7]}},\n  {\"weight\": 1, \"of\": 3}]}");
    assert_null(made);
    assert_int_equal(fixture.diagnostics.count, 2);
    assert_true(diagnosed(&fixture.diagnostics, 3, 43, "bare number 7"));
    assert_true(diagnosed(&fixture.diagnostics, 4, 23, "bare number 3"));
    assert_string_equal(fixture.diagnostics.list[0].path, "behavior.F.init.mixture[0].of.samples[1]");
    fixture_fini(&fixture);
}

static void test_table(void **state)
{
    (void)state;
    char folder[] = "/tmp/slsim-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    write_file(folder, "t.csv", "name,duration_ms,mb\na,10,1\nb,30,2\n");
    write_file(folder, "bad.csv", "took_s\n1\nx\n-2\n");
    static const struct {
        const char *text, *message; /* NULL: fine */
        double mean;
    } cases[] = {
        {"{\"csv\": \"t.csv\", \"column\": \"duration_ms\"}", NULL, 20e6},
        {"{\"csv\": \"t.csv\", \"column\": \"mb\", \"unit\": \"s\"}", NULL, 1.5e9},
        {"{\"csv\": \"t.csv\", \"column\": \"duration_ms\", \"unit\": \"us\", \"plus\": \"1ms\"}", NULL, 1.02e6},
        {"{\"csv\": \"t.csv\", \"column\": \"mb\"}", "does not end in a unit of time", 0},
        {"{\"csv\": \"t.csv\", \"column\": \"mb\", \"unit\": \"MB\"}", "must be a unit of time, got \"MB\"", 0},
        {"{\"csv\": \"t.csv\"}", "\"column\" must name a column", 0},
        {"{\"csv\": \"t.csv\", \"column\": \"duration_m\"}", "t.csv has no column \"duration_m\"", 0},
        {"{\"csv\": \"bad.csv\"}", "line 3 of the table: column \"took_s\" is not a number of at least 0: \"x\"", 0},
        {"{\"csv\": \"none.csv\", \"column\": \"x\"}", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_init(&fixture, cases[i].text);
        struct distribution *made =
            distribution_from_json(fixture.tree, DISTRIBUTION_OF_TIME, folder, fixture.places, &fixture.diagnostics, "init");
        if (cases[i].message == NULL) {
            assert_non_null(made);
            assert_true(fabs(distribution_mean(made) - cases[i].mean) < 1);
        } else {
            assert_null(made);
            assert_true(diagnosed(&fixture.diagnostics, 0, 0, cases[i].message));
        }
        distribution_free(made);
        fixture_fini(&fixture);
    }
    remove_file(folder, "t.csv");
    remove_file(folder, "bad.csv");
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),    cmocka_unit_test(test_lists),          cmocka_unit_test(test_bounds), cmocka_unit_test(test_units),
        cmocka_unit_test(test_mistakes), cmocka_unit_test(test_place_and_path), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
