/* test_environment.c: the life of execution environments: which one serves, how long an idle one is kept, when an old one goes. Replayed
 * calls are held against a second, slow way of working it all out; chance against its distribution. */
#include "model_fixture.h"

#include "engine/random.h"
#include "statistics_bounds.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#define S NS_PER_S

/* `count` of `trials` successes of probability `p`. */
static void check_binomial(const char *what, uint64_t count, uint64_t trials, double p)
{
    const unsigned k = (unsigned)count, n = (unsigned)trials;
    check_tails(what, gsl_cdf_binomial_P(k, p, n), count == 0 ? 1 : gsl_cdf_binomial_Q(k - 1, p, n), 0.001);
}

/* -- against a slow second model -- */

enum { MOST_CALLS = 1500 };

struct slow_environment {
    int64_t free_ns;    /* when its call ends or ended */
    size_t call;        /* the last it served: the later of two that end at one instant ends later */
    int64_t retires_ns; /* its age limit */
    bool gone;
};

static bool released_before(const struct slow_environment *a, const struct slow_environment *b)
{
    return a->free_ns != b->free_ns ? a->free_ns < b->free_ns : a->call < b->call;
}

/* Environments stand in the order in which they were created. Is `a` to serve rather than `b`? */
static bool preferred(const char *order, const struct slow_environment *a, const struct slow_environment *b)
{
    if (strcmp(order, "most_recent") == 0)
        return released_before(b, a);
    if (strcmp(order, "least_recent") == 0)
        return released_before(a, b);
    return strcmp(order, "newest") == 0 ? a > b : a < b;
}

/* Can it serve at `now_ns`? It may do so to the last instant of its keep-alive and of its age; but when a call ends at that age or later,
 * it goes at once. */
static bool can_serve(const struct slow_environment *environment, int64_t now_ns, int64_t keep_ns)
{
    return !environment->gone && environment->free_ns <= now_ns && environment->free_ns < environment->retires_ns &&
           now_ns <= environment->free_ns + keep_ns && now_ns <= environment->retires_ns;
}

/* Which calls are cold. */
static void slow_model(const struct call *calls, size_t count, const char *order, int64_t keep_ns, int64_t lifetime_ns, bool *cold)
{
    struct slow_environment *environments = calloc(count, sizeof *environments);
    size_t made = 0;
    assert_non_null(environments);
    for (size_t i = 0; i < count; i++) {
        struct slow_environment *serves = NULL;
        const int64_t now_ns = calls[i].at_ns;
        for (size_t k = 0; k < made; k++) {
            struct slow_environment *candidate = &environments[k];
            candidate->gone = candidate->gone || (candidate->free_ns <= now_ns && !can_serve(candidate, now_ns, keep_ns));
            if (can_serve(candidate, now_ns, keep_ns) && (serves == NULL || preferred(order, candidate, serves)))
                serves = candidate;
        }
        cold[i] = serves == NULL;
        if (serves == NULL) {
            serves = &environments[made++];
            serves->retires_ns = now_ns + lifetime_ns;
        }
        serves->free_ns = now_ns + calls[i].took_ns;
        serves->call = i;
    }
    free(environments);
}

/* Calls at random; on a grid of `grid_ns`, so that much falls on the same instant. */
static void make_calls(struct call *calls, size_t count, const char *name, int64_t grid_ns)
{
    struct stream chance;
    int64_t now_ns = 0;
    stream_init(&chance, 1, 0, name, "calls");
    for (size_t i = 0; i < count; i++) {
        stream_at(&chance, i, 0);
        now_ns += (int64_t)(-2e9 * log(1 - stream_uniform(&chance)) / (double)grid_ns) * grid_ns;
        const int64_t took_ns = (int64_t)(-5e9 * log(1 - stream_uniform(&chance)) / (double)grid_ns) * grid_ns;
        calls[i] = (struct call){now_ns, took_ns > 0 ? took_ns : grid_ns};
    }
}

static void test_reuse(void **state)
{
    (void)state;
    static const char *const orders[] = {"most_recent", "least_recent", "newest", "oldest"};
    static const struct {
        const char *name;
        int64_t grid_ns, keep_s, lifetime_s;
    } cases[] = {{"fine", 1, 10, 100000}, {"coarse", S, 10, 100000}, {"ageing", S, 20, 60}, {"ageing fine", 1, 15, 45}};
    static struct call calls[MOST_CALLS];
    static bool cold[MOST_CALLS];
    struct model_run run;
    size_t cold_counts[4] = {0};
    model_open(&run);
    run.traced = true;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        make_calls(calls, MOST_CALLS, cases[c].name, cases[c].grid_ns);
        model_calls(&run, calls, MOST_CALLS);
        for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
            slow_model(calls, MOST_CALLS, orders[o], cases[c].keep_s * S, cases[c].lifetime_s * S, cold);
            model_run(&run,
                      ONE_FUNCTION("'duration': '2h'", "'Timeout': 900",
                                   "'init': '0ms', 'duration': '1s', 'keep_alive': '%ds', 'max_lifetime': '%ds', 'reuse': '%s'", CALLS),
                      (int)cases[c].keep_s, (int)cases[c].lifetime_s, orders[o]);
            size_t judged = 0;
            for (size_t i = 0; i < run.step_count; i++) {
                const struct step_seen *step = &run.steps[i];
                if (strcmp(step->step, "invoke") != 0)
                    continue;
                judged++;
                cold_counts[o] += cold[step->item];
                if (cold[step->item] != (strcmp(step->detail, "cold") == 0))
                    fail_msg("%s, %s: call %u at %lld ns is %s", cases[c].name, orders[o], (unsigned)step->item, (long long)step->time_ns,
                             step->detail);
            }
            assert_int_equal(judged, MOST_CALLS);
        }
    }
    /* The orders differ, or the comparison would say little. */
    for (size_t o = 1; o < sizeof orders / sizeof *orders; o++)
        assert_int_not_equal(cold_counts[0], cold_counts[o]);
    model_close(&run);
}

/* Two are idle since 1 s and 2 s; at 5 s chance takes one of them. Kept for 10 s, the first is gone at 11.5 s unless it was the one; the
 * second is there until 12 s. So the second of two calls at 11.5 s is cold with probability one half. */
static void test_random_reuse(void **state)
{
    (void)state;
    enum { REPLICATIONS = 2000 };
    static const struct call calls[] = {{0, S}, {0, 2 * S}, {5 * S, S}, {11500 * NS_PER_MS, S}, {11500 * NS_PER_MS, S}};
    struct model_run run;
    uint64_t third = 0;
    model_open(&run);
    model_calls(&run, calls, sizeof calls / sizeof *calls);
    model_run(&run,
              ONE_FUNCTION("'duration': '1m', 'replications': %d", "",
                           "'init': '0ms', 'duration': '1s', 'keep_alive': '10s', 'reuse': 'random'", CALLS),
              REPLICATIONS);
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        const double cold = figure_of(&run, "F", "ColdStarts", "Sum", i);
        assert_true(cold == 2 || cold == 3);
        third += cold == 3;
    }
    check_binomial("the first is taken", third, REPLICATIONS, 0.5);
    model_close(&run);
}

/* -- by hand -- */

/* How many of `calls` are cold, with `behavior` beside an INIT of 0. */
static int64_t cold_starts(struct model_run *run, const char *behavior, const struct call *calls, size_t count)
{
    model_calls(run, calls, count);
    model_run(run, ONE_FUNCTION("'duration': '10h'", "'Timeout': 900", "'init': '0ms', 'duration': '1s' %s", CALLS), behavior);
    assert_int_equal(count_of(run, "F", "Invocations"), count);
    return count_of(run, "F", "ColdStarts");
}

#define COLD_STARTS(run, behavior, ...)                                                                                                    \
    cold_starts(run, behavior, (const struct call[]){__VA_ARGS__}, sizeof((const struct call[]){__VA_ARGS__}) / sizeof(struct call))

static void test_keep_alive(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* Idle for exactly the keep-alive still serves; a nanosecond later does not. */
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': '5s'", {0, S}, {6 * S, S}), 1);
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': '5s'", {0, S}, {6 * S + 1, S}), 2);
    assert_int_equal(count_of(&run, "F", "EnvironmentsExpired"), 2);
    /* Each use begins it anew. */
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': '5s'", {0, S}, {6 * S, S}, {12 * S, S}, {18 * S, S}), 1);
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': '5s'", {0, S}, {3 * S, S}, {9 * S, S}, {15 * S + 1, S}), 2);
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': 'forever', 'max_lifetime': 'forever'", {0, S}, {9 * 3600 * S, S}), 1);
    assert_int_equal(count_of(&run, "F", "EnvironmentsExpired"), 0);
    model_close(&run);
}

static void test_max_lifetime(void **state)
{
    (void)state;
    static const char five[] = ", 'keep_alive': 'forever', 'max_lifetime': '5s'";
    struct model_run run;
    model_open(&run);
    /* Idle at that age: it may serve at the very instant, not later. */
    assert_int_equal(COLD_STARTS(&run, five, {0, S}, {5 * S, S}), 1);
    assert_int_equal(COLD_STARTS(&run, five, {0, S}, {5 * S + 1, S}), 2);
    /* Busy at that age: it ends its call, then goes. */
    assert_int_equal(COLD_STARTS(&run, five, {0, S}, {4 * S, 3 * S}, {7 * S, S}), 2);
    assert_near(figure(&run, "F", "Duration", "Maximum"), 3000, 0);
    /* A call that ends at that very age is its last. */
    assert_int_equal(COLD_STARTS(&run, five, {0, S}, {4 * S, S}, {5 * S, S}), 2);
    model_close(&run);
}

/* -- the halving keep-alive, which is the default -- */

/* A lone idle environment goes surely, when its 380 s are over. */
static void test_halving_alone(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    for (int seed = 1; seed <= 20; seed++) {
        char behavior[80] = ", 'max_lifetime': 'forever'";
        assert_int_equal(COLD_STARTS(&run, behavior, {0, seed * S}, {(seed + 380) * S, S}), 1);
        assert_int_equal(COLD_STARTS(&run, behavior, {0, seed * S}, {(seed + 380) * S + 1, S}), 2);
    }
    /* The halving can be another, and use begins it anew. */
    assert_int_equal(COLD_STARTS(&run, ", 'keep_alive': {'halving': '10s'}", {0, S}, {11 * S, S}, {22 * S, S}, {33 * S + 1, S}), 2);
    model_close(&run);
}

/* Of many that are idle at once half go after each 380 s, and the last one surely. */
static void test_halving_many(void **state)
{
    (void)state;
    enum { AT_ONCE = 1000, REPLICATIONS = 20 };
    struct model_run run;
    model_open(&run);
    for (int k = 1; k <= 5; k++) {
        uint64_t left = 0;
        /* Up to just before the end of the next 380 s. */
        model_run(&run,
                  ONE_FUNCTION("'duration': '%dms', 'replications': %d", "", "'init': '0ms', 'duration': '1s', 'max_lifetime': 'forever'",
                               "{'name': 'burst', 'target': 'F', 'bursts': {'size': %d, 'every': '10h'}}"),
                  1000 + 380000 * (k + 1), REPLICATIONS, AT_ONCE);
        for (uint32_t i = 0; i < REPLICATIONS; i++) {
            assert_near(figure_of(&run, "F", "EnvironmentsCreated", "Sum", i), AT_ONCE, 0);
            left += AT_ONCE - (uint64_t)figure_of(&run, "F", "EnvironmentsExpired", "Sum", i);
        }
        check_binomial("left after some halvings", left, AT_ONCE * REPLICATIONS, ldexp(1, -k));
    }
    model_run(&run, ONE_FUNCTION("'duration': '10h'", "", "'init': '0ms', 'duration': '1s', 'max_lifetime': 'forever'",
                                 "{'name': 'burst', 'target': 'F', 'bursts': {'size': 1000, 'every': '10h'}}"));
    assert_int_equal(count_of(&run, "F", "EnvironmentsExpired"), 1000);
    model_close(&run);
}

/* Age ends those that the coin has spared; also when both fall on one instant. */
static void test_halving_and_age(void **state)
{
    (void)state;
    static const struct {
        int lifetime_s, until_ms;
        bool all; /* are gone then, else about half of them */
    } cases[] = {{500, 499999, false}, {500, 500001, true}, {381, 380999, false}, {381, 381001, true}, {2, 2001, true}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '%dms'", "", "'init': '0ms', 'duration': '1s', 'max_lifetime': '%ds'",
                               "{'name': 'burst', 'target': 'F', 'bursts': {'size': 1000, 'every': '10h'}}"),
                  cases[i].until_ms, cases[i].lifetime_s);
        const uint64_t gone = (uint64_t)count_of(&run, "F", "EnvironmentsExpired");
        if (cases[i].all)
            assert_int_equal(gone, 1000);
        else
            check_binomial("gone before their age", gone, 1000, cases[i].lifetime_s > 381 ? 0.5 : 0);
    }
    model_close(&run);
}

/* Every environment tosses a coin of its own, also where there are very many: the number that is left varies as that of independent ones
 * does. */
static void test_halving_independence(void **state)
{
    (void)state;
    enum { AT_ONCE = 100000, REPLICATIONS = 8 };
    struct model_run run;
    double squares = 0;
    model_open(&run);
    model_run(&run,
              ONE_FUNCTION("'duration': '500s', 'replications': %d, 'account': {'ConcurrentExecutions': %d}, "
                           "'rules': {'base': 'current', 'scaling_rate_env_per_10s': %d}",
                           "", "'init': '0ms', 'duration': '1s'",
                           "{'name': 'burst', 'target': 'F', 'bursts': {'size': %d, 'every': '10h'}}"),
              REPLICATIONS, AT_ONCE, AT_ONCE, AT_ONCE);
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        assert_near(figure_of(&run, "F", "EnvironmentsCreated", "Sum", i), AT_ONCE, 0);
        const double off = figure_of(&run, "F", "EnvironmentsExpired", "Sum", i) - AT_ONCE / 2.0;
        squares += off * off / (AT_ONCE / 4.0);
    }
    check_tails("variance of the number left", gsl_cdf_chisq_P(squares, REPLICATIONS), gsl_cdf_chisq_Q(squares, REPLICATIONS), 0.001);
    model_close(&run);
}

/* -- keep-alives and lifetimes that are drawn -- */

/* Calls so far apart that half of the keep-alives are over: each is cold with probability one half, whatever was before. */
static void test_drawn_keep_alive(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static struct call calls[COUNT];
    struct model_run run;
    const int64_t gap_ns = llround(100e9 * M_LN2); /* the median of an exponential of mean 100 s */
    for (int i = 0; i < COUNT; i++)
        calls[i] = (struct call){i * (gap_ns + S), S};
    model_open(&run);
    model_calls(&run, calls, COUNT);
    model_run(&run,
              ONE_FUNCTION("'duration': '%lldns', 'period': '10h'", "",
                           "'init': '0ms', 'duration': '1s', 'keep_alive': {'exponential': '100s'}, 'max_lifetime': 'forever'", CALLS),
              (long long)(COUNT * (gap_ns + S)));
    assert_int_equal(count_of(&run, "F", "Invocations"), COUNT);
    check_binomial("cold after the median keep-alive", (uint64_t)count_of(&run, "F", "ColdStarts") - 1, COUNT - 1, 0.5);
    model_close(&run);
}

/* A call a second on an environment that lives for 10 or 20 s, each as likely: 15 calls to an environment on average. The number of
 * environments in n calls is normal, n / 15 on average with variance n sigma^2 / 15^3 (renewal theory), sigma = 5. */
static void test_drawn_lifetime(void **state)
{
    (void)state;
    const double calls = 100000;
    struct model_run run;
    model_open(&run);
    model_run(&run, ONE_FUNCTION("'duration': '100000s', 'period': '1h'", "",
                                 "'init': '0ms', 'duration': '100ms', 'keep_alive': 'forever', "
                                 "'max_lifetime': {'samples': ['9.95s', '19.95s']}",
                                 "{'name': 'a', 'target': 'F', 'constant': '1/s'}"));
    assert_near((double)count_of(&run, "F", "Invocations"), calls, 0);
    check_z("environments", ((double)count_of(&run, "F", "ColdStarts") - calls / 15) / sqrt(calls * 25 / (15 * 15 * 15)), 0.001);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reuse),           cmocka_unit_test(test_random_reuse),         cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_max_lifetime),    cmocka_unit_test(test_halving_alone),        cmocka_unit_test(test_halving_many),
        cmocka_unit_test(test_halving_and_age), cmocka_unit_test(test_halving_independence), cmocka_unit_test(test_drawn_keep_alive),
        cmocka_unit_test(test_drawn_lifetime),
    };
    return cmocka_run_group_tests_name("environments", tests, NULL, NULL);
}
