/* column_parse.h: {"csv": "file.csv", "column": "duration_ms", "unit": "ms"}: columns of tables that a scenario names. */
#ifndef SLSIM_NOTATION_COLUMN_PARSE_H
#define SLSIM_NOTATION_COLUMN_PARSE_H

#include "document/traces.h"
#include "notation/parse.h"

/* The unit of a column of times: what "unit" (may be NULL) says, else how the column's name ends ("duration_ms"): ns of one. False after
 * reporting. `key`: what "unit" is called there. */
bool column_time_unit(struct parse *parse, const cJSON *object, const char *key, const char *column, const struct parse_path *path,
                      double *scale);

/* The table that `object` names by "csv" and the column that it names by `key`; NULL after reporting. A table of a single column needs no
 * name. */
const struct csv_table *column_find(struct parse *parse, const cJSON *object, const char *key, const struct parse_path *path,
                                    size_t *column);

#endif
