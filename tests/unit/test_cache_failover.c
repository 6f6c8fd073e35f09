/* test_cache_failover.c: a cache's node fails: what is still known afterwards, which shard is concerned, and who reads meanwhile. */
#include "model_fixture.h"

#define GROUP(PROPERTIES)                                                                                                                  \
    "'Resources': {'C': {'Type': 'AWS::ElastiCache::ReplicationGroup', 'Properties': {'CacheNodeType': 'cache.m7g.large'" PROPERTIES "}}}"
#define PAIR ", 'NumCacheClusters': 2, 'AutomaticFailoverEnabled': true"
#define TRAFFIC                                                                                                                            \
    "'traffic': [{'name': 'w', 'target': 'C', 'operation': 'SET', 'key': 'a', 'constant': '1/s', 'until': '3s'}, {'name': 'r', 'target': " \
    "'C', 'operation': 'GET', 'key': 'a', 'constant': '1/s', 'from': '10.5s', 'until': '40.5s'}]"
#define FAILURE "'changes': [{'at': '20s', 'fault': 'C', 'kind': 'failover'}]"

/* Thirty reads, of 10.5 s to 39.5 s: ten before the failure at 20 s, five in its five seconds, and the rest. */
static void test_replica(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', " GROUP(PAIR) ", 'behavior': {'C': {'failover_time': '5s'}}, " TRAFFIC ", " FAILURE "}");
    assert_int_equal(count_of(run, "C", "CacheHits"), 25);
    assert_int_equal(count_of(run, "C", "CacheMisses"), 0);
    assert_int_equal(fates_of(run, "C", FATE_FAILED, "the node has failed"), 5);
    assert_int_equal(count_of(run, "C", "Failovers"), 1);
    assert_near(figure(run, "C", "CurrItems", "Maximum"), 1, 0);
    /* The other node goes on answering reads, where they go to both. */
    model_run(run, "{'duration': '1m', " GROUP(PAIR) ", 'behavior': {'C': {'failover_time': '5s', 'read_from_replicas': true}}, " TRAFFIC
                                                     ", " FAILURE "}");
    assert_int_equal(count_of(run, "C", "CacheHits"), 30);
    /* By the rules: 5 to 15 s with a replica that takes over, 3 to 6 min without one. */
    model_run(run, "{'duration': '1m', " GROUP(PAIR) ", " TRAFFIC ", " FAILURE "}");
    assert_true(figure(run, "C", "FailoverTime", "Average") >= 5e3 && figure(run, "C", "FailoverTime", "Average") <= 15e3);
    model_run(run, "{'duration': '1m', " GROUP(", 'NumCacheClusters': 2") ", " TRAFFIC ", " FAILURE "}");
    assert_true(figure(run, "C", "FailoverTime", "Average") >= 180e3 && figure(run, "C", "FailoverTime", "Average") <= 360e3);
}

/* Alone it comes back empty. */
static void test_alone(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', " GROUP("") ", 'behavior': {'C': {'failover_time': '5s'}}, " TRAFFIC ", " FAILURE "}");
    assert_int_equal(count_of(run, "C", "CacheHits"), 10);
    assert_int_equal(count_of(run, "C", "CacheMisses"), 15);
    assert_near(figure(run, "C", "CurrItems", "Minimum"), 0, 0);
    assert_near(figure(run, "C", "BytesUsedForCache", "Minimum"), 0, 0);
}

/* Of Memcached's eight nodes one fails: of 400 keys, each of which was written about a hundred times, those are gone that were its. By the
 * binomial law an eighth, 50, of which four standard errors are 27. */
static void test_one_of_many(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              "{'duration': '1m', 'warmup': '45s', 'Resources': {'C': {'Type': 'AWS::ElastiCache::CacheCluster', 'Properties': {'Engine': "
              "'memcached', 'CacheNodeType': 'cache.m7g.large', 'NumCacheNodes': 8}}}, 'traffic': [{'name': 'w', 'target': 'C', "
              "'operation': 'SET', 'key': {'uniform': 400}, 'constant': '1000/s', 'until': '40s'}], 'changes': [{'at': '50s', 'fault': "
              "'C', 'kind': 'failover', 'shard': 3}]}");
    assert_near(figure(run, "C", "CurrItems", "Maximum"), 400, 0);
    assert_near(figure(run, "C", "CurrItems", "Minimum"), 350, 27);
}

/* Environments that keep a connection see by their next command that it is gone, and have another with the next. */
static void test_kept(void **state)
{
    struct model_run *run = *state;
    model_run(run, "{'duration': '1m', 'Resources': {'C': {'Type': 'AWS::ElastiCache::ReplicationGroup', 'Properties': {'CacheNodeType': "
                   "'cache.m7g.large'" PAIR "}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {}}}, 'behavior': {'C': "
                   "{'failover_time': '5s'}, 'F': {'init': '0s', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': "
                   "'C', 'op': 'GET', 'key': 'a', 'connect': 'init'}]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}], "
                   "'changes': [{'at': '20.5s', 'fault': 'C', 'kind': 'failover'}]}");
    assert_int_equal(count_of(run, "C", "ConnectionsLost"), 1);
    assert_int_equal(count_of(run, "C", "NewConnections"), 2);
    assert_int_equal(fates_of(run, "C", FATE_FAILED, "connection lost"), 1);
    assert_int_equal(fates_of(run, "C", FATE_FAILED, "the node has failed"), 4);
    assert_int_equal(count_of(run, "t", "Failed"), 5);
    assert_near(figure(run, "C", "CurrConnections", "Maximum"), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_replica), MODEL_TEST(test_alone), MODEL_TEST(test_one_of_many),
                                       MODEL_TEST(test_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
