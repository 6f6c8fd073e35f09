/* measure.h: all that one replication measures: metrics by resource, by period, as a whole. Models own the counters, tallies and gauges (in
 * their state); this knows where they are, closes the periods, and hands the figures out. */
#ifndef SLSIM_MEASURE_MEASURE_H
#define SLSIM_MEASURE_MEASURE_H

#include "engine/simulation.h"
#include "measure/counter.h"
#include "measure/gauge.h"
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

/* The counter, tally or gauge that it measures; `index` 1 is the other one of PERCENT and GAUGE_RATIO. */
static inline void *metric_part(const struct metric_slot *slot, size_t index)
{
    return (char *)slot->base + (index == 0 ? slot->type->offset : slot->type->other);
}

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
    size_t *series; /* owned; the slots with `series`, so that the others cost nothing at a period's end */
    size_t series_count, series_capacity;
    const struct series_sink *sink; /* NULL: no series; to be set before the run */
    int64_t period_from_ns;         /* where the period under way began */
    bool warm;                      /* the warm-up is over */
    bool closed;                    /* past `duration` */
};

enum status measure_new(struct measure **measure);
/* Also fini of every registered tally and gauge: call it while the states still are, before simulation_free. */
void measure_free(struct measure *measure);

/* Lets `simulation` call measure_boundary (from its zero on) and its models register the metrics of their parts. Call between
 * simulation_new and simulation_run; `measure` stays the caller's. */
void measure_attach(struct measure *measure, struct simulation *simulation);

/* Registers all metrics of `table` (NULL: none) for `resource` and initialises the counters, tallies and gauges at their offsets in `base`.
 * With `total_base` (a blob like `base`, registered before under the type's name) everything is counted there too: a sum over all resources
 * of a type. A metric without name_space has no series. After STATUS_NO_MEMORY the run must not go on; measure_free is safe. */
enum status measure_register(struct measure *measure, const char *resource, const struct metric_type *table, void *base, void *total_base,
                             bool series);

/* Called by the simulation before the first event at or after simulation->next_boundary_ns, once per boundary (zero, warm-up's end, period
 * ends, the end of `duration`, the end): closes the period, feeds the sink, and sets the next boundary. Without a sink no period is closed;
 * the figures are the same. A run that ends early sets simulation->end_ns to where it is and calls this once more. What the model records
 * at zero before the first call counts. STATUS_NO_MEMORY at the end when any histogram lacks values. */
enum status measure_boundary(struct measure *measure, struct simulation *simulation, int64_t at_ns);

/* The figures of the whole run that one slot gives, in a fixed order: COUNT: Sum; TALLY: SampleCount, Sum, Average, Minimum, Maximum, p50,
 * p90, p95, p99, p99.9; GAUGE: Average, Minimum, Maximum and, with levels, p50, p90, p95, p99, p99.9; PERCENT and GAUGE_RATIO: Average.
 * Times are given in the metric's unit (Milliseconds or Seconds); PERCENT, and GAUGE_RATIO in Percent, from 0 to 100. */
#define FIGURES_MAX 10u
size_t metric_figure_count(const struct metric_type *type);
const char *metric_figure_stat(const struct metric_type *type, size_t index);
/* `values` has room for metric_figure_count. Statistics of nothing are NaN; the Sum and SampleCount of nothing are 0. Call after the
 * run. */
void metric_figures(const struct metric_slot *slot, double *values);

/* One statistic of the whole run by name; NaN when there is none or the kind has no such stat. */
double metric_whole_stat(const struct metric_slot *slot, const char *stat);

/* The distributions of the whole run behind a slot, in recorded units (ns for times), the slot's own: of a tally with classes "warm" and
 * "cold", of one without "", of a gauge with levels "" (ns spent at each level); empty ones are left out. Returns how many: 0, 1 or 2. Call
 * after the run; whoever moves them away must have asked for the statistics before. */
size_t metric_histograms(const struct metric_slot *slot, const char *names[2], struct histogram *histograms[2]);

/* One statistic by name ("Sum", "p99.7"), of a period value or a merged one; NaN when there is none or the kind has no such stat (levels
 * are not kept by period, so a gauge's percentile is NaN here). As in metric_figures, the Sum and SampleCount of nothing are 0. */
double period_value_stat(const struct metric_type *type, const struct period_value *value, const char *stat);
/* Is `stat` one that `type` has? Percentiles are p and a number above 0 and below 100 with at most six decimals: p50, p99.9. */
bool metric_has_stat(const struct metric_type *type, const char *stat);
/* Sum for counts, Average for the rest. */
const char *metric_default_stat(const struct metric_type *type);
/* ns per unit: 1e6 for Milliseconds, 1e9 for Seconds, 1 for others. */
double metric_unit_scale(const struct metric_type *type);

#endif
