/* distribution_parse.h: every spelling of a distribution. */
#ifndef SLSIM_NOTATION_DISTRIBUTION_PARSE_H
#define SLSIM_NOTATION_DISTRIBUTION_PARSE_H

#include "engine/distribution.h"
#include "notation/parse.h"

/* What is drawn, and so how values are written: "120ms", "2KB", 3. Samples are in ns, bytes, ones. */
enum distribution_unit { DISTRIBUTION_OF_TIME, DISTRIBUTION_OF_SIZE, DISTRIBUTION_OF_COUNT };

/* The distribution that `value` spells; files are relative to `folder`. NULL after reporting at `path`. The caller frees it with
 * distribution_free. */
struct distribution *distribution_from_json(const cJSON *value, enum distribution_unit unit, const char *folder, struct places *places,
                                            struct diagnostics *diagnostics, const char *path);

/* The same where a parse is under way: tables are shared through its store. `bare_unit` as in value_parse. */
struct distribution *distribution_parse(struct parse *parse, enum distribution_unit unit, const char *bare_unit, const cJSON *value,
                                        const struct parse_path *path);

/* The same, kept by the parse's store. */
const struct distribution *distribution_keep(struct parse *parse, enum distribution_unit unit, const char *bare_unit, const cJSON *value,
                                             const struct parse_path *path);
/* Hands `made` (may be NULL) to the parse's store. NULL when memory is out. */
const struct distribution *distribution_hand_over(struct parse *parse, struct distribution *made);

/* The names of the kinds ("exponential", ...), one an index from 0; NULL past the last. For schema and reference. */
const char *distribution_name(size_t index);

#endif
