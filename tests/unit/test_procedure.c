/* test_procedure.c: handlers whose steps call others: how long they take, what they send, how they fail, what is drawn. */
#include "model_fixture.h"

#include "erlang.h"
#include "scripted_target.h"
#include "statistics_bounds.h"

/* A function F with `steps`, a partner P that takes `latency`, called once. */
#define WITH_PARTNER(PROPERTIES, STEPS, PARTNER)                                                                                           \
    "{'duration': '1m', 'drain': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': "                 \
    "1769, " PROPERTIES "}}, 'P': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '100ms', 'steps': [" STEPS                     \
    "]}, 'P': {" PARTNER "}}, 'traffic': [{'name': 'calls', 'target': 'F', 'bursts': {'size': 1, 'every': '1h'}}]}"

static double duration_ms(const struct model_run *run)
{
    return figure(run, "F", "Duration", "Maximum");
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *memory, *steps;
        double ms;
    } cases[] = {
        {"'Timeout': 3", "{'cpu': '10ms'}, {'call': 'P'}, {'wait': '5ms'}", 65},
        {"'Timeout': 3", "{'call': 'P'}, {'call': 'P'}", 100},
        {"'Timeout': 3", "{'parallel': [[{'call': 'P'}], [{'call': 'P'}, {'wait': '1ms'}]]}, {'wait': '2ms'}", 53},
        /* two branches of 40 ms of work on one vCPU are 80 ms, though the call is over before */
        {"'Timeout': 3", "{'parallel': [[{'cpu': '40ms'}, {'call': 'P'}], [{'cpu': '40ms'}]]}", 90},
        {"'Timeout': 3", "{'parallel': [[{'cpu': '60ms'}], [{'call': 'P'}, {'cpu': '60ms'}]]}", 120},
        {"'Timeout': 3", "{'probability': 1, 'steps': [{'call': 'P'}, {'wait': '1ms'}]}", 51},
        {"'Timeout': 3", "{'probability': 0, 'steps': [{'call': 'P'}]}, {'wait': '1ms'}", 1},
        {"'Timeout': 3", "{'send': 'P', 'count': 5}", 50},
        {"'Timeout': 3", "{'send': 'P', 'count': 0}", 0},
        {"'Timeout': 3", "{'parallel': [[{'parallel': [[{'call': 'P'}], [{'wait': '70ms'}]]}], [{'wait': '20ms'}]]}", 70},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, WITH_PARTNER("%s", "%s", "'latency': '50ms'"), cases[i].memory, cases[i].steps);
        assert_near(duration_ms(&run), cases[i].ms, 1e-6);
        assert_int_equal(count_of(&run, "F", "Errors"), 0);
    }
    model_close(&run);
}

/* Half a vCPU takes twice as long for its own work, and just as long for others'. */
static void test_memory(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 128}}, 'P': "
                        "{'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '1ms', 'steps': [{'cpu': '10ms'}, {'call': 'P'}]}, "
                        "'P': {'latency': '50ms'}}, 'traffic': [{'name': 'c', 'target': 'F', 'bursts': {'size': 1, 'every': '1h'}}]}");
    assert_near(duration_ms(&run), 10 * 1769.0 / 128 + 50, 1e-5);
    model_close(&run);
}

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *steps;
        double ms;
        int64_t errors;
    } cases[] = {
        {"{'call': 'P'}, {'wait': '5ms'}", 50, 1},
        {"{'call': 'P', 'on_error': 'continue'}, {'wait': '5ms'}", 55, 0},
        /* the first branch that fails fails the handler at once */
        {"{'parallel': [[{'wait': '1s'}], [{'call': 'P'}]]}", 50, 1},
        {"{'send': 'P', 'count': 3}", 50, 1},
        /* three tries, and waits of 100 and 200 ms between them */
        {"{'call': 'P', 'retry': {'max_attempts': 3, 'base': '100ms', 'jitter': 'none'}}", 450, 1},
        {"{'call': 'P', 'retry': {'max_attempts': 3, 'base': '100ms', 'jitter': 'none', 'on': 'throttled'}}", 50, 1},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, WITH_PARTNER("'Timeout': 3", "%s", "'latency': '50ms', 'error_rate': 1"), cases[i].steps);
        assert_near(duration_ms(&run), cases[i].ms, 1e-6);
        assert_int_equal(count_of(&run, "F", "Errors"), cases[i].errors);
    }
    model_close(&run);
}

/* A client that gives up leaves the work to be done all the same. */
static void test_patience(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, WITH_PARTNER("'Timeout': 10",
                                     "{'call': 'P', 'timeout': '1s', 'retry': {'max_attempts': 3, 'base': '100ms', "
                                     "'jitter': 'none'}}",
                                     "'latency': '5s'"));
    assert_near(duration_ms(&run), 3300, 1e-6);
    assert_int_equal(count_of(&run, "F", "Errors"), 1);
    assert_int_equal(count_of(&run, "P", "Calls"), 3);
    assert_int_equal(fates_of(&run, "P", FATE_SUCCEEDED, ""), 3);
    model_close(&run);
}

/* At Timeout the handler is stopped; its call goes on for nobody. Exactly Timeout is in time. */
static void test_time_limit(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, WITH_PARTNER("'Timeout': 3", "{'call': 'P'}", "'latency': '3001ms'"));
    assert_near(duration_ms(&run), 3000, 0);
    assert_int_equal(count_of(&run, "F", "Timeouts"), 1);
    assert_int_equal(fates_of(&run, "P", FATE_SUCCEEDED, ""), 1);
    model_execute(&run, WITH_PARTNER("'Timeout': 3", "{'call': 'P'}", "'latency': '3s'"));
    assert_near(duration_ms(&run), 3000, 0);
    assert_int_equal(count_of(&run, "F", "Timeouts"), 0);
    model_close(&run);
}

/* A source that is throttled twice, refused once and then served; what is drawn for an attempt is that attempt's. */
static void test_retries(void **state)
{
    (void)state;
    struct model_run run;
    struct model_registry registry = registry_with_target();
    model_open(&run);
    run.registry = &registry;
    model_execute(&run, "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 30}}, 'T': "
                        "{'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'TTES', 'Latency': '10ms'}}}, 'behavior': {'F': "
                        "{'init': '1ms', 'steps': [{'call': 'T', 'retry': {'max_attempts': 4, 'base': '1s', 'jitter': 'none'}}]}}, "
                        "'traffic': [{'name': 'c', 'target': 'F', 'bursts': {'size': 1, 'every': '1h'}}]}");
    assert_near(duration_ms(&run), 1000 + 2000 + 10 + 4000 + 10, 1e-6);
    assert_int_equal(count_of(&run, "T", "Calls"), 4);
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    model_close(&run);
}

/* The quota of an SDK's client: 500 tokens, 5 for each retry after a throttle, is each environment's own: with one environment, 100 calls
 * of 3 tries use 200 retries, of which 100 are paid for. */
static void test_quota(void **state)
{
    (void)state;
    struct model_run run;
    struct model_registry registry = registry_with_target();
    model_open(&run);
    run.registry = &registry;
    model_execute(&run, "{'duration': '2h', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, "
                        "'ReservedConcurrentExecutions': 1}}, 'T': {'Type': 'Test::Scripted::Target', 'Properties': {'Answers': 'T'}}}, "
                        "'behavior': {'F': {'init': '1ms', 'keep_alive': 'forever', 'max_lifetime': 'forever', 'steps': [{'call': 'T', "
                        "'retry': 'standard'}]}}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/min', 'count': 100}]}");
    assert_int_equal(count_of(&run, "F", "Errors"), 100);
    assert_int_equal(count_of(&run, "T", "Calls"), 100 + 100);
    model_close(&run);
}

/* One message for each record of a batch, one for each batch. */
static void test_batches(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1m', 'drain': '1m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'All': {'Type': "
                        "'AWS::SQS::Queue'}, 'One': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': "
                        "{'Events': {'E': {'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}, 'BatchSize': 10}}}}}}, "
                        "'behavior': {'F': {'init': '1ms', 'steps': [{'send': 'All', 'each': true, 'count': 2, 'payload': '2KB'}, "
                        "{'send': 'One'}]}}, 'traffic': [{'name': 'c', 'target': 'Q', 'records': 95, 'bursts': {'size': 1, 'every': "
                        "'1h'}}]}");
    assert_int_equal(count_of(&run, "All", "NumberOfMessagesSent"), 190);
    assert_int_equal(count_of(&run, "One", "NumberOfMessagesSent"), count_of(&run, "F", "Invocations"));
    assert_near(figure(&run, "All", "SentMessageSize", "Average"), 2048, 0);
    model_close(&run);
}

/* What a handler and those that it calls draw does not depend on who else is there or how long anything takes. */
static void test_common_draws(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '10m', 'drain': '10m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'Timeout': 60, "
        "'MemorySize': %d}}, 'P': {'Type': 'Custom::External'}}, 'behavior': {'F': {'init': '1ms', 'steps': [{'wait': {'exponential': "
        "'20ms'}}, {'call': 'P'}, {'probability': 0.5, 'steps': [{'call': 'P'}]}]}, 'P': {'latency': {'exponential': '30ms'}, "
        "'capacity': %d}}, 'traffic': [{'name': 'c', 'target': 'F', 'poisson': '20/s'}]}";
    struct model_run run;
    int64_t calls[2];
    double served_ms[2];
    model_open(&run);
    for (int i = 0; i < 2; i++) {
        model_run(&run, text, i == 0 ? 128 : 1024, i == 0 ? 1000 : 3);
        calls[i] = count_of(&run, "P", "Calls");
        served_ms[i] = figure(&run, "P", "Serving", "Average");
    }
    assert_int_equal(calls[0], calls[1]);
    assert_near(served_ms[0], served_ms[1], 1e-3); /* the same work, but for what lies past the end */
    model_close(&run);
}

/* M/M/c: a partner that serves 8 at once, exponentially: the share that waits is Erlang's C, held against 20 replications. */
static void test_line(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '2h', 'warmup': '5m', 'replications': 20, 'Resources': {'P': {'Type': 'Custom::External'}}, "
                        "'behavior': {'P': {'latency': {'exponential': '1s'}, 'capacity': 8}}, "
                        "'traffic': [{'name': 'c', 'target': 'P', 'poisson': '6/s'}]}");
    double waiting[20];
    for (uint32_t i = 0; i < 20; i++)
        waiting[i] = figure_of(&run, "P", "Waiting", "Average", i);
    check_student("waiting", waiting, 20, erlang_c(6, 8) * 6 / (8 - 6), 1e-3);
    model_close(&run);
}

/* Chains of invocations are stopped where they come round. */
static void test_recursion(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run,
                  "{'duration': '1m', 'drain': '5m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': "
                  "{'DeadLetterConfig': {'TargetArn': {'Fn::GetAtt': ['D', 'Arn']}}}}, 'D': {'Type': 'AWS::SQS::Queue'}}, 'behavior': "
                  "{'F': {'init': '1ms', 'steps': [{'invoke': 'F', 'type': 'Event'}]}}, 'traffic': [{'name': 'c', 'target': 'F', "
                  "'invocation_type': 'Event', 'bursts': {'size': 3, 'every': '1h'}}]}");
    assert_int_equal(count_of(&run, "F", "Invocations"), 48);
    assert_int_equal(count_of(&run, "F", "RecursiveInvocationsDropped"), 3);
    assert_int_equal(count_of(&run, "D", "NumberOfMessagesSent"), 3);
    /* two functions in one loop: each 16 times */
    model_execute(&run, "{'duration': '1m', 'drain': '5m', 'Resources': {'A': {'Type': 'AWS::Lambda::Function'}, 'B': {'Type': "
                        "'AWS::Lambda::Function'}, 'C': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'A': {'init': '1ms', 'steps': "
                        "[{'invoke': 'B', 'type': 'Event'}]}, 'B': {'init': '1ms', 'steps': [{'invoke': 'A', 'type': 'Event'}, {'invoke': "
                        "'C', 'type': 'Event'}]}, 'C': {'init': '1ms', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'A', "
                        "'bursts': {'size': 1, 'every': '1h'}}]}");
    assert_int_equal(count_of(&run, "A", "Invocations"), 16);
    assert_int_equal(count_of(&run, "B", "Invocations"), 16);
    assert_int_equal(count_of(&run, "C", "Invocations"), 16);
    assert_int_equal(count_of(&run, "A", "RecursiveInvocationsDropped"), 1);
    /* allowed, or before there was detection: it goes on */
    model_execute(&run, "{'duration': '1m', 'rules': 'course', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': "
                        "{'init': '1ms', 'steps': [{'wait': '1s'}, {'invoke': 'F', 'type': 'Event'}]}}, 'traffic': [{'name': 'c', "
                        "'target': 'F', 'bursts': {'size': 1, 'every': '1h'}}]}");
    assert_true(count_of(&run, "F", "Invocations") > 40);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),    cmocka_unit_test(test_memory),     cmocka_unit_test(test_failures),
        cmocka_unit_test(test_patience), cmocka_unit_test(test_time_limit), cmocka_unit_test(test_retries),
        cmocka_unit_test(test_quota),    cmocka_unit_test(test_batches),    cmocka_unit_test(test_common_draws),
        cmocka_unit_test(test_line),     cmocka_unit_test(test_recursion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
