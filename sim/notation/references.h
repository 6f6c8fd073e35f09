/* references.h: which resource a value means: by Ref, Fn::GetAtt, Fn::Sub, Fn::Join or its bare name. */
#ifndef SLSIM_NOTATION_REFERENCES_H
#define SLSIM_NOTATION_REFERENCES_H

#include "notation/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct property;

/* One name in the scenario. */
struct reference_name {
    const char *name;
    uint32_t entity;      /* ENTITY_NONE: a resource that is not simulated */
    const char *left_out; /* its type, then; "": it is wrong, and that has been said */
    struct place place;
};

struct references {
    struct reference_name *sorted; /* by name */
    const char **names;            /* the same names, for suggestions */
    size_t count;
    uint32_t first_source; /* entities from here on are no resources */
};

/* What stands after the colon of "F:live". */
struct qualifier {
    const struct property *property;
    uint32_t entity; /* whose part it is */
    const char *text;
    struct qualifier *next;
};

/* Sorts `count` names (in the order of the file; kept, the arrays are the store's) and reports those given twice. */
void references_init(struct references *references, struct reference_name *names, size_t count, uint32_t first_source, struct parse *parse);

/* NULL when there is no such name. O(log n). */
const struct reference_name *references_find(const struct references *references, const char *name);

/* The resource that `node` means. `qualifier` (from the store) is NULL where none is given. False after reporting. */
bool reference_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, uint32_t *entity, const char **qualifier);

/* Is `node` an address of the world outside: a URL, a mail address, a telephone number? */
bool reference_is_outside(const cJSON *node);

/* For a name that is not there: "did you mean ...?", else those that are there, up to some, in `buffer` (PARSE_HINT bytes). `resources`:
 * among resources alone, else among sources and the account as well. NULL where there is nothing to say. */
const char *references_hint(const struct parse *parse, const struct references *references, const char *name, bool resources, char *buffer);

/* Is `node` an intrinsic function of a template: {"Ref": ...}, {"Fn::Sub": ...}? */
bool reference_is_function(const cJSON *node);

/* A readable text of a string or of an intrinsic function that stays unresolved: "${Stage}-jobs". In the store; NULL where `node` is
 * neither, or memory is out. */
const char *reference_text(struct parse *parse, const cJSON *node);

#endif
