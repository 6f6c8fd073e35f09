/* kinesis_read.c: reading a Kinesis stream: calls that share a shard's throughput, and records that are pushed to consumers with throughput
 * of their own. Source: rules kinesis_get_records_*, kinesis_shard_out_*, kinesis_efo_* and kinesis_latency_efo_ms, which cite the
 * developer guide, "Quotas and limits" and "Building consumers". Calls that would find nothing are not simulated, so none of them is
 * refused. */
#include "engine/content.h"
#include "kinesis_state.h"
#include "stream_consumer.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>

static int64_t stream_poll_ns(const struct simulation *simulation, const void *self, uint32_t reader)
{
    (void)simulation;
    const struct kinesis_stream *stream = self;
    return stream->reads_for[reader] ? 0 : stream->poll_ns;
}

static uint32_t stream_subscribe(struct simulation *simulation, void *self, const struct stream_reader *reader)
{
    struct kinesis_stream *stream = self;
    uint32_t number = stream->log.reader_count;
    if (!room_for(&stream->reads_for, number + 1u, &stream->reads_for_capacity, sizeof(struct stream_consumer *))) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return READER_NONE;
    }
    if (shard_log_subscribe(simulation, self, reader) == READER_NONE)
        return READER_NONE;
    stream->reads_for[number] = reader->through == ENTITY_NONE ? NULL : entity_state(simulation, reader->through);
    if (stream->reads_for[number])
        stream->log.readers[number].push_ns = rule_ns(simulation->settings->rules, "kinesis_latency_efo_ms");
    else
        stream->standard_readers++;
    return number;
}

/* What one call takes is paid off at the shard's rate; until then all calls are refused, and 10 MB are five seconds. Who was refused tries
 * again when that is over, and so comes before who was not: readers take turns. */
static uint64_t read_shared(struct simulation *simulation, struct kinesis_stream *stream, uint32_t shard, uint64_t from, int64_t *again_ns)
{
    struct shard_limits *limits = &stream->limits[shard];
    int64_t now_ns = simulation->now_ns;
    if (limits->free_ns > now_ns || !token_bucket_take(&limits->reads, 1, now_ns)) {
        counter_add(&limits->figures->reads_refused, 1);
        *again_ns = limits->free_ns > now_ns ? limits->free_ns : time_add(now_ns, stream->read_pace_ns);
        return from;
    }
    struct log_read read = {.most_records = stream->read_records, .most_bytes = stream->read_bytes, .until_ns = now_ns};
    shard_log_read(&stream->log, shard, from, &read);
    if (read.records > 0)
        tally_add(&limits->figures->iterator_age, TALLY_ALL, now_ns - read.last_ns);
    counter_add(&limits->figures->outgoing_records, read.records);
    counter_add(&limits->figures->outgoing_bytes, read.bytes);
    double taken_ns = fmax((double)read.bytes * stream->read_ns_per_byte, (double)read.records * stream->read_ns_per_record);
    limits->free_ns = time_add(now_ns, time_from_double(taken_ns));
    int64_t pause_ns = stream->standard_readers > 1 ? stream->read_pace_ns : 0;
    *again_ns = time_add(now_ns, time_from_double(fmax((double)stream->read_pace_ns, taken_ns)) + pause_ns);
    return read.end;
}

/* A record is pushed so long after it came, or when the bytes before it are through. */
static uint64_t read_pushed(struct simulation *simulation, struct kinesis_stream *stream, uint32_t reader, uint32_t shard, uint64_t from,
                            int64_t *again_ns)
{
    struct stream_consumer *consumer = stream->reads_for[reader];
    int64_t now_ns = simulation->now_ns, push_ns = stream->log.readers[reader].push_ns;
    struct log_read read = {.most_records = UINT64_MAX, .most_bytes = stream->push_bytes, .until_ns = now_ns - push_ns};
    shard_log_read(&stream->log, shard, from, &read);
    if (read.records > 0)
        tally_add(&consumer->behind, TALLY_ALL, now_ns - read.last_ns);
    counter_add(&consumer->records, read.records);
    counter_add(&consumer->bytes, read.bytes);
    *again_ns = time_add(now_ns, time_from_double((double)read.bytes * stream->push_ns_per_byte));
    if (read.left_ns != TIME_FOREVER && *again_ns < time_add(read.left_ns, push_ns))
        *again_ns = time_add(read.left_ns, push_ns);
    return read.end;
}

static uint64_t stream_read(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t from, int64_t *again_ns)
{
    struct kinesis_stream *stream = self;
    return stream->reads_for[reader] ? read_pushed(simulation, stream, reader, shard, from, again_ns)
                                     : read_shared(simulation, stream, shard, from, again_ns);
}

const struct envelope kinesis_envelope[] = {{"data", ENVELOPE_EVENT, NULL}, {0}};

const struct streamable kinesis_streamable = {
    .envelope = kinesis_envelope,
    .shard_count = shard_log_count,
    .retention_ns = shard_log_retention_ns,
    .poll_ns = stream_poll_ns,
    .closed = shard_log_closed,
    .parents = shard_log_parents,
    .children = shard_log_children,
    .subscribe = stream_subscribe,
    .oldest = shard_log_oldest,
    .end = shard_log_end,
    .records = shard_log_records,
    .read = stream_read,
    .wait = shard_log_wait,
    .taken = shard_log_taken,
    .settle = shard_log_settle,
    .passed = shard_log_passed,
};
