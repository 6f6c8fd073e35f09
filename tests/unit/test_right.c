/* test_right.c: wildcards; rights while it runs: turned away, and only what a right is about; faults that deny. */
#include "engine/glob.h"
#include "model_fixture.h"

static void test_glob(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches, in_any_case;
    } rows[] = {
        {"", "", true, true},
        {"*", "", true, true},
        {"?", "", false, false},
        {"a", "a", true, true},
        {"a", "A", false, true},
        {"a*", "abc", true, true},
        {"*c", "abc", true, true},
        {"a*c", "abcd", false, false},
        {"*a*b*", "xxayybz", true, true},
        {"**", "x", true, true},
        {"a?c", "abc", true, true},
        {"a?c", "ac", false, false},
        {"sqs:Send*", "sqs:SendMessage", true, true},
        {"SQS:send*", "sqs:SendMessage", false, true},
        {"*aab", "aaaaaaaaab", true, true},
        {"*aac", "aaaaaaaaab", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(glob_match(rows[i].pattern, rows[i].text, false), rows[i].matches);
        assert_int_equal(glob_match(rows[i].pattern, rows[i].text, true), rows[i].in_any_case);
    }
    /* Many stars take no more than the product of the lengths. */
    char pattern[201], text[2001];
    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[200] = '\0';
    memset(text, 'a', 2000);
    text[2000] = '\0';
    assert_true(glob_match(pattern, text, false));
    text[1999] = 'b';
    assert_false(glob_match(pattern, text, false));
}

#define TRUST                                                                                                                              \
    "'AssumeRolePolicyDocument': {'Statement': {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': "           \
    "'sts:AssumeRole'}}"
#define LOGS "'ManagedPolicyArns': ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']"
#define ROLE(STATEMENTS)                                                                                                                   \
    "'R': {'Type': 'AWS::IAM::Role', 'Properties': {" TRUST ", " LOGS                                                                      \
    ", 'Policies': [{'PolicyName': 'p', 'PolicyDocument': {'Statement': [" STATEMENTS "]}}]}}"
#define CALLER "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Role': {'Fn::GetAtt': ['R', 'Arn']}}}"

/* 60 invocations: each sends to both queues and goes on; what is not allowed comes to nothing, and only that. */
static void test_only_what_is_not_allowed(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '1m', 'Resources': {'A': {'Type': 'AWS::SQS::Queue'}, 'B': {'Type': 'AWS::SQS::Queue'}, " CALLER ", " ROLE(
            "{'Effect': 'Allow', 'Action': 'sqs:*', 'Resource': {'Fn::GetAtt': ['A', 'Arn']}}") "}, "
                                                                                                "'behavior': {'F': {'steps': [{'send': "
                                                                                                "'A', 'on_error': 'continue'}, {'send': "
                                                                                                "'B', 'on_error': 'continue'}]}}, "
                                                                                                "'traffic': [{'name': 'c', 'target': 'F', "
                                                                                                "'constant': '1/s'}, {'name': 'd', "
                                                                                                "'target': 'B', 'constant': '1/s'}]}");
    assert_int_equal(count_of(&run, "A", "NumberOfMessagesSent"), 60);
    assert_int_equal(count_of(&run, "B", "NumberOfMessagesSent"), 60); /* of the other source */
    assert_int_equal(fates_of(&run, "B", FATE_FAILED, "AccessDenied"), 60);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    model_close(&run);
}

/* The function fails with its step. */
static void test_step_fails(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '1m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST'}}, " CALLER
        ", " ROLE("{'Effect': 'Allow', 'Action': 'dynamodb:GetItem', 'Resource': '*'}") "}, "
                                                                                        "'behavior': {'F': {'steps': [{'call': 'T', 'op': "
                                                                                        "'PutItem'}]}}, 'traffic': [{'name': 'c', "
                                                                                        "'target': 'F', 'constant': '1/s'}]}");
    assert_int_equal(count_of(&run, "F", "Errors"), 60);
    assert_int_equal(fates_of(&run, "T", FATE_FAILED, "AccessDenied"), 60);
    model_close(&run);
}

/* From 20 s on, for 20 s: 20 of 60; the first at the instant at which it begins, none at that at which it ends. */
static void test_fault(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '1m', 'Resources': {'A': {'Type': 'AWS::SQS::Queue'}, " CALLER ", " ROLE(
            "{'Effect': 'Allow', 'Action': 'sqs:*', 'Resource': '*'}") "}, "
                                                                       "'behavior': {'F': {'init': '0ms', 'placement': '0ms', 'steps': "
                                                                       "[{'send': 'A', 'on_error': 'continue'}]}}, "
                                                                       "'changes': [{'at': '20s', 'for': '20s', 'fault': 'R', 'kind': "
                                                                       "'denied', 'action': 'sqs:Send*'}], "
                                                                       "'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(&run, "A", FATE_FAILED, "AccessDenied"), 20);
    assert_int_equal(count_of(&run, "A", "NumberOfMessagesSent"), 40);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_only_what_is_not_allowed),
        cmocka_unit_test(test_step_fails),
        cmocka_unit_test(test_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
