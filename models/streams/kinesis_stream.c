/* kinesis_stream.c: AWS::Kinesis::Stream: write limits, records kept in order until retention, readers that share a shard's throughput.
 * Source: rules kinesis_*, which cite the Kinesis Data Streams developer guide, "Quotas and limits" and "Building consumers".
 * A record is answered for twice: its sender is told at once that it is stored, and what became of it stands in the ledger of its shard
 * ("Clicks/shard-0"), which follows the stream's first reader. Without readers records stay until retention ends. */
#include "kinesis_stream.h"

#include "engine/content.h"
#include "engine/simulation.h"
#include "engine/streamable.h"
#include "engine/token_bucket.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/metric.h"
#include "measure/tally.h"
#include "record_store.h"
#include "scenario/property.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum stream_mode { MODE_PROVISIONED, MODE_ON_DEMAND };
enum stream_event { STREAM_EXPIRY };

struct shard {
    struct record_store store;
    struct token_bucket records, bytes; /* what may be written */
    struct part *part;
    uint64_t taken;   /* records that the first reader answers for and has not settled */
    uint32_t waiting; /* readers that want to hear of the next record */
    bool expiry_scheduled;
};

/* Where a reader stands in one shard. */
struct reader_place {
    uint64_t passed;
    int64_t from_ns, period_ns; /* of its wake-up */
    bool waits;
};

struct reader {
    uint32_t entity;
    uint16_t kind;
    struct reader_place *places; /* owned; by shard */
};

struct kinesis_stream {
    /* config */
    int64_t shard_count;
    int64_t retention_ns;
    int mode; /* enum stream_mode */
    bool shard_count_given;

    /* state */
    uint32_t self;
    struct shard *shards;   /* owned */
    struct reader *readers; /* owned */
    uint32_t reader_count;
    struct pool chunks;
    int64_t record_limit_bytes, second_bytes, unit_bytes;
    int64_t read_pace_ns; /* between two reads of a shard */
    double read_ns_per_byte, read_ns_per_record;
    uint64_t read_records, read_bytes; /* at most in one call */
    struct gauge shard_gauge, waiting;
    struct counter incoming_records, incoming_bytes, refused, put_units, outgoing_bytes, expired;
    struct tally iterator_age;
};

#define AT(field) offsetof(struct kinesis_stream, field)

static const char *const stream_modes[] = {"PROVISIONED", "ON_DEMAND", NULL};

static const struct property mode_properties[] = {
    {"StreamMode", PROPERTY_ENUM, AT(mode), .choices = stream_modes, .fallback = "\"PROVISIONED\"",
     .help = "PROVISIONED: ShardCount shards; ON_DEMAND: as many as a new stream starts with."},
    {0},
};

static const struct property stream_properties[] = {
    {"ShardCount", PROPERTY_INTEGER, AT(shard_count), .minimum = "1", .maximum = "kinesis_shards_max", .fallback = "1",
     .given = PROPERTY_GIVEN(struct kinesis_stream, shard_count_given), .help = "How many shards; the keys' hashes are spread evenly."},
    {"RetentionPeriodHours", PROPERTY_TIME, AT(retention_ns), .unit = "h", .minimum = "kinesis_retention_default_h",
     .maximum = "kinesis_retention_max_h", .fallback = "kinesis_retention_default_h", .help = "How long a record is kept."},
    {"StreamModeDetails", PROPERTY_OBJECT, 0, .properties = mode_properties, .help = "How the number of shards is decided."},
    {.name = "Name", .kind = PROPERTY_ACCEPTED},
    {.name = "StreamEncryption", .kind = PROPERTY_ACCEPTED},
    {.name = "Tags", .kind = PROPERTY_ACCEPTED},
    {0},
};

static const struct metric_type stream_metrics[] = {
    {"AWS/Kinesis", "IncomingRecords", "Count", METRIC_COUNT, AT(incoming_records), .help = "Records that were stored."},
    {"AWS/Kinesis", "IncomingBytes", "Bytes", METRIC_COUNT, AT(incoming_bytes), .help = "Bytes that were stored."},
    {"AWS/Kinesis", "WriteProvisionedThroughputExceeded", "Count", METRIC_COUNT, AT(refused),
     .help = "Records that a shard's write limits refused."},
    {"AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "Milliseconds", METRIC_TALLY, AT(iterator_age),
     .help = "Age of the last record of each read that got records."},
    {"slsim", "Shards", "Count", METRIC_GAUGE, AT(shard_gauge), .help = "Open shards."},
    {"slsim", "RecordsWaiting", "Count", METRIC_GAUGE, AT(waiting), .help = "Stored records that have no fate yet."},
    {"slsim", "RecordsExpired", "Count", METRIC_COUNT, AT(expired),
     .help = "Records whose retention ended before the first reader had them."},
    {NULL, "PUT payload units", "None", METRIC_COUNT, AT(put_units), .help = ""},
    {NULL, "bytes read", "None", METRIC_COUNT, AT(outgoing_bytes), .help = ""},
    {0},
};

enum { ITEM_SHARD_HOUR, ITEM_PUT_UNIT, ITEM_EXTENDED, ITEM_STREAM_HOUR, ITEM_BYTES_IN, ITEM_BYTES_OUT };

static const struct line_item stream_line_items[] = {
    {"Storage-ShardHour", "Shards x time."},
    {"PutRequestPayloadUnits", "Records, in units of 25 KB."},
    {"Extended-ShardHour", "Shards x time, for retention over 24 hours."},
    {"OnDemand-StreamHour", "An on-demand stream x time."},
    {"OnDemand-BilledIncomingBytes", "Bytes written to an on-demand stream."},
    {"OnDemand-BilledOutgoingBytes", "Bytes read from an on-demand stream."},
    {0},
};

static const struct cause cause_write_exceeded = {.fate = FATE_THROTTLED, .text = "WriteProvisionedThroughputExceeded"};
static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: record too large"};
static const struct cause cause_expired = {.fate = FATE_EXPIRED, .text = "retention"};
static const struct cause cause_passed_over = {.fate = FATE_DROPPED, .text = "before StartingPosition"};

static void stream_validate(struct validation *validation, void *config)
{
    struct kinesis_stream *stream = config;
    const struct rule_book *rules = validation_rules(validation);
    validation_require_key(validation, "a stream");
    if (stream->mode == MODE_PROVISIONED)
        return;
    if (stream->shard_count_given)
        validation_warning(validation, "ShardCount", "leave it out", "ShardCount has no effect on a stream in mode ON_DEMAND");
    stream->shard_count =
        (int64_t)ceil(rule_number(rules, "kinesis_on_demand_start_in_mb_per_s") / rule_number(rules, "kinesis_shard_in_mb_per_s"));
    validation_warning(validation, "StreamModeDetails.StreamMode", "give ShardCount and see how many are needed",
                       "the stream keeps the capacity of a new on-demand stream: its growth is not simulated");
}

static int64_t rule_bytes(const struct rule_book *rules, const char *name, double unit)
{
    return (int64_t)(rule_number(rules, name) * unit);
}

static enum status shard_init(struct simulation *simulation, struct kinesis_stream *stream, uint32_t index)
{
    const struct rule_book *rules = simulation->settings->rules;
    struct shard *shard = &stream->shards[index];
    int64_t records = (int64_t)rule_number(rules, "kinesis_shard_in_records_per_s");
    char suffix[32];
    record_store_init(&shard->store, &stream->chunks);
    token_bucket_init(&shard->records, records, records, NS_PER_S, 0);
    token_bucket_init(&shard->bytes, stream->second_bytes, stream->second_bytes, NS_PER_S, 0);
    snprintf(suffix, sizeof suffix, "shard-%u", index);
    shard->part = simulation_part(simulation, stream->self, suffix);
    return shard->part ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status stream_create(struct simulation *simulation, void *self)
{
    struct kinesis_stream *stream = self;
    const struct rule_book *rules = simulation->settings->rules;
    const double mb = 1024 * 1024;
    stream->record_limit_bytes = rule_bytes(rules, "kinesis_record_max_mb", mb);
    stream->second_bytes = rule_bytes(rules, "kinesis_shard_in_mb_per_s", mb);
    stream->unit_bytes = rule_bytes(rules, "kinesis_put_unit_kb", 1024);
    stream->read_records = (uint64_t)rule_number(rules, "kinesis_get_records_max");
    stream->read_bytes = (uint64_t)rule_bytes(rules, "kinesis_get_records_max_mb", mb);
    stream->read_pace_ns = (int64_t)((double)NS_PER_S / rule_number(rules, "kinesis_get_records_per_s"));
    stream->read_ns_per_byte = (double)NS_PER_S / (rule_number(rules, "kinesis_shard_out_mb_per_s") * mb);
    stream->read_ns_per_record = (double)NS_PER_S / rule_number(rules, "kinesis_shard_out_records_per_s");
    pool_init(&stream->chunks, RECORD_CHUNK_SIZE, &simulation->memory, simulation->entities[stream->self].name);
    stream->shards = calloc((size_t)stream->shard_count, sizeof *stream->shards);
    enum status status = stream->shards ? STATUS_OK : STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < stream->shard_count && status == STATUS_OK; i++)
        status = shard_init(simulation, stream, i);
    gauge_add(&stream->shard_gauge, 0, stream->shard_count);
    return status;
}

static void stream_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct kinesis_stream *stream = self;
    for (int64_t i = 0; stream->shards && i < stream->shard_count; i++)
        record_store_fini(&stream->shards[i].store);
    for (uint32_t i = 0; i < stream->reader_count; i++)
        free(stream->readers[i].places);
    free(stream->shards);
    free(stream->readers);
    pool_fini(&stream->chunks);
}

/* Both limits at once: a record that is refused takes nothing from either. A record larger than a second's bytes needs all of them. */
static bool may_write(struct kinesis_stream *stream, struct shard *shard, const struct request *request, int64_t now_ns)
{
    int64_t bytes = request->payload_bytes < stream->second_bytes ? request->payload_bytes : stream->second_bytes;
    return token_bucket_available(&shard->records, now_ns) >= 1 && token_bucket_take(&shard->bytes, bytes, now_ns) &&
           token_bucket_take(&shard->records, 1, now_ns);
}

/* The next to expire, if anything is kept. One event a shard is pending at most; it looks again when it comes. */
static void schedule_expiry(struct simulation *simulation, struct kinesis_stream *stream, uint32_t index)
{
    struct shard *shard = &stream->shards[index];
    if (shard->expiry_scheduled || shard->store.first == shard->store.end)
        return;
    uint32_t count;
    const struct stream_record *oldest = record_store_run(&shard->store, shard->store.first, &count);
    shard->expiry_scheduled = true;
    simulation_schedule(simulation, stream->self, STREAM_EXPIRY, RANK_EXPIRY, time_add(oldest->arrived_ns, stream->retention_ns), index);
}

/* The first instant of from, from + period, ... that is not past. */
static int64_t wake_ns(const struct reader_place *place, int64_t now_ns)
{
    if (place->from_ns >= now_ns)
        return place->from_ns;
    int64_t periods = (now_ns - place->from_ns + place->period_ns - 1) / place->period_ns;
    return time_add(place->from_ns, periods * place->period_ns);
}

static void wake_readers(struct simulation *simulation, struct kinesis_stream *stream, uint32_t index)
{
    for (uint32_t i = 0; i < stream->reader_count; i++) {
        const struct reader *reader = &stream->readers[i];
        struct reader_place *place = &reader->places[index];
        if (!place->waits)
            continue;
        place->waits = false;
        stream->shards[index].waiting--;
        simulation_schedule(simulation, reader->entity, reader->kind, RANK_ARRIVAL, wake_ns(place, simulation->now_ns), index);
    }
}

static void stream_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct kinesis_stream *stream = self;
    uint32_t index = stream_hash_part((uint32_t)(stream_key_hash(request->group) >> 32), (uint32_t)stream->shard_count);
    struct shard *shard = &stream->shards[index];
    if (request->payload_bytes > stream->record_limit_bytes) {
        request_done(simulation, stream->self, request, &cause_too_large);
        return;
    }
    if (!may_write(stream, shard, request, simulation->now_ns)) {
        counter_add(&stream->refused, 1);
        request_done(simulation, stream->self, request, &cause_write_exceeded);
        return;
    }
    struct stream_record *record = record_store_append(&shard->store);
    if (!record) {
        simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
        return;
    }
    *record = (struct stream_record){
        .item = request->item,
        .arrived_ns = simulation->now_ns,
        .group = request->group,
        .payload_bytes = request->payload_bytes & 0x3fffffffu,
        .poison = request->poison,
        .content = request->content,
        .hops = request->hops,
    };
    simulation->entities[stream->self].ledger.entered--; /* it is entered at the shard instead */
    shard->part->ledger.entered++;
    counter_add(&stream->incoming_records, 1);
    counter_add(&stream->incoming_bytes, request->payload_bytes);
    counter_add(&stream->put_units, request->payload_bytes == 0 ? 1 : (uint64_t)((request->payload_bytes - 1) / stream->unit_bytes + 1));
    gauge_add(&stream->waiting, simulation->now_ns, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, shard->part->name, "stored", simulation->now_ns, 0, "");
    request_answer(simulation, request, &cause_succeeded);
    schedule_expiry(simulation, stream, index);
    if (shard->waiting > 0)
        wake_readers(simulation, stream, index);
}

/* What is before `sequence` goes; what nobody has taken ends so. Returns how many did. */
static uint64_t drop(struct simulation *simulation, struct kinesis_stream *stream, struct shard *shard, uint64_t sequence,
                     const struct cause *cause)
{
    uint64_t untaken = 0;
    for (uint64_t at = shard->store.first; at < sequence;) {
        uint32_t run;
        const struct stream_record *records = record_store_run(&shard->store, at, &run);
        uint32_t count = sequence - at < run ? (uint32_t)(sequence - at) : run;
        for (uint32_t i = 0; i < count; i++) {
            if (records[i].taken)
                continue;
            untaken++;
            if (simulation->tracer)
                simulation_trace_item(simulation, records[i].item, 0, shard->part->name, fate_names[cause->fate], simulation->now_ns, 0,
                                      cause->text);
        }
        at += count;
    }
    record_store_drop(&shard->store, sequence);
    if (untaken > 0) {
        simulation_fail(simulation, ledger_count_cause(&shard->part->ledger, cause, untaken));
        gauge_add(&stream->waiting, simulation->now_ns, -(int64_t)untaken);
    }
    return untaken;
}

static void stream_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct kinesis_stream *stream = self;
    struct shard *shard = &stream->shards[event->data];
    uint64_t sequence = shard->store.first;
    uint32_t count;
    while (sequence < shard->store.end &&
           time_add(record_store_run(&shard->store, sequence, &count)->arrived_ns, stream->retention_ns) <= simulation->now_ns)
        sequence++;
    counter_add(&stream->expired, drop(simulation, stream, shard, sequence, &cause_expired));
    shard->expiry_scheduled = false;
    schedule_expiry(simulation, stream, event->data);
}

static enum status stream_finish(struct simulation *simulation, void *self)
{
    struct kinesis_stream *stream = self;
    for (int64_t i = 0; i < stream->shard_count; i++) {
        const struct shard *shard = &stream->shards[i];
        uint64_t in_flight = shard->taken;
        uint32_t run;
        for (uint64_t at = shard->store.first; at < shard->store.end; at += run) {
            const struct stream_record *records = record_store_run(&shard->store, at, &run);
            for (uint32_t k = 0; k < run; k++)
                in_flight += !records[k].taken;
        }
        part_in_flight(simulation, shard->part, in_flight);
    }
    return STATUS_OK;
}

static void stream_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct kinesis_stream *stream = self;
    const double gb = 1024.0 * 1024 * 1024;
    double shard_hours = (double)stream->shard_gauge.whole.integral / (double)NS_PER_HOUR;
    if (stream->mode == MODE_ON_DEMAND) {
        bill_add(bill, &stream_line_items[ITEM_STREAM_HOUR], shard_hours / (double)stream->shard_count);
        bill_add(bill, &stream_line_items[ITEM_BYTES_IN], (double)stream->incoming_bytes.whole / gb);
        bill_add(bill, &stream_line_items[ITEM_BYTES_OUT], (double)stream->outgoing_bytes.whole / gb);
        return;
    }
    bill_add(bill, &stream_line_items[ITEM_SHARD_HOUR], shard_hours);
    bill_add(bill, &stream_line_items[ITEM_PUT_UNIT], (double)stream->put_units.whole);
    if ((double)stream->retention_ns > rule_number(simulation->settings->rules, "kinesis_retention_default_h") * (double)NS_PER_HOUR)
        bill_add(bill, &stream_line_items[ITEM_EXTENDED], shard_hours);
}

/* The role of what is read in order. */

static const struct envelope record_envelope[] = {{"data", ENVELOPE_EVENT, NULL}, {0}};

static uint32_t stream_shard_count(const void *self)
{
    return (uint32_t)((const struct kinesis_stream *)self)->shard_count;
}

static int64_t stream_retention_ns(const void *self)
{
    return ((const struct kinesis_stream *)self)->retention_ns;
}

static int64_t stream_poll_ns(const struct simulation *simulation, const void *self)
{
    (void)self;
    return time_from_double((double)NS_PER_S / rule_number(simulation->settings->rules, "kinesis_poll_hz"));
}

static uint32_t stream_subscribe(struct simulation *simulation, void *self, uint32_t entity, uint16_t kind)
{
    struct kinesis_stream *stream = self;
    struct reader *grown = realloc(stream->readers, (stream->reader_count + 1) * sizeof *grown);
    if (grown)
        stream->readers = grown;
    struct reader_place *places = grown ? calloc((size_t)stream->shard_count, sizeof *places) : NULL;
    if (!places) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return READER_NONE;
    }
    stream->readers[stream->reader_count] = (struct reader){.entity = entity, .kind = kind, .places = places};
    return stream->reader_count++;
}

static uint64_t stream_oldest(const void *self, uint32_t shard)
{
    return ((const struct kinesis_stream *)self)->shards[shard].store.first;
}

static uint64_t stream_end(const void *self, uint32_t shard)
{
    return ((const struct kinesis_stream *)self)->shards[shard].store.end;
}

static struct stream_record *stream_records(void *self, uint32_t shard, uint64_t sequence, uint32_t *count)
{
    return record_store_run(&((struct kinesis_stream *)self)->shards[shard].store, sequence, count);
}

/* When the next read of this shard will not be refused: all readers share its reads, its bytes and its records, evenly. So one reader waits
 * 200 ms and five of them a second, as "Building consumers" has it. */
static int64_t next_read_ns(const struct kinesis_stream *stream, uint64_t records, uint64_t bytes, int64_t now_ns)
{
    double pace_ns =
        fmax((double)stream->read_pace_ns, fmax((double)bytes * stream->read_ns_per_byte, (double)records * stream->read_ns_per_record));
    return time_add(now_ns, time_from_double(pace_ns * stream->reader_count));
}

static uint64_t stream_read(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t from, int64_t *again_ns)
{
    (void)reader;
    struct kinesis_stream *stream = self;
    const struct record_store *store = &stream->shards[shard].store;
    uint64_t at = from > store->first ? from : store->first, bytes = 0, got = 0;
    int64_t last_ns = 0;
    bool full = false;
    while (at < store->end && !full) {
        uint32_t run;
        const struct stream_record *records = record_store_run(store, at, &run);
        for (uint32_t i = 0; i < run && !full; i++) {
            full = got == stream->read_records || (got > 0 && bytes + records[i].payload_bytes > stream->read_bytes);
            if (full)
                break;
            bytes += records[i].payload_bytes;
            last_ns = records[i].arrived_ns;
            got++;
            at++;
        }
    }
    if (got > 0)
        tally_add(&stream->iterator_age, TALLY_ALL, simulation->now_ns - last_ns);
    counter_add(&stream->outgoing_bytes, bytes);
    *again_ns = next_read_ns(stream, got, bytes, simulation->now_ns);
    return got > 0 ? at : from;
}

static void stream_wait(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, int64_t from_ns, int64_t period_ns)
{
    (void)simulation;
    struct kinesis_stream *stream = self;
    struct reader_place *place = &stream->readers[reader].places[shard];
    if (!place->waits)
        stream->shards[shard].waiting++;
    place->waits = true;
    place->from_ns = from_ns;
    place->period_ns = period_ns;
}

static void stream_taken(void *self, uint32_t reader, uint32_t shard, uint32_t count)
{
    if (reader == 0)
        ((struct kinesis_stream *)self)->shards[shard].taken += count;
}

static void stream_settle(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint32_t count,
                          const struct cause *cause)
{
    struct kinesis_stream *stream = self;
    if (reader != 0 || count == 0)
        return;
    stream->shards[shard].taken -= count;
    gauge_add(&stream->waiting, simulation->now_ns, -(int64_t)count);
    enum status status = ledger_count_cause(&stream->shards[shard].part->ledger, cause, count);
    if (status != STATUS_OK)
        simulation_fail(simulation, status);
}

static void stream_passed(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t sequence)
{
    struct kinesis_stream *stream = self;
    stream->readers[reader].places[shard].passed = sequence;
    uint64_t least = sequence;
    for (uint32_t i = 0; i < stream->reader_count; i++)
        if (stream->readers[i].places[shard].passed < least)
            least = stream->readers[i].places[shard].passed;
    if (least > stream->shards[shard].store.first)
        drop(simulation, stream, &stream->shards[shard], least, &cause_passed_over);
}

static const struct streamable kinesis_streamable = {
    .envelope = record_envelope,
    .shard_count = stream_shard_count,
    .retention_ns = stream_retention_ns,
    .poll_ns = stream_poll_ns,
    .subscribe = stream_subscribe,
    .oldest = stream_oldest,
    .end = stream_end,
    .records = stream_records,
    .read = stream_read,
    .wait = stream_wait,
    .taken = stream_taken,
    .settle = stream_settle,
    .passed = stream_passed,
};

const struct model_type kinesis_stream_type = {
    .type = "AWS::Kinesis::Stream",
    .service = "Amazon Kinesis",
    .help = "A data stream: shards with write limits, records kept in order until retention, readers that share each shard.",
    .size = sizeof(struct kinesis_stream),
    .self_offset = AT(self),
    .properties = stream_properties,
    .metrics = stream_metrics,
    .line_items = stream_line_items,
    .validate = stream_validate,
    .create = stream_create,
    .destroy = stream_destroy,
    .handle = stream_handle,
    .accept = stream_accept,
    .streamable = &kinesis_streamable,
    .finish = stream_finish,
    .quantities = stream_quantities,
};
