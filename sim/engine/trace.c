/* trace.c: what models and requests tell of items. */
#include "engine/room.h"
#include "engine/trace_state.h"

#include <stdlib.h>
#include <string.h>

/* The fate of that name; NULL: it is none. The result has static storage. */
static const char *fate_named(const char *step)
{
    for (unsigned fate = 0; fate < FATE_COUNT; fate++)
        if (strcmp(fate_names[fate], step) == 0)
            return fate_names[fate];
    return NULL;
}

static const struct trace_place *place_of(const struct tracing *tracing, uint32_t span)
{
    static const struct trace_place nowhere = {.resource = ""};
    return span == POOL_NONE ? &nowhere : &span_at(tracing, span)->at;
}

/* Tells of one step of the item, in the open span `id` (POOL_NONE: in none). `end_ns` is after its time where it lasts. */
static uint64_t tell(struct simulation *simulation, uint64_t item, struct trace_step *step, uint32_t id, int64_t end_ns)
{
    struct tracing *tracing = simulation->tracing;
    const struct tracer *tracer = simulation->tracer;
    const struct trace_name name = trace_name_of(simulation, item);
    if (!trace_is_wanted(simulation, &name))
        return 0;
    uint64_t part = 0;
    step->item = name.item;
    step->source = name.source;
    step->within = place_of(tracing, id);
    if (tracer->step)
        tracer->step(tracer->context, step);
    if (id == POOL_NONE)
        return 0;
    if (end_ns > step->time_ns)
        part = span_part_add(simulation, span_at(tracing, id), step, end_ns);
    const char *fate = fate_named(step->step);
    if (fate && strcmp(span_at(tracing, id)->at.resource, step->resource) == 0)
        span_at(tracing, id)->outcome = fate;
    return part;
}

void simulation_trace_item(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *step,
                           int64_t at_ns, int64_t duration_ns, const char *detail)
{
    struct trace_step told = {
        .time_ns = at_ns, .duration_ns = duration_ns, .resource = resource, .attempt = attempt + 1u, .step = step, .detail = detail};
    tell(simulation, item, &told, span_find(simulation->tracing, item, resource, true), time_add(at_ns, duration_ns));
}

/* The request's own span where it is at `resource`, or one that is open there for its item. */
static uint32_t span_at_resource(const struct tracing *tracing, const struct request *request, const char *resource)
{
    uint32_t id = span_of_request(tracing, request);
    if (id != POOL_NONE && span_at(tracing, id)->item == request->item && strcmp(span_at(tracing, id)->at.resource, resource) == 0)
        return id;
    return span_find(tracing, request->item, resource, true);
}

void simulation_trace(struct simulation *simulation, const struct request *request, const char *resource, const char *step, int64_t at_ns,
                      int64_t duration_ns, const char *detail)
{
    struct trace_step told = {.time_ns = at_ns,
                              .duration_ns = duration_ns,
                              .resource = resource,
                              .attempt = request->attempt + 1u,
                              .step = step,
                              .detail = detail};
    tell(simulation, request->item, &told, span_at_resource(simulation->tracing, request, resource), time_add(at_ns, duration_ns));
}

void simulation_trace_within(struct simulation *simulation, const struct request *request, const char *resource, const char *step,
                             int64_t at_ns, const char *detail)
{
    struct trace_step told = {.time_ns = at_ns, .resource = resource, .attempt = request->attempt + 1u, .step = step, .detail = detail};
    uint32_t id = span_at_resource(simulation->tracing, request, resource);
    uint64_t part = tell(simulation, request->item, &told, id, TIME_FOREVER);
    if (part != 0)
        span_at(simulation->tracing, id)->within = part;
}

/* Where what begins in the open span belongs: within it, or the part of it that lasts as long. */
static struct trace_place inside(const struct tracing *tracing, uint32_t span)
{
    struct trace_place place = *place_of(tracing, span);
    if (span != POOL_NONE && span_at(tracing, span)->within != 0)
        place.span = span_at(tracing, span)->within;
    return place;
}

/* Where the next span belongs: where it was said, or where `item` is, at best at `resource`. */
static struct trace_place take_parent(struct tracing *tracing, uint64_t item, const char *resource)
{
    const struct trace_place said = tracing->from;
    tracing->from = (struct trace_place){0};
    return said.span != 0 ? said : inside(tracing, span_find(tracing, item, resource, false));
}

void simulation_trace_enter(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *name)
{
    struct tracing *tracing = simulation->tracing;
    if (!simulation->tracer->span)
        return;
    const struct trace_place parent = take_parent(tracing, item, resource);
    (void)span_open(simulation, item, attempt, resource, name, &parent, POOL_NONE);
}

void simulation_trace_leave(struct simulation *simulation, uint64_t item, const char *resource, const char *name)
{
    const struct tracing *tracing = simulation->tracing;
    uint32_t id = key_map_find(&tracing->youngest, item);
    while (id != POOL_NONE) {
        const struct open_span *span = span_at(tracing, id);
        if (span->request == POOL_NONE && strcmp(span->name, name) == 0 && (!resource || strcmp(span->at.resource, resource) == 0))
            break;
        id = span->older;
    }
    if (id != POOL_NONE)
        span_close(simulation, id, false);
}

static void remember(struct tracing *tracing, uint32_t id)
{
    if (id != POOL_NONE)
        tracing->from = inside(tracing, id);
}

void simulation_trace_from(struct simulation *simulation, uint64_t item, const char *resource)
{
    remember(simulation->tracing, span_find(simulation->tracing, item, resource, false));
}

void simulation_trace_from_request(struct simulation *simulation, const struct request *request)
{
    remember(simulation->tracing, span_of_request(simulation->tracing, request));
}

void simulation_trace_link(struct simulation *simulation, uint64_t item, const char *resource, uint64_t batch)
{
    struct tracing *tracing = simulation->tracing;
    const struct tracer *tracer = simulation->tracer;
    const struct trace_name from = trace_name_of(simulation, item), to = trace_name_of(simulation, batch);
    bool wanted = trace_is_wanted(simulation, &from);
    trace_want(simulation, to.root, wanted);
    uint32_t id = span_find(tracing, item, resource, false);
    if (!wanted || id == POOL_NONE)
        return;
    if (!room_for(&tracing->links, tracing->link_count + 1u, &tracing->link_capacity, sizeof *tracing->links)) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    tracing->links[tracing->link_count++] = span_at(tracing, id)->at;
    const struct trace_link told = {
        .from_item = from.item, .to_item = to.item, .from_source = from.source, .to_source = to.source, .from = span_at(tracing, id)->at};
    if (tracer->link)
        tracer->link(tracer->context, &told);
}

void simulation_trace_lane(struct simulation *simulation, const struct request *request, const char *kind, uint32_t number)
{
    uint32_t id = span_of_request(simulation->tracing, request);
    if (id == POOL_NONE)
        return;
    struct trace_place *at = &span_at(simulation->tracing, id)->at;
    trace_lane_give(simulation, at->resource, at->lane);
    at->lane = number;
    at->lane_kind = kind;
}

/* The links that were told of belong to this span. */
static void take_links(struct simulation *simulation, uint32_t id)
{
    struct tracing *tracing = simulation->tracing;
    size_t bytes = tracing->link_count * sizeof *tracing->links;
    struct trace_place *links = malloc(bytes ? bytes : 1);
    if (!links) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    memcpy(links, tracing->links, bytes);
    span_at(tracing, id)->links = links;
    span_at(tracing, id)->link_count = tracing->link_count;
    tracing->link_count = 0;
}

void trace_sent(struct simulation *simulation, uint32_t to, const struct request *request)
{
    struct tracing *tracing = simulation->tracing;
    if (!simulation->tracer->span)
        return;
    uint32_t id = span_of_request(tracing, request);
    if (id != POOL_NONE) { /* handed on by whom it was sent to */
        struct open_span *span = span_at(tracing, id);
        trace_lane_give(simulation, span->at.resource, span->at.lane_kind ? 0 : span->at.lane);
        span->at.resource = simulation->entities[to].name;
        span->at.lane = trace_lane_take(simulation, span->at.resource);
        span->at.lane_kind = NULL;
        return;
    }
    const char *sender = request->from == ENTITY_NONE ? NULL : simulation->entities[request->from].name;
    const struct trace_place parent = take_parent(tracing, request->item, sender);
    id = span_open(simulation, request->item, request->attempt, simulation->entities[to].name, "call", &parent, request->id);
    if (id != POOL_NONE && tracing->link_count > 0)
        take_links(simulation, id);
}

void trace_answered(struct simulation *simulation, const struct request *request)
{
    struct tracing *tracing = simulation->tracing;
    uint32_t id = span_of_request(tracing, request);
    if (id == POOL_NONE)
        return;
    span_at(tracing, id)->outcome = fate_names[request->cause->fate];
    span_at(tracing, id)->detail = request->cause->text;
    span_close(simulation, id, false);
}

/* A span that is still open at the end. */
struct left {
    uint64_t span;
    uint32_t id;
};

static int compare_left(const void *a, const void *b)
{
    const struct left *first = a, *second = b;
    return (first->span < second->span) - (first->span > second->span);
}

/* The youngest first, so that children come before their parents here, too. */
void tracing_finish(struct simulation *simulation)
{
    const struct tracing *tracing = simulation->tracing;
    struct left *left = calloc(tracing->spans.used + 1u, sizeof *left);
    uint32_t count = 0;
    if (!left) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    for (uint32_t id = 0; id < tracing->spans.fresh; id++)
        if (span_at(tracing, id)->open)
            left[count++] = (struct left){span_at(tracing, id)->at.span, id};
    qsort(left, count, sizeof *left, compare_left);
    for (uint32_t i = 0; i < count; i++)
        span_close(simulation, left[i].id, true);
    free(left);
}
