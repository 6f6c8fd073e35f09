/* test_source.c: traffic sources: what they send and when, how they wait, give up and try again, and that each item is settled once. */
#include "model_fixture.h"

#include "scripted_target.h"
#include "statistics_bounds.h"

#define MS NS_PER_MS
#define S NS_PER_S

static struct model_registry registry;
static struct model_run run;

static int set_up(void **state)
{
    (void)state;
    registry = registry_with_target();
    model_open(&run);
    run.registry = &registry;
    run.traced = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    model_close(&run);
    return 0;
}

/* One source `a` of a target that answers by a script. */
#define SCRIPTED(SETTINGS, TARGET, SOURCE)                                                                                                 \
    "{" SETTINGS ", 'Resources': {'T': {'Type': 'Test::Scripted::Target', 'Properties': {" TARGET                                          \
    "}}}, 'traffic': [{'name': 'a', 'target': 'T', " SOURCE "}]}"

/* Whatever the caller did, each item is settled once or is still on its way. */
static void check_settled(uint64_t in_flight)
{
    static uint8_t settled[1u << 16];
    uint64_t count = 0;
    memset(settled, 0, sizeof settled);
    for (size_t i = 0; i < run.step_count; i++) {
        const struct step_seen *step = &run.steps[i];
        if (strcmp(step->resource, "a") != 0 || strcmp(step->step, "retry") == 0)
            continue;
        assert_true(step->item < sizeof settled);
        assert_int_equal(settled[step->item], 0);
        settled[step->item] = 1;
        count++;
    }
    const int64_t requests = count_of(&run, "a", "Requests");
    assert_int_equal(count_of(&run, "a", "Succeeded") + count_of(&run, "a", "Failed") + count_of(&run, "a", "Rejected"), count);
    assert_int_equal(requests, count + in_flight);
    assert_int_equal(fates_of(&run, "a", FATE_IN_FLIGHT, ""), in_flight);
    assert_int_equal(run.result->ledgers[scenario_find(run.scenario, "a")].entered, requests);
    assert_int_equal(count_of(&run, "T", "Calls"), count_of(&run, "a", "Attempts"));
}

/* When attempt `attempt` (from 1) of `item` was sent; -1: never. */
static int64_t sent_ns(uint64_t item, uint32_t attempt)
{
    for (size_t i = 0; i < run.step_count; i++)
        if (strcmp(run.steps[i].step, "sent") == 0 && run.steps[i].item == item && run.steps[i].attempt == attempt)
            return run.steps[i].time_ns;
    return -1;
}

/* -- what is sent, and when -- */

static void test_from_until_count(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        int64_t requests, first_ns, last_ns;
    } cases[] = {
        {"'constant': '10/s'", 100, 0, 9900 * MS},
        {"'constant': '10/s', 'from': '2s', 'until': '5s'", 30, 2 * S, 4900 * MS},
        {"'constant': '10/s', 'from': '2s'", 80, 2 * S, 9900 * MS},
        {"'constant': '10/s', 'until': '5s'", 50, 0, 4900 * MS},
        {"'constant': '10/s', 'count': 7, 'from': '1s'", 7, 1 * S, 1600 * MS},
        {"'constant': '10/s', 'count': 0", 0, 0, 0},
        {"'constant': '10/s', 'until': '1h'", 100, 0, 9900 * MS}, /* until the end of `duration` */
        {"'bursts': {'size': 3, 'every': '4s'}", 9, 0, 8 * S},
        {"'bursts': {'size': 3, 'every': '4s'}, 'count': 5", 5, 0, 4 * S},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, SCRIPTED("'duration': '10s', 'drain': '10s'", "'Answers': 'S'", "%s"), cases[i].source);
        assert_int_equal(count_of(&run, "a", "Requests"), cases[i].requests);
        assert_int_equal(count_of(&run, "a", "Succeeded"), cases[i].requests);
        check_settled(0);
        if (cases[i].requests == 0)
            continue;
        assert_int_equal(sent_ns(0, 1), cases[i].first_ns);
        assert_int_equal(sent_ns((uint64_t)cases[i].requests - 1, 1), cases[i].last_ns);
    }
    assert_int_equal(model_load(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S'", "'constant': '1/s', 'from': '10s'")), STATUS_INVALID);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "must lie before the end of `duration`"));
    assert_int_equal(model_load(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S'", "'constant': '1/s', 'until': '20s'")), STATUS_OK);
    assert_true(diagnosed(&run.diagnostics, 0, 0, "until the end of `duration` only"));
}

/* Without retries, each answer is final: where it is counted, and what counts as a response. */
static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *answers;
        const char *metric;
        enum fate fate;
        const char *text;
        double responses;
    } cases[] = {{"S", "Succeeded", FATE_SUCCEEDED, "", 20},
                 {"F", "Failed", FATE_FAILED, "no", 20},
                 {"E", "Failed", FATE_FAILED, "503", 20},
                 {"T", "Rejected", FATE_REJECTED, "slow down", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, SCRIPTED("'duration': '10s', 'drain': '1s'", "'Answers': '%s', 'Latency': '200ms'", "'constant': '2/s'"),
                  cases[i].answers);
        check_settled(0);
        assert_int_equal(count_of(&run, "a", cases[i].metric), 20);
        assert_int_equal(count_of(&run, "a", "Attempts"), 20);
        assert_int_equal(fates_of(&run, "a", cases[i].fate, cases[i].text), 20);
        assert_near(figure(&run, "a", "ResponseTime", "SampleCount"), cases[i].responses, 0);
        if (cases[i].responses > 0)
            assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 200, 1e-9);
    }
}

/* What has no answer by the end is in flight. */
static void test_in_flight(void **state)
{
    (void)state;
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S', 'Latency': '3s'", "'constant': '1/s'"));
    check_settled(3); /* sent at 7, 8 and 9 s: an answer at the end itself comes too late */
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'T'",
                             "'constant': '1/s', 'retry': {'jitter': 'none', 'base': '100s', 'cap': '100s'}"));
    check_settled(10); /* all wait for their second attempt */
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S', 'Latency': '30s'", "'constant': '1/s', 'client_timeout': '4s'"));
    check_settled(4);
}

/* -- the network -- */

/* Half of a round trip before the target, half after; each attempt has its own; the caller's patience and its thinking know of it. */
static void test_network(void **state)
{
    (void)state;
    model_run(&run, SCRIPTED("'duration': '10s', 'drain': '1s'", "'Answers': 'S', 'Latency': '200ms'", "'constant': '2/s', 'rtt': '80ms'"));
    check_settled(0);
    assert_near(figure(&run, "a", "ResponseTime", "Minimum"), 280, 1e-9);
    assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 280, 1e-9);
    /* Three round trips of 80 ms, waits of 100 and 200 ms between them, and 40 ms for the answer: the target throttles at once. */
    model_run(&run,
              SCRIPTED("'duration': '10s'", "'Answers': 'TTS', 'Latency': '40ms'",
                       "'constant': '1/s', 'count': 1, 'rtt': '80ms', 'retry': {'max_attempts': 7, 'base': '100ms', 'jitter': 'none'}"));
    check_settled(0);
    assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 580, 1e-9);
    /* A user: 60 ms of thought, 50 ms there, 40 ms, 50 ms back. The first sends at 60 ms, then every 200 ms. */
    model_run(&run, SCRIPTED("'duration': '10s', 'drain': '1s'", "'Answers': 'S', 'Latency': '40ms'",
                             "'users': {'count': 1, 'think': '60ms'}, 'rtt': '100ms'"));
    check_settled(0);
    assert_int_equal(count_of(&run, "a", "Requests"), 50);
    assert_near(figure(&run, "a", "ResponseTime", "Average"), 140, 1e-9);
    /* Exponential: its mean, within 5 standard errors of 2,000. */
    model_run(&run,
              SCRIPTED("'duration': '200s', 'drain': '10s'", "'Answers': 'S'", "'constant': '10/s', 'rtt': {'exponential': '100ms'}"));
    check_settled(0);
    assert_near(figure(&run, "a", "ResponseTime", "Average"), 100, 5 * 100 / sqrt(2000));
    /* Under way at the end: sent 9.5 s on with a second before it. */
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S'", "'constant': '2/s', 'from': '9s', 'rtt': '1s'"));
    assert_int_equal(fates_of(&run, "a", FATE_IN_FLIGHT, ""), 2);
}

/* The caller gives up after 100 ms: while the request is on its way, with the target, or the answer on its way back. It is executed all
 * the same, and settled once. */
static void test_network_and_patience(void **state)
{
    (void)state;
    static const struct {
        const char *rtt, *latency;
    } cases[] = {{"300ms", "10ms"}, {"100ms", "70ms"}, {"100ms", "30ms"}, {"0s", "110ms"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int64_t attempts = 1; attempts <= 2; attempts++) {
            model_run(&run,
                      SCRIPTED("'duration': '10s', 'drain': '2s'", "'Answers': 'S', 'Latency': '%s'",
                               "'constant': '2/s', 'rtt': '%s', 'client_timeout': '100ms', 'retry': {'max_attempts': %d, 'base': '0s', "
                               "'jitter': 'none'}"),
                      cases[i].latency, cases[i].rtt, (int)attempts);
            check_settled(0);
            assert_int_equal(count_of(&run, "T", "Calls"), 20 * attempts);
            assert_int_equal(fates_of(&run, "a", FATE_TIMED_OUT, "client timeout"), 20);
            assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 100 * (double)attempts, 1e-9);
        }
    /* In time by a hair. */
    model_run(&run, SCRIPTED("'duration': '10s', 'drain': '2s'", "'Answers': 'S', 'Latency': '20ms'",
                             "'constant': '2/s', 'rtt': '80ms', 'client_timeout': '100ms'"));
    check_settled(0);
    assert_int_equal(count_of(&run, "a", "Succeeded"), 20);
}

static void test_region(void **state)
{
    (void)state;
    static const char *const good[] = {"eu-west-1", "us-gov-east-1", "ap-southeast-5"};
    static const char *const bad[] = {
        "", "Ireland", "eu-west", "eu-west-1a", "EU-WEST-1", "eu-1", "-west-1", "eu-west-north-south-1", "e-west-1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        model_run(&run, SCRIPTED("'duration': '1s'", "'Answers': 'S'", "'constant': '1/s', 'region': '%s'"), good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[300];
        snprintf(text, sizeof text, SCRIPTED("'duration': '1s'", "'Answers': 'S'", "'constant': '1/s', 'region': '%s'"), bad[i]);
        assert_int_equal(model_load(&run, text), STATUS_INVALID);
        assert_true(diagnosed(&run.diagnostics, 0, 0, "is no name of a Region"));
    }
}

/* -- retries -- */

static void test_attempts(void **state)
{
    (void)state;
    static const struct {
        const char *answers, *retry, *rules;
        int64_t attempts; /* for each item */
        const char *metric;
    } cases[] = {
        {"T", "'none'", "'current'", 1, "Rejected"},
        {"T", "'standard'", "'current'", 3, "Rejected"},
        {"T", "'legacy'", "'current'", 5, "Rejected"},
        {"T", "'adaptive'", "'current'", 3, "Rejected"},
        {"T", "'adaptive'", "{'base': 'current', 'sdk_adaptive_max_attempts': 4}", 4, "Rejected"},
        {"T", "{'max_attempts': 7}", "'current'", 7, "Rejected"},
        {"T", "{'max_attempts': 1}", "'current'", 1, "Rejected"},
        {"E", "'standard'", "'current'", 3, "Failed"},
        {"E", "'legacy'", "'current'", 5, "Failed"},
        {"F", "'standard'", "'current'", 1, "Failed"},
        {"F", "'legacy'", "'current'", 1, "Failed"},
        {"TS", "'standard'", "'current'", 2, "Succeeded"},
        {"TES", "'standard'", "'current'", 3, "Succeeded"},
        {"TTTS", "'standard'", "'current'", 3, "Rejected"},
        {"TTTS", "'legacy'", "'current'", 4, "Succeeded"},
        {"TF", "'legacy'", "'current'", 2, "Failed"},
        {"ET", "'standard'", "'current'", 3, "Rejected"}, /* the last attempt decides */
        {"T", "{'max_attempts': 7, 'on': ['timeout', 'server_error']}", "'current'", 1, "Rejected"},
        {"E", "{'max_attempts': 7, 'on': 'throttled'}", "'current'", 1, "Failed"},
        {"E", "{'max_attempts': 7, 'on': ['server_error']}", "'current'", 7, "Failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* So rarely that no quota runs out and no limiter holds anything back for long. */
        model_run(&run,
                  SCRIPTED("'duration': '10000s', 'drain': '1h', 'rules': %s", "'Answers': '%s'", "'constant': '0.001/s', 'retry': %s"),
                  cases[i].rules, cases[i].answers, cases[i].retry);
        check_settled(0);
        assert_int_equal(count_of(&run, "a", "Requests"), 10);
        assert_int_equal(count_of(&run, "a", "Attempts"), 10 * cases[i].attempts);
        assert_int_equal(count_of(&run, "a", cases[i].metric), 10);
    }
}

/* The wait doubles from `base` up to `cap`. */
static void test_waits(void **state)
{
    (void)state;
    static const int64_t sent_ms[] = {0, 100, 300, 700, 1500, 2500, 3500};
    model_run(&run,
              SCRIPTED("'duration': '10s'", "'Answers': 'T'",
                       "'constant': '1/s', 'count': 1, 'retry': {'max_attempts': 7, 'base': '100ms', 'cap': '1s', 'jitter': 'none'}"));
    check_settled(0);
    for (uint32_t attempt = 1; attempt <= 7; attempt++)
        assert_int_equal(sent_ns(0, attempt), sent_ms[attempt - 1] * MS);
    /* Response times reach from the first sending to the last answer. */
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'TTS', 'Latency': '40ms'",
                             "'constant': '1/s', 'count': 1, 'retry': {'max_attempts': 7, 'base': '100ms', 'jitter': 'none'}"));
    check_settled(0);
    assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 340, 1e-9);
}

/* Each item and each attempt has a jitter of its own. */
static void test_jitter(void **state)
{
    (void)state;
    enum { ITEMS = 500 };
    double first[ITEMS], second[ITEMS], together[ITEMS];
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'T'",
                             "'bursts': {'size': 500, 'every': '1h'}, 'retry': {'max_attempts': 3, 'base': '1s'}"));
    check_settled(0);
    for (uint64_t item = 0; item < ITEMS; item++) {
        first[item] = (double)sent_ns(item, 2) / 1e9;
        second[item] = (double)(sent_ns(item, 3) - sent_ns(item, 2)) / 2e9;
        together[item] = fmod(1 + first[item] - second[item], 1); /* uniform too, where the two are independent */
    }
    check_uniform("wait for the first retry", first, ITEMS, 0.001);
    check_uniform("wait for the second retry", second, ITEMS, 0.001);
    check_uniform("both", together, ITEMS, 0.001);
}

/* 500 tokens a client, 5 for each retry after a throttle: 100 retries and no more. */
static void test_quota(void **state)
{
    (void)state;
    static const struct {
        int items, clients;
        int64_t attempts;
    } cases[] = {{200, 1, 200 + 100}, {200, 2, 200 + 200}, {200, 4, 200 + 400}, {1000, 5, 1000 + 500}, {40, 1, 40 + 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  SCRIPTED("'duration': '1m', 'drain': '1h'", "'Answers': 'T'",
                           "'bursts': {'size': %d, 'every': '1h'}, 'retry': 'standard', 'clients': %d"),
                  cases[i].items, cases[i].clients);
        check_settled(0);
        assert_int_equal(count_of(&run, "a", "Attempts"), cases[i].attempts);
        assert_int_equal(count_of(&run, "a", "Rejected"), cases[i].items);
    }
    /* A retry that succeeds gives its tokens back: no end of them. */
    model_run(&run, SCRIPTED("'duration': '1h', 'drain': '1m'", "'Answers': 'TS'", "'constant': '1/s', 'retry': 'standard'"));
    assert_int_equal(count_of(&run, "a", "Attempts"), 7200);
    assert_int_equal(count_of(&run, "a", "Succeeded"), 3600);
    /* What is spent on the first of two retries is gone (5 of 500), what is spent on the second comes back: the item with that many less
     * than 10 tokens before it, the 99th, is the last to succeed. Its tokens come back, so the next has 5: one retry, which fails. */
    model_run(&run, SCRIPTED("'duration': '1h', 'drain': '1m'", "'Answers': 'TTS'",
                             "'bursts': {'size': 1, 'every': '20s'}, 'retry': 'standard'"));
    check_settled(0);
    assert_int_equal(count_of(&run, "a", "Succeeded"), 99);
    assert_int_equal(count_of(&run, "a", "Attempts"), 99 * 3 + 2 + 80);
}

/* The adaptive mode holds sends back once it has been throttled; what it sends later is less than what the standard mode does. */
static void test_adaptive(void **state)
{
    (void)state;
    int64_t attempts[2];
    static const char *const modes[] = {"standard", "adaptive"};
    for (size_t i = 0; i < 2; i++) {
        model_run(&run, SCRIPTED("'duration': '1m', 'drain': '4h'", "'Answers': 'T'", "'constant': '20/s', 'retry': '%s', 'clients': 1"),
                  modes[i]);
        check_settled(0);
        attempts[i] = 0;
        for (size_t k = 0; k < run.step_count; k++)
            attempts[i] += strcmp(run.steps[k].step, "sent") == 0 && run.steps[k].time_ns < 60 * S;
    }
    assert_int_equal(attempts[0], 1200 + 100);
    /* Only throttles: 0.7 of the measured rate each time, soon the least, a send each two seconds. */
    assert_true(attempts[1] >= 30 && attempts[1] < 100);
}

/* -- time limits -- */

/* The caller gives up; the function runs on and is billed. */
static void test_client_timeout(void **state)
{
    (void)state;
    static const struct {
        const char *timeout;
        int64_t succeeded, timed_out;
        double response_ms;
    } cases[] = {{"1s", 10, 0, 1000}, {"999999999ns", 0, 10, 999.999999}, {"300ms", 0, 10, 300}, {"0s", 10, 0, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  ONE_FUNCTION("'duration': '10s', 'drain': '10s'", "", "'init': '0ms', 'duration': '1s'",
                               "{'name': 'a', 'target': 'F', 'constant': '1/s', 'client_timeout': '%s'}"),
                  cases[i].timeout);
        assert_int_equal(count_of(&run, "a", "Succeeded"), cases[i].succeeded);
        assert_int_equal(count_of(&run, "a", "Failed"), cases[i].timed_out);
        assert_int_equal(fates_of(&run, "a", FATE_TIMED_OUT, "client timeout"), cases[i].timed_out);
        assert_near(figure(&run, "a", "ResponseTime", "Maximum"), cases[i].response_ms, 1e-9);
        assert_int_equal(count_of(&run, "F", "Invocations"), 10);
        assert_int_equal(count_of(&run, "F", "Errors"), 0);
        assert_int_equal(fates_of(&run, "F", FATE_SUCCEEDED, ""), 10);
        assert_near(figure(&run, "F", "BilledDuration", "Sum"), 10000, 0);
    }
}

/* Each attempt has its own time: sent at 0, 400 and 900 ms, given up at 300, 700 and 1,200 ms. The answers at 1.0, 1.4 and 1.9 s are for
 * nobody. */
static void test_timeout_and_retry(void **state)
{
    (void)state;
    model_run(&run, SCRIPTED("'duration': '10s'", "'Answers': 'S', 'Latency': '1s'",
                             "'constant': '1/s', 'count': 1, 'client_timeout': '300ms', 'retry': {'max_attempts': 3, 'base': '100ms', "
                             "'jitter': 'none'}"));
    check_settled(0);
    assert_int_equal(sent_ns(0, 2), 400 * MS);
    assert_int_equal(sent_ns(0, 3), 900 * MS);
    assert_int_equal(count_of(&run, "a", "Attempts"), 3);
    assert_int_equal(fates_of(&run, "a", FATE_TIMED_OUT, "client timeout"), 1);
    assert_int_equal(fates_of(&run, "T", FATE_SUCCEEDED, ""), 3);
    assert_near(figure(&run, "a", "ResponseTime", "Maximum"), 1200, 1e-9);
}

/* The time limit of an attempt that was answered does nothing to the next one. */
static void test_stale_timers(void **state)
{
    (void)state;
    static const struct {
        const char *latency;
        int64_t succeeded;
        double response_ms;
    } cases[] = {
        {"250ms", 1, 350}, /* throttled at once, sent again at 100 ms; the first time limit passes at 300 ms */
        {"300ms", 1, 400}, /* an answer at the limit of the second attempt is in time */
        {"301ms", 0, 400}, /* and that attempt has a limit of its own */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run,
                  SCRIPTED("'duration': '10s'", "'Answers': 'TS', 'Latency': '%s'",
                           "'constant': '1/s', 'count': 1, 'client_timeout': '300ms', 'retry': {'max_attempts': 2, 'base': '100ms', "
                           "'jitter': 'none'}"),
                  cases[i].latency);
        check_settled(0);
        assert_int_equal(count_of(&run, "a", "Succeeded"), cases[i].succeeded);
        assert_near(figure(&run, "a", "ResponseTime", "Maximum"), cases[i].response_ms, 1e-9);
        assert_int_equal(count_of(&run, "a", "Attempts"), 2);
    }
}

/* Everything at once, with several modes: what is sent is settled, once. */
static void test_conservation(void **state)
{
    (void)state;
    static const char *const retries[] = {"'none'", "'standard'", "'legacy'", "'adaptive'",
                                          "{'max_attempts': 9, 'base': '1ms', 'cap': '2s'}"};
    static const char *const scripts[] = {"S", "TS", "TTES", "E", "TTTTS", "ES", "FT"};
    for (size_t r = 0; r < sizeof retries / sizeof *retries; r++)
        for (size_t s = 0; s < sizeof scripts / sizeof *scripts; s++) {
            model_run(&run,
                      SCRIPTED("'duration': '20s', 'drain': '40s'", "'Answers': '%s', 'Latency': '700ms'",
                               "'poisson': '50/s', 'client_timeout': '%dms', 'retry': %s, 'clients': 3"),
                      scripts[s], 500 + 100 * (int)s, retries[r]);
            check_settled(fates_of(&run, "a", FATE_IN_FLIGHT, ""));
        }
}

/* An item that was answered is forgotten, also where its time limit lies past the end of the run. */
static void test_memory_of_timers(void **state)
{
    (void)state;
    run.traced = false;
    run.max_memory_bytes = 1u << 20;
    model_run(&run, SCRIPTED("'duration': '200s'", "'Answers': 'S', 'Latency': '10ms'", "'constant': '1000/s', 'client_timeout': '1h'"));
    assert_int_equal(count_of(&run, "a", "Requests"), 200000);
    run.max_memory_bytes = 0;
    run.traced = true;
}

/* -- users -- */

/* A user thinks, sends, waits for the answer, thinks again: sent at 1, 2.5, 4, ... s. */
static void test_users(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        int64_t requests, last_ns;
    } cases[] = {
        {"'users': {'count': 3, 'think': '1s'}", 30, 14500 * MS},
        {"'users': {'count': 3, 'think': '1s'}, 'from': '2s', 'until': '6s'", 6, 4500 * MS}, /* at 3 and 4.5 s; 6 s is the end */
        {"'users': {'count': 3, 'think': '1s'}, 'count': 4", 4, 2500 * MS},
        {"'users': {'count': 2, 'think': '1s'}, 'client_timeout': '200ms'", 24, 14200 * MS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        model_run(&run, SCRIPTED("'duration': '15s', 'drain': '1s'", "'Answers': 'S', 'Latency': '500ms'", "%s"), cases[i].source);
        check_settled(0);
        assert_int_equal(count_of(&run, "a", "Requests"), cases[i].requests);
        assert_int_equal(sent_ns((uint64_t)cases[i].requests - 1, 1), cases[i].last_ns);
    }
}

/* No two users think alike, however many there are. */
static void test_many_users(void **state)
{
    (void)state;
    model_run(&run, SCRIPTED("'duration': '1s', 'drain': '1s'", "'Answers': 'S'",
                             "'users': {'count': 3000000, 'think': {'exponential': '3000s'}}"));
    int64_t before_ns = -1;
    uint64_t sends = 0;
    for (size_t i = 0; i < run.step_count; i++) {
        if (strcmp(run.steps[i].step, "sent") != 0)
            continue;
        assert_int_not_equal(run.steps[i].time_ns, before_ns);
        before_ns = run.steps[i].time_ns;
        sends++;
    }
    check_poisson("sends of 3,000,000 users", (unsigned)sends, 3e6 * (1 - exp(-1 / 3000.0)), 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_until_count),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_in_flight),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_network_and_patience),
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_quota),
        cmocka_unit_test(test_adaptive),
        cmocka_unit_test(test_client_timeout),
        cmocka_unit_test(test_timeout_and_retry),
        cmocka_unit_test(test_stale_timers),
        cmocka_unit_test(test_conservation),
        cmocka_unit_test(test_memory_of_timers),
        cmocka_unit_test(test_users),
        cmocka_unit_test(test_many_users),
    };
    return cmocka_run_group_tests_name("sources", tests, set_up, tear_down);
}
