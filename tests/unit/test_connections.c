/* test_connections.c: connections that environments open in INIT and keep, against those that are opened in the invocation: how many there
 * are, when they are opened and closed, and what a refused one costs. */
#include "model_fixture.h"
#include "refusals.h"

/* A function F that calls a database D of `MOST` connections. */
#define SCENARIO(SETTINGS, MOST, FUNCTION, BEHAVIOR, STEP, DATABASE, TRAFFIC)                                                              \
    "{" SETTINGS ", 'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', 'DBInstanceClass': "          \
    "'db.m5.24xlarge', 'DBParameterGroupName': {'Ref': 'P'}}}, 'P': {'Type': 'AWS::RDS::DBParameterGroup', 'Properties': {'Parameters': "  \
    "{'max_connections': '" MOST "'}}}, 'F': {'Type': 'AWS::Lambda::Function', 'Properties': {" FUNCTION                                   \
    "}}}, 'behavior': {'F': {'max_lifetime': 'forever', 'steps': [{'call': 'D'" STEP "}]" BEHAVIOR "}, 'D': {" DATABASE                    \
    "}}, 'traffic': [{'name': 't', 'target': 'F', " TRAFFIC "}]}"

/* 110 environments at once are 110 connections, which stay as long as the environments do. */
static void test_environments(void **state)
{
    struct model_run *run = *state;
    model_run(run, SCENARIO("'duration': '10m'", "200", "'Timeout': 60", ", 'init': '0s', 'keep_alive': '5m'", "", "'query': '1s'",
                            "'bursts': {'size': 110, 'every': '1h'}"));
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 110, 0);
    /* From the start of each until 5 min after its one call, the first 96 of which take 1 s, the others 2: as many as there are vCPUs. */
    assert_near(figure(run, "D", "DatabaseConnections", "Average") * 600, 96 * 301 + 14 * 302, 1e-6);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 110);
    assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 0);
    model_run(run, SCENARIO("'duration': '10m'", "400", "'Timeout': 60", ", 'init': '0s', 'keep_alive': '5m', 'connections': 3", "",
                            "'query': '1s'", "'bursts': {'size': 110, 'every': '1h'}"));
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 330, 0);
}

/* Beyond the limit INIT fails, and with it the invocation; the environment stays, and tries again when it is called. */
static void test_refused(void **state)
{
    struct model_run *run = *state;
    model_run(run, SCENARIO("'duration': '10m'", "100", "'Timeout': 60", ", 'init': '200ms', 'keep_alive': 'forever'", "", "'query': '1s'",
                            "'bursts': {'size': 110, 'every': '5m'}"));
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "Runtime.ExitError: no connection"), 20);
    assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 20);
    assert_int_equal(count_of(run, "D", "Transactions"), 200);
    assert_int_equal(count_of(run, "F", "Errors"), 20);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 100, 0);
    /* 33 functions' worth of 3 connections are 99, which a budget of 109 lets in; 37 would be 111. */
    model_run(run, SCENARIO("'duration': '1m'", "109", "'Timeout': 60, 'ReservedConcurrentExecutions': 33",
                            ", 'init': '0s', 'connections': 3", "", "'query': '1s'", "'bursts': {'size': 200, 'every': '10s'}"));
    assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 0);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 99, 0);
    model_run(run, SCENARIO("'duration': '1m'", "109", "'Timeout': 60, 'ReservedConcurrentExecutions': 37",
                            ", 'init': '0s', 'connections': 3", "", "'query': '1s'", "'bursts': {'size': 200, 'every': '1h'}"));
    assert_int_equal(count_of(run, "D", "ConnectionsRefused"), 3);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 108, 0);
}

/* Outside the handler: one for each environment; within it: one for each request. Its time is INIT's, or each invocation's. */
static void test_inside_and_outside(void **state)
{
    struct model_run *run = *state;
#define CALLING(STEP)                                                                                                                      \
    SCENARIO("'duration': '100s', 'drain': '1s'", "100", "", ", 'init': '200ms', 'keep_alive': 'forever'", STEP,                           \
             "'query': '10ms', 'connect_time': '50ms'", "'constant': '2/s'")
    model_run(run, CALLING(""));
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), count_of(run, "F", "EnvironmentsCreated"));
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 1);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 250, 1e-9);
    assert_near(figure(run, "F", "Duration", "Maximum"), 10, 1e-9);
    model_run(run, CALLING(", 'connect': 'init'"));
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 1);
    model_run(run, CALLING(", 'connect': 'invocation'"));
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 200);
    assert_near(figure(run, "F", "InitDuration", "Maximum"), 200, 1e-9);
    assert_near(figure(run, "F", "Duration", "Minimum"), 60, 1e-9);
    assert_near(figure(run, "D", "DatabaseConnections", "Average"), 2 * 0.06, 1e-3);
}

/* Within the handler, a connection that is refused fails the step. */
static void test_refused_inside(void **state)
{
    struct model_run *run = *state;
    model_run(run, SCENARIO("'duration': '10s'", "100", "'Timeout': 60", ", 'init': '0s'", ", 'connect': 'invocation'", "'query': '1s'",
                            "'bursts': {'size': 110, 'every': '1h'}"));
    assert_int_equal(fates_of(run, "D", FATE_THROTTLED, "too many connections"), 10);
    assert_int_equal(fates_of(run, "F", FATE_FAILED, "function error"), 10);
}

/* A time-out takes the process and its connection; the next invocation initialises and connects again, within its own time. */
static void test_time_out(void **state)
{
    struct model_run *run = *state;
    model_run(run, SCENARIO("'duration': '100s'", "100", "'Timeout': 1", ", 'init': '200ms', 'keep_alive': 'forever'", "",
                            "'query': '2s', 'connect_time': '50ms'", "'constant': '6/min', 'count': 5"));
    assert_int_equal(count_of(run, "F", "Timeouts"), 5);
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 5);
    /* Cold, 0.25 s of INIT and a second; then a second each. */
    assert_near(figure(run, "D", "DatabaseConnections", "Average") * 100, 1.25 + 4, 1e-6);
}

/* Environments that a zone takes with it take their connections, too; those that are provisioned have theirs before they are called. */
static void test_lost_and_provisioned(void **state)
{
    struct model_run *run = *state;
    model_run(run,
              SCENARIO("'duration': '100s', 'changes': [{'at': '50s', 'fault': 'F', 'kind': 'environments_lost'}]", "200", "'Timeout': 60",
                       ", 'init': '0s', 'keep_alive': 'forever'", "", "'query': '1s'", "'bursts': {'size': 90, 'every': '1h'}"));
    assert_near(figure(run, "D", "DatabaseConnections", "Average") * 100, 90 * 50, 1e-6);
    model_run(run,
              "{'duration': '1h', 'Resources': {'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': {'Engine': 'postgres', "
              "'DBInstanceClass': 'db.m5.large'}}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', "
              "'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 20}}}}, 'behavior': {'F': {'init': '1s', "
              "'max_lifetime': 'forever', 'steps': [{'call': 'D'}]}, 'D': {'query': '1ms'}}, 'traffic': [{'name': 't', 'target': 'F', "
              "'constant': '1/s', 'from': '30m'}]}");
    assert_int_equal(count_of(run, "D", "ConnectionsOpened"), 20);
    assert_near(figure(run, "D", "DatabaseConnections", "Maximum"), 20, 0);
}

static void test_mistakes(void **state)
{
    struct model_run *run = *state;
    static const struct refusal cases[] = {
        {"{'call': 'Q', 'connect': 'init'}", "Q is AWS::SQS::Queue, which takes no connections"},
        {"{'call': 'D', 'connect': 'always'}", "always"},
        {"{'call': 'D', 'op': 'GetItem'}", "D has no operation \"GetItem\" here"},
    };
    assert_refused(run,
                   "{'duration': '1m', 'Resources': {'Q': {'Type': 'AWS::SQS::Queue'}, 'D': {'Type': 'AWS::RDS::DBInstance', 'Properties': "
                   "{'Engine': 'postgres', 'DBInstanceClass': 'db.m5.large'}}, 'F': {'Type': 'AWS::Lambda::Function'}}, 'behavior': {'F': "
                   "{'steps': [%s]}}, 'traffic': [{'name': 't', 'target': 'F', 'constant': '1/s'}]}",
                   cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_environments),   MODEL_TEST(test_refused),  MODEL_TEST(test_inside_and_outside),
        MODEL_TEST(test_refused_inside), MODEL_TEST(test_time_out), MODEL_TEST(test_lost_and_provisioned),
        MODEL_TEST(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
