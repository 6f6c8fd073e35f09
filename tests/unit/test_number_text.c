/* test_number_text.c: numbers as text: shortest, and read back as the same double. */
#include "output/number_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(double value)
{
    static char text[NUMBER_TEXT_SIZE];
    size_t length = number_text(value, text);
    assert_int_equal(length, strlen(text));
    return text;
}

/* The digits that a decimal needs at least to read back as `value`. */
static int least_digits(double value)
{
    char text[64];
    for (int digits = 1; digits < 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return digits;
    }
    return 17;
}

/* Significant digits of a decimal, zeros at either end aside. */
static int digits_of(const char *text)
{
    int digits = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*text == '0') {
            zeros += digits > 0;
        } else {
            digits += zeros + 1;
            zeros = 0;
        }
    }
    return digits ? digits : 1;
}

static void test_values(void **state)
{
    (void)state;
    assert_string_equal(text_of(0), "0");
    assert_string_equal(text_of(-0.0), "0");
    assert_string_equal(text_of(339657), "339657");
    assert_string_equal(text_of(-12), "-12");
    assert_string_equal(text_of(999999999999999), "999999999999999");
    assert_string_equal(text_of(1e15), "1e+15");
    assert_string_equal(text_of(0.1), "0.1");
    assert_string_equal(text_of(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(text_of(1.0 / 3), "0.3333333333333333");
    assert_string_equal(text_of(21.4582), "21.4582");
    assert_string_equal(text_of(5e-324), "5e-324");
    assert_string_equal(text_of(1.7976931348623157e308), "1.7976931348623157e+308");
    assert_string_equal(text_of(NAN), "");
    assert_string_equal(text_of(INFINITY), "inf");
    assert_string_equal(text_of(-INFINITY), "-inf");
}

/* Doubles of every magnitude, subnormal ones among them. */
static void test_round_trip(void **state)
{
    (void)state;
    uint64_t bits = 1;
    for (int i = 0; i < 100000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t pattern = i % 10 == 0 ? bits & UINT64_C(0x800fffffffffffff) : bits;
        double value;
        memcpy(&value, &pattern, sizeof value);
        if (!isfinite(value))
            continue;
        const char *text = text_of(value);
        if (strtod(text, NULL) != value || digits_of(text) != least_digits(value))
            fail_msg("%a became %s, with %d digits for %d", value, text, digits_of(text), least_digits(value));
    }
}

/* The first of %.15g, %.16g and %.17g that reads back. */
static void assert_as_printf(double value)
{
    char expected[64] = "";
    for (int digits = 15; digits <= 17 && (digits == 15 || strtod(expected, NULL) != value); digits++)
        (void)snprintf(expected, sizeof expected, "%.*g", digits, value);
    assert_string_equal(text_of(value), expected);
}

/* Figures as there are, and what lies around the powers of two and ten, where digits, rounding and the form of the text change. */
static void test_as_printf(void **state)
{
    (void)state;
    uint64_t bits = 1;
    for (int i = 0; i < 50000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t number = bits >> (14 + i % 40);
        if (number % 1000000 != 0)
            assert_as_printf((double)number / 1e6);
        assert_as_printf((double)(bits >> 44 | 1) / (double)((bits >> 20 & 0xffff) + 3) / 1048576);
        assert_as_printf(-ldexp((double)(bits >> 11 | 1), -20 - i % 70));
    }
    for (int exponent = -45; exponent < 52; exponent++) {
        double power = ldexp(1, exponent);
        if (exponent < 0)
            assert_as_printf(power);
        assert_as_printf(nextafter(power, 0));
        if (exponent < 49)
            assert_as_printf(nextafter(power, INFINITY));
    }
    for (int exponent = -12; exponent < 16; exponent++) {
        char spelled[16];
        (void)snprintf(spelled, sizeof spelled, "1e%d", exponent);
        double power = strtod(spelled, NULL);
        double below = power;
        for (int i = 0; i < 100; i++)
            assert_as_printf(below = nextafter(below, 0));
        if (exponent < 0)
            assert_as_printf(power);
    }
    for (int i = 1; i < 4096; i++) /* halves between two decimals of 15, 16 or 17 digits */
        assert_as_printf(i + ldexp(1, -i % 45 - 1));
}

static void test_whole_numbers(void **state)
{
    (void)state;
    char text[NUMBER_TEXT_SIZE];
    assert_int_equal(natural_text(UINT64_MAX, text), 20);
    assert_string_equal(text, "18446744073709551615");
    assert_int_equal(integer_text(INT64_MIN, text), 20);
    assert_string_equal(text, "-9223372036854775808");
}

static void assert_seconds(int64_t ns, const char *expected)
{
    char text[NUMBER_TEXT_SIZE];
    size_t length = seconds_text(ns, text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void test_seconds(void **state)
{
    (void)state;
    assert_seconds(0, "0");
    assert_seconds(INT64_C(90000000000), "90");
    assert_seconds(500000000, "0.5");
    assert_seconds(INT64_C(12000000001), "12.000000001");
    assert_seconds(INT64_MAX, "9223372036.854775807");
    assert_seconds(-500000000, "-0.5");
    assert_seconds(INT64_MIN, "-9223372036.854775808");
}

static void assert_timestamp(int64_t epoch_s, int64_t ns, const char *expected)
{
    char text[NUMBER_TEXT_SIZE];
    size_t length = timestamp_text(epoch_s, ns, text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void test_timestamps(void **state)
{
    (void)state;
    assert_timestamp(0, 0, "1970-01-01T00:00:00Z");
    assert_timestamp(1735689600, INT64_C(60000000000), "2025-01-01T00:01:00Z");
    assert_timestamp(1709164799, INT64_C(1000000000), "2024-02-29T00:00:00Z");
    assert_timestamp(1735689600, 250000000, "2025-01-01T00:00:00.25Z");
    assert_timestamp(-1, 1, "1969-12-31T23:59:59.000000001Z");
    assert_timestamp(1735689600, INT64_MAX, "2317-04-12T23:47:16.854775807Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_as_printf),
        cmocka_unit_test(test_whole_numbers), cmocka_unit_test(test_seconds),    cmocka_unit_test(test_timestamps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
