/* dynamo_state.h: the state of a DynamoDB table, for the files that share it. Private to this folder. From the ground up:
 * dynamo_operation.c: what the API's actions ask of a table;
 * dynamo_throughput.c: units a second, provisioned or on demand;
 * dynamo_keys.c: what single items or partitions can have;
 * dynamo_life.c: items that have an end;
 * dynamo_index.c: global secondary indexes;
 * dynamo_global.c: replicas;
 * dynamo_stream.c: the stream of changes, as its readers see it;
 * dynamo_copies.c: writes on their way to the other replicas;
 * dynamo_update.c: how provisioned capacity changes while it runs;
 * dynamo_write.c: reads and writes against all that;
 * dynamo_table.c: the tables of the types. */
#ifndef SLSIM_STREAMS_DYNAMO_STATE_H
#define SLSIM_STREAMS_DYNAMO_STATE_H

#include "dynamo_copies.h"
#include "dynamo_keys.h"
#include "dynamo_life.h"
#include "dynamo_operation.h"
#include "dynamo_throughput.h"
#include "engine/distribution.h"
#include "engine/fault.h"
#include "engine/random.h"
#include "engine/scalable.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "shard_log.h"

enum billing_mode { BILLING_PROVISIONED, BILLING_PAY_PER_REQUEST };
enum consistency { CONSISTENCY_EVENTUAL, CONSISTENCY_STRONG };
enum stream_view { VIEW_KEYS_ONLY, VIEW_NEW_IMAGE, VIEW_OLD_IMAGE, VIEW_NEW_AND_OLD_IMAGES };
enum projection { PROJECTION_ALL, PROJECTION_KEYS_ONLY, PROJECTION_INCLUDE };
enum table_event { TABLE_EXPIRY, TABLE_ANSWER, TABLE_REVIEW, TABLE_GROW, TABLE_UPDATED, TABLE_REPLICATED, TABLE_COMMITTED, TABLE_LIFE };

/* What is measured of a table, and of an index: two blobs of it. */
struct dynamo_figures {
    struct throughput_figures reads, writes;
};

/* An element of GlobalSecondaryIndexes; each replication has its own. */
struct dynamo_index {
    const char *name;
    int projection; /* enum projection */
    bool throughput_given;
    struct throughput reads, writes;
};

struct dynamo_table {
    struct shard_log log; /* first: see there; of its stream, without shards where it has none */
    struct fault_state faults;

    /* config */
    int billing, view;                  /* enum billing_mode, stream_view */
    const struct distribution *latency; /* of one operation */
    bool billing_given, throughput_given, stream_given, kinesis_given, on_demand_given, local_given, lag_given;
    bool hot_partitions;
    int64_t storage_bytes;
    const struct distribution *lag;    /* between replicas */
    const struct distribution *commit; /* of a write that is strongly consistent in all of them */
    int consistency;                   /* enum consistency */
    bool commit_given;
    struct property_list witnesses;    /* private to dynamo_global.c */
    uint32_t replica_entities;         /* the first of their parts; the others follow */
    struct property_list replica_list; /* of a global table; private to dynamo_global.c */
    struct property_list index_list;   /* of struct dynamo_index */
    uint32_t index_entities;           /* the first of their parts; the others follow */
    const struct dynamo_asked *asked;  /* by content; set by validate */

    /* state */
    struct throughput reads, writes;
    struct dynamo_index *indexes; /* owned */
    uint32_t index_count;
    uint32_t partitions;
    struct dynamo_keys keys;
    struct dynamo_life life; /* its config, too */
    struct dynamo_copies copies;
    struct stream latency_stream, lag_stream;
    int64_t poll_ns;
    uint64_t read_records, read_bytes; /* of the stream, at most in one call */
    double image_factor;               /* size of a stream's record: times the item's, */
    double deleted_factor;             /* or this where it was deleted, */
    uint32_t record_bytes;             /* plus this */
    uint64_t pending;                  /* requests that will be answered */
    bool shards_split;                 /* shards of the stream are the table's partitions */
    int64_t eventual_parts, transaction_factor;
    uint64_t write_unit_bytes, read_unit_bytes;
    int64_t most_bytes[DYNAMO_LIMITS]; /* of an operation */
    uint32_t decreases;                /* of provisioned capacity, on the day that is `decrease_day` */
    int64_t decrease_day, decreased_ns;

    struct dynamo_figures figures;
    struct counter copied_deletions; /* write units of what Time to Live deletes, in the other replicas */
    struct counter throttled, updates_refused, returned_records, returned_bytes;
    struct tally operation_latency, replication_latency;
    struct gauge replicating;
};

/* dynamo_index.c */
extern const struct property dynamo_index_properties[];
extern const struct inner_parts dynamo_indexes;
void dynamo_index_validate(struct validation *validation, struct dynamo_table *table);
enum status dynamo_index_create(struct simulation *simulation, struct dynamo_table *table);
/* Of what a write of so many bytes is in an index. */
int64_t dynamo_index_units(const struct dynamo_table *table, const struct dynamo_index *index, uint64_t bytes);

/* dynamo_global.c */
extern const struct property dynamo_global_properties[];
void dynamo_global_validate(struct validation *validation, struct dynamo_table *table);
/* Parts of read units that were consumed in all Regions. */
double dynamo_global_consumed(const struct simulation *simulation, const struct dynamo_table *table);
/* Read units a second that are provisioned in the other Regions. */
int64_t dynamo_global_reads(const struct dynamo_table *table);
/* The same of the replica `index`, which is not the first. */
int64_t dynamo_replica_reads(const struct dynamo_table *table, uint32_t index);
/* The replica of that Region; 0, the first, where none is (NULL: nobody knows the Region). */
uint32_t dynamo_replica_named(const struct dynamo_table *table, const char *region);
extern const struct inner_parts dynamo_replicas;

/* dynamo_stream.c */
extern const struct streamable dynamo_streamable, dynamo_global_streamable;
enum status dynamo_stream_create(struct simulation *simulation, struct dynamo_table *table);
/* Notes the change; false when memory is out, which also fails the run. */
bool dynamo_stream_append(struct simulation *simulation, struct dynamo_table *table, const struct request *request, bool deleted);
/* Capacity has changed: there may be more partitions than before, and then more shards. */
void dynamo_stream_follow(struct simulation *simulation, struct dynamo_table *table);

/* dynamo_update.c */
extern const struct scalable dynamo_scalable[];
void dynamo_changed(struct simulation *simulation, void *self, size_t offset);
void dynamo_updated(struct simulation *simulation, struct dynamo_table *table, uint32_t which);
/* Events name throughputs by numbers: the table's reads and writes, and those of its indexes in turn; from THROUGHPUT_OF_REPLICA on the
 * reads of replicas. */
#define THROUGHPUT_OF_REPLICA 0x10000u
struct throughput *dynamo_throughput_at(struct dynamo_table *table, uint32_t which);

/* dynamo_write.c */
enum status table_create(struct simulation *simulation, void *self);
void table_destroy(struct simulation *simulation, void *self);
void table_accept(struct simulation *simulation, void *self, struct request *request);
void table_handle(struct simulation *simulation, void *self, const struct event *event);
enum status table_finish(struct simulation *simulation, void *self);

#endif
