/* extract.c: resources that are said in another's properties. */
#include "scenario/extract.h"

#include "document/json_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Does the resource say of another what the row tells of? */
static bool is_said(const struct extraction *row, const cJSON *resource)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    const cJSON *said = cJSON_GetObjectItemCaseSensitive(properties, row->property);
    const cJSON *other = row->unless ? cJSON_GetObjectItemCaseSensitive(properties, row->unless) : NULL;
    return cJSON_IsString(type) && strcmp(row->on_type, type->valuestring) == 0 && said && !parse_is_nothing(said) &&
           (!other || parse_is_nothing(other));
}

size_t extract_count(const struct model_registry *registry, const cJSON *resources)
{
    size_t count = 0;
    for (const struct extraction *row = registry->extractions; row && row->on_type; row++)
        for (const cJSON *resource = resources->child; resource; resource = resource->next)
            count += is_said(row, resource);
    return count;
}

/* The new resource's properties. NULL when memory is out. */
static cJSON *take_properties(struct parse *parse, const struct extraction *row, const cJSON *owner)
{
    cJSON *from = cJSON_GetObjectItemCaseSensitive(owner, "Properties"), *to = cJSON_CreateObject();
    if (!to)
        return NULL;
    struct place place = places_of(parse->places, cJSON_GetObjectItemCaseSensitive(from, row->property));
    places_set(parse->places, to, place.file, place.line, place.column);
    for (const char *const *name = row->moved; *name; name++) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(from, *name);
        if (item && !json_put(parse->places, to, *name, cJSON_DetachItemViaPointer(from, item))) {
            places_delete(parse->places, to);
            return NULL;
        }
    }
    return to;
}

/* A copy of what the property holds, and whose it is: its alias, where one is published by itself. NULL when memory is out. */
static cJSON *copy_properties(struct parse *parse, const struct model_registry *registry, const struct extraction *row, const cJSON *owner)
{
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(owner, "Properties"), row->property);
    cJSON *to = cJSON_IsObject(from) ? json_copy(parse->places, from) : cJSON_CreateObject();
    cJSON *name = rewrite_owner_name(registry, owner);
    if (name)
        json_set_places(parse->places, name, places_of(parse->places, from));
    if (to && name && json_put(parse->places, to, row->owner, name))
        return to;
    places_delete(parse->places, to);
    return NULL;
}

static bool extract(struct parse *parse, const struct model_registry *registry, const struct extraction *row, cJSON *owner,
                    cJSON *resources, struct rewritten_list *list)
{
    struct place place = places_of(parse->places, cJSON_GetObjectItemCaseSensitive(owner, "Properties"));
    cJSON *resource = cJSON_CreateObject(), *type = cJSON_CreateString(row->makes_type),
          *properties = row->moved ? take_properties(parse, row, owner) : copy_properties(parse, registry, row, owner);
    const char *kept = store_string(parse->store, owner->string);
    char *name = NULL;
    if (!resource || !type || !properties || !kept || asprintf(&name, "%s%s", owner->string, row->suffix) < 0) {
        cJSON_Delete(resource);
        cJSON_Delete(type);
        places_delete(parse->places, properties);
        return false;
    }
    places_set(parse->places, resource, place.file, place.line, place.column);
    places_set(parse->places, type, place.file, place.line, place.column);
    bool good = json_put(parse->places, resource, "Type", type) && json_put(parse->places, resource, "Properties", properties) &&
                cJSON_AddItemToObject(resources, name, resource);
    free(name);
    if (good)
        list->made[list->count++] = (struct rewritten){.node = resource, .owner = kept, .extraction = row};
    return good;
}

bool extract_resources(struct parse *parse, const struct model_registry *registry, cJSON *resources, struct rewritten_list *list)
{
    const cJSON *last = resources->child ? resources->child->prev : NULL; /* what is made comes behind it */
    bool good = true;
    for (const struct extraction *row = registry->extractions; row && row->on_type; row++)
        for (cJSON *resource = resources->child; resource && good; resource = resource == last ? NULL : resource->next)
            good = !is_said(row, resource) || extract(parse, registry, row, resource, resources, list);
    return good;
}
