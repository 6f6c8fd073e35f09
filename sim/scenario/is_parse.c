/* is_parse.c: comparisons with units. */
#include "scenario/is_parse.h"

#include "document/units.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 200u

/* "0.5%" as 0.5: what percent figures are in. */
static bool read_percent(const char *text, double *percent)
{
    char number[TEXT_MAX];
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (length == 0 || length >= sizeof number || text[length - 1] != '%')
        return false;
    memcpy(number, text, length - 1);
    number[length - 1] = '\0';
    return units_parse_number(number, percent);
}

static const struct {
    const char *noun, *example;
    bool (*read)(const char *text, double *value);
} units[] = {
    [IS_COUNT] = {"a bare number", "3", units_parse_number},        [IS_TIME] = {"a time with its unit", "120ms", units_parse_time},
    [IS_PERCENT] = {"a percentage", "0.5%", read_percent},          [IS_SIZE] = {"a size with its unit", "2KB", units_parse_size},
    [IS_MONEY] = {"an amount of money", "$120", units_parse_money},
};

static bool read_value(struct parse *parse, const cJSON *node, const struct parse_path *path, enum is_unit unit, const char *text,
                       double *value)
{
    char hint[PARSE_HINT];
    double bare = 0;
    if (units[unit].read(text, value))
        return true;
    while (isspace((unsigned char)*text))
        text++;
    if (unit == IS_PERCENT && units_parse_number(text, &bare) && bare > 0 && bare < 1)
        snprintf(hint, sizeof hint, "write \"%.40s%%\", or \"%.15g%%\" where it is a share of 1", text, bare * 100);
    else if (unit != IS_COUNT && units_parse_number(text, &bare))
        snprintf(hint, sizeof hint, "write \"%s%.40s%s\"", unit == IS_MONEY ? "$" : "", text,
                 unit == IS_TIME      ? "ms"
                 : unit == IS_PERCENT ? "%"
                 : unit == IS_SIZE    ? "B"
                                      : "");
    else
        snprintf(hint, sizeof hint, "such as \"%s\"", units[unit].example);
    parse_error(parse, node, path, hint, "needs %s, got \"%.40s\"", units[unit].noun, text);
    return false;
}

/* Splits at a word of its own (" of ", " and "); NULL where it is not there. `left` holds what stands before it. */
static const char *split(const char *text, const char *word, char left[TEXT_MAX])
{
    const char *at = strstr(text, word);
    if (!at || (size_t)(at - text) >= TEXT_MAX)
        return NULL;
    memcpy(left, text, (size_t)(at - text));
    left[at - text] = '\0';
    return at + strlen(word);
}

static bool parse_within(struct parse *parse, const cJSON *node, const struct parse_path *path, enum is_unit unit, const char *text,
                         struct expectation *expectation)
{
    char share[TEXT_MAX];
    const char *rest = split(text, " of ", share);
    double percent = 0;
    expectation->comparison = COMPARE_WITHIN;
    if (!rest || !read_percent(share, &percent) || percent < 0) {
        parse_error(parse, node, path, NULL, "write \"within 2%% of %s\"", units[unit].example);
        return false;
    }
    expectation->other = percent / 100;
    return read_value(parse, node, path, unit, rest, &expectation->value);
}

static bool parse_between(struct parse *parse, const cJSON *node, const struct parse_path *path, enum is_unit unit, const char *text,
                          struct expectation *expectation)
{
    char low[TEXT_MAX];
    const char *rest = split(text, " and ", low);
    expectation->comparison = COMPARE_BETWEEN;
    if (!rest) {
        parse_error(parse, node, path, NULL, "write \"between %s and ...\"", units[unit].example);
        return false;
    }
    if (!read_value(parse, node, path, unit, low, &expectation->value) || !read_value(parse, node, path, unit, rest, &expectation->other))
        return false;
    if (expectation->value <= expectation->other)
        return true;
    parse_error(parse, node, path, NULL, "the low end lies above the high end");
    return false;
}

bool is_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, enum is_unit unit, struct expectation *expectation)
{
    static const struct {
        const char *text;
        enum comparison comparison;
    } operators[] = {{"==", COMPARE_EQ}, {"!=", COMPARE_NE}, {"<=", COMPARE_LE}, {">=", COMPARE_GE}, {"<", COMPARE_LT}, {">", COMPARE_GT}};
    const char *text = node->valuestring;
    while (isspace((unsigned char)*text))
        text++;
    if (strncmp(text, "within ", 7) == 0)
        return parse_within(parse, node, path, unit, text + 7, expectation);
    if (strncmp(text, "between ", 8) == 0)
        return parse_between(parse, node, path, unit, text + 8, expectation);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(text, operators[i].text, length) != 0)
            continue;
        expectation->comparison = operators[i].comparison;
        return read_value(parse, node, path, unit, text + length, &expectation->value);
    }
    static const struct {
        const char *written, *meant;
    } slips[] = {{"=<", "<="}, {"=>", ">="}, {"<>", "!="}, {"=", "=="}, {"\u2264", "<="}, {"\u2265", ">="}, {"", "=="}};
    char shown[PARSE_SHOWN], hint[PARSE_HINT];
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        double value = 0;
        const char *rest = text + strlen(slips[i].written);
        if (strncmp(text, slips[i].written, strlen(slips[i].written)) != 0 || !units[unit].read(rest, &value))
            continue;
        snprintf(hint, sizeof hint, "write \"%s %.40s\"", slips[i].meant, rest + strspn(rest, " "));
        parse_error(parse, node, path, hint, "is no comparison: %s", parse_show(node, shown));
        return false;
    }
    snprintf(hint, sizeof hint, "write == != < <= > or >= and %s, \"within 2%% of %s\", or \"between %s and ...\"", units[unit].noun,
             units[unit].example, units[unit].example);
    parse_error(parse, node, path, hint, "is no comparison: %s", parse_show(node, shown));
    return false;
}
