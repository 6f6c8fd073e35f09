/* trace_sample.h: which traces are kept: the first of each second for certain, and a share of the rest. */
#ifndef SLSIM_OUTPUT_TRACE_SAMPLE_H
#define SLSIM_OUTPUT_TRACE_SAMPLE_H

#include "engine/rule_book.h"
#include "engine/trace.h"

struct trace_sample {
    double reservoir, rate;
    int64_t second;
    double taken; /* in this second */
};

/* As the two rules say, each of which must be in `rules`. */
void trace_sample_init(struct trace_sample *sample, const struct trace_rule *rule, const struct rule_book *rules);
/* Is this one kept? One reservoir is for all sources together; chance is the trace's own, so that no other trace and no figure moves. */
bool trace_sample_takes(struct trace_sample *sample, const struct trace_root *root);

#endif
