/* event_content.h: what a scenario says of its items: the keys `event`, `object_key`, `operation`, `request`, `consistent` and
 * `expires_after` of whoever sends. */
#ifndef SLSIM_NOTATION_EVENT_CONTENT_H
#define SLSIM_NOTATION_EVENT_CONTENT_H

#include "engine/content.h"
#include "notation/parse.h"

#include <stdbool.h>

/* The contents of a scenario; it grows while the scenario is read, so patterns are matched when all is read. */
struct event_contents {
    struct content_table table; /* of `items` */
    struct content items[CONTENT_COUNT];
    const cJSON *bodies[CONTENT_COUNT]; /* the events as values: a string that holds an object or a list is that; NULL: not given */
};

/* NULL when memory is out. The store's. */
struct event_contents *event_contents_new(struct scenario_store *store);

/* Reads these keys of `object`, each a value or weighted values ([{"weight": 9, "of": ...}, ...]), into parse->contents; several
 * weighted ones make each combination, by the product of the weights. Other keys are somebody else's. None of them: *choice has no
 * content. False after reporting: then too. */
bool content_choice_parse(struct parse *parse, const cJSON *object, const struct parse_path *path, struct content_choice *choice);

#endif
