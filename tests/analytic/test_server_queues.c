/* test_server_queues.c: servers against queueing theory: M/M/c, M/G/1 with processor sharing, and what pooling is worth. Intervals are of
 * independent replications, at 99.99 %: one of these comparisons fails by chance in about two thousand seeds. */
#include "unit/model_fixture.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics.h>

#define REPLICATIONS 16

/* The mean over the replications is `expected`, as far as chance lets one see. */
static void assert_mean(const struct model_run *run, const char *metric, const char *stat, double expected)
{
    double values[REPLICATIONS];
    for (uint32_t i = 0; i < REPLICATIONS; i++)
        values[i] = figure_of(run, "S", metric, stat, i);
    double mean = gsl_stats_mean(values, 1, REPLICATIONS);
    double error = gsl_stats_sd_m(values, 1, REPLICATIONS, mean) / sqrt(REPLICATIONS) * gsl_cdf_tdist_Pinv(0.99995, REPLICATIONS - 1);
    if (fabs(mean - expected) > error)
        fail_msg("%s %s: %g +- %g is not %g", metric, stat, mean, error, expected);
    assert_true(error < 0.25 * expected); /* else it would tell nothing */
}

/* The probability that a request waits: Erlang's C, of his B. */
static double erlang_c(unsigned servers, double load)
{
    double b = gsl_ran_poisson_pdf(servers, load) / gsl_cdf_poisson_P(servers, load);
    return b / (1 - load / servers * (1 - b));
}

static void run_queue(struct model_run *run, const char *handler, const char *server, const char *rate)
{
    char text[1500];
    snprintf(text, sizeof text,
             "{'duration': '11m', 'warmup': '1m', 'replications': %d, 'seed': 5, 'Resources': {"
             "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769}}, "
             "'T': {'Type': 'AWS::ECS::TaskDefinition', 'Properties': {'Cpu': '1024', 'Memory': '2048'}}, "
             "'S': {'Type': 'AWS::ECS::Service', 'Properties': {'TaskDefinition': {'Ref': 'T'}, 'LaunchType': 'FARGATE'}}}, "
             "'behavior': {'F': {'init': '0ms', 'keep_alive': '1s', %s}, 'S': {'like': 'F', 'line_limit': 1000000, %s}}, "
             "'traffic': [{'name': 'u', 'target': 'S', 'poisson': '%s'}]}",
             REPLICATIONS, handler, server, rate);
    model_execute(run, text);
}

/* c threads, exponential times: the mean wait is C / (c mu - lambda), and by Little's law the line is lambda times it. */
static void check_mmc(struct model_run *run, unsigned threads, double load)
{
    char server[64], rate[32];
    double service_s = 0.05, lambda = load / service_s;
    snprintf(server, sizeof server, "'capacity': %u", threads);
    snprintf(rate, sizeof rate, "%.17g/s", lambda);
    run_queue(run, "'wait': {'exponential': '50ms'}", server, rate);
    double wait_s = erlang_c(threads, load) / (threads / service_s - lambda);
    assert_mean(run, "ServerTime", "Average", 1000 * (service_s + wait_s));
    assert_mean(run, "InLine", "Average", lambda * wait_s);
    assert_mean(run, "ThreadUtilization", "Average", 100 * load / threads);
    model_forget(run);
}

static void test_mmc(void **state)
{
    check_mmc(*state, 1, 0.7);
    check_mmc(*state, 8, 6.4);
}

/* What pooling is worth: ten fleets for a load of 5 each need 8 threads each so that one request in six waits, 80 together; one fleet for a
 * load of 50 needs 59: the load and 1.3 times its square root, both times. */
static void test_pooling(void **state)
{
    assert_true(fabs(erlang_c(8, 5) - 0.167) < 0.001);
    assert_true(erlang_c(58, 50) > 0.167 && erlang_c(59, 50) < 0.167);
    check_mmc(*state, 8, 5);
    check_mmc(*state, 59, 50);
}

/* One vCPU shared by all that is at work: the mean time is that of the work over what is left, whatever its distribution, and the number of
 * requests is that of M/M/1. */
static void check_sharing(struct model_run *run, const char *work)
{
    run_queue(run, work, "'capacity': 1000", "70/s");
    assert_mean(run, "ServerTime", "Average", 10 / (1 - 0.7));
    assert_mean(run, "Working", "Average", 0.7 / (1 - 0.7));
    assert_mean(run, "CPUUtilization", "Average", 70);
    model_forget(run);
}

static void test_sharing(void **state)
{
    check_sharing(*state, "'cpu': {'exponential': '10ms'}");
    check_sharing(*state, "'cpu': '10ms'");
    check_sharing(*state, "'cpu': {'lognormal': {'mean': '10ms', 'cv': 2}}");
    check_sharing(*state, "'steps': [{'cpu': {'exponential': '4ms'}}, {'cpu': {'exponential': '6ms'}}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mmc, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_pooling, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_sharing, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
