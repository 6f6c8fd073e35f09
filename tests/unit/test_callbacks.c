/* test_callbacks.c: who waits for a function's call: pipelines and custom resources, to the nanosecond; mail and its actions. */
#include "model_fixture.h"
#include "statistics_bounds.h"

#define ONCE(NAME, TARGET, FROM, MORE)                                                                                                     \
    "{'name': '" NAME "', 'target': '" TARGET "', 'bursts': {'size': 1, 'every': '1d'}, 'from': '" FROM "'" MORE "}"
#define FUNCTION "'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}"

/* A fate in the ledger of a part. */
static uint64_t part_fates(const struct model_run *run, const char *name, enum fate fate, const char *text)
{
    const struct run_result *result = run->result;
    uint64_t count = 0;
    for (size_t i = run->scenario->entity_count; i < result->ledger_count; i++) {
        const struct ledger *ledger = &result->ledgers[i];
        if (strcmp(result->part_names[i - run->scenario->entity_count], name) != 0)
            continue;
        count += fate == FATE_SUCCEEDED ? ledger->succeeded : 0;
        for (size_t k = 0; k < ledger->line_count; k++)
            if (ledger->lines[k].cause->fate == fate && strcmp(ledger->lines[k].cause->text, text) == 0)
                count += ledger->lines[k].count;
    }
    return count;
}

#define CUSTOM(PROPERTIES, F_BEHAVIOR, R_BEHAVIOR, TRAFFIC)                                                                                \
    "{'duration': '1h', 'drain': '1d', 'Resources': {" FUNCTION ", 'R': {'Type': 'Custom::Thing', 'Properties': {'ServiceToken': "         \
    "{'Fn::GetAtt': ['F', 'Arn']}, 'Anything': {'Else': [1]} " PROPERTIES "}}}, 'behavior': {'F': {'init': '0s', " F_BEHAVIOR "},"         \
    "'R': {" R_BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

static void test_custom_resource(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
        enum fate fate;
        const char *cause;
    } cases[] = {
        {CUSTOM("", "'duration': '5s'", "", ONCE("a", "R", "0s", "")), 5, FATE_SUCCEEDED, ""},
        {CUSTOM("", "'duration': '5s'", "'callback_delay': '7s'", ONCE("a", "R", "0s", "")), 12, FATE_SUCCEEDED, ""},
        /* No answer: an hour for the creation, another for its rollback. */
        {CUSTOM("", "'duration': '5s'", "'callback_rate': 0", ONCE("a", "R", "0s", "")), 7200, FATE_TIMED_OUT, "no callback"},
        {CUSTOM("", "'duration': '5s'", "'callback_rate': 0, 'rollback': false", ONCE("a", "R", "0s", "")), 3600, FATE_TIMED_OUT,
         "no callback"},
        {CUSTOM(", 'ServiceTimeout': 300", "'duration': '5s'", "'callback_rate': 0", ONCE("a", "R", "0s", "")), 600, FATE_TIMED_OUT,
         "no callback"},
        /* A deletion is not rolled back. */
        {CUSTOM("", "'duration': '5s'", "'callback_rate': 0", ONCE("a", "R", "0s", ", 'operation': 'Delete'")), 3600, FATE_TIMED_OUT,
         "no callback"},
        /* One that fails is tried by Lambda three times, and calls never. */
        {CUSTOM("", "'duration': '5s', 'error_rate': 1", "'rollback': false", ONCE("a", "R", "0s", "")), 3600, FATE_TIMED_OUT,
         "no callback"},
        {CUSTOM("", "'duration': '5s'", "'failure_rate': 1", ONCE("a", "R", "0s", "")), 10, FATE_FAILED, "the function said so"},
        /* An answer in time, whatever comes later: 59 s of 60. */
        {CUSTOM(", 'ServiceTimeout': 60", "'duration': '59s'", "", ONCE("a", "R", "0s", "")), 59, FATE_SUCCEEDED, ""},
        {CUSTOM(", 'ServiceTimeout': 58", "'duration': '59s'", "'rollback': false", ONCE("a", "R", "0s", "")), 58, FATE_TIMED_OUT,
         "no callback"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, "%s", cases[i].text);
        double seconds = figure(&run, "R", "OperationDuration", "Average") / 1000;
        if (seconds != cases[i].seconds || part_fates(&run, "R/operations", cases[i].fate, cases[i].cause) != 1)
            fail_msg("case %zu: %g s", i, seconds);
    }
    model_close(&run);
}

/* A function error that a retry mends delays the call by Lambda's minute: nothing is lost. */
static void test_retry_before_the_call(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run,
              CUSTOM("", "'duration': '5s', 'error_rate': 0.5", "'rollback': false", "{'name': 'a', 'target': 'R', 'constant': '1/s'}"));
    double n = 3600, lost = (double)part_fates(&run, "R/operations", FATE_TIMED_OUT, "no callback");
    check_z("lost", (lost - n / 8) / sqrt(n * 7 / 64), 1e-3); /* three errors in a row */
    assert_int_equal(part_fates(&run, "R/operations", FATE_SUCCEEDED, ""), (uint64_t)(n - lost));
    model_close(&run);
}

#define ACTION(NAME, CATEGORY, PROVIDER, MORE)                                                                                             \
    "{'Name': '" NAME "', 'ActionTypeId': {'Category': '" CATEGORY "', 'Owner': 'AWS', 'Provider': '" PROVIDER "', 'Version': '1'} " MORE  \
    "}"
#define INVOKE(NAME, MORE)                                                                                                                 \
    ACTION(NAME, "Invoke", "Lambda", ", 'Configuration': {'FunctionName': {'Ref': 'F'}, 'UserParameters': 'u'} " MORE)
#define SOURCE "{'Name': 'Source', 'Actions': [" ACTION("s", "Source", "CodeCommit", ", 'Configuration': {'BranchName': 'main'}") "]}"
#define PIPELINE(MODE, STAGES, F_BEHAVIOR, P_BEHAVIOR, TRAFFIC)                                                                            \
    "{'duration': '1h', 'drain': '1d', 'Resources': {" FUNCTION ", 'P': {'Type': 'AWS::CodePipeline::Pipeline', 'Properties': "            \
    "{'RoleArn': 'r' " MODE ", 'Stages': [" SOURCE ", " STAGES "]}}}, 'behavior': {'F': {'init': '0s', " F_BEHAVIOR "},"                   \
    "'P': {" P_BEHAVIOR "}}, 'traffic': [" TRAFFIC "]}"

/* crosses: codepipeline_lambda_timeout_s */
static void test_pipeline(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
        enum fate fate;
        const char *cause;
    } cases[] = {
        {PIPELINE("", "{'Name': 'A', 'Actions': [" INVOKE("i", "") "]}", "'duration': '5s'", "", ONCE("a", "P", "0s", "")), 5,
         FATE_SUCCEEDED, ""},
        /* Twenty minutes, and the stage behind is not reached. */
        {PIPELINE("", "{'Name': 'A', 'Actions': [" INVOKE("i", "") "]}, {'Name': 'B', 'Actions': [" ACTION("d", "Deploy", "S3", "") "]}",
                  "'duration': '5s'", "'callback_rate': 0, 'action_duration': '1h'", ONCE("a", "P", "0s", "")),
         1200, FATE_TIMED_OUT, "no callback"},
        {PIPELINE("", "{'Name': 'A', 'Actions': [" INVOKE("i", "") "]}", "'duration': '5s'", "'failure_rate': 1", ONCE("a", "P", "0s", "")),
         5, FATE_FAILED, "PutJobFailureResult"},
        /* One after the other by run order, together at the same. */
        {PIPELINE(
             "",
             "{'Name': 'A', 'Actions': [" INVOKE("i", ", 'RunOrder': 2") "," INVOKE("j", "") "," ACTION("t", "Test", "CodeBuild", "") "]}",
             "'duration': '5s'", "'action_duration': '30s'", ONCE("a", "P", "0s", "")),
         35, FATE_SUCCEEDED, ""},
        /* A stage that fails does so when its actions are all over. */
        {PIPELINE("", "{'Name': 'A', 'Actions': [" INVOKE("i", "") "," ACTION("t", "Test", "CodeBuild", "") "]}", "'duration': '5s'",
                  "'action_duration': '30s', 'failure_rate': 1", ONCE("a", "P", "0s", "")),
         30, FATE_FAILED, "PutJobFailureResult"},
        {PIPELINE("", "{'Name': 'B', 'Actions': [" ACTION("d", "Deploy", "S3", "") "]}", "'duration': '5s'",
                  "'action_duration': '10s', 'action_failure_rate': 1", ONCE("a", "P", "0s", "")),
         10, FATE_FAILED, "action failed"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, "%s", cases[i].text);
        double seconds = figure(&run, "P", "ExecutionDuration", "Average") / 1000;
        if (seconds != cases[i].seconds || part_fates(&run, "P/executions", cases[i].fate, cases[i].cause) != 1)
            fail_msg("case %zu: %g s", i, seconds);
    }
    model_close(&run);
}

#define SLOW "{'Name': 'B', 'Actions': [" ACTION("d", "Deploy", "S3", "") "]}"
#define THREE ONCE("a", "P", "0s", "") "," ONCE("b", "P", "10s", "") "," ONCE("c", "P", "20s", "")

/* Three a stage of 100 s apart by 10 s: the second waits and is replaced; or waits its turn; or none waits. */
/* crosses: codepipeline_queued_max */
static void test_execution_modes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(&run, PIPELINE("", SLOW, "'duration': '5s'", "'action_duration': '100s'", THREE));
    assert_int_equal(count_of(&run, "P", "ExecutionsSucceeded"), 2);
    assert_int_equal(part_fates(&run, "P/executions", FATE_DISCARDED, "superseded"), 1);
    assert_near(figure(&run, "P", "ExecutionDuration", "Maximum"), 180000, 0); /* from 20 s to 200 s */
    model_run(&run,
              PIPELINE(", 'PipelineType': 'V2', 'ExecutionMode': 'QUEUED'", SLOW, "'duration': '5s'", "'action_duration': '100s'", THREE));
    assert_int_equal(count_of(&run, "P", "ExecutionsSucceeded"), 3);
    assert_near(figure(&run, "P", "ExecutionDuration", "Maximum"), 280000, 0); /* from 20 s to 300 s */
    model_run(&run, PIPELINE(", 'PipelineType': 'V2', 'ExecutionMode': 'PARALLEL'", SLOW, "'duration': '5s'", "'action_duration': '100s'",
                             THREE));
    assert_near(figure(&run, "P", "ExecutionDuration", "Maximum"), 100000, 0);
    model_run(&run, PIPELINE(", 'PipelineType': 'V2', 'ExecutionMode': 'QUEUED'", SLOW, "'duration': '5s'", "'action_duration': '100s'",
                             ONCE("a", "P", "0s", ", 'records': 60")));
    assert_int_equal(count_of(&run, "P", "ExecutionsRejected"), 10);
    assert_int_equal(model_load(&run, PIPELINE(", 'ExecutionMode': 'QUEUED'", SLOW, "'duration': '5s'", "", THREE)) == STATUS_OK, 0);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "a V1 pipeline is always SUPERSEDED"));
    model_close(&run);
}

/* Rules of the default bus hear of the pipeline, and of nothing else. */
static void test_state_changes(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_run(
        &run,
        "{'duration': '1h', 'drain': '1h', 'Resources': {" FUNCTION ", 'G': {'Type': 'AWS::Serverless::Function', 'Properties': {'Events': "
        "{'Failed': {'Type': 'EventBridgeRule', 'Properties': {'Pattern': {'source': ['aws.codepipeline'],"
        "'detail': {'pipeline': ['P'], 'state': ['FAILED', 'STARTED']}}}}}}}, 'P': {'Type': 'AWS::CodePipeline::Pipeline', 'Properties': "
        "{'RoleArn': 'r', 'Stages': [" SOURCE ", {'Name': 'A', 'Actions': [" INVOKE(
            "i", "") "]}]}}},"
                     "'behavior': {'F': {'duration': '1s'}, 'G': {'duration': '1s'}, 'P': {'failure_rate': 0.5}}, 'traffic': ["
                     "{'name': 'a', 'target': 'P', 'constant': '1/m', 'count': 40}]}");
    int64_t failed = count_of(&run, "P", "ExecutionsFailed");
    assert_true(failed > 5 && failed < 35);
    assert_int_equal(count_of(&run, "G", "Invocations"), 40 + failed);
    model_close(&run);
}

#define MAIL(ACTIONS, F_BEHAVIOR, R_BEHAVIOR)                                                                                              \
    "{'duration': '1h', 'drain': '1h', 'Resources': {" FUNCTION                                                                            \
    ", 'B': {'Type': 'AWS::S3::Bucket'}, 'R': {'Type': 'AWS::SES::ReceiptRule',"                                                           \
    "'Properties': {'RuleSetName': 's', 'Rule': {'Enabled': true, 'Actions': [" ACTIONS                                                    \
    "]}}}}, 'behavior': {'F': {'init': '0s', " F_BEHAVIOR "}, 'B': {'latency': '100ms'}, 'R': {'delivery_delay': '2s' " R_BEHAVIOR         \
    "}}, 'traffic': [" ONCE("a", "R", "0s", "") "]}"
#define CALL(TYPE) "{'LambdaAction': {'FunctionArn': {'Fn::GetAtt': ['F', 'Arn']} " TYPE "}}"
#define WAITS ", 'InvocationType': 'RequestResponse'"
#define KEEP "{'S3Action': {'BucketName': {'Ref': 'B'}}}"

/* crosses: ses_lambda_sync_timeout_s */
static void test_mail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double seconds;
        int64_t kept, stopped, timed_out;
    } cases[] = {
        {MAIL(CALL("") "," KEEP, "'duration': '5s'", ""), 2.1, 1, 0, 0},      /* an event does not wait */
        {MAIL(CALL(WAITS) "," KEEP, "'duration': '5s'", ""), 7.1, 1, 0, 0},   /* this does */
        {MAIL(CALL(WAITS) "," KEEP, "'duration': '45s'", ""), 32.1, 1, 0, 1}, /* for 30 s */
        {MAIL(CALL(WAITS) "," KEEP, "'duration': '5s'", ", 'stop_rate': 1"), 7, 0, 1, 0},
        {MAIL("{'StopAction': {'Scope': 'RuleSet'}}," KEEP, "'duration': '5s'", ""), 2, 0, 1, 0},
        {MAIL(KEEP ",{'StopAction': {'Scope': 'RuleSet'}}", "'duration': '5s'", ""), 2.1, 1, 0, 0},
        {MAIL("{'AddHeaderAction': {'HeaderName': 'x', 'HeaderValue': 'y'}}," KEEP, "'duration': '5s'", ""), 2.1, 1, 0, 0},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, "%s", cases[i].text);
        double seconds = figure(&run, "R", "MailDuration", "Average") / 1000;
        if (fabs(seconds - cases[i].seconds) > 1e-9 || count_of(&run, "B", "PutRequests") != cases[i].kept ||
            count_of(&run, "R", "MailsStopped") != cases[i].stopped || count_of(&run, "R", "ActionsTimedOut") != cases[i].timed_out)
            fail_msg("case %zu: %g s", i, seconds);
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_custom_resource), cmocka_unit_test(test_retry_before_the_call), cmocka_unit_test(test_pipeline),
        cmocka_unit_test(test_execution_modes), cmocka_unit_test(test_state_changes),         cmocka_unit_test(test_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
