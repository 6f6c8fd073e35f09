/* test_group_policy.c: Auto Scaling groups that follow their load: how late they are, to the second. */
#include "model_fixture.h"

#define RESOURCES(POLICY)                                                                                                                  \
    "'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1769}}, "                                       \
    "'B': {'Type': 'AWS::ElasticLoadBalancingV2::LoadBalancer', 'Properties': {'Subnets': ['a', 'b']}}, "                                  \
    "'L': {'Type': 'AWS::ElasticLoadBalancingV2::Listener', 'Properties': {'LoadBalancerArn': {'Ref': 'B'}, 'Port': 80, "                  \
    "'Protocol': 'HTTP', 'DefaultActions': [{'Type': 'forward', 'TargetGroupArn': {'Ref': 'Targets'}}]}}, "                                \
    "'Targets': {'Type': 'AWS::ElasticLoadBalancingV2::TargetGroup', 'Properties': {}}, "                                                  \
    "'T': {'Type': 'AWS::EC2::LaunchTemplate', 'Properties': {'LaunchTemplateData': {'InstanceType': 'm5.large'}}}, "                      \
    "'G': {'Type': 'AWS::AutoScaling::AutoScalingGroup', 'Properties': {'MinSize': 1, 'MaxSize': 20, 'DefaultInstanceWarmup': 60, "        \
    "'LaunchTemplate': {'LaunchTemplateId': {'Ref': 'T'}}, 'TargetGroupARNs': [{'Ref': 'Targets'}]}}, "                                    \
    "'P': {'Type': 'AWS::AutoScaling::ScalingPolicy', 'Properties': {'AutoScalingGroupName': {'Ref': 'G'}, " POLICY "}}"
/* 1/s all the time, and 9/s more for a while. */
#define TRAFFIC(BEHAVIOR, FROM, UNTIL)                                                                                                     \
    "}, 'behavior': {'F': {'init': '0ms', " BEHAVIOR "}, 'B': {'overhead': '0ms'}, 'G': {'like': 'F', 'boot': '90s'}}, "                   \
    "'traffic': [{'name': 'u', 'target': 'B', 'constant': '1/s'}, "                                                                        \
    "{'name': 'v', 'target': 'B', 'constant': '9/s', 'from': '" FROM "', 'until': '" UNTIL "'}]}"

/* Of a step to six times the target the policy hears after three minutes of it, a minute late; the instances boot for 90 s. Of the end it
 * hears after fifteen minutes, a minute late. */
static void test_tracking(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '1h', " RESOURCES("'PolicyType': 'TargetTrackingScaling', 'TargetTrackingConfiguration': {"
                                                       "'TargetValue': 100, 'PredefinedMetricSpecification': {"
                                                       "'PredefinedMetricType': 'ALBRequestCountPerTarget', 'ResourceLabel': {'Fn::Sub': "
                                                       "'${B.LoadBalancerFullName}/${Targets.TargetGroupFullName}'}}}")
                           TRAFFIC("'wait': '10ms'", "10m", "30m"));
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 1);
    assert_int_equal(count_of(run, "P", "ScaleIns"), 1);
    assert_near(figure(run, "G", "GroupDesiredCapacity", "Average"), (14 + 32 * 6 + 14) / 60.0, 1e-12);
    assert_near(figure(run, "G", "GroupInServiceInstances", "Average"), (15.5 + 30.5 * 6 + 14) / 60, 1e-12);
    assert_int_equal(count_of(run, "B", "HTTPCode_ELB_5XX_Count"), 0);
    /* To one target until 15 min 30 s, then to six; checked at once, and in service. */
    assert_near(figure(run, "Targets", "HealthyHostCount", "Average"), (15.5 + 30.5 * 6 + 14) / 60, 1e-12);
    assert_near(figure(run, "Targets", "RequestCountPerTarget", "Sum"), 600 + 330 * 10 + 870 * 10 / 6.0 + 960 / 6.0 + 840, 12);
}

/* By the vCPUs: 1/s of 400 ms is 20 % of two; 10/s would be 200 %: it is 100 % as seen, and so twice the target of 50, until there is more.
 */
static void test_cpu(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '1h', " RESOURCES("'PolicyType': 'TargetTrackingScaling', 'TargetTrackingConfiguration': {"
                                                       "'TargetValue': 50, 'PredefinedMetricSpecification': {"
                                                       "'PredefinedMetricType': 'ASGAverageCPUUtilization'}}")
                           TRAFFIC("'cpu': '400ms'", "10m", "1h"));
    /* At 14 min it sees 100 % of one, and asks for two; those are full as well: four; which carry the load of 4 vCPU at 50 %, but have to
     * work off what waited. */
    assert_in_range(count_of(run, "P", "ScaleOuts"), 2, 4);
    assert_true(figure(run, "G", "GroupInServiceInstances", "Maximum") >= 4);
}

/* A simple policy adds two whenever its alarm calls, but not for 300 s after that. */
static void test_simple(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '20m', " RESOURCES(
            "'AdjustmentType': 'ChangeInCapacity', 'ScalingAdjustment': 2") ", 'A': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': "
                                                                            "{'Namespace': 'AWS/ApplicationELB', 'MetricName': "
                                                                            "'RequestCount', 'Dimensions': [{'Name': 'LoadBalancer', "
                                                                            "'Value': {'Fn::GetAtt': ['B', 'LoadBalancerFullName']}}], "
                                                                            "'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, "
                                                                            "'Threshold': 300, 'ComparisonOperator': "
                                                                            "'GreaterThanThreshold', 'AlarmActions': [{'Ref': "
                                                                            "'P'}]}}" TRAFFIC("'wait': '10ms'", "10m", "20m"));
    /* Called from 12 min on; then at 17 min. */
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 2);
    assert_near(figure(run, "G", "GroupDesiredCapacity", "Average"), (12 + 5 * 3 + 3 * 5) / 20.0, 1e-12);
    assert_near(figure(run, "G", "GroupInServiceInstances", "Average"), (13.5 + 5 * 3 + 1.5 * 5) / 20, 1e-12);
}

/* Steps: at more than 200 above the threshold three; as long as those are to come, no more for the same breach. */
static void test_steps(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '20m', " RESOURCES(
                           "'PolicyType': 'StepScaling', 'AdjustmentType': 'ChangeInCapacity', "
                           "'StepAdjustments': "
                           "[{'MetricIntervalLowerBound': 0, 'MetricIntervalUpperBound': 200, "
                           "'ScalingAdjustment': 1}, {'MetricIntervalLowerBound': 200, 'ScalingAdjustment': "
                           "3}]") ", 'A': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': "
                                  "'AWS/ApplicationELB', 'MetricName': "
                                  "'RequestCount', 'Dimensions': [{'Name': 'LoadBalancer', 'Value': "
                                  "{'Fn::GetAtt': ['B', 'LoadBalancerFullName']}}], "
                                  "'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': "
                                  "300, 'ComparisonOperator': "
                                  "'GreaterThanThreshold', 'AlarmActions': [{'Ref': 'P'}]}}" TRAFFIC("'wait': '10ms'", "10m", "20m"));
    /* 12 min: 1 + 3. In service from 13:30 and warm from 14:30 on: at 15 min three more, which are warm from 17:30 on: at 18 min. */
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 3);
    assert_near(figure(run, "G", "GroupDesiredCapacity", "Average"), (12 + 3 * 4 + 3 * 7 + 2 * 10) / 20.0, 1e-12);
}

/* By the clock: two from 10 min on, a minimum of four from 20, at most one from 30; that again and again at minutes 10, 40. */
static void test_schedule(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '1h', 'start': '2025-01-06T00:00:00Z', " RESOURCES(
                 "'AdjustmentType': 'ExactCapacity', 'ScalingAdjustment': 1") ", 'S1': {'Type': 'AWS::AutoScaling::ScheduledAction', "
                                                                              "'Properties': {'AutoScalingGroupName': {'Ref': 'G'}, "
                                                                              "'DesiredCapacity': 2, 'Recurrence': '10,40 * * * 1'}}, "
                                                                              "'S2': {'Type': 'AWS::AutoScaling::ScheduledAction', "
                                                                              "'Properties': {'AutoScalingGroupName': {'Ref': 'G'}, "
                                                                              "'MinSize': 4, 'StartTime': '2025-01-06T00:20:00Z'}}, "
                                                                              "'S3': {'Type': 'AWS::AutoScaling::ScheduledAction', "
                                                                              "'Properties': {'AutoScalingGroupName': {'Ref': 'G'}, "
                                                                              "'MinSize': 0, 'MaxSize': 1, 'StartTime': "
                                                                              "'2025-01-06T00:30:00Z'}}, "
                                                                              "'S4': {'Type': 'AWS::AutoScaling::ScheduledAction', "
                                                                              "'Properties': {'AutoScalingGroupName': {'Ref': 'G'}, "
                                                                              "'DesiredCapacity': 9, 'Recurrence': '50 * * * 0'}}" TRAFFIC(
                                                                                  "'wait': '10ms'", "10m", "20m"));
    assert_int_equal(count_of(run, "S1", "ScheduledActionsTaken"), 2);
    assert_int_equal(count_of(run, "S4", "ScheduledActionsTaken"), 0); /* it is a Monday */
    assert_near(figure(run, "G", "GroupDesiredCapacity", "Average"), (10 * 1 + 10 * 2 + 10 * 4 + 30 * 1) / 60.0, 1e-12);
    assert_near(figure(run, "G", "GroupMinSize", "Average"), (20 * 1 + 10 * 4) / 60.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tracking, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_cpu, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_simple, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_steps, model_setup, model_teardown),
        cmocka_unit_test_setup_teardown(test_schedule, model_setup, model_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
