/* figure_text.c: figures as a person reads them. */
#include "output/figure_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How many decimals leave `digits` significant ones. */
static int decimals_of(double value, int digits)
{
    double magnitude = fabs(value);
    if (!(magnitude > 0))
        return 0;
    int decimals = digits - 1 - (int)floor(log10(magnitude));
    return decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
}

/* %.*f with a comma before every three digits of the whole part. Whatever does not fit a table is written with an exponent. */
static void grouped(double value, int decimals, char *text)
{
    if (!(fabs(value) < 1e15)) {
        (void)snprintf(text, FIGURE_TEXT_SIZE, "%.3g", value);
        return;
    }
    char plain[FIGURE_TEXT_SIZE];
    (void)snprintf(plain, sizeof plain, "%.*f", decimals, value);
    const char *from = plain;
    char *to = text;
    if (*from == '-')
        *to++ = *from++;
    size_t whole = strcspn(from, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            *to++ = ',';
        *to++ = from[i];
    }
    (void)strcpy(to, from + whole);
}

struct scale {
    double factor;
    const char *suffix;
};

/* Times are told in what keeps them within a thousand, but never in minutes: seconds compare. */
static struct scale time_scale(double ms)
{
    if (fabs(ms) >= 1000)
        return (struct scale){1e-3, "s"};
    return fabs(ms) >= 1 || ms == 0 ? (struct scale){1, "ms"} : (struct scale){1e3, "us"};
}

static struct scale scale_of(double value, const char *unit)
{
    if (strcmp(unit, "Milliseconds") == 0)
        return time_scale(value);
    if (strcmp(unit, "Microseconds") == 0) {
        struct scale scale = time_scale(value / 1000);
        scale.factor /= 1000;
        return scale;
    }
    if (strcmp(unit, "Seconds") == 0) {
        struct scale scale = time_scale(value * 1000);
        scale.factor *= 1000;
        return scale;
    }
    return (struct scale){1, strcmp(unit, "Percent") == 0 ? "%" : ""};
}

/* Counts are shown whole, also where they are a mean, unless they are small. */
static int decimals_for(double value, bool count)
{
    if (value == rint(value) && (count || fabs(value) < 1000))
        return 0;
    return decimals_of(value, 3);
}

/* A share that is not all of it never reads 100 %, however near it comes: so many decimals, or digits, as `format` shows it by. */
static int precision_of_share(double percent, const char *format, int precision)
{
    char text[FIGURE_TEXT_SIZE];
    for (; percent > 99 && percent < 100 && precision < 15; precision++) {
        (void)snprintf(text, sizeof text, format, precision, percent);
        if (strcspn(text, "9") == 0)
            break;
    }
    return precision;
}

char *figure_text_beside(double value, double beside, const char *unit, char *text)
{
    if (isnan(value)) {
        (void)strcpy(text, "-");
        return text;
    }
    struct scale scale = scale_of(beside, unit);
    double shown = beside * scale.factor;
    int decimals = value == 0 ? 0 : decimals_of(shown == 0 ? value * scale.factor : shown, 3);
    if (value == beside)
        decimals = decimals_for(shown, *scale.suffix == '\0');
    if (*scale.suffix == '%' && value != 0)
        decimals = precision_of_share(shown, "%.*f", decimals);
    grouped(value * scale.factor, decimals, text);
    (void)strcat(text, scale.suffix);
    return text;
}

char *figure_text(double value, const char *unit, char *text)
{
    return figure_text_beside(value, value, unit, text);
}

char *money_text(double usd, char *text)
{
    char number[FIGURE_TEXT_SIZE];
    double magnitude = fabs(usd);
    grouped(magnitude, magnitude >= 0.995 || magnitude == 0 ? 2 : decimals_of(magnitude, 3), number);
    (void)snprintf(text, FIGURE_TEXT_SIZE, "%s$%.*s", usd < 0 ? "-" : "", (int)FIGURE_TEXT_SIZE - 4, number);
    return text;
}

char *figure_text_precise(double value, const char *unit, char *text)
{
    static const struct {
        const char *unit, *format;
    } formats[] = {{"Microseconds", "%.6gus"}, {"Milliseconds", "%.6gms"}, {"Seconds", "%.6gs"}, {"USD", "$%.6g"}};
    const char *format = value == rint(value) ? "%.15g" : "%.6g";
    if (isnan(value))
        return strcpy(text, "nothing");
    if (strcmp(unit, "Percent") == 0) {
        (void)snprintf(text, FIGURE_TEXT_SIZE, "%.*g%%", precision_of_share(value, "%.*g", 6), value);
        return text;
    }
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].unit, unit) == 0)
            format = formats[i].format;
    (void)snprintf(text, FIGURE_TEXT_SIZE, format, value);
    return text;
}
