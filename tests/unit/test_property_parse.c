/* test_property_parse.c: property tables over JSON: every kind, units, limits by rule and literal, defaults, references, steps, and what is
 * said of mistakes. */
#include "engine/request.h"
#include "notation/property_parse.h"
#include "notation/references.h"
#include "parse_fixture.h"

#include <math.h>

struct thing {
    int64_t memory_mb, limit, timeout_ns, size_bytes, disk_mb;
    double factor, rate_per_s, chance;
    bool flag, memory_given, seen_given;
    const char *text;
    int mode, style, shape;
    uint32_t causes, target;
    int64_t attempts;
    const struct distribution *time, *size, *count;
    struct lifetime life;
    struct step_list steps;
};

#define AT(FIELD) .offset = offsetof(struct thing, FIELD)

static const char *const modes[] = {"none", "standard", NULL};
static const char *const causes[] = {"throttled", "error", "timeout", NULL};

static const struct property retry[] = {
    {.name = "attempts", .kind = PROPERTY_INTEGER, AT(attempts), .minimum = "1", .fallback = "3"},
    {0},
};
static const struct property storage[] = {
    {.name = "Size", .kind = PROPERTY_INTEGER, AT(disk_mb), .unit = "MB", .minimum = "512", .maximum = "10240", .fallback = "512"},
    {0},
};
static const struct property table[] = {
    {.name = "MemorySize",
     .kind = PROPERTY_INTEGER,
     AT(memory_mb),
     .unit = "MB",
     .minimum = "memory_min_mb",
     .maximum = "memory_max_mb",
     .step = "memory_step_mb",
     .fallback = "memory_default_mb",
     .given = PROPERTY_GIVEN(struct thing, memory_given)},
    {.name = "Limit", .kind = PROPERTY_INTEGER, AT(limit), .minimum = "0", .fallback = "-1"},
    {.name = "Timeout", .kind = PROPERTY_TIME, AT(timeout_ns), .unit = "s", .minimum = "1", .maximum = "timeout_max", .fallback = "\"3s\""},
    {.name = "size", .kind = PROPERTY_SIZE, AT(size_bytes), .maximum = "6MB"},
    {.name = "factor", .kind = PROPERTY_NUMBER, AT(factor), .fallback = "1.5"},
    {.name = "rate", .kind = PROPERTY_RATE, AT(rate_per_s), .maximum = "100"},
    {.name = "chance", .kind = PROPERTY_PROBABILITY, AT(chance)},
    {.name = "flag", .kind = PROPERTY_BOOLEAN, AT(flag), .fallback = "flag_rule"},
    {.name = "text", .kind = PROPERTY_STRING, AT(text)},
    {.name = "mode", .kind = PROPERTY_ENUM, AT(mode), .choices = modes, .properties = retry, .fallback = "mode_rule"},
    {.name = "style", .kind = PROPERTY_ENUM, AT(style), .choices = modes, .fallback = "\"standard\""},
    {.name = "shape", .kind = PROPERTY_ENUM_LIST, AT(shape), .choices = modes},
    {.name = "on", .kind = PROPERTY_FLAGS, AT(causes), .choices = causes, .fallback = "[\"throttled\", \"timeout\"]"},
    {.name = "target", .kind = PROPERTY_REFERENCE, AT(target)},
    {.name = "time", .kind = PROPERTY_TIME_DISTRIBUTION, AT(time), .fallback = "0"},
    {.name = "drawn", .kind = PROPERTY_SIZE_DISTRIBUTION, AT(size), .unit = "KB", .maximum = "10"},
    {.name = "items", .kind = PROPERTY_COUNT_DISTRIBUTION, AT(count)},
    {.name = "life", .kind = PROPERTY_LIFETIME, AT(life), .fallback = "life_rule"},
    {.name = "steps", .kind = PROPERTY_STEPS, AT(steps)},
    {.name = "Storage", .kind = PROPERTY_OBJECT, .properties = storage},
    {.name = "Tags", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct thing, seen_given)},
    {0},
};

/* Sorted by name, as a book is. */
static struct rule rules[] = {
    {.name = "flag_rule", .number = 1},
    {.name = "life_rule", .number = 2, .unit = "h"},
    {.name = "memory_default_mb", .number = 128, .unit = "MB"},
    {.name = "memory_max_mb", .number = 10, .unit = "GB"},
    {.name = "memory_min_mb", .number = 128, .unit = "MB"},
    {.name = "memory_step_mb", .number = 64, .unit = "MB"},
    {.name = "mode_rule", .number = NAN, .text = "standard"},
    {.name = "timeout_max", .number = 15, .unit = "min"},
};
static const struct rule_book book = {.name = "test", .rules = rules, .count = sizeof rules / sizeof *rules};

static struct references *names_of(struct fixture *fixture)
{
    struct reference_name *names = store_alloc(fixture->store, 6, sizeof *names);
    struct references *references = store_alloc(fixture->store, 1, sizeof *references);
    assert_non_null(names);
    assert_non_null(references);
    const struct reference_name all[] = {{"account", 0, NULL, {0}}, {"Jobs", 1, NULL, {0}},  {"Api", 2, NULL, {0}},
                                         {"Maker", 3, NULL, {0}},   {"users", 4, NULL, {0}}, {"Hidden", ENTITY_NONE, "A::Type", {0}}};
    memcpy(names, all, sizeof all);
    references_init(references, names, 6, 4, &fixture->parse);
    return references;
}

static void read_thing(struct fixture *fixture, const char *text, struct thing *thing, struct qualifier **qualifiers)
{
    struct parse_path path = {NULL, "X", 0};
    fixture_init(fixture, text);
    *thing = (struct thing){0};
    fixture->parse.rules = &book;
    fixture->parse.references = names_of(fixture);
    fixture->parse.qualifiers = qualifiers;
    property_defaults(&fixture->parse, table, thing);
    property_parse(&fixture->parse, table, fixture->tree, fixture->tree, &path, NULL, thing);
    assert_false(fixture->parse.failed);
}

static void test_defaults(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{}", &thing, NULL);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.memory_mb, 128);
    assert_false(thing.memory_given);
    assert_int_equal(thing.limit, -1);
    assert_int_equal(thing.timeout_ns, 3000000000);
    assert_int_equal(thing.size_bytes, 0);
    assert_true(thing.factor == 1.5);
    assert_true(thing.flag);
    assert_null(thing.text);
    assert_int_equal(thing.mode, 1);
    assert_int_equal(thing.attempts, 3);
    assert_int_equal(thing.style, 1);
    assert_int_equal(thing.causes, 5);
    assert_int_equal(thing.target, ENTITY_NONE);
    assert_non_null(thing.time);
    assert_true(distribution_is_constant(thing.time) && thing.time->a == 0);
    assert_null(thing.size);
    assert_int_equal(thing.life.kind, LIFETIME_DRAWN);
    assert_true(thing.life.drawn->a == 7200e9);
    assert_int_equal(thing.disk_mb, 512);
    fixture_fini(&fixture);
}

static void test_every_kind(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    struct qualifier *qualifiers = NULL;
    read_thing(&fixture,
               "{\"MemorySize\": \"1792\", \"Limit\": 7, \"Timeout\": 30, \"size\": \"2KB\", \"factor\": 2.25, \"rate\": \"90/min\", "
               "\"chance\": \"0.5%\", \"flag\": \"false\", \"text\": {\"Fn::Sub\": \"${Stage}-jobs\"}, \"mode\": {\"attempts\": 9}, "
               "\"style\": \"none\", \"shape\": [\"standard\"], \"on\": [\"error\", \"timeout\"], \"target\": \"Jobs:live\", "
               "\"time\": {\"exponential\": \"5ms\"}, \"drawn\": 3, \"items\": {\"uniform\": [1, 4]}, \"life\": {\"halving\": \"380s\"}, "
               "\"steps\": [{\"cpu\": \"20ms\", \"parallel\": 0.5}, {\"probability\": 0.2, \"steps\": [{\"wait\": \"1ms\"}]}, "
               "{\"parallel\": [[{\"wait\": \"2ms\"}], [{\"cpu\": \"1ms\"}, {\"wait\": \"1ms\"}]]}], "
               "\"Storage\": {\"Size\": 1024}, \"Tags\": [{\"a\": 1}]}",
               &thing, &qualifiers);
    if (fixture.diagnostics.count != 0)
        diagnostics_print(&fixture.diagnostics, stderr, false);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.memory_mb, 1792);
    assert_true(thing.memory_given && thing.seen_given);
    assert_int_equal(thing.limit, 7);
    assert_int_equal(thing.timeout_ns, 30000000000);
    assert_int_equal(thing.size_bytes, 2048);
    assert_true(thing.factor == 2.25);
    assert_true(thing.rate_per_s == 1.5);
    assert_true(fabs(thing.chance - 0.005) < 1e-15);
    assert_false(thing.flag);
    assert_string_equal(thing.text, "${Stage}-jobs");
    assert_int_equal(thing.mode, -1);
    assert_int_equal(thing.attempts, 9);
    assert_int_equal(thing.style, 0);
    assert_int_equal(thing.shape, 1);
    assert_int_equal(thing.causes, 6);
    assert_int_equal(thing.target, 1);
    assert_non_null(qualifiers);
    assert_string_equal(qualifiers->text, "live");
    assert_string_equal(qualifiers->property->name, "target");
    assert_int_equal(thing.time->kind, DISTRIBUTION_EXPONENTIAL);
    assert_true(thing.size->a == 3072);
    assert_int_equal(thing.count->kind, DISTRIBUTION_UNIFORM);
    assert_int_equal(thing.life.kind, LIFETIME_HALVING);
    assert_int_equal(thing.life.halving_ns, 380000000000);
    assert_int_equal(thing.disk_mb, 1024);
    assert_int_equal(thing.steps.count, 3);
    assert_int_equal(thing.steps.steps[0].kind, STEP_CPU);
    assert_true(thing.steps.steps[0].parallel == 0.5 && thing.steps.steps[0].time->a == 20e6);
    assert_int_equal(thing.steps.steps[1].kind, STEP_PROBABILITY);
    assert_true(thing.steps.steps[1].probability == 0.2);
    assert_int_equal(thing.steps.steps[1].branches[0].count, 1);
    assert_int_equal(thing.steps.steps[2].kind, STEP_PARALLEL);
    assert_int_equal(thing.steps.steps[2].branch_count, 2);
    assert_int_equal(thing.steps.steps[2].branches[1].count, 2);
    fixture_fini(&fixture);
}

static void test_nothing_given(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{\"MemorySize\": null, \"Timeout\": {\"Ref\": \"AWS::NoValue\"}, \"life\": \"forever\"}", &thing, NULL);
    assert_int_equal(fixture.diagnostics.count, 0);
    assert_int_equal(thing.memory_mb, 128);
    assert_false(thing.memory_given);
    assert_int_equal(thing.timeout_ns, 3000000000);
    assert_int_equal(thing.life.kind, LIFETIME_FOREVER);
    fixture_fini(&fixture);
}

static void test_references(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t entity;  /* ENTITY_NONE: refused with `said` */
        const char *said; /* else the qualifier */
        const char *hint;
    } cases[] = {
        {"\"Api\"", 2, NULL, ""},
        {"{\"Ref\": \"Api\"}", 2, NULL, ""},
        {"{\"Ref\": \"Api.Version\"}", 2, NULL, ""},
        {"{\"Fn::GetAtt\": [\"Jobs\", \"Arn\"]}", 1, NULL, ""},
        {"{\"Fn::GetAtt\": \"Jobs.Arn\"}", 1, NULL, ""},
        {"{\"Fn::Sub\": \"arn:${AWS::Region}:${Maker.Arn}:live\"}", 3, "live", ""},
        {"{\"Fn::Sub\": [\"${X}/${Maker}\", {\"X\": 1}]}", 3, NULL, ""},
        {"{\"Fn::Join\": [\"\", [\"arn:\", {\"Ref\": \"Jobs\"}]]}", 1, NULL, ""},
        {"\"Api:3\"", 2, "3", ""},
        {"\"Api:$LATEST\"", 2, "$LATEST", ""},
        {"\"Jobz\"", ENTITY_NONE, "there is no resource \"Jobz\"", "did you mean \"Jobs\"?"},
        {"{\"Fn::GetAtt\": [\"Nobody\", \"Arn\"]}", ENTITY_NONE, "there is no resource \"Nobody\"", ""},
        {"\"users\"", ENTITY_NONE, "\"users\" is a traffic source, not a resource", ""},
        {"\"account\"", ENTITY_NONE, "\"account\" is the account, not a resource", ""},
        {"\"Hidden\"", ENTITY_NONE, "refers to \"Hidden\", and A::Type is not simulated", ""},
        {"\"arn:aws:sqs:eu-west-1:1:q\"", ENTITY_NONE, "an ARN names nothing that is simulated here", "name a resource"},
        {"7", ENTITY_NONE, "must name a resource, got 7", "Fn::GetAtt"},
        {"{}", ENTITY_NONE, "must name a resource, got an object", ""},
        {"{\"Fn::Sub\": \"plain\"}", ENTITY_NONE, "must name a resource", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct thing thing;
        struct qualifier *qualifiers = NULL;
        char text[400];
        snprintf(text, sizeof text, "{\"target\": %s}", cases[i].text);
        read_thing(&fixture, text, &thing, &qualifiers);
        assert_int_equal(thing.target, cases[i].entity);
        if (cases[i].entity == ENTITY_NONE) {
            assert_true(diagnosed(&fixture.diagnostics, 1, 12, cases[i].said));
            assert_true(hinted(&fixture.diagnostics, cases[i].hint));
        } else if (cases[i].said) {
            assert_non_null(qualifiers);
            assert_string_equal(qualifiers->text, cases[i].said);
        } else {
            assert_null(qualifiers);
            assert_int_equal(fixture.diagnostics.count, 0);
        }
        fixture_fini(&fixture);
    }
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *message, *hint;
    } cases[] = {
        {"{\"MemorySize\": 64}", "X.MemorySize", "must be between 128 and 10240 MB, got 64",
         "rules memory_min_mb and memory_max_mb of book \"test\""},
        {"{\"MemorySize\": 200}", "X.MemorySize", "must be a multiple of 64 MB, got 200", ""},
        {"{\"MemorySize\": 128.5}", "X.MemorySize", "must be a whole number, got 128.5", ""},
        {"{\"MemorySize\": \"512MB\"}", "X.MemorySize", "must be a whole number, got \"512MB\"", "a bare number here is in MB"},
        {"{\"MemorySize\": {\"Ref\": \"P\"}}", "X.MemorySize", "must be a whole number, got {\"Ref\": \"P\"}", "its value is not known"},
        {"{\"memorysize\": 512}", "X.memorysize", "unknown key \"memorysize\"", "did you mean \"MemorySize\"?"},
        {"{\"qwertyuiop\": 512}", "X.qwertyuiop", "unknown key \"qwertyuiop\"", "known here: MemorySize, Limit"},
        {"{\"Limit\": -2}", "X.Limit", "must be at least 0, got -2", ""},
        {"{\"Timeout\": 901}", "X.Timeout", "must be between 1 and 900 s, got 901", "rule timeout_max"},
        {"{\"Timeout\": \"20m\"}", "X.Timeout", "must be between 1 and 900 s, got 1200", ""},
        {"{\"Timeout\": \"x\"}", "X.Timeout", "must be a time, got \"x\"", "120ms"},
        {"{\"size\": \"7MB\"}", "X.size", "must be at most 6291456 B, got 7340032 B", ""},
        {"{\"size\": 7}", "X.size", "a size needs a unit, got the bare number 7", "write \"7KB\""},
        {"{\"factor\": \"much\"}", "X.factor", "must be a number, got \"much\"", ""},
        {"{\"rate\": 5}", "X.rate", "a rate needs a unit, got the bare number 5", "write \"5/s\""},
        {"{\"rate\": \"101/s\"}", "X.rate", "must be at most 100/s, got 101/s", ""},
        {"{\"chance\": 5}", "X.chance", "must be between 0 and 1, got 5", "\"5%\""},
        {"{\"chance\": -0.1}", "X.chance", "cannot be negative", ""},
        {"{\"flag\": 1}", "X.flag", "must be true or false, got 1", ""},
        {"{\"text\": [1]}", "X.text", "must be a string, got a list", ""},
        {"{\"mode\": \"standart\"}", "X.mode", "must be one of none and standard, or an object, got \"standart\"",
         "did you mean \"standard\"?"},
        {"{\"mode\": {\"attempts\": 0}}", "X.mode.attempts", "must be at least 1, got 0", ""},
        {"{\"style\": {}}", "X.style", "must be one of none and standard, got an object", ""},
        {"{\"shape\": [\"none\", \"standard\"]}", "X.shape", "must be a list of exactly one, got 2", ""},
        {"{\"on\": [\"throttled\", \"timeuot\"]}", "X.on[1]", "must be one of throttled, error and timeout", "did you mean \"timeout\"?"},
        {"{\"drawn\": 11}", "X.drawn", "must be at most 10 KB, got 11", ""},
        {"{\"life\": \"for ever\"}", "X.life", "must be a time", ""},
        {"{\"life\": {\"halving\": \"0s\"}}", "X.life.halving", "must be above 0", ""},
        {"{\"life\": {\"halving\": \"1s\", \"plus\": \"1s\"}}", "X.life", "\"halving\" stands alone", ""},
        {"{\"Storage\": 512}", "X.Storage", "must be an object, got 512", ""},
        {"{\"Storage\": {\"Size\": 100}}", "X.Storage.Size", "must be between 512 and 10240 MB, got 100", ""},
        {"{\"Storage\": {\"Syze\": 1000}}", "X.Storage.Syze", "unknown key \"Syze\"", "did you mean \"Size\"?"},
        {"{\"steps\": {}}", "X.steps", "must be a list, got an object", "{\"cpu\": \"20ms\"}"},
        {"{\"steps\": [{\"call\": \"T\"}]}", "X.steps[0].call", "there is no resource \"T\"", "there are Api"},
        {"{\"steps\": [{\"wiat\": \"1ms\"}]}", "X.steps[0].wiat", "unknown key \"wiat\"", "did you mean \"wait\"?"},
        {"{\"steps\": [{\"wait\": \"1ms\", \"parallel\": 1}]}", "X.steps[0].parallel", "a step does one thing", "make a step of each"},
        {"{\"steps\": [{}]}", "X.steps[0]", "a step must say what it does", ""},
        {"{\"steps\": [{\"cpu\": 5}]}", "X.steps[0].cpu", "needs a unit", ""},
        {"{\"steps\": [{\"probability\": 0.5}]}", "X.steps[0]", "\"probability\" needs \"steps\"", ""},
        {"{\"steps\": [{\"parallel\": [[{\"wait\": 1}]]}]}", "X.steps[0].parallel[0][0].wait", "needs a unit", ""},
        {"{\"steps\": [{\"parallel\": []}]}", "X.steps[0].parallel", "needs at least one branch", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct thing thing;
        read_thing(&fixture, cases[i].text, &thing, NULL);
        assert_int_equal(fixture.diagnostics.error_count, 1);
        if (!diagnosed(&fixture.diagnostics, 0, 0, cases[i].message) || !hinted(&fixture.diagnostics, cases[i].hint))
            fail_msg("%s: wants \"%s\" and the hint \"%s\"", cases[i].text, cases[i].message, cases[i].hint);
        assert_string_equal(fixture.diagnostics.list[0].path, cases[i].path);
        assert_int_equal(fixture.diagnostics.list[0].place.line, 1);
        fixture_fini(&fixture);
    }
}

/* All at once, in the order of the file. */
static void test_all_mistakes_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    struct thing thing;
    read_thing(&fixture, "{\"MemorySize\": 64,\n \"Timeout\": 0,\n \"Tag\": [],\n \"target\": \"Jbos\"}", &thing, NULL);
    assert_int_equal(fixture.diagnostics.error_count, 4);
    assert_true(diagnosed(&fixture.diagnostics, 1, 16, "must be between 128"));
    assert_true(diagnosed(&fixture.diagnostics, 2, 13, "must be between 1 and 900 s"));
    assert_true(diagnosed(&fixture.diagnostics, 3, 2, "unknown key"));
    assert_true(diagnosed(&fixture.diagnostics, 4, 12, "there is no resource"));
    /* What was wrong keeps its default, so that what follows can be checked. */
    assert_int_equal(thing.memory_mb, 128);
    assert_false(thing.memory_given);
    fixture_fini(&fixture);
}

static void test_missing(void **state)
{
    (void)state;
    static const struct property needs[] = {
        {.name = "name", .kind = PROPERTY_STRING, .offset = 0, .required = true, .help = "A name."},
        {.name = "poisson", .kind = PROPERTY_ARRIVAL, .offset = sizeof(void *)},
        {.name = "constant", .kind = PROPERTY_ARRIVAL, .offset = sizeof(void *)},
        {0},
    };
    const void *blob[2] = {NULL, NULL};
    struct parse_path path = {NULL, "traffic", 0};
    struct fixture fixture;
    fixture_init(&fixture, "{}");
    property_parse(&fixture.parse, needs, fixture.tree, fixture.tree, &path, NULL, blob);
    assert_int_equal(fixture.diagnostics.error_count, 2);
    assert_true(diagnosed(&fixture.diagnostics, 1, 1, "\"name\" is missing"));
    assert_true(diagnosed(&fixture.diagnostics, 1, 1, "needs one arrival process: poisson or constant"));
    fixture_fini(&fixture);
    fixture_init(&fixture, "{\"name\": \"x\", \"poisson\": \"1/s\", \"constant\": \"2/s\"}");
    property_parse(&fixture.parse, needs, fixture.tree, fixture.tree, &path, NULL, blob);
    assert_int_equal(fixture.diagnostics.error_count, 1);
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "a source has one arrival process, and here are 2"));
    fixture_fini(&fixture);
}

/* A default that no book has is told, not skipped. */
static void test_bad_fallback(void **state)
{
    (void)state;
    static const struct property wrong[] = {{.name = "x", .kind = PROPERTY_INTEGER, .fallback = "no_such_rule"}, {0}};
    struct fixture fixture;
    int64_t blob = 0;
    fixture_init(&fixture, "{}");
    fixture.parse.rules = &book;
    property_defaults(&fixture.parse, wrong, &blob);
    assert_int_equal(fixture.diagnostics.error_count, 1);
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "has no usable default: \"no_such_rule\""));
    fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),   cmocka_unit_test(test_every_kind),   cmocka_unit_test(test_nothing_given),
        cmocka_unit_test(test_references), cmocka_unit_test(test_mistakes),     cmocka_unit_test(test_all_mistakes_at_once),
        cmocka_unit_test(test_missing),    cmocka_unit_test(test_bad_fallback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
