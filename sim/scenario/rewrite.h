/* rewrite.h: short forms of a template, written out: what stands inside one resource and is a resource of its own. Which there are is a
 * table of the models (struct rewrite). */
#ifndef SLSIM_SCENARIO_REWRITE_H
#define SLSIM_SCENARIO_REWRITE_H

#include "engine/model.h"
#include "notation/parse.h"

/* A resource that was made, and where it was written. */
struct rewritten {
    const cJSON *node;         /* in `Resources`, behind those of the file */
    const char *owner;         /* the logical id of what it stood in */
    const char *entry;         /* its own key there; NULL: it was said in the owner's own properties (extract.h) */
    const struct rewrite *row; /* NULL: the same, and then */
    const struct extraction *extraction;
};

struct rewritten_list {
    struct rewritten *made; /* in the order of `Resources`; the store's */
    size_t count;
};

/* How what is made names `resource`, its owner: by its alias, where it is published by itself. The caller's; NULL when memory is out. */
cJSON *rewrite_owner_name(const struct model_registry *registry, const cJSON *resource);

/* Writes out every short form in `tree`'s Resources; the property that held them goes. What is made keeps its places, so that a mistake in
 * it is shown where it was written. An entry that no row knows, or whose type nobody simulates, is left out with a warning. Then adds the
 * resources that are there without being written. */
void rewrite_short_forms(struct parse *parse, const struct model_registry *registry, cJSON *tree, struct rewritten_list *list);

#endif
