/* test_state_machine.c: executions go through their states in the time, and at the price, that their definitions say. */
#include "machine_fixture.h"

static int64_t ms(double milliseconds)
{
    return (int64_t)llround(milliseconds);
}

static int64_t time_of(const struct model_run *run, const char *resource, const char *metric)
{
    return ms(figure(run, resource, metric, "Maximum"));
}

/* Two waits, a pass: the sum; three transitions, which cost $25 a million; the free tier is 4,000 of them. */
static void test_in_a_row(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '1h', 'drain': '1m', 'Resources': {" MACHINE(
                           "STANDARD",
                           "'A': {'Type': 'Wait', 'Seconds': 3, 'Next': 'B'}, 'B': {'Type': 'Pass', 'Next': 'C'}, 'C': {'Type': 'Wait', "
                           "'Seconds': 4, 'End': true}") "}, 'traffic': [{'name': 'calls', 'target': 'M', 'constant': '1/s'}]}");
    double usd;
    assert_int_equal(count_of(run, "M", "ExecutionsStarted"), 3600);
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 3600);
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 7000);
    assert_int_equal(count_of(run, "M", "StateTransitions"), 3 * 3600);
    assert_int_equal(count_of(run, "M", "ConsumedCapacity"), 3 * 3600);
    assert_int_equal(count_of(run, "M", "HistoryEvents"), 3600 * (2 + 3 * 2));
    assert_near(billed(run, "M", "StateTransition", &usd), 10800, 0);
    assert_near(usd, 10800 * 0.000025, 1e-12);
    assert_int_equal(fates_of(run, "M", FATE_SUCCEEDED, ""), 3600);
    assert_int_equal(fates_of(run, "M/B", FATE_SUCCEEDED, ""), 3600);
    assert_int_equal(time_of(run, "M/C", "StateTime"), 4000);
}

static void test_free_tier(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '1h', 'free_tier': true, 'Resources': {" MACHINE(
                 "STANDARD", "'A': {'Type': 'Pass', 'End': true}") "}, 'traffic': [{'name': 'calls', 'target': 'M', 'constant': '1/s'}]}");
    /* Of a month of 730 hours of 3,600 transitions each, all but 4,000. */
    double monthly = 0;
    for (size_t i = 0; i < run->result->cost_count; i++)
        if (strcmp(run->result->cost[i].price->usage_type, "StateTransition") == 0)
            monthly += run->result->cost[i].monthly_amount_usd;
    assert_near(monthly, (730 * 3600 - 4000) * 0.000025, 1e-6);
}

/* A function that always fails: 2 s, 6 s, then 10 s as no wait is longer; each retry is a transition. */
static void test_back_off(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        CALL_OF("'A': {" TASK("F") ", 'End': true, 'Retry': [{'ErrorEquals': ['States.Timeout']}, {'ErrorEquals': ['States.TaskFailed'], "
                                   "'IntervalSeconds': 2, 'BackoffRate': 3, 'MaxDelaySeconds': 10, 'MaxAttempts': 3}]}",
                RUNS("F", "'duration': '100ms', 'error_rate': 1")));
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 18000 + 4 * 100);
    assert_int_equal(count_of(run, "F", "Invocations"), 4);
    assert_int_equal(count_of(run, "M", "StateTransitions"), 4);
    assert_int_equal(count_of(run, "M/A", "StateRetries"), 3);
    assert_int_equal(count_of(run, "M", "ExecutionsFailed"), 1);
    assert_int_equal(count_of(run, "M", "LambdaFunctionsFailed"), 4);
    assert_int_equal(fates_of(run, "M", FATE_FAILED, "States.TaskFailed"), 1);
    /* ExecutionStarted and its end, entered, and three of each try; a failed state is not exited. */
    assert_int_equal(count_of(run, "M", "HistoryEvents"), 2 + 1 + 4 * 3);
}

/* Left out, a retrier waits 1 s, 2 s and 4 s; each has tries of its own. FULL jitter: anything up to that, the mean of many half of it. */
static void test_retry_defaults(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CALL_OF("'A': {" TASK("F") ", 'End': true, 'Retry': [{'ErrorEquals': ['States.ALL']}]}",
                               RUNS("F", "'duration': '0s', 'error_rate': 1")));
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 7000);
    model_forget(run);
    model_execute(
        run,
        "{'duration': '1000s', 'drain': '1m', 'Resources': {" FUNCTION("F") ", " MACHINE(
            "STANDARD",
            "'A': {" TASK(
                "F") ", 'End': true, 'Retry': [{'ErrorEquals': ['States.ALL'], 'MaxAttempts': 1, 'IntervalSeconds': 12, 'JitterStrategy': "
                     "'FULL'}]}") "}, 'behavior': {" RUNS("F", "'duration': '0s', 'error_rate': 1") "}, 'traffic': [{'name': 'calls', "
                                                                                                    "'target': 'M', 'constant': '1/s'}]}");
    /* The mean of 1,000 uniform waits in [0 s, 12 s]: 6 s, within 3.29 x 12 / sqrt(12 x 1000). */
    assert_near(figure(run, "M", "ExecutionTime", "Average"), 6000, 3.29 * 12000 / sqrt(12000));
    assert_true(time_of(run, "M", "ExecutionTime") <= 12000);
}

/* Errors have the names of the developer guide: each is caught under its own. */
static void test_error_names(void **state)
{
    struct model_run *run = *state;
#define CAUGHT(ERROR)                                                                                                                      \
    "'A': {" TASK("F") ", 'Next': 'Good', 'Catch': [{'ErrorEquals': ['" ERROR "'], 'Next': 'Caught'}]}, 'Good': {'Type': 'Succeed'}, "     \
                       "'Caught': {'Type': 'Pass', 'End': true}"
#define NAMED(PROPERTIES, BEHAVIOR, SAID, ERROR)                                                                                           \
    model_execute(run, "{'duration': '5m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {" PROPERTIES            \
                       "}}, " MACHINE("STANDARD", CAUGHT(ERROR)) "}, 'behavior': {" RUNS("F", BEHAVIOR) ", 'M': {'states': {'A': {" SAID   \
                                                                                                        "}}}}, " ONE_CALL "}");            \
    assert_int_equal(count_of(run, "M/Caught", "StateEntries"), 1);                                                                        \
    model_forget(run)
    NAMED("'ReservedConcurrentExecutions': 0", "'duration': '1s'", "", "Lambda.TooManyRequestsException");
    NAMED("'Timeout': 1", "'duration': '2s'", "", "Sandbox.Timedout");
    NAMED("'Timeout': 9", "'duration': '1s', 'error_rate': 1", "'error': 'CardDeclined'", "CardDeclined");
    NAMED("'Timeout': 9", "'duration': '1s', 'error_rate': 1", "", "States.TaskFailed");
#undef NAMED
    /* What is not meant is not caught. */
    model_execute(run, CALL_OF(CAUGHT("CardDeclined"), RUNS("F", "'duration': '1s', 'error_rate': 1")));
    assert_int_equal(count_of(run, "M", "ExecutionsFailed"), 1);
}

/* TimeoutSeconds leaves a function that goes on, for nobody; the try is billed whole. */
static void test_task_timeout(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        CALL_OF("'A': {" TASK("F") ", 'TimeoutSeconds': 3, 'End': true, 'Retry': [{'ErrorEquals': ['States.Timeout'], 'MaxAttempts': 1}]}",
                RUNS("F", "'duration': '20s'")));
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 3000 + 1000 + 3000);
    assert_int_equal(count_of(run, "M", "ExecutionsTimedOut"), 1);
    assert_int_equal(count_of(run, "M/A", "StateTimeouts"), 2);
    assert_int_equal(count_of(run, "M", "LambdaFunctionsTimedOut"), 2);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 2);
    assert_near(figure(run, "F", "Duration", "Average"), 20000, 0);
}

/* A Parallel takes as long as its longest branch; one that fails stops the others. */
static void test_parallel(void **state)
{
    struct model_run *run = *state;
#define BRANCH(NAME, REST) "{'StartAt': '" NAME "', 'States': {'" NAME "': {" REST "}}}"
    model_execute(
        run,
        "{'duration': '5m', 'Resources': {" MACHINE(
            "STANDARD",
            "'A': {'Type': 'Parallel', 'End': true, 'Branches': [" BRANCH("B", "'Type': 'Wait', 'Seconds': 2, 'End': true") ", " BRANCH(
                "C", "'Type': 'Wait', 'Seconds': 5, 'End': true") "]}") "}, " ONE_CALL "}");
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 5000);
    assert_int_equal(count_of(run, "M", "StateTransitions"), 3);
    assert_int_equal(count_of(run, "M", "HistoryEvents"), 2 + 2 + 2 + 2 * 2);
    model_forget(run);
    model_execute(run, "{'duration': '5m', 'Resources': {" MACHINE(
                           "STANDARD",
                           "'A': {'Type': 'Parallel', 'Next': 'Good', 'Catch': [{'ErrorEquals': ['States.BranchFailed'], 'Next': "
                           "'Sorry'}], 'Branches': [{'StartAt': 'B', 'States': {'B': {'Type': 'Wait', 'Seconds': 2, 'Next': 'X'}, 'X': "
                           "{'Type': 'Fail', 'Error': 'Broken'}}}, " BRANCH(
                               "C", "'Type': 'Wait', 'Seconds': 50, 'End': true") "]}, 'Good': {'Type': 'Succeed'}, 'Sorry': {'Type': "
                                                                                  "'Fail', 'Error': 'Rejected'}") "}, " ONE_CALL "}");
    assert_int_equal(time_of(run, "M", "ExecutionTime"), 2000);
    assert_int_equal(fates_of(run, "M", FATE_FAILED, "Rejected"), 1);
    assert_int_equal(fates_of(run, "M/X", FATE_FAILED, "Broken"), 1);
    assert_int_equal(fates_of(run, "M/C", FATE_DISCARDED, "aborted"), 1);
}

#define MAP(CONCURRENCY, REST)                                                                                                             \
    "'A': {'Type': 'Map', 'MaxConcurrency': " CONCURRENCY ", 'End': true, 'ItemProcessor': {" REST                                         \
    "'StartAt': 'W', 'States': {'W': {'Type': 'Wait', 'Seconds': 3, 'End': true}}}}"

/* n items, c at once, s each: ceil(n / c) x s. An inline Map does at most 40 at once, a distributed one 10,000. */
static void test_map(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *concurrency, *mode;
        int items, rounds;
    } cases[] = {{"4", "", 10, 3},
                 {"5", "", 10, 2},
                 {"1", "", 3, 3},
                 {"0", "", 100, 3},
                 {"50", "", 100, 3},
                 {"4", "", 0, 0},
                 {"0", "'ProcessorConfig': {'Mode': 'DISTRIBUTED', 'ExecutionType': 'EXPRESS'}, ", 10001, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '5m', 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': "
                  "{'StartAt': 'A', 'States': {" MAP("%s", "%s") "}}}}}, 'behavior': {'M': {'states': {'A': {'items': %d}}}}, " ONE_CALL
                                                                 "}",
                  cases[i].concurrency, cases[i].mode, cases[i].items);
        assert_int_equal(time_of(run, "M", "ExecutionTime"), 3000 * cases[i].rounds);
        assert_int_equal(count_of(run, "M/W", "StateEntries"), cases[i].items);
        /* Children that are EXPRESS are billed as such, and their transitions are none. */
        bool express = cases[i].mode[0] != '\0';
        assert_int_equal(count_of(run, "M", "StateTransitions"), 1 + (express ? 0 : cases[i].items));
        if (express) {
            assert_near(billed(run, "M", "StepFunctions-Request", NULL), cases[i].items, 0);
            assert_near(billed(run, "M", "StepFunctions-GB-Second", NULL), cases[i].items * 3.0 / 16, 1e-6);
        }
        model_forget(run);
    }
}

/* A distributed Map bears so many failures, of a number or of a share; one more fails it, and stops what is under way. */
static void test_tolerance(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *tolerance;
        bool succeeds;
    } cases[] = {{"", false},
                 {"'ToleratedFailureCount': 9, ", false},
                 {"'ToleratedFailureCount': 10, ", true},
                 {"'ToleratedFailurePercentage': 99, ", false},
                 {"'ToleratedFailurePercentage': 100, ", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '5m', 'Resources': {" FUNCTION(
                      "F") ", 'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
                           "{'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Map', "
                           "'MaxConcurrency': 2, %s'End': true, 'ItemProcessor': {'ProcessorConfig': "
                           "{'Mode': 'DISTRIBUTED', 'ExecutionType': 'STANDARD'}, 'StartAt': 'W', "
                           "'States': {'W': {" TASK("F") ", 'End': true}}}}}}}}}, 'behavior': {" RUNS(
                               "F", "'duration': '1s', 'error_rate': 1") ", 'M': {'states': {'A': "
                                                                         "{'items': 10}}}}, " ONE_CALL "}",
                  cases[i].tolerance);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), cases[i].succeeds);
        assert_int_equal(fates_of(run, "M", FATE_FAILED, "States.ExceedToleratedFailureThreshold"), !cases[i].succeeds);
        /* Two at once: what is under way with the first failure is stopped, but its function has failed in the same instant. */
        assert_int_equal(count_of(run, "M/A", "StateChildren"), cases[i].succeeds || i == 1 || i == 3 ? 10 : 2);
        model_forget(run);
    }
}

/* StartExecution: 1,300 at once and 300 a second of STANDARD machines; 6,000 and 6,000 a second of EXPRESS ones.
 * crosses: sfn_start_standard_bucket sfn_start_standard_rate sfn_start_express_bucket sfn_start_express_rate */
static void test_starts(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *type;
        int burst, bucket, rate;
    } cases[] = {{"STANDARD", 2000, 1300, 300}, {"EXPRESS", 13000, 6000, 6000}};
    for (size_t i = 0; i < 2; i++) {
        model_run(run,
                  "{'duration': '2s', 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'StateMachineType': "
                  "'%s', 'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Pass', 'End': true}}}}}}, 'traffic': [{'name': 'calls', "
                  "'target': 'M', 'operation': 'StartExecution', 'bursts': {'size': %d, 'every': '1s'}}]}",
                  cases[i].type, cases[i].burst);
        assert_int_equal(count_of(run, "M", "ExecutionsStarted"), cases[i].bucket + cases[i].rate);
        assert_int_equal(count_of(run, "M", "ThrottledEvents"), 2 * cases[i].burst - cases[i].bucket - cases[i].rate);
        assert_int_equal(fates_of(run, "M", FATE_THROTTLED, "ThrottlingException"), 2 * cases[i].burst - cases[i].bucket - cases[i].rate);
        model_forget(run);
    }
}

/* Transitions of all machines share a bucket: what comes too early waits in line, and none is lost. With 10 tokens and 5 a second, the k-th
 * of 40 passes at (k - 10) / 5 s: all are over after 6 s. crosses: sfn_transition_bucket sfn_transition_rate */
static void test_transitions(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '1m', 'rules': {'base': 'current', 'sfn_transition_bucket': 10, 'sfn_transition_rate': 5}, 'Resources': {'N': "
        "{'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'P', 'States': {'P': {'Type': 'Pass', "
        "'End': true}}}}}, " MACHINE(
            "STANDARD",
            "'A': {'Type': 'Pass', 'End': true}") "}, 'traffic': [{'name': 'calls', 'target': 'M', 'bursts': {'size': 20, 'every': '2m'}}, "
                                                  "{'name': 'others', 'target': 'N', 'bursts': {'size': 20, 'every': '2m'}}]}");
    double sum = figure(run, "M", "ExecutionTime", "Sum") + figure(run, "N", "ExecutionTime", "Sum");
    assert_near(fmax(figure(run, "M", "ExecutionTime", "Maximum"), figure(run, "N", "ExecutionTime", "Maximum")), 6000, 0);
    assert_int_equal(count_of(run, "M", "ExecutionThrottled") + count_of(run, "N", "ExecutionThrottled"), 30);
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded") + count_of(run, "N", "ExecutionsSucceeded"), 40);
    assert_near(sum, 1000 * 30 * 31 / 2 / 5.0, 1e-6); /* 0.2 s + 0.4 s + ... + 6 s */
}

/* A loop ends with its 25,000th event; one that takes no time at all, and that is EXPRESS, with as many states: Wait and Choice are two
 * each time round, with two events each. Ten thousand items that take no time are no loop.
 * crosses: sfn_standard_events_max sfn_instant_states_max */
static void test_histories(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *type, *wait;
        int64_t events;
    } cases[] = {{"STANDARD", "1", 25000}, {"EXPRESS", "0", 2 + 2 * 25000 + 1}};
    for (size_t i = 0; i < 2; i++) {
        model_run(run,
                  "{'duration': '4h', 'drain': '1h', 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
                  "{'StateMachineType': '%s', 'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Wait', 'Seconds': %s, 'Next': 'B'}, "
                  "'B': {'Type': 'Choice', 'Choices': [{'Next': 'A'}], 'Default': 'C'}, 'C': {'Type': 'Succeed'}}}}}}, 'behavior': {'M': "
                  "{'states': {'B': {'choices': [1, 0]}}}}, " ONE_CALL "}",
                  cases[i].type, cases[i].wait);
        assert_int_equal(count_of(run, "M", "HistoryEvents"), cases[i].events);
        assert_int_equal(fates_of(run, "M", FATE_FAILED, "States.Runtime"), 1);
        model_forget(run);
    }
    model_execute(run,
                  "{'duration': '1m', 'Resources': {" MACHINE(
                      "EXPRESS", "'A': {'Type': 'Map', 'End': true, 'ItemProcessor': {'StartAt': 'P', 'States': {'P': {'Type': 'Pass', "
                                 "'End': true}}}}") "}, 'behavior': {'M': {'states': {'A': {'items': 10000}}}}, " ONE_CALL "}");
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 1);
}

/* crosses: sfn_express_max_s sfn_standard_max_s */
static void test_time_limits(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *type, *wait, *duration;
        double limit_s;
    } cases[] = {{"EXPRESS", "299", "10m", 0},
                 {"EXPRESS", "301", "10m", 300},
                 {"STANDARD", "31535999", "370d", 0},
                 {"STANDARD", "31536001", "370d", 31536000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            "{'duration': '%s', 'period': '1d', 'Resources': {'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
            "{'StateMachineType': '%s', 'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Wait', 'Seconds': %s, 'End': true}}}}}}, "
            "'traffic': [{'name': 'calls', 'target': 'M', 'operation': 'StartExecution', 'constant': '1/s', 'count': 1}]}",
            cases[i].duration, cases[i].type, cases[i].wait);
        assert_int_equal(count_of(run, "M", "ExecutionsTimedOut"), cases[i].limit_s > 0);
        if (cases[i].limit_s > 0)
            assert_near(figure(run, "M", "ExecutionTime", "Maximum"), cases[i].limit_s * 1000, 0);
        model_forget(run);
    }
}

/* Express: 1.23 s are billed as 1.3 s, 50 MB as 64 MB; the price page's example of 400 items of 32 KB, too. A source that waits for the
 * answer has the execution's time as its own. */
static void test_express(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(
        run,
        "{'duration': '100s', 'drain': '10s', 'Resources': {" FUNCTION("F") ", " MACHINE(
            "EXPRESS",
            "'A': {" TASK("F") ", 'End': true}") "}, 'behavior': {" RUNS("F", "'duration': '1.23s'") "}, 'traffic': [{'name': 'calls', "
                                                                                                     "'target': 'M', 'constant': '1/s'}]}");
    assert_near(billed(run, "M", "StepFunctions-Request", &usd), 100, 0);
    assert_near(usd, 0.0001, 1e-15);
    assert_near(billed(run, "M", "StepFunctions-GB-Second", &usd), 100 * 1.3 * 64 / 1024, 1e-9);
    assert_near(usd, 100 * 1.3 / 16 * 0.00001667, 1e-12);
    assert_near(billed(run, "M", "StateTransition", NULL), 0, 0);
    assert_int_equal(time_of(run, "calls", "ResponseTime"), 1230);
    model_forget(run);
    model_execute(
        run, "{'duration': '1m', 'Resources': {" MACHINE(
                 "EXPRESS", MAP("0", "")) "}, 'behavior': {'M': {'states': {'A': {'items': 400}}}}, 'traffic': [{'name': 'calls', "
                                          "'target': 'M', 'constant': '1/s', 'count': 1, 'payload': '32KB', 'invocation_type': 'Event'}]}");
    assert_near(figure(run, "M", "ExpressExecutionMemory", "Maximum") / 1048576, 50 + 12.5, 0.001);
    assert_near(figure(run, "M", "ExpressExecutionBilledMemory", "Maximum"), 64 * 1048576, 0);
    assert_int_equal(time_of(run, "calls", "ResponseTime"), 0);
}

/* crosses: sfn_payload_max_kb sfn_standard_open_max */
static void test_refusals(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '10s', 'rules': {'base': 'current', 'sfn_standard_open_max': 4}, 'Resources': {" MACHINE(
                      "STANDARD", "'A': {'Type': 'Wait', 'Seconds': 100, 'End': true}") "}, 'traffic': [{'name': 'large', 'target': 'M', "
                                                                                        "'constant': '1/s', 'payload': '257KB'}, {'name': "
                                                                                        "'calls', 'target': 'M', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "M", FATE_REJECTED, "InvalidExecutionInput"), 10);
    assert_int_equal(fates_of(run, "M", FATE_REJECTED, "ExecutionLimitExceeded"), 6);
    assert_int_equal(fates_of(run, "M", FATE_IN_FLIGHT, ""), 4);
}

/* ".sync" waits for the other execution, and stops it when it is left; without it the task is over at once. */
static void test_nested(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *pattern, *timeout;
        int64_t took_ms, aborted;
    } cases[] = {{"", "", 0, 0}, {".sync", "", 30000, 0}, {".sync:2", "'TimeoutSeconds': 10, ", 10000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '5m', 'Resources': {'Inner': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': "
                  "{'StartAt': 'W', 'States': {'W': {'Type': 'Wait', 'Seconds': 30, 'End': true}}}}}, 'M': {'Type': "
                  "'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Task', "
                  "%s'Resource': 'arn:aws:states:::states:startExecution%s', 'Parameters': {'StateMachineArn': {'Ref': 'Inner'}}, 'End': "
                  "true}}}}}}, " ONE_CALL "}",
                  cases[i].timeout, cases[i].pattern);
        assert_int_equal(time_of(run, "M", "ExecutionTime"), cases[i].took_ms);
        assert_int_equal(count_of(run, "Inner", "ExecutionsAborted"), cases[i].aborted);
        assert_int_equal(count_of(run, "Inner", "ExecutionsSucceeded"), !cases[i].aborted);
        model_forget(run);
    }
}

/* A token that nobody brings back: HeartbeatSeconds notices it sooner than TimeoutSeconds. */
static void test_token(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rest, *said;
        int64_t took_ms, timed_out;
    } cases[] = {{"", "'latency': '20s'", 20000, 0},
                 {"'TimeoutSeconds': 15, ", "'latency': '20s'", 15000, 1},
                 {"'TimeoutSeconds': 60, 'HeartbeatSeconds': 5, ", "'latency': '20s'", 20000, 0},
                 {"'TimeoutSeconds': 60, 'HeartbeatSeconds': 5, ", "'lost_rate': 1", 5000, 1},
                 {"'TimeoutSeconds': 60, ", "'lost_rate': 1", 60000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '5m', 'Resources': {'Jobs': {'Type': 'AWS::SQS::Queue'}, 'M': {'Type': 'AWS::StepFunctions::StateMachine', "
                  "'Properties': {'DefinitionString': {'Fn::Sub': '{\\\"StartAt\\\": \\\"A\\\", \\\"States\\\": {\\\"A\\\": {\\\"Type\\\": "
                  "\\\"Pass\\\", \\\"End\\\": true}}}'}}}, 'N': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': "
                  "{'StartAt': 'T', 'States': {'T': {'Type': 'Task', %s'Resource': 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', "
                  "'Parameters': {'QueueUrl': {'Ref': 'Jobs'}}, 'End': true}}}}}}, 'behavior': {'N': {'states': {'T': {%s}}}}, 'traffic': "
                  "[{'name': 'calls', 'target': 'N', 'constant': '1/s', 'count': 1}]}",
                  cases[i].rest, cases[i].said);
        assert_int_equal(time_of(run, "N", "ExecutionTime"), cases[i].took_ms);
        assert_int_equal(count_of(run, "N", "ServiceIntegrationsTimedOut"), cases[i].timed_out);
        model_forget(run);
    }
}

/* StopExecution ends all that are under way, with what they have begun. */
static void test_stop(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '1m', 'Resources': {" MACHINE(
            "STANDARD",
            MAP("2",
                "'ProcessorConfig': {'Mode': 'DISTRIBUTED'}, ")) "}, 'behavior': {'M': {'states': {'A': {'items': 1000}}}}, 'changes': "
                                                                 "[{'at': '30500ms', 'StopExecution': 'M'}], 'traffic': [{'name': 'calls', "
                                                                 "'target': 'M', 'constant': '1/s', 'until': '30s'}]}");
    assert_int_equal(count_of(run, "M", "ExecutionsAborted"), 30);
    assert_int_equal(fates_of(run, "M", FATE_DISCARDED, "aborted"), 30);
    assert_int_equal(figure(run, "M", "OpenExecutionCount", "Maximum"), 30);
}

/* Substitutions and functions of a template, in texts as in objects. */
static void test_spellings(void **state)
{
    struct model_run *run = *state;
    static const char *const definitions[] = {
        "'DefinitionString': "
        "'{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"${Fn}\\\","
        "\\\"TimeoutSeconds\\\":${Limit},\\\"End\\\":true}}}', 'DefinitionSubstitutions': {'Fn': {'Fn::GetAtt': ['F', 'Arn']}, 'Limit': "
        "30}",
        "'DefinitionString': {'Fn::Sub': "
        "'{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"${F.Arn}\\\",\\\"End\\\":"
        "true}}}'}",
        "'DefinitionString': {'Fn::Sub': "
        "['{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"${It}\\\",\\\"End\\\":true}"
        "}}', {'It': {'Fn::GetAtt': ['F', 'Arn']}}]}",
        "'DefinitionString': {'Fn::Join': ['', "
        "['{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"', {'Fn::GetAtt': ['F', "
        "'Arn']}, '\\\",\\\"End\\\":true}}}']]}",
        "'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Task', 'Resource': 'arn:aws:states:::lambda:invoke', 'Arguments': "
        "{'FunctionName': '${Fn}', 'Payload': '{% $states.input %}'}, 'TimeoutSeconds': '{% $limit %}', 'End': true}}}, "
        "'DefinitionSubstitutions': {'Fn': {'Ref': 'F'}}",
    };
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        model_run(run,
                  "{'duration': '1m', 'Resources': {" FUNCTION("F") ", 'M': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
                                                                    "{%s}}}, 'behavior': {" RUNS("F", "'duration': '2s'") "}, " ONE_CALL
                                                                                                                          "}",
                  definitions[i]);
        assert_int_equal(count_of(run, "F", "Invocations"), 1);
        assert_int_equal(time_of(run, "M", "ExecutionTime"), 2000);
        model_forget(run);
    }
}

int main(void)
{
#define ROW(TEST) cmocka_unit_test_setup_teardown(TEST, model_setup, model_teardown)
    const struct CMUnitTest tests[] = {
        ROW(test_in_a_row),     ROW(test_free_tier), ROW(test_back_off),    ROW(test_retry_defaults), ROW(test_error_names),
        ROW(test_task_timeout), ROW(test_parallel),  ROW(test_map),         ROW(test_tolerance),      ROW(test_starts),
        ROW(test_transitions),  ROW(test_histories), ROW(test_time_limits), ROW(test_express),        ROW(test_refusals),
        ROW(test_nested),       ROW(test_token),     ROW(test_stop),        ROW(test_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
