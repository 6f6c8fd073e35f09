/* test_app_spec.c: the AppSpec of a deployment: what of it is required, and that its hooks are called instead of the function's own. */
#include "model_fixture.h"
#include "refusals.h"

#define HOOK(NAME) ", '" NAME "': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': 60}}"
#define WORLD(SPEC)                                                                                                                        \
    "{'duration': '10m', 'Resources': {'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'FunctionName': 'shop', "                 \
    "'AutoPublishAlias': 'live', 'DeploymentPreference': {'Type': 'AllAtOnce', 'Hooks': {'PreTraffic': {'Ref': 'Own'}}}}}" HOOK("Own")     \
        HOOK("Before") HOOK("After") "}, 'behavior': {'F': {'init': '0ms', 'duration': '1ms'}, 'Own': {'duration': '1ms'}, 'Before': "     \
                                     "{'duration': '1ms'}, 'After': {'duration': '1ms', 'error_rate': 1}}, 'traffic': [{'name': 'c', "     \
                                     "'target': 'F', 'constant': '1/s'}], "                                                                \
                                     "'changes': [{'at': '1m', 'deploy': 'F', 'appspec': " SPEC "}]}"
#define TARGET                                                                                                                             \
    "'Resources': [{'f': {'Type': 'AWS::Lambda::Function', 'Properties': {'Name': 'F', 'Alias': 'live', 'CurrentVersion': '1', "           \
    "'TargetVersion': '2'}}}]"
#define PROPERTIES(WORDS) "{'Resources': [{'f': {'Type': 'AWS::Lambda::Function', 'Properties': {" WORDS "}}}]}"

static void test_hooks(void **state)
{
    struct model_run *run = *state;
    model_execute(run, WORLD("{'version': 0.0, " TARGET "}"));
    assert_int_equal(count_of(run, "Own", "Invocations"), 0);
    assert_int_equal(count_of(run, "F", "DeploymentsSucceeded"), 1);
    model_execute(run, WORLD("{" TARGET ", 'Hooks': [{'BeforeAllowTraffic': 'Before'}]}"));
    assert_int_equal(count_of(run, "Before", "Invocations"), 1);
    assert_int_equal(count_of(run, "F", "DeploymentsSucceeded"), 1);
    /* The second one says no: the alias goes back. */
    model_execute(run, WORLD("{" TARGET ", 'Hooks': [{'BeforeAllowTraffic': 'Before'}, {'AfterAllowTraffic': 'After'}]}"));
    assert_int_equal(count_of(run, "After", "Invocations"), 1);
    assert_int_equal(count_of(run, "F", "DeploymentsFailed"), 1);
    /* Small letters, the function by its own name, numbers as numbers. */
    model_execute(run, WORLD("{'resources': [{'f': {'type': 'AWS::Lambda::Function', 'properties': {'name': 'shop', 'alias': 'live', "
                             "'currentversion': 1, 'targetversion': 2}}}], 'hooks': [{'BeforeAllowTraffic': 'Before'}]}"));
    assert_int_equal(count_of(run, "Before", "Invocations"), 1);
}

static void test_refused(void **state)
{
    static const struct refusal cases[] = {
        {"{}", "an AppSpec needs Resources"},
        {"{'Resources': [{}]}", "must be between 1 and 1"},
        {"{'Resources': [{'f': {}}, {'g': {}}]}", "must be between 0 and 1, got 2"},
        {"{'Resources': [{'f': {'Properties': {}}}]}", "an AppSpec needs Type"},
        {"{'Resources': [{'f': {'Type': 'AWS::ECS::Service'}}]}", "the Type of what an AppSpec deploys on Lambda is AWS::Lambda::Function"},
        {PROPERTIES("'Alias': 'live', 'CurrentVersion': '1', 'TargetVersion': '2'"), "an AppSpec needs Name"},
        {PROPERTIES("'Name': 'F', 'CurrentVersion': '1', 'TargetVersion': '2'"), "an AppSpec needs Alias"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'TargetVersion': '2'"), "an AppSpec needs CurrentVersion"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '1'"), "an AppSpec needs TargetVersion"},
        {PROPERTIES("'Name': 'Own', 'Alias': 'live', 'CurrentVersion': '1', 'TargetVersion': '2'"),
         "deploys \"Own\", and this deployment is of F"},
        {PROPERTIES("'Name': 'F', 'Alias': 'prod', 'CurrentVersion': '1', 'TargetVersion': '2'"), "no alias \"prod\" that could move"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '2', 'TargetVersion': '2'"), "1 here, and not 2"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '1', 'TargetVersion': '1'"), "2 here, and not 1"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '$LATEST', 'TargetVersion': '2'"), "is the number of a version"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '0', 'TargetVersion': '2'"), "is the number of a version"},
        {PROPERTIES("'Name': 'F', 'Alias': 'live', 'CurrentVersion': '1', 'TargetVersio': '2'"), "unknown key \"TargetVersio\""},
        {"{" TARGET ", 'Hooks': [{'AfterInstall': 'Before'}]}", "a deployment on Lambda has no hook \"AfterInstall\""},
        {"{" TARGET ", 'Hooks': [{'AfterAllowTraffic': 'Nobody'}]}", "the hook AfterAllowTraffic names no function"},
        {"{" TARGET ", 'Hooks': [1]}", "must be an object"},
        {"7", "must be an object"},
    };
    assert_refused(*state, WORLD("%s"), cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MODEL_TEST(test_hooks), MODEL_TEST(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
