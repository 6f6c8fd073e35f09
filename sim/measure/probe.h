/* probe.h: an observer of one metric of one resource, for models: what happened in each of the periods that the observer chooses, while the
 * run goes on. It counts for itself, so it disturbs nobody and knows no warm-up. */
#ifndef SLSIM_MEASURE_PROBE_H
#define SLSIM_MEASURE_PROBE_H

#include "engine/simulation.h"
#include "engine/status.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/histogram.h"
#include "measure/metric.h"
#include "measure/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* The value of one period, or of several together, in the metric's unit. All zero is one without data. Of a count each unit is a sample of
 * 1, unless the metric says otherwise; a level and a ratio have one sample a minute. */
struct probe_point {
    double samples; /* 0: no data */
    double sum;
    double minimum, maximum;
    struct histogram *values; /* owned, in recorded units; NULL: percentiles are not wanted */
};

union probe_part {
    struct counter counter;
    struct tally tally;
    struct gauge gauge;
};

/* Must not be moved once attached. */
struct probe {
    const struct metric_type *type; /* NULL: attached to nothing, no period has data */
    union probe_part own, other;
    struct counter samples; /* where type->samples says so */
    int64_t from_ns;        /* where the period under way began */
    bool percentiles;
};

/* Attaches `probe` to a metric, from now on; for `start`, when all metrics are registered. `name_space` NULL: whichever has one of that
 * name. STATUS_INVALID: there is no such metric (then no period has data); STATUS_NO_MEMORY. The probe must live as long as the
 * replication. */
enum status measure_probe(const struct simulation *simulation, const char *resource, const char *name_space, const char *metric,
                          bool percentiles, struct probe *probe);
void probe_fini(struct probe *probe);
/* Ends the period that is under way at `now_ns`, and puts its value into `point`, which was initialised (all zero, or used before).
 * STATUS_NO_MEMORY: percentiles would lack values. */
enum status probe_read(struct probe *probe, int64_t now_ns, struct probe_point *point);

void probe_point_fini(struct probe_point *point);
/* Forgets the value; keeps the memory. */
void probe_point_clear(struct probe_point *point);
/* into += from */
enum status probe_point_merge(struct probe_point *into, const struct probe_point *from);

enum probe_statistic { PROBE_SAMPLE_COUNT, PROBE_AVERAGE, PROBE_SUM, PROBE_MINIMUM, PROBE_MAXIMUM, PROBE_PERCENTILE };

/* `share` is of PERCENTILE, from 0 to 1; `type` the probe's. NaN: no data. */
double probe_point_value(const struct metric_type *type, const struct probe_point *point, enum probe_statistic statistic, double share);

#endif
