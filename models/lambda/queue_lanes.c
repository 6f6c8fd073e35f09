/* queue_lanes.c: who polls a queue.
 * Every lane that waits stands for one long poll under way. One wake-up stands for all of them, and the polls that end empty are counted
 * by arithmetic: an idle mapping costs one event a period. Messages go to whoever has waited longest, as to any of several long polls. */
#include "queue_mapping.h"

static void count_pollers(struct simulation *simulation, struct queue_mapping *mapping, int64_t change)
{
    int64_t before = mapping->lane_count;
    mapping->lane_count += change;
    gauge_add(&mapping->metrics.pollers, simulation->now_ns, change);
    if (mapping->config.provisioned)
        gauge_add(&mapping->metrics.provisioned, simulation->now_ns,
                  poller_fleet_units(&mapping->fleet, mapping->lane_count) - poller_fleet_units(&mapping->fleet, before));
}

/* Takes a lane out of those that wait. */
static void unlink_lane(struct queue_mapping *mapping, struct lane *lane)
{
    chain_remove(&mapping->waiting, lane->id);
    mapping->waiting_count--;
    mapping->collecting_count -= lane->count > 0;
}

/* Lets `lane` poll: it waits behind those that wait longer. */
static void lane_wait(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    lane->state = LANE_WAITING;
    lane->polling_ns = simulation->now_ns;
    chain_append(&mapping->waiting, lane->id);
    mapping->waiting_count++;
    mapping->collecting_count += lane->count > 0;
}

/* The long polls of a waiting lane that ended empty; the one under way goes on. */
static uint64_t take_empty_polls(const struct simulation *simulation, const struct queue_mapping *mapping, struct lane *lane)
{
    if (mapping->long_poll_ns <= 0)
        return 0;
    int64_t polls = (simulation->now_ns - lane->polling_ns) / mapping->long_poll_ns;
    lane->polling_ns += polls * mapping->long_poll_ns;
    return (uint64_t)polls;
}

/* A provisioned poller may keep fewer long polls waiting than it has lanes: rule sqs_poller_long_polls. */
static void tell_empty_polls(struct simulation *simulation, struct queue_mapping *mapping, uint64_t polls)
{
    uint64_t shares = (uint64_t)mapping->fleet.per_unit;
    mapping->empty_shares += polls * mapping->long_polls;
    polls = mapping->empty_shares / shares;
    mapping->empty_shares %= shares;
    if (polls > 0)
        mapping->source->empty_receive(simulation, entity_state(simulation, mapping->config.source), polls);
}

/* A lane that holds nothing and is in no list ends. */
static void lane_end(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    lane_fini(simulation, lane);
    uint32_t id = lane->id;
    lane->state = LANE_GONE;
    pool_give(&mapping->lanes, id);
    count_pollers(simulation, mapping, -1);
}

void lane_release(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    if (mapping->lane_count > mapping->fleet.lanes)
        lane_end(simulation, mapping, lane);
    else
        lane_wait(simulation, mapping, lane);
}

void lanes_adjust(struct simulation *simulation, struct queue_mapping *mapping)
{
    uint64_t polls = 0;
    uint32_t next = mapping->waiting.head;
    while (mapping->lane_count > mapping->fleet.lanes && next != POOL_NONE) {
        struct lane *lane = lane_at(mapping, next);
        next = lane->link.next;
        if (lane->count > 0)
            continue;
        polls += take_empty_polls(simulation, mapping, lane);
        unlink_lane(mapping, lane);
        lane_end(simulation, mapping, lane);
    }
    tell_empty_polls(simulation, mapping, polls);
    while (mapping->lane_count < mapping->fleet.lanes) {
        uint32_t id = pool_take(&mapping->lanes);
        if (id == POOL_NONE) {
            simulation_fail(simulation, simulation->memory.status);
            return;
        }
        struct lane *lane = lane_at(mapping, id);
        *lane = (struct lane){.id = id, .timer_ns = TIME_FOREVER};
        count_pollers(simulation, mapping, 1);
        lane_wait(simulation, mapping, lane);
    }
}

/* Tries again at `at_ns`. */
static void pause_polling(struct simulation *simulation, struct queue_mapping *mapping, int64_t at_ns)
{
    if (mapping->pace_pending)
        return;
    mapping->pace_pending = true;
    simulation_schedule(simulation, mapping->self, MAPPING_PACE, RANK_ARRIVAL, at_ns, 0);
}

/* Deletes what no filter lets through; what is left moves up. Returns how many are left. */
static uint32_t filter_received(struct simulation *simulation, struct queue_mapping *mapping, uint32_t count)
{
    void *source = entity_state(simulation, mapping->config.source);
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct received *message = &mapping->received[i];
        if (content_set_has(mapping->config.passes, message->content)) {
            mapping->received[left++] = *message;
            continue;
        }
        mapping->source->discard(simulation, source, message->message, message->receipt, &cause_filtered);
        if (simulation->tracer)
            simulation_trace_item(simulation, message->item, message->receive_count > 0 ? message->receive_count - 1u : 0,
                                  simulation->entities[mapping->self].name, fate_names[cause_filtered.fate], simulation->now_ns, 0,
                                  cause_filtered.text);
    }
    counter_add(&mapping->metrics.filtered, count - left);
    return left;
}

/* One poll of the lane that has waited longest. Returns how many messages it brought. */
static uint32_t poll_once(struct simulation *simulation, struct queue_mapping *mapping)
{
    struct lane *lane = lane_at(mapping, mapping->waiting.head);
    tell_empty_polls(simulation, mapping, take_empty_polls(simulation, mapping, lane));
    unlink_lane(mapping, lane);
    uint32_t most = (uint32_t)mapping->config.batch_size - lane->count;
    if (most > mapping->receive_most)
        most = mapping->receive_most;
    void *source = entity_state(simulation, mapping->config.source);
    uint32_t count = mapping->source->receive(simulation, source, most, mapping->visibility_ns, mapping->received);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += mapping->received[i].payload_bytes;
    poller_fleet_polled(&mapping->fleet, simulation->now_ns, bytes);
    counter_add(&mapping->metrics.polled, count);
    uint32_t wanted = mapping->config.passes ? filter_received(simulation, mapping, count) : count;
    lane_take(simulation, mapping, lane, mapping->received, wanted);
    if (lane_is_ready(simulation, mapping, lane)) {
        lane_call(simulation, mapping, lane);
        return count;
    }
    lane_wait(simulation, mapping, lane);
    if (lane->count > 0 && lane->deadline_ns < lane->timer_ns) {
        lane->timer_ns = lane->deadline_ns;
        simulation_schedule(simulation, mapping->self, MAPPING_WINDOW, RANK_ARRIVAL, lane->deadline_ns, lane->id);
    }
    return count;
}

void mapping_poll(struct simulation *simulation, struct queue_mapping *mapping)
{
    if (mapping->polling) /* a call was turned away at once: the loop below goes on with that lane */
        return;
    mapping->polling = true;
    void *source = entity_state(simulation, mapping->config.source);
    uint64_t visible = mapping->source->visible(simulation, source);
    while (mapping->waiting_count > 0 && visible > 0 && simulation->status == STATUS_OK) {
        int64_t next_ns = poller_fleet_next_poll(&mapping->fleet);
        if (next_ns > simulation->now_ns || mapping->pace_pending) {
            pause_polling(simulation, mapping, next_ns);
            break;
        }
        uint32_t count = poll_once(simulation, mapping);
        uint64_t left = mapping->source->visible(simulation, source);
        if (count == 0 && left >= visible) /* it gives nothing away for now */
            pause_polling(simulation, mapping, time_add(simulation->now_ns, back_off_ns(&mapping->back_off, 0)));
        visible = left;
    }
    mapping->polling = false;
    mapping_look_around(simulation, mapping, visible);
}

void lane_handle(struct simulation *simulation, struct queue_mapping *mapping, const struct event *event)
{
    struct lane *lane = lane_at(mapping, event->data);
    if (event->kind == MAPPING_RETRY) {
        if (lane->state == LANE_BACKING)
            lane_retry(simulation, mapping, lane);
        else
            lane_release(simulation, mapping, lane);
    } else if (lane->state != LANE_GONE) {
        lane->timer_ns = TIME_FOREVER;
        if (lane->state != LANE_WAITING || lane->count == 0)
            return;
        if (lane->deadline_ns > simulation->now_ns) {
            lane->timer_ns = lane->deadline_ns;
            simulation_schedule(simulation, mapping->self, MAPPING_WINDOW, RANK_ARRIVAL, lane->deadline_ns, lane->id);
            return;
        }
        tell_empty_polls(simulation, mapping, take_empty_polls(simulation, mapping, lane));
        unlink_lane(mapping, lane);
        lane_call(simulation, mapping, lane);
    }
    mapping_poll(simulation, mapping);
}

void lanes_count_empty_polls(struct simulation *simulation, struct queue_mapping *mapping)
{
    uint64_t polls = 0;
    for (uint32_t id = mapping->waiting.head; id != POOL_NONE; id = lane_at(mapping, id)->link.next)
        polls += take_empty_polls(simulation, mapping, lane_at(mapping, id));
    tell_empty_polls(simulation, mapping, polls);
}
