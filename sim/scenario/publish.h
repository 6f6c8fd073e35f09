/* publish.h: versions and aliases that a scenario implies: an alias that is published by itself, and a version for each deployment. Which
 * types these are is the models' (struct publication). */
#ifndef SLSIM_SCENARIO_PUBLISH_H
#define SLSIM_SCENARIO_PUBLISH_H

#include "engine/model.h"
#include "scenario/parse.h"

/* Adds to `tree`'s Resources, behind those of the file: for each resource of `on_type` that names an alias its first version and the alias;
 * for each entry of `changes` that deploys a resource one more version, with the `Properties` and `behavior` that the entry gives. What is
 * made keeps its places. */
void publish_versions(struct parse *parse, const struct model_registry *registry, cJSON *tree);

#endif
