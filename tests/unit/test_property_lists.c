/* test_property_lists.c: lists of objects and of texts, keys, JSON kept as text, tables included in tables, and their schema. */
#include "engine/request.h"
#include "engine/sim_time.h"
#include "notation/property_parse.h"
#include "notation/references.h"
#include "parse_fixture.h"
#include "schema/json_write.h"
#include "schema/markdown.h"

struct rule_row {
    const char *name, *value;
    bool value_given;
};

struct target {
    uint32_t queue;
    int64_t attempts;
    struct property_list rules; /* of struct rule_row */
};

struct thing {
    int64_t size, age_ns, elsewhere;
    uint32_t other, dead_letter;
    struct property_list targets;
    struct string_list events;
    struct key_choice key;
    const char *body;
    bool targets_given;
};

static const struct property rule_rows[] = {
    {.name = "Name", .kind = PROPERTY_STRING, .offset = offsetof(struct rule_row, name), .required = true},
    {.name = "Value",
     .kind = PROPERTY_STRING,
     .offset = offsetof(struct rule_row, value),
     .given = PROPERTY_GIVEN(struct rule_row, value_given)},
    {0},
};
static const struct property target_rows[] = {
    {.name = "Arn", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct target, queue), .required = true},
    {.name = "Attempts", .kind = PROPERTY_INTEGER, .offset = offsetof(struct target, attempts), .maximum = "185", .fallback = "3"},
    {.name = "Rules",
     .kind = PROPERTY_LIST,
     .offset = offsetof(struct target, rules),
     .properties = rule_rows,
     .size = sizeof(struct rule_row)},
    {0},
};
static const struct property dead_letter_rows[] = {
    {.name = "Arn", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct thing, dead_letter)},
    {0},
};
static const struct property innermost[] = {
    {.name = "Age", .kind = PROPERTY_TIME, .offset = offsetof(struct thing, age_ns), .unit = "s", .fallback = "60"},
    {.name = "Dead", .kind = PROPERTY_OBJECT, .properties = dead_letter_rows},
    {0},
};
static const struct property nothing[] = {{0}};
static const struct property shared[] = {
    {.kind = PROPERTY_TABLE, .properties = nothing},
    {.name = "Size", .kind = PROPERTY_INTEGER, .offset = offsetof(struct thing, size), .minimum = "1", .fallback = "5", .required = true},
    {.kind = PROPERTY_TABLE, .properties = innermost},
    {0},
};
static const struct property set_elsewhere[] = {
    {.name = "Elsewhere", .kind = PROPERTY_INTEGER, .offset = offsetof(struct thing, elsewhere), .fallback = "9"},
    {.name = "Other", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct thing, other)},
    {0},
};
static const struct property table[] = {
    {.kind = PROPERTY_DEFAULTS, .properties = set_elsewhere},
    {.kind = PROPERTY_TABLE, .properties = shared},
    {.name = "Targets",
     .kind = PROPERTY_LIST,
     .offset = offsetof(struct thing, targets),
     .properties = target_rows,
     .size = sizeof(struct target),
     .minimum = "1",
     .maximum = "3",
     .given = PROPERTY_GIVEN(struct thing, targets_given)},
    {.name = "Events", .kind = PROPERTY_STRINGS, .offset = offsetof(struct thing, events), .maximum = "2"},
    {.name = "key", .kind = PROPERTY_KEY, .offset = offsetof(struct thing, key)},
    {.name = "body", .kind = PROPERTY_JSON, .offset = offsetof(struct thing, body)},
    {0},
};

static void read_thing(struct fixture *fixture, const char *text, struct thing *thing)
{
    static struct references references;
    struct parse_path path = {NULL, "X", 0};
    fixture_init(fixture, text);
    *thing = (struct thing){0};
    const struct reference_name all[] = {{"account", 0, NULL, {0}}, {"Jobs", 1, NULL, {0}}, {"Lost", 2, NULL, {0}}};
    struct reference_name *names = store_alloc(fixture->store, 3, sizeof *names);
    assert_non_null(names);
    memcpy(names, all, sizeof all);
    references_init(&references, names, 3, 3, &fixture->parse);
    fixture->parse.references = &references;
    property_defaults(&fixture->parse, table, thing);
    property_parse(&fixture->parse, table, fixture->tree, fixture->tree, &path, NULL, thing);
    assert_false(fixture->parse.failed);
}

static void test_list(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    read_thing(
        &fixture,
        "{\"Size\": 2, \"Targets\": [{\"Arn\": {\"Fn::GetAtt\": [\"Jobs\", \"Arn\"]}, \"Attempts\": 7},"
        " {\"Ref\": \"AWS::NoValue\"}, {\"Arn\": \"Lost\", \"Rules\": [{\"Name\": \"prefix\", \"Value\": \"in/\"}, {\"Name\": \"x\"}]}]}",
        &thing);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_true(thing.targets_given);
    assert_int_equal(thing.targets.count, 2);
    const struct target *targets = thing.targets.items;
    assert_int_equal(targets[0].queue, 1);
    assert_int_equal(targets[0].attempts, 7);
    assert_int_equal(targets[0].rules.count, 0);
    assert_int_equal(targets[1].queue, 2);
    assert_int_equal(targets[1].attempts, 3);
    assert_int_equal(targets[1].rules.count, 2);
    const struct rule_row *rows = targets[1].rules.items;
    assert_string_equal(rows[0].value, "in/");
    assert_true(rows[0].value_given);
    assert_string_equal(rows[1].name, "x");
    assert_false(rows[1].value_given);
    fixture_fini(&fixture);
}

struct named {
    const char *key;
    int64_t count;
};
static const struct property named_rows[] = {
    {.name = "Count", .kind = PROPERTY_INTEGER, .offset = offsetof(struct named, count), .minimum = "0", .fallback = "4"},
    {0},
};
static const struct property map_table[] = {
    {.name = "ByName", .kind = PROPERTY_MAP, .properties = named_rows, .size = sizeof(struct named)},
    {0},
};

/* An object whose members are elements, each with its name first. */
static void test_map(void **state)
{
    (void)state;
    struct fixture fixture;
    struct property_list list = {0};
    struct parse_path path = {NULL, "X", 0};
    fixture_init(&fixture, "{\"ByName\": {\"GET /a\": {\"Count\": 7}, \"none\": null, \"b\": {}}}");
    property_defaults(&fixture.parse, map_table, &list);
    assert_int_equal(list.count, 0);
    property_parse(&fixture.parse, map_table, fixture.tree, fixture.tree, &path, NULL, &list);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(list.count, 2);
    const struct named *elements = list.items;
    assert_string_equal(elements[0].key, "GET /a");
    assert_int_equal(elements[0].count, 7);
    assert_string_equal(elements[1].key, "b");
    assert_int_equal(elements[1].count, 4);
    fixture_fini(&fixture);
    fixture_init(&fixture, "{\"ByName\": {\"a\": {\"Count\": -1}, \"b\": {\"Cound\": 1}, \"c\": 5}}");
    property_parse(&fixture.parse, map_table, fixture.tree, fixture.tree, &path, NULL, &list);
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "got -1"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "unknown key \"Cound\""));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "must be an object, got 5"));
    fixture_fini(&fixture);
    fixture_init(&fixture, "{\"ByName\": [1]}");
    property_parse(&fixture.parse, map_table, fixture.tree, fixture.tree, &path, NULL, &list);
    assert_int_equal(fixture.diagnostics.error_count, 1);
    fixture_fini(&fixture);
}

/* Included rows stand in place; what is only for defaults can be neither written nor seen. */
static void test_tables(void **state)
{
    (void)state;
    static const char *const names[] = {"Size", "Age", "Dead", "Targets", "Events", "key", "body"};
    struct property_walk walk;
    size_t count = 0;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        assert_string_equal(row->name, names[count++]);
    assert_int_equal(count, 7);
    assert_int_equal(property_count(table), 7);
    assert_null(property_next(&walk));
    assert_ptr_equal(property_find(table, "Age"), &innermost[0]);
    assert_null(property_find(table, "Elsewhere"));
    assert_int_equal(property_count(NULL), 0);
    assert_int_equal(property_count(nothing), 0);

    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{\"Size\": 3, \"Dead\": {\"Arn\": {\"Ref\": \"Lost\"}}}", &thing);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.size, 3);
    assert_int_equal(thing.age_ns, 60 * NS_PER_S);
    assert_int_equal(thing.dead_letter, 2);
    assert_int_equal(thing.elsewhere, 9);
    assert_int_equal(thing.other, ENTITY_NONE);
    assert_int_equal(thing.targets.count, 0);
    assert_null(thing.targets.items);
    assert_false(thing.targets_given);
    fixture_fini(&fixture);
}

static void test_strings_and_json(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{\"Size\": 1, \"Events\": \"s3:*\", \"body\": \"text\"}", &thing);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.events.count, 1);
    assert_string_equal(thing.events.items[0], "s3:*");
    assert_string_equal(thing.body, "\"text\"");
    fixture_fini(&fixture);
    read_thing(&fixture,
               "{\"Size\": 1, \"Events\": [\"a\", {\"Ref\": \"AWS::NoValue\"}, 4], \"body\": {\"a\": [1, 2.5, null], \"b\": true}}",
               &thing);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.events.count, 2);
    assert_string_equal(thing.events.items[0], "a");
    assert_string_equal(thing.events.items[1], "4");
    assert_string_equal(thing.body, "{\"a\":[1,2.5,null],\"b\":true}");
    fixture_fini(&fixture);
    read_thing(&fixture, "{\"Size\": 1, \"Events\": []}", &thing);
    assert_int_equal(thing.events.count, 0);
    fixture_fini(&fixture);
}

static struct key_choice key_of(const char *text)
{
    struct fixture fixture;
    struct thing thing;
    char whole[200];
    snprintf(whole, sizeof whole, "{\"Size\": 1, \"key\": %s}", text);
    read_thing(&fixture, whole, &thing);
    if (fixture.diagnostics.count > 0)
        diagnostics_print(&fixture.diagnostics, stderr, false);
    assert_int_equal(fixture.diagnostics.count, 0);
    fixture_fini(&fixture);
    return thing.key;
}

static void test_key(void **state)
{
    (void)state;
    assert_int_equal(key_of("null").kind, KEY_NONE);
    assert_int_equal(key_of("\"user\"").kind, KEY_CONSTANT);
    assert_int_equal(key_of("\"user\"").constant, key_named("user"));
    assert_int_equal(key_of("17").constant, 17);
    assert_int_equal(key_of("\"17\"").constant, 17);
    const struct key_choice uniform = key_of("{\"uniform\": 100}");
    assert_int_equal(uniform.kind, KEY_UNIFORM);
    assert_int_equal(uniform.count, 100);
    const struct key_choice zipf = key_of("{\"zipf\": {\"exponent\": 1.1, \"count\": 1000}}");
    assert_int_equal(zipf.kind, KEY_ZIPF);
    assert_int_equal(zipf.count, 1000);
    assert_true(zipf.exponent == 1.1);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *message;
        int column;
    } cases[] = {
        {"\"Targets\": {}", "X.Targets", "list", 24},
        {"\"Targets\": []", "X.Targets", "must be between 1 and 3, got 0", 24},
        {"\"Targets\": [{\"Ref\": \"AWS::NoValue\"}]", "X.Targets", "must be between 1 and 3, got 0", 24},
        {"\"Targets\": [1]", "X.Targets[0]", "object", 25},
        {"\"Targets\": [{\"Arn\": \"Jobs\"}, {\"Attempts\": 2}]", "X.Targets[1]", "\"Arn\" is missing", 42},
        {"\"Targets\": [{\"Arn\": \"Jbos\"}]", "X.Targets[0].Arn", "there is no resource \"Jbos\"", 33},
        {"\"Targets\": [{\"Arn\": \"Jobs\", \"Attempts\": 186}]", "X.Targets[0].Attempts", "at most 185", 53},
        {"\"Targets\": [{\"Arn\": \"Jobs\", \"Rules\": [{\"Name\": \"a\", \"Valeu\": 1}]}]", "X.Targets[0].Rules[0].Valeu", "unknown", 65},
        {"\"Events\": {\"a\": 1}", "X.Events", "must be a string", 23},
        {"\"Events\": [\"a\", [], \"b\"]", "X.Events", "at most 2", 23},
        {"\"Events\": [\"a\", []]", "X.Events[1]", "must be a string", 29},
        {"\"Elsewhere\": 1", "X.Elsewhere", "unknown", 13},
        {"\"Dead\": {\"Arn\": \"nobody\"}", "X.Dead.Arn", "there is no resource", 29},
        {"\"key\": {}", "X.key", "must say how a key is chosen", 20},
        {"\"key\": [1]", "X.key", "must say how a key is chosen", 20},
        {"\"key\": {\"uniform\": 2, \"zipf\": 1}", "X.key", "must say how a key is chosen", 20},
        {"\"key\": {\"unifrom\": 2}", "X.key.unifrom", "unknown", 21},
        {"\"key\": {\"uniform\": 0}", "X.key.uniform", "between 1 and 1000000000", 32},
        {"\"key\": {\"uniform\": 1000000001}", "X.key.uniform", "between 1 and 1000000000", 32},
        {"\"key\": {\"uniform\": 1.5}", "X.key.uniform", "whole number", 32},
        {"\"key\": {\"zipf\": 3}", "X.key.zipf", "object", 29},
        {"\"key\": {\"zipf\": {\"count\": 3}}", "X.key.zipf", "\"exponent\" is missing", 29},
        {"\"key\": {\"zipf\": {\"exponent\": 1}}", "X.key.zipf", "\"count\" is missing", 29},
        {"\"key\": {\"zipf\": {\"count\": 3, \"exponent\": -1}}", "X.key.zipf.exponent", "between 0 and 100", 54},
        {"\"key\": {\"zipf\": {\"count\": 3, \"exponent\": 101}}", "X.key.zipf.exponent", "between 0 and 100", 54},
        {"\"key\": {\"zipf\": {\"count\": 3, \"exponent\": 1, \"s\": 1}}", "X.key.zipf.s", "unknown", 57},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct thing thing;
        char text[300];
        snprintf(text, sizeof text, "{\"Size\": 1, %s}", cases[i].text);
        read_thing(&fixture, text, &thing);
        if (fixture.diagnostics.error_count != 1 || !diagnosed(&fixture.diagnostics, 1, cases[i].column, cases[i].message) ||
            strcmp(fixture.diagnostics.list[0].path, cases[i].path) != 0) {
            diagnostics_print(&fixture.diagnostics, stderr, false);
            fail_msg("%s: wants one mistake \"%s\" at %s, column %d", text, cases[i].message, cases[i].path, cases[i].column);
        }
        fixture_fini(&fixture);
    }
    /* What an included table requires is missed. */
    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{}", &thing);
    assert_true(diagnosed(&fixture.diagnostics, 1, 1, "\"Size\" is missing"));
    fixture_fini(&fixture);
}

/* Names that the file has for properties, in paths and in what is missing. */
static void test_spelling(void **state)
{
    (void)state;
    static const char *const renames[] = {"Queue", "Arn", "Times", "Attempts", NULL};
    struct fixture fixture;
    struct target target = {0};
    struct parse_path path = {NULL, "X", 0};
    fixture_init(&fixture, "{\"Attempts\": 999}");
    fixture.parse.renames = renames;
    property_parse(&fixture.parse, target_rows, fixture.tree, fixture.tree, &path, NULL, &target);
    assert_true(diagnosed(&fixture.diagnostics, 1, 1, "\"Queue\" is missing"));
    assert_true(diagnosed(&fixture.diagnostics, 1, 14, "at most 185"));
    assert_string_equal(fixture.diagnostics.list[0].path, "X.Times");
    fixture_fini(&fixture);
}

static char *written(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void write_schema(FILE *out)
{
    json_write_table(out, table, NULL);
}

static void write_reference(FILE *out)
{
    markdown_properties(out, table, NULL, NULL);
}

static void test_schema_and_reference(void **state)
{
    (void)state;
    char *text = written(write_schema);
    cJSON *schema = cJSON_Parse(text);
    assert_non_null(schema);
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(schema, "properties");
    assert_int_equal(cJSON_GetArraySize(properties), 7);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(properties, "Targets"), "then");
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(list, "type")->valuestring, "array");
    assert_int_equal(cJSON_GetObjectItemCaseSensitive(list, "minItems")->valueint, 1);
    const cJSON *element = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(list, "items"), "then");
    assert_non_null(cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(element, "properties"), "Arn"));
    const cJSON *required = cJSON_GetObjectItemCaseSensitive(schema, "required");
    assert_int_equal(cJSON_GetArraySize(required), 1);
    assert_string_equal(required->child->valuestring, "Size");
    cJSON_Delete(schema);
    free(text);
    text = written(write_reference);
    assert_non_null(strstr(text, "| `Age` | time |"));
    assert_non_null(strstr(text, "| `Targets` | list of objects |"));
    assert_non_null(strstr(text, "| `Targets[].Rules[].Name` | text |"));
    assert_null(strstr(text, "Elsewhere"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),     cmocka_unit_test(test_map),
        cmocka_unit_test(test_tables),   cmocka_unit_test(test_strings_and_json),
        cmocka_unit_test(test_key),      cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_spelling), cmocka_unit_test(test_schema_and_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
