/* json_difference.c: a walk through two trees side by side. */
#include "output/json_difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 512u
#define SHOWN_SIZE 80u

struct walk {
    const char *const *ignored;
    size_t most, count;
    json_difference_hearer *hear;
    void *context;
};

static void show(const cJSON *node, char text[SHOWN_SIZE])
{
    char *printed = node ? cJSON_PrintUnformatted(node) : NULL;
    const char *shown = !node ? "nothing" : printed ? printed : "?";
    int length = snprintf(text, SHOWN_SIZE, "%s", shown);
    if (length >= (int)SHOWN_SIZE)
        memcpy(text + SHOWN_SIZE - 4, "...", 4);
    free(printed);
}

static void tell(struct walk *walk, const char *path, const cJSON *was, const cJSON *is)
{
    char old[SHOWN_SIZE], new[SHOWN_SIZE];
    if (walk->count++ >= walk->most)
        return;
    show(was, old);
    show(is, new);
    walk->hear(walk->context, path, old, new);
}

static void compare(struct walk *walk, const char *path, const cJSON *was, const cJSON *is);

/* What an element of a list is called: by its name or path, else by its number. */
static void below(const char *path, const cJSON *item, size_t index, char inner[PATH_SIZE])
{
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(item, "path");
    if (item->string)
        (void)snprintf(inner, PATH_SIZE, "%s%s%.100s", path, *path ? "." : "", item->string);
    else if (cJSON_IsString(name) || cJSON_IsString(file))
        (void)snprintf(inner, PATH_SIZE, "%s.%.100s", path, cJSON_IsString(name) ? name->valuestring : file->valuestring);
    else
        (void)snprintf(inner, PATH_SIZE, "%s.%zu", path, index);
}

static int is_ignored(const struct walk *walk, const char *path, const char *key)
{
    for (const char *const *ignored = walk->ignored; *path == '\0' && *ignored; ignored++)
        if (strcmp(*ignored, key) == 0)
            return 1;
    return 0;
}

static void compare_objects(struct walk *walk, const char *path, const cJSON *was, const cJSON *is)
{
    char inner[PATH_SIZE];
    for (const cJSON *item = was->child; item; item = item->next) {
        below(path, item, 0, inner);
        if (!is_ignored(walk, path, item->string))
            compare(walk, inner, item, cJSON_GetObjectItemCaseSensitive(is, item->string));
    }
    for (const cJSON *item = is->child; item; item = item->next) {
        below(path, item, 0, inner);
        if (!is_ignored(walk, path, item->string) && !cJSON_GetObjectItemCaseSensitive(was, item->string))
            tell(walk, inner, NULL, item);
    }
}

static void compare_lists(struct walk *walk, const char *path, const cJSON *was, const cJSON *is)
{
    char inner[PATH_SIZE];
    const cJSON *old = was->child, *new = is->child;
    for (size_t index = 0; old || new; index++) {
        below(path, old ? old : new, index, inner);
        compare(walk, inner, old, new);
        old = old ? old->next : NULL;
        new = new ? new->next : NULL;
    }
}

/* NULL: nothing is there. */
static void compare(struct walk *walk, const char *path, const cJSON *was, const cJSON *is)
{
    if (cJSON_IsObject(was) && cJSON_IsObject(is))
        compare_objects(walk, path, was, is);
    else if (cJSON_IsArray(was) && cJSON_IsArray(is))
        compare_lists(walk, path, was, is);
    else if (!was || !is || !cJSON_Compare(was, is, 1))
        tell(walk, path, was, is);
}

size_t json_difference(const cJSON *was, const cJSON *is, const char *const *ignored, size_t most, json_difference_hearer *hear,
                       void *context)
{
    struct walk walk = {ignored, most, 0, hear, context};
    compare(&walk, "", was, is);
    return walk.count;
}
