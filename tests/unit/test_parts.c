/* test_parts.c: ledgers of parts: kept over replications, written beside those of resources, and held to conservation. */
#include "engine/simulation.h"
#include "model_fixture.h"
#include "notation/property.h"
#include "output/result_files.h"

/* A resource with parts, whose every item passes through one of them; it loses some where it is told to. */
struct parted {
    int64_t parts, loses;
    uint32_t self;
    struct part **list; /* owned */
    uint64_t count;
};

static const struct cause cause_expired = {.fate = FATE_EXPIRED, .text = "retention, \"over\""};
static const struct cause cause_dropped = {.fate = FATE_DROPPED, .text = "deduplicated"};

static enum status parted_create(struct simulation *simulation, void *self)
{
    struct parted *parted = self;
    parted->list = calloc((size_t)parted->parts + 1, sizeof *parted->list);
    assert_non_null(parted->list);
    for (int64_t i = 0; i < parted->parts; i++) {
        char suffix[32];
        snprintf(suffix, sizeof suffix, "shard-%lld", (long long)i);
        parted->list[i] = simulation_part(simulation, parted->self, suffix);
        assert_non_null(parted->list[i]);
    }
    return STATUS_OK;
}

static void parted_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    free(((struct parted *)self)->list);
}

static void parted_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct parted *parted = self;
    uint64_t number = parted->count++;
    if (parted->parts > 0) {
        struct ledger *ledger = &parted->list[number % (uint64_t)parted->parts]->ledger;
        ledger->entered++;
        if (number % 4 == 3)
            ledger_count(ledger, simulation->replication == 0 ? &cause_expired : &cause_dropped);
        else if (number % 4 != 2)
            ledger_count(ledger, &cause_succeeded);
        else if (!parted->loses)
            part_in_flight(simulation, parted->list[number % (uint64_t)parted->parts], 1);
    }
    request_done(simulation, parted->self, request, &cause_succeeded);
}

#define AT(FIELD) .offset = offsetof(struct parted, FIELD)
static const struct property parted_properties[] = {
    {.name = "Parts", .kind = PROPERTY_INTEGER, AT(parts), .fallback = "0"},
    {.name = "Loses", .kind = PROPERTY_INTEGER, AT(loses), .fallback = "0"},
    {0},
};
static const struct model_type parted_type = {
    .type = "Test::Parted::Log",
    .size = sizeof(struct parted),
    .self_offset = offsetof(struct parted, self),
    .properties = parted_properties,
    .create = parted_create,
    .destroy = parted_destroy,
    .accept = parted_accept,
};
static const struct model_type *const resources[] = {&parted_type, NULL};

static struct model_registry parted_registry(void)
{
    struct model_registry registry = model_registry;
    registry.resources = resources;
    return registry;
}

#define SCENARIO(B)                                                                                                                        \
    "{'duration': '8s', 'replications': 3, 'Resources': {'A': {'Type': 'Test::Parted::Log', 'Properties': {'Parts': 2}}, 'B': {'Type': "   \
    "'Test::Parted::Log', 'Properties': {" B "}}}, 'traffic': [{'name': 'a', 'target': 'A', 'constant': '1/s'}, {'name': 'b', 'target': "  \
    "'B', 'constant': '1/s'}]}"

/* Of A, whose eight items go to shard 0 (0, 2, 4, 6) and 1 (1, 3, 5, 7) in turn. */
static const char fates[] = "resource,entered,fate,cause,count\n"
                            "A,24,succeeded,,24\n"
                            "B,24,succeeded,,24\n"
                            "a,24,succeeded,,24\n"
                            "b,24,succeeded,,24\n"
                            "A/shard-0,12,succeeded,,6\n"
                            "A/shard-0,12,in_flight,,6\n"
                            "A/shard-1,12,succeeded,,6\n"
                            "A/shard-1,12,expired,\"retention, \"\"over\"\"\",2\n"
                            "A/shard-1,12,dropped,deduplicated,4\n"
                            "B/shard-0,24,succeeded,,12\n"
                            "B/shard-0,24,expired,\"retention, \"\"over\"\"\",2\n"
                            "B/shard-0,24,dropped,deduplicated,4\n"
                            "B/shard-0,24,in_flight,,6\n";

static void test_kept(void **state)
{
    (void)state;
    struct model_run run;
    const struct model_registry registry = parted_registry();
    model_open(&run);
    run.registry = &registry;
    model_execute(&run, SCENARIO("'Parts': 1"));
    const struct run_result *result = run.result;
    assert_int_equal(result->ledger_count, run.scenario->entity_count + 3);
    static const char *const names[] = {"account", "A", "B", "a", "b", "A/shard-0", "A/shard-1", "B/shard-0"};
    for (size_t i = 0; i < result->ledger_count; i++) {
        assert_string_equal(run_result_ledger_name(result, i), names[i]);
        assert_int_equal(ledger_accounted(&result->ledgers[i]), result->ledgers[i].entered);
    }
    char *text = NULL;
    size_t size = 0;
    struct csv_writer writer;
    csv_writer_init(&writer, open_memstream(&text, &size));
    fates_csv(&writer, result);
    assert_int_equal(csv_writer_close(&writer), STATUS_OK);
    assert_string_equal(text, fates);
    free(text);
    model_close(&run);
}

/* Threads change nothing. */
static void test_threads(void **state)
{
    (void)state;
    struct model_run run;
    const struct model_registry registry = parted_registry();
    const struct run_options options = {.threads = 3};
    model_open(&run);
    run.registry = &registry;
    assert_int_equal(model_load(&run, SCENARIO("'Parts': 1")), STATUS_OK);
    assert_int_equal(run_scenario(run.scenario, &options, &run.result), STATUS_OK);
    char *text = NULL;
    size_t size = 0;
    struct csv_writer writer;
    csv_writer_init(&writer, open_memstream(&text, &size));
    fates_csv(&writer, run.result);
    assert_int_equal(csv_writer_close(&writer), STATUS_OK);
    assert_string_equal(text, fates);
    free(text);
    model_close(&run);
}

/* What a part loses fails the run. */
static void test_conservation(void **state)
{
    (void)state;
    struct model_run run;
    const struct model_registry registry = parted_registry();
    const struct run_options options = {.threads = 1};
    model_open(&run);
    run.registry = &registry;
    assert_int_equal(model_load(&run, SCENARIO("'Parts': 1, 'Loses': 1")), STATUS_OK);
    assert_int_equal(run_scenario(run.scenario, &options, &run.result), STATUS_INTERNAL);
    assert_null(run.result);
    model_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_conservation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
