/* test_workflows.c: state machines against closed forms. Fork and join: the slowest of n exponential branches of mean m takes m x H_n, with
 * variance m^2 x (1 + 1/4 + ... + 1/n^2) (the maximum of n exponential times is the sum of n independent ones of rates n/m, ..., 1/m). A
 * Map of n exponential items, c at once, is a list that c workers work off: the first n - c end at the rate c/m, then c are left: m x ((n -
 * c) / c + H_c). A loop that goes on with probability p enters its states 1 / (1 - p) times. Retries of what fails with probability f, at
 * most r of them: (1 - f^(r + 1)) / (1 - f) tries. Transitions beyond the account's rate wait as in a D/D/1 line. */
#include "unit/model_fixture.h"

#include "statistics_bounds.h"

#define ALPHA 1e-3
#define EXECUTIONS 20000

static double harmonic(int n, int power)
{
    double sum = 0;
    for (int k = 1; k <= n; k++)
        sum += pow(k, -power);
    return sum;
}

/* A Map of `items` exponential waits of 1 s, `concurrency` at once. */
static void run_map(struct model_run *run, int items, int concurrency)
{
    model_run(
        run,
        "{'duration': '%ds', 'drain': '5m', 'rules': {'base': 'current', 'sfn_transition_rate': 1000000, 'sfn_start_standard_rate': "
        "100000}, 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'Each', "
        "'States': {'Each': {'Type': 'Map', 'MaxConcurrency': %d, 'End': true, 'ItemProcessor': {'StartAt': 'Work', 'States': {'Work': "
        "{'Type': 'Wait', 'SecondsPath': '$.s', 'End': true}}}}}}}}}, 'behavior': {'M': {'states': {'Each': {'items': %d}, 'Work': "
        "{'wait': {'exponential': '1s'}}}}}, 'traffic': [{'name': 'c', 'target': 'M', 'constant': '20/s'}]}",
        EXECUTIONS / 20, concurrency, items);
}

static void check_time(const struct model_run *run, const char *what, double mean_s, double variance_s2)
{
    double seen_s = figure(run, "M", "ExecutionTime", "Average") / 1000;
    check_z(what, (seen_s - mean_s) / sqrt(variance_s2 / EXECUTIONS), ALPHA);
}

static void test_fork_join(void **state)
{
    (void)state;
    static const int branches[] = {1, 2, 3, 5, 10, 30};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++) {
        char what[64];
        snprintf(what, sizeof what, "fork of %d", branches[i]);
        run_map(&run, branches[i], 0);
        check_time(&run, what, harmonic(branches[i], 1), harmonic(branches[i], 2));
    }
    model_close(&run);
}

static void test_list(void **state)
{
    (void)state;
    static const struct {
        int items, concurrency;
    } cases[] = {{10, 1}, {10, 2}, {20, 4}, {20, 10}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n = cases[i].items, c = cases[i].concurrency;
        char what[64];
        snprintf(what, sizeof what, "%d items, %d at once", n, c);
        run_map(&run, n, c);
        check_time(&run, what, (double)(n - c) / c + harmonic(c, 1), (double)(n - c) / c / c + harmonic(c, 2));
    }
    model_close(&run);
}

/* The rounds of a loop are geometric. */
static void test_loop(void **state)
{
    (void)state;
    static const double again[] = {0.1, 0.5, 0.9};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
        double p = again[i];
        model_run(
            &run,
            "{'duration': '1000s', 'drain': '10m', 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
            "{'Definition': {'StartAt': 'Ask', 'States': {'Ask': {'Type': 'Wait', 'Seconds': 1, 'Next': 'Ready'}, 'Ready': {'Type': "
            "'Choice', 'Choices': [{'Next': 'Ask'}], 'Default': 'Done'}, 'Done': {'Type': 'Succeed'}}}}}}, 'behavior': {'M': {'states': "
            "{'Ready': {'choices': [%.17g, %.17g]}}}}, 'traffic': [{'name': 'c', 'target': 'M', 'constant': '20/s'}]}",
            p, 1 - p);
        char what[64];
        snprintf(what, sizeof what, "a loop of %g", p);
        double rounds = (double)count_of(&run, "M/Ask", "StateEntries") / EXECUTIONS;
        check_z(what, (rounds - 1 / (1 - p)) / sqrt(p / (1 - p) / (1 - p) / EXECUTIONS), ALPHA);
        assert_int_equal(count_of(&run, "M", "ExecutionsSucceeded"), EXECUTIONS);
    }
    model_close(&run);
}

static void test_retries(void **state)
{
    (void)state;
    static const struct {
        double fails;
        int retries;
    } cases[] = {{0.2, 1}, {0.2, 3}, {0.7, 2}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double f = cases[i].fails, left = pow(f, cases[i].retries + 1);
        model_run(
            &run,
            "{'duration': '1000s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}, 'M': {'Type': "
            "'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Task', "
            "'Resource': {'Fn::GetAtt': ['F', 'Arn']}, 'End': true, 'Retry': [{'ErrorEquals': ['States.ALL'], 'MaxAttempts': %d}]}}}}}}, "
            "'behavior': {'F': {'init': '0s', 'placement': '0s', 'duration': '1ms', 'error_rate': %.17g}}, 'traffic': [{'name': 'c', "
            "'target': 'M', 'constant': '20/s'}]}",
            cases[i].retries, f);
        char what[64];
        snprintf(what, sizeof what, "failures of %g, %d retries", f, cases[i].retries);
        check_z(what, ((double)count_of(&run, "M", "ExecutionsFailed") - EXECUTIONS * left) / sqrt(EXECUTIONS * left * (1 - left)), ALPHA);
        /* The tries N of one: E N = sum of f^k, E N^2 = sum of (2k + 1) f^k, k = 0 to r. */
        double mean = 0, square = 0;
        for (int k = 0; k <= cases[i].retries; k++) {
            mean += pow(f, k);
            square += (2 * k + 1) * pow(f, k);
        }
        double tries = (double)count_of(&run, "M", "StateTransitions");
        assert_near(tries, (double)count_of(&run, "F", "Invocations"), 0);
        check_z(what, (tries - EXECUTIONS * mean) / sqrt(EXECUTIONS * (square - mean * mean)), ALPHA);
    }
    model_close(&run);
}

/* 200 executions a second of one state each, at a quota of 100 a second and a bucket of 1,000: what comes in 60 s is 12,000, of which
 * 1,000 + 100 t have passed at t. The k-th is asked for at k / 200 s and passes at (k - 1000) / 100 s: from the 2,000th on it is late by
 * k / 200 - 10 s, the last by 50 s. */
static void test_transitions(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '60s', 'drain': '2m', 'rules': {'base': 'current', 'sfn_transition_rate': %d, 'sfn_transition_bucket': 1000}, "
        "'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'A', 'States': {'A': "
        "{'Type': 'Pass', 'End': true}}}}}}, 'traffic': [{'name': 'c', 'target': 'M', 'constant': '200/s'}]}",
        100);
    assert_int_equal(count_of(&run, "M", "ExecutionsSucceeded"), 12000);
    assert_near(figure(&run, "M", "ExecutionTime", "Maximum"), 50000, 10);
    /* Late: those from the 2,000th on; the bucket is empty between whole tokens, so one more or less. */
    assert_near((double)count_of(&run, "M", "ExecutionThrottled"), 10000, 1);
    /* The sum of (k / 200 - 10) s over them: 10,000 of 25 s on average. */
    assert_near(figure(&run, "M", "ExecutionTime", "Average") * 12000 / 1e6, 250, 0.1);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fork_join), cmocka_unit_test(test_list),        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_retries),   cmocka_unit_test(test_transitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
