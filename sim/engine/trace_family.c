/* trace_family.c: which items belong together, who made the first of them, and which traces are told of. */
#include "engine/random.h"
#include "engine/room.h"
#include "engine/trace_state.h"

#include <stdlib.h>

static int compare_origins(const void *a, const void *b)
{
    const struct item_origin *left = a, *right = b;
    return left->salt != right->salt ? (left->salt > right->salt) - (left->salt < right->salt)
                                     : (left->entity > right->entity) - (left->entity < right->entity);
}

/* An item does not say where it comes from, its number does: so only who traces pays for it. Whoever gets answers may make items. */
static enum status make_origins(const struct simulation *simulation, struct tracing *tracing)
{
    tracing->origins = calloc(simulation->entity_count + 1u, sizeof *tracing->origins);
    if (!tracing->origins)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < simulation->entity_count; i++)
        if (simulation->entities[i].type->done)
            tracing->origins[tracing->origin_count++] = (struct item_origin){item_salt(simulation->entities[i].name), i};
    qsort(tracing->origins, tracing->origin_count, sizeof *tracing->origins, compare_origins);
    return STATUS_OK;
}

enum status tracing_new(struct simulation *simulation)
{
    struct memory_account *memory = &simulation->memory;
    struct tracing *tracing = calloc(1, sizeof *tracing);
    if (!tracing)
        return STATUS_NO_MEMORY;
    simulation->tracing = tracing;
    key_map_init(&tracing->family.places, memory, "items");
    key_map_init(&tracing->wanted, memory, "traces");
    key_map_init(&tracing->youngest, memory, "spans");
    key_map_init(&tracing->lane_places, memory, "spans");
    pool_init(&tracing->spans, sizeof(struct open_span), memory, "spans");
    pool_init(&tracing->parts, sizeof(struct span_part), memory, "spans");
    return make_origins(simulation, tracing);
}

void tracing_free(struct tracing *tracing)
{
    if (!tracing)
        return;
    for (uint32_t i = 0; i < tracing->spans.fresh; i++)
        if (span_at(tracing, i)->open)
            free(span_at(tracing, i)->links);
    for (uint32_t i = 0; i < tracing->lane_count; i++)
        free(tracing->lanes[i].free);
    free(tracing->lanes);
    free(tracing->links);
    free(tracing->of_request);
    free(tracing->origins);
    free(tracing->family.parents);
    key_map_fini(&tracing->family.places);
    key_map_fini(&tracing->wanted);
    key_map_fini(&tracing->youngest);
    key_map_fini(&tracing->lane_places);
    pool_fini(&tracing->spans);
    pool_fini(&tracing->parts);
    free(tracing);
}

void simulation_derive(struct simulation *simulation, uint64_t child, uint64_t parent)
{
    struct item_family *family = &simulation->tracing->family;
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

bool trace_parent_of(const struct tracing *tracing, uint64_t item, uint64_t *parent)
{
    uint32_t place = key_map_find(&tracing->family.places, item);
    if (place == POOL_NONE)
        return false;
    *parent = tracing->family.parents[place];
    return true;
}

/* The nearest salt below: salts are spread over 2^44, ordinals come to far less. NULL where no entity can have made it. */
static const struct item_origin *origin_of(const struct tracing *tracing, uint64_t item)
{
    uint32_t low = 0, high = tracing->origin_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (tracing->origins[middle].salt <= item)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &tracing->origins[low - 1] : NULL;
}

struct trace_name trace_name_of(const struct simulation *simulation, uint64_t item)
{
    const struct tracing *tracing = simulation->tracing;
    for (uint32_t left = tracing->family.count; left > 0 && trace_parent_of(tracing, item, &item); left--)
        ;
    const struct item_origin *origin = origin_of(tracing, item);
    return (struct trace_name){item, item - (origin ? origin->salt : 0), origin ? simulation->entities[origin->entity].name : ""};
}

void trace_want(struct simulation *simulation, uint64_t root, bool wanted)
{
    struct key_map *map = &simulation->tracing->wanted;
    if (!simulation->tracer->root)
        return;
    uint32_t known = key_map_find(map, root);
    if (known == 1 || (known == 0 && !wanted))
        return;
    if (known == 0)
        key_map_remove(map, root);
    enum status status = key_map_put(map, root, wanted);
    if (status != STATUS_OK)
        simulation_fail(simulation, status);
}

bool trace_is_wanted(struct simulation *simulation, const struct trace_name *name)
{
    const struct tracer *tracer = simulation->tracer;
    if (!tracer->root)
        return true;
    uint32_t known = key_map_find(&simulation->tracing->wanted, name->root);
    if (known != POOL_NONE)
        return known == 1;
    const struct trace_root root = {
        .time_ns = simulation->now_ns, .seed = simulation->settings->seed, .key = name->root, .item = name->item, .source = name->source};
    bool wanted = tracer->root(tracer->context, &root);
    trace_want(simulation, name->root, wanted);
    return wanted;
}
