/* test_figure_text.c: figures as a person reads them; above all that rounding never says what is not so. */
#include "output/figure_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_three_digits(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *unit, *text;
    } cases[] = {{1234, "Count", "1,234"},
                 {1234.5, "Count", "1,234"},
                 {1.2345, "Count", "1.23"},
                 {0, "Count", "0"},
                 {12.345, "Percent", "12.3%"},
                 {250, "Milliseconds", "250ms"},
                 {1250, "Milliseconds", "1.25s"},
                 {0.5, "Milliseconds", "500us"},
                 {0.25, "Seconds", "250ms"},
                 {1e15, "Count", "1e+15"},
                 {NAN, "Percent", "-"}};
    char text[FIGURE_TEXT_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(figure_text(cases[i].value, cases[i].unit, text), cases[i].text);
}

/* 100 % and 0 % are said of all and of none alone. */
static void test_shares(void **state)
{
    (void)state;
    static const struct {
        double part, whole;
        const char *text;
    } cases[] = {{6000, 6000, "100%"}, {5999, 6000, "99.98%"},  {59999, 60000, "99.998%"},
                 {999, 1000, "99.9%"}, {9995, 10000, "99.95%"}, {9999, 10000, "99.99%"},
                 {1, 6000, "0.0167%"}, {0, 6000, "0%"},         {1, 1e9, "0.000000100%"},
                 {95, 100, "95%"},     {3, 2, "150%"}};
    char text[FIGURE_TEXT_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(figure_text(100 * cases[i].part / cases[i].whole, "Percent", text), cases[i].text);
    for (double whole = 1; whole < 1e12; whole *= 7) {
        assert_string_not_equal(figure_text(100 * (whole - 1) / whole, "Percent", text), "100%");
        assert_true(text[0] != '1');
        assert_true(figure_text_precise(100 * (whole - 1) / whole, "Percent", text)[0] != '1');
    }
    assert_string_equal(figure_text_precise(99.9999999, "Percent", text), "99.9999999%");
    assert_string_equal(figure_text_precise(100, "Percent", text), "100%");
    assert_string_equal(figure_text_precise(21.458249, "Percent", text), "21.4582%");
    /* The half-width stands to the precision of what it belongs to. */
    assert_string_equal(figure_text_beside(0.012, 100 * 5999.0 / 6000, "Percent", text), "0.01%");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_three_digits), cmocka_unit_test(test_shares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
