/* size_search.h: what the ways of searching share. Private to size*.c. */
#ifndef SLSIM_EXPERIMENT_SIZE_SEARCH_H
#define SLSIM_EXPERIMENT_SIZE_SEARCH_H

#include "experiment/size.h"

struct search {
    const struct size_problem *problem;
    struct size_answer *answer;
    double error; /* that one look at one goal of one point is allowed */
};

/* size_point.c */
/* The point at these indices with as many replications as its verdict needs; tried before or not. */
enum status size_evaluate(struct search *search, const size_t *at, struct size_point **point);
void size_point_free(struct size_point *point);
/* Where it stands, or NULL. */
struct size_point *size_find(const struct size_answer *answer, const size_t *at, size_t axis_count);
/* Brings a point to `total` replications and judges it anew. */
enum status size_extend(struct search *search, struct size_point *point, uint32_t total);

/* Do the goals' figures go one way only, over the points tried of one axis? */
bool size_is_monotone(const struct search *search);

/* Ways to search, each in a file of its own. */
enum status size_bisect(struct search *search);
enum status size_refine(struct search *search);

#endif
