/* test_function_life.c: environments that are made ahead of requests, extensions that go on after the answer and at the end, responses that
 * are streamed. Every expected figure is worked out by hand. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define MS NS_PER_MS
#define S NS_PER_S
#define FUNCTION(BEHAVIOR) ONE_FUNCTION("'duration': '1m', 'drain': '1m'", "'MemorySize': 1024, 'Timeout': 1", BEHAVIOR, CALLS)

/* All of them: no call is cold, and every INIT is paid for. */
static void test_proactive(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 100 * MS}, {50 * MS, 100 * MS}, {10 * S, 100 * MS}};
    struct model_run run;
    model_open(&run);
    model_calls(&run, calls, 3);
    model_execute(&run, FUNCTION("'init': '200ms', 'duration': '1s', 'proactive_init': 1"));
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 0);
    assert_int_equal(count_of(&run, "F", "ProactiveInits"), 2);
    assert_int_equal(count_of(&run, "F", "EnvironmentsCreated"), 2);
    assert_near(figure(&run, "F", "InitDuration", "Sum"), 400, 1e-9);
    assert_near(figure(&run, "F", "ResponseTime", "Maximum"), 100, 1e-9);
    assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 0.4, 1e-12);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 0.3, 1e-12);
    model_execute(&run, ONE_FUNCTION("'duration': '1m', 'drain': '1m', 'rules': {'base': 'current', 'proactive_init_billed': false}",
                                     "'MemorySize': 1024", "'init': '200ms', 'duration': '1s', 'proactive_init': 1", CALLS));
    assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 0, 0);
    model_close(&run);
}

/* A share of them: each new environment by a chance of its own. */
static void test_proactive_share(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, ONE_FUNCTION("'duration': '1000s'", "'Timeout': 60",
                                     "'init': '200ms', 'duration': '100ms', 'keep_alive': '0s', 'proactive_init': 0.3",
                                     "{'name': 'calls', 'target': 'F', 'constant': '1/s'}"));
    int64_t ahead = count_of(&run, "F", "ProactiveInits");
    assert_int_equal(count_of(&run, "F", "ColdStarts") + ahead, 1000);
    check_z("proactive", ((double)ahead - 300) / sqrt(1000 * 0.3 * 0.7), 1e-6);
    model_close(&run);
}

/* The caller has its answer; the environment is busy for longer, and that is billed. */
static void test_post_runtime(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 100 * MS}, {1 * S, 100 * MS}, {1120 * MS, 100 * MS}};
    struct model_run run;
    model_open(&run);
    model_calls(&run, calls, 3);
    model_execute(&run, FUNCTION("'init': '200ms', 'duration': '1s', 'post_runtime': '50ms'"));
    /* the third call comes between the second's answer and the end of its extensions */
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 2);
    assert_near(figure(&run, "F", "Duration", "Sum"), 300, 1e-9);
    assert_near(figure(&run, "F", "PostRuntimeExtensionsDuration", "Sum"), 150, 1e-9);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 350 + 150 + 350, 0);
    assert_near(figure(&run, "calls", "ResponseTime", "Sum"), 300 + 100 + 300, 1e-9);
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Average"), (0.35 + 0.15 + 0.35) / 60, 1e-9);
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Maximum"), 2, 0);
    model_close(&run);
}

/* Timeout is for handler and extensions together: what is cut off costs the environment its runtime, not the caller its answer. */
static void test_post_runtime_timeout(void **state)
{
    (void)state;
    static const struct call calls[] = {{0, 980 * MS}, {10 * S, 100 * MS}, {20 * S, 950 * MS}, {30 * S, 100 * MS}};
    struct model_run run;
    model_open(&run);
    model_calls(&run, calls, 4);
    model_execute(&run, FUNCTION("'init': '200ms', 'duration': '1s', 'post_runtime': '50ms'"));
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 1);
    assert_near(figure(&run, "F", "PostRuntimeExtensionsDuration", "Sum"), 20 + 50 + 50 + 50, 1e-9);
    assert_near(figure(&run, "F", "Duration", "Sum"), 980 + 300 + 950 + 100, 1e-9); /* the second runs INIT again */
    model_close(&run);
}

/* At its end an environment stays as long as its extensions take, and may. */
static void test_shutdown(void **state)
{
    (void)state;
    static const struct {
        const char *behavior;
        double shutdown_s;
    } cases[] = {
        {"'extensions': 'none'", 0},
        {"'extensions': 'internal'", 0.5},
        {"'extensions': 'external'", 2},
        {"'extensions': 'external', 'shutdown': '300ms'", 0.3},
        {"'extensions': 'internal', 'shutdown': '1s'", 0.5},
    };
    static const struct call calls[] = {{0, 100 * MS}};
    struct model_run run;
    model_open(&run);
    model_calls(&run, calls, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, FUNCTION("'init': '200ms', 'duration': '1s', 'keep_alive': '10s', %s"), cases[i].behavior);
        assert_near(figure(&run, "F", "Environments", "Average"), (10.3 + cases[i].shutdown_s) / 60, 1e-9);
        assert_near(figure(&run, "F", "IdleEnvironments", "Average"), 10.0 / 60, 1e-9);
        assert_int_equal(count_of(&run, "F", "EnvironmentsExpired"), 1);
        assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 0.1 + cases[i].shutdown_s, 1e-9);
    }
    model_close(&run);
}

#define STREAMED(BEHAVIOR)                                                                                                                 \
    ONE_FUNCTION("'duration': '3m', 'drain': '1m'", "'MemorySize': 1024, 'Timeout': 120", "'init': '200ms', " BEHAVIOR,                    \
                 "{'name': 'calls', 'target': 'F', 'constant': '0.01/s'}")

/* 6 MB as fast as they come, then 2 MB a second: 10 s for 20 MB more, and these are billed. */
/* crosses: payload_stream_max_mb */
static void test_stream(void **state)
{
    (void)state;
    static const struct {
        const char *behavior;
        double duration_ms, first_byte_ms, mb; /* of each of two calls; the first waits for INIT as well */
        const char *end;
    } cases[] = {
        {"'duration': '100ms', 'response_mode': 'stream', 'response': '26MB'", 10100, 100, 20, ""},
        {"'duration': '100ms', 'response_mode': 'stream', 'response': '6MB'", 100, 100, 0, ""},
        {"'steps': [{'wait': '100ms'}], 'response_mode': 'stream', 'response': '26MB'", 10100, 100, 20, ""},
        {"'duration': '100ms', 'response_mode': 'stream', 'response': '200MB'", 97100, 100, 194, ""},
        {"'duration': '100ms', 'response_mode': 'stream', 'response': '201MB'", 97100, 100, 194, "Function.ResponseSizeTooLarge"},
        {"'duration': '30s', 'response_mode': 'stream', 'response': '190MB'", 120000, 0, 0, "Sandbox.Timedout"},
        {"'duration': '100ms', 'response': '26MB'", 100, 0, 0, "Function.ResponseSizeTooLarge"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, STREAMED("%s"), cases[i].behavior);
        assert_near(figure(&run, "F", "Duration", "Maximum"), cases[i].duration_ms, 1e-6);
        assert_near(figure(&run, "F", "Duration", "Minimum"), cases[i].duration_ms, 1e-6);
        assert_near(figure(&run, "F", "TimeToFirstByte", "SampleCount"), cases[i].first_byte_ms > 0 ? 2 : 0, 0);
        if (cases[i].first_byte_ms > 0)
            assert_near(figure(&run, "F", "TimeToFirstByte", "Sum"), 2 * cases[i].first_byte_ms + 200, 1e-6);
        assert_near(billed(&run, "F", "Lambda-Streaming-Response-Processed-Bytes", NULL), 2 * cases[i].mb / 1024, 1e-9);
        assert_near(figure(&run, "F", "Errors", "Sum"), *cases[i].end ? 2 : 0, 0);
    }
    model_close(&run);
}

/* A handler that calls first, and then streams; InvokeMode of a function URL says the same. An event's answer is nobody's. */
static void test_stream_ways(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    static const char form[] =
        "{'duration': '3m', 'drain': '3m', 'Resources': {'X': {'Type': 'Custom::External'}, 'F': {'Type': 'AWS::Serverless::Function', "
        "'Properties': {'Timeout': %d, 'FunctionUrlConfig': {'AuthType': 'NONE', 'InvokeMode': 'RESPONSE_STREAM'}}}}, 'behavior': {'X': "
        "{'latency': '1s'}, 'F': {'init': '0s', 'response': '26MB', 'steps': [{'call': 'X'}]%s}}, 'traffic': [{'name': 'calls', "
        "'target': 'F', 'constant': '0.01/s'%s}]}";
    model_run(&run, form, 60, "", "");
    assert_near(figure(&run, "F", "Duration", "Sum"), 2 * 11000, 1e-6);
    assert_near(figure(&run, "F", "TimeToFirstByte", "Sum"), 2 * 1000, 1e-6);
    model_run(&run, form, 5, "", "");
    assert_int_equal(count_of(&run, "F", "Timeouts"), 2);
    assert_near(figure(&run, "F", "Duration", "Sum"), 2 * 5000, 1e-6);
    model_run(&run, form, 60, ", 'response_mode': 'buffered'", "");
    assert_near(figure(&run, "F", "Errors", "Sum"), 2, 0);
    model_run(&run, form, 60, "", ", 'invocation_type': 'Event', 'count': 1");
    assert_near(figure(&run, "F", "TimeToFirstByte", "SampleCount"), 0, 0);
    assert_near(figure(&run, "F", "Errors", "Sum"), 3, 0); /* too large for a buffered answer, tried three times */
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proactive),    cmocka_unit_test(test_proactive_share),
        cmocka_unit_test(test_post_runtime), cmocka_unit_test(test_post_runtime_timeout),
        cmocka_unit_test(test_shutdown),     cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
