/* setting_path.c: what a path names, however it is spelled. */
#include "scenario/setting_path.h"

#include <stdlib.h>
#include <string.h>

static bool skip(const char **rest, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*rest, word, length) != 0)
        return false;
    *rest += length;
    return true;
}

/* What the source of that number in `traffic` is called; NULL: it is no number of one. */
static const char *source_name(const struct scenario *scenario, const char *text, size_t length)
{
    if (!scenario || length == 0 || length > 6 || strspn(text, "0123456789") < length)
        return NULL;
    const cJSON *traffic = cJSON_GetObjectItemCaseSensitive(scenario->resolved, "traffic");
    const cJSON *source = cJSON_GetArrayItem(traffic, (int)strtol(text, NULL, 10));
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(source, "name"));
}

struct setting_path setting_path_of(const struct scenario *scenario, const char *path)
{
    struct setting_path setting = {.behavior = skip(&path, "behavior.")};
    bool traffic = !setting.behavior && skip(&path, "traffic.");
    if (!traffic && !setting.behavior)
        (void)skip(&path, "Resources.");
    size_t length = strcspn(path, ".");
    setting.rest = path + length + (path[length] == '.');
    setting.behavior |= skip(&setting.rest, "behavior.");
    const char *name = traffic ? source_name(scenario, path, length) : NULL;
    setting.name = name ? name : path;
    setting.length = name ? strlen(name) : length;
    return setting;
}

bool setting_path_next(const char **rest, const char **word, size_t *length)
{
    do {
        if (**rest == '\0')
            return false;
        *word = *rest;
        *length = strcspn(*rest, ".");
        *rest += *length + ((*rest)[*length] == '.');
    } while (**rest != '\0' && *length == strlen("Properties") && strncmp(*word, "Properties", *length) == 0);
    return true;
}

bool setting_path_same(const struct scenario *scenario, const char *left, const char *right)
{
    struct setting_path a = setting_path_of(scenario, left), b = setting_path_of(scenario, right);
    if (a.length != b.length || strncmp(a.name, b.name, a.length) != 0 || a.behavior != b.behavior)
        return false;
    for (;;) {
        const char *one, *other;
        size_t length, other_length;
        bool more = setting_path_next(&a.rest, &one, &length), other_more = setting_path_next(&b.rest, &other, &other_length);
        if (!more || !other_more)
            return more == other_more;
        if (length != other_length || strncmp(one, other, length) != 0)
            return false;
    }
}
