/* size.h: the smallest, or cheapest, of many settings that meets every goal, in few replications: bisection where the answer is monotone, a
 * grid with successive refinement where it is not or where something is to be small. */
#ifndef SLSIM_EXPERIMENT_SIZE_H
#define SLSIM_EXPERIMENT_SIZE_H

#include "engine/status.h"
#include "experiment/judge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_AXES_MOST 4u
#define SIZE_FIGURES_MOST 16u
/* How sure the answer is to be. Every judgement on the way gets its share of the rest (Bonferroni), also every look at it. */
#define SIZE_CONFIDENCE 0.95

enum size_role {
    ROLE_TRIED,
    ROLE_NEIGHBOUR, /* of the answer, one step away */
    ROLE_OR,        /* may as well be the answer, as far as the replications tell */
    ROLE_ANSWER
};

/* One combination of settings that was tried. */
struct size_point {
    size_t at[SIZE_AXES_MOST]; /* the value's index, axis by axis */
    uint32_t replications;
    double *values[SIZE_FIGURES_MOST]; /* by figure, then by replication */
    bool meets;                        /* every goal, by the means */
    bool clear;                        /* that is certain */
    double miss;                       /* how far from the goals, relative to their bounds; 0 where they are met */
    enum size_role role;
    void *run; /* the caller's */
};

struct size_axis {
    size_t count;       /* values */
    double first, step; /* of their numbers; step 0: they are no numbers */
};

struct size_problem {
    struct size_axis axes[SIZE_AXES_MOST];
    size_t axis_count;
    const struct expectation *goals[SIZE_FIGURES_MOST]; /* figures 0 to goal_count - 1 */
    size_t goal_count;
    bool minimize;       /* figure `goal_count` is to be as small as can be; else the value itself, of the one axis there is */
    size_t figure_count; /* with those that are only to be kept */
    uint32_t replications_min, replications_max;
    /* Sees to it that the point has `total` replications, and puts all their values into point->values. */
    enum status (*replicate)(void *context, struct size_point *point, uint32_t total);
    void *context;
};

enum size_method { SIZE_BISECTION, SIZE_REFINEMENT };

struct size_answer {
    struct size_point **points; /* owned; sorted by axis after the search */
    size_t count, capacity;
    struct size_point *best; /* NULL: nothing that was tried meets the goals */
    bool certain;            /* no other setting may be the answer: with SIZE_CONFIDENCE */
    enum size_method method;
    bool monotone; /* the goals' figures only rise or only fall over the points of the one axis, as far as their intervals tell */
};

/* On anything but STATUS_OK the answer holds what was tried. To be given to size_answer_fini. */
enum status size_search(const struct size_problem *problem, struct size_answer *answer);
void size_answer_fini(struct size_answer *answer);

#endif
