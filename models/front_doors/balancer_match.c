/* balancer_match.c: conditions of listener rules: paths, methods, query strings, by patterns with wildcards. */
#include "balancer_match.h"

#include "engine/glob.h"

#include <string.h>

const char *const condition_fields[] = {"host-header", "http-header", "http-request-method", "path-pattern", "query-string",
                                        "source-ip",   NULL};

static const char usual_request[] = "GET /";

static bool any_matches(const struct string_list *patterns, const char *text, size_t length)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (glob_matches(patterns->items[i], text, length, GLOB_ESCAPES))
            return true;
    return false;
}

static bool is_method(const struct string_list *methods, const char *request, size_t length)
{
    for (size_t i = 0; i < methods->count; i++)
        if (strlen(methods->items[i]) == length && strncmp(methods->items[i], request, length) == 0)
            return true;
    return false;
}

/* The next "name=value" of a query string; NULL: there are no more. */
static const char *next_pair(const char **at, size_t *name_length, size_t *length)
{
    while (**at == '&')
        (*at)++;
    const char *pair = *at;
    *length = strcspn(pair, "&");
    *name_length = strcspn(pair, "=&");
    *at += *length;
    return *length > 0 ? pair : NULL;
}

static const char *query_of(const char *request)
{
    const char *mark = strchr(request, '?');
    return mark ? mark + 1 : request + strlen(request);
}

static bool has_query(const struct property_list *wanted, const char *request)
{
    const struct query_value *values = wanted->items;
    size_t name_length, length;
    const char *at = query_of(request), *pair;
    while ((pair = next_pair(&at, &name_length, &length)))
        for (size_t i = 0; i < wanted->count; i++) {
            size_t skipped = name_length + (name_length < length);
            bool named = !values[i].key || glob_matches(values[i].key, pair, name_length, GLOB_ESCAPES | GLOB_ANY_CASE);
            if (named &&
                glob_matches(values[i].value ? values[i].value : "*", pair + skipped, length - skipped, GLOB_ESCAPES | GLOB_ANY_CASE))
                return true;
        }
    return false;
}

bool condition_is_known(const struct balancer_condition *condition)
{
    return condition->field == CONDITION_METHOD || condition->field == CONDITION_PATH || condition->field == CONDITION_QUERY;
}

bool condition_holds(const struct balancer_condition *condition, const char *request)
{
    if (!request)
        request = usual_request;
    size_t method_length = strcspn(request, " ");
    const char *path = request + method_length + (request[method_length] == ' ');
    size_t path_length = strcspn(path, "?");
    switch (condition->field) {
    case CONDITION_METHOD:
        return is_method(&condition->values, request, method_length) || is_method(&condition->inner, request, method_length);
    case CONDITION_PATH:
        return any_matches(&condition->values, path, path_length) || any_matches(&condition->inner, path, path_length);
    case CONDITION_QUERY:
        return has_query(&condition->query, request);
    default:
        return true;
    }
}

size_t condition_values(const struct balancer_condition *condition)
{
    return condition->values.count + condition->inner.count + condition->query.count;
}

static size_t wildcards_in(const char *pattern)
{
    size_t count = 0;
    for (; pattern && *pattern; pattern++) {
        if (*pattern == '\\' && pattern[1])
            pattern++;
        else
            count += *pattern == '*' || *pattern == '?';
    }
    return count;
}

size_t condition_wildcards(const struct balancer_condition *condition)
{
    const struct query_value *query = condition->query.items;
    size_t count = 0;
    if (condition->field == CONDITION_METHOD || condition->field == CONDITION_SOURCE_IP)
        return 0;
    for (size_t i = 0; i < condition->values.count; i++)
        count += wildcards_in(condition->values.items[i]);
    for (size_t i = 0; i < condition->inner.count; i++)
        count += wildcards_in(condition->inner.items[i]);
    for (size_t i = 0; i < condition->query.count; i++)
        count += wildcards_in(query[i].key) + wildcards_in(query[i].value);
    return count;
}

size_t query_repeats(const char *request)
{
    size_t repeats = 0, name_length, length;
    const char *at = request ? query_of(request) : "", *pair;
    while ((pair = next_pair(&at, &name_length, &length))) {
        size_t later_name, later_length;
        const char *rest = at, *later;
        while ((later = next_pair(&rest, &later_name, &later_length)))
            if (later_name == name_length && strncmp(later, pair, name_length) == 0) {
                repeats++; /* a later one of the same name wins */
                break;
            }
    }
    return repeats;
}
