/* test_reach.c: what a function does not reach: a private database from outside of the VPC, by calls and by connections that INIT opens; a
 * bucket that INIT reads, from a subnet that leads nowhere; and connections that take longer than INIT may. */
#include "network_fixture.h"

#define PRIVATE                                                                                                                            \
    "'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', 'DBInstanceClass': 'db.m5.large', "                        \
    "'PubliclyAccessible': false}}, "
#define OUTSIDE(TIMEOUT) "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': " TIMEOUT "}}"
#define ONE_CALL ", 'traffic': [{'name': 't', 'target': 'F', 'bursts': {'size': 1, 'every': '1h'}}]}"

/* Packets are sent again for 127 s (rules tcp_first_wait_s, tcp_syn_retries), or until the handler is stopped, or gives up. */
static void test_calls(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '10m', 'Resources': {" PRIVATE OUTSIDE(
                       "3") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'D', 'connect': 'invocation'}]}}" ONE_CALL);
    assert_int_equal(count_of(run, "D", "Transactions"), 0);
    assert_int_equal(count_of(run, "F", "Timeouts"), 1);
    assert_near(figure(run, "F", "Duration", "Maximum"), 3000, 0);
    assert_int_equal(fates_of(run, "F/unreachable", FATE_DROPPED, "the caller gave up"), 1);
    model_run(run, "{'duration': '1m', 'drain': '10m', 'Resources': {" PRIVATE OUTSIDE(
                       "300") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'D', 'connect': 'invocation'}]}}" ONE_CALL);
    assert_near(figure(run, "F", "Duration", "Maximum"), 127000, 0);
    assert_int_equal(fates_of(run, "F/unreachable", FATE_TIMED_OUT, "connection timed out"), 1);
    model_run(run, "{'duration': '1m', 'drain': '10m', 'Resources': {" PRIVATE OUTSIDE(
                       "300") "}, 'behavior': {'F': {'init': '0s', 'steps': [{'call': 'D', 'connect': 'invocation', 'timeout': '5s', "
                              "'on_error': 'continue'}, {'wait': '1s'}]}}" ONE_CALL);
    assert_near(figure(run, "F", "Duration", "Maximum"), 6000, 0);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 1);
}

/* INIT is stopped after 10 s (rule init_timeout_s) and done again within the invocation, which is stopped too. */
static void test_init(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '10m', 'Resources': {" PRIVATE OUTSIDE(
                       "3") "}, 'behavior': {'F': {'init': '0s', 'placement': '0s', 'steps': [{'call': 'D'}]}}" ONE_CALL);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 10000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 3000, 0);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 13000, 0);
    assert_int_equal(count_of(run, "F", "Timeouts"), 1);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 0);
    /* With time enough it is told that the connection timed out: 10 s and 127 s. */
    model_run(run, "{'duration': '1m', 'drain': '10m', 'Resources': {" PRIVATE OUTSIDE(
                       "300") "}, 'behavior': {'F': {'init': '0s', 'placement': '0s', 'steps': [{'call': 'D'}]}}" ONE_CALL);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 137000, 0);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "Runtime.ExitError: no connection"), 1);
}

/* A connection that takes 12 s: INIT of 10 s in vain, then 12 s within the invocation, and the query. */
static void test_slow_connection(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'drain': '1m', 'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': "
                   "'postgres', 'DBInstanceClass': 'db.m5.large'}}, " OUTSIDE(
                       "30") "}, 'behavior': {'D': {'query': '5ms', 'connect_time': '12s'}, 'F': {'init': '0s', 'placement': '0s', "
                             "'steps': [{'call': 'D'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/m'}]}");
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 10000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 12005, 1e-9);
    assert_near(figure(run, "t", "ResponseTime", "Maximum"), 22005, 1e-9);
    /* Eight seconds are within INIT. */
    model_run(run, "{'duration': '1m', 'drain': '1m', 'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': "
                   "'postgres', 'DBInstanceClass': 'db.m5.large'}}, " OUTSIDE(
                       "30") "}, 'behavior': {'D': {'query': '5ms', 'connect_time': '8s'}, 'F': {'init': '0s', 'placement': '0s', "
                             "'steps': [{'call': 'D'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/m'}]}");
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 8000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 5, 1e-9);
}

/* INIT reads a bucket: from a private subnet through NAT, or in vain. */
static void test_init_steps(void **state)
{
    static const char *const ways[] = {NAT(""), ""};
    struct model_run *run = *state;
    for (size_t i = 0; i < 2; i++) {
        model_run(run,
                  "{'duration': '1m', 'drain': '5m', 'Resources': {" NETWORK("10.0.1.0/24") "%s 'B': {'Type': 'AWS::S3::Bucket'}, " INSIDE(
                      "F", "sg-1", ", 'Timeout': 20") "}, 'behavior': {'B': {'latency': "
                                                      "'20ms'}, 'F': {'init': '0s', "
                                                      "'placement': '0s', 'duration': "
                                                      "'5ms', 'init_steps': [{'call': "
                                                      "'B', 'op': 'GetObject', 'size': "
                                                      "'1B', 'key': 'k'}]}}" ONE_CALL,
                  ways[i]);
        assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), i == 0);
        assert_near(figure(run, "F", "InitDuration", "Maximum"), i == 0 ? 20 : 10000, 1);
        assert_near(figure(run, "F", "Duration", "Maximum"), i == 0 ? 5 : 20000, 1e-9);
    }
}

/* A database that fails over takes its connection; what is mounted stays mounted. */
static void test_mount_stays(void **state)
{
    struct model_run *run = *state;
    model_run(
        run,
        "{'duration': '2m', 'Resources': {" NETWORK(
            "10.0.1.0/24") "'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': "
                           "'postgres', 'DBInstanceClass': 'db.m5.large', 'MultiAZ': true}}, "
                           "'Files': {'Type': 'AWS::EFS::FileSystem'}, 'Target': {'Type': "
                           "'AWS::EFS::MountTarget', 'Properties': {'FileSystemId': {'Ref': "
                           "'Files'}, 'SubnetId': {'Ref': 'Private'}, 'SecurityGroups': "
                           "['sg-2']}}, 'Access': {'Type': 'AWS::EFS::AccessPoint', "
                           "'Properties': {'FileSystemId': {'Ref': 'Files'}}}, " INSIDE(
                               "F", "sg-1",
                               ", 'FileSystemConfigs': [{'Arn': {'Fn::GetAtt': ['Access', "
                               "'Arn']}, 'LocalMountPath': '/mnt/a'}], 'Timeout': 30") "}, "
                                                                                       "'behavior': {'D': {'query': '5ms', 'connect_time': "
                                                                                       "'40ms', 'failover_time': '10s'}, 'Files': "
                                                                                       "{'mount_time': '300ms'}, 'F': "
                                                                                       "{'init': '0s', 'placement': '0s', 'keep_alive': "
                                                                                       "'forever', 'max_lifetime': 'forever', 'steps': "
                                                                                       "[{'call': 'D'}]}}, 'traffic': "
                                                                                       "[{'name': 't', 'target': 'F', 'constant': '1/s'}], "
                                                                                       "'changes': [{'at': '30.5s', 'fault': 'D', 'kind': "
                                                                                       "'failover'}]}");
    assert_int_equal(count_of(run, "Files", "ConnectionsOpened"), 1);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 2);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 340, 1e-9);
    assert_near(figure(run, "F", "Duration", "Maximum"), 45, 1e-9); /* without the mount */
    assert_near(figure(run, "Files", "ClientConnections", "Maximum"), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_calls), MODEL_TEST(test_init), MODEL_TEST(test_slow_connection),
                                       MODEL_TEST(test_init_steps), MODEL_TEST(test_mount_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
