/* record_store.h: the records of one shard, in order, by sequence number: taken in at one end, dropped at the other. Chunks come from a
 * pool that the shards of a stream share, so memory follows the backlog: 32 bytes a record, twice that at worst while the pool doubles. */
#ifndef SLSIM_STREAMS_RECORD_STORE_H
#define SLSIM_STREAMS_RECORD_STORE_H

#include "engine/pool.h"
#include "engine/streamable.h"

#include <stdbool.h>
#include <stdint.h>

#define STORE_CHUNK 64u /* records in a chunk */

struct record_store {
    struct pool *chunks; /* borrowed; of items of record_chunk_size */
    uint32_t *ring;      /* owned; ids of the chunks in use, the oldest at `head` */
    uint32_t head, count, capacity;
    uint64_t first; /* the oldest record that is kept */
    uint64_t end;   /* after the newest */
};

#define RECORD_CHUNK_SIZE (STORE_CHUNK * sizeof(struct stream_record))

/* Allocates nothing. */
void record_store_init(struct record_store *store, struct pool *chunks);
/* The chunks are the pool's: they go with it. */
void record_store_fini(struct record_store *store);

/* Room for one more record at the end; NULL when memory is out. O(1) amortised. */
struct stream_record *record_store_append(struct record_store *store);
/* Forgets what is before `sequence` (at most `end`). O(chunks dropped). */
void record_store_drop(struct record_store *store, uint64_t sequence);

/* The record of `sequence`, first <= sequence < end, and how many lie side by side from there on. O(1). */
static inline struct stream_record *record_store_run(const struct record_store *store, uint64_t sequence, uint32_t *count)
{
    uint64_t chunk = sequence / STORE_CHUNK - store->first / STORE_CHUNK;
    uint32_t id = store->ring[(store->head + (uint32_t)chunk) & (store->capacity - 1)];
    uint32_t place = (uint32_t)(sequence % STORE_CHUNK);
    uint64_t left = store->end - sequence;
    *count = left < STORE_CHUNK - place ? (uint32_t)left : STORE_CHUNK - place;
    return (struct stream_record *)pool_at(store->chunks, id) + place;
}

#endif
