/* sweep_figures.h: which figures of each run a sweep keeps. */
#ifndef SLSIM_EXPERIMENT_SWEEP_FIGURES_H
#define SLSIM_EXPERIMENT_SWEEP_FIGURES_H

#include "experiment/run.h"
#include "measure/headline.h"
#include "scenario/figure_parse.h"
#include "scenario/sweep_spec.h"

struct sweep_figures {
    bool all;                 /* every figure of a run, and the bill; else these */
    struct figure_name *list; /* owned; the names are the scenario's */
    size_t count;
};

/* One figure of one run. Borrows from the scenario. */
struct sweep_value {
    const char *name_space, *resource, *metric, *stat, *unit;
    double value; /* NaN: nothing was observed */
};

struct sweep_values {
    struct sweep_value *list; /* owned */
    size_t count, capacity;
};

/* What the spec asks for; else what the sources' part of the summary shows, the metrics of `expect`, and the bill. STATUS_INVALID after
 * reporting. To be given to sweep_figures_fini whatever comes back. */
enum status sweep_figures_choose(struct scenario *scenario, const struct sweep_spec *spec, const struct summary_layout *layout,
                                 struct diagnostics *diagnostics, struct sweep_figures *figures);
void sweep_figures_fini(struct sweep_figures *figures);

/* The values of replication `column` of a result, in place of what was in `values`. */
enum status sweep_values_take(const struct sweep_figures *figures, const struct run_result *result, uint32_t column,
                              struct sweep_values *values);
void sweep_values_fini(struct sweep_values *values);

#endif
