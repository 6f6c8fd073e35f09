/* units.c: numbers with units. One reader of numbers, one table for each kind of unit. */
#include "document/units.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The end of a decimal number (sign, digits, fraction, exponent) at `text`; NULL where there is none. */
static const char *end_of_number(const char *text)
{
    const char *at = text + (*text == '+' || *text == '-');
    const char *digits = at;
    while (is_digit(*at))
        at++;
    size_t count = (size_t)(at - digits);
    if (*at == '.') {
        digits = ++at;
        while (is_digit(*at))
            at++;
        count += (size_t)(at - digits);
    }
    if (count == 0)
        return NULL;
    if (*at == 'e' || *at == 'E') {
        const char *exponent = at + 1 + (at[1] == '+' || at[1] == '-');
        if (is_digit(*exponent)) {
            while (is_digit(*exponent))
                exponent++;
            at = exponent;
        }
    }
    return at;
}

/* Reads a finite number; *rest is what follows it and the blanks around it. The C locale is asked for by name (glibc keeps it ready, so
 * this allocates nothing): a program that calls setlocale must not change what a scenario means. */
static bool read_number(const char *text, double *number, const char **rest)
{
    text = skip_blanks(text);
    const char *end = end_of_number(text);
    if (end == NULL)
        return false;
    locale_t locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (locale == (locale_t)0)
        return false;
    char *stop = NULL;
    double value = strtod_l(text, &stop, locale);
    freelocale(locale);
    if (stop != end || !isfinite(value))
        return false;
    *number = value;
    *rest = skip_blanks(end);
    return true;
}

/* Does `text`, blanks at its end aside, spell `name`? */
static bool is_word(const char *text, const char *name)
{
    size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && *skip_blanks(text + length) == 0;
}

static const struct unit *find_unit(const struct unit *units, const char *text)
{
    for (; units->name != NULL; units++)
        if (is_word(text, units->name))
            return units;
    return NULL;
}

/* A number that is not negative (-0 counts as negative: it was written with a sign), and what follows it. */
static bool read_amount(const char *text, double *number, const char **rest)
{
    return read_number(text, number, rest) && !signbit(*number);
}

bool units_parse_number(const char *text, double *number)
{
    const char *rest;
    double value;
    if (!read_number(text, &value, &rest) || *rest != 0)
        return false;
    *number = value;
    return true;
}

/* 4.1 x 1e9 is a little less than 4,100,000,000: what is written as whole nanoseconds shall be whole, or "== 4.1s" would hold for nothing.
 */
static double whole_if_written_so(double product)
{
    double nearest = round(product);
    return fabs(product - nearest) <= 2 * DBL_EPSILON * product ? nearest : product;
}

/* Below 2^63: in ns, some 292 years, the end of the clock. */
static bool read_scaled(const char *text, const struct unit *units, double *value)
{
    const char *rest;
    double number;
    if (!read_amount(text, &number, &rest))
        return false;
    const struct unit *unit = find_unit(units, rest);
    if (unit == NULL || !(number * unit->factor < 9223372036854775808.0))
        return false;
    *value = number * unit->factor;
    return true;
}

bool units_parse_time(const char *text, double *ns)
{
    static const struct unit units[] = {{"ns", 1},   {"us", 1e3},   {"\u00b5s", 1e3}, {"\u03bcs", 1e3}, {"ms", 1e6},     {"s", 1e9},
                                        {"m", 60e9}, {"min", 60e9}, {"h", 3600e9},    {"d", 86400e9},   {"w", 604800e9}, {NULL, 0}};
    if (!read_scaled(text, units, ns))
        return false;
    *ns = whole_if_written_so(*ns);
    return true;
}

bool units_parse_rate(const char *text, double *per_s)
{
    static const struct unit units[] = {{"ms", 1e-3},   {"s", 1},    {"sec", 1},     {"second", 1}, {"m", 60},      {"min", 60},
                                        {"minute", 60}, {"h", 3600}, {"hour", 3600}, {"d", 86400},  {"day", 86400}, {NULL, 0}};
    const char *rest;
    double number;
    if (!read_amount(text, &number, &rest))
        return false;
    if (*rest == '/')
        rest = skip_blanks(rest + 1);
    else if (strncmp(rest, "per ", 4) == 0)
        rest = skip_blanks(rest + 4);
    else
        return false;
    const struct unit *unit = find_unit(units, rest);
    if (unit == NULL)
        return false;
    double rate = unit->factor < 1 ? number * 1e3 : number / unit->factor;
    if (!(rate <= 1e18))
        return false;
    *per_s = rate;
    return true;
}

bool units_parse_size(const char *text, double *bytes)
{
    static const double k = 1024, m = 1048576, g = 1073741824, t = 1099511627776;
    const struct unit units[] = {{"B", 1},  {"KB", k}, {"kB", k},  {"kb", k}, {"KiB", k}, {"MB", m},  {"mb", m}, {"MiB", m},
                                 {"GB", g}, {"gb", g}, {"GiB", g}, {"TB", t}, {"tb", t},  {"TiB", t}, {NULL, 0}};
    return read_scaled(text, units, bytes);
}

bool units_parse_probability(const char *text, double *probability)
{
    const char *rest;
    double number;
    if (!read_amount(text, &number, &rest))
        return false;
    if (*rest != 0) {
        if (!is_word(rest, "%"))
            return false;
        number /= 100;
    }
    if (number > 1)
        return false;
    *probability = number;
    return true;
}

bool units_parse_money(const char *text, double *usd)
{
    const char *rest;
    double number;
    text = skip_blanks(text);
    bool negative = *text == '-' && *skip_blanks(text + 1) == '$';
    if (negative)
        text = skip_blanks(text + 1);
    if (*text == '$') {
        if (!read_number(text + 1, &number, &rest) || *rest != 0 || (negative && signbit(number)))
            return false;
    } else if (!read_number(text, &number, &rest) || !is_word(rest, "USD")) {
        return false;
    }
    *usd = negative ? -number : number;
    return true;
}

char *units_format_time(double ns, char *buffer, size_t size)
{
    const char *sign = ns < 0 ? "-" : "";
    double amount = fabs(ns);
    if (isnan(ns))
        snprintf(buffer, size, "nan");
    else if (isinf(ns))
        snprintf(buffer, size, "%sforever", sign);
    else if (amount < 1e3)
        snprintf(buffer, size, "%s%.6g%s", sign, amount, amount == 0 ? "s" : "ns");
    else if (amount < 1e6)
        snprintf(buffer, size, "%s%.6gus", sign, amount / 1e3);
    else if (amount < 1e9)
        snprintf(buffer, size, "%s%.6gms", sign, amount / 1e6);
    else {
        /* The largest unit that leaves a whole number; else seconds, or days where seconds would be a long number. */
        static const struct unit units[] = {{"d", 86400e9}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9}, {NULL, 0}};
        const struct unit *unit = units;
        while (unit->name != NULL && fmod(amount, unit->factor) != 0)
            unit++;
        if (unit->name != NULL)
            snprintf(buffer, size, "%s%.0f%s", sign, amount / unit->factor, unit->name);
        else if (amount < 1e14)
            snprintf(buffer, size, "%s%.6gs", sign, amount / 1e9);
        else
            snprintf(buffer, size, "%s%.6gd", sign, amount / 86400e9);
    }
    return buffer;
}
