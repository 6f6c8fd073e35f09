/* trace_span.c: the spans that are open: found by their item, closed by whoever opened them. */
#include "engine/room.h"
#include "engine/trace_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t span_of_request(const struct tracing *tracing, const struct request *request)
{
    return request->id < tracing->request_capacity ? tracing->of_request[request->id] : POOL_NONE;
}

static uint32_t youngest_of(const struct tracing *tracing, uint64_t item, const char *resource)
{
    uint32_t id = key_map_find(&tracing->youngest, item);
    while (resource && id != POOL_NONE && strcmp(span_at(tracing, id)->at.resource, resource) != 0)
        id = span_at(tracing, id)->older;
    return id;
}

uint32_t span_find(const struct tracing *tracing, uint64_t item, const char *resource, bool strict)
{
    for (int any = 0; any < (strict ? 1 : 2); any++) {
        uint64_t at = item;
        uint32_t left = tracing->family.count;
        do {
            uint32_t id = youngest_of(tracing, at, any ? NULL : resource);
            if (id != POOL_NONE)
                return id;
        } while (left-- > 0 && trace_parent_of(tracing, at, &at));
    }
    return POOL_NONE;
}

static bool keep_request(struct tracing *tracing, uint32_t request, uint32_t id)
{
    size_t before = tracing->request_capacity;
    if (!room_for(&tracing->of_request, request + 1u, &tracing->request_capacity, sizeof *tracing->of_request))
        return false;
    for (size_t i = before; i < tracing->request_capacity; i++)
        tracing->of_request[i] = POOL_NONE;
    tracing->of_request[request] = id;
    return true;
}

static enum status set_youngest(struct tracing *tracing, uint64_t item, uint32_t id)
{
    key_map_remove(&tracing->youngest, item);
    return id == POOL_NONE ? STATUS_OK : key_map_put(&tracing->youngest, item, id);
}

uint32_t span_open(struct simulation *simulation, uint64_t item, uint32_t attempt, const char *resource, const char *name,
                   const struct trace_place *parent, uint32_t request)
{
    struct tracing *tracing = simulation->tracing;
    uint32_t id = pool_take(&tracing->spans);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    struct open_span *span = span_at(tracing, id);
    *span = (struct open_span){
        .older = key_map_find(&tracing->youngest, item),
        .newer = POOL_NONE,
        .item = item,
        .at = {.span = ++tracing->last_id, .resource = resource, .lane = trace_lane_take(simulation, resource)},
        .parent = *parent,
        .begin_ns = simulation->now_ns,
        .attempt = attempt,
        .request = request,
        .parts = POOL_NONE,
        .newest = POOL_NONE,
        .name = name,
        .outcome = "",
        .detail = "",
        .open = true,
    };
    if (span->older != POOL_NONE)
        span_at(tracing, span->older)->newer = id;
    simulation_fail(simulation, set_youngest(tracing, item, id));
    if (request != POOL_NONE && !keep_request(tracing, request, id))
        simulation_fail(simulation, STATUS_NO_MEMORY);
    return id;
}

uint64_t span_part_add(struct simulation *simulation, struct open_span *span, const struct trace_step *step, int64_t end_ns)
{
    struct tracing *tracing = simulation->tracing;
    uint32_t id = pool_take(&tracing->parts);
    if (id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return 0;
    }
    struct span_part *part = pool_at(&tracing->parts, id);
    *part = (struct span_part){.next = POOL_NONE,
                               .attempt = step->attempt,
                               .id = ++tracing->last_id,
                               .begin_ns = step->time_ns,
                               .end_ns = end_ns,
                               .name = step->step};
    (void)snprintf(part->detail, sizeof part->detail, "%s", step->detail);
    if (span->newest == POOL_NONE)
        span->parts = id;
    else
        ((struct span_part *)pool_at(&tracing->parts, span->newest))->next = id;
    span->newest = id;
    return part->id;
}

/* The steps that lasted, as far as they came. Where two overlap, the later is beside the lane. */
static void tell_parts(struct simulation *simulation, const struct open_span *span, const struct trace_name *name, bool wanted)
{
    struct tracing *tracing = simulation->tracing;
    const struct tracer *tracer = simulation->tracer;
    int64_t end_ns = simulation->now_ns, until_ns = span->begin_ns;
    for (uint32_t id = span->parts; id != POOL_NONE;) {
        const struct span_part *part = pool_at(&tracing->parts, id);
        uint32_t next = part->next;
        const struct trace_span told = {
            .at = {.span = part->id, .resource = span->at.resource, .lane = span->at.lane, .lane_kind = span->at.lane_kind},
            .parent = span->at,
            .item = name->item,
            .source = name->source,
            .attempt = part->attempt,
            .begin_ns = part->begin_ns,
            .end_ns = part->end_ns < end_ns ? part->end_ns : end_ns,
            .name = part->name,
            .outcome = "",
            .detail = part->detail,
            .beside = (part->begin_ns < until_ns),
            .unfinished = (part->end_ns > end_ns && part->end_ns != TIME_FOREVER),
        };
        if (told.end_ns >= told.begin_ns) {
            until_ns = told.end_ns > until_ns ? told.end_ns : until_ns;
            if (wanted)
                tracer->span(tracer->context, &told);
        }
        pool_give(&tracing->parts, id);
        id = next;
    }
}

static void forget(struct simulation *simulation, uint32_t id)
{
    struct tracing *tracing = simulation->tracing;
    struct open_span *span = span_at(tracing, id);
    if (span->older != POOL_NONE)
        span_at(tracing, span->older)->newer = span->newer;
    if (span->newer != POOL_NONE)
        span_at(tracing, span->newer)->older = span->older;
    else
        simulation_fail(simulation, set_youngest(tracing, span->item, span->older));
    if (span->request != POOL_NONE)
        tracing->of_request[span->request] = POOL_NONE;
    if (!span->at.lane_kind)
        trace_lane_give(simulation, span->at.resource, span->at.lane);
    free(span->links);
    span->open = false;
    pool_give(&tracing->spans, id);
}

void span_close(struct simulation *simulation, uint32_t id, bool unfinished)
{
    const struct open_span *span = span_at(simulation->tracing, id);
    const struct trace_name name = trace_name_of(simulation, span->item);
    bool wanted = trace_is_wanted(simulation, &name);
    tell_parts(simulation, span, &name, wanted);
    const struct trace_span told = {
        .at = span->at,
        .parent = span->parent,
        .links = span->links,
        .link_count = span->link_count,
        .item = name.item,
        .source = name.source,
        .attempt = span->attempt + 1u,
        .begin_ns = span->begin_ns,
        .end_ns = simulation->now_ns,
        .name = span->name,
        .outcome = span->outcome,
        .detail = span->detail,
        .unfinished = unfinished,
    };
    if (wanted)
        simulation->tracer->span(simulation->tracer->context, &told);
    forget(simulation, id);
}
