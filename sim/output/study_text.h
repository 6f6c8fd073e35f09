/* study_text.h: what the printed answers of studies share: figures with their intervals, as text, cells and JSON. */
#ifndef SLSIM_OUTPUT_STUDY_TEXT_H
#define SLSIM_OUTPUT_STUDY_TEXT_H

#include "measure/interval.h"
#include "output/figure_text.h"
#include "output/table.h"
#include "scenario/figure_parse.h"

#include <cjson/cJSON.h>

#define STUDY_NAME_SIZE 256u
#define STUDY_TEXT_SIZE (2 * FIGURE_TEXT_SIZE + 8)

/* "0.0834%", "$12.30", "120ms": by the figure's unit. */
char *study_amount(double value, const char *unit, char text[FIGURE_TEXT_SIZE]);
/* "0.0834% ± 0.0021%"; without the half-width where there is none. */
char *study_figure(const struct interval *interval, const char *unit, char text[STUDY_TEXT_SIZE]);
/* Three cells: value and the ends of its interval; and its unit, unless that is NULL. */
void study_cells(struct table *table, const struct interval *interval, const char *unit);

/* {"resource", "metric", "stat", "unit", "value", "ci95_low", "ci95_high"}, appended to `array`. */
void study_add_figure(cJSON *array, const struct figure_name *figure, const struct interval *interval, bool *failed);

/* Titles that are made while a table is: owned copies. */
struct study_columns {
    struct table_column *list; /* owned, with the titles */
    size_t count, capacity;
    bool failed;
};
void study_column(struct study_columns *columns, bool right, const char *title, const char *suffix);
/* `name`, `name`.ci95_low, `name`.ci95_high, and with `unit` `name`.unit */
void study_figure_columns(struct study_columns *columns, const char *name, bool unit);
void study_columns_fini(struct study_columns *columns);

#endif
