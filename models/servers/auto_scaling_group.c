/* auto_scaling_group.c: AWS::AutoScaling::AutoScalingGroup: as many instances as are wanted, between a minimum and a maximum.
 * Sources: Amazon EC2 Auto Scaling User Guide, "Instance lifecycle", "Scaling limits", "Health checks", "Mixed instances groups";
 * CloudFormation's AWS::AutoScaling::AutoScalingGroup; rules asg_*. */
#include "auto_scaling_group.h"

#include "ecs_cluster.h"
#include "instance.h"
#include "lifecycle_hook.h"
#include "server_kind.h"
#include "server_state.h"

#include "engine/rule_book.h"
#include "engine/scalable.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct servers, field)
#define GIVEN(field) PROPERTY_GIVEN(struct servers, field)

static const struct property specification_properties[] = {
    {"LaunchTemplateSpecification", PROPERTY_OBJECT, 0, .properties = instance_template_properties, .help = "The template."},
    {"Overrides", PROPERTY_LIST, AT(overrides), .properties = server_override_properties, .size = sizeof(struct server_override),
     .minimum = "0", .maximum = "asg_overrides_max", .help = "The instance types that it launches, in the order of their priority."},
    {0},
};

static const char *const on_demand_strategies[] = {"prioritized", "lowest-price", NULL};
static const char *const spot_strategies[] = {"lowest-price", "capacity-optimized", "capacity-optimized-prioritized",
                                              "price-capacity-optimized", NULL};
enum spot_strategy { SPOT_CHEAPEST, SPOT_DEEPEST, SPOT_FIRST, SPOT_CHEAP_AND_DEEP };

static const struct property distribution_properties[] = {
    {"OnDemandBaseCapacity", PROPERTY_INTEGER, AT(on_demand_base), .minimum = "0", .maximum = "10000", .fallback = "0",
     .help = "So many are on demand before any is on Spot."},
    {"OnDemandPercentageAboveBaseCapacity", PROPERTY_INTEGER, AT(on_demand_percent), .minimum = "0", .maximum = "100", .fallback = "100",
     .help = "And so many percent of the others, rounded up."},
    {"OnDemandAllocationStrategy", PROPERTY_ENUM, AT(on_demand_strategy), .choices = on_demand_strategies, .fallback = "\"prioritized\"",
     .help =
         "Which of Overrides is launched on demand: the first; with lowest-price, too, as they stand in the order of their price here."},
    {"SpotAllocationStrategy", PROPERTY_ENUM, AT(spot_strategy), .choices = spot_strategies, .fallback = "\"lowest-price\"",
     .help = "Which of Overrides are launched on Spot: as many of each of the first SpotInstancePools by lowest-price, the first by "
             "capacity-optimized-prioritized, as many of each of all by the others: every type has room here, and the first is the "
             "cheapest."},
    {"SpotInstancePools", PROPERTY_INTEGER, AT(spot_pools), .minimum = "1", .maximum = "asg_spot_pools_max", .fallback = "asg_spot_pools",
     .given = GIVEN(spot_pools_given), .help = "Of lowest-price: of how many types it takes."},
    ACCEPTED("SpotMaxPrice"),
    {0},
};

static const struct property mixed_properties[] = {
    {"LaunchTemplate", PROPERTY_OBJECT, 0, .properties = specification_properties, .required = true, .help = "What instances are made of."},
    {"InstancesDistribution", PROPERTY_OBJECT, 0, .properties = distribution_properties, .given = GIVEN(is_mixed),
     .help = "How many are on demand and how many on Spot."},
    {0},
};

static const struct property group_properties[] = {
    {"MinSize", PROPERTY_INTEGER, AT(least), .minimum = "0", .maximum = "10000", .required = true, .live = true,
     .help = "Nobody scales below."},
    {"MaxSize", PROPERTY_INTEGER, AT(most), .minimum = "0", .maximum = "10000", .required = true, .help = "Nobody scales above."},
    {"DesiredCapacity", PROPERTY_INTEGER, AT(desired), .minimum = "0", .maximum = "10000", .given = GIVEN(desired_given), .live = true,
     .help = "Instances wanted at first. Left out: MinSize."},
    {"LaunchTemplate", PROPERTY_OBJECT, 0, .properties = instance_template_properties, .help = "What instances are made of."},
    {"MixedInstancesPolicy", PROPERTY_OBJECT, 0, .properties = mixed_properties, .help = "The same, in part on Spot."},
    {"TargetGroupARNs", PROPERTY_STRINGS, AT(group_names), .help = "The target groups whose requests its instances get."},
    {"HealthCheckType", PROPERTY_STRING, AT(check_type),
     .help = "With ELB instances that a target group finds unhealthy are replaced; else only those that are gone."},
    {"HealthCheckGracePeriod", PROPERTY_TIME, AT(grace_ns), .unit = "s", .fallback = "asg_grace_s",
     .help = "For how long after it came into service an instance is not judged."},
    {"DefaultInstanceWarmup", PROPERTY_TIME, AT(warmup_ns), .unit = "s", .given = GIVEN(warmup_given),
     .help = "After it came into service, until policies reckon with it. Left out: Cooldown."},
    {"Cooldown", PROPERTY_TIME, AT(cooldown_ns), .unit = "s", .fallback = "asg_cooldown_s",
     .help = "After a change by a simple policy, none is made."},
    {"TerminationPolicies", PROPERTY_STRINGS, AT(policies), .help = "OldestInstance, NewestInstance; Default: as OldestInstance here."},
    {"CapacityRebalance", PROPERTY_BOOLEAN, AT(rebalances), .fallback = "false",
     .help = "With a Spot interruption notice another instance is launched, and the one concerned drained."},
    PROPERTY_LATER_ROW("InstanceId", "groups made like an instance"),
    PROPERTY_LATER_ROW("LaunchConfigurationName", "launch configurations"),
    PROPERTY_LATER_ROW("LoadBalancerNames", "classic load balancers"),
    ACCEPTED("AutoScalingGroupName"),
    ACCEPTED("AvailabilityZoneDistribution"),
    ACCEPTED("AvailabilityZoneImpairmentPolicy"),
    ACCEPTED("AvailabilityZones"),
    ACCEPTED("CapacityReservationSpecification"),
    ACCEPTED("Context"),
    ACCEPTED("DesiredCapacityType"),
    PROPERTY_LATER_ROW("InstanceMaintenancePolicy", "maintenance policies"),
    {"LifecycleHookSpecificationList", PROPERTY_LIST, AT(hook_list), .properties = lifecycle_hook_properties,
     .size = sizeof(struct lifecycle_hook), .minimum = "0", .maximum = "asg_hooks_max",
     .help = "What holds instances up as they come or go."},
    ACCEPTED("MaxInstanceLifetime"),
    ACCEPTED("MetricsCollection"),
    ACCEPTED("NewInstancesProtectedFromScaleIn"),
    ACCEPTED("NotificationConfiguration"),
    ACCEPTED("NotificationConfigurations"),
    ACCEPTED("PlacementGroup"),
    ACCEPTED("ServiceLinkedRoleARN"),
    ACCEPTED("SkipZonalShiftValidation"),
    ACCEPTED("Tags"),
    ACCEPTED("TrafficSources"),
    ACCEPTED("VPCZoneIdentifier"),
    {0},
};

static const struct property group_behavior[] = {
    {.kind = PROPERTY_TABLE, .properties = servers_behavior_rows},
    {"cluster", PROPERTY_REFERENCE, AT(cluster),
     .help = "The AWS::ECS::Cluster whose tasks its instances take: what their user data says. Not needed of a capacity provider's."},
    {"launch_hook", PROPERTY_TIME_DISTRIBUTION, AT(hook_done[HOOK_LAUNCH]),
     .help = "From when an instance has booted until somebody completes its lifecycle hook. Left out: nobody does."},
    {"terminate_hook", PROPERTY_TIME_DISTRIBUTION, AT(hook_done[HOOK_TERMINATE]),
     .help = "The same of one that goes, once it has ended what it had."},
    {0},
};

static const struct metric_type group_metrics[] = {
    {"AWS/EC2", "CPUUtilization", "Percent", METRIC_GAUGE_RATIO, AT(metrics.cpu_busy), .other = AT(metrics.cpu_room),
     .help = "Time that the vCPUs of instances in service work."},
    {"AWS/EC2", "NetworkOut", "Bytes", METRIC_COUNT, AT(metrics.network_out), .help = "What its instances answer (`response`)."},
    {"AWS/AutoScaling", "GroupDesiredCapacity", "Count", METRIC_GAUGE, AT(metrics.desired), .help = "Instances wanted."},
    {"AWS/AutoScaling", "GroupInServiceInstances", "Count", METRIC_GAUGE, AT(metrics.in_service), .help = "Instances in service."},
    {"AWS/AutoScaling", "GroupPendingInstances", "Count", METRIC_GAUGE, AT(metrics.pending), .help = "Instances that boot."},
    {"AWS/AutoScaling", "GroupTerminatingInstances", "Count", METRIC_GAUGE, AT(metrics.leaving),
     .help = "Instances that get no more requests and end what they have."},
    {"AWS/AutoScaling", "GroupTotalInstances", "Count", METRIC_GAUGE, AT(metrics.total), .help = "All of them."},
    {"AWS/AutoScaling", "GroupInServiceCapacity", "Count", METRIC_GAUGE, AT(metrics.units_in_service),
     .help = "Units of instances in service, by their weights."},
    {"AWS/AutoScaling", "GroupPendingCapacity", "Count", METRIC_GAUGE, AT(metrics.units_pending), .help = "Of those that boot."},
    {"AWS/AutoScaling", "GroupTerminatingCapacity", "Count", METRIC_GAUGE, AT(metrics.units_leaving), .help = "Of those that leave."},
    {"AWS/AutoScaling", "GroupTotalCapacity", "Count", METRIC_GAUGE, AT(metrics.units_total), .help = "Of all of them."},
    {"AWS/AutoScaling", "GroupMinSize", "Count", METRIC_GAUGE, AT(metrics.least), .help = "MinSize."},
    {"AWS/AutoScaling", "GroupMaxSize", "Count", METRIC_GAUGE, AT(metrics.most), .help = "MaxSize."},
    {"slsim", "HeldToBaseline", "Count", METRIC_GAUGE, AT(metrics.held), .better = -1,
     .help = "Burstable standard instances that are out of credits, and have more to do than their baseline allows."},
    SERVER_METRIC_ROWS,
    {"slsim", "ServersLaunched", "Count", METRIC_COUNT, AT(metrics.launched), .help = "Instances launched."},
    {"slsim", "ServersEnded", "Count", METRIC_COUNT, AT(metrics.ended), .help = "Instances that are gone."},
    {"slsim", "InstancesAbandoned", "Count", METRIC_COUNT, AT(metrics.abandoned), .better = -1,
     .help = "Instances that lifecycle hooks gave up."},
    {"slsim", "SpotInterruptions", "Count", METRIC_COUNT, AT(metrics.interrupted), .help = "Instances on Spot that were taken back."},
    {"slsim", "BootTime", "Milliseconds", METRIC_TALLY, AT(metrics.boot_time), .help = "From an instance's launch until it is in service."},
    {0},
};

static void resolve_doors(struct validation *validation, struct servers *servers)
{
    servers->doors = validation_alloc(validation, servers->group_names.count, sizeof *servers->doors);
    for (size_t i = 0; servers->doors && i < servers->group_names.count; i++) {
        char place[48];
        uint32_t group = validation_named(validation, servers->group_names.items[i]);
        snprintf(place, sizeof place, "TargetGroupARNs[%zu]", i);
        if (group == ENTITY_NONE || !validation_type(validation, group)->registrar)
            validation_error(validation, place, "write {\"Ref\": ...} of an AWS::ElasticLoadBalancingV2::TargetGroup",
                             "\"%s\" is no target group", servers->group_names.items[i]);
        else
            servers->doors[servers->door_count++] = group;
    }
}

static void read_policies(struct validation *validation, struct servers *servers)
{
    const char *first = servers->policies.count > 0 ? servers->policies.items[0] : "Default";
    servers->aligns = strcmp(first, "Default") == 0;
    if (strcmp(first, "NewestInstance") == 0)
        servers->termination = RETIRE_NEWEST;
    else if (strcmp(first, "OldestInstance") != 0 && strcmp(first, "Default") != 0)
        validation_warning(validation, "TerminationPolicies", "OldestInstance or NewestInstance",
                           "\"%s\" is not simulated: the oldest instance goes first", first);
}

static void read_strategies(struct validation *validation, struct servers *servers)
{
    if (servers->spot_pools_given && servers->spot_strategy != SPOT_CHEAPEST)
        validation_error(validation, "MixedInstancesPolicy.InstancesDistribution.SpotInstancePools", "leave it out",
                         "is for SpotAllocationStrategy lowest-price, and there is %s", spot_strategies[servers->spot_strategy]);
    servers->spot_pools_used = servers->kind_count;
    if (servers->spot_strategy == SPOT_FIRST)
        servers->spot_pools_used = 1;
    if (servers->spot_strategy == SPOT_CHEAPEST && servers->spot_pools < servers->kind_count)
        servers->spot_pools_used = (uint32_t)servers->spot_pools;
    if (servers->weight_most > servers->desired && servers->desired > 0)
        validation_warning(validation, "MixedInstancesPolicy.LaunchTemplate.Overrides", "AWS advises two or three times the largest weight",
                           "a type weighs %lld, more than the %lld units that are wanted", (long long)servers->weight_most,
                           (long long)servers->desired);
}

static void check_size(struct validation *validation, struct servers *servers)
{
    if (!servers->desired_given)
        servers->desired = servers->least;
    if (servers->least > servers->most)
        validation_error(validation, "MinSize", NULL, "is above MaxSize, which is %lld", (long long)servers->most);
    else if (servers->desired < servers->least || servers->desired > servers->most)
        validation_error(validation, "DesiredCapacity", NULL, "must be between MinSize %lld and MaxSize %lld, got %lld",
                         (long long)servers->least, (long long)servers->most, (long long)servers->desired);
}

static void group_validate(struct validation *validation, void *config)
{
    struct servers *servers = config;
    const char *check = servers->check_type;
    instance_resolve(validation, servers);
    check_size(validation, servers);
    resolve_doors(validation, servers);
    read_policies(validation, servers);
    read_strategies(validation, servers);
    lifecycle_hooks_check(validation, servers);
    servers->door_checks = check && strstr(check, "ELB") != NULL;
    if (check && !servers->door_checks && strcmp(check, "EC2") != 0)
        validation_error(validation, "HealthCheckType", "EC2 or ELB", "there is no health check \"%s\"", check);
    if (servers->door_checks && servers->door_count == 0)
        validation_warning(validation, "HealthCheckType", "name TargetGroupARNs",
                           "nobody checks: the group stands behind no load balancer");
    if (!servers->warmup_given)
        servers->warmup_ns = servers->cooldown_ns;
    servers->replaces = servers->is_ground = true;
    servers->memory_share = rule_number(validation_rules(validation), "ecs_instance_memory_share");
    if (servers->cluster != ENTITY_NONE && !model_is(validation_type(validation, servers->cluster), CLUSTER_TYPE)) {
        validation_error(validation, "behavior.cluster", "name an AWS::ECS::Cluster", "%s is no cluster",
                         validation_name(validation, servers->cluster));
        servers->cluster = ENTITY_NONE;
    }
    servers->largest = servers->most;
    servers->room = (uint32_t)(2 * servers->most + 8);
    servers_validate(validation, servers);
}

static int64_t clip(const struct servers *servers, int64_t capacity)
{
    capacity = capacity > servers->most ? servers->most : capacity;
    return capacity < servers->least ? servers->least : capacity;
}

static int64_t group_capacity(const void *self)
{
    return ((const struct servers *)self)->wanted;
}

static int64_t group_in_service(const void *self)
{
    return ((const struct servers *)self)->metrics.units_in_service.level;
}

/* Those that were there at first are not new. */
static int64_t group_since_ns(const void *self)
{
    const struct servers *servers = self;
    return servers->metrics.pending.level > 0 ? TIME_FOREVER : servers->booted_ns;
}

static int64_t group_warmup_ns(const void *self)
{
    return ((const struct servers *)self)->warmup_ns;
}

static int64_t group_cooldown_ns(const void *self)
{
    return ((const struct servers *)self)->cooldown_ns;
}

static void group_set_capacity(struct simulation *simulation, void *self, int64_t capacity)
{
    servers_want(simulation, self, clip(self, capacity));
}

static const struct scalable group_scalable[] = {
    {.dimension = "autoscaling:autoScalingGroup:DesiredCapacity",
     .capacity = group_capacity,
     .allocated = group_in_service,
     .since_ns = group_since_ns,
     .warmup_ns = group_warmup_ns,
     .cooldown_ns = group_cooldown_ns,
     .set_capacity = group_set_capacity},
    {0},
};

void auto_scaling_group_resize(struct simulation *simulation, struct servers *servers, int64_t least, int64_t most, int64_t desired)
{
    struct servers_metrics *metrics = &servers->metrics;
    servers->least = least >= 0 ? least : servers->least;
    servers->most = most >= 0 ? most : servers->most;
    servers->most = servers->most > servers->largest ? servers->largest : servers->most;
    if (servers->least > servers->most) /* who sets one beyond the other moves that along */
        *(least >= 0 ? &servers->most : &servers->least) =
            least >= 0 && servers->least <= servers->largest ? servers->least : servers->most;
    servers->least = servers->least > servers->most ? servers->most : servers->least;
    gauge_add(&metrics->least, simulation->now_ns, servers->least - metrics->least.level);
    gauge_add(&metrics->most, simulation->now_ns, servers->most - metrics->most.level);
    servers_want(simulation, servers, clip(servers, desired >= 0 ? desired : servers->wanted));
}

/* `changes` set a size while it runs. */
static void group_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct servers *servers = self;
    bool is_desired = offset == AT(desired);
    auto_scaling_group_resize(simulation, servers, -1, -1, is_desired ? servers->desired : -1);
}

static enum status group_create(struct simulation *simulation, void *self)
{
    struct servers *servers = self;
    lifecycle_hooks_gather(simulation, servers);
    stream_init(&servers->hook_times, simulation->settings->seed, simulation->replication, simulation->entities[servers->self].name,
                "hook");
    return servers_create(simulation, self);
}

const struct model_type auto_scaling_group_type = {
    .type = GROUP_TYPE,
    .service = "Amazon Elastic Compute Cloud",
    .help =
        "As many instances as are wanted, between a minimum and a maximum: each is in service once it has booted, and those that are gone "
        "are replaced. Without a target group requests go to the instances in turn. What there is at first is in service.",
    .size = sizeof(struct servers),
    .self_offset = AT(self),
    .properties = group_properties,
    .behavior = group_behavior,
    .metrics = group_metrics,
    .line_items = server_instance_items,
    .inner = &server_kind_parts,
    .validate = group_validate,
    .changed = group_changed,
    .create = group_create,
    .destroy = servers_destroy,
    .hosts = &servers_hosts,
    .scalable = group_scalable,
    .quantities = instance_quantities,
    SERVERS_FUNCTIONS,
};
