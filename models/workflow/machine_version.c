/* machine_version.c: AWS::StepFunctions::StateMachineVersion and StateMachineAlias. A version is the machine as it was when it was
 * published; a template has but the newest definition, so an older version is `like` another machine of the scenario. An alias hands each
 * execution to one of at most two versions by their weights, or shifts from one to the other as its DeploymentPreference says. Sources:
 * CloudFormation, AWS::StepFunctions::StateMachineVersion, StateMachineAlias; Step Functions developer guide, "Manage continuous
 * deployments with versions and aliases"; rules sfn_alias_*. */
#include "machine_check.h"
#include "machine_start.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>

#define VERSION_TYPE "AWS::StepFunctions::StateMachineVersion"
#define WAYS_MOST 2u

enum shift { SHIFT_ALL_AT_ONCE, SHIFT_CANARY, SHIFT_LINEAR };

struct routed_version {
    uint32_t version;
    int64_t weight;
};

/* A version, or an alias. */
struct machine_name {
    /* config */
    uint32_t machine, like, to, previous;
    bool like_given, previous_given, to_given;
    struct property_list routes; /* of struct routed_version */
    const char *name;
    int shift;
    int64_t percentage, interval_min;
    /* by `validate` */
    uint32_t ways[WAYS_MOST]; /* machines; the first gets what the second does not */
    double second_share;
    bool shifts;
    /* state */
    uint32_t self;
    struct stream route;
    struct counter started;
};

#define AT(field) offsetof(struct machine_name, field)
#define GIVEN(field) PROPERTY_GIVEN(struct machine_name, field)

static const struct property version_properties[] = {
    {"StateMachineArn", PROPERTY_REFERENCE, AT(machine), .required = true, .help = "The machine."},
    ACCEPTED("StateMachineRevisionId"),
    ACCEPTED("Description"),
    {0},
};

static const struct property version_behavior[] = {
    {"like", PROPERTY_REFERENCE, AT(like), .given = GIVEN(like_given),
     .help = "The machine of the scenario that is as this version was when it was published; left out: as the template has it now."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct routed_version, field)

static const struct property route_properties[] = {
    {"StateMachineVersionArn", PROPERTY_REFERENCE, AT(version), .required = true, .help = "A version."},
    {"Weight", PROPERTY_INTEGER, AT(weight), .minimum = "0", .maximum = "sfn_alias_weight_max", .required = true,
     .help = "of a hundred executions, so many"},
    {0},
};

#undef AT
#define AT(field) offsetof(struct machine_name, field)

static const char *const shift_words[] = {"ALL_AT_ONCE", "CANARY", "LINEAR", NULL};

static const struct property preference_properties[] = {
    {"StateMachineVersionArn", PROPERTY_REFERENCE, AT(to), .required = true, .given = GIVEN(to_given),
     .help = "The version that it shifts to."},
    {"Type", PROPERTY_ENUM, AT(shift), .choices = shift_words, .required = true, .help = "ALL_AT_ONCE, CANARY or LINEAR"},
    {"Percentage", PROPERTY_INTEGER, AT(percentage), .minimum = "1", .maximum = "sfn_alias_percentage_max",
     .help = "Of a CANARY, the share until the interval is over; of a LINEAR, what each interval adds."},
    {"Interval", PROPERTY_INTEGER, AT(interval_min), .unit = "min", .minimum = "1", .maximum = "sfn_alias_interval_max_min",
     .help = "Between the steps."},
    ACCEPTED("Alarms"),
    {0},
};

static const struct property alias_properties[] = {
    {"RoutingConfiguration", PROPERTY_LIST, AT(routes), .properties = route_properties, .size = sizeof(struct routed_version),
     .maximum = "sfn_alias_versions_max", .help = "One or two versions, whose weights add up to 100."},
    {"DeploymentPreference", PROPERTY_OBJECT, 0, .properties = preference_properties,
     .help = "Instead: a version that executions are shifted to, from the beginning of the simulation on."},
    {"Name", PROPERTY_STRING, AT(name), .help = "Its name."},
    ACCEPTED("Description"),
    {0},
};

static const struct property alias_behavior[] = {
    {"previous", PROPERTY_REFERENCE, AT(previous), .given = GIVEN(previous_given),
     .help = "With DeploymentPreference: the version that it pointed at before; left out: there was none, and nothing is shifted."},
    {0},
};

static const struct metric_type name_metrics[] = {
    {"AWS/States", "ExecutionsStarted", "Count", METRIC_COUNT, AT(started), .help = "Executions that were asked for by this name."},
    {0},
};

/* The machine that a version is like; ENTITY_NONE: it could not be read. */
static uint32_t machine_of(struct validation *validation, uint32_t entity, const char *property)
{
    if (entity == ENTITY_NONE)
        return ENTITY_NONE;
    const struct machine_name *version = validation_config(validation, entity);
    if (!model_is(validation_type(validation, entity), VERSION_TYPE)) {
        validation_error(validation, property, "name an " VERSION_TYPE, "%s is no version", validation_name(validation, entity));
        return ENTITY_NONE;
    }
    return version->like_given ? version->like : version->machine;
}

static void version_validate(struct validation *validation, void *blob)
{
    struct machine_name *version = blob;
    const struct {
        uint32_t entity;
        const char *property;
    } machines[] = {{version->machine, "StateMachineArn"}, {version->like_given ? version->like : ENTITY_NONE, "behavior.like"}};
    version->ways[0] = version->ways[1] = version->like_given ? version->like : version->machine;
    for (size_t i = 0; i < 2; i++)
        if (machines[i].entity != ENTITY_NONE && !is_machine_type(validation_type(validation, machines[i].entity))) {
            validation_error(validation, machines[i].property, NULL, "%s is no state machine",
                             validation_name(validation, machines[i].entity));
            version->ways[0] = version->ways[1] = ENTITY_NONE;
        }
    if (version->ways[0] == ENTITY_NONE)
        return;
    validation_flow(validation, validation_self(validation), version->ways[0]);
}

static void check_routes(struct validation *validation, struct machine_name *alias)
{
    const struct routed_version *routes = alias->routes.items;
    int64_t sum = 0;
    uint32_t machines[WAYS_MOST] = {ENTITY_NONE, ENTITY_NONE};
    for (size_t i = 0; i < alias->routes.count && i < WAYS_MOST; i++) {
        char property[80];
        snprintf(property, sizeof property, "RoutingConfiguration[%zu].StateMachineVersionArn", i);
        alias->ways[i] = machine_of(validation, routes[i].version, property);
        if (alias->ways[i] != ENTITY_NONE)
            machines[i] = ((const struct machine_name *)validation_config(validation, routes[i].version))->machine;
        sum += routes[i].weight;
    }
    if (sum != 100 && alias->routes.count > 0)
        validation_error(validation, "RoutingConfiguration", NULL, "the weights must add up to 100, and are %lld", (long long)sum);
    if (alias->routes.count == WAYS_MOST && routes[0].version == routes[1].version)
        validation_error(validation, "RoutingConfiguration", NULL, "the second version is the first");
    else if (alias->routes.count == WAYS_MOST && machines[0] != ENTITY_NONE && machines[1] != ENTITY_NONE && machines[0] != machines[1])
        validation_error(validation, "RoutingConfiguration", NULL, "its versions are of two machines: %s, %s",
                         validation_name(validation, machines[0]), validation_name(validation, machines[1]));
    alias->second_share = alias->routes.count == WAYS_MOST ? (double)routes[1].weight / 100 : 0;
}

static void check_preference(struct validation *validation, struct machine_name *alias)
{
    if (alias->shift != SHIFT_ALL_AT_ONCE && (alias->percentage == 0 || alias->interval_min == 0))
        validation_error(validation, "DeploymentPreference", "write \"Percentage\": 10, \"Interval\": 5",
                         "%s needs a Percentage and an Interval", shift_words[alias->shift]);
    alias->ways[0] = alias->ways[1] = machine_of(validation, alias->to, "DeploymentPreference.StateMachineVersionArn");
    alias->shifts = alias->previous_given;
    if (alias->previous_given)
        alias->ways[0] = machine_of(validation, alias->previous, "behavior.previous");
}

static void alias_validate(struct validation *validation, void *blob)
{
    struct machine_name *alias = blob;
    bool routes = validation_written(validation, "RoutingConfiguration"),
         preference = validation_written(validation, "DeploymentPreference");
    alias->ways[0] = alias->ways[1] = ENTITY_NONE;
    if (routes == preference)
        validation_error(validation, routes ? "DeploymentPreference" : NULL,
                         routes ? "leave one of them out"
                                : "write \"RoutingConfiguration\": [{\"StateMachineVersionArn\": ..., \"Weight\": 100}]",
                         routes ? "it has a RoutingConfiguration too" : "nothing says which version it points at");
    else if (routes)
        check_routes(validation, alias);
    else
        check_preference(validation, alias);
    for (size_t i = 0; i < WAYS_MOST; i++)
        if (alias->ways[i] != ENTITY_NONE)
            validation_flow(validation, validation_self(validation), alias->ways[i]);
}

static void name_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    const struct machine_name *name = config;
    if (name->ways[0] != ENTITY_NONE)
        machine_receives(validation, sending, validation_config(validation, name->ways[0]));
}

static enum status name_create(struct simulation *simulation, void *self)
{
    struct machine_name *name = self;
    stream_init(&name->route, simulation->settings->seed, simulation->replication, simulation->entities[name->self].name, "route");
    return STATUS_OK;
}

/* Of a hundred executions that begin now, so many go to the second way. */
static double share_now(const struct simulation *simulation, const struct machine_name *name)
{
    if (!name->shifts)
        return name->second_share;
    if (name->shift == SHIFT_ALL_AT_ONCE)
        return 1;
    double intervals = floor((double)simulation->now_ns / ((double)name->interval_min * 60 * (double)NS_PER_S));
    if (name->shift == SHIFT_CANARY)
        return intervals >= 1 ? 1 : (double)name->percentage / 100;
    return fmin((intervals + 1) * (double)name->percentage / 100, 1);
}

/* It is only a name: the execution is the machine's. */
static void name_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct machine_name *name = self;
    stream_at(&name->route, request->item, request->attempt);
    bool second = stream_uniform(&name->route) < share_now(simulation, name);
    struct entity *machine = &simulation->entities[name->ways[second ? 1 : 0]];
    counter_add(&name->started, 1);
    simulation->entities[name->self].ledger.entered--;
    machine->ledger.entered++;
    machine_accept(simulation, machine->state, request);
}

static void name_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)simulation, (void)self, (void)event;
}

static const char *const name_operations[] = {"StartExecution", "StartSyncExecution", NULL};

#define NAME_TYPE(TYPE, PROPERTIES, BEHAVIOR, VALIDATE, HELP)                                                                              \
    {                                                                                                                                      \
        .type = TYPE, .help = HELP, .size = sizeof(struct machine_name), .self_offset = AT(self), .properties = PROPERTIES,                \
        .behavior = BEHAVIOR, .metrics = name_metrics, .operations = name_operations, .validate = VALIDATE, .receives = name_receives,     \
        .create = name_create, .accept = name_accept, .handle = name_handle                                                                \
    }

const struct model_type machine_version_type =
    NAME_TYPE(VERSION_TYPE, version_properties, version_behavior, version_validate, "A state machine as it was when it was published.");
const struct model_type machine_alias_type =
    NAME_TYPE("AWS::StepFunctions::StateMachineAlias", alias_properties, alias_behavior, alias_validate,
              "A name for one version of a state machine, or for two by weights, or for a shift between them.");
