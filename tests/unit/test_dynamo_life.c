/* test_dynamo_life.c: Time to Live of a table's items: when they are deleted, what tells it from other deletions, what it costs. */
#include "model_fixture.h"

#define TABLE(PROPERTIES, DELAY, DURATION, TRAFFIC)                                                                                        \
    "{'duration': '" DURATION "', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', "   \
    "'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}" PROPERTIES "}}}, 'behavior': {'T': {'latency': '1ms', "        \
    "'expiry_delay': " DELAY "}}, 'traffic': [" TRAFFIC "]}"
#define AT(NAME, FROM, KEYS) "{'name': '" NAME "', 'target': 'T', 'constant': '1/s', 'count': 1, 'from': '" FROM "', 'key': 7" KEYS "}"
#define LIVES(TIME) ", 'expires_after': '" TIME "'"

/* One write a second, of an item of its own: by Little's law there are as many as they stay on average, and as many whose time is over as
 * that takes. Sums of the integers of each item: the k-th stays from k, so the averages are exact. */
static void test_stay(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(
        run, TABLE("", "'20m'", "3h", "{'name': 'w', 'target': 'T', 'constant': '1/s', 'until': '1h', 'payload': '924B'" LIVES("30m") "}"));
    assert_int_equal(count_of(run, "T", "TimeToLiveDeletedItemCount"), 3600);
    assert_near(figure(run, "T", "ItemsWithAnEnd", "Average"), 3600 * 50 / 180.0, 1e-9);
    assert_near(figure(run, "T", "ExpiredItems", "Average"), 3600 * 20 / 180.0, 1e-9);
    assert_int_equal(count_of(run, "T", "ConsumedWriteCapacityUnits"), 3600); /* the writes' own */
    /* 924 bytes, and 100 beside them. */
    assert_near(billed(run, "T", "DynamoDB-TimedStorage-ByteHrs", &usd), 1000 / 1048576.0 * 3 / 730, 1e-12);
    assert_near(billed(run, "T", "WriteRequestUnits", NULL), 3600, 0);
}

/* By the rule, up to two days after: uniform, so 86,400 s on average, with a standard error of 48 h / sqrt(12 n). All are deleted by then.
 */
static void test_delay(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '3d', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', "
                  "'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}}}}, 'traffic': [{'name': 'w', 'target': 'T', "
                  "'bursts': {'size': 2000, 'every': '10d'}" LIVES("1h") "}]}");
    double n = 2000, days = 3 * 86400.0;
    assert_int_equal(count_of(run, "T", "TimeToLiveDeletedItemCount"), 2000);
    assert_near(figure(run, "T", "ExpiredItems", "Average") * days / n, 86400, 3.29 * 172800 / sqrt(12 * n));
}

/* What becomes of an item that is written anew before it is deleted. */
static void test_anew(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *then;
        double deleted, there_s;
    } rows[] = {
        {"", 1, 70},                                                                        /* 60 s, and 10 s until it is deleted */
        {", " AT("b", "50s", LIVES("60s")), 1, 120},                                        /* later */
        {", " AT("b", "65s", LIVES("60s")), 1, 135},                                        /* it was over, and is not any more */
        {", " AT("b", "50s", LIVES("1s")), 1, 61},                                          /* sooner */
        {", " AT("b", "10s", LIVES("1s")) ", " AT("c", "30s", LIVES("100s")), 1, 21 + 110}, /* deleted, and there again */
        {", " AT("b", "5s", LIVES("1s")) ", " AT("c", "7s", LIVES("100s")), 1, 117},        /* both events are too early now */
        {", " AT("b", "50s", ", 'operation': 'UpdateItem'"), 1, 70},                        /* its end stays */
        {", " AT("b", "50s", ", 'operation': 'UpdateItem'" LIVES("60s")), 1, 120},
        {", " AT("b", "50s", ""), 0, 50}, /* put anew, without an end */
        {", " AT("b", "50s", ", 'operation': 'DeleteItem'"), 0, 50},
        {", " AT("b", "65s", ", 'operation': 'DeleteItem'"), 0, 65},
        {", " AT("b", "50s", ", 'operation': 'GetItem'"), 1, 70},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text, TABLE("", "'10s'", "10m", "%s%s"), AT("a", "0s", LIVES("60s")), rows[i].then);
        model_execute(run, text);
        double twice = i == 4; /* there were two */
        assert_near(figure(run, "T", "TimeToLiveDeletedItemCount", "Sum"), rows[i].deleted + twice, 0);
        assert_near(figure(run, "T", "ItemsWithAnEnd", "Average") * 600, rows[i].there_s, 1e-6);
    }
}

/* Reads of an item that is over and still there. */
static void test_reads(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE("", "'10s'", "10m",
                             AT("a", "0s", LIVES("60s")) ", {'name': 'r', 'target': 'T', 'constant': '1/s', 'from': '0.5s', 'key': 7, "
                                                         "'operation': 'GetItem'}, {'name': 'other', 'target': 'T', 'constant': '1/s', "
                                                         "'key': 8, 'operation': 'GetItem'}"));
    assert_int_equal(count_of(run, "T", "ExpiredReads"), 10);
}

/* The record that a deletion makes: a REMOVE with the old image, in the service's name; its size is the old image and the keys. */
static void test_record(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *pattern;
        int64_t passed;
    } rows[] = {
        {"{'userIdentity': {'type': ['Service'], 'principalId': ['dynamodb.amazonaws.com']}}", 1},
        {"{'eventName': ['REMOVE']}", 2},
        {"{'eventName': ['REMOVE'], 'userIdentity': {'type': [{'exists': false}]}}", 1},
        {"{'dynamodb': {'OldImage': {'user': {'S': ['a']}}}}", 1},
        {"{'dynamodb': {'NewImage': {'user': {'S': ['a']}}}}", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 "{'duration': '10m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST', "
                 "'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}, 'StreamSpecification': {'StreamViewType': "
                 "'OLD_IMAGE'}}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, 'M': {'Type': "
                 "'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'T', 'StartingPosition': "
                 "'TRIM_HORIZON', 'FilterCriteria': {'Filters': [{'Pattern': %s}]}}}}, 'behavior': {'T': {'expiry_delay': '10s'}, 'F': "
                 "{'init': '0ms', 'duration': '1ms'}}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s', 'count': 1, 'key': 1, "
                 "'payload': '2KB', 'event': {'user': {'S': 'a'}}" LIVES(
                     "60s") "}, {'name': 'd', 'target': 'T', 'constant': '1/s', 'count': 1, 'key': 2, "
                            "'payload': '2KB', 'operation': 'DeleteItem', 'event': {'user': {'S': 'b'}}}]}",
                 rows[i].pattern);
        model_execute(run, text);
        assert_int_equal(count_of(run, "M", "InvokedEventCount"), rows[i].passed);
        assert_int_equal(count_of(run, "M", "FilteredOutEventCount"), 3 - rows[i].passed);
        assert_int_equal(run->diagnostics.count, 0);
        /* An old image that is taken to be as large, one of each deletion; and three times the keys. */
        assert_near(figure(run, "T", "ReturnedBytes", "Sum"), 3 * 2048 + 3 * 102, 0);
    }
}

/* In the other replicas a deletion takes write units: 2 of them x 2 units for 1.5 KB. */
static void test_replicas(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '10m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {'BillingMode': "
                  "'PAY_PER_REQUEST', 'Replicas': [{'Region': 'us-east-1'}, {'Region': 'eu-west-1'}, {'Region': 'ap-south-1'}], "
                  "'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}}}}, 'behavior': {'T': {'expiry_delay': "
                  "'0s', 'replication_lag': '1s'}}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s', 'count': 10, 'payload': "
                  "'1.5KB'" LIVES("60s") "}]}");
    assert_int_equal(count_of(run, "T", "ReplicatedDeletionUnits"), 10 * 2 * 2);
    assert_near(billed(run, "T", "ReplWriteRequestUnits", NULL), 10 * 2 * 3 + 10 * 2 * 2, 0);
    assert_near(figure(run, "T", "ReplicationLatency", "SampleCount"), 2 * 20, 0);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *properties, *behavior, *keys, *message;
        bool fine;
    } cases[] = {
        {", 'TimeToLiveSpecification': {'Enabled': true}", "", LIVES("1h"), "needs an AttributeName", false},
        {", 'TimeToLiveSpecification': {'AttributeName': 'ends'}", "", LIVES("1h"), "\"Enabled\" is missing", false},
        {", 'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}", "", "", "nothing expires", true},
        {"", "'expiry_delay': '1h'", "", "nothing expires", true},
        {"", "", LIVES("1h"), "T deletes nothing by itself", true},
        {"", "", LIVES("0s"), "must be more than 0", false},
        {"", "", LIVES("soon"), "must be a time", false},
        {", 'TimeToLiveSpecification': {'AttributeName': 'ends', 'Enabled': true}", "", ", 'operation': 'GetItem'" LIVES("1h"),
         "GetItem writes no item", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1500];
        snprintf(text, sizeof text,
                 "{'duration': '10s', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "
                 "'PAY_PER_REQUEST'%s}}}, 'behavior': {'T': {%s}}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s'%s}]}",
                 cases[i].properties, cases[i].behavior, cases[i].keys);
        assert_int_equal(model_load(run, text), cases[i].fine ? STATUS_OK : STATUS_INVALID);
        if (!diagnosed(&run->diagnostics, 0, 0, cases[i].message))
            fail_msg("\"%s\" is not said", cases[i].message);
    }
    assert_int_equal(model_load(run, "{'duration': '10s', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}}, 'traffic': [{'name': 'w', "
                                     "'target': 'Q', 'constant': '1/s'" LIVES("1h") "}]}"),
                     STATUS_OK);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "has no effect: Q is AWS::SQS::Queue"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_stay),   MODEL_TEST(test_delay),    MODEL_TEST(test_anew),    MODEL_TEST(test_reads),
                                       MODEL_TEST(test_record), MODEL_TEST(test_replicas), MODEL_TEST(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
