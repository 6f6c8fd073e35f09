/* topic.c: AWS::SNS::Topic and AWS::SNS::Subscription: what can be said of them, what is measured and billed.
 * Publishing and delivering stand in topic_deliver.c. Source: rules sns_*, which cite the SNS developer guide. */
#include "topic_state.h"

#include "engine/sending.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "queue_state.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

static const char *const protocols[] = {"lambda", "sqs", "firehose", "http", "https", "email", "email-json", "sms", "application", NULL};
static const char *const scopes[] = {"MessageAttributes", "MessageBody", NULL};
static const char *const throughput_scopes[] = {"Topic", "MessageGroup", NULL};

#define AT(field) offsetof(struct subscription, field)

static const struct property inline_properties[] = {
    {"Endpoint", PROPERTY_REFERENCE, AT(endpoint), .required = true, .outside = true,
     .help = "The function, queue or other resource that gets the messages, or an address outside, which takes all."},
    {"Protocol", PROPERTY_ENUM, AT(protocol), .required = true, .choices = protocols,
     .help = "How it gets them: decides retries and price."},
    {0},
};

static const struct property redrive_properties[] = {
    {"deadLetterTargetArn", PROPERTY_REFERENCE, AT(dead_letter), .required = true,
     .given = PROPERTY_GIVEN(struct subscription, redrive_given), .help = "The queue that gets what could not be delivered."},
    {0},
};

static const char *const backoff_functions[] = {"linear", "arithmetic", "geometric", "exponential", NULL};

static const struct property retry_properties[] = {
    {"numRetries", PROPERTY_INTEGER, AT(retry.retries), .minimum = "0", .maximum = "sns_http_retries_max", .fallback = "sns_http_retries",
     .help = "Retries in all: what the other phases leave is the back-off's."},
    {"numNoDelayRetries", PROPERTY_INTEGER, AT(retry.immediate), .minimum = "0", .fallback = "0", .help = "Retries at once."},
    {"numMinDelayRetries", PROPERTY_INTEGER, AT(retry.pre), .minimum = "0", .fallback = "0",
     .help = "Then so many after minDelayTarget each."},
    {"numMaxDelayRetries", PROPERTY_INTEGER, AT(retry.post), .minimum = "0", .fallback = "0",
     .help = "In the end so many after maxDelayTarget each."},
    {"minDelayTarget", PROPERTY_TIME, AT(retry.least_ns), .unit = "s", .minimum = "1", .maximum = "sns_http_policy_max_s",
     .fallback = "sns_http_retry_wait_s", .help = "The first wait of the back-off."},
    {"maxDelayTarget", PROPERTY_TIME, AT(retry.most_ns), .unit = "s", .minimum = "1", .maximum = "sns_http_policy_max_s",
     .fallback = "sns_http_retry_wait_s", .help = "Its last wait."},
    {"backoffFunction", PROPERTY_ENUM, AT(retry.function), .choices = backoff_functions, .fallback = "\"linear\"",
     .help = "linear and arithmetic: waits rise evenly; geometric and exponential: by a factor. AWS gives no formulas."},
    {0},
};

static const struct property policy_properties[] = {
    {"healthyRetryPolicy", PROPERTY_OBJECT, 0, .properties = retry_properties, .given = PROPERTY_GIVEN(struct subscription, retry.given),
     .help = "How often and when a web endpoint is tried again."},
    ACCEPTED("throttlePolicy"),
    ACCEPTED("requestPolicy"),
    ACCEPTED("guaranteed"),
    ACCEPTED("sicklyRetryPolicy"),
    {0},
};

static const struct property subscription_properties[] = {
    {"TopicArn", PROPERTY_REFERENCE, AT(topic), .required = true, .help = "The topic."},
    {"Protocol", PROPERTY_ENUM, AT(protocol), .choices = protocols, .fallback = "\"lambda\"",
     .help = "How the endpoint gets the messages: decides retries and price."},
    {"Endpoint", PROPERTY_REFERENCE, AT(endpoint), .required = true, .outside = true,
     .help = "The function, queue or other resource that gets the messages, or an address outside, which takes all."},
    {"FilterPolicy", PROPERTY_PATTERN, AT(filter), .unit = "subscription", .help = "Only messages that match are delivered."},
    {"FilterPolicyScope", PROPERTY_ENUM, AT(scope), .choices = scopes, .fallback = "\"MessageAttributes\"",
     .help = "What FilterPolicy looks at: the body's member \"MessageAttributes\", or the body."},
    {"RedrivePolicy", PROPERTY_OBJECT, 0, .properties = redrive_properties, .help = "Where messages go that could not be delivered."},
    {"SqsSubscription", PROPERTY_ACCEPTED, 0, .given = PROPERTY_GIVEN(struct subscription, sqs_given),
     .help = "Of a SAM event: not simulated; subscribe a queue and give the function an SQS event."},
    ACCEPTED("RawMessageDelivery"),
    {"DeliveryPolicy", PROPERTY_OBJECT, 0, .properties = policy_properties, .help = "Of a web endpoint (http, https)."},
    ACCEPTED("Region"),
    ACCEPTED("ReplayPolicy"),
    ACCEPTED("SubscriptionRoleArn"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct topic, field)

static const struct property topic_properties[] = {
    {"Subscription", PROPERTY_LIST, AT(own), .properties = inline_properties, .size = sizeof(struct subscription),
     .help = "Subscriptions without a filter."},
    {"FifoTopic", PROPERTY_BOOLEAN, AT(fifo), .fallback = "false",
     .help = "Order within each message group, to queues only; quotas and prices of its own."},
    {"ContentBasedDeduplication", PROPERTY_BOOLEAN, AT(content_based), .fallback = "false",
     .help = "Of a FIFO topic. FIFO queues drop what is sent again with it or without, as senders give each item an id."},
    {"FifoThroughputScope", PROPERTY_ENUM, AT(throughput_scope), .choices = throughput_scopes, .fallback = "\"Topic\"",
     .given = PROPERTY_GIVEN(struct topic, scope_given),
     .help = "Of a FIFO topic. MessageGroup: the account's quota instead of the topic's."},
    {"MaximumMessageSize", PROPERTY_SIZE, AT(message_max_bytes), .unit = "B", .minimum = "1", .maximum = "sns_message_max_kb",
     .fallback = "sns_message_default_max_kb", .help = "A larger message is rejected."},
    ACCEPTED("TopicName"),
    ACCEPTED("DisplayName"),
    ACCEPTED("KmsMasterKeyId"),
    ACCEPTED("DataProtectionPolicy"),
    ACCEPTED("DeliveryStatusLogging"),
    ACCEPTED("SignatureVersion"),
    ACCEPTED("TracingConfig"),
    ACCEPTED("ArchivePolicy"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property topic_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency),
     .help = "From publishing to the first try at each subscription. Default: rule sns_delay_ms."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct topic, metrics.field)

static const struct metric_type topic_metrics[] = {
    {"AWS/SNS", "NumberOfMessagesPublished", "Count", METRIC_COUNT, AT(published), .help = "Messages that were accepted."},
    {"AWS/SNS", "PublishSize", "Bytes", METRIC_TALLY, AT(publish_size), .help = "Their sizes."},
    {"AWS/SNS", "NumberOfNotificationsDelivered", "Count", METRIC_COUNT, AT(delivered), .better = 1,
     .help = "Messages that a subscriber took."},
    {"AWS/SNS", "NumberOfNotificationsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .compared = "Sum",
     .help = "Deliveries that were given up, after all retries or an error that no retry would change."},
    {"AWS/SNS", "NumberOfNotificationsFilteredOut", "Count", METRIC_COUNT, AT(filtered),
     .help = "Messages that a filter did not let pass."},
    {"AWS/SNS", "NumberOfNotificationsFilteredOut-MessageAttributes", "Count", METRIC_COUNT, AT(filtered_attributes),
     .help = "Of them, by filters on attributes."},
    {"AWS/SNS", "NumberOfNotificationsFilteredOut-MessageBody", "Count", METRIC_COUNT, AT(filtered_body),
     .help = "By filters on the body."},
    {"AWS/SNS", "NumberOfNotificationsRedrivenToDlq", "Count", METRIC_COUNT, AT(redriven), .better = -1,
     .help = "Messages that a subscription's dead-letter queue got."},
    {"AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", "Count", METRIC_COUNT, AT(lost), .better = -1,
     .help = "Messages that it did not take: lost."},
    {"slsim", "DeliveryAttempts", "Count", METRIC_COUNT, AT(attempts), .help = "Tries to deliver, retries included."},
    {"slsim", "DeliveryTime", "Milliseconds", METRIC_TALLY, AT(delivery_time), .better = -1,
     .help = "From publishing a message to its delivery."},
    {"slsim", "NotificationsPending", "Count", METRIC_GAUGE, AT(pending), .help = "Deliveries that are not over."},
    {"slsim", "PublishesThrottled", "Count", METRIC_COUNT, AT(throttled), .better = -1, .help = "Messages beyond the quota."},
    {NULL, "billed requests", "None", METRIC_COUNT, AT(requests), .help = ""},
    {NULL, "bytes of a FIFO topic", "None", METRIC_COUNT, AT(fifo_bytes), .help = ""},
    {NULL, "billed to lambda", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_LAMBDA]), .help = ""},
    {NULL, "billed to sqs", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_SQS]), .help = ""},
    {NULL, "billed to firehose", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_FIREHOSE]), .help = ""},
    {NULL, "billed to http", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_HTTP]), .help = ""},
    {NULL, "billed to https", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_HTTPS]), .help = ""},
    {NULL, "billed to email", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_EMAIL]), .help = ""},
    {NULL, "billed to email-json", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_EMAIL_JSON]), .help = ""},
    {NULL, "billed to sms", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_SMS]), .help = ""},
    {NULL, "billed to application", "None", METRIC_COUNT, AT(billed_deliveries[PROTOCOL_APPLICATION]), .help = ""},
    {0},
};

enum { ITEM_REQUESTS, ITEM_FIFO_REQUESTS, ITEM_FIFO_BYTES, ITEM_LAMBDA, ITEM_SQS, ITEM_FIREHOSE, ITEM_HTTP, ITEM_MAIL };

static const struct line_item topic_line_items[] = {
    [ITEM_REQUESTS] = {"SNS-Requests-Tier1", "Messages published, in chunks of 64 KB."},
    [ITEM_FIFO_REQUESTS] = {"SNS-FIFO-Requests", "The same of a FIFO topic."},
    [ITEM_FIFO_BYTES] = {"SNS-FIFO-PayloadBytes", "Their sizes."},
    [ITEM_LAMBDA] = {"SNS-DeliveryAttempts-LAMBDA", "Tries to deliver to functions."},
    [ITEM_SQS] = {"SNS-DeliveryAttempts-SQS", "Tries to deliver to queues."},
    [ITEM_FIREHOSE] = {"SNS-DeliveryAttempts-FIREHOSE", "Tries to deliver to delivery streams, in chunks of 64 KB."},
    [ITEM_HTTP] = {"SNS-DeliveryAttempts-HTTP", "Tries to deliver over HTTP and HTTPS, in chunks of 64 KB."},
    [ITEM_MAIL] = {"SNS-DeliveryAttempts-SMTP", "Tries to deliver by e-mail. Text messages and mobile push are not billed here."},
    {0},
};

static void topic_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct topic *topic = self;
    const struct counter *deliveries = topic->metrics.billed_deliveries;
    bill_add(bill, &topic_line_items[topic->fifo ? ITEM_FIFO_REQUESTS : ITEM_REQUESTS], (double)topic->metrics.requests.whole);
    if (topic->fifo)
        bill_add(bill, &topic_line_items[ITEM_FIFO_BYTES], (double)topic->metrics.fifo_bytes.whole / BYTES_PER_GB);
    bill_add(bill, &topic_line_items[ITEM_LAMBDA], (double)deliveries[PROTOCOL_LAMBDA].whole);
    bill_add(bill, &topic_line_items[ITEM_SQS], (double)deliveries[PROTOCOL_SQS].whole);
    const struct {
        int item;
        uint64_t quantity;
    } paid[] = {
        {ITEM_FIREHOSE, deliveries[PROTOCOL_FIREHOSE].whole},
        {ITEM_HTTP, deliveries[PROTOCOL_HTTP].whole + deliveries[PROTOCOL_HTTPS].whole},
        {ITEM_MAIL, deliveries[PROTOCOL_EMAIL].whole + deliveries[PROTOCOL_EMAIL_JSON].whole},
    };
    for (size_t i = 0; i < sizeof paid / sizeof *paid; i++)
        if (paid[i].quantity > 0)
            bill_add(bill, &topic_line_items[paid[i].item], (double)paid[i].quantity);
}

/* The queue behind an entity; NULL where it is none. */
static const struct queue_config *queue_at(const struct validation *validation, uint32_t entity)
{
    if (entity == ENTITY_NONE || !model_is(validation_type(validation, entity), QUEUE_TYPE))
        return NULL;
    return &((const struct queue *)validation_config(validation, entity))->config;
}

/* Is the endpoint what the protocol delivers to? `property` is where it stands. */
static void check_endpoint(struct validation *validation, const struct subscription *subscription, const char *property, bool fifo)
{
    enum protocol protocol = (enum protocol)subscription->protocol;
    const struct queue_config *queue = queue_at(validation, subscription->endpoint);
    bool managed = protocol == PROTOCOL_LAMBDA || protocol == PROTOCOL_SQS || protocol == PROTOCOL_FIREHOSE;
    if (fifo && protocol != PROTOCOL_SQS) {
        validation_error(validation, property, "subscribe a queue, and let the function read from that",
                         "a FIFO topic delivers to queues only");
        return;
    }
    if (subscription->endpoint == ENTITY_NONE) {
        if (managed)
            validation_error(validation, property, NULL, "protocol %s delivers to a resource, not to an address", protocols[protocol]);
        return;
    }
    const struct model_type *type = validation_type(validation, subscription->endpoint);
    const char *name = validation_name(validation, subscription->endpoint);
    if ((queue != NULL) != (protocol == PROTOCOL_SQS))
        validation_error(validation, property, queue ? "set Protocol to sqs" : NULL, queue ? "%s is a queue" : "%s is no queue", name);
    else if (!model_is_callable(type) || model_is(type, TOPIC_TYPE))
        validation_error(validation, property, NULL, "%s cannot be delivered to", name);
    else if (queue && queue->fifo && !fifo)
        validation_error(validation, property, "set FifoTopic, or name a standard queue",
                         "a standard topic does not deliver to a FIFO queue");
}

/* Which of the topics keeps the bucket that `topic` publishes from: those of the account share one. */
static uint32_t quota_keeper(const struct validation *validation, const struct topic *topic)
{
    if (topic->fifo && topic->throughput_scope == 0)
        return validation_self(validation);
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), TOPIC_TYPE))
            continue;
        const struct topic *other = validation_config(validation, i);
        if (other->fifo == topic->fifo && other->throughput_scope == topic->throughput_scope)
            return i;
    }
    return validation_self(validation);
}

static void topic_validate(struct validation *validation, void *blob)
{
    struct topic *topic = blob;
    for (size_t i = 0; i < topic->own.count; i++) {
        char property[64];
        snprintf(property, sizeof property, "Subscription[%zu].Endpoint", i);
        own_subscriptions(topic)[i].topic = validation_self(validation);
        own_subscriptions(topic)[i].dead_letter = ENTITY_NONE;
        check_endpoint(validation, &own_subscriptions(topic)[i], property, topic->fifo);
        validation_flow(validation, validation_self(validation), own_subscriptions(topic)[i].endpoint);
    }
    if (!topic->fifo && topic->content_based)
        validation_error(validation, "ContentBasedDeduplication", "set FifoTopic", "only a FIFO topic deduplicates");
    if (!topic->fifo && topic->scope_given)
        validation_error(validation, "FifoThroughputScope", "set FifoTopic", "only a FIFO topic has this limit");
    topic->quota = quota_keeper(validation, topic);
}

static void check_dead_letter(struct validation *validation, const struct subscription *subscription, bool fifo)
{
    static const char property[] = "RedrivePolicy.deadLetterTargetArn";
    if (subscription->dead_letter == ENTITY_NONE)
        return;
    const struct queue_config *queue = queue_at(validation, subscription->dead_letter);
    const char *name = validation_name(validation, subscription->dead_letter);
    if (!queue)
        validation_error(validation, property, NULL, "%s is no queue", name);
    else if (queue->fifo && !fifo)
        validation_error(validation, property, "name a standard queue",
                         "the dead-letter queue of a subscription to a standard topic must be one too, and %s is not", name);
}

/* A web subscription's own policy, as phases. It must fit into what AWS allows. */
static void resolve_retries(struct validation *validation, struct subscription *subscription)
{
    static const char property[] = "DeliveryPolicy.healthyRetryPolicy";
    const struct web_retries *retry = &subscription->retry;
    int64_t fixed = retry->immediate + retry->pre + retry->post, most_ns = 0, wait_ns = 0;
    if (!retry->given)
        return;
    if (subscription->protocol != PROTOCOL_HTTP && subscription->protocol != PROTOCOL_HTTPS)
        validation_error(validation, property, NULL, "only web endpoints have a policy of their own");
    if (retry->least_ns > retry->most_ns)
        validation_error(validation, property, NULL, "minDelayTarget is above maxDelayTarget");
    if (retry->immediate > retry->retries || retry->pre > retry->retries || fixed > retry->retries) {
        validation_error(validation, property, "raise numRetries", "the phases have more retries than numRetries says");
        return;
    }
    subscription->own_phases = (struct retry_phases){
        .immediate = (uint32_t)retry->immediate,
        .pre = (uint32_t)retry->pre,
        .backoff = (uint32_t)(retry->retries - fixed),
        .post = (uint32_t)retry->post,
        .pre_wait_ns = retry->least_ns,
        .backoff_min_ns = retry->least_ns,
        .backoff_max_ns = retry->most_ns,
        .post_wait_ns = retry->most_ns,
        .linear = retry->function < 2,
    };
    for (uint32_t i = 1; i <= (uint32_t)retry->retries; i++)
        if ((wait_ns = retry_phases_wait_ns(&subscription->own_phases, i)) > 0)
            most_ns += wait_ns;
    double limit_s = rule_number(validation_rules(validation), "sns_http_policy_max_s");
    if ((double)most_ns > limit_s * 1e9)
        validation_error(validation, property, "rule sns_http_policy_max_s", "the waits come to %.0f s, and may to %.0f s",
                         (double)most_ns / 1e9, limit_s);
}

/* Behind the topic's others, so that they stand in the order of the file. */
static void join_topic(struct validation *validation, struct topic *topic)
{
    uint32_t *last = &topic->first;
    while (*last != 0)
        last = &((struct subscription *)validation_config(validation, *last - 1))->next;
    *last = validation_self(validation) + 1;
}

static void subscription_validate(struct validation *validation, void *blob)
{
    /* A message's attributes are all that a filter on them sees. */
    static const struct envelope attributes[] = {{"", ENVELOPE_ATTRIBUTES, NULL}, {0}};
    struct subscription *subscription = blob;
    if (!subscription->redrive_given)
        subscription->dead_letter = ENTITY_NONE;
    if (subscription->sqs_given)
        validation_warning(validation, "SqsSubscription", "subscribe a queue to the topic and give the function an SQS event",
                           "has no effect on this simulation: messages go to the function at once");
    if (subscription->topic == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, subscription->topic), TOPIC_TYPE)) {
        validation_error(validation, "TopicArn", NULL, "%s is no topic", validation_name(validation, subscription->topic));
        return;
    }
    struct topic *topic = validation_config(validation, subscription->topic);
    subscription->passes = validation_match(validation, subscription->filter, subscription->scope == SCOPE_ATTRIBUTES ? attributes : NULL,
                                            subscription->topic);
    check_endpoint(validation, subscription, "Endpoint", topic->fifo);
    check_dead_letter(validation, subscription, topic->fifo);
    resolve_retries(validation, subscription);
    join_topic(validation, topic);
    validation_passes(validation, &(const struct onward){
                                      .from = subscription->topic, .to = subscription->endpoint, .only = subscription->passes, .times = 1});
    validation_passes(validation, &(const struct onward){.from = subscription->topic, .to = subscription->dead_letter});
}

FAULT_FUNCTIONS(topic, self)

static const struct action topic_actions[] = {FAULT_ENDPOINT_ROWS, {0}};

static const char *const topic_operations[] = {"Publish", "PublishBatch", NULL};

static void topic_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (((const struct topic *)config)->fifo)
        validation_sending_needs_key(validation, sending, "a FIFO topic");
}

const struct model_type topic_type = {
    .type = TOPIC_TYPE,
    .service = "Amazon SNS",
    .help = "A topic, standard or FIFO: each message goes to every subscription whose filter lets it pass, and is tried there as SNS does.",
    .size = sizeof(struct topic),
    .self_offset = offsetof(struct topic, self),
    .properties = topic_properties,
    .behavior = topic_behavior,
    .metrics = topic_metrics,
    .line_items = topic_line_items,
    .validate = topic_validate,
    .keeps_chain = true,
    .create = topic_create,
    .destroy = topic_destroy,
    .handle = topic_handle,
    .accept = topic_accept,
    .receives = topic_receives,
    .operations = topic_operations,
    .actions = topic_actions,
    .done = topic_done,
    .finish = topic_finish,
    .quantities = topic_quantities,
};

const struct model_type subscription_type = {
    .type = "AWS::SNS::Subscription",
    .help = "One subscription to a topic, with its filter and its dead-letter queue.",
    .size = sizeof(struct subscription),
    .self_offset = offsetof(struct subscription, self),
    .properties = subscription_properties,
    .validate = subscription_validate,
};
