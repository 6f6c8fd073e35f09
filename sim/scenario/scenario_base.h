/* scenario_base.h: what the variants of one scenario have in common, read once: the merged tree of its files with the settings of all, and
 * its books of rules and prices. Whoever loads thousands of them reads no file again, and no file that changes meanwhile parts them. */
#ifndef SLSIM_SCENARIO_SCENARIO_BASE_H
#define SLSIM_SCENARIO_SCENARIO_BASE_H

#include "document/document.h"
#include "scenario/books.h"

#include <stdbool.h>
#include <stddef.h>

/* Made by scenario_load, with the first scenario of it. Immutable afterwards: threads share it. Outlives every scenario that was loaded
 * with it, the first too. */
struct scenario_base {
    struct document *document;
    const cJSON *rules_spec, *prices_spec; /* of the document; NULL: none is given */
    struct rule_book *rules;
    struct price_book *prices;
    char *price_path; /* of prices in a file of the scenario's; NULL: they are in none */
    char price_sha256[65];
};

/* Can these settings go over it? Those that say which template there is, and with what parameters, need the files again. */
bool scenario_base_serves(const char *const *sets, size_t set_count);
/* NULL is fine. */
void scenario_base_free(struct scenario_base *base);

#endif
