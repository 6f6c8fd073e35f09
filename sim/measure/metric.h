/* metric.h: the table by which a model says what is measured of it. */
#ifndef SLSIM_MEASURE_METRIC_H
#define SLSIM_MEASURE_METRIC_H

#include <stddef.h>

enum metric_kind {
    METRIC_COUNT,      /* struct counter at `offset` */
    METRIC_TALLY,      /* struct tally at `offset` */
    METRIC_GAUGE,      /* struct gauge at `offset` */
    METRIC_PERCENT,    /* 100 x counter at `offset` / counter at `other` */
    METRIC_GAUGE_RATIO /* integral of the gauge at `offset` / integral of the gauge at `other` */
};

struct metric_type {
    const char *name_space; /* NULL: kept for the bill, shown nowhere; else "AWS/Lambda" or "slsim" */
    const char *name;
    const char *unit; /* CloudWatch's: Count, Microseconds, Milliseconds, Seconds, Bytes, Percent, None */
    enum metric_kind kind;
    size_t offset;
    size_t other;         /* of PERCENT and GAUGE_RATIO */
    unsigned levels : 1;  /* GAUGE: keep the time at each level, so that percentiles exist */
    unsigned classes : 1; /* TALLY: TALLY_WARM and TALLY_COLD are told apart */
    const char *help;
    /* For who watches it by periods, as an alarm does (measure/probe.h). A period without anything to count has no value, unless `steady`:
     * then it is 0. With METRIC_WHILE(struct x, counter) in `samples` it has one whenever that counter moved, and is about as many samples:
     * an error count that is 0 while there are calls. */
    unsigned steady : 1;
    size_t samples;
    int better;           /* what its owner wants, whatever the statistic: 1: more; -1: less; 0: it is neither good nor bad */
    const char *compared; /* the statistic that a comparison shows of any resource where it differs; NULL: only where it is asked for */
    double parts;         /* COUNT, TALLY, GAUGE: what is kept counts so many parts of the unit; 0: as the unit says, times in ns */
};

/* What one of a metric's unit is in ns; 0: it is no unit of time. */
double metric_time_unit_ns(const char *unit);

#define METRIC_WHILE(type, counter) (offsetof(type, counter) + 1)

/* From now on what is measured of `part` counts for `whole` too: two blobs that `table` describes. For a model's `create`. */
void metrics_link(const struct metric_type *table, void *part, void *whole);

#endif
