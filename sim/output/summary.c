/* summary.c: one screen for a person. */
#include "output/summary.h"

#include "output/figure_text.h"
#include "output/json_print.h"
#include "output/part_name.h"
#include "output/run_heading.h"
#include "output/safe_text.h"
#include "output/summary_markdown.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Under so few rows there is room for the interval of each. */
#define ROWS_WITH_INTERVALS 4u
#define NAME_MAX_WIDTH 32u
#define COLUMNS_MAX 16u
#define CELL_SIZE (2 * FIGURE_TEXT_SIZE)

static const struct interval nothing = {.mean = NAN, .low = NAN, .high = NAN};

static void print_heading(const struct run_result *result, FILE *out)
{
    safe_text_print(out, result->scenario->name);
    (void)fputs(": ", out);
    run_heading_print(result, out);
    (void)fputc('\n', out);
    run_heading_print_end(result, out);
}

/* The names of parts are long; a table that is wider than the screen is no table. Nothing is cut where it is no screen. */
static void name_cell(struct table *table, const struct answer *answer, const char *name)
{
    if (!answer->terminal.is_terminal || safe_text_width(name) <= NAME_MAX_WIDTH) {
        table_text(table, name);
        return;
    }
    const char *at = name;
    for (size_t characters = 0; characters < NAME_MAX_WIDTH - 3; characters++)
        for (at++; ((unsigned char)*at & 0xC0) == 0x80; at++)
            ;
    char cut[4 * NAME_MAX_WIDTH + 4];
    size_t length = (size_t)(at - name);
    if (length > sizeof cut - 4)
        length = sizeof cut - 4; /* only where it is no UTF-8 */
    memcpy(cut, name, length);
    (void)strcpy(cut + length, "...");
    table_text(table, cut);
}

static void figure_cell(struct table *table, const struct interval *figure, const char *unit, const double *key)
{
    char cell[CELL_SIZE], share[FIGURE_TEXT_SIZE];
    (void)figure_text(figure->mean, unit, cell);
    if (key && *key > 0 && figure->mean > 0) {
        size_t length = strlen(cell);
        (void)snprintf(cell + length, sizeof cell - length, " (%s)", figure_text(100 * figure->mean / *key, "Percent", share));
    }
    table_text(table, cell);
}

static void half_width_cell(struct table *table, const struct interval *figure, const char *unit)
{
    double half = (figure->high - figure->low) / 2;
    char cell[CELL_SIZE], text[FIGURE_TEXT_SIZE];
    cell[0] = '\0';
    if (!isnan(half))
        (void)snprintf(cell, sizeof cell, "\u00b1%s", figure_text_beside(half, figure->mean, unit, text));
    table_text(table, cell);
}

/* A line of cells: interval and unit of each column. */
struct line {
    struct interval figures[COLUMNS_MAX];
    const char *units[COLUMNS_MAX];
};

/* A column beyond the room is left out. */
static size_t column_count(const struct headline_section *section)
{
    size_t count = 0;
    while (count < COLUMNS_MAX && section->columns[count].title)
        count++;
    return count;
}

static void print_line(struct table *table, const struct answer *answer, const struct headline_section *section, const char *name,
                       const struct line *line, bool intervals)
{
    name_cell(table, answer, name);
    for (size_t c = 0; c < column_count(section); c++)
        figure_cell(table, &line->figures[c], line->units[c], section->columns[c].share ? &line->figures[0].mean : NULL);
    if (!intervals)
        return;
    table_text(table, "");
    for (size_t c = 0; c < column_count(section); c++)
        half_width_cell(table, &line->figures[c], line->units[c]);
}

static void line_of_row(const struct headline_row *row, struct line *line)
{
    for (size_t c = 0; c < column_count(row->section); c++) {
        const struct figure *figure = headline_row_figure(row, row->section->columns[c].metric, row->section->columns[c].stat);
        line->figures[c] = figure ? figure->interval : nothing;
        line->units[c] = figure ? figure->metric->unit : "";
    }
}

/* A part of another row's resource, which counts it already. */
static bool is_part(const struct headline_row *row)
{
    return part_name_is(row->key->resource);
}

static size_t count_wholes(const struct headline_row *rows, size_t count)
{
    size_t wholes = 0;
    for (size_t i = 0; i < count; i++)
        wholes += !is_part(&rows[i]);
    return wholes;
}

/* The sum over all rows of a section in each replication, and the interval of that: rows of one replication depend on each other, so their
 * intervals do not add. */
static enum status line_of_total(const struct run_result *result, const struct headline_row *rows, size_t count, struct line *line)
{
    const struct headline_column *columns = rows->section->columns;
    double *sums = calloc(result->planned ? result->planned : 1, sizeof *sums);
    if (!sums)
        return STATUS_NO_MEMORY;
    for (size_t c = 0; c < column_count(rows->section); c++) {
        line->figures[c] = nothing;
        line->units[c] = "";
        if (!columns[c].adds)
            continue;
        for (uint32_t r = 0; r < result->planned; r++)
            sums[r] = NAN; /* of a replication that is not complete it stays so */
        for (size_t i = 0; i < count; i++) {
            if (is_part(&rows[i]))
                continue;
            const struct figure *figure = headline_row_figure(&rows[i], columns[c].metric, columns[c].stat);
            for (uint32_t r = 0; figure && r < result->planned; r++)
                if (!isnan(figure->values[r]))
                    sums[r] = figure->values[r] + (isnan(sums[r]) ? 0 : sums[r]);
        }
        line->figures[c] = interval_of_mean(sums, result->planned, 0.95);
    }
    free(sums);
    return STATUS_OK;
}

static size_t titles_of(const struct headline_section *section, struct table_column titles[COLUMNS_MAX + 1])
{
    titles[0] = (struct table_column){section->title, false};
    for (size_t c = 0; c < column_count(section); c++)
        titles[c + 1] = (struct table_column){section->columns[c].title, true};
    return column_count(section) + 1;
}

static enum status print_section(const struct answer *answer, const struct run_result *result, const struct headline_row *rows,
                                 size_t count, FILE *out)
{
    const struct headline_section *section = rows->section;
    struct table_column titles[COLUMNS_MAX + 1];
    struct table table;
    struct line line = {0};
    table_init(&table, titles, titles_of(section, titles));
    bool intervals = result->replications > 1;
    size_t shown = count > SUMMARY_ROWS_MAX ? SUMMARY_ROWS_MAX : count;
    for (size_t i = 0; i < shown; i++) {
        line_of_row(&rows[i], &line);
        print_line(&table, answer, section, rows[i].key->resource, &line, intervals && count <= ROWS_WITH_INTERVALS);
    }
    enum status status = STATUS_OK;
    size_t wholes = count_wholes(rows, count);
    if (wholes > 1 && (status = line_of_total(result, rows, count, &line)) == STATUS_OK) {
        char name[64];
        (void)snprintf(name, sizeof name, count > shown ? "all %zu (%zu more than shown)" : "all %zu", wholes, count - shown);
        print_line(&table, answer, section, name, &line, intervals);
    }
    if (table.failed)
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK) {
        (void)fputc('\n', out);
        table_print(&table, out, answer->colour, answer->terminal.width);
    }
    table_fini(&table);
    return status;
}

static void money_row(struct table *table, const char *name, double usd, const struct interval *interval)
{
    char money[FIGURE_TEXT_SIZE], low[FIGURE_TEXT_SIZE], high[FIGURE_TEXT_SIZE], range[3 * FIGURE_TEXT_SIZE] = "";
    if (interval && !isnan(interval->low))
        (void)snprintf(range, sizeof range, "%s to %s", money_text(interval->low, low), money_text(interval->high, high));
    table_text(table, name);
    table_text(table, money_text(usd, money));
    if (table->column_count > 2)
        table_text(table, range);
}

/* The month's bill, one line a service in the order in which they first appear. O(lines x services). */
static void add_services(struct table *table, const struct run_result *result)
{
    for (size_t i = 0; i < result->cost_count; i++) {
        const char *service = result->cost[i].price->service;
        double usd = 0;
        size_t first = 0;
        while (strcmp(result->cost[first].price->service, service) != 0)
            first++;
        if (first != i)
            continue;
        for (size_t j = i; j < result->cost_count; j++)
            if (strcmp(result->cost[j].price->service, service) == 0)
                usd += result->cost[j].monthly_amount_usd;
        money_row(table, service, usd, NULL);
    }
}

static enum status print_cost(const struct answer *answer, const struct headline_rows *rows, FILE *out)
{
    static const struct table_column columns[] = {{"cost of a month", false}, {"USD", true}, {"95 % interval", false}};
    const struct run_result *result = rows->result;
    const struct interval million = headline_rows_million(rows);
    struct table table;
    table_init(&table, columns, isnan(result->month_interval.low) ? 2 : 3);
    add_services(&table, result);
    money_row(&table, "total", result->month_usd, &result->month_interval);
    if (!isnan(million.mean))
        money_row(&table, "a million requests", million.mean, &million);
    enum status status = table.failed ? STATUS_NO_MEMORY : STATUS_OK;
    if (status == STATUS_OK) {
        (void)fputc('\n', out);
        table_print(&table, out, answer->colour, answer->terminal.width);
    }
    table_fini(&table);
    return status;
}

static enum status print_screen(const struct answer *answer, const struct headline_rows *rows, FILE *out)
{
    print_heading(rows->result, out);
    if (rows->result->replications == 0)
        return STATUS_OK;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rows->count && status == STATUS_OK;) {
        size_t end = i + 1;
        while (end < rows->count && rows->list[end].section == rows->list[i].section)
            end++;
        status = print_section(answer, rows->result, &rows->list[i], end - i, out);
        i = end;
    }
    return status == STATUS_OK ? print_cost(answer, rows, out) : status;
}

enum status summary_print(const struct answer *answer, const struct headline_rows *rows, FILE *out)
{
    if (answer->format == FORMAT_TABLE)
        return print_screen(answer, rows, out);
    if (answer->format == FORMAT_MARKDOWN)
        return summary_markdown_print(rows, out);
    struct table table;
    headline_rows_table(rows, &table);
    bool failed = false;
    cJSON *extra = cJSON_CreateObject();
    json_add_string(extra, "name", rows->result->scenario->name, &failed);
    json_add_number(extra, "replications", rows->result->replications, &failed);
    enum status status = answer_print(answer, "figures", &table, extra, out);
    table_fini(&table);
    return failed ? STATUS_NO_MEMORY : status;
}
