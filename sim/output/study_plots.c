/* study_plots.c: differences, curves, crossings and tornadoes. */
#include "output/study_plots.h"

#include "output/plot_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 16u
#define FIGURES_MAX 3u

enum study_kind study_kind_of(const struct csv_table *table)
{
    static const struct {
        const char *column;
        enum study_kind kind;
    } marks[] = {{"change_percent", STUDY_COMPARISON}, {"swing", STUDY_TORNADO}, {"role", STUDY_POINTS}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (csv_table_column(table, marks[i].column) != SIZE_MAX)
            return marks[i].kind;
    for (size_t c = 0; c < table->column_count; c++)
        if (strstr(table->header[c], " of the other"))
            return STUDY_CROSSING;
    return STUDY_UNKNOWN;
}

static const char *text_at(const struct csv_table *table, size_t row, const char *column)
{
    size_t index = csv_table_column(table, column);
    return index == SIZE_MAX ? "" : csv_table_field(table, row, index);
}

/* The number that a field begins with ("50ms", "7.5/s"); NaN: none. */
static double leading(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end == text || !isfinite(value) ? NAN : value;
}

static double number_at(const struct csv_table *table, size_t row, const char *column)
{
    return leading(text_at(table, row, column));
}

/* The axis of rows: the first on top. */
static void rows_axis(struct plot *plot, size_t rows)
{
    plot->panels[0].y = (struct plot_axis){.low = 0.4, .high = (double)rows + 0.6};
}

static void row_name(struct plot *plot, size_t at, const char *format, const char *a, const char *b, const char *c)
{
    char name[256];
    (void)snprintf(name, sizeof name, format, a, b, c);
    plot_add_row(plot, 0, (double)at, name);
}

/* One statistic of a figure is enough: how many, how high a level, how long at the worst. */
static bool is_telling(const struct csv_table *table, size_t row)
{
    const char *stat = text_at(table, row, "stat");
    bool counted = strcmp(text_at(table, row, "unit"), "Count") == 0;
    if (strcmp(stat, "Sum") == 0)
        return counted;
    return strcmp(stat, "p99") == 0 || strcmp(stat, "Maximum") == 0 || strcmp(text_at(table, row, "resource"), "cost") == 0 ||
           (strcmp(stat, "Average") == 0 && strcmp(text_at(table, row, "unit"), "Percent") == 0);
}

/* Figures whose difference is told of: those that are clear first, in the order of the table. */
static size_t choose_differences(const struct csv_table *table, size_t rows[ROWS_MAX])
{
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r < table->row_count && count < ROWS_MAX; r++) {
            const char *verdict = text_at(table, r, "verdict");
            bool clear = strcmp(verdict, "better") == 0 || strcmp(verdict, "worse") == 0;
            bool chosen = pass == 0 ? clear : strcmp(verdict, "unclear") == 0;
            if (chosen && is_telling(table, r) && fabs(number_at(table, r, "change_percent")) > 0)
                rows[count++] = r;
        }
    }
    return count;
}

static void add_differences(const struct csv_table *table, struct run_plots *plots)
{
    static const char *const verdicts[] = {"better", "worse", "unclear"};
    static const int colours[] = {COLOUR_GOOD, COLOUR_BAD, COLOUR_QUIET};
    size_t rows[ROWS_MAX], count = choose_differences(table, rows);
    struct plot *plot = count > 0 ? run_plots_add(plots) : NULL;
    double low = 0, high = 0;
    if (!plot)
        return;
    plot_init(plot, "differences", "What changes from A to B", "The change of each figure in percent of A, with its 95 % interval.");
    plot->panel_count = 1;
    for (size_t v = 0; v < 3; v++) {
        size_t of = 0;
        for (size_t i = 0; i < count; i++)
            of += strcmp(text_at(table, rows[i], "verdict"), verdicts[v]) == 0;
        struct plot_series *series = of > 0 ? plot_add(plot, 0, MARK_POINTS, colours[v], verdicts[v], count) : NULL;
        for (size_t i = 0, at = 0; series && i < count; i++) {
            if (strcmp(text_at(table, rows[i], "verdict"), verdicts[v]) != 0)
                continue;
            double a = number_at(table, rows[i], "a"), scale = 100 / fabs(a);
            double change = number_at(table, rows[i], "change_percent");
            double from = number_at(table, rows[i], "ci95_low") * scale, to = number_at(table, rows[i], "ci95_high") * scale;
            series->x[at] = (double)(count - i);
            series->y[at] = change;
            series->low[at] = isfinite(from) ? from : change;
            series->high[at] = isfinite(to) ? to : change;
            low = fmin(low, series->low[at]);
            high = fmax(high, series->high[at]);
            series->count = ++at;
        }
    }
    for (size_t i = 0; i < count; i++)
        row_name(plot, count - i, "%s.%s.%s", text_at(table, rows[i], "resource"), text_at(table, rows[i], "metric"),
                 text_at(table, rows[i], "stat"));
    rows_axis(plot, count);
    plot_axis_linear(plot, &plot->x, "change (% of A)", low, high);
}

/* The usage types of the bill, summed over resources, stacked for A and for B. */
static void add_bills(const struct csv_table *table, struct run_plots *plots)
{
    const char *names[PLOT_COLOURS];
    double amounts[PLOT_COLOURS][2] = {{0}}, top[2] = {0, 0};
    size_t count = 0;
    for (size_t r = 0; r < table->row_count; r++) {
        if (strcmp(text_at(table, r, "stat"), "month") != 0)
            continue;
        const char *name = text_at(table, r, "metric");
        size_t at = 0;
        while (at < count && strcmp(names[at], name) != 0)
            at++;
        if (at == PLOT_COLOURS)
            at--; /* the last takes what is left */
        if (at == count)
            names[count++] = name;
        double a = number_at(table, r, "a"), b = number_at(table, r, "b");
        amounts[at][0] += isnan(a) ? 0 : a;
        amounts[at][1] += isnan(b) ? 0 : b;
    }
    struct plot *plot = count > 0 ? run_plots_add(plots) : NULL;
    if (!plot)
        return;
    plot_init(plot, "bills", "A month's bill of A and of B", "Line items one behind the other, summed over resources.");
    plot->panel_count = 1;
    for (size_t i = 0; i < count; i++) {
        struct plot_series *series = plot_add(plot, 0, MARK_ROWS, (int)i + 1, i + 1 == PLOT_COLOURS ? "all else" : names[i], 2);
        for (size_t side = 0; series && side < 2; side++) {
            series->x[side] = (double)(2 - side);
            series->low[side] = top[side];
            series->high[side] = top[side] += amounts[i][side];
        }
    }
    plot_add_row(plot, 0, 2, "A");
    plot_add_row(plot, 0, 1, "B");
    rows_axis(plot, 2);
    plot_axis_linear(plot, &plot->x, "USD a month", 0, fmax(top[0], top[1]));
}

static void add_tornado(const struct csv_table *table, const char *figure, size_t ordinal, struct run_plots *plots)
{
    static const char *const ends[] = {"change_low", "change_high"}, *const labels[] = {"at the low end", "at the high end"};
    struct plot *plot = run_plots_add(plots);
    char name[PLOT_NAME_SIZE], title[192], label[192];
    const char *unit = "";
    size_t rows[ROWS_MAX], count = 0;
    double most = 0, low = 0, high = 0;
    if (!plot)
        return;
    for (size_t r = 0; r < table->row_count && count < ROWS_MAX; r++) {
        if (strcmp(text_at(table, r, "figure"), figure) != 0)
            continue;
        rows[count++] = r;
        unit = text_at(table, r, "unit");
        most = fmax(most, fmax(fabs(number_at(table, r, ends[0])), fabs(number_at(table, r, ends[1]))));
    }
    (void)snprintf(name, sizeof name, ordinal > 0 ? "tornado-%zu" : "tornado", ordinal + 1);
    (void)snprintf(title, sizeof title, "What moves %s", figure);
    plot_init(plot, name, title,
              "How far each input moves the figure from its base, over the plausible range of the input; the largest on top.");
    plot->panel_count = 1;
    struct plot_unit shown = plot_unit_for(unit, most);
    for (size_t e = 0; e < 2; e++) {
        struct plot_series *series = plot_add(plot, 0, MARK_ROWS, (int)e + 1, labels[e], count);
        for (size_t i = 0; series && i < count; i++) {
            double change = number_at(table, rows[i], ends[e]) * shown.factor;
            series->x[i] = (double)(count - i);
            series->low[i] = fmin(0, change);
            series->high[i] = fmax(0, change);
            low = fmin(low, change);
            high = fmax(high, change);
        }
    }
    for (size_t i = 0; i < count; i++)
        row_name(plot, count - i, "%s%s%s", text_at(table, rows[i], "input"), "", "");
    rows_axis(plot, count);
    (void)snprintf(label, sizeof label, *shown.name ? "change (%s)" : "change", shown.name);
    plot_axis_linear(plot, &plot->x, label, low, high);
}

static void add_tornadoes(const struct csv_table *table, struct run_plots *plots)
{
    const char *figures[FIGURES_MAX];
    size_t count = 0;
    for (size_t r = 0; r < table->row_count && count < FIGURES_MAX; r++) {
        const char *figure = text_at(table, r, "figure");
        size_t at = 0;
        while (at < count && strcmp(figures[at], figure) != 0)
            at++;
        if (at == count)
            figures[count++] = figure;
    }
    for (size_t i = 0; i < count; i++)
        add_tornado(table, figures[i], i, plots);
}

/* How a column of figures is shown: its unit stands beside it; a table without has none. */
static struct plot_unit unit_at(const struct csv_table *table, size_t column)
{
    char name[256];
    double most = 0;
    (void)snprintf(name, sizeof name, "%s.unit", table->header[column]);
    for (size_t r = 0; r < table->row_count; r++)
        most = fmax(most, fabs(leading(csv_table_field(table, r, column))));
    return plot_unit_for(table->row_count > 0 ? text_at(table, 0, name) : "", most);
}

/* A figure of the table over its first column, with a band or bars where it has intervals. */
static struct plot_series *add_curve(struct plot *plot, const struct csv_table *table, size_t column, double factor, enum plot_mark mark,
                                     int colour, const char *label, bool second)
{
    char name[256];
    struct plot_series *series = plot_add(plot, 0, mark, colour, label, table->row_count);
    if (!series)
        return NULL;
    series->second = second;
    series->joined = true;
    for (size_t r = 0; r < table->row_count; r++) {
        series->x[r] = leading(csv_table_field(table, r, 0));
        if (series->y)
            series->y[r] = factor * leading(csv_table_field(table, r, column));
        (void)snprintf(name, sizeof name, "%s.ci95_low", table->header[column]);
        if (series->low)
            series->low[r] = factor * number_at(table, r, name);
        (void)snprintf(name, sizeof name, "%s.ci95_high", table->header[column]);
        if (series->high)
            series->high[r] = factor * number_at(table, r, name);
    }
    return series;
}

/* A column of figures: it has an interval beside it, or is told so by its name. */
static bool is_figure(const struct csv_table *table, size_t column)
{
    char name[256];
    (void)snprintf(name, sizeof name, "%s.ci95_low", table->header[column]);
    return csv_table_column(table, name) != SIZE_MAX;
}

static void x_of_curves(struct plot *plot, const struct csv_table *table)
{
    double low, high;
    if (!plot_extent_x(plot, &low, &high))
        low = high = 0;
    if (low > 0 && high / low > 20)
        plot_axis_log(plot, &plot->x, table->header[0], "", low, high);
    else
        plot_axis_linear(plot, &plot->x, table->header[0], low, high);
}

static void y_of_curves(struct plot *plot, const char *name, const char *unit, bool second)
{
    char label[192];
    (void)snprintf(label, sizeof label, *unit ? "%s (%s)" : "%s", name, unit);
    double low, high;
    if (!plot_extent(&plot->panels[0], second, true, &low, &high))
        low = high = 0;
    /* The end of an interval may lie below nothing: that is no reason for an axis to go there. */
    plot_axis_linear(plot, second ? &plot->panels[0].y2 : &plot->panels[0].y, label, low < -0.1 * high ? low : 0, high);
}

/* What was tried: the first figure on the left axis, cost (or the next figure) on the right one. */
static void add_points(const struct csv_table *table, struct run_plots *plots)
{
    size_t figure = SIZE_MAX, other = SIZE_MAX;
    for (size_t c = 1; c < table->column_count; c++) {
        bool cost = strncmp(table->header[c], "cost.", 5) == 0;
        if (!is_figure(table, c))
            continue;
        if (figure == SIZE_MAX && !cost)
            figure = c;
        else if (other == SIZE_MAX || cost)
            other = c;
    }
    if (figure == SIZE_MAX) {
        figure = other;
        other = SIZE_MAX;
    }
    struct plot *plot = figure != SIZE_MAX && table->row_count > 1 ? run_plots_add(plots) : NULL;
    if (!plot)
        return;
    plot_init(plot, "tried", "What was tried", "Each point is a setting that was tried, with its 95 % interval.");
    plot->panel_count = 1;
    struct plot_unit unit = unit_at(table, figure), other_unit = other == SIZE_MAX ? unit : unit_at(table, other);
    (void)add_curve(plot, table, figure, unit.factor, MARK_POINTS, 1, other == SIZE_MAX ? "" : table->header[figure], false);
    if (other != SIZE_MAX)
        (void)add_curve(plot, table, other, other_unit.factor, MARK_POINTS, 2, table->header[other], true);
    x_of_curves(plot, table);
    y_of_curves(plot, table->header[figure], unit.name, false);
    if (other != SIZE_MAX)
        y_of_curves(plot, table->header[other], other_unit.name, true);
}

static void add_crossing(const struct csv_table *table, struct run_plots *plots)
{
    size_t other = SIZE_MAX;
    for (size_t c = 2; c < table->column_count && other == SIZE_MAX; c++)
        if (strstr(table->header[c], " of the other") && is_figure(table, c))
            other = c;
    struct plot *plot = other != SIZE_MAX && table->row_count > 1 ? run_plots_add(plots) : NULL;
    if (!plot)
        return;
    plot_init(plot, "crossing", "Where they cross", "Both bills over what was varied; a pale band is a 95 % interval.");
    plot->panel_count = 1;
    struct plot_unit unit = unit_at(table, 1);
    (void)add_curve(plot, table, 1, unit.factor, MARK_BAND, 1, "", false);
    (void)add_curve(plot, table, other, unit.factor, MARK_BAND, 2, "", false);
    (void)add_curve(plot, table, 1, unit.factor, MARK_LINE, 1, "this", false);
    (void)add_curve(plot, table, other, unit.factor, MARK_LINE, 2, "the other", false);
    x_of_curves(plot, table);
    y_of_curves(plot, strcmp(table->header[1], "cost.month") == 0 ? "bill of a month" : table->header[1], unit.name, false);
}

void study_plots_make(const struct csv_table *table, enum study_kind kind, struct run_plots *plots)
{
    *plots = (struct run_plots){0};
    if (kind == STUDY_COMPARISON) {
        add_differences(table, plots);
        add_bills(table, plots);
    } else if (kind == STUDY_TORNADO) {
        add_tornadoes(table, plots);
    } else if (kind == STUDY_POINTS) {
        add_points(table, plots);
    } else if (kind == STUDY_CROSSING) {
        add_crossing(table, plots);
    }
}
