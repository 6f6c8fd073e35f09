/* test_balancer_health.c: target groups: health checks and what they cost, targets out of service, whose turn it is, servers' time limit.
 */
#include "balancer_bench.h"
#include "front_doors/balancer_units.h"

#define CHECKS ", 'HealthCheckEnabled': true"
#define EVERY_10 ", 'HealthCheckIntervalSeconds': 10"
#define TWO_SERVERS(MORE) EXTERNAL("A") EXTERNAL("B") GROUP("Group", "ip", SERVER("A") ", " SERVER("B"), MORE)

/* 30 days of checks each 35 s by one node: 74,057 invocations, and nobody called. With two subnets each node checks. */
static void test_cost(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BEFORE_F("'duration': '30d', 'period': '1d'", CHECKS, "", "'duration': '1ms'", ""));
    assert_int_equal(count_of(&run, "F", "Invocations"), 74057);
    assert_int_equal(count_of(&run, "Group", "HealthChecks"), 74057);
    assert_near(billed(&run, "F", "Request", NULL), 74057, 0);
    assert_int_equal(count_of(&run, "Alb", "RequestCount"), 0); /* CloudWatch leaves checks out */
    assert_near(figure(&run, "Group", "HealthyHostCount", "Minimum"), 1, 0);
    model_run(&run, BALANCER("'duration': '1d', 'period': '1d'", "'Subnets': ['subnet-1', 'subnet-2']",
                             FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), CHECKS), HANDLER("F", "'duration': '1ms'"), ""));
    assert_int_equal(count_of(&run, "F", "Invocations"),
                     2469 + 2468); /* 86,400 / 35 = 2,468.6 of each; one begins half an interval earlier */
    model_run(&run, BEFORE_F("'duration': '1h'", "", "", "'duration': '1ms'", ""));
    assert_int_equal(count_of(&run, "F", "Invocations"), 0); /* off by default */
    model_close(&run);
}

/* Down from 25 s to 125 s, checked each 10 s: out of service at the second failed check, 40 s; back at the fifth good one, 170 s. In
 * between the other gets all: of 10 requests a second half fail from 25 s to 40 s. */
static void test_out_of_service(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    const char *format =
        "{'duration': '5m', 'drain': '1s', 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer'}, "
        "'Web': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, "
        "'DefaultActions': [" FORWARD("Group") "]}}" TWO_SERVERS(
            EVERY_10) "}, 'behavior': {'Alb': {'overhead': '0s'}}, "
                      "'traffic': [" CALLER("c", "'constant': '10/s'") "], 'changes': [{'at': '25s', 'for': '100s', 'fault': 'A', "
                                                                       "'kind': 'down'}%s]}";
    model_run(&run, format, "");
    assert_int_equal(count_of(&run, "c", "Failed"), 75);
    assert_int_equal(count_of(&run, "Group", "HTTPCode_Target_5XX_Count"), 75);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_5XX_Count"), 0);
    assert_near(figure(&run, "Group", "UnHealthyHostCount", "Average"), 130.0 / 300, 1e-12);
    assert_near(figure(&run, "Group", "HealthyHostCount", "Average"), 2 - 130.0 / 300, 1e-12);
    assert_int_equal(count_of(&run, "Group", "HealthCheckFailures"), 10); /* at 30 s, ..., 120 s */
    assert_int_equal(count_of(&run, "Group", "UnhealthyRoutingRequestCount"), 0);
    assert_int_equal(count_of(&run, "A", "Calls"), 29 + 5 * (300 - 130)); /* its checks until 290 s, and half of the rest */
    /* Both down: the load balancer fails open from 40 s to 170 s, 1,300 requests, 850 of which fail. */
    model_run(&run, format, ", {'at': '25s', 'for': '100s', 'fault': 'B', 'kind': 'down'}");
    assert_int_equal(count_of(&run, "Group", "UnhealthyRoutingRequestCount"), 1300);
    assert_int_equal(count_of(&run, "c", "Failed"), 1000);
    model_close(&run);
}

/* A function that takes longer than the checks' timeout is unhealthy, runs on, and is paid for; requests go there all the same. */
static void test_slow_function(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, BEFORE_F("'duration': '100s', 'drain': '1m'", CHECKS ", 'HealthCheckTimeoutSeconds': 5" EVERY_10, "",
                             "'duration': '6s'", CALLER("c", "'constant': '1/s'")));
    assert_int_equal(count_of(&run, "c", "Succeeded"), 100);
    assert_int_equal(count_of(&run, "Group", "HealthChecks"), 9);
    assert_int_equal(count_of(&run, "Group", "HealthCheckFailures"), 9);
    assert_int_equal(count_of(&run, "F", "Invocations"), 109);
    assert_near(figure(&run, "Group", "UnHealthyHostCount", "Average"), 0.75, 1e-12); /* from 25 s on */
    assert_int_equal(count_of(&run, "Group", "UnhealthyRoutingRequestCount"),
                     74); /* those of 26 s, ..., 99 s: at 25 s the arrival comes first */
    model_close(&run);
}

/* In turn each gets half; by what is outstanding, a server 99 times slower gets hardly any: its one request is there for as long as 99. */
static void test_algorithms(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int least = 0; least <= 1; least++) {
        char text[2048];
        snprintf(
            text, sizeof text,
            BALANCER("'duration': '99s', 'drain': '2s'", "",
                     TWO_SERVERS(", 'HealthCheckIntervalSeconds': 300, 'TargetGroupAttributes': [{'Key': 'load_balancing.algorithm.type', "
                                 "'Value': '%s'}]"),
                     "}, 'A': {'latency': '990ms'}, 'B': {'latency': '9ms'", CALLER("c", "'constant': '100/s'")),
            least ? "least_outstanding_requests" : "round_robin");
        model_execute(&run, text);
        assert_int_equal(count_of(&run, "A", "Calls"), least ? 100 : 4950);
        assert_int_equal(count_of(&run, "c", "Succeeded"), 9900);
    }
    model_close(&run);
}

/* A server has 60 s, or what the attribute says, and serves on for nobody. */
static void test_idle(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    const char *format = BALANCER("'duration': '1m', 'drain': '5m'", "%s",
                                  EXTERNAL("S") GROUP("Group", "instance", SERVER("S"), ", 'HealthCheckIntervalSeconds': 300"),
                                  "}, 'S': {'latency': '%s'", CALLER("c", "'constant': '1/s', 'count': 5"));
    model_run(&run, format, "", "61s");
    assert_int_equal(fates_of(&run, "Alb", FATE_TIMED_OUT, "504 idle timeout"), 5);
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_504_Count"), 5);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 60000, 0);
    model_run(&run, format, "", "60s"); /* what ends at the limit is in time */
    assert_int_equal(count_of(&run, "c", "Succeeded"), 5);
    model_run(&run, format, "'LoadBalancerAttributes': [{'Key': 'idle_timeout.timeout_seconds', 'Value': '120'}]", "61s");
    assert_int_equal(count_of(&run, "c", "Succeeded"), 5);
    model_close(&run);
}

#define COME_AND_GO ", 'changes': [{'at': '5500ms', 'DeregisterTargets': 'Group'%s}, {'at': '20500ms', 'RegisterTargets': 'Group'%s}]}"
#define ONE_GROUP(RESOURCES, BEHAVIOR)                                                                                                     \
    "{'duration': '1m', 'drain': '1m', 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer'}, "                       \
    "'Web': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, "                          \
    "'DefaultActions': [" FORWARD("Group") "]}}" RESOURCES "}, 'behavior': {'Alb': {'overhead': '0s'}, " BEHAVIOR                          \
                                           "}, 'traffic': [" CALLER("c", "'constant': '1/s'") "]" COME_AND_GO

/* Calls of 10 s, one a second. A function that goes at 5.5 s fails the six that are under way; 15 find nobody until it is back at 20.5 s. A
 * server has five seconds for them: only the first is over by then, at 10 s. */
static void test_come_and_go(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        ONE_GROUP(FUNCTION("F", "") GROUP("Group", "lambda", TARGET("F"), ""), "'F': {'init': '0s', 'placement': '0s', 'duration': '10s'}"),
        "", "");
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "502 target deregistered"), 6);
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "503 no registered target"), 15);
    assert_int_equal(count_of(&run, "c", "Succeeded"), 39);
    assert_int_equal(count_of(&run, "F", "Invocations"), 45); /* those that were given up run on */
    assert_near(figure(&run, "Group", "HealthyHostCount", "Average"), 0.75, 1e-12);
    model_run(&run,
              ONE_GROUP(EXTERNAL("S") GROUP("Group", "ip", SERVER("S"),
                                            ", 'TargetGroupAttributes': [{'Key': 'deregistration_delay.timeout_seconds', 'Value': 5}]"),
                        "'S': {'latency': '10s'}"),
              ", 'Id': 'S'", ", 'Id': 'S'");
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "502 target deregistered"), 5);
    assert_int_equal(fates_of(&run, "Alb", FATE_FAILED, "503 no registered target"), 15);
    assert_int_equal(count_of(&run, "c", "Succeeded"), 40);
    /* one of two: the other gets all; it is back after its next check, at 30 s, so that both get their turns from there on */
    model_run(
        &run,
        ONE_GROUP(EXTERNAL("S") EXTERNAL("T") GROUP("Group", "ip", SERVER("S") ", " SERVER("T"), EVERY_10), "'S': {'latency': '1ms'}"),
        ", 'Id': 'S'", ", 'Id': 'S'");
    assert_int_equal(count_of(&run, "c", "Succeeded"), 60);
    assert_near(figure(&run, "Group", "HealthyHostCount", "Average"), 2 - 24.501 / 60, 1e-12);
    assert_near(figure(&run, "Group", "UnHealthyHostCount", "Average"), 9.501 / 60, 1e-12);
    assert_int_equal(count_of(&run, "S", "Calls"), 3 + 3 + 15); /* its checks at 30 s, 40 s, 50 s; before, and after */
    balancer_refused(&run,
                     "{'duration': '1m', 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer'}, 'Web': {'Type': "
                     "'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, "
                     "'DefaultActions': [" FORWARD("Group") "]}}" EXTERNAL("S") EXTERNAL("T")
                         GROUP("Group", "ip", SERVER("S"), "") "}, 'changes': [{'at': '1s', 'DeregisterTargets': 'Group', 'Id': 'T'}]}",
                     "T is no target of Group");
    model_close(&run);
}

/* The balancer's own faults. */
static void test_faults(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '1m', 'drain': '1m', 'Resources': {'Alb': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer'}, "
        "'Web': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'Alb'}, "
        "'DefaultActions': [" FORWARD("Group") "]}}" TWO_SERVERS(
            "") "}, 'behavior': {'Alb': {'overhead': '10ms'}}, "
                "'traffic': [" CALLER(
                    "c",
                    "'constant': '10/s'") "], 'changes': [{'at': '10s', 'for': '10s', 'fault': 'Alb', "
                                          "'kind': 'down'}, {'at': '30s', 'for': '10s', 'fault': 'Alb', 'kind': 'slow', 'factor': 10}]}");
    assert_int_equal(count_of(&run, "Alb", "HTTPCode_ELB_500_Count"), 100);
    assert_int_equal(count_of(&run, "c", "Failed"), 100);
    assert_near(figure(&run, "c", "ResponseTime", "Maximum"), 100, 0);
    model_close(&run);
}

/* The largest dimension, by what the pricing page says of one unit. */
static void test_units(void **state)
{
    (void)state;
    struct rule_book *rules = model_rules("current");
    struct lcu_meter meter;
    const struct lcu_use none = {0};
    lcu_init(&meter, rules);
    rule_book_free(rules);
    assert_int_equal(meter.free_rules, 10);
    const struct lcu_use one[] = {{.connections = 25 * 3600},
                                  {.active = (int128)3000 * NS_PER_HOUR},
                                  {.server_bytes = UINT64_C(1) << 30},
                                  {.function_bytes = 429496730},
                                  {.evaluations = 3600000}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        assert_near(lcu_units(&meter.rates, &none, &one[i], NS_PER_HOUR), 1, 1e-8);
        assert_near(lcu_units(&meter.rates, &none, &one[i], NS_PER_HOUR / 2), 2, 1e-8);
    }
    assert_near(lcu_units(&meter.rates, &none, &(struct lcu_use){.connections = 25 * 3600, .evaluations = 7200000}, NS_PER_HOUR), 2, 1e-12);
    assert_near(
        lcu_units(&meter.rates, &none, &(struct lcu_use){.server_bytes = UINT64_C(1) << 29, .function_bytes = 214748365}, NS_PER_HOUR), 1,
        1e-8);
    assert_near(lcu_units(&meter.rates, &none, &none, 0), 0, 0);
    /* an hour that is over, and the beginning of another */
    lcu_begin(&meter, 0);
    meter.use.connections = 25 * 3600;
    assert_near(lcu_minute(&meter, NS_PER_HOUR, false), 1, 1e-12);
    meter.use.connections += 25 * 60;
    assert_near(lcu_minute(&meter, NS_PER_HOUR + NS_PER_MIN, false), 1 / 60.0, 1e-12);
    assert_near(meter.unit_hours, 1, 1e-12);
    assert_int_equal(lcu_minute_end_ns(&meter, NS_PER_HOUR + NS_PER_MIN + 1), NS_PER_HOUR + NS_PER_MIN + 1);
    lcu_minute(&meter, NS_PER_HOUR + 2 * NS_PER_MIN, true);
    assert_near(meter.unit_hours, 1 + 1 / 60.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost),        cmocka_unit_test(test_out_of_service), cmocka_unit_test(test_slow_function),
        cmocka_unit_test(test_algorithms),  cmocka_unit_test(test_idle),           cmocka_unit_test(test_faults),
        cmocka_unit_test(test_come_and_go), cmocka_unit_test(test_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
