/* pool.c: slabs of equal items, and the account of memory that they are counted against. */
#include "engine/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* From this size on a chunk asks for large pages: 100,000 environments are more pages of 4 KB than a processor can look up fast. */
#define LARGE_CHUNK_BYTES (UINT64_C(2) << 20)
#define CACHE_LINE UINT64_C(64)

static void refuse(struct memory_account *account, enum status status, const char *owner)
{
    if (account->status != STATUS_OK)
        return;
    account->status = status;
    account->culprit = owner;
}

enum status memory_account_take(struct memory_account *account, uint64_t bytes, const char *owner)
{
    const uint64_t limit = account->limit_bytes != 0 ? account->limit_bytes : UINT64_MAX;
    if (account->used_bytes > limit || bytes > limit - account->used_bytes) {
        refuse(account, STATUS_LIMIT, owner);
        return STATUS_LIMIT;
    }
    account->used_bytes += bytes;
    return STATUS_OK;
}

void memory_account_give(struct memory_account *account, uint64_t bytes)
{
    assert(bytes <= account->used_bytes);
    account->used_bytes -= bytes;
}

static uint32_t chunk_items(uint32_t chunk)
{
    return POOL_FIRST_ITEMS << chunk;
}

/* From the origin to the chunk: a chunk of n items holds the places n to 2n - 1. */
static uintptr_t origin_distance(const struct pool *pool, uint32_t chunk)
{
    return (uintptr_t)chunk_items(chunk) * pool->item_size;
}

/* Whole units of the alignment, as aligned_alloc wants them. */
static uint64_t chunk_bytes(const struct pool *pool, uint32_t chunk)
{
    uint64_t bytes = (uint64_t)chunk_items(chunk) * pool->item_size;
    uint64_t unit = bytes >= LARGE_CHUNK_BYTES ? LARGE_CHUNK_BYTES : CACHE_LINE;
    return (bytes + unit - 1) / unit * unit;
}

static unsigned char *allocate_chunk(uint64_t bytes)
{
    if (bytes < LARGE_CHUNK_BYTES)
        return aligned_alloc(CACHE_LINE, bytes);
    unsigned char *chunk = aligned_alloc(LARGE_CHUNK_BYTES, bytes);
    if (chunk != NULL)
        (void)madvise(chunk, bytes, MADV_HUGEPAGE); /* advice: where the kernel has none, small pages do */
    return chunk;
}

static bool add_chunk(struct pool *pool)
{
    uint64_t bytes = chunk_bytes(pool, pool->chunk_count);
    if (pool->chunk_count == POOL_CHUNKS) {
        if (pool->account != NULL)
            refuse(pool->account, STATUS_LIMIT, pool->owner);
        return false;
    }
    if (pool->account != NULL && memory_account_take(pool->account, bytes, pool->owner) != STATUS_OK)
        return false;
    unsigned char *chunk = allocate_chunk(bytes);
    if (chunk == NULL) {
        if (pool->account != NULL) {
            memory_account_give(pool->account, bytes);
            refuse(pool->account, STATUS_NO_MEMORY, pool->owner);
        }
        return false;
    }
    pool->room += chunk_items(pool->chunk_count);
    pool->origins[pool->chunk_count] = (uintptr_t)chunk - origin_distance(pool, pool->chunk_count);
    pool->chunk_count++;
    return true;
}

void pool_init(struct pool *pool, size_t item_size, struct memory_account *account, const char *owner)
{
    assert(item_size >= sizeof(uint32_t) && item_size <= UINT32_MAX);
    *pool = (struct pool){.item_size = (uint32_t)item_size, .free_head = POOL_NONE, .account = account, .owner = owner};
}

void pool_fini(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        free((void *)(pool->origins[i] + origin_distance(pool, i)));
        if (pool->account != NULL)
            memory_account_give(pool->account, chunk_bytes(pool, i));
    }
    /* also of one that is all zero: an entity whose `create` was never reached */
    *pool = (struct pool){.item_size = pool->item_size, .free_head = POOL_NONE, .account = pool->account, .owner = pool->owner};
}

uint32_t pool_take_fresh(struct pool *pool)
{
    if (pool->fresh == pool->room && !add_chunk(pool))
        return POOL_NONE;
    pool->used++;
    return pool->fresh++;
}
