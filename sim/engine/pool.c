/* pool.c: slabs of equal items, and the account of memory that they are counted against. */
#include "engine/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The first table of chunks has so many entries; then it doubles. */
#define FIRST_CHUNKS 8u
/* As many chunks as leave POOL_NONE unused as an id. */
#define MAX_CHUNKS (POOL_NONE / POOL_CHUNK_ITEMS)

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

static uint64_t chunk_bytes(const struct pool *pool)
{
    return (uint64_t)POOL_CHUNK_ITEMS * pool->item_size;
}

/* realloc that is counted: from `old_bytes` to `new_bytes` > old_bytes. NULL, with nothing changed, when it cannot be had. */
static void *counted_realloc(struct pool *pool, void *old, uint64_t old_bytes, uint64_t new_bytes)
{
    if (pool->account != NULL && memory_account_take(pool->account, new_bytes - old_bytes, pool->owner) != STATUS_OK)
        return NULL;
    void *got = realloc(old, (size_t)new_bytes);
    if (got == NULL && pool->account != NULL) {
        memory_account_give(pool->account, new_bytes - old_bytes);
        refuse(pool->account, STATUS_NO_MEMORY, pool->owner);
    }
    return got;
}

static bool grow_table(struct pool *pool)
{
    const uint32_t capacity = pool->chunk_capacity == 0 ? FIRST_CHUNKS : 2 * pool->chunk_capacity;
    const uint64_t entry = sizeof(unsigned char *);
    unsigned char **chunks = counted_realloc(pool, pool->chunks, pool->chunk_capacity * entry, capacity * entry);
    if (chunks == NULL)
        return false;
    pool->chunks = chunks;
    pool->chunk_capacity = capacity;
    return true;
}

static bool add_chunk(struct pool *pool)
{
    if (pool->chunk_count == MAX_CHUNKS) {
        if (pool->account != NULL)
            refuse(pool->account, STATUS_LIMIT, pool->owner);
        return false;
    }
    if (pool->chunk_count == pool->chunk_capacity && !grow_table(pool))
        return false;
    unsigned char *chunk = counted_realloc(pool, NULL, 0, chunk_bytes(pool));
    if (chunk == NULL)
        return false;
    pool->chunks[pool->chunk_count++] = chunk;
    return true;
}

void pool_init(struct pool *pool, size_t item_size, struct memory_account *account, const char *owner)
{
    assert(item_size >= sizeof(uint32_t) && item_size <= UINT32_MAX);
    *pool = (struct pool){.item_size = (uint32_t)item_size, .free_head = POOL_NONE, .account = account, .owner = owner};
}

void pool_fini(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++)
        free(pool->chunks[i]);
    free(pool->chunks);
    if (pool->account != NULL)
        memory_account_give(pool->account, pool->chunk_count * chunk_bytes(pool) + pool->chunk_capacity * sizeof(unsigned char *));
    pool_init(pool, pool->item_size, pool->account, pool->owner);
}

uint32_t pool_take(struct pool *pool)
{
    uint32_t id = pool->free_head;
    if (id != POOL_NONE) {
        memcpy(&pool->free_head, pool_at(pool, id), sizeof pool->free_head);
    } else {
        if (pool->fresh == pool->chunk_count * POOL_CHUNK_ITEMS && !add_chunk(pool))
            return POOL_NONE;
        id = pool->fresh++;
    }
    pool->used++;
    return id;
}

void pool_give(struct pool *pool, uint32_t id)
{
    assert(id < pool->fresh && pool->used > 0);
    memcpy(pool_at(pool, id), &pool->free_head, sizeof pool->free_head);
    pool->free_head = id;
    pool->used--;
}
