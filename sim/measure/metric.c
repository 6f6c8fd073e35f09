/* metric.c: the statistics that a metric has, by name and by number. */
#include "measure/measure.h"

#include <math.h>
#include <string.h>

enum statistic_kind { SAMPLE_COUNT, SUM, AVERAGE, MINIMUM, MAXIMUM, PERCENTILE };

struct statistic {
    const char *name;
    enum statistic_kind kind;
    double share; /* of PERCENTILE */
};

/* In the order in which figures are given out. What a kind of metric has is a stretch of this table. */
static const struct statistic statistics[] = {
    {"SampleCount", SAMPLE_COUNT, 0}, {"Sum", SUM, 0},           {"Average", AVERAGE, 0},
    {"Minimum", MINIMUM, 0},          {"Maximum", MAXIMUM, 0},   {"p50", PERCENTILE, 0.5},
    {"p90", PERCENTILE, 0.9},         {"p95", PERCENTILE, 0.95}, {"p99", PERCENTILE, 0.99},
    {"p99.9", PERCENTILE, 0.999},
};
enum { FIRST_SUM = 1, FIRST_AVERAGE = 2, FIRST_PERCENTILE = 5, END = sizeof statistics / sizeof statistics[0] };
_Static_assert(END == FIGURES_MAX, "a tally has every statistic");

struct stretch {
    size_t first, end;
};

static struct stretch stretch_of(const struct metric_type *type)
{
    switch (type->kind) {
    case METRIC_COUNT:
        return (struct stretch){FIRST_SUM, FIRST_SUM + 1};
    case METRIC_TALLY:
        return (struct stretch){0, END};
    case METRIC_GAUGE:
        return (struct stretch){FIRST_AVERAGE, type->levels ? END : FIRST_PERCENTILE};
    case METRIC_PERCENT:
    case METRIC_GAUGE_RATIO:
        break;
    }
    return (struct stretch){FIRST_AVERAGE, FIRST_AVERAGE + 1};
}

size_t metric_figure_count(const struct metric_type *type)
{
    struct stretch stretch = stretch_of(type);
    return stretch.end - stretch.first;
}

const char *metric_figure_stat(const struct metric_type *type, size_t index)
{
    return statistics[stretch_of(type).first + index].name;
}

const char *metric_default_stat(const struct metric_type *type)
{
    return type->kind == METRIC_COUNT ? "Sum" : "Average";
}

double metric_time_unit_ns(const char *unit)
{
    if (strcmp(unit, "Microseconds") == 0)
        return 1e3;
    if (strcmp(unit, "Milliseconds") == 0)
        return 1e6;
    return strcmp(unit, "Seconds") == 0 ? 1e9 : 0;
}

double metric_unit_scale(const struct metric_type *type)
{
    double unit_ns = metric_time_unit_ns(type->unit);
    return type->parts > 0 ? type->parts : unit_ns > 0 ? unit_ns : 1;
}

/* Reads digits, at most `most`; `*number` goes on from what it holds. Returns how many. */
static int read_digits(const char *text, int most, uint64_t *number)
{
    int digits = 0;
    while (digits < most && text[digits] >= '0' && text[digits] <= '9')
        *number = *number * 10 + (uint64_t)(text[digits++] - '0');
    return digits;
}

/* "p50", "p99.9", "p0.01": above 0 and below 100, at most six decimals. The share is one division of whole numbers, so p99.9 is the very
 * number that 0.999 is. */
static bool read_percentile(const char *text, double *share)
{
    if (*text++ != 'p' || (text[0] == '0' && text[1] != '.'))
        return false;
    uint64_t number = 0;
    int digits = read_digits(text, 2, &number);
    if (digits == 0)
        return false;
    text += digits;
    double whole = 100;
    if (*text == '.') {
        int decimals = read_digits(++text, 6, &number);
        if (decimals == 0)
            return false;
        text += decimals;
        while (decimals-- > 0)
            whole *= 10;
    }
    *share = (double)number / whole;
    return *text == '\0' && number > 0;
}

/* The statistic of that name, if `type` has it. */
static bool find_statistic(const struct metric_type *type, const char *name, struct statistic *statistic)
{
    struct stretch stretch = stretch_of(type);
    for (size_t i = stretch.first; i < stretch.end; i++) {
        if (strcmp(statistics[i].name, name) == 0) {
            *statistic = statistics[i];
            return true;
        }
    }
    *statistic = (struct statistic){.name = name, .kind = PERCENTILE};
    return stretch.end > FIRST_PERCENTILE && read_percentile(name, &statistic->share);
}

bool metric_has_stat(const struct metric_type *type, const char *stat)
{
    struct statistic statistic;
    return find_statistic(type, stat, &statistic);
}

static double tally_statistic(const struct tally_part *part, const struct statistic *statistic, double scale)
{
    switch (statistic->kind) {
    case SAMPLE_COUNT:
        return (double)part->count;
    case SUM:
        return (double)part->sum / scale;
    case AVERAGE:
        return tally_part_average(part) / scale;
    case MINIMUM:
        return part->count ? (double)part->minimum / scale : NAN;
    case MAXIMUM:
        return part->count ? (double)part->maximum / scale : NAN;
    case PERCENTILE:
        break;
    }
    return tally_part_quantile(part, statistic->share) / scale;
}

/* `levels`: the time spent at each level in the span; NULL: not known. */
static double gauge_statistic(const struct gauge_span *span, const struct histogram *levels, const struct statistic *statistic,
                              double scale)
{
    if (span->length_ns == 0)
        return NAN;
    switch (statistic->kind) {
    case AVERAGE:
        return gauge_span_average(span) / scale;
    case MINIMUM:
        return (double)span->minimum / scale;
    case MAXIMUM:
        return (double)span->maximum / scale;
    case PERCENTILE:
        if (!levels)
            return NAN;
        return fmin(fmax(histogram_quantile(levels, statistic->share), (double)span->minimum), (double)span->maximum) / scale;
    case SAMPLE_COUNT:
    case SUM:
        break;
    }
    return NAN;
}

static double evaluate(const struct metric_type *type, const struct period_value *value, const struct histogram *levels,
                       const struct statistic *statistic)
{
    double scale = metric_unit_scale(type);
    switch (type->kind) {
    case METRIC_COUNT:
        return (double)value->count / scale;
    case METRIC_TALLY:
        return tally_statistic(value->tally, statistic, scale);
    case METRIC_GAUGE:
        return gauge_statistic(&value->span, levels, statistic, scale);
    case METRIC_PERCENT:
        return value->other_count ? 100 * (double)value->count / (double)value->other_count : NAN;
    case METRIC_GAUGE_RATIO:
        break;
    }
    if (value->other_span.integral == 0)
        return NAN;
    double ratio = (double)value->span.integral / (double)value->other_span.integral;
    return strcmp(type->unit, "Percent") == 0 ? 100 * ratio : ratio;
}

double period_value_stat(const struct metric_type *type, const struct period_value *value, const char *stat)
{
    struct statistic statistic;
    return find_statistic(type, stat, &statistic) ? evaluate(type, value, NULL, &statistic) : NAN;
}

/* What a slot holds of the periods that are over. */
static struct period_value whole_of(const struct metric_slot *slot)
{
    const void *part = metric_part(slot, 0), *other = metric_part(slot, 1);
    switch (slot->type->kind) {
    case METRIC_PERCENT:
        return (struct period_value){.count = ((const struct counter *)part)->whole, .other_count = ((const struct counter *)other)->whole};
    case METRIC_GAUGE_RATIO:
        return (struct period_value){.span = ((const struct gauge *)part)->whole, .other_span = ((const struct gauge *)other)->whole};
    case METRIC_TALLY:
        return (struct period_value){.tally = &((const struct tally *)part)->whole};
    case METRIC_GAUGE:
        return (struct period_value){.span = ((const struct gauge *)part)->whole};
    case METRIC_COUNT:
        break;
    }
    return (struct period_value){.count = ((const struct counter *)part)->whole};
}

/* The time at each level over the whole run; NULL where it is not kept. */
static struct histogram *levels_of(const struct metric_slot *slot)
{
    return slot->type->kind == METRIC_GAUGE && slot->type->levels ? ((struct gauge *)metric_part(slot, 0))->levels : NULL;
}

void metric_figures(const struct metric_slot *slot, double *values)
{
    struct stretch stretch = stretch_of(slot->type);
    struct period_value whole = whole_of(slot);
    for (size_t i = stretch.first; i < stretch.end; i++)
        values[i - stretch.first] = evaluate(slot->type, &whole, levels_of(slot), &statistics[i]);
}

double metric_whole_stat(const struct metric_slot *slot, const char *stat)
{
    struct statistic statistic;
    struct period_value whole = whole_of(slot);
    return find_statistic(slot->type, stat, &statistic) ? evaluate(slot->type, &whole, levels_of(slot), &statistic) : NAN;
}

size_t metric_histograms(const struct metric_slot *slot, const char *names[2], struct histogram *histograms[2])
{
    static const char *const class_names[TALLY_CLASSES] = {[TALLY_WARM] = "warm", [TALLY_COLD] = "cold"};
    bool is_tally = slot->type->kind == METRIC_TALLY, classes = is_tally && slot->type->classes;
    const struct tally *tally = is_tally ? metric_part(slot, 0) : NULL;
    size_t count = 0;
    for (size_t i = 0; i < (classes ? TALLY_CLASSES : 1); i++) {
        struct histogram *histogram = is_tally ? tally->whole.histograms[i] : levels_of(slot);
        if (!histogram || histogram->page_count == 0)
            continue;
        names[count] = classes ? class_names[i] : "";
        histograms[count++] = histogram;
    }
    return count;
}

void metrics_link(const struct metric_type *table, void *part, void *whole)
{
    for (const struct metric_type *row = table; row->name; row++) {
        void *from = (char *)part + row->offset, *to = (char *)whole + row->offset;
        switch (row->kind) {
        case METRIC_COUNT:
            ((struct counter *)from)->total = to;
            break;
        case METRIC_TALLY:
            ((struct tally *)from)->total = to;
            break;
        case METRIC_GAUGE:
            ((struct gauge *)from)->total = to;
            break;
        case METRIC_PERCENT:
        case METRIC_GAUGE_RATIO: /* of others' counters and gauges */
            break;
        }
    }
}
