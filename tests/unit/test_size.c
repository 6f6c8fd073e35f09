/* test_size.c: the search for the smallest and the cheapest setting, on landscapes whose answer is known. */
#include "experiment/size.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A landscape with noise: the goal's figure and the one to be small. */
struct landscape {
    double (*goal)(const size_t *at);
    double (*price)(const size_t *at);
    double noise;
    uint64_t seed;
    uint64_t replications; /* that were asked for */
};

/* Deterministic noise of mean 0 and deviation 1, the same for the same point and replication. */
static double noise_of(uint64_t seed, const size_t *at, uint32_t replication)
{
    uint64_t x = seed * 0x9E3779B97F4A7C15u ^ (at[0] + 1) * 0xBF58476D1CE4E5B9u ^ (at[1] + 1) * 0x94D049BB133111EBu ^
                 replication * 0xD6E8FEB86659FD93u;
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        x ^= x >> 30;
        x *= 0xBF58476D1CE4E5B9u;
        x ^= x >> 27;
        x *= 0x94D049BB133111EBu;
        x ^= x >> 31;
        sum += (double)(x >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

static enum status replicate(void *context, struct size_point *point, uint32_t total)
{
    struct landscape *landscape = context;
    landscape->replications += total - point->replications;
    for (uint32_t r = point->replications; r < total; r++) {
        double noise = landscape->noise * noise_of(landscape->seed, point->at, r);
        point->values[0][r] = landscape->goal(point->at) + noise;
        if (landscape->price)
            point->values[1][r] = landscape->price(point->at) + noise;
    }
    return STATUS_OK;
}

static const struct expectation below_one = {.comparison = COMPARE_LT, .value = 1};

static struct size_problem problem_of(struct landscape *landscape, size_t values)
{
    return (struct size_problem){.axes = {{values, 1, 1}},
                                 .axis_count = 1,
                                 .goals = {&below_one},
                                 .goal_count = 1,
                                 .figure_count = 1,
                                 .replications_min = 4,
                                 .replications_max = 128,
                                 .replicate = replicate,
                                 .context = landscape};
}

/* Halves every 7 steps; below 1 from 137 on. */
static double falling(const size_t *at)
{
    return pow(2, (136.5 - (double)at[0]) / 7);
}

static void test_bisection(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = falling, .noise = 0.05, .seed = 1};
    struct size_problem problem = problem_of(&landscape, 1000);
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_non_null(answer.best);
    assert_int_equal(answer.best->at[0], 137);
    assert_true(answer.certain);
    assert_true(answer.monotone);
    assert_int_equal(answer.method, SIZE_BISECTION);
    assert_true(answer.count < 20);
    for (size_t i = 0; i < answer.count; i++)
        if (answer.points[i]->at[0] == 136 || answer.points[i]->at[0] == 138)
            assert_int_equal(answer.points[i]->role, ROLE_NEIGHBOUR);
    size_answer_fini(&answer);
}

/* Of 400 searches that are said to be right with 95 % confidence at most 5 % may be wrong: no more than 20 + 3.29 sqrt(400 x 0.05 x 0.95).
 */
static void test_confidence(void **state)
{
    (void)state;
    size_t wrong = 0, certain = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct landscape landscape = {.goal = falling, .noise = 0.12, .seed = seed};
        struct size_problem problem = problem_of(&landscape, 300);
        struct size_answer answer;
        assert_int_equal(size_search(&problem, &answer), STATUS_OK);
        certain += answer.certain;
        wrong += answer.certain && answer.best->at[0] != 137;
        size_answer_fini(&answer);
    }
    assert_true(certain > 200);
    assert_true(wrong <= 34);
}

/* 137 is within a thousandth of the goal: no number of replications that is allowed tells. */
static double doubtful(const size_t *at)
{
    return at[0] == 137 ? 0.9999 : falling(at);
}

static void test_doubt(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = doubtful, .noise = 0.05, .seed = 3};
    struct size_problem problem = problem_of(&landscape, 1000);
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_non_null(answer.best);
    assert_false(answer.certain);
    size_t candidates = 0;
    for (size_t i = 0; i < answer.count; i++) {
        bool is_candidate = answer.points[i]->role == ROLE_ANSWER || answer.points[i]->role == ROLE_OR;
        candidates += is_candidate;
        assert_int_equal(is_candidate, answer.points[i]->at[0] == 137 || answer.points[i]->at[0] == 138);
        assert_true(answer.points[i]->at[0] == 137 || answer.points[i]->replications < 128); /* few where it is clear */
    }
    assert_int_equal(candidates, 2);
    size_answer_fini(&answer);
}

static double too_high(const size_t *at)
{
    return 2 + (double)at[0];
}

static double all_met(const size_t *at)
{
    return 0.1 / (1 + (double)at[0]);
}

static void test_ends(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = too_high, .noise = 0.05, .seed = 4};
    struct size_problem problem = problem_of(&landscape, 100);
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_null(answer.best);
    size_answer_fini(&answer);
    landscape.goal = all_met;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_int_equal(answer.best->at[0], 0);
    assert_true(answer.certain);
    size_answer_fini(&answer);
    problem.axes[0].count = 1;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_int_equal(answer.best->at[0], 0);
    assert_int_equal(answer.count, 1);
    size_answer_fini(&answer);
}

/* A valley: only 290 to 310 meet. */
static double valley(const size_t *at)
{
    return 1 + ((at[0] >= 290 && at[0] <= 310) ? -0.5 : 0.1 + fabs((double)at[0] - 300) / 100);
}

static void test_valley(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = valley, .noise = 0.02, .seed = 5};
    struct size_problem problem = problem_of(&landscape, 1000);
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_non_null(answer.best);
    assert_int_equal(answer.best->at[0], 290);
    assert_false(answer.monotone);
    assert_int_equal(answer.method, SIZE_REFINEMENT);
    size_answer_fini(&answer);
}

/* The cheapest is at 400 x 50, the goal forbids less than 420 of the first. */
static double fence(const size_t *at)
{
    return at[0] >= 420 ? 0.5 : 1.5;
}

static double bowl(const size_t *at)
{
    double x = ((double)at[0] - 400) / 100, y = ((double)at[1] - 50) / 10;
    return 10 + x * x + y * y;
}

static void test_two_axes(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = fence, .price = bowl};
    struct size_problem problem = problem_of(&landscape, 1000);
    problem.axes[1] = (struct size_axis){200, 1, 1};
    problem.axis_count = 2;
    problem.minimize = true;
    problem.figure_count = 2;
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_non_null(answer.best);
    assert_int_equal(answer.best->at[0], 420);
    assert_int_equal(answer.best->at[1], 50);
    assert_true(answer.certain);
    assert_true(answer.count < 200); /* of 200,000 */
    size_answer_fini(&answer);
}

/* Nothing is to be observed: that meets no goal. */
static double nothing(const size_t *at)
{
    (void)at;
    return NAN;
}

static void test_nothing(void **state)
{
    (void)state;
    struct landscape landscape = {.goal = nothing};
    struct size_problem problem = problem_of(&landscape, 50);
    struct size_answer answer;
    assert_int_equal(size_search(&problem, &answer), STATUS_OK);
    assert_null(answer.best);
    size_answer_fini(&answer);
}

static void test_judge(void **state)
{
    (void)state;
    const struct expectation none = {.comparison = COMPARE_EQ, .value = 0}, most = {.comparison = COMPARE_LE, .value = 0};
    const double zeros[] = {0, 0, 0, 0}, some[] = {0, 0, 1, 0}, spread[] = {0.5, 1.4, 0.7, 1.2};
    assert_true(judge_goal(&none, zeros, 4, 0.025).holds && judge_goal(&none, zeros, 4, 0.025).clear);
    assert_true(!judge_goal(&most, some, 4, 0.025).holds && judge_goal(&most, some, 4, 0.025).clear);
    assert_true(judge_goal(&below_one, spread, 4, 0.025).holds);
    assert_false(judge_goal(&below_one, spread, 4, 0.025).clear);
    assert_false(judge_goal(&below_one, spread, 1, 0.025).clear);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bisection), cmocka_unit_test(test_confidence), cmocka_unit_test(test_doubt),   cmocka_unit_test(test_ends),
        cmocka_unit_test(test_valley),    cmocka_unit_test(test_two_axes),   cmocka_unit_test(test_nothing), cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
