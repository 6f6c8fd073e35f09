/* commitment.h: what is committed to by the hour, in exchange for lower prices of some of what is used. */
#ifndef SLSIM_EXPERIMENT_COMMITMENT_H
#define SLSIM_EXPERIMENT_COMMITMENT_H

#include "experiment/run.h"

/* Rows at the prices of the scenario's plan, as far as what was committed to goes, the largest discounts first; what is beyond keeps its
 * price, and what is not used has a row. Nothing changes without a plan. `factor`: a run's quantity to a month's. *rows stays the caller's.
 * Assumption: each hour uses what hours do on average. O(rows^2) of those that the plan covers. */
enum status commitment_apply(const struct scenario *scenario, double factor, struct cost_line **rows, size_t *count);

#endif
