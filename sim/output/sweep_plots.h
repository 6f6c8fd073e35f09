/* sweep_plots.h: the pictures of a sweep, and its page. */
#ifndef SLSIM_OUTPUT_SWEEP_PLOTS_H
#define SLSIM_OUTPUT_SWEEP_PLOTS_H

#include "output/plot.h"
#include "output/report.h"
#include "output/sweep_points.h"

struct sweep_plots {
    struct plot list[SWEEP_FIGURES_DRAWN]; /* one a figure */
    size_t count;
    bool failed; /* memory ran out */
};

/* By what was varied: one setting (or named cases): a line with its intervals; two whose combinations are mostly there: a heat map, with
 * the line beyond which a goal of `expect` no longer holds; else parallel coordinates, coloured by the figure. */
void sweep_plots_make(const struct sweep_points *points, struct sweep_plots *plots);
void sweep_plots_fini(struct sweep_plots *plots);

/* Writes plots/ and, where asked for, report.html of a sweep into its folder. Takes the manifest over. As report_write. */
enum status sweep_report_write(int folder, const char *path, cJSON *manifest, const struct report_request *request,
                               struct diagnostics *diagnostics);

#endif
