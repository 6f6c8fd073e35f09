/* connectable.h: the role of what is connected to before it is called, and lets in only so many at once: a database. Who keeps connections
 * from one call to the next, as the environments of a function do, opens and closes them by this table, and says of what it sends whether
 * it goes through one (model_type.through_connection); for everything else the callee opens one that lasts as long as the call. */
#ifndef SLSIM_ENGINE_CONNECTABLE_H
#define SLSIM_ENGINE_CONNECTABLE_H

#include <stdbool.h>
#include <stdint.h>

struct simulation;

struct connectable {
    /* Opens `count`, all or none; false: they are refused. */
    bool (*admit)(struct simulation *simulation, void *self, uint32_t count);
    /* Closes `count` that `admit` opened. */
    void (*release)(struct simulation *simulation, void *self, uint32_t count);
    /* How long opening takes, drawn for this item and attempt; what is opened together is opened at the same time. */
    int64_t (*connect_ns)(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt);
};

#endif
