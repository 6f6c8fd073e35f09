/* page_run_figures.c: the first two sections of a run's page: the verdict, and the figures that a summary shows. */
#include "output/csv_scan.h"
#include "output/figure_text.h"
#include "output/html_writer.h"
#include "output/page.h"
#include "output/page_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 12u
#define COLUMNS_MAX 16u
#define CELL_SIZE (3 * FIGURE_TEXT_SIZE)

/* A resource of a section, by its key. */
struct row {
    const struct result_resource *resource;
    double key;
    size_t order;
};

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->key != right->key)
        return left->key > right->key ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* The rows of a section; owned by the caller; NULL when memory is out. */
static struct row *collect(const struct result_data *data, const struct headline_section *section, size_t *count)
{
    struct row *rows = calloc(data->resource_count + 1, sizeof *rows);
    *count = 0;
    for (size_t i = 0; rows && i < data->resource_count; i++) {
        const struct interval *key = result_data_figure(data, &data->resources[i], section->key_space, section->key, "Sum");
        if (key)
            rows[(*count)++] = (struct row){&data->resources[i], key->mean, i};
    }
    if (rows)
        qsort(rows, *count, sizeof *rows, compare_rows);
    return rows;
}

static double total_of(const struct result_data *data, const struct row *rows, size_t count, const struct headline_column *column)
{
    double sum = NAN;
    for (size_t i = 0; i < count; i++) {
        const struct interval *figure =
            rows[i].resource->part ? NULL : result_data_figure(data, rows[i].resource, NULL, column->metric, column->stat);
        if (figure && !isnan(figure->mean))
            sum = figure->mean + (isnan(sum) ? 0 : sum);
    }
    return sum;
}

static void cell(struct table *table, const struct interval *figure, const char *unit, double key)
{
    char text[CELL_SIZE], part[FIGURE_TEXT_SIZE];
    if (!figure || isnan(figure->mean)) {
        table_text(table, "");
        return;
    }
    size_t length = strlen(figure_text(figure->mean, unit, text));
    double half = (figure->high - figure->low) / 2;
    if (!isnan(half))
        length += (size_t)snprintf(text + length, sizeof text - length, " \u00b1 %s", figure_text_beside(half, figure->mean, unit, part));
    if (key > 0 && figure->mean > 0)
        (void)snprintf(text + length, sizeof text - length, " (%s)", figure_text(100 * figure->mean / key, "Percent", part));
    table_text(table, text);
}

static void section_rows(struct table *table, const struct result_data *data, const struct headline_section *section,
                         const struct row *rows, size_t count, size_t columns)
{
    for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
        table_text(table, rows[i].resource->name);
        for (size_t c = 0; c < columns; c++) {
            const struct headline_column *column = &section->columns[c];
            cell(table, result_data_figure(data, rows[i].resource, NULL, column->metric, column->stat),
                 result_data_unit(data, column->metric), column->share ? rows[i].key : 0);
        }
    }
}

static bool total_row(struct table *table, const struct result_data *data, const struct headline_section *section, const struct row *rows,
                      size_t count, size_t columns)
{
    size_t wholes = 0;
    char name[64];
    for (size_t i = 0; i < count; i++)
        wholes += !rows[i].resource->part;
    if (wholes < 2)
        return false;
    (void)snprintf(name, sizeof name, count > ROWS_MAX ? "all %zu (%zu more than shown)" : "all %zu", wholes, count - ROWS_MAX);
    table_text(table, name);
    double key = total_of(data, rows, count, &section->columns[0]);
    for (size_t c = 0; c < columns; c++) {
        const struct headline_column *column = &section->columns[c];
        struct interval total = {.mean = column->adds ? total_of(data, rows, count, column) : NAN, .low = NAN, .high = NAN};
        cell(table, &total, result_data_unit(data, column->metric), column->share ? key : 0);
    }
    return true;
}

static size_t column_count(const struct headline_section *section)
{
    size_t count = 0;
    while (count < COLUMNS_MAX && section->columns[count].title)
        count++;
    return count;
}

static void section_table(struct page *page, const struct result_data *data, const struct headline_section *section)
{
    struct table_column titles[COLUMNS_MAX + 1] = {{"name", false}};
    struct table table;
    size_t count, columns = column_count(section);
    struct row *rows = collect(data, section, &count);
    for (size_t c = 0; c < columns; c++)
        titles[c + 1] = (struct table_column){section->columns[c].title, true};
    table_init(&table, titles, columns + 1);
    if (rows && count > 0) {
        section_rows(&table, data, section, rows, count, columns);
        bool total = total_row(&table, data, section, rows, count, columns);
        page_table(page, section->title, &table, total);
    }
    table_fini(&table);
    free(rows);
}

void page_run_figures(struct page *page, const struct page_run *run)
{
    const cJSON *replications = cJSON_GetObjectItemCaseSensitive(run->data->manifest, "replications");
    page_section(page, "figures", "The figures that matter");
    if (cJSON_IsNumber(replications) && replications->valuedouble > 1)
        html(page->out, "<p>Behind ±: half of the 95 % interval of the mean over %d replications.</p>\n", replications->valueint);
    else
        html(page->out, "<p>One replication: chance alone could make these figures differ, and nothing says by how much. More replications "
                        "(--replications 10) give intervals.</p>\n");
    for (const struct headline_section *section = run->request->summary->sections; section->title; section++)
        section_table(page, run->data, section);
}

/* How many expectations there are, and how many of them hold. */
static size_t count_verdicts(int folder, size_t *hold)
{
    struct csv_scan scan;
    size_t count = 0;
    *hold = 0;
    if (csv_scan_open(&scan, folder, "expectations.csv") != STATUS_OK)
        return 0;
    (void)csv_scan_next(&scan); /* the header */
    for (; csv_scan_next(&scan); count++)
        *hold += scan.field_count > 1 && csv_field_is(&scan.fields[1], "PASS");
    csv_scan_close(&scan);
    return count;
}

/* "339,657 requests: 339,657 succeeded (100%), 0 failed", of the summary's first section. */
static void tell_totals(struct page *page, const struct page_run *run)
{
    const struct headline_section *section = run->request->summary->sections;
    size_t count;
    struct row *rows = collect(run->data, section, &count);
    double key = rows && count > 0 ? total_of(run->data, rows, count, &section->columns[0]) : NAN;
    bool told = false;
    for (const struct headline_column *column = section->columns; key > 0 && column->title && (column->adds || column == section->columns);
         column++) {
        char text[FIGURE_TEXT_SIZE], share[FIGURE_TEXT_SIZE];
        double total = total_of(run->data, rows, count, column);
        if (column == section->columns)
            html(page->out, "%s %s: ", figure_text(total, "Count", text), column->title);
        else if (total > 0) {
            html(page->out, "%h%s %s (%s)", told ? ", " : "", figure_text(total, "Count", text), column->title,
                 figure_text(100 * total / key, "Percent", share));
            told = true;
        }
    }
    html(page->out, key > 0 ? ". " : "Nothing was asked for. ");
    free(rows);
}

void page_run_verdict(struct page *page, const struct page_run *run)
{
    const cJSON *scenario = cJSON_GetObjectItemCaseSensitive(run->data->manifest, "scenario");
    const cJSON *description = cJSON_GetObjectItemCaseSensitive(scenario, "description");
    const cJSON *complete = cJSON_GetObjectItemCaseSensitive(run->data->manifest, "complete");
    size_t hold, count = count_verdicts(run->data->folder, &hold);
    char money[FIGURE_TEXT_SIZE];
    page_section(page, "verdict", "The question and the verdict");
    if (cJSON_IsString(description))
        html(page->out, "<p>%s</p>\n", description->valuestring);
    html(page->out, "<p class=\"verdict%h\">", count == 0 ? "" : hold == count ? " ok" : " no");
    if (count > 0 && hold == count)
        html(page->out, "<b>%h</b> ", count == 1 ? "What was expected holds." : "All that was expected holds.");
    else if (count > 0)
        html(page->out, "<b>%z of %z expectations do not hold.</b> ", count - hold, count);
    tell_totals(page, run);
    html(page->out, "A month costs %s.</p>\n", money_text(run->bill->month_usd, money));
    if (cJSON_IsFalse(complete))
        html(page->out, "<p class=\"no\"><b>The run ended early</b>: these are the figures of what is complete.</p>\n");
}
