/* exchange.c: what entities do in a simulation: schedule events, make requests, tell the trace and the ledger. */
#include "engine/simulation.h"

#include "engine/room.h"

#include <stdio.h>
#include <stdlib.h>

static const struct cause cause_in_flight = {.fate = FATE_IN_FLIGHT, .text = ""};

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

bool request_turn_away(struct simulation *simulation, uint32_t to, struct request *request)
{
    if (!right_is_missing(simulation, to, request))
        return false;
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[to].name, fate_names[cause_access_denied.fate], simulation->now_ns, 0,
                         cause_access_denied.text);
    request_done(simulation, to, request, &cause_access_denied);
    return true;
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
