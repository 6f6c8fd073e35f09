/* test_source_keys.c: what a source tells its target of each item: key, poison, type of invocation, records of one arrival. */
#include "../statistics_bounds.h"
#include "engine/simulation.h"
#include "model_fixture.h"
#include "notation/property.h"

#define SEEN_MOST 70000u

/* A target that keeps what it is handed. */
struct sink {
    uint32_t self;
};

struct seen {
    int64_t at_ns;
    uint64_t item;
    uint32_t group, payload_bytes;
    bool poison, asynchronous;
};

static struct seen seen[SEEN_MOST];
static size_t seen_count;

static void sink_accept(struct simulation *simulation, void *self, struct request *request)
{
    const struct sink *sink = self;
    assert_true(seen_count < SEEN_MOST);
    seen[seen_count++] = (struct seen){.at_ns = simulation->now_ns,
                                       .item = request->item,
                                       .group = request->group,
                                       .payload_bytes = request->payload_bytes,
                                       .poison = request->poison,
                                       .asynchronous = request->asynchronous};
    request_done(simulation, sink->self, request, &cause_succeeded);
}

static const struct property sink_properties[] = {{0}};
static const struct model_type sink_type = {
    .type = "Test::Sink::Target",
    .size = sizeof(struct sink),
    .self_offset = offsetof(struct sink, self),
    .properties = sink_properties,
    .accept = sink_accept,
};
static const struct model_type *const resources[] = {&sink_type, NULL};

/* One source with these keys beside its name and target; true when it can be run, and then it was. */
static bool send(struct model_run *run, const char *source)
{
    char text[1000];
    struct model_registry registry = model_registry;
    registry.resources = resources;
    run->registry = &registry;
    seen_count = 0;
    snprintf(text, sizeof text,
             "{'duration': '10s', 'Resources': {'T': {'Type': 'Test::Sink::Target'}}, 'traffic': [{'name': 'a', 'target': 'T', %s}]}",
             source);
    bool good = model_load(run, text) == STATUS_OK;
    if (good)
        model_execute(run, text);
    run->registry = NULL;
    return good;
}

static void test_defaults(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    assert_true(send(&run, "'constant': '1/s'"));
    assert_int_equal(seen_count, 10);
    for (size_t i = 0; i < seen_count; i++) {
        assert_int_equal(seen[i].group, 0);
        assert_false(seen[i].poison);
        assert_false(seen[i].asynchronous);
    }
    assert_true(
        send(&run, "'constant': '1/s', 'invocation_type': 'Event', 'poison': true, 'key': 'user', 'event': {'a': 1}, 'object_key': 'x'"));
    assert_int_equal(seen_count, 10);
    for (size_t i = 0; i < seen_count; i++) {
        assert_int_equal(seen[i].group, key_named("user"));
        assert_true(seen[i].poison);
        assert_true(seen[i].asynchronous);
    }
    model_close(&run);
}

/* Keys by their law, the same whatever else is said of the source, and no other draw is moved. */
static void test_keys(void **state)
{
    (void)state;
    enum { KEYS = 20 };
    struct model_run run;
    static struct seen before[SEEN_MOST];
    uint64_t counts[KEYS] = {0};
    double weights[KEYS], sum = 0;
    model_open(&run);
    assert_true(send(&run, "'constant': '2000/s', 'payload': {'uniform': ['1KB', '9KB']}"));
    memcpy(before, seen, sizeof before);
    assert_true(
        send(&run, "'constant': '2000/s', 'payload': {'uniform': ['1KB', '9KB']}, 'key': {'zipf': {'count': 20, 'exponent': 1.2}}"));
    assert_int_equal(seen_count, 20000);
    for (size_t i = 0; i < seen_count; i++) {
        assert_in_range(seen[i].group, 1, KEYS);
        counts[seen[i].group - 1]++;
        assert_int_equal(seen[i].payload_bytes, before[i].payload_bytes);
        assert_int_equal(seen[i].item, before[i].item);
    }
    for (unsigned k = 0; k < KEYS; k++)
        sum += weights[k] = pow(k + 1, -1.2);
    for (unsigned k = 0; k < KEYS; k++)
        weights[k] /= sum;
    check_chi_square("keys of a source", counts, weights, KEYS, 1e-4);
    memcpy(before, seen, sizeof before);
    assert_true(send(&run, "'constant': '1000/s', 'poison': true, 'key': {'zipf': {'count': 20, 'exponent': 1.2}}"));
    for (size_t i = 0; i < seen_count; i++)
        assert_int_equal(seen[i].group, before[i].group);
    model_close(&run);
}

/* Ten millions of keys need no table. */
static void test_many_keys(void **state)
{
    (void)state;
    struct model_run run;
    uint32_t greatest = 0;
    model_open(&run);
    assert_true(send(&run, "'constant': '5000/s', 'key': {'uniform': 10000000}"));
    assert_int_equal(seen_count, 50000);
    for (size_t i = 0; i < seen_count; i++)
        greatest = seen[i].group > greatest ? seen[i].group : greatest;
    assert_in_range(greatest, 9990000, 10000000); /* else with probability e^-50 */
    model_close(&run);
}

static void test_records(void **state)
{
    (void)state;
    struct model_run run;
    model_open(&run);
    assert_true(
        send(&run, "'constant': '1/s', 'count': 3, 'records': 500, 'key': {'uniform': 1000000}, 'payload': {'uniform': ['1KB', '9KB']}"));
    assert_int_equal(seen_count, 1500);
    assert_int_equal(count_of(&run, "a", "Requests"), 1500);
    assert_int_equal(count_of(&run, "a", "Succeeded"), 1500);
    size_t alike = 0;
    for (size_t i = 0; i < seen_count; i++) {
        assert_int_equal(seen[i].at_ns, (int64_t)(i / 500) * NS_PER_S);
        assert_int_equal(seen[i].item, seen[0].item + i);
        alike += i > 0 && seen[i].group == seen[i - 1].group;
    }
    assert_in_range(alike, 0, 3); /* more: with probability below 1e-12 */
    assert_true(send(&run, "'constant': '1/s', 'records': 4, 'retry': 'standard', 'client_timeout': '1s'"));
    assert_int_equal(seen_count, 40);
    /* `count` bounds also what would not fit a product. */
    assert_true(send(&run, "'constant': '1/s', 'records': 1000, 'count': '9223372036854775807'"));
    assert_int_equal(seen_count, 10000);
    assert_true(send(&run, "'constant': '1/s', 'records': 7, 'count': 0"));
    assert_int_equal(seen_count, 0);
    model_close(&run);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *source, *message;
    } cases[] = {
        {"'constant': '1/s', 'records': 0", "between 1 and 1000000"},
        {"'constant': '1/s', 'records': 1000001", "between 1 and 1000000"},
        {"'users': {'count': 3, 'think': '1s'}, 'records': 2", "users send one item at a time"},
        {"'constant': '1/s', 'invocation_type': 'Sync'", "must be one of"},
        {"'constant': '1/s', 'poison': 'yes'", "true or false"},
        {"'constant': '1/s', 'key': {'zipf': 3}", "object"},
    };
    struct model_run run;
    model_open(&run);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(send(&run, cases[i].source));
        assert_int_equal(run.diagnostics.error_count, 1);
        assert_true(diagnosed(&run.diagnostics, 0, 0, cases[i].message));
    }
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_keys),     cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_records),  cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
