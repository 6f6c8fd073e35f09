/* judge.c: goals against Student's intervals. */
#include "experiment/judge.h"

#include "experiment/verify.h"

#include <math.h>

static void bounds_of(const struct expectation *expectation, double bounds[2])
{
    bounds[0] = bounds[1] = expectation->value;
    if (expectation->comparison == COMPARE_WITHIN) {
        bounds[0] = expectation->value * (1 - expectation->other);
        bounds[1] = expectation->value * (1 + expectation->other);
    } else if (expectation->comparison == COMPARE_BETWEEN) {
        bounds[1] = expectation->other;
    }
}

/* A figure is exactly something, or never above nothing, in every replication or not at all: no interval can tell. */
static bool is_of_each(const struct expectation *goal)
{
    return goal->comparison == COMPARE_EQ || goal->comparison == COMPARE_NE || (goal->comparison == COMPARE_LE && !(goal->value > 0));
}

static struct judgement judge_each(const struct expectation *goal, const double *values, size_t count, struct judgement judgement)
{
    judgement.holds = count > 0;
    for (size_t i = 0; i < count && judgement.holds; i++)
        judgement.holds = expectation_holds(goal, values[i]);
    judgement.clear = count > 1 || (count == 1 && !judgement.holds);
    return judgement;
}

struct judgement judge_goal(const struct expectation *goal, const double *values, size_t count, double error)
{
    struct judgement judgement = {.interval = interval_of_mean(values, count, 0.95)};
    double bounds[2], mean = judgement.interval.mean;
    if (is_of_each(goal))
        return judge_each(goal, values, count, judgement);
    judgement.holds = expectation_holds(goal, mean);
    if (isnan(mean)) {
        judgement.clear = count > 1;
        return judgement;
    }
    struct interval strict = interval_of_mean(values, count, 1 - 2 * error);
    bounds_of(goal, bounds);
    judgement.distance = fmin(fabs(mean - bounds[0]), fabs(mean - bounds[1]));
    judgement.half_width = (strict.high - strict.low) / 2;
    /* Where nothing varies, the mean may lie on the bound itself. */
    judgement.clear = judgement.distance > judgement.half_width || !(strict.high > strict.low);
    judgement.clear = judgement.clear && !isnan(judgement.half_width);
    return judgement;
}
