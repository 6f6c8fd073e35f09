/* pool.h: slabs of equal items named by 32-bit ids, counted against the run's memory limit.
 * Items never move, so a pointer from pool_at stays good until pool_give. */
#ifndef SLSIM_ENGINE_POOL_H
#define SLSIM_ENGINE_POOL_H

#include "engine/status.h"

#include <stddef.h>
#include <stdint.h>

/* What one replication may use. Shared by everything in it that can grow with the scenario. */
struct memory_account {
    uint64_t used_bytes;
    uint64_t limit_bytes; /* 0: none */
    enum status status;   /* STATUS_OK, or the first refusal: STATUS_LIMIT or STATUS_NO_MEMORY */
    const char *culprit;  /* who asked when it was refused; the name given to memory_account_take */
};

/* Counts `bytes` for `owner`; STATUS_LIMIT when that would pass the limit, and then nothing is counted. O(1). */
enum status memory_account_take(struct memory_account *account, uint64_t bytes, const char *owner);
void memory_account_give(struct memory_account *account, uint64_t bytes);

#define POOL_NONE UINT32_MAX
#define POOL_FIRST_ITEMS 16u /* in the first chunk; each that follows is twice as large */
#define POOL_CHUNKS 28u

struct pool {
    unsigned char *chunks[POOL_CHUNKS]; /* owned */
    uint32_t chunk_count;
    uint32_t item_size;
    uint32_t room;      /* ids that the chunks hold */
    uint32_t fresh;     /* ids from here on were never taken */
    uint32_t free_head; /* a chain through the items' first four bytes */
    uint32_t used;      /* items taken now */
    struct memory_account *account;
    const char *owner; /* borrowed */
};

/* `item_size` of at least 4 bytes. `account` and `owner` are borrowed for the pool's life; `account` may be NULL. Allocates nothing. */
void pool_init(struct pool *pool, size_t item_size, struct memory_account *account, const char *owner);
/* Frees all items at once; ids and pointers are dead. */
void pool_fini(struct pool *pool);
/* An id whose item holds garbage; POOL_NONE when memory cannot be had (the account's status says why). O(1), allocates once in each
 * doubling. The most recently given id comes back first, so hot items stay in cache. */
uint32_t pool_take(struct pool *pool);
void pool_give(struct pool *pool, uint32_t id);

/* Chunks begin on a cache line, so items of 64 bytes are one. */
static inline void *pool_at(const struct pool *pool, uint32_t id)
{
    uint32_t chunk = 31u - (uint32_t)__builtin_clz(id / POOL_FIRST_ITEMS + 1);
    uint32_t first = (POOL_FIRST_ITEMS << chunk) - POOL_FIRST_ITEMS;
    return pool->chunks[chunk] + (size_t)(id - first) * pool->item_size;
}

#endif
