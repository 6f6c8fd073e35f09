/* stream_fixture.h: a stream, its mapping and a function that watches: "Test::Probe" knows the key of every record from its source's own
 * draws, and sees whether order is kept within each key, and whether any key is with it twice at once. "Test::Mapping" holds a
 * struct stream_mapping and nothing else. */
#ifndef SLSIM_TESTS_STREAM_FIXTURE_H
#define SLSIM_TESTS_STREAM_FIXTURE_H

#include "model_fixture.h"

#include "engine/batch.h"
#include "engine/key.h"
#include "engine/random.h"
#include "lambda/function_state.h"
#include "lambda/stream_mapping_state.h"
#include "measure/metric.h"
#include "model_types.h"
#include "notation/property.h"
#include "scenario/validation.h"
#include "streams/stream_consumer.h"

#include <stdlib.h>

/* -- the mapping -- */

struct test_mapping {
    struct stream_mapping mapping;
};

#define AT(field) offsetof(struct test_mapping, mapping.config.field)

static const struct property test_mapping_properties[] = {
    {"Function", PROPERTY_REFERENCE, AT(function), .required = true},
    {"Stream", PROPERTY_REFERENCE, AT(source), .required = true},
    {.name = "Destination", .kind = PROPERTY_REFERENCE, .offset = AT(on_failure)},
    {"BatchSize", PROPERTY_INTEGER, AT(batch_size), .minimum = "1", .maximum = "stream_batch_size_max",
     .fallback = "stream_batch_size_default"},
    {"Window", PROPERTY_TIME, AT(window_ns), .fallback = "\"0s\""},
    {"Factor", PROPERTY_INTEGER, AT(factor), .fallback = "1"},
    {"Retries", PROPERTY_INTEGER, AT(max_retries), .fallback = "-1"},
    {"MaxAge", PROPERTY_INTEGER, AT(max_age_s), .fallback = "-1"},
    {"Tumbling", PROPERTY_TIME, AT(tumbling_window_ns), .fallback = "\"0s\""},
    {"StatePerRecord", PROPERTY_SIZE, AT(state_record_bytes), .fallback = "\"0B\""},
    {"AtEpoch", PROPERTY_NUMBER, AT(at_epoch_s), .fallback = "-1"},
    {"Position", PROPERTY_ENUM, AT(position), .choices = stream_positions, .fallback = "\"TRIM_HORIZON\""},
    {"Bisect", PROPERTY_BOOLEAN, AT(bisect), .fallback = "false"},
    {"Reports", PROPERTY_BOOLEAN, AT(reports_failures), .fallback = "false"},
    {0},
};

#undef AT

static const struct metric_type test_mapping_metrics[] = {
    STREAM_MAPPING_METRICS(offsetof(struct test_mapping, mapping.metrics)),
    {0},
};

static void test_mapping_validate(struct validation *validation, void *config)
{
    stream_mapping_validate(validation, &((struct test_mapping *)config)->mapping.config);
}

static enum status test_mapping_create(struct simulation *simulation, void *self)
{
    return stream_mapping_create(simulation, &((struct test_mapping *)self)->mapping);
}

static void test_mapping_start(struct simulation *simulation, void *self)
{
    stream_mapping_start(simulation, &((struct test_mapping *)self)->mapping);
}

static void test_mapping_destroy(struct simulation *simulation, void *self)
{
    stream_mapping_destroy(simulation, &((struct test_mapping *)self)->mapping);
}

static void test_mapping_handle(struct simulation *simulation, void *self, const struct event *event)
{
    stream_mapping_handle(simulation, &((struct test_mapping *)self)->mapping, event);
}

static void test_mapping_done(struct simulation *simulation, void *self, struct request *request)
{
    stream_mapping_done(simulation, &((struct test_mapping *)self)->mapping, request);
}

static struct batch *test_mapping_batch(struct simulation *simulation, void *self, const struct request *request)
{
    (void)simulation;
    return stream_mapping_batch(&((struct test_mapping *)self)->mapping, request);
}

static enum status test_mapping_finish(struct simulation *simulation, void *self)
{
    return stream_mapping_finish(simulation, &((struct test_mapping *)self)->mapping);
}

static const struct model_type test_mapping_type = {
    .type = "Test::Mapping",
    .size = sizeof(struct test_mapping),
    .self_offset = offsetof(struct test_mapping, mapping.self),
    .properties = test_mapping_properties,
    .metrics = test_mapping_metrics,
    .validate = test_mapping_validate,
    .create = test_mapping_create,
    .start = test_mapping_start,
    .destroy = test_mapping_destroy,
    .handle = test_mapping_handle,
    .done = test_mapping_done,
    .batch = test_mapping_batch,
    .finish = test_mapping_finish,
};

/* -- the function -- */

#define PROBE_RECORDS 4000000u /* of a source, at most */

/* One call, as it ended. */
struct probe_call {
    int64_t at_ns, end_ns;
    uint32_t first, count; /* the first record's ordinal in its source */
    bool failed;
};

struct probe {
    const struct distribution *duration;
    double error_rate;
    int64_t limit;    /* concurrent calls; beyond it they are throttled; 0: none */
    int64_t diagonal; /* D > 0: of every D records in a row, the first of the first, the second of the second, ... is poison */
    bool final_fails; /* calls without records do */
    const char *source;
    int64_t keys; /* of that source; 0: it names none */
    uint32_t self;

    struct key_choice choice;
    struct stream key_stream, duration_stream, error_stream;
    uint64_t salt;
    uint32_t *next;   /* owned; by key: the least ordinal that may come, plus one */
    bool *busy;       /* owned; by key */
    uint8_t *handled; /* owned; by ordinal: how often it succeeded */
    struct counter calls, throttles, errors, records, disorder, overlaps, repeated;
    struct gauge concurrent;
};

#define AT(field) offsetof(struct probe, field)

static const struct property probe_properties[] = {
    {"Duration", PROPERTY_TIME_DISTRIBUTION, AT(duration), .fallback = "\"1ms\""},
    {"ErrorRate", PROPERTY_PROBABILITY, AT(error_rate), .fallback = "0"},
    {"Limit", PROPERTY_INTEGER, AT(limit), .fallback = "0"},
    {"Diagonal", PROPERTY_INTEGER, AT(diagonal), .fallback = "0"},
    {"FinalFails", PROPERTY_BOOLEAN, AT(final_fails), .fallback = "false"},
    {"Source", PROPERTY_STRING, AT(source), .required = true},
    {"Keys", PROPERTY_INTEGER, AT(keys), .fallback = "0"},
    {0},
};

static const struct metric_type probe_metrics[] = {
    {"test", "Calls", "Count", METRIC_COUNT, AT(calls), .help = "Calls."},
    {"test", "Throttles", "Count", METRIC_COUNT, AT(throttles), .help = "Calls turned away."},
    {"test", "Errors", "Count", METRIC_COUNT, AT(errors), .help = "Calls that failed."},
    {"test", "Records", "Count", METRIC_COUNT, AT(records), .help = "Records that succeeded."},
    {"test", "Disorder", "Count", METRIC_COUNT, AT(disorder), .help = "Records that came before an earlier one of their key was over."},
    {"test", "Overlaps", "Count", METRIC_COUNT, AT(overlaps), .help = "Calls with a key that another call had."},
    {"test", "Repeated", "Count", METRIC_COUNT, AT(repeated), .help = "Records that succeeded twice."},
    {"test", "Concurrent", "Count", METRIC_GAUGE, AT(concurrent), .help = "Calls under way."},
    {0},
};

/* What the calls of the last run were, in the order of their ends; the test's own. */
static struct probe_call *probe_log;
static size_t probe_log_count;

static const struct cause probe_throttled = {.fate = FATE_THROTTLED, .text = "too many"};
static const struct cause probe_failed = {.fate = FATE_FAILED, .text = "poison"};

static enum status probe_create(struct simulation *simulation, void *self)
{
    struct probe *probe = self;
    const char *name = simulation->entities[probe->self].name;
    uint64_t seed = simulation->settings->seed;
    probe->choice = key_choice_uniform(probe->keys > 0 ? (uint32_t)probe->keys : 1);
    probe->salt = item_salt(probe->source);
    stream_init(&probe->key_stream, seed, simulation->replication, probe->source, "key");
    stream_init(&probe->duration_stream, seed, simulation->replication, name, "duration");
    stream_init(&probe->error_stream, seed, simulation->replication, name, "error");
    probe->next = calloc((size_t)probe->keys + 1, sizeof *probe->next);
    probe->busy = calloc((size_t)probe->keys + 1, sizeof *probe->busy);
    probe->handled = calloc(PROBE_RECORDS, 1);
    probe_log_count = 0;
    return probe->next && probe->busy && probe->handled ? STATUS_OK : STATUS_NO_MEMORY;
}

static void probe_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct probe *probe = self;
    free(probe->next);
    free(probe->busy);
    free(probe->handled);
}

static struct batch *probe_batch(struct simulation *simulation, const struct request *request)
{
    const struct entity *sender = &simulation->entities[request->from];
    return sender->type->batch(simulation, sender->state, request);
}

static uint32_t probe_ordinal(const struct probe *probe, const struct batch_record *record)
{
    return (uint32_t)(record->item - probe->salt);
}

static uint32_t probe_key(struct probe *probe, const struct batch_record *record)
{
    if (probe->keys == 0)
        return 0;
    stream_at(&probe->key_stream, record->item, 0);
    return key_draw(&probe->choice, &probe->key_stream);
}

static bool probe_is_poison(const struct probe *probe, const struct batch_record *record)
{
    if (record->poison || probe->diagonal == 0)
        return record->poison;
    uint32_t ordinal = probe_ordinal(probe, record), size = (uint32_t)probe->diagonal;
    return ordinal % size == ordinal / size % size;
}

/* Marks every key of the batch as here, or as gone; in a batch a key may come several times. */
static void probe_mark(struct probe *probe, const struct batch *batch, bool begins)
{
    for (uint32_t i = 0; begins && i < batch->count; i++) /* by others: first all are looked at, then all marked */
        if (probe->busy[probe_key(probe, &batch->records[i])]) {
            counter_add(&probe->overlaps, 1);
            break;
        }
    for (uint32_t i = 0; i < batch->count; i++)
        probe->busy[probe_key(probe, &batch->records[i])] = begins;
}

static void probe_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct probe *probe = self;
    assert_true(request->is_batch);
    if (probe->limit > 0 && probe->concurrent.level >= probe->limit) {
        counter_add(&probe->throttles, 1);
        request_done(simulation, probe->self, request, &probe_throttled);
        return;
    }
    const struct batch *batch = probe_batch(simulation, request);
    assert_true(batch->count == 0 || batch->records[0].item == request->item); /* no records: the final invocation of a window */
    probe_mark(probe, batch, true);
    counter_add(&probe->calls, 1);
    gauge_add(&probe->concurrent, simulation->now_ns, 1);
    stream_at(&probe->duration_stream, request->item, request->attempt);
    int64_t ns = distribution_sample_ns(probe->duration, &probe->duration_stream.rng);
    simulation_schedule(simulation, probe->self, 0, RANK_COMPLETION, time_add(simulation->now_ns, ns), request->id);
}

/* A record is over: nothing of its key that came before it may be over later. */
static void probe_record_over(struct probe *probe, const struct batch_record *record)
{
    uint32_t ordinal = probe_ordinal(probe, record), key = probe_key(probe, record);
    counter_add(&probe->records, 1);
    if (ordinal >= PROBE_RECORDS)
        return; /* of another source */
    if (probe->handled[ordinal] > 0)
        counter_add(&probe->repeated, 1);
    else if (ordinal < probe->next[key])
        counter_add(&probe->disorder, 1);
    probe->handled[ordinal] = 1;
    if (ordinal >= probe->next[key])
        probe->next[key] = ordinal + 1;
}

static void probe_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct probe *probe = self;
    struct request *request = request_at(simulation, event->data);
    struct batch *batch = probe_batch(simulation, request);
    stream_at(&probe->error_stream, request->item, request->attempt);
    bool failed = probe->error_rate > 0 && stream_uniform(&probe->error_stream) < probe->error_rate;
    uint32_t bad = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->records[i].failed = (batch->in_order && bad > 0) || probe_is_poison(probe, &batch->records[i]);
        bad += batch->records[i].failed;
    }
    batch->failed_count = bad;
    failed = failed || (bad > 0 && !batch->reports_failures) || (batch->count == 0 && probe->final_fails);
    for (uint32_t i = 0; i < batch->count && !failed; i++)
        if (!batch->records[i].failed)
            probe_record_over(probe, &batch->records[i]);
    probe_mark(probe, batch, false);
    if (failed)
        counter_add(&probe->errors, 1);
    gauge_add(&probe->concurrent, simulation->now_ns, -1);
    if (probe_log)
        probe_log[probe_log_count++] = (struct probe_call){
            .at_ns = request->sent_ns,
            .end_ns = simulation->now_ns,
            .first = batch->count > 0 ? probe_ordinal(probe, &batch->records[0]) : (uint32_t)(request->item - probe->salt),
            .count = batch->count,
            .failed = failed || bad > 0,
        };
    request_done(simulation, probe->self, request, failed ? &probe_failed : &cause_succeeded);
}

static enum status probe_finish(struct simulation *simulation, void *self)
{
    struct probe *probe = self;
    simulation_in_flight(simulation, probe->self, (uint64_t)probe->concurrent.level);
    return STATUS_OK;
}

static const struct model_type probe_type = {
    .type = "Test::Probe",
    .size = sizeof(struct probe),
    .self_offset = AT(self),
    .properties = probe_properties,
    .metrics = probe_metrics,
    .create = probe_create,
    .destroy = probe_destroy,
    .accept = probe_accept,
    .handle = probe_handle,
    .finish = probe_finish,
};

#undef AT

/* -- a destination -- */

struct sink {
    uint32_t self;
    bool refuses;
    struct counter taken, bytes;
};

static const struct property sink_properties[] = {
    {"Refuses", PROPERTY_BOOLEAN, offsetof(struct sink, refuses), .fallback = "false"},
    {0},
};

static const struct metric_type sink_metrics[] = {
    {"test", "Taken", "Count", METRIC_COUNT, offsetof(struct sink, taken), .help = "Requests."},
    {"test", "Bytes", "Bytes", METRIC_COUNT, offsetof(struct sink, bytes), .help = "What they carried."},
    {0},
};

/* Called when a sink is made, if set. */
static void (*sink_at_create)(void);

static enum status sink_create(struct simulation *simulation, void *self)
{
    (void)simulation;
    (void)self;
    if (sink_at_create)
        sink_at_create();
    return STATUS_OK;
}

static void sink_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct sink *sink = self;
    counter_add(&sink->taken, 1);
    counter_add(&sink->bytes, request->payload_bytes);
    request_done(simulation, sink->self, request, sink->refuses ? &probe_throttled : &cause_succeeded);
}

static const struct model_type sink_type = {
    .type = "Test::Sink",
    .size = sizeof(struct sink),
    .self_offset = offsetof(struct sink, self),
    .properties = sink_properties,
    .metrics = sink_metrics,
    .create = sink_create,
    .accept = sink_accept,
};

/* -- someone who changes ShardCount -- */

struct changer {
    uint32_t self, stream;
    int64_t at_ns, to;
};

static const struct property changer_properties[] = {
    {"Stream", PROPERTY_REFERENCE, offsetof(struct changer, stream), .required = true},
    {"At", PROPERTY_TIME, offsetof(struct changer, at_ns), .required = true},
    {"To", PROPERTY_INTEGER, offsetof(struct changer, to), .required = true},
    {0},
};

static void changer_start(struct simulation *simulation, void *self)
{
    const struct changer *changer = self;
    simulation_schedule(simulation, changer->self, 0, RANK_ARRIVAL, changer->at_ns, 0);
}

static void changer_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)event;
    const struct changer *changer = self;
    struct entity *stream = &simulation->entities[changer->stream];
    const struct property *property = stream->type->properties;
    while (strcmp(property->name, "ShardCount") != 0)
        property++;
    assert_true(property->live);
    *(int64_t *)((char *)stream->state + property->offset) = changer->to;
    stream->type->changed(simulation, stream->state, property->offset);
}

static const struct model_type changer_type = {
    .type = "Test::Changer",
    .size = sizeof(struct changer),
    .self_offset = offsetof(struct changer, self),
    .properties = changer_properties,
    .start = changer_start,
    .handle = changer_handle,
};

/* -- all together -- */

static const struct model_type *const stream_test_types[] = {
    &kinesis_stream_type, &stream_consumer_type, &test_mapping_type,        &probe_type, &sink_type,
    &changer_type,        &lambda_function_type, &serverless_function_type, NULL,
};

static const struct model_registry stream_test_registry = {
    .resources = stream_test_types,
    .account = &account_type,
    .source = &source_type,
    .fleet_type = "AWS::Serverless::Function",
    .rewrites = NULL,
};

static inline void stream_open(struct model_run *run)
{
    model_open(run);
    run->registry = &stream_test_registry;
}

/* cmocka's setup and teardown: *state is a model_run of streams, and every call of a probe is kept. */
static inline int stream_open_logged(void **state)
{
    enum { MOST_CALLS = 400000 };
    struct model_run *run = malloc(sizeof *run);
    assert_non_null(run);
    stream_open(run);
    probe_log = calloc(MOST_CALLS, sizeof *probe_log);
    assert_non_null(probe_log);
    *state = run;
    return 0;
}

static inline int stream_close_logged(void **state)
{
    model_close(*state);
    free(*state);
    free(probe_log);
    probe_log = NULL;
    return 0;
}

/* How many ended so in the part `name` ("S/shard-0"), of all replications; with `text` NULL in any way of that fate; with `fate`
 * FATE_COUNT all that entered. */
static inline uint64_t part_fates(const struct model_run *run, const char *name, enum fate fate, const char *text)
{
    for (size_t i = 0; i < run->result->ledger_count; i++) {
        if (strcmp(run_result_ledger_name(run->result, i), name) != 0)
            continue;
        const struct ledger *ledger = &run->result->ledgers[i];
        if (fate == FATE_COUNT)
            return ledger->entered;
        uint64_t count = fate == FATE_SUCCEEDED ? ledger->succeeded : 0;
        for (size_t k = 0; k < ledger->line_count; k++)
            if (ledger->lines[k].cause->fate == fate && (text == NULL || strcmp(ledger->lines[k].cause->text, text) == 0))
                count += ledger->lines[k].count;
        return count;
    }
    fail_msg("no part %s", name);
    return 0;
}

#endif
