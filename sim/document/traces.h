/* traces.h: readers of recorded traffic, through libcsv. Tables are read once, checked, and shared by everything that names the same file.
 */
#ifndef SLSIM_DOCUMENT_TRACES_H
#define SLSIM_DOCUMENT_TRACES_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_table {
    char **header; /* column names */
    size_t column_count;
    char ***rows; /* row_count rows of column_count fields each; csv_table_field is the way to ask */
    size_t row_count;
    size_t *row_lines; /* csv_table_line is the way to ask */
    char sha256[65];   /* of the whole file */

    char *text;    /* the file, in which the fields stand one after the other */
    char **fields; /* of all rows, the header first */
};

/* Reads a whole CSV with a header, at most 1 GiB, at most 100,000 columns; a byte order mark is skipped, and so are blank lines; fields may
 * be quoted and then hold line ends. Mistakes are diagnosed at `place` (who named the file) or at the file's own line: rows with more or
 * fewer fields than the header, a quote that is never closed, zero bytes, no header. *table is NULL unless STATUS_OK. Takes 8 bytes a field
 * and 16 a row beside the file itself. */
enum status csv_table_read(const char *path, struct place place, struct diagnostics *diagnostics, struct csv_table **table);
void csv_table_free(struct csv_table *table);
/* The column's index, or SIZE_MAX. O(columns). */
size_t csv_table_column(const struct csv_table *table, const char *name);
/* The text of a field; "" beyond the table. */
const char *csv_table_field(const struct csv_table *table, size_t row, size_t column);
/* The line in the file that the row begins on, from 1; 0 beyond the table. */
size_t csv_table_line(const struct csv_table *table, size_t row);
/* A finite number of a field; false for anything else. */
bool csv_table_number(const struct csv_table *table, size_t row, size_t column, double *number);

#endif
