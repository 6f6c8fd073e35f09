/* event_pipe_run.c: a batch goes through a pipe: to the enrichment, which is waited for, then to the target: in one call, or each event in
 * one of its own. What fails is the poller's to try again, as with a mapping. Source: EventBridge user guide, "Amazon EventBridge Pipes":
 * "Event flow", "Batching and concurrency", "Error handling". */
#include "event_pipe_state.h"
#include "event_source_mapping.h"
#include "measure/bill.h"

#include "engine/key.h"
#include "engine/streamable.h"

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "PipeThrottled"};
static const struct cause cause_uncallable = {.fate = FATE_REJECTED, .text = "a pipe polls"};
static const struct cause cause_timed_out = {.fate = FATE_TIMED_OUT, .text = "PipeTimeout"};
static const struct cause cause_all_failed = {.fate = FATE_FAILED, .text = "all events failed"};

static struct pipe *keeper_of(const struct simulation *simulation, const struct pipe *pipe)
{
    return entity_state(simulation, pipe->config.keeper);
}

static struct batch *batch_of(struct simulation *simulation, struct pipe *pipe, const struct passage *passage)
{
    return event_source_batch(simulation, &pipe->mapping, request_at(simulation, passage->request));
}

static void release(struct pipe *pipe, uint32_t id)
{
    const struct passage *passage = pool_at(&pipe->passages, id);
    if (passage->over && passage->open == 0)
        pool_give(&pipe->passages, id);
}

/* A call of the whole batch goes on for nobody: what it was made of is the poller's again. */
static void leave_whole(struct simulation *simulation, struct pipe *pipe, struct passage *passage)
{
    struct request *waiting = passage->whole == POOL_NONE ? NULL : request_at(simulation, passage->whole);
    if (!waiting)
        return;
    uint32_t number = waiting->from_data & ~PIPE_SENT;
    waiting->is_batch = false;
    const struct request *copy = request_leave(simulation, waiting);
    if (copy)
        request_free(simulation, copy);
    pool_give(&pipe->calls, number);
    passage->whole = POOL_NONE;
    passage->open--;
}

/* The poller has its answer, in an event of its own; calls still under way go on for nobody. */
static void end(struct simulation *simulation, struct pipe *pipe, uint32_t id, const struct cause *cause)
{
    struct passage *passage = pool_at(&pipe->passages, id);
    struct request *request = request_at(simulation, passage->request);
    int64_t overhead_ns = cause == &cause_timed_out ? 0 : pipe->overhead_ns;
    passage->over = true;
    if (passage->has_deadline)
        deadline_leave(&pipe->deadlines, id);
    leave_whole(simulation, pipe, passage);
    keeper_of(simulation, pipe)->open--;
    gauge_add(&pipe->metrics.concurrency, simulation->now_ns, -1);
    tally_add(&pipe->metrics.duration, TALLY_ALL, simulation->now_ns - passage->began_ns + overhead_ns);
    if (cause == &cause_timed_out)
        counter_add(&pipe->metrics.timed_out, 1);
    else if (cause != &cause_succeeded)
        counter_add(&pipe->metrics.failed, 1);
    release(pipe, id);
    request->cause = cause;
    ledger_count(&simulation->entities[pipe->mapping.self].ledger, cause);
    simulation_schedule(simulation, pipe->mapping.self, PIPE_ANSWER, RANK_COMPLETION, time_add(simulation->now_ns, overhead_ns),
                        request->id);
}

/* Events failed, but not all: where the poller can tell them apart, the others are done. */
static void end_in_part(struct simulation *simulation, struct pipe *pipe, uint32_t id)
{
    struct passage *passage = pool_at(&pipe->passages, id);
    struct batch *batch = batch_of(simulation, pipe, passage);
    batch->failed_count = passage->failed;
    if (passage->failed == batch->count) {
        counter_add(&pipe->metrics.target_failed, 1);
        end(simulation, pipe, id, passage->cause && cause_is_of_service(passage->cause) ? passage->cause : &cause_all_failed);
        return;
    }
    counter_add(&pipe->metrics.target_partly, 1);
    counter_add(&pipe->metrics.partly, 1);
    end(simulation, pipe, id, &cause_succeeded);
}

static void fill_in(struct pipe *pipe, const struct batch *batch, uint32_t record, struct request *request)
{
    const struct pipe_config *config = &pipe->config;
    const struct batch_record *one = &batch->records[record == PIPE_ALL ? 0 : record];
    if (record != PIPE_ALL) {
        request->item = one->item;
        request->payload_bytes = one->payload_bytes;
        request->poison = one->poison;
        request->attempt = one->attempt;
    }
    if (config->message_group)
        request->group = key_named(config->message_group);
    else if (config->has_groups)
        request->group = (uint32_t)stream_key_hash((uint32_t)one->item) | 1u;
}

static void call(struct simulation *simulation, struct pipe *pipe, uint32_t id, uint32_t to, uint32_t record)
{
    struct passage *passage = pool_at(&pipe->passages, id);
    const struct request *whole = request_at(simulation, passage->request);
    uint32_t number = pool_take(&pipe->calls);
    struct request *request = number == POOL_NONE ? NULL : request_new(simulation);
    if (!request) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *(struct pipe_call *)pool_at(&pipe->calls, number) = (struct pipe_call){id, record};
    uint32_t request_id = request->id;
    *request = *whole;
    request->id = request_id;
    request->from = pipe->mapping.self;
    request->from_data = number | PIPE_SENT;
    request->born_ns = simulation->now_ns;
    request->handler_ns = -1;
    request->asynchronous = passage->at_target && pipe->config.invocation == PIPE_FIRE_AND_FORGET;
    request->is_batch = record == PIPE_ALL && !request->asynchronous;
    if (record == PIPE_ALL)
        passage->whole = request->id;
    request->content = CONTENT_NONE;
    fill_in(pipe, batch_of(simulation, pipe, passage), record, request);
    if (simulation->tracer)
        simulation_trace_from_request(simulation, whole);
    request_send(simulation, to, request);
}

static void go_to_target(struct simulation *simulation, struct pipe *pipe, uint32_t id)
{
    struct passage *passage = pool_at(&pipe->passages, id);
    struct batch *batch = batch_of(simulation, pipe, passage);
    uint32_t count = pipe->config.at_once ? 1 : batch->count;
    batch->failed_count = 0;
    for (uint32_t i = 0; i < batch->count; i++) /* whatever the enrichment made of them */
        batch->records[i].failed = false;
    passage->at_target = true;
    passage->stage_ns = simulation->now_ns;
    passage->open = count; /* all of them, so that the first answer is not taken for the last */
    for (uint32_t i = 0; i < count && simulation->status == STATUS_OK; i++)
        call(simulation, pipe, id, pipe->config.target, pipe->config.at_once ? PIPE_ALL : i);
}

void pipe_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct pipe *pipe = self, *keeper = keeper_of(simulation, pipe);
    if (request->from != pipe->mapping.self) {
        request_done(simulation, pipe->mapping.self, request, &cause_uncallable);
        return;
    }
    uint32_t id = keeper->open < keeper->open_most ? pool_take(&pipe->passages) : POOL_NONE;
    if (keeper->open >= keeper->open_most) {
        counter_add(&pipe->metrics.throttled, 1);
        request_done(simulation, pipe->mapping.self, request, &cause_throttled);
        return;
    }
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    struct passage *passage = pool_at(&pipe->passages, id);
    *passage = (struct passage){
        .request = request->id, .whole = POOL_NONE, .began_ns = simulation->now_ns, .stage_ns = simulation->now_ns, .has_deadline = true};
    const struct batch *batch = batch_of(simulation, pipe, passage);
    keeper->open++;
    counter_add(&pipe->metrics.invocations, 1);
    counter_add(&pipe->metrics.events, batch->count);
    for (uint32_t i = 0; i < batch->count; i++) {
        counter_add(&pipe->metrics.chunks, bill_chunks(batch->records[i].payload_bytes, pipe->chunk_bytes));
        tally_add(&pipe->metrics.size, TALLY_ALL, batch->records[i].payload_bytes);
    }
    gauge_add(&pipe->metrics.concurrency, simulation->now_ns, 1);
    deadline_enter(simulation, &pipe->deadlines, id);
    if (pipe->config.enrichment == ENTITY_NONE) {
        go_to_target(simulation, pipe, id);
        return;
    }
    passage->open = 1;
    call(simulation, pipe, id, pipe->config.enrichment, PIPE_ALL);
}

/* The enrichment has answered. */
static void enriched(struct simulation *simulation, struct pipe *pipe, uint32_t id, const struct cause *cause)
{
    const struct passage *passage = pool_at(&pipe->passages, id);
    tally_add(&pipe->metrics.enrichment_time, TALLY_ALL, simulation->now_ns - passage->stage_ns);
    if (cause == &cause_succeeded) {
        go_to_target(simulation, pipe, id);
        return;
    }
    counter_add(&pipe->metrics.enrichment_failed, 1);
    counter_add(&pipe->metrics.skipped, 1);
    end(simulation, pipe, id, cause);
}

static void answered(struct simulation *simulation, struct pipe *pipe, const struct pipe_call *call, const struct cause *cause)
{
    struct passage *passage = pool_at(&pipe->passages, call->passage);
    if (cause != &cause_succeeded) {
        passage->failed++;
        passage->cause = cause;
        if (call->record != PIPE_ALL)
            batch_of(simulation, pipe, passage)->records[call->record].failed = true;
    }
    if (passage->open > 0)
        return;
    tally_add(&pipe->metrics.target_time, TALLY_ALL, simulation->now_ns - passage->stage_ns);
    if (passage->failed == 0) {
        end(simulation, pipe, call->passage, &cause_succeeded);
    } else if (call->record == PIPE_ALL) {
        counter_add(&pipe->metrics.target_failed, 1);
        end(simulation, pipe, call->passage, passage->cause);
    } else {
        end_in_part(simulation, pipe, call->passage);
    }
}

void pipe_done(struct simulation *simulation, void *self, struct request *request)
{
    struct pipe *pipe = self;
    if (!(request->from_data & PIPE_SENT) || request->from_data == STREAM_TO_DESTINATION) {
        event_source_done(simulation, self, request);
        return;
    }
    uint32_t number = request->from_data & ~PIPE_SENT;
    const struct pipe_call call = *(const struct pipe_call *)pool_at(&pipe->calls, number);
    const struct cause *cause = request->cause;
    struct passage *passage = pool_at(&pipe->passages, call.passage);
    pool_give(&pipe->calls, number);
    request_free(simulation, request);
    passage->open--;
    if (call.record == PIPE_ALL)
        passage->whole = POOL_NONE;
    if (passage->over)
        release(pipe, call.passage);
    else if (passage->at_target)
        answered(simulation, pipe, &call, cause);
    else
        enriched(simulation, pipe, call.passage, cause);
}

void pipe_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct pipe *pipe = self;
    if (event->kind == PIPE_ANSWER) {
        struct request *request = request_at(simulation, event->data);
        request_answer(simulation, request, request->cause);
        return;
    }
    if (event->kind != PIPE_DEADLINE) {
        event_source_handle(simulation, self, event);
        return;
    }
    for (uint32_t id = deadline_due(simulation, &pipe->deadlines); id != POOL_NONE; id = deadline_due(simulation, &pipe->deadlines)) {
        ((struct passage *)pool_at(&pipe->passages, id))->has_deadline = false;
        end(simulation, pipe, id, &cause_timed_out);
    }
}

struct batch *pipe_batch(struct simulation *simulation, void *self, const struct request *request)
{
    struct pipe *pipe = self;
    if (!(request->from_data & PIPE_SENT))
        return event_source_batch(simulation, self, request);
    const struct pipe_call *call = pool_at(&pipe->calls, request->from_data & ~PIPE_SENT);
    return batch_of(simulation, pipe, pool_at(&pipe->passages, call->passage));
}
