/* dynamo_copies.c: what is on its way, by item: so it is seen who writes without knowing of whom. Memory is for writes under way. */
#include "dynamo_copies.h"

#include "dynamo_state.h"
#include "engine/caller.h"

#include <stdlib.h>
#include <string.h>

#define REGION_UNKNOWN UINT8_MAX

_Static_assert(REPLICAS_MOST < REGION_UNKNOWN, "a Region is a byte");

/* An item of which something is under way. */
struct copied_item {
    uint32_t key;
    uint32_t flying;  /* writes under way */
    uint32_t region;  /* of who writes it, where that is strongly consistent */
    uint64_t newest;  /* its last write */
    uint64_t missing; /* the replicas that have not got it yet */
    uint64_t there[]; /* which write each replica has */
};

/* The writes of an item that come from one Region, as long as they are under way and not lost. */
struct copied_lane {
    uint64_t key; /* in `origins` */
    struct chain writes;
};

struct copied_write {
    struct link link;
    uint64_t number; /* the larger is the later */
    struct request request;
    uint32_t item, lane; /* POOL_NONE: of an item that nobody will write again; it is in none */
    uint32_t flying;
    uint8_t region;
    bool deletes;
    int64_t arrives_ns[]; /* at each replica */
};

struct copied_trip {
    uint32_t write;
    uint32_t region; /* where to */
};

static struct replica_figures *figures_of(const struct simulation *simulation, const struct dynamo_table *table, uint32_t region)
{
    return entity_state(simulation, table->replica_entities + region);
}

enum status dynamo_copies_create(struct simulation *simulation, struct dynamo_table *table)
{
    struct dynamo_copies *copies = &table->copies;
    const char *name = simulation->entities[table->log.self].name;
    size_t count = table->replica_list.count;
    if (count < 2)
        return STATUS_OK;
    copies->regions = (uint32_t)count;
    pool_init(&copies->writes, sizeof(struct copied_write) + count * sizeof(int64_t), &simulation->memory, name);
    pool_init(&copies->trips, sizeof(struct copied_trip), &simulation->memory, name);
    pool_init(&copies->items, sizeof(struct copied_item) + count * sizeof(uint64_t), &simulation->memory, name);
    pool_init(&copies->lanes, sizeof(struct copied_lane), &simulation->memory, name);
    key_map_init(&copies->places, &simulation->memory, name);
    key_map_init(&copies->origins, &simulation->memory, name);
    copies->region_of = malloc(simulation->entity_count);
    copies->reads = calloc(count, sizeof *copies->reads);
    copies->figures = calloc(count, sizeof *copies->figures);
    if (!copies->region_of || !copies->reads || !copies->figures)
        return STATUS_NO_MEMORY;
    memset(copies->region_of, REGION_UNKNOWN, simulation->entity_count);
    for (uint32_t i = 1; i < count; i++) {
        copies->reads[i].asked = dynamo_replica_reads(table, i);
        throughput_create(simulation, &copies->reads[i], &read_units, &copies->figures[i], table->reads.on_demand);
    }
    return STATUS_OK;
}

void dynamo_copies_destroy(struct dynamo_copies *copies)
{
    free(copies->region_of);
    free(copies->reads);
    free(copies->figures);
    if (!copies->writes.owner)
        return;
    pool_fini(&copies->writes);
    pool_fini(&copies->trips);
    pool_fini(&copies->items);
    pool_fini(&copies->lanes);
    key_map_fini(&copies->places);
    key_map_fini(&copies->origins);
}

uint32_t dynamo_region(struct simulation *simulation, struct dynamo_table *table, const struct request *request)
{
    struct dynamo_copies *copies = &table->copies;
    if (copies->regions == 0 || request->from >= simulation->entity_count)
        return 0;
    uint8_t *region = &copies->region_of[request->from];
    if (*region == REGION_UNKNOWN) {
        const struct caller *caller = request_caller(simulation, request);
        *region = caller ? (uint8_t)dynamo_replica_named(table, caller->region) : 0;
    }
    return *region;
}

static bool out_of_memory(struct simulation *simulation)
{
    simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
    return false;
}

/* The place of `key` in a pool of what begins as zero, made if it is not there. POOL_NONE when memory is out. */
static uint32_t place_of(struct simulation *simulation, struct key_map *map, struct pool *pool, uint64_t key, bool *made)
{
    uint32_t place = key_map_find(map, key);
    *made = place == POOL_NONE;
    if (place != POOL_NONE)
        return place;
    place = pool_take(pool);
    if (place == POOL_NONE || key_map_put(map, key, place) != STATUS_OK) {
        (void)out_of_memory(simulation);
        return POOL_NONE;
    }
    memset(pool_at(pool, place), 0, pool->item_size);
    return place;
}

static uint32_t item_of(struct simulation *simulation, struct dynamo_copies *copies, uint32_t key)
{
    bool made;
    uint32_t place = place_of(simulation, &copies->places, &copies->items, key, &made);
    if (place != POOL_NONE)
        ((struct copied_item *)pool_at(&copies->items, place))->key = key;
    return place;
}

static void let_go(struct dynamo_copies *copies, uint32_t place)
{
    struct copied_item *item = pool_at(&copies->items, place);
    if (--item->flying > 0)
        return;
    key_map_remove(&copies->places, item->key);
    pool_give(&copies->items, place);
}

static uint64_t lane_key(const struct dynamo_copies *copies, uint32_t key, uint32_t region)
{
    return (uint64_t)key * copies->regions + region;
}

/* It is no longer among those that another Region's write may overwrite unseen. */
static void leave_lane(struct dynamo_copies *copies, uint32_t id)
{
    struct copied_write *write = pool_at(&copies->writes, id);
    uint32_t place = write->lane;
    if (place == POOL_NONE)
        return;
    struct copied_lane *lane = pool_at(&copies->lanes, place);
    chain_remove(&lane->writes, id);
    write->lane = POOL_NONE;
    if (lane->writes.head != POOL_NONE)
        return;
    key_map_remove(&copies->origins, lane->key);
    pool_give(&copies->lanes, place);
}

static bool enter_lane(struct simulation *simulation, struct dynamo_copies *copies, uint32_t key, uint32_t id)
{
    struct copied_write *write = pool_at(&copies->writes, id);
    uint64_t from = lane_key(copies, key, write->region);
    bool made;
    uint32_t place = place_of(simulation, &copies->origins, &copies->lanes, from, &made);
    if (place == POOL_NONE)
        return false;
    struct copied_lane *lane = pool_at(&copies->lanes, place);
    if (made)
        chain_init(&lane->writes, &copies->writes, offsetof(struct copied_write, link));
    lane->key = from;
    write->lane = place;
    chain_append(&lane->writes, id);
    return true;
}

/* A write in `region` overwrites what other Regions have written of the item and has not come there yet. */
static void overwrite(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key)
{
    struct dynamo_copies *copies = &table->copies;
    for (uint32_t other = 0; other < copies->regions; other++) {
        uint32_t place = other == region ? POOL_NONE : key_map_find(&copies->origins, lane_key(copies, key, other));
        uint32_t id = place == POOL_NONE ? POOL_NONE : ((struct copied_lane *)pool_at(&copies->lanes, place))->writes.head;
        while (id != POOL_NONE) {
            const struct copied_write *write = pool_at(&copies->writes, id);
            uint32_t next = write->link.next;
            if (write->arrives_ns[region] > simulation->now_ns) {
                counter_add(&copies->lost, 1);
                counter_add(&figures_of(simulation, table, other)->lost, 1);
                leave_lane(copies, id);
            }
            id = next;
        }
    }
}

/* The item is another now, here; the other replicas lack it. */
static void renew(struct simulation *simulation, struct dynamo_copies *copies, struct copied_item *item, uint32_t region, uint64_t number)
{
    if (item->missing == 0)
        gauge_add(&copies->differing, simulation->now_ns, 1);
    item->flying++;
    item->newest = item->there[region] = number;
    item->missing = (copies->regions == 64 ? UINT64_MAX : (UINT64_C(1) << copies->regions) - 1) & ~(UINT64_C(1) << region);
}

static bool set_out(struct simulation *simulation, struct dynamo_table *table, uint32_t id)
{
    struct dynamo_copies *copies = &table->copies;
    struct copied_write *write = pool_at(&copies->writes, id);
    stream_at(&table->lag_stream, write->request.item, write->request.attempt);
    for (uint32_t i = 0; i < copies->regions; i++) {
        if (i == write->region)
            continue;
        struct replica_figures *figures = figures_of(simulation, table, i);
        int64_t lag_ns = fault_slowed(&table->faults, distribution_sample_ns(table->lag, &table->lag_stream.rng));
        uint32_t trip = pool_take(&copies->trips);
        if (trip == POOL_NONE)
            return out_of_memory(simulation);
        *(struct copied_trip *)pool_at(&copies->trips, trip) = (struct copied_trip){id, i};
        write->arrives_ns[i] = time_add(simulation->now_ns, lag_ns);
        tally_add(&table->replication_latency, TALLY_ALL, lag_ns);
        tally_add(&figures->latency, TALLY_ALL, lag_ns);
        gauge_add(&table->replicating, simulation->now_ns, 1);
        gauge_add(&figures->pending, simulation->now_ns, 1);
        simulation_schedule(simulation, table->log.self, TABLE_REPLICATED, RANK_COMPLETION, write->arrives_ns[i], trip);
    }
    return true;
}

bool dynamo_copies_write(struct simulation *simulation, struct dynamo_table *table, uint32_t region, const struct request *request,
                         uint32_t key, bool deletes)
{
    struct dynamo_copies *copies = &table->copies;
    counter_add(&figures_of(simulation, table, region)->writes, 1);
    if (table->stream_given)
        counter_add(&figures_of(simulation, table, region)->records, 1);
    uint32_t id = pool_take(&copies->writes), item = key == 0 ? POOL_NONE : item_of(simulation, copies, key);
    if (id == POOL_NONE || (key != 0 && item == POOL_NONE))
        return out_of_memory(simulation);
    struct copied_write *write = pool_at(&copies->writes, id);
    *write = (struct copied_write){.number = ++copies->made,
                                   .request = *request,
                                   .item = item,
                                   .lane = POOL_NONE,
                                   .flying = copies->regions - 1,
                                   .region = (uint8_t)region,
                                   .deletes = deletes};
    if (key != 0) {
        overwrite(simulation, table, region, key);
        renew(simulation, copies, pool_at(&copies->items, item), region, write->number);
        if (!enter_lane(simulation, copies, key, id))
            return false;
    }
    return set_out(simulation, table, id);
}

/* Is the write newer than what the replica has? Then that has it now. */
static bool apply(struct simulation *simulation, struct dynamo_copies *copies, const struct copied_write *write, uint32_t region)
{
    if (write->item == POOL_NONE)
        return true;
    struct copied_item *item = pool_at(&copies->items, write->item);
    if (item->there[region] > write->number)
        return false;
    item->there[region] = write->number;
    if (item->newest != write->number)
        return true;
    item->missing &= ~(UINT64_C(1) << region);
    if (item->missing == 0)
        gauge_add(&copies->differing, simulation->now_ns, -1);
    return true;
}

void dynamo_copies_arrive(struct simulation *simulation, struct dynamo_table *table, uint32_t trip)
{
    struct dynamo_copies *copies = &table->copies;
    const struct copied_trip to = *(const struct copied_trip *)pool_at(&copies->trips, trip);
    struct copied_write *write = pool_at(&copies->writes, to.write);
    struct replica_figures *figures = figures_of(simulation, table, to.region);
    pool_give(&copies->trips, trip);
    gauge_add(&table->replicating, simulation->now_ns, -1);
    gauge_add(&figures->pending, simulation->now_ns, -1);
    bool applied = apply(simulation, copies, write, to.region);
    counter_add(applied ? &figures->records : &figures->discarded, applied ? table->stream_given : 1u);
    if (applied && to.region == 0)
        (void)dynamo_stream_append(simulation, table, &write->request, write->deletes);
    if (--write->flying > 0)
        return;
    leave_lane(copies, to.write);
    if (write->item != POOL_NONE)
        let_go(copies, write->item);
    pool_give(&copies->writes, to.write);
}

void dynamo_copies_read(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key)
{
    struct dynamo_copies *copies = &table->copies;
    uint32_t place = key == 0 ? POOL_NONE : key_map_find(&copies->places, key);
    if (place == POOL_NONE || !(((const struct copied_item *)pool_at(&copies->items, place))->missing >> region & 1))
        return;
    counter_add(&copies->stale, 1);
    counter_add(&figures_of(simulation, table, region)->stale, 1);
}

bool dynamo_strong_may(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key)
{
    struct dynamo_copies *copies = &table->copies;
    uint32_t place = key == 0 ? POOL_NONE : key_map_find(&copies->places, key);
    if (place == POOL_NONE || ((const struct copied_item *)pool_at(&copies->items, place))->region == region)
        return true;
    counter_add(&copies->conflicts, 1);
    (void)simulation;
    return false;
}

bool dynamo_strong_write(struct simulation *simulation, struct dynamo_table *table, uint32_t region, uint32_t key, int64_t commit_ns)
{
    struct dynamo_copies *copies = &table->copies;
    for (uint32_t i = 0; i < copies->regions && table->stream_given; i++)
        counter_add(&figures_of(simulation, table, i)->records, 1);
    counter_add(&figures_of(simulation, table, region)->writes, 1);
    uint32_t place = key == 0 ? POOL_NONE : item_of(simulation, copies, key);
    if (place == POOL_NONE)
        return key == 0;
    struct copied_item *item = pool_at(&copies->items, place);
    item->flying++;
    item->region = region;
    simulation_schedule(simulation, table->log.self, TABLE_COMMITTED, RANK_COMPLETION, time_add(simulation->now_ns, commit_ns), place);
    return true;
}

void dynamo_strong_committed(struct dynamo_table *table, uint32_t item)
{
    let_go(&table->copies, item);
}
