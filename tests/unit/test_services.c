/* test_services.c: services that tell others: delays, retries and their end, filters, what is due every so often, log events gathered. */
#include "model_fixture.h"
#include "refusals.h"
#include "scripted_target.h"
#include "statistics_bounds.h"

/* A topic that answers as it is told. */
static struct model_registry with_topic(void)
{
    static const struct model_type *resources[130];
    static struct model_type topic;
    struct model_registry registry = registry_with_target();
    topic = target_type;
    topic.type = "AWS::SNS::Topic";
    resources[0] = &topic;
    for (size_t i = 0; registry.resources[i] != NULL; i++)
        resources[i + 1] = registry.resources[i];
    registry.resources = resources;
    return registry;
}

#define FUNCTION "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}"
#define ONCE(NAME, TARGET, FROM, MORE)                                                                                                     \
    "{'name': '" NAME "', 'target': '" TARGET "', 'bursts': {'size': 1, 'every': '1d'}, 'from': '" FROM "'" MORE "}"

#define SUBSCRIPTION(ANSWERS, MORE, SETTINGS, TRAFFIC)                                                                                     \
    "{'duration': '1h', 'drain': '2d' " SETTINGS ", 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'Answers': '" ANSWERS    \
    "'}}, 'R': {'Type': 'AWS::RDS::EventSubscription', 'Properties': {'SnsTopicArn': {'Ref': 'T'} " MORE "}}},"                            \
    "'behavior': {'R': {'delivery_delay': '90s'}}, 'traffic': [" TRAFFIC "]}"

static void test_delay_and_retries(void **state)
{
    (void)state;
    const struct model_registry registry = with_topic();
    struct model_run run;
    model_open(&run);
    run.registry = &registry;
    model_run(&run, SUBSCRIPTION("S", "", "", ONCE("a", "R", "1m", "")));
    assert_near(figure(&run, "R", "NoticeDelay", "Average"), 90000, 0);
    model_run(&run, SUBSCRIPTION("TETS", "", "", ONCE("a", "R", "1m", "")));
    assert_near(figure(&run, "R", "NoticeDelay", "Average"), 90000 + 1000 + 2000 + 4000, 0);
    assert_int_equal(count_of(&run, "T", "Calls"), 4);
    /* Waits double up to the cap: at 0, 1, 3, 7, 12 and 17 s, and at 20 s it is too old. */
    model_run(&run, SUBSCRIPTION("T", "", ", 'rules': {'service_retry_cap_s': 5, 'service_retry_age_s': 110}", ONCE("a", "R", "1m", "")));
    assert_int_equal(count_of(&run, "T", "Calls"), 6);
    assert_int_equal(count_of(&run, "R", "NoticesLost"), 1);
    assert_int_equal(count_of(&run, "R", "NoticesDelivered"), 0);
    model_close(&run);
}

static void test_categories(void **state)
{
    (void)state;
    const struct model_registry registry = with_topic();
    struct model_run run;
    model_open(&run);
    run.registry = &registry;
    static const char traffic[] = ONCE("a", "R", "0s", ", 'records': 2, 'operation': 'failover'") "," ONCE(
        "b", "R", "0s", ", 'records': 3, 'operation': 'backup'") "," ONCE("c", "R", "0s", ", 'records': 5");
    model_run(&run, SUBSCRIPTION("S", ", 'EventCategories': ['failover', 'failure']", "", "%s"), traffic);
    assert_int_equal(count_of(&run, "T", "Calls"), 2 + 5);
    assert_int_equal(count_of(&run, "R", "ItemsFiltered"), 3);
    model_run(&run, SUBSCRIPTION("S", ", 'Enabled': false", "", "%s"), traffic);
    assert_int_equal(count_of(&run, "T", "Calls"), 0);
    assert_int_equal(count_of(&run, "R", "ItemsReceived"), 10);
    model_close(&run);
}

#define CONFIG(SOURCE, MORE)                                                                                                               \
    "{'duration': '25h', 'Resources': {" FUNCTION ", 'C': {'Type': 'AWS::Config::ConfigRule', 'Properties': {'Source': {'Owner': "         \
    "'CUSTOM_LAMBDA', 'SourceIdentifier': {'Fn::GetAtt': ['F', 'Arn']} " SOURCE "} " MORE "}}}, 'behavior': {'F': {'duration': '1s'}},"    \
    "'traffic': [" ONCE("a", "C", "0s", ", 'records': 100, 'until': '1h'") "]}"

static void test_rule_on_changes_or_every_so_often(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t invocations, periodic;
    } cases[] = {
        {CONFIG("", ""), 100, 0},
        {CONFIG("", ", 'MaximumExecutionFrequency': 'Six_Hours'"), 4, 4}, /* at 6, 12, 18 and 24 h */
        {CONFIG(", 'SourceDetails': [{'EventSource': 'aws.config', 'MessageType': 'ConfigurationItemChangeNotification'},"
                "{'EventSource': 'aws.config', 'MessageType': 'ScheduledNotification', 'MaximumExecutionFrequency': 'TwentyFour_Hours'}]",
                ""),
         101, 1},
        {CONFIG(", 'SourceDetails': [{'EventSource': 'aws.config', 'MessageType': 'ScheduledNotification'}]", ""), 1, 1},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, "%s", cases[i].text);
        if (count_of(&run, "F", "Invocations") != cases[i].invocations || count_of(&run, "C", "PeriodicEvaluations") != cases[i].periodic)
            fail_msg("case %zu: %lld", i, (long long)count_of(&run, "F", "Invocations"));
    }
    model_close(&run);
}

/* What three tries do not get through goes to the error action. */
static void test_error_action(void **state)
{
    (void)state;
    const struct model_registry registry = with_topic();
    struct model_run run;
    model_open(&run);
    run.registry = &registry;
    model_run(&run, "{'duration': '1h', 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'Answers': 'T'}}, 'E': {'Type': "
                    "'AWS::SQS::Queue'}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'R': {'Type': 'AWS::IoT::TopicRule', 'Properties': "
                    "{'TopicRulePayload': {'Sql': 'SELECT * FROM a', 'Actions': [{'Sns': {'TargetArn': {'Ref': 'T'}, 'RoleArn': 'r'}},"
                    "{'Sqs': {'QueueUrl': {'Ref': 'Q'}, 'RoleArn': 'r'}}, {'Republish': {'Topic': 'b', 'RoleArn': 'r'}}],"
                    "'ErrorAction': {'Sqs': {'QueueUrl': {'Ref': 'E'}, 'RoleArn': 'r'}}}}}},"
                    "'traffic': [" ONCE("a", "R", "0s", ", 'records': 5") "]}");
    assert_int_equal(count_of(&run, "T", "Calls"), 3 * 5);
    assert_int_equal(count_of(&run, "E", "NumberOfMessagesSent"), 5);
    assert_int_equal(count_of(&run, "Q", "NumberOfMessagesSent"), 5);
    model_close(&run);
}

static void test_triggers(void **state)
{
    (void)state;
    static const struct {
        const char *trigger;
        int64_t told;
    } cases[] = {
        {"'Events': ['all']", 1 + 2 + 4 + 8},
        {"'Events': ['updateReference']", 1 + 8},
        {"'Events': ['createReference', 'deleteReference']", 2 + 4},
        {"'Events': ['all'], 'Branches': ['main']", 1 + 4 + 8}, /* of 8 no branch is known */
        {"'Events': ['updateReference'], 'Branches': ['next']", 8},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '1h', 'Resources': {" FUNCTION ", 'G': {'Type': 'AWS::CodeCommit::Repository', 'Properties': "
                  "{'RepositoryName': 'g', 'Triggers': [{'Name': 't', 'DestinationArn': {'Fn::GetAtt': ['F', 'Arn']}, %s}]}}},"
                  "'behavior': {'F': {'duration': '1s'}}, 'traffic': [" ONCE(
                      "a", "G", "0s",
                      ", 'records': 1, 'operation': 'updateReference', 'object_key': "
                      "'main'") "," ONCE("b", "G", "0s",
                                         ", 'records': 2, 'operation': "
                                         "'createReference', 'object_key': "
                                         "'next'") "," ONCE("c", "G", "0s",
                                                            ", 'records': 4, "
                                                            "'operation': "
                                                            "'deleteReference"
                                                            "', "
                                                            "'object_key': "
                                                            "'main'") "," ONCE("d", "G", "0s",
                                                                               ", "
                                                                               "'records':"
                                                                               " 8") "]}",
                  cases[i].trigger);
        if (count_of(&run, "F", "Invocations") != cases[i].told)
            fail_msg("%s: %lld", cases[i].trigger, (long long)count_of(&run, "F", "Invocations"));
    }
    model_close(&run);
}

#define LOGS(PATTERN, TRAFFIC)                                                                                                             \
    "{'duration': '1h', 'Resources': {" FUNCTION ", 'L': {'Type': 'AWS::Logs::LogGroup'}, 'S': {'Type': 'AWS::Logs::SubscriptionFilter',"  \
    "'Properties': {'LogGroupName': {'Ref': 'L'}, 'FilterPattern': '" PATTERN "', 'DestinationArn': {'Fn::GetAtt': ['F', 'Arn']}}}},"      \
    "'behavior': {'F': {'duration': '1s'}, 'L': {'delivery_delay': '2s', 'subscription_window': '1s', 'compression': 0.5}},"               \
    "'traffic': [" TRAFFIC "]}"

/* Ten a second from 0 on: the window that the first opens takes 10 of them; the one at its end is the next window's first. */
static void test_log_events_are_gathered(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, LOGS("", "{'name': 'a', 'target': 'L', 'constant': '10/s', 'count': 95, 'payload': '1KB'}"));
    int64_t batches = count_of(&run, "F", "Invocations");
    assert_true(batches == 9 || batches == 10); /* whether the event at the very end of a window is in it */
    assert_int_equal(count_of(&run, "L", "IncomingLogEvents"), 95);
    assert_int_equal(count_of(&run, "L", "IncomingBytes"), 95 * (1024 + 26)); /* and what counts beside the text */
    assert_int_equal(count_of(&run, "L", "ForwardedLogEvents"), 95);
    assert_int_equal(count_of(&run, "L", "ForwardedBytes"), 95 * 512);
    assert_near(figure(&run, "L", "NoticeDelay", "Average"), 2000, 0);
    /* A full batch leaves before its window is over: 1 MB takes 4 of 250 KB. */
    model_run(&run, LOGS("", ONCE("a", "L", "0s", ", 'records': 11, 'payload': '250KB'")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 3);
    /* Four that fill it to the last byte are one batch. */
    model_run(&run, LOGS("", ONCE("a", "L", "0s", ", 'records': 8, 'payload': '256KB'")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 2);
    model_close(&run);
}

static void test_terms(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t forwarded;
    } cases[] = {
        {"", 1 + 2 + 4 + 8}, {"ERROR", 1 + 2 + 8}, {"ERROR disk", 2 + 8}, {"?disk ?WARN", 2 + 4 + 8}, {"ERROR -disk", 1 + 8}, {"error", 8},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            &run,
            LOGS("%s", ONCE("a", "L", "0s", ", 'records': 1, 'event': 'ERROR net'") "," ONCE(
                           "b", "L", "0s",
                           ", 'records': 2, 'event': 'ERROR disk'") "," ONCE("c", "L", "0s",
                                                                             ", 'records': 4, 'event': 'WARN'") "," ONCE("d", "L", "0s",
                                                                                                                         ", 'records': 8")),
            cases[i].pattern);
        if (count_of(&run, "L", "ForwardedLogEvents") != cases[i].forwarded)
            fail_msg("%s: %lld", cases[i].pattern, (long long)count_of(&run, "L", "ForwardedLogEvents"));
    }
    model_close(&run);
}

/* A function's own lines: START, what the code logs, END, REPORT, each with its overhead, and of a new environment INIT_START (164); a
 * function that reads them. */
static void test_log_of_a_function(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '1h', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'LoggingConfig': {'LogGroup': {'Ref': "
        "'L'}}}}, 'L': {'Type': 'AWS::Logs::LogGroup'}, 'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'Lines': "
        "{'Type': 'CloudWatchLogs', 'Properties': {'LogGroupName': {'Ref': 'L'}, 'FilterPattern': ''}}}}}},"
        "'behavior': {'F': {'duration': '1ms', 'log_bytes': '1KB'}, 'G': {'duration': '1s'}},"
        "'traffic': [{'name': 'a', 'target': 'F', 'constant': '1/m'}]}");
    const int64_t invocations = 60, warm_bytes = 71 + 1024 + 52 + 143 + 4 * 26;
    int64_t cold = count_of(&run, "F", "ColdStarts");
    const int64_t all_bytes = invocations * warm_bytes + (25 + 164 + 26) * cold;
    assert_int_equal(count_of(&run, "L", "IncomingLogEvents"), 4 * invocations + cold);
    assert_int_equal(count_of(&run, "L", "IncomingBytes"), all_bytes);
    assert_int_equal(count_of(&run, "G", "AsyncEventsReceived") + (int64_t)figure(&run, "L", "NoticesSent", "Sum"),
                     2 * count_of(&run, "G", "AsyncEventsReceived")); /* all that set out has come */
    assert_near(billed(&run, "L", "VendedLog-Bytes", NULL) * 1024 * 1024 * 1024, (double)all_bytes, 1e-6);
    assert_near(billed(&run, "L", "DataProcessing-Bytes", NULL), 0, 0);
    /* The function whose lines the group takes pays for none itself; the other one, which has no group, does. */
    assert_near(billed_usd(&run, "F", "AmazonCloudWatch"), 0, 0);
    assert_true(billed_usd(&run, "G", "AmazonCloudWatch") > 0);
    model_close(&run);
}

static void test_detector(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              "{'duration': '1h', 'Resources': {" FUNCTION ", 'D': {'Type': 'AWS::IoTEvents::DetectorModel', 'Properties': {'RoleArn': 'r',"
              "'DetectorModelDefinition': {'InitialStateName': 'Normal', 'States': [{'StateName': 'Normal', 'OnInput': {'Events': ["
              "{'EventName': 'hot', 'Condition': 'x > 1', 'Actions': [{'Lambda': {'FunctionArn': {'Fn::GetAtt': ['F', 'Arn']}}},"
              "{'SetTimer': {'TimerName': 't'}}]}]}}, {'StateName': 'Hot'}]}}}}, 'behavior': {'F': {'duration': '1s'}, 'D': {'event_rate': "
              "0.25}},"
              "'traffic': [{'name': 'a', 'target': 'D', 'constant': '10/s'}]}");
    double told = (double)count_of(&run, "F", "Invocations"), n = 36000;
    check_z("told", (told - n / 4) / sqrt(n * 0.25 * 0.75), 1e-3);
    assert_int_equal(count_of(&run, "D", "ItemsFiltered"), (int64_t)(n - (double)count_of(&run, "D", "NoticesSent")));
    model_close(&run);
}

/* crosses: logs_subscriptions_max */
static void test_mistakes(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{'duration': '1h', 'Resources': {" FUNCTION ", 'R': {'Type': 'AWS::RDS::EventSubscription', 'Properties': {'SnsTopicArn': 'F'}}},"
         "'traffic': [" ONCE("a", "R", "0s", "") "]}",
         "F is AWS::Serverless::Function"},
        {"{'duration': '1h', 'Resources': {" FUNCTION ", 'G': {'Type': 'AWS::CodeCommit::Repository', 'Properties': {'RepositoryName': 'g',"
         "'Triggers': [{'Name': 't', 'Events': ['push'], 'DestinationArn': 'F'}]}}}, 'traffic': [" ONCE("a", "G", "0s", "") "]}",
         "a repository has no event \"push\""},
        {"{'duration': '1h', 'Resources': {" FUNCTION ", 'C': {'Type': 'AWS::Config::ConfigRule', 'Properties': {'Source': {'Owner': "
         "'CUSTOM_LAMBDA', 'SourceIdentifier': 'Nobody'}}}}, 'traffic': [" ONCE("a", "C", "0s", "") "]}",
         "a custom rule needs its function"},
        {"{'duration': '1h', 'Resources': {" FUNCTION
         ", 'R': {'Type': 'AWS::IoT::TopicRule', 'Properties': {'TopicRulePayload': {'Sql': 's',"
         "'Actions': [{'Lambda': {'FunctionArn': 'F'}, 'Republish': {}}]}}}}, 'traffic': [" ONCE("a", "R", "0s", "") "]}",
         "an action goes to one place, and here are 2"},
        {"{'duration': '1h', 'Resources': {" FUNCTION ", 'L': {'Type': 'AWS::Logs::LogGroup'},"
         "'S': {'Type': 'AWS::Logs::SubscriptionFilter', 'Properties': {'LogGroupName': 'L', 'FilterPattern': '', 'DestinationArn': 'F'}},"
         "'U': {'Type': 'AWS::Logs::SubscriptionFilter', 'Properties': {'LogGroupName': 'L', 'FilterPattern': '', 'DestinationArn': 'F'}},"
         "'V': {'Type': 'AWS::Logs::SubscriptionFilter', 'Properties': {'LogGroupName': 'L', 'FilterPattern': '', 'DestinationArn': 'F'}}},"
         "'traffic': [" ONCE("a", "L", "0s", "") "]}",
         "L has 2 subscription filters"},
        {"{'duration': '1h', 'Resources': {'D': {'Type': 'AWS::IoTEvents::DetectorModel', 'Properties': {'RoleArn': 'r',"
         "'DetectorModelDefinition': {'InitialStateName': 'A', 'States': [{'StateName': 'B'}]}}}}, 'traffic': [" ONCE("a", "D", "0s",
                                                                                                                      "") "]}",
         "no state is called \"A\""},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run, "%s", cases, sizeof cases / sizeof *cases);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delay_and_retries),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_rule_on_changes_or_every_so_often),
        cmocka_unit_test(test_error_action),
        cmocka_unit_test(test_triggers),
        cmocka_unit_test(test_log_events_are_gathered),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_log_of_a_function),
        cmocka_unit_test(test_detector),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
