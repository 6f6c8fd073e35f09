/* test_function_extras.c: what else a function may be told of: a key that its variables are encrypted by, the remaining time of its
 * context, a profiler, variables of X-Ray, base images; and how long tokens hold. */
#include "model_fixture.h"
#include "refusals.h"

#define ROLE(STATEMENTS)                                                                                                                   \
    ", 'R': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Statement': [{'Effect': 'Allow', 'Principal': "        \
    "{'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}, 'ManagedPolicyArns': "                                            \
    "['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'], 'Policies': [{'PolicyName': 'p', 'PolicyDocument': "            \
    "{'Statement': [" STATEMENTS "]}}]}}"
/* Each call comes when the environment of the one before has gone: as many INITs as calls. */
#define KEYED(PROPERTIES, RESOURCES, MORE)                                                                                                 \
    "{'duration': '100m', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'KmsKeyArn': {'Fn::GetAtt': " \
    "['Key', 'Arn']}" PROPERTIES "}}, 'Key': {'Type': 'AWS::KMS::Key'}" RESOURCES "}, 'behavior': {'F': {'init': '100ms', 'duration': "    \
    "'10ms', 'keep_alive': '10s'}, 'Key': {'latency': '15ms'}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/min'}]" MORE "}"
#define VARIABLES ", 'Environment': {'Variables': {'PASSWORD': 'x'}}"

static void test_key(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, KEYED(VARIABLES, "", ""));
    assert_int_equal(count_of(run, "Key", "Calls"), 100);
    assert_near(figure(run, "F", "InitDuration", "Average"), 115, 1e-9);
    /* $1 a month, and $0.03 for ten thousand calls. */
    assert_near(billed(run, "Key", "KMS-Requests", &usd), 100, 0);
    assert_near(usd, 100 * 0.03 / 10000, 1e-12);
    assert_near(billed(run, "Key", "KMS-Keys", &usd), 100 / (730 * 60.0), 1e-9);
    /* Nothing to decrypt. */
    model_execute(run, KEYED("", "", ""));
    assert_int_equal(count_of(run, "Key", "Calls"), 0);
    assert_near(figure(run, "F", "InitDuration", "Average"), 100, 1e-9);
    /* The key's service is away for half of the time: five calls of ten minutes. */
    model_execute(run, KEYED(VARIABLES, "", ", 'changes': [{'at': '30s', 'for': '5m', 'fault': 'Key', 'kind': 'down'}]"));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "KMSDisabledException"), 5);
    assert_int_equal(count_of(run, "Key", "Errors"), 5);
}

static void test_key_right(void **state)
{
    struct model_run *run = *state;
    static const char *const said = "R does not allow kms:Decrypt on Key";
#define WITH_ROLE VARIABLES ", 'Role': {'Fn::GetAtt': ['R', 'Arn']}"
    model_execute(run,
                  KEYED(WITH_ROLE, ROLE("{'Effect': 'Allow', 'Action': 'kms:Decrypt', 'Resource': {'Fn::GetAtt': ['Key', 'Arn']}}"), ""));
    assert_false(diagnosed(&run->diagnostics, 0, 0, said));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    model_execute(run, KEYED(WITH_ROLE, ROLE("{'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': '*'}"), ""));
    assert_true(diagnosed(&run->diagnostics, 0, 0, said));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "KMSAccessDeniedException"), 100);
    assert_int_equal(count_of(run, "Key", "Calls"), 0);
    /* Without variables nobody asks. */
    model_execute(
        run, KEYED(", 'Role': {'Fn::GetAtt': ['R', 'Arn']}", ROLE("{'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': '*'}"), ""));
    assert_false(diagnosed(&run->diagnostics, 0, 0, said));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
}

#define ONE(PROPERTIES, BEHAVIOR)                                                                                                          \
    "{'duration': '10m', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 10" PROPERTIES      \
    "}}}, 'behavior': {'F': {'init': '0ms', " BEHAVIOR "}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/min'}]}"

/* A handler of 15 s in a Timeout of 10 s: stopped, or stopping by itself when 2 s are left. */
static void test_remaining_time(void **state)
{
    struct model_run *run = *state;
    model_execute(run, ONE("", "'duration': '15s', 'yields_at': '0s'"));
    assert_int_equal(count_of(run, "F", "Timeouts"), 10);
    assert_int_equal(count_of(run, "F", "YieldedInvocations"), 0);
    model_execute(run, ONE("", "'duration': '15s', 'yields_at': '2s'"));
    assert_int_equal(count_of(run, "F", "Timeouts"), 0);
    assert_int_equal(count_of(run, "F", "YieldedInvocations"), 10);
    assert_int_equal(count_of(run, "c", "Succeeded"), 10);
    assert_near(figure(run, "F", "Duration", "Maximum"), 8000, 0);
    /* One that is done by then does not. */
    model_execute(run, ONE("", "'duration': '8s', 'yields_at': '2s'"));
    assert_int_equal(count_of(run, "F", "YieldedInvocations"), 0);
    /* Twice a share of half a vCPU is all of it: the time follows the memory, the remaining time does not. */
    model_execute(run, ONE(", 'MemorySize': 884", "'cpu': '5s', 'yields_at': '1s'"));
    assert_int_equal(count_of(run, "F", "YieldedInvocations"), 10);
    assert_near(figure(run, "F", "Duration", "Average"), 9000, 0);
    assert_int_equal(model_load(run, ONE("", "'duration': '1s', 'yields_at': '10s'")), STATUS_OK);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "every invocation stops at once"));
    assert_int_equal(model_load(run, ONE("", "'steps': [{'wait': '1s'}], 'yields_at': '1s'")), STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "yields_at is of handlers without steps"));
}

#define LAYER ", 'Layers': ['arn:aws:lambda:us-east-1:157417159150:layer:AWSCodeGuruProfilerPythonAgentLambdaLayer:11']"
#define GROUP ", 'Environment': {'Variables': {'AWS_CODEGURU_PROFILER_GROUP_NAME': 'g'}}"

static void test_profiler(void **state)
{
    struct model_run *run = *state;
    model_execute(run, ONE(LAYER GROUP ", 'Runtime': 'python3.13'", "'duration': '1s'"));
    assert_int_equal(run->diagnostics.count, 0);
    assert_near(figure(run, "F", "Duration", "Average"), 1010, 1e-6); /* rule profiler_overhead: a hundredth */
    model_execute(run, ONE(LAYER GROUP ", 'Runtime': 'python3.13'", "'steps': [{'wait': '1s'}]"));
    assert_near(figure(run, "F", "Duration", "Average"), 1010, 1e-6);
    const struct {
        const char *properties, *says;
    } cases[] = {
        {GROUP ", 'Runtime': 'python3.13'", "its layer is not"},
        {LAYER ", 'Runtime': 'python3.13'", "needs the name of its group"},
        {LAYER GROUP ", 'Runtime': 'nodejs22.x'", "CodeGuru Profiler is for Java and Python"},
        {LAYER GROUP ", 'Runtime': 'java21', 'Architectures': ['arm64']", "CodeGuru Profiler is for functions on x86_64"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, ONE("%s", "'duration': '1s'"), cases[i].properties);
        if (!diagnosed(&run->diagnostics, 0, 0, cases[i].says))
            fail_msg("case %zu wants \"%s\"", i, cases[i].says);
        assert_near(figure(run, "F", "Duration", "Average"), i < 2 ? 1000 : 1010, 1e-6);
    }
}

static void test_warned(void **state)
{
    struct model_run *run = *state;
    const struct {
        const char *properties, *says;
    } cases[] = {
        {", 'Environment': {'Variables': {'AWS_XRAY_CONTEXT_MISSING': 'LOG'}}", "the X-Ray SDK knows no AWS_XRAY_CONTEXT_MISSING \"LOG\""},
        {", 'Environment': {'Variables': {'AWS_XRAY_CONTEXT_MISSING': 'LOG_ERROR'}}", NULL},
        {", 'Environment': {'Variables': {'AWS_XRAY_DAEMON_ADDRESS': 'localhost'}}", "is ADDRESS:PORT"},
        {", 'Environment': {'Variables': {'AWS_XRAY_DAEMON_ADDRESS': ':2000'}}", "is ADDRESS:PORT"},
        {", 'Environment': {'Variables': {'AWS_XRAY_DAEMON_ADDRESS': '127.0.0.1:2x'}}", "is ADDRESS:PORT"},
        {", 'Environment': {'Variables': {'AWS_XRAY_DAEMON_ADDRESS': '127.0.0.1:2000'}}", NULL},
        {", 'PackageType': 'Image', 'Code': {'ImageUri': 'public.ecr.aws/lambda/nodejs:12'}",
         "the base image of nodejs12.x is out of support"},
        {", 'PackageType': 'Image', 'Code': {'ImageUri': 'amazon/aws-lambda-python:3.8'}", "the base image of python3.8 is out of support"},
        {", 'PackageType': 'Image', 'Code': {'ImageUri': 'public.ecr.aws/lambda/python:3.13'}", NULL},
        {", 'PackageType': 'Image', 'Code': {'ImageUri': 'public.ecr.aws/lambda/'}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, ONE("%s", "'duration': '1s'"), cases[i].properties);
        if (cases[i].says ? !diagnosed(&run->diagnostics, 0, 0, cases[i].says) : run->diagnostics.count > 0)
            fail_msg("case %zu wants \"%s\"", i, cases[i].says ? cases[i].says : "nothing");
    }
}

/* crosses: iam_session_min_s iam_session_max_s
 * crosses: cognito_token_validity_min_min cognito_token_validity_max_days
 * crosses: cognito_refresh_validity_min_min cognito_refresh_validity_max_days */
static void test_tokens(void **state)
{
    struct model_run *run = *state;
#define CLIENT(PROPERTIES)                                                                                                                 \
    "{'duration': '1m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'P': {'Type': 'AWS::Cognito::UserPool'}, 'C': {'Type': "           \
    "'AWS::Cognito::UserPoolClient', 'Properties': {" PROPERTIES "}}}, 'traffic': []}"
    static const struct refusal cases[] = {
        {"'AccessTokenValidity': 25", "holds for 5 minutes to 1 days, and not for 25 hours"},
        {"'AccessTokenValidity': 4, 'TokenValidityUnits': {'AccessToken': 'minutes'}", "and not for 4 minutes"},
        {"'IdTokenValidity': 0", "and not for 0 hours"},
        {"'IdTokenValidity': 86401, 'TokenValidityUnits': {'IdToken': 'seconds'}", "and not for 86401 seconds"},
        {"'RefreshTokenValidity': 59, 'TokenValidityUnits': {'RefreshToken': 'minutes'}", "holds for 60 minutes to 3650 days"},
        {"'RefreshTokenValidity': 3651", "and not for 3651 days"},
        {"'TokenValidityUnits': {'AccessToken': 'weeks'}", "must be one of seconds, minutes, hours and days"},
        {"'UserPoolId': {'Ref': 'B'}", "B is no user pool"},
    };
    assert_refused(run, CLIENT("%s"), cases, sizeof cases / sizeof *cases);
    assert_int_equal(model_load(run, CLIENT("'UserPoolId': {'Ref': 'P'}, 'AccessTokenValidity': 1, 'IdTokenValidity': 24, "
                                            "'RefreshTokenValidity': 3650, 'ClientName': 'web'")),
                     STATUS_OK);
    assert_int_equal(run->diagnostics.count, 0);
#define SESSION(SECONDS)                                                                                                                   \
    "{'duration': '1m', 'Resources': {'R': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Statement': []}, "      \
    "'MaxSessionDuration': " SECONDS "}}}, 'traffic': []}"
    static const struct refusal sessions[] = {{"3599", "must be between 3600 and 43200 s"}, {"43201", "must be between 3600 and 43200 s"}};
    assert_refused(run, SESSION("%s"), sessions, 2);
    assert_int_equal(model_load(run, SESSION("43200")), STATUS_OK);
}

static void test_keys_refused(void **state)
{
#define KEY(TEXT)                                                                                                                          \
    "{'duration': '1m', 'Resources': {'B': {'Type': 'AWS::S3::Bucket'}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': "             \
    "{'KmsKeyArn': " TEXT "}}}, 'traffic': []}"
    static const struct refusal cases[] = {
        {"'alias/settings'", "\"alias/settings\" is no key's ARN"},
        {"'arn:aws:s3:::b'", "is no key's ARN"},
        {"{'Fn::GetAtt': ['B', 'Arn']}", "B is no key"},
    };
    assert_refused(*state, KEY("%s"), cases, sizeof cases / sizeof *cases);
    assert_int_equal(model_load(*state, KEY("'arn:aws:kms:us-east-1:123456789012:key/1234'")), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_key),         MODEL_TEST(test_key_right), MODEL_TEST(test_remaining_time),
                                       MODEL_TEST(test_profiler),    MODEL_TEST(test_warned),    MODEL_TEST(test_tokens),
                                       MODEL_TEST(test_keys_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
