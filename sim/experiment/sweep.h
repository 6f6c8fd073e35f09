/* sweep.h: every point of a plan, checked and run: points and replications on one pool of threads, each simulation on its own state. */
#ifndef SLSIM_EXPERIMENT_SWEEP_H
#define SLSIM_EXPERIMENT_SWEEP_H

#include "experiment/sweep_figures.h"
#include "experiment/sweep_plan.h"
#include "experiment/variant.h"

/* One replication of one point: what is run at a time, and kept or lost as a whole. */
struct sweep_unit {
    size_t point;         /* from 0 */
    uint32_t replication; /* from 0 */
    uint64_t seed;
    const struct sweep_values *values;
};

/* All borrowed. */
struct sweep {
    struct variant_base base;        /* with `shared`; its `seed` is not looked at where the points have their own */
    const struct scenario *scenario; /* the base itself */
    const struct sweep_plan *plan;
    const struct sweep_figures *figures;
    const struct run_options *options; /* `interrupted`: no more units are begun; those that run are finished */
    size_t shard, shards;              /* every `shards`-th point, from `shard` on */

    /* Is the unit there already? From any thread. NULL: none is. */
    bool (*is_done)(void *context, size_t point, uint32_t replication);
    /* Keeps a unit. From any thread, one at a time; what is borrowed is gone afterwards. */
    enum status (*keep)(void *context, const struct sweep_unit *unit);
    /* From the calling thread about ten times a second, and once at the end; may be NULL. `done` of `all` units, those that were there
     * before among them. */
    enum status (*tick)(void *context, size_t done, size_t all, size_t before);
    void *context;
};

/* So many points, and units, are this shard's. */
size_t sweep_point_count(const struct sweep *sweep);
size_t sweep_unit_count(const struct sweep *sweep);
/* On so many threads they are run. */
uint32_t sweep_threads(const struct sweep *sweep);

/* Loads every point of the plan, of all shards: what is wrong with any is reported with the first point that makes it, and how many do.
 * Warnings too, unless the base has them. STATUS_INVALID when a point is not valid. */
enum status sweep_check(const struct sweep *sweep, struct diagnostics *diagnostics);

/* Runs what is not there yet. On a failure the units that run are finished and kept; `diagnostics` say which point failed. */
enum status sweep_run(const struct sweep *sweep, struct diagnostics *diagnostics);
/* Runs one unit on the calling thread, `values` being the caller's. */
enum status sweep_run_unit(const struct sweep *sweep, size_t point, uint32_t replication, struct sweep_values *values,
                           struct diagnostics *diagnostics);

#endif
