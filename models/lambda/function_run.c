/* function_run.c: one invocation from its request on: what comes before the handler, how long that runs and how it will end.
 * Sources: rules of the section "Environment lifecycle". */
#include "function.h"

static const struct cause cause_payload = {.fate = FATE_REJECTED, .text = "RequestTooLargeException"};

const struct cause cause_recursion = {.fate = FATE_DROPPED, .text = "RecursiveInvocationException"};

static void throttle(struct simulation *simulation, struct function *function, struct request *request, const struct cause *cause)
{
    counter_add(&function->metrics.throttles, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, "throttled", simulation->now_ns, 0, cause->text);
    request_done(simulation, function->self, request, cause);
}

static int64_t draw_ns(const struct distribution *distribution, struct stream *stream, const struct request *request)
{
    if (!distribution)
        return 0;
    stream_at(stream, request->item, request->attempt);
    return distribution_sample_ns(distribution, &stream->rng);
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
    int64_t restore_ns = draw_ns(function->config.restore, &function->streams.restore, request);
    if (restore_ns > function->restore_limit_ns) {
        restore_ns = function->restore_limit_ns;
        environment->outcome = END_RESTORE_TIMED_OUT;
    }
    return restore_ns;
}

/* Sets what comes before the handler in `environment`; returns how long that takes. `*suppressed_ns`: INIT within the invocation. */
static int64_t plan_start(struct function *function, struct environment *environment, const struct request *request, int64_t *suppressed_ns)
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
            before_ns = time_add(before_ns, draw_ns(config->placement, &streams->placement, request));
    } else if (environment->cold || environment->needs_init) {
        init_ns = draw_ns(config->init, &streams->init, request);
    }
    if (environment->cold && !function->restores) {
        before_ns = draw_ns(config->placement, &streams->placement, request);
        /* An INIT that overruns is given up and done again within the invocation (rule init_retry_under_function_timeout). */
        environment->needs_init = init_ns > function->init_limit_ns;
        environment->init_ns = environment->needs_init ? function->init_limit_ns : init_ns;
        before_ns += environment->init_ns;
    }
    *suppressed_ns = environment->needs_init ? init_ns : 0;
    environment->needs_init = false;
    return before_ns;
}

/* Sets what will happen in the handler, which begins in `before_ns`; returns how long the request holds the environment. */
static int64_t plan_handler(struct function *function, struct environment *environment, const struct request *request, int64_t before_ns,
                            int64_t suppressed_ns)
{
    const struct function_config *config = &function->config;
    if (environment->outcome == END_RESTORE_TIMED_OUT) {
        environment->duration_ns = 0;
        environment->run = POOL_NONE;
        return before_ns;
    }
    int64_t run_ns = request->handler_ns >= 0
                         ? request->handler_ns
                         : handler_time(&config->handler, &function->share, &function->streams.handler, request->item, request->attempt);
    run_ns = time_add(fault_slowed(&function->faults, run_ns), suppressed_ns);
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
    /* A handler with calls tells when it is over how long it took. */
    simulation_trace(simulation, request, name, "invoke", time_add(now_ns, before_ns), function->procedure ? 0 : environment->duration_ns,
                     environment->cold ? "cold" : "warm");
}

uint32_t function_hops(const struct simulation *simulation, const struct function *function, const struct request *request)
{
    return request->hops + (simulation->entities[function->self].closes_loop ? 1u : 0u);
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
    if (request->asynchronous && (request->from != function->self || procedure_sent(request))) {
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
    const struct cause *refusal = function_admit(simulation, function, request, &environment, &is_new);
    if (refusal) {
        throttle(simulation, function, request, refusal);
        return;
    }
    if (!environment)
        return; /* out of memory: the run ends */
    environment->state = ENVIRONMENT_BUSY;
    environment->cold = is_new;
    environment->request = request->id;
    int64_t suppressed_ns;
    int64_t before_ns = plan_start(function, environment, request, &suppressed_ns);
    if (is_new && function->config.proactive_init > 0 && environment->outcome != END_RESTORE_TIMED_OUT &&
        draw_happens(&function->streams.proactive, request, function->config.proactive_init)) {
        foresee(function, environment);
        before_ns = 0;
    }
    bool calls = function->procedure && environment->outcome != END_RESTORE_TIMED_OUT;
    int64_t span_ns = calls ? 0 : plan_handler(function, environment, request, before_ns, suppressed_ns);
    counter_add(&function->metrics.invocations, 1);
    if (environment->cold)
        counter_add(&function->metrics.cold_starts, 1);
    function_concurrency(function, simulation->now_ns, 1, environment->provisioned);
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

void function_prefetch(const struct simulation *simulation, const void *self, const struct event *event, bool near)
{
    const struct function *function = self;
    if (event->kind >= FUNCTION_ASYNC)
        return;
    const struct environment *environment = pool_at(&function->environments, event->data);
    if (!near)
        __builtin_prefetch(environment, 1);
    else if (event->kind == FUNCTION_COMPLETE)
        __builtin_prefetch(request_at(simulation, environment->request), 1);
}

/* A fault has taken the environment that the event names: its place is free from here on. */
static bool was_lost(struct function *function, uint32_t id)
{
    struct environment *environment = pool_at(&function->environments, id);
    if (__builtin_expect(environment->state != ENVIRONMENT_LOST, 1))
        return false;
    environment->state = ENVIRONMENT_GONE;
    pool_give(&function->environments, id);
    return true;
}

void function_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct function *function = self;
    switch ((enum function_event)event->kind) {
    case FUNCTION_COMPLETE:
        if (!was_lost(function, event->data))
            function_complete(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_FINISHED:
        if (!was_lost(function, event->data))
            function_finished(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_SHUT:
        gauge_add(&function->metrics.environments, simulation->now_ns, -1);
        return;
    case FUNCTION_EXPIRE:
        environment_expire(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_ASYNC:
        delivery_handle(simulation, &function->async, event);
        return;
    case FUNCTION_ALLOCATED:
        provisioned_allocated(simulation, function, event->data);
        return;
    case FUNCTION_STARTED:
        if (!was_lost(function, event->data))
            provisioned_started(simulation, function, pool_at(&function->environments, event->data));
        return;
    case FUNCTION_PAID:
        provisioned_paid(simulation, function, event->data);
        return;
    case FUNCTION_DEPLOYMENT:
        deployment_handle(simulation, function, event);
        return;
    case FUNCTION_PROCEDURE:
        break;
    }
    procedure_handle(simulation, function->procedure, event);
}
