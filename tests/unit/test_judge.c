/* test_judge.c: a goal against few figures: what holds, and what is sure. */
#include "experiment/judge.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_within(void **state)
{
    (void)state;
    /* Within 10 % of 100: both sides of both bounds. Without scatter every figure is clear, but for one on a bound. */
    const struct expectation goal = {.comparison = COMPARE_WITHIN, .value = 100, .other = 0.1};
    const struct {
        double figure, distance;
        bool holds;
    } cases[] = {{89, 1, false}, {91, 1, true}, {100, 10, true}, {109, 1, true}, {111, 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double values[] = {cases[i].figure, cases[i].figure, cases[i].figure};
        struct judgement judgement = judge_goal(&goal, values, 3, 0.025);
        assert_true(judgement.holds == cases[i].holds);
        assert_true(judgement.clear);
        assert_true(judgement.distance > cases[i].distance * (1 - 1e-12) && judgement.distance < cases[i].distance * (1 + 1e-12));
    }
}

static void test_equality_of_each(void **state)
{
    (void)state;
    const struct expectation goal = {.comparison = COMPARE_EQ, .value = 5};
    double values[] = {5, 5, 4};
    assert_true(judge_goal(&goal, values, 2, 0.025).holds);
    assert_true(judge_goal(&goal, values, 2, 0.025).clear);
    assert_false(judge_goal(&goal, values, 3, 0.025).holds);
    /* One replication that agrees may be chance; one that does not is enough. */
    assert_true(judge_goal(&goal, values, 1, 0.025).holds);
    assert_false(judge_goal(&goal, values, 1, 0.025).clear);
    assert_false(judge_goal(&goal, values + 2, 1, 0.025).holds);
    assert_true(judge_goal(&goal, values + 2, 1, 0.025).clear);
    assert_false(judge_goal(&goal, values, 0, 0.025).holds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_within), cmocka_unit_test(test_equality_of_each)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
