/* test_database_failover.c: a database fails over: what is lost, who finds it again when, by itself and through a proxy; who takes over in
 * a cluster; how long it takes by default; and who is told. */
#include "model_fixture.h"
#include "refusals.h"

#define INSTANCE(NAME, ENGINE, CLASS, MORE)                                                                                                \
    "'" NAME "': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': '" ENGINE "', 'DBInstanceClass': '" CLASS "'" MORE "}}"
#define STANDBY INSTANCE("D", "postgres", "db.m5.large", ", 'MultiAZ': true")
#define PROXY(LIST, DATABASE, POOL)                                                                                                        \
    ", 'X': {'Type': 'AWS::RDS::DBProxy', 'Properties': {}}, 'G': {'Type': 'AWS::RDS::DBProxyTargetGroup', 'Properties': {'DBProxyName': " \
    "'X', '" LIST "': ['" DATABASE "'], 'ConnectionPoolConfigurationInfo': {" POOL "}}}"
#define FUNCTION ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60}}"
#define FAILS(AT, DATABASE) "{'at': '" AT "', 'fault': '" DATABASE "', 'kind': 'failover'}"

/* 20/s for 60 s find nobody; so does the one that was under way, which is lost. */
static void test_plain(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10m', 'Resources': {" STANDBY "}, 'behavior': {'D': {'query': '30ms', 'failover_time': '60s'}}, "
                   "'changes': [" FAILS("300020ms", "D") "], 'traffic': [{'name': 't', 'target': 'D', 'constant': '20/s'}]}");
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "failing over"), 1200);
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "connection lost"), 1);
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 12000 - 1201);
    assert_int_equal(count_of(run, "D", "TransactionsFailed"), 1201);
    assert_int_equal(count_of(run, "D", "Failovers"), 1);
    assert_int_equal(count_of(run, "D", "ConnectionsLost"), 1);
    assert_near(figure(run, "D", "FailoverTime", "Maximum"), 60e3, 1e-9);
    /* The vCPU that it had is free at once: 20/s x 30 ms on two, for nine minutes less 10 ms of it. */
    assert_near(figure(run, "D", "CPUUtilization", "Average"), 100 * (540 * 20 * 0.03 - 0.01 + 0.03 - 0.03) / 1200, 0.01);
}

/* All that wait, connect, work or call are lost, and none of them comes back. */
static void test_under_way(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '2m', 'drain': '1m', 'Resources': {" INSTANCE(
                       "D", "postgres", "db.m5.large", ", 'MultiAZ': true, 'AssociatedRoles': [{'FeatureName': 'Lambda', 'RoleArn': 'r'}]")
                       FUNCTION
              "}, 'behavior': {'F': {'init': '0s', 'duration': '2s'}, 'D': {'query': '1s', 'connect_time': '500ms', 'failover_time': "
              "'10s', 'on_write': [{'invoke': 'F'}]}}, 'changes': [" FAILS(
                  "3400ms", "D") "], 'traffic': [{'name': 't', 'target': 'D', 'constant': '4/s', 'until': '5s'}]}");
    /* Until 3.4 s come 14: of two at once on two vCPUs from 0.5 s on, two have ended their query at 1.5 and two at 2.5 s; their
     * functions would answer at 3.5 s and later. */
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "connection lost"), 14);
    assert_int_equal(fates_of(run, "D", FATE_FAILED, "failing over"), 6);
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 0);
    assert_int_equal(count_of(run, "F", "Invocations"), 4); /* they run on, for nobody */
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 14, 0);
}

#define CALLED(DURATION, TARGET, RESOURCES, CHANGES, TRAFFIC)                                                                              \
    "{'duration': '" DURATION "', 'Resources': {" STANDBY FUNCTION RESOURCES "}, 'behavior': {'D': {'query': '5ms', 'connect_time': "      \
    "'20ms', 'failover_time': '60s'}" TARGET ", 'changes': [" CHANGES "], 'traffic': [" TRAFFIC "]}"
#define DIRECTLY ", 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'D'}, {'wait': '20ms'}]}}"
#define THROUGH                                                                                                                            \
    ", 'X': {'latency': '0s'}, 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'X'}, {'wait': " \
    "'20ms'}]}}"
#define CONSTANT "{'name': 't', 'target': 'F', 'constant': '20/s'}"

/* An environment keeps its connection, and sees that it is gone by the next call, which fails; then it cannot connect, until it can. */
static void test_kept(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLED("10m", DIRECTLY, "", FAILS("300020ms", "D"), CONSTANT));
    assert_int_equal(count_of(run, "D", "ConnectionsLost"), 1);
    assert_int_equal(count_of(run, "D", "StaleConnections"), 1);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 2);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "function error"), 1);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "Runtime.ExitError: no connection"), 1199);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 1, 0);
    /* It is opened anew in the invocation at 360.05 s, before its 25 ms. */
    assert_near(figure(run, "F", "Duration", "Maximum"), 45, 1e-9);
    /* Where nobody calls meanwhile, one call meets the dead connection long afterwards. */
    model_run(run, CALLED("10m", DIRECTLY, "", FAILS("300020ms", "D"),
                          "{'name': 't', 'target': 'F', 'constant': '20/s', 'until': '5m'}, {'name': 'u', 'target': 'F', 'constant': "
                          "'20/s', 'from': '8m'}"));
    assert_int_equal(count_of(run, "F", "Errors"), 1);
    assert_int_equal(count_of(run, "D", "StaleConnections"), 1);
    /* A step that tries again opens a connection for itself. */
    model_run(run, CALLED("10m",
                          ", 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'D', 'retry': "
                          "'standard'}]}}",
                          "", FAILS("300020ms", "D"),
                          "{'name': 't', 'target': 'F', 'constant': '20/s', 'until': '5m'}, {'name': 'u', 'target': 'F', 'constant': "
                          "'20/s', 'from': '8m'}"));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    assert_int_equal(count_of(run, "D", "StaleConnections"), 1);
}

/* Through a proxy clients stay connected, and what they ask waits for 34 % of the time. What was under way is lost all the same. */
static void test_proxy(void **state)
{
    struct model_run *run = *state;
    model_run(run, CALLED("10m", THROUGH, PROXY("DBInstanceIdentifiers", "D", ""), FAILS("300020ms", "D"), CONSTANT));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 12000);
    /* From 300.05 s on, every 50 ms, until 320.42 s, and 20 ms to connect. */
    assert_int_equal(count_of(run, "X", "BorrowsWaited"), 408);
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum"), 20.39e6, 1);
    assert_near(figure(run, "D", "FailoverTime", "Maximum"), 60e3, 1e-9);
    model_run(run, CALLED("10m", THROUGH, PROXY("DBInstanceIdentifiers", "D", ""), FAILS("300002ms", "D"), CONSTANT));
    assert_int_equal(count_of(run, "F", "Errors"), 1);
    assert_int_equal(fates_of(run, "X", FATE_FAILED, "connection lost"), 1);
    /* How much sooner is the scenario's to say: no sooner, and who comes first waits for longer than it may. */
    model_run(run, CALLED("10m", ", 'X': {'latency': '0s', 'failover_reduction': 0}, 'F': {'init': '0s', 'steps': [{'call': 'X'}]}}",
                          PROXY("DBInstanceIdentifiers", "D", "'ConnectionBorrowTimeout': 30"), FAILS("300020ms", "D"), CONSTANT));
    assert_int_equal(fates_of(run, "X", FATE_TIMED_OUT, "Timed-out waiting to acquire database connection"), 600);
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum"), 29.99e6, 1);
    /* All at once, and nobody waits. */
    model_run(run, CALLED("10m", ", 'X': {'latency': '0s', 'failover_reduction': 1}, 'F': {'init': '0s', 'steps': [{'call': 'X'}]}}",
                          PROXY("DBInstanceIdentifiers", "D", ""), FAILS("300020ms", "D"), CONSTANT));
    assert_int_equal(count_of(run, "X", "BorrowsWaited"), 0);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
}

/* Sessions that were pinned have to be pinned anew; connections that were being opened are opened again. */
static void test_pinned(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10m', 'Resources': {" STANDBY FUNCTION PROXY(
                  "DBInstanceIdentifiers", "D",
                  "") "}, 'behavior': {'D': {'query': '1s', 'connect_time': '2s', 'failover_time': '10s', "
                      "'pinning_rate': 1}, 'X': {'latency': '0s'}, 'F': {'init': '0s', 'keep_alive': "
                      "'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'X'}]}}, 'changes': "
                      "[" FAILS("1s", "D") ", " FAILS("100s", "D") "], 'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': 40, "
                                                                   "'every': '200s'}}]}");
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    /* At 4.4 s the proxy is back: 40 are opened again by 6.4 s, two at a time work until 26.4 s. */
    assert_near(figure(run, "F", "Duration", "Maximum"), 26.4e3, 1e-6);
    assert_near(figure(run, "X", "DatabaseConnectionsCurrentlySessionPinned", "Maximum"), 40, 0);
    assert_int_equal(count_of(run, "D", "ConnectionsLost"), 80);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 120);
    assert_int_equal(count_of(run, "D", "Failovers"), 2);
}

#define MEMBER(NAME, CLASS, MORE) INSTANCE(NAME, "aurora-mysql", CLASS, ", 'DBClusterIdentifier': {'Ref': 'C'}" MORE)
#define CLUSTER(MEMBERS, MORE, BEHAVIOR, CHANGES, TRAFFIC)                                                                                 \
    "{'duration': '10m', 'Resources': {'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}, " MEMBERS MORE      \
    "}, 'behavior': {'C': {'query': '5ms', 'failover_time': '30s'}" BEHAVIOR "}, 'changes': [" CHANGES "], 'traffic': [" TRAFFIC "]}"

/* The reader of the lowest tier takes over, of two the larger; the others go on. A failover of an instance is its cluster's. */
static void test_cluster(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        CLUSTER(MEMBER("A", "db.r5.2xlarge", "") ", " MEMBER("B", "db.r5.large", "") ", " MEMBER("E", "db.r5.xlarge", "") ", " MEMBER(
                    "T", "db.r5.4xlarge", ", 'PromotionTier': 2"),
                "", "", FAILS("200020ms", "C") ", " FAILS("400020ms", "E"),
                "{'name': 't', 'target': 'C', 'constant': '10/s'}, {'name': 'b', 'target': 'B', 'constant': '10/s', 'operation': 'read'}"));
    /* A until 200.0 s and while it is down, E from 230.1 s on, then A. */
    assert_int_equal(count_of(run, "A", "Transactions"), 2001 + 300 + 1699);
    assert_int_equal(count_of(run, "A", "TransactionsFailed"), 300);
    assert_int_equal(count_of(run, "E", "Transactions"), 1700 + 300);
    assert_int_equal(count_of(run, "E", "TransactionsFailed"), 300);
    assert_int_equal(count_of(run, "B", "TransactionsFailed"), 0);
    assert_int_equal(count_of(run, "B", "Transactions"), 6000);
    assert_int_equal(count_of(run, "T", "Transactions"), 0);
    assert_int_equal(count_of(run, "C", "Failovers"), 2);
    assert_int_equal(count_of(run, "E", "Failovers"), 0);
    /* A second one while the first is under way has no effect. */
    model_run(run, CLUSTER(MEMBER("A", "db.r5.large", ""), "", "", FAILS("200020ms", "C") ", " FAILS("210s", "A"),
                           "{'name': 't', 'target': 'C', 'constant': '10/s'}"));
    assert_int_equal(count_of(run, "C", "Failovers"), 1);
    assert_int_equal(fates_of(run, "A", FATE_FAILED, "failing over"), 300);
}

/* Connections that are kept by a cluster's name are lost with its writer; a proxy follows to the heir before the endpoint does, and has as
 * many connections as that lets in. */
static void test_cluster_kept(void **state)
{
    struct model_run *run = *state;
    model_run(run, CLUSTER(MEMBER("A", "db.r5.large", "") ", " MEMBER("B", "db.t3.medium", ""), FUNCTION,
                           ", 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'C'}]}",
                           FAILS("200020ms", "C"), "{'name': 't', 'target': 'F', 'constant': '10/s'}"));
    assert_int_equal(count_of(run, "A", "StaleConnections") + count_of(run, "B", "StaleConnections"), 1);
    assert_int_equal(count_of(run, "A", "ConnectionsOpened"), 1);
    assert_int_equal(count_of(run, "B", "ConnectionsOpened"), 1);
    assert_int_equal(count_of(run, "F", "Errors"), 300);
    model_run(run, CLUSTER(MEMBER("A", "db.r5.large", "") ", " MEMBER("B", "db.t3.medium", ""), PROXY("DBClusterIdentifiers", "C", ""),
                           ", 'X': {'latency': '0s'}", FAILS("200020ms", "C"), "{'name': 't', 'target': 'X', 'constant': '10/s'}"));
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 6000);
    assert_int_equal(count_of(run, "A", "Transactions"), 2001);
    assert_int_equal(count_of(run, "B", "Transactions"), 3999);
    /* From 200.1 s to 210.22 s. */
    assert_near(figure(run, "X", "DatabaseConnectionsBorrowLatency", "Maximum"), 10.12e6, 1);
    assert_near(figure(run, "X", "MaxDatabaseConnectionsAllowed", "Average") * 600, 1000 * 200.02 + 90 * 399.98, 1e-3);
}

/* By default as long as the guides say. */
static void test_times(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *resources, *database;
        double least_s, most_s;
    } cases[] = {
        {STANDBY, "D", 60, 120},
        {INSTANCE("D", "postgres", "db.m5.large", ""), "D", 300, 600},
        {"'D': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}, " INSTANCE(
             "A", "aurora-mysql", "db.r5.large", ", 'DBClusterIdentifier': {'Ref': 'D'}"),
         "D", 300, 600},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  "{'duration': '20h', 'drain': '1h', 'period': '1h', 'replications': 5, 'Resources': {%s}, 'changes': [" FAILS(
                      "1h", "D") ", " FAILS("2h", "D") ", " FAILS("3h", "D") ", " FAILS("4h", "D") "], 'traffic': []}",
                  cases[i].resources);
        for (uint32_t k = 0; k < 5; k++) {
            assert_true(figure_of(run, cases[i].database, "FailoverTime", "SampleCount", k) == 4);
            assert_true(figure_of(run, cases[i].database, "FailoverTime", "Minimum", k) >= cases[i].least_s * 1e3);
            assert_true(figure_of(run, cases[i].database, "FailoverTime", "Maximum", k) <= cases[i].most_s * 1e3);
        }
        /* They are drawn: no two alike. */
        assert_true(figure(run, cases[i].database, "FailoverTime", "Minimum") < figure(run, cases[i].database, "FailoverTime", "Maximum"));
    }
    /* With a reader, 30 s at the median and 60 s at the 99th percentile: 4 x 1,000 of them. */
    model_run(
        run,
        "{'duration': '5h', 'period': '1h', 'replications': 1000, 'Resources': {'D': {'Type': 'AWS::RDS::DBCluster', "
        "'Properties': {'Engine': 'aurora-mysql'}}, " INSTANCE("A", "aurora-mysql", "db.r5.large", ", 'DBClusterIdentifier': {'Ref': 'D'}") ", " INSTANCE(
            "B", "aurora-mysql", "db.r5.large",
            ", 'DBClusterIdentifier': {'Ref': 'D'}") "}, 'changes': [" FAILS("1h",
                                                                             "D") ", " FAILS("2h",
                                                                                             "D") ", " FAILS("3h",
                                                                                                             "D") ", " FAILS("4h",
                                                                                                                             "D") "], "
                                                                                                                                  "'traffic"
                                                                                                                                  "': []}");
    double sum = 0;
    for (uint32_t k = 0; k < 1000; k++)
        sum += figure_of(run, "D", "FailoverTime", "Sum", k) / 1e3;
    /* sigma = ln 2 / 2.3263, mean = 30 s x e^(sigma^2 / 2), standard deviation of one = mean x sqrt(e^(sigma^2) - 1). */
    double sigma = log(2) / 2.326347874, mean = 30 * exp(sigma * sigma / 2);
    assert_near(sum / 4000, mean, 4 * mean * sqrt((exp(sigma * sigma) - 1) / 4000));
}

#define SUBSCRIPTION(NAME, MORE) ", '" NAME "': {'Type': 'AWS::RDS::EventSubscription', 'Properties': {'SnsTopicArn': 'T'" MORE "}}"

/* Two events of each failover: on the default bus, and to every subscription for its category and source. */
static void test_news(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10m', 'drain': '10m', 'Resources': {" STANDBY
                   ", 'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': "
                   "'aurora-mysql'}}, " MEMBER("A", "db.r5.large", "") FUNCTION
              ", 'T': {'Type': 'AWS::SNS::Topic'}" SUBSCRIPTION("All", "") SUBSCRIPTION(
                  "Failovers", ", 'EventCategories': ['backup', 'failover']") SUBSCRIPTION("Backups", ", 'EventCategories': 'backup'")
                  SUBSCRIPTION("Clusters", ", 'SourceType': 'db-cluster'") SUBSCRIPTION("Snapshots", ", 'SourceType': 'db-snapshot'")
                      SUBSCRIPTION("One", ", 'SourceType': 'db-instance', 'SourceIds': [{'Ref': 'D'}]")
                          SUBSCRIPTION("Other", ", 'SourceType': 'db-instance', 'SourceIds': ['Z', {'Ref': 'A'}]") SUBSCRIPTION(
                              "Off", ", 'Enabled': false") ", 'R': {'Type': 'AWS::Events::Rule', 'Properties': "
                                                           "{'EventPattern': {'source': ['aws.rds'], 'detail-type': ['RDS DB Cluster "
                                                           "Event'], 'detail': {'EventID': "
                                                           "['RDS-EVENT-0071']}}, 'Targets': [{'Id': 'f', 'Arn': {'Fn::GetAtt': ['F', "
                                                           "'Arn']}}]}}}, 'behavior': {'D': "
                                                           "{'failover_time': '60s'}, 'C': {'failover_time': '30s'}, 'F': {'init': '0s'}}, "
                                                           "'changes': [" FAILS("1m", "D") ", " FAILS("2m", "A") "], 'traffic': []}");
    static const struct {
        const char *name;
        int64_t sent;
    } cases[] = {{"All", 4}, {"Failovers", 4}, {"Backups", 0}, {"Clusters", 2}, {"Snapshots", 0}, {"One", 2}, {"Other", 0}, {"Off", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(count_of(run, cases[i].name, "ItemsReceived"), 4);
        assert_int_equal(count_of(run, cases[i].name, "NoticesDelivered"), cases[i].sent);
        assert_int_equal(count_of(run, cases[i].name, "ItemsFiltered"), 4 - cases[i].sent);
    }
    assert_int_equal(count_of(run, "default", "PutEventsEntriesCount"), 4);
    assert_int_equal(count_of(run, "F", "Invocations"), 1);
}

static void test_mistakes(void **state)
{
    static const struct refusal cases[] = {
        {"'D': {'failover_time': '-1s'}", "must be a time, got \"-1s\""},
        {"'X': {'failover_reduction': 1.5}", "1.5"},
    };
    assert_refused(
        *state, "{'duration': '1s', 'Resources': {" STANDBY PROXY("DBInstanceIdentifiers", "D", "") "}, 'behavior': {%s}, 'traffic': []}",
        cases, sizeof cases / sizeof *cases);
    static const struct refusal subscriptions[] = {{", 'SourceIds': ['D']", "SourceIds need a SourceType"},
                                                   {", 'SourceType': 'instance'", "db-instance"}};
    assert_refused(*state,
                   "{'duration': '1s', 'Resources': {" STANDBY ", 'T': {'Type': 'AWS::SNS::Topic'}, 'S': {'Type': "
                   "'AWS::RDS::EventSubscription', 'Properties': {'SnsTopicArn': 'T'%s}}}}",
                   subscriptions, sizeof subscriptions / sizeof *subscriptions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_plain),   MODEL_TEST(test_under_way),    MODEL_TEST(test_kept),  MODEL_TEST(test_proxy), MODEL_TEST(test_pinned),
        MODEL_TEST(test_cluster), MODEL_TEST(test_cluster_kept), MODEL_TEST(test_times), MODEL_TEST(test_news),  MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
