/* version.c: AWS::Lambda::Version and AWS::Lambda::Alias: what was published, and who points at it.
 * A version is a function with environments of its own, as it was when it was published; limits and quotas are its function's. An alias
 * hands each invocation to its version, or by chance to a second one: rule alias_weights, which cites the Lambda developer guide,
 * "Lambda function aliases". What is measured of a version counts for the alias that points at it, and for the function. */

#include "engine/scalable.h"
#include "function.h"
#include "function_change.h"
#include "function_check.h"
#include "function_connect.h"
#include "function_create.h"
#include "function_events.h"
#include "function_fault.h"
#include "function_metrics.h"
#include "function_package.h"
#include "function_run.h"
#include "function_steps.h"
#include "lambda_kinds.h"
#include "measure/metric.h"
#include "provisioned.h"
#include "scenario/validation.h"
#include "snap_start.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct function, config.field)

static const struct property provisioned_properties[] = {
    {"ProvisionedConcurrentExecutions", PROPERTY_INTEGER, AT(provisioned), .minimum = "0", .fallback = "0", .required = true, .live = true,
     .help = "Environments that are kept ready, and paid for."},
    {0},
};

static const struct property published_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(whole), .required = true, .help = "The function."},
    {"ProvisionedConcurrencyConfig", PROPERTY_OBJECT, 0, .properties = provisioned_properties, .help = "Provisioned concurrency."},
    {0},
};

static const struct property version_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = published_properties},
    ACCEPTED("Description"),
    ACCEPTED("CodeSha256"),
    ACCEPTED("RuntimePolicy"),
    ACCEPTED("FunctionScalingConfig"),
    {0},
};

static const struct property deployed_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = published_properties},
    {.kind = PROPERTY_TABLE, .properties = function_shared_properties},
    {.kind = PROPERTY_TABLE, .properties = function_code_properties},
    {.kind = PROPERTY_TABLE, .properties = serverless_code_properties},
    {0},
};

#define WEIGHT(field) offsetof(struct version_weight, field)

static const struct property weight_properties[] = {
    {"FunctionVersion", PROPERTY_REFERENCE, WEIGHT(version), .required = true, .help = "The second version."},
    {"FunctionWeight", PROPERTY_PROBABILITY, WEIGHT(weight), .required = true, .help = "The share of invocations that it gets."},
    {0},
};

static const struct property routing_properties[] = {
    {"AdditionalVersionWeights", PROPERTY_LIST, AT(weights), .properties = weight_properties, .size = sizeof(struct version_weight),
     .maximum = "alias_additional_versions_max", .help = "A second version, and its weight."},
    {0},
};

static const struct property alias_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = published_properties},
    {"FunctionVersion", PROPERTY_REFERENCE, AT(version), .required = true, .help = "The version that it points at."},
    {"Name", PROPERTY_STRING, AT(published_alias), .required = true, .help = "Its name: callers write F:name."},
    {"RoutingConfig", PROPERTY_OBJECT, 0, .properties = routing_properties, .help = "Traffic for a second version."},
    ACCEPTED("Description"),
    {0},
};

static struct function *config_of(const struct validation *validation, uint32_t entity)
{
    return validation_config(validation, entity);
}

/* Does the alias send it anything? */
static bool points_at(const struct function_config *alias, uint32_t version)
{
    const struct version_weight *weights = alias->weights.items;
    return alias->version == version || (alias->weights.count > 0 && weights[0].version == version);
}

/* The first alias from `from` on that points at the version. */
static uint32_t find_alias(const struct validation *validation, uint32_t version, uint32_t from)
{
    for (uint32_t i = from; i < validation_entity_count(validation); i++)
        if (model_is(validation_type(validation, i), ALIAS_TYPE) && points_at(&config_of(validation, i)->config, version))
            return i;
    return ENTITY_NONE;
}

/* One version is one alias's, or its own master, in provisioned concurrency and in what is measured. */
static void check_aliases(struct validation *validation, const struct function_config *version)
{
    uint32_t self = validation_self(validation);
    uint32_t second = version->alias == ENTITY_NONE ? ENTITY_NONE : find_alias(validation, self, version->alias + 1);
    if (version->alias == ENTITY_NONE)
        return;
    const struct function_config *first = &config_of(validation, version->alias)->config;
    if (version->provisioned > 0 && first->provisioned > 0)
        validation_error(validation, "ProvisionedConcurrencyConfig", "give it to one of the two",
                         "the alias %s that points at this version has provisioned concurrency, too",
                         validation_name(validation, version->alias));
    if (second == ENTITY_NONE)
        return;
    if (first->provisioned > 0 || config_of(validation, second)->config.provisioned > 0)
        validation_error_of(validation, second, "FunctionVersion", "give each alias a version of its own",
                            "%s points at this version, too, and one of them has provisioned concurrency",
                            validation_name(validation, version->alias));
    else
        validation_warning(validation, NULL, "give each alias a version of its own",
                           "%s and %s both point at this version: what it does is counted for the first",
                           validation_name(validation, version->alias), validation_name(validation, second));
}

/* Joins a version or an alias to its function. False when it has none, which was complained of. */
static bool join_function(struct validation *validation, const struct function_config *part)
{
    if (part->whole == ENTITY_NONE)
        return false;
    if (!is_function_type(validation_type(validation, part->whole))) {
        validation_error(validation, "FunctionName", NULL, "%s is no function", validation_name(validation, part->whole));
        return false;
    }
    struct function_config *whole = &config_of(validation, part->whole)->config;
    whole->has_parts = true;
    if (part->provisioned <= 0)
        return true;
    whole->parts_provisioned += part->provisioned; /* for the account to judge */
    whole->provisioned_part = validation_self(validation);
    if (whole->snap_start == SNAP_START_PUBLISHED_VERSIONS && !validation_allowed(validation, "snapstart_provisioned"))
        validation_error(validation, "ProvisionedConcurrencyConfig", "keep one of the two, or allow_invalid: [\"snapstart_provisioned\"]",
                         "SnapStart does not go with provisioned concurrency");
    return true;
}

static void version_validate(struct validation *validation, void *blob)
{
    struct function_config *config = &((struct function *)blob)->config;
    uint32_t self = validation_self(validation);
    if (model_is(validation_type(validation, self), DEPLOYED_TYPE))
        snap_start_validate(validation, config);          /* its settings are its own */
    config->unmodelled = (struct function_unmodelled){0}; /* its function has complained */
    config->reserved = -1;
    config->published_alias = NULL;
    if (!join_function(validation, config))
        return;
    config->is_deployed = model_is(validation_type(validation, self), DEPLOYED_TYPE);
    config->alias = config->is_deployed ? deployed_alias(validation, config->whole) : find_alias(validation, self, 0);
    check_aliases(validation, config);
    function_validate(validation, blob);
}

static void check_version(struct validation *validation, const struct function_config *alias, uint32_t version, const char *property)
{
    if (version == ENTITY_NONE || version == alias->whole)
        return;
    if (!is_version_type(validation_type(validation, version)))
        validation_error(validation, property, "name an AWS::Lambda::Version, its number, or $LATEST", "%s is no version",
                         validation_name(validation, version));
    else if (config_of(validation, version)->config.whole != alias->whole)
        validation_error(validation, property, NULL, "%s is a version of another function", validation_name(validation, version));
}

static void check_routing(struct validation *validation, const struct function_config *alias)
{
    static const char property[] = "RoutingConfig.AdditionalVersionWeights[0].FunctionVersion";
    check_version(validation, alias, alias->second, property);
    if (alias->second != ENTITY_NONE && alias->second == alias->version)
        validation_error(validation, property, NULL, "the second version is the first");
    else if (alias->version == alias->whole || alias->second == alias->whole)
        validation_error(validation, alias->version == alias->whole ? "FunctionVersion" : property, "publish a version",
                         "an alias with weights cannot point at $LATEST");
}

/* AWS's own rule: a number is a version. */
static void check_name(struct validation *validation, const char *name)
{
    if (name && (name[0] == '\0' || name[strspn(name, "0123456789")] == '\0'))
        validation_error(validation, "Name", NULL, "an alias cannot be called \"%s\": that would be a version", name);
    else if (name && !strchr(name, '$') && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(name))
        validation_error(validation, "Name", NULL, "the name of an alias is of letters, digits, \"-\" and \"_\", got \"%s\"", name);
}

static void alias_validate(struct validation *validation, void *blob)
{
    struct function_config *config = &((struct function *)blob)->config;
    const struct version_weight *weights = config->weights.items;
    config->account = validation_find(validation, "account");
    if (!join_function(validation, config))
        return;
    check_name(validation, config->published_alias);
    check_version(validation, config, config->version, "FunctionVersion");
    if (config->weights.count > 0) {
        config->second = weights[0].version;
        config->second_weight = weights[0].weight;
        check_routing(validation, config);
    }
    if (config->provisioned > 0 && config->version == config->whole)
        validation_error(validation, "ProvisionedConcurrencyConfig", "publish a version and point the alias at it",
                         "$LATEST can have no provisioned concurrency");
    validation_flow(validation, validation_self(validation), config->version);
    validation_flow(validation, validation_self(validation), config->second);
}

static enum status alias_create(struct simulation *simulation, void *self)
{
    struct function *alias = self;
    alias->family = entity_state(simulation, alias->config.whole);
    alias->account_state = entity_state(simulation, alias->config.account);
    metrics_link(function_metrics, alias, alias->family);
    stream_init(&alias->streams.route, simulation->settings->seed, simulation->replication, simulation->entities[alias->self].name,
                "route");
    return STATUS_OK;
}

static bool ready_at_start(const struct simulation *simulation)
{
    return rule_flag(simulation->settings->rules, "provisioned_ready_at_start");
}

static void alias_start(struct simulation *simulation, void *self)
{
    if (((struct function *)self)->config.provisioned > 0)
        provisioned_redistribute(simulation, self, ready_at_start(simulation));
}

static void version_start(struct simulation *simulation, void *self)
{
    struct function *version = self;
    if (!version->config.is_deployed)
        snap_start_publish(simulation, version);
    if (version->config.provisioned > 0)
        provisioned_order(simulation, version, version->config.provisioned, ready_at_start(simulation));
}

/* The alias is only a name: the invocation is the version's. */
static void alias_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct function *alias = self;
    const struct function_config *config = &alias->config;
    uint32_t version = config->version;
    if (config->second != ENTITY_NONE) {
        stream_at(&alias->streams.route, request->item, request->attempt);
        if (stream_uniform(&alias->streams.route) < config->second_weight)
            version = config->second;
    }
    struct entity *target = &simulation->entities[version];
    simulation->entities[alias->self].ledger.entered--;
    target->ledger.entered++;
    function_accept(simulation, target->state, request);
}

/* Nobody asks an alias for anything back. */
static void alias_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)simulation, (void)self, (void)event;
}

static void alias_changed(struct simulation *simulation, void *self, size_t offset)
{
    (void)offset;
    provisioned_redistribute(simulation, self, false);
}

static void version_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct function *version = self;
    if (offset == AT(provisioned))
        provisioned_order(simulation, version, version->config.provisioned, false);
    else
        function_changed(simulation, self, offset);
}

static int64_t capacity(const void *self)
{
    return ((const struct function *)self)->config.provisioned;
}

static int64_t allocated(const void *self)
{
    return ((const struct function *)self)->provisioned.ready;
}

/* What is ready of its versions counts for the alias. */
static int64_t allocated_of_alias(const void *self)
{
    return ((const struct function *)self)->metrics.provisioned_ready.level;
}

/* Lambda refuses what is beyond the function's reserved concurrency, or would leave the account less than unreserved_min. */
static bool is_refused(const struct simulation *simulation, const struct function *function, int64_t count)
{
    const struct function *family = function->family;
    int64_t more = count - function->config.provisioned;
    if (more <= 0)
        return false;
    if (family->limit != INT64_MAX)
        return more > family->limit - family->kept_ready;
    return (double)more > (double)function->account_state->unreserved_limit - rule_number(simulation->settings->rules, "unreserved_min");
}

static void set_alias_capacity(struct simulation *simulation, void *self, int64_t count)
{
    if (is_refused(simulation, self, count))
        return;
    ((struct function *)self)->config.provisioned = count;
    provisioned_redistribute(simulation, self, false);
}

static void set_version_capacity(struct simulation *simulation, void *self, int64_t count)
{
    if (is_refused(simulation, self, count))
        return;
    ((struct function *)self)->config.provisioned = count;
    provisioned_order(simulation, self, count, false);
}

static const struct scalable scalable_alias[] = {{.dimension = "lambda:function:ProvisionedConcurrency",
                                                  .capacity = capacity,
                                                  .allocated = allocated_of_alias,
                                                  .set_capacity = set_alias_capacity},
                                                 {0}};
static const struct scalable scalable_version[] = {{.dimension = "lambda:function:ProvisionedConcurrency",
                                                    .capacity = capacity,
                                                    .allocated = allocated,
                                                    .set_capacity = set_version_capacity},
                                                   {0}};

#define VERSION_TABLE(NAME, PROPERTIES, HELP)                                                                                              \
    {                                                                                                                                      \
        .type = NAME, .help = HELP, .size = sizeof(struct function), .self_offset = offsetof(struct function, self),                       \
        .properties = PROPERTIES, .behavior = function_behavior, .metrics = function_metrics, .part_of = "FunctionName", .inherits = true, \
        .not_inherited = provisioned_properties, .validate = version_validate, .create = function_create, .start = version_start,          \
        .destroy = function_destroy, .handle = function_handle, .prefetch = function_prefetch, .keeps_chain = true, .closes_loops = true,  \
        .stops_loops = function_stops_loops, .accept = function_accept, .through_connection = function_through_connection,                 \
        .bytes_per_s = function_bytes_per_s, .done = function_done, .beyond = function_beyond, .wish = function_wish,                      \
        .changed = version_changed, .finish = function_finish, .scalable = scalable_version, .actions = version_actions,                   \
        .refusals = function_refusals, .sends = function_sends, .operations = lambda_operations,                                           \
    }

const struct model_type version_type =
    VERSION_TABLE(VERSION_TYPE, version_properties,
                  "A published version: the function as it was, with environments of its own; in outputs F:1, F:2, ... in the order of the "
                  "file.");
const struct model_type deployed_version_type =
    VERSION_TABLE(DEPLOYED_TYPE, deployed_properties, "A version that a deployment brings: made of an entry of `changes`.");

const struct model_type alias_type = {
    .type = ALIAS_TYPE,
    .help =
        "A name that points at one version, or at two by weight; in outputs F:name. Only a name: what enters it is in the ledger of the "
        "version that gets it.",
    .size = sizeof(struct function),
    .self_offset = offsetof(struct function, self),
    .properties = alias_properties,
    .metrics = function_metrics,
    .part_of = "FunctionName",
    .part_name = "Name",
    .validate = alias_validate,
    .create = alias_create,
    .start = alias_start,
    .handle = alias_handle,
    .accept = alias_accept,
    .keeps_chain = true,
    .changed = alias_changed,
    .actions = version_actions,
    .refusals = function_refusals,
    .scalable = scalable_alias,
    .operations = lambda_operations,
};
