/* test_dynamo_copies.c: writes of a global table in several Regions: who loses, who reads what is stale, and that all replicas agree in the
 * end; and what strong consistency makes of it. */
#include "model_fixture.h"

#define TABLE(PROPERTIES, BEHAVIOR, DURATION, TRAFFIC)                                                                                     \
    "{'duration': '" DURATION "', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {'BillingMode': "                \
    "'PAY_PER_REQUEST', 'Replicas': [{'Region': 'us-east-1'}, {'Region': 'eu-west-1'}, {'Region': 'ap-south-1'}]" PROPERTIES               \
    "}}}, 'behavior': {'T': {'latency': '1ms', " BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"
#define ONE(NAME, REGION, FROM)                                                                                                            \
    "{'name': '" NAME "', 'target': 'T', 'constant': '1/s', 'count': 1, 'key': 7, 'region': '" REGION "', 'from': '" FROM "'}"
#define US "us-east-1"
#define EU "eu-west-1"
#define AP "ap-south-1"

/* A few writes of one item, by hand; 1 s from each Region to each other. */
static void test_by_hand(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *traffic;
        double lost, discarded, differing_s, records_us, records_eu;
    } rows[] = {
        {ONE("a", US, "0s"), 0, 0, 1, 1, 1},
        {ONE("a", US, "0s") ", " ONE("b", EU, "1s"), 0, 0, 2, 2, 2},     /* it has come just before: b knows of it */
        {ONE("a", US, "0s") ", " ONE("b", US, "0.5s"), 0, 0, 1.5, 2, 2}, /* of the same Region */
        {ONE("a", US, "0s") ", " ONE("b", EU, "0.5s"), 1, 1, 1.5, 2,
         1}, /* a comes to EU, and changes nothing there; to AP it comes first */
        {ONE("a", US, "0s") ", " ONE("b", EU, "0.5s") ", " ONE("c", AP, "0.75s"), 2, 3, 1.75, 3, 2}, /* c overwrites both */
        {ONE("a", US, "0s") ", " ONE("b", EU, "0.5s") ", " ONE("c", EU, "0.75s"), 1, 1, 1.75, 3, 2}, /* a is lost once */
        {ONE("a", US, "0s") ", " ONE("b", "sa-east-1", "0.5s"), 0, 0, 1.5, 2, 2},                    /* no replica there: to the first */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 TABLE(", 'StreamSpecification': {'StreamViewType': 'KEYS_ONLY'}", "'replication_lag': '1s'", "1m", "%s"), rows[i].traffic);
        model_execute(run, text);
        assert_near(figure(run, "T", "LostUpdates", "Sum"), rows[i].lost, 0);
        assert_near(figure(run, "T/us-east-1", "WritesDiscarded", "Sum") + figure(run, "T/eu-west-1", "WritesDiscarded", "Sum") +
                        figure(run, "T/ap-south-1", "WritesDiscarded", "Sum"),
                    rows[i].discarded, 0);
        assert_near(figure(run, "T", "ItemsDiffering", "Average") * 60, rows[i].differing_s, 1e-9);
        assert_near(figure(run, "T/us-east-1", "StreamRecords", "Sum"), rows[i].records_us, 0);
        assert_near(figure(run, "T/eu-west-1", "StreamRecords", "Sum"), rows[i].records_eu, 0);
    }
}

/* Poisson writes of 100 items, `a` of an item each second in one Region and `b` in another; of those that have gone out and not come, the
 * other Region's next write overwrites all: a write of the first is lost with 1 - E[e^-(b L)], L its lag. Writes of an item within one lag
 * share what befalls them, so a share's variance is at most 1 + 2 x rate x lag times that of as many coins. */
static void check_lost(const struct model_run *run, const char *region, double share, double rate, double lag_s)
{
    double n = figure(run, region, "Writes", "Sum"), lost = figure(run, region, "LostUpdates", "Sum");
    assert_near(lost / n, share, 3.29 * sqrt(share * (1 - share) * (1 + 2 * rate * lag_s) / n));
}

#define BOTH(A, B, MORE)                                                                                                                   \
    "{'name': 'a', 'target': 'T', 'poisson': '" A "', 'key': {'uniform': 100}, 'region': '" US "', 'until': '1h'}, {'name': 'b', "         \
    "'target': 'T', 'poisson': '" B "', 'key': {'uniform': 100}, 'region': '" EU "', 'until': '1h'}" MORE

static void test_lost(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE("", "'replication_lag': '800ms'", "2h", BOTH("20/s", "5/s", "")));
    check_lost(run, "T/us-east-1", 1 - exp(-0.05 * 0.8), 0.2, 0.8);
    check_lost(run, "T/eu-west-1", 1 - exp(-0.2 * 0.8), 0.05, 0.8);
    assert_near(figure(run, "T", "LostUpdates", "Sum"),
                figure(run, "T/us-east-1", "LostUpdates", "Sum") + figure(run, "T/eu-west-1", "LostUpdates", "Sum"), 0);
    /* An item differs from a write until the lag after its last: 1 - e^-(rate x lag) of the time, for half of the run; then all have
     * agreed. Independent stretches of about a lag, for each item: 2h / 0.8 s of them. */
    double p = 1 - exp(-0.25 * 0.8), n = 100 * 3600 / 0.8;
    assert_near(figure(run, "T", "ItemsDiffering", "Average"), 100 * p / 2, 100 * 3.29 * 2 * sqrt(p * (1 - p) / n) / 2);
    /* Exponential lags: E[e^-(b L)] = 1 / (1 + b m). */
    model_execute(run, TABLE("", "'replication_lag': {'exponential': '2s'}", "2h", BOTH("20/s", "5/s", "")));
    check_lost(run, "T/us-east-1", 0.1 / 1.1, 0.2, 2);
    check_lost(run, "T/eu-west-1", 0.4 / 1.4, 0.05, 2);
}

/* A read of an item in the second Region misses what the first has written less than a lag ago; there it misses nothing. */
static void test_stale(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        TABLE("", "'replication_lag': '800ms'", "1h",
              "{'name': 'w', 'target': 'T', 'poisson': '20/s', 'key': {'uniform': 100}}, {'name': 'far', 'target': 'T', 'poisson': '20/s', "
              "'key': {'uniform': 100}, 'region': '" EU
              "', 'operation': 'GetItem'}, {'name': 'near', 'target': 'T', 'poisson': '20/s', 'key': "
              "{'uniform': 100}, 'operation': 'GetItem'}"));
    double p = 1 - exp(-0.2 * 0.8), n = figure(run, "far", "Requests", "Sum");
    assert_near(figure(run, "T/eu-west-1", "StaleReads", "Sum") / n, p, 3.29 * sqrt(p * (1 - p) * (1 + 2 * 0.2 * 0.8) / n));
    assert_near(figure(run, "T", "StaleReads", "Sum"), figure(run, "T/eu-west-1", "StaleReads", "Sum"), 0);
    /* Half a unit each; all Regions' are on the bill. */
    assert_near(figure(run, "T/eu-west-1", "ConsumedReadCapacityUnits", "Sum"), n / 2, 0);
    assert_near(billed(run, "T", "ReadRequestUnits", NULL), (n + figure(run, "near", "Requests", "Sum")) / 2, 1e-6);
}

/* Each Region has read capacity of its own: 5 units, eventually consistent, and 300 s of them kept: 10 x (120 + 300) reads. */
static void test_reads(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  "{'duration': '2m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {'Replicas': [{'Region': '" US
                  "', 'ReadProvisionedThroughputSettings': {'ReadCapacityUnits': 100}}, {'Region': '" EU
                  "', 'ReadProvisionedThroughputSettings': {'ReadCapacityUnits': 5}}], 'WriteProvisionedThroughputSettings': "
                  "{'WriteCapacityAutoScalingSettings': {'MinCapacity': 10}}}}}, 'traffic': [{'name': 'r', 'target': 'T', 'constant': "
                  "'50/s', 'operation': 'GetItem', 'region': '" EU "'}]}");
    assert_in_range(count_of(run, "T/eu-west-1", "ReadThrottleEvents"), 50 * 120 - 10 * 420 - 1, 50 * 120 - 10 * 420 + 1);
    assert_int_equal(count_of(run, "T", "ThrottledRequests"), count_of(run, "T/eu-west-1", "ReadThrottleEvents"));
}

/* The stream of the first Region has its own writes at once, and those of the other when they come; what is discarded there is in none. */
static void test_stream(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run, "{'duration': '10m', 'drain': '1m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {'BillingMode': "
             "'PAY_PER_REQUEST', 'Replicas': [{'Region': '" US "'}, {'Region': '" EU "'}], 'StreamSpecification': {'StreamViewType': "
             "'KEYS_ONLY'}}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, 'M': {'Type': "
             "'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'T', 'StartingPosition': "
             "'TRIM_HORIZON'}}}, 'behavior': {'T': {'replication_lag': '1s'}, 'F': {'init': '0ms', 'duration': '1ms'}}, "
             "'traffic': [" BOTH("20/s", "20/s", "") "]}");
    double records = figure(run, "T/us-east-1", "StreamRecords", "Sum"), discarded = figure(run, "T/us-east-1", "WritesDiscarded", "Sum");
    assert_true(discarded > 0);
    assert_near(figure(run, "M", "PolledEventCount", "Sum"), records, 0);
    /* All but those that arrive after the end of the ten minutes, which the drain sees. */
    assert_in_range((uint64_t)(records + discarded),
                    (uint64_t)(figure(run, "T/us-east-1", "Writes", "Sum") + figure(run, "T/eu-west-1", "Writes", "Sum")) - 60,
                    (uint64_t)(figure(run, "T/us-east-1", "Writes", "Sum") + figure(run, "T/eu-west-1", "Writes", "Sum")));
}

/* Strong consistency: a write waits for the other Region; meanwhile a third's of the same item fails. Accepted writes of an item in one
 * Region, `a` a second, keep it for 50 ms each from the other: a write there fails with 1 - e^-(a x 0.05), as `a` is many times `b`. */
static void test_strong(void **state)
{
    struct model_run *run = *state;
    model_execute(run, TABLE(", 'MultiRegionConsistency': 'STRONG'", "'commit_latency': '50ms'", "1m",
                             ONE("a", US, "0s") ", " ONE("b", EU, "0.04s") ", " ONE("c", EU, "0.06s") ", " ONE("d", US, "0.01s") ", " ONE(
                                 "e", US, "0.07s")));
    /* a holds the item for 50 ms and d for as long from 10 ms on; c is early by none: at 60 ms it is free; then e comes while c writes. */
    assert_int_equal(count_of(run, "T", "WriteConflicts"), 2);
    assert_int_equal(count_of(run, "b", "Failed"), 1);
    assert_int_equal(count_of(run, "e", "Failed"), 1);
    assert_near(figure(run, "T", "SuccessfulRequestLatency", "Average"), 51, 1e-9);
    assert_near(figure(run, "T", "LostUpdates", "Sum"), 0, 0);
    assert_near(figure(run, "T", "ReplicationLatency", "SampleCount"), 0, 0);
    model_execute(run, TABLE(", 'MultiRegionConsistency': 'STRONG'", "'commit_latency': '50ms'", "1h", BOTH("200/s", "2/s", "")));
    double a = 2, b = 0.02, n = figure(run, "b", "Requests", "Sum"), p = 1 - exp(-a * 0.05);
    /* What b holds makes a's fewer by 1 - e^-(b x 0.05) = 0.1 %, and so p. */
    assert_near(figure(run, "b", "Failed", "Sum") / n, p, 3.29 * sqrt(p * (1 - p) / n) + p * b * 0.05);
    /* Reads wait only where they want the newest. */
    model_execute(
        run,
        TABLE(", 'MultiRegionConsistency': 'STRONG'", "'commit_latency': '50ms'", "1m",
              "{'name': 'r', 'target': 'T', 'constant': '1/s', 'operation': 'GetItem'}, {'name': 's', 'target': 'T', 'constant': '1/s', "
              "'operation': 'GetItem', 'consistent': true}"));
    assert_near(figure(run, "r", "ResponseTime", "Maximum"), 1, 1e-9);
    assert_near(figure(run, "s", "ResponseTime", "Minimum"), 51, 1e-9);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
#define TWO "'Replicas': [{'Region': 'us-east-1'}, {'Region': 'eu-west-1'}]"
#define STRONG ", 'MultiRegionConsistency': 'STRONG'"
    static const struct {
        const char *properties, *behavior, *keys, *message;
        bool fine;
    } cases[] = {
        {TWO STRONG, "", "", "exactly three Regions, and here are 2", false},
        {TWO STRONG ", 'GlobalTableWitnesses': [{'Region': 'us-west-2'}]", "", "", NULL, true},
        {TWO ", 'GlobalTableWitnesses': [{'Region': 'us-west-2'}]", "", "", "witnesses of strong consistency alone", false},
        {TWO STRONG
         ", 'GlobalTableWitnesses': [{'Region': 'us-west-2'}], 'TimeToLiveSpecification': {'AttributeName': 'e', 'Enabled': true}",
         "", ", 'expires_after': '1h'", "has no Time to Live", false},
        {TWO STRONG ", 'GlobalTableWitnesses': [{'Region': 'us-west-2'}]", "'replication_lag': '1s'", "",
         "where MultiRegionConsistency is STRONG", true},
        {TWO STRONG ", 'GlobalTableWitnesses': [{'Region': 'us-west-2'}]", "", ", 'operation': 'TransactWriteItems'",
         "takes no transactions", false},
        {TWO, "'commit_latency': '1s'", "", "nobody waits for it", true},
        {"'Replicas': [{'Region': 'us-east-1'}, {'Region': 'us-east-1'}]", "", "", "there are two in us-east-1", false},
        {"'Replicas': [{'Region': 'us-east-1'}, {'Region': '../x'}]", "", "", "\"../x\" is no Region", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1500];
        snprintf(text, sizeof text,
                 "{'duration': '10s', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {'BillingMode': "
                 "'PAY_PER_REQUEST', %s}}}, 'behavior': {'T': {%s}}, 'traffic': [{'name': 'w', 'target': 'T', 'constant': '1/s'%s}]}",
                 cases[i].properties, cases[i].behavior, cases[i].keys);
        assert_int_equal(model_load(run, text), cases[i].fine ? STATUS_OK : STATUS_INVALID);
        if (cases[i].message ? !diagnosed(&run->diagnostics, 0, 0, cases[i].message) : run->diagnostics.count > 0)
            fail_msg("row %zu: \"%s\" is not said", i, cases[i].message ? cases[i].message : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_by_hand), MODEL_TEST(test_lost),   MODEL_TEST(test_stale),   MODEL_TEST(test_reads),
                                       MODEL_TEST(test_stream),  MODEL_TEST(test_strong), MODEL_TEST(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
