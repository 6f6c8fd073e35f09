/* value_parse.h: single values from JSON: times, sizes, rates, probabilities, numbers. */
#ifndef SLSIM_NOTATION_VALUE_PARSE_H
#define SLSIM_NOTATION_VALUE_PARSE_H

#include "notation/parse.h"

#include <stdbool.h>
#include <stdint.h>

enum quantity { QUANTITY_TIME, QUANTITY_SIZE, QUANTITY_RATE, QUANTITY_PROBABILITY, QUANTITY_NUMBER };

/* "a time", for messages. */
const char *quantity_noun(enum quantity quantity);
/* How one is written, for hints: "120ms". */
const char *quantity_example(enum quantity quantity);

/* `text` with its unit, in base units (ns, bytes, per second, 0..1, the number itself). */
bool quantity_read(enum quantity quantity, const char *text, double *value);
/* `number` of `unit` ("ms", "MB", "/s") in base units; false where `unit` is none of this quantity's. */
bool quantity_scale(enum quantity quantity, double number, const char *unit, double *value);

/* One value of `node` in base units, never negative unless it is a plain number. `bare_unit` is the unit of a number without one; NULL:
 * such a number is an error (but for plain numbers and probabilities). Numbers given as strings count as numbers. False after reporting. */
bool value_parse(struct parse *parse, enum quantity quantity, const char *bare_unit, const cJSON *node, const struct parse_path *path,
                 double *value);

/* A whole number, also as a string; `unit` is for messages only. */
bool value_parse_integer(struct parse *parse, const char *unit, const cJSON *node, const struct parse_path *path, int64_t *value);

/* One part of a list of weighted values: {"weight": 9, "of": ...}. `*of`: its value, NULL where there is none. False after reporting. */
bool weighted_parse(struct parse *parse, const cJSON *item, const struct parse_path *path, double *weight, const cJSON **of);

#endif
