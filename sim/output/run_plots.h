/* run_plots.h: the pictures of a run, chosen by the models' table from what its result folder holds. */
#ifndef SLSIM_OUTPUT_RUN_PLOTS_H
#define SLSIM_OUTPUT_RUN_PLOTS_H

#include "measure/picture.h"
#include "output/plot.h"
#include "output/result_data.h"

/* Resources that a picture shows side by side, and pictures of one kind. */
#define RUN_PLOTS_LINES 7
#define RUN_PLOTS_EACH 3

/* Points on the x axis of a picture over time; periods are joined until there are no more. */
#define RUN_PLOTS_BINS 240

struct run_plots {
    struct plot *list; /* owned */
    size_t count, capacity;
    bool failed; /* memory ran out */
};

/* Wants what the pictures need, reads it, and makes them. What is nothing but zero makes no picture. */
enum status run_plots_make(struct result_data *data, const struct picture_layout *layout, struct run_plots *plots);
void run_plots_fini(struct run_plots *plots);

/* Room for one more, not yet initialised; NULL with `failed` set when memory is out. Valid until the next. */
struct plot *run_plots_add(struct run_plots *plots);

#endif
