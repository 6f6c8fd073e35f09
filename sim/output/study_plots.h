/* study_plots.h: the pictures of what several settings were compared by: from the CSV that compare, size and sensitivity write. */
#ifndef SLSIM_OUTPUT_STUDY_PLOTS_H
#define SLSIM_OUTPUT_STUDY_PLOTS_H

#include "document/traces.h"
#include "output/run_plots.h"

enum study_kind {
    STUDY_COMPARISON, /* comparison.csv */
    STUDY_POINTS,     /* points.csv: settings that were tried */
    STUDY_CROSSING,   /* of two bills */
    STUDY_TORNADO,    /* of sensitivity */
    STUDY_UNKNOWN
};

/* By the columns. */
enum study_kind study_kind_of(const struct csv_table *table);
/* The pictures of that kind; memory that ran out is in plots->failed or a plot's. */
void study_plots_make(const struct csv_table *table, enum study_kind kind, struct run_plots *plots);

#endif
