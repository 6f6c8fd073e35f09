/* api_integration.c: whom a route hands its requests to, by what the template says of it: a function's ARN inside of a URI, an action of a
 * service whose resource stands in the URI, the parameters or the body's template, an address.
 * Sources: API Gateway developer guide: "Set up Lambda proxy integrations", "Integration subtype reference", "AWS::ApiGateway::Method
 * Integration". */
#include "api_route.h"
#include "engine/request.h"
#include "scenario/validation.h"

#include <string.h>

const char *const api_integration_types[] = {"AWS_PROXY", "AWS", "HTTP_PROXY", "HTTP", "MOCK", NULL};

/* Services that an API could hand requests to and that are not simulated, as subtypes name them. */
static const struct {
    const char *in_subtype;
    const char *missing; /* what it would need */
} services[] = {
    {"AppConfig-", "AppConfig"},
};

const char *api_method(struct validation *validation, const char *method)
{
    char text[24];
    size_t i = 0;
    for (; method && method[i] && i + 1 < sizeof text; i++)
        text[i] = (char)(method[i] >= 'a' && method[i] <= 'z' ? method[i] - 'a' + 'A' : method[i]);
    text[i] = '\0';
    const char *kept = i > 0 ? validation_string(validation, text) : NULL;
    return kept ? kept : "ANY";
}

uint32_t api_function_of(const struct validation *validation, const char *uri)
{
    uint32_t entity = uri ? validation_named(validation, uri) : ENTITY_NONE;
    return entity == ENTITY_NONE ? ENTITY_NONE : validation_callee(validation, NULL, entity);
}

/* Is the service one that is not simulated? That is said. */
static bool is_missing(struct validation *validation, const struct api_integration *integration, const char *property)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        bool meant = integration->subtype && strncmp(integration->subtype, services[i].in_subtype, strlen(services[i].in_subtype)) == 0;
        if (!meant)
            continue;
        validation_error(validation, property, "let a function do it", "not modelled yet: %s", services[i].missing);
        return true;
    }
    return false;
}

/* The first resource that can be called which the URI, the parameters or the body's template names. */
static uint32_t find_target(const struct validation *validation, const struct api_integration *integration)
{
    const char *const texts[] = {integration->uri, integration->parameters, integration->templates};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t entity = api_function_of(validation, texts[i]);
        if (entity != ENTITY_NONE)
            return entity;
    }
    /* EventBridge's own bus needs no name. */
    bool events = (integration->uri && strstr(integration->uri, ":events:")) ||
                  (integration->subtype && strncmp(integration->subtype, "EventBridge-", 12) == 0);
    return events ? validation_find(validation, "default") : ENTITY_NONE;
}

void api_integrate(struct validation *validation, const struct api_integration *integration, const char *property, struct api_route *route)
{
    bool http = integration->type == INTEGRATION_HTTP || integration->type == INTEGRATION_HTTP_PROXY;
    route->target = ENTITY_NONE;
    route->backend = BACKEND_MOCK;
    route->role = integration->role;
    if (integration->type == INTEGRATION_MOCK || is_missing(validation, integration, property))
        return;
    route->target = find_target(validation, integration);
    if (route->target == ENTITY_NONE) {
        validation_error(validation, property,
                         http ? "describe it as a resource of type Custom::External, and name that: {\"Ref\": \"Partner\"}"
                              : "as in {\"Fn::Sub\": \".../functions/${F.Arn}/invocations\"}",
                         "names no resource of this scenario");
        return;
    }
    if (!validation_type(validation, route->target)->accept) {
        validation_error(validation, property, NULL, "%s cannot be called", validation_name(validation, route->target));
        route->target = ENTITY_NONE;
        return;
    }
    bool is_function = model_takes(validation_type(validation, route->target), "Invoke");
    route->backend = http ? BACKEND_SERVER : is_function ? BACKEND_FUNCTION : BACKEND_SERVICE;
    bool starts = (integration->uri && strstr(integration->uri, "action/StartExecution")) ||
                  (integration->subtype && strcmp(integration->subtype, "StepFunctions-StartExecution") == 0);
    route->asynchronous = starts || (integration->parameters && strstr(integration->parameters, "X-Amz-Invocation-Type") &&
                                     strstr(integration->parameters, "'Event'"));
    uint32_t role = validation_role(validation, integration->role);
    if (role == ENTITY_NONE)
        return;
    validation_may_assume(validation, role, "apigateway.amazonaws.com", false, property);
    validation_may(validation,
                   &(struct deed){.from = validation_self(validation), .holder = role, .target = route->target, .property = property});
}
