/* crossing.c: a coarse look over the whole range, then the secant method with a bracket (Illinois) at the first change of sign. */
#include "experiment/crossing.h"

#include "engine/room.h"
#include "engine/sim_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOKS 9u
#define ROUNDS_MOST 40u
/* As near as this, relative to the value, is near enough. */
#define NEAR 1e-4
/* The slope at the crossing is taken from this share on either side. */
#define ASIDE 0.05
/* Ranges as wide as this are looked at by ratios. */
#define WIDE 16.0

struct work {
    struct study *study;
    const struct crossing_request *request;
    struct crossing *crossing;
    double *mine, *other; /* by replication */
};

static struct crossing_point *add_point(struct work *work)
{
    struct crossing *crossing = work->crossing;
    if (!room_for(&crossing->points, crossing->count + 1, &crossing->capacity, sizeof *crossing->points))
        return NULL;
    struct crossing_point *point = &crossing->points[crossing->count++];
    *point = (struct crossing_point){.differences = calloc(work->request->replications, sizeof *point->differences)};
    return point->differences ? point : NULL;
}

/* One of the two, with figure 0 in `values` and its requests a second. */
static enum status run_variant(struct work *work, const char *const *sets, size_t count, const char *other_path, double *values,
                               double *requests_per_s)
{
    struct trial trial;
    uint32_t replications = work->request->replications;
    enum status status =
        other_path ? trial_begin_other(work->study, other_path, sets, count, &trial) : trial_begin(work->study, sets, count, &trial);
    if (status == STATUS_OK)
        status = trial_replicate(work->study, &trial, replications);
    if (status == STATUS_OK) {
        trial_values(work->study, &trial, 0, replications, values);
        double duration_s = (double)trial.variant.scenario->settings.duration_ns / NS_PER_S;
        *requests_per_s = (double)trial.requests / replications / duration_s;
    }
    trial_end(&trial);
    return status;
}

static enum status run_both(struct work *work, const char *assignment, double *servers)
{
    const struct crossing_request *request = work->request;
    double requests_per_s = 0, unused;
    const char **sets = calloc(request->set_count + 1, sizeof *sets);
    if (!sets)
        return STATUS_NO_MEMORY;
    sets[0] = assignment;
    for (size_t i = 0; i < request->set_count; i++)
        sets[i + 1] = request->sets[i];
    enum status status = run_variant(work, sets, 1, NULL, work->mine, &requests_per_s);
    if (status == STATUS_OK && request->server) {
        *servers = server_count(request->server, requests_per_s);
        for (uint32_t r = 0; r < request->replications; r++)
            work->other[r] = *servers * request->server->month_usd;
    } else if (status == STATUS_OK) {
        status = run_variant(work, sets, request->set_count + 1, request->other_path, work->other, &unused);
    }
    free(sets);
    return status;
}

/* A new point at this value; its index. */
static enum status look_at(struct work *work, double value, size_t *index)
{
    char buffer[AXIS_TEXT_SIZE];
    uint32_t replications = work->request->replications;
    double servers = 0;
    char *assignment = axis_assignment(work->request->axis, axis_number(work->request->axis, value, buffer));
    enum status status = assignment ? run_both(work, assignment, &servers) : STATUS_NO_MEMORY;
    free(assignment);
    struct crossing_point *point = status == STATUS_OK ? add_point(work) : NULL;
    if (!point)
        return status == STATUS_OK ? STATUS_NO_MEMORY : status;
    point->at = value;
    point->servers = servers;
    for (uint32_t r = 0; r < replications; r++)
        point->differences[r] = work->mine[r] - work->other[r];
    point->mine = interval_of_mean(work->mine, replications, 0.95);
    point->other = interval_of_mean(work->other, replications, 0.95);
    point->difference = interval_of_mean(point->differences, replications, 0.95);
    *index = work->crossing->count - 1;
    return STATUS_OK;
}

static double difference_at(const struct work *work, size_t index)
{
    return work->crossing->points[index].difference.mean;
}

static double value_at(const struct work *work, size_t index)
{
    return work->crossing->points[index].at;
}

static enum status look_around(struct work *work)
{
    const struct axis *axis = work->request->axis;
    bool by_ratio = axis->low > 0 && axis->high / axis->low >= WIDE;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < LOOKS && status == STATUS_OK; i++) {
        double share = (double)i / (LOOKS - 1);
        double value = by_ratio ? axis->low * pow(axis->high / axis->low, share) : axis->low + share * (axis->high - axis->low);
        size_t index;
        status = look_at(work, i == LOOKS - 1 ? axis->high : value, &index);
    }
    return status;
}

/* Between two points of different signs: the value where the line between them crosses; an end that stays has half its weight. */
static enum status close_in(struct work *work, size_t left, size_t right)
{
    double from = value_at(work, left), until = value_at(work, right);
    double at_from = difference_at(work, left), at_until = difference_at(work, right), before = NAN;
    for (size_t round = 0; round < ROUNDS_MOST; round++) {
        double value = at_from == at_until ? (from + until) / 2 : (from * at_until - until * at_from) / (at_until - at_from);
        if (round > ROUNDS_MOST / 2) /* a jump: halves are surer */
            value = (from + until) / 2;
        work->crossing->at = value;
        if (fabs(value - before) <= NEAR * fabs(value) || until - from <= NEAR * fabs(until))
            return STATUS_OK;
        size_t index;
        enum status status = look_at(work, value, &index);
        if (status != STATUS_OK)
            return status;
        double difference = difference_at(work, index);
        if (difference == 0)
            return STATUS_OK;
        if ((difference < 0) == (at_from < 0)) {
            from = value;
            at_from = difference;
            at_until /= 2;
        } else {
            until = value;
            at_until = difference;
            at_from /= 2;
        }
        before = value;
    }
    return STATUS_OK;
}

/* Each replication crosses where its own difference says, along the common slope. */
static enum status interval_of_crossing(struct work *work)
{
    struct crossing *crossing = work->crossing;
    const struct axis *axis = work->request->axis;
    size_t left, right, here;
    double aside = ASIDE * fabs(crossing->at);
    enum status status = look_at(work, fmax(axis->low, crossing->at - aside), &left);
    if (status == STATUS_OK)
        status = look_at(work, fmin(axis->high, crossing->at + aside), &right);
    if (status == STATUS_OK)
        status = look_at(work, crossing->at, &here);
    if (status != STATUS_OK)
        return status;
    double slope = (difference_at(work, right) - difference_at(work, left)) / (value_at(work, right) - value_at(work, left));
    for (uint32_t r = 0; r < work->request->replications; r++)
        work->mine[r] = crossing->at - crossing->points[here].differences[r] / slope;
    struct interval interval = interval_of_mean(work->mine, work->request->replications, 0.95);
    crossing->low = interval.low;
    crossing->high = interval.high;
    return STATUS_OK;
}

static int compare_points(const void *left, const void *right)
{
    const struct crossing_point *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

static enum status find(struct work *work)
{
    struct crossing *crossing = work->crossing;
    size_t first = 0;
    enum status status = look_around(work);
    for (size_t i = 0; i + 1 < crossing->count && status == STATUS_OK; i++) {
        double here = difference_at(work, i), next = difference_at(work, i + 1);
        if ((here < 0 && next >= 0) || (here > 0 && next <= 0) || (i == 0 && here == 0 && next != 0)) {
            first = crossing->changes == 0 ? i : first;
            crossing->changes++;
        }
    }
    if (status != STATUS_OK || crossing->changes == 0)
        return status;
    crossing->found = true;
    crossing->mine_below = difference_at(work, first) < 0;
    status = close_in(work, first, first + 1);
    return status == STATUS_OK ? interval_of_crossing(work) : status;
}

enum status crossing_find(struct study *study, const struct crossing_request *request, struct crossing *crossing)
{
    *crossing = (struct crossing){.at = NAN, .low = NAN, .high = NAN};
    struct work work = {.study = study, .request = request, .crossing = crossing};
    work.mine = calloc(request->replications, sizeof *work.mine);
    work.other = calloc(request->replications, sizeof *work.other);
    enum status status = work.mine && work.other ? find(&work) : STATUS_NO_MEMORY;
    free(work.mine);
    free(work.other);
    if (crossing->count > 0)
        qsort(crossing->points, crossing->count, sizeof *crossing->points, compare_points);
    return status;
}

void crossing_fini(struct crossing *crossing)
{
    for (size_t i = 0; i < crossing->count; i++)
        free(crossing->points[i].differences);
    free(crossing->points);
    *crossing = (struct crossing){0};
}
