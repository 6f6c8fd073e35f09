/* interval.c: Student's t interval. */
#include "measure/interval.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* Student's interval of values none of which is NaN. */
static struct interval student(const double *values, size_t count, double confidence)
{
    struct interval interval = {.mean = NAN, .low = NAN, .high = NAN, .count = count};
    if (count == 0)
        return interval;
    interval.mean = gsl_stats_mean(values, 1, count);
    if (count == 1)
        return interval;
    double deviation = gsl_stats_sd(values, 1, count);
    double half = gsl_cdf_tdist_Pinv(0.5 + confidence / 2, (double)count - 1) * deviation / sqrt((double)count);
    interval.low = interval.mean - half;
    interval.high = interval.mean + half;
    return interval;
}

struct interval interval_of_mean(const double *values, size_t count, double confidence)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        known += isnan(values[i]) ? 0 : 1;
    if (known == count)
        return student(values, count, confidence);
    double *kept = malloc((known ? known : 1) * sizeof *kept);
    if (!kept)
        return student(values, 0, confidence);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            kept[used++] = values[i];
    }
    struct interval interval = student(kept, used, confidence);
    free(kept);
    return interval;
}

struct interval interval_of_difference(const double *a, const double *b, size_t count, double confidence)
{
    double *differences = malloc((count ? count : 1) * sizeof *differences);
    if (!differences)
        return student(a, 0, confidence);
    for (size_t i = 0; i < count; i++)
        differences[i] = b[i] - a[i];
    struct interval interval = interval_of_mean(differences, count, confidence);
    free(differences);
    return interval;
}
