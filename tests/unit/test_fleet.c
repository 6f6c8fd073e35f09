/* test_fleet.c: functions and sources out of a trace's three tables. */
#include "engine/sim_time.h"
#include "fake_models.h"

#define FLEET "{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"durations\": \"d.csv\", \"memory\": \"m.csv\"}"

/* The tables in another order of rows and columns than the invocations. */
static void tables_make(const struct loaded *loaded)
{
    write_file(loaded->folder, "i.csv",
               "HashOwner,HashFunction,Trigger,480,481,482\no,aa,http,1,0,5\no,bb,timer,0,2,0\no,cc,queue,0,0,9\n");
    write_file(loaded->folder, "d.csv",
               "percentile_Average_100,percentile_Average_1,Average,HashFunction,percentile_Average_50\n90,1,9,cc,20\n400,3,9,aa,100\n7,7,"
               "9,bb,7\n");
    write_file(loaded->folder, "m.csv", "HashFunction,AverageAllocatedMb\nbb,128.5\naa,90\ncc,256\n");
}

static void tables_remove(const struct loaded *loaded)
{
    remove_file(loaded->folder, "i.csv");
    remove_file(loaded->folder, "d.csv");
    remove_file(loaded->folder, "m.csv");
}

static void test_join(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    tables_make(&loaded);
    scenario_good(&loaded, FLEET ", \"placed\": \"even\", \"behavior\": {\"init\": \"300ms\"}}, "
                                 "\"Resources\": {\"W\": {\"Type\": \"Fake::Compute::Worker\"}}, "
                                 "\"traffic\": [{\"name\": \"u\", \"target\": \"F2\", \"poisson\": \"1/s\"}]}");
    const struct scenario *scenario = loaded.scenario;
    static const char *const names[] = {"account", "W", "F1", "F2", "F3", "u", "F1-calls", "F2-calls", "F3-calls"};
    static const int64_t memory_mb[] = {128, 192, 256};
    assert_int_equal(scenario->entity_count, 9);
    assert_int_equal(scenario->first_source, 5);
    for (uint32_t i = 0; i < 9; i++)
        assert_string_equal(scenario->entities[i].name, names[i]);
    for (uint32_t i = 0; i < 3; i++) {
        const struct fake_worker *worker = scenario->entities[2 + i].config;
        const struct fake_source *source = scenario->entities[6 + i].config;
        assert_int_equal(worker->memory_mb, memory_mb[i]);
        assert_int_equal(worker->timeout_ns, 900 * NS_PER_S);
        assert_true(worker->init->a == 300e6);
        assert_int_equal(worker->duration->kind, DISTRIBUTION_QUANTILES);
        assert_int_equal(worker->self, 2 + i);
        assert_int_equal(source->target, 2 + i);
        assert_int_equal(source->process->kind, ARRIVAL_PER_MINUTE);
        assert_int_equal(source->process->count, 3);
        assert_int_equal(source->process->placed, PLACED_EVEN);
        assert_false(source->process->one_per_minute);
    }
    const struct fake_source *first = scenario->entities[6].config, *last = scenario->entities[8].config;
    assert_int_equal(first->process->per_minute[2], 5);
    assert_int_equal(last->process->per_minute[2], 9);
    /* Quantiles by percentile, whatever the order of columns; the end at 0 is the first that is given. */
    const struct distribution *duration = ((const struct fake_worker *)scenario->entities[2].config)->duration;
    const double probabilities[] = {0, 0.01, 0.5, 1}, values[] = {3e6, 3e6, 100e6, 400e6};
    assert_int_equal(duration->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(duration->probabilities[i] == probabilities[i] && duration->values[i] == values[i]);
    duration = ((const struct fake_worker *)scenario->entities[3].config)->duration;
    assert_true(duration->values[2] == 7e6);
    /* The sources of the file may call them, too. */
    assert_int_equal(((const struct fake_source *)scenario->entities[5].config)->target, 3);
    assert_int_equal(scenario->input_count, 4);
    tables_remove(&loaded);
    folder_remove(&loaded);
}

/* What the scenario says itself holds before what the trace says. */
static void test_given(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    tables_make(&loaded);
    scenario_good(&loaded,
                  FLEET ", \"one_per_minute\": true, \"placed\": \"start\", \"Properties\": {\"MemorySize\": 512, \"Timeout\": 9}, "
                        "\"behavior\": {\"duration\": \"1ms\"}}, \"behavior\": {\"F2\": {\"init\": \"7ms\"}}}");
    const struct scenario *scenario = loaded.scenario;
    for (uint32_t i = 1; i <= 3; i++) {
        const struct fake_worker *worker = scenario->entities[i].config;
        assert_int_equal(worker->memory_mb, 512);
        assert_int_equal(worker->timeout_ns, 9 * NS_PER_S);
        assert_true(worker->duration->a == 1e6);
        assert_true(worker->init->a == (i == 2 ? 7e6 : 1e6));
    }
    const struct fake_source *source = scenario->entities[4].config;
    assert_true(source->process->one_per_minute);
    assert_int_equal(source->process->placed, PLACED_START);
    tables_remove(&loaded);
    folder_remove(&loaded);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"{\"duration\": \"3m\", \"fleet\": 5}", "must be an object, got 5", ""},
        {"{\"duration\": \"3m\", \"fleet\": {}}", "\"azure\" is missing", "invocations"},
        {"{\"duration\": \"3m\", \"fleet\": {\"azur\": {}}}", "unknown key \"azur\"", "did you mean \"azure\"?"},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"durations\": \"d.csv\"}}}", "\"invocations\" is missing", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"duration\": \"d.csv\"}}}",
         "unknown key \"duration\"", "did you mean \"durations\"?"},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\"}}}", "nothing says how long the functions run",
         "give behavior.duration"},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"x.csv\"}, \"behavior\": {\"duration\": \"1ms\"}}}",
         "x.csv has no column \"HashFunction\"", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"d.csv\"}, \"behavior\": {\"duration\": \"1ms\"}}}",
         "the table has no columns of minutes", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"durations\": \"m.csv\"}}}",
         "the table has no columns \"percentile_Average_...\"", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"durations\": \"part.csv\"}}}",
         "2 of 3 functions have no durations there; the first is F2", "behavior.duration"},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"durations\": \"fall.csv\"}}}",
         "percentile_Average_50 is 4, less than percentile_Average_1, which is 5: percentiles cannot fall", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"i.csv\", \"memory\": \"d.csv\"}, \"behavior\": {\"duration\": "
         "\"1ms\"}}}",
         "the table has no column \"AverageAllocatedMb\"", ""},
        {"{\"duration\": \"3m\", \"fleet\": {\"azure\": {\"invocations\": \"bad.csv\"}, \"behavior\": {\"duration\": \"1ms\"}}}",
         "line 2: column \"1\" is not a whole number of at least 0: \"-4\"", ""},
        {FLEET ", \"placed\": \"anywhere\"}}", "must be \"uniform\", \"even\" or \"start\", got \"anywhere\"", ""},
        {FLEET ", \"one_per_minute\": 1}}", "must be true or false", ""},
        {FLEET ", \"Properties\": {\"Timeout\": 901}}}", "must be between 1 and 900 s, got 901", ""},
        {FLEET ", \"Properties\": {\"Tmeout\": 90}}}", "unknown key \"Tmeout\"", "did you mean \"Timeout\"?"},
        {FLEET ", \"behavior\": {\"init\": 3}}}", "needs a unit", ""},
        {FLEET "}, \"Resources\": {\"F2\": {\"Type\": \"Fake::Compute::Worker\"}}}", "the name \"F2\" is taken", ""},
        {FLEET "}, \"traffic\": [{\"name\": \"F1-calls\", \"target\": \"F1\", \"poisson\": \"1/s\"}]}", "the name \"F1-calls\" is taken",
         ""},
        {FLEET "}, \"behavior\": {\"F4\": {\"init\": \"7ms\"}}}", "there is no resource \"F4\"", ""},
    };
    struct loaded loaded;
    folder_make(&loaded);
    tables_make(&loaded);
    write_file(loaded.folder, "x.csv", "a,b\n1,2\n");
    write_file(loaded.folder, "part.csv", "HashFunction,percentile_Average_50\naa,5\n");
    write_file(loaded.folder, "fall.csv", "HashFunction,percentile_Average_50,percentile_Average_1\naa,5,5\nbb,4,5\ncc,5,5\n");
    write_file(loaded.folder, "bad.csv", "HashFunction,1\naa,-4\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scenario_read(&loaded, cases[i].text, NULL);
        assert_int_equal(loaded.status, STATUS_INVALID);
        if (!diagnosed(&loaded.diagnostics, 0, 0, cases[i].message) || !hinted(&loaded.diagnostics, cases[i].hint))
            fail_msg("%s: wants \"%s\" and the hint \"%s\"", cases[i].text, cases[i].message, cases[i].hint);
    }
    remove_file(loaded.folder, "x.csv");
    remove_file(loaded.folder, "part.csv");
    remove_file(loaded.folder, "fall.csv");
    remove_file(loaded.folder, "bad.csv");
    tables_remove(&loaded);
    folder_remove(&loaded);
}

/* Memory that is nowhere to be found is a default, and a warning says so. */
static void test_missing_memory(void **state)
{
    (void)state;
    struct loaded loaded;
    folder_make(&loaded);
    tables_make(&loaded);
    write_file(loaded.folder, "m.csv", "HashFunction,AverageAllocatedMb\naa,300\n");
    scenario_good(&loaded, FLEET "}}");
    assert_true(diagnosed(&loaded.diagnostics, 0, 0, "2 of 3 functions have no memory there and take the default; the first is F2"));
    assert_int_equal(((const struct fake_worker *)loaded.scenario->entities[1].config)->memory_mb, 320);
    assert_int_equal(((const struct fake_worker *)loaded.scenario->entities[2].config)->memory_mb, 128);
    tables_remove(&loaded);
    folder_remove(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_missing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
