/* test_api.c: requests through REST and HTTP APIs: token buckets, time limits, sizes, what becomes of a function's failures, the bill. */
#include "api_bench.h"
#include "statistics_bounds.h"

/* Exact: the bucket holds 200 and fills by 100/s; of 300/s it takes all until it is empty after one second less a third of a hundredth,
 * then one in three. 1,199 of 3,000; a bucket that fills before the first request would make it 1,200. */
static void test_throttle(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              REST("'duration': '10s', 'drain': '1s'",
                   "'MethodSettings': [{'ResourcePath': '/*', 'HttpMethod': '*', 'ThrottlingRateLimit': 100, 'ThrottlingBurstLimit': 200}]",
                   REST_ROUTE("Get", "get", "/items", ""), "'duration': '10ms'",
                   CALLER("c", "'constant': '300/s', 'request': 'GET /items'")));
    assert_int_equal(scenario_find(run.scenario, "ServerlessRestApi"), ENTITY_NONE); /* SAM's own is for events that name no API */
    assert_int_equal(count_of(&run, "c", "Succeeded"), 1199);
    assert_int_equal(count_of(&run, "Api", "Count"), 3000);
    assert_int_equal(count_of(&run, "Api", "4XXError"), 1801);
    assert_int_equal(count_of(&run, "Api", "Throttles"), 1801);
    assert_int_equal(count_of(&run, "Api", "5XXError"), 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 1199);
    assert_int_equal(fates_of(&run, "Api", FATE_THROTTLED, "429 method"), 1801);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), 1199, 0); /* what is throttled is not paid for */
    model_run(&run,
              HTTP("'duration': '10s', 'drain': '1s'", "'DefaultRouteSettings': {'ThrottlingRateLimit': 100, 'ThrottlingBurstLimit': 200}",
                   HTTP_ROUTE("Get", "get", "/items", ""), "'duration': '10ms'",
                   CALLER("c", "'constant': '300/s', 'request': 'GET /items'")));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 1199);
    assert_int_equal(count_of(&run, "Api", "4xx"), 1801);
    model_close(&run);
}

/* The account's bucket: 5,000 at once, of all APIs together; then 10,000 a second. */
/* crosses: apigw_burst apigw_rate_rps */
static void test_account(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, API("AWS::Serverless::Api",
                        "'duration': '1s', 'account': {'ConcurrentExecutions': 20000}, 'rules': {'scaling_rate_env_per_10s': 20000}", "",
                        REST_ROUTE("Get", "get", "/", "") ", 'H': {'Type': 'HttpApi', 'Properties': {'Path': '/', 'Method': 'get'}}", "",
                        "'duration': '1ms'",
                        AT_ONCE("rest", 3000,
                                "") ", {'name': 'http', 'target': 'ServerlessHttpApi', 'count': 1, 'records': 3000, 'constant': '1/s'}"));
    assert_int_equal(
        fates_of(&run, "Api", FATE_THROTTLED, "429 account") + fates_of(&run, "ServerlessHttpApi", FATE_THROTTLED, "429 account"), 1000);
    model_run(&run, REST("'duration': '1s', 'rules': {'apigw_rate_rps': 10, 'apigw_burst': 5}", "", REST_ROUTE("Get", "get", "/", ""),
                         "'duration': '1ms'", CALLER("c", "'constant': '100/s'")));
    /* five, and one each tenth of a second before the last request at 0.99 s, the first of them while the five are being taken */
    assert_int_equal(count_of(&run, "c", "Succeeded"), 14);
    model_close(&run);
}

/* Each method has a bucket of its own; the closest setting holds. */
static void test_methods(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              REST("'duration': '1s'",
                   "'MethodSettings': [{'ResourcePath': '/~1a', 'HttpMethod': 'GET', 'ThrottlingBurstLimit': 7, 'ThrottlingRateLimit': 0}, "
                   "{'ResourcePath': '/*', 'HttpMethod': '*', 'ThrottlingBurstLimit': 3, 'ThrottlingRateLimit': 0}]",
                   REST_ROUTE("A", "get", "/a", "") "," REST_ROUTE("B", "get", "/b", "") "," REST_ROUTE("C", "post", "/a", ""),
                   "'duration': '1ms'",
                   AT_ONCE("a", 10, ", 'request': 'GET /a'") "," AT_ONCE("b", 10, ", 'request': 'GET /b'") "," AT_ONCE(
                       "c", 10, ", 'request': 'POST /a'")));
    assert_int_equal(count_of(&run, "a", "Succeeded"), 7);
    assert_int_equal(count_of(&run, "b", "Succeeded"), 3);
    assert_int_equal(count_of(&run, "c", "Succeeded"), 3);
    model_run(&run, HTTP("'duration': '1s'",
                         "'DefaultRouteSettings': {'ThrottlingBurstLimit': 3, 'ThrottlingRateLimit': 0}, "
                         "'RouteSettings': {'GET /a': {'ThrottlingBurstLimit': 7}}",
                         HTTP_ROUTE("A", "get", "/a", "") "," HTTP_ROUTE("B", "get", "/b", ""), "'duration': '1ms'",
                         AT_ONCE("a", 10, ", 'request': 'GET /a'") "," AT_ONCE("b", 10, ", 'request': 'GET /b'")));
    assert_int_equal(count_of(&run, "a", "Succeeded"), 7);
    assert_int_equal(count_of(&run, "b", "Succeeded"), 3);
    model_close(&run);
}

/* A key of RouteSettings that no route has is a mistake, unless the routes stand where they are not read. */
static void test_settings_of_no_route(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    api_refused(&run,
                HTTP("'duration': '1s'", "'RouteSettings': {'POST /a': {'ThrottlingBurstLimit': 7}}", HTTP_ROUTE("A", "get", "/a", ""),
                     "'duration': '1ms'", ""),
                "the API has no route \"POST /a\"");
    assert_int_equal(
        model_load(&run, HTTP("'duration': '1s'", "'DefinitionBody': {}, 'RouteSettings': {'POST /a': {'ThrottlingBurstLimit': 7}}",
                              HTTP_ROUTE("A", "get", "/a", ""), "'duration': '1ms'", "")),
        STATUS_OK);
    model_close(&run);
}

/* The API answers after 29 s and 30 s; the function goes on, and is billed. */
static void test_time_limits(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, REST(QUICK, "", REST_ROUTE("Get", "get", "/", ""), "'duration': '40s'", CALLER("c", "'constant': '1/s', 'count': 3")));
    assert_int_equal(fates_of(&run, "Api", FATE_TIMED_OUT, "504 integration timeout"), 3);
    assert_int_equal(count_of(&run, "Api", "5XXError"), 3);
    assert_int_equal(count_of(&run, "Api", "IntegrationTimeouts"), 3);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 29000, 0);
    assert_near(figure(&run, "Api", "IntegrationLatency", "Maximum"), 29000, 0);
    assert_near(figure(&run, "F", "Duration", "Minimum"), 40000, 0);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 3 * 40 * 128 / 1024.0, 1e-9);
    model_run(&run,
              HTTP(QUICK, "", HTTP_ROUTE("Get", "get", "/", ""), "'duration': '30001ms'", CALLER("c", "'constant': '1/s', 'count': 3")));
    assert_int_equal(count_of(&run, "Api", "5xx"), 3);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 30000, 0);
    /* what ends at the limit is in time */
    model_run(&run, REST(QUICK, "", REST_ROUTE("Get", "get", "/", ""), "'duration': '29s'", CALLER("c", "'constant': '1/s', 'count': 3")));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 3);
    model_run(&run, REST(QUICK, "", REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 50"), "'duration': '51ms'",
                         CALLER("c", "'constant': '1/s', 'count': 3")));
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 50, 0);
    model_run(&run,
              REST(QUICK, "'EndpointConfiguration': {'Type': 'REGIONAL'}", REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 45000"),
                   "'duration': '40s'", CALLER("c", "'constant': '1/s', 'count': 3")));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 3);
    model_close(&run);
}

/* Many calls under way that end out of order, some in time and some not: each has its own 29 s. */
static void test_deadlines_overlap(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              REST("'duration': '5m', 'drain': '2m'", "", REST_ROUTE("Get", "get", "/", ""),
                   "'duration': {'mixture': [{'weight': 3, 'of': '28999ms'}, {'weight': 1, 'of': '29001ms'}, {'weight': 1, 'of': '1s'}]}",
                   CALLER("c", "'poisson': '20/s'")));
    int64_t late = count_of(&run, "c", "Failed");
    assert_int_equal(count_of(&run, "Api", "IntegrationTimeouts"), late);
    assert_int_equal(count_of(&run, "c", "Requests"), count_of(&run, "c", "Succeeded") + late);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 29000, 0);
    const double n = (double)count_of(&run, "c", "Requests");
    check_z("late", ((double)late - n / 5) / sqrt(n * 0.16), 1e-3); /* a fifth of all */
    model_close(&run);
}

static const struct {
    const char *payload, *more, *response, *text;
    enum fate fate;
    int64_t invocations; /* of one request */
} sizes[] = {
    {"10MB", "", "", "413 too large for the integration", FATE_REJECTED, 0}, /* 10 MB for the API, 6 MB for the function */
    {"10485761B", "", "", "413 request too large", FATE_REJECTED, 0},
    {"6MB", "", "", "", FATE_SUCCEEDED, 1},
    {"6291457B", "", "", "413 too large for the integration", FATE_REJECTED, 0},
    {"4.5MB", ", 'base64': true", "", "", FATE_SUCCEEDED, 1}, /* 4/3 of it are 6 MB */
    {"4718594B", ", 'base64': true", "", "413 too large for the integration", FATE_REJECTED, 0},
    {"1KB", ", 'headers': '10240B'", "", "", FATE_SUCCEEDED, 1},
    {"1KB", ", 'headers': '10241B'", "", "413 headers too large", FATE_REJECTED, 0},
    {"1KB", "", ", 'response': '6MB'", "", FATE_SUCCEEDED, 1},
    {"1KB", "", ", 'response': '6291457B'", "502 Bad Gateway", FATE_FAILED, 1},
};

/* crosses: apigw_payload_max_mb apigw_headers_max_bytes */
static void test_sizes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        model_run(&run,
                  REST("'duration': '1s', 'drain': '1s'", "", REST_ROUTE("Put", "put", "/", ""), "'duration': '1ms'%s",
                       CALLER("c", "'constant': '1/s', 'count': 1, 'payload': '%s'%s")),
                  sizes[i].response, sizes[i].payload, sizes[i].more);
        assert_int_equal(fates_of(&run, "Api", sizes[i].fate, sizes[i].text), 1);
        assert_int_equal(count_of(&run, "F", "Invocations"), sizes[i].invocations);
    }
    model_close(&run);
}

static const struct {
    bool http;
    const char *behavior, *reserved, *text;
    enum fate fate;
} failures[] = {
    {false, ", 'error_rate': 1", "", "502 Bad Gateway", FATE_FAILED},
    {true, ", 'error_rate': 1", "", "500 Internal Server Error", FATE_FAILED},
    {false, "", "'ReservedConcurrentExecutions': 0, ", "500 Internal Server Error", FATE_FAILED},
    {true, "", "'ReservedConcurrentExecutions': 0, ", "503 Service Unavailable", FATE_FAILED},
    {false, ", 'memory_used': '129MB'", "", "502 Bad Gateway", FATE_FAILED},
};

/* A function's own throttle is no 429: the caller sees a server error. */
static void test_failures(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        model_run(&run,
                  "{'duration': '1s', 'drain': '1s', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {%s'Events': "
                  "{'E': {'Type': "
                  "'%s', 'Properties': {'Path': '/', 'Method': 'get'}}}}}}, 'behavior': {'F': {'duration': '1ms'%s}}, 'traffic': [{'name': "
                  "'c', 'target': '%s', 'constant': '10/s'}]}",
                  failures[i].reserved, failures[i].http ? "HttpApi" : "Api", failures[i].behavior,
                  failures[i].http ? "ServerlessHttpApi" : "ServerlessRestApi");
        assert_int_equal(fates_of(&run, failures[i].http ? "ServerlessHttpApi" : "ServerlessRestApi", failures[i].fate, failures[i].text),
                         10);
        assert_int_equal(
            count_of(&run, failures[i].http ? "ServerlessHttpApi" : "ServerlessRestApi", failures[i].http ? "5xx" : "5XXError"), 10);
        assert_int_equal(count_of(&run, "c", "Failed"), 10);
    }
    model_close(&run);
}

/* Attempts multiply: a caller that tries three times, before a function that tries four times. */
static void test_retries_multiply(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '10s', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': "
              "{'E': {'Type': 'Api', 'Properties': {'Path': '/', 'Method': 'get'}}}}}, 'Partner': {'Type': 'Custom::External'}}, "
              "'behavior': {'F': {'steps': [{'call': 'Partner', 'retry': {'max_attempts': 4, 'base': '10ms', 'cap': '1s', 'jitter': "
              "'none'}}]}, 'Partner': {'error_rate': 1}}, 'traffic': [{'name': 'c', 'target': 'ServerlessRestApi', 'constant': '5/s', "
              "'retry': {'max_attempts': 3, 'base': '10ms', 'cap': '1s', 'jitter': 'none'}}]}");
    assert_int_equal(count_of(&run, "c", "Requests"), 50);
    assert_int_equal(count_of(&run, "ServerlessRestApi", "Count"), 50 * 3);
    assert_int_equal(count_of(&run, "F", "Invocations"), 50 * 3);
    assert_int_equal(count_of(&run, "Partner", "Calls"), 50 * 3 * 4);
    model_close(&run);
}

/* An HTTP API's requests are paid for in chunks of 512 KB; refused ones are not. */
static void test_bill(void **state)
{
    (void)state;
    struct model_run run;
    double usd;
    model_open(&run);
    model_run(
        &run,
        HTTP("'duration': '10s', 'drain': '1s'", "", HTTP_ROUTE("Put", "put", "/", ""), "'duration': '1ms'",
             CALLER("c", "'constant': '1/s', 'payload': '512KB'") "," CALLER("d", "'constant': '1/s', 'payload': '524289B'") "," CALLER(
                 "e", "'constant': '1/s', 'request': 'PUT /', 'payload': '11MB'")));
    assert_near(billed(&run, "Api", "ApiGatewayHttpRequest", &usd), 10 * 1 + 10 * 2, 0);
    assert_near(usd, 30e-6, 1e-15);
    model_run(&run, REST("'duration': '10s', 'drain': '1s'", "", REST_ROUTE("Put", "put", "/", ""), "'duration': '1ms'",
                         CALLER("c", "'constant': '1/s', 'payload': '5MB'")));
    assert_near(billed(&run, "Api", "ApiGatewayRequest", &usd), 10, 0);
    assert_near(usd, 35e-6, 1e-15);
    model_close(&run);
}

/* A stage is a part of its API, which stands for it; what is measured of it counts for both. */
static void test_stages(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '10s', 'drain': '1s', 'Resources': {"
        "'Api': {'Type': 'AWS::ApiGateway::RestApi', 'Properties': {}}, "
        "'Items': {'Type': 'AWS::ApiGateway::Resource', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ParentId': {'Fn::GetAtt': ['Api', "
        "'RootResourceId']}, 'PathPart': 'items'}}, "
        "'Item': {'Type': 'AWS::ApiGateway::Resource', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ParentId': {'Ref': 'Items'}, "
        "'PathPart': "
        "'{id}'}}, "
        "'Get': {'Type': 'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ResourceId': {'Ref': 'Item'}, "
        "'HttpMethod': "
        "'GET', 'Integration': {'Type': 'AWS_PROXY', 'IntegrationHttpMethod': 'POST', 'Uri': {'Fn::Sub': "
        "'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'}}}}, "
        "'Root': {'Type': 'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'ResourceId': {'Fn::GetAtt': ['Api', "
        "'RootResourceId']}, 'HttpMethod': 'GET', 'Integration': {'Type': 'MOCK'}}}, "
        "'Prod': {'Type': 'AWS::ApiGateway::Stage', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'StageName': 'prod'}}, "
        "'Test': {'Type': 'AWS::ApiGateway::Stage', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'StageName': 'test'}}, "
        "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}}, "
        "'behavior': {'F': {'duration': '1ms'}}, 'traffic': ["
        "{'name': 'a', 'target': 'Api', 'request': 'GET /items/7', 'constant': '1/s'}, "
        "{'name': 'b', 'target': 'Api:test', 'request': 'GET /items/7', 'constant': '2/s'}, "
        "{'name': 'c', 'target': 'Api:prod', 'request': 'GET /', 'constant': '4/s'}]}";
    struct model_run run;
    model_open(&run);
    model_execute(&run, text);
    assert_int_equal(count_of(&run, "Api:prod", "Count"), 50);
    assert_int_equal(count_of(&run, "Api:test", "Count"), 20);
    assert_int_equal(count_of(&run, "Api", "Count"), 70);
    assert_int_equal(count_of(&run, "F", "Invocations"), 30);
    assert_int_equal(count_of(&run, "Api", "4XXError"), 0);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), 0, 0); /* its stages are billed */
    assert_near(billed(&run, "Api:prod", "ApiGatewayRequest", NULL), 50, 0);
    model_close(&run);
}

/* The API's own time comes before the integration, and is none of that's. */
static void test_overhead(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '10s', 'drain': '1s', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'E': "
              "{'Type': 'Api', 'Properties': {'Path': '/', 'Method': 'get'}}}}}}, 'behavior': {'F': {'init': '0s', 'placement': '0s', "
              "'duration': '20ms'}, "
              "'ServerlessRestApi': {'overhead': '7ms'}}, 'traffic': [{'name': 'c', 'target': 'ServerlessRestApi', 'constant': '1/s'}]}");
    assert_near(figure(&run, "ServerlessRestApi", "Latency", "Maximum"), 27, 0);
    assert_near(figure(&run, "ServerlessRestApi", "IntegrationLatency", "Maximum"), 20, 0);
    assert_near(figure(&run, "c", "ResponseTime", "Minimum"), 27, 0);
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
#define ONE "'duration': '1s'"
#define GET REST_ROUTE("Get", "get", "/a", "")
    api_refused(&run, REST(ONE, "", GET, "'duration': '1ms'", CALLER("c", "'constant': '1/s', 'request': 'GET /b'")),
                "Api has no route for \"GET /b\"");
    api_refused(&run, REST(ONE, "", GET, "'duration': '1ms'", CALLER("c", "'constant': '1/s', 'request': 'POST /a'")),
                "Api has no route for \"POST /a\"");
    api_refused(&run, REST(ONE, "", GET "," REST_ROUTE("B", "get", "/b", ""), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
                "Api has several routes: write a \"request\"");
    api_refused(
        &run,
        REST(ONE, "", REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 29001"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
        "an edge-optimized API cannot wait longer than 29 s");
    api_refused(
        &run,
        REST(ONE, "", REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 300001"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
        "must be between 50 and 300000");
    api_refused(
        &run,
        REST(ONE, "", REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 49"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
        "must be between 50 and 300000");
    api_refused(
        &run,
        HTTP(ONE, "", HTTP_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 30001"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
        "must be between 50 and 30000");
    api_refused(
        &run,
        HTTP(ONE, "", HTTP_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 49"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
        "must be between 50 and 30000");
    api_refused(&run, HTTP(ONE, "", REST_ROUTE("Get", "get", "/", ""), "'duration': '1ms'", ""), "Api is no REST API");
    api_refused(&run, REST(ONE, "", HTTP_ROUTE("Get", "get", "/", ""), "'duration': '1ms'", ""), "Api is no HTTP API");
    api_refused(&run, REST(ONE, "", GET, "'duration': '1ms'", "{'name': 'c', 'target': 'Api:test', 'constant': '1/s'}"),
                "the API has no stage \"test\"");
    /* the course's book: no API waits longer than 29 s */
    api_refused(&run,
                REST(ONE ", 'rules': 'course'", "'EndpointConfiguration': {'Type': 'REGIONAL'}",
                     REST_ROUTE("Get", "get", "/", ", 'TimeoutInMillis': 29001"), "'duration': '1ms'", CALLER("c", "'constant': '1/s'")),
                "must be between 50 and 29000");
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_throttle),
        cmocka_unit_test(test_account),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_settings_of_no_route),
        cmocka_unit_test(test_time_limits),
        cmocka_unit_test(test_deadlines_overlap),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_retries_multiply),
        cmocka_unit_test(test_bill),
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_overhead),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
