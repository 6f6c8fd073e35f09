/* result_series.c: the series and distributions of a result that a report asks for, each file in one pass. */
#include "output/csv_scan.h"
#include "output/result_data.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So many of one kind, as guard against a folder that is not ours. */
#define PERIODS_MAX 10000000u

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

struct result_series *result_data_want(struct result_data *data, const char *resource, const char *space, const char *metric,
                                       const char *stat)
{
    for (size_t i = 0; i < data->series_count; i++) {
        struct result_series *series = data->series[i];
        if (same(series->resource, resource) && same(series->space, space) && same(series->metric, metric) && same(series->stat, stat))
            return series;
    }
    if (!room_for(&data->series, data->series_count + 1, &data->series_capacity, sizeof(struct result_series *)))
        return NULL;
    struct result_series *series = calloc(1, sizeof *series);
    if (!series)
        return NULL;
    *series = (struct result_series){.resource = resource, .space = space, .metric = metric, .stat = stat};
    return data->series[data->series_count++] = series;
}

struct result_histogram *result_data_want_histogram(struct result_data *data, const char *resource, const char *metric,
                                                    const char *class_name)
{
    if (!room_for(&data->histograms, data->histogram_count + 1, &data->histogram_capacity, sizeof(struct result_histogram *)))
        return NULL;
    struct result_histogram *histogram = calloc(1, sizeof *histogram);
    if (!histogram)
        return NULL;
    *histogram = (struct result_histogram){.resource = resource, .metric = metric, .class_name = class_name};
    return data->histograms[data->histogram_count++] = histogram;
}

enum { SERIES_TIME, SERIES_ELAPSED, SERIES_SPACE, SERIES_RESOURCE, SERIES_METRIC, SERIES_STAT, SERIES_UNIT, SERIES_VALUE };

/* The next period, if that row begins one. Rows of one period stand together. */
static bool note_period(struct result_data *data, const struct csv_field *elapsed, struct csv_field *last)
{
    if (data->period_count > 0 && last->length == elapsed->length && memcmp(last->text, elapsed->text, last->length) == 0)
        return true;
    *last = *elapsed; /* points into the map */
    double time_s = csv_field_number(elapsed);
    if (isnan(time_s) || (data->period_count > 0 && !(time_s > data->times_s[data->period_count - 1])))
        return true; /* not ours: the row counts for the period under way */
    if (data->period_count == PERIODS_MAX ||
        !room_for(&data->times_s, data->period_count + 1, &data->period_capacity, sizeof *data->times_s))
        return false;
    data->times_s[data->period_count++] = time_s;
    return true;
}

static bool grow(double **values, size_t capacity, size_t wanted)
{
    double *grown = reallocarray(*values, wanted, sizeof *grown);
    if (!grown)
        return false;
    for (size_t i = capacity; i < wanted; i++)
        grown[i] = NAN;
    *values = grown;
    return true;
}

static bool make_series_room(struct result_series *series, size_t period)
{
    if (period < series->capacity)
        return true;
    size_t wanted = series->capacity ? 2 * series->capacity : 512;
    while (wanted <= period)
        wanted *= 2;
    if (!grow(&series->values, series->capacity, wanted) || (!series->resource && !grow(&series->totals, series->capacity, wanted)))
        return false;
    series->capacity = wanted;
    return true;
}

static void add(double *into, double value)
{
    if (!isnan(value))
        *into = isnan(*into) ? value : *into + value;
}

/* Who a row is of, found once for the rows of one resource that stand together. */
struct owner {
    struct csv_field name;
    const struct result_resource *resource; /* NULL: a total */
    size_t index;                           /* where the search goes on */
};

static void find_owner(const struct result_data *data, const struct csv_field *name, struct owner *owner)
{
    if (owner->name.length == name->length && memcmp(owner->name.text, name->text, name->length) == 0)
        return;
    owner->name = *name;
    owner->resource = NULL;
    /* The resources of a period come in the order of the summary, so it is mostly the next one. */
    for (size_t i = 0; i < data->resource_count && !owner->resource; i++) {
        size_t at = (owner->index + i) % data->resource_count;
        if (csv_field_is(name, data->resources[at].name)) {
            owner->resource = &data->resources[at];
            owner->index = at;
        }
    }
}

static bool take_row(struct result_series *series, const struct csv_scan *scan, const struct owner *owner, size_t period)
{
    const struct csv_field *fields = scan->fields;
    if (!csv_field_is(&fields[SERIES_METRIC], series->metric) || !csv_field_is(&fields[SERIES_STAT], series->stat) ||
        (series->space && !csv_field_is(&fields[SERIES_SPACE], series->space)))
        return true;
    if (series->resource ? !csv_field_is(&fields[SERIES_RESOURCE], series->resource) : owner->resource && owner->resource->part)
        return true;
    if (!make_series_room(series, period))
        return false;
    double value = csv_field_number(&fields[SERIES_VALUE]);
    if (series->resource) {
        series->values[period] = value;
    } else if (owner->resource) {
        add(&series->values[period], value);
        series->whole_seen = true;
    } else {
        add(&series->totals[period], value);
    }
    return true;
}

/* Every series has a value for every period, and a sum takes the types' totals where it saw no resource. */
static bool finish_series(const struct result_data *data, struct result_series *series)
{
    if (data->period_count > 0 && !make_series_room(series, data->period_count - 1))
        return false;
    if (!series->resource && !series->whole_seen) {
        free(series->values);
        series->values = series->totals;
        series->totals = NULL;
    }
    return true;
}

static enum status read_series(struct result_data *data)
{
    struct csv_scan scan;
    enum status status = csv_scan_open(&scan, data->folder, "timeseries.csv");
    if (status != STATUS_OK)
        return status;
    struct csv_field last = {"", 0};
    struct owner owner = {.name = {"", 0}};
    (void)csv_scan_next(&scan); /* the header */
    while (status == STATUS_OK && csv_scan_next(&scan)) {
        if (scan.field_count <= SERIES_VALUE)
            continue;
        if (!note_period(data, &scan.fields[SERIES_ELAPSED], &last))
            status = STATUS_NO_MEMORY;
        if (data->period_count == 0)
            continue;
        find_owner(data, &scan.fields[SERIES_RESOURCE], &owner);
        for (size_t i = 0; i < data->series_count && status == STATUS_OK; i++)
            if (!take_row(data->series[i], &scan, &owner, data->period_count - 1))
                status = STATUS_NO_MEMORY;
    }
    for (size_t i = 0; i < data->series_count && status == STATUS_OK; i++)
        if (!finish_series(data, data->series[i]))
            status = STATUS_NO_MEMORY;
    if (scan.failed)
        status = STATUS_NO_MEMORY;
    csv_scan_close(&scan);
    return status;
}

enum { HISTOGRAM_SPACE, HISTOGRAM_RESOURCE, HISTOGRAM_METRIC, HISTOGRAM_CLASS, HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_COUNT };

static bool is_histogram(const struct result_histogram *histogram, const struct csv_field *fields)
{
    return csv_field_is(&fields[HISTOGRAM_RESOURCE], histogram->resource) && csv_field_is(&fields[HISTOGRAM_METRIC], histogram->metric) &&
           csv_field_is(&fields[HISTOGRAM_CLASS], histogram->class_name);
}

static bool wants_resource(const struct result_data *data, const struct csv_field *fields)
{
    for (size_t i = 0; i < data->histogram_count; i++)
        if (csv_field_is(&fields[HISTOGRAM_RESOURCE], data->histograms[i]->resource))
            return true;
    return false;
}

static bool add_bucket(struct result_histogram *histogram, const struct csv_field *fields)
{
    if (!room_for(&histogram->buckets, histogram->count + 1, &histogram->capacity, sizeof *histogram->buckets))
        return false;
    size_t at = histogram->count++;
    histogram->buckets[at].low = csv_field_number(&fields[HISTOGRAM_LOW]);
    histogram->buckets[at].high = csv_field_number(&fields[HISTOGRAM_HIGH]);
    histogram->buckets[at].weight = csv_field_number(&fields[HISTOGRAM_COUNT]);
    return true;
}

static enum status read_histograms(struct result_data *data)
{
    struct csv_scan scan;
    enum status status = data->histogram_count > 0 ? csv_scan_open(&scan, data->folder, "histograms.csv") : STATUS_OK;
    if (status != STATUS_OK || data->histogram_count == 0)
        return status;
    while (status == STATUS_OK && csv_scan_next(&scan)) {
        if (scan.field_count > HISTOGRAM_COUNT && !wants_resource(data, scan.fields))
            csv_scan_skip_same(&scan, HISTOGRAM_RESOURCE);
        for (size_t i = 0; i < data->histogram_count && scan.field_count > HISTOGRAM_COUNT; i++)
            if (is_histogram(data->histograms[i], scan.fields) && !add_bucket(data->histograms[i], scan.fields))
                status = STATUS_NO_MEMORY;
    }
    if (scan.failed)
        status = STATUS_NO_MEMORY;
    csv_scan_close(&scan);
    return status;
}

enum status result_data_read(struct result_data *data)
{
    enum status status = read_series(data);
    return status == STATUS_OK ? read_histograms(data) : status;
}
