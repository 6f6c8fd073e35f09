/* sweep_spec.h: what a sweep is asked to do: the scenario's `sweep`, and what the command line says instead. */
#ifndef SLSIM_SCENARIO_SWEEP_SPEC_H
#define SLSIM_SCENARIO_SWEEP_SPEC_H

#include "notation/parse.h"
#include "scenario/axis.h"
#include "scenario/figure_find.h"

#include <stdbool.h>
#include <stddef.h>

enum sweep_method {
    SWEEP_GRID, /* every value of one with every value of the others; the last axis goes fastest */
    SWEEP_ZIP,  /* the first values together, then the second ones, ... */
    SWEEP_LIST, /* named cases */
    SWEEP_RANDOM,
    SWEEP_LATIN_HYPERCUBE, /* each of N equal slices of every axis holds one of N points */
    SWEEP_SOBOL            /* Sobol's sequence */
};
extern const char *const sweep_methods[]; /* by method; ends with NULL */

#define SWEEP_POINTS_MOST 1000000u
#define SWEEP_AXES_MOST 40u /* as many dimensions as GSL's Sobol sequence has */

/* All strings and arrays are its own. */
struct sweep_spec {
    enum sweep_method method;
    struct axis *axes; /* of a list: one for each path that some case sets, with a value for each case that does */
    size_t axis_count;
    size_t points; /* of what draws them */
    char **wheres; /* where.h; all hold */
    size_t where_count;
    char **case_names;
    double *case_coordinates; /* cases x axes; NaN: the case leaves it as it is */
    size_t case_count;
    bool independent; /* each point has chance of its own; else all have the same */
    bool all_metrics;
    char **metrics; /* "Api.Duration.p99"; none: the usual ones */
    size_t metric_count;
};

/* What the command line says. All borrowed; NULL and 0 where it says nothing. */
struct sweep_words {
    const char *method, *streams;
    size_t points;
    const char *const *varies; /* "PATH=VALUES": beside the scenario's, and instead of one with the same path */
    size_t vary_count;
    const char *const *wheres; /* beside the scenario's */
    size_t where_count;
    const char *const *metrics; /* instead; each "all" or figures with commas between */
    size_t metric_count;
};

/* Reads `node` (the scenario's `sweep`; NULL: there is none) and what replaces it. False after reporting every mistake, or with
 * parse->failed; then nothing is owned. `scenario` is whole but for its sweep. */
bool sweep_spec_read(struct parse *parse, const struct scenario *scenario, const cJSON *node, const struct sweep_words *words,
                     struct sweep_spec *spec);
void sweep_spec_fini(struct sweep_spec *spec);

/* Do its points lie in ranges by chance? */
bool sweep_method_samples(enum sweep_method method);

#endif
