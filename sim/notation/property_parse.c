/* property_parse.c: walks a property table over a JSON object. The kinds' values are property_value.c's. */
#include "notation/property_parse.h"

#include "document/suggest.h"
#include "engine/request.h"
#include "notation/event_content.h"
#include "notation/property_value.h"
#include "notation/references.h"
#include "notation/retry_parse.h"
#include "notation/workflow_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the walk stands: into included tables, and out of those that end. */
static const struct property *property_here(struct property_walk *walk)
{
    while (walk->depth > 0) {
        const struct property *row = walk->at[walk->depth - 1];
        bool skipped = row && row->kind == PROPERTY_DEFAULTS && !walk->defaults;
        bool included = row && (row->kind == PROPERTY_TABLE || row->kind == PROPERTY_DEFAULTS) && walk->depth < PROPERTY_TABLES_DEEP;
        if (skipped || included) {
            if (skipped)
                walk->at[walk->depth - 1]++;
            else
                walk->at[walk->depth++] = row->properties;
            continue;
        }
        if (row && row->name)
            return row;
        walk->depth--;
        if (walk->depth > 0)
            walk->at[walk->depth - 1]++;
    }
    return NULL;
}

const struct property *property_first(struct property_walk *walk, const struct property *table)
{
    *walk = (struct property_walk){.at = {table}, .depth = 1};
    return property_here(walk);
}

const struct property *property_next(struct property_walk *walk)
{
    if (walk->depth == 0)
        return NULL;
    walk->at[walk->depth - 1]++;
    return property_here(walk);
}

size_t property_count(const struct property *table)
{
    struct property_walk walk;
    size_t count = 0;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        count++;
    return count;
}

const struct property *property_find(const struct property *table, const char *name)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

static void mark_given(const struct property *property, void *blob)
{
    if (property->given)
        *(bool *)((char *)blob + property->given - 1) = true;
}

bool property_set_number(struct parse *parse, const struct property *property, double value, const cJSON *node,
                         const struct parse_path *path, void *blob)
{
    double base = value * property_scale(property);
    if (!property_within(parse, property, base, node, path))
        return false;
    property_store(property, base, blob);
    mark_given(property, blob);
    return true;
}

void property_set_pointer(const struct property *property, const void *pointer, void *blob)
{
    memcpy((char *)blob + property->offset, &pointer, sizeof pointer);
    mark_given(property, blob);
}

void property_set_reference(const struct property *property, uint32_t entity, void *blob)
{
    memcpy((char *)blob + property->offset, &entity, sizeof entity);
    mark_given(property, blob);
}

/* A default that is spelled as JSON. */
static bool default_of_json(struct parse *parse, const struct property *property, const struct parse_path *path, void *blob)
{
    cJSON *value = cJSON_Parse(property->fallback);
    if (!value)
        return false;
    bool lenient = parse->lenient;
    const struct rule_book *rules = parse->rules;
    parse->lenient = true;
    parse->rules = NULL; /* a default may lie outside the limits: -1 for none */
    struct property free_of_limits = *property;
    free_of_limits.minimum = free_of_limits.maximum = free_of_limits.step = NULL;
    bool good = property_value(parse, &free_of_limits, value, path, blob);
    parse->lenient = lenient;
    parse->rules = rules;
    cJSON_Delete(value);
    return good;
}

static void property_default(struct parse *parse, const struct property *row, void *blob)
{
    struct parse_path path = {NULL, row->name, 0};
    const struct rule *rule = row->fallback && parse->rules ? rule_find(parse->rules, row->fallback) : NULL;
    if (row->kind == PROPERTY_REFERENCE) {
        uint32_t none = ENTITY_NONE;
        memcpy((char *)blob + row->offset, &none, sizeof none);
    }
    if (row->kind == PROPERTY_RETRY) {
        property_default(parse, &retry_spelling, (char *)blob + row->offset);
        return;
    }
    if (row->properties && row->kind != PROPERTY_LIST && row->kind != PROPERTY_MAP) /* whose elements have theirs when they are made */
        property_defaults(parse, row->properties, blob);
    if (!row->fallback || (rule ? property_of_rule(parse, row, rule, blob) : default_of_json(parse, row, &path, blob)))
        return;
    parse_error(parse, NULL, &path, "the rule book lacks it, or it is of another kind", "has no usable default: \"%s\"", row->fallback);
}

void property_defaults(struct parse *parse, const struct property *table, void *blob)
{
    struct property_walk walk = {.at = {table}, .depth = 1, .defaults = true};
    for (const struct property *row = property_here(&walk); row; row = property_next(&walk))
        property_default(parse, row, blob);
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; list && *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

/* The object of the table that has the key; NULL: none. */
static const char *object_with(const struct property *table, const char *key)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        if (row->kind == PROPERTY_OBJECT && property_find(row->properties, key))
            return row->name;
    return NULL;
}

/* The key stands in the wrong place: says in which it would be known. False where it would be in none. */
static bool misplaced_key(struct parse *parse, const struct property *table, const cJSON *item, const struct parse_path *path)
{
    char hint[PARSE_HINT];
    const char *object = object_with(table, item->string);
    struct parse_path key = {path, item->string, 0};
    if (object)
        snprintf(hint, sizeof hint, "it stands in %s: \"%s\": {\"%.60s\": ...}", object, object, item->string);
    else if (parse->elsewhere && property_find(parse->elsewhere, item->string)) {
        char *place = parse_path_text(parse->elsewhere_path);
        parse->failed = parse->failed || !place;
        snprintf(hint, sizeof hint, "it stands in %.300s", place ? place : "");
        free(place);
    } else
        return false;
    parse_key_error(parse, item, &key, hint, "unknown key \"%s\"", item->string);
    return true;
}

bool property_misspelled(const struct property *table, const cJSON *object, const char *name)
{
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next)
        if (!property_find(table, item->string) && suggest(item->string, &name, 1))
            return true;
    return false;
}

static void unknown_key(struct parse *parse, const struct property *table, const char *const *others, const cJSON *item,
                        const struct parse_path *path)
{
    if (misplaced_key(parse, table, item, path))
        return;
    size_t room = property_count(table), used = 0;
    for (const char *const *other = others; other && *other; other++)
        room++;
    const char **names = calloc(room + 1, sizeof *names);
    if (!names) {
        parse->failed = true;
        return;
    }
    /* What has an effect first: where they are many, a hint lists only some. */
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        if (row->kind != PROPERTY_ACCEPTED && row->kind != PROPERTY_LATER && strcmp(row->name, PROPERTY_ITSELF) != 0)
            names[used++] = parse_spelling(parse, row->name);
    for (const char *const *other = others; other && *other; other++)
        if (!property_find(table, *other))
            names[used++] = *other;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk))
        if (row->kind == PROPERTY_ACCEPTED)
            names[used++] = row->name;
    parse_unknown_key(parse, item, path, names, used);
    free(names);
}

/* One source has one arrival process: `given` is how many it has, `last` the last of them. */
static void check_arrival(struct parse *parse, const struct property *table, const cJSON *object, const cJSON *anchor,
                          const struct parse_path *path)
{
    const char *names[32];
    size_t count = 0, given = 0;
    const cJSON *last = NULL;
    bool misspelled = false;
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk)) {
        if (row->kind != PROPERTY_ARRIVAL || row->unit || count == sizeof names / sizeof *names)
            continue;
        names[count++] = row->name;
        misspelled = misspelled || property_misspelled(table, object, row->name);
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, row->name);
        if (!item || parse_is_nothing(item))
            continue;
        given++;
        last = item;
    }
    char hint[PARSE_HINT];
    if (count == 0 || given == 1 || (given == 0 && misspelled))
        return;
    if (given == 0) {
        parse_error(parse, anchor, path, NULL, "needs one arrival process: %s", parse_list_choices(names, count, hint));
        return;
    }
    struct parse_path inner = {path, last->string, 0};
    parse_key_error(parse, last, &inner, "make a source of each", "a source has one arrival process, and here are %zu", given);
}

static void check_required(struct parse *parse, const struct property *table, const cJSON *object, const cJSON *anchor,
                           const struct parse_path *path)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row; row = property_next(&walk)) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, row->name);
        if (row->required && (!item || parse_is_nothing(item)) && !property_misspelled(table, object, row->name))
            parse_error(parse, anchor, path, row->help, "\"%s\" is missing", parse_spelling(parse, row->name));
    }
}

/* `event` and its like are read together: what is sent is one of all combinations. */
static void parse_contents(struct parse *parse, const struct property *table, const cJSON *object, const struct parse_path *path,
                           void *blob)
{
    struct property_walk walk;
    struct content_choice choice;
    const struct property *row = property_first(&walk, table);
    while (row && row->kind != PROPERTY_CONTENT)
        row = property_next(&walk);
    if (row && object && content_choice_parse(parse, object, path, &choice))
        memcpy((char *)blob + row->offset, &choice, sizeof choice);
}

/* State machines, with what stands beside them for their texts. */
static void parse_workflows(struct parse *parse, const struct property *table, const cJSON *object, const struct parse_path *path,
                            void *blob)
{
    struct property_walk walk;
    for (const struct property *row = property_first(&walk, table); row && object; row = property_next(&walk)) {
        const struct workflow *workflow =
            row->kind == PROPERTY_WORKFLOW ? workflow_parse(parse, object, path, row->name, row->unit, row->outside) : NULL;
        if (workflow)
            property_set_pointer(row, workflow, blob);
    }
}

void property_parse(struct parse *parse, const struct property *table, const cJSON *object, const cJSON *anchor,
                    const struct parse_path *path, const char *const *others, void *blob)
{
    if (object && parse_is_nothing(object))
        object = NULL;
    const struct property *itself = table ? property_find(table, PROPERTY_ITSELF) : NULL;
    if (object && itself && (!cJSON_IsObject(object) || itself->kind == PROPERTY_MAP || reference_is_function(object))) {
        if (property_value(parse, itself, object, path, blob))
            mark_given(itself, blob);
        return;
    }
    if (object && !parse_expect_object(parse, object, path, NULL))
        return;
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        const struct property *property = property_find(table, item->string);
        property = property && property != itself ? property : property_find(table, PROPERTY_ANY_KEY);
        struct parse_path inner = {path, parse_spelling(parse, item->string), 0};
        if (property && !parse_is_nothing(item)) {
            if (property_value(parse, property, item, &inner, blob)) /* what is wrong counts as not given: models trust the flag */
                mark_given(property, blob);
        } else if (!property && !is_one_of(item->string, others)) {
            unknown_key(parse, table, others, item, path);
        }
    }
    if (!table)
        return;
    parse_contents(parse, table, object, path, blob);
    parse_workflows(parse, table, object, path, blob);
    check_required(parse, table, object, object ? object : anchor, path);
    check_arrival(parse, table, object, object ? object : anchor, path);
}
