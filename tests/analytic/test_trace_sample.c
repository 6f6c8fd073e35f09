/* test_trace_sample.c: how many traces X-Ray's default rule takes: the first of each second, and 5 % of the rest. */
#include "../unit/model_fixture.h"

#include "output/trace_sample.h"
#include "statistics_bounds.h"
#include "trace_rules.h"

#include <gsl/gsl_cdf.h>

struct sampled {
    struct trace_sample sample;
    unsigned taken, roots;
};

static bool count_root(void *context, const struct trace_root *root)
{
    struct sampled *sampled = context;
    sampled->roots++;
    bool takes = trace_sample_takes(&sampled->sample, root);
    sampled->taken += takes;
    return takes;
}

static struct sampled run_of(const char *text)
{
    struct model_run run;
    struct sampled sampled = {0};
    model_open(&run);
    assert_int_equal(model_load(&run, text), STATUS_OK);
    trace_sample_init(&sampled.sample, &trace_rules[0], run.scenario->rules);
    const struct tracer tracer = {.context = &sampled, .root = count_root};
    const struct run_options options = {.threads = 1, .tracer = &tracer};
    assert_int_equal(run_scenario(run.scenario, &options, &run.result), STATUS_OK);
    model_close(&run);
    return sampled;
}

#define TRAFFIC(SECONDS, PROCESS)                                                                                                          \
    ONE_FUNCTION("'duration': '" #SECONDS "s', 'drain': '1s', 'seed': 5", "'MemorySize': 128", "'duration': '1ms', 'init': '0ms'",         \
                 "{'name': 'users', 'target': 'F', " PROCESS "}")

/* Of an even 100/s: one a second for certain, and a binomial of the other 99: 5.95/s. */
static void test_even(void **state)
{
    (void)state;
    struct sampled sampled = run_of(TRAFFIC(600, "'constant': '100/s'"));
    assert_int_equal(sampled.roots, 60000);
    assert_true(sampled.taken >= 600);
    unsigned rest = sampled.taken - 600;
    check_tails("5 % of the rest", gsl_cdf_binomial_P(rest, 0.05, 59400), gsl_cdf_binomial_Q(rest - 1, 0.05, 59400), 1e-4);
}

/* Of Poisson arrivals of rate r, a second with N of them has I = [N > 0] for certain and a binomial of the rest. With e = 1 - exp(-r):
 * the mean is e + 0.05 (r - e); the variance that of 0.95 I + 0.05 N, and 0.05 * 0.95 of each of the rest. */
static void check_rate(double rate, double seconds, unsigned taken)
{
    double e = -expm1(-rate), mean = e + 0.05 * (rate - e);
    double variance = 0.95 * 0.95 * e * (1 - e) + 0.05 * 0.05 * rate + 2 * 0.95 * 0.05 * rate * (1 - e) + 0.05 * 0.95 * (rate - e);
    check_z("traces of Poisson arrivals", ((double)taken - mean * seconds) / sqrt(variance * seconds), 1e-4);
}

static void test_poisson(void **state)
{
    (void)state;
    check_rate(0.5, 7200, run_of(TRAFFIC(7200, "'poisson': '0.5/s'")).taken);
    check_rate(2, 7200, run_of(TRAFFIC(7200, "'poisson': '2/s'")).taken);
    check_rate(50, 1200, run_of(TRAFFIC(1200, "'poisson': '50/s'")).taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_even), cmocka_unit_test(test_poisson)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
