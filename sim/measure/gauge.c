/* gauge.c: the periods of a level over time. */
#include "measure/gauge.h"

#include <math.h>
#include <stdlib.h>

enum status gauge_init(struct gauge *gauge, bool levels)
{
    *gauge = (struct gauge){0};
    if (!levels)
        return STATUS_OK;
    gauge->width = 1; /* level 0 has a bucket to itself */
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

void gauge_note_level(struct gauge *gauge, int64_t now_ns)
{
    if (now_ns > gauge->since_ns && !gauge->closed)
        histogram_add(gauge->levels, gauge->low, (uint64_t)(now_ns - gauge->since_ns));
    gauge->since_ns = now_ns;
    uint32_t bucket = histogram_bucket((uint64_t)gauge->level);
    gauge->low = histogram_bucket_low(bucket);
    gauge->width = histogram_bucket_high(bucket) - gauge->low;
}

struct gauge_span gauge_period(struct gauge *gauge, int64_t now_ns)
{
    if (gauge->levels)
        gauge_note_level(gauge, now_ns);
    return (struct gauge_span){
        .integral = gauge_integral(gauge, now_ns) - gauge->mark,
        .length_ns = now_ns - gauge->mark_ns,
        .minimum = gauge->minimum,
        .maximum = gauge->maximum,
    };
}

/* The next period begins here. */
static void mark(struct gauge *gauge, int64_t now_ns)
{
    gauge->mark = gauge_integral(gauge, now_ns);
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
    mark(gauge, now_ns);
    gauge->whole = (struct gauge_span){0};
    if (!gauge->levels)
        return;
    gauge_note_level(gauge, now_ns);
    histogram_clear(gauge->levels);
}

double gauge_span_average(const struct gauge_span *span)
{
    return span->length_ns ? (double)span->integral / (double)span->length_ns : NAN;
}
