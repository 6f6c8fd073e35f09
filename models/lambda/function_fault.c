/* function_fault.c: faults of functions: down, slow, failing, environments lost, all of them or those of one zone.
 * A fault of a function befalls its versions too, one of an alias the versions that it points at.
 * Lambda runs a function's environments in several zones (developer guide, "Resilience in AWS Lambda"), so a lost zone takes those that it
 * holds, and new ones start elsewhere. What an invocation in a lost environment ends with: rule environment_lost_service_error. */
#include "function_fault.h"

#include "function_environment.h"
#include "function_idle.h"
#include "lambda_kinds.h"
#include "provisioned.h"

const struct cause cause_function_down = {.fate = FATE_FAILED, .server_error = true, .text = "ServiceException"};
static const struct cause cause_lost = {.fate = FATE_FAILED, .server_error = true, .text = "ServiceException: environment lost"};
static const struct cause cause_lost_error = {.fate = FATE_FAILED, .text = "function error: environment lost"};

/* The same for an environment, however often it is asked during one fault. */
static bool is_hit(struct function *function, const struct environment *environment, double share)
{
    stream_at(&function->streams.fault_share, environment->ordinal, function->fault_ordinal);
    return stream_uniform(&function->streams.fault_share) < share;
}

/* `event_pending`: an event that names it, other than its expiry, is still to come. */
static void take(struct simulation *simulation, struct function *function, struct environment *environment, bool event_pending)
{
    if (environment->provisioned) {
        provisioned_lost(simulation, function, environment, event_pending);
        return;
    }
    if (environment->state == ENVIRONMENT_IDLE) {
        idle_set_remove(function_idle_in(function, environment->region), environment);
        gauge_add(&function->metrics.idle, simulation->now_ns, -1);
    }
    environment_lose(simulation, function, environment, event_pending);
}

/* Whoever waits for the invocation is told; nobody is billed for it. */
static void take_busy(struct simulation *simulation, struct function *function, struct environment *environment)
{
    struct request *request = request_at(simulation, environment->request);
    bool service_error = rule_flag(simulation->settings->rules, "environment_lost_service_error");
    const struct cause *cause = service_error ? &cause_lost : &cause_lost_error;
    bool by_steps = function->procedure && environment->run != POOL_NONE;
    if (by_steps)
        procedure_cancel(simulation, function->procedure, environment->run);
    counter_add(service_error ? &function->metrics.service_errors : &function->metrics.errors, 1);
    tally_add(&function->metrics.response_time, environment->cold ? TALLY_COLD : TALLY_WARM, simulation->now_ns - request->born_ns);
    function->busy_ns += simulation->now_ns - request->sent_ns;
    function_concurrency(function, simulation->now_ns, -1, environment);
    take(simulation, function, environment, !by_steps);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, "environment_lost", simulation->now_ns, 0, "");
    request_done(simulation, function->self, request, cause);
}

static void take_one(struct simulation *simulation, struct function *function, struct environment *environment)
{
    if (environment->state == ENVIRONMENT_BUSY) {
        take_busy(simulation, function, environment);
        return;
    }
    if (environment->state == ENVIRONMENT_FINISHING) { /* it had answered */
        function->busy_ns += simulation->now_ns - environment->began_ns;
        function_concurrency(function, simulation->now_ns, -1, environment);
    }
    take(simulation, function, environment, environment->state != ENVIRONMENT_IDLE);
}

/* First those that serve nobody: who is told of a failure may call again at once, and must not find one that is lost as well. */
static void lose(struct simulation *simulation, struct function *function, double share)
{
    uint32_t made = function->environment_ordinal;
    for (int busy = 0; busy < 2; busy++)
        for (uint32_t id = 0; id < function->environments.fresh && simulation->status == STATUS_OK; id++) {
            struct environment *environment = pool_at(&function->environments, id);
            if (environment->state != ENVIRONMENT_GONE && environment->state != ENVIRONMENT_LOST &&
                (environment->state == ENVIRONMENT_BUSY) == (busy == 1) && environment->ordinal < made &&
                is_hit(function, environment, share))
                take_one(simulation, function, environment);
        }
    function->fault_ordinal++;
}

/* Is the entity a part of `whole`, a function or an alias? What an alias points at, $LATEST included. */
static bool is_part(const struct simulation *simulation, const struct function *whole, uint32_t entity)
{
    const struct function *part = entity_state(simulation, entity);
    if (model_is(simulation->entities[whole->self].type, ALIAS_TYPE) && entity == whole->config.whole)
        return whole->config.version == entity || whole->config.second == entity;
    if (!is_version_type(simulation->entities[entity].type))
        return false;
    return part->config.whole == whole->self || part->config.alias == whole->self;
}

static void apply(struct simulation *simulation, struct function *function, const struct fault *fault, bool begins)
{
    if (fault->kind == FAULT_LOST && begins)
        lose(simulation, function, fault->share);
    else if (fault->kind != FAULT_LOST && begins)
        fault_begin(simulation, &function->faults, function->self, fault);
    else if (fault->kind != FAULT_LOST)
        fault_end(&function->faults, fault);
}

static void apply_to_all(struct simulation *simulation, struct function *function, const struct fault *fault, bool begins)
{
    if (!model_is(simulation->entities[function->self].type, ALIAS_TYPE))
        apply(simulation, function, fault, begins);
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        if (i != function->self && is_part(simulation, function, i))
            apply(simulation, entity_state(simulation, i), fault, begins);
}

void function_fault_begin(struct simulation *simulation, void *self, const void *arguments)
{
    apply_to_all(simulation, self, arguments, true);
}

void function_fault_end(struct simulation *simulation, void *self, const void *arguments)
{
    apply_to_all(simulation, self, arguments, false);
}

const struct action version_actions[] = {FUNCTION_FAULTS, {0}};
