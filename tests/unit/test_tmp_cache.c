/* test_tmp_cache.c: `"cache": "tmp"`: what an environment keeps in its /tmp, for how long, how much of it, and when it is lost or old. */
#include "model_fixture.h"

/* A function whose steps are STEPS, with somebody D to download from in 100 ms, and a table T; PROPERTIES and BEHAVIOR are its. */
#define CACHED(SETTINGS, PROPERTIES, BEHAVIOR, STEPS, TRAFFIC)                                                                             \
    "{" SETTINGS ", 'Resources': {'D': {'Type': 'Custom::External'}, 'T': {'Type': 'AWS::DynamoDB::Table', 'Properties': {'BillingMode': " \
    "'PAY_PER_REQUEST'}}, 'P': {'Type': 'Custom::External'}, 'F': {'Type': 'AWS::Serverless::Function', 'Properties': {'Timeout': "        \
    "60" PROPERTIES                                                                                                                        \
    "}}}, 'behavior': {'D': {'latency': '100ms'}, 'T': {'latency': '5ms'}, 'P': {'latency': '5ms'}, 'F': {'init': '0s'" BEHAVIOR           \
    ", 'steps': [" STEPS "]}}, 'traffic': [{'name': 'c', 'target': 'F', " TRAFFIC "}]}"
#define FOREVER ", 'keep_alive': 'forever', 'max_lifetime': 'forever'"
#define DOWNLOAD(KEY) "{'call': 'D', 'size': '100MB', 'key': " KEY ", 'cache': 'tmp'}"

/* One object: each environment fetches it once, with its first call, so the hits are 1 - environments created / calls. Poisson calls of
 * rate l, hardly any at once, to environments that are kept for T of idleness: one is created where the time since the call before is
 * longer than T, which has the probability exp(-l T): binomial, four deviations. */
static void test_churn(void **state)
{
    struct model_run *run = *state;
    static const struct {
        const char *rate, *kept;
        double load; /* l T */
    } cases[] = {{"1/min", "60s", 1}, {"2/min", "90s", 3}, {"6/h", "5m", 0.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, CACHED("'duration': '14d'", "", ", 'keep_alive': '%s', 'max_lifetime': 'forever'", DOWNLOAD("1"), "'poisson': '%s'"),
                  cases[i].kept, cases[i].rate);
        int64_t calls = count_of(run, "F", "Invocations"), created = count_of(run, "F", "EnvironmentsCreated");
        double missed = exp(-cases[i].load), deviation = sqrt(missed * (1 - missed) / (double)calls);
        assert_int_equal(count_of(run, "F", "TmpMisses"), created);
        assert_int_equal(count_of(run, "F", "TmpHits"), calls - created);
        assert_int_equal(fates_of(run, "D", FATE_SUCCEEDED, ""), created);
        /* A download of 100 ms among calls l apart: another comes meanwhile, and finds no environment, with l x 100 ms at most. */
        assert_near((double)created / (double)calls, missed, 4 * deviation + 0.1 / 30);
        assert_near(figure(run, "F", "TmpHitRatio", "Average"), 100 * (double)(calls - created) / (double)calls, 1e-9);
    }
}

/* A hit takes no time; what is recycled loses what it had, what is reset after a time-out does not, what a zone takes does. */
static void test_life(void **state)
{
    struct model_run *run = *state;
    model_run(run, CACHED("'duration': '1h'", "", ", 'keep_alive': 'forever', 'max_lifetime': '600s'", DOWNLOAD("1"), "'constant': '1/s'"));
    /* Each lives from one call to the one at 600 s, which it serves still, and goes. */
    assert_int_equal(count_of(run, "F", "TmpMisses"), count_of(run, "F", "EnvironmentsCreated"));
    assert_int_equal(count_of(run, "F", "TmpMisses"), 6);
    assert_near(figure(run, "F", "Duration", "Maximum"), 100, 1e-9);
    assert_near(figure(run, "F", "Duration", "p99"), 0, 1e-9);
    assert_near(figure(run, "F", "TmpBytes", "Maximum"), 100.0 * 1024 * 1024, 0);
    model_run(run, CACHED("'duration': '10m', 'drain': '1m'", ", 'MemorySize': 512", FOREVER, DOWNLOAD("1") ", {'wait': '70s'}",
                          "'constant': '30/h', 'count': 5"));
    assert_int_equal(count_of(run, "F", "Timeouts"), 5);
    assert_int_equal(count_of(run, "F", "TmpMisses"), 1);
    model_run(run, CACHED("'duration': '100s', 'changes': [{'at': '49500ms', 'fault': 'F', 'kind': 'environments_lost'}]", "", FOREVER,
                          DOWNLOAD("1"), "'constant': '1/s'"));
    assert_int_equal(count_of(run, "F", "TmpMisses"), 2);
    assert_near(figure(run, "F", "TmpBytes", "Average") / 1024 / 1024, 100 * (49.4 + 49.9) / 100, 1e-3);
}

/* A time to live, from when it was fetched: asked at 0, there at 5 ms, gone at 10.005 s; so once in 11 s. Poisson calls of rate l of each
 * item: l T / (1 + l T) hit, as in test_dax.c. */
static void test_ttl(void **state)
{
    struct model_run *run = *state;
#define READ(KEY) "{'call': 'T', 'op': 'GetItem', 'size': '1KB', 'key': " KEY ", 'cache': 'tmp', 'ttl': '10s'}"
    model_run(run, CACHED("'duration': '60s'", "", FOREVER, READ("7"), "'constant': '1/s'"));
    assert_int_equal(count_of(run, "F", "TmpMisses"), 6);
    assert_int_equal(count_of(run, "F", "TmpHits"), 54);
    /* One environment at a time, as the others are turned away: so the cache is one. */
    model_run(run,
              CACHED("'duration': '2h'", ", 'ReservedConcurrentExecutions': 1", FOREVER, READ("{'uniform': 100}"), "'poisson': '50/s'"));
    double hits = figure(run, "F", "TmpHits", "Sum"), misses = figure(run, "F", "TmpMisses", "Sum");
    double served = (hits + misses) / 7200 / 100 * 10; /* l T: those that were turned away did not look */
    assert_near(hits / (hits + misses), served / (1 + served), 4 * sqrt(served / pow(1 + served, 4) / misses) + served * 0.005 / 10);
}

/* Of two objects there is room for one in 512 MB, for both in 1,024 MB: what was used last is there. More storage is billed. */
static void test_room(void **state)
{
    struct model_run *run = *state;
#define LARGE "{'call': 'D', 'size': '300MB', 'key': {'uniform': 2}, 'cache': 'tmp'}"
    model_run(run, CACHED("'duration': '1h'", "", FOREVER, LARGE, "'constant': '1/s'"));
    double hits = figure(run, "F", "TmpHits", "Sum");
    assert_near(hits / 3600, 0.5, 4 * 0.5 / 60); /* each the same as the one before */
    assert_int_equal(count_of(run, "F", "TmpEvictions"), count_of(run, "F", "TmpMisses") - 1);
    assert_near(figure(run, "F", "TmpBytes", "Maximum"), 300.0 * 1024 * 1024, 0);
    assert_near(billed(run, "F", "Lambda-Storage-GB-Second", NULL), 0, 0);
    model_run(run, CACHED("'duration': '1h'", ", 'EphemeralStorage': {'Size': 1024}", FOREVER, LARGE, "'constant': '1/s'"));
    assert_int_equal(count_of(run, "F", "TmpMisses"), 2);
    assert_int_equal(count_of(run, "F", "TmpEvictions"), 0);
    /* 512 MB more, for the two downloads of 100 ms; a hit takes no time here. */
    assert_near(billed(run, "F", "Lambda-Storage-GB-Second", NULL), 0.5 * 2 * 0.1, 1e-9);
    /* What is larger than /tmp is fetched each time. */
    model_run(run,
              CACHED("'duration': '1m'", "", FOREVER, "{'call': 'D', 'size': '513MB', 'key': 1, 'cache': 'tmp'}", "'constant': '1/s'"));
    assert_int_equal(count_of(run, "F", "TmpHits"), 0);
}

/* 100 calls by one environment; what a read finds after a write, by strategy. */
static void test_strategies(void **state)
{
    struct model_run *run = *state;
#define STEP(OP, STRATEGY) "{'call': 'T', 'op': '" OP "', 'key': 1, 'cache': 'tmp', 'strategy': '" STRATEGY "'}"
    static const struct {
        const char *steps;
        int64_t hits, stale, asked; /* of the table */
    } cases[] = {
        {STEP("GetItem", "lazy"), 99, 0, 1},
        {STEP("GetItem", "write_through"), 0, 0, 100}, /* a miss does not fill it */
        {STEP("GetItem", "lazy") ", " STEP("PutItem", "lazy"), 99, 99, 101},
        {STEP("GetItem", "lazy") ", " STEP("PutItem", "write_through"), 99, 0, 101},
        {STEP("PutItem", "write_through") ", " STEP("GetItem", "write_through"), 100, 0, 100},
        {STEP("GetItem", "lazy") ", " STEP("DeleteItem", "write_through"), 0, 0, 200},
        {STEP("GetItem", "lazy") ", {'call': 'T', 'op': 'Query', 'key': 1, 'cache': 'tmp'}", 99 + 99, 0, 2}, /* by what is asked */
        {STEP("GetItem", "lazy") ", {'call': 'T', 'op': 'GetItem', 'key': 2, 'cache': 'tmp'}", 99 + 99, 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(run, CACHED("'duration': '100s'", "", FOREVER, "%s", "'constant': '1/s'"), cases[i].steps);
        assert_int_equal(count_of(run, "F", "TmpHits"), cases[i].hits);
        assert_int_equal(count_of(run, "F", "TmpStaleHits"), cases[i].stale);
        assert_int_equal(fates_of(run, "T", FATE_SUCCEEDED, ""), cases[i].asked);
    }
    /* Two environments at once, each ten times: both write through, and the one that wrote first is old from then on. */
    model_run(run, CACHED("'duration': '100s'", "", FOREVER, STEP("GetItem", "lazy") ", " STEP("PutItem", "write_through"),
                          "'bursts': {'size': 2, 'every': '10s'}"));
    assert_int_equal(count_of(run, "F", "TmpHits"), 18);
    assert_int_equal(count_of(run, "F", "TmpStaleHits"), 9);
}

/* What is not answered well is not kept, and what is asked again is looked up once. A service without operations is read by a call. */
static void test_failures(void **state)
{
    struct model_run *run = *state;
    model_run(run, CACHED("'duration': '100s', 'changes': [{'at': '0s', 'for': '49500ms', 'fault': 'P', 'kind': 'down'}]", "", FOREVER,
                          "{'call': 'P', 'key': 1, 'cache': 'tmp', 'on_error': 'continue', 'retry': {'max_attempts': 2, 'base': '10ms', "
                          "'jitter': 'none'}}",
                          "'constant': '1/s'"));
    assert_int_equal(count_of(run, "F", "TmpMisses"), 51);
    assert_int_equal(count_of(run, "F", "TmpHits"), 49);
    assert_int_equal(count_of(run, "P", "Calls"), 101);
}

/* As many items as there are calls: what they take counts against the memory that a run may have. */
static void test_memory(void **state)
{
    struct model_run *run = *state;
    assert_int_equal(model_load(run, CACHED("'duration': '1h'", "", FOREVER,
                                            "{'call': 'T', 'op': 'GetItem', 'size': '1KB', 'key': {'uniform': 1000000000}, 'cache': 'tmp'}",
                                            "'constant': '1000/s'")),
                     STATUS_OK);
    const struct run_options options = {.threads = 1, .max_memory_bytes = 3000000};
    assert_int_equal(run_scenario(run->scenario, &options, &run->result), STATUS_LIMIT);
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, model_setup, model_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_churn), TEST(test_life), TEST(test_ttl), TEST(test_room), TEST(test_strategies), TEST(test_failures), TEST(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
