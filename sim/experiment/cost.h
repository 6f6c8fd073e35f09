/* cost.h: from quantities to dollars: the month, tiers, the free tier. */
#ifndef SLSIM_EXPERIMENT_COST_H
#define SLSIM_EXPERIMENT_COST_H

#include "experiment/run.h"
#include "measure/bill.h"

/* The rows of the bill for `lines` (means over replications, or one replication's). Every line has a row, and one more for each further
 * tier that it reaches; what the free tier covers is a row at price 0. Tiers fill from all resources together, in proportion. The caller
 * frees *rows. STATUS_INVALID when the price book lacks a usage type: its name is in *missing. */
enum status cost_rows(const struct scenario *scenario, const struct bill_line *lines, size_t count, struct cost_line **rows,
                      size_t *row_count, const char **missing);

/* The month that rows add up to, in USD. */
double cost_month(const struct cost_line *rows, size_t count);

#endif
