/* event_pipe.c: AWS::Pipes::Pipe: polls a queue or reads a stream, lets through what its filter wants, has it enriched, and hands it to one
 * target. What polls is an event source mapping's (queue_mapping_run.c, stream_mapping.c); what a batch goes through stands in
 * event_pipe_run.c. Sources: CloudFormation, AWS::Pipes::Pipe; EventBridge user guide, "Amazon EventBridge Pipes"; rules pipe_*. */
#include "engine/sending.h"
#include "event_filter.h"
#include "event_pipe_state.h"
#include "event_source_mapping.h"
#include "lambda_kinds.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct pipe, field)

static const char *const invocations[] = {"REQUEST_RESPONSE", "FIRE_AND_FORGET", NULL};
static const char *const states[] = {"RUNNING", "STOPPED", NULL};
static const char *const partials[] = {"AUTOMATIC_BISECT", NULL};

#define BATCH_ROWS                                                                                                                         \
    {"BatchSize",                                                                                                                          \
     PROPERTY_INTEGER,                                                                                                                     \
     AT(mapping.config.batch_size),                                                                                                        \
     .minimum = "1",                                                                                                                       \
     .maximum = "stream_batch_size_max",                                                                                                   \
     .given = PROPERTY_GIVEN(struct pipe, mapping.config.batch_size_given),                                                                \
     .help = "Most events in one batch."},                                                                                                 \
    {                                                                                                                                      \
        "MaximumBatchingWindowInSeconds", PROPERTY_TIME, AT(mapping.config.window_ns),                                                     \
            .unit = "s", .minimum = "0", .maximum = "sqs_batch_window_max_s", .help = "How long a batch is collected."                     \
    }

static const struct property queue_rows[] = {BATCH_ROWS, {0}};

static const struct property dead_letter_rows[] = {
    {"Arn", PROPERTY_REFERENCE, AT(config.dead_letter), .given = PROPERTY_GIVEN(struct pipe, config.dead_letter_given),
     .help = "The queue or topic that gets a record of what was given up."},
    {0},
};

static const struct property stream_rows[] = {
    BATCH_ROWS,
    {"DeadLetterConfig", PROPERTY_OBJECT, 0, .properties = dead_letter_rows, .help = "For batches that are given up."},
    {"MaximumRecordAgeInSeconds", PROPERTY_INTEGER, AT(mapping.stream.config.max_age_s), .minimum = "-1",
     .maximum = "stream_max_record_age_max_s", .fallback = "stream_max_record_age_default_s", .help = "Older records are given up."},
    {"MaximumRetryAttempts", PROPERTY_INTEGER, AT(mapping.stream.config.max_retries), .minimum = "-1",
     .maximum = "stream_retry_attempts_max", .fallback = "stream_retry_attempts_default",
     .help = "How often a batch that failed is tried again; -1: until it expires."},
    {"ParallelizationFactor", PROPERTY_INTEGER, AT(mapping.stream.config.factor), .minimum = "1", .maximum = "parallelization_factor_max",
     .fallback = "parallelization_factor_default", .help = "Batches of one shard at once."},
    {"OnPartialBatchItemFailure", PROPERTY_ENUM, AT(config.on_partial), .choices = partials,
     .given = PROPERTY_GIVEN(struct pipe, config.bisects),
     .help = "AUTOMATIC_BISECT: a batch that failed is cut in half before it is tried again."},
    {"StartingPosition", PROPERTY_ENUM, AT(mapping.stream.config.position), .choices = stream_positions,
     .given = PROPERTY_GIVEN(struct pipe, mapping.config.foreign.position), .required = true, .help = "TRIM_HORIZON or LATEST"},
    {"StartingPositionTimestamp", PROPERTY_NUMBER, AT(mapping.stream.config.at_epoch_s), .minimum = "0",
     .help = "AT_TIMESTAMP: seconds since 1970."},
    {0},
};

static const struct property source_rows[] = {
    {"SqsQueueParameters", PROPERTY_OBJECT, 0, .properties = queue_rows, .help = "Of a queue."},
    {"KinesisStreamParameters", PROPERTY_OBJECT, 0, .properties = stream_rows, .help = "Of a Kinesis stream."},
    {"DynamoDBStreamParameters", PROPERTY_OBJECT, 0, .properties = stream_rows, .help = "Of a table's stream."},
    {"FilterCriteria", PROPERTY_OBJECT, 0, .properties = filter_criteria_properties,
     .help = "What goes through: a message that no filter matches is deleted, a record is passed over; neither is paid for."},
    {0},
};

static const struct property called_rows[] = {
    {"InvocationType", PROPERTY_ENUM, AT(config.invocation), .choices = invocations, .fallback = "\"REQUEST_RESPONSE\"",
     .given = PROPERTY_GIVEN(struct pipe, config.invocation_given),
     .help = "REQUEST_RESPONSE: waits for the answer; FIRE_AND_FORGET: it is enough that it was taken."},
    {0},
};
static const struct property queue_target_rows[] = {
    {"MessageGroupId", PROPERTY_STRING, AT(config.message_group), .help = "The message group in a FIFO queue."},
    ACCEPTED("MessageDeduplicationId"),
    {0},
};
static const struct property stream_target_rows[] = {ACCEPTED("PartitionKey"), {0}};

static const struct property target_rows[] = {
    {"LambdaFunctionParameters", PROPERTY_OBJECT, 0, .properties = called_rows, .help = "Of a function."},
    {"StepFunctionStateMachineParameters", PROPERTY_OBJECT, 0, .properties = called_rows, .help = "Of a state machine."},
    {"SqsQueueParameters", PROPERTY_OBJECT, 0, .properties = queue_target_rows, .help = "Of a queue."},
    {"KinesisStreamParameters", PROPERTY_OBJECT, 0, .properties = stream_target_rows, .help = "Of a stream."},
    ACCEPTED("InputTemplate"),
    ACCEPTED("EventBridgeEventBusParameters"),
    ACCEPTED("CloudWatchLogsParameters"),
    ACCEPTED("HttpParameters"),
    {0},
};

static const struct property pipe_properties[] = {
    {"Source", PROPERTY_REFERENCE, AT(config.source), .required = true, .help = "The queue that is polled, or the stream that is read."},
    {"SourceParameters", PROPERTY_OBJECT, 0, .properties = source_rows, .help = "How."},
    {"Enrichment", PROPERTY_REFERENCE, AT(config.enrichment), .given = PROPERTY_GIVEN(struct pipe, config.enrichment_given),
     .help = "What is called with each batch first, and waited for: a function, an EXPRESS state machine, an API."},
    ACCEPTED("EnrichmentParameters"),
    {"Target", PROPERTY_REFERENCE, AT(config.target), .required = true, .help = "What gets the events."},
    {"TargetParameters", PROPERTY_OBJECT, 0, .properties = target_rows, .help = "How."},
    {"DesiredState", PROPERTY_ENUM, AT(config.state), .choices = states, .fallback = "\"RUNNING\"", .help = "STOPPED: nothing is polled."},
    {"RoleArn", PROPERTY_STRING, AT(config.role), .required = true, .help = "the role in whose name it polls and calls"},
    ACCEPTED("Name"),
    ACCEPTED("Description"),
    ACCEPTED("Tags"),
    ACCEPTED("KmsKeyIdentifier"),
    ACCEPTED("LogConfiguration"),
    {0},
};

static const struct property pipe_behavior[] = {
    {"reports_failures", PROPERTY_BOOLEAN, AT(config.reports_failures), .fallback = "false",
     .help = "The function that is the target answers with batchItemFailures: what it does not name is done."},
    {0},
};

#define PIPE_METRIC(NAME, UNIT, KIND, FIELD, HELP)                                                                                         \
    {                                                                                                                                      \
        "AWS/EventBridge/Pipes", NAME, UNIT, KIND, AT(metrics.FIELD), .help = HELP                                                         \
    }

static const struct metric_type pipe_metrics[] = {
    PIPE_METRIC("Invocations", "Count", METRIC_COUNT, invocations, "Batches that went in."),
    PIPE_METRIC("EventCount", "Count", METRIC_COUNT, events, "The events in them, each try counted."),
    PIPE_METRIC("EventSize", "Bytes", METRIC_TALLY, size, "Of each event."),
    PIPE_METRIC("Concurrency", "Count", METRIC_GAUGE, concurrency, "Batches under way."),
    PIPE_METRIC("Duration", "Milliseconds", METRIC_TALLY, duration, "Of a batch, from its beginning to its end."),
    PIPE_METRIC("ExecutionThrottled", "Count", METRIC_COUNT, throttled, "Batches beyond the account's concurrency."),
    PIPE_METRIC("ExecutionTimeout", "Count", METRIC_COUNT, timed_out, "Batches that took too long."),
    PIPE_METRIC("ExecutionFailed", "Count", METRIC_COUNT, failed, "Batches that failed."),
    PIPE_METRIC("ExecutionPartiallyFailed", "Count", METRIC_COUNT, partly, "Batches of which some events failed."),
    PIPE_METRIC("EnrichmentStageDuration", "Milliseconds", METRIC_TALLY, enrichment_time, "Of the enrichment."),
    PIPE_METRIC("EnrichmentStageFailed", "Count", METRIC_COUNT, enrichment_failed, "Enrichments that failed."),
    PIPE_METRIC("TargetStageDuration", "Milliseconds", METRIC_TALLY, target_time, "Of the target."),
    PIPE_METRIC("TargetStageFailed", "Count", METRIC_COUNT, target_failed, "Batches that the target did not take."),
    PIPE_METRIC("TargetStagePartiallyFailed", "Count", METRIC_COUNT, target_partly, "Batches of which it took some."),
    PIPE_METRIC("TargetStageSkipped", "Count", METRIC_COUNT, skipped, "Batches that never came to the target."),
    {"slsim", "FilteredOutEventCount", "Count", METRIC_COUNT, AT(mapping.metrics.filtered), .help = "Events that no filter matched."},
    {"slsim", "PolledEventCount", "Count", METRIC_COUNT, AT(mapping.metrics.polled), .help = "Events that were received or read."},
    {"slsim", "DeletedEventCount", "Count", METRIC_COUNT, AT(mapping.metrics.deleted),
     .help = "Messages that were deleted after their success."},
    {"slsim", "Pollers", "Count", METRIC_GAUGE, AT(mapping.metrics.pollers), .help = "Batches of a queue that could be worked on at once."},
    {"slsim", "BatchSize", "Count", METRIC_TALLY, AT(mapping.metrics.batch_size), .help = "Events in a batch."},
    STREAM_METRIC(AT(mapping.stream.metrics), "slsim", "RecordsDiscarded", METRIC_COUNT, discarded,
                  "Records given up: too many retries, or too old."),
    STREAM_METRIC(AT(mapping.stream.metrics), "slsim", "RecordsExpired", METRIC_COUNT, expired,
                  "Records that were tried until retention ended."),
    STREAM_METRIC(AT(mapping.stream.metrics), "slsim", "DuplicateDeliveries", METRIC_COUNT, repeated, "Records handed over again."),
    {NULL, "invoked events", "None", METRIC_COUNT, AT(mapping.metrics.invoked), .help = ""},
    {NULL, "failed events", "None", METRIC_COUNT, AT(mapping.metrics.failed), .help = ""},
    {NULL, "provisioned pollers", "None", METRIC_GAUGE, AT(mapping.metrics.provisioned), .help = ""},
    {NULL, "refused batches", "None", METRIC_COUNT, AT(mapping.metrics.refused), .help = ""},
    {NULL, "given up events", "None", METRIC_COUNT, AT(mapping.metrics.given_up), .help = ""},
    STREAM_METRIC(AT(mapping.stream.metrics), NULL, "dropped records", METRIC_COUNT, dropped, ""),
    STREAM_METRIC(AT(mapping.stream.metrics), NULL, "windows", METRIC_COUNT, windows, ""),
    STREAM_METRIC(AT(mapping.stream.metrics), NULL, "windows lost", METRIC_COUNT, windows_lost, ""),
    STREAM_METRIC(AT(mapping.stream.metrics), NULL, "windows early", METRIC_COUNT, windows_early, ""),
    STREAM_METRIC(AT(mapping.stream.metrics), NULL, "blocked shards", METRIC_GAUGE, blocked, ""),
    {NULL, "chunks", "None", METRIC_COUNT, AT(metrics.chunks), .help = ""},
    {0},
};

static const struct line_item pipe_line_items[] = {{"Pipes-64K-Chunks", "Events after the filter, in chunks of 64 KB."}, {0}};

static void pipe_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    bill_add(bill, &pipe_line_items[0], (double)((const struct pipe *)self)->metrics.chunks.whole);
}

static void check_queue(struct validation *validation, struct pipe *pipe, const struct pollable *pollable)
{
    const struct rule_book *rules = validation_rules(validation);
    struct queue_mapping_config *config = &pipe->mapping.config;
    bool in_order = pollable->in_order(validation_config(validation, config->source));
    if (!config->batch_size_given)
        config->batch_size = (int64_t)rule_number(rules, "sqs_batch_size_default");
    double most = rule_number(rules, in_order ? "sqs_batch_size_fifo_max" : "sqs_batch_size_max");
    if ((double)config->batch_size > most)
        validation_error(validation, "SourceParameters.SqsQueueParameters.BatchSize", NULL, "a batch of %s may have %g messages, not %lld",
                         in_order ? "a FIFO queue" : "a queue", most, (long long)config->batch_size);
    else if ((double)config->batch_size > rule_number(rules, "sqs_batch_size_without_window_max") && config->window_ns < NS_PER_S)
        validation_error(validation, "SourceParameters.SqsQueueParameters.BatchSize", "give MaximumBatchingWindowInSeconds, at least 1",
                         "more than %g messages are collected only with a batch window",
                         rule_number(rules, "sqs_batch_size_without_window_max"));
    config->passes = filter_validate(validation, config, pollable->envelope);
}

static void check_stream(struct validation *validation, struct pipe *pipe, const struct streamable *streamable)
{
    struct queue_mapping_config *config = &pipe->mapping.config;
    struct stream_mapping_config *stream = &pipe->mapping.stream.config;
    const char *lack = streamable->lacks ? streamable->lacks(validation_config(validation, config->source)) : NULL;
    if (lack)
        validation_error(validation, "Source", NULL, "%s has no stream: %s", validation_name(validation, config->source), lack);
    if (!config->foreign.position)
        validation_error(validation, "SourceParameters", "write {\"KinesisStreamParameters\": {\"StartingPosition\": \"LATEST\"}}",
                         "a pipe of a stream needs a StartingPosition");
    if (!config->batch_size_given)
        config->batch_size = (int64_t)rule_number(validation_rules(validation), "stream_batch_size_default");
    stream->function = config->function;
    stream->source = config->source;
    stream->batch_size = config->batch_size;
    stream->window_ns = config->window_ns;
    stream->factor = stream->factor > 0 ? stream->factor : 1;
    stream->bisect = pipe->config.bisects;
    stream->on_failure = pipe->config.dead_letter_given ? pipe->config.dead_letter : ENTITY_NONE;
    stream->reports_failures = config->response_types & REPORT_BATCH_ITEM_FAILURES;
    stream->passes = filter_validate(validation, config, streamable->envelope);
    if (stream->on_failure != ENTITY_NONE && !validation_type(validation, stream->on_failure)->accept)
        validation_error(validation, "SourceParameters", "a queue or a topic", "%s cannot get dead letters",
                         validation_name(validation, stream->on_failure));
    stream_mapping_validate(validation, stream);
}

/* CloudFormation and SAM call it differently. */
static bool is_standard_machine(struct validation *validation, uint32_t entity)
{
    static const char *const properties[] = {"StateMachineType", "Type"};
    for (size_t i = 0; model_takes(validation_type(validation, entity), "StartExecution") && i < 2; i++) {
        const char *kind = validation_choice_of(validation, entity, properties[i]);
        if (kind)
            return strcmp(kind, "STANDARD") == 0;
    }
    return false;
}

/* Functions and state machines get a batch in one call; what is sent to others is one item an event. */
static void check_target(struct validation *validation, struct pipe *pipe)
{
    struct pipe_config *config = &pipe->config;
    if (config->target == ENTITY_NONE)
        return;
    const struct model_type *type = validation_type(validation, config->target);
    if (!model_is_callable(type)) {
        validation_error(validation, "Target", NULL, "%s cannot be called", validation_name(validation, config->target));
        return;
    }
    config->target = validation_callee(validation, "Target", config->target);
    config->at_once = is_invocable_type(type) || model_takes(type, "StartExecution");
    config->has_groups = type->streamable != NULL;
    if (is_standard_machine(validation, config->target) && config->invocation_given && config->invocation == PIPE_REQUEST_RESPONSE)
        validation_error(validation, "TargetParameters.StepFunctionStateMachineParameters.InvocationType",
                         "write FIRE_AND_FORGET, or make it an EXPRESS machine", "%s is a STANDARD machine: nobody can wait for the end",
                         validation_name(validation, config->target));
    if (validation_in_order(validation, config->target) && !config->message_group)
        validation_error(validation, "Target", "write \"TargetParameters\": {\"SqsQueueParameters\": {\"MessageGroupId\": \"all\"}}",
                         "%s is a FIFO queue: the target needs a message group", validation_name(validation, config->target));
}

static void check_enrichment(struct validation *validation, struct pipe *pipe)
{
    struct pipe_config *config = &pipe->config;
    if (!config->enrichment_given)
        config->enrichment = ENTITY_NONE;
    if (config->enrichment == ENTITY_NONE)
        return;
    const struct model_type *type = validation_type(validation, config->enrichment);
    if (!model_is_callable(type) || type->pollable || type->streamable)
        validation_error(validation, "Enrichment", "name a function, an EXPRESS state machine or an API", "%s cannot enrich anything",
                         validation_name(validation, config->enrichment));
    else if (is_standard_machine(validation, config->enrichment))
        validation_error(validation, "Enrichment", "make it an EXPRESS machine", "%s is a STANDARD machine: nobody can wait for the end",
                         validation_name(validation, config->enrichment));
    config->enrichment = validation_callee(validation, "Enrichment", config->enrichment);
    validation_flow(validation, validation_self(validation), config->enrichment);
}

/* What it does in the name of its role, where the scenario has that. */
static void check_rights(struct validation *validation, struct pipe *pipe)
{
    const struct pipe_config *config = &pipe->config;
    uint32_t *rights =
        validation_type(validation, config->source)->streamable ? pipe->mapping.stream.config.rights : pipe->mapping.config.rights;
    uint32_t role = config->role ? validation_named(validation, config->role) : ENTITY_NONE, self = validation_self(validation);
    if (role == ENTITY_NONE || !model_is(validation_type(validation, role), "AWS::IAM::Role"))
        return;
    validation_may_assume(validation, role, "pipes.amazonaws.com", true, "RoleArn");
    role_rights_at_source(validation, role, false, config->source, "Source", rights);
    if (config->enrichment != ENTITY_NONE)
        validation_may(validation, &(struct deed){.from = self, .holder = role, .target = config->enrichment, .property = "Enrichment"});
    if (config->target != ENTITY_NONE)
        validation_may(validation, &(struct deed){.from = self, .holder = role, .target = config->target, .property = "Target"});
}

static void pipe_validate(struct validation *validation, void *blob)
{
    struct pipe *pipe = blob;
    struct queue_mapping_config *config = &pipe->mapping.config;
    uint32_t self = validation_self(validation);
    config->source = pipe->config.source;
    config->function = self;
    config->enabled = pipe->config.state == 0;
    config->filters_within = "SourceParameters.";
    pipe->config.keeper = self;
    for (uint32_t i = self; i-- > 1;)
        if (model_is(validation_type(validation, i), "AWS::Pipes::Pipe"))
            pipe->config.keeper = i;
    check_target(validation, pipe);
    check_enrichment(validation, pipe);
    config->response_types = !pipe->config.at_once || pipe->config.reports_failures ? REPORT_BATCH_ITEM_FAILURES : 0;
    if (config->source == ENTITY_NONE)
        return;
    check_rights(validation, pipe);
    validation_flow(validation, config->source, self);
    if (pipe->config.target != ENTITY_NONE)
        validation_flow(validation, self, pipe->config.target);
    const struct model_type *type = validation_type(validation, config->source);
    if (type->streamable)
        check_stream(validation, pipe, type->streamable);
    else if (type->pollable)
        check_queue(validation, pipe, type->pollable);
    else
        validation_error(validation, "Source", "a queue, a Kinesis stream, or a table with a stream",
                         "%s is of type %s, which cannot be polled", validation_name(validation, config->source), type->type);
}

static void pipe_sends(struct validation *validation, const void *blob)
{
    const struct pipe_config *config = &((const struct pipe *)blob)->config;
    const struct sending sendings[] = {
        {.target = config->enrichment, .place = "", .target_key = "Enrichment", .operation_key = "Enrichment"},
        {.target = config->target,
         .has_key = config->message_group || config->has_groups,
         .place = "",
         .target_key = "Target",
         .operation_key = "Target"}};
    for (size_t i = 0; i < 2; i++)
        if (sendings[i].target != ENTITY_NONE && (sendings[i].has_key || !validation_in_order(validation, sendings[i].target)))
            validation_sends(validation, &sendings[i]);
}

static enum status pipe_create(struct simulation *simulation, void *self)
{
    struct pipe *pipe = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[pipe->mapping.self].name;
    pool_init(&pipe->passages, sizeof(struct passage), &simulation->memory, name);
    pool_init(&pipe->calls, sizeof(struct pipe_call), &simulation->memory, name);
    deadline_line_init(&pipe->deadlines, &pipe->passages, offsetof(struct passage, deadline), rule_ns(rules, "pipe_timeout_s"),
                       pipe->mapping.self, PIPE_DEADLINE, 0);
    pipe->overhead_ns = rule_pause_ns(rules, "pipe_overhead_ms");
    pipe->open_most = (uint32_t)rule_count(rules, "pipe_concurrency_max", 1, INT32_MAX);
    pipe->chunk_bytes = (uint64_t)rule_bytes(rules, "eventbridge_chunk_kb");
    return event_source_create(simulation, self);
}

static void pipe_destroy(struct simulation *simulation, void *self)
{
    struct pipe *pipe = self;
    event_source_destroy(simulation, self);
    if (!pipe->passages.owner)
        return;
    pool_fini(&pipe->passages);
    pool_fini(&pipe->calls);
}

static enum status pipe_finish(struct simulation *simulation, void *self)
{
    const struct pipe *pipe = self;
    simulation_in_flight(simulation, pipe->mapping.self, (uint64_t)pipe->metrics.concurrency.level);
    return event_source_finish(simulation, self);
}

/* Nobody calls it: it polls. */
static const char *const in_front_of_nothing[] = {NULL};

static const char *const pipe_refusals[] = {"permission", NULL};

const struct model_type pipe_type = {
    .type = "AWS::Pipes::Pipe",
    .service = "Amazon EventBridge",
    .help = "Polls a queue or reads a stream, and hands what it gets to one target, filtered and enriched.",
    .size = sizeof(struct pipe),
    .self_offset = AT(mapping.self),
    .properties = pipe_properties,
    .behavior = pipe_behavior,
    .metrics = pipe_metrics,
    .line_items = pipe_line_items,
    .refusals = pipe_refusals,
    .validate = pipe_validate,
    .sends = pipe_sends,
    .create = pipe_create,
    .start = event_source_start,
    .destroy = pipe_destroy,
    .handle = pipe_handle,
    .in_front_of = in_front_of_nothing,
    .accept = pipe_accept,
    .done = pipe_done,
    .batch = pipe_batch,
    .finish = pipe_finish,
    .quantities = pipe_quantities,
};
