/* traces.c: a CSV file to a table, through libcsv. The fields are written back over the text that they came from: a field with its ending 0
 * is never longer than it was with its comma, so the file's own memory is all that the text needs. */
#include "document/traces.h"

#include "document/document.h"
#include "document/text_file.h"
#include "document/units.h"
#include "engine/room.h"

#include <csv.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LARGEST ((size_t)1 << 30)
#define COLUMNS_MOST 100000
/* Rows of a wrong length that are listed. */
#define MISTAKES_SHOWN 20

struct reader {
    struct csv_table *table;
    const char *path;
    struct diagnostics *diagnostics;
    size_t written; /* into table->text */
    size_t field_capacity, field_count;
    size_t row_capacity;
    size_t row_fields; /* of the row that is being read */
    size_t line;       /* of the text that is handed to libcsv */
    size_t row_line;   /* on which the row that is being read began */
    bool in_row;       /* a row has begun and not ended: a quoted field runs over the line's end */
    bool has_header;
    unsigned mistakes;
    bool stopped, no_memory;
};

static struct place at_line(const struct reader *reader, size_t line)
{
    return (struct place){reader->path, line > INT_MAX ? INT_MAX : (int)line, 0};
}

static void mistake(struct reader *reader, size_t line, const char *hint, const char *message)
{
    diagnose(reader->diagnostics, SEVERITY_ERROR, at_line(reader, line), NULL, hint, "%s", message);
    if (++reader->mistakes >= MISTAKES_SHOWN)
        reader->stopped = true;
}

static void take_field(void *text, size_t length, void *data)
{
    struct reader *reader = data;
    struct csv_table *table = reader->table;
    reader->row_fields++;
    if (reader->stopped || reader->mistakes > 0 || (reader->has_header && reader->row_fields > table->column_count))
        return; /* only counting goes on */
    if (!reader->has_header && reader->row_fields > COLUMNS_MOST) {
        mistake(reader, reader->row_line, NULL, "more than 100,000 columns");
        reader->stopped = true;
        return;
    }
    if (!room_for(&table->fields, reader->field_count + 1, &reader->field_capacity, sizeof *table->fields)) {
        reader->no_memory = reader->stopped = true;
        return;
    }
    char *field = table->text + reader->written;
    if (length > 0)
        memmove(field, text, length);
    field[length] = 0;
    reader->written += length + 1;
    table->fields[reader->field_count++] = field;
}

static void take_row(int end, void *data)
{
    (void)end;
    struct reader *reader = data;
    struct csv_table *table = reader->table;
    reader->in_row = false;
    size_t fields = reader->row_fields;
    reader->row_fields = 0;
    if (reader->stopped)
        return;
    if (!reader->has_header) {
        reader->has_header = true;
        table->column_count = fields;
        return;
    }
    if (fields != table->column_count) {
        char message[96];
        snprintf(message, sizeof message, "%zu field%s, where the header has %zu", fields, fields == 1 ? "" : "s", table->column_count);
        mistake(reader, reader->row_line, NULL, message);
        return;
    }
    if (reader->mistakes > 0)
        return;
    if (!room_for(&table->row_lines, table->row_count + 1, &reader->row_capacity, sizeof *table->row_lines)) {
        reader->no_memory = reader->stopped = true;
        return;
    }
    table->row_lines[table->row_count++] = reader->row_line;
}

/* The length of the line at `text`, its end (LF, CR LF or CR) included. */
static size_t line_length(const char *text, size_t left)
{
    size_t length = 0;
    while (length < left && text[length] != '\n' && text[length] != '\r')
        length++;
    if (length < left)
        length += text[length] == '\r' && length + 1 < left && text[length + 1] == '\n' ? 2 : 1;
    return length;
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == 0)
            return false;
    return true;
}

/* libcsv knows no lines, so it is fed line by line. */
static void feed(struct reader *reader, struct csv_parser *parser, const char *text, size_t length)
{
    size_t at = 0;
    bool complete = false;
    while (at < length && !reader->stopped) {
        size_t line = line_length(text + at, length - at);
        bool blank = !reader->in_row && is_blank(text + at, line);
        if (!reader->in_row)
            reader->row_line = reader->line;
        if (!blank) {
            reader->in_row = true;
            complete = text[at + line - 1] == '\n' || text[at + line - 1] == '\r';
            if (memchr(text + at, 0, line) != NULL)
                mistake(reader, reader->line, "is this a text file?", "a zero byte");
            if (csv_parse(parser, text + at, line, take_field, take_row, reader) != line)
                reader->no_memory = reader->stopped = true;
        }
        reader->line++;
        at += line;
    }
    /* A last line without an end gets one: what is still open then is a quote. */
    if (!reader->stopped && reader->in_row && !complete && csv_parse(parser, "\n", 1, take_field, take_row, reader) != 1)
        reader->no_memory = reader->stopped = true;
    if (!reader->stopped && reader->in_row)
        mistake(reader, reader->row_line, "a quote within a quoted field is written twice", "a quoted field that is never closed");
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Which of two equal columns is meant, nobody can tell. */
static void warn_of_equal_names(struct reader *reader)
{
    size_t count = reader->table->column_count;
    char **sorted = malloc(count * sizeof *sorted);
    if (sorted == NULL) {
        reader->no_memory = true;
        return;
    }
    memcpy(sorted, reader->table->header, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_names);
    for (size_t i = 1; i < count; i++)
        if (sorted[i][0] != 0 && strcmp(sorted[i - 1], sorted[i]) == 0)
            diagnose(reader->diagnostics, SEVERITY_WARNING, at_line(reader, 1), NULL, "the first of them is read",
                     "two columns are called \"%s\"", sorted[i]);
    free(sorted);
}

static enum status finish(struct reader *reader, struct place place)
{
    struct csv_table *table = reader->table;
    if (!reader->no_memory && reader->mistakes == 0 && !reader->has_header) {
        diagnose(reader->diagnostics, SEVERITY_ERROR, place, NULL, "its first line names the columns", "\"%s\" is empty", reader->path);
        reader->mistakes++;
    }
    if (!reader->no_memory && reader->mistakes == 0) {
        table->header = table->fields;
        table->rows = malloc((table->row_count + 1) * sizeof *table->rows);
        if (table->rows == NULL)
            return STATUS_NO_MEMORY;
        for (size_t i = 0; i < table->row_count; i++)
            table->rows[i] = table->fields + (i + 1) * table->column_count;
        warn_of_equal_names(reader);
    }
    return reader->no_memory ? STATUS_NO_MEMORY : reader->mistakes > 0 ? STATUS_INVALID : STATUS_OK;
}

enum status csv_table_read(const char *path, struct place place, struct diagnostics *diagnostics, struct csv_table **table)
{
    *table = NULL;
    struct reader reader = {.path = path, .diagnostics = diagnostics, .line = 1};
    reader.table = calloc(1, sizeof *reader.table);
    if (reader.table == NULL)
        return STATUS_NO_MEMORY;
    size_t length;
    enum status status = text_file_read(path, FILE_LARGEST, place, diagnostics, &reader.table->text, &length);
    struct csv_parser parser;
    if (status == STATUS_OK && csv_init(&parser, 0) != 0)
        status = STATUS_NO_MEMORY;
    else if (status == STATUS_OK) {
        const char *text = reader.table->text;
        sha256_hex(text, length, reader.table->sha256);
        size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
        feed(&reader, &parser, text + mark, length - mark);
        csv_free(&parser);
        status = finish(&reader, place);
    }
    if (status == STATUS_OK)
        *table = reader.table;
    else
        csv_table_free(reader.table);
    return status;
}

void csv_table_free(struct csv_table *table)
{
    if (table == NULL)
        return;
    free(table->text);
    free(table->fields);
    free(table->rows);
    free(table->row_lines);
    free(table);
}

size_t csv_table_column(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->header[i], name) == 0)
            return i;
    return SIZE_MAX;
}

const char *csv_table_field(const struct csv_table *table, size_t row, size_t column)
{
    return row < table->row_count && column < table->column_count ? table->rows[row][column] : "";
}

size_t csv_table_line(const struct csv_table *table, size_t row)
{
    return row < table->row_count ? table->row_lines[row] : 0;
}

bool csv_table_number(const struct csv_table *table, size_t row, size_t column, double *number)
{
    return units_parse_number(csv_table_field(table, row, column), number);
}
