/* kinesis_shard.c: what is measured of single shards: "Clicks/shard-0".
 * Source: Kinesis Data Streams developer guide, "Monitoring the Amazon Kinesis Data Streams service with Amazon CloudWatch", enhanced
 * shard-level metrics. AWS gives them to who asks and pays for them; here they are there, for nothing, for the shards that a stream begins
 * with. Shards that come later count for the stream alone. */
#include "kinesis_state.h"
#include "measure/metric.h"

/* So many shards have figures of their own: enough to see who is hot, and no more than one would look at. */
#define SHARDS_MEASURED 100

#define AT(field) offsetof(struct shard_figures, field)

static const struct metric_type shard_metrics[] = {
    {"AWS/Kinesis", "IncomingRecords", "Count", METRIC_COUNT, AT(incoming_records), .help = "Records that were stored."},
    {"AWS/Kinesis", "IncomingBytes", "Bytes", METRIC_COUNT, AT(incoming_bytes), .help = "Bytes that were stored."},
    {"AWS/Kinesis", "WriteProvisionedThroughputExceeded", "Count", METRIC_COUNT, AT(refused), .better = -1,
     .help = "Records that the shard's write limits refused."},
    {"AWS/Kinesis", "OutgoingRecords", "Count", METRIC_COUNT, AT(outgoing_records), .help = "Records that standard readers got."},
    {"AWS/Kinesis", "OutgoingBytes", "Bytes", METRIC_COUNT, AT(outgoing_bytes), .help = "Bytes that standard readers got."},
    {"AWS/Kinesis", "IteratorAgeMilliseconds", "Milliseconds", METRIC_TALLY, AT(iterator_age), .better = -1,
     .help = "Age of the last record of each read that got records."},
    {"AWS/Kinesis", "ReadProvisionedThroughputExceeded", "Count", METRIC_COUNT, AT(reads_refused), .better = -1,
     .help = "Reads that the shard's read limits refused."},
    {0},
};

static const struct model_type shard_type = {
    .type = "shard",
    .help = "The first hundred shards that a stream begins with; those that come later count for the stream alone.",
    .size = sizeof(struct shard_figures),
    .metrics = shard_metrics,
};

static uint32_t measured_of(const void *config)
{
    int64_t shards = ((const struct kinesis_stream *)config)->shard_count;
    return shards < SHARDS_MEASURED ? (uint32_t)shards : SHARDS_MEASURED;
}

const struct inner_parts kinesis_shards = {
    .type = &shard_type,
    .name = "shard",
    .count = measured_of,
    .first_offset = offsetof(struct kinesis_stream, log.entity_first),
};

struct shard_figures *stream_shard_figures(struct simulation *simulation, struct kinesis_stream *stream, uint32_t shard)
{
    if (shard >= stream->log.entity_count)
        return &stream->figures;
    struct shard_figures *figures = entity_state(simulation, stream->log.entity_first + shard);
    metrics_link(shard_metrics, figures, &stream->figures);
    return figures;
}
