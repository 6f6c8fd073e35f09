/* inner_parts.c: the parts that entities have inside, such as the shards of a stream: they come behind all that the file names, so that no
 * index changes, and get their names for outputs, expectations and lists. */
#include "scenario/loader.h"

#include <stdio.h>
#include <string.h>

static uint32_t count_of(const struct loader *loader, uint32_t entity)
{
    const struct inner_parts *inner = loader->scenario->entities[entity].type->inner;
    return inner ? inner->count(loader->origins[entity].config) : 0;
}

static void add_parts(struct loader *loader, uint32_t owner)
{
    struct scenario *scenario = loader->scenario;
    const struct inner_parts *inner = scenario->entities[owner].type->inner;
    const uint32_t first = scenario->entity_count, count = count_of(loader, owner);
    for (uint32_t i = 0; i < count; i++) {
        char name[600];
        if (inner->name_of)
            snprintf(name, sizeof name, "%.255s/%.255s", scenario->entities[owner].name, inner->name_of(loader->origins[owner].config, i));
        else
            snprintf(name, sizeof name, "%.255s/%s-%u", scenario->entities[owner].name, inner->name, i);
        void *config = entity_defaults(loader, inner->type);
        scenario->entities[first + i] =
            (struct entity_spec){.name = store_string(loader->parse.store, name), .type = inner->type, .config = config};
        scenario->entity_places[first + i] = scenario->entity_places[owner];
        loader->origins[first + i] =
            (struct origin){.kind = ORIGIN_INNER, .node = loader->origins[owner].node, .whole = owner, .config = config};
        scenario->entity_count++;
    }
    if (count > 0)
        memcpy((char *)loader->origins[owner].config + inner->first_offset, &first, sizeof first);
}

void inner_parts_add(struct loader *loader)
{
    struct scenario *scenario = loader->scenario;
    const uint32_t named = scenario->entity_count;
    size_t count = named;
    for (uint32_t i = 0; i < named; i++)
        count += count_of(loader, i);
    if (count == named || count >= ENTITY_NONE)
        return;
    struct scenario_store *store = loader->parse.store;
    struct entity_spec *entities = store_alloc(store, count, sizeof *entities);
    struct place *places = store_alloc(store, count, sizeof *places);
    struct origin *origins = store_alloc(store, count, sizeof *origins);
    if (!entities || !places || !origins)
        return;
    memcpy(entities, scenario->entities, named * sizeof *entities);
    memcpy(places, scenario->entity_places, named * sizeof *places);
    memcpy(origins, loader->origins, named * sizeof *origins);
    scenario->entities = entities;
    scenario->entity_places = places;
    loader->origins = origins;
    for (uint32_t i = 0; i < named; i++)
        if (scenario->entities[i].type->inner)
            add_parts(loader, i);
    (void)entities_list_names(loader); /* a failure stays in the store */
}
