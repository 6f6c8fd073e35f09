/* headline_rows.h: the figures of a result that a summary shows, found through the models' layout. */
#ifndef SLSIM_OUTPUT_HEADLINE_ROWS_H
#define SLSIM_OUTPUT_HEADLINE_ROWS_H

#include "experiment/run.h"
#include "measure/headline.h"
#include "output/table.h"

#include <stddef.h>

/* One resource in one section. All borrowed from result and layout. */
struct headline_row {
    const struct headline_section *section;
    const struct figure *key;
    const struct figure *first; /* the resource's figures */
    size_t figure_count;
};

/* Section by section, within one the largest key first, and the order of the figures among equals. */
struct headline_rows {
    const struct run_result *result;
    const char *requests_space; /* of the next; NULL: any */
    const char *requests;       /* the metric that counts what callers ask for */
    struct headline_row *list;  /* owned */
    size_t count;
};

enum status headline_rows_collect(const struct run_result *result, const struct summary_layout *layout, struct headline_rows *rows);
void headline_rows_fini(struct headline_rows *rows);

/* A figure of the row's resource; NULL when it has none of that name. */
const struct figure *headline_row_figure(const struct headline_row *row, const char *metric, const char *stat);

/* What a million requests cost, in USD: the bill over the requests, and the interval of this ratio over replications. NaN: there were none.
 */
struct interval headline_rows_million(const struct headline_rows *rows);

/* Every headline figure, the month's bill as cost.month, and cost.million_requests: resource, metric, stat, unit, value, ci95_low,
 * ci95_high. */
void headline_rows_table(const struct headline_rows *rows, struct table *table);

#endif
