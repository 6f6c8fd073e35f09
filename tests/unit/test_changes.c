/* test_changes.c: what happens while it runs: instants, undoing, what each property means for what is already there. */
#include "model_fixture.h"

/* A function F called 10 times a second for 100 ms each, with `changes`. */
#define CHANGED(CHANGES)                                                                                                                   \
    "{'duration': '6m', 'period': '1m', 'Resources': {'F': {'Type': 'AWS::Lambda::Function', 'Properties': {'MemorySize': 1024}}, 'G': "   \
    "{'Type': 'AWS::Lambda::Function', 'Properties': {'ReservedConcurrentExecutions': 5}}}, 'behavior': {'F': {'init': '200ms', "          \
    "'duration': '100ms'}, 'G': {'init': '200ms', 'duration': '100ms'}}, 'traffic': [{'name': 'calls', 'target': 'F', 'constant': "        \
    "'10/s'}], 'changes': [" CHANGES "]}"

/* A limit of 0 from 1:00 to 3:00 throttles exactly the 1,200 calls of [1:00, 3:00). */
static void test_for(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, CHANGED("{'at': '1m', 'for': '2m', 'set': {'F.ReservedConcurrentExecutions': 0}}"));
    assert_int_equal(count_of(&run, "F", "Throttles"), 1200);
    assert_int_equal(count_of(&run, "F", "Invocations"), 2400);
    model_execute(&run, CHANGED("{'at': '1m', 'set': {'Resources.F.Properties.ReservedConcurrentExecutions': 0}}"));
    assert_int_equal(count_of(&run, "F", "Throttles"), 3000);
    model_close(&run);
}

/* What runs moves between the account's pool and the function's own share, and the claimed concurrency with it. */
static void test_reservation(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, CHANGED("{'at': '2m', 'set': {'F.ReservedConcurrentExecutions': 100}}, {'at': '4m', 'set': "
                                "{'F.ReservedConcurrentExecutions': 7}}"));
    assert_int_equal(count_of(&run, "F", "Throttles"), 0);
    /* 5 of G for 6 minutes, 1 in use for two, then 100 for two and 7 for two; the first calls are 200 ms longer */
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Average"), 5 + (1 + 100 + 7) / 3.0, 0.01);
    assert_near(figure(&run, "account", "UnreservedConcurrentExecutions", "Average"), 1 / 3.0, 0.01);
    assert_near(figure(&run, "account", "ClaimedAccountConcurrency", "Maximum"), 105, 0);
    model_close(&run);
}

/* Another size is another set of environments, at another price; another duration is neither. */
static void test_memory(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, CHANGED("{'at': '3m', 'set': {'F.MemorySize': 2048}}"));
    const int64_t before = count_of(&run, "F", "ColdStarts");
    /* the call that runs when it changes has what it began with; the last one ends with the run */
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 180 * 1.0 + 180 * 2.0 - 0.2, 1e-9);
    model_execute(&run, CHANGED("{'at': '3m', 'set': {'F.behavior.duration': '50ms'}}"));
    assert_int_equal(count_of(&run, "F", "ColdStarts") * 2, before);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 180 * 1.0 + 180 * 0.5, 1e-9);
    model_close(&run);
}

/* A lower quota leaves others what is not kept ready. */
static void test_account_provisioned(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1m', 'rules': {'base': 'current', 'provisioned_ready_at_start': true}, 'Resources': {'P': {'Type': "
                        "'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', 'ProvisionedConcurrencyConfig': "
                        "{'ProvisionedConcurrentExecutions': 8}}}, 'F': {'Type': 'AWS::Serverless::Function'}}, 'behavior': {'F': "
                        "{'init': '0s', 'duration': '1s'}}, 'traffic': [{'name': 'calls', 'target': 'F', 'constant': '4/s'}], 'changes': "
                        "[{'at': '30s', 'set': {'account.ConcurrentExecutions': 10}}]}");
    assert_near(figure(&run, "F", "ConcurrentExecutions", "Maximum"), 4, 0);
    assert_int_equal(count_of(&run, "F", "Throttles"), 60); /* 2 of 4 a second, for half a minute */
    model_close(&run);
}

static void test_account(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    /* 5 are reserved: 5 stay, and one call at a time needs 1; none stays */
    model_execute(&run, CHANGED("{'at': '2m', 'for': '1m', 'set': {'account.ConcurrentExecutions': 6}}, {'at': '4m', 'for': '1m', 'set': "
                                "{'account.ConcurrentExecutions': 5}}"));
    assert_int_equal(count_of(&run, "F", "Throttles"), 600);
    model_close(&run);
}

/* Faults of a partner. */
static void test_faults(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '6m', 'drain': '1m', 'Resources': {'P': {'Type': 'Custom::External'}}, 'behavior': {'P': {'latency': "
                        "'10ms'}}, 'traffic': [{'name': 'c', 'target': 'P', 'constant': '10/s'}], 'changes': [{'at': '1m', 'for': '1m', "
                        "'fault': 'P', 'kind': 'down'}, {'at': '3m', 'for': '1m', 'fault': 'P', 'kind': 'slow', 'factor': 5}, {'at': "
                        "'5m', 'for': '30s', 'fault': 'P', 'kind': 'errors', 'rate': 1}]}");
    assert_int_equal(fates_of(&run, "c", FATE_FAILED, "down"), 600);
    assert_int_equal(fates_of(&run, "c", FATE_FAILED, "500"), 300);
    assert_int_equal(fates_of(&run, "c", FATE_SUCCEEDED, ""), 2700);
    assert_near(figure(&run, "P", "Serving", "Average"), (240 * 0.1 + 60 * 0.5) / 360, 1e-9);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_for),     cmocka_unit_test(test_reservation),         cmocka_unit_test(test_memory),
        cmocka_unit_test(test_account), cmocka_unit_test(test_account_provisioned), cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
