/* test_stream_window.c: tumbling windows: which records belong together, when the final invocation comes, what errors and large states do.
 */
#include "stream_fixture.h"

#define S NS_PER_S

#define WINDOWS(SETTINGS, STREAM, PROBE, MAPPING, TRAFFIC)                                                                                 \
    "{'duration': '1h' " SETTINGS ", 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {" STREAM "}},"                     \
    "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w' " PROBE "}},"                                                               \
    "'D': {'Type': 'Test::Sink'},"                                                                                                         \
    "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Destination': 'D', 'Tumbling': '30s' " MAPPING "}}},"  \
    "'traffic': [{'name': 'w', 'target': 'S', " TRAFFIC "}]}"

#define MINUTES10 "'constant': '1/s', 'count': 600, 'key': 1"

/* How many records each window had, up to its final invocation; returns how many windows. */
static size_t read_windows(uint32_t *sizes, size_t most)
{
    size_t count = 0;
    uint32_t records = 0;
    for (size_t i = 0; i < probe_log_count; i++) {
        if (probe_log[i].failed)
            continue;
        records += probe_log[i].count;
        if (probe_log[i].count > 0)
            continue;
        assert_true(count < most);
        sizes[count++] = records;
        records = 0;
    }
    assert_int_equal(records, 0); /* none is left without a final invocation */
    return count;
}

/* Thirty records a window, however they are cut into batches; the last waits two minutes after its end for what might come. */
static void test_windows(void **state)
{
    struct model_run *run = *state;
    static const char *const texts[] = {
        WINDOWS("", "", "", "", MINUTES10),
        WINDOWS("", "", "", ", 'BatchSize': 7", MINUTES10),
        WINDOWS("", "", "", ", 'Window': '20s'", MINUTES10),
        WINDOWS("", "", ", 'Duration': '4s'", "", MINUTES10),
        WINDOWS("", "", ", 'Duration': '40s'", ", 'BatchSize': 25", MINUTES10), /* far behind */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t sizes[100];
        model_execute(run, texts[i]);
        assert_int_equal(read_windows(sizes, 100), 20);
        for (size_t k = 0; k < 20; k++)
            assert_int_equal(sizes[k], 30);
        assert_int_equal(count_of(run, "M", "WindowsClosed"), 20);
        assert_int_equal(count_of(run, "M", "WindowsTerminatedEarly") + count_of(run, "M", "WindowsLost"), 0);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 600);
        if (i < 4)
            assert_int_equal(probe_log[probe_log_count - 1].at_ns, (600 + 120) * S);
        else
            assert_int_equal(probe_log[probe_log_count - 1].at_ns, probe_log[probe_log_count - 2].end_ns);
    }
}

/* Aligned to the epoch, not to the run. */
static void test_alignment(void **state)
{
    struct model_run *run = *state;
    static const uint32_t expected[] = {20, 30, 30, 10};
    uint32_t sizes[100];
    model_execute(run, WINDOWS(", 'start': '2025-01-01T00:00:10Z'", "", "", "", "'constant': '1/s', 'count': 90, 'key': 1"));
    assert_int_equal(read_windows(sizes, 100), 4);
    assert_memory_equal(sizes, expected, sizeof expected);
    /* only windows with records are there */
    model_execute(run, WINDOWS("", "", "", "", "'bursts': {'size': 5, 'every': '10m'}, 'key': 1"));
    assert_int_equal(read_windows(sizes, 100), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(sizes[i], 5);
    for (size_t i = 0, window = 0; i < probe_log_count; i++)
        if (probe_log[i].count == 0)
            assert_int_equal(probe_log[i].at_ns, (int64_t)(600 * window++ + 30 + 120) * S);
}

/* An invocation that fails is tried again, the final one too; nothing goes on before it. */
static void test_errors(void **state)
{
    struct model_run *run = *state;
    uint32_t sizes[100];
    model_execute(run, WINDOWS("", "", ", 'ErrorRate': 0.3, 'Duration': '50ms'", ", 'BatchSize': 7", MINUTES10));
    assert_int_equal(read_windows(sizes, 100), 20);
    for (size_t k = 0; k < 20; k++)
        assert_int_equal(sizes[k], 30);
    size_t failed = 0;
    for (size_t i = 0; i < probe_log_count; i++)
        failed += probe_log[i].failed && probe_log[i].count == 0;
    assert_true(failed > 0);
    assert_int_equal(count_of(run, "P", "Repeated"), 0);

    model_execute(run, WINDOWS("", "", ", 'FinalFails': true", ", 'Retries': 2", MINUTES10));
    assert_int_equal(count_of(run, "M", "WindowsLost"), 20);
    assert_int_equal(count_of(run, "P", "Errors"), 60);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_SUCCEEDED, ""), 600);

    /* by age: a window is given up when its last record is older; backing off 1, 2, 4, ... s */
    model_execute(run, WINDOWS("", "", ", 'FinalFails': true", ", 'MaxAge': 100", "'constant': '1/s', 'count': 1, 'key': 1"));
    assert_int_equal(count_of(run, "M", "WindowsLost"), 1); /* at 150 s it is too old already */
    assert_int_equal(count_of(run, "P", "Errors"), 1);

    /* where all records of a window are given up there is nothing to end */
    model_execute(run, WINDOWS("", "", ", 'ErrorRate': 1", ", 'Retries': 0", MINUTES10));
    assert_int_equal(count_of(run, "M", "RecordsDiscarded"), 600);
    assert_int_equal(count_of(run, "M", "WindowsClosed") + count_of(run, "M", "WindowsLost"), 0);

    model_execute(run, WINDOWS("", "'ShardCount': 4", ", 'Limit': 1, 'Duration': '200ms'", ", 'Retries': 0",
                               "'constant': '10/s', 'count': 6000, 'key': {'uniform': 100}"));
    assert_true(count_of(run, "P", "Throttles") > 0);
    assert_int_equal(count_of(run, "M", "WindowsClosed"), 4 * 20);
    assert_int_equal(count_of(run, "P", "Records"), 6000);
}

/* A megabyte of state is 10.24 records of 100 KB: the eleventh ends the window, which goes on anew. */
/* crosses: tumbling_state_max_mb */
static void test_state(void **state)
{
    struct model_run *run = *state;
    static const uint32_t expected[] = {11, 11, 8, 11, 11, 8};
    uint32_t sizes[100];
    model_execute(run, WINDOWS("", "", "", ", 'StatePerRecord': '100KB', 'BatchSize': 1", "'constant': '1/s', 'count': 60, 'key': 1"));
    assert_int_equal(read_windows(sizes, 100), 6);
    assert_memory_equal(sizes, expected, sizeof expected);
    assert_int_equal(count_of(run, "M", "WindowsTerminatedEarly"), 4);
}

/* The final invocation carries the state, and draws other numbers than the batches. */
static void test_function(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'},"
                  "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, 'MemorySize': 1769}},"
                  "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'F', 'Tumbling': '60s', 'Window': '70s'}}},"
                  "'behavior': {'F': {'init': '0ms', 'duration': '1s', 'error_rate': 0.2}},"
                  "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'until': '40m', 'key': 1}]}");
    int64_t calls = count_of(run, "F", "Invocations"), failures = count_of(run, "F", "Errors");
    assert_int_equal(calls - failures, 2 * 40); /* a batch, which is closed by the next window's first record, and the final one */
    assert_true(failures > 5 && failures < 45);
    assert_int_equal(count_of(run, "M", "WindowsClosed"), 40);
}

/* A shard that ends closes its window; its children begin their own, also within the same half minute. */
static void test_resharding(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '10m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 2}},"
                       "'X': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '75s', 'To': 4}}," /* done at 195 s */
                       "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Keys': 400}},"
                       "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Tumbling': '30s'}}},"
                       "'traffic': [{'name': 'w', 'target': 'S', 'constant': '20/s', 'until': '5m', 'key': {'uniform': 400}}]}");
    assert_int_equal(count_of(run, "M", "WindowsTerminatedEarly"), 2);
    /* 2 x [0, 195 s) in 7 windows, 4 x [195 s, 300 s) in 4 */
    assert_int_equal(count_of(run, "M", "WindowsClosed"), 2 * 7 + 4 * 4);
    assert_int_equal(count_of(run, "P", "Records"), 6000);
    assert_int_equal(count_of(run, "P", "Disorder") + count_of(run, "P", "Overlaps") + count_of(run, "P", "Repeated"), 0);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, stream_open_logged, stream_close_logged)
    const struct CMUnitTest tests[] = {
        TEST(test_windows), TEST(test_alignment), TEST(test_errors), TEST(test_state), TEST(test_function), TEST(test_resharding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
