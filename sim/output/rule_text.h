/* rule_text.h: the value of a rule, for machines and for people. */
#ifndef SLSIM_OUTPUT_RULE_TEXT_H
#define SLSIM_OUTPUT_RULE_TEXT_H

#include "engine/rule_book.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* A number, a string, or an object that names a distribution and its parameters (times in ns). NULL when memory is out; the caller deletes
 * it. */
cJSON *rule_value_json(const struct rule *rule);

/* For a table: of a distribution its kind and mean. Cut to `size`. */
void rule_value_text(const struct rule *rule, char *text, size_t size);

#endif
