/* csv_writer.c: CSV, buffered, with errors that stick. */
#include "output/csv_writer.h"

#include "output/number_text.h"

#include <csv.h>
#include <errno.h>
#include <string.h>

void csv_writer_init(struct csv_writer *writer, FILE *file)
{
    writer->file = file;
    writer->in_row = false;
    writer->failed = file == NULL;
    writer->error = file ? 0 : errno;
    writer->length = writer->row_from = writer->head_length = 0;
}

static void fail(struct csv_writer *writer)
{
    if (!writer->failed)
        writer->error = errno;
    writer->failed = true;
}

/* Hands what is in the buffer to the file. */
static void spill(struct csv_writer *writer)
{
    if (writer->length > 0 && !writer->failed && fwrite_unlocked(writer->buffer, 1, writer->length, writer->file) != writer->length)
        fail(writer);
    writer->length = 0;
    writer->row_from = writer->in_row ? CSV_BUFFER : 0;
}

/* What goes past the buffer. */
static void put_long(struct csv_writer *writer, const char *bytes, size_t length)
{
    spill(writer);
    if (!writer->failed && fwrite_unlocked(bytes, 1, length, writer->file) != length)
        fail(writer);
}

static void put(struct csv_writer *writer, const char *bytes, size_t length)
{
    if (length > CSV_BUFFER - writer->length) {
        put_long(writer, bytes, length);
        return;
    }
    memcpy(writer->buffer + writer->length, bytes, length);
    writer->length += length;
}

static void begin_field(struct csv_writer *writer)
{
    if (writer->in_row)
        put(writer, ",", 1);
    writer->in_row = true;
}

void csv_plain(struct csv_writer *writer, const char *fields, size_t length)
{
    begin_field(writer);
    put(writer, fields, length);
}

void csv_writer_header(struct csv_writer *writer, const char *header)
{
    csv_plain(writer, header, strlen(header));
    csv_end_row(writer);
}

void csv_text(struct csv_writer *writer, const char *text)
{
    size_t length = strlen(text);
    if (strcspn(text, ",\"\r\n") == length) {
        csv_plain(writer, text, length);
        return;
    }
    begin_field(writer);
    spill(writer);
    if (!writer->failed && csv_fwrite(writer->file, text, length) != 0)
        fail(writer);
}

void csv_number(struct csv_writer *writer, double value)
{
    char text[NUMBER_TEXT_SIZE];
    csv_plain(writer, text, number_text(value, text));
}

void csv_natural(struct csv_writer *writer, uint64_t value)
{
    char text[NUMBER_TEXT_SIZE];
    csv_plain(writer, text, natural_text(value, text));
}

void csv_integer(struct csv_writer *writer, int64_t value)
{
    char text[NUMBER_TEXT_SIZE];
    csv_plain(writer, text, integer_text(value, text));
}

void csv_end_row(struct csv_writer *writer)
{
    put(writer, "\n", 1);
    writer->in_row = false;
    writer->row_from = writer->length;
    if (writer->length > CSV_BUFFER / 2)
        spill(writer);
}

bool csv_keep_head(struct csv_writer *writer)
{
    writer->head_length = 0;
    if (writer->row_from == CSV_BUFFER || writer->length - writer->row_from > CSV_HEAD_MAX)
        return false;
    writer->head_length = writer->length - writer->row_from;
    memcpy(writer->head, writer->buffer + writer->row_from, writer->head_length);
    return true;
}

void csv_head(struct csv_writer *writer)
{
    csv_plain(writer, writer->head, writer->head_length);
}

static enum status outcome(const struct csv_writer *writer)
{
    if (!writer->failed)
        return STATUS_OK;
    errno = writer->error;
    return STATUS_IO;
}

enum status csv_writer_flush(struct csv_writer *writer)
{
    spill(writer);
    if (writer->file && (fflush(writer->file) != 0 || ferror(writer->file)))
        fail(writer);
    return outcome(writer);
}

enum status csv_writer_close(struct csv_writer *writer)
{
    (void)csv_writer_flush(writer);
    /* Some file systems say only here that there was no room. */
    if (writer->file && fclose(writer->file) != 0)
        fail(writer);
    writer->file = NULL;
    return outcome(writer);
}
