/* api_authorizer.c: AWS::ApiGateway::Authorizer and AWS::ApiGatewayV2::Authorizer: a function that judges a request's token, its verdict
 * kept for a while; or the API itself, which looks at a token of Cognito's or a JWT.
 * Sources: API Gateway developer guide: "Use API Gateway Lambda authorizers", "Control access to HTTP APIs with JWT authorizers"; rules
 * apigw_authorizer_*. */
#include "api_authorizer.h"

#include "api_route.h"
#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct authorizer_config, field)
#define GIVEN(field) PROPERTY_GIVEN(struct authorizer_config, field)

static const char *const rest_types[] = {"TOKEN", "REQUEST", "COGNITO_USER_POOLS", NULL};
static const char *const http_types[] = {"REQUEST", "JWT", NULL};
enum { REST_COGNITO = 2, HTTP_JWT = 1 };

#define TTL_ROW(FALLBACK)                                                                                                                  \
    {                                                                                                                                      \
        "AuthorizerResultTtlInSeconds", PROPERTY_TIME, AT(ttl_ns),                                                                         \
            .unit = "s", .minimum = "0", .maximum = "apigw_authorizer_ttl_max_s", .fallback = FALLBACK, .given = GIVEN(ttl_given),         \
            .help = "How long a function's verdict on a token is kept; 0: not at all."                                                     \
    }

static const struct property rest_properties[] = {
    {"RestApiId", PROPERTY_REFERENCE, AT(api), .required = true, .help = "The REST API."},
    {"Type", PROPERTY_ENUM, AT(type), .choices = rest_types, .required = true,
     .help = "TOKEN and REQUEST ask a function; COGNITO_USER_POOLS: the API judges the token itself."},
    {"AuthorizerUri", PROPERTY_STRING, AT(uri), .help = "The function's ARN within."},
    TTL_ROW("apigw_authorizer_ttl_default_s"),
    ACCEPTED("AuthType"),
    ACCEPTED("AuthorizerCredentials"),
    ACCEPTED("IdentitySource"),
    ACCEPTED("IdentityValidationExpression"),
    ACCEPTED("Name"),
    ACCEPTED("ProviderARNs"),
    {0},
};

static const struct property http_properties[] = {
    {"ApiId", PROPERTY_REFERENCE, AT(api), .required = true, .help = "The HTTP API."},
    {"AuthorizerType", PROPERTY_ENUM, AT(type), .choices = http_types, .required = true,
     .help = "REQUEST asks a function; JWT: the API judges the token itself."},
    {"AuthorizerUri", PROPERTY_STRING, AT(uri), .help = "The function's ARN within."},
    TTL_ROW("0"),
    ACCEPTED("AuthorizerCredentialsArn"),
    ACCEPTED("AuthorizerPayloadFormatVersion"),
    ACCEPTED("EnableSimpleResponses"),
    ACCEPTED("IdentitySource"),
    ACCEPTED("IdentityValidationExpression"),
    ACCEPTED("JwtConfiguration"),
    ACCEPTED("Name"),
    {0},
};

static const struct property behavior[] = {
    {"deny_rate", PROPERTY_PROBABILITY, AT(deny_rate), .fallback = "0",
     .help = "Probability that a request bears a token that is refused: each client has a good one and a bad one."},
    {"absent_rate", PROPERTY_PROBABILITY, AT(absent_rate), .fallback = "0",
     .help = "Probability that a request bears no token: 401, and nobody is asked."},
    {0},
};

static const struct property identity_properties[] = {
    {"ReauthorizeEvery", PROPERTY_INTEGER, AT(reauthorize_s), .minimum = "0", .maximum = "apigw_authorizer_ttl_max_s", .unit = "s",
     .given = GIVEN(reauthorize_given),
     .help = "How long a verdict is kept. Left out: by a REST API for rule apigw_authorizer_ttl_default_s, by an HTTP API not at all."},
    ACCEPTED("Context"),
    ACCEPTED("Header"),
    ACCEPTED("Headers"),
    ACCEPTED("QueryStrings"),
    ACCEPTED("StageVariables"),
    ACCEPTED("ValidationExpression"),
    {0},
};

const struct property sam_rest_authorizer_properties[] = {
    {"FunctionArn", PROPERTY_STRING, AT(uri), .help = "The function that is asked."},
    {"UserPoolArn", PROPERTY_ACCEPTED, 0, .given = GIVEN(pool_given), .help = "The API judges tokens itself."},
    {"Identity", PROPERTY_OBJECT, 0, .properties = identity_properties, .help = "What a verdict is kept by."},
    ACCEPTED("AuthorizationScopes"),
    ACCEPTED("DisableFunctionDefaultPermissions"),
    ACCEPTED("FunctionInvokeRole"),
    ACCEPTED("FunctionPayloadType"),
    {0},
};

const struct property sam_http_authorizer_properties[] = {
    {"FunctionArn", PROPERTY_STRING, AT(uri), .help = "The function that is asked."},
    {"JwtConfiguration", PROPERTY_ACCEPTED, 0, .given = GIVEN(pool_given), .help = "The API judges tokens itself."},
    {"Identity", PROPERTY_OBJECT, 0, .properties = identity_properties, .help = "What a verdict is kept by."},
    ACCEPTED("AuthorizationScopes"),
    ACCEPTED("AuthorizerPayloadFormatVersion"),
    ACCEPTED("EnableFunctionDefaultPermissions"),
    ACCEPTED("EnableSimpleResponses"),
    ACCEPTED("FunctionInvokeRole"),
    ACCEPTED("IdentitySource"),
    {0},
};

/* Finds the function that the authorizer asks. */
static void find_function(struct validation *validation, struct authorizer_config *config, const char *property)
{
    config->function = api_function_of(validation, config->uri);
    if (config->function == ENTITY_NONE || !validation_type(validation, config->function)->accept)
        validation_error(validation, property, "as in {\"Fn::Sub\": \".../functions/${F.Arn}/invocations\"}",
                         "names no function of this scenario");
}

static void rest_validate(struct validation *validation, void *blob)
{
    struct authorizer_config *config = blob;
    config->function = ENTITY_NONE;
    if (config->type != REST_COGNITO)
        find_function(validation, config, "AuthorizerUri");
}

static void http_validate(struct validation *validation, void *blob)
{
    struct authorizer_config *config = blob;
    config->function = ENTITY_NONE;
    if (config->type != HTTP_JWT)
        find_function(validation, config, "AuthorizerUri");
}

void sam_authorizer_check(struct validation *validation, struct authorizer_config *config, const char *property, bool rest)
{
    char inner[600];
    config->function = ENTITY_NONE;
    if (config->uri) {
        snprintf(inner, sizeof inner, "%.255s.%.255s.FunctionArn", property, config->name ? config->name : "");
        find_function(validation, config, inner);
        config->ttl_ns = config->reauthorize_s * NS_PER_S;
        if (rest && !config->reauthorize_given)
            config->ttl_ns = rule_ns(validation_rules(validation), "apigw_authorizer_ttl_default_s");
    } else if (!config->pool_given) {
        validation_error(validation, property, NULL, "%s says neither whom to ask nor whose tokens to take",
                         config->name ? config->name : "an authorizer");
    }
}

const struct model_type rest_authorizer_type = {
    .type = "AWS::ApiGateway::Authorizer",
    .help = "Who is asked whether a request to a REST API may pass. Verdicts are kept by token: each of a source's `clients` has its own.",
    .size = sizeof(struct authorizer_config),
    .self_offset = AT(self),
    .properties = rest_properties,
    .behavior = behavior,
    .validate = rest_validate,
};

const struct model_type http_authorizer_type = {
    .type = "AWS::ApiGatewayV2::Authorizer",
    .help = "The same of an HTTP API.",
    .size = sizeof(struct authorizer_config),
    .self_offset = AT(self),
    .properties = http_properties,
    .behavior = behavior,
    .validate = http_validate,
};

bool is_authorizer_type(const struct model_type *type)
{
    return type == &rest_authorizer_type || type == &http_authorizer_type;
}

void api_authorizer_init(struct api_authorizer *authorizer, const struct authorizer_config *config, struct simulation *simulation,
                         uint32_t owner)
{
    const char *name = simulation->entities[owner].name;
    const char *own = config->name ? config->name : name;
    authorizer->config = config;
    authorizer->function = config->function;
    lru_cache_init(&authorizer->verdicts, UINT64_MAX, &simulation->memory, name);
    stream_init(&authorizer->tokens, simulation->settings->seed, simulation->replication, own, "token");
    stream_init(&authorizer->absences, simulation->settings->seed, simulation->replication, own, "absence");
}

void api_authorizer_fini(struct api_authorizer *authorizer)
{
    lru_cache_fini(&authorizer->verdicts);
}

static bool happens(struct stream *stream, const struct request *request, double rate)
{
    if (rate <= 0)
        return false;
    stream_at(stream, request->item, request->attempt);
    return stream_uniform(stream) < rate;
}

static bool is_bad(struct api_authorizer *authorizer, const struct request *request)
{
    return happens(&authorizer->tokens, request, authorizer->config->deny_rate);
}

enum authorizer_answer api_authorizer_judge(struct api_authorizer *authorizer, const struct request *request, uint64_t token,
                                            int64_t now_ns)
{
    if (happens(&authorizer->absences, request, authorizer->config->absent_rate))
        return AUTHORIZER_ABSENT;
    bool bad = is_bad(authorizer, request);
    if (authorizer->function == ENTITY_NONE)
        return bad ? AUTHORIZER_REFUSE : AUTHORIZER_PASS;
    if (authorizer->config->ttl_ns <= 0)
        return AUTHORIZER_ASK;
    const struct lru_entry *verdict = lru_cache_find(&authorizer->verdicts, token * 2 + bad, now_ns);
    return !verdict ? AUTHORIZER_ASK : verdict->value ? AUTHORIZER_REFUSE : AUTHORIZER_PASS;
}

bool api_authorizer_learn(struct simulation *simulation, struct api_authorizer *authorizer, const struct request *request, uint64_t token)
{
    bool bad = is_bad(authorizer, request);
    if (authorizer->config->ttl_ns > 0) {
        int64_t until_ns = time_add(simulation->now_ns, authorizer->config->ttl_ns);
        simulation_fail(simulation, lru_cache_put(&authorizer->verdicts, token * 2 + bad, 1, bad, until_ns));
    }
    return bad;
}
