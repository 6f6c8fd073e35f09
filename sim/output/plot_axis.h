/* plot_axis.h: ranges and ticks that a person would choose, told in units that suit them. */
#ifndef SLSIM_OUTPUT_PLOT_AXIS_H
#define SLSIM_OUTPUT_PLOT_AXIS_H

#include "output/plot.h"

/* A unit that values are drawn in: those of the metric times `factor`. */
struct plot_unit {
    double factor;
    const char *name; /* "ms"; "" for counts */
};

/* The unit for values of a metric's unit ("Milliseconds", "Seconds", "Bytes", ...) up to `largest`. */
struct plot_unit plot_unit_for(const char *unit, double largest);

/* Says what the axis shows; `label` is copied. On failure `plot->failed` is set. */
void plot_axis_label(struct plot *plot, struct plot_axis *axis, const char *label);
/* Ticks at round steps from `low` to `high`, and the range widened to them; `label` is copied. On failure `plot->failed` is set. */
void plot_axis_linear(struct plot *plot, struct plot_axis *axis, const char *label, double low, double high);
/* Decades, with 2 and 5 between where there are few; `low` above 0. Ticks carry `unit`'s name; those of a time in ms go on as s, min. */
void plot_axis_log(struct plot *plot, struct plot_axis *axis, const char *label, const char *unit, double low, double high);
/* Elapsed seconds, in the unit that suits: returns it; the axis is in that unit. */
struct plot_unit plot_axis_time(struct plot *plot, struct plot_axis *axis, double low_s, double high_s);

#endif
