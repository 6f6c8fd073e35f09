/* test_api_cache.c: a stage's cache: what is kept, for how long, how much of it, and what it costs. */
#include "api_bench.h"

#define CACHED                                                                                                                             \
    "'CacheClusterEnabled': true, 'MethodSettings': [{'ResourcePath': '/*', 'HttpMethod': '*', 'CachingEnabled': true, "                   \
    "'CacheTtlInSeconds': %d}]"

/* A request a second, kept for 5 s from its answer at once: asked for at 0, 5, 10, ... */
static void test_ttl(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              REST("'duration': '60s'", CACHED, REST_ROUTE("Get", "get", "/", ""), "'duration': '0s'", CALLER("c", "'constant': '1/s'")),
              5);
    assert_int_equal(count_of(&run, "Api", "CacheMissCount"), 12);
    assert_int_equal(count_of(&run, "Api", "CacheHitCount"), 48);
    assert_near(figure(&run, "Api", "CacheHitRate", "Average"), 80, 1e-9);
    assert_int_equal(count_of(&run, "F", "Invocations"), 12);
    assert_near(billed(&run, "Api", "ApiGatewayRequest", NULL), 60, 0); /* a hit is a request */
    assert_near(figure(&run, "Api", "IntegrationLatency", "SampleCount"), 12, 0);
    /* 0: nothing is kept; and 3,601 s are too long */
    model_run(&run,
              REST("'duration': '60s'", CACHED, REST_ROUTE("Get", "get", "/", ""), "'duration': '0s'", CALLER("c", "'constant': '1/s'")),
              0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 60);
    assert_int_equal(count_of(&run, "Api", "CacheMissCount"), 0);
    char *text = NULL;
    assert_true(asprintf(&text, REST("'duration': '60s'", CACHED, REST_ROUTE("Get", "get", "/", ""), "'duration': '0s'", ""), 3601) > 0);
    api_refused(&run, text, "must be between 0 and 3600");
    free(text);
    model_close(&run);
}

/* GET alone, unless a method is named; paths, methods and objects each have entries of their own. */
static void test_keys(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        REST("'duration': '10s'", CACHED, REST_ROUTE("A", "any", "/a/{id}", "") "," REST_ROUTE("B", "get", "/b/{id}", ""),
             "'duration': '0s'",
             CALLER("p", "'constant': '1/s', 'request': 'GET /b/1'") "," CALLER("q", "'constant': '1/s', 'request': 'GET /b/2'") "," CALLER(
                 "r", "'constant': '1/s', 'request': 'POST /a/1'") "," CALLER("s", "'constant': '1/s', 'request': 'GET /b/1', 'event': "
                                                                                   "{'x': 1}") "," CALLER("t", "'constant': '4/s', "
                                                                                                               "'request': 'GET /b/1', "
                                                                                                               "'object': {'uniform': 4}")),
        3600);
    /* /b/1 without an object, /b/2, and four objects of /b/1; an ANY method is no GET */
    assert_int_equal(count_of(&run, "Api", "CacheMissCount"), 2 + 4);
    assert_int_equal(count_of(&run, "F", "Invocations"), 2 + 4 + 10);
    model_run(&run,
              REST("'duration': '10s'",
                   "'CacheClusterEnabled': true, 'MethodSettings': [{'ResourcePath': '/a', 'HttpMethod': 'POST', 'CachingEnabled': true}]",
                   REST_ROUTE("A", "post", "/a", "") "," REST_ROUTE("B", "get", "/b", ""), "'duration': '0s'",
                   CALLER("p", "'constant': '1/s', 'request': 'POST /a'") "," CALLER("q", "'constant': '1/s', 'request': 'GET /b'")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 1 + 10);
    model_close(&run);
}

/* What fails is not kept, nor what is larger than 1 MB. */
/* crosses: apigw_cache_item_max_bytes */
static void test_what_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *behavior;
        int64_t invocations;
    } kept[] = {{"'duration': '0s', 'error_rate': 1", 10},
                {"'duration': '0s', 'response': '1048576B'", 1},
                {"'duration': '0s', 'response': '1048577B'", 10}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        model_run(&run, REST("'duration': '10s'", CACHED, REST_ROUTE("Get", "get", "/", ""), "%s", CALLER("c", "'constant': '1/s'")), 3600,
                  kept[i].behavior);
        assert_int_equal(count_of(&run, "F", "Invocations"), kept[i].invocations);
    }
    model_close(&run);
}

/* Half a gigabyte holds 512 answers of 1 MB: going round 512 objects all but the first round are hits; going round 513, none is, as the one
 * that is wanted next has just gone. */
static void test_capacity(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int count = 512; count <= 513; count++) {
        char *list = NULL;
        size_t size;
        FILE *out = open_memstream(&list, &size);
        assert_non_null(out);
        for (int i = 0; i < count; i++)
            fprintf(out, "%s{'name': 's%d', 'target': 'Api', 'object': %d, 'from': '%dms', 'constant': '1/s'}", i > 0 ? "," : "", i, i + 1,
                    i);
        assert_int_equal(fclose(out), 0);
        model_run(&run, REST("'duration': '3s'", CACHED, REST_ROUTE("Get", "get", "/", ""), "'duration': '0s', 'response': '1MB'", "%s"),
                  3600, list);
        free(list);
        assert_int_equal(count_of(&run, "Api", "CacheHitCount"), count == 512 ? 2 * 512 : 0);
    }
    model_close(&run);
}

/* Every size has its price by the hour; another size is refused. */
static void test_price(void **state)
{
    (void)state;
    static const struct {
        const char *size;
        double usd; /* an hour */
    } prices[] = {{"0.5", 0.02}, {"1.6", 0.038}, {"6.1", 0.2}, {"13.5", 0.25}, {"28.4", 0.5}, {"58.2", 1}, {"118", 1.9}, {"237", 3.8}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
        char usage[64];
        double usd = 0;
        snprintf(usage, sizeof usage, "ApiGatewayCacheUsage:%sGB", prices[i].size);
        model_run(&run,
                  REST("'duration': '2h', 'drain': '1h'", "'CacheClusterEnabled': true, 'CacheClusterSize': '%s'",
                       REST_ROUTE("Get", "get", "/", ""), "'duration': '0s'", CALLER("c", "'constant': '1/h', 'from': '30m'")),
                  prices[i].size);
        assert_near(billed(&run, "Api", usage, &usd), 2, 1e-12);
        assert_near(usd, 2 * prices[i].usd, 1e-12);
    }
    api_refused(&run, REST("'duration': '2h'", "'CacheClusterSize': '1.5'", REST_ROUTE("Get", "get", "/", ""), "'duration': '0s'", ""),
                "must be one of 0.5 1.6 6.1 13.5 28.4 58.2 118 237 (GB), got \"1.5\"");
    model_close(&run);
}

#define STAGE(NAME)                                                                                                                        \
    "'Stage" NAME "': {'Type': 'AWS::ApiGateway::Stage', 'Properties': {'RestApiId': {'Ref': 'Api'}, 'StageName': '" NAME "', " CACHED "}" \
    "}"

/* A flush forgets all. */
static void test_flush(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '60s', 'Resources': {'Api': {'Type': 'AWS::Serverless::Api', 'Properties': {" CACHED "}}, 'F': {'Type': "
              "'AWS::Serverless::Function', 'Properties': {'Events': {" REST_ROUTE(
                  "Get", "get", "/", "") "}}}}, 'behavior': {'Api': {'overhead': '0s'}, "
                                         "'F': {'init': '0s', 'duration': '0s'}}, 'traffic': [" CALLER(
                                             "c", "'constant': '1/s'") "], 'changes': [{'at': '30500ms', 'FlushStageCache': 'Api'}]}",
              3600);
    assert_int_equal(count_of(&run, "Api", "CacheMissCount"), 2);
    /* of an API whose stages are resources of their own: all of theirs; of one of them: its own */
    for (int only = 0; only <= 1; only++) {
        model_run(&run,
                  "{'duration': '60s', 'Resources': {'Api': {'Type': 'AWS::ApiGateway::RestApi', 'Properties': {}}, " STAGE("a") ", " STAGE(
                      "b") ", 'Get': {'Type': 'AWS::ApiGateway::Method', 'Properties': {'RestApiId': {'Ref': 'Api'}, "
                           "'ResourceId': {'Fn::GetAtt': ['Api', 'RootResourceId']}, 'HttpMethod': 'GET', 'Integration': "
                           "{'Type': 'HTTP_PROXY', 'Uri': {'Ref': 'X'}}}}, 'X': {'Type': 'Custom::External'}}, 'behavior': "
                           "{'Stagea': {'overhead': '0s'}, 'Stageb': {'overhead': '0s'}, 'X': {'latency': '0s'}}, "
                           "'traffic': [{'name': 'a', 'target': 'Api:a', 'constant': '1/s'}, {'name': 'b', 'target': "
                           "'Api:b', 'constant': '1/s'}], 'changes': [{'at': '30500ms', 'FlushStageCache': '%s'}]}",
                  3600, 3600, only ? "Api:b" : "Api");
        assert_int_equal(count_of(&run, "Api:a", "CacheMissCount"), only ? 1 : 2);
        assert_int_equal(count_of(&run, "Api:b", "CacheMissCount"), 2);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ttl),      cmocka_unit_test(test_keys),  cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_capacity), cmocka_unit_test(test_price), cmocka_unit_test(test_flush),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
