/* key.c: partition keys and message groups, drawn without a table. */
#include "engine/key.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t key_named(const char *text)
{
    size_t length = strlen(text);
    if (length > 0 && length <= 10 && strspn(text, "0123456789") == length) {
        unsigned long number = strtoul(text, NULL, 10);
        if (number >= 1 && number <= KEY_COUNT_MAX)
            return (uint32_t)number;
    }
    return UINT32_C(1) << 31 | (uint32_t)(random_hash(0, text) >> 33);
}

/* log(1 + x) / x and (exp(x) - 1) / x, which are 1 at 0. */
static double log_ratio(double x)
{
    return x == 0 ? 1 : log1p(x) / x;
}

static double exp_ratio(double x)
{
    return x == 0 ? 1 : expm1(x) / x;
}

/* The hat is x^-exponent. Its integral from 1 to x, and the inverse of that; good near exponent 1, where the integral is log x. */
static double hat_integral(double exponent, double x)
{
    double logarithm = log(x);
    return logarithm * exp_ratio((1 - exponent) * logarithm);
}

static double hat_inverse(double exponent, double area)
{
    double x = area * (1 - exponent);
    /* Rounding may lead past the end of the hat, which for exponents above 1 has a finite area. */
    return exp(area * log_ratio(x < -1 ? -1 : x));
}

static double hat(double exponent, double x)
{
    return exp(-exponent * log(x));
}

struct key_choice key_choice_uniform(uint32_t count)
{
    return (struct key_choice){.kind = KEY_UNIFORM, .count = count};
}

struct key_choice key_choice_zipf(uint32_t count, double exponent)
{
    struct key_choice choice = {.kind = KEY_ZIPF, .count = count, .exponent = exponent};
    if (exponent == 0)
        return key_choice_uniform(count);
    choice.first = hat_integral(exponent, 1.5) - 1;
    choice.last = hat_integral(exponent, count + 0.5);
    choice.squeeze = 2 - hat_inverse(exponent, hat_integral(exponent, 2.5) - hat(exponent, 2));
    return choice;
}

/* The integral over [k - 1/2, k + 1/2] is at least k's weight, as the hat is convex: a point of it is k's where it lies in the part of
 * that size at its far end. Key 1 begins at first = H(3/2) - 1, so that its part is exact. */
static uint32_t draw_zipf(const struct key_choice *choice, struct stream *stream)
{
    for (;;) {
        double area = choice->last + stream_uniform(stream) * (choice->first - choice->last);
        double x = hat_inverse(choice->exponent, area);
        double key = floor(x + 0.5);
        if (!(key >= 1))
            key = 1;
        if (key > choice->count)
            key = choice->count;
        if (key - x <= choice->squeeze || area >= hat_integral(choice->exponent, key + 0.5) - hat(choice->exponent, key))
            return (uint32_t)key;
    }
}

uint32_t key_draw(const struct key_choice *choice, struct stream *stream)
{
    switch (choice->kind) {
    case KEY_CONSTANT:
        return choice->constant;
    case KEY_UNIFORM:
        return 1 + (uint32_t)(stream_uniform(stream) * choice->count);
    case KEY_ZIPF:
        return draw_zipf(choice, stream);
    case KEY_NONE:
        break;
    }
    return KEY_NONE_GIVEN;
}
