/* queue_mapping_state.h: the mapping of a queue to a function: who polls, what is collected into a batch, what becomes of it. Private to
 * this folder. */
#ifndef SLSIM_LAMBDA_QUEUE_MAPPING_STATE_H
#define SLSIM_LAMBDA_QUEUE_MAPPING_STATE_H

#include "engine/batch.h"
#include "engine/chain.h"
#include "engine/content.h"
#include "engine/pollable.h"
#include "engine/pool.h"
#include "engine/simulation.h"
#include "function_rights.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "poller_fleet.h"
#include "stream_mapping_state.h"

#include <stdbool.h>
#include <stdint.h>

enum response_type { REPORT_BATCH_ITEM_FAILURES = 1u << 0 };

/* Properties that a mapping of a queue cannot have, or that nothing acts on. */
struct mapping_foreign {
    bool bisect, record_age, retries, factor, position, timestamp, tumbling, destination; /* of streams */
    bool self_managed, msk, kafka, topics, broker_queues, access, documents;              /* of brokers and databases */
};

struct queue_mapping_config {
    uint32_t function, source; /* ENTITY_NONE: could not be read */
    int64_t batch_size;
    int64_t window_ns;
    int64_t maximum_concurrency; /* 0: none */
    int64_t least_pollers, most_pollers;
    uint32_t response_types; /* of enum response_type */
    struct property_list filters;
    const char *filters_within;       /* where FilterCriteria stands, "SourceParameters."; NULL: at the top */
    struct content_set passes_any;    /* of them */
    const struct content_set *passes; /* NULL: everything */
    bool enabled;
    bool batch_size_given, provisioned;
    struct mapping_foreign foreign;
    uint32_t rights[SOURCE_RIGHTS_MOST]; /* at the source, by numbers */
};

/* Which of the source's messages a record of a batch is. */
struct batch_message {
    uint32_t message, receipt;
};

enum lane_state {
    LANE_GONE,
    LANE_WAITING, /* polls; holds what its batch has so far */
    LANE_CALLING, /* the function has its batch, or a part of it */
    LANE_BACKING, /* turned away, it holds on to the batch and will call again */
    LANE_RESTING  /* turned away, it let go of the batch and will poll again */
};

/* One batch at a time, from the first message to the answer. */
struct lane {
    uint32_t id;      /* its own; lost when it is gone */
    struct link link; /* waiting: in mapping->waiting */
    uint32_t request; /* backing: what will be sent again */
    uint8_t state;
    uint16_t refusals;        /* in a row */
    uint32_t count, capacity; /* of the messages that it holds, and of the arrays */
    uint32_t first;           /* of those that the function has not answered for */
    uint64_t bytes;
    int64_t polling_ns;           /* waiting: when its present long poll began */
    int64_t window_ns;            /* when its window ends */
    int64_t deadline_ns;          /* when it waits no longer for more messages */
    int64_t timer_ns;             /* its pending event for that; TIME_FOREVER: none */
    int64_t reappear_ns;          /* when the first of its messages is visible again */
    struct batch_record *records; /* owned */
    struct batch_message *messages;
    struct batch batch; /* what the function sees of it */
};

struct queue_mapping_metrics {
    struct counter polled, invoked, failed, deleted, filtered;
    struct gauge provisioned;
    struct gauge pollers;
    struct tally batch_size;
    struct counter refused, given_up;
};

struct queue_mapping {
    struct queue_mapping_config config;

    uint32_t self;
    struct chain waiting;      /* lanes, the longest first */
    uint32_t waiting_count;    /* of them */
    uint32_t collecting_count; /* with messages */
    int64_t lane_count;
    struct pool lanes;
    struct poller_fleet fleet;
    const struct pollable *source;
    struct received *received; /* owned; of one poll */
    uint32_t receive_most;
    bool polling; /* inside mapping_poll */
    bool wake_pending, growth_pending, review_pending, pace_pending;
    bool in_order, reports_failures;
    bool errors_count; /* failed calls lower the concurrency */
    bool holds_on;     /* a refused batch is tried until its messages are visible again */
    int64_t visibility_ns;
    int64_t long_poll_ns, low_traffic_ns;
    uint64_t long_polls, empty_shares; /* of one unit of pollers; empty polls that are not a whole call yet, in shares of a unit's lanes */
    struct back_off back_off;
    uint64_t payload_most;
    uint32_t ticket;        /* of the wake-up */
    uint64_t seen;          /* messages that were there when it was woken first at this instant */
    uint64_t salt, ordinal; /* of batches */
    uint64_t taken, let_go; /* messages that were received, and those of them that are done with */
    struct queue_mapping_metrics metrics;

    struct stream_mapping stream; /* of a mapping of a stream, which is this alone: event_source_mapping.c */
};

static inline struct lane *lane_at(const struct queue_mapping *mapping, uint32_t id)
{
    return pool_at(&mapping->lanes, id);
}

enum queue_mapping_event {
    MAPPING_WAKE,   /* the source has something */
    MAPPING_WINDOW, /* a lane has waited long enough for more messages */
    MAPPING_RETRY,  /* a lane has backed off long enough */
    MAPPING_GROW,
    MAPPING_REVIEW,
    MAPPING_PACE, /* provisioned pollers may poll again */
    MAPPING_COUNT /* a period ends: empty polls are counted */
};

/* queue_lane.c: the lanes. */
/* What a message in a lane's hand takes. */
#define MESSAGE_BYTES (sizeof(struct batch_record) + sizeof(struct batch_message))
void lane_fini(struct simulation *simulation, struct lane *lane);
/* Lets `lane` poll: it waits behind those that wait longer; takes it out of those again. */
void lane_wait(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane);
void lane_unlink(struct queue_mapping *mapping, struct lane *lane);
/* A lane that holds nothing polls again, or goes where there are too many. */
void lane_release(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane);
/* The long polls of a waiting lane that ended empty, since this was asked last; and the source is told of them. */
uint64_t lane_take_empty_polls(const struct simulation *simulation, const struct queue_mapping *mapping, struct lane *lane);
void mapping_tell_empty_polls(struct simulation *simulation, struct queue_mapping *mapping, uint64_t polls);
/* As many lanes as are wanted. Those that are too many go as soon as they hold nothing: who waits longest first. */
void mapping_adjust_lanes(struct simulation *simulation, struct queue_mapping *mapping);
/* Lanes that wait and hold nothing. */
int64_t mapping_idle_lanes(const struct queue_mapping *mapping);
/* Each minute looks back on itself, as long as there is something that could be lowered. */
void mapping_start_reviews(struct simulation *simulation, struct queue_mapping *mapping);
/* A call ended, well or not: what fails slows the mapping down. */
void mapping_learn(struct simulation *simulation, struct queue_mapping *mapping, bool failed);

/* queue_batch.c: what one lane holds. */
/* Adds what a poll brought. */
void lane_take(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, const struct received *list,
               uint32_t count);
/* Is its batch to be handed over now? */
bool lane_is_ready(const struct simulation *simulation, const struct queue_mapping *mapping, const struct lane *lane);
/* Calls the function with the next part of what the lane holds that fits into one payload: mostly all of it. */
void lane_call(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane);
/* The back-off of a lane that was turned away is over. */
void lane_retry(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane);
/* The function has answered. True where the lane holds nothing any more: there may be something for it to poll. */
bool lane_answered(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, struct request *request);

/* queue_mapping_run.c: polling, and what the simulator calls. */
enum status queue_mapping_create(struct simulation *simulation, void *self);
void queue_mapping_start(struct simulation *simulation, void *self);
void queue_mapping_destroy(struct simulation *simulation, void *self);
void queue_mapping_handle(struct simulation *simulation, void *self, const struct event *event);
void queue_mapping_done(struct simulation *simulation, void *self, struct request *request);
struct batch *queue_mapping_batch(struct simulation *simulation, void *self, const struct request *request);
enum status queue_mapping_finish(struct simulation *simulation, void *self);

#endif
