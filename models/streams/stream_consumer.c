/* stream_consumer.c: AWS::Kinesis::StreamConsumer (enhanced fan-out): what can be said of it, what is measured and billed. How records are
 * pushed to it stands in kinesis_read.c. */
#include "stream_consumer.h"

#include "engine/room.h"
#include "engine/rule_book.h"
#include "kinesis_state.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <stdlib.h>

#define AT(field) offsetof(struct stream_consumer, field)

static const struct property consumer_properties[] = {
    {"StreamARN", PROPERTY_REFERENCE, AT(stream), .required = true, .help = "The stream that it reads."},
    ACCEPTED("ConsumerName"),
    ACCEPTED("Tags"),
    {0},
};

static const struct metric_type consumer_metrics[] = {
    {"AWS/Kinesis", "SubscribeToShardEvent.MillisBehindLatest", "Milliseconds", METRIC_TALLY, AT(behind),
     .help = "Age of the last record of each event that was pushed."},
    {"AWS/Kinesis", "SubscribeToShardEvent.Records", "Count", METRIC_COUNT, AT(records), .help = "Records that were pushed."},
    {"AWS/Kinesis", "SubscribeToShardEvent.Bytes", "Bytes", METRIC_COUNT, AT(bytes), .help = "Bytes that were pushed."},
    {NULL, "shards", "Count", METRIC_GAUGE, AT(shards), .help = ""},
    {0},
};

enum { ITEM_HOUR, ITEM_BYTES, ITEM_ON_DEMAND_BYTES };

static const struct line_item consumer_line_items[] = {
    {"EnhancedFanoutHour", "Consumers x shards x time, of a provisioned stream."},
    {"ReadBytes", "Bytes that were pushed, of a provisioned stream."},
    {"OnDemand-BilledOutgoingEFOBytes", "Bytes that were pushed, of an on-demand stream."},
    {0},
};

/* The consumers of one stream, all told, are counted where the first of them stands. */
static void consumer_validate(struct validation *validation, void *config)
{
    const struct stream_consumer *consumer = config;
    if (consumer->stream == ENTITY_NONE)
        return;
    if (!model_is(validation_type(validation, consumer->stream), KINESIS_STREAM_TYPE)) {
        validation_error(validation, "StreamARN", NULL, "%s is no Kinesis stream", validation_name(validation, consumer->stream));
        return;
    }
    double most = rule_number(validation_rules(validation), "kinesis_efo_consumers_max");
    uint32_t count = 0, first = ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), STREAM_CONSUMER_TYPE))
            continue;
        const struct stream_consumer *other = validation_config(validation, i);
        if (other->stream != consumer->stream)
            continue;
        first = first == ENTITY_NONE ? i : first;
        count++;
    }
    if (first == validation_self(validation) && count > most)
        validation_error(validation, "StreamARN", "rule kinesis_efo_consumers_max", "%s has %u consumers, and may have %.0f",
                         validation_name(validation, consumer->stream), count, most);
}

static void consumer_start(struct simulation *simulation, void *self)
{
    struct stream_consumer *consumer = self;
    struct kinesis_stream *stream = entity_state(simulation, consumer->stream);
    if (!room_for(&stream->consumers, stream->consumer_count + 1u, &stream->consumer_capacity, sizeof(struct stream_consumer *))) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    stream->consumers[stream->consumer_count++] = consumer;
    consumer->on_demand = stream->mode == MODE_ON_DEMAND;
    stream_consumer_shards(simulation, consumer, stream->log.opens);
}

void stream_consumer_shards(struct simulation *simulation, struct stream_consumer *consumer, uint32_t shards)
{
    gauge_add(&consumer->shards, simulation->now_ns, (int64_t)shards - consumer->shards.level);
}

static void consumer_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct stream_consumer *consumer = self;
    double gb = (double)consumer->bytes.whole / BYTES_PER_GB;
    if (consumer->on_demand) {
        bill_add(bill, &consumer_line_items[ITEM_ON_DEMAND_BYTES], gb);
        return;
    }
    bill_add(bill, &consumer_line_items[ITEM_HOUR], (double)consumer->shards.whole.integral / (double)NS_PER_HOUR);
    bill_add(bill, &consumer_line_items[ITEM_BYTES], gb);
}

static uint32_t consumer_through(const void *config)
{
    return ((const struct stream_consumer *)config)->stream;
}

static const struct streamable consumer_streamable = {.through = consumer_through, .envelope = kinesis_envelope};

const struct model_type stream_consumer_type = {
    .type = STREAM_CONSUMER_TYPE,
    .service = "Amazon Kinesis",
    .help = "A consumer with enhanced fan-out: each shard's records are pushed to it, beside what other readers take.",
    .size = sizeof(struct stream_consumer),
    .self_offset = AT(self),
    .properties = consumer_properties,
    .metrics = consumer_metrics,
    .line_items = consumer_line_items,
    .validate = consumer_validate,
    .start = consumer_start,
    .streamable = &consumer_streamable,
    .quantities = consumer_quantities,
};
