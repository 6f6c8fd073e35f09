/* scaling_policy.c: AWS::ApplicationAutoScaling::ScalingPolicy: tracks a metric by two alarms of its own, or takes steps when an alarm
 * calls it. Source: Application Auto Scaling User Guide, "How target tracking scaling works" and "How step scaling works"; rules aas_*. */
#include "alarm_state.h"
#include "scaling.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum policy_event { POLICY_HIGH = TARGET_EVENTS, POLICY_HIGH_KNOWN, POLICY_LOW, POLICY_LOW_KNOWN };

static const char *const policy_types[] = {"StepScaling", "TargetTrackingScaling", NULL};
const char *const policy_adjustment_types[] = {"ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity", NULL};
const char *const policy_aggregations[] = {"Average", "Minimum", "Maximum", NULL};

/* What scales by itself: its metric, how its alarms are made, its cooldown. */
struct predefined {
    const char *name; /* PredefinedMetricType; NULL: any other of the dimension */
    const char *dimension;
    const char *name_space, *metric;
    const char *high_points, *low_points, *low_factor, *low_step, *cooldown; /* rules */
    const char *target_min, *target_max;                                     /* the same; NULL: any target */
};

#define LAMBDA_RULES "aas_high_points", "aas_low_points", "aas_low_factor", NULL, "aas_cooldown_s", "aas_target_min", "aas_target_max"
#define DYNAMODB_RULES                                                                                                                     \
    "aas_dynamodb_high_points", "aas_dynamodb_low_points", NULL, "aas_dynamodb_low_step", "aas_cooldown_s", "ddb_autoscaling_target_min",  \
        "ddb_autoscaling_target_max"
#define OTHER_RULES "aas_high_points", "aas_low_points", "aas_low_factor", NULL, "aas_other_cooldown_s", NULL, NULL

#define GROUP_DIMENSION "autoscaling:autoScalingGroup:DesiredCapacity"
#define GROUP_RULES "aas_high_points", "asg_low_points", "asg_low_factor", NULL, "aas_other_cooldown_s", NULL, NULL

static const struct predefined predefined[] = {
    {"LambdaProvisionedConcurrencyUtilization", "lambda:function:ProvisionedConcurrency", "AWS/Lambda", "ProvisionedConcurrencyUtilization",
     LAMBDA_RULES},
    {"DynamoDBReadCapacityUtilization", "dynamodb:table:ReadCapacityUnits", "slsim", "ReadCapacityUtilization", DYNAMODB_RULES},
    {"DynamoDBWriteCapacityUtilization", "dynamodb:table:WriteCapacityUnits", "slsim", "WriteCapacityUtilization", DYNAMODB_RULES},
    {"ASGAverageCPUUtilization", GROUP_DIMENSION, "AWS/EC2", "CPUUtilization", GROUP_RULES},
    {"ALBRequestCountPerTarget", GROUP_DIMENSION, "AWS/ApplicationELB", "RequestCountPerTarget", GROUP_RULES},
    {"ALBRequestCountPerTarget", "ecs:service:DesiredCount", "AWS/ApplicationELB", "RequestCountPerTarget", OTHER_RULES},
    {"ECSServiceAverageCPUUtilization", "ecs:service:DesiredCount", "AWS/ECS", "CPUUtilization", OTHER_RULES},
    {NULL, NULL, NULL, NULL, OTHER_RULES},
};

/* The row of a dimension's predefined metric, or of the dimension; the last one where there is none. */
static const struct predefined *find_predefined(const char *name, const char *dimension)
{
    const struct predefined *row = predefined;
    while (row->name && ((name && strcmp(row->name, name) != 0) || !dimension || strcmp(row->dimension, dimension) != 0))
        row++;
    return row;
}

#define STEP(field) offsetof(struct step_adjustment, field)

const struct property policy_adjustment_properties[] = {
    {"MetricIntervalLowerBound", PROPERTY_NUMBER, STEP(lower), .given = PROPERTY_GIVEN(struct step_adjustment, lower_given),
     .help = "By how much the metric lies above the alarm's threshold, at least; left out: any."},
    {"MetricIntervalUpperBound", PROPERTY_NUMBER, STEP(upper), .given = PROPERTY_GIVEN(struct step_adjustment, upper_given),
     .help = "The same, at most."},
    {"ScalingAdjustment", PROPERTY_INTEGER, STEP(adjustment), .required = true, .help = "By how much, or to what."},
    {0},
};

#define AT(field) offsetof(struct scaling_policy, field)

static const struct property step_properties[] = {
    {"AdjustmentType", PROPERTY_ENUM, AT(adjustment_type), .choices = policy_adjustment_types, .required = true,
     .help = "What adjustments are of."},
    {"StepAdjustments", PROPERTY_LIST, AT(steps), .properties = policy_adjustment_properties, .size = sizeof(struct step_adjustment),
     .minimum = "1", .maximum = "aas_step_adjustments_max", .required = true, .help = "What is done for how large a breach."},
    {"Cooldown", PROPERTY_TIME, AT(cooldown_ns), .unit = "s", .fallback = "aas_step_cooldown_s",
     .help = "After a change, only a larger one out is made."},
    {"MinAdjustmentMagnitude", PROPERTY_INTEGER, AT(least_magnitude), .minimum = "0", .help = "The least change by percent."},
    {"MetricAggregationType", PROPERTY_ENUM, AT(aggregation), .choices = policy_aggregations, .fallback = "\"Average\"",
     .help = "Without effect: the alarm's last point is taken."},
    {0},
};

const struct property policy_predefined_properties[] = {
    {"PredefinedMetricType", PROPERTY_STRING, AT(predefined), .required = true, .help = "LambdaProvisionedConcurrencyUtilization, ..."},
    {"ResourceLabel", PROPERTY_STRING, AT(label),
     .help = "Of ALBRequestCountPerTarget: a text that names the target group, as "
             "\"${Balancer.LoadBalancerFullName}/${Targets.TargetGroupFullName}\" of Fn::Sub does."},
    {0},
};

const struct property policy_custom_properties[] = {
    METRIC_CHOICE_ROWS(AT(choice)),
    ACCEPTED("Unit"),
    {0},
};

static const struct property tracking_properties[] = {
    {"TargetValue", PROPERTY_NUMBER, AT(target_value), .required = true,
     .help = "Where the metric is kept: 0.7 of provisioned concurrency."},
    {"PredefinedMetricSpecification", PROPERTY_OBJECT, 0, .properties = policy_predefined_properties,
     .given = PROPERTY_GIVEN(struct scaling_policy, predefined_given), .help = "A metric that comes with the service: its average."},
    {"CustomizedMetricSpecification", PROPERTY_OBJECT, 0, .properties = policy_custom_properties,
     .given = PROPERTY_GIVEN(struct scaling_policy, custom_given), .help = "Any metric that falls as capacity grows: Maximum for bursts."},
    {"ScaleOutCooldown", PROPERTY_TIME, AT(out_cooldown_ns), .unit = "s",
     .given = PROPERTY_GIVEN(struct scaling_policy, out_cooldown_given),
     .help = "After a change out, only a larger one is made. Left out: the service's own."},
    {"ScaleInCooldown", PROPERTY_TIME, AT(in_cooldown_ns), .unit = "s", .given = PROPERTY_GIVEN(struct scaling_policy, in_cooldown_given),
     .help = "After a change in, none is made. Left out: the service's own."},
    {"DisableScaleIn", PROPERTY_BOOLEAN, AT(no_scale_in), .help = "It only scales out."},
    {0},
};

static const struct property policy_properties[] = {
    {"PolicyType", PROPERTY_ENUM, AT(type), .choices = policy_types, .required = true, .help = "How it scales."},
    {"ScalingTargetId", PROPERTY_REFERENCE, AT(target_reference), .help = "The scalable target; or the three that follow."},
    {"ResourceId", PROPERTY_STRING, AT(resource_id), .help = "As of the scalable target."},
    {"ScalableDimension", PROPERTY_STRING, AT(dimension), .help = "As of the scalable target."},
    {"ServiceNamespace", PROPERTY_STRING, AT(service), .help = "As of the scalable target."},
    {"TargetTrackingScalingPolicyConfiguration", PROPERTY_OBJECT, 0, .properties = tracking_properties,
     .help = "Of TargetTrackingScaling: capacity follows a metric, proportionally."},
    {"StepScalingPolicyConfiguration", PROPERTY_OBJECT, 0, .properties = step_properties,
     .help = "Of StepScaling: an alarm calls it by its AlarmActions, again and again while it lasts."},
    ACCEPTED("PolicyName"),
    {0},
};

const struct metric_type policy_metrics[] = {
    {"slsim", "HighAlarm", "None", METRIC_GAUGE, AT(high_alarm), .help = "1 while the alarm that scales out is in ALARM."},
    {"slsim", "LowAlarm", "None", METRIC_GAUGE, AT(low_alarm), .help = "The same of the one that scales in."},
    {"slsim", "ScaleOuts", "Count", METRIC_COUNT, AT(outs), .help = "How often this policy raised the capacity."},
    {"slsim", "ScaleIns", "Count", METRIC_COUNT, AT(ins), .help = "How often it lowered it."},
    {0},
};

const struct line_item policy_line_items[] = {
    {"CW:AlarmMonitorUsage", "The two alarms of a tracking policy, by the month."},
    {0},
};

#define TRACKING "TargetTrackingScalingPolicyConfiguration"

/* Complains at KEY below `place`. */
__attribute__((format(printf, 5, 6))) static void complain(struct validation *validation, const char *place, const char *key,
                                                           const char *hint, const char *format, ...)
{
    char path[160], text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(path, sizeof path, "%.80s%.70s", place, key);
    validation_error(validation, path, hint, "%s", text);
}

static void check_target_value(struct validation *validation, const struct scaling_policy *policy, const struct predefined *row,
                               const char *place)
{
    const struct rule_book *rules = validation_rules(validation);
    double scale = row->low_step ? 100 : 1; /* in percent */
    double least = row->target_min ? scale * rule_number(rules, row->target_min) : 0;
    double most = row->target_min ? scale * rule_number(rules, row->target_max) : 0;
    if (!(policy->target_value > 0))
        complain(validation, place, ".TargetValue", NULL, "must be above 0");
    else if (policy->predefined_given && row->target_min && (policy->target_value < least || policy->target_value > most)) {
        char hint[100];
        snprintf(hint, sizeof hint, "rules %s and %s", row->target_min, row->target_max);
        complain(validation, place, ".TargetValue", hint, "must be between %g and %g, got %g", least, most, policy->target_value);
    }
}

/* The target group that a ResourceLabel names, the longest name in it; ENTITY_NONE: none. */
static uint32_t labelled_group(const struct validation *validation, const char *label)
{
    uint32_t found = ENTITY_NONE;
    for (uint32_t i = 0; label && i < validation_entity_count(validation); i++) {
        const char *name = validation_name(validation, i);
        if (validation_type(validation, i)->registrar && strstr(label, name) &&
            (found == ENTITY_NONE || strlen(name) > strlen(validation_name(validation, found))))
            found = i;
    }
    return found;
}

static void choose_metric(struct validation *validation, struct scaling_policy *policy, const struct predefined *row,
                          const struct scalable_target *target, const char *place)
{
    if (policy->predefined_given == policy->custom_given) {
        complain(validation, place, "", NULL, "needs a PredefinedMetricSpecification or a CustomizedMetricSpecification, and not both");
    } else if (policy->custom_given) {
        char inner[120];
        snprintf(inner, sizeof inner, "%.80s.CustomizedMetricSpecification.", place);
        metric_choice_resolve(validation, &policy->choice, inner);
        if (!policy->choice.statistic_given)
            complain(validation, place, ".CustomizedMetricSpecification", "add \"Statistic\": \"Average\"", "needs a Statistic");
    } else if (policy->predefined && (!row->name || strcmp(row->dimension, target->dimension) != 0)) {
        complain(validation, place, ".PredefinedMetricSpecification.PredefinedMetricType", NULL, "%s is no metric of %s here",
                 policy->predefined, target->dimension);
    } else {
        bool per_target = strcmp(row->name_space, "AWS/ApplicationELB") == 0; /* a target group's sum of a minute */
        uint32_t whose = per_target ? labelled_group(validation, policy->label) : target->scaled;
        policy->choice = (struct metric_choice){.name_space = row->name_space, .name = row->metric, .statistic = PROBE_AVERAGE};
        if (per_target)
            policy->choice.statistic = PROBE_SUM;
        if (whose == ENTITY_NONE)
            complain(validation, place, ".PredefinedMetricSpecification",
                     "write {\"Fn::Sub\": \"${Balancer.LoadBalancerFullName}/${Targets.TargetGroupFullName}\"}",
                     "ALBRequestCountPerTarget needs a ResourceLabel that names a target group");
        else
            policy->choice.resource = validation_name(validation, whose);
    }
}

void policy_check_tracking(struct validation *validation, struct scaling_policy *policy, const struct scalable_target *target,
                           const char *place)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct predefined *row = find_predefined(policy->predefined_given ? policy->predefined : NULL, target->dimension);
    int64_t cooldown_ns = rule_ns(rules, row->cooldown);
    check_target_value(validation, policy, row, place);
    choose_metric(validation, policy, row, target, place);
    policy->high_points = row->high_points;
    policy->low_points = row->low_points;
    policy->low_threshold = row->low_factor ? policy->target_value * rule_number(rules, row->low_factor)
                                            : policy->target_value - 100 * rule_number(rules, row->low_step);
    if (!policy->out_cooldown_given)
        policy->out_cooldown_ns = cooldown_ns;
    if (!policy->in_cooldown_given)
        policy->in_cooldown_ns = cooldown_ns;
}

void policy_check_steps(struct validation *validation, const struct scaling_policy *policy, const char *place)
{
    const struct step_adjustment *steps = policy->steps.items;
    for (size_t i = 0; i < policy->steps.count; i++) {
        char key[60];
        snprintf(key, sizeof key, "StepAdjustments[%zu]", i);
        if (!steps[i].lower_given && !steps[i].upper_given)
            complain(validation, place, key, NULL, "needs a bound");
        else if (steps[i].lower_given && steps[i].upper_given && steps[i].lower >= steps[i].upper)
            complain(validation, place, key, NULL, "the lower bound is not below the upper one");
        for (size_t k = 0; k < i; k++) {
            bool apart = (steps[k].upper_given && steps[i].lower_given && steps[k].upper <= steps[i].lower) ||
                         (steps[i].upper_given && steps[k].lower_given && steps[i].upper <= steps[k].lower);
            if (!apart)
                complain(validation, place, key, NULL, "overlaps with StepAdjustments[%zu]", k);
        }
        if (policy->adjustment_type == EXACT_CAPACITY && steps[i].adjustment < 0)
            complain(validation, place, key, NULL, "an exact capacity cannot be negative");
    }
}

static uint32_t find_target(struct validation *validation, const struct scaling_policy *policy)
{
    if (policy->target_reference != ENTITY_NONE) {
        if (model_is(validation_type(validation, policy->target_reference), SCALABLE_TARGET_TYPE))
            return policy->target_reference;
        validation_error(validation, "ScalingTargetId", NULL, "%s is no scalable target",
                         validation_name(validation, policy->target_reference));
        return ENTITY_NONE;
    }
    if (validation_written(validation, "ScalingTargetId"))
        return ENTITY_NONE; /* which has been complained of */
    if (!policy->resource_id || !policy->dimension) {
        validation_error(validation, NULL, "write \"ScalingTargetId\": {\"Ref\": ...}", "says not what it scales");
        return ENTITY_NONE;
    }
    uint32_t target = scaling_find_target(validation, policy->dimension, policy->resource_id);
    if (target == ENTITY_NONE)
        validation_error(validation, "ResourceId", "add an AWS::ApplicationAutoScaling::ScalableTarget",
                         "no scalable target is registered for %s", policy->resource_id);
    return target;
}

void policy_join(struct validation *validation, struct scalable_target *target, uint32_t self)
{
    uint32_t *end = &target->first_policy;
    while (*end != 0)
        end = &((struct scaling_policy *)validation_config(validation, *end - 1))->next;
    *end = self + 1;
}

static void policy_validate(struct validation *validation, void *config)
{
    struct scaling_policy *policy = config;
    bool tracks = validation_written(validation, TRACKING), steps = validation_written(validation, "StepScalingPolicyConfiguration");
    const char *wanted = policy->type == POLICY_TRACKING ? TRACKING : "StepScalingPolicyConfiguration";
    policy->target = ENTITY_NONE;
    if (!(policy->type == POLICY_TRACKING ? tracks : steps) || (tracks && steps)) {
        validation_error(validation, NULL, NULL, "a policy of this type needs %s, and nothing else of that kind", wanted);
        return;
    }
    uint32_t entity = find_target(validation, policy);
    if (entity == ENTITY_NONE)
        return;
    /* The target may stand behind its policy in the file, and is not resolved then. */
    struct scalable_target *target = validation_config(validation, entity);
    uint32_t named;
    if (!target->dimension || !target->resource_id)
        return;
    target->scaled = scaling_find_scaled(validation, target->dimension, target->resource_id, &named);
    if (policy->type == POLICY_STEP)
        policy_check_steps(validation, policy, "StepScalingPolicyConfiguration.");
    if (target->scaled == ENTITY_NONE)
        return; /* of which the target warns */
    if (policy->type == POLICY_TRACKING)
        policy_check_tracking(validation, policy, target, TRACKING);
    policy->target = entity;
    policy_join(validation, target, validation_self(validation));
}

static uint32_t points_of(const struct rule_book *rules, const char *rule)
{
    return (uint32_t)rule_count(rules, rule, 1, 1000);
}

static void start_watch(struct simulation *simulation, struct scaling_policy *policy, struct tracked *tracked, uint16_t event_kind)
{
    const struct rule_book *rules = simulation->settings->rules;
    bool high = tracked == &policy->high;
    int64_t asked_ns = rule_ns(rules, "aas_point_s"), point_ns = asked_ns > NS_PER_S ? asked_ns : NS_PER_S;
    uint32_t points = points_of(rules, high ? policy->high_points : policy->low_points);
    const struct watch_rule rule = {
        .statistic = (enum probe_statistic)policy->choice.statistic,
        .period_ns = point_ns,
        .points = points,
        .breaches = points,
        .range = points + (uint32_t)rule_count(rules, "alarm_extra_points", 0, 1000),
        .comparison = high ? WATCH_GREATER : WATCH_LESS,
        .threshold = high ? policy->target_value : policy->low_threshold,
        .missing = WATCH_MISSING,
        .every_ns = point_ns,
        .delay_ns = rule_ns(rules, "alarm_delay_s"),
    };
    simulation_fail(simulation, watch_start(&tracked->watch, &rule, simulation, policy->self, event_kind,
                                            policy->choice.resource ? policy->choice.resource : "", policy->choice.name_space,
                                            policy->choice.name ? policy->choice.name : ""));
    tracked->watch.level = target_capacity(simulation, target_at(simulation, policy->target));
}

void policy_start(struct simulation *simulation, void *self)
{
    struct scaling_policy *policy = self;
    if (policy->target == ENTITY_NONE || policy->type != POLICY_TRACKING)
        return;
    start_watch(simulation, policy, &policy->high, POLICY_HIGH);
    start_watch(simulation, policy, &policy->low, POLICY_LOW);
}

void policy_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct scaling_policy *policy = self;
    watch_fini(&policy->high.watch);
    watch_fini(&policy->low.watch);
}

static void note(struct simulation *simulation, struct scaling_policy *policy, struct tracked *tracked, const struct watch_finding *finding)
{
    struct gauge *gauge = tracked == &policy->high ? &policy->high_alarm : &policy->low_alarm;
    if (finding->verdict != WATCH_RETAIN)
        tracked->state = finding->verdict;
    tracked->value = finding->value;
    tracked->fresh = finding->fresh;
    tracked->base = finding->level;
    gauge_add(gauge, simulation->now_ns, (tracked->state == WATCH_ALARM) - gauge->level);
    target_consider(simulation, policy->target);
}

void policy_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct scaling_policy *policy = self;
    struct tracked *tracked = event->kind >= POLICY_LOW ? &policy->low : &policy->high;
    struct watch_finding finding;
    if (watch_handle(simulation, &tracked->watch, event, &finding))
        note(simulation, policy, tracked, &finding);
    else
        tracked->watch.level = target_capacity(simulation, target_at(simulation, policy->target));
}

/* An alarm calls it. */
void policy_noticed(struct simulation *simulation, void *self, uint32_t subject)
{
    struct scaling_policy *policy = self;
    const struct entity *alarm = &simulation->entities[subject];
    const struct observation seen = alarm->type->observable->observe(alarm->state);
    if (policy->target == ENTITY_NONE || policy->type == POLICY_TRACKING)
        return;
    policy->breach = isnan(seen.value) || isnan(seen.threshold) ? 0 : seen.value - seen.threshold;
    policy->step_pending = true;
    target_consider(simulation, policy->target);
}

void policy_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct scaling_policy *policy = self;
    if (policy->target != ENTITY_NONE && policy->type == POLICY_TRACKING)
        bill_add(bill, &policy_line_items[0], 2 * alarm_months(simulation, &policy->high_alarm));
}

const struct model_type scaling_policy_type = {
    .type = "AWS::ApplicationAutoScaling::ScalingPolicy",
    .service = "AmazonCloudWatch",
    .help = "Keeps a metric near a target by the capacity of a scalable target, or takes steps when an alarm calls it.",
    .size = sizeof(struct scaling_policy),
    .self_offset = offsetof(struct scaling_policy, self),
    .properties = policy_properties,
    .metrics = policy_metrics,
    .line_items = policy_line_items,
    .validate = policy_validate,
    .start = policy_start,
    .destroy = policy_destroy,
    .handle = policy_handle,
    .noticed = policy_noticed,
    .quantities = policy_quantities,
};
