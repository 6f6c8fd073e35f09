/* test_dynamo_table.c: AWS::DynamoDB::Table: what is written and what is throttled, how capacity grows, the stream of changes and who reads
 * it, what it costs, what is refused. */
#include "stream_fixture.h"

#include "model_types.h"

#define S NS_PER_S

static const struct model_type *const table_test_types[] = {
    &dynamo_table_type, &simple_table_type, &test_mapping_type, &probe_type, NULL,
};
static const struct model_registry table_test_registry = {.resources = table_test_types, .account = &account_type, .source = &source_type};

static int open_all(void **state)
{
    struct model_run *run = malloc(sizeof *run);
    assert_non_null(run);
    stream_open(run);
    run->registry = &table_test_registry;
    probe_log = calloc(200000, sizeof *probe_log);
    assert_non_null(probe_log);
    *state = run;
    return 0;
}

static int close_all(void **state)
{
    model_close(*state);
    free(*state);
    free(probe_log);
    probe_log = NULL;
    return 0;
}

#define TABLE(PROPERTIES) "'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" PROPERTIES "}}"
#define TEN_UNITS "'ProvisionedThroughput': {'ReadCapacityUnits': 5, 'WriteCapacityUnits': 10}"
#define ON_DEMAND "'BillingMode': 'PAY_PER_REQUEST'"
#define VIEW(NAME) ", 'StreamSpecification': {'StreamViewType': '" NAME "'}"

/* 300 seconds' units, and ten a second: twice the rate empties that in 300 s, then every second write is throttled. */
/* crosses: ddb_item_max_kb */
static void test_burst(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *payload;
        int64_t units;
    } cases[] = {{"1KB", 1}, {"0B", 1}, {"1025B", 2}, {"2KB", 2}, {"19.5KB", 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '10m', 'Resources': {" TABLE(
                      TEN_UNITS) "},"
                                 "'traffic': [{'name': 'w', 'target': 'T', 'constant': '20/s', 'payload': '%s'}]}",
                  cases[i].payload);
        int64_t refused = count_of(run, "T", "WriteThrottleEvents"), stored = (3000 + 10 * 600) / cases[i].units;
        stored = stored < 12000 ? stored : 12000;
        assert_int_equal(count_of(run, "T", "ConsumedWriteCapacityUnits"), (12000 - refused) * cases[i].units);
        assert_true(12000 - refused >= stored - 1 && 12000 - refused <= stored); /* the last refill is not whole */
        assert_int_equal(fates_of(run, "T", FATE_THROTTLED, "ProvisionedThroughputExceededException"), refused);
        assert_int_equal(count_of(run, "T", "ThrottledRequests"), refused);
        assert_int_equal(count_of(run, "w", "Succeeded"), 12000 - refused);
    }
    model_execute(run,
                  "{'duration': '10m', 'Resources': {" TABLE(TEN_UNITS) "}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s',"
                                                                        " 'payload': '401KB'}]}");
    assert_int_equal(fates_of(run, "T", FATE_REJECTED, "ValidationException: item too large"), 600);
}

#define SMALL                                                                                                                              \
    "'rules': {'base': 'current', 'ddb_on_demand_initial_writes': 40, 'ddb_table_quota_units': 1000, 'ddb_partition_write_units': 10}"

/* On demand, in the small: 40 units a second, twice the peak half an hour after it began: 80, then 160, which is enough. Partitions and
 * with them the stream's shards follow. */
/* crosses: ddb_on_demand_initial_writes ddb_on_demand_growth_factor ddb_partition_write_units */
static void test_growth(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '2h', 'period': '30m', " SMALL ", 'Resources': {" TABLE(ON_DEMAND VIEW(
            "KEYS_ONLY")) "},"
                          "'traffic': [{'name': 'w', 'target': 'T', 'constant': '100/s', 'payload': '1KB', 'key': {'uniform': 100}}]}");
    double refused = (double)count_of(run, "T", "WriteThrottleEvents"), expected = 1800 * 60 + 1800 * 20;
    assert_true(refused <= expected && refused > expected - 2 * 80);
    assert_true(figure(run, "T", "WriteCapacity", "Maximum") == 200 && figure(run, "T", "WriteCapacity", "Minimum") == 40);
    assert_true(figure(run, "T", "Shards", "Maximum") == 20 && figure(run, "T", "Shards", "Minimum") == 4);
    model_execute(run,
                  "{'duration': '2h', " SMALL
                  ", 'Resources': {" TABLE(ON_DEMAND) "},"
                                                      "'traffic': [{'name': 'w', 'target': 'T', 'constant': '39/s', 'payload': '1KB'}]}");
    assert_int_equal(count_of(run, "T", "WriteThrottleEvents"), 0);
    assert_true(figure(run, "T", "Shards", "Maximum") == 0);
    model_execute(run,
                  "{'duration': '4h', " SMALL
                  ", 'Resources': {" TABLE(ON_DEMAND) "},"
                                                      "'traffic': [{'name': 'w', 'target': 'T', 'constant': '100/s', 'payload': '20KB'}]}");
    assert_true(figure(run, "T", "WriteCapacity", "Maximum") == 1000); /* the account's quota */
}

static void test_latency(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '10m', 'Resources': {'T': {'Type': 'AWS::Serverless::SimpleTable'}}, 'behavior': {'T': {'latency': '7ms'}},"
                  "'traffic': [{'name': 'w', 'target': 'T', 'constant': '10/s'}]}");
    assert_true(figure(run, "T", "SuccessfulRequestLatency", "Minimum") == 7 &&
                figure(run, "T", "SuccessfulRequestLatency", "Maximum") == 7);
    assert_true(figure(run, "w", "ResponseTime", "Average") == 7);
    model_execute(run, "{'duration': '10m', 'Resources': {'T': {'Type': 'AWS::Serverless::SimpleTable'}},"
                       "'traffic': [{'name': 'w', 'target': 'T', 'constant': '100/s'}]}");
    double median = figure(run, "T", "SuccessfulRequestLatency", "p50"); /* rule ddb_latency: a lognormal of 4 ms, sigma 0.472 */
    assert_true(fabs(log(median / 4)) < 3.3 * 0.472 * sqrt(acos(-1) / 2 / 60000) + 0.01);
    /* what is under way when the run ends is in flight */
    model_execute(run,
                  "{'duration': '10s', 'Resources': {'T': {'Type': 'AWS::Serverless::SimpleTable'}}, 'behavior': {'T': {'latency': '1s'}},"
                  "'traffic': [{'name': 'w', 'target': 'T', 'constant': '10/s'}]}");
    assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 90);
    assert_int_equal(fates_of(run, "T", FATE_IN_FLIGHT, ""), 10);
}

/* Every item's changes in their order, within a quarter of a second where the function keeps up, over partitions that split, too. */
static void test_stream(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '2h', 'drain': '1m', " SMALL ", 'Resources': {" TABLE(ON_DEMAND VIEW(
                 "NEW_IMAGE")) ","
                               "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Keys': 100}},"
                               "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P', 'BatchSize': 10}}},"
                               "'traffic': [{'name': 'w', 'target': 'T', 'poisson': '30/s', 'payload': '900B', 'key': {'uniform': 100}}]}");
    int64_t written = count_of(run, "T", "ConsumedWriteCapacityUnits");
    assert_int_equal(count_of(run, "P", "Records"), written);
    assert_int_equal(count_of(run, "P", "Disorder") + count_of(run, "P", "Overlaps") + count_of(run, "P", "Repeated"), 0);
    assert_int_equal(count_of(run, "T", "ReturnedRecordsCount"), written);
    assert_int_equal(count_of(run, "T", "ReturnedBytes"), written * (900 + 102)); /* the keys are 0.1 KB */
    assert_true(figure(run, "T", "Shards", "Maximum") > 4);
    model_execute(
        run, "{'duration': '1h', 'Resources': {" TABLE(TEN_UNITS VIEW(
                 "NEW_AND_OLD_IMAGES")) ","
                                        "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w'}},"
                                        "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P'}}},"
                                        "'traffic': [{'name': 'w', 'target': 'T', 'constant': '0.5/s', 'payload': '1000B', 'key': 1}]}");
    for (size_t i = 0; i < probe_log_count; i++) {
        int64_t ns = probe_log[i].at_ns - 2 * S * probe_log[i].first;
        assert_true(ns >= 0 && ns < S / 4);
        assert_true(i == 0 || (probe_log[i].at_ns - probe_log[i - 1].at_ns) % (S / 4) == 0);
    }
    assert_int_equal(probe_log_count, 1800);
    assert_int_equal(count_of(run, "T", "ReturnedBytes"), 1800 * (2 * 1000 + 102));
}

/* Operations that items name: reads cost nothing yet and change nothing; of what was deleted there is no new image. */
static void test_operations(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *operation, *view;
        int64_t units, records, bytes;
    } cases[] = {
        {"GetItem", "NEW_IMAGE", 0, 0, 0},    {"Query", "NEW_IMAGE", 0, 0, 0},
        {"PutItem", "NEW_IMAGE", 2, 1, 1500}, {"UpdateItem", "NEW_AND_OLD_IMAGES", 2, 1, 3000},
        {"DeleteItem", "NEW_IMAGE", 2, 1, 0}, {"DeleteItem", "OLD_IMAGE", 2, 1, 1500},
        {"DeleteItem", "KEYS_ONLY", 2, 1, 0}, {"DeleteItem", "NEW_AND_OLD_IMAGES", 2, 1, 1500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            "{'duration': '1m', 'drain': '1m', 'Resources': {" TABLE(ON_DEMAND VIEW(
                "%s")) ", 'P': {'Type': 'Test::Probe', 'Properties':"
                       " {'Source': 'w'}}, 'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P'}}},"
                       "'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s', 'payload': '1500B', 'key': 1, 'operation': '%s'}]}",
            cases[i].view, cases[i].operation);
        assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 60);
        assert_int_equal(count_of(run, "T", "ConsumedWriteCapacityUnits"), 60 * cases[i].units);
        assert_int_equal(count_of(run, "P", "Records"), 60 * cases[i].records);
        assert_int_equal(count_of(run, "T", "ReturnedBytes"), 60 * cases[i].records * (cases[i].bytes + 102));
    }
}

/* A thousand records or a megabyte in one call, four calls a second. Of a backlog a batch gets what two calls brought: one a quarter of a
 * second after the batch before was handed over, and one when the function is free. */
static void test_read_limits(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *payload, *view;
        uint32_t records;
    } cases[] = {{"100B", "KEYS_ONLY", 1000}, {"10KB", "OLD_IMAGE", 101}}; /* 1,048,576 / 10,342 */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            "{'duration': '5m', 'drain': '1h', 'rules': {'base': 'current', 'ddb_stream_shard_is_partition': false}, 'Resources': {" TABLE(
                ON_DEMAND VIEW("%s")) ", 'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'Duration': '10s'}},"
                                      "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P', 'BatchSize': 10000}}},"
                                      "'traffic': [{'name': 'w', 'target': 'T', 'constant': '300/s', 'until': '2m', 'payload': '%s', "
                                      "'key': {'uniform': 1000}}]}",
            cases[i].view, cases[i].payload);
        assert_int_equal(count_of(run, "P", "Records"), 36000);
        size_t full = 0;
        for (size_t k = 3; k + 3 < probe_log_count; k++)
            full += probe_log[k].count == 2 * cases[i].records;
        assert_true(probe_log_count >= 20 && full + 8 >= probe_log_count);
    }
}

/* After a day a change is gone, whoever could not handle it. */
static void test_retention(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '30h', 'Resources': {" TABLE(TEN_UNITS VIEW(
                           "KEYS_ONLY")) ","
                                         "'P': {'Type': 'Test::Probe', 'Properties': {'Source': 'w', 'ErrorRate': 1}},"
                                         "'M': {'Type': 'Test::Mapping', 'Properties': {'Stream': 'T', 'Function': 'P'}}},"
                                         "'traffic': [{'name': 'w', 'target': 'T', 'constant': '0.1/s', 'count': 1, 'key': 1}]}");
    assert_int_equal(part_fates(run, "T/shard-0", FATE_EXPIRED, "retention"), 1);
    assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 1); /* it was written, all the same */
}

static void test_cost(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, "{'duration': '1h', 'drain': '1m', 'Resources': {" TABLE(ON_DEMAND) "}, 'traffic': [{'name': 'w', 'target': 'T',"
                                                                                           " 'constant': '100/s', 'payload': '1.5KB'}]}");
    assert_true(billed(run, "T", "WriteRequestUnits", &usd) == 720000);
    assert_near(usd, 0.72 * 0.625, 1e-9);
    assert_near(billed(run, "T", "WriteCapacityUnit-Hrs", NULL), 0, 0);
    model_execute(run, "{'duration': '2h', 'drain': '1h', 'Resources': {" TABLE(TEN_UNITS) "}, 'traffic': [{'name': 'w', 'target': 'T',"
                                                                                           " 'constant': '1/s'}]}");
    assert_near(billed(run, "T", "WriteCapacityUnit-Hrs", &usd), 20, 1e-9);
    assert_near(usd, 20 * 0.00065, 1e-9);
    assert_near(billed(run, "T", "ReadCapacityUnit-Hrs", &usd), 10, 1e-9);
    assert_near(usd, 10 * 0.00013, 1e-9);
    assert_true(figure(run, "T", "ProvisionedWriteCapacityUnits", "Average") == 10);
}

/* crosses: ddb_stream_readers */
static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    run->registry = NULL;
    static const char *const format = "{'duration': '1m', 'Resources': {" TABLE(
        "%s") ", 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': {"
              "'A': {'Type': 'DynamoDB', 'Properties': {'Stream': {'Fn::GetAtt': ['T', 'StreamArn']}, 'StartingPosition': '%s'}}%s}}}},"
              "'behavior': {'F': {'init': '0ms', 'duration': '1ms'}},"
              "'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s' %s}]}";
#define AGAIN(NAME) ", '" NAME "': {'Type': 'DynamoDB', 'Properties': {'Stream': 'T', 'StartingPosition': 'LATEST'}}"
    static const struct {
        const char *table, *position, *more, *traffic, *message;
        bool fine;
    } cases[] = {
        {ON_DEMAND, "LATEST", "", "", "T has no stream: give it StreamSpecification.StreamViewType", false},
        {ON_DEMAND VIEW("KEYS_ONLY"), "LATEST", "", "", "each item needs a \"key\"", false},
        {ON_DEMAND VIEW("SOME"), "LATEST", "", ", 'key': 1", "SOME", false},
        {ON_DEMAND VIEW("KEYS_ONLY"), "AT_TIMESTAMP", "", ", 'key': 1", "cannot be read from a time on", false},
        {"'KeySchema': []", "LATEST", "", "", "a provisioned table needs ProvisionedThroughput", false},
        {ON_DEMAND ", " TEN_UNITS, "LATEST", "", "", "has no provisioned capacity", false},
        {ON_DEMAND VIEW("KEYS_ONLY"), "LATEST", AGAIN("B") AGAIN("C"), ", 'key': 1", "3 mappings read T, and AWS advises at most 2", true},
        {ON_DEMAND VIEW("KEYS_ONLY") ", 'LocalSecondaryIndexes': []", "LATEST", "", ", 'key': 1",
         "what these indexes cost is not simulated", true},
        {ON_DEMAND VIEW("KEYS_ONLY") ", 'GlobalSecondaryIndexes': [{'IndexName': 'I', " TEN_UNITS "}]", "LATEST", "", ", 'key': 1",
         "an index of a table in mode PAY_PER_REQUEST has no provisioned capacity", false},
        {TEN_UNITS VIEW("KEYS_ONLY") ", 'GlobalSecondaryIndexes': [{'IndexName': 'I'}]", "LATEST", "", ", 'key': 1",
         "an index of a provisioned table needs ProvisionedThroughput", false},
        {TEN_UNITS VIEW("KEYS_ONLY") ", 'GlobalSecondaryIndexes': [{'IndexName': 'I', 'ProvisionedThroughput': {'ReadCapacityUnits': 1, "
                                     "'WriteCapacityUnits': 5}}]",
         "LATEST", "", ", 'key': 1", "has 5 write units a second and the table 10", true},
        {TEN_UNITS VIEW("KEYS_ONLY") ", 'OnDemandThroughput': {'MaxReadRequestUnits': 1}", "LATEST", "", ", 'key': 1",
         "a provisioned table has no ceiling but its capacity", false},
        {ON_DEMAND VIEW("KEYS_ONLY") ", 'OnDemandThroughput': {'MaxReadRequestUnits': 0}", "LATEST", "", ", 'key': 1",
         "a maximum must be at least 1, or -1 for none", false},
        {ON_DEMAND VIEW("KEYS_ONLY"), "LATEST", "", ", 'key': 1, 'operation': 'GetItm'", "T has no operation \"GetItm\"", false},
        {ON_DEMAND VIEW("KEYS_ONLY"), "LATEST", "", ", 'key': 1, 'consistent': 'yes'", "must be true or false", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000];
        snprintf(text, sizeof text, format, cases[i].table, cases[i].position, cases[i].more, cases[i].traffic);
        assert_int_equal(model_load(run, text), cases[i].fine ? STATUS_OK : STATUS_INVALID);
        bool said = false;
        for (size_t k = 0; k < run->diagnostics.count; k++)
            said = said || strstr(run->diagnostics.list[k].message, cases[i].message) != NULL;
        if (!said)
            fail_msg("\"%s\" is not said", cases[i].message);
    }
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(test_burst),       TEST(test_growth),    TEST(test_latency), TEST(test_stream),   TEST(test_operations),
        TEST(test_read_limits), TEST(test_retention), TEST(test_cost),    TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
