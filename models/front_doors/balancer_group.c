/* balancer_group.c: AWS::ElasticLoadBalancingV2::TargetGroup: a function, or servers, behind a load balancer.
 * Sources: User Guide for Application Load Balancers, "Lambda functions as targets", "Health checks for your target groups", "Quotas";
 * CloudFormation's AWS::ElasticLoadBalancingV2::TargetGroup; rules alb_*. */
#include "balancer_state.h"

#include "engine/rule_book.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct target_group, field)
#define GIVEN(field) PROPERTY_GIVEN(struct target_group, field)

static const char *const kinds[] = {"instance", "ip", "lambda", NULL};

static const struct property target_properties[] = {
    {"Id", PROPERTY_REFERENCE, offsetof(struct group_target, entity), .required = true,
     .help = "Of a group of type lambda the function, or one of its aliases; else whatever can be called, such as a Custom::External."},
    {"Port", PROPERTY_INTEGER, offsetof(struct group_target, port), .minimum = "1", .maximum = "65535", .help = "Without effect."},
    ACCEPTED("AvailabilityZone"),
    ACCEPTED("QuicServerId"),
    {0},
};

static const struct property group_properties[] = {
    {"TargetType", PROPERTY_ENUM, AT(kind), .choices = kinds, .fallback = "\"instance\"", .help = "What the targets are."},
    {"Targets", PROPERTY_LIST, AT(targets), .properties = target_properties, .size = sizeof(struct group_target), .minimum = "0",
     .maximum = "alb_targets_max", .help = "Whom it hands requests to; of type lambda one function. None: every request is answered 503."},
    {"HealthCheckEnabled", PROPERTY_BOOLEAN, AT(checks), .given = GIVEN(checks_given),
     .help = "Left out: off of a function, on of servers, where it cannot be switched off. Each check of a function is an invocation."},
    {"HealthCheckIntervalSeconds", PROPERTY_TIME, AT(interval_ns), .unit = "s", .minimum = "alb_health_check_interval_min_s",
     .maximum = "alb_health_check_interval_max_s", .given = GIVEN(interval_given),
     .help = "Between two checks of a target by one node. Left out: rule alb_health_check_interval_s of a function, "
             "alb_server_check_interval_s of servers."},
    {"HealthCheckTimeoutSeconds", PROPERTY_TIME, AT(timeout_ns), .unit = "s", .minimum = "alb_health_check_timeout_min_s",
     .maximum = "alb_health_check_timeout_max_s", .given = GIVEN(timeout_given),
     .help = "A check that takes longer has failed. Left out: rule alb_health_check_timeout_s of a function, alb_server_check_timeout_s of "
             "servers."},
    {"HealthyThresholdCount", PROPERTY_INTEGER, AT(healthy_threshold), .minimum = "alb_threshold_min", .maximum = "alb_threshold_max",
     .fallback = "alb_healthy_threshold", .help = "So many good checks in a row put a target back in service."},
    {"UnhealthyThresholdCount", PROPERTY_INTEGER, AT(unhealthy_threshold), .minimum = "alb_threshold_min", .maximum = "alb_threshold_max",
     .fallback = "alb_unhealthy_threshold", .help = "So many bad ones take it out of service."},
    {"TargetGroupAttributes", PROPERTY_LIST, AT(attributes), .properties = balancer_attribute_properties,
     .size = sizeof(struct balancer_attribute), .minimum = "0", .maximum = "50",
     .help =
         "lambda.multi_value_headers.enabled: names that come more than once reach the function as lists, instead of each one's last "
         "value. load_balancing.algorithm.type: round_robin or least_outstanding_requests. deregistration_delay.timeout_seconds: how long "
         "requests of a server that was deregistered may still take."},
    ACCEPTED("HealthCheckPath"),
    ACCEPTED("HealthCheckPort"),
    ACCEPTED("HealthCheckProtocol"),
    ACCEPTED("IpAddressType"),
    ACCEPTED("Matcher"),
    ACCEPTED("Name"),
    ACCEPTED("Port"),
    ACCEPTED("Protocol"),
    ACCEPTED("ProtocolVersion"),
    ACCEPTED("Tags"),
    PROPERTY_LATER_ROW("TargetControlPort", "the target optimizer"),
    ACCEPTED("VpcId"),
    {0},
};

static const struct property group_behavior[] = {
    {"malformed_rate", PROPERTY_PROBABILITY, AT(malformed_rate), .fallback = "0", .live = true,
     .help = "Probability that what a function answers is no valid response: no JSON, or without a status. It ran, and is billed; the "
             "client gets 502."},
    {0},
};

static const char *const known_attributes[] = {"deregistration_delay.timeout_seconds",
                                               "lambda.multi_value_headers.enabled",
                                               "load_balancing.algorithm.anomaly_mitigation",
                                               "load_balancing.algorithm.type",
                                               "load_balancing.cross_zone.enabled",
                                               "slow_start.duration_seconds",
                                               "stickiness.app_cookie.cookie_name",
                                               "stickiness.app_cookie.duration_seconds",
                                               "stickiness.enabled",
                                               "stickiness.lb_cookie.duration_seconds",
                                               "stickiness.type",
                                               "target_group_health.dns_failover.minimum_healthy_targets.count",
                                               "target_group_health.dns_failover.minimum_healthy_targets.percentage",
                                               "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
                                               "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
                                               NULL};

static void check_targets(struct validation *validation, struct target_group *group)
{
    struct group_target *targets = group->targets.items;
    double most = rule_number(validation_rules(validation), "alb_function_targets_max");
    for (size_t i = 0; i < group->targets.count; i++) {
        char place[48];
        if (targets[i].entity == ENTITY_NONE)
            continue;
        targets[i].entity = validation_callee(validation, "Id", targets[i].entity);
        const struct model_type *type = validation_type(validation, targets[i].entity);
        bool is_function = model_takes(type, "Invoke");
        snprintf(place, sizeof place, "Targets[%zu].Id", i);
        if (group->kind == TARGET_LAMBDA ? !is_function : is_function)
            validation_error(validation, place,
                             is_function ? "set TargetType to lambda" : "name a function, or set TargetType to instance or ip",
                             "%s is %s function", validation_name(validation, targets[i].entity), is_function ? "a" : "no");
        else if (type == &load_balancer_type || type == &listener_type)
            validation_error(validation, place, "forward to its target groups", "a load balancer is no target of another");
        else if (!model_is_callable(type))
            validation_error(validation, place, "such as a Custom::External", "%s cannot be called",
                             validation_name(validation, targets[i].entity));
    }
    if (group->kind == TARGET_LAMBDA && (double)group->targets.count > most)
        validation_error(validation, "Targets", "a target group for each function, and a rule or a weight for each group",
                         "a target group has one function, got %zu", group->targets.count);
}

static void check_health(struct validation *validation, struct target_group *group)
{
    const struct rule_book *rules = validation_rules(validation);
    bool is_function = group->kind == TARGET_LAMBDA;
    if (!group->checks_given)
        group->checks = !is_function || rule_flag(rules, "alb_health_check_default");
    else if (!group->checks && !is_function)
        validation_error(validation, "HealthCheckEnabled", "leave it out", "health checks of servers cannot be switched off");
    if (!group->interval_given)
        group->interval_ns = rule_pause_ns(rules, is_function ? "alb_health_check_interval_s" : "alb_server_check_interval_s");
    if (!group->timeout_given)
        group->timeout_ns = rule_ns(rules, is_function ? "alb_health_check_timeout_s" : "alb_server_check_timeout_s");
    if (group->timeout_ns < group->interval_ns)
        return;
    const double usual_s = (double)group->timeout_ns / 1e9, interval_s = (double)group->interval_ns / 1e9;
    group->timeout_ns = group->interval_ns > 2 * NS_PER_S ? group->interval_ns - NS_PER_S : group->interval_ns / 2;
    if (group->timeout_given)
        validation_error(validation, "HealthCheckTimeoutSeconds", "make the interval longer, or the timeout shorter",
                         "a check must be over before the next: its timeout of %g s is not shorter than the interval of %g s", usual_s,
                         interval_s);
    else
        validation_warning(validation, "HealthCheckIntervalSeconds", "write HealthCheckTimeoutSeconds",
                           "the usual timeout of %g s is not shorter: %g s are taken", usual_s, (double)group->timeout_ns / 1e9);
}

static void read_attributes(struct validation *validation, struct target_group *group)
{
    const char *multi = balancer_attribute(validation, &group->attributes, "lambda.multi_value_headers.enabled");
    const char *algorithm = balancer_attribute(validation, &group->attributes, "load_balancing.algorithm.type");
    balancer_check_attributes(validation, &group->attributes, "TargetGroupAttributes", known_attributes);
    group->multi_value = multi && strcmp(multi, "true") == 0;
    if (multi && !group->multi_value && strcmp(multi, "false") != 0)
        validation_error(validation, "TargetGroupAttributes", NULL, "lambda.multi_value_headers.enabled is true or false, got \"%s\"",
                         multi);
    if (multi && group->kind != TARGET_LAMBDA)
        validation_error(validation, "TargetGroupAttributes", "set TargetType to lambda",
                         "lambda.multi_value_headers.enabled is for functions");
    group->drain_ns = NS_PER_S * balancer_attribute_number(validation, &group->attributes, "TargetGroupAttributes",
                                                           "deregistration_delay.timeout_seconds", 0,
                                                           rule_number(validation_rules(validation), "alb_deregistration_delay_max_s"),
                                                           rule_number(validation_rules(validation), "alb_deregistration_delay_s"));
    if (algorithm && strcmp(algorithm, "least_outstanding_requests") == 0)
        group->algorithm = ALGORITHM_LEAST_OUTSTANDING;
    else if (algorithm && strcmp(algorithm, "round_robin") != 0)
        validation_error(validation, "TargetGroupAttributes", "round_robin or least_outstanding_requests",
                         strcmp(algorithm, "weighted_random") == 0 ? "not modelled yet: the routing algorithm %s"
                                                                   : "there is no routing algorithm \"%s\"",
                         algorithm);
}

/* The load balancer that it stands behind, and the way of requests from there. */
static void find_balancer(struct validation *validation, struct target_group *group)
{
    const struct group_target *targets = group->targets.items;
    uint32_t self = validation_self(validation), found;
    group->balancer = ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!balancer_forwards(validation, i, self, &found) || found == group->balancer)
            continue;
        if (group->balancer != ENTITY_NONE) {
            validation_error(validation, NULL, "make a target group for each", "stands behind two load balancers, %s and %s",
                             validation_name(validation, group->balancer), validation_name(validation, found));
            return;
        }
        group->balancer = found;
        validation_flow(validation, found, self); /* and on to servers that come and go */
        for (size_t k = 0; k < group->targets.count; k++)
            if (targets[k].entity != ENTITY_NONE)
                validation_flow(validation, found, targets[k].entity);
    }
    if (group->balancer == ENTITY_NONE)
        validation_warning(validation, NULL, "name it in an action of a listener or a rule",
                           "no listener forwards to it: it gets no requests, and its targets no checks");
}

/* Of each content, what the last values leave out. */
static void count_repeats(struct validation *validation, struct target_group *group)
{
    const struct content_table *contents = validation_contents(validation);
    for (uint32_t i = 0; contents && i < contents->count; i++) {
        size_t repeats = query_repeats(contents->items[i].request), values;
        for (size_t k = 0; validation_event_name(validation, (uint8_t)i, "headers", k, &values); k++)
            repeats += values > 1 ? values - 1 : 0;
        group->dropped[i] = repeats < UINT32_MAX ? (uint32_t)repeats : UINT32_MAX;
    }
}

static void group_validate(struct validation *validation, void *config)
{
    struct target_group *group = config;
    check_targets(validation, group);
    check_health(validation, group);
    read_attributes(validation, group);
    find_balancer(validation, group);
    count_repeats(validation, group);
}

/* Once it is known which servers come and go. */
static void group_sends(struct validation *validation, const void *config)
{
    const struct target_group *group = config;
    uint32_t self = validation_self(validation);
    size_t count = group->targets.count;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct model_type *type = validation_type(validation, i);
        if (!type->hosts || type->hosts->room(validation_config(validation, i), self) == 0)
            continue;
        count++;
        bool is_service = model_is(type, "AWS::ECS::Service");
        const char *wanted = is_service ? "ip" : "instance", *launched = validation_choice_of(validation, i, "LaunchType");
        if (is_service && group->kind == TARGET_INSTANCE &&
            (launched ? strcmp(launched, "EC2") == 0 : validation_written_of(validation, i, "CapacityProviderStrategy")))
            continue; /* by its network mode it is one or the other */
        if (strcmp(kinds[group->kind], wanted) != 0)
            validation_error(validation, "TargetType", NULL, "must be %s for %s, which is %s", wanted, validation_name(validation, i),
                             type->type);
    }
    if (count == 0)
        validation_warning(validation, NULL, "add \"Targets\"", "the target group has no targets: every request is answered 503");
}

const struct model_type target_group_type = {
    .type = "AWS::ElasticLoadBalancingV2::TargetGroup",
    .help = "A function, or servers, that a load balancer hands requests to. Each of the load balancer's nodes checks the targets, whose "
            "requests are as any other: those of a function are billed.",
    .size = sizeof(struct target_group),
    .self_offset = offsetof(struct target_group, self),
    .properties = group_properties,
    .behavior = group_behavior,
    .metrics = balancer_group_metrics,
    .actions = group_actions,
    .sends = group_sends,
    .registrar = &group_registrar,
    .validate = group_validate,
    .create = group_create,
    .start = group_start,
    .destroy = group_destroy,
    .handle = group_handle,
    .done = group_done,
};
