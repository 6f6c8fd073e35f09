/* test_balancer.c: requests through a load balancer to functions: what becomes of them, rules, capacity units, the bill. */
#include "balancer_bench.h"
#include "statistics_bounds.h"

#define FIVE "'constant': '1/s', 'count': 5"
#define SOON "'duration': '1m', 'drain': '10m'"

/* All served, long it takes: there is no time limit but the function's. */
static void test_served(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BEFORE_F(SOON, "", "", "'duration': '70s', 'response': '3KB'", CALLER("c", FIVE ", 'payload': '2KB'")));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 5);
    assert_int_equal(count_of(&run, "Alb", "RequestCount"), 5);
    assert_int_equal(count_of(&run, "Group", "HTTPCode_Target_2XX_Count"), 5);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_5XX_Count"), 0);
    assert_int_equal(count_of(&run, "Alb", "ProcessedBytes"), 5 * (2 + 3) * 1024);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 70000, 0);
    model_run(&run, BEFORE_F("'duration': '10m'", "", "", "'duration': '70s', 'response': '3KB'",
                             CALLER("c", FIVE ", 'payload': '2KB', 'headers': '1KB'")));
    assert_int_equal(count_of(&run, "Alb", "ProcessedBytes"), 5 * (2 + 1 + 3) * 1024);
    assert_int_equal(count_of(&run, "Group", "LambdaTargetProcessedBytes"), 5 * (2 + 1 + 3) * 1024);
    assert_near(figure(&run, "Group", "TargetResponseTime", "Maximum"), 70, 0);
    assert_near(figure(&run, "Alb", "ActiveConnectionCount", "Average"), 5 * 70 / 600.0, 1e-12); /* Little's law */
    model_close(&run);
}

/* 502 for whatever a function fails, by the reasons of the access log; 413 for what is too large for it. */
/* crosses: alb_body_max_mb alb_response_max_mb alb_headers_max_kb */
static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *properties, *behavior, *group, *source, *cause;
        enum fate fate;
        int invocations, user_errors, bad_gateways;
    } cases[] = {
        {"", "'error_rate': 1", "", "", "502 LambdaUnhandled", FATE_FAILED, 5, 5, 5},
        {"'Timeout': 3, ", "'duration': '4s'", "", "", "502 LambdaUnhandled", FATE_FAILED, 5, 5, 5},
        {"'ReservedConcurrentExecutions': 0, ", "'duration': '1s'", "", "", "502 LambdaThrottling", FATE_FAILED, 0, 5, 5},
        {"", "'response': '1048577B'", "", "", "502 LambdaResponseTooLarge", FATE_FAILED, 5, 5, 5},
        {"", "'duration': '1ms'", "}, 'Group': {'malformed_rate': 1", "", "502 LambdaInvalidResponse", FATE_FAILED, 5, 5, 5},
        {"", "'duration': '1ms'", "", ", 'payload': '1048577B'", "413 LambdaRequestTooLarge", FATE_REJECTED, 0, 5, 0},
        {"", "'duration': '1ms'", "", ", 'headers': '65537B'", "413 headers too large", FATE_REJECTED, 0, 0, 0},
        {"", "'duration': '1ms', 'response': '1MB'", "", ", 'payload': '1MB', 'headers': '64KB', 'base64': true", "", FATE_SUCCEEDED, 5, 0,
         0},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 BALANCER(SOON, "",
                          ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {%s'MemorySize': 128}}" GROUP("Group", "lambda",
                                                                                                                TARGET("F"), ""),
                          HANDLER("F", "%s") "%s", CALLER("c", FIVE "%s")),
                 cases[i].properties, cases[i].behavior, cases[i].group, cases[i].source);
        model_execute(&run, text);
        assert_int_equal(fates_of(&run, "Alb", cases[i].fate, cases[i].cause), 5);
        assert_int_equal(count_of(&run, "F", "Invocations"), cases[i].invocations);
        assert_int_equal(count_of(&run, "Group", "LambdaUserError"), cases[i].user_errors);
        assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_502_Count"), cases[i].bad_gateways);
        assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_5XX_Count"), cases[i].bad_gateways);
        assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_4XX_Count"), cases[i].fate == FATE_REJECTED ? 5 : 0);
        assert_int_equal(count_of(&run, "Alb", "Calls"), 5);
    }
    model_close(&run);
}

/* A body of 900 KB is 1,200 KB of text on its way to the function. */
static void test_binary(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              BEFORE_F(SOON, "", "", "'duration': '1ms', 'response': '1KB'", CALLER("c", FIVE ", 'payload': '900KB', 'base64': true")));
    assert_int_equal(count_of(&run, "Group", "LambdaTargetProcessedBytes"), 5 * 1201 * 1024);
    assert_int_equal(count_of(&run, "Alb", "ProcessedBytes"), 5 * 901 * 1024);
    model_close(&run);
}

/* A client that gives up after a second is counted once its answer is there: 460. */
static void test_client_gone(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BEFORE_F(SOON, "", "", "'duration': '2s'", CALLER("c", FIVE ", 'client_timeout': '1s'")));
    assert_int_equal(count_of(&run, "c", "Failed"), 5);
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "460 the client closed the connection"), 5);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_4XX_Count"), 5);
    assert_int_equal(count_of(&run, "F", "Invocations"), 5);
    model_close(&run);
}

/* Rules by priority, the default not counted; fixed responses, redirects and groups without targets choose no target. */
static void test_rules(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        BALANCER(SOON, "",
                 FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), "") GROUP("Empty", "ip", "", "")
                     RULE("Third", "30", PATH("/*"), FIXED("404")) RULE("First", "10", PATH("/gone"), FIXED("503"))
                         RULE("Second", "20",
                              PATH("/move*") ", {'Field': 'http-request-method', 'HttpRequestMethodConfig': {'Values': ['GET']}}",
                              "{'Type': 'redirect', 'RedirectConfig': {'StatusCode': 'HTTP_301'}}")
                             RULE("Nobody", "5", PATH("/nobody"), FORWARD("Empty")) RULE("Served", "25", PATH("/ok"), FORWARD("Group")),
                 HANDLER("F", "'duration': '1ms'"),
                 CALLER("gone", FIVE ", 'request': 'GET /gone'") "," CALLER("moved", FIVE ", 'request': 'GET /moved'") "," CALLER(
                     "post", FIVE
                     ", 'request': 'POST /moved'") "," CALLER("nobody", FIVE
                                                              ", 'request': 'GET /nobody'") "," CALLER("ok", FIVE ", 'request': 'GET "
                                                                                                                  "/ok?a=1'") ", {'name': "
                                                                                                                              "'silent', "
                                                                                                                              "'target': "
                                                                                                                              "'Web', " FIVE
                                                                                                                              "}"));
    assert_int_equal(fates_of(&run, "gone", FATE_FAILED, "503 fixed response"), 5);
    assert_int_equal(count_of(&run, "moved", "Succeeded"), 5);
    assert_int_equal(fates_of(&run, "post", FATE_FAILED, "4XX fixed response"), 5);
    assert_int_equal(fates_of(&run, "nobody", FATE_FAILED, "503 no registered target"), 5);
    assert_int_equal(count_of(&run, "ok", "Succeeded"), 5);
    assert_int_equal(fates_of(&run, "silent", FATE_FAILED, "4XX fixed response"), 5); /* "GET /" */
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_503_Count"), 10);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_4XX_Count"), 10);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_3XX_Count"), 5);
    assert_int_equal(count_of(&run, "Alb", "HTTP_Fixed_Response_Count"), 15);
    assert_int_equal(count_of(&run, "Alb", "HTTP_Redirect_Count"), 5);
    assert_int_equal(count_of(&run, "Alb", "RequestCount"), 5);
    assert_int_equal(count_of(&run, "Alb", "RuleEvaluations"), 5 * (1 + 2 + 3 + 4 + 5 + 5));
    assert_int_equal(count_of(&run, "Alb", "Calls"), 30);
    model_close(&run);
}

/* Weights, and rules of which only a rate is known: tests of a hypothesis. */
static void test_shares(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        BALANCER("'duration': '1000s', 'drain': '1s'", "",
                 FUNCTION("F", "") FUNCTION("G", "") FUNCTION("H", "") GROUP("Group", "lambda", TARGET("F"), "")
                     GROUP("Green", "lambda", TARGET("G"), "") GROUP("Beta", "lambda", TARGET("H"), "") RULE(
                         "Canary", "2", PATH("/*"),
                         "{'Type': 'forward', 'ForwardConfig': {'TargetGroups': [{'TargetGroupArn': {'Ref': 'Group'}, 'Weight': 3}, "
                         "{'TargetGroupArn': {'Ref': 'Green'}, 'Weight': 1}]}}")
                         RULE("Testers", "1", "{'Field': 'http-header', 'HttpHeaderConfig': {'HttpHeaderName': 'x-beta', 'Values': ['1']}}",
                              FORWARD("Beta")),
                 HANDLER("F", "'duration': '1ms'") HANDLER("G", "'duration': '1ms'")
                     HANDLER("H", "'duration': '1ms'") "}, 'Testers': {'match_rate': 0.2",
                 CALLER("c", "'constant': '10/s'")));
    const double beta = (double)count_of(&run, "H", "Invocations"), green = (double)count_of(&run, "G", "Invocations"), n = 10000;
    check_z("beta", (beta - 0.2 * n) / sqrt(n * 0.2 * 0.8), 1e-3);
    check_z("green", (green - 0.25 * (n - beta)) / sqrt((n - beta) * 0.25 * 0.75), 1e-3);
    assert_int_equal(count_of(&run, "F", "Invocations"), n - beta - green);
    assert_int_equal(count_of(&run, "Alb", "RuleEvaluations"), 2 * n - beta);
    model_close(&run);
}

/* Behavior that changes while it runs: a bad release from 20 s to 40 s, a header that nobody sends from 50 s on. */
static void test_live(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '1m', 'drain': '1s', 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer'}, 'Web': {'Type': "
        "'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, 'DefaultActions': [" FIXED(
            "404") "]}}" FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), "")
            RULE("Beta", "1", "{'Field': 'http-header', 'HttpHeaderConfig': {'HttpHeaderName': 'x-beta', 'Values': ['1']}}",
                 FORWARD("Group")) "}, 'behavior': {'Alb': {'overhead': '0s'}, 'Beta': {'match_rate': 1}"
                                   ", 'F': {'init': '0s', 'placement': '0s', 'duration': '1ms'}}, "
                                   "'traffic': [" CALLER("c", "'constant': '1/s'") "], 'changes': [{'at': '19500ms', 'for': '20s', 'set': "
                                                                                   "{'Group.behavior.malformed_rate': 1}}, {'at': "
                                                                                   "'49500ms', 'set': {'Beta.behavior.match_rate': 0}}]}");
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "502 LambdaInvalidResponse"), 20);
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "4XX fixed response"), 10);
    assert_int_equal(count_of(&run, "F", "Invocations"), 50);
    model_close(&run);
}

/* Multi-value headers: AWS's own examples, two values of a query parameter and two cookies. */
static void test_values(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    const char *source = ", 'request': 'GET /?&myKey=val1&myKey=val2', 'event': {'httpMethod': 'GET', 'headers': {'cookie': "
                         "['name1=value1', 'name2=value2'], 'host': 'a'}}";
    for (int on = 0; on <= 1; on++) {
        char text[2048];
        snprintf(text, sizeof text,
                 BEFORE_F(SOON, ", 'TargetGroupAttributes': [{'Key': 'lambda.multi_value_headers.enabled', 'Value': '%s'}]", "",
                          "'duration': '1ms'", CALLER("c", FIVE "%s")),
                 on ? "true" : "false", source);
        model_execute(&run, text);
        assert_int_equal(count_of(&run, "Group", "ValuesDropped"), on ? 0 : 10);
        assert_int_equal(count_of(&run, "c", "Succeeded"), 5);
    }
    model_close(&run);
}

/* Each dimension of a capacity unit in turn, over two hours of which the second is quiet, and a warm-up. */
static void test_units(void **state)
{
    (void)state;
    struct model_run run;
    double usd;
    model_open(&run);
    /* 50 new connections a second: two units, for an hour of the two */
    model_run(&run, BEFORE_F("'duration': '2h'", "", "", "'duration': '1ms', 'response': '1B'",
                             CALLER("c", "'constant': '50/s', 'until': '1h', 'payload': '1B'")));
    assert_near(billed(&run, "Alb", "LCUUsage", &usd), 2, 1e-9);
    assert_near(usd, 2 * 0.008, 1e-9);
    assert_near(billed(&run, "Alb", "LoadBalancerUsage", &usd), 2, 0);
    assert_near(usd, 0.045, 1e-9);
    assert_near(figure(&run, "Alb", "ConsumedLCUs", "Sum"), 2, 1e-6);
    assert_near(figure(&run, "Alb", "ConsumedLCUs", "SampleCount"), 120, 0);
    /* The same with 10 requests a connection, each open for ten minutes: 5 x 600 = 3,000 of them, once it is steady; measured from then on
     */
    model_run(&run,
              BALANCER("'duration': '90m', 'warmup': '30m'", "", FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), ""),
                       ", 'requests_per_connection': 10, 'connection_time': '10m'" HANDLER("F", "'duration': '1ms', 'response': '1B'"),
                       CALLER("c", "'constant': '50/s', 'payload': '1B'")));
    assert_near(figure(&run, "Alb", "ActiveConnectionCount", "Average"), 3000, 1e-6);
    assert_int_equal(count_of(&run, "Alb", "NewConnectionCount"), 18000);
    assert_near(billed(&run, "Alb", "LCUUsage", NULL), 1, 1e-9);
    assert_near(billed(&run, "Alb", "LoadBalancerUsage", NULL), 1, 0);
    /* 0.4 GB an hour of a function, in and out: a tenth of a request a second of 1 MB in all; half an hour of it. All is of one hour only.
     */
    model_run(&run, BEFORE_F("'duration': '30m'", "", "", "'duration': '1ms', 'response': '512KB'",
                             CALLER("c", "'constant': '1/s', 'payload': '512KB'")));
    assert_near(billed(&run, "Alb", "LCUUsage", NULL), 1800 / (0.4 * 1024), 1e-9);
    /* of a server 1 GB, answers of 1 KB */
    model_run(&run,
              BALANCER("'duration': '30m'", "", EXTERNAL("S") GROUP("Group", "ip", SERVER("S"), ", 'HealthCheckIntervalSeconds': 300"), "",
                       CALLER("c", "'constant': '1/s', 'payload': '1023KB'")));
    assert_near(billed(&run, "Alb", "LCUUsage", NULL), 1800 / 1024.0, 1e-9);
    model_close(&run);
}

/* Thirty rules that never hold: twenty beyond the free ones, of 100 requests a second on few connections: two units. */
static void test_rule_units(void **state)
{
    (void)state;
    struct model_run run;
    char rules[16384] = "";
    char *text;
    model_open(&run);
    for (int i = 1; i <= 30; i++) {
        char rule[400];
        snprintf(rule, sizeof rule,
                 ", 'R%d': {'Type': 'AWS::ElasticLoadBalancingV2::ListenerRule', 'Properties': {'ListenerArn': {'Ref': 'Web'}, "
                 "'Priority': %d, 'Conditions': [" PATH("/r%d") "], 'Actions': [" FIXED("404") "]}}",
                 i, i, i);
        strcat(rules, rule);
    }
    assert_true(asprintf(&text,
                         BALANCER("'duration': '1h'", "", FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), "") "%s",
                                  ", 'requests_per_connection': 1000" HANDLER("F", "'duration': '1ms'"),
                                  CALLER("c", "'constant': '100/s', 'payload': '1B'")),
                         rules) > 0);
    model_execute(&run, text);
    free(text);
    assert_int_equal(count_of(&run, "Alb", "RuleEvaluations"), 30 * 360000);
    assert_near(billed(&run, "Alb", "LCUUsage", NULL), 2, 1e-9);
    model_close(&run);
}

/* A function's alias as a target, and a step of another function that calls the load balancer. */
static void test_neighbours(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BALANCER(SOON, "",
                             FUNCTION("F", "")
                                 FUNCTION("G", "") ", 'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Ref': 'F'}}}, "
                                                   "'Live': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, "
                                                   "'FunctionVersion': {'Fn::GetAtt': ['V', 'Version']}, "
                                                   "'Name': 'live'}}" GROUP("Group", "lambda", SERVER("Live"), "")
                                                       RULE("No", "1", PATH("/no"), FIXED("400")),
                             HANDLER("F", "'duration': '1ms'") "}, 'G': {'init': '0s', 'steps': [{'call': 'Alb', 'request': 'GET /yes'}, "
                                                               "{'call': 'Web', 'request': 'GET /no', 'on_error': 'continue'}]",
                             "{'name': 'c', 'target': 'G', " FIVE "}"));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 5);
    assert_int_equal(count_of(&run, "F:live", "Invocations"), 5);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_4XX_Count"), 5);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_served),      cmocka_unit_test(test_failures), cmocka_unit_test(test_binary),
        cmocka_unit_test(test_client_gone), cmocka_unit_test(test_rules),    cmocka_unit_test(test_shares),
        cmocka_unit_test(test_values),      cmocka_unit_test(test_units),    cmocka_unit_test(test_rule_units),
        cmocka_unit_test(test_neighbours),  cmocka_unit_test(test_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
