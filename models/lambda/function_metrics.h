/* function_metrics.h: what is measured and billed of functions, versions and aliases. */
#ifndef SLSIM_LAMBDA_FUNCTION_METRICS_H
#define SLSIM_LAMBDA_FUNCTION_METRICS_H

#include "function_state.h"
#include "measure/bill.h"
#include "measure/metric.h"

extern const struct metric_type function_metrics[];
extern const struct line_item function_line_items[];
void function_quantities(const struct simulation *simulation, const void *self, struct bill *bill);

#endif
