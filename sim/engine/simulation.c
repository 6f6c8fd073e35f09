/* simulation.c: the loop of one replication, and the exchange of requests. */
#include "engine/simulation.h"

#include "engine/change.h"
#include "engine/random.h"
#include "engine/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many events between two looks at the interrupt flag: about a tenth of a millisecond. */
#define EVENTS_PER_LOOK 4096u

static const struct cause cause_in_flight = {.fate = FATE_IN_FLIGHT, .text = ""};

static enum status make_state(struct entity *entity, const struct entity_spec *spec, uint32_t index)
{
    entity->type = spec->type;
    entity->name = spec->name;
    entity->closes_loop = spec->closes_loop;
    /* Whole cache lines: a model's hot fields stay together, and replications on other threads share none of them. */
    size_t size = (spec->type->size + 63u) & ~(size_t)63u;
    entity->state = aligned_alloc(64, size);
    if (!entity->state)
        return STATUS_NO_MEMORY;
    memset(entity->state, 0, size);
    memcpy(entity->state, spec->config, spec->type->size);
    memcpy((char *)entity->state + spec->type->self_offset, &index, sizeof index);
    return STATUS_OK;
}

/* Behind all others, and counted with none. */
static enum status make_changes(struct simulation *simulation)
{
    struct entity *entity = &simulation->entities[simulation->entity_count];
    *entity = (struct entity){.type = &change_type, .name = "changes"};
    entity->state = calloc(simulation->settings->change_count, CHANGE_VALUE_MOST);
    return entity->state ? STATUS_OK : STATUS_NO_MEMORY;
}

static int compare_origins(const void *a, const void *b)
{
    const struct item_origin *left = a, *right = b;
    return left->salt != right->salt ? (left->salt > right->salt) - (left->salt < right->salt)
                                     : (left->entity > right->entity) - (left->entity < right->entity);
}

/* An item does not say where it comes from, its number does: so only who traces pays for it. Whoever gets answers may make items. */
static enum status make_origins(struct simulation *simulation)
{
    simulation->origins = calloc(simulation->entity_count + 1u, sizeof *simulation->origins);
    if (!simulation->origins)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        if (simulation->entities[i].type->done)
            simulation->origins[simulation->origin_count++] = (struct item_origin){item_salt(simulation->entities[i].name), i};
    qsort(simulation->origins, simulation->origin_count, sizeof *simulation->origins, compare_origins);
    return STATUS_OK;
}

/* The nearest salt below: salts are spread over 2^44, ordinals come to far less. NULL where no entity can have made it. */
static const struct item_origin *origin_of(const struct simulation *simulation, uint64_t item)
{
    uint32_t low = 0, high = simulation->origin_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (simulation->origins[middle].salt <= item)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &simulation->origins[low - 1] : NULL;
}

enum status simulation_new(const struct simulation_settings *settings, const struct entity_spec *specs, uint32_t count,
                           uint32_t replication, const struct tracer *tracer, struct simulation **simulation)
{
    struct simulation *made = calloc(1, sizeof *made);
    *simulation = NULL;
    if (!made)
        return STATUS_NO_MEMORY;
    made->settings = settings;
    made->tracer = tracer;
    made->replication = replication;
    made->end_ns = time_add(settings->duration_ns, settings->drain_ns);
    made->next_boundary_ns = TIME_FOREVER;
    made->memory.limit_bytes = settings->max_memory_bytes;
    key_map_init(&made->family.places, &made->memory, "items");
    pool_init(&made->requests, sizeof(struct request), &made->memory, "requests in flight");
    enum status status = event_queue_new(settings->queue, &made->memory, &made->queue);
    made->entities = calloc((size_t)count + 1, sizeof *made->entities);
    if (!made->entities)
        status = STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        status = make_state(&made->entities[i], &specs[i], i);
        made->entity_count = i + 1;
    }
    if (status == STATUS_OK && settings->change_count > 0)
        status = make_changes(made);
    if (status == STATUS_OK && tracer)
        status = make_origins(made);
    if (status != STATUS_OK) {
        simulation_free(made);
        return status;
    }
    *simulation = made;
    return STATUS_OK;
}

void simulation_free(struct simulation *simulation)
{
    if (!simulation)
        return;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        struct entity *entity = &simulation->entities[i];
        if (entity->state && entity->type->destroy)
            entity->type->destroy(simulation, entity->state);
        free(entity->state);
        ledger_fini(&entity->ledger);
    }
    if (simulation->entities)
        free(simulation->entities[simulation->entity_count].state);
    free(simulation->entities);
    for (uint32_t i = 0; i < simulation->part_count; i++) {
        free((char *)(uintptr_t)simulation->parts[i]->name);
        ledger_fini(&simulation->parts[i]->ledger);
        free(simulation->parts[i]);
    }
    free(simulation->parts);
    free(simulation->origins);
    key_map_fini(&simulation->family.places);
    free(simulation->family.parents);
    pool_fini(&simulation->requests);
    event_queue_free(simulation->queue);
    free(simulation);
}

void simulation_fail(struct simulation *simulation, enum status status)
{
    if (simulation->status == STATUS_OK)
        simulation->status = status;
}

void simulation_schedule(struct simulation *simulation, uint32_t entity, uint16_t kind, enum event_rank rank, int64_t at_ns, uint32_t data)
{
    if (at_ns >= simulation->end_ns)
        return; /* would never happen: and so the queue stays as small as what can */
    struct event event = {.time_ns = at_ns, .entity = entity, .kind = kind, .data = data};
    enum status status = event_queue_push(simulation->queue, rank, &event);
    if (__builtin_expect(status != STATUS_OK, 0))
        simulation_fail(simulation, status);
}

struct request *request_new(struct simulation *simulation)
{
    uint32_t id = pool_take(&simulation->requests);
    if (__builtin_expect(id == POOL_NONE, 0)) {
        simulation_fail(simulation, simulation->memory.status);
        return NULL;
    }
    struct request *request = pool_at(&simulation->requests, id);
    request->id = id;
    return request;
}

struct request *request_leave(struct simulation *simulation, struct request *waiting)
{
    struct request *next = request_new(simulation);
    if (!next)
        return NULL;
    uint32_t id = next->id;
    *next = *waiting;
    next->id = id;
    waiting->from = ENTITY_NONE;
    return next;
}

void simulation_derive(struct simulation *simulation, uint64_t child, uint64_t parent)
{
    struct item_family *family = &simulation->family;
    if (key_map_find(&family->places, child) != POOL_NONE)
        return; /* sent once more: a handler that was tried again */
    if (!room_for(&family->parents, family->count + 1u, &family->capacity, sizeof *family->parents)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    enum status status = key_map_put(&family->places, child, family->count);
    if (status != STATUS_OK)
        simulation_fail(simulation, status);
    else
        family->parents[family->count++] = parent;
}

/* The item that a family began with. */
static uint64_t first_of_family(const struct simulation *simulation, uint64_t item)
{
    for (uint32_t left = simulation->family.count; left > 0; left--) {
        uint32_t place = key_map_find(&simulation->family.places, item);
        if (place == POOL_NONE)
            break;
        item = simulation->family.parents[place];
    }
    return item;
}

void simulation_trace_item(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *step,
                           int64_t at_ns, int64_t duration_ns, const char *detail)
{
    item = first_of_family(simulation, item);
    const struct item_origin *origin = origin_of(simulation, item);
    const struct trace_step told = {
        .time_ns = at_ns,
        .duration_ns = duration_ns,
        .item = item - (origin ? origin->salt : 0),
        .source = origin ? simulation->entities[origin->entity].name : "",
        .resource = resource,
        .attempt = attempt + 1u,
        .step = step,
        .detail = detail,
    };
    simulation->tracer->step(simulation->tracer->context, &told);
}

void simulation_trace(struct simulation *simulation, const struct request *request, const char *resource, const char *step, int64_t at_ns,
                      int64_t duration_ns, const char *detail)
{
    simulation_trace_item(simulation, request->item, request->attempt, resource, step, at_ns, duration_ns, detail);
}

/* Closes every period that ends at or before `until_ns`. */
static void pass_boundaries(struct simulation *simulation, int64_t until_ns)
{
    while (simulation->next_boundary_ns <= until_ns && simulation->status == STATUS_OK) {
        int64_t at_ns = simulation->next_boundary_ns;
        simulation->now_ns = at_ns;
        enum status status = simulation->boundary.call(simulation->boundary.context, simulation, at_ns);
        if (status != STATUS_OK)
            simulation_fail(simulation, status);
    }
}

/* What is looked at only now and then. */
static void look_around(struct simulation *simulation)
{
    const struct simulation_settings *settings = simulation->settings;
    atomic_store_explicit(&simulation->progress_ns, simulation->now_ns, memory_order_relaxed);
    if (settings->interrupted && atomic_load_explicit(settings->interrupted, memory_order_relaxed))
        simulation_fail(simulation, STATUS_INTERRUPTED);
}

/* With this many events pending, what they touch no longer fits the cache next to the core. At 1,000 concurrent, where it does, looking
 * ahead cost 20 ns of 190 for nothing. */
#define EVENTS_PER_CACHE 16384u
#define FAR_AHEAD 8u
#define NEAR_AHEAD 4u

static void prefetch_one(const struct simulation *simulation, uint32_t distance, bool near)
{
    const struct event *event = event_queue_ahead(simulation->queue, distance);
    if (!event)
        return;
    const struct entity *entity = &simulation->entities[event->entity];
    if (entity->type->prefetch)
        entity->type->prefetch(simulation, entity->state, event, near);
}

/* Fetches ahead for events to come. At 100,000 concurrent each would wait for memory three times. */
static void prefetch(const struct simulation *simulation)
{
    if (event_queue_count(simulation->queue) < EVENTS_PER_CACHE)
        return;
    prefetch_one(simulation, FAR_AHEAD, false);
    prefetch_one(simulation, NEAR_AHEAD, true);
}

static void run_events(struct simulation *simulation)
{
    uint64_t limit = simulation->settings->max_events ? simulation->settings->max_events : UINT64_MAX;
    uint64_t next_look = EVENTS_PER_LOOK;
    struct event event;
    while (simulation->status == STATUS_OK && event_queue_pop(simulation->queue, &event)) {
        if (event.time_ns >= simulation->next_boundary_ns)
            pass_boundaries(simulation, event.time_ns);
        simulation->now_ns = event.time_ns;
        prefetch(simulation);
        const struct entity *entity = &simulation->entities[event.entity];
        entity->type->handle(simulation, entity->state, &event);
        if (__builtin_expect(++simulation->event_count >= next_look, 0)) {
            next_look = simulation->event_count + EVENTS_PER_LOOK;
            look_around(simulation);
            if (simulation->event_count >= limit)
                simulation_fail(simulation, STATUS_LIMIT);
        }
    }
}

/* Everything that entered an entity is accounted for, by cause or as in flight. */
static bool conserved(const struct simulation *simulation)
{
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        const struct ledger *ledger = &simulation->entities[i].ledger;
        if (ledger_accounted(ledger) != ledger->entered)
            return false;
    }
    for (uint32_t i = 0; i < simulation->part_count; i++) {
        const struct ledger *ledger = &simulation->parts[i]->ledger;
        if (ledger_accounted(ledger) != ledger->entered)
            return false;
    }
    return true;
}

static void finish(struct simulation *simulation)
{
    for (uint32_t i = 0; i < simulation->entity_count && simulation->status == STATUS_OK; i++) {
        const struct entity *entity = &simulation->entities[i];
        if (entity->type->finish)
            simulation_fail(simulation, entity->type->finish(simulation, entity->state));
    }
    if (simulation->status == STATUS_OK && !conserved(simulation))
        simulation_fail(simulation, STATUS_INTERNAL);
}

enum status simulation_run(struct simulation *simulation)
{
    changes_schedule(simulation, simulation->entity_count);
    for (uint32_t i = 0; i < simulation->entity_count && simulation->status == STATUS_OK; i++) {
        const struct entity *entity = &simulation->entities[i];
        if (entity->type->create)
            simulation_fail(simulation, entity->type->create(simulation, entity->state));
    }
    pass_boundaries(simulation, 0); /* a warm-up of nothing ends at once */
    for (uint32_t i = 0; i < simulation->entity_count && simulation->status == STATUS_OK; i++) {
        const struct entity *entity = &simulation->entities[i];
        if (entity->type->start)
            entity->type->start(simulation, entity->state);
    }
    run_events(simulation);
    pass_boundaries(simulation, simulation->end_ns);
    if (simulation->status == STATUS_OK)
        simulation->now_ns = simulation->end_ns;
    finish(simulation);
    return simulation->status;
}

struct part *simulation_part(struct simulation *simulation, uint32_t entity, const char *suffix)
{
    struct part *part = calloc(1, sizeof *part);
    char *name = NULL;
    if (!part || !room_for(&simulation->parts, simulation->part_count + 1u, &simulation->part_capacity, sizeof(struct part *)) ||
        asprintf(&name, "%s/%s", simulation->entities[entity].name, suffix) < 0) {
        free(part);
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return NULL;
    }
    part->name = name;
    simulation->parts[simulation->part_count++] = part;
    return part;
}

void part_in_flight(struct simulation *simulation, struct part *part, uint64_t count)
{
    if (count > 0 && ledger_count_cause(&part->ledger, &cause_in_flight, count) != STATUS_OK)
        simulation_fail(simulation, STATUS_NO_MEMORY);
}

void simulation_in_flight(struct simulation *simulation, uint32_t entity, uint64_t count)
{
    if (count > 0 && ledger_count_cause(&simulation->entities[entity].ledger, &cause_in_flight, count) != STATUS_OK)
        simulation_fail(simulation, STATUS_NO_MEMORY);
}
