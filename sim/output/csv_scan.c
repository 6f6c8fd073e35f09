/* csv_scan.c: rows of a mapped file, cut where they stand; only what is quoted is copied. */
#include "output/csv_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum status csv_scan_open(struct csv_scan *scan, int folder, const char *name)
{
    *scan = (struct csv_scan){0};
    /* O_NONBLOCK: a pipe of that name must not stop us. */
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return STATUS_IO;
    struct stat about;
    enum status status = fstat(file, &about) == 0 ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK && !S_ISREG(about.st_mode)) {
        errno = EINVAL;
        status = STATUS_IO;
    }
    if (status == STATUS_OK && about.st_size > 0) {
        void *map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (map == MAP_FAILED) {
            status = STATUS_IO;
        } else {
            scan->map = map;
            scan->map_length = (size_t)about.st_size;
            (void)madvise(map, scan->map_length, MADV_SEQUENTIAL);
            scan->at = scan->map;
            scan->end = scan->map + scan->map_length;
        }
    }
    int reason = errno;
    (void)close(file);
    errno = reason;
    return status;
}

void csv_scan_close(struct csv_scan *scan)
{
    if (scan->map)
        (void)munmap(scan->map, scan->map_length);
    free(scan->scratch);
    *scan = (struct csv_scan){0};
}

static void add_field(struct csv_scan *scan, const char *text, size_t length)
{
    if (scan->field_count < CSV_SCAN_FIELDS)
        scan->fields[scan->field_count++] = (struct csv_field){text, length};
}

/* A row without quotes. */
static void cut_plain(struct csv_scan *scan, const char *end)
{
    for (const char *comma; (comma = memchr(scan->at, ',', (size_t)(end - scan->at))); scan->at = comma + 1)
        add_field(scan, scan->at, (size_t)(comma - scan->at));
    add_field(scan, scan->at, (size_t)(end - scan->at));
}

/* The end of a row that has quotes: the first line feed outside of them. */
static const char *row_end(const char *at, const char *end)
{
    bool inside = false;
    for (; at < end && (inside || *at != '\n'); at++)
        inside ^= *at == '"';
    return at;
}

/* A row with quotes: its fields are copied without them. */
static bool cut_quoted(struct csv_scan *scan, const char *end)
{
    size_t room = (size_t)(end - scan->at) + 1;
    if (room > scan->scratch_capacity) {
        char *scratch = realloc(scan->scratch, room);
        if (!scratch)
            return false;
        scan->scratch = scratch;
        scan->scratch_capacity = room;
    }
    char *out = scan->scratch, *begin = out;
    bool inside = false;
    for (const char *at = scan->at; at < end; at++) {
        if (*at == '"') {
            if (inside && at + 1 < end && at[1] == '"')
                *out++ = *at++;
            else
                inside = !inside;
        } else if (*at == ',' && !inside) {
            add_field(scan, begin, (size_t)(out - begin));
            begin = out;
        } else {
            *out++ = *at;
        }
    }
    add_field(scan, begin, (size_t)(out - begin));
    return true;
}

bool csv_scan_next(struct csv_scan *scan)
{
    while (scan->at < scan->end && *scan->at == '\n')
        scan->at++;
    if (scan->at >= scan->end || scan->failed)
        return false;
    scan->field_count = 0;
    const char *end = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
    if (!end)
        end = scan->end;
    if (!memchr(scan->at, '"', (size_t)(end - scan->at))) {
        cut_plain(scan, end);
    } else {
        end = row_end(scan->at, scan->end);
        scan->failed = !cut_quoted(scan, end);
    }
    scan->at = end < scan->end ? end + 1 : end;
    return !scan->failed;
}

void csv_scan_skip_same(struct csv_scan *scan, size_t last)
{
    const char *from = scan->fields[0].text, *map_end = scan->map + scan->map_length;
    if (last >= scan->field_count || from < scan->map || from >= map_end)
        return; /* quoted: the fields are not where they were */
    size_t length = (size_t)(scan->fields[last].text + scan->fields[last].length - from) + 1; /* with the comma */
    while ((size_t)(scan->end - scan->at) > length && memcmp(scan->at, from, length) == 0) {
        const char *end = memchr(scan->at + length, '\n', (size_t)(scan->end - scan->at) - length);
        scan->at = end ? end + 1 : scan->end;
    }
}

bool csv_field_is(const struct csv_field *field, const char *text)
{
    return strlen(text) == field->length && memcmp(field->text, text, field->length) == 0;
}

double csv_field_number(const struct csv_field *field)
{
    char text[64], *end;
    if (field->length == 0 || field->length >= sizeof text)
        return NAN;
    memcpy(text, field->text, field->length);
    text[field->length] = '\0';
    double value = strtod(text, &end);
    return end == text + field->length && isfinite(value) ? value : NAN;
}
