/* stream_lane.c: the states of a lane of a stream's mapping: blocked, backing off, on to its next part. */
#include "stream_mapping_state.h"

void stream_lane_set_blocked(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane, bool blocked)
{
    if (lane->blocked == blocked)
        return;
    struct stream_shard *shard = &mapping->shards[lane->shard];
    lane->blocked = blocked;
    if (blocked && shard->blocked++ == 0)
        gauge_add(&mapping->metrics.blocked, simulation->now_ns, 1);
    else if (!blocked && --shard->blocked == 0)
        gauge_add(&mapping->metrics.blocked, simulation->now_ns, -1);
}

/* The part is over: on to the one behind it, or to the next batch. */
void stream_lane_next_part(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    lane->retries = lane->failures = 0;
    stream_lane_set_blocked(simulation, mapping, lane, false);
    if (lane->split_count > 0) {
        lane->end = lane->splits[--lane->split_count];
        lane->state = STREAM_LANE_READY;
        return;
    }
    lane->state = STREAM_LANE_COLLECTING;
    lane->count = lane->begin = lane->end = 0;
    lane->bytes = 0;
    lane->free_ns = simulation->now_ns;
}

void stream_lane_back_off(struct simulation *simulation, struct stream_mapping *mapping, struct stream_lane *lane)
{
    int64_t wait_ns = back_off_ns(&mapping->back_off, lane->failures++);
    lane->state = STREAM_LANE_BACKING;
    simulation_schedule(simulation, mapping->self, STREAM_RETRY, RANK_ARRIVAL, time_add(simulation->now_ns, wait_ns),
                        stream_lane_index(mapping, lane));
}
