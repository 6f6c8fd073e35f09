/* shard_log.h: what streams have in common: shards that keep records in order until retention ends, readers with a place in each, and
 * shards that are replaced by others while it runs. Private to this folder.
 *
 * A type whose state begins with a struct shard_log may put the functions that take `self` into its struct streamable as they are. */
#ifndef SLSIM_STREAMS_SHARD_LOG_H
#define SLSIM_STREAMS_SHARD_LOG_H

#include "engine/pool.h"
#include "engine/simulation.h"
#include "engine/streamable.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "record_store.h"

#include <stdbool.h>
#include <stdint.h>

struct log_shard {
    struct record_store store;
    const char *name;      /* "Clicks/shard-0" */
    struct ledger *ledger; /* of its own entity, or of a part */
    uint64_t taken;        /* records that the first reader answers for and has not settled */
    uint32_t waiting;      /* readers that want to hear of the next record */
    uint32_t first_parent, parent_count, first_child, child_count;
    bool expiry_scheduled, closed;
};

/* Where a reader stands in one shard. */
struct log_place {
    uint64_t passed;
    int64_t from_ns, period_ns; /* of its wake-up */
    bool waits;
};

struct log_reader {
    struct stream_reader who;
    int64_t push_ns;          /* how long after its arrival a record is pushed; of those that are polled for: 0 */
    struct log_place *places; /* owned; by shard */
};

struct shard_log {
    uint32_t self;
    uint16_t expiry_kind;
    int64_t retention_ns;
    uint32_t entity_first, entity_count; /* so many of the first shards are entities; 0: none */
    struct log_shard *shards;            /* owned */
    uint32_t count, capacity;            /* shards, the closed too */
    uint32_t open_first, opens;          /* the open ones are the last: an even cut of all hashes */
    struct log_reader *readers;          /* owned */
    uint32_t reader_count;
    struct pool chunks;
    struct gauge open, waiting;
    struct counter expired;
};

/* For create: `self`, `expiry_kind`, `retention_ns` and which shards are entities are set; makes `shards` of them, perhaps none. */
enum status shard_log_create(struct simulation *simulation, struct shard_log *log, uint32_t shards);
void shard_log_destroy(struct shard_log *log);
enum status shard_log_finish(struct simulation *simulation, struct shard_log *log);

/* The open shard of a key. There is one. */
uint32_t shard_log_of(const struct shard_log *log, uint32_t group);
/* Stores what `request` carries, `bytes` long, in the shard `index`, and wakes who waits. False when memory is out, which also fails the
 * run. */
bool shard_log_append(struct simulation *simulation, struct shard_log *log, uint32_t index, const struct request *request, uint32_t bytes);
/* An event of `expiry_kind`. */
void shard_log_expire(struct simulation *simulation, struct shard_log *log, uint32_t index);
/* Closes all open shards and opens `shards` others in their place, each with the closed ones of its hashes for parents. False when memory
 * is out, which also fails the run. */
bool shard_log_reshard(struct simulation *simulation, struct shard_log *log, uint32_t shards);

/* One read: at most so many records and bytes (but one at least), none that came after `until_ns`. */
struct log_read {
    uint64_t most_records, most_bytes;
    int64_t until_ns;
    /* set by the read: */
    uint64_t records, bytes, end; /* `end`: where to go on */
    int64_t last_ns;              /* when the last came */
    int64_t left_ns;              /* when the first that was left came; TIME_FOREVER: none was left */
};
void shard_log_read(const struct shard_log *log, uint32_t shard, uint64_t from, struct log_read *read);

/* As streamable's. `subscribe` polls: who pushes sets the reader's `push_ns` after it. */
uint32_t shard_log_subscribe(struct simulation *simulation, void *self, const struct stream_reader *reader);
uint32_t shard_log_count(const void *self);
int64_t shard_log_retention_ns(const void *self);
bool shard_log_closed(const void *self, uint32_t shard);
uint32_t shard_log_parents(const void *self, uint32_t shard, uint32_t *first);
uint32_t shard_log_children(const void *self, uint32_t shard, uint32_t *first);
uint64_t shard_log_oldest(const void *self, uint32_t shard);
uint64_t shard_log_end(const void *self, uint32_t shard);
struct stream_record *shard_log_records(void *self, uint32_t shard, uint64_t sequence, uint32_t *count);
void shard_log_wait(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, int64_t from_ns, int64_t period_ns);
void shard_log_taken(void *self, uint32_t reader, uint32_t shard, uint32_t count);
void shard_log_settle(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint32_t count,
                      const struct cause *cause);
void shard_log_passed(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t sequence);

/* Metrics of a type whose state begins with a struct shard_log. */
#define SHARD_LOG_METRICS                                                                                                                  \
    {.name_space = "slsim",                                                                                                                \
     .name = "Shards",                                                                                                                     \
     .unit = "Count",                                                                                                                      \
     .kind = METRIC_GAUGE,                                                                                                                 \
     .offset = offsetof(struct shard_log, open),                                                                                           \
     .help = "Open shards."},                                                                                                              \
        {.name_space = "slsim",                                                                                                            \
         .name = "RecordsWaiting",                                                                                                         \
         .unit = "Count",                                                                                                                  \
         .kind = METRIC_GAUGE,                                                                                                             \
         .offset = offsetof(struct shard_log, waiting),                                                                                    \
         .help = "Stored records that have no fate yet."},                                                                                 \
    {                                                                                                                                      \
        .name_space = "slsim", .name = "RecordsExpired", .unit = "Count", .kind = METRIC_COUNT,                                            \
        .offset = offsetof(struct shard_log, expired), .help = "Records whose retention ended before the first reader had them."           \
    }

#endif
