/* result_files.h: the files of a result folder that are made when all replications are over. timeseries.csv is timeseries.h's. */
#ifndef SLSIM_OUTPUT_RESULT_FILES_H
#define SLSIM_OUTPUT_RESULT_FILES_H

#include "document/diagnostics.h"
#include "experiment/run.h"
#include "output/csv_writer.h"
#include "output/result_folder.h"

/* Writes manifest.json, summary.csv, cost.csv, fates.csv, histograms.csv, replications.csv, expectations.csv and assumptions.csv.
 * STATUS_IO, with a diagnostic, when one could not be written whole. */
enum status result_files_write(const struct result_folder *folder, const struct run_result *result, struct diagnostics *diagnostics);

/* The same content on its own. `summary`: namespace,resource,metric,stat,unit,value,ci95_low,ci95_high,replications. A count has its row
 * also at zero; a statistic of nothing has none. */
void summary_csv(struct csv_writer *writer, const struct run_result *result);
void cost_csv(struct csv_writer *writer, const struct run_result *result);
/* One row for each way in which items of a resource ended; resources that nothing entered have none. */
void fates_csv(struct csv_writer *writer, const struct run_result *result);
/* Buckets that hold something, their bounds [low, high) in the metric's unit. `count` is how many values, for a level over time how many
 * nanoseconds. */
void histograms_csv(struct csv_writer *writer, const struct run_result *result);
void replications_csv(struct csv_writer *writer, const struct run_result *result);
/* What the scenario expects, whether it holds, and what was observed. */
void expectations_csv(struct csv_writer *writer, const struct run_result *result);
/* The undocumented rules that the run looked up, if its book noted that (rule_book.asked). */
void assumptions_csv(struct csv_writer *writer, const struct run_result *result);

#endif
