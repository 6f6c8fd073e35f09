/* lru_cache.c: a table by key, and a chain through its entries by last use. */
#include "engine/lru_cache.h"

void lru_cache_init(struct lru_cache *cache, uint64_t capacity_bytes, struct memory_account *account, const char *owner)
{
    *cache = (struct lru_cache){.capacity_bytes = capacity_bytes};
    pool_init(&cache->entries, sizeof(struct lru_entry), account, owner);
    chain_init(&cache->used, &cache->entries, offsetof(struct lru_entry, link));
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

static void forget(struct lru_cache *cache, uint32_t id)
{
    const struct lru_entry *entry = entry_at(cache, id);
    chain_remove(&cache->used, id);
    cache->used_bytes -= entry->bytes;
    key_map_remove(&cache->places, entry->key);
    pool_give(&cache->entries, id);
}

static void make_newest(struct lru_cache *cache, uint32_t id)
{
    if (cache->used.head == id)
        return;
    chain_remove(&cache->used, id);
    chain_insert(&cache->used, POOL_NONE, id);
}

const struct lru_entry *lru_cache_find(struct lru_cache *cache, uint64_t key, int64_t now_ns)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id == POOL_NONE)
        return NULL;
    const struct lru_entry *entry = entry_at(cache, id);
    if (now_ns >= entry->expires_ns) {
        forget(cache, id);
        return NULL;
    }
    make_newest(cache, id);
    return entry;
}

const struct lru_entry *lru_cache_peek(struct lru_cache *cache, uint64_t key)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id == POOL_NONE)
        return NULL;
    make_newest(cache, id);
    return entry_at(cache, id);
}

enum status lru_cache_put(struct lru_cache *cache, uint64_t key, uint32_t bytes, uint32_t value, int64_t expires_ns)
{
    lru_cache_remove(cache, key);
    if (bytes > cache->capacity_bytes)
        return STATUS_OK;
    while (bytes > cache->capacity_bytes - cache->used_bytes) {
        forget(cache, cache->used.tail);
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
    chain_insert(&cache->used, POOL_NONE, id);
    cache->used_bytes += bytes;
    return STATUS_OK;
}

void lru_cache_limit(struct lru_cache *cache, uint64_t capacity_bytes, int64_t now_ns)
{
    cache->capacity_bytes = capacity_bytes;
    while (cache->used_bytes > capacity_bytes) {
        uint32_t oldest = cache->used.tail;
        cache->evicted += now_ns < entry_at(cache, oldest)->expires_ns;
        forget(cache, oldest);
    }
}

void lru_cache_mark(struct lru_cache *cache, uint64_t key, uint32_t value)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id != POOL_NONE)
        entry_at(cache, id)->value = value;
}

void lru_cache_remove(struct lru_cache *cache, uint64_t key)
{
    uint32_t id = key_map_find(&cache->places, key);
    if (id != POOL_NONE)
        forget(cache, id);
}

void lru_cache_clear(struct lru_cache *cache)
{
    while (cache->used.tail != POOL_NONE)
        forget(cache, cache->used.tail);
}
