/* test_units.c: what each kind of unit takes and refuses, exactly. */
#include "document/units.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct good {
    const char *text;
    double value;
};

static void check_good(bool (*parse)(const char *, double *), const struct good *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = -1;
        if (!parse(cases[i].text, &value))
            fail_msg("\"%s\" was refused", cases[i].text);
        if (value != cases[i].value)
            fail_msg("\"%s\" gave %.17g, not %.17g", cases[i].text, value, cases[i].value);
    }
}

static void check_bad(bool (*parse)(const char *, double *), const char *const *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = 12345;
        if (parse(cases[i], &value))
            fail_msg("\"%s\" was taken as %g", cases[i], value);
        assert_true(value == 12345);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_numbers(void **state)
{
    (void)state;
    static const struct good good[] = {{"0", 0},    {" 12 ", 12}, {"-1.5", -1.5}, {"+2", 2},    {"1e3", 1000},
                                       {".5", 0.5}, {"5.", 5},    {"1E-2", 0.01}, {"1e-400", 0}};
    static const char *const bad[] = {"",    " ",    "-",        "+",     ".",   "e5",  "1e",    "1e+", "0x10", "inf",
                                      "nan", "-inf", "infinity", "1e999", "1,5", "1 2", "1_000", "--1", "1\n",  "\xd9\xa1"};
    check_good(units_parse_number, good, COUNT(good));
    check_bad(units_parse_number, bad, COUNT(bad));
}

static void test_times(void **state)
{
    (void)state;
    static const struct good good[] = {
        {"0s", 0},
        {"1ns", 1},
        {"250us", 250e3},
        {"250\xc2\xb5s", 250e3},
        {"250\xce\xbcs", 250e3},
        {"120ms", 120e6},
        {"1.5s", 1.5e9},
        {"10m", 600e9},
        {"10min", 600e9},
        {"2h", 7200e9},
        {"7d", 604800e9},
        {"1w", 604800e9},
        {" 3 s ", 3e9},
        {"1e3ms", 1e9},
        {"0.3s", 300000000.0},
        {"1.4s", 1400000000.0},
        {"4.1s", 4100000000.0},
        {"1.001s", 1001000000.0},
        {"0.5ns", 0.5},
        {"106751d", 106751 * 86400e9},
    };
    static const char *const bad[] = {"",      "s",     "12",     "12 ",     "-1s", "-0s",  "1S",   "1M",  "1 0s", "1ss",  "1s s", "1s1",
                                      "1h30m", "inf s", "1e999s", "106752d", "nan", "0x1s", "1sec", "1MB", "1/s",  "1,5s", "1e",   "1m in"};
    check_good(units_parse_time, good, COUNT(good));
    check_bad(units_parse_time, bad, COUNT(bad));
}

static void test_rates(void **state)
{
    (void)state;
    static const struct good good[] = {
        {"25/s", 25},   {"3000/min", 50}, {"3000/m", 50},  {"1e6/day", 1e6 / 86400}, {"86400/d", 1}, {"3600/h", 1},        {"7200/hour", 2},
        {"5/ms", 5000}, {"0/s", 0},       {"25 / s ", 25}, {"25 per s", 25},         {"25/sec", 25}, {"60 per minute", 1}, {"2/second", 2},
    };
    static const char *const bad[] = {"25",      "/s",      "25/",   "25s",     "-25/s",  "25/us", "25//s",
                                      "25/ s s", "25 pers", "25per", "1e999/s", "1e19/s", "25/S",  "25/week"};
    check_good(units_parse_rate, good, COUNT(good));
    check_bad(units_parse_rate, bad, COUNT(bad));
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct good good[] = {
        {"100B", 100},
        {"2KB", 2048},
        {"2kB", 2048},
        {"2kb", 2048},
        {"2KiB", 2048},
        {"512MB", 536870912.0},
        {"512mb", 536870912.0},
        {"1MiB", 1048576},
        {"10GB", 10737418240.0},
        {"1gb", 1073741824.0},
        {"1TB", 1099511627776.0},
        {"0.5 KB", 512},
    };
    static const char *const bad[] = {"512", "512M", "512m",      "512Mb",   "512Kb", "1b",  "-1MB",
                                      "MB",  "1PB",  "8388608TB", "1e300GB", "1 M B", "1MBs"};
    check_good(units_parse_size, good, COUNT(good));
    check_bad(units_parse_size, bad, COUNT(bad));
}

static void test_probabilities(void **state)
{
    (void)state;
    static const struct good good[] = {{"0.5%", 0.005}, {"100%", 1}, {"0", 0}, {"1", 1}, {"0.002", 0.002}, {" 50 % ", 0.5}};
    static const char *const bad[] = {"", "%", "101%", "1.01", "-1%", "-0.1", "5%%", "5 percent", "nan%", "1e999%"};
    check_good(units_parse_probability, good, COUNT(good));
    check_bad(units_parse_probability, bad, COUNT(bad));
}

static void test_money(void **state)
{
    (void)state;
    static const struct good good[] = {{"$120", 120}, {"120 USD", 120}, {"120USD", 120}, {"-$5", -5},
                                       {"$-5", -5},   {"-5 USD", -5},   {"$ 0.20", 0.2}, {" $1e3 ", 1000}};
    static const char *const bad[] = {"120", "$", "USD", "$1 USD", "-$-5", "120 EUR", "$1,000", "$inf", "--$5", "120usd", "$5x"};
    check_good(units_parse_money, good, COUNT(good));
    check_bad(units_parse_money, bad, COUNT(bad));
}

static void test_times_written(void **state)
{
    (void)state;
    static const struct {
        double ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500, "1.5us"},
        {20e6, "20ms"},
        {1.5e9, "1.5s"},
        {600e9, "10m"},
        {90e9, "90s"},
        {5400e9, "90m"},
        {3600e9, "1h"},
        {640e9, "640s"},
        {7250e9, "7250s"},
        {604800e9, "7d"},
        {-20e6, "-20ms"},
        {999999, "999.999us"},
        {86400001e9, "86400001s"},
        {1234567.5e9, "14.289d"},
        {INFINITY, "forever"},
        {-INFINITY, "-forever"},
        {NAN, "nan"},
        {12345.5e9, "12345.5s"},
    };
    char buffer[40];
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(units_format_time(cases[i].ns, buffer, sizeof buffer), cases[i].text);
    char tiny[3];
    assert_string_equal(units_format_time(600e9, tiny, sizeof tiny), "10");
}

/* What is written can be read again as the same time. */
static void test_round_trip(void **state)
{
    (void)state;
    for (double ns = 1; ns < 9e18; ns *= 7) {
        char buffer[40];
        double back;
        double rounded = floor(ns / 1e9) * 1e9;
        double value = ns < 1e5 ? ns : rounded;
        assert_true(units_parse_time(units_format_time(value, buffer, sizeof buffer), &back));
        assert_true(fabs(back - value) <= value * 2e-16);
    }
}

/* The meaning of a scenario does not hang on the user's locale. */
static void test_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < COUNT(names) && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL;
    double ns = 0;
    bool parsed = units_parse_time("1.5s", &ns);
    setlocale(LC_ALL, "C");
    assert_true(parsed);
    assert_true(ns == 1.5e9);
    if (!found)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_times),         cmocka_unit_test(test_rates),
        cmocka_unit_test(test_sizes),         cmocka_unit_test(test_probabilities), cmocka_unit_test(test_money),
        cmocka_unit_test(test_times_written), cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
