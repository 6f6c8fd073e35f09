/* cost.h: from quantities to dollars: the month, tiers, the free tier. */
#ifndef SLSIM_EXPERIMENT_COST_H
#define SLSIM_EXPERIMENT_COST_H

#include "experiment/run.h"
#include "measure/bill.h"

#define COST_HOURS_PER_MONTH 730.0 /* what the provider's own calculator takes */

/* The rows of the bill for `lines` (means over replications, or one replication's), used within `measured_ns`. Every line has a row, and
 * one more for each further tier that it reaches; what the free tier covers is a row at price 0. Tiers fill from all resources together, in
 * proportion. The caller frees *rows. A usage type that the price book lacks is STATUS_INTERNAL: the scenario's loading has looked. */
enum status cost_rows(const struct scenario *scenario, int64_t measured_ns, const struct bill_line *lines, size_t count,
                      struct cost_line **rows, size_t *row_count);

/* The month that rows add up to, in USD. */
double cost_month(const struct cost_line *rows, size_t count);

#endif
