/* sweep_points.c: reading points.csv, and what the scenario expected of its figures. */
#include "output/sweep_points.h"

#include "document/units.h"
#include "measure/metric.h"
#include "output/csv_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESOURCE = 1, METRIC, STAT, UNIT, MEAN, LOW, HIGH, FIELDS_BEHIND = 9 };

static char *copy_of(const struct csv_field *field)
{
    return strndup(field->text, field->length);
}

static bool make_columns(struct sweep_points *points, const struct csv_scan *scan)
{
    if (scan->field_count < 1 + 1 + FIELDS_BEHIND)
        return false;
    points->column_count = scan->field_count - 1 - FIELDS_BEHIND;
    points->columns = calloc(points->column_count, sizeof *points->columns);
    for (size_t i = 0; points->columns && i < points->column_count; i++) {
        struct sweep_column *column = &points->columns[i];
        column->title = copy_of(&scan->fields[i + 1]);
        column->texts = calloc(SWEEP_POINTS_DRAWN, sizeof *column->texts);
        column->numbers = calloc(SWEEP_POINTS_DRAWN, sizeof *column->numbers);
        if (!column->title || !column->texts || !column->numbers)
            return false;
    }
    return points->columns != NULL;
}

static double *nothing(void)
{
    double *values = malloc(SWEEP_POINTS_DRAWN * sizeof *values);
    for (size_t i = 0; values && i < SWEEP_POINTS_DRAWN; i++)
        values[i] = NAN;
    return values;
}

static void figure_fini(struct sweep_figure *figure)
{
    free(figure->resource);
    free(figure->metric);
    free(figure->stat);
    free(figure->unit);
    free(figure->mean);
    free(figure->low);
    free(figure->high);
}

/* The figure of the row; NULL when there are enough, or memory is out. */
static struct sweep_figure *figure_of(struct sweep_points *points, const struct csv_field *behind, bool *failed)
{
    for (size_t i = 0; i < points->figure_count; i++) {
        struct sweep_figure *figure = &points->figures[i];
        if (csv_field_is(&behind[METRIC], figure->metric) && csv_field_is(&behind[STAT], figure->stat) &&
            csv_field_is(&behind[RESOURCE], figure->resource))
            return figure;
    }
    if (points->figure_count == SWEEP_FIGURES_READ)
        return NULL;
    struct sweep_figure *made = &points->figures[points->figure_count++];
    *made = (struct sweep_figure){.resource = copy_of(&behind[RESOURCE]),
                                  .metric = copy_of(&behind[METRIC]),
                                  .stat = copy_of(&behind[STAT]),
                                  .unit = copy_of(&behind[UNIT]),
                                  .mean = nothing(),
                                  .low = nothing(),
                                  .high = nothing(),
                                  .goal = NAN};
    *failed |= !made->resource || !made->metric || !made->stat || !made->unit || !made->mean || !made->low || !made->high;
    return *failed ? NULL : made;
}

static bool take_rows(struct sweep_points *points, struct csv_scan *scan)
{
    double current = NAN;
    bool failed = false;
    while (!failed && csv_scan_next(scan)) {
        double number = csv_field_number(&scan->fields[0]);
        if (scan->field_count != 1 + points->column_count + FIELDS_BEHIND || isnan(number))
            return false;
        if (!(number <= current)) {
            current = number;
            points->left_out += points->count == SWEEP_POINTS_DRAWN;
            for (size_t i = 0; points->count < SWEEP_POINTS_DRAWN && i < points->column_count; i++) {
                points->columns[i].texts[points->count] = copy_of(&scan->fields[i + 1]);
                failed |= !points->columns[i].texts[points->count];
            }
            points->count += points->count < SWEEP_POINTS_DRAWN;
        }
        const struct csv_field *behind = &scan->fields[1 + points->column_count];
        struct sweep_figure *figure = failed || points->left_out > 0 ? NULL : figure_of(points, behind, &failed);
        if (!figure)
            continue;
        figure->mean[points->count - 1] = csv_field_number(&behind[MEAN]);
        figure->low[points->count - 1] = csv_field_number(&behind[LOW]);
        figure->high[points->count - 1] = csv_field_number(&behind[HIGH]);
    }
    return !failed && !scan->failed;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* A value's number in the unit that it is written in, and where that unit begins. */
static bool read_number(const char *text, double *number, const char **unit)
{
    char *rest;
    if (!text)
        return false;
    *number = strtod(text, &rest);
    *unit = rest;
    return rest != text && isfinite(*number);
}

static bool read_numbers(struct sweep_column *column, size_t count)
{
    const char *unit = NULL, *other;
    for (size_t i = 0; i < count; i++) {
        if (!read_number(column->texts[i], &column->numbers[i], &other) || (unit && strcmp(unit, other) != 0))
            return false;
        unit = other;
    }
    return true;
}

/* A file that was cut short has points without a value. */
static bool is_same(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

/* Places in the order in which values came; names are the different ones so far. O(points x different values). */
static void number_in_order(struct sweep_column *column, size_t count)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < different && !is_same(column->names[at], column->texts[i]))
            at++;
        if (at == different)
            column->names[different++] = column->texts[i];
        column->numbers[i] = (double)at + 1;
    }
}

static bool find_levels(struct sweep_column *column, size_t count)
{
    column->levels = calloc(count + 1, sizeof *column->levels);
    column->names = calloc(count + 1, sizeof *column->names);
    if (!column->levels || !column->names)
        return false;
    column->numeric = read_numbers(column, count);
    if (!column->numeric)
        number_in_order(column, count);
    memcpy(column->levels, column->numbers, count * sizeof *column->levels);
    qsort(column->levels, count, sizeof *column->levels, ascending);
    for (size_t i = 0; i < count; i++)
        if (column->level_count == 0 || column->levels[i] > column->levels[column->level_count - 1])
            column->levels[column->level_count++] = column->levels[i];
    for (size_t i = 0; i < count; i++) {
        const double *level = bsearch(&column->numbers[i], column->levels, column->level_count, sizeof *level, ascending);
        column->names[level - column->levels] = column->texts[i];
    }
    return true;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* "< 250ms" in the figure's unit; NaN: no bound of that kind. */
static double bound_of(const char *is, const char *unit)
{
    double value;
    size_t signs = strspn(is, "<>= ");
    if (*is != '<' && *is != '>')
        return NAN;
    is += signs;
    size_t length = strlen(is);
    if (units_parse_number(is, &value) || (*is == '$' && units_parse_money(is, &value)))
        return value;
    if (length > 1 && is[length - 1] == '%')
        return strtod(is, NULL);
    if (units_parse_time(is, &value)) {
        double unit_ns = metric_time_unit_ns(unit);
        return unit_ns > 0 ? value / unit_ns : NAN;
    }
    return units_parse_size(is, &value) ? value : NAN;
}

static void find_goals(struct sweep_points *points)
{
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(points->manifest, "scenario"), "expect");
    for (const cJSON *one = cJSON_IsArray(expect) ? expect->child : NULL; one; one = one->next) {
        bool cost = *text_of(one, "cost") != '\0';
        const char *stat = text_of(one, "stat");
        for (size_t i = 0; i < points->figure_count; i++) {
            struct sweep_figure *figure = &points->figures[i];
            bool same = cost ? strcmp(figure->resource, "cost") == 0
                             : strcmp(figure->resource, text_of(one, "resource")) == 0 &&
                                   strcmp(figure->metric, text_of(one, "metric")) == 0 &&
                                   (*stat ? strcmp(figure->stat, stat) == 0
                                          : strcmp(figure->stat, "Sum") == 0 || strcmp(figure->stat, "Average") == 0);
            if (same && isnan(figure->goal))
                figure->goal = bound_of(text_of(one, "is"), figure->unit);
        }
    }
}

/* Figures that are the same at every point make no picture. */
static void drop_constant(struct sweep_points *points)
{
    size_t kept = 0;
    for (size_t i = 0; i < points->figure_count; i++) {
        struct sweep_figure figure = points->figures[i];
        bool differs = false;
        for (size_t p = 1; p < points->count && !differs; p++)
            differs = figure.mean[p] != figure.mean[0] && !(isnan(figure.mean[p]) && isnan(figure.mean[0]));
        if (differs)
            points->figures[kept++] = figure;
        else
            figure_fini(&figure);
    }
    points->figure_count = kept;
}

/* What was asked for comes before the bill, and both before what is merely there. */
static int rank_of(const struct sweep_figure *figure)
{
    return !isnan(figure->goal) ? 0 : strcmp(figure->resource, "cost") == 0 ? 1 : 2;
}

static void keep_first(struct sweep_points *points)
{
    for (size_t i = 1; i < points->figure_count; i++) {
        struct sweep_figure figure = points->figures[i];
        size_t at = i;
        for (; at > 0 && rank_of(&points->figures[at - 1]) > rank_of(&figure); at--)
            points->figures[at] = points->figures[at - 1];
        points->figures[at] = figure;
    }
    while (points->figure_count > SWEEP_FIGURES_DRAWN)
        figure_fini(&points->figures[--points->figure_count]);
}

enum status sweep_points_read(int folder, cJSON *manifest, struct sweep_points *points)
{
    struct csv_scan scan;
    *points = (struct sweep_points){.manifest = manifest};
    enum status status = csv_scan_open(&scan, folder, "points.csv");
    if (status != STATUS_OK)
        return status;
    bool good = csv_scan_next(&scan) && make_columns(points, &scan) && take_rows(points, &scan) && points->count > 0;
    csv_scan_close(&scan);
    for (size_t i = 0; good && i < points->column_count; i++)
        good = find_levels(&points->columns[i], points->count);
    if (!good)
        return STATUS_INVALID;
    find_goals(points);
    drop_constant(points);
    keep_first(points);
    return STATUS_OK;
}

void sweep_points_fini(struct sweep_points *points)
{
    for (size_t i = 0; points->columns && i < points->column_count; i++) {
        struct sweep_column *column = &points->columns[i];
        for (size_t p = 0; column->texts && p < points->count; p++)
            free(column->texts[p]);
        free(column->title);
        free(column->texts);
        free(column->numbers);
        free(column->levels);
        free(column->names);
    }
    for (size_t i = 0; i < points->figure_count; i++)
        figure_fini(&points->figures[i]);
    free(points->columns);
    cJSON_Delete(points->manifest);
    *points = (struct sweep_points){0};
}
