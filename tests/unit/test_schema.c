/* test_schema.c: the JSON Schema and the reference pages say what the tables say. That scenarios keep the schema is tested with the
 * scenarios themselves. */
#include "document/scenario_keys.h"
#include "fake_models.h"
#include "schema/schema.h"

static struct rule rules[] = {
    {.name = "a_rule", .number = 3, .unit = "MB", .note = "What it \"means\"."},
    {.name = "memory_max", .number = 3008, .unit = "MB"},
};
static const struct rule_book current = {.name = "current", .rules = rules, .count = 1};
static const struct rule_book course = {.name = "course", .rules = rules, .count = 2};

static cJSON *schema_of(const struct model_registry *registry)
{
    cJSON *schema = schema_new(registry, &current);
    assert_non_null(schema);
    return schema;
}

/* Follows "a/b/c" from `node`. */
static const cJSON *at(const cJSON *node, const char *path)
{
    char copy[400];
    char *state = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok_r(copy, "/", &state); part && node; part = strtok_r(NULL, "/", &state))
        node = cJSON_GetObjectItemCaseSensitive(node, part);
    if (!node)
        fail_msg("the schema has no %s", path);
    return node;
}

static void check_references(const cJSON *schema, const cJSON *node, size_t *count)
{
    for (const cJSON *child = node->child; child; child = child->next) {
        if (child->string && strcmp(child->string, "$ref") == 0 && cJSON_IsString(child)) {
            assert_int_equal(strncmp(child->valuestring, "#/$defs/", 8), 0);
            assert_non_null(cJSON_GetObjectItemCaseSensitive(at(schema, "$defs"), child->valuestring + 8));
            ++*count;
        }
        check_references(schema, child, count);
    }
}

static void test_schema(void **state)
{
    (void)state;
    cJSON *schema = schema_of(&fake_registry);
    assert_string_equal(at(schema, "$schema")->valuestring, "https://json-schema.org/draft/2020-12/schema");
    assert_true(cJSON_IsFalse(at(schema, "additionalProperties")));
    size_t keys = 0, references = 0;
    for (const struct scenario_key *key = scenario_keys; key->name; key++, keys++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(at(schema, "properties"), key->name);
        assert_non_null(item);
        assert_string_equal(at(item, "description")->valuestring, key->help);
        assert_true(cJSON_IsObject(at(item, "then")));
    }
    assert_int_equal(cJSON_GetArraySize(at(schema, "properties")), (int)keys);
    check_references(schema, schema, &references);
    assert_true(references > 50);
    assert_string_equal(at(schema, "properties/drain/then/default")->valuestring, "0s");
    cJSON_Delete(schema);
}

static void test_tables(void **state)
{
    (void)state;
    cJSON *schema = schema_of(&fake_registry);
    const cJSON *memory = at(schema, "$defs/Fake::Compute::Worker/properties/MemorySize/then");
    assert_true(at(memory, "minimum")->valuedouble == 128);
    assert_true(at(memory, "maximum")->valuedouble == 10240);
    assert_true(at(memory, "default")->valuedouble == 128);
    assert_string_equal(at(memory, "description")->valuestring, "Memory.");
    const cJSON *timeout = at(schema, "$defs/Fake::Compute::Worker/properties/Timeout/then/anyOf");
    assert_true(at(timeout->child, "maximum")->valuedouble == 900);
    const cJSON *needed = at(schema, "$defs/Fake::Storage::Table/required");
    assert_int_equal(cJSON_GetArraySize(needed), 1);
    assert_string_equal(needed->child->valuestring, "Capacity");
    assert_int_equal(cJSON_GetArraySize(at(schema, "$defs/traffic/oneOf")), 3);
    assert_string_equal(at(schema, "$defs/traffic/properties/poisson/then/$ref")->valuestring, "#/$defs/arrival_poisson");
    /* Each type chooses its own Properties. */
    const cJSON *choices = at(schema, "properties/Resources/then/additionalProperties/allOf");
    assert_int_equal(cJSON_GetArraySize(choices), 2);
    assert_string_equal(at(choices->child, "if/properties/Type/const")->valuestring, "Fake::Compute::Worker");
    assert_string_equal(at(choices->child, "then/properties/Properties/$ref")->valuestring, "#/$defs/Fake::Compute::Worker");
    /* The rules are there by name. */
    const cJSON *book = at(schema, "properties/rules/then/anyOf")->child->next;
    assert_string_equal(at(book, "properties/a_rule/description")->valuestring, "What it \"means\".");
    assert_true(at(book, "properties/a_rule/default")->valuedouble == 3);
    cJSON_Delete(schema);
}

static char *page(enum status (*write)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(write(out), STATUS_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

static const struct property limited[] = {
    {.name = "Size|x", .kind = PROPERTY_INTEGER, .unit = "MB", .minimum = "1", .maximum = "memory_max", .fallback = "7", .help = "a|b"},
    {.name = "Ignored", .kind = PROPERTY_ACCEPTED},
    {0},
};
static const struct model_type limited_type = {.type = "Fake::Limited", .help = "Has limits.", .properties = limited};
static const struct model_type *const limited_resources[] = {&limited_type, &fake_worker_type, NULL};
static const struct model_registry limited_registry = {
    .resources = limited_resources, .account = &fake_account_type, .source = &fake_source_type, .fleet_type = NULL};

static enum status write_models(FILE *out)
{
    return reference_models(&limited_registry, &current, &course, out);
}

static enum status write_scenarios(FILE *out)
{
    return reference_scenarios(&fake_registry, &current, out);
}

static void test_reference_of_models(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "## Fake::Limited\n\nHas limits.\n",
        "| `Size|x` | whole number | MB | at least 1 (course: 1 to 3008) | `7` | a\\|b |\n",
        "Accepted, without effect on the simulation: `Ignored`.\n",
        "## Fake::Compute::Worker\n",
        "| `Timeout` | time | s | 1 to 900 | `3` | The longest run. |\n",
        "| `duration` | distribution of times |  |  |  | How long. |\n",
        "| `fake` | `Took` | Milliseconds | Time. |\n",
        "## `account`\n",
        "## `traffic`: a source\n",
    };
    char *text = page(write_models);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i]))
            fail_msg("the page lacks: %s", parts[i]);
    assert_null(strstr(text, "Hidden"));
    free(text);
}

static void test_reference_of_scenarios(void **state)
{
    (void)state;
    char *text = page(write_scenarios);
    char row[100];
    for (const struct scenario_key *key = scenario_keys; key->name; key++) {
        snprintf(row, sizeof row, "| `%s` | ", key->name);
        if (!strstr(text, row))
            fail_msg("the page lacks %s", key->name);
    }
    static const char *const parts[] = {"| `duration` | Simulated time over which traffic is generated. | required |\n", "`F1-calls`",
                                        "{\"exponential\": \"120ms\"}", "`\"schedule\": \"rate(5 minutes)\"`"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(text, parts[i]))
            fail_msg("the page lacks: %s", parts[i]);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_reference_of_models),
        cmocka_unit_test(test_reference_of_scenarios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
