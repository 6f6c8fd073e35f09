/* where.h: constraints on the points of a sweep: "Api.ReservedConcurrentExecutions <= 2 * Queue.MaximumConcurrency". */
#ifndef SLSIM_SCENARIO_WHERE_H
#define SLSIM_SCENARIO_WHERE_H

#include "scenario/axis.h"

#include <stdbool.h>
#include <stddef.h>

#define WHERE_MISTAKE_SIZE 256u

/* Two expressions and one of == != < <= > >= between them, of the axes' paths, numbers with and without units, 'text' in quotes, + - * /
 * and parentheses; several such joined by "and". What is compared, added or subtracted is of one kind: times, rates, sizes or bare numbers
 * (20% is 0.2); text is only equal or not. Sets *holds for the point at `coordinates`, one an axis. False, with `mistake` written, when
 * it cannot be read. O(length x axes). */
bool where_evaluate(const char *text, const struct axis *axes, size_t axis_count, const double *coordinates, bool *holds,
                    char mistake[WHERE_MISTAKE_SIZE]);

#endif
