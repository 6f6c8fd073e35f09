/* timeseries.h: timeseries.csv: one row a period, resource, metric and statistic; of replication 1, written while it runs, or of the mean
 * over all replications, written at the end. */
#ifndef SLSIM_OUTPUT_TIMESERIES_H
#define SLSIM_OUTPUT_TIMESERIES_H

#include "engine/status.h"
#include "measure/measure.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct timeseries;

struct timeseries_options {
    bool mean;  /* over replications, instead of replication 1 */
    bool dense; /* also counts of zero, and statistics of nothing with an empty value */
    uint32_t replications;
    int64_t start_epoch_s;
};

/* Takes `file` over (NULL: as one that cannot be written). In memory: nothing that grows with the first; with the mean 64 bytes a row. */
enum status timeseries_new(const struct timeseries_options *options, FILE *file, struct timeseries **timeseries);

/* For run_options.sink, with the time series as context. Replications may call their sinks on threads of their own. */
const struct series_sink *timeseries_sink(void *timeseries, uint32_t replication);

/* Writes what is left to write and closes the file. `complete`: all replications ran to their end; otherwise a mean has no rows. STATUS_IO
 * when anything was not written. */
enum status timeseries_finish(struct timeseries *timeseries, bool complete);
void timeseries_free(struct timeseries *timeseries);

#endif
