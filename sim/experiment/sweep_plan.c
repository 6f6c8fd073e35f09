/* sweep_plan.c: points from methods. */
#include "experiment/sweep_plan.h"

#include "engine/random.h"
#include "scenario/where.h"

#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While points are made. */
struct making {
    const struct sweep_spec *spec;
    struct sweep_plan *plan;
    struct diagnostics *diagnostics;
    double *row; /* the point that is tried */
    size_t capacity;
    size_t tries;
};

static enum status complain(const struct making *making, const char *hint, const char *message)
{
    diagnose(making->diagnostics, SEVERITY_ERROR, (struct place){0}, "sweep", hint, "%s", message);
    return STATUS_INVALID;
}

static bool make_room(struct making *making)
{
    if (making->plan->point_count < making->capacity)
        return true;
    size_t capacity = making->capacity ? 2 * making->capacity : 1024;
    double *grown = realloc(making->plan->coordinates, (capacity * making->spec->axis_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    making->plan->coordinates = grown;
    making->capacity = capacity;
    return true;
}

/* Takes the row if every `where` holds. */
static enum status try_row(struct making *making)
{
    const struct sweep_spec *spec = making->spec;
    if (++making->tries > SWEEP_TRIES_MOST)
        return complain(making, "vary less, or in larger steps", "there are too many combinations: more than 20 million were tried");
    for (size_t i = 0; i < spec->where_count; i++) {
        char mistake[WHERE_MISTAKE_SIZE];
        bool holds;
        if (!where_evaluate(spec->wheres[i], spec->axes, spec->axis_count, making->row, &holds, mistake)) {
            diagnose(making->diagnostics, SEVERITY_ERROR, (struct place){0}, "sweep.where",
                     "as in 'Api.ReservedConcurrentExecutions <= 2 * Queue.MaximumConcurrency'", "\"%.200s\": %s", spec->wheres[i],
                     mistake);
            return STATUS_INVALID;
        }
        if (!holds)
            return STATUS_OK;
    }
    if (making->plan->point_count == SWEEP_POINTS_MOST)
        return complain(making, "vary less, or in larger steps", "there are more than a million points");
    if (!make_room(making))
        return STATUS_NO_MEMORY;
    if (spec->axis_count > 0)
        memcpy(making->plan->coordinates + making->plan->point_count * spec->axis_count, making->row,
               spec->axis_count * sizeof *making->row);
    making->plan->point_count++;
    return STATUS_OK;
}

/* Every value of each with every value of the others: counts like an odometer. */
static enum status make_grid(struct making *making)
{
    const struct sweep_spec *spec = making->spec;
    enum status status = STATUS_OK;
    for (size_t a = 0; a < spec->axis_count; a++)
        making->row[a] = 0;
    while (status == STATUS_OK) {
        status = try_row(making);
        size_t a = spec->axis_count;
        while (a > 0 && making->row[a - 1] + 1 >= (double)spec->axes[a - 1].count)
            making->row[--a] = 0;
        if (a == 0)
            return status;
        making->row[a - 1]++;
    }
    return status;
}

static enum status make_zip(struct making *making)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < making->spec->axes[0].count && status == STATUS_OK; i++) {
        for (size_t a = 0; a < making->spec->axis_count; a++)
            making->row[a] = (double)i;
        status = try_row(making);
    }
    return status;
}

static enum status make_list(struct making *making)
{
    const struct sweep_spec *spec = making->spec;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < spec->case_count && status == STATUS_OK; i++) {
        if (spec->axis_count > 0)
            memcpy(making->row, spec->case_coordinates + i * spec->axis_count, spec->axis_count * sizeof *making->row);
        status = try_row(making);
    }
    return status;
}

/* Draws until there are as many points as were asked for. */
static enum status draw(struct making *making, void (*next)(void *source, double *u, size_t count), void *source)
{
    const struct sweep_spec *spec = making->spec;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && making->plan->point_count < spec->points) {
        next(source, making->row, spec->axis_count);
        for (size_t a = 0; a < spec->axis_count; a++)
            making->row[a] = axis_coordinate(&spec->axes[a], making->row[a]);
        status = try_row(making);
        if (making->tries > 1000 && making->tries / 1000 > making->plan->point_count)
            return complain(making, NULL, "\"where\" lets less than one point in a thousand pass");
    }
    return status;
}

static void next_uniform(void *source, double *u, size_t count)
{
    struct stream *stream = source;
    for (size_t a = 0; a < count; a++)
        u[a] = stream_uniform(stream);
}

static void next_sobol(void *source, double *u, size_t count)
{
    (void)count;
    (void)gsl_qrng_get(source, u);
}

static enum status make_random(struct making *making)
{
    struct stream stream;
    stream_init(&stream, making->plan->seed, 0, "sweep", "random");
    return draw(making, next_uniform, &stream);
}

static enum status make_sobol(struct making *making)
{
    gsl_qrng *sobol = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)making->spec->axis_count);
    enum status status = sobol ? draw(making, next_sobol, sobol) : STATUS_NO_MEMORY;
    if (sobol)
        gsl_qrng_free(sobol);
    return status;
}

/* Of each axis the N slices in an order of its own, and a place in each slice. What `where` refuses is left out: the slices stay whole. */
static enum status make_latin_hypercube(struct making *making)
{
    const struct sweep_spec *spec = making->spec;
    size_t count = spec->points;
    double *u = malloc((count * spec->axis_count + 1) * sizeof *u);
    uint32_t *order = malloc((count + 1) * sizeof *order);
    enum status status = u && order ? STATUS_OK : STATUS_NO_MEMORY;
    for (size_t a = 0; a < spec->axis_count && status == STATUS_OK; a++) {
        struct stream stream;
        stream_init(&stream, making->plan->seed, 0, spec->axes[a].path, "latin hypercube");
        for (size_t i = 0; i < count; i++)
            order[i] = (uint32_t)i;
        gsl_ran_shuffle(&stream.rng, order, count, sizeof *order);
        for (size_t i = 0; i < count; i++)
            u[i * spec->axis_count + a] = ((double)order[i] + stream_uniform(&stream)) / (double)count;
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        for (size_t a = 0; a < spec->axis_count; a++)
            making->row[a] = axis_coordinate(&spec->axes[a], u[i * spec->axis_count + a]);
        status = try_row(making);
    }
    free(u);
    free(order);
    return status;
}

enum status sweep_plan_init(const struct sweep_spec *spec, uint64_t seed, struct diagnostics *diagnostics, struct sweep_plan *plan)
{
    static enum status (*const methods[])(struct making * making) = {make_grid, make_zip, make_list, make_random, make_latin_hypercube,
                                                                     make_sobol};
    *plan = (struct sweep_plan){.spec = spec, .seed = seed, .column_count = spec->axis_count + (spec->case_count > 0)};
    struct making making = {.spec = spec, .plan = plan, .diagnostics = diagnostics, .row = calloc(spec->axis_count + 1, sizeof(double))};
    enum status status = making.row ? methods[spec->method](&making) : STATUS_NO_MEMORY;
    if (status == STATUS_OK && plan->point_count == 0)
        status = complain(&making, NULL, "\"where\" lets no point pass");
    free(making.row);
    if (status != STATUS_OK)
        sweep_plan_fini(plan);
    return status;
}

void sweep_plan_fini(struct sweep_plan *plan)
{
    free(plan->coordinates);
    *plan = (struct sweep_plan){0};
}

static const double *row_of(const struct sweep_plan *plan, size_t point)
{
    return plan->coordinates + point * plan->spec->axis_count;
}

const char *sweep_plan_title(const struct sweep_plan *plan, size_t column)
{
    bool named = plan->spec->case_count > 0;
    if (named && column == 0)
        return "case";
    return plan->spec->axes[column - named].path;
}

const char *sweep_plan_text(const struct sweep_plan *plan, size_t point, size_t column, char buffer[AXIS_TEXT_SIZE])
{
    const struct sweep_spec *spec = plan->spec;
    bool named = spec->case_count > 0;
    if (named && column == 0)
        return spec->case_names[point];
    double coordinate = row_of(plan, point)[column - named];
    return isnan(coordinate) ? "" : axis_text(&spec->axes[column - named], coordinate, buffer);
}

enum status sweep_plan_sets(const struct sweep_plan *plan, size_t point, char ***sets, size_t *count)
{
    const struct sweep_spec *spec = plan->spec;
    const double *row = row_of(plan, point);
    *count = 0;
    *sets = calloc(spec->axis_count + 1, sizeof **sets);
    if (!*sets)
        return STATUS_NO_MEMORY;
    for (size_t a = 0; a < spec->axis_count; a++) {
        char buffer[AXIS_TEXT_SIZE];
        if (isnan(row[a]))
            continue;
        (*sets)[*count] = axis_assignment(&spec->axes[a], axis_text(&spec->axes[a], row[a], buffer));
        if (!(*sets)[(*count)++])
            return STATUS_NO_MEMORY;
    }
    return STATUS_OK;
}

void sweep_plan_free_sets(char **sets, size_t count)
{
    for (size_t i = 0; sets && i < count; i++)
        free(sets[i]);
    free(sets);
}

uint64_t sweep_plan_seed(const struct sweep_plan *plan, size_t point)
{
    char text[32];
    if (!plan->spec->independent)
        return plan->seed;
    (void)snprintf(text, sizeof text, "point %zu", point + 1);
    return random_hash(plan->seed, text);
}

char *sweep_plan_describe(const struct sweep_plan *plan, size_t point, char *buffer, size_t size)
{
    size_t used = 0;
    *buffer = '\0';
    for (size_t column = 0; column < plan->column_count && used + 1 < size; column++) {
        char text[AXIS_TEXT_SIZE];
        const char *value = sweep_plan_text(plan, point, column, text);
        if (!*value)
            continue;
        int length = snprintf(buffer + used, size - used, "%s%s=%.60s", used ? ", " : "", sweep_plan_title(plan, column), value);
        used += length > 0 ? (size_t)length : 0;
    }
    return buffer;
}
