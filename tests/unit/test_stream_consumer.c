/* test_stream_consumer.c: AWS::Kinesis::StreamConsumer against readers that share a shard: delays, throughput, refusals, cost, mistakes. */
#include "stream_fixture.h"

#define S NS_PER_S
#define MS NS_PER_MS

#define ONE_CONSUMER(STREAM, PROBE, MAPPING, TRAFFIC)                                                                                      \
    "{'duration': '1h', 'drain': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {" STREAM "}},"                   \
    "'C': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': {'Fn::GetAtt': ['S', 'Arn']}, 'ConsumerName': 'c'}},"       \
    "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w' " PROBE "}},"                                                               \
    "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': {'Fn::GetAtt': ['C', 'ConsumerARN']}, 'Function': 'P' " MAPPING "}}},"        \
    "'traffic': [" TRAFFIC "]}"

/* Every record 70 ms after it came, whatever the rate: each is its own push when the function is quick. */
static void test_delay(void **state)
{
    struct model_run *run = *state;
    model_execute(run, ONE_CONSUMER("", "", "", "{'name': 'w', 'target': 'S', 'constant': '25/s', 'key': 1}"));
    assert_int_equal(probe_log_count, 3600 * 25);
    for (size_t i = 0; i < probe_log_count; i++) {
        assert_int_equal(probe_log[i].count, 1);
        assert_int_equal(probe_log[i].at_ns, 40 * MS * probe_log[i].first + 70 * MS);
    }
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 3600 * 25);
    assert_true(figure(run, "C", "SubscribeToShardEvent.MillisBehindLatest", "Maximum") == 70);
    assert_true(figure(run, "C", "SubscribeToShardEvent.MillisBehindLatest", "Minimum") == 70);
    assert_int_equal(count_of(run, "C", "SubscribeToShardEvent.Records"), 3600 * 25);
    assert_int_equal(figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "SampleCount"), 0);
}

/* While the function works nothing is pushed; what came meanwhile is a batch afterwards, at once, but for what is younger than 70 ms. */
static void test_busy(void **state)
{
    struct model_run *run = *state;
    model_execute(run, ONE_CONSUMER("", ", 'Duration': '3s'", "", "{'name': 'w', 'target': 'S', 'constant': '10/s', 'key': 1}"));
    for (size_t i = 1; i < probe_log_count; i++) {
        assert_true(probe_log[i].at_ns == probe_log[i - 1].end_ns || i == 1);
        assert_true(i < 2 || (probe_log[i].count >= 29 && probe_log[i].count <= 31) || probe_log[i].at_ns > 3600 * S);
    }
    assert_int_equal(count_of(run, "P", "Disorder"), 0);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 36000);
}

/* Two megabytes a second: of a backlog, 16 records of 128 KB a second. A batch of 6 MB, which are 48, is known to be full when a further
 * record has come: with the third push, for 16 of the one before are left. */
/* crosses: kinesis_efo_mb_per_s */
static void test_throughput(void **state)
{
    struct model_run *run = *state;
    model_execute(run, ONE_CONSUMER("", ", 'Duration': '60s'", ", 'Window': '10s'",
                                    "{'name': 'w', 'target': 'S', 'constant': '7/s', 'until': '5m', 'payload': '128KB', 'key': 1}"));
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 2100);
    assert_true(probe_log_count > 40);
    for (size_t i = 3; i + 2 < probe_log_count; i++) {
        assert_int_equal(probe_log[i].count, 48);
        assert_int_equal(probe_log[i].at_ns - probe_log[i - 1].end_ns, 2 * S); /* pushes at 0, 1 and 2 s */
    }
}

/* So many readers of one kind, each with a function F0, F1, ..., all of one stream. */
static void run_readers(struct model_run *run, int readers, bool fan_out, const char *traffic)
{
    char text[20000], source[16] = "S";
    int length = snprintf(text, sizeof text, "{'duration': '10m', 'drain': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}");
    for (int i = 0; i < readers; i++) {
        if (fan_out) {
            snprintf(source, sizeof source, "C%d", i);
            length += snprintf(text + length, sizeof text - (size_t)length,
                               ", '%s': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': 'S'}}", source);
        }
        length += snprintf(text + length, sizeof text - (size_t)length,
                           ", 'F%d': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, 'MemorySize': 1769}},"
                           "'M%d': {'Type': 'Test::Mapping', 'Properties': {'Stream': '%s', 'Function': 'F%d', 'BatchSize': 10000}}",
                           i, i, source, i);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "}, 'behavior': {");
    for (int i = 0; i < readers; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%s'F%d': {'init': '0ms', 'duration': '1ms'}", i > 0 ? "," : "", i);
    snprintf(text + length, sizeof text - (size_t)length, "}, 'traffic': [%s]}", traffic);
    model_execute(run, text);
}

static double worst_age_ms(const struct model_run *run, int readers)
{
    double worst = 0;
    for (int i = 0; i < readers; i++) {
        char name[16];
        snprintf(name, sizeof name, "F%d", i);
        worst = fmax(worst, figure(run, name, "IteratorAge", "Maximum"));
    }
    return worst;
}

/* Up to five readers find room for a poll a second each; eight do not: five reads a second get something, three and more are refused.
 * Fan-out does not notice. */
/* crosses: kinesis_get_records_per_s */
static void test_more_readers(void **state)
{
    struct model_run *run = *state;
    const char *traffic = "{'name': 'w', 'target': 'S', 'poisson': '100/s', 'payload': '1KB', 'key': 1}";
    for (int readers = 1; readers <= 5; readers += 4) {
        run_readers(run, readers, false, traffic);
        assert_true(worst_age_ms(run, readers) < 1500);
        assert_true(count_of(run, "S", "ReadProvisionedThroughputExceeded") < 300);
    }
    run_readers(run, 8, false, traffic);
    double reads = figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "SampleCount");
    assert_true(reads <= 5 * 603 + 5 && reads > 4 * 600); /* the quota, and what the bucket held; but not each comes when there is room */
    assert_true(count_of(run, "S", "ReadProvisionedThroughputExceeded") >= 3 * 590);
    run_readers(run, 8, true, traffic);
    assert_int_equal(count_of(run, "S", "ReadProvisionedThroughputExceeded"), 0);
    assert_true(worst_age_ms(run, 8) < 75);
}

/* A megabyte a second for each of three readers is more than the two that a shard gives: each gets two thirds, so the last record of ten
 * minutes is handed over 600 s x (3 x 1,000 / 2,048 - 1) after it came; to none of them later than to the others. */
static void test_shared_bytes(void **state)
{
    struct model_run *run = *state;
    const char *traffic = "{'name': 'w', 'target': 'S', 'constant': '10/s', 'payload': '100KB', 'key': 1}";
    run_readers(run, 2, false, traffic); /* 2 x 1,000 KB of 2,048 KB */
    assert_true(worst_age_ms(run, 2) < 3000);
    run_readers(run, 3, false, traffic);
    assert_true(count_of(run, "S", "ReadProvisionedThroughputExceeded") > 0);
    double behind_ms = 1000 * 600 * (3000.0 / 2048 - 1);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "F%d", i);
        double age_ms = figure(run, name, "IteratorAge", "Maximum");
        if (age_ms < behind_ms - 20000 || age_ms > behind_ms + 20000) /* one read of 10 MB, at its share */
            fail_msg("%s is %.0f ms behind, not %.0f", name, age_ms, behind_ms);
    }
    run_readers(run, 3, true, traffic);
    assert_true(worst_age_ms(run, 3) < 75);
}

static void test_cost(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, ONE_CONSUMER("'ShardCount': 3", "", "",
                                    "{'name': 'w', 'target': 'S', 'constant': '10/s', 'payload': '100KB',"
                                    " 'until': '30m', 'key': {'uniform': 100}}"));
    assert_near(billed(run, "C", "EnhancedFanoutHour", &usd), 3, 1e-9);
    assert_near(usd, 3 * 0.015, 1e-9);
    assert_near(billed(run, "C", "ReadBytes", &usd), 18000 * 102400 / 1073741824.0, 1e-9);
    assert_near(usd, 0.013 * 18000 * 102400 / 1073741824.0, 1e-9);
    model_execute(run, ONE_CONSUMER("'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}", "", "",
                                    "{'name': 'w', 'target': 'S', 'constant': '1/s', 'payload': '1MB', 'until': '30m',"
                                    " 'key': {'uniform': 1000}}"));
    assert_near(billed(run, "C", "OnDemand-BilledOutgoingEFOBytes", NULL), 1800 / 1024.0, 1e-9);
    assert_near(billed(run, "C", "EnhancedFanoutHour", NULL), 0, 0);
    assert_near(billed(run, "S", "OnDemand-BilledOutgoingBytes", NULL), 0, 0);
}

static void check_said(const struct model_run *run, const char *message)
{
    for (size_t k = 0; k < run->diagnostics.count; k++)
        if (strstr(run->diagnostics.list[k].message, message))
            return;
    fail_msg("\"%s\" is not said", message);
}

/* crosses: kinesis_efo_consumers_max */
static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    run->registry = NULL;
    char text[8000];
    int length = snprintf(text, sizeof text, "{'duration': '1m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}");
    for (int i = 0; i < 21; i++)
        length += snprintf(text + length, sizeof text - (size_t)length,
                           ", 'C%d': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': 'S'}}", i);
    snprintf(text + length, sizeof text - (size_t)length, "}, 'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'key': 1}]}");
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    check_said(run, "S has 21 consumers, and may have 20");
    assert_int_equal(run->diagnostics.error_count, 1);

    const char *format = "{'duration': '1m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}, 'Q': {'Type': 'AWS::SQS::Queue'},"
                         "'C': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': '%s'}},"
                         "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {"
                         "'A': {'Type': 'Kinesis', 'Properties': {'Stream': {'Fn::GetAtt': ['C', 'ConsumerARN']}, 'StartingPosition':"
                         " 'LATEST'}} %s}}}},"
                         "'behavior': {'F': {'init': '0ms', 'duration': '1ms'}},"
                         "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'key': 1}]}";
    snprintf(text, sizeof text, format, "S", "");
    model_execute(run, text);
    assert_int_equal(count_of(run, "F", "Invocations"), 60);
    snprintf(text, sizeof text, format, "S", ", 'B': {'Type': 'Kinesis', 'Properties': {'Stream': 'C', 'StartingPosition': 'LATEST'}}");
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    check_said(run, "2 mappings read through C, which serves one");
    snprintf(text, sizeof text, format, "Q", "");
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    check_said(run, "Q is no Kinesis stream");
    snprintf(text, sizeof text, format, "Nobody", "");
    assert_int_equal(model_load(run, text), STATUS_INVALID);
    check_said(run, "there is no resource \"Nobody\"");
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, stream_open_logged, stream_close_logged)
    const struct CMUnitTest tests[] = {
        TEST(test_delay),        TEST(test_busy), TEST(test_throughput), TEST(test_more_readers),
        TEST(test_shared_bytes), TEST(test_cost), TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
