/* figure_find.h: which figure of a scenario a name means: by expectations, and by the command line. */
#ifndef SLSIM_SCENARIO_FIGURE_FIND_H
#define SLSIM_SCENARIO_FIGURE_FIND_H

#include "measure/metric.h"
#include "notation/references.h"
#include "scenario/is_parse.h"
#include "scenario/scenario.h"

/* One figure of a scenario's result. Borrows from the scenario. */
struct figure_name {
    const char *resource;             /* or a type, whose sum over all resources is meant; NULL: a cost */
    const struct metric_type *metric; /* NULL: the whole bill of a month, in USD */
    const char *stat;
    uint32_t entity; /* ENTITY_NONE: a type, or a cost */
};

/* Where to look, and where complaints stand: at the member of `node` that is wrong, or at `node` (NULL: nowhere) and `path`. */
struct figure_search {
    struct parse *parse;
    struct scenario *scenario; /* where a type is meant, it is told to sum */
    const struct references *references;
    const cJSON *node;
    const struct parse_path *path;
};

/* `stat` NULL: the metric's default. Strings of *figure that were asked for are those handed in. False after reporting. */
bool figure_find(const struct figure_search *search, const char *resource, const char *metric, const char *stat,
                 struct figure_name *figure);
/* The same of "Metric" or "Metric.stat" in one, which is cut in two. Names of metrics may have dots, as GetRecords.IteratorAgeMilliseconds.
 */
bool figure_find_spelled(const struct figure_search *search, const char *resource, char *text, struct figure_name *figure);

/* What its values are written in, and what the metric's unit is called ("USD" of a cost). */
enum is_unit figure_unit(const struct figure_name *figure);
const char *figure_unit_name(const struct figure_name *figure);

/* Reports at the member `key`; `what` is the format's only argument. */
void figure_error(const struct figure_search *search, const char *key, const char *hint, const char *message, const char *what);

#endif
