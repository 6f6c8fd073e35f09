/* dynamo_state.h: the state of a DynamoDB table, for the files that share it. Private to this folder. */
#ifndef SLSIM_STREAMS_DYNAMO_STATE_H
#define SLSIM_STREAMS_DYNAMO_STATE_H

#include "engine/content.h"
#include "engine/distribution.h"
#include "engine/fault.h"
#include "engine/random.h"
#include "engine/token_bucket.h"
#include "growth.h"
#include "measure/tally.h"
#include "shard_log.h"

enum billing_mode { BILLING_PROVISIONED, BILLING_PAY_PER_REQUEST };
enum stream_view { VIEW_KEYS_ONLY, VIEW_NEW_IMAGE, VIEW_OLD_IMAGE, VIEW_NEW_AND_OLD_IMAGES };
enum table_event { TABLE_EXPIRY, TABLE_WRITTEN, TABLE_REVIEW, TABLE_GROW };

struct dynamo_table {
    struct shard_log log; /* first: see there; of its stream, without shards where it has none */
    struct fault_state faults;

    /* config */
    int billing, view;                  /* enum billing_mode, stream_view */
    int64_t read_units, write_units;    /* a second, provisioned */
    const struct distribution *latency; /* of one operation */
    bool billing_given, throughput_given, stream_given, indexes_given, kinesis_given;

    struct content_set reads, deletes; /* what items that say their operation do; set by validate */

    /* state */
    struct stream latency_stream;
    struct token_bucket writes; /* units */
    struct growth growth;       /* on demand: units a second */
    int64_t item_most_bytes;
    uint64_t read_records, read_bytes; /* of the stream, at most in one call */
    int64_t poll_ns;
    double image_factor;     /* size of a stream's record: times the item's, */
    double deleted_factor;   /* or this where it was deleted, */
    uint32_t record_bytes;   /* plus this */
    uint64_t pending;        /* writes that will be answered */
    bool shards_split;       /* shards of the stream are the table's partitions */
    double partition_writes; /* units a second */
    double partition_reads;

    uint64_t unit_bytes, read_unit_bytes;
    struct counter read_blocks; /* of the size of a read unit: for the bill */
    struct counter consumed_writes, write_throttles, throttled, returned_records, returned_bytes;
    struct gauge write_capacity, provisioned_writes, provisioned_reads;
    struct tally operation_latency;
};

/* dynamo_write.c */
enum status table_create(struct simulation *simulation, void *self);
void table_destroy(struct simulation *simulation, void *self);
void table_accept(struct simulation *simulation, void *self, struct request *request);
void table_handle(struct simulation *simulation, void *self, const struct event *event);
enum status table_finish(struct simulation *simulation, void *self);
extern const struct streamable dynamo_streamable;

#endif
