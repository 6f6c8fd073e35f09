/* sweep_plots.c: pictures of points. */
#include "output/sweep_plots.h"

#include "output/figure_text.h"
#include "output/plot_axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MOST 60u /* of one side of a heat map */
#define TICKS_SHOWN 12u
#define LOG_FROM 20 /* settings that go so many fold up stand on a logarithmic axis */

/* One picture while it is made. */
struct drawing_of {
    const struct sweep_points *points;
    const struct sweep_figure *figure;
    struct plot_unit unit;
    double least, most; /* in the metric's unit */
    struct plot *plot;
};

/* Levels as ticks, at their numbers or at their places from 1. */
static void level_ticks(struct plot *plot, struct plot_axis *axis, const struct sweep_column *column, bool by_place)
{
    size_t every = (column->level_count + TICKS_SHOWN - 1) / TICKS_SHOWN;
    plot_axis_label(plot, axis, column->title);
    for (size_t i = 0; i < column->level_count && axis->tick_count < PLOT_TICKS; i += every) {
        char *text = strdup(column->names[i]);
        plot->failed |= !text;
        if (text)
            axis->ticks[axis->tick_count++] = (struct plot_tick){by_place ? (double)i + 1 : column->levels[i], text};
    }
}

static const char *figure_label(const struct drawing_of *drawing, char *label, size_t size)
{
    const struct sweep_figure *figure = drawing->figure;
    (void)snprintf(label, size, "%s %s%s%s%s", figure->metric, figure->stat, *drawing->unit.name ? " (" : "", drawing->unit.name,
                   *drawing->unit.name ? ")" : "");
    return label;
}

struct spot {
    double x;
    size_t point;
};

static int by_x(const void *a, const void *b)
{
    const struct spot *left = a, *right = b;
    return left->x != right->x ? (left->x > right->x) - (left->x < right->x) : (left->point > right->point) - (left->point < right->point);
}

/* y over the one setting. */
static void make_line(const struct drawing_of *drawing)
{
    const struct sweep_points *points = drawing->points;
    const struct sweep_column *column = &points->columns[0];
    struct plot *plot = drawing->plot;
    double factor = drawing->unit.factor, low, high;
    char label[160];
    struct spot *order = calloc(points->count + 1, sizeof *order);
    struct plot_series *series = plot_add(plot, 0, MARK_POINTS, 1, "", points->count);
    struct plot_series *line = plot_add(plot, 0, MARK_LINE, 1, "", points->count);
    plot->failed |= !order;
    if (!order || !series || !line) {
        free(order);
        return;
    }
    series = &plot->panels[0].series[0];
    for (size_t i = 0; i < points->count; i++)
        order[i] = (struct spot){column->numbers[i], i};
    qsort(order, points->count, sizeof *order, by_x);
    for (size_t i = 0; i < points->count; i++) {
        size_t point = order[i].point;
        series->x[i] = line->x[i] = order[i].x;
        series->y[i] = line->y[i] = drawing->figure->mean[point] * factor;
        series->low[i] = drawing->figure->low[point] * factor;
        series->high[i] = drawing->figure->high[point] * factor;
    }
    free(order);
    struct plot_series *goal = isnan(drawing->figure->goal) ? NULL : plot_add(plot, 0, MARK_LIMIT, COLOUR_LIMIT, "goal", 2);
    for (size_t i = 0; goal && i < 2; i++) {
        goal->x[i] = i == 0 ? column->levels[0] : column->levels[column->level_count - 1];
        goal->y[i] = drawing->figure->goal * factor;
    }
    (void)plot_extent(&plot->panels[0], false, true, &low, &high);
    plot_axis_linear(plot, &plot->panels[0].y, figure_label(drawing, label, sizeof label), fmin(low, 0), high);
    double first = column->levels[0], last = column->levels[column->level_count - 1];
    if (column->numeric && first > 0 && last / first >= LOG_FROM)
        plot_axis_log(plot, &plot->x, column->title, "", first * 0.9, last * 1.1);
    else if (column->numeric && column->level_count > TICKS_SHOWN)
        plot_axis_linear(plot, &plot->x, column->title, column->levels[0], column->levels[column->level_count - 1]);
    else
        level_ticks(plot, &plot->x, column, false);
    if (plot->x.tick_count > 0 && !(plot->x.high > plot->x.low)) {
        double margin = 0.04 * (column->levels[column->level_count - 1] - column->levels[0]);
        plot->x.low = column->levels[0] - (margin > 0 ? margin : 1);
        plot->x.high = column->levels[column->level_count - 1] + (margin > 0 ? margin : 1);
    }
}

/* 0 to PLOT_HEATS - 1. */
static int heat_of(const struct drawing_of *drawing, double value)
{
    double share = drawing->most > drawing->least ? (value - drawing->least) / (drawing->most - drawing->least) : 0;
    int heat = (int)(share * PLOT_HEATS);
    return heat < 0 ? 0 : heat < PLOT_HEATS ? heat : PLOT_HEATS - 1;
}

/* As many decimals as tell the bands apart. */
static void heat_label(const struct drawing_of *drawing, int heat, char *label, size_t size)
{
    double least = drawing->least * drawing->unit.factor, step = (drawing->most - drawing->least) / PLOT_HEATS * drawing->unit.factor;
    int decimals = step > 0 ? (int)fmin(fmax(1 - floor(log10(step)), 0), 9) : 0;
    (void)snprintf(label, size, "%.*f to %.*f%s%s", decimals, least + heat * step, decimals, least + (heat + 1) * step,
                   *drawing->unit.name ? " " : "", drawing->unit.name);
}

static int by_number(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static size_t level_of(const struct sweep_column *column, double number)
{
    const double *level = bsearch(&number, column->levels, column->level_count, sizeof *level, by_number);
    return level ? (size_t)(level - column->levels) : 0;
}

/* The mean at each cell; NaN: nothing there. */
static double *cells_of(const struct drawing_of *drawing)
{
    const struct sweep_points *points = drawing->points;
    const struct sweep_column *across = &points->columns[0], *up = &points->columns[1];
    double *cells = malloc((across->level_count * up->level_count + 1) * sizeof *cells);
    for (size_t i = 0; cells && i < across->level_count * up->level_count; i++)
        cells[i] = NAN;
    for (size_t p = 0; cells && p < points->count; p++)
        cells[level_of(across, across->numbers[p]) * up->level_count + level_of(up, up->numbers[p])] = drawing->figure->mean[p];
    return cells;
}

/* Is the goal met at some points, and missed at others? */
static bool is_crossed(const struct drawing_of *drawing)
{
    return drawing->figure->goal > drawing->least && drawing->figure->goal < drawing->most;
}

/* Where the figure crosses the goal on its way up each column of cells. */
static void add_contour(const struct drawing_of *drawing, const double *cells)
{
    const struct sweep_column *across = &drawing->points->columns[0], *up = &drawing->points->columns[1];
    double goal = drawing->figure->goal;
    struct plot_series *line =
        !is_crossed(drawing) ? NULL : plot_add(drawing->plot, 0, MARK_LIMIT, COLOUR_LIMIT, "goal", across->level_count);
    for (size_t i = 0; line && i < across->level_count; i++) {
        line->x[i] = (double)i + 1;
        for (size_t j = 0; j + 1 < up->level_count && isnan(line->y[i]); j++) {
            double a = cells[i * up->level_count + j], b = cells[i * up->level_count + j + 1];
            if ((a < goal) != (b < goal) && a != b && !isnan(a) && !isnan(b))
                line->y[i] = (double)j + 1 + (goal - a) / (b - a);
        }
    }
}

static void make_heat_map(const struct drawing_of *drawing)
{
    const struct sweep_column *across = &drawing->points->columns[0], *up = &drawing->points->columns[1];
    struct plot *plot = drawing->plot;
    double *cells = cells_of(drawing);
    size_t count = across->level_count * up->level_count;
    plot->failed |= !cells;
    for (int heat = 0; cells && heat < PLOT_HEATS; heat++) {
        char label[80];
        heat_label(drawing, heat, label, sizeof label);
        size_t used = 0;
        for (size_t i = 0; i < count; i++)
            used += !isnan(cells[i]) && heat_of(drawing, cells[i]) == heat;
        struct plot_series *series = used > 0 ? plot_add(plot, 0, MARK_ROWS, COLOUR_HEAT + heat, label, used) : NULL;
        size_t at = 0;
        for (size_t i = 0; series && i < count; i++) {
            if (isnan(cells[i]) || heat_of(drawing, cells[i]) != heat)
                continue;
            size_t row = i % up->level_count, column = i / up->level_count;
            series->x[at] = (double)row + 1;
            series->low[at] = (double)column + 0.5;
            series->high[at++] = (double)column + 1.5;
        }
    }
    if (cells)
        add_contour(drawing, cells);
    free(cells);
    size_t every = (up->level_count + 19) / 20;
    for (size_t j = 0; j < up->level_count; j += every)
        plot_add_row(plot, 0, (double)j + 1, up->names[j]);
    plot->panels[0].cells = true;
    plot_axis_label(plot, &plot->panels[0].y, up->title);
    plot->panels[0].y.low = 0.5;
    plot->panels[0].y.high = (double)up->level_count + 0.5;
    level_ticks(plot, &plot->x, across, true);
    plot->x.low = 0.5;
    plot->x.high = (double)across->level_count + 0.5;
}

/* A point's place on an axis of its setting, from 0 to 1. */
static double share_of(const struct sweep_column *column, size_t point)
{
    double low = column->levels[0], high = column->levels[column->level_count - 1];
    return high > low ? (column->numbers[point] - low) / (high - low) : 0.5;
}

/* Each point is a line over the settings' axes and, last, the figure's own. */
static void make_parallel(const struct drawing_of *drawing)
{
    const struct sweep_points *points = drawing->points;
    struct plot *plot = drawing->plot;
    size_t columns = points->column_count < PLOT_TICKS - 1 ? points->column_count : PLOT_TICKS - 1, steps = columns + 2;
    for (int heat = 0; heat < PLOT_HEATS; heat++) {
        char label[80];
        size_t used = 0, at = 0;
        for (size_t p = 0; p < points->count; p++)
            used += !isnan(drawing->figure->mean[p]) && heat_of(drawing, drawing->figure->mean[p]) == heat;
        heat_label(drawing, heat, label, sizeof label);
        struct plot_series *series = used > 0 ? plot_add(plot, 0, MARK_LINE, COLOUR_HEAT + heat, label, used * steps) : NULL;
        for (size_t p = 0; series && p < points->count; p++) {
            double value = drawing->figure->mean[p];
            if (isnan(value) || heat_of(drawing, value) != heat)
                continue;
            for (size_t c = 0; c < columns; c++) {
                series->x[at] = (double)c + 1;
                series->y[at++] = share_of(&points->columns[c], p);
            }
            series->x[at] = (double)columns + 1;
            series->y[at++] = (value - drawing->least) / (drawing->most - drawing->least);
            series->x[at++] = (double)columns + 1; /* y stays nothing: the line ends */
        }
    }
    for (size_t c = 0; c <= columns && !plot->failed; c++) {
        const char *title = c < columns ? points->columns[c].title : drawing->figure->metric, *dot = strrchr(title, '.');
        char *text = strdup(dot ? dot + 1 : title);
        plot->failed |= !text;
        if (text)
            plot->x.ticks[plot->x.tick_count++] = (struct plot_tick){(double)c + 1, text};
    }
    plot->x.low = 0.6;
    plot->x.high = (double)columns + 1.4;
    plot_axis_linear(plot, &plot->panels[0].y, "share of each range", 0, 1);
}

static bool is_grid(const struct sweep_points *points)
{
    if (points->column_count != 2)
        return false;
    size_t across = points->columns[0].level_count, up = points->columns[1].level_count;
    return across > 1 && up > 1 && across <= LEVELS_MOST && up <= LEVELS_MOST && across * up <= 2 * points->count;
}

static void make_one(const struct sweep_points *points, const struct sweep_figure *figure, size_t index, struct plot *plot)
{
    char name[PLOT_NAME_SIZE], title[300];
    const char *caption;
    struct drawing_of drawing = {.points = points, .figure = figure, .least = INFINITY, .most = -INFINITY, .plot = plot};
    bool single = points->column_count == 1 || strcmp(points->columns[0].title, "case") == 0, grid = !single && is_grid(points);
    for (size_t p = 0; p < points->count; p++) {
        drawing.least = fmin(drawing.least, figure->mean[p]);
        drawing.most = fmax(drawing.most, figure->mean[p]);
    }
    drawing.unit = plot_unit_for(figure->unit, fmax(fabs(drawing.least), fabs(drawing.most)));
    (void)snprintf(name, sizeof name, "sweep-%02zu", index + 1);
    (void)snprintf(title, sizeof title, "%s: %s %s%s%s%s", figure->resource, figure->metric, figure->stat, *drawing.unit.name ? " (" : "",
                   drawing.unit.name, *drawing.unit.name ? ")" : "");
    if (single)
        caption = "The mean over replications at each point, with its 95 % interval where there are several.";
    else if (grid)
        caption = is_crossed(&drawing) ? "Each cell is a point. On the dashed line the figure is just what `expect` asks for."
                                       : "Each cell is a point.";
    else
        caption =
            "Each line is a point: it crosses the axis of each setting at its value, from the least to the largest that was tried, and "
            "ends at the figure. Colours follow the figure.";
    plot_init(plot, name, title, caption);
    plot->panel_count = 1;
    if (single)
        make_line(&drawing);
    else if (grid)
        make_heat_map(&drawing);
    else
        make_parallel(&drawing);
}

void sweep_plots_make(const struct sweep_points *points, struct sweep_plots *plots)
{
    *plots = (struct sweep_plots){0};
    for (size_t i = 0; i < points->figure_count; i++) {
        make_one(points, &points->figures[i], i, &plots->list[plots->count]);
        plots->failed |= plots->list[plots->count++].failed;
    }
}

void sweep_plots_fini(struct sweep_plots *plots)
{
    for (size_t i = 0; i < plots->count; i++)
        plot_fini(&plots->list[i]);
}
