/* test_topic.c: topics: the instants of every try by protocol, what is tried again, fan-out, dead letters, quotas, bills, refusals. */
#include "model_fixture.h"
#include "refusals.h"
#include "scripted_target.h"
#include "statistics_bounds.h"

#define S INT64_C(1000000000)

/* A topic T with one subscription of `protocol` to a target E that answers `answers`, and one message. */
static void run_one(struct model_run *run, const char *protocol, const char *answers, const char *duration, const char *more)
{
    model_run(run,
              "{'duration': '%s', 'Resources': {'T': {'Type': 'AWS::SNS::Topic'}, 'E': {'Type': 'Test::Scripted::Target', 'Properties': "
              "{'Answers': '%s'}}, 'Lost': {'Type': 'AWS::SQS::Queue'}, 'Sub': {'Type': 'AWS::SNS::Subscription', 'Properties': "
              "{'TopicArn': {'Ref': 'T'}, 'Protocol': '%s', 'Endpoint': {'Ref': 'E'}%s}}}, 'traffic': [{'name': 'p', 'target': 'T', "
              "'constant': '1/s', 'count': 1}]}",
              duration, answers, protocol, more);
}

/* When try number `attempt` (from 1) ended, by what the subscription did next. */
static int64_t ended_ns(const struct model_run *run, const char *part, uint32_t attempt)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].resource, part) == 0 && run->steps[i].attempt == attempt)
            return run->steps[i].time_ns;
    return -1;
}

#define SUB "T/subscription-Sub"

/* Functions and queues: 3 at once, 2 a second apart, 10 from 1 to 20 s, then every 20 s until 100,015 retries are used up. */
static void test_managed_schedule(void **state)
{
    struct model_run *run = *state;
    run_one(run, "lambda", "E", "24d", "");
    int64_t at_ns = 0;
    for (uint32_t retry = 1; retry <= 40; retry++) {
        at_ns += retry <= 3 ? 0 : retry <= 5 ? S : retry <= 15 ? (int64_t)(1e9 * pow(20, (retry - 6) / 9.0) + 0.5) : 20 * S;
        assert_int_equal(ended_ns(run, SUB, retry + 1), at_ns);
    }
    assert_int_equal(count_of(run, "E", "Calls"), 100016);
    assert_int_equal(count_of(run, "T", "DeliveryAttempts"), 100016);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFailed"), 1);
    assert_int_equal(fates_of(run, SUB, FATE_DROPPED, "attempts"), 1);
    const struct step_seen *last = &run->steps[run->step_count - 1];
    assert_int_equal(last->time_ns, at_ns + INT64_C(99975) * 20 * S); /* 23.2 days */
    assert_string_equal(last->step, "dropped");
}

/* E-mail and the like: 2 ten seconds apart, 10 from 10 to 600 s, 38 every 600 s. */
static void test_customer_schedule(void **state)
{
    struct model_run *run = *state;
    run_one(run, "email", "E", "1d", "");
    int64_t at_ns = 0;
    for (uint32_t retry = 1; retry <= 50; retry++) {
        at_ns += retry <= 2 ? 10 * S : retry <= 12 ? (int64_t)(1e10 * pow(60, (retry - 3) / 9.0) + 0.5) : 600 * S;
        assert_int_equal(ended_ns(run, SUB, retry + 1), at_ns);
    }
    assert_int_equal(count_of(run, "E", "Calls"), 51);
}

static void test_web_schedule(void **state)
{
    struct model_run *run = *state;
    run_one(run, "https", "E", "1d", "");
    for (uint32_t attempt = 1; attempt <= 4; attempt++)
        assert_int_equal(ended_ns(run, SUB, attempt), (attempt - 1) * 20 * S);
    assert_int_equal(count_of(run, "E", "Calls"), 4);
}

/* A web endpoint's own policy: the example of the developer guide, and an evenly rising one. */
static void test_web_policy(void **state)
{
    struct model_run *run = *state;
    run_one(run, "https", "E", "1d",
            ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numRetries': 50, 'numNoDelayRetries': 3, 'numMinDelayRetries': 2, "
            "'numMaxDelayRetries': 35, 'minDelayTarget': 1, 'maxDelayTarget': 60, 'backoffFunction': 'exponential'}, 'throttlePolicy': "
            "{'maxReceivesPerSecond': 10}}");
    int64_t at_ns = 0;
    for (uint32_t retry = 1; retry <= 50; retry++) {
        at_ns += retry <= 3 ? 0 : retry <= 5 ? S : retry <= 15 ? (int64_t)(1e9 * pow(60, (retry - 6) / 9.0) + 0.5) : 60 * S;
        assert_int_equal(ended_ns(run, SUB, retry + 1), at_ns);
    }
    assert_int_equal(count_of(run, "E", "Calls"), 51);
    run_one(run, "http", "E", "1d",
            ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numRetries': 5, 'minDelayTarget': 10, 'maxDelayTarget': 50}}");
    static const int64_t instants[] = {0, 10, 30, 60, 100, 150};
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(ended_ns(run, SUB, i + 1), instants[i] * S);
}

/* A delivery stream that throttles is waited for as customers are. */
static void test_firehose(void **state)
{
    struct model_run *run = *state;
    run_one(run, "firehose", "TES", "1d", "");
    assert_int_equal(ended_ns(run, SUB, 1), 0);
    assert_int_equal(ended_ns(run, SUB, 2), 10 * S);
    assert_int_equal(ended_ns(run, SUB, 3), 10 * S); /* an error: an immediate retry */
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsDelivered"), 1);
    assert_near(figure(run, "T", "DeliveryTime", "Maximum"), 10000, 0);
}

/* An error that the message itself brings about is final, and what is final goes to the dead-letter queue. */
static void test_client_errors(void **state)
{
    struct model_run *run = *state;
    run_one(run, "lambda", "F", "1h", "");
    assert_int_equal(count_of(run, "E", "Calls"), 1);
    assert_int_equal(fates_of(run, SUB, FATE_DROPPED, "client_error"), 1);
    run_one(run, "lambda", "TF", "1h", ", 'RedrivePolicy': {'deadLetterTargetArn': {'Fn::GetAtt': ['Lost', 'Arn']}}");
    assert_int_equal(count_of(run, "E", "Calls"), 2);
    assert_int_equal(fates_of(run, SUB, FATE_DEAD_LETTERED, "client_error"), 1);
    assert_int_equal(count_of(run, "Lost", "NumberOfMessagesSent"), 1);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsRedrivenToDlq"), 1);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFailedToRedriveToDlq"), 0);
}

/* What the dead-letter queue does not take is lost, and said so. */
static void test_lost(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1h', 'Resources': {'T': {'Type': 'AWS::SNS::Topic'}, 'E': {'Type': 'Test::Scripted::Target', 'Properties': "
              "{'Answers': 'F'}}, 'Lost': {'Type': 'AWS::SQS::Queue', 'Properties': {'MaximumMessageSize': 1024}}, 'Sub': {'Type': "
              "'AWS::SNS::Subscription', 'Properties': {'TopicArn': {'Ref': 'T'}, 'Protocol': 'lambda', 'Endpoint': {'Ref': 'E'}, "
              "'RedrivePolicy': {'deadLetterTargetArn': {'Fn::GetAtt': ['Lost', 'Arn']}}}}}, 'traffic': [{'name': 'p', 'target': 'T', "
              "'constant': '1/s', 'count': 5, 'payload': '2KB'}]}");
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFailedToRedriveToDlq"), 5);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsRedrivenToDlq"), 0);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFailed"), 5);
}

/* The publisher is answered at once; each subscription goes its own way; an address outside takes all. */
static void test_fan_out(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1m', 'drain': '1h', 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'Subscription': ["
              "{'Protocol': 'sqs', 'Endpoint': {'Fn::GetAtt': ['Q', 'Arn']}}, {'Protocol': 'email', 'Endpoint': 'ops@example.org'}]}}, "
              "'Q': {'Type': 'AWS::SQS::Queue'}, 'E': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'EEEES'}}, "
              "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {'Sns': {'Type': 'SNS', 'Properties': {'Topic': "
              "{'Ref': 'T'}}}}}}, 'Sub': {'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': {'Ref': 'T'}, 'Protocol': "
              "'lambda', 'Endpoint': {'Ref': 'E'}}}}, 'behavior': {'T': {'latency': '30ms'}, 'F': {'init': '0s', 'duration': '1s'}}, "
              "'traffic': [{'name': 'p', 'target': 'T', 'constant': '1/s'}]}");
    assert_near(figure(run, "p", "ResponseTime", "Maximum"), 0, 0);
    assert_int_equal(count_of(run, "T", "NumberOfMessagesPublished"), 60);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsDelivered"), 240);
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 60);
    assert_int_equal(count_of(run, "F", "Invocations"), 60);
    assert_int_equal(count_of(run, "E", "Calls"), 300);
    assert_int_equal(fates_of(run, "T/subscription-0", FATE_SUCCEEDED, ""), 60);
    assert_int_equal(fates_of(run, "T/subscription-1", FATE_SUCCEEDED, ""), 60);
    assert_int_equal(fates_of(run, "T/subscription-FSns", FATE_SUCCEEDED, ""), 60);
    assert_int_equal(fates_of(run, SUB, FATE_SUCCEEDED, ""), 60);
    assert_near(figure(run, "T", "DeliveryTime", "Minimum"), 30, 0);
    assert_near(figure(run, "T", "DeliveryTime", "Maximum"), 1030, 0); /* three at once, one a second later */
}

/* Filters look at attributes or at the body; who has none gets all. What is filtered out is told apart, and free. */
static void test_filters(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '100s', 'drain': '10m', 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'Subscription': ["
              "{'Protocol': 'email', 'Endpoint': 'all@example.org'}]}}, 'Q': {'Type': 'AWS::SQS::Queue'}, 'A': {'Type': "
              "'AWS::SNS::Subscription', 'Properties': {'TopicArn': {'Ref': 'T'}, 'Protocol': 'sqs', 'Endpoint': {'Fn::GetAtt': ['Q', "
              "'Arn']}, 'FilterPolicy': {'store': ['books']}}}, 'B': {'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': "
              "{'Ref': 'T'}, 'Protocol': 'https', 'Endpoint': 'https://example.org/b', 'FilterPolicyScope': 'MessageBody', "
              "'FilterPolicy': {'order': {'price': [{'numeric': ['>=', 100]}]}}}}, 'F': {'Type': 'AWS::Serverless::Function', "
              "'Properties': {'Events': {'S': {'Type': 'SNS', 'Properties': {'Topic': {'Ref': 'T'}, 'FilterPolicyScope': 'MessageBody', "
              "'FilterPolicy': {'order': {'price': [{'numeric': ['<', 100]}]}}}}}}}}, 'behavior': {'F': {'init': '0s', 'duration': "
              "'1s'}}, 'traffic': [{'name': 'p', 'target': 'T', 'constant': '1/s', 'event': {'MessageAttributes': {'store': {'Type': "
              "'String', 'Value': 'books'}}, 'order': {'price': 20}}}, {'name': 'q', 'target': 'T', 'constant': '2/s', 'event': "
              "{'MessageAttributes': {'store': {'Type': 'String', 'Value': 'toys'}}, 'order': {'price': 200}}}, {'name': 'r', "
              "'target': 'T', 'constant': '3/s', 'event': {'order': {'price': 300}}}]}");
    assert_int_equal(count_of(run, "T", "NumberOfMessagesPublished"), 600);
    assert_int_equal(fates_of(run, "T/subscription-0", FATE_SUCCEEDED, ""), 600);
    assert_int_equal(fates_of(run, "T/subscription-A", FATE_SUCCEEDED, ""), 100);
    assert_int_equal(fates_of(run, "T/subscription-A", FATE_DISCARDED, "filtered"), 500);
    assert_int_equal(fates_of(run, "T/subscription-B", FATE_SUCCEEDED, ""), 500);
    assert_int_equal(fates_of(run, "T/subscription-FS", FATE_SUCCEEDED, ""), 100);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFilteredOut"), 1100);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFilteredOut-MessageAttributes"), 500);
    assert_int_equal(count_of(run, "T", "NumberOfNotificationsFilteredOut-MessageBody"), 600);
    assert_near(billed(run, "T", "SNS-DeliveryAttempts-HTTP", NULL), 500, 0);
    assert_int_equal(count_of(run, "F", "Invocations"), 100);
}

/* A function that takes no invocation for hours: the topic's delivery is done at once, as Lambda's queue takes the event; what happens
 * later is that queue's own. The topic's own retries are for a service that does not answer. */
static void test_two_layers(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '8h', 'Resources': {'T': {'Type': 'AWS::SNS::Topic'}, 'F': {'Type': "
                   "'AWS::Serverless::Function', 'Properties': {'ReservedConcurrentExecutions': 1, 'Timeout': 900, 'EventInvokeConfig': "
                   "{'MaximumEventAgeInSeconds': 600}, 'Events': {'Sns': {'Type': 'SNS', 'Properties': {'Topic': {'Ref': 'T'}}}}}}}, "
                   "'behavior': {'F': {'init': '0s', 'duration': '800s'}}, 'traffic': [{'name': 'p', 'target': 'T', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "T/subscription-FSns", FATE_SUCCEEDED, ""), 60);
    assert_near(figure(run, "T", "DeliveryTime", "Maximum"), 0, 0);
    assert_int_equal(count_of(run, "T", "DeliveryAttempts"), 60);
    assert_int_equal(fates_of(run, "F/async", FATE_SUCCEEDED, ""), 1);
    assert_int_equal(fates_of(run, "F/async", FATE_EXPIRED, "event_age"), 59);
}

/* Topics of the account share a quota; a FIFO topic has its own. */
/* crosses: sns_publish_rate sns_fifo_publish_rate */
static void test_quota(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1s', 'rules': {'base': 'current', 'sns_publish_rate': 10, 'sns_fifo_publish_rate': 7}, 'Resources': {"
                   "'A': {'Type': 'AWS::SNS::Topic'}, 'B': {'Type': 'AWS::SNS::Topic'}, 'C': {'Type': 'AWS::SNS::Topic', 'Properties': "
                   "{'FifoTopic': true}}}, 'traffic': [{'name': 'a', 'target': 'A', 'bursts': {'size': 8, 'every': '1h'}}, {'name': 'b', "
                   "'target': 'B', 'bursts': {'size': 8, 'every': '1h'}}, {'name': 'c', 'target': 'C', 'key': 1, 'bursts': {'size': 8, "
                   "'every': '1h'}}]}");
    assert_int_equal(count_of(run, "A", "NumberOfMessagesPublished") + count_of(run, "B", "NumberOfMessagesPublished"), 10);
    assert_int_equal(count_of(run, "A", "PublishesThrottled") + count_of(run, "B", "PublishesThrottled"), 6);
    assert_int_equal(count_of(run, "C", "NumberOfMessagesPublished"), 7);
    assert_int_equal(count_of(run, "a", "Rejected") + count_of(run, "b", "Rejected"), 6);
}

/* A FIFO topic keeps the order of each group even where latencies and a queue's throttles would change it. */
static void test_fifo_order(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '100s', 'drain': '1h', 'rules': {'base': 'current', 'sqs_fifo_calls_per_s': 8, 'sqs_fifo_messages_per_s': "
                   "8}, 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'FifoTopic': true, 'Subscription': [{'Protocol': "
                   "'sqs', 'Endpoint': {'Fn::GetAtt': ['Q', 'Arn']}}]}}, 'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': "
                   "true}}}, 'behavior': {'T': {'latency': {'exponential': '1s'}}}, 'traffic': [{'name': 'p', 'target': 'T', 'key': 1, "
                   "'bursts': {'size': 5, 'every': '1s'}}, {'name': 'q', 'target': 'T', 'key': 2, 'bursts': {'size': 5, 'every': '1s'}}]}");
    uint64_t next[2] = {0, 0}, retries = 0;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct step_seen *step = &run->steps[i];
        retries += strcmp(step->step, "retry") == 0;
        if (strcmp(step->resource, "T/subscription-0") == 0 && strcmp(step->step, "succeeded") == 0)
            assert_int_equal(step->item, next[step->source[0] - 'p']++);
    }
    assert_int_equal(next[0], 500);
    assert_int_equal(next[1], 500);
    assert_true(retries > 0); /* ten a second are sent, and the queue takes eight */
    assert_int_equal(count_of(run, "Q", "NumberOfMessagesSent"), 1000);
}

/* crosses: sns_message_default_max_kb */
static void test_sizes_and_bill(void **state)
{
    struct model_run *run = *state;
    double usd = 0;
    model_run(run, "{'duration': '100s', 'Resources': {'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'Subscription': [{'Protocol': "
                   "'https', 'Endpoint': 'https://example.org/hook'}, {'Protocol': 'email', 'Endpoint': 'ops@example.org'}]}}, "
                   "'Small': {'Type': 'AWS::SNS::Topic', 'Properties': {'MaximumMessageSize': 1024}}, "
                   "'O': {'Type': 'AWS::SNS::Topic', 'Properties': {'FifoTopic': true}}}, 'traffic': [{'name': 'p', 'target': 'T', "
                   "'payload': '65KB', 'constant': '10/s'}, {'name': 'q', 'target': 'Small', 'payload': '1025B', 'constant': '1/s'}, "
                   "{'name': 'r', 'target': 'T', 'payload': '257KB', 'constant': '1/s'}, {'name': 'o', 'target': 'O', 'key': 1, "
                   "'payload': '1MB', 'constant': '1/s'}, {'name': 'o2', 'target': 'O', 'key': 1, 'payload': '64KB', 'constant': '1/s'}]}");
    assert_near(billed(run, "T", "SNS-Requests-Tier1", &usd), 2000, 0);
    assert_near(usd, 2000 * 0.5e-6, 1e-15);
    assert_near(billed(run, "T", "SNS-DeliveryAttempts-HTTP", &usd), 2000, 0);
    assert_near(usd, 2000 * 0.6e-6, 1e-15);
    assert_near(billed(run, "T", "SNS-DeliveryAttempts-SMTP", &usd), 2000, 0);
    assert_near(usd, 2000 * 2e-5, 1e-12);
    assert_int_equal(count_of(run, "q", "Rejected"), 100);
    assert_int_equal(fates_of(run, "Small", FATE_REJECTED, "InvalidParameter: message too long"), 100);
    assert_int_equal(count_of(run, "r", "Rejected"), 100); /* 256 KB is the default, 1 MB the most that can be asked for */
    assert_int_equal(count_of(run, "o", "Rejected"), 100);
    assert_near(billed(run, "O", "SNS-FIFO-Requests", NULL), 100, 0);
    assert_near(billed(run, "O", "SNS-FIFO-PayloadBytes", NULL), 100 * 64.0 / (1024 * 1024), 1e-12);
    assert_near(figure(run, "T", "PublishSize", "Average"), 65 * 1024, 0);
}

/* Waits are shortened by chance where a rule says so, never lengthened, and not all alike. */
static void test_jitter(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1h', 'rules': {'base': 'current', 'sns_retry_jitter': 0.5}, 'Resources': {'T': {'Type': "
                   "'AWS::SNS::Topic', 'Properties': {'Subscription': [{'Protocol': 'https', 'Endpoint': {'Ref': 'E'}}]}}, 'E': {'Type': "
                   "'Test::Scripted::Target', 'Properties': {'Answers': 'E'}}}, 'traffic': [{'name': 'p', 'target': 'T', 'constant': "
                   "'1/s', 'count': 400}]}");
    double u[1200];
    size_t count = 0;
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].step, "retry") == 0) {
            double wait = (double)run->steps[i].duration_ns / 1e9;
            assert_true(count < 1200 && wait > 10 && wait <= 20);
            u[count++] = (wait - 10) / 10;
        }
    assert_int_equal(count, 1200);
    check_uniform("shortened waits", u, count, 1e-3);
}

#define TOPIC "'T': {'Type': 'AWS::SNS::Topic'}"
#define QUEUES                                                                                                                             \
    "'Q': {'Type': 'AWS::SQS::Queue'}, 'O': {'Type': 'AWS::SQS::Queue', 'Properties': {'FifoQueue': true}}, 'F': {'Type': "                \
    "'AWS::Lambda::Function'}"
#define SUBSCRIPTION(PROTOCOL, ENDPOINT, MORE)                                                                                             \
    "'S': {'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': {'Ref': 'T'}, 'Protocol': '" PROTOCOL                              \
    "', 'Endpoint': " ENDPOINT MORE "}}"

static void test_refusals(void **state)
{
    static const struct refusal cases[] = {
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("sqs", "'F'", ""), "F is no queue"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("lambda", "'Q'", ""), "Q is a queue"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("sqs", "'O'", ""), "does not deliver to a FIFO queue"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("lambda", "'https://example.org'", ""), "not to an address"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("fax", "'Q'", ""), "must be"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("sqs", "'Z'", ""), "no resource \"Z\""},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("sqs", "'Q'", ", 'RedrivePolicy': {'deadLetterTargetArn': 'F'}"), "F is no queue"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("sqs", "'Q'", ", 'RedrivePolicy': {'deadLetterTargetArn': 'O'}"), "must be one too"},
        {TOPIC ", " QUEUES ", 'S': {'Type': 'AWS::SNS::Subscription', 'Properties': {'TopicArn': 'Q', 'Protocol': 'sqs', 'Endpoint': "
               "'Q'}}",
         "Q is no topic"},
        {TOPIC ", " SUBSCRIPTION("https", "'https://x'", ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numRetries': 101}}"), "between"},
        {TOPIC ", " SUBSCRIPTION("https", "'https://x'", ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numNoDelayRetries': 4}}"),
         "more retries than numRetries"},
        {TOPIC ", " SUBSCRIPTION("https", "'https://x'", ", 'DeliveryPolicy': {'healthyRetryPolicy': {'minDelayTarget': 30}}"),
         "minDelayTarget is above"},
        {TOPIC
         ", " SUBSCRIPTION("https", "'https://x'", ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numRetries': 100, 'maxDelayTarget': 60}}"),
         "the waits come to 4000 s"},
        {TOPIC ", " QUEUES ", " SUBSCRIPTION("lambda", "'F'", ", 'DeliveryPolicy': {'healthyRetryPolicy': {'numRetries': 5}}"),
         "only web endpoints"},
        {"'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'FifoTopic': true}}", "each item needs a \"key\""},
        {"'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'ContentBasedDeduplication': true}}", "only a FIFO topic deduplicates"},
        {"'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'FifoThroughputScope': 'Topic'}}", "only a FIFO topic has this limit"},
        {"'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'FifoTopic': true, 'Subscription': [{'Protocol': 'lambda', 'Endpoint': "
         "'F'}]}}, " QUEUES,
         "delivers to queues only"},
        {"'T': {'Type': 'AWS::SNS::Topic', 'Properties': {'MaximumMessageSize': 2000000}}", "between"},
    };
    assert_refused(*state, "{'duration': '1s', 'Resources': {%s}, 'traffic': [{'name': 'p', 'target': 'T', 'constant': '1/s'}]}", cases,
                   sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_managed_schedule, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_customer_schedule, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_web_schedule, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_web_policy, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_firehose, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_client_errors, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_lost, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_fan_out, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_filters, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_two_layers, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_quota, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_fifo_order, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_sizes_and_bill, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_jitter, open_traced_run, close_traced_run),
        cmocka_unit_test_setup_teardown(test_refusals, open_traced_run, close_traced_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
