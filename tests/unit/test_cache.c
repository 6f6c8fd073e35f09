/* test_cache.c: AWS::ElastiCache: lazy loading and write-through, time to live, room and what makes it, the engine's line, connections,
 * and what it costs. */
#include "model_fixture.h"

#define GROUP(MORE) "'Type': 'AWS::ElastiCache::ReplicationGroup', 'Properties': {'CacheNodeType': 'cache.m6g.large'" MORE "}"
/* A function F whose steps are STEPS, a cache C, a table T. */
#define CACHED(SETTINGS, CACHE, MORE, BEHAVIOR, STEPS, TRAFFIC)                                                                            \
    "{" SETTINGS ", 'Resources': {" MORE "'C': {" CACHE "}, 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': "          \
    "'PAY_PER_REQUEST'}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}}, 'behavior': {'T': {'latency': "      \
    "'5ms'}, 'C': {'latency': '1ms'" BEHAVIOR "}, 'F': {'init': '0s', 'max_lifetime': 'forever', 'steps': [" STEPS                         \
    "]}}, 'traffic': [" TRAFFIC "]}"
#define EACH_SECOND "{'name': 'c', 'target': 'F', 'constant': '1/s'}"
#define STEP(OP, MORE) "{'call': 'T', 'op': '" OP "', 'size': '1KB', 'cache': 'C', " MORE "}"
#define LRU "'P': {'Type': 'AWS::ElastiCache::ParameterGroup', 'Properties': {'Properties': {'maxmemory-policy': 'allkeys-lru'}}}, "

/* A hit is one trip; a miss is three: 1 + 5 + 1 ms; a write that is written through two: 5 + 1 ms, and a lazy one one. With 10 us of the
 * engine for each command. */
static void test_trips(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *steps;
        double first_ms, then_ms;
        int64_t hits, misses, sets, asked, stale; /* of 60 calls */
    } cases[] = {
        {STEP("GetItem", "'key': 7"), 7.02, 1.01, 59, 1, 1, 1, 0},
        {STEP("PutItem", "'key': 7, 'strategy': 'write_through'"), 6.01, 6.01, 0, 0, 60, 60, 0},
        {STEP("PutItem", "'key': 7, 'strategy': 'lazy'"), 5, 5, 0, 0, 0, 60, 0},
        {STEP("GetItem", "'key': 7, 'strategy': 'write_through'"), 6.01, 6.01, 0, 60, 0, 60, 0},
        {STEP("PutItem", "'key': 7, 'strategy': 'write_through'") ", " STEP("GetItem", "'key': 7"), 7.02, 7.02, 60, 0, 60, 60, 0},
        {STEP("GetItem", "'key': 7") ", " STEP("PutItem", "'key': 7"), 12.02, 6.01, 59, 1, 1, 61, 59},
        {STEP("GetItem", "'key': 7") ", " STEP("DeleteItem", "'key': 7, 'strategy': 'write_through'"), 13.03, 13.03, 0, 60, 120, 120, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, CACHED("'duration': '60s'", GROUP(""), "", "", "%s", EACH_SECOND), cases[i].steps);
        assert_near(figure(run, "F", "Duration", "Maximum"), fmax(cases[i].first_ms, cases[i].then_ms), 1e-9);
        assert_near(figure(run, "F", "Duration", "Minimum"), cases[i].then_ms, 1e-9);
        assert_int_equal(count_of(run, "C", "CacheHits"), cases[i].hits);
        assert_int_equal(count_of(run, "C", "CacheMisses"), cases[i].misses);
        assert_int_equal(count_of(run, "C", "SetTypeCmds"), cases[i].sets);
        assert_int_equal(count_of(run, "C", "StaleHits"), cases[i].stale);
        assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), cases[i].asked);
    }
}

/* Poisson reads of rate l of each of 100 items, a time to live T from insertion: l T / (1 + l T) of them hit; the variance of the ratio and
 * its bias as in test_dax.c, a miss taking 7 ms. */
static void test_hit_ratio(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rate, *ttl;
        double load; /* l T */
    } cases[] = {{"50/s", "10s", 5}, {"20/s", "1s", 0.2}, {"100/s", "1s", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 CACHED("'duration': '2h'", GROUP(""), "", "", STEP("GetItem", "'key': {'uniform': 100}, 'ttl': '%s'"),
                        "{'name': 'c', 'target': 'F', 'poisson': '%s'}"),
                 cases[i].ttl, cases[i].rate);
        model_execute(run, text);
        double load = cases[i].load, hits = figure(run, "C", "CacheHits", "Sum"), misses = figure(run, "C", "CacheMisses", "Sum");
        double deviation = sqrt(load / pow(1 + load, 4) / misses), bias = load * 0.007;
        assert_near(hits / (hits + misses), load / (1 + load), 4 * deviation + bias);
        assert_near(figure(run, "C", "CacheHitRate", "Average"), 100 * hits / (hits + misses), 1e-9);
    }
}

/* 5.1 GB are 75 % of a cache.m6g.large's maxmemory, and have room for ten items of 400 MB. Under allkeys-lru what is new makes room; under
 * volatile-lru only what has a ttl does, so that without any, what comes later is refused. */
static void test_room(void **state)
{
    struct model_run *run = *state;
#define EXTERNAL(CACHE, MORE, STEP) CACHED("'duration': '2h'", CACHE, MORE "'P2': {'Type': 'Custom::External'}, ", "", STEP, EACH_SECOND)
#define ITEM(MORE) "{'call': 'P2', 'size': '400MB', 'key': {'uniform': 20}, 'cache': 'C'" MORE "}"
    const double room = floor(6854542746 * 0.75), item = 400.0 * 1024 * 1024, fit = floor(room / item);
    static const struct {
        const char *group, *more, *step;
        bool evicts;
    } cases[] = {
        {GROUP(", 'CacheParameterGroupName': {'Ref': 'P'}"), LRU, ITEM(""), true},
        {GROUP(""), "", ITEM(", 'ttl': '10d'"), true},
        {GROUP(""), "", ITEM(""), false},
    };
    assert_true(fit == 12);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[3000];
        snprintf(text, sizeof text, EXTERNAL("%s", "%s", "%s"), cases[i].more, cases[i].group, cases[i].step);
        model_execute(run, text);
        double hits = figure(run, "C", "CacheHits", "Sum"), misses = figure(run, "C", "CacheMisses", "Sum");
        /* 12 of 20 equally likely items are there, whichever they are; the first 12 misses find it empty. */
        assert_near(hits / (hits + misses), 0.6, 4 * sqrt(0.6 * 0.4 / 7200) + 12 / 7200.0);
        assert_near(figure(run, "C", "BytesUsedForCache", "Maximum"), 12 * item, 0);
        assert_near(figure(run, "C", "CurrItems", "Maximum"), 12, 0);
        assert_int_equal(count_of(run, "C", "Evictions"), cases[i].evicts ? (int64_t)misses - 12 : 0);
        assert_int_equal(count_of(run, "C", "SetsRefused"), cases[i].evicts ? 0 : (int64_t)misses - 12);
        assert_int_equal(fates_of(run, "C", FATE_REJECTED, "OOM command not allowed when used memory > 'maxmemory'"),
                         count_of(run, "C", "SetsRefused"));
        assert_int_equal(count_of(run, "F", "Errors"), 0); /* what is not kept was fetched all the same */
    }
}

/* The engine of a node does one command after the other: M/D/1. With 2 ms a command and Poisson reads of 300/s that all hit, it works 60 %
 * of the time, and a command waits rho s / 2 / (1 - rho) = 1.5 ms. The mean of n waits deviates less than that of M/M/1, wait x sqrt(2 (1 +
 * rho) / rho / (1 - rho)^2 / n). Two shards share the keys as a hash has it: of 1,000 keys, 500 with a deviation of 16, so the busier one
 * has up to 56 % of the load, which changes the mean wait by 5 % at most. */
static void test_engine(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *group, *behavior;
        double share; /* of the commands, of each node */
        bool takes_turns;
    } cases[] = {
        {GROUP(""), "", 1, false},
        {GROUP(", 'NumNodeGroups': 2, 'AutomaticFailoverEnabled': true"), "", 0.5, false},
        {GROUP(", 'ReplicasPerNodeGroup': 1"), "", 1, false},
        {GROUP(", 'ReplicasPerNodeGroup': 1"), ", 'read_from_replicas': true", 0.5, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 CACHED("'duration': '61m', 'warmup': '1m', 'rules': {'base': 'current', 'elasticache_command_ms': 2}", "%s", "", "%s",
                        STEP("GetItem", "'key': {'uniform': 1000}"), "{'name': 'c', 'target': 'F', 'poisson': '300/s'}"),
                 cases[i].group, cases[i].behavior);
        model_execute(run, text);
        double rho = 0.6 * cases[i].share, wait_ms = rho * 2 / 2 / (1 - rho), n = 300 * 3600 * cases[i].share;
        double bound = 4 * wait_ms * sqrt(2 * (1 + rho) / rho / pow(1 - rho, 2) / n) + 0.01;
        assert_near(figure(run, "C", "EngineCPUUtilization", "Average"), 100 * rho, 100 * 4 * sqrt(rho / 300 / 3600) + 0.2);
        if (cases[i].takes_turns) /* every second of a Poisson stream: more regular, so it waits less */
            assert_true(figure(run, "C", "CommandTime", "Average") - 3 < wait_ms);
        else
            assert_near(figure(run, "C", "CommandTime", "Average") - 3, wait_ms, bound + 0.05 * wait_ms * (cases[i].share < 1));
    }
}

/* Each environment keeps one connection, opened in INIT; beyond maxclients they are refused. Inside the invocation each command opens one.
 * crosses: elasticache_maxclients elasticache_maxclients_cache.* */
static void test_connections(void **state)
{
    struct model_run *run = *state;
#define MANY(TYPE, COUNT)                                                                                                                  \
    "{'duration': '10s', 'Resources': {'C': {'Type': 'AWS::ElastiCache::CacheCluster', 'Properties': {'Engine': 'valkey', "                \
    "'NumCacheNodes': 1, 'CacheNodeType': '" TYPE "'}}, 'P': {'Type': 'Custom::External'}, 'F': {'Type': "                                 \
    "'AWS::Serverless::Function', 'Properties': {'Timeout': 30}}}, 'behavior': {'P': {'latency': '5s'}, 'F': {'init': '0s', "              \
    "'connections': 1000, 'steps': [{'call': 'P', 'key': 1, 'cache': 'C', 'ttl': '1s'}]}}, 'traffic': [{'name': 'c', 'target': 'F', "      \
    "'bursts': {'size': " COUNT ", 'every': '1h'}}]}"
    static const struct {
        const char *text;
        int64_t refused;
        double open;
    } cases[] = {
        {MANY("cache.m6g.large", "65"), 0, 65000},   {MANY("cache.m6g.large", "67"), 2000, 65000},
        {MANY("cache.t3.micro", "21"), 1000, 20000}, {MANY("cache.t4g.micro", "22"), 2000, 20000},
        {MANY("cache.t3.small", "47"), 1000, 46000}, {MANY("cache.t3.medium", "48"), 2000, 46000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_execute(run, cases[i].text);
        assert_int_equal(count_of(run, "C", "ConnectionsRefused"), cases[i].refused);
        assert_near(figure(run, "C", "CurrConnections", "Maximum"), cases[i].open, 0);
        assert_int_equal(count_of(run, "F", "Errors"), cases[i].refused / 1000); /* INIT fails */
    }
    model_execute(run, CACHED("'duration': '100s'", GROUP(""), "", ", 'connect_time': '50ms'", STEP("GetItem", "'key': 7"), EACH_SECOND));
    assert_int_equal(count_of(run, "C", "NewConnections"), 1);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 50, 1e-9);
    model_execute(run, CACHED("'duration': '100s'", GROUP(""), "", ", 'connect_time': '50ms'",
                              STEP("GetItem", "'key': 7, 'connect': 'invocation'"), EACH_SECOND));
    assert_int_equal(count_of(run, "C", "NewConnections"), 101); /* a miss takes two */
    assert_near(figure(run, "F", "Duration", "Minimum"), 51.01, 1e-9);
    assert_near(figure(run, "C", "CurrConnections", "Average"), 101 * 0.05101 / 100, 1e-6);
}

/* A cache that is down is as one that has nothing: the table answers. It keeps what it had. A command that takes too long is given up. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    model_execute(run, CACHED("'duration': '100s', 'changes': [{'at': '49500ms', 'for': '20s', 'fault': 'C', 'kind': 'down'}]", GROUP(""),
                              "", "", STEP("GetItem", "'key': 7"), EACH_SECOND));
    assert_int_equal(count_of(run, "F", "Errors"), 0);
    assert_int_equal(count_of(run, "C", "CacheHits"), 79);
    assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 21);
    /* 8 ms, the table's 5, and 8 again. */
    model_execute(run, CACHED("'duration': '100s'", GROUP(""), "", ", 'connect_time': '10ms'",
                              STEP("GetItem", "'key': 7, 'connect': 'invocation', 'timeout': '8ms'"), EACH_SECOND));
    assert_near(figure(run, "F", "Duration", "Minimum"), 21, 1e-9);
    assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), 100);
}

/* Nodes by the hour, by type and engine; a size that the book lacks as so many of its family's `large`. */
static void test_cost(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *group, *usage;
        double hours, usd; /* of 2 h */
    } cases[] = {
        {GROUP(""), "NodeUsage:cache.m6g.large", 2, 2 * 0.149},
        {GROUP(", 'Engine': 'valkey'"), "NodeUsage:cache.m6g.large:valkey", 2, 2 * 0.149 * 0.8},
        {GROUP(", 'NumNodeGroups': 3, 'ReplicasPerNodeGroup': 2, 'AutomaticFailoverEnabled': true"), "NodeUsage:cache.m6g.large", 18,
         18 * 0.149},
        {GROUP(", 'NumCacheClusters': 3"), "NodeUsage:cache.m6g.large", 6, 6 * 0.149},
        {"'Type': 'AWS::ElastiCache::CacheCluster', 'Properties': {'Engine': 'memcached', 'NumCacheNodes': 4, 'CacheNodeType': "
         "'cache.r6g.2xlarge'}",
         "NodeUsage:cache.r6g.large", 32, 32 * 0.206},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double usd;
        model_run(run, CACHED("'duration': '2h'", "%s", "", "", STEP("GetItem", "'key': 7, 'ttl': '1m'"), EACH_SECOND), cases[i].group);
        assert_near(billed(run, "C", cases[i].usage, &usd), cases[i].hours, 1e-9);
        assert_near(usd, cases[i].usd, 1e-9);
    }
}

/* A serverless cache takes one unit for each KB, at least one, and bills at least 1 GB, of Valkey 100 MB. Beyond its own limit commands are
 * throttled, and the table answers. */
static void test_serverless(void **state)
{
    struct model_run *run = *state;
#define SERVERLESS(ENGINE, MORE) "'Type': 'AWS::ElastiCache::ServerlessCache', 'Properties': {'Engine': '" ENGINE "'" MORE "}"
#define LARGER "{'call': 'T', 'op': 'Query', 'size': '3KB', 'key': 7, 'cache': 'C', 'ttl': '1h'}"
    model_execute(run, CACHED("'duration': '1h'", SERVERLESS("redis", ""), "", "", LARGER, EACH_SECOND));
    /* A miss, which moves nothing, and what is set then; 3,599 hits of 3 KB. */
    assert_int_equal(count_of(run, "C", "ElastiCacheProcessingUnits"), 1 + 3 + 3599 * 3);
    assert_near(billed(run, "C", "ElastiCache:Serverless-ECPU", NULL), 1 + 3 + 3599 * 3, 0);
    assert_near(billed(run, "C", "ElastiCache:Serverless-CachedData", NULL), 1, 1e-9);
    model_execute(run, CACHED("'duration': '1h'", SERVERLESS("valkey", ""), "", "", LARGER, EACH_SECOND));
    assert_near(billed(run, "C", "ElastiCache:Serverless-CachedData:valkey", NULL), 0.1, 1e-6);
    model_execute(run, CACHED("'duration': '100s'", SERVERLESS("redis", ", 'CacheUsageLimits': {'ECPUPerSecond': {'Maximum': 1000}}"), "",
                              "", "{'call': 'T', 'op': 'GetItem', 'size': '1KB', 'key': 7, 'cache': 'C', 'ttl': '1h'}",
                              "{'name': 'c', 'target': 'F', 'constant': '1500/s'}"));
    /* 1,000 a second, and a second's worth at first. */
    int64_t served = count_of(run, "C", "Commands") - count_of(run, "C", "ThrottledCmds");
    assert_in_range(served, 101000 - 20, 101000 + 20);
    assert_int_equal(count_of(run, "F", "Errors"), 0);
}

/* Values that are too large are not kept. crosses: elasticache_memcached_item_max_mb elasticache_value_max_mb */
static void test_large(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *cache, *size;
        int64_t hits;
    } cases[] = {
        {"'Type': 'AWS::ElastiCache::CacheCluster', 'Properties': {'Engine': 'memcached', 'NumCacheNodes': 1, 'CacheNodeType': "
         "'cache.m6g.large'}",
         "1MB", 9},
        {"'Type': 'AWS::ElastiCache::CacheCluster', 'Properties': {'Engine': 'memcached', 'NumCacheNodes': 1, 'CacheNodeType': "
         "'cache.m6g.large'}",
         "1025KB", 0},
        {GROUP(""), "512MB", 9},
        {GROUP(""), "513MB", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[3000];
        snprintf(text, sizeof text,
                 CACHED("'duration': '10s'", "%s", "'E': {'Type': 'Custom::External'}, ", "",
                        "{'call': 'E', 'size': '%s', 'key': 7, 'cache': 'C', 'ttl': '1h'}", EACH_SECOND),
                 cases[i].cache, cases[i].size);
        model_execute(run, text);
        assert_int_equal(count_of(run, "C", "CacheHits"), cases[i].hits);
        assert_int_equal(fates_of(run, "C", FATE_REJECTED, "value too large"), cases[i].hits > 0 ? 0 : 10);
    }
}

/* Commands from elsewhere than a step's cache: by their operation. */
static void test_directly(void **state)
{
    struct model_run *run = *state;
    model_execute(run,
                  CACHED("'duration': '10s'", GROUP(""), "", "",
                         "{'call': 'C', 'op': 'GET', 'key': 7}, {'call': 'C', 'op': 'SET', 'key': 7}, {'call': 'C', 'op': 'GET', 'key': 7}",
                         EACH_SECOND));
    assert_int_equal(count_of(run, "C", "CacheHits"), 19);
    assert_int_equal(count_of(run, "C", "CacheMisses"), 1);
    model_execute(
        run, CACHED("'duration': '10s'", GROUP(""), "", "", "{'call': 'C', 'op': 'SET', 'key': 7}, {'call': 'C', 'op': 'DEL', 'key': 7}",
                    EACH_SECOND ", {'name': 'd', 'target': 'C', 'operation': 'GET', 'key': 7, 'constant': '1/s', 'from': '500ms'}"));
    assert_int_equal(count_of(run, "C", "CacheHits"), 0);
    assert_int_equal(count_of(run, "C", "CacheMisses"), 10);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, model_setup, model_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_trips),    TEST(test_hit_ratio), TEST(test_room),       TEST(test_engine), TEST(test_connections),
        TEST(test_failures), TEST(test_cost),      TEST(test_serverless), TEST(test_large),  TEST(test_directly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
