/* compare.c: paired differences and what they mean. */
#include "experiment/compare.h"

#include "document/units.h"
#include "engine/room.h"
#include "experiment/variant.h"
#include "experiment/verify.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const effect_names[] = {"better", "worse", "negligible", "unclear"};

/* The figures of one result, sorted by name, so that thousands find their like. */
struct figure_index {
    const struct figure **list;
    size_t count;
};

static int compare_figures(const void *a, const void *b)
{
    const struct figure *left = *(const struct figure *const *)a, *right = *(const struct figure *const *)b;
    int order = strcmp(left->resource, right->resource);
    if (order == 0)
        order = strcmp(left->metric->name, right->metric->name);
    return order ? order : strcmp(left->stat, right->stat);
}

static struct figure_index *index_of(const struct run_result *result)
{
    struct figure_index *index = calloc(1, sizeof *index);
    if (!index)
        return NULL;
    index->list = calloc(result->figure_count + 1, sizeof *index->list);
    if (!index->list) {
        free(index);
        return NULL;
    }
    index->count = result->figure_count;
    for (size_t i = 0; i < index->count; i++)
        index->list[i] = &result->figures[i];
    qsort(index->list, index->count, sizeof *index->list, compare_figures);
    return index;
}

static void index_free(struct figure_index *index)
{
    if (index)
        free(index->list);
    free(index);
}

static const struct figure *find(const struct figure_index *index, const char *resource, const char *metric, const char *stat)
{
    const struct metric_type type = {.name = metric};
    const struct figure wanted = {.resource = resource, .metric = &type, .stat = stat}, *key = &wanted;
    const struct figure **found = index->count ? bsearch(&key, index->list, index->count, sizeof *index->list, compare_figures) : NULL;
    return found ? *found : NULL;
}

static double monthly(const struct run_result *result, const char *resource, const struct price *price)
{
    double sum = 0;
    for (size_t i = 0; i < result->cost_count; i++) {
        const struct cost_line *line = &result->cost[i];
        if (strcmp(line->resource, resource) == 0 && strcmp(line->price->usage_type, price->usage_type) == 0)
            sum += line->monthly_amount_usd;
    }
    return sum;
}

static bool has_cost(const struct compare *compare, const struct cost_line *line)
{
    for (size_t i = 0; i < compare->cost_count; i++) {
        const struct cost_difference *cost = &compare->cost[i];
        if (strcmp(cost->resource, line->resource) == 0 && strcmp(cost->price->usage_type, line->price->usage_type) == 0)
            return true;
    }
    return false;
}

static char mark_of_cost(double a, double b)
{
    if (a == b)
        return '=';
    return a == 0 ? '+' : b == 0 ? '-' : '~';
}

/* O(lines^2): bills are short; but for those of fleets, where each resource has few. */
static void add_cost(struct compare *compare, const struct run_result *result)
{
    for (size_t i = 0; i < result->cost_count; i++) {
        const struct cost_line *line = &result->cost[i];
        if (has_cost(compare, line))
            continue;
        struct cost_difference *cost = &compare->cost[compare->cost_count++];
        *cost = (struct cost_difference){.resource = line->resource,
                                         .price = line->price,
                                         .a = monthly(compare->a, line->resource, line->price),
                                         .b = monthly(compare->b, line->resource, line->price)};
        cost->mark = mark_of_cost(cost->a, cost->b);
    }
}

/* Replications that are complete on either side. */
static uint32_t count_pairs(const struct run_result *a, const struct run_result *b)
{
    uint32_t pairs = 0;
    for (uint32_t i = 0; i < a->planned && i < b->planned; i++)
        pairs += a->months && b->months && !isnan(a->months[i]) && !isnan(b->months[i]);
    return pairs;
}

enum status compare_init(struct compare *compare, const struct run_result *a, const struct run_result *b, const struct min_effects *effects)
{
    *compare = (struct compare){.a = a, .b = b, .effects = *effects, .pairs = count_pairs(a, b)};
    compare->cost = calloc(a->cost_count + b->cost_count + 1, sizeof *compare->cost);
    compare->index_a = index_of(a);
    compare->index_b = index_of(b);
    if (!compare->cost || !compare->index_a || !compare->index_b)
        return STATUS_NO_MEMORY;
    compare->cost_count = 0; /* filled by these two */
    add_cost(compare, a);
    add_cost(compare, b);
    return STATUS_OK;
}

void compare_fini(struct compare *compare)
{
    index_free(compare->index_a);
    index_free(compare->index_b);
    free(compare->cost);
    free(compare->figures);
    *compare = (struct compare){0};
}

static bool read_points(const char *text, double *points)
{
    char number[40];
    size_t length = strlen(text);
    if (length < 3 || length >= sizeof number || strcmp(text + length - 2, "pp") != 0)
        return false;
    memcpy(number, text, length - 2);
    number[length - 2] = '\0';
    return units_parse_number(number, points);
}

bool min_effects_parse(const char *text, struct min_effects *effects)
{
    double value;
    double *into = NULL;
    if (units_parse_number(text, &value))
        into = &effects->count;
    else if (read_points(text, &value))
        into = &effects->points;
    else if (units_parse_probability(text, &value))
        into = &effects->share;
    else if (units_parse_time(text, &value))
        into = &effects->ns;
    else if (units_parse_money(text, &value))
        into = &effects->usd;
    else if (units_parse_size(text, &value))
        into = &effects->bytes;
    if (!into || value < 0)
        return false;
    *into = value;
    return true;
}

/* The smallest difference of the figure that matters, in its unit. */
static double min_effect(const struct min_effects *effects, const struct difference *difference)
{
    const struct figure_name name = {.resource = difference->resource, .metric = difference->metric, .stat = difference->stat};
    double absolute = effects->count;
    switch (figure_unit(&name)) {
    case IS_TIME:
        absolute = effects->ns / metric_unit_scale(difference->metric);
        break;
    case IS_MONEY:
        absolute = effects->usd;
        break;
    case IS_PERCENT:
        absolute = effects->points;
        break;
    case IS_SIZE:
        absolute = effects->bytes;
        break;
    case IS_COUNT:
        break;
    }
    if (!isnan(absolute))
        return absolute;
    return isnan(effects->share) || isnan(difference->mean_a) ? 0 : effects->share * fabs(difference->mean_a);
}

/* 1: more is better; -1: less is; 0: neither. */
static int direction_of(const struct difference *difference)
{
    if (!difference->metric)
        return -1;
    return strcmp(difference->stat, "SampleCount") == 0 ? 0 : difference->metric->better;
}

/* Three ways, so that "no difference was found" and "there is none that matters" are told apart. */
static enum effect judge(const struct compare *compare, const struct difference *difference)
{
    const struct interval *interval = &difference->interval;
    double matters = min_effect(&compare->effects, difference);
    if (isnan(interval->mean))
        return EFFECT_UNCLEAR;
    if (difference->mark == '=')
        return EFFECT_NEGLIGIBLE;
    if (interval->low >= -matters && interval->high <= matters)
        return EFFECT_NEGLIGIBLE;
    int direction = direction_of(difference);
    bool more = interval->low > 0 && interval->low >= matters, less = interval->high < 0 && interval->high <= -matters;
    if (direction == 0 || !(more || less))
        return EFFECT_UNCLEAR;
    return (more && direction > 0) || (less && direction < 0) ? EFFECT_BETTER : EFFECT_WORSE;
}

static double mean_of(const double *values, const double *other, uint32_t count)
{
    double sum = 0;
    uint32_t known = 0;
    for (uint32_t i = 0; values && i < count; i++) {
        if (isnan(values[i]) || (other && isnan(other[i])))
            continue;
        sum += values[i];
        known++;
    }
    return known ? sum / known : NAN;
}

static bool all_equal(const double *a, const double *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* Fills in what follows from the values. Means are over the pairs, so that they differ by the difference. */
static void work_out(const struct compare *compare, struct difference *difference)
{
    uint32_t count = compare->a->planned < compare->b->planned ? compare->a->planned : compare->b->planned;
    difference->interval = (struct interval){NAN, NAN, NAN, 0};
    difference->mark = difference->a ? '-' : '+';
    if (difference->a && difference->b) {
        difference->interval = interval_of_difference(difference->a, difference->b, count, 0.95);
        difference->mark = all_equal(difference->a, difference->b, count) ? '=' : '~';
    }
    bool paired = difference->interval.count > 0;
    difference->mean_a = mean_of(difference->a, paired ? difference->b : NULL, count);
    difference->mean_b = mean_of(difference->b, paired ? difference->a : NULL, count);
    difference->effect = judge(compare, difference);
}

static enum status append(struct compare *compare, const struct difference *difference)
{
    if (!room_for(&compare->figures, compare->count + 1, &compare->capacity, sizeof *compare->figures))
        return STATUS_NO_MEMORY;
    struct difference *made = &compare->figures[compare->count++];
    *made = *difference;
    work_out(compare, made);
    return STATUS_OK;
}

static enum status add_pair(struct compare *compare, const struct figure *a, const struct figure *b)
{
    const struct figure *one = a ? a : b;
    const struct difference difference = {.resource = one->resource,
                                          .metric = one->metric,
                                          .stat = one->stat,
                                          .unit = one->metric->unit,
                                          .a = a ? a->values : NULL,
                                          .b = b ? b->values : NULL};
    return append(compare, &difference);
}

enum status compare_add(struct compare *compare, const char *resource, const char *metric, const char *stat)
{
    const struct figure *a = find(compare->index_a, resource, metric, stat), *b = find(compare->index_b, resource, metric, stat);
    return a || b ? add_pair(compare, a, b) : STATUS_OK;
}

enum status compare_add_all(struct compare *compare)
{
    enum status status = STATUS_OK;
    for (int side = 0; side < 2; side++) {
        const struct run_result *result = side ? compare->b : compare->a;
        for (size_t i = 0; i < result->figure_count && status == STATUS_OK; i++) {
            const struct figure *one = &result->figures[i];
            const struct figure *other = find(side ? compare->index_a : compare->index_b, one->resource, one->metric->name, one->stat);
            if (one->is_total || (side && other))
                continue;
            status = add_pair(compare, side ? NULL : one, side ? one : other);
        }
    }
    return status;
}

enum status compare_add_month(struct compare *compare)
{
    const struct difference difference = {.stat = "Sum", .unit = "USD", .a = compare->a->months, .b = compare->b->months};
    return append(compare, &difference);
}

double difference_percent(const struct difference *difference)
{
    if (difference->interval.mean == 0)
        return 0;
    return 100 * difference->interval.mean / fabs(difference->mean_a);
}

struct bound_verdict compare_bound(const struct compare *compare, const struct figure_bound *bound)
{
    struct difference difference = {.resource = bound->figure.resource,
                                    .metric = bound->figure.metric,
                                    .stat = bound->figure.stat,
                                    .unit = figure_unit_name(&bound->figure),
                                    .a = run_result_values(compare->a, &bound->figure),
                                    .b = run_result_values(compare->b, &bound->figure)};
    work_out(compare, &difference);
    struct interval interval = difference.interval;
    if (bound->of == BOUND_VALUE) {
        interval = difference.b ? interval_of_mean(difference.b, compare->b->planned, 0.95) : (struct interval){NAN, NAN, NAN, 0};
    } else if (bound->of == BOUND_SHARE) {
        double scale = interval.mean == 0 ? 1 : 100 / fabs(difference.mean_a);
        interval.mean = difference_percent(&difference);
        interval.low *= scale;
        interval.high *= scale;
    }
    return (struct bound_verdict){.bound = bound,
                                  .holds = expectation_holds(&bound->is, interval.mean),
                                  .straddles = expectation_straddles(&bound->is, interval.low, interval.high),
                                  .value = interval.mean,
                                  .low = interval.low,
                                  .high = interval.high,
                                  .unit = bound->of == BOUND_SHARE ? "Percent" : difference.unit};
}
