/* version.c: AWS::Lambda::Version: what was published. A version is a function with environments of its own, as it was when it was
 * published; limits and quotas are its function's. What is measured of it counts for the alias that points at it, and for the function. */
#include "function.h"

#include "engine/scalable.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(struct function, config.field)

static const struct property provisioned_properties[] = {
    {"ProvisionedConcurrentExecutions", PROPERTY_INTEGER, AT(provisioned), .minimum = "0", .fallback = "0", .required = true, .live = true,
     .help = "Environments that are kept ready, and paid for."},
    {0},
};

const struct property function_published_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(whole), .required = true, .help = "The function."},
    {"ProvisionedConcurrencyConfig", PROPERTY_OBJECT, 0, .properties = provisioned_properties, .help = "Provisioned concurrency."},
    {0},
};

static const struct property version_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = function_published_properties},
    ACCEPTED("Description"),
    ACCEPTED("CodeSha256"),
    ACCEPTED("RuntimePolicy"),
    ACCEPTED("FunctionScalingConfig"),
    {0},
};

static const struct property deployed_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = function_published_properties},
    {.kind = PROPERTY_TABLE, .properties = function_shared_properties},
    {0},
};

bool is_version_type(const struct model_type *type)
{
    return type == &version_type || type == &deployed_version_type;
}

bool is_invocable_type(const struct model_type *type)
{
    return is_function_type(type) || is_version_type(type) || type == &alias_type;
}

uint32_t invoked_version(const struct model_type *type, const void *blob, uint32_t entity)
{
    uint32_t version = type == &alias_type ? ((const struct function *)blob)->config.version : entity;
    return version == ENTITY_NONE ? entity : version;
}

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
        if (validation_type(validation, i) == &alias_type && points_at(&config_of(validation, i)->config, version))
            return i;
    return ENTITY_NONE;
}

uint32_t deployed_alias(const struct validation *validation, uint32_t function)
{
    uint32_t callee = validation_callee(validation, NULL, function), only = ENTITY_NONE;
    if (callee != function)
        return callee;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (validation_type(validation, i) != &alias_type || config_of(validation, i)->config.whole != function)
            continue;
        if (only != ENTITY_NONE)
            return ENTITY_NONE;
        only = i;
    }
    return only;
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

bool part_join(struct validation *validation, const struct function_config *part)
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
    if (validation_type(validation, self) == &deployed_version_type)
        snap_start_validate(validation, config);          /* its settings are its own */
    config->unmodelled = (struct function_unmodelled){0}; /* its function has complained */
    config->reserved = -1;
    config->published_alias = NULL;
    if (!part_join(validation, config))
        return;
    config->is_deployed = validation_type(validation, self) == &deployed_version_type;
    config->alias = config->is_deployed ? deployed_alias(validation, config->whole) : find_alias(validation, self, 0);
    check_aliases(validation, config);
    function_validate(validation, blob);
}

static void version_start(struct simulation *simulation, void *self)
{
    struct function *version = self;
    if (!version->config.is_deployed)
        snap_start_publish(simulation, version);
    if (version->config.provisioned > 0)
        provisioned_order(simulation, version, version->config.provisioned,
                          rule_flag(simulation->settings->rules, "provisioned_ready_at_start"));
}

static void version_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct function *version = self;
    if (offset == AT(provisioned))
        provisioned_order(simulation, version, version->config.provisioned, false);
    else
        function_changed(simulation, self, offset);
}

int64_t part_capacity(const void *self)
{
    return ((const struct function *)self)->config.provisioned;
}

static int64_t allocated(const void *self)
{
    return ((const struct function *)self)->provisioned.ready;
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

bool part_set_capacity(const struct simulation *simulation, struct function *part, int64_t count)
{
    if (is_refused(simulation, part, count))
        return false;
    part->config.provisioned = count;
    return true;
}

static void set_version_capacity(struct simulation *simulation, void *self, int64_t count)
{
    if (part_set_capacity(simulation, self, count))
        provisioned_order(simulation, self, count, false);
}

static const struct scalable scalable_version = {"lambda:function:ProvisionedConcurrency", part_capacity, allocated, set_version_capacity};

#define VERSION_TYPE(NAME, PROPERTIES, HELP)                                                                                               \
    {                                                                                                                                      \
        .type = NAME, .help = HELP, .size = sizeof(struct function), .self_offset = offsetof(struct function, self),                       \
        .properties = PROPERTIES, .behavior = function_behavior, .metrics = function_metrics, .part_of = "FunctionName", .inherits = true, \
        .not_inherited = provisioned_properties, .validate = version_validate, .create = function_create, .start = version_start,          \
        .destroy = function_destroy, .handle = function_handle, .prefetch = function_prefetch, .keeps_chain = true, .closes_loops = true,  \
        .accept = function_accept, .done = function_done, .changed = version_changed, .finish = function_finish,                           \
        .scalable = &scalable_version, .actions = version_actions, .refusals = function_refusals,                                          \
    }

const struct model_type version_type =
    VERSION_TYPE("AWS::Lambda::Version", version_properties,
                 "A published version: the function as it was, with environments of its own; in outputs F:1, F:2, ... in the order of the "
                 "file.");
const struct model_type deployed_version_type = VERSION_TYPE("Slsim::Lambda::DeployedVersion", deployed_properties,
                                                             "A version that a deployment brings: made of an entry of `changes`.");
