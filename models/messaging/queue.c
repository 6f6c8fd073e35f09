/* queue.c: AWS::SQS::Queue: what can be said of a queue, and what is measured and billed.
 * Source: rules sqs_*, which cite the SQS developer guide. */
#include "engine/sending.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "queue_age.h"
#include "queue_line.h"
#include "queue_messages.h"
#include "queue_past.h"
#include "queue_poll.h"
#include "queue_redrive.h"
#include "queue_send.h"
#include "queue_wait.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdlib.h>

#define AT(field) offsetof(struct queue, config.field)
#define GIVEN(field) (offsetof(struct queue, config.field) + 1)

static const char *const deduplication_scopes[] = {"queue", "messageGroup", NULL};
static const char *const throughput_limits[] = {"perQueue", "perMessageGroupId", NULL};

static const struct property redrive_properties[] = {
    {"deadLetterTargetArn", PROPERTY_REFERENCE, AT(dead_letter), .required = true, .help = "The queue that gets the messages."},
    {"maxReceiveCount", PROPERTY_INTEGER, AT(max_receives), .required = true, .minimum = "1", .maximum = "sqs_max_receive_count_max",
     .help = "A message that was received so often is moved when it would be received once more."},
    {0},
};

static const struct property queue_properties[] = {
    {"VisibilityTimeout", PROPERTY_TIME, AT(visibility_ns), .unit = "s", .minimum = "0", .maximum = "sqs_visibility_max_s",
     .fallback = "sqs_visibility_default_s", .help = "How long a received message stays hidden before it can be received again."},
    {"DelaySeconds", PROPERTY_TIME, AT(delay_ns), .unit = "s", .minimum = "0", .maximum = "sqs_delay_max_s", .fallback = "0",
     .help = "How long a sent message waits before it can be received."},
    {"MessageRetentionPeriod", PROPERTY_TIME, AT(retention_ns), .unit = "s", .minimum = "sqs_retention_min_s",
     .maximum = "sqs_retention_max_s", .fallback = "sqs_retention_default_s",
     .help = "A message that was sent so long ago expires, also one in flight."},
    {"MaximumMessageSize", PROPERTY_SIZE, AT(message_max_bytes), .unit = "B", .minimum = "sqs_message_max_min_kb",
     .maximum = "sqs_message_max_kb", .fallback = "sqs_message_max_kb", .help = "A larger message is rejected."},
    {"ReceiveMessageWaitTimeSeconds", PROPERTY_TIME, AT(receive_wait_ns), .unit = "s", .minimum = "0", .maximum = "sqs_long_poll_max_s",
     .fallback = "0", .help = "Long polling of receivers that do not say how long they wait; Lambda's pollers do."},
    {"RedrivePolicy", PROPERTY_OBJECT, 0, .properties = redrive_properties, .given = GIVEN(redrive_given),
     .help = "Where messages go that were received too often."},
    {"FifoQueue", PROPERTY_BOOLEAN, AT(fifo), .fallback = "false",
     .help = "Order within each message group, deduplication, and quotas of calls per second."},
    {"ContentBasedDeduplication", PROPERTY_BOOLEAN, AT(content_based), .fallback = "false",
     .help = "Of a FIFO queue. The same item sent again is a duplicate with it or without, as senders give each item an id."},
    {"DeduplicationScope", PROPERTY_ENUM, AT(deduplication_scope), .choices = deduplication_scopes, .fallback = "\"queue\"",
     .given = GIVEN(scope_given), .help = "Of a FIFO queue; an item sent again has the same group, so it makes no difference here."},
    {"FifoThroughputLimit", PROPERTY_ENUM, AT(throughput), .choices = throughput_limits, .fallback = "\"perQueue\"",
     .given = GIVEN(throughput_given), .help = "perMessageGroupId, with DeduplicationScope messageGroup: high throughput."},
    ACCEPTED("QueueName"),
    ACCEPTED("RedriveAllowPolicy"),
    ACCEPTED("KmsMasterKeyId"),
    ACCEPTED("KmsDataKeyReusePeriodSeconds"),
    ACCEPTED("SqsManagedSseEnabled"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property queue_behavior[] = {
    {"send_batch", PROPERTY_INTEGER, AT(send_batch), .minimum = "1", .maximum = "sqs_receive_max", .fallback = "1",
     .help = "How many messages senders put into one call (SendMessageBatch): for the bill, and the quotas of a FIFO queue."},
    PROPERTY_LATER_ROW("latency", "the time of a call to a queue: senders have their answer at once"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct queue, metrics.field)

static const struct metric_type queue_metrics[] = {
    {"AWS/SQS", "NumberOfMessagesSent", "Count", METRIC_COUNT, AT(sent), .steady = 1,
     .help = "Messages added by senders; those that a redrive policy moved here are not among them."},
    {"AWS/SQS", "NumberOfMessagesReceived", "Count", METRIC_COUNT, AT(received), .steady = 1, .help = "Messages returned, each time."},
    {"AWS/SQS", "NumberOfMessagesDeleted", "Count", METRIC_COUNT, AT(deleted), .steady = 1, .help = "Messages deleted by receivers."},
    {"AWS/SQS", "NumberOfEmptyReceives", "Count", METRIC_COUNT, AT(empty_receives), .better = -1, .steady = 1,
     .help = "Receive calls that returned nothing."},
    {"AWS/SQS", "NumberOfDeduplicatedSentMessages", "Count", METRIC_COUNT, AT(deduplicated), .steady = 1,
     .help = "Messages of a FIFO queue that were accepted and dropped: sent again within the deduplication window."},
    {"AWS/SQS", "SentMessageSize", "Bytes", METRIC_TALLY, AT(sent_size), .help = "Sizes of the messages sent."},
    {"AWS/SQS", "ApproximateNumberOfMessagesVisible", "Count", METRIC_GAUGE, AT(levels[MESSAGE_VISIBLE]), .better = -1,
     .help = "Messages to be received, also those whose group has others in flight."},
    {"AWS/SQS", "ApproximateNumberOfMessagesNotVisible", "Count", METRIC_GAUGE, AT(levels[MESSAGE_HIDDEN]), .help = "Messages in flight."},
    {"AWS/SQS", "ApproximateNumberOfMessagesDelayed", "Count", METRIC_GAUGE, AT(levels[MESSAGE_DELAYED]),
     .help = "Messages whose delay is not over."},
    {"AWS/SQS", "ApproximateNumberOfGroupsWithInflightMessages", "Count", METRIC_GAUGE, AT(locked_groups),
     .help = "Groups of a FIFO queue with messages in flight."},
    {"AWS/SQS", "ApproximateAgeOfOldestMessage", "Seconds", METRIC_GAUGE, AT(oldest_age), .better = -1,
     .help = "Since the oldest message came into the queue, in whole seconds; 0 where there is none. What was received too often (rule "
             "sqs_oldest_age_receives) does not count, except in a FIFO queue."},
    {"slsim", "MessagesExpired", "Count", METRIC_COUNT, AT(expired), .better = -1, .help = "Messages whose retention ended."},
    {"slsim", "MessagesDeadLettered", "Count", METRIC_COUNT, AT(dead_lettered), .better = -1,
     .help = "Messages moved to the dead-letter queue."},
    {"slsim", "MessagesMoved", "Count", METRIC_COUNT, AT(moved), .help = "Messages that a redrive policy moved here."},
    {"slsim", "MessagesMovedBack", "Count", METRIC_COUNT, AT(moved_back), .help = "Messages that a task moved from here to another queue."},
    {"slsim", "MoveTasksFailed", "Count", METRIC_COUNT, AT(tasks_failed),
     .help = "Tasks that met a message of which nobody knows where it came from, or that is too large there, or that ran too long."},
    {"slsim", "MoveTasksRefused", "Count", METRIC_COUNT, AT(tasks_refused),
     .help = "Tasks that were not started because one was running, and cancellations where none was."},
    {"slsim", "MessagesDuplicated", "Count", METRIC_COUNT, AT(duplicated), .better = -1,
     .help = "Receptions after which the message could still be "
             "received (rule sqs_duplicate_rate)."},
    {"slsim", "SendsThrottled", "Count", METRIC_COUNT, AT(throttled), .better = -1, .help = "Messages beyond the quota of a FIFO queue."},
    {"slsim", "DeletedOutOfOrder", "Count", METRIC_COUNT, AT(out_of_order), .better = -1,
     .help = "Messages deleted while one that was sent before them (to a FIFO queue: in their group) was still there."},
    {"slsim", "AgeAtDelete", "Milliseconds", METRIC_TALLY, AT(age_at_delete), .better = -1, .compared = "p99",
     .help = "From sending a message to its deletion."},
    {"slsim", "BacklogDuration", "Seconds", METRIC_TALLY, AT(backlog), .better = -1, .compared = "Maximum",
     .help = "How long messages waited to be received without a break, each time that none is left; the Maximum of an overload is the "
             "overload and its draining."},
    {"slsim", "ReceiveCount", "Count", METRIC_TALLY, AT(receive_count), .better = -1,
     .help = "How often a message was received, of those deleted."},
    {NULL, "billed requests", "None", METRIC_COUNT, AT(requests), .help = ""},
    {0},
};

enum { ITEM_STANDARD, ITEM_FIFO };

static const struct line_item queue_line_items[] = {
    [ITEM_STANDARD] = {"SQS-Requests-Tier1", "Calls to send, receive (also in vain) and delete, in chunks of 64 KB."},
    [ITEM_FIFO] = {"SQS-Requests-FIFO-Tier1", "The same of a FIFO queue."},
    {0},
};

static void check_redrive(struct validation *validation, const struct queue_config *config)
{
    static const char property[] = "RedrivePolicy.deadLetterTargetArn";
    if (config->dead_letter == ENTITY_NONE)
        return;
    const char *name = validation_name(validation, config->dead_letter);
    if (!model_is(validation_type(validation, config->dead_letter), QUEUE_TYPE)) {
        validation_error(validation, property, NULL, "%s is no queue", name);
        return;
    }
    if (config->dead_letter == validation_self(validation)) {
        validation_error(validation, property, NULL, "a queue cannot be its own dead-letter queue");
        return;
    }
    const struct queue_config *target = &((const struct queue *)validation_config(validation, config->dead_letter))->config;
    if (target->fifo != config->fifo)
        validation_error(validation, property, config->fifo ? "set FifoQueue there too" : "name a standard queue",
                         "the dead-letter queue of a %s queue must be one too, and %s is not", config->fifo ? "FIFO" : "standard", name);
    else if (!config->fifo && target->retention_ns <= config->retention_ns)
        validation_warning(validation, property, "give the dead-letter queue a longer MessageRetentionPeriod",
                           "%s keeps messages no longer than this queue, and what is moved there keeps its age", name);
}

static void queue_validate(struct validation *validation, void *blob)
{
    struct queue_config *config = &((struct queue *)blob)->config;
    if (!config->redrive_given)
        config->dead_letter = ENTITY_NONE;
    check_redrive(validation, config);
    if (!config->fifo && config->content_based)
        validation_error(validation, "ContentBasedDeduplication", "set FifoQueue", "only a FIFO queue deduplicates");
    if (!config->fifo && config->scope_given)
        validation_error(validation, "DeduplicationScope", "set FifoQueue", "only a FIFO queue deduplicates");
    if (!config->fifo && config->throughput_given)
        validation_error(validation, "FifoThroughputLimit", "set FifoQueue", "only a FIFO queue has this limit");
    if (config->fifo && config->throughput == THROUGHPUT_PER_GROUP && config->deduplication_scope != SCOPE_GROUP)
        validation_error(validation, "FifoThroughputLimit", "set DeduplicationScope to messageGroup",
                         "perMessageGroupId needs DeduplicationScope messageGroup");
}

static void read_rules(struct queue *queue, const struct rule_book *rules)
{
    queue->receive_max = (uint32_t)rule_count(rules, "sqs_receive_max", 1, 1u << RECEIPT_INDEX_BITS);
    queue->in_flight_max = rule_count(rules, queue->config.fifo ? "sqs_in_flight_fifo_max" : "sqs_in_flight_max", 1, UINT32_MAX);
    queue->chunk_bytes = (uint64_t)rule_bytes(rules, "sqs_chunk_kb");
    queue->aged_receives = (uint16_t)rule_count(rules, "sqs_oldest_age_receives", 0, MESSAGE_COUNT_MAX);
    queue->filtering_billed = rule_flag(rules, "sqs_filtered_deletes_billed");
    queue->deduplication_ns = rule_ns(rules, "sqs_fifo_deduplication_s");
    queue->duplicate_rate = rule_number(rules, "sqs_duplicate_rate");
}

static enum status queue_create(struct simulation *simulation, void *self)
{
    struct queue *queue = self;
    read_rules(queue, simulation->settings->rules);
    if (queue->config.message_max_bytes > PAYLOAD_BYTES_MAX)
        queue->config.message_max_bytes = PAYLOAD_BYTES_MAX;
    if (queue->config.max_receives > MESSAGE_COUNT_MAX)
        queue->config.max_receives = MESSAGE_COUNT_MAX;
    pool_init(&queue->messages, sizeof(struct message), &simulation->memory, simulation->entities[queue->self].name);
    chain_init(&queue->all, &queue->messages, offsetof(struct message, age));
    queue->oldest = POOL_NONE;
    queue->delayed = POOL_NONE;
    queue->due_ns = TIME_FOREVER;
    queue->deleted_ns = -1;
    queue_line_init(simulation, queue);
    queue_send_init(simulation, queue);
    queue_wait_init(simulation, queue);
    queue_past_init(simulation, queue);
    queue_redrive_init(simulation, queue);
    if (queue->config.dead_letter != ENTITY_NONE && !queue->config.fifo)
        ((struct queue *)entity_state(simulation, queue->config.dead_letter))->moved_into = true;
    return STATUS_OK;
}

static void queue_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct queue *queue = self;
    if (!queue->messages.owner)
        return; /* never created */
    cause_list_fini(&queue->causes);
    fault_fini(&queue->faults);
    queue_past_fini(queue);
    queue_wait_fini(queue);
    queue_send_fini(queue);
    queue_line_fini(queue);
    pool_fini(&queue->messages);
}

static void queue_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct queue *queue = self;
    switch ((enum queue_event)event->kind) {
    case QUEUE_DUE:
        queue_look_at_due(simulation, queue);
        break;
    case QUEUE_RETENTION:
        queue_end_retention(simulation, queue, event->data);
        break;
    case QUEUE_AGE:
        queue_age_event(simulation, queue);
        break;
    case QUEUE_QUOTA:
        queue_quota_event(simulation, queue);
        break;
    case QUEUE_MOVE:
        queue_move_event(simulation, queue, event->data);
        break;
    }
}

/* Every message there is, and no other, is in one of the states. */
static enum status queue_finish(struct simulation *simulation, void *self)
{
    const struct queue *queue = self;
    int64_t there = 0;
    for (enum message_state state = MESSAGE_VISIBLE; state < MESSAGE_STATES; state++)
        there += queue_level(queue, state);
    simulation_in_flight(simulation, queue->self, queue->messages.used);
    return there == queue->messages.used ? STATUS_OK : STATUS_INTERNAL;
}

static void queue_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct queue *queue = self;
    bill_add(bill, &queue_line_items[queue->config.fifo ? ITEM_FIFO : ITEM_STANDARD], (double)queue->metrics.requests.whole);
}

static const char *const queue_operations[] = {"SendMessage", "SendMessageBatch", NULL};

static void queue_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (((const struct queue *)config)->config.fifo)
        validation_sending_needs_key(validation, sending, "a FIFO queue");
}

const struct model_type queue_type = {
    .type = QUEUE_TYPE,
    .service = "Amazon SQS",
    .help = "A queue, standard or FIFO: visibility, delay, retention, redrive to a dead-letter queue, message groups, deduplication.",
    .size = sizeof(struct queue),
    .self_offset = offsetof(struct queue, self),
    .properties = queue_properties,
    .behavior = queue_behavior,
    .metrics = queue_metrics,
    .line_items = queue_line_items,
    .actions = queue_actions,
    .validate = queue_validate,
    .create = queue_create,
    .destroy = queue_destroy,
    .handle = queue_handle,
    .keeps_chain = true,
    .accept = queue_accept,
    .receives = queue_receives,
    .operations = queue_operations,
    .pollable = &queue_pollable,
    .finish = queue_finish,
    .quantities = queue_quantities,
};
