/* test_dax.c: AWS::DAX::Cluster: what is found in the cache, for how long and how much of it, what goes through, what it costs. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define CLUSTER(NODES) "'Type': 'AWS::DAX::Cluster', 'Properties': {'NodeType': 'dax.r5.large', 'ReplicationFactor': " NODES "}"
#define GROUP(ITEM) "'P': {'Type': 'AWS::DAX::ParameterGroup', 'Properties': {'ParameterNameValues': {'record-ttl-millis': '" ITEM "'}}}, "
#define GROUPED                                                                                                                            \
    "'Type': 'AWS::DAX::Cluster', 'Properties': {'NodeType': 'dax.r5.large', 'ReplicationFactor': 1, 'ParameterGroupName': {'Ref': 'P'}}"
/* A function whose only step is STEP, between a table T on demand and a source. */
#define CACHED(SETTINGS, DAX, MORE, STEP, TRAFFIC)                                                                                         \
    "{" SETTINGS ", 'Resources': {" MORE "'Dax': {" DAX "}, 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "          \
    "'PAY_PER_REQUEST'}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}}, 'behavior': {'T': {'latency': "      \
    "'5ms'}, 'Dax': {'hit_latency': '1ms'}, 'F': {'init': '0ms', 'steps': [" STEP "]}}, 'traffic': [" TRAFFIC "]}"
#define READ(KEY) "{'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'size': '1KB', 'key': " KEY "}"

/* Poisson reads of rate l of each item, a time to live T from insertion: in a cycle there is one miss, one for each that comes in the d =
 * 5 ms that the table takes, and a Poisson number of hits with mean l T. So l T / (1 + l d + l T) of all hit, and the ratio of n cycles has
 * the variance l T / (1 + l T)^4 / n, but for l d, of 0.005 at most. */
static void test_hit_ratio(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rate, *ttl_ms;
        double load, late; /* l T, l d, of each of 100 items */
    } cases[] = {{"50/s", "10000", 5, 0.0025}, {"20/s", "1000", 0.2, 0.001}, {"100/s", "1000", 1, 0.005}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(
            run,
            CACHED("'duration': '2h'", GROUPED, GROUP("%s"), READ("{'uniform': 100}"), "{'name': 'c', 'target': 'F', 'poisson': '%s'}"),
            cases[i].ttl_ms, cases[i].rate);
        double load = cases[i].load, hits = figure(run, "Dax", "ItemCacheHits", "Sum"),
               misses = figure(run, "Dax", "ItemCacheMisses", "Sum");
        double deviation = sqrt(load / pow(1 + load, 4) / misses);
        check_z("hit ratio", (hits / (hits + misses) - load / (1 + cases[i].late + load)) / deviation, 1e-3);
        assert_near(figure(run, "Dax", "HitRatio", "Average"), 100 * hits / (hits + misses), 1e-9);
        assert_near(figure(run, "T", "ConsumedReadCapacityUnits", "Sum"), 0.5 * misses, 0); /* the others cost nothing */
    }
}

/* A hit takes hit_latency, a miss what the table takes; a hit does not prolong an item's life. */
static void test_latency_and_life(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CACHED("'duration': '60s'", GROUPED, GROUP("10000"), READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    /* Asked at 0, there at 5 ms, gone at 10.005 s: at 11 s it is asked again, so once in 11 s. */
    assert_int_equal(count_of(run, "Dax", "ItemCacheMisses"), 6);
    assert_int_equal(count_of(run, "Dax", "ItemCacheHits"), 54);
    assert_near(figure(run, "c", "ResponseTime", "Minimum"), 1, 0.2);
    assert_near(figure(run, "c", "ResponseTime", "Maximum"), 5, 0.2);
    assert_int_equal(fates_of(run, "Dax", FATE_SUCCEEDED, ""), 60);
    assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 6);
    /* A time to live of 0 is for ever, and so is one of centuries; left out, it is five minutes. */
    model_execute(run, CACHED("'duration': '1h'", GROUPED, GROUP("0"), READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(run, "Dax", "ItemCacheMisses"), 1);
    model_execute(
        run, CACHED("'duration': '1h'", GROUPED, GROUP("18446744073710"), READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(run, "Dax", "ItemCacheMisses"), 1);
    model_execute(run, CACHED("'duration': '1h'", CLUSTER("1"), "", READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(run, "Dax", "ItemCacheMisses"), 12); /* once in 301 s */
}

/* What goes through: consistent and transactional reads; what is kept: what was written, until it is deleted; answers of Query. */
static void test_operations(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *steps;
        const char *metric;
        int64_t hits, asked_of_table;
    } cases[] = {
        {"{'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'key': 1, 'consistent': true}", "ItemCacheHits", 0, 60},
        {"{'call': 'T', 'op': 'TransactGetItems', 'via': 'Dax', 'key': 1}", "ItemCacheHits", 0, 60},
        {"{'call': 'T', 'op': 'PutItem', 'via': 'Dax', 'key': 1}, {'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'key': 1}", "ItemCacheHits",
         60, 60},
        {"{'call': 'T', 'op': 'DeleteItem', 'via': 'Dax', 'key': 1}, {'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'key': 1}",
         "ItemCacheHits", 0, 120},
        {"{'call': 'T', 'op': 'Query', 'via': 'Dax', 'key': 1}", "QueryCacheHits", 59, 1},
        {"{'call': 'T', 'op': 'Scan', 'via': 'Dax', 'key': 1}", "ScanCacheHits", 59, 1},
        {"{'call': 'T', 'op': 'Query', 'via': 'Dax', 'key': 1}, {'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'key': 1}", "ItemCacheHits",
         59, 2},
        /* answers of queries are not touched by writes */
        {"{'call': 'T', 'op': 'PutItem', 'via': 'Dax', 'key': 1}, {'call': 'T', 'op': 'Query', 'via': 'Dax', 'key': 1}", "QueryCacheHits",
         59, 61},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  CACHED("'duration': '60s', 'drain': '1s'", CLUSTER("1"), "", "%s", "{'name': 'c', 'target': 'F', 'constant': '1/s'}"),
                  cases[i].steps);
        assert_int_equal(count_of(run, "Dax", cases[i].metric), cases[i].hits);
        assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), cases[i].asked_of_table);
    }
}

/* Of two items there is room for one: what was used last is there. */
static void test_room(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, CACHED("'duration': '1h', 'rules': {'base': 'current', 'dax_memory_gb_dax.r5.large': 0.0009765625, 'dax_cache_share': 0.5}",
                    CLUSTER("1"), "", "{'call': 'T', 'op': 'GetItem', 'via': 'Dax', 'size': '300KB', 'key': {'uniform': 2}}",
                    "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    double hits = figure(run, "Dax", "ItemCacheHits", "Sum");
    /* Each but the first is the same as the one before, or not; none is the same for as long as it lives, which are 300 in a row. */
    check_z("hits", (hits - 3599 * 0.5) / sqrt(3599 * 0.25), 1e-3);
    assert_true(figure(run, "Dax", "EstimatedDbSize", "Maximum") == 300 * 1024);
    assert_true(count_of(run, "Dax", "Evictions") > 0);
}

/* The sizing guide's load: a hit of 1 KB is 1, a miss 10, a write 25 for each node; beyond 75,000 a second of a dax.r5.large it throttles,
 * and a second's worth is there at first.
 * crosses: dax_writes_per_s_max */
static void test_load(void **state)
{
    struct model_run *run = *state;
#define SMALL "'duration': '10s', 'rules': {'base': 'current', 'dax_rps_dax.r5.large': 1000, 'dax_writes_per_s_max': 30}"
    static const struct {
        const char *nodes, *operation;
        int64_t passed; /* in 10 s, of 2,000 */
    } cases[] = {
        {"1", "'TransactGetItems'", 11 * 100}, /* all miss */
        {"2", "'TransactGetItems'", 2000},
        {"1", "'PutItem'", 11 * 30}, /* the cluster's writes */
        {"2", "'PutItem'", 11 * 30},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  CACHED(SMALL, CLUSTER("%s"), "", "{'call': 'T', 'op': %s, 'via': 'Dax', 'size': '1KB', 'key': 1}",
                         "{'name': 'c', 'target': 'F', 'constant': '200/s'}"),
                  cases[i].nodes, cases[i].operation);
        int64_t throttled = count_of(run, "Dax", "ThrottledRequestCount"), passed = 2000 - throttled;
        assert_true(passed <= cases[i].passed && passed >= cases[i].passed - 1);
        assert_int_equal(fates_of(run, "Dax", FATE_THROTTLED, "ThrottlingException: DAX"), throttled);
    }
    model_execute(run, CACHED("'duration': '100s', 'rules': {'base': 'current', 'dax_rps_dax.r5.large': 1000}", CLUSTER("2"), "",
                              "{'call': 'T', 'op': 'PutItem', 'via': 'Dax', 'size': '2KB', 'key': 1}",
                              "{'name': 'c', 'target': 'F', 'constant': '10/s'}"));
    assert_near(figure(run, "Dax", "LoadUtilization", "Average"), 100 * 10 * 25.0 * 2 * 2 / 2000, 1e-6);
}

static void test_cost(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, CACHED("'duration': '2h'", CLUSTER("3"), "", READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    assert_near(billed(run, "Dax", "NodeUsage:dax.r5.large", &usd), 6, 1e-9);
    assert_near(usd, 6 * 0.255, 1e-9);
}

/* What fails at the table fails through the cache, and is not kept. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CACHED("'duration': '60s', 'changes': [{'at': '0s', 'for': '30s', 'fault': 'T', 'kind': 'down'}]", CLUSTER("1"), "",
                              READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(run, "c", "Failed"), 30);
    assert_int_equal(count_of(run, "Dax", "ItemCacheMisses"), 31);
    assert_int_equal(count_of(run, "Dax", "ItemCacheHits"), 29);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *cluster, *step, *traffic, *message;
    } cases[] = {
        {CLUSTER("12"), READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "must be between 1 and 11"},
        {CLUSTER("1"), READ("7"), "{'name': 'c', 'target': 'Dax', 'constant': '1/s'}", "is not called itself"},
        {CLUSTER("1") "}, 'R': {'Type': 'AWS::Events::Rule', 'Properties': {'ScheduleExpression': 'rate(1 minute)', 'Targets': [{'Id': "
                      "'a', 'Arn': {'Fn::GetAtt': ['Dax', 'Arn']}}]}",
         READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "Dax cannot be called"},
        {CLUSTER("1"), "{'call': 'Dax'}", "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "is not called itself"},
        {CLUSTER("1"), "{'call': 'F', 'via': 'Dax'}", "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "Dax cannot stand in front of F"},
        {CLUSTER("1"), "{'call': 'T', 'op': 'GetItem', 'via': 'Dax'}", "{'name': 'c', 'target': 'F', 'constant': '1/s'}",
         "each item needs a \"key\""},
        {GROUPED, READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "names no parameter group here"},
        {"'Type': 'AWS::DAX::Cluster', 'Properties': {'NodeType': 'dax.r9.large', 'ReplicationFactor': 1}", READ("7"),
         "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "must be one of dax.t3.small"},
        {"'Type': 'AWS::DAX::Cluster', 'Properties': {'NodeType': 'dax.r5.large', 'ReplicationFactor': 1, 'ParameterGroupName': 'mine'}",
         READ("7"), "{'name': 'c', 'target': 'F', 'constant': '1/s'}", "names no parameter group here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000];
        snprintf(text, sizeof text, CACHED("'duration': '10s'", "%s", "", "%s", "%s"), cases[i].cluster, cases[i].step, cases[i].traffic);
        assert_int_equal(model_load(run, text), STATUS_INVALID);
        if (!diagnosed(&run->diagnostics, 0, 0, cases[i].message))
            fail_msg("\"%s\" is not said", cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_hit_ratio),  MODEL_TEST(test_latency_and_life),
        MODEL_TEST(test_operations), MODEL_TEST(test_room),
        MODEL_TEST(test_load),       MODEL_TEST(test_cost),
        MODEL_TEST(test_failures),   MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
