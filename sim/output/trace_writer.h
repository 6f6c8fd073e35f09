/* trace_writer.h: --trace FILE: one row a step of an item as CSV, or Chrome trace events as JSON, which ui.perfetto.dev opens. */
#ifndef SLSIM_OUTPUT_TRACE_WRITER_H
#define SLSIM_OUTPUT_TRACE_WRITER_H

#include "document/diagnostics.h"
#include "engine/simulation.h"
#include "engine/status.h"

struct trace_writer;

/* FILE ends in .csv (columns time_s,item,source,resource,attempt,step,detail) or .json; anything else is STATUS_INVALID. All failures are
 * diagnosed. */
enum status trace_writer_new(const char *path, struct diagnostics *diagnostics, struct trace_writer **writer);
/* For run_options.tracer; lives as long as the writer. */
const struct tracer *trace_writer_tracer(const struct trace_writer *writer);
/* Ends the file and gives it its name. */
enum status trace_writer_finish(struct trace_writer *writer, struct diagnostics *diagnostics);
/* Removes a file that was not finished. */
void trace_writer_free(struct trace_writer *writer);

#endif
