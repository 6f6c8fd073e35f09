/* function_create.c: a replication begins: what rules and settings give a function, and its streams. */
#include "function_create.h"

#include "function_async.h"
#include "function_connect.h"
#include "function_metrics.h"
#include "function_network.h"
#include "function_steps.h"
#include "function_stream.h"
#include "measure/metric.h"
#include "memory_share.h"
#include "provisioned.h"
#include "snap_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
        {&streams->init_steps, "init_steps"},
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
        {&streams->attach, "attach"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        stream_init(list[i].stream, simulation->settings->seed, simulation->replication, name, list[i].purpose);
}

static bool init_is_billed(const struct function_config *config, const struct rule_book *rules)
{
    if (config->package.type == PACKAGE_IMAGE)
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

static void init_scaling(struct token_bucket *bucket, const struct rule_book *rules)
{
    int64_t step = (int64_t)rule_number(rules, "scaling_rate_env_per_10s");
    token_bucket_init(bucket, step, step, 10 * NS_PER_S, 0);
}

static void init_place(const struct function *function, struct function_place *place, const struct rule_book *rules)
{
    idle_set_init(&place->idle, (enum reuse_order)function->config.reuse);
    init_scaling(&place->scaling, rules);
}

/* Copies in several places have environments each. Source: CloudFront developer guide, "Lambda@Edge": a function is replicated to the
 * Regions of its viewers, and runs in the one nearest to each. */
static enum status make_places(struct simulation *simulation, struct function *function)
{
    bool at_edge = false;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct entity *entity = &simulation->entities[i];
        at_edge = at_edge || (entity->type->runs_at_edge && entity->type->runs_at_edge(entity->state, function->self));
    }
    if (!at_edge)
        return STATUS_OK;
    function->elsewhere = calloc(EDGE_PLACES_MAX - 1, sizeof *function->elsewhere);
    for (uint32_t i = 0; function->elsewhere && i < EDGE_PLACES_MAX - 1; i++)
        init_place(function, &function->elsewhere[i], simulation->settings->rules);
    return function->elsewhere ? STATUS_OK : STATUS_NO_MEMORY;
}

bool function_stops_loops(const struct rule_book *rules, const void *config)
{
    return ((const struct function *)config)->config.recursive_loop == LOOP_TERMINATE && rule_flag(rules, "recursion_detection");
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
    init_scaling(&function->scaling, rules);
    if (function_stops_loops(rules, function))
        function->chain_limit = (uint32_t)fmin(rule_number(rules, "recursion_stop_count"), HOPS_MAX);
    init_streams(&function->streams, simulation, simulation->entities[function->self].name);
    enum status status = make_places(simulation, function);
    if (status == STATUS_OK)
        status = function_steps_create(simulation, function);
    if (status == STATUS_OK)
        status = function_connect_create(simulation, function);
    if (status == STATUS_OK)
        status = function_network_create(simulation, function);
    return status == STATUS_OK ? function_async_create(simulation, function) : status;
}

void function_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct function *function = self;
    function_steps_destroy(function);
    function_connect_destroy(function);
    function_network_destroy(function);
    provisioned_fini(function);
    free(function->shared);
    free(function->deployment);
    delivery_fini(&function->async);
    idle_set_fini(&function->idle);
    for (uint32_t i = 0; function->elsewhere && i < EDGE_PLACES_MAX - 1; i++)
        idle_set_fini(&function->elsewhere[i].idle);
    free(function->elsewhere);
    fault_fini(&function->faults);
    pool_fini(&function->environments);
}
