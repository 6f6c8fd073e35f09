/* traces.h: readers of recorded traffic, through libcsv. Tables are read once, checked, and shared by everything that names the same file.
 */
#ifndef SLSIM_SCENARIO_TRACES_H
#define SLSIM_SCENARIO_TRACES_H

#include "engine/status.h"
#include "scenario/diagnostics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_table {
    char **header; /* column names */
    size_t column_count;
    char ***rows; /* row_count rows of column_count fields; short rows are filled with "" */
    size_t row_count;
    size_t *row_lines; /* the line in the file that each row begins on */
    char sha256[65];   /* of the whole file */
};

/* Reads a whole CSV with a header, at most 1 GiB, at most 100,000 columns; a byte order mark is skipped. Mistakes are diagnosed at `place`
 * (who named the file) or at the file's own line. */
enum status csv_table_read(const char *path, struct place place, struct diagnostics *diagnostics, struct csv_table **table);
void csv_table_free(struct csv_table *table);
/* The column's index, or SIZE_MAX. */
size_t csv_table_column(const struct csv_table *table, const char *name);
/* A finite number of a field; false for anything else. */
bool csv_table_number(const struct csv_table *table, size_t row, size_t column, double *number);

#endif
