/* api_check.c: what is judged of a stage when the scenario is read: its API, the cache's size, the settings' routes, the authorizers, and
 * whether what is asked for has a route. */
#include "api_stage.h"
#include "engine/caller.h"
#include "engine/rule_book.h"
#include "engine/sending.h"
#include "engine/sim_time.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_api(const struct model_type *type)
{
    return type == &rest_api_type || type == &http_api_type || type == &serverless_api_type || type == &serverless_http_api_type;
}

bool is_api_stage(const struct model_type *type)
{
    return is_api(type) || type == &rest_stage_type || type == &http_stage_type;
}

static bool is_own_stage(const struct model_type *type)
{
    return type == &rest_stage_type || type == &http_stage_type;
}

/* Is `size` one of the words of the rule? */
static bool is_cache_size(const char *sizes, const char *size)
{
    size_t length = strlen(size);
    while (length > 0 && *sizes) {
        size_t word = strcspn(sizes, " ");
        if (word == length && strncmp(sizes, size, length) == 0)
            return true;
        sizes += word + strspn(sizes + word, " ");
    }
    return false;
}

static void check_cache(struct validation *validation, struct api_stage_config *config)
{
    const char *sizes = rule_text(validation_rules(validation), "apigw_cache_sizes_gb");
    const struct method_setting *settings = config->method_settings.items;
    if (config->cache_size && !config->cache_enabled_given)
        config->cache_enabled = true;
    if (!config->cache_size)
        config->cache_size = "0.5";
    if (!is_cache_size(sizes ? sizes : "", config->cache_size))
        validation_error(validation, "CacheClusterSize", "rule apigw_cache_sizes_gb", "must be one of %s (GB), got \"%s\"", sizes,
                         config->cache_size);
    for (size_t i = 0; i < config->method_settings.count; i++) {
        char property[64];
        snprintf(property, sizeof property, "MethodSettings[%zu].CachingEnabled", i);
        if (settings[i].caching && !config->cache_enabled)
            validation_warning(validation, property, "set CacheClusterEnabled", "nothing is cached: the stage has no cache");
    }
}

/* The routes of the API, as they stand in the template; the array is the scenario's. */
static const struct api_route **routes_of(struct validation *validation, const struct api_stage *stage, size_t *count)
{
    const struct api_route **routes = validation_alloc(validation, (size_t)validation_entity_count(validation) + 1, sizeof *routes);
    *count = 0;
    if (!routes)
        return NULL;
    if (stage->config.quick_target)
        routes[(*count)++] = &stage->quick;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct api_route *route = api_route_of(validation, i, stage->config.api);
        if (route)
            routes[(*count)++] = route;
    }
    return routes;
}

/* AWS refuses settings of a route that is not there. Where routes stand in a definition that is not read, nothing is known of them. */
static void check_route_settings(struct validation *validation, const struct api_stage_config *config,
                                 const struct api_route *const *routes, size_t count)
{
    const struct route_setting *settings = config->route_settings.items;
    const struct api_stage *api = validation_config(validation, config->api);
    for (size_t i = 0; i < config->route_settings.count && !api->config.body_given; i++) {
        bool used = false;
        for (size_t k = 0; k < count; k++)
            used = used || http_setting_is(settings[i].key, routes[k]);
        if (!used)
            validation_error(validation, "RouteSettings", "its keys are those of routes: \"GET /items\", or $default",
                             "the API has no route \"%s\"", settings[i].key);
    }
}

/* A setting that holds for no route is likely misspelt. */
static void check_method_settings(struct validation *validation, const struct api_stage_config *config,
                                  const struct api_route *const *routes, size_t count)
{
    const struct method_setting *settings = config->method_settings.items;
    for (size_t i = 0; i < config->method_settings.count; i++) {
        bool used = false;
        for (size_t k = 0; k < count; k++)
            used = used || (api_path_is(settings[i].path, routes[k]->path) && api_method_is(settings[i].method, routes[k]->method));
        char property[64];
        snprintf(property, sizeof property, "MethodSettings[%zu].ResourcePath", i);
        if (!used)
            validation_warning(validation, property, "\"/*\" with HttpMethod \"*\" means all", "the API has no method %s of %s",
                               settings[i].method, settings[i].path);
    }
}

/* The routes as a hint: "GET /items, POST /items". */
static const char *list_routes(const struct api_route *const *routes, size_t count, char *text, size_t room)
{
    size_t used = (size_t)snprintf(text, room, "its routes are ");
    for (size_t i = 0; i < count && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%.24s %.100s", i > 0 ? ", " : "", routes[i]->path ? routes[i]->method : "",
                                 routes[i]->path ? routes[i]->path : "$default");
    return count > 0 ? text : NULL;
}

static void check_authorizers(struct validation *validation, struct api_stage *stage, const struct api_route *const *routes, size_t count)
{
    struct authorizer_config *own = stage->config.authorizers.items;
    double most = rule_number(validation_rules(validation), "apigw_authorizers_max");
    size_t all = stage->config.authorizers.count;
    for (size_t i = 0; i < stage->config.authorizers.count; i++)
        sam_authorizer_check(validation, &own[i], "Auth.Authorizers", stage->config.kind == API_REST);
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct model_type *type = validation_type(validation, i);
        if (is_authorizer_type(type))
            all += ((const struct authorizer_config *)validation_config(validation, i))->api == stage->config.api;
    }
    if ((double)all > most)
        validation_error(validation, NULL, "rule apigw_authorizers_max", "the API has %zu authorizers, and may have %.0f", all, most);
    for (size_t i = 0; i <= count; i++) {
        const char *name = i < count ? routes[i]->authorizer_name : stage->config.default_authorizer;
        bool found = !name || strcmp(name, "NONE") == 0 || strcmp(name, "AWS_IAM") == 0;
        for (size_t k = 0; k < stage->config.authorizers.count; k++)
            found = found || (own[k].name && strcmp(own[k].name, name) == 0);
        if (!found)
            validation_error(validation, "Auth", NULL, "there is no authorizer \"%s\"", name);
    }
}

/* Limits above the usual one are for APIs that are not at the edge. */
static void check_timeouts(struct validation *validation, const struct api_stage *stage, const struct api_route *const *routes,
                           size_t count)
{
    double most_s = rule_number(validation_rules(validation), "apigw_rest_timeout_default_s");
    const struct api_stage *api = validation_config(validation, stage->config.api);
    for (size_t i = 0; i < count && stage->config.kind == API_REST && api->config.endpoint == 0; i++)
        if ((double)routes[i]->timeout_ns > most_s * (double)NS_PER_S)
            validation_error(validation, NULL, "give the API an EndpointConfiguration of REGIONAL",
                             "an edge-optimized API cannot wait longer than %.0f s: %s %s has %.15g s", most_s, routes[i]->method,
                             routes[i]->path ? routes[i]->path : "$default", (double)routes[i]->timeout_ns / (double)NS_PER_S);
}

/* The stages that are resources of their own: the first is what a caller means who names the API. */
static void find_stages(struct validation *validation, struct api_stage *api)
{
    uint32_t self = validation_self(validation);
    api->config.first_stage = NULL;
    for (uint32_t i = 0; i < validation_entity_count(validation) && !api->config.first_stage; i++) {
        const struct api_stage *stage = validation_config(validation, i);
        if (!is_own_stage(validation_type(validation, i)) || stage->config.api != self)
            continue;
        api->config.first_stage = stage->config.name;
        api->config.first_entity = i;
    }
}

void api_route_check(struct validation *validation, const struct api_route *route, enum api_kind kind)
{
    const struct model_type *type = route->api == ENTITY_NONE ? NULL : validation_type(validation, route->api);
    bool rest = kind == API_REST;
    if (type && type != (rest ? &rest_api_type : &http_api_type) && type != (rest ? &serverless_api_type : &serverless_http_api_type))
        validation_error(validation, rest ? "RestApiId" : "ApiId", NULL, "%s is no %s API", validation_name(validation, route->api),
                         rest ? "REST" : "HTTP");
}

void api_event_finish(struct validation *validation, struct api_route *route, uint32_t function)
{
    route->authorizer = ENTITY_NONE;
    route->open = route->authorizer_name && strcmp(route->authorizer_name, "NONE") == 0;
    route->target = validation_callee(validation, "FunctionName", function);
    /* Of a state machine: SAM writes an integration with StartExecution. */
    bool starts = route->target != ENTITY_NONE && model_takes(validation_type(validation, route->target), "StartExecution");
    route->backend = starts ? BACKEND_SERVICE : BACKEND_FUNCTION;
    route->asynchronous = starts;
    api_route_flow(validation, route);
}

void api_route_flow(struct validation *validation, const struct api_route *route)
{
    const uint32_t role = validation_role(validation, route->role);
    for (uint32_t i = 0; route->target != ENTITY_NONE && i < validation_entity_count(validation); i++) {
        const struct api_stage *stage = validation_config(validation, i);
        const struct model_type *type = validation_type(validation, i);
        if (!is_api_stage(type) || (i != route->api && !(is_own_stage(type) && stage->config.api == route->api)))
            continue;
        validation_flow(validation, i, route->target);
        if (role != ENTITY_NONE) /* the stage sends in that name: the route has said what it may not */
            validation_may(validation, &(struct deed){.from = i, .holder = role, .target = route->target, .silent = true});
    }
}

/* An HTTP API's Target: a route and a stage without resources of their own. */
static void quick_create(struct validation *validation, struct api_stage *stage)
{
    const struct api_integration integration = {.uri = stage->config.quick_target, .type = INTEGRATION_AWS_PROXY};
    stage->quick = (struct api_route){.api = stage->config.api, .method = "ANY", .authorizer = ENTITY_NONE, .open = true};
    if (!stage->config.quick_target)
        return;
    api_integrate(validation, &integration, "Target", &stage->quick);
    api_route_flow(validation, &stage->quick);
}

static void check_doors(struct validation *validation, struct api_stage *stage)
{
    size_t count;
    const struct api_route **routes = routes_of(validation, stage, &count);
    if (!routes)
        return;
    stage->config.routes = routes;
    stage->config.route_count = count;
    if (count == 0 && (!is_api(validation_type(validation, validation_self(validation))) || !stage->config.body_given))
        validation_warning(validation, NULL, NULL, "the API has no routes: every request is refused");
    check_method_settings(validation, &stage->config, routes, count);
    check_route_settings(validation, &stage->config, routes, count);
    check_authorizers(validation, stage, routes, count);
    check_timeouts(validation, stage, routes, count);
}

void api_stage_validate(struct validation *validation, void *config)
{
    struct api_stage *stage = config;
    const struct model_type *type = validation_type(validation, validation_self(validation));
    bool rest = type == &rest_api_type || type == &rest_stage_type || type == &serverless_api_type;
    stage->config.kind = rest ? API_REST : API_HTTP;
    if (is_own_stage(type)) {
        if (stage->config.api == ENTITY_NONE)
            return;
        if (validation_type(validation, stage->config.api) != (rest ? &rest_api_type : &http_api_type)) {
            validation_error(validation, rest ? "RestApiId" : "ApiId", NULL, "%s is no %s API",
                             validation_name(validation, stage->config.api), rest ? "REST" : "HTTP");
            stage->config.api = validation_self(validation);
            return;
        }
    } else {
        stage->config.api = validation_self(validation);
        find_stages(validation, stage);
    }
    if (stage->config.body_given)
        validation_warning(validation, NULL, "describe routes as events of functions, or as resources",
                           "an OpenAPI definition is not read: its routes are not there");
    if (stage->config.usage_plan_given)
        validation_error(validation, "Auth.UsagePlan", "write AWS::ApiGateway::UsagePlan, ApiKey and UsagePlanKey",
                         "not modelled yet: usage plans that SAM makes");
    quick_create(validation, stage);
    check_cache(validation, &stage->config);
    if (!stage->config.first_stage)
        check_doors(validation, stage);
}

bool api_route_is_signed(const struct api_stage *stage, const struct api_route *route)
{
    const char *name = route->authorizer_name ? route->authorizer_name : stage->config.default_authorizer;
    return route->signed_only || (!route->open && name && strcmp(name, "AWS_IAM") == 0);
}

/* Who calls a route with AWS_IAM must be allowed to. Source: API Gateway developer guide, "Control access for invoking an API". */
static void ask_permission(struct validation *validation, const struct api_stage *stage)
{
    const uint32_t self = validation_self(validation);
    const struct model_type *type = validation_type(validation, self);
    const struct caller *caller = type->caller ? type->caller(validation_config(validation, self)) : NULL;
    if (caller)
        validation_may(validation, &(struct deed){
                                       .from = self,
                                       .holder = caller->as,
                                       .target = stage->config.api,
                                       .action = "execute-api:Invoke",
                                       .account = caller->account,
                                       .ip = caller->ip,
                                       .property = caller->as != ENTITY_NONE ? "as" : "account",
                                   });
}

void api_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    const struct api_stage *stage = config;
    const struct content_table *contents = validation_contents(validation);
    char hint[600];
    if (stage->config.first_stage)
        stage = validation_config(validation, stage->config.first_entity);
    const struct api_route *const *routes = stage->config.routes;
    const size_t count = stage->config.route_count;
    for (size_t i = 0; routes && (i < sending->content.count || i == 0); i++) {
        uint8_t number = sending->content.count > 0 ? sending->content.contents[i] : CONTENT_NONE;
        const char *request = contents->items[number].request;
        size_t route = api_match((enum api_kind)stage->config.kind, routes, count, request);
        if (route < count) {
            if (api_route_is_signed(stage, routes[route]))
                ask_permission(validation, stage);
            continue;
        }
        validation_sending_error(validation, sending, request ? "request" : NULL, list_routes(routes, count, hint, sizeof hint),
                                 request ? "%s has no route for \"%s\"" : "%s has several routes: write a \"request\", such as \"GET /\"",
                                 validation_name(validation, stage->config.api), request);
        return;
    }
}

void api_check_part(struct validation *validation, const char *property, const void *config, const char *qualifier)
{
    const struct api_stage *stage = config;
    if (!stage->config.name || strcmp(stage->config.name, qualifier) != 0)
        validation_error(validation, property, NULL, "the API has no stage \"%s\"", qualifier);
}

const char *api_default_part(const void *config)
{
    return ((const struct api_stage *)config)->config.first_stage;
}
