/* rule_book.h: the constants of the modelled world, looked up by name when a model is created. sim knows nothing of what they mean. */
#ifndef SLSIM_ENGINE_RULE_BOOK_H
#define SLSIM_ENGINE_RULE_BOOK_H

#include "engine/distribution.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct rule {
    const char *name;
    double number;                           /* numbers, and booleans as 0 or 1; else NaN */
    const char *text;                        /* strings; else NULL */
    const struct distribution *distribution; /* objects that spell one (times in ns); else NULL */
    const char *unit;
    const char *source;
    const char *date;       /* when the source was looked at, YYYY-MM-DD */
    const char *confidence; /* doc, meas, mem, calc or assumption */
    const char *note;       /* may be "" */
    bool assumption;        /* AWS does not document it: a scenario may want to vary it */
    bool limit;             /* a limit that something is refused or throttled beyond */
    double low, high;       /* the plausible range of an assumption; NaN where not stated */
};

struct rule_book {
    const char *name;
    struct rule *rules; /* sorted by name */
    size_t count;
    atomic_bool *asked; /* by rule: somebody has looked it up, so it may matter; NULL: nobody wants to know */
};

/* NULL when there is no such rule. O(log n). */
const struct rule *rule_find(const struct rule_book *book, const char *name);
/* For rules that a model knows to exist: a missing or non-numeric one is a programmer's mistake and aborts with its name. A test checks
 * every name that the models use against both books. */
double rule_number(const struct rule_book *book, const char *name);
bool rule_flag(const struct rule_book *book, const char *name);
const char *rule_text(const struct rule_book *book, const char *name);

#endif
