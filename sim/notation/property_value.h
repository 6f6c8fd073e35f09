/* property_value.h: the values of single properties, by their kind. Private to property_parse.c and property_value.c. */
#ifndef SLSIM_NOTATION_PROPERTY_VALUE_H
#define SLSIM_NOTATION_PROPERTY_VALUE_H

#include "notation/property_parse.h"

/* Reads `node` into the property's field. False after reporting; the field is then as it was. */
bool property_value(struct parse *parse, const struct property *property, const cJSON *node, const struct parse_path *path, void *blob);
/* The field as a rule has it; false where the rule is of another kind. */
bool property_of_rule(struct parse *parse, const struct property *property, const struct rule *rule, void *blob);

/* Is `base` (ns, bytes, per second, ones) within the property's limits? False after reporting. */
bool property_within(struct parse *parse, const struct property *property, double base, const cJSON *node, const struct parse_path *path);
/* Writes a number in base units into the field, by the property's kind. */
void property_store(const struct property *property, double base, void *blob);

#endif
