/* test_distribution.c: making, bounds, means and edges of distributions. That draws follow their law is tests/analytic/test_samplers.c. */
#include "engine/distribution.h"
#include "engine/random.h"
#include "engine/sim_time.h"
#include "failing_allocation.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
/* A few roundings: for formulas that are the same on paper. */
#define ROUNDINGS (16 * DBL_EPSILON)

/* A generator whose next uniforms are what the test says. */
struct script {
    const double *uniforms;
    size_t next;
};

static unsigned long script_get(void *state)
{
    struct script *script = state;
    return (unsigned long)(script->uniforms[script->next++] * 4294967296.0);
}

static double script_get_double(void *state)
{
    struct script *script = state;
    return script->uniforms[script->next++];
}

static void script_set(void *state, unsigned long seed)
{
    (void)state;
    (void)seed;
}

static const gsl_rng_type script_type = {"script", UINT32_MAX, 0, sizeof(struct script), script_set, script_get, script_get_double};

/* What `distribution` makes of the uniform `u`. */
static double at(const struct distribution *distribution, double u)
{
    struct script script = {&u, 0};
    gsl_rng rng = {&script_type, &script};
    const double x = distribution_sample(distribution, &rng);
    assert_int_equal(script.next, 1);
    return x;
}

static void test_constants_draw_nothing(void **state)
{
    (void)state;
    struct stream stream;
    stream_init(&stream, 1, 0, "F", "duration");
    stream_at(&stream, 1, 0);
    const uint64_t counter = stream.counter;
    struct distribution *constant = distribution_new(DISTRIBUTION_CONSTANT, 120, 0);
    assert_true(distribution_is_constant(constant));
    assert_true(distribution_sample(constant, &stream.rng) == 120);
    assert_int_equal(distribution_sample_ns(constant, &stream.rng), 120);
    assert_int_equal(stream.counter, counter);
    distribution_free(constant);
}

static void test_plus_and_bounds(void **state)
{
    (void)state;
    struct distribution *uniform = distribution_new(DISTRIBUTION_UNIFORM, 10, 20);
    assert_true(at(uniform, 0.5) == 15);
    uniform->plus = 3;
    assert_true(at(uniform, 0.5) == 18);
    assert_true(distribution_mean(uniform) == 18);
    /* Bounds apply after `plus`, and only where they are set. */
    uniform->minimum = 14;
    uniform->maximum = 22;
    assert_true(at(uniform, 0.0) == 13);
    uniform->bounded = true;
    assert_true(at(uniform, 0.0) == 14);
    assert_true(at(uniform, 0.5) == 18);
    assert_true(at(uniform, 0.96875) == 22);
    assert_true(distribution_mean(uniform) == 18);
    distribution_free(uniform);

    /* One bound alone: the other is infinite from the start. */
    struct distribution *constant = distribution_new(DISTRIBUTION_CONSTANT, 5, 0);
    constant->bounded = true;
    constant->minimum = 7;
    assert_true(distribution_sample(constant, NULL) == 7);
    assert_true(distribution_mean(constant) == 7);
    constant->plus = 1e9;
    assert_true(distribution_sample(constant, NULL) == 1e9 + 5);
    constant->maximum = 8;
    assert_true(distribution_sample(constant, NULL) == 8);
    assert_true(distribution_mean(constant) == 8);
    distribution_free(constant);
}

static void test_nanoseconds(void **state)
{
    (void)state;
    static const struct {
        double value;
        int64_t ns;
    } cases[] = {
        {0, 0}, {0.4, 0}, {0.5, 1}, {1.5, 2}, {-0.6, 0}, {-1e30, 0}, {1e9, NS_PER_S}, {1e30, TIME_FOREVER}, {INFINITY, TIME_FOREVER}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct distribution *constant = distribution_new(DISTRIBUTION_CONSTANT, cases[i].value, 0);
        assert_int_equal(distribution_sample_ns(constant, NULL), cases[i].ns);
        distribution_free(constant);
    }
}

static void test_quantiles(void **state)
{
    (void)state;
    static const double p[] = {0, 0.25, 0.25, 0.5, 1};
    static const double v[] = {10, 20, 40, 40, 80};
    struct distribution *quantiles = distribution_new_quantiles(p, v, COUNT_OF(p));
    assert_true(at(quantiles, 0) == 10);
    assert_true(at(quantiles, 0.125) == 15);
    assert_true(at(quantiles, 0.25 - 0x1p-53) < 20);
    assert_true(at(quantiles, 0.25) == 40); /* a jump */
    assert_true(at(quantiles, 0.375) == 40);
    assert_true(at(quantiles, 0.75) == 60);
    assert_true(at(quantiles, 1 - 0x1p-53) <= 80);
    assert_true(distribution_mean(quantiles) == 0.25 * 15 + 0.25 * 40 + 0.5 * 60);
    distribution_free(quantiles);

    /* Where the ends are missing, the outermost values hold. */
    static const double inner_p[] = {0.25, 0.75};
    static const double inner_v[] = {1, 3};
    quantiles = distribution_new_quantiles(inner_p, inner_v, 2);
    assert_true(at(quantiles, 0) == 1);
    assert_true(at(quantiles, 0.5) == 2);
    assert_true(at(quantiles, 0.875) == 3);
    assert_true(distribution_mean(quantiles) == 2);
    distribution_free(quantiles);

    quantiles = distribution_new_quantiles(inner_p, inner_v, 1);
    assert_true(at(quantiles, 0.2) == 1);
    assert_true(at(quantiles, 0.7) == 1);
    assert_true(distribution_mean(quantiles) == 1);
    distribution_free(quantiles);
}

/* The search by halves against one by ones, for every count that makes the halves fall differently. */
static void test_quantile_search(void **state)
{
    (void)state;
    double p[40];
    double v[40];
    for (size_t count = 2; count <= COUNT_OF(p); count++) {
        for (size_t i = 0; i < count; i++) {
            p[i] = (double)i / (double)(count - 1);
            v[i] = (double)(i * i);
        }
        struct distribution *quantiles = distribution_new_quantiles(p, v, count);
        for (double u = 0; u < 1; u += 0x1p-8) {
            size_t i = 0;
            while (p[i + 1] <= u)
                i++;
            const double x = v[i] + (v[i + 1] - v[i]) * ((u - p[i]) / (p[i + 1] - p[i]));
            assert_true(at(quantiles, u) == x);
        }
        distribution_free(quantiles);
    }
}

static void test_samples(void **state)
{
    (void)state;
    static const double values[] = {5, 1, 9};
    struct distribution *samples = distribution_new_samples(values, 3);
    assert_true(at(samples, 0) == 5);
    assert_true(at(samples, 0.34) == 1);
    assert_true(at(samples, 0.67) == 9);
    assert_true(at(samples, 1 - 0x1p-53) == 9);
    assert_true(distribution_mean(samples) == 5);
    distribution_free(samples);
    /* u * count must not round up to count, for no count: the worst are just below powers of two. */
    double many[4097] = {0};
    for (size_t count = 1; count <= COUNT_OF(many); count++) {
        many[count - 1] = (double)count;
        samples = distribution_new_samples(many, count);
        assert_true(at(samples, 1 - 0x1p-53) == (double)count);
        distribution_free(samples);
    }
}

static void test_mixtures(void **state)
{
    (void)state;
    static const double weights[] = {0, 1, 0, 0, 3, 0};
    struct distribution *parts[6];
    for (size_t i = 0; i < 6; i++)
        parts[i] = distribution_new(i % 2 == 0 ? DISTRIBUTION_CONSTANT : DISTRIBUTION_UNIFORM, (double)i, (double)i + 2);
    parts[1]->plus = 0.5;
    parts[5]->kind = DISTRIBUTION_PARETO; /* an infinite mean that has no weight */
    parts[5]->b = 1;
    struct distribution *mixture = distribution_new_mixture(weights, parts, 6);
    static const double last = 1 - 0x1p-53;
    static const double scripted[] = {0, 0.5, 0.25 - 0x1p-53, 0, 0.25, last};
    struct script script = {scripted, 0};
    gsl_rng rng = {&script_type, &script};
    assert_true(distribution_sample(mixture, &rng) == 2.5); /* 1 + half of 2 + 0.5 */
    assert_true(distribution_sample(mixture, &rng) == 1.5);
    assert_true(distribution_sample(mixture, &rng) == 4);
    assert_true(distribution_sample(mixture, &rng) == 4);
    assert_int_equal(script.next, 6);
    assert_true(distribution_mean(mixture) == 0.25 * 2.5 + 0.75 * 4);

    /* A mixture may be a part of another, with bounds of its own. */
    mixture->bounded = true;
    mixture->maximum = 3;
    static const double even[] = {0.1, 0.1};
    struct distribution *outer_parts[] = {mixture, distribution_new(DISTRIBUTION_CONSTANT, 7, 0)};
    struct distribution *outer = distribution_new_mixture(even, outer_parts, 2);
    static const double nested[] = {0.4, 0.9, 0.5};
    script = (struct script){nested, 0};
    assert_true(distribution_sample(outer, &rng) == 3);
    assert_true(distribution_sample(outer, &rng) == 7);
    distribution_free(outer);
    distribution_free(NULL);
}

static void test_normal_edges(void **state)
{
    (void)state;
    struct stream stream;
    stream_init(&stream, 1, 0, "F", "duration");
    static const struct {
        double mean;
        double deviation;
    } cases[] = {{0, 1}, {1, 1}, {1, 0}, {0, 0}, {-1, 0}, {-0.1, 1}, {-3, 1}, {-40, 1}, {-1e5, 1}, {-1e300, 1e-300}, {1e300, 1e-300}};
    for (size_t c = 0; c < COUNT_OF(cases); c++) {
        struct distribution *normal = distribution_new(DISTRIBUTION_NORMAL, cases[c].mean, cases[c].deviation);
        for (uint64_t item = 0; item < 2000; item++) {
            stream_at(&stream, item, 0);
            const uint64_t start = stream.counter;
            const double x = distribution_sample(normal, &stream.rng);
            assert_true(x >= 0 && isfinite(x));
            assert_true(stream.counter - start < 200); /* far from the 4,096 draws that an attempt has */
        }
        const double mean = distribution_mean(normal);
        assert_true(mean >= 0 && mean >= cases[c].mean && isfinite(mean));
        distribution_free(normal);
    }
}

static double times_density(double x, void *distribution)
{
    const struct distribution *d = distribution;
    switch (d->kind) {
    case DISTRIBUTION_EXPONENTIAL:
        return x * gsl_ran_exponential_pdf(x, d->a);
    case DISTRIBUTION_LOGNORMAL:
        return x * gsl_ran_lognormal_pdf(x, d->a, d->b);
    case DISTRIBUTION_GAMMA:
        return x * gsl_ran_gamma_pdf(x, d->a, d->b);
    case DISTRIBUTION_WEIBULL:
        return x * gsl_ran_weibull_pdf(x, d->a, d->b);
    case DISTRIBUTION_PARETO:
        return x * gsl_ran_pareto_pdf(x, d->b, d->a);
    default:
        return x * gsl_ran_gaussian_pdf(x - d->a, d->b) / gsl_cdf_gaussian_P(d->a, d->b);
    }
}

/* Each formula against the integral of x times GSL's density, within the error that the quadrature states. */
static void test_means(void **state)
{
    (void)state;
    static const struct {
        enum distribution_kind kind;
        double a;
        double b;
    } cases[] = {
        {DISTRIBUTION_EXPONENTIAL, 3, 0}, {DISTRIBUTION_LOGNORMAL, 0.5, 0.75}, {DISTRIBUTION_GAMMA, 0.5, 3}, {DISTRIBUTION_GAMMA, 9, 0.25},
        {DISTRIBUTION_WEIBULL, 2, 1.5},   {DISTRIBUTION_WEIBULL, 2, 0.8},      {DISTRIBUTION_PARETO, 2, 5},  {DISTRIBUTION_NORMAL, 1, 1},
        {DISTRIBUTION_NORMAL, 0, 2},      {DISTRIBUTION_NORMAL, -2, 1},        {DISTRIBUTION_NORMAL, 4, 1},  {DISTRIBUTION_NORMAL, -20, 1},
    };
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct distribution *d = distribution_new(cases[i].kind, cases[i].a, cases[i].b);
        gsl_function integrand = {times_density, d};
        double mean = 0;
        double error = 0;
        const double from = cases[i].kind == DISTRIBUTION_PARETO ? cases[i].a : 0;
        assert_int_equal(gsl_integration_qagiu(&integrand, from, 0, 1e-9, 1000, workspace, &mean, &error), GSL_SUCCESS);
        if (!(fabs(distribution_mean(d) - mean) <= error + 1e-9 * mean))
            fail_msg("case %zu: %.15g, by quadrature %.15g", i, distribution_mean(d), mean);
        d->plus = 100;
        assert_true(fabs(distribution_mean(d) - 100 - mean) <= error + 1e-9 * mean + 100 * ROUNDINGS);
        distribution_free(d);
    }
    gsl_integration_workspace_free(workspace);

    struct distribution *pareto = distribution_new(DISTRIBUTION_PARETO, 1, 1);
    assert_true(isinf(distribution_mean(pareto)));
    pareto->b = 0.5;
    assert_true(isinf(distribution_mean(pareto)));
    distribution_free(pareto);
}

/* Far below 0 the formula changes over; both ways must agree there to the 8 digits that the cut-over leaves. */
static void test_far_tail_is_continuous(void **state)
{
    (void)state;
    struct distribution *near = distribution_new(DISTRIBUTION_NORMAL, -1e4 * (1 - 1e-9), 1);
    struct distribution *far = distribution_new(DISTRIBUTION_NORMAL, -1e4 * (1 + 1e-9), 1);
    const double ratio = distribution_mean(near) / distribution_mean(far);
    assert_true(fabs(ratio - 1) < 1e4 * 1e4 * ROUNDINGS); /* what hazard - distance loses */
    distribution_free(near);
    distribution_free(far);
}

static void test_lognormal_spellings(void **state)
{
    (void)state;
    double mu;
    double sigma;
    lognormal_from_mean_cv(40, 0.5, &mu, &sigma);
    assert_true(fabs(exp(mu + sigma * sigma / 2) / 40 - 1) < ROUNDINGS);
    assert_true(fabs(sqrt(expm1(sigma * sigma)) / 0.5 - 1) < ROUNDINGS);
    lognormal_from_mean_cv(40, 0, &mu, &sigma);
    assert_true(mu == log(40) && sigma == 0);

    lognormal_from_median_p99(600e6, 1.4e9, &mu, &sigma);
    assert_true(fabs(gsl_cdf_lognormal_P(600e6, mu, sigma) / 0.5 - 1) < 100 * ROUNDINGS);
    assert_true(fabs(gsl_cdf_lognormal_P(1.4e9, mu, sigma) / 0.99 - 1) < 100 * ROUNDINGS);
    lognormal_from_median_p99(7, 7, &mu, &sigma);
    assert_true(mu == log(7) && sigma == 0);
}

static struct distribution *make(size_t which)
{
    static const double numbers[] = {0, 0.5, 1};
    if (which == 0)
        return distribution_new(DISTRIBUTION_EXPONENTIAL, 1, 0);
    if (which == 1)
        return distribution_new_quantiles(numbers, numbers, 3);
    if (which == 2)
        return distribution_new_samples(numbers, 3);
    struct distribution *parts[2] = {make(0), make(1)};
    if (parts[0] != NULL && parts[1] != NULL)
        return distribution_new_mixture(numbers, parts, 2);
    distribution_free(parts[0]);
    distribution_free(parts[1]);
    return NULL;
}

/* Whichever allocation fails, the maker returns NULL and keeps nothing: done often, the heap does not grow. */
static void test_out_of_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    static const long allocations[] = {1, 3, 2, 7};
    for (size_t which = 0; which < COUNT_OF(allocations); which++) {
        for (long working = 0; working <= allocations[which]; working++) {
            size_t heap_bytes = 0;
            for (int round = 0; round < 100; round++) {
                fail_allocations_after(working);
                struct distribution *made = make(which);
                fail_allocations_after(-1);
                assert_int_equal(made != NULL, working == allocations[which]);
                distribution_free(made);
                if (round == 0)
                    heap_bytes = mallinfo2().uordblks;
            }
            assert_int_equal(mallinfo2().uordblks, heap_bytes);
        }
    }
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants_draw_nothing),
        cmocka_unit_test(test_plus_and_bounds),
        cmocka_unit_test(test_nanoseconds),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_quantile_search),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_normal_edges),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_far_tail_is_continuous),
        cmocka_unit_test(test_lognormal_spellings),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
