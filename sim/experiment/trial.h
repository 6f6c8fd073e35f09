/* trial.h: variants of one scenario, of which a few figures are wanted: what searches and sensitivities are made of. */
#ifndef SLSIM_EXPERIMENT_TRIAL_H
#define SLSIM_EXPERIMENT_TRIAL_H

#include "experiment/variant.h"

#include <stdint.h>

/* What the trials of one study share. All borrowed. */
struct study {
    struct variant_base base;
    const struct scenario *scenario; /* the base itself: whose names the figures borrow, and what they need it to sum */
    const struct figure_name *figures;
    size_t figure_count;
    const struct run_options *options;
    struct diagnostics *diagnostics;
    uint64_t requests; /* that were simulated so far, in all trials */
};

struct trial {
    struct variant variant;
    uint64_t requests; /* that its sources have sent */
};

/* Loads the base with further settings. Mistakes are in the study's diagnostics. To be given to trial_end whatever comes back. */
enum status trial_begin(const struct study *study, const char *const *sets, size_t set_count, struct trial *trial);
/* The same of another scenario: `path` with the base's seed and settings. */
enum status trial_begin_other(const struct study *study, const char *path, const char *const *sets, size_t set_count, struct trial *trial);
/* Runs on until there are so many replications. */
enum status trial_replicate(struct study *study, struct trial *trial, uint32_t total);
/* A figure's values of the replications that are complete: `total` of them; NaN where there is none. */
void trial_values(const struct study *study, const struct trial *trial, size_t figure, uint32_t total, double *values);
void trial_end(struct trial *trial);

#endif
