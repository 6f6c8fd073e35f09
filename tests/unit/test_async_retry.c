/* test_async_retry.c: when an asynchronous event is tried again after throttles and errors of the service, with and without jitter. */
#include "model_fixture.h"

#define EVENTS 900 /* fewer than may start at once (rule scaling_rate_env_per_10s) */

/* That many events at once meet a service that is down for an instant: all of them are tried twice, at once and after the first wait. */
static void run_twice(struct model_run *run, const char *jitter)
{
    char text[1200];
    snprintf(
        text, sizeof text,
        "{'duration': '1m', 'rules': {'async_throttle_retry_jitter': %s}, 'account': {'ConcurrentExecutions': %d}, 'Resources': {'F': "
        "{'Type': 'AWS::Lambda::Function', 'Properties': {}}}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}}, 'traffic': "
        "[{'name': 'events', 'target': 'F', 'invocation_type': 'Event', 'bursts': {'size': %d, 'every': '1d'}}], 'changes': [{'at': '0s', "
        "'for': '1ns', 'fault': 'F', 'kind': 'down'}]}",
        jitter, EVENTS, EVENTS);
    model_execute(run, text);
    assert_int_equal(count_of(run, "F", "AsyncEventsReceived"), EVENTS);
    assert_int_equal(count_of(run, "F", "ServiceErrors"), EVENTS);
    assert_int_equal(count_of(run, "F", "Invocations"), EVENTS);
    assert_near(figure(run, "F", "AsyncEventAge", "Minimum"), 0, 0);
}

/* Half of the ages are 0, half the wait: uniform between (1 - jitter) and 1 s. Mean within 3.29 standard deviations: 99.9 %. */
static void test_wait(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double jitter;
    } rows[] = {{"0", 0}, {"0.5", 0.5}, {"1", 1}, {"7", 1} /* no wait is shorter than none */};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        run_twice(&run, rows[i].text);
        double jitter = rows[i].jitter, slack = 3.29 * jitter * 1000 / sqrt(12) / sqrt(EVENTS) / 2;
        assert_near(figure(&run, "F", "AsyncEventAge", "Average"), (1000 - jitter * 1000 / 2) / 2, slack);
        assert_true(figure(&run, "F", "AsyncEventAge", "Maximum") <= 1000);
        assert_true(jitter > 0 || figure(&run, "F", "AsyncEventAge", "Maximum") >= 1000);
    }
    model_close(&run);
}

/* One environment that is busy for ten minutes, and an event that comes a moment after it began: without jitter it is tried after 1, 2, 4,
 * ..., 256, 300 s, the tenth time in vain at 511 s, and taken at 811 s. */
static void test_doubling(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run,
                  "{'duration': '20m', 'rules': {'async_throttle_retry_jitter': 0}, 'Resources': {'F': {'Type': 'AWS::Lambda::Function', "
                  "'Properties': {'Timeout': 900, 'ReservedConcurrentExecutions': 1}}}, 'behavior': {'F': {'init': '0ms', 'duration': "
                  "'600s'}}, 'traffic': [{'name': 'events', 'target': 'F', 'invocation_type': 'Event', 'constant': '1000/s', 'count': "
                  "2}]}");
    assert_int_equal(count_of(&run, "F", "Throttles"), 10);
    assert_near(figure(&run, "F", "AsyncEventAge", "Maximum"), 811000, 0);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wait), cmocka_unit_test(test_doubling)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
