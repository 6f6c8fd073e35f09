/* property_parse.c: walks a property table over a JSON object. The kinds' values are property_value.c's. */
#include "scenario/property_parse.h"

#include "engine/request.h"
#include "scenario/property_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t property_count(const struct property *table)
{
    size_t count = 0;
    while (table && table[count].name)
        count++;
    return count;
}

const struct property *property_find(const struct property *table, const char *name)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
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

void property_defaults(struct parse *parse, const struct property *table, void *blob)
{
    for (; table && table->name; table++) {
        struct parse_path path = {NULL, table->name, 0};
        const struct rule *rule = table->fallback && parse->rules ? rule_find(parse->rules, table->fallback) : NULL;
        if (table->kind == PROPERTY_REFERENCE) {
            uint32_t none = ENTITY_NONE;
            memcpy((char *)blob + table->offset, &none, sizeof none);
        }
        if (table->properties)
            property_defaults(parse, table->properties, blob);
        if (!table->fallback || (rule ? property_of_rule(parse, table, rule, blob) : default_of_json(parse, table, &path, blob)))
            continue;
        parse_error(parse, NULL, &path, "the rule book lacks it, or it is of another kind", "has no usable default: \"%s\"",
                    table->fallback);
    }
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; list && *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static void unknown_key(struct parse *parse, const struct property *table, const char *const *others, const cJSON *item,
                        const struct parse_path *path)
{
    size_t count = property_count(table), room = count, used = 0;
    for (const char *const *other = others; other && *other; other++)
        room++;
    const char **names = calloc(room + 1, sizeof *names);
    if (!names) {
        parse->failed = true;
        return;
    }
    /* What has an effect first: where they are many, a hint lists only some. */
    for (size_t i = 0; i < count; i++)
        if (table[i].kind != PROPERTY_ACCEPTED)
            names[used++] = table[i].name;
    for (const char *const *other = others; other && *other; other++)
        if (!property_find(table, *other))
            names[used++] = *other;
    for (size_t i = 0; i < count; i++)
        if (table[i].kind == PROPERTY_ACCEPTED)
            names[used++] = table[i].name;
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
    for (; table->name && count < sizeof names / sizeof *names; table++) {
        if (table->kind != PROPERTY_ARRIVAL)
            continue;
        names[count++] = table->name;
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, table->name);
        if (!item || parse_is_nothing(item))
            continue;
        given++;
        last = item;
    }
    char hint[PARSE_HINT];
    if (count == 0 || given == 1)
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
    for (; table && table->name; table++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, table->name);
        if (table->required && (!item || parse_is_nothing(item)))
            parse_error(parse, anchor, path, table->help, "\"%s\" is missing", table->name);
    }
}

void property_parse(struct parse *parse, const struct property *table, const cJSON *object, const cJSON *anchor,
                    const struct parse_path *path, const char *const *others, void *blob)
{
    if (object && parse_is_nothing(object))
        object = NULL;
    if (object && !parse_expect_object(parse, object, path, NULL))
        return;
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        const struct property *property = property_find(table, item->string);
        struct parse_path inner = {path, item->string, 0};
        if (property && !parse_is_nothing(item)) {
            if (property_value(parse, property, item, &inner, blob)) /* what is wrong counts as not given: models trust the flag */
                mark_given(property, blob);
        } else if (!property && !is_one_of(item->string, others)) {
            unknown_key(parse, table, others, item, path);
        }
    }
    if (!table)
        return;
    check_required(parse, table, object, object ? object : anchor, path);
    check_arrival(parse, table, object, object ? object : anchor, path);
}
