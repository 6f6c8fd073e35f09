/* comparison_rows.h: the rows of a comparison, as programs read them. Private to comparison*.c. */
#ifndef SLSIM_OUTPUT_COMPARISON_ROWS_H
#define SLSIM_OUTPUT_COMPARISON_ROWS_H

#include "experiment/compare.h"
#include "output/table.h"

/* All figures that were added and have a value on either side; with `cost` the lines of the bill as well. */
void comparison_table(const struct compare *compare, bool cost, struct table *table);
/* The lines of the bill: mark, resource, service, usage_type, unit, a, b, value. */
void comparison_cost_table(const struct compare *compare, struct table *table);

#endif
