/* pipe.h: requests whose bytes go through something of limited bandwidth, one behind the other. */
#ifndef SLSIM_ENGINE_PIPE_H
#define SLSIM_ENGINE_PIPE_H

#include "engine/pool.h"
#include "engine/simulation.h"

#include <stdint.h>

struct pipe {
    double bytes_per_s;
    int64_t free_ns; /* when all that was given to it is through */
    struct pool passing;
    uint32_t self;
    uint16_t kind; /* of its events, which are pipe_due's */
};

/* `self`: the entity that gets its events, and whose ledger counts what goes on. */
void pipe_init(struct pipe *pipe, struct simulation *simulation, uint32_t self, uint16_t kind, double bytes_per_s);
void pipe_fini(struct pipe *pipe);
/* Sends `request` to `to` when its `bytes` are through; those of its answer are among them. */
void pipe_send(struct simulation *simulation, struct pipe *pipe, uint32_t to, double bytes, const struct request *request);
void pipe_due(struct simulation *simulation, struct pipe *pipe, const struct event *event);

#endif
