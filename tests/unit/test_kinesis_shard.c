/* test_kinesis_shard.c: the figures of single shards: they add up to the stream's, and say who is hot. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define STREAM(SHARDS, TRAFFIC)                                                                                                            \
    "{'name': 't', 'duration': '20s', 'series': 'total', 'Resources': {'S': {'Type': 'AWS::Kinesis::Stream',"                              \
    " 'Properties': {'ShardCount': " SHARDS "}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Handler': 'h', 'Role': 'r',"       \
    " 'Code': {}, 'Runtime': 'python3.12'}}, 'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'EventSourceArn': 'S',"       \
    " 'FunctionName': 'F', 'StartingPosition': 'TRIM_HORIZON'}}}, 'traffic': [" TRAFFIC "]}"

static const char *const added[] = {"IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded",
                                    "ReadProvisionedThroughputExceeded"};

static void assert_adds_up(const struct model_run *run, unsigned shards)
{
    for (size_t k = 0; k < sizeof added / sizeof *added; k++) {
        int64_t sum = 0;
        for (unsigned i = 0; i < shards; i++) {
            char name[32];
            snprintf(name, sizeof name, "S/shard-%u", i);
            sum += count_of(run, name, added[k]);
        }
        assert_int_equal(sum, count_of(run, "S", added[k]));
    }
}

/* All with one key: its shard takes 1,000 a second and what a second saves up, the others nothing. */
static void test_hot(void **state)
{
    struct model_run *run = *state;
    model_execute(run, STREAM("3", "{'name': 'w', 'target': 'S', 'constant': '1500/s', 'until': '10s', 'key': 7}"));
    unsigned hot = 0, records = 0;
    for (unsigned i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "S/shard-%u", i);
        hot += count_of(run, name, "WriteProvisionedThroughputExceeded") > 0;
        records += count_of(run, name, "IncomingRecords") > 0;
        if (count_of(run, name, "IncomingRecords") > 0) {
            assert_int_equal(count_of(run, name, "OutgoingRecords"), count_of(run, name, "IncomingRecords"));
            assert_true(figure(run, name, "IteratorAgeMilliseconds", "Maximum") ==
                        figure(run, "S", "GetRecords.IteratorAgeMilliseconds", "Maximum"));
        }
    }
    assert_int_equal(hot, 1);
    assert_int_equal(records, 1);
    /* A full second at first, and ten more: 11,000, but for the one that the last moment lacks. */
    assert_in_range(count_of(run, "S", "IncomingRecords"), 10999, 11000);
    assert_adds_up(run, 3);
}

/* Many keys, evenly over the shards of a stream. Of more than a hundred shards a hundred are told. */
static void test_even(void **state)
{
    struct model_run *run = *state;
    model_execute(run, STREAM("4", "{'name': 'w', 'target': 'S', 'constant': '2000/s', 'until': '10s', 'key': {'uniform': 1000000}}"));
    assert_adds_up(run, 4);
    uint64_t there[4];
    for (unsigned i = 0; i < 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "S/shard-%u", i);
        there[i] = (uint64_t)count_of(run, name, "IncomingRecords");
    }
    check_chi_square("shards", there, NULL, 4, 1e-3);
    model_execute(run, STREAM("120", "{'name': 'w', 'target': 'S', 'constant': '2000/s', 'until': '10s', 'key': {'uniform': 1000000}}"));
    assert_int_equal(scenario_find(run->scenario, "S/shard-100"), ENTITY_NONE);
    assert_int_not_equal(scenario_find(run->scenario, "S/shard-99"), ENTITY_NONE);
    assert_int_equal(count_of(run, "S", "IncomingRecords"), 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_hot),
        MODEL_TEST(test_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
