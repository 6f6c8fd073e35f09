/* origin.c: where an entity is described, as the user knows it, and what it begins with. */
#include "notation/property_parse.h"

#include "engine/room.h"
#include "scenario/loader.h"

#include <stdlib.h>
#include <string.h>

/* Where a short form is written. */
static const struct parse_path *rewritten_path(const struct rewritten *rewritten, struct parse_path steps[ORIGIN_STEPS])
{
    const char *const names[] = {"Resources", rewritten->owner, "Properties", rewritten->row->property, rewritten->entry, "Properties"};
    size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++)
        steps[i] = (struct parse_path){i > 0 ? &steps[i - 1] : NULL, names[i], 0};
    return &steps[count - 1];
}

/* Where it is said what a version or an alias is that no resource of the file's own describes. */
static const struct parse_path *published_path(const struct published *published, bool behavior, struct parse_path steps[ORIGIN_STEPS])
{
    const char *part = behavior ? "behavior" : "Properties";
    steps[0] = (struct parse_path){NULL, published->owner ? "Resources" : "changes", 0};
    steps[1] = (struct parse_path){&steps[0], published->owner, published->change};
    steps[2] = (struct parse_path){&steps[1], part, 0};
    return &steps[2];
}

const struct parse_path *origin_path(const struct loader *loader, uint32_t entity, bool behavior, struct parse_path steps[ORIGIN_STEPS])
{
    const struct origin *origin = &loader->origins[entity];
    bool is_resource = origin->kind == ORIGIN_RESOURCE && origin->node->string; /* a part's own name is none of the file's */
    const char *name = is_resource ? origin->node->string : loader->scenario->entities[entity].name;
    if (origin->published && !(behavior && (origin->own_behavior || origin->published->owner)))
        return published_path(origin->published, behavior, steps);
    if (behavior) {
        bool own = origin->kind != ORIGIN_FLEET || origin->own_behavior;
        steps[0] = own ? (struct parse_path){NULL, "behavior", 0} : (struct parse_path){NULL, "fleet", 0};
        steps[1] = (struct parse_path){&steps[0], own ? name : "behavior", 0};
        return &steps[1];
    }
    switch (origin->kind) {
    case ORIGIN_ACCOUNT:
        steps[0] = (struct parse_path){NULL, "account", 0};
        return &steps[0];
    case ORIGIN_RESOURCE:
        if (origin->rewritten && origin->rewritten->entry)
            return rewritten_path(origin->rewritten, steps);
        steps[0] = (struct parse_path){NULL, "Resources", 0};
        steps[1] = (struct parse_path){&steps[0], origin->rewritten ? origin->rewritten->owner : name, 0};
        steps[2] = (struct parse_path){&steps[1], "Properties", 0};
        if (origin->rewritten && origin->rewritten->extraction && !origin->rewritten->extraction->moved) {
            steps[3] = (struct parse_path){&steps[2], origin->rewritten->extraction->property, 0};
            return &steps[3];
        }
        return &steps[2];
    case ORIGIN_SOURCE:
        steps[0] = (struct parse_path){NULL, "traffic", 0};
        steps[1] = name[0] == '[' ? (struct parse_path){&steps[0], NULL, strtoul(name + 1, NULL, 10)} /* it has no name */
                                  : (struct parse_path){&steps[0], name, 0};
        return &steps[1];
    default:
        steps[0] = (struct parse_path){NULL, "fleet", 0};
        steps[1] = (struct parse_path){&steps[0], "Properties", 0};
        return origin->kind == ORIGIN_FLEET ? &steps[1] : &steps[0];
    }
}

void *entity_defaults(struct loader *loader, const struct model_type *type)
{
    struct scenario_store *store = loader->parse.store;
    void *blob = store_alloc(store, 1, type->size);
    size_t i = 0;
    while (i < loader->defaults_count && loader->defaults[i].type != type)
        i++;
    if (!blob || i < loader->defaults_count) {
        if (blob)
            memcpy(blob, loader->defaults[i].blob, type->size);
        return blob;
    }
    if (!room_for(&loader->defaults, i + 1, &loader->defaults_capacity, sizeof *loader->defaults)) {
        loader->parse.failed = true;
        return blob;
    }
    void *kept = store_alloc(store, 1, type->size);
    if (!kept)
        return NULL;
    property_defaults(&loader->parse, type->properties, kept);
    property_defaults(&loader->parse, type->behavior, kept);
    loader->defaults[loader->defaults_count++] = (struct type_defaults){type, kept};
    memcpy(blob, kept, type->size);
    return blob;
}
