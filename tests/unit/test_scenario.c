/* test_scenario.c: from a file to a scenario: the top level, resources, behavior, traffic, series, validation, what the manifest gets, and
 * every mistake at once. */
#include "engine/sim_time.h"
#include "failing_allocation.h"
#include "fake_models.h"

#define CALLED "\"traffic\": [{\"name\": \"u\", \"target\": \"W\", \"poisson\": \"1/s\"}]"
#define WORKER "\"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\"}}, "

static void test_defaults(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER CALLED "}");
    assert_int_equal(loaded.diagnostics.count, 0);
    const struct scenario *scenario = loaded.scenario;
    assert_string_equal(scenario->name, "s");
    assert_string_equal(scenario->description, "");
    assert_false(scenario->free_tier);
    assert_int_equal(scenario->replications, 1);
    assert_int_equal(scenario->settings.seed, 1);
    assert_int_equal(scenario->settings.duration_ns, NS_PER_HOUR);
    assert_int_equal(scenario->settings.drain_ns, 0);
    assert_int_equal(scenario->settings.warmup_ns, 0);
    assert_int_equal(scenario->settings.period_ns, NS_PER_MIN);
    assert_int_equal(scenario->settings.start_epoch_s, 1735689600);
    assert_ptr_equal(scenario->settings.rules, scenario->rules);
    assert_string_equal(scenario->rules->name, "current");
    assert_int_equal(scenario->entity_count, 3);
    assert_string_equal(scenario->entities[0].name, "account");
    assert_int_equal(((const struct fake_account *)scenario->entities[0].config)->limit, 1000);
    assert_true(scenario->entities[0].series);
    assert_false(scenario->wants_totals);
    assert_int_equal(scenario->input_count, 1);
    assert_string_equal(scenario->inputs[0].path, "s.json");
    assert_int_equal(strlen(scenario->inputs[0].sha256), 64);
    folder_remove(&loaded);
}

static void test_top_level(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded, "{\"name\": \"a-b.c_1\", \"description\": \"d\", \"duration\": \"2h\", \"drain\": \"10m\", \"warmup\": \"5m\", "
                           "\"period\": \"30s\", \"seed\": \"18446744073709551615\", \"replications\": 20, \"free_tier\": true, "
                           "\"start\": \"2024-02-29T12:30:00Z\", \"account\": {\"Limit\": 7}, \"rules\": \"course\", \"changes\": [], "
                           "\"sweep\": {\"over\": {\"seed\": [1, 2]}}, \"study\": {}, \"$schema\": \"x\", " WORKER CALLED "}");
    const struct scenario *scenario = loaded.scenario;
    assert_string_equal(scenario->name, "a-b.c_1");
    assert_int_equal(scenario->settings.duration_ns, 2 * NS_PER_HOUR);
    assert_int_equal(scenario->settings.drain_ns, 10 * NS_PER_MIN);
    assert_int_equal(scenario->settings.warmup_ns, 5 * NS_PER_MIN);
    assert_int_equal(scenario->settings.period_ns, 30 * NS_PER_S);
    assert_true(scenario->settings.seed == UINT64_MAX);
    assert_int_equal(scenario->replications, 20);
    assert_true(scenario->free_tier);
    assert_int_equal(scenario->settings.start_epoch_s, 1709209800);
    assert_int_equal(((const struct fake_account *)scenario->entities[0].config)->limit, 7);
    assert_string_equal(scenario->rules->name, "course");

    const char *sets[] = {"duration=3h", "W.MemorySize=256"};
    const struct scenario_options options = {.sets = sets, .set_count = 2, .seed = "77", .replications = 3};
    scenario_read(&loaded, "{\"duration\": \"1h\", \"seed\": 5, " WORKER "\"replications\": 2}", &options);
    assert_int_equal(loaded.status, STATUS_OK);
    assert_int_equal(loaded.scenario->settings.seed, 77);
    assert_int_equal(loaded.scenario->replications, 3);
    assert_int_equal(loaded.scenario->settings.duration_ns, 3 * NS_PER_HOUR);
    assert_int_equal(((const struct fake_worker *)loaded.scenario->entities[1].config)->memory_mb, 256);
    folder_remove(&loaded);
}

/* The tree that the manifest shows says what the file left to defaults. */
static void test_resolved(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    const struct scenario_options options = {.seed = "9007199254740993"};
    scenario_read(&loaded, "{\"duration\": \"1h\", " WORKER "\"period\": null}", &options);
    assert_int_equal(loaded.status, STATUS_OK);
    static const struct {
        const char *key, *text;
    } expected[] = {{"duration", "\"1h\""},           {"drain", "\"0s\""},   {"period", "\"1m\""},
                    {"seed", "\"9007199254740993\""}, {"replications", "1"}, {"start", "\"2025-01-01T00:00:00Z\""},
                    {"free_tier", "false"},           {"name", "\"s\""},     {"rules", "\"current\""}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        char *text = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(loaded.scenario->resolved, expected[i].key));
        assert_string_equal(text, expected[i].text);
        free(text);
    }
    folder_remove(&loaded);
}

static void test_entities(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded,
                  "{\"duration\": \"1h\", \"Resources\": {"
                  "\"Zed\": {\"Type\": \"Fake::Compute::Worker\", \"DependsOn\": \"T\", \"Properties\": {\"MemorySize\": 512, \"Next\": "
                  "{\"Fn::Sub\": \"${Able.Arn}:live\"}}},"
                  "\"T\": {\"Type\": \"Fake::Storage::Table\", \"Properties\": {\"Capacity\": \"5\"}},"
                  "\"Able\": {\"Type\": \"Fake::Compute::Worker\"}},"
                  "\"behavior\": {\"Zed\": {\"duration\": \"20ms\"}},"
                  "\"traffic\": [{\"name\": \"late\", \"target\": \"Able\", \"poisson\": \"1/s\", \"from\": \"5m\"},"
                  "{\"name\": \"early\", \"target\": {\"Ref\": \"Zed\"}, \"constant\": \"1/s\"}]}");
    const struct scenario *scenario = loaded.scenario;
    static const char *const names[] = {"account", "Zed", "T", "Able", "late", "early"};
    assert_int_equal(scenario->entity_count, 6);
    assert_int_equal(scenario->first_source, 4);
    for (uint32_t i = 0; i < 6; i++) {
        assert_string_equal(scenario->entities[i].name, names[i]);
        assert_int_equal(scenario_find(scenario, names[i]), i);
        assert_true(scenario->entities[i].series);
    }
    assert_int_equal(scenario_find(scenario, "nobody"), ENTITY_NONE);
    const struct fake_worker *zed = scenario->entities[1].config, *able = scenario->entities[3].config;
    assert_int_equal(zed->memory_mb, 512);
    assert_int_equal(zed->next, 3);
    assert_string_equal(zed->qualifier, "live");
    assert_true(zed->duration->a == 20e6);
    assert_true(zed->init->a == 1e6);
    assert_int_equal(zed->account, 0);
    assert_int_equal(zed->self, 1);
    assert_int_equal(able->memory_mb, 128);
    assert_int_equal(able->timeout_ns, 3 * NS_PER_S);
    assert_int_equal(able->next, ENTITY_NONE);
    assert_null(able->duration);
    assert_int_equal(((const struct fake_table *)scenario->entities[2].config)->capacity, 5);
    const struct fake_source *late = scenario->entities[4].config;
    assert_int_equal(late->target, 3);
    assert_int_equal(late->from_ns, 5 * NS_PER_MIN);
    assert_int_equal(late->process->kind, ARRIVAL_POISSON);
    assert_int_equal(scenario->entity_places[5].line, 1);
    folder_remove(&loaded);
}

static void test_series(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER "\"series\": \"total\"}");
    assert_true(loaded.scenario->wants_totals);
    assert_true(loaded.scenario->entities[0].series);
    assert_false(loaded.scenario->entities[1].series);
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER "\"series\": [\"W\"]}");
    assert_false(loaded.scenario->wants_totals);
    assert_false(loaded.scenario->entities[0].series);
    assert_true(loaded.scenario->entities[1].series);
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER "\"series\": [\"Fake::Compute::Worker\"]}");
    assert_true(loaded.scenario->wants_totals);

    /* More than 200 resources: totals only. */
    for (int count = 200; count <= 201; count++) {
        char text[20000];
        int used = snprintf(text, sizeof text, "{\"duration\": \"1h\", \"Resources\": {");
        for (int i = 0; i < count; i++)
            used += snprintf(text + used, sizeof text - (size_t)used, "%s\"W%d\": {\"Type\": \"Fake::Compute::Worker\"}", i ? "," : "", i);
        snprintf(text + used, sizeof text - (size_t)used, "}}");
        scenario_good(&loaded, text);
        assert_int_equal(loaded.scenario->entities[1].series, count == 200);
        assert_int_equal(loaded.scenario->wants_totals, count == 201);
    }
    folder_remove(&loaded);
}

static void test_top_level_mistakes(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"\"drain\": \"0s\"", "", "\"duration\" is missing", "write \"duration\": \"1h\""},
        {"\"duration\": 3600", "duration", "a time needs a unit, got the bare number 3600", "write \"3600s\""},
        {"\"duration\": \"0s\"", "duration", "must be above 0", ""},
        {"\"duration\": \"101 d\", \"drain\": \"36501d\"", "drain", "must be at most 100 years", ""},
        {"\"duratoin\": \"1h\"", "duratoin", "unknown key \"duratoin\"", "did you mean \"duration\"?"},
        {"\"duration\": \"1h\", \"warmup\": \"1h\"", "warmup", "must be shorter than `duration`", ""},
        {"\"duration\": \"1h\", \"period\": \"0s\"", "period", "must be above 0", ""},
        {"\"duration\": \"1h\", \"seed\": -1", "seed", "must be a whole number between 0 and 2^64-1", ""},
        {"\"duration\": \"1h\", \"seed\": 1.5", "seed", "must be a whole number", ""},
        {"\"duration\": \"1h\", \"seed\": 9007199254740994", "seed", "a seed above 2^53 is not exact", "write it as a string"},
        {"\"duration\": \"1h\", \"seed\": \"18446744073709551616\"", "seed", "must be a whole number between 0 and 2^64-1", ""},
        {"\"duration\": \"1h\", \"replications\": 0", "replications", "must be between 1 and 1000000, got 0", ""},
        {"\"duration\": \"1h\", \"free_tier\": \"yes\"", "free_tier", "must be true or false, got \"yes\"", ""},
        {"\"duration\": \"1h\", \"start\": \"yesterday\"", "start", "must be a time in UTC", "2025-01-01T00:00:00Z"},
        {"\"duration\": \"1h\", \"start\": \"2025-02-30T00:00:00Z\"", "start", "must be a time in UTC", ""},
        {"\"duration\": \"1h\", \"name\": \"../x\"", "name", "must be 1 to 64 of letters", ""},
        {"\"drain\": 5, \"duration\": \"1h\"", "drain", "a time needs a unit", "write \"5s\""},
        {"\"duration\": \"1h\", \"name\": 7", "name", "must be a string, got 7", ""},
        {"\"duration\": \"1h\", \"name\": \"\"", "name", "must be 1 to 64 of letters", ""},
        {"\"duration\": \"1h\", \"name\": \"..\"", "name", "must be 1 to 64 of letters", ""},
        {"\"duration\": \"1h\", \"series\": \"some\"", "series", "must be \"all\", \"total\" or a list of names, got \"some\"", ""},
        {"\"duration\": \"1h\", \"series\": [\"acount\"]", "series[0]", "there is no resource or source \"acount\"",
         "did you mean \"account\"?"},
        {"\"duration\": \"1h\", \"allow_invalid\": \"x\"", "allow_invalid", "must be a list, got \"x\"", ""},
        {"\"duration\": \"1h\", \"allow_invalid\": [5]", "allow_invalid[0]", "must be the name of a refusal, got 5", "known: odd_memory"},
        {"\"duration\": \"1h\", \"allow_invalid\": [\"odd_memroy\"]", "allow_invalid[0]", "there is no refusal \"odd_memroy\"",
         "did you mean \"odd_memory\"?"},
        {"\"duration\": \"1h\", \"changes\": [{\"at\": \"1m\"}]", "changes[0]", "does not say what changes: set", ""},
        {"\"duration\": \"1h\", \"account\": {\"limit\": 5}", "account.limit", "unknown key \"limit\"", "did you mean \"Limit\"?"},
        {"\"duration\": \"1h\", \"account\": {\"Limit\": 0}", "account.Limit", "must be at least 1, got 0", ""},
        {"\"duration\": \"1h\", \"Resources\": []", "Resources", "must be an object, got a list", ""},
        {"\"duration\": \"1h\", \"traffic\": {}", "traffic", "must be a list, got an object", ""},
        {"\"duration\": \"1h\", \"expect\": {}", "expect", "must be a list, got an object", ""},
    };
    scenario_mistakes("{", "}", mistakes, sizeof mistakes / sizeof *mistakes);
}

static void test_resource_mistakes(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"\"Resources\": {\"A_b\": {\"Type\": \"Fake::Compute::Worker\"}}", "Resources.A_b", "a logical id is 1 to 255 letters and digits",
         ""},
        {"\"Resources\": {\"A\": 5}", "Resources.A", "must be an object, got 5", ""},
        {"\"Resources\": {\"A\": {}}", "Resources.A", "\"Type\" must be a string, got nothing", ""},
        {"\"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Worke\"}}", "Resources.A.Type", "there is no type \"Fake::Compute::Worke\"",
         "did you mean \"Fake::Compute::Worker\"?"},
        {"\"Resources\": {\"A\": {\"Type\": \"Nothing\"}}", "Resources.A.Type", "there is no type \"Nothing\"", "Fake::Compute::Worker"},
        {"\"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Worker\", \"Propertes\": {}}}", "Resources.A.Propertes",
         "unknown key \"Propertes\"", "did you mean \"Properties\"?"},
        {"\"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\"MemorySize\": 64}}}",
         "Resources.A.Properties.MemorySize", "must be between 128 and 10240 MB, got 64", ""},
        {"\"Resources\": {\"T\": {\"Type\": \"Fake::Storage::Table\"}}", "Resources.T.Properties", "\"Capacity\" is missing", "How much."},
        {"\"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\"Next\": {\"Ref\": \"B\"}}}}",
         "Resources.A.Properties.Next", "there is no resource \"B\"", "there is only A"},
        {"\"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\"Next\": \"Out\"}}, \"Out\": {\"Type\": "
         "\"Fake::Other::Thing\"}}",
         "Resources.A.Properties.Next", "refers to \"Out\", and Fake::Other::Thing is not simulated", ""},
        {WORKER "\"behavior\": {\"V\": {\"init\": \"1ms\"}}", "behavior.V", "there is no resource \"V\"", "there is only W"},
        {WORKER "\"behavior\": {\"W\": {\"intit\": \"1ms\"}}", "behavior.W.intit", "unknown key \"intit\"", "did you mean \"init\"?"},
        {WORKER "\"behavior\": {\"W\": {\"init\": 5}}", "behavior.W.init", "needs a unit", "write \"5ms\""},
        {"\"Resources\": {\"T\": {\"Type\": \"Fake::Storage::Table\", \"Properties\": {\"Capacity\": 1}}}, \"behavior\": {\"T\": {}}",
         "behavior.T", "Fake::Storage::Table takes no behavior", ""},
        {WORKER "\"traffic\": [{\"target\": \"W\", \"poisson\": \"1/s\"}]", "traffic[0]", "\"name\" is missing", "Its name."},
        {WORKER "\"traffic\": [{\"name\": \"u\", \"poisson\": \"1/s\"}]", "traffic.u", "\"target\" is missing", ""},
        {WORKER "\"traffic\": [{\"name\": \"u\", \"target\": \"W\"}]", "traffic.u",
         "needs one arrival process: constant, poisson or per_minute", ""},
        {WORKER "\"traffic\": [{\"name\": 7, \"target\": \"W\", \"poisson\": \"1/s\"}]", "traffic[0].name", "must be a string, got 7", ""},
        {WORKER "\"traffic\": [{\"name\": \"u v\", \"target\": \"W\", \"poisson\": \"1/s\"}]", "traffic[0].name",
         "must be 1 to 64 of letters", ""},
        {WORKER "\"traffic\": [{\"name\": \"W\", \"target\": \"W\", \"poisson\": \"1/s\"}]", "traffic.W.name", "the name \"W\" is taken",
         "unique together"},
        {WORKER "\"traffic\": [{\"name\": \"account\", \"target\": \"W\", \"poisson\": \"1/s\"}]", "traffic.account.name",
         "the name \"account\" is taken", ""},
        {WORKER "\"traffic\": [5]", "traffic[0]", "must be an object, got 5", ""},
        {WORKER "\"traffic\": [{\"name\": \"u\", \"target\": \"u\", \"poisson\": \"1/s\"}]", "traffic.u.target",
         "\"u\" is a traffic source, not a resource", ""},
    };
    scenario_mistakes("{\"duration\": \"1h\", ", "}", mistakes, sizeof mistakes / sizeof *mistakes);
}

/* Types of the same vendor that nothing simulates are left out, not refused. */
static void test_left_out(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(
        &loaded, "{\"duration\": \"1h\", \"Resources\": {\"A\": {\"Type\": \"Fake::Compute::Alias\"}, \"B\": {\"Type\": \"Custom::X\"}, "
                 "\"W\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\"Tags\": {\"Ref\": \"A\"}, \"Note\": {\"Ref\": \"A\"}}}}, "
                 "\"behavior\": {\"A\": {\"x\": 1}}, " CALLED "}");
    assert_int_equal(loaded.diagnostics.count, 3);
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "Fake::Compute::Alias is not simulated: the resource is left out"));
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "Custom::X is not simulated"));
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "has no effect: Fake::Compute::Alias is not simulated"));
    assert_int_equal(loaded.scenario->entity_count, 3);
    assert_string_equal(((const struct fake_worker *)loaded.scenario->entities[1].config)->note, "${A}");
    folder_remove(&loaded);
}

static void test_validation(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_read(&loaded,
                  "{\"duration\": \"1h\", \"Resources\": {\n\"W\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\n  "
                  "\"MemorySize\": 1000}}}, " CALLED "}",
                  NULL);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_true(diagnosed(&loaded.diagnostics, 3, 17, "memory of 1000 is odd"));
    assert_string_equal(loaded.diagnostics.list[0].path, "Resources.W.Properties.MemorySize");
    scenario_good(&loaded, "{\"duration\": \"1h\", \"allow_invalid\": [\"odd_memory\"], \"Resources\": {\"W\": {\"Type\": "
                           "\"Fake::Compute::Worker\", \"Properties\": {\"MemorySize\": 1000}}}, " CALLED "}");
    assert_int_equal(loaded.diagnostics.count, 0);
    /* The key is not there: the nearest that is. */
    scenario_read(&loaded,
                  "{\"duration\": \"1h\", \"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": {\"MemorySize\": "
                  "1001}}},\n\"behavior\": {\n\"W\": {\"duration\": \"1s\"}}, " CALLED "}",
                  NULL);
    assert_true(diagnosed(&loaded.diagnostics, 3, 6, "init is odd"));
    assert_string_equal(loaded.diagnostics.list[0].path, "behavior.W.init");
    scenario_good(&loaded, "{\"duration\": \"1h\", \"Resources\": {\n \"W\": {\"Type\": \"Fake::Compute::Worker\", \"Properties\": "
                           "{\"MemorySize\": 1002}}}, " CALLED "}");
    assert_int_equal(loaded.diagnostics.count, 1);
    assert_true(diagnosed(&loaded.diagnostics, 2, 2, "W is odd"));
    assert_string_equal(loaded.diagnostics.list[0].path, "Resources.W");
    folder_remove(&loaded);
}

/* Nothing to simulate is a mistake, nobody who calls is worth a warning; what was said already is not said in other words. */
static void test_emptiness(void **state)
{
    (void)state;
    static const char *const nothing[] = {"{\"duration\": \"1h\"}", "{\"duration\": \"1h\", \"Resources\": {}, \"traffic\": []}",
                                          "{\"duration\": \"1h\", \"Resources\": null, \"fleet\": null}"};
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        scenario_read(&loaded, nothing[i], NULL);
        assert_int_equal(loaded.diagnostics.count, 1);
        assert_true(diagnosed(&loaded.diagnostics, 0, 0, "there is nothing to simulate"));
        assert_int_equal(loaded.status, STATUS_INVALID);
    }
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER "\"seed\": 1}");
    assert_int_equal(loaded.diagnostics.count, 1);
    assert_int_equal(loaded.diagnostics.list[0].severity, SEVERITY_WARNING);
    assert_string_equal(loaded.diagnostics.list[0].path, "traffic");
    scenario_good(&loaded, "{\"duration\": \"1h\", " WORKER "\"traffic\": []}"); /* nobody shall call */
    assert_int_equal(loaded.diagnostics.count, 0);
    scenario_read(&loaded, "{\"duration\": \"1h\", \"Resources\": [], \"traffic\": 5}", NULL);
    assert_int_equal(loaded.diagnostics.count, 2);
    assert_false(diagnosed(&loaded.diagnostics, 0, 0, "nothing"));
    folder_remove(&loaded);
}

/* Whole numbers that a double does not hold are no seeds; as text they are. */
static void test_large_seed(void **state)
{
    (void)state;
    static const struct {
        const char *seed;
        uint64_t read; /* 0: refused */
    } cases[] = {{"9007199254740992", UINT64_C(1) << 53},
                 {"\"9007199254740993\"", (UINT64_C(1) << 53) + 1},
                 {"9007199254740993", 0},
                 {"9007199254740994", 0},
                 {"18446744073709551615", 0},
                 {"18446744073709551616", 0}};
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text, "{\"duration\": \"1h\", " WORKER CALLED ", \"seed\": %s}", cases[i].seed);
        scenario_read(&loaded, text, NULL);
        assert_int_equal(loaded.status, cases[i].read ? STATUS_OK : STATUS_INVALID);
        if (cases[i].read)
            assert_true(loaded.scenario->settings.seed == cases[i].read);
        else
            assert_true(hinted(&loaded.diagnostics, "write it as a string"));
    }
    folder_remove(&loaded);
}

/* A resource knows which parts it has; where one that is left out carries the name, it may be meant. */
static void test_parts(void **state)
{
    (void)state;
    static const struct {
        const char *target, *others;
        bool good;
    } cases[] = {{"T", "", true},
                 {"T:index", "", true},
                 {"T:indes", "", false},
                 {"T:indes", ", \"A\": {\"Type\": \"Fake::Compute::Alias\", \"Properties\": {\"Name\": \"indes\"}}", true},
                 {"T:indes", ", \"A\": {\"Type\": \"Fake::Compute::Alias\", \"Properties\": {\"Name\": \"other\"}}", false},
                 {"W:anything", "", true}};
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[800];
        snprintf(text, sizeof text,
                 "{\"duration\": \"1h\", \"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\"}, \"T\": {\"Type\": "
                 "\"Fake::Storage::Table\", \"Properties\": {\"Capacity\": 5}}%s},\n\"traffic\": [{\"name\": \"u\", \"poisson\": "
                 "\"1/s\", \"target\": \"%s\"}]}",
                 cases[i].others, cases[i].target);
        scenario_read(&loaded, text, NULL);
        assert_int_equal(loaded.status, cases[i].good ? STATUS_OK : STATUS_INVALID);
        if (!cases[i].good)
            assert_true(diagnosed(&loaded.diagnostics, 0, 0, "there is no \"indes\""));
    }
    folder_remove(&loaded);
}

/* What follows from a mistake is not said beside it. */
static void test_followers(void **state)
{
    (void)state;
    static const char *const durations[] = {"\"5 minutos\"", "\"-5m\"", "60", "[]"};
    struct loaded loaded;
    folder_make(&loaded);
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        char text[400];
        snprintf(text, sizeof text, "{\"duration\": %s, \"warmup\": \"1m\", " WORKER CALLED "}", durations[i]);
        scenario_read(&loaded, text, NULL);
        assert_int_equal(loaded.diagnostics.count, 1);
        assert_string_equal(loaded.diagnostics.list[0].path, "duration");
    }
    /* Each key that is known is listed once. */
    scenario_read(&loaded, "{\"duration\": \"1h\", " WORKER CALLED ", \"qwertyuiop\": 1}", NULL);
    assert_true(hinted(&loaded.diagnostics, "known here: name, "));
    assert_null(strstr(loaded.diagnostics.list[0].hint, ", name"));
    folder_remove(&loaded);
}

static void test_all_at_once(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_read(&loaded,
                  "{\n\"duration\": \"1h\",\n\"warm_up\": \"1m\",\n\"rules\": {\"no_such_rule_at_all\": 1},\n"
                  "\"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\",\n\"Properties\": {\"MemorySize\": 64}}},\n"
                  "\"behavior\": {\"W\": {\"init\": 5}},\n\"traffic\": [{\"name\": \"u\", \"target\": \"Q\",\n\"poisson\": 5}],\n"
                  "\"expect\": [{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"0\"}]}",
                  NULL);
    assert_int_equal(loaded.status, STATUS_INVALID);
    assert_int_equal(loaded.diagnostics.error_count, 7);
    static const int lines[] = {3, 4, 6, 7, 8, 9, 10};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        bool there = false;
        for (size_t k = 0; k < loaded.diagnostics.count; k++)
            there = there || loaded.diagnostics.list[k].place.line == lines[i];
        assert_true(there);
    }
    folder_remove(&loaded);
}

static void test_warnings(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    scenario_good(&loaded, "{\"duration\": \"100000s\", " WORKER CALLED ", \"period\": \"1s\"}");
    assert_int_equal(loaded.diagnostics.count, 0);
    scenario_good(&loaded, "{\"duration\": \"100000s\", \"drain\": \"1s\", " WORKER CALLED ", \"period\": \"1s\"}");
    assert_int_equal(loaded.diagnostics.count, 1);
    assert_string_equal(loaded.diagnostics.list[0].path, "period");
    assert_int_equal(loaded.diagnostics.list[0].severity, SEVERITY_WARNING);
    folder_remove(&loaded);
}

static void test_inputs(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    write_file(loaded.folder, "b.json", "{\"duration\": \"1h\", \"behavior\": {\"W\": {\"duration\": {\"csv\": \"a.csv\"}}}}");
    write_file(loaded.folder, "a.csv", "took_ms\n1\n2\n");
    scenario_good(&loaded, "{\"extends\": \"b.json\", " WORKER "\"seed\": 2}");
    static const char *const paths[] = {"a.csv", "b.json", "s.json"};
    assert_int_equal(loaded.scenario->input_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(loaded.scenario->inputs[i].path, paths[i]);
    remove_file(loaded.folder, "a.csv");
    scenario_read(&loaded, "{\"extends\": \"b.json\", " WORKER "\"seed\": 2}", NULL);
    assert_int_equal(loaded.status, STATUS_IO);
    remove_file(loaded.folder, "b.json");
    folder_remove(&loaded);
}

/* What a scenario was resolved to is a scenario, and the same one; only its tables are read, from the folder of the path. */
static void test_of_tree(void **state)
{
    (void)state;
    struct loaded loaded;
    char path[200];
    folder_make(&loaded);
    write_file(loaded.folder, "i.csv", "took_ms\n3\n5\n");
    scenario_good(&loaded, "{\"duration\": \"1h\", \"seed\": 5, " WORKER "\"behavior\": {\"W\": {\"duration\": {\"csv\": \"i.csv\", "
                           "\"column\": \"took_ms\"}}}, \"traffic\": [{\"name\": \"u\", \"target\": \"W\", \"poisson\": \"1/s\"}]}");
    char *before = cJSON_PrintUnformatted(loaded.scenario->resolved);
    cJSON *tree = cJSON_Parse(before);
    const struct scenario_options options = {.tree = tree};
    struct diagnostics diagnostics = {0};
    struct scenario *again = NULL;
    snprintf(path, sizeof path, "%s/nowhere", loaded.folder);
    assert_int_equal(scenario_load(path, &options, &fake_registry, &diagnostics, &again), STATUS_OK);
    char *after = cJSON_PrintUnformatted(again->resolved);
    assert_string_equal(after, before);
    assert_string_equal(again->name, "s");
    assert_int_equal(again->entity_count, 3);
    assert_int_equal(again->input_count, 1);
    assert_string_equal(again->inputs[0].path, "i.csv");
    scenario_free(again);
    cJSON_DeleteItemFromObject(tree, "Resources");
    assert_int_equal(scenario_load(path, &options, &fake_registry, &diagnostics, &again), STATUS_INVALID);
    assert_string_equal(diagnostics.list[0].place.file, path);
    diagnostics_fini(&diagnostics);
    cJSON_Delete(tree);
    cJSON_free(before);
    cJSON_free(after);
    remove_file(loaded.folder, "i.csv");
    folder_remove(&loaded);
}

/* Whichever allocation is the first to fail, loading says so; nothing crashes. */
static void test_no_memory(void **state)
{
    (void)state;
    if (!allocation_failures_work())
        skip();
    struct loaded loaded;
    folder_make(&loaded);
    write_file(loaded.folder, "i.csv", "HashFunction,1,2\na,1,0\nb,2,2\n");
    const char *text =
        "{\"duration\": \"1h\", " WORKER
        "\"fleet\": {\"azure\": {\"invocations\": \"i.csv\"}, \"behavior\": {\"duration\": \"1ms\"}}, \"behavior\": {\"W\": "
        "{\"duration\": {\"mixture\": [{\"weight\": 1, \"of\": {\"quantiles\": {\"0.5\": \"1ms\"}}}, {\"weight\": 1, \"of\": "
        "{\"samples\": [\"1ms\"]}}]}}}, \"traffic\": [{\"name\": \"u\", \"target\": {\"Fn::Sub\": \"${W}:live\"}, \"poisson\": "
        "\"1/s\"}], \"expect\": [{\"resource\": \"W\", \"metric\": \"Calls\", \"is\": \"== 0\"}]}";
    scenario_good(&loaded, text);
    char path[200];
    snprintf(path, sizeof path, "%s/s.json", loaded.folder);
    const long plenty = 100000000;
    long needed = 0;
    size_t refused = 0;
    /* The scenario is read last, so its end is gone through in small steps; the books before it are tested elsewhere. */
    for (long working = plenty; working >= 0; working -= working == plenty ? plenty - needed : needed - working < 900 ? 3 : 997) {
        struct diagnostics diagnostics = {0};
        struct scenario *scenario = NULL;
        fail_allocations_after(working);
        enum status status = scenario_load(path, NULL, &fake_registry, &diagnostics, &scenario);
        if (working == plenty)
            needed = plenty - allocations_that_work;
        fail_allocations_after(-1);
        assert_true((status == STATUS_OK) == (scenario != NULL));
        assert_true(working < needed || status == STATUS_OK);
        if (status != STATUS_OK) {
            assert_true(status == STATUS_NO_MEMORY || diagnostics.error_count > 0 || diagnostics.failed);
            refused++;
        }
        scenario_free(scenario);
        diagnostics_fini(&diagnostics);
    }
    assert_true(needed > 2000);
    assert_true(refused > 300);
    remove_file(loaded.folder, "i.csv");
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),          cmocka_unit_test(test_top_level), cmocka_unit_test(test_resolved),
        cmocka_unit_test(test_entities),          cmocka_unit_test(test_series),    cmocka_unit_test(test_top_level_mistakes),
        cmocka_unit_test(test_resource_mistakes), cmocka_unit_test(test_left_out),  cmocka_unit_test(test_validation),
        cmocka_unit_test(test_all_at_once),       cmocka_unit_test(test_warnings),  cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_of_tree),           cmocka_unit_test(test_no_memory), cmocka_unit_test(test_emptiness),
        cmocka_unit_test(test_large_seed),        cmocka_unit_test(test_parts),     cmocka_unit_test(test_followers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
