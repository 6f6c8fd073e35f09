/* cron.c: six-field cron expressions: reading them, and the next minute that matches. */
#include "engine/arrival.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_YEAR 1970
#define LAST_YEAR 2199
#define DAYS_A_WEEK 7
#define MINUTES_A_DAY 1440
#define FIELDS 6

enum { MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR };

/* What a field may hold. Values are bits of 256, counted from `base`. */
struct field {
    const char *name;
    int low, high;
    const char *names; /* three letters each, the first is `low` */
};

static const struct field fields[FIELDS] = {
    [MINUTES] = {"minutes", 0, 59, ""},
    [HOURS] = {"hours", 0, 23, ""},
    [DAY_OF_MONTH] = {"day-of-month", 1, 31, ""},
    [MONTH] = {"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    [DAY_OF_WEEK] = {"day-of-week", 1, DAYS_A_WEEK, "SUNMONTUEWEDTHUFRISAT"},
    [YEAR] = {"year", FIRST_YEAR, LAST_YEAR, ""},
};

struct reader {
    struct cron *cron;
    const struct field *field;
    const char *at; /* the field's rest */
    const char *text;
    int length; /* of the whole field, for messages */
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reader *reader, const char *format, ...)
{
    char message[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(reader->error, reader->error_size, "%s \"%.*s\": %s", reader->field->name, reader->length < 60 ? reader->length : 60,
             reader->text, message);
    return false;
}

static void allow(struct reader *reader, int value)
{
    struct cron *cron = reader->cron;
    switch (reader->field - fields) {
    case MINUTES:
        cron->minutes |= UINT64_C(1) << value;
        break;
    case HOURS:
        cron->hours |= UINT32_C(1) << value;
        break;
    case DAY_OF_MONTH:
        cron->days_of_month |= UINT32_C(1) << value;
        break;
    case MONTH:
        cron->months |= UINT32_C(1) << value;
        break;
    case DAY_OF_WEEK:
        cron->days_of_week |= UINT32_C(1) << value;
        break;
    default: {
        unsigned year = (unsigned)value - FIRST_YEAR;
        cron->years[year / 64] |= UINT64_C(1) << year % 64;
    }
    }
}

static void allow_all(struct reader *reader)
{
    for (int value = reader->field->low; value <= reader->field->high; value++)
        allow(reader, value);
}

static char upper(char c)
{
    return (char)toupper((unsigned char)c);
}

/* The end of the current item of a list. */
static bool at_end(const char *at)
{
    return *at == '\0' || *at == ',' || *at == ' ';
}

static bool digits(struct reader *reader, const char *what, int low, int high, int *number)
{
    if (!isdigit((unsigned char)*reader->at))
        return wrong(reader, "%s is missing or no number", what);
    int value = 0;
    for (; isdigit((unsigned char)*reader->at); reader->at++)
        value = value > 99999 ? value : value * 10 + (*reader->at - '0');
    if (value < low || value > high)
        return wrong(reader, "%s must be between %d and %d, got %d", what, low, high, value);
    *number = value;
    return true;
}

/* What the field takes, where it holds something else. */
static bool no_value(struct reader *reader)
{
    const struct field *field = reader->field;
    if (!*field->names)
        return wrong(reader, "takes numbers from %d to %d", field->low, field->high);
    return wrong(reader, "takes numbers from %d to %d or names from %.3s to %.3s", field->low, field->high, field->names,
                 field->names + strlen(field->names) - 3);
}

/* A number or a name. */
static bool value_of(struct reader *reader, int *value)
{
    const char *at = reader->at;
    for (const char *name = reader->field->names; *name; name += 3)
        if (upper(at[0]) == name[0] && upper(at[1]) == name[1] && upper(at[2]) == name[2]) {
            reader->at += 3;
            *value = reader->field->low + (int)(name - reader->field->names) / 3;
            return true;
        }
    if (!isdigit((unsigned char)*at))
        return no_value(reader);
    return digits(reader, "a value", reader->field->low, reader->field->high, value);
}

/* What may follow a lone value of a day field: 15W, 6L, 3#2. `taken` tells whether it did. */
static bool suffix(struct reader *reader, int value, bool *taken)
{
    struct cron *cron = reader->cron;
    char mark = upper(*reader->at);
    bool weekday = reader->field == &fields[DAY_OF_MONTH] && mark == 'W';
    bool last = reader->field == &fields[DAY_OF_WEEK] && mark == 'L';
    bool nth = reader->field == &fields[DAY_OF_WEEK] && mark == '#';
    *taken = weekday || last || nth;
    if (!*taken)
        return true;
    reader->at++;
    int week = 0;
    if (nth && !digits(reader, "the week after #", 1, 5, &week))
        return false;
    if (weekday)
        cron->nearest_weekday = (int8_t)value;
    if (last)
        cron->last_of_week = (int8_t)value;
    if (nth) {
        cron->nth_weekday = (int8_t)value;
        cron->nth_week = (int8_t)week;
    }
    if (reader->at - reader->text != reader->length)
        return wrong(reader, "%c stands alone, without lists, ranges or steps", mark);
    return true;
}

/* L and LW of day-of-month; L of day-of-week, its last day. */
static bool last_day(struct reader *reader, bool *taken)
{
    bool month = reader->field == &fields[DAY_OF_MONTH];
    *taken = upper(*reader->at) == 'L' && (month || reader->field == &fields[DAY_OF_WEEK]);
    if (!*taken)
        return true;
    reader->at++;
    if (month && upper(*reader->at) == 'W') {
        reader->at++;
        reader->cron->nearest_weekday = CRON_LAST_WEEKDAY;
        return reader->length == 2 || wrong(reader, "LW stands alone, without lists, ranges or steps");
    }
    if (month)
        reader->cron->last_day_of_month = true;
    else
        allow(reader, DAYS_A_WEEK);
    return at_end(reader->at) || wrong(reader, "L takes no range and no step");
}

/* Ranges may go over the end, as FRI-MON and 22-4 do; those of years may not. */
static bool range(struct reader *reader)
{
    const struct field *field = reader->field;
    int first = field->low, last = field->high, step = 1;
    bool all = *reader->at == '*', open = all;
    if (all) {
        reader->at++;
    } else {
        bool taken;
        if (!value_of(reader, &first) || !suffix(reader, first, &taken))
            return false;
        if (taken)
            return true;
        last = first;
        if (*reader->at == '-') {
            reader->at++;
            if (!value_of(reader, &last))
                return false;
        } else {
            open = *reader->at == '/';
        }
    }
    if (open)
        last = field->high;
    if (*reader->at == '/') {
        int most = field == &fields[YEAR] ? LAST_YEAR - FIRST_YEAR : field->high;
        reader->at++;
        if (!digits(reader, "the step after /", 1, most, &step))
            return false;
    }
    if (!at_end(reader->at))
        return wrong(reader, "'%c' does not belong here", *reader->at);
    if (last < first && field == &fields[YEAR])
        return wrong(reader, "the range runs backwards");
    int span = field->high - field->low + 1;
    int length = last < first ? last + span - first : last - first;
    for (int along = 0; along <= length; along += step)
        allow(reader, field->low + (first - field->low + along) % span);
    return true;
}

static bool read_field(struct reader *reader)
{
    bool day = reader->field == &fields[DAY_OF_MONTH] || reader->field == &fields[DAY_OF_WEEK];
    bool all = reader->length == 1 && (*reader->text == '*' || *reader->text == '?');
    if (*reader->text == '?' && !(day && all))
        return wrong(reader, day ? "? stands alone" : "? belongs to day-of-month and day-of-week only");
    if (all) {
        allow_all(reader);
        if (reader->field == &fields[DAY_OF_MONTH])
            reader->cron->any_day_of_month = true;
        if (reader->field == &fields[DAY_OF_WEEK])
            reader->cron->any_day_of_week = true;
        return true;
    }
    for (;; reader->at++) {
        bool taken;
        if (!last_day(reader, &taken) || (!taken && !range(reader)))
            return false;
        /* What stands alone was checked to end the field; that it also begins it is checked here. */
        struct cron *cron = reader->cron;
        bool alone =
            day && (reader->field == &fields[DAY_OF_MONTH] ? cron->nearest_weekday && (cron->days_of_month || cron->last_day_of_month)
                                                           : (cron->last_of_week || cron->nth_weekday) && cron->days_of_week);
        if (alone)
            return wrong(reader, "W, # and a day with L stand alone, without lists");
        if (*reader->at != ',')
            return true;
    }
}

enum status cron_parse(const char *text, struct cron *cron, char *error, size_t error_size)
{
    *cron = (struct cron){0};
    bool question[FIELDS] = {false};
    for (size_t i = 0; i < FIELDS; i++) {
        text += strspn(text, " \t");
        size_t length = strcspn(text, " \t");
        if (length == 0 || length > 250) {
            snprintf(error, error_size, "%s is %s: six fields are needed, minutes hours day-of-month month day-of-week year",
                     fields[i].name, length ? "too long" : "missing");
            return STATUS_INVALID;
        }
        char field[256];
        memcpy(field, text, length);
        field[length] = '\0';
        struct reader reader = {cron, &fields[i], field, field, (int)length, error, error_size};
        if (!read_field(&reader))
            return STATUS_INVALID;
        question[i] = field[0] == '?';
        text += length;
    }
    text += strspn(text, " \t");
    if (*text != '\0') {
        snprintf(error, error_size, "something follows the year: there are six fields, minutes hours day-of-month month day-of-week year");
        return STATUS_INVALID;
    }
    if (question[DAY_OF_MONTH] == question[DAY_OF_WEEK]) {
        snprintf(error, error_size, "day-of-month and day-of-week: exactly one of them must be ?");
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

/* Days from 1970-01-01 to the first of a month, years from 1970 on. */
static int64_t days_before(int year, int month)
{
    static const int days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t past = year - 1; /* whole years since the year 1 */
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + days[month - 1] + (leap && month > 2);
}

static int days_in_month(int year, int month)
{
    return (int)(month == 12 ? days_before(year + 1, 1) - days_before(year, 12) : days_before(year, month + 1) - days_before(year, month));
}

/* The weekday nearest to `day` within the month; 0 where the month has no such day. */
static int nearest_weekday(int day, int days, int first_weekday)
{
    if (day > days)
        return 0;
    int weekday = (first_weekday + day - 2) % DAYS_A_WEEK + 1;
    if (weekday == 7)
        return day > 1 ? day - 1 : day + 2;
    if (weekday == 1)
        return day < days ? day + 1 : day - 2;
    return day;
}

/* One bit a day that matches, from bit 1. */
static uint32_t days_that_match(const struct cron *cron, int year, int month)
{
    int days = days_in_month(year, month);
    int first_weekday = (int)((days_before(year, month) + 4) % DAYS_A_WEEK) + 1; /* 1970-01-01 was a Thursday */
    uint32_t in_month = cron->days_of_month;
    if (cron->last_day_of_month)
        in_month |= UINT32_C(1) << days;
    if (cron->nearest_weekday) {
        int nearest = cron->nearest_weekday == CRON_LAST_WEEKDAY ? days : cron->nearest_weekday;
        in_month |= UINT32_C(1) << nearest_weekday(nearest, days, first_weekday);
    }
    uint32_t matching = 0;
    for (int day = 1; day <= days; day++) {
        int weekday = (first_weekday + day - 2) % DAYS_A_WEEK + 1;
        bool in_week = cron->days_of_week >> weekday & 1;
        in_week |= weekday == cron->last_of_week && day + DAYS_A_WEEK > days;
        in_week |= weekday == cron->nth_weekday && (day - 1) / DAYS_A_WEEK + 1 == cron->nth_week;
        if (in_week && in_month >> day & 1)
            matching |= UINT32_C(1) << day;
    }
    return matching;
}

/* The lowest bit from `from` on; 64 where there is none. */
static int next_bit(uint64_t bits, int from)
{
    bits = from > 63 ? 0 : bits >> from << from;
    return bits ? __builtin_ctzll(bits) : 64;
}

/* The first matching minute of a day from `minute` on; MINUTES_A_DAY where there is none. */
static int next_minute_of_day(const struct cron *cron, int minute)
{
    int hour = next_bit(cron->hours, minute / 60);
    if (hour == minute / 60) {
        int within = next_bit(cron->minutes, minute % 60);
        if (within < 64)
            return hour * 60 + within;
        hour = next_bit(cron->hours, hour + 1);
    }
    return hour < 64 ? hour * 60 + next_bit(cron->minutes, 0) : MINUTES_A_DAY;
}

int64_t cron_next(const struct cron *cron, int64_t after_s)
{
    if (after_s >= days_before(LAST_YEAR + 1, 1) * 86400)
        return INT64_MAX;
    int64_t minute = after_s < 0 ? 0 : after_s / 60 + 1;
    int64_t day = minute / MINUTES_A_DAY;
    int minute_of_day = (int)(minute % MINUTES_A_DAY);
    int year = FIRST_YEAR + (int)(day / 366), month = 1;
    while (days_before(year + 1, 1) <= day)
        year++;
    while (month < 12 && days_before(year, month + 1) <= day)
        month++;
    int day_of_month = (int)(day - days_before(year, month)) + 1;
    for (; year <= LAST_YEAR; year++, month = 1) {
        bool allowed = cron->years[(year - FIRST_YEAR) / 64] >> (year - FIRST_YEAR) % 64 & 1;
        for (; allowed && month <= 12; month++) {
            uint32_t days = cron->months >> month & 1 ? days_that_match(cron, year, month) : 0;
            int matching = next_bit(days, day_of_month);
            for (; matching < 64; matching = next_bit(days, matching + 1)) {
                int at = next_minute_of_day(cron, matching == day_of_month ? minute_of_day : 0);
                if (at < MINUTES_A_DAY)
                    return ((days_before(year, month) + matching - 1) * MINUTES_A_DAY + at) * 60;
            }
            day_of_month = 1;
            minute_of_day = 0;
        }
        day_of_month = 1;
        minute_of_day = 0;
    }
    return INT64_MAX;
}
