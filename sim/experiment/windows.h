/* windows.h: what the expectations of a scenario observe in one replication: the whole run, or what happened in [from, until). Private to
 * this folder. */
#ifndef SLSIM_EXPERIMENT_WINDOWS_H
#define SLSIM_EXPERIMENT_WINDOWS_H

#include "measure/measure.h"
#include "scenario/scenario.h"

struct windows;

/* `next` is who else wants the periods; NULL: nobody. Both are borrowed. */
enum status windows_new(const struct scenario *scenario, const struct series_sink *next, struct windows **windows);
void windows_free(struct windows *windows);
/* The sink for measure: NULL when neither a window nor `next` wants periods. */
const struct series_sink *windows_sink(const struct windows *windows);
/* What expectation `index` observed, in its metric's unit; NaN where there was nothing, and for costs. */
double windows_observed(const struct windows *windows, size_t index, const struct measure *measure);

#endif
