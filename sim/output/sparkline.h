/* sparkline.h: a series on one line, as eight heights of Unicode's block elements. */
#ifndef SLSIM_OUTPUT_SPARKLINE_H
#define SLSIM_OUTPUT_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* `blocks`: else, where the terminal has none, digits from 0 to 9 stand for the heights. Prints `values` (NaN: a gap) in at most `width`
 * characters, from 0 to the largest; where there are more than fit, each stands for the mean of its neighbours, or for the largest of them
 * (`largest`). Prints nothing where there is nothing. */
void sparkline_print(FILE *out, const double *values, size_t count, size_t width, bool largest, bool blocks);

#endif
