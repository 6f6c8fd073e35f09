/* changes_parse.c: `changes`: what happens while it runs. */
#include "engine/change.h"
#include "engine/sim_time.h"
#include "notation/property_parse.h"
#include "notation/property_value.h"
#include "notation/value_parse.h"
#include "scenario/loader.h"

#include <stdlib.h>
#include <string.h>

#define CHANGES_MOST 100000u
#define VERBS_MOST 64u

/* One entry while it is read. */
struct entry {
    struct loader *loader;
    const cJSON *node;
    const struct parse_path *path;
    int64_t at_ns, for_ns;
    bool lasts; /* `for` is given */
};

/* Where the changes that are made go. */
struct making {
    struct change *list;
    uint32_t count;
};

static const cJSON *member(const struct entry *entry, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry->node, key);
    return item && parse_is_nothing(item) ? NULL : item;
}

static bool read_time(struct entry *entry, const char *key, int64_t *ns)
{
    const cJSON *item = member(entry, key);
    struct parse_path path = {entry->path, key, 0};
    double value = 0;
    if (!item)
        return true;
    if (!value_parse(&entry->loader->parse, QUANTITY_TIME, NULL, item, &path, &value))
        return false;
    *ns = time_from_double(value);
    return true;
}

/* Every verb once, `set` first. */
static size_t list_verbs(const struct model_registry *registry, const char *verbs[VERBS_MOST])
{
    size_t count = 0;
    verbs[count++] = "set";
    for (const struct model_type *const *type = registry->resources; type && *type; type++) {
        for (const struct action *action = (*type)->actions; action && action->verb; action++) {
            size_t i = 0;
            while (i < count && strcmp(verbs[i], action->verb) != 0)
                i++;
            if (i == count && count < VERBS_MOST)
                verbs[count++] = action->verb;
        }
    }
    return count;
}

/* The verb whose entries have the key; NULL: none. */
static const char *verb_with_key(const struct model_registry *registry, const char *key)
{
    for (const struct model_type *const *type = registry->resources; type && *type; type++)
        for (const struct action *action = (*type)->actions; action && action->verb; action++)
            if ((action->kind && strcmp(key, "kind") == 0) || (action->properties && property_find(action->properties, key)))
                return action->verb;
    return NULL;
}

/* The verb of an entry: its one key that is a verb. NULL after reporting. */
static const char *find_verb(struct entry *entry)
{
    const char *verbs[VERBS_MOST], *found = NULL;
    size_t count = list_verbs(entry->loader->scenario->registry, verbs), given = 0;
    char listed[PARSE_HINT];
    for (size_t i = 0; i < count; i++) {
        if (!member(entry, verbs[i]))
            continue;
        found = verbs[i];
        given++;
    }
    if (given == 1)
        return found;
    if (given > 1) {
        parse_error(&entry->loader->parse, entry->node, entry->path, "make an entry of each",
                    "an entry changes one thing, and here are %zu", given);
        return NULL;
    }
    static const char *const others[] = {"at", "for", "kind"};
    for (size_t i = 0; i < sizeof others / sizeof *others && count < VERBS_MOST; i++)
        verbs[count++] = others[i];
    for (const cJSON *item = entry->node->child; item; item = item->next) {
        char hint[PARSE_HINT];
        if (!parse_suggestion(&entry->loader->parse, item->string, verbs, count, hint) || member(entry, "set"))
            continue;
        size_t i = 0;
        while (i < count && strcmp(verbs[i], item->string) != 0)
            i++;
        if (i < count)
            continue;
        struct parse_path path = {entry->path, item->string, 0};
        parse_key_error(&entry->loader->parse, item, &path, hint, "unknown key \"%s\"", item->string);
        return NULL;
    }
    parse_error(&entry->loader->parse, entry->node, entry->path, NULL, "does not say what changes: %s",
                parse_list_choices(verbs, count - 3, listed));
    return NULL;
}

/* The way to a property: which entity, which of its tables, which row; `rest` is what is left of the path. */
struct way {
    uint32_t entity;
    const struct property *table, *property;
    char *rest;
};

static bool take(char **rest, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*rest, word, length) != 0 || (*rest)[length] != '.')
        return false;
    *rest += length + 1;
    return true;
}

/* The entity whose name `rest` begins with; the longest, as a source's name may have dots in it. */
static uint32_t take_entity(const struct loader *loader, char **rest)
{
    uint32_t found = ENTITY_NONE;
    char *after = *rest;
    for (char *dot = strchr(*rest, '.'); dot; dot = strchr(dot + 1, '.')) {
        *dot = '\0';
        const struct reference_name *name = references_find(&loader->references, *rest);
        *dot = '.';
        if (!name || name->entity == ENTITY_NONE)
            continue;
        found = name->entity;
        after = dot + 1;
    }
    *rest = after;
    return found;
}

static bool find_entity(struct entry *entry, const cJSON *item, const struct parse_path *path, struct way *way)
{
    struct loader *loader = entry->loader;
    char hint[PARSE_HINT];
    bool behavior = take(&way->rest, "behavior");
    if (!behavior && !take(&way->rest, "Resources"))
        (void)take(&way->rest, "traffic");
    way->entity = take_entity(loader, &way->rest);
    if (way->entity == ENTITY_NONE) {
        way->rest[strcspn(way->rest, ".")] = '\0';
        parse_key_error(&loader->parse, item, path, references_hint(&loader->parse, &loader->references, way->rest, false, hint),
                        "there is no resource or source \"%s\"", way->rest);
        return false;
    }
    const struct model_type *type = loader->scenario->entities[way->entity].type;
    if (!behavior)
        behavior = take(&way->rest, "behavior");
    if (!behavior)
        (void)take(&way->rest, "Properties");
    way->table = behavior ? type->behavior : type->properties;
    return true;
}

/* What may be set while it runs, of a table and the objects in it. */
static size_t list_live(const struct property *table, const char **names, size_t count, size_t most)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row && count < most; row = property_next(&walk)) {
        if (row->live)
            names[count++] = row->name;
        else if (row->kind == PROPERTY_OBJECT)
            count = list_live(row->properties, names, count, most);
    }
    return count;
}

static bool find_property(struct entry *entry, const cJSON *item, const struct parse_path *path, struct way *way)
{
    struct parse *parse = &entry->loader->parse;
    const struct model_type *type = entry->loader->scenario->entities[way->entity].type;
    const struct property *table = way->table;
    char *state = NULL, hint[PARSE_HINT], listed[PARSE_HINT];
    const char *names[64];
    for (char *name = strtok_r(way->rest, ".", &state); name; name = strtok_r(NULL, ".", &state)) {
        way->property = table ? property_find(table, name) : NULL;
        if (!way->property) {
            size_t count = list_live(way->table, names, 0, sizeof names / sizeof *names);
            const char *near = parse_suggestion(parse, name, names, count, hint);
            parse_key_error(parse, item, path, near, "%s has no \"%s\" here", type->type, name);
            return false;
        }
        table = way->property->kind == PROPERTY_OBJECT ? way->property->properties : NULL;
    }
    if (way->property && way->property->live)
        return true;
    size_t count = list_live(type->properties, names, 0, sizeof names / sizeof *names);
    count = list_live(type->behavior, names, count, sizeof names / sizeof *names);
    snprintf(hint, sizeof hint, "what can: %.500s", parse_list_names(names, count, listed));
    parse_key_error(parse, item, path, count > 0 ? hint : NULL, "%s cannot be set while it runs",
                    way->property ? way->property->name : "it");
    return false;
}

static size_t value_size(const struct property *property)
{
    switch (property->kind) {
    case PROPERTY_INTEGER:
    case PROPERTY_TIME:
    case PROPERTY_SIZE:
        return sizeof(int64_t);
    case PROPERTY_NUMBER:
    case PROPERTY_RATE:
    case PROPERTY_PROBABILITY:
        return sizeof(double);
    case PROPERTY_BOOLEAN:
        return sizeof(bool);
    case PROPERTY_ENUM:
    case PROPERTY_ENUM_LIST:
        return sizeof(int);
    case PROPERTY_FLAGS:
    case PROPERTY_REFERENCE:
        return sizeof(uint32_t);
    case PROPERTY_TIME_DISTRIBUTION:
    case PROPERTY_SIZE_DISTRIBUTION:
    case PROPERTY_COUNT_DISTRIBUTION:
    case PROPERTY_STRING:
        return sizeof(void *);
    case PROPERTY_LIFETIME:
        return sizeof(struct lifetime);
    case PROPERTY_STEPS:
        return sizeof(struct step_list);
    default:
        return 0; /* no table marks others as live */
    }
}

/* The new value is read into a copy of the entity, and kept from there. */
static bool read_value(struct entry *entry, const cJSON *item, const struct parse_path *path, const struct way *way, struct change *change)
{
    struct loader *loader = entry->loader;
    const struct model_type *type = loader->scenario->entities[way->entity].type;
    char *blob = malloc(type->size);
    unsigned char *kept = store_alloc(loader->parse.store, 1, CHANGE_VALUE_MOST);
    bool good = blob && kept;
    if (good) {
        memcpy(blob, loader->origins[way->entity].config, type->size);
        good = property_value(&loader->parse, way->property, item, path, blob);
    } else {
        loader->parse.failed = true;
    }
    change->offset = way->property->offset;
    change->size = value_size(way->property);
    if (good)
        memcpy(kept, blob + change->offset, change->size);
    change->value = kept;
    free(blob);
    return good;
}

static void read_set(struct entry *entry, struct making *making)
{
    struct parse *parse = &entry->loader->parse;
    const cJSON *set = member(entry, "set");
    struct parse_path path = {entry->path, "set", 0};
    if (!parse_expect_object(parse, set, &path, "write {\"Api.ReservedConcurrentExecutions\": 50}"))
        return;
    for (const cJSON *item = set->child; item; item = item->next) {
        struct parse_path inner = {&path, item->string, 0};
        char *text = strdup(item->string);
        struct way way = {.rest = text};
        struct change change = {.at_ns = entry->at_ns, .for_ns = entry->for_ns};
        parse->failed = parse->failed || !text;
        if (text && find_entity(entry, item, &inner, &way) && find_property(entry, item, &inner, &way) &&
            read_value(entry, item, &inner, &way, &change)) {
            change.entity = way.entity;
            making->list[making->count++] = change;
        }
        free(text);
    }
}

/* The action of the entity that the verb and `kind` name; NULL after reporting. */
static const struct action *find_action(struct entry *entry, const char *verb, uint32_t entity)
{
    struct parse *parse = &entry->loader->parse;
    const struct model_type *type = entry->loader->scenario->entities[entity].type;
    const cJSON *kind = member(entry, "kind");
    struct parse_path path = {entry->path, "kind", 0};
    const char *kinds[VERBS_MOST];
    char hint[PARSE_HINT], listed[PARSE_HINT], shown[PARSE_SHOWN];
    size_t count = 0;
    bool verb_known = false;
    for (const struct action *action = type->actions; action && action->verb; action++) {
        if (strcmp(action->verb, verb) != 0)
            continue;
        verb_known = true;
        if (!action->kind || (cJSON_IsString(kind) && strcmp(kind->valuestring, action->kind) == 0))
            return action;
        if (count < VERBS_MOST)
            kinds[count++] = action->kind;
    }
    if (!verb_known) {
        struct parse_path verb_path = {entry->path, verb, 0};
        parse_error(parse, member(entry, verb), &verb_path, NULL, "%s, an %s, takes no \"%s\"",
                    entry->loader->scenario->entities[entity].name, type->type, verb);
    } else if (!kind) {
        snprintf(hint, sizeof hint, "for %s: %.500s", type->type, parse_list_choices(kinds, count, listed));
        parse_error(parse, entry->node, entry->path, hint, "\"kind\" is missing");
    } else {
        if (!parse_suggestion(parse, cJSON_IsString(kind) ? kind->valuestring : NULL, kinds, count, hint))
            snprintf(hint, sizeof hint, "there are %.500s", parse_list_names(kinds, count, listed));
        parse_error(parse, kind, &path, hint, "%s knows no such kind: %s", type->type, parse_show(kind, shown));
    }
    return NULL;
}

static void read_action(struct entry *entry, const char *verb, struct making *making)
{
    struct loader *loader = entry->loader;
    static const char *const common[] = {"at", "for", "kind", NULL};
    struct parse_path path = {entry->path, verb, 0}, for_path = {entry->path, "for", 0};
    const char *others[sizeof common / sizeof *common + 1], *qualifier = NULL;
    size_t count = 0;
    struct change change = {.at_ns = entry->at_ns, .for_ns = entry->for_ns};
    if (!reference_parse(&loader->parse, member(entry, verb), &path, &change.entity, &qualifier) || change.entity == ENTITY_NONE)
        return;
    change.action = find_action(entry, verb, change.entity);
    if (!change.action)
        return;
    if (entry->lasts && !change.action->end)
        parse_error(&loader->parse, member(entry, "for"), &for_path, "leave it out", "a \"%s\" has no end of its own", verb);
    for (size_t i = 0; common[i]; i++)
        if (strcmp(common[i], "kind") != 0 || change.action->kind)
            others[count++] = common[i];
    others[count++] = verb;
    others[count] = NULL;
    void *arguments = store_alloc(loader->parse.store, 1, change.action->size ? change.action->size : 1);
    if (!arguments)
        return;
    static const struct property none[] = {{0}};
    const struct property *table = change.action->properties ? change.action->properties : none;
    property_defaults(&loader->parse, table, arguments);
    property_parse(&loader->parse, table, entry->node, entry->node, entry->path, others, arguments);
    if (change.action->validate)
        change_validate(loader, entry->node, entry->path, &change, arguments);
    change.arguments = arguments;
    making->list[making->count++] = change;
}

/* An entry that sets has no other keys; what belongs to another kind of entry is told so. */
static void check_set_keys(const struct entry *entry)
{
    static const char *const known[] = {"at", "for", "set"};
    for (const cJSON *item = entry->node->child; item; item = item->next) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(known[i], item->string) != 0)
            i++;
        if (i < sizeof known / sizeof *known)
            continue;
        struct parse_path key = {entry->path, item->string, 0};
        const char *verb = verb_with_key(entry->loader->scenario->registry, item->string);
        char hint[PARSE_HINT];
        snprintf(hint, sizeof hint, "it goes with \"%s\", in an entry of its own", verb ? verb : "");
        if (verb)
            parse_key_error(&entry->loader->parse, item, &key, hint, "unknown key \"%s\" beside \"set\"", item->string);
        else
            parse_unknown_key(&entry->loader->parse, item, entry->path, known, sizeof known / sizeof *known);
    }
}

static void read_entry(struct loader *loader, const cJSON *node, const struct parse_path *path, struct making *making)
{
    struct entry entry = {.loader = loader, .node = node, .path = path};
    if (!parse_expect_object(&loader->parse, node, path, "write {\"at\": \"10m\", \"set\": {...}}"))
        return;
    entry.lasts = member(&entry, "for") != NULL;
    bool good = read_time(&entry, "at", &entry.at_ns) && read_time(&entry, "for", &entry.for_ns);
    if (!member(&entry, "at"))
        parse_error(&loader->parse, node, path, "write \"at\": \"10m\"", "\"at\" is missing");
    struct parse_path for_path = {path, "for", 0}, at_path = {path, "at", 0};
    if (good && entry.lasts && entry.for_ns <= 0)
        parse_error(&loader->parse, member(&entry, "for"), &for_path, "leave it out, and it stays", "must be above 0");
    const struct simulation_settings *settings = &loader->scenario->settings;
    if (good && member(&entry, "at") && entry.at_ns >= time_add(settings->duration_ns, settings->drain_ns))
        parse_warning(&loader->parse, member(&entry, "at"), &at_path, NULL, "comes after the end of the run: it never happens");
    const char *verb = find_verb(&entry);
    if (!verb || !good)
        return;
    if (strcmp(verb, "set") != 0) {
        read_action(&entry, verb, making);
        return;
    }
    check_set_keys(&entry);
    read_set(&entry, making);
}

/* How many changes the entries can come to. */
static size_t count_changes(const cJSON *list)
{
    size_t count = 0;
    for (const cJSON *node = list->child; node; node = node->next) {
        const cJSON *set = cJSON_GetObjectItemCaseSensitive(node, "set");
        count += cJSON_IsObject(set) ? (size_t)cJSON_GetArraySize(set) : 1;
    }
    return count;
}

void changes_parse(struct loader *loader)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(loader->tree, "changes");
    struct parse_path path = {NULL, "changes", 0};
    struct making making = {0};
    size_t index = 0;
    if (!list || parse_is_nothing(list) ||
        !parse_expect_list(&loader->parse, list, &path, "write [{\"at\": \"10m\", \"set\": {\"Api.MemorySize\": 512}}]"))
        return;
    size_t count = count_changes(list);
    if (count > CHANGES_MOST) {
        parse_error(&loader->parse, list, &path, NULL, "%zu changes are too many: at most %u", count, CHANGES_MOST);
        return;
    }
    making.list = store_alloc(loader->parse.store, count, sizeof *making.list);
    for (const cJSON *node = list->child; node && making.list; node = node->next, index++) {
        struct parse_path inner = {&path, NULL, index};
        read_entry(loader, node, &inner, &making);
    }
    loader->scenario->settings.changes = making.list;
    loader->scenario->settings.change_count = making.count;
}
