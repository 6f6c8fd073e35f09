/* local_cache.c: an array of caches, each made when its holder first keeps something. */
#include "engine/local_cache.h"

#include <stdlib.h>

void local_caches_init(struct local_caches *caches, uint64_t capacity_bytes, struct memory_account *account, const char *owner)
{
    *caches = (struct local_caches){.capacity_bytes = capacity_bytes, .account = account, .owner = owner};
    key_map_init(&caches->written, account, owner);
}

void local_caches_fini(struct local_caches *caches)
{
    if (!caches->owner)
        return;
    for (uint32_t i = 0; i < caches->room; i++) {
        if (caches->caches[i])
            lru_cache_fini(caches->caches[i]);
        free(caches->caches[i]);
    }
    free(caches->caches);
    key_map_fini(&caches->written);
}

static struct lru_cache *cache_of(const struct local_caches *caches, uint32_t holder)
{
    return holder < caches->room ? caches->caches[holder] : NULL;
}

static enum status take_memory(struct local_caches *caches, uint64_t bytes)
{
    return caches->account ? memory_account_take(caches->account, bytes, caches->owner) : STATUS_OK;
}

static enum status grow(struct local_caches *caches, uint32_t holder)
{
    uint32_t room = caches->room ? caches->room : 16;
    while (room <= holder)
        room *= 2;
    enum status status = take_memory(caches, (uint64_t)(room - caches->room) * sizeof *caches->caches);
    if (status != STATUS_OK)
        return status;
    struct lru_cache **grown = realloc(caches->caches, (size_t)room * sizeof *grown);
    if (!grown)
        return STATUS_NO_MEMORY;
    for (uint32_t i = caches->room; i < room; i++)
        grown[i] = NULL;
    caches->caches = grown;
    caches->room = room;
    return STATUS_OK;
}

/* The holder's, made where there is none. */
static enum status make(struct local_caches *caches, uint32_t holder)
{
    enum status status = holder < caches->room ? STATUS_OK : grow(caches, holder);
    if (status != STATUS_OK || caches->caches[holder])
        return status;
    status = take_memory(caches, sizeof **caches->caches);
    if (status != STATUS_OK)
        return status;
    caches->caches[holder] = malloc(sizeof **caches->caches);
    if (!caches->caches[holder])
        return STATUS_NO_MEMORY;
    lru_cache_init(caches->caches[holder], caches->capacity_bytes, caches->account, caches->owner);
    return STATUS_OK;
}

/* How often `key` was written; it wraps round after 2^32 times, which no run has. */
static uint32_t version_of(const struct local_caches *caches, uint64_t key)
{
    uint32_t version = key_map_find(&caches->written, key);
    return version == POOL_NONE ? 0 : version;
}

enum local_found local_caches_find(struct local_caches *caches, uint32_t holder, uint64_t key, int64_t now_ns)
{
    struct lru_cache *cache = cache_of(caches, holder);
    uint64_t before = cache ? cache->used_bytes : 0;
    const struct lru_entry *entry = cache ? lru_cache_find(cache, key, now_ns) : NULL;
    if (cache)
        caches->used_bytes -= before - cache->used_bytes; /* one that is over has gone */
    if (!entry)
        return LOCAL_MISS;
    return entry->value == version_of(caches, key) ? LOCAL_HIT : LOCAL_STALE_HIT;
}

enum status local_caches_put(struct local_caches *caches, uint32_t holder, uint64_t key, uint32_t bytes, int64_t expires_ns)
{
    enum status status = make(caches, holder);
    if (status != STATUS_OK)
        return status;
    struct lru_cache *cache = caches->caches[holder];
    uint64_t before_bytes = cache->used_bytes, before_evicted = cache->evicted;
    status = lru_cache_put(cache, key, bytes, version_of(caches, key), expires_ns);
    caches->used_bytes = caches->used_bytes - before_bytes + cache->used_bytes;
    caches->evicted += cache->evicted - before_evicted;
    return status;
}

void local_caches_remove(struct local_caches *caches, uint32_t holder, uint64_t key)
{
    struct lru_cache *cache = cache_of(caches, holder);
    if (!cache)
        return;
    uint64_t before = cache->used_bytes;
    lru_cache_remove(cache, key);
    caches->used_bytes -= before - cache->used_bytes;
}

enum status local_caches_written(struct local_caches *caches, uint64_t key)
{
    uint32_t version = version_of(caches, key);
    key_map_remove(&caches->written, key);
    return key_map_put(&caches->written, key, version + 1 == POOL_NONE ? 1 : version + 1);
}

void local_caches_forget(struct local_caches *caches, uint32_t holder)
{
    struct lru_cache *cache = cache_of(caches, holder);
    if (!cache)
        return;
    caches->used_bytes -= cache->used_bytes;
    lru_cache_clear(cache);
}
