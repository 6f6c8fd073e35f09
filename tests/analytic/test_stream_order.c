/* test_stream_order.c: order within a key, checked on every record, under parallelization, random durations, errors, throttles and halves;
 * and concurrency, which is at most shards x factor. */
#include "unit/stream_fixture.h"

#include "statistics_bounds.h"

struct order_case {
    const char *what, *probe, *mapping;
    int shards, factor;
    bool once; /* nothing fails, so every record is handled once */
    bool full; /* more load than all lanes can take */
};

static void check_order(struct model_run *run, const struct order_case *c)
{
    model_run(run,
              "{'duration': '2m', 'drain': '2h', 'Resources': {"
              "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': %d}},"
              "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Keys': 300, 'Duration': {'lognormal': {'mean': '300ms',"
              " 'cv': 2}} %s}},"
              "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Factor': %d %s}}},"
              "'traffic': [{'name': 'w', 'target': 'S', 'poisson': '1000/s', 'key': {'uniform': 300}}]}",
              c->shards, c->probe, c->factor, c->mapping);
    int64_t stored = count_of(run, "S", "IncomingRecords"), handled = count_of(run, "P", "Records");
    double most = figure(run, "P", "Concurrent", "Maximum");
    if (count_of(run, "P", "Disorder") != 0 || count_of(run, "P", "Overlaps") != 0)
        fail_msg("%s: %lld records out of order, %lld keys twice at once", c->what, (long long)count_of(run, "P", "Disorder"),
                 (long long)count_of(run, "P", "Overlaps"));
    assert_true(stored > 100000);
    assert_true(most <= c->shards * c->factor);
    assert_int_equal(handled - count_of(run, "P", "Repeated"), stored); /* every one, in the end */
    assert_true(c->factor == 1 || most > c->shards);
    if (c->once)
        assert_int_equal(count_of(run, "P", "Repeated"), 0);
    if (c->full)
        assert_true(most == c->shards * c->factor);
}

static void test_order_per_key(void **state)
{
    (void)state;
    static const struct order_case cases[] = {
        {"factor 10", "", ", 'BatchSize': 20", 3, 10, true, false},
        {"factor 10, overloaded", "", ", 'BatchSize': 5", 3, 10, true, true},
        {"factor 10, batches of 1", "", ", 'BatchSize': 1", 40, 10, true, false},
        {"factor 1", "", ", 'BatchSize': 100", 4, 1, true, true},
        {"with a window", "", ", 'BatchSize': 50, 'Window': '3s'", 2, 7, true, false},
        {"errors", ", 'ErrorRate': 0.2", ", 'BatchSize': 20", 3, 10, false, false},
        {"errors and halves", ", 'ErrorRate': 0.2", ", 'BatchSize': 33, 'Bisect': true", 3, 10, false, false},
        {"throttles", ", 'Limit': 7", ", 'BatchSize': 200", 3, 10, false, false},
        {"a checkpoint, too", ", 'ErrorRate': 0.1, 'Limit': 12", ", 'BatchSize': 64, 'Bisect': true, 'Reports': true", 3, 10, false, false},
    };
    struct model_run run;
    stream_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_order(&run, &cases[i]);
    model_close(&run);
}

/* Shards are split and merged under load, three times, also while children wait for parents: order holds on every record, none is lost and
 * none comes twice; for readers that poll and for those that are pushed to. */
static void test_order_across_resharding(void **state)
{
    (void)state;
    static const struct {
        const char *what, *source, *probe, *mapping;
        int shards, first, second, third;
        bool once;
    } cases[] = {
        {"splits", "S", "", ", 'Factor': 2, 'BatchSize': 20", 3, 6, 12, 24, true},
        {"merges", "S", "", ", 'Factor': 3, 'BatchSize': 20", 8, 4, 2, 1, true},
        {"uneven", "S", "", ", 'Factor': 3, 'BatchSize': 7", 5, 7, 4, 6, true},
        {"overloaded", "S", "", ", 'Factor': 1, 'BatchSize': 40", 2, 4, 3, 5, true},
        {"with a window", "S", "", ", 'Factor': 2, 'BatchSize': 50, 'Window': '3s'", 2, 3, 6, 4, true},
        {"errors", "S", ", 'ErrorRate': 0.1", ", 'Factor': 2, 'BatchSize': 30, 'Bisect': true, 'Reports': true", 3, 5, 4, 8, false},
        {"throttles", "S", ", 'Limit': 4", ", 'Factor': 4, 'BatchSize': 100", 3, 5, 4, 8, false},
        {"fan-out", "C", "", ", 'Factor': 2, 'BatchSize': 20", 3, 6, 4, 7, true},
    };
    struct model_run run;
    stream_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  "{'duration': '4m', 'drain': '3h', 'rules': {'base': 'current', 'kinesis_update_s': 30}, 'Resources': {"
                  "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': %d}},"
                  "'C': {'Type': 'AWS::Kinesis::StreamConsumer', 'Properties': {'StreamARN': 'S'}},"
                  "'X': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '20s', 'To': %d}},"
                  "'Y': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '65s', 'To': %d}},"
                  "'Z': {'Type': 'Test::Changer', 'Properties': {'Stream': 'S', 'At': '130s', 'To': %d}},"
                  "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Keys': 300, 'Duration': {'lognormal': {'mean': '300ms',"
                  " 'cv': 2}} %s}},"
                  "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': '%s', 'Function': 'P' %s}}},"
                  "'traffic': [{'name': 'w', 'target': 'S', 'poisson': '400/s', 'key': {'uniform': 300}}]}",
                  cases[i].shards, cases[i].first, cases[i].second, cases[i].third, cases[i].probe, cases[i].source, cases[i].mapping);
        int64_t stored = count_of(&run, "S", "IncomingRecords"), handled = count_of(&run, "P", "Records");
        int64_t disorder = count_of(&run, "P", "Disorder"), overlaps = count_of(&run, "P", "Overlaps");
        if (disorder != 0 || overlaps != 0)
            fail_msg("%s: %lld records out of order, %lld keys twice at once", cases[i].what, (long long)disorder, (long long)overlaps);
        int64_t repeated = count_of(&run, "P", "Repeated");
        assert_true(stored > 90000 && count_of(&run, "S", "UpdateShardCountRefused") == 0);
        if (handled - repeated != stored || (cases[i].once && repeated != 0))
            fail_msg("%s: %lld stored, %lld handled, %lld twice", cases[i].what, (long long)stored, (long long)handled,
                     (long long)repeated);
        uint64_t shards = (uint64_t)(cases[i].shards + cases[i].first + cases[i].second + cases[i].third), succeeded = 0;
        for (uint64_t k = 0; k < shards; k++) {
            char part[32];
            snprintf(part, sizeof part, "S/shard-%llu", (unsigned long long)k);
            succeeded += part_fates(&run, part, FATE_SUCCEEDED, "");
        }
        assert_int_equal(succeeded, stored);
    }
    model_close(&run);
}

/* A key is in one shard and one lane: more of either do not help a single one. */
static void test_hot_key(void **state)
{
    (void)state;
    struct model_run run;
    stream_open(&run);
    model_run(&run, "{'duration': '1m', 'Resources': {"
                    "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 16}},"
                    "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Duration': '1s'}},"
                    "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'S', 'Function': 'P', 'Factor': 10}}},"
                    "'traffic': [{'name': 'w', 'target': 'S', 'constant': '2000/s', 'key': 7}]}");
    assert_true(figure(&run, "P", "Concurrent", "Maximum") == 1);
    int64_t stored = count_of(&run, "S", "IncomingRecords"), refused = count_of(&run, "S", "WriteProvisionedThroughputExceeded");
    assert_int_equal(stored + refused, 120000);
    /* 1,000 a second, and what the bucket held; the last is at 59.9995 s */
    assert_int_equal(stored, 60999);
    model_close(&run);
}

/* Lanes share the keys evenly, whatever the shard: the counts of all pairs are those of a uniform draw. */
static void test_lanes_are_even(void **state)
{
    (void)state;
    enum { SHARDS = 4, LANES = 10, KEYS = 40000 };
    uint64_t counts[SHARDS * LANES] = {0};
    for (uint32_t key = 1; key <= KEYS; key++) {
        uint64_t hash = stream_key_hash(key);
        counts[stream_hash_part((uint32_t)(hash >> 32), SHARDS) * LANES + stream_hash_part((uint32_t)hash, LANES)]++;
    }
    check_chi_square("shards and lanes of keys", counts, NULL, SHARDS * LANES, 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_per_key),
        cmocka_unit_test(test_order_across_resharding),
        cmocka_unit_test(test_hot_key),
        cmocka_unit_test(test_lanes_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
