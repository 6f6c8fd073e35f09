/* alias.c: AWS::Lambda::Alias: a name that points at what was published. It hands each invocation to its version, or by chance to a second
 * one: rule alias_weights, which cites the Lambda developer guide, "Lambda function aliases". */
#include "function.h"

#include "engine/scalable.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct function, config.field)
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
    {.kind = PROPERTY_TABLE, .properties = function_published_properties},
    {"FunctionVersion", PROPERTY_REFERENCE, AT(version), .required = true, .help = "The version that it points at."},
    {"Name", PROPERTY_STRING, AT(published_alias), .required = true, .help = "Its name: callers write F:name."},
    {"RoutingConfig", PROPERTY_OBJECT, 0, .properties = routing_properties, .help = "Traffic for a second version."},
    ACCEPTED("Description"),
    {0},
};

static void check_version(struct validation *validation, const struct function_config *alias, uint32_t version, const char *property)
{
    if (version == ENTITY_NONE || version == alias->whole)
        return;
    if (!is_version_type(validation_type(validation, version)))
        validation_error(validation, property, "name an AWS::Lambda::Version, its number, or $LATEST", "%s is no version",
                         validation_name(validation, version));
    else if (((const struct function *)validation_config(validation, version))->config.whole != alias->whole)
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
    if (!part_join(validation, config))
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

/* The share of a version in what the alias has. */
static int64_t share_of(const struct function *alias, uint32_t version)
{
    const struct function_config *config = &alias->config;
    int64_t second = config->second == ENTITY_NONE ? 0 : llround((double)config->provisioned * config->second_weight);
    return (version == config->version ? config->provisioned - second : 0) + (version == config->second ? second : 0);
}

void alias_redistribute(struct simulation *simulation, struct function *alias, bool at_once)
{
    /* First what gets less, so that there is room for what gets more. */
    for (int more = 0; more < 2; more++)
        for (uint32_t i = 0; i < simulation->entity_count; i++) {
            if (!is_version_type(simulation->entities[i].type))
                continue;
            struct function *version = entity_state(simulation, i);
            int64_t share = share_of(alias, i);
            if (version->config.alias == alias->self && (share > version->provisioned.wanted) == (more == 1))
                provisioned_order(simulation, version, share, at_once);
        }
}

static void alias_start(struct simulation *simulation, void *self)
{
    if (((struct function *)self)->config.provisioned > 0)
        alias_redistribute(simulation, self, rule_flag(simulation->settings->rules, "provisioned_ready_at_start"));
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
    alias_redistribute(simulation, self, false);
}

/* What is ready of its versions counts for the alias. */
static int64_t allocated_of_alias(const void *self)
{
    return ((const struct function *)self)->metrics.provisioned_ready.level;
}

static void set_alias_capacity(struct simulation *simulation, void *self, int64_t count)
{
    if (part_set_capacity(simulation, self, count))
        alias_redistribute(simulation, self, false);
}

static const struct scalable scalable_alias = {"lambda:function:ProvisionedConcurrency", part_capacity, allocated_of_alias,
                                               set_alias_capacity};

const struct model_type alias_type = {
    .type = "AWS::Lambda::Alias",
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
    .scalable = &scalable_alias,
};
