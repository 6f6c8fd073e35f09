/* plot.c: pictures before they are drawn. */
#include "output/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plot_init(struct plot *plot, const char *name, const char *title, const char *caption)
{
    *plot = (struct plot){.title = strdup(title), .caption = strdup(caption)};
    (void)snprintf(plot->name, sizeof plot->name, "%s", name);
    plot->failed = !plot->title || !plot->caption;
}

static void axis_fini(struct plot_axis *axis)
{
    for (size_t i = 0; i < axis->tick_count; i++)
        free(axis->ticks[i].text);
    free(axis->label);
}

static void panel_fini(struct plot_panel *panel)
{
    for (size_t i = 0; i < panel->count; i++) {
        struct plot_series *series = &panel->series[i];
        free(series->label);
        free(series->x);
        free(series->y);
        free(series->low);
        free(series->high);
    }
    for (size_t i = 0; i < panel->row_count; i++)
        free(panel->rows[i].text);
    free(panel->series);
    free(panel->rows);
    axis_fini(&panel->y);
    axis_fini(&panel->y2);
}

void plot_fini(struct plot *plot)
{
    for (size_t i = 0; i < PLOT_PANELS; i++)
        panel_fini(&plot->panels[i]);
    axis_fini(&plot->x);
    free(plot->title);
    free(plot->caption);
    *plot = (struct plot){0};
}

static double *nothing(struct plot *plot, size_t count)
{
    double *values = calloc(count + 1, sizeof *values);
    for (size_t i = 0; values && i < count; i++)
        values[i] = NAN;
    plot->failed |= !values;
    return values;
}

static bool has_y(enum plot_mark mark)
{
    return mark == MARK_LINE || mark == MARK_POINTS || mark == MARK_LIMIT;
}

struct plot_series *plot_add(struct plot *plot, size_t panel, enum plot_mark mark, int colour, const char *label, size_t count)
{
    struct plot_panel *of = &plot->panels[panel];
    struct plot_series *list = plot->failed ? NULL : reallocarray(of->series, of->count + 1, sizeof *list);
    if (!list) {
        plot->failed = true;
        return NULL;
    }
    of->series = list;
    struct plot_series *series = &list[of->count++];
    *series = (struct plot_series){.mark = mark, .colour = colour, .count = count, .label = strdup(label)};
    series->x = nothing(plot, count);
    if (has_y(mark))
        series->y = nothing(plot, count);
    if (mark != MARK_LINE && mark != MARK_LIMIT) {
        series->low = nothing(plot, count);
        series->high = nothing(plot, count);
    }
    plot->failed |= !series->label;
    return plot->failed ? NULL : series;
}

void plot_add_row(struct plot *plot, size_t panel, double at, const char *text)
{
    struct plot_panel *of = &plot->panels[panel];
    struct plot_tick *rows = plot->failed ? NULL : reallocarray(of->rows, of->row_count + 1, sizeof *rows);
    char *copy = rows ? strdup(text) : NULL;
    if (rows)
        of->rows = rows;
    if (copy)
        of->rows[of->row_count++] = (struct plot_tick){at, copy};
    else
        plot->failed = true;
}

static void widen(const double *values, size_t count, double *low, double *high)
{
    for (size_t i = 0; values && i < count; i++) {
        *low = fmin(*low, values[i]); /* fmin and fmax pass NaN by */
        *high = fmax(*high, values[i]);
    }
}

bool plot_extent(const struct plot_panel *panel, bool second, bool limits, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < panel->count; i++) {
        const struct plot_series *series = &panel->series[i];
        if (series->second != second || (series->mark == MARK_LIMIT && !limits))
            continue;
        widen(series->y, series->count, low, high);
        widen(series->low, series->count, low, high);
        widen(series->high, series->count, low, high);
    }
    return *low <= *high;
}

bool plot_extent_x(const struct plot *plot, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t p = 0; p < plot->panel_count; p++)
        for (size_t i = 0; i < plot->panels[p].count; i++)
            widen(plot->panels[p].series[i].x, plot->panels[p].series[i].count, low, high);
    return *low <= *high;
}
