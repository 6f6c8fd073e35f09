/* test_stream.c: AWS::Kinesis::Stream: what is written where, what is refused, how long it is kept, how fast it is read, what it costs; and
 * the store of records. */
#include "stream_fixture.h"

#include "statistics_bounds.h"
#include "streams/record_store.h"

#define S NS_PER_S

static int open_all(void **state)
{
    struct model_run *run = malloc(sizeof *run);
    assert_non_null(run);
    stream_open(run);
    *state = run;
    return 0;
}

static int close_all(void **state)
{
    model_close(*state);
    free(*state);
    return 0;
}

/* -- the store -- */

static void test_store(void **state)
{
    (void)state;
    struct memory_account account = {0};
    struct pool chunks;
    struct record_store store;
    pool_init(&chunks, RECORD_CHUNK_SIZE, &account, "records");
    record_store_init(&store, &chunks);
    uint64_t first = 0, end = 0, seed = 1;
    for (int round = 0; round < 20000; round++) { /* grows, shrinks, is emptied, at any place of a chunk */
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t more = (uint32_t)(seed >> 40) % 150, less = (uint32_t)(seed >> 20) % (round % 2000 < 1000 ? 140 : 170);
        for (uint32_t i = 0; i < more; i++) {
            struct stream_record *record = record_store_append(&store);
            assert_non_null(record);
            *record = (struct stream_record){.item = end++};
        }
        first = first + less < end ? first + less : end;
        record_store_drop(&store, first);
        assert_int_equal(store.first, first);
        assert_int_equal(store.end, end);
        assert_true(chunks.used <= (end - first) / STORE_CHUNK + 2);
        uint64_t at = first;
        for (uint32_t count; at < end; at += count) {
            const struct stream_record *records = record_store_run(&store, at, &count);
            assert_true(count > 0 && count <= STORE_CHUNK);
            assert_int_equal(records[0].item, at);
            assert_int_equal(records[count - 1].item, at + count - 1);
        }
        assert_int_equal(at, end);
    }
    record_store_fini(&store);
    pool_fini(&chunks);
    assert_int_equal(account.used_bytes, 0);
}

/* At most 65 bytes a waiting record, however many, once there are enough to pay for the first chunks: 32, twice that while the pool
 * doubles, and what finds its chunk. */
static void test_memory_of_a_record(void **state)
{
    (void)state;
    struct memory_account account = {0};
    struct pool chunks;
    struct record_store store;
    pool_init(&chunks, RECORD_CHUNK_SIZE, &account, "records");
    record_store_init(&store, &chunks);
    for (uint64_t count = 1; count <= 3000000; count++) {
        assert_non_null(record_store_append(&store));
        uint64_t bytes = account.used_bytes + (uint64_t)store.capacity * sizeof *store.ring;
        if (count > 200000 && bytes > 65 * count)
            fail_msg("%llu bytes for %llu records", (unsigned long long)bytes, (unsigned long long)count);
    }
    record_store_fini(&store);
    pool_fini(&chunks);
}

/* -- writing -- */

#define STREAM(PROPERTIES) "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {" PROPERTIES "}}"

/* Keys are spread evenly: each shard's count is binomial. */
static void test_shards_are_even(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '100s', 'Resources': {" STREAM(
                 "'ShardCount': 12") "},"
                                     "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1000/s', 'key': {'uniform': 1000000000}}]}");
    uint64_t counts[12], sum = 0;
    for (int i = 0; i < 12; i++) {
        char part[32];
        snprintf(part, sizeof part, "S/shard-%d", i);
        counts[i] = part_fates(run, part, FATE_COUNT, NULL);
        assert_int_equal(part_fates(run, part, FATE_IN_FLIGHT, ""), counts[i]); /* nobody reads */
        sum += counts[i];
    }
    assert_int_equal(sum, 100000);
    check_chi_square("records by shard", counts, NULL, 12, 0.001);
    assert_true(figure(run, "S", "RecordsWaiting", "Maximum") == 100000);
}

/* A thousand records and a megabyte a second, each a full bucket at first. */
/* crosses: kinesis_record_max_mb kinesis_shard_in_mb_per_s kinesis_shard_in_records_per_s */
static void test_write_limits(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *traffic;
        int64_t stored, refused;
    } cases[] = {
        {"'bursts': {'size': 1500, 'every': '1h'}, 'payload': '100B'", 1000, 500},
        {"'bursts': {'size': 1000, 'every': '500ms'}, 'payload': '100B', 'until': '1s'", 1500, 500},
        {"'bursts': {'size': 10, 'every': '1h'}, 'payload': '200KB'", 5, 5}, /* 1,000 of 1,024 KB */
        {"'constant': '2/s', 'until': '10s', 'payload': '1MB'", 10, 10},     /* every second one */
        {"'constant': '1/s', 'until': '10s', 'payload': '5MB'", 10, 0},      /* all of a second's bytes */
        {"'constant': '1/s', 'until': '10s', 'payload': '11MB'", 0, 0},      /* too large for a record */
        {"'constant': '1000/s', 'until': '10s', 'payload': '1KB'", 10000, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, "{'duration': '1m', 'Resources': {" STREAM("") "}, 'traffic': [{'name': 'w', 'target': 'S', 'key': 1, %s}]}",
                  cases[i].traffic);
        assert_int_equal(count_of(run, "S", "IncomingRecords"), cases[i].stored);
        assert_int_equal(count_of(run, "S", "WriteProvisionedThroughputExceeded"), cases[i].refused);
        assert_int_equal(fates_of(run, "S", FATE_THROTTLED, "WriteProvisionedThroughputExceeded"), cases[i].refused);
        assert_int_equal(part_fates(run, "S/shard-0", FATE_COUNT, NULL), cases[i].stored);
        assert_int_equal(count_of(run, "w", "Succeeded"), cases[i].stored);
    }
    model_execute(run, "{'duration': '1m', 'rules': 'course', 'Resources': {" STREAM(
                           "") "},"
                               "'traffic': [{'name': 'w', 'target': 'S', 'key': 1, 'constant': '1/s', 'payload': '1.5MB'}]}");
    assert_int_equal(fates_of(run, "S", FATE_REJECTED, "ValidationException: record too large"), 60);
}

/* A stream that has seen nothing takes 4 MB/s; twice the peak is there 15 minutes after the peak began. Ten shards' worth of records then
 * need three steps: 4, 8, 16 shards; the third holds them, and the last, double the peak, comes with it. */
static void test_on_demand(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '1h', 'period': '15m', 'Resources': {" STREAM(
                 "'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}") "},"
                                                                     "'traffic': [{'name': 'w', 'target': 'S', 'key': "
                                                                     "{'uniform': 1000000}, 'constant': '10000/s', 'payload': '100B'}]}");
    assert_true(figure(run, "S", "Shards", "Maximum") == 20);
    assert_true(figure(run, "S", "Shards", "Minimum") == 4);
    /* 15 minutes of 6,000 a second too many, and 15 of 2,000; less what full buckets hold, and more where the keys are not even */
    double refused = (double)count_of(run, "S", "WriteProvisionedThroughputExceeded"), expected = 900 * 6000 + 900 * 2000 - 12 * 1000;
    if (!(refused > expected && refused < expected * 1.01))
        fail_msg("%.0f were refused, not %.0f", refused, expected);
    double usd;
    assert_true(billed(run, "S", "OnDemand-StreamHour", &usd) == 1);
    assert_true(billed(run, "S", "OnDemand-BilledIncomingBytes", &usd) == (double)count_of(run, "S", "IncomingBytes") / 1073741824);
    assert_true(billed(run, "S", "Storage-ShardHour", NULL) == 0);
}

/* Bytes count as records do; up to double the peak there is no throttle. */
static void test_on_demand_bytes(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rate;
        int64_t shards;
        bool refuses;
    } cases[] = {{"15/s", 4, false}, {"21/s", 5, false}, {"38/s", 8, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '20m', 'Resources': {" STREAM(
                      "'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}") "},"
                                                                          "'traffic': [{'name': 'w', 'target': 'S', 'key': {'uniform': "
                                                                          "1000000}, 'constant': '%s', 'payload': '100KB'}]}",
                  cases[i].rate);
        assert_int_equal((int64_t)figure(run, "S", "Shards", "Maximum"), cases[i].shards);
        assert_true(cases[i].refuses == (count_of(run, "S", "WriteProvisionedThroughputExceeded") > 100));
    }
}

/* -- keeping -- */

/* Retention is exact: in the run's last instant a record of that age goes, a younger one stays. */
static void test_retention(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '30h', 'Resources': {" STREAM(
                           "'RetentionPeriodHours': 24") "},"
                                                         "'traffic': [{'name': 'w', 'target': 'S', 'key': 1, 'constant': '0.1/s'}]}");
    assert_int_equal(part_fates(run, "S/shard-0", FATE_EXPIRED, "retention"), 6 * 360); /* those of [0 h, 6 h) */
    assert_int_equal(part_fates(run, "S/shard-0", FATE_IN_FLIGHT, ""), 24 * 360);
    assert_int_equal(count_of(run, "S", "RecordsExpired"), 6 * 360);
    assert_true(figure(run, "S", "RecordsWaiting", "Maximum") <= 24 * 360 + 1);
}

/* -- reading -- */

/* One read brings at most 10,000 records or 10 MB, and the next comes when the shard's rate allows it again: so lanes that become free
 * within five seconds get that much of a backlog together. */
/* crosses: kinesis_get_records_max kinesis_get_records_max_mb kinesis_shard_out_mb_per_s kinesis_shard_out_records_per_s */
static void test_read_limits(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *payload;
        uint32_t records;
    } cases[] = {{"100B", 10000}, {"1100B", 10 * 1048576 / 1100}};
    probe_log = calloc(10000, sizeof *probe_log);
    assert_non_null(probe_log);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            "{'duration': '1m', 'drain': '20m', 'Resources': {" STREAM(
                "") ","
                    "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Duration': {'uniform': ['38s', '41s']}}},"
                    "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'BatchSize': 10000, 'Factor': 10}}},"
                    "'traffic': [{'name': 'w', 'target': 'S', 'key': {'uniform': 1000}, 'constant': '900/s', 'payload': '%s'}]}",
            cases[i].payload);
        assert_int_equal(count_of(run, "P", "Records"), 54000);
        int64_t from_ns = INT64_MAX; /* when the first lane is free again; all are three seconds and a poll or two later */
        for (size_t k = 0; k < probe_log_count; k++)
            if (probe_log[k].at_ns >= 38 * S && probe_log[k].at_ns < from_ns)
                from_ns = probe_log[k].at_ns;
        uint32_t together = 0;
        for (size_t k = 0; k < probe_log_count; k++)
            if (probe_log[k].at_ns >= from_ns && probe_log[k].at_ns < from_ns + 49 * S / 10)
                together += probe_log[k].count;
        /* and what the first two polls, within two seconds, left to lanes that were busy */
        assert_true(together >= cases[i].records && together < cases[i].records + 2 * 900);
    }
    free(probe_log);
    probe_log = NULL;
}

/* -- cost and mistakes -- */

static void test_cost(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '2h', 'drain': '3h', 'Resources': {" STREAM(
                           "'ShardCount': 3") "},"
                                              "'traffic': [{'name': 'w', 'target': 'S', 'key': 1, 'constant': '1/s', 'payload': '25KB'},"
                                              "{'name': 'x', 'target': 'S', 'key': 1, 'constant': '1/s', 'payload': '25.001KB'}]}");
    double usd;
    assert_true(billed(run, "S", "Storage-ShardHour", &usd) == 6); /* the drain costs nothing */
    assert_true(fabs(usd - 6 * 0.015) < 1e-12);
    assert_true(billed(run, "S", "PutRequestPayloadUnits", &usd) == 3 * 7200);
    model_execute(
        run, "{'duration': '2h', 'Resources': {" STREAM(
                 "'RetentionPeriodHours': 48") "},"
                                               "'traffic': [{'name': 'w', 'target': 'S', 'key': 1, 'constant': '1/s', 'payload': '0B'}]}");
    assert_true(billed(run, "S", "Extended-ShardHour", &usd) == 2);
    assert_true(billed(run, "S", "PutRequestPayloadUnits", &usd) == 7200);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *properties, *message;
    } cases[] = {
        {"'ShardCount': 0", "ShardCount"},
        {"'ShardCount': 20001", "ShardCount"},
        {"'RetentionPeriodHours': 23", "RetentionPeriodHours"},
        {"'RetentionPeriodHours': 8761", "RetentionPeriodHours"},
        {"'StreamModeDetails': {'StreamMode': 'SOMETIMES'}", "SOMETIMES"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[500];
        snprintf(
            text, sizeof text,
            "{'duration': '1m', 'Resources': {" STREAM("%s") "}, 'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s', 'key': 1}]}",
            cases[i].properties);
        assert_int_equal(model_load(run, text), STATUS_INVALID);
        bool said = false;
        for (size_t k = 0; k < run->diagnostics.count; k++)
            said = said || strstr(run->diagnostics.list[k].path, cases[i].message) ||
                   strstr(run->diagnostics.list[k].message, cases[i].message);
        assert_true(said);
    }
    assert_int_equal(
        model_load(run, "{'duration': '1m', 'Resources': {" STREAM("") "},"
                                                                       "'traffic': [{'name': 'w', 'target': 'S', 'constant': '1/s'}]}"),
        STATUS_INVALID);
    assert_true(diagnosed(&run->diagnostics, 0, 0, "each item needs a \"key\""));
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(test_store),     TEST(test_memory_of_a_record), TEST(test_shards_are_even), TEST(test_write_limits),
        TEST(test_on_demand), TEST(test_on_demand_bytes),    TEST(test_retention),       TEST(test_read_limits),
        TEST(test_cost),      TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
