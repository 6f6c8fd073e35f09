/* loader.h: a scenario while it is being read. Private to scenario.c, settings_parse.c, entities.c, fleet*.c, expect_parse.c, validation.c,
 * rights.c.
 */
#ifndef SLSIM_SCENARIO_LOADER_H
#define SLSIM_SCENARIO_LOADER_H

#include "document/document.h"
#include "engine/arrival.h"
#include "notation/event_content.h"
#include "notation/parse.h"
#include "notation/pattern.h"
#include "notation/property.h"
#include "notation/references.h"
#include "scenario/publish.h"
#include "scenario/rewrite.h"
#include "scenario/scenario.h"
#include "scenario/scenario_base.h"

struct change; /* engine/change.h */
struct right;  /* engine/right.h */

enum origin_kind { ORIGIN_ACCOUNT, ORIGIN_RESOURCE, ORIGIN_FLEET, ORIGIN_SOURCE, ORIGIN_FLEET_SOURCE, ORIGIN_INNER };

/* Where an entity is described. */
struct origin {
    enum origin_kind kind;
    const cJSON *node;       /* points at the entity where nothing nearer does; NULL: the account's, where no key gives any */
    const cJSON *properties; /* what its property paths begin at; NULL: nothing is given */
    const cJSON *behavior;   /* the same for "behavior."; NULL: none */
    bool own_behavior;       /* a fleet's function with a block of `behavior` of its own */
    void *config;            /* the blob, while it may still change */
    struct qualifier *qualifiers;
    uint32_t whole;                    /* of a part: the entity that it is a part of; else ENTITY_NONE */
    uint32_t part_count;               /* of a whole: its numbered parts so far */
    const struct published *published; /* a version or an alias that the file implies; else NULL */
    const struct rewritten *rewritten; /* a resource that was written as a short form in another; else NULL */
};

/* The rows of `fleet`. */
struct fleet {
    const cJSON *node; /* NULL: no fleet */
    const struct model_type *type;
    const struct csv_table *invocations, *durations, *memory; /* the last two NULL where not given */
    size_t count;                                             /* rows: so many functions and so many sources */
    uint32_t first_function, first_source;                    /* entities */
    enum placing placed;
    bool one_per_minute;
};

/* The defaults of one type, made once and copied for each entity of it. */
struct type_defaults {
    const struct model_type *type;
    void *blob;
};

/* Items pass from one entity to another. */
struct flow {
    uint32_t from, to;
    const struct content_set *only;    /* what passes; NULL: all */
    const struct content_choice *made; /* what `from` makes for it; NULL: it passes on what comes */
    double times;                      /* so many of each that comes; 0: in rare cases alone */
    size_t order;                      /* in which they were told */
    bool aside;                        /* only to find loops that nothing stops */
};

struct loader {
    const struct scenario_base *base;   /* whose books are taken where the tree asks for the same; NULL: none */
    struct scenario_base *made;         /* what is to be left for others; NULL: nothing */
    struct expected_messages *messages; /* the caller's; NULL: nobody asks */
    struct parse parse;
    struct scenario *scenario;
    struct document *document;
    cJSON *tree; /* the document's */
    struct origin *origins;
    struct references references;
    struct fleet fleet;
    struct published_list published;
    size_t published_named; /* how many of them have become entities, or were left out */
    struct rewritten_list rewritten;
    size_t rewritten_named;          /* how many of them have become entities, or were left out */
    struct reference_name *left_out; /* resources that are not simulated */
    size_t left_out_count;
    struct type_defaults *defaults;
    size_t defaults_count, defaults_capacity;
    struct flow *flows; /* owned */
    size_t flow_count, flow_capacity;
    struct right *rights; /* owned; that were judged so far */
    size_t right_count, right_capacity;
    void *judge_state; /* the judge's own, in the store */
};

/* One entity's view: validation.h. */
struct validation {
    struct loader *loader;
    uint32_t self;
    const cJSON *change; /* of whose action this is about; NULL: about the entity itself */
    const struct parse_path *change_path;
};

/* settings_parse.c: everything at the top level but what follows here. The books are loaded too. */
void settings_parse(struct loader *loader, const struct scenario_options *options);
/* Adds to the tree what the top level leaves to defaults: the tree then says it all. */
void settings_resolve(struct loader *loader);

/* origin.c */
/* A blob of the type's defaults; NULL when memory is out. */
void *entity_defaults(struct loader *loader, const struct model_type *type);
/* The path of an entity's properties (`behavior`: of its behavior), as the user knows it: up to so many steps, linked in `steps`. */
#define ORIGIN_STEPS 6
const struct parse_path *origin_path(const struct loader *loader, uint32_t entity, bool behavior, struct parse_path steps[ORIGIN_STEPS]);

/* entities.c: the account, the resources, the sources. */
void entities_parse(struct loader *loader);

/* The names of all that may be referred to, anew. False when memory is out. */
bool entities_list_names(struct loader *loader);

/* inner_parts.c: after validation: adds the parts that entities have inside. */
void inner_parts_add(struct loader *loader);

/* fleet.c: reads the tables and sets loader->fleet, so that the entities can be counted; then fills them. */
void fleet_open(struct loader *loader);
void fleet_fill(struct loader *loader);

/* validation.c: asks every model. */
void entities_validate(struct loader *loader);
/* Asks the action of one change; complaints stand at `node`. */
void change_validate(struct loader *loader, const cJSON *node, const struct parse_path *path, const struct change *change, void *arguments);

/* rights.c: when all is validated: judges what services send to each other, and hands the rights to the scenario's settings. */
void rights_finish(struct loader *loader);

/* loops.c: after validation: marks who closes a loop of the flows. */
void loops_add(struct loader *loader, const struct flow *flow);
void loops_find(struct loader *loader);
/* Once loops_find has sorted them: where the flows of each entity begin; one more than there are entities. */
void flows_index(const struct loader *loader, size_t *first);

/* endless.c: after that: warns of loops that nothing stops. */
void endless_find(struct loader *loader);

/* changes_parse.c: when every entity is there. */
void changes_parse(struct loader *loader);

/* content_match.c: which contents a pattern lets pass, as its validation asks. */
const struct content_set *content_match(struct loader *loader, const struct pattern *pattern, const struct envelope *envelope,
                                        const char *sender);

/* expect_parse.c */
void expect_parse(struct loader *loader);

/* sweep_spec.c: says what is wrong with `sweep`; those who sweep read it themselves. Not of a variant. */
void sweep_parse(struct loader *loader);

#endif
