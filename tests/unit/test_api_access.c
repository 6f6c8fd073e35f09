/* test_api_access.c: who may pass an API: authorizers and how long their verdicts are kept, API keys, usage plans with their buckets and
 * quotas, and the order in which all that is asked. */
#include "api_bench.h"
#include "statistics_bounds.h"

/* The function Judge behind a Lambda authorizer of SAM's, for every route. */
#define JUDGED(TTL)                                                                                                                        \
    "'Auth': {'DefaultAuthorizer': 'Guard', 'Authorizers': {'Guard': {'FunctionArn': {'Fn::GetAtt': ['Judge', 'Arn']}, 'Identity': "       \
    "{'ReauthorizeEvery': " TTL "}}}}"
#define JUDGE ", 'Judge': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 40%s}}"
#define GUARDED(TYPE, SETTINGS, TTL, EVENTS, API_BEHAVIOR, JUDGE_BEHAVIOR, TRAFFIC)                                                        \
    "{" SETTINGS ", 'Resources': {'Api': {'Type': '" TYPE "', 'Properties': {" JUDGED(                                                     \
        TTL) "}}, 'F': {'Type': "                                                                                                          \
             "'AWS::Serverless::Function', 'Properties': {'Events': {" EVENTS "}}}" JUDGE                                                  \
             "}, 'behavior': {'Api': {'overhead': '0s'" API_BEHAVIOR                                                                       \
             "}, 'F': {'init': '0s', 'placement': '0s', 'duration': '10ms'}, 'Judge': {'init': '0s', 'placement': '0s', " JUDGE_BEHAVIOR   \
             "}}, 'traffic': [" TRAFFIC "]}"
#define GET_REST REST_ROUTE("Get", "get", "/", "")
#define GET_HTTP HTTP_ROUTE("Get", "get", "/", "")

/* Asked once for each token in the time that a verdict is kept: a client has one token. */
static void test_verdicts_are_kept(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              GUARDED("AWS::Serverless::Api", "'duration': '60s', 'drain': '1s'", "20", GET_REST, "", "'duration': '30ms'",
                      CALLER("c", "'constant': '1/s'")),
              "");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 3);
    assert_int_equal(count_of(&run, "Api", "AuthorizerCalls"), 3);
    assert_int_equal(count_of(&run, "F", "Invocations"), 60);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 40, 0);
    assert_near(figure(&run, "c", "ResponseTime", "Minimum"), 10, 0);
    /* five clients take turns: each has a token of its own */
    model_run(&run,
              GUARDED("AWS::Serverless::Api", "'duration': '60s', 'drain': '1s'", "3600", GET_REST, "", "'duration': '30ms'",
                      CALLER("c", "'constant': '1/s', 'clients': 5")),
              "");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 5);
    model_run(&run,
              GUARDED("AWS::Serverless::Api", "'duration': '60s', 'drain': '1s'", "0", GET_REST, "", "'duration': '30ms'",
                      CALLER("c", "'constant': '1/s'")),
              "");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 60);
    char *text = NULL;
    assert_true(asprintf(&text, GUARDED("AWS::Serverless::Api", "'duration': '60s'", "3601", GET_REST, "", "'duration': '30ms'", ""), "") >
                0);
    api_refused(&run, text, "must be between 0 and 3600");
    free(text);
    model_close(&run);
}

/* An authorizer of SAM's that says nothing of how long: a REST API keeps verdicts for five minutes, an HTTP API keeps none. */
#define UNSAID "'Auth': {'DefaultAuthorizer': 'Guard', 'Authorizers': {'Guard': {'FunctionArn': {'Fn::GetAtt': ['Judge', 'Arn']}}}}"
#define JUDGE_TAKES(TIME) "'duration': '10ms'}, 'Judge': {'init': '0s', 'placement': '0s', 'duration': '" TIME "'"

static void test_verdicts_unsaid(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '60s', 'drain': '1s'", UNSAID, GET_REST, JUDGE, JUDGE_TAKES("30ms"),
                  CALLER("c", "'constant': '1/s'")),
              "");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 1);
    model_run(&run,
              API("AWS::Serverless::HttpApi", "'duration': '60s', 'drain': '1s'", UNSAID, GET_HTTP, JUDGE, JUDGE_TAKES("30ms"),
                  CALLER("c", "'constant': '1/s'")),
              "");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 60);
    model_close(&run);
}

/* A bad token is refused by the function, and that verdict is kept beside the good one's; none at all is refused unasked. */
static void test_refusals(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              GUARDED("AWS::Serverless::Api", "'duration': '1000s', 'drain': '1s'", "3600", GET_REST,
                      ", 'deny_rate': 0.25, 'absent_rate': 0.2", "'duration': '30ms'", CALLER("c", "'constant': '1/s'")),
              "");
    const uint64_t absent = fates_of(&run, "Api", FATE_FAILED, "401 no token");
    const uint64_t denied = fates_of(&run, "Api", FATE_FAILED, "403 denied by the authorizer");
    assert_int_equal(count_of(&run, "Judge", "Invocations"), 2);
    assert_int_equal(absent + denied + (uint64_t)count_of(&run, "c", "Succeeded"), 1000);
    assert_int_equal(count_of(&run, "Api", "Unauthorized"), absent + denied);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), (double)count_of(&run, "c", "Succeeded"), 0);
    /* a fifth, and a quarter of the rest */
    check_z("absent", ((double)absent - 200) / sqrt(1000 * 0.16), 1e-3);
    check_z("denied", ((double)denied - 200) / sqrt(1000 * 0.16), 1e-3);
    model_close(&run);
}

static const struct {
    const char *properties, *behavior;
    bool http;
    double response_ms;
} troubles[] = {
    {"", "'duration': '30ms', 'error_rate': 1", false, 30},
    {", 'ReservedConcurrentExecutions': 0", "'duration': '30ms'", false, 0},
    {"", "'duration': '30s'", false, 29000},
    {"", "'duration': '11s'", true, 10000}, /* an HTTP API waits for an authorizer for ten seconds */
};

/* An authorizer that cannot answer is the API's error, not the caller's. */
/* crosses: apigw_http_authorizer_timeout_s */
static void test_authorizer_fails(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        const char *api = troubles[i].http ? GUARDED("AWS::Serverless::HttpApi", "'duration': '10s', 'drain': '1m'", "0", GET_HTTP, "",
                                                     "%s", CALLER("c", "'constant': '1/s'"))
                                           : GUARDED("AWS::Serverless::Api", "'duration': '10s', 'drain': '1m'", "0", GET_REST, "", "%s",
                                                     CALLER("c", "'constant': '1/s'"));
        char *text = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        assert_true(asprintf(&text, api, troubles[i].properties, troubles[i].behavior) > 0);
#pragma GCC diagnostic pop
        model_execute(&run, text);
        free(text);
        assert_int_equal(fates_of(&run, "Api", FATE_FAILED, "500 Internal Server Error"), 10);
        assert_int_equal(count_of(&run, "F", "Invocations"), 0);
        assert_near(figure(&run, "c", "ResponseTime", "Maximum"), troubles[i].response_ms, 0);
        assert_near(figure(&run, "Api", "Latency", "SampleCount"), 0, 0); /* which is of those that were let in */
    }
    model_close(&run);
}

/* Cognito's tokens and JWTs are judged by the API itself: nobody is called. */
static void test_own_judgement(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '100s', 'drain': '1s', 'Resources': {'Api': {'Type': 'AWS::ApiGatewayV2::Api', 'Properties': {'ProtocolType': "
              "'HTTP'}}, 'Live': {'Type': 'AWS::ApiGatewayV2::Stage', 'Properties': {'ApiId': {'Ref': 'Api'}, 'StageName': '$default', "
              "'AutoDeploy': true}}, 'Jwt': {'Type': 'AWS::ApiGatewayV2::Authorizer', 'Properties': {'ApiId': {'Ref': 'Api'}, "
              "'AuthorizerType': 'JWT', 'IdentitySource': ['$request.header.Authorization'], 'JwtConfiguration': {'Issuer': 'x'}}}, "
              "'ToF': {'Type': 'AWS::ApiGatewayV2::Integration', 'Properties': {'ApiId': {'Ref': 'Api'}, 'IntegrationType': 'AWS_PROXY', "
              "'IntegrationUri': {'Fn::GetAtt': ['F', 'Arn']}, 'PayloadFormatVersion': '2.0'}}, 'Get': {'Type': "
              "'AWS::ApiGatewayV2::Route', 'Properties': {'ApiId': {'Ref': 'Api'}, 'RouteKey': 'GET /a', 'AuthorizationType': 'JWT', "
              "'AuthorizerId': {'Ref': 'Jwt'}, 'Target': {'Fn::Sub': 'integrations/${ToF}'}}}, 'Open': {'Type': "
              "'AWS::ApiGatewayV2::Route', 'Properties': {'ApiId': {'Ref': 'Api'}, 'RouteKey': '$default', 'Target': {'Fn::Join': ['/', "
              "['integrations', {'Ref': 'ToF'}]]}}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}}, 'behavior': {'Jwt': "
              "{'deny_rate': 0.5}, 'F': {'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'Api', 'request': 'GET /a', 'constant': "
              "'10/s'}, {'name': 'd', 'target': 'Api', 'request': 'POST /b', 'constant': '1/s'}]}");
    const double denied = (double)fates_of(&run, "Api:$default", FATE_FAILED, "401 token refused");
    check_z("refused", (denied - 500) / sqrt(250), 1e-3);
    assert_int_equal(count_of(&run, "d", "Succeeded"), 100);
    assert_int_equal(count_of(&run, "Api", "AuthorizerCalls"), 0);
    model_close(&run);
}

#define PLAN(PROPERTIES)                                                                                                                   \
    ", 'Plan': {'Type': 'AWS::ApiGateway::UsagePlan', 'Properties': {'ApiStages': [{'ApiId': {'Ref': 'Api'}, 'Stage': "                    \
    "'Prod'%s}], " PROPERTIES                                                                                                              \
    "}}, 'Ann': {'Type': 'AWS::ApiGateway::ApiKey', 'Properties': {'Enabled': true}}, 'Bob': {'Type': 'AWS::ApiGateway::ApiKey', "         \
    "'Properties': {'Enabled': true}}, 'Off': {'Type': 'AWS::ApiGateway::ApiKey', 'Properties': {'Enabled': false}}, 'Stray': {'Type': "   \
    "'AWS::ApiGateway::ApiKey', 'Properties': {'Enabled': true}}" LINK("Ann") LINK("Bob") LINK("Off")
#define LINK(KEY)                                                                                                                          \
    ", 'Plan" KEY "': {'Type': 'AWS::ApiGateway::UsagePlanKey', 'Properties': {'KeyId': {'Ref': '" KEY                                     \
    "'}, 'KeyType': 'API_KEY', 'UsagePlanId': {'Ref': 'Plan'}}}"
#define KEYED REST_ROUTE("Get", "get", "/", ", 'Auth': {'ApiKeyRequired': true}")
#define BEARS(KEY) ", 'api_key': {'Ref': '" KEY "'}"

/* A key of the plan passes, and no other; it says nothing of who bears it: no authorizer is asked, none is needed. */
static void test_keys(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '1s', 'drain': '1s'", "", KEYED, PLAN("'UsagePlanName': 'p'"), "'duration': '1ms'",
                  AT_ONCE("none", 10, "") "," AT_ONCE("off", 10, BEARS("Off")) "," AT_ONCE("stray", 10, BEARS("Stray")) "," AT_ONCE(
                      "ann", 10, BEARS("Ann"))),
              "");
    assert_int_equal(fates_of(&run, "Api", FATE_FAILED, "403 API key"), 30);
    assert_int_equal(count_of(&run, "ann", "Succeeded"), 10);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), 10, 0);
    char *text = NULL;
    assert_true(asprintf(&text,
                         API("AWS::Serverless::Api", "'duration': '1s'", "", KEYED, PLAN("'UsagePlanName': 'p'"), "'duration': '1ms'",
                             AT_ONCE("c", 10, BEARS("Plan"))),
                         "") > 0);
    api_refused(&run, text, "Plan is no AWS::ApiGateway::ApiKey");
    free(text);
    model_close(&run);
}

/* What a request bears is known even when its sender no longer waits for the answer. */
static void test_sender_gives_up(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '10s', 'drain': '1s'", UNSAID, KEYED, PLAN("'UsagePlanName': 'p'") JUDGE,
                  JUDGE_TAKES("200ms"), CALLER("c", "'constant': '1/s', 'clients': 10, 'client_timeout': '100ms'" BEARS("Ann"))),
              "", "");
    assert_int_equal(count_of(&run, "c", "Failed"), 10);
    assert_int_equal(fates_of(&run, "Api", FATE_SUCCEEDED, ""), 10);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), 10, 0);
    /* 5 MB are more than 6 as text, for a function */
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '10s', 'drain': '1s'", UNSAID, GET_REST, JUDGE, JUDGE_TAKES("200ms"),
                  CALLER("c", "'constant': '1/s', 'clients': 10, 'client_timeout': '100ms', 'payload': '5MB', 'base64': true")),
              "");
    assert_int_equal(fates_of(&run, "Api", FATE_REJECTED, "413 too large for the integration"), 10);
    model_close(&run);
}

/* Each key has a bucket of its own, for the plan and for single methods of it. */
static void test_plan_buckets(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '1s', 'drain': '1s'", "", KEYED,
                  PLAN("'Throttle': {'RateLimit': 0, 'BurstLimit': 6}"), "'duration': '1ms'",
                  AT_ONCE("ann", 10, BEARS("Ann")) "," AT_ONCE("bob", 10, BEARS("Bob"))),
              "");
    assert_int_equal(count_of(&run, "ann", "Succeeded"), 6);
    assert_int_equal(count_of(&run, "bob", "Succeeded"), 6);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 usage plan"), 8);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '1s', 'drain': '1s'", "", KEYED,
                  PLAN("'Throttle': {'RateLimit': 0, 'BurstLimit': 6}"), "'duration': '1ms'",
                  AT_ONCE("ann", 10, BEARS("Ann")) "," AT_ONCE("bob", 10, BEARS("Bob"))),
              ", 'Throttle': {'//GET': {'RateLimit': 0, 'BurstLimit': 4}}");
    assert_int_equal(count_of(&run, "ann", "Succeeded"), 4);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 usage plan: method"), 12);
    model_close(&run);
}

/* The plan comes first: what it refuses takes nothing from the method's bucket, which all callers share. */
static void test_order(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '1s', 'drain': '1s', 'rules': {'apigw_burst': 9, 'apigw_rate_rps': 0}",
                  "'MethodSettings': [{'ThrottlingBurstLimit': 10, 'ThrottlingRateLimit': 0}]", KEYED,
                  PLAN("'Throttle': {'RateLimit': 0, 'BurstLimit': 6}"), "'duration': '1ms'",
                  AT_ONCE("ann", 20, BEARS("Ann")) "," AT_ONCE("bob", 20, BEARS("Bob"))),
              "");
    /* Ann's plan lets 6 of 20 pass; Bob's 6, of which the method has 4 left, of which the account has 3 */
    assert_int_equal(count_of(&run, "ann", "Succeeded"), 6);
    assert_int_equal(count_of(&run, "bob", "Succeeded"), 3);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 usage plan"), 14 + 14);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 method"), 2);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 account"), 1);
    model_close(&run);
}

static const struct {
    const char *start, *period;
    int64_t passed; /* of one request a second for a minute, ten in a period */
} quotas[] = {
    {"2025-01-01T00:00:00Z", "DAY", 10},   {"2025-01-01T23:59:30Z", "DAY", 20},   {"2025-01-01T23:59:30Z", "WEEK", 10},
    {"2025-01-04T23:59:30Z", "WEEK", 20}, /* a Saturday */
    {"2025-01-31T23:59:30Z", "MONTH", 20}, {"2025-01-30T23:59:30Z", "MONTH", 10}, {"2024-12-31T23:59:30Z", "MONTH", 20},
};

static void test_quota(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof quotas / sizeof *quotas; i++) {
        model_run(&run,
                  API("AWS::Serverless::Api", "'duration': '1m', 'drain': '1s', 'start': '%s'", "", KEYED,
                      PLAN("'Quota': {'Limit': 10, 'Period': '%s'}"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'" BEARS("Ann"))),
                  quotas[i].start, "", quotas[i].period);
        assert_int_equal(count_of(&run, "c", "Succeeded"), quotas[i].passed);
        assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 quota"), 60 - quotas[i].passed);
    }
    model_run(&run,
              API("AWS::Serverless::Api", "'duration': '1m', 'drain': '1s'", "", KEYED,
                  PLAN("'Quota': {'Limit': 10, 'Offset': 4, 'Period': 'DAY'}"), "'duration': '1ms'",
                  CALLER("c", "'constant': '1/s'" BEARS("Ann"))),
              "");
    assert_int_equal(count_of(&run, "c", "Succeeded"), 6);
    model_close(&run);
}

/* Ten authorizers at most. */
/* crosses: apigw_authorizers_max */
static void test_many_authorizers(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int count = 10; count <= 11; count++) {
        char *list = NULL, *text = NULL;
        size_t size;
        FILE *out = open_memstream(&list, &size);
        assert_non_null(out);
        for (int i = 0; i < count; i++)
            fprintf(out, "%s'A%d': {'UserPoolArn': 'arn'}", i > 0 ? ", " : "", i);
        assert_int_equal(fclose(out), 0);
        assert_true(asprintf(&text,
                             REST("'duration': '1s'", "'Auth': {'Authorizers': {%s}}", GET_REST, "'duration': '1ms'",
                                  CALLER("c", "'constant': '1/s'")),
                             list) > 0);
        if (count <= 10)
            assert_int_equal(model_load(&run, text), STATUS_OK);
        else
            api_refused(&run, text, "the API has 11 authorizers, and may have 10");
        free(text);
        free(list);
    }
    api_refused(&run,
                REST("'duration': '1s'", "'Auth': {'DefaultAuthorizer': 'Gard', 'Authorizers': {'Guard': {'UserPoolArn': 'arn'}}}",
                     GET_REST, "'duration': '1ms'", ""),
                "there is no authorizer \"Gard\"");
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts_are_kept),
        cmocka_unit_test(test_verdicts_unsaid),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_authorizer_fails),
        cmocka_unit_test(test_own_judgement),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_sender_gives_up),
        cmocka_unit_test(test_plan_buckets),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_many_authorizers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
