/* test_scaling.c: scalable targets and their policies, minute by minute: what moves a capacity, when, and what does not. Loads and
 * capacities are round, so each step is worked out by hand; alarms are known a minute after they are judged. */
#include "model_fixture.h"
#include "refusals.h"
#include "scaled_crew.h"

#define M INT64_C(60000000000)

static struct model_registry registry;

static int open_run(void **state)
{
    struct model_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    model_open(run);
    registry = registry_with_crew();
    run->registry = &registry;
    *state = run;
    return 0;
}

static int close_run(void **state)
{
    model_close(*state);
    free(*state);
    return 0;
}

#define TARGET(MORE)                                                                                                                       \
    "'T': {'Type': 'AWS::ApplicationAutoScaling::ScalableTarget', 'Properties': {'ServiceNamespace': 'lambda', 'ScalableDimension': "      \
    "'lambda:function:ProvisionedConcurrency', 'ResourceId': {'Fn::Sub': 'function:${C}:live'}, " MORE "}}"
#define TRACK(NAME, MORE)                                                                                                                  \
    "'" NAME "': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'PolicyType': 'TargetTrackingScaling', "            \
    "'ScalingTargetId': {'Ref': 'T'}, 'TargetTrackingScalingPolicyConfiguration': {" MORE "}}}"
#define UTILISATION                                                                                                                        \
    "'TargetValue': 0.7, 'PredefinedMetricSpecification': {'PredefinedMetricType': 'LambdaProvisionedConcurrencyUtilization'}"
#define CUSTOM(METRIC, STATISTIC)                                                                                                          \
    "'CustomizedMetricSpecification': {'Namespace': 'AWS/Lambda', 'MetricName': '" METRIC "', 'Statistic': '" STATISTIC                    \
    "', 'Dimensions': [{'Name': 'FunctionName', 'Value': {'Ref': 'C'}}, {'Name': 'Resource', 'Value': 'C:live'}]}"

/* A crew of `crew` (its properties), and `resources`. */
static void run_crew(struct model_run *run, const char *duration, const char *crew, const char *resources)
{
    model_run(
        run,
        "{'duration': '%s', 'start': '2025-01-01T00:00:00Z', 'Resources': {'C': {'Type': 'Test::Scaled::Crew', 'Properties': {%s}}, %s, "
        "'Q': {'Type': 'AWS::SQS::Queue'}}, 'traffic': [{'name': 'nobody', 'target': 'Q', 'constant': '1/s', 'count': 0}]}",
        duration, crew, resources);
}

/* The capacities that were set: minute and value in turns. */
static void assert_steps(const int64_t *steps, size_t count)
{
    for (size_t i = 0; i < crew_step_count || i < count; i++) {
        int64_t minute = i < crew_step_count ? crew_steps[i].at_ns / M : -1, capacity = i < crew_step_count ? crew_steps[i].capacity : -1;
        if (i >= count || i >= crew_step_count || crew_steps[i].at_ns != steps[2 * i] * M || capacity != steps[2 * i + 1])
            fail_msg("step %zu: %lld at minute %lld, not %lld at %lld", i, (long long)capacity, (long long)minute,
                     (long long)(i < count ? steps[2 * i + 1] : -1), (long long)(i < count ? steps[2 * i] : -1));
    }
}

#define STEPS(...) assert_steps((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / 16)
#define NO_STEPS() assert_steps(NULL, 0)

/* Two minutes above the target are too few, three are enough: known a minute later, when the spike is over. Then fifteen minutes below 63
 * %, and the capacity is back. */
static void test_spike(void **state)
{
    struct model_run *run = *state;
    run_crew(run, "60m", "'Capacity': 10, 'Load': '10x7 2x35 40x7'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    NO_STEPS();
    assert_int_equal(count_of(run, "T", "ScaleOuts"), 0);
    /* The capacity stands, and the two alarms are billed. */
    assert_near(figure(run, "T", "DesiredCapacity", "Average"), 10, 0);
    assert_near(billed(run, "P", "CW:AlarmMonitorUsage", NULL), 2 / 730.0, 1e-9);
    run_crew(run, "60m", "'Capacity': 10, 'Load': '10x7 3x35 40x7'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    STEPS(14, 15, 30, 10); /* ceil(10 * 1 / 0.7); 15 * 7/15 / 0.7 */
    assert_int_equal(count_of(run, "T", "ScaleOuts"), 1);
    assert_int_equal(count_of(run, "T", "ScaleIns"), 1);
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 1);
    assert_near(figure(run, "T", "DesiredCapacity", "Average"), 10 + 5 * 16.0 / 60, 1e-9);
    /* One minute in ALARM. */
    assert_near(figure(run, "P", "HighAlarm", "Average"), 1.0 / 60, 1e-9);
}

/* Where utilisation cannot exceed 1, a large load is approached by steps of 1 / 0.7; a metric of all that is wanted gets there at once.
 * Each further step waits until the capacity is there and has been measured for a minute. */
static void test_saturated(void **state)
{
    struct model_run *run = *state;
    run_crew(run, "30m", "'Capacity': 10, 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    STEPS(14, 15, 16, 22, 18, 32, 20, 46, 22, 50); /* 10/0.7, 15/0.7, 22/0.7, 32/0.7; then all 35 are seen: 35/0.7 */
    run_crew(run, "30m", "'Capacity': 10, 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", "'TargetValue': 0.7, " CUSTOM("Demand", "Average")));
    STEPS(14, 50);
    run_crew(run, "30m", "'Capacity': 10, 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 40") ", " TRACK("P", "'TargetValue': 0.7, " CUSTOM("Demand", "Average")));
    STEPS(14, 40);
    run_crew(run, "30m", "'Capacity': 10, 'Takes': '90s', 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 30") ", " TRACK("P", UTILISATION));
    STEPS(14, 15, 18, 22, 22, 30); /* there at 15:30; 16 to 17 is the first whole minute of it, known at 18 */
}

/* The policy by itself: minute by minute from what the documentation says, with integers. */
static size_t replay(const struct crew *crew, int64_t minutes, int64_t *steps)
{
    int64_t capacity[2000], load[2000];
    size_t count = 0;
    int64_t now = crew->initial;
    for (int64_t minute = 0; minute < minutes; minute++) {
        int64_t above = 0, below = 0;
        /* What is known now ended a minute ago. */
        for (int64_t i = minute - 2; i >= 0 && i > minute - 5; i--)
            above += 10 * (load[i] < capacity[i] ? load[i] : capacity[i]) > 7 * capacity[i];
        for (int64_t i = minute - 2; i >= 0 && i > minute - 17; i--)
            below += 100 * load[i] < 63 * capacity[i];
        if (minute >= 2 && (above == 3 || below == 15)) {
            int64_t busy = load[minute - 2] < capacity[minute - 2] ? load[minute - 2] : capacity[minute - 2];
            int64_t wanted = (10 * busy + 6) / 7;
            wanted = wanted < 20 ? 20 : wanted > 100 ? 100 : wanted;
            if (above == 3 ? wanted > now : wanted < now) {
                now = wanted;
                steps[2 * count] = minute;
                steps[2 * count++ + 1] = now;
            }
        }
        load[minute] = crew_load(crew, minute);
        capacity[minute] = now;
    }
    return count;
}

/* A day of a sine with a period of six hours: up within five minutes, down only after a quarter of an hour below 63 %. */
static void test_sine(void **state)
{
    struct model_run *run = *state;
    const struct crew crew = {.initial = 72, .mean = 50, .amplitude = 35, .period_ns = 360 * M};
    int64_t steps[4000];
    run_crew(run, "24h", "'Capacity': 72, 'Mean': 50, 'Amplitude': 35, 'Period': '6h'",
             TARGET("'MinCapacity': 20, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    size_t count = replay(&crew, 1440, steps);
    assert_true(count > 40 && count < 250);
    assert_steps(steps, count);
}

/* No calls, no metric, no scaling in: what was there stays, and is paid for; also after ten low minutes, though the alarm goes by these
 * when they are all that is left in its range. */
static void test_no_data(void **state)
{
    struct model_run *run = *state;
    run_crew(run, "24h", "'Capacity': 50, 'Load': '60x35 1x-'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    NO_STEPS();
    assert_near(figure(run, "T", "DesiredCapacity", "Minimum"), 50, 0);
    run_crew(run, "24h", "'Capacity': 50, 'Load': '60x35 10x14 1x-'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    NO_STEPS();
    assert_true(figure(run, "P", "LowAlarm", "Average") > 0);
    /* A real zero does scale in. */
    run_crew(run, "24h", "'Capacity': 50, 'Load': '60x35 1x0'",
             TARGET("'MinCapacity': 2, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    STEPS(76, 2);
}

static void test_schedule(void **state)
{
    struct model_run *run = *state;
    /* Ahead of a peak, whatever the load says: the minimum goes up at 8, back at 18. Policies work in between. */
    run_crew(run, "24h", "'Capacity': 10, 'Load': '480x7 600x40 1x7'",
             TARGET("'MinCapacity': 5, 'MaxCapacity': 20, 'ScheduledActions': ["
                    "{'ScheduledActionName': 'up', 'Schedule': 'cron(0 8 * * ? *)', 'ScalableTargetAction': {'MinCapacity': 60, "
                    "'MaxCapacity': 80}}, "
                    "{'ScheduledActionName': 'down', 'Schedule': 'at(2025-01-01T18:00:00)', 'ScalableTargetAction': {'MinCapacity': 5, "
                    "'MaxCapacity': 20}}]") ", " TRACK("P", UTILISATION ", 'ScaleInCooldown': 36000"));
    STEPS(480, 60, 1080, 20, 1096, 10); /* down to the maximum at once; the load falls to 7 of 20 at 18:00, and fifteen minutes are low */
    assert_int_equal(count_of(run, "T", "ScheduledActionsTaken"), 2);
    assert_near(figure(run, "T", "MaximumCapacity", "Maximum"), 80, 0);
    /* A schedule works from zero, a policy does not. */
    run_crew(run, "24h", "'Load': '1x40'",
             TARGET("'MinCapacity': 0, 'MaxCapacity': 20, 'ScheduledActions': [{'Schedule': 'rate(12 hours)', 'StartTime': "
                    "'2025-01-01T06:00:00Z', 'EndTime': '2025-01-01T12:00:00Z', 'ScalableTargetAction': {'MinCapacity': 7}}]"));
    STEPS(360, 7);
    run_crew(run, "24h", "'Load': '1x40'",
             TARGET("'MinCapacity': 0, 'MaxCapacity': 20, 'SuspendedState': {'ScheduledScalingSuspended': true}, 'ScheduledActions': [{"
                    "'Schedule': 'rate(12 hours)', 'ScalableTargetAction': {'MinCapacity': 7}}]"));
    NO_STEPS();
}

/* Registering brings a capacity into the range; one that is zero needs an initial value. */
static void test_register(void **state)
{
    struct model_run *run = *state;
    run_crew(run, "10m", "'Capacity': 10, 'Load': '1x7'", TARGET("'MinCapacity': 20, 'MaxCapacity': 100"));
    STEPS(0, 20);
    run_crew(run, "10m", "'Capacity': 10, 'Load': '1x7'", TARGET("'MinCapacity': 1, 'MaxCapacity': 5"));
    STEPS(0, 5);
    run_crew(run, "30m", "'Load': '1x7'", TARGET("'MinCapacity': 20, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    NO_STEPS();
    assert_true(diagnosed(&run->diagnostics, 0, 0, "C has no capacity to begin with: policies do not scale it"));
}

static void test_cooldowns(void **state)
{
    struct model_run *run = *state;
    /* Out: 50 s after 14, when 22 would be due; from the capacity before the last change a smaller one, so nothing until 19. */
    run_crew(run, "30m", "'Capacity': 10, 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 30") ", " TRACK("P", UTILISATION ", 'ScaleOutCooldown': 300"));
    STEPS(14, 15, 19, 22, 24, 30);
    /* In: one step, then none for an hour, though the load fell on. */
    run_crew(run, "120m", "'Capacity': 100, 'Load': '20x70 20x50 200x20'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION ", 'ScaleInCooldown': 3600"));
    STEPS(36, 72, 96, 29);
    /* Without: 50/0.7 = 71.4; the load of 20 is seen at 42, when the low points of the 50 are behind it. */
    run_crew(run, "120m", "'Capacity': 100, 'Load': '20x70 20x50 200x20'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION));
    STEPS(36, 72, 56, 29);
    run_crew(run, "120m", "'Capacity': 100, 'Load': '20x70 20x50 200x20'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION ", 'DisableScaleIn': true"));
    NO_STEPS();
}

/* Out if any wants so, to the largest; in only if all do. */
static void test_two_policies(void **state)
{
    struct model_run *run = *state;
    run_crew(run, "30m", "'Capacity': 10, 'Load': '10x7 40x35'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION) ", " TRACK(
                 "Q2", "'TargetValue': 0.7, " CUSTOM("Demand", "Average")));
    STEPS(14, 50);
    assert_int_equal(count_of(run, "P", "ScaleOuts"), 0);
    assert_int_equal(count_of(run, "Q2", "ScaleOuts"), 1);
    /* The one with a target of 0.2 has no cause to scale in at 15 of 50. */
    run_crew(run, "60m", "'Capacity': 50, 'Load': '1x10'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION) ", " TRACK(
                 "Q2", "'TargetValue': 0.2, " CUSTOM("Demand", "Average")));
    NO_STEPS();
    run_crew(run, "60m", "'Capacity': 50, 'Load': '1x10'",
             TARGET("'MinCapacity': 1, 'MaxCapacity': 100") ", " TRACK("P", UTILISATION) ", " TRACK(
                 "Q2", "'TargetValue': 0.4, " CUSTOM("Demand", "Average")));
    STEPS(16, 25); /* 15 by the one, 25 by the other */
}

#define STEPPING(TYPE, STEPS_TEXT, MORE)                                                                                                   \
    "'S': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'PolicyType': 'StepScaling', 'ServiceNamespace': "         \
    "'lambda', 'ScalableDimension': 'lambda:function:ProvisionedConcurrency', 'ResourceId': {'Fn::Sub': 'function:${C}:live'}, "           \
    "'StepScalingPolicyConfiguration': {'AdjustmentType': '" TYPE "', 'StepAdjustments': [" STEPS_TEXT "] " MORE "}}}"
#define LOAD_ALARM(NAME, COMPARISON, THRESHOLD)                                                                                            \
    "'" NAME "': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': 'test', 'MetricName': 'Load', 'Dimensions': [{'Name': "    \
    "'Crew', 'Value': {'Ref': 'C'}}], 'Statistic': 'Average', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': " THRESHOLD               \
    ", 'ComparisonOperator': '" COMPARISON "', 'AlarmActions': [{'Ref': 'S'}]}}"

/* The documentation's example: 10, at 60 % one more, at 70 % three more of eleven. */
static void test_steps(void **state)
{
    struct model_run *run = *state;
    const char *const range = TARGET("'MinCapacity': 1, 'MaxCapacity': 100");
    char resources[4000];
    snprintf(resources, sizeof resources, "%s, %s, %s", range,
             STEPPING("PercentChangeInCapacity",
                      "{'MetricIntervalLowerBound': 0, 'MetricIntervalUpperBound': 10, 'ScalingAdjustment': 0}, "
                      "{'MetricIntervalLowerBound': 10, 'MetricIntervalUpperBound': 20, 'ScalingAdjustment': 10}, "
                      "{'MetricIntervalLowerBound': 20, 'ScalingAdjustment': 30}",
                      ", 'Cooldown': 0"),
             LOAD_ALARM("A", "GreaterThanThreshold", "50"));
    run_crew(run, "20m", "'Capacity': 10, 'Load': '3x55 1x60 1x70 20x45'", resources);
    STEPS(5, 11, 6, 14); /* minute 3, judged at 4, known at 5; and again at the next, while the alarm lasts */
    assert_int_equal(count_of(run, "S", "ScaleOuts"), 2);
    /* During a cooldown only what a larger step is more: 10 + 2 at first, then 10 + 3. */
    snprintf(resources, sizeof resources, "%s, %s, %s", range,
             STEPPING("ChangeInCapacity",
                      "{'MetricIntervalLowerBound': 0, 'MetricIntervalUpperBound': 10, 'ScalingAdjustment': 2}, "
                      "{'MetricIntervalLowerBound': 10, 'ScalingAdjustment': 3}",
                      ""),
             LOAD_ALARM("A", "GreaterThanOrEqualToThreshold", "50"));
    run_crew(run, "20m", "'Capacity': 10, 'Load': '3x40 2x50 9x60 20x45'", resources);
    STEPS(5, 12, 7, 13, 12, 16);
}

/* A real alias: what the account cannot give is refused, and nothing changes: 900 of 1,000 at most, 40 of 50 reserved ones beside 10. */
static void test_quota(void **state)
{
    struct model_run *run = *state;
    for (int reserved = 0; reserved < 2; reserved++)
        for (int fits = 0; fits < 2; fits++) {
            int most = reserved ? 50 : 900;
            model_run(
                run,
                "{'duration': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {%s'AutoPublishAlias': 'live', "
                "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 10}}}, 'T': {'Type': "
                "'AWS::ApplicationAutoScaling::ScalableTarget', 'Properties': {'ServiceNamespace': 'lambda', 'ScalableDimension': "
                "'lambda:function:ProvisionedConcurrency', 'ResourceId': {'Fn::Sub': 'function:${F}:live'}, 'MinCapacity': %d, "
                "'MaxCapacity': "
                "1000000000000}}}, 'behavior': {'F': {'init': '0s', 'duration': '1s'}}, 'traffic': [{'name': 'c', 'target': 'F:live', "
                "'constant': '1/s'}]}",
                reserved ? "'ReservedConcurrentExecutions': 50, " : "", most + 1 - fits);
            assert_int_equal(count_of(run, "T", "ScaleOuts"), fits);
            assert_int_equal(count_of(run, "T", "ScalingRefused"), 1 - fits);
            assert_near(figure(run, "T", "DesiredCapacity", "Maximum"), fits ? most : 10, 0);
            assert_near(figure(run, "F:live", "ProvisionedConcurrencyAllocated", "Maximum"), fits ? most : 10, 0);
        }
}

/* What is said of mistakes, beside what the command line's cases show. */
static void test_refusals(void **state)
{
    struct model_run *run = *state;
    static const struct refusal cases[] = {
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " TRACK("P", "'TargetValue': 0.7"), "needs a PredefinedMetricSpecification or"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " TRACK("P", UTILISATION ", " CUSTOM("Demand", "Average")), "and not both"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " TRACK("P", "'TargetValue': 0, " CUSTOM("Demand", "Average")), "must be above 0"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " TRACK("P", "'TargetValue': 0.5, " CUSTOM("Demnd", "Average")),
         "C has no metric Demnd"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " TRACK(
             "P", "'TargetValue': 0.5, 'PredefinedMetricSpecification': {'PredefinedMetricType': 'ECSServiceAverageCPUUtilization'}"),
         "ECSServiceAverageCPUUtilization is no metric of lambda:function:ProvisionedConcurrency here"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2, 'ScheduledActions': [{'Schedule': 'cron(0 8 * * ? *)', 'ScalableTargetAction': "
                "{'MinCapacity': "
                "5, 'MaxCapacity': 4}}]"),
         "MinCapacity 5 is above MaxCapacity 4"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2, 'ScheduledActions': [{'Schedule': 'cron(0 8 * * ? *)', 'StartTime': "
                "'2025-01-02T00:00:00Z', "
                "'EndTime': '2025-01-01T00:00:00Z', 'ScalableTargetAction': {'MinCapacity': 5}}]"),
         "EndTime is not after StartTime"},
        {"'P': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'PolicyType': 'StepScaling', 'ResourceId': "
         "'function:C:live', "
         "'ScalableDimension': 'lambda:function:ProvisionedConcurrency', 'StepScalingPolicyConfiguration': {'AdjustmentType': "
         "'ExactCapacity', "
         "'StepAdjustments': [{'MetricIntervalLowerBound': 0, 'ScalingAdjustment': 1}]}}}",
         "no scalable target is registered for function:C:live"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " STEPPING("ExactCapacity", "{'ScalingAdjustment': -1}", ""), "needs a bound"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", " STEPPING("ExactCapacity",
                                                                    "{'MetricIntervalLowerBound': 0, 'ScalingAdjustment': -1}", ""),
         "an exact capacity cannot be negative"},
        {TARGET("'MinCapacity': 1, 'MaxCapacity': 2") ", 'P': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': "
                                                      "{'PolicyType': "
                                                      "'StepScaling', 'ScalingTargetId': {'Ref': 'T'}}}",
         "a policy of this type needs StepScalingPolicyConfiguration"},
    };
    assert_refused(run,
                   "{'duration': '30m', 'start': '2025-01-01T00:00:00Z', 'Resources': {'C': {'Type': 'Test::Scaled::Crew', 'Properties': "
                   "{'Capacity': "
                   "1}}, %s, 'Q': {'Type': 'AWS::SQS::Queue'}}, 'traffic': [{'name': 's', 'target': 'Q', 'constant': '1/s'}]}",
                   cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_spike, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_saturated, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_sine, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_no_data, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_schedule, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_register, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_cooldowns, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_two_policies, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_steps, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_quota, open_run, close_run),
        cmocka_unit_test_setup_teardown(test_refusals, open_run, close_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
