/* trace_writer.h: --trace FILE: one row a step of an item as CSV, or the tree of each item as Chrome trace events (JSON), which
 * ui.perfetto.dev opens. */
#ifndef SLSIM_OUTPUT_TRACE_WRITER_H
#define SLSIM_OUTPUT_TRACE_WRITER_H

#include "document/diagnostics.h"
#include "engine/rule_book.h"
#include "engine/status.h"
#include "engine/trace.h"

struct trace_writer;

/* Which traces. */
struct trace_choice {
    const struct trace_rule *rule; /* NULL: all */
    const struct rule_book *rules; /* where its two rules are; for the call */
    uint64_t most;                 /* no more begin after so many rows or events; 0: what viewers take (.json), or no limit (.csv) */
};

/* FILE ends in .csv (columns time_s,item,source,resource,attempt,step,detail) or .json; anything else is STATUS_INVALID. All failures are
 * diagnosed. */
enum status trace_writer_new(const char *path, const struct trace_choice *choice, struct diagnostics *diagnostics,
                             struct trace_writer **writer);
/* For run_options.tracer; lives as long as the writer. */
const struct tracer *trace_writer_tracer(const struct trace_writer *writer);
/* Ends the file and gives it its name; a note tells of traces that the limit left out. */
enum status trace_writer_finish(struct trace_writer *writer, struct diagnostics *diagnostics);
/* Removes a file that was not finished. */
void trace_writer_free(struct trace_writer *writer);

#endif
