/* test_alarm.c: alarms of real resources: when they change, whom they tell, what they cost, together and alone, and what is refused. */
#include "model_fixture.h"
#include "refusals.h"

/* A function called twice a second for 20 of 30 minutes, which fails from 10 to 15; `resources` beside it. */
static void run_function(struct model_run *run, const char *resources)
{
    model_run(
        run,
        "{'duration': '30m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}, 'Queue': {'Type': "
        "'AWS::SQS::Queue'}%s}, 'behavior': {'F': {'init': '100ms', 'duration': '100ms'}}, 'changes': [{'at': '10m', 'for': '5m', 'set': "
        "{'F.behavior.error_rate': 1}}], 'traffic': [{'name': 'calls', 'target': 'F', 'constant': '2/s', 'until': '20m'}]}",
        resources);
}

#define OF_F "'Dimensions': [{'Name': 'FunctionName', 'Value': {'Ref': 'F'}}]"
#define ALARM(NAME, METRIC, REST)                                                                                                          \
    ", '" NAME "': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': 'AWS/Lambda', 'MetricName': '" METRIC "', " REST "}}"
#define ERRORS(NAME, REST)                                                                                                                 \
    ALARM(NAME, "Errors",                                                                                                                  \
          OF_F ", 'Statistic': 'Average', 'Period': 60, 'Threshold': 0.5, 'ComparisonOperator': 'GreaterThanThreshold', " REST)

/* All errors from 10:00 to 15:00, no calls from 20:00 on; known a minute later. */
static void test_states(void **state)
{
    struct model_run *run = *state;
    run_function(run,
                 ERRORS("TwoOfThree", "'EvaluationPeriods': 3, 'DatapointsToAlarm': 2, 'AlarmActions': [{'Fn::GetAtt': ['Queue', 'Arn']}]")
                     ERRORS("One", "'EvaluationPeriods': 1, 'TreatMissingData': 'notBreaching'")
                         ERRORS("Breaching", "'EvaluationPeriods': 2, 'TreatMissingData': 'breaching'")
                             ERRORS("Ignore", "'EvaluationPeriods': 2, 'TreatMissingData': 'ignore'"));
    /* Minutes 10 and 11 breach: known at 13; at 18 only minute 14 of 14 to 16 is left. */
    assert_near(figure(run, "TwoOfThree", "AlarmState", "Average"), 5 / 30.0, 1e-12);
    assert_int_equal(count_of(run, "TwoOfThree", "TimesInAlarm"), 1);
    /* INSUFFICIENT_DATA until the first point is known at 2:00, and from 26:00 on, when nothing of 20 to 25 was measured. */
    assert_near(figure(run, "TwoOfThree", "InsufficientData", "Average"), 6 / 30.0, 1e-12);
    assert_int_equal(count_of(run, "TwoOfThree", "StateChanges"), 4);
    assert_near(figure(run, "One", "AlarmState", "Average"), 5 / 30.0, 1e-12);
    /* A point that is missing counts as fine: OK at the first evaluation after a minute too. */
    assert_near(figure(run, "One", "InsufficientData", "Average"), 2 / 30.0, 1e-12);
    /* 13 to 17; and again from 25 on: the last call is in minute 19, which is out of the four minutes that are looked at from 24 on. */
    assert_near(figure(run, "Breaching", "AlarmState", "Average"), (4 + 5) / 30.0, 1e-12);
    assert_near(figure(run, "Ignore", "AlarmState", "Average"), 4 / 30.0, 1e-12);
    assert_near(figure(run, "Ignore", "InsufficientData", "Average"), 2 / 30.0, 1e-12);
    assert_int_equal(count_of(run, "TwoOfThree", "ActionsTaken"), 1);
    assert_int_equal(fates_of(run, "TwoOfThree/action-0", FATE_SUCCEEDED, ""), 1);
    assert_int_equal(count_of(run, "Queue", "NumberOfMessagesSent"), 1);
    assert_near(billed(run, "One", "CW:AlarmMonitorUsage", NULL), 0.5 / 730, 1e-12);
}

/* Whole periods of five minutes, every minute; percentiles; the account and all functions together; other namespaces. */
static void test_metrics(void **state)
{
    struct model_run *run = *state;
    run_function(
        run, ALARM("Sliding", "Errors",
                   OF_F ", 'Statistic': 'Sum', 'Period': 300, 'EvaluationPeriods': 1, 'Threshold': 240, 'ComparisonOperator': "
                        "'GreaterThanOrEqualToThreshold'")
                 ALARM("Tail", "Duration",
                       OF_F ", 'ExtendedStatistic': 'p99', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 99, 'ComparisonOperator': "
                            "'GreaterThanThreshold'")
                     ALARM("Whole", "Errors",
                           "'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 100, 'ComparisonOperator': "
                           "'GreaterThanThreshold'") ", 'Query': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Metrics': [{'Id': 'm', "
                                                     "'MetricStat': {'Metric': {'Namespace': "
                                                     "'AWS/Lambda', 'MetricName': 'Errors', " OF_F
                                                     "}, 'Period': 60, 'Stat': 'Sum'}}], 'EvaluationPeriods': 1, 'Threshold': 100, "
                                                     "'ComparisonOperator': 'GreaterThanThreshold'}}"
                                                     ", 'Fast': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': 'slsim', "
                                                     "'MetricName': 'ColdStarts', " OF_F
                                                     ", 'Statistic': 'Sum', 'Period': 10, 'EvaluationPeriods': 1, 'Threshold': 1, "
                                                     "'ComparisonOperator': "
                                                     "'GreaterThanOrEqualToThreshold', 'TreatMissingData': 'notBreaching'}}"
                                                     ", 'Elsewhere': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Namespace': "
                                                     "'My/App', 'MetricName': 'Orders', 'Statistic': "
                                                     "'Sum', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                                                     "'LessThanThreshold'}}");
    /* Two minutes with 120 errors each: from what is judged at 12 (10 and 11) to what is judged at 18 (13 and 14). */
    assert_near(figure(run, "Sliding", "AlarmState", "Average"), 7 / 30.0, 1e-12);
    /* Until minute 19, the last with calls, is out of the three that are looked at: judged at 23, known at 24. */
    assert_near(figure(run, "Tail", "AlarmState", "Average"), (24 - 2) / 30.0, 1e-12);
    assert_near(figure(run, "Whole", "AlarmState", "Average"), 5 / 30.0, 1e-12);
    assert_near(figure(run, "Query", "AlarmState", "Average"), 5 / 30.0, 1e-12);
    /* The first ten seconds; nothing is missing as long as they are among the three points that are looked at: judged at 10, 20 and 30 s.
     */
    assert_near(figure(run, "Fast", "AlarmState", "Average"), 30 / 1800.0, 1e-12);
    assert_near(billed(run, "Fast", "CW:HighResAlarmMonitorUsage", NULL), 0.5 / 730, 1e-12);
    assert_near(figure(run, "Elsewhere", "InsufficientData", "Average"), 1, 0);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "nothing here is measured in My/App: it never has data"));
}

/* An empty queue has metrics, and they are zero; a threshold can be moved while it runs. */
static void test_steady(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '20m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'Idle': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': "
        "{'Namespace': 'AWS/SQS', 'MetricName': 'NumberOfMessagesSent', 'Dimensions': [{'Name': 'QueueName', 'Value': {'Fn::GetAtt': "
        "['Q', 'QueueName']}}], 'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 0, 'ComparisonOperator': "
        "'LessThanOrEqualToThreshold'}}}, 'changes': [{'at': '10m', 'set': {'Idle.Threshold': -1}}], 'traffic': [{'name': 's', 'target': "
        "'Q', 'constant': '1/s', 'count': 0}]}");
    /* From 2:00, until what is judged at 10:00 is known. */
    assert_near(figure(run, "Idle", "AlarmState", "Average"), 9 / 20.0, 1e-12);
    assert_int_equal(count_of(run, "Idle", "StateChanges"), 2);
}

static double in_alarm(struct model_run *run, const char *rule)
{
    char resources[3000];
    snprintf(resources, sizeof resources, "%s, 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': %s}}",
             ERRORS("A", "'EvaluationPeriods': 1, 'TreatMissingData': 'notBreaching'") ERRORS(
                 "B", "'EvaluationPeriods': 3, 'TreatMissingData': 'notBreaching', 'ActionsEnabled': false, 'AlarmActions': [{'Ref': "
                      "'Queue'}]"),
             rule);
    run_function(run, resources);
    assert_int_equal(count_of(run, "B", "ActionsTaken"), 0);
    return 30 * figure(run, "C", "AlarmState", "Average");
}

/* A is in ALARM from 12 to 17, B from 14 to 17; both are OK from 2:00 on. */
static void test_composite(void **state)
{
    struct model_run *run = *state;
    assert_near(in_alarm(run, "{'Fn::Sub': 'ALARM(${A})'}"), 5, 1e-9);
    assert_near(in_alarm(run, "'ALARM(A) AND ALARM(\\'B\\')'"), 3, 1e-9);
    assert_near(in_alarm(run, "'ALARM(A) AND NOT ALARM(B)'"), 2, 1e-9);
    assert_near(in_alarm(run, "{'Fn::Join': ['', ['ALARM(', {'Ref': 'A'}, ') OR FALSE']]}"), 5, 1e-9);
    assert_near(in_alarm(run, "'FALSE AND ALARM(A) OR TRUE'"), 28, 1e-9);
    assert_near(in_alarm(run, "'FALSE AND (ALARM(A) OR TRUE)'"), 0, 1e-9);
    assert_near(in_alarm(run, "'NOT (OK(A) AND OK(B)) AND NOT INSUFFICIENT_DATA(B)'"), 5, 1e-9);
    assert_near(billed(run, "C", "CW:CompositeAlarmMonitorUsage", NULL), 0.5 / 730, 1e-12);
    /* Rules that go round in a circle end. */
    run_function(run,
                 ERRORS("A", "'EvaluationPeriods': 1") ", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': "
                                                       "'ALARM(A) OR NOT ALARM(D)'}}, 'D': {'Type': 'AWS::CloudWatch::CompositeAlarm', "
                                                       "'Properties': {'AlarmRule': 'ALARM(C) OR OK(A)'}}");
    assert_true(count_of(run, "D", "StateChanges") > 0);
}

/* crosses: alarm_range_max_s */
static void test_refusals(void **state)
{
    struct model_run *run = *state;
    static const struct refusal cases[] = {
        {ERRORS("A", "'EvaluationPeriods': 2, 'DatapointsToAlarm': 3"), "must be at most EvaluationPeriods, which is 2"},
        {ERRORS("A", "'EvaluationPeriods': 1441"), "all points together are 86460 s, and may be no more than 86400 s"},
        {ALARM("A", "Errors",
               OF_F ", 'Statistic': 'Sum', 'Period': 90, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                    "'LessThanThreshold'"),
         "must be 10, 20 or 30 s or whole minutes"},
        {ALARM("A", "Errors",
               OF_F ", 'Statistic': 'Sum', 'Period': 10, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                    "'LessThanThreshold'"),
         "has one point a minute"},
        {ALARM("A", "Erors",
               OF_F ", 'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                    "'LessThanThreshold'"),
         "F has no metric Erors in AWS/Lambda"},
        {ALARM("A", "Errors",
               "'Dimensions': [{'Name': 'FunctionName', 'Value': 'G'}], 'Statistic': 'Sum', 'Period': 60, 'EvaluationPeriods': 1, "
               "'Threshold': 1, 'ComparisonOperator': 'LessThanThreshold'"),
         "no dimension names a resource of this scenario"},
        {ALARM("A", "Errors",
               OF_F ", 'ExtendedStatistic': 'p99', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                    "'LessThanThreshold'"),
         "Errors has no percentiles"},
        {ALARM("A", "Duration",
               OF_F ", 'ExtendedStatistic': 'tm99', 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': "
                    "'LessThanThreshold'"),
         "is no percentile: \"tm99\""},
        {ALARM("A", "Duration", OF_F ", 'Period': 60, 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': 'LessThanThreshold'"),
         "an alarm needs a Statistic or an ExtendedStatistic"},
        {ALARM("A", "Duration",
               OF_F ", 'Statistic': 'Sum', 'EvaluationPeriods': 1, 'Threshold': 1, 'ComparisonOperator': 'LessThanThreshold'"),
         "an alarm needs a Period"},
        {", 'A': {'Type': 'AWS::CloudWatch::Alarm', 'Properties': {'Metrics': [{'Id': 'e', 'Expression': 'm1/m2'}], 'EvaluationPeriods': "
         "1, "
         "'Threshold': 1, 'ComparisonOperator': 'LessThanThreshold'}}",
         "metric math is not simulated"},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'ALARM(F)'}}", "there is no such alarm"},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'ALARM(C)'}}",
         "an alarm cannot be part of itself"},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'TRUE AND'}}", "cannot be read at \"\""},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': '(TRUE'}}", "a parenthesis is not closed"},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'TRUE TRUE'}}",
         "cannot be read further at \"TRUE\""},
        {", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'OK('}}", "expects an alarm in parentheses"},
        {ERRORS("B", "'EvaluationPeriods': 1") ", 'C': {'Type': 'AWS::CloudWatch::CompositeAlarm', 'Properties': {'AlarmRule': 'TRUE', "
                                               "'OKActions': "
                                               "[{'Ref': 'B'}]}}",
         "B can take no action"},
    };
    assert_refused(
        run,
        "{'duration': '30m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}%s}, 'behavior': {'F': {'init': "
        "'100ms', 'duration': '100ms'}}, 'traffic': [{'name': 'calls', 'target': 'F', 'constant': '2/s'}]}",
        cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_states), MODEL_TEST(test_metrics), MODEL_TEST(test_steady), MODEL_TEST(test_composite), MODEL_TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
