/* test_faults.c: what faults do to functions, their versions, and to what is around them. Every expected figure is worked out by hand. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define ALPHA 1e-6

/* A function F called 10 times a second for six minutes, 100 ms each, its INIT of 200 ms: three environments from the start. */
#define FAULTED(BEHAVIOR, CHANGES)                                                                                                         \
    "{'duration': '6m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 1024, 'Timeout': 60}}, 'X': "    \
    "{'Type': 'Custom::External'}}, 'behavior': {'X': {'latency': '100ms'}, 'F': {'init': '200ms', 'keep_alive': 'forever', "              \
    "'max_lifetime': 'forever', " BEHAVIOR "}}, 'traffic': [{'name': 'calls', 'target': 'F', 'constant': '10/s'}], 'changes': [" CHANGES   \
    "]}"

static void test_down(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, FAULTED("'duration': '100ms'", "{'at': '1m', 'for': '2m', 'fault': 'F', 'kind': 'down'}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 2400);
    assert_int_equal(count_of(&run, "F", "ServiceErrors"), 1200);
    assert_int_equal(count_of(&run, "F", "Errors"), 0); /* CloudWatch does not see it */
    assert_int_equal(count_of(&run, "F", "Throttles"), 0);
    assert_int_equal(fates_of(&run, "F", FATE_FAILED, "ServiceException"), 1200);
    assert_int_equal(fates_of(&run, "calls", FATE_FAILED, "ServiceException"), 1200);
    /* two at once: it is up again when both are over */
    model_execute(&run, FAULTED("'duration': '100ms'", "{'at': '1m', 'for': '2m', 'fault': 'F', 'kind': 'down'}, {'at': '2m', 'for': "
                                                       "'2m', 'fault': 'F', 'kind': 'down'}"));
    assert_int_equal(count_of(&run, "F", "ServiceErrors"), 1800);
    model_close(&run);
}

/* Overlapping factors multiply, and leave nothing behind; what a handler calls stays as fast as it is. */
static void test_slow(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, FAULTED("'duration': '100ms'", "{'at': '1m', 'for': '1m', 'fault': 'F', 'kind': 'slow', 'factor': 2}, {'at': "
                                                       "'90s', 'for': '1m', 'fault': 'F', 'kind': 'slow', 'factor': 3}"));
    /* all but the last, which ends with the run; 300 of 200 ms, 300 of 600 ms, 300 of 300 ms */
    assert_near(figure(&run, "F", "Duration", "Sum"), 2699 * 100 + 300 * (200 + 600 + 300), 1e-6);
    model_execute(&run, FAULTED("'steps': [{'wait': '20ms'}, {'call': 'X'}, {'cpu': '10ms'}]",
                                "{'at': '1m', 'for': '1m', 'fault': 'F', 'kind': 'slow', 'factor': 4}"));
    /* 20 ms, 100 ms of X, and 10 ms of work on 1024 / 1769 vCPU */
    double own_ms = 20 + 10 * 1769.0 / 1024;
    double counted = figure(&run, "F", "Duration", "SampleCount");
    assert_in_range((int64_t)counted, 3598, 3599);
    assert_near(figure(&run, "F", "Duration", "Sum"), counted * 100 + (counted - 600) * own_ms + 600 * 4 * own_ms, 0.1);
    model_close(&run);
}

static void test_errors(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, FAULTED("'duration': '100ms'", "{'at': '1m', 'for': '1m', 'fault': 'F', 'kind': 'errors', 'rate': 1}"));
    assert_int_equal(count_of(&run, "F", "Errors"), 600);
    assert_int_equal(count_of(&run, "F", "ServiceErrors"), 0);
    assert_int_equal(fates_of(&run, "F", FATE_FAILED, "function error"), 600);
    /* 2400 of error_rate alone, 600 of both together: sums of independent events */
    model_execute(
        &run, FAULTED("'duration': '100ms', 'error_rate': 0.1", "{'at': '1m', 'for': '1m', 'fault': 'F', 'kind': 'errors', 'rate': 0.5}"));
    double mean = 3000 * 0.1 + 600 * (1 - 0.9 * 0.5), sd = sqrt(3000 * 0.09 + 600 * 0.55 * 0.45);
    check_z("errors", ((double)count_of(&run, "F", "Errors") - mean) / sd, ALPHA);
    model_close(&run);
}

/* All three environments go at 1:00.05, one of them with its invocation; the next three calls are cold, as at the start. */
static void check_lost(struct model_run *run, bool service_error)
{
    assert_int_equal(count_of(run, "F", "EnvironmentsLost"), 3);
    assert_int_equal(count_of(run, "F", "EnvironmentsCreated"), 6);
    assert_int_equal(count_of(run, "F", "EnvironmentsExpired"), 0);
    assert_int_equal(count_of(run, "F", "ColdStarts"), 6);
    assert_int_equal(count_of(run, "F", "Invocations"), 3600);
    assert_int_equal(count_of(run, "F", "ServiceErrors"), service_error ? 1 : 0);
    assert_int_equal(count_of(run, "F", "Errors"), service_error ? 0 : 1);
    assert_near(figure(run, "F", "Environments", "Maximum"), 3, 0);
    assert_int_equal(
        fates_of(run, "calls", FATE_FAILED, service_error ? "ServiceException: environment lost" : "function error: environment lost"), 1);
    /* neither the one that was lost nor the last, which ends with the run, is billed */
    assert_near(figure(run, "F", "Duration", "SampleCount"), 3598, 0);
    assert_near(billed(run, "F", "Lambda-GB-Second", NULL), 359.8, 1e-9);
}

static void test_environments_lost(void **state)
{
    (void)state;
    static const char lost[] = FAULTED("'duration': '100ms'", "{'at': '60050ms', 'fault': 'F', 'kind': 'environments_lost'}");
    struct model_run run;
    model_open(&run);
    model_execute(&run, lost);
    check_lost(&run, true);
    model_run(&run, "{'rules': {'base': 'current', 'environment_lost_service_error': false}, %s", lost + 1);
    check_lost(&run, false);
    /* a handler that is waiting for an answer: that comes to nobody */
    model_execute(&run, FAULTED("'steps': [{'call': 'X'}]", "{'at': '60050ms', 'fault': 'F', 'kind': 'environments_lost'}"));
    check_lost(&run, true);
    /* every order of reuse keeps its books */
    static const char *const orders[] = {"most_recent", "least_recent", "newest", "oldest", "random"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        model_run(&run, FAULTED("'duration': '100ms', 'reuse': '%s'", "{'at': '60050ms', 'fault': 'F', 'kind': 'environments_lost'}"),
                  orders[i]);
        check_lost(&run, true);
    }
    model_close(&run);
}

/* 300 environments, each lost with probability 0.4; those that are left go on. */
static void test_az_lost(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '2m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}}, "
                        "'behavior': {'F': {'init': '0s', 'duration': '10s', 'keep_alive': 'forever', 'max_lifetime': 'forever'}}, "
                        "'traffic': [{'name': 'calls', 'target': 'F', 'constant': '30/s'}], 'changes': [{'at': '60005ms', 'for': "
                        "'30s', 'fault': 'F', 'kind': 'az_lost', 'share': 0.4}]}");
    int64_t lost = count_of(&run, "F", "EnvironmentsLost"), created = count_of(&run, "F", "EnvironmentsCreated");
    check_z("lost", ((double)lost - 120) / sqrt(300 * 0.4 * 0.6), ALPHA);
    /* what is lost is made again, when it is needed */
    assert_int_equal(created, 300 + lost);
    assert_int_equal(count_of(&run, "F", "ServiceErrors"), lost);
    model_close(&run);
}

/* Provisioned ones are replaced, their INIT paid for again; meanwhile calls are served on demand. */
static void test_provisioned_lost(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '6m', 'rules': {'base': 'current', 'provisioned_ready_at_start': true}, 'Resources': {'F': {'Type': "
                        "'AWS::Serverless::Function', 'Properties': {'MemorySize': 1024, 'Timeout': 60, 'AutoPublishAlias': 'live', "
                        "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 5}}}}, 'behavior': {'F': {'init': '2s', "
                        "'duration': '100ms', 'keep_alive': 'forever', 'max_lifetime': 'forever'}}, 'traffic': [{'name': 'calls', "
                        "'target': 'F', 'constant': '1/s'}], 'changes': [{'at': '60500ms', 'fault': 'F:live', 'kind': "
                        "'environments_lost'}]}");
    assert_int_equal(count_of(&run, "F:live", "EnvironmentsLost"), 5);
    /* at 61 and 62 s; the new ones are there at 62.5 s */
    assert_int_equal(count_of(&run, "F:live", "ProvisionedConcurrencySpilloverInvocations"), 2);
    assert_int_equal(count_of(&run, "F:live", "ProvisionedConcurrencyInvocations"), 358);
    assert_int_equal(count_of(&run, "F:live", "ColdStarts"), 2);
    assert_near(billed(&run, "F", "Lambda-Provisioned-GB-Second", NULL), 10 * 2 + 358 * 0.1, 1e-9);
    assert_near(billed(&run, "F", "Lambda-Provisioned-Concurrency", NULL), 5 * 360, 1e-9);
    assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 4, 1e-9);
    model_close(&run);
}

/* A fault of the function, of its alias, and of the version behind it are the same for who calls the alias. */
static void test_parts(void **state)
{
    (void)state;
    static const struct {
        const char *target, *befallen;
        int64_t errors;
    } cases[] = {{"F", "F", 600},        {"F", "F:live", 600},       {"F", "F:1", 600},
                 {"F:1", "F:live", 600}, {"F:$LATEST", "F:live", 0}, {"F:$LATEST", "F", 600}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '2m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': "
                  "'live'}}}, 'behavior': {'F': {'init': '0s', 'duration': '10ms'}}, 'traffic': [{'name': 'calls', 'target': '%s', "
                  "'constant': '10/s'}], 'changes': [{'at': '30s', 'for': '1m', 'fault': '%s', 'kind': 'down'}]}",
                  cases[i].target, cases[i].befallen);
        assert_int_equal(fates_of(&run, "calls", FATE_FAILED, "ServiceException"), cases[i].errors);
    }
    model_close(&run);
}

/* Lambda's own queue and the pollers of others try again; a server error uses no retry up. */
static void test_retried(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '10m', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                        "{'EventInvokeConfig': {'MaximumRetryAttempts': 0}}}}, 'behavior': {'F': {'init': '0s', 'duration': '10ms'}}, "
                        "'traffic': [{'name': 'calls', 'target': 'F', 'invocation_type': 'Event', 'constant': '1/s'}], 'changes': "
                        "[{'at': '60s', 'for': '1m', 'fault': 'F', 'kind': 'down'}]}");
    assert_int_equal(count_of(&run, "F", "AsyncEventsDropped"), 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 600);
    assert_true(count_of(&run, "F", "ServiceErrors") >= 60);
    model_execute(&run, "{'duration': '10m', 'drain': '10m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': "
                        "{'VisibilityTimeout': 60}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 5, 'Events': "
                        "{'E': {'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}, 'BatchSize': 1}}}}}}, 'behavior': "
                        "{'F': {'init': '0s', 'duration': '10ms'}}, 'traffic': [{'name': 'messages', 'target': 'Q', 'constant': "
                        "'1/s'}], 'changes': [{'at': '60s', 'for': '2m', 'fault': 'F', 'kind': 'down'}]}");
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesDeleted"), 600);
    assert_int_equal(count_of(&run, "F", "Invocations"), 600);
    assert_true(count_of(&run, "F", "ServiceErrors") >= 10); /* each of five pollers, more than once */
    model_close(&run);
}

/* A queue that is down takes nothing and gives nothing; what it had is there again afterwards. */
static void test_queue_down(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_execute(&run, "{'duration': '5m', 'drain': '5m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': "
                        "{'VisibilityTimeout': 60, 'DelaySeconds': 30}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                        "{'Timeout': 5, 'Events': {'E': {'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}, "
                        "'BatchSize': 1}}}}}}, 'behavior': {'F': {'init': '0s', 'duration': '10ms'}}, 'traffic': [{'name': 'messages', "
                        "'target': 'Q', 'constant': '1/s'}], 'changes': [{'at': '60500ms', 'for': '1m', 'fault': 'Q', 'kind': 'down'}]}");
    assert_int_equal(fates_of(&run, "messages", FATE_FAILED, "ServiceUnavailable"), 60);
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesSent"), 240);
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesDeleted"), 240);
    assert_int_equal(count_of(&run, "F", "Invocations"), 240);
    for (size_t i = 0; i < run.step_count; i++)
        if (strcmp(run.steps[i].resource, "F") == 0 && strcmp(run.steps[i].step, "invoke") == 0)
            assert_false(run.steps[i].time_ns > 61 * NS_PER_S && run.steps[i].time_ns < 120 * NS_PER_S);
    model_close(&run);
}

/* What every endpoint has: down, and a rate of errors; two of them can be slow. */
static void test_endpoints(void **state)
{
    (void)state;
    static const char table[] = "'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', 'AttributeDefinitions': "
                                "[{'AttributeName': 'k', 'AttributeType': 'S'}], 'KeySchema': [{'AttributeName': 'k', 'KeyType': 'HASH'}]}";
    static const char *const resources[] = {
        "'AWS::SNS::Topic'",
        "'AWS::Events::EventBus', 'Properties': {'Name': 'R'}",
        "'AWS::S3::Bucket'",
        "'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}",
        table,
        "'AWS::SQS::Queue'",
        "'Custom::External'",
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        static const char form[] = "{'duration': '3m', 'Resources': {'R': {'Type': %s}}, 'traffic': [{'name': 'calls', 'target': 'R', "
                                   "'constant': '10/s', 'key': {'uniform': 100}}], 'changes': [{'at': '1m', 'for': '1m', 'fault': 'R', "
                                   "'kind': %s}]}";
        model_run(&run, form, resources[i], "'down'");
        assert_int_equal(count_of(&run, "calls", "Failed"), 600);
        model_run(&run, form, resources[i], "'errors', 'rate': 0.3");
        check_z("failed", ((double)count_of(&run, "calls", "Failed") - 180) / sqrt(600 * 0.3 * 0.7), ALPHA);
    }
    static const char *const slow[] = {"'AWS::S3::Bucket'", "'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST'}",
                                       "'Custom::External'"};
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        model_run(&run,
                  "{'duration': '3m', 'drain': '1m', 'Resources': {'R': {'Type': %s}}, 'behavior': {'R': {'latency': '20ms'}}, 'traffic': "
                  "[{'name': 'calls', 'target': 'R', 'constant': '10/s', 'key': {'uniform': 100}}], 'changes': [{'at': '1m', 'for': '1m', "
                  "'fault': 'R', 'kind': 'slow', 'factor': 10}]}",
                  slow[i]);
        assert_near(figure(&run, "calls", "ResponseTime", "Average"), (1200 * 20 + 600 * 200) / 1800.0, 1e-9);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_down),       cmocka_unit_test(test_slow),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_environments_lost),
        cmocka_unit_test(test_az_lost),    cmocka_unit_test(test_provisioned_lost),
        cmocka_unit_test(test_parts),      cmocka_unit_test(test_retried),
        cmocka_unit_test(test_queue_down), cmocka_unit_test(test_endpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
