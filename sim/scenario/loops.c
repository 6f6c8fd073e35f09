/* loops.c: which entities close a loop: items that they pass on may come back to them. A depth-first search; each edge that leads back to
 * where the search stands closes a loop, and one entity of it that can count marks it. An item then counts once each time round. */
#include "scenario/loader.h"

#include "engine/room.h"
#include "scenario/validation.h"

#include <stdlib.h>

enum colour { NEW, ON_THE_WAY, DONE };

struct search {
    struct loader *loader;
    const size_t *first;   /* of each entity: its first flow, flows being sorted by `from`; one more at the end */
    unsigned char *colour; /* of each entity */
    uint32_t *way;         /* the entities from where the search began to where it stands */
    size_t *next;          /* of each of them: the flow to follow next */
    size_t depth;
};

static int compare_flows(const void *a, const void *b)
{
    const struct flow *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* The loop is the way from its last part that is `to` on. Nearest to the edge that closes it, as that is on every such loop. */
static void mark(struct search *search, uint32_t to)
{
    struct entity_spec *entities = search->loader->scenario->entities;
    size_t begin = search->depth;
    while (search->way[begin - 1] != to)
        begin--;
    begin--;
    for (size_t i = begin; i < search->depth; i++)
        if (entities[search->way[i]].closes_loop)
            return;
    if (entities[to].type->closes_loops) {
        entities[to].closes_loop = true;
        return;
    }
    for (size_t i = search->depth; i > begin; i--)
        if (entities[search->way[i - 1]].type->closes_loops) {
            entities[search->way[i - 1]].closes_loop = true;
            return;
        }
}

static void search_from(struct search *search, uint32_t entity)
{
    search->way[0] = entity;
    search->next[0] = search->first[entity];
    search->colour[entity] = ON_THE_WAY;
    search->depth = 1;
    while (search->depth > 0) {
        uint32_t here = search->way[search->depth - 1];
        size_t flow = search->next[search->depth - 1]++;
        if (flow >= search->first[here + 1]) {
            search->colour[here] = DONE;
            search->depth--;
            continue;
        }
        uint32_t to = search->loader->flows[flow].to;
        if (search->loader->flows[flow].aside)
            continue;
        if (search->colour[to] == ON_THE_WAY)
            mark(search, to);
        if (search->colour[to] != NEW)
            continue;
        search->colour[to] = ON_THE_WAY;
        search->way[search->depth] = to;
        search->next[search->depth++] = search->first[to];
    }
}

void loops_add(struct loader *loader, const struct flow *flow)
{
    if (flow->from == ENTITY_NONE || flow->to == ENTITY_NONE)
        return;
    if (room_for(&loader->flows, loader->flow_count + 1, &loader->flow_capacity, sizeof *loader->flows)) {
        loader->flows[loader->flow_count] = *flow;
        loader->flows[loader->flow_count].order = loader->flow_count;
        loader->flow_count++;
    } else {
        loader->parse.failed = true;
    }
}

void flows_index(const struct loader *loader, size_t *first)
{
    size_t flow = 0;
    for (uint32_t i = 0; i <= loader->scenario->entity_count; i++) {
        while (flow < loader->flow_count && loader->flows[flow].from < i)
            flow++;
        first[i] = flow;
    }
}

void loops_find(struct loader *loader)
{
    const uint32_t count = loader->scenario->entity_count;
    if (loader->flow_count == 0)
        return;
    size_t *first = calloc((size_t)count + 1, sizeof *first), *next = calloc(count, sizeof *next);
    unsigned char *colour = calloc(count, 1);
    uint32_t *way = calloc(count, sizeof *way);
    struct search search = {.loader = loader, .first = first, .colour = colour, .way = way, .next = next};
    if (first && next && colour && way) {
        qsort(loader->flows, loader->flow_count, sizeof *loader->flows, compare_flows);
        flows_index(loader, first);
        for (uint32_t i = 0; i < count; i++)
            if (colour[i] == NEW)
                search_from(&search, i);
    } else {
        loader->parse.failed = true;
    }
    free(first);
    free(next);
    free(colour);
    free(way);
}
