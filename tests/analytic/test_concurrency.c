/* test_concurrency.c: systems whose concurrency has a closed form. Each figure comes from independent runs with fixed seeds; the exact one
 * must lie in Student's 99.9 % interval over them, and the interval must be narrow enough to say something. */
#include "unit/model_fixture.h"

#include "measure/interval.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

enum { RUNS = 20, LEVELS = 128 };

/* `exact` is expected of the mean of `values`, known to within `width` of itself. */
static void check_mean(const char *what, const double *values, double exact, double width)
{
    const struct interval interval = interval_of_mean(values, RUNS, 0.999);
    print_message("%s: %.6g in %.6g .. %.6g\n", what, exact, interval.low, interval.high);
    if (!(exact >= interval.low && exact <= interval.high))
        fail_msg("%s: %g is not in %g .. %g", what, exact, interval.low, interval.high);
    if (!(interval.high - interval.low <= 2 * width * exact))
        fail_msg("%s: %g .. %g is too wide", what, interval.low, interval.high);
}

/* The share of time that `resource` spent at each level of concurrency. */
static void level_shares(const struct model_run *run, const char *resource, double shares[LEVELS])
{
    double total = 0;
    for (size_t i = 0; i < LEVELS; i++)
        shares[i] = 0;
    for (size_t i = 0; i < run->result->histogram_count; i++) {
        const struct figure_histogram *found = &run->result->histograms[i];
        uint64_t weight;
        if (strcmp(found->resource, resource) != 0 || strcmp(found->metric->name, "ConcurrentExecutions") != 0)
            continue;
        for (uint32_t level = 0; histogram_next(&found->histogram, &level, &weight); level++) {
            assert_true(level < LEVELS);
            shares[level] = (double)weight;
            total += (double)weight;
        }
    }
    assert_true(total > 0);
    for (size_t i = 0; i < LEVELS; i++)
        shares[i] /= total;
}

/* The mean, and the mean square distance from `centre`. */
static void moments(const double shares[LEVELS], double centre, double *mean, double *square)
{
    *mean = *square = 0;
    for (size_t i = 0; i < LEVELS; i++) {
        *mean += (double)i * shares[i];
        *square += ((double)i - centre) * ((double)i - centre) * shares[i];
    }
}

/* -- M/G/infinity: nobody waits, nobody is turned away -- */

/* The number of running calls is Poisson, whatever the distribution of their durations: mean and variance are rate x mean duration. */
static void test_unlimited(void **state)
{
    (void)state;
    static const char *const durations[] = {"{'exponential': '200ms'}", "{'lognormal': {'mean': '200ms', 'cv': 2}}", "'200ms'",
                                            "{'uniform': ['0ms', '400ms']}"};
    const double load = 10;
    struct model_run run;
    model_open(&run);
    for (size_t d = 0; d < sizeof durations / sizeof *durations; d++) {
        double means[RUNS], squares[RUNS], at_5[RUNS], at_10[RUNS], at_15[RUNS], shares[LEVELS];
        for (int i = 0; i < RUNS; i++) {
            model_run(&run,
                      ONE_FUNCTION("'duration': '1020s', 'warmup': '20s', 'seed': %d", "'Timeout': 900",
                                   "'init': '0ms', 'duration': %s, 'keep_alive': '10s'", "{'name': 'a', 'target': 'F', 'poisson': '50/s'}"),
                      i + 1, durations[d]);
            assert_int_equal(count_of(&run, "F", "Throttles"), 0);
            level_shares(&run, "F", shares);
            moments(shares, load, &means[i], &squares[i]);
            assert_near(figure(&run, "F", "ConcurrentExecutions", "Average"), means[i], 1e-9);
            at_5[i] = shares[5];
            at_10[i] = shares[10];
            at_15[i] = shares[15];
        }
        print_message("durations %s\n", durations[d]);
        check_mean("mean concurrency", means, load, 0.02);
        check_mean("variance of concurrency", squares, load, 0.05);
        check_mean("share of time at 5", at_5, gsl_ran_poisson_pdf(5, load), 0.1);
        check_mean("share of time at 10", at_10, gsl_ran_poisson_pdf(10, load), 0.1);
        check_mean("share of time at 15", at_15, gsl_ran_poisson_pdf(15, load), 0.1);
    }
    model_close(&run);
}

/* Little's law: when all has been served, the mean concurrency is the sum of all times over the length, exactly. (Within each run the
 * simulation itself checks it to the nanosecond.) */
static void test_littles_law(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int seed = 1; seed <= 5; seed++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '1000s', 'seed': %d", "'ReservedConcurrentExecutions': 12, 'Timeout': 20",
                               "'init': {'exponential': '700ms'}, 'placement': '50ms', 'duration': {'exponential': '2s'}, 'error_rate': "
                               "0.1, 'keep_alive': '3s'",
                               "{'name': 'a', 'target': 'F', 'poisson': '5/s', 'until': '900s'}"),
                  seed);
        assert_true(count_of(&run, "F", "Throttles") > 0 && count_of(&run, "F", "ColdStarts") > 20);
        const double sum_s = figure(&run, "F", "ResponseTime", "Sum") / 1000;
        assert_near(figure(&run, "F", "ConcurrentExecutions", "Average") * 1000, sum_s, 1e-9 * sum_s);
    }
    model_close(&run);
}

/* -- one at a time -- */

/* With room for one, the wait from a call's end to the next that is served is exponential: it is cold with probability exp(-rate x
 * keep-alive), whatever the durations, and the share of time that is busy is that of calls that are turned away. */
static void test_one_at_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *duration;
        int keep_s;
    } cases[] = {{"{'exponential': '5s'}", 5}, {"'5s'", 10}, {"{'gamma': {'mean': '5s', 'cv': 3}}", 20}};
    struct model_run run;
    model_open(&run);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double cold[RUNS], rejected[RUNS];
        model_run(&run,
                  ONE_FUNCTION("'duration': '101000s', 'warmup': '1000s', 'period': '1h', 'replications': %d",
                               "'ReservedConcurrentExecutions': 1, 'Timeout': 900",
                               "'init': '0ms', 'duration': %s, 'keep_alive': '%ds', 'max_lifetime': 'forever'",
                               "{'name': 'a', 'target': 'F', 'poisson': '0.1/s'}"),
                  RUNS, cases[c].duration, cases[c].keep_s);
        for (uint32_t i = 0; i < RUNS; i++) {
            cold[i] = figure_of(&run, "F", "ColdStartRate", "Average", i) / 100;
            rejected[i] = figure_of(&run, "a", "RejectedRate", "Average", i) / 100;
        }
        print_message("duration %s, kept for %d s\n", cases[c].duration, cases[c].keep_s);
        check_mean("cold share", cold, exp(-0.1 * cases[c].keep_s), 0.05);
        check_mean("turned away", rejected, 1.0 / 3, 0.05);
    }
    model_close(&run);
}

/* -- closed loops: N users who think Z on average and are served in R on average -- */

/* With room for all, each is being served R / (Z + R) of the time, whatever the distributions: binomial concurrency, N / (Z + R) calls a
 * second. */
static void test_users(void **state)
{
    (void)state;
    const unsigned users = 40;
    const double think_s = 3, served_s = 1, share = served_s / (think_s + served_s), seconds = 1500;
    static const char *const cases[][2] = {{"{'exponential': '3s'}", "{'exponential': '1s'}"},
                                           {"{'exponential': '3s'}", "{'lognormal': {'mean': '1s', 'cv': 2}}"},
                                           {"{'uniform': ['0s', '6s']}", "'1s'"}};
    struct model_run run;
    model_open(&run);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double throughput[RUNS], means[RUNS], squares[RUNS], at_10[RUNS], shares[LEVELS];
        for (int i = 0; i < RUNS; i++) {
            model_run(&run,
                      ONE_FUNCTION("'duration': '1600s', 'warmup': '100s', 'seed': %d", "'Timeout': 900", "'init': '0ms', 'duration': %s",
                                   "{'name': 'a', 'target': 'F', 'users': {'count': %u, 'think': %s}}"),
                      i + 1, cases[c][1], users, cases[c][0]);
            throughput[i] = (double)count_of(&run, "F", "Invocations") / seconds;
            level_shares(&run, "F", shares);
            moments(shares, users * share, &means[i], &squares[i]);
            at_10[i] = shares[10];
        }
        print_message("think %s, duration %s\n", cases[c][0], cases[c][1]);
        check_mean("calls a second", throughput, users / (think_s + served_s), 0.02);
        check_mean("mean concurrency", means, users * share, 0.02);
        check_mean("variance of concurrency", squares, users * share * (1 - share), 0.05);
        check_mean("share of time at 10", at_10, gsl_ran_binomial_pdf(10, share, users), 0.05);
    }
    model_close(&run);
}

/* With room for c of them, who is turned away thinks again: Engset's formula for the calls that are lost, whatever the durations. An
 * arriving user sees the system of the N - 1 others. */
static void test_engset(void **state)
{
    (void)state;
    const unsigned users = 20, limit = 6;
    const double ratio = 1.0 / 3; /* mean duration / mean think time */
    static const char *const durations[] = {"{'exponential': '1s'}", "'1s'", "{'lognormal': {'mean': '1s', 'cv': 2}}"};
    double sum = 0, last = 0;
    for (unsigned k = 0; k <= limit; k++)
        sum += last = gsl_sf_choose(users - 1, k) * gsl_pow_uint(ratio, k);
    struct model_run run;
    model_open(&run);
    for (size_t d = 0; d < sizeof durations / sizeof *durations; d++) {
        double lost[RUNS];
        model_run(&run,
                  ONE_FUNCTION("'duration': '3100s', 'warmup': '100s', 'replications': %d",
                               "'ReservedConcurrentExecutions': %u, 'Timeout': 900", "'init': '0ms', 'duration': %s",
                               "{'name': 'a', 'target': 'F', 'users': {'count': %u, 'think': {'exponential': '3s'}}}"),
                  RUNS, limit, durations[d], users);
        for (uint32_t i = 0; i < RUNS; i++)
            lost[i] = figure_of(&run, "a", "RejectedRate", "Average", i) / 100;
        print_message("duration %s\n", durations[d]);
        check_mean("share of calls lost", lost, last / sum, 0.05);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unlimited), cmocka_unit_test(test_littles_law), cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_users),     cmocka_unit_test(test_engset),
    };
    return cmocka_run_group_tests_name("concurrency", tests, NULL, NULL);
}
