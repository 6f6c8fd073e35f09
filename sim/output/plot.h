/* plot.h: a picture before it is drawn: panels one above the other on one x axis, series of a few kinds in them. What is in a series is
 * drawn as it stands: in the units of its axes. A shape of picture is the kinds of series that it has. */
#ifndef SLSIM_OUTPUT_PLOT_H
#define SLSIM_OUTPUT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#define PLOT_PANELS 2
#define PLOT_TICKS 24
#define PLOT_NAME_SIZE 48u

enum plot_mark {
    MARK_LINE,   /* y over x */
    MARK_POINTS, /* y over x, with a bar from low to high where they are given */
    MARK_AREA,   /* from low to high over x */
    MARK_BAND,   /* the same, pale: an interval */
    MARK_BARS,   /* upright boxes from low to high, as wide as the plot's bars */
    MARK_ROWS,   /* lying boxes from low to high at the height x */
    MARK_LIMIT   /* y over x, dashed: what must not be passed */
};

/* Colours of series go from 1 to PLOT_COLOURS; these are further ones. */
#define PLOT_COLOURS 8
enum plot_colour { COLOUR_INK = 0, COLOUR_LIMIT = PLOT_COLOURS + 1, COLOUR_GOOD, COLOUR_BAD, COLOUR_QUIET, COLOUR_GRID, COLOUR_PAPER };

/* A ramp for what is measured by its colour: PLOT_HEATS steps from COLOUR_HEAT on, the least first. */
#define PLOT_HEATS 7
#define COLOUR_HEAT 15

struct plot_series {
    char *label; /* owned; "": not in the key */
    enum plot_mark mark;
    int colour;
    bool second; /* on the second y axis */
    bool joined; /* MARK_POINTS: with a line through them */
    size_t count;
    double *x, *y, *low, *high; /* owned; those that the mark needs; NaN: nothing there */
};

struct plot_tick {
    double at;
    char *text; /* owned */
};

struct plot_axis {
    char *label; /* owned; what and in which unit */
    double low, high;
    bool log;
    struct plot_tick ticks[PLOT_TICKS];
    size_t tick_count;
};

struct plot_panel {
    struct plot_series *series; /* owned */
    size_t count;
    struct plot_axis y, y2; /* y2 without a label: there is none */
    double bar_width;       /* of MARK_BARS, in units of x */
    bool cells;             /* MARK_ROWS are the cells of a map: without gaps */
    struct plot_tick *rows; /* owned: of MARK_ROWS, instead of ticks: what stands at each height */
    size_t row_count;
};

struct plot {
    char name[PLOT_NAME_SIZE]; /* of its files */
    char *title, *caption;     /* owned */
    struct plot_axis x;
    struct plot_panel panels[PLOT_PANELS];
    size_t panel_count;
    bool failed; /* memory ran out: something is missing */
};

/* Takes copies. */
void plot_init(struct plot *plot, const char *name, const char *title, const char *caption);
void plot_fini(struct plot *plot);
/* A new series with room for `count` points, all NaN; NULL, with `failed` set, when memory is out. Valid until the next one. */
struct plot_series *plot_add(struct plot *plot, size_t panel, enum plot_mark mark, int colour, const char *label, size_t count);
/* What stands at the height `at` of a panel of rows. */
void plot_add_row(struct plot *plot, size_t panel, double at, const char *text);
/* The least and largest value of a panel's series, on its first or second axis; false when there is none. */
bool plot_extent(const struct plot_panel *panel, bool second, bool limits, double *low, double *high);
bool plot_extent_x(const struct plot *plot, double *low, double *high);

#endif
