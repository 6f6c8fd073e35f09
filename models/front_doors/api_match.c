/* api_match.c: which route takes a request.
 * Sources: API Gateway developer guide: REST: "Set up a proxy resource": the most specific resource has it; HTTP APIs: "Create routes": a
 * full match of route and method, then a greedy path variable, then $default. */
#include "api_route.h"

#include <string.h>

enum segment_kind { SEGMENT_NONE, SEGMENT_GREEDY, SEGMENT_VARIABLE, SEGMENT_TEXT };

/* One part of a path: what stands between slashes. */
struct segment {
    const char *text;
    size_t length;
};

/* Moves on behind the next segment; false at the end. */
static bool next_segment(const char **at, struct segment *segment)
{
    const char *text = *at + strspn(*at, "/");
    size_t length = strcspn(text, "/?");
    if (length == 0)
        return false;
    *segment = (struct segment){text, length};
    *at = text + length;
    return true;
}

static enum segment_kind kind_of(const struct segment *segment)
{
    if (segment->text[0] != '{' || segment->text[segment->length - 1] != '}')
        return SEGMENT_TEXT;
    return segment->length > 2 && segment->text[segment->length - 2] == '+' ? SEGMENT_GREEDY : SEGMENT_VARIABLE;
}

static bool path_matches(const char *pattern, const char *path)
{
    struct segment wanted, there;
    if (!pattern)
        return true;
    while (next_segment(&pattern, &wanted)) {
        if (!next_segment(&path, &there))
            return false;
        enum segment_kind kind = kind_of(&wanted);
        if (kind == SEGMENT_GREEDY)
            return true;
        if (kind == SEGMENT_TEXT && (wanted.length != there.length || memcmp(wanted.text, there.text, wanted.length) != 0))
            return false;
    }
    return !next_segment(&path, &there);
}

/* Positive: `a` is more specific than `b`, both matching the same path; 0: neither. */
static int compare_paths(const char *a, const char *b)
{
    struct segment left, right;
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    for (;;) {
        enum segment_kind left_kind = next_segment(&a, &left) ? kind_of(&left) : SEGMENT_NONE;
        enum segment_kind right_kind = next_segment(&b, &right) ? kind_of(&right) : SEGMENT_NONE;
        if (left_kind != right_kind)
            return (int)left_kind - (int)right_kind;
        if (left_kind == SEGMENT_NONE)
            return 0;
    }
}

bool api_method_is(const char *setting, const char *method)
{
    return strcmp(setting, "*") == 0 || strcmp(setting, "ANY") == 0 || strcmp(setting, method) == 0;
}

/* The next character of a setting's path: "~1" is a slash, and so are several together. */
static char next_character(const char **at)
{
    bool slash = false;
    while (**at == '/' || strncmp(*at, "~1", 2) == 0) {
        *at += **at == '/' ? 1 : 2;
        slash = true;
    }
    return slash ? '/' : **at == '\0' ? '\0' : *(*at)++;
}

bool api_path_is(const char *setting, const char *path)
{
    if (strcmp(setting, "/*") == 0 || strcmp(setting, "*") == 0)
        return true;
    for (const char *there = path ? path : "$default";;) {
        char wanted = next_character(&setting);
        if (wanted != next_character(&there))
            return false;
        if (wanted == '\0')
            return true;
    }
}

bool http_setting_is(const char *key, const struct api_route *route)
{
    if (!route->path || strcmp(key, "$default") == 0)
        return !route->path && strcmp(key, "$default") == 0;
    size_t length = strcspn(key, " ");
    return key[length] == ' ' && strcmp(key + length + 1, route->path) == 0 && strlen(route->method) == length &&
           strncmp(key, route->method, length) == 0;
}

/* A request's method. */
static bool has_method(const struct api_route *route, const char *request)
{
    size_t length = strcspn(request, " ");
    return strcmp(route->method, "ANY") == 0 || (strlen(route->method) == length && strncmp(route->method, request, length) == 0);
}

static const char *path_of(const char *request)
{
    return request + strcspn(request, " ") + 1;
}

/* Positive: `a` goes before `b`. */
static int compare_routes(const struct api_route *a, const struct api_route *b)
{
    int path = compare_paths(a->path, b->path);
    return path != 0 ? path : (strcmp(a->method, "ANY") != 0) - (strcmp(b->method, "ANY") != 0);
}

size_t api_match(enum api_kind kind, const struct api_route *const *routes, size_t count, const char *request)
{
    size_t best = count, with_path = count;
    if (!request) {
        for (size_t i = 0; i < count; i++)
            best = !routes[i]->path || count == 1 ? i : best;
        return best;
    }
    for (size_t i = 0; i < count; i++) {
        if (!path_matches(routes[i]->path, path_of(request)))
            continue;
        if (with_path == count || compare_paths(routes[i]->path, routes[with_path]->path) > 0)
            with_path = i;
        if (has_method(routes[i], request) && (best == count || compare_routes(routes[i], routes[best]) > 0))
            best = i;
    }
    if (kind == API_REST && best < count && compare_paths(routes[best]->path, routes[with_path]->path) != 0)
        return count; /* a more specific resource has the path, without that method */
    return best;
}
