/* gnuplot.h: runs gnuplot on a script in a folder: no shell, no settings of the user's, no terminal, for a limited time. */
#ifndef SLSIM_OUTPUT_GNUPLOT_H
#define SLSIM_OUTPUT_GNUPLOT_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>

enum gnuplot_outcome {
    GNUPLOT_DREW,
    GNUPLOT_MISSING, /* no such program */
    GNUPLOT_FAILED   /* it said no, or took too long */
};

/* Runs `script`, the plain name of a file in `folder` (a descriptor), there; with `png` for a PNG. What it says of mistakes is kept in
 * `complaint`, at most `size` bytes with the 0. Takes tens of milliseconds. */
enum gnuplot_outcome gnuplot_run(int folder, const char *script, bool png, char *complaint, size_t size);

#endif
