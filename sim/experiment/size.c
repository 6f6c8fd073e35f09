/* size.c: which way to search, and what was found. */
#include "experiment/size.h"

#include "experiment/size_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many judgements the search will come to, for their shares of the error. */
static double planned_judgements(const struct size_problem *problem)
{
    double points = 2, looks = 1;
    for (size_t a = 0; a < problem->axis_count; a++)
        points += ceil(log2((double)problem->axes[a].count + 1)) * (problem->minimize ? 2 : 1);
    for (uint32_t n = problem->replications_min; n < problem->replications_max; n = 2 * n)
        looks++;
    return points * looks * (double)(problem->goal_count ? problem->goal_count : 1);
}

static size_t axis_total(const struct size_point *a, const struct size_point *b)
{
    size_t steps = 0;
    for (size_t i = 0; i < SIZE_AXES_MOST; i++)
        steps += a->at[i] > b->at[i] ? a->at[i] - b->at[i] : b->at[i] - a->at[i];
    return steps;
}

static int compare_points(const void *left, const void *right)
{
    const struct size_point *const *a = left, *const *b = right;
    for (size_t i = 0; i < SIZE_AXES_MOST; i++)
        if ((*a)->at[i] != (*b)->at[i])
            return (*a)->at[i] < (*b)->at[i] ? -1 : 1;
    return 0;
}

static void finish(struct size_answer *answer)
{
    if (answer->count > 0)
        qsort(answer->points, answer->count, sizeof *answer->points, compare_points);
    if (!answer->best)
        return;
    answer->best->role = ROLE_ANSWER;
    answer->certain = answer->best->clear;
    for (size_t i = 0; i < answer->count; i++) {
        struct size_point *point = answer->points[i];
        if (point->role == ROLE_OR)
            answer->certain = false;
        else if (point != answer->best && axis_total(point, answer->best) == 1)
            point->role = ROLE_NEIGHBOUR;
    }
}

enum status size_search(const struct size_problem *problem, struct size_answer *answer)
{
    *answer = (struct size_answer){.monotone = true};
    struct search search = {.problem = problem, .answer = answer};
    search.error = (1 - SIZE_CONFIDENCE) / planned_judgements(problem);
    enum status status;
    if (problem->axis_count == 1 && !problem->minimize) {
        answer->method = SIZE_BISECTION;
        status = size_bisect(&search);
    } else {
        answer->method = SIZE_REFINEMENT;
        status = size_refine(&search);
    }
    finish(answer);
    return status;
}

void size_answer_fini(struct size_answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        size_point_free(answer->points[i]);
    free(answer->points);
    *answer = (struct size_answer){0};
}
