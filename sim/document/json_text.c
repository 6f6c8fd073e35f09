/* json_text.c: characters, comments, strings and words. */
#include "document/json_text.h"

#include "document/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON reads no longer number. */
#define NUMBER_LONGEST 63

struct json_mark json_here(const struct json_text *json)
{
    return (struct json_mark){json->line, json->column};
}

char json_peek(const struct json_text *json)
{
    return json->at < json->length ? json->text[json->at] : 0;
}

char json_peek_next(const struct json_text *json)
{
    return json->at + 1 < json->length ? json->text[json->at + 1] : 0;
}

bool json_at_end(const struct json_text *json)
{
    return json->at >= json->length;
}

/* One code point on; bytes that are none are diagnosed and count as one each. A line ends with LF, CR LF or CR. */
void json_advance(struct json_text *json)
{
    unsigned char c = (unsigned char)json_peek(json);
    if (c == '\n' || (c == '\r' && json_peek_next(json) != '\n')) {
        json->line++;
        json->column = 1;
        json->at++;
        return;
    }
    uint32_t code;
    size_t length = c < 0x80 ? 1 : utf8_decode(json->text + json->at, json->length - json->at, &code);
    if (length == 0) {
        JSON_MISTAKE(json, json_here(json), "save the file as UTF-8", "the byte 0x%02x is not UTF-8", (unsigned)c);
        length = 1;
    }
    json->at += length;
    json->column++;
}

static void skip_comment(struct json_text *json)
{
    struct json_mark start = json_here(json);
    size_t from = json->at;
    bool block = json_peek_next(json) == '*', closed = !block;
    json_advance(json);
    json_advance(json);
    while (!json_at_end(json) && !json->stopped) {
        if (!block && (json_peek(json) == '\n' || json_peek(json) == '\r'))
            break;
        closed = block && json_peek(json) == '*' && json_peek_next(json) == '/';
        json_advance(json);
        if (closed) {
            json_advance(json);
            break;
        }
    }
    memset(json->scan->blanked + from, ' ', json->at - from);
    if (block && !closed && !json->stopped) {
        JSON_MISTAKE(json, start, "close it with */", "this comment is never closed");
        json->stopped = true;
    }
}

void json_skip_space(struct json_text *json)
{
    while (!json_at_end(json) && !json->stopped) {
        unsigned char c = (unsigned char)json_peek(json);
        if (c == '/' && (json_peek_next(json) == '/' || json_peek_next(json) == '*')) {
            skip_comment(json);
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            json_advance(json);
        } else if (c < 0x20 || c == 0x7f) {
            JSON_MISTAKE(json, json_here(json), "only spaces, tabs and line ends stand between values", "a control character (U+%04X)",
                         (unsigned)c);
            json_advance(json);
        } else {
            break;
        }
    }
}

bool json_is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (c != 0 && strchr("_.+-$%", c) != NULL);
}

/* What stands here, for a message: `"," `, `"abc"`, `the end of the file`. */
const char *json_describe(const struct json_text *json, char *buffer, size_t size)
{
    if (json_at_end(json)) {
        snprintf(buffer, size, "the end of the file");
        return buffer;
    }
    const char *from = json->text + json->at;
    size_t left = json->length - json->at, length = 0;
    while (length < left && length < 24 && json_is_word_byte(from[length]))
        length++;
    uint32_t code;
    if (length == 0)
        length = utf8_decode(from, left, &code);
    if (length == 0)
        length = 1;
    if (*from == '"')
        snprintf(buffer, size, "a string");
    else
        snprintf(buffer, size, "\"%.*s\"", (int)length, from);
    return buffer;
}

void json_unexpected(struct json_text *json, const char *expected)
{
    char found[64];
    const char *text = json->text + json->at;
    size_t left = json->length - json->at;
    uint32_t code;
    if (left > 0 && utf8_decode(text, left, &code) == 0) {
        json_advance(json); /* which says so */
        json->stopped = true;
        return;
    }
    bool curly = left >= 3 && (strncmp(text, "\u201c", 3) == 0 || strncmp(text, "\u201d", 3) == 0);
    bool space = left >= 2 && strncmp(text, "\u00a0", 2) == 0;
    const char *hint = curly                    ? "use straight double quotes"
                       : space                  ? "this is a no-break space: write a plain one"
                       : json_peek(json) == '/' ? "a value with a unit stands in double quotes: \"10/s\"; a comment begins with // or /*"
                                                : NULL;
    JSON_MISTAKE(json, json_here(json), hint, "expected %s, found %s", expected, json_describe(json, found, sizeof found));
    json->stopped = true;
}

/* Four hex digits at `at`; -1 where there are none. */
static long read_hex(const struct json_text *json, size_t at)
{
    long value = 0;
    if (at > json->length || json->length - at < 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = json->text[i];
        if (!isxdigit((unsigned char)c))
            return -1;
        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static void advance_by(struct json_text *json, size_t count)
{
    for (size_t i = 0; i < count && !json_at_end(json); i++)
        json_advance(json);
}

/* At a backslash. */
static void scan_escape(struct json_text *json)
{
    struct json_mark start = json_here(json);
    char c = json_peek_next(json);
    if (c != 'u') {
        if (c == 0 || strchr("\"\\/bfnrt", c) == NULL) {
            JSON_MISTAKE(json, start, "a backslash itself is written \\\\", "an escape that JSON does not have");
            json_advance(json);
        } else {
            advance_by(json, 2);
        }
        return;
    }
    long code = read_hex(json, json->at + 2);
    if (code < 0) {
        JSON_MISTAKE(json, start, NULL, "\\u wants four hexadecimal digits");
        advance_by(json, 2);
        return;
    }
    size_t length = 6;
    if (code >= 0xd800 && code <= 0xdbff && json->length - json->at >= 12 && json->text[json->at + 6] == '\\' &&
        json->text[json->at + 7] == 'u') {
        long low = read_hex(json, json->at + 8);
        if (low >= 0xdc00 && low <= 0xdfff)
            length = 12;
    }
    if (code == 0)
        JSON_MISTAKE(json, start, NULL, "a zero character cannot be kept in a string");
    else if (code >= 0xd800 && code <= 0xdfff && length == 6)
        JSON_MISTAKE(json, start, "write the character itself in UTF-8", "half a surrogate pair is no character");
    advance_by(json, length);
}

void json_scan_string(struct json_text *json)
{
    struct json_mark start = json_here(json);
    char quote = json_peek(json);
    json_advance(json);
    while (!json->stopped) {
        char c = json_peek(json);
        if (json_at_end(json) || c == '\n' || c == '\r') {
            JSON_MISTAKE(json, start, "a line end inside a string is written \\n", "this string has no closing %s on its line",
                         quote == '"' ? "double quote" : "quote");
            json->stopped = true;
        } else if (c == quote) {
            json_advance(json);
            return;
        } else if (c == '\\') {
            scan_escape(json);
        } else {
            if ((unsigned char)c < 0x20)
                JSON_MISTAKE(json, json_here(json), c == '\t' ? "write \\t" : NULL, "a control character (U+%04X) in a string",
                             (unsigned)(unsigned char)c);
            json_advance(json);
        }
    }
}

/* The length of the JSON number that `word` begins with; 0: none. */
static size_t number_length(const char *word, size_t length)
{
    size_t at = length > 0 && word[0] == '-', digits = at;
    while (at < length && isdigit((unsigned char)word[at]))
        at++;
    if (at == digits || (word[digits] == '0' && at - digits > 1))
        return 0;
    if (at < length && word[at] == '.') {
        digits = ++at;
        while (at < length && isdigit((unsigned char)word[at]))
            at++;
        if (at == digits)
            return 0;
    }
    if (at < length && (word[at] == 'e' || word[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < length && (word[exponent] == '+' || word[exponent] == '-'))
            exponent++;
        digits = exponent;
        while (exponent < length && isdigit((unsigned char)word[exponent]))
            exponent++;
        at = exponent > digits ? exponent : at;
    }
    return at;
}

/* Is it a whole number, digit by digit, that a double does not hold? */
static bool loses_digits(const char *number)
{
    char held[NUMBER_LONGEST + 8];
    return number[strspn(number, "-0123456789")] == 0 && strlen(number) > 15 &&
           snprintf(held, sizeof held, "%.0f", strtod(number, NULL)) > 0 && strcmp(held, number) != 0;
}

static void check_number(struct json_text *json, struct json_mark start, const char *word, size_t length)
{
    char copy[NUMBER_LONGEST + 1];
    if (length > NUMBER_LONGEST) {
        JSON_MISTAKE(json, start, "a double holds 17 significant digits", "a number of more than %d characters", NUMBER_LONGEST);
        return;
    }
    memcpy(copy, word, length);
    copy[length] = 0;
    if (!isfinite(strtod(copy, NULL)))
        JSON_MISTAKE(json, start, NULL, "the number %s is too large", copy);
    else if (loses_digits(copy))
        JSON_MISTAKE(json, start, "write it as a string", "%s is not exact as a number: beyond 2^53 only some whole numbers are", copy);
}

static bool is_one_of(const char *word, size_t length, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strlen(*list) == length && strncmp(*list, word, length) == 0)
            return true;
    return false;
}

static bool has_digit(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (isdigit((unsigned char)word[i]))
            return true;
    return false;
}

/* Words that are no value, and what was meant. */
static void mistake_in_word(struct json_text *json, struct json_mark start, const char *word, size_t length)
{
    static const char *const nothings[] = {"None", "Null", "NULL", "nil", "undefined", NULL};
    static const char *const booleans[] = {"True", "TRUE", "False", "FALSE", "yes", "no", NULL};
    static const char *const infinite[] = {"NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", NULL};
    int shown = (int)(length < 60 ? length : 60);
    bool numeric = isdigit((unsigned char)word[0]) || (length > 1 && strchr("+-.", word[0]) != NULL && has_digit(word, length));
    char hint[128] = "";
    if (is_one_of(word, length, nothings)) {
        snprintf(hint, sizeof hint, "write null");
    } else if (is_one_of(word, length, booleans)) {
        snprintf(hint, sizeof hint, "write true or false");
    } else if (is_one_of(word, length, infinite)) {
        snprintf(hint, sizeof hint, "JSON has finite numbers only");
    } else if (!numeric) {
        snprintf(hint, sizeof hint, "text stands in double quotes: \"%.*s\"", shown, word);
    } else if (word[0] == '+') {
        snprintf(hint, sizeof hint, "leave the + out");
    } else if (number_length(word, length) > 0 && (isalpha((unsigned char)word[length - 1]) || word[length - 1] == '%')) {
        snprintf(hint, sizeof hint, "a value with a unit stands in double quotes: \"%.*s\"", shown, word);
    } else {
        snprintf(hint, sizeof hint, "numbers look like 0.5, 12 or 1e6, without leading zeros");
    }
    if (numeric)
        JSON_MISTAKE(json, start, hint, "\"%.*s\" is not a number", shown, word);
    else
        JSON_MISTAKE(json, start, hint, "expected a value, found \"%.*s\"", shown, word);
}

void json_scan_word(struct json_text *json)
{
    static const char *const literals[] = {"true", "false", "null", NULL};
    struct json_mark start = json_here(json);
    const char *word = json->text + json->at;
    size_t length = 0;
    while (json->at < json->length && json_is_word_byte(json_peek(json))) {
        json_advance(json);
        length++;
    }
    if (is_one_of(word, length, literals))
        return;
    if (number_length(word, length) == length)
        check_number(json, start, word, length);
    else
        mistake_in_word(json, start, word, length);
}
