/* test_json.c: trees, places of values and keys, every kind of mistake at its exact place, hostile input, memory running out. */
#include "diagnosed.h"
#include "document/json.h"
#include "failing_allocation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct parsed {
    struct places *places;
    struct diagnostics diagnostics;
    cJSON *tree;
    enum status status;
};

static struct parsed parse_bytes(const char *text, size_t length)
{
    struct parsed parsed = {0};
    assert_int_equal(places_new(&parsed.places), STATUS_OK);
    /* A copy of the exact size, so that a sanitizer sees every step beyond it. */
    char *copy = malloc(length + (length == 0));
    memcpy(copy, text, length);
    parsed.status = json_parse(copy, length, "in.json", parsed.places, &parsed.diagnostics, &parsed.tree);
    free(copy);
    assert_true((parsed.tree != NULL) == (parsed.status == STATUS_OK));
    assert_true(parsed.status == STATUS_OK || parsed.diagnostics.error_count > 0);
    return parsed;
}

static struct parsed parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void drop(struct parsed *parsed)
{
    cJSON_Delete(parsed->tree);
    places_free(parsed->places);
    diagnostics_fini(&parsed->diagnostics);
}

static void assert_place(struct place place, int line, int column)
{
    assert_string_equal(place.file, "in.json");
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static const cJSON *at(const cJSON *node, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(node, key);
}

static void test_places(void **state)
{
    (void)state;
    struct parsed parsed = parse("{\n"
                                 "  // \xc3\xa9 comment\n"
                                 "  \"a\": 12, /* two\n lines */ \"b\": [true, {\"c\": null}],\r\n"
                                 "\t\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\": \"x // no comment /* \", \"last\" : -1.5e3\r"
                                 "}");
    assert_int_equal(parsed.status, STATUS_OK);
    assert_int_equal(parsed.diagnostics.count, 0);
    assert_place(places_of(parsed.places, parsed.tree), 1, 1);
    assert_place(places_of_key(parsed.places, parsed.tree), 1, 1);
    assert_place(places_of_key(parsed.places, at(parsed.tree, "a")), 3, 3);
    assert_place(places_of(parsed.places, at(parsed.tree, "a")), 3, 8);
    const cJSON *b = at(parsed.tree, "b");
    assert_place(places_of_key(parsed.places, b), 4, 11);
    assert_place(places_of(parsed.places, b), 4, 16);
    assert_place(places_of(parsed.places, cJSON_GetArrayItem(b, 0)), 4, 17);
    assert_place(places_of_key(parsed.places, cJSON_GetArrayItem(b, 0)), 4, 17);
    assert_place(places_of(parsed.places, cJSON_GetArrayItem(b, 1)), 4, 23);
    assert_place(places_of(parsed.places, at(cJSON_GetArrayItem(b, 1), "c")), 4, 29);
    const cJSON *text = at(parsed.tree, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_place(places_of_key(parsed.places, text), 5, 2);
    assert_place(places_of(parsed.places, text), 5, 9);
    assert_string_equal(text->valuestring, "x // no comment /* ");
    assert_place(places_of_key(parsed.places, at(parsed.tree, "last")), 5, 32);
    assert_place(places_of(parsed.places, at(parsed.tree, "last")), 5, 41);
    assert_true(at(parsed.tree, "last")->valuedouble == -1500);
    drop(&parsed);
}

/* Columns count code points also behind a comment that has several bytes a character. */
static void test_columns_behind_a_comment(void **state)
{
    (void)state;
    struct parsed parsed = parse("/* \xc3\xa9\xc3\xa9 */ [ /**/1]");
    assert_int_equal(parsed.status, STATUS_OK);
    assert_place(places_of(parsed.places, parsed.tree), 1, 10);
    assert_place(places_of(parsed.places, parsed.tree->child), 1, 16);
    drop(&parsed);
}

static void test_values(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{}", "[]", "null", "true", "12", "-0.5", "\"\"", "[[],{},[{}]]", "{\"\":{\"\":0}}", "[\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\"]"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct parsed parsed = parse(same[i]);
        assert_int_equal(parsed.status, STATUS_OK);
        char *text = cJSON_PrintUnformatted(parsed.tree);
        assert_string_equal(text, same[i]);
        cJSON_free(text);
        drop(&parsed);
    }
    struct parsed parsed = parse("\xef\xbb\xbf [\"\\u00e9\\ud83d\\uDE00\\/\", 1E2, 0e0, 123456789012]//end");
    assert_int_equal(parsed.status, STATUS_OK);
    assert_string_equal(parsed.tree->child->valuestring, "\xc3\xa9\xf0\x9f\x98\x80/");
    assert_true(parsed.tree->child->next->valuedouble == 100);
    assert_true(parsed.tree->child->prev->valuedouble == 123456789012.0);
    assert_place(places_of(parsed.places, parsed.tree), 1, 2);
    drop(&parsed);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line, column;
        const char *message, *hint;
    } cases[] = {
        {"", 1, 1, "nothing in it", "JSON object"},
        {" \n// only a comment\n", 3, 1, "nothing in it", ""},
        {"{\"a\": 1,\n}", 1, 8, "a comma before \"}\"", "remove"},
        {"[1,\n 2 , ]", 2, 4, "a comma before \"]\"", "remove"},
        {"[1,,2]", 1, 4, "a comma with nothing before it", "remove"},
        {"[,1]", 1, 2, "a comma with nothing before it", "remove"},
        {"{\"a\": 1\n \"b\": 2}", 1, 8, "expected \",\" or \"}\" after this value", "write a comma"},
        {"[1 // one\n 2]", 1, 3, "expected \",\" or \"]\" after this value", "write a comma"},
        {"{\"a\": 1; \"b\": 2}", 1, 8, "found \";\"", "write a comma"},
        {"{'a': 1}", 1, 2, "a key in single quotes", "double quotes"},
        {"{\"a\": 'b'}", 1, 7, "text in single quotes", "double quotes"},
        {"{a: 1}", 1, 2, "a key without quotes", "write \"a\""},
        {"{12: 1}", 1, 2, "a key without quotes", "write \"12\""},
        {"{\"a\": b}", 1, 7, "expected a value, found \"b\"", "\"b\""},
        {"{\"a\" 1}", 1, 5, "expected \":\" after the key", ""},
        {"{\"a\" = 1}", 1, 6, "found \"=\"", "write \":\""},
        {"{\"a\": }", 1, 7, "expected a value after \":\"", ""},
        {"{\"a\"}", 1, 5, "expected \":\" after the key, found \"}\"", ""},
        {"{\"a\": 1", 1, 8, "the file ends before the { of line 1, column 1", ""},
        {"{\"a\": [1,\n", 2, 1, "the file ends before the [ of line 1, column 7", ""},
        {"[1}", 1, 3, "expected \",\" or \"]\", found \"}\"", ""},
        {"{\"a\": ]", 1, 7, "expected a value, found \"]\"", ""},
        {"{\"a\": 1} x", 1, 10, "\"x\" after the end", "remove"},
        {"{} {}", 1, 4, "\"{\" after the end", "remove"},
        {"]", 1, 1, "expected a value, found \"]\"", ""},
        {"{\"a\": \"x\n\"}", 1, 7, "no closing double quote", "\\n"},
        {"[\"abc", 1, 2, "no closing double quote", ""},
        {"[\"a\tb\"]", 1, 4, "control character (U+0009)", "\\t"},
        {"[\"\\x\"]", 1, 3, "an escape that JSON does not have", ""},
        {"[\"\\u12g4\"]", 1, 3, "four hexadecimal digits", ""},
        {"[\"\\ud800\"]", 1, 3, "half a surrogate", ""},
        {"[\"\\udc00\"]", 1, 3, "half a surrogate", ""},
        {"[\"\\ud800\\u0041\"]", 1, 3, "half a surrogate", ""},
        {"[\"\\u0000\"]", 1, 3, "zero character", ""},
        {"[\"\xc3\xa9\xff\"]", 1, 4, "the byte 0xff is not UTF-8", "UTF-8"},
        {"[\"\xc0\x80\"]", 1, 3, "the byte 0xc0 is not UTF-8", ""},
        {"[\"\xed\xa0\x80\"]", 1, 3, "the byte 0xed is not UTF-8", ""},
        {"\xff{}", 1, 1, "the byte 0xff is not UTF-8", ""},
        {"[1, /* \xfe */ 2]", 1, 8, "the byte 0xfe is not UTF-8", ""},
        {"[1,\x01 2]", 1, 4, "a control character (U+0001)", ""},
        {"[1] /* x", 1, 5, "this comment is never closed", "*/"},
        {"[1] /*/", 1, 5, "this comment is never closed", "*/"},
        {"[1e999]", 1, 2, "the number 1e999 is too large", ""},
        {"[-1e999]", 1, 2, "the number -1e999 is too large", ""},
        {"[1234567890123456789012345678901234567890123456789012345678901234]", 1, 2, "more than 63 characters", ""},
        {"[01]", 1, 2, "\"01\" is not a number", "leading zeros"},
        {"[+1]", 1, 2, "\"+1\" is not a number", "leave the +"},
        {"[.5]", 1, 2, "\".5\" is not a number", "0.5"},
        {"[1.]", 1, 2, "\"1.\" is not a number", "0.5"},
        {"[1e]", 1, 2, "\"1e\" is not a number", ""},
        {"[-]", 1, 2, "expected a value, found \"-\"", ""},
        {"[0x10]", 1, 2, "\"0x10\" is not a number", ""},
        {"[120ms]", 1, 2, "\"120ms\" is not a number", "\"120ms\""},
        {"[0.5%]", 1, 2, "\"0.5%\" is not a number", "\"0.5%\""},
        {"[10/s]", 1, 4, "found \"/\"", "unit"},
        {"[True]", 1, 2, "found \"True\"", "true or false"},
        {"[None]", 1, 2, "found \"None\"", "null"},
        {"[NaN]", 1, 2, "found \"NaN\"", "finite"},
        {"{\xe2\x80\x9c"
         "a\xe2\x80\x9d: 1}",
         1, 2, "expected a key in double quotes", "straight"},
        {"{\xc2\xa0\"a\": 1}", 1, 2, "expected a key in double quotes", "no-break"},
        {"{\"a\": 1 2}", 1, 9, "expected \",\" or \"}\", found \"2\"", ""},
        {"name: x\n", 1, 1, "expected a value, found \"name\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parsed parsed = parse(cases[i].text);
        if (parsed.status != STATUS_INVALID || !diagnosed(&parsed.diagnostics, cases[i].line, cases[i].column, cases[i].message) ||
            !hinted(&parsed.diagnostics, cases[i].hint))
            fail_msg("\"%s\": %d:%d: %s", cases[i].text, cases[i].line, cases[i].column, cases[i].message);
        drop(&parsed);
    }
}

/* One run shows what can be told apart. */
static void test_many_mistakes_at_once(void **state)
{
    (void)state;
    struct parsed parsed = parse("{'a': 1,\n b: 10s,\n \"c\": [1,],\n \"d\": 2\n \"e\": 3}");
    assert_int_equal(parsed.status, STATUS_INVALID);
    assert_int_equal(parsed.diagnostics.error_count, 5);
    assert_true(diagnosed(&parsed.diagnostics, 1, 2, "single quotes"));
    assert_true(diagnosed(&parsed.diagnostics, 2, 2, "without quotes"));
    assert_true(diagnosed(&parsed.diagnostics, 2, 5, "not a number"));
    assert_true(diagnosed(&parsed.diagnostics, 3, 9, "comma before"));
    assert_true(diagnosed(&parsed.diagnostics, 4, 8, "after this value"));
    drop(&parsed);
    char commas[200];
    memset(commas, ',', sizeof commas);
    commas[0] = '[';
    parsed = parse_bytes(commas, sizeof commas);
    assert_int_equal(parsed.diagnostics.error_count, 20);
    drop(&parsed);
}

static void test_keys_given_twice(void **state)
{
    (void)state;
    struct parsed parsed =
        parse("{\"a\": 1, \"b\": {\"x\": 1,\n \"y\": [0, {\"k\": 1, \"k\": {\"deep\": 2}}],\n \"x\": 2},\n\"a\": 3, \"\\u0061\": 4}");
    assert_int_equal(parsed.status, STATUS_OK);
    assert_int_equal(parsed.diagnostics.error_count, 4);
    char *text = printed(&parsed.diagnostics, false);
    assert_string_equal(text, "in.json:2:20: error: b.y[1].k: the key \"k\" is given twice: first at line 2, column 12\n"
                              "  hint: keep one of the two\n"
                              "in.json:3:2: error: b.x: the key \"x\" is given twice: first at line 1, column 16\n"
                              "  hint: keep one of the two\n"
                              "in.json:4:1: error: a: the key \"a\" is given twice: first at line 1, column 2\n"
                              "  hint: keep one of the two\n"
                              "in.json:4:9: error: a: the key \"a\" is given twice: first at line 1, column 2\n"
                              "  hint: keep one of the two\n");
    free(text);
    text = cJSON_PrintUnformatted(parsed.tree);
    assert_string_equal(text, "{\"a\":1,\"b\":{\"x\":1,\"y\":[0,{\"k\":1}]}}");
    cJSON_free(text);
    drop(&parsed);
}

static void test_depth(void **state)
{
    (void)state;
    char text[402];
    memset(text, '[', 200);
    memset(text + 200, ']', 200);
    struct parsed parsed = parse_bytes(text, 400);
    assert_int_equal(parsed.status, STATUS_OK);
    drop(&parsed);
    memset(text, '[', 201);
    memset(text + 201, ']', 201);
    parsed = parse_bytes(text, 402);
    assert_int_equal(parsed.status, STATUS_INVALID);
    assert_true(diagnosed(&parsed.diagnostics, 1, 201, "nested deeper than 200"));
    drop(&parsed);
    char *many = malloc(1000000);
    memset(many, '[', 1000000);
    parsed = parse_bytes(many, 1000000);
    assert_int_equal(parsed.status, STATUS_INVALID);
    drop(&parsed);
    free(many);
}

static void test_zero_bytes(void **state)
{
    (void)state;
    struct parsed parsed = parse_bytes("[1,\0 2]", 7);
    assert_true(diagnosed(&parsed.diagnostics, 1, 4, "control character (U+0000)"));
    drop(&parsed);
    parsed = parse_bytes("[\"a\0b\"]", 7);
    assert_true(diagnosed(&parsed.diagnostics, 1, 4, "control character (U+0000)"));
    drop(&parsed);
    parsed = parse_bytes("{}\0", 3);
    assert_int_equal(parsed.status, STATUS_INVALID);
    drop(&parsed);
}

/* Whatever is cut off or changed, there is a tree or an error, and what is accepted is accepted by cJSON too (else json_parse would say
 * that memory is out). */
static void test_every_prefix_and_every_byte(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, -2.5e3, \"x\\u00e9\\n\"], // c\n \"b\": {\"c\": null, /* d */ \"e\": true}}";
    for (size_t length = 0; length < sizeof text; length++) {
        struct parsed parsed = parse_bytes(text, length);
        assert_true((parsed.status == STATUS_OK) == (length == sizeof text - 1));
        assert_int_not_equal(parsed.status, STATUS_NO_MEMORY);
        drop(&parsed);
    }
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        char changed[sizeof text];
        memcpy(changed, text, sizeof text);
        for (int byte = 0; byte < 256; byte++) {
            changed[i] = (char)byte;
            struct parsed parsed = parse_bytes(changed, sizeof text - 1);
            assert_int_not_equal(parsed.status, STATUS_NO_MEMORY);
            drop(&parsed);
        }
    }
}

static void test_moved_and_copied(void **state)
{
    (void)state;
    struct parsed parsed = parse("{\"a\": {\"b\": [7]}, \"c\": 1}");
    cJSON *copy = cJSON_Duplicate(parsed.tree, true);
    assert_int_equal(places_of(parsed.places, copy->child).line, 0);
    assert_null(places_of(parsed.places, copy->child).file);
    places_copy(parsed.places, copy, parsed.places, parsed.tree);
    assert_place(places_of(parsed.places, at(at(copy, "a"), "b")->child), 1, 14);
    assert_place(places_of_key(parsed.places, at(at(copy, "a"), "b")), 1, 8);
    cJSON *a = cJSON_DetachItemFromObjectCaseSensitive(copy, "a");
    assert_place(places_of(parsed.places, a), 1, 7);
    const cJSON *gone = at(a, "b");
    places_delete(parsed.places, a);
    assert_int_equal(places_of(parsed.places, gone).line, 0);
    assert_int_equal(places_of_key(parsed.places, gone).line, 0);
    places_set(parsed.places, gone, "other.json", 5, 6);
    assert_string_equal(places_of(parsed.places, gone).file, "other.json");
    assert_int_equal(places_of_key(parsed.places, gone).column, 6);
    places_set(parsed.places, gone, NULL, 0, 0);
    assert_null(places_of(parsed.places, gone).file);
    assert_null(places_of(parsed.places, NULL).file);
    cJSON_Delete(copy);
    drop(&parsed);
}

static void test_many_places(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < COUNT; i++)
        fprintf(out, "%s\"k%d\": %d\n", i == 0 ? "{" : ",", i, i);
    fputs("}", out);
    fclose(out);
    struct parsed parsed = parse_bytes(text, size);
    int line = 1;
    for (const cJSON *child = parsed.tree->child; child != NULL; child = child->next, line++)
        assert_place(places_of_key(parsed.places, child), line, 2);
    assert_int_equal(line, COUNT + 1);
    free(text);
    drop(&parsed);
}

static void test_files(void **state)
{
    (void)state;
    struct parsed parsed = {0};
    char *bytes;
    size_t length;
    assert_int_equal(places_new(&parsed.places), STATUS_OK);
    char name[] = "/tmp/slsim-test-json-XXXXXX";
    int file = mkstemp(name);
    assert_int_equal(write(file, "{\"a\": 1}\n", 9), 9);
    close(file);
    assert_int_equal(json_read(name, parsed.places, &parsed.diagnostics, &parsed.tree, &bytes, &length), STATUS_OK);
    assert_int_equal(length, 9);
    assert_memory_equal(bytes, "{\"a\": 1}\n", 9);
    assert_string_equal(places_of(parsed.places, parsed.tree->child).file, name);
    free(bytes);
    cJSON_Delete(parsed.tree);
    unlink(name);
    assert_int_equal(json_read(name, parsed.places, &parsed.diagnostics, &parsed.tree, &bytes, &length), STATUS_IO);
    assert_null(parsed.tree);
    assert_null(bytes);
    assert_true(diagnosed(&parsed.diagnostics, 0, 0, "No such file"));
    assert_int_equal(json_read("/tmp", parsed.places, &parsed.diagnostics, &parsed.tree, NULL, NULL), STATUS_IO);
    assert_true(diagnosed(&parsed.diagnostics, 0, 0, "directory"));
    drop(&parsed);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, {\"b\": \"c\"}], \"d\": {\"x\": 1, \"x\": 2}}";
    if (!allocation_failures_work())
        skip();
    enum status status = STATUS_NO_MEMORY;
    long working = 0;
    for (; status != STATUS_OK; working++) {
        struct diagnostics diagnostics = {0};
        struct places *places = NULL;
        cJSON *tree = NULL;
        fail_allocations_after(working);
        status = places_new(&places);
        if (status == STATUS_OK)
            status = json_parse(text, sizeof text - 1, "in.json", places, &diagnostics, &tree);
        fail_allocations_after(-1);
        assert_true((tree != NULL) == (status == STATUS_OK));
        assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
        cJSON_Delete(tree);
        places_free(places);
        diagnostics_fini(&diagnostics);
    }
    assert_true(working > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_columns_behind_a_comment),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_many_mistakes_at_once),
        cmocka_unit_test(test_keys_given_twice),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_every_prefix_and_every_byte),
        cmocka_unit_test(test_moved_and_copied),
        cmocka_unit_test(test_many_places),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
