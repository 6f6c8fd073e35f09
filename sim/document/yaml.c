/* yaml.c: libyaml's events to a cJSON tree. */
#include "document/yaml.h"

#include "document/json_edit.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#define DEPTH_MOST 200u
#define NAME_MOST 120u

/* What is being filled: an object or a list, and the key that waits for its value. */
struct level {
    cJSON *node;
    char *key; /* owned; NULL: none */
    struct place key_place;
};

struct reading {
    const char *file;
    const char *text; /* `length` bytes */
    size_t length;
    struct places *places;
    struct diagnostics *diagnostics;
    cJSON *root;
    struct level levels[DEPTH_MOST];
    size_t depth;
    enum status status;
};

static struct place place_of(const struct reading *reading, const yaml_mark_t *mark)
{
    int line = mark->line < INT_MAX ? (int)mark->line + 1 : 0, column = mark->column < INT_MAX ? (int)mark->column + 1 : 0;
    return (struct place){reading->file, line, column};
}

static void refuse(struct reading *reading, const yaml_mark_t *mark, const char *hint, const char *message, const char *what)
{
    diagnose(reading->diagnostics, SEVERITY_ERROR, place_of(reading, mark), NULL, hint, message, what);
    reading->status = STATUS_INVALID;
}

/* Is a plain word a number as JSON has it? What begins with a zero that says nothing is an account's number, not one to the base of eight.
 */
static bool is_number(const char *text, double *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if ((*digits < '0' || *digits > '9') && !(*digits == '.' && digits[1] >= '0' && digits[1] <= '9'))
        return false;
    if (*digits == '0' && digits[1] >= '0' && digits[1] <= '9')
        return false;
    if (strspn(digits, "0123456789.eE+-") != strlen(digits))
        return false;
    char *end;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

static cJSON *plain_node(const char *text)
{
    static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};
    double value;
    if (*text == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0)
        return cJSON_CreateNull();
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcasecmp(text, yes[i]) == 0)
            return cJSON_CreateTrue();
        if (strcasecmp(text, no[i]) == 0)
            return cJSON_CreateFalse();
    }
    return is_number(text, &value) ? cJSON_CreateNumber(value) : cJSON_CreateString(text);
}

/* The function that a short tag stands for, in `name`; false: it is none. */
static bool function_of(const yaml_char_t *tag, char name[NAME_MOST])
{
    const char *text = (const char *)tag;
    if (!text || text[0] != '!' || text[1] == '\0' || text[1] == '!')
        return false;
    bool bare = strcmp(text + 1, "Ref") == 0 || strcmp(text + 1, "Condition") == 0;
    snprintf(name, NAME_MOST, "%s%.100s", bare ? "" : "Fn::", text + 1);
    return true;
}

/* {name: value}; takes the value. */
static cJSON *call(struct reading *reading, const char *name, cJSON *value, struct place place)
{
    cJSON *object = cJSON_CreateObject();
    if (!object || !value || !cJSON_AddItemToObject(object, name, value)) {
        cJSON_Delete(object);
        places_delete(reading->places, value);
        reading->status = STATUS_NO_MEMORY;
        return NULL;
    }
    places_set(reading->places, object, place.file, place.line, place.column);
    places_set_key(reading->places, value, place.line, place.column);
    return object;
}

/* "A.B.C" is the attribute B.C of A. */
static cJSON *attribute(const char *text)
{
    const char *dot = strchr(text, '.');
    cJSON *list = cJSON_CreateArray();
    char *name = dot ? strndup(text, (size_t)(dot - text)) : NULL;
    cJSON *first = name ? cJSON_CreateString(name) : NULL, *second = dot ? cJSON_CreateString(dot + 1) : NULL;
    free(name);
    if (list && first && second && cJSON_AddItemToArray(list, first)) {
        if (cJSON_AddItemToArray(list, second))
            return list;
        first = NULL;
    }
    cJSON_Delete(first);
    cJSON_Delete(second);
    cJSON_Delete(list);
    return NULL;
}

/* Puts the node where the reading stands. Takes it. */
static void put(struct reading *reading, cJSON *node, const yaml_mark_t *mark)
{
    struct level *level = reading->depth > 0 ? &reading->levels[reading->depth - 1] : NULL;
    bool added;
    if (!node) {
        reading->status = STATUS_NO_MEMORY;
        return;
    }
    if (!level) {
        reading->root = node;
        return;
    }
    if (cJSON_IsArray(level->node)) {
        added = cJSON_AddItemToArray(level->node, node);
    } else if (level->key) {
        added = cJSON_AddItemToObject(level->node, level->key, node);
        places_set_key(reading->places, node, level->key_place.line, level->key_place.column);
        free(level->key);
        level->key = NULL;
    } else {
        places_delete(reading->places, node);
        refuse(reading, mark, "write a word before the colon", "a key must be text", NULL);
        return;
    }
    if (!added) {
        places_delete(reading->places, node);
        reading->status = STATUS_NO_MEMORY;
    }
}

static void read_key(struct reading *reading, const yaml_event_t *event)
{
    struct level *level = &reading->levels[reading->depth - 1];
    const char *text = (const char *)event->data.scalar.value;
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0) {
        refuse(reading, &event->start_mark, "write the keys out", "keys are not merged in templates", NULL);
        return;
    }
    level->key = strdup(text);
    level->key_place = place_of(reading, &event->start_mark);
    if (!level->key)
        reading->status = STATUS_NO_MEMORY;
}

static void read_scalar(struct reading *reading, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    const struct level *level = reading->depth > 0 ? &reading->levels[reading->depth - 1] : NULL;
    char name[NAME_MOST];
    struct place place = place_of(reading, &event->start_mark);
    if (strlen(text) != event->data.scalar.length) {
        refuse(reading, &event->start_mark, NULL, "a text may not hold a zero byte", NULL);
        return;
    }
    if (level && cJSON_IsObject(level->node) && !level->key) {
        read_key(reading, event);
        return;
    }
    bool is_call = function_of(event->data.scalar.tag, name);
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !is_call && !event->data.scalar.tag;
    cJSON *node = is_call && strcmp(name, "Fn::GetAtt") == 0 && strchr(text, '.') ? attribute(text)
                  : plain                                                         ? plain_node(text)
                                                                                  : cJSON_CreateString(text);
    if (node)
        json_set_places(reading->places, node, place);
    put(reading, is_call && node ? call(reading, name, node, place) : node, &event->start_mark);
}

/* A mapping or a sequence begins. */
static void begin(struct reading *reading, const yaml_event_t *event, cJSON *node, const yaml_char_t *tag)
{
    char name[NAME_MOST];
    struct place place = place_of(reading, &event->start_mark);
    if (reading->depth == DEPTH_MOST) {
        cJSON_Delete(node);
        refuse(reading, &event->start_mark, NULL, "is nested too deeply", NULL);
        return;
    }
    if (node)
        places_set(reading->places, node, place.file, place.line, place.column);
    cJSON *whole = node && function_of(tag, name) ? call(reading, name, node, place) : node;
    put(reading, whole, &event->start_mark);
    if (reading->status == STATUS_OK)
        reading->levels[reading->depth++] = (struct level){.node = node};
}

static void end(struct reading *reading)
{
    free(reading->levels[--reading->depth].key);
}

static void read_event(struct reading *reading, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        read_scalar(reading, event);
        break;
    case YAML_MAPPING_START_EVENT:
        begin(reading, event, cJSON_CreateObject(), event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_START_EVENT:
        begin(reading, event, cJSON_CreateArray(), event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        end(reading);
        break;
    case YAML_ALIAS_EVENT:
        refuse(reading, &event->start_mark, "write it out", "aliases are not allowed in templates: *%s",
               (const char *)event->data.alias.anchor);
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (reading->root)
            refuse(reading, &event->start_mark, NULL, "a template is one document", NULL);
        break;
    default:
        break;
    }
}

static void report_syntax(struct reading *reading, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        reading->status = STATUS_NO_MEMORY;
        return;
    }
    yaml_mark_t mark = parser->problem_mark;
    const char *problem = parser->problem ? parser->problem : "it cannot be read";
    char hint[160] = "";
    if (reading->text && mark.index < reading->length && reading->text[mark.index] == '\t')
        snprintf(hint, sizeof hint, "indent with spaces: YAML allows no tabs there");
    else if (strstr(problem, "mapping values are not allowed"))
        snprintf(hint, sizeof hint, "is the line indented as its neighbours are? A text with \": \" in it needs quotes");
    else if (parser->context && parser->context_mark.line != mark.line)
        snprintf(hint, sizeof hint, "%.80s that begins in line %zu", parser->context, parser->context_mark.line + 1);
    else if (parser->context)
        snprintf(hint, sizeof hint, "%.80s", parser->context);
    refuse(reading, &mark, hint, "is no YAML: %s", problem);
}

enum status yaml_parse(const char *text, size_t length, const char *file, struct places *places, struct diagnostics *diagnostics,
                       cJSON **tree)
{
    yaml_parser_t parser;
    struct reading *reading = calloc(1, sizeof *reading);
    *tree = NULL;
    if (!reading || !yaml_parser_initialize(&parser)) {
        free(reading);
        return STATUS_NO_MEMORY;
    }
    *reading = (struct reading){.file = file, .text = text, .length = length, .places = places, .diagnostics = diagnostics};
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    for (bool over = false; !over && reading->status == STATUS_OK;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            report_syntax(reading, &parser);
            break;
        }
        over = event.type == YAML_STREAM_END_EVENT;
        read_event(reading, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    while (reading->depth > 0)
        end(reading);
    if (reading->status == STATUS_OK && reading->root)
        reading->status = json_drop_repeated_keys(reading->root, places, diagnostics);
    if (reading->status == STATUS_OK && !reading->root) { /* an empty file */
        put(reading, cJSON_CreateNull(), NULL);
        if (reading->root)
            places_set(places, reading->root, file, 1, 1);
    }
    enum status status = reading->status;
    if (status == STATUS_OK)
        *tree = reading->root;
    else
        places_delete(places, reading->root);
    free(reading);
    return status;
}
