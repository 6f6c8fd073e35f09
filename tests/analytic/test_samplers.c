/* test_samplers.c: what is drawn follows its law, drawn as models do: to each item its place in the stream, then one sample. */
#include "engine/distribution.h"
#include "engine/random.h"
#include "statistics_bounds.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define DRAWS 50000u
/* Of each hypothesis test. With the 150 or so of this file right samplers would fail somewhere with a chance of one in a thousand. */
#define ALPHA (1e-3 / 150)

struct law {
    enum distribution_kind kind;
    double a;
    double b;
};

/* P(X <= x) */
static double below(const struct law *law, double x)
{
    const double a = law->a;
    const double b = law->b;
    switch (law->kind) {
    case DISTRIBUTION_EXPONENTIAL:
        return gsl_cdf_exponential_P(x, a);
    case DISTRIBUTION_LOGNORMAL:
        return gsl_cdf_lognormal_P(x, a, b);
    case DISTRIBUTION_GAMMA:
        return gsl_cdf_gamma_P(x, a, b);
    case DISTRIBUTION_WEIBULL:
        return gsl_cdf_weibull_P(x, a, b);
    case DISTRIBUTION_PARETO:
        return gsl_cdf_pareto_P(x, b, a);
    case DISTRIBUTION_UNIFORM:
        return gsl_cdf_flat_P(x, a, b);
    case DISTRIBUTION_NORMAL: /* above 0; far below it the density falls off by exp(a x / b^2) */
        if (a < -30 * b)
            return gsl_cdf_exponential_P(x + x * x / (2 * -a), b * b / -a);
        return 1 - gsl_cdf_gaussian_Q(x - a, b) / gsl_cdf_gaussian_Q(-a, b);
    default:
        return NAN;
    }
}

static double variance_of(const struct law *law)
{
    const double a = law->a;
    const double b = law->b;
    switch (law->kind) {
    case DISTRIBUTION_EXPONENTIAL:
        return a * a;
    case DISTRIBUTION_LOGNORMAL:
        return expm1(b * b) * exp(2 * a + b * b);
    case DISTRIBUTION_GAMMA:
        return a * b * b;
    case DISTRIBUTION_WEIBULL:
        return a * a * (tgamma(1 + 2 / b) - pow(tgamma(1 + 1 / b), 2));
    case DISTRIBUTION_PARETO:
        return b > 2 ? a * a * b / ((b - 1) * (b - 1) * (b - 2)) : INFINITY;
    case DISTRIBUTION_UNIFORM:
        return (b - a) * (b - a) / 12;
    case DISTRIBUTION_NORMAL: {
        const double hazard = gsl_sf_hazard(-a / b);
        return b * b * (1 - hazard * (hazard + a / b));
    }
    default:
        return NAN;
    }
}

/* One sample of each of DRAWS items that follow each other, at the given attempt. */
static void draw_all(const struct distribution *distribution, const char *purpose, uint32_t attempt, double *drawn)
{
    struct stream stream;
    stream_init(&stream, 1, 0, "Function", purpose);
    const uint64_t salt = item_salt("source");
    for (uint64_t i = 0; i < DRAWS; i++) {
        stream_at(&stream, salt + i, attempt);
        drawn[i] = distribution_sample(distribution, &stream.rng);
    }
}

static void check_mean(const char *what, const double *drawn, double mean, double variance)
{
    if (isfinite(variance))
        check_z(what, (gsl_stats_mean(drawn, 1, DRAWS) - mean) / sqrt(variance / DRAWS), ALPHA);
}

/* Items that follow each other: their places in the law must not tell of each other. */
static void check_neighbours(const char *what, const double *u)
{
    double products = 0;
    for (size_t i = 1; i < DRAWS; i++)
        products += (u[i] - 0.5) * (u[i - 1] - 0.5);
    check_z(what, 12 * products / sqrt(DRAWS - 1.0), ALPHA);
}

static void check_law(const struct law *law, const char *purpose, uint32_t attempt)
{
    static double drawn[DRAWS];
    static double u[DRAWS];
    char what[96];
    snprintf(what, sizeof what, "kind %d, a %g, b %g, %s, attempt %u", (int)law->kind, law->a, law->b, purpose, attempt);
    struct distribution *distribution = distribution_new(law->kind, law->a, law->b);
    draw_all(distribution, purpose, attempt, drawn);
    check_mean(what, drawn, distribution_mean(distribution), variance_of(law));
    for (size_t i = 0; i < DRAWS; i++)
        u[i] = below(law, drawn[i]);
    check_neighbours(what, u);
    check_uniform(what, u, DRAWS, ALPHA);
    distribution_free(distribution);
}

static void test_continuous_laws(void **state)
{
    (void)state;
    static const struct law laws[] = {
        {DISTRIBUTION_EXPONENTIAL, 1, 0}, {DISTRIBUTION_EXPONENTIAL, 1.2e8, 0}, {DISTRIBUTION_LOGNORMAL, 17.4, 0.47},
        {DISTRIBUTION_LOGNORMAL, 0, 1},   {DISTRIBUTION_GAMMA, 0.25, 8},        {DISTRIBUTION_GAMMA, 1, 3},
        {DISTRIBUTION_GAMMA, 4, 25},      {DISTRIBUTION_WEIBULL, 5, 0.7},       {DISTRIBUTION_WEIBULL, 2e6, 1.5},
        {DISTRIBUTION_PARETO, 3, 5},      {DISTRIBUTION_PARETO, 1e6, 0.9},      {DISTRIBUTION_NORMAL, 100, 10},
        {DISTRIBUTION_NORMAL, 1, 1},      {DISTRIBUTION_NORMAL, 0, 3},          {DISTRIBUTION_NORMAL, -0.5, 1},
        {DISTRIBUTION_NORMAL, -6, 2},     {DISTRIBUTION_UNIFORM, 2, 7},
    };
    for (size_t i = 0; i < COUNT_OF(laws); i++) {
        check_law(&laws[i], "duration", 0);
        check_law(&laws[i], "init", 3);
    }
}

/* So far below 0 that GSL's variance formula has no digits left: shape and independence only, on either side of the cut-over. */
static void test_far_tails(void **state)
{
    (void)state;
    static const struct law laws[] = {{DISTRIBUTION_NORMAL, -40, 1}, {DISTRIBUTION_NORMAL, -9e3, 1}, {DISTRIBUTION_NORMAL, -1e6, 1}};
    static double u[DRAWS];
    for (size_t i = 0; i < COUNT_OF(laws); i++) {
        struct distribution *normal = distribution_new(laws[i].kind, laws[i].a, laws[i].b);
        draw_all(normal, "duration", 0, u);
        for (size_t j = 0; j < DRAWS; j++)
            u[j] = below(&laws[i], u[j]);
        check_neighbours("far tail", u);
        check_uniform("far tail", u, DRAWS, ALPHA);
        distribution_free(normal);
    }
}

/* Quantiles: each stretch by its probability, and evenly within. */
static void test_quantiles(void **state)
{
    (void)state;
    static const double p[] = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};
    static const double v[] = {1, 3, 4, 4.5, 9, 30, 200};
    enum { STRETCHES = COUNT_OF(p) - 1 };
    static double u[DRAWS];
    struct distribution *quantiles = distribution_new_quantiles(p, v, COUNT_OF(p));
    draw_all(quantiles, "duration", 0, u);
    double square = 0;
    for (size_t i = 0; i < STRETCHES; i++)
        square += (p[i + 1] - p[i]) * (v[i] * v[i] + v[i] * v[i + 1] + v[i + 1] * v[i + 1]) / 3;
    const double mean = distribution_mean(quantiles);
    check_mean("quantiles", u, mean, square - mean * mean);
    for (size_t j = 0; j < DRAWS; j++) {
        size_t i = 0;
        while (u[j] > v[i + 1])
            i++;
        u[j] = p[i] + (p[i + 1] - p[i]) * (u[j] - v[i]) / (v[i + 1] - v[i]);
    }
    check_neighbours("quantiles", u);
    check_uniform("quantiles", u, DRAWS, ALPHA);
    distribution_free(quantiles);
}

static void test_samples(void **state)
{
    (void)state;
    enum { VALUES = 300 };
    double values[VALUES];
    static double drawn[DRAWS];
    uint64_t counts[VALUES] = {0};
    for (size_t i = 0; i < VALUES; i++)
        values[i] = (double)i;
    struct distribution *samples = distribution_new_samples(values, VALUES);
    draw_all(samples, "duration", 0, drawn);
    for (size_t j = 0; j < DRAWS; j++)
        counts[(size_t)drawn[j]]++;
    check_chi_square("samples", counts, NULL, VALUES, ALPHA);
    check_mean("samples", drawn, distribution_mean(samples), (VALUES * VALUES - 1) / 12.0);
    distribution_free(samples);
}

/* Which part is drawn shows in the value: the uniform parts do not meet. Within, the law is the part's. */
static void test_mixture(void **state)
{
    (void)state;
    static const double weights[] = {0.9, 0.09, 0.01};
    static double drawn[DRAWS];
    struct distribution *parts[3];
    for (int i = 0; i < 3; i++)
        parts[i] = distribution_new(DISTRIBUTION_UNIFORM, i, i + 1);
    struct distribution *mixture = distribution_new_mixture(weights, parts, 3);
    draw_all(mixture, "duration", 0, drawn);
    uint64_t counts[3] = {0};
    double square = 0;
    for (int i = 0; i < 3; i++)
        square += weights[i] * (i * i + i + 1.0 / 3);
    const double mean = distribution_mean(mixture);
    check_mean("mixture", drawn, mean, square - mean * mean);
    for (size_t j = 0; j < DRAWS; j++) {
        const int part = (int)drawn[j];
        counts[part]++;
        drawn[j] -= part;
    }
    check_chi_square("parts of a mixture", counts, weights, 3, ALPHA);
    check_neighbours("mixture", drawn);
    check_uniform("within the parts of a mixture", drawn, DRAWS, ALPHA);
    distribution_free(mixture);
}

/* Two purposes of one function, and two functions, draw for the same items: correlation in the law's own places. */
static void test_streams_are_apart(void **state)
{
    (void)state;
    static double one[DRAWS];
    static double other[DRAWS];
    const struct law law = {DISTRIBUTION_LOGNORMAL, 0, 1};
    struct distribution *lognormal = distribution_new(law.kind, law.a, law.b);
    static const char *const purposes[] = {"init", "placement", "keep_alive", "error"};
    draw_all(lognormal, "duration", 0, one);
    for (size_t i = 0; i <= COUNT_OF(purposes); i++) {
        const bool attempt = i == COUNT_OF(purposes);
        draw_all(lognormal, attempt ? "duration" : purposes[i], attempt, other);
        double products = 0;
        for (size_t j = 0; j < DRAWS; j++)
            products += (below(&law, one[j]) - 0.5) * (below(&law, other[j]) - 0.5);
        check_z(attempt ? "the next attempt" : purposes[i], 12 * products / sqrt(DRAWS), ALPHA);
    }
    distribution_free(lognormal);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continuous_laws), cmocka_unit_test(test_far_tails), cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_samples),         cmocka_unit_test(test_mixture),   cmocka_unit_test(test_streams_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
