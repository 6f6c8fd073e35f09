/* number_text.c: numbers and times as text. */
#include "output/number_text.h"

#include "engine/sim_time.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Writes the last `count` decimal digits of `value`. */
static void put_digits(uint64_t value, size_t count, char *text)
{
    while (count > 0) {
        text[--count] = (char)('0' + value % 10);
        value /= 10;
    }
}

size_t natural_text(uint64_t value, char *text)
{
    size_t count = 1;
    for (uint64_t above = value / 10; above; above /= 10)
        count++;
    put_digits(value, count, text);
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

/* -- the same for the values that figures have, in a tenth of the time -- */

#define EXACT_FROM 1e-10 /* between these two the numbers below fit 128 bits */
#define EXACT_TO 1e15
#define FIVES_MAX 27 /* 5^27 is the last that fits 64 bits */

/* A value as whole numbers: value x 10^(16 - exponent) = product / 2^shift, which has 17 digits before the point. */
struct exact {
    int128 product;
    unsigned shift;  /* at least 1 */
    uint64_t fives;  /* an ulp of the value, in units of `product` */
    bool even;       /* its mantissa */
    bool at_power;   /* of two: the doubles below are twice as near as those above */
    int exponent;    /* decimal: of the first digit */
    uint64_t digits; /* product / 2^shift, cut off */
};

static uint64_t power_of_five(int exponent)
{
    uint64_t power = 1, square = 5;
    for (; exponent > 0; exponent >>= 1, square *= square)
        if (exponent & 1)
            power *= square;
    return power;
}

/* False where it does not fit. `value` is from EXACT_FROM to EXACT_TO. */
static bool take_apart(double value, struct exact *exact)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint64_t implied = UINT64_C(1) << (DBL_MANT_DIG - 1), mantissa = (bits & (implied - 1)) | implied;
    const int binary = (int)(bits >> (DBL_MANT_DIG - 1)) - (DBL_MAX_EXP - 2) - DBL_MANT_DIG;
    /* log10(2) of the power of two at or below the value: the exponent, or one less. */
    exact->exponent = (int)floor((binary + DBL_MANT_DIG - 1) * 0.30102999566398119521);
    exact->even = mantissa % 2 == 0;
    exact->at_power = mantissa == implied;
    for (;; exact->exponent++) {
        const int tens = DBL_DECIMAL_DIG - 1 - exact->exponent;
        if (tens > FIVES_MAX || binary + tens >= 0)
            return false;
        exact->shift = (unsigned)-(binary + tens);
        exact->fives = power_of_five(tens);
        exact->product = (int128)mantissa * exact->fives;
        exact->digits = (uint64_t)(exact->product >> exact->shift);
        if (exact->digits < UINT64_C(100000000000000000))
            return true;
    }
}

/* Rounds to `unit`s of the last of the 17 digits, halves to even, as printf does. */
static uint64_t round_to(const struct exact *exact, uint64_t unit)
{
    const uint64_t whole = exact->digits / unit;
    const int128 left = exact->product - ((int128)(whole * unit) << exact->shift);
    const int128 half = (int128)unit << (exact->shift - 1);
    return whole + (left > half || (left == half && whole % 2 == 1));
}

/* Is the value the double that is nearest to the decimal? Of two that are as near the even one is taken, as strtod does. */
static bool reads_back(const struct exact *exact, uint64_t rounded, uint64_t unit)
{
    const int128 decimal = (int128)(rounded * unit) << exact->shift;
    const bool below = decimal < exact->product;
    const int128 apart = below ? exact->product - decimal : decimal - exact->product;
    if (exact->at_power && below)
        return 4 * apart <= exact->fives;
    return 2 * apart < exact->fives || (2 * apart == exact->fives && exact->even);
}

/* `digits` is what of `count` significant digits is not zeros at the end; the first stands for 10^exponent. As %g has it. */
static size_t decimal_text(uint64_t digits, int count, int exponent, char *text)
{
    char *at = text;
    if (exponent < -4) {
        put_digits(digits, (size_t)count, at + 1);
        at[0] = at[1];
        at[1] = '.';
        at += count > 1 ? count + 1 : 1;
        memcpy(at, "e-", 2);
        put_digits((uint64_t)-exponent, 2, at + 2);
        at += 4;
    } else if (exponent < 0) {
        memcpy(at, "0.000", 5);
        at += 1 - exponent;
        put_digits(digits, (size_t)count, at);
        at += count;
    } else if (count <= exponent + 1) {
        put_digits(digits, (size_t)count, at);
        memset(at + count, '0', (size_t)(exponent + 1 - count));
        at += exponent + 1;
    } else {
        put_digits(digits, (size_t)count, at + 1);
        memmove(at, at + 1, (size_t)exponent + 1);
        at[exponent + 1] = '.';
        at += count + 1;
    }
    *at = '\0';
    return (size_t)(at - text);
}

/* 0 where the value is not of those. */
static size_t exact_text(double value, char *text)
{
    struct exact exact;
    if (!(value >= EXACT_FROM && value < EXACT_TO) || !take_apart(value, &exact))
        return 0;
    int count = DBL_DIG;
    uint64_t unit = 100, digits = round_to(&exact, unit), beyond = UINT64_C(1000000000000000);
    while (count < DBL_DECIMAL_DIG && !reads_back(&exact, digits, unit)) {
        count++;
        unit /= 10;
        beyond *= 10;
        digits = round_to(&exact, unit);
    }
    if (digits == beyond) { /* 9.99...: rounded up to the next power of ten */
        digits /= 10;
        exact.exponent++;
    }
    while (digits % 10 == 0) {
        digits /= 10;
        count--;
    }
    return decimal_text(digits, count, exact.exponent, text);
}

size_t number_text(double value, char *text)
{
    if (isnan(value)) {
        text[0] = '\0';
        return 0;
    }
    /* Most figures are counts. */
    if (fabs(value) < 1e15 && value == (double)(int64_t)value)
        return integer_text((int64_t)value, text);
    size_t sign = value < 0;
    text[0] = '-';
    size_t length = exact_text(fabs(value), text + sign);
    return length ? sign + length : general_text(value, text);
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
