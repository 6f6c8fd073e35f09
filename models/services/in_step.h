/* in_step.h: who is told of each write of an object, late and in any order, may have another picture of it than there is. What one target
 * holds of each object: the write that it was told of last, with and without comparing `sequencer` (S3 User Guide, "Event message
 * structure": of two events of one key the one with the larger value is the later). */
#ifndef SLSIM_SERVICES_IN_STEP_H
#define SLSIM_SERVICES_IN_STEP_H

#include "engine/key_map.h"
#include "engine/pool.h"
#include "measure/counter.h"
#include "measure/gauge.h"

#include <stdint.h>

/* Over all targets that are told. */
struct in_step_metrics {
    struct counter out_of_order; /* told of a write after a later one of the same object */
    struct gauge differing;      /* objects of which the last that was told is not the last that was written */
    struct gauge behind;         /* the same for whoever keeps the latest by `sequencer` */
};

struct in_step {
    struct pool objects;
    struct key_map ids; /* by the object's key */
    struct in_step_metrics *metrics;
};

/* `metrics` and `name` are borrowed. */
void in_step_init(struct in_step *target, struct in_step_metrics *metrics, struct memory_account *account, const char *name);
void in_step_fini(struct in_step *target);
/* The object was written at this instant. STATUS_LIMIT or STATUS_NO_MEMORY where there is no room for it. Amortised O(1). */
enum status in_step_written(struct in_step *target, uint64_t key, int64_t now_ns);
/* The target took the notice of the write at `written_ns`. O(1). */
void in_step_told(struct in_step *target, uint64_t key, int64_t written_ns, int64_t now_ns);

#endif
