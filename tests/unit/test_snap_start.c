/* test_snap_start.c: versions that restore instead of running INIT: what that takes, what it costs, what it does not go with. */
#include "model_fixture.h"

/* Three calls, so far apart that each needs a new environment. */
#define SNAPPED(RULES, RUNTIME, RESTORE, TARGET)                                                                                           \
    "{'duration': '250s', 'rules': {" RULES "}, 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': "    \
    "1024, 'Timeout': 60, 'Runtime': '" RUNTIME "', 'AutoPublishAlias': 'live', 'SnapStart': {'ApplyOn': 'PublishedVersions'}}}}, "        \
    "'behavior': {'F': {'init': '2s', 'duration': '100ms', 'keep_alive': '10s'" RESTORE                                                    \
    "}}, 'traffic': [{'name': 'calls', 'target': '" TARGET "', 'constant': '0.01/s'}]}"

#define CURRENT "'base': 'current'"

/* 400 ms of which 16 % are billed, with the handler: 164 ms, and of these 64 as INIT. */
static void test_restore(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, SNAPPED(CURRENT, "python3.13", ", 'restore': '400ms'", "F"));
    assert_int_equal(count_of(&run, "F", "ColdStarts"), 3);
    assert_near(figure(&run, "F", "RestoreDuration", "Sum"), 1200, 1e-9);
    assert_near(figure(&run, "F", "InitDuration", "SampleCount"), 0, 0);
    assert_near(figure(&run, "calls", "ResponseTime", "Maximum"), 500, 1e-9);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 3 * 164, 0);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 0.3, 1e-12);
    assert_near(billed(&run, "F", "Lambda-GB-Second-Init", NULL), 0.192, 1e-12);
    assert_near(billed(&run, "F", "Lambda-SnapStart-Cached-GB-Second", NULL), 250, 1e-9);
    assert_near(billed(&run, "F", "Lambda-SnapStart-Restored-GB", NULL), 3, 0);
    /* Java pays for time alone */
    model_execute(&run, SNAPPED(CURRENT, "java21", ", 'restore': '400ms'", "F"));
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 3 * 164, 0);
    assert_near(billed(&run, "F", "Lambda-SnapStart-Cached-GB-Second", NULL), 0, 0);
    assert_near(billed(&run, "F", "Lambda-SnapStart-Restored-GB", NULL), 0, 0);
    /* $LATEST has no snapshot */
    model_execute(&run, SNAPPED(CURRENT, "java21", ", 'restore': '400ms'", "F:$LATEST"));
    assert_near(figure(&run, "F", "InitDuration", "Sum"), 6000, 1e-9);
    assert_near(figure(&run, "F", "RestoreDuration", "SampleCount"), 0, 0);
    /* by default a restore is what the rules say, also when something else is set while it runs */
    model_execute(&run, "{'duration': '250s', 'rules': {'base': 'current', 'snapstart_restore': '700ms'}, 'Resources': {'F': {'Type': "
                        "'AWS::Serverless::Function', 'Properties': {'Runtime': 'java21', 'AutoPublishAlias': 'live', 'SnapStart': "
                        "{'ApplyOn': 'PublishedVersions'}}}}, 'behavior': {'F': {'duration': '100ms', 'keep_alive': '10s'}}, 'traffic': "
                        "[{'name': 'calls', 'target': 'F', 'constant': '0.01/s'}], 'changes': [{'at': '50s', 'set': {'F.MemorySize': "
                        "512}}]}");
    assert_near(figure(&run, "calls", "ResponseTime", "Minimum"), 800, 1e-9);
    model_execute(&run, SNAPPED(CURRENT ", 'snapstart_restore': '700ms'", "java21", "", "F"));
    assert_near(figure(&run, "calls", "ResponseTime", "Maximum"), 800, 1e-9);
    model_close(&run);
}

/* After ten seconds a restore is given up, and the invocation with it; the environment is of no use. */
/* crosses: restore_timeout_s */
static void test_restore_timeout(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, SNAPPED(CURRENT, "java21", ", 'restore': '10s'", "F"));
    assert_int_equal(count_of(&run, "F", "Errors"), 0);
    model_execute(&run, SNAPPED(CURRENT, "java21", ", 'restore': '10001ms'", "F"));
    assert_int_equal(fates_of(&run, "calls", FATE_TIMED_OUT, "SnapStartTimeoutException"), 3);
    assert_int_equal(count_of(&run, "F", "Errors"), 3);
    assert_int_equal(count_of(&run, "F", "Timeouts"), 0);
    assert_near(figure(&run, "F", "ResponseTime", "Maximum"), 10000, 1e-9);
    assert_near(figure(&run, "F", "Duration", "Sum"), 0, 0);
    assert_near(figure(&run, "F", "BilledDuration", "Sum"), 3 * 1600, 0);
    assert_near(figure(&run, "F", "IdleEnvironments", "Maximum"), 0, 0);
    model_close(&run);
}

/* A new version has a snapshot of its own, from when it is published. */
static void test_deployed(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, "{'duration': '1000s', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': 1024, "
                        "'Runtime': 'python3.13', 'AutoPublishAlias': 'live', 'SnapStart': {'ApplyOn': 'PublishedVersions'}}}}, "
                        "'behavior': {'F': {'restore': '400ms', 'duration': '100ms'}}, 'traffic': [{'name': 'calls', 'target': 'F', "
                        "'constant': '1/s'}], 'changes': [{'at': '600s', 'deploy': 'F', 'preference': 'AllAtOnce', 'Properties': "
                        "{'MemorySize': 2048}}]}");
    assert_near(billed(&run, "F", "Lambda-SnapStart-Cached-GB-Second", NULL), 1 * 1000 + 2 * 400, 1e-9);
    assert_near(billed(&run, "F", "Lambda-SnapStart-Restored-GB", NULL), 1 + 2, 0);
    model_close(&run);
}

/* What AWS refuses is refused, unless the scenario says that it knows. */
/* crosses: snapstart_tmp_max_mb */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *rules, *properties, *refusal; /* NULL: it is fine */
    } cases[] = {
        {"current", "'Runtime': 'java11'", NULL},
        {"current", "'Runtime': 'java8.al2'", "snapstart_runtime"},
        {"current", "'Runtime': 'python3.12'", NULL},
        {"current", "'Runtime': 'python3.9'", "snapstart_runtime"},
        {"current", "'Runtime': 'dotnet8'", NULL},
        {"current", "'Runtime': 'dotnet6'", "snapstart_runtime"},
        {"current", "'Runtime': 'dotnetcore3.1'", "snapstart_runtime"},
        {"current", "'Runtime': 'nodejs22.x'", "snapstart_runtime"},
        {"course", "'Runtime': 'java11'", NULL},
        {"course", "'Runtime': 'java17'", "snapstart_runtime"},
        {"current", "'PackageType': 'Image'", NULL},
        {"course", "'PackageType': 'Image'", "snapstart_image"},
        {"current", "'Runtime': 'java21', 'EphemeralStorage': {'Size': 512}", NULL},
        {"current", "'Runtime': 'java21', 'EphemeralStorage': {'Size': 513}", "snapstart_tmp"},
        {"current", "'Runtime': 'java21', 'VpcConfig': {}, 'FileSystemConfigs': [{'Arn': 'x', 'LocalMountPath': '/mnt/x'}]",
         "snapstart_file_system"},
        {"current", "'Runtime': 'java21', 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 1}", "snapstart_provisioned"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int allowed = 0; allowed < 2; allowed++) {
            char *text = NULL;
            assert_true(asprintf(&text,
                                 "{'duration': '1s', 'rules': '%s', 'allow_invalid': [%s%s%s], 'Resources': {'F': {'Type': "
                                 "'AWS::Serverless::Function', 'Properties': {'AutoPublishAlias': 'live', 'SnapStart': {'ApplyOn': "
                                 "'PublishedVersions'}, %s}}}}",
                                 cases[i].rules, allowed && cases[i].refusal ? "'" : "",
                                 allowed && cases[i].refusal ? cases[i].refusal : "", allowed && cases[i].refusal ? "'" : "",
                                 cases[i].properties) > 0);
            enum status status = model_load(&run, text);
            free(text);
            if ((status == STATUS_OK) != (allowed || !cases[i].refusal))
                fail_msg("%s by %s", cases[i].properties, cases[i].rules);
            for (size_t k = 0; status != STATUS_OK && k < run.diagnostics.count; k++)
                if (run.diagnostics.list[k].severity == SEVERITY_ERROR)
                    assert_non_null(strstr(run.diagnostics.list[k].hint, cases[i].refusal));
        }
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restore),
        cmocka_unit_test(test_restore_timeout),
        cmocka_unit_test(test_deployed),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
