/* stream_collect.c: which of the records that were read go into a lane's batch: its own keys, what the filters let through, until the batch
 * is full. */
#include "stream_mapping_state.h"

#include "engine/content.h"
#include "event_filter.h"

#include <stdlib.h>

static bool lane_grow(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_lane *lane)
{
    uint32_t capacity = lane->capacity ? 2 * lane->capacity : 16;
    if (capacity > mapping->config.batch_size)
        capacity = (uint32_t)mapping->config.batch_size;
    uint64_t more = (uint64_t)(capacity - lane->capacity) * (sizeof *lane->records + sizeof *lane->arrived_ns);
    enum status status = memory_account_take(&simulation->memory, more, simulation->entities[mapping->self].name);
    struct batch_record *records = status == STATUS_OK ? realloc(lane->records, capacity * sizeof *records) : NULL;
    if (records)
        lane->records = records;
    int64_t *arrived_ns = records ? realloc(lane->arrived_ns, capacity * sizeof *arrived_ns) : NULL;
    if (!arrived_ns) {
        simulation_fail(simulation, status != STATUS_OK ? status : STATUS_NO_MEMORY);
        return false;
    }
    lane->arrived_ns = arrived_ns;
    lane->capacity = capacity;
    return true;
}

/* Takes one record of the lane's own; false when the batch has no room for it, which then is full. */
static bool lane_add(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_lane *lane,
                     struct stream_record *record)
{
    if (mapping->config.tumbling_window_ns > 0 && !stream_window_admits(mapping, lane, record->arrived_ns))
        return false;
    if (lane->count == mapping->config.batch_size || (lane->count > 0 && lane->bytes + record->payload_bytes > mapping->payload_most))
        return false;
    if (lane->count == lane->capacity && !lane_grow(simulation, mapping, lane))
        return false;
    lane->records[lane->count] = (struct batch_record){
        .item = record->item,
        .payload_bytes = record->payload_bytes,
        .poison = record->poison,
        .hops = record->hops & HOPS_MAX,
    };
    lane->arrived_ns[lane->count++] = record->arrived_ns;
    lane->bytes += record->payload_bytes;
    if (mapping->config.tumbling_window_ns > 0)
        stream_window_took(mapping, lane, record);
    if (mapping->reader == 0)
        record->taken = 1;
    return true;
}

/* Passes over what no filter lets through: it has its fate, and holds nobody up. */
static void filter_out(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_record *record)
{
    if (mapping->reader == 0)
        record->taken = 1;
    if (mapping->shared.filtered)
        counter_add(mapping->shared.filtered, 1);
    if (!simulation->tracer)
        return;
    simulation_trace_item(simulation, record->item, 0, simulation->entities[mapping->self].name, fate_names[cause_filtered.fate],
                          simulation->now_ns, 0, cause_filtered.text);
    if (mapping->reader == 0)
        simulation_trace_leave(simulation, record->item, NULL, "record");
}

bool stream_lane_fill(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_lane *lane)
{
    const struct streamable *source = mapping->source;
    uint32_t factor = (uint32_t)mapping->config.factor, own = stream_lane_index(mapping, lane) % factor, before = lane->count;
    uint32_t filtered = 0;
    uint64_t fetched = mapping->shards[lane->shard].fetched, oldest = source->oldest(mapping->stream, lane->shard);
    bool full = lane->count == mapping->config.batch_size;
    if (lane->cursor < oldest)
        lane->cursor = oldest; /* what was before has expired */
    while (lane->cursor < fetched && !full) {
        uint32_t run;
        struct stream_record *records = source->records(mapping->stream, lane->shard, lane->cursor, &run);
        if (run > fetched - lane->cursor)
            run = (uint32_t)(fetched - lane->cursor);
        for (uint32_t i = 0; i < run; i++, lane->cursor++) {
            bool mine = factor == 1 || stream_hash_part((uint32_t)stream_key_hash(records[i].group), factor) == own;
            if (!mine || records[i].arrived_ns < mapping->from_ns)
                continue;
            if (!content_set_has(mapping->config.passes, records[i].content)) {
                filter_out(simulation, mapping, &records[i]);
                filtered++;
                continue;
            }
            full = !lane_add(simulation, mapping, lane, &records[i]);
            if (full)
                break;
        }
    }
    uint32_t taken = lane->count - before + filtered;
    if (mapping->shared.polled)
        counter_add(mapping->shared.polled, taken);
    source->taken(mapping->stream, mapping->reader, lane->shard, taken);
    if (filtered > 0)
        source->settle(simulation, mapping->stream, mapping->reader, lane->shard, filtered, &cause_filtered);
    return full || lane->count == mapping->config.batch_size;
}
