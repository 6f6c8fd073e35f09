/* test_version.c: versions and aliases: names, who gets which request, whose settings hold, what is counted where. */
#include "model_fixture.h"
#include "refusals.h"

/* F with three versions, and an alias of V1 and, by `WEIGHT`, V2; 10 ms an invocation, 20 ms in V2. */
#define VERSIONS                                                                                                                           \
    "'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 1024}}, 'V1': {'Type': 'AWS::Lambda::Version', 'Properties': "    \
    "{'FunctionName': {'Ref': 'F'}}}, 'V2': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': {'Fn::GetAtt': ['F', "         \
    "'Arn']}}}"
#define ALIAS(REST)                                                                                                                        \
    "'A': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, 'Name': 'live', 'FunctionVersion': {'Fn::GetAtt': "  \
    "['V1', 'Version']}" REST "}}"
#define WEIGHTS(VERSION, WEIGHT)                                                                                                           \
    ", 'RoutingConfig': {'AdditionalVersionWeights': [{'FunctionVersion': " VERSION ", 'FunctionWeight': " WEIGHT "}]}"
#define BEHAVIOR "'behavior': {'F': {'init': '0ms', 'duration': '10ms'}, 'V2': {'duration': '20ms'}}"

/* What each is called by: its number in the order of the file, its alias, its logical id. */
static void test_names(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '10s', 'drain': '1s', 'Resources': {" VERSIONS
        ", " ALIAS("") "}, " BEHAVIOR
                       ", 'traffic': [{'name': 'f', 'target': 'F', 'constant': '1/s'}, {'name': 'l', 'target': 'F:$LATEST', 'constant': "
                       "'2/s'}, {'name': 'one', 'target': 'F:1', 'constant': '3/s'}, {'name': 'two', 'target': {'Ref': 'V2'}, 'constant': "
                       "'4/s'}, {'name': 'a', 'target': 'F:live', 'constant': '5/s'}, {'name': 'b', 'target': 'A', 'constant': '6/s'}]}");
    assert_int_equal(fates_of(&run, "F", FATE_SUCCEEDED, ""), 30); /* $LATEST: no alias is published by itself */
    assert_int_equal(fates_of(&run, "F:1", FATE_SUCCEEDED, ""), 30 + 50 + 60);
    assert_int_equal(fates_of(&run, "F:2", FATE_SUCCEEDED, ""), 40);
    assert_int_equal(fates_of(&run, "F:live", FATE_SUCCEEDED, ""), 0); /* only a name */
    assert_near(figure(&run, "F:2", "Duration", "Average"), 20, 0);
    assert_near(figure(&run, "F:1", "Duration", "Average"), 10, 0);
    model_close(&run);
}

/* What parts do counts for their alias and for the function. */
static void test_sums(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '100s', 'drain': '1s', 'Resources': {" VERSIONS ", " ALIAS(WEIGHTS(
            "'V2'", "0.3")) "}, " BEHAVIOR
                            ", 'traffic': [{'name': 'l', 'target': 'F', 'constant': '1/s'}, {'name': 'a', 'target': 'F:live', 'constant': "
                            "'50/s'}]}");
    static const char *const metrics[] = {"Invocations", "ColdStarts", "EnvironmentsCreated"};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        assert_int_equal(count_of(&run, "F:live", metrics[i]), count_of(&run, "F:1", metrics[i]) + count_of(&run, "F:2", metrics[i]));
        assert_true(count_of(&run, "F", metrics[i]) > count_of(&run, "F:live", metrics[i]));
    }
    assert_int_equal(count_of(&run, "F", "Invocations"), 5000 + 100);
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Average"),
                (0.01 * 100 + 0.01 * (double)count_of(&run, "F:1", "Invocations") + 0.02 * (double)count_of(&run, "F:2", "Invocations")) /
                    100,
                1e-9);
    /* billed once, to the function */
    assert_near(billed(&run, "F", "Request", NULL), 5100, 0);
    assert_near(billed(&run, "F:1", "Request", NULL), 0, 0);
    model_close(&run);
}

/* A coin for each request: chi-square of blocks of 100 of 20,000 throws at 0.3, and no memory between neighbours. */
static void test_coin(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_execute(&run, "{'duration': '2000s', 'drain': '1s', 'Resources': {" VERSIONS ", " ALIAS(
                            WEIGHTS("'V2'", "0.3")) "}, " BEHAVIOR ", 'traffic': [{'name': 'a', 'target': 'F:live', 'constant': '10/s'}]}");
    int blocks[200] = {0}, runs = 0, before = -1, seen = 0;
    for (size_t i = 0; i < run.step_count; i++) {
        const struct step_seen *step = &run.steps[i];
        if (strcmp(step->step, "invoke") != 0)
            continue;
        const int second = strcmp(step->resource, "F:2") == 0;
        assert_true(step->item < 20000);
        blocks[step->item / 100] += second;
        runs += before >= 0 && second != before;
        before = second;
        seen++;
    }
    assert_int_equal(seen, 20000);
    double chi_square = 0;
    for (size_t i = 0; i < 200; i++)
        chi_square += (blocks[i] - 30.0) * (blocks[i] - 30.0) / 21;
    /* 200 degrees of freedom: mean 200, 99.9 % within 143.8 and 267.5 */
    assert_true(chi_square > 143.8 && chi_square < 267.5);
    /* changes of side: 19,999 x 0.42, variance about 19,999 x 0.3108 */
    assert_near(runs, 19999 * 0.42, 3.29 * 79);
    model_close(&run);
}

/* 0 and 1 are never and always. */
static void test_certain(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '100s', 'Resources': {" VERSIONS ", " ALIAS(
                            WEIGHTS("'2'", "1")) "}, " BEHAVIOR ", 'traffic': [{'name': 'a', 'target': 'F:live', 'constant': '10/s'}]}");
    assert_int_equal(count_of(&run, "F:1", "Invocations"), 0);
    model_execute(&run, "{'duration': '100s', 'Resources': {" VERSIONS ", " ALIAS(
                            WEIGHTS("'2'", "0")) "}, " BEHAVIOR ", 'traffic': [{'name': 'a', 'target': 'F:live', 'constant': '10/s'}]}");
    assert_int_equal(count_of(&run, "F:2", "Invocations"), 0);
    model_close(&run);
}

/* Events and mappings of a SAM function with an alias go to the alias; so does whoever names the function. */
static void test_sam(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run,
                  "{'duration': '10m', 'drain': '2m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'T': {'Type': 'AWS::SNS::Topic'}, "
                  "'S': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'ShardCount': 1}}, 'F': {'Type': "
                  "'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', 'Events': {'Q': {'Type': 'SQS', "
                  "'Properties': {'Queue': {'Fn::GetAtt': ['Q', 'Arn']}, 'BatchSize': 1}}, 'T': {'Type': 'SNS', 'Properties': "
                  "{'Topic': {'Ref': 'T'}}}, 'S': {'Type': 'Kinesis', 'Properties': {'Stream': {'Fn::GetAtt': ['S', 'Arn']}, "
                  "'StartingPosition': 'TRIM_HORIZON', 'BatchSize': 1}}}}}}, 'behavior': {'F': {'init': '0ms', 'duration': "
                  "'10ms'}}, 'traffic': [{'name': 'q', 'target': 'Q', 'constant': '0.1/s'}, {'name': 't', 'target': 'T', "
                  "'constant': '0.1/s'}, {'name': 's', 'target': 'S', 'constant': '0.1/s', 'key': {'uniform': 10}}, {'name': 'f', "
                  "'target': 'F', 'constant': '0.1/s'}, {'name': 'l', 'target': 'F:$LATEST', 'constant': '0.1/s'}]}");
    assert_int_equal(count_of(&run, "F:1", "Invocations"), 4 * 60);
    assert_int_equal(count_of(&run, "F:live", "Invocations"), 4 * 60);
    assert_int_equal(count_of(&run, "F", "Invocations"), 5 * 60);
    assert_int_equal(fates_of(&run, "F", FATE_SUCCEEDED, ""), 60);
    model_close(&run);
}

/* Asynchronous events of an alias: its version's queue; retries by the EventInvokeConfig of the alias, else the function's; the dead-letter
 * queue is the function's. */
static void test_asynchronous(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '10s', 'drain': '1h', 'Resources': {'D': {'Type': 'AWS::SQS::Queue'}, 'F': {'Type': 'AWS::Lambda::Function', "
        "'Properties': {'DeadLetterConfig': {'TargetArn': {'Fn::GetAtt': ['D', 'Arn']}}}}, 'V': {'Type': 'AWS::Lambda::Version', "
        "'Properties': {'FunctionName': 'F'}}, 'A': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'live', "
        "'FunctionVersion': '1'}}, 'E': {'Type': 'AWS::Lambda::EventInvokeConfig', 'Properties': {'FunctionName': 'F', 'Qualifier': "
        "'%s', 'MaximumRetryAttempts': 0}}}, 'behavior': {'F': {'init': '0ms', 'duration': '10ms', 'error_rate': 1}}, 'traffic': "
        "[{'name': 'a', 'target': 'F:live', 'constant': '1/s', 'invocation_type': 'Event'}, {'name': 'l', 'target': 'F', 'constant': "
        "'1/s', 'invocation_type': 'Event'}]}";
    static const struct {
        const char *qualifier;
        int64_t of_version, of_latest;
    } cases[] = {{"live", 10, 30}, {"1", 10, 30}, {"$LATEST", 10, 10}};
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, text, cases[i].qualifier);
        assert_int_equal(count_of(&run, "F:1", "Invocations"), cases[i].of_version);
        assert_int_equal(count_of(&run, "F", "Invocations"), cases[i].of_version + cases[i].of_latest);
        assert_int_equal(fates_of(&run, "F:1/async", FATE_DEAD_LETTERED, "attempts"), 10);
        assert_int_equal(fates_of(&run, "F/async", FATE_DEAD_LETTERED, "attempts"), 10);
        assert_int_equal(fates_of(&run, "D", FATE_IN_FLIGHT, ""), 20);
    }
    model_close(&run);
}

/* What is set of the function is set of its versions, but for what they have of their own. */
static void test_set(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(
        &run,
        "{'duration': '3m', 'drain': '1s', 'Resources': {" VERSIONS
        ", " ALIAS("") "}, " BEHAVIOR
                       ", 'traffic': [{'name': 'a', 'target': 'F:live', 'constant': '1/s'}, {'name': 'two', 'target': 'F:2', 'constant': "
                       "'1/s'}], 'changes': [{'at': '1m', 'for': '1m', 'set': {'F.behavior.duration': '40ms'}}, {'at': '2m', 'set': "
                       "{'V2.behavior.error_rate': 1}}, {'at': '150s', 'set': {'F.MemorySize': 2048}}]}");
    assert_near(figure(&run, "F:1", "Duration", "Average"), (10 + 40 + 10) / 3.0, 1e-9);
    assert_near(figure(&run, "F:2", "Duration", "Average"), 20, 0);
    assert_int_equal(count_of(&run, "F:2", "Errors"), 60);
    assert_int_equal(count_of(&run, "F:1", "Errors"), 0);
    /* at 1 GB, and at 2 for the last 30 s */
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 120 * 0.01 + 60 * 0.04 + 180 * 0.02 + 30 * (0.01 + 0.02), 1e-9);
    model_close(&run);
}

/* A version has none of what another has provisioned. */
static void test_not_inherited(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '5m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'V1': {'Type': 'AWS::Lambda::Version', "
                        "'Properties': {'FunctionName': 'F', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 60}}}, "
                        "'V2': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': 'F'}}}, 'traffic': [{'name': 'a', "
                        "'target': 'F:2', 'constant': '1/s'}]}");
    assert_near(figure(&run, "F:1", "ProvisionedConcurrencyAllocated", "Maximum"), 60, 0);
    assert_near(figure(&run, "F:2", "ProvisionedConcurrencyAllocated", "Maximum"), 0, 0);
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Average"), 60 + figure(&run, "F", "ConcurrentExecutions", "Average"),
                1e-9);
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': 'Q'}}", "Q is no function"},
        {"'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': 'V1'}}", "F:1 is no function"},
        {ALIAS(WEIGHTS("'V2'", "1.5")), "must be between 0 and 1"},
        {ALIAS(WEIGHTS("'V1'", "0.5")), "the second version is the first"},
        {ALIAS(WEIGHTS("'$LATEST'", "0.5")), "an alias with weights cannot point at $LATEST"},
        {ALIAS(WEIGHTS("'9'", "0.5")), "there is no resource \"9\""},
        {ALIAS(WEIGHTS("'G'", "0.5")), "G is no version"},
        {ALIAS(WEIGHTS("'W'", "0.5")), "G:1 is a version of another function"},
        {ALIAS("") ", 'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'live', 'FunctionVersion': 'V2'}}",
         "the name \"F:live\" is taken"},
        {ALIAS("") ", 'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'b', 'FunctionVersion': 'A'}}",
         "F:live is no version"},
        {"'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': '12', 'FunctionVersion': 'V1'}}",
         "an alias cannot be called \"12\""},
        {"'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'a b', 'FunctionVersion': 'V1'}}",
         "the name of an alias is of letters"},
        {"'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'b', 'FunctionVersion': '$LATEST', "
         "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 1}}}",
         "$LATEST can have no provisioned concurrency"},
        {ALIAS(", 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 1}") ", 'B': {'Type': 'AWS::Lambda::Alias', "
                                                                                           "'Properties': {'FunctionName': 'F', 'Name': "
                                                                                           "'b', 'FunctionVersion': 'V1'}}",
         "F:live points at this version, too, and one of them has provisioned concurrency"},
        {"'V': {'Type': 'AWS::Lambda::Version', 'Properties': {'FunctionName': 'F', 'ProvisionedConcurrencyConfig': "
         "{'ProvisionedConcurrentExecutions': 1}}}, 'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': 'F', 'Name': 'b', "
         "'FunctionVersion': 'V', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 1}}}",
         "the alias F:b that points at this version has provisioned concurrency, too"},
        {"'E': {'Type': 'AWS::Lambda::EventInvokeConfig', 'Properties': {'FunctionName': 'F', 'Qualifier': 'dev'}}",
         "F has no version or alias \"dev\""},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run,
                   "{'duration': '1m', 'Resources': {" VERSIONS ", 'G': {'Type': 'AWS::Lambda::Function'}, 'W': {'Type': "
                   "'AWS::Lambda::Version', 'Properties': {'FunctionName': 'G'}}, 'Q': {'Type': 'AWS::SQS::Queue'}, %s}, "
                   "'traffic': [{'name': 'c', 'target': 'F', 'constant': '1/s'}]}",
                   cases, sizeof cases / sizeof *cases);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),   cmocka_unit_test(test_sums),          cmocka_unit_test(test_coin),
        cmocka_unit_test(test_certain), cmocka_unit_test(test_sam),           cmocka_unit_test(test_asynchronous),
        cmocka_unit_test(test_set),     cmocka_unit_test(test_not_inherited), cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
