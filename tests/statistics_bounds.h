/* statistics_bounds.h: hypothesis tests for tests. Each asserts that a statistic lies within the two-sided region that it leaves with
 * probability `alpha` when the hypothesis holds; too good a fit fails like a bad one. Seeds are fixed, so a result never flickers. */
#ifndef SLSIM_TESTS_STATISTICS_BOUNDS_H
#define SLSIM_TESTS_STATISTICS_BOUNDS_H

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Fails, saying `what`, when the smaller of the two tails' probabilities is below alpha / 2. */
static inline void check_tails(const char *what, double lower, double upper, double alpha)
{
    if (!(fmin(lower, upper) >= alpha / 2))
        fail_msg("%s: tail probabilities %g below, %g above; %g is wanted of either", what, lower, upper, alpha / 2);
}

/* `z` is a standard normal under the hypothesis. */
static inline void check_z(const char *what, double z, double alpha)
{
    check_tails(what, gsl_cdf_ugaussian_P(z), gsl_cdf_ugaussian_Q(z), alpha);
}

/* `values`, independent, have the mean `expected` under the hypothesis: Student's t, by their own scatter. */
static inline void check_student(const char *what, const double *values, size_t count, double expected, double alpha)
{
    const double error = gsl_stats_sd(values, 1, count) / sqrt((double)count);
    const double t = (gsl_stats_mean(values, 1, count) - expected) / error, freedom = (double)(count - 1);
    check_tails(what, gsl_cdf_tdist_P(t, freedom), gsl_cdf_tdist_Q(t, freedom), alpha);
}

/* `count` is Poisson of mean `mean` under the hypothesis. */
static inline void check_poisson(const char *what, unsigned count, double mean, double alpha)
{
    check_tails(what, gsl_cdf_poisson_P(count, mean), count == 0 ? 1 : gsl_cdf_poisson_Q(count - 1, mean), alpha);
}

/* `observed` counts in `cells` cells of the given probabilities, or of equal ones where NULL. */
static inline void check_chi_square(const char *what, const uint64_t *observed, const double *probabilities, size_t cells, double alpha)
{
    double total = 0;
    for (size_t i = 0; i < cells; i++)
        total += (double)observed[i];
    double statistic = 0;
    for (size_t i = 0; i < cells; i++) {
        const double expected = total * (probabilities != NULL ? probabilities[i] : 1 / (double)cells);
        const double off = (double)observed[i] - expected;
        statistic += off * off / expected;
    }
    const double freedom = (double)(cells - 1);
    check_tails(what, gsl_cdf_chisq_P(statistic, freedom), gsl_cdf_chisq_Q(statistic, freedom), alpha);
}

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's limit law, P(K > x); the first form converges fast for large x, the second (Jacobi's) for small. */
static inline double kolmogorov_above(double x)
{
    double sum = 0;
    if (x > 1) {
        for (int k = 1; k <= 20; k++)
            sum += (k % 2 == 1 ? 2 : -2) * exp(-2.0 * k * k * x * x);
        return sum;
    }
    for (int k = 1; k <= 20; k++)
        sum += exp(-(2.0 * k - 1) * (2.0 * k - 1) * M_PI * M_PI / (8 * x * x));
    return 1 - sqrt(2 * M_PI) / x * sum;
}

/* Kolmogorov-Smirnov: `u` would be uniform on [0, 1]. Sorts it. Stephens' correction brings the limit law to finite counts. */
static inline void check_uniform(const char *what, double *u, size_t count, double alpha)
{
    qsort(u, count, sizeof *u, compare_doubles);
    double distance = 0;
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, (double)(i + 1) / (double)count - u[i]);
        distance = fmax(distance, u[i] - (double)i / (double)count);
    }
    const double root = sqrt((double)count);
    const double above = kolmogorov_above(distance * (root + 0.12 + 0.11 / root));
    check_tails(what, 1 - above, above, alpha);
}

#endif
