/* rule_book.h: the constants of the modelled world, looked up by name when a model is created. sim knows nothing of what they mean. */
#ifndef SLSIM_ENGINE_RULE_BOOK_H
#define SLSIM_ENGINE_RULE_BOOK_H

#include "engine/distribution.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
/* Was the rule at that place of book->rules looked up? */
bool rule_was_asked(const struct rule_book *book, size_t place);
/* For rules that a model knows to exist: a missing or non-numeric one is a programmer's mistake and aborts with its name. A test checks
 * every name that the models use against both books. */
double rule_number(const struct rule_book *book, const char *name);
bool rule_flag(const struct rule_book *book, const char *name);
const char *rule_text(const struct rule_book *book, const char *name);
/* What the number says in the rule's own unit: of time ("ms", "s", "min", "h", "days") in ns, of size ("bytes", "KB", "MB", "GB", powers of
 * 1024; "MB/s": those of a second) in bytes, rounded to the nearest and at least 0. A rule of another unit aborts as well. */
int64_t rule_ns(const struct rule_book *book, const char *name);
int64_t rule_bytes(const struct rule_book *book, const char *name);
/* A time before something is done again, at least a millisecond: whatever a rule says, time must pass, or a run would stand still. */
int64_t rule_pause_ns(const struct rule_book *book, const char *name);
/* A scenario may set a rule to anything: as a whole number in low..high, cut off behind the point; as a share in 0..1. */
int64_t rule_count(const struct rule_book *book, const char *name, int64_t low, int64_t high);
double rule_share(const struct rule_book *book, const char *name);
/* The time between two, of so many a second; TIME_FOREVER for none. */
int64_t rule_interval_ns(const struct rule_book *book, const char *name);

#endif
