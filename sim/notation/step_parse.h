/* step_parse.h: `steps`: what a handler does, in order. */
#ifndef SLSIM_NOTATION_STEP_PARSE_H
#define SLSIM_NOTATION_STEP_PARSE_H

#include "engine/step.h"
#include "notation/parse.h"
#include "notation/property.h"

/* The keys of a step that calls, by its first key; ends with {NULL, NULL}. */
struct step_spelling {
    const char *key;
    const struct property *keys; /* offsets into a struct step_call */
};
extern const struct step_spelling step_spellings[];

/* Reads a list of steps into the store; the calls are numbered. False after reporting, and then the list is empty. */
bool steps_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list);

#endif
