/* sweep_points.h: points.csv of a sweep as its pictures want it. */
#ifndef SLSIM_OUTPUT_SWEEP_POINTS_H
#define SLSIM_OUTPUT_SWEEP_POINTS_H

#include "engine/status.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Beyond so many, points and figures are left out of pictures. */
#define SWEEP_POINTS_DRAWN 20000u
#define SWEEP_FIGURES_DRAWN 10u
#define SWEEP_FIGURES_READ 64u /* of which the first to differ, those with a goal and the bill before others, are drawn */

/* One setting over all points. Numbers are what its values mean where they all have one unit, else places in the order in which values
 * came.
 */
struct sweep_column {
    char *title;     /* owned */
    char **texts;    /* by point; owned */
    double *numbers; /* by point */
    bool numeric;
    double *levels; /* the different numbers, ascending */
    char **names;   /* of each level, borrowed */
    size_t level_count;
};

struct sweep_figure {
    char *resource, *metric, *stat, *unit; /* owned */
    double *mean, *low, *high;             /* by point; NaN: none */
    double goal;                           /* an expectation's bound, in its unit; NaN: none */
};

struct sweep_points {
    cJSON *manifest; /* owned */
    struct sweep_column *columns;
    size_t column_count;
    struct sweep_figure figures[SWEEP_FIGURES_READ]; /* those that differ between points */
    size_t figure_count;
    size_t count, left_out; /* points */
};

/* Reads a sweep's result folder; takes the manifest over. STATUS_IO with errno; STATUS_INVALID: it is none. To be given to
 * sweep_points_fini whatever comes back. */
enum status sweep_points_read(int folder, cJSON *manifest, struct sweep_points *points);
void sweep_points_fini(struct sweep_points *points);

#endif
