/* test_diagnostics.c: collecting, order, escapes, limits, memory running out. */
#include "diagnosed.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct place at(const char *file, int line, int column)
{
    return (struct place){file, line, column};
}

static void assert_printed(struct diagnostics *diagnostics, const char *expected)
{
    char *text = printed(diagnostics, false);
    assert_string_equal(text, expected);
    free(text);
    diagnostics_fini(diagnostics);
}

static void test_form(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, at("a.json", 3, 7), "Resources.F", "try 4", "%d is not %s", 3, "four");
    diagnose(&diagnostics, SEVERITY_WARNING, at("a.json", 4, 0), NULL, NULL, "odd");
    diagnose(&diagnostics, SEVERITY_NOTE, at("a.json", 0, 0), "", "", "so");
    assert_int_equal(diagnostics.error_count, 1);
    assert_printed(&diagnostics, "a.json: note: so\n"
                                 "a.json:3:7: error: Resources.F: 3 is not four\n"
                                 "  hint: try 4\n"
                                 "a.json:4: warning: odd\n");
}

static void test_nowhere(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, at(NULL, 0, 0), "seed", NULL, "no");
    assert_printed(&diagnostics, "error: seed: no\n");
    diagnostics_fini(&diagnostics);
    diagnostics = (struct diagnostics){0};
    diagnose(&diagnostics, SEVERITY_ERROR, at("--set rules.x", 0, 0), "rules.x", NULL, "no");
    diagnose(&diagnostics, SEVERITY_ERROR, at("--set rules.x", 0, 0), "x", NULL, "no");
    assert_printed(&diagnostics, "--set rules.x: error: no\n--set rules.x: error: x: no\n");
}

static void test_order_of_files_and_places(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_WARNING, at("z.json", 9, 1), "", NULL, "1");
    diagnose(&diagnostics, SEVERITY_ERROR, at("a.json", 1, 1), "", NULL, "2");
    diagnose(&diagnostics, SEVERITY_ERROR, at("z.json", 2, 5), "", NULL, "3");
    diagnose(&diagnostics, SEVERITY_ERROR, at("z.json", 2, 4), "", NULL, "4");
    diagnose(&diagnostics, SEVERITY_WARNING, at("z.json", 2, 4), "", NULL, "5");
    assert_printed(&diagnostics, "z.json:2:4: error: 4\nz.json:2:4: warning: 5\nz.json:2:5: error: 3\nz.json:9:1: warning: 1\n"
                                 "a.json:1:1: error: 2\n");
}

static void test_each_once(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    for (int i = 0; i < 3; i++) {
        diagnose(&diagnostics, SEVERITY_ERROR, at("a", 1, 1), "p", NULL, "same");
        diagnose(&diagnostics, SEVERITY_ERROR, at("a", 1, 1), "q", NULL, "same");
        diagnose(&diagnostics, SEVERITY_ERROR, at("a", 1, 2), "p", NULL, "same");
        diagnose(&diagnostics, SEVERITY_ERROR, at("b", 1, 1), "p", NULL, "same");
        diagnose(&diagnostics, SEVERITY_ERROR, at(NULL, 1, 1), "p", NULL, "same");
    }
    assert_int_equal(diagnostics.count, 5);
    assert_int_equal(diagnostics.error_count, 5);
    diagnostics_fini(&diagnostics);
}

static void test_control_characters_are_shown(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, at("a\033[2J", 1, 1), "p\n", "h\x7f", "%s",
             "\033]0;x\007 \xc2\x9b \xe2\x80\xae \xff gr\xc3\xbc\xc3\x9f");
    assert_printed(&diagnostics, "a\\x1b[2J:1:1: error: p\\n: \\x1b]0;x\\x07 \\u009b \\u202e \\xff gr\xc3\xbc\xc3\x9f\n  hint: h\\x7f\n");
}

static void test_colour(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    diagnose(&diagnostics, SEVERITY_ERROR, at("a", 1, 1), "", NULL, "red");
    char *text = printed(&diagnostics, true);
    assert_string_equal(text, "\033[1ma:1:1:\033[0m \033[1;31merror:\033[0m red\n");
    free(text);
    diagnostics_fini(&diagnostics);
}

/* The caller's file names may go before the list does. */
static void test_file_names_are_kept(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    char name[] = "gone.json";
    diagnose(&diagnostics, SEVERITY_ERROR, at(name, 1, 1), "", NULL, "x");
    memset(name, '?', sizeof name - 1);
    assert_printed(&diagnostics, "gone.json:1:1: error: x\n");
}

static void test_a_thousand_are_kept(void **state)
{
    (void)state;
    struct diagnostics diagnostics = {0};
    for (int i = 0; i < 1500; i++)
        diagnose(&diagnostics, SEVERITY_WARNING, at("a", i + 1, 1), "", NULL, "warned");
    diagnose(&diagnostics, SEVERITY_ERROR, at("a", 2000, 1), "", NULL, "the error");
    assert_int_equal(diagnostics.count, 1000);
    assert_int_equal(diagnostics.error_count, 1);
    assert_true(diagnosed(&diagnostics, 2000, 1, "the error"));
    char *text = printed(&diagnostics, false);
    assert_non_null(strstr(text, "... and 501 more\n"));
    free(text);
    diagnostics_fini(&diagnostics);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    bool worked = false;
    for (long working = 0; !worked; working++) {
        struct diagnostics diagnostics = {0};
        fail_allocations_after(working);
        diagnose(&diagnostics, SEVERITY_ERROR, at("a", 1, 1), "p", "h", "%s", "message");
        fail_allocations_after(-1);
        assert_int_equal(diagnostics.error_count, 1);
        worked = !diagnostics.failed;
        assert_int_equal(diagnostics.count, worked);
        char *text = printed(&diagnostics, false);
        assert_string_equal(text, worked ? "a:1:1: error: p: message\n  hint: h\n" : "error: memory ran out, so this list is incomplete\n");
        free(text);
        diagnostics_fini(&diagnostics);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_nowhere),
        cmocka_unit_test(test_order_of_files_and_places),
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_control_characters_are_shown),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_file_names_are_kept),
        cmocka_unit_test(test_a_thousand_are_kept),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
