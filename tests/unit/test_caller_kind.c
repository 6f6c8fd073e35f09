/* test_caller_kind.c: who calls waits as long, tries as often and hands over as much as the rules say of it. */
#include "refusals.h"

/* A function that takes `duration`, called by one item. */
#define ONE_CALL(RULES, BEHAVIOR, SOURCE)                                                                                                  \
    "{'duration': '1m', 'drain': '1h', 'rules': '" RULES "', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': "          \
    "{'Timeout': 900}}}, 'behavior': {'F': {'init': '0ms', 'placement': '0ms', " BEHAVIOR "}}, 'traffic': [{'name': 'c', 'target': "       \
    "'F', 'bursts': {'size': 1, 'every': '1h'}" SOURCE "}]}"

static void assert_call(const struct model_run *run, int64_t succeeded, int64_t invocations)
{
    assert_int_equal(count_of(run, "c", "Succeeded"), succeeded);
    assert_int_equal(count_of(run, "c", "Attempts"), invocations);
    assert_int_equal(count_of(run, "F", "Invocations"), invocations);
}

/* An answer at the limit itself is in time; a moment later it is not, and what was begun runs to its end. */
/* crosses: alexa_timeout_s cognito_timeout_s lex_timeout_s */
static void test_time_limits(void **state)
{
    (void)state;
    static const struct {
        const char *caller;
        double seconds;              /* the documented limit */
        int64_t attempts, of_course; /* when none is in time: today, and in the course notes' book */
    } cases[] = {
        {"cli", 60, 3, 3}, {"sdk", 60, 3, 3}, {"cognito", 5, 1, 3}, {"lex", 30, 1, 1}, {"alexa", 8, 1, 1}, {"rds", 3, 1, 1},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, ONE_CALL("current", "'duration': '%.0fms'", ", 'caller': '%s'"), 1000 * cases[i].seconds, cases[i].caller);
        assert_call(&run, 1, 1);
        for (int course = 0; course < 2; course++) {
            model_run(&run, ONE_CALL("%s", "'duration': '%.0fms'", ", 'caller': '%s'"), course ? "course" : "current",
                      1000 * cases[i].seconds + 1, cases[i].caller);
            assert_call(&run, 0, course ? cases[i].of_course : cases[i].attempts);
            assert_int_equal(fates_of(&run, "c", FATE_TIMED_OUT, "client timeout"), 1);
            assert_near(figure(&run, "F", "BilledDuration", "Average"), 1000 * cases[i].seconds + 1, 1e-6);
            assert_int_equal(count_of(&run, "F", "Errors"), 0);
        }
    }
    /* S3 Batch Operations waits for as long as a function may take */
    model_execute(&run, ONE_CALL("current", "'duration': '900s'", ", 'caller': 's3_batch'"));
    assert_call(&run, 1, 1);
    model_close(&run);
}

/* A version or an alias is a function too: the one that AutoPublishAlias names is meant by the function's own name. */
static void test_aliases(void **state)
{
    (void)state;
    static const char *const targets[] = {"F", "F:live", "F:1", "F:$LATEST"};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        model_run(&run,
                  "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': "
                  "'live'}}}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': '%s', 'caller': "
                  "'alexa', 'bursts': {'size': 1, 'every': '1h'}}]}",
                  targets[i]);
        assert_int_equal(count_of(&run, "c", "Succeeded"), 1);
    }
    model_close(&run);
}

/* What the scenario says comes first; nobody in particular has neither limit nor retries. */
static void test_own_words(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, ONE_CALL("current", "'duration': '6s'", ", 'caller': 'cognito', 'client_timeout': '7s'"));
    assert_call(&run, 1, 1);
    model_execute(&run, ONE_CALL("current", "'duration': '6s'", ", 'caller': 'cognito', 'client_timeout': '0s'"));
    assert_call(&run, 1, 1);
    model_execute(&run, ONE_CALL("current", "'duration': '6s'", ", 'caller': 'cognito', 'retry': {'max_attempts': 2}"));
    assert_call(&run, 0, 2);
    model_execute(&run, ONE_CALL("current", "'duration': '61s'", ", 'caller': 'cli', 'retry': 'none'"));
    assert_call(&run, 0, 1);
    model_execute(&run, ONE_CALL("current", "'duration': '900s'", ""));
    assert_call(&run, 1, 1);
    model_close(&run);
}

/* Errors of the function are final to all but S3 Batch Operations; a throttle is tried again by an SDK, and not by Cognito. */
static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *caller;
        int64_t attempts;
    } cases[] = {{"cli", 1}, {"sdk", 1}, {"cognito", 1}, {"lex", 1}, {"alexa", 1}, {"rds", 1}, {"s3_batch", 3}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, ONE_CALL("current", "'duration': '1ms', 'error_rate': 1", ", 'caller': '%s'"), cases[i].caller);
        assert_call(&run, 0, cases[i].attempts);
    }
    for (int sdk = 0; sdk < 2; sdk++) {
        model_run(&run,
                  "{'duration': '1m', 'rules': 'course', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': "
                  "{'ReservedConcurrentExecutions': 0}}}, 'behavior': {'F': {'duration': '1ms'}}, 'traffic': [{'name': 'c', 'target': 'F', "
                  "'bursts': {'size': 1, 'every': '1h'}, 'caller': '%s'}]}",
                  sdk ? "sdk" : "cognito");
        assert_int_equal(count_of(&run, "c", "Attempts"), sdk ? 3 : 1);
        assert_int_equal(count_of(&run, "c", "Rejected"), 1);
    }
    /* a function's own time limit is no answer that S3 Batch Operations would ask again for */
    model_execute(&run, ONE_CALL("current", "'duration': '901s'", ", 'caller': 's3_batch'"));
    assert_call(&run, 0, 1);
    model_close(&run);
}

/* Lex: 12 KB in, 50 KB out; a kilobyte is 1,024 bytes. What is not handed over calls nobody. */
/* crosses: lex_input_max_kb lex_output_max_kb */
static void test_sizes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, ONE_CALL("current", "'duration': '1ms', 'response': '50KB'", ", 'caller': 'lex', 'payload': '12KB'"));
    assert_call(&run, 1, 1);
    model_execute(&run, ONE_CALL("current", "'duration': '1ms', 'response': '51201B'", ", 'caller': 'lex'"));
    assert_call(&run, 0, 1);
    assert_int_equal(fates_of(&run, "c", FATE_FAILED, "response too large for the caller"), 1);
    assert_int_equal(fates_of(&run, "F", FATE_SUCCEEDED, ""), 1);
    /* the same without a time limit, where an item is nothing but its request */
    model_execute(&run, ONE_CALL("current", "'duration': '1ms', 'response': '51201B'", ", 'caller': 'lex', 'client_timeout': '0s'"));
    assert_int_equal(fates_of(&run, "c", FATE_FAILED, "response too large for the caller"), 1);
    model_execute(&run, ONE_CALL("current", "'duration': '1ms'", ", 'caller': 'lex', 'payload': {'samples': ['12289B', '12290B']}"));
    assert_int_equal(count_of(&run, "c", "Attempts"), 0);
    assert_int_equal(count_of(&run, "c", "Rejected"), 1);
    assert_int_equal(fates_of(&run, "c", FATE_REJECTED, "request too large for the caller"), 1);
    /* users go on after it: one think of a second before each */
    model_execute(&run, "{'duration': '10500ms', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': {'duration': "
                        "'1ms'}}, 'traffic': [{'name': 'c', 'target': 'F', 'users': {'count': 1, 'think': '1s'}, 'caller': 'lex', "
                        "'payload': {'samples': ['20KB', '21KB']}}]}");
    assert_int_equal(count_of(&run, "c", "Rejected"), 10);
    model_close(&run);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"'target': 'Q', 'caller': 'lex'", "Amazon Lex calls functions only, and Q is of type AWS::SQS::Queue"},
        {"'target': 'Q', 'caller': 'cognito'", "Amazon Cognito calls functions only"},
        {"'target': 'F', 'caller': 'alexa', 'invocation_type': 'Event'", "Alexa always waits for the answer"},
        {"'target': 'F', 'caller': 'lex', 'payload': '13KB'", "Amazon Lex hands over at most 12 KB"},
        {"'target': 'F', 'caller': 'congito'", "cognito"},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run,
                   "{'duration': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'Q': {'Type': 'AWS::SQS::Queue'}}, "
                   "'behavior': {'F': {'duration': '1ms'}}, 'traffic': [{'name': 'c', 'poisson': '1/s', %s}]}",
                   cases, sizeof cases / sizeof *cases);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_time_limits), cmocka_unit_test(test_aliases), cmocka_unit_test(test_own_words),
                                       cmocka_unit_test(test_errors),      cmocka_unit_test(test_sizes),   cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
