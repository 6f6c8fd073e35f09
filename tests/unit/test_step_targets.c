/* test_step_targets.c: a handler's steps reach everything that can be called, `op` says what they do there, and who is called judges it
 * when the scenario is read. */
#include "refusals.h"

/* Of everything one, called ten times by F. */
#define RESOURCES                                                                                                                          \
    "'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}, 'G': {'Type': 'AWS::Serverless::Function', "     \
    "'Properties': {'AutoPublishAlias': 'live', 'Events': {'A': {'Type': 'Api', 'Properties': {'Path': '/a', 'Method': 'get'}}, 'B': "     \
    "{'Type': 'HttpApi', 'Properties': {'Path': '/b/{id}', 'Method': 'put'}}, 'C': {'Type': 'Api', 'Properties': {'Path': '/a', "          \
    "'Method': 'put'}}}}}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'Fifo': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true}}, "     \
    "'N': {'Type': 'AWS::SNS::Topic'}, 'Bus': {'Type': 'AWS::Events::EventBus', 'Properties': {'Name': 'bus'}}, 'K': {'Type': "            \
    "'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "       \
    "'PAY_PER_REQUEST'}}, 'S': {'Type': 'AWS::S3::Bucket'}, 'P': {'Type': 'Custom::External'}}"
#define TEN(STEP)                                                                                                                          \
    "{'duration': '10s', 'drain': '1m', " RESOURCES ", 'behavior': {'F': {'init': '0ms', 'steps': [" STEP "]}, 'G': {'init': '0ms', "      \
    "'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}"

static void test_all_targets(void **state)
{
    (void)state;
    static const struct {
        const char *step, *resource, *metric;
        int64_t count;
    } cases[] = {
        {"{'invoke': 'G'}", "G:live", "Invocations", 10}, /* as a source means it */
        {"{'invoke': 'G:live'}", "G:1", "Invocations", 10},
        {"{'invoke': 'G:$LATEST'}", "G", "Invocations", 10},
        {"{'invoke': 'G', 'type': 'Event'}", "G:1", "AsyncEventsReceived", 10},
        {"{'call': 'G', 'op': 'Invoke'}", "G:1", "Invocations", 10},
        {"{'send': 'Q'}", "Q", "NumberOfMessagesSent", 10},
        {"{'send': 'Q', 'count': 3, 'op': 'SendMessage'}", "Q", "NumberOfMessagesSent", 30},
        {"{'send': 'Fifo', 'key': {'uniform': 5}}", "Fifo", "NumberOfMessagesSent", 10},
        {"{'send': 'N', 'op': 'Publish'}", "N", "NumberOfMessagesPublished", 10},
        {"{'call': 'Bus', 'op': 'PutEvents'}", "Bus", "PutEventsEntriesCount", 10},
        {"{'send': 'K', 'key': {'uniform': 5}, 'op': 'PutRecord'}", "K", "IncomingRecords", 10},
        {"{'call': 'T', 'op': 'PutItem', 'size': '3KB'}", "T", "ConsumedWriteCapacityUnits", 30},
        {"{'call': 'T', 'op': 'write', 'size': '3KB'}", "T", "ConsumedWriteCapacityUnits", 30},
        {"{'call': 'T'}", "T", "ConsumedWriteCapacityUnits", 10},
        {"{'call': 'T', 'op': 'read'}", "T", "ConsumedWriteCapacityUnits", 0},
        {"{'call': 'T', 'op': 'GetItem'}", "T", "ConsumedWriteCapacityUnits", 0},
        {"{'call': 'S'}", "S", "PutRequests", 10},
        {"{'call': 'S', 'op': 'write'}", "S", "PutRequests", 10},
        {"{'call': 'S', 'op': 'read'}", "S", "GetRequests", 10},
        {"{'call': 'S', 'op': 'DeleteObject'}", "S", "DeleteRequests", 10},
        {"{'call': 'P', 'op': 'Anything'}", "P", "Calls", 10},
        {"{'call': 'ServerlessRestApi', 'request': 'GET /a'}", "G", "Invocations", 10},
        {"{'call': 'ServerlessHttpApi', 'request': 'PUT /b/7'}", "G", "Invocations", 10},
        {"{'call': 'ServerlessRestApi', 'request': [{'weight': 1, 'of': 'GET /a'}, {'weight': 1, 'of': 'PUT /a'}]}", "ServerlessRestApi",
         "Count", 10},
        {"{'probability': 1, 'steps': [{'parallel': [[{'call': 'P'}], [{'invoke': 'G'}, {'call': 'P'}]]}]}", "P", "Calls", 20},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, TEN("%s"), cases[i].step);
        if (count_of(&run, cases[i].resource, cases[i].metric) != cases[i].count)
            fail_msg("%s: %g", cases[i].step, figure(&run, cases[i].resource, cases[i].metric, "Sum"));
        assert_int_equal(count_of(&run, "F", "Errors"), 0);
    }
    model_close(&run);
}

/* A key that is not given is that of what is handled, so there must be one somewhere. */
static void test_keys(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '10s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'Q': {'Type': 'AWS::SQS::Queue', "
                        "'Properties': {'FifoQueue': true}}}, 'behavior': {'F': {'init': '0ms', 'steps': [{'send': 'Q'}]}}, 'traffic': "
                        "[{'name': 'c', 'target': 'F', 'constant': '1/s', 'key': {'uniform': 3}}]}");
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesSent"), 10);
    model_close(&run);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{'send': 'Fifo'}", "Fifo is a FIFO queue: each item needs a \"key\""},
        {"{'send': 'K'}", "K is a stream: each item needs a \"key\""},
        {"{'invoke': 'G:old'}", "the function has no alias or version \"old\""},
        {"{'invoke': 'Q'}", "Q is no function"},
        {"{'call': 'ServerlessRestApi'}", "ServerlessRestApi has several routes: write a \"request\""},
        {"{'call': 'ServerlessRestApi', 'request': 'POST /a'}", "ServerlessRestApi has no route for \"POST /a\""},
        {"{'call': 'ServerlessHttpApi', 'request': 'PUT /b'}", "has no route for \"PUT /b\""},
        {"{'call': 'T', 'op': 'PutItems'}", "T has no operation \"PutItems\" here"},
        {"{'call': 'S', 'op': 'Put'}", "S has no operation \"Put\" here"},
        {"{'call': 'G', 'op': 'Publish'}", "G:live has no operation \"Publish\" here"},
        {"{'send': 'Q', 'op': 'Publish'}", "Q has no operation \"Publish\" here"},
        {"{'send': 'N', 'op': 'SendMessage'}", "N has no operation \"SendMessage\" here"},
        {"{'send': 'K', 'key': 1, 'op': 'Get'}", "K has no operation \"Get\" here"},
        {"{'call': 'Bus', 'op': 'PutEvent'}", "Bus has no operation \"PutEvent\" here"},
        {"{'parallel': [[{'wait': '1s'}], [{'call': 'T', 'op': 'x'}]]}", "T has no operation \"x\" here"},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run, TEN("%s"), cases, sizeof cases / sizeof *cases);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_targets), cmocka_unit_test(test_keys), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
