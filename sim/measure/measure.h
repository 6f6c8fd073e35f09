/* measure.h: all that one replication measures: metrics by resource, by period, as a whole. Models own the counters, tallies and gauges (in
 * their state); this knows where they are, closes the periods, and hands the figures out. */
#ifndef SLSIM_MEASURE_MEASURE_H
#define SLSIM_MEASURE_MEASURE_H

#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/ledger.h"
#include "measure/metric.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One resource's metric in this replication. */
struct metric_slot {
    const struct metric_type *type;
    const char *resource; /* borrowed: lives as long as the simulation's specs */
    void *base;           /* the state that type->offset counts from */
    bool series;          /* handed to the series sink at every period's end */
};

/* What happened to one metric in one period, handed to the sink before it is folded. Which member holds is slot->type->kind's. */
struct period_value {
    uint64_t count;                 /* COUNT; PERCENT: numerator */
    uint64_t other_count;           /* PERCENT: denominator */
    const struct tally_part *tally; /* TALLY */
    struct gauge_span span;         /* GAUGE; GAUGE_RATIO: numerator */
    struct gauge_span other_span;   /* GAUGE_RATIO: denominator */
};

/* Who wants the periods: the CSV writer, an expectation with from and until. Called in the order of registration, for every slot with
 * `series`, also where nothing happened. A status other than STATUS_OK ends the run with it. */
struct series_sink {
    void *context;
    enum status (*period)(void *context, int64_t from_ns, int64_t until_ns, const struct metric_slot *slot,
                          const struct period_value *value);
};

struct measure {
    struct metric_slot *slots; /* owned; in the order of registration */
    size_t slot_count, slot_capacity;
    const struct series_sink *sink; /* NULL: no series */
    int64_t period_from_ns;         /* where the period under way began */
    bool warm;                      /* the warm-up is over */
    bool closed;                    /* past `duration` */
};

enum status measure_new(struct measure **measure);
void measure_free(struct measure *measure); /* also fini of every registered tally and gauge */

/* Registers all metrics of `table` for `resource` and initialises the counters, tallies and gauges at their offsets in `base`. With
 * `total_base` (a blob like `base`, registered before under the type's name) everything is counted there too: a sum over all resources of a
 * type. */
enum status measure_register(struct measure *measure, const char *resource, const struct metric_type *table, void *base, void *total_base,
                             bool series);

/* Called by the simulation before the first event at or after simulation->next_boundary_ns, once per boundary (warm-up's end, period ends,
 * the end of `duration`, the end): closes the period, feeds the sink, and sets the next boundary. */
enum status measure_boundary(struct measure *measure, struct simulation *simulation, int64_t at_ns);

/* The figures of the whole run that one slot gives, in a fixed order: COUNT: Sum; TALLY: SampleCount, Sum, Average, Minimum, Maximum, p50,
 * p90, p95, p99, p99.9; GAUGE: Average, Minimum, Maximum and, with levels, p50, p90, p95, p99, p99.9; PERCENT and GAUGE_RATIO: Average.
 * Times are given in the metric's unit (Milliseconds or Seconds). */
#define FIGURES_MAX 10u
size_t metric_figure_count(const struct metric_type *type);
const char *metric_figure_stat(const struct metric_type *type, size_t index);
/* `values` has room for metric_figure_count. Statistics of nothing are NaN. Call after the run. */
void metric_figures(const struct metric_slot *slot, double *values);

/* One statistic by name ("Sum", "p99.7"), of a period value or a merged one; NaN when there is none or the kind has no such stat. */
double period_value_stat(const struct metric_type *type, const struct period_value *value, const char *stat);
/* Is `stat` one that `type` has? Percentiles are p followed by a number below 100. */
bool metric_has_stat(const struct metric_type *type, const char *stat);
/* Sum for counts, Average for the rest. */
const char *metric_default_stat(const struct metric_type *type);
/* ns per unit: 1e6 for Milliseconds, 1e9 for Seconds, 1 for others. */
double metric_unit_scale(const struct metric_type *type);

#endif
