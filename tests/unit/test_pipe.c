/* test_pipe.c: pipes poll, filter, enrich, and hand on; what fails comes back. */
#include "model_fixture.h"

#define QUEUE(NAME, REST) "'" NAME "': {'Type': 'AWS::SQS::Queue', 'Properties': {" REST "}}"
#define FUNCTION(NAME, REST) "'" NAME "': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60" REST "}}"
#define PIPE(SOURCE, TARGET, REST)                                                                                                         \
    "'P': {'Type': 'AWS::Pipes::Pipe', 'Properties': {'RoleArn': 'r', 'Source': " SOURCE ", 'Target': " TARGET REST "}}"
#define ARN(NAME) "{'Fn::GetAtt': ['" NAME "', 'Arn']}"
#define AT_ONCE "'init': '0s', 'placement': '0s'"

/* What a pipe takes of itself is 10 ms: rule pipe_overhead_ms.
 * A queue to a queue: every message passes once, as an event of 64 KB at most each. */
static void test_queue_to_queue(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *payload;
        int64_t chunks;
    } cases[] = {{"64KB", 1}, {"65KB", 2}};
    for (size_t i = 0; i < 2; i++) {
        double usd;
        model_run(run,
                  "{'duration': '100s', 'drain': '1m', 'Resources': {" QUEUE("In", "") ", " QUEUE("Out", "") ", " PIPE(
                      ARN("In"), ARN("Out"), "") "}, 'traffic': [{'name': 'items', 'target': 'In', 'constant': '1/s', 'payload': '%s'}]}",
                  cases[i].payload);
        assert_int_equal(count_of(run, "Out", "NumberOfMessagesSent"), 100);
        assert_int_equal(count_of(run, "In", "NumberOfMessagesDeleted"), 100);
        assert_int_equal(count_of(run, "P", "EventCount"), 100);
        assert_int_equal(fates_of(run, "In", FATE_SUCCEEDED, ""), 100);
        assert_near(billed(run, "P", "Pipes-64K-Chunks", &usd), (double)(100 * cases[i].chunks), 0);
        assert_near(usd, (double)(100 * cases[i].chunks) * 0.4e-6, 1e-15);
        model_forget(run);
    }
}

/* One event in four is wanted: the others are neither handed on nor paid for. */
static void test_filter(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '400s', 'drain': '1m', 'Resources': {" QUEUE("In", "") ", " QUEUE("Out", "") ", " PIPE(
                           ARN("In"), ARN("Out"),
                           ", 'SourceParameters': {'FilterCriteria': {'Filters': [{'Pattern': '{\\\"body\\\": {\\\"kind\\\": "
                           "[\\\"order\\\"]}}'}]}}") "}, 'traffic': [{'name': 'orders', 'target': 'In', 'constant': '1/s', 'count': 100, "
                                                     "'event': {'kind': 'order'}}, "
                                                     "{'name': 'others', 'target': 'In', 'constant': '3/s', 'count': 300, 'event': "
                                                     "{'kind': 'other'}}]}");
    assert_int_equal(count_of(run, "Out", "NumberOfMessagesSent"), 100);
    assert_int_equal(count_of(run, "P", "FilteredOutEventCount"), 300);
    assert_near(billed(run, "P", "Pipes-64K-Chunks", NULL), 100, 0);
}

/* Enrichment, then target, each waited for: the sum of both; a failure of the first keeps the target from being called. */
static void test_stages(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *enriches, *calls;
        double duration_ms;
        int64_t enrichment_failed, target_failed, deleted, target_calls;
    } cases[] = {{"", "", 5000, 0, 0, 1, 1}, {", 'error_rate': 1", "", 2000, 1, 0, 0, 0}, {"", ", 'error_rate': 1", 5000, 0, 1, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '10s', 'Resources': {" QUEUE("In", "'VisibilityTimeout': 360") ", " FUNCTION("E", "") ", " FUNCTION(
                      "T", "") ", " PIPE(ARN("In"), ARN("T"), ", 'Enrichment': " ARN("E")) "}, 'behavior': {'E': {" AT_ONCE
                                                                                           ", 'duration': '2s'%s}, 'T': {" AT_ONCE
                                                                                           ", 'duration': '3s'%s}}, 'traffic': [{'name': "
                                                                                           "'items', 'target': 'In', 'constant': '1/s', "
                                                                                           "'count': 1}]}",
                  cases[i].enriches, cases[i].calls);
        assert_near(figure(run, "P", "Duration", "Maximum"), cases[i].duration_ms + 10, 0);
        assert_near(figure(run, "P", "EnrichmentStageDuration", "Maximum"), 2000, 0);
        assert_int_equal(count_of(run, "P", "EnrichmentStageFailed"), cases[i].enrichment_failed);
        assert_int_equal(count_of(run, "P", "TargetStageSkipped"), cases[i].enrichment_failed);
        assert_int_equal(count_of(run, "P", "TargetStageFailed"), cases[i].target_failed);
        assert_int_equal(count_of(run, "P", "ExecutionFailed"), cases[i].enrichment_failed + cases[i].target_failed);
        assert_int_equal(count_of(run, "In", "NumberOfMessagesDeleted"), cases[i].deleted);
        assert_int_equal(count_of(run, "T", "Invocations"), cases[i].target_calls);
        model_forget(run);
    }
}

/* A function that is called and forgotten fails for nobody here: its own retries come. A STANDARD machine is started, an EXPRESS one waited
 * for where that is said. */
static void test_invocation_types(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *resource, *parameters;
        double duration_ms;
    } cases[] = {
        {FUNCTION("T", ""), "{'LambdaFunctionParameters': {'InvocationType': 'FIRE_AND_FORGET'}}", 0},
        {FUNCTION("T", ""), "{'LambdaFunctionParameters': {'InvocationType': 'REQUEST_RESPONSE'}}", 3000},
        {"'T': {'Type': 'AWS::Serverless::StateMachine', 'Properties': {'Definition': {'StartAt': 'W', 'States': {'W': {'Type': 'Wait', "
         "'Seconds': 3, 'End': true}}}}}",
         "{}", 0},
        {"'T': {'Type': 'AWS::Serverless::StateMachine', 'Properties': {'Type': 'EXPRESS', 'Definition': {'StartAt': 'W', 'States': {'W': "
         "{'Type': 'Wait', 'Seconds': 3, 'End': true}}}}}",
         "{'StepFunctionStateMachineParameters': {'InvocationType': 'REQUEST_RESPONSE'}}", 3000},
        {"'T': {'Type': 'AWS::Serverless::StateMachine', 'Properties': {'Type': 'EXPRESS', 'Definition': {'StartAt': 'W', 'States': {'W': "
         "{'Type': 'Wait', 'Seconds': 3, 'End': true}}}}}",
         "{'StepFunctionStateMachineParameters': {'InvocationType': 'FIRE_AND_FORGET'}}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool function = i < 2;
        model_run(run,
                  "{'duration': '20s', 'Resources': {" QUEUE("In", "") ", %s, " PIPE(
                      ARN("In"), "{'Ref': 'T'}",
                      ", 'TargetParameters': %s") "}"
                                                  "%s, 'traffic': [{'name': 'items', 'target': 'In', 'constant': '1/s', 'count': 1}]}",
                  cases[i].resource, cases[i].parameters, function ? ", 'behavior': {'T': {" AT_ONCE ", 'duration': '3s'}}" : "");
        assert_near(figure(run, "P", "Duration", "Maximum"), cases[i].duration_ms + 10, 0);
        assert_int_equal(count_of(run, "T", function ? "Invocations" : "ExecutionsStarted"), 1);
        assert_int_equal(count_of(run, "In", "NumberOfMessagesDeleted"), 1);
        model_forget(run);
    }
}

/* A stream's batch that fails for good is tried 1 + MaximumRetryAttempts times, then its record goes to the dead letters. */
static void test_stream(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '10s', 'drain': '2m', 'Resources': {'In': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, " QUEUE(
            "Dead", "") ", " FUNCTION("T", "") ", " PIPE(ARN("In"), ARN("T"),
                                                         ", 'SourceParameters': {'KinesisStreamParameters': {'StartingPosition': 'LATEST', "
                                                         "'BatchSize': 100, "
                                                         "'MaximumRetryAttempts': 2, 'DeadLetterConfig': {'Arn': {'Fn::GetAtt': ['Dead', "
                                                         "'Arn']}}}}") "}, "
                                                                       "'behavior': {'T': {" AT_ONCE
                                                                       ", 'duration': '10ms', 'error_rate': 1}}, 'traffic': [{'name': "
                                                                       "'items', 'target': "
                                                                       "'In', 'constant': '1/s', 'count': 1, 'key': 'a'}]}");
    assert_int_equal(count_of(run, "T", "Invocations"), 3);
    assert_int_equal(count_of(run, "P", "TargetStageFailed"), 3);
    assert_int_equal(count_of(run, "P", "RecordsDiscarded"), 1);
    assert_int_equal(count_of(run, "Dead", "NumberOfMessagesSent"), 1);
}

/* Of a batch of ten a shard that takes five records a second takes five: those are done, and the rest comes back, and that alone. */
static void test_in_part(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '1s', 'drain': '5m', 'rules': {'base': 'current', 'kinesis_shard_in_records_per_s': 5}, 'Resources': "
             "{" QUEUE("In", "'VisibilityTimeout': 60") ", 'Out': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': "
                                                        "1}}, " PIPE(ARN("In"), ARN("Out"),
                                                                     ", 'SourceParameters': {'SqsQueueParameters': {'BatchSize': 10, "
                                                                     "'MaximumBatchingWindowInSeconds': 1}}") "}, "
                                                                                                              "'traffic': [{'name': "
                                                                                                              "'items', 'target': 'In', "
                                                                                                              "'bursts': {'size': 10, "
                                                                                                              "'every': '1h'}}]}");
    assert_int_equal(count_of(run, "In", "NumberOfMessagesDeleted"), 10);
    assert_int_equal(count_of(run, "Out", "IncomingRecords"), 10);
    assert_true(count_of(run, "P", "ExecutionPartiallyFailed") >= 1);
    assert_int_equal(fates_of(run, "In", FATE_SUCCEEDED, ""), 10);
}

/* Five minutes and a pipe's batch is over, though the function runs on; of two pipes one is beyond the account's limit.
 * crosses: pipe_timeout_s pipe_concurrency_max */
static void test_limits(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '1s', 'drain': '12m', 'Resources': {" QUEUE("In", "'VisibilityTimeout': 3600") ", " QUEUE(
                      "Log", "") ", "
                                 "'T': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 900}}, " PIPE(
                                     ARN("In"), ARN("T"), "") "}, "
                                                              "'behavior': {'T': {" AT_ONCE
                                                              ", 'steps': [{'wait': '6m'}, {'send': 'Log', 'each': true}]}}, 'traffic': "
                                                              "[{'name': 'items', 'target': 'In', 'constant': '1/s', 'count': 1}]}");
    assert_int_equal(count_of(run, "P", "ExecutionTimeout"), 1);
    assert_near(figure(run, "P", "Duration", "Maximum"), 300000, 0);
    assert_near(figure(run, "T", "Duration", "Maximum"), 360000, 0);
    assert_int_equal(count_of(run, "In", "NumberOfMessagesDeleted"), 0);
    model_forget(run);
    model_execute(
        run,
        "{'duration': '1s', 'drain': '10s', 'rules': {'base': 'current', 'pipe_concurrency_max': 1}, 'Resources': {" QUEUE(
            "In", "'VisibilityTimeout': 360") ", " FUNCTION("T", "") ", " PIPE(ARN("In"), ARN("T"),
                                                                               ", 'SourceParameters': {'SqsQueueParameters': {'BatchSize': "
                                                                               "1}}") "}, 'behavior': {'T': {" AT_ONCE
                                                                                      ", 'duration': '60s'}}, 'traffic': [{'name': "
                                                                                      "'items', 'target': 'In', 'bursts': {'size': 2, "
                                                                                      "'every': '1h'}}]}");
    assert_int_equal(count_of(run, "T", "Invocations"), 1);
    assert_true(count_of(run, "P", "ExecutionThrottled") >= 1);
    assert_near(figure(run, "P", "Concurrency", "Maximum"), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_queue_to_queue), MODEL_TEST(test_filter),  MODEL_TEST(test_stages), MODEL_TEST(test_invocation_types),
        MODEL_TEST(test_stream),         MODEL_TEST(test_in_part), MODEL_TEST(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
