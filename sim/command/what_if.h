/* what_if.h: what the commands that vary a scenario share: the base, what is varied, figures and goals, by the options. */
#ifndef SLSIM_COMMAND_WHAT_IF_H
#define SLSIM_COMMAND_WHAT_IF_H

#include "command/session.h"
#include "experiment/trial.h"
#include "scenario/axis.h"

#define WHAT_IF_FIGURES_MOST 16u

struct what_if {
    const struct options *options;
    struct scenario *scenario;  /* the base */
    struct scenario_base *base; /* its files, read once */
    struct study study;
    struct run_options run_options;
    struct progress progress;
    struct diagnostics diagnostics; /* reported by what_if_close */
    struct axis *axes;
    size_t axis_count;
    struct figure_bound *goals;
    size_t goal_count;
    struct figure_name figures[WHAT_IF_FIGURES_MOST]; /* the goals' first */
    size_t figure_count;
};

/* Loads the scenario, reads the values of `axis_option` (in `axes`) and --goal. `what_if` is to be given to what_if_close whatever comes
 * back. */
enum status what_if_open(const struct program *program, const struct options *options, const char *axis_option,
                         const struct option_words *axes, struct what_if *what_if);
/* One more figure, as `option` spells it. */
enum status what_if_figure(struct what_if *what_if, const char *option, const char *text);
/* The same of all --figure. */
enum status what_if_figures(struct what_if *what_if);
/* A mistake in the usage. Returns STATUS_INVALID. */
enum status what_if_refuse(struct what_if *what_if, const char *hint, const char *message);
/* Tells of everything that was noted, and of a failure that nothing tells of; lets go of it all. Returns the exit code. */
int what_if_close(struct what_if *what_if, enum status status);

#endif
