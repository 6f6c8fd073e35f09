/* json_scan.c: recursive descent over JSON with comments. After a plain slip (a comma too many or too few, single quotes, a bare word) it
 * reports and goes on, so that one run shows them all. */
#include "document/json_scan.h"

#include "document/json_text.h"
#include "engine/room.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool remember(struct json_text *json, struct json_mark value, struct json_mark key)
{
    struct json_scan *scan = json->scan;
    if (!room_for(&scan->spots, scan->count + 1, &scan->capacity, sizeof *scan->spots)) {
        json->no_memory = json->stopped = true;
        return false;
    }
    scan->spots[scan->count++] = (struct json_spot){value.line, value.column, key.line, key.column};
    return true;
}

static void scan_value(struct json_text *json, struct json_mark key, unsigned depth);

/* Between members: true when another one may follow, false at the end. `comma` says where the comma was, for "[1, 2,]" (line 0:
 * none yet; -1: one that has been reported). */
static bool scan_between(struct json_text *json, char close, struct json_mark open, struct json_mark *comma, bool *begun)
{
    json_skip_space(json);
    if (json->stopped)
        return false;
    char c = json_peek(json);
    if (json_at_end(json)) {
        JSON_MISTAKE(json, json_here(json), NULL, "the file ends before the %s of line %d, column %d is closed", close == '}' ? "{" : "[",
                     open.line, open.column);
        json->stopped = true;
        return false;
    }
    if (c == close) {
        if (comma->line > 0)
            JSON_MISTAKE(json, *comma, "remove the comma", "a comma before \"%c\"", close);
        json_advance(json);
        return false;
    }
    if (c == ',') {
        bool needless = !*begun || comma->line != 0;
        if (needless)
            JSON_MISTAKE(json, json_here(json), "remove the comma", "a comma with nothing before it");
        *comma = needless ? (struct json_mark){-1, 0} : json_here(json);
        *begun = true;
        json_advance(json);
        return scan_between(json, close, open, comma, begun);
    }
    if (*begun && comma->line == 0) {
        struct json_mark end = {json->end_line, json->end_column};
        bool another = c == '"' || c == '\'' || c == '_' || isalpha((unsigned char)c);
        if (close == ']')
            another = another || c == '{' || c == '[' || c == '-' || isdigit((unsigned char)c);
        if (another) {
            char found[64];
            JSON_MISTAKE(json, end, "write a comma", "expected \",\" or \"%c\" after this value, found %s", close,
                         json_describe(json, found, sizeof found));
        } else if (c == ';') {
            JSON_MISTAKE(json, json_here(json), "write a comma", "expected \",\" or \"%c\", found \";\"", close);
            json_advance(json);
            *comma = end;
            return scan_between(json, close, open, comma, begun);
        } else {
            json_unexpected(json, close == '}' ? "\",\" or \"}\"" : "\",\" or \"]\"");
            return false;
        }
    }
    comma->line = 0;
    *begun = true;
    return true;
}

static void scan_array(struct json_text *json, unsigned depth)
{
    struct json_mark open = json_here(json), comma = {0, 0};
    bool begun = false;
    json_advance(json);
    while (!json->stopped && scan_between(json, ']', open, &comma, &begun))
        scan_value(json, (struct json_mark){0, 0}, depth);
}

/* A key in double quotes, or what was meant as one. */
static void scan_key(struct json_text *json)
{
    char c = json_peek(json);
    struct json_mark start = json_here(json);
    if (c == '"') {
        json_scan_string(json);
    } else if (c == '\'') {
        JSON_MISTAKE(json, start, "use double quotes", "a key in single quotes");
        json_scan_string(json);
    } else if (isalnum((unsigned char)c) || c == '_' || c == '$' || c == '-') {
        char hint[64];
        const char *word = json->text + json->at;
        int length = 0;
        while (!json_at_end(json) && json_is_word_byte(json_peek(json))) {
            json_advance(json);
            length++;
        }
        snprintf(hint, sizeof hint, "write \"%.*s\"", length < 50 ? length : 50, word);
        JSON_MISTAKE(json, start, hint, "a key without quotes");
    } else {
        json_unexpected(json, "a key in double quotes");
    }
}

static void scan_object(struct json_text *json, unsigned depth)
{
    struct json_mark open = json_here(json), comma = {0, 0};
    bool begun = false;
    json_advance(json);
    while (!json->stopped && scan_between(json, '}', open, &comma, &begun)) {
        struct json_mark key = json_here(json);
        scan_key(json);
        struct json_mark after_key = json_here(json);
        if (!json->stopped)
            json_skip_space(json);
        if (json->stopped)
            return;
        char c = json_peek(json);
        if (c == ':') {
            json_advance(json);
        } else if (c == '=') {
            JSON_MISTAKE(json, json_here(json), "write \":\"", "expected \":\" after the key, found \"=\"");
            json_advance(json);
        } else if (c == '"' || c == '{' || c == '[' || isdigit((unsigned char)c)) {
            JSON_MISTAKE(json, after_key, "write \":\" between a key and its value", "expected \":\" after the key");
        } else {
            json_unexpected(json, "\":\" after the key");
            return;
        }
        json_skip_space(json);
        scan_value(json, key, depth);
    }
}

/* `depth`: how many objects and arrays are open around the value. */
static void scan_value(struct json_text *json, struct json_mark key, unsigned depth)
{
    if (json->stopped || !remember(json, json_here(json), key))
        return;
    char c = json_peek(json);
    if (c == '{' || c == '[') {
        if (depth == JSON_DEEPEST) {
            JSON_MISTAKE(json, json_here(json), NULL, "nested deeper than %d levels", JSON_DEEPEST);
            json->stopped = true;
        } else if (c == '{') {
            scan_object(json, depth + 1);
        } else {
            scan_array(json, depth + 1);
        }
    } else if (c == '"') {
        json_scan_string(json);
    } else if (c == '\'') {
        JSON_MISTAKE(json, json_here(json), "use double quotes", "text in single quotes");
        json_scan_string(json);
    } else if (json_is_word_byte(c)) {
        json_scan_word(json);
    } else if (key.line > 0 && (c == ',' || c == '}')) {
        JSON_MISTAKE(json, json_here(json), NULL, "expected a value after \":\", found \"%c\"", c);
    } else {
        json_unexpected(json, "a value");
    }
    json->end_line = json->line;
    json->end_column = json->column;
}

static bool is_empty(struct json_text *json)
{
    if (!json_at_end(json) || json->mistakes > 0)
        return false;
    JSON_MISTAKE(json, json_here(json), "a scenario is a JSON object: { ... }", "there is nothing in it");
    return true;
}

enum status json_scan_init(struct json_scan *scan, const char *text, size_t length, const char *file, struct diagnostics *diagnostics)
{
    *scan = (struct json_scan){0};
    scan->blanked = malloc(length + 1);
    if (scan->blanked == NULL)
        return STATUS_NO_MEMORY;
    if (length > 0)
        memcpy(scan->blanked, text, length);
    scan->blanked[length] = 0;
    struct json_text json = {
        .text = text, .length = length, .line = 1, .column = 1, .file = file, .diagnostics = diagnostics, .scan = scan};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        memset(scan->blanked, ' ', 3);
        json.at = 3;
    }
    json_skip_space(&json);
    if (!json.stopped && !is_empty(&json))
        scan_value(&json, (struct json_mark){0, 0}, 0);
    if (!json.stopped)
        json_skip_space(&json);
    if (!json.stopped && !json_at_end(&json)) {
        char found[64];
        JSON_MISTAKE(&json, json_here(&json), "remove what follows", "%s after the end of the JSON value",
                     json_describe(&json, found, sizeof found));
    }
    if (json.no_memory)
        return STATUS_NO_MEMORY;
    return json.mistakes > 0 ? STATUS_INVALID : STATUS_OK;
}

void json_scan_fini(struct json_scan *scan)
{
    free(scan->blanked);
    free(scan->spots);
    *scan = (struct json_scan){0};
}
