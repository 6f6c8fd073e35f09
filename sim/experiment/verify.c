/* verify.c: is what was observed what was expected? */
#include "experiment/verify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool expectation_holds(const struct expectation *expectation, double observed)
{
    double value = expectation->value;
    switch (expectation->comparison) {
    case COMPARE_EQ:
        return observed == value;
    case COMPARE_NE:
        return observed < value || observed > value; /* nothing observed is no difference */
    case COMPARE_LT:
        return observed < value;
    case COMPARE_LE:
        return observed <= value;
    case COMPARE_GT:
        return observed > value;
    case COMPARE_GE:
        return observed >= value;
    case COMPARE_WITHIN:
        return fabs(observed - value) <= expectation->other * fabs(value);
    case COMPARE_BETWEEN:
        return observed >= value && observed <= expectation->other;
    }
    return false;
}

bool expectation_straddles(const struct expectation *expectation, double low, double high)
{
    double bounds[2] = {expectation->value, expectation->value};
    if (expectation->comparison == COMPARE_WITHIN) {
        bounds[0] = expectation->value * (1 - expectation->other);
        bounds[1] = expectation->value * (1 + expectation->other);
    } else if (expectation->comparison == COMPARE_BETWEEN) {
        bounds[1] = expectation->other;
    }
    return low < high && ((low < bounds[0] && bounds[0] < high) || (low < bounds[1] && bounds[1] < high));
}

static const char *unit_of(const struct run_result *result, const struct expectation *expectation)
{
    if (!expectation->resource)
        return "USD";
    for (size_t i = 0; i < result->figure_count; i++) {
        const struct figure *figure = &result->figures[i];
        if (strcmp(figure->metric->name, expectation->metric) == 0 && strcmp(figure->resource, expectation->resource) == 0)
            return figure->metric->unit;
    }
    return "";
}

static struct verdict judge(const struct run_result *result, size_t index)
{
    const struct expectation *expectation = &result->scenario->expectations[index];
    struct interval interval = expectation->resource ? interval_of_mean(result->observed + index * result->planned, result->planned, 0.95)
                                                     : result->month_interval;
    double observed = expectation->resource ? interval.mean : result->month_usd;
    return (struct verdict){
        .expectation = expectation,
        .holds = expectation_holds(expectation, observed),
        .straddles = expectation_straddles(expectation, interval.low, interval.high),
        .observed = observed,
        .low = interval.low,
        .high = interval.high,
        .unit = unit_of(result, expectation),
    };
}

enum status verify_result(const struct run_result *result, struct verdicts *verdicts)
{
    size_t count = result->scenario->expectation_count;
    *verdicts = (struct verdicts){.list = calloc(count + 1, sizeof *verdicts->list), .all_hold = true};
    if (!verdicts->list)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        verdicts->list[i] = judge(result, i);
        verdicts->all_hold = verdicts->all_hold && verdicts->list[i].holds;
    }
    verdicts->count = count;
    return STATUS_OK;
}

enum status verify_scenario(const struct scenario *scenario, const struct run_options *options, struct verdicts *verdicts,
                            struct run_result **result)
{
    *verdicts = (struct verdicts){0};
    enum status status = run_scenario(scenario, options, result);
    return status == STATUS_OK ? verify_result(*result, verdicts) : status;
}

void verdicts_fini(struct verdicts *verdicts)
{
    free(verdicts->list);
    *verdicts = (struct verdicts){0};
}
