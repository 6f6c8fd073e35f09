/* judge.h: does a goal hold, as far as its replications tell? */
#ifndef SLSIM_EXPERIMENT_JUDGE_H
#define SLSIM_EXPERIMENT_JUDGE_H

#include "measure/interval.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

struct judgement {
    bool holds;               /* by the mean; equality and "at most 0" by every single replication */
    bool clear;               /* Student's interval at the confidence asked for holds no bound */
    double half_width;        /* of that interval, which is not the one below */
    double distance;          /* from the mean to the nearest bound */
    struct interval interval; /* 95 % */
};

/* `error` is the probability of a wrong clear judgement that is allowed, one-sided: 0.025 goes with a 95 % interval. With fewer than two
 * values nothing is clear. Nothing observed fails, clearly. */
struct judgement judge_goal(const struct expectation *goal, const double *values, size_t count, double error);

#endif
