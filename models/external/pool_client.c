/* pool_client.c: AWS::Cognito::UserPoolClient: how long the tokens of a user pool hold. Sources: rules cognito_token_* and
 * cognito_refresh_*; CloudFormation, AWS::Cognito::UserPoolClient. */

#include "engine/rule_book.h"
#include "engine/sim_time.h"
#include "notation/property.h"
#include "scenario/validation.h"

/* How long tokens hold; a number without TokenValidityUnits is of hours, of the refresh token of days. */
struct pool_client {
    uint32_t self, pool;
    double access, id, refresh;
    bool access_given, id_given, refresh_given;
    int access_unit, id_unit, refresh_unit; /* of token_units */
};

#define AT(field) offsetof(struct pool_client, field)

static const char *const token_units[] = {"seconds", "minutes", "hours", "days", NULL};

static const struct property unit_properties[] = {
    {"AccessToken", PROPERTY_ENUM, AT(access_unit), .choices = token_units, .fallback = "\"hours\"", .help = "Of AccessTokenValidity."},
    {"IdToken", PROPERTY_ENUM, AT(id_unit), .choices = token_units, .fallback = "\"hours\"", .help = "Of IdTokenValidity."},
    {"RefreshToken", PROPERTY_ENUM, AT(refresh_unit), .choices = token_units, .fallback = "\"days\"", .help = "Of RefreshTokenValidity."},
    {0},
};

static const struct property client_properties[] = {
    {"UserPoolId", PROPERTY_REFERENCE, AT(pool), .outside = true, .help = "The pool."},
    {"AccessTokenValidity", PROPERTY_NUMBER, AT(access), .given = PROPERTY_GIVEN(struct pool_client, access_given),
     .help = "How long an access token holds: 5 minutes to a day. Judged, and without effect on what is simulated."},
    {"IdTokenValidity", PROPERTY_NUMBER, AT(id), .given = PROPERTY_GIVEN(struct pool_client, id_given), .help = "The same of an ID token."},
    {"RefreshTokenValidity", PROPERTY_NUMBER, AT(refresh), .given = PROPERTY_GIVEN(struct pool_client, refresh_given),
     .help = "The same of a refresh token: an hour to ten years."},
    {"TokenValidityUnits", PROPERTY_OBJECT, 0, .properties = unit_properties, .help = "Of what those numbers are."},
    ACCEPTED(PROPERTY_ANY_KEY),
    {0},
};

static void check_validity(struct validation *validation, const char *property, double number, int unit, bool refresh)
{
    static const int64_t units_ns[] = {NS_PER_S, NS_PER_MIN, 60 * NS_PER_MIN, 24 * 60 * NS_PER_MIN};
    const struct rule_book *rules = validation_rules(validation);
    double least_ns = (double)rule_ns(rules, refresh ? "cognito_refresh_validity_min_min" : "cognito_token_validity_min_min");
    double most_ns = (double)rule_ns(rules, refresh ? "cognito_refresh_validity_max_days" : "cognito_token_validity_max_days");
    double ns = number * (double)units_ns[unit];
    if (ns < least_ns || ns > most_ns)
        validation_error(validation, property, "TokenValidityUnits says of what the number is",
                         "such a token holds for %.0f minutes to %.0f days, and not for %.15g %s", least_ns / (double)NS_PER_MIN,
                         most_ns / (24.0 * 60 * (double)NS_PER_MIN), number, token_units[unit]);
}

static void client_validate(struct validation *validation, void *config)
{
    const struct pool_client *client = config;
    if (client->pool != ENTITY_NONE && !model_is(validation_type(validation, client->pool), "AWS::Cognito::UserPool"))
        validation_error(validation, "UserPoolId", "{\"Ref\": ...} of an AWS::Cognito::UserPool", "%s is no user pool",
                         validation_name(validation, client->pool));
    if (client->access_given)
        check_validity(validation, "AccessTokenValidity", client->access, client->access_unit, false);
    if (client->id_given)
        check_validity(validation, "IdTokenValidity", client->id, client->id_unit, false);
    if (client->refresh_given && client->refresh > 0) /* 0: the default */
        check_validity(validation, "RefreshTokenValidity", client->refresh, client->refresh_unit, true);
}

const struct model_type pool_client_type = {
    .type = "AWS::Cognito::UserPoolClient",
    .help = "An application that users of a pool sign in to: how long its tokens hold is judged.",
    .size = sizeof(struct pool_client),
    .properties = client_properties,
    .self_offset = AT(self),
    .validate = client_validate,
};
