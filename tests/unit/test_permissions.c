/* test_permissions.c: what policies allow, statement by statement; what SAM and managed policies hold; what comes of what is not allowed.
 */
#include "model_fixture.h"

#include <stdio.h>

#define TRUST                                                                                                                              \
    "'AssumeRolePolicyDocument': {'Statement': {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': "           \
    "'sts:AssumeRole'}}"

/* Does the scenario let its one request through to `target`? */
static bool is_let_through(const char *text, const char *target)
{
    struct model_run run;
    model_open(&run);
    model_execute(&run, text);
    bool denied = fates_of(&run, target, FATE_FAILED, "AccessDenied") > 0;
    model_close(&run);
    return !denied;
}

/* May a function whose role has these statements send to the queue Jobs? */
static bool may_send(const char *statements)
{
    char text[2000];
    snprintf(text, sizeof text,
             "{'duration': '1s', 'Resources': {'Jobs': {'Type': 'AWS::SQS::Queue'}, 'Other': {'Type': 'AWS::SQS::Queue'}, 'R': {'Type': "
             "'AWS::IAM::Role', "
             "'Properties': {" TRUST
             ", 'Policies': [{'PolicyName': 'p', 'PolicyDocument': {'Version': '2012-10-17', 'Statement': %s}}]}}, 'F': {'Type': "
             "'AWS::Lambda::Function', 'Properties': {'Role': {'Fn::GetAtt': ['R', 'Arn']}}}}, 'behavior': {'F': {'init': '0s', 'steps': "
             "[{'send': 'Jobs'}]}}, "
             "'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}",
             statements);
    return is_let_through(text, "Jobs");
}

#define ALLOW(ACTION, RESOURCE) "{'Effect': 'Allow', 'Action': " ACTION ", 'Resource': " RESOURCE "}"
#define DENY(ACTION, RESOURCE) "{'Effect': 'Deny', 'Action': " ACTION ", 'Resource': " RESOURCE "}"
#define WHEN(EFFECT, CONDITION) "{'Effect': '" EFFECT "', 'Action': 'sqs:*', 'Resource': '*', 'Condition': " CONDITION "}"
#define JOBS "{'Fn::GetAtt': ['Jobs', 'Arn']}"
#define OTHER "{'Fn::GetAtt': ['Other', 'Arn']}"

/* Source: IAM user guide, "IAM JSON policy elements reference", "Policy evaluation logic". */
static void test_statements(void **state)
{
    (void)state;
    static const struct {
        const char *statements;
        bool allowed;
    } rows[] = {
        {ALLOW("'sqs:SendMessage'", JOBS), true},
        {"[" ALLOW("'sqs:SendMessage'", "[" OTHER ", " JOBS "]") "]", true},
        {ALLOW("'*'", "'*'"), true},
        {ALLOW("['sqs:ReceiveMessage', 'SQS:send*']", "'*'"), true},
        {ALLOW("'sqs:Send?essage'", JOBS), true},
        {ALLOW("'sqs:ReceiveMessage'", JOBS), false},
        {ALLOW("'sqs:SendMessage'", OTHER), false},
        {ALLOW("'sqs:SendMessage'", "'arn:aws:sqs:us-east-1:123456789012:Jobs'"), true},
        {ALLOW("'sqs:SendMessage'", "'arn:aws:sqs:*:*:J*'"), true},
        {ALLOW("'sqs:SendMessage'", "'arn:aws:sqs:eu-west-1:123456789012:Jobs'"), false},
        {ALLOW("'sqs:SendMessage'", "'arn:aws:sqs:*:*:jobs'"), false},
        {ALLOW("'sqs:SendMessage'", "{'Fn::Sub': 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Jobs.QueueName}'}"), true},
        {ALLOW("'sqs:SendMessage'", "{'Fn::Join': [':', ['arn:aws:sqs:*:*', {'Fn::GetAtt': ['Jobs', 'QueueName']}]]}"), true},
        {ALLOW("'sqs:SendMessage'", "'Jobs'"), true},
        {"{'Effect': 'Allow', 'NotAction': 'sqs:ReceiveMessage', 'Resource': '*'}", true},
        {"{'Effect': 'Allow', 'NotAction': ['iam:*', 'sqs:*'], 'Resource': '*'}", false},
        {"{'Effect': 'Allow', 'Action': 'sqs:*', 'NotResource': " OTHER "}", true},
        {"{'Effect': 'Allow', 'Action': 'sqs:*', 'NotResource': " JOBS "}", false},
        {"[" ALLOW("'sqs:*'", "'*'") ", " DENY("'sqs:Send*'", JOBS) "]", false},
        {"[" DENY("'sqs:Send*'", OTHER) ", " ALLOW("'sqs:*'", "'*'") "]", true},
        {"[" ALLOW("'sqs:*'", "'*'") ", {'Effect': 'Deny', 'Action': '*', 'NotResource': " JOBS "}]", true},
        {"[" ALLOW("'sqs:*'", "'*'") ", {'Effect': 'Deny', 'NotAction': 'sqs:*', 'Resource': '*'}]", true},
        {WHEN("Allow", "{'StringEquals': {'aws:SourceAccount': ['1', '123456789012']}}"), true},
        {WHEN("Allow", "{'StringEquals': {'aws:SourceAccount': '111122223333'}}"), false},
        {WHEN("Allow", "{'StringNotEquals': {'aws:SourceAccount': '111122223333'}}"), true},
        {WHEN("Allow", "{'Bool': {'lambda:InvokedViaFunctionUrl': 'true'}}"), false},
        {WHEN("Allow", "{'StringEquals': {'lambda:FunctionUrlAuthType': 'NONE'}}"), false},
        {WHEN("Allow", "{'StringEqualsIfExists': {'lambda:FunctionUrlAuthType': 'NONE'}}"), true},
        /* What nobody judges, or nobody knows, does not stand in the way. */
        {WHEN("Allow", "{'DateLessThan': {'aws:CurrentTime': '2020-01-01'}, 'IpAddress': {'aws:SourceIp': '203.0.113.0/24'}}"), true},
        {"[" ALLOW("'sqs:*'", "'*'") ", " WHEN("Deny", "{'StringNotEquals': {'aws:RequestedRegion': 'eu-west-1'}}") "]", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (may_send(rows[i].statements) != rows[i].allowed)
            fail_msg("%s", rows[i].statements);
}

/* Where a role or user has its policies from. */
static void test_attachments(void **state)
{
    (void)state;
#define ROLE_OF(ROLE, MORE)                                                                                                                \
    "{'duration': '1s', 'Resources': {'Jobs': {'Type': 'AWS::SQS::Queue'}, 'R': {'Type': 'AWS::IAM::Role', 'Properties': {" ROLE           \
    "}}, 'F': "                                                                                                                            \
    "{'Type': 'AWS::Lambda::Function', 'Properties': {'Role': {'Fn::GetAtt': ['R', 'Arn']}}}" MORE                                         \
    "}, 'behavior': {'F': {'init': '0s', 'steps': [{'send': 'Jobs'}]}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}"
#define SENDS "'PolicyDocument': {'Statement': " ALLOW("'sqs:SendMessage'", JOBS) "}"
    assert_false(is_let_through(ROLE_OF("", ""), "Jobs"));
    assert_true(is_let_through(
        ROLE_OF("", ", 'P': {'Type': 'AWS::IAM::Policy', 'Properties': {'PolicyName': 'p', 'Roles': [{'Ref': 'R'}], " SENDS "}}"), "Jobs"));
    assert_false(
        is_let_through(ROLE_OF("", ", 'P': {'Type': 'AWS::IAM::Policy', 'Properties': {'PolicyName': 'p', 'Users': [{'Ref': 'U'}], " SENDS
                                   "}}, 'U': {'Type': 'AWS::IAM::User'}"),
                       "Jobs"));
    assert_true(is_let_through(
        ROLE_OF("'ManagedPolicyArns': [{'Ref': 'P'}]", ", 'P': {'Type': 'AWS::IAM::ManagedPolicy', 'Properties': {" SENDS "}}"), "Jobs"));
    assert_false(is_let_through(ROLE_OF("", ", 'P': {'Type': 'AWS::IAM::ManagedPolicy', 'Properties': {" SENDS "}}"), "Jobs"));
    assert_true(is_let_through(ROLE_OF("'ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonSQSFullAccess']", ""), "Jobs"));
    assert_false(is_let_through(ROLE_OF("'ManagedPolicyArns': ['arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole']", ""),
                                "Jobs"));
    /* Contents that no book has are taken to allow everything. */
    assert_true(is_let_through(ROLE_OF("'ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonTextractFullAccess']", ""), "Jobs"));
    /* A queue's own policy that names the role is enough, within the account. */
    assert_true(is_let_through(
        ROLE_OF("", ", 'P': {'Type': 'AWS::SQS::QueuePolicy', 'Properties': {'Queues': [{'Ref': 'Jobs'}], 'PolicyDocument': {'Statement': "
                    "{'Effect': "
                    "'Allow', 'Principal': {'AWS': {'Fn::GetAtt': ['R', 'Arn']}}, 'Action': 'sqs:SendMessage', 'Resource': '*'}}}}"),
        "Jobs"));
    assert_false(is_let_through(ROLE_OF("'ManagedPolicyArns': ['arn:aws:iam::aws:policy/AmazonSQSFullAccess']",
                                        ", 'P': {'Type': 'AWS::SQS::QueuePolicy', 'Properties': {'Queues': [{'Ref': 'Jobs'}], "
                                        "'PolicyDocument': {'Statement': {'Effect': "
                                        "'Deny', 'Principal': '*', 'Action': 'sqs:SendMessage', 'Resource': '*'}}}}"),
                                "Jobs"));
}

/* SAM's templates and names: what the function calls, and by which operation. */
static void test_sam_policies(void **state)
{
    (void)state;
    static const struct {
        const char *policies, *step, *target;
        bool allowed;
    } rows[] = {
        {"[{'SQSSendMessagePolicy': {'QueueName': {'Fn::GetAtt': ['Q', 'QueueName']}}}]", "'send': 'Q'", "Q", true},
        {"[{'SQSPollerPolicy': {'QueueName': {'Fn::GetAtt': ['Q', 'QueueName']}}}]", "'send': 'Q'", "Q", false},
        {"'AmazonSQSFullAccess'", "'send': 'Q'", "Q", true},
        {"{'Statement': [" ALLOW("'sqs:SendMessage'", "{'Fn::GetAtt': ['Q', 'Arn']}") "]}", "'send': 'Q'", "Q", true},
        {"[{'DynamoDBCrudPolicy': {'TableName': {'Ref': 'T'}}}]", "'call': 'T', 'op': 'UpdateItem'", "T", true},
        {"[{'DynamoDBReadPolicy': {'TableName': {'Ref': 'T'}}}]", "'call': 'T', 'op': 'PutItem'", "T", false},
        {"[{'DynamoDBReadPolicy': {'TableName': {'Ref': 'T'}}}]", "'call': 'T', 'op': 'GetItem'", "T", true},
        {"[{'DynamoDBWritePolicy': {'TableName': {'Ref': 'T'}}}]", "'call': 'T'", "T", true},
        {"[{'DynamoDBCrudPolicy': {'TableName': 'Another'}}]", "'call': 'T', 'op': 'PutItem'", "T", false},
        {"[{'SNSPublishMessagePolicy': {'TopicName': {'Fn::GetAtt': ['N', 'TopicName']}}}]", "'send': 'N'", "N", true},
        {"[{'KinesisCrudPolicy': {'StreamName': {'Ref': 'K'}}}]", "'send': 'K', 'key': {'uniform': 10}", "K", true},
        {"[{'KinesisStreamReadPolicy': {'StreamName': {'Ref': 'K'}}}]", "'send': 'K', 'key': {'uniform': 10}", "K", false},
        {"[{'S3CrudPolicy': {'BucketName': {'Ref': 'B'}}}]", "'send': 'B'", "B", true},
        {"[{'S3ReadPolicy': {'BucketName': {'Ref': 'B'}}}]", "'send': 'B'", "B", false},
        {"[{'Statement': " ALLOW("'s3:PutObject'", "{'Fn::Sub': '${B.Arn}/uploads/*'}") "}]", "'send': 'B'", "B", true},
        {"[{'Statement': " ALLOW("'s3:PutObject'", "{'Fn::GetAtt': ['B', 'Arn']}") "}]", "'send': 'B'", "B", false},
        {"[{'LambdaInvokePolicy': {'FunctionName': {'Ref': 'G'}}}]", "'invoke': 'G'", "G", true},
        {"[{'LambdaInvokePolicy': {'FunctionName': {'Ref': 'F'}}}]", "'invoke': 'G'", "G", false},
        {"[{'EventBridgePutEventsPolicy': {'EventBusName': {'Ref': 'Bus'}}}]", "'send': 'Bus'", "Bus", true},
        {"[]", "'call': 'P'", "P", true}, /* somebody else's service asks for nothing */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2400];
        snprintf(text, sizeof text,
                 "{'duration': '1s', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': "
                 "{'BillingMode': 'PAY_PER_REQUEST'}}, "
                 "'N': {'Type': 'AWS::SNS::Topic'}, 'K': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, 'B': {'Type': "
                 "'AWS::S3::Bucket'}, 'Bus': {'Type': "
                 "'AWS::Events::EventBus', 'Properties': {'Name': 'own'}}, 'P': {'Type': 'Custom::External'}, 'G': {'Type': "
                 "'AWS::Serverless::Function'}, 'F': {'Type': "
                 "'AWS::Serverless::Function', 'Properties': {'Policies': %s}}}, 'behavior': {'G': {'duration': '1ms'}, 'F': {'init': "
                 "'0s', 'steps': [{%s}]}}, 'traffic': [{'name': 'c', "
                 "'target': 'F', 'constant': '1/s'}]}",
                 rows[i].policies, rows[i].step);
        if (is_let_through(text, rows[i].target) != rows[i].allowed)
            fail_msg("%s: %s", rows[i].policies, rows[i].step);
    }
}

/* Who calls from where. */
static void test_callers(void **state)
{
    (void)state;
#define CALLED_BY(CONDITION, TRAFFIC)                                                                                                      \
    "{'duration': '1s', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'U': {'Type': 'AWS::IAM::User', 'Properties': {'Policies': "       \
    "[{'PolicyName': 'p', 'PolicyDocument': {'Statement': " WHEN("Allow", CONDITION) "}}]}}}, 'traffic': [{'name': 'c', 'target': 'Q', "   \
                                                                                     "'constant': '1/s', " TRAFFIC "}]}"
    assert_true(is_let_through(CALLED_BY("{}", "'as': 'U'"), "Q"));
    assert_true(is_let_through(CALLED_BY("{}", "'ip': '198.51.100.1'"), "Q")); /* nobody in particular may */
    assert_true(is_let_through(
        CALLED_BY("{'IpAddress': {'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/25']}}", "'as': 'U', 'ip': '203.0.113.127'"), "Q"));
    assert_false(is_let_through(CALLED_BY("{'IpAddress': {'aws:SourceIp': '203.0.113.0/25'}}", "'as': 'U', 'ip': '203.0.113.128'"), "Q"));
    assert_false(is_let_through(CALLED_BY("{'NotIpAddress': {'aws:SourceIp': '203.0.113.128'}}", "'as': 'U', 'ip': '203.0.113.128'"), "Q"));
    assert_true(is_let_through(CALLED_BY("{'IpAddress': {'aws:SourceIp': '0.0.0.0/0'}}", "'as': 'U', 'ip': '203.0.113.128'"), "Q"));
    assert_false(is_let_through(CALLED_BY("{}", "'as': 'U', 'account': '111122223333'"), "Q"));
    assert_false(is_let_through(CALLED_BY("{}", "'account': '111122223333'"), "Q"));
}

/* A queue's mapping waits while its role may not receive, and goes on when it may: nothing is lost. So does a stream's. */
static void test_mappings_wait(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '5m', 'drain': '2m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'K': {'Type': "
                        "'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, 'F': {'Type': "
                        "'AWS::Serverless::Function', 'Properties': {'Policies': ['AWSLambdaRole'], 'Events': {'Q': {'Type': 'SQS', "
                        "'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}}}, 'K': {'Type': "
                        "'Kinesis', 'Properties': {'Stream': {'Fn::GetAtt': ['K', 'Arn']}, 'StartingPosition': 'TRIM_HORIZON'}}}}}}, "
                        "'behavior': {'F': {'init': '0s', 'duration': '1ms'}}, 'changes': "
                        "[{'at': '1m', 'for': '2m', 'fault': 'FRole', 'kind': 'denied'}], 'traffic': [{'name': 'c', 'target': 'Q', "
                        "'constant': '1/s'}, {'name': 'k', 'target': 'K', 'constant': '1/s', "
                        "'key': {'uniform': 10}}]}");
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesDeleted"), 300);
    assert_int_equal(count_of(&run, "FK", "PolledEventCount"), 300);
    /* 120 s came while nobody received; a look every 20 s finds out that it may again. */
    assert_in_range((int64_t)figure(&run, "Q", "ApproximateNumberOfMessagesVisible", "Maximum"), 119, 141);
    model_close(&run);
}

/* Without permission there are no logs, and no traces, and none are paid for. */
static void test_logs_and_traces(void **state)
{
    (void)state;
#define LOGGING(MANAGED)                                                                                                                   \
    "{'duration': '1m', 'Resources': {'R': {'Type': 'AWS::IAM::Role', 'Properties': {" TRUST ", 'ManagedPolicyArns': [" MANAGED            \
    "]}}, 'F': {'Type': "                                                                                                                  \
    "'AWS::Lambda::Function', 'Properties': {'Role': {'Fn::GetAtt': ['R', 'Arn']}, 'TracingConfig': {'Mode': 'Active'}}}}, 'behavior': "   \
    "{'F': {'init': '0s', "                                                                                                                \
    "'duration': '1ms', 'log_bytes': '10KB'}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}"
    struct model_run run;
    model_open(&run);
    model_execute(&run, LOGGING("'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess'"));
    assert_near(billed(&run, "F", "VendedLog-Bytes", NULL), 0, 1e-12);
    assert_int_equal(count_of(&run, "F", "TracesBegun"), 60);
    model_close(&run);
    model_open(&run);
    model_execute(&run, LOGGING("'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'"));
    assert_true(billed(&run, "F", "VendedLog-Bytes", NULL) > 60 * 10240.0 / (1024.0 * 1024 * 1024));
    assert_int_equal(count_of(&run, "F", "TracesBegun"), 0);
    model_close(&run);
}

/* A topic may not invoke a function whose policy leaves it out: no try after that, and the subscription's own metrics say so. */
static void test_services(void **state)
{
    (void)state;
#define DELIVERED(SOURCE)                                                                                                                  \
    "{'duration': '1m', 'drain': '1m', 'Resources': {'N': {'Type': 'AWS::SNS::Topic', 'Properties': {'Subscription': [{'Protocol': "       \
    "'lambda', 'Endpoint': "                                                                                                               \
    "{'Fn::GetAtt': ['F', 'Arn']}}]}}, 'O': {'Type': 'AWS::SNS::Topic'}, 'F': {'Type': 'AWS::Lambda::Function'}, 'P': {'Type': "           \
    "'AWS::Lambda::Permission', "                                                                                                          \
    "'Properties': {'FunctionName': {'Ref': 'F'}, 'Action': 'lambda:InvokeFunction', 'Principal': 'sns.amazonaws.com', 'SourceArn': "      \
    "{'Ref': '" SOURCE "'}}}}, "                                                                                                           \
    "'behavior': {'F': {'init': '0s', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'N', 'constant': '1/s'}]}"
    struct model_run run;
    model_open(&run);
    model_execute(&run, DELIVERED("N"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 60);
    model_close(&run);
    model_open(&run);
    model_execute(&run, DELIVERED("O"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 0);
    assert_int_equal(count_of(&run, "N", "NumberOfNotificationsFailed"), 60);
    assert_int_equal(fates_of(&run, "F", FATE_FAILED, "AccessDenied"), 60);
    model_close(&run);
}

/* A permission of an alias, of which nothing is said, and one of what is no function. */
static void test_permission_of_an_alias(void **state)
{
    (void)state;
#define PERMITTED(WHOM)                                                                                                                    \
    "{'duration': '1m', 'drain': '1m', 'Resources': {'N': {'Type': 'AWS::SNS::Topic', 'Properties': {'Subscription': [{'Protocol': "       \
    "'lambda', 'Endpoint': {'Ref': 'L'}}]}}, 'F': {'Type': 'AWS::Lambda::Function'}, 'V': {'Type': 'AWS::Lambda::Version', "               \
    "'Properties': {'FunctionName': {'Ref': 'F'}}}, 'L': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, "     \
    "'FunctionVersion': {'Fn::GetAtt': ['V', 'Version']}, 'Name': 'live'}}, 'P': {'Type': 'AWS::Lambda::Permission', 'Properties': "       \
    "{'FunctionName': " WHOM ", 'Action': 'lambda:InvokeFunction', 'Principal': 'sns.amazonaws.com'}}}, 'behavior': {'F': {'init': "       \
    "'0s', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'N', 'constant': '1/s'}]}"
    struct model_run run;
    model_open(&run);
    model_execute(&run, PERMITTED("{'Ref': 'L'}"));
    assert_int_equal(run.diagnostics.count, 0);
    assert_int_equal(count_of(&run, "F:live", "Invocations"), 60);
    assert_int_equal(model_load(&run, PERMITTED("{'Ref': 'N'}")), STATUS_OK);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "is no function of this scenario: the permission has no effect"));
    model_close(&run);
}

/* An API's route with AWS_IAM; one without lets everybody in. */
static void test_api(void **state)
{
    (void)state;
    static const struct {
        const char *resource;
        uint64_t allowed;
    } rows[] = {
        {"{'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${A}/*'}", 60},
        {"'*'", 60},
        {"'arn:aws:execute-api:*:*:Another/*'", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct model_run run;
        char text[1600];
        snprintf(text, sizeof text,
                 "{'duration': '1m', 'Resources': {'A': {'Type': 'AWS::Serverless::Api', 'Properties': {'StageName': 'prod'}}, 'F': "
                 "{'Type': 'AWS::Serverless::Function', "
                 "'Properties': {'Events': {'S': {'Type': 'Api', 'Properties': {'RestApiId': {'Ref': 'A'}, 'Path': '/signed', 'Method': "
                 "'get', 'Auth': {'Authorizer': 'AWS_IAM'}}}, "
                 "'O': {'Type': 'Api', 'Properties': {'RestApiId': {'Ref': 'A'}, 'Path': '/open', 'Method': 'get'}}}}}, 'U': {'Type': "
                 "'AWS::IAM::User', 'Properties': {'Policies': "
                 "[{'PolicyName': 'p', 'PolicyDocument': {'Statement': {'Effect': 'Allow', 'Action': 'execute-api:Invoke', 'Resource': "
                 "%s}}}]}}}, 'behavior': {'F': {'init': '0s', "
                 "'duration': '1ms'}}, 'traffic': [{'name': 's', 'target': 'A', 'constant': '1/s', 'as': 'U', 'request': 'GET /signed'}, "
                 "{'name': 'o', 'target': 'A', 'constant': '1/s', "
                 "'as': 'U', 'request': 'GET /open'}]}",
                 rows[i].resource);
        model_open(&run);
        model_execute(&run, text);
        assert_int_equal(count_of(&run, "s", "Succeeded"), rows[i].allowed);
        assert_int_equal(count_of(&run, "o", "Succeeded"), 60);
        assert_int_equal(fates_of(&run, "s", FATE_FAILED, "403 not allowed"), 60 - rows[i].allowed);
        model_close(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements),    cmocka_unit_test(test_attachments),
        cmocka_unit_test(test_sam_policies),  cmocka_unit_test(test_callers),
        cmocka_unit_test(test_mappings_wait), cmocka_unit_test(test_logs_and_traces),
        cmocka_unit_test(test_services),      cmocka_unit_test(test_permission_of_an_alias),
        cmocka_unit_test(test_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
