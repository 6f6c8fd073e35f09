/* trace_lane.c: where spans of a resource are drawn so that none hides another: as many lanes as were in use at once. */
#include "engine/room.h"
#include "engine/trace_state.h"

static struct lane_store *store_of(struct simulation *simulation, const char *resource)
{
    struct tracing *tracing = simulation->tracing;
    uint64_t key = (uint64_t)(uintptr_t)resource; /* names do not move */
    uint32_t place = key_map_find(&tracing->lane_places, key);
    if (place != POOL_NONE)
        return &tracing->lanes[place];
    enum status status = key_map_put(&tracing->lane_places, key, tracing->lane_count);
    if (status == STATUS_OK && !room_for(&tracing->lanes, tracing->lane_count + 1u, &tracing->lane_capacity, sizeof *tracing->lanes))
        status = STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        simulation_fail(simulation, status);
        return NULL;
    }
    tracing->lanes[tracing->lane_count] = (struct lane_store){.fresh = 1};
    return &tracing->lanes[tracing->lane_count++];
}

uint32_t trace_lane_take(struct simulation *simulation, const char *resource)
{
    struct lane_store *store = store_of(simulation, resource);
    if (!store)
        return 0;
    return store->free_count > 0 ? store->free[--store->free_count] : store->fresh++;
}

void trace_lane_give(struct simulation *simulation, const char *resource, uint32_t lane)
{
    struct lane_store *store = store_of(simulation, resource);
    if (!store || lane == 0)
        return;
    if (!room_for(&store->free, store->free_count + 1u, &store->capacity, sizeof *store->free)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    store->free[store->free_count++] = lane;
}
