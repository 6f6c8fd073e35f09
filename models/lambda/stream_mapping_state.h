/* stream_mapping_state.h: the mapping of a stream to a function: who reads, what is collected into a batch, what becomes of it. Private to
 * this folder. Sources: rules stream_*, kinesis_poll_hz and ddb_poll_hz, which cite the Lambda developer guide, "Using Lambda with
 * Kinesis", "Event source mappings", "Batch failure reporting" and "On-failure destinations".
 *
 * A shard whose parents are not done waits for them, so order also holds where shards are split and merged.
 * A shard has `parallelization_factor` lanes. A key always goes to the same lane, and a lane has one batch at a time: so order holds within
 * a key, and concurrency is at most shards x factor. A batch that fails is handed over again, whole and before anything behind it. */
#ifndef SLSIM_LAMBDA_STREAM_MAPPING_STATE_H
#define SLSIM_LAMBDA_STREAM_MAPPING_STATE_H

#include "engine/back_off.h"
#include "engine/batch.h"
#include "engine/simulation.h"
#include "engine/streamable.h"
#include "function_rights.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

struct validation;
struct content_set; /* engine/content.h */

enum stream_position { POSITION_TRIM_HORIZON, POSITION_LATEST, POSITION_AT_TIMESTAMP };

struct stream_mapping_config {
    uint32_t function, source;           /* entities */
    uint32_t on_failure;                 /* gets a record of what was discarded; ENTITY_NONE: nobody */
    int64_t batch_size;                  /* at least 1 */
    int64_t window_ns;                   /* MaximumBatchingWindowInSeconds */
    int64_t factor;                      /* ParallelizationFactor, at least 1 */
    int64_t max_retries;                 /* -1: for ever */
    int64_t max_age_s;                   /* MaximumRecordAgeInSeconds; -1: none */
    int64_t tumbling_window_ns;          /* TumblingWindowInSeconds; 0: none */
    int64_t state_record_bytes;          /* what a record adds to a window's state */
    double at_epoch_s;                   /* StartingPositionTimestamp, Unix time */
    int position;                        /* enum stream_position */
    bool bisect;                         /* BisectBatchOnFunctionError */
    bool reports_failures;               /* ReportBatchItemFailures */
    const struct content_set *passes;    /* FilterCriteria; NULL: all pass */
    uint32_t rights[SOURCE_RIGHTS_MOST]; /* at the source, by numbers */
};

/* The order of enum stream_position, as CloudFormation spells it; ends with NULL. */
extern const char *const stream_positions[];

struct stream_mapping_metrics {
    struct counter discarded, expired, repeated, dropped;
    struct counter windows, windows_lost, windows_early;
    struct gauge blocked; /* shards */
};

/* Counters of the type that holds the mapping, which queues have too; NULL: not kept. */
struct stream_mapping_shared {
    struct counter *polled, *filtered, *invoked, *failed; /* records: taken, passed over, called with, called with in vain */
    struct tally *batch_size;
};

/* One row of the table of a type whose state has a struct stream_mapping_metrics at `at`. */
#define STREAM_METRIC(AT, SPACE, NAME, KIND, FIELD, HELP)                                                                                  \
    {                                                                                                                                      \
        .name_space = SPACE, .name = NAME, .unit = "Count", .kind = KIND, .offset = (AT) + offsetof(struct stream_mapping_metrics, FIELD), \
        .help = HELP                                                                                                                       \
    }
/* All of them. */
#define STREAM_MAPPING_METRICS(AT)                                                                                                         \
    STREAM_METRIC(AT, "AWS/Lambda", "DroppedEventCount", METRIC_COUNT, dropped, "Records given up, or expired while they were tried."),    \
        STREAM_METRIC(AT, "slsim", "RecordsDiscarded", METRIC_COUNT, discarded, "Records given up: too many retries, or too old."),        \
        STREAM_METRIC(AT, "slsim", "RecordsExpired", METRIC_COUNT, expired, "Records of batches that were tried until retention ended."),  \
        STREAM_METRIC(AT, "slsim", "DuplicateDeliveries", METRIC_COUNT, repeated,                                                          \
                      "Records handed to the function again, each time after the first."),                                                 \
        STREAM_METRIC(AT, "slsim", "WindowsClosed", METRIC_COUNT, windows, "Tumbling windows whose final invocation succeeded."),          \
        STREAM_METRIC(AT, "slsim", "WindowsLost", METRIC_COUNT, windows_lost,                                                              \
                      "Tumbling windows whose final invocation was given up: too many retries, or too old."),                              \
        STREAM_METRIC(AT, "slsim", "WindowsTerminatedEarly", METRIC_COUNT, windows_early,                                                  \
                      "Final invocations before a window's end: its shard ended, or its state was too large."),                            \
        STREAM_METRIC(AT, "slsim", "BlockedShards", METRIC_GAUGE, blocked,                                                                 \
                      "Shards with a batch that has failed and is to be handed over again.")

enum stream_lane_state {
    STREAM_LANE_COLLECTING, /* holds what its batch has so far, perhaps nothing */
    STREAM_LANE_READY,      /* has a part to hand over */
    STREAM_LANE_CALLING,    /* the function has it */
    STREAM_LANE_BACKING     /* waits before it hands it over again */
};

/* A batch is cut in half until single records are left: so often at most. */
#define STREAM_SPLITS 32u

/* The tumbling window that a lane aggregates: stream_window.c. */
struct stream_window {
    int64_t end_ns;
    int64_t last_ns;  /* when the last record that it took came */
    uint64_t item;    /* of that record: stands for the window wherever something is drawn */
    uint64_t records; /* that were aggregated */
    bool open;        /* has taken a record, and had no final invocation */
    bool final;       /* that is what the lane hands over */
    bool timer;       /* an event for the end is pending */
};

struct stream_lane {
    uint32_t shard;
    uint8_t state;
    bool in_call;    /* inside request_send: an answer is kept for who sent */
    bool blocked;    /* its part has failed */
    bool timer;      /* of its window: one is pending */
    uint64_t cursor; /* the next sequence number that it looks at */
    int64_t free_ns; /* since when it collects */
    uint64_t bytes;  /* of what it holds */
    uint32_t count, capacity;
    uint32_t begin, end; /* the part that is tried; before it all is settled */
    uint32_t retries;    /* of the part */
    uint32_t failures;   /* of the part in a row, throttles too: for the back-off */
    uint32_t tries;      /* of the batch: tells the draws of its parts apart */
    uint32_t split_count;
    uint32_t splits[STREAM_SPLITS]; /* where the parts behind end, the next one last */
    const struct cause *answer;     /* that came inside request_send */
    struct batch_record *records;   /* owned */
    int64_t *arrived_ns;            /* owned */
    struct batch batch;             /* what the function sees of it */
    struct stream_window window;
};

struct stream_shard {
    uint64_t fetched;  /* what is before it was read */
    int64_t next_ns;   /* not read again before */
    int64_t read_ns;   /* when the pending event comes; TIME_FOREVER: none, or a wake-up */
    bool read_pending; /* an event or a wake-up will come */
    bool begun;        /* it is read; else it waits for its parents */
    bool over;         /* it was closed, and all that was in it is done */
    uint32_t blocked;  /* lanes */
};

struct stream_mapping {
    struct stream_mapping_config config;

    uint32_t self;
    const struct streamable *source;
    void *stream;     /* its state */
    uint32_t through; /* the entity that is between them; ENTITY_NONE: nothing */
    uint32_t reader;
    uint32_t shard_count;
    struct stream_shard *shards; /* owned */
    struct stream_lane *lanes;   /* owned; a shard's stand together */
    int64_t from_ns;             /* records that came before are passed over */
    int64_t poll_ns, retention_ns;
    int64_t max_age_ns;                       /* TIME_FOREVER: none */
    int64_t window_offset_ns, window_late_ns; /* of the clock at zero within a tumbling window; how long late records are waited for */
    uint64_t window_state_most;
    uint64_t payload_most;
    uint32_t record_bytes; /* of what a destination gets */
    struct back_off back_off;
    struct tally *iterator_age;           /* the function's; NULL: it keeps none */
    struct counter *destination_failures; /* the same */
    struct stream_mapping_metrics metrics;
    struct stream_mapping_shared shared;
};

/* For `validate` of the type that holds it: what several properties decide. */
void stream_mapping_validate(struct validation *validation, const struct stream_mapping_config *config);

/* `config` and `self` are set. The functions are those of a model type, called with the state of the mapping; the entity's events and
 * answers must all be passed on. */
enum status stream_mapping_create(struct simulation *simulation, struct stream_mapping *mapping);
void stream_mapping_start(struct simulation *simulation, struct stream_mapping *mapping);
void stream_mapping_destroy(struct simulation *simulation, struct stream_mapping *mapping);
void stream_mapping_handle(struct simulation *simulation, struct stream_mapping *mapping, const struct event *event);
void stream_mapping_done(struct simulation *simulation, struct stream_mapping *mapping, struct request *request);
struct batch *stream_mapping_batch(struct stream_mapping *mapping, const struct request *request);
enum status stream_mapping_finish(struct simulation *simulation, struct stream_mapping *mapping);

/* Between the files of a stream's mapping. */
enum stream_mapping_event {
    STREAM_READ,   /* data: shard */
    STREAM_WINDOW, /* data: lane */
    STREAM_RETRY,  /* data: lane */
    STREAM_GROWN,  /* there are further shards */
    STREAM_TUMBLE  /* data: lane */
};
/* from_data of what goes to the destination: there are fewer lanes. */
#define STREAM_TO_DESTINATION UINT32_MAX

static inline uint32_t stream_lane_index(const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    return (uint32_t)(lane - mapping->lanes);
}

/* stream_collect.c: takes what was read of the lane's shard, as far as it goes; true when the batch is full. */
bool stream_lane_fill(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_lane *lane);

/* stream_lane.c. */
/* A further try of what it hands over, later. */
void stream_lane_back_off(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane);
void stream_lane_set_blocked(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane, bool blocked);
/* What it had is over: on to the part behind it, or to the next batch. */
void stream_lane_next_part(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane);

/* stream_window.c: tumbling windows. */
void stream_window_create(struct simulation *simulation, struct stream_mapping *mapping);
/* Does a record that came then belong to the window under way, if there is one? */
bool stream_window_admits(const struct stream_mapping *mapping, const struct stream_lane *lane, int64_t arrived_ns);
/* It was taken into the lane's batch. */
void stream_window_took(const struct stream_mapping *mapping, struct stream_lane *lane, const struct stream_record *record);
/* So many records of the window have succeeded. */
void stream_window_count(struct stream_lane *lane, uint32_t count);
/* Is its state too large? */
bool stream_window_is_full(const struct stream_mapping *mapping, const struct stream_lane *lane);
/* For a lane that collects and holds nothing: is its window over, so that its final invocation is to come now? `next` says that a record
 * of another window is there. Otherwise an event comes when it is. */
bool stream_window_is_over(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane, bool next);
/* The final invocation, which has no records. */
void stream_window_request(const struct stream_mapping *mapping, struct stream_lane *lane, struct request *request);
void stream_window_answered(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane,
                            const struct cause *cause);

/* stream_batch.c: hands over the present part, or goes on to what follows where nothing of it is young enough; an answer that comes at once
 * is taken. Then the lane is calling, backing, ready with another part, or done with its batch and collecting. */
void stream_lane_hand_over(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane);
/* The function has answered: the lane is backing, ready or collecting. */
void stream_lane_answered(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane,
                          const struct cause *cause);

#endif
