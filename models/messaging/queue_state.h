/* queue_state.h: a queue: its messages, who waits for them, what is measured of it. Everything else of the queue stands on it, from the
 * ground up:
 *
 *   queue_age  queue_past  queue_wait      how old the oldest is; where a message was before; who waits for one
 *   queue_line                             in which order messages can be taken
 *   queue_messages                         a message from its entry to its end
 *   queue_send  queue_poll  queue_redrive  who sends, who receives, who moves what was given up
 *   queue                                  the table that the simulator sees */
#ifndef SLSIM_MESSAGING_QUEUE_STATE_H
#define SLSIM_MESSAGING_QUEUE_STATE_H

#include "engine/cause_list.h"
#include "engine/chain.h"
#include "engine/fault.h"
#include "engine/key_map.h"
#include "engine/pollable.h"
#include "engine/pool.h"
#include "engine/random.h"
#include "engine/simulation.h"
#include "engine/token_bucket.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

#define QUEUE_TYPE "AWS::SQS::Queue"

enum message_state { MESSAGE_VISIBLE, MESSAGE_HIDDEN, MESSAGE_DELAYED, MESSAGE_STATES, MESSAGE_GONE = MESSAGE_STATES };

/* What a message has bits for; counts stop there. */
#define PAYLOAD_BYTES_MAX ((UINT32_C(1) << 24) - 1)
#define MESSAGE_COUNT_MAX ((UINT32_C(1) << 12) - 1)

/* One message that waits or is being worked on. */
struct message {
    struct link place; /* in queue->line, queue->hidden, or its group's messages */
    struct link age;   /* in queue->all */
    uint64_t item;
    int64_t sent_ns;    /* retention counts from here; a message that was moved keeps it */
    int64_t entered_ns; /* this queue */
    int64_t until_ns;   /* DELAYED and HIDDEN: when that ends */
    uint32_t receipt;   /* of the latest reception; 0: none yet */
    uint32_t group;     /* a FIFO queue: id in queue->groups; a standard queue: the key, kept for whom it is moved to */
    uint32_t payload_bytes : 24;
    uint32_t state : 2; /* enum message_state */
    uint32_t poison : 1;
    uint32_t hops : 5;
    uint32_t content : 8;
    uint32_t receive_count : 12;
    uint32_t executed_count : 12;
};

_Static_assert(sizeof(struct message) == 64, "a message is one cache line");

/* A message group of a FIFO queue that has messages. */
enum group_place { GROUP_IDLE, GROUP_READY, GROUP_LOCKED, GROUP_TAKING };

struct group {
    struct link link;      /* in queue->ready or queue->locked */
    struct chain messages; /* in order; those in flight are the first */
    int64_t until_ns;      /* LOCKED: when its messages in flight show again */
    uint32_t key;
    uint32_t visible; /* messages in that state */
    uint32_t out;     /* in flight, all of one receive call */
    enum group_place place;
};

/* Who waits for a message. */
struct waiter {
    struct link link;
    uint32_t ticket;
    uint32_t entity, data;
    uint16_t kind;
};

/* An item that was sent within the deduplication window. */
struct sent {
    struct link link;
    uint64_t item;
    int64_t at_ns;
};

/* Which of SENT_PAGE_ITEMS items in a row were: whoever sends numbers them in a row. */
#define SENT_PAGE_ITEMS 64u
struct sent_page {
    uint64_t items; /* a bit each; never 0 */
};

/* What is kept of a message that came from another queue. */
struct past {
    uint32_t from;     /* the queue whose redrive policy moved it; ENTITY_NONE: it was moved back */
    uint32_t receives; /* in other queues, before */
};

/* A call with several messages that is under way, for the bill. */
struct queue_call {
    uint64_t bytes;
    int64_t count;
};

/* A StartMessageMoveTask, or the last one. */
struct move_task {
    bool running;
    uint32_t number;      /* the data of its events */
    uint32_t next;        /* the message that it looks at next; POOL_NONE: none */
    uint32_t destination; /* ENTITY_NONE: each goes back to where it came from */
    int64_t per_s;
    int64_t started_ns;
    int64_t most_ns; /* it runs no longer */
    uint64_t moved;
    struct queue_call call;
};

/* What the template and the scenario say. */
struct queue_config {
    int64_t visibility_ns;
    int64_t delay_ns;
    int64_t retention_ns;
    int64_t message_max_bytes;
    int64_t receive_wait_ns;
    uint32_t dead_letter; /* ENTITY_NONE: none */
    int64_t max_receives;
    int64_t send_batch;
    int deduplication_scope; /* enum deduplication_scope */
    int throughput;          /* enum fifo_throughput */
    bool fifo;
    bool content_based;
    bool redrive_given, scope_given, throughput_given;
};

enum deduplication_scope { SCOPE_QUEUE, SCOPE_GROUP };
enum fifo_throughput { THROUGHPUT_PER_QUEUE, THROUGHPUT_PER_GROUP };

struct queue_metrics {
    struct counter sent, received, deleted, empty_receives, deduplicated;
    struct tally sent_size;
    struct gauge levels[MESSAGE_STATES]; /* how many messages are in each state: also what the queue itself goes by */
    struct gauge locked_groups;
    struct gauge oldest_age; /* ns, whole seconds */
    struct counter expired, dead_lettered, moved, moved_back, duplicated, throttled, out_of_order;
    struct counter tasks_failed, tasks_refused;
    struct tally age_at_delete, receive_count;
    struct tally backlog;    /* ns in which messages waited without a break */
    struct counter requests; /* as billed */
};

struct queue {
    struct queue_config config;
    int64_t backlog_since_ns; /* when the first of the messages came that can be received; where there are any */

    uint32_t self;
    struct fault_state faults;
    /* from the rules */
    int64_t in_flight_max;
    uint64_t chunk_bytes;   /* a billed request */
    uint32_t receive_max;   /* messages of one receive call */
    bool filtering_billed;  /* what a filter deletes takes delete calls */
    uint16_t aged_receives; /* a message received so often no longer counts as the oldest; 0: never */
    int64_t deduplication_ns;
    double duplicate_rate;

    struct pool messages;
    struct chain all;        /* by entry */
    uint32_t oldest;         /* the first of `all` that counts as the oldest, and */
    uint32_t delayed;        /* the first that is delayed; POOL_NONE: none */
    bool moved_into;         /* is a dead-letter queue: retention does not end in the order of entry */
    int64_t due_ns;          /* the pending QUEUE_DUE; TIME_FOREVER: none */
    bool retention_timer;    /* there is a pending QUEUE_RETENTION for the first of `all` */
    bool age_timer;          /* there is a pending QUEUE_AGE */
    uint32_t calls;          /* receive calls, the upper part of receipts */
    int64_t deleted_ns;      /* the latest delete call, and */
    uint32_t deleted_call;   /* whose messages it deleted */
    struct queue_call batch; /* the send call under way, where senders send batches */

    struct pool pasts;
    struct key_map past_ids; /* by message */
    struct move_task task;
    bool move_calls_count; /* what a task does is counted and billed as calls */

    /* a standard queue */
    struct chain line;   /* visible, in the order in which they became so */
    struct chain hidden; /* in flight, the first to show again first */
    struct stream duplicates;

    /* a FIFO queue */
    struct pool groups;
    struct key_map group_ids; /* by key */
    struct chain ready;       /* groups that could be taken from; the longest ready first */
    struct chain locked;      /* groups with messages in flight, the first to show again first */
    uint64_t ready_messages;  /* visible ones of the groups in `ready` */
    struct pool sent_items;
    struct chain sent_window;
    struct pool sent_pages;
    struct key_map sent_page_ids; /* by item / SENT_PAGE_ITEMS */
    struct token_bucket send_quota, receive_quota;
    int64_t receive_step_ns; /* one receive call of the quota */
    int64_t blocked_ns;      /* no receive call before this instant: the quota is used up */
    bool quota_timer;

    struct pool waiters;
    struct chain waiting;      /* the longest first */
    struct key_map waiter_ids; /* by ticket */
    uint32_t tickets;

    struct cause_list causes; /* of dead letters, by how often they were received and executed */
    struct queue_metrics metrics;
};

enum queue_event { QUEUE_DUE, QUEUE_RETENTION, QUEUE_AGE, QUEUE_QUOTA, QUEUE_MOVE };

static inline struct message *message_at(const struct queue *queue, uint32_t id)
{
    return pool_at(&queue->messages, id);
}

static inline int64_t queue_level(const struct queue *queue, enum message_state state)
{
    return queue->metrics.levels[state].level;
}

/* `change` more messages are in `state` now. */
static inline void queue_count(const struct simulation *simulation, struct queue *queue, enum message_state state, int64_t change)
{
    struct gauge *level = &queue->metrics.levels[state];
    int64_t before = level->level;
    gauge_add(level, simulation->now_ns, change);
    if (state != MESSAGE_VISIBLE)
        return;
    if (before == 0)
        queue->backlog_since_ns = simulation->now_ns;
    else if (level->level == 0 && simulation->now_ns > queue->backlog_since_ns)
        tally_add(&queue->metrics.backlog, TALLY_ALL, simulation->now_ns - queue->backlog_since_ns);
}

/* Requests that `bytes` in one call are billed as: at least one. */
static inline uint64_t queue_chunks(const struct queue *queue, uint64_t bytes)
{
    return bill_chunks(bytes, queue->chunk_bytes);
}

/* A message of `bytes` goes with `call`, which takes at most `most`: the requests that it adds to the bill, as a call is billed by the size
 * of all its messages. */
static inline uint64_t queue_call_add(const struct queue *queue, struct queue_call *call, int64_t most, uint64_t bytes)
{
    uint64_t before = call->count > 0 ? queue_chunks(queue, call->bytes) : 0;
    call->bytes += bytes;
    call->count++;
    uint64_t after = queue_chunks(queue, call->bytes);
    if (call->count >= most)
        *call = (struct queue_call){0};
    return after - before;
}

/* How many messages could be taken if nothing else stood in the way. */
static inline uint64_t queue_ready(const struct queue *queue)
{
    return queue->config.fifo ? queue->ready_messages : (uint64_t)queue_level(queue, MESSAGE_VISIBLE);
}

#define RECEIPT_INDEX_BITS 4u /* a receipt is the call's number and the message's place in it */

#endif
