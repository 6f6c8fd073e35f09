/* summary_sparks.h: how the run went over its time, a line a series, for terminals that show block elements. */
#ifndef SLSIM_OUTPUT_SUMMARY_SPARKS_H
#define SLSIM_OUTPUT_SUMMARY_SPARKS_H

#include "measure/headline.h"
#include "output/answer.h"
#include "output/headline_rows.h"

#include <stdio.h>

/* Reads the series of the result folder `path` and prints those of the layout; nothing where the terminal cannot show them, where there
 * are fewer than two periods, or where the folder cannot be read: they are an ornament. */
void summary_sparks_print(const struct answer *answer, const struct headline_rows *rows, const struct headline_spark *sparks,
                          const char *path, FILE *out);

#endif
