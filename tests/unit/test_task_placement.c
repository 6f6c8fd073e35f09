/* test_task_placement.c: tasks on a cluster's instances: where there is room, what waits for it, what follows an instance that goes, and
 * how a capacity provider sizes its group. */
#include "model_fixture.h"

/* An m5.large has 2,048 CPU units, and for tasks 0.95 x 8,192 MiB. */
#define FUNCTION "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769, 'Timeout': 30}}"
#define GROUP(SIZES)                                                                                                                       \
    "'L': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, "                      \
    "'G': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': {" SIZES ", 'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'L'}}}}"
#define TASKS(NAME, CPU, MEMORY, COUNT, MORE)                                                                                              \
    "'T" NAME "': {'Type': 'AWS::ECS::TaskDefinition', 'Properties': {'Cpu': '" CPU "', 'Memory': '" MEMORY "'}}, '" NAME "': {'Type': "   \
    "'AWS::ECS::Service', 'Properties': {'TaskDefinition': {'Ref': 'T" NAME "'}, 'Cluster': {'Ref': 'C'}, 'DesiredCount': " COUNT          \
    ", " MORE "}}"
#define ON_EC2 "'LaunchType': 'EC2'"
#define SCENARIO(RESOURCES, BEHAVIOR, MORE)                                                                                                \
    "{'duration': '1h', 'Resources': {" FUNCTION ", 'C': {'Type': 'AWS::ECS::Cluster'}, " RESOURCES                                        \
    "}, 'behavior': {'F': {'init': '0ms', "                                                                                                \
    "'cpu': '100ms', 'wait': '900ms'}, 'G': {'cluster': 'C', 'boot': '1m'}, 'S': {'like': 'F', 'boot': '10s'}" BEHAVIOR "}, 'traffic': "   \
    "[{'name': 'u', 'target': 'S', 'constant': '1/s'}]" MORE "}"

/* Four of half a vCPU on each; two of ten wait until a third instance is there, from 11 min on, and then start for 10 s. The instances are
 * the bill. */
static void test_room(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, SCENARIO(TASKS("S", "512", "1024", "10", ON_EC2) ", " GROUP("'MinSize': 2, 'MaxSize': 3"), "",
                                ", 'changes': [{'at': '10m', 'set': {'G.DesiredCapacity': 3}}]"));
    assert_near(figure(run, "S", "TasksWithoutRoom", "Average"), 2 * 11 / 60.0, 1e-12);
    assert_near(figure(run, "S", "RunningTaskCount", "Average"), 8 + 2 * (60 - 11 - 1 / 6.0) / 60, 1e-9);
    assert_near(figure(run, "S", "RunningTaskCount", "Minimum"), 8, 0);
    /* 4,096 of 4,096 units, then 5,120 of 6,144; 8 x 1,024 of 2 x 7,782 MiB, then 10 x 1,024 of 3. */
    assert_near(figure(run, "C", "CPUReservation", "Average"), 100 * (4096 * 11.0 + 5120 * 49.0) / (4096 * 11.0 + 6144 * 49.0), 1e-9);
    assert_near(figure(run, "C", "MemoryReservation", "Average"), 100 * 1024 * (8 * 11.0 + 10 * 49.0) / (7782 * (2 * 11.0 + 3 * 49.0)),
                1e-9);
    assert_near(billed(run, "G", "BoxUsage:m5.large", &usd), 2 + (3000 - 5) / 3600.0, 1e-9);
    assert_near(usd, (2 + 2995 / 3600.0) * 0.096, 1e-9);
    /* 0.1 vCPU x s each second, of what they have: the tasks' half vCPUs, and the instances' own. */
    assert_near(figure(run, "G", "CPUUtilization", "Average"), 100 * 0.1 * 60 / (4 * 11 + 6 * 49.0), 1e-4);
}

/* A task may use no more than it has: 100 ms of work on a quarter of a vCPU. */
static void test_hard_limit(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(TASKS("S", "256", "700", "1", ON_EC2) ", " GROUP("'MinSize': 1, 'MaxSize': 1"), "", ""));
    assert_near(figure(run, "S", "ServerTime", "Maximum"), 400 + 900, 1e-6);
}

/* By memory two of 3,000 MiB fit on an instance. Binpack fills one after the other, spread takes them in turn; who goes then takes two
 * tasks along, or one. */
static void test_strategies(void **state)
{
    static const struct {
        const char *strategies;
        int lost;
    } cases[] = {
        {"'PlacementStrategies': [{'Type': 'binpack', 'Field': 'MEMORY'}], ", 2},
        {"'PlacementStrategies': [{'Type': 'spread', 'Field': 'instanceId'}], ", 1},
        {"'PlacementStrategies': [{'Type': 'spread', 'Field': 'attribute:ecs.availability-zone'}, {'Type': 'binpack', 'Field': 'CPU'}], ",
         2},
        {"", 1},
    };
    struct model_run *run = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* The oldest instance goes at 30 min: its tasks move to the other ones at once, and start for 10 s. */
        model_run(run,
                  SCENARIO(GROUP("'MinSize': 0, 'MaxSize': 3, 'DesiredCapacity': 3") ", " TASKS("S", "256", "3000", "3", "%s" ON_EC2), "",
                           ", 'changes': [{'at': '30m', 'set': {'G.DesiredCapacity': 2}}]"),
                  cases[i].strategies);
        assert_int_equal(count_of(run, "S", "ServersEnded"), cases[i].lost);
        assert_int_equal(count_of(run, "S", "ServersLaunched"), 3 + cases[i].lost);
        assert_near(figure(run, "S", "RunningTaskCount", "Average"), 3 - cases[i].lost * 10 / 3600.0, 1e-9);
        assert_near(figure(run, "C", "ContainerInstanceCount", "Average"), 2.5, 1e-9);
        assert_int_equal(count_of(run, "S", "RequestsLost"), 0);
        model_forget(run);
    }
}

/* Instances that are lost take their tasks along; those come again once others have booted: 1 min and 10 s. */
static void test_lost(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(GROUP("'MinSize': 2, 'MaxSize': 2") ", " TASKS("S", "512", "1024", "4", ON_EC2), "",
                                ", 'changes': [{'at': '1800500ms', 'fault': 'G', 'kind': 'az_lost', 'share': 1}]"));
    assert_int_equal(count_of(run, "S", "RequestsLost"), 1);
    assert_near(figure(run, "S", "RunningTaskCount", "Average"), 4 * (1 - 70 / 3600.0), 1e-9);
    assert_int_equal(fates_of(run, "S", FATE_FAILED, "no server in service"), 70);
    assert_near(figure(run, "C", "CPUReservation", "Average"), 50, 1e-9);
}

/* Two services of one cluster: what the first leaves is the second's, and what that gives up the first one gets. */
static void test_two_services(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(TASKS("S", "1024", "1024", "1", ON_EC2) ", " TASKS("U", "1024", "1024", "2",
                                                                                   ON_EC2) ", " GROUP("'MinSize': 1, 'MaxSize': 1"),
                                ", 'U': {'like': 'F', 'boot': '10s'}", ", 'changes': [{'at': '20m', 'set': {'S.DesiredCount': 0}}]"));
    assert_near(figure(run, "U", "TasksWithoutRoom", "Average"), 20 / 60.0, 1e-9);
    assert_near(figure(run, "U", "RunningTaskCount", "Average"), 1 + (40 - 1 / 6.0) / 60, 1e-9);
}

#define PROVIDED(SCALING, COUNT, SIZES)                                                                                                    \
    TASKS("S", "1024", "1024", COUNT, "'CapacityProviderStrategy': [{'CapacityProvider': {'Ref': 'P'}, 'Weight': 1}]")                     \
    ", " GROUP(SIZES) ", 'P': {'Type': 'AWS::ECS::CapacityProvider', 'Properties': {'AutoScalingGroupProvider': {'AutoScalingGroupArn': "  \
                      "{'Ref': 'G'}, "                                                                                                     \
                      "'ManagedTerminationProtection': 'ENABLED', 'ManagedScaling': {'Status': 'ENABLED'" SCALING "}}}}"

/* Six tasks, two on each. One instance is there: at 1 min four wait, so three are needed, 300 %; they serve at 2 min, tasks 10 s later. At
 * 20 min two tasks are left: spread over the three that stay at first, those are 66 % of what is there from 21 min on, or 33 where both
 * share one, and after 15 such minutes one goes which has none. */
static void test_managed_scaling(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(PROVIDED("", "6", "'MinSize': 0, 'MaxSize': 9, 'DesiredCapacity': 1"), "",
                                ", 'changes': [{'at': '20m', 'set': {'S.DesiredCount': 2}}]"));
    assert_near(figure(run, "P", "CapacityProviderReservation", "Maximum"), 300, 0);
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 1);
    assert_int_equal(count_of(run, "P", "ScaleIns"), 1);
    assert_near(figure(run, "S", "TasksWithoutRoom", "Average"), 4 * 2 / 60.0, 1e-9);
    assert_near(figure(run, "G", "GroupInServiceInstances", "Maximum"), 3, 0);
    /* 20, 21, ..., 34 min are fifteen points. The oldest tasks go first: two of the four that came last stay, one on each of the others. */
    assert_near(figure(run, "G", "GroupInServiceInstances", "Average"), (1 * 2 + 3 * 32 + 2 * 26) / 60.0, 1e-9);
    model_forget(run);
    /* From none: one step, 200 %; then what the others need. With a target of 50 % twice as many. */
    model_execute(run, SCENARIO(PROVIDED(", 'TargetCapacity': 50", "4", "'MinSize': 0, 'MaxSize': 9"), "", ""));
    assert_near(figure(run, "P", "CapacityProviderReservation", "Maximum"), 200, 0);
    /* At 1 min one, there at 2 min with two tasks; two wait, so two are needed and four wanted. Those two are spread over two of the three
     * that come, so three have tasks and six are wanted. */
    assert_near(figure(run, "G", "GroupInServiceInstances", "Maximum"), 6, 0);
    assert_near(figure(run, "S", "RunningTaskCount", "Maximum"), 4, 0);
    model_forget(run);
    /* One at a time. */
    model_execute(run,
                  SCENARIO(PROVIDED(", 'MaximumScalingStepSize': 1", "6", "'MinSize': 0, 'MaxSize': 9, 'DesiredCapacity': 1"), "", ""));
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 2);
    assert_near(figure(run, "G", "GroupInServiceInstances", "Maximum"), 3, 0);
}

/* The image is pulled at an instance's first task alone: 300 MB at 30 MB/s on top of 2 to 10 s. */
static void test_image(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '1h', 'Resources': {" FUNCTION
                       ", 'C': {'Type': 'AWS::ECS::Cluster'}, " TASKS("S", "256", "512", "0", ON_EC2) ", " GROUP(
                           "'MinSize': 1, 'MaxSize': 1") "}, 'behavior': {'F': {'init': '0ms', 'wait': '1ms'}, 'G': {'cluster': 'C'}, 'S': "
                                                         "{'like': 'F', 'image_size': '300MB'}}, 'traffic': [{'name': 'u', 'target': 'S', "
                                                         "'constant': '1/h'}], "
                                                         "'changes': [{'at': '10m', 'set': {'S.DesiredCount': 8}}]}");
    assert_int_equal(count_of(run, "S", "ServersLaunched"), 8);
    assert_true(figure(run, "S", "BootTime", "Maximum") >= 12000 && figure(run, "S", "BootTime", "Maximum") <= 20000);
    /* Seven of 2 to 10 s: below all of them, and above with the one that pulled. */
    assert_true(figure(run, "S", "BootTime", "Average") <= (20000 + 7 * 10000) / 8.0 && figure(run, "S", "BootTime", "Minimum") <= 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_room),         MODEL_TEST(test_hard_limit),      MODEL_TEST(test_strategies), MODEL_TEST(test_lost),
        MODEL_TEST(test_two_services), MODEL_TEST(test_managed_scaling), MODEL_TEST(test_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
