/* template_scope.c: what a template knows by name: sections, parameters, pseudo parameters; and how it complains. */
#include "document/template.h"

#include "document/json_edit.h"
#include "document/suggest.h"
#include "document/units.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADE_MOST ((size_t)256 << 20)

void template_error(struct template *template, const cJSON *node, const char *hint, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    diagnose(template->diagnostics, SEVERITY_ERROR, places_of(template->places, node), NULL, hint, "%s",
             message == NULL ? "memory ran out" : message);
    free(message);
}

const char *template_suggestion(const cJSON *object, const char *word, char *buffer, size_t size)
{
    size_t count = 0;
    for (const cJSON *child = object == NULL ? NULL : object->child; child != NULL; child = child->next)
        count++;
    const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        return NULL;
    count = 0;
    for (const cJSON *child = object == NULL ? NULL : object->child; child != NULL; child = child->next)
        names[count++] = child->string;
    const char *nearest = suggest(word, names, count);
    free(names);
    if (nearest == NULL)
        return NULL;
    snprintf(buffer, size, "did you mean \"%s\"?", nearest);
    return buffer;
}

const cJSON *template_section(const struct template *template, const char *name)
{
    const cJSON *section = cJSON_GetObjectItemCaseSensitive(template->tree, name);
    return cJSON_IsObject(section) ? section : NULL;
}

const char *template_pseudo_parameter(const struct template *template, const char *name)
{
    /* The names are the template language's own. */
    static const struct {
        const char *name, *value;
    } pseudo[] = {
        {"AWS::Region", "us-east-1"},
        {"AWS::AccountId", "123456789012"},
        {"AWS::Partition", "aws"},
        {"AWS::URLSuffix", "amazonaws.com"},
        {"AWS::StackId", "arn:aws:cloudformation:us-east-1:123456789012:stack/slsim/00000000-0000-0000-0000-000000000000"},
    };
    if (strcmp(name, "AWS::StackName") == 0)
        return template->stack_name;
    for (size_t i = 0; i < sizeof pseudo / sizeof *pseudo; i++)
        if (strcmp(name, pseudo[i].name) == 0)
            return pseudo[i].value;
    return NULL;
}

bool template_charge(struct template *template, size_t bytes)
{
    if (bytes <= MADE_MOST - template->made) {
        template->made += bytes;
        return true;
    }
    if (!template->too_large)
        diagnose(template->diagnostics, SEVERITY_ERROR, places_of(template->places, template->tree), NULL, NULL,
                 "the template grows beyond %zu MiB when its parameters, mappings and defaults are put in", MADE_MOST >> 20);
    template->too_large = template->failed = true;
    return false;
}

size_t template_weight(const cJSON *node)
{
    size_t weight = 64 + (node->string == NULL ? 0 : strlen(node->string)) + (node->valuestring == NULL ? 0 : strlen(node->valuestring));
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        weight += template_weight(child);
    return weight;
}

static const char *string_of(const cJSON *object, const char *key)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(node) ? node->valuestring : NULL;
}

/* "a, b" to ["a", "b"]. */
static cJSON *split_list(const char *text)
{
    cJSON *list = cJSON_CreateArray();
    while (list != NULL) {
        const char *comma = strchr(text, ',');
        const char *end = comma == NULL ? text + strlen(text) : comma;
        while (text < end && isspace((unsigned char)*text))
            text++;
        while (end > text && isspace((unsigned char)end[-1]))
            end--;
        char *item = strndup(text, (size_t)(end - text));
        cJSON *node = item == NULL ? NULL : cJSON_CreateString(item);
        free(item);
        if (node == NULL) {
            cJSON_Delete(list);
            return NULL;
        }
        cJSON_AddItemToArray(list, node);
        if (comma == NULL)
            return list;
        text = comma + 1;
    }
    return NULL;
}

/* The value by its declared type: numbers and lists come as text. */
static cJSON *typed(struct template *template, const char *name, const char *type, const cJSON *value)
{
    double number;
    if (cJSON_IsString(value) && strcmp(type, "Number") == 0) {
        if (units_parse_number(value->valuestring, &number))
            return cJSON_CreateNumber(number);
        template_error(template, value, NULL, "the parameter \"%s\" is a number, not \"%s\"", name, value->valuestring);
    } else if (cJSON_IsString(value) && (strcmp(type, "CommaDelimitedList") == 0 || strncmp(type, "List<", 5) == 0)) {
        return split_list(value->valuestring);
    }
    return cJSON_Duplicate(value, true);
}

cJSON *template_parameter(struct template *template, const char *name, const cJSON *where)
{
    const cJSON *declared = cJSON_GetObjectItemCaseSensitive(template_section(template, "Parameters"), name);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(template->given, name);
    if (declared == NULL && value == NULL)
        return NULL;
    const char *type = string_of(declared, "Type");
    if (value == NULL)
        value = cJSON_GetObjectItemCaseSensitive(declared, "Default");
    if (value != NULL && !template_charge(template, template_weight(value)))
        return NULL;
    cJSON *node;
    if (value != NULL) {
        node = typed(template, name, type == NULL ? "String" : type, value);
    } else {
        char hint[160];
        snprintf(hint, sizeof hint, "give it: \"parameters\": {\"%.100s\": ...}", name);
        diagnose(template->diagnostics, SEVERITY_WARNING, places_of(template->places, where), NULL, hint,
                 "the template's parameter \"%s\" has no default: its own name stands in its place", name);
        node = cJSON_CreateString(name);
    }
    if (node == NULL)
        template->failed = true;
    else
        json_set_places(template->places, node, places_of(template->places, where));
    return node;
}
