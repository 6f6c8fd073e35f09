/* balancer_listener.c: AWS::ElasticLoadBalancingV2::Listener and ListenerRule: which requests go where.
 * Sources: User Guide for Application Load Balancers, "Listeners", "Listener rules", "Condition types for listener rules", "Quotas". */
#include "balancer_state.h"

#include "engine/rule_book.h"
#include "front_doors.h"
#include "scenario/validation.h"

#include <stdio.h>

#define AT(field) offsetof(struct listener, field)

static const char *const protocols[] = {"HTTP", "HTTPS", NULL};

static const struct property listener_properties[] = {
    {"LoadBalancerArn", PROPERTY_REFERENCE, AT(balancer), .required = true, .help = "The load balancer."},
    {"Port", PROPERTY_INTEGER, AT(port), .minimum = "1", .maximum = "65535", .help = "Each listener of a load balancer has its own."},
    {"Protocol", PROPERTY_ENUM, AT(protocol), .choices = protocols, .fallback = "\"HTTP\"", .help = "Without effect on times."},
    {"DefaultActions", PROPERTY_LIST, AT(actions), .properties = balancer_action_properties, .size = sizeof(struct balancer_action),
     .minimum = "1", .maximum = "10", .required = true, .help = "What is done where no rule holds."},
    ACCEPTED("AlpnPolicy"),
    ACCEPTED("Certificates"),
    ACCEPTED("ListenerAttributes"),
    ACCEPTED("MutualAuthentication"),
    ACCEPTED("SslPolicy"),
    {0},
};

static void listener_validate(struct validation *validation, void *config)
{
    struct listener *listener = config;
    uint32_t self = validation_self(validation);
    balancer_resolve(validation, &listener->actions, "DefaultActions", &listener->route);
    if (listener->balancer == ENTITY_NONE)
        return;
    if (validation_type(validation, listener->balancer) != &load_balancer_type) {
        validation_error(validation, "LoadBalancerArn", "name an AWS::ElasticLoadBalancingV2::LoadBalancer", "%s is no load balancer",
                         validation_name(validation, listener->balancer));
        return;
    }
    validation_flow(validation, self, listener->balancer);
    for (uint32_t i = 0; i < self && listener->port > 0; i++) {
        const struct listener *other = validation_config(validation, i);
        if (validation_type(validation, i) == &listener_type && other->balancer == listener->balancer && other->port == listener->port)
            validation_error(validation, "Port", "give it another, or make rules of one listener", "%s listens on port %lld already",
                             validation_name(validation, i), (long long)listener->port);
    }
}

/* Its requests are the load balancer's: they are counted there alone. */
static void listener_accept(struct simulation *simulation, void *self, struct request *request)
{
    const struct listener *listener = self;
    struct load_balancer *balancer = entity_state(simulation, listener->balancer);
    uint32_t number = 0;
    while (balancer->listeners[number].listener != listener)
        number++;
    simulation->entities[listener->self].ledger.entered--;
    simulation->entities[balancer->self].ledger.entered++;
    balancer_listen(simulation, balancer, number, request);
}

const struct model_type listener_type = {
    .type = "AWS::ElasticLoadBalancingV2::Listener",
    .help = "A port of a load balancer, and what is done with what comes there. It can be called; its figures are the load balancer's.",
    .size = sizeof(struct listener),
    .self_offset = AT(self),
    .properties = listener_properties,
    .validate = listener_validate,
    .accept = listener_accept,
    .receives = balancer_receives,
};

#undef AT
#define AT(field) offsetof(struct balancer_condition, field)

#define VALUES_ROW                                                                                                                         \
    {                                                                                                                                      \
        "Values", PROPERTY_STRINGS, AT(inner), .minimum = "1", .help = "One of them must fit: * for any characters, ? for one."            \
    }
#define REGEX_ROW PROPERTY_LATER_ROW("RegexValues", "regular expressions in rules; wildcards are")

static const struct property values_properties[] = {VALUES_ROW, REGEX_ROW, {0}};
static const struct property header_properties[] = {
    {"HttpHeaderName", PROPERTY_STRING, AT(header), .required = true, .help = "The header."},
    VALUES_ROW,
    REGEX_ROW,
    {0},
};
static const struct property pair_properties[] = {
    {"Key", PROPERTY_STRING, offsetof(struct query_value, key), .help = "A parameter's name; left out: any."},
    {"Value", PROPERTY_STRING, offsetof(struct query_value, value), .required = true, .help = "Its value; with wildcards, as the name."},
    {0},
};
static const struct property query_properties[] = {
    {"Values", PROPERTY_LIST, AT(query), .properties = pair_properties, .size = sizeof(struct query_value), .minimum = "1", .maximum = "5",
     .required = true, .help = "One of them must be there."},
    {0},
};

static const struct property condition_properties[] = {
    {"Field", PROPERTY_ENUM, AT(field), .choices = condition_fields, .required = true,
     .help = "What is looked at. Host, headers and address are nowhere said of requests: `behavior.match_rate` is."},
    {"Values", PROPERTY_STRINGS, AT(values), .help = "Of path-pattern and host-header."},
    {"PathPatternConfig", PROPERTY_OBJECT, 0, .properties = values_properties, .help = "Of path-pattern: capital letters count."},
    {"HttpRequestMethodConfig", PROPERTY_OBJECT, 0, .properties = values_properties, .help = "Of http-request-method."},
    {"QueryStringConfig", PROPERTY_OBJECT, 0, .properties = query_properties, .help = "Of query-string."},
    {"HostHeaderConfig", PROPERTY_OBJECT, 0, .properties = values_properties, .help = "Of host-header."},
    {"HttpHeaderConfig", PROPERTY_OBJECT, 0, .properties = header_properties, .help = "Of http-header."},
    {"SourceIpConfig", PROPERTY_OBJECT, 0, .properties = values_properties, .help = "Of source-ip."},
    REGEX_ROW,
    {0},
};

#undef AT
#define AT(field) offsetof(struct listener_rule, field)

static const struct property rule_properties[] = {
    {"ListenerArn", PROPERTY_REFERENCE, AT(listener), .required = true, .help = "The listener."},
    {"Priority", PROPERTY_INTEGER, AT(priority), .minimum = "1", .maximum = "alb_rule_priority_max", .required = true,
     .help = "The smallest is looked at first; each rule of a listener has its own."},
    {"Conditions", PROPERTY_LIST, AT(conditions), .properties = condition_properties, .size = sizeof(struct balancer_condition),
     .minimum = "1", .maximum = "10", .required = true, .help = "All of them must hold."},
    {"Actions", PROPERTY_LIST, AT(actions), .properties = balancer_action_properties, .size = sizeof(struct balancer_action),
     .minimum = "1", .maximum = "10", .required = true, .help = "What is done then."},
    PROPERTY_LATER_ROW("Transforms", "rewriting of hosts and paths"),
    {0},
};

static const struct property rule_behavior[] = {
    {"match_rate", PROPERTY_PROBABILITY, AT(match_rate), .fallback = "1", .live = true,
     .help = "Probability that a request has the host, headers and address that the rule asks for, which nothing says of it."},
    {0},
};

static void check_conditions(struct validation *validation, const struct listener_rule *rule)
{
    const struct balancer_condition *conditions = rule->conditions.items;
    const struct rule_book *rules = validation_rules(validation);
    size_t values = 0, wildcards = 0;
    double most_values = rule_number(rules, "alb_condition_values_max"), most_wildcards = rule_number(rules, "alb_condition_wildcards_max");
    bool open = false;
    for (size_t i = 0; i < rule->conditions.count; i++) {
        char place[48];
        snprintf(place, sizeof place, "Conditions[%zu]", i);
        values += condition_values(&conditions[i]);
        wildcards += condition_wildcards(&conditions[i]);
        open = open || !condition_is_known(&conditions[i]);
        if (condition_values(&conditions[i]) == 0)
            validation_error(validation, place, "such as {\"Field\": \"path-pattern\", \"Values\": [\"/items/*\"]}", "has no values for %s",
                             condition_fields[conditions[i].field]);
    }
    if ((double)values > most_values)
        validation_error(validation, "Conditions", "rule alb_condition_values_max", "a rule may compare with %.0f values, got %zu",
                         most_values, values);
    if ((double)wildcards > most_wildcards)
        validation_error(validation, "Conditions", "rule alb_condition_wildcards_max", "a rule may have %.0f wildcards, got %zu",
                         most_wildcards, wildcards);
    if (open && !validation_written(validation, "match_rate") && rule->match_rate >= 1)
        validation_warning(validation, "Conditions", "say in `behavior` how often it holds: \"match_rate\": 0.1",
                           "nothing says which requests have that host, header or address: all do");
}

static void rule_validate(struct validation *validation, void *config)
{
    struct listener_rule *rule = config;
    balancer_resolve(validation, &rule->actions, "Actions", &rule->route);
    check_conditions(validation, rule);
    if (rule->listener == ENTITY_NONE)
        return;
    if (validation_type(validation, rule->listener) != &listener_type) {
        validation_error(validation, "ListenerArn", "name an AWS::ElasticLoadBalancingV2::Listener", "%s is no listener",
                         validation_name(validation, rule->listener));
        return;
    }
    for (uint32_t i = 0; i < validation_self(validation); i++) {
        const struct listener_rule *other = validation_config(validation, i);
        if (validation_type(validation, i) == &listener_rule_type && other->listener == rule->listener && other->priority == rule->priority)
            validation_error(validation, "Priority", "give it another", "%s has priority %lld already", validation_name(validation, i),
                             (long long)rule->priority);
    }
}

static enum status rule_create(struct simulation *simulation, void *self)
{
    struct listener_rule *rule = self;
    stream_init(&rule->chance, simulation->settings->seed, simulation->replication, simulation->entities[rule->self].name, "match");
    return STATUS_OK;
}

const struct model_type listener_rule_type = {
    .type = "AWS::ElasticLoadBalancingV2::ListenerRule",
    .help = "A rule of a listener: requests for which its conditions hold, and what is done with them. Who sends without a `request` asks "
            "for \"GET /\".",
    .size = sizeof(struct listener_rule),
    .self_offset = AT(self),
    .properties = rule_properties,
    .behavior = rule_behavior,
    .validate = rule_validate,
    .create = rule_create,
};
