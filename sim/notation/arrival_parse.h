/* arrival_parse.h: the arrival processes of a traffic source. */
#ifndef SLSIM_NOTATION_ARRIVAL_PARSE_H
#define SLSIM_NOTATION_ARRIVAL_PARSE_H

#include "engine/arrival.h"
#include "notation/parse.h"

/* The process that `name` ("poisson", "stages", ...) with `value` spells; kept by the parse's store. NULL after reporting. */
const struct arrival_process *arrival_parse(struct parse *parse, const char *name, const cJSON *value, const struct parse_path *path);

/* What a count per minute is placed by: `value` as "uniform", "even" or "start". False after reporting. */
bool placing_parse(struct parse *parse, const cJSON *value, const struct parse_path *path, enum placing *placed);

/* The columns of a table that hold one minute each: those whose name is a number, as in the Azure Functions traces. `columns` is the
 * store's; 0 where there are none, or memory is out. */
size_t minute_columns(struct scenario_store *store, const struct csv_table *table, size_t **columns);

/* The counts of one row, `count` columns. False and the first bad column where one is no whole number of at least 0 (empty is 0). */
bool minute_counts(const struct csv_table *table, size_t row, const size_t *columns, size_t count, uint32_t *counts, size_t *bad);

#endif
