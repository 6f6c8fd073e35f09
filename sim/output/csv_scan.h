/* csv_scan.h: reads CSV of ours row by row, at the speed of memory: a result folder may hold a gigabyte, of which a report wants little. */
#ifndef SLSIM_OUTPUT_CSV_SCAN_H
#define SLSIM_OUTPUT_CSV_SCAN_H

#include "engine/status.h"

#include <stdbool.h>
#include <stddef.h>

/* More columns than any file of ours has; what stands behind them is not looked at. */
#define CSV_SCAN_FIELDS 64u

/* Text that is not ended by a 0. */
struct csv_field {
    const char *text;
    size_t length;
};

struct csv_scan {
    const char *at, *end;
    char *map; /* the file, owned; NULL: empty */
    size_t map_length;
    char *scratch; /* owned: fields that were quoted */
    size_t scratch_capacity;
    bool failed; /* memory ran out: the scan ended early */
    struct csv_field fields[CSV_SCAN_FIELDS];
    size_t field_count; /* of the row under way */
};

/* Opens `name` in `folder`, a descriptor. STATUS_IO, with errno, when it cannot be read or is no regular file. */
enum status csv_scan_open(struct csv_scan *scan, int folder, const char *name);
/* The next row with anything in it, the header too; false at the end. Its fields live until the next call. */
bool csv_scan_next(struct csv_scan *scan);
/* Passes over the rows that come next and have the same text as this one in the fields up to `last`: five times as fast as reading them.
 * What has quotes is not passed over. */
void csv_scan_skip_same(struct csv_scan *scan, size_t last);
void csv_scan_close(struct csv_scan *scan);

bool csv_field_is(const struct csv_field *field, const char *text);
/* A finite number; NaN for anything else. */
double csv_field_number(const struct csv_field *field);

#endif
