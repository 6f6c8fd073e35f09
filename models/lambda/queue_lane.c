/* queue_lane.c: the lanes of a queue's mapping: how many there are, who waits, who may go.
 * Source: rules sqs_poller_*; see poller_fleet.h. */
#include "queue_mapping_state.h"

#include <stdlib.h>

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
void lane_unlink(struct queue_mapping *mapping, struct lane *lane)
{
    chain_remove(&mapping->waiting, lane->id);
    mapping->waiting_count--;
    mapping->collecting_count -= lane->count > 0;
}

void lane_wait(struct simulation *simulation, struct queue_mapping *mapping, struct lane *lane)
{
    lane->state = LANE_WAITING;
    lane->polling_ns = simulation->now_ns;
    chain_append(&mapping->waiting, lane->id);
    mapping->waiting_count++;
    mapping->collecting_count += lane->count > 0;
}

/* The long polls of a waiting lane that ended empty; the one under way goes on. */
uint64_t lane_take_empty_polls(const struct simulation *simulation, const struct queue_mapping *mapping, struct lane *lane)
{
    if (mapping->long_poll_ns <= 0)
        return 0;
    int64_t polls = (simulation->now_ns - lane->polling_ns) / mapping->long_poll_ns;
    lane->polling_ns += polls * mapping->long_poll_ns;
    return (uint64_t)polls;
}

/* A provisioned poller may keep fewer long polls waiting than it has lanes: rule sqs_poller_long_polls. */
void mapping_tell_empty_polls(struct simulation *simulation, struct queue_mapping *mapping, uint64_t polls)
{
    uint64_t shares = (uint64_t)mapping->fleet.per_unit;
    mapping->empty_shares += polls * mapping->long_polls;
    polls = mapping->empty_shares / shares;
    mapping->empty_shares %= shares;
    if (polls > 0)
        mapping->source->empty_receive(simulation, entity_state(simulation, mapping->config.source), polls);
}

void lane_fini(struct simulation *simulation, struct lane *lane)
{
    free(lane->records);
    free(lane->messages);
    memory_account_give(&simulation->memory, lane->capacity * MESSAGE_BYTES);
    lane->records = NULL;
    lane->messages = NULL;
    lane->capacity = 0;
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

/* As many lanes as are wanted. Those that are too many go as soon as they hold nothing: who waits longest first. */
void mapping_adjust_lanes(struct simulation *simulation, struct queue_mapping *mapping)
{
    uint64_t polls = 0;
    uint32_t next = mapping->waiting.head;
    while (mapping->lane_count > mapping->fleet.lanes && next != POOL_NONE) {
        struct lane *lane = lane_at(mapping, next);
        next = lane->link.next;
        if (lane->count > 0)
            continue;
        polls += lane_take_empty_polls(simulation, mapping, lane);
        lane_unlink(mapping, lane);
        lane_end(simulation, mapping, lane);
    }
    mapping_tell_empty_polls(simulation, mapping, polls);
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

int64_t mapping_idle_lanes(const struct queue_mapping *mapping)
{
    return (int64_t)mapping->waiting_count - (int64_t)mapping->collecting_count;
}

/* Each minute looks back on itself, as long as there is something that could be lowered. */
void mapping_start_reviews(struct simulation *simulation, struct queue_mapping *mapping)
{
    if (mapping->review_pending)
        return;
    mapping->review_pending = true;
    poller_fleet_observe(&mapping->fleet, mapping_idle_lanes(mapping));
    simulation_schedule(simulation, mapping->self, MAPPING_REVIEW, RANK_ARRIVAL, time_add(simulation->now_ns, NS_PER_MIN), 0);
}

void mapping_learn(struct simulation *simulation, struct queue_mapping *mapping, bool failed)
{
    if (failed)
        mapping_start_reviews(simulation, mapping);
    poller_fleet_called(&mapping->fleet, failed);
}
