/* test_server_kinds.c: groups that mix instance types, on demand and on Spot: weights, which type comes next and which goes first, what AWS
 * takes back. */
#include "model_fixture.h"

#define FUNCTION "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769, 'Timeout': 30}}"
#define MIXED(SIZES, OVERRIDES, SHARES)                                                                                                    \
    "'T': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'ImageId': 'ami-1'}}}, "                              \
    "'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': {" SIZES ", 'MixedInstancesPolicy': {'LaunchTemplate': "            \
    "{'LaunchTemplateSpecification': {'LaunchTemplateId': {'Ref': 'T'}}, 'Overrides': [" OVERRIDES "]}, "                                  \
    "'InstancesDistribution': {" SHARES "}}}}"
#define SCENARIO(TIME, GROUP, SERVER, MORE)                                                                                                \
    "{'duration': '" TIME "', 'Resources': {" FUNCTION ", " GROUP                                                                          \
    "}, 'behavior': {'F': {'init': '0ms', 'cpu': '10ms'}, 'S': {'like': 'F'" SERVER                                                        \
    "}}, 'traffic': [{'name': 'u', 'target': 'S', 'constant': '1/s'}]" MORE "}"

/* Twelve units: three on demand are two of the first type, which weigh four; eight on Spot, of each type as many units: two and four. */
static void test_weights(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(
        run, SCENARIO("10m",
                      MIXED("'MinSize': 12, 'MaxSize': 20",
                            "{'InstanceType': 'c5.xlarge', 'WeightedCapacity': '2'}, {'InstanceType': 'm5.large', 'WeightedCapacity': 1}",
                            "'OnDemandBaseCapacity': 3, 'OnDemandPercentageAboveBaseCapacity': 0"),
                      "", ""));
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 8, 0);
    assert_near(figure(run, "S", "GroupInServiceCapacity", "Average"), 12, 0);
    assert_near(figure(run, "S/c5.xlarge", "InServiceInstances", "Average"), 4, 0);
    assert_near(figure(run, "S/c5.xlarge", "InServiceSpotInstances", "Average"), 2, 0);
    assert_near(figure(run, "S/m5.large", "InServiceSpotInstances", "Average"), 4, 0);
    assert_near(billed(run, "S", "BoxUsage:c5.xlarge", &usd), (2 + 2 * 0.35) / 6, 1e-12);
    assert_near(billed(run, "S", "BoxUsage:m5.large", &usd), 4 * 0.35 / 6, 1e-12);
    /* 0.01 vCPU of 4 x 4 + 4 x 2. */
    assert_near(figure(run, "S", "CPUUtilization", "Average"), 100 * 0.01 / 24, 1e-9);
}

/* What is wanted is there, and what the last one weighs too much; nobody goes without whom it would be less. */
static void test_overage(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        SCENARIO("10m",
                 MIXED("'MinSize': 0, 'MaxSize': 40, 'DesiredCapacity': 10", "{'InstanceType': 'c5.xlarge', 'WeightedCapacity': '4'}", ""),
                 ", 'boot': '1m'",
                 ", 'changes': [{'at': '2m', 'set': {'S.DesiredCapacity': 9}}, {'at': '4m', 'set': {'S.DesiredCapacity': 8}}, "
                 "{'at': '6m', 'set': {'S.DesiredCapacity': 13}}]"));
    /* 12 for 4 min, 8 for 3 min, 16 from 7 min on. */
    assert_near(figure(run, "S", "GroupInServiceCapacity", "Average"), (12 * 4 + 8 * 3 + 16 * 3) / 10.0, 1e-12);
    assert_near(figure(run, "S", "GroupPendingCapacity", "Average"), 8 / 10.0, 1e-12);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Maximum"), 4, 0);
    assert_near(figure(run, "S", "GroupDesiredCapacity", "Average"), (10 * 2 + 9 * 2 + 8 * 2 + 13 * 4) / 10.0, 1e-12);
}

/* Which types are launched on Spot, by each strategy, of six: the first two as many; the first; all as many. */
static void test_strategies(void **state)
{
    static const struct {
        const char *strategy;
        double counts[3];
    } cases[] = {
        {"'SpotAllocationStrategy': 'lowest-price'", {3, 3, 0}},
        {"'SpotAllocationStrategy': 'lowest-price', 'SpotInstancePools': 1", {6, 0, 0}},
        {"'SpotAllocationStrategy': 'capacity-optimized-prioritized'", {6, 0, 0}},
        {"'SpotAllocationStrategy': 'capacity-optimized'", {2, 2, 2}},
        {"'SpotAllocationStrategy': 'price-capacity-optimized'", {2, 2, 2}},
    };
    static const char *const types[] = {"S/c5.large", "S/m5.large", "S/r5.large"};
    struct model_run *run = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  SCENARIO("1m",
                           MIXED("'MinSize': 6, 'MaxSize': 6",
                                 "{'InstanceType': 'c5.large'}, {'InstanceType': 'm5.large'}, {'InstanceType': 'r5.large'}",
                                 "'OnDemandPercentageAboveBaseCapacity': 0, %s"),
                           "", ""),
                  cases[i].strategy);
        for (int k = 0; k < 3; k++)
            assert_near(figure(run, types[k], "InServiceSpotInstances", "Average"), cases[i].counts[k], 0);
        model_forget(run);
    }
}

/* Six on demand and four on Spot become three and one, as they should be of four: not the oldest, which are on demand. A named policy takes
 * those. */
static void test_alignment(void **state)
{
    struct model_run *run = *state;
#define SHRINKS(MORE)                                                                                                                      \
    SCENARIO("10m",                                                                                                                        \
             MIXED("'MinSize': 0, 'MaxSize': 10, 'DesiredCapacity': 10" MORE,                                                              \
                   "{'InstanceType': 'c5.large'}, {'InstanceType': 'm5.large'}",                                                           \
                   "'OnDemandBaseCapacity': 2, 'OnDemandPercentageAboveBaseCapacity': 50, 'SpotAllocationStrategy': "                      \
                   "'capacity-optimized-prioritized'"),                                                                                    \
             "", ", 'changes': [{'at': '5m', 'set': {'S.DesiredCapacity': 4}}]")
    model_execute(run, SHRINKS(""));
    assert_near(figure(run, "S/c5.large", "InServiceSpotInstances", "Minimum"), 1, 0);
    assert_near(figure(run, "S/c5.large", "InServiceInstances", "Minimum"), 4, 0);
    model_forget(run);
    model_execute(run, SHRINKS(", 'TerminationPolicies': ['OldestInstance']"));
    /* Launched in turn from the third on: o o o s o s o s o s; the last four are left. */
    assert_near(figure(run, "S/c5.large", "InServiceSpotInstances", "Minimum"), 2, 0);
}

/* AWS needs one pool: what is there of the other type stays. */
static void test_pool(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, SCENARIO("10m",
                      MIXED("'MinSize': 8, 'MaxSize': 8", "{'InstanceType': 'c5.large'}, {'InstanceType': 'm5.large'}",
                            "'OnDemandPercentageAboveBaseCapacity': 0"),
                      ", 'boot': '1m'",
                      ", 'changes': [{'at': '1m', 'fault': 'S', 'kind': 'spot_interruption', 'share': 1, 'instance_type': 'm5.large'}]"));
    assert_int_equal(count_of(run, "S", "SpotInterruptions"), 4);
    assert_int_equal(count_of(run, "S/m5.large", "SpotInterruptions"), 4);
    assert_int_equal(count_of(run, "S/c5.large", "SpotInterruptions"), 0);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 8 - 4 / 10.0, 1e-12);
}

/* Forty on Spot live for ten minutes on average, have two minutes' notice and come again at once: a renewal process of 12 min with a
 * variance of 100 min^2. In 600 min there are (600 + 2) / 12 + (100 - 144) / (2 x 144) notices for each, 2000.6 in all, with a standard
 * deviation of sqrt(40 x 600 x 100 / 12^3) = 37.3; five of them each way. */
static void test_lifetime(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        SCENARIO("10h", MIXED("'MinSize': 40, 'MaxSize': 40", "{'InstanceType': 'c5.large'}", "'OnDemandPercentageAboveBaseCapacity': 0"),
                 ", 'boot': '0s', 'spot_lifetime': {'exponential': '10m'}", ""));
    assert_in_range(count_of(run, "S", "SpotInterruptions"), 1814, 2187);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 40, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_weights),   MODEL_TEST(test_overage), MODEL_TEST(test_strategies),
        MODEL_TEST(test_alignment), MODEL_TEST(test_pool),    MODEL_TEST(test_lifetime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
