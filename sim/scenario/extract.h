/* extract.h: resources that are said in another's properties, made resources of their own (struct extraction). */
#ifndef SLSIM_SCENARIO_EXTRACT_H
#define SLSIM_SCENARIO_EXTRACT_H

#include "scenario/rewrite.h"

/* How many extract_resources will add to the list, at most. */
size_t extract_count(const struct model_registry *registry, const cJSON *resources);
/* Adds them to `resources` and to `list`, which has room; what belongs to them leaves its owner. False when memory is out. */
bool extract_resources(struct parse *parse, const struct model_registry *registry, cJSON *resources, struct rewritten_list *list);

#endif
