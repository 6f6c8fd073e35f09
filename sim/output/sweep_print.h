/* sweep_print.h: a sweep on standard output: its points before they are run, and what is in points.csv afterwards. */
#ifndef SLSIM_OUTPUT_SWEEP_PRINT_H
#define SLSIM_OUTPUT_SWEEP_PRINT_H

#include "experiment/sweep.h"
#include "output/answer.h"

/* The shard's points: number and settings. */
enum status sweep_print_points(const struct answer *answer, const struct sweep *sweep, FILE *out);

/* What points.csv in `folder` (a descriptor) says, with `columns` settings behind the point. As CSV it is handed on as it is, as JSON in
 * whole; for people a line a point with its first figures, and the first points where there are many. STATUS_IO when it cannot be read. */
enum status sweep_print(const struct answer *answer, int folder, size_t columns, FILE *out);

#endif
