/* api_doors.c: a stage made ready to run: its routes with the settings that hold for each, its buckets, authorizers and cache. */
#include "api_stage.h"
#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "front_doors.h"
#include "measure/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double api_cache_bytes(const char *size)
{
    return strtod(size, NULL) * 1024 * 1024 * 1024;
}

/* The routes of the API, in the order of the template. */
static void collect_routes(const struct simulation *simulation, struct api_stage *stage)
{
    stage->door_count = 0;
    if (stage->config.quick_target)
        stage->doors[stage->door_count++].route = &stage->quick;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct api_route *route = entity_state(simulation, i);
        if (is_route_type(simulation->entities[i].type) && route->api == stage->config.api)
            stage->doors[stage->door_count++].route = route;
    }
}

/* The last setting that holds for the route and names it most closely wins: MethodSettings go from all to one. */
static int closeness(const struct method_setting *setting, const struct api_route *route)
{
    if (!api_path_is(setting->path, route->path) || !api_method_is(setting->method, route->method))
        return 0;
    bool all_paths = strcmp(setting->path, "/*") == 0 || strcmp(setting->path, "*") == 0;
    return 1 + 2 * !all_paths + (strcmp(setting->method, "*") != 0);
}

static void merge_limit(struct api_limit *into, const struct api_limit *from)
{
    if (from->rate_given) {
        into->rate = from->rate;
        into->rate_given = true;
    }
    if (from->burst_given) {
        into->burst = from->burst;
        into->burst_given = true;
    }
}

/* What holds for one route of a REST API. */
static void rest_settings(const struct api_stage *stage, struct door *door, struct api_limit *limit, int64_t default_ttl_ns)
{
    const struct method_setting *settings = stage->config.method_settings.items;
    bool caching = false;
    int64_t ttl_ns = default_ttl_ns;
    for (int close = 1; close <= 4; close++)
        for (size_t i = 0; i < stage->config.method_settings.count; i++) {
            if (closeness(&settings[i], door->route) != close)
                continue;
            merge_limit(limit, &settings[i].limit);
            /* a setting for all methods caches GET alone */
            bool meant = strcmp(settings[i].method, "*") != 0 || strcmp(door->route->method, "GET") == 0;
            if (settings[i].caching_given && meant)
                caching = settings[i].caching;
            if (settings[i].ttl_given)
                ttl_ns = settings[i].ttl_ns;
        }
    door->cache_ns = stage->config.cache_enabled && caching ? ttl_ns : 0;
}

/* The same of an HTTP API. */
static void http_settings(const struct api_stage *stage, const struct door *door, struct api_limit *limit)
{
    const struct route_setting *settings = stage->config.route_settings.items;
    *limit = stage->config.limit;
    for (size_t i = 0; i < stage->config.route_settings.count; i++)
        if (http_setting_is(settings[i].key, door->route))
            merge_limit(limit, &settings[i].limit);
}

static struct api_authorizer *authorizer_named(const struct api_stage *stage, const char *name)
{
    for (size_t i = 0; name && i < stage->authorizer_count; i++)
        if (stage->authorizers[i].config->name && strcmp(stage->authorizers[i].config->name, name) == 0)
            return &stage->authorizers[i];
    return NULL;
}

/* The authorizer of a route: its own, SAM's by name, SAM's default. */
static struct api_authorizer *authorizer_of(const struct simulation *simulation, const struct api_stage *stage,
                                            const struct api_route *route)
{
    if (route->open)
        return NULL;
    for (size_t i = 0; route->authorizer != ENTITY_NONE && i < stage->authorizer_count; i++)
        if (stage->authorizers[i].config == entity_state(simulation, route->authorizer))
            return &stage->authorizers[i];
    return authorizer_named(stage, route->authorizer_name ? route->authorizer_name : stage->config.default_authorizer);
}

static enum status make_authorizers(struct simulation *simulation, struct api_stage *stage)
{
    const struct property_list *own = &stage->config.authorizers;
    size_t count = own->count;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        count += is_authorizer_type(simulation->entities[i].type);
    stage->authorizers = calloc(count + 1, sizeof *stage->authorizers);
    stage->own_authorizers = calloc(own->count + 1, sizeof *stage->own_authorizers);
    if (!stage->authorizers || !stage->own_authorizers)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < own->count; i++) {
        stage->own_authorizers[i] = ((const struct authorizer_config *)own->items)[i];
        stage->own_authorizers[i].deny_rate = stage->config.deny_rate;
        stage->own_authorizers[i].absent_rate = stage->config.absent_rate;
        api_authorizer_init(&stage->authorizers[stage->authorizer_count++], &stage->own_authorizers[i], simulation, stage->self);
    }
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct authorizer_config *config = entity_state(simulation, i);
        if (is_authorizer_type(simulation->entities[i].type) && config->api == stage->config.api)
            api_authorizer_init(&stage->authorizers[stage->authorizer_count++], config, simulation, i);
    }
    return STATUS_OK;
}

/* What holds for each route. */
static void furnish(struct simulation *simulation, struct api_stage *stage)
{
    const struct rule_book *rules = simulation->settings->rules;
    bool rest = stage->config.kind == API_REST;
    int64_t limit_ns = rule_ns(rules, rest ? "apigw_rest_timeout_default_s" : "apigw_http_timeout_s");
    int64_t authorizer_ns = rule_ns(rules, rest ? "apigw_rest_timeout_default_s" : "apigw_http_authorizer_timeout_s");
    int64_t ttl_ns = rule_ns(rules, "apigw_cache_ttl_default_s");
    for (size_t i = 0; i < stage->door_count; i++) {
        struct door *door = &stage->doors[i];
        struct api_limit limit = {0};
        if (rest)
            rest_settings(stage, door, &limit, ttl_ns);
        else
            http_settings(stage, door, &limit);
        if (api_limit_given(&limit)) {
            door->bucket = &stage->buckets[i];
            api_bucket_init(door->bucket, &limit, rules);
        }
        door->authorizer = authorizer_of(simulation, stage, door->route);
        door->signed_only = api_route_is_signed(stage, door->route);
        door->key_required = rest && (door->route->key_required || stage->config.key_required);
        int64_t backend_ns = door->route->timeout_ns > 0 ? door->route->timeout_ns : limit_ns;
        uint32_t line = 2 * (uint32_t)i;
        for (uint32_t k = 0; k < 2; k++)
            deadline_line_init(&stage->lines[line + k], &stage->calls, offsetof(struct api_call, deadline),
                               k == 0 ? authorizer_ns : backend_ns, stage->self, API_DEADLINE, line + k);
    }
}

/* Which route takes what, and what a cache tells apart. */
static void sort_requests(const struct simulation *simulation, struct api_stage *stage, const struct api_route *const *routes)
{
    const struct content_table *contents = simulation->settings->contents;
    for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
        const char *request = contents && i < contents->count ? contents->items[i].request : NULL;
        stage->door_of[i] = (uint32_t)api_match((enum api_kind)stage->config.kind, routes, stage->door_count, request);
        for (uint32_t k = 0; k <= i; k++) {
            const char *other = contents && k < contents->count ? contents->items[k].request : NULL;
            if (other == request || (other && request && strcmp(other, request) == 0)) {
                stage->cached_as[i] = (uint8_t)k;
                break;
            }
        }
    }
}

static enum status open_doors(struct simulation *simulation, struct api_stage *stage)
{
    size_t most = 1;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        most += is_route_type(simulation->entities[i].type);
    const struct api_route **routes = calloc(most, sizeof *routes);
    stage->doors = calloc(most, sizeof *stage->doors);
    stage->lines = calloc(2 * most, sizeof *stage->lines);
    stage->buckets = calloc(most, sizeof *stage->buckets);
    enum status status = routes && stage->doors && stage->lines && stage->buckets ? make_authorizers(simulation, stage) : STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        collect_routes(simulation, stage);
        furnish(simulation, stage);
        for (size_t i = 0; i < stage->door_count; i++)
            routes[i] = stage->doors[i].route;
        sort_requests(simulation, stage, routes);
    }
    free(routes);
    return status;
}

static void read_rules(struct api_stage *stage, const struct rule_book *rules)
{
    bool rest = stage->config.kind == API_REST;
    stage->request_limit_bytes = stage->response_limit_bytes = (uint64_t)rule_bytes(rules, "apigw_payload_max_mb");
    stage->headers_limit_bytes = (uint64_t)rule_bytes(rules, "apigw_headers_max_bytes");
    stage->item_limit_bytes = (uint64_t)rule_bytes(rules, "apigw_cache_item_max_bytes");
    stage->meter_bytes = (uint64_t)rule_bytes(rules, "apigw_http_meter_kb");
    stage->base64_factor = fmax(rule_number(rules, "base64_factor"), 1);
    stage->function_error =
        api_server_error(rule_number(rules, rest ? "apigw_rest_function_error_status" : "apigw_http_function_error_status"));
    stage->function_throttled =
        api_server_error(rule_number(rules, rest ? "apigw_rest_function_throttled_status" : "apigw_http_function_throttled_status"));
    stage->timed_out = api_server_error(rule_number(rules, "apigw_timeout_status"));
    stage->no_route = rest ? &cause_no_method : &cause_not_found;
}

/* The first stage of all keeps the account's bucket. */
static void share_account(struct simulation *simulation, struct api_stage *stage)
{
    uint32_t first = 0;
    while (!is_api_stage(simulation->entities[first].type))
        first++;
    stage->account_keeper = entity_state(simulation, first);
    if (first == stage->self)
        api_bucket_init(&stage->account, &(struct api_limit){0}, simulation->settings->rules);
}

enum status api_stage_create(struct simulation *simulation, void *self)
{
    struct api_stage *stage = self;
    const char *name = simulation->entities[stage->self].name;
    read_rules(stage, simulation->settings->rules);
    share_account(simulation, stage);
    if (stage->config.api != stage->self)
        metrics_link(simulation->entities[stage->self].type->metrics, stage, entity_state(simulation, stage->config.api));
    pool_init(&stage->calls, sizeof(struct api_call), &simulation->memory, name);
    lru_cache_init(&stage->cache, stage->config.cache_enabled ? (uint64_t)api_cache_bytes(stage->config.cache_size) : 0,
                   &simulation->memory, name);
    stream_init(&stage->overhead_stream, simulation->settings->seed, simulation->replication, name, "overhead");
    stage->plan_count = usage_plans_of(simulation, stage->self, NULL);
    stage->plans = calloc(stage->plan_count + 1, sizeof *stage->plans);
    if (!stage->plans)
        return STATUS_NO_MEMORY;
    (void)usage_plans_of(simulation, stage->self, stage->plans);
    return open_doors(simulation, stage);
}

void api_stage_start(struct simulation *simulation, void *self)
{
    struct api_stage *stage = self;
    if (stage->config.cache_enabled)
        gauge_add(&stage->metrics.cache_hours, simulation->now_ns, 1);
}

void api_stage_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct api_stage *stage = self;
    for (size_t i = 0; i < stage->authorizer_count; i++)
        api_authorizer_fini(&stage->authorizers[i]);
    free(stage->authorizers);
    free(stage->own_authorizers);
    free(stage->plans);
    free(stage->doors);
    free(stage->lines);
    free(stage->buckets);
    if (stage->calls.owner)
        pool_fini(&stage->calls);
    lru_cache_fini(&stage->cache);
    fault_fini(&stage->faults);
}
