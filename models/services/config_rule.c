/* config_rule.c: AWS::Config::ConfigRule of the owner CUSTOM_LAMBDA: its function is invoked on changes, every so often, or both.
 * Source: AWS Config Developer Guide, "Components of a Config rule: trigger types"; rule config_change_delay. */
#include "service.h"

#include "measure/bill.h"

#include <string.h>

enum { CONFIG_PERIOD = SERVICE_OWN };

struct config_rule {
    struct service service;
    int owner;
    const char *identifier;
    int frequency; /* enum-like: index into frequencies; FREQUENCIES: not given */
    bool frequency_given;
    struct property_list details; /* of struct source_detail */
    bool on_change;
    int64_t period_ns; /* 0: only on changes */
    uint64_t rounds;
    uint64_t salt;
    struct outlet outlet;
    struct counter periodic, ignored;
};

struct source_detail {
    int message_type;
    int frequency;
    bool frequency_given;
};

static const char *const owners[] = {"CUSTOM_LAMBDA", "AWS", "CUSTOM_POLICY", NULL};
static const char *const frequencies[] = {"One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours", NULL};
static const int64_t frequency_hours[] = {1, 3, 6, 12, 24};
static const char *const message_types[] = {"ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification",
                                            "ConfigurationSnapshotDeliveryCompleted", "ScheduledNotification", NULL};
enum { MESSAGE_SCHEDULED = 3, DAY = 4 };

#define AT(field) offsetof(struct config_rule, field)
#define DETAIL(field) offsetof(struct source_detail, field)

static const struct property detail_properties[] = {
    {"MessageType", PROPERTY_ENUM, DETAIL(message_type), .choices = message_types, .required = true, .help = "What invokes the function."},
    {"MaximumExecutionFrequency", PROPERTY_ENUM, DETAIL(frequency), .choices = frequencies,
     .given = PROPERTY_GIVEN(struct source_detail, frequency_given), .help = "How often, of a ScheduledNotification."},
    ACCEPTED("EventSource"),
    {0},
};

static const struct property source_properties[] = {
    {"Owner", PROPERTY_ENUM, AT(owner), .choices = owners, .required = true, .help = "CUSTOM_LAMBDA: a function judges."},
    {"SourceIdentifier", PROPERTY_STRING, AT(identifier), .help = "The function; of the owner AWS, a managed rule."},
    {"SourceDetails", PROPERTY_LIST, AT(details), .properties = detail_properties, .size = sizeof(struct source_detail), .minimum = "0",
     .maximum = "25", .help = "On changes, every so often, or both."},
    ACCEPTED("CustomPolicyDetails"),
    {0},
};

static const struct property config_rule_properties[] = {
    {"Source", PROPERTY_OBJECT, 0, .properties = source_properties, .required = true, .help = "Who judges, and when."},
    {"MaximumExecutionFrequency", PROPERTY_ENUM, AT(frequency), .choices = frequencies,
     .given = PROPERTY_GIVEN(struct config_rule, frequency_given), .help = "How often, of a rule that is not on changes."},
    ACCEPTED("ConfigRuleName"),
    ACCEPTED("Description"),
    ACCEPTED("InputParameters"),
    ACCEPTED("Scope"),
    ACCEPTED("Compliance"),
    ACCEPTED("EvaluationModes"),
    {0},
};

static const struct property config_rule_behavior[] = {SERVICE_DELAY(struct config_rule, "config_change_delay"), {0}};

static const struct metric_type config_rule_metrics[] = {
    SERVICE_METRICS(struct config_rule),
    {"slsim", "PeriodicEvaluations", "Count", METRIC_COUNT, AT(periodic), .help = "Evaluations because it was time."},
    {"slsim", "ChangesIgnored", "Count", METRIC_COUNT, AT(ignored), .help = "Changes that the rule is not evaluated on."},
    {0},
};

static const struct line_item config_rule_line_items[] = {
    {"ConfigRuleEvaluations", "Evaluations: of changes, and because it was time, each as one of one resource."},
    {0},
};

static void config_rule_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct config_rule *rule = self;
    bill_add(bill, &config_rule_line_items[0], (double)(rule->periodic.whole + rule->service.received.whole));
}

static void read_details(struct validation *validation, struct config_rule *rule)
{
    const struct source_detail *details = rule->details.items;
    for (size_t i = 0; i < rule->details.count; i++) {
        if (details[i].message_type != MESSAGE_SCHEDULED) {
            rule->on_change = true;
            if (details[i].frequency_given)
                validation_error(validation, "Source.SourceDetails", "give MessageType ScheduledNotification",
                                 "MaximumExecutionFrequency is only for what is scheduled");
            continue;
        }
        int frequency = details[i].frequency_given ? details[i].frequency : rule->frequency_given ? rule->frequency : DAY;
        rule->period_ns = frequency_hours[frequency] * NS_PER_HOUR;
    }
    if (rule->details.count > 0)
        return;
    rule->on_change = !rule->frequency_given;
    if (rule->frequency_given)
        rule->period_ns = frequency_hours[rule->frequency] * NS_PER_HOUR;
}

static void config_rule_validate(struct validation *validation, void *config)
{
    struct config_rule *rule = config;
    rule->service.part = "evaluation";
    read_details(validation, rule);
    if (rule->owner != 0) {
        validation_warning(validation, "Source.Owner", NULL, "a rule of the owner %s invokes no function: it has no effect here",
                           owners[rule->owner]);
        return;
    }
    uint32_t function = kind_named(validation, rule->identifier);
    if (function == ENTITY_NONE)
        validation_error(validation, "Source.SourceIdentifier", "name a function of this scenario", "a custom rule needs its function");
    service_tell(validation, &rule->service, validation_self(validation), "Source.SourceIdentifier", &rule->outlet, function,
                 KIND_FUNCTION);
}

static void config_rule_start(struct simulation *simulation, void *self)
{
    struct config_rule *rule = self;
    rule->salt = item_salt(simulation->entities[rule->service.self].name);
    if (rule->period_ns > 0)
        simulation_schedule(simulation, rule->service.self, CONFIG_PERIOD, RANK_ARRIVAL, rule->period_ns, 0);
}

/* It is time: an item of the rule's own, at once. */
static void evaluate(struct simulation *simulation, struct config_rule *rule)
{
    struct request request = {.item = rule->salt + rule->rounds++, .from = ENTITY_NONE, .handler_ns = -1, .born_ns = simulation->now_ns};
    simulation_schedule(simulation, rule->service.self, CONFIG_PERIOD, RANK_ARRIVAL, time_add(simulation->now_ns, rule->period_ns), 0);
    counter_add(&rule->periodic, 1);
    fanout_publish_after(simulation, &rule->service.fanout, &request, 0);
}

static void config_rule_handle(struct simulation *simulation, void *self, const struct event *event)
{
    if (event->kind == CONFIG_PERIOD)
        evaluate(simulation, self);
    else
        service_handle(simulation, self, event);
}

static void config_rule_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct config_rule *rule = self;
    if (rule->on_change) {
        service_accept(simulation, self, request);
        return;
    }
    counter_add(&rule->ignored, 1);
    request_done(simulation, rule->service.self, request, &cause_succeeded);
}

const struct model_type config_rule_type = {
    .type = "AWS::Config::ConfigRule",
    .service = "AWS Config",
    .help = "A custom rule: each arrival of a source is a change; the function is invoked on changes, every so often, or both. The first "
            "time that it is due is after one interval.",
    .size = sizeof(struct config_rule),
    .self_offset = offsetof(struct config_rule, service.self),
    .properties = config_rule_properties,
    .behavior = config_rule_behavior,
    .metrics = config_rule_metrics,
    .line_items = config_rule_line_items,
    .quantities = config_rule_quantities,
    .validate = config_rule_validate,
    .create = service_create,
    .start = config_rule_start,
    .destroy = service_destroy,
    .handle = config_rule_handle,
    .accept = config_rule_accept,
    .done = service_done,
    .finish = service_finish,
};
