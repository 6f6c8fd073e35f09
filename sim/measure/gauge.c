/* gauge.c: the periods of a level over time. */
#include "measure/gauge.h"

#include <math.h>
#include <stdlib.h>

enum status gauge_init(struct gauge *gauge, bool levels)
{
    *gauge = (struct gauge){0};
    if (!levels)
        return STATUS_OK;
    gauge->levels = calloc(1, sizeof *gauge->levels);
    return gauge->levels ? STATUS_OK : STATUS_NO_MEMORY;
}

void gauge_fini(struct gauge *gauge)
{
    if (gauge->levels)
        histogram_fini(gauge->levels);
    free(gauge->levels);
    gauge->levels = NULL;
}

void gauge_span_merge(struct gauge_span *into, const struct gauge_span *from)
{
    if (from->length_ns == 0)
        return;
    if (into->length_ns == 0) {
        *into = *from;
        return;
    }
    into->integral += from->integral;
    into->length_ns += from->length_ns;
    if (from->minimum < into->minimum)
        into->minimum = from->minimum;
    if (from->maximum > into->maximum)
        into->maximum = from->maximum;
}

struct gauge_span gauge_period(struct gauge *gauge, int64_t now_ns)
{
    gauge_advance(gauge, now_ns);
    return (struct gauge_span){
        .integral = gauge->integral - gauge->mark,
        .length_ns = now_ns - gauge->mark_ns,
        .minimum = gauge->minimum,
        .maximum = gauge->maximum,
    };
}

/* The next period begins here; expects the time so far to be accounted. */
static void mark(struct gauge *gauge, int64_t now_ns)
{
    gauge->mark = gauge->integral;
    gauge->mark_ns = now_ns;
    gauge->minimum = gauge->level;
    gauge->maximum = gauge->level;
}

void gauge_fold(struct gauge *gauge, int64_t now_ns)
{
    struct gauge_span span = gauge_period(gauge, now_ns);
    if (!gauge->closed)
        gauge_span_merge(&gauge->whole, &span);
    mark(gauge, now_ns);
}

void gauge_close(struct gauge *gauge, int64_t now_ns)
{
    if (gauge->closed)
        return;
    struct gauge_span span = gauge_period(gauge, now_ns);
    gauge_span_merge(&gauge->whole, &span);
    gauge->closed = true;
}

void gauge_restart(struct gauge *gauge, int64_t now_ns)
{
    gauge_advance(gauge, now_ns);
    mark(gauge, now_ns);
    gauge->whole = (struct gauge_span){0};
    if (gauge->levels)
        histogram_clear(gauge->levels);
}

double gauge_span_average(const struct gauge_span *span)
{
    return span->length_ns ? (double)span->integral / (double)span->length_ns : NAN;
}
