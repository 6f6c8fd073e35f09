/* figure_text.h: figures as a person reads them: three significant digits, thousands apart, times in the unit that suits them. */
#ifndef SLSIM_OUTPUT_FIGURE_TEXT_H
#define SLSIM_OUTPUT_FIGURE_TEXT_H

#define FIGURE_TEXT_SIZE 64u

/* "1.25s", "12.3%", "1,234": `unit` is a metric's (Milliseconds, Seconds, Percent, Count, ...). "-" for NaN. Writes at most
 * FIGURE_TEXT_SIZE bytes; returns `text`. */
char *figure_text(double value, const char *unit, char *text);
/* The same to the precision and in the unit that `beside` is shown with: for the half-width of an interval. */
char *figure_text_beside(double value, double beside, const char *unit, char *text);

/* Six significant digits in the metric's own unit, to be held against a bound: "21.4582%", "350ms", "$27.1925". Up to 10 digits of a count.
 */
char *figure_text_precise(double value, const char *unit, char *text);

/* "$1,234.56"; small amounts with three significant digits. */
char *money_text(double usd, char *text);

#endif
