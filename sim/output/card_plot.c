/* card_plot.c: a card's run over time as a picture. */
#include "output/card_export.h"
#include "output/card_text.h"
#include "output/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS_MOST 240u /* more are not seen, and a page with a hundred pictures stays small */

/* What stands for the periods from `from` on to below `until`. */
static double stand_in(const struct card_line *line, size_t from, size_t until)
{
    double most = NAN;
    for (size_t i = from; i < until; i++)
        if (!isnan(line->values[i]) && !(most >= line->values[i]))
            most = line->values[i];
    return most;
}

static bool add_line(struct plot *plot, const struct card_line *line, double period_s, double unit_s)
{
    double most = card_line_most(line);
    size_t points = line->count < POINTS_MOST ? line->count : POINTS_MOST, panel = plot->panel_count;
    if (isnan(most) || panel == PLOT_PANELS)
        return false;
    struct plot_unit unit = plot_unit_for(line->unit, most);
    char *label = NULL;
    if (asprintf(&label, "%s %s%s%s%s", line->metric, line->stat, *unit.name ? " (" : "", unit.name, *unit.name ? ")" : "") < 0) {
        plot->failed = true;
        return false;
    }
    plot->panel_count++;
    struct plot_series *series = plot_add(plot, panel, MARK_LINE, (int)panel + 1, line->resource, points);
    for (size_t i = 0; series && i < points; i++) {
        size_t from = i * line->count / points, until = (i + 1) * line->count / points;
        series->x[i] = (double)from * period_s / unit_s;
        series->y[i] = stand_in(line, from, until) * unit.factor;
    }
    plot_axis_linear(plot, &plot->panels[panel].y, label, 0, most * unit.factor);
    free(label);
    return true;
}

bool card_plot(const struct card *card, const struct card_outcome *outcome, struct plot *plot)
{
    double period_s = (double)outcome->period_ns / 1e9;
    bool any = false;
    plot_init(plot, card->id, card->description, "");
    struct plot_unit time = plot_axis_time(plot, &plot->x, 0, outcome->line_count > 0 ? (double)outcome->lines[0].count * period_s : 1);
    for (size_t i = 0; i < outcome->line_count; i++)
        any |= add_line(plot, &outcome->lines[i], period_s, 1 / time.factor);
    if (any && !plot->failed)
        return true;
    plot_fini(plot);
    return false;
}
