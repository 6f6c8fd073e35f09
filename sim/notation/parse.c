/* parse.c: paths, reports and shown values: what all parsers of the scenario share. */
#include "notation/parse.h"

#include "document/suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_WITH_SUGGESTION 200u
#define NAMES_LISTED 16u

static void path_write(const struct parse_path *path, FILE *out)
{
    if (path->parent)
        path_write(path->parent, out);
    if (!path->name)
        fprintf(out, "[%zu]", path->index);
    else
        fprintf(out, "%s%s", path->parent ? "." : "", path->name);
}

char *parse_path_text(const struct parse_path *path)
{
    if (!path)
        return strdup("");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    path_write(path, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

const char *parse_spelling(const struct parse *parse, const char *name)
{
    for (const char *const *rename = parse->renames; rename && rename[0] && rename[1]; rename += 2)
        if (strcmp(rename[1], name) == 0)
            return rename[0];
    return name;
}

static void report(struct parse *parse, enum severity severity, struct place place, const struct parse_path *path, const char *hint,
                   const char *format, va_list arguments)
{
    char *message = NULL;
    char *spelled = parse_path_text(path);
    int length = vasprintf(&message, format, arguments);
    if (length >= 0 && spelled)
        diagnose(parse->diagnostics, severity, place, spelled, hint, "%s", message);
    else
        parse->failed = true;
    if (length >= 0)
        free(message);
    free(spelled);
}

static struct place place_of(const struct parse *parse, const cJSON *node)
{
    return node && parse->places ? places_of(parse->places, node) : (struct place){NULL, 0, 0};
}

void parse_error(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(parse, SEVERITY_ERROR, place_of(parse, node), path, hint, format, arguments);
    va_end(arguments);
}

void parse_warning(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(parse, SEVERITY_WARNING, place_of(parse, node), path, hint, format, arguments);
    va_end(arguments);
}

void parse_key_error(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *hint, const char *format, ...)
{
    struct place place = node && parse->places ? places_of_key(parse->places, node) : (struct place){NULL, 0, 0};
    va_list arguments;
    va_start(arguments, format);
    report(parse, SEVERITY_ERROR, place, path, hint, format, arguments);
    va_end(arguments);
}

bool parse_wants_hints(const struct parse *parse)
{
    return parse->diagnostics->error_count <= ERRORS_WITH_SUGGESTION;
}

const char *parse_suggestion(const struct parse *parse, const char *word, const char *const *names, size_t count, char *buffer)
{
    if (!word || !parse_wants_hints(parse))
        return NULL;
    const char *near = suggest(word, names, count);
    if (!near)
        return NULL;
    snprintf(buffer, PARSE_HINT, "did you mean \"%s\"?", near);
    return buffer;
}

static char *list(const char *const *names, size_t count, const char *last, char *buffer)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *glue = i == 0 ? "" : i + 1 == count ? last : ", ";
        if (i >= NAMES_LISTED && i + 1 < count) {
            snprintf(buffer + used, PARSE_HINT - used, " and %zu more", count - i);
            break;
        }
        int length = snprintf(buffer + used, PARSE_HINT - used, "%s%s", glue, names[i]);
        if (length < 0 || (size_t)length >= PARSE_HINT - used)
            break;
        used += (size_t)length;
    }
    return buffer;
}

char *parse_list_names(const char *const *names, size_t count, char *buffer)
{
    return list(names, count, " and ", buffer);
}

char *parse_list_choices(const char *const *names, size_t count, char *buffer)
{
    return list(names, count, " or ", buffer);
}

void parse_unknown_key(struct parse *parse, const cJSON *item, const struct parse_path *path, const char *const *names, size_t count)
{
    char buffer[PARSE_HINT];
    char listed[PARSE_HINT + 16];
    const char *hint = parse_suggestion(parse, item->string, names, count, buffer);
    if (!hint && count > 0) {
        snprintf(listed, sizeof listed, "known here: %s", parse_list_names(names, count, buffer));
        hint = listed;
    }
    struct parse_path key = {path, item->string, 0};
    parse_key_error(parse, item, &key, hint, "unknown key \"%s\"", item->string);
}

/* {"Ref": "X"} and its like. */
static bool is_function(const cJSON *node)
{
    const cJSON *only = cJSON_IsObject(node) && node->child && !node->child->next ? node->child : NULL;
    return only && (strcmp(only->string, "Ref") == 0 || strncmp(only->string, "Fn::", 4) == 0);
}

const char *parse_function_hint(const cJSON *node)
{
    if (!is_function(node))
        return NULL;
    return "its value is not known: give the template's parameter in \"parameters\", or write the value itself";
}

char *parse_show(const cJSON *node, char *buffer)
{
    if (is_function(node)) {
        if (cJSON_IsString(node->child))
            snprintf(buffer, PARSE_SHOWN, "{\"%.20s\": \"%.30s\"}", node->child->string, node->child->valuestring);
        else
            snprintf(buffer, PARSE_SHOWN, "{\"%.20s\": ...}", node->child->string);
    } else if (cJSON_IsString(node) && node->valuestring) {
        size_t length = strlen(node->valuestring);
        size_t shown = length > 40 ? 40 : length;
        while (shown < length && ((unsigned char)node->valuestring[shown] & 0xc0) == 0x80)
            shown--; /* never half a character */
        snprintf(buffer, PARSE_SHOWN, "\"%.*s%s\"", (int)shown, node->valuestring, shown < length ? "..." : "");
    } else if (cJSON_IsNumber(node)) {
        snprintf(buffer, PARSE_SHOWN, "%.15g", node->valuedouble);
    } else {
        snprintf(buffer, PARSE_SHOWN, "%s",
                 cJSON_IsObject(node)  ? "an object"
                 : cJSON_IsArray(node) ? "a list"
                 : cJSON_IsTrue(node)  ? "true"
                 : cJSON_IsFalse(node) ? "false"
                 : cJSON_IsNull(node)  ? "null"
                                       : "nothing");
    }
    return buffer;
}

bool parse_expect_object(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *what)
{
    char shown[PARSE_SHOWN];
    if (cJSON_IsObject(node))
        return true;
    parse_error(parse, node, path, what, "must be an object, got %s", parse_show(node, shown));
    return false;
}

bool parse_expect_list(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *what)
{
    char shown[PARSE_SHOWN];
    if (cJSON_IsArray(node))
        return true;
    parse_error(parse, node, path, what, "must be a list, got %s", parse_show(node, shown));
    return false;
}

bool parse_is_nothing(const cJSON *node)
{
    if (cJSON_IsNull(node))
        return true;
    const cJSON *reference = cJSON_IsObject(node) && node->child && !node->child->next ? node->child : NULL;
    return reference && strcmp(reference->string, "Ref") == 0 && cJSON_IsString(reference) &&
           strcmp(reference->valuestring, "AWS::NoValue") == 0;
}

bool parse_members(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *const *names, size_t needed,
                   size_t count, const cJSON **members)
{
    char listed[PARSE_HINT], hint[PARSE_HINT + 32];
    bool good = true;
    snprintf(hint, sizeof hint, "its keys: %s", parse_list_names(names, count, listed));
    if (!parse_expect_object(parse, node, path, hint))
        return false;
    for (const cJSON *item = node->child; item; item = item->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], item->string) != 0)
            i++;
        if (i < count)
            continue;
        parse_unknown_key(parse, item, path, names, count);
        good = false;
    }
    for (size_t i = 0; i < count; i++) {
        members[i] = cJSON_GetObjectItemCaseSensitive(node, names[i]);
        if (members[i] || i >= needed)
            continue;
        parse_error(parse, node, path, hint, "\"%s\" is missing", names[i]);
        good = false;
    }
    return good;
}
