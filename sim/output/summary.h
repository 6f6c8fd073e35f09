/* summary.h: what a person wants to know first, on one screen. */
#ifndef SLSIM_OUTPUT_SUMMARY_H
#define SLSIM_OUTPUT_SUMMARY_H

#include "measure/headline.h"
#include "output/answer.h"
#include "output/headline_rows.h"

#include <stdio.h>

/* Rows a section at most; a further line says how many more there are. */
#define SUMMARY_ROWS_MAX 12u

/* As a table: a line on the run, each section with its largest resources and their total, and what a month costs; below a figure half the
 * width of its 95 % interval, where there are replications. As Markdown what a pull request wants; in the other formats
 * all headline figures. */
enum status summary_print(const struct answer *answer, const struct headline_rows *rows, FILE *out);

#endif
