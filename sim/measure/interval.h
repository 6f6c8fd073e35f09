/* interval.h: Student's t interval of a mean over replications, through GSL. */
#ifndef SLSIM_MEASURE_INTERVAL_H
#define SLSIM_MEASURE_INTERVAL_H

#include <stddef.h>

struct interval {
    double mean;
    double low, high; /* NaN with fewer than two values */
    size_t count;     /* values that are not NaN; the others are left out */
};

/* `confidence` such as 0.95. O(count). Copies the values if any is NaN; where memory for that is out, `count` is 0. */
struct interval interval_of_mean(const double *values, size_t count, double confidence);
/* The same of b[i] - a[i]: pairs that share their chance. A pair with a NaN is left out. */
struct interval interval_of_difference(const double *a, const double *b, size_t count, double confidence);

#endif
