/* multiply.c: what one resource of a template stands for, written out. */
#include "scenario/multiply.h"

#include "document/json_edit.h"

#include <stdio.h>
#include <string.h>

/* One of them: {"Type": ..., "Properties": {owner: name, key: what `said` holds}}. */
static bool add(struct parse *parse, const struct multiple *row, cJSON *resources, const cJSON *owner, const cJSON *said, const char *name)
{
    cJSON *resource = cJSON_CreateObject(), *properties = cJSON_CreateObject(), *type = cJSON_CreateString(row->makes_type),
          *whose = cJSON_CreateString(owner->string), *copy = cJSON_Duplicate(said, true);
    bool good = resource && properties && type && whose && copy;
    if (!good) {
        cJSON_Delete(resource);
        cJSON_Delete(properties);
        cJSON_Delete(type);
        cJSON_Delete(whose);
        cJSON_Delete(copy);
        return false;
    }
    good = cJSON_AddItemToObject(properties, row->owner, whose) && cJSON_AddItemToObject(properties, row->key, copy) &&
           cJSON_AddItemToObject(resource, "Type", type) && cJSON_AddItemToObject(resource, "Properties", properties);
    if (!good) {
        cJSON_Delete(resource); /* what had no place in it is lost with the run */
        return false;
    }
    json_set_places(parse->places, resource, places_of(parse->places, said));
    return json_put(parse->places, resources, name, resource);
}

static bool multiply(struct parse *parse, const struct multiple *row, cJSON *resources, const cJSON *owner, const cJSON *said)
{
    struct parse_path all = {NULL, "Resources", 0}, path = {&all, owner->string, 0};
    bool good = true;
    for (uint32_t i = 1; i <= row->count && good; i++) {
        char name[300];
        snprintf(name, sizeof name, "%.200s%s%u", owner->string, row->suffix, i);
        if (cJSON_GetObjectItemCaseSensitive(resources, name))
            parse_error(parse, said, &path, "call the other one otherwise", "%s is what one of its own is called", name);
        else
            good = add(parse, row, resources, owner, said, name);
    }
    return good;
}

bool multiply_resources(struct parse *parse, const struct model_registry *registry, cJSON *resources)
{
    const cJSON *last = resources->child ? resources->child->prev : NULL; /* what is made comes behind it */
    for (const cJSON *resource = resources->child; resource; resource = resource == last ? NULL : resource->next) {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
        const cJSON *properties = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
        for (const struct multiple *row = registry->multiples; row && row->on_type && cJSON_IsString(type); row++) {
            const cJSON *said = cJSON_GetObjectItemCaseSensitive(properties, row->property);
            if (strcmp(type->valuestring, row->on_type) == 0 && said && !multiply(parse, row, resources, resource, said))
                return false;
        }
    }
    return true;
}
