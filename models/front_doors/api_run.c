/* api_run.c: the way of a request through a stage: size and route, authorizer, API key and usage plan, the method's and the account's
 * token buckets, the cache, the backend with its time limit.
 * Sources: API Gateway developer guide: "Throttle requests to your REST APIs" (the order of the buckets), "Cache settings for REST APIs",
 * "Quotas"; AWS's knowledge center, "API Gateway logs for troubleshooting": the usage plan comes after the authorizer. */
#include "api_stage.h"
#include "engine/caller.h"
#include "measure/bill.h"

static const struct cause cause_request_large = {.fate = FATE_REJECTED, .text = "413 request too large"};
static const struct cause cause_headers_large = {.fate = FATE_REJECTED, .text = "413 headers too large"};
static const struct cause cause_payload_large = {.fate = FATE_REJECTED, .text = "413 too large for the integration"};
static const struct cause cause_unauthorized = {.fate = FATE_FAILED, .text = "401 no token"};
static const struct cause cause_bad_token = {.fate = FATE_FAILED, .text = "401 token refused"};
static const struct cause cause_denied = {.fate = FATE_FAILED, .text = "403 denied by the authorizer"};
static const struct cause cause_not_allowed = {.fate = FATE_FAILED, .text = "403 not allowed"};
static const struct cause cause_no_key = {.fate = FATE_FAILED, .text = "403 API key"};
static const struct cause cause_method = {.fate = FATE_THROTTLED, .text = "429 method"};
static const struct cause cause_account = {.fate = FATE_THROTTLED, .text = "429 account"};
static const struct cause cause_bad_request = {.fate = FATE_FAILED, .text = "400 refused by the integration"};
const struct cause cause_no_method = {.fate = FATE_FAILED, .text = "403 Missing Authentication Token"};
const struct cause cause_not_found = {.fate = FATE_FAILED, .text = "404 Not Found"};

static const struct {
    int status;
    struct cause cause;
} server_errors[] = {
    {500, {.fate = FATE_FAILED, .server_error = true, .text = "500 Internal Server Error"}},
    {502, {.fate = FATE_FAILED, .server_error = true, .text = "502 Bad Gateway"}},
    {503, {.fate = FATE_FAILED, .server_error = true, .text = "503 Service Unavailable"}},
    {504, {.fate = FATE_TIMED_OUT, .server_error = true, .text = "504 integration timeout"}},
};

const struct cause *api_server_error(double status)
{
    for (size_t i = 0; i < sizeof server_errors / sizeof *server_errors; i++)
        if (status == server_errors[i].status)
            return &server_errors[i].cause;
    return &server_errors[0].cause;
}

static struct api_call *call_at(const struct api_stage *stage, uint32_t id)
{
    return pool_at(&stage->calls, id);
}

/* Answers, and counts what CloudWatch counts. `came`: it had been let in. */
static void reply(struct simulation *simulation, struct api_stage *stage, struct request *request, const struct cause *cause, bool came)
{
    struct api_metrics *metrics = &stage->metrics;
    if (cause->server_error)
        counter_add(&metrics->server_errors, 1);
    else if (cause != &cause_succeeded)
        counter_add(&metrics->client_errors, 1);
    if (cause->fate == FATE_THROTTLED)
        counter_add(&metrics->throttles, 1);
    if (came)
        tally_add(&metrics->latency, TALLY_ALL, simulation->now_ns - request->sent_ns);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[stage->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request_done(simulation, stage->self, request, cause);
}

static void finish_call(struct simulation *simulation, struct api_stage *stage, uint32_t id, const struct cause *cause, bool came)
{
    struct request *request = request_at(simulation, call_at(stage, id)->request);
    pool_give(&stage->calls, id);
    reply(simulation, stage, request, cause, came);
}

/* It succeeds, and answers so much. */
static void finish_well(struct simulation *simulation, struct api_stage *stage, uint32_t id, uint64_t bytes)
{
    request_at(simulation, call_at(stage, id)->request)->payload_bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    finish_call(simulation, stage, id, &cause_succeeded, true);
}

static void enter_line(struct simulation *simulation, struct api_stage *stage, uint32_t id, uint32_t index)
{
    call_at(stage, id)->line = index;
    deadline_enter(simulation, &stage->lines[index], id);
}

static void leave_line(struct api_stage *stage, uint32_t id)
{
    struct api_call *call = call_at(stage, id);
    deadline_leave(&stage->lines[call->line], id);
    call->line = POOL_NONE;
}

/* Sends what the call is about to `target`, with the time limit of line `index`. */
static void send_on(struct simulation *simulation, struct api_stage *stage, uint32_t id, uint32_t target, uint32_t index, bool asynchronous)
{
    struct api_call *call = call_at(stage, id);
    const struct request *request = request_at(simulation, call->request);
    const struct caller *caller = call->caller;
    struct request *sent = request_pass_on(simulation, request, stage->self, id);
    if (!sent)
        return;
    sent->born_ns = simulation->now_ns;
    sent->asynchronous = asynchronous;
    if (index % 2 == 0) /* an authorizer sees no body */
        sent->payload_bytes = caller ? (uint32_t)(caller->headers_bytes < UINT32_MAX ? caller->headers_bytes : UINT32_MAX) : 0;
    else if (caller && caller->base64 && stage->doors[call->door].route->backend == BACKEND_FUNCTION) {
        double bytes = (double)request->payload_bytes * stage->base64_factor;
        sent->payload_bytes = bytes >= UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    }
    call->sent = sent->id;
    enter_line(simulation, stage, id, index);
    request_send(simulation, target, sent);
}

static uint64_t cache_key(const struct api_stage *stage, const struct request *request)
{
    return (uint64_t)stage->cached_as[request->content] << 32 | request->group;
}

/* The overhead is over: the cache, or the backend. */
static void go_in(struct simulation *simulation, struct api_stage *stage, uint32_t id)
{
    const struct api_call *call = call_at(stage, id);
    const struct door *door = &stage->doors[call->door];
    struct request *request = request_at(simulation, call->request);
    if (door->cache_ns > 0) {
        counter_add(&stage->metrics.lookups, 1);
        const struct lru_entry *kept = lru_cache_find(&stage->cache, cache_key(stage, request), simulation->now_ns);
        if (kept) {
            counter_add(&stage->metrics.hits, 1);
            finish_well(simulation, stage, id, kept->bytes);
            return;
        }
        counter_add(&stage->metrics.misses, 1);
    }
    if (door->route->backend == BACKEND_MOCK || door->route->target == ENTITY_NONE)
        finish_well(simulation, stage, id, (uint64_t)stage->config.response_bytes);
    else
        send_on(simulation, stage, id, door->route->target, 2 * call->door + 1, door->route->asynchronous);
}

/* The API key and its usage plan; NULL: it may pass. */
static const struct cause *refused_by_plan(const struct simulation *simulation, const struct api_stage *stage, const struct door *door,
                                           const struct caller *caller)
{
    bool known;
    if (!door->key_required)
        return NULL;
    if (!caller || caller->api_key == ENTITY_NONE)
        return &cause_no_key;
    const struct cause *refusal =
        usage_plans_take(simulation, stage->plans, stage->plan_count, caller->api_key, door->route->method, door->route->path, &known);
    return known ? refusal : &cause_no_key;
}

/* Who it is, is known: what may it ask for? */
static void let_in(struct simulation *simulation, struct api_stage *stage, uint32_t id)
{
    const struct api_call *call = call_at(stage, id);
    const struct door *door = &stage->doors[call->door];
    const struct request *request = request_at(simulation, call->request);
    const struct cause *refusal = refused_by_plan(simulation, stage, door, call->caller);
    if (refusal == NULL && door->bucket && !token_bucket_take(door->bucket, 1, simulation->now_ns))
        refusal = &cause_method;
    if (refusal == NULL && !token_bucket_take(&stage->account_keeper->account, 1, simulation->now_ns))
        refusal = &cause_account;
    if (refusal) {
        finish_call(simulation, stage, id, refusal, false);
        return;
    }
    uint64_t bytes = request->payload_bytes > 0 ? request->payload_bytes : 1;
    counter_add(&stage->metrics.billed, stage->config.kind == API_HTTP ? bill_chunks(bytes, stage->meter_bytes) : 1);
    stream_at(&stage->overhead_stream, request->item, request->attempt);
    const struct api_stage *api = entity_state(simulation, stage->config.api);
    int64_t overhead_ns = fault_slowed(&stage->faults, distribution_sample_ns(stage->config.overhead, &stage->overhead_stream.rng));
    if (api != stage)
        overhead_ns = fault_slowed(&api->faults, overhead_ns);
    if (overhead_ns > 0)
        simulation_schedule(simulation, stage->self, API_ENTER, RANK_ARRIVAL, time_add(simulation->now_ns, overhead_ns), id);
    else
        go_in(simulation, stage, id);
}

static void turn_away(struct simulation *simulation, struct api_stage *stage, uint32_t id, const struct cause *cause)
{
    counter_add(&stage->metrics.unauthorized, 1);
    finish_call(simulation, stage, id, cause, false);
}

/* Who is it? */
static void identify(struct simulation *simulation, struct api_stage *stage, uint32_t id)
{
    const struct api_call *call = call_at(stage, id);
    struct api_authorizer *authorizer = stage->doors[call->door].authorizer;
    if (stage->doors[call->door].signed_only &&
        right_is_lacking(simulation, request_at(simulation, call->request)->from, stage->config.api, CONTENT_NONE)) {
        turn_away(simulation, stage, id, &cause_not_allowed);
        return;
    }
    if (!authorizer) {
        let_in(simulation, stage, id);
        return;
    }
    switch (api_authorizer_judge(authorizer, request_at(simulation, call->request), call->token, simulation->now_ns)) {
    case AUTHORIZER_PASS:
        let_in(simulation, stage, id);
        break;
    case AUTHORIZER_REFUSE:
        turn_away(simulation, stage, id, authorizer->function == ENTITY_NONE ? &cause_bad_token : &cause_denied);
        break;
    case AUTHORIZER_ABSENT:
        turn_away(simulation, stage, id, &cause_unauthorized);
        break;
    case AUTHORIZER_ASK:
        counter_add(&stage->metrics.asked, 1);
        send_on(simulation, stage, id, authorizer->function, 2 * call->door, false);
        break;
    }
}

/* What is wrong with the request itself. */
static const struct cause *refusal_of(const struct api_stage *stage, const struct request *request, const struct caller *caller)
{
    if (request->payload_bytes > stage->request_limit_bytes)
        return &cause_request_large;
    if (caller && caller->headers_bytes > 0 && (uint64_t)caller->headers_bytes > stage->headers_limit_bytes)
        return &cause_headers_large;
    return stage->door_of[request->content] == stage->door_count ? stage->no_route : NULL;
}

void api_stage_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct api_stage *stage = self;
    struct api_stage *api = entity_state(simulation, stage->config.api); /* whose faults are those of all its stages */
    const struct caller *caller = request_caller(simulation, request);
    if (__builtin_expect(stage->config.first_stage != NULL, 0)) { /* an API stands for a stage that is a resource of its own */
        simulation->entities[stage->self].ledger.entered--;
        request_send(simulation, stage->config.first_entity, request);
        return;
    }
    counter_add(&stage->metrics.requests, 1);
    if (fault_befalls(&stage->faults, request) || fault_befalls(&api->faults, request)) {
        reply(simulation, stage, request, api_server_error(500), false);
        return;
    }
    const struct cause *refusal = refusal_of(stage, request, caller);
    if (refusal) {
        reply(simulation, stage, request, refusal, false);
        return;
    }
    uint32_t id = pool_take(&stage->calls);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    uint64_t client = caller && caller->clients > 0 ? (request->item - caller->salt) % (uint64_t)caller->clients : 0;
    *call_at(stage, id) = (struct api_call){
        .request = request->id,
        .sent = POOL_NONE,
        .line = POOL_NONE,
        .token = (uint64_t)request->from << 31 | client, /* one bit is left for whether it is good */
        .caller = caller,
        .door = stage->door_of[request->content],
    };
    identify(simulation, stage, id);
}

/* What the backend's answer is to the caller. */
static const struct cause *answer_of(const struct api_stage *stage, const struct door *door, const struct cause *cause)
{
    if (cause == &cause_succeeded)
        return cause;
    if (door->route->backend == BACKEND_FUNCTION) {
        if (cause->fate == FATE_REJECTED)
            return &cause_payload_large;
        if (cause->fate == FATE_THROTTLED)
            return stage->function_throttled;
        return cause->server_error ? api_server_error(500) : stage->function_error;
    }
    if (cause->fate == FATE_THROTTLED && door->route->backend == BACKEND_SERVER)
        return api_server_error(503);
    return cause->fate == FATE_THROTTLED || cause->server_error || cause->fate == FATE_TIMED_OUT ? api_server_error(500)
                                                                                                 : &cause_bad_request;
}

/* Keeps the answer, if it is small enough. */
static void keep(struct simulation *simulation, struct api_stage *stage, const struct api_call *call, int64_t cache_ns, uint64_t bytes)
{
    const struct request *request = request_at(simulation, call->request);
    if (cache_ns > 0 && bytes <= stage->item_limit_bytes)
        simulation_fail(simulation, lru_cache_put(&stage->cache, cache_key(stage, request), (uint32_t)bytes, 0,
                                                  time_add(simulation->now_ns, cache_ns)));
}

static void backend_answered(struct simulation *simulation, struct api_stage *stage, uint32_t id, const struct cause *cause,
                             uint64_t response_bytes)
{
    const struct api_call *call = call_at(stage, id);
    const struct door *door = &stage->doors[call->door];
    tally_add(&stage->metrics.integration_latency, TALLY_ALL, simulation->now_ns - call->deadline.since_ns);
    cause = answer_of(stage, door, cause);
    if (cause == &cause_succeeded && response_bytes > stage->response_limit_bytes)
        cause = stage->function_error;
    if (cause != &cause_succeeded) {
        finish_call(simulation, stage, id, cause, true);
        return;
    }
    keep(simulation, stage, call, door->cache_ns, response_bytes);
    finish_well(simulation, stage, id, response_bytes);
}

void api_stage_done(struct simulation *simulation, void *self, struct request *sent)
{
    struct api_stage *stage = self;
    uint32_t id = sent->from_data;
    struct api_call *call = call_at(stage, id);
    struct door *door = &stage->doors[call->door];
    const struct cause *cause = sent->cause;
    bool asked = call->line == 2 * call->door;
    bool known = door->route->backend == BACKEND_FUNCTION && !sent->asynchronous && sent->payload_bytes > 0 && cause == &cause_succeeded;
    uint64_t bytes = known ? sent->payload_bytes : (uint64_t)stage->config.response_bytes;
    request_free(simulation, sent);
    call->sent = POOL_NONE;
    leave_line(stage, id);
    if (!asked)
        backend_answered(simulation, stage, id, cause, bytes);
    else if (cause != &cause_succeeded)
        finish_call(simulation, stage, id, api_server_error(500), false); /* AUTHORIZER_FAILURE */
    else if (api_authorizer_learn(simulation, door->authorizer, request_at(simulation, call->request), call->token))
        turn_away(simulation, stage, id, &cause_denied);
    else
        let_in(simulation, stage, id);
}

/* The first calls of a line may have had their time. */
static void deadline(struct simulation *simulation, struct api_stage *stage, uint32_t index)
{
    bool backend = index % 2 == 1; /* the backend's line, not the authorizer's */
    for (uint32_t id; (id = deadline_due(simulation, &stage->lines[index])) != POOL_NONE;) {
        struct api_call *call = call_at(stage, id);
        request_at(simulation, call->sent)->from = ENTITY_NONE; /* goes on, for nobody */
        call->line = POOL_NONE;
        counter_add(&stage->metrics.timeouts, 1);
        if (backend)
            tally_add(&stage->metrics.integration_latency, TALLY_ALL, simulation->now_ns - call->deadline.since_ns);
        finish_call(simulation, stage, id, backend ? stage->timed_out : api_server_error(500), backend);
    }
}

void api_stage_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct api_stage *stage = self;
    if (event->kind == API_ENTER)
        go_in(simulation, stage, event->data);
    else
        deadline(simulation, stage, event->data);
}

enum status api_stage_finish(struct simulation *simulation, void *self)
{
    const struct api_stage *stage = self;
    simulation_in_flight(simulation, stage->self, stage->calls.used);
    return STATUS_OK;
}
