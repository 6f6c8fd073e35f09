/* test_lru_hit_ratio.c: the share of hits of a full LRU cache under independent requests by Zipf's law, against Che's approximation: H.
 * Che, Y. Tung, Z. Wang, "Hierarchical Web caching systems", IEEE JSAC 20 (2002) 1305-1314. An item stays for the characteristic time t,
 * the same for all, after it was last asked for: the sum over items of 1 - exp(-p t) is the capacity, and the share of hits that of p (1 -
 * exp(-p t)).
 *
 * An approximation has no interval of its own: what is promised is one per cent. Requests are so many that chance takes half of it at most,
 * at 2.6 standard errors of as many independent hits and misses. */
#include "engine/key.h"
#include "engine/lru_cache.h"
#include "engine/sim_time.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const double promised = 0.01;
static const uint64_t requests_least = 1000000;

struct catalogue {
    double *shares;
    uint32_t count;
    uint32_t capacity;
};

static double overfull(double time, void *context)
{
    const struct catalogue *catalogue = context;
    double sum = -(double)catalogue->capacity;
    for (uint32_t i = 0; i < catalogue->count; i++)
        sum += -expm1(-catalogue->shares[i] * time);
    return sum;
}

static double che_hit_ratio(struct catalogue *catalogue)
{
    gsl_function function = {.function = overfull, .params = catalogue};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    double low = 0, high = 1, ratio = 0;
    assert_non_null(solver);
    while (overfull(high, catalogue) < 0)
        high *= 2;
    assert_int_equal(gsl_root_fsolver_set(solver, &function, low, high), GSL_SUCCESS);
    do {
        assert_int_equal(gsl_root_fsolver_iterate(solver), GSL_SUCCESS);
        low = gsl_root_fsolver_x_lower(solver);
        high = gsl_root_fsolver_x_upper(solver);
    } while (gsl_root_test_interval(low, high, 0, 1e-12) == GSL_CONTINUE);
    for (uint32_t i = 0; i < catalogue->count; i++)
        ratio -= catalogue->shares[i] * expm1(-catalogue->shares[i] * low);
    gsl_root_fsolver_free(solver);
    return ratio;
}

/* After the cache is full, and as many requests again as took it there. */
static double simulated_hit_ratio(const struct catalogue *catalogue, double exponent, uint64_t requests)
{
    struct lru_cache cache;
    struct stream stream;
    const struct key_choice choice = key_choice_zipf(catalogue->count, exponent);
    uint64_t hits = 0, filling = 0, at = 0;
    lru_cache_init(&cache, catalogue->capacity, NULL, "test");
    stream_init(&stream, 4, 0, "test", "lru");
    for (; at < 2 * filling + requests || filling == 0; at++) {
        stream_at(&stream, at, 0);
        const uint32_t key = key_draw(&choice, &stream);
        const bool hit = lru_cache_find(&cache, key, 0) != NULL;
        if (!hit)
            assert_int_equal(lru_cache_put(&cache, key, 1, 0, TIME_FOREVER), STATUS_OK);
        if (filling == 0 && lru_cache_count(&cache) == catalogue->capacity)
            filling = at + 1;
        hits += hit && filling > 0 && at >= 2 * filling;
    }
    assert_int_equal(lru_cache_count(&cache), catalogue->capacity);
    lru_cache_fini(&cache);
    return (double)hits / (double)(at - 2 * filling);
}

static void check(uint32_t count, double exponent, uint32_t capacity)
{
    struct catalogue catalogue = {.count = count, .capacity = capacity};
    double sum = 0;
    catalogue.shares = calloc(count, sizeof *catalogue.shares);
    assert_non_null(catalogue.shares);
    for (uint32_t i = 0; i < count; i++)
        sum += catalogue.shares[i] = pow(i + 1.0, -exponent);
    for (uint32_t i = 0; i < count; i++)
        catalogue.shares[i] /= sum;
    const double expected = che_hit_ratio(&catalogue);
    const double for_chance = (1 - expected) / expected * pow(2.6 / (promised / 2), 2);
    const uint64_t requests = for_chance > (double)requests_least ? (uint64_t)for_chance : requests_least;
    const double observed = simulated_hit_ratio(&catalogue, exponent, requests);
    const double off = observed / expected - 1;
    print_message("%6u items, exponent %.1f, capacity %5u: Che %.5f, simulated %.5f of %llu requests, off by %+.3f %%\n", count, exponent,
                  capacity, expected, observed, (unsigned long long)requests, 100 * off);
    free(catalogue.shares);
    assert_true(fabs(off) < promised);
}

static void test_against_che(void **state)
{
    (void)state;
    static const double exponents[] = {0.8, 1, 1.2};
    static const uint32_t capacities[] = {10, 100, 1000, 5000};
    for (size_t i = 0; i < sizeof exponents / sizeof *exponents; i++)
        for (size_t k = 0; k < sizeof capacities / sizeof *capacities; k++)
            check(10000, exponents[i], capacities[k]);
    check(100, 0.8, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_che)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
