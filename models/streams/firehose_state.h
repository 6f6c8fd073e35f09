/* firehose_state.h: a delivery stream: records come in, are transformed by a function in batches where that is wanted, and are put into a
 * bucket as objects. Private to this folder. Sources: rules firehose_*, which cite the Data Firehose developer guide, "Transform source
 * data", "Configure buffering hints", "Handle data delivery failures" and "Quota".
 *
 * From the ground up: firehose_object.c (what is put into a bucket), firehose_transform.c (batches and their function), firehose_source.c
 * (reading a data stream), firehose_check.c (what is refused), delivery_stream.c (the tables, and what is put directly).
 * Buffering hints hold for each shard of the source, so each has a lane of its own; what is put directly has one. */
#ifndef SLSIM_STREAMS_FIREHOSE_STATE_H
#define SLSIM_STREAMS_FIREHOSE_STATE_H

#include "engine/back_off.h"
#include "engine/batch.h"
#include "engine/chain.h"
#include "engine/delivery.h"
#include "engine/fault.h"
#include "engine/streamable.h"
#include "engine/token_bucket.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"

#include <stdbool.h>
#include <stdint.h>

enum firehose_event {
    FIREHOSE_DELIVERY,   /* of the struct delivery */
    FIREHOSE_BATCH_DUE,  /* data: lane */
    FIREHOSE_CALL_LIMIT, /* data: batch */
    FIREHOSE_CALL_AGAIN, /* data: batch */
    FIREHOSE_READ,       /* data: shard */
    FIREHOSE_GROWN,      /* there are further shards */
    FIREHOSE_OBJECT_DUE  /* and one more for each route; data: lane */
};

/* Where objects go: the numbers of the delivery's routes. */
enum firehose_route { ROUTE_DESTINATION, ROUTE_FAILED, ROUTE_BACKUP, FIREHOSE_ROUTES };

enum firehose_source_kind { SOURCE_DIRECT_PUT, SOURCE_KINESIS, SOURCE_MSK };

/* What goes to a bucket, and when. */
struct firehose_destination {
    uint32_t bucket;
    int64_t size_bytes, interval_ns;
    int format;        /* 0: not compressed */
    double byte_share; /* by `create`: of an object's bytes, what is stored */
    bool given, size_given, interval_given;
};

struct firehose_config {
    struct firehose_destination destination, backup;
    int source_kind; /* enum firehose_source_kind */
    bool source_kind_given, source_given;
    uint32_t source; /* the data stream */
    int backup_mode; /* 0: Disabled */
    bool plain_destination;
    bool processing;
    struct property_list processors;

    /* by `validate`, of the processor: */
    uint32_t function; /* ENTITY_NONE: nothing is transformed */
    int64_t batch_bytes, batch_ns;
    uint32_t retries;
    struct content_set batch_operations; /* contents that say PutRecordBatch */

    double drop_rate, output_ratio, compression;
};

/* One of the processors, and one of its parameters. */
struct firehose_processor {
    int type; /* 0: Lambda */
    struct property_list parameters;
};

struct firehose_parameter {
    const char *name, *value;
};

/* One that is being filled, or is on its way. Never given back to its pool: what it allocated is used again. */
struct firehose_object {
    uint32_t next; /* among those that are free */
    uint32_t count;
    size_t capacity;
    uint64_t bytes, source_bytes; /* source_bytes: before the transformation */
    uint64_t item;                /* of its first record: stands for it wherever something is drawn */
    int64_t oldest_ns;            /* when its oldest record came */
    int64_t due_ns;
    int64_t *arrived_ns; /* owned; of each record; only of what goes to the destination */
};

/* The same of what a function gets. */
struct firehose_batch {
    uint32_t next;    /* among those that are free */
    struct link line; /* of its lane */
    uint32_t lane;
    uint32_t count;
    size_t record_capacity, arrived_capacity;
    uint32_t request; /* under way; POOL_NONE: none */
    uint32_t tries;
    uint64_t bytes;
    int64_t sent_ns;
    struct batch_record *records; /* owned */
    int64_t *arrived_ns;          /* owned */
    struct batch batch;           /* what the function sees of it */
};

struct firehose_lane {
    uint32_t batch; /* that is being filled; POOL_NONE: none */
    int64_t batch_due_ns;
    struct chain line; /* batches that wait for a call */
    uint32_t calls;    /* batches that the function has, or that are to be tried again */
    bool calling;      /* inside the loop that calls */
    uint32_t objects[FIREHOSE_ROUTES];
};

/* Of the stream that is read. */
struct firehose_shard {
    uint64_t fetched;
    int64_t next_ns; /* not read again before */
    bool read_pending;
};

struct firehose_metrics {
    struct counter records, bytes, requests, throttled, read_records, read_bytes;
    struct counter calls, calls_ended_well, processed, processed_bytes, dropped, failed, skipped;
    struct tally call_duration;
    struct counter put_records[FIREHOSE_ROUTES], put_bytes[FIREHOSE_ROUTES], puts[FIREHOSE_ROUTES];
    struct tally freshness[FIREHOSE_ROUTES]; /* age of an object's oldest record at each try to put it */
    struct tally delay;                      /* of each record, until it is in the bucket */
    struct counter lost, billed_bytes;
    struct gauge held; /* records that have no fate yet */
};

struct firehose {
    uint32_t self;
    struct fault_state faults;
    struct firehose_config config;

    /* state */
    struct firehose_lane *lanes; /* owned */
    size_t lane_capacity;
    uint32_t lane_count;
    struct pool objects, batches;
    uint32_t free_object, free_batch;
    struct delivery delivery;
    struct back_off back_off; /* of puts and calls */
    struct stream drops;
    int64_t retention_ns, call_limit_ns;
    uint32_t calls_most;   /* of a lane, at once */
    uint64_t payload_most; /* of a call, and of its answer */
    double text_factor;    /* bytes of a record in a call, for each of its own */
    bool retries_errors;
    uint64_t record_step, record_most;

    /* put directly */
    struct token_bucket record_quota, request_quota, byte_quota;
    uint32_t put_from, put_count; /* the request that is being put together */
    int64_t put_at_ns, put_batch_most, second_bytes;
    uint64_t put_bytes, put_batch_bytes;

    /* read from a stream */
    const struct streamable *source;
    void *stream;
    uint32_t reader, shard_count;
    struct firehose_shard *shards; /* owned */
    size_t shard_capacity;
    int64_t poll_ns;

    struct firehose_metrics metrics;
};

/* A record on its way through. */
struct firehose_record {
    uint64_t item;
    int64_t arrived_ns;
    uint32_t bytes, source_bytes;
    bool poison;
};

/* firehose_object.c */
enum status firehose_objects_create(struct simulation *simulation, struct firehose *firehose);
void firehose_objects_destroy(struct firehose *firehose);
/* Puts it into the object that is being filled. */
void firehose_object_add(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route,
                         const struct firehose_record *record);
void firehose_object_due(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route);
/* So many records have their fate. */
void firehose_settle(struct simulation *simulation, struct firehose *firehose, uint64_t count, const struct cause *cause);
/* Room in the list that the pointer at `list` owns for one more item of `size` bytes behind `count`; false when memory is out, which also
 * fails the run. */
bool firehose_grow(struct simulation *simulation, const struct firehose *firehose, void *list, size_t count, size_t *capacity, size_t size);
/* One more lane; false when memory is out, which also fails the run. */
bool firehose_add_lane(struct simulation *simulation, struct firehose *firehose);

/* firehose_transform.c */
void firehose_batches_create(struct simulation *simulation, struct firehose *firehose);
void firehose_batches_destroy(struct firehose *firehose);
void firehose_batch_add(struct simulation *simulation, struct firehose *firehose, uint32_t lane, const struct firehose_record *record);
void firehose_batch_due(struct simulation *simulation, struct firehose *firehose, uint32_t lane);
void firehose_call_limit(struct simulation *simulation, struct firehose *firehose, uint32_t id);
void firehose_call_again(struct simulation *simulation, struct firehose *firehose, uint32_t batch);
/* Is it the answer, or the request, of a call? */
bool firehose_is_call(const struct request *request);
void firehose_call_answered(struct simulation *simulation, struct firehose *firehose, struct request *request);
struct batch *firehose_batch(struct simulation *simulation, void *self, const struct request *request);

/* firehose_source.c */
void firehose_source_start(struct simulation *simulation, struct firehose *firehose);
void firehose_source_read(struct simulation *simulation, struct firehose *firehose, uint32_t index);
void firehose_source_grown(struct simulation *simulation, struct firehose *firehose);

/* firehose_check.c */
void firehose_validate(struct validation *validation, void *blob);
void firehose_receives(struct validation *validation, const struct sending *sending, const void *config);
extern const struct property firehose_processor_properties[];
extern const char *const firehose_refusals[];

/* delivery_stream.c: a record that is taken, by whichever way it came. */
void firehose_take(struct simulation *simulation, struct firehose *firehose, uint32_t lane, const struct firehose_record *record);

#endif
