/* distribution.h: every distribution that a scenario can name, sampled through GSL. Immutable once made, so threads share them.
 * The unit is the caller's: nanoseconds for times, bytes for sizes, none for counts. */
#ifndef SLSIM_ENGINE_DISTRIBUTION_H
#define SLSIM_ENGINE_DISTRIBUTION_H

#include "engine/random.h"
#include "engine/status.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum distribution_kind {
    DISTRIBUTION_CONSTANT,    /* a: the value */
    DISTRIBUTION_EXPONENTIAL, /* a: mean */
    DISTRIBUTION_LOGNORMAL,   /* a: mu, b: sigma, of the natural logarithm of the value in the caller's unit */
    DISTRIBUTION_GAMMA,       /* a: shape, b: scale */
    DISTRIBUTION_WEIBULL,     /* a: scale, b: shape */
    DISTRIBUTION_PARETO,      /* a: minimum, b: shape */
    DISTRIBUTION_NORMAL,      /* a: mean, b: standard deviation; drawn again while below 0 (cut off at 0) */
    DISTRIBUTION_UNIFORM,     /* a: low, b: high */
    DISTRIBUTION_QUANTILES,   /* values at probabilities, linear between */
    DISTRIBUTION_SAMPLES,     /* one of the values, all equally likely */
    DISTRIBUTION_MIXTURE      /* one of the parts, by weight */
};

struct distribution {
    enum distribution_kind kind;
    bool bounded;                /* minimum and maximum apply */
    double a, b;                 /* see the kind */
    double plus;                 /* added to what was drawn, before the bounds */
    double minimum;              /* with `bounded` */
    double maximum;              /* with `bounded` */
    size_t count;                /* of values, probabilities or parts */
    double *values;              /* owned */
    double *probabilities;       /* owned; of QUANTILES; of MIXTURE: of all parts before this one */
    struct distribution **parts; /* owned, of MIXTURE */
};

/* Makers return NULL when memory is out; arguments must be valid (distribution_parse has checked them). Free with distribution_free.
 * The arrays are copied. */
struct distribution *distribution_new(enum distribution_kind kind, double a, double b);
struct distribution *distribution_new_quantiles(const double *probabilities, const double *values, size_t count);
struct distribution *distribution_new_samples(const double *values, size_t count);
/* Takes ownership of the parts (not of the array), also when it fails. Weights are >= 0, at least one above 0; they need not add up
 * to 1. */
struct distribution *distribution_new_mixture(const double *weights, struct distribution **parts, size_t count);
void distribution_free(struct distribution *distribution);

/* Conversions that the scenario's spellings need. */
void lognormal_from_mean_cv(double mean, double cv, double *mu, double *sigma);
void lognormal_from_median_p99(double median, double p99, double *mu, double *sigma);

/* One draw. Constants draw nothing from `rng`. Costs 10 to 12 ns for an exponential or a lognormal, stream_at
 * included, and 4 to 30 for the others. */
double distribution_sample(const struct distribution *distribution, gsl_rng *rng);

/* One draw in ns, rounded to nearest, never below 0. */
int64_t distribution_sample_ns(const struct distribution *distribution, gsl_rng *rng);

/* The same at an attempt's place in `stream`; 0 without a distribution. */
static inline int64_t distribution_draw_ns(const struct distribution *distribution, struct stream *stream, uint64_t item, uint32_t attempt)
{
    if (!distribution)
        return 0;
    stream_at(stream, item, attempt);
    return distribution_sample_ns(distribution, &stream->rng);
}

static inline bool distribution_is_constant(const struct distribution *distribution)
{
    return distribution->kind == DISTRIBUTION_CONSTANT;
}

/* The mean of what is drawn, bounds left aside except for constants; infinite for a Pareto of shape <= 1. */
double distribution_mean(const struct distribution *distribution);

#endif
