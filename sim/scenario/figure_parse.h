/* figure_parse.h: figures and bounds as the command line spells them: "Api.ResponseTime.p99", "cost.month", "Api.ColdStartRate < 0.1%",
 * "cost.month > +5%". */
#ifndef SLSIM_SCENARIO_FIGURE_PARSE_H
#define SLSIM_SCENARIO_FIGURE_PARSE_H

#include "scenario/figure_find.h"

/* What a bound is held against. */
enum bound_of {
    BOUND_VALUE,  /* the figure itself */
    BOUND_CHANGE, /* "+10ms", "-$5", "+0.5pp": by how much it changed, in its unit */
    BOUND_SHARE   /* "+5%": by how much, in percent of what it was */
};

struct figure_bound {
    const char *text; /* as given; borrowed */
    struct figure_name figure;
    enum bound_of of;
    struct expectation is; /* comparison, value and other alone: in the metric's unit, in percent for BOUND_SHARE */
};

/* `option` ("--goal") is named in complaints. Names live as long as the scenario. Only statistics that a result keeps are taken. False
 * after reporting. */
bool figure_name_parse(struct scenario *scenario, const char *option, const char *text, struct diagnostics *diagnostics,
                       struct figure_name *figure);
/* A figure and one of the comparisons of `expect`'s "is". `changes`: also against what it was before, by a sign before the value. */
bool figure_bound_parse(struct scenario *scenario, const char *option, const char *text, bool changes, struct diagnostics *diagnostics,
                        struct figure_bound *bound);
/* "cost.month 2%": a figure and a share of it, 0.02. */
bool figure_share_parse(struct scenario *scenario, const char *option, const char *text, struct diagnostics *diagnostics,
                        struct figure_name *figure, double *share);

/* "Api.ResponseTime.p99" in `buffer`. Returns it. */
char *figure_name_text(const struct figure_name *figure, char *buffer, size_t size);

#endif
