/* json_scan.h: a strict reader of JSON's grammar that keeps what cJSON forgets. It makes no tree: it says what is wrong and where
 * everything stands. */
#ifndef SLSIM_DOCUMENT_JSON_SCAN_H
#define SLSIM_DOCUMENT_JSON_SCAN_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stddef.h>

#define JSON_DEEPEST 200

/* Where a value stands, and its key where it is an object's member (else 0). From 1, columns in code points. */
struct json_spot {
    int line, column;
    int key_line, key_column;
};

struct json_scan {
    char *blanked;           /* a copy of the text, comments and byte order mark blanked, that cJSON is sure to accept; owned */
    struct json_spot *spots; /* one a value, in the order in which they begin; owned */
    size_t count, capacity;
};

/* STATUS_INVALID when anything was diagnosed. Goes on after a mistake where it can tell what was meant. O(length). */
enum status json_scan_init(struct json_scan *scan, const char *text, size_t length, const char *file, struct diagnostics *diagnostics);
void json_scan_fini(struct json_scan *scan);

#endif
