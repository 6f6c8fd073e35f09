/* firehose_object.c: what a delivery stream puts into buckets. An object is closed when it has the size of its hint, or when the interval
 * is over that its first record began; what cannot be put is tried again until its oldest record has been kept for as long as the stream
 * keeps any, and is lost then. */
#include "firehose_state.h"

#include "engine/room.h"
#include "engine/rule_book.h"

#include <math.h>
#include <stdlib.h>

static const struct cause cause_lost = {.fate = FATE_EXPIRED, .text = "retention"};

static struct firehose_object *object_at(const struct firehose *firehose, uint32_t id)
{
    return pool_at(&firehose->objects, id);
}

bool firehose_grow(struct simulation *simulation, const struct firehose *firehose, void *list, size_t count, size_t *capacity, size_t size)
{
    size_t before = *capacity;
    if (count < before)
        return true;
    enum status status = STATUS_NO_MEMORY;
    if (room_for(list, count + 1, capacity, size))
        status = memory_account_take(&simulation->memory, (*capacity - before) * size, simulation->entities[firehose->self].name);
    simulation_fail(simulation, status);
    return status == STATUS_OK;
}

bool firehose_add_lane(struct simulation *simulation, struct firehose *firehose)
{
    if (!room_for(&firehose->lanes, firehose->lane_count + 1u, &firehose->lane_capacity, sizeof *firehose->lanes)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return false;
    }
    struct firehose_lane *lane = &firehose->lanes[firehose->lane_count++];
    *lane = (struct firehose_lane){.batch = POOL_NONE};
    chain_init(&lane->line, &firehose->batches, offsetof(struct firehose_batch, line));
    for (int i = 0; i < FIREHOSE_ROUTES; i++)
        lane->objects[i] = POOL_NONE;
    return true;
}

void firehose_settle(struct simulation *simulation, struct firehose *firehose, uint64_t count, const struct cause *cause)
{
    if (count == 0)
        return;
    if (ledger_count_cause(&simulation->entities[firehose->self].ledger, cause, count) != STATUS_OK)
        simulation_fail(simulation, STATUS_NO_MEMORY);
    gauge_add(&firehose->metrics.held, simulation->now_ns, -(int64_t)count);
}

/* One that is empty; POOL_NONE when memory is out, which fails the run. */
static uint32_t take_object(struct simulation *simulation, struct firehose *firehose)
{
    uint32_t id = firehose->free_object;
    if (id != POOL_NONE) {
        firehose->free_object = object_at(firehose, id)->next;
        return id;
    }
    id = pool_take(&firehose->objects);
    if (id == POOL_NONE)
        simulation_fail(simulation, simulation->memory.status);
    else
        *object_at(firehose, id) = (struct firehose_object){0};
    return id;
}

static const struct firehose_destination *destination_of(const struct firehose *firehose, enum firehose_route route)
{
    return route == ROUTE_BACKUP ? &firehose->config.backup : &firehose->config.destination;
}

static void close_object(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route)
{
    uint32_t id = firehose->lanes[lane].objects[route];
    const struct firehose_object *object = object_at(firehose, id);
    double bytes = fmax((double)object->bytes * destination_of(firehose, route)->byte_share, 1);
    const struct request model = {
        .item = object->item,
        .payload_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX,
    };
    firehose->lanes[lane].objects[route] = POOL_NONE;
    struct delivery_item *item = delivery_put(simulation, &firehose->delivery, (uint16_t)route, &model, 0);
    if (item)
        item->next = id;
}

static void open_object(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route, uint32_t id,
                        const struct firehose_record *record)
{
    struct firehose_object *object = object_at(firehose, id);
    int64_t due_ns = time_add(simulation->now_ns, destination_of(firehose, route)->interval_ns);
    object->count = 0;
    object->bytes = object->source_bytes = 0;
    object->item = record->item;
    object->oldest_ns = record->arrived_ns;
    object->due_ns = due_ns;
    firehose->lanes[lane].objects[route] = id;
    simulation_schedule(simulation, firehose->self, (uint16_t)(FIREHOSE_OBJECT_DUE + route), RANK_ARRIVAL, due_ns, lane);
}

void firehose_object_add(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route,
                         const struct firehose_record *record)
{
    uint32_t id = firehose->lanes[lane].objects[route];
    if (id == POOL_NONE) {
        id = take_object(simulation, firehose);
        if (id == POOL_NONE)
            return;
        open_object(simulation, firehose, lane, route, id, record);
    }
    struct firehose_object *object = object_at(firehose, id);
    if (route == ROUTE_DESTINATION) {
        if (!firehose_grow(simulation, firehose, &object->arrived_ns, object->count, &object->capacity, sizeof *object->arrived_ns))
            return;
        object->arrived_ns[object->count] = record->arrived_ns;
    }
    object->count++;
    object->bytes += record->bytes;
    object->source_bytes += record->source_bytes;
    object->oldest_ns = record->arrived_ns < object->oldest_ns ? record->arrived_ns : object->oldest_ns;
    if (object->bytes >= (uint64_t)destination_of(firehose, route)->size_bytes)
        close_object(simulation, firehose, lane, route);
}

void firehose_object_due(struct simulation *simulation, struct firehose *firehose, uint32_t lane, enum firehose_route route)
{
    uint32_t id = firehose->lanes[lane].objects[route];
    if (id != POOL_NONE && object_at(firehose, id)->due_ns <= simulation->now_ns)
        close_object(simulation, firehose, lane, route);
}

static int64_t put_wait_ns(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    const struct firehose *firehose = owner;
    (void)cause;
    int64_t end_ns = time_add(object_at(firehose, item->next)->oldest_ns, firehose->retention_ns);
    int64_t wait_ns = back_off_ns(&firehose->back_off, item->tries - 1);
    if (simulation->now_ns >= end_ns)
        return DELIVERY_GIVE_UP;
    return wait_ns < end_ns - simulation->now_ns ? wait_ns : end_ns - simulation->now_ns;
}

static const struct cause *put_given_up(const struct cause *cause, bool kept)
{
    (void)cause;
    (void)kept;
    return &cause_lost;
}

static void put_answered(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct firehose *firehose = owner;
    (void)cause;
    tally_add(&firehose->metrics.freshness[item->route], TALLY_ALL, simulation->now_ns - object_at(firehose, item->next)->oldest_ns);
}

static void put_settled(struct simulation *simulation, void *owner, const struct delivery_item *item, const struct cause *cause)
{
    struct firehose *firehose = owner;
    struct firehose_metrics *metrics = &firehose->metrics;
    struct firehose_object *object = object_at(firehose, item->next);
    if (cause == &cause_succeeded) {
        counter_add(&metrics->puts[item->route], 1);
        counter_add(&metrics->put_records[item->route], object->count);
        counter_add(&metrics->put_bytes[item->route], object->source_bytes);
    }
    if (item->route == ROUTE_DESTINATION) {
        if (cause != &cause_succeeded)
            counter_add(&metrics->lost, object->count);
        for (uint32_t i = 0; i < object->count && cause == &cause_succeeded; i++)
            tally_add(&metrics->delay, TALLY_ALL, simulation->now_ns - object->arrived_ns[i]);
        firehose_settle(simulation, firehose, object->count, cause == &cause_succeeded ? cause : &cause_lost);
    }
    object->next = firehose->free_object;
    firehose->free_object = item->next;
}

static const struct delivery_type put_delivery = {
    .wait_ns = put_wait_ns,
    .given_up = put_given_up,
    .answered = put_answered,
    .settled = put_settled,
};

enum status firehose_objects_create(struct simulation *simulation, struct firehose *firehose)
{
    static const char *const parts[FIREHOSE_ROUTES] = {"objects", "processing-failed", "backup"};
    const struct rule_book *rules = simulation->settings->rules;
    firehose->free_object = POOL_NONE;
    pool_init(&firehose->objects, sizeof(struct firehose_object), &simulation->memory, simulation->entities[firehose->self].name);
    firehose->back_off = (struct back_off){.base_ns = (double)rule_pause_ns(rules, "service_retry_base_s"),
                                           .factor = 2,
                                           .cap_ns = (double)rule_pause_ns(rules, "service_retry_cap_s")};
    delivery_init_routes(&firehose->delivery, &put_delivery, simulation, firehose, firehose->self, FIREHOSE_DELIVERY);
    for (int route = 0; route < FIREHOSE_ROUTES; route++) {
        const struct delivery_policy policy = {
            .target = destination_of(firehose, (enum firehose_route)route)->bucket,
            .max_age_ns = TIME_FOREVER, /* by the oldest record: put_wait_ns */
            .on_success = ENTITY_NONE,
            .on_failure = ENTITY_NONE,
            .dead_letter = ENTITY_NONE,
        };
        enum status status = delivery_add_route(&firehose->delivery, simulation, &policy, parts[route]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

void firehose_objects_destroy(struct firehose *firehose)
{
    if (firehose->objects.owner) {
        for (uint32_t id = 0; id < firehose->objects.fresh; id++)
            free(object_at(firehose, id)->arrived_ns);
        pool_fini(&firehose->objects);
    }
    delivery_fini(&firehose->delivery);
    free(firehose->lanes);
}
