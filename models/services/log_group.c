/* log_group.c: AWS::Logs::LogGroup and its subscription filters: log events are gathered for a moment and delivered together.
 * Source: Amazon CloudWatch Logs User Guide, "Real-time processing of log data with subscriptions"; rules logs_subscription_*.
 * Each arrival is a log event. The ledger of a subscription ("Group/subscription-0") counts deliveries, of many events each. */
#include "service.h"

#include "measure/bill.h"
#include "notation/property.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOGS_CLOSE = SERVICE_OWN };

/* A subscription: one of a log group. The scenario's. */
struct subscription {
    uint32_t self;
    uint32_t group, destination;
    const char *pattern;
    struct content_set matches;
    struct outlet outlet;
    struct subscription *next; /* of its group */
};

/* What a subscription gathers. */
struct gathering {
    const struct subscription *subscription;
    struct request batch; /* like the first of its events; payload_bytes: of all */
    uint64_t bytes;
    uint64_t events;
    uint32_t round; /* which batch: a window that is over says which it was for */
};

enum log_class { CLASS_STANDARD, CLASS_INFREQUENT_ACCESS, CLASS_DELIVERY };

struct log_group {
    struct service service;
    struct subscription *subscriptions;
    struct gathering *gatherings; /* owned; by route */
    int64_t window_ns;
    double compression;
    int log_class; /* enum log_class */
    int64_t retention_ns;
    bool retention_given;
    uint64_t batch_max_bytes, overhead_bytes;
    struct counter incoming_events, incoming_bytes, vended_bytes, forwarded_events, forwarded_bytes;
};

#define AT(field) offsetof(struct log_group, field)

static const char *const log_classes[] = {"STANDARD", "INFREQUENT_ACCESS", "DELIVERY", NULL};

static const struct property log_group_properties[] = {
    {"LogGroupClass", PROPERTY_ENUM, AT(log_class), .choices = log_classes, .fallback = "\"STANDARD\"",
     .help = "Decides the price of what is taken in; DELIVERY: passed on to S3 or Firehose, and not kept."},
    {"RetentionInDays", PROPERTY_TIME, AT(retention_ns), .unit = "d", .minimum = "log_retention_min_days",
     .maximum = "log_retention_max_days", .given = PROPERTY_GIVEN(struct log_group, retention_given),
     .help = "How long log events are kept, for the bill: as much is kept as this time brings."},
    ACCEPTED("DataProtectionPolicy"),
    ACCEPTED("FieldIndexPolicies"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("LogGroupName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property log_group_behavior[] = {
    SERVICE_DELAY(struct log_group, "logs_subscription_delay"),
    {"subscription_window", PROPERTY_TIME, AT(window_ns), .fallback = "logs_subscription_window_s", .unit = "s",
     .help = "How long log events are gathered into one delivery, counted from the first."},
    {"compression", PROPERTY_PROBABILITY, AT(compression), .fallback = "logs_subscription_compression",
     .help = "What share of the log's bytes a delivery has, compressed."},
    {0},
};

static const struct metric_type log_group_metrics[] = {
    {"AWS/Logs", "IncomingLogEvents", "Count", METRIC_COUNT, AT(incoming_events), .help = "Log events taken in."},
    {"AWS/Logs", "IncomingBytes", "Bytes", METRIC_COUNT, AT(incoming_bytes),
     .help = "Their bytes, uncompressed, with what counts of each beside its text."},
    {"AWS/Logs", "ForwardedLogEvents", "Count", METRIC_COUNT, AT(forwarded_events), .help = "Log events put into deliveries."},
    {"AWS/Logs", "ForwardedBytes", "Bytes", METRIC_COUNT, AT(forwarded_bytes), .help = "Compressed bytes of deliveries."},
    {"AWS/Logs", "DeliveryErrors", "Count", METRIC_COUNT, offsetof(struct log_group, service.metrics.refused), .better = -1,
     .help = "Tries of a delivery that failed."},
    {"AWS/Logs", "DeliveryThrottling", "Count", METRIC_COUNT, offsetof(struct log_group, service.metrics.throttled), .better = -1,
     .help = "Tries that the destination throttled."},
    SERVICE_METRICS(struct log_group),
    {NULL, "vended bytes", "None", METRIC_COUNT, AT(vended_bytes), .help = ""},
    {0},
};

enum { ITEM_INGESTED, ITEM_INGESTED_IA, ITEM_VENDED, ITEM_VENDED_IA, ITEM_VENDED_DELIVERY, ITEM_KEPT };

static const struct line_item log_group_line_items[] = {
    [ITEM_INGESTED] = {"DataProcessing-Bytes", "What is taken in."},
    [ITEM_INGESTED_IA] = {"DataProcessingIA-Bytes", "The same of the class INFREQUENT_ACCESS."},
    [ITEM_VENDED] = {"VendedLog-Bytes", "What functions log."},
    [ITEM_VENDED_IA] = {"VendedLogIA-Bytes", "The same of the class INFREQUENT_ACCESS."},
    [ITEM_VENDED_DELIVERY] = {"S3-Egress-Bytes", "The same of the class DELIVERY; to Firehose it has the same price."},
    [ITEM_KEPT] = {"Logs-TimedStorage-ByteHrs", "What is kept, compressed, in the long run."},
    {0},
};

static void log_group_validate(struct validation *validation, void *config)
{
    (void)validation;
    struct log_group *group = config;
    group->service.part = "subscription";
    group->service.age_rule = "logs_subscription_retry_age_s";
}

static enum status log_group_create(struct simulation *simulation, void *self)
{
    struct log_group *group = self;
    const struct rule_book *rules = simulation->settings->rules;
    uint32_t number = 0;
    group->batch_max_bytes = (uint64_t)rule_bytes(rules, "logs_subscription_batch_max_kb");
    group->overhead_bytes = (uint64_t)rule_bytes(rules, "log_event_overhead_bytes");
    group->gatherings = calloc(group->service.outlets.count + 1u, sizeof *group->gatherings);
    if (!group->gatherings)
        return STATUS_NO_MEMORY;
    for (const struct subscription *subscription = group->subscriptions; subscription; subscription = subscription->next)
        group->gatherings[number++].subscription = subscription;
    return service_create(simulation, self);
}

static void log_group_destroy(struct simulation *simulation, void *self)
{
    struct log_group *group = self;
    free(group->gatherings);
    service_destroy(simulation, self);
}

/* What was gathered sets out. */
static void close_batch(struct simulation *simulation, struct log_group *group, uint32_t route)
{
    struct gathering *gathering = &group->gatherings[route];
    double bytes = (double)gathering->bytes * group->compression;
    gathering->batch.payload_bytes = bytes < 1 ? 1 : bytes >= UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
    counter_add(&group->forwarded_events, gathering->events);
    counter_add(&group->forwarded_bytes, gathering->batch.payload_bytes);
    fanout_send(simulation, &group->service.fanout, (uint16_t)route, &gathering->batch);
    gathering->events = 0;
    gathering->bytes = 0;
    gathering->round++;
}

static void gather(struct simulation *simulation, struct log_group *group, uint32_t route, const struct request *request)
{
    struct gathering *gathering = &group->gatherings[route];
    if (gathering->events > 0 && gathering->bytes + request->payload_bytes > group->batch_max_bytes)
        close_batch(simulation, group, route);
    if (gathering->events++ == 0) {
        gathering->batch = *request;
        gathering->batch.from = ENTITY_NONE;
        simulation_schedule(simulation, group->service.self, (uint16_t)(LOGS_CLOSE + route), RANK_ARRIVAL,
                            time_add(simulation->now_ns, group->window_ns), gathering->round);
    }
    gathering->batch.poison = gathering->batch.poison || request->poison;
    gathering->bytes += request->payload_bytes;
}

static void log_group_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct log_group *group = self;
    /* The service's own lines, whose answer nobody waits for, come with what counts beside their text. */
    bool vended = request->from == ENTITY_NONE;
    counter_add(&group->incoming_events, 1);
    counter_add(&group->incoming_bytes, request->payload_bytes + (vended ? 0 : group->overhead_bytes));
    if (vended)
        counter_add(&group->vended_bytes, request->payload_bytes);
    counter_add(&group->service.received, 1);
    for (uint32_t i = 0; i < group->service.outlets.count; i++)
        if (content_set_has(group->gatherings[i].subscription->outlet.matches, request->content))
            gather(simulation, group, i, request);
    request_done(simulation, group->service.self, request, &cause_succeeded);
}

/* A window is over, unless its batch was full before. */
static void log_group_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct log_group *group = self;
    if (event->kind < LOGS_CLOSE)
        service_handle(simulation, self, event);
    else if (group->gatherings[event->kind - LOGS_CLOSE].round == event->data)
        close_batch(simulation, group, event->kind - LOGS_CLOSE);
}

static void log_group_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    static const int vended_items[] = {ITEM_VENDED, ITEM_VENDED_IA, ITEM_VENDED_DELIVERY};
    const struct log_group *group = self;
    const struct rule_book *rules = simulation->settings->rules;
    double all_gb = (double)group->incoming_bytes.whole / BYTES_PER_GB, vended_gb = (double)group->vended_bytes.whole / BYTES_PER_GB;
    if (!rule_flag(rules, "log_lambda_vended"))
        vended_gb = 0;
    bill_add(bill, &log_group_line_items[group->log_class == CLASS_INFREQUENT_ACCESS ? ITEM_INGESTED_IA : ITEM_INGESTED],
             all_gb - vended_gb);
    bill_add(bill, &log_group_line_items[vended_items[group->log_class]], vended_gb);
    if (group->log_class == CLASS_DELIVERY)
        return;
    double months = group->retention_given ? (double)group->retention_ns / (double)rule_ns(rules, "billing_month_h")
                                           : rule_number(rules, "log_kept_months");
    bill_add(bill, &log_group_line_items[ITEM_KEPT], all_gb * months * rule_number(rules, "log_kept_compression"));
}

const struct model_type log_group_type = {
    .type = "AWS::Logs::LogGroup",
    .service = "AmazonCloudWatch",
    .help = "A log group: each arrival of a source is a log event; subscription filters deliver what matches, several together.",
    .size = sizeof(struct log_group),
    .self_offset = offsetof(struct log_group, service.self),
    .properties = log_group_properties,
    .behavior = log_group_behavior,
    .metrics = log_group_metrics,
    .line_items = log_group_line_items,
    .validate = log_group_validate,
    .create = log_group_create,
    .destroy = log_group_destroy,
    .handle = log_group_handle,
    .accept = log_group_accept,
    .done = service_done,
    .finish = service_finish,
    .quantities = log_group_quantities,
};

#undef AT
#define AT(field) offsetof(struct subscription, field)

static const struct property subscription_properties[] = {
    {"LogGroupName", PROPERTY_REFERENCE, AT(group), .required = true, .outside = true, .help = "Whose log events."},
    {"DestinationArn", PROPERTY_REFERENCE, AT(destination), .required = true, .help = "The function, stream or delivery stream."},
    {"FilterPattern", PROPERTY_STRING, AT(pattern), .required = true,
     .help = "Terms that a source's `event` must hold: all of them, one of those with ?, none of those with -; empty: all log events."},
    ACCEPTED("ApplyOnTransformedLogs"),
    ACCEPTED("Distribution"),
    ACCEPTED("EmitSystemFields"),
    ACCEPTED("FieldSelectionCriteria"),
    ACCEPTED("FilterName"),
    ACCEPTED("RoleArn"),
    {0},
};

/* One term of a pattern, quoted or not; moves on behind it. False at the end. */
static bool next_term(const char **at, const char **term, size_t *length, char *sign)
{
    const char *text = *at + strspn(*at, " \t");
    *sign = *text == '?' || *text == '-' ? *text++ : '\0';
    if (*text == '\0')
        return false;
    bool quoted = *text == '"';
    *term = text + quoted;
    *length = strcspn(*term, quoted ? "\"" : " \t");
    *at = *term + *length + (quoted && (*term)[*length] ? 1 : 0);
    return true;
}

/* A log event of which nothing is known passes, as through every filter. */
static bool passes(const struct content *content, const void *context)
{
    const char *at = context, *term;
    size_t length;
    char sign;
    bool any_wanted = false, any_found = false;
    while (content->event && next_term(&at, &term, &length, &sign)) {
        bool found = memmem(content->event, strlen(content->event), term, length) != NULL;
        if (sign == '?') {
            any_wanted = true;
            any_found = any_found || found;
        } else if (found == (sign == '-')) {
            return false;
        }
    }
    return !any_wanted || any_found;
}

/* Structured patterns look at fields, which log events have none of here. */
static bool is_structured(const char *pattern)
{
    return pattern[0] == '{' || pattern[0] == '[';
}

static void check_count(struct validation *validation, uint32_t entity, const struct log_group *group)
{
    double most = rule_number(validation_rules(validation), "logs_subscriptions_max");
    if (group->service.outlets.count >= most)
        validation_error(validation, "LogGroupName", "let one function or stream tell the others",
                         "%s has %u subscription filters: a log group has no more than %.0f", validation_name(validation, entity),
                         group->service.outlets.count, most);
}

static void subscription_validate(struct validation *validation, void *config)
{
    struct subscription *subscription = config;
    if (subscription->group == ENTITY_NONE || kind_is(validation, subscription->group, KIND_FUNCTION)) {
        validation_warning(validation, "LogGroupName",
                           "make an AWS::Logs::LogGroup, name it here, and in the function's LoggingConfig.LogGroup",
                           "the log group of that name is no resource here: this has no effect");
        return;
    }
    if (!subscription->pattern || !kind_check(validation, "LogGroupName", subscription->group, KIND_LOG_GROUP))
        return; /* one that is missing has been complained of */
    struct log_group *group = validation_config(validation, subscription->group);
    uint32_t before = group->service.outlets.count;
    check_count(validation, subscription->group, group);
    if (is_structured(subscription->pattern)) {
        validation_warning(validation, "FilterPattern", "write terms", "only patterns of terms are matched here: this one passes all");
    } else {
        validation_contents_where(validation, passes, subscription->pattern, &subscription->matches);
        subscription->outlet.matches = &subscription->matches;
    }
    service_tell(validation, &group->service, subscription->group, "DestinationArn", &subscription->outlet, subscription->destination,
                 KIND_FUNCTION | KIND_STREAM | KIND_DELIVERY_STREAM);
    if (group->service.outlets.count == before)
        return;
    struct subscription **end = &group->subscriptions;
    while (*end)
        end = &(*end)->next;
    *end = subscription;
}

const struct model_type subscription_filter_type = {
    .type = "AWS::Logs::SubscriptionFilter",
    .help = "Delivers matching log events of a log group to a function or a stream.",
    .size = sizeof(struct subscription),
    .self_offset = AT(self),
    .properties = subscription_properties,
    .validate = subscription_validate,
};
