/* plot_files.h: a picture as files: its data as CSV, the gnuplot script that draws it, and the style that all scripts share. A user may
 * change any of them and draw again. Whatever text came from input stands in single quotes, in which gnuplot replaces nothing. */
#ifndef SLSIM_OUTPUT_PLOT_FILES_H
#define SLSIM_OUTPUT_PLOT_FILES_H

#include "output/plot.h"

#include <stdio.h>

/* Width of a drawn picture, and the height of the strip on its top that holds the title: in the SVG's units. */
#define PLOT_WIDTH 720
#define PLOT_TITLE_HEIGHT 34

/* The colours of style.gp; index by plot_colour. `light` is what gnuplot draws with; the others are for a page. */
struct plot_ink {
    const char *name; /* of the variable in style.gp and in style sheets */
    unsigned light, dark;
};
extern const struct plot_ink plot_inks[];
extern const size_t plot_ink_count;

/* style.gp */
void plot_style_write(FILE *out);
/* NAME.csv: a header, then x and the series side by side; those with an x of their own bring it along. */
void plot_data_write(const struct plot *plot, FILE *out);
/* 1-based columns of a series' x, y, low and high in it; 0: it has none. Returns how many columns there are up to and with it. */
size_t plot_columns(const struct plot *plot, const struct plot_series *wanted, size_t columns[4]);
/* NAME.gp: draws NAME.svg, or NAME.png. */
void plot_script_write(const struct plot *plot, FILE *out);
int plot_height(const struct plot *plot);

#endif
