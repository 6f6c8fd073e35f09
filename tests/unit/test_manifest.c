/* test_manifest.c: a manifest says what a result came from, exactly and always the same; and is known again. */
#include "output/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct rule rules[] = {
    {.name = "a_share", .number = 0.1 + 0.2, .unit = "", .source = "", .date = "", .confidence = "doc", .note = ""},
    {.name = "a_word", .number = NAN, .text = "halving\x1b[31m", .unit = "", .source = "", .date = "", .confidence = "doc", .note = ""},
    {.name = "an_init", .number = NAN, .unit = "", .source = "", .date = "", .confidence = "meas", .note = ""},
};
static const struct distribution init = {.kind = DISTRIBUTION_LOGNORMAL, .a = 19.25, .b = 0.1 + 0.2, .plus = 5};
static struct rule_book book = {.name = "current", .rules = rules, .count = 3};

static struct price_tier tiers[] = {{6e9, 0.0000166667}, {INFINITY, 0.000015}};
static struct price prices[] = {{.usage_type = "GB-Second", .service = "S", .unit = "GB-second", .tiers = tiers, .tier_count = 2}};
static struct price_book price_book = {.name = "us-east-1", .prices = prices, .count = 1};

static struct input_file inputs[] = {{.path = "../base.json", .sha256 = "00ff"}};

static char *manifest_of(uint64_t seed, enum status status, const char *scenario_text)
{
    char *text = NULL;
    size_t length;
    rules[2].distribution = &init;
    struct scenario scenario = {
        .name = "hello", .replications = 5, .rules = &book, .prices = &price_book, .inputs = inputs, .input_count = 1};
    scenario.settings.seed = seed;
    scenario.resolved = cJSON_Parse(scenario_text);
    assert_non_null(scenario.resolved);
    const struct run_result result = {.scenario = &scenario, .replications = 2, .planned = 5, .status = status};
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(manifest_write(out, &result), STATUS_OK);
    assert_int_equal(fclose(out), 0);
    cJSON_Delete(scenario.resolved);
    return text;
}

static const cJSON *at(const cJSON *object, const char *first, const char *second, const char *third)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, first);
    if (second)
        found = cJSON_GetObjectItemCaseSensitive(found, second);
    if (third)
        found = cJSON_GetObjectItemCaseSensitive(found, third);
    assert_non_null(found);
    return found;
}

static void test_content(void **state)
{
    (void)state;
    char *text = manifest_of(7, STATUS_OK, "{\"duration\": \"1h\", \"x\": [0.30000000000000004, true, null]}");
    cJSON *manifest = cJSON_Parse(text);
    assert_non_null(manifest);
    assert_string_equal(at(manifest, "version", NULL, NULL)->valuestring, program_version());
    assert_string_equal(at(manifest, "name", NULL, NULL)->valuestring, "hello");
    assert_true(at(manifest, "seed", NULL, NULL)->valuedouble == 7);
    assert_true(at(manifest, "replications", NULL, NULL)->valuedouble == 5);
    assert_true(cJSON_IsTrue(at(manifest, "complete", NULL, NULL)));
    assert_string_equal(at(manifest, "scenario", "duration", NULL)->valuestring, "1h");
    const cJSON *input = cJSON_GetArrayItem(at(manifest, "inputs", NULL, NULL), 0);
    assert_string_equal(at(input, "path", NULL, NULL)->valuestring, "../base.json");
    assert_string_equal(at(input, "sha256", NULL, NULL)->valuestring, "00ff");
    /* The last bit too. */
    assert_true(at(manifest, "rules", "values", "a_share")->valuedouble == 0.1 + 0.2);
    assert_true(cJSON_GetArrayItem(at(manifest, "scenario", "x", NULL), 0)->valuedouble == 0.1 + 0.2);
    const cJSON *drawn = at(manifest, "rules", "values", "an_init");
    assert_string_equal(at(drawn, "distribution", NULL, NULL)->valuestring, "lognormal");
    assert_true(at(drawn, "sigma", NULL, NULL)->valuedouble == 0.1 + 0.2);
    assert_true(at(drawn, "plus", NULL, NULL)->valuedouble == 5);
    const cJSON *price = at(manifest, "prices", "values", "GB-Second");
    assert_int_equal(cJSON_GetArraySize(at(price, "tiers", NULL, NULL)), 2);
    assert_null(cJSON_GetObjectItem(cJSON_GetArrayItem(at(price, "tiers", NULL, NULL), 1), "up_to"));
    /* A terminal that shows the file is not driven by it, and the string is whole all the same. */
    assert_null(strchr(text, '\x1b'));
    assert_string_equal(at(manifest, "rules", "values", "a_word")->valuestring, "halving\x1b[31m");
    cJSON_Delete(manifest);
    free(text);
}

static void test_same_bytes(void **state)
{
    (void)state;
    char *once = manifest_of(7, STATUS_OK, "{\"duration\": \"1h\"}"), *twice = manifest_of(7, STATUS_OK, "{\"duration\": \"1h\"}");
    assert_string_equal(once, twice);
    free(once);
    free(twice);
}

static void test_large_seed(void **state)
{
    (void)state;
    char *text = manifest_of(UINT64_MAX, STATUS_OK, "{}");
    assert_non_null(strstr(text, "\"seed\": \"18446744073709551615\""));
    free(text);
    text = manifest_of(UINT64_C(1) << 53, STATUS_OK, "{}");
    assert_non_null(strstr(text, "\"seed\": 9007199254740992"));
    free(text);
}

static void test_partial(void **state)
{
    (void)state;
    char *text = manifest_of(1, STATUS_INTERRUPTED, "{}");
    cJSON *manifest = cJSON_Parse(text);
    assert_true(cJSON_IsFalse(at(manifest, "complete", NULL, NULL)));
    assert_true(at(manifest, "replications_complete", NULL, NULL)->valuedouble == 2);
    cJSON_Delete(manifest);
    free(text);
}

static void test_known_again(void **state)
{
    (void)state;
    char *text = manifest_of(1, STATUS_OK, "{}");
    size_t length = strlen(text);
    assert_true(manifest_is_ours(text, length < 256 ? length : 256));
    /* Also as other programs lay it out. */
    cJSON *manifest = cJSON_Parse(text);
    char *narrow = cJSON_PrintUnformatted(manifest), *wide = cJSON_Print(manifest);
    assert_true(manifest_is_ours(narrow, strlen(narrow)));
    assert_true(manifest_is_ours(wide, strlen(wide)));
    assert_false(manifest_is_ours(narrow, 12));
    static const char *const foreign[] = {
        "", "{}", "{\"program\":\"other\",", "[\"program\"", "{\"program\":\"slsim2\",", "{\"name\":\"x\",\"program\":\"slsim\","};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(manifest_is_ours(foreign[i], strlen(foreign[i])));
    cJSON_free(narrow);
    cJSON_free(wide);
    cJSON_Delete(manifest);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content), cmocka_unit_test(test_same_bytes),  cmocka_unit_test(test_large_seed),
        cmocka_unit_test(test_partial), cmocka_unit_test(test_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
