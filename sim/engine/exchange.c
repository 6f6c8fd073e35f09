/* exchange.c: what entities do in a simulation: schedule events, make requests, tell the ledger. */
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
    simulation->call_count++;
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

static struct request *copy_of(struct simulation *simulation, const struct request *request)
{
    struct request *copy = request_new(simulation);
    if (!copy)
        return NULL;
    uint32_t id = copy->id;
    *copy = *request;
    copy->id = id;
    return copy;
}

struct request *request_pass_on(struct simulation *simulation, const struct request *request, uint32_t by, uint32_t data)
{
    struct request *sent = copy_of(simulation, request);
    if (!sent)
        return NULL;
    sent->from = by;
    sent->from_data = data;
    sent->is_batch = false;
    if (simulation->tracer)
        simulation_trace_from_request(simulation, request);
    return sent;
}

struct request *request_leave(struct simulation *simulation, struct request *waiting)
{
    struct request *next = copy_of(simulation, waiting);
    if (next)
        waiting->from = ENTITY_NONE;
    return next;
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

void ledger_in_flight(struct simulation *simulation, struct ledger *ledger, uint64_t count)
{
    if (count > 0 && ledger_count_cause(ledger, &cause_in_flight, count) != STATUS_OK)
        simulation_fail(simulation, STATUS_NO_MEMORY);
}

void part_in_flight(struct simulation *simulation, struct part *part, uint64_t count)
{
    ledger_in_flight(simulation, &part->ledger, count);
}

void simulation_in_flight(struct simulation *simulation, uint32_t entity, uint64_t count)
{
    ledger_in_flight(simulation, &simulation->entities[entity].ledger, count);
}
