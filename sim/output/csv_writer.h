/* csv_writer.h: CSV as RFC 4180 has it, with LF, through libcsv where a field needs quotes. */
#ifndef SLSIM_OUTPUT_CSV_WRITER_H
#define SLSIM_OUTPUT_CSV_WRITER_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CSV_BUFFER 16384u
#define CSV_HEAD_MAX 512u

/* Rows are kept back until there are enough of them: a writer is flushed or closed at the end. Errors stick: after the first, nothing more
 * is written, and csv_writer_close returns STATUS_IO. */
struct csv_writer {
    FILE *file;
    bool in_row; /* the row under way has a field already */
    bool failed;
    int error;       /* errno of the first failure */
    size_t length;   /* of what is in the buffer */
    size_t row_from; /* where the row under way begins there; CSV_BUFFER: it does no longer */
    size_t head_length;
    char head[CSV_HEAD_MAX];
    char buffer[CSV_BUFFER];
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

/* Rows that begin alike: keeps the fields that the row under way has so far, for csv_head to begin another row with. False where they are
 * too long to be kept. */
bool csv_keep_head(struct csv_writer *writer);
void csv_head(struct csv_writer *writer);

/* Flushes; a full disk is noticed here at the latest. STATUS_IO, with errno as it was at the first failure, when anything was not written.
 */
enum status csv_writer_flush(struct csv_writer *writer);
/* The same, and closes. The writer may be closed twice. */
enum status csv_writer_close(struct csv_writer *writer);

#endif
