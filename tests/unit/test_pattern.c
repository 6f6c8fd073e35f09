/* test_pattern.c: what event patterns match and what they refuse, by the descriptions of their operators. */
#include "notation/pattern.h"
#include "parse_fixture.h"

struct row {
    const char *pattern, *event;
    bool matches;
};

/* As a text, so that both ways of reading one are gone through. */
static const struct pattern *of_text(struct fixture *fixture, const char *dialect, const char *text)
{
    cJSON *node = cJSON_CreateString(text);
    struct parse_path path = {NULL, "P", 0};
    const struct pattern *pattern = pattern_parse(&fixture->parse, dialect, node, &path);
    cJSON_Delete(node);
    return pattern;
}

static const struct pattern *of_object(struct fixture *fixture, const char *dialect, const char *text)
{
    cJSON *node = cJSON_Parse(text);
    struct parse_path path = {NULL, "P", 0};
    assert_non_null(node);
    const struct pattern *pattern = pattern_parse(&fixture->parse, dialect, node, &path);
    cJSON_Delete(node);
    return pattern;
}

static void check_rows(const char *dialect, const struct row *rows, size_t count)
{
    struct fixture fixture;
    fixture_init(&fixture, "{}");
    for (size_t i = 0; i < count; i++) {
        const struct pattern *pattern = of_object(&fixture, dialect, rows[i].pattern);
        const struct pattern *spelled = of_text(&fixture, dialect, rows[i].pattern);
        cJSON *event = cJSON_Parse(rows[i].event);
        if (!pattern || !spelled || !event) {
            diagnostics_print(&fixture.diagnostics, stderr, false);
            fail_msg("%s or %s is not read", rows[i].pattern, rows[i].event);
        }
        enum pattern_verdict wanted = rows[i].matches ? PATTERN_YES : PATTERN_NO;
        if (pattern_match(pattern, event, false) != wanted || pattern_match(spelled, event, false) != wanted)
            fail_msg("%s: %s %s", dialect, rows[i].pattern, rows[i].matches ? "does not match" : "matches");
        cJSON_Delete(event);
    }
    assert_int_equal(fixture.diagnostics.count, 0);
    fixture_fini(&fixture);
}

static const struct row values[] = {
    {"{\"a\": [\"x\"]}", "{\"a\": \"x\"}", true},
    {"{\"a\": [\"x\"]}", "{\"a\": \"X\"}", false},
    {"{\"a\": [\"x\"]}", "{\"b\": \"x\"}", false},
    {"{\"a\": [\"x\", \"y\"]}", "{\"a\": \"y\", \"b\": 1}", true},
    {"{\"a\": [\"x\"], \"b\": [\"y\"]}", "{\"a\": \"x\"}", false},
    {"{\"a\": [\"x\"], \"b\": [\"y\"]}", "{\"a\": \"x\", \"b\": \"y\"}", true},
    {"{\"a\": [300]}", "{\"a\": 300.0}", true},
    {"{\"a\": [300]}", "{\"a\": \"300\"}", false},
    {"{\"a\": [\"300\"]}", "{\"a\": 300}", false},
    {"{\"a\": [true]}", "{\"a\": true}", true},
    {"{\"a\": [true]}", "{\"a\": false}", false},
    {"{\"a\": [true]}", "{\"a\": \"true\"}", false},
    {"{\"a\": [false]}", "{\"a\": false}", true},
    {"{\"a\": [null]}", "{\"a\": null}", true},
    {"{\"a\": [null]}", "{}", false},
    {"{\"a\": [\"\"]}", "{\"a\": \"\"}", true},
    {"{\"a\": [\"\"]}", "{\"a\": null}", false},
    {"{\"a\": {\"b\": {\"c\": [1]}}}", "{\"a\": {\"b\": {\"c\": 1}}}", true},
    {"{\"a\": {\"b\": {\"c\": [1]}}}", "{\"a\": {\"b\": 1}}", false},
    {"{\"a\": [\"x\"]}", "{\"a\": {\"x\": 1}}", false},
    /* lists in the event */
    {"{\"a\": [\"x\", \"y\"]}", "{\"a\": [\"z\", \"y\"]}", true},
    {"{\"a\": [\"x\"]}", "{\"a\": [\"z\", [\"x\"]]}", true},
    {"{\"a\": [\"x\"]}", "{\"a\": []}", false},
    {"{\"a\": {\"b\": [1], \"c\": [2]}}", "{\"a\": [{\"b\": 1, \"c\": 2}]}", true},
    {"{\"a\": {\"b\": [1], \"c\": [2]}}", "{\"a\": [{\"b\": 1, \"c\": 1}, {\"b\": 2, \"c\": 2}]}", false},
    /* "$or" */
    {"{\"s\": [1], \"$or\": [{\"a\": [1]}, {\"b\": [1]}]}", "{\"s\": 1, \"b\": 1}", true},
    {"{\"s\": [1], \"$or\": [{\"a\": [1]}, {\"b\": [1]}]}", "{\"s\": 1, \"b\": 2}", false},
    {"{\"s\": [1], \"$or\": [{\"a\": [1]}, {\"b\": [1]}]}", "{\"b\": 1}", false},
    {"{\"$or\": [{\"a\": [1]}, {\"b\": [1], \"$or\": [{\"c\": [1]}, {\"d\": {\"e\": [1]}}]}]}", "{\"b\": 1, \"d\": {\"e\": 1}}", true},
    {"{\"$or\": [{\"a\": [1]}, {\"b\": [1], \"$or\": [{\"c\": [1]}, {\"d\": {\"e\": [1]}}]}]}", "{\"b\": 1, \"d\": {\"e\": 2}}", false},
    {"{\"$or\": [\"x\"]}", "{\"$or\": \"x\"}", true}, /* a name like any other */
};

static const struct row operators[] = {
    {"{\"t\": [{\"prefix\": \"2017-10-02\"}]}", "{\"t\": \"2017-10-02T18:43:48Z\"}", true},
    {"{\"t\": [{\"prefix\": \"2017-10-02\"}]}", "{\"t\": \"2017-10\"}", false},
    {"{\"t\": [{\"prefix\": \"2\"}]}", "{\"t\": 2017}", false},
    {"{\"t\": [{\"prefix\": {\"equals-ignore-case\": \"EventB\"}}]}", "{\"t\": \"EVENTBRIDGE\"}", true},
    {"{\"t\": [{\"prefix\": \"EventB\"}]}", "{\"t\": \"EVENTBRIDGE\"}", false},
    {"{\"f\": [{\"suffix\": \".png\"}]}", "{\"f\": \"cat.png\"}", true},
    {"{\"f\": [{\"suffix\": \".png\"}]}", "{\"f\": \"cat.PNG\"}", false},
    {"{\"f\": [{\"suffix\": \".png\"}]}", "{\"f\": \"png\"}", false},
    {"{\"f\": [{\"suffix\": {\"equals-ignore-case\": \".png\"}}]}", "{\"f\": \"cat.PnG\"}", true},
    {"{\"f\": [{\"equals-ignore-case\": \"alice\"}]}", "{\"f\": \"ALICE\"}", true},
    {"{\"f\": [{\"equals-ignore-case\": \"alice\"}]}", "{\"f\": \"ALICES\"}", false},
    {"{\"s\": [{\"anything-but\": \"initializing\"}]}", "{\"s\": \"running\"}", true},
    {"{\"s\": [{\"anything-but\": \"initializing\"}]}", "{\"s\": \"initializing\"}", false},
    {"{\"s\": [{\"anything-but\": \"initializing\"}]}", "{}", false},
    {"{\"s\": [{\"anything-but\": [\"stopped\", \"overloaded\"]}]}", "{\"s\": \"overloaded\"}", false},
    {"{\"s\": [{\"anything-but\": [\"stopped\", \"overloaded\"]}]}", "{\"s\": \"fine\"}", true},
    {"{\"s\": [{\"anything-but\": 123}]}", "{\"s\": 123}", false},
    {"{\"s\": [{\"anything-but\": [100, 500]}]}", "{\"s\": 100.1}", true},
    {"{\"s\": [{\"anything-but\": [100, 500]}]}", "{\"s\": [100, 50]}", true},
    {"{\"s\": [{\"anything-but\": [100, 500]}]}", "{\"s\": [100, 500]}", false},
    {"{\"s\": [{\"anything-but\": {\"equals-ignore-case\": [\"initializing\", \"stopped\"]}}]}", "{\"s\": \"Stopped\"}", false},
    {"{\"s\": [{\"anything-but\": {\"equals-ignore-case\": \"initializing\"}}]}", "{\"s\": \"Stopped\"}", true},
    {"{\"s\": [{\"anything-but\": {\"prefix\": [\"init\", \"stop\"]}}]}", "{\"s\": \"stopped\"}", false},
    {"{\"s\": [{\"anything-but\": {\"prefix\": \"init\"}}]}", "{\"s\": \"stopped\"}", true},
    {"{\"s\": [{\"anything-but\": {\"suffix\": [\".txt\", \".rtf\"]}}]}", "{\"s\": \"a.rtf\"}", false},
    {"{\"s\": [{\"anything-but\": {\"suffix\": \".txt\"}}]}", "{\"s\": \"a.rtf\"}", true},
    {"{\"s\": [{\"anything-but\": {\"wildcard\": [\"*/lib/*\", \"*/bin/*\"]}}]}", "{\"s\": \"/usr/bin/ls\"}", false},
    {"{\"s\": [{\"anything-but\": {\"wildcard\": \"*/lib/*\"}}]}", "{\"s\": \"/usr/bin/ls\"}", true},
    {"{\"n\": [{\"numeric\": [\">\", 0, \"<=\", 5]}]}", "{\"n\": 0}", false},
    {"{\"n\": [{\"numeric\": [\">\", 0, \"<=\", 5]}]}", "{\"n\": 0.001}", true},
    {"{\"n\": [{\"numeric\": [\">\", 0, \"<=\", 5]}]}", "{\"n\": 5}", true},
    {"{\"n\": [{\"numeric\": [\">\", 0, \"<=\", 5]}]}", "{\"n\": 5.001}", false},
    {"{\"n\": [{\"numeric\": [\">=\", 3, \"<\", 4]}]}", "{\"n\": 3}", true},
    {"{\"n\": [{\"numeric\": [\">=\", 3, \"<\", 4]}]}", "{\"n\": 4}", false},
    {"{\"n\": [{\"numeric\": [\"<\", 10]}]}", "{\"n\": -1e300}", true},
    {"{\"n\": [{\"numeric\": [\"=\", 3.018e2]}]}", "{\"n\": 301.8}", true},
    {"{\"n\": [{\"numeric\": [\"=\", 3.018e2]}]}", "{\"n\": \"301.8\"}", false},
    {"{\"n\": [{\"exists\": true}]}", "{\"n\": null}", true},
    {"{\"n\": [{\"exists\": true}]}", "{\"m\": 1}", false},
    {"{\"n\": [{\"exists\": true}]}", "{\"n\": {\"m\": 1}}", false}, /* leaves alone exist */
    {"{\"n\": [{\"exists\": false}]}", "{\"m\": 1}", true},
    {"{\"n\": [{\"exists\": false}]}", "{\"n\": 1}", false},
    {"{\"n\": [{\"exists\": false}]}", "{\"n\": {\"m\": 1}}", true},
    {"{\"d\": {\"n\": [{\"exists\": false}]}}", "{}", true},
    {"{\"n\": [{\"exists\": false}, \"x\"]}", "{\"n\": \"x\"}", true},
    {"{\"n\": [{\"exists\": false}, {\"anything-but\": \"x\"}]}", "{}", true},
    {"{\"ip\": [{\"cidr\": \"10.0.0.0/24\"}]}", "{\"ip\": \"10.0.0.255\"}", true},
    {"{\"ip\": [{\"cidr\": \"10.0.0.0/24\"}]}", "{\"ip\": \"10.1.1.0\"}", false},
    {"{\"ip\": [{\"cidr\": \"10.0.0.0/24\"}]}", "{\"ip\": \"ten\"}", false},
    {"{\"ip\": [{\"cidr\": \"10.0.0.128/25\"}]}", "{\"ip\": \"10.0.0.127\"}", false},
    {"{\"ip\": [{\"cidr\": \"10.0.0.7/32\"}]}", "{\"ip\": \"10.0.0.7\"}", true},
    {"{\"ip\": [{\"cidr\": \"0.0.0.0/0\"}]}", "{\"ip\": \"192.168.0.1\"}", true},
    {"{\"ip\": [{\"cidr\": \"2001:db8::/33\"}]}", "{\"ip\": \"2001:db8:7fff::1\"}", true},
    {"{\"ip\": [{\"cidr\": \"2001:db8::/33\"}]}", "{\"ip\": \"2001:db8:8000::1\"}", false},
    {"{\"f\": [{\"wildcard\": \"dir/*.png\"}]}", "{\"f\": \"dir/a/b.png\"}", true},
    {"{\"f\": [{\"wildcard\": \"dir/*.png\"}]}", "{\"f\": \"dir/.png\"}", true},
    {"{\"f\": [{\"wildcard\": \"dir/*.png\"}]}", "{\"f\": \"dir/a.png2\"}", false},
    {"{\"f\": [{\"wildcard\": \"*\"}]}", "{\"f\": \"\"}", true},
    {"{\"f\": [{\"wildcard\": \"*a*b*\"}]}", "{\"f\": \"xxaxxaxxbxx\"}", true},
    {"{\"f\": [{\"wildcard\": \"*a*b\"}]}", "{\"f\": \"xxbxxaxx\"}", false},
    {"{\"f\": [{\"wildcard\": \"a\\\\*b\"}]}", "{\"f\": \"a*b\"}", true},
    {"{\"f\": [{\"wildcard\": \"a\\\\*b\"}]}", "{\"f\": \"axb\"}", false},
    {"{\"f\": [{\"wildcard\": \"*\\\\\\\\\"}]}", "{\"f\": \"a\\\\\"}", true},
};

static const struct row mappings[] = {
    {"{\"body\": {\"RequestCode\": [\"BBBB\"]}}", "{\"body\": {\"RequestCode\": \"BBBB\"}}", true},
    {"{\"body\": {\"RequestCode\": [\"BBBB\"]}}", "{\"body\": {\"RequestCode\": \"AAAA\"}}", false},
    {"{\"body\": {\"RequestCode\": [\"BBBB\"]}}", "{\"body\": \"BBBB\"}", false},
    {"{\"body\": {\"RequestCode\": [{\"exists\": false}]}}", "{\"body\": \"plain\"}", false}, /* plain text, a JSON filter: dropped */
    {"{\"body\": {\"RequestCode\": [{\"exists\": false}]}}", "{\"body\": {\"a\": 1}}", true},
    {"{\"body\": [\"plain\"]}", "{\"body\": \"plain\"}", true},
    {"{\"body\": [\"plain\"]}", "{\"body\": {\"plain\": 1}}", false},
    {"{\"body\": [{\"anything-but\": [\"plain\"]}]}", "{\"body\": \"other\"}", true},
    {"{\"dynamodb\": {\"Keys\": {\"Number\": {\"N\": [\"4567\"]}}}}", "{\"dynamodb\": {\"Keys\": {\"Number\": {\"N\": \"4567\"}}}}", true},
};

static const struct row policies[] = {
    {"{}", "{\"a\": 1}", true},
    {"{\"a\": [{\"exists\": true}]}", "{\"a\": \"\"}", false},
    {"{\"a\": [{\"exists\": true}]}", "{\"a\": null}", false},
    {"{\"a\": [{\"exists\": true}]}", "{\"a\": \"x\"}", true},
    {"{\"a\": [{\"exists\": false}]}", "{\"b\": \"x\"}", true},
    {"{\"a\": [{\"anything-but\": {\"wildcard\": \"*ball\"}}]}", "{\"a\": [\"baseball\", \"basketball\"]}", false},
    {"{\"a\": [{\"anything-but\": {\"suffix\": \"ball\"}}]}", "{\"a\": [\"hockey\", \"baseball\"]}", true},
};

static void test_values(void **state)
{
    (void)state;
    check_rows("event", values, sizeof values / sizeof *values);
}

static void test_operators(void **state)
{
    (void)state;
    check_rows("event", operators, sizeof operators / sizeof *operators);
    check_rows("subscription", operators, 30); /* those that do not ask for what exists */
}

static void test_dialects(void **state)
{
    (void)state;
    check_rows("mapping", mappings, sizeof mappings / sizeof *mappings);
    check_rows("subscription", policies, sizeof policies / sizeof *policies);
}

/* What is not known stays open, unless the rest decides. */
static void test_partial(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        enum pattern_verdict verdict;
    } rows[] = {
        {"{\"source\": [\"s3\"]}", PATTERN_YES},
        {"{\"source\": [\"ec2\"]}", PATTERN_NO},
        {"{\"detail\": {\"state\": [\"on\"]}}", PATTERN_UNKNOWN},
        {"{\"detail\": {\"state\": [{\"exists\": false}]}}", PATTERN_UNKNOWN},
        {"{\"source\": [\"s3\"], \"detail\": {\"state\": [\"on\"]}}", PATTERN_UNKNOWN},
        {"{\"source\": [\"ec2\"], \"detail\": {\"state\": [\"on\"]}}", PATTERN_NO},
        {"{\"$or\": [{\"source\": [\"s3\"]}, {\"x\": [1]}]}", PATTERN_YES},
        {"{\"$or\": [{\"source\": [\"ec2\"]}, {\"x\": [1]}]}", PATTERN_UNKNOWN},
    };
    struct fixture fixture;
    fixture_init(&fixture, "{\"source\": \"s3\"}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct pattern *pattern = of_text(&fixture, "event", rows[i].pattern);
        assert_non_null(pattern);
        assert_int_equal(pattern_match(pattern, fixture.tree, true), rows[i].verdict);
        assert_int_equal(pattern_match(pattern, NULL, true), PATTERN_UNKNOWN);
    }
    fixture_fini(&fixture);
}

static void test_extent(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        uint32_t keys, depth;
        double combinations;
    } rows[] = {
        {"{}", 0, 1, 1},
        {"{\"a\": [1, 2, 3], \"b\": [1], \"c\": [1, 2]}", 3, 1, 6},
        {"{\"a\": {\"b\": {\"c\": [1, 2, 3, 4]}}, \"d\": {\"e\": [1, 2, 3]}}", 2, 3, 72},
        {"{\"s\": [1], \"$or\": [{\"m\": [1, 2]}, {\"t\": [1], \"$or\": [{\"i\": [1, 2]}, {\"p\": [1, 2, 3]}]}]}", 5, 1, 7},
        {"{\"$or\": [{\"m\": [1, 2]}, {\"n\": [1, 2]}], \"d\": {\"s\": [1], \"$or\": [{\"x\": [1]}, {\"t\": [1]}]}}", 5, 2, 32},
    };
    struct fixture fixture;
    fixture_init(&fixture, "{}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct pattern *pattern = of_object(&fixture, "subscription", rows[i].pattern);
        assert_non_null(pattern);
        assert_int_equal(pattern->extent.keys, rows[i].keys);
        assert_int_equal(pattern->extent.depth, rows[i].depth);
        assert_true(pattern->extent.combinations == rows[i].combinations);
    }
    fixture_fini(&fixture);
}

static const struct {
    const char *pattern, *path, *message, *hint;
} mistakes[] = {
    {"{\"a\": [{\"prefx\": \"x\"}]}", "P.a[0].prefx", "unknown operator \"prefx\"", "did you mean \"prefix\"?"},
    {"{\"a\": [{\"contains-all\": \"x\"}]}", "P.a[0].contains-all", "unknown operator", "anything-but"},
    {"{\"a\": []}", "P.a", "an empty list", "list what is accepted"},
    {"{\"a\": \"x\"}", "P.a", "must be a list or an object, got \"x\"", "write [...]"},
    {"{\"a\": 5}", "P.a", "must be a list or an object, got 5", ""},
    {"{\"a\": {}}", "P.a", "an empty pattern", ""},
    {"{}", "P", "an empty pattern", ""},
    {"[]", "P", "must be a pattern, got a list", ""},
    {"{\"a\": [[\"x\"]]}", "P.a[0]", "must be a value or an operator, got a list", ""},
    {"{\"a\": [{\"prefix\": \"x\", \"suffix\": \"y\"}]}", "P.a[0]", "must have one operator", ""},
    {"{\"a\": [{}]}", "P.a[0]", "must have one operator", ""},
    {"{\"a\": [{\"prefix\": 5}]}", "P.a[0].prefix", "must be a text, got 5", ""},
    {"{\"a\": [{\"suffix\": {\"prefix\": \"x\"}}]}", "P.a[0].suffix", "must be a text or {\"equals-ignore-case\"", ""},
    {"{\"a\": [{\"exists\": \"yes\"}]}", "P.a[0].exists", "must be true or false", ""},
    {"{\"a\": [{\"numeric\": 5}]}", "P.a[0].numeric", "must be a list of comparisons", ""},
    {"{\"a\": [{\"numeric\": []}]}", "P.a[0].numeric", "must be a list of comparisons", ""},
    {"{\"a\": [{\"numeric\": [5]}]}", "P.a[0].numeric[0]", "must be one of", ""},
    {"{\"a\": [{\"numeric\": [\">\"]}]}", "P.a[0].numeric", "a comparison needs a number", ""},
    {"{\"a\": [{\"numeric\": [\">\", \"5\"]}]}", "P.a[0].numeric[1]", "a comparison needs a number, got \"5\"", ""},
    {"{\"a\": [{\"numeric\": [\"!=\", 5]}]}", "P.a[0].numeric[0]", "must be \"=\" alone", ""},
    {"{\"a\": [{\"numeric\": [\"=\", 5, \"<\", 6]}]}", "P.a[0].numeric[2]", "must be \"=\" alone", ""},
    {"{\"a\": [{\"numeric\": [\">\", 5, \">=\", 6]}]}", "P.a[0].numeric[2]", "must be \"=\" alone", ""},
    {"{\"a\": [{\"numeric\": [\">\", 5, \"<\", 5]}]}", "P.a[0].numeric", "no number is in this range", ""},
    {"{\"a\": [{\"numeric\": [\"=\", 1e16]}]}", "P.a[0].numeric[1]", "must be within -2^53 and 2^53", ""},
    {"{\"a\": [{\"cidr\": \"10.0.0.0\"}]}", "P.a[0].cidr", "must be an address, a slash", "10.0.0.0/24"},
    {"{\"a\": [{\"cidr\": \"10.0.0.0/33\"}]}", "P.a[0].cidr", "is no range of addresses", ""},
    {"{\"a\": [{\"cidr\": \"10.0.0/8\"}]}", "P.a[0].cidr", "is no range of addresses", ""},
    {"{\"a\": [{\"cidr\": \"::/129\"}]}", "P.a[0].cidr", "is no range of addresses", ""},
    {"{\"a\": [{\"cidr\": \"::/1x\"}]}", "P.a[0].cidr", "is no range of addresses", ""},
    {"{\"a\": [{\"cidr\": \"::/-1\"}]}", "P.a[0].cidr", "must be an address", ""},
    {"{\"a\": [{\"cidr\": \"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/1\"}]}", "P.a[0].cidr", "must be an address", ""},
    {"{\"a\": [{\"wildcard\": \"a**\"}]}", "P.a[0].wildcard", "two stars in a row", ""},
    {"{\"a\": [{\"wildcard\": \"a\\\\b\"}]}", "P.a[0].wildcard", "a backslash before something else", ""},
    {"{\"a\": [{\"wildcard\": \"a\\\\\"}]}", "P.a[0].wildcard", "a backslash before something else", ""},
    {"{\"a\": [{\"anything-but\": []}]}", "P.a[0].anything-but", "an empty list excludes nothing", ""},
    {"{\"a\": [{\"anything-but\": [\"x\", 5]}]}", "P.a[0].anything-but", "must be all texts or all numbers", ""},
    {"{\"a\": [{\"anything-but\": true}]}", "P.a[0].anything-but", "takes texts or numbers", ""},
    {"{\"a\": [{\"anything-but\": [[1]]}]}", "P.a[0].anything-but[0]", "takes texts or numbers", ""},
    {"{\"a\": [{\"anything-but\": {\"prefix\": [\"x\", 1]}}]}", "P.a[0].anything-but.prefix[1]", "must be a text", ""},
    {"{\"a\": [{\"anything-but\": {\"sufix\": \"x\"}}]}", "P.a[0].anything-but.sufix", "unknown key", "did you mean \"suffix\"?"},
    {"{\"a\": [{\"anything-but\": {}}]}", "P.a[0].anything-but", "must have one operator", ""},
    {"{\"$or\": [{\"prefix\": \"x\"}, {\"numeric\": 1}]}", "P.$or[1].numeric", "must be a list of comparisons", ""},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct fixture fixture;
        fixture_init(&fixture, "{}");
        if (of_object(&fixture, "event", mistakes[i].pattern))
            fail_msg("%s is accepted", mistakes[i].pattern);
        if (!diagnosed(&fixture.diagnostics, 0, 0, mistakes[i].message) || !hinted(&fixture.diagnostics, mistakes[i].hint))
            fail_msg("%s wants \"%s\" and the hint \"%s\"", mistakes[i].pattern, mistakes[i].message, mistakes[i].hint);
        assert_string_equal(fixture.diagnostics.list[0].path, mistakes[i].path);
        assert_false(fixture.parse.failed);
        fixture_fini(&fixture);
    }
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "no JSON"},
        {"{\"a\": [1]", "no JSON"},
        {"{\"a\": [1]} x", "no JSON"},
        {"[1]", "must spell an object"},
        {"5", "must spell an object"},
        {"{\"a\": [1], \"a\": [2]}", "given twice"},
        {"{\"a\": [{\"suffix\": 1}]}", "must be a text"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture fixture;
        fixture_init(&fixture, "{}");
        assert_null(of_text(&fixture, "event", rows[i][0]));
        assert_true(diagnosed(&fixture.diagnostics, 0, 0, rows[i][1]));
        fixture_fini(&fixture);
    }
}

/* `{"a":` so often, something inside, and closed again. */
static char *nested(size_t levels, const char *inside)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t i = 0; i < levels; i++)
        fputs("{\"a\":", out);
    fputs(inside, out);
    for (size_t i = 0; i < levels; i++)
        fputc('}', out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_limits(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "{}");
    char *deepest = nested(PATTERN_DEEPEST, "[1]"), *deeper = nested(PATTERN_DEEPEST + 1, "[1]"), *absurd = nested(100000, "[1]");
    assert_non_null(of_text(&fixture, "event", deepest));
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_null(of_text(&fixture, "event", deeper));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "nested deeper than 64"));
    assert_null(of_text(&fixture, "event", absurd)); /* cJSON gives up before */
    free(deepest), free(deeper), free(absurd);
    fixture_fini(&fixture);

    for (int kind = 0; kind < 3; kind++) { /* values, others, fields */
        fixture_init(&fixture, "{}");
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        fputs(kind == 0 ? "{\"a\":[0" : kind == 1 ? "{\"a\":[{\"anything-but\":[0" : "{\"x\":[0]", out);
        for (unsigned i = 1; i <= PATTERN_LARGEST; i++)
            fprintf(out, kind == 2 ? ",\"f%u\":[1]" : ",%u", i);
        fputs(kind == 0 ? "]}" : kind == 1 ? "]}]}" : "}", out);
        assert_int_equal(fclose(out), 0);
        assert_null(of_object(&fixture, "event", text));
        assert_true(diagnosed(&fixture.diagnostics, 0, 0, kind == 1 ? "too many values" : "more than 4096 fields and values"));
        free(text);
        fixture_fini(&fixture);
    }
}

/* A filter of a mapping knows fewer operators. */
static void test_mapping_operators(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "{}");
    assert_null(of_text(&fixture, "mapping", "{\"body\": [{\"wildcard\": \"*\"}]}"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "filters of mappings have no wildcard"));
    assert_int_equal(fixture.diagnostics.error_count, 1);
    assert_non_null(of_text(&fixture, "mapping", "{\"body\": [{\"anything-but\": {\"prefix\": \"x\"}}, {\"cidr\": \"10.0.0.0/8\"}]}"));
    assert_int_equal(fixture.diagnostics.error_count, 1);
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "\"anything-but\" with an operator is not documented"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "\"cidr\" is not documented"));
    fixture_fini(&fixture);
}

/* Functions of the template that stay unresolved are texts. */
static void test_intrinsics(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, "{\"bucket\": \"${Images}\", \"other\": \"x\"}");
    const struct pattern *pattern = of_object(&fixture, "event", "{\"bucket\": [{\"Ref\": \"Images\"}]}");
    assert_non_null(pattern);
    assert_int_equal(pattern_match(pattern, fixture.tree, false), PATTERN_YES);
    pattern = of_object(&fixture, "event", "{\"Fn::Sub\": \"{\\\"bucket\\\": [\\\"${Images}\\\"]}\"}");
    assert_non_null(pattern);
    assert_int_equal(pattern_match(pattern, fixture.tree, false), PATTERN_YES);
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),     cmocka_unit_test(test_operators), cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_partial),    cmocka_unit_test(test_extent),    cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_texts),      cmocka_unit_test(test_limits),    cmocka_unit_test(test_mapping_operators),
        cmocka_unit_test(test_intrinsics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
