/* stream_mapping.c: reading shards, and when a batch is handed over.
 * A shard is read when one of its lanes wants records: again and again, as fast as the stream lets a reader, while a read leaves some
 * behind; a poll period later (kinesis_poll_hz) when it has left none. Polls that would find nothing are not simulated: the stream wakes
 * the mapping at the poll that will find something. What was read lies ahead of the lanes, so a lane goes from batch to batch without a
 * pause. */
#include "stream_mapping_state.h"

#include "engine/content.h"
#include "engine/random.h"
#include "engine/rule_book.h"
#include "event_filter.h"
#include "function_state.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"

#include <math.h>
#include <stdlib.h>

const char *const stream_positions[] = {"TRIM_HORIZON", "LATEST", "AT_TIMESTAMP", NULL};

void stream_mapping_validate(struct validation *validation, const struct stream_mapping_config *config)
{
    double most = rule_number(validation_rules(validation), "tumbling_factor_max");
    if (config->tumbling_window_ns > 0 && (double)config->factor > most)
        validation_error(validation, "ParallelizationFactor", "rule tumbling_factor_max",
                         "must be at most %.0f where TumblingWindowInSeconds is given", most);
}

/* Since when records count for this mapping. */
static int64_t starting_ns(const struct simulation *simulation, const struct stream_mapping_config *config)
{
    const struct simulation_settings *settings = simulation->settings;
    if (config->position == POSITION_LATEST)
        return rule_ns(settings->rules, "stream_latest_gap_s");
    if (config->position == POSITION_AT_TIMESTAMP)
        return time_from_double((config->at_epoch_s - (double)settings->start_epoch_s) * (double)NS_PER_S);
    return 0;
}

enum status stream_mapping_create(struct simulation *simulation, struct stream_mapping *mapping)
{
    const struct stream_mapping_config *config = &mapping->config;
    const struct rule_book *rules = simulation->settings->rules;
    const struct entity *source = &simulation->entities[config->source];
    mapping->through = ENTITY_NONE;
    if (source->type->streamable->through) {
        mapping->through = config->source;
        source = &simulation->entities[source->type->streamable->through(source->state)];
    }
    mapping->source = source->type->streamable;
    mapping->stream = source->state;
    mapping->max_age_ns = config->max_age_s < 0 ? TIME_FOREVER : config->max_age_s * NS_PER_S;
    mapping->from_ns = starting_ns(simulation, config);
    mapping->payload_most = (uint64_t)rule_bytes(rules, "stream_payload_max_mb");
    mapping->back_off = (struct back_off){
        .base_ns = (double)rule_pause_ns(rules, "stream_error_backoff_base_s"),
        .factor = fmax(rule_number(rules, "stream_error_backoff_factor"), 1),
        .cap_ns = (double)rule_pause_ns(rules, "stream_error_backoff_cap_s"),
    };
    stream_window_create(simulation, mapping);
    mapping->record_bytes = (uint32_t)rule_bytes(rules, "stream_failure_record_kb");
    if (is_invocable_type(simulation->entities[config->function].type)) {
        struct function *function = entity_state(simulation, config->function);
        mapping->iterator_age = &function->metrics.iterator_age;
        mapping->destination_failures = &function->metrics.destination_failures;
    }
    return STATUS_OK;
}

/* Room for all shards that there are by now, and their lanes. Returns how many there were before. */
static uint32_t take_shards(struct simulation *simulation, struct stream_mapping *mapping)
{
    uint32_t before = mapping->shard_count, count = mapping->source->shard_count(mapping->stream);
    uint64_t factor = (uint64_t)mapping->config.factor, lane_count = count * factor;
    enum status status = memory_account_take(
        &simulation->memory, (lane_count - before * factor) * sizeof *mapping->lanes + (uint64_t)(count - before) * sizeof *mapping->shards,
        simulation->entities[mapping->self].name);
    struct stream_shard *shards = status == STATUS_OK ? realloc(mapping->shards, count * sizeof *shards + 1) : NULL;
    if (shards)
        mapping->shards = shards;
    struct stream_lane *lanes = shards ? realloc(mapping->lanes, lane_count * sizeof *lanes + 1) : NULL;
    if (!lanes) {
        simulation_fail(simulation, status != STATUS_OK ? status : STATUS_NO_MEMORY);
        return count;
    }
    mapping->lanes = lanes;
    for (uint32_t i = before; i < count; i++)
        shards[i] = (struct stream_shard){.read_ns = TIME_FOREVER};
    for (uint64_t i = before * factor; i < lane_count; i++)
        lanes[i] = (struct stream_lane){.shard = (uint32_t)(i / factor)};
    mapping->shard_count = count;
    return before;
}

/* The pollers of the shards start independently of each other, so their polls fall anywhere in the period. */
void stream_mapping_start(struct simulation *simulation, struct stream_mapping *mapping)
{
    struct stream phase;
    const struct stream_reader reader = {.entity = mapping->self, .through = mapping->through, .woken = STREAM_READ, .grown = STREAM_GROWN};
    stream_init(&phase, simulation->settings->seed, simulation->replication, simulation->entities[mapping->self].name, "poll");
    mapping->reader = mapping->source->subscribe(simulation, mapping->stream, &reader);
    if (mapping->reader == READER_NONE)
        return;
    mapping->retention_ns = mapping->source->retention_ns(mapping->stream);
    mapping->poll_ns = mapping->source->poll_ns(simulation, mapping->stream, mapping->reader);
    for (uint32_t shard = take_shards(simulation, mapping); shard < mapping->shard_count; shard++) {
        stream_at(&phase, shard, 0);
        mapping->shards[shard].next_ns = time_from_double(stream_uniform(&phase) * (double)mapping->poll_ns);
        mapping->shards[shard].begun = mapping->shards[shard].read_pending = true;
        mapping->source->wait(simulation, mapping->stream, mapping->reader, shard, mapping->shards[shard].next_ns, mapping->poll_ns);
    }
}

void stream_mapping_destroy(struct simulation *simulation, struct stream_mapping *mapping)
{
    (void)simulation;
    uint64_t lanes = mapping->lanes ? (uint64_t)mapping->shard_count * (uint64_t)mapping->config.factor : 0;
    for (uint64_t i = 0; i < lanes; i++) {
        free(mapping->lanes[i].records);
        free(mapping->lanes[i].arrived_ns);
    }
    free(mapping->lanes);
    free(mapping->shards);
}

/* Sees to it that the shard is read as soon as that may bring something. */
static void want_records(struct simulation *simulation, struct stream_mapping *mapping, uint32_t index)
{
    struct stream_shard *shard = &mapping->shards[index];
    if (shard->read_pending)
        return;
    int64_t now_ns = simulation->now_ns;
    bool more = mapping->source->end(mapping->stream, index) > shard->fetched;
    shard->read_pending = more || !mapping->source->closed(mapping->stream, index);
    if (!shard->read_pending)
        return; /* nothing will ever come */
    if (more) {
        shard->read_ns = shard->next_ns > now_ns ? shard->next_ns : now_ns;
        simulation_schedule(simulation, mapping->self, STREAM_READ, RANK_ARRIVAL, shard->read_ns, index);
        return;
    }
    /* The next poll finds nothing unless something comes until then; after it, one a period. */
    int64_t from_ns = shard->next_ns > now_ns ? shard->next_ns : time_add(now_ns, mapping->poll_ns);
    mapping->source->wait(simulation, mapping->stream, mapping->reader, index, from_ns, mapping->poll_ns);
}

/* The end of the batching window: windows follow each other from the moment that the lane is free. */
static int64_t window_end_ns(const struct stream_mapping *mapping, const struct stream_lane *lane, int64_t now_ns)
{
    int64_t window_ns = mapping->config.window_ns;
    int64_t windows = (now_ns - lane->free_ns + window_ns - 1) / window_ns;
    return time_add(lane->free_ns, windows * window_ns);
}

/* What every lane has looked at is needed no more: of its own it has copies. */
static void tell_passed(struct simulation *simulation, const struct stream_mapping *mapping, uint32_t shard)
{
    const struct stream_lane *lanes = mapping->lanes + (size_t)shard * (size_t)mapping->config.factor;
    uint64_t least = UINT64_MAX;
    for (int64_t i = 0; i < mapping->config.factor; i++)
        least = lanes[i].cursor < least ? lanes[i].cursor : least;
    mapping->source->passed(simulation, mapping->stream, mapping->reader, shard, least);
}

/* Is the batch of a lane that collects to be handed over now? Otherwise it waits for records or for its window. */
static bool lane_is_ready(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    const struct stream_shard *shard = &mapping->shards[lane->shard];
    if (lane->count == 0 && stream_window_is_full(mapping, lane))
        return true;
    bool full = stream_lane_fill(simulation, mapping, lane);
    if (full && lane->count > 0)
        return true;
    int64_t now_ns = simulation->now_ns;
    if (!full)
        want_records(simulation, mapping, lane->shard);
    if (lane->count == 0)
        return lane->window.open && stream_window_is_over(simulation, mapping, lane, full);
    if (mapping->config.window_ns == 0)
        return shard->read_ns != now_ns; /* else there is more in this very instant */
    int64_t end_ns = window_end_ns(mapping, lane, now_ns);
    if (end_ns <= now_ns && now_ns > lane->free_ns)
        return true;
    if (!lane->timer) {
        lane->timer = true;
        simulation_schedule(simulation, mapping->self, STREAM_WINDOW, RANK_ARRIVAL,
                            end_ns > now_ns ? end_ns : time_add(now_ns, mapping->config.window_ns), stream_lane_index(mapping, lane));
    }
    return false;
}

/* Begins to read a shard, at once, if all that came before it in its parents is done. */
static void begin_shard(struct simulation *simulation, struct stream_mapping *mapping, uint32_t index)
{
    struct stream_shard *shard = &mapping->shards[index];
    uint32_t first, count = mapping->source->parents(mapping->stream, index, &first);
    for (uint32_t i = 0; i < count; i++)
        if (!mapping->shards[first + i].over)
            return;
    if (shard->begun)
        return;
    shard->begun = true;
    shard->next_ns = simulation->now_ns;
    struct stream_lane *lanes = mapping->lanes + (size_t)index * (size_t)mapping->config.factor;
    for (int64_t i = 0; i < mapping->config.factor; i++)
        lanes[i].free_ns = simulation->now_ns;
    want_records(simulation, mapping, index);
}

/* Is a shard closed, and all that was in it done? Then its children may be read; those that the mapping has not heard of yet, later. */
static void end_shard(struct simulation *simulation, struct stream_mapping *mapping, uint32_t index)
{
    struct stream_shard *shard = &mapping->shards[index];
    uint64_t end = mapping->source->end(mapping->stream, index);
    const struct stream_lane *lanes = mapping->lanes + (size_t)index * (size_t)mapping->config.factor;
    if (shard->over || shard->fetched < end)
        return;
    for (int64_t i = 0; i < mapping->config.factor; i++)
        if (lanes[i].state != STREAM_LANE_COLLECTING || lanes[i].count > 0 || lanes[i].cursor < end)
            return;
    shard->over = true;
    uint32_t first, count = mapping->source->children(mapping->stream, index, &first);
    for (uint32_t i = 0; i < count && first + i < mapping->shard_count; i++)
        begin_shard(simulation, mapping, first + i);
}

/* Lets the lane go on as far as it can: from batch to batch, until the function has one, or there is nothing. */
static void lane_go_on(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    while (simulation->status == STATUS_OK) {
        if (lane->state == STREAM_LANE_COLLECTING) {
            if (!lane_is_ready(simulation, mapping, lane))
                break;
            lane->state = STREAM_LANE_READY;
            lane->begin = lane->split_count = lane->retries = lane->failures = lane->tries = 0;
            lane->end = lane->count;
            lane->window.final = lane->count == 0;
        }
        if (lane->state != STREAM_LANE_READY)
            break;
        stream_lane_hand_over(simulation, mapping, lane);
    }
    tell_passed(simulation, mapping, lane->shard);
    if (lane->state == STREAM_LANE_COLLECTING && mapping->source->closed(mapping->stream, lane->shard))
        end_shard(simulation, mapping, lane->shard);
}

static void read_shard(struct simulation *simulation, struct stream_mapping *mapping, uint32_t index)
{
    struct stream_shard *shard = &mapping->shards[index];
    if (__builtin_expect(source_is_denied(simulation, mapping->config.rights), 0)) { /* it brings nothing; the next may */
        shard->read_pending = true;
        shard->read_ns = shard->next_ns = time_add(simulation->now_ns, mapping->poll_ns);
        simulation_schedule(simulation, mapping->self, STREAM_READ, RANK_ARRIVAL, shard->read_ns, index);
        return;
    }
    shard->read_pending = false;
    shard->read_ns = TIME_FOREVER;
    shard->fetched = mapping->source->read(simulation, mapping->stream, mapping->reader, index, shard->fetched, &shard->next_ns);
    int64_t poll_ns = time_add(simulation->now_ns, mapping->poll_ns);
    if (shard->fetched == mapping->source->end(mapping->stream, index) && shard->next_ns < poll_ns)
        shard->next_ns = poll_ns;
    struct stream_lane *lanes = mapping->lanes + (size_t)index * (size_t)mapping->config.factor;
    for (int64_t i = 0; i < mapping->config.factor; i++)
        if (lanes[i].state == STREAM_LANE_COLLECTING)
            lane_go_on(simulation, mapping, &lanes[i]);
}

void stream_mapping_handle(struct simulation *simulation, struct stream_mapping *mapping, const struct event *event)
{
    bool of_lane = event->kind != STREAM_READ && event->kind != STREAM_GROWN;
    struct stream_lane *lane = of_lane ? &mapping->lanes[event->data] : NULL;
    switch ((enum stream_mapping_event)event->kind) {
    case STREAM_READ:
        read_shard(simulation, mapping, event->data);
        break;
    case STREAM_WINDOW:
        lane->timer = false;
        if (lane->state == STREAM_LANE_COLLECTING)
            lane_go_on(simulation, mapping, lane);
        break;
    case STREAM_RETRY:
        lane->state = STREAM_LANE_READY;
        lane_go_on(simulation, mapping, lane);
        break;
    case STREAM_TUMBLE:
        lane->window.timer = false;
        if (lane->state == STREAM_LANE_COLLECTING)
            lane_go_on(simulation, mapping, lane);
        break;
    case STREAM_GROWN:
        for (uint32_t shard = take_shards(simulation, mapping); shard < mapping->shard_count; shard++)
            begin_shard(simulation, mapping, shard);
        break;
    }
}

void stream_mapping_done(struct simulation *simulation, struct stream_mapping *mapping, struct request *request)
{
    uint32_t index = request->from_data;
    const struct cause *cause = request->cause;
    request_free(simulation, request);
    if (index == STREAM_TO_DESTINATION) {
        if (cause != &cause_succeeded && mapping->destination_failures)
            counter_add(mapping->destination_failures, 1);
        return;
    }
    struct stream_lane *lane = &mapping->lanes[index];
    if (lane->in_call) {
        lane->answer = cause;
        return;
    }
    stream_lane_answered(simulation, mapping, lane, cause);
    lane_go_on(simulation, mapping, lane);
}

struct batch *stream_mapping_batch(struct stream_mapping *mapping, const struct request *request)
{
    return &mapping->lanes[request->from_data].batch;
}

/* The function counts what it has, the stream what the lanes hold: here it is only checked that no lane holds what it should not. */
enum status stream_mapping_finish(struct simulation *simulation, struct stream_mapping *mapping)
{
    (void)simulation;
    uint64_t lanes = (uint64_t)mapping->shard_count * (uint64_t)mapping->config.factor;
    int64_t blocked = 0;
    for (uint64_t i = 0; i < lanes; i++) {
        const struct stream_lane *lane = &mapping->lanes[i];
        if (lane->begin > lane->end || lane->end > lane->count || lane->count > mapping->config.batch_size)
            return STATUS_INTERNAL;
    }
    for (uint32_t i = 0; i < mapping->shard_count; i++)
        blocked += mapping->shards[i].blocked > 0;
    return blocked == mapping->metrics.blocked.level ? STATUS_OK : STATUS_INTERNAL;
}
