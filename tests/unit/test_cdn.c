/* test_cdn.c: a distribution's caches: what is asked of the origin, by edge and time to live, with and without collapsing and
 * Origin Shield; what tells objects apart; what is kept of errors; who is refused; what it costs. */
#include "cdn_bench.h"

#include <string.h>

/* Constant traffic at one edge: a request every 10 ms, an answer after a second, kept for 60 s. */
static void test_time_to_live(void **state)
{
    struct model_run *run = *state;
#define KEPT(COLLAPSE)                                                                                                                     \
    CDN("'duration': '10m', 'drain': '5s'", "", "'DefaultTTL': 60", "", ", 'collapse': " COLLAPSE, "'latency': '1s'", "",                  \
        USERS("'constant': '100/s'"))
    /* Fetches at 0, 61, 122, ... s: each is kept from its answer on. 99 wait for each; who comes with the answer finds it. */
    model_execute(run, KEPT("true"));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 10);
    assert_int_equal(count_of(run, "Origin", "Calls"), 10);
    assert_int_equal(count_of(run, "Cdn", "CollapsedRequests"), 10 * 99);
    assert_near(figure(run, "Cdn", "CacheHitRate", "Average"), 100 * (60000 - 10) / 60000.0, 1e-9);
    assert_near(figure(run, "Cdn", "OriginLatency", "Maximum"), 1000, 1e-9);
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 1000, 1e-9);
    assert_int_equal(fates_of(run, "Cdn", FATE_SUCCEEDED, ""), 60000);
    /* Without: all of the first second, and each answer is kept anew: a round takes 1.99 s more than its 60 s. */
    model_execute(run, KEPT("false"));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 10 * 100);
    assert_int_equal(count_of(run, "Cdn", "CollapsedRequests"), 0);
#undef KEPT
}

/* A crowd at 100 edges, 2 requests a second at each, for an object that takes a second to fetch: without collapsing an edge asks 1 + 2
 * times (Poisson), with it once, with Origin Shield all of them once. */
static void test_crowd(void **state)
{
    struct model_run *run = *state;
#define CROWD(BEHAVIOR)                                                                                                                    \
    CDN("'duration': '5m', 'drain': '5s', 'seed': 5", "", OPTIMIZED, "", ", 'edges': 100 " BEHAVIOR, "'latency': '1s'", "",                \
        USERS("'poisson': '200/s'"))
    model_execute(run, CROWD(", 'collapse': false"));
    assert_near((double)count_of(run, "Origin", "Calls"), 100 * (1 + 2 * 1), 5 * sqrt(100 * 2));
    model_execute(run, CROWD(""));
    assert_int_equal(count_of(run, "Origin", "Calls"), 100);
    assert_int_equal(count_of(run, "Cdn/edge-7", "OriginRequests"), 1);
    model_execute(run, CROWD(", 'regional_caches': 7"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 7);
    model_execute(run, CROWD(", 'origin_shield': true"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1);
    assert_near(billed(run, "Cdn", "US-Requests-OriginShield", NULL), 100, 0);
    /* what the edges do not collapse, the shield does */
    model_execute(run, CROWD(", 'origin_shield': true, 'collapse': false"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1);
    /* who comes in the first second waits there, 200 of them; the 100 exp(-2) edges that nobody came to by then ask once more */
    assert_near(billed(run, "Cdn", "US-Requests-OriginShield", NULL), 1 + 200 + 100 * exp(-2), 5 * sqrt(200 + 100 * exp(-2)));
#undef CROWD
}

/* One object, asked for by chance: a round is the time to live and the wait for the next request, so h = rT / (1 + rT). The number of
 * rounds in t has the variance t s^2 / m^3 of a renewal process, of which m = T + 1/r is the mean and s = 1/r. */
static void test_hit_ratio(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CDN("'duration': '100000s'", "", "'DefaultTTL': 60", "", "", "", "", USERS("'poisson': '0.1/s'")));
    const double mean_s = 60 + 10, rounds = 100000 / mean_s;
    assert_near((double)count_of(run, "Cdn", "OriginRequests"), rounds, 5 * sqrt(100000 * 100 / pow(mean_s, 3)) + 1);
    assert_near(figure(run, "Cdn", "CacheHitRate", "Average"), 100 * 6.0 / 7, 1.0);
    /* the origin's word counts between the least and the greatest time to live */
    model_execute(
        run, CDN("'duration': '1000s'", "", "'MinTTL': 5, 'MaxTTL': 50", "", ", 'max_age': '10s'", "", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 100);
    model_execute(run,
                  CDN("'duration': '1000s'", "", "'MinTTL': 5, 'MaxTTL': 50", "", ", 'max_age': '1s'", "", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 200);
    model_execute(run,
                  CDN("'duration': '1000s'", "", "'MinTTL': 5, 'MaxTTL': 50", "", ", 'max_age': '1h'", "", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 20);
    /* nothing is kept: every request goes on, and none waits for another */
    model_execute(run, CDN("'duration': '100s', 'drain': '5s'", "", DISABLED, "", "", "'latency': '3s'", "", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 100);
    assert_int_equal(count_of(run, "Cdn", "CollapsedRequests"), 0);
    /* 24 hours by default */
    model_execute(run, CDN("'duration': '49h'", "", OPTIMIZED, "", "", "", "", USERS("'constant': '1/min'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 3);
}

/* Room for ten of twenty equally popular objects: by last use, half of the requests find theirs (independent references). */
static void test_room(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CDN("'duration': '2000s'", "", OPTIMIZED, "", ", 'cache_size': '10MB', 'object_size': '1MB'", "", "",
                           USERS("'poisson': '10/s', 'object': {'uniform': 20}")));
    assert_near(figure(run, "Cdn", "CacheHitRate", "Average"), 50, 5 * 100 * sqrt(0.25 / 20000) + 0.1);
    const int64_t missed = count_of(run, "Cdn", "OriginRequests");
    assert_int_equal(count_of(run, "Cdn", "CacheEvictions"), missed - 10);
    /* what is larger than the cache is never kept */
    model_execute(run, CDN("'duration': '100s'", "", OPTIMIZED, "", ", 'cache_size': '10MB', 'object_size': '11MB'", "", "",
                           USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 100);
    /* as large as it was drawn, whoever asks */
    model_execute(run, CDN("'duration': '100s'", "", OPTIMIZED, "", ", 'edges': 3, 'object_size': {'exponential': '1MB'}", "", "",
                           USERS("'constant': '1/s', 'object': 7")));
    const double bytes = (double)count_of(run, "Cdn", "BytesDownloaded") / 100;
    assert_true(bytes == floor(bytes));
    assert_near(billed(run, "Cdn", "US-DataTransfer-Out-Bytes", NULL), bytes * 100 / 1073741824, 1e-9);
}

#define QUERIES(HOW)                                                                                                                       \
    ", 'P': {'Type': 'AWS::CloudFront::CachePolicy', 'Properties': {'CachePolicyConfig': {'Name': 'p', 'MinTTL': 1, 'DefaultTTL': 86400, " \
    "'MaxTTL': 31536000, 'ParametersInCacheKeyAndForwardedToOrigin': {'HeadersConfig': {'HeaderBehavior': 'none'}, 'CookiesConfig': "      \
    "{'CookieBehavior': 'none'}, 'EnableAcceptEncodingGzip': true, 'QueryStringsConfig': {" HOW "}}}}}"

/* Fifty objects with four query strings each, all asked for: how many are told apart. */
static void test_variants(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *how, *function;
        int64_t asked;
    } cases[] = {
        {"'QueryStringBehavior': 'none'", "", 50},
        {"'QueryStringBehavior': 'all'", "", 200},
        {"'QueryStringBehavior': 'whitelist', 'QueryStrings': ['id']", "", 50},
        {"'QueryStringBehavior': 'allExcept', 'QueryStrings': ['id']", "", 200},
        {"'QueryStringBehavior': 'all'", "'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'Fn'}], ", 50},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* 40 draws a variant: that one of 200 never comes has a chance of 200 exp(-40) */
        model_run(run,
                  CDN("'duration': '800s', 'drain': '1s'", "", "%s'CachePolicyId': {'Ref': 'P'}",
                      ", 'Fn': {'Type': 'AWS::CloudFront::Function'}" QUERIES("%s"), "", "", ", 'Fn': {'normalizes_key': true}",
                      USERS("'poisson': '10/s', 'object': {'uniform': 50}, 'variants': 4")),
                  cases[i].function, cases[i].how);
        assert_int_equal(count_of(run, "Cdn", "OriginRequests"), cases[i].asked);
    }
    /* query strings that are written: x is in the key, y is not; a HEAD finds what a GET brought, and has no bytes */
    model_execute(run, CDN("'duration': '200s'", "", "'CachePolicyId': {'Ref': 'P'}",
                           QUERIES("'QueryStringBehavior': 'whitelist', 'QueryStrings': ['x']"), ", 'object_size': '1KB'", "", "",
                           "{'name': 'a', 'target': 'Cdn', 'constant': '1/s', 'request': 'GET /a?x=1&y=1'}, "
                           "{'name': 'b', 'target': 'Cdn', 'constant': '1/s', 'request': 'GET /a?y=2&x=1'}, "
                           "{'name': 'c', 'target': 'Cdn', 'constant': '1/s', 'request': 'GET /a?x=2'}, "
                           "{'name': 'd', 'target': 'Cdn', 'constant': '1/s', 'request': 'HEAD /a?x=2&y=5'}, "
                           "{'name': 'e', 'target': 'Cdn', 'constant': '1/s', 'request': 'GET /a'}"));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 3);
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 4 * 200 * 1024);
    /* the older keys */
    model_execute(run, CDN("'duration': '800s'", "", "'ForwardedValues': {'QueryString': true, 'Cookies': {'Forward': 'none'}}", "", "", "",
                           "", USERS("'poisson': '1/s', 'variants': 4")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 4);
    model_execute(run, CDN("'duration': '800s'", "", "'ForwardedValues': {'QueryString': true, 'QueryStringCacheKeys': ['id']}", "", "", "",
                           "", USERS("'poisson': '1/s', 'variants': 4")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 1);
}

/* What else is in the key: of 3 header values and 4 cookies each object has 12 forms; and what is compressed. */
static void test_forms(void **state)
{
    struct model_run *run = *state;
#define KEYED(HEADERS, COOKIES, MORE)                                                                                                      \
    ", 'P': {'Type': 'AWS::CloudFront::CachePolicy', 'Properties': {'CachePolicyConfig': {'Name': 'p', 'MinTTL': 1, 'DefaultTTL': 86400, " \
    "'MaxTTL': 31536000, 'ParametersInCacheKeyAndForwardedToOrigin': {'HeadersConfig': {'HeaderBehavior': '" HEADERS                       \
    "'}, 'CookiesConfig': {'CookieBehavior': '" COOKIES "'}, 'QueryStringsConfig': {'QueryStringBehavior': 'all'} " MORE "}}}}"
#define FORMS(USUAL, HEADERS, COOKIES, MORE, TRAFFIC)                                                                                      \
    CDN("'duration': '1000s'", "", "'CachePolicyId': {'Ref': 'P'} " USUAL,                                                                 \
        KEYED(HEADERS, COOKIES, MORE) ", 'Fn': {'Type': 'AWS::CloudFront::Function'}",                                                     \
        ", 'header_values': 3, 'cookie_values': 4, 'compressed_share': 0.25, 'object_size': '4000B'", "",                                  \
        ", 'Fn': {'normalizes_key': "                                                                                                      \
        "true}",                                                                                                                           \
        TRAFFIC)
    /* 50 objects, of each form of which 10,000 / 600 and more come: that one never comes has a chance of 600 exp(-16) */
#define CROWD USERS("'poisson': '10/s', 'object': {'uniform': 50}")
    model_execute(run, FORMS("", "none", "none", "", CROWD));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 50);
    model_execute(run, FORMS("", "whitelist", "none", "", CROWD));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 150);
    model_execute(run, FORMS("", "none", "all", "", CROWD));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 200);
    model_execute(run, FORMS("", "whitelist", "whitelist", "", CROWD));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 600);
    /* query strings that a function takes off leave the rest */
    model_execute(run, FORMS(", 'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'Fn'}]", "none", "all", "",
                             USERS("'poisson': '10/s', 'object': {'uniform': 50}, 'variants': 2")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 200);
    model_execute(run, FORMS("", "none", "all", "", USERS("'poisson': '20/s', 'object': {'uniform': 50}, 'variants': 2")));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 400);
#define ONE USERS("'constant': '1/s'")
#define GZIP ", 'EnableAcceptEncodingGzip': true"
    model_execute(run, FORMS(", 'Compress': true", "none", "none", GZIP, ONE));
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 1000 * 1000);
    model_execute(run, FORMS(", 'Compress': true", "none", "none", "", ONE));
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 1000 * 4000);
    model_execute(run, FORMS("", "none", "none", GZIP, ONE));
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 1000 * 4000);
    /* between 1,000 and 10,000,000 bytes, and not by the managed policy that is for what is compressed already */
    static const struct {
        const char *policy, *size;
        int64_t bytes;
    } cases[] = {
        {"658327ea-f89d-4fab-a63d-7e88639e58f6", "999B", 999},           {"658327ea-f89d-4fab-a63d-7e88639e58f6", "1000B", 500},
        {"658327ea-f89d-4fab-a63d-7e88639e58f6", "10000000B", 5000000},  {"658327ea-f89d-4fab-a63d-7e88639e58f6", "10000001B", 10000001},
        {"b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "10000000B", 10000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  CDN("'duration': '10s'", "", "'Compress': true, 'CachePolicyId': '%s'", "",
                      ", 'compressed_share': 0.5, 'object_size': '%s'", "", "", ONE),
                  cases[i].policy, cases[i].size);
        assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 10 * cases[i].bytes);
    }
#undef FORMS
}

/* Errors are kept for 10 s, or as CustomErrorResponses say; a time-out is tried three times. */
static void test_errors(void **state)
{
    struct model_run *run = *state;
#define FAILING(MORE) CDN("'duration': '100s'", MORE, OPTIMIZED, "", "", "'error_rate': 1", "", USERS("'constant': '10/s'"))
    model_execute(run, FAILING(""));
    assert_int_equal(count_of(run, "Origin", "Calls"), 10);
    assert_near(figure(run, "Cdn", "5xxErrorRate", "Average"), 100, 1e-9);
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "500"), 1000);
    model_execute(run, FAILING(", 'CustomErrorResponses': [{'ErrorCode': 500, 'ErrorCachingMinTTL': 0}]"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1000);
    model_execute(
        run,
        FAILING(", 'CustomErrorResponses': [{'ErrorCode': 500, 'ErrorCachingMinTTL': 50}, {'ErrorCode': 404, 'ErrorCachingMinTTL': 1}]"));
    assert_int_equal(count_of(run, "Origin", "Calls"), 2);
    assert_near(billed(run, "Cdn", "US-DataTransfer-Out-Bytes", NULL), 0, 0);
#undef FAILING
#define SLOW(ORIGIN)                                                                                                                       \
    "{'duration': '10s', 'drain': '20s', 'Resources': {'Origin': {'Type': 'Custom::External'}, 'Cdn': {'Type': "                           \
    "'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': [{'Id': 'o', 'DomainName': 'Origin', "              \
    "'CustomOriginConfig': {'OriginReadTimeout': 1}" ORIGIN "}], 'DefaultCacheBehavior': {'TargetOriginId': 'o', " DISABLED                \
    ", " ALL_METHODS                                                                                                                       \
    ", 'ViewerProtocolPolicy': 'allow-all'}}}}}, 'behavior': {'Cdn': {'latency': '0s'}, 'Origin': {'latency': '5s'}}, 'traffic': [" USERS( \
        "'constant': '1/s', 'request': '%s /'") "]}"
    model_run(run, SLOW(""), "GET");
    assert_int_equal(count_of(run, "Origin", "Calls"), 30);
    assert_int_equal(count_of(run, "Cdn", "OriginTimeouts"), 30);
    assert_int_equal(fates_of(run, "Cdn", FATE_TIMED_OUT, "504 Gateway Timeout"), 10);
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 3000, 1e-9);
    model_run(run, SLOW(", 'ConnectionAttempts': 1"), "GET");
    assert_int_equal(count_of(run, "Origin", "Calls"), 10);
    model_run(run, SLOW(""), "POST"); /* is not tried again */
    assert_int_equal(count_of(run, "Origin", "Calls"), 10);
    assert_near(billed(run, "Cdn", "US-Requests-HTTPS-Proxy", NULL), 10, 0);
    assert_int_equal(count_of(run, "Cdn", "BytesUploaded"), 10 * 1024);
    assert_near(billed(run, "Cdn", "US-DataTransfer-Out-OBytes", NULL), 10 / 1048576.0, 1e-12);
#undef SLOW
}

/* A path's own behavior and origin; a bucket is read. */
static void test_behaviors(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '100s', 'drain': '1s', 'Resources': {'Files': {'Type': 'AWS::S3::Bucket'}, 'Api': {'Type': 'Custom::External'}, "
        "'Cdn': "
        "{'Type': 'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': [{'Id': 'files', 'DomainName': "
        "{'Fn::GetAtt': "
        "['Files', 'RegionalDomainName']}, 'S3OriginConfig': {}}, {'Id': 'api', 'DomainName': 'Api'}], 'DefaultCacheBehavior': "
        "{'TargetOriginId': "
        "'files', " OPTIMIZED
        ", 'ViewerProtocolPolicy': 'redirect-to-https'}, 'CacheBehaviors': [{'PathPattern': '/api/*', 'TargetOriginId': 'api', " DISABLED
        ", " ALL_METHODS
        ", 'ViewerProtocolPolicy': 'https-only'}]}}}}, 'behavior': {'Cdn': {'latency': '0s', 'http_share': 0.5, 'object_size': "
        "'2KB'}, 'Files': {'latency': '10ms'}}, 'traffic': [{'name': 'pages', 'target': 'Cdn', 'constant': '10/s', 'object': {'uniform': "
        "20}}, "
        "{'name': 'posts', 'target': 'Cdn', 'constant': '1/s', 'request': 'POST /api/posts'}, {'name': 'gets', 'target': 'Cdn', "
        "'constant': '1/s', "
        "'request': 'GET /api/posts?page=2'}]}");
    assert_int_equal(count_of(run, "Files", "GetRequests"), 20);
    assert_int_equal(count_of(run, "Files", "PutRequests"), 0);
    assert_int_equal(count_of(run, "Files", "BytesDownloaded"), 20 * 2048);
    const int64_t refused =
        (int64_t)(fates_of(run, "posts", FATE_FAILED, "403 HTTPS only") + fates_of(run, "gets", FATE_FAILED, "403 HTTPS only"));
    assert_int_equal(count_of(run, "Api", "Calls"), 200 - refused);
    assert_near((double)refused, 100, 5 * sqrt(50));
    /* what a distribution reads does not leave AWS, what users read themselves does */
    assert_near(billed(run, "Files", "DataTransfer-Out-Bytes", NULL), 0, 0);
    /* half of the pages come twice, first by HTTP */
    const double http = billed(run, "Cdn", "US-Requests-Tier1", NULL), https = billed(run, "Cdn", "US-Requests-Tier2-HTTPS", NULL);
    assert_near(http + https, (double)count_of(run, "Cdn", "Requests") - 100, 0);
    assert_near(http, 500 + 50, 5 * sqrt(250 + 25));
    assert_near(billed(run, "Cdn", "US-Requests-HTTPS-Proxy", NULL) + billed(run, "Cdn", "US-Requests-HTTP-Proxy", NULL), 100, 0);
}

/* An API says what it answers: what its function does, out of its own cache too; else what its `response` says. */
static void test_api_answers(void **state)
{
    struct model_run *run = *state;
    static const char text[] =
        "{'duration': '100s', 'drain': '1s', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'G': "
        "{'Type': 'HttpApi', 'Properties': {'Path': '/a', 'Method': 'GET'}}}}}, 'Cdn': {'Type': 'AWS::CloudFront::Distribution', "
        "'Properties': {'DistributionConfig': {'Origins': [{'Id': 'o', 'DomainName': {'Ref': 'ServerlessHttpApi'}}], "
        "'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all', " OPTIMIZED
        "}}}}}, 'behavior': {'F': {'init': '0s', 'duration': '5ms' %s}, 'ServerlessHttpApi': {'response': '7KB'}}, 'traffic': [{'name': "
        "'u', 'target': 'Cdn', 'constant': '1/s', 'request': 'GET /a', 'payload': '100B'}]}";
    model_run(run, text, ", 'response': '3KB'");
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 100 * 3 * 1024);
    model_run(run, text, "");
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 100 * 7 * 1024);
}

/* A bucket that users read themselves: 100 objects of 100 MB. */
static void test_public_bucket(void **state)
{
    struct model_run *run = *state;
    static const char text[] =
        "{'duration': '100s', 'drain': '1s', 'Resources': {'Files': {'Type': 'AWS::S3::Bucket'}}, 'behavior': {'Files': "
        "{'latency': '10ms', 'public': %s}}, 'traffic': [{'name': 'u', 'target': 'Files', 'constant': '1/s', 'request': "
        "'GET /a', 'payload': '100MB'}]}";
    model_run(run, text, "true");
    assert_int_equal(count_of(run, "Files", "GetRequests"), 100);
    assert_near(billed(run, "Files", "DataTransfer-Out-Bytes", NULL), 10000 / 1024.0, 1e-9);
    model_run(run, text, "false");
    assert_near(billed(run, "Files", "DataTransfer-Out-Bytes", NULL), 0, 0);
}

/* Where users are, edges are, and what that costs. */
static void test_places(void **state)
{
    struct model_run *run = *state;
#define PLACES(MORE, BEHAVIOR)                                                                                                             \
    CDN("'duration': '100s'", MORE, OPTIMIZED, "", ", 'object_size': '1MB'" BEHAVIOR, "", "",                                              \
        "{'name': 'us', 'target': 'Cdn', 'constant': '10/s'}, {'name': 'eu', 'target': 'Cdn', 'constant': '20/s', 'region': "              \
        "'eu-west-1'}, "                                                                                                                   \
        "{'name': 'sa', 'target': 'Cdn', 'constant': '30/s', 'region': 'sa-east-1'}, {'name': 'jp', 'target': 'Cdn', 'constant': '40/s', " \
        "'region': 'ap-northeast-1'}")
    double usd;
    model_execute(run, PLACES("", ""));
    assert_near(billed(run, "Cdn", "US-Requests-Tier2-HTTPS", NULL), 1000, 0);
    assert_near(billed(run, "Cdn", "EU-Requests-Tier2-HTTPS", NULL), 2000, 0);
    assert_near(billed(run, "Cdn", "JP-DataTransfer-Out-Bytes", NULL), 4000 / 1024.0, 1e-9);
    assert_near(billed(run, "Cdn", "SA-Requests-Tier2-HTTPS", &usd), 3000, 0);
    assert_near(usd, 3000 * 2.2e-6, 1e-12);
    /* without South America and Japan: their users are served at the least price */
    model_execute(run, PLACES(", 'PriceClass': 'PriceClass_100'", ""));
    assert_near(billed(run, "Cdn", "US-Requests-Tier2-HTTPS", NULL), 1000 + 3000 + 4000, 0);
    model_execute(run, PLACES(", 'PriceClass': 'PriceClass_200'", ""));
    assert_near(billed(run, "Cdn", "US-Requests-Tier2-HTTPS", NULL), 1000 + 3000, 0);
    /* edges of their own for Europe and Japan; the others go where the weights say */
    model_execute(run, PLACES("", ", 'edges': [{'region': 'us-east-1', 'weight': 2}, {'region': 'eu-central-1'}, {'region': 'eu-west-3', "
                                  "'weight': 3}, {'region': 'ap-northeast-1'}]"));
    assert_near((double)count_of(run, "Cdn/edge-3", "Requests"), 4000 + 4000 / 7.0, 5 * sqrt(4000 * 6 / 49.0));
    assert_near((double)count_of(run, "Cdn/edge-2", "Requests"), 1500 + 4000 * 3 / 7.0, 5 * sqrt(2000 * 3 / 16.0 + 4000 * 12 / 49.0));
    assert_int_equal(count_of(run, "Origin", "Calls"), 4);
    /* a share for each: weights, a number alone is how many */
    model_execute(run, PLACES("", ", 'edges': [1, 3]"));
    assert_near((double)count_of(run, "Cdn/edge-1", "Requests"), 7500, 5 * sqrt(10000 * 3 / 16.0));
    model_execute(run, PLACES("", ", 'edges': 3"));
    assert_near((double)count_of(run, "Cdn/edge-2", "Requests"), 10000 / 3.0, 5 * sqrt(10000 * 2 / 9.0));
#undef PLACES
}

/* What happens to it while it runs; its quota; what is under way at the end. */
static void test_meanwhile(void **state)
{
    struct model_run *run = *state;
#define CHANGES(LIST)                                                                                                                      \
    CDN("'duration': '10m', 'changes': [" LIST "]", "", OPTIMIZED, "", ", 'edges': 2", "", "",                                             \
        "{'name': 'u', 'target': 'Cdn', 'constant': '10/s', 'request': 'GET /a/b', 'object': {'uniform': 5}}, {'name': 'v', 'target': "    \
        "'Cdn', 'constant': '10/s', 'request': 'GET /c'}")
    model_execute(run, CHANGES("{'at': '5m', 'CreateInvalidation': 'Cdn', 'Paths': '/a/*'}"));
    assert_int_equal(count_of(run, "Cdn", "ObjectsInvalidated"), 10);
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 2 * 5 * 2 + 2);
    assert_near(billed(run, "Cdn", "Invalidations", NULL), 1, 0);
    model_execute(run, CHANGES("{'at': '5m', 'CreateInvalidation': 'Cdn', 'Paths': ['/*']}"));
    assert_int_equal(count_of(run, "Cdn", "OriginRequests"), 2 * 5 * 2 + 4);
    /* what is in the caches outlasts the origin */
    model_execute(run, CHANGES("{'at': '5m', 'fault': 'Origin', 'kind': 'down'}"));
    assert_int_equal(count_of(run, "u", "Failed") + count_of(run, "v", "Failed"), 0);
    model_execute(run, CHANGES("{'at': '5m', 'fault': 'Cdn', 'kind': 'down'}"));
    assert_int_equal(fates_of(run, "Cdn", FATE_FAILED, "503 Service Unavailable"), 6000);
#undef CHANGES
    /* crosses: cloudfront_rps_per_distribution */
    model_execute(run, CDN("'duration': '10s', 'rules': {'base': 'current', 'cloudfront_rps_per_distribution': 50}", "", OPTIMIZED, "", "",
                           "", "", USERS("'constant': '100/s'")));
    assert_in_range(fates_of(run, "Cdn", FATE_THROTTLED, "503 distribution's quota"), 1000 - 50 - 500, 1000 - 50 - 500 + 1);
    /* under way at the end: one fetch, and all who wait for it */
    model_execute(run, CDN("'duration': '10s'", "", OPTIMIZED, "", "", "'latency': '20s'", "", USERS("'constant': '10/s'")));
    assert_int_equal(fates_of(run, "Cdn", FATE_IN_FLIGHT, ""), 100);
    assert_int_equal(fates_of(run, "Origin", FATE_IN_FLIGHT, ""), 1);
    /* the caller's patience ends before the answer comes: the fetch goes on, and its object is there for the next */
    model_execute(run, CDN("'duration': '10s', 'drain': '1s'", "", OPTIMIZED, "", ", 'origin_rtt': '1s'", "'latency': '2s'", "",
                           USERS("'constant': '1/s', 'client_timeout': '500ms'")));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1);
    assert_int_equal(count_of(run, "u", "Failed"), 3);
    assert_near(figure(run, "Cdn", "OriginLatency", "Maximum"), 3000, 1e-9);
    model_execute(run, CDN("'duration': '10s'", ", 'Enabled': false", OPTIMIZED, "", "", "", "", USERS("'constant': '1/s'")));
    assert_int_equal(fates_of(run, "Cdn", FATE_FAILED, "403 distribution disabled"), 10);
}

/* The bill of a month: tiers, and what is free to everybody who asks for it. */
static void test_bill(void **state)
{
    struct model_run *run = *state;
    /* 730 h of 1/s with 20 MB: 51,328.125 GB; 10,240 GB at 0.085, 40,960 at 0.08, 128.125 at 0.06; 2,628,000 requests at 1e-6 */
    model_execute(run, CDN("'duration': '730h'", "", OPTIMIZED, "", ", 'object_size': '20MB'", "", "", USERS("'constant': '1/s'")));
    const double gb = 2628000 * 20 / 1024.0;
    assert_near(billed(run, "Cdn", "US-DataTransfer-Out-Bytes", NULL), gb, 1e-6);
    assert_near(billed_usd(run, "Cdn", NULL), 10240 * 0.085 + 40960 * 0.08 + (gb - 51200) * 0.06 + 2.628, 1e-6);
    /* three paths in a month: a thousand are for nothing */
    model_execute(run, CDN("'duration': '730h', 'changes': [{'at': '1h', 'CreateInvalidation': 'Cdn', 'Paths': ['/a', '/b', '/c']}]", "",
                           OPTIMIZED, "", "", "", "", USERS("'constant': '1/h'")));
    double paths_usd;
    assert_near(billed(run, "Cdn", "Invalidations", &paths_usd), 3, 0);
    assert_near(paths_usd, 0, 0);
    /* three in a minute are 131,400 in the month that it stands for */
    model_execute(run, CDN("'duration': '60s', 'changes': [{'at': '1s', 'CreateInvalidation': 'Cdn', 'Paths': ['/a', '/b', '/c']}]", "",
                           OPTIMIZED, "", "", "", "", USERS("'constant': '1/s'")));
    billed(run, "Cdn", "Invalidations", &paths_usd);
    assert_near(paths_usd, (3 - 1000 * 60 / (730 * 3600.0)) * 0.005, 1e-9);
    /* 1,024 GB and all requests are free */
    model_execute(run, CDN("'duration': '730h', 'free_tier': true", "", OPTIMIZED, "", ", 'object_size': '20MB'", "", "",
                           USERS("'constant': '1/s'")));
    assert_near(billed_usd(run, "Cdn", NULL), 10240 * 0.085 + (gb - 1024 - 10240) * 0.08, 1e-6);
}

static void test_refusals(void **state)
{
    struct model_run *run = *state;
    static const struct refusal of_config[] = {
        {", 'Origins': []", "must be between 1 and 100, got 0"},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'www.example.com'}]", "names no resource of this scenario"},
        {", 'Origins': [{'Id': 'o', 'DomainName': {'Fn::GetAtt': ['F', 'Arn']}}]", "cannot be an origin"},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'Q'}]", "cannot be an origin"},
        {", 'Origins': [{'Id': 'p', 'DomainName': 'Origin'}]", "there is no origin \"o\""},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'Origin'}, {'Id': 'o', 'DomainName': 'Origin'}]", "there are two origins \"o\""},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'Origin', 'OriginShield': {'Enabled': true}}]", "needs its OriginShieldRegion"},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'Origin', 'OriginShield': {'Enabled': true, 'OriginShieldRegion': 'mars-1'}}]",
         "there is no Region"},
        {", 'Origins': [{'Id': 'o', 'DomainName': 'Origin', 'ConnectionAttempts': 4}]", "must be between 1 and 3"},
        {", 'PriceClass': 'PriceClass_300'", "must be one of"},
        {", 'CacheBehaviors': [{'PathPattern': '/a', 'TargetOriginId': 'x', 'ViewerProtocolPolicy': 'allow-all'}]",
         "there is no origin \"x\""},
    };
    assert_refused(
        run,
        "{'duration': '1s', 'Resources': {'Origin': {'Type': 'Custom::External'}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': "
        "'AWS::Lambda::Function'}, 'Cdn': {'Type': 'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': "
        "{'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all', " OPTIMIZED
        "} %s}}}}, 'traffic': [" USERS("'constant': '1/s'") "]}",
        of_config, sizeof of_config / sizeof *of_config);
    static const struct refusal of_behavior[] = {
        {"'CachePolicyId': 'nonsense'", "there is no cache policy \"nonsense\""},
        {"'CachePolicyId': 'Origin'", "there is no cache policy \"Origin\""},
        {OPTIMIZED ", 'ForwardedValues': {'QueryString': true}", "are not both"},
        {"'MinTTL': 10, 'MaxTTL': 5", "MinTTL cannot be more than MaxTTL"},
        {"'MinTTL': 10, 'DefaultTTL': 5", "MinTTL cannot be more than DefaultTTL"},
        {"'DefaultTTL': 10, 'MaxTTL': 5", "DefaultTTL cannot be more than MaxTTL"},
        {"'MaxTTL': 31536001", "must be between 0 and 31536000"},
    };
    assert_refused(run, CDN("'duration': '1s'", "", "%s", "", "", "", "", USERS("'constant': '1/s'")), of_behavior,
                   sizeof of_behavior / sizeof *of_behavior);
    static const struct refusal of_edges[] = {
        {", 'object_size': '5GB'", "objects of more than 4 GB are not simulated"},
        {", 'edges': 0", "must be a whole number of edges, at least 1"},
        {", 'edges': 2.5", "must be a whole number of edges, at least 1"},
        {", 'edges': 1001", "at most 1000 edges"}, /* crosses: cloudfront_edges_max */
        {", 'edges': [1, 0]", "must be more than 0"},
        {", 'edges': [{'region': 'mars-1'}, 1]", "there is no Region"},
        {", 'edges': -1", "must be at least 0"},
        {", 'regional_caches': 101", "must be between 0 and 100"},
    };
    assert_refused(run, CDN("'duration': '1s'", "", OPTIMIZED, "", "%s", "", "", USERS("'constant': '1/s'")), of_edges,
                   sizeof of_edges / sizeof *of_edges);
    static const struct refusal of_traffic[] = {
        {"'request': 'POST /a'", "answers \"POST /a\" with 403"},
        {"'variants': 0", "must be between 1 and"},
    };
    assert_refused(run, CDN("'duration': '1s'", "", OPTIMIZED, "", "", "", "", "{'name': 'u', 'target': 'Cdn', 'constant': '1/s', %s}"),
                   of_traffic, sizeof of_traffic / sizeof *of_traffic);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_time_to_live, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_crowd, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_hit_ratio, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_room, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_variants, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_forms, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_errors, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_behaviors, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_api_answers, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_public_bucket, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_places, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_meanwhile, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_bill, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_refusals, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
