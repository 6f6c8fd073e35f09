/* where.c: constraints, read anew for each point: a recursive descent costs less than what it decides about. */
#include "scenario/where.h"

#include "document/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NESTED_MOST 64u

#define NS_PER_UNIT 1e9 /* times are in s here, so that a number over a time is a rate */

/* Of a number what its unit is made of: powers of seconds and of bytes; text is `length` bytes at `text`, borrowed. */
struct value {
    bool is_text;
    int seconds, bytes;
    double number;
    const char *text;
    size_t length;
};

struct reading {
    const char *at;
    const struct axis *axes;
    size_t axis_count;
    const double *coordinates;
    char (*buffers)[AXIS_TEXT_SIZE]; /* one an axis: values are borrowed from there */
    unsigned depth;
    char *mistake; /* "": none yet */
};

static void complain(struct reading *reading, const char *what, const char *word)
{
    if (!*reading->mistake)
        (void)snprintf(reading->mistake, WHERE_MISTAKE_SIZE, what, word);
}

static void skip_spaces(struct reading *reading)
{
    while (isspace((unsigned char)*reading->at))
        reading->at++;
}

static bool take(struct reading *reading, const char *word)
{
    skip_spaces(reading);
    size_t length = strlen(word);
    if (strncmp(reading->at, word, length) != 0)
        return false;
    reading->at += length;
    return true;
}

/* A value as a scenario has it: a number, with a unit perhaps; else text. */
static struct value value_of(const char *text)
{
    double number = 0;
    if (units_parse_number(text, &number) || (strchr(text, '%') && units_parse_probability(text, &number)))
        return (struct value){.number = number};
    if (units_parse_time(text, &number))
        return (struct value){.seconds = 1, .number = number / NS_PER_UNIT};
    if (units_parse_rate(text, &number))
        return (struct value){.seconds = -1, .number = number};
    if (units_parse_size(text, &number))
        return (struct value){.bytes = 1, .number = number};
    return (struct value){.is_text = true, .text = text, .length = strlen(text)};
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == ':';
}

/* The axis whose path comes next; the longest of them. */
static bool take_axis(struct reading *reading, struct value *value)
{
    size_t longest = 0, found = 0;
    for (size_t i = 0; i < reading->axis_count; i++) {
        size_t length = strlen(reading->axes[i].path);
        if (length > longest && strncmp(reading->at, reading->axes[i].path, length) == 0 && !is_of_name(reading->at[length])) {
            longest = length;
            found = i;
        }
    }
    if (longest == 0)
        return false;
    reading->at += longest;
    *value = value_of(axis_text(&reading->axes[found], reading->coordinates[found], reading->buffers[found]));
    return true;
}

/* "10ms", "5/s", "20%": the number and what is a unit behind it. */
static struct value take_number(struct reading *reading)
{
    char word[64], *rest;
    errno = 0;
    (void)strtod(reading->at, &rest);
    size_t length = (size_t)(rest - reading->at);
    /* A slash belongs to it where a unit of time follows, as in 5/s; a division has a number, a path or a parenthesis there. */
    if (*rest == '%') {
        length++;
    } else if (*rest == '/' && isalpha((unsigned char)rest[1])) {
        size_t letters = strspn(rest + 1, "abcdefghijklmnopqrstuvwxyz");
        length += is_of_name(rest[1 + letters]) ? 0 : 1 + letters;
    } else {
        length += strspn(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    }
    if (length >= sizeof word || errno != 0) {
        complain(reading, "\"%.60s\" is no number", reading->at);
        return (struct value){0};
    }
    memcpy(word, reading->at, length);
    word[length] = '\0';
    reading->at += length;
    struct value value = value_of(word);
    if (value.is_text)
        complain(reading, "\"%.60s\" is no number with a unit", word);
    return value;
}

static struct value read_sum(struct reading *reading);

static struct value read_factor(struct reading *reading)
{
    struct value value = {0};
    skip_spaces(reading);
    if (*reading->mistake || ++reading->depth > NESTED_MOST) {
        complain(reading, "it is nested too deeply%s", "");
        return value;
    }
    if (take(reading, "(")) {
        value = read_sum(reading);
        if (!take(reading, ")"))
            complain(reading, "a \")\" is missing before \"%.60s\"", reading->at);
    } else if (*reading->at == '\'') {
        const char *end = strchr(reading->at + 1, '\'');
        value = (struct value){.is_text = true, .text = reading->at + 1, .length = end ? (size_t)(end - reading->at - 1) : 0};
        if (!end)
            complain(reading, "a quote is missing behind %.60s", reading->at);
        else
            reading->at = end + 1;
    } else if (isdigit((unsigned char)*reading->at) || *reading->at == '.') {
        value = take_number(reading);
    } else if (take(reading, "-")) {
        value = read_factor(reading);
        value.number = -value.number;
    } else if (!take_axis(reading, &value)) {
        complain(reading, *reading->at ? "\"%.60s\" is no number and no setting that is varied" : "it ends too early%s", reading->at);
    }
    reading->depth--;
    return value;
}

static struct value read_product(struct reading *reading)
{
    struct value left = read_factor(reading);
    for (;;) {
        bool times = take(reading, "*"), divided = !times && take(reading, "/");
        if ((!times && !divided) || *reading->mistake)
            return left;
        struct value right = read_factor(reading);
        if (left.is_text || right.is_text)
            complain(reading, "text is only equal or not%s", "");
        int sign = times ? 1 : -1;
        left.seconds += sign * right.seconds;
        left.bytes += sign * right.bytes;
        left.number = times ? left.number * right.number : left.number / right.number;
    }
}

static const char *kind_of(const struct value *value)
{
    if (value->is_text)
        return "a text";
    if (value->seconds == 0 && value->bytes == 0)
        return "a bare number";
    if (value->bytes == 0 && (value->seconds == 1 || value->seconds == -1))
        return value->seconds == 1 ? "a time" : "a rate";
    return value->seconds == 0 && value->bytes == 1 ? "a size" : "a product";
}

static void expect_same(struct reading *reading, const struct value *left, const struct value *right)
{
    char both[64];
    (void)snprintf(both, sizeof both, "%s and %s", kind_of(left), kind_of(right));
    if (left->is_text != right->is_text || left->seconds != right->seconds || left->bytes != right->bytes)
        complain(reading, "%s cannot be compared or added", both);
}

static struct value read_sum(struct reading *reading)
{
    struct value left = read_product(reading);
    for (;;) {
        bool plus = take(reading, "+"), minus = !plus && take(reading, "-");
        if ((!plus && !minus) || *reading->mistake)
            return left;
        struct value right = read_product(reading);
        expect_same(reading, &left, &right);
        if (left.is_text)
            complain(reading, "text is only equal or not%s", "");
        left.number += plus ? right.number : -right.number;
    }
}

static bool is_same_text(const struct value *left, const struct value *right)
{
    return left->length == right->length && memcmp(left->text, right->text, left->length) == 0;
}

static bool relate(struct reading *reading, const struct value *left, size_t sign, const struct value *right)
{
    if (left->is_text && sign > 1) {
        complain(reading, "text is only equal or not%s", "");
        return false;
    }
    bool same = left->is_text ? is_same_text(left, right) : left->number == right->number;
    switch (sign) {
    case 0:
        return same;
    case 1:
        return !same;
    case 2:
        return left->number <= right->number;
    case 3:
        return left->number >= right->number;
    case 4:
        return left->number < right->number;
    default:
        return left->number > right->number;
    }
}

static bool read_comparison(struct reading *reading)
{
    static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">"};
    struct value left = read_sum(reading);
    size_t sign = 0;
    while (sign < sizeof signs / sizeof *signs && !take(reading, signs[sign]))
        sign++;
    if (sign == sizeof signs / sizeof *signs) {
        complain(reading, "one of == != < <= > >= is missing before \"%.60s\"", reading->at);
        return false;
    }
    struct value right = read_sum(reading);
    expect_same(reading, &left, &right);
    return !*reading->mistake && relate(reading, &left, sign, &right);
}

bool where_evaluate(const char *text, const struct axis *axes, size_t axis_count, const double *coordinates, bool *holds,
                    char mistake[WHERE_MISTAKE_SIZE])
{
    struct reading reading = {.at = text, .axes = axes, .axis_count = axis_count, .coordinates = coordinates, .mistake = mistake};
    reading.buffers = calloc(axis_count + 1, sizeof *reading.buffers);
    *mistake = '\0';
    if (!reading.buffers) {
        (void)snprintf(mistake, WHERE_MISTAKE_SIZE, "memory ran out");
        return false;
    }
    *holds = true;
    do {
        bool one = read_comparison(&reading);
        *holds = *holds && one;
    } while (!*mistake && take(&reading, "and "));
    skip_spaces(&reading);
    if (*reading.at)
        complain(&reading, "\"%.60s\" is too much", reading.at);
    free(reading.buffers);
    return !*mistake;
}
