/* cache_shard.c: what a shard keeps. Under volatile-lru only entries with a time to live make room, so the others are kept apart, in the
 * same memory: what they take the others do not have. Under allkeys-lru, and in Memcached, all are the same. */
#include "cache_state.h"

#include "engine/rule_book.h"

#include <stdlib.h>

enum status cache_shards_create(struct simulation *simulation, struct cache *cache)
{
    const struct cache_config *config = &cache->config;
    const char *name = simulation->entities[cache->self].name;
    uint64_t bytes = (uint64_t)config->shard_count * (sizeof *cache->shards + (uint64_t)config->copies * sizeof(int64_t));
    enum status status = memory_account_take(&simulation->memory, bytes, name);
    if (status != STATUS_OK)
        return status;
    cache->shards = calloc((size_t)config->shard_count, sizeof *cache->shards);
    if (!cache->shards)
        return STATUS_NO_MEMORY;
    for (; cache->shard_count < config->shard_count; cache->shard_count++) {
        struct cache_shard *shard = &cache->shards[cache->shard_count];
        shard->lost_ns = -1;
        shard->free_ns = calloc((size_t)config->copies, sizeof *shard->free_ns);
        if (!shard->free_ns)
            return STATUS_NO_MEMORY;
        lru_cache_init(&shard->lasting, config->shard_bytes, &simulation->memory, name);
        lru_cache_init(&shard->passing, config->shard_bytes, &simulation->memory, name);
    }
    return STATUS_OK;
}

void cache_shards_destroy(struct cache *cache)
{
    for (uint32_t i = 0; i < cache->shard_count; i++) {
        lru_cache_fini(&cache->shards[i].lasting);
        lru_cache_fini(&cache->shards[i].passing);
        free(cache->shards[i].free_ns);
    }
    free(cache->shards);
}

/* Well mixed, as the keys' slots are: neighbours go anywhere. */
struct cache_shard *cache_shard_of(struct cache *cache, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    return &cache->shards[(mixed >> 32) % cache->shard_count];
}

const struct lru_entry *cache_shard_find(struct cache_shard *shard, uint64_t key, int64_t now_ns)
{
    const struct lru_entry *entry = lru_cache_find(&shard->passing, key, now_ns);
    return entry ? entry : lru_cache_find(&shard->lasting, key, now_ns);
}

void cache_shard_remove(struct cache_shard *shard, uint64_t key)
{
    lru_cache_remove(&shard->lasting, key);
    lru_cache_remove(&shard->passing, key);
    shard->passing.capacity_bytes = shard->lasting.capacity_bytes - shard->lasting.used_bytes;
}

bool cache_shard_put(struct simulation *simulation, struct cache *cache, struct cache_shard *shard, uint64_t key, uint32_t bytes,
                     int64_t lives_ns)
{
    bool lasts = cache->config.policy == POLICY_VOLATILE_LRU && lives_ns == 0;
    int64_t expires_ns = lives_ns > 0 ? time_add(simulation->now_ns, lives_ns) : TIME_FOREVER;
    struct lru_cache *kept = lasts ? &shard->lasting : &shard->passing;
    cache_shard_remove(shard, key);
    if (bytes > shard->passing.capacity_bytes)
        return false;
    lru_cache_limit(&shard->passing, shard->passing.capacity_bytes - bytes, simulation->now_ns);
    shard->passing.capacity_bytes += lasts ? 0 : bytes;
    simulation_fail(simulation, lru_cache_put(kept, key, bytes, 0, expires_ns));
    return true;
}

void cache_shard_outdate(struct cache_shard *shard, uint64_t key)
{
    lru_cache_mark(&shard->lasting, key, 1);
    lru_cache_mark(&shard->passing, key, 1);
}
