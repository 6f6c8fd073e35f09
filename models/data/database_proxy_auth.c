/* database_proxy_auth.c: who is let in, and what a proxy shows the database.
 * Sources: RDS User Guide, "Setting up database credentials for RDS Proxy", "Configuring IAM authentication for RDS Proxy", and
 * "Troubleshooting for RDS Proxy"; API Reference, UserAuthConfig. The proxy connects to the database with the user and the password of a
 * secret, which its role lets it read; how often it does is not documented: taken to be once for each connection that it opens. What it
 * cannot read fails who asked, and what is throttled or fails is asked for again, as a database is that refuses a connection. With IAM,
 * where it is required, clients need rds-db:connect; where it may be used or not, they are taken to have a password. */
#include "database_proxy_state.h"

#include "engine/random.h"
#include "engine/rule_book.h"

#include <string.h>

/* Of what it sends to the secret, beside the call. */
#define OF_SECRET (UINT32_C(1) << 31)

#define AT(field) offsetof(struct database_proxy_auth, field)

static const char *const schemes[] = {"SECRETS", NULL};
static const char *const iam_uses[] = {"DISABLED", "REQUIRED", "ENABLED", NULL}; /* enum database_proxy_iam */
static const char *const client_types[] = {"MYSQL_CACHING_SHA2_PASSWORD", "MYSQL_NATIVE_PASSWORD",     "POSTGRES_MD5",
                                           "POSTGRES_SCRAM_SHA_256",      "SQL_SERVER_AUTHENTICATION", NULL};

const struct property database_proxy_auth_properties[] = {
    {"AuthScheme", PROPERTY_ENUM, AT(scheme), .choices = schemes, .fallback = "\"SECRETS\"",
     .help = "How the proxy shows the database who it is."},
    {"SecretArn", PROPERTY_STRING, AT(secret),
     .help = "An AWS::SecretsManager::Secret, which it calls; one that is not here takes rule managed_service_latency, and is billed."},
    {"IAMAuth", PROPERTY_ENUM, AT(iam), .choices = iam_uses, .fallback = "\"DISABLED\"",
     .help = "REQUIRED: functions that say their role need rds-db:connect. ENABLED is for SQL Server."},
    {"ClientPasswordAuthType", PROPERTY_ENUM, AT(client), .choices = client_types, .fallback = "\"POSTGRES_SCRAM_SHA_256\"",
     .help = "How clients show their password; without effect here."},
    ACCEPTED("Description"),
    ACCEPTED("UserName"),
    {0},
};

bool database_proxy_is_open(const void *blob)
{
    const struct database_proxy_config *config = &((const struct database_proxy *)blob)->config;
    const struct database_proxy_auth *auth = config->auth.items;
    bool open = config->default_scheme != PROXY_SCHEME_IAM;
    for (size_t i = 0; i < config->auth.count; i++)
        open = open && auth[i].iam != PROXY_IAM_REQUIRED;
    return open;
}

/* The role, where it is the scenario's: RDS must be let in, and it must be let read the secret. */
static void check_role(struct validation *validation, const struct database_proxy_config *config)
{
    uint32_t role = config->role ? validation_named(validation, config->role) : ENTITY_NONE, self = validation_self(validation);
    if (role == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, role), "AWS::IAM::Role")) {
        validation_error(validation, "RoleArn", "name an AWS::IAM::Role", "%s is %s", validation_name(validation, role),
                         validation_type(validation, role)->type);
        return;
    }
    validation_may_assume(validation, role, "rds.amazonaws.com", false, "RoleArn");
    if (config->secret == ENTITY_NONE)
        return;
    const struct deed deed = {
        .from = self, .holder = role, .target = config->secret, .action = "secretsmanager:GetSecretValue", .property = "RoleArn"};
    validation_may(validation, &deed);
}

void database_proxy_check_auth(struct validation *validation, struct database_proxy_config *config)
{
    const struct database_proxy_auth *auth = config->auth.items;
    config->secret = ENTITY_NONE;
    for (size_t i = 0; i < config->auth.count; i++) {
        char property[60];
        uint32_t secret = auth[i].secret ? validation_named(validation, auth[i].secret) : ENTITY_NONE;
        snprintf(property, sizeof property, "Auth[%zu]%s", i, auth[i].secret ? ".SecretArn" : "");
        if (!auth[i].secret && config->default_scheme != PROXY_SCHEME_IAM)
            validation_error(validation, property, "add SecretArn, or say DefaultAuthScheme: IAM_AUTH",
                             "without a secret the proxy has nothing to connect with");
        else if (secret != ENTITY_NONE && !model_is(validation_type(validation, secret), "AWS::SecretsManager::Secret"))
            validation_error(validation, property, "name an AWS::SecretsManager::Secret", "%s is %s", validation_name(validation, secret),
                             validation_type(validation, secret)->type);
        else if (i == 0) {
            config->secret = secret;
            config->secret_outside = auth[i].secret && secret == ENTITY_NONE;
        }
    }
    if (config->secret != ENTITY_NONE)
        validation_flow(validation, validation_self(validation), config->secret);
    check_role(validation, config);
}

bool database_proxy_ask_secret(struct simulation *simulation, struct database_proxy *proxy, uint32_t id)
{
    const struct request *request = request_at(simulation, proxy_call(proxy, id)->request);
    if (proxy->config.secret == ENTITY_NONE)
        return false;
    struct request *asked = request_pass_on(simulation, request, proxy->self, id | OF_SECRET);
    if (!asked)
        return true;
    asked->item = item_child(request->item, proxy->salt, 0, 0);
    asked->payload_bytes = 0;
    asked->group = 0;
    asked->content = CONTENT_NONE;
    counter_add(&proxy->metrics.secrets, 1);
    request_send(simulation, proxy->config.secret, asked);
    return true;
}

int64_t database_proxy_outside_ns(struct database_proxy *proxy, const struct request *request)
{
    if (!proxy->config.secret_outside)
        return 0;
    counter_add(&proxy->metrics.secrets, 1);
    return distribution_draw_ns(proxy->secret_latency, &proxy->secrets, request->item, request->attempt);
}

uint32_t database_proxy_secret_of(const struct request *answer)
{
    return answer->from_data & OF_SECRET ? answer->from_data & ~OF_SECRET : POOL_NONE;
}
