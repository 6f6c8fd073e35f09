/* api_types.c: what can be said of REST and HTTP APIs and their stages, what is measured and billed of them.
 * Sources: API Gateway developer guide, "Amazon API Gateway dimensions and metrics", "Working with metrics for HTTP APIs". */
#include "api_stage.h"
#include "engine/sim_time.h"
#include "front_doors.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <string.h>

#define AT(field) offsetof(struct api_stage, config.field)
#define GIVEN(field) PROPERTY_GIVEN(struct api_stage, config.field)

static const char *const endpoints[] = {"EDGE", "REGIONAL", "PRIVATE", NULL};

static const struct property method_setting_properties[] = {
    {"ResourcePath", PROPERTY_STRING, offsetof(struct method_setting, path), .fallback = "\"/*\"",
     .help = "A resource's path, its slashes as they are or as ~1; \"/*\": all."},
    {"HttpMethod", PROPERTY_STRING, offsetof(struct method_setting, method), .fallback = "\"*\"", .help = "A method; \"*\": all."},
    {"CachingEnabled", PROPERTY_BOOLEAN, offsetof(struct method_setting, caching), .fallback = "false",
     .given = PROPERTY_GIVEN(struct method_setting, caching_given),
     .help = "Answers that succeeded are kept; where all methods are meant, those of GET alone."},
    {"CacheTtlInSeconds", PROPERTY_TIME, offsetof(struct method_setting, ttl_ns), .unit = "s", .minimum = "0",
     .maximum = "apigw_cache_ttl_max_s", .given = PROPERTY_GIVEN(struct method_setting, ttl_given),
     .help = "For how long; 0: not at all. Left out: rule apigw_cache_ttl_default_s."},
    API_LIMIT_ROWS(method_setting, limit, "ThrottlingRateLimit", "ThrottlingBurstLimit"),
    ACCEPTED("CacheDataEncrypted"),
    ACCEPTED("DataTraceEnabled"),
    ACCEPTED("LoggingLevel"),
    ACCEPTED("MetricsEnabled"),
    {0},
};

/* Of a REST API's stage, in whatever resource that is said. */
static const struct property rest_common_properties[] = {
    {"CacheClusterEnabled", PROPERTY_BOOLEAN, AT(cache_enabled), .fallback = "false", .given = GIVEN(cache_enabled_given),
     .help = "The stage has a cache, paid for by the hour."},
    {"CacheClusterSize", PROPERTY_STRING, AT(cache_size), .help = "Its size in GB: one of rule apigw_cache_sizes_gb; left out: 0.5."},
    {"MethodSettings", PROPERTY_LIST, AT(method_settings), .properties = method_setting_properties, .size = sizeof(struct method_setting),
     .help = "Token buckets and caching of methods: the closest setting holds. Each method has a bucket of its own."},
    ACCEPTED("AccessLogSetting"),
    ACCEPTED("Description"),
    ACCEPTED("Tags"),
    ACCEPTED("TracingEnabled"),
    {0},
};

static const struct property rest_stage_properties[] = {
    {"RestApiId", PROPERTY_REFERENCE, AT(api), .required = true, .help = "The REST API."},
    {"StageName", PROPERTY_STRING, AT(name), .required = true, .help = "Callers write Api:name."},
    {.kind = PROPERTY_TABLE, .properties = rest_common_properties},
    ACCEPTED("CanarySetting"),
    ACCEPTED("ClientCertificateId"),
    ACCEPTED("DeploymentId"),
    ACCEPTED("DocumentationVersion"),
    ACCEPTED("Variables"),
    {0},
};

static const struct property endpoint_properties[] = {
    {"Types", PROPERTY_ENUM_LIST, AT(endpoint), .choices = endpoints, .fallback = "\"EDGE\"",
     .help = "EDGE: no integration may take longer than rule apigw_rest_timeout_default_s."},
    ACCEPTED("IpAddressType"),
    ACCEPTED("VpcEndpointIds"),
    {0},
};

static const struct property rest_api_properties[] = {
    {"EndpointConfiguration", PROPERTY_OBJECT, 0, .properties = endpoint_properties, .help = "Where it is."},
    {"Body", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "An OpenAPI definition is not read."},
    {"BodyS3Location", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "The same."},
    ACCEPTED("ApiKeySourceType"),
    ACCEPTED("BinaryMediaTypes"),
    ACCEPTED("CloneFrom"),
    ACCEPTED("Description"),
    ACCEPTED("DisableExecuteApiEndpoint"),
    ACCEPTED("FailOnWarnings"),
    ACCEPTED("MinimumCompressionSize"),
    ACCEPTED("Mode"),
    ACCEPTED("Name"),
    ACCEPTED("Parameters"),
    ACCEPTED("Policy"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property sam_endpoint_properties[] = {
    {"Type", PROPERTY_ENUM, AT(endpoint), .choices = endpoints, .fallback = "\"EDGE\"",
     .help = "EDGE: no integration may take longer than rule apigw_rest_timeout_default_s."},
    ACCEPTED("IpAddressType"),
    ACCEPTED("VPCEndpointIds"),
    ACCEPTED("VpcEndpointIds"),
    {0},
};

static const struct property sam_rest_auth_properties[] = {
    {"DefaultAuthorizer", PROPERTY_STRING, AT(default_authorizer), .help = "One of Authorizers, for all routes that say nothing."},
    {"Authorizers", PROPERTY_MAP, AT(authorizers), .properties = sam_rest_authorizer_properties, .size = sizeof(struct authorizer_config),
     .help = "By name. `behavior` says how many tokens they refuse."},
    {"ApiKeyRequired", PROPERTY_BOOLEAN, AT(key_required), .fallback = "false", .help = "Of every route."},
    {"UsagePlan", PROPERTY_ACCEPTED, 0, .given = GIVEN(usage_plan_given), .help = "Write AWS::ApiGateway::UsagePlan."},
    ACCEPTED("AddApiKeyRequiredToCorsPreflight"),
    ACCEPTED("AddDefaultAuthorizerToCorsPreflight"),
    ACCEPTED("DefaultAuthorizationScopes"),
    ACCEPTED("InvokeRole"),
    ACCEPTED("ResourcePolicy"),
    {0},
};

static const struct property serverless_api_properties[] = {
    {"StageName", PROPERTY_STRING, AT(name), .fallback = "\"Prod\"", .help = "Its only stage."},
    {.kind = PROPERTY_TABLE, .properties = rest_common_properties},
    {"Auth", PROPERTY_OBJECT, 0, .properties = sam_rest_auth_properties, .help = "Who may."},
    {"EndpointConfiguration", PROPERTY_OBJECT, 0, .properties = sam_endpoint_properties, .help = "Where it is."},
    {"DefinitionBody", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "An OpenAPI definition is not read."},
    {"DefinitionUri", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "The same."},
    ACCEPTED("AlwaysDeploy"),
    ACCEPTED("ApiKeySourceType"),
    ACCEPTED("BinaryMediaTypes"),
    ACCEPTED("CanarySetting"),
    ACCEPTED("Cors"),
    ACCEPTED("DisableExecuteApiEndpoint"),
    ACCEPTED("Domain"),
    ACCEPTED("FailOnWarnings"),
    ACCEPTED("GatewayResponses"),
    ACCEPTED("MergeDefinitions"),
    ACCEPTED("MinimumCompressionSize"),
    ACCEPTED("Mode"),
    ACCEPTED("Models"),
    ACCEPTED("Name"),
    ACCEPTED("OpenApiVersion"),
    ACCEPTED("Policy"),
    ACCEPTED("PropagateTags"),
    ACCEPTED("SecurityPolicy"),
    ACCEPTED("Variables"),
    {0},
};

static const struct property default_route_properties[] = {
    API_LIMIT_ROWS(api_stage, config.limit, "ThrottlingRateLimit", "ThrottlingBurstLimit"),
    ACCEPTED("DataTraceEnabled"),
    ACCEPTED("DetailedMetricsEnabled"),
    ACCEPTED("LoggingLevel"),
    {0},
};

static const struct property route_setting_properties[] = {
    API_LIMIT_ROWS(route_setting, limit, "ThrottlingRateLimit", "ThrottlingBurstLimit"),
    ACCEPTED("DataTraceEnabled"),
    ACCEPTED("DetailedMetricsEnabled"),
    ACCEPTED("LoggingLevel"),
    {0},
};

static const struct property http_common_properties[] = {
    {"DefaultRouteSettings", PROPERTY_OBJECT, 0, .properties = default_route_properties, .help = "Each route's token bucket."},
    {"RouteSettings", PROPERTY_MAP, AT(route_settings), .properties = route_setting_properties, .size = sizeof(struct route_setting),
     .help = "That of single routes, by their keys: \"GET /items\"."},
    ACCEPTED("AccessLogSettings"),
    ACCEPTED("Description"),
    ACCEPTED("StageVariables"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property http_stage_properties[] = {
    {"ApiId", PROPERTY_REFERENCE, AT(api), .required = true, .help = "The HTTP API."},
    {"StageName", PROPERTY_STRING, AT(name), .required = true, .help = "Callers write Api:name."},
    {.kind = PROPERTY_TABLE, .properties = http_common_properties},
    ACCEPTED("AccessPolicyId"),
    ACCEPTED("AutoDeploy"),
    ACCEPTED("ClientCertificateId"),
    ACCEPTED("DeploymentId"),
    {0},
};

static const char *const protocols[] = {"HTTP", NULL};

static const struct property http_api_properties[] = {
    {"ProtocolType", PROPERTY_ENUM, 0, .choices = protocols, .help = "HTTP: WebSocket APIs are not modelled."},
    {"Target", PROPERTY_STRING, AT(quick_target), .help = "The function that all requests go to, without routes and stages of their own."},
    {"Body", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "An OpenAPI definition is not read."},
    {"BodyS3Location", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "The same."},
    ACCEPTED("ApiKeySelectionExpression"),
    ACCEPTED("BasePath"),
    ACCEPTED("CorsConfiguration"),
    ACCEPTED("CredentialsArn"),
    ACCEPTED("Description"),
    ACCEPTED("DisableExecuteApiEndpoint"),
    ACCEPTED("DisableSchemaValidation"),
    ACCEPTED("FailOnWarnings"),
    ACCEPTED("IpAddressType"),
    ACCEPTED("Name"),
    ACCEPTED("RouteKey"),
    ACCEPTED("RouteSelectionExpression"),
    ACCEPTED("Tags"),
    ACCEPTED("Version"),
    {0},
};

static const struct property sam_http_auth_properties[] = {
    {"DefaultAuthorizer", PROPERTY_STRING, AT(default_authorizer), .help = "One of Authorizers, for all routes that say nothing."},
    {"Authorizers", PROPERTY_MAP, AT(authorizers), .properties = sam_http_authorizer_properties, .size = sizeof(struct authorizer_config),
     .help = "By name. `behavior` says how many tokens they refuse."},
    ACCEPTED("EnableIamAuthorizer"),
    {0},
};

static const struct property serverless_http_api_properties[] = {
    {"StageName", PROPERTY_STRING, AT(name), .fallback = "\"$default\"", .help = "Its only stage."},
    {.kind = PROPERTY_TABLE, .properties = http_common_properties},
    {"Auth", PROPERTY_OBJECT, 0, .properties = sam_http_auth_properties, .help = "Who may."},
    {"DefinitionBody", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "An OpenAPI definition is not read."},
    {"DefinitionUri", PROPERTY_ACCEPTED, 0, .given = GIVEN(body_given), .help = "The same."},
    ACCEPTED("CorsConfiguration"),
    ACCEPTED("DisableExecuteApiEndpoint"),
    ACCEPTED("Domain"),
    ACCEPTED("FailOnWarnings"),
    ACCEPTED("Name"),
    ACCEPTED("PropagateTags"),
    {0},
};

static const struct property api_behavior[] = {
    {"overhead", PROPERTY_TIME_DISTRIBUTION, AT(overhead), .fallback = "apigw_overhead",
     .help = "The API's own time, from a request's being let in to the cache or the integration."},
    {"response", PROPERTY_SIZE, AT(response_bytes), .fallback = "\"1KB\"",
     .help = "Size of an answer whose integration does not say it: a function says it by its own `response`."},
    {"deny_rate", PROPERTY_PROBABILITY, AT(deny_rate), .fallback = "0",
     .help = "Of SAM's Auth.Authorizers: probability that a request bears a token that is refused."},
    {"absent_rate", PROPERTY_PROBABILITY, AT(absent_rate), .fallback = "0", .help = "The same: that it bears none."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct api_stage, metrics.field)

#define SHARED_METRICS                                                                                                                     \
    {"AWS/ApiGateway",                                                                                                                     \
     "Latency",                                                                                                                            \
     "Milliseconds",                                                                                                                       \
     METRIC_TALLY,                                                                                                                         \
     AT(latency),                                                                                                                          \
     .better = -1,                                                                                                                         \
     .help = "From a request's coming to its answer, of those that were let in."},                                                         \
        {"AWS/ApiGateway",                                                                                                                 \
         "IntegrationLatency",                                                                                                             \
         "Milliseconds",                                                                                                                   \
         METRIC_TALLY,                                                                                                                     \
         AT(integration_latency),                                                                                                          \
         .better = -1,                                                                                                                     \
         .help = "From handing a request on to the answer, or to the time limit."},                                                        \
        {"slsim", "Throttles", "Count", METRIC_COUNT, AT(throttles), .better = -1, .help = "Requests answered 429."},                      \
        {"slsim",                                                                                                                          \
         "IntegrationTimeouts",                                                                                                            \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         AT(timeouts),                                                                                                                     \
         .better = -1,                                                                                                                     \
         .help = "Requests whose integration, or authorizer, took too long."},                                                             \
        {"slsim",                                                                                                                          \
         "Unauthorized",                                                                                                                   \
         "Count",                                                                                                                          \
         METRIC_COUNT,                                                                                                                     \
         AT(unauthorized),                                                                                                                 \
         .better = -1,                                                                                                                     \
         .help = "Requests whose token was refused, or not there."},                                                                       \
        {"slsim", "AuthorizerCalls", "Count", METRIC_COUNT, AT(asked), .help = "Requests for which an authorizer's function was asked."},  \
    {                                                                                                                                      \
        NULL, "billed requests", "None", METRIC_COUNT, AT(billed), .help = ""                                                              \
    }

static const struct metric_type rest_metrics[] = {
    {"AWS/ApiGateway", "Count", "Count", METRIC_COUNT, AT(requests), .help = "Requests that came."},
    {"AWS/ApiGateway", "4XXError", "Count", METRIC_COUNT, AT(client_errors), .better = -1, .help = "Requests answered 4XX, 429 among them.",
     .samples = METRIC_WHILE(struct api_stage, metrics.requests)},
    {"AWS/ApiGateway", "5XXError", "Count", METRIC_COUNT, AT(server_errors), .better = -1, .help = "Requests answered 5XX.",
     .samples = METRIC_WHILE(struct api_stage, metrics.requests)},
    {"AWS/ApiGateway", "CacheHitCount", "Count", METRIC_COUNT, AT(hits), .better = 1, .help = "Requests answered from the cache."},
    {"AWS/ApiGateway", "CacheMissCount", "Count", METRIC_COUNT, AT(misses), .better = -1,
     .help = "Requests that were not in the cache, and might be."},
    {"slsim", "CacheHitRate", "Percent", METRIC_PERCENT, AT(hits), .better = 1, .other = AT(lookups),
     .help = "CacheHitCount in percent of both."},
    {NULL, "lookups", "None", METRIC_COUNT, AT(lookups), .help = ""},
    {NULL, "cache", "None", METRIC_GAUGE, AT(cache_hours), .help = ""},
    SHARED_METRICS,
    {0},
};

static const struct metric_type http_metrics[] = {
    {"AWS/ApiGateway", "Count", "Count", METRIC_COUNT, AT(requests), .help = "Requests that came."},
    {"AWS/ApiGateway", "4xx", "Count", METRIC_COUNT, AT(client_errors), .better = -1, .help = "Requests answered 4XX, 429 among them.",
     .samples = METRIC_WHILE(struct api_stage, metrics.requests)},
    {"AWS/ApiGateway", "5xx", "Count", METRIC_COUNT, AT(server_errors), .better = -1, .help = "Requests answered 5XX.",
     .samples = METRIC_WHILE(struct api_stage, metrics.requests)},
    SHARED_METRICS,
    {0},
};

static const struct line_item rest_line_items[] = {
    {"ApiGatewayRequest", "Requests that were let in: not those without a route, a token or a key, nor those beyond a limit."},
    {"ApiGatewayCacheUsage:0.5GB", "The cache, by the hour."},
    {"ApiGatewayCacheUsage:1.6GB", "The same."},
    {"ApiGatewayCacheUsage:6.1GB", "The same."},
    {"ApiGatewayCacheUsage:13.5GB", "The same."},
    {"ApiGatewayCacheUsage:28.4GB", "The same."},
    {"ApiGatewayCacheUsage:58.2GB", "The same."},
    {"ApiGatewayCacheUsage:118GB", "The same."},
    {"ApiGatewayCacheUsage:237GB", "The same."},
    {0},
};

static const struct line_item http_line_items[] = {
    {"ApiGatewayHttpRequest", "Requests that were let in, in chunks of rule apigw_http_meter_kb."},
    {0},
};

/* The row of the cache's size: "ApiGatewayCacheUsage:0.5GB". */
static const struct line_item *cache_item(const char *size)
{
    for (const struct line_item *item = &rest_line_items[1]; item->usage_type; item++) {
        const char *own = strchr(item->usage_type, ':') + 1;
        size_t length = strlen(size);
        if (strncmp(own, size, length) == 0 && strcmp(own + length, "GB") == 0)
            return item;
    }
    return NULL;
}

static void rest_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct api_stage *stage = self;
    if (stage->config.first_stage) /* its stages are billed */
        return;
    bill_add(bill, &rest_line_items[0], (double)stage->metrics.billed.whole);
    const struct line_item *cache = stage->config.cache_enabled ? cache_item(stage->config.cache_size) : NULL;
    if (cache)
        bill_add(bill, cache, (double)stage->metrics.cache_hours.whole.integral / (double)NS_PER_HOUR);
}

static void http_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct api_stage *stage = self;
    if (!stage->config.first_stage)
        bill_add(bill, &http_line_items[0], (double)stage->metrics.billed.whole);
}

FAULT_FUNCTIONS(api_stage, self)

/* Of a stage; of an API, of all its stages. */
static void flush_cache(struct simulation *simulation, void *self, const void *arguments)
{
    (void)arguments;
    const struct api_stage *flushed = self;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        struct api_stage *stage = entity_state(simulation, i);
        if (is_api_stage(simulation->entities[i].type) && (stage == flushed || stage->config.api == flushed->self))
            lru_cache_clear(&stage->cache);
    }
}

static const struct action rest_actions[] = {
    FAULT_ENDPOINT_ROWS,
    FAULT_SLOW_ROW,
    {.verb = "FlushStageCache", .begin = flush_cache, .help = "The cache forgets all; of an API: those of all its stages."},
    {0},
};

static const struct action http_actions[] = {FAULT_ENDPOINT_ROWS, FAULT_SLOW_ROW, {0}};

#define STAGE_TYPE(NAME, TYPE, HELP, PROPERTIES, KIND, ...)                                                                                \
    const struct model_type NAME = {.type = TYPE,                                                                                          \
                                    .service = "Amazon API Gateway",                                                                       \
                                    .help = HELP,                                                                                          \
                                    .size = sizeof(struct api_stage),                                                                      \
                                    .self_offset = offsetof(struct api_stage, self),                                                       \
                                    .properties = PROPERTIES,                                                                              \
                                    .behavior = api_behavior,                                                                              \
                                    .metrics = KIND##_metrics,                                                                             \
                                    .line_items = KIND##_line_items,                                                                       \
                                    .actions = KIND##_actions,                                                                             \
                                    .validate = api_stage_validate,                                                                        \
                                    .create = api_stage_create,                                                                            \
                                    .start = api_stage_start,                                                                              \
                                    .destroy = api_stage_destroy,                                                                          \
                                    .handle = api_stage_handle,                                                                            \
                                    .accept = api_stage_accept,                                                                            \
                                    .receives = api_receives,                                                                              \
                                    .answers_denied = true,                                                                                \
                                    .done = api_stage_done,                                                                                \
                                    .finish = api_stage_finish,                                                                            \
                                    .quantities = KIND##_quantities,                                                                       \
                                    __VA_ARGS__}

STAGE_TYPE(rest_api_type, "AWS::ApiGateway::RestApi",
           "A REST API: routes by its Methods, each with a token bucket, a cache, a usage plan. Who names it means its first stage.",
           rest_api_properties, rest, .default_part = api_default_part);
STAGE_TYPE(rest_stage_type, "AWS::ApiGateway::Stage", "A stage of a REST API: \"Api:prod\".", rest_stage_properties, rest,
           .part_of = "RestApiId", .part_name = "StageName");
STAGE_TYPE(serverless_api_type, "AWS::Serverless::Api", "SAM's REST API, with its only stage; its routes are events of type Api.",
           serverless_api_properties, rest, .check_part = api_check_part);
STAGE_TYPE(http_api_type, "AWS::ApiGatewayV2::Api", "An HTTP API. Who names it means its first stage.", http_api_properties, http,
           .default_part = api_default_part);
STAGE_TYPE(http_stage_type, "AWS::ApiGatewayV2::Stage", "A stage of an HTTP API: \"Api:$default\".", http_stage_properties, http,
           .part_of = "ApiId", .part_name = "StageName");
STAGE_TYPE(serverless_http_api_type, "AWS::Serverless::HttpApi",
           "SAM's HTTP API, with its only stage; its routes are events of type HttpApi.", serverless_http_api_properties, http,
           .check_part = api_check_part);
