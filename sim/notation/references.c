/* references.c: which resource a value means. */
#include "notation/references.h"

#include "engine/request.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CloudFormation's own limit of a logical id, and room for an attribute. */
#define NAME_MAX_BYTES 512u

static int compare_names(const void *a, const void *b)
{
    const struct reference_name *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    return (left->entity > right->entity) - (left->entity < right->entity);
}

void references_init(struct references *references, struct reference_name *names, size_t count, uint32_t first_source, struct parse *parse)
{
    references->sorted = names;
    references->count = count;
    references->first_source = first_source;
    qsort(names, count, sizeof *names, compare_names);
    references->names = store_alloc(parse->store, count, sizeof(const char *));
    if (!references->names)
        references->count = 0;
    for (size_t i = 0; i < references->count; i++) {
        references->names[i] = names[i].name;
        if (i == 0 || strcmp(names[i].name, names[i - 1].name) != 0)
            continue;
        char hint[PARSE_HINT], path[PARSE_HINT];
        if (names[i - 1].entity == 0)
            snprintf(hint, sizeof hint, "it is what the account is called in every output");
        else
            snprintf(hint, sizeof hint, "names of resources and sources are unique together; the other stands at line %d",
                     names[i - 1].place.line);
        bool source = names[i].entity != ENTITY_NONE && names[i].entity >= first_source;
        snprintf(path, sizeof path, source ? "traffic.%.300s.name" : "Resources.%.300s", names[i].name);
        diagnose(parse->diagnostics, SEVERITY_ERROR, names[i].place, path, hint, "the name \"%s\" is taken", names[i].name);
    }
}

const struct reference_name *references_find(const struct references *references, const char *name)
{
    size_t low = 0, high = references->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, references->sorted[middle].name);
        if (order == 0 && (middle == 0 || strcmp(name, references->sorted[middle - 1].name) != 0))
            return &references->sorted[middle];
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* What a value says: a name ("Jobs") and what follows it (".Arn", ":live"). */
struct mention {
    char name[NAME_MAX_BYTES];
    char rest[NAME_MAX_BYTES];
};

/* Splits "Jobs.Arn:live" after the name. False where there is no name, or it is too long. */
static bool mention_split(const char *text, size_t length, struct mention *mention)
{
    size_t end = 0;
    while (end < length && text[end] != '.' && text[end] != ':')
        end++;
    if (end == 0 || end >= NAME_MAX_BYTES || length - end >= NAME_MAX_BYTES)
        return false;
    memcpy(mention->name, text, end);
    mention->name[end] = '\0';
    memcpy(mention->rest, text + end, length - end);
    mention->rest[length - end] = '\0';
    return true;
}

static bool is_pseudo(const char *name)
{
    return strncmp(name, "AWS", 3) == 0 && (name[3] == '\0' || name[3] == ':');
}

/* The first ${Name} in a Fn::Sub that is a name of the scenario, else the first that is no pseudo parameter. */
static bool mention_in_sub(const struct references *references, const char *text, struct mention *mention)
{
    bool found = false;
    for (const char *at = strstr(text, "${"); at; at = strstr(at + 2, "${")) {
        struct mention here;
        const char *end = strchr(at, '}');
        if (!end)
            break;
        if (at[2] == '!' || !mention_split(at + 2, (size_t)(end - at - 2), &here) || is_pseudo(here.name))
            continue;
        bool known = references_find(references, here.name) != NULL;
        if (!known && found)
            continue;
        /* ":live" after the brace is a qualifier. */
        if (end[1] == ':' && isalnum((unsigned char)end[2]) && here.rest[0] != ':')
            snprintf(here.rest, sizeof here.rest, "%.*s", (int)(strcspn(end + 2, ":/ ") + 1), end + 1);
        *mention = here;
        found = true;
        if (known)
            break;
    }
    return found;
}

static bool mention_find(const struct references *references, const cJSON *node, struct mention *mention);

/* The last part of an ARN that is a name of the scenario: "arn:aws:events:us-east-1:123456789012:event-bus/default". */
static bool mention_in_arn(const struct references *references, const char *text, struct mention *mention)
{
    const char *last = text;
    for (const char *at = text; *at; at++)
        if ((*at == ':' || *at == '/') && at[1] != '\0')
            last = at + 1;
    return strncmp(text, "arn:", 4) == 0 && mention_split(last, strlen(last), mention) && references_find(references, mention->name);
}

/* The first element that mentions a name of the scenario. */
static bool mention_in_list(const struct references *references, const cJSON *list, struct mention *mention)
{
    for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item; item = item->next)
        if ((cJSON_IsObject(item) || cJSON_IsArray(item)) && mention_find(references, item, mention))
            return true;
    return false;
}

static bool mention_find(const struct references *references, const cJSON *node, struct mention *mention)
{
    if (cJSON_IsString(node))
        return mention_in_arn(references, node->valuestring, mention) ||
               mention_split(node->valuestring, strlen(node->valuestring), mention);
    if (cJSON_IsArray(node))
        return mention_in_list(references, node, mention);
    const cJSON *function = cJSON_IsObject(node) && node->child && !node->child->next ? node->child : NULL;
    if (!function)
        return false;
    const cJSON *first = cJSON_IsArray(function) ? function->child : function;
    if (strcmp(function->string, "Ref") == 0)
        return cJSON_IsString(function) && mention_split(function->valuestring, strlen(function->valuestring), mention);
    if (strcmp(function->string, "Fn::GetAtt") == 0)
        return cJSON_IsString(first) && mention_split(first->valuestring, strlen(first->valuestring), mention);
    if (strcmp(function->string, "Fn::Sub") == 0)
        return cJSON_IsString(first) &&
               (mention_in_sub(references, first->valuestring, mention) || mention_in_arn(references, first->valuestring, mention));
    if (strcmp(function->string, "Fn::Join") == 0)
        return cJSON_IsArray(function) && first && mention_in_list(references, first->next, mention);
    return false;
}

static bool is_resource(const struct references *references, const struct reference_name *name)
{
    return name->entity == ENTITY_NONE ? name->left_out != NULL : name->entity > 0 && name->entity < references->first_source;
}

const char *references_hint(const struct parse *parse, const struct references *references, const char *name, bool resources, char *buffer)
{
    if (!parse_wants_hints(parse))
        return NULL;
    const char **chosen = calloc(references->count + 1, sizeof *chosen);
    size_t count = 0;
    for (size_t i = 0; chosen && i < references->count; i++)
        if (is_resource(references, &references->sorted[i]))
            chosen[count++] = references->sorted[i].name;
    const char *const *names = resources && chosen ? chosen : references->names;
    count = names == references->names ? references->count : count;
    char listed[PARSE_HINT];
    const char *hint = parse_suggestion(parse, name, names, count, buffer);
    if (!hint && count > 0) {
        snprintf(buffer, PARSE_HINT, count == 1 ? "there is only %.500s" : "there are %.500s", parse_list_names(names, count, listed));
        hint = buffer;
    }
    free(chosen);
    return hint;
}

/* Says why `name` is no resource. */
static void report_unknown(struct parse *parse, const cJSON *node, const struct parse_path *path, const struct mention *mention)
{
    char buffer[PARSE_HINT];
    const struct references *references = parse->references;
    if (strcmp(mention->name, "arn") == 0 && mention->rest[0] == ':') {
        parse_error(parse, node, path, "name a resource of this scenario instead", "an ARN names nothing that is simulated here");
        return;
    }
    const char *hint = references_hint(parse, references, mention->name, true, buffer);
    parse_error(parse, node, path, hint, "there is no resource \"%s\"", mention->name);
}

/* "1" or "$LATEST" where a part names another part of its own whole. */
static const struct reference_name *find_sibling(const struct parse *parse, const struct mention *mention)
{
    char name[2 * NAME_MAX_BYTES];
    if (!parse->whole || mention->rest[0] != '\0')
        return NULL;
    if (strcmp(mention->name, "$LATEST") == 0)
        return references_find(parse->references, parse->whole);
    snprintf(name, sizeof name, "%.511s:%s", parse->whole, mention->name);
    return references_find(parse->references, name);
}

bool reference_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, uint32_t *entity, const char **qualifier)
{
    struct mention mention;
    char shown[PARSE_SHOWN];
    const struct references *references = parse->references;
    *qualifier = NULL;
    if (!references || !mention_find(references, node, &mention)) {
        parse_error(parse, node, path, "write its logical id, {\"Ref\": ...} or {\"Fn::GetAtt\": [..., \"Arn\"]}",
                    "must name a resource, got %s", parse_show(node, shown));
        return false;
    }
    const struct reference_name *found = references_find(references, mention.name);
    if (!found)
        found = find_sibling(parse, &mention);
    if (!found) {
        report_unknown(parse, node, path, &mention);
        return false;
    }
    if (found->entity == ENTITY_NONE) {
        if (found->left_out[0] != '\0') /* else what is wrong with it has been said */
            parse_error(parse, node, path, NULL, "refers to \"%s\", and %s is not simulated", found->name, found->left_out);
        return false;
    }
    if (found->entity == 0 || found->entity >= references->first_source) {
        parse_error(parse, node, path, NULL, "\"%s\" is %s, not a resource", found->name,
                    found->entity == 0 ? "the account" : "a traffic source");
        return false;
    }
    *entity = found->entity;
    const char *colon = strrchr(mention.rest, ':');
    char part[2 * NAME_MAX_BYTES];
    snprintf(part, sizeof part, "%s%s", found->name, colon ? colon : "");
    const struct reference_name *whole = colon ? references_find(references, part) : NULL;
    if (whole && whole->entity != ENTITY_NONE)
        *entity = whole->entity; /* the part is an entity of its own */
    else if (colon && parse->store)
        *qualifier = store_string(parse->store, colon + 1);
    return true;
}

bool reference_is_outside(const cJSON *node)
{
    const char *text = cJSON_IsString(node) ? node->valuestring : "";
    return strstr(text, "://") || strchr(text, '@') || text[0] == '+' || text[0] == '/' || isdigit((unsigned char)text[0]);
}

static void text_write(const cJSON *node, FILE *out)
{
    if (cJSON_IsString(node)) {
        fputs(node->valuestring, out);
        return;
    }
    if (cJSON_IsNumber(node)) {
        fprintf(out, "%.15g", node->valuedouble);
        return;
    }
    const cJSON *function = cJSON_IsObject(node) && node->child && !node->child->next ? node->child : NULL;
    if (cJSON_IsArray(node)) {
        for (const cJSON *item = node->child; item; item = item->next) {
            text_write(item, out);
            fputs(item->next ? "." : "", out);
        }
    } else if (function && strcmp(function->string, "Fn::Join") == 0 && cJSON_IsArray(function) && cJSON_IsString(function->child) &&
               cJSON_IsArray(function->child->next)) {
        for (const cJSON *item = function->child->next->child; item; item = item->next) {
            text_write(item, out);
            fputs(item->next ? function->child->valuestring : "", out);
        }
    } else if (function && strcmp(function->string, "Fn::Sub") == 0) {
        text_write(cJSON_IsArray(function) ? function->child : function, out);
    } else if (function) {
        fputs("${", out);
        text_write(function, out);
        fputs("}", out);
    }
}

bool reference_is_function(const cJSON *node)
{
    return cJSON_IsObject(node) && node->child && !node->child->next &&
           (strcmp(node->child->string, "Ref") == 0 || strncmp(node->child->string, "Fn::", 4) == 0);
}

const char *reference_text(struct parse *parse, const cJSON *node)
{
    bool intrinsic = reference_is_function(node);
    if (cJSON_IsString(node))
        return store_string(parse->store, node->valuestring);
    if (!intrinsic)
        return NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        parse->failed = true;
        return NULL;
    }
    text_write(node, out);
    const char *kept = fclose(out) == 0 ? store_string(parse->store, text) : NULL;
    parse->failed = parse->failed || !kept;
    free(text);
    return kept;
}
