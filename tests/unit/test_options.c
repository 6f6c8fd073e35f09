/* test_options.c: the command line's options, in any order, and what is said of mistakes. */
#include "command/options.h"
#include "diagnosed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARGUMENTS_MAX 24

/* getopt reorders argv, so each call has its own. */
struct call {
    char *argv[ARGUMENTS_MAX];
    struct options options;
    struct diagnostics diagnostics;
    enum status status;
};

/* `words` ends with NULL. */
static void parse(struct call *call, const char *const *words)
{
    static char program[] = "slsim";
    *call = (struct call){.argv = {program}};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        call->argv[argc] = strdup(words[argc - 1]);
    call->status = options_parse(argc, call->argv, &call->options, &call->diagnostics);
}

static void end(struct call *call)
{
    options_fini(&call->options);
    diagnostics_fini(&call->diagnostics);
    for (size_t i = 1; i < ARGUMENTS_MAX; i++)
        free(call->argv[i]);
}

#define PARSE(call, ...) parse(call, (const char *const[]){__VA_ARGS__, NULL})

static void test_any_order(void **state)
{
    (void)state;
    struct call call;
    PARSE(&call, "--seed", "7", "run", "-o", "out", "a.json", "--set=A.B=1", "-qv", "--set", "C=x=y", "--replications=20", "--threads",
          "2");
    assert_int_equal(call.status, STATUS_OK);
    assert_string_equal(call.options.command, "run");
    assert_int_equal(call.options.argument_count, 1);
    assert_string_equal(call.options.arguments[0], "a.json");
    assert_string_equal(call.options.seed, "7");
    assert_string_equal(call.options.output, "out");
    assert_int_equal(call.options.sets.count, 2);
    assert_string_equal(call.options.sets.list[0], "A.B=1");
    assert_string_equal(call.options.sets.list[1], "C=x=y");
    assert_int_equal(call.options.replications, 20);
    assert_int_equal(call.options.threads, 2);
    assert_true(option_given(&call.options, OPTION_QUIET));
    assert_true(option_given(&call.options, OPTION_VERBOSE));
    assert_false(option_given(&call.options, OPTION_DENSE));
    end(&call);
}

static void test_words_and_sizes(void **state)
{
    (void)state;
    struct call call;
    PARSE(&call, "run", "-", "--format", "markdown", "--timeseries", "mean", "--queue", "ladder", "--max-memory", "2GB", "--max-events",
          "18446744073709551615", "--reference", "scenarios");
    assert_int_equal(call.status, STATUS_OK);
    assert_string_equal(call.options.arguments[0], "-");
    assert_int_equal(call.options.format, FORMAT_MARKDOWN);
    assert_true(call.options.mean);
    assert_int_equal(call.options.queue, EVENT_QUEUE_LADDER);
    assert_true(call.options.max_memory_bytes == UINT64_C(2) << 30);
    assert_true(call.options.max_events == UINT64_MAX);
    assert_string_equal(call.options.reference, "scenarios");
    end(&call);
}

static void test_end_of_options(void **state)
{
    (void)state;
    struct call call;
    PARSE(&call, "run", "--", "--seed", "-o");
    assert_int_equal(call.status, STATUS_OK);
    assert_int_equal(call.options.argument_count, 2);
    assert_string_equal(call.options.arguments[0], "--seed");
    assert_null(call.options.seed);
    end(&call);
    PARSE(&call, "--version");
    assert_null(call.options.command);
    assert_int_equal(call.options.argument_count, 0);
    end(&call);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *words[5];
        const char *message, *hint;
    } cases[] = {
        {{"run", "--sede", "7"}, "unknown option --sede", "did you mean --seed?"},
        {{"run", "--tread=7"}, "unknown option --tread", "--thread"},
        {{"run", "-z"}, "unknown option -z", ""},
        {{"run", "--seed"}, "--seed needs N", ""},
        {{"run", "-o"}, "--output needs DIR", ""},
        {{"run", "--output="}, "empty name", ""},
        {{"run", "--quiet=yes"}, "--quiet: takes no value", ""},
        {{"run", "--seed", "-1"}, "\"-1\" is no whole number from 0 to 18446744073709551615", ""},
        {{"run", "--seed", "18446744073709551616"}, "no whole number", ""},
        {{"run", "--replications", "0"}, "no whole number from 1 to 1000000", ""},
        {{"run", "--replications", "1e3"}, "no whole number", ""},
        {{"run", "--threads", " 2"}, "no whole number", ""},
        {{"run", "--max-events", ""}, "no whole number", ""},
        {{"run", "--max-memory", "2"}, "\"2\" is no size", "512MB"},
        {{"run", "--max-memory", "0MB"}, "is no size", ""},
        {{"run", "--format", "jsn"}, "table, csv, json or markdown, not \"jsn\"", "\"json\""},
        {{"run", "--queue", "tree"}, "ladder or heap", ""},
        {{"run", "--timeseries", "all"}, "first or mean", ""},
        {{"run", "--set", "A.B"}, "\"A.B\" is not of the form PATH=VALUE", "--set Api.MemorySize=1024"},
        {{"run", "--set", "=1"}, "not of the form", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct call call;
        parse(&call, cases[i].words);
        assert_int_equal(call.status, STATUS_INVALID);
        assert_int_equal(call.diagnostics.count, 1);
        assert_true(diagnosed(&call.diagnostics, 0, 0, cases[i].message));
        assert_true(hinted(&call.diagnostics, cases[i].hint));
        end(&call);
    }
}

static void test_all_mistakes_at_once(void **state)
{
    (void)state;
    struct call call;
    PARSE(&call, "run", "--sede", "--threads", "none", "--format", "xml");
    assert_int_equal(call.diagnostics.error_count, 3);
    end(&call);
}

static void test_allowed(void **state)
{
    (void)state;
    struct call call;
    struct diagnostics diagnostics = {0};
    PARSE(&call, "check", "--seed", "1", "--trace", "t.csv");
    assert_int_equal(options_check(&call.options, OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_TRACE), "check", &diagnostics), STATUS_OK);
    assert_int_equal(options_check(&call.options, OPTION_BIT(OPTION_SEED), "check", &diagnostics), STATUS_INVALID);
    assert_int_equal(diagnostics.count, 1);
    assert_true(diagnosed(&diagnostics, 0, 0, "--trace is no option of slsim check"));
    diagnostics_fini(&diagnostics);
    end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order), cmocka_unit_test(test_words_and_sizes),      cmocka_unit_test(test_end_of_options),
        cmocka_unit_test(test_mistakes),  cmocka_unit_test(test_all_mistakes_at_once), cmocka_unit_test(test_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
