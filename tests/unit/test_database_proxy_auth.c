/* test_database_proxy_auth.c: what a proxy shows its database: a secret for each connection that it opens, its quota and its failures, one
 * that is not in the scenario, and a failover while it is being read; who is let in where IAM is required. */
#include "model_fixture.h"

/* A database D, its proxy X with the properties PROXY; MORE resources. */
#define RESOURCES(PROXY, MORE)                                                                                                             \
    "'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', 'DBInstanceClass': 'db.m5.24xlarge', "       \
    "'MultiAZ': true}}, 'X': {'Type': 'AWS::RDS::DBProxy', 'Properties': {" PROXY "}}, 'G': {'Type': 'AWS::RDS::DBProxyTargetGroup', "     \
    "'Properties': {'DBProxyName': {'Ref': 'X'}, 'DBInstanceIdentifiers': [{'Ref': 'D'}], 'ConnectionPoolConfigurationInfo': "             \
    "{'MaxIdleConnectionsPercent': 100}}}" MORE "}"
#define SECRET ", 'S': {'Type': 'AWS::SecretsManager::Secret'}"
#define AUTH "'Auth': [{'SecretArn': {'Ref': 'S'}}]"

/* Ten at once open ten connections, 20 ms for the secret, 30 ms to connect, 100 ms of work; ten more find them open. */
static void test_each_connection(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '2m', " RESOURCES(
            AUTH,
            SECRET) ", 'behavior': {'S': {'latency': '20ms'}, 'D': {'query': '100ms', "
                    "'connect_time': '30ms'}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 't', 'target': 'X', 'bursts': {'size': 10, "
                    "'every': '1m'}}]}");
    assert_int_equal(count_of(run, "S", "Calls"), 10);
    assert_int_equal(count_of(run, "X", "SecretsRead"), 10);
    assert_int_equal(count_of(run, "X", "DatabaseConnectionRequests"), 10);
    assert_int_equal(count_of(run, "X", "DatabaseConnectionsSetupSucceeded"), 10);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 150, 1e-9);
    assert_near(figure(run, "t", "ResponseTime", "Minimum"), 100, 1e-9);
    assert_near(billed(run, "S", "SecretsManagerAPIRequest", NULL), 10, 0);
}

/* One that is not here takes as long, and is on the proxy's own bill. */
static void test_outside(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '2m', 'rules': {'base': 'current', 'managed_service_latency': '40ms'}, " RESOURCES(
            "'Auth': [{'SecretArn': 'arn:aws:secretsmanager:us-east-1:1:secret:s'}]",
            "") ", 'behavior': {'D': {'query': "
                "'100ms'}, 'X': {'latency': '0s'}}, 'traffic': [{'name': 't', 'target': 'X', 'bursts': {'size': 10, 'every': '1m'}}]}");
    assert_near(billed(run, "X", "SecretsManagerAPIRequest", NULL), 10, 0);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 140, 1e-9);
}

/* The secret's service is down for 5 s: those who come at 10 s wait for it, and are asked for again each second (rule
 * rds_proxy_retry_s); one call at each of 10, 11, .. 14 s fails, and then ten succeed. */
static void test_down(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '1m', " RESOURCES(
            AUTH,
            SECRET) ", 'behavior': {'S': {'latency': '0s'}, 'D': {'query': '100ms'}, 'X': "
                    "{'latency': '0s'}}, 'traffic': [{'name': 't', 'target': 'X', 'bursts': {'size': 10, 'every': '1h'}, 'from': '10s'}], "
                    "'changes': [{'fault': 'S', 'kind': 'down', 'at': '9.5s', 'for': '5s'}]}");
    assert_int_equal(count_of(run, "S", "Errors"), 5);
    assert_int_equal(count_of(run, "X", "DatabaseConnectionsSetupFailed"), 5);
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 10);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 5100, 1e-9);
}

/* The database fails over while the secret is being read: the connection is gone before it was used, and nobody is told of it. */
static void test_failover_meanwhile(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '2m', " RESOURCES(
            AUTH,
            SECRET) ", 'behavior': {'S': {'latency': '2s'}, 'D': {'query': '100ms', "
                    "'failover_time': '30s'}, 'X': {'latency': '0s', 'failover_reduction': 0.5}}, 'traffic': [{'name': 't', 'target': 'X', "
                    "'bursts': {'size': 10, 'every': '1h'}, 'from': '10s'}], 'changes': [{'fault': 'D', 'kind': 'failover', 'at': "
                    "'11s'}]}");
    assert_int_equal(fates_of(run, "X", FATE_SUCCEEDED, ""), 10);
    assert_int_equal(count_of(run, "S", "Calls"), 20);
    /* Found at 11 s + 15 s; the secret, and the work: 18.1 s after they came. */
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 18100, 1e-9);
}

/* A role that may not read the secret: each that would open a connection fails at once. */
static void test_no_right(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '10s', " RESOURCES(
                       AUTH ", 'RoleArn': {'Fn::GetAtt': ['R', 'Arn']}", SECRET
                       ", 'R': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': "
                       "{'Statement': [{'Effect': 'Allow', 'Principal': {'Service': "
                       "'rds.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}}}") ", 'traffic': "
                                                                                "[{'name': 't', 'target': 'X', 'constant': '1/s'}]}");
    assert_int_equal(fates_of(run, "X", FATE_FAILED, "The credentials couldn't be retrieved"), 10);
    assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), 0);
}

/* Where IAM is required, a function whose role does not allow it is turned away; kept connections cannot be opened either. */
static void test_iam(void **state)
{
    static const char *const connects[] = {"invocation", "init"};
    struct model_run *run = *state;
    for (size_t i = 0; i < 2; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 "{'duration': '10s', %s, 'behavior': {'F': {'steps': [{'call': 'X', 'connect': '%s'}]}, 'N': {'steps': [{'call': 'X', "
                 "'connect': '%s'}]}}, 'traffic': [{'name': 'good', 'target': 'F', 'constant': '1/s'}, {'name': 'bad', 'target': 'N', "
                 "'constant': '1/s'}]}",
                 RESOURCES("'Auth': [{'SecretArn': 'a', 'IAMAuth': 'REQUIRED'}]",
                           ", 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Policies': [{'Statement': [{'Effect': 'Allow', "
                           "'Action': 'rds-db:connect', 'Resource': 'arn:aws:rds-db:us-east-1:123456789012:dbuser:prx-1/*'}]}]}}, 'N': "
                           "{'Type': 'AWS::Serverless::Function', 'Properties': {'Policies': [{'Statement': [{'Effect': 'Allow', 'Action': "
                           "'s3:GetObject', 'Resource': '*'}]}]}}"),
                 connects[i], connects[i]);
        model_run(run, "%s", text);
        assert_int_equal(count_of(run, "good", "Succeeded"), 10);
        assert_int_equal(count_of(run, "bad", "Succeeded"), 0);
        assert_int_equal(count_of(run, "X", "QueryRequests"), 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_each_connection),    MODEL_TEST(test_outside),  MODEL_TEST(test_down),
        MODEL_TEST(test_failover_meanwhile), MODEL_TEST(test_no_right), MODEL_TEST(test_iam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
