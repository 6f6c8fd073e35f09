/* publish.c: what publishing makes of a template, before anything else is read. */
#include "scenario/publish.h"

#include "document/json_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct publishing {
    struct parse *parse;
    cJSON *tree, *resources;
    struct published_list *list;
};

static const cJSON *properties_of(const cJSON *resource)
{
    return cJSON_GetObjectItemCaseSensitive(resource, "Properties");
}

static const struct publication *publication_of(const struct model_registry *registry, const cJSON *resource)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
    for (const struct publication *row = registry->publications; row && row->on_type; row++)
        if (cJSON_IsString(type) && strcmp(type->valuestring, row->on_type) == 0)
            return row;
    return NULL;
}

/* The alias that the resource names; NULL: none. */
static const char *alias_of(const cJSON *resource, const struct publication *row)
{
    const cJSON *alias = row->alias ? cJSON_GetObjectItemCaseSensitive(properties_of(resource), row->alias) : NULL;
    return cJSON_IsString(alias) && alias->valuestring[0] ? alias->valuestring : NULL;
}

static void put(struct publishing *publishing, cJSON *object, const char *key, cJSON *item)
{
    if (!item || !json_put(publishing->parse->places, object, key, item))
        publishing->parse->failed = true;
}

/* {"Type": type, "Properties": {owner: name}} under a new name, at the place of `origin`; its Properties, or NULL. */
static cJSON *add_resource(struct publishing *publishing, const char *name, const char *type, const char *owner_key, const char *owner,
                           const cJSON *origin)
{
    struct place place = places_of(publishing->parse->places, origin);
    struct published *published = &publishing->list->made[publishing->list->count];
    cJSON *resource = cJSON_CreateObject(), *properties = cJSON_CreateObject(), *type_node = cJSON_CreateString(type),
          *owner_node = cJSON_CreateString(owner);
    if (!resource || !properties || !type_node || !owner_node || !cJSON_AddItemToObject(resource, "Type", type_node) ||
        !cJSON_AddItemToObject(resource, "Properties", properties) || !cJSON_AddItemToObject(properties, owner_key, owner_node) ||
        !cJSON_AddItemToObject(publishing->resources, name, resource)) {
        publishing->parse->failed = true; /* what was made is lost with the run */
        return NULL;
    }
    json_set_places(publishing->parse->places, resource, place);
    places_set_key(publishing->parse->places, resource, place.line, place.column);
    *published = (struct published){.node = resource, .owner = owner};
    publishing->list->count++;
    return properties;
}

static void publish_alias(struct publishing *publishing, const struct publication *row, cJSON *resource, const char *alias)
{
    char version[300], name[600];
    const char *owner = resource->string;
    snprintf(version, sizeof version, "%.255sVersion1", owner);
    snprintf(name, sizeof name, "%.255sAlias%.255s", owner, alias);
    if (cJSON_GetObjectItemCaseSensitive(publishing->resources, name) || cJSON_GetObjectItemCaseSensitive(publishing->resources, version))
        return; /* written out in full already */
    (void)add_resource(publishing, version, row->version_type, row->owner, owner, resource);
    cJSON *properties = add_resource(publishing, name, row->alias_type, row->owner, owner, resource);
    if (!properties)
        return;
    put(publishing, properties, "Name", cJSON_CreateString(alias));
    put(publishing, properties, "FunctionVersion", cJSON_CreateString(version));
    cJSON *given = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    for (const char *const *key = row->moved; key && *key; key++) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(given, *key);
        if (item)
            put(publishing, properties, *key, cJSON_DetachItemViaPointer(given, item));
    }
}

/* How many versions of `owner` there are so far. */
static size_t count_versions(const struct publishing *publishing, const struct publication *row, const char *owner)
{
    size_t count = 0;
    for (const cJSON *resource = publishing->resources->child; resource; resource = resource->next) {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
        const cJSON *of = cJSON_GetObjectItemCaseSensitive(properties_of(resource), row->owner);
        const cJSON *name = cJSON_IsObject(of) ? of->child : of; /* {"Ref": "Api"} */
        bool is_version = cJSON_IsString(type) &&
                          (strcmp(type->valuestring, row->version_type) == 0 || strcmp(type->valuestring, row->deployed_type) == 0);
        count += is_version && cJSON_IsString(name) && strcmp(name->valuestring, owner) == 0;
    }
    return count;
}

/* One more version, with what the entry says of it. */
static void publish_deployment(struct publishing *publishing, const struct publication *row, const cJSON *entry, size_t index,
                               const char *owner)
{
    struct places *places = publishing->parse->places;
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(entry, "Properties");
    const cJSON *behavior = cJSON_GetObjectItemCaseSensitive(entry, "behavior");
    char name[300];
    snprintf(name, sizeof name, "%.255sVersion%zu", owner, count_versions(publishing, row, owner) + 1);
    if (cJSON_GetObjectItemCaseSensitive(publishing->resources, name))
        return;
    cJSON *properties = add_resource(publishing, name, row->deployed_type, row->owner, owner, entry);
    if (properties)
        publishing->list->made[publishing->list->count - 1] =
            (struct published){.node = publishing->list->made[publishing->list->count - 1].node, .change = index};
    for (const cJSON *item = cJSON_IsObject(given) && properties ? given->child : NULL; item; item = item->next)
        put(publishing, properties, item->string, json_copy(places, item));
    if (!properties || !behavior)
        return;
    cJSON *all = cJSON_GetObjectItemCaseSensitive(publishing->tree, "behavior");
    if (!all) {
        all = cJSON_CreateObject();
        put(publishing, publishing->tree, "behavior", all);
    }
    if (all)
        put(publishing, all, name, json_copy(places, behavior));
}

void publish_versions(struct parse *parse, const struct model_registry *registry, cJSON *tree, struct published_list *list)
{
    struct publishing publishing = {parse, tree, cJSON_GetObjectItemCaseSensitive(tree, "Resources"), list};
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(tree, "changes");
    if (!registry->publications || !cJSON_IsObject(publishing.resources))
        return;
    size_t room = 2 * (size_t)cJSON_GetArraySize(publishing.resources) + (size_t)cJSON_GetArraySize(changes), index = 0;
    *list = (struct published_list){.made = store_alloc(parse->store, room, sizeof *list->made)};
    if (!list->made)
        return;
    const cJSON *last = publishing.resources->child ? publishing.resources->child->prev : NULL;
    for (cJSON *resource = publishing.resources->child; resource; resource = resource == last ? NULL : resource->next) {
        const struct publication *row = publication_of(registry, resource);
        const char *alias = row ? alias_of(resource, row) : NULL;
        if (alias)
            publish_alias(&publishing, row, resource, alias);
    }
    for (const cJSON *entry = cJSON_IsArray(changes) ? changes->child : NULL; entry; entry = entry->next, index++) {
        const cJSON *deployed = cJSON_GetObjectItemCaseSensitive(entry, "deploy");
        const cJSON *owner = cJSON_IsObject(deployed) ? deployed->child : deployed; /* {"Ref": "Api"} */
        const cJSON *resource = cJSON_IsString(owner) ? cJSON_GetObjectItemCaseSensitive(publishing.resources, owner->valuestring) : NULL;
        const struct publication *row = resource ? publication_of(registry, resource) : NULL;
        if (row)
            publish_deployment(&publishing, row, entry, index, owner->valuestring);
    }
}
