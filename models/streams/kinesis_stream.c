/* kinesis_stream.c: AWS::Kinesis::Stream: what can be said of it, what may be written, what is measured and billed. Reading it stands in
 * kinesis_read.c, other numbers of shards in kinesis_reshard.c, keeping in shard_log.c.
 * Source: rules kinesis_*, which cite the Kinesis Data Streams developer guide, "Quotas and limits" and "Building consumers".
 * A record is answered for twice: its sender is told at once that it is stored, and what became of it stands in the ledger of its shard
 * ("Clicks/shard-0"), which follows the stream's first reader. Without readers records stay until retention ends. */

#include "engine/rule_book.h"
#include "engine/sending.h"
#include "kinesis_state.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdlib.h>

#define AT(field) offsetof(struct kinesis_stream, field)

static const char *const stream_modes[] = {"PROVISIONED", "ON_DEMAND", NULL};

static const struct property mode_properties[] = {
    {"StreamMode", PROPERTY_ENUM, AT(mode), .choices = stream_modes, .fallback = "\"PROVISIONED\"",
     .help = "PROVISIONED: ShardCount shards; ON_DEMAND: as many as a new stream starts with, and more when its traffic grows."},
    {0},
};

static const struct property stream_properties[] = {
    {"ShardCount", PROPERTY_INTEGER, AT(shard_count), .minimum = "1", .maximum = "kinesis_shards_max", .fallback = "1",
     .given = PROPERTY_GIVEN(struct kinesis_stream, shard_count_given), .live = true,
     .help = "How many shards; the keys' hashes are spread evenly."},
    {"RetentionPeriodHours", PROPERTY_TIME, AT(log.retention_ns), .unit = "h", .minimum = "kinesis_retention_default_h",
     .maximum = "kinesis_retention_max_h", .fallback = "kinesis_retention_default_h", .help = "How long a record is kept."},
    {"StreamModeDetails", PROPERTY_OBJECT, 0, .properties = mode_properties, .help = "How the number of shards is decided."},
    ACCEPTED("Name"),
    ACCEPTED("StreamEncryption"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type stream_metrics[] = {
    {"AWS/Kinesis", "IncomingRecords", "Count", METRIC_COUNT, AT(figures.incoming_records), .help = "Records that were stored."},
    {"AWS/Kinesis", "IncomingBytes", "Bytes", METRIC_COUNT, AT(figures.incoming_bytes), .help = "Bytes that were stored."},
    {"AWS/Kinesis", "WriteProvisionedThroughputExceeded", "Count", METRIC_COUNT, AT(figures.refused), .better = -1,
     .help = "Records that a shard's write limits refused."},
    {"AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "Milliseconds", METRIC_TALLY, AT(figures.iterator_age),
     .help = "Age of the last record of each read that got records."},
    {"AWS/Kinesis", "ReadProvisionedThroughputExceeded", "Count", METRIC_COUNT, AT(figures.reads_refused), .better = -1,
     .help = "Reads that a shard's read limits refused; polls that would find nothing are not simulated."},
    SHARD_LOG_METRICS,
    {"slsim", "Updating", "Count", METRIC_GAUGE, AT(updating), .help = "1 while another number of shards is being made."},
    {"slsim", "UpdateShardCountRefused", "Count", METRIC_COUNT, AT(updates_refused),
     .help = "Changes of ShardCount that AWS would refuse: one is under way, too many in a day, or more than double or less than half."},
    {NULL, "PUT payload units", "None", METRIC_COUNT, AT(put_units), .help = ""},
    {NULL, "bytes read", "None", METRIC_COUNT, AT(figures.outgoing_bytes), .help = ""},
    {0},
};

enum { ITEM_SHARD_HOUR, ITEM_PUT_UNIT, ITEM_EXTENDED, ITEM_STREAM_HOUR, ITEM_BYTES_IN, ITEM_BYTES_OUT, ITEM_KEPT, ITEM_KEPT_LONG };

static const struct line_item stream_line_items[] = {
    {"Storage-ShardHour", "Shards x time."},
    {"PutRequestPayloadUnits", "Records, in units of 25 KB."},
    {"Extended-ShardHour", "Shards x time, for retention over 24 hours."},
    {"OnDemand-StreamHour", "An on-demand stream x time."},
    {"OnDemand-BilledIncomingBytes", "Bytes written to an on-demand stream."},
    {"OnDemand-BilledOutgoingBytes", "Bytes read from an on-demand stream."},
    {"OnDemand-ExtendedRetention-ByteHrs", "What an on-demand stream keeps from its second to its seventh day, in the long run."},
    {"LongTermRetention-ByteHrs", "What is kept after the seventh day, in the long run."},
    {0},
};

static const struct cause cause_write_exceeded = {.fate = FATE_THROTTLED, .text = "WriteProvisionedThroughputExceeded"};
static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: record too large"};

static void stream_validate(struct validation *validation, void *config)
{
    struct kinesis_stream *stream = config;
    const struct rule_book *rules = validation_rules(validation);
    if (stream->mode == MODE_PROVISIONED)
        return;
    if (stream->shard_count_given)
        validation_warning(validation, "ShardCount", "leave it out", "ShardCount has no effect on a stream in mode ON_DEMAND");
    stream->shard_count =
        (int64_t)ceil(rule_number(rules, "kinesis_on_demand_start_in_mb_per_s") / rule_number(rules, "kinesis_shard_in_mb_per_s"));
}

static enum status stream_create(struct simulation *simulation, void *self)
{
    struct kinesis_stream *stream = self;
    const struct rule_book *rules = simulation->settings->rules;
    stream->record_limit_bytes = rule_bytes(rules, "kinesis_record_max_mb");
    stream->second_bytes = rule_bytes(rules, "kinesis_shard_in_mb_per_s");
    stream->unit_bytes = (uint64_t)rule_bytes(rules, "kinesis_put_unit_kb");
    stream->read_records = (uint64_t)rule_number(rules, "kinesis_get_records_max");
    stream->read_bytes = (uint64_t)rule_bytes(rules, "kinesis_get_records_max_mb");
    stream->read_pace_ns = rule_interval_ns(rules, "kinesis_get_records_per_s");
    stream->read_ns_per_byte = (double)NS_PER_S / (double)rule_bytes(rules, "kinesis_shard_out_mb_per_s");
    stream->read_ns_per_record = (double)NS_PER_S / rule_number(rules, "kinesis_shard_out_records_per_s");
    stream->record_rate = (int64_t)rule_number(rules, "kinesis_shard_in_records_per_s");
    stream->calls_kept = rule_count(rules, "kinesis_get_records_per_s", 1, 1000);
    stream->push_bytes = (uint64_t)rule_bytes(rules, "kinesis_efo_mb_per_s");
    stream->push_ns_per_byte = (double)NS_PER_S / (double)stream->push_bytes;
    stream->poll_ns = rule_interval_ns(rules, "kinesis_poll_hz");
    stream->log.expiry_kind = STREAM_EXPIRY;
    stream->log.entity_count = kinesis_shards.count(stream);
    enum status status = shard_log_create(simulation, &stream->log, (uint32_t)stream->shard_count);
    return status == STATUS_OK ? stream_reshard_create(simulation, stream) : status;
}

static void stream_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct kinesis_stream *stream = self;
    stream_reshard_destroy(stream);
    shard_log_destroy(&stream->log);
    fault_fini(&stream->faults);
    free(stream->consumers);
    free(stream->reads_for);
}

/* Both limits at once: a record that is refused takes nothing from either. A record larger than a second's bytes needs all of them. */
static bool may_write(struct kinesis_stream *stream, struct shard_limits *limits, const struct request *request, int64_t now_ns)
{
    int64_t bytes = request->payload_bytes < stream->second_bytes ? request->payload_bytes : stream->second_bytes;
    return token_bucket_available(&limits->records, now_ns) >= 1 && token_bucket_take(&limits->bytes, bytes, now_ns) &&
           token_bucket_take(&limits->records, 1, now_ns);
}

static void stream_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct kinesis_stream *stream = self;
    if (fault_answers(simulation, &stream->faults, stream->log.self, request))
        return;
    uint32_t shard = shard_log_of(&stream->log, request->group);
    struct shard_limits *limits = &stream->limits[shard];
    if (request->payload_bytes > stream->record_limit_bytes) {
        request_done(simulation, stream->log.self, request, &cause_too_large);
        return;
    }
    if (!may_write(stream, limits, request, simulation->now_ns)) {
        counter_add(&limits->figures->refused, 1);
        request_done(simulation, stream->log.self, request, &cause_write_exceeded);
        return;
    }
    if (!shard_log_append(simulation, &stream->log, shard, request, request->payload_bytes))
        return;
    simulation->entities[stream->log.self].ledger.entered--; /* it is entered at the shard instead */
    counter_add(&limits->figures->incoming_records, 1);
    counter_add(&limits->figures->incoming_bytes, request->payload_bytes);
    counter_add(&stream->put_units, bill_chunks(request->payload_bytes, stream->unit_bytes));
    if (stream->mode == MODE_ON_DEMAND)
        stream_note_write(simulation, stream, request->payload_bytes);
    request_answer(simulation, request, &cause_succeeded);
}

static void stream_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct kinesis_stream *stream = self;
    switch ((enum stream_event)event->kind) {
    case STREAM_EXPIRY:
        shard_log_expire(simulation, &stream->log, event->data);
        break;
    case STREAM_UPDATED:
        stream_updated(simulation, stream);
        break;
    case STREAM_REVIEW:
        stream_review(simulation, stream);
        break;
    case STREAM_GROW:
        stream_grow(simulation, stream);
        break;
    }
}

static enum status stream_finish(struct simulation *simulation, void *self)
{
    return shard_log_finish(simulation, self);
}

/* GB-months of what is older than `from_h` and not than `until_h`, once the stream has run for that long. */
static double kept_between(const struct simulation *simulation, const struct kinesis_stream *stream, double from_h, double until_h)
{
    double kept_h = fmin((double)stream->log.retention_ns / (double)NS_PER_HOUR, until_h) - from_h;
    double gb = (double)stream->figures.incoming_bytes.whole / BYTES_PER_GB;
    return kept_h > 0 ? gb * kept_h / rule_number(simulation->settings->rules, "billing_month_h") : 0;
}

static void stream_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct kinesis_stream *stream = self;
    const struct rule_book *rules = simulation->settings->rules;
    double first_h = rule_number(rules, "kinesis_retention_default_h"), extended_h = rule_number(rules, "kinesis_retention_extended_h");
    double retention_h = (double)stream->log.retention_ns / (double)NS_PER_HOUR;
    double shard_hours = (double)stream->log.open.whole.integral / (double)NS_PER_HOUR;
    if (stream->mode == MODE_ON_DEMAND) {
        bill_add(bill, &stream_line_items[ITEM_STREAM_HOUR], (double)stream->log.open.whole.length_ns / (double)NS_PER_HOUR);
        bill_add(bill, &stream_line_items[ITEM_BYTES_IN], (double)stream->figures.incoming_bytes.whole / BYTES_PER_GB);
        bill_add(bill, &stream_line_items[ITEM_BYTES_OUT], (double)stream->figures.outgoing_bytes.whole / BYTES_PER_GB);
        if (retention_h > first_h)
            bill_add(bill, &stream_line_items[ITEM_KEPT], kept_between(simulation, stream, first_h, extended_h));
    }
    if (retention_h > extended_h)
        bill_add(bill, &stream_line_items[ITEM_KEPT_LONG], kept_between(simulation, stream, extended_h, INFINITY));
    if (stream->mode == MODE_ON_DEMAND)
        return;
    bill_add(bill, &stream_line_items[ITEM_SHARD_HOUR], shard_hours);
    bill_add(bill, &stream_line_items[ITEM_PUT_UNIT], (double)stream->put_units.whole);
    if (retention_h > first_h)
        bill_add(bill, &stream_line_items[ITEM_EXTENDED], shard_hours);
}

/* Of the writers: readers go on. */
FAULT_FUNCTIONS(kinesis_stream, log.self)

static const struct action stream_actions[] = {FAULT_ENDPOINT_ROWS, {0}};

static const char *const stream_operations[] = {"PutRecord", "PutRecords", NULL};

static void stream_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    (void)config;
    validation_sending_needs_key(validation, sending, "a stream");
}

const struct model_type kinesis_stream_type = {
    .type = KINESIS_STREAM_TYPE,
    .service = "Amazon Kinesis",
    .help = "A data stream: shards with write limits, records kept in order until retention, readers that share each shard.",
    .size = sizeof(struct kinesis_stream),
    .self_offset = AT(log.self),
    .properties = stream_properties,
    .metrics = stream_metrics,
    .line_items = stream_line_items,
    .inner = &kinesis_shards,
    .validate = stream_validate,
    .changed = stream_changed,
    .create = stream_create,
    .destroy = stream_destroy,
    .handle = stream_handle,
    .accept = stream_accept,
    .receives = stream_receives,
    .operations = stream_operations,
    .actions = stream_actions,
    .streamable = &kinesis_streamable,
    .finish = stream_finish,
    .quantities = stream_quantities,
};
