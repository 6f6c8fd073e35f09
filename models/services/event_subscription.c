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
    struct string_list categories, source_ids;
    int source_type; /* index into source_types */
    bool source_type_given;
    uint32_t *sources; /* by `validate`: of source_ids, those that are here */
    uint32_t source_count;
    struct content_set matches;
    struct outlet outlet, bus;
};

static const char *const source_types[] = {"db-instance",
                                           "db-cluster",
                                           "db-parameter-group",
                                           "db-security-group",
                                           "db-snapshot",
                                           "db-cluster-snapshot",
                                           "db-proxy",
                                           "custom-engine-version",
                                           "zero-etl",
                                           "blue-green-deployment",
                                           NULL};
/* What they are here; NULL: none that is simulated, or tells anything. */
static const char *const source_models[] = {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", NULL};

#define AT(field) offsetof(struct event_subscription, field)

static const struct property subscription_properties[] = {
    {"SnsTopicArn", PROPERTY_REFERENCE, AT(topic), .required = true, .help = "The topic that is told."},
    {"EventCategories", PROPERTY_STRINGS, AT(categories),
     .help = "Only events of these: a source's `operation` says its events' category, events without one pass; a database's own are of "
             "the category failover."},
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .help = "false tells nobody."},
    {"SourceIds", PROPERTY_STRINGS, AT(source_ids), .help = "Only events of these databases; left out: of all."},
    {"SourceType", PROPERTY_ENUM, AT(source_type), .choices = source_types,
     .given = PROPERTY_GIVEN(struct event_subscription, source_type_given),
     .help = "Only events of databases of this kind; left out: of all."},
    ACCEPTED("SubscriptionName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property subscription_behavior[] = {
    SERVICE_DELAY(struct event_subscription, "rds_event_delay"),
    {"event_bridge", PROPERTY_BOOLEAN, AT(event_bridge), .fallback = "false",
     .help = "Events of a source stand on the default event bus too; databases put their own there, whether anybody subscribes or not."},
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
static const char *const known_categories[] = {
    "availability", "backtrack",   "backup",    "configuration change", "creation",          "deletion",     "failover",
    "failure",      "low storage", "migration", "global-failover",      "maintenance",       "notification", "patching",
    "read replica", "recovery",    "security",  "restoration",          "security patching", "serverless",
};

static void check_categories(struct validation *validation, const struct string_list *wanted)
{
    const size_t count = sizeof known_categories / sizeof *known_categories;
    for (size_t i = 0; i < wanted->count; i++) {
        char place[64], hint[120];
        size_t k = 0;
        while (k < count && strcmp(known_categories[k], wanted->items[i]) != 0)
            k++;
        const char *near = validation_nearest(wanted->items[i], known_categories, count);
        snprintf(place, sizeof place, "EventCategories[%zu]", i);
        snprintf(hint, sizeof hint, near ? "did you mean \"%s\"?" : "availability, failover, failure and others", near);
        if (k == count)
            validation_error(validation, place, hint, "events of databases have no category \"%s\"", wanted->items[i]);
    }
}

static void find_sources(struct validation *validation, struct event_subscription *subscription)
{
    size_t count = subscription->source_ids.count;
    if (count == 0)
        return;
    if (!subscription->source_type_given)
        validation_error(validation, "SourceIds", "add SourceType: db-instance or db-cluster", "SourceIds need a SourceType");
    subscription->sources = validation_alloc(validation, count, sizeof *subscription->sources);
    for (size_t i = 0; subscription->sources && i < count; i++) {
        uint32_t entity = validation_named(validation, subscription->source_ids.items[i]);
        if (entity != ENTITY_NONE)
            subscription->sources[subscription->source_count++] = entity;
    }
}

static void subscription_validate(struct validation *validation, void *config)
{
    struct event_subscription *subscription = config;
    subscription->service.part = "event";
    check_categories(validation, &subscription->categories);
    find_sources(validation, subscription);
    contents_with_operation(validation, &subscription->categories, &subscription->matches);
    subscription->outlet.matches = &subscription->matches;
    struct service nobody = {0};
    service_tell(validation, subscription->enabled ? &subscription->service : &nobody, validation_self(validation), "SnsTopicArn",
                 &subscription->outlet, subscription->topic, KIND_TOPIC);
    uint32_t bus = validation_find(validation, "default");
    if (subscription->event_bridge && kind_is(validation, bus, KIND_BUS))
        service_tell(validation, &subscription->service, validation_self(validation), NULL, &subscription->bus, bus, KIND_BUS);
}

/* The category of an event that a database tells by itself: its envelope says it. NULL: it is none. */
static const char *category_of(const struct simulation *simulation, const struct request *request)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    if (!sender || !sender->type->envelope)
        return NULL;
    const struct envelope *row = sender->type->envelopes[sender->type->envelope(simulation, sender->state, request)];
    while (row->path && strcmp(row->path, "detail.EventCategories") != 0)
        row++;
    return row->path ? row->text : NULL;
}

/* Is the subscription for events of that category, of who sends it? */
static bool is_wanted(const struct simulation *simulation, const struct event_subscription *subscription, uint32_t from,
                      const char *category)
{
    const struct string_list *categories = &subscription->categories;
    bool category_wanted = categories->count == 0, source_wanted = subscription->source_ids.count == 0;
    const char *model = subscription->source_type <= 1 ? source_models[subscription->source_type] : NULL;
    if (subscription->source_type_given && (!model || !model_is(simulation->entities[from].type, model)))
        return false;
    for (size_t i = 0; i < categories->count; i++)
        category_wanted = category_wanted || strcmp(categories->items[i], category) == 0;
    for (uint32_t i = 0; i < subscription->source_count; i++)
        source_wanted = source_wanted || subscription->sources[i] == from;
    return category_wanted && source_wanted;
}

static void subscription_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct event_subscription *subscription = self;
    struct service *service = &subscription->service;
    const char *category = category_of(simulation, request);
    if (!category) {
        service_accept(simulation, self, request);
        return;
    }
    counter_add(&service->received, 1);
    if (subscription->enabled && is_wanted(simulation, subscription, request->from, category))
        fanout_send(simulation, &service->fanout, 0, request);
    else
        counter_add(&service->metrics.filtered, 1);
    request_done(simulation, service->self, request, &cause_succeeded);
}

const struct model_type event_subscription_type = {
    .type = "AWS::RDS::EventSubscription",
    .help =
        "Events of databases, told to a topic up to five minutes later: those of the scenario's databases, and each arrival of a source.",
    .size = sizeof(struct event_subscription),
    .self_offset = offsetof(struct event_subscription, service.self),
    .properties = subscription_properties,
    .behavior = subscription_behavior,
    .metrics = subscription_metrics,
    .validate = subscription_validate,
    .envelopes = subscription_envelopes,
    .create = service_create,
    .destroy = service_destroy,
    .handle = service_handle,
    .accept = subscription_accept,
    .done = service_done,
    .finish = service_finish,
};
