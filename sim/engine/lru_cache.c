/* lru_cache.c: a table by key, and a chain through its entries by last use. */
#include "engine/lru_cache.h"

void lru_cache_init(struct lru_cache *cache, uint64_t capacity_bytes, struct memory_account *account, const char *owner)
{
    *cache = (struct lru_cache){.newest = POOL_NONE, .oldest = POOL_NONE, .capacity_bytes = capacity_bytes};
    pool_init(&cache->entries, sizeof(struct lru_entry), account, owner);
    key_map_init(&cache->places, account, owner);
}

void lru_cache_fini(struct lru_cache *cache)
{
    if (!cache->entries.owner)
        return; /* never made */
    pool_fini(&cache->entries);
    key_map_fini(&cache->places);
}

static struct lru_entry *entry_at(const struct lru_cache *cache, uint32_t id)
{
    return pool_at(&cache->entries, id);
}

static void unlink_entry(struct lru_cache *cache, const struct lru_entry *entry)
{
    *(entry->newer == POOL_NONE ? &cache->newest : &entry_at(cache, entry->newer)->older) = entry->older;
    *(entry->older == POOL_NONE ? &cache->oldest : &entry_at(cache, entry->older)->newer) = entry->newer;
}

static void link_newest(struct lru_cache *cache, uint32_t id)
{
    struct lru_entry *entry = entry_at(cache, id);
    entry->newer = POOL_NONE;
    entry->older = cache->newest;
    *(cache->newest == POOL_NONE ? &cache->oldest : &entry_at(cache, cache->newest)->newer) = id;
    cache->newest = id;
}

static void forget(struct lru_cache *cache, uint32_t id)
{
    struct lru_entry *entry = entry_at(cache, id);
    unlink_entry(cache, entry);
    cache->used_bytes -= entry->bytes;
    key_map_remove(&cache->places, entry->key);
    pool_give(&cache->entries, id);
}

const struct lru_entry *lru_cache_find(struct lru_cache *cache, uint64_t key, int64_t now_ns)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id == POOL_NONE)
        return NULL;
    struct lru_entry *entry = entry_at(cache, id);
    if (now_ns >= entry->expires_ns) {
        forget(cache, id);
        return NULL;
    }
    if (cache->newest != id) {
        unlink_entry(cache, entry);
        link_newest(cache, id);
    }
    return entry;
}

enum status lru_cache_put(struct lru_cache *cache, uint64_t key, uint32_t bytes, uint32_t value, int64_t expires_ns)
{
    lru_cache_remove(cache, key);
    if (bytes > cache->capacity_bytes)
        return STATUS_OK;
    while (bytes > cache->capacity_bytes - cache->used_bytes) {
        forget(cache, cache->oldest);
        cache->evicted++;
    }
    uint32_t id = pool_take(&cache->entries);
    if (id == POOL_NONE)
        return cache->entries.account ? cache->entries.account->status : STATUS_NO_MEMORY;
    enum status status = key_map_put(&cache->places, key, id);
    if (status != STATUS_OK) {
        pool_give(&cache->entries, id);
        return status;
    }
    *entry_at(cache, id) = (struct lru_entry){.key = key, .expires_ns = expires_ns, .bytes = bytes, .value = value};
    link_newest(cache, id);
    cache->used_bytes += bytes;
    return STATUS_OK;
}

void lru_cache_remove(struct lru_cache *cache, uint64_t key)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id != POOL_NONE)
        forget(cache, id);
}

void lru_cache_clear(struct lru_cache *cache)
{
    while (cache->oldest != POOL_NONE)
        forget(cache, cache->oldest);
}
