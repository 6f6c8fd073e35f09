/* delivery.h: handing items to a target until it takes them: tries, waits between them, a largest age, and where an item goes in the end.
 * The mechanism of every queue that pushes; whose schedule it is, its owner says. An owner is an entity; it passes its events and answers
 * on to here. */
#ifndef SLSIM_ENGINE_DELIVERY_H
#define SLSIM_ENGINE_DELIVERY_H

#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

#define DELIVERY_GIVE_UP INT64_C(-1)

/* One item that waits or is being tried. */
struct delivery_item {
    uint32_t id; /* its own */
    uint32_t group;
    uint64_t item;
    int64_t received_ns;
    uint32_t payload_bytes;
    uint16_t tries;     /* that ended */
    uint16_t failures;  /* of them, without the throttled */
    uint16_t throttles; /* since the last failure */
    uint8_t content, hops;
    bool poison;
};

/* What an owner says of its delivery. `owner` is its state. */
struct delivery_type {
    /* How long to wait after a try that ended with `cause`, or DELIVERY_GIVE_UP. Counts in `item` are up to date. */
    int64_t (*wait_ns)(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause);
    /* A try begins. May be NULL, like what follows. */
    void (*tried)(struct simulation *simulation, void *owner, const struct delivery_item *item);
    /* The item is over: `cause` says how. */
    void (*settled)(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause);
    /* What was sent on to `target` was not taken. */
    void (*lost)(struct simulation *simulation, void *owner, uint32_t target);
};

/* Set by the owner before delivery_init. */
struct delivery_policy {
    uint32_t target;       /* whom to call; may be the owner itself */
    int64_t first_wait_ns; /* from acceptance to the first try */
    int64_t max_age_ns;    /* TIME_FOREVER: none */
    uint32_t on_success;   /* who gets a record of a success; ENTITY_NONE: nobody */
    uint32_t on_failure;   /* and of a failure */
    uint32_t dead_letter;  /* who gets the item itself */
};

struct delivery {
    const struct delivery_type *type;
    struct delivery_policy policy;
    void *owner;
    uint32_t self;       /* the owner's entity */
    uint16_t event_kind; /* of the owner's events that are to be passed on */
    struct part *part;
    struct pool items;
    uint64_t waiting; /* items that are not over */
};

/* `suffix` names the part whose ledger counts the items: "async" makes "F/async". `delivery` must not be moved afterwards. */
enum status delivery_init(struct delivery *delivery, const struct delivery_type *type, const struct delivery_policy *policy,
                          struct simulation *simulation, void *owner, uint32_t self, uint16_t event_kind, const char *suffix);
void delivery_fini(struct delivery *delivery);

/* Takes `request` over from request_send, which counted it as entered at the owner: it is entered at the part instead, and the sender is
 * answered at once. */
void delivery_accept(struct simulation *simulation, struct delivery *delivery, struct request *request);
/* One of the owner's events of `event_kind`. */
void delivery_handle(struct simulation *simulation, struct delivery *delivery, const struct event *event);
/* The answer to a request that the delivery sent. */
void delivery_answered(struct simulation *simulation, struct delivery *delivery, struct request *request);
/* For the owner's finish. */
void delivery_finish(struct simulation *simulation, struct delivery *delivery);

#endif
