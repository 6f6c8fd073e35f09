/* test_lifecycle_hook.c: instances wait as they come and go until their hook is completed or times out. */
#include "model_fixture.h"

#define SCENARIO(HOOKS, BEHAVIOR, MORE)                                                                                                    \
    "{'duration': '1h', 'Resources': {'F': {'Type': 'AWS::Serverless::Function'}, 'T': {'Type': 'AWS::EC2::LaunchTemplate', "              \
    "'Properties': "                                                                                                                       \
    "{'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, 'S': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': "            \
    "{'MinSize': "                                                                                                                         \
    "1, 'MaxSize': 4, 'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'T'}}, 'LifecycleHookSpecificationList': [" HOOKS "]}}" MORE          \
    "}, 'behavior': {'F': {'init': '0ms', 'wait': '1ms'}, 'S': {'like': 'F', 'boot': '1m'" BEHAVIOR "}}, 'traffic': [{'name': 'u', "       \
    "'target': 'S', 'constant': '1/s'}], 'changes': [{'at': '10m', 'set': {'S.DesiredCapacity': 2}}, {'at': '40m', 'set': "                \
    "{'S.DesiredCapacity': 1}}]}"
#define COMING(MORE) "{'LifecycleTransition': 'autoscaling:EC2_INSTANCE_LAUNCHING'" MORE "}"
#define GOING(MORE) "{'LifecycleTransition': 'autoscaling:EC2_INSTANCE_TERMINATING'" MORE "}"

/* Completed after two minutes: in service from 13 min on. One that goes waits for three, and is paid for. */
static void test_completed(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, SCENARIO(COMING("") ", " GOING(""), ", 'launch_hook': '2m', 'terminate_hook': '3m'", ""));
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), (60 + 40 - 13) / 60.0, 1e-12);
    assert_near(figure(run, "S", "GroupPendingInstances", "Average"), 3 / 60.0, 1e-12);
    assert_near(figure(run, "S", "GroupTerminatingInstances", "Average"), 3 / 60.0, 1e-12);
    assert_near(billed(run, "S", "BoxUsage:m5.large", &usd), (60 + 33 - 5 / 60.0) / 60, 1e-9);
    assert_int_equal(count_of(run, "S", "InstancesAbandoned"), 0);
}

/* Nobody completes it: after the heartbeat one that comes is in service, or is given up and another launched, each time. */
static void test_times_out(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(COMING(", 'HeartbeatTimeout': 300, 'DefaultResult': 'CONTINUE'"), "", ""));
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), (60 + 40 - 16) / 60.0, 1e-12);
    model_forget(run);
    model_execute(run, SCENARIO(COMING(", 'HeartbeatTimeout': 300"), "", ""));
    /* From 10 min on each takes 6: at 16, 22, 28 and 34 min; the one of 40 min goes at the same instant as it is no longer wanted. */
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), 1, 1e-12);
    assert_in_range(count_of(run, "S", "InstancesAbandoned"), 4, 5);
    model_forget(run);
    /* The first one of several to be abandoned counts, though another would go on; one that is completed before counts for nothing. */
    model_execute(run, SCENARIO(COMING(", 'HeartbeatTimeout': 600, 'DefaultResult': 'CONTINUE'") ", " COMING(", 'HeartbeatTimeout': 100"),
                                ", 'launch_hook': '99s'", ""));
    assert_int_equal(count_of(run, "S", "InstancesAbandoned"), 0);
    assert_near(figure(run, "S", "GroupInServiceInstances", "Average"), (60 + 40 - 11 - 99 / 60.0) / 60.0, 1e-12);
}

/* A hook that is a resource of its own; of one who goes the shorter heartbeat that abandons ends the wait. */
static void test_resource(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENARIO(GOING(", 'HeartbeatTimeout': 900, 'DefaultResult': 'CONTINUE'"), "",
                                ", 'H': {'Type': 'AWS::AutoScaling::LifecycleHook', 'Properties': {'AutoScalingGroupName': {'Ref': 'S'}, "
                                "'LifecycleTransition': 'autoscaling:EC2_INSTANCE_TERMINATING', 'HeartbeatTimeout': 120}}"));
    assert_near(figure(run, "S", "GroupTerminatingInstances", "Average"), 2 / 60.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_completed), MODEL_TEST(test_times_out), MODEL_TEST(test_resource)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
