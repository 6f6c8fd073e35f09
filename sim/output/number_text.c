/* number_text.c: numbers and times as text. */
#include "output/number_text.h"

#include "engine/sim_time.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

size_t natural_text(uint64_t value, char *text)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < count; i++)
        text[i] = digits[count - 1 - i];
    text[count] = '\0';
    return count;
}

size_t integer_text(int64_t value, char *text)
{
    if (value >= 0)
        return natural_text((uint64_t)value, text);
    text[0] = '-';
    return 1 + natural_text(-(uint64_t)value, text + 1);
}

/* DBL_DIG digits bring every normal double back that a shorter decimal stands for; a subnormal has fewer, so there the search begins at one
 * digit. Seventeen always suffice. */
static size_t general_text(double value, char *text)
{
    int length = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        length = snprintf(text, NUMBER_TEXT_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return (size_t)length;
}

size_t number_text(double value, char *text)
{
    if (isnan(value)) {
        text[0] = '\0';
        return 0;
    }
    /* Most figures are counts, and those are written in a hundredth of the time. */
    if (fabs(value) < 1e15 && value == (double)(int64_t)value)
        return integer_text((int64_t)value, text);
    return general_text(value, text);
}

/* The part below a second, as ".5": nothing for 0. */
static size_t fraction_text(int64_t ns, char *text)
{
    if (ns == 0) {
        text[0] = '\0';
        return 0;
    }
    text[0] = '.';
    for (int i = 9; i >= 1; i--) {
        text[i] = (char)('0' + ns % 10);
        ns /= 10;
    }
    size_t length = 10;
    while (text[length - 1] == '0')
        length--;
    text[length] = '\0';
    return length;
}

size_t seconds_text(int64_t ns, char *text)
{
    if (ns < 0) {
        text[0] = '-';
        /* Not through -ns, which INT64_MIN does not have. */
        size_t whole = natural_text((uint64_t)(-(ns / NS_PER_S)), text + 1);
        return 1 + whole + fraction_text(-(ns % NS_PER_S), text + 1 + whole);
    }
    size_t whole = natural_text((uint64_t)(ns / NS_PER_S), text);
    return whole + fraction_text(ns % NS_PER_S, text + whole);
}

size_t timestamp_text(int64_t epoch_s, int64_t ns, char *text)
{
    int64_t below_s = ns % NS_PER_S;
    time_t instant = (time_t)(epoch_s + ns / NS_PER_S);
    struct tm utc;
    if (!gmtime_r(&instant, &utc)) {
        text[0] = '\0';
        return 0;
    }
    /* strftime's %Y for years of four digits and more. Ten digits of a year at the most: gmtime_r's year is an int. */
    size_t length = strftime(text, NUMBER_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    length += fraction_text(below_s, text + length);
    text[length++] = 'Z';
    text[length] = '\0';
    return length;
}
