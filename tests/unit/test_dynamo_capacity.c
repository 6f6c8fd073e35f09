/* test_dynamo_capacity.c: what a table takes: units of each operation, burst, growth, ceilings, hot items, indexes, and how provisioned
 * capacity changes. Loads are even and capacities whole, so that figures follow by hand. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define TABLE(PROPERTIES, BEHAVIOR, DURATION, TRAFFIC)                                                                                     \
    "{'duration': '" DURATION "', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" PROPERTIES                          \
    "}}}, 'behavior': {'T': {'latency': '5ms'" BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"
#define UNITS(READ, WRITE) "'ProvisionedThroughput': {'ReadCapacityUnits': " READ ", 'WriteCapacityUnits': " WRITE "}"
#define ON_DEMAND "'BillingMode': 'PAY_PER_REQUEST'"
#define EVEN ", 'key': {'uniform': 1000000}"

/* A full bucket of 300 r, r a second and an even demand d > r: the first throttle at 300 r / (d - r), and r for ever after. */
static void test_burst_of_reads(void **state)
{
    struct model_run *run = *state;
    static const struct {
        int rate, demand;
        double first_s;
    } cases[] = {{10, 40, 100}, {10, 20, 300}, {50, 80, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int after = 0; after < 2; after++) {
            double duration_s = cases[i].first_s + (after ? 1 : -1);
            model_run(run,
                      "{'duration': '%gs', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'ProvisionedThroughput': "
                      "{'ReadCapacityUnits': %d, 'WriteCapacityUnits': 1}}}}, 'traffic': [{'name': 'r', 'target': 'T', 'constant': '%d/s',"
                      " 'operation': 'GetItem', 'consistent': true, 'payload': '4KB'" EVEN "}]}",
                      duration_s, cases[i].rate, cases[i].demand);
            int64_t refused = count_of(run, "T", "ReadThrottleEvents");
            assert_true(after ? refused > 0 : refused == 0);
        }
    }
    model_execute(run, TABLE(UNITS("10", "1"), "", "300s",
                             "{'name': 'r', 'target': 'T', 'constant': '40/s', 'operation': 'GetItem', 'consistent': true" EVEN "}"));
    assert_in_range(count_of(run, "r", "Succeeded"), 5999, 6000);
    assert_int_equal(count_of(run, "T", "ReadProvisionedThroughputThrottleEvents"), count_of(run, "T", "ReadThrottleEvents"));
    assert_int_equal(fates_of(run, "T", FATE_THROTTLED, "ProvisionedThroughputExceededException"), count_of(run, "T", "ThrottledRequests"));
    assert_int_equal(count_of(run, "T", "WriteThrottleEvents"), 0);
    /* A table that was just made has saved nothing. */
    model_execute(
        run, "{'duration': '300s', 'rules': {'base': 'current', 'ddb_burst_full_at_start': false}, 'Resources': {'T': {'Type': "
             "'AWS::DynamoDB::Table', 'Properties': {" UNITS("10", "1") "}}}, 'traffic': [{'name': 'r', 'target': 'T', 'constant': "
                                                                        "'40/s', 'operation': 'GetItem', 'consistent': true" EVEN "}]}");
    assert_in_range(count_of(run, "r", "Succeeded"), 2999, 3000);
}

/* Units by operation, consistency and size: developer guide, "DynamoDB read and write operations".
 * crosses: ddb_batch_max_mb
 * crosses: ddb_page_max_mb
 * crosses: ddb_transaction_max_mb */
static void test_units(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *operation, *consistent, *payload;
        double read, written;
    } cases[] = {
        {"GetItem", "false", "3500B", 0.5, 0},
        {"GetItem", "true", "3500B", 1, 0},
        {"GetItem", "true", "8KB", 2, 0},
        {"GetItem", "false", "8193B", 1.5, 0},
        {"TransactGetItems", "false", "8KB", 4, 0},
        {"TransactGetItems", "true", "8KB", 4, 0},
        {"Query", "false", "40.8KB", 5.5, 0},
        {"Query", "false", "3MB", 128, 0}, /* no further than 1 MB */
        {"Scan", "true", "1MB", 256, 0},
        {"BatchGetItem", "false", "12KB", 1.5, 0},
        {"PutItem", "false", "500B", 0, 1},
        {"PutItem", "false", "1025B", 0, 2},
        {"UpdateItem", "false", "2KB", 0, 2},
        {"DeleteItem", "false", "1.6KB", 0, 2},
        {"TransactWriteItems", "false", "2KB", 0, 4},
        {"BatchWriteItem", "false", "5KB", 0, 5},
        {"PutItem", "true", "400KB", 0, 400},
        {"GetItem", "false", "0B", 0.5, 0},
        {"read", "true", "4KB", 1, 0},
        {"write", "false", "1KB", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  TABLE(ON_DEMAND, "", "10s",
                        "{'name': 'c', 'target': 'T', 'constant': '1/s', 'operation': '%s', 'consistent': %s, 'payload': '%s'" EVEN "}"),
                  cases[i].operation, cases[i].consistent, cases[i].payload);
        assert_near(figure(run, "T", "ConsumedReadCapacityUnits", "Sum"), 10 * cases[i].read, 0);
        assert_near(figure(run, "T", "ConsumedWriteCapacityUnits", "Sum"), 10 * cases[i].written, 0);
        assert_near(billed(run, "T", "ReadRequestUnits", NULL), 10 * cases[i].read, 1e-9);
        assert_near(billed(run, "T", "WriteRequestUnits", NULL), 10 * cases[i].written, 1e-9);
    }
    static const struct {
        const char *operation, *payload;
    } large[] = {{"PutItem", "401KB"}, {"GetItem", "401KB"}, {"TransactWriteItems", "4.1MB"}, {"BatchWriteItem", "17MB"}};
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        model_run(run, TABLE(ON_DEMAND, "", "10s", "{'name': 'c', 'target': 'T', 'constant': '1/s', 'operation': '%s', 'payload': '%s'}"),
                  large[i].operation, large[i].payload);
        assert_int_equal(fates_of(run, "T", FATE_REJECTED, "ValidationException: item too large"), 10);
    }
    /* More than there can ever be takes all that there is, when it is full: 4 MB are 8,192 units, of 4,000. */
    model_execute(run, TABLE(ON_DEMAND, "", "10s",
                             "{'name': 'c', 'target': 'T', 'constant': '1/s', 'operation': 'TransactWriteItems', 'payload': '4MB'}"));
    assert_int_equal(count_of(run, "T", "ConsumedWriteCapacityUnits"), 10 * 8192);
}

/* A new table on demand takes 4,000 writes and 12,000 reads a second, of which one item gets 1,000 and 3,000: a second's worth at first,
 * and as much in each second.
 * crosses: ddb_on_demand_initial_reads */
static void test_new_table(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *key, *operation, *rate;
        int64_t a_second;
        const char *reason;
    } cases[] = {
        {"{'uniform': 10000000}", "PutItem", "10000/s", 4000, "WriteKeyRangeThroughputThrottleEvents"},
        {"7", "PutItem", "10000/s", 1000, "WriteKeyRangeThroughputThrottleEvents"},
        {"7", "GetItem", "10000/s", 6000, "ReadKeyRangeThroughputThrottleEvents"}, /* eventually consistent: half a unit */
        {"{'uniform': 10000000}", "GetItem", "30000/s", 24000, "ReadKeyRangeThroughputThrottleEvents"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, TABLE(ON_DEMAND, "", "10s", "{'name': 'c', 'target': 'T', 'constant': '%s', 'key': %s, 'operation': '%s'}"),
                  cases[i].rate, cases[i].key, cases[i].operation);
        int64_t passed = count_of(run, "c", "Requests") - count_of(run, "c", "Rejected");
        assert_true(passed <= 11 * cases[i].a_second && passed >= 11 * cases[i].a_second - 10);
        assert_int_equal(count_of(run, "T", cases[i].reason), count_of(run, "T", "ThrottledRequests"));
        assert_int_equal(fates_of(run, "T", FATE_THROTTLED, "ThrottlingException"), count_of(run, "T", "ThrottledRequests"));
    }
    /* What has no key is spread evenly. */
    model_execute(run, TABLE(ON_DEMAND, "", "10s", "{'name': 'c', 'target': 'T', 'constant': '3900/s'}"));
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), 0);
    /* Two hot items do not disturb each other, nor the others. */
    model_execute(run, TABLE(ON_DEMAND, "", "10s",
                             "{'name': 'a', 'target': 'T', 'constant': '1500/s', 'key': 1}, {'name': 'b', 'target': 'T', 'constant': "
                             "'900/s', 'key': 2}, {'name': 'c', 'target': 'T', 'constant': '1000/s', 'key': {'uniform': 1000000}}"));
    assert_in_range(count_of(run, "a", "Rejected"), 15000 - 11000, 15000 - 10999);
    assert_int_equal(count_of(run, "b", "Rejected"), 0);
    assert_int_equal(count_of(run, "c", "Rejected"), 0);
    /* In one partition they share its limit: four partitions, and keys 1 to 100 fall on them by their hash. */
    model_execute(run, TABLE(ON_DEMAND, ", 'hot_partitions': true", "10s",
                             "{'name': 'a', 'target': 'T', 'constant': '900/s', 'key': 1}, {'name': 'c', 'target': 'T', 'constant': "
                             "'2400/s', 'key': {'uniform': 1000000}}"));
    /* Key 1's partition is asked for 900 and a quarter of 2,400 a second, and gives 1,000. */
    double refused = (double)count_of(run, "T", "WriteKeyRangeThroughputThrottleEvents");
    check_z("refused", (refused - (15000 - 11000)) / sqrt(24000 * 0.25 * 0.75), 1e-3);
}

/* What was not used for a second is forgotten, and begins with all its units: 1,000 each two seconds. */
static void test_items_recover(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE(ON_DEMAND, "", "20s",
                             "{'name': 'a', 'target': 'T', 'bursts': {'size': 1500, 'every': '2s'}, 'key': 1},"
                             "{'name': 'b', 'target': 'T', 'constant': '500/s', 'key': {'uniform': 100000}}"));
    assert_int_equal(count_of(run, "a", "Succeeded"), 10 * 1000);
    assert_int_equal(count_of(run, "b", "Rejected"), 0);
}

static void test_ceilings(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE(ON_DEMAND ", 'OnDemandThroughput': {'MaxWriteRequestUnits': 100, 'MaxReadRequestUnits': 50}", "", "10s",
                             "{'name': 'w', 'target': 'T', 'constant': '200/s'" EVEN "}, {'name': 'r', 'target': 'T', 'constant': '200/s',"
                             " 'operation': 'GetItem'" EVEN "}"));
    assert_in_range(count_of(run, "w", "Succeeded"), 1099, 1100);
    assert_in_range(count_of(run, "r", "Succeeded"), 1099, 1100);
    assert_int_equal(count_of(run, "T", "WriteMaxOnDemandThroughputThrottleEvents"), count_of(run, "w", "Rejected"));
    assert_int_equal(count_of(run, "T", "ReadMaxOnDemandThroughputThrottleEvents"), count_of(run, "r", "Rejected"));
    /* Warm throughput is there from the beginning. */
    model_execute(run, TABLE(ON_DEMAND ", 'WarmThroughput': {'WriteUnitsPerSecond': 9000, 'ReadUnitsPerSecond': 12000}", "", "5s",
                             "{'name': 'w', 'target': 'T', 'constant': '9000/s'" EVEN "}"));
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), 0);
    /* The quota of a table: nothing grows beyond, and what is refused then is refused for it. */
    model_execute(run,
                  "{'duration': '10s', 'rules': {'base': 'current', 'ddb_on_demand_initial_writes': 100, 'ddb_table_quota_units': 100}, "
                  "'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" ON_DEMAND "}}},"
                  "'traffic': [{'name': 'w', 'target': 'T', 'constant': '200/s'" EVEN "}]}");
    assert_int_equal(count_of(run, "T", "WriteAccountLimitThrottleEvents"), count_of(run, "w", "Rejected"));
    assert_in_range(count_of(run, "w", "Succeeded"), 1099, 1100);
}

#define INDEX(PROPERTIES) "'GlobalSecondaryIndexes': [{'IndexName': 'ByState', 'KeySchema': []" PROPERTIES "}]"

/* Writes go into the index too, by its own units: when it has none left, the table's writes are throttled, and the table's units kept. */
static void test_index(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE(UNITS("1", "100") ", " INDEX(", " UNITS("2", "10")), "", "400s",
                             "{'name': 'w', 'target': 'T', 'constant': '40/s', 'payload': '1KB'" EVEN "}"));
    /* 3,000 units, 10 a second, a demand of 40: until 100 s; then 10 a second. */
    assert_in_range(count_of(run, "w", "Succeeded"), 6999, 7000);
    assert_int_equal(count_of(run, "T/index-0", "ConsumedWriteCapacityUnits"), count_of(run, "w", "Succeeded"));
    assert_int_equal(count_of(run, "T", "ConsumedWriteCapacityUnits"), count_of(run, "w", "Succeeded"));
    assert_int_equal(count_of(run, "T/index-0", "WriteThrottleEvents"), count_of(run, "w", "Rejected"));
    assert_int_equal(count_of(run, "T", "WriteThrottleEvents"), 0);
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), count_of(run, "w", "Rejected"));
    assert_near(billed(run, "T", "WriteCapacityUnit-Hrs", NULL), 110 * 400.0 / 3600, 1e-9);
    assert_near(billed(run, "T", "ReadCapacityUnit-Hrs", NULL), 3 * 400.0 / 3600, 1e-9);
    /* On demand: a write of 3 KB is three units of the table, and of an index with all of it; one of an index with the keys alone. */
    static const struct {
        const char *projection;
        int64_t units;
    } cases[] = {{"ALL", 3}, {"INCLUDE", 3}, {"KEYS_ONLY", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  TABLE(ON_DEMAND ", " INDEX(", 'Projection': {'ProjectionType': '%s'}"), "", "10s",
                        "{'name': 'w', 'target': 'T', 'constant': '10/s', 'payload': '3KB'" EVEN
                        "}, {'name': 'r', 'target': 'T', 'constant': '10/s', 'operation': 'Query', 'payload': '3KB'}"),
                  cases[i].projection);
        assert_int_equal(count_of(run, "T/index-0", "ConsumedWriteCapacityUnits"), 100 * cases[i].units);
        assert_near(billed(run, "T", "WriteRequestUnits", NULL), 300 + 100 * (double)cases[i].units, 1e-9);
        assert_near(billed(run, "T", "ReadRequestUnits", NULL), 50, 1e-9);
    }
}

/* UpdateTable takes 120 s (rule ddb_update_table_s); a day has four decreases, and then one after an hour without any.
 * crosses: ddb_decreases_first_hour
 * crosses: ddb_decreases_per_day */
static void test_updates(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '1h', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" UNITS(
                           "10", "10") "}}},"
                                       "'changes': [{'at': '10m', 'set': {'T.ProvisionedThroughput.WriteCapacityUnits': 100}},"
                                       "            {'at': '11m', 'set': {'T.ProvisionedThroughput.WriteCapacityUnits': 50}},"
                                       "            {'at': '20m', 'set': {'T.ProvisionedThroughput.ReadCapacityUnits': 20}}],"
                                       "'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s'}]}");
    assert_near(figure(run, "T", "ProvisionedWriteCapacityUnits", "Average"), (10 * 12 + 100 * 48) / 60.0, 1e-9);
    assert_near(figure(run, "T", "ProvisionedReadCapacityUnits", "Average"), (10 * 22 + 20 * 38) / 60.0, 1e-9);
    assert_int_equal(count_of(run, "T", "UpdatesRefused"), 1); /* at 11 min the first was under way */
    assert_near(billed(run, "T", "WriteCapacityUnit-Hrs", NULL), (10 * 12 + 100 * 48) / 60.0, 1e-9);
    /* Down by one every ten minutes from the beginning of a day: at 10, 20, 30, 40 min, then when an hour has passed: 1:40, 2:40, 3:40. */
    static const struct {
        int64_t a_day, done;
    } cases[] = {{27, 7}, {5, 5}};
    for (size_t k = 0; k < 2; k++) {
        char text[6000];
        int length = snprintf(text, sizeof text,
                              "{'duration': '4h', 'rules': {'base': 'current', 'ddb_decreases_per_day': %lld}, 'Resources': {'T': {'Type': "
                              "'AWS::DynamoDB::Table', 'Properties': {" UNITS(
                                  "1", "40") "}}}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s'}], 'changes': [",
                              (long long)cases[k].a_day);
        for (int i = 1; i < 24; i++)
            length +=
                snprintf(text + length, sizeof text - (size_t)length,
                         "%s{'at': '%dm', 'set': {'T.ProvisionedThroughput.WriteCapacityUnits': %d}}", i > 1 ? "," : "", 10 * i, 40 - i);
        snprintf(text + length, sizeof text - (size_t)length, "]}");
        model_execute(run, text);
        assert_int_equal(count_of(run, "T", "UpdatesRefused"), 23 - cases[k].done);
        assert_near(figure(run, "T", "ProvisionedWriteCapacityUnits", "Minimum"), k == 0 ? 40 - 22 : 40 - 10, 0);
    }
}

#define TRACKED                                                                                                                            \
    "'Target': {'Type': 'AWS::ApplicationAutoScaling::ScalableTarget', 'Properties': {'ServiceNamespace': 'dynamodb', "                    \
    "'ScalableDimension': "                                                                                                                \
    "'dynamodb:table:WriteCapacityUnits', 'ResourceId': 'table/T', 'MinCapacity': 5, 'MaxCapacity': 100}},"                                \
    "'Policy': {'Type': 'AWS::ApplicationAutoScaling::ScalingPolicy', 'Properties': {'PolicyType': 'TargetTrackingScaling', "              \
    "'ScalingTargetId': 'Target', 'TargetTrackingScalingPolicyConfiguration': {'TargetValue': %g, 'PredefinedMetricSpecification': "       \
    "{'PredefinedMetricType': 'DynamoDBWriteCapacityUtilization'}}}}"

/* 15 a second are 150 % of 10: with a target of 50 % there should be 30; 2 a second are 6.7 % of 30: 4, but 5 at least.
 * crosses: ddb_autoscaling_target_max
 * crosses: ddb_autoscaling_target_min */
static void test_auto_scaling(void **state)
{
    struct model_run *run = *state;
    const char *scenario = "{'duration': '1h', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" UNITS(
        "5", "10") "}}, " TRACKED
                   "}, 'traffic': [{'name': 'a', 'target': 'T', 'constant': '15/s', 'until': '20m'}, {'name': 'b', 'target': 'T', "
                   "'constant': '2/s', 'from': '20m'}]}";
    model_run(run, scenario, 50.0);
    assert_near(figure(run, "T", "ProvisionedWriteCapacityUnits", "Maximum"), 30, 0);
    assert_near(figure(run, "T", "ProvisionedWriteCapacityUnits", "Minimum"), 5, 0);
    assert_int_equal(count_of(run, "Target", "ScaleOuts"), 1);
    assert_int_equal(count_of(run, "Target", "ScaleIns"), 1);
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), 0); /* what was kept lasts 600 s, and there are 30 after less */
    static const double wrong[] = {19, 91, 0.7};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[2000];
        snprintf(text, sizeof text, scenario, wrong[i]);
        assert_int_equal(model_load(run, text), STATUS_INVALID);
        assert_true(diagnosed(&run->diagnostics, 0, 0, "must be between 20 and 90"));
    }
}

/* SDKs try four times what a table refuses, and three times what others do. */
static void test_sdk(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE(UNITS("1", "1"), "", "10m",
                             "{'name': 'w', 'target': 'T', 'constant': '0.1/s', 'payload': '300KB', 'until': '1m', 'retry': 'standard'}"));
    /* The first takes all that was kept; in the minutes that follow there is never so much. */
    assert_int_equal(count_of(run, "w", "Succeeded"), 1);
    assert_int_equal(count_of(run, "w", "Attempts"), 1 + 5 * 4);
    model_execute(
        run,
        "{'duration': '10m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {" UNITS(
            "1", "1") "}}, 'F': "
                      "{'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}}, 'behavior': {'F': {'init': '0ms', 'steps': "
                      "[{'call': 'T', 'retry': 'standard', 'size': '300KB', 'key': 1}]}}, 'traffic': [{'name': 'w', 'target': 'F', "
                      "'constant': '0.1/s', 'until': '1m'}]}");
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), 5 * 4);
}

static void test_storage(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, TABLE(ON_DEMAND, ", 'storage': '100GB'", "1h", "{'name': 'w', 'target': 'T', 'constant': '1/s'}"));
    assert_near(billed(run, "T", "DynamoDB-TimedStorage-ByteHrs", &usd), 100 / 730.0, 1e-9);
    assert_near(usd, 25 / 730.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_burst_of_reads), MODEL_TEST(test_units),        MODEL_TEST(test_new_table),
        MODEL_TEST(test_items_recover),  MODEL_TEST(test_ceilings),     MODEL_TEST(test_index),
        MODEL_TEST(test_updates),        MODEL_TEST(test_auto_scaling), MODEL_TEST(test_sdk),
        MODEL_TEST(test_storage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
