/* event_subscription.c: AWS::RDS::EventSubscription: what happens to databases is told to a topic, minutes later at times.
 * Source: rules rds_event_*, which cite the RDS User Guide, "Working with Amazon RDS event notification". */
#include "engine/content.h"
#include "service.h"

#include <stdio.h>
#include <string.h>

struct event_subscription {
    struct service service;
    uint32_t topic;
    bool enabled, event_bridge;
    struct string_list categories;
    struct content_set matches;
    struct outlet outlet, bus;
};

#define AT(field) offsetof(struct event_subscription, field)

static const struct property subscription_properties[] = {
    {"SnsTopicArn", PROPERTY_REFERENCE, AT(topic), .required = true, .help = "The topic that is told."},
    {"EventCategories", PROPERTY_STRINGS, AT(categories),
     .help = "Only events of these: a source's `operation` says its events' category; events without one pass."},
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .help = "false tells nobody."},
    ACCEPTED("SourceIds"),
    ACCEPTED("SourceType"),
    ACCEPTED("SubscriptionName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property subscription_behavior[] = {
    SERVICE_DELAY(struct event_subscription, "rds_event_delay"),
    {"event_bridge", PROPERTY_BOOLEAN, AT(event_bridge), .fallback = "false",
     .help = "The same events stand on the default event bus, where databases put them whether anybody subscribes or not."},
    {0},
};

/* On the event bus. */
static const struct envelope database_event[] = {
    {"source", ENVELOPE_TEXT, "aws.rds"},
    {"detail-type", ENVELOPE_TEXT, "RDS DB Instance Event"},
    {"detail", ENVELOPE_EVENT, NULL},
    {0},
};
static const struct envelope *const subscription_envelopes[] = {database_event, NULL};

static const struct metric_type subscription_metrics[] = {SERVICE_METRICS(struct event_subscription), {0}};

/* The RDS User Guide, "Amazon RDS event categories and event messages", and the Aurora User Guide's. */
static const char *const categories[] = {
    "availability", "backtrack",   "backup",    "configuration change", "creation",          "deletion",     "failover",
    "failure",      "low storage", "migration", "global-failover",      "maintenance",       "notification", "patching",
    "read replica", "recovery",    "security",  "restoration",          "security patching", "serverless",
};

static void check_categories(struct validation *validation, const struct string_list *wanted)
{
    const size_t count = sizeof categories / sizeof *categories;
    for (size_t i = 0; i < wanted->count; i++) {
        char place[64], hint[120];
        size_t k = 0;
        while (k < count && strcmp(categories[k], wanted->items[i]) != 0)
            k++;
        const char *near = validation_nearest(wanted->items[i], categories, count);
        snprintf(place, sizeof place, "EventCategories[%zu]", i);
        snprintf(hint, sizeof hint, near ? "did you mean \"%s\"?" : "availability, failover, failure and others", near);
        if (k == count)
            validation_error(validation, place, hint, "events of databases have no category \"%s\"", wanted->items[i]);
    }
}

static void subscription_validate(struct validation *validation, void *config)
{
    struct event_subscription *subscription = config;
    subscription->service.part = "event";
    check_categories(validation, &subscription->categories);
    contents_with_operation(validation, &subscription->categories, &subscription->matches);
    subscription->outlet.matches = &subscription->matches;
    struct service nobody = {0};
    service_tell(validation, subscription->enabled ? &subscription->service : &nobody, validation_self(validation), "SnsTopicArn",
                 &subscription->outlet, subscription->topic, KIND_TOPIC);
    uint32_t bus = validation_find(validation, "default");
    if (subscription->event_bridge && kind_is(validation, bus, KIND_BUS))
        service_tell(validation, &subscription->service, validation_self(validation), NULL, &subscription->bus, bus, KIND_BUS);
}

const struct model_type event_subscription_type = {
    .type = "AWS::RDS::EventSubscription",
    .help = "Events of databases, told to a topic: each arrival of a source is an event; up to five minutes late.",
    .size = sizeof(struct event_subscription),
    .self_offset = offsetof(struct event_subscription, service.self),
    .properties = subscription_properties,
    .behavior = subscription_behavior,
    .metrics = subscription_metrics,
    .validate = subscription_validate,
    .envelopes = subscription_envelopes,
    SERVICE_FUNCTIONS,
};
