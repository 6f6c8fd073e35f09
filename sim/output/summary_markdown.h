/* summary_markdown.h: a run for a pull request: what was run, figures with their intervals, expectations, the bill, assumptions. */
#ifndef SLSIM_OUTPUT_SUMMARY_MARKDOWN_H
#define SLSIM_OUTPUT_SUMMARY_MARKDOWN_H

#include "output/headline_rows.h"

#include <stdio.h>

/* Sections without content are left out. */
enum status summary_markdown_print(const struct headline_rows *rows, FILE *out);

#endif
