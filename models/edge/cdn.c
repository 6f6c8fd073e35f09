/* cdn.c: AWS::CloudFront::Distribution: what is measured of it, what is billed, what may happen to it.
 * Sources: CloudFront developer guide, "Types of metrics for CloudFront" and "Interpret your AWS bill and usage
 * reports for CloudFront". */
#include "cdn_state.h"

#include "edge.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

/* -- what is measured -- */

/* So many edges have figures of their own. */
#define EDGES_MEASURED 100u

#define AT(field) offsetof(struct cdn, metrics.field)
#define FIGURE(field) offsetof(struct edge_figures, field)

#define USE_ROWS(AREA)                                                                                                                     \
    {NULL, "http " #AREA, "None", METRIC_COUNT, AT(use[AREA].http), .help = ""},                                                           \
        {NULL, "https " #AREA, "None", METRIC_COUNT, AT(use[AREA].https), .help = ""},                                                     \
        {NULL, "proxy http " #AREA, "None", METRIC_COUNT, AT(use[AREA].proxy_http), .help = ""},                                           \
        {NULL, "proxy https " #AREA, "None", METRIC_COUNT, AT(use[AREA].proxy_https), .help = ""},                                         \
        {NULL, "out " #AREA, "None", METRIC_COUNT, AT(use[AREA].out_bytes), .help = ""},                                                   \
        {NULL, "to origins " #AREA, "None", METRIC_COUNT, AT(use[AREA].origin_bytes), .help = ""},                                         \
    {                                                                                                                                      \
        NULL, "shield " #AREA, "None", METRIC_COUNT, AT(use[AREA].shield), .help = ""                                                      \
    }

static const struct metric_type cdn_metrics[] = {
    {"AWS/CloudFront", "Requests", "Count", METRIC_COUNT, AT(requests), .help = "Requests of viewers, whatever became of them."},
    {"AWS/CloudFront", "BytesDownloaded", "Bytes", METRIC_COUNT, AT(downloaded), .help = "Bytes that viewers got."},
    {"AWS/CloudFront", "BytesUploaded", "Bytes", METRIC_COUNT, AT(uploaded), .help = "Bytes that viewers sent by POST, PUT and the like."},
    {"AWS/CloudFront", "TotalErrorRate", "Percent", METRIC_PERCENT, AT(errors), .better = -1, .other = AT(requests),
     .help = "Requests answered 4xx or 5xx, in percent of all."},
    {"AWS/CloudFront", "4xxErrorRate", "Percent", METRIC_PERCENT, AT(client_errors), .better = -1, .other = AT(requests),
     .help = "Those answered 4xx."},
    {"AWS/CloudFront", "5xxErrorRate", "Percent", METRIC_PERCENT, AT(server_errors), .better = -1, .other = AT(requests),
     .help = "Those answered 5xx."},
    {"AWS/CloudFront", "401ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[0]), .better = -1, .other = AT(requests),
     .help = "Those answered 401."},
    {"AWS/CloudFront", "403ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[1]), .better = -1, .other = AT(requests),
     .help = "Those answered 403."},
    {"AWS/CloudFront", "404ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[2]), .better = -1, .other = AT(requests),
     .help = "Those answered 404."},
    {"AWS/CloudFront", "502ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[3]), .better = -1, .other = AT(requests),
     .help = "Those answered 502."},
    {"AWS/CloudFront", "503ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[4]), .better = -1, .other = AT(requests),
     .help = "Those answered 503."},
    {"AWS/CloudFront", "504ErrorRate", "Percent", METRIC_PERCENT, AT(by_status[5]), .better = -1, .other = AT(requests),
     .help = "Those answered 504."},
    {"AWS/CloudFront", "CacheHitRate", "Percent", METRIC_PERCENT, AT(hits), .better = 1, .other = AT(cacheable),
     .help = "Of what may be kept and was served: what came from a cache, or waited for what another had asked for."},
    {"AWS/CloudFront", "OriginLatency", "Milliseconds", METRIC_TALLY, AT(origin_latency), .better = -1,
     .help = "From a cache's asking an origin to what it got, functions and network included."},
    {"AWS/CloudFront", "LambdaExecutionError", "Count", METRIC_COUNT, AT(lambda_errors), .better = -1,
     .help = "Lambda@Edge functions that failed."},
    {"AWS/CloudFront", "LambdaValidationError", "Count", METRIC_COUNT, AT(lambda_invalid), .better = -1,
     .help = "Those that answered more than they may."},
    {"slsim", "LambdaLimitExceeded", "Count", METRIC_COUNT, AT(lambda_limited), .better = -1, .help = "Those that were throttled."},
    {"slsim", "LambdaExecutions", "Count", METRIC_COUNT, AT(lambda_executions), .help = "Calls of Lambda@Edge functions."},
    {"slsim", "EdgeRejected", "Count", METRIC_COUNT, AT(rejected), .help = "Requests that a function at the edge answered by itself."},
    {"slsim", "OriginRequests", "Count", METRIC_COUNT, AT(origin_requests), .better = -1, .help = "Requests to origins, each try."},
    {"slsim", "OriginFailures", "Count", METRIC_COUNT, AT(origin_failures), .better = -1,
     .help = "Objects that origins answered with an error, or not in time."},
    {"slsim", "OriginTimeouts", "Count", METRIC_COUNT, AT(origin_timeouts), .better = -1,
     .help = "Tries that took too long (OriginReadTimeout)."},
    {"slsim", "OriginConnectionFailures", "Count", METRIC_COUNT, AT(connection_failures), .better = -1,
     .help = "Tries to connect that came to nothing (ConnectionTimeout)."},
    {"slsim", "OriginFailovers", "Count", METRIC_COUNT, AT(failovers), .better = -1,
     .help = "Objects for which the second origin of a group was asked."},
    {"slsim", "ErrorPages", "Count", METRIC_COUNT, AT(pages), .help = "Errors that viewers got as a page (CustomErrorResponses)."},
    {"slsim", "StaleResponses", "Count", METRIC_COUNT, AT(stale),
     .help = "Answers out of a cache of what was past its time: as the origin failed, or while it was asked anew."},
    {"slsim", "CollapsedRequests", "Count", METRIC_COUNT, AT(collapsed), .help = "Requests that waited for what another had asked for."},
    {"slsim", "CacheEvictions", "Count", METRIC_COUNT, AT(evictions), .help = "Objects that made room for others."},
    {"slsim", "ObjectsInvalidated", "Count", METRIC_COUNT, AT(invalidated), .help = "Objects that an invalidation took out of caches."},
    {"slsim", "Latency", "Milliseconds", METRIC_TALLY, AT(latency), .better = -1,
     .help = "From a request's coming to an edge to its answer."},
    {NULL, "hits", "None", METRIC_COUNT, AT(hits), .help = ""},
    {NULL, "cacheable", "None", METRIC_COUNT, AT(cacheable), .help = ""},
    {NULL, "errors", "None", METRIC_COUNT, AT(errors), .help = ""},
    {NULL, "4xx", "None", METRIC_COUNT, AT(client_errors), .help = ""},
    {NULL, "5xx", "None", METRIC_COUNT, AT(server_errors), .help = ""},
    {NULL, "paths", "None", METRIC_COUNT, AT(paths), .help = ""},
    {NULL, "401", "None", METRIC_COUNT, AT(by_status[0]), .help = ""},
    {NULL, "403", "None", METRIC_COUNT, AT(by_status[1]), .help = ""},
    {NULL, "404", "None", METRIC_COUNT, AT(by_status[2]), .help = ""},
    {NULL, "502", "None", METRIC_COUNT, AT(by_status[3]), .help = ""},
    {NULL, "503", "None", METRIC_COUNT, AT(by_status[4]), .help = ""},
    {NULL, "504", "None", METRIC_COUNT, AT(by_status[5]), .help = ""},
    USE_ROWS(AREA_US),
    USE_ROWS(AREA_CA),
    USE_ROWS(AREA_EU),
    USE_ROWS(AREA_ZA),
    USE_ROWS(AREA_ME),
    USE_ROWS(AREA_SA),
    USE_ROWS(AREA_JP),
    USE_ROWS(AREA_AU),
    USE_ROWS(AREA_AP),
    USE_ROWS(AREA_IN),
    {0},
};

static const struct metric_type edge_metrics[] = {
    {"AWS/CloudFront", "Requests", "Count", METRIC_COUNT, FIGURE(requests), .help = "Requests that came to this edge."},
    {"AWS/CloudFront", "BytesDownloaded", "Bytes", METRIC_COUNT, FIGURE(downloaded), .help = "Bytes that its viewers got."},
    {"AWS/CloudFront", "CacheHitRate", "Percent", METRIC_PERCENT, FIGURE(hits), .better = 1, .other = FIGURE(cacheable),
     .help = "Of what it looked for: what its own cache had, or was waiting for."},
    {"slsim", "OriginRequests", "Count", METRIC_COUNT, FIGURE(origin_requests), .better = -1,
     .help = "Requests that it sent to origins itself."},
    {"slsim", "CacheEvictions", "Count", METRIC_COUNT, FIGURE(evictions), .help = "Objects that made room for others in its cache."},
    {NULL, "hits", "None", METRIC_COUNT, FIGURE(hits), .help = ""},
    {NULL, "cacheable", "None", METRIC_COUNT, FIGURE(cacheable), .help = ""},
    {0},
};

static const struct model_type edge_type = {
    .type = "edge",
    .help = "The first hundred edge locations.",
    .size = sizeof(struct edge_figures),
    .metrics = edge_metrics,
};

uint32_t cdn_measured_edges(const struct cdn *cdn)
{
    return cdn->edge_count < EDGES_MEASURED ? cdn->edge_count : EDGES_MEASURED;
}

static uint32_t measured(const void *config)
{
    return cdn_measured_edges(config);
}

static const struct inner_parts cdn_edges = {
    .type = &edge_type,
    .name = "edge",
    .count = measured,
    .first_offset = offsetof(struct cdn, first_edge),
};

static void cdn_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    cdn_bill(self, bill);
}

static bool runs_at_edge(const void *self, uint32_t function)
{
    const struct cdn *cdn = self;
    for (const struct cdn_successor *successor = cdn->successors; successor; successor = successor->next)
        if (successor->function == function)
            return true;
    const struct property_list *const lists[] = {&cdn->behaviors, &cdn->usual_list};
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < lists[list]->count; i++)
            for (size_t event = 0; event < EDGE_EVENTS; event++)
                if (((const struct cdn_behavior *)lists[list]->items)[i].hooks[event].function == function)
                    return true;
    return false;
}

/* The Region in which it runs for that request. */
static uint32_t edge_place(const void *self, const struct request *request)
{
    const struct cdn *cdn = self;
    return cdn_job_at(cdn, request->from_data)->place;
}

/* -- what may happen to it -- */

FAULT_FUNCTIONS(cdn, self)

struct invalidation {
    struct string_list paths;
};

static const struct property invalidation_properties[] = {
    {"Paths", PROPERTY_STRINGS, offsetof(struct invalidation, paths), .required = true,
     .help = "Which objects: \"/*\" for all, \"/images/*\"; each is billed as one path beyond the first thousand of a month."},
    {0},
};

static void invalidate(struct simulation *simulation, void *self, const void *arguments)
{
    struct cdn *cdn = self;
    const struct invalidation *invalidation = arguments;
    for (size_t i = 0; i < invalidation->paths.count; i++)
        cdn_invalidate(simulation, cdn, invalidation->paths.items[i]);
    counter_add(&cdn->metrics.paths, invalidation->paths.count);
}

/* An origin that cannot be connected to. */
struct cut {
    const char *origin; /* its Id; NULL: every one */
};

static const struct property cut_properties[] = {
    {"origin", PROPERTY_STRING, offsetof(struct cut, origin), .help = "The Id of the origin that is meant; left out: all."},
    {0},
};

static void cut_validate(struct validation *validation, const void *config, void *arguments)
{
    const struct cdn *cdn = config;
    const struct cut *cut = arguments;
    const struct cdn_origin *origins = cdn->origins.items;
    char hint[120];
    if (!cut->origin || cdn_origin_named(cdn, cut->origin) != SIZE_MAX)
        return;
    snprintf(hint, sizeof hint, "an origin's Id, such as \"%.60s\"", cdn->origins.count > 0 && origins[0].id ? origins[0].id : "site");
    validation_error(validation, "origin", hint, "there is no origin \"%.60s\"", cut->origin);
}

static void cut_off(struct cdn *cdn, const struct cut *cut, int by)
{
    const struct cdn_origin *origins = cdn->origins.items;
    for (size_t i = 0; i < cdn->origins.count; i++)
        if (!cut->origin || (origins[i].id && strcmp(origins[i].id, cut->origin) == 0))
            cdn->lines[i].unreachable += (uint32_t)by;
}

static void begin_cut(struct simulation *simulation, void *self, const void *arguments)
{
    (void)simulation;
    cut_off(self, arguments, 1);
}

static void end_cut(struct simulation *simulation, void *self, const void *arguments)
{
    (void)simulation;
    cut_off(self, arguments, -1);
}

static const struct action cdn_actions[] = {
    FAULT_ENDPOINT_ROWS,
    FAULT_SLOW_ROW,
    {.verb = "fault",
     .kind = "unreachable",
     .properties = cut_properties,
     .size = sizeof(struct cut),
     .validate = cut_validate,
     .begin = begin_cut,
     .end = end_cut,
     .help = "No new connection to an origin comes about: each try takes its ConnectionTimeout."},
    {.verb = "UpdateDistribution",
     .properties = cdn_update_properties,
     .size = sizeof(struct cdn_update_arguments),
     .validate = cdn_update_validate,
     .begin = cdn_update_begin,
     .help = "A version of a function takes the place of what runs at that point, at each edge after its `deployment`."},
    {.verb = "CreateInvalidation",
     .properties = invalidation_properties,
     .size = sizeof(struct invalidation),
     .begin = invalidate,
     .help = "The caches forget objects at once."},
    {0},
};

const struct model_type distribution_type = {
    .type = "AWS::CloudFront::Distribution",
    .service = "Amazon CloudFront",
    .help =
        "A CloudFront distribution: edge locations that keep what origins have, and serve it near users. Traffic names it as its target.",
    .size = sizeof(struct cdn),
    .self_offset = offsetof(struct cdn, self),
    .properties = cdn_properties,
    .behavior = cdn_behavior_keys,
    .metrics = cdn_metrics,
    .line_items = cdn_line_items,
    .inner = &cdn_edges,
    .refusals = cdn_refusals,
    .validate = cdn_validate,
    .receives = cdn_receives,
    .actions = cdn_actions,
    .create = cdn_create,
    .destroy = cdn_destroy,
    .handle = cdn_handle,
    .accept = cdn_accept,
    .done = cdn_done,
    .finish = cdn_finish,
    .quantities = cdn_quantities,
    .runs_at_edge = runs_at_edge,
    .edge_place = edge_place,
    .keeps_chain = true,
    .gets = true,
};
