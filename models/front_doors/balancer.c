/* balancer.c: AWS::ElasticLoadBalancingV2::LoadBalancer: an Application Load Balancer.
 * Sources: User Guide for Application Load Balancers; Elastic Load Balancing pricing; CloudFormation's
 * AWS::ElasticLoadBalancingV2::LoadBalancer; rules alb_*, lcu_*. */
#include "balancer_state.h"

#include "engine/rule_book.h"
#include "engine/sending.h"
#include "front_doors.h"
#include "measure/bill.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct load_balancer, field)

static const char *const types[] = {"application", "network", "gateway", NULL};
static const char *const schemes[] = {"internet-facing", "internal", NULL};

static const struct property mapping_properties[] = {
    {"SubnetId", PROPERTY_STRING, 0, .required = true, .help = "The subnet."},
    ACCEPTED("AllocationId"),
    ACCEPTED("IPv6Address"),
    ACCEPTED("PrivateIPv4Address"),
    ACCEPTED("SourceNatIpv6Prefix"),
    {0},
};

static const struct property balancer_properties[] = {
    {"Type", PROPERTY_ENUM, AT(type), .choices = types, .fallback = "\"application\"", .help = "Only application is modelled."},
    {"Scheme", PROPERTY_ENUM, AT(scheme), .choices = schemes, .fallback = "\"internet-facing\"",
     .given = PROPERTY_GIVEN(struct load_balancer, scheme_given),
     .help =
         "Without effect on times; what an internal one answers does not leave AWS. The public addresses of one that says internet-facing "
         "are on the bill; left out, it is internet-facing, and only its hours and units are."},
    {"Subnets", PROPERTY_STRINGS, AT(subnets), .maximum = "20", .help = "The load balancer has a node in each: each checks the targets."},
    {"SubnetMappings", PROPERTY_LIST, AT(mappings), .properties = mapping_properties, .size = sizeof(const char *), .minimum = "0",
     .maximum = "20", .help = "The same, written otherwise."},
    {"LoadBalancerAttributes", PROPERTY_LIST, AT(attributes), .properties = balancer_attribute_properties,
     .size = sizeof(struct balancer_attribute), .minimum = "0", .maximum = "50",
     .help = "idle_timeout.timeout_seconds: how long a server may take; a function may take as long as its own timeout."},
    ACCEPTED("EnablePrefixForIpv6SourceNat"),
    ACCEPTED("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"),
    ACCEPTED("IpAddressType"),
    ACCEPTED("Ipv4IpamPoolId"),
    PROPERTY_LATER_ROW("MinimumLoadBalancerCapacity", "reserved capacity units"),
    ACCEPTED("Name"),
    ACCEPTED("SecurityGroups"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property balancer_behavior[] = {
    {"overhead", PROPERTY_TIME_DISTRIBUTION, AT(overhead), .fallback = "alb_overhead", .live = true,
     .help = "The load balancer's own time, before it hands a request on."},
    {"response", PROPERTY_SIZE, AT(response_bytes), .fallback = "\"1KB\"",
     .help = "Size of an answer whose target does not say it: a function says it by its own `response`."},
    {"requests_per_connection", PROPERTY_INTEGER, AT(requests_per_connection), .minimum = "1", .maximum = "1000000",
     .fallback = "alb_requests_per_connection", .help = "How many requests a client sends before it opens another connection."},
    {"connection_time", PROPERTY_TIME, AT(connection_ns), .fallback = "\"0s\"",
     .given = PROPERTY_GIVEN(struct load_balancer, connection_given),
     .help = "How long a connection stays open; left out: only while there is a request on it."},
    {"nodes", PROPERTY_INTEGER, AT(node_count), .minimum = "1", .maximum = "100", .fallback = "0",
     .help = "Nodes, each of which checks the targets. Left out: one for each subnet; where none are listed, one."},
    {0},
};

static const char *const known_attributes[] = {"access_logs.s3.bucket",
                                               "access_logs.s3.enabled",
                                               "access_logs.s3.prefix",
                                               "client_keep_alive.seconds",
                                               "connection_logs.s3.bucket",
                                               "connection_logs.s3.enabled",
                                               "connection_logs.s3.prefix",
                                               "deletion_protection.enabled",
                                               "health_check_logs.s3.bucket",
                                               "health_check_logs.s3.enabled",
                                               "health_check_logs.s3.prefix",
                                               "idle_timeout.timeout_seconds",
                                               "ipv6.deny_all_igw_traffic",
                                               "load_balancing.cross_zone.enabled",
                                               "routing.http.desync_mitigation_mode",
                                               "routing.http.drop_invalid_header_fields.enabled",
                                               "routing.http.preserve_host_header.enabled",
                                               "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
                                               "routing.http.xff_client_port.enabled",
                                               "routing.http.xff_header_processing.mode",
                                               "routing.http2.enabled",
                                               "waf.fail_open.enabled",
                                               "zonal_shift.config.enabled",
                                               NULL};

static const struct line_item balancer_line_items[] = {
    {"LoadBalancerUsage", "Time that it is there: a run is taken as a piece of a longer time, so that no hour is begun."},
    {"DataTransfer-Out-Bytes", "What users outside of AWS get from servers behind it that say what they answer (`response`)."},
    {"PublicIPv4:InUseAddress", "Public addresses of one whose Scheme says internet-facing, one for each node, x time."},
    {"LCUUsage", "Capacity units: of each hour the largest of new connections, active connections, bytes and rule evaluations."},
    {0},
};

static const char *const balancer_refusals[] = {"alb_one_subnet", NULL};

/* The fields of what a function gets from a load balancer. */
static const char *const record_fields[] = {"body",
                                            "headers",
                                            "httpMethod",
                                            "isBase64Encoded",
                                            "multiValueHeaders",
                                            "multiValueQueryStringParameters",
                                            "path",
                                            "queryStringParameters",
                                            "requestContext",
                                            NULL};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Is the body of a content meant as such a record? */
static bool is_record(const struct validation *validation, uint8_t content)
{
    static const char *const tells[] = {"httpMethod", "isBase64Encoded", "multiValueHeaders", "requestContext"};
    const char *name;
    size_t values;
    for (size_t i = 0; (name = validation_event_name(validation, content, NULL, i, &values)); i++)
        if (is_one_of(name, tells, sizeof tells / sizeof *tells))
            return true;
    return false;
}

/* A record whose fields have other names is no load balancer's. */
static void check_record(struct validation *validation, const struct sending *sending, uint8_t content)
{
    const char *name;
    size_t values, count = sizeof record_fields / sizeof *record_fields - 1;
    for (size_t i = 0; is_record(validation, content) && (name = validation_event_name(validation, content, NULL, i, &values)); i++) {
        char hint[80];
        if (is_one_of(name, record_fields, count))
            continue;
        const char *nearest = validation_nearest(name, record_fields, count);
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest ? nearest : "");
        validation_sending_error(validation, sending, "event", nearest ? hint : NULL, "a load balancer's event has no field \"%s\"", name);
    }
}

void balancer_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    (void)config;
    for (size_t i = 0; i < sending->content.count; i++)
        check_record(validation, sending, sending->content.contents[i]);
}

/* Its listeners, and how many rules they have. */
static void check_listeners(struct validation *validation)
{
    uint32_t self = validation_self(validation);
    size_t listeners = 0, rules = 0;
    double most = rule_number(validation_rules(validation), "alb_rules_max");
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        const struct model_type *type = validation_type(validation, i);
        const struct listener *listener = type == &listener_type ? validation_config(validation, i) : NULL;
        const struct listener_rule *rule = type == &listener_rule_type ? validation_config(validation, i) : NULL;
        if (rule && rule->listener != ENTITY_NONE && validation_type(validation, rule->listener) == &listener_type)
            rules += ((const struct listener *)validation_config(validation, rule->listener))->balancer == self;
        listeners += listener && listener->balancer == self;
    }
    if (listeners == 0)
        validation_warning(validation, NULL, "add an AWS::ElasticLoadBalancingV2::Listener",
                           "the load balancer has no listener: every connection is refused");
    if ((double)rules > most)
        validation_error(validation, NULL, "rule alb_rules_max", "a load balancer may have %.0f rules, got %zu", most, rules);
}

static void balancer_validate(struct validation *validation, void *config)
{
    struct load_balancer *balancer = config;
    const struct rule_book *rules = validation_rules(validation);
    size_t subnets = balancer->subnets.count + balancer->mappings.count;
    if (balancer->type != 0)
        validation_error(validation, "Type", "application is modelled", "not modelled yet: %s load balancers", types[balancer->type]);
    if (balancer->subnets.count > 0 && balancer->mappings.count > 0)
        validation_error(validation, "SubnetMappings", "leave one of them out", "Subnets and SubnetMappings both say where it is");
    if (subnets == 1 && !validation_allowed(validation, "alb_one_subnet"))
        validation_error(validation, balancer->subnets.count > 0 ? "Subnets" : "SubnetMappings",
                         "list two, of two Availability Zones, or allow_invalid: [\"alb_one_subnet\"]",
                         "an Application Load Balancer needs two subnets");
    if (balancer->node_count == 0)
        balancer->node_count = subnets > 0 ? (int64_t)subnets : 1;
    balancer->nodes = (uint32_t)balancer->node_count;
    balancer_check_attributes(validation, &balancer->attributes, "LoadBalancerAttributes", known_attributes);
    balancer->idle_ns =
        NS_PER_S * balancer_attribute_number(validation, &balancer->attributes, "LoadBalancerAttributes", "idle_timeout.timeout_seconds", 1,
                                             rule_number(rules, "alb_idle_timeout_max_s"), rule_number(rules, "alb_idle_timeout_s"));
    check_listeners(validation);
}

static int by_priority(const void *a, const void *b)
{
    int64_t left = ((const struct armed_rule *)a)->rule->priority, right = ((const struct armed_rule *)b)->rule->priority;
    return (left > right) - (left < right);
}

/* What a rule is known to hold for: of each content that the scenario knows. */
static void arm_rule(const struct simulation *simulation, struct armed_rule *armed, struct listener_rule *rule)
{
    const struct content_table *contents = simulation->settings->contents;
    const struct balancer_condition *conditions = rule->conditions.items;
    *armed = (struct armed_rule){.rule = rule};
    for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
        const char *request = contents && i < contents->count ? contents->items[i].request : NULL;
        bool holds = true;
        for (size_t k = 0; k < rule->conditions.count && holds; k++)
            holds = condition_holds(&conditions[k], request);
        if (holds)
            content_set_add(&armed->holds, (uint8_t)i);
    }
    for (size_t k = 0; k < rule->conditions.count; k++)
        armed->is_open = armed->is_open || !condition_is_known(&conditions[k]);
}

static enum status arm_listener(const struct simulation *simulation, struct armed_listener *armed, const struct listener *listener)
{
    size_t most = 1;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        most += simulation->entities[i].type == &listener_rule_type &&
                ((const struct listener_rule *)entity_state(simulation, i))->listener == listener->self;
    armed->listener = listener;
    armed->rules = calloc(most, sizeof *armed->rules);
    if (!armed->rules)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        struct listener_rule *rule = entity_state(simulation, i);
        if (simulation->entities[i].type == &listener_rule_type && rule->listener == listener->self)
            arm_rule(simulation, &armed->rules[armed->rule_count++], rule);
    }
    qsort(armed->rules, armed->rule_count, sizeof *armed->rules, by_priority);
    return STATUS_OK;
}

static enum status balancer_create(struct simulation *simulation, void *self)
{
    struct load_balancer *balancer = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[balancer->self].name;
    balancer->body_limit_bytes = (uint64_t)rule_bytes(rules, "alb_body_max_mb");
    balancer->response_limit_bytes = (uint64_t)rule_bytes(rules, "alb_response_max_mb");
    balancer->headers_limit_bytes = (uint64_t)rule_bytes(rules, "alb_headers_max_kb");
    balancer->base64_factor = fmax(rule_number(rules, "base64_factor"), 1);
    balancer->function_untimed = rule_flag(rules, "alb_waits_for_function");
    lcu_init(&balancer->meter, rules);
    stream_init(&balancer->overhead_stream, simulation->settings->seed, simulation->replication, name, "overhead");
    stream_init(&balancer->share_stream, simulation->settings->seed, simulation->replication, name, "share");
    pool_init(&balancer->calls, sizeof(struct balancer_call), &simulation->memory, name);
    deadline_line_init(&balancer->idle, &balancer->calls, offsetof(struct balancer_call, deadline), balancer->idle_ns, balancer->self,
                       BALANCER_IDLE, 0);
    balancer->listeners = calloc(simulation->entity_count + 1u, sizeof *balancer->listeners);
    enum status status = balancer->listeners ? STATUS_OK : STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < simulation->entity_count && status == STATUS_OK; i++) {
        const struct listener *listener = entity_state(simulation, i);
        if (simulation->entities[i].type == &listener_type && listener->balancer == balancer->self)
            status = arm_listener(simulation, &balancer->listeners[balancer->listener_count++], listener);
    }
    return status;
}

static void balancer_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct load_balancer *balancer = self;
    for (size_t i = 0; i < balancer->listener_count; i++)
        free(balancer->listeners[i].rules);
    free(balancer->listeners);
    if (balancer->calls.owner)
        pool_fini(&balancer->calls);
    fault_fini(&balancer->faults);
}

static void balancer_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct load_balancer *balancer = self;
    const struct simulation_settings *settings = simulation->settings;
    bill_add(bill, &balancer_line_items[0], (double)(settings->duration_ns - settings->warmup_ns) / (double)NS_PER_HOUR);
    if (balancer->metrics.left_bytes.whole > 0)
        bill_add(bill, &balancer_line_items[1], (double)balancer->metrics.left_bytes.whole / BYTES_PER_GB);
    if (balancer->scheme_given && balancer->scheme == 0)
        bill_add(bill, &balancer_line_items[2],
                 (balancer->nodes > 0 ? balancer->nodes : 1) * (double)(settings->duration_ns - settings->warmup_ns) / (double)NS_PER_HOUR);
    bill_add(bill, &balancer_line_items[3], balancer->meter.unit_hours);
}

FAULT_FUNCTIONS(load_balancer, self)

static const struct action balancer_actions[] = {FAULT_ENDPOINT_ROWS, FAULT_SLOW_ROW, {0}};

const struct model_type load_balancer_type = {
    .type = "AWS::ElasticLoadBalancingV2::LoadBalancer",
    .service = "Elastic Load Balancing",
    .help = "An Application Load Balancer: listeners, rules and target groups of functions or servers. Who names it means its first "
            "listener. Its answers to what a function fails are 502.",
    .size = sizeof(struct load_balancer),
    .self_offset = AT(self),
    .properties = balancer_properties,
    .behavior = balancer_behavior,
    .metrics = balancer_all_metrics,
    .line_items = balancer_line_items,
    .refusals = balancer_refusals,
    .actions = balancer_actions,
    .validate = balancer_validate,
    .create = balancer_create,
    .start = balancer_start,
    .destroy = balancer_destroy,
    .handle = balancer_handle,
    .accept = balancer_accept,
    .receives = balancer_receives,
    .done = balancer_done,
    .finish = balancer_finish,
    .quantities = balancer_quantities,
};
