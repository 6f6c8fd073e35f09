/* rule_book.c: looking a rule up by its name. */
#include "engine/rule_book.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_name(const void *name, const void *rule)
{
    return strcmp(name, ((const struct rule *)rule)->name);
}

const struct rule *rule_find(const struct rule_book *book, const char *name)
{
    if (book->count == 0)
        return NULL;
    const struct rule *rule = bsearch(name, book->rules, book->count, sizeof *book->rules, compare_name);
    /* Looked at first: threads that share the book do not take the line from each other. */
    if (rule && book->asked && !atomic_load_explicit(&book->asked[rule - book->rules], memory_order_relaxed))
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
