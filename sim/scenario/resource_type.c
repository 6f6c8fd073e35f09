/* resource_type.c: from a resource's Type to its model. */
#include "scenario/resource_type.h"

#include "document/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEGMENT_MAX 64u

/* "Custom::*" is of every type that begins so. */
static bool is_family_of(const char *family, const char *type)
{
    size_t length = strlen(family);
    return length > 0 && family[length - 1] == '*' && strncmp(family, type, length - 1) == 0 && strlen(type) > length - 1;
}

const struct model_type *resource_type_find(const struct model_registry *registry, const char *type)
{
    const struct model_type *family = NULL;
    for (const struct model_type *const *model = registry->resources; model && *model; model++) {
        if (strcmp((*model)->type, type) == 0)
            return *model;
        if (is_family_of((*model)->type, type))
            family = *model;
    }
    return family;
}

/* Does a type begin as those do that somebody simulates, or as custom resources do? Then a template may well hold it. */
static bool is_foreign(const struct model_registry *registry, const char *type)
{
    static const char *const others[] = {"Custom::", "Alexa::"};
    const char *end = strstr(type, "::");
    size_t length = end ? (size_t)(end - type) + 2 : 0;
    if (length == 0 || type[length] == '\0')
        return false;
    for (const struct model_type *const *model = registry->resources; model && *model; model++)
        if (strncmp((*model)->type, type, length) == 0)
            return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(type, others[i], length) == 0 && others[i][length] == '\0')
            return true;
    return false;
}

/* Is one part of a type a slip of the pen for another? Short names (SQS, SNS) and numbers (V2) tell types apart. */
static bool segment_is_near(const char *a, const char *b)
{
    char digits[2][SEGMENT_MAX];
    const char *texts[2] = {a, b};
    if (strcasecmp(a, b) == 0)
        return true;
    if (strlen(a) >= 4 && strncasecmp(a, b, strlen(a)) == 0) /* cut short */
        return true;
    if (strlen(a) <= 4 || strlen(b) <= 4)
        return false;
    for (size_t side = 0; side < 2; side++) {
        size_t used = 0;
        for (const char *c = texts[side]; *c && used < SEGMENT_MAX - 1; c++)
            if (*c >= '0' && *c <= '9')
                digits[side][used++] = *c;
        digits[side][used] = '\0';
    }
    return strcmp(digits[0], digits[1]) == 0 && suggest(a, &b, 1) != NULL;
}

/* The next part of a type, up to "::". */
static bool next_segment(const char **type, char segment[SEGMENT_MAX])
{
    const char *end = strstr(*type, "::");
    size_t length = end ? (size_t)(end - *type) : strlen(*type);
    if (**type == '\0' || length >= SEGMENT_MAX)
        return false;
    memcpy(segment, *type, length);
    segment[length] = '\0';
    *type += length + (end ? 2 : 0);
    return true;
}

/* A misspelling is near in every part: ...::Function::Alias is none of ...::Function::Url. */
static bool type_is_near(const char *a, const char *b)
{
    char left[SEGMENT_MAX], right[SEGMENT_MAX];
    while (*a && *b)
        if (!next_segment(&a, left) || !next_segment(&b, right) || !segment_is_near(left, right))
            return false;
    return *a == *b;
}

/* A type that has the word among its parts: "Lambda" or "Queue" for AWS::Lambda::Function and AWS::SQS::Queue. */
static const char *type_with_word(const struct model_registry *registry, const char *word)
{
    char segment[SEGMENT_MAX];
    for (const struct model_type *const *model = registry->resources; model && *model; model++)
        for (const char *rest = (*model)->type; next_segment(&rest, segment);)
            if (strcasecmp(segment, word) == 0)
                return (*model)->type;
    return NULL;
}

bool resource_type_report(struct parse *parse, const struct model_registry *registry, const cJSON *type, const struct parse_path *path)
{
    char hint[PARSE_HINT];
    size_t count = 0;
    for (const struct model_type *const *model = registry->resources; model && *model; model++, count++) {
        if (!type_is_near(type->valuestring, (*model)->type))
            continue;
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", (*model)->type);
        parse_error(parse, type, path, hint, "there is no type \"%s\"", type->valuestring);
        return false;
    }
    if (is_foreign(registry, type->valuestring)) {
        parse_warning(parse, type, path, NULL, "%s is not simulated: the resource is left out", type->valuestring);
        return true;
    }
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names && i < count; i++)
        names[i] = registry->resources[i]->type;
    const char *near = names ? parse_suggestion(parse, type->valuestring, names, count, hint) : NULL;
    const char *with_word = near ? NULL : type_with_word(registry, type->valuestring);
    if (with_word)
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", with_word);
    else if (!near)
        snprintf(hint, sizeof hint, "types are CloudFormation's, such as \"%s\"", count > 0 && names ? names[0] : "Custom::Thing");
    if (names)
        parse_error(parse, type, path, hint, "there is no type \"%s\"", type->valuestring);
    parse->failed = parse->failed || !names;
    free(names);
    return false;
}
