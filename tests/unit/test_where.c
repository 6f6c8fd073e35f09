/* test_where.c: constraints on points. */
#include "scenario/where.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of a point: 10 of A.X, 25 calls a second, 2 s, and a word. */
static char *values[][1] = {{"10"}, {"25/s"}, {"2s"}, {"arm64"}, {"30"}};
static const struct axis axes[] = {
    {.path = "A.X", .values = values[0], .count = 1},        {.path = "my-calls.poisson", .values = values[1], .count = 1},
    {.path = "A.Timeout", .values = values[2], .count = 1},  {.path = "A.Kind", .values = values[3], .count = 1},
    {.path = "A.X.Longer", .values = values[4], .count = 1},
};
static const double coordinates[5];

static bool holds(const char *text)
{
    char mistake[WHERE_MISTAKE_SIZE];
    bool answer = false;
    if (!where_evaluate(text, axes, 5, coordinates, &answer, mistake))
        fail_msg("\"%s\": %s", text, mistake);
    return answer;
}

static void test_comparisons(void **state)
{
    (void)state;
    static const char *const true_ones[] = {"A.X == 10",
                                            "A.X<=10",
                                            "A.X != 9.5 and A.X >= 10",
                                            "10 < A.X.Longer",
                                            "A.X * 2 + 5 == 25",
                                            "2 * (A.X + 5) > A.X.Longer - 1",
                                            "-A.X < 0",
                                            "A.X - 3 - 2 == 5",
                                            "100 / A.X / 5 == 2",
                                            "my-calls.poisson == 1500/min",
                                            "my-calls.poisson * A.Timeout == 50",
                                            "A.X / 1s < my-calls.poisson",
                                            "A.Timeout <= 2000ms",
                                            "A.Timeout / 4 == 500ms",
                                            "A.Kind == 'arm64'",
                                            "A.Kind != 'x86_64'",
                                            "A.X * 20% == 2",
                                            "512MB * 2 == 1GB"};
    for (size_t i = 0; i < sizeof true_ones / sizeof *true_ones; i++)
        if (!holds(true_ones[i]))
            fail_msg("\"%s\" does not hold", true_ones[i]);
    static const char *const false_ones[] = {"A.X > 10", "A.X == 10 and A.X == 11", "A.X == 11 and A.X == 10", "A.Kind == 'arm'",
                                             "A.X / 0 < 0"};
    for (size_t i = 0; i < sizeof false_ones / sizeof *false_ones; i++)
        if (holds(false_ones[i]))
            fail_msg("\"%s\" holds", false_ones[i]);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "A.X",
                                        "A.X <",
                                        "A.Y < 1",
                                        "A.X < 1 A.X",
                                        "A.X < 10ms",
                                        "A.X + 1s < 1s",
                                        "A.Kind < 'b'",
                                        "A.Kind + 1 < 2",
                                        "(A.X < 1)",
                                        "A.X < (1",
                                        "A.Kind == 'x",
                                        "A.X < 1 and",
                                        "A.X < 1 or A.X > 2",
                                        "A.X < 1x",
                                        "A.X < 1e999",
                                        "A.Timeout < 'a'"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char mistake[WHERE_MISTAKE_SIZE] = "";
        bool answer;
        if (where_evaluate(wrong[i], axes, 5, coordinates, &answer, mistake) || !*mistake)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    /* Neither depth nor length is trusted. */
    char deep[4096];
    char mistake[WHERE_MISTAKE_SIZE];
    bool answer;
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_false(where_evaluate(deep, axes, 5, coordinates, &answer, mistake));
    memset(deep, '-', sizeof deep - 1);
    assert_false(where_evaluate(deep, axes, 5, coordinates, &answer, mistake));
    memset(deep, '9', sizeof deep - 1);
    assert_false(where_evaluate(deep, axes, 5, coordinates, &answer, mistake));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_comparisons), cmocka_unit_test(test_mistakes)};
    return cmocka_run_group_tests_name("where", tests, NULL, NULL);
}
