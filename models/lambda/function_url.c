/* function_url.c: AWS::Lambda::Url: a function's own address on the public internet. It judges who calls, answers browsers' preflights by
 * itself, and hands the rest to the function or its alias; it has no price.
 * Sources: Lambda developer guide, "Creating and managing Lambda function URLs", "Control access to Lambda function URLs", "Monitoring
 * Lambda function URLs"; rules function_url_*. How a browser asks: the Fetch standard, "CORS protocol" and "CORS-preflight cache". */
#include "function_state.h"
#include "function_url_state.h"
#include "lambda_kinds.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct function_url, field)

static const char *const auth_types[] = {"AWS_IAM", "NONE", NULL};

static const struct property cors_properties[] = {
    {"AllowOrigins", PROPERTY_STRINGS, AT(origins),
     .help = "Whose pages may call it from a browser: \"https://www.example.com\", or \"*\"."},
    {"AllowMethods", PROPERTY_STRINGS, AT(methods), .help = "By which methods, beside GET, HEAD and POST, which need no leave; or \"*\"."},
    {"MaxAge", PROPERTY_TIME, AT(max_age_ns), .unit = "s", .minimum = "0", .maximum = "function_url_cors_max_age_s",
     .fallback = "function_url_cors_max_age_default_s", .help = "How long a browser need not ask again."},
    {"AllowCredentials", PROPERTY_BOOLEAN, AT(credentials), .fallback = "false",
     .help = "May pages send cookies? Not beside origins \"*\"."},
    ACCEPTED("AllowHeaders"),
    ACCEPTED("ExposeHeaders"),
    {0},
};

static const struct property url_properties[] = {
    {"TargetFunctionArn", PROPERTY_REFERENCE, AT(function), .required = true, .help = "The function."},
    {"Qualifier", PROPERTY_STRING, AT(qualifier), .help = "The alias; left out: $LATEST."},
    {"AuthType", PROPERTY_ENUM, AT(auth_type), .choices = auth_types, .required = true,
     .help = "AWS_IAM: who calls must be allowed. NONE: everybody may, if the function's policy says so."},
    {"Cors", PROPERTY_OBJECT, 0, .properties = cors_properties, .given = PROPERTY_GIVEN(struct function_url, cors_given),
     .help = "Which pages may call it: of traffic that has an `origin`."},
    {"InvokeMode", PROPERTY_STRING, AT(invoke_mode), .help = "RESPONSE_STREAM: responses are streamed."},
    {0},
};

static const struct metric_type url_metrics[] = {
    {"AWS/Lambda", "UrlRequestCount", "Count", METRIC_COUNT, AT(requests), .help = "Requests that came, preflights included."},
    {"AWS/Lambda", "Url4xxCount", "Count", METRIC_COUNT, AT(client_errors), .better = -1,
     .help = "Requests turned away: not allowed (403), too large (413), throttled (429)."},
    {"AWS/Lambda", "Url5xxCount", "Count", METRIC_COUNT, AT(server_errors), .better = -1,
     .help = "Requests whose function failed or timed out."},
    {"AWS/Lambda", "UrlRequestLatency", "Milliseconds", METRIC_TALLY, AT(latency), .better = -1,
     .help = "From a request's coming to its answer."},
    {"slsim", "Preflights", "Count", METRIC_COUNT, AT(preflights), .help = "OPTIONS requests of browsers, which it answers by itself."},
    {"slsim", "DeniedRequests", "Count", METRIC_COUNT, AT(denied), .better = -1, .help = "Requests that were not allowed."},
    {0},
};

/* The alias that the qualifier names; a version has no URL. */
static void resolve_target(struct validation *validation, struct function_url *url)
{
    char name[600];
    const char *qualifier = url->qualifier;
    if (url->function == ENTITY_NONE)
        return;
    if (!is_invocable_type(validation_type(validation, url->function))) {
        validation_error(validation, "TargetFunctionArn", NULL, "%s is no function", validation_name(validation, url->function));
        url->function = ENTITY_NONE;
        return;
    }
    if (qualifier && is_function_type(validation_type(validation, url->function))) {
        bool is_version = *qualifier && qualifier[strspn(qualifier, "0123456789")] == '\0';
        snprintf(name, sizeof name, "%.255s:%.255s", validation_name(validation, url->function), qualifier);
        uint32_t part = validation_find(validation, name);
        if (strcmp(qualifier, "$LATEST") == 0)
            validation_error(validation, "Qualifier", "leave it out: that is $LATEST", "names an alias");
        else if (is_version || (part != ENTITY_NONE && is_version_type(validation_type(validation, part))))
            validation_error(validation, "Qualifier", "point an alias at it",
                             "a version has no function URL: it belongs to an alias or to $LATEST");
        else if (part == ENTITY_NONE)
            validation_error(validation, "Qualifier", NULL, "%s has no alias \"%s\"", validation_name(validation, url->function),
                             qualifier);
        url->function = part == ENTITY_NONE ? url->function : part;
    } else if (is_version_type(validation_type(validation, url->function))) {
        validation_error(validation, "TargetFunctionArn", "point an alias at it",
                         "a version has no function URL: it belongs to an alias or to $LATEST");
    }
}

/* One address each. */
static void check_alone(struct validation *validation, const struct function_url *url)
{
    for (uint32_t i = 1; i < validation_self(validation); i++) {
        if (validation_type(validation, i) != validation_type(validation, validation_self(validation)))
            continue;
        const struct function_url *other = validation_config(validation, i);
        if (url->function != ENTITY_NONE && other->function == url->function)
            validation_error(validation, "TargetFunctionArn", NULL, "%s has a function URL already: %s",
                             validation_name(validation, url->function), validation_name(validation, i));
    }
}

/* CreateFunctionUrlConfig, Cors: what AllowMethods may hold. */
static void check_methods(struct validation *validation, const struct function_url *url)
{
    static const char *const methods[] = {"GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"};
    for (size_t i = 0; i < url->methods.count; i++) {
        char place[64];
        size_t k = 0;
        while (k < sizeof methods / sizeof *methods && strcmp(methods[k], url->methods.items[i]) != 0)
            k++;
        snprintf(place, sizeof place, "Cors.AllowMethods[%zu]", i);
        if (k == sizeof methods / sizeof *methods)
            validation_error(validation, place, "GET, PUT, HEAD, POST, PATCH, DELETE or *", "there is no method \"%.60s\" to allow",
                             url->methods.items[i]);
    }
}

static void check_mode(struct validation *validation, const struct function_url *url)
{
    bool streams = url->invoke_mode && strcmp(url->invoke_mode, "RESPONSE_STREAM") == 0;
    if (validation_owner(validation, validation_self(validation)) || url->function == ENTITY_NONE)
        return; /* the function has looked at it */
    if (url->invoke_mode && !streams && strcmp(url->invoke_mode, "BUFFERED") != 0)
        validation_error(validation, "InvokeMode", "BUFFERED or RESPONSE_STREAM", "there is no mode \"%.60s\"", url->invoke_mode);
    struct function *function = validation_config(validation, invoked_version(validation_type(validation, url->function),
                                                                              validation_config(validation, url->function), url->function));
    if (streams && !function->config.response_mode_given)
        function->config.response_mode = RESPONSE_STREAM;
}

static void url_validate(struct validation *validation, void *config)
{
    struct function_url *url = config;
    bool any_origin = false;
    resolve_target(validation, url);
    check_alone(validation, url);
    check_mode(validation, url);
    check_methods(validation, url);
    validation_flow(validation, validation_self(validation), url->function);
    for (size_t i = 0; i < url->origins.count; i++)
        any_origin = any_origin || strcmp(url->origins.items[i], "*") == 0;
    if (any_origin && url->credentials)
        validation_error(validation, "Cors.AllowCredentials", "name the origins",
                         "no browser takes AllowCredentials beside AllowOrigins \"*\"");
    if (url->auth_type == AUTH_NONE && url->function != ENTITY_NONE)
        validation_may(validation, &(struct deed){
                                       .from = validation_self(validation),
                                       .holder = ENTITY_NONE,
                                       .target = validation_self(validation),
                                       .principal = "*",
                                       .granted = validation_owner(validation, validation_self(validation)) != NULL, /* SAM adds it */
                                       .property = "AuthType",
                                   });
}

FAULT_FUNCTIONS(function_url, self)

static const struct action url_actions[] = {FAULT_ENDPOINT_ROWS, {0}};

static const char *const url_refusals[] = {"permission", NULL};

const struct model_type function_url_type = {
    .type = "AWS::Lambda::Url",
    .help = "A function URL: an address of its own for a function or an alias. Traffic and steps may name it as their target.",
    .size = sizeof(struct function_url),
    .self_offset = AT(self),
    .properties = url_properties,
    .metrics = url_metrics,
    .refusals = url_refusals,
    .validate = url_validate,
    .answers_denied = true,
    .keeps_chain = true,
    .actions = url_actions,
    .create = url_create,
    .destroy = url_destroy,
    .accept = url_accept,
    .done = url_done,
    .finish = url_finish,
};
