/* function_steps.c: handlers whose steps call others: how long they run is known only when the last answer is there.
 * The time limit is one event an environment, not one an invocation: the environment's pending event looks again (environment_expire). */
#include "function_steps.h"

#include "engine/batch.h"
#include "engine/effects.h"
#include "engine/sending.h"
#include "function_call.h"
#include "function_end.h"
#include "function_environment.h"
#include "function_network.h"
#include "function_stream.h"
#include "lambda_kinds.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double steps_slowdown(const void *owner, double parallel)
{
    return compute_slowdown(&((const struct function *)owner)->share, parallel);
}

static double steps_vcpus(const void *owner)
{
    return ((const struct function *)owner)->share.vcpus;
}

static void end_handler(struct simulation *simulation, struct function *function, struct environment *environment)
{
    environment->duration_ns = simulation->now_ns - environment->began_ns;
    environment->run = POOL_NONE;
    function_complete(simulation, function, environment);
}

/* The handler has answered, and the rest of its response is under way for so long. */
static void stream_rest(struct simulation *simulation, struct function *function, struct environment *environment, int64_t stream_ns)
{
    int64_t run_ns = time_add(simulation->now_ns - environment->began_ns, stream_ns);
    if (run_ns > function->config.timeout_ns) {
        run_ns = function->config.timeout_ns;
        environment->outcome = END_TIMED_OUT;
    }
    environment->duration_ns = run_ns;
    environment->run = POOL_NONE; /* from here on it is as a handler without calls */
    simulation_schedule(simulation, function->self, FUNCTION_COMPLETE, RANK_COMPLETION, time_add(environment->began_ns, run_ns),
                        environment->id);
}

static void steps_ended(struct simulation *simulation, void *owner, uint32_t data, enum procedure_end end)
{
    struct function *function = owner;
    struct environment *environment = pool_at(&function->environments, data);
    if (end == PROCEDURE_FAILED)
        environment->outcome = END_ERROR;
    const struct request *request = request_at(simulation, environment->request);
    int64_t stream_ns = function_streams(function, request) && end != PROCEDURE_FAILED ? function_stream_ns(function, request) : 0;
    if (stream_ns > 0)
        stream_rest(simulation, function, environment, stream_ns);
    else
        end_handler(simulation, function, environment);
}

static double steps_stretch(const void *owner)
{
    const struct function *function = owner;
    return (function->faults.any ? function->faults.slow : 1) * (1 + function->config.profiled);
}

static void effect_repeated(void *owner)
{
    counter_add(&((struct function *)owner)->metrics.duplicate_effects, 1);
}

static uint64_t tmp_bytes(const void *owner)
{
    return (uint64_t)((const struct function *)owner)->config.storage_mb * 1024 * 1024;
}

static void looked_in_tmp(void *owner, enum local_found found)
{
    struct function_metrics *metrics = &((struct function *)owner)->metrics;
    counter_add(&metrics->tmp_lookups, 1);
    counter_add(found == LOCAL_MISS ? &metrics->tmp_misses : &metrics->tmp_hits, 1);
    counter_add(&metrics->tmp_stale, found == LOCAL_STALE_HIT);
}

static void kept_in_tmp(struct simulation *simulation, void *owner, const struct local_caches *caches)
{
    struct function *function = owner;
    gauge_add(&function->metrics.tmp_bytes, simulation->now_ns, (int64_t)caches->used_bytes - function->metrics.tmp_bytes.level);
    counter_add(&function->metrics.tmp_evictions, caches->evicted - function->tmp_evicted);
    function->tmp_evicted = caches->evicted;
}

static const struct procedure_type handler_procedure = {
    .slowdown = steps_slowdown,
    .vcpus = steps_vcpus,
    .stretch = steps_stretch,
    .ended = steps_ended,
    .carry = function_network_carry,
    .returned = function_network_returned,
    .repeated = effect_repeated,
    .storage_bytes = tmp_bytes,
    .looked = looked_in_tmp,
    .kept = kept_in_tmp,
};

static void look_for_counted(void *context, struct step *step, const char *place)
{
    (void)place;
    *(bool *)context = *(bool *)context || (step->kind == STEP_CALL && step->call->counted);
}

/* What was done stands with the function: an item that is tried again may meet another version. */
static enum status count_effects(struct simulation *simulation, const struct function *function)
{
    const struct rule_book *rules = simulation->settings->rules;
    struct function *family = function->family;
    bool any_counted = false;
    steps_visit(&function->config.handler.steps, NULL, look_for_counted, &any_counted);
    if (!any_counted)
        return STATUS_OK;
    if (!family->effects) {
        family->effects = malloc(sizeof *family->effects);
        if (!family->effects)
            return STATUS_NO_MEMORY;
        effects_init(family->effects, rule_ns(rules, "effects_kept_s"), rule_ns(rules, "effects_kept_after_success_s"), &simulation->memory,
                     simulation->entities[family->self].name);
    }
    function->procedure->effects = family->effects;
    return STATUS_OK;
}

enum status function_steps_create(struct simulation *simulation, struct function *function)
{
    if (!steps_call(&function->config.handler.steps))
        return STATUS_OK;
    function->procedure = calloc(1, sizeof *function->procedure);
    if (!function->procedure)
        return STATUS_NO_MEMORY;
    enum status status = procedure_init(function->procedure, &handler_procedure, &function->config.handler.steps, simulation, function,
                                        function->self, FUNCTION_PROCEDURE);
    return status == STATUS_OK ? count_effects(simulation, function) : status;
}

void function_steps_destroy(struct function *function)
{
    if (function->procedure)
        procedure_fini(function->procedure);
    free(function->procedure);
    if (function->effects)
        effects_fini(function->effects);
    free(function->effects);
}

/* Does its sender want to know how it ends? Who does not may well try again, or has. */
static bool is_awaited(const struct simulation *simulation, const struct request *request)
{
    if (request->from == ENTITY_NONE)
        return false;
    return !is_invocable_type(simulation->entities[request->from].type) || !procedure_left(request);
}

void function_steps_settle(struct simulation *simulation, struct function *function, const struct request *request, bool good)
{
    struct effects *effects = function->procedure->effects;
    if (!effects)
        return;
    if (!request->is_batch) {
        if (good && is_awaited(simulation, request))
            effects_settle(effects, request->item, simulation->now_ns);
        return;
    }
    const struct entity *sender = &simulation->entities[request->from];
    const struct batch *batch = sender->type->batch(simulation, sender->state, request);
    for (uint32_t i = 0; i < batch->count; i++)
        if (!batch->records[i].failed)
            effects_settle(effects, batch->records[i].item, simulation->now_ns);
}

uint32_t function_beyond(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    const struct function *function = self;
    return function->procedure && procedure_sent(request) ? procedure_call_of(function->procedure, request)->target : ENTITY_NONE;
}

struct cache_wish *function_wish(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    const struct function *function = self;
    return function->procedure && procedure_sent(request) ? procedure_wish(function->procedure, request) : NULL;
}

void function_steps_begin(struct simulation *simulation, struct function *function, struct environment *environment,
                          const struct request *request, int64_t before_ns, int64_t suppressed_ns)
{
    environment->began_ns = time_add(simulation->now_ns, before_ns);
    environment->run = procedure_start(simulation, function->procedure, request, environment->id,
                                       function_hops(simulation, function, request), time_add(before_ns, suppressed_ns));
    environment_look_by(simulation, function, environment, time_add(environment->began_ns, function->config.timeout_ns));
}

void function_steps_expired(struct simulation *simulation, struct function *function, struct environment *environment)
{
    int64_t until_ns = time_add(environment->began_ns, function->config.timeout_ns);
    if (!function->procedure || environment->run == POOL_NONE)
        return;
    if (until_ns > simulation->now_ns) {
        environment_look_by(simulation, function, environment, until_ns);
        return;
    }
    procedure_cancel(simulation, function->procedure, environment->run);
    environment->outcome = END_TIMED_OUT;
    end_handler(simulation, function, environment);
}

/* Whom a call means that names a function and no part of it: the alias that stands for it. */
static void resolve(void *context, struct step *step, const char *place)
{
    struct validation *validation = context;
    (void)place;
    if (step->kind != STEP_CALL || step->call->target == ENTITY_NONE)
        return;
    if (!step->call->part)
        step->call->target = validation_callee(validation, NULL, step->call->target);
    function_call_resolve(validation, step->call);
    validation_passes(validation, &(const struct onward){.from = validation_self(validation), .to = step->call->target});
    if (step->call->via != ENTITY_NONE)
        validation_flow(validation, validation_self(validation), step->call->via);
}

/* What of its calls may come back to it, and how many of each item that it handles. */
static void tell_loops(struct validation *validation, const struct step_list *list, double share)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct step *step = &list->steps[i];
        const struct step_call *call = step->call;
        if (step->kind == STEP_CALL)
            validation_passes(validation, &(const struct onward){.from = validation_self(validation),
                                                                 .to = call->target,
                                                                 .made = &call->content,
                                                                 .times = share * (call->count ? distribution_mean(call->count) : 1),
                                                                 .aside = true});
        for (size_t k = 0; k < step->branch_count; k++)
            tell_loops(validation, &step->branches[k], step->kind == STEP_PROBABILITY ? share * step->probability : share);
    }
}

void function_steps_validate(struct validation *validation, const struct function_config *config)
{
    steps_visit(&config->handler.steps, NULL, resolve, validation);
    tell_loops(validation, &config->handler.steps, 1);
}

/* What stands in front of what is called. */
static void tell_front(struct validation *validation, const struct step_call *call, const struct sending *sending)
{
    const char *const *type = validation_type(validation, call->via)->in_front_of;
    while (type && *type && !model_is(validation_type(validation, call->target), *type))
        type++;
    if (!type || !*type)
        validation_sending_error(validation, sending, "via", NULL, "%s cannot stand in front of %s", validation_name(validation, call->via),
                                 validation_name(validation, call->target));
    else
        validation_sending_needs_key(validation, sending, "behind a cache");
}

static bool takes_connections(const struct validation *validation, uint32_t entity)
{
    return entity != ENTITY_NONE && entity != CACHE_TMP && validation_type(validation, entity)->connectable;
}

static void tell_call(void *context, struct step *step, const char *place)
{
    struct validation *validation = context;
    const struct step_call *call = step->call;
    char inside[260];
    if (step->kind != STEP_CALL)
        return;
    snprintf(inside, sizeof inside, "%s.", place);
    const struct sending sending = {
        .target = call->target,
        .part = call->part,
        .content = call->content,
        .has_key = call->key.kind != KEY_NONE,
        .passes_key_on = true,
        .place = inside,
        .target_key = call->spelling,
        .operation_key = "op",
    };
    if (call->target != ENTITY_NONE && strcmp(call->spelling, "invoke") == 0 &&
        !is_invocable_type(validation_type(validation, call->target)))
        validation_sending_error(validation, &sending, NULL, "write {\"call\": ...}, or {\"send\": ...}",
                                 "%s is no function: it cannot be invoked", validation_name(validation, call->target));
    else
        validation_sends(validation, &sending);
    if (call->target != ENTITY_NONE && call->via != ENTITY_NONE)
        tell_front(validation, call, &sending);
    if (call->target != ENTITY_NONE)
        function_call_check_cache(validation, call, &sending);
    if (call->connect_given && call->target != ENTITY_NONE && !takes_connections(validation, call->target) &&
        !takes_connections(validation, call->cache))
        validation_sending_error(validation, &sending, "connect", "leave it out", "%s is %s, which takes no connections",
                                 validation_name(validation, call->target), validation_type(validation, call->target)->type);
}

/* A version that does what its function does has nothing to tell beside it. */
void function_sends(struct validation *validation, const void *config)
{
    const struct function_config *own = &((const struct function *)config)->config;
    const struct function *whole = own->whole == ENTITY_NONE ? NULL : validation_config(validation, own->whole);
    if (!whole || whole->config.handler.steps.steps != own->handler.steps.steps)
        steps_visit(&own->handler.steps, "behavior.steps", tell_call, validation);
    if (!whole || whole->config.init_steps.steps != own->init_steps.steps)
        steps_visit(&own->init_steps, "behavior.init_steps", tell_call, validation);
}
