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
    const char *unit; /* CloudWatch's: Count, Milliseconds, Seconds, Bytes, Percent, None */
    enum metric_kind kind;
    size_t offset;
    size_t other;         /* of PERCENT and GAUGE_RATIO */
    unsigned levels : 1;  /* GAUGE: keep the time at each level, so that percentiles exist */
    unsigned classes : 1; /* TALLY: TALLY_WARM and TALLY_COLD are told apart */
    const char *help;
};

/* From now on what is measured of `part` counts for `whole` too: two blobs that `table` describes. For a model's `create`. */
void metrics_link(const struct metric_type *table, void *part, void *whole);

#endif
