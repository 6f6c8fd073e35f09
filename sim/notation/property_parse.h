/* property_parse.h: fills a blob from a JSON object by a property table. */
#ifndef SLSIM_NOTATION_PROPERTY_PARSE_H
#define SLSIM_NOTATION_PROPERTY_PARSE_H

#include "notation/parse.h"
#include "notation/property.h"
#include "notation/value_parse.h"

/* Sets every property of the table to its default: `fallback`, ENTITY_NONE, zero. A default that the rules or the table give wrongly is
 * reported. */
void property_defaults(struct parse *parse, const struct property *table, void *blob);

/* Reads `object` over the defaults that `blob` holds. All mistakes are reported: unknown keys (those that end `others`, a list that ends
 * with NULL and may be NULL, are somebody else's), wrong kinds and units, values out of limits, what is required and not there, arrival
 * processes other than one. `object` NULL: nothing is given, and what is required is missed at `anchor`. */
void property_parse(struct parse *parse, const struct property *table, const cJSON *object, const cJSON *anchor,
                    const struct parse_path *path, const char *const *others, void *blob);

/* The rows of a table in order, those of included tables in their places:
 *   for (row = property_first(&walk, table); row; row = property_next(&walk)) */
#define PROPERTY_TABLES_DEEP 4u
struct property_walk {
    const struct property *at[PROPERTY_TABLES_DEEP];
    size_t depth;
    bool defaults; /* also what cannot be written */
};
const struct property *property_first(struct property_walk *walk, const struct property *table);
const struct property *property_next(struct property_walk *walk);

/* The property of that name, or NULL. */
const struct property *property_find(const struct property *table, const char *name);
size_t property_count(const struct property *table);

/* Has the object a key that no row of the table has and that is near `name`? Then that is what was meant, and has been said. */
bool property_misspelled(const struct property *table, const cJSON *object, const char *name);

/* Sets an integer, number, time, size or rate to `value` of the property's unit, within its limits; false after reporting at `node`. */
bool property_set_number(struct parse *parse, const struct property *property, double value, const cJSON *node,
                         const struct parse_path *path, void *blob);
/* Sets a distribution, an arrival process or any other pointer. */
void property_set_pointer(const struct property *property, const void *pointer, void *blob);
void property_set_reference(const struct property *property, uint32_t entity, void *blob);

/* What kind of value a property's numbers are. */
enum quantity property_quantity(const struct property *property);
/* A limit (`text`: a rule's name or a literal; NULL: none) in the property's own unit: what a bare number there means; times without a
 * unit in s, sizes in bytes. False where there is none. */
bool property_limit(const struct rule_book *rules, const struct property *property, const char *text, double *value);
/* Is the default a number outside of the limits, which stands for "none"? */
bool property_default_is_none(const struct rule_book *rules, const struct property *property);
/* ns, bytes or ones in one of the property's unit. */
double property_scale(const struct property *property);

#endif
