/* key_parse.h: how an item's key is chosen. */
#ifndef SLSIM_NOTATION_KEY_PARSE_H
#define SLSIM_NOTATION_KEY_PARSE_H

#include "engine/key.h"
#include "notation/parse.h"

/* {"uniform": 100}, {"zipf": {"count": 1000, "exponent": 1.1}}, or a constant (text or number). False after reporting. */
bool key_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct key_choice *choice);

#endif
