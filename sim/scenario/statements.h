/* statements.h: the numbers of the course notes' statements that a scenario shows. */
#ifndef SLSIM_SCENARIO_STATEMENTS_H
#define SLSIM_SCENARIO_STATEMENTS_H

#include "notation/parse.h"

#define STATEMENT_LAST 117u /* they are numbered from 1 */

/* Reads `statements` of the tree: `*count` numbers of the parse's store, each once. NULL where there are none. */
const uint32_t *statements_read(struct parse *parse, const cJSON *tree, size_t *count);

#endif
