/* bucket.c: AWS::S3::Bucket: requests and their rates, what is stored, and notifications: late at times, at least once, and with the switch
 * of the course notes one for two writes of an object that keeps no versions.
 * Source: rules s3_*, which cite the S3 User Guide. An object is the source's `key`; items without one are objects of their own. */
#include "bucket.h"

#include "engine/loadable.h"
#include "measure/bill.h"
#include "notation/property.h"
#include "scenario/validation.h"
#include "service.h"

#include <math.h>
#include <stdio.h>

enum bucket_event { BUCKET_NOTICE, BUCKET_ANSWER, BUCKET_ANSWER_GET, BUCKET_REVIEW };

#define AT(field) offsetof(struct bucket, field)
#define NOTIFICATION(field) offsetof(struct notification, field)
#define NOTIFICATION_ROWS(TARGET, HELP)                                                                                                    \
    {TARGET, PROPERTY_REFERENCE, NOTIFICATION(target), .required = true, .help = HELP},                                                    \
        {"Event", PROPERTY_STRINGS, NOTIFICATION(events), .required = true, .help = "Which events: \"s3:ObjectCreated:*\"."},              \
        {"Filter", PROPERTY_OBJECT, 0, .properties = notification_filter_properties, .help = "Of which objects."},                         \
    {                                                                                                                                      \
        0                                                                                                                                  \
    }

static const struct property function_rows[] = {NOTIFICATION_ROWS("Function", "The function that is invoked, asynchronously.")};
static const struct property queue_rows[] = {NOTIFICATION_ROWS("Queue", "The standard queue that gets the notification.")};
static const struct property topic_rows[] = {NOTIFICATION_ROWS("Topic", "The standard topic that gets the notification.")};

static const struct property event_bridge_properties[] = {
    {"EventBridgeEnabled", PROPERTY_BOOLEAN, AT(event_bridge), .required = true, .help = "All events go to the default event bus."},
    {0},
};

#define NOTIFICATIONS(NAME, FIELD, ROWS, WHO)                                                                                              \
    {                                                                                                                                      \
        NAME, PROPERTY_LIST, AT(FIELD), .properties = ROWS, .size = sizeof(struct notification), .minimum = "0", .maximum = "100",         \
                                        .help = WHO                                                                                        \
    }

static const struct property configuration_properties[] = {
    NOTIFICATIONS("LambdaConfigurations", functions, function_rows, "Functions that are told."),
    NOTIFICATIONS("QueueConfigurations", queues, queue_rows, "Queues that are told."),
    NOTIFICATIONS("TopicConfigurations", topics, topic_rows, "Topics that are told."),
    {"EventBridgeConfiguration", PROPERTY_OBJECT, 0, .properties = event_bridge_properties, .help = "Events on the default event bus."},
    {0},
};

static const char *const versioning_states[] = {"Enabled", "Suspended", NULL};

static const struct property versioning_properties[] = {
    {"Status", PROPERTY_ENUM, AT(versioning), .choices = versioning_states, .required = true, .help = "Enabled keeps what is overwritten."},
    {0},
};

static const struct property bucket_properties[] = {
    {"NotificationConfiguration", PROPERTY_OBJECT, 0, .properties = configuration_properties, .help = "Who is told of which events."},
    {"VersioningConfiguration", PROPERTY_OBJECT, 0, .properties = versioning_properties,
     .given = PROPERTY_GIVEN(struct bucket, versioning_given), .help = "Whether objects keep their versions."},
    ACCEPTED("AbacStatus"),
    ACCEPTED("AccelerateConfiguration"),
    ACCEPTED("AccessControl"),
    ACCEPTED("AnalyticsConfigurations"),
    ACCEPTED("BucketEncryption"),
    ACCEPTED("BucketName"),
    ACCEPTED("CorsConfiguration"),
    ACCEPTED("IntelligentTieringConfigurations"),
    ACCEPTED("InventoryConfigurations"),
    ACCEPTED("LifecycleConfiguration"),
    ACCEPTED("LoggingConfiguration"),
    ACCEPTED("MetricsConfigurations"),
    ACCEPTED("ObjectLockConfiguration"),
    ACCEPTED("ObjectLockEnabled"),
    ACCEPTED("OwnershipControls"),
    ACCEPTED("PublicAccessBlockConfiguration"),
    ACCEPTED("ReplicationConfiguration"),
    ACCEPTED("Tags"),
    ACCEPTED("WebsiteConfiguration"),
    {0},
};

static const struct property bucket_behavior[] = {
    {"delivery_delay", PROPERTY_TIME_DISTRIBUTION, AT(delivery_delay), .fallback = "s3_notification_delay",
     .help = "From a write to the first attempt to notify, drawn for each notification; so they come out of order at times."},
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "s3_latency",
     .help = "From a request to its answer; of a function's the bytes take the time of its network besides."},
    {"duplicate_rate", PROPERTY_PROBABILITY, AT(duplicate_rate), .fallback = "s3_duplicate_rate",
     .help = "How often a notification is sent twice without need."},
    {"single_notification", PROPERTY_BOOLEAN, AT(single_notification), .fallback = "s3_single_notification",
     .help = "A write while a notification of the same object (the source's `key`) is on its way gives none of its own, unless the bucket "
             "is versioned."},
    {"public", PROPERTY_BOOLEAN, AT(is_public), .fallback = "false",
     .help = "Who reads it from `traffic` is outside of AWS: what they get is billed as data transfer out. A distribution's reading never "
             "is."},
    {"prefixes", PROPERTY_INTEGER, AT(prefixes.count), .minimum = "1", .maximum = "100000", .fallback = "1",
     .help = "Over how many prefixes requests spread: the quotas of requests per second are each prefix's."},
    {"prefix_skew", PROPERTY_NUMBER, AT(prefixes.skew), .minimum = "0", .maximum = "100", .fallback = "0",
     .help = "How unevenly they do: the k-th prefix has k^-skew of the objects, so the first is the hot one. 0: all as many, and they have "
             "what they may together."},
    {"split_time", PROPERTY_TIME, AT(prefixes.split_ns), .fallback = "s3_split_s",
     .help = "How long more must be asked of a prefix than it may have until S3 has split it, and it may have twice as much; 503 Slow Down "
             "meanwhile."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct bucket, metrics.field)

static const struct metric_type bucket_metrics[] = {
    {"AWS/S3", "AllRequests", "Count", METRIC_COUNT, AT(requests), .help = "Requests, whatever became of them."},
    {"AWS/S3", "PutRequests", "Count", METRIC_COUNT, AT(puts), .help = "Requests that write: PUT, POST, COPY."},
    {"AWS/S3", "GetRequests", "Count", METRIC_COUNT, AT(gets), .help = "Requests that read an object."},
    {"AWS/S3", "DeleteRequests", "Count", METRIC_COUNT, AT(deletes), .help = "Requests that delete."},
    {"AWS/S3", "ListRequests", "Count", METRIC_COUNT, AT(lists), .help = "Requests that list what is there."},
    {"AWS/S3", "5xxErrors", "Count", METRIC_COUNT, AT(errors), .help = "Requests answered with 503 Slow Down."},
    {"AWS/S3", "BytesUploaded", "Bytes", METRIC_COUNT, AT(uploaded), .help = "Bytes of what was written."},
    {"AWS/S3", "BytesDownloaded", "Bytes", METRIC_COUNT, AT(downloaded), .help = "Bytes of what was read."},
    {"AWS/S3", "FirstByteLatency", "Milliseconds", METRIC_TALLY, AT(first_byte), .help = "From a request to the first byte of its answer."},
    {"AWS/S3", "TotalRequestLatency", "Milliseconds", METRIC_TALLY, AT(latency), .help = "From a request to the end of its answer."},
    {"slsim", "Partitions", "Count", METRIC_GAUGE, offsetof(struct bucket, prefixes.partitions),
     .help = "What all prefixes have: 3,500 writes and 5,500 reads a second each."},
    {"slsim", "Objects", "Count", METRIC_GAUGE, AT(objects), .help = "Objects and their versions, since the simulation's zero."},
    {"slsim", "BytesStored", "Bytes", METRIC_GAUGE, AT(stored), .help = "Their bytes."},
    FANOUT_METRICS(offsetof(struct bucket, notices)),
    {"slsim", "NotificationsCoalesced", "Count", METRIC_COUNT, offsetof(struct bucket, notices.coalesced),
     .help = "Writes whose notification another one stands for (single_notification)."},
    {"slsim", "NoticesOutOfOrder", "Count", METRIC_COUNT, offsetof(struct bucket, notices.in_step.out_of_order), .better = -1,
     .help = "Notices taken after one of a later write of the same object (the source's `key`): what `sequencer` tells."},
    {"slsim", "ObjectsDiffering", "Count", METRIC_GAUGE, offsetof(struct bucket, notices.in_step.differing), .better = -1,
     .help = "Objects of which a target was told last of another write than the last: what a table that is kept in step has wrong. By "
             "target."},
    {"slsim", "ObjectsBehind", "Count", METRIC_GAUGE, offsetof(struct bucket, notices.in_step.behind), .better = -1,
     .help = "The same for a target that keeps what has the larger `sequencer`: only what it was not told of yet, or never."},
    {NULL, "tier 1 requests", "None", METRIC_COUNT, AT(tier1), .help = ""},
    {NULL, "tier 2 requests", "None", METRIC_COUNT, AT(tier2), .help = ""},
    {NULL, "bytes that left", "None", METRIC_COUNT, AT(left), .help = ""},
    {0},
};

enum { ITEM_TIER1, ITEM_TIER2, ITEM_STORAGE, ITEM_LEFT };

static const struct line_item bucket_line_items[] = {
    [ITEM_TIER1] = {"S3-Requests-Tier1", "Requests that write or list."},
    [ITEM_TIER2] = {"S3-Requests-Tier2", "Requests that read. Deletions are free."},
    [ITEM_STORAGE] = {"S3-TimedStorage-ByteHrs", "What is stored, over time."},
    [ITEM_LEFT] = {"DataTransfer-Out-Bytes", "What users outside of AWS read (`public`)."},
    {0},
};

const char *const bucket_refusals[] = {bucket_refusal_overlap, NULL};

static void add_all(struct validation *validation, const struct property_list *list, const char *name, unsigned kinds)
{
    struct notification *rows = list->items;
    for (size_t i = 0; i < list->count; i++) {
        char property[100];
        snprintf(property, sizeof property, "NotificationConfiguration.%s[%zu]", name, i);
        notification_add(validation, validation_self(validation), &rows[i], property, kinds);
    }
}

static void bucket_validate(struct validation *validation, void *config)
{
    struct bucket *bucket = config;
    bucket_classify(validation, bucket);
    add_all(validation, &bucket->functions, "LambdaConfigurations", KIND_FUNCTION);
    add_all(validation, &bucket->queues, "QueueConfigurations", KIND_QUEUE);
    add_all(validation, &bucket->topics, "TopicConfigurations", KIND_TOPIC);
    uint32_t bus = validation_find(validation, "default");
    if (!bucket->event_bridge || !kind_is(validation, bus, KIND_BUS))
        return; /* no rule looks at that bus */
    bucket->bus = (struct outlet){.target = bus, .on_failure = ENTITY_NONE, .matches = &bucket->events};
    outlet_add(validation, validation_self(validation), &bucket->outlets, &bucket->bus);
}

static uint32_t bucket_envelope(const struct simulation *simulation, const void *self, const struct request *request)
{
    (void)simulation;
    return ((const struct bucket *)self)->envelopes[request->content];
}

static enum status bucket_create(struct simulation *simulation, void *self)
{
    struct bucket *bucket = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[bucket->self].name;
    struct fanout_policy policy = {
        .part = "notification",
        .delay = bucket->delivery_delay,
        .duplicate_rate = bucket->duplicate_rate,
        .notice_bytes = (uint32_t)fmin(fmax(rule_number(rules, "s3_event_bytes"), 0), UINT32_MAX),
        .keeps_in_step = true,
        .coalesces = bucket->single_notification && !bucket_is_versioned(bucket),
    };
    fanout_retries(&policy, rules);
    key_map_init(&bucket->objects, &simulation->memory, name);
    stream_init(&bucket->latency_stream, simulation->settings->seed, simulation->replication, name, "latency");
    enum status status = bucket_prefixes_create(simulation, &bucket->prefixes, name, BUCKET_REVIEW);
    if (status != STATUS_OK)
        return status;
    return fanout_init(&bucket->fanout, &policy, &bucket->outlets, &bucket->notices, simulation, bucket->self, BUCKET_NOTICE);
}

static void bucket_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct bucket *bucket = self;
    bucket_prefixes_destroy(&bucket->prefixes);
    key_map_fini(&bucket->objects);
    fanout_fini(&bucket->fanout);
    fault_fini(&bucket->faults);
}

static const struct cause cause_slow_down = {.fate = FATE_THROTTLED, .server_error = true, .text = "SlowDown"};

static void count_request(struct bucket *bucket, const struct request *request, enum request_class class)
{
    struct bucket_metrics *metrics = &bucket->metrics;
    struct counter *const counters[CLASSES] = {[CLASS_WRITE] = &metrics->puts,
                                               [CLASS_ALTER] = &metrics->puts,
                                               [CLASS_DELETE] = &metrics->deletes,
                                               [CLASS_READ] = &metrics->gets,
                                               [CLASS_LIST] = &metrics->lists};
    counter_add(&metrics->requests, 1);
    counter_add(counters[class], 1);
    if (class == CLASS_WRITE || class == CLASS_ALTER || class == CLASS_LIST)
        counter_add(&metrics->tier1, 1);
    if (class == CLASS_READ)
        counter_add(&metrics->tier2, 1);
    if (class == CLASS_WRITE || class == CLASS_READ)
        counter_add(class == CLASS_WRITE ? &metrics->uploaded : &metrics->downloaded, request->payload_bytes);
}

/* What was there under this name goes, unless its versions are kept. */
static void drop_object(struct simulation *simulation, struct bucket *bucket, uint32_t group)
{
    uint32_t bytes = key_map_find(&bucket->objects, group);
    if (bytes == POOL_NONE)
        return;
    key_map_remove(&bucket->objects, group);
    gauge_add(&bucket->metrics.objects, simulation->now_ns, -1);
    gauge_add(&bucket->metrics.stored, simulation->now_ns, -(int64_t)bytes);
}

static void change_objects(struct simulation *simulation, struct bucket *bucket, const struct request *request, enum request_class class)
{
    bool keeps = request->group == 0 || bucket_is_versioned(bucket);
    uint32_t bytes = request->payload_bytes < POOL_NONE ? request->payload_bytes : POOL_NONE - 1;
    if (!keeps)
        drop_object(simulation, bucket, request->group);
    if (class != CLASS_WRITE)
        return;
    gauge_add(&bucket->metrics.objects, simulation->now_ns, 1);
    gauge_add(&bucket->metrics.stored, simulation->now_ns, bytes);
    if (!keeps)
        simulation_fail(simulation, key_map_put(&bucket->objects, request->group, bytes));
}

/* How long a request's bytes take of one who moves so many a second. */
static int64_t moving_ns(const struct request *request, double bytes_per_s)
{
    return time_from_double((double)request->payload_bytes / bytes_per_s * (double)NS_PER_S);
}

/* The same of who sent it. Only who reads or writes an object moves any. */
static int64_t sender_moving_ns(const struct simulation *simulation, const struct request *request, enum request_class class)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    if ((class != CLASS_READ && class != CLASS_WRITE) || !sender || !sender->type->bytes_per_s)
        return 0;
    return moving_ns(request, sender->type->bytes_per_s(sender->state));
}

/* Who sends over HTTP and says nothing reads. */
static enum request_class class_of(const struct simulation *simulation, const struct bucket *bucket, const struct request *request)
{
    const bool gets = request->from != ENTITY_NONE && simulation->entities[request->from].type->gets;
    return gets && content_set_has(&bucket->wordless, request->content) ? CLASS_READ
                                                                        : (enum request_class)bucket->classes[request->content];
}

/* It is done: what it changed is there, its events set out, and the sender is told. */
static void perform(struct simulation *simulation, struct bucket *bucket, struct request *request, enum request_class class)
{
    if (class != CLASS_OWN) {
        int64_t latency_ns = simulation->now_ns - request->sent_ns;
        tally_add(&bucket->metrics.latency, TALLY_ALL, latency_ns);
        int64_t first_ns = latency_ns - sender_moving_ns(simulation, request, class);
        tally_add(&bucket->metrics.first_byte, TALLY_ALL, first_ns > 0 ? first_ns : 0);
    }
    if (class == CLASS_READ && bucket->is_public && request->from != ENTITY_NONE &&
        model_is(simulation->entities[request->from].type, "traffic"))
        counter_add(&bucket->metrics.left, request->payload_bytes);
    if (class == CLASS_WRITE || class == CLASS_DELETE)
        change_objects(simulation, bucket, request, class);
    if (class != CLASS_READ && class != CLASS_LIST)
        fanout_publish(simulation, &bucket->fanout, request);
    request_done(simulation, bucket->self, request, &cause_succeeded);
}

static int64_t draw_latency_ns(struct bucket *bucket, const struct request *request)
{
    stream_at(&bucket->latency_stream, request->item, request->attempt);
    return fault_slowed(&bucket->faults, distribution_sample_ns(bucket->latency, &bucket->latency_stream.rng));
}

/* Read in INIT. */
static bool load(struct simulation *simulation, void *self, const struct request *request, double bytes_per_s, int64_t *ns)
{
    struct bucket *bucket = self;
    count_request(bucket, request, CLASS_READ);
    if (fault_befalls(&bucket->faults, request) || !bucket_prefixes_take(simulation, &bucket->prefixes, bucket->self, request, true)) {
        counter_add(&bucket->metrics.errors, 1);
        return false;
    }
    int64_t latency_ns = draw_latency_ns(bucket, request);
    *ns = time_add(latency_ns, moving_ns(request, bytes_per_s));
    tally_add(&bucket->metrics.first_byte, TALLY_ALL, latency_ns);
    tally_add(&bucket->metrics.latency, TALLY_ALL, *ns);
    return true;
}

static const struct loadable bucket_loadable = {.load = load, .stored = true};

static void bucket_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct bucket *bucket = self;
    enum request_class class = class_of(simulation, bucket, request);
    if (class == CLASS_OWN) {
        perform(simulation, bucket, request, class);
        return;
    }
    count_request(bucket, request, class);
    if (fault_answers(simulation, &bucket->faults, bucket->self, request)) {
        counter_add(&bucket->metrics.errors, 1);
        return;
    }
    bool reads = class == CLASS_READ || class == CLASS_LIST;
    if (!bucket_prefixes_take(simulation, &bucket->prefixes, bucket->self, request, reads)) {
        counter_add(&bucket->metrics.errors, 1);
        request_done(simulation, bucket->self, request, &cause_slow_down);
        return;
    }
    int64_t latency_ns = time_add(draw_latency_ns(bucket, request), sender_moving_ns(simulation, request, class));
    bucket->waiting++;
    const uint16_t kind = class == CLASS_READ ? BUCKET_ANSWER_GET : BUCKET_ANSWER; /* who asked may be gone by then */
    simulation_schedule(simulation, bucket->self, kind, RANK_COMPLETION, time_add(simulation->now_ns, latency_ns), request->id);
}

static void bucket_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct bucket *bucket = self;
    if (event->kind == BUCKET_NOTICE) {
        fanout_handle(simulation, &bucket->fanout, event);
        return;
    }
    if (event->kind == BUCKET_REVIEW) {
        bucket_prefixes_review(simulation, &bucket->prefixes, bucket->self, event->data);
        return;
    }
    struct request *request = request_at(simulation, event->data);
    bucket->waiting--;
    perform(simulation, bucket, request,
            event->kind == BUCKET_ANSWER_GET ? CLASS_READ : (enum request_class)bucket->classes[request->content]);
}

static void bucket_done(struct simulation *simulation, void *self, struct request *request)
{
    struct bucket *bucket = self;
    fanout_answered(simulation, &bucket->fanout, request);
}

static enum status bucket_finish(struct simulation *simulation, void *self)
{
    struct bucket *bucket = self;
    simulation_in_flight(simulation, bucket->self, bucket->waiting);
    fanout_finish(simulation, &bucket->fanout);
    return STATUS_OK;
}

static void bucket_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct bucket *bucket = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    bill_add(bill, &bucket_line_items[ITEM_TIER1], (double)bucket->metrics.tier1.whole);
    bill_add(bill, &bucket_line_items[ITEM_TIER2], (double)bucket->metrics.tier2.whole);
    if (bucket->is_public)
        bill_add(bill, &bucket_line_items[ITEM_LEFT], (double)bucket->metrics.left.whole / BYTES_PER_GB);
    bill_add(bill, &bucket_line_items[ITEM_STORAGE], (double)bucket->metrics.stored.whole.integral / month_ns / BYTES_PER_GB);
}

FAULT_FUNCTIONS(bucket, self)

static const struct action bucket_fault_actions[] = {FAULT_ENDPOINT_ROWS, FAULT_SLOW_ROW, {0}};

const struct model_type bucket_type = {
    .type = "AWS::S3::Bucket",
    .service = "Amazon S3",
    .help =
        "A bucket: requests and their quotas, what is stored, and notifications of events to functions, queues, topics and the event bus.",
    .size = sizeof(struct bucket),
    .self_offset = offsetof(struct bucket, self),
    .properties = bucket_properties,
    .behavior = bucket_behavior,
    .metrics = bucket_metrics,
    .line_items = bucket_line_items,
    .refusals = bucket_refusals,
    .validate = bucket_validate,
    .keeps_chain = true,
    .envelopes = bucket_envelopes,
    .envelope = bucket_envelope,
    .create = bucket_create,
    .destroy = bucket_destroy,
    .handle = bucket_handle,
    .accept = bucket_accept,
    .receives = bucket_receives,
    .loadable = &bucket_loadable,
    .actions = bucket_fault_actions,
    .done = bucket_done,
    .finish = bucket_finish,
    .quantities = bucket_quantities,
};
