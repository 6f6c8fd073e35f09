/* step_parse.h: `steps`: what a handler does, in order. */
#ifndef SLSIM_SCENARIO_STEP_PARSE_H
#define SLSIM_SCENARIO_STEP_PARSE_H

#include "engine/step.h"
#include "scenario/parse.h"

/* Fills `list` (its memory is the store's). False after reporting: `list` is then empty. */
bool steps_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list);

#endif
