/* sweep_manifest.c: what a sweep came from. */
#include "output/sweep_manifest.h"

#include "output/json_difference.h"
#include "output/json_print.h"
#include "output/manifest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_MOST 8u

static const char *const of_the_state[] = {"complete", "shard", "shards", NULL};

/* A value as it stands in the sweep: text, or a range's bounds. */
static void add_axis(cJSON *over, const struct axis *axis, bool *failed)
{
    char buffer[AXIS_TEXT_SIZE];
    if (axis->values) {
        cJSON *values = json_add_array(over, axis->path, failed);
        for (size_t i = 0; i < axis->count && !*failed; i++)
            json_add_string(values, NULL, axis->values[i], failed);
        return;
    }
    cJSON *range = json_add_object(over, axis->path, failed);
    json_add_string(range, "from", axis_number(axis, axis->low, buffer), failed);
    json_add_string(range, "to", axis_number(axis, axis->high, buffer), failed);
    if (!axis->continuous)
        json_add_number(range, "step", axis->step, failed);
    if (axis->log)
        json_add_string(range, "scale", "log", failed);
}

static void add_texts(cJSON *parent, const char *key, char *const *texts, size_t count, bool *failed)
{
    cJSON *list = count > 0 ? json_add_array(parent, key, failed) : NULL;
    for (size_t i = 0; i < count && !*failed; i++)
        json_add_string(list, NULL, texts[i], failed);
}

/* Cases with the index of the value that each has of every axis: null where it sets none. */
static void add_cases(cJSON *parent, const struct sweep_spec *spec, bool *failed)
{
    cJSON *cases = spec->case_count > 0 ? json_add_object(parent, "cases", failed) : NULL;
    for (size_t i = 0; i < spec->case_count && !*failed; i++) {
        cJSON *row = json_add_array(cases, spec->case_names[i], failed);
        for (size_t a = 0; a < spec->axis_count && !*failed; a++)
            json_add_number(row, NULL, spec->case_coordinates[i * spec->axis_count + a], failed);
    }
}

static void add_spec(cJSON *manifest, const struct sweep *sweep, bool *failed)
{
    const struct sweep_spec *spec = sweep->plan->spec;
    cJSON *object = json_add_object(manifest, "sweep", failed);
    json_add_string(object, "method", sweep_methods[spec->method], failed);
    cJSON *over = json_add_object(object, "over", failed);
    for (size_t a = 0; a < spec->axis_count && !*failed; a++)
        add_axis(over, &spec->axes[a], failed);
    add_cases(object, spec, failed);
    add_texts(object, "where", spec->wheres, spec->where_count, failed);
    json_add_string(object, "streams", spec->independent ? "independent" : "common", failed);
    cJSON *figures = json_add_array(object, "metrics", failed);
    if (sweep->figures->all)
        json_add_string(figures, NULL, "all", failed);
    for (size_t i = 0; i < sweep->figures->count && !*failed; i++) {
        char name[300];
        json_add_string(figures, NULL, figure_name_text(&sweep->figures->list[i], name, sizeof name), failed);
    }
    cJSON *columns = json_add_array(object, "columns", failed);
    for (size_t i = 0; i < sweep->plan->column_count && !*failed; i++)
        json_add_string(columns, NULL, sweep_plan_title(sweep->plan, i), failed);
    json_add_number(object, "points", (double)sweep->plan->point_count, failed);
}

cJSON *sweep_manifest(const struct sweep *sweep)
{
    bool failed = false;
    cJSON *manifest = manifest_begin(&failed);
    json_add_string(manifest, "command", "sweep", &failed);
    json_add_string(manifest, "name", sweep->scenario->name, &failed);
    json_add(manifest, "seed", natural_json(sweep->scenario->settings.seed), &failed);
    json_add_number(manifest, "replications", sweep->scenario->replications, &failed);
    add_spec(manifest, sweep, &failed);
    manifest_add_scenario(manifest, sweep->scenario, &failed);
    if (!failed)
        return manifest;
    cJSON_Delete(manifest);
    return NULL;
}

static void delete_state(cJSON *manifest)
{
    for (const char *const *key = of_the_state; *key; key++)
        cJSON_DeleteItemFromObjectCaseSensitive(manifest, *key);
}

bool sweep_manifest_identity(const cJSON *manifest, char identity[65])
{
    char *bytes = NULL;
    size_t length = 0;
    cJSON *copy = cJSON_Duplicate(manifest, true);
    FILE *out = copy ? open_memstream(&bytes, &length) : NULL;
    if (copy)
        delete_state(copy);
    if (out)
        json_print(out, copy);
    bool good = out && fclose(out) == 0;
    if (good)
        sha256_hex(bytes, length, identity);
    free(bytes);
    cJSON_Delete(copy);
    return good;
}

bool sweep_manifest_finish(cJSON *manifest, bool complete, size_t shard, size_t shards)
{
    bool failed = false;
    delete_state(manifest);
    json_add(manifest, "complete", cJSON_CreateBool(complete), &failed);
    if (shards > 1) {
        json_add_number(manifest, "shard", (double)shard, &failed);
        json_add_number(manifest, "shards", (double)shards, &failed);
    }
    return !failed;
}

struct telling {
    const char *path, *hint;
    struct diagnostics *diagnostics;
};

static void tell(void *context, const char *path, const char *was, const char *is)
{
    const struct telling *telling = context;
    diagnose(telling->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, telling->hint, "%s: %s was %s there, and is %s now",
             telling->path, path, was, is);
}

bool sweep_manifest_differs(const cJSON *found, const cJSON *wanted, const char *path, const char *hint, struct diagnostics *diagnostics)
{
    struct telling telling = {path, hint, diagnostics};
    /* Both as they read: numbers that were printed and ones that were not. */
    size_t count = json_difference(found, wanted, of_the_state, TOLD_MOST, tell, &telling);
    if (count > TOLD_MOST)
        diagnose(diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, "", "%s: %zu more differences", path, count - TOLD_MOST);
    return count > 0;
}

bool sweep_manifest_is_one(const cJSON *manifest)
{
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(manifest, "command");
    return cJSON_IsString(command) && strcmp(command->valuestring, "sweep") == 0;
}
