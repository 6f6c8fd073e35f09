/* what_if.c: options to studies. */
#include "command/what_if.h"

#include <stdlib.h>
#include <string.h>

enum status what_if_refuse(struct what_if *what_if, const char *hint, const char *message)
{
    diagnose(&what_if->diagnostics, SEVERITY_ERROR, (struct place){0}, NULL, hint, "%s", message);
    return STATUS_INVALID;
}

static enum status read_axes(struct what_if *what_if, const char *axis_option, const struct option_words *axes)
{
    enum status status = STATUS_OK, worst = STATUS_OK;
    what_if->axes = calloc(axes->count + 1, sizeof *what_if->axes);
    if (!what_if->axes)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < axes->count; i++) {
        status = axis_parse(axes->list[i], axis_option, AXIS_VALUES, what_if->scenario, &what_if->diagnostics,
                            &what_if->axes[what_if->axis_count]);
        if (status == STATUS_OK)
            what_if->axis_count++;
        else
            worst = status;
    }
    return worst;
}

static enum status read_goals(struct what_if *what_if)
{
    const struct option_words *goals = &what_if->options->goals;
    bool read = true;
    what_if->goals = calloc(goals->count + 1, sizeof *what_if->goals);
    if (!what_if->goals)
        return STATUS_NO_MEMORY;
    if (goals->count > WHAT_IF_FIGURES_MOST)
        return what_if_refuse(what_if, "", "so many goals are too many");
    for (size_t i = 0; i < goals->count; i++) {
        struct figure_bound *goal = &what_if->goals[what_if->goal_count];
        if (figure_bound_parse(what_if->scenario, "--goal", goals->list[i], false, &what_if->diagnostics, goal))
            what_if->figures[what_if->goal_count++] = goal->figure;
        else
            read = false;
    }
    what_if->figure_count = what_if->goal_count;
    return read ? STATUS_OK : STATUS_INVALID;
}

enum status what_if_open(const struct program *program, const struct options *options, const char *axis_option,
                         const struct option_words *axes, struct what_if *what_if)
{
    *what_if = (struct what_if){.options = options};
    const char *path = options->arguments[0];
    session_run_options(options, &what_if->progress, &what_if->run_options);
    /* With the variants' diagnostics, so that what all of them say is said once. */
    const struct scenario_options changes = {.sets = options->sets.list,
                                             .set_count = options->sets.count,
                                             .seed = options->seed,
                                             .replications = options->replications,
                                             .made = &what_if->base};
    enum status status = scenario_load(path, &changes, program->registry, &what_if->diagnostics, &what_if->scenario);
    if (status != STATUS_OK)
        return status;
    what_if->study = (struct study){.base = {.path = path,
                                             .shared = what_if->base,
                                             .registry = program->registry,
                                             .sets = options->sets.list,
                                             .set_count = options->sets.count,
                                             .seed = options->seed,
                                             .replications = options->replications},
                                    .scenario = what_if->scenario,
                                    .figures = what_if->figures,
                                    .options = &what_if->run_options,
                                    .diagnostics = &what_if->diagnostics};
    status = read_axes(what_if, axis_option, axes);
    enum status goals = read_goals(what_if);
    what_if->study.figure_count = what_if->figure_count;
    return status != STATUS_OK ? status : goals;
}

enum status what_if_figure(struct what_if *what_if, const char *option, const char *text)
{
    if (what_if->figure_count == WHAT_IF_FIGURES_MOST)
        return what_if_refuse(what_if, "", "so many figures are too many");
    if (!figure_name_parse(what_if->scenario, option, text, &what_if->diagnostics, &what_if->figures[what_if->figure_count]))
        return STATUS_INVALID;
    what_if->study.figure_count = ++what_if->figure_count;
    return STATUS_OK;
}

enum status what_if_figures(struct what_if *what_if)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < what_if->options->figures.count && status == STATUS_OK; i++)
        status = what_if_figure(what_if, "--figure", what_if->options->figures.list[i]);
    return status;
}

static void tell_of(struct what_if *what_if, enum status status)
{
    if (status == STATUS_OK || status == STATUS_UNMET || what_if->diagnostics.error_count > 0)
        return;
    session_tell_of_end(what_if->options, NULL, status, &what_if->diagnostics);
}

int what_if_close(struct what_if *what_if, enum status status)
{
    progress_fini(&what_if->progress);
    tell_of(what_if, status);
    session_report(&what_if->diagnostics, what_if->options);
    for (size_t i = 0; what_if->axes && i < what_if->axis_count; i++)
        axis_fini(&what_if->axes[i]);
    free(what_if->axes);
    free(what_if->goals);
    scenario_free(what_if->scenario);
    scenario_base_free(what_if->base);
    return status_exit_code(status);
}
