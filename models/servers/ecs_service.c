/* ecs_service.c: AWS::ECS::Service, on Fargate or on a cluster's instances: as many tasks as are wanted.
 * Sources: Amazon ECS Developer Guide, "Amazon ECS services", "Service load balancing" (unhealthy tasks are replaced, after the grace
 * period), "Amazon ECS capacity providers for Fargate"; AWS Fargate pricing: from the image's pull to the end, by the second, at least a
 * minute; rules fargate_* and ecs_*. */
#include "ecs_cluster.h"
#include "placement.h"
#include "server_kind.h"
#include "server_state.h"

#include "engine/rule_book.h"
#include "engine/scalable.h"
#include "measure/metric.h"
#include "scenario/validation.h"
#include "task_definition.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct servers, field)
#define GIVEN(field) PROPERTY_GIVEN(struct servers, field)

/* One of CapacityProviderStrategy. */
struct capacity_provider_item {
    const char *name;
    int64_t base, weight;
};

static const char *const launch_types[] = {"EC2", "FARGATE", "EXTERNAL", NULL};
enum launch_type { LAUNCH_EC2, LAUNCH_FARGATE, LAUNCH_EXTERNAL };

static const struct property door_properties[] = {
    {"TargetGroupArn", PROPERTY_REFERENCE, offsetof(struct server_door, group), .help = "The target group whose requests its tasks get."},
    ACCEPTED("AdvancedConfiguration"),
    ACCEPTED("ContainerName"),
    ACCEPTED("ContainerPort"),
    ACCEPTED("LoadBalancerName"),
    {0},
};

static const struct property provider_properties[] = {
    {"CapacityProvider", PROPERTY_STRING, offsetof(struct capacity_provider_item, name), .required = true,
     .help = "FARGATE or FARGATE_SPOT; or, alone, an AWS::ECS::CapacityProvider, on whose group's instances tasks are placed."},
    {"Base", PROPERTY_INTEGER, offsetof(struct capacity_provider_item, base), .minimum = "0", .maximum = "100000", .fallback = "0",
     .help = "So many tasks first."},
    {"Weight", PROPERTY_INTEGER, offsetof(struct capacity_provider_item, weight), .minimum = "0", .maximum = "1000", .fallback = "0",
     .help = "Its share of the others."},
    {0},
};

static const struct property service_properties[] = {
    {"TaskDefinition", PROPERTY_REFERENCE, AT(task), .required = true, .help = "What a task has."},
    {"Cluster", PROPERTY_REFERENCE, AT(cluster), .help = "On whose instances its tasks are placed where they are not on Fargate."},
    {"DesiredCount", PROPERTY_INTEGER, AT(desired), .minimum = "0", .maximum = "ecs_tasks_per_service_max", .fallback = "1", .live = true,
     .help = "Tasks wanted; a scaling policy moves it."},
    {"LaunchType", PROPERTY_ENUM, AT(launch_type), .choices = launch_types, .given = GIVEN(launch_type_given),
     .help = "FARGATE; or EC2: on the instances of its cluster."},
    {"CapacityProviderStrategy", PROPERTY_LIST, AT(providers), .properties = provider_properties,
     .size = sizeof(struct capacity_provider_item), .minimum = "0", .maximum = "20",
     .help = "Instead of LaunchType: how many tasks on Fargate and how many on Fargate Spot."},
    {"LoadBalancers", PROPERTY_LIST, AT(load_balancers), .properties = door_properties, .size = sizeof(struct server_door), .minimum = "0",
     .maximum = "5", .help = "The target groups whose requests its tasks get."},
    {"HealthCheckGracePeriodSeconds", PROPERTY_TIME, AT(grace_ns), .unit = "s", .fallback = "\"0s\"",
     .help = "For how long after it came into service a task is not judged."},
    ACCEPTED("AvailabilityZoneRebalancing"),
    ACCEPTED("DeploymentConfiguration"),
    ACCEPTED("DeploymentController"),
    ACCEPTED("EnableECSManagedTags"),
    ACCEPTED("EnableExecuteCommand"),
    ACCEPTED("NetworkConfiguration"),
    ACCEPTED("PlacementConstraints"),
    {"PlacementStrategies", PROPERTY_LIST, AT(strategies), .properties = placement_strategy_properties,
     .size = sizeof(struct placement_strategy), .minimum = "0", .maximum = "ecs_strategies_max",
     .help = "On which of the instances that have room a task is placed. Left out: spread over them."},
    ACCEPTED("PlatformVersion"),
    ACCEPTED("PropagateTags"),
    ACCEPTED("Role"),
    {"SchedulingStrategy", PROPERTY_STRING, AT(scheduling), .help = "REPLICA is simulated."},
    ACCEPTED("ServiceConnectConfiguration"),
    ACCEPTED("ServiceName"),
    ACCEPTED("ServiceRegistries"),
    ACCEPTED("Tags"),
    ACCEPTED("VolumeConfigurations"),
    {0},
};

static const struct property service_behavior[] = {
    {.kind = PROPERTY_TABLE, .properties = servers_behavior_rows},
    {"image_size", PROPERTY_SIZE, AT(image_bytes), .fallback = "\"200MB\"",
     .help = "Compressed: it is pulled at each start, by rule fargate_pull_mb_per_s, where `boot` is left out; on an instance at the first "
             "one."},
    {0},
};

static const struct metric_type service_metrics[] = {
    {"AWS/ECS", "CPUUtilization", "Percent", METRIC_GAUGE_RATIO, AT(metrics.cpu_busy), .other = AT(metrics.cpu_room),
     .help = "vCPU time that its tasks use, of what they have."},
    {"ECS/ContainerInsights", "DesiredTaskCount", "Count", METRIC_GAUGE, AT(metrics.desired), .help = "Tasks wanted."},
    {"ECS/ContainerInsights", "RunningTaskCount", "Count", METRIC_GAUGE, AT(metrics.in_service), .help = "Tasks in service."},
    {"ECS/ContainerInsights", "PendingTaskCount", "Count", METRIC_GAUGE, AT(metrics.pending), .help = "Tasks that start."},
    {"slsim", "TasksWithoutRoom", "Count", METRIC_GAUGE, AT(metrics.unplaced), .better = -1, .compared = "Average",
     .help = "Tasks that no instance of the cluster has room for yet."},
    {"slsim", "StoppingTasks", "Count", METRIC_GAUGE, AT(metrics.leaving),
     .help = "Tasks that get no more requests and end what they have."},
    SERVER_METRIC_ROWS,
    {"slsim", "ServersLaunched", "Count", METRIC_COUNT, AT(metrics.launched), .help = "Tasks started."},
    {"slsim", "ServersEnded", "Count", METRIC_COUNT, AT(metrics.ended), .help = "Tasks that are gone."},
    {"slsim", "SpotInterruptions", "Count", METRIC_COUNT, AT(metrics.interrupted), .help = "Tasks on Fargate Spot that were taken back."},
    {"slsim", "BootTime", "Milliseconds", METRIC_TALLY, AT(metrics.boot_time), .help = "From a task's launch until it is in service."},
    {0},
};

static const struct line_item service_line_items[] = {
    {"Fargate-vCPU-Hours:perCPU",
     "vCPUs of tasks x time, from the pull of the image, by the second, at least a minute each; those of a task on "
     "Spot by rule fargate_spot_price_share of it."},
    {"Fargate-GB-Hours", "Their memory, the same."},
    {"Fargate-ARM-vCPU-Hours:perCPU", "vCPUs of tasks on ARM64."},
    {"Fargate-ARM-GB-Hours", "Their memory."},
    {"Fargate-EphemeralStorage-GB-Hours", "Storage of tasks beyond what is free."},
    {"DataTransfer-Out-Bytes", "What users outside of AWS get from tasks themselves (`response`)."},
    {0},
};

static void read_task(struct validation *validation, struct servers *servers)
{
    const struct rule_book *rules = validation_rules(validation);
    servers->size = (struct server_size){.vcpus = 1, .memory_gib = 1, .bytes_per_s = 1e6 / 8 * rule_number(rules, "server_network_mbps")};
    servers->stop_ns = rule_ns(rules, "ecs_stop_timeout_s");
    if (servers->task == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, servers->task), TASK_TYPE)) {
        validation_error(validation, "TaskDefinition", NULL, "%s is no task definition", validation_name(validation, servers->task));
        servers->task = ENTITY_NONE;
        return;
    }
    task_read(validation, servers->task);
    const struct task_definition *task = validation_config(validation, servers->task);
    const struct task_container *containers = task->containers.items;
    if (task->vcpus > 0 && task->memory_gib > 0)
        servers->size.vcpus = task->vcpus, servers->size.memory_gib = task->memory_gib;
    for (size_t i = 0; i < task->containers.count; i++)
        if (containers[i].stop_given)
            servers->stop_ns = containers[i].stop_ns;
}

/* On instances of a capacity provider's group? Then `*group` is it. */
static bool is_provided(const struct validation *validation, const struct servers *servers, uint32_t *group)
{
    const struct capacity_provider_item *list = servers->providers.items;
    if (servers->providers.count != 1 || !list[0].name)
        return false;
    uint32_t provider = validation_named(validation, list[0].name);
    if (provider == ENTITY_NONE || !model_is(validation_type(validation, provider), PROVIDER_TYPE))
        return false;
    *group = ((const struct capacity_provider *)validation_config(validation, provider))->group;
    return true;
}

bool service_is_on_instances(const struct validation *validation, uint32_t service, uint32_t task)
{
    const struct servers *servers = validation_config(validation, service);
    uint32_t group;
    return servers->task == task &&
           ((servers->launch_type_given && servers->launch_type == LAUNCH_EC2) || is_provided(validation, servers, &group));
}

/* On the instances of a cluster. */
static void resolve_cluster(struct validation *validation, struct servers *servers)
{
    servers->on_instances = true;
    placement_check(validation, servers);
    if (servers->cluster == ENTITY_NONE || !model_is(validation_type(validation, servers->cluster), CLUSTER_TYPE)) {
        validation_error(validation, validation_written(validation, "Cluster") ? "Cluster" : NULL,
                         "write \"Cluster\": {\"Ref\": ...} of an AWS::ECS::Cluster",
                         "says not on which cluster's instances its tasks run");
        servers->cluster = ENTITY_NONE;
        servers->on_instances = false;
        return;
    }
    if (servers->provider_group != ENTITY_NONE)
        cluster_join(validation, servers->cluster, servers->provider_group, "CapacityProviderStrategy");
    else if (!cluster_has_instances(validation, servers->cluster))
        validation_error(validation, "Cluster",
                         "write \"behavior\": {\"Fleet\": {\"cluster\": ...}} of an AWS::AutoScaling::AutoScalingGroup, "
                         "or give the cluster CapacityProviders",
                         "%s has no instances", validation_name(validation, servers->cluster));
}

/* Once all are known: a task must fit on some instance. */
static void service_sends(struct validation *validation, const void *config)
{
    const struct servers *servers = config;
    bool fits = false, seen = false;
    if (!servers->on_instances)
        return;
    for (uint32_t i = 0; i < validation_entity_count(validation) && !fits; i++) {
        const struct servers *group = validation_config(validation, i);
        if (!model_is(validation_type(validation, i), GROUP_TYPE) || group->cluster != servers->cluster ||
            (servers->provider_group != ENTITY_NONE && servers->provider_group != i))
            continue;
        seen = true;
        for (uint32_t k = 0; k < group->kind_count; k++)
            fits = fits || placement_fit(servers, &group->kinds[k].size, group) > 0;
    }
    if (seen && !fits)
        validation_error(validation, "TaskDefinition", "a smaller task, or a larger InstanceType; rule ecs_instance_memory_share",
                         "a task of %g vCPU and %g GB has no room on any instance of its cluster", servers->size.vcpus,
                         servers->size.memory_gib);
}

/* On Fargate, on Fargate Spot, or both. */
static void read_providers(struct validation *validation, struct servers *servers)
{
    const struct capacity_provider_item *list = servers->providers.items;
    int64_t base = 0, weight = 0, spot_base = 0, spot_weight = 0;
    for (size_t i = 0; i < servers->providers.count; i++) {
        bool spot = strcmp(list[i].name ? list[i].name : "", "FARGATE_SPOT") == 0;
        if (!spot && list[i].name && strcmp(list[i].name, "FARGATE") != 0) {
            char place[80];
            snprintf(place, sizeof place, "CapacityProviderStrategy[%zu].CapacityProvider", i);
            validation_error(validation, place, "FARGATE or FARGATE_SPOT", "not modelled yet: capacity provider %s", list[i].name);
        }
        *(spot ? &spot_base : &base) += list[i].base;
        *(spot ? &spot_weight : &weight) += list[i].weight;
    }
    if (spot_base > 0)
        validation_error(validation, "CapacityProviderStrategy", "give FARGATE the base", "not modelled yet: a base on Fargate Spot");
    servers->is_mixed = spot_weight > 0;
    servers->on_demand_base = base;
    if (servers->is_mixed)
        servers->on_demand_percent = 100 * weight / (weight + spot_weight);
    if (servers->providers.count > 0 && weight + spot_weight + base == 0)
        validation_error(validation, "CapacityProviderStrategy", "give one a Weight", "no provider has a weight");
}

static void check_launch_type(struct validation *validation, struct servers *servers)
{
    if (servers->providers.count > 0) {
        if (servers->launch_type_given)
            validation_error(validation, "LaunchType", "leave one of them out",
                             "LaunchType and CapacityProviderStrategy both say where tasks run");
        if (is_provided(validation, servers, &servers->provider_group))
            resolve_cluster(validation, servers);
        else
            read_providers(validation, servers);
    } else if (!servers->launch_type_given) {
        validation_error(validation, NULL, "write \"LaunchType\": \"FARGATE\"", "says not where its tasks run");
    } else if (servers->launch_type == LAUNCH_EC2) {
        resolve_cluster(validation, servers);
    } else if (servers->launch_type != LAUNCH_FARGATE) {
        validation_error(validation, "LaunchType", "FARGATE and EC2 are", "not modelled yet: services on %s",
                         launch_types[servers->launch_type]);
    }
}

static void resolve_doors(struct validation *validation, struct servers *servers)
{
    const struct server_door *list = servers->load_balancers.items;
    servers->doors = validation_alloc(validation, servers->load_balancers.count, sizeof *servers->doors);
    for (size_t i = 0; servers->doors && i < servers->load_balancers.count; i++) {
        char place[80];
        snprintf(place, sizeof place, "LoadBalancers[%zu].TargetGroupArn", i);
        if (list[i].group == ENTITY_NONE)
            continue;
        if (!validation_type(validation, list[i].group)->registrar)
            validation_error(validation, place, "name an AWS::ElasticLoadBalancingV2::TargetGroup", "%s is no target group",
                             validation_name(validation, list[i].group));
        else
            servers->doors[servers->door_count++] = list[i].group;
    }
}

/* A start, and the pull of the image before it. */
static void resolve_boot(struct validation *validation, struct servers *servers)
{
    const struct rule_book *rules = validation_rules(validation);
    servers->pending_free_ns = servers->on_instances ? 0 : rule_ns(rules, "fargate_provision_s");
    if (servers->behavior.boot)
        return;
    double pull_s = (double)servers->image_bytes / (double)rule_bytes(rules, "fargate_pull_mb_per_s");
    if (servers->on_instances) {
        servers->behavior.boot = rule_find(rules, "ecs_start")->distribution;
        servers->pull_ns = time_from_double(pull_s * (double)NS_PER_S);
        return;
    }
    struct distribution *boot = validation_alloc(validation, 1, sizeof *boot);
    servers->behavior.boot = rule_find(rules, "fargate_start")->distribution;
    if (!boot)
        return;
    *boot = *servers->behavior.boot; /* whose arrays stay the rule's */
    boot->plus += pull_s * (double)NS_PER_S;
    servers->behavior.boot = boot;
}

static void service_validate(struct validation *validation, void *config)
{
    struct servers *servers = config;
    double most = rule_number(validation_rules(validation), "ecs_tasks_per_service_max");
    servers->provider_group = ENTITY_NONE;
    read_task(validation, servers);
    check_launch_type(validation, servers);
    if (servers->scheduling && strcmp(servers->scheduling, "REPLICA") != 0)
        validation_error(validation, "SchedulingStrategy", "write REPLICA, and how many", "not modelled yet: %.40s", servers->scheduling);
    resolve_doors(validation, servers);
    resolve_boot(validation, servers);
    servers->most = most >= 0 && most < 100000 ? (int64_t)most : 100000;
    servers->room = (uint32_t)(2 * servers->most + 8);
    servers->billing_least = "fargate_billing_min_s";
    servers->door_checks = servers->rebalances = servers->replaces = true;
    server_kinds_resolve(validation, servers);
    servers_validate(validation, servers);
}

static void service_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct servers *servers = self;
    const struct rule_book *rules = simulation->settings->rules;
    const struct task_definition *task = servers->task == ENTITY_NONE ? NULL : entity_state(simulation, servers->task);
    const struct servers_metrics *metrics = &servers->metrics;
    if (servers->on_instances)
        return; /* its instances cost */
    const struct server_hours all = servers_hours(&metrics->billed, &metrics->extra_ns, &metrics->billed_spot, &metrics->extra_spot_ns);
    double hours = all.on_demand, spot_hours = all.spot;
    bool arm = task && task->architecture == TASK_ARM64;
    bill_add(bill, &service_line_items[arm ? 2 : 0], hours * servers->size.vcpus);
    bill_add(bill, &service_line_items[arm ? 3 : 1], hours * servers->size.memory_gib);
    if (servers->is_mixed) {
        double priced_hours = spot_hours * rule_number(rules, "fargate_spot_price_share");
        bill_add_never_planned(bill, &service_line_items[arm ? 2 : 0], priced_hours * servers->size.vcpus);
        bill_add_never_planned(bill, &service_line_items[arm ? 3 : 1], priced_hours * servers->size.memory_gib);
    }
    double stored = task ? (double)task->storage_gb - rule_number(rules, "fargate_storage_free_gb") : 0;
    if (stored > 0)
        bill_add(bill, &service_line_items[4], (all.on_demand + spot_hours) * stored);
}

static int64_t service_capacity(const void *self)
{
    return ((const struct servers *)self)->wanted;
}

/* Beyond the quota it is refused. */
static void service_set_capacity(struct simulation *simulation, void *self, int64_t capacity)
{
    struct servers *servers = self;
    if (capacity >= 0 && capacity <= servers->most)
        servers_want(simulation, servers, capacity);
}

static const struct scalable service_scalable[] = {
    {.dimension = "ecs:service:DesiredCount", .capacity = service_capacity, .set_capacity = service_set_capacity},
    {0},
};

static void service_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct servers *servers = self;
    if (offset == AT(desired))
        servers_want(simulation, servers, servers->desired);
}

const struct model_type ecs_service_type = {
    .type = SERVICE_TYPE,
    .service = "Amazon Elastic Container Service",
    .help =
        "As many tasks as are wanted, on Fargate, or on the instances of a cluster that have room: each is in service once its image is "
        "there and it has started, and those that are gone "
        "are replaced. Without a target group requests go to the tasks in turn. What there is at first is in service.",
    .size = sizeof(struct servers),
    .self_offset = AT(self),
    .properties = service_properties,
    .behavior = service_behavior,
    .metrics = service_metrics,
    .line_items = service_line_items,
    .validate = service_validate,
    .sends = service_sends,
    .changed = service_changed,
    .create = servers_create,
    .destroy = servers_destroy,
    .hosts = &servers_hosts,
    .scalable = service_scalable,
    .quantities = service_quantities,
    SERVERS_FUNCTIONS,
};
