/* size_refine.c: a grid over one or several settings, then ever finer around the best of it. */
#include "experiment/size_search.h"

#include <math.h>

/* Points tried at most: a limit against endless ways through a rugged landscape. */
#define POINTS_MOST 600u
/* Ranges over which the last number is that many times the first are divided by ratios. */
#define WIDE 16.0
/* The rivals of the best that are looked at more closely. */
#define RIVALS_MOST 4u

/* Around the best so far: the indices between which finer ones are tried. */
struct bracket {
    size_t left, centre, right;
};

static bool by_ratio(const struct size_axis *axis)
{
    return axis->step > 0 && axis->first > 0 && (axis->first + (double)(axis->count - 1) * axis->step) / axis->first >= WIDE;
}

/* The index `share` (0..1) of the way from `from` to `to`. */
static size_t between(const struct size_axis *axis, size_t from, size_t to, double share)
{
    double index = (double)from + share * ((double)to - (double)from);
    if (by_ratio(axis)) {
        double low = axis->first + (double)from * axis->step, high = axis->first + (double)to * axis->step;
        index = (low * pow(high / low, share) - axis->first) / axis->step;
    }
    double rounded = round(index);
    return rounded <= (double)from ? from : rounded >= (double)to ? to : (size_t)rounded;
}

/* Strictly between the two where there is room, else `from`. */
static size_t middle(const struct size_axis *axis, size_t from, size_t to)
{
    if (to - from < 2)
        return from;
    size_t index = between(axis, from, to, 0.5);
    return index == from ? from + 1 : index == to ? to - 1 : index;
}

static size_t coarse_count(const struct size_problem *problem)
{
    return problem->axis_count == 1 ? (problem->minimize ? 9 : 17) : problem->axis_count == 2 ? 5 : 3;
}

/* What is to be small, over the replications that both have; without a figure the place on the axis. */
static double advantage(const struct search *search, const struct size_point *a, const struct size_point *b)
{
    const struct size_problem *problem = search->problem;
    if (!problem->minimize)
        return (double)a->at[0] - (double)b->at[0];
    uint32_t common = a->replications < b->replications ? a->replications : b->replications;
    const double *left = a->values[problem->goal_count], *right = b->values[problem->goal_count];
    double difference = interval_of_mean(left, common, 0.95).mean - interval_of_mean(right, common, 0.95).mean;
    if (isnan(difference)) /* nothing observed is worse than anything */
        return (double)isnan(interval_of_mean(left, common, 0.95).mean) - (double)isnan(interval_of_mean(right, common, 0.95).mean);
    return difference;
}

/* Is `a` to be preferred? Of equals the one with the smaller settings. */
static bool is_better(const struct search *search, const struct size_point *a, const struct size_point *b)
{
    if (a->meets != b->meets)
        return a->meets;
    double difference = a->meets ? advantage(search, a, b) : a->miss - b->miss;
    if (difference < 0 || difference > 0)
        return difference < 0;
    for (size_t i = 0; i < search->problem->axis_count; i++)
        if (a->at[i] != b->at[i])
            return a->at[i] < b->at[i];
    return false;
}

/* Evaluates every combination of `choices` (count[a] of them an axis), and betters *best. */
static enum status try_all(struct search *search, size_t choices[SIZE_AXES_MOST][17], const size_t *counts, struct size_point **best)
{
    size_t axes = search->problem->axis_count, digits[SIZE_AXES_MOST] = {0};
    for (;;) {
        size_t at[SIZE_AXES_MOST] = {0}, a = 0;
        struct size_point *point;
        for (size_t i = 0; i < axes; i++)
            at[i] = choices[i][digits[i]];
        enum status status = size_evaluate(search, at, &point);
        if (status != STATUS_OK)
            return status;
        if (!*best || is_better(search, point, *best))
            *best = point;
        while (a < axes && ++digits[a] == counts[a])
            digits[a++] = 0;
        if (a == axes)
            return STATUS_OK;
    }
}

static enum status try_grid(struct search *search, struct bracket *brackets, struct size_point **best)
{
    const struct size_problem *problem = search->problem;
    size_t choices[SIZE_AXES_MOST][17], counts[SIZE_AXES_MOST], coarse = coarse_count(problem);
    for (size_t a = 0; a < problem->axis_count; a++) {
        size_t last = problem->axes[a].count - 1;
        counts[a] = 0;
        for (size_t i = 0; i < coarse; i++) {
            size_t index = between(&problem->axes[a], 0, last, (double)i / (double)(coarse - 1));
            if (counts[a] == 0 || choices[a][counts[a] - 1] != index)
                choices[a][counts[a]++] = index;
        }
    }
    enum status status = try_all(search, choices, counts, best);
    for (size_t a = 0; a < problem->axis_count && *best; a++) {
        size_t i = 0;
        while (i < counts[a] - 1 && choices[a][i] < (*best)->at[a])
            i++;
        size_t centre = (*best)->at[a];
        brackets[a] = (struct bracket){i > 0 ? choices[a][i - 1] : centre, centre, i + 1 < counts[a] ? choices[a][i + 1] : centre};
    }
    return status;
}

/* The bracket after the best has moved to `centre`; a step beyond an end, where there is one. */
static struct bracket moved(const struct bracket *old, size_t left, size_t right, size_t centre, size_t last)
{
    struct bracket bracket = {left, centre, right};
    if (centre < old->centre) {
        bracket.left = centre == old->left && centre > 0 ? centre - 1 : old->left;
        bracket.right = old->centre;
    } else if (centre > old->centre) {
        bracket.left = old->centre;
        bracket.right = centre == old->right && centre < last ? centre + 1 : old->right;
    }
    return bracket;
}

/* One round: the middles of the brackets. `*done` when all of them were as narrow as can be and nothing was better. */
static enum status refine_once(struct search *search, struct bracket *brackets, struct size_point **best, bool *done)
{
    const struct size_problem *problem = search->problem;
    size_t choices[SIZE_AXES_MOST][17], counts[SIZE_AXES_MOST];
    const struct size_point *before = *best;
    bool narrow = true;
    for (size_t a = 0; a < problem->axis_count; a++) {
        const struct bracket *b = &brackets[a];
        size_t right = b->right - b->centre < 2 ? b->right : middle(&problem->axes[a], b->centre, b->right);
        choices[a][0] = middle(&problem->axes[a], b->left, b->centre);
        choices[a][1] = b->centre;
        choices[a][2] = right;
        counts[a] = 3;
        narrow = narrow && b->centre - b->left < 2 && b->right - b->centre < 2;
    }
    enum status status = try_all(search, choices, counts, best);
    for (size_t a = 0; a < problem->axis_count; a++)
        brackets[a] = moved(&brackets[a], choices[a][0], choices[a][2], (*best)->at[a], problem->axes[a].count - 1);
    *done = narrow && *best == before;
    return status;
}

/* Is it chance that `a` was better than `b`? */
static bool may_be_chance(const struct search *search, const struct size_point *a, const struct size_point *b)
{
    size_t figure = search->problem->goal_count;
    uint32_t common = a->replications < b->replications ? a->replications : b->replications;
    struct interval difference = interval_of_difference(a->values[figure], b->values[figure], common, SIZE_CONFIDENCE);
    /* Where all pairs differ alike, nothing is chance. */
    return difference.high > difference.low && !(difference.low > 0);
}

/* More replications for the best and for those that may be as good, until it is clear or the limit is reached. */
static enum status settle_rivals(struct search *search)
{
    const struct size_problem *problem = search->problem;
    struct size_answer *answer = search->answer;
    enum status status = STATUS_OK;
    for (bool more = true; more && status == STATUS_OK;) {
        more = false;
        uint32_t total = 2 * answer->best->replications;
        total = total < problem->replications_max ? total : problem->replications_max;
        size_t rivals = 0;
        for (size_t i = 0; i < answer->count && status == STATUS_OK && rivals < RIVALS_MOST; i++) {
            struct size_point *point = answer->points[i];
            if (point == answer->best || !point->meets || !may_be_chance(search, answer->best, point))
                continue;
            rivals++;
            more = more || point->replications < problem->replications_max || answer->best->replications < problem->replications_max;
            status = size_extend(search, point, total);
        }
        if (more && status == STATUS_OK)
            status = size_extend(search, answer->best, total);
        for (size_t i = 0; i < answer->count && status == STATUS_OK; i++)
            if (is_better(search, answer->points[i], answer->best))
                answer->best = answer->points[i];
        more = more && answer->best->replications < problem->replications_max;
    }
    return status;
}

/* What may be the answer as well: as cheap as far as one can tell, or cheaper and perhaps good enough; or, where the best's own verdict may
 * be chance, the best of those whose is not. */
static void mark_rivals(struct search *search)
{
    struct size_answer *answer = search->answer;
    struct size_point *sure = NULL;
    for (size_t i = 0; i < answer->count; i++) {
        struct size_point *point = answer->points[i];
        if (point == answer->best)
            continue;
        bool equal = search->problem->minimize && point->meets && may_be_chance(search, answer->best, point);
        bool doubtful = !point->meets && !point->clear && advantage(search, point, answer->best) < 0;
        if (equal || doubtful)
            point->role = ROLE_OR;
        if (point->meets && point->clear && (!sure || is_better(search, point, sure)))
            sure = point;
    }
    if (!answer->best->clear && sure)
        sure->role = ROLE_OR;
}

enum status size_refine(struct search *search)
{
    struct bracket brackets[SIZE_AXES_MOST] = {0};
    struct size_point *best = NULL;
    bool done = false;
    enum status status = try_grid(search, brackets, &best);
    while (status == STATUS_OK && !done && search->answer->count < POINTS_MOST)
        status = refine_once(search, brackets, &best, &done);
    if (status != STATUS_OK || !best || !best->meets)
        return status;
    search->answer->best = best;
    if (search->problem->minimize)
        status = settle_rivals(search);
    mark_rivals(search);
    return status;
}
