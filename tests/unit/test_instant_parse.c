/* test_instant_parse.c: points in time, in every spelling, and what is none. */
#include "engine/sim_time.h"
#include "notation/instant_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t epoch_s;
    } good[] = {
        {"1970-01-01", 0},
        {"2025-01-01T00:00:00Z", 1735689600},
        {"2025-01-01T00:00:00", 1735689600},
        {"2025-01-01T12:30Z", 1735734600},
        {"2024-02-29T23:59:59", 1709251199},
        {"2199-12-31T23:59:59Z", 7258118399},
    };
    static const char *const bad[] = {
        "",           "soon",        "2025-02-29",       "2025-02-30T00:00:00",       "2025-13-01",          "1969-12-31",
        "2200-01-01", "2025-01-01T", "2025-01-01T24:00", "2025-01-01T00:00:00+01:00", "2025-01-01T00:00:60Z"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t epoch_s = -1;
        assert_true(instant_parse(good[i].text, &epoch_s));
        assert_int_equal(epoch_s, good[i].epoch_s);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t epoch_s = -1;
        if (instant_parse(bad[i], &epoch_s))
            fail_msg("\"%s\" was taken", bad[i]);
    }
}

static void test_since(void **state)
{
    (void)state;
    int64_t ns = 0;
    assert_true(instant_since("2025-01-01T01:00:00Z", 1735689600, &ns));
    assert_int_equal(ns, NS_PER_HOUR);
    assert_true(instant_since("2024-12-31", 1735689600, &ns));
    assert_int_equal(ns, -NS_PER_DAY);
    assert_true(instant_since("2199-12-31", 0, &ns));
    assert_int_equal(ns / NS_PER_DAY, 84005);
    assert_false(instant_since("never", 0, &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spellings), cmocka_unit_test(test_since)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
