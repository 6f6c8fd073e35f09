/* event_source_mapping.c: the stream's side of AWS::Lambda::EventSourceMapping, and which side a mapping is of. */
#include "event_source_mapping.h"

#include "lambda_kinds.h"

#include "engine/rule_book.h"
#include "event_filter.h"
#include "queue_mapping_state.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct queue_mapping, stream.config.field)
#define GIVEN(field) PROPERTY_GIVEN(struct queue_mapping, config.foreign.field)

static const struct property on_failure_properties[] = {
    ACCEPTED("Type"), /* as SAM has it */
    {"Destination", PROPERTY_REFERENCE, AT(on_failure), .help = "Gets a record of what was discarded: which records, not what is in them."},
    {0},
};

static const struct property destination_properties[] = {
    {"OnFailure", PROPERTY_OBJECT, 0, .properties = on_failure_properties, .help = "For batches that are given up."},
    {0},
};

const struct property stream_mapping_properties[] = {
    {"BisectBatchOnFunctionError", PROPERTY_BOOLEAN, AT(bisect), .fallback = "false", .given = GIVEN(bisect),
     .help = "Streams: a batch that failed is cut in half before it is tried again; that uses no retry."},
    {"DestinationConfig", PROPERTY_OBJECT, 0, .properties = destination_properties, .given = GIVEN(destination),
     .help = "Streams: where a record of what was given up goes."},
    {"MaximumRecordAgeInSeconds", PROPERTY_INTEGER, AT(max_age_s), .minimum = "-1", .maximum = "stream_max_record_age_max_s",
     .fallback = "stream_max_record_age_default_s", .given = GIVEN(record_age), .help = "Streams: older records are given up; -1: never."},
    {"MaximumRetryAttempts", PROPERTY_INTEGER, AT(max_retries), .minimum = "-1", .maximum = "stream_retry_attempts_max",
     .fallback = "stream_retry_attempts_default", .given = GIVEN(retries),
     .help = "Streams: how often a batch that failed is tried again; -1: until it expires. Throttles do not count."},
    {"ParallelizationFactor", PROPERTY_INTEGER, AT(factor), .minimum = "1", .maximum = "parallelization_factor_max",
     .fallback = "parallelization_factor_default", .given = GIVEN(factor),
     .help = "Streams: how many batches of one shard may be with the function at once; a key stays in order."},
    {"StartingPosition", PROPERTY_ENUM, AT(position), .choices = stream_positions, .given = GIVEN(position),
     .help = "Streams: where reading starts."},
    {"StartingPositionTimestamp", PROPERTY_NUMBER, AT(at_epoch_s), .minimum = "0", .given = GIVEN(timestamp),
     .help = "Streams, AT_TIMESTAMP: the first instant whose records are read, in seconds since 1970."},
    {"TumblingWindowInSeconds", PROPERTY_TIME, AT(tumbling_window_ns), .unit = "s", .minimum = "0", .maximum = "tumbling_window_max_s",
     .given = GIVEN(tumbling),
     .help = "Streams: records of so long are aggregated, with a state that goes from invocation to invocation and a final one; 0: not."},
    {0},
};

const struct property event_source_behavior[] = {
    {"state_per_record", PROPERTY_SIZE, AT(state_record_bytes), .minimum = "0", .fallback = "\"0B\"",
     .help = "Streams with TumblingWindowInSeconds: what a record adds to the state; the final invocation carries it."},
    {0},
};

static bool is_of_stream(const struct simulation *simulation, const struct queue_mapping *mapping)
{
    return simulation->entities[mapping->config.source].type->streamable != NULL;
}

/* What belongs to mappings of queues. */
static void check_foreign(struct validation *validation, const struct queue_mapping_config *config)
{
    if (config->maximum_concurrency > 0)
        validation_error(validation, "ScalingConfig.MaximumConcurrency", "ParallelizationFactor limits a stream's",
                         "belongs to mappings of queues; this one is of a stream");
    if (config->provisioned)
        validation_error(validation, "ProvisionedPollerConfig", NULL, "belongs to mappings of queues; this one is of a stream");
}

/* How many mappings have this source, and is this the first of them? */
static uint32_t count_readers(const struct validation *validation, uint32_t source, bool *first)
{
    uint32_t count = 0;
    *first = false;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), MAPPING_TYPE))
            continue;
        const struct queue_mapping *other = validation_config(validation, i);
        if (other->config.source != source || !other->config.enabled)
            continue;
        *first = *first || (count == 0 && i == validation_self(validation));
        count++;
    }
    return count;
}

/* What the kind of stream allows. */
static void check_source(struct validation *validation, const struct stream_mapping_config *config)
{
    bool first;
    const struct streamable *source = validation_type(validation, config->source)->streamable;
    const char *name = validation_name(validation, config->source);
    const char *lack = source->lacks ? source->lacks(validation_config(validation, config->source)) : NULL;
    uint32_t readers = count_readers(validation, config->source, &first);
    if (lack)
        validation_error(validation, "EventSourceArn", NULL, "%s has no stream: %s", name, lack);
    if (source->through && first && readers > 1)
        validation_error(validation, "EventSourceArn", "give each its own", "%u mappings read through %s, which serves one", readers, name);
    if (source->by_position_only && config->position == POSITION_AT_TIMESTAMP)
        validation_error(validation, "StartingPosition", "TRIM_HORIZON or LATEST", "the stream of %s cannot be read from a time on", name);
    double most = source->readers_rule ? rule_number(validation_rules(validation), source->readers_rule) : UINT32_MAX;
    if (first && readers > most)
        validation_warning(validation, "EventSourceArn", source->readers_rule, "%u mappings read %s, and AWS advises at most %.0f", readers,
                           name, most);
}

static void check_own(struct validation *validation, struct queue_mapping *mapping)
{
    const struct rule_book *rules = validation_rules(validation);
    struct stream_mapping_config *stream = &mapping->stream.config;
    const double most = rule_number(rules, "stream_batch_size_max"), least_age_s = rule_number(rules, "stream_max_record_age_min_s");
    if ((double)stream->batch_size > most)
        validation_error(validation, "BatchSize", "rule stream_batch_size_max", "a batch of a stream may have %.0f records, not %lld", most,
                         (long long)stream->batch_size);
    if (!mapping->config.foreign.position)
        validation_error(validation, "StartingPosition", "TRIM_HORIZON, LATEST or AT_TIMESTAMP", "a mapping of a stream needs it");
    if (stream->position == POSITION_AT_TIMESTAMP && !mapping->config.foreign.timestamp)
        validation_error(validation, "StartingPositionTimestamp", "seconds since 1970", "AT_TIMESTAMP needs it");
    if (stream->max_age_s != -1 && (double)stream->max_age_s < least_age_s)
        validation_error(validation, "MaximumRecordAgeInSeconds", "rule stream_max_record_age_min_s", "must be -1 or at least %.0f",
                         least_age_s);
    if (stream->on_failure != ENTITY_NONE && !validation_type(validation, stream->on_failure)->accept)
        validation_error(validation, "DestinationConfig.OnFailure.Destination", "a queue, a topic or a bucket",
                         "%s cannot be a destination", validation_name(validation, stream->on_failure));
    check_source(validation, stream);
    stream_mapping_validate(validation, stream);
}

void event_source_stream_validate(struct validation *validation, void *config)
{
    struct queue_mapping *mapping = config;
    struct stream_mapping_config *stream = &mapping->stream.config;
    stream->function = mapping->config.function;
    stream->source = mapping->config.source;
    stream->batch_size = mapping->config.batch_size_given ? mapping->config.batch_size
                                                          : (int64_t)rule_number(validation_rules(validation), "stream_batch_size_default");
    stream->window_ns = mapping->config.window_ns;
    if (stream->source != ENTITY_NONE && stream->function != ENTITY_NONE &&
        is_invocable_type(validation_type(validation, stream->function))) {
        function_rights_at_source(validation, stream->function, stream->source, stream->rights);
        function_right_to_send(validation, validation_self(validation), stream->function, stream->on_failure,
                               "DestinationConfig.OnFailure.Destination");
    }
    stream->reports_failures = mapping->config.response_types & REPORT_BATCH_ITEM_FAILURES;
    if (stream->source != ENTITY_NONE)
        stream->passes = filter_validate(validation, &mapping->config, validation_type(validation, stream->source)->streamable->envelope);
    check_foreign(validation, &mapping->config);
    check_own(validation, mapping);
}

enum status event_source_create(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    mapping->stream.self = mapping->self;
    mapping->stream.shared = (struct stream_mapping_shared){
        .polled = &mapping->metrics.polled,
        .filtered = &mapping->metrics.filtered,
        .invoked = &mapping->metrics.invoked,
        .failed = &mapping->metrics.failed,
        .batch_size = &mapping->metrics.batch_size,
    };
    return is_of_stream(simulation, mapping) ? stream_mapping_create(simulation, &mapping->stream) : queue_mapping_create(simulation, self);
}

void event_source_start(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    if (!is_of_stream(simulation, mapping))
        queue_mapping_start(simulation, self);
    else if (mapping->config.enabled)
        stream_mapping_start(simulation, &mapping->stream);
}

void event_source_destroy(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    if (is_of_stream(simulation, mapping))
        stream_mapping_destroy(simulation, &mapping->stream);
    else
        queue_mapping_destroy(simulation, self);
}

void event_source_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct queue_mapping *mapping = self;
    if (is_of_stream(simulation, mapping))
        stream_mapping_handle(simulation, &mapping->stream, event);
    else
        queue_mapping_handle(simulation, self, event);
}

void event_source_done(struct simulation *simulation, void *self, struct request *request)
{
    struct queue_mapping *mapping = self;
    if (is_of_stream(simulation, mapping))
        stream_mapping_done(simulation, &mapping->stream, request);
    else
        queue_mapping_done(simulation, self, request);
}

struct batch *event_source_batch(struct simulation *simulation, void *self, const struct request *request)
{
    struct queue_mapping *mapping = self;
    return is_of_stream(simulation, mapping) ? stream_mapping_batch(&mapping->stream, request)
                                             : queue_mapping_batch(simulation, self, request);
}

enum status event_source_finish(struct simulation *simulation, void *self)
{
    struct queue_mapping *mapping = self;
    return is_of_stream(simulation, mapping) ? stream_mapping_finish(simulation, &mapping->stream) : queue_mapping_finish(simulation, self);
}
