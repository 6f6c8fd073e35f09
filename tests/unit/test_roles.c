/* test_roles.c: in whose name rules, schedules, APIs and databases call: what their role does not allow is said, and fails while it runs;
 * and what a permissions boundary leaves of a role. */
#include "model_fixture.h"
#include "refusals.h"

#define TRUST(SERVICE)                                                                                                                     \
    "'AssumeRolePolicyDocument': {'Statement': [{'Effect': 'Allow', 'Principal': {'Service': '" SERVICE "'}, 'Action': "                   \
    "'sts:AssumeRole'}]}"
#define ROLE(SERVICE, ACTION, MORE)                                                                                                        \
    "'R': {'Type': 'AWS::IAM::Role', 'Properties': {" TRUST(SERVICE) ", 'Policies': [{'PolicyName': 'p', 'PolicyDocument': {'Statement': " \
                                                                     "[{'Effect': 'Allow', 'Action': '" ACTION                             \
                                                                     "', 'Resource': '*'}]}}]" MORE "}}"
#define QUEUE "'Q': {'Type': 'AWS::SQS::Queue'}"

#define RULE(ROLE_OF_RULE, TARGET)                                                                                                         \
    "{'duration': '1h', 'drain': '1m', 'Resources': {" QUEUE ", " ROLE_OF_RULE ", 'Rule': {'Type': 'AWS::Events::Rule', 'Properties': "    \
    "{'ScheduleExpression': 'rate(10 minutes)', 'Targets': [{'Id': 't', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}" TARGET                        \
    ", 'RetryPolicy': {'MaximumRetryAttempts': 0}}]}}}, 'traffic': []}"
#define ITS_ROLE ", 'RoleArn': {'Fn::GetAtt': ['R', 'Arn']}"

static void test_rule(void **state)
{
    struct model_run *run = *state;
    model_execute(run, RULE(ROLE("events.amazonaws.com", "sqs:SendMessage", ""), ITS_ROLE));
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 5);
    /* Without its right the queue is not reached. */
    model_execute(run, RULE(ROLE("events.amazonaws.com", "sqs:ReceiveMessage", ""), ITS_ROLE));
    assert_true(diagnosed(&run->diagnostics, 0, 0, "R does not allow sqs:SendMessage on Q"));
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 0);
    /* A role that lets somebody else in is told of. */
    model_execute(run, RULE(ROLE("ec2.amazonaws.com", "sqs:SendMessage", ""), ITS_ROLE));
    assert_true(diagnosed(&run->diagnostics, 0, 0, "the trust policy of R does not let events.amazonaws.com assume it"));
    /* Whose role is another's may do all. */
    model_execute(run, RULE(ROLE("ec2.amazonaws.com", "s3:GetObject", ""), ", 'RoleArn': 'arn:aws:iam::123456789012:role/other'"));
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 5);
}

#define SCHEDULE(ROLE_OF_IT, MORE)                                                                                                         \
    "{'duration': '1h', 'drain': '1m', 'Resources': {" QUEUE ", " ROLE_OF_IT ", 'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': "  \
    "{'ScheduleExpression': 'rate(10 minutes)', 'FlexibleTimeWindow': {'Mode': 'OFF'}, 'Target': {'Arn': {'Fn::GetAtt': ['Q', "            \
    "'Arn']}" ITS_ROLE ", 'RetryPolicy': {'MaximumRetryAttempts': 0}}}}}, 'traffic': []" MORE "}"

static void test_schedule(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCHEDULE(ROLE("scheduler.amazonaws.com", "sqs:*", ""), ""));
    assert_int_equal(run->diagnostics.count, 0);
    int64_t sent = count_of(run, "Q", "NumberOfMessagesSent");
    assert_in_range(sent, 5, 6);
    model_execute(run, SCHEDULE(ROLE("scheduler.amazonaws.com", "s3:*", ""), ""));
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 0);
    assert_int_equal(count_of(run, "S", "InvocationDroppedCount"), sent);
    assert_int_equal(model_load(run, SCHEDULE(ROLE("events.amazonaws.com", "sqs:*", ""), "")), STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "does not let scheduler.amazonaws.com assume it: it would not be created"));
    assert_int_equal(model_load(run, SCHEDULE(ROLE("events.amazonaws.com", "sqs:*", ""), ", 'allow_invalid': ['permission']")), STATUS_OK);
}

#define API(ROLE_OF_IT)                                                                                                                    \
    "{'duration': '10s', 'drain': '1m', 'Resources': {" QUEUE ", " ROLE_OF_IT ", 'Api': {'Type': 'AWS::ApiGatewayV2::Api', 'Properties': " \
    "{'Name': 'a', 'ProtocolType': 'HTTP'}}, 'I': {'Type': 'AWS::ApiGatewayV2::Integration', 'Properties': {'ApiId': {'Ref': 'Api'}, "     \
    "'IntegrationType': 'AWS_PROXY', 'IntegrationSubtype': 'SQS-SendMessage', 'CredentialsArn': {'Fn::GetAtt': ['R', 'Arn']}, "            \
    "'RequestParameters': {'QueueUrl': {'Ref': 'Q'}}}}, 'Route': {'Type': 'AWS::ApiGatewayV2::Route', 'Properties': {'ApiId': {'Ref': "    \
    "'Api'}, 'RouteKey': 'POST /jobs', 'Target': {'Fn::Sub': 'integrations/${I}'}}}, 'Stage': {'Type': 'AWS::ApiGatewayV2::Stage', "       \
    "'Properties': {'ApiId': {'Ref': 'Api'}, 'StageName': '$default'}}}, 'traffic': [{'name': 'c', 'target': 'Stage', 'request': 'POST "   \
    "/jobs', 'constant': '1/s'}]}"

static void test_integration(void **state)
{
    struct model_run *run = *state;
    model_execute(run, API(ROLE("apigateway.amazonaws.com", "sqs:SendMessage", "")));
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(count_of(run, "c", "Succeeded"), 10);
    model_execute(run, API(ROLE("apigateway.amazonaws.com", "sqs:ReceiveMessage", "")));
    assert_true(diagnosed(&run->diagnostics, 0, 0, "R does not allow sqs:SendMessage on Q"));
    assert_int_equal(count_of(run, "c", "Succeeded"), 0);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 0);
}

#define DATABASE(ACTION)                                                                                                                   \
    "{'duration': '10s', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, " ROLE(                                      \
        "rds.amazonaws.com", ACTION, "") ", 'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', "                   \
                                         "'DBInstanceClass': 'db.t3.medium', 'AssociatedRoles': "                                          \
                                         "[{'FeatureName': 'Lambda', 'RoleArn': {'Fn::GetAtt': ['R', 'Arn']}}]}}}, 'behavior': {'F': "     \
                                         "{'init': '0ms', 'duration': '1ms'}, 'D': "                                                       \
                                         "{'query': '1ms', 'on_write': [{'invoke': 'F'}]}}, 'traffic': [{'name': 'c', 'target': 'D', "     \
                                         "'operation': 'write', 'constant': "                                                              \
                                         "'1/s'}]}"

static void test_database(void **state)
{
    struct model_run *run = *state;
    model_execute(run, DATABASE("lambda:InvokeFunction"));
    assert_int_equal(count_of(run, "F", "Invocations"), 10);
    assert_int_equal(count_of(run, "c", "Succeeded"), 10);
    model_execute(run, DATABASE("lambda:GetFunction"));
    assert_true(diagnosed(&run->diagnostics, 0, 0, "R does not allow lambda:InvokeFunction on F"));
    assert_int_equal(count_of(run, "F", "Invocations"), 0);
    assert_int_equal(count_of(run, "c", "Succeeded"), 0);
}

/* The role allows all of S3; its boundary is the most that it may do. */
#define BOUNDED(BOUNDARY)                                                                                                                  \
    "{'duration': '10s', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'Most': {'Type': 'AWS::IAM::ManagedPolicy', 'Properties': "       \
    "{'PolicyDocument': {'Statement': [{'Effect': 'Allow', 'Action': ['s3:GetObject', 'logs:*'], 'Resource': '*'}]}}}, " ROLE(             \
        "lambda.amazonaws.com", "*",                                                                                                       \
        ", 'PermissionsBoundary': " BOUNDARY) ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Role': {'Fn::GetAtt': ['R', "      \
                                              "'Arn']}}}}, 'behavior': {'F': {'init': '0ms', "                                             \
                                              "'steps': [{'call': 'B', 'op': '%s'}]}}, 'traffic': [{'name': 'c', 'target': 'F', "          \
                                              "'constant': '1/s'}]}"

static void test_boundary(void **state)
{
    struct model_run *run = *state;
    model_run(run, BOUNDED("{'Ref': 'Most'}"), "GetObject");
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    model_run(run, BOUNDED("{'Ref': 'Most'}"), "PutObject");
    assert_true(diagnosed(&run->diagnostics, 0, 0, "R does not allow s3:PutObject on B"));
    assert_int_equal(count_of(run, "F", "Errors"), 10);
    model_run(run, BOUNDED("'arn:aws:iam::aws:policy/AdministratorAccess'"), "PutObject");
    assert_int_equal(run->diagnostics.count, 0);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    /* Of what nobody knows everything is allowed, and that is said. */
    model_run(run, BOUNDED("'arn:aws:iam::123456789012:policy/elsewhere'"), "PutObject");
    assert_true(diagnosed(&run->diagnostics, 0, 0, "the contents of the managed policy"));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_rule), MODEL_TEST(test_schedule), MODEL_TEST(test_integration),
                                       MODEL_TEST(test_database), MODEL_TEST(test_boundary)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
