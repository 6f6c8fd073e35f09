/* variant.h: one point of a study: a scenario with further settings, run for as many replications as it takes. All variants of one base
 * have its seed, so the k-th request is the same in each of them, and the values of one replication can be held against each other. */
#ifndef SLSIM_EXPERIMENT_VARIANT_H
#define SLSIM_EXPERIMENT_VARIANT_H

#include "experiment/run.h"
#include "scenario/figure_parse.h"
#include "scenario/scenario_base.h"

/* What variants have in common. All borrowed. */
struct variant_base {
    const char *path;
    const struct scenario_base *shared; /* the same with `sets` over it, read already; NULL: `path` is read for every variant */
    const struct model_registry *registry;
    const char *const *sets; /* "PATH=VALUE"; a variant's own come behind these */
    size_t set_count;
    const char *seed;      /* NULL: the scenario's */
    uint32_t replications; /* 0: the scenario's */
};

struct variant {
    const char **sets; /* the base's, then its own; the array is owned, the strings are borrowed */
    size_t set_count;
    struct scenario *scenario;
    struct run *run;           /* NULL before the first step, and when it is over */
    struct run_result *result; /* when it is over */
};

/* Mistakes are in `diagnostics`. `variant` is to be given to variant_fini whatever comes back. */
enum status variant_load(const struct variant_base *base, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                         struct variant *variant);
/* Runs until `replications` are complete; those that are stay. `options` count at the first call. */
enum status variant_replicate(struct variant *variant, const struct run_options *options, uint32_t replications);
/* No more replications: hands out the whole result, as run_scenario does. */
enum status variant_end(struct variant *variant);
void variant_fini(struct variant *variant);

/* What is complete, between steps and in the end; NULL before the first step. */
const struct run_result *variant_result(const struct variant *variant);

/* A figure's value in each replication (run_result's `planned` of them), NaN where there is none; NULL when the run has no such figure. */
const double *run_result_values(const struct run_result *result, const struct figure_name *figure);

/* How many replications there should be in all until half the 95 % interval of a mean is `share` of `scale`: `so_far` where it is narrow
 * enough, and where there is nothing to be a share of (fewer than two values, a scale of 0); otherwise an estimate from what is known, at
 * most four times as many, and `most`. */
#define UNTIL_LEAST 10u   /* fewer say little about their own spread */
#define UNTIL_MOST 10000u /* replications that are worth trying */
uint32_t replications_wanted(const struct interval *interval, double scale, double share, uint32_t so_far, uint32_t most);

#endif
