/* test_database_global.c: clusters of several Regions: how many writes are on their way, and so lost with a Region, against M/G/infinity;
 * two secondaries; connections that are kept across a switchover; what is refused. */
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

#define CLUSTER(NAME, PROPERTIES)                                                                                                          \
    "'" NAME "': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'" PROPERTIES "}}, '" NAME                          \
    "Db': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBClusterIdentifier': {'Ref': '" NAME "'}, 'DBInstanceClass': "                 \
    "'db.r5.4xlarge'}}"
#define MEMBER(NAME) CLUSTER(NAME, ", 'GlobalClusterIdentifier': 'g'")
#define GLOBAL "'G': {'Type': 'AWS::RDS::GlobalCluster', 'Properties': {'GlobalClusterIdentifier': 'g'}}, "

/* Writes come as by Poisson's law, and each is on its way for a time of its own: at any instant the number of them is of Poisson's law too,
 * with the mean rate x lag, whatever the law of the lag (M/G/infinity). */
static void test_lost(void **state)
{
    struct model_run *run = *state;
    double lost[40], lag[40], all = 0;
    model_run(run, "{'duration': '20s', 'replications': 40, 'Resources': {" GLOBAL MEMBER("A") ", " MEMBER(
                       "B") "}, 'behavior': {'G': {'replication_lag': {'exponential': '400ms'}, 'failover_time': '5s'}, 'A': {'query': "
                            "'1ms'}, 'B': {'query': '1ms'}}, 'traffic': [{'name': 't', 'target': 'A', 'poisson': '50/s', 'until': '10s'}], "
                            "'changes': [{'at': '10s', 'fault': 'G', 'kind': 'failover'}]}");
    for (uint32_t i = 0; i < 40; i++) {
        lost[i] = figure_of(run, "G", "WritesLost", "Sum", i);
        all += lost[i];
        lag[i] = figure_of(run, "B", "AuroraGlobalDBReplicationLag", "Average", i);
    }
    check_student("writes lost", lost, 40, 20, 1e-3);
    check_student("lag", lag, 40, 400, 1e-3);
    assert_near((double)fates_of(run, "G/B", FATE_DROPPED, "lost with the primary's Region"), all, 0);
}

/* Of two secondaries both get each write; the one that takes over replicates to the other and to the former primary, and each of them is
 * billed for the operations that are sent to it (rule aurora_global_write_ios: 2). */
static void test_three(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '20s', 'drain': '5s', 'Resources': {" GLOBAL MEMBER("A") ", " MEMBER("B") ", " MEMBER(
                       "C") "}, 'behavior': {'G': {'replication_lag': '250ms', 'switchover_time': '100ms'}, 'A': {'query': '1ms'}, 'B': "
                            "{'query': '1ms'}, 'C': {'query': '1ms'}}, 'traffic': [{'name': 't', 'target': 'G', 'constant': '10/s'}], "
                            "'changes': [{'at': '10.05s', 'SwitchoverGlobalCluster': 'G', 'TargetDbClusterIdentifier': 'C'}]}");
    /* The last write before is at 10 s, and arrives at 10.251 s: the switchover waits for it, and three of the writes find nobody. */
    assert_near(figure(run, "G", "FailoverTime", "Maximum"), 201, 1e-9);
    assert_int_equal(count_of(run, "t", "Failed"), 2);
    assert_int_equal(fates_of(run, "ADb", FATE_SUCCEEDED, ""), 101);
    assert_int_equal(fates_of(run, "CDb", FATE_SUCCEEDED, ""), 97);
    assert_int_equal(fates_of(run, "G/A", FATE_SUCCEEDED, ""), 97);
    assert_int_equal(fates_of(run, "G/B", FATE_SUCCEEDED, ""), 198);
    assert_int_equal(fates_of(run, "G/C", FATE_SUCCEEDED, ""), 101);
    assert_near(billed(run, "B", "Aurora:GlobalReplicatedWriteIO", NULL), 396, 0);
    assert_int_equal(count_of(run, "G", "WritesLost"), 0);
}

/* Environments that keep a connection to the global endpoint lose it with the switchover, and open one to the new primary. */
static void test_kept(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'Resources': {" GLOBAL MEMBER("A") ", " MEMBER(
                       "B") ", 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {}}}, 'behavior': {'G': {'switchover_time': '5s'}, "
                            "'A': {'query': '1ms'}, 'B': {'query': '1ms'}, 'F': {'init': '0s', 'placement': '0s', 'keep_alive': 'forever', "
                            "'max_lifetime': 'forever', 'steps': [{'call': 'G', 'connect': 'init'}]}}, 'traffic': [{'name': 't', 'target': "
                            "'F', 'constant': '1/s'}], 'changes': [{'at': '20.5s', 'SwitchoverGlobalCluster': 'G'}]}");
    assert_int_equal(count_of(run, "ADb", "ConnectionsOpened"), 1);
    assert_int_equal(count_of(run, "ADb", "ConnectionsLost"), 1);
    assert_int_equal(count_of(run, "BDb", "ConnectionsOpened"), 1);
    assert_near(figure(run, "BDb", "DatabaseConnections", "Maximum"), 1, 0);
    /* At 21 s it sees that it is gone; at 22 to 25 s it finds nobody; from 26 s on all is well. */
    assert_int_equal(count_of(run, "t", "Failed"), 5);
}

/* A secondary that does not hand writes on refuses them. */
static void test_secondary(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10s', 'Resources': {" GLOBAL MEMBER("A") ", " MEMBER(
                       "B") "}, 'traffic': [{'name': 'w', 'target': 'B', 'operation': 'write', 'constant': '1/s'}, {'name': 'r', 'target': "
                            "'B', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "BDb", FATE_FAILED, "read-only"), 10);
    assert_int_equal(count_of(run, "r", "Failed"), 0);
    assert_int_equal(count_of(run, "BDb", "StaleReads"), 0); /* nothing was written */
}

static void test_mistakes(void **state)
{
    /* crosses: aurora_global_secondaries_max */
    static const struct refusal clusters[] = {
        {MEMBER("A") ", " MEMBER("B") ", " MEMBER("C") ", " MEMBER("D") ", " MEMBER("E") ", " MEMBER("F") ", " MEMBER("H") ", " MEMBER(
             "I") ", " MEMBER("J") ", " MEMBER("K") ", " MEMBER("L") ", " MEMBER("M"),
         "at most 10 secondary clusters, and these are 11"},
        {CLUSTER("A", ""), "a global database needs a primary cluster"},
        {CLUSTER("A", ", 'GlobalClusterIdentifier': 'other'"), "there is no global database \"other\""},
    };
    assert_refused(*state, "{'duration': '1s', 'Resources': {" GLOBAL "%s}}", clusters, sizeof clusters / sizeof *clusters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_lost), MODEL_TEST(test_three), MODEL_TEST(test_kept), MODEL_TEST(test_secondary),
                                       MODEL_TEST(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
