/* table.h: rows and columns for standard output, in every format that the command line offers. */
#ifndef SLSIM_OUTPUT_TABLE_H
#define SLSIM_OUTPUT_TABLE_H

#include "output/csv_writer.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum output_format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON, FORMAT_MARKDOWN };

struct table_column {
    const char *title;
    bool right; /* aligned to the right: figures */
};

struct table_cell {
    char *text; /* owned; "" for nothing */
    bool number;
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t column_count;
    struct table_cell *cells; /* owned; row by row */
    size_t cell_count, capacity;
    bool failed; /* memory ran out: cells are missing */
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_fini(struct table *table);

/* The next cell, row by row. Text is copied. NaN is an empty cell. */
void table_text(struct table *table, const char *text);
void table_number(struct table *table, double value);

/* Aligned columns for people; what came from input cannot drive the terminal. `colour`: the titles in bold. A table without rows prints its
 * titles. `width`: of a line, for which long text is cut; 0: no limit, nothing is cut. */
void table_print(const struct table *table, FILE *out, bool colour, size_t width);
void table_print_csv(const struct table *table, FILE *out);
void table_print_markdown(const struct table *table, FILE *out);
/* Text as a cell or a heading of Markdown has it: nothing in it is markup. */
void markdown_text_print(FILE *out, const char *text);
/* An array with an object a row, keyed by the titles; numbers as numbers, empty ones as null. NULL when memory is out. */
cJSON *table_json(const struct table *table);

#endif
