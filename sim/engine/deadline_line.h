/* deadline_line.h: calls that all have the same time, in the order in which they began: only the first one's end is an event. */
#ifndef SLSIM_ENGINE_DEADLINE_LINE_H
#define SLSIM_ENGINE_DEADLINE_LINE_H

#include "engine/chain.h"
#include "engine/simulation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A member of each call of the pool, at `offset`. */
struct deadline_place {
    struct link link; /* first */
    int64_t since_ns;
};

struct deadline_line {
    struct chain calls; /* by their struct deadline_place, the first to end at the head */
    int64_t limit_ns;
    bool scheduled;
    /* the event: */
    uint32_t entity, data;
    uint16_t kind;
};

/* The events of `entity` of that kind and data are to be handed to deadline_due. `calls` is borrowed. */
void deadline_line_init(struct deadline_line *line, const struct pool *calls, size_t offset, int64_t limit_ns, uint32_t entity,
                        uint16_t kind, uint32_t data);
/* Call `id` begins. */
void deadline_enter(struct simulation *simulation, struct deadline_line *line, uint32_t id);
void deadline_leave(struct deadline_line *line, uint32_t id);
/* At the line's event: the next call whose time is over, which has left the line; POOL_NONE: there are no more, and then the event of those
 * that are left is scheduled. To be called until it says so. */
uint32_t deadline_due(struct simulation *simulation, struct deadline_line *line);

#endif
