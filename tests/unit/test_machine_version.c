/* test_machine_version.c: versions and aliases of state machines: who gets which executions. */
#include "machine_fixture.h"

#define WAITS(NAME, SECONDS)                                                                                                               \
    "'" NAME "': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': {'Definition': {'StartAt': 'W', 'States': {'W': {'Type': "     \
    "'Wait', 'Seconds': " SECONDS ", 'End': true}}}}}"
#define VERSION(NAME) "'" NAME "': {'Type': 'AWS::StepFunctions::StateMachineVersion', 'Properties': {'StateMachineArn': {'Ref': 'M'}}}"
#define ALIAS(REST) "'Live': {'Type': 'AWS::StepFunctions::StateMachineAlias', 'Properties': {'Name': 'live', " REST "}}"
#define WORLD(DURATION, ALIAS_REST, BEHAVIOR)                                                                                              \
    "{'duration': '" DURATION "', 'Resources': {" WAITS("M", "1") ", " WAITS("Old", "2") ", " VERSION("V1") ", " VERSION("V2") ", " ALIAS( \
        ALIAS_REST) "}, 'behavior': {'V1': {'like': 'Old'}" BEHAVIOR                                                                       \
                    "}, 'traffic': [{'name': 'calls', 'target': 'Live', 'constant': '10/s'}]}"

/* One execution in ten goes to the old version: of 10,000 1,000, within 3.29 standard deviations; so does every draw add up. */
static void test_weights(void **state)
{
    struct model_run *run = *state;
    model_execute(run, WORLD("1000s",
                             "'RoutingConfiguration': [{'StateMachineVersionArn': {'Ref': 'V2'}, 'Weight': 90}, {'StateMachineVersionArn': "
                             "{'Ref': 'V1'}, 'Weight': 10}]",
                             ""));
    assert_near((double)count_of(run, "Old", "ExecutionsStarted"), 1000, 3.29 * sqrt(10000 * 0.1 * 0.9));
    assert_int_equal(count_of(run, "Old", "ExecutionsStarted") + count_of(run, "M", "ExecutionsStarted"), 10000);
    assert_int_equal(count_of(run, "Live", "ExecutionsStarted"), 10000);
    assert_near(figure(run, "Old", "ExecutionTime", "Maximum"), 2000, 0);
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 1000, 0);
}

/* What is shifted: of each minute's 600 executions a share that only grows; all of them in the end, at once without a version before. */
static void test_shifts(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *preference, *behavior;
        double mean, variance; /* of what the old version gets in five minutes */
    } cases[] = {
        {"'Type': 'CANARY', 'Percentage': 10, 'Interval': 2", ", 'Live': {'previous': 'V1'}", 1200 * 0.9, 1200 * 0.09},
        {"'Type': 'LINEAR', 'Percentage': 25, 'Interval': 1", ", 'Live': {'previous': 'V1'}", 600 * (0.75 + 0.5 + 0.25),
         600 * (0.1875 + 0.25 + 0.1875)},
        {"'Type': 'ALL_AT_ONCE'", ", 'Live': {'previous': 'V1'}", 0, 0},
        {"'Type': 'CANARY', 'Percentage': 10, 'Interval': 2", "", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, WORLD("5m", "'DeploymentPreference': {'StateMachineVersionArn': {'Ref': 'V2'}, %s}", "%s"), cases[i].preference,
                  cases[i].behavior);
        assert_near((double)count_of(run, "Old", "ExecutionsStarted"), cases[i].mean, 3.29 * sqrt(cases[i].variance));
        assert_int_equal(count_of(run, "Old", "ExecutionsStarted") + count_of(run, "M", "ExecutionsStarted"), 3000);
        model_forget(run);
    }
}

/* A task that waits for what it started by an alias stops that very execution when its time is over. */
static void test_stopped(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '5m', 'Resources': {" WAITS("M", "100") ", " VERSION("V1") ", " ALIAS(
                           "'RoutingConfiguration': [{'StateMachineVersionArn': {'Ref': 'V1'}, 'Weight': "
                           "100}]") ", "
                                    "'Outer': {'Type': 'AWS::StepFunctions::StateMachine', 'Properties': "
                                    "{'Definition': {'StartAt': 'A', 'States': {'A': "
                                    "{'Type': 'Task', 'Resource': "
                                    "'arn:aws:states:::states:startExecution.sync:2', 'TimeoutSeconds': "
                                    "10, 'Parameters': "
                                    "{'StateMachineArn': {'Ref': 'Live'}}, 'End': true}}}}}}, 'traffic': "
                                    "[{'name': 'calls', 'target': 'Outer', "
                                    "'constant': '1/s', 'count': 1}]}");
    assert_int_equal(count_of(run, "M", "ExecutionsAborted"), 1);
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 10000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_weights), MODEL_TEST(test_shifts), MODEL_TEST(test_stopped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
