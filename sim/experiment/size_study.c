/* size_study.c: points as variants. */
#include "experiment/size_study.h"

#include <stdlib.h>

struct context {
    struct study *study;
    const struct size_request *request;
};

static enum status begin(const struct context *context, struct size_point *point)
{
    const struct size_request *request = context->request;
    char *sets[SIZE_AXES_MOST] = {0}, buffer[AXIS_TEXT_SIZE];
    struct trial *trial = calloc(1, sizeof *trial);
    enum status status = trial ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t a = 0; a < request->axis_count && status == STATUS_OK; a++) {
        sets[a] = axis_assignment(&request->axes[a], axis_value(&request->axes[a], point->at[a], buffer));
        status = sets[a] ? STATUS_OK : STATUS_NO_MEMORY;
    }
    if (status == STATUS_OK)
        status = trial_begin(context->study, (const char *const *)sets, request->axis_count, trial);
    for (size_t a = 0; a < request->axis_count; a++)
        free(sets[a]);
    point->run = trial;
    return status;
}

static enum status replicate(void *pointer, struct size_point *point, uint32_t total)
{
    struct context *context = pointer;
    enum status status = point->run ? STATUS_OK : begin(context, point);
    if (status == STATUS_OK)
        status = trial_replicate(context->study, point->run, total);
    for (size_t f = 0; f < context->study->figure_count && status == STATUS_OK; f++)
        trial_values(context->study, point->run, f, total, point->values[f]);
    return status;
}

enum status size_study_run(struct study *study, const struct size_request *request, struct size_answer *answer)
{
    struct context context = {study, request};
    struct size_problem problem = {.axis_count = request->axis_count,
                                   .goal_count = request->goal_count,
                                   .minimize = request->minimize,
                                   .figure_count = study->figure_count,
                                   .replications_min = request->replications_min,
                                   .replications_max = request->replications_max,
                                   .replicate = replicate,
                                   .context = &context};
    for (size_t a = 0; a < request->axis_count; a++)
        problem.axes[a] =
            (struct size_axis){request->axes[a].count, request->axes[a].low, request->axes[a].values ? 0 : request->axes[a].step};
    for (size_t g = 0; g < request->goal_count; g++)
        problem.goals[g] = &request->goals[g].is;
    return size_search(&problem, answer);
}

struct trial *size_point_trial(const struct size_point *point)
{
    return point->run;
}

void size_study_end(struct size_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        struct trial *trial = answer->points[i]->run;
        if (trial)
            trial_end(trial);
        free(trial);
    }
    size_answer_fini(answer);
}
