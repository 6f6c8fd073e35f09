/* simulation.c: one replication: its state, and the loop of its events. What entities do in it stands in exchange.c. */
#include "engine/simulation.h"

#include "engine/change.h"
#include "engine/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many events between two looks at the interrupt flag: about a tenth of a millisecond. */
#define EVENTS_PER_LOOK 4096u

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
    pool_init(&made->requests, sizeof(struct request), &made->memory, "requests in flight");
    enum status status = event_queue_new(settings->queue, &made->memory, &made->queue);
    made->entities = calloc((size_t)count + 1, sizeof *made->entities);
    if (!made->entities)
        status = STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
        status = make_state(&made->entities[i], &specs[i], i);
        made->entity_count = i + 1;
    }
    if (status == STATUS_OK)
        status = rights_init(made);
    if (status == STATUS_OK && settings->change_count > 0)
        status = make_changes(made);
    if (status == STATUS_OK && tracer)
        status = tracing_new(made);
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
    free(simulation->denials);
    tracing_free(simulation->tracing);
    claims_free(simulation->claims);
    pool_fini(&simulation->requests);
    event_queue_free(simulation->queue);
    free(simulation);
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
    atomic_store_explicit(&simulation->progress_calls, simulation->call_count, memory_order_relaxed);
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
    if (simulation->tracer)
        tracing_finish(simulation);
    finish(simulation);
    return simulation->status;
}
