/* test_rule_book.c: finding rules, and what happens to a program that asks for one that is not there. */
#include "engine/rule_book.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct rule rules[] = {
    {.name = "alpha", .number = 1},
    {.name = "alpha_beta", .number = 2.5},
    {.name = "bytes", .number = 70.6, .unit = "bytes"},
    {.name = "days", .number = 2, .unit = "days"},
    {.name = "flag_off", .number = 0},
    {.name = "gigabytes", .number = 0.5, .unit = "GB"},
    {.name = "hours", .number = 36, .unit = "h"},
    {.name = "kilobytes", .number = 1.5, .unit = "KB"},
    {.name = "megabytes", .number = 6, .unit = "MB"},
    {.name = "megabytes_per_s", .number = 2, .unit = "MB/s"},
    {.name = "milliseconds", .number = 1.0000006, .unit = "ms"},
    {.name = "minutes", .number = 3, .unit = "min"},
    {.name = "name", .number = NAN, .text = "some text", .unit = "s"},
    {.name = "per_s", .number = 4, .unit = "polls/s"},
    {.name = "seconds", .number = 0.1, .unit = "s"},
    {.name = "share", .number = 0.3, .unit = "share"},
    {.name = "zeta", .number = -7, .unit = "s"},
};
static const struct rule_book book = {.name = "test", .rules = rules, .count = sizeof rules / sizeof *rules};

static void test_find(void **state)
{
    (void)state;
    for (size_t count = 0; count <= book.count; count++) {
        const struct rule_book part = {.name = "part", .rules = rules, .count = count};
        for (size_t i = 0; i < book.count; i++)
            assert_ptr_equal(rule_find(&part, rules[i].name), i < count ? &rules[i] : NULL);
    }
    assert_null(rule_find(&book, ""));
    assert_null(rule_find(&book, "alph"));
    assert_null(rule_find(&book, "alphabet"));
    assert_null(rule_find(&book, "zz"));
    const struct rule_book empty = {.name = "empty"};
    assert_null(rule_find(&empty, "alpha"));
}

static void test_values(void **state)
{
    (void)state;
    assert_true(rule_number(&book, "alpha_beta") == 2.5);
    assert_true(rule_number(&book, "zeta") == -7);
    assert_true(rule_number(&book, "flag_off") == 0);
    assert_true(rule_flag(&book, "alpha"));
    assert_false(rule_flag(&book, "flag_off"));
    assert_string_equal(rule_text(&book, "name"), "some text");
}

/* In base units, by the rule's own unit. */
static void test_quantities(void **state)
{
    (void)state;
    assert_int_equal(rule_ns(&book, "milliseconds"), 1000001);
    assert_int_equal(rule_ns(&book, "seconds"), 100000000);
    assert_int_equal(rule_ns(&book, "minutes"), INT64_C(180000000000));
    assert_int_equal(rule_ns(&book, "hours"), INT64_C(129600000000000));
    assert_int_equal(rule_ns(&book, "days"), INT64_C(172800000000000));
    assert_int_equal(rule_ns(&book, "zeta"), 0);
    assert_int_equal(rule_bytes(&book, "bytes"), 71);
    assert_int_equal(rule_bytes(&book, "kilobytes"), 1536);
    assert_int_equal(rule_bytes(&book, "megabytes"), 6291456);
    assert_int_equal(rule_bytes(&book, "megabytes_per_s"), 2097152);
    assert_int_equal(rule_bytes(&book, "gigabytes"), 536870912);
    assert_int_equal(rule_pause_ns(&book, "seconds"), 100000000);
    assert_int_equal(rule_pause_ns(&book, "zeta"), 1000000);
    assert_int_equal(rule_interval_ns(&book, "per_s"), 250000000);
    assert_int_equal(rule_interval_ns(&book, "alpha_beta"), 400000000);
    assert_int_equal(rule_interval_ns(&book, "flag_off"), INT64_MAX);
    assert_int_equal(rule_interval_ns(&book, "zeta"), INT64_MAX);
}

static void test_bounds(void **state)
{
    (void)state;
    assert_int_equal(rule_count(&book, "alpha_beta", 0, 10), 2);
    assert_int_equal(rule_count(&book, "alpha_beta", 3, 10), 3);
    assert_int_equal(rule_count(&book, "hours", 3, 10), 10);
    assert_int_equal(rule_count(&book, "hours", 0, INT64_MAX), 36);
    assert_int_equal(rule_count(&book, "zeta", -7, 10), -7);
    assert_true(rule_share(&book, "share") == 0.3);
    assert_true(rule_share(&book, "hours") == 1);
    assert_true(rule_share(&book, "zeta") == 0);
}

enum question { NUMBER, FLAG, TEXT, TIME, SIZE };

/* Asks in a process of its own and hands back what it said before it died. */
static void ask_and_die(enum question question, const char *name, char said[256])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        if (question == NUMBER)
            rule_number(&book, name);
        else if (question == FLAG)
            rule_flag(&book, name);
        else if (question == TEXT)
            rule_text(&book, name);
        else if (question == TIME)
            rule_ns(&book, name);
        else
            rule_bytes(&book, name);
        _exit(0);
    }
    close(ends[1]);
    const ssize_t length = read(ends[0], said, 255);
    close(ends[0]);
    said[length > 0 ? length : 0] = '\0';
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_misuse_aborts(void **state)
{
    (void)state;
    static const struct {
        enum question question;
        const char *name;
        const char *says;
    } cases[] = {
        {NUMBER, "missing", "rule book test: no number called missing\n"}, {NUMBER, "name", "rule book test: no number called name\n"},
        {FLAG, "missing", "rule book test: no flag called missing\n"},     {FLAG, "name", "rule book test: no flag called name\n"},
        {TEXT, "missing", "rule book test: no text called missing\n"},     {TEXT, "alpha", "rule book test: no text called alpha\n"},
        {TIME, "missing", "rule book test: no time called missing\n"},     {TIME, "alpha", "rule book test: no time called alpha\n"},
        {TIME, "megabytes", "rule book test: no time called megabytes\n"}, {TIME, "name", "rule book test: no time called name\n"},
        {SIZE, "missing", "rule book test: no size called missing\n"},     {SIZE, "seconds", "rule book test: no size called seconds\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char said[256];
        ask_and_die(cases[i].question, cases[i].name, said);
        assert_string_equal(said, cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),   cmocka_unit_test(test_values),        cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_misuse_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
