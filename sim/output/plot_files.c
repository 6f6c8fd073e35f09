/* plot_files.c: a picture's data and the style of all. */
#include "output/plot_files.h"

#include "output/csv_writer.h"
#include "output/safe_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Told apart by people who see no red, no green or no blue, and each at least 3 to 1 against its paper, light or dark. */
const struct plot_ink plot_inks[] = {
    {"ink", 0x333333, 0xd8d8d8},   {"s1", 0x0b6cb0, 0x5db7f0},    {"s2", 0xd4570a, 0xff9a52},    {"s3", 0x0a8f6a, 0x3ccfa4},
    {"s4", 0xa8478a, 0xea9bd0},    {"s5", 0x94700e, 0xe6c34f},    {"s6", 0x4a4fc4, 0xaab0ff},    {"s7", 0x666a70, 0xa9adb3},
    {"s8", 0x1d8fa8, 0x7fdbea},    {"limit", 0xb3202c, 0xff7b7b}, {"good", 0x0a8f6b, 0x3ccfa5},  {"bad", 0xd4570b, 0xff9a53},
    {"quiet", 0x8a8f96, 0x8f959c}, {"grid", 0xdddfe2, 0x3a3f45},  {"paper", 0xffffff, 0x16191d}, {"h1", 0xe3ebf5, 0x1d2a3d},
    {"h2", 0xbfd3ea, 0x23415f},    {"h3", 0x94b7da, 0x2a5a82},    {"h4", 0x659ac8, 0x3677a7},    {"h5", 0x3d7cb3, 0x4f97cb},
    {"h6", 0x235f97, 0x7db8e4},    {"h7", 0x123f6b, 0xb5daf5},
};
const size_t plot_ink_count = sizeof plot_inks / sizeof *plot_inks;

void plot_style_write(FILE *out)
{
    (void)fputs("# style.gp: what all pictures share. Change it, then draw one again with `gnuplot -d NAME.gp`, or all with\n"
                "#   for f in *.gp; do [ $f = style.gp ] || gnuplot -d $f; done\n"
                "# As PNG: gnuplot -d -e \"png = 1\" NAME.gp\n",
                out);
    for (size_t i = 0; i < plot_ink_count; i++)
        (void)fprintf(out, "%s = '#%06x'\n", plot_inks[i].name, plot_inks[i].light);
    (void)fputs("set encoding utf8\n"
                "set datafile separator comma\n"
                "set border 3 lc rgb grid\n"
                "set tics nomirror textcolor rgb ink\n"
                "set grid ytics lc rgb grid lt 1 lw 1\n"
                "set style fill solid 0.85 noborder\n"
                "set linetype 1 lw 2\n"
                "set key noenhanced textcolor rgb ink\n",
                out);
}

/* Series of one plot mostly share their x: then it stands in the file once. */
static bool shares_x(const struct plot_series *a, const struct plot_series *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!(a->x[i] == b->x[i] || (isnan(a->x[i]) && isnan(b->x[i]))))
            return false;
    return true;
}

/* The series in the order of the file; the columns of each are handed out by plot_column. */
static const struct plot_series *series_at(const struct plot *plot, size_t index)
{
    for (size_t p = 0; p < plot->panel_count; p++) {
        if (index < plot->panels[p].count)
            return &plot->panels[p].series[index];
        index -= plot->panels[p].count;
    }
    return NULL;
}

size_t plot_columns(const struct plot *plot, const struct plot_series *wanted, size_t columns[4])
{
    size_t next = 1, x = 0;
    const struct plot_series *before = NULL;
    for (size_t i = 0;; i++) {
        const struct plot_series *series = series_at(plot, i);
        if (!series)
            return next - 1;
        if (!before || !shares_x(before, series))
            x = next++;
        before = series;
        columns[0] = x;
        columns[1] = series->y ? next++ : 0;
        columns[2] = series->low ? next++ : 0;
        columns[3] = series->high ? next++ : 0;
        if (series == wanted)
            return next - 1;
    }
}

static void header(struct csv_writer *writer, const char *label, const char *part)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s%s", label, *label && *part ? " " : "", part) < 0)
        name = NULL;
    char *safe = name ? safe_text_new(name) : NULL;
    csv_text(writer, safe ? safe : "");
    free(name);
    free(safe);
}

/* A series without a label of its own is what its axis says. */
static const char *name_of(const struct plot *plot, const struct plot_series *series)
{
    for (size_t p = 0; p < plot->panel_count && !*series->label; p++) {
        const struct plot_panel *panel = &plot->panels[p];
        const struct plot_axis *axis = series->second ? &panel->y2 : &panel->y;
        if (series >= panel->series && series < panel->series + panel->count)
            return axis->label ? axis->label : "";
    }
    return series->label;
}

static void write_header(const struct plot *plot, struct csv_writer *writer)
{
    const struct plot_series *before = NULL, *series;
    for (size_t i = 0; (series = series_at(plot, i)); before = series, i++) {
        const char *name = name_of(plot, series);
        if (!before)
            header(writer, plot->x.label ? plot->x.label : "x", "");
        else if (!shares_x(before, series))
            header(writer, name, "x");
        if (series->y)
            header(writer, name, "");
        if (series->low)
            header(writer, name, "low");
        if (series->high)
            header(writer, name, "high");
    }
    csv_end_row(writer);
}

static void value(struct csv_writer *writer, const double *values, size_t count, size_t row)
{
    if (values)
        csv_number(writer, row < count ? values[row] : NAN);
}

void plot_data_write(const struct plot *plot, FILE *out)
{
    struct csv_writer writer;
    const struct plot_series *series;
    size_t rows = 0;
    csv_writer_init(&writer, out);
    write_header(plot, &writer);
    for (size_t i = 0; (series = series_at(plot, i)); i++)
        rows = series->count > rows ? series->count : rows;
    for (size_t row = 0; row < rows; row++) {
        const struct plot_series *before = NULL;
        for (size_t i = 0; (series = series_at(plot, i)); before = series, i++) {
            if (!before || !shares_x(before, series))
                value(&writer, series->x, series->count, row);
            value(&writer, series->y, series->count, row);
            value(&writer, series->low, series->count, row);
            value(&writer, series->high, series->count, row);
        }
        csv_end_row(&writer);
    }
    (void)csv_writer_flush(&writer); /* `out` remembers */
}
