/* probe.c: an observer of one metric: its own counter, tally or gauge in the chain of those that count the same. */
#include "measure/probe.h"

#include "measure/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_NS (60 * NS_PER_S) /* of what is a level */

static bool is_gauge(const struct metric_type *type)
{
    return type->kind == METRIC_GAUGE || type->kind == METRIC_GAUGE_RATIO;
}

static bool has_other(const struct metric_type *type)
{
    return type->kind == METRIC_PERCENT || type->kind == METRIC_GAUGE_RATIO;
}

static void join_counter(struct counter *own, struct counter *part)
{
    *own = (struct counter){.total = part->total};
    part->total = own;
}

static void join_tally(struct tally *own, struct tally *part)
{
    tally_init(own);
    own->total = part->total;
    part->total = own;
}

/* Begins with the level as it is, of which nothing has been integrated yet. */
static enum status join_gauge(struct gauge *own, struct gauge *part, int64_t now_ns, bool levels)
{
    enum status status = gauge_init(own, levels);
    own->level = part->level;
    own->moment = (int128)part->level * now_ns;
    own->since_ns = now_ns;
    gauge_restart(own, now_ns);
    own->total = part->total;
    part->total = own;
    return status;
}

static enum status join(union probe_part *own, const struct metric_slot *slot, size_t index, int64_t now_ns, bool percentiles)
{
    if (slot->type->kind == METRIC_TALLY)
        join_tally(&own->tally, metric_part(slot, index));
    else if (is_gauge(slot->type))
        return join_gauge(&own->gauge, metric_part(slot, index), now_ns, percentiles && slot->type->kind == METRIC_GAUGE);
    else
        join_counter(&own->counter, metric_part(slot, index));
    return STATUS_OK;
}

static const struct metric_slot *find_slot(const struct measure *measure, const char *resource, const char *name_space, const char *metric)
{
    for (size_t i = 0; measure && i < measure->slot_count; i++) {
        const struct metric_slot *slot = &measure->slots[i];
        if (slot->type->name_space && strcmp(slot->type->name, metric) == 0 &&
            (!name_space || strcmp(slot->type->name_space, name_space) == 0) && strcmp(slot->resource, resource) == 0)
            return slot;
    }
    return NULL;
}

enum status measure_probe(const struct simulation *simulation, const char *resource, const char *name_space, const char *metric,
                          bool percentiles, struct probe *probe)
{
    const struct metric_slot *slot = find_slot(simulation->measure, resource, name_space, metric);
    *probe = (struct probe){.from_ns = simulation->now_ns, .percentiles = percentiles};
    if (!slot)
        return STATUS_INVALID;
    probe->type = slot->type;
    enum status status = join(&probe->own, slot, 0, simulation->now_ns, percentiles);
    if (has_other(slot->type) && status == STATUS_OK)
        status = join(&probe->other, slot, 1, simulation->now_ns, false);
    if (slot->type->samples)
        join_counter(&probe->samples, (struct counter *)((char *)slot->base + slot->type->samples - 1));
    return status;
}

void probe_fini(struct probe *probe)
{
    if (probe->type && probe->type->kind == METRIC_TALLY)
        tally_fini(&probe->own.tally);
    else if (probe->type && is_gauge(probe->type))
        gauge_fini(&probe->own.gauge);
}

void probe_point_fini(struct probe_point *point)
{
    if (point->values)
        histogram_fini(point->values);
    free(point->values);
    point->values = NULL;
}

void probe_point_clear(struct probe_point *point)
{
    struct histogram *values = point->values;
    if (values)
        histogram_clear(values);
    *point = (struct probe_point){.values = values};
}

static enum status add_values(struct probe_point *point, const struct histogram *from)
{
    if (!from)
        return STATUS_OK;
    if (!point->values)
        point->values = calloc(1, sizeof *point->values);
    if (!point->values)
        return STATUS_NO_MEMORY;
    histogram_merge(point->values, from);
    return point->values->failed ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status probe_point_merge(struct probe_point *into, const struct probe_point *from)
{
    if (from->samples <= 0)
        return STATUS_OK;
    bool first = into->samples <= 0;
    into->minimum = first ? from->minimum : fmin(into->minimum, from->minimum);
    into->maximum = first ? from->maximum : fmax(into->maximum, from->maximum);
    into->samples += from->samples;
    into->sum += from->sum;
    return add_values(into, from->values);
}

/* How many samples a level has in this time. */
static double samples_of(int64_t length_ns)
{
    return fmax((double)length_ns / (double)SAMPLE_NS, 1);
}

static void read_count(struct probe *probe, int64_t length_ns, uint64_t moved, struct probe_point *point)
{
    double count = (double)probe->own.counter.current / metric_unit_scale(probe->type);
    probe->own.counter.current = 0;
    point->sum = count;
    if (probe->type->steady) {
        point->samples = samples_of(length_ns);
        point->minimum = point->maximum = count / point->samples;
        return;
    }
    point->samples = fmax(count, (double)moved);
    point->maximum = count > 0 ? 1 : 0;
    point->minimum = count < point->samples ? 0 : point->maximum;
}

static enum status read_tally(struct probe *probe, struct probe_point *point)
{
    struct tally_part *part = &probe->own.tally.current;
    double scale = metric_unit_scale(probe->type);
    enum status status = tally_part_failed(part) ? STATUS_NO_MEMORY : STATUS_OK;
    if (part->count > 0) {
        point->samples = (double)part->count;
        point->sum = (double)part->sum / scale;
        point->minimum = (double)part->minimum / scale;
        point->maximum = (double)part->maximum / scale;
    }
    for (size_t i = 0; i < TALLY_CLASSES && probe->percentiles && status == STATUS_OK; i++)
        status = add_values(point, part->histograms[i]);
    tally_part_clear(part);
    return status;
}

static enum status read_gauge(struct probe *probe, int64_t now_ns, struct probe_point *point)
{
    struct gauge *gauge = &probe->own.gauge;
    struct gauge_span span = gauge_period(gauge, now_ns);
    double scale = metric_unit_scale(probe->type);
    point->samples = samples_of(span.length_ns);
    point->sum = gauge_span_average(&span) / scale * point->samples;
    point->minimum = (double)span.minimum / scale;
    point->maximum = (double)span.maximum / scale;
    enum status status = add_values(point, gauge->levels);
    gauge_restart(gauge, now_ns);
    return status;
}

static double percent_scale(const struct metric_type *type)
{
    return strcmp(type->unit, "Percent") == 0 ? 100 : 1;
}

static void read_percent(struct probe *probe, struct probe_point *point)
{
    double part = (double)probe->own.counter.current, whole = (double)probe->other.counter.current;
    probe->own.counter.current = probe->other.counter.current = 0;
    point->samples = whole;
    point->sum = 100 * part;
    point->minimum = part < whole ? 0 : 100;
    point->maximum = part > 0 ? 100 : 0;
}

/* The extremes are those of the numerator, by the denominator's mean: exact where that did not change. */
static void read_ratio(struct probe *probe, int64_t now_ns, struct probe_point *point)
{
    struct gauge_span part = gauge_period(&probe->own.gauge, now_ns), whole = gauge_period(&probe->other.gauge, now_ns);
    double mean = gauge_span_average(&whole), scale = percent_scale(probe->type);
    if (whole.integral > 0) {
        point->samples = samples_of(whole.length_ns);
        point->sum = scale * gauge_span_average(&part) / mean * point->samples;
        point->minimum = scale * (double)part.minimum / mean;
        point->maximum = scale * (double)part.maximum / mean;
    }
    gauge_restart(&probe->own.gauge, now_ns);
    gauge_restart(&probe->other.gauge, now_ns);
}

enum status probe_read(struct probe *probe, int64_t now_ns, struct probe_point *point)
{
    enum status status = STATUS_OK;
    int64_t length_ns = now_ns - probe->from_ns;
    uint64_t moved = probe->samples.current;
    probe_point_clear(point);
    probe->from_ns = now_ns;
    probe->samples.current = 0;
    if (!probe->type || length_ns <= 0)
        return STATUS_OK;
    switch (probe->type->kind) {
    case METRIC_COUNT:
        read_count(probe, length_ns, moved, point);
        return STATUS_OK;
    case METRIC_TALLY:
        return read_tally(probe, point);
    case METRIC_PERCENT:
        read_percent(probe, point);
        return STATUS_OK;
    case METRIC_GAUGE:
        status = read_gauge(probe, now_ns, point);
        break;
    case METRIC_GAUGE_RATIO:
        read_ratio(probe, now_ns, point);
        break;
    }
    if (probe->type->samples && moved == 0 && point->sum <= 0) /* nothing began, and nothing goes on */
        probe_point_clear(point);
    return status;
}

double probe_point_value(const struct metric_type *type, const struct probe_point *point, enum probe_statistic statistic, double share)
{
    if (point->samples <= 0)
        return NAN;
    switch (statistic) {
    case PROBE_SAMPLE_COUNT:
        return point->samples;
    case PROBE_AVERAGE:
        return point->sum / point->samples;
    case PROBE_SUM:
        return point->sum;
    case PROBE_MINIMUM:
        return point->minimum;
    case PROBE_MAXIMUM:
        return point->maximum;
    case PROBE_PERCENTILE:
        break;
    }
    if (!point->values || histogram_count(point->values) == 0)
        return NAN;
    double value = histogram_quantile(point->values, share) / metric_unit_scale(type);
    return fmin(fmax(value, point->minimum), point->maximum);
}
