/* observable.h: the role of what has a state that others act on: an alarm. Whoever acts on it knows it by this table alone: it listens, its
 * type's `noticed` is called at each change of the state, and it asks what was found. */
#ifndef SLSIM_ENGINE_OBSERVABLE_H
#define SLSIM_ENGINE_OBSERVABLE_H

#include "engine/status.h"

#include <stddef.h>
#include <stdint.h>

struct simulation;

enum observed_state { OBSERVED_NOTHING, OBSERVED_OK, OBSERVED_ALARM };

struct observation {
    enum observed_state state; /* NOTHING: there is not enough to say */
    double value;              /* what was found last; NaN: nothing was, or there is no such number */
    double threshold;          /* what it is held against; NaN: nothing */
};

struct observable {
    struct observation (*observe)(const void *self);
    /* For the listener's `start`: from now on its `noticed` hears of every change of the state, within the event that brings it about, in
     * the order in which listeners came. */
    enum status (*listen)(struct simulation *simulation, void *self, uint32_t listener);
};

/* A growing list of entities that listen; all zero is the empty one. */
struct listeners {
    uint32_t *entities; /* owned */
    uint32_t count;
    size_t capacity;
};

/* Once: who listens already goes on. */
enum status listeners_add(struct listeners *listeners, uint32_t entity);
void listeners_fini(struct listeners *listeners);
/* Tells all of them that `subject` is in another state. */
void listeners_tell(struct simulation *simulation, const struct listeners *listeners, uint32_t subject);

#endif
