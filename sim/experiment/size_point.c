/* size_point.c: the points of a search: each with as many replications as its verdict needs. */
#include "experiment/size_search.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A verdict that would need more replications than are allowed is given up early, once so many tell. */
#define TELLING 16u

void size_point_free(struct size_point *point)
{
    if (!point)
        return;
    free(point->values[0]); /* one block */
    free(point);
}

static struct size_point *point_new(struct search *search, const size_t *at)
{
    const struct size_problem *problem = search->problem;
    struct size_answer *answer = search->answer;
    if (!room_for(&answer->points, answer->count + 1, &answer->capacity, sizeof(struct size_point *)))
        return NULL;
    struct size_point *point = calloc(1, sizeof *point);
    double *values = calloc(problem->figure_count, problem->replications_max * sizeof *values);
    if (!point || !values) {
        free(values);
        free(point);
        return NULL;
    }
    memcpy(point->at, at, problem->axis_count * sizeof *at);
    for (size_t f = 0; f < problem->figure_count; f++)
        point->values[f] = values + f * problem->replications_max;
    answer->points[answer->count++] = point;
    return point;
}

struct size_point *size_find(const struct size_answer *answer, const size_t *at, size_t axis_count)
{
    for (size_t i = 0; i < answer->count; i++)
        if (memcmp(answer->points[i]->at, at, axis_count * sizeof *at) == 0)
            return answer->points[i];
    return NULL;
}

/* How many times the present replications would make the verdict of this goal clear, were the distance a standard error more than it
 * seems. */
static double wanted_factor(const struct judgement *judgement)
{
    double distance = judgement->distance + (judgement->interval.high - judgement->interval.low) / 4;
    if (judgement->clear)
        return 0;
    if (!(distance > 0) || isnan(judgement->half_width))
        return INFINITY;
    return (judgement->half_width / distance) * (judgement->half_width / distance);
}

static double miss_of(const struct expectation *goal, const struct judgement *judgement)
{
    if (judgement->holds)
        return 0;
    if (isnan(judgement->interval.mean))
        return INFINITY;
    double scale = fabs(goal->value) > 0 ? fabs(goal->value) : 1;
    return fabs(judgement->interval.mean - goal->value) / scale;
}

/* Judges all goals: one that clearly fails is enough. Returns by which factor there are too few replications; 0: it is clear. */
static double judge_point(const struct search *search, struct size_point *point)
{
    const struct size_problem *problem = search->problem;
    double factor = 0;
    bool fails = false;
    point->meets = true;
    point->miss = 0;
    for (size_t g = 0; g < problem->goal_count; g++) {
        const struct judgement judgement = judge_goal(problem->goals[g], point->values[g], point->replications, search->error);
        point->meets = point->meets && judgement.holds;
        point->miss = fmax(point->miss, miss_of(problem->goals[g], &judgement));
        fails = fails || (judgement.clear && !judgement.holds);
        factor = fmax(factor, wanted_factor(&judgement));
    }
    point->clear = fails || !(factor > 0);
    return point->clear ? 0 : factor;
}

enum status size_extend(struct search *search, struct size_point *point, uint32_t total)
{
    if (total <= point->replications)
        return STATUS_OK;
    enum status status = search->problem->replicate(search->problem->context, point, total);
    if (status != STATUS_OK)
        return status;
    point->replications = total;
    (void)judge_point(search, point);
    return STATUS_OK;
}

enum status size_evaluate(struct search *search, const size_t *at, struct size_point **point)
{
    const struct size_problem *problem = search->problem;
    *point = size_find(search->answer, at, problem->axis_count);
    if (*point)
        return STATUS_OK;
    *point = point_new(search, at);
    if (!*point)
        return STATUS_NO_MEMORY;
    uint32_t total = problem->replications_min;
    for (;;) {
        enum status status = size_extend(search, *point, total);
        if (status != STATUS_OK)
            return status;
        double factor = judge_point(search, *point);
        if ((*point)->clear || total >= problem->replications_max)
            return STATUS_OK;
        if (total >= TELLING && factor * total > problem->replications_max)
            return STATUS_OK;
        total = total > problem->replications_max / 2 ? problem->replications_max : 2 * total;
    }
}

/* Rises and falls between any two points, beyond their intervals. */
static void count_ways(const struct size_answer *answer, size_t goal, size_t *rises, size_t *falls)
{
    for (size_t i = 0; i < answer->count; i++) {
        for (size_t j = 0; j < answer->count; j++) {
            const struct size_point *a = answer->points[i], *b = answer->points[j];
            if (a->at[0] >= b->at[0])
                continue;
            struct interval left = interval_of_mean(a->values[goal], a->replications, 0.95);
            struct interval right = interval_of_mean(b->values[goal], b->replications, 0.95);
            *rises += left.high < right.low;
            *falls += left.low > right.high;
        }
    }
}

bool size_is_monotone(const struct search *search)
{
    for (size_t g = 0; g < search->problem->goal_count; g++) {
        size_t rises = 0, falls = 0;
        count_ways(search->answer, g, &rises, &falls);
        if (rises > 0 && falls > 0)
            return false;
    }
    return true;
}
