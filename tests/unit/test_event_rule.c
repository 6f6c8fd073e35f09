/* test_event_rule.c: event buses, rules and schedules: the minute in which they go off, retries and their instants, fan-out, quotas, bills,
 * the bus that is there unwritten, SAM's short forms, refusals. */
#include "engine/streamable.h"
#include "model_fixture.h"
#include "refusals.h"
#include "scripted_target.h"
#include "statistics_bounds.h"

#define S INT64_C(1000000000)
#define NO_JITTER "'rules': {'base': 'current', 'eventbridge_retry_jitter': 0}"

/* The next step of that name at `resource`, from step *at on; NULL at the end. */
static const struct step_seen *next_step(const struct model_run *run, size_t *at, const char *resource, const char *step)
{
    while (*at < run->step_count) {
        const struct step_seen *seen = &run->steps[(*at)++];
        if (strcmp(seen->resource, resource) == 0 && strcmp(seen->step, step) == 0)
            return seen;
    }
    return NULL;
}

/* Every ten minutes, each time somewhere in the minute, evenly: 1,008 times in a week. The instants are the schedule's alone. */
static void test_cron_minute(void **state)
{
    struct model_run *run = *state;
    int64_t places[1008];
    for (int more = 0; more < 2; more++) {
        model_run(
            run,
            "{'duration': '7d', 'drain': '1m', 'Resources': {'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'S'}}, "
            "'R': {'Type': 'AWS::Events::Rule', 'Properties': {'ScheduleExpression': 'cron(3/10 * * * ? *)', 'Targets': [{'Id': 't', "
            "'Arn': {'Ref': 'E'}}]}}%s}, 'traffic': [{'name': 'p', 'target': 'E', 'constant': '1/s', 'count': 0}]}",
            more ? ", 'R2': {'Type': 'AWS::Events::Rule', 'Properties': {'ScheduleExpression': 'rate(7 minutes)', 'Targets': [{'Id': "
                   "'t', 'Arn': {'Ref': 'E'}}]}}"
                 : "");
        size_t at = 0, count = 0;
        double u[1008];
        for (const struct step_seen *step; (step = next_step(run, &at, "R/target-t", "succeeded")) != NULL; count++) {
            int64_t place_ns = step->time_ns - (180 + 600 * (int64_t)count) * S;
            assert_true(count < 1008 && place_ns >= 0 && place_ns < 60 * S);
            assert_true(more == 0 || places[count] == place_ns);
            assert_int_equal(step->item, count);
            assert_string_equal(step->source, "R");
            places[count] = place_ns;
            u[count] = (double)place_ns / (60.0 * S);
        }
        assert_int_equal(count, 1008);
        check_uniform("place in the minute", u, count, 1e-3);
    }
    assert_int_equal(count_of(run, "R", "TriggeredRules"), 1008);
    assert_int_equal(count_of(run, "R", "MatchedEvents"), 0);
    assert_near(billed_usd(run, "R", NULL), 0, 0);
    assert_near(billed(run, "default", "Event-64K-Chunks", NULL), 0, 0);
}

/* One event to a target that answers `answers`; TARGET holds more of the target. */
static void run_one(struct model_run *run, const char *settings, const char *answers, const char *target)
{
    model_run(run,
              "{'duration': '2d', %s, 'Resources': {'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': '%s'}}, 'Lost': "
              "{'Type': 'AWS::SQS::Queue'}, 'Bus': {'Type': 'AWS::Events::EventBus'}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': "
              "{'EventBusName': {'Ref': 'Bus'}, 'EventPattern': {'source': [{'prefix': ''}]}, 'Targets': [{'Id': 't', 'Arn': {'Ref': "
              "'E'}%s}]}}}, "
              "'behavior': {'R': {'latency': '250ms'}}, 'traffic': [{'name': 'p', 'target': 'Bus', 'constant': '1/s', 'count': 1}]}",
              settings, answers, target);
}

/* Waits of 1, 2, 4, ... s up to 900 s, for 24 h: and then it is too old. */
static void test_retries_by_age(void **state)
{
    struct model_run *run = *state;
    run_one(run, NO_JITTER, "E", "");
    int64_t at_ns = S / 4;
    size_t at = 0;
    uint32_t tries = 0;
    const struct step_seen *step;
    while ((step = next_step(run, &at, "R/target-t", "retry")) != NULL) {
        assert_int_equal(step->time_ns, at_ns);
        at_ns += tries < 10 ? S << tries : 900 * S;
        tries++;
    }
    assert_int_equal(count_of(run, "R", "InvocationAttempts"), tries);
    assert_int_equal(count_of(run, "R", "RetryInvocationAttempts"), tries - 1);
    assert_true(at_ns >= 86400 * S && at_ns < 87300 * S); /* the next would have come after the end */
    assert_int_equal(fates_of(run, "R/target-t", FATE_EXPIRED, "event_age"), 1);
    assert_int_equal(run->steps[run->step_count - 1].time_ns, 86400 * S);
    assert_int_equal(count_of(run, "R", "FailedInvocations"), 1);
    assert_int_equal(count_of(run, "R", "Invocations"), 1);
}

/* The rules' jitter halves the waits on average, and then the 185 retries come first. */
static void test_retries_by_count(void **state)
{
    struct model_run *run = *state;
    run_one(run, "'seed': 3", "E", "");
    assert_int_equal(count_of(run, "R", "InvocationAttempts"), 186);
    assert_int_equal(fates_of(run, "R/target-t", FATE_DROPPED, "attempts"), 1);
    run_one(run, NO_JITTER, "E",
            ", 'RetryPolicy': {'MaximumRetryAttempts': 3, 'MaximumEventAgeInSeconds': 3600}, 'DeadLetterConfig': "
            "{'Arn': {'Fn::GetAtt': ['Lost', 'Arn']}}");
    assert_int_equal(count_of(run, "E", "Calls"), 4);
    assert_int_equal(fates_of(run, "R/target-t", FATE_DEAD_LETTERED, "attempts"), 1);
    assert_int_equal(count_of(run, "Lost", "NumberOfMessagesSent"), 1);
    assert_int_equal(count_of(run, "R", "InvocationsSentToDlq"), 1);
    size_t at = 0;
    assert_int_equal(next_step(run, &at, "R/target-t", "dead_lettered")->time_ns, S / 4 + 7 * S);
}

static void test_outcomes(void **state)
{
    struct model_run *run = *state;
    run_one(run, NO_JITTER, "TES", "");
    assert_int_equal(count_of(run, "R", "SuccessfulInvocationAttempts"), 1);
    assert_near(figure(run, "R", "IngestionToInvocationStartLatency", "Maximum"), 250, 0);
    assert_near(figure(run, "R", "IngestionToInvocationSuccessLatency", "Maximum"), 3250, 0);
    assert_int_equal(count_of(run, "Bus", "MatchedEvents"), 1);
    run_one(run, NO_JITTER, "F", "");
    assert_int_equal(count_of(run, "E", "Calls"), 1);
    assert_int_equal(fates_of(run, "R/target-t", FATE_DROPPED, "client_error"), 1);
}

/* Five targets of each kind, each with what is its due; the sender is answered at once. */
static void test_fan_out(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '100s', 'drain': '10m', 'Resources': {'Bus': {'Type': 'AWS::Events::EventBus'}, 'Other': {'Type': "
              "'AWS::Events::EventBus'}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'O': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': "
              "true}}, 'K': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 4}}, 'T': {'Type': 'AWS::SNS::Topic'}, 'F': "
              "{'Type': 'AWS::Lambda::Function'}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, "
              "'EventPattern': {'source': ['x']}, 'Targets': [{'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}, {'Arn': {'Fn::GetAtt': ['O', 'Arn']}, "
              "'SqsParameters': {'MessageGroupId': 'all'}}, {'Arn': {'Fn::GetAtt': ['K', 'Arn']}}, {'Arn': {'Ref': 'T'}}, {'Arn': "
              "{'Fn::GetAtt': ['Other', 'Arn']}}]}}, 'R2': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Other'}, "
              "'EventPattern': {'source': ['x']}, 'Targets': [{'Arn': {'Fn::GetAtt': ['F', 'Arn']}}]}}}, 'behavior': {'F': {'init': '0s', "
              "'duration': '1s'}}, 'traffic': [{'name': 'p', 'target': 'Bus', 'constant': '10/s', 'payload': '65KB'}]}");
    assert_near(figure(run, "p", "ResponseTime", "Maximum"), 0, 0);
    assert_int_equal(count_of(run, "R", "InvocationsCreated"), 5000);
    assert_int_equal(count_of(run, "R", "Invocations"), 5000);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 1000);
    assert_int_equal(count_of(run, "O", "NumberOfMessagesSent"), 1000);
    assert_int_equal(count_of(run, "T", "NumberOfMessagesPublished"), 1000);
    assert_int_equal(count_of(run, "F", "Invocations"), 1000);
    assert_near(figure(run, "O", "ApproximateNumberOfGroupsWithInflightMessages", "Maximum"), 0, 0);
    uint64_t there[4]; /* a quarter each */
    for (int i = 0; i < 4; i++) {
        char shard[32];
        snprintf(shard, sizeof shard, "K/shard-%d", i);
        there[i] = fates_of(run, shard, FATE_IN_FLIGHT, "");
    }
    check_chi_square("shards", there, NULL, 4, 1e-3);
    assert_near(billed(run, "Bus", "Event-64K-Chunks", NULL), 2000, 0);
    assert_near(billed(run, "Other", "Event-64K-Chunks", NULL), 2000, 0);
}

/* All events of a target are one message group: what reads the queue has one at a time. */
static void test_message_group(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10s', 'drain': '5m', 'Resources': {'O': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true, "
              "'VisibilityTimeout': 60}}, 'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 10, 'Events': {'O': "
              "{'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': ['O', 'Arn']}, 'BatchSize': 1}}}}}, 'R': {'Type': "
              "'AWS::Events::Rule', 'Properties': {'EventPattern': {'source': ['x']}, 'Targets': [{'Arn': {'Fn::GetAtt': ['O', 'Arn']}, "
              "'SqsParameters': {'MessageGroupId': 'all'}}]}}}, 'behavior': {'G': {'init': '0s', 'duration': '3s'}}, 'traffic': "
              "[{'name': 'p', 'target': 'default', 'constant': '2/s'}]}");
    assert_int_equal(count_of(run, "G", "Invocations"), 20);
    assert_near(figure(run, "G", "ConcurrentExecutions", "Maximum"), 1, 0);
}

/* A rule that nobody wrote a bus for is on the account's, which can be named as an ARN too; rules can be called by themselves. */
static void test_default_bus(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10s', 'drain': '10m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'A': {'Type': 'AWS::Events::Rule', "
              "'Properties': {'EventPattern': {'source': ['x']}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'B': "
              "{'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': "
              "'arn:aws:events:us-east-1:123456789012:event-bus/default', 'EventPattern': {'source': ['x']}, 'State': 'DISABLED', "
              "'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}}, 'traffic': [{'name': 'bus', 'target': 'default', "
              "'constant': '1/s'}, {'name': 'rule', 'target': 'A', 'constant': '2/s'}]}");
    assert_int_equal(count_of(run, "default", "PutEventsEntriesCount"), 10);
    assert_int_equal(count_of(run, "A", "MatchedEvents"), 30);
    assert_int_equal(count_of(run, "B", "MatchedEvents"), 0);
    assert_int_equal(fates_of(run, "B", FATE_DISCARDED, "rule disabled"), 10);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 30);
}

/* The account's invocations beyond the quota wait for their turn; its PutEvents are turned away. */
/* crosses: eventbridge_put_rate eventbridge_invocation_rate */
static void test_quotas(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1s', 'drain': '1m', 'rules': {'base': 'current', 'eventbridge_invocation_rate': 10, 'eventbridge_put_rate': "
              "30}, 'Resources': {'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'S'}}, 'R': {'Type': "
              "'AWS::Events::Rule', 'Properties': {'EventPattern': {'source': ['x']}, 'Targets': [{'Id': 't', 'Arn': {'Ref': 'E'}}]}}}, "
              "'behavior': {'R': {'latency': '0s'}}, 'traffic': [{'name': 'p', 'target': 'default', 'bursts': {'size': 40, 'every': "
              "'1h'}}]}");
    assert_int_equal(count_of(run, "default", "PutEventsApproximateThrottledCount"), 10);
    assert_int_equal(count_of(run, "default", "PutEventsFailedEntriesCount"), 10);
    assert_int_equal(count_of(run, "E", "Calls"), 30);
    assert_int_equal(count_of(run, "R", "ThrottledRules"), 19); /* a second's worth and the one that is due go at once */
    assert_near(figure(run, "R", "IngestionToInvocationStartLatency", "Maximum"), 1900, 0);
}

/* crosses: eventbridge_event_max_kb */
static void test_event_size(void **state)
{
    struct model_run *run = *state;
    for (int course = 0; course < 2; course++) {
        model_run(run,
                  "{'duration': '10s', 'rules': '%s', 'Resources': {'Bus': {'Type': 'AWS::Events::EventBus'}}, 'traffic': [{'name': 'p', "
                  "'target': 'Bus', 'constant': '1/s', 'payload': '300KB'}]}",
                  course ? "course" : "current");
        assert_int_equal(count_of(run, "Bus", "PutEventsFailedEntriesCount"), course ? 10 : 0);
        assert_int_equal(count_of(run, "Bus", "EventsUnmatched"), course ? 0 : 10);
        assert_near(billed(run, "Bus", "Event-64K-Chunks", NULL), course ? 0 : 50, 0);
    }
}

/* What a function's destination sends to a bus is an event like any custom one. */
static void test_destination(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10s', 'drain': '1h', 'Resources': {'Bus': {'Type': 'AWS::Events::EventBus'}, 'Q': {'Type': "
                   "'AWS::SQS::Queue'}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, 'EventPattern': "
                   "{'source': ['lambda']}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'F': {'Type': "
                   "'AWS::Serverless::Function', 'Properties': {'EventInvokeConfig': {'MaximumRetryAttempts': 0, 'DestinationConfig': "
                   "{'OnFailure': {'Type': 'EventBridge', 'Destination': {'Fn::GetAtt': ['Bus', 'Arn']}}}}}}}, 'behavior': {'F': {'init': "
                   "'0s', 'duration': '1s', 'error_rate': 1}}, 'traffic': [{'name': 'p', 'target': 'F', 'invocation_type': 'Event', "
                   "'constant': '1/s'}]}");
    assert_int_equal(count_of(run, "Bus", "MatchedEvents"), 10);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 10);
    assert_near(billed(run, "Bus", "Event-64K-Chunks", NULL), 10, 0);
}

/* Patterns tell events apart by what sources say of them, and who sends them by how he wraps them. */
static void test_patterns(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '100s', 'drain': '1h', 'Resources': {'Bus': {'Type': 'AWS::Events::EventBus'}, 'Q': {'Type': "
              "'AWS::SQS::Queue'}, 'Paid': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, "
              "'EventPattern': {'source': ['orders'], 'detail': {'state': ['paid']}}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': "
              "['Q', 'Arn']}}]}}, 'Orders': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, "
              "'EventPattern': {'source': [{'prefix': 'ord'}]}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}, "
              "'Done': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, 'EventPattern': {'source': "
              "['lambda'], 'detail-type': ['Lambda Function Invocation Result - Success']}, 'Targets': [{'Id': 'q', 'Arn': "
              "{'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'Failed': {'Type': 'AWS::Events::Rule', 'Properties': {'EventBusName': {'Ref': "
              "'Bus'}, 'EventPattern': {'detail-type': [{'suffix': 'Failure'}], 'detail': {'requestPayload': {'kind': ['a']}}}, "
              "'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'F': {'Type': 'AWS::Serverless::Function', "
              "'Properties': {'EventInvokeConfig': {'MaximumRetryAttempts': 0, 'DestinationConfig': {'OnSuccess': {'Type': "
              "'EventBridge', 'Destination': {'Fn::GetAtt': ['Bus', 'Arn']}}, 'OnFailure': {'Type': 'EventBridge', 'Destination': "
              "{'Fn::GetAtt': ['Bus', 'Arn']}}}}}}}, 'behavior': {'F': {'init': '0s', 'duration': '1s', 'error_rate': 0.5}}, 'traffic': ["
              "{'name': 'paid', 'target': 'Bus', 'constant': '1/s', 'event': {'source': 'orders', 'detail': {'state': 'paid'}}}, {'name': "
              "'open', 'target': 'Bus', 'constant': '2/s', 'event': {'source': 'orders', 'detail': {'state': 'open'}}}, {'name': 'a', "
              "'target': 'F', 'constant': '1/s', 'invocation_type': 'Event', 'event': {'kind': 'a'}}, {'name': 'b', 'target': 'F', "
              "'constant': '1/s', 'invocation_type': 'Event', 'event': {'kind': 'b'}}]}");
    assert_int_equal(count_of(run, "Paid", "MatchedEvents"), 100);
    assert_int_equal(count_of(run, "Orders", "MatchedEvents"), 300);
    assert_int_equal(fates_of(run, "Paid", FATE_DISCARDED, "not matched"), 400);
    assert_int_equal(count_of(run, "Done", "MatchedEvents"), 200 - count_of(run, "F", "Errors"));
    size_t at = 0;
    int failed_a = 0;
    for (const struct step_seen *step; (step = next_step(run, &at, "F/async", "dead_lettered")) != NULL;)
        failed_a += step->source[0] == 'a';
    assert_true(failed_a > 0);
    assert_int_equal(count_of(run, "Failed", "MatchedEvents"), failed_a);
    assert_int_equal(count_of(run, "Bus", "EventsUnmatched"), count_of(run, "F", "Errors") - failed_a);
}

/* What a service of AWS says by itself is told apart by its envelope, costs nothing, and has no quota. */
static void test_service_events(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '100s', 'drain': '1h', 'rules': {'base': 'current', 'eventbridge_put_rate': 1}, 'Resources': {'B': {'Type': "
              "'AWS::S3::Bucket', 'Properties': {'NotificationConfiguration': {'EventBridgeConfiguration': {'EventBridgeEnabled': "
              "true}}}}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'Jpg': {'Type': 'AWS::Events::Rule', 'Properties': {'EventPattern': "
              "{'source': ['aws.s3'], 'detail': {'object': {'key': [{'suffix': '.jpg'}]}}}, 'Targets': [{'Id': 'q', 'Arn': "
              "{'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'Own': {'Type': 'AWS::Events::Rule', 'Properties': {'EventPattern': {'source': "
              "['shop']}, 'Targets': [{'Id': 'q', 'Arn': {'Fn::GetAtt': ['Q', 'Arn']}}]}}}, 'traffic': [{'name': 'j', 'target': 'B', "
              "'constant': '10/s', 'object_key': 'a.jpg'}, {'name': 't', 'target': 'B', 'constant': '10/s', 'object_key': 'a.txt'}, "
              "{'name': 'o', 'target': 'default', 'constant': '0.5/s', 'event': {'source': 'shop'}}]}");
    assert_int_equal(count_of(run, "default", "PutEventsEntriesCount"), 2050);
    assert_int_equal(count_of(run, "default", "PutEventsFailedEntriesCount"), 0);
    assert_int_equal(count_of(run, "Jpg", "MatchedEvents"), 1000);
    assert_int_equal(count_of(run, "Own", "MatchedEvents"), 50);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 1050);
    assert_near(billed(run, "default", "Event-64K-Chunks", NULL), 50, 0);
}

#define SCHEDULE(NAME, EXPRESSION, MORE)                                                                                                   \
    "'" NAME "': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'ScheduleExpression': '" EXPRESSION                                   \
    "', 'Target': {'Arn': {'Ref': 'E'}, 'RoleArn': 'r'}" MORE "}}, "
#define SHARP ", 'FlexibleTimeWindow': {'Mode': 'OFF'}"

/* at() once, rate() at once, dates, a wide window. */
static void test_scheduler(void **state)
{
    struct model_run *run = *state;
    static const char schedules[] = SCHEDULE("Once", "at(2025-01-01T02:00:00)", SHARP) SCHEDULE("Rate", "rate(1 hour)", SHARP)
        SCHEDULE("Part", "rate(1 hour)", SHARP ", 'StartDate': '2025-01-01T01:30:00Z', 'EndDate': '2025-01-01T03:30:00Z'")
            SCHEDULE("Before", "rate(2 hours)", SHARP ", 'StartDate': '2024-12-31T23:30:00Z'")
                SCHEDULE("Off", "rate(1 hour)", SHARP ", 'State': 'DISABLED'")
                    SCHEDULE("Wide", "cron(0/30 * * * ? *)", ", 'FlexibleTimeWindow': {'Mode': 'FLEXIBLE', 'MaximumWindowInMinutes': 15}");
    model_run(run,
              "{'duration': '5h', 'drain': '1h', 'Resources': {%s'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'S'}}}, "
              "'traffic': [{'name': 'p', 'target': 'E', 'constant': '1/s', 'count': 0}]}",
              schedules);
    static const struct {
        const char *part;
        int64_t first_s, every_s, within_s;
        int count;
    } rows[] = {
        {"Once/target-0", 7200, 1, 60, 1},      {"Rate/target-0", 0, 3600, 60, 5},   {"Part/target-0", 5400, 3600, 60, 2},
        {"Before/target-0", 5400, 7200, 60, 2}, {"Wide/target-0", 0, 1800, 900, 10},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t at = 0;
        int count = 0;
        for (const struct step_seen *step; (step = next_step(run, &at, rows[i].part, "succeeded")) != NULL; count++) {
            int64_t late_ns = step->time_ns - (rows[i].first_s + count * rows[i].every_s) * S;
            assert_true(late_ns >= 0 && late_ns < rows[i].within_s * S);
        }
        assert_int_equal(count, rows[i].count);
    }
    assert_int_equal(count_of(run, "Off", "TimesFired"), 0);
    assert_near(billed(run, "Rate", "ScheduledInvocation", NULL), 5, 0);
}

/* What SAM says of a function's event is said of the rule's target. */
static void test_short_forms(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1h', 'drain': '1h', 'Resources': {'Bus': {'Type': 'AWS::Events::EventBus'}, 'Lost': {'Type': "
              "'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'Rule': {'Type': "
              "'EventBridgeRule', 'Properties': {'EventBusName': {'Ref': 'Bus'}, 'Pattern': {'source': ['x']}, 'Target': {'Id': 'mine'}, "
              "'RetryPolicy': {'MaximumRetryAttempts': 1}, 'DeadLetterConfig': {'Arn': {'Fn::GetAtt': ['Lost', 'Arn']}}}}, 'Old': {'Type': "
              "'CloudWatchEvent', 'Properties': {'Pattern': {'source': ['x']}}}, 'Tick': {'Type': 'Schedule', 'Properties': {'Schedule': "
              "'rate(10 minutes)', 'Enabled': true}}, 'Off': {'Type': 'Schedule', 'Properties': {'Schedule': 'rate(1 minute)', 'Enabled': "
              "false}}, 'Off2': {'Type': 'Schedule', 'Properties': {'Schedule': 'rate(1 minute)', 'State': 'DISABLED'}}, 'New': {'Type': "
              "'ScheduleV2', 'Properties': {'ScheduleExpression': 'rate(20 minutes)', 'RetryPolicy': {'MaximumRetryAttempts': 1}}}}}}}, "
              "'behavior': {'F': {'init': '0s', 'duration': '1s'}}, 'traffic': [{'name': 'p', 'target': 'Bus', 'constant': '1/s', 'count': "
              "7}, {'name': 'd', 'target': 'default', 'constant': '1/s', 'count': 9}]}");
    assert_int_equal(fates_of(run, "FRule/target-mine", FATE_SUCCEEDED, ""), 7);
    assert_int_equal(fates_of(run, "FOld/target-0", FATE_SUCCEEDED, ""), 9);
    assert_int_equal(fates_of(run, "FTick/target-0", FATE_SUCCEEDED, ""), 5);
    assert_int_equal(fates_of(run, "FNew/target-0", FATE_SUCCEEDED, ""), 3);
    assert_int_equal(count_of(run, "FOff", "TriggeredRules"), 0);
    assert_int_equal(count_of(run, "FOff2", "TriggeredRules"), 0);
    assert_int_equal(count_of(run, "F", "Invocations"), 24);
}

/* An hourly rule finds no environment that was kept for 5 minutes, and always one that is kept for 62: an hour and the minute's play. */
static void test_serverless_cron(void **state)
{
    struct model_run *run = *state;
    for (int kept = 0; kept < 2; kept++) {
        model_run(run,
                  "{'duration': '7d', 'drain': '5m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': "
                  "{'Hourly': {'Type': 'Schedule', 'Properties': {'Schedule': 'rate(1 hour)'}}}}}}, 'behavior': {'F': {'init': '1s', "
                  "'duration': '1s', 'keep_alive': '%s', 'max_lifetime': 'forever'}}, 'traffic': [{'name': 'p', 'target': 'F', 'constant': "
                  "'1/s', 'count': 0}]}",
                  kept ? "62m" : "5m");
        assert_int_equal(count_of(run, "F", "Invocations"), 167);
        assert_int_equal(count_of(run, "F", "ColdStarts"), kept ? 1 : 167);
    }
}

/* Wherever memory runs out, the run ends and says so. */
static void test_memory(void **state)
{
    struct model_run *run = *state;
    static const char text[] =
        "{'duration': '10m', 'Resources': {'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'E'}}, 'T': {'Type': "
        "'AWS::SNS::Topic', 'Properties': {'FifoTopic': true, 'Subscription': [{'Protocol': 'sqs', 'Endpoint': {'Fn::GetAtt': ['Q', "
        "'Arn']}}]}}, 'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true}}, 'R': {'Type': 'AWS::Events::Rule', "
        "'Properties': "
        "{'EventPattern': {'source': ['x']}, 'Targets': [{'Arn': {'Ref': 'E'}}]}}}, 'rules': {'base': 'current', 'sqs_fifo_calls_per_s': "
        "1, "
        "'sqs_fifo_messages_per_s': 1}, 'traffic': [{'name': 'p', 'target': 'default', 'constant': '50/s'}, {'name': 't', 'target': 'T', "
        "'key': {'uniform': 100}, 'constant': '50/s'}]}";
    assert_int_equal(model_load(run, text), STATUS_OK);
    uint64_t ended = 0;
    for (uint64_t most = 1000; most < 20000000; most = most * 5 / 4) {
        const struct run_options options = {.threads = 1, .max_memory_bytes = most};
        struct run_result *result = NULL;
        enum status status = run_scenario(run->scenario, &options, &result);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        ended += status == STATUS_LIMIT;
        run_result_free(result);
    }
    assert_true(ended > 10 && ended < 44); /* some ran to their end */
}

#define RULE(PROPERTIES) "'R': {'Type': 'AWS::Events::Rule', 'Properties': {" PROPERTIES "}}"

static void test_refusals(void **state)
{
    static const struct refusal cases[] = {
        {RULE("'Targets': [{'Id': 'f', 'Arn': 'F'}]"), "needs an EventPattern or a ScheduleExpression"},
        {RULE("'EventBusName': 'M', 'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Id': 'f', 'Arn': 'F'}]"),
         "only rules of the default bus"},
        {RULE("'EventBusName': 'F', 'ScheduleExpression': 'rate(1 hour)'"), "F is no event bus"},
        {RULE("'ScheduleExpression': 'rate(1 hours)'"), "must be a schedule"},
        {RULE("'ScheduleExpression': 'at(2025-01-01T00:00:00)'"), "must be a schedule"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Id': 'f', 'Arn': 'O'}]"), "needs a message group"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Id': 'f', 'Arn': 'F'}, {'Id': 'f', 'Arn': 'F'}]"),
         "two targets have the id"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Id': 'f', 'Arn': 'F', 'DeadLetterConfig': {'Arn': 'O'}}]"),
         "must be a standard one"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Id': 'f', 'Arn': 'F', 'DeadLetterConfig': {'Arn': 'F'}}]"),
         "F is no queue"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Arn': 'F', 'RetryPolicy': {'MaximumRetryAttempts': 186}}]"), "between"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Arn': 'F', 'RetryPolicy': {'MaximumEventAgeInSeconds': 59}}]"),
         "between"},
        {RULE("'ScheduleExpression': 'rate(1 hour)', 'Targets': [{'Arn': 'F'}, {'Arn': 'F'}, {'Arn': 'F'}, {'Arn': 'F'}, {'Arn': "
              "'F'}, {'Arn': 'F'}]"),
         "at most 5"},
        {"'default': {'Type': 'AWS::SQS::Queue'}, " RULE("'ScheduleExpression': 'rate(1 hour)'"), "default is no event bus"},
        {"'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'ScheduleExpression': 'at(tomorrow)', 'Target': {'Arn': 'F'}}}",
         "must be a time in UTC"},
        {"'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'Target': {'Arn': 'F'}}}", "is missing"},
        {"'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'ScheduleExpression': 'rate(1 hour)', 'StartDate': 'soon', "
         "'Target': {'Arn': 'F'}}}",
         "must be a time in UTC"},
        {"'S': {'Type': 'AWS::Scheduler::Schedule', 'Properties': {'ScheduleExpression': 'rate(1 hour)', 'FlexibleTimeWindow': "
         "{'Mode': 'FLEXIBLE'}, 'Target': {'Arn': 'F'}}}",
         "needs a length"},
        {"'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'E': {'Type': 'Schedule', 'Properties': {'Schedule': "
         "'rate(1 hour)', 'Targets': [{'Arn': 'F'}]}}}}}",
         "is G, as it stands there"},
    };
    assert_refused(
        *state,
        "{'duration': '1s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'O': {'Type': 'AWS::SQS::Queue', 'Properties': "
        "{'FifoQueue': true}}, 'M': {'Type': 'AWS::Events::EventBus'}, %s}, 'traffic': [{'name': 'p', 'target': 'F', 'constant': '1/s'}]}",
        cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cron_minute, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_retries_by_age, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_retries_by_count, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_outcomes, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_fan_out, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_message_group, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_default_bus, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_quotas, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_event_size, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_destination, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_patterns, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_service_events, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_scheduler, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_short_forms, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_serverless_cron, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_memory, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_refusals, open_traced_run, close_traced_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
