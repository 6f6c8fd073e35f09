/* books.h: rules and prices, read from models/rules and models/prices, with a scenario's overrides. */
#ifndef SLSIM_SCENARIO_BOOKS_H
#define SLSIM_SCENARIO_BOOKS_H

#include "engine/rule_book.h"
#include "scenario/json.h"

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
    const char *source, *date, *confidence, *note;
};

struct price_book {
    const char *name;
    struct price *prices; /* sorted by usage type */
    size_t count;
};

const struct price *price_find(const struct price_book *book, const char *usage_type);

/* Loads a book by name ("current") from `folder` (models/rules), or with overrides: `spec` is the scenario's `rules` value (a string, an
 * object with "base" and rules, or NULL for the default). An override keeps unit and limits of the rule that it replaces; an unknown rule
 * is an error with a suggestion. */
enum status rule_book_load(const char *folder, const cJSON *spec, struct places *places, struct diagnostics *diagnostics,
                           struct rule_book **book);
void rule_book_free(struct rule_book *book);

/* The same for prices: `spec` a book's name, a file relative to `scenario_folder`, or an object {"base": ..., "<usage type>": 0.19, ...}.
 */
enum status price_book_load(const char *folder, const cJSON *spec, const char *scenario_folder, struct places *places,
                            struct diagnostics *diagnostics, struct price_book **book);
void price_book_free(struct price_book *book);

/* The folder that holds rules/ and prices/: $SLSIM_MODELS, else beside the program (build/release/slsim finds ../../models), else where it
 * was built or installed. NULL when none of them has it. Static storage after the first call. */
const char *books_folder(void);

#endif
