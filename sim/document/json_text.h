/* json_text.h: the lower half of json_scan: a cursor over the text that knows its line and column, and reads comments, strings and words.
 * Only json_scan uses it. */
#ifndef SLSIM_DOCUMENT_JSON_TEXT_H
#define SLSIM_DOCUMENT_JSON_TEXT_H

#include "document/diagnostics.h"
#include "document/json_scan.h"

#include <stdbool.h>
#include <stddef.h>

/* After so many mistakes the text is something else than JSON. */
#define MISTAKES_SHOWN 20

struct json_text {
    const char *text;
    size_t length, at;
    int line, column;
    int end_line, end_column; /* just after the last value */
    const char *file;
    struct diagnostics *diagnostics;
    struct json_scan *scan;
    unsigned mistakes;
    bool stopped; /* nothing more can be made of the text */
    bool no_memory;
};

struct json_mark {
    int line, column;
};

#define JSON_MISTAKE(json, mark, hint, ...)                                                                                                \
    do {                                                                                                                                   \
        diagnose((json)->diagnostics, SEVERITY_ERROR, (struct place){(json)->file, (mark).line, (mark).column}, NULL, hint, __VA_ARGS__);  \
        (json)->stopped |= ++(json)->mistakes >= MISTAKES_SHOWN;                                                                           \
    } while (0)

struct json_mark json_here(const struct json_text *json);
bool json_at_end(const struct json_text *json);
/* The byte here and the one after it; 0 at the end. */
char json_peek(const struct json_text *json);
char json_peek_next(const struct json_text *json);
/* One code point on. */
void json_advance(struct json_text *json);
/* Over white space and comments; these are blanked in the copy. */
void json_skip_space(struct json_text *json);
/* May the byte stand in a number, a literal, or a word that should have been quoted? */
bool json_is_word_byte(char c);
/* What stands here, for a message; returns `buffer`. */
const char *json_describe(const struct json_text *json, char *buffer, size_t size);
/* Diagnoses what stands here where `expected` should, and stops. */
void json_unexpected(struct json_text *json, const char *expected);
/* At the opening quote, `"` or (already diagnosed) `'`. */
void json_scan_string(struct json_text *json);
/* A number, true, false, null, or a word that should have been quoted. */
void json_scan_word(struct json_text *json);

#endif
