/* rule_book.c: looking a rule up by its name, and what its number comes to. */
#include "engine/rule_book.h"

#include "engine/sim_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *rule)
{
    return strcmp(name, ((const struct rule *)rule)->name);
}

bool rule_was_asked(const struct rule_book *book, size_t place)
{
    return book->asked && atomic_load_explicit(&book->asked[place], memory_order_relaxed);
}

const struct rule *rule_find(const struct rule_book *book, const char *name)
{
    if (book->count == 0)
        return NULL;
    const struct rule *rule = bsearch(name, book->rules, book->count, sizeof *book->rules, compare_name);
    /* Looked at first: threads that share the book do not take the line from each other. */
    if (rule && book->asked && !rule_was_asked(book, (size_t)(rule - book->rules)))
        atomic_store_explicit(&book->asked[rule - book->rules], true, memory_order_relaxed);
    return rule;
}

/* A model asks for a rule that its book does not have, or has as something else: no scenario can bring that about, so there is nobody
 * to report it to but the programmer. */
static _Noreturn void misused(const struct rule_book *book, const char *name, const char *wanted)
{
    fprintf(stderr, "rule book %s: no %s called %s\n", book->name, wanted, name);
    abort();
}

static double number_of(const struct rule_book *book, const char *name, const char *wanted)
{
    const struct rule *rule = rule_find(book, name);
    if (rule == NULL || isnan(rule->number))
        misused(book, name, wanted);
    return rule->number;
}

double rule_number(const struct rule_book *book, const char *name)
{
    return number_of(book, name, "number");
}

bool rule_flag(const struct rule_book *book, const char *name)
{
    return number_of(book, name, "flag") != 0;
}

const char *rule_text(const struct rule_book *book, const char *name)
{
    const struct rule *rule = rule_find(book, name);
    if (rule == NULL || rule->text == NULL)
        misused(book, name, "text");
    return rule->text;
}

/* A unit and what one of it is in base units. */
struct rule_unit {
    const char *name;
    int64_t base;
};

static const struct rule_unit time_units[] = {
    {"ms", NS_PER_MS}, {"s", NS_PER_S}, {"min", NS_PER_MIN}, {"h", NS_PER_HOUR}, {"days", NS_PER_DAY}};
static const struct rule_unit size_units[] = {
    {"bytes", 1}, {"KB", INT64_C(1) << 10}, {"MB", INT64_C(1) << 20}, {"MB/s", INT64_C(1) << 20}, {"GB", INT64_C(1) << 30}};

#define IN_BASE(book, name, units, wanted) in_base(book, name, units, sizeof(units) / sizeof *(units), wanted)

static int64_t in_base(const struct rule_book *book, const char *name, const struct rule_unit *units, size_t count, const char *wanted)
{
    const struct rule *rule = rule_find(book, name);
    for (size_t i = 0; rule && rule->unit && !isnan(rule->number) && i < count; i++)
        if (strcmp(rule->unit, units[i].name) == 0)
            return time_from_double(rule->number * (double)units[i].base);
    misused(book, name, wanted);
}

int64_t rule_ns(const struct rule_book *book, const char *name)
{
    return IN_BASE(book, name, time_units, "time");
}

int64_t rule_bytes(const struct rule_book *book, const char *name)
{
    return IN_BASE(book, name, size_units, "size");
}

int64_t rule_pause_ns(const struct rule_book *book, const char *name)
{
    int64_t pause_ns = rule_ns(book, name);
    return pause_ns > NS_PER_MS ? pause_ns : NS_PER_MS;
}

int64_t rule_count(const struct rule_book *book, const char *name, int64_t low, int64_t high)
{
    double number = rule_number(book, name);
    if (!(number > (double)low))
        return low;
    return number < (double)high ? (int64_t)number : high;
}

double rule_share(const struct rule_book *book, const char *name)
{
    return fmin(fmax(rule_number(book, name), 0), 1);
}

int64_t rule_interval_ns(const struct rule_book *book, const char *name)
{
    double per_s = rule_number(book, name);
    return per_s > 0 ? time_from_double((double)NS_PER_S / per_s) : TIME_FOREVER;
}
