/* firehose_check.c: what a delivery stream is told by its processors' parameters, and what of it Firehose refuses or a reader should know.
 * Source: Data Firehose API Reference, CreateDeliveryStream and ProcessorParameter; developer guide, "Transform source data". */
#include "firehose_state.h"

#include "engine/sending.h"
#include "kinesis_state.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char refusal_source[] = "firehose_source";
static const char refusal_backup[] = "firehose_backup";
const char *const firehose_refusals[] = {refusal_source, refusal_backup, NULL};

enum processor_type { PROCESSOR_LAMBDA };
static const char *const processor_types[] = {
    "Lambda", "RecordDeAggregation", "Decompression", "CloudWatchLogProcessing", "MetadataExtraction", "AppendDelimiterToRecord", NULL,
};

enum { PARAMETER_ARN, PARAMETER_RETRIES, PARAMETER_SIZE, PARAMETER_INTERVAL, PARAMETER_COUNT };
static const char *const parameter_names[] = {"LambdaArn", "NumberOfRetries", "BufferSizeInMBs", "BufferIntervalInSeconds", NULL};

#define PARAMETER(field) offsetof(struct firehose_parameter, field)
#define PROCESSOR(field) offsetof(struct firehose_processor, field)

static const struct property parameter_properties[] = {
    {"ParameterName", PROPERTY_STRING, PARAMETER(name), .required = true,
     .help = "LambdaArn, NumberOfRetries, BufferSizeInMBs or BufferIntervalInSeconds; others have no effect."},
    {"ParameterValue", PROPERTY_STRING, PARAMETER(value), .required = true, .help = "Its value: a function, or a number."},
    {0},
};

const struct property firehose_processor_properties[] = {
    {"Type", PROPERTY_ENUM, PROCESSOR(type), .choices = processor_types, .required = true,
     .help = "Lambda transforms records by a function; the others have no effect here."},
    {"Parameters", PROPERTY_LIST, PROCESSOR(parameters), .properties = parameter_properties, .size = sizeof(struct firehose_parameter),
     .minimum = "0", .maximum = "20", .help = "What the processor is told."},
    {0},
};

/* What a numeric parameter may be, by rules; its unit is the rules'. */
struct parameter_range {
    const char *minimum, *maximum, *fallback;
};

static const struct parameter_range ranges[PARAMETER_COUNT] = {
    [PARAMETER_RETRIES] = {NULL, "firehose_retries_limit", "firehose_max_retries"},
    [PARAMETER_SIZE] = {"firehose_buffer_min_mb", "firehose_buffer_max_mb", "firehose_buffer_default_mb"},
    [PARAMETER_INTERVAL] = {NULL, "firehose_interval_max_s", "firehose_interval_default_s"},
};

static int parameter_of(const char *name)
{
    for (int i = 0; i < PARAMETER_COUNT; i++)
        if (strcmp(name, parameter_names[i]) == 0)
            return i;
    return PARAMETER_COUNT;
}

/* A parameter's number; its fallback after saying what is wrong. */
static double read_number(struct validation *validation, int parameter, const char *text, const char *property)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct parameter_range *range = &ranges[parameter];
    double low = range->minimum ? rule_number(rules, range->minimum) : 0, high = rule_number(rules, range->maximum);
    char *end, hint[120];
    double number = strtod(text, &end);
    snprintf(hint, sizeof hint, "rule%s%s%s %s", range->minimum ? "s " : "", range->minimum ? range->minimum : "",
             range->minimum ? " and" : "", range->maximum);
    if (end == text || *end != '\0' || !isfinite(number))
        validation_error(validation, property, hint, "%s must be a number, got \"%s\"", parameter_names[parameter], text);
    else if (number < low || number > high)
        validation_error(validation, property, hint, "%s must be between %g and %g, got %s", parameter_names[parameter], low, high, text);
    else
        return number;
    return rule_number(rules, range->fallback);
}

static void check_function(struct validation *validation, uint32_t function, const char *property)
{
    double timeout_ns, limit_ns = (double)rule_ns(validation_rules(validation), "firehose_function_timeout_s");
    if (validation_number_of(validation, function, "Timeout", &timeout_ns) && timeout_ns > limit_ns)
        validation_warning(validation, property, "set the function's Timeout to at most that",
                           "%s may run for %.0f s, and a delivery stream waits for %.0f s at most (rule firehose_function_timeout_s): it "
                           "calls again while the first call still runs and is billed",
                           validation_name(validation, function), timeout_ns / 1e9, limit_ns / 1e9);
}

static uint32_t read_function(struct validation *validation, const char *text, const char *property)
{
    uint32_t entity = validation_named(validation, text);
    if (entity == ENTITY_NONE || !model_takes(validation_type(validation, entity), "Invoke")) {
        validation_error(validation, property, "name a function: {\"Fn::GetAtt\": [\"F\", \"Arn\"]}", "\"%s\" names no function here",
                         text);
        return ENTITY_NONE;
    }
    check_function(validation, entity, property);
    return validation_callee(validation, NULL, entity);
}

#define PROCESSORS "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors"

static void unknown_parameter(struct validation *validation, const char *property, const char *name, const char *near)
{
    char hint[80];
    snprintf(hint, sizeof hint, "did you mean \"%s\"?", near);
    validation_error(validation, property, hint, "there is no parameter \"%s\"", name);
}

static void read_processor(struct validation *validation, struct firehose_config *config, const struct firehose_processor *processor,
                           size_t index)
{
    const struct firehose_parameter *parameters = processor->parameters.items;
    const char *texts[PARAMETER_COUNT] = {NULL};
    char property[160];
    for (size_t i = 0; i < processor->parameters.count; i++) {
        if (!parameters[i].name)
            continue; /* what is wrong with it was said, as of a value */
        int parameter = parameter_of(parameters[i].name);
        snprintf(property, sizeof property, PROCESSORS "[%zu].Parameters[%zu].ParameterName", index, i);
        const char *near = validation_nearest(parameters[i].name, parameter_names, PARAMETER_COUNT);
        if (parameter < PARAMETER_COUNT)
            texts[parameter] = parameters[i].value ? parameters[i].value : "";
        else if (near)
            unknown_parameter(validation, property, parameters[i].name, near);
        if (!parameters[i].value)
            continue;
        snprintf(property, sizeof property, PROCESSORS "[%zu].Parameters[%zu].ParameterValue", index, i);
        if (parameter == PARAMETER_ARN)
            config->function = read_function(validation, parameters[i].value, property);
        else if (parameter == PARAMETER_RETRIES)
            config->retries = (uint32_t)read_number(validation, parameter, parameters[i].value, property);
        else if (parameter == PARAMETER_SIZE)
            config->batch_bytes = (int64_t)round(read_number(validation, parameter, parameters[i].value, property) * 1024 * 1024);
        else if (parameter == PARAMETER_INTERVAL)
            config->batch_ns = (int64_t)round(read_number(validation, parameter, parameters[i].value, property) * (double)NS_PER_S);
    }
    snprintf(property, sizeof property, PROCESSORS "[%zu].Parameters", index);
    if (!texts[PARAMETER_ARN])
        validation_error(validation, property, "{\"ParameterName\": \"LambdaArn\", \"ParameterValue\": {\"Fn::GetAtt\": [\"F\", \"Arn\"]}}",
                         "a Lambda processor needs the parameter LambdaArn");
}

static void read_processors(struct validation *validation, struct firehose_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    const struct firehose_processor *processors = config->processors.items;
    bool found = false;
    char property[120];
    config->function = ENTITY_NONE;
    config->retries = (uint32_t)rule_count(rules, "firehose_max_retries", 0, UINT16_MAX);
    config->batch_bytes = rule_bytes(rules, "firehose_buffer_default_mb");
    config->batch_ns = rule_ns(rules, "firehose_interval_default_s");
    for (size_t i = 0; config->processing && i < config->processors.count; i++) {
        snprintf(property, sizeof property, PROCESSORS "[%zu].Type", i);
        if (processors[i].type != PROCESSOR_LAMBDA)
            validation_warning(validation, property, NULL, "a processor of type %s has no effect here",
                               processor_types[processors[i].type]);
        else if (found)
            validation_error(validation, property, "let one function do both", "a delivery stream has one Lambda processor");
        else
            read_processor(validation, config, &processors[i], i);
        found = found || processors[i].type == PROCESSOR_LAMBDA;
    }
}

static void check_bucket(struct validation *validation, const struct firehose_destination *destination, const char *property)
{
    char path[120];
    if (destination->bucket != ENTITY_NONE && !model_is(validation_type(validation, destination->bucket), "AWS::S3::Bucket")) {
        snprintf(path, sizeof path, "%s.BucketARN", property);
        validation_error(validation, path, "name an AWS::S3::Bucket", "%s is %s", validation_name(validation, destination->bucket),
                         validation_type(validation, destination->bucket)->type);
    } else if (destination->bucket != ENTITY_NONE) {
        validation_flow(validation, validation_self(validation), destination->bucket);
    }
    snprintf(path, sizeof path, "%s.BufferingHints", property);
    if (destination->size_given != destination->interval_given)
        validation_warning(validation, path, destination->size_given ? "give IntervalInSeconds too" : "give SizeInMBs too",
                           "Firehose asks for both hints or none");
}

/* An interval of nothing means within seconds. */
static int64_t least_interval_ns(const struct rule_book *rules, int64_t interval_ns)
{
    return interval_ns > 0 ? interval_ns : rule_ns(rules, "firehose_zero_buffer_s");
}

static void check_source(struct validation *validation, struct firehose_config *config)
{
    if (!config->source_kind_given)
        config->source_kind = config->source_given ? SOURCE_KINESIS : SOURCE_DIRECT_PUT;
    if (config->source_kind == SOURCE_MSK) {
        validation_error(validation, "DeliveryStreamType", "read a Kinesis stream, or put directly", "not modelled yet: Kafka as a source");
    } else if ((config->source_kind == SOURCE_KINESIS) != config->source_given) {
        validation_error(validation, "DeliveryStreamType",
                         config->source_given ? "say KinesisStreamAsSource" : "add KinesisStreamSourceConfiguration, or say DirectPut",
                         config->source_given ? "DirectPut has no KinesisStreamSourceConfiguration"
                                              : "KinesisStreamAsSource needs KinesisStreamSourceConfiguration");
    } else if (config->source_given && config->source != ENTITY_NONE &&
               !model_is(validation_type(validation, config->source), KINESIS_STREAM_TYPE)) {
        validation_error(validation, "KinesisStreamSourceConfiguration.KinesisStreamARN", "name an AWS::Kinesis::Stream", "%s is %s",
                         validation_name(validation, config->source), validation_type(validation, config->source)->type);
        config->source = ENTITY_NONE;
    }
    if (config->source_kind == SOURCE_KINESIS && config->source != ENTITY_NONE)
        validation_flow(validation, config->source, validation_self(validation));
}

/* Nobody puts into a stream that reads another. */
void firehose_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (((const struct firehose *)config)->config.source_kind == SOURCE_KINESIS && !validation_allowed(validation, refusal_source))
        validation_sending_error(validation, sending, NULL, "send to the data stream that it reads",
                                 "%s reads a data stream: Firehose refuses what is put directly (allow_invalid: %s)",
                                 validation_name(validation, sending->target), refusal_source);
}

static bool puts_batches(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && strcmp(content->operation, "PutRecordBatch") == 0;
}

static void check_backup(struct validation *validation, const struct firehose_config *config)
{
    if (config->backup_mode != 0 && !config->backup.given && !validation_allowed(validation, refusal_backup))
        validation_error(validation, "ExtendedS3DestinationConfiguration.S3BackupMode", "add S3BackupConfiguration, with a BucketARN",
                         "S3BackupMode Enabled needs S3BackupConfiguration (allow_invalid: %s)", refusal_backup);
    if (config->backup.given)
        check_bucket(validation, &config->backup, "ExtendedS3DestinationConfiguration.S3BackupConfiguration");
    if (config->backup_mode != 0 && config->function == ENTITY_NONE)
        validation_warning(validation, "ExtendedS3DestinationConfiguration.S3BackupMode", "leave it out",
                           "source records are backed up only where they are transformed: the backup is the same as what is delivered");
}

void firehose_validate(struct validation *validation, void *blob)
{
    struct firehose_config *config = &((struct firehose *)blob)->config;
    const struct rule_book *rules = validation_rules(validation);
    if (config->destination.given == config->plain_destination)
        validation_error(validation, config->destination.given ? "S3DestinationConfiguration" : NULL,
                         "describe it by ExtendedS3DestinationConfiguration",
                         config->destination.given ? "a delivery stream has one destination" : "needs a destination");
    check_source(validation, config);
    read_processors(validation, config);
    check_bucket(validation, &config->destination,
                 config->plain_destination ? "S3DestinationConfiguration" : "ExtendedS3DestinationConfiguration");
    check_backup(validation, config);
    if (config->function != ENTITY_NONE)
        validation_flow(validation, validation_self(validation), config->function);
    validation_contents_where(validation, puts_batches, NULL, &config->batch_operations);
    config->batch_ns = least_interval_ns(rules, config->batch_ns);
    config->destination.interval_ns = least_interval_ns(rules, config->destination.interval_ns);
    config->backup.interval_ns = least_interval_ns(rules, config->backup.interval_ns);
}
