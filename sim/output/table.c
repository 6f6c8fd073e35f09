/* table.c: rows and columns for standard output. */
#include "output/table.h"

#include "engine/room.h"
#include "output/json_print.h"
#include "output/number_text.h"
#include "output/safe_text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* To so many characters a column of text is narrowed at most. */
#define LEAST_WIDTH 12u

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
    *table = (struct table){.columns = columns, .column_count = column_count};
}

void table_fini(struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i].text);
    free(table->cells);
    *table = (struct table){0};
}

static void add(struct table *table, const char *text, bool number)
{
    bool room = !table->failed && room_for(&table->cells, table->cell_count + 1, &table->capacity, sizeof *table->cells);
    char *copy = room ? strdup(text) : NULL;
    if (copy)
        table->cells[table->cell_count++] = (struct table_cell){copy, number};
    else
        table->failed = true;
}

void table_text(struct table *table, const char *text)
{
    add(table, text, false);
}

void table_number(struct table *table, double value)
{
    char text[NUMBER_TEXT_SIZE];
    (void)number_text(value, text);
    add(table, text, true);
}

/* Only whole rows are shown: the last one may lack cells for want of memory. */
static size_t row_count(const struct table *table)
{
    return table->column_count ? table->cell_count / table->column_count : 0;
}

static const struct table_cell *cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

/* The text in at most `width` characters: what is cut off ends in dots. */
static void print_padded(FILE *out, const char *text, size_t width, bool right, bool last)
{
    char *safe = safe_text_new(text);
    const char *shown = safe ? safe : "?";
    size_t length = safe_text_width(shown);
    if (length > width && width > 3) {
        uint32_t code;
        size_t bytes = 0;
        for (size_t i = 0; i + 3 < width; i++)
            bytes += safe_text_character(shown + bytes, &code);
        (void)fprintf(out, "%.*s...", (int)bytes, shown);
        free(safe);
        return;
    }
    int padding = length < width ? (int)(width - length) : 0;
    if (right)
        (void)fprintf(out, "%*s%s", padding, "", shown);
    else
        (void)fprintf(out, "%s%*s", shown, last ? 0 : padding, "");
    free(safe);
}

static size_t shown_width(const char *text)
{
    char *safe = safe_text_new(text);
    size_t width = safe ? safe_text_width(safe) : 1;
    free(safe);
    return width;
}

/* Takes from the widest columns of text what is too much for a line of `width`; figures stay whole. */
static void narrow(const struct table *table, size_t *widths, size_t width)
{
    size_t whole = 2 * (table->column_count - 1);
    for (size_t c = 0; c < table->column_count; c++)
        whole += widths[c];
    while (whole > width) {
        size_t widest = SIZE_MAX;
        for (size_t c = 0; c < table->column_count; c++)
            if (!table->columns[c].right && widths[c] > LEAST_WIDTH && (widest == SIZE_MAX || widths[c] > widths[widest]))
                widest = c;
        if (widest == SIZE_MAX)
            return;
        widths[widest]--;
        whole--;
    }
}

void table_print(const struct table *table, FILE *out, bool colour, size_t width)
{
    size_t *widths = calloc(table->column_count, sizeof *widths);
    if (!widths)
        return;
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = safe_text_width(table->columns[c].title);
        for (size_t r = 0; r < row_count(table); r++) {
            size_t wanted = shown_width(cell_at(table, r, c)->text);
            if (wanted > widths[c])
                widths[c] = wanted;
        }
    }
    if (width > 0 && table->column_count > 0)
        narrow(table, widths, width);
    for (size_t r = 0; r <= row_count(table); r++) {
        if (r == 0 && colour)
            (void)fputs("\033[1m", out);
        size_t shown = table->column_count; /* no spaces at the end of a line */
        while (r > 0 && shown > 1 && *cell_at(table, r - 1, shown - 1)->text == '\0')
            shown--;
        for (size_t c = 0; c < shown; c++) {
            const char *text = r == 0 ? table->columns[c].title : cell_at(table, r - 1, c)->text;
            if (c > 0)
                (void)fputs("  ", out);
            print_padded(out, text, widths[c], table->columns[c].right, c + 1 == shown);
        }
        (void)fputs(r == 0 && colour ? "\033[0m\n" : "\n", out);
    }
    free(widths);
}

void table_print_csv(const struct table *table, FILE *out)
{
    struct csv_writer writer;
    csv_writer_init(&writer, out);
    for (size_t c = 0; c < table->column_count; c++)
        csv_text(&writer, table->columns[c].title);
    csv_end_row(&writer);
    for (size_t r = 0; r < row_count(table); r++) {
        for (size_t c = 0; c < table->column_count; c++)
            csv_text(&writer, cell_at(table, r, c)->text);
        csv_end_row(&writer);
    }
    (void)csv_writer_flush(&writer); /* `out` remembers */
}

/* A bar would end the cell, and the rest could be taken for markup. */
void markdown_text_print(FILE *out, const char *text)
{
    char *safe = safe_text_new(text);
    for (const char *at = safe ? safe : "?"; *at; at++) {
        if (strchr("|\\`*_<[", *at))
            (void)fputc('\\', out);
        (void)fputc(*at, out);
    }
    free(safe);
}

void table_print_markdown(const struct table *table, FILE *out)
{
    for (size_t c = 0; c < table->column_count; c++)
        (void)fprintf(out, "| %s ", table->columns[c].title);
    (void)fputs("|\n", out);
    for (size_t c = 0; c < table->column_count; c++)
        (void)fputs(table->columns[c].right ? "| ---: " : "| --- ", out);
    (void)fputs("|\n", out);
    for (size_t r = 0; r < row_count(table); r++) {
        for (size_t c = 0; c < table->column_count; c++) {
            (void)fputs("| ", out);
            markdown_text_print(out, cell_at(table, r, c)->text);
            (void)fputc(' ', out);
        }
        (void)fputs("|\n", out);
    }
}

cJSON *table_json(const struct table *table)
{
    bool failed = table->failed;
    cJSON *rows = cJSON_CreateArray();
    for (size_t r = 0; r < row_count(table) && !failed; r++) {
        cJSON *row = json_add_object(rows, NULL, &failed);
        for (size_t c = 0; c < table->column_count && !failed; c++) {
            const struct table_cell *cell = cell_at(table, r, c);
            if (cell->number)
                json_add_number(row, table->columns[c].title, *cell->text ? strtod(cell->text, NULL) : NAN, &failed);
            else
                json_add_string(row, table->columns[c].title, cell->text, &failed);
        }
    }
    if (!failed && rows)
        return rows;
    cJSON_Delete(rows);
    return NULL;
}
