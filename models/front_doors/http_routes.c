/* http_routes.c: the routes of HTTP APIs: AWS::ApiGatewayV2::Route and Integration, and SAM's event HttpApi of a function. */
#include "api_route.h"
#include "engine/request.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

struct http_integration {
    uint32_t self;
    uint32_t api;
    struct api_integration integration;
    int64_t timeout_ns;
    const char *payload_format;
};

#define AT(field) offsetof(struct http_integration, field)

#define TIMEOUT_ROW(OFFSET)                                                                                                                \
    {                                                                                                                                      \
        "TimeoutInMillis", PROPERTY_TIME, OFFSET,                                                                                          \
            .unit = "ms", .minimum = "apigw_http_timeout_min_ms", .maximum = "apigw_http_timeout_s",                                       \
            .help = "The API answers 504 after it, while what it called goes on. Left out: rule apigw_http_timeout_s."                     \
    }

static const struct property integration_properties[] = {
    {"ApiId", PROPERTY_REFERENCE, AT(api), .required = true, .help = "The HTTP API."},
    {"IntegrationType", PROPERTY_ENUM, AT(integration.type), .choices = api_integration_types, .required = true,
     .help = "AWS_PROXY: a function, or with IntegrationSubtype an action of another service; HTTP_PROXY: a resource that stands for a "
             "server, such as Custom::External."},
    {"IntegrationUri", PROPERTY_STRING, AT(integration.uri), .help = "Names whom it calls: a function's ARN, a server."},
    {"IntegrationSubtype", PROPERTY_STRING, AT(integration.subtype),
     .help = "SQS-SendMessage, Kinesis-PutRecord, EventBridge-PutEvents: of what RequestParameters names."},
    {"RequestParameters", PROPERTY_JSON, AT(integration.parameters), .help = "QueueUrl, StreamName or EventBusName of a subtype."},
    TIMEOUT_ROW(AT(timeout_ns)),
    ACCEPTED("ConnectionId"),
    ACCEPTED("ConnectionType"),
    ACCEPTED("ContentHandlingStrategy"),
    {"CredentialsArn", PROPERTY_STRING, AT(integration.role), .help = "In whose name it is called; a role of the scenario is judged."},
    ACCEPTED("Description"),
    ACCEPTED("IntegrationMethod"),
    ACCEPTED("PassthroughBehavior"),
    ACCEPTED("PayloadFormatVersion"),
    ACCEPTED("RequestTemplates"),
    ACCEPTED("ResponseParameters"),
    ACCEPTED("TemplateSelectionExpression"),
    ACCEPTED("TlsConfig"),
    {0},
};

const struct model_type http_integration_type = {
    .type = "AWS::ApiGatewayV2::Integration",
    .help = "Whom the routes of an HTTP API call that name it.",
    .size = sizeof(struct http_integration),
    .self_offset = AT(self),
    .properties = integration_properties,
};

/* A route, or an event of SAM's. */
struct http_route {
    struct api_route route; /* first: api_route.h */
    const char *key;        /* "GET /items", "$default" */
    const char *integration;
    uint32_t function; /* of an event */
    int authorization;
};

#undef AT
#define AT(field) offsetof(struct http_route, field)

static const char *const authorization_types[] = {"NONE", "AWS_IAM", "CUSTOM", "JWT", NULL};
enum { AUTHORIZATION_NONE, AUTHORIZATION_IAM };

static const struct property route_properties[] = {
    {"ApiId", PROPERTY_REFERENCE, AT(route.api), .required = true, .help = "The HTTP API."},
    {"RouteKey", PROPERTY_STRING, AT(key), .required = true, .help = "\"GET /items/{id}\", \"ANY /items\", or $default for all the rest."},
    {"Target", PROPERTY_STRING, AT(integration), .help = "{\"Fn::Sub\": \"integrations/${Integration}\"}."},
    {"AuthorizationType", PROPERTY_ENUM, AT(authorization), .choices = authorization_types, .fallback = "\"NONE\"",
     .help =
         "JWT and CUSTOM with AuthorizerId; with AWS_IAM traffic that says `as` must be allowed execute-api:Invoke, and others are taken "
         "to be."},
    {"AuthorizerId", PROPERTY_REFERENCE, AT(route.authorizer), .help = "The authorizer that is asked first."},
    ACCEPTED("ApiKeyRequired"),
    ACCEPTED("AuthorizationScopes"),
    ACCEPTED("ModelSelectionExpression"),
    ACCEPTED("OperationName"),
    ACCEPTED("RequestModels"),
    ACCEPTED("RequestParameters"),
    ACCEPTED("RouteResponseSelectionExpression"),
    {0},
};

/* "GET /items" in two; false where it is neither that nor $default. */
static bool split_key(struct validation *validation, const char *key, struct api_route *route)
{
    size_t length = strcspn(key, " ");
    char method[24];
    route->method = "ANY";
    route->path = NULL;
    if (strcmp(key, "$default") == 0)
        return true;
    if (length == 0 || length >= sizeof method || key[length] != ' ' || key[length + 1] != '/')
        return false;
    snprintf(method, sizeof method, "%.*s", (int)length, key);
    route->method = validation_string(validation, method);
    route->path = key + length + 1;
    return route->method != NULL;
}

static void check_authorizer(struct validation *validation, struct http_route *route)
{
    route->route.open = route->authorization <= AUTHORIZATION_IAM;
    route->route.signed_only = route->authorization == AUTHORIZATION_IAM;
    if (route->route.open)
        route->route.authorizer = ENTITY_NONE;
    else if (route->route.authorizer == ENTITY_NONE)
        validation_error(validation, "AuthorizationType", NULL, "%s needs an AuthorizerId", authorization_types[route->authorization]);
    else if (validation_type(validation, route->route.authorizer) != &http_authorizer_type)
        validation_error(validation, "AuthorizerId", NULL, "%s is no authorizer of an HTTP API",
                         validation_name(validation, route->route.authorizer));
}

static void route_validate(struct validation *validation, void *config)
{
    struct http_route *route = config;
    uint32_t entity = route->integration ? validation_named(validation, route->integration) : ENTITY_NONE;
    api_route_check(validation, &route->route, API_HTTP);
    if (route->key && !split_key(validation, route->key, &route->route))
        validation_error(validation, "RouteKey", "such as \"GET /items/{id}\" or \"$default\"", "is no route key: \"%s\"", route->key);
    check_authorizer(validation, route);
    route->route.backend = BACKEND_MOCK;
    route->route.target = ENTITY_NONE;
    if (entity == ENTITY_NONE || validation_type(validation, entity) != &http_integration_type) {
        validation_error(validation, "Target", "{\"Fn::Sub\": \"integrations/${Integration}\"}", "names no integration");
        return;
    }
    const struct http_integration *integration = validation_config(validation, entity);
    route->route.timeout_ns = integration->timeout_ns;
    api_integrate(validation, &integration->integration, "Target", &route->route);
    api_route_flow(validation, &route->route);
}

const struct model_type http_route_type = {
    .type = "AWS::ApiGatewayV2::Route",
    .help = "A route of an HTTP API.",
    .size = sizeof(struct http_route),
    .self_offset = AT(route.self),
    .properties = route_properties,
    .validate = route_validate,
};

static const struct property event_auth_properties[] = {
    {"Authorizer", PROPERTY_STRING, AT(route.authorizer_name),
     .help = "One of the API's Auth.Authorizers; NONE: none, whatever its default."},
    ACCEPTED("AuthorizationScopes"),
    {0},
};

static const struct property event_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(function), .required = true, .help = "The function; SAM's event leaves it out."},
    {"ApiId", PROPERTY_REFERENCE, AT(route.api), .help = "The API; left out: ServerlessHttpApi, which SAM makes."},
    {"Path", PROPERTY_STRING, AT(route.path), .help = "\"/items/{id}\"; left out, with Method: all that no other route takes."},
    {"Method", PROPERTY_STRING, AT(route.method), .help = "GET, POST, ..., or any; left out: any."},
    {"Auth", PROPERTY_OBJECT, 0, .properties = event_auth_properties, .help = "Who may."},
    TIMEOUT_ROW(AT(route.timeout_ns)),
    ACCEPTED("PayloadFormatVersion"),
    {"RouteSettings", PROPERTY_ACCEPTED, 0, .help = "Write them as the API's RouteSettings."},
    {0},
};

static void resolve_event(struct validation *validation, struct api_route *route)
{
    route->method = api_method(validation, route->method);
    if (route->path && strcmp(route->path, "$default") == 0)
        route->path = NULL;
    if (route->api == ENTITY_NONE)
        route->api = validation_find(validation, "ServerlessHttpApi");
}

static void event_validate(struct validation *validation, void *config)
{
    struct http_route *event = config;
    resolve_event(validation, &event->route);
    api_route_check(validation, &event->route, API_HTTP);
    if (event->route.path && event->route.path[0] != '/')
        validation_error(validation, "Path", NULL, "a path begins with \"/\", got \"%s\"", event->route.path);
    api_event_finish(validation, &event->route, event->function);
}

const struct model_type http_event_type = {
    .type = "Slsim::ApiGatewayV2::Event",
    .help = "A route of an HTTP API to a function: what SAM's event of type HttpApi is.",
    .size = sizeof(struct http_route),
    .self_offset = AT(route.self),
    .properties = event_properties,
    .validate = event_validate,
};

void http_route_resolve(struct validation *validation, uint32_t entity)
{
    struct http_route *route = validation_config(validation, entity);
    if (validation_type(validation, entity) == &http_event_type)
        resolve_event(validation, &route->route);
    else if (route->key && !split_key(validation, route->key, &route->route))
        route->route.api = ENTITY_NONE; /* which its own validation says */
}
