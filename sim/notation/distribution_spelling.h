/* distribution_spelling.h: what the parsers of the kinds of distributions share. Private to distribution_parse.c and
 * distribution_lists.c. */
#ifndef SLSIM_NOTATION_DISTRIBUTION_SPELLING_H
#define SLSIM_NOTATION_DISTRIBUTION_SPELLING_H

#include "notation/distribution_parse.h"
#include "notation/value_parse.h"

struct spelling {
    struct parse *parse;
    enum distribution_unit unit;
    const char *bare_unit; /* of a number without one; NULL: an error where one is needed */
};

enum quantity spelling_quantity(const struct spelling *spelling);

/* One drawn value in base units: never negative. False after reporting. */
bool spelling_value(const struct spelling *spelling, const cJSON *node, const struct parse_path *path, double *value);

/* Any spelling. */
struct distribution *spelling_parse(const struct spelling *spelling, const cJSON *value, const struct parse_path *path);

/* The kinds that are spelled as lists. */
struct distribution *spelling_uniform(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);
struct distribution *spelling_quantiles(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);
struct distribution *spelling_samples(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);
struct distribution *spelling_csv(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);
struct distribution *spelling_mixture(const struct spelling *spelling, const cJSON *node, const struct parse_path *path);

#endif
