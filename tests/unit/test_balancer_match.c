/* test_balancer_match.c: wildcards, conditions of listener rules, repeated query parameters. */
#include "engine/glob.h"
#include "front_doors/balancer_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool fits(const char *pattern, const char *text)
{
    return glob_matches(pattern, text, strlen(text), GLOB_ESCAPES);
}

static void test_wildcards(void **state)
{
    (void)state;
    assert_true(fits("/img/*", "/img/"));
    assert_true(fits("/img/*", "/img/a/b.png"));
    assert_false(fits("/img/*", "/img"));
    assert_true(fits("/a?c", "/abc"));
    assert_false(fits("/a?c", "/ac"));
    assert_false(fits("/a?c", "/abbc"));
    assert_true(fits("*", ""));
    assert_true(fits("**", "x"));
    assert_true(fits("*.png", "/a.png.png"));
    assert_true(fits("*ab*ab", "xabyabab"));
    assert_false(fits("*ab*ab", "xabya"));
    assert_true(fits("a\\*b", "a*b"));
    assert_false(fits("a\\*b", "axb"));
    assert_true(fits("a\\?", "a?"));
    assert_false(fits("a\\?", "ab"));
    assert_false(fits("/A", "/a"));
    assert_true(glob_matches("/A*", "/abc", 4, GLOB_ESCAPES | GLOB_ANY_CASE));
    assert_false(fits("", "x"));
    assert_true(fits("", ""));
    assert_true(glob_matches("/a", "/abc", 2, GLOB_ESCAPES)); /* no further than it is long */
    char many[64], long_text[4096];
    memset(many, 0, sizeof many); /* in time that is no power: "*a*a*a...b" */
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "*a", 2);
    strcat(many, "b");
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_false(fits(many, long_text));
}

static void test_conditions(void **state)
{
    (void)state;
    static const char *const paths[] = {"/items/*", "/x"};
    static const char *const methods[] = {"PUT"};
    static const struct query_value pairs[] = {{"size", "1?"}, {NULL, "red"}};
    struct balancer_condition condition = {.field = CONDITION_PATH, .values = {paths, 2}};
    assert_true(condition_holds(&condition, "GET /items/7?a=/y"));
    assert_true(condition_holds(&condition, "GET /x?a=1"));
    assert_false(condition_holds(&condition, "GET /y?a=/items/1"));
    assert_false(condition_holds(&condition, NULL));
    assert_int_equal(condition_values(&condition), 2);
    assert_int_equal(condition_wildcards(&condition), 1);
    condition = (struct balancer_condition){.field = CONDITION_METHOD, .inner = {methods, 1}};
    assert_true(condition_holds(&condition, "PUT /a"));
    assert_false(condition_holds(&condition, "PU /a"));
    assert_false(condition_holds(&condition, "put /a"));
    condition = (struct balancer_condition){.field = CONDITION_QUERY, .query = {(void *)(uintptr_t)pairs, 2}};
    assert_true(condition_holds(&condition, "GET /?SIZE=12"));
    assert_false(condition_holds(&condition, "GET /?size=1"));
    assert_true(condition_holds(&condition, "GET /?q=1&colour=RED"));
    assert_false(condition_holds(&condition, "GET /red"));
    assert_int_equal(condition_wildcards(&condition), 1);
    condition = (struct balancer_condition){.field = CONDITION_HEADER};
    assert_false(condition_is_known(&condition));
}

static void test_repeats(void **state)
{
    (void)state;
    assert_int_equal(query_repeats(NULL), 0);
    assert_int_equal(query_repeats("GET /?&myKey=val1&myKey=val2"), 1); /* AWS's own example */
    assert_int_equal(query_repeats("GET /a=1&a=2"), 0);
    assert_int_equal(query_repeats("GET /?a=1&b=1&a=2&a=3&b&ab=1"), 3);
    assert_int_equal(query_repeats("GET /?a&&a="), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wildcards), cmocka_unit_test(test_conditions), cmocka_unit_test(test_repeats)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
