/* queue_mapping.c: AWS::Lambda::EventSourceMapping of queues and streams: what can be said of it, what is refused, what is measured and
 * billed. How a queue's behaves stands in queue_mapping_run.c, queue_batch.c and poller_fleet.c; what there is of a stream's in
 * event_source_mapping.c. */
#include "queue_mapping_state.h"

#include "engine/rule_book.h"
#include "event_filter.h"
#include "event_source_mapping.h"
#include "function_state.h"
#include "lambda_kinds.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>

#define AT(field) offsetof(struct queue_mapping, config.field)
#define GIVEN(field) PROPERTY_GIVEN(struct queue_mapping, config.field)

#define FOREIGN(NAME, FIELD)                                                                                                               \
    {                                                                                                                                      \
        .name = NAME, .kind = PROPERTY_ACCEPTED, .given = GIVEN(foreign.FIELD)                                                             \
    }

static const char *const response_types[] = {"ReportBatchItemFailures", NULL};

static const struct property scaling_properties[] = {
    {"MaximumConcurrency", PROPERTY_INTEGER, AT(maximum_concurrency), .minimum = "sqs_maximum_concurrency_min",
     .maximum = "sqs_maximum_concurrency_max", .help = "How many batches of this queue may be with the function at once."},
    {0},
};

static const struct property poller_properties[] = {
    {"MinimumPollers", PROPERTY_INTEGER, AT(least_pollers), .minimum = "sqs_pollers_min_min", .maximum = "sqs_pollers_min_max",
     .fallback = "sqs_pollers_min_default", .help = "Pollers that are always there, and billed."},
    {"MaximumPollers", PROPERTY_INTEGER, AT(most_pollers), .minimum = "sqs_pollers_min_min", .maximum = "sqs_pollers_max_max",
     .fallback = "sqs_pollers_max_default", .help = "Pollers that there may be."},
    ACCEPTED("PollerGroupName"),
    {0},
};

static const struct property mapping_properties[] = {
    {"FunctionName", PROPERTY_REFERENCE, AT(function), .required = true, .help = "The function that gets the batches."},
    {"EventSourceArn", PROPERTY_REFERENCE, AT(source), .required = true, .help = "The queue that is polled, or the stream that is read."},
    {"BatchSize", PROPERTY_INTEGER, AT(batch_size), .minimum = "1", .given = GIVEN(batch_size_given),
     .help = "Most messages or records in one batch (left out: rules sqs_batch_size_default, stream_batch_size_default)."},
    {"MaximumBatchingWindowInSeconds", PROPERTY_TIME, AT(window_ns), .unit = "s", .minimum = "0", .maximum = "sqs_batch_window_max_s",
     .help = "How long a batch is collected before it is handed over; not of FIFO queues."},
    {"ScalingConfig", PROPERTY_OBJECT, 0, .properties = scaling_properties, .help = "A limit of this mapping's own."},
    {"ProvisionedPollerConfig", PROPERTY_OBJECT, 0, .properties = poller_properties, .given = GIVEN(provisioned),
     .help = "Pollers that are paid for by the hour and scale faster."},
    {"FunctionResponseTypes", PROPERTY_FLAGS, AT(response_types), .choices = response_types,
     .help = "ReportBatchItemFailures: the function names the messages that failed, and the others are deleted."},
    {"Enabled", PROPERTY_BOOLEAN, AT(enabled), .fallback = "true", .help = "False: nothing is polled."},
    {"FilterCriteria", PROPERTY_OBJECT, 0, .properties = filter_criteria_properties,
     .help = "What is worth a call: a message that no filter matches is deleted, a record is passed over."},
    {.kind = PROPERTY_TABLE, .properties = stream_mapping_properties},
    FOREIGN("SelfManagedEventSource", self_managed),
    FOREIGN("AmazonManagedKafkaEventSourceConfig", msk),
    FOREIGN("SelfManagedKafkaEventSourceConfig", kafka),
    FOREIGN("Topics", topics),
    FOREIGN("Queues", broker_queues),
    FOREIGN("SourceAccessConfigurations", access),
    FOREIGN("DocumentDBEventSourceConfig", documents),
    ACCEPTED("KmsKeyArn"),
    ACCEPTED("LoggingConfig"),
    ACCEPTED("MetricsConfig"),
    ACCEPTED("Tags"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct queue_mapping, metrics.field)

static const struct metric_type mapping_metrics[] = {
    {"AWS/Lambda", "PolledEventCount", "Count", METRIC_COUNT, AT(polled), .help = "Messages that were received."},
    {"AWS/Lambda", "InvokedEventCount", "Count", METRIC_COUNT, AT(invoked),
     .help = "Messages that the function was called with; more than once where a call was throttled and tried again."},
    {"AWS/Lambda", "FailedInvokeEventCount", "Count", METRIC_COUNT, AT(failed), .better = -1,
     .help = "Messages of calls that were throttled or failed, and messages that the function named as failed."},
    {"AWS/Lambda", "DeletedEventCount", "Count", METRIC_COUNT, AT(deleted), .help = "Messages that were deleted after their success."},
    {"AWS/Lambda", "FilteredOutEventCount", "Count", METRIC_COUNT, AT(filtered),
     .help = "Messages that no filter matched, and which were deleted; of streams: records that were passed over."},
    {"AWS/Lambda", "ProvisionedPollers", "Count", METRIC_GAUGE, AT(provisioned), .help = "Provisioned pollers that there are."},
    {"slsim", "Pollers", "Count", METRIC_GAUGE, AT(pollers),
     .help = "Batches that are, or could be, worked on at once: what the mapping scales."},
    {"slsim", "BatchSize", "Count", METRIC_TALLY, AT(batch_size), .help = "Messages in a batch."},
    {"slsim", "BatchThrottles", "Count", METRIC_COUNT, AT(refused), .better = -1, .help = "Calls with a batch that were throttled."},
    {"slsim", "GivenUpEventCount", "Count", METRIC_COUNT, AT(given_up), .better = -1,
     .help = "Messages let go of because their batch was throttled until they were visible again: received in vain."},
    STREAM_MAPPING_METRICS(offsetof(struct queue_mapping, stream.metrics)),
    {0},
};

static const struct line_item mapping_line_items[] = {
    {"Lambda-Event-Poller-Unit-Hour-SQS", "Provisioned pollers x time."},
    {0},
};

static void mapping_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct queue_mapping *mapping = self;
    if (mapping->config.provisioned)
        bill_add(bill, &mapping_line_items[0], (double)mapping->metrics.provisioned.whole.integral / (double)NS_PER_HOUR);
}

/* What belongs to sources that are not simulated. */
static void check_others(struct validation *validation, const struct mapping_foreign *foreign)
{
    const struct {
        bool given;
        const char *property;
    } brokers[] = {
        {foreign->self_managed, "SelfManagedEventSource"},
        {foreign->msk, "AmazonManagedKafkaEventSourceConfig"},
        {foreign->kafka, "SelfManagedKafkaEventSourceConfig"},
        {foreign->topics, "Topics"},
        {foreign->broker_queues, "Queues"},
        {foreign->access, "SourceAccessConfigurations"},
        {foreign->documents, "DocumentDBEventSourceConfig"},
    };
    for (size_t i = 0; i < sizeof brokers / sizeof *brokers; i++)
        if (brokers[i].given)
            validation_error(validation, brokers[i].property, NULL, "mappings of Kafka, Amazon MQ and DocumentDB are not simulated");
}

/* What belongs to other sources than queues. */
static void check_foreign(struct validation *validation, const struct mapping_foreign *foreign)
{
    const struct {
        bool given;
        const char *property;
    } streams[] = {
        {foreign->bisect, "BisectBatchOnFunctionError"},    {foreign->destination, "DestinationConfig"},
        {foreign->record_age, "MaximumRecordAgeInSeconds"}, {foreign->retries, "MaximumRetryAttempts"},
        {foreign->factor, "ParallelizationFactor"},         {foreign->position, "StartingPosition"},
        {foreign->timestamp, "StartingPositionTimestamp"},  {foreign->tumbling, "TumblingWindowInSeconds"},
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i].given)
            validation_error(validation, streams[i].property,
                             foreign->destination && i == 1 ? "a queue's dead letters go where its RedrivePolicy says" : NULL,
                             "belongs to mappings of streams; this one is of a queue");
    check_others(validation, foreign);
}

static void check_batch(struct validation *validation, struct queue_mapping_config *config, bool in_order)
{
    const struct rule_book *rules = validation_rules(validation);
    if (!config->batch_size_given)
        config->batch_size = (int64_t)rule_number(rules, "sqs_batch_size_default");
    const char *rule = in_order ? "sqs_batch_size_fifo_max" : "sqs_batch_size_max";
    int64_t most = (int64_t)fmin(rule_number(rules, rule), INT32_MAX),
            plain = (int64_t)rule_number(rules, "sqs_batch_size_without_window_max");
    if (config->batch_size > most)
        validation_error(validation, "BatchSize", in_order ? "rule sqs_batch_size_fifo_max" : "rule sqs_batch_size_max",
                         "a batch of %s may have %lld messages, not %lld", in_order ? "a FIFO queue" : "a queue", (long long)most,
                         (long long)config->batch_size);
    else if (config->batch_size > plain && config->window_ns < NS_PER_S)
        validation_error(validation, "BatchSize", "give MaximumBatchingWindowInSeconds, at least 1",
                         "more than %lld messages are collected only with a batch window", (long long)plain);
    if (in_order && config->window_ns > 0)
        validation_error(validation, "MaximumBatchingWindowInSeconds", NULL, "a mapping of a FIFO queue has no batch window");
}

static void check_concurrency(struct validation *validation, struct queue_mapping_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    if (config->maximum_concurrency > 0 && !rule_flag(rules, "sqs_maximum_concurrency_available"))
        validation_error(validation, "ScalingConfig.MaximumConcurrency", "rule sqs_maximum_concurrency_available",
                         "mappings have no maximum concurrency by this book");
    if (config->provisioned && !rule_flag(rules, "sqs_provisioned_pollers_available"))
        validation_error(validation, "ProvisionedPollerConfig", "rule sqs_provisioned_pollers_available",
                         "queues have no provisioned pollers by this book");
    if (config->maximum_concurrency > 0 && config->provisioned)
        validation_error(validation, "ScalingConfig.MaximumConcurrency", "keep one of the two",
                         "a mapping has a maximum concurrency or provisioned pollers, not both");
    if (config->provisioned && config->most_pollers < config->least_pollers)
        validation_error(validation, "ProvisionedPollerConfig.MaximumPollers", NULL, "is below MinimumPollers, %lld",
                         (long long)config->least_pollers);
}

static void check_visibility(struct validation *validation, const struct queue_mapping_config *config,
                             const struct function_config *function, int64_t visibility_ns)
{
    const struct rule_book *rules = validation_rules(validation);
    const char *queue = validation_name(validation, config->source);
    double visibility_s = time_to_seconds(visibility_ns), timeout_s = time_to_seconds(function->timeout_ns);
    double factor = rule_number(rules, "sqs_visibility_factor_advice");
    double advice_s = factor * timeout_s + time_to_seconds(config->window_ns);
    if (visibility_ns < function->timeout_ns && rule_flag(rules, "sqs_visibility_below_timeout_refused") &&
        !validation_allowed(validation, "visibility_timeout"))
        validation_error(validation, "EventSourceArn", "raise VisibilityTimeout, or allow_invalid: [\"visibility_timeout\"]",
                         "the visibility timeout of %s, %g s, is less than the function's timeout, %g s", queue, visibility_s, timeout_s);
    else if (visibility_s < advice_s)
        validation_warning(validation, "EventSourceArn", "AWS advises so much, so that a batch can be tried again before others get it",
                           "the visibility timeout of %s, %g s, is less than %g x the function's timeout and the window: %g s", queue,
                           visibility_s, factor, advice_s);
}

static const struct function_config *invoked_config(const struct validation *validation, uint32_t function)
{
    const void *blob = validation_config(validation, function);
    uint32_t version = invoked_version(validation_type(validation, function), blob, function);
    return &((const struct function *)validation_config(validation, version))->config;
}

static void mapping_validate(struct validation *validation, void *blob)
{
    struct queue_mapping_config *config = &((struct queue_mapping *)blob)->config;
    bool known = config->source != ENTITY_NONE && config->function != ENTITY_NONE; /* else that was said */
    if (config->function != ENTITY_NONE && !is_invocable_type(validation_type(validation, config->function))) {
        validation_error(validation, "FunctionName", NULL, "%s is no function", validation_name(validation, config->function));
        known = false;
    }
    validation_passes(validation, &(const struct onward){.from = config->source,
                                                         .to = config->function,
                                                         .only = config->filters.count > 0 ? &config->passes_any : NULL,
                                                         .times = 1});
    if (config->source != ENTITY_NONE && validation_type(validation, config->source)->streamable) {
        check_others(validation, &config->foreign);
        event_source_stream_validate(validation, blob);
        return;
    }
    const struct pollable *pollable = config->source != ENTITY_NONE ? validation_type(validation, config->source)->pollable : NULL;
    if (config->source != ENTITY_NONE && !pollable) {
        validation_error(validation, "EventSourceArn", "a mapping polls a queue or reads a stream",
                         "%s is of type %s, which cannot be polled", validation_name(validation, config->source),
                         validation_type(validation, config->source)->type);
        known = false;
    }
    check_foreign(validation, &config->foreign);
    check_concurrency(validation, config);
    if (!known)
        return;
    function_rights_at_source(validation, config->function, config->source, config->rights);
    const void *source = validation_config(validation, config->source);
    const struct function_config *function = invoked_config(validation, config->function);
    check_batch(validation, config, pollable->in_order(source));
    check_visibility(validation, config, function, pollable->visibility_ns(source));
    config->passes = filter_validate(validation, config, pollable->envelope);
    if (function->whole != ENTITY_NONE)
        function = &((const struct function *)validation_config(validation, function->whole))->config;
    if (function->reserved >= 0 && config->maximum_concurrency > function->reserved)
        validation_warning(validation, "ScalingConfig.MaximumConcurrency", "keep it at or below ReservedConcurrentExecutions",
                           "is above the %lld that %s has reserved: batches will be throttled", (long long)function->reserved,
                           validation_name(validation, config->function));
}

static const char *const mapping_refusals[] = {"visibility_timeout", "permission", NULL};

const struct model_type queue_mapping_type = {
    .type = MAPPING_TYPE,
    .service = "AWS Lambda",
    .help = "Polls a queue or reads a stream, and hands what it gets to a function in batches.",
    .size = sizeof(struct queue_mapping),
    .self_offset = offsetof(struct queue_mapping, self),
    .properties = mapping_properties,
    .behavior = event_source_behavior,
    .metrics = mapping_metrics,
    .line_items = mapping_line_items,
    .refusals = mapping_refusals,
    .validate = mapping_validate,
    .create = event_source_create,
    .start = event_source_start,
    .destroy = event_source_destroy,
    .handle = event_source_handle,
    .done = event_source_done,
    .batch = event_source_batch,
    .finish = event_source_finish,
    .quantities = mapping_quantities,
};
