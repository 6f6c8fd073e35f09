/* processor.h: the vCPUs of one server, which all that is worked on shares: each thread gets an equal part of them, and at most one whole.
 * That is processor sharing: what operating systems' schedulers do over times longer than their slices, which are milliseconds.
 * Exact: every thread has been served alike since the processor was last idle, so what is done first is known by how much each wants. */
#ifndef SLSIM_SERVERS_PROCESSOR_H
#define SLSIM_SERVERS_PROCESSOR_H

#include "engine/pool.h"

#include <stdbool.h>
#include <stdint.h>

struct processor_job {
    double until_ns; /* of `served_ns` */
    uint64_t order;  /* of those that are done at once */
    uint32_t threads;
    uint32_t data;
};

struct processor {
    double vcpus;
    double served_ns; /* of one vCPU, that each thread has had */
    int64_t at_ns;    /* when it had */
    int64_t due_ns;   /* when its owner looks; TIME_FOREVER: not yet known */
    uint64_t orders;
    uint32_t threads;
    uint32_t count, room;
    struct processor_job *jobs; /* owned; a heap, the next to be done first */
    struct memory_account *account;
    const char *owner;
};

/* `account` and `owner` are borrowed. Allocates nothing. */
void processor_init(struct processor *processor, double vcpus, struct memory_account *account, const char *owner);
void processor_fini(struct processor *processor);

/* From now on it has so many. */
void processor_set_vcpus(struct processor *processor, int64_t now_ns, double vcpus);

/* `work_ns` of one vCPU, spread over so many threads. False: memory is out, which the account says. O(log jobs). */
bool processor_add(struct processor *processor, int64_t now_ns, double work_ns, uint32_t threads, uint32_t data);
/* The next job that is done by now; false: none is. O(log jobs). */
bool processor_done(struct processor *processor, int64_t now_ns, uint32_t *data);
/* Any job at all, done or not; false: there are none. */
bool processor_drop(struct processor *processor, uint32_t *data);
/* When the next will be done; TIME_FOREVER: there are none. */
int64_t processor_next_ns(const struct processor *processor, int64_t now_ns);
/* vCPUs that work now. */
double processor_busy(const struct processor *processor);

#endif
