/* svg_theme.h: gnuplot's SVG made fit to be shown: names and ids of its own, colours by class, nothing in it but shapes and text. */
#ifndef SLSIM_OUTPUT_SVG_THEME_H
#define SLSIM_OUTPUT_SVG_THEME_H

#include "engine/status.h"
#include "output/plot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes `svg` (`length` bytes, as gnuplot drew `plot`) to `out`: as a file of its own, which follows the reader's light or dark scheme,
 * or, `inline_`, as an element of a page that has svg_theme_css: without the strip of its title, which the page says itself. Elements other
 * than shapes, groups and text are left out. STATUS_INVALID when it is no SVG of gnuplot's. */
enum status svg_theme_write(const struct plot *plot, const char *svg, size_t length, bool inline_, FILE *out);

/* The classes that pictures use, with both schemes. */
void svg_theme_css(FILE *out);

#endif
