/* carrier.h: the roles of a network. Whoever sends from a place in one hands its requests to the place, which knows the way: past a
 * gateway, which counts the bytes and may take its time, or nowhere. A request stays its sender's: whom it is for sees who sent it, and
 * answers it. */
#ifndef SLSIM_ENGINE_CARRIER_H
#define SLSIM_ENGINE_CARRIER_H

#include "engine/request.h"

#include <stdbool.h>
#include <stdint.h>

struct simulation;
struct validation; /* scenario/validation.h */

/* Of what requests pass: a place of a network, a gateway. */
struct carrier {
    /* Does it pass anything on now? NULL: always. Who knows that it does not lets packets go there without an answer. */
    bool (*passes)(const void *self);
    /* Does a way lead from it to `to` now? NULL: always. */
    bool (*leads)(const struct simulation *simulation, const void *self, uint32_t to);
    /* Takes `request` on its way to `to`: sends it on, now or later; keeps it, as packets that nobody answers; or answers it. `client` says
     * who of the sender sends (connectable_client): connections are its own. */
    void (*carry)(struct simulation *simulation, void *self, uint32_t to, uint64_t client, struct request *request);
    /* The answer to what it carried to `to` has come. NULL: that is nothing to it. */
    void (*returned)(struct simulation *simulation, void *self, uint32_t to, uint64_t client, const struct request *answer);
    /* The client has no connection any more, and will not use one again. NULL: that is nothing to it. */
    void (*forget)(struct simulation *simulation, void *self, uint64_t client);
};

/* A network interface in a place, shared by all who send with the same security groups. */
struct network_interface {
    int64_t ready_ns; /* from here on it can be used */
    int64_t used_ns;  /* when it was used last; whoever uses it says so */
};

/* How somebody in a place reaches whom it calls. */
enum reach {
    REACH_GIVEN,    /* nothing here says how: taken as given */
    REACH_LOCAL,    /* it is in the same network */
    REACH_ENDPOINT, /* through an endpoint of its service */
    REACH_GATEWAY,  /* through what stands between the network and the internet */
    REACH_NONE
};

/* Of a place in a network that others are attached to. */
struct attachable {
    /* While the scenario is read. `entity` is the place; *by: who carries it, for REACH_ENDPOINT and REACH_GATEWAY. O(1) after the first.
     */
    enum reach (*reach)(struct validation *validation, uint32_t entity, uint32_t target, uint32_t *by);
    /* The service that an endpoint would be for, "sqs"; NULL: none is known. */
    const char *(*service)(const struct validation *validation, uint32_t target);

    /* The interface for those security groups, made at once where there is none or nobody used it for `reclaim_ns`; ready in `create_ns`
     * then. NULL: refused, for *refusal. The simulation's. */
    struct network_interface *(*attach)(struct simulation *simulation, void *self, uint64_t groups, int64_t create_ns, int64_t reclaim_ns,
                                        const struct cause **refusal);
    /* Room of `mb` on the interfaces for those groups, each of which has `mb_each`. True: *fresh says whether one had to be made for it.
     * False: refused, for *refusal. */
    bool (*take)(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each, bool *fresh,
                 const struct cause **refusal);
    void (*give)(struct simulation *simulation, void *self, uint64_t groups, int64_t mb, int64_t mb_each);
};

#endif
