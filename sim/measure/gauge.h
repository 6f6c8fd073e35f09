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

/* The integral is kept as what it lacks of level x now: a level that changed by c at the instant t was without c for t ns. So a change
 * costs no multiplication and need not know when the one before it was (measured: 20 instructions where integrating each stretch took 45).
 */
struct gauge {
    int64_t level;
    int64_t minimum; /* of the period under way */
    int64_t maximum;
    struct gauge *total; /* as counter's */
    int128 moment;       /* the sum of change x instant over all changes */

    struct histogram *levels; /* ns spent at each level since the warm-up; owned; NULL: not wanted */
    /* The levels from `low` to below `low + width` share a bucket of it; the time since `since_ns` is still to be added there. */
    uint64_t low, width;
    int64_t since_ns;

    /* kept by measure: */
    int64_t mark_ns;
    int128 mark;             /* integral at the period's beginning */
    struct gauge_span whole; /* of the periods that are over, up to the end of `duration` */
    bool closed;             /* past the end of `duration`: `whole` and `levels` no longer grow */
};

/* `levels`: also keep the time spent at each level (percentiles of concurrency). After STATUS_NO_MEMORY the gauge works, without them. */
enum status gauge_init(struct gauge *gauge, bool levels);
void gauge_fini(struct gauge *gauge);

/* Adds the time since `since_ns` to the bucket of the level that it had, and goes on in the bucket of the present one. */
void gauge_note_level(struct gauge *gauge, int64_t now_ns);

static inline void gauge_change(struct gauge *gauge, int64_t now_ns, int64_t change)
{
    gauge->level += change;
    gauge->moment += (int128)change * now_ns;
    if (change > 0 && gauge->level > gauge->maximum)
        gauge->maximum = gauge->level;
    if (change < 0 && gauge->level < gauge->minimum)
        gauge->minimum = gauge->level;
    if (gauge->levels && (uint64_t)gauge->level - gauge->low >= gauge->width)
        gauge_note_level(gauge, now_ns);
}

/* Instants must not run backwards. */
__attribute__((always_inline)) static inline void gauge_add(struct gauge *gauge, int64_t now_ns, int64_t change)
{
    gauge_change(gauge, now_ns, change);
    for (struct gauge *total = gauge->total; total; total = total->total)
        gauge_change(total, now_ns, change);
}

/* What comes in pieces rather than lasting, so many level x ns at once: the average is its rate. The extremes do not see it. */
static inline void gauge_add_piece(struct gauge *gauge, int128 piece)
{
    for (; gauge; gauge = gauge->total)
        gauge->moment -= piece;
}

/* Level x ns from the simulation's zero to `now_ns`. */
static inline int128 gauge_integral(const struct gauge *gauge, int64_t now_ns)
{
    return (int128)gauge->level * now_ns - gauge->moment;
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
