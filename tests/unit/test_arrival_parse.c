/* test_arrival_parse.c: every arrival process, out of JSON and out of tables, and what is said of wrong ones. */
#include "engine/sim_time.h"
#include "notation/arrival_parse.h"
#include "parse_fixture.h"

#include <math.h>

static const struct arrival_process *parse_in(struct fixture *fixture, const char *folder, const char *text)
{
    fixture_init(fixture, text);
    fixture->parse.folder = folder;
    fixture->parse.start_epoch_s = 1735689600;
    const cJSON *item = fixture->tree->child;
    struct parse_path source = {NULL, "traffic", 0}, path = {&source, item->string, 0};
    const struct arrival_process *process = arrival_parse(&fixture->parse, item->string, item, &path);
    assert_true((process != NULL) == (fixture->diagnostics.error_count == 0));
    return process;
}

static const struct arrival_process *good(struct fixture *fixture, const char *text, enum arrival_kind kind)
{
    const struct arrival_process *process = parse_in(fixture, ".", text);
    if (process == NULL)
        diagnostics_print(&fixture->diagnostics, stderr, false);
    assert_non_null(process);
    assert_int_equal(process->kind, kind);
    return process;
}

static void test_rates(void **state)
{
    (void)state;
    struct fixture fixture;
    assert_true(good(&fixture, "{\"constant\": \"3000/min\"}", ARRIVAL_CONSTANT)->rate_per_s == 50);
    fixture_fini(&fixture);
    assert_true(good(&fixture, "{\"poisson\": \"10/s\"}", ARRIVAL_POISSON)->rate_per_s == 10);
    fixture_fini(&fixture);
}

static void test_stages(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct arrival_process *process = good(
        &fixture,
        "{\"stages\": [{\"for\": \"10m\", \"from\": \"5/s\", \"to\": \"50/s\"}, {\"for\": \"40m\"}, {\"for\": \"0s\", \"to\": \"0/s\"}]}",
        ARRIVAL_STAGES);
    assert_int_equal(process->count, 3);
    const struct stage expected[] = {{10 * NS_PER_MIN, 5, 50}, {40 * NS_PER_MIN, 50, 50}, {0, 50, 0}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(process->stages[i].for_ns, expected[i].for_ns);
        assert_true(process->stages[i].from_per_s == expected[i].from_per_s && process->stages[i].to_per_s == expected[i].to_per_s);
    }
    fixture_fini(&fixture);
    process = good(&fixture, "{\"stages\": [{\"for\": \"10m\", \"to\": \"50/s\"}]}", ARRIVAL_STAGES);
    assert_true(process->stages[0].from_per_s == 0);
    fixture_fini(&fixture);
}

static void test_others(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct arrival_process *process =
        good(&fixture, "{\"diurnal\": {\"mean\": \"20/s\", \"peak\": \"60/s\", \"peak_at\": \"14:30\"}}", ARRIVAL_DIURNAL);
    double kappa = 0;
    assert_int_equal(diurnal_kappa(3, &kappa), STATUS_OK);
    assert_true(process->kappa == kappa && process->rate_per_s == 20);
    assert_int_equal(process->peak_at_ns, 870 * NS_PER_MIN);
    assert_int_equal(process->epoch_s, 1735689600);
    fixture_fini(&fixture);

    process = good(&fixture, "{\"mmpp\": {\"rates\": [\"5/s\", \"0/s\"], \"mean_stay\": [\"10m\", \"1m\"]}}", ARRIVAL_MMPP);
    assert_int_equal(process->count, 2);
    assert_true(process->rates_per_s[0] == 5 && process->rates_per_s[1] == 0 && process->mean_stay_ns[1] == 60e9);
    fixture_fini(&fixture);

    process = good(&fixture, "{\"bursts\": {\"size\": 1000, \"every\": \"1m\"}}", ARRIVAL_BURSTS);
    assert_int_equal(process->burst_size, 1000);
    assert_int_equal(process->every_ns, NS_PER_MIN);
    fixture_fini(&fixture);

    process = good(&fixture, "{\"users\": {\"count\": 200, \"think\": {\"exponential\": \"5s\"}}}", ARRIVAL_USERS);
    assert_int_equal(process->users, 200);
    assert_int_equal(process->think->kind, DISTRIBUTION_EXPONENTIAL);
    fixture_fini(&fixture);
}

static void test_schedules(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t every_ns;
    } rates[] = {{"rate(5 minutes)", 5 * NS_PER_MIN},
                 {"rate(1 minute)", NS_PER_MIN},
                 {"rate(1 hour)", NS_PER_HOUR},
                 {"rate(2 days)", 2 * NS_PER_DAY}};
    struct fixture fixture;
    char text[200];
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        snprintf(text, sizeof text, "{\"schedule\": \"%s\"}", rates[i].text);
        assert_int_equal(good(&fixture, text, ARRIVAL_RATE)->every_ns, rates[i].every_ns);
        fixture_fini(&fixture);
    }
    const struct arrival_process *process = good(&fixture, "{\"schedule\": \"cron(0 12 * * ? *)\"}", ARRIVAL_CRON);
    assert_int_equal(cron_next(&process->cron, 1735689600), 1735689600 + 12 * 3600);
    fixture_fini(&fixture);
}

static void test_tables(void **state)
{
    (void)state;
    char folder[] = "/tmp/slsim-test-XXXXXX";
    struct fixture fixture;
    assert_non_null(mkdtemp(folder));
    write_file(folder, "t.csv", "t_s,ms\n2.5,10\n1,20\n2.5,30\n");
    write_file(folder, "one.csv", "HashFunction,Trigger,7,8,9\nabc,timer,0,12,3\n");
    write_file(folder, "two.csv", "HashFunction,1,2\nabc,0,12\nabd,5,\n");
    write_file(folder, "column.csv", "calls\n4\n0\n7\n");
    write_file(folder, "bad.csv", "calls\n4\n-1\n1.5\n");

    const struct arrival_process *process = parse_in(
        &fixture, folder, "{\"trace\": {\"csv\": \"t.csv\", \"column\": \"t_s\", \"duration_column\": \"ms\", \"duration_unit\": \"ms\"}}");
    assert_non_null(process);
    assert_int_equal(process->count, 3);
    const int64_t times[] = {1000000000, 2500000000, 2500000000}, handlers[] = {20000000, 10000000, 30000000};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(process->times_ns[i], times[i]);
        assert_int_equal(process->handler_ns[i], handlers[i]);
    }
    fixture_fini(&fixture);

    process = parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"one.csv\", \"placed\": \"start\", \"one_per_minute\": true}}");
    assert_non_null(process);
    assert_int_equal(process->count, 3);
    assert_int_equal(process->per_minute[1], 12);
    assert_int_equal(process->placed, PLACED_START);
    assert_true(process->one_per_minute);
    fixture_fini(&fixture);

    process = parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"two.csv\", \"function\": \"abd\"}}");
    assert_non_null(process);
    assert_int_equal(process->per_minute[0], 5);
    assert_int_equal(process->per_minute[1], 0);
    fixture_fini(&fixture);

    process = parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"column.csv\"}}");
    assert_non_null(process);
    assert_int_equal(process->count, 3);
    assert_int_equal(process->per_minute[2], 7);
    fixture_fini(&fixture);

    assert_null(parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"two.csv\"}}"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "the table has 2 rows of minutes: \"function\" must name one"));
    fixture_fini(&fixture);
    assert_null(parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"two.csv\", \"function\": \"x\"}}"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "no row of the table has this HashFunction"));
    fixture_fini(&fixture);
    assert_null(parse_in(&fixture, folder, "{\"per_minute\": {\"csv\": \"bad.csv\"}}"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "line 3 of the table: column \"calls\" is not a whole number of at least 0: \"-1\""));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "line 4 of the table"));
    fixture_fini(&fixture);
    assert_null(parse_in(&fixture, folder, "{\"trace\": {\"csv\": \"t.csv\", \"column\": \"t\", \"unit\": \"s\"}}"));
    assert_true(diagnosed(&fixture.diagnostics, 0, 0, "t.csv has no column \"t\""));
    fixture_fini(&fixture);
    assert_null(parse_in(&fixture, folder, "{\"trace\": {\"csv\": \"t.csv\", \"column\": \"t_s\", \"duration_column\": \"ms\"}}"));
    assert_true(hinted(&fixture.diagnostics, "\"duration_unit\": \"ms\""));
    fixture_fini(&fixture);

    static const char *const names[] = {"t.csv", "one.csv", "two.csv", "column.csv", "bad.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_file(folder, names[i]);
    assert_int_equal(rmdir(folder), 0);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"{\"poisson\": 10}", "a rate needs a unit, got the bare number 10", "write \"10/s\""},
        {"{\"poisson\": \"10ms\"}", "must be a rate, got \"10ms\"", "3000/min"},
        {"{\"constant\": \"0/s\"}", "must be above 0", ""},
        {"{\"stages\": {}}", "must be a list, got an object", ""},
        {"{\"stages\": []}", "needs at least one stage", ""},
        {"{\"stages\": [{\"to\": \"1/s\"}]}", "\"for\" is missing", "its keys: for, to and from"},
        {"{\"stages\": [{\"for\": \"1m\"}, {\"for\": \"1m\", \"from\": \"1/s\"}]}", "only the first stage can say \"from\"", "is a step"},
        {"{\"stages\": [{\"fro\": \"1m\", \"to\": \"1/s\"}]}", "unknown key \"fro\"", "did you mean"},
        {"{\"diurnal\": {\"mean\": \"20/s\", \"peak\": \"10/s\", \"peak_at\": \"14:00\"}}", "between \"mean\" and 1000 times it", ""},
        {"{\"diurnal\": {\"mean\": \"20/s\", \"peak\": \"40/s\", \"peak_at\": \"25:00\"}}", "must be a time of day, got \"25:00\"",
         "14:00"},
        {"{\"diurnal\": {\"mean\": \"20/s\", \"peak\": \"40/s\"}}", "\"peak_at\" is missing", ""},
        {"{\"mmpp\": {\"rates\": [\"5/s\"], \"mean_stay\": [\"1m\"]}}", "needs at least two rates, and a mean stay for each: got 1 and 1",
         ""},
        {"{\"mmpp\": {\"rates\": [\"5/s\", \"6/s\"], \"mean_stay\": [\"1m\"]}}", "got 2 and 1", ""},
        {"{\"mmpp\": {\"rates\": [\"5/s\", \"6/s\"], \"mean_stay\": [\"1m\", \"0s\"]}}", "must be above 0", ""},
        {"{\"bursts\": {\"size\": 0, \"every\": \"1m\"}}", "must be between 1 and 1000000000, got 0", ""},
        {"{\"bursts\": {\"size\": 5, \"every\": \"0s\"}}", "must be above 0", ""},
        {"{\"bursts\": {\"size\": 5}}", "\"every\" is missing", ""},
        {"{\"schedule\": \"rate(1 minutes)\"}", "must be a schedule, got \"rate(1 minutes)\"", "1 takes the singular: \"rate(1 minute)\""},
        {"{\"schedule\": \"rate(2 minute)\"}", "must be a schedule", "2 takes the plural: \"rate(2 minutes)\""},
        {"{\"schedule\": \"rate(0 minutes)\"}", "must be a schedule", "write \"rate(5 minutes)\""},
        {"{\"schedule\": \"every day\"}", "must be a schedule", ""},
        {"{\"schedule\": 5}", "must be a schedule, got 5", ""},
        {"{\"schedule\": \"cron(0 12 * * *)\"}", "six fields", "as in \"cron("},
        {"{\"users\": {\"count\": 0, \"think\": \"1s\"}}", "must be between 1 and 10000000, got 0", ""},
        {"{\"users\": {\"count\": 5, \"think\": 1}}", "needs a unit", "write \"1s\" or \"1ms\""},
        {"{\"users\": {\"count\": 5}}", "\"think\" is missing", ""},
        {"{\"trace\": {\"column\": \"x\"}}", "\"csv\" is missing", ""},
        {"{\"per_minute\": {\"csv\": 5}}", "must name a file", ""},
        {"{\"per_minute\": {\"csv\": \"x\", \"placed\": \"evenly\"}}", "must be \"uniform\", \"even\" or \"start\", got \"evenly\"", ""},
        {"{\"per_minute\": {\"csv\": \"x\", \"one_per_minute\": 1}}", "must be true or false", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        assert_null(parse_in(&fixture, "/nowhere", cases[i].text));
        if (!diagnosed(&fixture.diagnostics, 0, 0, cases[i].message) || !hinted(&fixture.diagnostics, cases[i].hint))
            fail_msg("%s: wants \"%s\" and the hint \"%s\"", cases[i].text, cases[i].message, cases[i].hint);
        assert_int_equal(strncmp(fixture.diagnostics.list[0].path, "traffic.", 8), 0);
        fixture_fini(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),     cmocka_unit_test(test_stages), cmocka_unit_test(test_others),
        cmocka_unit_test(test_schedules), cmocka_unit_test(test_tables), cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
