/* result_data.c: a result folder's manifest, summary, series and distributions. */
#include "output/result_data.h"

#include "engine/room.h"
#include "output/csv_scan.h"
#include "output/part_name.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A manifest holds the scenario as it was resolved, with all rules and prices. */
#define MANIFEST_BYTES_MAX ((size_t)1 << 30)

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The one copy of a text; NULL when memory is out. O(log of the different texts). */
static const char *intern(struct result_data *data, const struct csv_field *field)
{
    char *copy = strndup(field->text, field->length);
    if (!copy)
        return NULL;
    void *node = tsearch(copy, &data->names, compare_text);
    if (!node || *(char **)node != copy)
        free(copy);
    return node ? *(char **)node : NULL;
}

enum {
    SUMMARY_SPACE,
    SUMMARY_RESOURCE,
    SUMMARY_METRIC,
    SUMMARY_STAT,
    SUMMARY_UNIT,
    SUMMARY_VALUE,
    SUMMARY_LOW,
    SUMMARY_HIGH,
    SUMMARY_FIELDS
};

static bool key_is(const struct result_key *key, const struct csv_field *fields)
{
    return csv_field_is(&fields[SUMMARY_STAT], key->stat) && csv_field_is(&fields[SUMMARY_METRIC], key->metric) &&
           csv_field_is(&fields[SUMMARY_SPACE], key->space);
}

/* The key of a row, made if need be; SIZE_MAX when memory is out. Resources of one type have the same keys in the same order, so the one
 * after the last is tried first. */
static size_t key_of(struct result_data *data, const struct csv_field *fields, size_t guess)
{
    if (guess < data->key_count && key_is(&data->keys[guess], fields))
        return guess;
    for (size_t i = 0; i < data->key_count; i++)
        if (key_is(&data->keys[i], fields))
            return i;
    struct result_key *keys = reallocarray(data->keys, data->key_count + 1, sizeof *keys);
    if (!keys)
        return SIZE_MAX;
    data->keys = keys;
    struct result_key *key = &keys[data->key_count];
    key->space = intern(data, &fields[SUMMARY_SPACE]);
    key->metric = intern(data, &fields[SUMMARY_METRIC]);
    key->stat = intern(data, &fields[SUMMARY_STAT]);
    key->unit = intern(data, &fields[SUMMARY_UNIT]);
    return key->space && key->metric && key->stat && key->unit ? data->key_count++ : SIZE_MAX;
}

static bool add_resource(struct result_data *data, const struct csv_field *name)
{
    size_t count = data->resource_count;
    if (count > 0 && csv_field_is(name, data->resources[count - 1].name))
        return true;
    bool room = room_for(&data->resources, count + 1, &data->resource_capacity, sizeof *data->resources);
    const char *text = room ? intern(data, name) : NULL;
    if (!text)
        return false;
    data->resources[data->resource_count++] =
        (struct result_resource){.name = text, .first = data->figure_count, .part = part_name_is(text)};
    return true;
}

static bool add_figure(struct result_data *data, const struct csv_field *fields, size_t *key)
{
    bool room = room_for(&data->figures, data->figure_count + 1, &data->figure_capacity, sizeof *data->figures);
    *key = room ? key_of(data, fields, *key + 1) : SIZE_MAX;
    if (*key == SIZE_MAX || !add_resource(data, &fields[SUMMARY_RESOURCE]))
        return false;
    data->figures[data->figure_count++] = (struct result_figure){.key = (uint32_t)*key,
                                                                 .interval = {.mean = csv_field_number(&fields[SUMMARY_VALUE]),
                                                                              .low = csv_field_number(&fields[SUMMARY_LOW]),
                                                                              .high = csv_field_number(&fields[SUMMARY_HIGH])}};
    data->resources[data->resource_count - 1].count++;
    return true;
}

static enum status read_summary(struct result_data *data)
{
    struct csv_scan scan;
    enum status status = csv_scan_open(&scan, data->folder, "summary.csv");
    if (status != STATUS_OK)
        return status;
    bool ours = csv_scan_next(&scan) && scan.field_count > SUMMARY_HIGH && csv_field_is(&scan.fields[SUMMARY_SPACE], "namespace");
    size_t key = 0;
    status = ours ? STATUS_OK : STATUS_INVALID;
    while (status == STATUS_OK && csv_scan_next(&scan))
        if (scan.field_count > SUMMARY_HIGH && !add_figure(data, scan.fields, &key))
            status = STATUS_NO_MEMORY;
    if (scan.failed)
        status = STATUS_NO_MEMORY;
    csv_scan_close(&scan);
    return status;
}

static enum status read_manifest(struct result_data *data)
{
    struct csv_scan file; /* only to map it */
    enum status status = csv_scan_open(&file, data->folder, "manifest.json");
    if (status != STATUS_OK)
        return status;
    if (file.map && file.map_length < MANIFEST_BYTES_MAX)
        data->manifest = cJSON_ParseWithLength(file.map, file.map_length);
    csv_scan_close(&file);
    const cJSON *program = cJSON_GetObjectItemCaseSensitive(data->manifest, "program");
    return cJSON_IsString(program) && strcmp(program->valuestring, "slsim") == 0 ? STATUS_OK : STATUS_INVALID;
}

enum status result_data_open(struct result_data *data, int folder)
{
    *data = (struct result_data){.folder = folder};
    enum status status = read_manifest(data);
    if (status == STATUS_OK)
        status = read_summary(data);
    if (status != STATUS_OK)
        result_data_close(data);
    return status;
}

void result_data_close(struct result_data *data)
{
    int reason = errno;
    for (size_t i = 0; i < data->series_count; i++) {
        free(data->series[i]->values);
        free(data->series[i]->totals);
        free(data->series[i]);
    }
    for (size_t i = 0; i < data->histogram_count; i++) {
        free(data->histograms[i]->buckets);
        free(data->histograms[i]);
    }
    free(data->series);
    free(data->histograms);
    free(data->times_s);
    free(data->figures);
    free(data->resources);
    free(data->keys);
    cJSON_Delete(data->manifest);
    tdestroy(data->names, free);
    *data = (struct result_data){0};
    errno = reason;
}

const struct interval *result_data_figure(const struct result_data *data, const struct result_resource *resource, const char *space,
                                          const char *metric, const char *stat)
{
    for (size_t i = resource->first; i < resource->first + resource->count; i++) {
        const struct result_key *key = &data->keys[data->figures[i].key];
        if (strcmp(key->metric, metric) == 0 && strcmp(key->stat, stat) == 0 && (!space || strcmp(key->space, space) == 0))
            return &data->figures[i].interval;
    }
    return NULL;
}

const char *result_data_unit(const struct result_data *data, const char *metric)
{
    for (size_t i = 0; i < data->key_count; i++)
        if (strcmp(data->keys[i].metric, metric) == 0)
            return data->keys[i].unit;
    return "";
}

const struct result_resource *result_data_resource(const struct result_data *data, const char *name)
{
    for (size_t i = 0; i < data->resource_count; i++)
        if (strcmp(data->resources[i].name, name) == 0)
            return &data->resources[i];
    return NULL;
}
