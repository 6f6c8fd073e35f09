/* capacity_provider.c: AWS::ECS::CapacityProvider of an Auto Scaling group: with managed scaling the group follows what tasks need.
 * Sources: Amazon ECS Developer Guide, "Automatically manage Amazon ECS capacity with cluster auto scaling"; AWS blog, "Deep Dive on Amazon
 * ECS Cluster Auto Scaling": M instances are needed and N are there; CapacityProviderReservation is 100 M / N, 100 where both are 0 and 200
 * where none is there but some are needed; with tasks that find no room M is N and what the largest of the tasks' groups takes more, else
 * those with any task on them. Rules ecs_scaling_*. Assumptions: from none the least step is taken; a group in service counts, one that
 * boots does not. */
#include "auto_scaling_group.h"
#include "ecs_cluster.h"
#include "placement.h"
#include "server_state.h"

#include "engine/rule_book.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#define AT(field) offsetof(struct capacity_provider, field)

static const char *const statuses[] = {"DISABLED", "ENABLED", NULL};
enum { DISABLED, ENABLED };

static const struct property scaling_properties[] = {
    {"Status", PROPERTY_ENUM, AT(scaling_status), .choices = statuses, .fallback = "\"DISABLED\"",
     .help = "ENABLED: the group's size follows what its tasks need."},
    {"TargetCapacity", PROPERTY_INTEGER, AT(target), .minimum = "1", .maximum = "100", .fallback = "100",
     .help = "Percent of the instances that tasks are to need: below 100 some are in reserve."},
    {"MinimumScalingStepSize", PROPERTY_INTEGER, AT(step_least), .minimum = "1", .maximum = "ecs_scaling_step_max", .fallback = "1",
     .help = "Instances launched at a time, at least."},
    {"MaximumScalingStepSize", PROPERTY_INTEGER, AT(step_most), .minimum = "1", .maximum = "ecs_scaling_step_max",
     .fallback = "ecs_scaling_step_max", .help = "And at most."},
    {"InstanceWarmupPeriod", PROPERTY_TIME, AT(warmup_ns), .unit = "s", .fallback = "ecs_scaling_warmup_s",
     .help = "After instances came into service, for how long none goes."},
    {0},
};

static const struct property group_provider_properties[] = {
    {"AutoScalingGroupArn", PROPERTY_REFERENCE, AT(group), .required = true, .help = "The group whose instances tasks are placed on."},
    {"ManagedScaling", PROPERTY_OBJECT, 0, .properties = scaling_properties, .help = "How the group follows its tasks."},
    {"ManagedTerminationProtection", PROPERTY_ENUM, AT(protection), .choices = statuses, .fallback = "\"DISABLED\"",
     .help = "ENABLED: an instance with tasks on it does not go as the group shrinks; it takes managed scaling."},
    ACCEPTED("ManagedDraining"),
    {0},
};

static const struct property provider_properties[] = {
    {"AutoScalingGroupProvider", PROPERTY_OBJECT, 0, .properties = group_provider_properties, .required = true, .help = "The group."},
    PROPERTY_LATER_ROW("ManagedInstancesProvider", "managed instances"),
    ACCEPTED("ClusterName"),
    ACCEPTED("Name"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type provider_metrics[] = {
    {"AWS/ECS/ManagedScaling", "CapacityProviderReservation", "Percent", METRIC_GAUGE, AT(reservation),
     .help = "Instances that tasks need, of those that are there; each minute."},
    {"slsim", "ScaleOuts", "Count", METRIC_COUNT, AT(outs), .help = "Changes to more instances."},
    {"slsim", "ScaleIns", "Count", METRIC_COUNT, AT(ins), .help = "Changes to fewer."},
    {0},
};

static void provider_validate(struct validation *validation, void *config)
{
    struct capacity_provider *provider = config;
    if (provider->group == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, provider->group), GROUP_TYPE)) {
        validation_error(validation, "AutoScalingGroupProvider.AutoScalingGroupArn", "name an AWS::AutoScaling::AutoScalingGroup",
                         "%s is no Auto Scaling group", validation_name(validation, provider->group));
        provider->group = ENTITY_NONE;
        return;
    }
    if (provider->protection == ENABLED && provider->scaling_status == DISABLED)
        validation_error(validation, "AutoScalingGroupProvider.ManagedTerminationProtection", "enable ManagedScaling.Status",
                         "takes managed scaling, which is not on");
    if (provider->step_least > provider->step_most)
        validation_error(validation, "AutoScalingGroupProvider.ManagedScaling.MinimumScalingStepSize", NULL,
                         "is above MaximumScalingStepSize, which is %lld", (long long)provider->step_most);
    struct servers *group = validation_config(validation, provider->group);
    group->protects_guests = group->protects_guests || provider->protection == ENABLED;
}

/* More instances that a service's tasks take which find no room. */
static int64_t wanted_by(const struct servers *service, const struct servers *group)
{
    int64_t tasks = service->wanted - service->here, fit = placement_fit(service, &group->size, group);
    return tasks > 0 && fit > 0 ? (tasks + fit - 1) / fit : 0;
}

/* M */
static int64_t needed(const struct simulation *simulation, const struct capacity_provider *provider, const struct servers *group)
{
    const struct ecs_cluster *cluster = entity_state(simulation, group->cluster);
    int64_t there = group->running_count, most = 0, used = 0;
    for (uint32_t next = cluster->first_service; next; next = ((struct servers *)entity_state(simulation, next - 1))->next_in_cluster) {
        const struct servers *service = entity_state(simulation, next - 1);
        int64_t more = service->provider_group == provider->group ? wanted_by(service, group) : 0;
        most = more > most ? more : most;
    }
    for (uint32_t i = 0; i < group->running_count; i++)
        used += group->list[group->running[i]].guests > 0;
    return most > 0 ? there + most : used;
}

static int64_t within(int64_t step, const struct capacity_provider *provider)
{
    step = step < provider->step_least ? provider->step_least : step;
    return step > provider->step_most ? provider->step_most : step;
}

static void decide(struct simulation *simulation, struct capacity_provider *provider, struct servers *group, int64_t need, int64_t percent)
{
    int64_t sought = (need * 100 + provider->target - 1) / provider->target;
    bool warm = group->metrics.pending.level == 0 && simulation->now_ns >= time_add(group->booted_ns, provider->warmup_ns);
    provider->calm = percent < provider->target ? provider->calm + 1 : 0;
    if (percent > provider->target && sought > group->wanted) {
        int64_t step = group->running_count == 0 ? provider->step_least : within(sought - group->wanted, provider);
        if (group->running_count == 0 && group->metrics.pending.level > 0)
            return; /* the first ones are on their way */
        int64_t before = group->wanted;
        auto_scaling_group_resize(simulation, group, -1, -1, before + step);
        counter_add(&provider->outs, group->wanted > before);
    } else if (provider->calm >= (int64_t)rule_number(simulation->settings->rules, "ecs_scaling_low_points") && sought < group->wanted &&
               warm) {
        int64_t before = group->wanted, step = group->wanted - sought;
        step = step > provider->step_most ? provider->step_most : step;
        auto_scaling_group_resize(simulation, group, -1, -1, group->wanted - step);
        counter_add(&provider->ins, group->wanted < before);
    }
}

static void look_again(struct simulation *simulation, const struct capacity_provider *provider)
{
    int64_t next_ns = time_add(simulation->now_ns, NS_PER_S * 60);
    if (next_ns < simulation->settings->duration_ns)
        simulation_schedule(simulation, provider->self, 0, RANK_EXPIRY, next_ns, 0); /* once what came is placed */
}

static void provider_start(struct simulation *simulation, void *self)
{
    const struct capacity_provider *provider = self;
    if (provider->scaling_status == ENABLED && provider->group != ENTITY_NONE &&
        ((struct servers *)entity_state(simulation, provider->group))->cluster != ENTITY_NONE)
        look_again(simulation, provider);
}

static void provider_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)event;
    struct capacity_provider *provider = self;
    struct servers *group = entity_state(simulation, provider->group);
    int64_t need = needed(simulation, provider, group), there = group->running_count;
    int64_t percent = there > 0 ? (need * 100 + there / 2) / there : need > 0 ? 200 : 100;
    gauge_add(&provider->reservation, simulation->now_ns, percent - provider->reservation.level);
    decide(simulation, provider, group, need, percent);
    look_again(simulation, provider);
}

const struct model_type capacity_provider_type = {
    .type = PROVIDER_TYPE,
    .help = "A group of instances for a cluster's tasks; with managed scaling as many as they need.",
    .size = sizeof(struct capacity_provider),
    .self_offset = AT(self),
    .properties = provider_properties,
    .metrics = provider_metrics,
    .validate = provider_validate,
    .start = provider_start,
    .handle = provider_handle,
};
