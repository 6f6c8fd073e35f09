/* test_database_cluster.c: Multi-AZ DB clusters: three instances that come by themselves, commits that wait for a reader, a failover, what
 * is billed and refused. */
#include "model_fixture.h"
#include "refusals.h"
#include "statistics_bounds.h"

#define CLUSTER(PROPERTIES) "'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'mysql'" PROPERTIES "}}"
#define CLASS ", 'DBClusterInstanceClass': 'db.r6gd.xlarge'"

/* Reads do not wait for a reader, writes do: the mean of the rule rds_cluster_commit, which is uniform from 1 to 2 ms, lies on 1.5 ms. */
static void test_commit(void **state)
{
    struct model_run *run = *state;
    double means[8];
    model_run(run,
              "{'duration': '2m', 'replications': 8, 'Resources': {" CLUSTER(
                  CLASS) "}, 'behavior': {'C': {'query': '1ms'}}, 'traffic': [{'name': 'w', 'target': 'C', 'operation': 'write', "
                         "'constant': '10/s'}, {'name': 'r', 'target': 'C', 'operation': 'read', 'constant': '10/s', 'from': '50ms'}]}");
    for (uint32_t i = 0; i < 8; i++)
        means[i] = figure_of(run, "w", "ResponseTime", "Average", i);
    check_student("write", means, 8, 2.5, 1e-3);
    assert_near(figure(run, "r", "ResponseTime", "Maximum"), 1, 1e-9);
    assert_true(figure(run, "w", "ResponseTime", "Minimum") >= 2 && figure(run, "w", "ResponseTime", "Maximum") <= 3);
}

/* What waits for a reader when the writer fails is lost, and the vCPUs are not held meanwhile: of 100 writes at once on four vCPUs, 1 ms
 * each, all wait together for a second, within which the writer fails. */
static void test_failover(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '2m', 'Resources': {" CLUSTER(
                       CLASS) "}, 'behavior': {'C': {'query': '1ms', 'commit_latency': '1s', 'failover_time': '25s'}}, 'traffic': "
                              "[{'name': 'w', 'target': 'C', 'operation': 'write', 'bursts': {'size': 100, 'every': '1m'}}], 'changes': "
                              "[{'at': '500ms', 'fault': 'C', 'kind': 'failover'}]}");
    assert_int_equal(fates_of(run, "CInstance1", FATE_FAILED, "connection lost"), 100);
    assert_int_equal(fates_of(run, "CInstance2", FATE_SUCCEEDED, ""), 100);
    assert_near(figure(run, "w", "ResponseTime", "Maximum"), 1025, 1e-9);
    assert_near(figure(run, "C", "FailoverTime", "Maximum"), 25000, 1e-9);
}

/* A class with a disk is billed as the one without: two db.r6g.large for an xlarge; storage and its operations three times. */
static void test_bill(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '73h', 'Resources': {" CLUSTER(CLASS ", 'AllocatedStorage': 200, 'StorageType': 'io1', 'Iops': 3000") "}}");
    assert_near(billed(run, "C", "RDS:PIOPS-Storage", NULL), 60, 1e-9); /* a tenth of a month */
    assert_near(billed(run, "C", "RDS:PIOPS", NULL), 900, 1e-9);
    assert_near(billed(run, "CInstance3", "InstanceUsage:db.r6g.large:mysql", NULL), 146, 1e-9);
    model_run(run, "{'duration': '73h', 'Resources': {" CLUSTER(CLASS ", 'AllocatedStorage': 200") "}}");
    assert_near(billed(run, "C", "RDS:GP3-Storage", NULL), 60, 1e-9);
}

static void test_mistakes(void **state)
{
    /* crosses: rds_iops_max */
    static const struct refusal clusters[] = {
        {CLUSTER(CLASS ", 'StorageType': 'io2', 'Iops': 256001"), "must be between 0 and 256000"},
        {CLUSTER(", 'DBClusterInstanceClass': 'db.r6g.xlarge'"), "is of a class with a disk of its own"},
        {CLUSTER(""), "a Multi-AZ DB cluster says the class of its instances"},
        {CLUSTER(CLASS ", 'StorageType': 'aurora-iopt1'"), "only Aurora's clusters have such storage"},
        {CLUSTER(CLASS ", 'ServerlessV2ScalingConfiguration': {'MinCapacity': 1, 'MaxCapacity': 2}"),
         "only Aurora's instances are serverless"},
        {CLUSTER(CLASS) ", 'CInstance2': {'Type': 'AWS::SQS::Queue'}", "CInstance2 is what one of its own is called"},
        {CLUSTER(CLASS) ", 'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'DBInstanceClass': 'db.r6gd.xlarge', "
                        "'DBClusterIdentifier': {'Ref': 'C'}}}",
         "which come by themselves"},
        {"'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'mariadb'" CLASS "}}", "is of no engine mariadb"},
        {"'C': {'Type': 'AWS::RDS::DBCluster', 'Properties': {'Engine': 'aurora-mysql'" CLASS "}}", "resources of their own"},
    };
    assert_refused(*state, "{'duration': '1s', 'Resources': {%s}}", clusters, sizeof clusters / sizeof *clusters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_commit), MODEL_TEST(test_failover), MODEL_TEST(test_bill),
                                       MODEL_TEST(test_mistakes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
