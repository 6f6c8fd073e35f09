/* test_database_readers.c: a cluster's readers and its reader endpoint, read replicas, how far behind they are, and what they refuse. */
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

#define MEMBER(NAME)                                                                                                                       \
    ", '" NAME "': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r5.large', 'DBClusterIdentifier': {'Ref': "      \
    "'C'}}}"
#define CLUSTER "'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'}}" MEMBER("A") MEMBER("B") MEMBER("E")
#define REPLICATED                                                                                                                         \
    "'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'mysql', 'DBInstanceClass': 'db.m5.large', 'MultiAZ': true}}, 'R': "   \
    "{'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.m5.large', 'SourceDBInstanceIdentifier': {'Ref': 'D'}}}"

/* Reads go to a reader each, at random; writes to the writer. */
static void test_endpoint(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10m', 'Resources': {" CLUSTER "}, 'behavior': {'C': {'query': '1ms', 'reads_from': 'readers'}}, 'traffic': "
              "[{'name': 'r', 'target': 'C', 'constant': '20/s', 'operation': 'read'}, {'name': 'w', 'target': 'C', 'constant': "
              "'5/s'}]}");
    assert_int_equal(count_of(run, "A", "Transactions"), 3000);
    assert_int_equal(count_of(run, "B", "Transactions") + count_of(run, "E", "Transactions"), 12000);
    double b = (double)count_of(run, "B", "Transactions");
    check_tails("a reader's share", gsl_cdf_binomial_P((unsigned)b, 0.5, 12000), gsl_cdf_binomial_Q((unsigned)b - 1, 0.5, 12000), 1e-4);
    assert_near(figure(run, "B", "AuroraReplicaLag", "SampleCount") + figure(run, "E", "AuroraReplicaLag", "SampleCount"), 12000, 0);
    /* A lognormal of which half is below 20 ms: of 6,000 the median's standard error is 0.36 ms (sigma 0.69, 1.2533 x 20 x 0.69 / 77). */
    assert_true(figure(run, "B", "AuroraReplicaLag", "p50") > 18 && figure(run, "B", "AuroraReplicaLag", "p50") < 22);
    /* By the cluster's endpoint all go to the writer. */
    model_run(run, "{'duration': '1m', 'Resources': {" CLUSTER "}, 'traffic': [{'name': 'r', 'target': 'C', 'constant': '20/s', "
                   "'operation': 'read'}]}");
    assert_int_equal(count_of(run, "A", "Transactions"), 1200);
}

/* Something was written within the lag: of a Poisson process with probability 1 - e^(-rate x lag). */
static void test_stale(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '20m', 'replications': 8, 'Resources': {" REPLICATED "}, 'behavior': {'D': {'query': '0s'}, 'R': {'query': "
              "'0s', 'replication_lag': '50ms'}}, 'traffic': [{'name': 'w', 'target': 'D', 'poisson': '10/s'}, {'name': 'r', 'target': "
              "'R', 'poisson': '10/s', 'operation': 'SELECT'}]}");
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < 8; i++) {
        double share = figure_of(run, "R", "StaleReads", "Sum", i) / figure_of(run, "R", "Transactions", "Sum", i);
        sum += share;
        squares += share * share;
    }
    double t = (sum / 8 - (1 - exp(-0.5))) / sqrt((squares - sum * sum / 8) / 7 / 8);
    check_tails("stale", gsl_cdf_tdist_P(t, 7), gsl_cdf_tdist_Q(t, 7), 1e-3);
    assert_near(figure(run, "R", "ReplicaLag", "Maximum"), 0.05, 1e-12);
    assert_int_equal(count_of(run, "D", "StaleReads"), 0);
}

/* Who keeps connections keeps one to the writer, and one to a reader; both are lost with the reader that takes over, those to the other are
 * not. */
static void test_kept(void **state)
{
    struct model_run *run = *state;
#define KEPT(MORE)                                                                                                                         \
    "{'duration': '10m', 'Resources': {" CLUSTER ", 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {}}}, 'behavior': {'C': "         \
    "{'query': '1ms', 'reads_from': 'readers', 'failover_time': '30s'}, 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': "     \
    "'forever', 'steps': [{'call': 'C', 'op': 'read'}, {'call': 'C', 'op': 'read'}, {'call': 'C', 'op': 'write'}, {'wait': '1s'}]}}"       \
    ", " MORE "'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': 40, 'every': '1m'}}]}"
    model_run(run, KEPT(""));
    assert_near(figure(run, "A", "DatabaseConnections", "Maximum"), 40, 0);
    assert_near(figure(run, "B", "DatabaseConnections", "Maximum") + figure(run, "E", "DatabaseConnections", "Maximum"), 40, 0);
    assert_true(figure(run, "B", "DatabaseConnections", "Maximum") > 5);
    assert_int_equal(count_of(run, "A", "Transactions"), 400);
    assert_int_equal(count_of(run, "A", "ConnectionsOpened"), 40);
    assert_int_equal(count_of(run, "B", "Transactions") % 20, 0); /* each client has one reader */
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    /* B takes over at 90 s. Its clients fail with their first read at 120 s, those of E with their write: 40 in all, once. */
    model_run(run, KEPT("'changes': [{'at': '90s', 'fault': 'C', 'kind': 'failover'}], "));
    assert_int_equal(count_of(run, "F", "Errors"), 40);
    assert_int_equal(count_of(run, "E", "ConnectionsLost"), 0);
    assert_int_equal(count_of(run, "A", "ConnectionsLost"), 40);
    assert_int_equal(count_of(run, "B", "StaleConnections"), 40);
    assert_int_equal(count_of(run, "B", "WritesRefused"), 0);
}

/* While the cluster fails over, readers that do not take over go on. */
static void test_failover(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10m', 'Resources': {" CLUSTER "}, 'behavior': {'C': {'query': '0s', 'reads_from': 'readers', "
                   "'failover_time': '60s'}}, 'changes': [{'at': '300020ms', 'fault': 'C', 'kind': 'failover'}], 'traffic': [{'name': 'r', "
                   "'target': 'C', 'constant': '20/s', 'operation': 'read'}, {'name': 'w', 'target': 'C', 'constant': '20/s'}]}");
    assert_near(figure(run, "r", "Failed", "Sum"), 0, 0);
    assert_near(figure(run, "w", "Failed", "Sum"), 1200, 0);
}

/* A reader writes nothing; a replica is its own, and billed so. */
static void test_read_only(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '10m', 'Resources': {" CLUSTER "}, 'traffic': [{'name': 'r', 'target': 'B', 'constant': '1/s', 'operation': "
              "'read'}, {'name': 'w', 'target': 'B', 'constant': '2/s', 'operation': 'INSERT'}]}");
    assert_int_equal(fates_of(run, "B", FATE_FAILED, "read-only"), 1200);
    assert_int_equal(count_of(run, "B", "WritesRefused"), 1200);
    assert_int_equal(fates_of(run, "B", FATE_SUCCEEDED, ""), 600);
    model_run(run,
              "{'duration': '10h', 'Resources': {" REPLICATED "}, 'behavior': {'D': {'failover_time': '1h'}}, 'changes': [{'at': '1h', "
              "'fault': 'D', 'kind': 'failover'}], 'traffic': [{'name': 'r', 'target': 'R', 'constant': '1/s', 'operation': 'read'}]}");
    assert_int_equal(fates_of(run, "R", FATE_SUCCEEDED, ""), 36000);
    assert_near(billed(run, "R", "InstanceUsage:db.m5.large:mysql", NULL), 10, 1e-9);
}

static void test_mistakes(void **state)
{
    static const struct refusal cases[] = {
        {REPLICATED "}, 'traffic': [{'name': 't', 'target': 'R', 'constant': '1/s', 'operation': 'write'}]",
         "a read replica takes reads alone"},
        {CLUSTER ", 'R': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'aurora-mysql', 'DBInstanceClass': 'db.r5.large', "
                 "'SourceDBInstanceIdentifier': 'A'}}}, 'traffic': []",
         "an instance of a cluster is no read replica"},
        {"'R': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r5.large', 'SourceDBInstanceIdentifier': 'R'}}}, "
         "'traffic': []",
         "R is the replica itself"},
        {REPLICATED ", 'S': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r5.large', 'Engine': 'postgres', "
                    "'SourceDBInstanceIdentifier': 'D'}}}, 'traffic': []",
         "its source D is of engine mysql"},
        {REPLICATED ", 'S': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r5.large', "
                    "'SourceDBInstanceIdentifier': 'R'}}}, 'traffic': []",
         "R is a read replica itself: not modelled yet"},
        {"'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r5.large'}}}, 'traffic': []",
         "\"Engine\" is missing"},
        {"'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {}}" MEMBER("A") "}, 'traffic': []", "\"Engine\" is missing"},
    };
    assert_refused(*state, "{'duration': '1s', 'Resources': {%s}", cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_endpoint), MODEL_TEST(test_stale),     MODEL_TEST(test_kept),
        MODEL_TEST(test_failover), MODEL_TEST(test_read_only), MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
