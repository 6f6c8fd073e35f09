/* test_state_machine_callers.c: who starts executions, in whose name machines call, and what becomes of what they call. */
#include "model_fixture.h"

#define WAITING(TYPE)                                                                                                                      \
    "'M': {'Type': 'AWS::Serverless::StateMachine', 'Properties': {'Type': '" TYPE "', %s'Definition': {'StartAt': 'W', 'States': {'W': "  \
    "{'Type': 'Wait', 'Seconds': 2, 'End': true}}}}}"

/* A rule, a schedule of either kind, by themselves or in SAM's short form; a bucket's notification through the bus. */
static void test_events(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *properties, *more, *traffic;
        int64_t started;
    } cases[] = {
        {"'Events': {'E': {'Type': 'Schedule', 'Properties': {'Schedule': 'rate(1 minute)'}}}, ", "", "", 10},
        {"'Events': {'E': {'Type': 'ScheduleV2', 'Properties': {'ScheduleExpression': 'rate(1 minute)'}}}, ", "", "", 10},
        {"'Events': {'E': {'Type': 'Api', 'Properties': {'Path': '/orders', 'Method': 'post'}}}, ", "",
         "{'name': 'events', 'target': 'ServerlessRestApi', 'constant': '1/s', 'request': 'POST /orders'}", 600},
        {"'Events': {'E': {'Type': 'EventBridgeRule', 'Properties': {'Pattern': {'source': ['shop']}}}}, ", "",
         "{'name': 'events', 'target': 'default', 'constant': '1/s', 'event': {'source': 'shop'}}", 600},
        {"",
         ", 'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'ScheduleExpression': 'rate(1 minute)', 'FlexibleTimeWindow': "
         "{'Mode': "
         "'OFF'}, 'Target': {'Arn': {'Fn::GetAtt': ['M', 'Arn']}, 'RoleArn': 'r'}}}",
         "", 10},
        {"",
         ", 'B': {'Type': 'AWS::S3::Bucket', 'Properties': {'NotificationConfiguration': {'EventBridgeConfiguration': "
         "{'EventBridgeEnabled': true}}}}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': {'EventPattern': {'source': ['aws.s3']}, "
         "'Targets': [{'Id': 'm', 'Arn': {'Ref': 'M'}}]}}",
         "{'name': 'uploads', 'target': 'B', 'constant': '1/s'}", 600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, "{'duration': '10m', 'drain': '5m', 'Resources': {" WAITING("EXPRESS") "%s}, 'traffic': [%s]}", cases[i].properties,
                  cases[i].more, cases[i].traffic);
        /* A schedule's last is somewhere in the minute after it; the first of a rate of EventBridge Scheduler's is at once. */
        assert_in_range(count_of(run, "M", "ExecutionsStarted"), cases[i].started - (cases[i].started == 10), cases[i].started);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), count_of(run, "M", "ExecutionsStarted"));
        model_forget(run);
    }
}

/* A handler's step: StartExecution is over at once, StartSyncExecution with the execution; one that fails fails the step. */
static void test_steps(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *op;
        double took_ms;
    } cases[] = {{"StartExecution", 0}, {"StartSyncExecution", 2000}};
    for (size_t i = 0; i < 2; i++) {
        model_run(
            run,
            "{'duration': '1m', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': "
            "30}}, " WAITING(
                "EXPRESS") "}, 'behavior': {'F': {'init': '0s', 'placement': '0s', 'steps': [{'call': 'M', 'op': '%s'}]}}, 'traffic': "
                           "[{'name': 'calls', 'target': 'F', 'constant': '1/s'}]}",
            "", cases[i].op);
        assert_near(figure(run, "F", "Duration", "Maximum"), cases[i].took_ms, 0);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 60);
        model_forget(run);
    }
}

#define ROLE(NAME, PRINCIPAL, ACTION)                                                                                                      \
    "'" NAME                                                                                                                               \
    "': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Version': '2012-10-17', 'Statement': [{'Effect': "         \
    "'Allow', 'Principal': {'Service': '" PRINCIPAL "'}, 'Action': 'sts:AssumeRole'}]}, 'Policies': [{'PolicyName': 'p', "                 \
    "'PolicyDocument': {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '" ACTION "', 'Resource': '*'}]}}]}}"
#define IN_THE_NAME(PROPERTIES)                                                                                                            \
    "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {}}, 'M': {'Type': 'AWS::Serverless::StateMachine', 'Properties': "          \
    "{" PROPERTIES "'Definition': {'StartAt': 'A', 'States': {'A': {'Type': 'Task', 'Resource': '${F.Arn}', 'End': true, 'Catch': "        \
    "[{'ErrorEquals': ['States.Permissions'], 'Next': 'Denied'}]}, 'Denied': {'Type': 'Pass', 'End': true}}}}}"
#define DENIED_RUN(RESOURCES)                                                                                                              \
    "{'duration': '10s', 'Resources': {" RESOURCES "}, 'traffic': [{'name': 'c', 'target': 'M', 'constant': '1/s'}]}"

/* What the role does not allow fails with States.Permissions; where no role is stated all is allowed. */
static void test_roles(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *text;
        int64_t denied;
    } cases[] = {
        {DENIED_RUN(IN_THE_NAME("")), 0},
        {DENIED_RUN(ROLE("R", "states.amazonaws.com", "lambda:InvokeFunction") ", " IN_THE_NAME("'Role': {'Fn::GetAtt': ['R', 'Arn']}, ")),
         0},
        {DENIED_RUN(ROLE("R", "states.amazonaws.com", "sqs:SendMessage") ", " IN_THE_NAME("'Role': {'Fn::GetAtt': ['R', 'Arn']}, ")), 10},
        {DENIED_RUN(IN_THE_NAME("'Policies': [{'LambdaInvokePolicy': {'FunctionName': {'Ref': 'F'}}}], ")), 0},
        {DENIED_RUN(IN_THE_NAME("'Policies': [{'SQSSendMessagePolicy': {'QueueName': 'q'}}], ")), 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_execute(run, cases[i].text);
        assert_int_equal(count_of(run, "M/Denied", "StateEntries"), cases[i].denied);
        assert_int_equal(count_of(run, "F", "Invocations"), 10 - cases[i].denied);
        model_forget(run);
    }
}

/* The role must let Step Functions in. */
static void test_trust(void **state)
{
    struct model_run *run = *state;
    assert_int_equal(
        model_load(run, DENIED_RUN(ROLE("R", "lambda.amazonaws.com", "*") ", " IN_THE_NAME("'Role': {'Fn::GetAtt': ['R', 'Arn']}, "))),
        STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "does not let states.amazonaws.com assume it"));
}

/* Services get what they are sent: messages, items, events, records; a FIFO queue its groups. */
static void test_services(void **state)
{
    struct model_run *run = *state;
#define TASK(NAME, ACTION, PARAMETERS, NEXT)                                                                                               \
    "'" NAME "': {'Type': 'Task', 'Resource': 'arn:aws:states:::" ACTION "', 'Parameters': {" PARAMETERS "}, " NEXT "}"
    model_execute(
        run,
        "{'duration': '10s', 'drain': '1m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'L': {'Type': 'AWS::SQS::Queue', 'Properties': "
        "{'FifoQueue': true}}, 'T': {'Type': 'AWS::SNS::Topic'}, 'D': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "
        "'PAY_PER_REQUEST'}}, 'K': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, 'B': {'Type': "
        "'AWS::Events::EventBus', 'Properties': {'Name': 'b'}}, 'O': {'Type': 'AWS::S3::Bucket'}, 'M': {'Type': "
        "'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'A', 'States': {" TASK("A", "sqs:sendMessage", "'QueueUrl': '${Q}'", "'Next': 'F'") ", " TASK(
            "F", "sqs:sendMessage", "'QueueUrl': '${L}', 'MessageGroupId.$': '$.g'",
            "'Next': 'P'") ", " TASK("P", "sns:publish", "'TopicArn': {'Ref': 'T'}",
                                     "'Next': 'W'") ", " TASK("W", "dynamodb:putItem", "'TableName': '${D}'",
                                                              "'Next': 'R'") ", " TASK("R", "aws-sdk:dynamodb:getItem",
                                                                                       "'TableName': '${D}'",
                                                                                       "'Next': 'E'") ", " TASK("E", "events:putEvents",
                                                                                                                "'Entries': "
                                                                                                                "[{'EventBusName': '${B}', "
                                                                                                                "'Source': 's'}]",
                                                                                                                "'Next': 'S'") ", " TASK("S",
                                                                                                                                         "a"
                                                                                                                                         "w"
                                                                                                                                         "s"
                                                                                                                                         "-"
                                                                                                                                         "s"
                                                                                                                                         "d"
                                                                                                                                         "k"
                                                                                                                                         ":"
                                                                                                                                         "k"
                                                                                                                                         "i"
                                                                                                                                         "n"
                                                                                                                                         "e"
                                                                                                                                         "s"
                                                                                                                                         "i"
                                                                                                                                         "s"
                                                                                                                                         ":"
                                                                                                                                         "p"
                                                                                                                                         "u"
                                                                                                                                         "t"
                                                                                                                                         "R"
                                                                                                                                         "e"
                                                                                                                                         "c"
                                                                                                                                         "o"
                                                                                                                                         "r"
                                                                                                                                         "d",
                                                                                                                                         "'"
                                                                                                                                         "S"
                                                                                                                                         "t"
                                                                                                                                         "r"
                                                                                                                                         "e"
                                                                                                                                         "a"
                                                                                                                                         "m"
                                                                                                                                         "N"
                                                                                                                                         "a"
                                                                                                                                         "m"
                                                                                                                                         "e"
                                                                                                                                         "'"
                                                                                                                                         ":"
                                                                                                                                         " "
                                                                                                                                         "'"
                                                                                                                                         "$"
                                                                                                                                         "{"
                                                                                                                                         "K"
                                                                                                                                         "}"
                                                                                                                                         "'"
                                                                                                                                         ","
                                                                                                                                         " "
                                                                                                                                         "'"
                                                                                                                                         "P"
                                                                                                                                         "a"
                                                                                                                                         "r"
                                                                                                                                         "t"
                                                                                                                                         "i"
                                                                                                                                         "t"
                                                                                                                                         "i"
                                                                                                                                         "o"
                                                                                                                                         "n"
                                                                                                                                         "K"
                                                                                                                                         "e"
                                                                                                                                         "y"
                                                                                                                                         "."
                                                                                                                                         "$"
                                                                                                                                         "'"
                                                                                                                                         ":"
                                                                                                                                         " "
                                                                                                                                         "'"
                                                                                                                                         "$"
                                                                                                                                         "."
                                                                                                                                         "k"
                                                                                                                                         "'",
                                                                                                                                         "'"
                                                                                                                                         "N"
                                                                                                                                         "e"
                                                                                                                                         "x"
                                                                                                                                         "t"
                                                                                                                                         "'"
                                                                                                                                         ":"
                                                                                                                                         " "
                                                                                                                                         "'"
                                                                                                                                         "U"
                                                                                                                                         "'") ", " TASK("U",
                                                                                                                                                        "aws-sdk:s3:putObject",
                                                                                                                                                        "'Bucket': '${O}', 'Key': 'x'",
                                                                                                                                                        "'End': true") "}}}}}, "
                                                                                                                                                                       "'traffic': [{'name': 'c', 'target': 'M', 'constant': '1/s', 'payload': '2KB'}]}");
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 10);
    assert_int_equal(count_of(run, "M", "ServiceIntegrationsSucceeded"), 80);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 10);
    assert_int_equal(count_of(run, "L", "NumberOfMessagesSent"), 10);
    assert_int_equal(count_of(run, "T", "NumberOfMessagesPublished"), 10);
    assert_int_equal(count_of(run, "D", "ConsumedWriteCapacityUnits"), 20); /* 2 KB each */
    assert_true(figure(run, "D", "ConsumedReadCapacityUnits", "Sum") > 0);
    assert_int_equal(count_of(run, "B", "PutEventsEntriesCount"), 10);
    assert_int_equal(count_of(run, "K", "IncomingRecords"), 10);
}

/* An answer beyond 256 KB cannot be a state's output. */
static void test_large_answer(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '10s', 'Resources': {" IN_THE_NAME("") "}, 'behavior': {'F': {'response': '300KB'}}, "
                                                                       "'traffic': [{'name': 'c', 'target': 'M', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "M", FATE_FAILED, "States.DataLimitExceeded"), 10);
}

/* An asynchronous EXPRESS execution runs at least once. 10,000 of rate 0.05: 500, within 3.29 x sqrt(10000 x 0.05 x 0.95). */
static void test_at_least_once(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1000s', 'drain': '1m', 'Resources': {" WAITING(
                  "EXPRESS") "}, 'behavior': {'M': {'duplicate_rate': 0.05}}, 'traffic': "
                             "[{'name': 'c', 'target': 'M', 'operation': 'StartExecution', 'constant': '10/s'}]}",
              "");
    const int64_t twice = count_of(run, "M", "DuplicateExecutions");
    assert_in_range(twice, 500 - 72, 500 + 72);
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 10000 + twice);
    assert_int_equal(fates_of(run, "M", FATE_SUCCEEDED, ""), 10000 + twice);
}

/* While it is down nothing starts; while it is slow its overhead grows. */
static void test_faults(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '40s', 'drain': '1m', 'Resources': {" WAITING(
                  "STANDARD") "}, 'behavior': {'M': {'overhead': '100ms'}}, 'changes': [{'at': '10s', "
                              "'for': '10s', 'fault': 'M', 'kind': 'down'}, {'at': '30s', "
                              "'for': '20s', 'fault': 'M', 'kind': 'slow', 'factor': 10}], "
                              "'traffic': [{'name': 'c', 'target': 'M', 'constant': '1/s'}]}",
              "");
    assert_int_equal(count_of(run, "M", "ExecutionsStarted"), 30);
    assert_int_equal(fates_of(run, "M", FATE_FAILED, "ServiceUnavailable"), 10);
    assert_near(figure(run, "M", "ExecutionTime", "Minimum"), 2100, 0);
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 3000, 0);
}

int main(void)
{
#define ROW(TEST) cmocka_unit_test_setup_teardown(TEST, model_setup, model_teardown)
    const struct CMUnitTest tests[] = {
        ROW(test_events),   ROW(test_steps),        ROW(test_roles),         ROW(test_trust),
        ROW(test_services), ROW(test_large_answer), ROW(test_at_least_once), ROW(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
