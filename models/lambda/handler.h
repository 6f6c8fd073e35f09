/* handler.h: how long a handler runs at a given memory. */
#ifndef SLSIM_LAMBDA_HANDLER_H
#define SLSIM_LAMBDA_HANDLER_H

#include "engine/distribution.h"
#include "engine/random.h"
#include "engine/rule_book.h"
#include "engine/step.h"

#include <stdbool.h>
#include <stdint.h>

/* What memory buys: rules vcpu_reference_mb and network_*. */
struct compute_share {
    double vcpus;       /* MB / vcpu_reference_mb */
    double bytes_per_s; /* of network */
};

struct compute_share compute_share_of(const struct rule_book *rules, int64_t memory_mb);

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

struct handler_streams {
    struct stream cpu; /* and duration: a handler has one or the other */
    struct stream wait;
    struct stream transfer;
    struct stream steps;
};

/* Draws one handler time in ns for (item, attempt). */
int64_t handler_time(const struct handler *handler, const struct compute_share *share, struct handler_streams *streams, uint64_t item,
                     uint32_t attempt);

#endif
