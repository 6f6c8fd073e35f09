/* parallel.h: many like things on threads: handed out in order, one at a time. Private to this folder. */
#ifndef SLSIM_EXPERIMENT_PARALLEL_H
#define SLSIM_EXPERIMENT_PARALLEL_H

#include "engine/status.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct parallel {
    uint32_t threads; /* 0: all cores; never more than there are things */
    size_t count;     /* of things, by index from 0 */
    /* Does one; on a thread of its own, which is worker 0, 1, ... The first that does not return STATUS_OK is the last that is begun. */
    enum status (*one)(void *context, uint32_t worker, size_t index);
    /* Called from the calling thread about ten times a second with how many have ended, and once at the end; a bad status ends it. NULL:
     * nothing is to be told; then one thread is the calling one. */
    enum status (*tick)(void *context, size_t ended);
    void *context;
    const atomic_bool *stop; /* when it is set, no more are begun: STATUS_INTERRUPTED unless all had been; may be NULL */
};

/* The first bad status, once everything that was begun has ended. */
enum status parallel_run(const struct parallel *parallel);
/* How many workers that will be. */
uint32_t parallel_workers(uint32_t threads, size_t count);

#endif
