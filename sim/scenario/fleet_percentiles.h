/* fleet_percentiles.h: the percentiles of a recorded trace's durations as distributions. Private to fleet.c. */
#ifndef SLSIM_SCENARIO_FLEET_PERCENTILES_H
#define SLSIM_SCENARIO_FLEET_PERCENTILES_H

#include "scenario/loader.h"

#include <stdbool.h>
#include <stddef.h>

#define PERCENTILES_MOST 64u

/* The percentiles of the table of durations. */
struct percentiles {
    double shares[PERCENTILES_MOST];
    size_t columns[PERCENTILES_MOST];
    size_t count;
};

/* The columns percentile_Average_N of the fleet's table of durations, by N. False after reporting that there are none. */
bool percentiles_find(struct loader *loader, struct percentiles *found);
/* One row's percentiles as a distribution, the scenario's. NULL where a field is no number (then *found is false) or they fall (reported).
 */
const struct distribution *percentiles_of_row(struct loader *loader, const struct percentiles *percentiles, size_t row, bool *found);

#endif
