/* kinesis_reshard.c: another number of shards while a stream runs: UpdateShardCount, and on-demand streams by themselves.
 * Sources: rules kinesis_update_*, which cite the API reference of UpdateShardCount; rules kinesis_on_demand_*, which cite the FAQ.
 * AWS splits and merges shard by shard, with short-lived ones between; here all shards are replaced at the end of the update. */
#include "kinesis_state.h"
#include "stream_consumer.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>

#define SHARDS_MOST 1000000 /* of one stream, whatever the rule says */
#define UPDATES_MOST 1000u  /* that are remembered, whatever the rule says */

static struct growth make_growth(const struct rule_book *rules, int64_t shards)
{
    return (struct growth){
        .capacity = (double)shards,
        .most = rule_number(rules, "kinesis_on_demand_max_in_mb_per_s") / rule_number(rules, "kinesis_shard_in_mb_per_s"),
        .factor = rule_number(rules, "kinesis_on_demand_growth_factor"),
        .review_ns = rule_pause_ns(rules, "kinesis_on_demand_review_s"),
        .lag_ns = rule_ns(rules, "kinesis_on_demand_growth_s"),
    };
}

enum status stream_reshard_create(struct simulation *simulation, struct kinesis_stream *stream)
{
    const struct rule_book *rules = simulation->settings->rules;
    stream->update_factor = rule_number(rules, "kinesis_update_factor_max");
    stream->update_lasts_ns = rule_ns(rules, "kinesis_update_s");
    stream->update_most = (uint64_t)rule_count(rules, "kinesis_updates_per_day", 0, UPDATES_MOST);
    stream->update_ns = calloc(stream->update_most + 1, sizeof *stream->update_ns);
    stream->growth_bytes = stream->growth_records = make_growth(rules, stream->shard_count);
    return stream->update_ns && stream_limit_shards(simulation, stream, 0) ? STATUS_OK : STATUS_NO_MEMORY;
}

void stream_reshard_destroy(struct kinesis_stream *stream)
{
    free(stream->limits);
    free(stream->update_ns);
}

bool stream_limit_shards(struct simulation *simulation, struct kinesis_stream *stream, uint32_t first)
{
    if (!room_for(&stream->limits, stream->log.count, &stream->limit_capacity, sizeof *stream->limits))
        return false;
    int64_t calls = stream->calls_kept < INT64_MAX / stream->read_pace_ns ? stream->calls_kept : 1;
    for (uint32_t i = first; i < stream->log.count; i++) {
        struct shard_limits *limits = &stream->limits[i];
        token_bucket_init(&limits->records, stream->record_rate, stream->record_rate, NS_PER_S, simulation->now_ns);
        token_bucket_init(&limits->bytes, stream->second_bytes, stream->second_bytes, NS_PER_S, simulation->now_ns);
        token_bucket_init(&limits->reads, calls, 1, stream->read_pace_ns, simulation->now_ns);
        limits->free_ns = 0;
        limits->figures = stream_shard_figures(simulation, stream, i);
    }
    return true;
}

static void reshard(struct simulation *simulation, struct kinesis_stream *stream, uint32_t shards)
{
    uint32_t first = stream->log.count;
    if (!shard_log_reshard(simulation, &stream->log, shards))
        return;
    if (!stream_limit_shards(simulation, stream, first))
        simulation_fail(simulation, STATUS_NO_MEMORY);
    for (uint32_t i = 0; i < stream->consumer_count; i++)
        stream_consumer_shards(simulation, stream->consumers[i], shards);
}

/* May an update to `shards` begin now? It then counts. */
static bool may_update(struct kinesis_stream *stream, int64_t shards, int64_t now_ns)
{
    double open = (double)stream->log.opens;
    if (stream->mode != MODE_PROVISIONED || stream->target > 0 || shards < 1 || (double)shards > open * stream->update_factor ||
        (double)shards * stream->update_factor < open || stream->update_most == 0)
        return false;
    int64_t *oldest = &stream->update_ns[stream->updates % stream->update_most];
    if (stream->updates >= stream->update_most && now_ns - *oldest < 24 * NS_PER_HOUR)
        return false;
    *oldest = now_ns;
    stream->updates++;
    return true;
}

void stream_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct kinesis_stream *stream = self;
    if (offset != offsetof(struct kinesis_stream, shard_count) || stream->shard_count == (int64_t)stream->log.opens)
        return;
    if (!may_update(stream, stream->shard_count, simulation->now_ns)) {
        counter_add(&stream->updates_refused, 1);
        stream->shard_count = stream->target > 0 ? stream->target : (int64_t)stream->log.opens;
        return;
    }
    stream->target = stream->shard_count;
    gauge_add(&stream->updating, simulation->now_ns, 1);
    simulation_schedule(simulation, stream->log.self, STREAM_UPDATED, RANK_COMPLETION,
                        time_add(simulation->now_ns, stream->update_lasts_ns), 0);
}

void stream_updated(struct simulation *simulation, struct kinesis_stream *stream)
{
    uint32_t shards = (uint32_t)stream->target;
    stream->target = 0;
    gauge_add(&stream->updating, simulation->now_ns, -1);
    reshard(simulation, stream, shards);
}

void stream_note_write(struct simulation *simulation, struct kinesis_stream *stream, uint32_t bytes)
{
    growth_add(&stream->growth_records, 1 / (double)stream->record_rate, simulation->now_ns);
    if (growth_add(&stream->growth_bytes, (double)bytes / (double)stream->second_bytes, simulation->now_ns))
        simulation_schedule(simulation, stream->log.self, STREAM_REVIEW, RANK_COMPLETION,
                            time_add(simulation->now_ns, stream->growth_bytes.review_ns), 0);
}

void stream_review(struct simulation *simulation, struct kinesis_stream *stream)
{
    int64_t at_ns = 0;
    bool due = stream->growth_bytes.growing || stream->growth_records.growing; /* then both grow at once */
    bool bytes = growth_review(&stream->growth_bytes, simulation->now_ns, &at_ns);
    bool records = growth_review(&stream->growth_records, simulation->now_ns, &at_ns);
    if (!due && (bytes || records))
        simulation_schedule(simulation, stream->log.self, STREAM_GROW, RANK_COMPLETION, at_ns, 0);
}

void stream_grow(struct simulation *simulation, struct kinesis_stream *stream)
{
    growth_grow(&stream->growth_bytes);
    growth_grow(&stream->growth_records);
    double shards = fmax(stream->growth_bytes.capacity, stream->growth_records.capacity);
    stream->growth_bytes.capacity = stream->growth_records.capacity = shards;
    uint32_t count = (uint32_t)fmin(ceil(shards - 1e-9), SHARDS_MOST); /* what binary fractions add is no shard */
    if (count > stream->log.opens)
        reshard(simulation, stream, count);
}
