/* sweep_plan.h: the points of a sweep: which value each setting has in each of them. The same for the same scenario, seed and version. */
#ifndef SLSIM_EXPERIMENT_SWEEP_PLAN_H
#define SLSIM_EXPERIMENT_SWEEP_PLAN_H

#include "scenario/sweep_spec.h"

#include <stdint.h>

struct sweep_plan {
    const struct sweep_spec *spec; /* borrowed */
    uint64_t seed;                 /* the scenario's */
    size_t point_count;
    double *coordinates; /* points x axes: axis_text's; NaN: left as it is */
    size_t column_count; /* what tells a point apart: a case's name, where there are cases, and the axes */
};

/* Numbers beyond this, before what `where` refuses, are a slip of the hand. */
#define SWEEP_TRIES_MOST 20000000u

/* STATUS_INVALID after reporting: too many points, a `where` that cannot be read or lets nothing pass. Memory: 8 bytes a point and axis. */
enum status sweep_plan_init(const struct sweep_spec *spec, uint64_t seed, struct diagnostics *diagnostics, struct sweep_plan *plan);
void sweep_plan_fini(struct sweep_plan *plan);

/* A column's title, and its value at a point, as text ("": left as it is). `buffer` may be where it is. */
const char *sweep_plan_title(const struct sweep_plan *plan, size_t column);
const char *sweep_plan_text(const struct sweep_plan *plan, size_t point, size_t column, char buffer[AXIS_TEXT_SIZE]);

/* What the point sets, "PATH=VALUE" each: at most one an axis. To be freed with sweep_plan_free_sets, whatever comes back. */
enum status sweep_plan_sets(const struct sweep_plan *plan, size_t point, char ***sets, size_t *count);
void sweep_plan_free_sets(char **sets, size_t count);
/* The seed of its chance: all have the scenario's, or each one of its own. */
uint64_t sweep_plan_seed(const struct sweep_plan *plan, size_t point);

/* "Api.MemorySize=512, users.poisson=5/s" in `buffer`, cut off where it is long. Returns it. */
char *sweep_plan_describe(const struct sweep_plan *plan, size_t point, char *buffer, size_t size);

#endif
