/* resource_type.h: from a resource's Type to its model. */
#ifndef SLSIM_SCENARIO_RESOURCE_TYPE_H
#define SLSIM_SCENARIO_RESOURCE_TYPE_H

#include "engine/model.h"
#include "notation/parse.h"

/* NULL when no model answers to it. */
const struct model_type *resource_type_find(const struct model_registry *registry, const char *type);

/* Says what is wrong with a Type that no model answers to: a warning where it may well be a real one that is not simulated (true), an error
 * where it looks like a misspelling, or like nothing (false). */
bool resource_type_report(struct parse *parse, const struct model_registry *registry, const cJSON *type, const struct parse_path *path);

#endif
