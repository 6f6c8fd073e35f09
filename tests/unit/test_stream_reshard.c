/* test_stream_reshard.c: other numbers of shards while a stream is written and read: which hashes go where, when, what is refused, what
 * order holds, what it costs. */
#include "stream_fixture.h"

#include "model_types.h"
#include "stream_memory.h"
#include "streams/shard_log.h"

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

/* Every hash lies in exactly one part, and both ends of a part are in it. */
static void test_hash_ranges(void **state)
{
    (void)state;
    static const uint32_t counts[] = {1, 2, 3, 7, 10, 1000, 4095, 20000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t count = counts[i];
        assert_int_equal(stream_hash_from(0, count), 0);
        assert_int_equal(stream_hash_from(count, count), UINT64_C(1) << 32);
        for (uint32_t part = 0; part < count; part++) {
            assert_int_equal(stream_hash_part((uint32_t)stream_hash_from(part, count), count), part);
            assert_int_equal(stream_hash_part((uint32_t)(stream_hash_from(part + 1, count) - 1), count), part);
        }
    }
}

/* Every pair of a closed and an open shard that share a hash are parent and child, and no others; both tables say the same. */
static void check_family(uint32_t from, uint32_t to)
{
    struct simulation simulation = {0};
    struct simulation_settings settings = {.duration_ns = S};
    struct entity entity = {.name = "S"};
    simulation.settings = &settings;
    simulation.entities = &entity;
    simulation.entity_count = 1;
    struct shard_log log = {.retention_ns = S};
    assert_int_equal(shard_log_create(&simulation, &log, from), STATUS_OK);
    assert_true(shard_log_reshard(&simulation, &log, to));
    assert_int_equal(log.open_first, from);
    assert_int_equal(log.opens, to);
    for (uint32_t i = 0; i < from; i++) {
        uint32_t first_child, children = shard_log_children(&log, i, &first_child);
        assert_true(shard_log_closed(&log, i));
        for (uint32_t k = from; k < from + to; k++) {
            uint32_t first_parent, parents = shard_log_parents(&log, k, &first_parent);
            uint64_t low = stream_hash_from(i, from), high = stream_hash_from(i + 1, from);
            bool shared = stream_hash_from(k - from, to) < high && stream_hash_from(k - from + 1, to) > low;
            assert_false(shard_log_closed(&log, k));
            assert_int_equal(shared, k >= first_child && k < first_child + children);
            assert_int_equal(shared, i >= first_parent && i < first_parent + parents);
        }
    }
    for (uint32_t key = 1; key < 1000; key++) {
        uint32_t hash = (uint32_t)(stream_key_hash(key) >> 32), parent = stream_hash_part(hash, from), child = shard_log_of(&log, key);
        uint32_t first, count = shard_log_parents(&log, child, &first);
        assert_true(parent >= first && parent < first + count);
    }
    shard_log_destroy(&log);
    for (uint32_t i = 0; i < simulation.part_count; i++) {
        free((char *)(uintptr_t)simulation.parts[i]->name);
        free(simulation.parts[i]);
    }
    free(simulation.parts);
}

static void test_families(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {{1, 2}, {2, 1}, {4, 8}, {8, 4}, {2, 3}, {3, 2}, {5, 3}, {7, 13}, {13, 7}, {100, 101}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        check_family(pairs[i][0], pairs[i][1]);
}

#define CHANGER(NAME, AT, TO) "'" NAME "': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '" AT "', 'To': " TO "}}"

/* For two minutes the stream is UPDATING, with its old shards; then it has the others, and that is what is billed. */
/* crosses: kinesis_update_factor_max */
static void test_update(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '1h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 2}}, " CHANGER(
            "A", "10m",
            "4") "," CHANGER("B", "11m",
                             "8") "," CHANGER("C", "20m",
                                              "9") "," CHANGER("D", "30m",
                                                               "1") "," CHANGER("E", "40m",
                                                                                "2") "," CHANGER("F", "50m",
                                                                                                 "2") "}, 'traffic': [{'name': 'w', "
                                                                                                      "'target': 'S', 'constant': '1/s',"
                                                                                                      " 'key': {'uniform': 1000}}]}");
    assert_int_equal(count_of(run, "S", "UpdateShardCountRefused"), 3); /* under way; more than double; less than half */
    assert_true(figure(run, "S", "Shards", "Maximum") == 4 && figure(run, "S", "Shards", "Minimum") == 2);
    assert_near(figure(run, "S", "Updating", "Average"), 4.0 / 60, 1e-12);
    assert_near(billed(run, "S", "Storage-ShardHour", NULL), (12 * 2 + 30 * 4 + 18 * 2) / 60.0, 1e-9);
    uint64_t entered = 0;
    for (int i = 0; i < 8; i++) {
        char part[32];
        snprintf(part, sizeof part, "S/shard-%d", i);
        entered += part_fates(run, part, FATE_COUNT, NULL);
    }
    assert_int_equal(entered, 3600);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_COUNT, NULL) + part_fates(run, "S/shard-1", FATE_COUNT, NULL), 720);
}

/* Ten in a day, and then one more when the first is a day old. */
/* crosses: kinesis_updates_per_day */
static void test_updates_of_a_day(void **state)
{
    struct model_run *run = *state;
    char text[8000];
    int length = snprintf(text, sizeof text, "{'duration': '25h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}");
    for (int i = 0; i < 13; i++) {
        static const int minutes[] = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1439, 1440};
        length += snprintf(text + length, sizeof text - (size_t)length,
                           ", 'C%02d': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '%dm', 'To': %d}}", i, minutes[i],
                           i % 2 == 0 || i == 11 ? 2 : 1);
    }
    snprintf(text + length, sizeof text - (size_t)length, "}, 'traffic': [{'name': 'w', 'target': 'S', 'constant': '0.1/s', 'key': 1}]}");
    model_execute(run, text); /* at 100, 1,439 and 1,440 min it has one shard */
    assert_int_equal(count_of(run, "S", "UpdateShardCountRefused"), 2);
    assert_near(figure(run, "S", "Updating", "Average"), 11 * 2.0 / (25 * 60), 1e-12);
}

/* A backlog in one shard is not spread by splitting it: its records stay where they are, and what comes later waits for them. */
static void test_children_wait(void **state)
{
    struct model_run *run = *state;
    probe_log = calloc(100000, sizeof *probe_log);
    assert_non_null(probe_log);
    model_execute(
        run, "{'duration': '15m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}, " CHANGER(
                 "A", "1m", "2") ", 'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Duration': '1s', 'Keys': 100}},"
                                 "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'BatchSize': 10}}},"
                                 "'traffic': [{'name': 'w', 'target': 'S', 'constant': '20/s', 'until': '5m', 'key': {'uniform': 100}}]}");
    assert_int_equal(count_of(run, "P", "Records"), 6000);
    assert_int_equal(count_of(run, "P", "Disorder"), 0);
    assert_int_equal(count_of(run, "P", "Repeated"), 0);
    /* 180 s of 20 a second went to the first shard, which a single lane reads at 10 a second */
    assert_int_equal(part_fates(run, "S/shard-0", FATE_COUNT, NULL), 3600);
    int64_t over_ns = 0, begun_ns = INT64_MAX;
    for (size_t i = 0; i < probe_log_count; i++) {
        if (probe_log[i].first < 3600)
            over_ns = probe_log[i].end_ns > over_ns ? probe_log[i].end_ns : over_ns;
        else
            begun_ns = probe_log[i].at_ns < begun_ns ? probe_log[i].at_ns : begun_ns;
    }
    assert_true(over_ns >= 360 * S && over_ns < 362 * S);
    assert_int_equal(begun_ns, over_ns); /* the children had records: at once, and both */
    assert_true(figure(run, "P", "Concurrent", "Maximum") == 2);
    free(probe_log);
    probe_log = NULL;
}

/* Halved where nothing waits: the children are read when the poll after the end has found that the parents are closed. */
static void test_idle_merge(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '10m', 'drain': '1m', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': "
        "8}}, " CHANGER("A", "1m", "4") "," CHANGER(
            "B", "4m", "3") ", 'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Keys': 50}},"
                            "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Factor': 3, 'Window': '2s'}}},"
                            "'traffic': [{'name': 'w', 'target': 'S', 'poisson': '3/s', 'key': {'uniform': 50}}]}");
    assert_int_equal(count_of(run, "P", "Records"), count_of(run, "S", "IncomingRecords"));
    assert_int_equal(count_of(run, "P", "Disorder"), 0);
    assert_true(figure(run, "S", "Shards", "Minimum") == 3);
    assert_true(figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "Maximum") < 2100);
}

/* What expires unread in a closed shard holds nobody. */
static void test_expired_parents(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '60h', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream'}, " CHANGER(
                      "A", "1h", "2") ", 'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Duration': '100ms'}},"
                                      "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'BatchSize': 1}}},"
                                      "'traffic': [{'name': 'bad', 'target': 'S', 'constant': '1/s', 'count': 1, 'poison': true, 'key': 1},"
                                      "{'name': 'w', 'target': 'S', 'constant': '0.1/s', 'from': '1m', 'key': {'uniform': 50}}]}");
    assert_true(part_fates(run, "S/shard-0", FATE_EXPIRED, "retention") >= 1);
    assert_int_equal(part_fates(run, "S/shard-0", FATE_IN_FLIGHT, NULL), 0);
    assert_true(part_fates(run, "S/shard-1", FATE_SUCCEEDED, "") > 5000);
    assert_true(part_fates(run, "S/shard-2", FATE_SUCCEEDED, "") > 5000);
}

/* Replications that split at other times have other shards; the ledgers are the same, whoever is over first. */
static void test_replications(void **state)
{
    struct model_run *run = *state;
    static const char text[] =
        "{'duration': '40m', 'replications': 6, 'Resources': {"
        "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}}},"
        "'T': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'StreamModeDetails': {'StreamMode': 'ON_DEMAND'}}}},"
        "'traffic': [{'name': 'w', 'target': 'S', 'poisson': '51/s', 'payload': '40KB', 'key': {'uniform': 1000000}},"
        "{'name': 'x', 'target': 'T', 'poisson': '51/s', 'payload': '40KB', 'key': {'uniform': 1000000}}]}";
    char *written[2] = {0};
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(model_load(run, text), STATUS_OK);
        const struct run_options options = {.threads = i == 0 ? 1 : 3};
        assert_int_equal(run_scenario(run->scenario, &options, &run->result), STATUS_OK);
        size_t size = 0;
        FILE *out = open_memstream(&written[i], &size);
        for (size_t k = 0; k < run->result->ledger_count; k++)
            fprintf(out, "%s %llu\n", run_result_ledger_name(run->result, k), (unsigned long long)run->result->ledgers[k].entered);
        fclose(out);
    }
    assert_true(run->result->ledger_count > 5 + 8);
    assert_string_equal(written[0], written[1]);
    free(written[0]);
    free(written[1]);
}

/* Whatever allocation fails while shards come and go, and wherever the limit of memory is met, the run ends in good order. */
static void test_out_of_memory(void **state)
{
    struct model_run *run = *state;
    static const struct model_type *const types[] = {
        &kinesis_stream_type, &stream_consumer_type, &dynamo_table_type, &test_mapping_type, &sink_type, &changer_type, NULL,
    };
    const struct model_registry registry = {.resources = types, .account = &account_type, .source = &source_type};
    run->registry = &registry;
    assert_int_equal(
        model_load(run,
                   "{'duration': '20s', 'period': '20s', 'rules': {'base': 'current', 'kinesis_update_s': 2,"
                   " 'ddb_on_demand_growth_s': 5, 'ddb_on_demand_review_s': 2, 'ddb_on_demand_initial_writes': 10,"
                   " 'ddb_partition_write_units': 5}, 'Resources': {'P': {'Type': 'Test::Sink'},"
                   "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 2}},"
                   "'C': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': 'S'}}," CHANGER("X", "5s", "4") "," CHANGER(
                       "Y", "10s", "3") ", 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': 'PAY_PER_REQUEST',"
                                        " 'StreamSpecification': {'StreamViewType': 'KEYS_ONLY'}}},"
                                        "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Factor': 2}},"
                                        "'N': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'C', 'Function': 'P', 'Tumbling': '3s'}},"
                                        "'O': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P'}}},"
                                        "'traffic': [{'name': 'w', 'target': 'S', 'constant': '100/s', 'key': {'uniform': 9}},"
                                        "{'name': 'x', 'target': 'T', 'constant': '20/s', 'key': {'uniform': 9}}]}"),
        STATUS_OK);
    assert_ends_in_order(run, 40);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(test_hash_ranges), TEST(test_families),        TEST(test_update),       TEST(test_updates_of_a_day), TEST(test_children_wait),
        TEST(test_idle_merge),  TEST(test_expired_parents), TEST(test_replications), TEST(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
