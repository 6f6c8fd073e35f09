/* test_account.c: who may start: reserved concurrency, the account's limit, requests per second, and how fast environments are added. All
 * counts are exact and worked out by hand. */
#include "model_fixture.h"

static const char reserved_concurrency[] = "ReservedFunctionConcurrentInvocationLimitExceeded";
static const char reserved_rate[] = "ReservedFunctionInvocationRateLimitExceeded";
static const char account_concurrency[] = "ConcurrentInvocationLimitExceeded";
static const char account_rate[] = "FunctionInvocationRateLimitExceeded";
static const char scaling_rate[] = "ConcurrentInvocationLimitExceeded: scaling rate";

/* Every throttle of F and of its caller has that one cause. */
static void check_throttles(const struct model_run *run, const char *function, const char *source, const char *cause, int64_t count)
{
    assert_int_equal(count_of(run, function, "Throttles"), count);
    assert_int_equal(fates_of(run, function, FATE_THROTTLED, cause), count);
    assert_int_equal(fates_of(run, source, FATE_REJECTED, cause), count);
    assert_int_equal(count_of(run, source, "Rejected"), count);
    assert_int_equal(count_of(run, source, "Requests"), count_of(run, source, "Succeeded") + count);
    assert_int_equal(count_of(run, function, "Invocations"), count_of(run, source, "Succeeded"));
}

/* -- concurrency -- */

static void test_reserved(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* 0 stops the function. */
    model_run(&run, ONE_FUNCTION("'duration': '10s'", "'ReservedConcurrentExecutions': 0", "'init': '0ms', 'duration': '1s'",
                                 "{'name': 'a', 'target': 'F', 'constant': '3/s'}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 0);
    check_throttles(&run, "F", "a", reserved_concurrency, 30);
    assert_near(billed_usd(&run, "F", NULL), 0, 0);
    /* Ten at once on four. */
    model_run(&run, ONE_FUNCTION("'duration': '10s'", "'ReservedConcurrentExecutions': 4", "'init': '0ms', 'duration': '1s'",
                                 "{'name': 'a', 'target': 'F', 'bursts': {'size': 10, 'every': '2s'}}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 20);
    check_throttles(&run, "F", "a", reserved_concurrency, 30);
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Maximum"), 4, 0);
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 4);
    /* What ends at the very instant makes room. */
    model_run(&run, ONE_FUNCTION("'duration': '10s', 'drain': '1s'", "'ReservedConcurrentExecutions': 1",
                                 "'init': '0ms', 'duration': '100ms'", "{'name': 'a', 'target': 'F', 'constant': '10/s'}"));
    check_throttles(&run, "F", "a", reserved_concurrency, 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 100);
    model_close(&run);
}

/* Two functions without INIT: settings, then of each its name, properties and handler time, then the list of sources. */
#define TWO_FUNCTIONS(SETTINGS, A, A_PROPERTIES, A_TOOK, B, B_PROPERTIES, B_TOOK, TRAFFIC)                                                 \
    "{" SETTINGS ", 'Resources': {'" A "': {'Type': 'AWS::Lambda::Function', 'Properties': {" A_PROPERTIES "}}, '" B                       \
    "': {'Type': 'AWS::Lambda::Function', 'Properties': {" B_PROPERTIES "}}}, 'behavior': {'" A "': {'init': '0ms', 'duration': '" A_TOOK  \
    "'}, '" B "': {'init': '0ms', 'duration': '" B_TOOK "'}}, 'traffic': [" TRAFFIC "]}"

/* A noisy neighbour takes all that nobody reserved, and no more: what is reserved is there for its owner. */
static void test_guarantee(void **state)
{
    (void)state;
    static const struct {
        const char *reserved;
        int64_t noisy, quiet; /* that run */
        const char *cause;    /* of the quiet one's throttles */
        double claimed;
    } cases[] = {
        {"", 200, 0, account_concurrency, 200},
        {"'ReservedConcurrentExecutions': 50", 150, 50, reserved_concurrency, 200},
        {"'ReservedConcurrentExecutions': 80", 120, 60, reserved_concurrency, 200},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  TWO_FUNCTIONS("'duration': '10s', 'account': {'ConcurrentExecutions': 200}", "Noisy", "", "2s", "Quiet", "%s", "2s",
                                "{'name': 'n', 'target': 'Noisy', 'bursts': {'size': 300, 'every': '1h'}}, "
                                "{'name': 'q', 'target': 'Quiet', 'bursts': {'size': 60, 'every': '1h'}, 'from': '1s'}"),
                  cases[i].reserved);
        assert_int_equal(count_of(&run, "Noisy", "Invocations"), cases[i].noisy);
        check_throttles(&run, "Noisy", "n", account_concurrency, 300 - cases[i].noisy);
        assert_int_equal(count_of(&run, "Quiet", "Invocations"), cases[i].quiet);
        check_throttles(&run, "Quiet", "q", cases[i].cause, 60 - cases[i].quiet);
        assert_near(figure(&run, "account", "ConcurrentExecutions", "Maximum"), (double)(cases[i].noisy + cases[i].quiet), 0);
        assert_near(figure(&run, "account", "UnreservedConcurrentExecutions", "Maximum"), (double)cases[i].noisy, 0);
        assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Maximum"), cases[i].claimed, 0);
    }
    model_close(&run);
}

/* What runs on reserved concurrency takes nothing from the rest. */
static void test_guarantee_of_the_rest(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, TWO_FUNCTIONS("'duration': '10s', 'account': {'ConcurrentExecutions': 200}", "Noisy", "", "2s", "Quiet",
                                  "'ReservedConcurrentExecutions': 50", "2500ms",
                                  "{'name': 'q', 'target': 'Quiet', 'bursts': {'size': 50, 'every': '1h'}}, "
                                  "{'name': 'n', 'target': 'Noisy', 'bursts': {'size': 300, 'every': '1h'}, 'from': '1s'}"));
    check_throttles(&run, "Quiet", "q", reserved_concurrency, 0);
    check_throttles(&run, "Noisy", "n", account_concurrency, 150);
    assert_near(figure(&run, "account", "ConcurrentExecutions", "Maximum"), 200, 0);
    model_close(&run);
}

/* 100 must stay unreserved, unless the scenario insists. */
/* crosses: unreserved_min */
static void test_unreserved_floor(void **state)
{
    (void)state;
    static const char text[] =
        TWO_FUNCTIONS("'duration': '10s'%s", "A", "'ReservedConcurrentExecutions': %d", "1s", "B", "'ReservedConcurrentExecutions': 400",
                      "1s", "{'name': 'a', 'target': 'A', 'constant': '1/s'}");
    static const struct {
        const char *settings;
        int reserved;
        bool refused;
    } cases[] = {
        {"", 500, false},
        {"", 501, true},
        {", 'account': {'ConcurrentExecutions': 1001}", 501, false},
        {", 'account': {'ConcurrentExecutions': 100}", 0, true},
        {", 'allow_invalid': ['unreserved_min']", 501, false},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char filled[600];
        snprintf(filled, sizeof filled, text, cases[i].settings, cases[i].reserved);
        assert_int_equal(model_load(&run, filled), cases[i].refused ? STATUS_INVALID : STATUS_OK);
        if (cases[i].refused) {
            assert_int_equal(run.diagnostics.error_count, 1);
            assert_true(diagnosed(&run.diagnostics, 0, 0, "at least 100 must stay unreserved"));
        }
    }
    model_close(&run);
}

/* -- requests per second -- */

/* Ten requests a second for each unit of concurrency, of a function or of the account. 200 a second come, 100 may: the bucket holds a
 * tenth of a second's worth, 10, and gains half a token between two calls, so the first 19 pass and then every second one: 19 + 90 of 200.
 */
/* crosses: rps_per_concurrency rps_bucket_s */
static void test_rate(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *properties, *cause;
    } cases[] = {{"'account': {'ConcurrentExecutions': 10},", "", account_rate}, {"", "'ReservedConcurrentExecutions': 10", reserved_rate}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("%s 'duration': '1s', 'drain': '1s'", "%s", "'init': '0ms', 'duration': '1ms'",
                               "{'name': 'a', 'target': 'F', 'constant': '200/s'}"),
                  cases[i].settings, cases[i].properties);
        assert_int_equal(count_of(&run, "F", "Invocations"), 109);
        check_throttles(&run, "F", "a", cases[i].cause, 91);
        /* Half as many come, all pass. */
        model_run(&run,
                  ONE_FUNCTION("%s 'duration': '10s', 'drain': '1s'", "%s", "'init': '0ms', 'duration': '1ms'",
                               "{'name': 'a', 'target': 'F', 'constant': '100/s'}"),
                  cases[i].settings, cases[i].properties);
        check_throttles(&run, "F", "a", cases[i].cause, 0);
    }
    model_close(&run);
}

/* All functions share the account's: two that get 100 a second each share 100. They take turns (5 ms apart), as one that gets 200. */
static void test_shared_rate(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              TWO_FUNCTIONS("'duration': '1s', 'drain': '1s', 'account': {'ConcurrentExecutions': 10}", "A", "", "1ms", "B", "", "1ms",
                            "{'name': 'a', 'target': 'A', 'constant': '100/s'}, "
                            "{'name': 'b', 'target': 'B', 'constant': '100/s', 'from': '5ms', 'until': '1s'}"));
    assert_int_equal(count_of(&run, "A", "Invocations") + count_of(&run, "B", "Invocations"), 109);
    /* After the first 18 calls every second one passes: those at even multiples of 5 ms, A's. */
    assert_int_equal(count_of(&run, "B", "Invocations"), 9);
    check_throttles(&run, "B", "b", account_rate, 91);
    model_close(&run);
}

/* -- scaling rate -- */

#define BURSTS "{'name': 'a', 'target': 'F', 'bursts': {'size': 10000, 'every': '%s'}}"

/* 10,000 at once where 10,000 might run: 1,000 environments can be made at once and 100 more each second; in 2022 3,000 at once and 500
 * more each minute. */
/* crosses: scaling_rate_env_per_10s scaling_burst_account scaling_per_min_account */
static void test_scaling(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *every, *duration;
        int64_t bursts, run;
    } cases[] = {
        {"current", "1h", "10s", 1, 1000},  {"current", "1s", "5s", 5, 1000 + 4 * 100}, {"current", "100ms", "1s", 10, 1000 + 9 * 10},
        {"current", "10s", "30s", 3, 3000}, {"current", "15s", "30s", 2, 2000}, /* never more than 1,000 in store */
        {"course", "1h", "10s", 1, 3000},   {"course", "1m", "3m", 3, 3000 + 2 * 500},  {"course", "6s", "12s", 2, 3050},
        {"course", "30m", "1h", 2, 6000},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* Long calls, after which no environment stays: each call that runs has a new one. */
        model_run(&run,
                  ONE_FUNCTION("'duration': '%s', 'drain': '1h', 'rules': '%s', 'account': {'ConcurrentExecutions': 10000}",
                               "'Timeout': 900", "'init': '0ms', 'duration': '900s', 'keep_alive': '0s'", BURSTS),
                  cases[i].duration, cases[i].rules, cases[i].every);
        assert_int_equal(count_of(&run, "a", "Requests"), 10000 * cases[i].bursts);
        assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), cases[i].run);
        check_throttles(&run, "F", "a", scaling_rate, 10000 * cases[i].bursts - cases[i].run);
    }
    model_close(&run);
}

/* Who finds an idle environment needs no new one. */
static void test_scaling_reuse(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              ONE_FUNCTION("'duration': '3s', 'drain': '2s', 'account': {'ConcurrentExecutions': 10000}", "",
                           "'init': '0ms', 'duration': '500ms'", "{'name': 'a', 'target': 'F', 'bursts': {'size': 10000, 'every': '1s'}}"));
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 1200);
    assert_int_equal(count_of(&run, "F", "Invocations"), 1000 + 1100 + 1200);
    check_throttles(&run, "F", "a", scaling_rate, 30000 - 3300);
    model_close(&run);
}

/* Each function scales by itself; in 2022 they shared the burst, and who came later found what was left. */
static void test_scaling_of_two(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        int64_t first, second;
    } cases[] = {{"current", 1000, 1000}, {"course", 2000, 1000}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  TWO_FUNCTIONS("'duration': '1s', 'drain': '10s', 'rules': '%s', 'account': {'ConcurrentExecutions': 10000}", "A", "",
                                "2s", "B", "", "2s",
                                "{'name': 'a', 'target': 'A', 'bursts': {'size': 2000, 'every': '1h'}}, "
                                "{'name': 'b', 'target': 'B', 'bursts': {'size': 2000, 'every': '1h'}, 'from': '1ms'}"),
                  cases[i].rules);
        assert_int_equal(count_of(&run, "A", "Invocations"), cases[i].first);
        assert_int_equal(count_of(&run, "B", "Invocations"), cases[i].second);
        check_throttles(&run, "A", "a", scaling_rate, 2000 - cases[i].first);
        check_throttles(&run, "B", "b", scaling_rate, 2000 - cases[i].second);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserved),         cmocka_unit_test(test_guarantee),     cmocka_unit_test(test_guarantee_of_the_rest),
        cmocka_unit_test(test_unreserved_floor), cmocka_unit_test(test_rate),          cmocka_unit_test(test_shared_rate),
        cmocka_unit_test(test_scaling),          cmocka_unit_test(test_scaling_reuse), cmocka_unit_test(test_scaling_of_two),
    };
    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
