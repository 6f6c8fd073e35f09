/* ecs_cluster.c: AWS::ECS::Cluster: services, and the instances that their tasks are placed on, where they are not on Fargate.
 * Source: Amazon ECS Developer Guide, "Amazon ECS CloudWatch metrics": reservation of a cluster is what its tasks have, of what its
 * instances have. */
#include "ecs_cluster.h"

#include "engine/model.h"
#include "measure/metric.h"
#include "scenario/validation.h"
#include "server_state.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct ecs_cluster, field)

static const struct property cluster_properties[] = {
    {"CapacityProviders", PROPERTY_STRINGS, AT(providers),
     .help = "FARGATE, FARGATE_SPOT, or an AWS::ECS::CapacityProvider, whose group's instances are part of the cluster."},
    ACCEPTED("ClusterName"),
    ACCEPTED("ClusterSettings"),
    ACCEPTED("Configuration"),
    ACCEPTED("DefaultCapacityProviderStrategy"),
    ACCEPTED("ServiceConnectDefaults"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type cluster_metrics[] = {
    {"AWS/ECS", "CPUReservation", "Percent", METRIC_GAUGE_RATIO, AT(cpu_taken), .other = AT(cpu_there),
     .help = "CPU units of tasks, of those of container instances in service."},
    {"AWS/ECS", "MemoryReservation", "Percent", METRIC_GAUGE_RATIO, AT(mib_taken), .other = AT(mib_there),
     .help = "Memory of tasks, of what container instances in service have for them."},
    {"ECS/ContainerInsights", "ContainerInstanceCount", "Count", METRIC_GAUGE, AT(instances), .help = "Container instances in service."},
    {NULL, "cpu taken", "None", METRIC_GAUGE, AT(cpu_taken), .help = ""},
    {NULL, "cpu there", "None", METRIC_GAUGE, AT(cpu_there), .help = ""},
    {NULL, "memory taken", "None", METRIC_GAUGE, AT(mib_taken), .help = ""},
    {NULL, "memory there", "None", METRIC_GAUGE, AT(mib_there), .help = ""},
    {0},
};

void cluster_join(struct validation *validation, uint32_t cluster, uint32_t group, const char *place)
{
    struct servers *servers = validation_config(validation, group);
    if (servers->cluster != ENTITY_NONE && servers->cluster != cluster)
        validation_error(validation, place, "make a group for each cluster", "%s is part of %s already", validation_name(validation, group),
                         validation_name(validation, servers->cluster));
    servers->cluster = cluster;
}

/* The group of a provider that a text names; ENTITY_NONE: it names none. */
static uint32_t group_named(const struct validation *validation, const char *text)
{
    uint32_t provider = validation_named(validation, text);
    if (provider == ENTITY_NONE || !model_is(validation_type(validation, provider), PROVIDER_TYPE))
        return ENTITY_NONE;
    uint32_t group = ((const struct capacity_provider *)validation_config(validation, provider))->group;
    return group != ENTITY_NONE && model_is(validation_type(validation, group), GROUP_TYPE) ? group : ENTITY_NONE;
}

bool cluster_has_instances(const struct validation *validation, uint32_t cluster)
{
    const struct ecs_cluster *config = validation_config(validation, cluster);
    for (size_t i = 0; i < config->providers.count; i++)
        if (group_named(validation, config->providers.items[i]) != ENTITY_NONE)
            return true;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++)
        if (model_is(validation_type(validation, i), GROUP_TYPE) &&
            ((struct servers *)validation_config(validation, i))->cluster == cluster)
            return true;
    return false;
}

static void cluster_validate(struct validation *validation, void *config)
{
    const struct ecs_cluster *cluster = config;
    for (size_t i = 0; i < cluster->providers.count; i++) {
        const char *name = cluster->providers.items[i];
        uint32_t group = group_named(validation, name);
        char place[48];
        snprintf(place, sizeof place, "CapacityProviders[%zu]", i);
        if (group != ENTITY_NONE)
            cluster_join(validation, validation_self(validation), group, place);
        else if (strcmp(name, "FARGATE") != 0 && strcmp(name, "FARGATE_SPOT") != 0)
            validation_error(validation, place, "FARGATE, FARGATE_SPOT, or {\"Ref\": ...} of an AWS::ECS::CapacityProvider",
                             "\"%.60s\" is no capacity provider", name);
    }
}

/* Who stands in it. */
static enum status cluster_create(struct simulation *simulation, void *self)
{
    struct ecs_cluster *cluster = self;
    uint32_t index = 0;
    for (uint32_t i = simulation->entity_count; i-- > 0;) {
        const struct model_type *type = simulation->entities[i].type;
        if (!model_is(type, GROUP_TYPE) && !model_is(type, SERVICE_TYPE))
            continue;
        struct servers *servers = entity_state(simulation, i);
        uint32_t *first = model_is(type, GROUP_TYPE) ? &cluster->first_group : &cluster->first_service;
        if (servers->cluster != cluster->self || (model_is(type, SERVICE_TYPE) && !servers->on_instances))
            continue;
        servers->next_in_cluster = *first;
        servers->guest_index = model_is(type, SERVICE_TYPE) ? index++ : 0;
        *first = i + 1;
    }
    return STATUS_OK;
}

/* There may be room: for tasks that wait for it; and an instance without tasks, for a group that is to shrink. */
static void cluster_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)event;
    struct ecs_cluster *cluster = self;
    cluster->looking = false;
    for (uint32_t next = cluster->first_service; next;) {
        struct servers *service = entity_state(simulation, next - 1);
        servers_want(simulation, service, service->wanted);
        next = service->next_in_cluster;
    }
    for (uint32_t next = cluster->first_group; next;) {
        struct servers *group = entity_state(simulation, next - 1);
        if (group->protects_guests)
            servers_want(simulation, group, group->wanted);
        next = group->next_in_cluster;
    }
}

const struct model_type ecs_cluster_type = {
    .type = CLUSTER_TYPE,
    .help = "What services stand under; and the instances that tasks are placed on which are not on Fargate: those of its capacity "
            "providers, and of groups whose `behavior` names it as their `cluster`.",
    .size = sizeof(struct ecs_cluster),
    .self_offset = offsetof(struct ecs_cluster, self),
    .properties = cluster_properties,
    .metrics = cluster_metrics,
    .validate = cluster_validate,
    .create = cluster_create,
    .handle = cluster_handle,
};
