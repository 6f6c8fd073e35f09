/* function_run.c: an invocation begins: may it start, in which environment, how long does it run, how will it end.
 * Sources: rules of the sections "Environment lifecycle" and "Concurrency". */
#include "function_run.h"

#include "function_async.h"
#include "function_connect.h"
#include "function_end.h"
#include "function_environment.h"
#include "function_fault.h"
#include "function_idle.h"
#include "function_load.h"
#include "function_log.h"
#include "function_network.h"
#include "function_steps.h"
#include "function_stream.h"
#include "provisioned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct cause cause_account_concurrency = {.fate = FATE_THROTTLED, .text = "ConcurrentInvocationLimitExceeded"};
static const struct cause cause_account_rate = {.fate = FATE_THROTTLED, .text = "FunctionInvocationRateLimitExceeded"};
static const struct cause cause_reserved_concurrency = {.fate = FATE_THROTTLED,
                                                        .text = "ReservedFunctionConcurrentInvocationLimitExceeded"};
static const struct cause cause_reserved_rate = {.fate = FATE_THROTTLED, .text = "ReservedFunctionInvocationRateLimitExceeded"};
static const struct cause cause_scaling = {.fate = FATE_THROTTLED, .text = "ConcurrentInvocationLimitExceeded: scaling rate"};
static const struct cause cause_payload = {.fate = FATE_REJECTED, .text = "RequestTooLargeException"};

/* It is not let in: throttled, or for a reason of the network's. */
static void refuse(struct simulation *simulation, struct function *function, struct request *request, const struct cause *cause)
{
    bool throttled = cause->fate == FATE_THROTTLED;
    counter_add(throttled ? &function->metrics.throttles : &function->metrics.not_ready, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, throttled ? "throttled" : "refused",
                         simulation->now_ns, 0, cause->text);
    request_done(simulation, function->self, request, cause);
}

/* Is there concurrency left for one more invocation on demand in that place? NULL: yes. What is reserved is reserved at home. */
static const struct cause *concurrency_refusal(const struct function *function, uint32_t place)
{
    const struct account *account = function->account_state;
    const struct function *family = function->family;
    if (__builtin_expect(place > 0, 0))
        return account->elsewhere[place - 1].busy >= account->elsewhere_limit ? &cause_account_concurrency : NULL;
    if (family->limit != INT64_MAX) { /* what is ready is taken out of what is reserved; what was withdrawn, until it is done */
        int64_t ready = family->metrics.provisioned_ready.level, serving = family->metrics.provisioned_busy.level;
        return family->busy + (ready > serving ? ready : serving) >= family->limit ? &cause_reserved_concurrency : NULL;
    }
    return account->unreserved.level >= account->unreserved_limit ? &cause_account_concurrency : NULL;
}

/* Takes one request from the quotas of requests per second; those of AWS's own queue are not counted (rule async_rps). NULL: taken. */
static const struct cause *rate_refusal(struct function *function, const struct request *request, uint32_t place, int64_t now_ns)
{
    if (request->asynchronous)
        return NULL;
    struct function *family = function->family;
    if (__builtin_expect(place > 0, 0))
        return token_bucket_take(&function->account_state->elsewhere[place - 1].rate, 1, now_ns) ? NULL : &cause_account_rate;
    if (family->limit != INT64_MAX && !token_bucket_take(&family->rate, 1, now_ns))
        return &cause_reserved_rate;
    return token_bucket_take(&function->account_state->rate, 1, now_ns) ? NULL : &cause_account_rate;
}

static struct token_bucket *scaling_of(struct function *function, uint32_t place)
{
    if (__builtin_expect(place > 0, 0))
        return function->account_state->scaling_by_account ? &function->account_state->elsewhere[place - 1].scaling
                                                           : &function->elsewhere[place - 1].scaling;
    return function->account_state->scaling_by_account ? &function->account_state->scaling : &function->family->scaling;
}

/* In which place does who sends want it to run? */
static uint32_t place_of(const struct simulation *simulation, const struct function *function, const struct request *request)
{
    if (__builtin_expect(!function->elsewhere, 1) || request->from == ENTITY_NONE)
        return 0;
    const struct entity *sender = &simulation->entities[request->from];
    return sender->type->edge_place ? sender->type->edge_place(sender->state, request) : 0;
}

/* Finds or makes the environment, or says why not. */
static const struct cause *admit(struct simulation *simulation, struct function *function, const struct request *request,
                                 struct environment **environment, bool *is_new)
{
    int64_t now_ns = simulation->now_ns;
    if (function->provisioned.ready > 0 && provisioned_is_free(function, now_ns)) {
        const struct function *family = function->family; /* less may be reserved by now than is provisioned */
        if (family->busy + family->metrics.provisioned_busy.level >= family->limit)
            return &cause_reserved_concurrency;
        if (!request->asynchronous && !token_bucket_take(&function->account_state->rate, 1, now_ns))
            return &cause_account_rate;
        *environment = provisioned_take(simulation, function, request);
        return NULL;
    }
    const uint32_t place = place_of(simulation, function, request);
    const struct cause *refusal = concurrency_refusal(function, place);
    if (refusal)
        return refusal;
    struct idle_set *idle = function_idle_in(function, place);
    *environment = idle_set_next(idle, reuse_chance(function, request));
    *is_new = *environment == NULL;
    if (*is_new && token_bucket_available(scaling_of(function, place), now_ns) < 1)
        return &cause_scaling;
    refusal = rate_refusal(function, request, place, now_ns);
    if (refusal)
        return refusal;
    if (*is_new) {
        struct network_stand stand;
        if (!function_network_take(simulation, function, &stand, &refusal))
            return refusal; /* NULL: out of memory */
        token_bucket_take(scaling_of(function, place), 1, now_ns);
        *environment = environment_create(simulation, function, &stand);
        if (*environment)
            (*environment)->region = place & (EDGE_PLACES_MAX - 1);
    } else {
        idle_set_remove(idle, *environment);
        gauge_add(&function->metrics.idle, now_ns, -1);
    }
    return NULL;
}

/* Has it come true that happens at this rate? */
static bool draw_happens(struct stream *stream, const struct request *request, double rate)
{
    stream_at(stream, request->item, request->attempt);
    return stream_uniform(stream) < rate;
}

/* Does what is drawn from `distribution` exceed `limit`? Nothing is drawn where nothing is said. */
static bool draw_exceeds(const struct distribution *distribution, struct stream *stream, const struct request *request, double limit)
{
    if (!distribution)
        return false;
    stream_at(stream, request->item, request->attempt);
    return distribution_sample(distribution, &stream->rng) > limit;
}

/* How a handler that runs to its end will end. Of a batch it is the records that are poison, and they are judged at the end. */
static enum invocation_end draw_end(struct function *function, const struct request *request)
{
    const struct function_config *config = &function->config;
    struct function_streams *streams = &function->streams;
    if (draw_exceeds(config->memory_used, &streams->memory, request, (double)config->memory_mb * 1024 * 1024))
        return END_OUT_OF_MEMORY;
    if (!request->is_batch && function_is_poison(function, request->item, request->poison))
        return END_ERROR;
    if (config->error_rate > 0 && draw_happens(&streams->error, request, config->error_rate))
        return END_ERROR;
    if (__builtin_expect(function->faults.any, 0) && fault_strikes(&function->faults, request))
        return END_ERROR;
    if (config->response && function_response_bytes(function, request) > function_response_limit(function, request))
        return END_RESPONSE_TOO_LARGE;
    return END_SUCCEEDED;
}

/* An environment that a version's snapshot is restored in. Returns how long that takes; its invocation fails when that is too long. */
static int64_t plan_restore(struct function *function, struct environment *environment, const struct request *request)
{
    int64_t restore_ns = distribution_draw_ns(function->config.restore, &function->streams.restore, request->item, request->attempt);
    if (restore_ns > function->restore_limit_ns) {
        restore_ns = function->restore_limit_ns;
        environment->outcome = END_RESTORE_TIMED_OUT;
    }
    return restore_ns;
}

/* The connections that the environment keeps are opened with the rest of its INIT, which fails where they are refused. Returns how long
 * that takes; *asleep_ns: how much of it passes whoever waits. */
static int64_t plan_connections(struct simulation *simulation, struct function *function, struct environment *environment,
                                const struct request *request, int64_t *asleep_ns)
{
    int64_t connect_ns;
    *asleep_ns = 0;
    if (__builtin_expect(function->link_count == 0, 1) || environment->connected || !handler_ran(environment->outcome))
        return 0;
    enum invocation_end end = function_connect(simulation, function, environment, request->item, request->attempt, &connect_ns, asleep_ns);
    if (end != END_SUCCEEDED)
        environment->outcome = (uint8_t)end;
    return connect_ns;
}

/* Sets what comes before the handler in `environment`; returns how long that takes. `*suppressed_ns`: INIT within the invocation. */
static int64_t plan_start(struct simulation *simulation, struct function *function, struct environment *environment,
                          const struct request *request, int64_t *suppressed_ns)
{
    const struct function_config *config = &function->config;
    struct function_streams *streams = &function->streams;
    int64_t before_ns = 0, init_ns = 0;
    environment->init_ns = 0;
    environment->outcome = (uint8_t)draw_end(function, request);
    if (environment->cold && function->restores) {
        environment->init_ns = plan_restore(function, environment, request);
        before_ns = environment->init_ns;
        if (config->placement_given) /* by default none: what is measured of a restore begins before the virtual machine */
            before_ns = time_add(before_ns, distribution_draw_ns(config->placement, &streams->placement, request->item, request->attempt));
    } else if (environment->cold || environment->needs_init) {
        int64_t load_ns;
        enum invocation_end end = function_load(simulation, function, environment, request->item, request->attempt, &load_ns);
        init_ns = time_add(distribution_draw_ns(config->init, &streams->init, request->item, request->attempt), load_ns);
        if (end != END_SUCCEEDED)
            environment->outcome = (uint8_t)end;
    }
    int64_t asleep_ns;
    const int64_t connect_ns = plan_connections(simulation, function, environment, request, &asleep_ns);
    if (environment->cold && function->restores) { /* by what runs after the restore */
        environment->init_ns = time_add(environment->init_ns, connect_ns);
        before_ns = time_add(before_ns, connect_ns);
    } else {
        init_ns = time_add(init_ns, connect_ns);
    }
    if (environment->cold && !function->restores) {
        before_ns = distribution_draw_ns(config->placement, &streams->placement, request->item, request->attempt);
        /* An INIT that overruns is given up and done again within the invocation (rule init_retry_under_function_timeout). */
        environment->needs_init = init_ns > function->init_limit_ns;
        environment->init_ns = environment->needs_init ? function->init_limit_ns : init_ns;
        before_ns += environment->init_ns;
        if (environment->needs_init) /* meanwhile what it connects to went on to wake up */
            init_ns -= asleep_ns < before_ns ? asleep_ns : before_ns;
    }
    if (__builtin_expect(environment->attaching, 0))
        before_ns = time_add(before_ns, distribution_draw_ns(function->network.attach, &streams->attach, request->item, request->attempt));
    environment->attaching = false;
    *suppressed_ns = environment->needs_init || !environment->cold ? init_ns : 0;
    environment->needs_init = false;
    return before_ns;
}

/* Sets what will happen in the handler, which begins in `before_ns`; returns how long the request holds the environment. */
static int64_t plan_handler(struct function *function, struct environment *environment, const struct request *request, int64_t before_ns,
                            int64_t suppressed_ns)
{
    const struct function_config *config = &function->config;
    if (!handler_ran(environment->outcome)) {
        environment->duration_ns = environment->outcome == END_RESTORE_TIMED_OUT ? 0 : suppressed_ns;
        if (environment->duration_ns > config->timeout_ns) {
            environment->duration_ns = config->timeout_ns;
            environment->outcome = END_TIMED_OUT;
        }
        environment->run = POOL_NONE;
        return time_add(before_ns, environment->duration_ns);
    }
    int64_t run_ns = request->handler_ns >= 0
                         ? request->handler_ns
                         : handler_time(&config->handler, &function->share, &function->streams.handler, request->item, request->attempt);
    if (config->profiled > 0)
        run_ns = time_from_double((double)run_ns * (1 + config->profiled));
    run_ns = time_add(fault_slowed(&function->faults, run_ns), suppressed_ns);
    if (config->yields_ns > 0 && run_ns > config->timeout_ns - config->yields_ns) {
        /* It looks whenever it may: at once where INIT has used up the time. */
        int64_t latest_ns = config->timeout_ns - config->yields_ns;
        run_ns = latest_ns > suppressed_ns ? latest_ns : suppressed_ns;
        counter_add(&function->metrics.yields, 1);
    }
    if (__builtin_expect(function_streams(function, request), 0))
        run_ns = time_add(run_ns, function_stream_ns(function, request));
    if (run_ns > config->timeout_ns) {
        run_ns = config->timeout_ns;
        environment->outcome = END_TIMED_OUT;
    }
    environment->duration_ns = run_ns;
    return time_add(before_ns, run_ns);
}

/* What comes before the handler, which begins in `before_ns`. */
static void trace_start(struct simulation *simulation, const struct function *function, const struct environment *environment,
                        const struct request *request, int64_t before_ns)
{
    const char *name = simulation->entities[function->self].name;
    int64_t now_ns = simulation->now_ns, init_ns = environment->cold ? environment->init_ns : 0;
    int64_t waited_ns = before_ns - init_ns;
    if (environment->cold) {
        simulation_trace(simulation, request, name, "placement", now_ns, waited_ns, "new environment");
        simulation_trace(simulation, request, name, function->restores ? "restore" : "init", time_add(now_ns, waited_ns), init_ns, "");
    }
    simulation_trace_lane(simulation, request, "environment", environment->id);
    const char *warmth = environment->cold ? "cold" : "warm";
    if (function->procedure) /* how long it takes is known when its calls are over */
        simulation_trace_within(simulation, request, name, "invoke", time_add(now_ns, before_ns), warmth);
    else
        simulation_trace(simulation, request, name, "invoke", time_add(now_ns, before_ns), environment->duration_ns, warmth);
}

/* Has the chain of requests come round too often? Source: rules recursion_*. */
static bool is_runaway(struct simulation *simulation, struct function *function, struct request *request)
{
    if (function->chain_limit == 0 || request->hops < function->chain_limit || !simulation->entities[function->self].closes_loop)
        return false;
    counter_add(&function->metrics.recursive_dropped, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, "dropped", simulation->now_ns, 0,
                         cause_recursion.text);
    request_done(simulation, function->self, request, &cause_recursion);
    return true;
}

/* It has been initialised ahead, with nobody waiting for it: that is over, and paid for. */
static void foresee(struct function *function, struct environment *environment)
{
    counter_add(&function->metrics.proactive_inits, 1);
    function_initialised(function, environment->init_ns);
    environment->init_ns = 0;
    environment->cold = false;
}

void function_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct function *function = self;
    if (__builtin_expect(function->config.tracing == TRACING_ACTIVE, 0))
        function_trace(simulation, function, request);
    /* What its own queue hands over is tried; what its own handler sends is queued. */
    bool queued = request->asynchronous && (request->from != function->self || procedure_sent(request));
    if (__builtin_expect(function->family->network.watched, 0)) {
        const struct cause *cause = function_network_refusal(simulation, function, queued);
        if (cause) {
            refuse(simulation, function, request, cause);
            return;
        }
    }
    if (queued) {
        function_async_accept(simulation, function, request);
        return;
    }
    if (request->payload_bytes > function->payload_limit_bytes) {
        request_done(simulation, function->self, request, &cause_payload);
        return;
    }
    if (is_runaway(simulation, function, request))
        return;
    if (__builtin_expect(function->faults.down, 0)) {
        counter_add(&function->metrics.service_errors, 1);
        request_done(simulation, function->self, request, &cause_function_down);
        return;
    }
    struct environment *environment;
    bool is_new = false;
    const struct cause *refusal = admit(simulation, function, request, &environment, &is_new);
    if (refusal) {
        refuse(simulation, function, request, refusal);
        return;
    }
    if (!environment)
        return; /* out of memory: the run ends */
    environment->state = ENVIRONMENT_BUSY;
    environment->cold = is_new;
    environment->request = request->id;
    int64_t suppressed_ns;
    int64_t before_ns = plan_start(simulation, function, environment, request, &suppressed_ns);
    if (is_new && function->config.proactive_init > 0 && handler_ran(environment->outcome) &&
        draw_happens(&function->streams.proactive, request, function->config.proactive_init)) {
        foresee(function, environment);
        before_ns = 0;
    }
    bool calls = function->procedure && handler_ran(environment->outcome);
    int64_t span_ns = calls ? 0 : plan_handler(function, environment, request, before_ns, suppressed_ns);
    counter_add(&function->metrics.invocations, 1);
    if (environment->cold)
        counter_add(&function->metrics.cold_starts, 1);
    function_concurrency(function, simulation->now_ns, 1, environment);
    if (function->provisioned.ready > 0)
        counter_add(environment->provisioned ? &function->metrics.provisioned_invocations : &function->metrics.spillover, 1);
    if (simulation->tracer)
        trace_start(simulation, function, environment, request, before_ns);
    if (calls)
        function_steps_begin(simulation, function, environment, request, before_ns, suppressed_ns);
    else
        simulation_schedule(simulation, function->self, FUNCTION_COMPLETE, RANK_COMPLETION, time_add(simulation->now_ns, span_ns),
                            environment->id);
}
