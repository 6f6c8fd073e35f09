/* validation.c: what models ask while a scenario is validated, and where their complaints stand in the file. */
#include "scenario/validation.h"
#include "document/suggest.h"

#include "engine/change.h"
#include "engine/pollable.h"
#include "engine/request.h"
#include "engine/sim_time.h"
#include "notation/distribution_parse.h"
#include "notation/event_content.h"
#include "notation/instant_parse.h"
#include "notation/property_parse.h"
#include "scenario/loader.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8u

const struct rule_book *validation_rules(const struct validation *validation)
{
    return validation->loader->scenario->rules;
}

uint32_t validation_entity_count(const struct validation *validation)
{
    return validation->loader->scenario->entity_count;
}

uint32_t validation_self(const struct validation *validation)
{
    return validation->self;
}

const char *validation_name(const struct validation *validation, uint32_t entity)
{
    return validation->loader->scenario->entities[entity].name;
}

const struct model_type *validation_type(const struct validation *validation, uint32_t entity)
{
    return validation->loader->scenario->entities[entity].type;
}

void *validation_config(const struct validation *validation, uint32_t entity)
{
    return validation->loader->origins[entity].config;
}

uint32_t validation_find(const struct validation *validation, const char *name)
{
    const struct reference_name *found = references_find(&validation->loader->references, name);
    return found ? found->entity : ENTITY_NONE;
}

void validation_want_totals(struct validation *validation)
{
    validation->loader->scenario->wants_totals = true;
}

int64_t validation_duration_ns(const struct validation *validation)
{
    int64_t duration_ns = validation->loader->scenario->settings.duration_ns;
    return duration_ns > 0 ? duration_ns : TIME_FOREVER; /* that it is missing was said: nothing more follows from it */
}

int64_t validation_warmup_ns(const struct validation *validation)
{
    return validation->loader->scenario->settings.warmup_ns;
}

bool validation_allowed(const struct validation *validation, const char *refusal)
{
    const cJSON *allowed = cJSON_GetObjectItemCaseSensitive(validation->loader->tree, "allow_invalid");
    for (const cJSON *item = cJSON_IsArray(allowed) ? allowed->child : NULL; item; item = item->next)
        if (cJSON_IsString(item) && strcmp(item->valuestring, refusal) == 0)
            return true;
    return false;
}

bool validation_written_of(const struct validation *validation, uint32_t entity, const char *property)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(validation->loader->origins[entity].properties, property);
    return node && !parse_is_nothing(node);
}

bool validation_in_order(const struct validation *validation, uint32_t entity)
{
    const struct pollable *pollable = validation_type(validation, entity)->pollable;
    return pollable && pollable->in_order && pollable->in_order(validation_config(validation, entity));
}

/* The row of a property, by the path to it. */
static const struct property *row_of(const struct model_type *type, const char *property)
{
    static const char behavior[] = "behavior.";
    const bool own = strncmp(property, behavior, strlen(behavior)) == 0;
    const struct property *table = own ? type->behavior : type->properties;
    property += own ? strlen(behavior) : 0;
    for (const char *dot; table && (dot = strchr(property, '.')); property = dot + 1) {
        char name[100];
        snprintf(name, sizeof name, "%.*s", (int)(dot - property < 99 ? dot - property : 0), property);
        const struct property *row = property_find(table, name);
        table = row && row->kind == PROPERTY_OBJECT ? row->properties : NULL;
    }
    return table ? property_find(table, property) : NULL;
}

bool validation_number_of(const struct validation *validation, uint32_t entity, const char *property, double *number)
{
    const struct property *row = row_of(validation_type(validation, entity), property);
    const char *field = (const char *)validation_config(validation, entity) + (row ? row->offset : 0);
    const enum property_kind kind = row ? row->kind : PROPERTY_ACCEPTED;
    if (kind == PROPERTY_NUMBER || kind == PROPERTY_PROBABILITY) {
        memcpy(number, field, sizeof *number);
        return true;
    }
    if (kind == PROPERTY_BOOLEAN) {
        bool flag;
        memcpy(&flag, field, sizeof flag);
        *number = flag;
        return true;
    }
    if (kind != PROPERTY_INTEGER && kind != PROPERTY_TIME && kind != PROPERTY_SIZE)
        return false;
    int64_t whole;
    memcpy(&whole, field, sizeof whole);
    *number = (double)whole;
    return true;
}

const char *validation_choice_of(const struct validation *validation, uint32_t entity, const char *property)
{
    const struct property *row = row_of(validation_type(validation, entity), property);
    if (!row || (row->kind != PROPERTY_ENUM && row->kind != PROPERTY_ENUM_LIST))
        return NULL;
    int choice;
    memcpy(&choice, (const char *)validation_config(validation, entity) + row->offset, sizeof choice);
    for (int i = 0; row->choices[i]; i++)
        if (i == choice)
            return row->choices[i];
    return NULL;
}

bool validation_written(const struct validation *validation, const char *property)
{
    return validation_written_of(validation, validation->self, property);
}

bool validation_varied(const struct validation *validation, const char *property)
{
    const struct loader *loader = validation->loader;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(loader->origins[validation->self].properties, property);
    const char *file = node ? places_of(loader->parse.places, node).file : NULL;
    if (file && strncmp(file, DOCUMENT_SET_PLACE, strlen(DOCUMENT_SET_PLACE)) == 0)
        return true;
    const cJSON *sweep = cJSON_GetObjectItemCaseSensitive(loader->tree, "sweep");
    const cJSON *over = cJSON_GetObjectItemCaseSensitive(sweep, "over");
    const char *name = validation_name(validation, validation->self);
    for (const cJSON *item = cJSON_IsObject(over) ? over->child : NULL; item; item = item->next) {
        size_t length = strlen(name);
        const char *path = item->string;
        if (strncmp(path, "Resources.", 10) == 0)
            path += 10;
        if (strncmp(path, name, length) != 0 || path[length] != '.')
            continue;
        path += length + 1;
        if (strncmp(path, "Properties.", 11) == 0)
            path += 11;
        if (strcmp(path, property) == 0)
            return true;
    }
    return false;
}

const char *validation_qualifier(const struct validation *validation, const char *property)
{
    for (const struct qualifier *here = validation->loader->origins[validation->self].qualifiers; here; here = here->next)
        if (strcmp(here->property->name, property) == 0)
            return here->text;
    return NULL;
}

uint32_t validation_callee(const struct validation *validation, const char *property, uint32_t entity)
{
    if (entity == ENTITY_NONE || (property && validation_qualifier(validation, property)))
        return entity;
    const struct model_type *type = validation_type(validation, entity);
    const char *part = type->default_part ? type->default_part(validation_config(validation, entity)) : NULL;
    char name[600];
    if (!part)
        return entity;
    snprintf(name, sizeof name, "%.255s:%.255s", validation_name(validation, entity), part);
    uint32_t found = validation_find(validation, name);
    return found == ENTITY_NONE ? entity : found;
}

const char *validation_string(struct validation *validation, const char *text)
{
    return store_string(validation->loader->parse.store, text);
}

void *validation_alloc(struct validation *validation, size_t count, size_t size)
{
    return store_alloc(validation->loader->parse.store, count, size);
}

bool validation_instant(const struct validation *validation, const char *text, int64_t *at_ns)
{
    return instant_since(text, validation->loader->parse.start_epoch_s, at_ns);
}

const struct content_table *validation_contents(const struct validation *validation)
{
    return validation->loader->scenario->settings.contents;
}

void validation_contents_where(const struct validation *validation, bool (*test)(const struct content *content, const void *context),
                               const void *context, struct content_set *set)
{
    const struct content_table *table = validation_contents(validation);
    static const struct content unknown = {0};
    *set = (struct content_set){0};
    for (uint32_t i = 0; i < CONTENT_COUNT && (i == 0 || i < table->count); i++)
        if (test(i == 0 ? &unknown : &table->items[i], context))
            content_set_add(set, (uint8_t)i);
}

const char *validation_event_name(const struct validation *validation, uint8_t content, const char *within, size_t index, size_t *values)
{
    const struct event_contents *contents = validation->loader->parse.contents;
    const cJSON *body = contents && content < contents->table.count ? contents->bodies[content] : NULL;
    if (within)
        body = cJSON_GetObjectItemCaseSensitive(body, within);
    const cJSON *item = cJSON_IsObject(body) ? body->child : NULL;
    while (item && index-- > 0)
        item = item->next;
    *values = item && cJSON_IsArray(item) ? (size_t)cJSON_GetArraySize(item) : 1;
    return item ? item->string : NULL;
}

const struct content_set *validation_match(struct validation *validation, const struct pattern *pattern, const struct envelope *envelope,
                                           uint32_t sender)
{
    return content_match(validation->loader, pattern, envelope, sender != ENTITY_NONE ? validation_name(validation, sender) : "");
}

const char *validation_pattern_field(const struct pattern *pattern, size_t index, bool *is_list)
{
    if (index >= pattern->root.field_count)
        return NULL;
    *is_list = !pattern->root.fields[index].inner;
    return pattern->root.fields[index].name;
}

/* One part of a property's name: "Targets", or an element's "Targets[1]", which is cut off before its index. */
struct name_part {
    char *name;
    bool is_element;
    size_t index;
};

static struct name_part name_part(char *text)
{
    struct name_part part = {.name = text};
    char *bracket = strchr(text, '[');
    if (bracket) {
        *bracket = '\0';
        part.is_element = true;
        part.index = strtoul(bracket + 1, NULL, 10);
    }
    return part;
}

/* Reports at the node that `property` names below this entity, or the nearest above it that is there. The dotted name is cut in `name`. */
static void report_below(struct validation *validation, enum severity severity, char *name, const char *hint, const char *message)
{
    struct loader *loader = validation->loader;
    const struct origin *origin = &loader->origins[validation->self];
    bool behavior = strncmp(name, "behavior.", 9) == 0;
    const cJSON *node = validation->change ? validation->change : behavior ? origin->behavior : origin->properties;
    const cJSON *nearest = node ? node : origin->node;
    struct parse_path steps[ORIGIN_STEPS], inner[2 * DEPTH_MAX];
    const struct parse_path *path = validation->change ? validation->change_path : origin_path(loader, validation->self, behavior, steps);
    char *rest = behavior ? name + 9 : name, *state = NULL;
    size_t depth = 0;
    for (char *text = strtok_r(rest, ".", &state); text && depth + 1 < 2 * DEPTH_MAX; text = strtok_r(NULL, ".", &state)) {
        struct name_part part = name_part(text);
        inner[depth] = (struct parse_path){path, parse_spelling(&loader->parse, part.name), 0};
        path = &inner[depth++];
        node = cJSON_GetObjectItemCaseSensitive(node, part.name);
        if (part.is_element) {
            inner[depth] = (struct parse_path){path, NULL, part.index};
            path = &inner[depth++];
            node = cJSON_IsArray(node) && part.index <= INT_MAX ? cJSON_GetArrayItem(node, (int)part.index) : NULL;
        }
        nearest = node ? node : nearest;
    }
    if (severity == SEVERITY_ERROR)
        parse_error(&loader->parse, nearest, path, hint, "%s", message);
    else
        parse_warning(&loader->parse, nearest, path, hint, "%s", message);
}

static void report(struct validation *validation, enum severity severity, const char *property, const char *hint, const char *format,
                   va_list arguments)
{
    struct loader *loader = validation->loader;
    char *message = NULL, *name = property ? strdup(property) : NULL;
    struct parse_path steps[ORIGIN_STEPS];
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    if (!message || (property && !name)) {
        loader->parse.failed = true;
    } else if (name) {
        report_below(validation, severity, name, hint, message);
    } else if (validation->change) {
        if (severity == SEVERITY_ERROR)
            parse_error(&loader->parse, validation->change, validation->change_path, hint, "%s", message);
        else
            parse_warning(&loader->parse, validation->change, validation->change_path, hint, "%s", message);
    } else {
        const struct origin *origin = &loader->origins[validation->self];
        const struct parse_path *path = origin_path(loader, validation->self, false, steps);
        if (origin->kind == ORIGIN_RESOURCE || origin->kind == ORIGIN_FLEET)
            path = path->parent; /* the resource, not its Properties */
        char *text = parse_path_text(path);
        if (text)
            diagnose(loader->parse.diagnostics, severity, loader->scenario->entity_places[validation->self], text, hint, "%s", message);
        loader->parse.failed = loader->parse.failed || !text;
        free(text);
    }
    free(message);
    free(name);
}

void validation_error(struct validation *validation, const char *property, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(validation, SEVERITY_ERROR, property, hint, format, arguments);
    va_end(arguments);
}

void validation_error_of(struct validation *validation, uint32_t entity, const char *property, const char *hint, const char *format, ...)
{
    struct validation other = {.loader = validation->loader, .self = entity};
    va_list arguments;
    va_start(arguments, format);
    report(&other, SEVERITY_ERROR, property, hint, format, arguments);
    va_end(arguments);
}

void validation_warning(struct validation *validation, const char *property, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(validation, SEVERITY_WARNING, property, hint, format, arguments);
    va_end(arguments);
}

void validation_flow(struct validation *validation, uint32_t from, uint32_t to)
{
    loops_add(validation->loader, &(const struct flow){.from = from, .to = to, .times = 1});
}

void validation_passes(struct validation *validation, const struct onward *onward)
{
    loops_add(validation->loader, &(const struct flow){.from = onward->from,
                                                       .to = onward->to,
                                                       .only = onward->only,
                                                       .made = onward->made,
                                                       .times = onward->times,
                                                       .aside = onward->aside});
}

const char *validation_nearest(const char *word, const char *const *names, size_t count)
{
    return suggest(word, names, count);
}

bool validation_keys_are_named(const struct validation *validation)
{
    return validation->loader->parse.names_keys;
}

static void validate(struct loader *loader, uint32_t entity)
{
    struct validation validation = {.loader = loader, .self = entity};
    const struct model_type *type = loader->scenario->entities[entity].type;
    const struct rewritten *rewritten = loader->origins[entity].rewritten;
    loader->parse.renames = rewritten && rewritten->row ? rewritten->row->renames : NULL;
    if (type->validate)
        type->validate(&validation, loader->origins[entity].config);
    loader->parse.renames = NULL;
}

static void judge_sendings(struct loader *loader, uint32_t entity)
{
    struct validation validation = {.loader = loader, .self = entity};
    const struct model_type *type = loader->scenario->entities[entity].type;
    if (type->sends)
        type->sends(&validation, loader->origins[entity].config);
}

/* Does a resource that is left out carry this name? Then it may well be the part that is meant. */
static bool is_named_by_left_out(const struct loader *loader, const char *name)
{
    const cJSON *resources = cJSON_GetObjectItemCaseSensitive(loader->tree, "Resources");
    for (size_t i = 0; i < loader->left_out_count; i++) {
        const cJSON *resource = cJSON_GetObjectItemCaseSensitive(resources, loader->left_out[i].name);
        const cJSON *given = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(resource, "Properties"), "Name");
        if (cJSON_IsString(given) && strcmp(given->valuestring, name) == 0)
            return true;
    }
    return false;
}

/* References that name a part of a resource: the resource knows its parts. */
static void check_parts(struct loader *loader, uint32_t entity)
{
    struct validation validation = {.loader = loader, .self = entity};
    for (const struct qualifier *here = loader->origins[entity].qualifiers; here; here = here->next) {
        uint32_t target = here->entity;
        const struct model_type *type = target < loader->scenario->entity_count ? loader->scenario->entities[target].type : NULL;
        if (type && type->check_part && !is_named_by_left_out(loader, here->text))
            type->check_part(&validation, here->property->name, loader->origins[target].config, here->text);
    }
}

void entities_validate(struct loader *loader)
{
    /* Models look at their neighbours: where reading one failed, it has its defaults. */
    for (uint32_t i = 0; i < loader->scenario->entity_count; i++) {
        struct origin *origin = &loader->origins[i];
        if (!origin->config)
            origin->config = entity_defaults(loader, loader->scenario->entities[i].type);
        if (!origin->config)
            return;
    }
    for (uint32_t i = 1; i < loader->scenario->entity_count; i++) {
        validate(loader, i);
        check_parts(loader, i);
    }
    for (uint32_t i = 1; i < loader->scenario->entity_count; i++)
        judge_sendings(loader, i);
    if (loader->scenario->entity_count > 0)
        validate(loader, 0);
}

void change_validate(struct loader *loader, const cJSON *node, const struct parse_path *path, const struct change *change, void *arguments)
{
    struct validation validation = {.loader = loader, .self = change->entity, .change = node, .change_path = path};
    change->action->validate(&validation, loader->origins[change->entity].config, arguments);
}
