/* source_state.h: a traffic source and its items. Private to this folder. */
#ifndef SLSIM_CALLERS_SOURCE_STATE_H
#define SLSIM_CALLERS_SOURCE_STATE_H

#include "caller_kind.h"
#include "engine/arrival.h"
#include "engine/caller.h"
#include "engine/cause_list.h"
#include "engine/content.h"
#include "engine/key.h"
#include "engine/retry.h"
#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

enum source_event { SOURCE_ARRIVAL, SOURCE_SEND, SOURCE_TIMEOUT, SOURCE_USER, SOURCE_REACHED, SOURCE_ANSWERED };

/* Where the request of an item is. */
enum item_place { ITEM_HERE, ITEM_ON_ITS_WAY, ITEM_WITH_TARGET, ITEM_ON_ITS_WAY_BACK };

/* An item that waits for more than its answer: for a retry, a client's time limit, or a user. Found again by request->from_data. */
struct item {
    uint32_t pool_link;
    uint32_t request; /* under way or held for the next try; POOL_NONE: answered, only its timer is left */
    uint32_t client;
    uint32_t user;   /* POOL_NONE: not of a closed loop */
    uint32_t timers; /* pending time limits of its attempts */
    uint16_t attempt;
    bool open;       /* not settled yet */
    uint8_t place;   /* enum item_place */
    int64_t sent_ns; /* when this attempt left the caller */
    double spent;    /* of the client's quota, by the last retry */
};

struct source {
    /* config */
    struct caller caller;
    const struct arrival_process *process;
    int64_t from_ns, until_ns;
    bool until_given;
    int64_t count; /* of arrivals; -1: no end */
    const struct distribution *payload;
    int kind;                  /* enum caller_kind */
    bool kind_given;           /* else nobody in particular, who has neither its time limit nor its retries */
    int64_t client_timeout_ns; /* 0: none */
    struct retry_config retry;
    int64_t request_limit_bytes, response_limit_bytes; /* the caller's own; 0: none */
    int invocation_type;
    const struct distribution *rtt; /* there and back, of each attempt; NULL: nothing */
    struct key_choice key, object;
    bool poison; /* every item always fails */
    const char *name;

    /* state */
    uint32_t self;
    uint64_t ordinal;       /* of the next item */
    uint64_t last_ordinal;  /* items from this ordinal on are not sent */
    uint64_t open;          /* items not settled */
    bool plain;             /* no retries, no time limit, no users: an item is its request, and needs no more memory */
    uint32_t payload_bytes; /* where it is constant */
    struct retry_policy policy;
    struct client *client_list; /* owned */
    struct pool items;
    struct cause_list rejections;
    const struct cause *throttle, *rejection; /* the last throttle that was given up on, and what it is called then */
    uint64_t *user_thinks;                    /* owned: how often each user has thought */
    struct arrival next;
    struct arrival_generator generator;
    struct stream payload_stream, key_stream, event_stream, retry_stream, think_stream, rtt_stream;

    struct counter requests, succeeded, failed, rejected, attempts;
    struct tally response_time;
};

/* source_items.c */
/* A user thinks, then sends. */
void source_user_thinks(struct simulation *simulation, struct source *source, uint32_t user);
/* A new item; `user` POOL_NONE for open traffic; `handler_ns` as in a request. */
void source_begin_item(struct simulation *simulation, struct source *source, int64_t handler_ns, uint32_t user);
/* Another try of the item of `request`. */
void source_send(struct simulation *simulation, struct source *source, struct request *request);
void source_done(struct simulation *simulation, void *self, struct request *request);
/* A request has come to the target; its answer has come back. */
void source_reached(struct simulation *simulation, struct source *source, struct request *request);
void source_answered(struct simulation *simulation, struct source *source, struct request *request);
/* The caller's patience is over for one attempt of the item: the oldest that is pending, if it has not been answered. */
void source_attempt_timed_out(struct simulation *simulation, struct source *source, uint32_t id);

#endif
