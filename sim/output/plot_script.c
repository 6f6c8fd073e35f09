/* plot_script.c: the gnuplot script of a picture. All sizes are in the SVG's units, y from the top. */
#include "output/plot_files.h"

#include "output/safe_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHARACTER_WIDTH 7.8 /* of the font, generously */
#define LEGEND_CHARACTERS 26u
#define LABEL_CHARACTERS 60u
#define PANEL_HEIGHT 250
#define LOWER_PANEL_HEIGHT 96
#define PANEL_GAP 26
#define FOOT_HEIGHT 54
#define ROW_HEIGHT 26
#define CELLS_HEIGHT 150 /* at the least: the label of their rows stands beside them */

/* In single quotes, of which those inside are doubled, as is `doubled`; at most `characters`, and then an ellipsis. */
static void quoted_twice(FILE *out, const char *text, size_t characters, char doubled)
{
    char *safe = safe_text_new(text);
    size_t width = safe ? safe_text_width(safe) : 0, shown = 0;
    (void)fputc('\'', out);
    for (const char *at = safe ? safe : ""; *at; at++) {
        bool begins = ((unsigned char)*at & 0xC0) != 0x80;
        if (begins && width > characters && shown + 1 >= characters) {
            (void)fputs("\u2026", out);
            break;
        }
        shown += begins;
        if (*at == '\'' || *at == doubled)
            (void)fputc(*at, out);
        (void)fputc(*at, out);
    }
    (void)fputc('\'', out);
    free(safe);
}

static void quoted(FILE *out, const char *text, size_t characters)
{
    quoted_twice(out, text, characters, '\'');
}

static double text_width(const char *text, size_t characters)
{
    size_t width = safe_text_width(text);
    return CHARACTER_WIDTH * (double)(width > characters ? characters : width);
}

static int panel_height(const struct plot *plot, size_t panel)
{
    int rows = (int)plot->panels[panel].row_count, height = ROW_HEIGHT * rows + 10;
    if (rows > 0)
        return plot->panels[panel].cells && height < CELLS_HEIGHT ? CELLS_HEIGHT : height;
    return panel == 0 ? PANEL_HEIGHT : LOWER_PANEL_HEIGHT;
}

static bool has_key(const struct plot_panel *panel)
{
    size_t labels = 0;
    for (size_t i = 0; i < panel->count; i++)
        labels += *panel->series[i].label != '\0';
    return labels > 0;
}

/* Rows have their key below: to the right they need the room themselves. */
static bool key_below(const struct plot *plot)
{
    return plot->panels[0].row_count > 0;
}

#define KEY_ROW_HEIGHT 20

/* Of the widest legend of all panels. */
static double legend_width(const struct plot *plot)
{
    double widest = 0;
    for (size_t p = 0; p < plot->panel_count && !key_below(plot); p++)
        for (size_t i = 0; i < plot->panels[p].count; i++)
            if (*plot->panels[p].series[i].label)
                widest = fmax(widest, text_width(plot->panels[p].series[i].label, LEGEND_CHARACTERS) + 56);
    return widest;
}

static double ticks_width(const struct plot_axis *axis)
{
    double widest = 0;
    for (size_t i = 0; i < axis->tick_count; i++)
        widest = fmax(widest, text_width(axis->ticks[i].text, 24));
    return widest;
}

#define ROW_CHARACTERS 34u

static double left_margin(const struct plot *plot)
{
    double widest = 0;
    for (size_t p = 0; p < plot->panel_count; p++) {
        const struct plot_panel *panel = &plot->panels[p];
        for (size_t i = 0; i < panel->row_count; i++)
            widest = fmax(widest, text_width(panel->rows[i].text, ROW_CHARACTERS) - 22);
        widest = fmax(widest + (panel->cells ? 40 : 0), ticks_width(&panel->y));
    }
    return widest + 40;
}

static double right_margin(const struct plot *plot)
{
    const struct plot_axis *second = &plot->panels[0].y2;
    double axis = second->label ? ticks_width(second) + 40 : 0;
    return fmax(22, axis + legend_width(plot));
}

/* Columns of a key below. gnuplot takes no more than it reckons to fit between the margins, with broader characters than it draws. */
static int key_columns(const struct plot *plot)
{
    double widest = 1;
    for (size_t i = 0; i < plot->panels[0].count; i++)
        widest = fmax(widest, text_width(plot->panels[0].series[i].label, LEGEND_CHARACTERS) * 1.2 + 56);
    int columns = (int)((PLOT_WIDTH - left_margin(plot) - right_margin(plot)) / widest);
    return columns > 0 ? columns : 1;
}

static int key_height(const struct plot *plot)
{
    int columns = key_columns(plot), count = (int)plot->panels[0].count;
    return key_below(plot) && has_key(&plot->panels[0]) ? (count + columns - 1) / columns * KEY_ROW_HEIGHT + 4 : 0;
}

int plot_height(const struct plot *plot)
{
    int height = PLOT_TITLE_HEIGHT + FOOT_HEIGHT + PANEL_GAP * ((int)plot->panel_count - 1);
    for (size_t i = 0; i < plot->panel_count; i++)
        height += panel_height(plot, i);
    return height + key_height(plot);
}

static void number(FILE *out, double value)
{
    (void)fprintf(out, "%.12g", value);
}

/* `characters` 0: marks without text. */
static void write_ticks(FILE *out, const char *name, const struct plot_tick *ticks, size_t count, size_t characters)
{
    (void)fprintf(out, "set %s noenhanced (", name);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        quoted_twice(out, characters > 0 ? ticks[i].text : "", characters, '%'); /* a tick's text is a format */
        (void)fputc(' ', out);
        number(out, ticks[i].at);
    }
    (void)fputs(")\n", out);
}

static void write_axis(FILE *out, const char *name, const struct plot_axis *axis)
{
    (void)fprintf(out, "%s logscale %s\nset %srange [", axis->log ? "set" : "unset", name, name);
    number(out, axis->low);
    (void)fputs(":", out);
    number(out, axis->high);
    (void)fputs("] noextend\n", out);
}

static void write_label(FILE *out, const char *name, const char *label, size_t characters, const char *offset)
{
    (void)fprintf(out, "set %slabel ", name);
    quoted(out, label, characters);
    (void)fprintf(out, " noenhanced textcolor rgb ink offset %s\n", offset);
}

/* The first line is broad: others that run over it leave it to be seen. */
static void write_series(FILE *out, const struct plot *plot, const struct plot_panel *panel, const struct plot_series *series)
{
    size_t c[4];
    (void)plot_columns(plot, series, c);
    const char *ink = plot_inks[series->colour].name, *axes = series->second ? " axes x1y2" : "";
    (void)fprintf(out, "  '%s.csv' skip 1 using ", plot->name);
    switch (series->mark) {
    case MARK_LINE:
        (void)fprintf(out, "%zu:%zu%s with lines lw %s lc rgb %s", c[0], c[1], axes,
                      series == panel->series && panel->count > 1 && panel->series[1].mark == MARK_LINE ? "3.2" : "1.8", ink);
        break;
    case MARK_LIMIT:
        (void)fprintf(out, "%zu:%zu%s with lines lw 1.5 dt (6,4) lc rgb %s", c[0], c[1], axes, ink);
        break;
    case MARK_POINTS:
        if (panel->row_count > 0)
            (void)fprintf(out, "%zu:%zu:%zu:%zu with xerrorbars pt 7 ps 0.6 lw 2 lc rgb %s", c[1], c[0], c[2], c[3], ink);
        else if (series->low && series->count > 0 && !isnan(series->low[0]))
            (void)fprintf(out, "%zu:%zu:%zu:%zu%s with %s pt 7 ps 0.5 lw 1.5 lc rgb %s", c[0], c[1], c[2], c[3], axes,
                          series->joined ? "yerrorlines" : "yerrorbars", ink);
        else
            (void)fprintf(out, "%zu:%zu%s with %s pt 7 ps 0.4 lw 2 lc rgb %s", c[0], c[1], axes, series->joined ? "linespoints" : "points",
                          ink);
        break;
    case MARK_AREA:
    case MARK_BAND:
        (void)fprintf(out, "%zu:%zu:%zu%s with filledcurves fs solid %s noborder lc rgb %s", c[0], c[2], c[3], axes,
                      series->mark == MARK_BAND ? "0.25" : "0.85", ink);
        break;
    case MARK_BARS:
        (void)fprintf(out, "%zu:%zu:($%zu-", c[0], c[2], c[0]);
        number(out, panel->bar_width / 2);
        (void)fprintf(out, "):($%zu+", c[0]);
        number(out, panel->bar_width / 2);
        (void)fprintf(out, "):%zu:%zu%s with boxxyerror fs solid 0.85 noborder lc rgb %s", c[2], c[3], axes, ink);
        break;
    case MARK_ROWS:
        (void)fprintf(out, "%zu:%zu:%zu:%zu:($%zu-%s):($%zu+%s) with boxxyerror fs solid %s noborder lc rgb %s", c[2], c[0], c[2], c[3],
                      c[0], panel->cells ? "0.5" : "0.34", c[0], panel->cells ? "0.5" : "0.34", panel->cells ? "1" : "0.85", ink);
        break;
    }
    if (*series->label) {
        (void)fputs(" title ", out);
        quoted(out, series->label, LEGEND_CHARACTERS);
    } else {
        (void)fputs(" notitle", out);
    }
}

/* Where a panel lies, in screen coordinates. */
static void write_place(FILE *out, const struct plot *plot, size_t panel, double left, double right)
{
    double height = plot_height(plot), top = PLOT_TITLE_HEIGHT;
    for (size_t i = 0; i < panel; i++)
        top += panel_height(plot, i) + PANEL_GAP;
    double bottom = top + panel_height(plot, panel);
    (void)fprintf(out, "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\nset bmargin at screen %.5f\n",
                  left / PLOT_WIDTH, 1 - right / PLOT_WIDTH, 1 - top / height, 1 - bottom / height);
    if (!has_key(&plot->panels[panel]))
        (void)fputs("unset key\n", out);
    else if (key_below(plot))
        (void)fprintf(out, "set key at screen 0.5, screen %.5f center bottom horizontal maxcols %d samplen 1.2 width 1\n", 4 / height,
                      key_columns(plot));
    else
        (void)fprintf(out, "set key at screen %.5f, screen %.5f left top vertical Left reverse samplen 1.4 spacing 1.2\n",
                      1 - legend_width(plot) / PLOT_WIDTH, 1 - (top + 2) / height);
}

static void write_panel(FILE *out, const struct plot *plot, size_t index, double left, double right)
{
    const struct plot_panel *panel = &plot->panels[index];
    bool last = index + 1 == plot->panel_count;
    write_place(out, plot, index, left, right);
    write_axis(out, "x", &plot->x);
    write_axis(out, "y", &panel->y);
    write_ticks(out, "xtics", plot->x.ticks, plot->x.tick_count, last ? 24 : 0);
    if (panel->row_count > 0) {
        write_ticks(out, "ytics scale 0", panel->rows, panel->row_count, ROW_CHARACTERS);
        (void)fputs("unset grid\nset grid xtics lc rgb grid lt 1 lw 1\nunset ylabel\n", out);
        if (panel->y.label)
            write_label(out, "y", panel->y.label, (size_t)(panel_height(plot, index) / CHARACTER_WIDTH), "0, 0");
    } else {
        write_ticks(out, "ytics scale 0", panel->y.ticks, panel->y.tick_count, 24);
        write_label(out, "y", panel->y.label ? panel->y.label : "", LABEL_CHARACTERS, "0, 0");
    }
    if (last && plot->x.label)
        write_label(out, "x", plot->x.label, LABEL_CHARACTERS, "0, 0.3");
    else
        (void)fputs("unset xlabel\n", out);
    if (panel->y2.label) {
        write_axis(out, "y2", &panel->y2);
        write_ticks(out, "y2tics scale 0", panel->y2.ticks, panel->y2.tick_count, 24);
        write_label(out, "y2", panel->y2.label, LABEL_CHARACTERS, "0, 0");
    }
    (void)fputs("plot \\\n", out);
    for (size_t i = 0; i < panel->count; i++) {
        write_series(out, plot, panel, &panel->series[i]);
        (void)fputs(i + 1 < panel->count ? ", \\\n" : "\n", out);
    }
}

/* The terminal allows letters, digits and underscores. */
static void identifier(const char *name, char text[PLOT_NAME_SIZE])
{
    for (size_t i = 0; i <= strlen(name) && i < PLOT_NAME_SIZE; i++)
        text[i] = name[i] == '-' ? '_' : name[i];
}

void plot_script_write(const struct plot *plot, FILE *out)
{
    int height = plot_height(plot);
    double left = left_margin(plot), right = right_margin(plot);
    char id[PLOT_NAME_SIZE];
    identifier(plot->name, id);
    (void)fprintf(out, "# %s.gp: draws %s.svg from %s.csv in the style of style.gp: gnuplot -d %s.gp\n", plot->name, plot->name, plot->name,
                  plot->name);
    (void)fprintf(out,
                  "if (exists(\"png\")) {\n"
                  "  set terminal pngcairo size %d, %d font 'sans-serif,20' linewidth 2 noenhanced background '#ffffff'\n"
                  "  set output '%s.png'\n"
                  "} else {\n"
                  "  set terminal svg size %d, %d dynamic font 'sans-serif,13' name '%s' noenhanced background '#ffffff'\n"
                  "  set output '%s.svg'\n"
                  "}\n",
                  2 * PLOT_WIDTH, 2 * height, plot->name, PLOT_WIDTH, height, id, plot->name);
    (void)fputs("load 'style.gp'\n", out);
    (void)fprintf(out, "set label 1 ");
    quoted(out, plot->title, 90);
    (void)fprintf(out, " at screen 0.012, screen %.5f left noenhanced textcolor rgb ink font ',15'\n", 1 - 15.0 / height);
    if (plot->panel_count > 1)
        (void)fputs("set multiplot\n", out);
    for (size_t i = 0; i < plot->panel_count; i++) {
        if (i == 1)
            (void)fputs("unset label 1\n", out);
        write_panel(out, plot, i, left, right);
    }
    if (plot->panel_count > 1)
        (void)fputs("unset multiplot\n", out);
}
