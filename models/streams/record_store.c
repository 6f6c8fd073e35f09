/* record_store.c: a queue of chunks, and a ring that finds them by sequence number. */
#include "record_store.h"

#include <stdlib.h>

void record_store_init(struct record_store *store, struct pool *chunks)
{
    *store = (struct record_store){.chunks = chunks};
}

void record_store_fini(struct record_store *store)
{
    free(store->ring);
    *store = (struct record_store){0};
}

/* Twice the ring, the oldest first. */
static bool grow(struct record_store *store)
{
    uint32_t capacity = store->capacity ? 2 * store->capacity : 8;
    if (capacity > UINT32_MAX / 2)
        return false;
    uint32_t *ring = malloc(capacity * sizeof *ring);
    if (!ring)
        return false;
    for (uint32_t i = 0; i < store->count; i++)
        ring[i] = store->ring[(store->head + i) & (store->capacity - 1)];
    free(store->ring);
    store->ring = ring;
    store->head = 0;
    store->capacity = capacity;
    return true;
}

static bool add_chunk(struct record_store *store)
{
    if (store->count == store->capacity && !grow(store))
        return false;
    uint32_t id = pool_take(store->chunks);
    if (id == POOL_NONE)
        return false;
    store->ring[(store->head + store->count++) & (store->capacity - 1)] = id;
    return true;
}

struct stream_record *record_store_append(struct record_store *store)
{
    if (store->end % STORE_CHUNK == 0 && !add_chunk(store))
        return NULL;
    uint32_t count;
    store->end++;
    return record_store_run(store, store->end - 1, &count);
}

void record_store_drop(struct record_store *store, uint64_t sequence)
{
    while (store->first / STORE_CHUNK < sequence / STORE_CHUNK) {
        pool_give(store->chunks, store->ring[store->head]);
        store->head = (store->head + 1) & (store->capacity - 1);
        store->count--;
        store->first = (store->first / STORE_CHUNK + 1) * STORE_CHUNK;
    }
    if (store->first < sequence)
        store->first = sequence;
}
