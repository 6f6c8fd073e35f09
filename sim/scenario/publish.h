/* publish.h: versions and aliases that a scenario implies: an alias that is published by itself, and a version for each deployment. Which
 * types these are is the models' (struct publication). */
#ifndef SLSIM_SCENARIO_PUBLISH_H
#define SLSIM_SCENARIO_PUBLISH_H

#include "engine/model.h"
#include "notation/parse.h"

/* A resource that was made, and where the file says what it is. */
struct published {
    const cJSON *node;
    const char *owner; /* the resource that is published; NULL: an entry of `changes` brings it, the one at */
    size_t change;
};

struct published_list {
    struct published *made; /* in the order of `Resources`; the store's */
    size_t count;
};

/* Adds to `tree`'s Resources, behind those of the file: for each resource of `on_type` that names an alias its first version and the alias;
 * for each entry of `changes` that deploys a resource one more version, with the `Properties` and `behavior` that the entry gives. What is
 * made keeps its places. */
void publish_versions(struct parse *parse, const struct model_registry *registry, cJSON *tree, struct published_list *list);

#endif
