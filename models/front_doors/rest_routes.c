/* rest_routes.c: the routes of REST APIs: AWS::ApiGateway::Resource and Method, and SAM's event Api of a function. */
#include "api_route.h"
#include "engine/request.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define PATH_ROOM 1024u
#define DEPTH_MOST 64u

struct rest_resource {
    uint32_t self;
    uint32_t api, parent;
    const char *part;
};

static const struct property resource_properties[] = {
    {"RestApiId", PROPERTY_REFERENCE, offsetof(struct rest_resource, api), .required = true, .help = "The REST API."},
    {"ParentId", PROPERTY_REFERENCE, offsetof(struct rest_resource, parent), .required = true,
     .help = "The resource above it; at the top the API: {\"Fn::GetAtt\": [\"Api\", \"RootResourceId\"]}."},
    {"PathPart", PROPERTY_STRING, offsetof(struct rest_resource, part), .required = true,
     .help = "Its part of the path: \"items\", \"{id}\", or \"{proxy+}\" for all that follows."},
    {0},
};

static void resource_validate(struct validation *validation, void *config)
{
    const struct rest_resource *resource = config;
    if (resource->parent != ENTITY_NONE && validation_type(validation, resource->parent) != &rest_resource_type &&
        resource->parent != resource->api)
        validation_error(validation, "ParentId", "name a resource of this API, or the API", "%s is no resource of the API",
                         validation_name(validation, resource->parent));
}

const struct model_type rest_resource_type = {
    .type = "AWS::ApiGateway::Resource",
    .help = "A part of a REST API's paths.",
    .size = sizeof(struct rest_resource),
    .self_offset = offsetof(struct rest_resource, self),
    .properties = resource_properties,
    .validate = resource_validate,
};

/* A method, or an event of SAM's. */
struct rest_route {
    struct api_route route; /* first: api_route.h */
    uint32_t resource;      /* of a method: the resource, or the API for "/" */
    uint32_t function;      /* of an event */
    struct api_integration integration;
    int authorization;
};

#define AT(field) offsetof(struct rest_route, field)

static const char *const authorization_types[] = {"NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", NULL};
enum { AUTHORIZATION_NONE, AUTHORIZATION_IAM };

#define TIMEOUT_ROW                                                                                                                        \
    {                                                                                                                                      \
        "TimeoutInMillis", PROPERTY_TIME, AT(route.timeout_ns),                                                                            \
            .unit = "ms", .minimum = "apigw_rest_timeout_min_ms", .maximum = "apigw_rest_timeout_max_s",                                   \
            .help = "The API answers 504 after it, while what it called goes on. Left out: rule apigw_rest_timeout_default_s. More than "  \
                    "that only of an API that is not edge-optimized."                                                                      \
    }

static const struct property integration_properties[] = {
    {"Type", PROPERTY_ENUM, AT(integration.type), .choices = api_integration_types, .required = true,
     .help = "AWS_PROXY: a function; AWS: a function, or an action of a queue, a stream, a bus, a topic, a table; HTTP and HTTP_PROXY: a "
             "resource that stands for a server, such as Custom::External; MOCK: nobody."},
    {"Uri", PROPERTY_STRING, AT(integration.uri), .help = "Names whom it calls, as AWS has it: a function's ARN within, a queue's name."},
    TIMEOUT_ROW,
    {"RequestParameters", PROPERTY_JSON, AT(integration.parameters),
     .help = "The header X-Amz-Invocation-Type with 'Event' makes invocations asynchronous."},
    {"RequestTemplates", PROPERTY_JSON, AT(integration.templates), .help = "May name the stream or bus that an action is about."},
    ACCEPTED("CacheKeyParameters"),
    ACCEPTED("CacheNamespace"),
    ACCEPTED("ConnectionId"),
    ACCEPTED("ConnectionType"),
    ACCEPTED("ContentHandling"),
    {"Credentials", PROPERTY_STRING, AT(integration.role), .help = "In whose name it is called; a role of the scenario is judged."},
    ACCEPTED("IntegrationHttpMethod"),
    ACCEPTED("IntegrationResponses"),
    ACCEPTED("IntegrationTarget"),
    ACCEPTED("PassthroughBehavior"),
    ACCEPTED("ResponseTransferMode"),
    {0},
};

static const struct property method_properties[] = {
    {"RestApiId", PROPERTY_REFERENCE, AT(route.api), .required = true, .help = "The REST API."},
    {"ResourceId", PROPERTY_REFERENCE, AT(resource), .required = true, .help = "The resource; the API itself for the path \"/\"."},
    {"HttpMethod", PROPERTY_STRING, AT(route.method), .required = true, .help = "GET, POST, ..., or ANY."},
    {"Integration", PROPERTY_OBJECT, 0, .properties = integration_properties, .required = true, .help = "Whom it calls."},
    {"AuthorizationType", PROPERTY_ENUM, AT(authorization), .choices = authorization_types, .fallback = "\"NONE\"",
     .help = "CUSTOM and COGNITO_USER_POOLS with AuthorizerId; with AWS_IAM traffic that says `as` must be allowed execute-api:Invoke, and "
             "others are taken "
             "to be."},
    {"AuthorizerId", PROPERTY_REFERENCE, AT(route.authorizer), .help = "The authorizer that is asked first."},
    {"ApiKeyRequired", PROPERTY_BOOLEAN, AT(route.key_required), .fallback = "false",
     .help = "Only with an API key of a usage plan of the stage: 403 else."},
    ACCEPTED("AuthorizationScopes"),
    ACCEPTED("MethodResponses"),
    ACCEPTED("OperationName"),
    ACCEPTED("RequestModels"),
    ACCEPTED("RequestParameters"),
    ACCEPTED("RequestValidatorId"),
    {0},
};

/* "/items/{id}" of a resource, from below; NULL after saying why there is none (`loud`). */
static const char *path_of(struct validation *validation, uint32_t resource, uint32_t api, bool loud)
{
    char path[PATH_ROOM], longer[PATH_ROOM];
    path[0] = '\0';
    for (uint32_t depth = 0; resource != api; depth++) {
        if (resource == ENTITY_NONE)
            return NULL; /* which was said */
        if (depth == DEPTH_MOST || validation_type(validation, resource) != &rest_resource_type) {
            if (loud)
                validation_error(validation, "ResourceId", NULL,
                                 depth == DEPTH_MOST ? "%s is below itself" : "%s is no resource of this API",
                                 validation_name(validation, resource));
            return NULL;
        }
        const struct rest_resource *above = validation_config(validation, resource);
        int length = snprintf(longer, sizeof longer, "/%s%s", above->part ? above->part : "", path);
        if (length < 0 || (size_t)length >= sizeof longer) {
            if (loud)
                validation_error(validation, "ResourceId", NULL, "the path is longer than %u bytes", PATH_ROOM - 1);
            return NULL;
        }
        memcpy(path, longer, (size_t)length + 1);
        resource = above->parent;
    }
    return validation_string(validation, path[0] ? path : "/");
}

static void resolve_method(struct validation *validation, struct rest_route *method, bool loud)
{
    if (method->route.api != ENTITY_NONE && !method->route.path)
        method->route.path = path_of(validation, method->resource, method->route.api, loud);
}

static void method_validate(struct validation *validation, void *config)
{
    struct rest_route *method = config;
    api_route_check(validation, &method->route, API_REST);
    resolve_method(validation, method, true);
    method->route.open = method->authorization <= AUTHORIZATION_IAM;
    method->route.signed_only = method->authorization == AUTHORIZATION_IAM;
    if (method->route.open)
        method->route.authorizer = ENTITY_NONE;
    else if (method->route.authorizer == ENTITY_NONE)
        validation_error(validation, "AuthorizationType", NULL, "%s needs an AuthorizerId", authorization_types[method->authorization]);
    else if (validation_type(validation, method->route.authorizer) != &rest_authorizer_type)
        validation_error(validation, "AuthorizerId", NULL, "%s is no authorizer of a REST API",
                         validation_name(validation, method->route.authorizer));
    method->route.target = ENTITY_NONE;
    if (method->integration.type != INTEGRATION_MOCK && !method->integration.uri)
        validation_error(validation, "Integration", NULL, "\"Uri\" is missing");
    else
        api_integrate(validation, &method->integration, "Integration.Uri", &method->route);
    api_route_flow(validation, &method->route);
}

const struct model_type rest_method_type = {
    .type = "AWS::ApiGateway::Method",
    .help = "A method of a resource of a REST API, and whom it calls.",
    .size = sizeof(struct rest_route),
    .self_offset = AT(route.self),
    .properties = method_properties,
    .validate = method_validate,
};

static const struct property event_auth_properties[] = {
    {"Authorizer", PROPERTY_STRING, AT(route.authorizer_name),
     .help = "One of the API's Auth.Authorizers; NONE: none, whatever its default."},
    {"ApiKeyRequired", PROPERTY_BOOLEAN, AT(route.key_required), .fallback = "false", .help = "As ApiKeyRequired of a method."},
    ACCEPTED("AuthorizationScopes"),
    ACCEPTED("InvokeRole"),
    ACCEPTED("OverrideApiAuth"),
    ACCEPTED("ResourcePolicy"),
    {0},
};

static const struct property event_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(function), .required = true, .help = "The function; SAM's event leaves it out."},
    {"Path", PROPERTY_STRING, AT(route.path), .required = true, .help = "\"/items/{id}\"; \"{proxy+}\" for all that follows."},
    {"Method", PROPERTY_STRING, AT(route.method), .required = true, .help = "get, post, ..., or any."},
    {"RestApiId", PROPERTY_REFERENCE, AT(route.api), .help = "The API; left out: ServerlessRestApi, which SAM makes."},
    {"Auth", PROPERTY_OBJECT, 0, .properties = event_auth_properties, .help = "Who may."},
    TIMEOUT_ROW,
    ACCEPTED("RequestModel"),
    ACCEPTED("RequestParameters"),
    ACCEPTED("ResponseTransferMode"),
    ACCEPTED("UnescapeMappingTemplate"),
    {0},
};

static void resolve_event(struct validation *validation, struct rest_route *event)
{
    event->route.method = api_method(validation, event->route.method);
    if (event->route.api == ENTITY_NONE)
        event->route.api = validation_find(validation, "ServerlessRestApi");
    if (!event->route.path)
        event->route.path = "/";
}

static void event_validate(struct validation *validation, void *config)
{
    struct rest_route *event = config;
    resolve_event(validation, event);
    api_route_check(validation, &event->route, API_REST);
    api_event_finish(validation, &event->route, event->function);
}

const struct model_type rest_event_type = {
    .type = "Slsim::ApiGateway::Event",
    .help = "A route of a REST API to a function: what SAM's event of type Api is.",
    .size = sizeof(struct rest_route),
    .self_offset = AT(route.self),
    .properties = event_properties,
    .validate = event_validate,
};

static bool is_rest_route(const struct model_type *type)
{
    return type == &rest_method_type || type == &rest_event_type;
}

bool is_route_type(const struct model_type *type)
{
    return is_rest_route(type) || type == &http_route_type || type == &http_event_type;
}

struct api_route *api_route_of(struct validation *validation, uint32_t entity, uint32_t api)
{
    const struct model_type *type = validation_type(validation, entity);
    if (!is_route_type(type))
        return NULL;
    struct api_route *route = validation_config(validation, entity);
    if (type == &rest_method_type)
        resolve_method(validation, (struct rest_route *)route, false);
    else if (type == &rest_event_type)
        resolve_event(validation, (struct rest_route *)route);
    else
        http_route_resolve(validation, entity);
    bool lost = is_rest_route(type) && !route->path; /* which its own validation says */
    return route->api == api && api != ENTITY_NONE && !lost ? route : NULL;
}
