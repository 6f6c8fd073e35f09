/* queue_batch.c: one batch of messages: collected, handed to the function, deleted or let go of.
 * What failed is not given back: it stays hidden until its visibility ends. Sources: rules sqs_throttle_*, sqs_partial_batch_*,
 * payload_sync_max_mb. */
#include "queue_mapping_state.h"

#include <stdio.h>
#include <stdlib.h>

/* Lanes keep room for so many messages when they let go of them: few batches are larger, and then what they cost is little of it. */
#define KEPT_MESSAGES 64u

/* Room for `count` messages. */
static bool make_room(struct simulation *simulation, const struct queue_mapping *mapping, struct lane *lane, uint32_t count)
{
    if (count <= lane->capacity)
        return true;
    uint32_t wanted = lane->capacity < UINT32_MAX / 2 && 2 * lane->capacity > count ? 2 * lane->capacity : count;
    enum status status =
        memory_account_take(&simulation->memory, (wanted - lane->capacity) * MESSAGE_BYTES, simulation->entities[mapping->self].name);
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return false;
    }
    struct batch_record *records = realloc(lane->records, wanted * sizeof *records);
    lane->records = records ? records : lane->records;
    struct batch_message *messages = records ? realloc(lane->messages, wanted * sizeof *messages) : NULL;
    lane->messages = messages ? messages : lane->messages;
    if (!messages) {
        memory_account_give(&simulation->memory, (wanted - lane->capacity) * MESSAGE_BYTES);
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return false;
    }
    lane->capacity = wanted;
    return true;
}

void lane_take(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, const struct received *list, uint32_t count)
{
    if (count == 0 || !make_room(simulation, mapping, lane, lane->count + count))
        return;
    int64_t now_ns = simulation->now_ns, window_ns = mapping->config.window_ns;
    if (lane->count == 0) {
        lane->window_ns = time_add(now_ns, window_ns);
        /* A long poll that is under way when the window ends is waited for: rule sqs_low_traffic_wait_s. */
        lane->deadline_ns = time_add(now_ns, window_ns > mapping->low_traffic_ns ? window_ns : mapping->low_traffic_ns);
        lane->reappear_ns = time_add(now_ns, mapping->visibility_ns);
        lane->first = 0;
        lane->bytes = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        lane->records[lane->count] = (struct batch_record){
            .item = list[i].item,
            .payload_bytes = list[i].payload_bytes,
            .attempt = list[i].attempt,
            .poison = list[i].poison,
            .hops = list[i].hops,
        };
        lane->messages[lane->count++] = (struct batch_message){list[i].message, list[i].receipt};
        lane->bytes += list[i].payload_bytes;
    }
    mapping->taken += count;
}

bool lane_is_ready(const struct simulation *simulation, const struct queue_mapping *mapping, const struct lane *lane)
{
    return lane->count > 0 && (lane->count >= (uint64_t)mapping->config.batch_size || lane->bytes >= mapping->payload_most ||
                               simulation->now_ns >= lane->window_ns);
}

/* The lane's messages from `first` on, as many as one payload holds, at least one. */
static uint32_t part_of(const struct queue_mapping *mapping, struct lane *lane, uint64_t *bytes, uint8_t *hops)
{
    uint32_t count = 0;
    *bytes = *hops = 0;
    for (uint32_t i = lane->first; i < lane->count; i++) {
        struct batch_record *record = &lane->records[i];
        if (count > 0 && *bytes + record->payload_bytes > mapping->payload_most)
            break;
        record->failed = false;
        *bytes += record->payload_bytes;
        *hops = record->hops > *hops ? record->hops : *hops;
        count++;
    }
    return count;
}

/* Tells of every message in the lane's batch. */
static void trace_batch(struct simulation *simulation, const struct queue_mapping *mapping, const struct lane *lane, const char *step,
                        const char *detail)
{
    const char *name = simulation->entities[mapping->self].name;
    for (uint32_t i = 0; i < lane->batch.count; i++)
        simulation_trace_item(simulation, lane->batch.records[i].item, lane->batch.records[i].attempt, name, step, simulation->now_ns, 0,
                              detail);
}

/* The batch is under way: each message is in it, and what becomes of it was made of them all. */
static void trace_in_batch(struct simulation *simulation, const struct queue_mapping *mapping, const struct lane *lane,
                           const struct request *request)
{
    const char *name = simulation->entities[mapping->self].name;
    for (uint32_t i = 0; i < lane->batch.count; i++) {
        const struct batch_record *record = &lane->batch.records[i];
        simulation_trace_enter(simulation, record->item, record->attempt, name, "batch");
        simulation_trace_link(simulation, record->item, name, request->item);
    }
}

/* Sends the request of the lane's batch, for the first time or again. */
static void send(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, struct request *request)
{
    lane->state = LANE_CALLING;
    counter_add(&mapping->metrics.invoked, lane->batch.count);
    if (simulation->tracer) {
        char detail[64];
        snprintf(detail, sizeof detail, "batch %llu, records %lu", (unsigned long long)(request->item - mapping->salt),
                 (unsigned long)lane->batch.count);
        trace_batch(simulation, mapping, lane, "batched", detail);
        trace_in_batch(simulation, mapping, lane, request);
    }
    request_send(simulation, mapping->config.function, request);
}

void lane_call(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    uint64_t bytes = 0;
    uint8_t hops = 0;
    uint32_t count = part_of(mapping, lane, &bytes, &hops);
    struct request *request = request_new(simulation);
    if (!request)
        return;
    uint32_t id = request->id;
    *request = (struct request){
        .id = id,
        .item = mapping->salt + mapping->ordinal++,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .from = mapping->self,
        .from_data = lane->id,
        .payload_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
        .is_batch = true,
        .hops = hops & HOPS_MAX,
    };
    lane->batch = (struct batch){
        .records = lane->records + lane->first,
        .count = count,
        .reports_failures = mapping->reports_failures,
        .in_order = mapping->in_order,
    };
    tally_add(&mapping->metrics.batch_size, TALLY_ALL, count);
    send(simulation, mapping, lane, request);
}

/* The lane holds nothing any more. */
static void forget(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    mapping->let_go += lane->count - lane->first;
    lane->count = lane->first = 0;
    if (lane->capacity > KEPT_MESSAGES)
        lane_fini(simulation, lane);
}

/* How long a lane waits after being turned away once more. */
static int64_t next_wait_ns(const struct queue_mapping *mapping, struct lane *lane)
{
    int64_t wait_ns = back_off_ns(&mapping->back_off, lane->refusals);
    if (lane->refusals < UINT16_MAX)
        lane->refusals++;
    return wait_ns;
}

/* Lets go of what the function never got to see: the source shows it again when its visibility ends. */
static void give_up(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    counter_add(&mapping->metrics.given_up, lane->count - lane->first);
    if (simulation->tracer)
        trace_batch(simulation, mapping, lane, "given up", "not taken by the function");
    forget(simulation, mapping, lane);
}

/* Nothing is tried for a while: the lane has nothing in hand, and what turned it away is still there. */
static void rest(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    lane->state = LANE_RESTING;
    simulation_schedule(simulation, mapping->self, MAPPING_RETRY, RANK_ARRIVAL, time_add(simulation->now_ns, next_wait_ns(mapping, lane)),
                        lane->id);
}

/* Turned away, or not served by the service's own fault: the batch is kept and tried again while its messages are hidden, or let go of at
 * once: rule sqs_throttle_retried_until_visibility. */
static void refused(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, struct request *request)
{
    counter_add(&mapping->metrics.refused, 1);
    counter_add(&mapping->metrics.failed, lane->batch.count);
    mapping_learn(simulation, mapping, true);
    if (simulation->tracer)
        trace_batch(simulation, mapping, lane, "throttled", request->cause->text);
    if (!mapping->holds_on || lane->reappear_ns <= simulation->now_ns) {
        request_free(simulation, request);
        give_up(simulation, mapping, lane);
        rest(simulation, mapping, lane);
        return;
    }
    lane->state = LANE_BACKING;
    lane->request = request->id;
    int64_t next_ns = time_add(simulation->now_ns, next_wait_ns(mapping, lane));
    simulation_schedule(simulation, mapping->self, MAPPING_RETRY, RANK_ARRIVAL, next_ns < lane->reappear_ns ? next_ns : lane->reappear_ns,
                        lane->id);
}

void lane_retry(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    struct request *request = request_at(simulation, lane->request);
    if (simulation->now_ns >= lane->reappear_ns) {
        request_free(simulation, request);
        give_up(simulation, mapping, lane);
        lane_release(simulation, mapping, lane);
        return;
    }
    if (request->attempt < UINT16_MAX)
        request->attempt++;
    send(simulation, mapping, lane, request);
}

/* Deletes what succeeded. Of what failed, the source is told what was executed: an ordered batch stops at the first failure. */
static void settle(struct simulation *simulation, struct queue_mapping *mapping, const struct lane *lane, const struct cause *cause)
{
    void *source = entity_state(simulation, mapping->config.source);
    const struct batch *batch = &lane->batch;
    bool all = cause != &cause_succeeded, executed = cause->fate != FATE_REJECTED && cause->fate != FATE_DROPPED,
         stops = batch->in_order && !all;
    uint64_t deleted = 0, failed = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct batch_message *message = &lane->messages[lane->first + i];
        if (!all && !batch->records[i].failed) {
            deleted += mapping->source->acknowledge(simulation, source, message->message, message->receipt);
            continue;
        }
        if (executed && !(stops && failed > 0))
            mapping->source->executed(simulation, source, message->message, message->receipt);
        failed++;
        if (simulation->tracer)
            simulation_trace_item(simulation, batch->records[i].item, batch->records[i].attempt, simulation->entities[mapping->self].name,
                                  "kept", simulation->now_ns, 0, all ? cause->text : "named as failed");
    }
    counter_add(&mapping->metrics.deleted, deleted);
    counter_add(&mapping->metrics.failed, failed);
}

bool lane_answered(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane, struct request *request)
{
    const struct cause *cause = request->cause;
    for (uint32_t i = 0; simulation->tracer && i < lane->batch.count; i++)
        simulation_trace_leave(simulation, lane->batch.records[i].item, simulation->entities[mapping->self].name, "batch");
    if (cause_is_of_service(cause)) {
        refused(simulation, mapping, lane, request);
        return false;
    }
    bool at_once = request->sent_ns == simulation->now_ns;
    request_free(simulation, request);
    mapping_learn(simulation, mapping, cause != &cause_succeeded && mapping->errors_count);
    settle(simulation, mapping, lane, cause);
    mapping->let_go += lane->batch.count;
    lane->first += lane->batch.count;
    if (cause != &cause_succeeded && at_once) { /* no time passed: it could go on like this for ever */
        forget(simulation, mapping, lane);
        rest(simulation, mapping, lane);
        return false;
    }
    lane->refusals = 0;
    if (lane->first < lane->count && simulation->now_ns < lane->reappear_ns) {
        lane_call(simulation, mapping, lane);
        return false;
    }
    if (lane->first < lane->count)
        give_up(simulation, mapping, lane);
    else
        forget(simulation, mapping, lane);
    lane_release(simulation, mapping, lane);
    return true;
}
