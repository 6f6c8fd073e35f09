/* answer.c: how every command frames its answer. */
#include "output/answer.h"

#include "output/json_print.h"

#include <stdlib.h>
#include <string.h>

/* As --set itself reads it: JSON where it is JSON, else a string. */
static cJSON *value_json(const char *text)
{
    cJSON *value = cJSON_ParseWithOpts(text, NULL, true);
    return value ? value : cJSON_CreateString(text);
}

static void add_setting(cJSON *settings, const char *assignment, bool *failed)
{
    const char *equals = strchr(assignment, '=');
    if (!equals)
        return;
    char *path = strndup(assignment, (size_t)(equals - assignment));
    cJSON *setting = json_add_object(settings, NULL, failed);
    if (path)
        json_add_string(setting, "path", path, failed);
    else
        *failed = true;
    json_add(setting, "value", value_json(equals + 1), failed);
    free(path);
}

void answer_add_settings(cJSON *object, const char *const *sets, size_t set_count, bool *failed)
{
    cJSON *settings = json_add_array(object, "settings", failed);
    for (size_t i = 0; i < set_count && !*failed; i++)
        add_setting(settings, sets[i], failed);
}

cJSON *answer_json(const struct answer *answer, bool *failed)
{
    cJSON *object = cJSON_CreateObject();
    json_add_string(object, "command", answer->command, failed);
    answer_add_settings(object, answer->sets, answer->set_count, failed);
    if (!*failed)
        return object;
    cJSON_Delete(object);
    return NULL;
}

/* Moves the members of `extra` behind the answer's own. */
static void move_members(cJSON *object, cJSON *extra, bool *failed)
{
    while (extra && extra->child) {
        cJSON *member = cJSON_DetachItemViaPointer(extra, extra->child);
        char *key = member->string;
        member->string = NULL;
        json_add(object, key, member, failed);
        cJSON_free(key);
    }
    cJSON_Delete(extra);
}

static enum status print_json(const struct answer *answer, const char *key, const struct table *table, cJSON *extra, FILE *out)
{
    bool failed = false;
    cJSON *object = answer_json(answer, &failed);
    move_members(object, extra, &failed);
    json_add(object, key, table_json(table), &failed);
    if (!failed)
        json_print(out, object);
    cJSON_Delete(object);
    return failed ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status answer_print(const struct answer *answer, const char *key, const struct table *table, cJSON *extra, FILE *out)
{
    if (table->failed) {
        cJSON_Delete(extra);
        return STATUS_NO_MEMORY;
    }
    if (answer->format == FORMAT_JSON)
        return print_json(answer, key, table, extra, out);
    cJSON_Delete(extra);
    switch (answer->format) {
    case FORMAT_CSV:
        table_print_csv(table, out);
        break;
    case FORMAT_MARKDOWN:
        table_print_markdown(table, out);
        break;
    case FORMAT_TABLE:
    case FORMAT_JSON:
        table_print(table, out, answer->colour, answer->terminal.width);
        break;
    }
    return STATUS_OK;
}
