/* run_bars.h: what of a run is drawn as lying bars: the bill by line item, and where the items of each resource went. */
#ifndef SLSIM_OUTPUT_RUN_BARS_H
#define SLSIM_OUTPUT_RUN_BARS_H

#include "engine/request.h"
#include "engine/status.h"
#include "output/plot.h"

#include <stdbool.h>
#include <stddef.h>

/* Rows of a picture; what is smaller is summed up in the last. */
#define RUN_BARS_ROWS 12u

/* A line item of the bill, summed over resources. */
struct cost_item {
    char *service, *usage_type; /* owned */
    double month_usd;
};

struct cost_items {
    struct cost_item *items; /* owned; the largest first */
    size_t count;
    double month_usd, run_usd;
};

/* Reads cost.csv of `folder`. */
enum status cost_items_read(int folder, struct cost_items *bill);
void cost_items_fini(struct cost_items *bill);
/* False when nothing costs anything. `plot` is initialised either way only where true comes back. */
bool cost_items_plot(const struct cost_items *bill, struct plot *plot);

/* Where the items of one resource went, by fate. */
struct fate_counts {
    char *resource; /* owned */
    double entered;
    double counts[FATE_COUNT];
};

struct fate_cause {
    char *resource, *text; /* owned; the text may be "" */
    size_t fate;
    double count;
};

struct fate_table {
    double totals[FATE_COUNT];
    struct fate_counts *resources; /* owned; the one that most entered first */
    size_t count, capacity;
    struct fate_cause *causes; /* owned; of other fates than the first, the commonest first */
    size_t cause_count, cause_capacity;
};

/* Reads fates.csv of `folder`. */
enum status fate_table_read(int folder, struct fate_table *fates);
void fate_table_fini(struct fate_table *fates);
/* Do all counts of that resource add up to what entered it? */
bool fate_counts_add_up(const struct fate_counts *resource);
bool fate_plot(const struct fate_table *fates, struct plot *plot);

#endif
