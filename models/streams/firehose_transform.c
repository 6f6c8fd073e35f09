/* firehose_transform.c: records in batches through a function. A batch is closed as an object is; a lane has so many calls under way at
 * most and the others wait in line. A call that timed out or was throttled is made again, so often; then its batch is skipped: its records
 * are put under the prefix processing-failed, as are those that the function answers as ProcessingFailed. */
#include "firehose_state.h"

#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>

/* from_data of a call; the delivery uses the bits below. */
#define CALL_BIT UINT32_C(0x80000000)

static const struct cause cause_dropped = {.fate = FATE_DISCARDED, .text = "Dropped"};
static const struct cause cause_failed = {.fate = FATE_FAILED, .text = "ProcessingFailed"};
static const struct cause cause_skipped = {.fate = FATE_FAILED, .text = "invocation failed"};
static const struct cause cause_call_limit = {.fate = FATE_TIMED_OUT, .text = "Lambda.InvokeTimeout"};
static const struct cause cause_response = {.fate = FATE_FAILED, .text = "Lambda.ResponseTooLarge"};

static struct firehose_batch *batch_at(const struct firehose *firehose, uint32_t id)
{
    return pool_at(&firehose->batches, id);
}

void firehose_batches_create(struct simulation *simulation, struct firehose *firehose)
{
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[firehose->self].name;
    firehose->free_batch = POOL_NONE;
    pool_init(&firehose->batches, sizeof(struct firehose_batch), &simulation->memory, name);
    stream_init(&firehose->drops, simulation->settings->seed, simulation->replication, name, "dropped");
    firehose->call_limit_ns = rule_ns(rules, "firehose_function_timeout_s");
    firehose->payload_most = (uint64_t)rule_bytes(rules, "firehose_payload_max_mb");
    firehose->text_factor = rule_number(rules, "base64_factor");
    firehose->retries_errors = rule_flag(rules, "firehose_retries_function_errors");
    firehose->calls_most = (uint32_t)rule_count(rules, "firehose_calls_per_shard", 1, UINT16_MAX);
    if (firehose->config.source_kind == SOURCE_DIRECT_PUT)
        firehose->calls_most *= (uint32_t)rule_count(rules, "firehose_direct_put_shards", 1, UINT16_MAX);
}

void firehose_batches_destroy(struct firehose *firehose)
{
    if (!firehose->batches.owner)
        return;
    for (uint32_t id = 0; id < firehose->batches.fresh; id++) {
        free(batch_at(firehose, id)->records);
        free(batch_at(firehose, id)->arrived_ns);
    }
    pool_fini(&firehose->batches);
}

static uint32_t take_batch(struct simulation *simulation, struct firehose *firehose)
{
    uint32_t id = firehose->free_batch;
    if (id != POOL_NONE) {
        firehose->free_batch = batch_at(firehose, id)->next;
        return id;
    }
    id = pool_take(&firehose->batches);
    if (id == POOL_NONE)
        simulation_fail(simulation, simulation->memory.status);
    else
        *batch_at(firehose, id) = (struct firehose_batch){0};
    return id;
}

static bool grow_batch(struct simulation *simulation, const struct firehose *firehose, struct firehose_batch *batch)
{
    return firehose_grow(simulation, firehose, &batch->records, batch->count, &batch->record_capacity, sizeof *batch->records) &&
           firehose_grow(simulation, firehose, &batch->arrived_ns, batch->count, &batch->arrived_capacity, sizeof *batch->arrived_ns);
}

static void call(struct simulation *simulation, struct firehose *firehose, uint32_t id)
{
    struct firehose_batch *batch = batch_at(firehose, id);
    struct request *request = request_new(simulation);
    if (!request)
        return;
    batch->batch = (struct batch){.records = batch->records, .count = batch->count, .reports_failures = true};
    batch->request = request->id;
    batch->sent_ns = simulation->now_ns;
    double bytes = (double)batch->bytes * firehose->text_factor;
    *request = (struct request){
        .item = batch->records[0].item,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = firehose->self,
        .from_data = id | CALL_BIT,
        .payload_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
        .attempt = (uint16_t)batch->tries,
        .is_batch = true,
    };
    simulation_schedule(simulation, firehose->self, FIREHOSE_CALL_LIMIT, RANK_EXPIRY, time_add(simulation->now_ns, firehose->call_limit_ns),
                        id);
    request_send(simulation, firehose->config.function, request);
}

/* As many as may be under way. An answer may come before a call returns: then the loop that made the call goes on. */
static void call_next(struct simulation *simulation, struct firehose *firehose, uint32_t index)
{
    struct firehose_lane *lanes = firehose->lanes;
    if (lanes[index].calling)
        return;
    lanes[index].calling = true;
    while (simulation->status == STATUS_OK && lanes[index].line.head != POOL_NONE && lanes[index].calls < firehose->calls_most) {
        uint32_t id = lanes[index].line.head;
        chain_remove(&lanes[index].line, id);
        lanes[index].calls++;
        call(simulation, firehose, id);
    }
    lanes[index].calling = false;
}

static void close_batch(struct simulation *simulation, struct firehose *firehose, uint32_t lane_index)
{
    struct firehose_lane *lane = &firehose->lanes[lane_index];
    uint32_t id = lane->batch;
    chain_append(&lane->line, id);
    lane->batch = POOL_NONE;
    call_next(simulation, firehose, lane_index);
}

/* The batch that is being filled, with room for one more record of that size; POOL_NONE when memory is out. */
static uint32_t batch_for(struct simulation *simulation, struct firehose *firehose, uint32_t lane_index, uint32_t bytes)
{
    uint32_t id = firehose->lanes[lane_index].batch;
    if (id != POOL_NONE && (double)(batch_at(firehose, id)->bytes + bytes) * firehose->text_factor > (double)firehose->payload_most) {
        close_batch(simulation, firehose, lane_index);
        id = POOL_NONE;
    }
    if (id == POOL_NONE) {
        id = take_batch(simulation, firehose);
        if (id == POOL_NONE)
            return POOL_NONE;
        struct firehose_batch *batch = batch_at(firehose, id);
        batch->lane = lane_index;
        batch->count = batch->tries = 0;
        batch->bytes = 0;
        batch->request = POOL_NONE;
        firehose->lanes[lane_index].batch = id;
        firehose->lanes[lane_index].batch_due_ns = time_add(simulation->now_ns, firehose->config.batch_ns);
        simulation_schedule(simulation, firehose->self, FIREHOSE_BATCH_DUE, RANK_ARRIVAL, firehose->lanes[lane_index].batch_due_ns,
                            lane_index);
    }
    struct firehose_batch *batch = batch_at(firehose, id);
    return grow_batch(simulation, firehose, batch) ? id : POOL_NONE;
}

void firehose_batch_add(struct simulation *simulation, struct firehose *firehose, uint32_t lane, const struct firehose_record *record)
{
    uint32_t id = batch_for(simulation, firehose, lane, record->bytes);
    if (id == POOL_NONE)
        return;
    struct firehose_batch *batch = batch_at(firehose, id);
    batch->records[batch->count] = (struct batch_record){.item = record->item, .payload_bytes = record->bytes, .poison = record->poison};
    batch->arrived_ns[batch->count++] = record->arrived_ns;
    batch->bytes += record->bytes;
    if (batch->bytes >= (uint64_t)firehose->config.batch_bytes)
        close_batch(simulation, firehose, lane);
}

void firehose_batch_due(struct simulation *simulation, struct firehose *firehose, uint32_t lane)
{
    if (firehose->lanes[lane].batch != POOL_NONE && firehose->lanes[lane].batch_due_ns <= simulation->now_ns)
        close_batch(simulation, firehose, lane);
}

/* A record of a batch as it goes on: `bytes` long from now on. */
static struct firehose_record record_of(const struct firehose_batch *batch, uint32_t i, double bytes)
{
    const struct batch_record *record = &batch->records[i];
    return (struct firehose_record){
        .item = record->item,
        .arrived_ns = batch->arrived_ns[i],
        .bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
        .source_bytes = record->payload_bytes,
        .poison = record->poison,
    };
}

/* The function has no use for it. */
static bool is_dropped(struct firehose *firehose, const struct batch_record *record)
{
    if (firehose->config.drop_rate <= 0)
        return false;
    stream_at(&firehose->drops, record->item, 0);
    return stream_uniform(&firehose->drops) < firehose->config.drop_rate;
}

static void trace_record(struct simulation *simulation, const struct firehose *firehose, const struct batch_record *record,
                         const struct cause *cause)
{
    if (simulation->tracer)
        simulation_trace_item(simulation, record->item, record->attempt, simulation->entities[firehose->self].name, fate_names[cause->fate],
                              simulation->now_ns, 0, cause->text);
}

/* What was not transformed: it has its fate, and is put aside. */
static void put_aside(struct simulation *simulation, struct firehose *firehose, const struct firehose_batch *batch, uint32_t i,
                      const struct cause *cause)
{
    const struct firehose_record record = record_of(batch, i, batch->records[i].payload_bytes);
    trace_record(simulation, firehose, &batch->records[i], cause);
    firehose_settle(simulation, firehose, 1, cause);
    firehose_object_add(simulation, firehose, batch->lane, ROUTE_FAILED, &record);
}

static void leave(struct simulation *simulation, struct firehose *firehose, uint32_t id)
{
    struct firehose_batch *batch = batch_at(firehose, id);
    uint32_t lane = batch->lane;
    batch->next = firehose->free_batch;
    firehose->free_batch = id;
    firehose->lanes[lane].calls--;
    call_next(simulation, firehose, lane);
}

/* The batch is given up. */
static void skip(struct simulation *simulation, struct firehose *firehose, uint32_t id)
{
    const struct firehose_batch *batch = batch_at(firehose, id);
    counter_add(&firehose->metrics.skipped, 1);
    counter_add(&firehose->metrics.failed, batch->count);
    for (uint32_t i = 0; i < batch->count; i++)
        put_aside(simulation, firehose, batch, i, &cause_skipped);
    leave(simulation, firehose, id);
}

/* The function has answered for every record. */
static void go_on(struct simulation *simulation, struct firehose *firehose, uint32_t id)
{
    struct firehose_metrics *metrics = &firehose->metrics;
    const struct firehose_batch *batch = batch_at(firehose, id);
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct batch_record *record = &batch->records[i];
        if (record->failed) {
            counter_add(&metrics->failed, 1);
            put_aside(simulation, firehose, batch, i, &cause_failed);
            continue;
        }
        counter_add(&metrics->processed, 1);
        counter_add(&metrics->processed_bytes, record->payload_bytes);
        if (is_dropped(firehose, record)) {
            counter_add(&metrics->dropped, 1);
            trace_record(simulation, firehose, record, &cause_dropped);
            firehose_settle(simulation, firehose, 1, &cause_dropped);
            continue;
        }
        const struct firehose_record out = record_of(batch, i, round(record->payload_bytes * firehose->config.output_ratio));
        firehose_object_add(simulation, firehose, batch->lane, ROUTE_DESTINATION, &out);
    }
    leave(simulation, firehose, id);
}

/* A call is over, one way or the other. */
static void call_ended(struct simulation *simulation, struct firehose *firehose, uint32_t id, const struct cause *cause)
{
    struct firehose_batch *batch = batch_at(firehose, id);
    batch->request = POOL_NONE;
    counter_add(&firehose->metrics.calls, 1);
    tally_add(&firehose->metrics.call_duration, TALLY_ALL, simulation->now_ns - batch->sent_ns);
    if (cause == &cause_succeeded &&
        (double)batch->bytes * firehose->config.output_ratio * firehose->text_factor > (double)firehose->payload_most)
        cause = &cause_response;
    if (cause == &cause_succeeded) {
        counter_add(&firehose->metrics.calls_ended_well, 1);
        go_on(simulation, firehose, id);
        return;
    }
    bool again = cause_is_transient(cause) || (firehose->retries_errors && cause->fate == FATE_FAILED);
    if (!again || batch->tries >= firehose->config.retries) {
        skip(simulation, firehose, id);
        return;
    }
    for (uint32_t i = 0; i < batch->count && !cause_is_of_service(cause); i++)
        batch->records[i].attempt = (uint16_t)(batch->records[i].attempt + (batch->records[i].attempt < UINT16_MAX));
    int64_t wait_ns = back_off_ns(&firehose->back_off, batch->tries++);
    simulation_schedule(simulation, firehose->self, FIREHOSE_CALL_AGAIN, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns), id);
}

void firehose_call_again(struct simulation *simulation, struct firehose *firehose, uint32_t batch)
{
    call(simulation, firehose, batch);
}

/* The stream waits no longer; the function runs on for nobody. */
void firehose_call_limit(struct simulation *simulation, struct firehose *firehose, uint32_t id)
{
    const struct firehose_batch *batch = batch_at(firehose, id);
    if (batch->request == POOL_NONE || time_add(batch->sent_ns, firehose->call_limit_ns) != simulation->now_ns)
        return;
    struct request *request = request_at(simulation, batch->request);
    request->from = ENTITY_NONE;
    request->is_batch = false;
    call_ended(simulation, firehose, id, &cause_call_limit);
}

bool firehose_is_call(const struct request *request)
{
    return request->from_data & CALL_BIT;
}

void firehose_call_answered(struct simulation *simulation, struct firehose *firehose, struct request *request)
{
    uint32_t id = request->from_data & ~CALL_BIT;
    const struct cause *cause = request->cause;
    request_free(simulation, request);
    call_ended(simulation, firehose, id, cause);
}

struct batch *firehose_batch(struct simulation *simulation, void *self, const struct request *request)
{
    (void)simulation;
    return &batch_at(self, request->from_data & ~CALL_BIT)->batch;
}
