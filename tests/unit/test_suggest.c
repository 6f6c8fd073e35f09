/* test_suggest.c: what is near and what is not. */
#include "document/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"MemorySize", "Timeout", "Runtime", "keep_alive", "init", "duration", "cpu", "error_rate"};

static const char *nearest(const char *word)
{
    return suggest(word, names, sizeof names / sizeof *names);
}

static void test_near(void **state)
{
    (void)state;
    static const struct {
        const char *word, *expected;
    } cases[] = {
        {"MemorySize", "MemorySize"},
        {"MemorySze", "MemorySize"},
        {"memorysize", "MemorySize"},
        {"memory_size", "MemorySize"},
        {"MEMORY_SIZE", "MemorySize"},
        {"Timeuot", "Timeout"},
        {"TimeOut", "Timeout"},
        {"Rutnime", "Runtime"},
        {"keepAlive", "keep_alive"},
        {"keep-alive", "keep_alive"},
        {"keepalive", "keep_alive"},
        {"inti", "init"},
        {"cpus", "cpu"},
        {"CPU", "cpu"},
        {"errorrate", "error_rate"},
        {"duratoin", "duration"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_non_null(nearest(cases[i].word));
        assert_string_equal(nearest(cases[i].word), cases[i].expected);
    }
}

static void test_not_near(void **state)
{
    (void)state;
    static const char *const words[] = {"", "x", "zz", "Handler", "concurrency", "abc", "Tags"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_null(nearest(words[i]));
    assert_null(nearest(NULL));
    assert_null(suggest("a", NULL, 0));
}

/* A third of the letters may be wrong and no more. */
static void test_threshold(void **state)
{
    (void)state;
    const char *const one[] = {"abcdefghi"};
    assert_string_equal(suggest("xyzdefghi", one, 1), "abcdefghi");
    assert_null(suggest("xyzwefghi", one, 1));
    const char *const two[] = {"ab"};
    assert_null(suggest("ax", two, 1));
    assert_string_equal(suggest("AB", two, 1), "ab");
}

static void test_the_first_of_equals(void **state)
{
    (void)state;
    const char *const both[] = {"cat", "car", NULL, ""};
    assert_ptr_equal(suggest("cab", both, 4), both[0]);
    assert_ptr_equal(suggest("car", both, 4), both[1]);
}

static void test_long_names(void **state)
{
    (void)state;
    char longest[65], longer[66], other[65];
    memset(longest, 'a', 64);
    longest[64] = 0;
    memset(longer, 'a', 65);
    longer[65] = 0;
    memcpy(other, longest, sizeof other);
    other[30] = 'b';
    const char *const candidates[] = {longest, longer};
    assert_ptr_equal(suggest(other, candidates, 2), longest);
    assert_null(suggest(longer, candidates, 2));
    assert_null(suggest(other, &candidates[1], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near),       cmocka_unit_test(test_not_near),
        cmocka_unit_test(test_threshold),  cmocka_unit_test(test_the_first_of_equals),
        cmocka_unit_test(test_long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
