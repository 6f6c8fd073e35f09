/* kinesis_state.h: the state of a Kinesis stream, for the files that share it. Private to this folder. */
#ifndef SLSIM_STREAMS_KINESIS_STATE_H
#define SLSIM_STREAMS_KINESIS_STATE_H

#include "engine/content.h"
#include "engine/fault.h"
#include "engine/token_bucket.h"
#include "growth.h"
#include "measure/tally.h"
#include "shard_log.h"

#define KINESIS_STREAM_TYPE "AWS::Kinesis::Stream"

enum stream_mode { MODE_PROVISIONED, MODE_ON_DEMAND };
enum stream_event { STREAM_EXPIRY, STREAM_UPDATED, STREAM_REVIEW, STREAM_GROW };

struct stream_consumer; /* stream_consumer.h */

/* What is measured of one shard, and of the stream. */
struct shard_figures {
    struct counter incoming_records, incoming_bytes, refused, outgoing_records, outgoing_bytes, reads_refused;
    struct tally iterator_age;
};

/* What may be done to one shard. */
struct shard_limits {
    struct shard_figures *figures;      /* its own, or the stream's */
    struct token_bucket records, bytes; /* written */
    struct token_bucket reads;          /* calls of standard readers */
    int64_t free_ns;                    /* since when what standard readers took is paid off: calls before are refused */
};

struct kinesis_stream {
    struct shard_log log; /* first: see there */
    struct fault_state faults;

    /* config */
    int64_t shard_count; /* as it is to be: changes set it */
    int mode;            /* enum stream_mode */
    bool shard_count_given;

    /* state */
    struct shard_limits *limits; /* owned; by shard */
    size_t limit_capacity;
    struct stream_consumer **consumers; /* owned; all that are registered */
    uint32_t consumer_count;
    size_t consumer_capacity;
    struct stream_consumer **reads_for; /* owned; by reader: its consumer, or NULL */
    size_t reads_for_capacity;
    uint32_t standard_readers;
    int64_t record_limit_bytes, second_bytes, record_rate;
    uint64_t unit_bytes;
    int64_t read_pace_ns, calls_kept; /* between two reads of a shard; how many unused ones may come at once */
    double read_ns_per_byte, read_ns_per_record;
    uint64_t read_records, read_bytes; /* at most in one call */
    double push_ns_per_byte;
    uint64_t push_bytes; /* the same, of what is pushed */
    int64_t poll_ns;
    int64_t target;       /* shards after the update under way; 0: none */
    int64_t *update_ns;   /* owned; when the last `update_most` updates began, in turn */
    uint64_t updates;     /* so far */
    uint64_t update_most; /* within 24 h */
    int64_t update_lasts_ns;
    double update_factor;
    struct growth growth_bytes, growth_records; /* in shards */

    struct shard_figures figures; /* of all shards */
    struct gauge updating;
    struct counter put_units, updates_refused;
};

/* kinesis_shard.c */
extern const struct inner_parts kinesis_shards;
/* Where what happens to the shard is counted. */
struct shard_figures *stream_shard_figures(struct simulation *simulation, struct kinesis_stream *stream, uint32_t shard);

/* kinesis_read.c */
extern const struct streamable kinesis_streamable;
extern const struct envelope kinesis_envelope[]; /* how a record looks to a filter */

/* kinesis_reshard.c */
enum status stream_reshard_create(struct simulation *simulation, struct kinesis_stream *stream);
void stream_reshard_destroy(struct kinesis_stream *stream);
/* Limits of the shards from `first` on. */
bool stream_limit_shards(struct simulation *simulation, struct kinesis_stream *stream, uint32_t first);
void stream_changed(struct simulation *simulation, void *self, size_t offset);
void stream_updated(struct simulation *simulation, struct kinesis_stream *stream);
/* A record was stored in an on-demand stream. */
void stream_note_write(struct simulation *simulation, struct kinesis_stream *stream, uint32_t bytes);
void stream_review(struct simulation *simulation, struct kinesis_stream *stream);
void stream_grow(struct simulation *simulation, struct kinesis_stream *stream);

#endif
