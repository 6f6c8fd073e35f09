/* test_event_content.c: what sources say of their items becomes numbered contents, drawn by weight; patterns know which of them they match,
 * wrapped as a sender wraps them. */
#include "engine/content.h"
#include "failing_allocation.h"
#include "fake_models.h"
#include "notation/event_content.h"
#include "notation/pattern.h"
#include "notation/references.h"

struct content_source {
    struct fake_source source;
    struct content_choice content;
};
static const struct property content_source_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = fake_source_properties},
    {.name = "event", .kind = PROPERTY_CONTENT, .offset = offsetof(struct content_source, content)},
    {.name = "object_key", .kind = PROPERTY_CONTENT, .offset = offsetof(struct content_source, content)},
    {.name = "operation", .kind = PROPERTY_CONTENT, .offset = offsetof(struct content_source, content)},
    {.name = "request", .kind = PROPERTY_CONTENT, .offset = offsetof(struct content_source, content)},
    {0},
};
static const struct model_type content_source_type = {
    .type = "traffic", .size = sizeof(struct content_source), .properties = content_source_properties, .metrics = fake_source_metrics};

/* A resource with a filter: it keeps which contents pass. */
struct filter {
    const struct pattern *pattern;
    int wrapped;
    const struct content_set *passes;
};
static const char *const wrappings[] = {"bare", "body", "object", "attributes", NULL};
static const struct envelope body_envelope[] = {{"body", ENVELOPE_EVENT, NULL}, {"from", ENVELOPE_SENDER, NULL}, {0}};
static const struct envelope object_envelope[] = {
    {"source", ENVELOPE_TEXT, "aws.s3"}, {"detail.object.key", ENVELOPE_OBJECT_KEY, NULL}, {"detail.bucket", ENVELOPE_SENDER, NULL}, {0}};
static const struct envelope attribute_envelope[] = {{"", ENVELOPE_ATTRIBUTES, NULL}, {0}};
static const struct envelope *const envelopes[] = {NULL, body_envelope, object_envelope, attribute_envelope};

static void filter_validate(struct validation *validation, void *config)
{
    struct filter *filter = config;
    filter->passes = validation_match(validation, filter->pattern, envelopes[filter->wrapped], validation_self(validation));
    assert_true((filter->passes != NULL) == (filter->pattern != NULL) || validation_contents(validation)->count == 0);
}
static const struct property filter_properties[] = {
    {.name = "Pattern", .kind = PROPERTY_PATTERN, .offset = offsetof(struct filter, pattern), .unit = "subscription"},
    {.name = "Wrapped", .kind = PROPERTY_ENUM, .offset = offsetof(struct filter, wrapped), .choices = wrappings, .fallback = "\"bare\""},
    {0},
};
static const struct model_type filter_type = {
    .type = "Fake::Event::Filter", .size = sizeof(struct filter), .properties = filter_properties, .validate = filter_validate};

static const struct model_type *const resources[] = {&filter_type, &fake_worker_type, NULL};
static const struct model_registry registry = {.resources = resources, .account = &fake_account_type, .source = &content_source_type};

/* A scenario of one filter X (its Properties) and sources (their keys beside name, target and process). */
static void load(struct loaded *loaded, const char *filter, const char *const *sources, size_t count)
{
    char path[200];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "{\"duration\": \"1s\", \"Resources\": {\"X\": {\"Type\": \"Fake::Event::Filter\", \"Properties\": {%s}}}, \"traffic\": [",
            filter);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s{\"name\": \"s%zu\", \"target\": \"X\", \"constant\": \"1/s\"%s%s}", i ? ",\n" : "\n", i, *sources[i] ? ", " : "",
                sources[i]);
    fputs("]}", out);
    assert_int_equal(fclose(out), 0);
    write_file(loaded->folder, "s.json", text);
    free(text);
    snprintf(path, sizeof path, "%s/s.json", loaded->folder);
    diagnostics_fini(&loaded->diagnostics);
    loaded->diagnostics = (struct diagnostics){0};
    scenario_free(loaded->scenario);
    loaded->status = scenario_load(path, NULL, &registry, &loaded->diagnostics, &loaded->scenario);
}

static void load_good(struct loaded *loaded, const char *filter, const char *const *sources, size_t count)
{
    load(loaded, filter, sources, count);
    if (loaded->status != STATUS_OK)
        diagnostics_print(&loaded->diagnostics, stderr, false);
    assert_int_equal(loaded->status, STATUS_OK);
}

static const struct content_choice *choice_of(const struct loaded *loaded, size_t source)
{
    const struct scenario *scenario = loaded->scenario;
    return &((const struct content_source *)scenario->entities[scenario->first_source + source].config)->content;
}

static const struct content *content_at(const struct loaded *loaded, size_t source, size_t index)
{
    const struct content_choice *choice = choice_of(loaded, source);
    assert_true(index < choice->count);
    return &loaded->scenario->settings.contents->items[choice->contents[index]];
}

static bool passes(const struct loaded *loaded, size_t source, size_t index)
{
    const struct filter *filter = loaded->scenario->entities[scenario_find(loaded->scenario, "X")].config;
    const struct content_choice *choice = choice_of(loaded, source);
    return content_set_has(filter->passes, choice->count ? choice->contents[index] : CONTENT_NONE);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "",
        "\"event\": {\"a\": 1}",
        "\"event\": {\"a\":1.0}, \"from\": \"0s\"", /* the same */
        "\"event\": {\"a\": 1}, \"object_key\": \"k\"",
        "\"event\": [1, 2]", /* a list that is a body */
        "\"event\": null",
        "\"operation\": \"PutObject\"",
        "\"event\": \"{\\\"a\\\": 1}\"", /* another text than the object, though it reads the same */
        "\"request\": \"GET /a\"",
        "\"request\": \"PUT /a\"",
    };
    struct loaded loaded;
    folder_make(&loaded);
    load_good(&loaded, "", sources, 10);
    assert_int_equal(loaded.scenario->settings.contents->count, 8);
    assert_int_equal(choice_of(&loaded, 0)->count, 0);
    assert_int_equal(choice_of(&loaded, 5)->count, 0);
    assert_string_equal(content_at(&loaded, 1, 0)->event, "{\"a\":1}");
    assert_null(content_at(&loaded, 1, 0)->object_key);
    assert_ptr_equal(content_at(&loaded, 1, 0), content_at(&loaded, 2, 0));
    assert_ptr_not_equal(content_at(&loaded, 1, 0), content_at(&loaded, 3, 0));
    assert_string_equal(content_at(&loaded, 3, 0)->object_key, "k");
    assert_string_equal(content_at(&loaded, 4, 0)->event, "[1,2]");
    assert_string_equal(content_at(&loaded, 6, 0)->operation, "PutObject");
    assert_null(content_at(&loaded, 6, 0)->event);
    assert_ptr_not_equal(content_at(&loaded, 7, 0), content_at(&loaded, 1, 0));
    assert_string_equal(content_at(&loaded, 8, 0)->request, "GET /a");
    assert_string_equal(content_at(&loaded, 9, 0)->request, "PUT /a");
    folder_remove(&loaded);
}

static void test_weights(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "\"event\": [{\"weight\": 3, \"of\": \"a\"}, {\"weight\": 1, \"of\": null}], "
        "\"object_key\": [{\"weight\": 1, \"of\": \"k\"}, {\"weight\": 4, \"of\": \"l\"}], \"operation\": \"PutObject\"",
        "\"event\": [{\"weight\": 0, \"of\": \"a\"}, {\"weight\": 1, \"of\": \"b\"}, {\"weight\": 0, \"of\": \"c\"}]",
    };
    static const double cumulative[] = {0.15, 0.75, 0.8, 1};
    struct loaded loaded;
    struct stream stream;
    folder_make(&loaded);
    load_good(&loaded, "", sources, 2);
    assert_int_equal(choice_of(&loaded, 0)->count, 4);
    for (size_t i = 0; i < 4; i++) {
        const double difference = choice_of(&loaded, 0)->weights[i] - cumulative[i];
        assert_true(difference < 1e-12 && difference > -1e-12);
        assert_string_equal(content_at(&loaded, 0, i)->object_key, i % 2 ? "l" : "k");
        assert_true((content_at(&loaded, 0, i)->event != NULL) == (i < 2));
        assert_string_equal(content_at(&loaded, 0, i)->operation, "PutObject");
    }
    /* 40,000 draws: six standard deviations of each count, which one run in 10^8 exceeds. */
    size_t counts[4] = {0};
    stream_init(&stream, 1, 0, "s", "event");
    for (uint64_t i = 0; i < 40000; i++) {
        stream_at(&stream, i, 0);
        uint8_t content = content_draw(choice_of(&loaded, 0), &stream);
        for (size_t k = 0; k < 4; k++)
            counts[k] += choice_of(&loaded, 0)->contents[k] == content;
        assert_int_equal(content_draw(choice_of(&loaded, 1), &stream), choice_of(&loaded, 1)->contents[1]); /* the others weigh nothing */
    }
    for (size_t k = 0; k < 4; k++) {
        const double share = cumulative[k] - (k ? cumulative[k - 1] : 0), mean = 40000 * share;
        const double off = (double)counts[k] - mean;
        assert_true(off * off < 36 * mean * (1 - share));
    }
    assert_int_equal(content_draw(&(struct content_choice){0}, &stream), CONTENT_NONE);
    folder_remove(&loaded);
}

static const struct {
    const char *source, *path, *message;
} mistakes[] = {
    {"\"object_key\": 5", "traffic.s0.object_key", "must be an object's name, or several with weights, got 5"},
    {"\"object_key\": \"\"", "traffic.s0.object_key", "must be an object's name"},
    {"\"operation\": [\"PutObject\"]", "traffic.s0.operation", "must be the name of an action"},
    {"\"operation\": \"s3:PutObject\"", "traffic.s0.operation", "must be the name of an action"},
    {"\"event\": [{\"weight\": 1, \"of\": 1}, {\"weight\": 1}]", "traffic.s0.event[1]", "needs \"weight\" and \"of\""},
    {"\"event\": [{\"weight\": 1, \"of\": 1}, 5]", "traffic.s0.event[1]", "must be an object, got 5"},
    {"\"event\": [{\"weight\": -1, \"of\": 1}]", "traffic.s0.event[0].weight", "a weight cannot be negative"},
    {"\"event\": [{\"weight\": 0, \"of\": 1}]", "traffic.s0.event", "the weights must add up to more than 0"},
    {"\"event\": [{\"weight\": 1, \"of\": 1, \"off\": 2}]", "traffic.s0.event[0].off", "unknown key \"off\""},
    {"\"operation\": [{\"weight\": 1, \"of\": 5}]", "traffic.s0.operation[0].of", "must be the name of an action"},
    {"\"request\": \"/a\"", "traffic.s0.request", "must be a method and a path, or several with weights, got \"/a\""},
    {"\"request\": \"get /a\"", "traffic.s0.request", "must be a method and a path"},
    {"\"request\": \"GET a\"", "traffic.s0.request", "must be a method and a path"},
    {"\"request\": \"GET /a b\"", "traffic.s0.request", "must be a method and a path"},
    {"\"request\": \"GET /{id}\"", "traffic.s0.request", "must be a method and a path"},
    {"\"request\": [{\"weight\": 1, \"of\": \"POST\"}]", "traffic.s0.request[0].of", "must be a method and a path"},
};

static void test_mistakes(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        load(&loaded, "", &mistakes[i].source, 1);
        assert_int_equal(loaded.status, STATUS_INVALID);
        assert_true(diagnosed(&loaded.diagnostics, 0, 0, mistakes[i].message));
        assert_string_equal(loaded.diagnostics.list[0].path, mistakes[i].path);
    }
    folder_remove(&loaded);
}

/* A weighted list of `count` events that no other list has. */
static char *many(const char *key, size_t first, size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fprintf(out, "\"%s\": [", key);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s{\"weight\": 1, \"of\": \"A%zu\"}", i ? ", " : "", first + i);
    fputs("]", out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_too_many(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    char *all = many("event", 0, CONTENT_COUNT - 1), *one = many("event", 1000, 1), *list = many("event", 0, CONTENT_COUNT);
    const char *sources[] = {all, all, ""};
    load_good(&loaded, "", sources, 3);
    assert_int_equal(loaded.scenario->settings.contents->count, CONTENT_COUNT);
    sources[2] = one;
    load(&loaded, "", sources, 3);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "more than 255 different contents"));
    sources[0] = list;
    load(&loaded, "", sources, 1);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "there may be 255 values at most"));
    char *events = many("event", 0, 16), *keys = many("object_key", 0, 16), *both = NULL;
    assert_true(asprintf(&both, "%s, %s", events, keys) > 0);
    sources[0] = both;
    load(&loaded, "", sources, 1);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "make 256 combinations; there may be 255 at most"));
    free(all), free(one), free(list), free(events), free(keys), free(both);
    folder_remove(&loaded);
}

/* Wrapped so, which of the sources' contents pass, and what is warned of? */
static const struct {
    const char *filter;
    const char *source;
    bool passes;
    const char *warning; /* NULL: none */
} wrapped[] = {
    {"\"Pattern\": {\"a\": [1]}", "\"event\": {\"a\": 1}", true, NULL},
    {"\"Pattern\": {\"a\": [1]}", "\"event\": {\"a\": 2}", false, NULL},
    {"\"Pattern\": {\"a\": [1]}", "\"event\": \"{\\\"a\\\": 1}\"", true, NULL},
    {"\"Pattern\": {\"a\": [1]}", "\"event\": \"[{\\\"a\\\": 1}]\"", true, NULL},
    {"\"Pattern\": {\"a\": [1]}", "\"event\": \"a\"", false, NULL},
    {"\"Pattern\": \"{\\\"a\\\": [1]}\"", "\"event\": {\"a\": 2}", false, NULL},
    {"\"Pattern\": {\"a\": [1]}", "", true, "traffic source \"s0\" says nothing of its items"},
    {"\"Pattern\": {\"a\": [1]}", "\"object_key\": \"k\"", true, "items of \"k\" have nothing that this looks at"},
    {"\"Pattern\": {}", "", true, NULL},
    {"\"Pattern\": {\"body\": {\"a\": [1]}}, \"Wrapped\": \"body\"", "\"event\": {\"a\": 1}", true, NULL},
    {"\"Pattern\": {\"a\": [1]}, \"Wrapped\": \"body\"", "\"event\": {\"a\": 1}", false, NULL},
    {"\"Pattern\": {\"body\": [\"x\"]}, \"Wrapped\": \"body\"", "\"event\": \"x\"", true, NULL},
    {"\"Pattern\": {\"from\": [\"X\"]}, \"Wrapped\": \"body\"", "", true, NULL},
    {"\"Pattern\": {\"from\": [\"Y\"]}, \"Wrapped\": \"body\"", "", false, NULL},
    {"\"Pattern\": {\"body\": {\"a\": [1]}}, \"Wrapped\": \"body\"", "", true, "says nothing"},
    {"\"Pattern\": {\"source\": [\"aws.ec2\"], \"detail\": {\"object\": {\"key\": [\"k\"]}}}, \"Wrapped\": \"object\"", "", false, NULL},
    {"\"Pattern\": {\"detail\": {\"object\": {\"key\": [{\"prefix\": \"in/\"}]}}}, \"Wrapped\": \"object\"", "\"object_key\": \"in/a\"",
     true, NULL},
    {"\"Pattern\": {\"detail\": {\"object\": {\"key\": [{\"prefix\": \"in/\"}]}}}, \"Wrapped\": \"object\"", "\"object_key\": \"out/a\"",
     false, NULL},
    {"\"Pattern\": {\"detail\": {\"bucket\": [\"X\"], \"reason\": [\"Put\"]}}, \"Wrapped\": \"object\"", "\"object_key\": \"k\"", true,
     "items of \"k\""},
    {"\"Pattern\": {\"colour\": [\"red\"]}, \"Wrapped\": \"attributes\"",
     "\"event\": {\"MessageAttributes\": {\"colour\": {\"Type\": \"String\", \"Value\": \"red\"}}}", true, NULL},
    {"\"Pattern\": {\"colour\": [\"red\"]}, \"Wrapped\": \"attributes\"", "\"event\": {\"MessageAttributes\": {\"colour\": \"red\"}}", true,
     NULL},
    {"\"Pattern\": {\"colour\": [\"red\"]}, \"Wrapped\": \"attributes\"", "\"event\": {\"colour\": \"red\"}", false, NULL},
    {"\"Pattern\": {\"n\": [{\"numeric\": [\">\", 5]}]}, \"Wrapped\": \"attributes\"",
     "\"event\": {\"MessageAttributes\": {\"n\": {\"Type\": \"Number\", \"Value\": \"6\"}}}", true, NULL},
    {"\"Pattern\": {\"n\": [\"b\"]}, \"Wrapped\": \"attributes\"",
     "\"event\": {\"MessageAttributes\": {\"n\": {\"Type\": \"String.Array\", \"Value\": \"[\\\"a\\\", \\\"b\\\"]\"}}}", true, NULL},
    {"\"Pattern\": {\"n\": [{\"exists\": true}]}, \"Wrapped\": \"attributes\"",
     "\"event\": {\"MessageAttributes\": {\"n\": {\"Type\": \"Binary\", \"Value\": \"x\"}, \"m\": 1}}", false, NULL},
    {"\"Pattern\": {\"n\": [{\"exists\": false}]}, \"Wrapped\": \"attributes\"", "\"event\": {\"MessageAttributes\": {\"m\": 1}}", true,
     NULL},
    {"\"Pattern\": {\"n\": [{\"exists\": false}]}, \"Wrapped\": \"attributes\"", "\"event\": {\"m\": 1}", false, NULL}, /* none at all */
    {"\"Pattern\": {\"n\": [1]}, \"Wrapped\": \"attributes\"", "", true, "says nothing"},
};

static void test_wrapped(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof wrapped / sizeof *wrapped; i++) {
        load_good(&loaded, wrapped[i].filter, &wrapped[i].source, 1);
        if (passes(&loaded, 0, 0) != wrapped[i].passes)
            fail_msg("%s with %s: %s", wrapped[i].filter, wrapped[i].source, wrapped[i].passes ? "is kept out" : "passes");
        if (wrapped[i].warning)
            assert_true(diagnosed(&loaded.diagnostics, 0, 0, wrapped[i].warning));
        assert_int_equal(loaded.diagnostics.count, wrapped[i].warning ? 1 : 0);
        if (wrapped[i].warning)
            assert_string_equal(loaded.diagnostics.list[0].path, "Resources.X.Properties.Pattern");
    }
    folder_remove(&loaded);
}

/* Any list of events, any pattern: the set is what direct matching says. */
static uint32_t roll(uint32_t *seed, uint32_t sides)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % sides;
}

static void random_event(FILE *out, uint32_t *seed, unsigned depth)
{
    static const char *const leaves[] = {"1", "2.5", "\"x\"", "\"xy\"", "true", "null", "[]", "\"\""};
    uint32_t kind = roll(seed, depth > 0 ? 10 : 6);
    if (kind < 6) {
        fputs(leaves[roll(seed, 8)], out);
        return;
    }
    bool list = kind > 8;
    fputc(list ? '[' : '{', out);
    for (uint32_t i = 0; i < 3; i++) {
        fprintf(out, list ? "%s" : "%s\"%c\":", i ? "," : "", "abc"[i]);
        random_event(out, seed, depth - 1);
    }
    fputc(list ? ']' : '}', out);
}

static void random_pattern(FILE *out, uint32_t *seed, unsigned depth)
{
    static const char *const tests[] = {"1",
                                        "\"x\"",
                                        "null",
                                        "{\"prefix\":\"x\"}",
                                        "{\"anything-but\":[\"x\"]}",
                                        "{\"exists\":false}",
                                        "{\"exists\":true}",
                                        "{\"numeric\":[\">\",1]}",
                                        "{\"wildcard\":\"*y\"}",
                                        "true"};
    fputc('{', out);
    for (uint32_t i = 0, first = roll(seed, 3); i <= first; i++) {
        fprintf(out, "%s\"%c\":", i ? "," : "", "abc"[i]);
        if (depth > 0 && roll(seed, 2))
            random_pattern(out, seed, depth - 1);
        else
            fprintf(out, "[%s,%s]", tests[roll(seed, 10)], tests[roll(seed, 10)]);
    }
    if (depth > 0 && roll(seed, 3) == 0) {
        fputs(",\"$or\":[", out);
        random_pattern(out, seed, depth - 1);
        fputc(',', out);
        random_pattern(out, seed, depth - 1);
        fputc(']', out);
    }
    fputc('}', out);
}

static char *random_text(uint32_t *seed, bool pattern)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (pattern)
        random_pattern(out, seed, 2);
    else
        random_event(out, seed, 3);
    assert_int_equal(fclose(out), 0);
    return text;
}

#define EVENTS 20
static void test_sets_are_matching(void **state)
{
    (void)state;
    struct loaded loaded;
    uint32_t seed = 7;
    size_t matched = 0, checked = 0;
    folder_make(&loaded);
    for (int round = 0; round < 200; round++) {
        char *events[EVENTS], *sources[EVENTS], *filter = NULL;
        char *text = random_text(&seed, true);
        assert_true(asprintf(&filter, "\"Pattern\": %s", text) > 0);
        for (size_t i = 0; i < EVENTS; i++) {
            events[i] = random_text(&seed, false);
            assert_true(asprintf(&sources[i], "\"event\": %s", events[i]) > 0);
        }
        load_good(&loaded, filter, (const char *const *)sources, EVENTS);
        const struct filter *made = loaded.scenario->entities[scenario_find(loaded.scenario, "X")].config;
        for (size_t i = 0; i < EVENTS; i++) {
            if (choice_of(&loaded, i)->count > 0) { /* else it is null */
                cJSON *event = cJSON_Parse(events[i]);
                bool wanted = pattern_match(made->pattern, event, false) == PATTERN_YES;
                assert_int_equal(passes(&loaded, i, 0), wanted);
                matched += wanted;
                checked++;
                cJSON_Delete(event);
            }
            free(events[i]);
            free(sources[i]);
        }
        free(filter);
        free(text);
    }
    folder_remove(&loaded);
    assert_true(checked > 3000 && matched > checked / 50 && matched < checked / 2); /* the dice fall both ways */
}

/* Without memory: an error, no crash. */
static void test_without_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    static const char *const source =
        "\"event\": [{\"weight\": 1, \"of\": {\"a\": [1]}}, {\"weight\": 1, \"of\": \"{}\"}], \"object_key\": \"k\"";
    struct loaded loaded;
    folder_make(&loaded);
    load_good(&loaded, "\"Pattern\": {\"body\": {\"a\": [1]}}, \"Wrapped\": \"body\"", &source, 1);
    char path[200];
    snprintf(path, sizeof path, "%s/s.json", loaded.folder);
    const long enough = 100000000;
    long needed = 0;
    /* Once with all it needs; then with less and less: the books come first, what is tested here last. */
    for (long less = 0; less <= 400; less++) {
        struct diagnostics diagnostics = {0};
        struct scenario *scenario = NULL;
        fail_allocations_after(less == 0 ? enough : needed - less);
        enum status status = scenario_load(path, NULL, &registry, &diagnostics, &scenario);
        needed = less == 0 ? enough - allocations_that_work : needed;
        fail_allocations_after(-1);
        assert_true((less == 0) == (status == STATUS_OK));
        scenario_free(scenario);
        diagnostics_fini(&diagnostics);
    }
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_weights), cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_too_many),       cmocka_unit_test(test_wrapped), cmocka_unit_test(test_sets_are_matching),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
