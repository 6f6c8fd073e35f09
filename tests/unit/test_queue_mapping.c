/* test_queue_mapping.c: mappings of queues: batches, windows, throttles, failures, scaling, empty polls, provisioned pollers; and what a
 * function makes of the records of a batch. Over a queue that only the tests have. */
#include "failing_allocation.h"
#include "fake_queue.h"
#include "lambda/function_state.h"
#include "lambda/poller_fleet.h"
#include "lambda/queue_mapping_state.h"
#include "model_fixture.h"
#include "model_types.h"
#include "statistics_bounds.h"

#define ALPHA 1e-4

static const struct model_type *const types[] = {&lambda_function_type, &queue_mapping_type, &fake_queue_type, NULL};
static const struct model_registry registry = {
    .resources = types, .account = &account_type, .source = &source_type, .fleet_type = "AWS::Lambda::Function"};

/* Queue Q, function F and mapping M, out of string literals. */
#define MAPPED(SETTINGS, QUEUE, FUNCTION, BEHAVIOR, MAPPING, TRAFFIC)                                                                      \
    "{" SETTINGS ", 'Resources': {'Q': {'Type': 'Test::Messaging::Queue', 'Properties': {" QUEUE "}}, "                                    \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {" FUNCTION "}}, "                                                               \
    "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {'FunctionName': 'F', 'EventSourceArn': 'Q'" MAPPING "}}}, "           \
    "'behavior': {'F': {'init': '0ms', 'keep_alive': 'forever', 'max_lifetime': 'forever', " BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

#define AT_ONCE(COUNT) "{'name': 'burst', 'target': 'Q', 'bursts': {'size': " COUNT ", 'every': '30d'}}"

static void open_run(struct model_run *run)
{
    model_open(run);
    run->registry = &registry;
}

/* The largest concurrency of F in each period. */
struct levels {
    double most[1000];
    size_t count;
};

static enum status keep_level(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                              const struct period_value *value)
{
    struct levels *levels = context;
    (void)from_ns;
    (void)until_ns;
    if (strcmp(slot->resource, "F") == 0 && strcmp(slot->type->name, "ConcurrentExecutions") == 0 && levels->count < 1000)
        levels->most[levels->count++] = period_value_stat(slot->type, value, "Maximum");
    return STATUS_OK;
}

/* When `count` messages of `service_ns` each are done, if `lanes` lanes begin at starts_ns and never rest. */
static int64_t drained_ns(const int64_t *starts_ns, size_t lanes, int64_t service_ns, int64_t count)
{
    int64_t low_ns = 0, high_ns = NS_PER_DAY;
    while (low_ns < high_ns) {
        int64_t middle_ns = low_ns + (high_ns - low_ns) / 2, done = 0;
        for (size_t i = 0; i < lanes && starts_ns[i] <= middle_ns; i++)
            done += (middle_ns - starts_ns[i]) / service_ns;
        if (done >= count)
            high_ns = middle_ns;
        else
            low_ns = middle_ns + 1;
    }
    return low_ns;
}

/* A backlog of 100,000: concurrency follows 5 + per_minute, evenly or in steps, and the time is what it then must be. */
static void check_drain(const char *rules, double per_minute, bool stepwise, size_t most, const char *mapping, int64_t service_ns)
{
    static int64_t starts_ns[2000];
    struct levels levels = {.count = 0};
    const struct series_sink sink = {&levels, keep_level};
    struct model_run run;
    size_t lanes = 0;
    for (; lanes < most; lanes++)
        starts_ns[lanes] = lanes < 5  ? 0
                           : stepwise ? (int64_t)((double)(lanes - 5) / per_minute + 1) * NS_PER_MIN
                                      : (int64_t)((double)(lanes - 4) * 60e9 / per_minute + 0.5);
    open_run(&run);
    run.sink = &sink;
    model_run(&run,
              MAPPED("'duration': '2h', 'period': '10s', 'rules': %s", "", "'Timeout': 30", "'duration': '%lldns'", ", 'BatchSize': 1%s",
                     AT_ONCE("100000")),
              rules, mapping, (long long)service_ns);
    int64_t expected_ns = drained_ns(starts_ns, lanes, service_ns, 100000);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 100000);
    assert_int_equal(count_of(&run, "F", "Invocations"), 100000);
    assert_int_equal(count_of(&run, "M", "BatchThrottles"), 0);
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), (double)expected_ns / 1e9, 1e-9);
    for (size_t period = 0; (int64_t)(period + 1) * 10 * NS_PER_S < expected_ns; period++) {
        size_t begun = 0;
        while (begun < lanes && starts_ns[begun] < (int64_t)(period + 1) * 10 * NS_PER_S)
            begun++;
        assert_near(levels.most[period], (double)begun, 0);
    }
    model_close(&run);
}

static void test_backlog_drains_as_concurrency_grows(void **state)
{
    (void)state;
    check_drain("'course'", 60, false, 1000, "", 500 * NS_PER_MS);   /* 312 s */
    check_drain("'current'", 300, false, 1000, "", 500 * NS_PER_MS); /* 140 s */
    check_drain("{'base': 'course', 'sqs_scale_up_stepwise': true}", 60, true, 1000, "", 500 * NS_PER_MS);
    check_drain("'current'", 300, false, 20, ", 'ScalingConfig': {'MaximumConcurrency': 20}", NS_PER_S); /* 5,001 s */
    check_drain("{'base': 'current', 'sqs_max_concurrency': 50}", 300, false, 50, "", 500 * NS_PER_MS);
}

static void test_idle_mapping_polls_in_vain(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* Five long polls of 20 s; those that end with the hour are of the next. */
    model_run(&run, MAPPED("'duration': '1h', 'period': '7s'", "", "'Timeout': 30", "'duration': '1s'", "",
                           "{'name': 'none', 'target': 'Q', 'constant': '1/s', 'from': '59m', 'count': 0}"));
    assert_int_equal(count_of(&run, "Q", "EmptyReceives"), 5 * (3600 / 20 - 1));
    assert_int_equal(count_of(&run, "Q", "Receives"), 0);
    assert_near(figure(&run, "M", "Pollers", "Average"), 5, 0);
    assert_true(run.result->event_count < 3600 / 7 + 100);
    /* The other readings: two pollers stay; a shorter long poll. */
    model_run(&run, MAPPED("'duration': '1h', 'warmup': '10m', 'rules': {'base': 'current', 'sqs_scale_down_below_initial': true}", "",
                           "'Timeout': 30", "'duration': '1s'", "",
                           "{'name': 'none', 'target': 'Q', 'constant': '1/s', 'from': '59m', 'count': 0}"));
    assert_int_equal(count_of(&run, "Q", "EmptyReceives"), 2 * 50 * 3);
    assert_near(figure(&run, "M", "Pollers", "Average"), 2, 0);
    for (int calls = 1; calls <= 10; calls += 3) { /* of each of three provisioned pollers, which have ten lanes */
        model_run(&run,
                  MAPPED("'duration': '1h', 'rules': {'base': 'current', 'sqs_poller_long_polls': %d}", "", "'Timeout': 30",
                         "'duration': '1s'", ", 'ProvisionedPollerConfig': {'MinimumPollers': 3, 'MaximumPollers': 5}",
                         "{'name': 'none', 'target': 'Q', 'constant': '1/s', 'from': '59m', 'count': 0}"),
                  calls);
        assert_int_equal(count_of(&run, "Q", "EmptyReceives"), 3 * calls * (3600 / 20 - 1));
    }
    model_run(&run, MAPPED("'duration': '1h'", "", "'Timeout': 30", "'duration': '1s'", ", 'Enabled': false", AT_ONCE("10")));
    assert_int_equal(count_of(&run, "Q", "EmptyReceives") + count_of(&run, "Q", "Receives"), 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 0);
    model_close(&run);
}

/* Each message interrupts a long poll: a message every 30 s, and two pollers that are served in turn. */
static void test_long_polls_end_with_a_message(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, MAPPED("'duration': '10m', 'period': '1m'", "", "'Timeout': 10", "'duration': '1s'",
                           ", 'ScalingConfig': {'MaximumConcurrency': 2}",
                           "{'name': 'slow', 'target': 'Q', 'constant': '2/min', 'from': '31s'}"));
    assert_int_equal(count_of(&run, "Q", "Sent"), 19);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 19);
    assert_int_equal(count_of(&run, "Q", "Receives"), 19);
    /* A gets the messages of 31, 91, ..., 571 s, B those between; after a second of work either polls for 59 s; the end cuts off 28 and
     * 58 s. */
    const int64_t a = 31 / 20 + 9 * (59 / 20) + 28 / 20, b = 61 / 20 + 8 * (59 / 20) + 58 / 20;
    assert_int_equal(count_of(&run, "Q", "EmptyReceives"), a + b);
    model_close(&run);
}

/* The instants at which F began, from a trace. */
static size_t invocations_at(const struct model_run *run, double *seconds, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].step, "invoke") == 0 && count < most)
            seconds[count++] = (double)run->steps[i].time_ns / 1e9;
    return count;
}

static void check_invocations(struct model_run *run, const double *expected, size_t count)
{
    double seconds[16];
    assert_int_equal(invocations_at(run, seconds, 16), count);
    for (size_t i = 0; i < count; i++)
        assert_near(seconds[i], expected[i], 1e-9);
}

#define WINDOW(RULES, WINDOW, TRAFFIC)                                                                                                     \
    MAPPED("'duration': '10m'" RULES, "'Visibility': 900", "'Timeout': 10", "'duration': '1s'",                                            \
           ", 'BatchSize': 4, 'MaximumBatchingWindowInSeconds': " WINDOW ", 'ScalingConfig': {'MaximumConcurrency': 2}", TRAFFIC)
#define EACH_5_S "{'name': 'each', 'target': 'Q', 'constant': '12/min', 'count': 3}"

static void test_batch_window(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    run.traced = true;
    /* A gets 0 s and, its window being over, calls with what comes at 10 s. B waits its 20 s out. */
    model_run(&run, WINDOW("", "1", EACH_5_S));
    check_invocations(&run, (const double[]){10, 25}, 2);
    assert_near(figure(&run, "M", "BatchSize", "Maximum"), 2, 0);
    /* No such wait. */
    model_run(&run, WINDOW(", 'rules': {'base': 'current', 'sqs_low_traffic_wait_s': 0}", "1", EACH_5_S));
    check_invocations(&run, (const double[]){1, 6, 11}, 3);
    /* A window that is longer than that wait ends when it ends. */
    model_run(&run, WINDOW("", "60", EACH_5_S));
    check_invocations(&run, (const double[]){60, 65}, 2);
    /* A full batch waits for nothing: ten messages, five to each poller. */
    model_run(&run, WINDOW("", "60", "{'name': 'each', 'target': 'Q', 'constant': '60/min', 'count': 10}"));
    check_invocations(&run, (const double[]){6, 7, 68, 69}, 4);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 10);
    model_close(&run);
}

static void test_payload_divides_batches(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    run.traced = true;
    model_run(&run, MAPPED("'duration': '10m'", "'OpensAt': 1", "'Timeout': 30", "'duration': '2s'", "",
                           "{'name': 'burst', 'target': 'Q', 'payload': '1MB', 'bursts': {'size': 10, 'every': '30d'}}"));
    check_invocations(&run, (const double[]){1, 3}, 2);
    assert_near(figure(&run, "M", "BatchSize", "Maximum"), 6, 0);
    assert_near(figure(&run, "M", "BatchSize", "Minimum"), 4, 0);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 10);
    assert_int_equal(fates_of(&run, "F", FATE_REJECTED, "RequestTooLargeException"), 0);
    model_close(&run);
}

/* Reserved concurrency 1 and four messages of 3 s, three receptions allowed. */
#define ONE_AT_A_TIME(RULES)                                                                                                               \
    MAPPED("'duration': '20m'" RULES, "'Visibility': 90, 'ReceivesMost': 3", "'Timeout': 10, 'ReservedConcurrentExecutions': 1",           \
           "'duration': '3s'", ", 'BatchSize': 1", AT_ONCE("4"))

static void test_throttled_batches(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* Tried again while they are hidden: after 1, 2, 4, 8 s and so on all get their turn. */
    model_run(&run, ONE_AT_A_TIME(""));
    assert_int_equal(count_of(&run, "Q", "Dead"), 0);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 4);
    assert_int_equal(count_of(&run, "M", "GivenUpEventCount"), 0);
    assert_int_equal(count_of(&run, "M", "BatchThrottles"), count_of(&run, "F", "Throttles"));
    /* Three turned away at 0, 1, 3 (one of them free by then: completions come first), 7 s. */
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), 18, 1e-9);
    /* Let go of at once: one message is received three times in vain. */
    model_run(&run, ONE_AT_A_TIME(", 'rules': {'base': 'current', 'sqs_throttle_retried_until_visibility': false}"));
    assert_int_equal(count_of(&run, "Q", "Dead"), 1);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 3);
    assert_int_equal(count_of(&run, "M", "GivenUpEventCount"), 3 + 2 + 1);
    assert_int_equal(count_of(&run, "Q", "Executed"), 0);
    assert_near(figure(&run, "Q", "DeadExecutions", "Maximum"), 0, 0);
    model_close(&run);
}

/* With one reception allowed, what is let go of is what is dead: the concurrency is reserved for fewer than poll. */
static void test_throttled_until_dead(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, MAPPED("'duration': '2h'", "'Visibility': 30, 'ReceivesMost': 1", "'Timeout': 30, 'ReservedConcurrentExecutions': 2",
                           "'duration': '20s'", ", 'BatchSize': 1", AT_ONCE("200")));
    int64_t given_up = count_of(&run, "M", "GivenUpEventCount");
    assert_true(given_up > 20);
    assert_int_equal(count_of(&run, "Q", "Dead"), given_up + count_of(&run, "Q", "Stale")); /* some were taken too late to be deleted */
    assert_int_equal(count_of(&run, "Q", "Deleted"), 200 - count_of(&run, "Q", "Dead"));
    /* A limit of its own at or below the reserved concurrency: nothing is turned away. */
    model_run(&run, MAPPED("'duration': '2h'", "'Visibility': 30, 'ReceivesMost': 1", "'Timeout': 30, 'ReservedConcurrentExecutions': 2",
                           "'duration': '20s'", ", 'BatchSize': 1, 'ScalingConfig': {'MaximumConcurrency': 2}", AT_ONCE("200")));
    assert_int_equal(count_of(&run, "M", "BatchThrottles"), 0);
    assert_int_equal(count_of(&run, "Q", "Dead"), 0);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 200);
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), 2000, 1e-9);
    model_close(&run);
}

/* A function that takes nothing, and messages that are never hidden: time goes on all the same. */
static void test_stopped_function(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    for (int hidden = 0; hidden < 2; hidden++) {
        model_run(&run,
                  MAPPED("'duration': '1h', 'period': '1h', 'allow_invalid': ['visibility_timeout']", "'Visibility': %d",
                         "'Timeout': 30, 'ReservedConcurrentExecutions': 0", "'duration': '1s'", ", 'BatchSize': 1", AT_ONCE("3")),
                  hidden ? 600 : 0);
        assert_int_equal(count_of(&run, "F", "Invocations"), 0);
        /* 1, 2, 4, 8, 16, 32 s, then one a minute of each lane that has something. */
        assert_true(count_of(&run, "M", "BatchThrottles") > 3 * 60 / 2);
        assert_true(count_of(&run, "M", "BatchThrottles") < 5 * (6 + 60) * 2);
    }
    model_close(&run);
}

static void test_failures_slow_the_mapping_down(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* Two lanes more by the time of the first failures, none after it, and after a minute five again. */
    model_run(&run, MAPPED("'duration': '10m'", "", "'Timeout': 30", "'duration': '500ms', 'error_rate': 1", ", 'BatchSize': 1",
                           AT_ONCE("20000")));
    assert_near(figure(&run, "M", "Pollers", "Maximum"), 7, 0);
    assert_near(figure(&run, "M", "Pollers", "Minimum"), 0, 0); /* before the start */
    assert_near(figure(&run, "M", "Pollers", "Average"), (7 * 60 + 5 * 540) / 600.0, 0.01);
    /* With reports of failures, errors slow nothing down. */
    model_run(&run, MAPPED("'duration': '2m'", "", "'Timeout': 30", "'duration': '500ms', 'error_rate': 1",
                           ", 'BatchSize': 1, 'FunctionResponseTypes': ['ReportBatchItemFailures']", AT_ONCE("100000")));
    assert_near(figure(&run, "M", "Pollers", "Maximum"), 5 + 5 * 120 - 1, 0);
    model_close(&run);
}

/* After a peak, what a whole minute did not need goes. */
static void test_unneeded_pollers_go(void **state)
{
    struct model_run run;
    struct levels levels = {.count = 0};
    const struct series_sink sink = {&levels, keep_level};
    (void)state;
    open_run(&run);
    run.sink = &sink;
    model_run(&run, MAPPED("'duration': '1h', 'warmup': '10m'", "", "'Timeout': 30", "'duration': '500ms'", ", 'BatchSize': 1",
                           AT_ONCE("20000") ", {'name': 'calm', 'target': 'Q', 'constant': '1/s', 'from': '5m'}"));
    assert_near(figure(&run, "M", "Pollers", "Maximum"), 5, 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 3000);
    /* Kept for ever, if a scenario says so. */
    model_run(&run, MAPPED("'duration': '1h', 'warmup': '10m', 'rules': {'base': 'current', 'sqs_scale_down_idle_share': 0}", "",
                           "'Timeout': 30", "'duration': '500ms'", ", 'BatchSize': 1", AT_ONCE("20000")));
    assert_true(figure(&run, "M", "Pollers", "Minimum") > 200);
    model_close(&run);
}

/* Ten messages in one batch, of which the last is poison; three receptions. */
#define ONE_POISON(MAPPING)                                                                                                                \
    MAPPED("'duration': '30m'", "'OpensAt': 1, 'Visibility': 180, 'ReceivesMost': 3, 'PoisonEach': 10", "'Timeout': 30",                   \
           "'duration': '1s'", MAPPING, AT_ONCE("10"))

static void test_one_poison_message(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, ONE_POISON(""));
    assert_int_equal(count_of(&run, "F", "Invocations"), 3);
    assert_int_equal(count_of(&run, "F", "Errors"), 3);
    assert_int_equal(count_of(&run, "Q", "Dead"), 10);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 0);
    assert_int_equal(count_of(&run, "Q", "Executed"), 30);
    assert_near(figure(&run, "Q", "DeadExecutions", "Minimum"), 3, 0);
    assert_int_equal(count_of(&run, "M", "FailedInvokeEventCount"), 30);
    model_run(&run, ONE_POISON(", 'FunctionResponseTypes': ['ReportBatchItemFailures']"));
    assert_int_equal(count_of(&run, "F", "Invocations"), 3);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    assert_int_equal(fates_of(&run, "F", FATE_SUCCEEDED, ""), 3);
    assert_int_equal(count_of(&run, "Q", "Dead"), 1);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 9);
    assert_int_equal(count_of(&run, "Q", "Executed"), 3);
    assert_int_equal(count_of(&run, "M", "FailedInvokeEventCount"), 3);
    assert_int_equal(count_of(&run, "M", "DeletedEventCount"), 9);
    assert_int_equal(count_of(&run, "M", "PolledEventCount"), 12);
    assert_int_equal(count_of(&run, "M", "InvokedEventCount"), 12);
    model_close(&run);
}

/* A batch that outlives its messages' visibility: they are done twice, and deleted by the second. */
static void test_late_batches_delete_nothing(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, MAPPED("'duration': '5m', 'allow_invalid': ['visibility_timeout']", "'OpensAt': 1, 'Visibility': 30, 'ReceivesMost': 3",
                           "'Timeout': 60", "'duration': '50s'", "", AT_ONCE("10")));
    assert_int_equal(count_of(&run, "F", "Invocations"), 3);
    assert_int_equal(count_of(&run, "Q", "Dead"), 10);
    assert_int_equal(count_of(&run, "Q", "Stale"), 30);
    assert_int_equal(count_of(&run, "M", "DeletedEventCount"), 0);
    model_close(&run);
}

/* A batch that is collected for 40 s, and may be worked on for 30 s, of messages that are hidden for 30 s: by the course's rules they are
 * hidden for 40 + 30 + 30 s instead, and what failed is back after that; without it they are received anew all the time. */
static void test_visibility_covers_the_window(void **state)
{
    static const struct {
        const char *rules;
        int visibility_s;
        int64_t receptions;
    } cases[] = {{"course", 30, 2}, {"current", 30, 5}, {"course", 70, 3}, {"course", 69, 2}};
    struct model_run run;
    (void)state;
    open_run(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  MAPPED("'duration': '149s', 'rules': '%s'", "'Visibility': %d", "'Timeout': 30", "'duration': '1s', 'error_rate': 1",
                         ", 'MaximumBatchingWindowInSeconds': 40", AT_ONCE("5")),
                  cases[i].rules, cases[i].visibility_s);
        assert_int_equal(count_of(&run, "M", "PolledEventCount"), 5 * cases[i].receptions);
    }
    model_close(&run);
}

static void test_order_of_groups(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* The queue checks the order. As many at once as there are groups. */
    model_run(&run, MAPPED("'duration': '1h'", "'OpensAt': 1, 'Groups': 3, 'Visibility': 60", "'Timeout': 30",
                           "'duration': {'exponential': '1s'}, 'record_error_rate': 0.1", ", 'BatchSize': 2", AT_ONCE("300")));
    assert_int_equal(count_of(&run, "Q", "Deleted"), 300);
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Maximum"), 3, 0);
    assert_true(count_of(&run, "F", "Errors") > 0);
    /* A batch stops at the first that fails, whatever comes after it: of ten in one group the fourth, then the eighth. */
    model_run(&run, MAPPED("'duration': '100s'", "'OpensAt': 1, 'Groups': 1, 'Visibility': 30, 'PoisonEach': 4", "'Timeout': 5",
                           "'duration': '1s'", ", 'FunctionResponseTypes': ['ReportBatchItemFailures']", AT_ONCE("10")));
    assert_int_equal(count_of(&run, "Q", "Deleted"), 3);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 4); /* at 1, 31, 61, 91 s */
    assert_int_equal(count_of(&run, "Q", "Executed"), 4);
    assert_int_equal(count_of(&run, "M", "FailedInvokeEventCount"), 4 * 7);
    model_close(&run);
}

/* crosses: sqs_poller_invocations sqs_poller_mb_per_s sqs_poller_polls_per_s */
static void test_provisioned_pollers(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* Two pollers, ten polls a second each, one message a poll: 20 a second from the first instant on. */
    model_run(&run, MAPPED("'duration': '2h'", "'OpensAt': 1", "'Timeout': 30", "'duration': '10ms'",
                           ", 'BatchSize': 1, 'ProvisionedPollerConfig': {'MinimumPollers': 2, 'MaximumPollers': 2}", AT_ONCE("1000")));
    assert_int_equal(count_of(&run, "Q", "Deleted"), 1000);
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), 1 + 998 / 20.0 + 0.01, 1e-6);
    assert_near(figure(&run, "M", "ProvisionedPollers", "Average"), 2, 0);
    assert_near(billed(&run, "M", "Lambda-Event-Poller-Unit-Hour-SQS", NULL), 4, 1e-12);
    /* 1 MB a second each. */
    model_run(&run, MAPPED("'duration': '2h'", "'OpensAt': 1", "'Timeout': 30", "'duration': '10ms'",
                           ", 'BatchSize': 1, 'ProvisionedPollerConfig': {'MinimumPollers': 2, 'MaximumPollers': 2}",
                           "{'name': 'burst', 'target': 'Q', 'payload': '1MB', 'bursts': {'size': 100, 'every': '30d'}}"));
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), 1 + 100 / 2.0, 1);
    /* Ten calls at a time each, and 1,000 more a minute. */
    model_run(&run, MAPPED("'duration': '2h'", "'OpensAt': 1", "'Timeout': 30", "'duration': '20s'",
                           ", 'BatchSize': 1, 'ProvisionedPollerConfig': {'MinimumPollers': 3, 'MaximumPollers': 7}", AT_ONCE("1000")));
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Maximum"), 70, 0);
    assert_near(figure(&run, "M", "ProvisionedPollers", "Maximum"), 7, 0);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 1000);
    assert_true(figure(&run, "M", "ProvisionedPollers", "Average") < 3.5);
    model_close(&run);
}

static void test_large_batches(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, MAPPED("'duration': '10m'", "'OpensAt': 1", "'Timeout': 30", "'duration': '1s'",
                           ", 'BatchSize': 10000, 'MaximumBatchingWindowInSeconds': 5, 'ScalingConfig': {'MaximumConcurrency': 2}",
                           "{'name': 'burst', 'target': 'Q', 'payload': '100B', 'bursts': {'size': 30000, 'every': '30d'}}"));
    assert_int_equal(count_of(&run, "Q", "Deleted"), 30000);
    assert_near(figure(&run, "M", "BatchSize", "Maximum"), 10000, 0);
    assert_int_equal(count_of(&run, "F", "Invocations"), 3); /* two pollers fill theirs at once, and one of them again */
    assert_near(figure(&run, "Q", "DeletedAt", "Maximum"), 3, 1e-9);
    model_close(&run);
}

/* `count` of `trials`, each with probability `p`. */
static void check_binomial(const char *what, int64_t count, int64_t trials, double p)
{
    unsigned k = (unsigned)count, n = (unsigned)trials;
    check_tails(what, gsl_cdf_binomial_P(k, p, n), k == 0 ? 1 : gsl_cdf_binomial_Q(k - 1, p, n), ALPHA);
}

#define RECORDS(BEHAVIOR, MAPPING)                                                                                                         \
    MAPPED("'duration': '12h'", "'OpensAt': 1, 'ReceivesMost': 3", "'Timeout': 30", "'duration': '1s', " BEHAVIOR, MAPPING,                \
           AT_ONCE("20000"))

static void test_records_fail_by_chance(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    /* Each try anew: p^3 of the messages fail all three. */
    model_run(&run, RECORDS("'record_error_rate': 0.2", ", 'FunctionResponseTypes': ['ReportBatchItemFailures']"));
    check_binomial("dead by errors", count_of(&run, "Q", "Dead"), 20000, 0.008);
    check_binomial("failed executions", count_of(&run, "Q", "Executed"), count_of(&run, "M", "PolledEventCount"), 0.2);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    /* Poison: the same ones each time. */
    model_run(&run, RECORDS("'poison_rate': 0.01", ", 'FunctionResponseTypes': ['ReportBatchItemFailures']"));
    int64_t poison = count_of(&run, "Q", "Dead");
    check_binomial("poison", poison, 20000, 0.01);
    assert_int_equal(count_of(&run, "Q", "Executed"), 3 * poison);
    /* One fails the whole batch. */
    model_run(&run, MAPPED("'duration': '2m'", "'OpensAt': 1, 'Visibility': 200", "'Timeout': 30",
                           "'duration': '1s', 'record_error_rate': 0.02", "", AT_ONCE("20000")));
    check_binomial("batches with an error", count_of(&run, "F", "Errors"), count_of(&run, "F", "Invocations"), 1 - pow(0.98, 10));
    assert_int_equal(count_of(&run, "Q", "Executed"), 10 * count_of(&run, "F", "Errors"));
    /* The whole invocation fails: nobody can name records. */
    model_run(&run, MAPPED("'duration': '1m'", "'OpensAt': 1, 'Visibility': 200", "'Timeout': 1", "'duration': '2s'",
                           ", 'FunctionResponseTypes': ['ReportBatchItemFailures']", AT_ONCE("100")));
    assert_int_equal(count_of(&run, "F", "Timeouts"), 10);
    assert_int_equal(count_of(&run, "Q", "Executed"), 100);
    assert_int_equal(count_of(&run, "Q", "Deleted"), 0);
    model_close(&run);
}

/* Without a batch, an item that is poison fails its invocation. */
static void test_poison_without_a_batch(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    model_run(&run, ONE_FUNCTION("'duration': '1000s'", "'Timeout': 30", "'duration': '1ms', 'poison_rate': 0.1",
                                 "{'name': 'calls', 'target': 'F', 'constant': '10/s'}"));
    check_binomial("poison", count_of(&run, "calls", "Failed"), 10000, 0.1);
    assert_int_equal(count_of(&run, "F", "Errors"), count_of(&run, "calls", "Failed"));
    model_close(&run);
}

/* crosses: sqs_batch_size_max sqs_batch_size_fifo_max sqs_batch_size_without_window_max sqs_visibility_below_timeout_refused */
static void test_what_is_refused(void **state)
{
    static const struct {
        const char *queue, *function, *mapping, *settings, *message;
    } mistakes[] = {
        {"", "", ", 'BatchSize': 11", "", "only with a batch window"},
        {"", "", ", 'BatchSize': 10001, 'MaximumBatchingWindowInSeconds': 1", "", "may have 10000 messages"},
        {"", "", ", 'BatchSize': 11, 'MaximumBatchingWindowInSeconds': 1", ", 'rules': 'course'", "may have 10 messages"},
        {"", "", ", 'BatchSize': 0", "", "at least 1"},
        {"'Groups': 1", "", ", 'BatchSize': 11", "", "a FIFO queue may have 10 messages"},
        {"'Groups': 1", "", ", 'MaximumBatchingWindowInSeconds': 1", "", "no batch window"},
        {"", "", ", 'MaximumBatchingWindowInSeconds': 301", "", "between 0 and 300"},
        {"", "", ", 'ScalingConfig': {'MaximumConcurrency': 1}", "", "between 2 and 1000"},
        {"", "", ", 'ScalingConfig': {'MaximumConcurrency': 10}", ", 'rules': 'course'", "no maximum concurrency"},
        {"", "", ", 'ProvisionedPollerConfig': {}", ", 'rules': 'course'", "no provisioned pollers"},
        {"", "", ", 'ProvisionedPollerConfig': {'MinimumPollers': 1}", "", "between 2 and 200"},
        {"", "", ", 'ProvisionedPollerConfig': {'MinimumPollers': 9, 'MaximumPollers': 8}", "", "is below MinimumPollers, 9"},
        {"", "", ", 'ProvisionedPollerConfig': {}, 'ScalingConfig': {'MaximumConcurrency': 10}", "", "not both"},
        {"'Visibility': 29", "'Timeout': 30", "", "", "less than the function's timeout, 30 s"},
        {"", "", ", 'StartingPosition': 'LATEST'", "", "belongs to mappings of streams"},
        {"", "", ", 'BisectBatchOnFunctionError': true", "", "belongs to mappings of streams"},
        {"", "", ", 'DestinationConfig': {}", "", "belongs to mappings of streams"},
        {"", "", ", 'Topics': ['t']", "", "Kafka, Amazon MQ and DocumentDB are not simulated"},
        {"", "", ", 'SelfManagedEventSource': {}", "", "Kafka, Amazon MQ and DocumentDB are not simulated"},
    };
    struct model_run run;
    char text[2000];
    (void)state;
    open_run(&run);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        snprintf(text, sizeof text, MAPPED("'duration': '1m'%s", "%s", "%s", "'duration': '1s'", "%s", AT_ONCE("1")), mistakes[i].settings,
                 mistakes[i].queue, mistakes[i].function, mistakes[i].mapping);
        assert_int_equal(model_load(&run, text), STATUS_INVALID);
        if (!diagnosed(&run.diagnostics, 0, 0, mistakes[i].message))
            fail_msg("%s: wants \"%s\"", mistakes[i].mapping, mistakes[i].message);
        if (run.diagnostics.error_count != 1) {
            diagnostics_print(&run.diagnostics, stderr, false);
            fail_msg("%s: wants that alone", mistakes[i].mapping);
        }
    }
    /* The ends of a mapping. */
    static const char *const ends[][2] = {{"'FunctionName': 'F', 'EventSourceArn': 'F'", "cannot be polled"},
                                          {"'FunctionName': 'Q', 'EventSourceArn': 'Q'", "Q is no function"},
                                          {"'FunctionName': 'F'", "\"EventSourceArn\" is missing"}};
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text,
                 "{'duration': '1m', 'Resources': {'Q': {'Type': 'Test::Messaging::Queue'}, 'F': {'Type': 'AWS::Lambda::Function'}, "
                 "'M': {'Type': 'AWS::Lambda::EventSourceMapping', 'Properties': {%s}}}}",
                 ends[i][0]);
        assert_int_equal(model_load(&run, text), STATUS_INVALID);
        assert_true(diagnosed(&run.diagnostics, 0, 0, ends[i][1]));
    }
    model_close(&run);
}

static void test_what_is_advised(void **state)
{
    static const struct {
        const char *queue, *function, *mapping, *settings, *message;
    } advice[] = {
        {"'Visibility': 179", "'Timeout': 30", "", "", "less than 6 x the function's timeout and the window: 180 s"},
        {"'Visibility': 180", "'Timeout': 30", ", 'MaximumBatchingWindowInSeconds': 1", "", "the window: 181 s"},
        {"'Visibility': 29", "'Timeout': 30", "", ", 'allow_invalid': ['visibility_timeout']", "less than 6 x"},
        {"", "'ReservedConcurrentExecutions': 5", ", 'ScalingConfig': {'MaximumConcurrency': 6}", "", "above the 5 that F has reserved"},
        {"", "", ", 'FilterCriteria': {}", "", NULL},
        {"", "", ", 'FilterCriteria': {'Filters': [{'Pattern': {'body': [1]}}]}", "", "\"burst\" says nothing of its items"},
        {"'Visibility': 180", "'Timeout': 30, 'ReservedConcurrentExecutions': 5", ", 'ScalingConfig': {'MaximumConcurrency': 5}", "", NULL},
    };
    struct model_run run;
    char text[2000];
    (void)state;
    open_run(&run);
    for (size_t i = 0; i < sizeof advice / sizeof *advice; i++) {
        snprintf(text, sizeof text, MAPPED("'duration': '1m'%s", "%s", "%s", "'duration': '1s'", "%s", AT_ONCE("1")), advice[i].settings,
                 advice[i].queue, advice[i].function, advice[i].mapping);
        assert_int_equal(model_load(&run, text), STATUS_OK);
        assert_int_equal(run.diagnostics.count, advice[i].message ? 1 : 0);
        assert_true(!advice[i].message || diagnosed(&run.diagnostics, 0, 0, advice[i].message));
    }
    model_close(&run);
}

static long working;

static void fail_from_here(void)
{
    fail_allocations_after(working);
}

/* Whatever allocation fails, and wherever the limit of memory is met, the run ends in good order. */
static void test_memory_that_runs_out(void **state)
{
    struct model_run run;
    (void)state;
    open_run(&run);
    assert_int_equal(model_load(&run, MAPPED("'duration': '10m', 'period': '10m'", "'Visibility': 30", "'Timeout': 5",
                                             "'duration': '1s', 'record_error_rate': 0.1",
                                             ", 'BatchSize': 200, 'MaximumBatchingWindowInSeconds': 5", AT_ONCE("1000"))),
                     STATUS_OK);
    struct run_options options = {.threads = 1};
    enum status status = allocation_failures_work() ? STATUS_NO_MEMORY : STATUS_OK;
    fake_at_start = fail_from_here;
    for (working = 0; status != STATUS_OK; working++) {
        status = run_scenario(run.scenario, &options, &run.result);
        fail_allocations_after(-1);
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        run_result_free(run.result);
        run.result = NULL;
        assert_true(working < 5000);
    }
    assert_true(!allocation_failures_work() || working > 20);
    fake_at_start = NULL;
    int limits = 0;
    for (status = STATUS_LIMIT; status != STATUS_OK; limits++) {
        options.max_memory_bytes += 512;
        status = run_scenario(run.scenario, &options, &run.result);
        assert_true(status == STATUS_OK || status == STATUS_LIMIT);
        run_result_free(run.result);
        run.result = NULL;
    }
    assert_true(limits > 10);
    model_close(&run);
}

/* The arithmetic of growth and decline. */
/* crosses: sqs_max_concurrency */
static void test_fleet(void **state)
{
    struct rule_book *rules = model_rules("current");
    struct poller_fleet fleet;
    (void)state;
    poller_fleet_init(&fleet, rules, 0);
    assert_int_equal(fleet.lanes, 5);
    assert_int_equal(fleet.most, 1250);
    assert_true(poller_fleet_next_growth(&fleet) == TIME_FOREVER);
    poller_fleet_backlog(&fleet, 1000);
    assert_int_equal(poller_fleet_next_growth(&fleet), 1000 + 200 * NS_PER_MS);
    for (int i = 0; i < 600; i++)
        poller_fleet_grow(&fleet);
    assert_int_equal(fleet.lanes, 605);
    assert_int_equal(poller_fleet_next_growth(&fleet), 1000 + 601 * 200 * NS_PER_MS);
    /* A quarter of the calls fail: growth by three quarters; at the minute's end an eighth goes. */
    poller_fleet_observe(&fleet, 0);
    for (int i = 0; i < 400; i++)
        poller_fleet_called(&fleet, i % 4 == 0);
    for (int i = 0; i < 100; i++)
        poller_fleet_grow(&fleet);
    assert_int_equal(fleet.lanes, 680);
    assert_true(poller_fleet_review(&fleet, 0));
    assert_int_equal(fleet.lanes, 680 - 85);
    /* Growth remembers the last minute, until the next says otherwise. */
    poller_fleet_called(&fleet, false);
    for (int i = 0; i < 4; i++)
        poller_fleet_grow(&fleet);
    assert_int_equal(fleet.lanes, 598);
    /* What nobody needed goes, down to the initial ones. */
    poller_fleet_observe(&fleet, 300);
    poller_fleet_idle(&fleet, 98);
    poller_fleet_idle(&fleet, 200);
    assert_true(poller_fleet_review(&fleet, 200));
    assert_int_equal(fleet.lanes, 500);
    poller_fleet_observe(&fleet, 499);
    assert_false(poller_fleet_review(&fleet, 5));
    assert_int_equal(fleet.lanes, 5);
    /* The most there may be. */
    poller_fleet_backlog(&fleet, 0);
    for (int i = 0; i < 2000; i++)
        poller_fleet_grow(&fleet);
    assert_int_equal(fleet.lanes, 1250);
    assert_true(poller_fleet_next_growth(&fleet) == TIME_FOREVER);
    rule_book_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backlog_drains_as_concurrency_grows),
        cmocka_unit_test(test_idle_mapping_polls_in_vain),
        cmocka_unit_test(test_long_polls_end_with_a_message),
        cmocka_unit_test(test_batch_window),
        cmocka_unit_test(test_payload_divides_batches),
        cmocka_unit_test(test_throttled_batches),
        cmocka_unit_test(test_throttled_until_dead),
        cmocka_unit_test(test_stopped_function),
        cmocka_unit_test(test_failures_slow_the_mapping_down),
        cmocka_unit_test(test_unneeded_pollers_go),
        cmocka_unit_test(test_one_poison_message),
        cmocka_unit_test(test_late_batches_delete_nothing),
        cmocka_unit_test(test_visibility_covers_the_window),
        cmocka_unit_test(test_order_of_groups),
        cmocka_unit_test(test_provisioned_pollers),
        cmocka_unit_test(test_large_batches),
        cmocka_unit_test(test_records_fail_by_chance),
        cmocka_unit_test(test_poison_without_a_batch),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_advised),
        cmocka_unit_test(test_memory_that_runs_out),
        cmocka_unit_test(test_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
