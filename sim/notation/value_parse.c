/* value_parse.c: single values from JSON, by a table of quantities. */
#include "notation/value_parse.h"

#include "document/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *noun;
    const char *examples;
    const char *suffix; /* what a bare number probably lacks */
    bool (*read)(const char *text, double *value);
} quantities[] = {
    [QUANTITY_TIME] = {"a time", "\"120ms\", \"1.5s\" or \"10m\"", "ms", units_parse_time},
    [QUANTITY_SIZE] = {"a size", "\"2KB\", \"512MB\" or \"10GB\"", "KB", units_parse_size},
    [QUANTITY_RATE] = {"a rate", "\"25/s\", \"3000/min\" or \"1e6/day\"", "/s", units_parse_rate},
    [QUANTITY_PROBABILITY] = {"a probability", "0.005 or \"0.5%\"", "", units_parse_probability},
    [QUANTITY_NUMBER] = {"a number", "2.5", "", units_parse_number},
};

const char *quantity_noun(enum quantity quantity)
{
    return quantities[quantity].noun;
}

const char *quantity_example(enum quantity quantity)
{
    return quantities[quantity].examples;
}

bool quantity_read(enum quantity quantity, const char *text, double *value)
{
    return quantities[quantity].read(text, value);
}

bool quantity_scale(enum quantity quantity, double number, const char *unit, double *value)
{
    if (quantity == QUANTITY_NUMBER || quantity == QUANTITY_PROBABILITY) {
        *value = unit && strcmp(unit, "%") == 0 ? number / 100 : number;
        return true;
    }
    char one[64];
    double scale = 0;
    if (!unit || snprintf(one, sizeof one, "1%s", unit) >= (int)sizeof one || !quantities[quantity].read(one, &scale))
        return false;
    *value = number * scale;
    return isfinite(*value);
}

/* What users write for a unit, and the unit that they mean. */
static const char *meant_unit(enum quantity quantity, const char *written)
{
    static const struct {
        enum quantity quantity;
        const char *unit;
        const char *words[12];
    } rows[] = {
        {QUANTITY_TIME, "us", {"usec", "usecs", "micros", "microseconds"}},
        {QUANTITY_TIME, "ms", {"msec", "msecs", "millis", "millisecond", "milliseconds"}},
        {QUANTITY_TIME, "s", {"s", "sec", "secs", "second", "seconds"}},
        {QUANTITY_TIME, "m", {"mins", "minute", "minutes"}},
        {QUANTITY_TIME, "h", {"h", "hr", "hrs", "hour", "hours"}},
        {QUANTITY_TIME, "d", {"d", "day", "days"}},
        {QUANTITY_RATE, "/s", {"rps", "qps", "tps", "hz", "/secs", "/seconds", "req/s", "reqs/s", "requests/s", "per_second"}},
        {QUANTITY_RATE, "/min", {"rpm", "/mins", "/minutes", "req/min", "requests/min"}},
        {QUANTITY_RATE, "/hour", {"/hours", "/hr", "rph"}},
        {QUANTITY_RATE, "/day", {"/days"}},
        {QUANTITY_SIZE, "B", {"b", "byte", "bytes"}},
        {QUANTITY_SIZE, "KB", {"k", "kb", "kbyte", "kbytes", "kilobytes"}},
        {QUANTITY_SIZE, "MB", {"m", "mb", "mbyte", "mbytes", "megabytes"}},
        {QUANTITY_SIZE, "GB", {"g", "gb", "gbyte", "gbytes", "gigabytes"}},
    };
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
        for (size_t i = 0; rows[row].quantity == quantity && i < sizeof rows[row].words / sizeof *rows[row].words && rows[row].words[i];
             i++)
            if (strcasecmp(rows[row].words[i], written) == 0)
                return rows[row].unit;
    return NULL;
}

/* A hint for a text that could not be read: what it may have meant, else examples. */
static void suggest_text(enum quantity quantity, const char *text, char hint[PARSE_HINT])
{
    char number[40];
    double value = 0;
    size_t digits = strspn(text, "0123456789.");
    const char *written = text + digits + strspn(text + digits, " ");
    const char *unit = meant_unit(quantity, written);
    snprintf(number, sizeof number, "%.*s", (int)digits, text);
    bool as_written = unit && written == text + digits && strcmp(written, unit) == 0; /* it is the number that is wrong */
    if (digits > 0 && digits < sizeof number - 1 && unit && !as_written)
        snprintf(hint, PARSE_HINT, "did you mean \"%s%s\"?", number, unit);
    else if (quantity == QUANTITY_NUMBER && strcmp(written, "%") == 0 && units_parse_number(number, &value))
        snprintf(hint, PARSE_HINT, "write %.15g", value / 100);
    else
        snprintf(hint, PARSE_HINT, "write it like %s", quantities[quantity].examples);
}

/* What a bare number should have been. Whole runs last seconds, a handler takes milliseconds, and of traffic either may be meant. */
static void suggest_unit(enum quantity quantity, double number, const struct parse_path *path, char hint[PARSE_HINT])
{
    const struct parse_path *first = path;
    while (first && first->parent)
        first = first->parent;
    bool time = quantity == QUANTITY_TIME, top = first == path && path && path->name && !strchr(path->name, '.');
    bool seconds = time && (top || (number > 0 && number < 1)); /* who writes 0.02 thinks of seconds */
    if (time && !top && first && first->name && strcmp(first->name, "traffic") == 0)
        snprintf(hint, PARSE_HINT, "write \"%.15gs\" or \"%.15gms\"", number, number);
    else if (quantity == QUANTITY_SIZE)
        snprintf(hint, PARSE_HINT, "write \"%.15gKB\" or \"%.15gMB\"", number, number);
    else
        snprintf(hint, PARSE_HINT, "write \"%.15g%s\"", number, seconds ? "s" : quantities[quantity].suffix);
}

/* A number without a unit. */
static bool bare_number(struct parse *parse, enum quantity quantity, const char *bare_unit, double number, const cJSON *node,
                        const struct parse_path *path, double *value)
{
    if (quantity == QUANTITY_NUMBER) {
        *value = number;
        return true;
    }
    if (number < 0) {
        parse_error(parse, node, path, NULL, "%s cannot be negative, got %.15g", quantities[quantity].noun, number);
        return false;
    }
    if (quantity == QUANTITY_PROBABILITY) {
        *value = number;
        return true;
    }
    if (bare_unit && quantity_scale(quantity, number, bare_unit, value))
        return true;
    if (parse->lenient && number == 0) {
        *value = 0;
        return true;
    }
    char hint[PARSE_HINT];
    suggest_unit(quantity, number, path, hint);
    parse_error(parse, node, path, hint, "%s needs a unit, got the bare number %.15g", quantities[quantity].noun, number);
    return false;
}

static bool probability_in_range(struct parse *parse, const cJSON *node, const struct parse_path *path, double value)
{
    if (value <= 1)
        return true;
    char shown[PARSE_SHOWN];
    char hint[PARSE_HINT] = "";
    if (value <= 100)
        snprintf(hint, sizeof hint, "%.15g percent is \"%.15g%%\"", value, value);
    parse_error(parse, node, path, hint, "must be between 0 and 1, got %s", parse_show(node, shown));
    return false;
}

bool value_parse(struct parse *parse, enum quantity quantity, const char *bare_unit, const cJSON *node, const struct parse_path *path,
                 double *value)
{
    char shown[PARSE_SHOWN];
    char hint[PARSE_HINT];
    double number = 0;
    bool done = false;
    bool text = cJSON_IsString(node) && node->valuestring;
    if (cJSON_IsNumber(node) && isfinite(node->valuedouble)) {
        done = bare_number(parse, quantity, bare_unit, node->valuedouble, node, path, value);
    } else if (text && quantities[quantity].read(node->valuestring, value)) {
        done = true;
    } else if (text && bare_unit && units_parse_number(node->valuestring, &number)) {
        done = bare_number(parse, quantity, bare_unit, number, node, path, value);
    } else if (text && quantity == QUANTITY_PROBABILITY && units_parse_number(node->valuestring, &number) && number > 1) {
        return probability_in_range(parse, node, path, number);
    } else if (text && units_parse_number(node->valuestring, &number) && number >= 0) {
        suggest_unit(quantity, number, path, hint);
        parse_error(parse, node, path, hint, "%s needs a unit, got %s", quantities[quantity].noun, parse_show(node, shown));
    } else {
        suggest_text(quantity, text ? node->valuestring : "", hint);
        parse_error(parse, node, path, parse_function_hint(node) ? parse_function_hint(node) : hint, "must be %s, got %s",
                    quantities[quantity].noun, parse_show(node, shown));
    }
    if (done && quantity == QUANTITY_PROBABILITY)
        return probability_in_range(parse, node, path, *value);
    return done;
}

/* "512" as 512; false for anything but digits with a sign, or what does not fit. */
static bool integer_read(const char *text, int64_t *value)
{
    size_t sign = *text == '-' || *text == '+';
    if (text[sign] == '\0' || strspn(text + sign, "0123456789") != strlen(text + sign))
        return false;
    errno = 0;
    intmax_t number = strtoimax(text, NULL, 10);
    if (errno != 0)
        return false;
    *value = number;
    return true;
}

bool value_parse_integer(struct parse *parse, const char *unit, const cJSON *node, const struct parse_path *path, int64_t *value)
{
    char shown[PARSE_SHOWN];
    char hint[PARSE_HINT] = "";
    if (cJSON_IsNumber(node) && floor(node->valuedouble) == node->valuedouble && fabs(node->valuedouble) <= 9007199254740992.0) {
        *value = (int64_t)node->valuedouble;
        return true;
    }
    if (cJSON_IsString(node) && node->valuestring && integer_read(node->valuestring, value))
        return true;
    double scale = 0, amount = 0;
    enum quantity quantity = unit && quantity_scale(QUANTITY_SIZE, 1, unit, &scale) ? QUANTITY_SIZE : QUANTITY_TIME;
    bool scaled = quantity == QUANTITY_SIZE || (unit && quantity_scale(QUANTITY_TIME, 1, unit, &scale));
    if (cJSON_IsString(node) && scaled && quantity_read(quantity, node->valuestring, &amount))
        snprintf(hint, sizeof hint, "write %.15g: a bare number here is in %s", amount / scale, unit);
    else if (cJSON_IsString(node) && unit)
        snprintf(hint, sizeof hint, "a bare number here is in %s", unit);
    parse_error(parse, node, path, parse_function_hint(node) ? parse_function_hint(node) : hint, "must be a whole number, got %s",
                parse_show(node, shown));
    return false;
}

bool weighted_parse(struct parse *parse, const cJSON *item, const struct parse_path *path, double *weight, const cJSON **of)
{
    static const char *const names[] = {"weight", "of"};
    struct parse_path weight_path = {path, names[0], 0};
    bool good = true;
    *of = NULL;
    if (!parse_expect_object(parse, item, path, "write {\"weight\": 0.9, \"of\": ...}"))
        return false;
    for (const cJSON *key = item->child; key; key = key->next) {
        if (strcmp(key->string, names[0]) == 0 || strcmp(key->string, names[1]) == 0)
            continue;
        parse_unknown_key(parse, key, path, names, 2);
        good = false;
    }
    const cJSON *share = cJSON_GetObjectItemCaseSensitive(item, names[0]), *value = cJSON_GetObjectItemCaseSensitive(item, names[1]);
    if (!share || !value) {
        parse_error(parse, item, path, NULL, "needs \"weight\" and \"of\"");
        return false;
    }
    *of = value;
    if (!value_parse(parse, QUANTITY_NUMBER, NULL, share, &weight_path, weight))
        return false;
    if (!(*weight >= 0)) {
        parse_error(parse, share, &weight_path, NULL, "a weight cannot be negative, got %.15g", *weight);
        return false;
    }
    return good;
}
