/* test_sparkline.c: a series on one line; what a terminal is told to be able to show. */
#include "output/sparkline.h"
#include "output/terminal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check_with(const double *values, size_t count, size_t width, bool largest, bool blocks, const char *expected)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    sparkline_print(out, values, count, width, largest, blocks);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void check(const double *values, size_t count, size_t width, bool largest, const char *expected)
{
    check_with(values, count, width, largest, true, expected);
}

/* Without block elements: tenths of the largest, rounded up. */
static void test_digits(void **state)
{
    (void)state;
    const double stairs[] = {0, 1, 5, 9, 10}, gap[] = {8, NAN, 4};
    check_with(stairs, 5, 80, false, false, "01599");
    check_with(gap, 3, 80, false, false, "9 5");
}

static void test_heights(void **state)
{
    (void)state;
    const double stairs[] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, gap[] = {8, NAN, 4}, none[] = {0, 0, NAN}, under[] = {-1, 1},
                 one[] = {0.001, 1000};
    check(stairs, 9, 80, false, "▁▁▂▃▄▅▆▇█");
    check(gap, 3, 80, false, "█ ▄");
    check(none, 3, 80, false, "▁▁ ");
    check(under, 2, 80, false, "▁█");
    check(one, 2, 80, false, "▁█");
    check(stairs, 0, 80, false, "");
    check(stairs, 9, 0, false, "");
}

/* More values than there is room for: means, or the largest, so that a single peak is seen. */
static void test_room(void **state)
{
    (void)state;
    double values[100] = {0};
    values[37] = 100;
    for (size_t i = 50; i < 100; i++)
        values[i] = 40;
    check(values, 100, 10, true, "▁▁▁█▁▄▄▄▄▄");
    check(values, 100, 10, false, "▁▁▁▂▁█████");
}

static void test_locale(void **state)
{
    (void)state;
    static const struct {
        const char *all, *type, *lang;
        bool utf8;
    } cases[] = {{"", "", "en_US.UTF-8", true},
                 {"C", "", "en_US.UTF-8", false},
                 {"", "de_DE.utf8", "C", true},
                 {"", "", "", false},
                 {"C.UTF-8", "C", "C", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(setenv("LC_ALL", cases[i].all, 1), 0);
        assert_int_equal(setenv("LC_CTYPE", cases[i].type, 1), 0);
        assert_int_equal(setenv("LANG", cases[i].lang, 1), 0);
        assert_int_equal(terminal_locale_is_utf8(), cases[i].utf8);
    }
    FILE *file = tmpfile(); /* no terminal: no limit, nothing but text */
    assert_non_null(file);
    const struct terminal terminal = terminal_look(file);
    assert_false(terminal.is_terminal || terminal.blocks);
    assert_int_equal(terminal.width, 0);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_digits), cmocka_unit_test(test_heights), cmocka_unit_test(test_room),
                                       cmocka_unit_test(test_locale)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
