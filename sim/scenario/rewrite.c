/* rewrite.c: short forms of a template, written out. */
#include "scenario/rewrite.h"

#include "document/json_edit.h"
#include "scenario/extract.h"
#include "scenario/multiply.h"
#include "scenario/resource_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rewriting {
    struct parse *parse;
    const struct model_registry *registry;
    cJSON *resources;
    struct rewritten_list *list;
    size_t entries; /* of all short forms */
};

/* One resource, and its property that holds short forms. */
struct holder {
    const cJSON *resource;
    const char *type; /* of the resource */
    const char *property;
    const struct parse_path *path; /* of the property */
};

static const struct rewrite *row_of(const struct model_registry *registry, const struct holder *holder, const char *entry_type)
{
    for (const struct rewrite *row = registry->rewrites; row && row->on_type; row++)
        if (strcmp(row->on_type, holder->type) == 0 && strcmp(row->property, holder->property) == 0 &&
            strcmp(row->entry_type, entry_type) == 0)
            return row;
    return NULL;
}

#define ENTRIES_MOST 64u

/* Says why no row makes anything of an entry's type: a template may well hold it, or it is no type. */
static void report_entry_type(struct rewriting *rewriting, const struct holder *holder, const cJSON *type, const struct parse_path *path)
{
    const struct model_registry *registry = rewriting->registry;
    const char *names[ENTRIES_MOST];
    char hint[PARSE_HINT], listed[PARSE_HINT], shown[PARSE_SHOWN];
    size_t count = 0;
    for (const struct rewrite *row = registry->rewrites; row && row->on_type && count < ENTRIES_MOST; row++)
        if (strcmp(row->on_type, holder->type) == 0 && strcmp(row->property, holder->property) == 0)
            names[count++] = row->entry_type;
    size_t simulated = count;
    for (const char *const *later = registry->later_entries; later && *later && count < ENTRIES_MOST; later++)
        names[count++] = *later;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], type->valuestring) == 0) {
            parse_warning(rewriting->parse, type, path, NULL, "not modelled yet: an event of type \"%s\" has no effect on this simulation",
                          type->valuestring);
            return;
        }
    if (!parse_suggestion(rewriting->parse, type->valuestring, names, count, hint))
        snprintf(hint, sizeof hint, "there are %.500s", parse_list_names(names, simulated, listed));
    parse_error(rewriting->parse, type, path, hint, "there is no event of type %s", parse_show(type, shown));
}

/* The row of an entry that will be a resource; NULL after saying why it will not. */
static const struct rewrite *entry_row(struct rewriting *rewriting, const struct holder *holder, const cJSON *entry,
                                       const struct parse_path *path)
{
    static const char *const known[] = {"Type", "Properties"};
    struct parse *parse = rewriting->parse;
    struct parse_path type_path = {path, known[0], 0}, properties_path = {path, known[1], 0};
    char shown[PARSE_SHOWN];
    bool good = true;
    if (!parse_expect_object(parse, entry, path, "write {\"Type\": ..., \"Properties\": {...}}"))
        return NULL;
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(entry, known[0]);
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(entry, known[1]);
    if (!cJSON_IsString(type)) {
        parse_error(parse, type ? type : entry, path, NULL, type ? "\"Type\" must be a string, got %s" : "\"Type\" is missing",
                    type ? parse_show(type, shown) : "");
        return NULL;
    }
    const struct rewrite *row = row_of(rewriting->registry, holder, type->valuestring);
    if (!row || !resource_type_find(rewriting->registry, row->makes_type)) {
        report_entry_type(rewriting, holder, type, &type_path);
        return NULL;
    }
    for (const cJSON *item = entry->child; item; item = item->next) {
        if (strcmp(item->string, known[0]) == 0 || strcmp(item->string, known[1]) == 0)
            continue;
        struct parse_path key = {path, item->string, 0};
        char hint[PARSE_HINT];
        if (!parse_suggestion(parse, item->string, known, 2, hint))
            snprintf(hint, sizeof hint, "it stands in \"Properties\": {\"%.60s\": ...}", item->string);
        parse_key_error(parse, item, &key, hint, "unknown key \"%s\"", item->string);
        good = false;
    }
    if (properties && !parse_is_nothing(properties))
        good = parse_expect_object(parse, properties, &properties_path, NULL) && good;
    return good ? row : NULL;
}

static const struct inner_form *form_of(const struct model_registry *registry, const char *type)
{
    for (const struct inner_form *form = registry->inner_forms; form && form->type; form++)
        if (strcmp(form->type, type) == 0)
            return form;
    return NULL;
}

/* Words that the short form has for others. What cannot be said for want of memory is said as it was written. */
static void translate(struct parse *parse, const struct inner_form *form, cJSON *properties)
{
    for (const char *const *row = form ? form->words : NULL; row && row[0]; row += 4) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(properties, row[0]);
        char *text = item ? json_scalar_text(item) : NULL;
        cJSON *meant = text && strcmp(text, row[1]) == 0 ? cJSON_CreateString(row[3]) : NULL;
        free(text);
        if (!meant)
            continue;
        json_set_places(parse->places, meant, places_of(parse->places, item));
        json_remove(parse->places, properties, item);
        parse->failed = !json_put(parse->places, properties, row[2], meant) || parse->failed;
    }
}

/* Moves `key` from one object to the other, if it is there. */
static bool move_key(struct parse *parse, cJSON *from, cJSON *to, const char *key)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(from, key);
    return !item || json_put(parse->places, to, key, cJSON_DetachItemViaPointer(from, item));
}

/* What goes into the inner object, taken out of the properties. NULL when memory is out. */
static cJSON *inner_object(struct parse *parse, const struct inner_form *form, cJSON *properties)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object != NULL;
    for (const char *const *key = form->keys; good && *key; key++) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(properties, *key);
        if (item && form->opened && strcmp(*key, form->opened) == 0 && cJSON_IsObject(item)) {
            while (good && item->child)
                good = move_key(parse, item, object, item->child->string);
            json_remove(parse->places, properties, item);
        } else {
            good = move_key(parse, properties, object, *key);
        }
    }
    if (good)
        return object;
    places_delete(parse->places, object);
    return NULL;
}

/* Puts the inner object where it belongs, in a list where it belongs into one. Takes it. */
static bool put_inner(struct parse *parse, const struct inner_form *form, cJSON *properties, cJSON *object, struct place place)
{
    cJSON *list = form->in_list ? cJSON_CreateArray() : NULL;
    if ((form->in_list && !list) || (list && !cJSON_AddItemToArray(list, object))) {
        cJSON_Delete(list);
        places_delete(parse->places, object);
        return false;
    }
    places_set(parse->places, object, place.file, place.line, place.column);
    if (list)
        places_set(parse->places, list, place.file, place.line, place.column);
    return json_put(parse->places, properties, form->property, list ? list : object);
}

cJSON *rewrite_owner_name(const struct model_registry *registry, const cJSON *resource)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
    for (const struct publication *row = registry->publications; row && row->on_type; row++) {
        const cJSON *alias = row->alias ? cJSON_GetObjectItemCaseSensitive(properties, row->alias) : NULL;
        char *name = NULL;
        if (!cJSON_IsString(type) || strcmp(row->on_type, type->valuestring) != 0 || !cJSON_IsString(alias) || !alias->valuestring[0])
            continue;
        cJSON *owner = asprintf(&name, "%s:%s", resource->string, alias->valuestring) < 0 ? NULL : cJSON_CreateString(name);
        free(name);
        return owner;
    }
    return cJSON_CreateString(resource->string);
}

/* The entry's properties, under the names that the resource has for them, and with its owner. NULL when memory is out. */
static cJSON *made_properties(struct parse *parse, const struct model_registry *registry, const struct holder *holder, cJSON *entry,
                              const struct rewrite *row, const struct parse_path *path)
{
    struct parse_path properties_path = {path, "Properties", 0};
    cJSON *given = cJSON_GetObjectItemCaseSensitive(entry, "Properties");
    cJSON *properties = given && cJSON_IsObject(given) && !parse_is_nothing(given) ? cJSON_DetachItemViaPointer(entry, given) : NULL;
    struct place place = places_of(parse->places, entry);
    if (!properties) {
        properties = cJSON_CreateObject();
        if (properties)
            places_set(parse->places, properties, place.file, place.line, place.column);
    }
    for (const char *const *rename = row->renames; properties && rename && rename[0] && rename[1]; rename += 2) {
        cJSON *item = cJSON_GetObjectItemCaseSensitive(properties, rename[0]);
        cJSON *other = cJSON_GetObjectItemCaseSensitive(properties, rename[1]);
        if (other) {
            struct parse_path inner = {&properties_path, rename[1], 0};
            parse_key_error(parse, other, &inner, NULL, "is called \"%s\" here", rename[0]);
            json_remove(parse->places, properties, other);
        }
        if (item && !json_put(parse->places, properties, rename[1], cJSON_DetachItemViaPointer(properties, item))) {
            places_delete(parse->places, properties);
            return NULL;
        }
    }
    if (!properties || !row->owner)
        return properties;
    const struct inner_form *form = form_of(registry, row->makes_type);
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(properties, form ? form->property : row->owner);
    if (own) {
        struct parse_path inner = {&properties_path, own->string, 0};
        parse_key_error(parse, own, &inner, "leave it out", "is %s, as it stands there", holder->resource->string);
    }
    translate(parse, form, properties);
    cJSON *object = form ? inner_object(parse, form, properties) : NULL;
    cJSON *owner = rewrite_owner_name(registry, holder->resource);
    if (owner)
        json_set_places(parse->places, owner, place);
    if (owner && (!form || object) && json_put(parse->places, object ? object : properties, row->owner, owner)) {
        if (!object || put_inner(parse, form, properties, object, place))
            return properties;
        object = NULL;
    }
    places_delete(parse->places, object);
    places_delete(parse->places, properties);
    return NULL;
}

/* {"Type": ..., "Properties": ...} in the entry's place. Takes the properties. NULL when memory is out. */
static cJSON *made_resource(struct parse *parse, const cJSON *entry, const struct rewrite *row, cJSON *properties)
{
    struct place place = places_of(parse->places, entry), key = places_of_key(parse->places, entry);
    cJSON *resource = cJSON_CreateObject();
    cJSON *type = cJSON_CreateString(row->makes_type);
    if (!resource || !type || !properties) {
        cJSON_Delete(type);
        cJSON_Delete(resource);
        places_delete(parse->places, properties);
        return NULL;
    }
    places_set(parse->places, resource, place.file, place.line, place.column);
    places_set(parse->places, type, place.file, place.line, place.column);
    if (key.line > 0 && key.file == place.file)
        places_set_key(parse->places, resource, key.line, key.column);
    bool added = json_put(parse->places, resource, "Type", type);
    if (!added)
        places_delete(parse->places, properties);
    if (added && json_put(parse->places, resource, "Properties", properties))
        return resource;
    places_delete(parse->places, resource);
    return NULL;
}

/* Appends the resource that the entry is; whether its name is taken is seen when all names are. False when memory is out. */
static bool make(struct rewriting *rewriting, const struct holder *holder, cJSON *entry, const struct parse_path *path)
{
    struct parse *parse = rewriting->parse;
    const struct rewrite *row = entry_row(rewriting, holder, entry, path);
    char *name = NULL;
    if (!row)
        return true;
    cJSON *resource = made_resource(parse, entry, row, made_properties(parse, rewriting->registry, holder, entry, row, path));
    const char *kept = store_string(parse->store, entry->string);
    bool added = resource && kept && asprintf(&name, "%s%s", holder->resource->string, entry->string) >= 0 &&
                 cJSON_AddItemToObject(rewriting->resources, name, resource);
    free(name);
    if (!added) {
        places_delete(parse->places, resource);
        return false;
    }
    rewriting->list->made[rewriting->list->count++] =
        (struct rewritten){.node = resource, .owner = holder->resource->string, .entry = kept, .row = row};
    return true;
}

/* The entries that a property holds; NULL where there are none, or it is something else. */
static cJSON *entries_of(const struct holder *holder)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(holder->resource, "Properties");
    cJSON *entries = cJSON_IsObject(properties) ? cJSON_GetObjectItemCaseSensitive(properties, holder->property) : NULL;
    return entries && !parse_is_nothing(entries) ? entries : NULL;
}

static bool count_entries(struct rewriting *rewriting, const struct holder *holder)
{
    rewriting->entries += (size_t)cJSON_GetArraySize(entries_of(holder));
    return true;
}

/* Every entry of one property, which then goes. */
static bool rewrite_entries(struct rewriting *rewriting, const struct holder *holder)
{
    struct parse *parse = rewriting->parse;
    cJSON *entries = entries_of(holder);
    bool good = true;
    if (!entries)
        return true;
    if (parse_expect_object(parse, entries, holder->path, "write {\"Name\": {\"Type\": ..., \"Properties\": {...}}}")) {
        for (cJSON *entry = entries->child; entry && good; entry = entry->next) {
            struct parse_path path = {holder->path, entry->string, 0};
            good = parse_is_nothing(entry) || make(rewriting, holder, entry, &path);
        }
    }
    json_remove(parse->places, cJSON_GetObjectItemCaseSensitive(holder->resource, "Properties"), entries);
    return good;
}

/* Calls `visit` for every property that holds short forms, by the order of resources and of rows. False when memory is out. */
static bool each_holder(struct rewriting *rewriting, bool (*visit)(struct rewriting *rewriting, const struct holder *holder))
{
    const struct rewrite *rows = rewriting->registry->rewrites;
    const cJSON *last = rewriting->resources->child ? rewriting->resources->child->prev : NULL; /* what is made comes behind it */
    struct parse_path resources = {NULL, "Resources", 0};
    for (const cJSON *resource = rewriting->resources->child; resource; resource = resource == last ? NULL : resource->next) {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(resource, "Type");
        struct parse_path name = {&resources, resource->string, 0}, properties = {&name, "Properties", 0};
        for (const struct rewrite *row = rows; row && cJSON_IsString(type) && row->on_type; row++) {
            struct parse_path property = {&properties, row->property, 0};
            struct holder holder = {resource, row->on_type, row->property, &property};
            const struct rewrite *first = rows;
            while (strcmp(first->on_type, row->on_type) != 0 || strcmp(first->property, row->property) != 0)
                first++;
            if (first == row && strcmp(row->on_type, type->valuestring) == 0 && !visit(rewriting, &holder))
                return false;
        }
    }
    return true;
}

/* Adds what is there without being written. False when memory is out. */
static bool add_implied(struct parse *parse, const struct implied *row, cJSON *resources)
{
    if (cJSON_GetObjectItemCaseSensitive(resources, row->name))
        return true;
    const cJSON *first = resources->child;
    while (first) {
        const cJSON *type = cJSON_GetObjectItemCaseSensitive(first, "Type");
        const cJSON *properties = cJSON_GetObjectItemCaseSensitive(first, "Properties");
        bool has = row->unless && cJSON_GetObjectItemCaseSensitive(properties, row->unless);
        if (cJSON_IsString(type) && strcmp(type->valuestring, row->on_type) == 0 && !has)
            break;
        first = first->next;
    }
    if (!first)
        return true;
    cJSON *resource = cJSON_CreateObject(), *type = cJSON_CreateString(row->makes_type);
    if (!resource || !type || !json_put(parse->places, resource, "Type", type)) {
        cJSON_Delete(resource);
        return false;
    }
    json_set_places(parse->places, resource, places_of(parse->places, first));
    return json_put(parse->places, resources, row->name, resource);
}

void rewrite_short_forms(struct parse *parse, const struct model_registry *registry, cJSON *tree, struct rewritten_list *list)
{
    cJSON *resources = cJSON_GetObjectItemCaseSensitive(tree, "Resources");
    struct rewriting rewriting = {.parse = parse, .registry = registry, .resources = resources, .list = list};
    *list = (struct rewritten_list){0};
    if (!cJSON_IsObject(resources))
        return;
    (void)each_holder(&rewriting, count_entries);
    list->made = store_alloc(parse->store, rewriting.entries + extract_count(registry, resources), sizeof *list->made);
    if (!list->made || !each_holder(&rewriting, rewrite_entries) || !extract_resources(parse, registry, resources, list))
        parse->failed = true;
    parse->failed = parse->failed || !multiply_resources(parse, registry, resources);
    for (const struct implied *row = registry->implied; row && row->on_type; row++)
        if (!add_implied(parse, row, resources))
            parse->failed = true;
}
