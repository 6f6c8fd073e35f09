/* test_cdn_origins.c: origins that fail: who stands in for them and how long that takes, what is served beyond its time, what is said in
 * Cache-Control. */
#include "cdn_bench.h"

#include <string.h>

#define GROUP(CODES)                                                                                                                       \
    ", 'OriginGroups': {'Quantity': 1, 'Items': [{'Id': 'g', 'FailoverCriteria': {'StatusCodes': {'Quantity': 1, 'Items': [" CODES         \
    "]}}, 'Members': {'Quantity': 2, 'Items': [{'OriginId': 'a'}, {'OriginId': 'b'}]}}]}"

/* Cdn asks A, and B after it; FIRST: further keys of A. */
#define PAIR(SETTINGS, FIRST, MORE, USUAL, RESOURCES, BEHAVIOR, A, B, BEHAVIORS, TRAFFIC)                                                  \
    "{" SETTINGS ", 'Resources': {'A': {'Type': 'Custom::External'}, 'B': {'Type': 'Custom::External'}, 'Cdn': {'Type': "                  \
    "'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': [{'Id': 'a', 'DomainName': 'A' " FIRST              \
    "}, {'Id': 'b', 'DomainName': 'B'}], 'DefaultCacheBehavior': {'TargetOriginId': 'g', 'ViewerProtocolPolicy': 'allow-all', " USUAL      \
    "} " MORE "}}} " RESOURCES "}, 'behavior': {'Cdn': {'latency': '0s' " BEHAVIOR "}, 'A': {" A "}, 'B': {" B "} " BEHAVIORS              \
    "}, 'traffic': [" TRAFFIC "]}"

/* What is answered with a status of the list is asked of the second; all else is the viewer's. */
static void test_statuses(void **state)
{
    struct model_run *run = *state;
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s'", "", GROUP("500"), DISABLED, "", "", "'latency': '20ms', 'error_rate': 1",
                            "'latency': '50ms'", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "A", "Calls"), 100);
    assert_int_equal(count_of(run, "B", "Calls"), 100);
    assert_int_equal(count_of(run, "Cdn", "OriginFailovers"), 100);
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 200);
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 100);
    assert_near(figure(run, "u", "ResponseTime", "Minimum"), 20 + 50, 1e-9);
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 20 + 50, 1e-9);
    assert_near(figure(run, "Cdn", "OriginLatency", "Average"), 20 + 50, 1e-9);
    /* half of them: each request goes to the first first */
    model_execute(run, PAIR("'duration': '1000s', 'drain': '1s'", "", GROUP("502, 500"), DISABLED, "", "",
                            "'latency': '20ms', 'error_rate': 0.5", "'latency': '50ms'", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "A", "Calls"), 1000);
    assert_near((double)count_of(run, "B", "Calls"), 500, 5 * sqrt(250));
    assert_near(figure(run, "u", "ResponseTime", "Average"), 20 + 50 * (double)count_of(run, "B", "Calls") / 1000, 1e-9);
    /* a status that is not of the list */
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s'", "", GROUP("503, 504"), DISABLED, "", "", "'error_rate': 1", "", "",
                            USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "B", "Calls"), 0);
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "500"), 100);
    /* both fail: the second's word is the viewer's */
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s', 'changes': [{'at': '0s', 'fault': 'A', 'kind': 'down'}]", "", GROUP("503"),
                            DISABLED, "", "", "", "'error_rate': 1", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "B", "Calls"), 100);
    assert_near(figure(run, "Cdn", "503ErrorRate", "Average"), 0, 0);
    assert_near(figure(run, "Cdn", "5xxErrorRate", "Average"), 100, 1e-9);
    /* kept as whatever else is: one failover for all */
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s'", "", GROUP("500"), OPTIMIZED, "", "", "'error_rate': 1", "", "",
                            USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginFailovers"), 1);
    /* a function beside the origin runs for each of them */
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s'", "", GROUP("500"),
                            DISABLED ", 'LambdaFunctionAssociations': [{'EventType': 'origin-request', 'LambdaFunctionARN': {'Ref': 'V'}}, "
                                     "{'EventType': 'origin-response', 'LambdaFunctionARN': {'Ref': 'V'}}]",
                            ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 128, 'Runtime': 'nodejs22.x'}}, 'V': "
                            "{'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}",
                            "", "'error_rate': 1", "", ", 'F': {'init': '0s', 'duration': '5ms'}", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "LambdaExecutions"), 4 * 100);
    assert_near(figure(run, "u", "ResponseTime", "Average"), 20, 1e-9);
}

/* An origin that cannot be reached costs ConnectionAttempts times ConnectionTimeout; one that is silent costs its OriginReadTimeout for
 * each try. Then the second is asked, whatever the list says. */
static void test_silence(void **state)
{
    struct model_run *run = *state;
#define CUT                                                                                                                                \
    "'duration': '100s', 'drain': '60s', 'changes': [{'at': '0s', 'for': '1h', 'fault': 'Cdn', 'kind': 'unreachable', 'origin': 'a'}]"
#define METHOD(WORD) USERS("'constant': '1/s', 'request': '" WORD " /'")
    static const struct {
        const char *keys;
        double waits_ms;
        int64_t tries;
    } cases[] = {
        {"", 30000, 3},
        {", 'ConnectionAttempts': 2, 'ConnectionTimeout': 3", 6000, 2},
        {", 'ConnectionAttempts': 1, 'ConnectionTimeout': 1", 1000, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, PAIR(CUT, "%s", GROUP("500"), DISABLED, "", "", "", "'latency': '50ms'", "", METHOD("GET")), cases[i].keys);
        assert_int_equal(count_of(run, "A", "Calls"), 0);
        assert_int_equal(count_of(run, "B", "Calls"), 100);
        assert_int_equal(count_of(run, "Cdn", "OriginConnectionFailures"), 100 * cases[i].tries);
        assert_near(figure(run, "u", "ResponseTime", "Minimum"), cases[i].waits_ms + 50, 1e-9);
        assert_near(figure(run, "u", "ResponseTime", "Maximum"), cases[i].waits_ms + 50, 1e-9);
    }
    /* nobody stands in: 504 after the same time, of a method that writes too */
    model_execute(run, CDN("'duration': '100s', 'drain': '60s', 'changes': [{'at': '50s', 'for': '1h', 'fault': 'Cdn', 'kind': "
                           "'unreachable'}]",
                           "", DISABLED ", " ALL_METHODS, "", "", "", "", METHOD("POST")));
    assert_int_equal(fates_of(run, "Cdn", FATE_TIMED_OUT, "504 Gateway Timeout"), 50);
    assert_near(figure(run, "Cdn", "504ErrorRate", "Average"), 50, 1e-9);
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 30000, 1e-9);
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 50);
    /* of two faults the later to end is the end */
    model_execute(run, CDN("'duration': '100s', 'drain': '60s', 'changes': [{'at': '10s', 'for': '20s', 'fault': 'Cdn', 'kind': "
                           "'unreachable'}, {'at': '20s', 'for': '20s', 'fault': 'Cdn', 'kind': 'unreachable', 'origin': 'o'}]",
                           "", DISABLED, "", "", "", "", METHOD("GET")));
    /* whose third try begins before 40 s is lost: those of 10 to 19 s */
    assert_int_equal(fates_of(run, "Cdn", FATE_SUCCEEDED, ""), 90);
    assert_int_equal(count_of(run, "Cdn", "OriginConnectionFailures"), 10 * (3 + 2 + 1));
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 30000, 1e-9);
    /* silent: two tries of a second each */
    model_execute(run,
                  PAIR("'duration': '100s', 'drain': '60s'", ", 'ConnectionAttempts': 2, 'CustomOriginConfig': {'OriginReadTimeout': 1}",
                       GROUP("500"), DISABLED ", 'AllowedMethods': ['GET', 'HEAD', 'OPTIONS']", "", "", "'latency': '5s'",
                       "'latency': '50ms'", "", METHOD("GET")));
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 2050, 1e-9);
    assert_int_equal(count_of(run, "A", "Calls"), 200);
    /* OPTIONS are not tried again, and taken over */
    model_execute(run,
                  PAIR("'duration': '100s', 'drain': '60s'", ", 'ConnectionAttempts': 2, 'CustomOriginConfig': {'OriginReadTimeout': 1}",
                       GROUP("500"), DISABLED ", 'AllowedMethods': ['GET', 'HEAD', 'OPTIONS']", "", "", "'latency': '5s'",
                       "'latency': '50ms'", "", METHOD("OPTIONS")));
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 1050, 1e-9);
    assert_int_equal(count_of(run, "A", "Calls"), 100);
    /* what writes is never taken over */
    model_execute(run, PAIR("'duration': '100s', 'drain': '1s', 'allow_invalid': ['origin_group_methods']", "", GROUP("500"),
                            DISABLED ", " ALL_METHODS, "", "", "'error_rate': 1", "", "", METHOD("PUT")));
    assert_int_equal(count_of(run, "B", "Calls"), 0);
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "500"), 100);
}

/* An object kept for 10 s whose origin fails from the 15th second to the 65th: it goes on being served, and its origin is asked every 10 s.
 * Requests at 0, 1, 2 s, ...: asked at 0, 10; then, failing, at 20, 30, 40, 50, 60; at 70 it has come back. */
static void test_stale(void **state)
{
    struct model_run *run = *state;
#define FAILING(MORE, BEHAVIOR)                                                                                                            \
    CDN("'duration': '80s', 'drain': '1s', 'changes': [{'at': '15s', 'for': '50s', 'fault': 'Origin', 'kind': 'down'}]", MORE,             \
        "'MaxTTL': 3600", "", BEHAVIOR, "", "", USERS("'constant': '1/s'"))
    model_execute(run, FAILING("", ", 'max_age': '10s'"));
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 80);
    assert_int_equal(count_of(run, "Origin", "Calls"), 2 + 5 + 1);
    assert_int_equal(count_of(run, "Cdn", "OriginFailures"), 5);
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 50);
    assert_near(figure(run, "Cdn", "CacheHitRate", "Average"), 100 * (80 - 3) / 80.0, 1e-9);
    assert_near(figure(run, "Cdn/edge-0", "CacheHitRate", "Average"), 100 * (80 - 3) / 80.0, 1e-9);
    /* a time of its own for that error: 503 */
    model_execute(run, FAILING(", 'CustomErrorResponses': [{'ErrorCode': 503, 'ErrorCachingMinTTL': 5}]", ", 'max_age': '10s'"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 2 + 9 + 2); /* 20, 25, ... 60; 65, 75 */
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 80);
    /* the origin says for how long: its time was over at 20, and 25 s later the error is served, for 10 s each time */
    model_execute(run, FAILING("", ", 'cache_control': 'max-age=10, stale-if-error=25'"));
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 30); /* the answer of 40 holds to 50 */
    assert_int_equal(fates_of(run, "Cdn", FATE_FAILED, "down"), 20);
    assert_int_equal(count_of(run, "Origin", "Calls"), 2 + 5 + 1);
    model_execute(run, FAILING("", ", 'cache_control': ['max-age=10, stale-if-error=0']"));
    assert_int_equal(fates_of(run, "Cdn", FATE_FAILED, "down"), 50);
    /* which nobody minded before 2023 */
    model_execute(run,
                  CDN("'rules': 'course', 'duration': '80s', 'drain': '1s', 'changes': [{'at': '15s', 'for': '50s', 'fault': 'Origin', "
                      "'kind': 'down'}]",
                      "", "'MaxTTL': 3600", "", ", 'cache_control': ['max-age=10, stale-if-error=0, stale-while-revalidate=10']", "", "",
                      USERS("'constant': '1/s'")));
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 80);
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 50);
    /* never served: there is nothing to stand in */
    model_execute(run, CDN("'duration': '80s', 'drain': '1s', 'changes': [{'at': '0s', 'for': '50s', 'fault': 'Origin', 'kind': 'down'}]",
                           "", "'MaxTTL': 3600", "", "", "", "", USERS("'constant': '1/s'")));
    assert_int_equal(fates_of(run, "Cdn", FATE_FAILED, "down"), 50);
    /* an edge gets it from Origin Shield, where it stands in */
    model_execute(run, FAILING("", ", 'cache_control': 'max-age=10', 'edges': 3, 'origin_shield': true"));
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 80);
#undef FAILING
}

/* An error as a page: with 200 nobody fails, with 404 it is the viewer's. It is kept as long as the error. */
static void test_pages(void **state)
{
    struct model_run *run = *state;
#define PAGE(STATUS)                                                                                                                       \
    CDN("'duration': '100s'",                                                                                                              \
        ", 'CustomErrorResponses': [{'ErrorCode': 500, 'ErrorCachingMinTTL': 20, 'ResponseCode': " STATUS                                  \
        ", 'ResponsePagePath': '/sorry.html'}]",                                                                                           \
        OPTIMIZED, "", "", "'error_rate': 1", "", USERS("'constant': '1/s'"))
    model_execute(run, PAGE("200"));
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 100);
    assert_int_equal(count_of(run, "Cdn", "ErrorPages"), 100);
    assert_int_equal(count_of(run, "Origin", "Calls"), 5);
    assert_near(figure(run, "Cdn", "TotalErrorRate", "Average"), 0, 0);
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 0);
    model_execute(run, PAGE("404"));
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "404 error page"), 100);
    assert_near(figure(run, "Cdn", "404ErrorRate", "Average"), 100, 1e-9);
#undef PAGE
}

/* For 5 s beyond its time an object is served at once, while it is asked for anew: nobody but the first ever waits the second that takes.
 */
static void test_while_revalidated(void **state)
{
    struct model_run *run = *state;
    /* fetched by 1, 12.0, 23.0 ...: its time is over 10 s after the answer, the next request sets off a fetch that takes a second */
    model_execute(run,
                  CDN("'duration': '100s', 'drain': '5s'", "", "'MaxTTL': 3600", "",
                      ", 'cache_control': 'max-age=10, stale-while-revalidate=5'", "'latency': '1s'", "", USERS("'constant': '10/s'")));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1 + 9); /* 0, 11, 22, ... 99 */
    assert_int_equal(fates_of(run, "Cdn", FATE_SUCCEEDED, ""), 1000);
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 9 * 10);
    assert_near(figure(run, "Cdn", "CacheHitRate", "Average"), 100 * (1000 - 1) / 1000.0, 0.91); /* those of the first second waited */
    assert_near(figure(run, "Cdn", "Latency", "p99"), 0, 100);
    assert_near(figure(run, "Cdn", "Latency", "Maximum"), 1000, 1e-9);
    /* too seldom asked for: 20 s apart, 10 and 5 are over */
    model_execute(run,
                  CDN("'duration': '100s', 'drain': '5s'", "", "'MaxTTL': 3600", "",
                      ", 'cache_control': 'max-age=10, stale-while-revalidate=5'", "'latency': '1s'", "", USERS("'constant': '0.05/s'")));
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 0);
    assert_near(figure(run, "Cdn", "Latency", "Minimum"), 1000, 1e-9);
    /* MaxTTL is the most of it: 12 s apart, of 10 and at most 1 */
    model_execute(run, CDN("'duration': '96s', 'drain': '5s'", "", "'MaxTTL': 1", "",
                           ", 'cache_control': 'max-age=10, stale-while-revalidate=50'", "", "", USERS("'constant': '0.25/s'")));
    assert_int_equal(count_of(run, "Cdn", "StaleResponses"), 0);
    assert_int_equal(count_of(run, "Origin", "Calls"), 24);
    /* through a cache above, without collapsing, while the origin fails: conserved, and served */
    model_execute(run, CDN("'duration': '100s', 'drain': '5s', 'changes': [{'at': '30s', 'fault': 'Origin', 'kind': 'down'}]", "",
                           "'MaxTTL': 3600", "",
                           ", 'edges': 3, 'regional_caches': 2, 'origin_shield': true, 'collapse': false, 'cache_control': 'max-age=1, "
                           "stale-while-revalidate=60'",
                           "'latency': '100ms'", "", USERS("'poisson': '20/s', 'object': {'uniform': 5}")));
    assert_int_equal(fates_of(run, "u", FATE_FAILED, ""), 0);
#undef CUT
}

/* What origins say, by path, between the least and the greatest time to live. */
static void test_words(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *usual, *says;
        int64_t asked; /* of 1,000 requests in as many seconds */
    } cases[] = {
        {"'MinTTL': 0", "'max-age=10'", 100},
        {"'MinTTL': 0", "'max-age=10, s-maxage=100'", 10},
        {"'MinTTL': 0", "'s-maxage=100, public, max-age=10'", 10},
        {"'MinTTL': 0", "'no-store'", 1000},
        {"'MinTTL': 0", "'private, max-age=100'", 1000},
        {"'MinTTL': 0", "'max-age=0'", 1000},
        {"'MinTTL': 20", "'no-cache'", 50},
        {"'MinTTL': 20", "'max-age=5'", 50},
        {"'MaxTTL': 50, 'DefaultTTL': 20", "'max-age=100'", 20},
        {"'MaxTTL': 50, 'DefaultTTL': 20", "'public'", 50},
        {"'MaxTTL': 50, 'DefaultTTL': 20", "''", 50},
        {"'MinTTL': 0", "[{'path': '/b/*', 'says': 'no-store'}, 'max-age=10']", 100},
        {"'MinTTL': 0", "[{'path': '/a/*', 'says': 'no-store'}, 'max-age=10']", 1000},
        {"'MinTTL': 0", "[{'path': 'a/*', 'says': 's-maxage=500'}]", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            CDN("'duration': '1000s'", "", "%s", "", ", 'cache_control': %s", "", "", USERS("'constant': '1/s', 'request': 'GET /a/1'")),
            cases[i].usual, cases[i].says);
        assert_int_equal(count_of(run, "Origin", "Calls"), cases[i].asked);
    }
}

/* Eight metrics for 73 h, a tenth of a month, at $0.30 each. */
static void test_subscription(void **state)
{
    struct model_run *run = *state;
#define SUBSCRIBED(STATUS)                                                                                                                 \
    CDN("'duration': '73h'", "", OPTIMIZED,                                                                                                \
        ", 'More': {'Type': 'AWS::CloudFront::MonitoringSubscription', 'Properties': {'DistributionId': {'Ref': 'Cdn'}, "                  \
        "'MonitoringSubscription': {'RealtimeMetricsSubscriptionConfig': {'RealtimeMetricsSubscriptionStatus': '" STATUS "'}}}}",          \
        "", "", "", USERS("'constant': '1/min'"))
    model_execute(run, SUBSCRIBED("Enabled"));
    assert_near(billed_usd(run, "More", NULL), 8 * 0.1 * 0.3, 1e-9);
    model_execute(run, SUBSCRIBED("Disabled"));
    assert_near(billed_usd(run, "More", NULL), 0, 0);
#undef SUBSCRIBED
}

static void test_refusals(void **state)
{
    struct model_run *run = *state;
#define MEMBERS(A, B) "'Members': {'Items': [{'OriginId': '" A "'}, {'OriginId': '" B "'}]}"
#define ONE_GROUP(ID, CODES, WHO)                                                                                                          \
    ", 'OriginGroups': {'Items': [{'Id': '" ID "', 'FailoverCriteria': {'StatusCodes': {'Items': [" CODES "]}}, " WHO "}]}"
#define CRITERIA "'FailoverCriteria': {'StatusCodes': {'Items': [500]}}, " MEMBERS("a", "b")
    static const struct refusal of_groups[] = {
        {ONE_GROUP("h", "500", MEMBERS("a", "b")), "there is no origin \"g\""},
        {ONE_GROUP("g", "418", MEMBERS("a", "b")), "does not fail over for status 418"},
        {ONE_GROUP("g", "200", MEMBERS("a", "b")), "must be between 400 and 599"},
        {ONE_GROUP("g", "500", MEMBERS("a", "x")), "there is no origin \"x\""},
        {ONE_GROUP("g", "500", MEMBERS("a", "a")), "cannot stand in for itself"},
        {ONE_GROUP("a", "500", MEMBERS("a", "b")), "there are two of Id \"a\""},
        {ONE_GROUP("g", "500", "'Members': {'Items': [{'OriginId': 'a'}]}"), "must be between 2 and 2, got 1"},
        {ONE_GROUP("g", "", MEMBERS("a", "b")), "must be between 1 and"},
        {", 'OriginGroups': {'Items': [{'Id': 'g', " CRITERIA "}, {'Id': 'g', " CRITERIA "}]}", "there are two of Id \"g\""},
    };
    assert_refused(run, PAIR("'duration': '1s'", "", "%s", OPTIMIZED, "", "", "", "", "", USERS("'constant': '1/s'")), of_groups,
                   sizeof of_groups / sizeof *of_groups);
    /* crosses: cloudfront_origin_groups_max */
    char eleven[2000] = "";
    for (size_t i = 0, length = 0; i < 11; i++)
        length += (size_t)snprintf(eleven + length, sizeof eleven - length, "%s{'Id': 'g%zu', " CRITERIA "}", i > 0 ? ", " : "", i);
    const struct refusal too_many = {eleven, "must be at most 10, got 11"};
    assert_refused(
        run, PAIR("'duration': '1s'", "", ", 'OriginGroups': {'Items': [%s]}", OPTIMIZED, "", "", "", "", "", USERS("'constant': '1/s'")),
        &too_many, 1);
    static const struct refusal of_first[] = {
        {", 'ConnectionTimeout': 11", "must be between 1 and 10"}, /* crosses: cloudfront_connection_timeout_max_s */
        {", 'ConnectionTimeout': 0", "must be between 1 and 10"},
    };
    assert_refused(run, PAIR("'duration': '1s'", "%s", GROUP("500"), OPTIMIZED, "", "", "", "", "", USERS("'constant': '1/s'")), of_first,
                   sizeof of_first / sizeof *of_first);
    static const struct refusal of_pages[] = {
        {", 'CustomErrorResponses': [{'ErrorCode': 500, 'ResponseCode': 299, 'ResponsePagePath': '/a'}]", "no page of status 299"},
        {", 'CustomErrorResponses': [{'ErrorCode': 500, 'ResponseCode': 200}]", "are both given, or neither"},
        {", 'CustomErrorResponses': [{'ErrorCode': 500, 'ResponsePagePath': '/a'}]", "are both given, or neither"},
    };
    assert_refused(run, CDN("'duration': '1s'", "%s", OPTIMIZED, "", "", "", "", USERS("'constant': '1/s'")), of_pages,
                   sizeof of_pages / sizeof *of_pages);
    static const struct refusal of_methods[] = {
        {", 'AllowedMethods': ['GET']", "lets GET and HEAD in"},
        {", 'AllowedMethods': ['GET', 'HEAD', 'POST']", "lets GET and HEAD in"},
        {", 'AllowedMethods': ['GET', 'HEAD', 'FETCH']", "lets GET and HEAD in"},
        {", 'CachedMethods': ['GET', 'HEAD', 'POST']", "keeps answers to GET and HEAD"},
    };
    assert_refused(run, CDN("'duration': '1s'", "", OPTIMIZED "%s", "", "", "", "", USERS("'constant': '1/s'")), of_methods,
                   sizeof of_methods / sizeof *of_methods);
    static const struct refusal of_usual[] = {
        {OPTIMIZED ", " ALL_METHODS, "CloudFront takes no PUT in front of an origin group"},
    };
    assert_refused(run, PAIR("'duration': '1s'", "", GROUP("500"), "%s", "", "", "", "", "", USERS("'constant': '1/s'")), of_usual,
                   sizeof of_usual / sizeof *of_usual);
    static const struct refusal of_words[] = {
        {", 'cache_control': 'max-age'", "is no directive of Cache-Control: \"max-age\""},
        {", 'cache_control': ['max-age=60s']", "is no directive of Cache-Control: \"max-age=60s\""},
        {", 'cache_control': 'max_age=60'", "is no directive of Cache-Control: \"max_age=60\""},
        {", 'cache_control': 'no-store=1'", "is no directive of Cache-Control: \"no-store=1\""},
        {", 'cache_control': 'max-age=60', 'max_age': '60s'", "are not both"},
    };
    assert_refused(run, PAIR("'duration': '1s'", "", GROUP("500"), OPTIMIZED, "", "%s", "", "", "", USERS("'constant': '1/s'")), of_words,
                   sizeof of_words / sizeof *of_words);
    static const struct refusal of_faults[] = {
        {"{'at': '0s', 'for': '1s', 'fault': 'Cdn', 'kind': 'unreachable', 'origin': 'x'}", "there is no origin \"x\""},
    };
    assert_refused(run,
                   PAIR("'duration': '1s', 'changes': [%s]", "", GROUP("500"), OPTIMIZED, "", "", "", "", "", USERS("'constant': '1/s'")),
                   of_faults, sizeof of_faults / sizeof *of_faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_statuses, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_silence, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_stale, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_while_revalidated, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_words, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_pages, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_subscription, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_refusals, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
