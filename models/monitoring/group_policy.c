/* group_policy.c: AWS::AutoScaling::ScalingPolicy: moves the size of an Auto Scaling group, as other policies move other capacities
 * (scaling_policy.c), but that new instances warm up instead of a cooldown after them.
 * Source: Amazon EC2 Auto Scaling User Guide, "Target tracking scaling policies", "Step and simple scaling policies", "Set the default
 * instance warmup", "Scaling cooldowns"; rules asg_*. Assumption: what instances do while they warm up is in the group's figures. */
#include "scaling.h"

#include "engine/rule_book.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct group_policy, field)
#define GIVEN(field) PROPERTY_GIVEN(struct group_policy, field)
#define DIMENSION "autoscaling:autoScalingGroup:DesiredCapacity"

static const char *const policy_types[] = {"StepScaling", "TargetTrackingScaling", "SimpleScaling", NULL};
_Static_assert(POLICY_STEP == 0 && POLICY_TRACKING == 1 && POLICY_SIMPLE == 2, "as the names stand");

static const struct property tracking_properties[] = {
    {"TargetValue", PROPERTY_NUMBER, AT(policy.target_value), .required = true,
     .help = "Where the metric is kept: 50 percent, 1000 requests a minute for each target."},
    {"PredefinedMetricSpecification", PROPERTY_OBJECT, 0, .properties = policy_predefined_properties,
     .given = GIVEN(policy.predefined_given), .help = "ASGAverageCPUUtilization or ALBRequestCountPerTarget."},
    {"CustomizedMetricSpecification", PROPERTY_OBJECT, 0, .properties = policy_custom_properties, .given = GIVEN(policy.custom_given),
     .help = "Any metric that falls as instances are added."},
    {"DisableScaleIn", PROPERTY_BOOLEAN, AT(policy.no_scale_in), .help = "It only scales out."},
    {0},
};

static const struct property group_policy_properties[] = {
    {"AutoScalingGroupName", PROPERTY_REFERENCE, AT(group), .required = true, .help = "The group."},
    {"PolicyType", PROPERTY_ENUM, AT(policy.type), .choices = policy_types, .fallback = "\"SimpleScaling\"", .help = "How it scales."},
    {"TargetTrackingConfiguration", PROPERTY_OBJECT, 0, .properties = tracking_properties,
     .help = "Of TargetTrackingScaling: the size follows a metric, proportionally."},
    {"EstimatedInstanceWarmup", PROPERTY_TIME, AT(warmup_ns), .unit = "s", .given = GIVEN(warmup_given),
     .help = "After new instances came into service, nothing is scaled in, and they count when more are wanted. Left out: the group's."},
    {"AdjustmentType", PROPERTY_ENUM, AT(policy.adjustment_type), .choices = policy_adjustment_types, .help = "What adjustments are of."},
    {"ScalingAdjustment", PROPERTY_INTEGER, AT(adjustment), .given = GIVEN(adjustment_given),
     .help = "Of SimpleScaling, when an alarm calls it: by how much, or to what."},
    {"Cooldown", PROPERTY_TIME, AT(policy.cooldown_ns), .unit = "s", .given = GIVEN(policy.cooldown_given),
     .help = "Of SimpleScaling: after a change, none is made. Left out: the group's."},
    {"StepAdjustments", PROPERTY_LIST, AT(policy.steps), .properties = policy_adjustment_properties, .size = sizeof(struct step_adjustment),
     .minimum = "1", .maximum = "aas_step_adjustments_max", .help = "Of StepScaling: what is done for how large a breach."},
    {"MinAdjustmentMagnitude", PROPERTY_INTEGER, AT(policy.least_magnitude), .minimum = "0", .help = "The least change by percent."},
    {"MetricAggregationType", PROPERTY_ENUM, AT(policy.aggregation), .choices = policy_aggregations, .fallback = "\"Average\"",
     .help = "Without effect: the alarm's last point is taken."},
    PROPERTY_LATER_ROW("PredictiveScalingConfiguration", "predictive scaling"),
    {0},
};

/* The first policy of the group has the target of all. */
static struct group_policy *first_of(const struct validation *validation, uint32_t group)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        struct group_policy *policy = validation_type(validation, i) == &group_policy_type ? validation_config(validation, i) : NULL;
        if (policy && policy->group == group)
            return policy;
    }
    return NULL;
}

/* Every key belongs to one type of policy. */
static bool check_keys(struct validation *validation, const struct group_policy *policy)
{
    static const char *const wanted[] = {"StepAdjustments", "TargetTrackingConfiguration", "ScalingAdjustment"};
    for (int i = 0; i < 3; i++) {
        bool written = validation_written(validation, wanted[i]);
        if (written && i != policy->policy.type)
            validation_error(validation, wanted[i], "is PolicyType what was meant?", "is not for a policy of type %s",
                             policy_types[policy->policy.type]);
        else if (!written && i == policy->policy.type)
            validation_error(validation, NULL, NULL, "a policy of type %s needs %s", policy_types[policy->policy.type], wanted[i]);
    }
    if (policy->policy.type != POLICY_TRACKING && !validation_written(validation, "AdjustmentType"))
        validation_error(validation, NULL, "write \"AdjustmentType\": \"ChangeInCapacity\"", "says not what its adjustments are of");
    return validation_written(validation, wanted[policy->policy.type]);
}

/* A simple policy is one step, whatever the breach. */
static void make_step(struct validation *validation, struct group_policy *policy)
{
    struct step_adjustment *step = validation_alloc(validation, 1, sizeof *step);
    if (!step)
        return;
    step->adjustment = policy->adjustment;
    policy->policy.steps = (struct property_list){.items = step, .count = 1};
}

static void group_policy_validate(struct validation *validation, void *config)
{
    struct group_policy *own = config;
    struct scaling_policy *policy = &own->policy;
    uint32_t self = validation_self(validation);
    policy->target = own->target.scaled = ENTITY_NONE;
    if (own->group == ENTITY_NONE)
        return;
    const struct scalable *role = scalable_of(validation_type(validation, own->group)->scalable, DIMENSION);
    if (!role) {
        validation_error(validation, "AutoScalingGroupName", "name an AWS::AutoScaling::AutoScalingGroup", "%s is no Auto Scaling group",
                         validation_name(validation, own->group));
        return;
    }
    if (!check_keys(validation, own))
        return;
    struct group_policy *first = first_of(validation, own->group);
    struct scalable_target *target = &first->target;
    target->self = first->policy.self = first == own ? self : first->policy.self;
    target->dimension = DIMENSION;
    target->scaled = own->group;
    target->most = INT64_MAX; /* the group sees to its bounds */
    if (policy->type == POLICY_TRACKING)
        policy_check_tracking(validation, policy, target, "TargetTrackingConfiguration");
    else if (policy->type == POLICY_STEP)
        policy_check_steps(validation, policy, "");
    else
        make_step(validation, own);
    for (uint32_t i = 0; i < validation_entity_count(validation) && policy->target == ENTITY_NONE; i++)
        if (validation_config(validation, i) == first)
            policy->target = i;
    policy_join(validation, target, self);
}

/* Times that the group says for its policies. */
static enum status group_policy_create(struct simulation *simulation, void *self)
{
    struct group_policy *own = self;
    if (own->policy.target == ENTITY_NONE)
        return STATUS_OK;
    const void *group = entity_state(simulation, own->group);
    const struct scalable *role = scalable_of(simulation->entities[own->group].type->scalable, DIMENSION);
    own->policy.out_cooldown_ns = own->warmup_given ? own->warmup_ns : role->warmup_ns(group);
    own->policy.in_cooldown_ns = 0;
    if (own->policy.type == POLICY_STEP)
        own->policy.cooldown_ns = 0;
    else if (!own->policy.cooldown_given)
        own->policy.cooldown_ns = role->cooldown_ns(group);
    own->target.self = own->policy.self;
    return own->target.scaled == ENTITY_NONE ? STATUS_OK : target_create(simulation, &own->target);
}

static void group_policy_destroy(struct simulation *simulation, void *self)
{
    policy_destroy(simulation, self);
    target_destroy(simulation, &((struct group_policy *)self)->target);
}

static void group_policy_handle(struct simulation *simulation, void *self, const struct event *event)
{
    if (event->kind < TARGET_EVENTS)
        target_handle(simulation, &((struct group_policy *)self)->target, event);
    else
        policy_handle(simulation, self, event);
}

const struct model_type group_policy_type = {
    .type = "AWS::AutoScaling::ScalingPolicy",
    .service = "AmazonCloudWatch",
    .help = "Moves the size of an Auto Scaling group: keeps a metric near a target, or takes steps when an alarm calls it.",
    .size = sizeof(struct group_policy),
    .self_offset = AT(policy.self),
    .properties = group_policy_properties,
    .metrics = policy_metrics,
    .line_items = policy_line_items,
    .validate = group_policy_validate,
    .create = group_policy_create,
    .start = policy_start,
    .destroy = group_policy_destroy,
    .handle = group_policy_handle,
    .noticed = policy_noticed,
    .quantities = policy_quantities,
};
