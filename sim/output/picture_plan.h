/* picture_plan.h: one picture to be: whose series it wants. Private to run_plots*.c. */
#ifndef SLSIM_OUTPUT_PICTURE_PLAN_H
#define SLSIM_OUTPUT_PICTURE_PLAN_H

#include "output/run_plots.h"

#define PLAN_LINES (RUN_PLOTS_LINES + 1)

struct plan_line {
    const struct picture_line *line;
    const char *label;                      /* borrowed */
    const struct result_resource *resource; /* NULL: all */
    struct result_series *series, *over;
};

struct picture_plan {
    const struct picture_type *type;
    const struct result_resource *resource; /* of PICTURE_EACH */
    size_t ordinal, of;                     /* among those of its type, from 0 */
    struct plan_line lines[PICTURE_PANELS][PLAN_LINES];
    size_t counts[PICTURE_PANELS];
    struct result_histogram *classes[3]; /* of a distribution: "warm", "cold", "" */
};

struct picture_plans {
    struct picture_plan *list; /* owned */
    size_t count, capacity;
    bool failed;
};

/* All pictures that the result may have, with what they want asked for. */
enum status picture_plans_make(struct result_data *data, const struct picture_layout *layout, struct picture_plans *plans);

/* One picture from what was read; false when there is nothing to see. */
bool picture_over_time(const struct result_data *data, const struct picture_plan *plan, struct plot *plot);
bool picture_of_distribution(const struct result_data *data, const struct picture_plan *plan, struct plot *plot);

/* From an instant on a limit is so high, in the metric's unit; NaN: there is none. */
struct limit_step {
    double at_s, value;
};

#define LIMIT_STEPS 32u

/* The limit of a resource as the scenario or its rules have it, from 0 on, and what the scenario's changes make of it, in their order.
 * Returns how many steps there are: at least one. */
size_t picture_limit_of(const struct result_data *data, const struct picture_limit *limit, const char *resource,
                        struct limit_step steps[LIMIT_STEPS]);

#endif
