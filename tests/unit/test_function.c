/* test_function.c: how an invocation ends, how long it takes, and what of it is billed. Every expected figure is worked out by hand. */
#include "model_fixture.h"

#include "statistics_bounds.h"

#include <gsl/gsl_cdf.h>

#define MS NS_PER_MS
#define S NS_PER_S

/* -- what one call after another takes and costs -- */

/* What a call is expected to be. */
struct expected {
    const char *end; /* the trace's last word of it */
    double response_ms, duration_ms;
    bool cold;
};

/* Steps of the trace that say how each of `calls` went, in their order. */
static void check_calls(struct model_run *run, const struct expected *expected, size_t count)
{
    size_t sent = 0, invoked = 0, ended = 0;
    int64_t sent_ns[16];
    for (size_t i = 0; i < run->step_count; i++) {
        const struct step_seen *step = &run->steps[i];
        if (strcmp(step->step, "sent") == 0) {
            assert_true(sent < count && sent < 16);
            sent_ns[sent++] = step->time_ns;
        } else if (strcmp(step->step, "invoke") == 0) {
            assert_true(invoked < count);
            assert_near((double)step->duration_ns / 1e6, expected[invoked].duration_ms, 1e-9);
            assert_string_equal(step->detail, expected[invoked].cold ? "cold" : "warm");
            invoked++;
        } else if (strcmp(step->resource, "F") == 0 && strcmp(step->step, "placement") != 0 && strcmp(step->step, "init") != 0) {
            assert_true(ended < sent);
            assert_near((double)(step->time_ns - sent_ns[ended]) / 1e6, expected[ended].response_ms, 1e-9);
            assert_string_equal(step->step, expected[ended].end);
            ended++;
        }
    }
    assert_int_equal(sent, count);
    assert_int_equal(invoked, count);
    assert_int_equal(ended, count);
}

/* Exactly Timeout succeeds; a nanosecond longer is stopped there, billed so far, and costs the environment its runtime: the next call runs
 * INIT again, within its own duration, and is no cold start. */
static void test_timeout(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 3 * S}, {10 * S, 3 * S + 1}, {20 * S, 100 * MS}, {30 * S, 100 * MS}};
    static const struct expected expected[] = {
        {"succeeded", 3200, 3000, true}, {"timed_out", 3000, 3000, false}, {"succeeded", 300, 300, false}, {"succeeded", 100, 100, false}};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_calls(&run, calls, 4);
    model_run(&run, ONE_FUNCTION("'duration': '1m'", "'Timeout': 3, 'MemorySize': 1024", "'init': '200ms', 'duration': '1s'", CALLS));
    check_calls(&run, expected, 4);
    assert_int_equal(count_of(&run, "F", "Invocations"), 4);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 1);
    assert_int_equal(count_of(&run, "F", "Timeouts"), 1);
    assert_int_equal(count_of(&run, "F", "Errors"), 1);
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 1);
    assert_near(figure(&run, "F", "InitDuration", "SampleCount"), 1, 0);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 3200 + 3000 + 300 + 100, 0);
    assert_int_equal(fates_of(&run, "F", FATE_TIMED_OUT, "Sandbox.Timedout"), 1);
    assert_int_equal(fates_of(&run, "calls", FATE_TIMED_OUT, "Sandbox.Timedout"), 1);
    assert_int_equal(fates_of(&run, "calls", FATE_SUCCEEDED, ""), 3);
    /* Suppressed INIT is duration, not INIT, on the bill as well. */
    assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 0.2, 1e-12);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 6.4, 1e-12);
    model_close(&run);
}

/* The INIT that runs again can itself be what takes too long, and then again. */
static void test_suppressed_init_times_out(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 5 * S}, {10 * S, 2900 * MS}, {20 * S, 2800 * MS}, {30 * S, 2900 * MS}};
    static const struct expected expected[] = {{"timed_out", 3200, 3000, true},
                                               {"timed_out", 3000, 3000, false},
                                               {"succeeded", 3000, 3000, false},
                                               {"succeeded", 2900, 2900, false}};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_calls(&run, calls, 4);
    model_run(&run, ONE_FUNCTION("'duration': '1m'", "'Timeout': 3", "'init': '200ms', 'duration': '1s'", CALLS));
    check_calls(&run, expected, 4);
    model_close(&run);
}

/* INIT has ten seconds; what takes longer is given up then and done again within the invocation, under its Timeout. */
static void test_long_init(void **state)
{
    (void)state;
    static const struct {
        int timeout_s;
        const char *init;
        struct expected expected;
        double billed_ms, init_ms;
    } cases[] = {
        {60, "10s", {"succeeded", 10100, 100, true}, 10100, 10000},
        {60, "10000000001ns", {"succeeded", 20100.000001, 10100.000001, true}, 20101, 10000},
        {60, "12s", {"succeeded", 22100, 12100, true}, 22100, 10000},
        {3, "12s", {"timed_out", 13000, 3000, true}, 13000, 10000},
        {3, "9s", {"succeeded", 9100, 100, true}, 9100, 9000},
    };
    struct model_run run;
    model_open(&run);
    run.traced = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '5m'", "'Timeout': %d", "'init': '%s', 'duration': '100ms'",
                               "{'name': 'a', 'target': 'F', 'constant': '1/s', 'count': 1}"),
                  cases[i].timeout_s, cases[i].init);
        check_calls(&run, &cases[i].expected, 1);
        assert_near(figure(&run, "F", "BilledDuration", "Sum"), cases[i].billed_ms, 0);
        assert_near(figure(&run, "F", "InitDuration", "Maximum"), cases[i].init_ms, 1e-9);
        assert_int_equal(count_of(&run, "F", "ColdStarts"), 1);
    }
    model_close(&run);
}

/* What is waited for before INIT is part of the response, not of the bill. */
static void test_placement(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 100 * MS}, {10 * S, 100 * MS}};
    static const struct expected expected[] = {{"succeeded", 345, 100, true}, {"succeeded", 100, 100, false}};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_calls(&run, calls, 2);
    model_run(&run, ONE_FUNCTION("'duration': '1m'", "", "'init': '200ms', 'placement': '45ms', 'duration': '1s'", CALLS));
    check_calls(&run, expected, 2);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 400, 0);
    assert_near(figure(&run, "F", "ResponseTime", "Maximum"), 345, 1e-9);
    assert_near(figure(&run, "calls", "ResponseTime", "Maximum"), 345, 1e-9);
    model_close(&run);
}

/* -- failures -- */

/* More memory than there is: the invocation fails after its time, and its environment is lost; as much as there is does no harm. */
static void test_out_of_memory(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, ONE_FUNCTION("'duration': '10s'", "'MemorySize': 256", "'init': '0ms', 'duration': '100ms', 'memory_used': '256MB'",
                                 "{'name': 'a', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 1);
    model_run(&run, ONE_FUNCTION("'duration': '10s'", "'MemorySize': 256",
                                 "'init': '0ms', 'duration': '100ms', 'memory_used': {'samples': ['257MB']}",
                                 "{'name': 'a', 'target': 'F', 'constant': '1/s'}"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 10);
    assert_int_equal(count_of(&run, "F", "Errors"), 10);
    assert_int_equal(count_of(&run, "F", "OutOfMemory"), 10);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 10);
    assert_int_equal(count_of(&run, "F", "EnvironmentsExpired"), 10);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 1000, 0);
    assert_int_equal(fates_of(&run, "a", FATE_FAILED, "Runtime.OutOfMemory"), 10);
    assert_int_equal(count_of(&run, "a", "Failed"), 10);
    model_close(&run);
}

/* Errors of the code: as many as said, each billed, and the environment stays. */
static void test_error_rate(void **state)
{
    (void)state;
    const unsigned calls = 50000;
    struct model_run run;
    model_open(&run);
    model_run(&run, ONE_FUNCTION("'duration': '5000s'", "", "'init': '0ms', 'duration': '10ms', 'error_rate': 0.02",
                                 "{'name': 'a', 'target': 'F', 'constant': '10/s'}"));
    const unsigned errors = (unsigned)count_of(&run, "F", "Errors");
    assert_int_equal(count_of(&run, "F", "Invocations"), calls);
    check_tails("errors", gsl_cdf_binomial_P(errors, 0.02, calls), gsl_cdf_binomial_Q(errors - 1, 0.02, calls), 0.001);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 1);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 10.0 * calls, 0);
    assert_int_equal(fates_of(&run, "a", FATE_FAILED, "function error"), errors);
    assert_int_equal(count_of(&run, "a", "Failed"), errors);
    assert_int_equal(count_of(&run, "a", "Succeeded"), calls - errors);
    model_close(&run);
}

/* Requests and responses of 6 MB pass, larger ones do not: the one never runs, the other has run. */
/* crosses: payload_sync_max_mb */
static void test_payloads(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *response;
        int64_t rejected, failed;
    } cases[] = {
        {"6MB", "6MB", 0, 0},
        {"6291457B", "1KB", 3, 0},
        {"1KB", "6291457B", 0, 3},
        {"7MB", "7MB", 3, 0},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '10s'", "", "'init': '0ms', 'duration': '100ms', 'response': '%s'",
                               "{'name': 'a', 'target': 'F', 'constant': '1/s', 'count': 3, 'payload': '%s'}"),
                  cases[i].response, cases[i].payload);
        assert_int_equal(count_of(&run, "F", "Invocations"), 3 - cases[i].rejected);
        assert_int_equal(count_of(&run, "F", "Errors"), cases[i].failed);
        assert_int_equal(count_of(&run, "F", "Throttles"), 0);
        assert_near(billed(&run, "F", "Request", NULL), (double)(3 - cases[i].rejected), 0);
        assert_int_equal(fates_of(&run, "F", FATE_REJECTED, "RequestTooLargeException"), cases[i].rejected);
        assert_int_equal(fates_of(&run, "F", FATE_FAILED, "Function.ResponseSizeTooLarge"), cases[i].failed);
        assert_int_equal(count_of(&run, "a", "Rejected"), cases[i].rejected);
        assert_int_equal(count_of(&run, "a", "Failed"), cases[i].failed);
    }
    model_close(&run);
}

/* -- the bill -- */

/* Up to the next millisecond; nothing for nothing. */
static void test_rounding(void **state)
{
    (void)state;
    static const struct {
        const char *duration;
        double billed_ms;
    } cases[] = {{"0ms", 0},       {"1ns", 1},       {"999999ns", 1}, {"1ms", 1},
                 {"1000000ns", 1}, {"1000001ns", 2}, {"250us", 1},    {"2999999999ns", 3000}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '10s'", "'MemorySize': 1024", "'init': '0ms', 'duration': '%s'",
                               "{'name': 'a', 'target': 'F', 'constant': '1/s', 'count': 1}"),
                  cases[i].duration);
        assert_near(figure(&run, "F", "BilledDuration", "Sum"), cases[i].billed_ms, 0);
        assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), cases[i].billed_ms / 1000, 1e-15);
        assert_near(billed(&run, "F", "Request", NULL), 1, 0);
    }
    model_close(&run);
}

/* INIT and duration are added before they are rounded: three lines of AWS's own documentation. By the older rules INIT is billed of images
 * and of custom runtimes only. */
static void test_init_billing(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *properties, *duration, *init;
        double billed_ms;
    } cases[] = {
        {"current", "", "133.61ms", "80.00ms", 214},
        {"current", "", "3016.78ms", "84.00ms", 3101},
        {"current", "", "3004.92ms", "111.23ms", 3117},
        {"current", "", "1.5ms", "0.5ms", 2},
        {"current", "'PackageType': 'Image',", "133.61ms", "80.00ms", 214},
        {"current", "'Runtime': 'provided.al2023',", "133.61ms", "80.00ms", 214},
        {"course", "", "133.61ms", "80.00ms", 134},
        {"course", "'Runtime': 'python3.9',", "133.61ms", "80.00ms", 134},
        {"course", "'PackageType': 'Image',", "133.61ms", "80.00ms", 214},
        {"course", "'Runtime': 'provided.al2',", "133.61ms", "80.00ms", 214},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '1m', 'rules': '%s'", "%s 'Timeout': 30, 'MemorySize': 512", "'init': '%s', 'duration': '%s'",
                               "{'name': 'a', 'target': 'F', 'constant': '0.1/s', 'count': 2}"),
                  cases[i].rules, cases[i].properties, cases[i].init, cases[i].duration);
        const double warm_ms = ceil(figure(&run, "F", "Duration", "Maximum"));
        assert_near(figure(&run, "F", "BilledDuration", "Sum"), cases[i].billed_ms + warm_ms, 0);
        /* On the bill INIT has a line of its own: what it adds to the handler's. */
        assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 0.5 * (cases[i].billed_ms - warm_ms) / 1000, 1e-12);
        assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 2 * 0.5 * warm_ms / 1000, 1e-12);
    }
    model_close(&run);
}

/* Each architecture has usage types and prices of its own. Ten calls of 1 s at 3 GB, one of them with 2 s of INIT, and 2.5 GB of /tmp above
 * what is free. */
static void test_usage_types(void **state)
{
    (void)state;
    static const struct {
        const char *architecture, *suffix;
        double usd_per_gb_s;
    } cases[] = {{"x86_64", "", 1.66667e-5}, {"arm64", "-ARM", 1.33334e-5}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct {
            const char *item;
            double quantity, usd;
        } lines[] = {{"Request", 10, 2e-6},
                     {"Lambda-GB-Second", 30, 30 * cases[i].usd_per_gb_s},
                     {"Lambda-GB-Second-Init", 6, 6 * cases[i].usd_per_gb_s},
                     {"Lambda-Storage-GB-Second", 30, 30 * 3.09e-8}};
        model_run(&run,
                  ONE_FUNCTION("'duration': '1h'",
                               "'MemorySize': 3072, 'Timeout': 60, 'Architectures': ['%s'], 'EphemeralStorage': {'Size': 3072}",
                               "'init': '2s', 'duration': '1s'", "{'name': 'a', 'target': 'F', 'constant': '0.1/s', 'count': 10}"),
                  cases[i].architecture);
        double total = 0;
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            char usage_type[64];
            double usd;
            snprintf(usage_type, sizeof usage_type, "%s%s", lines[k].item, cases[i].suffix);
            assert_near(billed(&run, "F", usage_type, &usd), lines[k].quantity, 1e-12);
            assert_near(usd, lines[k].usd, 1e-15);
            total += lines[k].usd;
        }
        assert_near(billed_usd(&run, "F", "AWS Lambda"), total, 1e-15); /* and nothing else */
    }
    /* The first 512 MB of /tmp are free. */
    model_run(&run, ONE_FUNCTION("'duration': '1h'", "'EphemeralStorage': {'Size': 512}", "'init': '2s', 'duration': '1s'",
                                 "{'name': 'a', 'target': 'F', 'constant': '0.1/s', 'count': 10}"));
    assert_near(billed(&run, "F", "Lambda-Storage-GB-Second", NULL), 0, 0);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),       cmocka_unit_test(test_suppressed_init_times_out),
        cmocka_unit_test(test_long_init),     cmocka_unit_test(test_placement),
        cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_error_rate),
        cmocka_unit_test(test_payloads),      cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_init_billing),  cmocka_unit_test(test_usage_types),
    };
    return cmocka_run_group_tests_name("functions", tests, NULL, NULL);
}
