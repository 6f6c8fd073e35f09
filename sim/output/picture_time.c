/* picture_time.c: a picture over time from the series that were read. */
#include "output/picture_plan.h"
#include "output/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this share of a limit the limit is only told of: on the picture it would press everything else to the ground. */
#define LIMIT_SHARE 0.3
/* A line with fewer of its points than this share is drawn as points. */
#define SPARSE_SHARE 0.5
/* From this ratio of the largest to the least on times are drawn on a logarithmic axis. */
#define LOG_RATIO 30
/* A logarithmic axis goes no further down than this share of its top: a median of a cache beside the longest of time-outs is still seen. */
#define LOG_DEPTH 1e-6

enum joining { JOIN_SUM, JOIN_MEAN, JOIN_MAXIMUM, JOIN_MINIMUM };

static enum joining joining_of(const char *stat)
{
    if (strcmp(stat, "Sum") == 0 || strcmp(stat, "SampleCount") == 0)
        return JOIN_SUM;
    if (strcmp(stat, "Minimum") == 0)
        return JOIN_MINIMUM;
    bool high = strcmp(stat, "Maximum") == 0 || (stat[0] == 'p' && strtod(stat + 1, NULL) >= 90);
    return high ? JOIN_MAXIMUM : JOIN_MEAN;
}

/* Periods `from` to below `until` as one. A count without rows is 0; any other figure is NaN. */
static double join(const struct result_series *series, enum joining joining, size_t from, size_t until)
{
    double joined = joining == JOIN_SUM ? 0 : NAN;
    size_t count = 0;
    for (size_t i = from; i < until; i++) {
        double value = series->values[i];
        if (isnan(value))
            continue;
        count++;
        if (joining == JOIN_MAXIMUM)
            joined = fmax(joined, value);
        else if (joining == JOIN_MINIMUM)
            joined = fmin(joined, value);
        else
            joined = count == 1 ? value : joined + value;
    }
    return joining == JOIN_MEAN && count > 0 ? joined / (double)count : joined;
}

/* How the periods go into the bins of a picture. */
struct bins {
    size_t count, periods; /* periods a bin */
    double length_s;       /* of a period */
};

static struct bins bins_of(const struct result_data *data)
{
    struct bins bins = {.periods = (data->period_count + RUN_PLOTS_BINS - 1) / RUN_PLOTS_BINS, .length_s = 1};
    if (bins.periods == 0)
        bins.periods = 1;
    bins.count = (data->period_count + bins.periods - 1) / bins.periods;
    for (size_t i = 1; i < data->period_count && i < 3; i++)
        bins.length_s = data->times_s[i] - data->times_s[i - 1];
    return bins;
}

static double bin_value(const struct result_data *data, const struct plan_line *line, const struct bins *bins, size_t bin)
{
    size_t from = bin * bins->periods, until = from + bins->periods;
    if (until > data->period_count)
        until = data->period_count;
    double value = join(line->series, joining_of(line->line->stat), from, until);
    if (line->over) {
        double over = join(line->over, JOIN_SUM, from, until);
        return over > 0 ? 100 * value / over : NAN;
    }
    return line->line->rate ? value / (bins->length_s * (double)(until - from)) : value;
}

static const char *unit_of(const struct result_data *data, const struct picture_plan *plan, size_t panel)
{
    const struct picture_line *line = plan->lines[panel][0].line;
    if (plan->type->panels[panel].share || line->over)
        return "Percent";
    return result_data_unit(data, line->metric);
}

/* Values of all lines of a panel: lines x bins. NULL when memory is out. */
static double *panel_values(const struct result_data *data, const struct picture_plan *plan, size_t panel, const struct bins *bins)
{
    size_t lines = plan->counts[panel];
    double *values = calloc(lines * bins->count + 1, sizeof *values);
    for (size_t l = 0; values && l < lines; l++)
        for (size_t b = 0; b < bins->count; b++)
            values[l * bins->count + b] = bin_value(data, &plan->lines[panel][l], bins, b);
    for (size_t b = 0; values && plan->type->panels[panel].share && b < bins->count; b++) {
        double sum = 0;
        for (size_t l = 0; l < lines; l++)
            sum += isnan(values[l * bins->count + b]) ? 0 : values[l * bins->count + b];
        for (size_t l = 0; l < lines; l++)
            values[l * bins->count + b] = sum > 0 ? 100 * values[l * bins->count + b] / sum : NAN;
    }
    return values;
}

static bool is_nothing(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0 || values[i] < 0)
            return false;
    return true;
}

static double largest(const double *values, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

/* x of bins: their beginnings for lines and areas, their middles for bars. */
static void fill_x(const struct result_data *data, const struct bins *bins, double factor, bool middle, double *x)
{
    for (size_t b = 0; b < bins->count; b++)
        x[b] = (data->times_s[b * bins->periods] + (middle ? bins->length_s * (double)bins->periods / 2 : 0)) * factor;
}

static bool is_sparse(const double *values, size_t count)
{
    size_t there = 0;
    for (size_t i = 0; i < count; i++)
        there += isnan(values[i]) ? 0 : 1;
    return (double)there <= SPARSE_SHARE * (double)count;
}

static int colour_of(const struct picture_plan *plan, size_t panel, size_t line)
{
    const struct plan_line *lines = plan->lines[panel];
    /* The whole beside its parts is no part. */
    bool whole =
        plan->type->panels[panel].whole && lines[0].resource && strcmp(lines[0].resource->name, plan->type->panels[panel].whole) == 0;
    if (whole && line == 0)
        return COLOUR_INK;
    return 1 + (int)((line - whole) % PLOT_COLOURS);
}

static void fill_points(const struct result_data *data, const struct bins *bins, double time_factor, const double *values, double factor,
                        double *stacked, struct plot_series *series)
{
    fill_x(data, bins, time_factor, series->mark == MARK_BARS, series->x);
    for (size_t b = 0; b < bins->count; b++) {
        double value = values[b] * factor;
        if (series->y) {
            series->y[b] = value;
        } else {
            series->low[b] = stacked[b];
            series->high[b] = stacked[b] += isnan(value) ? 0 : value;
        }
    }
}

/* Two points a bin. */
static void fill_steps(const struct result_data *data, const struct bins *bins, double time_factor, const double *values, double factor,
                       double *stacked, struct plot_series *series)
{
    double width = bins->length_s * (double)bins->periods * time_factor;
    for (size_t b = 0; b < bins->count; b++) {
        double low = stacked[b], from = data->times_s[b * bins->periods] * time_factor;
        stacked[b] += isnan(values[b]) ? 0 : values[b] * factor;
        for (size_t side = 0; side < 2; side++) {
            series->x[2 * b + side] = from + (double)side * width;
            series->low[2 * b + side] = low;
            series->high[2 * b + side] = stacked[b];
        }
    }
}

static void add_lines(const struct result_data *data, const struct picture_plan *plan, size_t panel, const struct bins *bins,
                      double time_factor, const double *values, double factor, struct plot *plot, size_t at)
{
    enum picture_mark mark = plan->type->panels[panel].mark;
    double *stacked = mark == PICTURE_LINES ? NULL : calloc(bins->count + 1, sizeof *stacked);
    plot->failed |= mark != PICTURE_LINES && !stacked;
    bool several = plan->counts[panel] > 1;
    for (size_t l = 0; l < plan->counts[panel] && !plot->failed; l++) {
        const double *line = values + l * bins->count;
        if (is_nothing(line, bins->count) && several && plan->type->panels[panel].mark != PICTURE_LINES)
            continue;
        enum plot_mark drawn = mark == PICTURE_AREAS          ? MARK_AREA
                               : mark == PICTURE_BARS         ? MARK_BARS
                               : is_sparse(line, bins->count) ? MARK_POINTS
                                                              : MARK_LINE;
        /* The axis says what a line is that stands alone. */
        bool alone = !several && plan->type->panels[panel].lines[0].label[0] != '\0' && !plan->type->panels[panel].limits;
        const char *label = alone ? "" : plan->lines[panel][l].label;
        /* An area reaches from each bin's beginning to its end. */
        size_t points = drawn == MARK_AREA ? 2 * bins->count : bins->count;
        struct plot_series *series = plot_add(plot, at, drawn, colour_of(plan, panel, l), label, points);
        if (!series)
            break;
        if (drawn == MARK_AREA)
            fill_steps(data, bins, time_factor, line, factor, stacked, series);
        else
            fill_points(data, bins, time_factor, line, factor, stacked, series);
    }
    free(stacked);
}

/* A limit: drawn where what is shown comes near it. What is far above would press it all to the floor. */
static void add_limit(const struct limit_step *steps, size_t count, double factor, double time_factor, double most, const char *label,
                      struct plot *plot, size_t at)
{
    bool near = false;
    for (size_t i = 0; i < count; i++)
        near |= most >= LIMIT_SHARE * steps[i].value * factor;
    struct plot_series *series = near ? plot_add(plot, at, MARK_LIMIT, COLOUR_LIMIT, label, 2 * count) : NULL;
    for (size_t i = 0; series && i < count; i++) {
        double value = steps[i].value * factor, until = i + 1 < count ? steps[i + 1].at_s * time_factor : plot->x.high;
        series->x[2 * i] = fmin(fmax(steps[i].at_s * time_factor, plot->x.low), plot->x.high);
        series->x[2 * i + 1] = fmin(fmax(until, plot->x.low), plot->x.high);
        series->y[2 * i] = series->y[2 * i + 1] = most >= LIMIT_SHARE * value ? value : NAN;
    }
}

static void add_limits(const struct result_data *data, const struct picture_plan *plan, size_t panel, double factor, double time_factor,
                       struct plot *plot, size_t at)
{
    double low, high;
    if (!plot_extent(&plot->panels[at], false, false, &low, &high))
        return;
    char label[128];
    for (const struct picture_limit *limit = plan->type->panels[panel].limits; limit && limit->label; limit++) {
        bool of_account = strncmp(limit->property, "account.", 8) == 0;
        size_t drawn = 0;
        for (size_t l = 0; l < plan->counts[panel] && drawn < 4; l++) {
            const struct result_resource *resource = plan->lines[panel][l].resource;
            if (!of_account && !resource)
                continue;
            if (l > 0 && (of_account || resource == plan->lines[panel][l - 1].resource))
                continue;
            struct limit_step steps[LIMIT_STEPS];
            size_t count = picture_limit_of(data, limit, of_account ? NULL : resource->name, steps);
            (void)snprintf(label, sizeof label, of_account || plan->resource ? "%s" : "%s of %s", limit->label,
                           of_account ? "" : resource->name);
            size_t before = plot->panels[at].count;
            add_limit(steps, count, factor, time_factor, high, label, plot, at);
            drawn += plot->panels[at].count - before;
        }
    }
}

static void set_axis(const struct result_data *data, const struct picture_plan *plan, size_t panel, const struct plot_unit *unit,
                     struct plot *plot, size_t at)
{
    const struct picture_panel *shown = &plan->type->panels[panel];
    double low, high, least = INFINITY;
    char label[128];
    (void)data;
    if (!plot_extent(&plot->panels[at], false, true, &low, &high))
        low = high = 0;
    for (size_t i = 0; i < plot->panels[at].count; i++)
        for (size_t j = 0; plot->panels[at].series[i].y && j < plot->panels[at].series[i].count; j++)
            if (plot->panels[at].series[i].y[j] > 0)
                least = fmin(least, plot->panels[at].series[i].y[j]);
    bool of_time = strcmp(unit->name, "ms") == 0;
    if (shown->mark == PICTURE_LINES && of_time && high / least > LOG_RATIO) {
        plot_axis_log(plot, &plot->panels[at].y, shown->axis, unit->name, fmax(least * 0.85, high * LOG_DEPTH), high * 1.05);
        return;
    }
    (void)snprintf(label, sizeof label, *unit->name ? "%s (%s)" : "%s", shown->axis, unit->name);
    if (shown->share)
        high = 100;
    plot_axis_linear(plot, &plot->panels[at].y, label, fmin(0, low), high);
}

/* Times on a logarithmic axis stay in ms: its ticks have their units themselves. */
static struct plot_unit unit_for(const struct picture_panel *shown, const char *unit, const double *values, size_t count)
{
    double most = largest(values, count), least = INFINITY;
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0)
            least = fmin(least, values[i]);
    if (shown->mark == PICTURE_LINES && strcmp(unit, "Milliseconds") == 0 && most / least > LOG_RATIO)
        return (struct plot_unit){1, "ms"};
    return plot_unit_for(unit, most);
}

static bool add_panel(const struct result_data *data, const struct picture_plan *plan, size_t panel, const struct bins *bins,
                      double time_factor, struct plot *plot)
{
    const struct picture_panel *shown = &plan->type->panels[panel];
    size_t count = plan->counts[panel] * bins->count;
    double *values = panel_values(data, plan, panel, bins);
    plot->failed |= !values;
    bool nothing = !values || is_nothing(values, count);
    if (!nothing) {
        size_t at = plot->panel_count++;
        struct plot_unit unit = unit_for(shown, unit_of(data, plan, panel), values, count);
        plot->panels[at].bar_width = bins->length_s * (double)bins->periods * time_factor;
        add_lines(data, plan, panel, bins, time_factor, values, unit.factor, plot, at);
        add_limits(data, plan, panel, unit.factor, time_factor, plot, at);
        set_axis(data, plan, panel, &unit, plot, at);
    }
    free(values);
    return !nothing;
}

/* What there is to see in the further panels, behind what there is in the first. */
static void add_caption(struct plot *plot, const struct picture_panel *panel)
{
    char *caption = NULL;
    if (!panel->caption)
        return;
    if (asprintf(&caption, "%s %s", plot->caption, panel->caption) < 0) {
        plot->failed = true;
        return;
    }
    free(plot->caption);
    plot->caption = caption;
}

bool picture_over_time(const struct result_data *data, const struct picture_plan *plan, struct plot *plot)
{
    struct bins bins = bins_of(data);
    if (bins.count < 2)
        return false;
    double end_s = data->times_s[data->period_count - 1] + bins.length_s;
    struct plot_unit unit = plot_axis_time(plot, &plot->x, 0, end_s);
    for (size_t p = 0; p < PICTURE_PANELS && plan->counts[p] > 0; p++) {
        if (add_panel(data, plan, p, &bins, unit.factor, plot))
            add_caption(plot, &plan->type->panels[p]);
        else if (p == 0)
            return false;
    }
    return plot->panel_count > 0;
}
