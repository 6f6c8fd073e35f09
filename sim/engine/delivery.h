/* delivery.h: handing items to a target until it takes them: tries, waits between them, a largest age, and where an item goes in the end.
 * The mechanism of every queue that pushes; whose schedule it is, its owner says. An owner is an entity; it passes its events and answers
 * on to here. It may have several targets, each a route with its own policy and ledger: a topic's subscriptions. */
#ifndef SLSIM_ENGINE_DELIVERY_H
#define SLSIM_ENGINE_DELIVERY_H

#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

#define DELIVERY_GIVE_UP INT64_C(-1)
#define DELIVERY_REFUSED INT64_C(-2) /* the same, after an answer that no other try would change */

/* One item that waits or is being tried. */
struct delivery_item {
    uint32_t id; /* its own */
    uint32_t group;
    uint32_t watcher;      /* the entity that hears how it ended, by its type's `outcome`; ENTITY_NONE: nobody */
    uint32_t watcher_data; /* its own */
    uint64_t item;
    int64_t received_ns;
    uint32_t payload_bytes;
    uint32_t tries;     /* that ended */
    uint32_t failures;  /* of them, without the throttled */
    uint32_t throttles; /* since the last failure */
    uint32_t next;      /* the owner's own; POOL_NONE at first */
    uint16_t route;
    uint8_t content;
    bool poison : 1;
    uint8_t hops : 5;
};

/* What an owner says of its delivery. `owner` is its state. */
struct delivery_type {
    /* How long to wait after a try that ended with `cause`, or DELIVERY_GIVE_UP, DELIVERY_REFUSED. Counts in `item` are up to date. */
    int64_t (*wait_ns)(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause);
    /* The item is given up after `cause`, and somebody gets it all the same (`kept`): what its own cause is then; NULL: "attempts". May be
     * NULL. */
    const struct cause *(*given_up)(const struct cause *cause, bool kept);
    /* A try begins. May be NULL, like what follows. */
    void (*tried)(struct simulation *simulation, void *owner, const struct delivery_item *item);
    /* A try ended. */
    void (*answered)(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause);
    /* The item is over: `cause` says how. */
    void (*settled)(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause);
    /* What was sent on to `target` was taken. */
    void (*kept)(struct simulation *simulation, void *owner, uint32_t target);
    /* What was sent on to `target` was not taken. */
    void (*lost)(struct simulation *simulation, void *owner, uint32_t target);
};

/* Set by the owner before delivery_init. */
struct delivery_policy {
    uint32_t target;       /* whom to call; may be the owner itself; ENTITY_NONE: one who is not simulated and takes all */
    int64_t first_wait_ns; /* from acceptance to the first try */
    int64_t max_age_ns;    /* TIME_FOREVER: none */
    uint32_t on_success;   /* who gets a record of a success; ENTITY_NONE: nobody */
    uint32_t on_failure;   /* and of a failure */
    uint32_t dead_letter;  /* who gets the item itself */
};

struct delivery_route {
    struct delivery_policy policy;
    struct part *part;
    uint64_t waiting; /* items that are not over */
};

struct delivery {
    const struct delivery_type *type;
    void *owner;
    uint32_t self;       /* the owner's entity */
    uint16_t event_kind; /* of the owner's events that are to be passed on */
    uint16_t route_count;
    struct delivery_route *routes; /* owned; in the order in which they were added */
    size_t route_capacity;
    struct pool items;
};

/* `suffix` names the part whose ledger counts the items: "async" makes "F/async". `delivery` must not be moved afterwards. */
enum status delivery_init(struct delivery *delivery, const struct delivery_type *type, const struct delivery_policy *policy,
                          struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind, const char *suffix);
/* The same without a route yet. */
void delivery_init_routes(struct delivery *delivery, const struct delivery_type *type, struct simulation *simulation, void *owner,
                          uint32_t self, uint16_t event_kind);
/* Another route; they are numbered from 0, at most UINT16_MAX. */
enum status delivery_add_route(struct delivery *delivery, struct simulation *simulation, const struct delivery_policy *policy,
                               const char *suffix);
void delivery_fini(struct delivery *delivery);

/* Takes `request` over from request_send, which counted it as entered at the owner: it is entered at the part of route 0 instead, and the
 * sender is answered at once. */
void delivery_accept(struct simulation *simulation, struct delivery *delivery, struct request *request);
/* An item like `request`, which stays the caller's, sets out on `route`: its first try is in `wait_ns`, or with TIME_FOREVER when
 * delivery_release says so. NULL when memory is out, which fails the run. */
struct delivery_item *delivery_put(struct simulation *simulation, struct delivery *delivery, uint16_t route, const struct request *request,
                                   int64_t wait_ns);
void delivery_release(struct simulation *simulation, struct delivery *delivery, uint32_t item, int64_t wait_ns);
/* It has come to `route` and goes no further: `cause` says why. */
void delivery_pass_over(struct simulation *simulation, struct delivery *delivery, uint16_t route, const struct request *request,
                        const struct cause *cause);
/* One of the owner's events of `event_kind`. */
void delivery_handle(struct simulation *simulation, struct delivery *delivery, const struct event *event);
/* The answer to a request that the delivery sent. */
void delivery_answered(struct simulation *simulation, struct delivery *delivery, struct request *request);
/* For the owner's finish. */
void delivery_finish(struct simulation *simulation, struct delivery *delivery);

/* Why the delivery sent this request. */
enum delivery_role { DELIVERY_TRY, DELIVERY_SUCCESS_RECORD, DELIVERY_FAILURE_RECORD, DELIVERY_DEAD_LETTER };
enum delivery_role delivery_role(const struct request *request);

/* May the same request do better a moment later? So it is after throttles, errors of the service itself and silence; an error that the
 * request brought about stays. */
static inline bool cause_is_transient(const struct cause *cause)
{
    return cause_is_of_service(cause) || cause->fate == FATE_TIMED_OUT;
}

#endif
