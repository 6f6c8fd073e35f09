/* cache_fault.c: a node fails: the primary of a shard, or Memcached's. Where a replica takes over by itself (AutomaticFailoverEnabled),
 * that takes seconds, and it has what the primary had; else the node is replaced, which takes minutes, and what it held is gone, unless a
 * replica has it too. Meanwhile commands for the shard fail, but for reads that go to replicas; connections to it are lost, and who keeps
 * one sees that by his next command. What had not come to the replica yet is taken to be nothing. Source: ElastiCache user guide,
 * "Minimizing downtime in ElastiCache by using Multi-AZ", "Failure scenarios with Multi-AZ responses". */
#include "cache_state.h"

#include "engine/rule_book.h"
#include "scenario/validation.h"

static const struct cause cause_failing = {.fate = FATE_FAILED, .server_error = true, .text = "the node has failed"};
static const struct cause cause_lost = {.fate = FATE_FAILED, .server_error = true, .disconnects = true, .text = "connection lost"};

const struct property cache_failure_properties[] = {
    {"shard", PROPERTY_INTEGER, offsetof(struct cache_failure, shard), .minimum = "0", .maximum = "elasticache_shards_max", .fallback = "0",
     .help = "Whose primary it is, or which of Memcached's nodes: from 0 on."},
    {0},
};

void cache_check_failure(struct validation *validation, const void *blob, void *arguments)
{
    const struct cache_config *config = &((const struct cache *)blob)->config;
    const struct cache_failure *failure = arguments;
    if (config->serverless)
        validation_error(validation, "kind", "\"down\"", "a serverless cache has no nodes that anybody sees fail");
    else if (failure->shard >= config->shard_count)
        validation_error(validation, "shard", "they are numbered from 0", "there are %lld", (long long)config->shard_count);
    else if (config->copies < 2)
        validation_warning(validation, "kind", "an AWS::ElastiCache::ReplicationGroup with a replica and AutomaticFailoverEnabled",
                           "there is no replica: what the node holds is lost, and it is replaced, as long as failover_time or the rule "
                           "elasticache_replacement says");
}

static void forget_all(struct simulation *simulation, struct cache *cache, struct cache_shard *shard)
{
    uint64_t items = lru_cache_count(&shard->lasting) + lru_cache_count(&shard->passing);
    gauge_add(&cache->metrics.items, simulation->now_ns, -(int64_t)items);
    gauge_add(&cache->metrics.bytes, simulation->now_ns, -(int64_t)(shard->lasting.used_bytes + shard->passing.used_bytes));
    lru_cache_clear(&shard->lasting);
    lru_cache_clear(&shard->passing);
    shard->passing.capacity_bytes = shard->lasting.capacity_bytes;
}

void cache_fail(struct simulation *simulation, void *self, const void *arguments)
{
    struct cache *cache = self;
    struct cache_metrics *metrics = &cache->metrics;
    struct cache_shard *shard = &cache->shards[(uint32_t)((const struct cache_failure *)arguments)->shard % cache->shard_count];
    bool takes_over = cache->config.fails_over && cache->config.copies > 1;
    if (shard->back_ns > simulation->now_ns)
        return; /* it has failed already */
    const struct distribution *time = cache->config.failover_time;
    if (!time)
        time = rule_find(simulation->settings->rules, takes_over ? "elasticache_failover" : "elasticache_replacement")->distribution;
    int64_t ns = distribution_draw_ns(time, &cache->failures, cache->failure_ordinal++, 0);
    shard->back_ns = time_add(simulation->now_ns, ns);
    shard->lost_ns = simulation->now_ns;
    counter_add(&metrics->failovers, 1);
    tally_add(&metrics->failover_time, TALLY_ALL, ns);
    if (cache->config.copies == 1)
        forget_all(simulation, cache, shard);
    if (cache->shard_count > 1)
        return; /* connections are counted of all its nodes together, and the others have theirs */
    cache->lost_ns = simulation->now_ns;
    counter_add(&metrics->connections_lost, (uint64_t)metrics->connections.level);
    gauge_add(&metrics->connections, simulation->now_ns, -metrics->connections.level);
}

const struct cause *cache_refusal(const struct simulation *simulation, const struct cache *cache, struct cache_shard *shard, bool reads,
                                  bool kept, int64_t since_ns)
{
    if (kept && since_ns <= shard->lost_ns)
        return &cause_lost;
    if (shard->back_ns <= simulation->now_ns)
        return NULL;
    return reads && cache->config.reads_replicas && cache->config.copies > 1 ? NULL : &cause_failing;
}
