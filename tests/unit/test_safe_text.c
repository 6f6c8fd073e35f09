/* test_safe_text.c: what a terminal would obey is shown, not sent; all else stays as it is. */
#include "output/safe_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_shown(void **state)
{
    (void)state;
    const struct {
        const char *text, *shown;
    } cases[] = {
        {"plain ~ text", "plain ~ text"},
        {"", ""},
        {"\x1b[2J", "\\x1b[2J"},
        {"a\x7f", "a\\x7f"},                         /* DEL */
        {"\xc2\x9b", "\\xc2\\x9b"},                  /* a C1 control */
        {"\xc2\xa0", "\xc2\xa0"},                    /* the first character behind them */
        {"\xe2\x80\xae.exe", "\\xe2\\x80\\xae.exe"}, /* right to left from here on */
        {"\xff", "\\xff"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *shown = safe_text_new(cases[i].text);
        assert_non_null(shown);
        assert_string_equal(shown, cases[i].shown);
        free(shown);
    }
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(safe_text_width("gr\xc3\xbc\xc3\x9f"), 4);
    assert_int_equal(safe_text_width(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_width)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
