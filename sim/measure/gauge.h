/* gauge.h: a level over time (environments, requests in flight, messages waiting), integrated exactly: level x ns in 128 bits. */
#ifndef SLSIM_MEASURE_GAUGE_H
#define SLSIM_MEASURE_GAUGE_H

#include "engine/sim_time.h"
#include "engine/status.h"
#include "measure/histogram.h"

#include <stdbool.h>
#include <stdint.h>

/* What happened in a stretch of time. All zero is the empty one. */
struct gauge_span {
    int128 integral; /* level x ns */
    int64_t length_ns;
    int64_t minimum; /* without meaning where length_ns is 0 */
    int64_t maximum;
};

struct gauge {
    int64_t level;
    int64_t since_ns; /* when the level last changed or was accounted */
    int128 integral;  /* from the simulation's zero to since_ns */
    int64_t minimum;  /* of the period under way */
    int64_t maximum;
    struct histogram *levels; /* ns spent at each level since the warm-up; owned; NULL: not wanted */
    struct gauge *total;      /* as counter's */
    /* kept by measure: */
    int128 mark; /* integral at the period's beginning */
    int64_t mark_ns;
    struct gauge_span whole; /* of the periods that are over, up to the end of `duration` */
    bool closed;             /* past the end of `duration`: `whole` and `levels` no longer grow */
};

/* `levels`: also keep the time spent at each level (percentiles of concurrency). After STATUS_NO_MEMORY the gauge works, without them. */
enum status gauge_init(struct gauge *gauge, bool levels);
void gauge_fini(struct gauge *gauge);

/* Accounts the time since the last change at the level that it had. */
static inline void gauge_advance(struct gauge *gauge, int64_t now_ns)
{
    int64_t span_ns = now_ns - gauge->since_ns;
    if (span_ns == 0)
        return;
    gauge->integral += (int128)gauge->level * span_ns;
    if (gauge->levels && !gauge->closed)
        histogram_add(gauge->levels, (uint64_t)gauge->level, (uint64_t)span_ns);
    gauge->since_ns = now_ns;
}

static inline void gauge_add(struct gauge *gauge, int64_t now_ns, int64_t change)
{
    gauge_advance(gauge, now_ns);
    gauge->level += change;
    if (gauge->level > gauge->maximum)
        gauge->maximum = gauge->level;
    if (gauge->level < gauge->minimum)
        gauge->minimum = gauge->level;
    if (gauge->total)
        gauge_add(gauge->total, now_ns, change);
}

/* The period since the mark, up to `now_ns`. */
struct gauge_span gauge_period(struct gauge *gauge, int64_t now_ns);
/* Ends the period at `now_ns`: adds it to `whole` (unless closed), marks, restarts the extremes at the present level. Folding twice at one
 * instant does no harm. */
void gauge_fold(struct gauge *gauge, int64_t now_ns);
/* The end of `duration`: adds the period so far to `whole`, which is then final; the period itself goes on. */
void gauge_close(struct gauge *gauge, int64_t now_ns);
/* The end of the warm-up: as gauge_fold, but forgets what was before. */
void gauge_restart(struct gauge *gauge, int64_t now_ns);
/* into += from: lengths and integrals add up. */
void gauge_span_merge(struct gauge_span *into, const struct gauge_span *from);
/* NaN when the span is empty. */
double gauge_span_average(const struct gauge_span *span);

#endif
