/* size_bisect.c: the smallest value of one setting that meets the goals, where all larger ones do as well. */
#include "experiment/size_search.h"

/* So far from where the means cross, values are looked at whose verdict may be chance. */
#define DOUBTFUL_MOST 16u

static enum status evaluate_at(struct search *search, size_t index, struct size_point **point)
{
    const size_t at[SIZE_AXES_MOST] = {index};
    return size_evaluate(search, at, point);
}

/* From a point whose verdict may be chance on to the next that is clear: all of them may be the answer, when they are beyond the last that
 * clearly fails. */
static enum status clear_up(struct search *search, struct size_point *point, bool upwards)
{
    size_t last = search->problem->axes[0].count - 1;
    enum status status = STATUS_OK;
    for (size_t step = 0; step < DOUBTFUL_MOST && status == STATUS_OK; step++) {
        if (point->clear && point->meets == upwards)
            break;
        if (point->at[0] == (upwards ? last : 0))
            break;
        status = evaluate_at(search, upwards ? point->at[0] + 1 : point->at[0] - 1, &point);
    }
    return status;
}

/* Which values may be the answer besides the best: beyond all that clearly fail, up to the first that clearly meets. */
static void mark_doubtful(struct search *search)
{
    struct size_answer *answer = search->answer;
    size_t above = 0, until = SIZE_MAX;
    for (size_t i = 0; i < answer->count; i++) {
        const struct size_point *point = answer->points[i];
        if (point->clear && !point->meets && point->at[0] < answer->best->at[0] && point->at[0] + 1 > above)
            above = point->at[0] + 1;
    }
    for (size_t i = 0; i < answer->count; i++) {
        const struct size_point *point = answer->points[i];
        if (point->clear && point->meets && point->at[0] >= answer->best->at[0] && point->at[0] < until)
            until = point->at[0];
    }
    for (size_t i = 0; i < answer->count; i++) {
        struct size_point *point = answer->points[i];
        bool doubtful = point->at[0] >= above && point->at[0] <= until && (!point->clear || point->at[0] == until);
        if (point != answer->best && doubtful)
            point->role = ROLE_OR;
    }
}

/* `low` does not meet the goals, `high` does: halves until they are neighbours, then looks at what chance may have decided. */
static enum status halve(struct search *search, struct size_point *low, struct size_point *high)
{
    enum status status = STATUS_OK;
    while (high->at[0] - low->at[0] > 1 && status == STATUS_OK) {
        struct size_point *middle;
        status = evaluate_at(search, low->at[0] + (high->at[0] - low->at[0]) / 2, &middle);
        if (status == STATUS_OK && middle->meets)
            high = middle;
        else if (status == STATUS_OK)
            low = middle;
    }
    search->answer->best = high;
    if (status == STATUS_OK)
        status = clear_up(search, low, false);
    if (status == STATUS_OK)
        status = clear_up(search, high, true);
    mark_doubtful(search);
    return status;
}

/* Neither end decides, or the figures go both ways. */
static enum status search_otherwise(struct search *search)
{
    for (size_t i = 0; i < search->answer->count; i++)
        search->answer->points[i]->role = ROLE_TRIED;
    search->answer->best = NULL;
    search->answer->method = SIZE_REFINEMENT;
    enum status status = size_refine(search);
    search->answer->monotone = size_is_monotone(search);
    return status;
}

enum status size_bisect(struct search *search)
{
    size_t last = search->problem->axes[0].count - 1;
    struct size_point *low, *high;
    enum status status = evaluate_at(search, 0, &low);
    if (status == STATUS_OK)
        status = evaluate_at(search, last, &high);
    if (status != STATUS_OK)
        return status;
    if (low->meets) {
        search->answer->best = low;
        status = clear_up(search, low, true);
        mark_doubtful(search);
    } else if (high->meets) {
        status = halve(search, low, high);
    } else {
        return search_otherwise(search);
    }
    if (status != STATUS_OK)
        return status;
    search->answer->monotone = size_is_monotone(search);
    return search->answer->monotone ? STATUS_OK : search_otherwise(search);
}
