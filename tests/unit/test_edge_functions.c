/* test_edge_functions.c: functions at the edge: how often they run at each of four points, what they add and cost, whom they turn away, and
 * what AWS refuses of them. */
#include "cdn_bench.h"

#include <string.h>

#define LAMBDA(PROPERTIES)                                                                                                                 \
    ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 128, 'Timeout': 5, 'Runtime': 'nodejs22.x' " PROPERTIES         \
    "}}, 'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}"
#define AT_EDGE(EVENT) "'LambdaFunctionAssociations': [{'EventType': '" EVENT "', 'LambdaFunctionARN': {'Ref': 'V'}}]"
#define FUNCTION ", 'Fn': {'Type': 'AWS::CloudFront::Function', 'Properties': {'Name': 'f', 'FunctionCode': 'function handler(e) {}'}}"
#define BY_FUNCTION(EVENT) "'FunctionAssociations': [{'EventType': '" EVENT "', 'FunctionARN': {'Fn::GetAtt': ['Fn', 'FunctionARN']}}]"

/* A request a second for one object that is kept for 10 s: of 1,000 requests 100 are misses. A viewer's function runs for each request, an
 * origin's for each miss. */
static void test_triggers(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *event;
        int64_t runs;
        double hit_ms, miss_ms;
    } cases[] = {
        {"viewer-request", 1000, 20, 50 + 20},
        {"origin-request", 100, 0, 50 + 20},
        {"origin-response", 100, 0, 50 + 20},
        {"viewer-response", 1000, 20, 50 + 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  CDN("'duration': '1000s', 'drain': '1s'", "",
                      "'DefaultTTL': 10, 'LambdaFunctionAssociations': [{'EventType': '%s', "
                      "'LambdaFunctionARN': {'Ref': 'V'}}]",
                      LAMBDA(""), "", "'latency': '50ms'", ", 'F': {'init': '0s', 'duration': '20ms'}",
                      USERS("'constant': '1/s', 'count': 1000")),
                  cases[i].event);
        /* 10 s from the answer on, which comes 50 or 70 ms after the request: every 11th request is a miss */
        const int64_t misses = count_of(run, "Cdn", "OriginRequests");
        assert_int_equal(misses, 91);
        assert_int_equal(count_of(run, "F", "Invocations"), cases[i].runs == 1000 ? 1000 : misses);
        assert_int_equal(count_of(run, "Cdn", "LambdaExecutions"), count_of(run, "F", "Invocations"));
        assert_near(figure(run, "u", "ResponseTime", "p50"), cases[i].hit_ms, 0.2);
        assert_near(figure(run, "u", "ResponseTime", "Maximum"), cases[i].miss_ms, 1e-9);
        /* requests at 0.60 a million, 128 MB for 20 ms each at 0.00005001 a GB-second */
        const double runs = (double)count_of(run, "F", "Invocations");
        double usd;
        assert_near(billed(run, "F", "Lambda-Edge-Request", &usd), runs, 0);
        assert_near(usd, runs * 0.6e-6, 1e-12);
        assert_near(billed(run, "F", "Lambda-Edge-GB-Second", &usd), runs * 0.125 * 0.020, 1e-9);
        assert_near(usd, runs * 0.125 * 0.020 * 0.00005001, 1e-12);
        assert_near(billed(run, "F", "Request", NULL), 0, 0);
    }
}

/* Who is turned away at the edge does not come to the origin: exactly so many fewer requests. */
static void test_rejects(void **state)
{
    struct model_run *run = *state;
    int64_t rejected;
    model_execute(run, CDN("'duration': '1000s', 'drain': '1s'", "", DISABLED ", " BY_FUNCTION("viewer-request"), FUNCTION, "", "",
                           ", 'Fn': {'reject_rate': 0.3, 'duration': '0.5ms'}", USERS("'constant': '10/s'")));
    rejected = count_of(run, "Cdn", "EdgeRejected");
    assert_near((double)rejected, 3000, 5 * sqrt(10000 * 0.3 * 0.7));
    assert_int_equal(count_of(run, "Origin", "Calls"), 10000 - rejected);
    assert_int_equal(count_of(run, "Fn", "FunctionRejected"), rejected);
    assert_int_equal(count_of(run, "Fn", "FunctionInvocations"), 10000);
    assert_near(figure(run, "Fn", "FunctionComputeUtilization", "Average"), 50, 1e-9);
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "403 refused at the edge"), rejected);
    assert_near(figure(run, "Cdn", "4xxErrorRate", "Average"), (double)rejected / 100, 1e-9);
    double usd;
    assert_near(billed(run, "Fn", "Executions-CloudFrontFunctions", &usd), 10000, 0);
    assert_near(usd, 10000 * 0.1e-6, 1e-12);
    model_execute(run, CDN("'duration': '1000s', 'drain': '1s'", "", DISABLED ", " AT_EDGE("viewer-request"), LAMBDA(""), "", "",
                           ", 'F': {'init': '0s', 'duration': '5ms', 'reject_rate': 0.3}", USERS("'constant': '10/s'")));
    rejected = count_of(run, "Cdn", "EdgeRejected");
    assert_near((double)rejected, 3000, 5 * sqrt(10000 * 0.3 * 0.7));
    assert_int_equal(count_of(run, "Origin", "Calls"), 10000 - rejected);
    /* an origin's function answers for the origin, and that may be asked for again */
    model_execute(run, CDN("'duration': '1000s', 'drain': '1s'", "", OPTIMIZED ", " AT_EDGE("origin-request"), LAMBDA(""), "", "",
                           ", 'F': {'init': '0s', 'duration': '5ms', 'reject_rate': 1}", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "Cdn", "EdgeRejected"), 1000);
    assert_int_equal(count_of(run, "Origin", "Calls"), 0);
    /* a viewer's function that takes query strings off */
    model_execute(run, CDN("'duration': '1000s', 'drain': '1s'", "", "'ForwardedValues': {'QueryString': true}, " AT_EDGE("viewer-request"),
                           LAMBDA(""), "", "", ", 'F': {'init': '0s', 'duration': '5ms', 'normalizes_key': true}",
                           USERS("'constant': '1/s', 'variants': 8")));
    assert_int_equal(count_of(run, "Origin", "Calls"), 1);
}

/* Each Region of its edges has a copy with environments of its own: a first call of each is cold. */
static void test_regions(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *edges, *event;
        int64_t cold;
    } cases[] = {
        {"4", "viewer-request", 1},
        {"[{'region': 'us-east-1'}, {'region': 'eu-west-1'}, {'region': 'us-east-1'}]", "viewer-request", 2},
        {"[{'region': 'us-east-1'}, {'region': 'eu-west-1'}, {'region': 'ap-south-1'}]", "origin-response", 3},
        {"[1, {'region': 'eu-west-1'}, {'region': 'us-east-1'}]", "viewer-response", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  CDN("'duration': '200s', 'drain': '2s'", "",
                      DISABLED ", 'LambdaFunctionAssociations': [{'EventType': '%s', 'LambdaFunctionARN': "
                               "{'Ref': 'V'}}]",
                      LAMBDA(""), ", 'edges': %s", "", ", 'F': {'init': '100ms', 'duration': '5ms', 'keep_alive': 'forever'}",
                      USERS("'constant': '1/s'")),
                  cases[i].event, cases[i].edges);
        assert_int_equal(count_of(run, "F", "ColdStarts"), cases[i].cold);
        assert_int_equal(count_of(run, "F", "EnvironmentsCreated"), cases[i].cold);
        assert_int_equal(count_of(run, "F", "Invocations"), 200);
    }
}

/* Beyond a limit while it runs. crosses: cf_function_max_ms cf_function_memory_mb edge_viewer_response_max_kb edge_origin_response_max_kb
 */
static void test_limits(void **state)
{
    struct model_run *run = *state;
#define BY(BEHAVIOR)                                                                                                                       \
    CDN("'duration': '100s', 'drain': '1s'", "", DISABLED ", " BY_FUNCTION("viewer-request"), FUNCTION, "", "", ", 'Fn': {" BEHAVIOR "}",  \
        USERS("'constant': '1/s'"))
    model_execute(run, BY("'duration': '2ms'"));
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "503 FunctionThrottledError"), 100);
    assert_int_equal(count_of(run, "Fn", "FunctionThrottles"), 100);
    assert_near(figure(run, "u", "ResponseTime", "Maximum"), 1, 1e-9);
    model_execute(run, BY("'duration': '1ms'"));
    assert_int_equal(count_of(run, "u", "Succeeded"), 100);
    model_execute(run, BY("'memory_used': '3MB'"));
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "503 FunctionExecutionError"), 100);
    assert_int_equal(count_of(run, "Fn", "FunctionExecutionErrors"), 100);
    model_execute(run, BY("'error_rate': 1"));
    assert_int_equal(count_of(run, "Fn", "FunctionExecutionErrors"), 100);
    assert_int_equal(count_of(run, "Origin", "Calls"), 0);
#undef BY
    static const struct {
        const char *event, *response, *text;
    } sizes[] = {
        {"viewer-request", "40KB", ""},
        {"viewer-request", "41KB", "502 LambdaValidationError"},
        {"origin-response", "1MB", ""},
        {"origin-response", "1025KB", "502 LambdaValidationError"},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        model_run(run,
                  CDN("'duration': '100s', 'drain': '1s'", "",
                      DISABLED ", 'LambdaFunctionAssociations': [{'EventType': '%s', 'LambdaFunctionARN': "
                               "{'Ref': 'V'}}]",
                      LAMBDA(""), "", "", ", 'F': {'init': '0s', 'duration': '5ms', 'response': '%s'}", USERS("'constant': '1/s'")),
                  sizes[i].event, sizes[i].response);
        assert_int_equal(sizes[i].text[0] ? fates_of(run, "u", FATE_FAILED, sizes[i].text) : (uint64_t)count_of(run, "u", "Succeeded"),
                         100);
        assert_int_equal(count_of(run, "Cdn", "LambdaValidationError"), sizes[i].text[0] ? 100 : 0);
    }
    /* a function that fails, runs too long, has no environment left */
    model_execute(run, CDN("'duration': '100s', 'drain': '9s'", "", DISABLED ", " AT_EDGE("viewer-request"), LAMBDA(""), "", "",
                           ", 'F': {'init': '0s', 'duration': '6s'}", USERS("'constant': '1/s'")));
    assert_int_equal(fates_of(run, "u", FATE_FAILED, "503 LambdaExecutionError"), 100);
    assert_int_equal(count_of(run, "Cdn", "LambdaExecutionError"), 100);
    model_execute(run, CDN("'duration': '100s', 'drain': '9s', 'account': {'ConcurrentExecutions': 3}", "",
                           DISABLED ", " AT_EDGE("viewer-request"), LAMBDA(""), "", "", ", 'F': {'init': '0s', 'duration': '4s'}",
                           USERS("'bursts': {'size': 10, 'every': '10s'}")));
    assert_int_equal(fates_of(run, "u", FATE_REJECTED, "503 LambdaLimitExceeded"), 70);
    assert_int_equal(count_of(run, "Cdn", "LambdaLimitExceeded"), 70);
    /* a viewer-response function does not see errors */
    model_execute(run, CDN("'duration': '100s', 'drain': '1s'", "", DISABLED ", " AT_EDGE("viewer-response"), LAMBDA(""), "",
                           "'error_rate': 1", ", 'F': {'init': '0s', 'duration': '5ms'}", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "F", "Invocations"), 0);
    model_execute(run, CDN("'duration': '100s', 'drain': '1s'", "", DISABLED ", " AT_EDGE("origin-response"), LAMBDA(""), "",
                           "'error_rate': 1", ", 'F': {'init': '0s', 'duration': '5ms'}", USERS("'constant': '1/s'")));
    assert_int_equal(count_of(run, "F", "Invocations"), 100);
}

/* What AWS refuses of a function at the edge, and that a scenario may want it. crosses: edge_viewer_timeout_s edge_viewer_memory_max_mb
 * crosses: edge_origin_timeout_s edge_origin_memory_max_mb edge_package_max_mb cf_function_code_max_kb */
static void test_refusals(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *event, *properties, *more, *behavior, *says, *refusal;
    } cases[] = {
        {"viewer-request", ", 'Timeout': 31", "", "", "Timeout may be at most 30 s for a viewer's event", "edge_timeout"},
        {"origin-request", ", 'Timeout': 31", "", "", "Timeout may be at most 30 s for an origin's event", "edge_timeout"},
        {"viewer-request", ", 'MemorySize': 256", "", "", "MemorySize may be at most 128 MB for a viewer's event", "edge_memory"},
        {"origin-request", "", "", ", 'F': {'code_size': '51MB'}", "behavior.code_size may be at most 50 MB", "edge_package"},
        {"origin-request", ", 'VpcConfig': {'SubnetIds': ['s'], 'SecurityGroupIds': ['g']}", "", "", "Lambda@Edge reaches no VPC",
         "edge_vpc"},
        {"origin-request", ", 'Layers': ['l']", "", "", "Lambda@Edge has no layers", "edge_layers"},
        {"origin-request", ", 'Environment': {'Variables': {'A': 'b'}}", "", "", "Lambda@Edge has no environment variables",
         "edge_environment"},
        {"origin-request", ", 'Architectures': ['arm64']", "", "", "runs on x86_64 alone", "edge_arm64"},
        {"origin-request", ", 'PackageType': 'Image'", "", "", "takes no container images", "edge_container"},
        {"origin-request", ", 'DeadLetterConfig': {'TargetArn': 'Q'}", ", 'Q': {'Type': 'AWS::SQS::Queue'}", "", "has no dead-letter queue",
         "edge_dead_letter"},
        {"origin-request", ", 'TracingConfig': {'Mode': 'Active'}", "", "", "Lambda@Edge has no X-Ray", "edge_tracing"},
        {"origin-request", ", 'EphemeralStorage': {'Size': 1024}", "", "", "the usual /tmp only", "edge_storage"},
        {"origin-request", ", 'Runtime': 'java21'", "", "", "Node.js and Python only", "edge_runtime"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int wanted = 0; wanted < 2; wanted++) {
            char text[3000];
            snprintf(
                text, sizeof text,
                "{'duration': '1s', 'allow_invalid': [%s%s%s], 'Resources': {'Origin': {'Type': 'Custom::External'}, 'Cdn': {'Type': "
                "'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': [{'Id': 'o', 'DomainName': 'Origin'}], "
                "'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all', " DISABLED
                ", 'LambdaFunctionAssociations': [{'EventType': '%s', 'LambdaFunctionARN': {'Ref': 'V'}}]}}}}, 'F': {'Type': "
                "'AWS::Lambda::Function', 'Properties': {%s}}, 'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': "
                "{'Ref': "
                "'F'}}}%s}, 'behavior': {'Cdn': {'latency': '0s'}%s}, 'traffic': [" USERS("'constant': '1/s'") "]}",
                wanted ? "'" : "", wanted ? cases[i].refusal : "", wanted ? "'" : "", cases[i].event,
                cases[i].properties + 2 * (cases[i].properties[0] == ','), cases[i].more, cases[i].behavior);
            const enum status status = model_load(run, text);
            if (status != (wanted ? STATUS_OK : STATUS_INVALID) || (!wanted && !diagnosed(&run->diagnostics, 0, 0, cases[i].says))) {
                diagnostics_print(&run->diagnostics, stderr, false);
                fail_msg("case %zu, wanted %d", i, wanted);
            }
        }
    /* 5 s for viewers by the course's rules */
    assert_int_equal(model_load(run, CDN("'duration': '1s', 'rules': 'course'", "", DISABLED ", " AT_EDGE("viewer-request"),
                                         LAMBDA(", 'Timeout': 6"), "", "", "", USERS("'constant': '1/s'"))),
                     STATUS_INVALID);
    static const struct refusal of_associations[] = {
        {"'FunctionAssociations': [{'EventType': 'origin-request', 'FunctionARN': 'Fn'}]",
         "viewer-request and viewer-response only, not for origin-request"},
        {"'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'F'}]", "names no AWS::CloudFront::Function"},
        {"'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'Fn'}, {'EventType': 'viewer-request', 'FunctionARN': "
         "'Fn'}]",
         "there are two functions for viewer-request"},
        {"'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'Fn'}], 'LambdaFunctionAssociations': [{'EventType': "
         "'viewer-response', 'LambdaFunctionARN': {'Ref': 'V'}}]",
         "cannot share a behavior's viewer events"},
        {"'LambdaFunctionAssociations': [{'EventType': 'origin-request', 'LambdaFunctionARN': 'F'}]", "not $LATEST and not an alias"},
        {"'LambdaFunctionAssociations': [{'EventType': 'origin-request', 'LambdaFunctionARN': 'Fn'}]",
         "names no function of this scenario"},
        {"'LambdaFunctionAssociations': [{'EventType': 'origin-request', 'LambdaFunctionARN': 'arn:aws:lambda:eu-west-1:1:function:F:1'}]",
         "lives in us-east-1"},
        {"'LambdaFunctionAssociations': [{'EventType': 'anytime', 'LambdaFunctionARN': 'F'}]", "must be one of"},
    };
    assert_refused(run, CDN("'duration': '1s'", "", DISABLED ", %s", LAMBDA("") FUNCTION, "", "", "", USERS("'constant': '1/s'")),
                   of_associations, sizeof of_associations / sizeof *of_associations);
    static const struct refusal of_code[] = {{", 'Fn': {'code_size': '11KB'}", "CloudFront takes functions of at most 10 KB"}};
    assert_refused(
        run, CDN("'duration': '1s'", "", DISABLED ", " BY_FUNCTION("viewer-request"), FUNCTION, "", "", "%s", USERS("'constant': '1/s'")),
        of_code, 1);
}

/* The function's role must let Lambda@Edge in, too. */
static void test_trust(void **state)
{
    struct model_run *run = *state;
#define TRUST(ALLOW, SERVICES)                                                                                                             \
    CDN("'duration': '1s', 'allow_invalid': [" ALLOW "]", "", DISABLED ", " AT_EDGE("origin-request"),                                     \
        LAMBDA(", 'Role': {'Fn::GetAtt': ['R', 'Arn']}") ", 'R': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': "   \
                                                         "{'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': "       \
                                                         "{'Service': [" SERVICES "]}, 'Action': 'sts:AssumeRole'}]}}}",                   \
        "", "", "", USERS("'constant': '1/s'"))
    assert_int_equal(model_load(run, TRUST("", "'lambda.amazonaws.com', 'edgelambda.amazonaws.com'")), STATUS_OK);
    assert_int_equal(model_load(run, TRUST("", "'lambda.amazonaws.com'")), STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "edgelambda.amazonaws.com"));
    assert_int_equal(model_load(run, TRUST("'permission'", "'lambda.amazonaws.com'")), STATUS_OK);
#undef TRUST
}

/* Each Region has quotas of its own. Ten environments in each, and 10 calls of a second in each second: of Poisson arrivals the part
 * B(10, 10) = 0.2146 is lost (Erlang). One Region's users alone lose as much, whatever the other's do. */
static void test_region_quotas(void **state)
{
    struct model_run *run = *state;
    /* crosses: edge_concurrency_per_region edge_rps_per_region edge_rps_per_environment */
#define REGIONS(RULES, BEHAVIOR, DURATION, TRAFFIC)                                                                                        \
    CDN("'duration': '2000s', 'drain': '5s', 'account': {'ConcurrentExecutions': 1000}, 'rules': {'base': 'current' " RULES "}", "",       \
        DISABLED ", " AT_EDGE("origin-request"), LAMBDA(""), BEHAVIOR, "", ", 'F': {'init': '0s', 'duration': '" DURATION "'}", TRAFFIC)
#define OF(NAME, REGION, ARRIVALS) "{'name': '" NAME "', 'target': 'Cdn', 'region': '" REGION "', " ARRIVALS "}"
    double lost = 1;
    for (int n = 1; n <= 10; n++)
        lost = 10 * lost / (n + 10 * lost);
    assert_near(lost, 0.2146, 1e-4);
    model_execute(run, REGIONS(", 'edge_concurrency_per_region': 10", "", "1s",
                               OF("de", "eu-central-1", "'poisson': '10/s'") ", " OF("jp", "ap-northeast-1", "'poisson': '5/s'")));
    const double refused = (double)fates_of(run, "de", FATE_REJECTED, "503 LambdaLimitExceeded");
    /* the lost come in bunches, of a second: five standard deviations of independent ones, twice */
    assert_near(refused / 20000, lost, 5 * sqrt(lost * (1 - lost) / 20000) * 2);
    double less = 1;
    for (int n = 1; n <= 10; n++)
        less = 5 * less / (n + 5 * less);
    assert_near((double)fates_of(run, "jp", FATE_REJECTED, "503 LambdaLimitExceeded") / 10000, less, 5 * sqrt(less / 10000) * 2);
    assert_int_equal(count_of(run, "F", "Throttles"), count_of(run, "Cdn", "LambdaLimitExceeded"));
    /* home is the account's: nobody is refused there; Stockholm's edge cache is London's */
    model_execute(run, REGIONS(", 'edge_concurrency_per_region': 10", "", "1s", OF("us", "us-east-1", "'poisson': '20/s'")));
    assert_int_equal(count_of(run, "F", "Throttles"), 0);
    model_execute(run, REGIONS(", 'edge_concurrency_per_region': 10", "", "1s",
                               OF("a", "eu-north-1", "'constant': '10/s'") ", " OF("b", "eu-west-2", "'constant': '10/s'")));
    assert_near((double)count_of(run, "F", "Throttles"), 20000, 100); /* 10 of 20 at once fit */
    /* by edges, whose Regions count, not their users' */
    model_execute(run, REGIONS(", 'edge_concurrency_per_region': 10", ", 'edges': [{'region': 'sa-east-1'}, {'region': 'ap-south-1'}]",
                               "1s", OF("a", "sa-east-1", "'constant': '10/s'") ", " OF("b", "ap-south-1", "'constant': '10/s'")));
    assert_int_equal(count_of(run, "F", "Throttles"), 0);
    /* requests a second: 100 of 150; and ten for each environment: 50 of 150 */
    model_execute(run, REGIONS(", 'edge_rps_per_region': 100", "", "5ms", OF("a", "eu-west-1", "'constant': '150/s'")));
    assert_in_range(count_of(run, "F", "Throttles"), 100000 - 11, 100000);
    model_execute(run, REGIONS(", 'edge_concurrency_per_region': 5", "", "5ms", OF("a", "eu-west-1", "'constant': '150/s'")));
    assert_in_range(count_of(run, "F", "Throttles"), 200000 - 6, 200000);
#undef REGIONS
}

/* A new version after 500 s: at each of four edges when it has come to it, by chance between 100 s and 300 s. */
static void test_update(void **state)
{
    struct model_run *run = *state;
#define UPDATED(DEPLOYMENT, CHANGE)                                                                                                        \
    CDN("'duration': '1000s', 'drain': '1s', 'changes': [" CHANGE "]", "", DISABLED ", " AT_EDGE("viewer-request"),                        \
        LAMBDA("") ", 'W': {'Type': 'AWS::Lambda::Version', 'DependsOn': 'V', 'Properties': {'FunctionName': {'Ref': 'F'}}}",              \
        ", 'edges': 4, 'deployment': " DEPLOYMENT, "", ", 'F': {'init': '0s', 'duration': '1ms'}", USERS("'constant': '10/s'"))
#define CHANGE(MORE) "{'at': '500s', 'UpdateDistribution': 'Cdn', 'EventType': 'viewer-request', 'LambdaFunctionARN': " MORE "}"
    model_execute(run, UPDATED("'200s'", CHANGE("'F:2'")));
    assert_int_equal(count_of(run, "F:1", "Invocations"), 7000);
    assert_int_equal(count_of(run, "F:2", "Invocations"), 3000);
    assert_near(billed(run, "F", "Lambda-Edge-Request", NULL), 10000, 0);
    /* four edges, each from a time of its own on: between 3,000 and 1,000 requests fewer than all 5,000, as many as come to it */
    model_execute(run, UPDATED("{'uniform': ['100s', '300s']}", CHANGE("'F:2'")));
    assert_near((double)count_of(run, "F:2", "Invocations"), 10 * 300, 5 * (10 * sqrt(200 * 200 / 12.0 / 4) + sqrt(5000 * 3 / 16.0)));
    assert_int_equal(count_of(run, "F:1", "Invocations") + count_of(run, "F:2", "Invocations"), 10000);
    /* two at once: the later one is what stays */
    model_execute(run, UPDATED("'10s'", CHANGE("'F:2'") ", {'at': '700s', 'UpdateDistribution': 'Cdn', 'EventType': 'viewer-request', "
                                                        "'LambdaFunctionARN': {'Ref': 'V'}}"));
    assert_int_equal(count_of(run, "F:2", "Invocations"), 2000);
    static const struct refusal of_updates[] = {
        {CHANGE("'G:1'"), "names no function of this scenario"},
        {CHANGE("'F'"), "Lambda@Edge runs numbered versions"},
        {CHANGE("'F:2', 'PathPattern': '/x'"), "there is no behavior of \"/x\""},
        {"{'at': '500s', 'UpdateDistribution': 'Cdn', 'EventType': 'viewer-request'}", "LambdaFunctionARN"},
    };
    assert_refused(run, UPDATED("'10s'", "%s"), of_updates, sizeof of_updates / sizeof *of_updates);
    static const struct refusal of_kinds[] = {{"", "cannot share a behavior's viewer events"}};
    assert_refused(run,
                   CDN("'duration': '10s', 'changes': [" CHANGE("'F:1' %s") "]", "", DISABLED ", " BY_FUNCTION("viewer-request"),
                       LAMBDA("") FUNCTION, "", "", "", USERS("'constant': '10/s'")),
                   of_kinds, 1);
#undef UPDATED
#undef CHANGE
}

/* How many there may be. crosses: cf_functions_max cf_function_distributions_max */
static void test_counts(void **state)
{
    struct model_run *run = *state;
#define COUNTED(RULE, DISTRIBUTIONS)                                                                                                       \
    "{'duration': '1s', 'rules': {'base': 'current', " RULE "}, 'Resources': {'O': {'Type': 'Custom::External'}, 'A': {'Type': "           \
    "'AWS::CloudFront::Function'}, 'B': {'Type': 'AWS::CloudFront::Function'}, 'C': {'Type': 'AWS::CloudFront::Function'}" DISTRIBUTIONS   \
    "}, 'traffic': [] %s}"
#define ONE(NAME)                                                                                                                          \
    ", '" NAME "': {'Type': 'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': [{'Id': 'o', 'DomainName': " \
    "'O'}], 'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all', " DISABLED                                \
    ", 'FunctionAssociations': [{'EventType': 'viewer-request', 'FunctionARN': 'A'}, {'EventType': 'viewer-response', 'FunctionARN': "     \
    "'A'}]}}}}"
    static const struct refusal of_functions[] = {{"", "an account has at most 2 CloudFront functions"}};
    static const struct refusal of_distributions[] = {{"", "is of at most 1 distributions"}};
    assert_refused(run, COUNTED("'cf_functions_max': 2", ""), of_functions, 1);
    assert_refused(run, COUNTED("'cf_function_distributions_max': 1", ONE("X") ONE("Y")), of_distributions, 1);
    model_run(run, COUNTED("'cf_functions_max': 3, 'cf_function_distributions_max': 2", ONE("X") ONE("Y")), "");
    model_run(run, COUNTED("'cf_functions_max': 2", ""), ", 'allow_invalid': ['edge_function_count']");
#undef COUNTED
#undef ONE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_triggers, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_rejects, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_trust, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_regions, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_limits, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_refusals, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_counts, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_update, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_region_quotas, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
