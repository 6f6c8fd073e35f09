/* books.h: rules and prices, read from models/rules and models/prices, with a scenario's overrides. */
#ifndef SLSIM_SCENARIO_BOOKS_H
#define SLSIM_SCENARIO_BOOKS_H

#include "document/json.h"
#include "engine/rule_book.h"

#include <stdbool.h>
#include <stddef.h>

struct price_tier {
    double up_to; /* units a month; infinity for the last */
    double usd;   /* a unit */
};

struct price {
    const char *usage_type; /* the key: as on AWS's bill */
    const char *service;    /* "AWS Lambda", "Amazon SQS", ... */
    const char *unit;       /* what a unit is: "GB-second", "Request" */
    struct price_tier *tiers;
    size_t tier_count;
    const char *tier_pool; /* usage types of one pool fill the tiers together; "" : alone */
    const char *free_pool; /* usage types of one pool share the free tier; "": none */
    double free_per_month; /* units a month of the pool */
    bool by_time;          /* priced by time: does not run on in the drain */
    const char *plan;      /* what the names of its shares by a commitment begin with, of which the term is the rest; "": none covers it */
    const char *source, *date, *confidence, *note;
};

struct price_book {
    const char *name;
    struct price *prices; /* sorted by usage type */
    size_t count;
    const char *file; /* of the book, without overrides and bases, as opened */
    char sha256[65];  /* of that file */
};

const struct price *price_find(const struct price_book *book, const char *usage_type);

/* Loads a book by name ("current") from `folder` (models/rules), or with overrides: `spec` is the scenario's `rules` value (a string, an
 * object with "base" and rules, or NULL for the default). A book may itself have a "base", of which it says only what differs. An override
 * keeps unit, range and limits of the rule that it replaces, and its kind: a number (also with a unit of the rule's kind: "30s" where the
 * unit is ms), a boolean, a text or a time distribution; its source becomes "scenario". An unknown rule is an error with a suggestion; a
 * value beyond the plausible range of an assumption is a warning. STATUS_OK with a whole book even when an override was refused: ask
 * diagnostics->error_count. */
enum status rule_book_load(const char *folder, const cJSON *spec, struct places *places, struct diagnostics *diagnostics,
                           struct rule_book **book);
void rule_book_free(struct rule_book *book);

/* The same for prices: `spec` a book's name, a file (with a "/" or ending in .json) relative to `scenario_folder`, or an object
 * {"base": ..., "<usage type>": 0.19, ...}. An override is a price (0.19 or "$0.19", which replaces all tiers) or an object with "price"
 * (also as tiers) and "free_per_month". */
enum status price_book_load(const char *folder, const cJSON *spec, const char *scenario_folder, struct places *places,
                            struct diagnostics *diagnostics, struct price_book **book);
void price_book_free(struct price_book *book);

/* The folder that holds rules/ and prices/: $SLSIM_MODELS alone where it is set, else beside the program (build/release/slsim finds
 * ../../models, an installed one ../share/slsim), else where the program was built. NULL when none of them has it. Static storage, looked
 * for once; may be called from any thread. */
const char *books_folder(void);

#endif
