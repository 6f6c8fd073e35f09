/* test_function_url.c: who may call a function URL, by the whole table of the developer guide; what its answers are; what browsers ask. */
#include "model_fixture.h"

#include <stdio.h>

#define BOTH "['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']"
#define FIRST "'lambda:InvokeFunctionUrl'"

/* One cell: an identity's policy and a resource's, each absent or for so many of the actions. */
struct cell {
    bool other_account, none; /* AuthType */
    const char *identity;     /* actions; NULL: no policy */
    unsigned resource;        /* permissions of the function: 0 none, 1 InvokeFunctionUrl, 2 InvokeFunction too */
    bool public_statement;    /* of everybody, rather than of who calls */
};

static void write_permission(char *text, size_t size, const struct cell *cell, bool second)
{
    const char *who = cell->public_statement ? "'*'" : cell->other_account ? "'111122223333'" : "{'Fn::GetAtt': ['Caller', 'Arn']}";
    snprintf(
        text, size,
        ", 'P%d': {'Type': 'AWS::Lambda::Permission', 'Properties': {'FunctionName': {'Ref': 'F'}, 'Action': '%s', 'Principal': %s, %s}}",
        second, second ? "lambda:InvokeFunction" : "lambda:InvokeFunctionUrl", who,
        second       ? "'InvokedViaFunctionUrl': true"
        : cell->none ? "'FunctionUrlAuthType': 'NONE'"
                     : "'FunctionUrlAuthType': 'AWS_IAM'");
}

/* How many of 10 requests get through. */
static uint64_t let_through(const struct cell *cell, const char *rules)
{
    struct model_run run;
    char first[400] = "", second[400] = "", policy[300] = "", text[3000];
    if (cell->resource > 0)
        write_permission(first, sizeof first, cell, false);
    if (cell->resource > 1)
        write_permission(second, sizeof second, cell, true);
    if (cell->identity)
        snprintf(policy, sizeof policy,
                 "'Policies': [{'PolicyName': 'p', 'PolicyDocument': {'Statement': {'Effect': 'Allow', 'Action': %s, 'Resource': "
                 "{'Fn::GetAtt': ['F', 'Arn']}}}}]",
                 cell->identity);
    snprintf(
        text, sizeof text,
        "{'duration': '10s', 'rules': '%s', 'Resources': {'Caller': {'Type': 'AWS::IAM::User', 'Properties': {%s}}, 'F': {'Type': "
        "'AWS::Lambda::Function'}, 'U': {'Type': 'AWS::Lambda::Url', 'Properties': {'TargetFunctionArn': {'Fn::GetAtt': ['F', 'Arn']}, "
        "'AuthType': '%s'}}%s%s}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'U', "
        "'constant': '1/s', 'as': 'Caller'%s}]}",
        rules, policy, cell->none ? "NONE" : "AWS_IAM", first, second, cell->other_account ? ", 'account': '111122223333'" : "");
    model_open(&run);
    model_execute(&run, text);
    uint64_t passed = (uint64_t)count_of(&run, "F", "Invocations");
    assert_int_equal(count_of(&run, "U", "UrlRequestCount"), 10);
    assert_int_equal(count_of(&run, "U", "Url4xxCount"), 10 - passed);
    assert_int_equal(fates_of(&run, "U", FATE_FAILED, "403 Forbidden"), 10 - passed);
    assert_int_equal(count_of(&run, "c", "Succeeded"), passed);
    model_close(&run);
    assert_true(passed == 0 || passed == 10);
    return passed;
}

/* Source: Lambda developer guide, "Control access to Lambda function URLs": within the account an identity's policy or the function's;
 * from another both; NONE: the function's own, for everybody, whoever calls. The current book asks for both actions, the course's for the
 * first alone. */
static void test_truth_table(void **state)
{
    (void)state;
    for (unsigned course = 0; course < 2; course++)
        for (unsigned other_account = 0; other_account < 2; other_account++)
            for (unsigned none = 0; none < 2; none++)
                for (unsigned policies = 0; policies < 4; policies++) {
                    bool identity = policies & 1u, resource = policies & 2u;
                    const unsigned needed = course ? 1 : 2;
                    struct cell cell = {other_account, none, identity ? (course ? FIRST : BOTH) : NULL, resource ? needed : 0, none};
                    bool expected = none ? resource : other_account ? identity && resource : identity || resource;
                    assert_int_equal(let_through(&cell, course ? "course" : "current"), expected ? 10 : 0);
                }
}

/* One of two actions is none. */
static void test_both_actions(void **state)
{
    (void)state;
    assert_int_equal(let_through(&(struct cell){false, false, FIRST, 0, false}, "current"), 0);
    assert_int_equal(let_through(&(struct cell){false, true, NULL, 1, true}, "current"), 0);
    assert_int_equal(let_through(&(struct cell){true, false, BOTH, 1, false}, "current"), 0);
    assert_int_equal(let_through(&(struct cell){true, false, FIRST, 2, false}, "current"), 0);
    /* Each from another side will do, within the account. */
    assert_int_equal(let_through(&(struct cell){false, false, "'lambda:InvokeFunction'", 1, false}, "current"), 10);
    /* A statement for everybody is one for who calls, too. */
    assert_int_equal(let_through(&(struct cell){true, false, BOTH, 2, true}, "current"), 10);
}

#define URL(PROPERTIES) "'U': {'Type': 'AWS::Serverless::Function', 'Properties': {'FunctionUrlConfig': {'AuthType': 'NONE'" PROPERTIES "}"

/* Over the reserved concurrency, and over ten times it in a second: 429. Source: rule function_url_over_reserved_status. */
static void test_throttles(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* 5 at once, of 20; each takes longer than the run. */
    model_execute(
        &run, "{'duration': '1s', 'drain': '20s', 'Resources': {" URL(
                  "") ", 'Timeout': 20, 'ReservedConcurrentExecutions': 5}}}, 'behavior': {'U': {'init': "
                      "'0ms', 'duration': '10s'}}, 'traffic': [{'name': 'c', 'target': 'UUrl', 'bursts': {'size': 20, 'every': '10s'}}]}");
    assert_int_equal(count_of(&run, "U", "Throttles"), 15);
    assert_int_equal(fates_of(&run, "UUrl", FATE_THROTTLED, "429 Too Many Requests"), 15);
    assert_int_equal(count_of(&run, "UUrl", "Url4xxCount"), 15);
    assert_int_equal(fates_of(&run, "UUrl", FATE_SUCCEEDED, ""), 5);
    model_close(&run);
    model_open(&run);
    /* 100 requests a second, of 1 ms each, one at a time: the limit is 10 a second. Full at first (rule rps_bucket_s: a tenth of a
     * second's). */
    model_execute(&run, "{'duration': '10s', 'Resources': {" URL(
                            "") ", 'ReservedConcurrentExecutions': 1}}}, 'behavior': {'U': {'init': "
                                "'0ms', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'UUrl', 'constant': '100/s'}]}");
    assert_in_range(count_of(&run, "U", "Invocations"), 100, 101);
    assert_int_equal(fates_of(&run, "UUrl", FATE_THROTTLED, "429 Too Many Requests"), 1000 - count_of(&run, "U", "Invocations"));
    model_close(&run);
}

/* Errors and timeouts are 5XX, what is too large is 413; a binary body is larger by a third. */
static void test_answers(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '10s', 'drain': '10s', 'Resources': {" URL(
                            "") ", 'Timeout': 1}}}, 'behavior': {'U': {'init': '0ms', 'duration': '2s'}}, "
                                "'traffic': [{'name': 'c', 'target': 'UUrl', 'constant': '1/s'}, {'name': 'text', 'target': 'UUrl', "
                                "'constant': '1/s', 'payload': '5MB'}, "
                                "{'name': 'binary', 'target': 'UUrl', 'constant': '1/s', 'payload': '5MB', 'base64': true}]}");
    assert_int_equal(count_of(&run, "UUrl", "Url5xxCount"), 20);
    assert_int_equal(fates_of(&run, "UUrl", FATE_TIMED_OUT, "502 Bad Gateway"), 20);
    assert_int_equal(fates_of(&run, "UUrl", FATE_REJECTED, "413 Payload Too Large"), 10);
    assert_int_equal(count_of(&run, "binary", "Rejected"), 10);
    model_close(&run);
}

#define PAGE(ORIGIN) "'target': 'UUrl', 'constant': '1/s', 'origin': '" ORIGIN "'"

/* Preflights: of each client when its leave is over: 60 s / 10 s for one, of 60 clients that come once each. Function and bill see none. */
static void test_preflights(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1m', 'Resources': {" URL(
                            ", 'Cors': {'AllowOrigins': ['https://a.example'], 'AllowMethods': ['DELETE'], 'MaxAge': "
                            "10}") "}}}, "
                                   "'behavior': {'U': {'init': '0ms', 'duration': '1ms'}}, 'traffic': [{'name': "
                                   "'one', " PAGE("https://a.example") "}, "
                                                                       "{'name': 'many', 'clients': 60, " PAGE(
                                                                           "https://a.example") "}, {'name': 'plain', 'request': "
                                                                                                "'GET /', " PAGE("https://"
                                                                                                                 "a.example") "}]"
                                                                                                                              "}");
    assert_int_equal(count_of(&run, "UUrl", "Preflights"), 6 + 60);
    assert_int_equal(count_of(&run, "UUrl", "UrlRequestCount"), 3 * 60 + 66);
    assert_int_equal(count_of(&run, "U", "Invocations"), 180);
    model_close(&run);
    model_open(&run);
    /* Another origin: what is posted is never sent; a plain GET is, and what it brings is withheld. A method that is not allowed is not
     * sent. */
    model_execute(
        &run,
        "{'duration': '1m', 'Resources': {" URL(
            ", 'Cors': {'AllowOrigins': ['https://a.example'], 'AllowMethods': "
            "['DELETE']}") "}}}, "
                           "'behavior': {'U': {'init': '0ms', "
                           "'duration': '1ms'}}, 'traffic': [{'name': "
                           "'posted', " PAGE(
                               "https://b.example") "}, "
                                                    "{'name': 'got', "
                                                    "'request': 'GET "
                                                    "/', " PAGE(
                                                        "https://"
                                                        "b."
                                                        "example") "}, {'name': 'put', "
                                                                   "'request': 'PUT "
                                                                   "/', " PAGE(
                                                                       "https:/"
                                                                       "/"
                                                                       "a."
                                                                       "exampl"
                                                                       "e") "},"
                                                                            " "
                                                                            "{'"
                                                                            "na"
                                                                            "m"
                                                                            "e'"
                                                                            ":"
                                                                            " '"
                                                                            "de"
                                                                            "l"
                                                                            "et"
                                                                            "e"
                                                                            "d'"
                                                                            ","
                                                                            " '"
                                                                            "re"
                                                                            "q"
                                                                            "ue"
                                                                            "s"
                                                                            "t'"
                                                                            ":"
                                                                            " '"
                                                                            "DE"
                                                                            "L"
                                                                            "ET"
                                                                            "E"
                                                                            " /"
                                                                            "',"
                                                                            " " PAGE("https://a.example") "}, {'name': 'asked', 'target': "
                                                                                                          "'UUrl', 'constant': '1/s', "
                                                                                                          "'request': 'OPTIONS /'}]}");
    assert_int_equal(count_of(&run, "U", "Invocations"), 120);
    assert_int_equal(count_of(&run, "posted", "Failed"), 60);
    assert_int_equal(count_of(&run, "got", "Failed"), 60);
    assert_int_equal(count_of(&run, "put", "Failed"), 60);
    assert_int_equal(count_of(&run, "deleted", "Succeeded"), 60);
    assert_int_equal(count_of(&run, "asked", "Succeeded"), 60);
    model_close(&run);
}

/* Each alias has its own; a step may call one, in the name of its function's role. */
static void test_alias_and_steps(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1m', 'Resources': {'U': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': "
                        "'live', 'FunctionUrlConfig': "
                        "{'AuthType': 'AWS_IAM'}}}, 'May': {'Type': 'AWS::Serverless::Function', 'Properties': {'Policies': [{'Statement': "
                        "{'Effect': 'Allow', 'Action': "
                        "'lambda:Invoke*', 'Resource': '*'}}]}}, 'MayNot': {'Type': 'AWS::Serverless::Function', 'Properties': "
                        "{'Policies': []}}, 'Any': {'Type': "
                        "'AWS::Serverless::Function'}}, 'behavior': {'U': {'init': '0ms', 'duration': '1ms'}, 'May': {'init': '0ms', "
                        "'steps': [{'call': 'UUrl'}]}, 'MayNot': {'init': '0ms', 'steps': "
                        "[{'call': 'UUrl'}]}, 'Any': {'init': '0ms', 'steps': [{'call': 'UUrl'}]}}, 'traffic': [{'name': 'a', 'target': "
                        "'May', 'constant': '1/s'}, {'name': 'b', "
                        "'target': 'MayNot', 'constant': '1/s'}, {'name': 'c', 'target': 'Any', 'constant': '1/s'}]}");
    assert_int_equal(count_of(&run, "U:live", "Invocations"), 120);
    assert_int_equal(count_of(&run, "MayNot", "Errors"), 60);
    assert_int_equal(count_of(&run, "May", "Errors") + count_of(&run, "Any", "Errors"), 0);
    assert_int_equal(fates_of(&run, "UUrl", FATE_FAILED, "403 Forbidden"), 60);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truth_table), cmocka_unit_test(test_both_actions), cmocka_unit_test(test_throttles),
        cmocka_unit_test(test_answers),     cmocka_unit_test(test_preflights),   cmocka_unit_test(test_alias_and_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
