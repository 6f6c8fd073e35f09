/* comparison.h: two results side by side: as tables for people, as rows for programs, as a folder. */
#ifndef SLSIM_OUTPUT_COMPARISON_H
#define SLSIM_OUTPUT_COMPARISON_H

#include "experiment/compare.h"
#include "output/answer.h"
#include "output/result_folder.h"

/* What is being compared, in words. All borrowed. */
struct comparison_side {
    const char *path;
    const char *const *sets; /* what was varied */
    size_t set_count;
};

struct comparison_view {
    const struct compare *compare;
    struct comparison_side a, b;
    const struct bound_verdict *bounds;
    size_t bound_count;
    bool all;  /* also what is the same in both, and what is nothing in the one that has it */
    bool cost; /* also the lines of the bill */
};

/* The figures that a summary of either shows, and the month's bill. */
enum status comparison_add_headlines(struct compare *compare, const struct summary_layout *layout);

/* Tables of figures and of the bill, to be read (as a table and in Markdown: without what is the same in both, unless `all`), or rows:
 * mark, resource, metric, stat, unit, a, b, value (b - a), ci95_low, ci95_high, change_percent, verdict. A line of the bill is a row too,
 * with its usage type as the metric and "month" as the stat. */
enum status comparison_print(const struct answer *answer, const struct comparison_view *view, FILE *out);

/* Writes manifest.json, comparison.csv (the rows) and replications.csv (replication, resource, metric, stat, unit, a, b). */
enum status comparison_files_write(const struct result_folder *folder, const struct compare *compare, struct diagnostics *diagnostics);

#endif
