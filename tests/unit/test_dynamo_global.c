/* test_dynamo_global.c: AWS::DynamoDB::GlobalTable: how late replicas are, and what each write costs in each of them. */
#include "model_fixture.h"

#define GLOBAL(PROPERTIES, BEHAVIOR, DURATION, TRAFFIC)                                                                                    \
    "{'duration': '" DURATION "', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {" PROPERTIES                    \
    "}}}, 'behavior': {'T': {" BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"
#define THREE "'Replicas': [{'Region': 'us-east-1'}, {'Region': 'eu-west-1'}, {'Region': 'ap-south-1'}]"
#define ON_DEMAND "'BillingMode': 'PAY_PER_REQUEST', "

/* Each write comes to each of the two other replicas, after the lag; so many are on their way as Little's law says. */
static void test_lag(void **state)
{
    struct model_run *run = *state;
    model_execute(run, GLOBAL(ON_DEMAND THREE, "'replication_lag': '800ms'", "100s",
                              "{'name': 'w', 'target': 'T', 'constant': '10/s'}, {'name': 'r', 'target': 'T', 'constant': '10/s', "
                              "'operation': 'GetItem'}"));
    assert_near(figure(run, "T", "ReplicationLatency", "SampleCount"), 2 * 1000, 0);
    assert_near(figure(run, "T", "ReplicationLatency", "Minimum"), 800, 0);
    assert_near(figure(run, "T", "ReplicationLatency", "Maximum"), 800, 0);
    /* Of the last eight writes 0.1 + 0.2 + ... + 0.8 s lie within the run. */
    assert_near(figure(run, "T", "PendingReplicationCount", "Average"), 2 * (992 * 0.8 + 3.6) / 100, 1e-9);
    /* The rule: a lognormal with the median 500 ms, and 1 s at 99 %. A histogram tells it within half a bucket, 0.8 %, which is added to
     * 3.29 standard errors. */
    model_execute(run, GLOBAL(ON_DEMAND THREE, "", "1h", "{'name': 'w', 'target': 'T', 'constant': '10/s'}"));
    double sigma = log(2) / 2.3263478740408408, n = 72000;
    assert_near(log(figure(run, "T", "ReplicationLatency", "p50") / 500), 0, 3.29 * sigma * sqrt(acos(-1) / 2 / n) + 0.008);
    /* One replica is none. */
    model_execute(run,
                  GLOBAL(ON_DEMAND "'Replicas': [{'Region': 'us-east-1'}]", "", "10s", "{'name': 'w', 'target': 'T', 'constant': '1/s'}"));
    assert_near(figure(run, "T", "ReplicationLatency", "SampleCount"), 0, 0);
    assert_near(billed(run, "T", "WriteRequestUnits", NULL), 10, 1e-9);
}

static void test_cost(void **state)
{
    struct model_run *run = *state;
    double usd;
    model_execute(run, GLOBAL(ON_DEMAND THREE, "'storage': '10GB'", "1h",
                              "{'name': 'w', 'target': 'T', 'constant': '100/s', 'payload': '1.5KB'}, {'name': 'r', 'target': 'T', "
                              "'constant': '10/s', 'operation': 'GetItem'}"));
    assert_near(billed(run, "T", "ReplWriteRequestUnits", &usd), 3 * 720000, 1e-6);
    assert_near(usd, 3 * 0.72 * 0.625, 1e-9);
    assert_near(billed(run, "T", "WriteRequestUnits", NULL), 0, 0);
    assert_near(billed(run, "T", "ReadRequestUnits", NULL), 18000, 1e-6);
    assert_near(billed(run, "T", "DynamoDB-TimedStorage-ByteHrs", NULL), 30 / 730.0, 1e-9);
#define READS(UNITS) "'ReadProvisionedThroughputSettings': {" UNITS "}"
    model_execute(
        run, GLOBAL("'Replicas': [{'Region': 'us-east-1', " READS("'ReadCapacityUnits': 5") "}, {'Region': 'eu-west-1', " READS(
                        "'ReadCapacityAutoScalingSettings': {'MinCapacity': 7, 'MaxCapacity': 100, "
                        "'TargetTrackingScalingPolicyConfiguration': {'TargetValue': 70}}") "}], 'WriteProvisionedThroughputSettings': "
                                                                                            "{'WriteCapacityAutoScalingSettings': "
                                                                                            "{'MinCapacity': 10, 'MaxCapacity': 100, "
                                                                                            "'TargetTrackingScalingPolicyConfiguration': "
                                                                                            "{'TargetValue': 70}}}",
                    "", "2h", "{'name': 'w', 'target': 'T', 'constant': '1/s'}"));
    assert_near(billed(run, "T", "ReplWriteCapacityUnit-Hrs", &usd), 2 * 2 * 10, 1e-9);
    assert_near(usd, 40 * 0.00065, 1e-9);
    assert_near(billed(run, "T", "ReadCapacityUnit-Hrs", NULL), 2 * (5 + 7), 1e-9);
    assert_near(figure(run, "T", "ProvisionedReadCapacityUnits", "Average"), 5, 0);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *properties, *behavior, *message;
        bool fine;
    } cases[] = {
        {"'BillingMode': 'PAY_PER_REQUEST'", "", "\"Replicas\" is missing", false},
        {"'BillingMode': 'PAY_PER_REQUEST', 'Replicas': []", "", "between 1 and 64", false},
        {"'Replicas': [{'Region': 'us-east-1'}]", "", "needs WriteProvisionedThroughputSettings", false},
        {"'Replicas': [{'Region': 'us-east-1'}], 'WriteProvisionedThroughputSettings': {'WriteCapacityAutoScalingSettings': "
         "{'MinCapacity': "
         "10}}",
         "", "replica 0 of a provisioned table needs ReadProvisionedThroughputSettings", false},
        {ON_DEMAND THREE ", 'WriteProvisionedThroughputSettings': {'WriteCapacityAutoScalingSettings': {'MinCapacity': 10}}", "",
         "has no provisioned capacity", false},
        {ON_DEMAND "'Replicas': [{'Region': 'us-east-1'}]", "'replication_lag': '1s'", "there is no other replica", true},
        {ON_DEMAND THREE ", 'GlobalSecondaryIndexes': []", "", "what these indexes cost is not simulated", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1500];
        snprintf(text, sizeof text, GLOBAL("%s", "%s", "10s", "{'name': 'w', 'target': 'T', 'constant': '1/s'}"), cases[i].properties,
                 cases[i].behavior);
        assert_int_equal(model_load(run, text), cases[i].fine ? STATUS_OK : STATUS_INVALID);
        if (!diagnosed(&run->diagnostics, 0, 0, cases[i].message))
            fail_msg("\"%s\" is not said", cases[i].message);
    }
}

/* A global table's stream has one reader beside its own replication.
 * crosses: ddb_stream_readers_global */
static void test_readers(void **state)
{
    struct model_run *run = *state;
#define READER(NAME)                                                                                                                       \
    "'" NAME "': {'Type': 'DynamoDB', 'Properties': {'Stream': {'Fn::GetAtt': ['T', 'StreamArn']}, 'StartingPosition': 'LATEST'}}"
    for (int second = 0; second < 2; second++) {
        char text[2000];
        snprintf(text, sizeof text,
                 "{'duration': '1m', 'Resources': {'T': {'Type': 'AWS::DynamoDB::GlobalTable', 'Properties': {" ON_DEMAND THREE
                 ", 'StreamSpecification': {'StreamViewType': 'KEYS_ONLY'}}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                 "{'Events': {" READER("A") "%s}}}}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}}, 'traffic': [{'name': 'w', "
                                            "'target': 'T', 'constant': '1/s', 'key': 1}]}",
                 second ? ", " READER("B") : "");
        assert_int_equal(model_load(run, text), STATUS_OK);
        assert_int_equal(diagnosed(&run->diagnostics, 0, 0, "2 mappings read T, and AWS advises at most 1"), second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_lag), MODEL_TEST(test_cost), MODEL_TEST(test_mistakes), MODEL_TEST(test_readers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
