/* pollable.h: the role of what is polled rather than called: queues. Whoever polls knows it by this table alone.
 * Messages are named by ids of the pollable's own; a received message stays hidden until its visibility ends, and then may be received
 * again. */
#ifndef SLSIM_ENGINE_POLLABLE_H
#define SLSIM_ENGINE_POLLABLE_H

#include "engine/request.h"

#include <stdbool.h>
#include <stdint.h>

struct simulation;
struct envelope; /* engine/content.h */

struct received {
    uint64_t item;    /* of the message: the place in streams */
    uint64_t group;   /* the message group's number (in-order queues), else 0 */
    uint32_t message; /* the pollable's id; good until acknowledged, or until its visibility ends */
    uint32_t receipt; /* this reception: an acknowledgement with an older one is refused */
    uint32_t payload_bytes;
    uint16_t receive_count; /* this one counted */
    uint16_t attempt;       /* how often it was received before, also from other queues: the place in streams */
    uint8_t content;        /* a number of engine/content.h */
    bool poison : 1;        /* its source says that it always fails */
    uint8_t hops : 5;       /* as a request's */
};

struct pollable {
    const struct envelope *envelope; /* how a message looks to a filter; NULL: as its body */
    /* Hands out messages of one group in order, and none of a group that has one out? A property of each queue, not of their type. */
    bool (*in_order)(const void *self);
    /* Takes up to `most` messages that are visible now and hides each for `hide_ns` (usually visibility_ns below); returns how many. The
     * call is counted
     * (and billed) also when it is empty. What has been received too often goes to the dead-letter queue instead, at this moment. */
    uint32_t (*receive)(struct simulation *simulation, void *self, uint32_t most, int64_t hide_ns, struct received *list);
    /* Deletes; false when the receipt is no longer good (the message may have been received again by then). */
    bool (*acknowledge)(struct simulation *simulation, void *self, uint32_t message, uint32_t receipt);
    /* The same for a message that its receiver does not want: its fate is `cause`, which is static. */
    bool (*discard)(struct simulation *simulation, void *self, uint32_t message, uint32_t receipt, const struct cause *cause);
    /* The receiver has executed this message once more and it failed; only told, so that a cause can say how often a message was executed.
     */
    void (*executed)(struct simulation *simulation, void *self, uint32_t message, uint32_t receipt);
    /* Wakes `entity` once, by an event of `kind` (RANK_ARRIVAL, data as given) as soon as a message is visible: at once if one is. One call
     * stands for one empty long poll that waits; the wake-up is forgotten after it fired or after `cancel`. Returns a ticket. */
    uint32_t (*wait)(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind, uint32_t data);
    /* A wake-up that was already scheduled for this very instant still comes; its message is offered to the next who waits. */
    void (*cancel)(struct simulation *simulation, void *self, uint32_t ticket);
    /* How many are visible now: what a poller could take. */
    uint64_t (*visible)(const struct simulation *simulation, const void *self);
    int64_t (*visibility_ns)(const void *self);
    /* So many long polls ended without a message: counted (and billed) as receive calls that were empty. */
    void (*empty_receive)(struct simulation *simulation, void *self, uint64_t calls);
};

#endif
