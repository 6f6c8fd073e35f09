/* test_rewrite.c: short forms of a template become resources of their own: names, owners, references, places of mistakes, short paths; and
 * keys that a target requires of its sources. */
#include "engine/sending.h"
#include "failing_allocation.h"
#include "fake_models.h"

/* What a short form becomes. */
struct fake_link {
    uint32_t from, to;
    int64_t batch;
    bool enabled;
};

static const struct property link_properties[] = {
    {.name = "SourceArn", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct fake_link, from), .required = true, .help = "Whence."},
    {.name = "WorkerName", .kind = PROPERTY_REFERENCE, .offset = offsetof(struct fake_link, to), .required = true, .help = "Whither."},
    {.name = "Batch",
     .kind = PROPERTY_INTEGER,
     .offset = offsetof(struct fake_link, batch),
     .minimum = "1",
     .maximum = "100",
     .fallback = "10"},
    {.name = "Enabled", .kind = PROPERTY_BOOLEAN, .offset = offsetof(struct fake_link, enabled), .fallback = "true"},
    {0},
};

static void link_validate(struct validation *validation, void *config)
{
    const struct fake_link *link = config;
    if (link->batch == 66)
        validation_error(validation, "Batch", NULL, "is odd");
    if (link->batch == 67)
        validation_error(validation, NULL, NULL, "all is odd");
    if (link->batch == 68)
        validation_error(validation, "SourceArn", NULL, "a worker is no source");
}

static const struct model_type link_type = {
    .type = "Fake::Compute::Link", .size = sizeof(struct fake_link), .properties = link_properties, .validate = link_validate};

/* What a short form becomes that says flat what stands in an element of a list. */
struct fake_nest {
    struct property_list links;
    const char *state;
};

static const struct property nest_properties[] = {
    {.name = "Links",
     .kind = PROPERTY_LIST,
     .offset = offsetof(struct fake_nest, links),
     .properties = link_properties,
     .size = sizeof(struct fake_link)},
    {.name = "State", .kind = PROPERTY_STRING, .offset = offsetof(struct fake_nest, state)},
    {0},
};

static const struct model_type nest_type = {.type = "Fake::Compute::Nest", .size = sizeof(struct fake_nest), .properties = nest_properties};

/* A worker that has events, and says so where it still sees any. */
struct eventful {
    bool events;
};
static const struct property eventful_properties[] = {
    {.name = "Events", .kind = PROPERTY_ACCEPTED, .given = PROPERTY_GIVEN(struct eventful, events)},
    {.name = "Tags", .kind = PROPERTY_ACCEPTED},
    {0},
};

static void eventful_validate(struct validation *validation, void *config)
{
    if (((const struct eventful *)config)->events)
        validation_error(validation, "Events", NULL, "events are left");
}
static const struct property eventful_behavior[] = {{0}};
static const struct model_type eventful_type = {.type = "Fake::Short::Worker",
                                                .size = sizeof(struct eventful),
                                                .properties = eventful_properties,
                                                .behavior = eventful_behavior,
                                                .validate = eventful_validate};

/* Wants keys of who sends to it. */
static void keyed_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    (void)config;
    validation_sending_needs_key(validation, sending, "an ordered log");
}
static void keyed_accept(struct simulation *simulation, void *self, struct request *request)
{
    (void)self;
    request_answer(simulation, request, &cause_succeeded);
}
static const struct property keyed_properties[] = {{0}};
static const struct model_type keyed_type = {
    .type = "Fake::Storage::Log", .size = 8, .properties = keyed_properties, .accept = keyed_accept, .receives = keyed_receives};

struct keyed_source {
    struct fake_source source;
    struct key_choice key;
};
static const struct property keyed_source_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = fake_source_properties},
    {.name = "key", .kind = PROPERTY_KEY, .offset = offsetof(struct keyed_source, key)},
    {0},
};
static void keyed_source_sends(struct validation *validation, const void *config)
{
    const struct keyed_source *source = config;
    if (validation_type(validation, source->source.target)->receives)
        validation_sends(validation, &(struct sending){.target = source->source.target,
                                                       .has_key = source->key.kind != KEY_NONE || validation_written(validation, "key"),
                                                       .place = "",
                                                       .target_key = "target"});
}
static const struct model_type keyed_source_type = {.type = "traffic",
                                                    .size = sizeof(struct keyed_source),
                                                    .properties = keyed_source_properties,
                                                    .metrics = fake_source_metrics,
                                                    .sends = keyed_source_sends};

static const char *const queue_names[] = {"Queue", "SourceArn", NULL};
static const struct rewrite rewrites[] = {
    {"Fake::Short::Worker", "Events", "Q", "Fake::Compute::Link", "WorkerName", queue_names},
    {"Fake::Short::Worker", "Events", "Plain", "Fake::Compute::Link", "WorkerName", NULL},
    {"Fake::Short::Worker", "Events", "Nest", "Fake::Compute::Nest", "WorkerName", NULL},
    {"Fake::Short::Worker", "Events", "Unmade", "Fake::Compute::Nothing", "WorkerName", queue_names},
    {0},
};
static const char *const nest_keys[] = {"SourceArn", "Batch", "More", NULL};
static const char *const nest_words[] = {"On", "true", "State", "ON", "On", "false", "State", "OFF", NULL};
static const struct inner_form inner_forms[] = {{"Fake::Compute::Nest", "Links", true, "More", nest_keys, nest_words}, {0}};
static const struct implied implied[] = {{"Fake::Compute::Nest", "Fake::Storage::Log", "main", NULL}, {0}};
static const struct model_type *const resources[] = {&eventful_type, &link_type, &nest_type, &fake_table_type, &keyed_type, NULL};
static const char *const later_entries[] = {"Timer", NULL};
static const struct model_registry registry = {
    .resources = resources,
    .account = &fake_account_type,
    .source = &keyed_source_type,
    .fleet_type = "Fake::Short::Worker",
    .rewrites = rewrites,
    .inner_forms = inner_forms,
    .implied = implied,
    .later_entries = later_entries,
};

#define TRAFFIC "\"traffic\": [{\"name\": \"u\", \"target\": \"Jobs\", \"constant\": \"1/s\"}]"
#define TABLES "\"Jobs\": {\"Type\": \"Fake::Storage::Table\", \"Properties\": {\"Capacity\": 1}}"

static void load(struct loaded *loaded, const char *text, const struct scenario_options *options)
{
    char path[200];
    write_file(loaded->folder, "s.json", text);
    snprintf(path, sizeof path, "%s/s.json", loaded->folder);
    diagnostics_fini(&loaded->diagnostics);
    loaded->diagnostics = (struct diagnostics){0};
    scenario_free(loaded->scenario);
    loaded->status = scenario_load(path, options, &registry, &loaded->diagnostics, &loaded->scenario);
    assert_true((loaded->status == STATUS_OK) == (loaded->scenario != NULL));
}

static void load_events(struct loaded *loaded, const char *events, const struct scenario_options *options)
{
    char text[2000];
    snprintf(text, sizeof text,
             "{\"duration\": \"1h\", \"Resources\": {" TABLES ",\n\"W\": {\"Type\": \"Fake::Short::Worker\", \"Properties\": {\"Events\":\n"
             "%s}}}, " TRAFFIC "}",
             events);
    load(loaded, text, options);
}

static const struct fake_link *link_of(const struct loaded *loaded, const char *name)
{
    const uint32_t entity = scenario_find(loaded->scenario, name);
    assert_int_not_equal(entity, ENTITY_NONE);
    assert_ptr_equal(loaded->scenario->entities[entity].type, &link_type);
    return loaded->scenario->entities[entity].config;
}

static void test_made(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    load(&loaded,
         "{\"duration\": \"1h\", \"Resources\": {\"W\": {\"Type\": \"Fake::Short::Worker\", \"Properties\": {\"Tags\": [], \"Events\": {"
         "\"A\": {\"Type\": \"Q\", \"Properties\": {\"Queue\": {\"Fn::GetAtt\": [\"Jobs\", \"Arn\"]}, \"Batch\": 5, \"Enabled\": false}},"
         "\"B\": {\"Type\": \"Q\", \"Properties\": {\"Queue\": {\"Ref\": \"Jobs\"}}},"
         "\"C\": {\"Type\": \"Plain\", \"Properties\": {\"SourceArn\": \"Jobs\"}}, \"D\": {\"Ref\": \"AWS::NoValue\"}}}},"
         "\"V\": {\"Type\": \"Fake::Short::Worker\", \"Properties\": {\"Events\": {\"A\": {\"Type\": \"Q\", \"Properties\": {\"Queue\": "
         "\"Jobs\"}}}}}, \"N\": {\"Type\": \"Fake::Short::Worker\"}, \"E\": {\"Type\": \"Fake::Short::Worker\", \"Properties\": "
         "{\"Events\": {}}}, " TABLES "}, \"behavior\": {\"W\": {}}, " TRAFFIC "}",
         NULL);
    diagnostics_print(&loaded.diagnostics, stderr, false);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.diagnostics.count, 0);
    static const char *const names[] = {"account", "W", "V", "N", "E", "Jobs", "WA", "WB", "WC", "VA", "u"};
    assert_int_equal(loaded.scenario->entity_count, sizeof names / sizeof *names);
    for (uint32_t i = 0; i < loaded.scenario->entity_count; i++)
        assert_string_equal(loaded.scenario->entities[i].name, names[i]);
    const struct fake_link *link = link_of(&loaded, "WA");
    assert_int_equal(link->from, scenario_find(loaded.scenario, "Jobs"));
    assert_int_equal(link->to, scenario_find(loaded.scenario, "W"));
    assert_int_equal(link->batch, 5);
    assert_false(link->enabled);
    assert_int_equal(link_of(&loaded, "WB")->batch, 10);
    assert_int_equal(link_of(&loaded, "WC")->from, link->from);
    assert_int_equal(link_of(&loaded, "VA")->to, scenario_find(loaded.scenario, "V"));
    /* What was resolved says the resources, not the short forms: it can be read again. */
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(loaded.scenario->resolved, "Resources");
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(all, "W"), "Properties");
    assert_null(cJSON_GetObjectItemCaseSensitive(properties, "Events"));
    assert_non_null(cJSON_GetObjectItemCaseSensitive(all, "VA"));
    char *text = cJSON_PrintUnformatted(loaded.scenario->resolved);
    load(&loaded, text, NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.scenario->entity_count, sizeof names / sizeof *names);
    assert_int_equal(link_of(&loaded, "WA")->batch, 5);
    cJSON_free(text);
    folder_remove(&loaded);
}

#define EVENT "Resources.W.Properties.Events.A"
#define QUEUE "\"Queue\": \"Jobs\""

/* Events begin at column 1 of line 3. */
static const struct {
    const char *events, *path, *message;
    int line, column;
    bool warning;
} cases[] = {
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"Batch\": 0}}}", EVENT ".Properties.Batch", "between 1 and 100", 3, 62, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ",\n \"Btach\": 1}}}", EVENT ".Properties.Btach", "unknown key", 4, 2, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {\"Queue\": \"Jbos\"}}}", EVENT ".Properties.Queue", "there is no resource \"Jbos\"", 3, 45,
     false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {}}}", EVENT ".Properties", "\"Queue\" is missing", 3, 35, false},
    {"{\"A\": {\"Type\": \"Q\"}}", EVENT ".Properties", "\"Queue\" is missing", 3, 7, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"Batch\": 66}}}", EVENT ".Properties.Batch", "is odd", 3, 62, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"Batch\": 67}}}", EVENT, "all is odd", 3, 2, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"Batch\": 68}}}", EVENT ".Properties.Queue", "a worker is no source", 3, 45,
     false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"SourceArn\": \"Jobs\"}}}", EVENT ".Properties.SourceArn",
     "is called \"Queue\" here", 3, 53, false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE ", \"WorkerName\": \"W\"}}}", EVENT ".Properties.WorkerName", "is W", 3, 53,
     false},
    {"{\"A\": {\"Type\": \"Q\", \"Properties\": [1]}}", EVENT ".Properties", "object", 3, 35, false},
    {"{\"A\": {\"Type\": \"Q\", \"Proprties\": {}}}", EVENT ".Proprties", "unknown key", 3, 21, false},
    {"{\"A\": {\"Properties\": {}}}", EVENT, "\"Type\" is missing", 3, 7, false},
    {"{\"A\": {\"Type\": 3}}", EVENT, "\"Type\" must be a string, got 3", 3, 16, false},
    {"{\"A\": 4}", EVENT, "object", 3, 7, false},
    {"[1]", "Resources.W.Properties.Events", "object", 3, 1, false},
    {"{\"A_\": {\"Type\": \"Q\", \"Properties\": {" QUEUE "}}}", "Resources.WA_", "1 to 255 letters and digits", 3, 2, false},
    {"{\"A\": {\"Type\": \"Timr\"}}", EVENT ".Type", "there is no event of type \"Timr\"", 3, 16, false},
    {"{\"A\": {\"Type\": \"Timer\"}}", EVENT ".Type", "not modelled yet: an event of type \"Timer\" has no effect", 3, 16, true},
    {"{\"A\": {\"Type\": \"Unmade\", \"Properties\": {\"Any\": 1}}}", EVENT ".Type",
     "not modelled yet: an event of type \"Unmade\" has no effect", 3, 16, true},
};

static void test_mistakes(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        load_events(&loaded, cases[i].events, NULL);
        const struct diagnostic *first = loaded.diagnostics.list;
        if (loaded.diagnostics.count != 1 || strcmp(first->path, cases[i].path) != 0 || !strstr(first->message, cases[i].message) ||
            first->place.line != cases[i].line || first->place.column != cases[i].column ||
            (first->severity == SEVERITY_WARNING) != cases[i].warning) {
            diagnostics_print(&loaded.diagnostics, stderr, false);
            fail_msg("%s: wants only %s: %s at %d:%d", cases[i].events, cases[i].path, cases[i].message, cases[i].line, cases[i].column);
        }
        assert_int_equal(loaded.status, cases[i].warning ? STATUS_OK : STATUS_INVALID);
    }
    folder_remove(&loaded);
}

static void test_name_is_taken(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    load(&loaded,
         "{\"duration\": \"1h\", \"Resources\": {" TABLES ", \"WA\": {\"Type\": \"Fake::Short::Worker\"},\n"
         "\"W\": {\"Type\": \"Fake::Short::Worker\", \"Properties\": {\"Events\": {\n"
         "\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE "}}}}}}, " TRAFFIC "}",
         NULL);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_int_equal(loaded.diagnostics.error_count, 1);
    assert_true(diagnosed(&loaded.diagnostics, 3, 1, "the name \"WA\" is taken"));
    folder_remove(&loaded);
}

/* --set goes before: its paths leave the events' Properties out, or say them; it can make an event too. */
static void test_paths(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    const char *sets[] = {"W.Events.A.Batch=7",
                          "W.Events.A.Properties.Enabled=false",
                          "Resources.W.Properties.Events.B.Properties.Batch=8",
                          "W.Events.C={\"Type\": \"Q\", \"Properties\": {\"Queue\": \"Jobs\"}}",
                          "W.Events.C.Batch=9",
                          "W.Events.B.Type=\"Plain\""};
    const struct scenario_options options = {.sets = sets, .set_count = sizeof sets / sizeof *sets};
    load_events(&loaded,
                "{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE
                "}}, \"B\": {\"Type\": \"Q\", \"Properties\": {\"SourceArn\": \"Jobs\"}}}",
                &options);
    diagnostics_print(&loaded.diagnostics, stderr, false);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(link_of(&loaded, "WA")->batch, 7);
    assert_false(link_of(&loaded, "WA")->enabled);
    assert_int_equal(link_of(&loaded, "WB")->batch, 8);
    assert_int_equal(link_of(&loaded, "WC")->batch, 9);
    const char *wrong[] = {"W.Events.A.Batch=0"};
    const struct scenario_options refused = {.sets = wrong, .set_count = 1};
    load_events(&loaded, "{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE "}}}", &refused);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_string_equal(loaded.diagnostics.list[0].path, EVENT ".Properties.Batch");
    assert_string_equal(loaded.diagnostics.list[0].place.file, "--set W.Events.A.Batch");
    folder_remove(&loaded);
}

/* A target says that its sources must give keys; the mistake stands at the source. */
static void test_require_key(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    const char *format = "{\"duration\": \"1h\", \"Resources\": {\"Log\": {\"Type\": \"Fake::Storage::Log\"}, " TABLES "}, \"traffic\": [\n"
                         "{\"name\": \"a\", \"target\": \"Jobs\", \"poisson\": \"1/s\"},\n"
                         "{\"name\": \"b\", \"target\": \"Log\", \"poisson\": \"1/s\"%s}]}";
    char text[1000];
    snprintf(text, sizeof text, format, ", \"key\": {\"uniform\": 3}");
    load(&loaded, text, NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    snprintf(text, sizeof text, format, "");
    load(&loaded, text, NULL);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_int_equal(loaded.diagnostics.count, 1);
    assert_true(diagnosed(&loaded.diagnostics, 3, 25, "Log is an ordered log: each item needs a \"key\""));
    assert_string_equal(loaded.diagnostics.list[0].path, "traffic.b.target");
    snprintf(text, sizeof text, format, ", \"key\": {\"uniform\": 0}");
    load(&loaded, text, NULL);
    assert_int_equal(loaded.diagnostics.count, 1);
    assert_string_equal(loaded.diagnostics.list[0].path, "traffic.b.key.uniform");
    folder_remove(&loaded);
}

/* Whichever allocation is the first to fail, loading says so; nothing crashes, nothing leaks. */
/* What is said flat goes into the list's first element, with the owner; words are translated; and what such a resource implies is there. */
static void test_inner(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    load_events(&loaded,
                "{\"A\": {\"Type\": \"Nest\", \"Properties\": {\"SourceArn\": \"main\", \"More\": {\"Batch\": 7}, \"On\": false}}}", NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    const uint32_t made = scenario_find(loaded.scenario, "WA"), owner = scenario_find(loaded.scenario, "W");
    const uint32_t table = scenario_find(loaded.scenario, "main");
    assert_int_not_equal(made, ENTITY_NONE);
    assert_int_not_equal(table, ENTITY_NONE);
    const struct fake_nest *nest = loaded.scenario->entities[made].config;
    assert_int_equal(nest->links.count, 1);
    const struct fake_link *link = nest->links.items;
    assert_int_equal(link->to, owner);
    assert_int_equal(link->from, table);
    assert_int_equal(link->batch, 7);
    assert_string_equal(nest->state, "OFF");
    load_events(&loaded, "{\"A\": {\"Type\": \"Nest\", \"Properties\": {\"SourceArn\": \"main\", \"Links\": []}}}", NULL);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "is W, as it stands there"));
    load_events(&loaded, "{\"A\": {\"Type\": \"Nest\", \"Properties\": {\"SourceArn\": \"main\", \"Batch\": 700}}}", NULL);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "between 1 and 100"));
    folder_remove(&loaded);
}

static void test_no_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct loaded loaded;
    folder_make(&loaded);
    load_events(
        &loaded,
        "{\"A\": {\"Type\": \"Q\", \"Properties\": {" QUEUE "}}, \"B\": {\"Type\": \"Timer\"}, \"C\": {\"Type\": \"Plain\", "
        "\"Properties\": {\"SourceArn\": \"Jobs\"}}, \"D\": {\"Type\": \"Nest\", \"Properties\": {\"SourceArn\": \"main\", \"On\": true}}}",
        NULL);
    assert_int_equal(loaded.status, STATUS_OK);
    char path[200];
    snprintf(path, sizeof path, "%s/s.json", loaded.folder);
    /* Short forms are written out before the books are read: early. */
    for (long working = 0; working < 200; working++) {
        struct diagnostics diagnostics = {0};
        struct scenario *scenario = NULL;
        fail_allocations_after(working);
        const enum status status = scenario_load(path, NULL, &registry, &diagnostics, &scenario);
        fail_allocations_after(-1);
        assert_int_not_equal(status, STATUS_OK);
        assert_null(scenario);
        diagnostics_fini(&diagnostics);
    }
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),      cmocka_unit_test(test_mistakes),    cmocka_unit_test(test_name_is_taken),
        cmocka_unit_test(test_paths),     cmocka_unit_test(test_require_key), cmocka_unit_test(test_inner),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
