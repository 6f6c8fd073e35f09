/* test_deployment.c: new versions: how the traffic moves, hooks, what is under way already, what the new version is. */
#include "model_fixture.h"
#include "refusals.h"

/* F with an alias `live`, deployed at 1:00; 10 calls a second, of 1 ms. */
#define WORLD(SETTINGS, REST, RESOURCES, BEHAVIOR, CHANGES)                                                                                \
    "{'duration': '2h', 'drain': '1s'" SETTINGS ", 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'MemorySize': " \
    "1024, 'AutoPublishAlias': 'live'" REST "}}" RESOURCES "}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}" BEHAVIOR              \
    "}, 'traffic': [{'name': 'c', 'target': 'F', 'constant': '10/s'}], 'changes': [" CHANGES "]}"
#define DEPLOYED(REST, RESOURCES, CHANGES) WORLD("", REST, RESOURCES, "", CHANGES)

/* One step of the weights, as the trace tells it. */
struct weight {
    double at_min;
    const char *detail;
};

static void check_weights(const struct model_run *run, const struct weight *weights, size_t count)
{
    size_t seen = 0;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct step_seen *step = &run->steps[i];
        if (strcmp(step->step, "weights") != 0)
            continue;
        assert_true(seen < count);
        assert_string_equal(step->resource, "F:live");
        assert_string_equal(step->detail, weights[seen].detail);
        assert_near((double)step->time_ns / 60e9, weights[seen].at_min, 1e-9);
        seen++;
    }
    assert_int_equal(seen, count);
}

/* -- configurations -- */

static void test_all_at_once(void **state)
{
    (void)state;
    static const struct weight weights[] = {{1, "F:2 100%"}};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_execute(&run, DEPLOYED("", "", "{'at': '1m', 'deploy': 'F'}"));
    check_weights(&run, weights, 1);
    assert_int_equal(count_of(&run, "F:1", "Invocations"), 600);
    assert_int_equal(count_of(&run, "F:2", "Invocations"), 72000 - 600);
    assert_int_equal(count_of(&run, "F", "DeploymentsSucceeded"), 1);
    model_execute(&run, DEPLOYED("", "", "{'at': '1m', 'deploy': {'Ref': 'F'}}"));
    check_weights(&run, weights, 1);
    /* switched off: the alias moves at once, whatever the type */
    model_execute(&run, DEPLOYED(", 'DeploymentPreference': {'Enabled': false, 'Type': 'Canary10Percent5Minutes'}", "",
                                 "{'at': '1m', 'deploy': 'F'}"));
    check_weights(&run, weights, 1);
    model_close(&run);
}

static void test_canaries(void **state)
{
    (void)state;
    static const int minutes[] = {5, 10, 15, 30};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        const struct weight weights[] = {{1, "F:2 10%"}, {1 + minutes[i], "F:2 100%"}};
        model_run(&run, DEPLOYED("", "", "{'at': '1m', 'deploy': 'F', 'preference': 'Canary10Percent%dMinutes'}"), minutes[i]);
        check_weights(&run, weights, 2);
        /* a tenth of n calls, 3.29 standard deviations */
        const double canary = 600.0 * minutes[i], second = 72000 - 600 - canary;
        assert_near((double)count_of(&run, "F:2", "Invocations"), second + 0.1 * canary, 3.29 * sqrt(0.09 * canary));
    }
    model_close(&run);
}

static void test_linears(void **state)
{
    (void)state;
    static const int minutes[] = {1, 2, 3, 10};
    static const char *const details[] = {"F:2 10%", "F:2 20%", "F:2 30%", "F:2 40%", "F:2 50%",
                                          "F:2 60%", "F:2 70%", "F:2 80%", "F:2 90%", "F:2 100%"};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        for (int late = 0; late < 2; late++) { /* the first step at once, or after an interval: rule codedeploy_linear_first_at_start */
            struct weight weights[10];
            for (int k = 0; k < 10; k++)
                weights[k] = (struct weight){1 + (k + late) * minutes[i], details[k]};
            model_run(&run,
                      WORLD(", 'rules': {'base': 'current', 'codedeploy_linear_first_at_start': %s}", "", "", "",
                            "{'at': '1m', 'deploy': 'F', 'preference': 'Linear10PercentEvery%dMinute%s'}"),
                      late ? "false" : "true", minutes[i], minutes[i] == 1 ? "" : "s");
            check_weights(&run, weights, 10);
        }
    model_close(&run);
}

/* One of the template's own, by name or by reference. */
static void test_own(void **state)
{
    (void)state;
    static const struct weight canary[] = {{1, "F:2 25%"}, {8, "F:2 100%"}}, linear[] = {{1, "F:2 40%"}, {3, "F:2 80%"}, {5, "F:2 100%"}};
#define OWN                                                                                                                                \
    ", 'Quarter': {'Type': 'AWS::CodeDeploy::DeploymentConfig', 'Properties': {'ComputePlatform': 'Lambda', 'TrafficRoutingConfig': "      \
    "{'Type': 'TimeBasedCanary', 'TimeBasedCanary': {'CanaryPercentage': 25, 'CanaryInterval': 7}}}}, 'Steep': {'Type': "                  \
    "'AWS::CodeDeploy::DeploymentConfig', 'Properties': {'TrafficRoutingConfig': {'Type': 'TimeBasedLinear', 'TimeBasedLinear': "          \
    "{'LinearPercentage': 40, 'LinearInterval': 2}}}}"
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_execute(&run, DEPLOYED("", OWN, "{'at': '1m', 'deploy': 'F', 'preference': 'Quarter'}"));
    check_weights(&run, canary, 2);
    model_execute(&run, DEPLOYED(", 'DeploymentPreference': {'Type': {'Ref': 'Steep'}}", OWN, "{'at': '1m', 'deploy': 'F'}"));
    check_weights(&run, linear, 3);
    model_close(&run);
}

/* AWS's full names, and the course notes' spellings with a word about it. */
static void test_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool good, warned;
    } cases[] = {
        {"CodeDeployDefault.LambdaCanary10Percent5Minutes", true, false},
        {"CodeDeployDefault.LambdaAllAtOnce", true, false},
        {"LambdaLinear10PercentEvery1Minute", true, false},
        {"Canary10Percent5minutes", true, true},
        {"Linear10PercentEvery3minutes", true, true},
        {"allatonce", true, true},
        {"Canary10Percent6Minutes", false, false},
        {"Canary20Percent5Minutes", false, false},
        {"Linear10Percent1Minute", false, false},
        {"Linear10PercentEvery", false, false},
        {"Canary", false, false},
        {"", false, false},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        assert_true(
            asprintf(&text, DEPLOYED(", 'DeploymentPreference': {'Type': '%s'}", "", "{'at': '1m', 'deploy': 'F'}"), cases[i].name) > 0);
        assert_int_equal(model_load(&run, text) == STATUS_OK, cases[i].good);
        assert_int_equal(run.diagnostics.count > 0, cases[i].warned || !cases[i].good);
        if (cases[i].warned)
            assert_true(hinted(&run.diagnostics, "AWS spells it"));
        free(text);
    }
    model_close(&run);
}

/* -- hooks -- */

#define HOOKS ", 'DeploymentPreference': {'Type': 'AllAtOnce', 'Hooks': {'PreTraffic': {'Ref': 'Pre'}, 'PostTraffic': {'Ref': 'Post'}}}"
#define HOOK(NAME) ", '" NAME "': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}"

/* crosses: codedeploy_hook_timeout_s */
static void test_hooks(void **state)
{
    (void)state;
    static const struct weight passed[] = {{1.5, "F:2 100%"}}, undone[] = {{1.5, "F:2 100%"}, {1.75, "F:1 100%"}},
                               hung[] = {{1.5, "F:2 100%"}, {61.5, "F:1 100%"}}, never[] = {{1, "F:1 100%"}};
    static const struct {
        const char *pre, *post;
        const struct weight *weights;
        size_t count;
        double never_min; /* when a deployment that moved nothing was given up */
    } cases[] = {
        {"'duration': '30s'", "'duration': '15s'", passed, 1, 0},
        {"'duration': '30s'", "'duration': '15s', 'error_rate': 1", undone, 2, 0},
        {"'duration': '30s'", "'duration': '90s'", hung, 2, 0}, /* stopped at its Timeout: nobody tells CodeDeploy anything */
        {"'duration': '30s', 'error_rate': 1", "'duration': '15s'", never, 1, 1.5},
        {"'duration': '90s'", "'duration': '15s'", never, 1, 61},
    };
    struct model_run run;
    model_open(&run);
    run.traced = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  WORLD("", HOOKS, HOOK("Pre") HOOK("Post"), ", 'Pre': {'init': '0ms', %s}, 'Post': {'init': '0ms', %s}",
                        "{'at': '1m', 'deploy': 'F'}"),
                  cases[i].pre, cases[i].post);
        struct weight given_up = {cases[i].never_min, "F:1 100%"};
        check_weights(&run, cases[i].never_min > 0 ? &given_up : cases[i].weights, cases[i].count);
        assert_int_equal(count_of(&run, "F", "DeploymentsSucceeded"), i == 0);
        assert_int_equal(count_of(&run, "F", "DeploymentsFailed"), i != 0);
        assert_int_equal(count_of(&run, "Pre", "Invocations"), 1);
        assert_int_equal(count_of(&run, "Post", "Invocations"), i < 3);
    }
    model_close(&run);
}

/* -- several -- */

/* One at a time: what comes meanwhile is refused. Each brings a version of its own, made of the one before. */
static void test_several(void **state)
{
    (void)state;
    static const struct weight weights[] = {{1, "F:2 10%"}, {6, "F:2 100%"}, {20, "F:4 100%"}};
    struct model_run run;
    model_open(&run);
    run.traced = true;
    model_execute(&run, DEPLOYED("", "",
                                 "{'at': '1m', 'deploy': 'F', 'preference': 'Canary10Percent5Minutes', 'behavior': {'duration': "
                                 "'2ms'}}, {'at': '3m', 'deploy': 'F', 'Properties': {'MemorySize': 2048}}, {'at': '20m', "
                                 "'deploy': 'F', 'behavior': {'error_rate': 1}}"));
    check_weights(&run, weights, 3);
    assert_int_equal(count_of(&run, "F", "DeploymentsSucceeded"), 2);
    assert_int_equal(count_of(&run, "F", "DeploymentsFailed"), 1);
    assert_int_equal(count_of(&run, "F:3", "Invocations"), 0);
    assert_int_equal(count_of(&run, "F:4", "Invocations"), 60000);
    assert_int_equal(count_of(&run, "F", "Errors"), 60000);
    assert_near(figure(&run, "F:4", "Duration", "Average"), 2, 0);
    /* the 60,000 of the last are at the 2 GB of the one that was refused, the 12,000 before at 1 GB, for 1 ms or 2 ms */
    const double first = (double)count_of(&run, "F:1", "Invocations"), second = (double)count_of(&run, "F:2", "Invocations");
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), first * 0.001 + second * 0.002 + 60000 * 0.002 * 2, 1e-6);
    model_close(&run);
}

/* Another architecture has its own lines on the bill. */
static void test_architecture(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, DEPLOYED("", "", "{'at': '30m', 'deploy': 'F', 'Properties': {'Architectures': ['arm64']}}"));
    assert_near(billed(&run, "F", "Request", NULL), 18000, 0);
    assert_near(billed(&run, "F", "Request-ARM", NULL), 54000, 0);
    assert_near(billed(&run, "F", "Lambda-GB-Second", NULL), 18, 1e-9);
    assert_near(billed(&run, "F", "Lambda-GB-Second-ARM", NULL), 54, 1e-9);
    model_close(&run);
}

/* Provisioned concurrency moves with the weights: what the new version gets is allocated first. */
static void test_provisioned(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    model_execute(&run, WORLD(", 'rules': {'base': 'current', 'provisioned_ready_at_start': true}",
                              ", 'ProvisionedConcurrencyConfig': {'ProvisionedConcurrentExecutions': 60}", "", "",
                              "{'at': '60m', 'deploy': 'F', 'preference': 'Canary10Percent10Minutes'}"));
    const double run_s = 7200;
    assert_near(figure(&run, "F:1", "ProvisionedConcurrencyAllocated", "Average"), (60 * 3600 + 54 * 600) / run_s, 1e-6);
    /* 6 after 90 s and 60 ms, and 54 more after 90 s and 540 ms */
    assert_near(figure(&run, "F:2", "ProvisionedConcurrencyAllocated", "Average"), (6 * (3600 - 90.06) + 54 * (3600 - 600 - 90.54)) / run_s,
                1e-6);
    /* paid: 60 throughout, and F:1's last 54 to the end of its five minutes, which is then */
    assert_near(billed(&run, "F", "Lambda-Provisioned-Concurrency", NULL), 60 * 7200, 1e-6);
    model_close(&run);
}

/* Without AutoPublishAlias: the function's only alias moves. */
static void test_native(void **state)
{
    (void)state;
    static const char text[] =
        "{'duration': '10m', 'drain': '1s', 'Resources': {'F': {'Type': 'AWS::Lambda::Function'}, 'V': {'Type': 'AWS::Lambda::Version', "
        "'Properties': {'FunctionName': {'Ref': 'F'}}}, 'A': {'Type': 'AWS::Lambda::Alias', 'UpdatePolicy': "
        "{'CodeDeployLambdaAliasUpdate': {'ApplicationName': 'a', 'DeploymentGroupName': 'g'}}, 'Properties': {'FunctionName': {'Ref': "
        "'F'}, 'Name': 'live', 'FunctionVersion': {'Fn::GetAtt': ['V', 'Version']}}}%s}, 'behavior': {'F': {'init': '0ms', 'duration': "
        "'1ms'}}, 'traffic': [{'name': 'c', 'target': 'F:live', 'constant': '10/s'}], 'changes': [{'at': '5m', 'deploy': 'F'}]}";
    static const char other[] = ", 'B': {'Type': 'AWS::Lambda::Alias', 'Properties': {'FunctionName': {'Ref': 'F'}, 'Name': 'other', "
                                "'FunctionVersion': '$LATEST'}}";
    struct model_run run;
    model_open(&run);
    model_run(&run, text, "");
    assert_int_equal(count_of(&run, "F:1", "Invocations"), 3000);
    assert_int_equal(count_of(&run, "F:2", "Invocations"), 3000);
    assert_int_equal(count_of(&run, "F:live", "Invocations"), 6000);
    char *two = NULL;
    assert_true(asprintf(&two, text, other) > 0);
    assert_int_not_equal(model_load(&run, two), STATUS_OK);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "F has no alias, or several, that could move"));
    free(two);
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{'at': '1m', 'deploy': 'G'}", "G has no alias"},
        {"{'at': '1m', 'deploy': 'Q'}", "takes no \"deploy\""},
        {"{'at': '1m', 'deploy': 'F', 'for': '1m'}", "a \"deploy\" has no end of its own"},
        {"{'at': '1m', 'deploy': 'F', 'alarms': ['Q']}", "\"Q\" is no alarm"},
        {"{'at': '1m', 'deploy': 'F', 'Properties': {'MemorySize': 1}}", "must be between 128 and 10240 MB"},
        {"{'at': '1m', 'deploy': 'F', 'Properties': {'ReservedConcurrentExecutions': 1}}", "unknown key"},
        {"{'at': '1m', 'deploy': 'F', 'behavior': {'eror_rate': 1}}", "unknown key \"eror_rate\""},
    };
    struct model_run run;
    model_open(&run);
    assert_refused(&run, DEPLOYED("", ", 'G': {'Type': 'AWS::Serverless::Function'}, 'Q': {'Type': 'AWS::SQS::Queue'}", "%s"), cases,
                   sizeof cases / sizeof *cases);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_canaries),     cmocka_unit_test(test_linears),
        cmocka_unit_test(test_own),         cmocka_unit_test(test_spellings),    cmocka_unit_test(test_hooks),
        cmocka_unit_test(test_several),     cmocka_unit_test(test_architecture), cmocka_unit_test(test_provisioned),
        cmocka_unit_test(test_native),      cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
