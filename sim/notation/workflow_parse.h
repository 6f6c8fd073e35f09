/* workflow_parse.h: state machines in the States Language, as an object or as a text that spells one.
 * Source: the Amazon States Language specification, https://states-language.net/spec.html. */
#ifndef SLSIM_NOTATION_WORKFLOW_PARSE_H
#define SLSIM_NOTATION_WORKFLOW_PARSE_H

#include "engine/workflow.h"
#include "notation/parse.h"
#include "notation/property.h"

/* Reads the machine that stands under `name` of `object`, if any: an object, a text, or a template's function that makes a text; or, where
 * `in_file`, the path of a file that holds one, in JSON or YAML. In it
 * "${Key}" stands for what the map `substitutions` of the same object says (NULL: it has none). NULL where there is none, or after
 * reporting. The store's. */
const struct workflow *workflow_parse(struct parse *parse, const cJSON *object, const struct parse_path *path, const char *name,
                                      const char *substitutions, bool in_file);

#define WORKFLOW_DEEPEST 16u                 /* machines in machines */
#define WORKFLOW_LARGEST 10000u              /* states in all */
#define WORKFLOW_TEXT_MOST ((size_t)8 << 20) /* bytes of a definition, with what stands for its keys put in */

/* --- for the files workflow_*.c alone --- */

struct workflow_reading {
    struct parse *parse;
    const cJSON *substitutions, *more; /* maps; NULL: none */
    struct workflow_state *states;
    struct workflow_scope *scopes;
    uint32_t state_count, scope_count; /* taken so far */
};

/* `text` with what stands for "${Key}" put in; the store's. NULL where that has more than `most` bytes. */
const char *workflow_text(struct workflow_reading *reading, const char *text, size_t most);
/* A tree that has its places; it may go afterwards. NULL after reporting. */
const struct workflow *workflow_of_tree(struct workflow_reading *reading, const cJSON *tree, const struct parse_path *path);
/* workflow_file.c: the file that `node` names, or its "Key" where it is in S3. NULL after reporting. */
const struct workflow *workflow_of_file(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path);
/* Fills in `state` from `node`, without what is inside of it. False after reporting. */
bool workflow_state_parse(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, struct workflow_state *state);
/* The machines in a state: a Parallel's branches, a Map's processor; NULL: none. `*key` is where they stand. */
const cJSON *workflow_inside(const cJSON *node, const char **key);
/* Once the states of a scope are there: who follows on whom. False after reporting. */
bool workflow_link(struct workflow_reading *reading, uint32_t scope, const cJSON *node, const struct parse_path *path);

/* The table of what the machine says beside its states, by offsets into a struct workflow_head. */
struct workflow_head {
    const char *start;
    int64_t timeout_ns;
    struct workflow_map processor;
};
extern const struct property workflow_head_keys[];

#endif
