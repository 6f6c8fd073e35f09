/* delivery_stream.c: AWS::KinesisFirehose::DeliveryStream: what can be said of it, what is put into it directly, what is measured and
 * billed. Sources stand in firehose_state.h. A record is answered for twice: its sender is told at once that it is taken, and what became
 * of it stands in the ledger: in the bucket, dropped or failed by the function, or lost. Objects have ledgers of their own ("Logs/objects",
 * "Logs/processing-failed", "Logs/backup"). */
#include "engine/caller.h"
#include "engine/rule_book.h"
#include "firehose_state.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdlib.h>

#define AT(field) offsetof(struct firehose, config.field)

static const char *const source_kinds[] = {"DirectPut", "KinesisStreamAsSource", "MSKAsSource", NULL};
static const char *const formats[] = {"UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY", NULL};
static const char *const backup_modes[] = {"Disabled", "Enabled", NULL};

#define HINTS(FIELD, NAME)                                                                                                                 \
    static const struct property NAME[] = {                                                                                                \
        {"SizeInMBs", PROPERTY_SIZE, AT(FIELD.size_bytes), .unit = "MB", .minimum = "firehose_object_min_mb",                              \
         .maximum = "firehose_object_max_mb", .fallback = "firehose_object_default_mb",                                                    \
         .given = PROPERTY_GIVEN(struct firehose, config.FIELD.size_given), .help = "So much makes an object, before compression."},       \
        {"IntervalInSeconds", PROPERTY_TIME, AT(FIELD.interval_ns), .unit = "s", .minimum = "0",                                           \
         .maximum = "firehose_object_interval_max_s", .fallback = "firehose_object_interval_default_s",                                    \
         .given = PROPERTY_GIVEN(struct firehose, config.FIELD.interval_given),                                                            \
         .help = "So long after its first record an object is put at the latest; 0: within seconds."},                                     \
        {0},                                                                                                                               \
    }
HINTS(destination, destination_hints);
HINTS(backup, backup_hints);

#define BUCKET(FIELD, ROWS)                                                                                                                \
    {"BucketARN",      PROPERTY_REFERENCE, AT(FIELD.bucket),                                                                               \
     .required = true, .outside = true,    .help = "The bucket; one that is not in the scenario takes all."},                              \
        {"BufferingHints", PROPERTY_OBJECT, 0, .properties = ROWS, .help = "When an object is put."},                                      \
        {"CompressionFormat",                                                                                                              \
         PROPERTY_ENUM,                                                                                                                    \
         AT(FIELD.format),                                                                                                                 \
         .choices = formats,                                                                                                               \
         .fallback = "\"UNCOMPRESSED\"",                                                                                                   \
         .help = "Makes objects smaller: behavior's compression."},                                                                        \
        ACCEPTED("CloudWatchLoggingOptions"), ACCEPTED("EncryptionConfiguration"), ACCEPTED("ErrorOutputPrefix"), ACCEPTED("Prefix"),      \
        ACCEPTED("RoleARN")

static const struct property plain_properties[] = {BUCKET(destination, destination_hints), {0}};
static const struct property backup_properties[] = {BUCKET(backup, backup_hints), {0}};

static const struct property processing_properties[] = {
    {"Enabled", PROPERTY_BOOLEAN, AT(processing), .fallback = "false", .help = "Whether the processors work."},
    {"Processors", PROPERTY_LIST, AT(processors), .properties = firehose_processor_properties, .size = sizeof(struct firehose_processor),
     .minimum = "0", .maximum = "20", .help = "What is done with records: one of them may call a function."},
    {0},
};

static const struct property extended_properties[] = {
    BUCKET(destination, destination_hints),
    {"ProcessingConfiguration", PROPERTY_OBJECT, 0, .properties = processing_properties, .help = "Transforms records."},
    {"S3BackupMode", PROPERTY_ENUM, AT(backup_mode), .choices = backup_modes, .fallback = "\"Disabled\"",
     .help = "Enabled: source records are put into a bucket too, as they came."},
    {"S3BackupConfiguration", PROPERTY_OBJECT, 0, .properties = backup_properties,
     .given = PROPERTY_GIVEN(struct firehose, config.backup.given), .help = "Where and when they are put."},
    ACCEPTED("CustomTimeZone"),
    ACCEPTED("FileExtension"),
    PROPERTY_LATER_ROW("DataFormatConversionConfiguration", "conversion of formats"),
    PROPERTY_LATER_ROW("DynamicPartitioningConfiguration", "dynamic partitioning"),
    {0},
};

static const struct property source_properties[] = {
    {"KinesisStreamARN", PROPERTY_REFERENCE, AT(source), .required = true, .help = "The data stream."},
    ACCEPTED("RoleARN"),
    {0},
};

static const struct property firehose_properties[] = {
    {"DeliveryStreamType", PROPERTY_ENUM, AT(source_kind), .choices = source_kinds,
     .given = PROPERTY_GIVEN(struct firehose, config.source_kind_given),
     .help = "Who brings records; left out: DirectPut, or the stream that is named."},
    {"KinesisStreamSourceConfiguration", PROPERTY_OBJECT, 0, .properties = source_properties,
     .given = PROPERTY_GIVEN(struct firehose, config.source_given), .help = "A data stream that it reads."},
    {"ExtendedS3DestinationConfiguration", PROPERTY_OBJECT, 0, .properties = extended_properties,
     .given = PROPERTY_GIVEN(struct firehose, config.destination.given), .help = "The bucket that gets the records, and how."},
    {"S3DestinationConfiguration", PROPERTY_OBJECT, 0, .properties = plain_properties,
     .given = PROPERTY_GIVEN(struct firehose, config.plain_destination), .help = "The same in its older form, without processors."},
    ACCEPTED("DeliveryStreamEncryptionConfigurationInput"),
    ACCEPTED("DeliveryStreamName"),
    ACCEPTED("DirectPutSourceConfiguration"),
    ACCEPTED("Tags"),
    PROPERTY_LATER_ROW("AmazonOpenSearchServerlessDestinationConfiguration", "delivery to OpenSearch"),
    PROPERTY_LATER_ROW("AmazonopensearchserviceDestinationConfiguration", "delivery to OpenSearch"),
    PROPERTY_LATER_ROW("ElasticsearchDestinationConfiguration", "delivery to Elasticsearch"),
    PROPERTY_LATER_ROW("HttpEndpointDestinationConfiguration", "delivery to HTTP endpoints"),
    PROPERTY_LATER_ROW("IcebergDestinationConfiguration", "delivery to Iceberg tables"),
    PROPERTY_LATER_ROW("MSKSourceConfiguration", "Kafka as a source"),
    PROPERTY_LATER_ROW("RedshiftDestinationConfiguration", "delivery to Redshift"),
    PROPERTY_LATER_ROW("SnowflakeDestinationConfiguration", "delivery to Snowflake"),
    PROPERTY_LATER_ROW("SplunkDestinationConfiguration", "delivery to Splunk"),
    {0},
};

static const struct property firehose_behavior[] = {
    {"drop_rate", PROPERTY_PROBABILITY, AT(drop_rate), .fallback = "0",
     .help = "Share of the records that the function answers as Dropped. Those that it answers as ProcessingFailed: its own "
             "record_error_rate and poison_rate."},
    {"output_ratio", PROPERTY_NUMBER, AT(output_ratio), .minimum = "0", .maximum = "1000", .fallback = "1",
     .help = "Bytes of a transformed record for each byte of the record."},
    {"compression", PROPERTY_PROBABILITY, AT(compression), .fallback = "firehose_compression",
     .help = "Share of its bytes that an object has left where CompressionFormat makes it smaller."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct firehose, metrics.field)
#define ROUTE_METRICS(NAME, ROUTE, WHAT)                                                                                                   \
    {"AWS/Firehose", NAME ".Records", "Count", METRIC_COUNT, AT(put_records[ROUTE]), .help = "Records " WHAT "."},                         \
        {"AWS/Firehose", NAME ".Bytes", "Bytes", METRIC_COUNT, AT(put_bytes[ROUTE]), .help = "Their bytes, as they came."},                \
        {"AWS/Firehose", NAME ".Success", "Count", METRIC_COUNT, AT(puts[ROUTE]), .help = "Objects of them that were put."},               \
    {                                                                                                                                      \
        "AWS/Firehose", NAME ".DataFreshness", "Seconds", METRIC_TALLY, AT(freshness[ROUTE]),                                              \
            .better = -1,                                                                                                                  \
            .help = "Age of an object's oldest record, at each try to put it; of a data stream's records, since that took them."           \
    }

static const struct metric_type firehose_metrics[] = {
    {"AWS/Firehose", "IncomingRecords", "Count", METRIC_COUNT, AT(records), .help = "Records that were taken."},
    {"AWS/Firehose", "IncomingBytes", "Bytes", METRIC_COUNT, AT(bytes), .help = "Their bytes."},
    {"AWS/Firehose", "IncomingPutRequests", "Count", METRIC_COUNT, AT(requests), .help = "PutRecord and PutRecordBatch requests."},
    {"AWS/Firehose", "ThrottledRecords", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "Records that were refused, as one of the stream's limits was reached."},
    {"AWS/Firehose", "DataReadFromKinesisStream.Records", "Count", METRIC_COUNT, AT(read_records), .help = "Records read from the source."},
    {"AWS/Firehose", "DataReadFromKinesisStream.Bytes", "Bytes", METRIC_COUNT, AT(read_bytes), .help = "Their bytes."},
    {"AWS/Firehose", "ExecuteProcessing.Duration", "Milliseconds", METRIC_TALLY, AT(call_duration), .better = -1,
     .help = "How long each call of the function took."},
    {"AWS/Firehose", "ExecuteProcessing.Success", "Percent", METRIC_PERCENT, AT(calls_ended_well), .other = AT(calls), .better = 1,
     .help = "Calls of the function that succeeded, of all."},
    {"AWS/Firehose", "SucceedProcessing.Records", "Count", METRIC_COUNT, AT(processed),
     .help = "Records that the function answered as Ok or Dropped."},
    {"AWS/Firehose", "SucceedProcessing.Bytes", "Bytes", METRIC_COUNT, AT(processed_bytes), .help = "Their bytes, before."},
    ROUTE_METRICS("DeliveryToS3", ROUTE_DESTINATION, "delivered to the bucket"),
    ROUTE_METRICS("BackupToS3", ROUTE_BACKUP, "put into the bucket for backup"),
    {"slsim", "DeliveryDelay", "Milliseconds", METRIC_TALLY, AT(delay), .better = -1, .compared = "Average",
     .help = "From a record's coming, to the source where there is one, until it is in the bucket."},
    {"slsim", "RecordsHeld", "Count", METRIC_GAUGE, AT(held), .help = "Records that were taken and have no fate yet."},
    {"slsim", "RecordsDropped", "Count", METRIC_COUNT, AT(dropped), .help = "Records that the function answered as Dropped."},
    {"slsim", "ProcessingCalls", "Count", METRIC_COUNT, AT(calls), .help = "Calls of the function, each try."},
    {"slsim", "ProcessingFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .compared = "Sum",
     .help = "Records that were not transformed: answered as ProcessingFailed, or of a batch that was skipped."},
    {"slsim", "BatchesSkipped", "Count", METRIC_COUNT, AT(skipped), .better = -1, .help = "Batches whose calls failed for good."},
    {"slsim", "FailedObjects", "Count", METRIC_COUNT, AT(puts[ROUTE_FAILED]),
     .help = "Objects put under the prefix processing-failed, of records that were not transformed."},
    {"slsim", "RecordsLost", "Count", METRIC_COUNT, AT(lost), .better = -1, .compared = "Sum",
     .help = "Records that could not be delivered for as long as they are kept."},
    {NULL, "failed records", "None", METRIC_COUNT, AT(put_records[ROUTE_FAILED]), .help = ""},
    {NULL, "failed bytes", "None", METRIC_COUNT, AT(put_bytes[ROUTE_FAILED]), .help = ""},
    {NULL, "failed freshness", "None", METRIC_TALLY, AT(freshness[ROUTE_FAILED]), .help = ""},
    {NULL, "billed bytes", "None", METRIC_COUNT, AT(billed_bytes), .help = ""},
    {0},
};

static const struct line_item firehose_line_items[] = {
    {"Firehose-BilledBytes", "What was taken, each record rounded up to the next 5 KB."},
    {0},
};

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .server_error = true, .text = "ServiceUnavailableException"};
static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: record too large"};
static const struct cause cause_not_direct = {.fate = FATE_REJECTED, .text = "InvalidArgumentException: not a DirectPut stream"};

static double byte_share(const struct firehose *firehose, const struct firehose_destination *destination)
{
    return destination->format == 0 ? 1 : firehose->config.compression;
}

static enum status firehose_create(struct simulation *simulation, void *self)
{
    struct firehose *firehose = self;
    const struct rule_book *rules = simulation->settings->rules;
    firehose->config.destination.byte_share = byte_share(firehose, &firehose->config.destination);
    firehose->config.backup.byte_share = byte_share(firehose, &firehose->config.backup);
    firehose->retention_ns = rule_ns(rules, "firehose_retention_h");
    firehose->record_step = (uint64_t)rule_bytes(rules, "firehose_record_step_kb");
    firehose->record_most = (uint64_t)rule_bytes(rules, "firehose_record_max_kb");
    firehose->put_batch_most = rule_count(rules, "firehose_put_batch_records", 1, 1000000);
    firehose->put_batch_bytes = (uint64_t)rule_bytes(rules, "firehose_put_batch_mb");
    firehose->second_bytes = rule_bytes(rules, "firehose_put_mb_per_s");
    firehose->put_from = ENTITY_NONE;
    token_bucket_init_per_s(&firehose->record_quota, rule_number(rules, "firehose_put_records_per_s"), 1, 0);
    token_bucket_init_per_s(&firehose->request_quota, rule_number(rules, "firehose_put_requests_per_s"), 1, 0);
    token_bucket_init_per_s(&firehose->byte_quota, (double)firehose->second_bytes, 1, 0);
    firehose_batches_create(simulation, firehose);
    enum status status = firehose_objects_create(simulation, firehose);
    if (status != STATUS_OK)
        return status;
    if (firehose->config.source_kind != SOURCE_KINESIS)
        return firehose_add_lane(simulation, firehose) ? STATUS_OK : STATUS_NO_MEMORY;
    firehose->source = simulation->entities[firehose->config.source].type->streamable;
    firehose->stream = entity_state(simulation, firehose->config.source);
    return STATUS_OK;
}

static void firehose_start(struct simulation *simulation, void *self)
{
    struct firehose *firehose = self;
    if (firehose->source)
        firehose_source_start(simulation, firehose);
}

static void firehose_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct firehose *firehose = self;
    firehose_objects_destroy(firehose);
    firehose_batches_destroy(firehose);
    free(firehose->shards);
    fault_fini(&firehose->faults);
}

void firehose_take(struct simulation *simulation, struct firehose *firehose, uint32_t lane, const struct firehose_record *record)
{
    struct firehose_metrics *metrics = &firehose->metrics;
    counter_add(&metrics->records, 1);
    counter_add(&metrics->bytes, record->bytes);
    counter_add(&metrics->billed_bytes, bill_chunks(record->bytes, firehose->record_step) * firehose->record_step);
    gauge_add(&metrics->held, simulation->now_ns, 1);
    if (firehose->config.backup_mode != 0)
        firehose_object_add(simulation, firehose, lane, ROUTE_BACKUP, record);
    if (firehose->config.function != ENTITY_NONE)
        firehose_batch_add(simulation, firehose, lane, record);
    else
        firehose_object_add(simulation, firehose, lane, ROUTE_DESTINATION, record);
}

/* How many records the sender puts together into one request. */
static int64_t records_together(const struct simulation *simulation, const struct firehose *firehose, const struct request *request)
{
    const struct caller *caller = request_caller(simulation, request);
    if (content_set_has(&firehose->config.batch_operations, request->content))
        return firehose->put_batch_most;
    if (!caller || caller->records < 2 || request->attempt > 0)
        return 1;
    return caller->records < firehose->put_batch_most ? caller->records : firehose->put_batch_most;
}

/* Does the record begin a request of its own? Else it is one more of a PutRecordBatch: of what its sender sends at this instant. */
static bool begins_request(const struct simulation *simulation, const struct firehose *firehose, const struct request *request)
{
    return request->from == ENTITY_NONE || request->from != firehose->put_from || firehose->put_at_ns != simulation->now_ns ||
           firehose->put_count >= records_together(simulation, firehose, request) ||
           firehose->put_bytes + request->payload_bytes > firehose->put_batch_bytes;
}

/* All limits at once: a record that is refused takes nothing from any. */
static bool may_put(struct firehose *firehose, const struct request *request, bool begins, int64_t now_ns)
{
    int64_t bytes = request->payload_bytes < firehose->second_bytes ? request->payload_bytes : firehose->second_bytes;
    return (!begins || token_bucket_available(&firehose->request_quota, now_ns) >= 1) &&
           token_bucket_available(&firehose->record_quota, now_ns) >= 1 && token_bucket_take(&firehose->byte_quota, bytes, now_ns) &&
           token_bucket_take(&firehose->record_quota, 1, now_ns) && (!begins || token_bucket_take(&firehose->request_quota, 1, now_ns));
}

static void note_request(struct simulation *simulation, struct firehose *firehose, const struct request *request, bool begins)
{
    if (begins) {
        counter_add(&firehose->metrics.requests, 1);
        firehose->put_from = request->from;
        firehose->put_at_ns = simulation->now_ns;
        firehose->put_count = 0;
        firehose->put_bytes = 0;
    }
    firehose->put_count++;
    firehose->put_bytes += request->payload_bytes;
}

static void firehose_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct firehose *firehose = self;
    if (fault_answers(simulation, &firehose->faults, firehose->self, request))
        return;
    const struct cause *refusal = firehose->source                                 ? &cause_not_direct
                                  : request->payload_bytes > firehose->record_most ? &cause_too_large
                                                                                   : NULL;
    bool begins = begins_request(simulation, firehose, request);
    if (!refusal && !may_put(firehose, request, begins, simulation->now_ns)) {
        counter_add(&firehose->metrics.throttled, 1);
        refusal = &cause_throttled;
    }
    if (refusal) {
        request_done(simulation, firehose->self, request, refusal);
        return;
    }
    const struct firehose_record record = {
        .item = request->item,
        .arrived_ns = simulation->now_ns,
        .bytes = request->payload_bytes,
        .source_bytes = request->payload_bytes,
        .poison = request->poison,
    };
    note_request(simulation, firehose, request, begins);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[firehose->self].name, "stored", simulation->now_ns, 0, "");
    firehose_take(simulation, firehose, 0, &record);
    request_answer(simulation, request, &cause_succeeded);
}

static void firehose_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct firehose *firehose = self;
    switch ((enum firehose_event)event->kind) {
    case FIREHOSE_DELIVERY:
        delivery_handle(simulation, &firehose->delivery, event);
        break;
    case FIREHOSE_BATCH_DUE:
        firehose_batch_due(simulation, firehose, event->data);
        break;
    case FIREHOSE_CALL_LIMIT:
        firehose_call_limit(simulation, firehose, event->data);
        break;
    case FIREHOSE_CALL_AGAIN:
        firehose_call_again(simulation, firehose, event->data);
        break;
    case FIREHOSE_READ:
        firehose_source_read(simulation, firehose, event->data);
        break;
    case FIREHOSE_GROWN:
        firehose_source_grown(simulation, firehose);
        break;
    default:
        firehose_object_due(simulation, firehose, event->data, (enum firehose_route)(event->kind - FIREHOSE_OBJECT_DUE));
    }
}

static void firehose_done(struct simulation *simulation, void *self, struct request *request)
{
    struct firehose *firehose = self;
    if (firehose_is_call(request))
        firehose_call_answered(simulation, firehose, request);
    else
        delivery_answered(simulation, &firehose->delivery, request);
}

static enum status firehose_finish(struct simulation *simulation, void *self)
{
    struct firehose *firehose = self;
    simulation_in_flight(simulation, firehose->self, (uint64_t)firehose->metrics.held.level);
    delivery_finish(simulation, &firehose->delivery);
    return STATUS_OK;
}

static void firehose_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct firehose *firehose = self;
    bill_add(bill, &firehose_line_items[0], (double)firehose->metrics.billed_bytes.whole / BYTES_PER_GB);
}

FAULT_FUNCTIONS(firehose, self)

static const char *const firehose_operations[] = {"PutRecord", "PutRecordBatch", NULL};

static const struct action firehose_actions[] = {FAULT_ENDPOINT_ROWS, {0}};

const struct model_type delivery_stream_type = {
    .type = "AWS::KinesisFirehose::DeliveryStream",
    .service = "Amazon Kinesis Firehose",
    .help = "A delivery stream: records put directly or read from a data stream, transformed by a function, put into a bucket as objects.",
    .size = sizeof(struct firehose),
    .self_offset = offsetof(struct firehose, self),
    .properties = firehose_properties,
    .behavior = firehose_behavior,
    .metrics = firehose_metrics,
    .line_items = firehose_line_items,
    .refusals = firehose_refusals,
    .validate = firehose_validate,
    .actions = firehose_actions,
    .create = firehose_create,
    .start = firehose_start,
    .destroy = firehose_destroy,
    .handle = firehose_handle,
    .accept = firehose_accept,
    .operations = firehose_operations,
    .receives = firehose_receives,
    .done = firehose_done,
    .batch = firehose_batch,
    .finish = firehose_finish,
    .quantities = firehose_quantities,
};
