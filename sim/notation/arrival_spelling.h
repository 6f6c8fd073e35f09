/* arrival_spelling.h: what the parsers of arrival processes share. Private to arrival_parse.c and arrival_trace.c. */
#ifndef SLSIM_NOTATION_ARRIVAL_SPELLING_H
#define SLSIM_NOTATION_ARRIVAL_SPELLING_H

#include "engine/arrival.h"
#include "notation/parse.h"

/* The processes that read tables. */
bool arrival_trace(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process);
bool arrival_per_minute(struct parse *parse, const cJSON *node, const struct parse_path *path, struct arrival_process *process);

#endif
