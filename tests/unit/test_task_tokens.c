/* test_task_tokens.c: tasks that wait with a token, for calls of who handles what carries it. */
#include "machine_fixture.h"

/* A machine M of one task A, which sends its token to Jobs; from there it goes to F. */
#define TOKEN_TASK(RESOURCE, PARAMETERS, REST)                                                                                             \
    MACHINE("STANDARD", "'A': {'Type': 'Task', 'Resource': 'arn:aws:states:::" RESOURCE ".waitForTaskToken', 'Parameters': {" PARAMETERS   \
                        "}, " REST "'End': true}")
#define TO_JOBS(REST) "'Jobs': {'Type': 'AWS::SQS::Queue'}, " TOKEN_TASK("sqs:sendMessage", "'QueueUrl': {'Ref': 'Jobs'}", REST)
#define WORKER(REST)                                                                                                                       \
    "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 30, " REST                                                       \
    "'Events': {'Q': {'Type': 'SQS', 'Properties': {'Queue': {'Fn::GetAtt': ['Jobs', 'Arn']}}}}}}"
#define SCENE(RESOURCES, BEHAVIOR) "{'duration': '5m', 'Resources': {" RESOURCES "}, 'behavior': {" BEHAVIOR "}, " ONE_CALL "}"
#define SAYS(OPERATION) "{'call': 'M', 'op': 'SendTask" OPERATION "'}"

/* The message's token is good until the task is over: by a success, a failure, or a limit. Heartbeats put off silence alone. The message is
 * polled at once, as the pollers wait; so what F does is all the time there is. */
static void test_queue(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rest, *steps;
        int64_t took_ms, succeeded, failed, timed_out, late;
    } cases[] = {
        {"", "{'wait': '4s'}, " SAYS("Success"), 4000, 1, 0, 0, 0},
        {"", "{'wait': '4s'}, " SAYS("Failure"), 4000, 0, 1, 0, 0},
        {"'TimeoutSeconds': 3, ", "{'wait': '4s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}", 3000, 0, 0, 1, 1},
        {"'TimeoutSeconds': 30, 'HeartbeatSeconds': 3, ", "{'wait': '4s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}",
         3000, 0, 0, 1, 1},
        {"'TimeoutSeconds': 30, 'HeartbeatSeconds': 3, ", "{'wait': '2s'}, " SAYS("Heartbeat") ", {'wait': '2s'}, " SAYS("Success"), 4000,
         1, 0, 0, 0},
        /* the last heartbeat at 2 s, and nothing within 3 s of it */
        {"'TimeoutSeconds': 30, 'HeartbeatSeconds': 3, ", "{'wait': '2s'}, " SAYS("Heartbeat"), 5000, 0, 0, 1, 0},
        /* a heartbeat does not put off TimeoutSeconds */
        {"'TimeoutSeconds': 4, 'HeartbeatSeconds': 3, ",
         "{'wait': '2s'}, " SAYS("Heartbeat") ", {'wait': '3s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}", 4000, 0,
         0, 1, 1},
        /* called twice: the second is late, and fails nobody but the caller */
        {"", "{'wait': '1s'}, " SAYS("Success") ", {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}", 1000, 1, 0, 0, 1},
        /* passed on to another queue, by a function that a function invokes */
        {"", "{'wait': '1s'}, {'invoke': 'G', 'type': 'Event'}", 3000, 1, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run,
                  SCENE(TO_JOBS("%s") ", " WORKER("") ", 'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 30}}",
                        RUNS("F", "'steps': [%s]") ", " RUNS("G", "'steps': [{'wait': '2s'}, " SAYS("Success") "]")),
                  cases[i].rest, cases[i].steps);
        assert_near(figure(run, "M", "ExecutionTime", "Maximum"), (double)cases[i].took_ms, 0);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), cases[i].succeeded);
        assert_int_equal(count_of(run, "M", "ExecutionsFailed"), cases[i].failed);
        assert_int_equal(count_of(run, "M", "ExecutionsTimedOut"), cases[i].timed_out);
        assert_int_equal(count_of(run, "M", "TaskCallbacksLate"), cases[i].late);
        assert_int_equal(fates_of(run, "M", FATE_REJECTED, "TaskTimedOut"), cases[i].late);
        /* StateTransition is all that is billed of the machine */
        assert_near(billed(run, "M", "StateTransition", NULL), 1, 0);
        model_forget(run);
    }
}

/* A function that gets the token in its payload may call back while it runs; the state is over then, and the function runs on. */
static void test_payload(void **state)
{
    struct model_run *run = *state;
    model_execute(run, SCENE(FUNCTION("F") ", " TOKEN_TASK("lambda:invoke", "'FunctionName': {'Ref': 'F'}", ""),
                             RUNS("F", "'steps': [{'wait': '2s'}, " SAYS("Success") ", {'wait': '5s'}]")));
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 2000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 7000, 0);
    assert_int_equal(fates_of(run, "F", FATE_SUCCEEDED, ""), 1);
    model_forget(run);
    /* a function that fails fails the task */
    model_execute(run, SCENE(FUNCTION("F") ", " TOKEN_TASK("lambda:invoke", "'FunctionName': {'Ref': 'F'}", ""),
                             RUNS("F", "'error_rate': 1, 'steps': [{'wait': '2s'}, {'probability': 0, 'steps': [" SAYS("Success") "]}]")));
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 2000, 0);
    assert_int_equal(count_of(run, "M", "ExecutionsFailed"), 1);
}

/* Each record of a batch has its own token; a retry of the task has a new one, and the old message's is good for nothing. */
static void test_batches_and_retries(void **state)
{
    struct model_run *run = *state;
    model_execute(run, "{'duration': '5m', 'Resources': {" TO_JOBS("") ", " WORKER("") "}, 'behavior': {" RUNS(
                           "F", "'steps': [{'wait': '2s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'each': "
                                "true}]") "}, "
                                          "'traffic': [{'name': 'calls', 'target': 'M', 'bursts': {'size': "
                                          "100, 'every': '10m'}}]}");
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 100);
    assert_int_equal(count_of(run, "M", "TaskCallbacks"), 100);
    assert_int_equal(count_of(run, "M", "TaskCallbacksLate"), 0);
    model_forget(run);
    /* 3 s and it is tried again, 1 s later; both messages' functions call back after 5 s: at 5 s the first, late, at 9 s the second. */
    model_execute(run,
                  SCENE(TO_JOBS("'TimeoutSeconds': 3, 'Retry': [{'ErrorEquals': ['States.Timeout'], 'MaxAttempts': 1}], ") ", " WORKER(""),
                        RUNS("F", "'steps': [{'wait': '5s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}]")));
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 7000, 0);
    assert_int_equal(count_of(run, "M", "TaskCallbacksLate"), 2);
}

/* Limits that are data are what the behavior says: 3 s of silence. And what an API call takes is the caller's time. */
static void test_limits_and_latency(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        SCENE(
            TO_JOBS("'TimeoutSecondsPath': '$.t', 'HeartbeatSecondsPath': '$.h', ") ", " WORKER(""),
            RUNS(
                "F",
                "'steps': [{'wait': '4s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': 'continue'}]") ", "
                                                                                                             "'M': {'latency': '50ms', "
                                                                                                             "'states': {'A': {'timeout': "
                                                                                                             "'1m', 'heartbeat': '3s'}}}"));
    assert_near(figure(run, "M", "ExecutionTime", "Maximum"), 3000, 0);
    assert_near(figure(run, "F", "Duration", "Maximum"), 4050, 0);
    assert_near(figure(run, "calls", "ResponseTime", "Maximum"), 50, 0);
}

/* Of 5,000 calls at once the bucket lets 3,000 pass; they are refused, and not late: the tasks wait on.
 * crosses: sfn_callback_bucket sfn_callback_rate */
static void test_quota(void **state)
{
    struct model_run *run = *state;
    model_execute(
        run,
        "{'duration': '10s', 'rules': {'base': 'current', 'sfn_callback_bucket': 30, 'sfn_callback_rate': 5}, 'Resources': {" FUNCTION(
            "F") ", " TOKEN_TASK("lambda:invoke", "'FunctionName': {'Ref': 'F'}",
                                 "") "}, 'behavior': {" RUNS("F",
                                                             "'steps': [{'wait': '1s'}, {'call': 'M', 'op': 'SendTaskSuccess', 'on_error': "
                                                             "'continue'}]") "}, "
                                                                             "'traffic': [{'name': 'calls', 'target': 'M', 'bursts': "
                                                                             "{'size': 50, 'every': '4s'}, 'count': 100}]}");
    /* at 1 s 30 of 50; at 5 s the bucket has 20 again */
    assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), 50);
    assert_int_equal(fates_of(run, "M", FATE_THROTTLED, "ThrottlingException"), 50);
    assert_int_equal(count_of(run, "M", "ThrottledEvents"), 50);
    assert_int_equal(fates_of(run, "M", FATE_IN_FLIGHT, ""), 50);
}

/* It takes states:SendTaskSuccess; SAM's policy gives that. */
static void test_rights(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *policy;
        int64_t succeeded;
    } cases[] = {{"'Policies': [{'StepFunctionsCallbackPolicy': {'StateMachineName': {'Fn::GetAtt': ['M', 'Name']}}}, "
                  "{'SQSPollerPolicy': {'QueueName': {'Fn::GetAtt': ['Jobs', 'QueueName']}}}], ",
                  1},
                 {"'Policies': [{'SQSPollerPolicy': {'QueueName': {'Fn::GetAtt': ['Jobs', 'QueueName']}}}], ", 0}};
    for (size_t i = 0; i < 2; i++) {
        model_run(run, SCENE(TO_JOBS("") ", " WORKER("%s"), RUNS("F", "'steps': [" SAYS("Success") "]")), cases[i].policy);
        assert_int_equal(count_of(run, "M", "ExecutionsSucceeded"), cases[i].succeeded);
        model_forget(run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MODEL_TEST(test_queue), MODEL_TEST(test_payload), MODEL_TEST(test_batches_and_retries), MODEL_TEST(test_limits_and_latency),
        MODEL_TEST(test_quota), MODEL_TEST(test_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
