/* firehose_source.c: a delivery stream as one more reader of a data stream: one read a second of each shard, or more where there is more.
 * What is read is settled with the stream, and enters here: so it is held by this stream from then on, for as long as that would keep it.
 */
#include "firehose_state.h"

#include "engine/room.h"

#include <stdlib.h>

/* The shards that have come since, each with a lane. Returns how many there were. */
static uint32_t take_shards(struct simulation *simulation, struct firehose *firehose)
{
    uint32_t before = firehose->shard_count, count = firehose->source->shard_count(firehose->stream);
    if (!room_for(&firehose->shards, count, &firehose->shard_capacity, sizeof *firehose->shards)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return count;
    }
    for (uint32_t i = before; i < count && firehose_add_lane(simulation, firehose); i++) {
        firehose->shards[i] = (struct firehose_shard){0};
        firehose->shard_count = i + 1;
    }
    return before;
}

static void wait_for(struct simulation *simulation, struct firehose *firehose, uint32_t shard, int64_t from_ns)
{
    firehose->shards[shard].read_pending = true;
    firehose->source->wait(simulation, firehose->stream, firehose->reader, shard, from_ns, firehose->poll_ns);
}

/* The readers of the shards start independently of each other, so their polls fall anywhere in the period. */
void firehose_source_start(struct simulation *simulation, struct firehose *firehose)
{
    struct stream phase;
    const struct stream_reader reader = {.entity = firehose->self, .through = ENTITY_NONE, .woken = FIREHOSE_READ, .grown = FIREHOSE_GROWN};
    firehose->reader = firehose->source->subscribe(simulation, firehose->stream, &reader);
    if (firehose->reader == READER_NONE)
        return;
    stream_init(&phase, simulation->settings->seed, simulation->replication, simulation->entities[firehose->self].name, "poll");
    firehose->retention_ns = firehose->source->retention_ns(firehose->stream);
    firehose->poll_ns = firehose->source->poll_ns(simulation, firehose->stream, firehose->reader);
    for (uint32_t shard = take_shards(simulation, firehose); shard < firehose->shard_count; shard++) {
        stream_at(&phase, shard, 0);
        wait_for(simulation, firehose, shard, time_from_double(stream_uniform(&phase) * (double)firehose->poll_ns));
    }
}

void firehose_source_grown(struct simulation *simulation, struct firehose *firehose)
{
    for (uint32_t shard = take_shards(simulation, firehose); shard < firehose->shard_count; shard++)
        wait_for(simulation, firehose, shard, simulation->now_ns);
}

/* Takes the records from `cursor` on. */
static void take_records(struct simulation *simulation, struct firehose *firehose, uint32_t shard, uint64_t cursor, uint64_t end)
{
    const struct streamable *source = firehose->source;
    uint32_t taken = 0;
    while (cursor < end && simulation->status == STATUS_OK) {
        uint32_t run;
        struct stream_record *records = source->records(firehose->stream, shard, cursor, &run);
        if (run > end - cursor)
            run = (uint32_t)(end - cursor);
        for (uint32_t i = 0; i < run; i++) {
            const struct firehose_record record = {
                .item = records[i].item,
                .arrived_ns = records[i].arrived_ns,
                .bytes = records[i].payload_bytes,
                .source_bytes = records[i].payload_bytes,
                .poison = records[i].poison,
            };
            if (firehose->reader == 0)
                records[i].taken = 1;
            counter_add(&firehose->metrics.read_records, 1);
            counter_add(&firehose->metrics.read_bytes, record.bytes);
            simulation->entities[firehose->self].ledger.entered++;
            firehose_take(simulation, firehose, shard, &record);
        }
        taken += run;
        cursor += run;
    }
    source->taken(firehose->stream, firehose->reader, shard, taken);
    source->settle(simulation, firehose->stream, firehose->reader, shard, taken, &cause_succeeded);
}

void firehose_source_read(struct simulation *simulation, struct firehose *firehose, uint32_t index)
{
    const struct streamable *source = firehose->source;
    struct firehose_shard *shard = &firehose->shards[index];
    int64_t now_ns = simulation->now_ns;
    shard->read_pending = false;
    uint64_t from = shard->fetched, oldest = source->oldest(firehose->stream, index);
    shard->fetched = source->read(simulation, firehose->stream, firehose->reader, index, from, &shard->next_ns);
    from = from < oldest ? oldest : from; /* what was before has expired */
    if (shard->fetched > from)
        take_records(simulation, firehose, index, from, shard->fetched);
    source->passed(simulation, firehose->stream, firehose->reader, index, shard->fetched);
    if (source->end(firehose->stream, index) > shard->fetched) {
        shard->read_pending = true;
        simulation_schedule(simulation, firehose->self, FIREHOSE_READ, RANK_ARRIVAL, shard->next_ns > now_ns ? shard->next_ns : now_ns,
                            index);
    } else if (!source->closed(firehose->stream, index)) {
        int64_t poll_ns = time_add(now_ns, firehose->poll_ns);
        wait_for(simulation, firehose, index, shard->next_ns > poll_ns ? shard->next_ns : poll_ns);
    }
}
