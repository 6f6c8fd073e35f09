/* event_pipe_state.h: an EventBridge pipe: the poller of an event source mapping, which hands its batches to the pipe itself, and what the
 * pipe does with each: enrichment, then target. Private to this folder, where the pollers are. */
#ifndef SLSIM_LAMBDA_EVENT_PIPE_STATE_H
#define SLSIM_LAMBDA_EVENT_PIPE_STATE_H

#include "engine/deadline_line.h"
#include "measure/tally.h"
#include "queue_mapping_state.h"

/* Events of its own, behind the mapping's. The latter's data: the request of the batch. */
enum pipe_event { PIPE_DEADLINE = 64, PIPE_ANSWER };

/* How a target is called, in the order of the words of InvocationType. */
enum pipe_invocation { PIPE_REQUEST_RESPONSE, PIPE_FIRE_AND_FORGET };

struct pipe_config {
    uint32_t source, target, enrichment, dead_letter;
    bool target_given, enrichment_given, dead_letter_given;
    int invocation; /* enum pipe_invocation */
    const char *message_group;
    const char *role;
    int state, on_partial, position;
    bool bisects, invocation_given, reports_failures;
    /* by `validate` */
    bool at_once;    /* the target gets a batch in one call; else each event in a call of its own */
    bool has_groups; /* events need a key at the target */
    uint32_t keeper; /* of the account's concurrency */
};

struct pipe_metrics {
    struct counter invocations, events, failed, partly, throttled, timed_out, enrichment_failed, target_failed, target_partly, skipped;
    struct counter chunks;
    struct tally duration, size, enrichment_time, target_time;
    struct gauge concurrency;
};

/* One batch on its way. */
struct passage {
    struct deadline_place deadline; /* first */
    uint32_t request;               /* the mapping's */
    uint32_t whole;                 /* the call of all events that is under way; POOL_NONE: none */
    uint32_t open;                  /* calls that have no answer yet */
    int64_t began_ns, stage_ns;
    uint32_t failed;
    const struct cause *cause; /* of the last call that failed; NULL: none */
    bool over, at_target, has_deadline;
};

/* One call of a passage: of one event, or of all (`record` PIPE_ALL). */
struct pipe_call {
    uint32_t passage, record;
};
#define PIPE_ALL UINT32_MAX

struct pipe {
    struct queue_mapping mapping; /* first: whose functions get the pipe's state */
    struct pipe_config config;
    uint32_t open; /* the keeper's: of all pipes */
    uint32_t open_most;
    uint64_t chunk_bytes;
    int64_t overhead_ns;
    struct pool passages, calls;
    struct deadline_line deadlines;
    struct pipe_metrics metrics;
};

/* from_data of what the pipe sends; no lane comes that far. */
#define PIPE_SENT UINT32_C(0x40000000)

void pipe_accept(struct simulation *simulation, void *self, struct request *request);
void pipe_done(struct simulation *simulation, void *self, struct request *request);
void pipe_handle(struct simulation *simulation, void *self, const struct event *event);
struct batch *pipe_batch(struct simulation *simulation, void *self, const struct request *request);

#endif
