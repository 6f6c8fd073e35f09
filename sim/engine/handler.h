/* handler.h: what a handler does, and how long it takes on a share of vCPUs that is its own. Functions run handlers, and servers that run
 * what a function runs. */
#ifndef SLSIM_ENGINE_HANDLER_H
#define SLSIM_ENGINE_HANDLER_H

#include "engine/distribution.h"
#include "engine/random.h"
#include "engine/step.h"

#include <stdbool.h>
#include <stdint.h>

/* What it runs on. */
struct compute_share {
    double vcpus;
    double bytes_per_s; /* of network */
};

/* How much longer work of one full vCPU takes: a single thread has at most one vCPU, the `parallel` part all of the share (Amdahl). */
double compute_slowdown(const struct compute_share *share, double parallel);

/* What a scenario says of a handler. */
struct handler {
    const struct distribution *duration; /* as observed: memory does not change it; NULL: by the others */
    const struct distribution *cpu;      /* on one full vCPU */
    double parallel;
    const struct distribution *wait;
    const struct distribution *transfer; /* bytes */
    struct step_list steps;
};

/* What whoever runs it may let others run too (model_type.handled). */
struct handled {
    const struct handler *handler; /* the owner's */
    double error_rate;             /* of runs that fail after all was done */
};

struct handler_streams {
    struct stream cpu; /* and duration: a handler has one or the other */
    struct stream wait;
    struct stream transfer;
    struct stream steps;
};

/* What one run of a handler without steps is made of. */
struct handler_draw {
    double work_ns; /* on one full vCPU */
    double wait_ns; /* or the whole, as observed */
    double bytes;   /* of network */
};

struct handler_draw handler_drawn(const struct handler *handler, struct handler_streams *streams, uint64_t item, uint32_t attempt);

/* Draws one handler time in ns for (item, attempt). */
int64_t handler_time(const struct handler *handler, const struct compute_share *share, struct handler_streams *streams, uint64_t item,
                     uint32_t attempt);

#endif
