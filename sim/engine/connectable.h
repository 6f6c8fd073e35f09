/* connectable.h: the role of what is connected to before it is called, and lets in only so many at once: a database. Who keeps connections
 * from one call to the next, as the environments of a function do, opens and closes them by this table, and says of what it sends whether
 * it goes through one (model_type.through_connection); for everything else the callee opens one that lasts as long as the call.
 * Connections may end at their other side, and who keeps them does not hear of it: what is sent through one that is gone is answered by a
 * cause that `disconnects`. So both sides say when a connection was opened, and the callee knows by that which are gone. */
#ifndef SLSIM_ENGINE_CONNECTABLE_H
#define SLSIM_ENGINE_CONNECTABLE_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

/* Who keeps connections: one of the environments, or whatever else has them, of an entity. */
static inline uint64_t connectable_client(uint32_t entity, uint32_t which)
{
    return (uint64_t)entity << 32 | which;
}

/* Whose a connection is that lasts as long as one call. */
#define CONNECTABLE_NOBODY UINT64_MAX

struct connectable {
    /* Opens `count`, all or none; false: they are refused. `client` says whose they are: connectable_client. */
    bool (*admit)(struct simulation *simulation, void *self, uint64_t client, uint32_t count);
    /* Closes the `count` of this client that `admit` opened at `since_ns`; nothing happens where they are gone. */
    void (*release)(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns);
    /* How long opening takes, drawn for this item and attempt; what is opened together is opened at the same time. */
    int64_t (*connect_ns)(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt);
    /* How much of that will have passed whoever waits for it: it wakes up, as somebody wants to connect. NULL: nothing. */
    int64_t (*asleep_ns)(struct simulation *simulation, void *self);
    /* Is it there at all for who wants to connect? NULL: always, and what `admit` refuses is too many. */
    bool (*reachable)(const struct simulation *simulation, const void *self);
};

#endif
