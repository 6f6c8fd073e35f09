/* run_heading.h: what was run, in one line. */
#ifndef SLSIM_OUTPUT_RUN_HEADING_H
#define SLSIM_OUTPUT_RUN_HEADING_H

#include "experiment/run.h"

#include <stdio.h>

/* How long, how often, by which books; without the name and without a line feed. */
void run_heading_print(const struct run_result *result, FILE *out);
/* A line that says so where the run was stopped early; nothing otherwise. */
void run_heading_print_end(const struct run_result *result, FILE *out);

#endif
