/* template.c: parameters, global defaults, and the order in which a template's resources are made. */
#include "document/template.h"

#include "document/json_edit.h"
#include "document/suggest.h"
#include "document/units.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_allowed(const cJSON *allowed, const cJSON *value)
{
    char *text = json_scalar_text(value);
    bool found = text == NULL;
    for (const cJSON *one = allowed->child; one != NULL && !found; one = one->next) {
        char *other = json_scalar_text(one);
        found = other != NULL && strcmp(text, other) == 0;
        free(other);
    }
    free(text);
    return found;
}

static void check_given(struct template *template)
{
    const cJSON *parameters = template_section(template, "Parameters");
    for (const cJSON *given = template->given == NULL ? NULL : template->given->child; given != NULL; given = given->next) {
        const cJSON *declared = cJSON_GetObjectItemCaseSensitive(parameters, given->string);
        const cJSON *allowed = cJSON_GetObjectItemCaseSensitive(declared, "AllowedValues");
        char hint[160];
        if (declared == NULL)
            diagnose(template->diagnostics, SEVERITY_ERROR, places_of_key(template->places, given), "parameters",
                     template_suggestion(parameters, given->string, hint, sizeof hint), "the template has no parameter \"%s\"",
                     given->string);
        else if (cJSON_IsArray(allowed) && !is_allowed(allowed, given))
            template_error(template, given, NULL, "the template does not allow this value of its parameter \"%s\"", given->string);
    }
}

enum status template_init(struct template *template, cJSON *tree, const cJSON *given, const char *stack_name, struct places *places,
                          struct diagnostics *diagnostics)
{
    *template = (struct template){.tree = tree, .given = given, .stack_name = stack_name, .places = places, .diagnostics = diagnostics};
    size_t count = 1;
    const cJSON *conditions = template_section(template, "Conditions");
    for (const cJSON *child = conditions == NULL ? NULL : conditions->child; child != NULL; child = child->next)
        count++;
    template->conditions = calloc(count, sizeof *template->conditions);
    if (tree != NULL)
        check_given(template);
    return template->conditions == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

void template_fini(struct template *template)
{
    places_delete(template->places, template->tree);
    free(template->conditions);
    *template = (struct template){0};
}

/* A copy of a default, counted. */
static cJSON *copy_default(struct template *template, const cJSON *item)
{
    cJSON *copy = template_charge(template, template_weight(item)) ? json_copy(template->places, item) : NULL;
    template->failed = template->failed || copy == NULL;
    return copy;
}

static void put_copy(struct template *template, cJSON *object, const char *key, const cJSON *item)
{
    cJSON *copy = copy_default(template, item);
    if (copy != NULL && !json_put(template->places, object, key, copy))
        template->failed = true;
}

static void put_before(struct template *template, cJSON *list, const cJSON *defaults)
{
    int at = 0;
    for (const cJSON *element = defaults->child; element != NULL; element = element->next) {
        cJSON *copy = copy_default(template, element);
        if (copy == NULL)
            return;
        if (list->child == NULL)
            cJSON_AddItemToArray(list, copy);
        else
            cJSON_InsertItemInArray(list, at, copy);
        at++;
    }
}

/* Puts what `target` lacks into it: objects key by key, lists before its own. A function call is one value, whatever it looks like. */
static void put_under(struct template *template, cJSON *target, const cJSON *defaults)
{
    for (const cJSON *item = defaults->child; item != NULL && !template->failed; item = item->next) {
        cJSON *own = cJSON_GetObjectItemCaseSensitive(target, item->string);
        if (own == NULL)
            put_copy(template, target, item->string, item);
        else if (cJSON_IsObject(own) && cJSON_IsObject(item) && template_function(own) == NULL && template_function(item) == NULL)
            put_under(template, own, item);
        else if (cJSON_IsArray(own) && cJSON_IsArray(item))
            put_before(template, own, item);
    }
}

/* "A::B-2016-10-31" makes resources of the types "A::B::...". */
static bool made_by(const char *type, const char *transform)
{
    size_t length = strcspn(transform, "-");
    return strncmp(type, transform, length) == 0 && strncmp(type + length, "::", 2) == 0;
}

static bool made_by_any(const char *type, const cJSON *transform)
{
    if (cJSON_IsString(transform))
        return made_by(type, transform->valuestring);
    for (const cJSON *one = cJSON_IsArray(transform) ? transform->child : NULL; one != NULL; one = one->next)
        if (cJSON_IsString(one) && made_by(type, one->valuestring))
            return true;
    return false;
}

static void apply_globals(struct template *template, cJSON *resources)
{
    const cJSON *globals = template_section(template, "Globals");
    const cJSON *transform = cJSON_GetObjectItemCaseSensitive(template->tree, "Transform");
    if (globals == NULL || transform == NULL)
        return;
    for (cJSON *resource = resources->child; resource != NULL && !template->failed; resource = resource->next) {
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(resource, "Type"));
        if (type == NULL || !made_by_any(type, transform))
            continue;
        const cJSON *defaults = cJSON_GetObjectItemCaseSensitive(globals, strrchr(type, ':') + 1);
        cJSON *properties = cJSON_GetObjectItemCaseSensitive(resource, "Properties");
        if (!cJSON_IsObject(defaults))
            continue;
        if (cJSON_IsObject(properties))
            put_under(template, properties, defaults);
        else if (properties == NULL)
            put_copy(template, resource, "Properties", defaults);
    }
}

cJSON *template_take_resources(struct template *template)
{
    cJSON *resources = cJSON_DetachItemFromObjectCaseSensitive(template->tree, "Resources");
    if (!cJSON_IsObject(resources)) {
        const char *hint = "write Resources: { Api: { Type: ..., Properties: { ... } } }";
        const char *name = "Resources";
        for (const cJSON *item = template->tree->child; item != NULL && resources == NULL; item = item->next)
            if (item->string != NULL && suggest(item->string, &name, 1) != NULL)
                hint = "did you mean \"Resources\"?";
        if (resources != NULL)
            hint = "indent what belongs to it further than its own line";
        template_error(template, resources == NULL ? template->tree : resources, hint,
                       cJSON_IsNull(resources) ? "\"Resources\" holds nothing" : "the template has no object \"Resources\"");
        places_delete(template->places, resources);
        return NULL;
    }
    apply_globals(template, resources);
    template_resolve(template, resources);
    if (template->failed) {
        places_delete(template->places, resources);
        return NULL;
    }
    return resources;
}

void template_resolve(struct template *template, cJSON *resources)
{
    cJSON *next;
    for (cJSON *resource = resources->child; resource != NULL; resource = next) {
        next = resource->next;
        cJSON *condition = cJSON_GetObjectItemCaseSensitive(resource, "Condition");
        if (!cJSON_IsString(condition))
            continue;
        if (template_condition(template, condition->valuestring, condition))
            json_remove(template->places, resource, condition);
        else
            json_remove(template->places, resources, resource);
    }
    template_evaluate(template, resources);
}
