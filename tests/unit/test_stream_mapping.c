/* test_stream_mapping.c: the mapping of a stream to a function: when it polls, what a batch is, what failures lead to. */
#include "stream_fixture.h"

#include "stream_memory.h"

#define S NS_PER_S

/* A scenario of one stream `S`, one probe `P` that knows source `w`, one mapping `M` and a destination `D`; arguments stand inside their
 * Properties, `traffic` inside its list. */
static void run_mapping(struct model_run *run, const char *times, const char *stream, const char *probe, const char *mapping,
                        const char *traffic)
{
    model_run(run,
              "{%s, 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {%s}},"
              "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w' %s}}, 'D': {'Type': 'Test::Sink'},"
              "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Destination': 'D' %s}}},"
              "'traffic': [%s]}",
              times, stream, probe, mapping, traffic);
}

/* With nothing to do it polls once a second, so polls that find something are whole seconds apart. */
static void test_idle_polls(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '1h'", "", "", "", "{'name': 'w', 'target': 'S', 'constant': '0.1/s', 'key': 1}");
    assert_true(probe_log_count >= 359);
    for (size_t i = 0; i < probe_log_count; i++) {
        int64_t waited_ns = probe_log[i].at_ns - 10 * S * probe_log[i].first;
        assert_true(waited_ns >= 0 && waited_ns < S);
        assert_int_equal(probe_log[i].count, 1);
        if (i > 0)
            assert_int_equal((probe_log[i].at_ns - probe_log[i - 1].at_ns) % S, 0);
    }
    assert_int_equal(figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "SampleCount"), probe_log_count);
}

/* Records are read ahead: a lane that has more goes from batch to batch in the same instant. */
static void test_no_gaps(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '20s', 'drain': '2h'", "", ", 'Duration': '700ms'", ", 'BatchSize': 100",
                "{'name': 'w', 'target': 'S', 'constant': '900/s', 'key': 1}");
    for (size_t i = 1; i < probe_log_count; i++)
        assert_int_equal(probe_log[i].at_ns, probe_log[i - 1].end_ns);
    assert_int_equal(count_of(run, "P", "Records"), 18000);
    assert_int_equal(probe_log_count, 180);
}

static void test_window(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '10m'", "", "", ", 'BatchSize': 1000, 'Window': '5s'",
                "{'name': 'w', 'target': 'S', 'constant': '10/s', 'key': 1}");
    for (size_t i = 0; i < probe_log_count; i++) /* a window begins when the call before has ended */
        assert_int_equal(probe_log[i].at_ns, (i > 0 ? probe_log[i - 1].end_ns : 0) + 5 * S);
    assert_int_equal(probe_log_count, 119);

    run_mapping(run, "'duration': '10m'", "", "", ", 'BatchSize': 20, 'Window': '5s'",
                "{'name': 'w', 'target': 'S', 'constant': '10/s', 'key': 1}");
    for (size_t i = 0; i < probe_log_count; i++) /* full before the window is over */
        assert_int_equal(probe_log[i].count, 20);

    /* one record in 20 s: its window ends at a whole number of windows after the call before */
    run_mapping(run, "'duration': '10m'", "", "", ", 'Window': '60s'", "{'name': 'w', 'target': 'S', 'constant': '0.05/s', 'key': 1}");
    for (size_t i = 1; i < probe_log_count; i++)
        assert_int_equal(probe_log[i].at_ns - probe_log[i - 1].end_ns, 60 * S);
}

/* Six megabytes are a batch, whatever its size. */
static void test_payload(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '2m', 'drain': '5m'", "", "", ", 'Window': '60s'",
                "{'name': 'w', 'target': 'S', 'constant': '0.5/s', 'payload': '1MB', 'key': 1}");
    assert_int_equal(count_of(run, "P", "Records"), 60);
    for (size_t i = 0; i < probe_log_count; i++)
        assert_int_equal(probe_log[i].count, 6);
}

static const char one_poison[] = "{'name': 'w', 'target': 'S', 'constant': '1/s', 'count': 1, 'poison': true, 'key': 1}";

static void check_waits(const double *waits_s, size_t count)
{
    assert_int_equal(probe_log_count, count + 1);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(probe_log[i + 1].at_ns - probe_log[i].end_ns, (int64_t)(waits_s[i] * 1e9));
}

static void test_retries(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '1h'", "", "", ", 'Retries': 8", one_poison);
    check_waits((const double[]){1, 2, 4, 8, 16, 32, 60, 60}, 8);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), 1);
    assert_int_equal(count_of(run, "M", "RecordsDiscarded"), 1);
    assert_int_equal(count_of(run, "M", "DuplicateDeliveries"), 8);
    assert_int_equal(count_of(run, "D", "Taken"), 1);
    assert_int_equal(count_of(run, "D", "Bytes"), 1024);

    run_mapping(run,
                "'duration': '1h', 'rules': {'base': 'current', 'stream_error_backoff_base_s': 0.5,"
                " 'stream_error_backoff_factor': 3, 'stream_error_backoff_cap_s': 10}",
                "", "", ", 'Retries': 4", one_poison);
    check_waits((const double[]){0.5, 1.5, 4.5, 10}, 4);

    run_mapping(run, "'duration': '1h'", "", "", ", 'Retries': 0", one_poison);
    check_waits(NULL, 0);
}

/* Given up at the first retry at which it is older. */
static void test_record_age(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '1h'", "", "", ", 'MaxAge': 60", one_poison);
    check_waits((const double[]){1, 2, 4, 8, 16}, 5);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "record_age"), 1);
    assert_int_equal(count_of(run, "D", "Taken"), 1);

    /* what waits behind is given up unseen, but only what is older */
    run_mapping(run, "'duration': '10m', 'drain': '10m'", "", ", 'Duration': '10s'", ", 'MaxAge': 60, 'BatchSize': 10",
                "{'name': 'w', 'target': 'S', 'constant': '10/s', 'key': 1}");
    uint64_t discarded = part_fates(run, "S/shard-0", FATE_DISCARDED, "record_age");
    uint64_t handled = part_fates(run, "S/shard-0", FATE_SUCCEEDED, "");
    assert_int_equal(discarded + handled, 6000);
    assert_int_equal((int64_t)handled, count_of(run, "P", "Records"));
    assert_true(discarded > 4000);
    for (size_t i = 0; i < probe_log_count; i++)
        assert_true(probe_log[i].at_ns - probe_log[i].first * S / 10 <= 60 * S);
}

/* A throttled batch is kept, and uses no retry. */
static void test_throttles(void **state)
{
    struct model_run *run = *state;
    run_mapping(run, "'duration': '10m', 'drain': '2h'", "'ShardCount': 4", ", 'Duration': '10s', 'Limit': 2", ", 'Retries': 0",
                "{'name': 'w', 'target': 'S', 'constant': '20/s', 'key': {'uniform': 100}}");
    assert_true(count_of(run, "P", "Throttles") > 20);
    assert_int_equal(count_of(run, "P", "Records"), 12000);
    assert_int_equal(count_of(run, "M", "RecordsDiscarded"), 0);
    assert_int_equal(count_of(run, "M", "DuplicateDeliveries"), 0);
    assert_int_equal(figure(run, "M", "BlockedShards", "Maximum"), 0);
}

/* One poison record holds its shard until retention ends; the other shards go on. */
static void test_poison_blocks(void **state)
{
    struct model_run *run = *state;
    const uint32_t held = stream_hash_part((uint32_t)(stream_key_hash(7) >> 32), 4);
    run_mapping(run, "'duration': '26h', 'drain': '1h'", "'ShardCount': 4", "", "",
                "{'name': 'w', 'target': 'S', 'constant': '0.5/s', 'from': '10s', 'key': {'uniform': 1000}},"
                "{'name': 'bad', 'target': 'S', 'constant': '1/s', 'count': 1, 'poison': true, 'key': 7}");
    uint64_t expired = 0;
    for (uint32_t i = 0; i < 4; i++) {
        char part[32];
        snprintf(part, sizeof part, "S/shard-%u", i);
        uint64_t entered = part_fates(run, part, FATE_COUNT, NULL), done = part_fates(run, part, FATE_SUCCEEDED, "");
        uint64_t lost = part_fates(run, part, FATE_EXPIRED, "retention");
        assert_true(entered > 10000);
        assert_int_equal(done + lost, entered);
        assert_true(i == held ? lost >= 1 && lost < 100 : lost == 0); /* it, and what came at most a back-off later */
        expired += lost;
    }
    assert_int_equal((int64_t)expired, count_of(run, "S", "RecordsExpired") + count_of(run, "M", "RecordsExpired"));
    assert_int_equal(figure(run, "M", "BlockedShards", "Maximum"), 1);
    double blocked_h = figure(run, "M", "BlockedShards", "Average") * 26;
    assert_true(blocked_h >= 24 && blocked_h < 24 + 62.0 / 3600);
    int64_t from_ns = 0, last_ns = 0; /* the held shard's calls: nothing new between the poison's first try and the end of retention */
    for (size_t i = 0; i < probe_log_count; i++)
        if (probe_log[i].failed) {
            from_ns = from_ns ? from_ns : probe_log[i].at_ns;
            last_ns = probe_log[i].end_ns;
        }
    assert_true(from_ns < 2 * S && last_ns >= 24 * NS_PER_HOUR - 60 * S && last_ns <= 24 * NS_PER_HOUR);
}

/* The lowest that failed is where it goes on. */
static void test_checkpoint(void **state)
{
    struct model_run *run = *state;
    const char *traffic = "{'name': 'w', 'target': 'S', 'constant': '0.1/s', 'count': 1, 'records': 10, 'key': 1}";
    /* D = 15: of 15 in a row the first; here the first of all is poison */
    run_mapping(run, "'duration': '1h'", "", ", 'Diagonal': 15", ", 'Reports': true, 'Retries': 2", traffic);
    assert_int_equal(probe_log_count, 3);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), 10);

    /* D = 4: ordinals 0 and 5 of ten are poison, 10 would be the next */
    run_mapping(run, "'duration': '1h'", "", ", 'Diagonal': 4", ", 'Reports': true, 'Retries': 1, 'Bisect': true", traffic);
    const struct {
        uint32_t first, count;
    } calls[] = {
        {0, 10}, {0, 5}, {0, 2}, {0, 1}, {0, 1}, {1, 1}, {2, 3}, /* halves where the first failed */
        {5, 5},  {5, 2}, {5, 1}, {5, 1}, {6, 1}, {7, 3},
    };
    assert_int_equal(probe_log_count, sizeof calls / sizeof *calls);
    for (size_t i = 0; i < probe_log_count; i++) {
        assert_int_equal(probe_log[i].first, calls[i].first);
        assert_int_equal(probe_log[i].count, calls[i].count);
    }
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), 2);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 8);
    assert_int_equal(count_of(run, "P", "Repeated"), 0);
}

/* In the middle of the batch: what is before has succeeded, and is not handed over again. */
static void test_checkpoint_in_the_middle(void **state)
{
    struct model_run *run = *state;
    const char *traffic = "{'name': 'w', 'target': 'S', 'constant': '10/s', 'count': 4, 'key': 1},"
                          "{'name': 'bad', 'target': 'S', 'constant': '10/s', 'count': 1, 'from': '450ms', 'poison': true, 'key': 1},"
                          "{'name': 'more', 'target': 'S', 'constant': '10/s', 'count': 5, 'from': '500ms', 'key': 1}";
    run_mapping(run, "'duration': '1h'", "", "", ", 'Reports': true, 'Retries': 2, 'Window': '5s'", traffic);
    assert_int_equal(probe_log_count, 3);
    assert_int_equal(probe_log[0].count, 10);
    assert_int_equal(probe_log[1].count, 6);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 4);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), 6);

    run_mapping(run, "'duration': '1h'", "", "", ", 'Reports': true, 'Retries': 0, 'Bisect': true, 'Window': '5s'", traffic);
    const uint32_t counts[] = {10, 6, 3, 1, 2, 3}; /* split at the poison record, then in halves */
    assert_int_equal(probe_log_count, sizeof counts / sizeof *counts);
    for (size_t i = 0; i < probe_log_count; i++)
        assert_int_equal(probe_log[i].count, counts[i]);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 9);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), 1);
}

static void test_starting_position(void **state)
{
    struct model_run *run = *state;
    const char *traffic = "{'name': 'w', 'target': 'S', 'constant': '10/s', 'key': 1}";
    static const struct {
        const char *times, *position;
        uint64_t missed;
    } cases[] = {
        {"'duration': '2m', 'drain': '1m'", ", 'Position': 'TRIM_HORIZON'", 0},
        {"'duration': '2m', 'drain': '1m'", ", 'Position': 'LATEST'", 0},
        {"'duration': '2m', 'drain': '1m', 'rules': {'base': 'current', 'stream_latest_gap_s': 30}", ", 'Position': 'LATEST'", 300},
        {"'duration': '2m', 'drain': '1m', 'start': '2025-01-01T00:00:00Z'", ", 'Position': 'AT_TIMESTAMP', 'AtEpoch': 1735689660", 600},
        {"'duration': '2m', 'drain': '1m', 'start': '2025-01-01T00:00:00Z'", ", 'Position': 'AT_TIMESTAMP', 'AtEpoch': 1735689000", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run_mapping(run, cases[i].times, "", "", cases[i].position, traffic);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_DROPPED, "before StartingPosition"), cases[i].missed);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 1200 - cases[i].missed);
    }
}

/* Every mapping has all records; the ledger follows the first. */
static void test_two_mappings(void **state)
{
    struct model_run *run = *state;
    for (int second = 0; second < 2; second++) {
        model_run(run,
                  "{'duration': '10m', 'drain': '20m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'},"
                  "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'ErrorRate': %d}},"
                  "'Q': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'ErrorRate': %d}},"
                  "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Retries': 0}},"
                  "'N': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'Q', 'Retries': 0}}},"
                  "'traffic': [{'name': 'w', 'target': 'S', 'constant': '20/s', 'key': 1}]}",
                  !second, second);
        assert_int_equal(count_of(run, second ? "P" : "Q", "Records"), 12000);
        assert_int_equal(count_of(run, second ? "N" : "M", "RecordsDiscarded"), 12000);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), second ? 12000 : 0);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts"), second ? 0 : 12000);
        double reads = figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "SampleCount");
        assert_true(reads >= 2 * 600 && reads <= 2 * 601); /* each once a second */
    }
}

/* A real function: the age of the last record of a batch, and what the destination did not take. */
static void test_function_metrics(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10m', 'drain': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'},"
                   "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, 'MemorySize': 1769}},"
                   "'D': {'Type': 'Test::Sink', 'Properties': {'Refuses': true}},"
                   "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'F', 'Destination': 'D', 'Retries': 0}}},"
                   "'behavior': {'F': {'init': '0ms', 'duration': '1s', 'error_rate': 0.3}},"
                   "'traffic': [{'name': 'w', 'target': 'S', 'constant': '200/s', 'key': 1}]}");
    int64_t calls = count_of(run, "F", "Invocations");
    assert_true(calls >= 1200 && calls < 1220);
    assert_int_equal(figure(run, "F", "IteratorAge", "SampleCount"), calls);
    /* 100 records a second are too few: of 200, half wait; the last is 600 s old, the pauses of polls aside */
    double age_s = figure(run, "F", "IteratorAge", "Maximum") / 1000;
    assert_true(age_s > 595 && age_s < 605);
    assert_int_equal(count_of(run, "F", "DestinationDeliveryFailures"), count_of(run, "D", "Taken"));
    assert_int_equal(count_of(run, "D", "Taken"), count_of(run, "F", "Errors"));
    assert_int_equal(part_fates(run, "S/shard-0", FATE_DISCARDED, "attempts") + part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 120000);
}

/* Of the batch's last record, not its first: three came at 0, 1 and 2 s and are handed over when the window ends, at 10 s. */
static void test_iterator_age(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'},"
                   "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}},"
                   "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'F', 'Window': '10s'}}},"
                   "'behavior': {'F': {'init': '0ms', 'duration': '1s'}},"
                   "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'count': 3, 'key': 1}]}");
    assert_true(figure(run, "F", "IteratorAge", "SampleCount") == 1);
    assert_true(figure(run, "F", "IteratorAge", "Maximum") == 8000);
}

/* The real type of resource: what it wants of a stream's mapping, and what it refuses. */
/* crosses: stream_batch_size_max stream_max_record_age_min_s tumbling_factor_max */
static void test_resource_mistakes(void **state)
{
    struct model_run *run = *state;
    run->registry = NULL;
    const char *format =
        "{'duration': '1m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}, 'F': {'Type': 'AWS::Lambda::Function'},"
        "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'EventSourceArn': 'S', 'FunctionName': 'F', %s}}},"
        "'behavior': {'F': {'init': '0ms', 'duration': '1ms'}},"
        "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'key': 1}]}";
    static const struct {
        const char *properties, *message;
    } cases[] = {
        {"'BatchSize': 5", "a mapping of a stream needs it"},
        {"'StartingPosition': 'AT_TIMESTAMP'", "AT_TIMESTAMP needs it"},
        {"'StartingPosition': 'LATEST', 'BatchSize': 10001", "may have 10000 records, not 10001"},
        {"'StartingPosition': 'LATEST', 'MaximumRecordAgeInSeconds': 59", "must be -1 or at least 60"},
        {"'StartingPosition': 'LATEST', 'ParallelizationFactor': 11", "11"},
        {"'StartingPosition': 'LATEST', 'TumblingWindowInSeconds': 30, 'ParallelizationFactor': 2", "must be at most 1 where"},
        {"'StartingPosition': 'LATEST', 'TumblingWindowInSeconds': 901", "901"},
        {"'StartingPosition': 'LATEST', 'ScalingConfig': {'MaximumConcurrency': 5}", "belongs to mappings of queues"},
        {"'StartingPosition': 'LATEST', 'DestinationConfig': {'OnFailure': {'Destination': 'M'}}", "cannot be a destination"},
    };
    char text[1000];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, format, cases[i].properties);
        assert_int_equal(model_load(run, text), STATUS_INVALID);
        bool said = false;
        for (size_t k = 0; k < run->diagnostics.count; k++)
            said = said || strstr(run->diagnostics.list[k].message, cases[i].message) != NULL;
        if (!said)
            fail_msg("%s: \"%s\" is not said", cases[i].properties, cases[i].message);
    }
    snprintf(text, sizeof text, format, "'StartingPosition': 'LATEST', 'Enabled': false");
    model_execute(run, text);
    assert_int_equal(count_of(run, "F", "Invocations"), 0);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_IN_FLIGHT, ""), 60);
}

/* Whatever allocation fails, and wherever the limit of memory is met, the run ends in good order. */
static void test_out_of_memory(void **state)
{
    struct model_run *run = *state;
    assert_int_equal(model_load(run, "{'duration': '20s', 'period': '20s', 'Resources': {"
                                     "'P': {'Type': 'Test::Sink'},"
                                     "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 2}},"
                                     "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Factor': 2}},"
                                     "'N': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P'}}},"
                                     "'traffic': [{'name': 'w', 'target': 'S', 'constant': '900/s', 'key': {'uniform': 9}}]}"),
                     STATUS_OK);
    assert_ends_in_order(run, 20);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, stream_open_logged, stream_close_logged)
    const struct CMUnitTest tests[] = {
        TEST(test_idle_polls),
        TEST(test_no_gaps),
        TEST(test_window),
        TEST(test_payload),
        TEST(test_retries),
        TEST(test_record_age),
        TEST(test_throttles),
        TEST(test_poison_blocks),
        TEST(test_checkpoint),
        TEST(test_checkpoint_in_the_middle),
        TEST(test_starting_position),
        TEST(test_two_mappings),
        TEST(test_function_metrics),
        TEST(test_iterator_age),
        TEST(test_resource_mistakes),
        TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
