/* streamable.h: the role of what keeps records in order and is read rather than called: streams. Whoever reads knows it by this table
 * alone. A stream has shards, numbered from 0; a shard keeps records by sequence number, counted from 0 without gaps. Reading removes
 * nothing: each reader has its own place. Records go when every reader has passed them, or when retention ends. */
#ifndef SLSIM_ENGINE_STREAMABLE_H
#define SLSIM_ENGINE_STREAMABLE_H

#include "engine/request.h"

#include <stdbool.h>
#include <stdint.h>

struct simulation;
struct envelope; /* engine/content.h */

struct stream_record {
    uint64_t item;      /* as a request's: the place in every stream that draws for it */
    int64_t arrived_ns; /* never decreases within a shard */
    uint32_t group;     /* the partition key's number */
    uint32_t payload_bytes : 30;
    uint32_t poison : 1; /* its source says that it always fails */
    uint32_t taken : 1;  /* set by the first reader: it answers for the record's fate from then on */
    uint8_t content;     /* a number of engine/content.h */
    uint8_t hops;        /* as a request's */
};

_Static_assert(sizeof(struct stream_record) == 32, "a backlog is paid for by the record");

/* A key's hash, for whoever spreads keys: the upper half decides the shard, the lower one a lane within it, so neither tells of the other.
 * The finaliser of SplitMix64, a bijection: it stands for MD5. */
static inline uint64_t stream_key_hash(uint32_t group)
{
    uint64_t x = (uint64_t)group + UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* Where 32 bits of a hash fall when their range is cut into `count` equal parts. */
static inline uint32_t stream_hash_part(uint32_t hash, uint32_t count)
{
    return (uint32_t)((uint64_t)hash * count >> 32);
}

/* The least hash of part `part`, or 2^32 for the part after the last. */
static inline uint64_t stream_hash_from(uint32_t part, uint32_t count)
{
    return (((uint64_t)part << 32) + count - 1) / count;
}

#define READER_NONE UINT32_MAX

/* Who reads, and what it is told by. */
struct stream_reader {
    uint32_t entity;
    uint32_t through; /* whose reader it is: the entity with `through` below; ENTITY_NONE: the stream's own */
    uint16_t woken;   /* kind of the event that `wait` sends: data is the shard */
    uint16_t grown;   /* kind of the event that tells of further shards */
};

struct streamable {
    const struct envelope *envelope; /* how a record looks to a filter; NULL: as its body */

    /* What is read through something else, as a consumer of a stream is, has this and nothing more: the entity of the stream, which does
     * all the rest and learns from `subscribe` who it is for. ENTITY_NONE: its reference could not be read. */
    uint32_t (*through)(const void *config);

    /* Of the configuration, for `validate`: what it lacks to be read ("needs StreamSpecification"); NULL or a NULL answer: nothing. */
    const char *(*lacks)(const void *config);
    const char *readers_rule; /* more readers than this rule says are advised against; NULL: any number */
    bool by_position_only;    /* reading cannot start at a time */

    /* How many shards there are or were. It may grow while it runs; a shard keeps its number. This and what follows is asked from
     * `start` on. */
    uint32_t (*shard_count)(const void *self);
    int64_t (*retention_ns)(const void *self);
    /* How long a reader pauses that has found nothing; 0: it need not ask, records are pushed to it. */
    int64_t (*poll_ns)(const struct simulation *simulation, const void *self, uint32_t reader);

    /* A closed shard gets no further records. Those of its children come after them: whoever keeps order reads a child when it is done with
     * all of the child's parents. Both are ranges of shards: `*first` and how many. */
    bool (*closed)(const void *self, uint32_t shard);
    uint32_t (*parents)(const void *self, uint32_t shard, uint32_t *first);
    uint32_t (*children)(const void *self, uint32_t shard, uint32_t *first);

    /* For `start`: one more reader, which stands before the first record of every shard. Returns its number. The first reader is number 0:
     * the ledgers of the shards follow what it makes of the records. READER_NONE when memory is out, which also fails the run. */
    uint32_t (*subscribe)(struct simulation *simulation, void *self, const struct stream_reader *reader);

    /* The sequence number of the oldest record that is still kept, and the one after the newest. */
    uint64_t (*oldest)(const void *self, uint32_t shard);
    uint64_t (*end)(const void *self, uint32_t shard);
    /* The records from `sequence` on (oldest <= sequence < end) as far as they lie side by side; `*count` is at least 1. Good until the
     * next call. */
    struct stream_record *(*records)(void *self, uint32_t shard, uint64_t sequence, uint32_t *count);

    /* One read call from `from` on: returns the sequence number after the last record that it got; when it got none, or was refused, that
     * of the oldest record that is kept if `from` lies before it, else `from`. `*again_ns`: when this reader had better read the shard
     * again. O(records read). */
    uint64_t (*read)(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t from, int64_t *again_ns);
    /* Nothing was left: sends one event (RANK_ARRIVAL, data = shard) when a further record has come or the shard was closed, at the first
     * of the instants `from_ns`, `from_ns` + `period_ns`, ... that is not before it; with `period_ns` 0 when it is pushed, not before
     * `from_ns`. */
    void (*wait)(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, int64_t from_ns, int64_t period_ns);

    /* `count` records of the shard have been marked as taken; and what became of `count` of them. Without effect for readers other than the
     * first. */
    void (*taken)(void *self, uint32_t reader, uint32_t shard, uint32_t count);
    void (*settle)(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint32_t count, const struct cause *cause);
    /* The reader needs nothing before `sequence` any more. */
    void (*passed)(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t sequence);
};

#endif
