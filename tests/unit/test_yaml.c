/* test_yaml.c: YAML templates as trees: words, tags, places, and what is refused. */
#include "document/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct read {
    struct places *places;
    struct diagnostics diagnostics;
    cJSON *tree;
    enum status status;
};

static void read_yaml(struct read *read, const char *text)
{
    *read = (struct read){0};
    assert_int_equal(places_new(&read->places), STATUS_OK);
    read->status = yaml_parse(text, strlen(text), "t.yaml", read->places, &read->diagnostics, &read->tree);
}

static void forget(struct read *read)
{
    cJSON_Delete(read->tree);
    places_free(read->places);
    diagnostics_fini(&read->diagnostics);
}

/* The tree as JSON text. */
static void check(const char *yaml, const char *json)
{
    struct read read;
    read_yaml(&read, yaml);
    assert_int_equal(read.status, STATUS_OK);
    char *text = cJSON_PrintUnformatted(read.tree);
    assert_string_equal(text, json);
    free(text);
    forget(&read);
}

static void test_values(void **state)
{
    (void)state;
    check("", "null");
    check("a: 1\nb: -2.5\nc: 1e3\nd: text\n", "{\"a\":1,\"b\":-2.5,\"c\":1000,\"d\":\"text\"}");
    check("a: true\nb: No\nc: 'true'\nd: ~\ne:\nf: \"\"\n", "{\"a\":true,\"b\":false,\"c\":\"true\",\"d\":null,\"e\":null,\"f\":\"\"}");
    /* what looks like a number and is none: an account, a date, a version, a word */
    check("a: 012345678901\nb: 2010-09-09\nc: 1.2.3\nd: 12a\n",
          "{\"a\":\"012345678901\",\"b\":\"2010-09-09\",\"c\":\"1.2.3\",\"d\":\"12a\"}");
    check("- 1\n- [a, {b: c}]\n", "[1,[\"a\",{\"b\":\"c\"}]]");
    check("a: |\n  one\n  two\nb: >\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\\n\"}");
}

static void test_functions(void **state)
{
    (void)state;
    check("a: !Ref X\nb: !GetAtt X.Arn\nc: !GetAtt X.Outputs.Y\nd: !Sub '${X}-y'\n",
          "{\"a\":{\"Ref\":\"X\"},\"b\":{\"Fn::GetAtt\":[\"X\",\"Arn\"]},\"c\":{\"Fn::GetAtt\":[\"X\",\"Outputs.Y\"]},\"d\":{\"Fn::Sub\":"
          "\"${X}-y\"}}");
    check("a: !If [C, !Ref X, !Ref 'AWS::NoValue']\n", "{\"a\":{\"Fn::If\":[\"C\",{\"Ref\":\"X\"},{\"Ref\":\"AWS::NoValue\"}]}}");
    check("a: !Join\n  - ','\n  - - x\n    - !Ref Y\nb: !Condition C\nc: !Equals [1, 2]\n",
          "{\"a\":{\"Fn::Join\":[\",\",[\"x\",{\"Ref\":\"Y\"}]]},\"b\":{\"Condition\":\"C\"},\"c\":{\"Fn::Equals\":[1,2]}}");
    check("a: !Transform {Name: x}\nb: !Ref 12\n", "{\"a\":{\"Fn::Transform\":{\"Name\":\"x\"}},\"b\":{\"Ref\":\"12\"}}");
    check("a: !!str 12\n", "{\"a\":\"12\"}");
}

static void test_places(void **state)
{
    (void)state;
    struct read read;
    read_yaml(&read, "A:\n  B: 1\n  C:\n    - x\n    - !Ref Y\n");
    const cJSON *a = cJSON_GetObjectItem(read.tree, "A"), *c = cJSON_GetObjectItem(a, "C");
    const struct {
        const cJSON *node;
        int line, column, key_line, key_column;
    } expected[] = {
        {cJSON_GetObjectItem(a, "B"), 2, 6, 2, 3},
        {c, 4, 5, 3, 3},
        {cJSON_GetArrayItem(c, 1), 5, 7, 5, 7},
        {cJSON_GetArrayItem(c, 1)->child, 5, 7, 5, 7},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct place place = places_of(read.places, expected[i].node), key = places_of_key(read.places, expected[i].node);
        assert_string_equal(place.file, "t.yaml");
        assert_int_equal(place.line, expected[i].line);
        assert_int_equal(place.column, expected[i].column);
        assert_int_equal(key.line, expected[i].key_line);
        assert_int_equal(key.column, expected[i].key_column);
    }
    forget(&read);
}

static void refused(const char *yaml, const char *message, int line)
{
    struct read read;
    read_yaml(&read, yaml);
    assert_true(read.diagnostics.error_count > 0);
    if (!strstr(read.diagnostics.list[0].message, message))
        fail_msg("\"%s\" is not in \"%s\"", message, read.diagnostics.list[0].message);
    assert_int_equal(read.diagnostics.list[0].place.line, line);
    forget(&read);
}

static void test_refusals(void **state)
{
    (void)state;
    char *deep = calloc(1, 1000);
    refused("a: &x 1\nb: *x\n", "aliases are not allowed", 2);
    refused("a: {b: 1}\nc:\n  <<: x\n", "keys are not merged", 3);
    refused("a: 1\nb: 2\na: 3\n", "the key \"a\" is given twice", 3);
    refused("a: [1\nb: 2\n", "is no YAML", 2);
    refused("a: 1\n---\nb: 2\n", "one document", 2);
    refused("? [a]\n: b\n", "a key must be text", 1);
    refused("a: \"x\\0y\"\n", "zero byte", 1);
    memset(deep, '[', 300);
    refused(deep, "nested too deeply", 1);
    refused("\ta: 1\n", "is no YAML", 1);
    free(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
