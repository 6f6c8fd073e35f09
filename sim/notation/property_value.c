/* property_value.c: the values of single properties, by their kind. */
#include "notation/property_value.h"

#include "document/suggest.h"
#include "engine/request.h"
#include "engine/sim_time.h"
#include "notation/arrival_parse.h"
#include "notation/distribution_parse.h"
#include "notation/key_parse.h"
#include "notation/pattern.h"
#include "notation/references.h"
#include "notation/retry_parse.h"
#include "notation/step_parse.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void *field(const struct property *property, void *blob)
{
    return (char *)blob + property->offset;
}

static void store_int(const struct property *property, int value, void *blob)
{
    memcpy(field(property, blob), &value, sizeof value);
}

void property_store(const struct property *property, double base, void *blob)
{
    int64_t whole = 0;
    switch (property->kind) {
    case PROPERTY_INTEGER:
        whole = base >= 9.2e18 ? INT64_MAX : base <= -9.2e18 ? INT64_MIN : (int64_t)base;
        memcpy(field(property, blob), &whole, sizeof whole);
        break;
    case PROPERTY_TIME:
    case PROPERTY_SIZE:
        whole = time_from_double(base); /* rounds and clamps, bytes too */
        memcpy(field(property, blob), &whole, sizeof whole);
        break;
    default:
        memcpy(field(property, blob), &base, sizeof base);
        break;
    }
}

/* Whole numbers, numbers, times, sizes, rates, probabilities. */
static bool value_number(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    double base = 0;
    if (property->kind == PROPERTY_INTEGER) {
        int64_t whole = 0;
        if (!value_parse_integer(parse, property->unit, node, path, &whole) || !property_within(parse, property, (double)whole, node, path))
            return false;
        memcpy(field(property, blob), &whole, sizeof whole);
        return true;
    }
    if (!value_parse(parse, property_quantity(property), property->unit, node, path, &base) ||
        !property_within(parse, property, base, node, path))
        return false;
    property_store(property, base, blob);
    return true;
}

static bool value_boolean(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                          void *blob)
{
    char shown[PARSE_SHOWN];
    bool value = cJSON_IsTrue(node) || (cJSON_IsString(node) && strcmp(node->valuestring, "true") == 0);
    if (!value && !cJSON_IsFalse(node) && !(cJSON_IsString(node) && strcmp(node->valuestring, "false") == 0)) {
        parse_error(parse, node, path, parse_function_hint(node), "must be true or false, got %s", parse_show(node, shown));
        return false;
    }
    memcpy(field(property, blob), &value, sizeof value);
    return true;
}

static size_t choice_count(const struct property *property)
{
    size_t count = 0;
    while (property->choices && property->choices[count])
        count++;
    return count;
}

/* The index of the choice that a string names; -1 after reporting. */
static int find_choice(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path)
{
    size_t count = choice_count(property);
    for (size_t i = 0; cJSON_IsString(node) && i < count; i++)
        if (strcmp(property->choices[i], node->valuestring) == 0)
            return (int)i;
    char listed[PARSE_HINT], hint[PARSE_HINT], shown[PARSE_SHOWN];
    const char *word = cJSON_IsString(node) ? node->valuestring : NULL;
    const char *said = parse_suggestion(parse, word, property->choices, count, hint);
    if (count == 1) {
        parse_error(parse, node, path, NULL, "must be \"%s\", got %s", property->choices[0], parse_show(node, shown));
        return -1;
    }
    parse_error(parse, node, path, said ? said : parse_function_hint(node), "must be one of %s%s, got %s",
                parse_list_names(property->choices, count, listed),
                property->kind == PROPERTY_ENUM && property->properties ? ", or an object" : "", parse_show(node, shown));
    return -1;
}

static bool value_enum(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    if (property->kind == PROPERTY_ENUM && property->properties && cJSON_IsObject(node)) {
        property_parse(parse, property->properties, node, node, path, NULL, blob);
        store_int(property, -1, blob);
        return true;
    }
    if (property->kind == PROPERTY_ENUM_LIST && cJSON_IsArray(node)) {
        if (cJSON_GetArraySize(node) != 1) {
            parse_error(parse, node, path, NULL, "must be a list of exactly one, got %d", cJSON_GetArraySize(node));
            return false;
        }
        node = node->child;
    }
    int choice = find_choice(parse, property, node, path);
    if (choice >= 0)
        store_int(property, choice, blob);
    return choice >= 0;
}

static bool value_flags(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    uint32_t flags = 0;
    bool good = true, list = cJSON_IsArray(node);
    size_t i = 0;
    for (const cJSON *item = list ? node->child : node; item; item = list ? item->next : NULL, i++) {
        struct parse_path inner = {path, NULL, i};
        int choice = find_choice(parse, property, item, list ? &inner : path);
        good = good && choice >= 0;
        if (choice >= 0)
            flags |= UINT32_C(1) << (choice & 31);
    }
    if (good)
        memcpy(field(property, blob), &flags, sizeof flags);
    return good;
}

static enum distribution_unit drawn_unit(const struct property *property)
{
    return property->kind == PROPERTY_SIZE_DISTRIBUTION    ? DISTRIBUTION_OF_SIZE
           : property->kind == PROPERTY_COUNT_DISTRIBUTION ? DISTRIBUTION_OF_COUNT
                                                           : DISTRIBUTION_OF_TIME;
}

static bool value_distribution(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                               void *blob)
{
    const struct distribution *drawn = distribution_keep(parse, drawn_unit(property), property->unit, node, path);
    if (!drawn || (distribution_is_constant(drawn) && !property_within(parse, property, drawn->a, node, path)))
        return false;
    memcpy(field(property, blob), &drawn, sizeof drawn);
    return true;
}

static bool value_lifetime(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                           void *blob)
{
    struct lifetime lifetime = {.kind = LIFETIME_DRAWN};
    const cJSON *halving = cJSON_GetObjectItemCaseSensitive(node, "halving");
    struct parse_path inner = {path, "halving", 0};
    double ns = 0;
    static const char *const forever[] = {"forever", "infinite", "never"}; /* the first is the word, the others are meant for it */
    const char *near = cJSON_IsString(node) ? suggest(node->valuestring, forever, sizeof forever / sizeof *forever) : NULL;
    if (cJSON_IsString(node) && strcmp(node->valuestring, forever[0]) == 0) {
        lifetime.kind = LIFETIME_FOREVER;
    } else if (near) {
        char shown[PARSE_SHOWN];
        parse_error(parse, node, path, "did you mean \"forever\"?",
                    "must be a time, a distribution, \"forever\" or {\"halving\": ...}, got %s", parse_show(node, shown));
        return false;
    } else if (halving && node->child->next) {
        parse_error(parse, node, path, NULL, "\"halving\" stands alone");
        return false;
    } else if (halving) {
        if (!value_parse(parse, QUANTITY_TIME, property->unit, halving, &inner, &ns))
            return false;
        lifetime.kind = LIFETIME_HALVING;
        lifetime.halving_ns = time_from_double(ns);
        if (lifetime.halving_ns == 0) {
            parse_error(parse, halving, &inner, NULL, "must be above 0");
            return false;
        }
    } else {
        lifetime.drawn = distribution_keep(parse, DISTRIBUTION_OF_TIME, property->unit, node, path);
        if (!lifetime.drawn)
            return false;
    }
    memcpy(field(property, blob), &lifetime, sizeof lifetime);
    return true;
}

static bool value_steps(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    struct step_list list;
    bool good = steps_parse(parse, node, path, &list);
    memcpy(field(property, blob), &list, sizeof list);
    return good;
}

static bool value_arrival(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                          void *blob)
{
    const struct arrival_process *process = arrival_parse(parse, property->unit ? property->unit : property->name, node, path);
    if (process)
        memcpy(field(property, blob), &process, sizeof process);
    return process != NULL;
}

/* Is it one of the words that may stand there, or nearly so? Then it is no resource: ENTITY_NONE after reporting. */
static bool is_word(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                    uint32_t *entity)
{
    char hint[PARSE_HINT];
    size_t count = choice_count(property);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(node->valuestring, property->choices[i]) == 0) {
            *entity = ENTITY_WORD(i);
            return true;
        }
    *entity = ENTITY_NONE;
    if (!suggest(node->valuestring, property->choices, count) || references_find(parse->references, node->valuestring))
        return false;
    parse_error(parse, node, path, parse_suggestion(parse, node->valuestring, property->choices, count, hint),
                "there is no resource \"%s\"", node->valuestring);
    return true;
}

static bool value_reference(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                            void *blob)
{
    uint32_t entity = 0;
    const char *text = NULL;
    if (property->outside && reference_is_outside(node)) {
        entity = ENTITY_NONE;
        memcpy(field(property, blob), &entity, sizeof entity);
        return true;
    }
    if (property->choices && cJSON_IsString(node) && is_word(parse, property, node, path, &entity)) {
        memcpy(field(property, blob), &entity, sizeof entity);
        return entity != ENTITY_NONE;
    }
    if (!reference_parse(parse, node, path, &entity, &text))
        return false;
    memcpy(field(property, blob), &entity, sizeof entity);
    struct qualifier *qualifier = text && parse->qualifiers ? store_alloc(parse->store, 1, sizeof *qualifier) : NULL;
    if (qualifier) {
        *qualifier = (struct qualifier){property, entity, text, *parse->qualifiers};
        *parse->qualifiers = qualifier;
    }
    return true;
}

static bool value_object(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    property_parse(parse, property->properties, node, node, path, NULL, blob);
    return true;
}

static size_t element_count(const cJSON *list)
{
    size_t count = 0;
    for (const cJSON *item = list->child; item; item = item->next)
        count += !parse_is_nothing(item);
    return count;
}

/* A list, or an object whose members are the elements. */
static bool value_list(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    bool map = property->kind == PROPERTY_MAP, lone = !map && property->lone && !cJSON_IsArray(node);
    if (!lone && (map ? !parse_expect_object(parse, node, path, "write {\"name\": { ... }}")
                      : !parse_expect_list(parse, node, path, "write [{ ... }, { ... }]")))
        return false;
    struct property_list list = {.count = lone ? 1 : element_count(node)};
    if (!property_within(parse, property, (double)list.count, node, path))
        return false;
    char *element = store_alloc(parse->store, list.count, property->size);
    size_t index = 0;
    list.items = element;
    if (!element)
        return false;
    for (const cJSON *item = lone ? node : node->child; item; item = lone ? NULL : item->next, index++) {
        struct parse_path inner = {path, map ? item->string : NULL, index};
        if (parse_is_nothing(item))
            continue;
        property_defaults(parse, property->properties, element);
        const char *key = map ? store_string(parse->store, item->string) : NULL;
        if (map)
            memcpy(element, &key, sizeof key);
        property_parse(parse, property->properties, item, item, lone ? path : &inner, NULL, element);
        element += property->size;
    }
    memcpy(field(property, blob), &list, sizeof list);
    return true;
}

/* The text of a string, a number, or an intrinsic function that stays unresolved; NULL after reporting. */
static const char *text_of(struct parse *parse, const cJSON *node, const struct parse_path *path)
{
    char shown[PARSE_SHOWN];
    const char *text = reference_text(parse, node);
    if (!text && cJSON_IsNumber(node)) /* a template may write 18 where a string is meant */
        text = store_string(parse->store, parse_show(node, shown));
    else if (!text && cJSON_IsBool(node)) /* or true */
        text = cJSON_IsTrue(node) ? "true" : "false";
    else if (!text && !parse->failed)
        parse_error(parse, node, path, NULL, "must be a string, got %s", parse_show(node, shown));
    return text;
}

static bool value_string(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    const char *text = text_of(parse, node, path);
    if (text)
        memcpy(field(property, blob), &text, sizeof text);
    return text != NULL;
}

static bool value_strings(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                          void *blob)
{
    bool list = cJSON_IsArray(node), good = true;
    struct string_list strings = {.count = list ? element_count(node) : 1};
    const char **items = store_alloc(parse->store, strings.count, sizeof *items);
    size_t index = 0, used = 0;
    if (!items || !property_within(parse, property, (double)strings.count, node, path))
        return false;
    for (const cJSON *item = list ? node->child : node; item; item = list ? item->next : NULL, index++) {
        struct parse_path inner = {path, NULL, index};
        if (list && parse_is_nothing(item))
            continue;
        items[used] = text_of(parse, item, list ? &inner : path);
        good = items[used++] && good;
    }
    strings.items = items;
    if (good)
        memcpy(field(property, blob), &strings, sizeof strings);
    return good;
}

static bool value_key(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    struct key_choice choice;
    parse->names_keys = true;
    if (!key_parse(parse, node, path, &choice))
        return false;
    memcpy(field(property, blob), &choice, sizeof choice);
    return true;
}

static bool value_json(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    (void)path;
    char *text = cJSON_PrintUnformatted(node);
    const char *kept = text ? store_string(parse->store, text) : NULL;
    parse->failed = parse->failed || !kept;
    cJSON_free(text);
    if (kept)
        memcpy(field(property, blob), &kept, sizeof kept);
    return kept != NULL;
}

static bool value_retry(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    return value_enum(parse, &retry_spelling, node, path, field(property, blob));
}

static bool value_pattern(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                          void *blob)
{
    const struct pattern *pattern = pattern_parse(parse, property->unit, node, path);
    if (pattern)
        memcpy(field(property, blob), &pattern, sizeof pattern);
    return pattern != NULL;
}

static bool value_accepted(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                           void *blob)
{
    (void)parse, (void)property, (void)node, (void)path, (void)blob;
    return true;
}

/* What is not simulated must not be believed to be. */
static bool value_later(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    (void)blob;
    parse_key_error(parse, node, path, "leave it out: it would have no effect", "not modelled yet: %s", property->help);
    return false;
}

static bool (*const kinds[])(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path,
                             void *blob) = {
    [PROPERTY_INTEGER] = value_number,
    [PROPERTY_NUMBER] = value_number,
    [PROPERTY_BOOLEAN] = value_boolean,
    [PROPERTY_STRING] = value_string,
    [PROPERTY_ENUM] = value_enum,
    [PROPERTY_TIME] = value_number,
    [PROPERTY_SIZE] = value_number,
    [PROPERTY_RATE] = value_number,
    [PROPERTY_PROBABILITY] = value_number,
    [PROPERTY_TIME_DISTRIBUTION] = value_distribution,
    [PROPERTY_SIZE_DISTRIBUTION] = value_distribution,
    [PROPERTY_COUNT_DISTRIBUTION] = value_distribution,
    [PROPERTY_LIFETIME] = value_lifetime,
    [PROPERTY_STEPS] = value_steps,
    [PROPERTY_ARRIVAL] = value_arrival,
    [PROPERTY_REFERENCE] = value_reference,
    [PROPERTY_OBJECT] = value_object,
    [PROPERTY_ACCEPTED] = value_accepted,
    [PROPERTY_ENUM_LIST] = value_enum,
    [PROPERTY_FLAGS] = value_flags,
    [PROPERTY_LIST] = value_list,
    [PROPERTY_MAP] = value_list,
    [PROPERTY_STRINGS] = value_strings,
    [PROPERTY_KEY] = value_key,
    [PROPERTY_JSON] = value_json,
    [PROPERTY_RETRY] = value_retry,
    [PROPERTY_CONTENT] = value_accepted, /* property_parse reads its rows together */
    [PROPERTY_PATTERN] = value_pattern,
    [PROPERTY_WORKFLOW] = value_accepted, /* property_parse reads it with what stands beside it */
    [PROPERTY_LATER] = value_later,
};

bool property_value(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob)
{
    if ((size_t)property->kind < sizeof kinds / sizeof *kinds && kinds[property->kind])
        return kinds[property->kind](parse, property, node, path, blob);
    parse_error(parse, node, path, NULL, "is of a kind that cannot be read");
    return false;
}
