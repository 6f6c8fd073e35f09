/* pool.h: slabs of equal items named by 32-bit ids, counted against the run's memory limit.
 * Items never move, so a pointer from pool_at stays good until pool_give. */
#ifndef SLSIM_ENGINE_POOL_H
#define SLSIM_ENGINE_POOL_H

#include "engine/status.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
#define POOL_FIRST_BITS 4u
#define POOL_FIRST_ITEMS (1u << POOL_FIRST_BITS) /* in the first chunk; each that follows is twice as large */
#define POOL_CHUNKS 28u

struct pool {
    /* Owned chunks, each by the address that place 0 would have if it began there: see pool_at. */
    uintptr_t origins[POOL_CHUNKS];
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
/* Chunks begin on a cache line, so items of 64 bytes are one. */
static inline void *pool_at(const struct pool *pool, uint32_t id)
{
    /* Counted from the first chunk's size, the places of one chunk are those with the same top bit. */
    uint64_t place = (uint64_t)id + POOL_FIRST_ITEMS;
    uint32_t top_bit = 63u - (uint32_t)__builtin_clzll(place);
    return (void *)(pool->origins[top_bit - POOL_FIRST_BITS] + place * pool->item_size);
}

/* The slow way to an id, where none was given back: POOL_NONE when memory cannot be had (the account's status says why). */
uint32_t pool_take_fresh(struct pool *pool);

/* An id whose item holds garbage; POOL_NONE when memory cannot be had. O(1), allocates once in each doubling. The most recently given id
 * comes back first, so hot items stay in cache. */
static inline uint32_t pool_take(struct pool *pool)
{
    uint32_t id = pool->free_head;
    if (id == POOL_NONE)
        return pool_take_fresh(pool);
    memcpy(&pool->free_head, pool_at(pool, id), sizeof pool->free_head);
    pool->used++;
    return id;
}

static inline void pool_give(struct pool *pool, uint32_t id)
{
    assert(id < pool->fresh && pool->used > 0);
    memcpy(pool_at(pool, id), &pool->free_head, sizeof pool->free_head);
    pool->free_head = id;
    pool->used--;
}

#endif
