/* sweep_files.h: what a sweep leaves: runs.csv with every run, points.csv with means and intervals; or of a shard, its journal in order. */
#ifndef SLSIM_OUTPUT_SWEEP_FILES_H
#define SLSIM_OUTPUT_SWEEP_FILES_H

#include "output/csv_writer.h"
#include "output/result_folder.h"
#include "output/sweep_store.h"

#include <cjson/cJSON.h>

/* A store with what sets its points apart. All borrowed. */
struct sweep_table {
    const struct sweep_store *store;
    size_t column_count;
    const char *(*title)(void *context, size_t column);
    /* Makes ready for the texts of a point, which are asked for next. STATUS_IO with errno. */
    enum status (*turn_to)(void *context, size_t point);
    const char *(*text)(void *context, size_t column);
    void *context;
    size_t shard, shards;
};

/* manifest.json, runs.csv (`point`, each column, `replication,seed,namespace,resource,metric,stat,unit,value`) and points.csv (`point`,
 * each column, `namespace,resource,metric,stat,unit,value,ci95_low,ci95_high,replications`), in the order of points, on the disk when it
 * returns. STATUS_IO, with a diagnostic. Memory: one point's. */
enum status sweep_files_write(const struct result_folder *folder, const cJSON *manifest, const struct sweep_table *table,
                              struct diagnostics *diagnostics);
/* manifest.json and units.journal of one shard, whose points stand in it with what sets them apart. */
enum status sweep_shard_write(const struct result_folder *folder, const cJSON *manifest, const struct sweep_table *table,
                              struct diagnostics *diagnostics);

#endif
