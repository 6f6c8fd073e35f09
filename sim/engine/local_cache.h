/* local_cache.h: caches that belong to holders, one each: the /tmp of each of a function's environments. Each has the same room; what one
 * holds the others do not know of, so that a write through one leaves what is old in the others. */
#ifndef SLSIM_ENGINE_LOCAL_CACHE_H
#define SLSIM_ENGINE_LOCAL_CACHE_H

#include "engine/lru_cache.h"

struct local_caches {
    struct lru_cache **caches; /* owned; by holder; NULL: that one has kept nothing yet */
    uint32_t room;             /* holders below this have a place */
    uint64_t capacity_bytes;   /* of each */
    struct key_map written;    /* of each key that was written: how often */
    uint64_t used_bytes;       /* of all */
    uint64_t evicted;          /* entries that went for want of room, of all */
    struct memory_account *account;
    const char *owner; /* borrowed; NULL: never made */
};

enum local_found { LOCAL_MISS, LOCAL_HIT, LOCAL_STALE_HIT /* it was written since, through another */ };

/* Borrows `account` and `owner`. Allocates nothing. */
void local_caches_init(struct local_caches *caches, uint64_t capacity_bytes, struct memory_account *account, const char *owner);
void local_caches_fini(struct local_caches *caches);

/* O(1). */
enum local_found local_caches_find(struct local_caches *caches, uint32_t holder, uint64_t key, int64_t now_ns);
/* As lru_cache_put, in the holder's. */
enum status local_caches_put(struct local_caches *caches, uint32_t holder, uint64_t key, uint32_t bytes, int64_t expires_ns);
void local_caches_remove(struct local_caches *caches, uint32_t holder, uint64_t key);
/* What is kept of `key`, wherever that is, is old from here on. Amortised O(1). */
enum status local_caches_written(struct local_caches *caches, uint64_t key);
/* The holder is gone, and what it had. O(entries). */
void local_caches_forget(struct local_caches *caches, uint32_t holder);

#endif
