/* test_servers.c: requests on servers: threads and lines, vCPUs that are shared, servers that boot, drain, are lost and billed. */
#include "model_fixture.h"

#define FUNCTION "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769, 'Timeout': 30}}"
#define INSTANCE(TYPE) "'S': {'Type': 'AWS::EC2::Instance', 'Properties': {'InstanceType': '" TYPE "'}}"
#define GROUP(SIZES)                                                                                                                       \
    "'T': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, "                      \
    "'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': {" SIZES ", 'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'T'}}}}"
#define TASKS(CPU, MEMORY, MORE)                                                                                                           \
    "'T': {'Type': 'AWS::ECS::TaskDefinition', 'Properties': {'Cpu': '" CPU "', 'Memory': '" MEMORY "'}}, "                                \
    "'S': {'Type': 'AWS::ECS::Service', 'Properties': {'TaskDefinition': {'Ref': 'T'}, 'LaunchType': 'FARGATE'" MORE "}}"
#define AT_ONCE(COUNT) "{'name': 'u', 'target': 'S', 'bursts': {'size': " COUNT ", 'every': '1h'}}"
#define SCENARIO(RESOURCES, HANDLER, SERVER, TRAFFIC, MORE)                                                                                \
    "{'duration': '10m', 'drain': '1m', 'Resources': {" FUNCTION ", " RESOURCES "}, 'behavior': {'F': {'init': '0ms', " HANDLER            \
    "}, 'S': {'like': 'F'" SERVER "}}, 'traffic': [" TRAFFIC "]" MORE "}"

static double slowest_ms(const struct model_run *run)
{
    return figure(run, "S", "ServerTime", "Maximum");
}

/* Work shares the vCPUs, each piece at most one of them. */
static void test_shared_vcpus(void **state)
{
    struct model_run *run = *state;
    /* Four of 100 ms on two vCPUs: each gets half of one. */
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'cpu': '100ms'", "", AT_ONCE("4"), ""));
    assert_near(slowest_ms(run), 200, 1e-9);
    assert_near(figure(run, "S", "ServerTime", "Minimum"), 200, 1e-9);
    /* 0.4 vCPU x s on 2 vCPU x 600 s. */
    assert_near(figure(run, "S", "CPUUtilization", "Average"), 100 * 0.4 / 1200, 1e-9);
    model_forget(run);
    /* Two on two: alone on one each. */
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'cpu': '100ms'", "", AT_ONCE("2"), ""));
    assert_near(slowest_ms(run), 100, 1e-9);
    model_forget(run);
    /* A quarter of a vCPU. */
    model_execute(run, SCENARIO(TASKS("256", "512", ""), "'cpu': '100ms'", "", AT_ONCE("1"), ""));
    assert_near(slowest_ms(run), 400, 1e-9);
    model_forget(run);
    /* Half of it on both vCPUs: 50 ms and 25. */
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'cpu': '100ms', 'parallel': 0.5", "", AT_ONCE("1"), ""));
    assert_near(slowest_ms(run), 75, 1e-9);
    model_forget(run);
    /* The same in steps, and of two branches at once: 100 ms of work of each on a vCPU of its own. */
    model_execute(run, SCENARIO(INSTANCE("m5.large"),
                                "'steps': [{'cpu': '100ms', 'parallel': 0.5}, {'wait': '5ms'}, "
                                "{'parallel': [[{'cpu': '100ms'}], [{'cpu': '100ms'}]]}]",
                                "", AT_ONCE("1"), ""));
    assert_near(slowest_ms(run), 75 + 5 + 100, 1e-6);
    model_forget(run);
    /* One vCPU has both branches: 200 ms. */
    model_execute(run, SCENARIO(TASKS("1024", "2048", ""), "'steps': [{'parallel': [[{'cpu': '100ms'}], [{'cpu': '100ms'}]]}]", "",
                                AT_ONCE("1"), ""));
    assert_near(slowest_ms(run), 200, 1e-6);
}

/* What is answered goes out one behind the other, and holds its thread: 4 of 62.5 MB (65,536,000 bytes) through 5,000 Mbit/s. What users
 * get of it leaves AWS, and so does what comes by a load balancer; not what an internal one has, or a distribution. */
static void test_answers(void **state)
{
    struct model_run *run = *state;
    const double one_ms = 65536000 / (5000e6 / 8) * 1e3, gb = 62.5 / 1024;
    double usd;
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'wait': '10ms'", ", 'response': '62.5MB'", AT_ONCE("4"),
                                ", 'rules': {'base': 'current', 'server_network_mbps': 5000}"));
    assert_near(figure(run, "S", "ServerTime", "Minimum"), 10 + one_ms, 1e-5);
    assert_near(slowest_ms(run), 10 + 4 * one_ms, 1e-5);
    assert_near(billed(run, "S", "DataTransfer-Out-Bytes", &usd), 4 * gb, 1e-9);
    assert_near(usd, 4 * gb * 0.09, 1e-9);
    assert_int_equal(count_of(run, "S", "NetworkOut"), 4 * 65536000);
    model_forget(run);
    /* two threads: the third begins when the first answer is out */
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'wait': '10ms'", ", 'response': '62.5MB', 'capacity': 1", AT_ONCE("2"),
                                ", 'rules': {'base': 'current', 'server_network_mbps': 5000}"));
    assert_near(slowest_ms(run), 2 * (10 + one_ms), 1e-5);
    model_forget(run);
    /* what fails has no answer to send */
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'wait': '10ms', 'error_rate': 1", ", 'response': '62.5MB'", AT_ONCE("4"), ""));
    assert_near(slowest_ms(run), 10, 1e-9);
    assert_near(billed(run, "S", "DataTransfer-Out-Bytes", NULL), 0, 0);
    model_forget(run);
#define BEHIND(SCHEME, MORE, TARGET)                                                                                                       \
    "{'duration': '10m', 'drain': '1m', 'Resources': {" FUNCTION                                                                           \
    ", " GROUP("'MinSize': 1, 'MaxSize': 1, 'TargetGroupARNs': ['G']") ", 'G': {'Type': 'AWS::ElasticLoadBalancingV2::TargetGroup', "      \
                                                                       "'Properties': {'TargetType': 'instance', 'Protocol': 'HTTP', "     \
                                                                       "'Port': 80}}, 'L': {'Type': "                                      \
                                                                       "'AWS::ElasticLoadBalancingV2::LoadBalancer', 'Properties': "       \
                                                                       "{'Scheme': '" SCHEME                                               \
                                                                       "'}}, 'H': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', "      \
                                                                       "'Properties': {'LoadBalancerArn': {'Ref': 'L'}, 'Port': 80, "      \
                                                                       "'Protocol': 'HTTP', 'DefaultActions': [{'Type': 'forward', "       \
                                                                       "'TargetGroupArn': {'Ref': 'G'}}]}}" MORE                           \
                                                                       "}, 'behavior': {'F': {'init': '0ms', 'wait': '1ms'}, 'S': "        \
                                                                       "{'like': 'F', 'response': '10MB'}}, 'traffic': [{'name': 'u', "    \
                                                                       "'target': '" TARGET                                                \
                                                                       "', 'constant': '1/s', 'from': '5m', 'count': 100}]}"
    model_execute(run, BEHIND("internet-facing", "", "L"));
    assert_int_equal(fates_of(run, "u", FATE_SUCCEEDED, ""), 100);
    assert_near(billed(run, "L", "DataTransfer-Out-Bytes", NULL), 1000 / 1024.0, 1e-9);
    assert_near(billed(run, "S", "DataTransfer-Out-Bytes", NULL), 0, 0);
    assert_int_equal(count_of(run, "S", "NetworkOut"), 1000 * 1048576);
    model_forget(run);
    model_execute(run, BEHIND("internal", "", "L"));
    assert_near(billed(run, "L", "DataTransfer-Out-Bytes", NULL), 0, 0);
    model_forget(run);
    /* a distribution in front: it gets what the servers say, for nothing, and its users pay for it there */
    model_execute(run, BEHIND("internet-facing",
                              ", 'Cdn': {'Type': 'AWS::CloudFront::Distribution', 'Properties': {'DistributionConfig': {'Origins': "
                              "[{'Id': 'o', 'DomainName': {'Fn::GetAtt': ['L', 'DNSName']}, 'CustomOriginConfig': {}}], "
                              "'DefaultCacheBehavior': {'TargetOriginId': 'o', 'ViewerProtocolPolicy': 'allow-all', 'CachePolicyId': "
                              "'658327ea-f89d-4fab-a63d-7e88639e58f6'}}}}",
                              "Cdn"));
    assert_int_equal(count_of(run, "S", "ServerRequests"), 1);
    assert_int_equal(count_of(run, "Cdn", "BytesDownloaded"), 1000 * 1048576);
    assert_near(billed(run, "L", "DataTransfer-Out-Bytes", NULL), 0, 0);
    assert_near(billed(run, "Cdn", "US-DataTransfer-Out-Bytes", NULL), 1000 / 1024.0, 1e-9);
#undef BEHIND
}

/* Unequal work at once: the short one is done when both have had as much, the long one alone from there. */
static void test_unequal_work(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(TASKS("1024", "2048", ""), "'steps': [{'probability': 0.5, 'steps': [{'cpu': '50ms'}]}, {'cpu': '50ms'}]",
                                "", AT_ONCE("40"), ""));
    /* All begin together: whoever takes 50 ms is done at 40 x 50 ms, and who takes more when all work is done. */
    double least_ms = figure(run, "S", "ServerTime", "Minimum"), all_ms = slowest_ms(run);
    double extra = (all_ms - 2000) / 50;
    assert_near(least_ms, 2000, 1e-3);
    assert_near(extra, round(extra), 1e-4);
    assert_in_range((uint64_t)llround(extra), 8, 32); /* of 40 halves; outside once in 2e4 */
}

/* Threads, a line for each server, and its limits. */
static void test_line(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(INSTANCE("m5.large"), "'wait': '1s'", ", 'capacity': 2, 'line_limit': 3, 'line_timeout': '1500ms'",
                                AT_ONCE("8"), ""));
    /* Two at once, three in line: two of them from 1 s on; the third has waited for 1.5 s by then. */
    assert_int_equal(count_of(run, "S", "LineFull"), 3);
    assert_int_equal(count_of(run, "S", "LineTimeouts"), 1);
    assert_int_equal(fates_of(run, "S", FATE_SUCCEEDED, ""), 4);
    assert_int_equal(fates_of(run, "S", FATE_THROTTLED, "server's line full"), 3);
    assert_int_equal(fates_of(run, "S", FATE_TIMED_OUT, "too long in a server's line"), 1);
    assert_near(slowest_ms(run), 2000, 1e-9);
    assert_near(figure(run, "S", "Working", "Maximum"), 2, 0);
    assert_near(figure(run, "S", "InLine", "Maximum"), 3, 0);
    assert_near(figure(run, "S", "InLine", "Average"), (2 * 1 + 1.5) / 600, 1e-12);
}

/* The same item takes as much work on a function and on a server: with a vCPU for each, the sums are the same. */
static void test_same_chance(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(INSTANCE("m5.24xlarge"), "'cpu': {'exponential': '20ms'}, 'wait': {'lognormal': {'mean': '30ms', 'cv': 1}}",
                                "", "{'name': 'u', 'target': 'S', 'poisson': '10/s'}", ""));
    double there = figure(run, "S", "ServerTime", "Sum");
    model_forget(run);
    model_execute(run, SCENARIO(INSTANCE("m5.24xlarge"), "'cpu': {'exponential': '20ms'}, 'wait': {'lognormal': {'mean': '30ms', 'cv': 1}}",
                                "", "{'name': 'u', 'target': 'F', 'poisson': '10/s'}", ""));
    /* Each is rounded to a ns once on one side and twice on the other. */
    assert_near(there, figure(run, "F", "Duration", "Sum"), 6000 * 1e-6);
    assert_true(there > 0);
}

/* What steps call is called from servers, and errors of the handler are the server's. */
static void test_steps(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(INSTANCE("m5.large") ", 'X': {'Type': 'Custom::External'}",
                                "'error_rate': 1, 'steps': [{'cpu': '10ms'}, {'call': 'X'}, {'wait': '7ms'}]", "",
                                "{'name': 'u', 'target': 'S', 'constant': '1/s'}", ""));
    assert_int_equal(count_of(run, "X", "Calls"), 600);
    assert_int_equal(count_of(run, "S", "ServerErrors"), 600);
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "500"), 600);
    assert_near(slowest_ms(run), 17, 1e-6);
}

/* One wanted more from 1 min on, which boots for 90 s; from 5 min on one less: the oldest goes, with what it works on. */
static void test_boot(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  SCENARIO(GROUP("'MinSize': 1, 'MaxSize': 4"), "'wait': '1ms'", ", 'boot': '90s'",
                           "{'name': 'u', 'target': 'S', 'constant': '10/s'}",
                           ", 'changes': [{'at': '1m', 'set': {'S.DesiredCapacity': 2}}, {'at': '5m', 'set': {'S.DesiredCapacity': 1}}]"));
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), (600 + 150) / 600.0, 1e-12);
    assert_near(figure(run, "S", "GroupPendingInstances", "Average"), 90 / 600.0, 1e-12);
    assert_near(figure(run, "S", "GroupDesiredCapacity", "Average"), (600 + 240) / 600.0, 1e-12);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Minimum"), 1, 0);
    assert_near(figure(run, "S", "BootTime", "Average"), 90000, 0);
    /* 600 s, and 240 less the 5 s for which the second was pending. */
    double usd;
    assert_near(billed(run, "S", "BoxUsage:m5.large", &usd), (600 + 235) / 3600.0, 1e-12);
    assert_near(usd, 835 / 3600.0 * 0.096, 1e-12);
}

/* At least a minute, then whole seconds: one that is there for 30 s and one for 90.5. */
static void test_least_time(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  SCENARIO(GROUP("'MinSize': 0, 'MaxSize': 4"), "'wait': '1ms'", ", 'boot': '10s'", AT_ONCE("1"),
                           ", 'changes': [{'at': '1m', 'set': {'S.DesiredCapacity': 1}}, {'at': '95s', 'set': {'S.DesiredCapacity': 0}}, "
                           "{'at': '200s', 'set': {'S.DesiredCapacity': 1}}, {'at': '295500ms', 'set': {'S.DesiredCapacity': 0}}]"));
    double usd;
    assert_near(billed(run, "S", "BoxUsage:m5.large", &usd), (60 + 91) / 3600.0, 1e-12);
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "no server in service"), 1);
    assert_int_equal(count_of(run, "S", "ServersLaunched"), 2);
    assert_int_equal(count_of(run, "S", "ServersEnded"), 2);
}

/* A task by the vCPU and the GB; its image is pulled before it starts: 300 MB at 30 MB/s, and 20 to 50 s. */
static void test_tasks(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(TASKS("1024", "2048", ", 'DesiredCount': 1"), "'wait': '1ms'", ", 'image_size': '300MB'", AT_ONCE("1"),
                                ", 'changes': [{'at': '5m', 'set': {'S.DesiredCount': 2}}]"));
    double usd, boot_s = figure(run, "S", "BootTime", "Average") / 1000;
    assert_true(boot_s >= 30 && boot_s <= 60);
    /* From the pull: 10 s after the launch. */
    assert_near(billed(run, "S", "Fargate-vCPU-Hours:perCPU", &usd), (600 + 290) / 3600.0, 1e-12);
    assert_near(billed(run, "S", "Fargate-GB-Hours", &usd), 2 * (600 + 290) / 3600.0, 1e-12);
    assert_near(figure(run, "S", "RunningTaskCount", "Average"), (600 + 300 - boot_s) / 600, 1e-9);
    assert_near(billed_usd(run, "S", "Amazon Elastic Container Service"), 890 / 3600.0 * (0.04048 + 2 * 0.004445), 1e-12);
}

/* A task that is told to stop ends what it has, for as long as it may. */
static void test_stop(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(TASKS("1024", "2048", ""), "'wait': '25s'", "", AT_ONCE("1"),
                                ", 'changes': [{'at': '1s', 'set': {'S.DesiredCount': 0}}]"));
    assert_int_equal(fates_of(run, "S", FATE_SUCCEEDED, ""), 1);
    assert_near(figure(run, "S", "StoppingTasks", "Average"), 24 / 600.0, 1e-12);
    model_forget(run);
    model_execute(run, SCENARIO(TASKS("1024", "2048", ""), "'wait': '40s'", "", AT_ONCE("1"),
                                ", 'changes': [{'at': '1s', 'set': {'S.DesiredCount': 0}}]"));
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "server gone"), 1);
    assert_int_equal(count_of(run, "S", "RequestsLost"), 1);
    assert_near(slowest_ms(run), 31000, 1e-9);
}

/* Servers that are lost take along what they work on, steps under way too, and come again; an instance that is nobody's does not. */
static void test_lost(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(GROUP("'MinSize': 3, 'MaxSize': 3") ", 'X': {'Type': 'Custom::External'}",
                                "'steps': [{'cpu': '2s'}, {'call': 'X'}]", ", 'boot': '60s', 'capacity': 1", AT_ONCE("5"),
                                ", 'changes': [{'at': '1s', 'fault': 'S', 'kind': 'az_lost', 'share': 1}]"));
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "server gone"), 5);
    assert_int_equal(count_of(run, "X", "Calls"), 0);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 3 * (600 - 60) / 600.0, 1e-12);
    assert_near(figure(run, "S", "CPUUtilization", "Average"), 100.0 * 3 / (2 * 3 * 540), 1e-9);
    model_forget(run);
    model_execute(run, SCENARIO(INSTANCE("t3.micro"), "'wait': '2s'", "", "{'name': 'u', 'target': 'S', 'constant': '1/s'}",
                                ", 'changes': [{'at': '100500ms', 'fault': 'S', 'kind': 'az_lost', 'share': 1}]"));
    assert_int_equal(fates_of(run, "S", FATE_SUCCEEDED, ""), 99);
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "server gone"), 2);
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "no server in service"), 600 - 101);
}

/* Of ten, two and half of the others on demand; those on Spot go two minutes after their notice, and cost less. */
static void test_spot(void **state)
{
    struct model_run *run = *state;
#define MIXED(MORE)                                                                                                                        \
    "'T': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, "                      \
    "'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': {'MinSize': 10, 'MaxSize': 10" MORE                                 \
    ", 'MixedInstancesPolicy': {'LaunchTemplate': {'LaunchTemplateSpecification': {'LaunchTemplateId': {'Ref': 'T'}}}, "                   \
    "'InstancesDistribution': {'OnDemandBaseCapacity': 2, 'OnDemandPercentageAboveBaseCapacity': 50}}}}"
#define INTERRUPTED ", 'changes': [{'at': '1m', 'fault': 'S', 'kind': 'spot_interruption', 'share': 1}]"
    double usd;
    model_execute(run, SCENARIO(MIXED(""), "'wait': '1ms'", ", 'boot': '60s'", AT_ONCE("1"), INTERRUPTED));
    assert_int_equal(count_of(run, "S", "SpotInterruptions"), 4);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 10 - 4 * 60 / 600.0, 1e-12);
    /* Six on demand; four on Spot, again but for 5 s. */
    assert_near(billed(run, "S", "BoxUsage:m5.large", &usd), (6 * 600 + 4 * (600 - 5) * 0.35) / 3600, 1e-12);
    model_forget(run);
    /* Others are launched with the notice, and serve before those that go would have gone. */
    model_execute(run, SCENARIO(MIXED(", 'CapacityRebalance': true"), "'wait': '1ms'", ", 'boot': '60s'", AT_ONCE("1"), INTERRUPTED));
    assert_int_equal(count_of(run, "S", "SpotInterruptions"), 4);
    assert_int_equal(count_of(run, "S", "ServersLaunched"), 14);
}

/* A burstable instance may use 20 % of each of its two vCPUs; what is beyond, on average, is billed: 1 - 0.4 vCPU x 10 min. */
static void test_credits(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, SCENARIO(INSTANCE("t3.medium"), "'cpu': '100ms'", "", "{'name': 'u', 'target': 'S', 'constant': '10/s'}", ""));
    assert_near(billed(run, "S", "CPUCredits:t3", &usd), 0.6 / 6, 1e-9);
    assert_near(usd, 0.1 * 0.05, 1e-9);
    model_forget(run);
    model_execute(run, SCENARIO(INSTANCE("t3.medium"), "'cpu': '100ms'", "", "{'name': 'u', 'target': 'S', 'constant': '1/s'}", ""));
    assert_near(billed(run, "S", "CPUCredits:t3", &usd), 0, 0);
}

/* A service follows its vCPUs by Application Auto Scaling: 80 % of one task from 10 min on is heard of at 14 min; two are 40 % busy, which
 * is too much for one at 50. */
static void test_service_scaling(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '1h', 'Resources': {" FUNCTION ", " TASKS(
            "1024", "2048",
            "") ", 'Scaled': {'Type': "
                "'AWS::ApplicationAutoScaling::ScalableTarget', 'Properties': {'ServiceNamespace': 'ecs', 'ScalableDimension': "
                "'ecs:service:DesiredCount', 'ResourceId': {'Fn::Sub': 'service/main/${S.Name}'}, 'MinCapacity': 1, 'MaxCapacity': 5}}, "
                "'P': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'PolicyType': 'TargetTrackingScaling', "
                "'ScalingTargetId': {'Ref': 'Scaled'}, 'TargetTrackingScalingPolicyConfiguration': {'TargetValue': 50, "
                "'PredefinedMetricSpecification': {'PredefinedMetricType': 'ECSServiceAverageCPUUtilization'}}}}}, "
                "'behavior': {'F': {'init': '0ms', 'cpu': '100ms'}, 'S': {'like': 'F', 'boot': '60s'}}, 'traffic': ["
                "{'name': 'u', 'target': 'S', 'constant': '2/s'}, {'name': 'v', 'target': 'S', 'constant': '6/s', 'from': '10m'}]}");
    assert_near(figure(run, "S", "DesiredTaskCount", "Average"), (14 + 46 * 2) / 60.0, 1e-12);
    assert_near(figure(run, "S", "RunningTaskCount", "Average"), (15 + 45 * 2) / 60.0, 1e-12);
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 1);
}

/* A server whose only thread is busy for 100 s answers no checks: those of 10 and 20 s have failed by 25 s, when it is replaced; or, with a
 * grace period, by the first one that fails after that. The new one has booted 30 s later, and its first check is at once. */
static void check_replaced(struct model_run *run, const char *type, const char *grace, double lost_s)
{
    char text[2500];
    snprintf(
        text, sizeof text,
        "{'duration': '100s', 'Resources': {" FUNCTION ", 'T': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': "
        "{'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, 'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': "
        "{'MinSize': 1, 'MaxSize': 1, 'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'T'}}, 'TargetGroupARNs': [{'Ref': 'G'}], "
        "'HealthCheckType': '%s', 'HealthCheckGracePeriod': %s}}, "
        "'B': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'Properties': {'LoadBalancerAttributes': "
        "[{'Key': 'idle_timeout.timeout_seconds', 'Value': '4000'}]}}, "
        "'L': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'B'}, 'Port': 80, 'Protocol': "
        "'HTTP', 'DefaultActions': [{'Type': 'forward', 'TargetGroupArn': {'Ref': 'G'}}]}}, "
        "'G': {'Type': 'AWS::ElasticLoadBalancingV2::TargetGroup', 'Properties': {'HealthCheckIntervalSeconds': 10, "
        "'HealthCheckTimeoutSeconds': 5, 'UnhealthyThresholdCount': 2}}}, "
        "'behavior': {'F': {'init': '0ms', 'wait': '100s'}, 'B': {'overhead': '0ms'}, "
        "'S': {'like': 'F', 'capacity': 1, 'boot': '30s'}}, "
        "'traffic': [{'name': 'u', 'target': 'B', 'bursts': {'size': 1, 'every': '1h'}}]}",
        type, grace);
    model_execute(run, text);
    assert_int_equal(count_of(run, "S", "RequestsLost") > 0, lost_s > 0);
    assert_near(figure(run, "G", "HealthyHostCount", "Average"), lost_s > 0 ? (25 + 100 - lost_s - 30) / 100 : 0.25, 1e-9);
    assert_int_equal(count_of(run, "B", "HTTPCode_ELB_502_Count"), lost_s > 0);
    model_forget(run);
}

static void test_replaced(void **state)
{
    check_replaced(*state, "ELB", "0", 25);
    check_replaced(*state, "ELB", "40", 45);
    check_replaced(*state, "EC2", "0", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shared_vcpus, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_answers, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_unequal_work, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_line, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_same_chance, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_steps, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_boot, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_least_time, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_tasks, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_stop, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_lost, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_spot, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_replaced, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_credits, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_service_scaling, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
