/* function_run.c: one invocation: may it start, in which environment, how long does it run, how does it end, what is billed.
 * Sources: rules of the sections "Environment lifecycle" and "Concurrency"; REPORT lines: billed = ceil(INIT + duration). */
#include "function.h"

#include "measure/metric.h"

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

const struct cause cause_recursion = {.fate = FATE_DROPPED, .text = "RecursiveInvocationException"};

static int64_t constant_lifetime(const struct lifetime *lifetime)
{
    if (lifetime->kind == LIFETIME_FOREVER)
        return TIME_FOREVER;
    if (lifetime->kind == LIFETIME_DRAWN && distribution_is_constant(lifetime->drawn))
        return distribution_sample_ns(lifetime->drawn, NULL);
    return -1;
}

static void init_streams(struct function_streams *streams, const struct simulation *simulation, const char *name)
{
    const struct {
        struct stream *stream;
        const char *purpose;
    } list[] = {
        {&streams->handler.cpu, "cpu"},
        {&streams->handler.wait, "wait"},
        {&streams->handler.transfer, "transfer"},
        {&streams->handler.steps, "steps"},
        {&streams->init, "init"},
        {&streams->provisioned_init, "provisioned init"},
        {&streams->placement, "placement"},
        {&streams->keep_alive, "keep_alive"},
        {&streams->lifetime, "lifetime"},
        {&streams->reuse, "reuse"},
        {&streams->error, "error"},
        {&streams->memory, "memory"},
        {&streams->response, "response"},
        {&streams->poison, "poison"},
        {&streams->record_error, "record_error"},
        {&streams->restore, "restore"},
        {&streams->proactive, "proactive"},
        {&streams->post_runtime, "post_runtime"},
        {&streams->shutdown, "shutdown"},
        {&streams->fault_share, "lost"},
        {&streams->trace, "trace"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        stream_init(list[i].stream, simulation->settings->seed, simulation->replication, name, list[i].purpose);
}

static bool init_is_billed(const struct function_config *config, const struct rule_book *rules)
{
    if (config->package_type == PACKAGE_IMAGE)
        return rule_flag(rules, "init_billed_image");
    bool custom =
        strncmp(config->runtime, rule_text(rules, "runtime_custom_prefix"), strlen(rule_text(rules, "runtime_custom_prefix"))) == 0;
    return rule_flag(rules, custom ? "init_billed_zip_custom" : "init_billed_zip_managed");
}

void function_derive(struct simulation *simulation, struct function *function)
{
    const struct function_config *config = &function->config;
    const struct rule_book *rules = simulation->settings->rules;
    function->keep_alive_ns = constant_lifetime(&config->keep_alive);
    function->lifetime_ns = constant_lifetime(&config->max_lifetime);
    int64_t free_mb = (int64_t)rule_number(rules, "tmp_free_mb");
    function->billed_storage_mb = config->storage_mb > free_mb ? config->storage_mb - free_mb : 0;
    function->share = compute_share_of(rules, config->memory_mb);
    function->present_mb = config->memory_mb;
}

/* How long an environment may take to shut down, by what it has to tell. */
static void derive_shutdown(struct function *function, const struct rule_book *rules)
{
    static const char *const limits[] = {[EXTENSIONS_NONE] = "shutdown_none_ms",
                                         [EXTENSIONS_INTERNAL] = "shutdown_internal_ms",
                                         [EXTENSIONS_EXTERNAL] = "shutdown_external_ms"};
    function->shutdown_limit_ns = rule_ns(rules, limits[function->config.extensions]);
    function->shutdown_billed = rule_flag(rules, "shutdown_billed");
}

/* As its EventInvokeConfig says, or its alias's, or its function's. The dead-letter queue is always the function's. */
static struct async_config version_async(const struct simulation *simulation, const struct function *version)
{
    const struct function_config *config = &version->config, *family = &version->family->config;
    const struct async_config *alias =
        config->alias != ENTITY_NONE ? &((const struct function *)entity_state(simulation, config->alias))->config.async : &config->async;
    struct async_config async = config->async.given ? config->async : alias->given ? *alias : family->async;
    async.dead_letter = family->async.dead_letter;
    return async;
}

enum status function_create(struct simulation *simulation, void *self)
{
    struct function *function = self;
    const struct function_config *config = &function->config;
    const struct rule_book *rules = simulation->settings->rules;
    bool is_version = config->whole != ENTITY_NONE;
    function->account_state = entity_state(simulation, config->account);
    function->family = is_version ? entity_state(simulation, config->whole) : function;
    if (is_version) {
        metrics_link(function_metrics, function, entity_state(simulation, config->alias != ENTITY_NONE ? config->alias : config->whole));
        function->config.async = version_async(simulation, function);
    }
    provisioned_init(function);
    pool_init(&function->environments, sizeof(struct environment), &simulation->memory, simulation->entities[function->self].name);
    idle_set_init(&function->idle, (enum reuse_order)config->reuse);
    function->limit = config->reserved >= 0 ? config->reserved : INT64_MAX;
    if (config->has_parts) {
        function->shared = malloc(sizeof *function->shared);
        if (!function->shared)
            return STATUS_NO_MEMORY;
        *function->shared = *config;
    }
    function_derive(simulation, function);
    function->billing_step_ns = rule_ns(rules, "billing_step_ms");
    function->billing_step_ms = (uint64_t)(function->billing_step_ns / NS_PER_MS);
    function->init_limit_ns = rule_ns(rules, "init_timeout_s");
    function->payload_limit_bytes = rule_bytes(rules, "payload_sync_max_mb");
    function->response_limit_bytes = function->payload_limit_bytes;
    function->init_billed = init_is_billed(config, rules);
    function->proactive_billed = rule_flag(rules, "proactive_init_billed");
    derive_shutdown(function, rules);
    snap_start_init(simulation, function);
    function_stream_init(simulation, function);
    function->traced_second = -1;
    if (config->reserved >= 0)
        request_quota_init(&function->rate, rules, config->reserved, 0);
    int64_t step = (int64_t)rule_number(rules, "scaling_rate_env_per_10s");
    token_bucket_init(&function->scaling, step, step, 10 * NS_PER_S, 0);
    if (config->recursive_loop == LOOP_TERMINATE && rule_flag(rules, "recursion_detection"))
        function->chain_limit = (uint32_t)fmin(rule_number(rules, "recursion_stop_count"), HOPS_MAX);
    init_streams(&function->streams, simulation, simulation->entities[function->self].name);
    enum status status = function_steps_create(simulation, function);
    return status == STATUS_OK ? function_async_create(simulation, function) : status;
}

void function_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct function *function = self;
    function_steps_destroy(function);
    provisioned_fini(function);
    free(function->shared);
    deployment_destroy(function);
    delivery_fini(&function->async);
    idle_set_fini(&function->idle);
    fault_fini(&function->faults);
    pool_fini(&function->environments);
}

static void throttle(struct simulation *simulation, struct function *function, struct request *request, const struct cause *cause)
{
    counter_add(&function->metrics.throttles, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[function->self].name, "throttled", simulation->now_ns, 0, cause->text);
    request_done(simulation, function->self, request, cause);
}

/* Is there concurrency left for one more invocation on demand? NULL: yes. */
static const struct cause *concurrency_refusal(const struct function *function)
{
    const struct account *account = function->account_state;
    const struct function *family = function->family;
    if (family->limit != INT64_MAX) { /* what is ready is taken out of what is reserved; what was withdrawn, until it is done */
        int64_t ready = family->metrics.provisioned_ready.level, serving = family->metrics.provisioned_busy.level;
        return family->busy + (ready > serving ? ready : serving) >= family->limit ? &cause_reserved_concurrency : NULL;
    }
    return account->unreserved.level >= account->unreserved_limit ? &cause_account_concurrency : NULL;
}

/* Takes one request from the quotas of requests per second; those of AWS's own queue are not counted (rule async_rps). NULL: taken. */
static const struct cause *rate_refusal(struct function *function, const struct request *request, int64_t now_ns)
{
    if (request->asynchronous)
        return NULL;
    struct function *family = function->family;
    if (family->limit != INT64_MAX && !token_bucket_take(&family->rate, 1, now_ns))
        return &cause_reserved_rate;
    return token_bucket_take(&function->account_state->rate, 1, now_ns) ? NULL : &cause_account_rate;
}

static struct token_bucket *scaling_of(struct function *function)
{
    return function->account_state->scaling_by_account ? &function->account_state->scaling : &function->family->scaling;
}

double reuse_chance(struct function *function, const struct request *request)
{
    if (function->config.reuse != REUSE_RANDOM)
        return 0;
    stream_at(&function->streams.reuse, request->item, request->attempt);
    return stream_uniform(&function->streams.reuse);
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
    const struct cause *refusal = concurrency_refusal(function);
    if (refusal)
        return refusal;
    *environment = idle_set_next(&function->idle, reuse_chance(function, request));
    *is_new = *environment == NULL;
    if (*is_new && token_bucket_available(scaling_of(function), now_ns) < 1)
        return &cause_scaling;
    refusal = rate_refusal(function, request, now_ns);
    if (refusal)
        return refusal;
    if (*is_new) {
        token_bucket_take(scaling_of(function), 1, now_ns);
        *environment = environment_create(simulation, function);
    } else {
        idle_set_remove(&function->idle, *environment);
        gauge_add(&function->metrics.idle, now_ns, -1);
    }
    return NULL;
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
    const struct cause *refusal = admit(simulation, function, request, &environment, &is_new);
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
