/* headline_rows.c: which figures a summary shows. */
#include "output/headline_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The figures of one resource stand together, as they were measured. */
static size_t resource_length(const struct run_result *result, size_t first)
{
    size_t end = first + 1;
    while (end < result->figure_count && strcmp(result->figures[end].resource, result->figures[first].resource) == 0)
        end++;
    return end - first;
}

const struct figure *headline_row_figure(const struct headline_row *row, const char *metric, const char *stat)
{
    for (size_t i = 0; i < row->figure_count; i++)
        if (strcmp(row->first[i].metric->name, metric) == 0 && strcmp(row->first[i].stat, stat) == 0)
            return &row->first[i];
    return NULL;
}

static double key_of(const struct headline_row *row)
{
    return isnan(row->key->interval.mean) ? -1 : row->key->interval.mean;
}

static int compare_rows(const void *a, const void *b)
{
    const struct headline_row *left = a, *right = b;
    if (left->section != right->section)
        return left->section < right->section ? -1 : 1; /* both in one array */
    if (key_of(left) != key_of(right))
        return key_of(left) > key_of(right) ? -1 : 1;
    return left->first < right->first ? -1 : left->first > right->first;
}

static void add_row(struct headline_rows *rows, const struct summary_layout *layout, size_t first, size_t count)
{
    struct headline_row row = {.first = &rows->result->figures[first], .figure_count = count};
    for (row.section = layout->sections; row.section->title; row.section++) {
        row.key = headline_row_figure(&row, row.section->key, "Sum");
        const char *space = row.section->key_space;
        if (row.key && !row.key->is_total && (!space || strcmp(row.key->metric->name_space, space) == 0)) {
            rows->list[rows->count++] = row;
            return;
        }
    }
}

enum status headline_rows_collect(const struct run_result *result, const struct summary_layout *layout, struct headline_rows *rows)
{
    *rows = (struct headline_rows){.result = result, .requests = layout->requests, .requests_space = layout->requests_space};
    size_t resources = 0;
    for (size_t i = 0; i < result->figure_count; i += resource_length(result, i))
        resources++;
    rows->list = calloc(resources ? resources : 1, sizeof *rows->list);
    if (!rows->list)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < result->figure_count;) {
        size_t count = resource_length(result, i);
        add_row(rows, layout, i, count);
        i += count;
    }
    qsort(rows->list, rows->count, sizeof *rows->list, compare_rows);
    return STATUS_OK;
}

void headline_rows_fini(struct headline_rows *rows)
{
    free(rows->list);
    *rows = (struct headline_rows){0};
}

static bool counts_requests(const struct headline_rows *rows, const struct figure *figure)
{
    const bool in_space = !rows->requests_space || strcmp(figure->metric->name_space, rows->requests_space) == 0;
    return !figure->is_total && in_space && strcmp(figure->metric->name, rows->requests) == 0 && strcmp(figure->stat, "Sum") == 0;
}

static double count_requests(const struct headline_rows *rows, uint32_t replication)
{
    double requests = 0;
    for (size_t i = 0; i < rows->result->figure_count; i++)
        if (counts_requests(rows, &rows->result->figures[i]))
            requests += rows->result->figures[i].values[replication];
    return requests;
}

struct interval headline_rows_million(const struct headline_rows *rows)
{
    const struct run_result *result = rows->result;
    double run_usd = 0, requests = 0;
    for (size_t i = 0; i < result->cost_count; i++)
        run_usd += result->cost[i].amount_usd;
    for (size_t i = 0; i < result->figure_count; i++)
        if (counts_requests(rows, &result->figures[i]))
            requests += result->figures[i].interval.mean;
    struct interval million = {.mean = requests > 0 ? run_usd / requests * 1e6 : NAN, .low = NAN, .high = NAN};
    double *ratios = requests > 0 && result->month_usd > 0 ? malloc((result->planned + 1u) * sizeof *ratios) : NULL;
    if (!ratios)
        return million;
    /* A run's own bill is the same share of its month in every replication. */
    for (uint32_t i = 0; i < result->planned; i++) {
        requests = count_requests(rows, i);
        ratios[i] = requests > 0 ? result->months[i] * (run_usd / result->month_usd) / requests * 1e6 : NAN;
    }
    struct interval interval = interval_of_mean(ratios, result->planned, 0.95);
    million.low = interval.low;
    million.high = interval.high;
    free(ratios);
    return million;
}

static const struct table_column figure_columns[] = {
    {"resource", false}, {"metric", false}, {"stat", false}, {"unit", false}, {"value", true}, {"ci95_low", true}, {"ci95_high", true},
};

static void add_figure(struct table *table, const char *resource, const char *metric, const char *stat, const char *unit,
                       const struct interval *interval)
{
    table_text(table, resource);
    table_text(table, metric);
    table_text(table, stat);
    table_text(table, unit);
    table_number(table, interval->mean);
    table_number(table, interval->low);
    table_number(table, interval->high);
}

void headline_rows_table(const struct headline_rows *rows, struct table *table)
{
    table_init(table, figure_columns, sizeof figure_columns / sizeof *figure_columns);
    for (size_t i = 0; i < rows->count; i++) {
        const struct headline_row *row = &rows->list[i];
        for (const struct headline_column *column = row->section->columns; column->title; column++) {
            const struct figure *figure = headline_row_figure(row, column->metric, column->stat);
            if (figure)
                add_figure(table, figure->resource, column->metric, column->stat, figure->metric->unit, &figure->interval);
        }
    }
    struct interval month = rows->result->month_interval;
    month.mean = rows->result->month_usd;
    add_figure(table, "cost", "month", "Sum", "USD", &month);
    struct interval million = headline_rows_million(rows);
    if (!isnan(million.mean))
        add_figure(table, "cost", "million_requests", "Average", "USD", &million);
}
