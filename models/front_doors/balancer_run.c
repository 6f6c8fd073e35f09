/* balancer_run.c: the way of a request through a load balancer: connection, rule, action, target, answer.
 * Sources: User Guide for Application Load Balancers, "Listener rules", "Lambda functions as targets", "Troubleshoot your Application Load
 * Balancers" (which status for what), "Access logs" (the reasons of a function's failures, and which metric counts them), "CloudWatch
 * metrics"; rules alb_*. */
#include "balancer_state.h"

#include "engine/caller.h"
#include "engine/rule_book.h"

#define OWN(FATE, SERVER, STATUS, TEXT)                                                                                                    \
    {                                                                                                                                      \
        .cause = {.fate = FATE, .server_error = SERVER, .text = TEXT}, .status = STATUS                                                    \
    }
#define OF_TARGET(FATE, SERVER, STATUS, TEXT)                                                                                              \
    {                                                                                                                                      \
        .cause = {.fate = FATE, .server_error = SERVER, .text = TEXT}, .status = STATUS, .of_target = true                                 \
    }
#define OF_USER(FATE, SERVER, STATUS, TEXT)                                                                                                \
    {                                                                                                                                      \
        .cause = {.fate = FATE, .server_error = SERVER, .text = TEXT}, .status = STATUS, .user_error = true                                \
    }

static const struct balancer_answer answer_served = OF_TARGET(FATE_SUCCEEDED, false, 200, "");
static const struct balancer_answer answer_fixed_2xx = OWN(FATE_SUCCEEDED, false, 200, "");
static const struct balancer_answer answer_redirect = OWN(FATE_SUCCEEDED, false, 302, "");
static const struct balancer_answer answer_fixed_4xx = OWN(FATE_FAILED, false, 400, "4XX fixed response");
static const struct balancer_answer answer_no_listener = OWN(FATE_FAILED, false, 0, "no listener");
static const struct balancer_answer answer_headers_large = OWN(FATE_REJECTED, false, 413, "413 headers too large");
static const struct balancer_answer answer_body_large = OF_USER(FATE_REJECTED, false, 413, "413 LambdaRequestTooLarge");
static const struct balancer_answer answer_gone = OWN(FATE_FAILED, false, 460, "460 the client closed the connection");
static const struct balancer_answer answer_fixed_500 = OWN(FATE_FAILED, true, 500, "5XX fixed response");
static const struct balancer_answer answer_fixed_502 = OWN(FATE_FAILED, true, 502, "502 fixed response");
static const struct balancer_answer answer_fixed_503 = OWN(FATE_FAILED, true, 503, "503 fixed response");
static const struct balancer_answer answer_fixed_504 = OWN(FATE_FAILED, true, 504, "504 fixed response");
static const struct balancer_answer answer_fault = OWN(FATE_FAILED, true, 500, "500 Internal Server Error");
static const struct balancer_answer answer_unhandled = OF_USER(FATE_FAILED, true, 502, "502 LambdaUnhandled");
static const struct balancer_answer answer_throttled = OF_USER(FATE_FAILED, true, 502, "502 LambdaThrottling");
static const struct balancer_answer answer_malformed = OF_USER(FATE_FAILED, true, 502, "502 LambdaInvalidResponse");
static const struct balancer_answer answer_response_large = OF_USER(FATE_FAILED, true, 502, "502 LambdaResponseTooLarge");
static const struct balancer_answer answer_function_service = {
    .cause = {.fate = FATE_FAILED, .server_error = true, .text = "502 LambdaServiceException"}, .status = 502, .internal_error = true};
static const struct balancer_answer answer_no_target = OWN(FATE_FAILED, true, 503, "503 no registered target");
static const struct balancer_answer answer_deregistered = OWN(FATE_FAILED, true, 502, "502 target deregistered");
static const struct balancer_answer answer_no_connection = OWN(FATE_FAILED, true, 502, "502 the target closed or refused the connection");
static const struct balancer_answer answer_idle = OWN(FATE_TIMED_OUT, true, 504, "504 idle timeout");
static const struct balancer_answer answer_target_4xx = OF_TARGET(FATE_FAILED, false, 400, "4XX of the target");
static const struct balancer_answer answer_target_5xx = OF_TARGET(FATE_FAILED, true, 500, "5XX of the target");

static struct balancer_call *call_at(const struct load_balancer *balancer, uint32_t id)
{
    return pool_at(&balancer->calls, id);
}

/* What CloudWatch counts of an answer that is the load balancer's own. */
static void count_own(struct balancer_metrics *metrics, int status)
{
    counter_add(&metrics->elb_3xx, status >= 300 && status < 400);
    counter_add(&metrics->elb_4xx, status >= 400 && status < 500);
    counter_add(&metrics->elb_5xx, status >= 500);
    counter_add(&metrics->elb_500, status == 500);
    counter_add(&metrics->elb_502, status == 502);
    counter_add(&metrics->elb_503, status == 503);
    counter_add(&metrics->elb_504, status == 504);
}

static void reply(struct simulation *simulation, struct load_balancer *balancer, struct request *request,
                  const struct balancer_answer *answer)
{
    const struct cause *cause = answer->cause.fate == FATE_SUCCEEDED ? &cause_succeeded : &answer->cause;
    if (!answer->of_target)
        count_own(&balancer->metrics, answer->status);
    if (!balancer->connection_given)
        gauge_add(&balancer->metrics.connections, simulation->now_ns, -1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[balancer->self].name, fate_names[cause->fate], simulation->now_ns, 0,
                         cause->text);
    request_done(simulation, balancer->self, request, cause);
}

/* The end of a call, whose request had its target chosen. */
static void finish_call(struct simulation *simulation, struct load_balancer *balancer, uint32_t id, const struct balancer_answer *answer)
{
    struct balancer_call *call = call_at(balancer, id);
    struct request *request = request_at(simulation, call->request);
    call->live = false;
    struct balancer_metrics *metrics = &call->group->metrics;
    if (request->from == ENTITY_NONE)
        answer = &answer_gone;
    if (answer->of_target) {
        counter_add(&metrics->target_2xx, answer->status < 300);
        counter_add(&metrics->target_4xx, answer->status >= 400 && answer->status < 500);
        counter_add(&metrics->target_5xx, answer->status >= 500);
    }
    counter_add(&metrics->user_errors, answer->user_error);
    counter_add(&metrics->internal_errors, answer->internal_error);
    request->payload_bytes = call->answer_bytes;
    if (call->answer_bytes > 0 && call->group->kind != TARGET_LAMBDA && balancer->scheme == SCHEME_INTERNET_FACING &&
        request->from != ENTITY_NONE && simulation->entities[request->from].type->caller)
        counter_add(&balancer->metrics.left_bytes, call->answer_bytes);
    pool_give(&balancer->calls, id);
    reply(simulation, balancer, request, answer);
}

/* Bytes between the client and the load balancer. */
static void count_bytes(struct load_balancer *balancer, uint64_t bytes, bool to_function)
{
    counter_add(&balancer->metrics.processed_bytes, bytes);
    *(to_function ? &balancer->meter.use.function_bytes : &balancer->meter.use.server_bytes) += bytes;
}

static uint32_t grown(const struct load_balancer *balancer, const struct balancer_call *call, uint32_t bytes)
{
    double text = call->binary ? (double)bytes * balancer->base64_factor : bytes;
    return text >= UINT32_MAX ? UINT32_MAX : (uint32_t)text;
}

/* The overhead is over: to a target. */
static void forward(struct simulation *simulation, struct load_balancer *balancer, uint32_t id)
{
    struct balancer_call *call = call_at(balancer, id);
    struct target_group *group = call->group;
    const struct request *request = request_at(simulation, call->request);
    uint32_t node = balancer->next_node;
    balancer->next_node = (node + 1) % balancer->nodes;
    if (!group_choose(group, node, &call->target)) {
        finish_call(simulation, balancer, id, &answer_no_target);
        return;
    }
    struct request *sent = request_pass_on(simulation, request, balancer->self, id);
    if (!sent)
        return;
    sent->born_ns = simulation->now_ns;
    sent->asynchronous = false;
    sent->payload_bytes = grown(balancer, call, request->payload_bytes);
    call->sent = sent->id;
    call->live = true;
    call->sent_ns = simulation->now_ns;
    group->registered[call->target].outstanding++;
    if (group->kind == TARGET_LAMBDA)
        counter_add(&group->metrics.lambda_bytes, sent->payload_bytes + call->headers_bytes);
    call->is_timed = group->kind != TARGET_LAMBDA || !balancer->function_untimed;
    if (call->is_timed)
        deadline_enter(simulation, &balancer->idle, id);
    group_send(simulation, group, call->target, sent);
}

/* The group that gets it: by weight. */
static struct target_group *group_of(const struct simulation *simulation, struct load_balancer *balancer,
                                     const struct balancer_route *route, const struct request *request)
{
    size_t chosen = 0;
    if (route->share_count > 1) {
        stream_at(&balancer->share_stream, request->item, request->attempt);
        double place = stream_uniform(&balancer->share_stream) * (double)route->weight;
        while (chosen + 1 < route->share_count && place >= (double)route->shares[chosen].weight)
            place -= (double)route->shares[chosen++].weight;
    }
    return entity_state(simulation, route->shares[chosen].group);
}

/* A request among the targets in service; what is left over goes to the next, so that equal shares add up. */
static void count_share(struct target_group *group)
{
    uint64_t targets = group->metrics.healthy.level > 0 ? (uint64_t)group->metrics.healthy.level : 1;
    group->share_rest += PER_TARGET_PARTS;
    counter_add(&group->metrics.per_target, group->share_rest / targets);
    group->share_rest %= targets;
}

static void let_in(struct simulation *simulation, struct load_balancer *balancer, struct target_group *group, struct request *request,
                   const struct caller *caller)
{
    bool to_function = group->kind == TARGET_LAMBDA;
    uint32_t id = pool_take(&balancer->calls);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    *call_at(balancer, id) = (struct balancer_call){
        .request = request->id,
        .sent = POOL_NONE,
        .binary = caller && caller->base64 && to_function,
        .group = group,
        .headers_bytes = caller && caller->headers_bytes > 0 ? (uint64_t)caller->headers_bytes : 0,
    };
    counter_add(&group->metrics.requests, 1);
    count_share(group);
    if (to_function && request->payload_bytes > balancer->body_limit_bytes) {
        finish_call(simulation, balancer, id, &answer_body_large);
        return;
    }
    if (to_function && !group->multi_value)
        counter_add(&group->metrics.values_dropped, group->dropped[request->content]);
    stream_at(&balancer->overhead_stream, request->item, request->attempt);
    int64_t overhead_ns = fault_slowed(&balancer->faults, distribution_sample_ns(balancer->overhead, &balancer->overhead_stream.rng));
    if (overhead_ns > 0 || !to_function) /* a server may stand for whatever comes round to here: no calls within calls without end */
        simulation_schedule(simulation, balancer->self, BALANCER_ENTER, RANK_ARRIVAL, time_add(simulation->now_ns, overhead_ns), id);
    else
        forward(simulation, balancer, id);
}

static const struct balancer_answer *fixed_answer(int64_t status)
{
    if (status < 400)
        return &answer_fixed_2xx;
    if (status < 500)
        return &answer_fixed_4xx;
    return status == 502 ? &answer_fixed_502 : status == 503 ? &answer_fixed_503 : status == 504 ? &answer_fixed_504 : &answer_fixed_500;
}

/* Rules are looked at by priority until one holds; the default is not counted. */
static const struct balancer_route *find_route(struct load_balancer *balancer, const struct armed_listener *listener,
                                               const struct request *request)
{
    const struct balancer_route *route = &listener->listener->route;
    size_t looked_at = 0;
    while (looked_at < listener->rule_count) {
        const struct armed_rule *armed = &listener->rules[looked_at++];
        if (!content_set_has(&armed->holds, request->content))
            continue;
        if (armed->is_open && armed->rule->match_rate < 1) {
            stream_at(&armed->rule->chance, request->item, request->attempt);
            if (stream_uniform(&armed->rule->chance) >= armed->rule->match_rate)
                continue;
        }
        route = &armed->rule->route;
        break;
    }
    counter_add(&balancer->metrics.rule_evaluations, looked_at);
    if (looked_at > balancer->meter.free_rules)
        balancer->meter.use.evaluations += looked_at - balancer->meter.free_rules;
    return route;
}

/* A client sends so many requests on one connection. */
static void connect(struct simulation *simulation, struct load_balancer *balancer)
{
    bool opens = balancer->requests_seen++ % (uint64_t)balancer->requests_per_connection == 0;
    if (opens) {
        counter_add(&balancer->metrics.new_connections, 1);
        balancer->meter.use.connections++;
    }
    if (!balancer->connection_given) {
        gauge_add(&balancer->metrics.connections, simulation->now_ns, 1);
    } else if (opens) {
        gauge_add(&balancer->metrics.connections, simulation->now_ns, 1);
        simulation_schedule(simulation, balancer->self, BALANCER_CLOSE, RANK_COMPLETION,
                            time_add(simulation->now_ns, balancer->connection_ns), 0);
    }
}

void balancer_listen(struct simulation *simulation, struct load_balancer *balancer, uint32_t listener, struct request *request)
{
    const struct caller *caller = request_caller(simulation, request);
    uint64_t headers_bytes = caller && caller->headers_bytes > 0 ? (uint64_t)caller->headers_bytes : 0;
    counter_add(&balancer->metrics.calls, 1);
    connect(simulation, balancer);
    if (listener >= balancer->listener_count) {
        reply(simulation, balancer, request, &answer_no_listener);
        return;
    }
    if (fault_befalls(&balancer->faults, request)) {
        reply(simulation, balancer, request, &answer_fault);
        return;
    }
    if (headers_bytes > balancer->headers_limit_bytes) {
        reply(simulation, balancer, request, &answer_headers_large);
        return;
    }
    const struct balancer_route *route = find_route(balancer, &balancer->listeners[listener], request);
    struct target_group *group = route->kind == ACTION_FORWARD ? group_of(simulation, balancer, route, request) : NULL;
    count_bytes(balancer, request->payload_bytes + headers_bytes, group && group->kind == TARGET_LAMBDA);
    counter_add(&balancer->metrics.redirects, route->kind == ACTION_REDIRECT);
    counter_add(&balancer->metrics.fixed_responses, route->kind == ACTION_FIXED_RESPONSE);
    if (!group)
        reply(simulation, balancer, request, route->kind == ACTION_REDIRECT ? &answer_redirect : fixed_answer(route->status));
    else if (group->slots == 0)
        reply(simulation, balancer, request, &answer_no_target);
    else
        let_in(simulation, balancer, group, request, caller);
}

/* Who names the load balancer means its first listener. */
void balancer_accept(struct simulation *simulation, void *self, struct request *request)
{
    balancer_listen(simulation, self, 0, request);
}

/* What a function's answer is to the client. */
static const struct balancer_answer *function_answer(const struct load_balancer *balancer, struct target_group *group,
                                                     const struct request *sent, uint64_t bytes)
{
    const struct cause *cause = sent->cause;
    if (cause->fate == FATE_THROTTLED)
        return &answer_throttled;
    if (cause != &cause_succeeded)
        return cause->server_error ? &answer_function_service : &answer_unhandled;
    if (bytes > balancer->response_limit_bytes)
        return &answer_response_large;
    return group_malformed(group, sent) ? &answer_malformed : &answer_served;
}

static const struct balancer_answer *server_answer(const struct cause *cause)
{
    if (cause == &cause_succeeded)
        return &answer_served;
    if (cause == &cause_host_gone || cause == &cause_host_none || cause == &cause_host_full)
        return &answer_no_connection;
    return cause_is_of_service(cause) || cause->fate == FATE_TIMED_OUT ? &answer_target_5xx : &answer_target_4xx;
}

/* The size of what came back: that of what a function or a server says; 0: its target does not say. */
static uint32_t said_bytes(const struct simulation *simulation, const struct target_group *group, uint32_t target,
                           const struct request *sent)
{
    const struct model_type *type = simulation->entities[group->registered[target].entity].type;
    const bool says = group->kind == TARGET_LAMBDA || type->hosts || model_is(type, "AWS::EC2::Instance");
    return says && sent->cause == &cause_succeeded ? sent->payload_bytes : 0;
}

void balancer_done(struct simulation *simulation, void *self, struct request *sent)
{
    struct load_balancer *balancer = self;
    uint32_t id = sent->from_data;
    struct balancer_call *call = call_at(balancer, id);
    struct target_group *group = call->group;
    bool is_function = group->kind == TARGET_LAMBDA, good = sent->cause == &cause_succeeded;
    const uint32_t said = said_bytes(simulation, group, call->target, sent);
    uint64_t bytes = said > 0 ? said : (uint64_t)balancer->response_bytes;
    const struct balancer_answer *answer = is_function ? function_answer(balancer, group, sent, bytes) : server_answer(sent->cause);
    group->registered[call->target].outstanding--;
    if (call->is_timed)
        deadline_leave(&balancer->idle, id);
    if (answer != &answer_throttled)
        tally_add(&group->metrics.response_time, TALLY_ALL, simulation->now_ns - call->sent_ns);
    call->answer_bytes = answer == &answer_served ? said : 0;
    if (good) {
        if (is_function)
            counter_add(&group->metrics.lambda_bytes, bytes);
        if (answer == &answer_served)
            count_bytes(balancer, bytes, is_function);
    }
    request_free(simulation, sent);
    call->sent = POOL_NONE;
    finish_call(simulation, balancer, id, answer);
}

/* What was sent goes on, for nobody. */
static void abandon(struct simulation *simulation, struct load_balancer *balancer, uint32_t id, const struct balancer_answer *answer)
{
    const struct balancer_call *call = call_at(balancer, id);
    request_at(simulation, call->sent)->from = ENTITY_NONE;
    call->group->registered[call->target].outstanding--;
    finish_call(simulation, balancer, id, answer);
}

/* Servers that did not answer in time. */
static void give_up(struct simulation *simulation, struct load_balancer *balancer)
{
    for (uint32_t id; (id = deadline_due(simulation, &balancer->idle)) != POOL_NONE;)
        abandon(simulation, balancer, id, &answer_idle);
}

void balancer_drop(struct simulation *simulation, struct load_balancer *balancer, const struct target_group *group, int64_t ago_ns)
{
    for (uint32_t id = 0, end = balancer->calls.fresh; id < end; id++) {
        const struct balancer_call *call = call_at(balancer, id);
        if (!call->live || call->group != group)
            continue;
        const struct registered_target *target = &group->registered[call->target];
        if (!target->gone || time_add(target->since_ns, ago_ns) > simulation->now_ns)
            continue;
        if (call->is_timed)
            deadline_leave(&balancer->idle, id);
        abandon(simulation, balancer, id, &answer_deregistered);
    }
}

/* Its event is the last instant of the minute, so that the minute's figure stands in it. `begins`: measuring does. */
static void minute_over(struct simulation *simulation, struct load_balancer *balancer, bool begins)
{
    struct lcu_meter *meter = &balancer->meter;
    int64_t over_ns = simulation->now_ns + 1, end_ns = simulation->settings->duration_ns;
    meter->use.active = gauge_integral(&balancer->metrics.connections, over_ns);
    if (begins)
        lcu_begin(meter, over_ns);
    else
        tally_add(&balancer->metrics.units, TALLY_ALL, time_from_double(lcu_minute(meter, over_ns, over_ns >= end_ns) * LCU_PARTS));
    if (over_ns < end_ns)
        simulation_schedule(simulation, balancer->self, BALANCER_MINUTE, RANK_EXPIRY, lcu_minute_end_ns(meter, end_ns) - 1, 0);
}

/* The meter begins with what is measured. */
void balancer_start(struct simulation *simulation, void *self)
{
    struct load_balancer *balancer = self;
    const struct simulation_settings *settings = simulation->settings;
    if (settings->warmup_ns > 0)
        simulation_schedule(simulation, balancer->self, BALANCER_MINUTE, RANK_EXPIRY, settings->warmup_ns - 1, 1);
    else
        simulation_schedule(simulation, balancer->self, BALANCER_MINUTE, RANK_EXPIRY,
                            lcu_minute_end_ns(&balancer->meter, settings->duration_ns) - 1, 0);
}

void balancer_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct load_balancer *balancer = self;
    switch ((enum balancer_event)event->kind) {
    case BALANCER_ENTER:
        forward(simulation, balancer, event->data);
        break;
    case BALANCER_IDLE:
        give_up(simulation, balancer);
        break;
    case BALANCER_MINUTE:
        minute_over(simulation, balancer, event->data != 0);
        break;
    case BALANCER_DRAINED:
        balancer_drop(simulation, balancer, entity_state(simulation, event->data),
                      ((const struct target_group *)entity_state(simulation, event->data))->drain_ns);
        break;
    case BALANCER_CLOSE:
        gauge_add(&balancer->metrics.connections, simulation->now_ns, -1);
        break;
    }
}

enum status balancer_finish(struct simulation *simulation, void *self)
{
    const struct load_balancer *balancer = self;
    simulation_in_flight(simulation, balancer->self, balancer->calls.used);
    return STATUS_OK;
}
