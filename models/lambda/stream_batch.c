/* stream_batch.c: what becomes of one batch of a stream: handing over, retries, halves, checkpoints, giving up.
 * Where AWS documents no more than that there is one, this is assumed: a split is handed over at once, a retry after the back-off; a part
 * that begins with a failed record is halved; a retry from a checkpoint counts as one, unless the batch is split there. */
#include "stream_mapping_state.h"

static const struct cause cause_attempts = {.fate = FATE_DISCARDED, .text = "attempts"};
static const struct cause cause_record_age = {.fate = FATE_DISCARDED, .text = "record_age"};
static const struct cause cause_retention = {.fate = FATE_EXPIRED, .text = "retention"};

/* The first `count` records of the part are over. */
static void settle(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane, uint32_t count,
                   const struct cause *cause)
{
    if (cause != &cause_succeeded) {
        counter_add(cause->fate == FATE_DISCARDED ? &mapping->metrics.discarded : &mapping->metrics.expired, count);
        counter_add(&mapping->metrics.dropped, count);
    }
    for (uint32_t i = 0; simulation->tracer && i < count; i++) {
        const struct batch_record *record = &lane->records[lane->begin + i];
        simulation_trace_item(simulation, record->item, record->attempt > 0 ? record->attempt - 1u : 0,
                              simulation->entities[mapping->self].name, fate_names[cause->fate], simulation->now_ns, 0, cause->text);
        if (mapping->reader == 0)
            simulation_trace_leave(simulation, record->item, NULL, "record");
    }
    mapping->source->settle(simulation, mapping->stream, mapping->reader, lane->shard, count, cause);
    lane->begin += count;
}

/* One record of what is given up: which records, not what is in them. */
static void send_to_destination(struct simulation *simulation, const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    if (mapping->config.on_failure == ENTITY_NONE)
        return;
    struct request *request = request_new(simulation);
    if (!request)
        return;
    *request = (struct request){
        .item = lane->records[lane->begin].item,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = mapping->self,
        .from_data = STREAM_TO_DESTINATION,
        .payload_bytes = mapping->record_bytes,
        .asynchronous = true,
        .hops = lane->records[lane->begin].hops,
    };
    request_send(simulation, mapping->config.on_failure, request);
}

/* Gives up what is too old, which is what comes first. */
static void drop_old(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    const int64_t max_age_ns = mapping->max_age_ns;
    int64_t now_ns = simulation->now_ns;
    uint32_t old = 0, expired = 0;
    while (lane->begin + old < lane->end && now_ns - lane->arrived_ns[lane->begin + old] > max_age_ns)
        old++;
    if (old > 0) {
        send_to_destination(simulation, mapping, lane);
        settle(simulation, mapping, lane, old, &cause_record_age);
    }
    while (lane->begin + expired < lane->end && now_ns - lane->arrived_ns[lane->begin + expired] >= mapping->retention_ns)
        expired++;
    if (expired > 0)
        settle(simulation, mapping, lane, expired, &cause_retention);
}

/* The part failed, from `begin` on. Halves come in order; splitting uses no retry. */
static void part_failed(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    const struct stream_mapping_config *config = &mapping->config;
    uint32_t size = lane->end - lane->begin;
    stream_lane_set_blocked(simulation, mapping, lane, true);
    if (config->bisect && size > 1 && lane->split_count < STREAM_SPLITS) {
        lane->splits[lane->split_count++] = lane->end;
        lane->end = lane->begin + size / 2;
        lane->retries = lane->failures = 0;
        lane->state = STREAM_LANE_READY;
    } else if (config->max_retries >= 0 && lane->retries >= config->max_retries) {
        send_to_destination(simulation, mapping, lane);
        settle(simulation, mapping, lane, size, &cause_attempts);
        stream_lane_next_part(simulation, mapping, lane);
    } else {
        lane->retries++;
        stream_lane_back_off(simulation, mapping, lane);
    }
}

static void count_shared(struct counter *counter, uint64_t count)
{
    if (counter && count > 0)
        counter_add(counter, count);
}

/* How many records of the part are before the checkpoint: the lowest that failed. */
static uint32_t good_records(const struct stream_mapping *mapping, const struct stream_lane *lane)
{
    uint32_t size = lane->end - lane->begin, good = 0;
    if (!mapping->config.reports_failures || lane->batch.failed_count == 0)
        return size;
    while (good < size && !lane->records[lane->begin + good].failed)
        good++;
    return good;
}

void stream_lane_answered(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane,
                          const struct cause *cause)
{
    uint32_t handed = lane->end - lane->begin;
    for (uint32_t i = lane->begin; simulation->tracer && i < lane->end; i++)
        simulation_trace_leave(simulation, lane->records[i].item, simulation->entities[mapping->self].name, "batch");
    if (lane->window.final) {
        stream_window_answered(simulation, mapping, lane, cause);
        return;
    }
    if (cause_is_of_service(cause)) { /* uses no retry */
        count_shared(mapping->shared.failed, handed);
        stream_lane_back_off(simulation, mapping, lane);
        return;
    }
    lane->tries++;
    for (uint32_t i = lane->begin; i < lane->end; i++)
        if (lane->records[i].attempt < UINT16_MAX)
            lane->records[i].attempt++;
    uint32_t good = cause == &cause_succeeded ? good_records(mapping, lane) : 0;
    count_shared(mapping->shared.failed, handed - good);
    settle(simulation, mapping, lane, good, &cause_succeeded);
    stream_window_count(lane, good);
    if (lane->begin == lane->end) {
        stream_lane_next_part(simulation, mapping, lane);
    } else if (good > 0 && mapping->config.bisect) { /* split at the checkpoint */
        stream_lane_set_blocked(simulation, mapping, lane, true);
        lane->retries = lane->failures = 0;
        lane->state = STREAM_LANE_READY;
    } else {
        part_failed(simulation, mapping, lane);
    }
}

/* The part as a request. Its first record stands for it wherever something is drawn. */
static struct request *make_request(struct simulation *simulation, const struct stream_mapping *mapping, struct stream_lane *lane)
{
    struct request *request = request_new(simulation);
    if (!request)
        return NULL;
    uint64_t bytes = 0;
    uint8_t hops = 0;
    for (uint32_t i = lane->begin; i < lane->end; i++) {
        lane->records[i].failed = false;
        bytes += lane->records[i].payload_bytes;
        hops = lane->records[i].hops > hops ? lane->records[i].hops : hops;
    }
    lane->batch = (struct batch){
        .records = lane->records + lane->begin,
        .count = lane->end - lane->begin,
        .reports_failures = mapping->config.reports_failures,
        .in_order = mapping->config.reports_failures,
    };
    *request = (struct request){
        .item = lane->window.final ? lane->window.item : lane->records[lane->begin].item,
        .born_ns = simulation->now_ns,
        .handler_ns = -1,
        .id = request->id,
        .from = mapping->self,
        .from_data = stream_lane_index(mapping, lane),
        .payload_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
        .attempt = lane->tries < UINT16_MAX ? (uint16_t)lane->tries : UINT16_MAX,
        .is_batch = true,
        .hops = hops & HOPS_MAX,
    };
    if (lane->window.final)
        stream_window_request(mapping, lane, request);
    return request;
}

static void count_call(struct simulation *simulation, struct stream_mapping *mapping, const struct stream_lane *lane)
{
    uint64_t repeated = 0;
    for (uint32_t i = lane->begin; i < lane->end; i++)
        repeated += lane->records[i].attempt > 0;
    counter_add(&mapping->metrics.repeated, repeated);
    if (lane->begin == lane->end)
        return;
    if (mapping->iterator_age)
        tally_add(mapping->iterator_age, TALLY_ALL, simulation->now_ns - lane->arrived_ns[lane->end - 1]);
    for (uint32_t i = lane->begin; simulation->tracer && i < lane->end; i++)
        simulation_trace_item(simulation, lane->records[i].item, lane->records[i].attempt, simulation->entities[mapping->self].name,
                              "handed over", simulation->now_ns, 0, "");
}

/* The part is under way: each record is in it, and the first stands for it. */
static void trace_in_batch(struct simulation *simulation, const struct stream_mapping *mapping, const struct stream_lane *lane,
                           const struct request *request)
{
    const char *name = simulation->entities[mapping->self].name;
    for (uint32_t i = lane->begin; i < lane->end; i++) {
        simulation_trace_enter(simulation, lane->records[i].item, lane->records[i].attempt, name, "batch");
        if (lane->records[i].item != request->item)
            simulation_trace_link(simulation, lane->records[i].item, name, request->item);
    }
    if (lane->begin < lane->end)
        simulation_trace_from(simulation, request->item, name);
}

void stream_lane_hand_over(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    drop_old(simulation, mapping, lane);
    if (lane->begin == lane->end && !lane->window.final) {
        stream_lane_next_part(simulation, mapping, lane);
        return;
    }
    struct request *request = make_request(simulation, mapping, lane);
    if (!request)
        return;
    count_shared(mapping->shared.invoked, lane->batch.count);
    if (mapping->shared.batch_size && lane->tries == 0 && lane->failures == 0 && !lane->window.final)
        tally_add(mapping->shared.batch_size, TALLY_ALL, lane->batch.count);
    lane->state = STREAM_LANE_CALLING;
    lane->answer = NULL;
    lane->in_call = true;
    if (simulation->tracer)
        trace_in_batch(simulation, mapping, lane, request);
    request_send(simulation, mapping->config.function, request);
    lane->in_call = false;
    if (lane->answer)
        stream_lane_answered(simulation, mapping, lane, lane->answer);
    else
        count_call(simulation, mapping, lane);
}
