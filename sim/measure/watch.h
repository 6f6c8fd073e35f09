/* watch.h: holds a metric against a threshold, period by period: breached in M of the last N, and what is to be thought of periods without
 * data. The mechanism of alarms; what follows from one, its owner says.
 *
 * More than N periods are looked at, so that missing ones can be made up for by older ones: with N or more that have data the newest N
 * decide. With fewer, the rest is filled in as `missing` says. Where nothing is filled in and all that is there breaches, too few to be M,
 * the watch alarms only once the oldest of them is M periods old: a later one may still be fine. */
#ifndef SLSIM_MEASURE_WATCH_H
#define SLSIM_MEASURE_WATCH_H

#include "engine/simulation.h"
#include "engine/status.h"
#include "measure/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum watch_missing { WATCH_MISSING, WATCH_IGNORE, WATCH_BREACHING, WATCH_NOT_BREACHING };
enum watch_comparison { WATCH_GREATER_OR_EQUAL, WATCH_GREATER, WATCH_LESS, WATCH_LESS_OR_EQUAL };
enum watch_verdict { WATCH_RETAIN, WATCH_NOTHING, WATCH_OK, WATCH_ALARM };

struct watch_rule {
    enum probe_statistic statistic;
    double share;      /* of PROBE_PERCENTILE */
    int64_t period_ns; /* of one point */
    uint32_t points;   /* N, at least 1 */
    uint32_t breaches; /* M, 1 to N */
    uint32_t range;    /* how many are looked at, at least N */
    enum watch_comparison comparison;
    double threshold;
    enum watch_missing missing;
    int64_t every_ns; /* how often it judges: each time by the periods that end there */
    int64_t delay_ns; /* from then until the verdict is known */
};

/* What was found, delay_ns ago. */
struct watch_finding {
    enum watch_verdict verdict;
    double value;  /* of the newest period that has one; NaN: none in range */
    bool fresh;    /* that is the newest of all */
    int64_t level; /* the owner's, as it was when that period began */
};

/* By values, the newest first, NaN where there are none. O(count). */
enum watch_verdict watch_judge(const struct watch_rule *rule, const double *values, uint32_t count);

struct watch {
    struct watch_rule rule;
    struct probe probe;
    uint32_t self;
    uint16_t event_kind;        /* and the one after it */
    int64_t level;              /* the owner's own: whatever a value is to be read with, as it is while the slice under way begins */
    int64_t *levels;            /* owned; the same of each slice */
    int64_t step_ns;            /* of one slice: divides the period and every_ns */
    struct probe_point *slices; /* owned; a ring */
    uint32_t slice_count, newest;
    struct probe_point scratch;
    double *values;                 /* owned; the same, of rule.range */
    struct watch_finding *findings; /* owned; a ring of those that are not known yet */
    uint32_t finding_count, first, waiting;
};

/* For the owner's `start`; `self` is its entity, which passes events of `event_kind` and the next kind on. The metric is that of
 * measure_probe, whose STATUS_INVALID is no failure: nothing will ever have data. Must not be moved afterwards; watch_fini is safe on
 * zeros.
 */
enum status watch_start(struct watch *watch, const struct watch_rule *rule, struct simulation *simulation, uint32_t self,
                        uint16_t event_kind, const char *resource, const char *name_space, const char *metric);
void watch_fini(struct watch *watch);
/* One of the owner's two kinds of event. True: something is found. */
bool watch_handle(struct simulation *simulation, struct watch *watch, const struct event *event, struct watch_finding *finding);

#endif
