/* test_cron.c: cron expressions against known instants, against a search minute by minute, and what is refused. */
#include "engine/arrival.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int64_t unix_time(const char *text)
{
    struct tm parts = {0};
    assert_int_equal(
        sscanf(text, "%d-%d-%d %d:%d:%d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec), 6);
    parts.tm_year -= 1900;
    parts.tm_mon--;
    return timegm(&parts);
}

static void parse(const char *expression, struct cron *cron)
{
    char error[200] = "";
    if (cron_parse(expression, cron, error, sizeof error) != STATUS_OK)
        fail_msg("%s: %s", expression, error);
}

static void known_instants(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *after, *next; /* NULL: never */
    } cases[] = {
        {"0 10 * * ? *", "2024-03-01 09:59:59", "2024-03-01 10:00:00"},
        {"0 10 * * ? *", "2024-03-01 10:00:00", "2024-03-02 10:00:00"},
        {"15 12 * * ? *", "2024-12-31 12:15:00", "2025-01-01 12:15:00"},
        {"0 18 ? * MON-FRI *", "2024-03-01 18:00:00", "2024-03-04 18:00:00"}, /* a Friday */
        {"0 8 1 * ? *", "2024-01-01 08:00:00", "2024-02-01 08:00:00"},
        {"0/15 * * * ? *", "2024-03-01 10:14:59", "2024-03-01 10:15:00"},
        {"0/15 * * * ? *", "2024-03-01 23:45:00", "2024-03-02 00:00:00"},
        {"0/5 8-17 ? * MON-FRI *", "2024-03-01 17:55:00", "2024-03-04 08:00:00"},
        {"10-20/2 0 * * ? *", "2024-03-01 00:16:30", "2024-03-01 00:18:00"},
        {"10-20/2 0 * * ? *", "2024-03-01 00:20:00", "2024-03-02 00:10:00"},
        {"*/20 5,7 * * ? *", "2024-03-01 05:40:00", "2024-03-01 07:00:00"},
        {"5/10 22-1 * * ? *", "2024-03-01 01:55:00", "2024-03-01 22:05:00"},
        {"0 0 L * ? *", "2024-02-01 00:00:00", "2024-02-29 00:00:00"},
        {"0 0 L * ? *", "2023-02-01 00:00:00", "2023-02-28 00:00:00"},
        {"0 0 L FEB ? *", "2100-01-01 00:00:00", "2100-02-28 00:00:00"}, /* no leap year */
        {"0 0 29 2 ? *", "2096-03-01 00:00:00", "2104-02-29 00:00:00"},
        {"0 0 29 2 ? *", "1999-03-01 00:00:00", "2000-02-29 00:00:00"},
        {"0 0 LW * ? *", "2024-03-01 00:00:00", "2024-03-29 00:00:00"},  /* the 31st is a Sunday */
        {"0 0 lw * ? *", "2024-08-01 00:00:00", "2024-08-30 00:00:00"},  /* the 31st is a Saturday */
        {"0 0 15W * ? *", "2024-06-01 00:00:00", "2024-06-14 00:00:00"}, /* a Saturday */
        {"0 0 15W * ? *", "2024-09-01 00:00:00", "2024-09-16 00:00:00"}, /* a Sunday */
        {"0 0 1W * ? *", "2024-05-31 00:00:00", "2024-06-03 00:00:00"},  /* the 1st is a Saturday: not back into May */
        {"0 0 31W * ? *", "2024-03-01 00:00:00", "2024-03-29 00:00:00"}, /* a Sunday: not on into April */
        {"0 0 31W * ? *", "2024-04-01 00:00:00", "2024-05-31 00:00:00"}, /* April has no 31st */
        {"0 0 ? * 6L *", "2024-03-01 00:00:00", "2024-03-29 00:00:00"},
        {"0 0 ? * friL *", "2024-05-01 00:00:00", "2024-05-31 00:00:00"},
        {"0 0 ? * 3#2 *", "2024-03-01 00:00:00", "2024-03-12 00:00:00"},
        {"0 0 ? * TUE#5 *", "2024-03-01 00:00:00", "2024-04-30 00:00:00"}, /* March has four */
        {"0 0 ? * L *", "2024-03-01 00:00:00", "2024-03-02 00:00:00"},     /* the week's last day */
        {"0 0 ? * 1 *", "2024-03-01 00:00:00", "2024-03-03 00:00:00"},     /* 1 is Sunday */
        {"0 0 ? * SAT-SUN *", "2024-03-03 00:00:00", "2024-03-09 00:00:00"},
        {"0 0 1,L JAN,dec ? *", "2024-01-31 00:00:00", "2024-12-01 00:00:00"},
        {"0 0 1 1 ? 2030/5", "2030-01-01 00:00:00", "2035-01-01 00:00:00"},
        {"59 23 31 12 ? 2199", "2024-01-01 00:00:00", "2199-12-31 23:59:00"},
        {"59 23 31 12 ? 2199", "2199-12-31 23:59:00", NULL},
        {"0 0 1 1 ? 1970-2000", "2024-01-01 00:00:00", NULL},
        {"0 0 31 2 ? *", "2024-01-01 00:00:00", NULL},
        {"0 0 * * ? *", "1969-12-31 23:59:59", "1970-01-01 00:00:00"},
        {"0 0 * * ? *", "2300-01-01 00:00:00", NULL},
        {"  0\t12  *  * ?   *  ", "2024-03-01 00:00:00", "2024-03-01 12:00:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cron cron;
        parse(cases[i].expression, &cron);
        int64_t next_s = cron_next(&cron, unix_time(cases[i].after));
        int64_t expected_s = cases[i].next ? unix_time(cases[i].next) : INT64_MAX;
        if (next_s != expected_s)
            fail_msg("%s after %s: got %lld, not %s", cases[i].expression, cases[i].after, (long long)next_s,
                     cases[i].next ? cases[i].next : "never");
    }
}

static uint32_t next_random(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

/* The C library's calendar, a minute at a time. Lists of plain numbers only, so that the search is trivial. */
static void a_search_by_minutes_agrees(void **state)
{
    (void)state;
    uint64_t random = 20;
    for (int round = 0; round < 200; round++) {
        int minute = (int)next_random(&random, 60), hour = (int)next_random(&random, 24), step = 1 + (int)next_random(&random, 11);
        int day = 1 + (int)next_random(&random, 31), weekday = 1 + (int)next_random(&random, 7);
        bool by_week = round % 2;
        char expression[100];
        if (by_week)
            snprintf(expression, sizeof expression, "%d %d/%d ? * %d *", minute, hour, step, weekday);
        else
            snprintf(expression, sizeof expression, "%d %d/%d %d * ? *", minute, hour, step, day);
        struct cron cron;
        parse(expression, &cron);
        int64_t at_s = (int64_t)next_random(&random, 2000000) * 3600 + next_random(&random, 3600);
        int64_t next_s = cron_next(&cron, at_s);
        for (time_t minute_s = at_s / 60 * 60 + 60;; minute_s += 60) {
            struct tm parts;
            assert_non_null(gmtime_r(&minute_s, &parts));
            bool matches = parts.tm_min == minute && parts.tm_hour >= hour && (parts.tm_hour - hour) % step == 0 &&
                           (by_week ? parts.tm_wday + 1 == weekday : parts.tm_mday == day);
            if (matches != (minute_s == next_s))
                fail_msg("%s after %lld: got %lld, the search stands at %lld", expression, (long long)at_s, (long long)next_s,
                         (long long)minute_s);
            if (matches)
                break;
        }
    }
}

static void mistakes_name_their_field(void **state)
{
    (void)state;
    static const struct {
        const char *expression, *message;
    } cases[] = {
        {"", "minutes is missing: six fields are needed, minutes hours day-of-month month day-of-week year"},
        {"0 12 * * ?", "year is missing: six fields are needed, minutes hours day-of-month month day-of-week year"},
        {"0 12 * * ? * *", "something follows the year: there are six fields, minutes hours day-of-month month day-of-week year"},
        {"60 12 * * ? *", "minutes \"60\": a value must be between 0 and 59, got 60"},
        {"0 24 * * ? *", "hours \"24\": a value must be between 0 and 23, got 24"},
        {"0 0 0 * ? *", "day-of-month \"0\": a value must be between 1 and 31, got 0"},
        {"0 0 32 * ? *", "day-of-month \"32\": a value must be between 1 and 31, got 32"},
        {"0 0 1 13 ? *", "month \"13\": a value must be between 1 and 12, got 13"},
        {"0 0 1 FOO ? *", "month \"FOO\": takes numbers from 1 to 12 or names from JAN to DEC"},
        {"0 0 ? * 0 *", "day-of-week \"0\": a value must be between 1 and 7, got 0"},
        {"0 0 ? * MONDAY *", "day-of-week \"MONDAY\": 'D' does not belong here"},
        {"0 0 1 1 ? 1969", "year \"1969\": a value must be between 1970 and 2199, got 1969"},
        {"0 0 1 1 ? 2030-2020", "year \"2030-2020\": the range runs backwards"},
        {"0 0 1 1 ? 99999999999999999999", "year \"99999999999999999999\": a value must be between 1970 and 2199, got 999999"},
        {"0 12 * * * *", "day-of-month and day-of-week: exactly one of them must be ?"},
        {"0 12 ? * ? *", "day-of-month and day-of-week: exactly one of them must be ?"},
        {"0 12 1 * MON *", "day-of-month and day-of-week: exactly one of them must be ?"},
        {"? 12 * * ? *", "minutes \"?\": ? belongs to day-of-month and day-of-week only"},
        {"0 12 ?,3 * ? *", "day-of-month \"?,3\": ? stands alone"},
        {"0/0 12 * * ? *", "minutes \"0/0\": the step after / must be between 1 and 59, got 0"},
        {"0/90 12 * * ? *", "minutes \"0/90\": the step after / must be between 1 and 59, got 90"},
        {"0/ 12 * * ? *", "minutes \"0/\": the step after / is missing or no number"},
        {"1, 12 * * ? *", "minutes \"1,\": takes numbers from 0 to 59"},
        {"1- 12 * * ? *", "minutes \"1-\": takes numbers from 0 to 59"},
        {"-1 12 * * ? *", "minutes \"-1\": takes numbers from 0 to 59"},
        {"L 12 * * ? *", "minutes \"L\": takes numbers from 0 to 59"},
        {"0 12 L-3 * ? *", "day-of-month \"L-3\": L takes no range and no step"},
        {"0 12 15W,3 * ? *", "day-of-month \"15W,3\": W stands alone, without lists, ranges or steps"},
        {"0 12 3,15W * ? *", "day-of-month \"3,15W\": W, # and a day with L stand alone, without lists"},
        {"0 12 1,LW * ? *", "day-of-month \"1,LW\": LW stands alone, without lists, ranges or steps"},
        {"0 12 3#2 * ? *", "day-of-month \"3#2\": '#' does not belong here"},
        {"0 12 ? * 3#1,6#3 *", "day-of-week \"3#1,6#3\": # stands alone, without lists, ranges or steps"},
        {"0 12 ? * 3#6 *", "day-of-week \"3#6\": the week after # must be between 1 and 5, got 6"},
        {"0 12 ? * 2,6L *", "day-of-week \"2,6L\": W, # and a day with L stand alone, without lists"},
        {"0 12 ? * 15W *", "day-of-week \"15W\": a value must be between 1 and 7, got 15"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cron cron;
        char error[200] = "";
        assert_int_equal(cron_parse(cases[i].expression, &cron, error, sizeof error), STATUS_INVALID);
        assert_string_equal(error, cases[i].message);
        char small[8];
        assert_int_equal(cron_parse(cases[i].expression, &cron, small, sizeof small), STATUS_INVALID);
        assert_int_equal(strlen(small), sizeof small - 1);
    }
}

static void long_fields_are_refused(void **state)
{
    (void)state;
    char expression[1000];
    memset(expression, '1', sizeof expression - 1);
    expression[sizeof expression - 1] = '\0';
    struct cron cron;
    char error[200];
    assert_int_equal(cron_parse(expression, &cron, error, sizeof error), STATUS_INVALID);
    assert_non_null(strstr(error, "minutes is too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_instants),
        cmocka_unit_test(a_search_by_minutes_agrees),
        cmocka_unit_test(mistakes_name_their_field),
        cmocka_unit_test(long_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
