/* test_setting_path.c: which paths name one setting. */
#include "scenario/setting_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const same[][2] = {
    {"Api.MemorySize", "Api.MemorySize"},
    {"Api.MemorySize", "Resources.Api.Properties.MemorySize"},
    {"Api.MemorySize", "Api.Properties.MemorySize"},
    {"Api.Events.Feed.BatchSize", "Resources.Api.Properties.Events.Feed.Properties.BatchSize"},
    {"users.poisson", "traffic.users.poisson"},
    {"users.poisson", "traffic.1.poisson"},
    {"Api.behavior.init", "behavior.Api.init"},
    {"rules.lambda.x", "rules.lambda.x"},
    {"duration", "duration"},
};

static const char *const different[][2] = {
    {"Api.MemorySize", "Api.Timeout"},         {"Api.MemorySize", "Apis.MemorySize"},
    {"Api.MemorySize", "Api.MemorySize.x"},    {"Api.init", "Api.behavior.init"},
    {"users.poisson", "traffic.0.poisson"},    {"users.poisson", "traffic.2.poisson"},
    {"Resources.Api.Properties", "Api.Other"}, {"duration", "warmup"},
    {"Api.MemorySize", "Api.MemorySiz"},       {"Api.Properties", "Api"},
};

static void test_spellings(void **state)
{
    (void)state;
    struct scenario scenario = {.resolved = cJSON_Parse("{\"traffic\": [{\"name\": \"others\"}, {\"name\": \"users\"}]}")};
    assert_non_null(scenario.resolved);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(setting_path_same(&scenario, same[i][0], same[i][1]));
        assert_true(setting_path_same(&scenario, same[i][1], same[i][0]));
    }
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        assert_false(setting_path_same(&scenario, different[i][0], different[i][1]));
        assert_false(setting_path_same(&scenario, different[i][1], different[i][0]));
    }
    cJSON_Delete(scenario.resolved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spellings)};
    return cmocka_run_group_tests_name("setting_path", tests, NULL, NULL);
}
