/* procedure_call.c: what a run sends, and how it tries again. */
#include "engine/procedure_run.h"

#include <math.h>
#include <stdlib.h>

/* Attempts of a call follow on those of the handler's own, so that a handler that is tried again draws anew for what it calls. */
#define ATTEMPTS_APART 16u

/* The client that makes this call for `data`. NULL: no policy needs one, or memory is out. */
static struct client *client_of(struct simulation *simulation, struct procedure_runner *runner, uint32_t data, uint32_t place)
{
    if (!runner->has_quotas)
        return NULL;
    if (data >= runner->client_room) {
        uint32_t room = runner->client_room ? runner->client_room : 16;
        while (room <= data)
            room *= 2;
        const uint64_t bytes = (uint64_t)(room - runner->client_room) * runner->call_count * sizeof(struct client);
        enum status status = memory_account_take(&simulation->memory, bytes, simulation->entities[runner->self].name);
        struct client *grown = status == STATUS_OK ? realloc(runner->clients, (size_t)room * runner->call_count * sizeof *grown) : NULL;
        if (!grown) {
            simulation_fail(simulation, status != STATUS_OK ? status : STATUS_NO_MEMORY);
            return NULL;
        }
        runner->clients = grown;
        for (size_t i = (size_t)runner->client_room * runner->call_count; i < (size_t)room * runner->call_count; i++)
            client_init(&grown[i], &runner->policies[i % runner->call_count]);
        runner->client_room = room;
    }
    return &runner->clients[(size_t)data * runner->call_count + place];
}

void procedure_forget(struct procedure_runner *runner, uint32_t data)
{
    for (uint32_t i = 0; data < runner->client_room && i < runner->call_count; i++)
        client_init(&runner->clients[(size_t)data * runner->call_count + i], &runner->policies[i]);
}

/* One more request like this call; an attempt's own, as the one before may still be under way. */
static struct request *make_request(struct simulation *simulation, const struct procedure_runner *runner, uint32_t id)
{
    const struct task *task = task_at(runner, id);
    const struct run *run = run_at(runner, task->run);
    const struct step_call *call = task->call.step->call;
    struct request *request = request_new(simulation);
    if (!request)
        return NULL;
    *request = (struct request){
        .item = task->call.item,
        .born_ns = task->call.born_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = runner->self,
        .from_data = id | SENT_BY_PROCEDURE,
        .group = run->group,
        .payload_bytes = run->payload_bytes,
        .attempt = (uint16_t)(run->attempt * ATTEMPTS_APART + task->attempt),
        .asynchronous = call->type == CALL_EVENT,
        .hops = (simulation->entities[call->target].type->keeps_chain ? run->hops : 0u) & HOPS_MAX,
    };
    return request;
}

/* Size, key and content of a call's request are drawn at the item's own place: the same at each attempt. */
static void fill_request(struct procedure_runner *runner, const struct step_call *call, struct request *request)
{
    if (call->payload) {
        stream_at(&runner->draws, request->item, 0);
        request->payload_bytes = (uint32_t)fmin(fmax(distribution_sample(call->payload, &runner->draws.rng), 0), UINT32_MAX);
    }
    if (call->key.kind != KEY_NONE) {
        stream_at(&runner->draws, request->item, 1);
        request->group = key_draw(&call->key, &runner->draws);
    }
    if (call->content.count > 0) {
        stream_at(&runner->draws, request->item, 2);
        request->content = content_draw(&call->content, &runner->draws);
    }
}

struct request *call_request(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct request *request = make_request(simulation, runner, id);
    if (request)
        fill_request(runner, task_at(runner, id)->call.step->call, request);
    return request;
}

/* Whom the call's next request is for. */
static uint32_t recipient(const struct task *task)
{
    const struct step_call *call = task->call.step->call;
    if (task->stage != CALL_ASKS)
        return call->cache;
    return call->via == ENTITY_NONE ? call->target : call->via;
}

void call_send(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    const struct step_call *call = task->call.step->call;
    struct request *request = request_at(simulation, task->call.request);
    uint32_t to = recipient(task);
    task->under_way = true;
    task->call.sent_ns = simulation->now_ns;
    if (call->timeout_ns > 0)
        task_schedule(simulation, runner, id, PROCEDURE_TIMEOUT, RANK_EXPIRY, time_add(simulation->now_ns, call->timeout_ns));
    if (simulation->tracer) {
        simulation_trace(simulation, request, simulation->entities[to].name, "sent", simulation->now_ns, 0,
                         simulation->entities[runner->self].name);
        simulation_trace_from_request(simulation, request_at(simulation, run_at(runner, task->run)->request));
    }
    if (__builtin_expect(runner->carried, 0) &&
        runner->type->carry(simulation, runner->owner, run_at(runner, task->run)->data, to, request))
        return;
    request_send(simulation, to, request);
}

void call_send_when_allowed(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    const struct task *task = task_at(runner, id);
    uint32_t place = task->call.step->place;
    struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, place);
    int64_t wait_ns = client ? client_hold_back_ns(&runner->policies[place], client, simulation->now_ns) : 0;
    if (wait_ns > 0)
        task_schedule(simulation, runner, id, PROCEDURE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns));
    else
        call_send(simulation, runner, id);
}

/* One call of a node: the `k`-th, for the item `parent`. */
void call_begin(struct simulation *simulation, struct procedure_runner *runner, uint32_t strand, const struct step *step, uint64_t parent,
                uint32_t k)
{
    uint32_t run_id = task_at(runner, strand)->run;
    uint32_t id = task_new(simulation, runner, run_id);
    if (id == POOL_NONE)
        return;
    struct task *task = task_at(runner, id);
    task->is_call = true;
    task->call.step = step;
    task->call.strand = strand;
    task->call.request = POOL_NONE;
    task->call.parent = parent;
    task->call.k = k;
    task->call.item = item_child(parent, runner->salt, step->place, k);
    task->call.born_ns = simulation->now_ns;
    item_made(simulation, task->call.item, parent);
    struct request *request = call_request(simulation, runner, id);
    if (!request)
        return;
    task->call.request = request->id;
    if (step->call->cache_use != CACHE_UNUSED && cached_can(simulation, runner, step->call, request))
        cached_begin(simulation, runner, id);
    else
        call_send_when_allowed(simulation, runner, id);
}

void call_over(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, bool good)
{
    struct task *task = task_at(runner, id);
    uint32_t strand = task->call.strand, run = task->run;
    bool fails = !good && task->call.step->call->on_error == CALL_FAIL;
    task->call.request = POOL_NONE;
    task_close(runner, id);
    if (fails)
        run_fail(simulation, runner, run);
    else
        strand_arrive(simulation, runner, strand);
}

/* An attempt failed: try again, or that was it. `request` is the attempt's, free for the next. */
static void try_again(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, struct request *request,
                      enum failure failure)
{
    struct task *task = task_at(runner, id);
    const struct step *step = task->call.step;
    struct client none = {0};
    struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, step->place);
    stream_at(&runner->retries, request->item, request->attempt);
    int64_t delay_ns = retry_wait_ns(&runner->policies[step->place], client ? client : &none,
                                     (struct failed_attempt){failure, task->attempt}, &runner->retries, &task->call.spent);
    if (delay_ns == RETRY_NEVER) {
        request_free(simulation, request);
        call_over(simulation, runner, id, false);
        return;
    }
    task->attempt++;
    request->attempt++;
    task->call.request = request->id;
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[runner->self].name, "retry", simulation->now_ns, delay_ns,
                         simulation->entities[step->call->target].name);
    task_schedule(simulation, runner, id, PROCEDURE_SEND, RANK_ARRIVAL, time_add(simulation->now_ns, delay_ns));
}

bool procedure_sent(const struct request *request)
{
    return request->from_data & SENT_BY_PROCEDURE;
}

const struct step_call *procedure_call_of(const struct procedure_runner *runner, const struct request *request)
{
    return task_at(runner, request->from_data & ~SENT_BY_PROCEDURE)->call.step->call;
}

uint32_t procedure_data_of(const struct procedure_runner *runner, const struct request *request)
{
    return run_at(runner, task_at(runner, request->from_data & ~SENT_BY_PROCEDURE)->run)->data;
}

bool procedure_left(const struct request *request)
{
    return (request->from_data & PROCEDURE_LEFT) == PROCEDURE_LEFT;
}

void procedure_answered(struct simulation *simulation, struct procedure_runner *runner, struct request *request)
{
    uint32_t id = request->from_data & ~SENT_BY_PROCEDURE;
    const bool repeated = simulation->answer_repeats;
    simulation->answer_repeats = false;
    if (procedure_left(request)) {
        orphan_answered(simulation, runner, request, repeated);
        return;
    }
    struct task *task = task_at(runner, id);
    if (__builtin_expect(runner->carried, 0))
        runner->type->returned(simulation, runner->owner, run_at(runner, task->run)->data, recipient(task), request);
    if (task->stage != CALL_ASKS) {
        bool good = request->cause == &cause_succeeded;
        task->under_way = false;
        request_free(simulation, request);
        cached_answered(simulation, runner, id, good);
        return;
    }
    const struct step *step = task->call.step;
    const struct retry_policy *policy = &runner->policies[step->place];
    struct client *client = client_of(simulation, runner, run_at(runner, task->run)->data, step->place);
    enum failure failure = failure_of(request->cause);
    task->under_way = false;
    if (client)
        client_learn(policy, client, failure == FAILURE_THROTTLED, simulation->now_ns);
    if (request->cause != &cause_succeeded) {
        try_again(simulation, runner, id, request, failure);
        return;
    }
    if (client)
        retry_succeeded(policy, client, task->attempt, task->call.spent);
    if (!repeated && call_is_counted(runner, step))
        call_had_effect(simulation, runner, id);
    request_free(simulation, request);
    if (task->call.wish.bytes > 0)
        cached_asked(simulation, runner, id);
    else
        call_over(simulation, runner, id, true);
}

/* The caller's patience is over for one attempt, if it is still that one. */
void call_timed_out(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    if (!task->under_way)
        return;
    struct request *waiting = request_at(simulation, task->call.request);
    if (task->call.sent_ns + task->call.step->call->timeout_ns != simulation->now_ns)
        return;
    struct request *next = request_leave(simulation, waiting);
    if (!next)
        return;
    call_leave(simulation, runner, id, waiting);
    task->under_way = false;
    if (task->stage == CALL_ASKS) {
        try_again(simulation, runner, id, next, FAILURE_TIMEOUT);
        return;
    }
    request_free(simulation, next);
    cached_answered(simulation, runner, id, false);
}
