/* document_set.c: "PATH=VALUE" over the tree. */
#include "document/document_set.h"

#include "document/json_edit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Integers beyond this lose digits as a JSON number. */
#define WHOLE_LARGEST 9007199254740992.0

static bool is_whole(const char *text)
{
    text += *text == '-';
    return *text != 0 && text[strspn(text, "0123456789")] == 0;
}

/* The value of an assignment, with `place`; NULL when memory is out. Mistakes inside it (a key given twice) are passed on. */
static cJSON *parse_value(struct document *document, const char *text, struct place place, const char *path,
                          struct diagnostics *diagnostics)
{
    struct diagnostics inner = {0};
    cJSON *value = NULL;
    enum status status = json_parse(text, strlen(text), place.file, document->places, &inner, &value);
    if (status == STATUS_NO_MEMORY || inner.failed) {
        diagnostics_fini(&inner);
        places_delete(document->places, value);
        return NULL;
    }
    for (size_t i = 0; status == STATUS_OK && i < inner.count && diagnostics != NULL; i++)
        diagnose(diagnostics, inner.list[i].severity, place, path, inner.list[i].hint, "%s", inner.list[i].message);
    diagnostics_fini(&inner);
    if (status != STATUS_OK || (cJSON_IsNumber(value) && fabs(value->valuedouble) >= WHOLE_LARGEST && is_whole(text))) {
        places_delete(document->places, value);
        value = cJSON_CreateString(text);
    }
    if (value != NULL)
        json_set_places(document->places, value, place);
    return value;
}

/* "--set PATH", as the file of what is set. The caller frees; NULL when memory is out. */
static char *file_of(const char *assignment, size_t path_length)
{
    char *name = NULL;
    return asprintf(&name, DOCUMENT_SET_PLACE "%.*s", (int)(path_length < 200 ? path_length : 200), assignment) < 0 ? NULL : name;
}

bool document_set_is_early(const char *assignment)
{
    return strncmp(assignment, "template=", 9) == 0 || strncmp(assignment, "parameters.", 11) == 0;
}

enum status document_set_early(struct document *document, const char *assignment, cJSON *parameters, cJSON **template_path)
{
    const char *equals = strchr(assignment, '=');
    if (!document_set_is_early(assignment) || equals == NULL)
        return STATUS_OK;
    char *file = file_of(assignment, (size_t)(equals - assignment));
    char *key = strndup(assignment, (size_t)(equals - assignment));
    cJSON *value = file == NULL || key == NULL ? NULL : parse_value(document, equals + 1, (struct place){file, 0, 0}, key, NULL);
    enum status status = value == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK && strcmp(key, "template") == 0) {
        places_delete(document->places, *template_path);
        *template_path = value;
    } else if (status == STATUS_OK && !json_put(document->places, parameters, key + strlen("parameters."), value)) {
        status = STATUS_NO_MEMORY;
    }
    free(file);
    free(key);
    return status;
}

static enum status put(struct document *document, cJSON *parent, const char *key, cJSON *value)
{
    cJSON *old =
        cJSON_IsArray(parent) ? cJSON_GetArrayItem(parent, (int)strtol(key, NULL, 10)) : cJSON_GetObjectItemCaseSensitive(parent, key);
    if (cJSON_IsNull(value)) {
        if (old != NULL)
            json_remove(document->places, parent, old);
        places_delete(document->places, value);
    } else if (old != NULL) {
        json_replace(document->places, parent, old, value);
    } else if (!json_put(document->places, parent, key, value)) {
        return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

enum status document_set(struct document *document, const char *assignment, struct diagnostics *diagnostics)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment) {
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){"--set", 0, 0}, NULL, "for example: --set Api.MemorySize=512",
                 "\"%s\" is not PATH=VALUE", assignment);
        return STATUS_INVALID;
    }
    char *file = file_of(assignment, (size_t)(equals - assignment));
    char *path = strndup(assignment, (size_t)(equals - assignment));
    cJSON *parent = NULL, *value = NULL;
    char *key = NULL;
    enum status status = file == NULL || path == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK)
        status = document_resolve(document, path, (struct place){file, 0, 0}, diagnostics, &parent, &key);
    if (status == STATUS_OK) {
        value = parse_value(document, equals + 1, (struct place){file, 0, 0}, path, diagnostics);
        status = value == NULL ? STATUS_NO_MEMORY : put(document, parent, key, value);
    }
    free(file);
    free(path);
    return status;
}
