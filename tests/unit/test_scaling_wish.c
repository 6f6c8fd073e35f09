/* test_scaling_wish.c: which step of a policy is taken, and how a percentage becomes a number of units, on both sides of every edge.
 * Source: Application Auto Scaling User Guide, "Step scaling policies". */
#include "monitoring/scaling.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_edges_of_steps(void **state)
{
    (void)state;
    /* Above the threshold a step holds its lower edge, below it its upper one. */
    struct step_adjustment steps[] = {
        {.lower = -20, .upper = -10, .lower_given = true, .upper_given = true, .adjustment = -2},
        {.lower = -10, .upper = 0, .lower_given = true, .upper_given = true, .adjustment = -1},
        {.lower = 0, .upper = 10, .lower_given = true, .upper_given = true, .adjustment = 1},
        {.lower = 10, .lower_given = true, .adjustment = 2},
    };
    const struct scaling_policy policy = {.adjustment_type = CHANGE_IN_CAPACITY, .steps = {.items = steps, .count = 4}};
    const struct {
        double breach;
        int64_t change;
    } cases[] = {{0, 1}, {9.9, 1}, {10, 2}, {1e9, 2}, {-0.1, -1}, {-9.9, -1}, {-10, -2}, {-19.9, -2}, {-20, 0}, {-21, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(policy_step(&policy, 50, cases[i].breach), 50 + cases[i].change);
}

static void test_percentages(void **state)
{
    (void)state;
    const struct {
        int64_t capacity, percent, least, wanted;
    } cases[] = {
        {100, 25, 0, 125}, {50, 25, 0, 62}, /* 12.5: down */
        {20, -33, 0, 14},                   /* -6.6: up */
        {10, 5, 0, 11},    {10, -5, 0, 9},  /* a half becomes a whole one */
        {10, 0, 3, 10},    {10, 10, 3, 13}, {10, -10, 3, 7}, {0, 50, 3, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct step_adjustment step = {.lower = 0, .lower_given = true, .adjustment = cases[i].percent};
        const struct scaling_policy policy = {
            .adjustment_type = PERCENT_CHANGE_IN_CAPACITY, .least_magnitude = cases[i].least, .steps = {.items = &step, .count = 1}};
        assert_int_equal(policy_step(&policy, cases[i].capacity, 1), cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_edges_of_steps), cmocka_unit_test(test_percentages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
