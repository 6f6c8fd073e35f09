/* csv_writer.h: CSV as RFC 4180 has it, with LF, through libcsv where a field needs quotes. */
#ifndef SLSIM_OUTPUT_CSV_WRITER_H
#define SLSIM_OUTPUT_CSV_WRITER_H

#include "engine/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Errors stick: after the first, nothing more is written, and csv_writer_close returns STATUS_IO. */
struct csv_writer {
    FILE *file;
    bool in_row; /* the row under way has a field already */
    bool failed;
    int error; /* errno of the first failure */
};

/* Takes `file` over; NULL makes a writer that has failed. */
void csv_writer_init(struct csv_writer *writer, FILE *file);
/* The first row; `header` is written as it stands, so it holds no field that would need quotes. */
void csv_writer_header(struct csv_writer *writer, const char *header);

void csv_text(struct csv_writer *writer, const char *text);
/* number_text; an empty field for NaN. */
void csv_number(struct csv_writer *writer, double value);
void csv_natural(struct csv_writer *writer, uint64_t value);
void csv_integer(struct csv_writer *writer, int64_t value);
void csv_end_row(struct csv_writer *writer);

/* One field, or several with their commas, of `length` bytes that are known to need no quotes. */
void csv_plain(struct csv_writer *writer, const char *fields, size_t length);

/* Flushes; a full disk is noticed here at the latest. STATUS_IO, with errno as it was at the first failure, when anything was not written.
 */
enum status csv_writer_flush(struct csv_writer *writer);
/* The same, and closes. The writer may be closed twice. */
enum status csv_writer_close(struct csv_writer *writer);

#endif
