/* lru_cache.h: what a cache of limited size holds: entries by key, each with a size and an end of its life; when it is full, what was not
 * used for longest goes first. The mechanism of every cache; what is cached, and what a miss costs, its owner says. */
#ifndef SLSIM_ENGINE_LRU_CACHE_H
#define SLSIM_ENGINE_LRU_CACHE_H

#include "engine/chain.h"
#include "engine/key_map.h"
#include "engine/pool.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>

struct lru_entry {
    struct link link; /* by last use */
    uint64_t key;
    int64_t expires_ns; /* from here on it is not there; TIME_FOREVER: never */
    uint32_t bytes;
    uint32_t value; /* the owner's own */
};

struct lru_cache {
    struct pool entries;
    struct key_map places;
    struct chain used; /* the entries, the newest first */
    uint64_t capacity_bytes;
    uint64_t used_bytes;
    uint64_t evicted; /* entries that went for want of room, since it was made */
};

/* `account` (may be NULL) and `owner` are borrowed for the cache's life. Allocates nothing. A cache for N equal entries has the capacity of
 * N times their size. It must not be moved afterwards. */
void lru_cache_init(struct lru_cache *cache, uint64_t capacity_bytes, struct memory_account *account, const char *owner);
void lru_cache_fini(struct lru_cache *cache);

/* The entry of `key` at `now_ns`, which then is the newest; NULL: it is not there, or its life is over, and then it goes. Good until the
 * next call. O(1). */
const struct lru_entry *lru_cache_find(struct lru_cache *cache, uint64_t key, int64_t now_ns);

/* The same, also of an entry whose life is over: that stays. O(1). */
const struct lru_entry *lru_cache_peek(struct lru_cache *cache, uint64_t key);

/* Keeps an entry as the newest, in place of one of that key; the oldest ones make room. One that is larger than the whole cache is not
 * kept, and nothing goes for it. STATUS_LIMIT or STATUS_NO_MEMORY when memory cannot be had. Amortised O(1). */
enum status lru_cache_put(struct lru_cache *cache, uint64_t key, uint32_t bytes, uint32_t value, int64_t expires_ns);

/* Gives it another capacity: the oldest entries go until the rest fits. Those whose life is over by `now_ns` are not counted as evicted.
 * O(what goes). */
void lru_cache_limit(struct lru_cache *cache, uint64_t capacity_bytes, int64_t now_ns);

/* Sets an entry's value, if it is there; that is no use of it. O(1). */
void lru_cache_mark(struct lru_cache *cache, uint64_t key, uint32_t value);

/* Forgets one entry, if it is there. O(1). */
void lru_cache_remove(struct lru_cache *cache, uint64_t key);
/* Forgets all. O(entries). */
void lru_cache_clear(struct lru_cache *cache);

static inline uint64_t lru_cache_count(const struct lru_cache *cache)
{
    return cache->entries.used;
}

#endif
