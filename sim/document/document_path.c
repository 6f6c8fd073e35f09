/* document_path.c: what a short path names in the tree. */
#include "document/document.h"

#include "document/json_edit.h"
#include "document/scenario_keys.h"
#include "document/suggest.h"
#include "engine/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MOST 64

struct cursor {
    struct document *document;
    struct diagnostics *diagnostics;
    const char *path; /* all of it, for messages */
    struct place place;
    cJSON *node;   /* the object or array that has been reached */
    bool is_short; /* the way began with a resource's name and went on to its properties: these are left out further in, too */
};

/* The way leads into something that has no inside. */
static enum status complain_of_leaf(const struct cursor *cursor, const char *name, size_t length)
{
    diagnose(cursor->diagnostics, SEVERITY_ERROR, cursor->place, cursor->path, "set all of it instead",
             "\"%.*s\" is no object, so there is nothing in it to set", (int)(length < 80 ? length : 80), name);
    return STATUS_INVALID;
}

/* Names joined with dots, none of them empty, not too many. */
static bool is_well_formed(const char *path)
{
    size_t names = 1;
    for (const char *at = path; *at != 0; at++) {
        if (*at == '.' && (at == path || at[1] == '.' || at[1] == 0))
            return false;
        names += *at == '.';
    }
    return *path != 0 && names <= NAMES_MOST;
}

/* Does `rest` begin with all of `name`, up to a dot or the end? */
static bool begins_with(const char *rest, const char *name)
{
    size_t length = strlen(name);
    return length > 0 && strncmp(rest, name, length) == 0 && (rest[length] == '.' || rest[length] == 0);
}

static const char *name_of(const cJSON *element)
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(element, "name");
    return cJSON_IsString(name) ? name->valuestring : NULL;
}

/* The member whose key (or the array's element whose name) `rest` begins with; the longest where there are several, since names may have
 * dots in them. NULL: none. */
static cJSON *find_longest(const cJSON *container, const char *rest, size_t *length, int *index)
{
    cJSON *found = NULL;
    int i = 0;
    *length = 0;
    for (cJSON *child = container == NULL ? NULL : container->child; child != NULL; child = child->next, i++) {
        const char *name = cJSON_IsArray(container) ? name_of(child) : child->string;
        if (name != NULL && begins_with(rest, name) && strlen(name) > *length) {
            found = child;
            *length = strlen(name);
            *index = i;
        }
    }
    return found;
}

/* The element that `rest` names or counts. */
static cJSON *find_element(const cJSON *array, const char *rest, size_t *length, int *index)
{
    cJSON *found = find_longest(array, rest, length, index);
    if (found != NULL)
        return found;
    *length = strcspn(rest, ".");
    if (*length > 9 || strspn(rest, "0123456789") < *length)
        return NULL;
    *index = (int)strtol(rest, NULL, 10);
    return cJSON_GetArrayItem(array, *index);
}

static const char *cut(const char *text, size_t length, char buffer[80])
{
    snprintf(buffer, 80, "%.*s", (int)(length < 79 ? length : 79), text);
    return buffer;
}

/* Candidates for "did you mean". */
struct names {
    const char **list;
    size_t count, capacity;
};

static void add_name(struct names *names, const char *name)
{
    if (room_for(&names->list, names->count + 1, &names->capacity, sizeof *names->list)) /* else one suggestion less */
        names->list[names->count++] = name;
}

static void add_names_of(struct names *names, const cJSON *container)
{
    for (const cJSON *child = container == NULL ? NULL : container->child; child != NULL; child = child->next) {
        const char *name = cJSON_IsArray(container) ? name_of(child) : child->string;
        if (name != NULL)
            add_name(names, name);
    }
}

/* Says that `word` names nothing, and what is near. Takes the names. */
static enum status complain_of_name(const struct cursor *cursor, struct names *names, const char *word, const char *what)
{
    char hint[128];
    const char *nearest = suggest(word, names->list, names->count);
    free(names->list);
    if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest);
    diagnose(cursor->diagnostics, SEVERITY_ERROR, cursor->place, cursor->path, nearest == NULL ? NULL : hint, "there is no %s \"%s\"", what,
             word);
    return STATUS_INVALID;
}

static cJSON *make(struct cursor *cursor, cJSON *node)
{
    if (node != NULL)
        places_set(cursor->document->places, node, cursor->place.file, cursor->place.line, cursor->place.column);
    return node;
}

/* A book given by its name, when one of its values is to be set: {"base": name}. */
static cJSON *make_book(struct cursor *cursor, const cJSON *name)
{
    cJSON *book = make(cursor, cJSON_CreateObject());
    cJSON *base = book == NULL ? NULL : json_copy(cursor->document->places, name);
    if (base == NULL || !json_put(cursor->document->places, book, "base", base)) {
        places_delete(cursor->document->places, book);
        return NULL;
    }
    return book;
}

/* Into the child `key` of the object that has been reached, making it where it is not there. */
static enum status enter(struct cursor *cursor, const char *key)
{
    struct places *places = cursor->document->places;
    cJSON *child = cJSON_GetObjectItemCaseSensitive(cursor->node, key);
    bool book = cursor->node == cursor->document->tree && (strcmp(key, "rules") == 0 || strcmp(key, "prices") == 0);
    if (child == NULL || cJSON_IsNull(child) || (book && cJSON_IsString(child))) {
        cJSON *made = book && cJSON_IsString(child) ? make_book(cursor, child) : make(cursor, cJSON_CreateObject());
        if (made == NULL || !json_put(places, cursor->node, key, made))
            return STATUS_NO_MEMORY;
        child = made;
    }
    if (!cJSON_IsObject(child) && !cJSON_IsArray(child))
        return complain_of_leaf(cursor, key, strlen(key));
    cursor->node = child;
    return STATUS_OK;
}

/* The last step: what is reached is the parent. */
static enum status arrive(struct cursor *cursor, const char *key, size_t length)
{
    char *copy = strndup(key, length);
    if (copy == NULL)
        return STATUS_NO_MEMORY;
    free(cursor->document->resolved_key);
    cursor->document->resolved_key = copy;
    return STATUS_OK;
}

static enum status arrive_at_index(struct cursor *cursor, int index)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%d", index);
    return arrive(cursor, text, (size_t)length);
}

/* One step into an array; *rest moves on. */
static enum status step_into_array(struct cursor *cursor, const char **rest, bool *arrived)
{
    size_t length;
    int index = 0;
    cJSON *element = find_element(cursor->node, *rest, &length, &index);
    if (element == NULL) {
        char word[80];
        struct names names = {0};
        add_names_of(&names, cursor->node);
        bool sources = cursor->node == cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "traffic");
        return complain_of_name(cursor, &names, cut(*rest, strcspn(*rest, "."), word), sources ? "source" : "element");
    }
    if ((*rest)[length] == 0) {
        *arrived = true;
        return arrive_at_index(cursor, index);
    }
    if (!cJSON_IsObject(element) && !cJSON_IsArray(element))
        return complain_of_leaf(cursor, *rest, length);
    *rest += length + 1;
    cursor->node = element;
    return STATUS_OK;
}

/* What stands inside a resource like one ({"Type": ..., "Properties": {...}}) is meant by its properties, as a resource is. */
static void into_properties(struct cursor *cursor, const char *rest)
{
    size_t length;
    int index;
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(cursor->node, "Properties");
    if (cJSON_IsString(cJSON_GetObjectItemCaseSensitive(cursor->node, "Type")) && cJSON_IsObject(properties) &&
        find_longest(cursor->node, rest, &length, &index) == NULL)
        cursor->node = properties;
}

static enum status walk(struct cursor *cursor, const char *rest)
{
    enum status status = STATUS_OK;
    bool arrived = false;
    while (status == STATUS_OK && !arrived) {
        size_t length;
        int index;
        if (cJSON_IsArray(cursor->node)) {
            status = step_into_array(cursor, &rest, &arrived);
            continue;
        }
        if (cursor->is_short)
            into_properties(cursor, rest);
        if (find_longest(cursor->node, rest, &length, &index) == NULL)
            length = strcspn(rest, ".");
        if (rest[length] == 0)
            return arrive(cursor, rest, length);
        char *key = strndup(rest, length);
        status = key == NULL ? STATUS_NO_MEMORY : enter(cursor, key);
        free(key);
        rest += length + 1;
    }
    return status;
}

/* In a book a name is one name, dots and all, but for the parts of a price. */
static enum status walk_book(struct cursor *cursor, const char *book, const char *rest)
{
    enum status status = enter(cursor, book);
    const char *dot = strrchr(rest, '.');
    if (status != STATUS_OK)
        return status;
    if (dot == NULL || strcmp(book, "prices") != 0 || (strcmp(dot, ".price") != 0 && strcmp(dot, ".free_per_month") != 0))
        return arrive(cursor, rest, strlen(rest));
    char *name = strndup(rest, (size_t)(dot - rest));
    status = name == NULL ? STATUS_NO_MEMORY : enter(cursor, name);
    free(name);
    return status == STATUS_OK ? arrive(cursor, dot + 1, strlen(dot + 1)) : status;
}

/* Behind a resource's name: its behaviour, its properties in full, or one of its properties. */
static enum status walk_resource(struct cursor *cursor, const cJSON *resource, const char *rest)
{
    bool behavior = begins_with(rest, "behavior");
    enum status status = enter(cursor, behavior ? "behavior" : "Resources");
    if (behavior) {
        if (status == STATUS_OK && rest[8] == 0)
            return arrive(cursor, resource->string, strlen(resource->string));
        rest += 9;
    }
    if (status == STATUS_OK)
        status = enter(cursor, resource->string);
    if (status == STATUS_OK && !behavior && !begins_with(rest, "Properties"))
        status = enter(cursor, "Properties");
    cursor->is_short = !behavior;
    return status == STATUS_OK ? walk(cursor, rest) : status;
}

/* Behind "Resources.": the resource must be there, unless all of it is set. */
static enum status walk_resources(struct cursor *cursor, const char *rest)
{
    size_t length;
    int index;
    enum status status = enter(cursor, "Resources");
    if (status == STATUS_OK && strchr(rest, '.') != NULL && find_longest(cursor->node, rest, &length, &index) == NULL) {
        char word[80];
        struct names names = {0};
        add_names_of(&names, cursor->node);
        return complain_of_name(cursor, &names, cut(rest, strcspn(rest, "."), word), "resource");
    }
    return status == STATUS_OK ? walk(cursor, rest) : status;
}

static bool is_top_level(const struct document *document, const char *name)
{
    for (const struct scenario_key *key = scenario_keys; key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return true;
    return cJSON_GetObjectItemCaseSensitive(document->tree, name) != NULL;
}

static enum status complain_of_first(struct cursor *cursor, const char *word)
{
    struct names names = {0};
    add_names_of(&names, cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "Resources"));
    add_names_of(&names, cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "traffic"));
    for (const struct scenario_key *key = scenario_keys; key->name != NULL; key++)
        add_name(&names, key->name);
    const cJSON *resources = cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "Resources");
    const char *colon = strchr(word, ':');
    char hint[256], whole[80];
    if (colon != NULL && cJSON_GetObjectItemCaseSensitive(resources, cut(word, (size_t)(colon - word), whole)) != NULL)
        snprintf(hint, sizeof hint, "a part is set through the resource that makes it: %s, or the id of its version or alias", whole);
    else if (suggest(word, names.list, names.count) == NULL && resources != NULL && resources->child != NULL)
        snprintf(hint, sizeof hint, "a property stands behind its resource: %.60s.%.60s", resources->child->string, word);
    else
        return complain_of_name(cursor, &names, word, "resource, source or top-level key");
    free(names.list);
    diagnose(cursor->diagnostics, SEVERITY_ERROR, cursor->place, cursor->path, hint, "there is no resource, source or top-level key \"%s\"",
             word);
    return STATUS_INVALID;
}

static enum status resolve(struct cursor *cursor, const char *path)
{
    size_t first = strcspn(path, "."), length;
    int index = 0;
    char word[80];
    const char *rest = path[first] == 0 ? NULL : path + first + 1;
    cut(path, first, word);
    if (first < sizeof word && is_top_level(cursor->document, word)) {
        if (rest == NULL)
            return arrive(cursor, path, first);
        if (strcmp(word, "rules") == 0 || strcmp(word, "prices") == 0)
            return walk_book(cursor, word, rest);
        if (strcmp(word, "traffic") == 0 && !cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "traffic")))
            return complain_of_name(cursor, &(struct names){0}, cut(rest, strcspn(rest, "."), word), "source");
        return strcmp(word, "Resources") == 0 ? walk_resources(cursor, rest) : walk(cursor, path);
    }
    cJSON *resources = cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "Resources");
    const cJSON *resource = cJSON_IsObject(resources) ? find_longest(resources, path, &length, &index) : NULL;
    if (resource != NULL && path[length] == 0) {
        cursor->node = resources;
        return arrive(cursor, path, length);
    }
    if (resource != NULL)
        return walk_resource(cursor, resource, path + length + 1);
    cJSON *traffic = cJSON_GetObjectItemCaseSensitive(cursor->document->tree, "traffic");
    if (cJSON_IsArray(traffic) && find_longest(traffic, path, &length, &index) != NULL) {
        cursor->node = traffic;
        return walk(cursor, path);
    }
    return complain_of_first(cursor, word);
}

enum status document_resolve(struct document *document, const char *path, struct place place, struct diagnostics *diagnostics,
                             cJSON **parent, char **key)
{
    struct cursor cursor = {document, diagnostics, path, place, document->tree, false};
    *parent = NULL;
    *key = NULL;
    if (!is_well_formed(path)) {
        diagnose(diagnostics, SEVERITY_ERROR, place, NULL, "for example: Api.MemorySize, traffic.users.poisson, rules.name",
                 "\"%s\" is no path", path);
        return STATUS_INVALID;
    }
    enum status status = resolve(&cursor, path);
    if (status == STATUS_OK) {
        *parent = cursor.node;
        *key = document->resolved_key;
    }
    return status;
}
