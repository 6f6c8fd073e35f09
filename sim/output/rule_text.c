/* rule_text.c: the value of a rule, for machines and for people. */
#include "output/rule_text.h"

#include "document/units.h"
#include "output/json_print.h"
#include "output/number_text.h"

#include <math.h>
#include <stdio.h>

/* The names of the parameters a and b by kind. */
static const struct {
    const char *name, *a, *b;
} kinds[] = {
    [DISTRIBUTION_CONSTANT] = {"constant", "value", NULL},   [DISTRIBUTION_EXPONENTIAL] = {"exponential", "mean", NULL},
    [DISTRIBUTION_LOGNORMAL] = {"lognormal", "mu", "sigma"}, [DISTRIBUTION_GAMMA] = {"gamma", "shape", "scale"},
    [DISTRIBUTION_WEIBULL] = {"weibull", "scale", "shape"},  [DISTRIBUTION_PARETO] = {"pareto", "min", "shape"},
    [DISTRIBUTION_NORMAL] = {"normal", "mean", "sd"},        [DISTRIBUTION_UNIFORM] = {"uniform", "low", "high"},
    [DISTRIBUTION_QUANTILES] = {"quantiles", NULL, NULL},    [DISTRIBUTION_SAMPLES] = {"samples", NULL, NULL},
    [DISTRIBUTION_MIXTURE] = {"mixture", NULL, NULL},
};
static void add_numbers(cJSON *object, const char *key, const double *values, size_t count, bool *failed)
{
    cJSON *array = json_add_array(object, key, failed);
    for (size_t i = 0; i < count && !*failed; i++)
        json_add_number(array, NULL, values[i], failed);
}

static cJSON *distribution_json(const struct distribution *distribution)
{
    bool failed = false;
    cJSON *object = cJSON_CreateObject();
    json_add_string(object, "distribution", kinds[distribution->kind].name, &failed);
    if (kinds[distribution->kind].a)
        json_add_number(object, kinds[distribution->kind].a, distribution->a, &failed);
    if (kinds[distribution->kind].b)
        json_add_number(object, kinds[distribution->kind].b, distribution->b, &failed);
    if (distribution->probabilities)
        add_numbers(object, "probabilities", distribution->probabilities, distribution->count, &failed);
    if (distribution->values)
        add_numbers(object, "values", distribution->values, distribution->count, &failed);
    if (distribution->parts) {
        cJSON *parts = json_add_array(object, "parts", &failed);
        for (size_t i = 0; i < distribution->count && !failed; i++)
            json_add(parts, NULL, distribution_json(distribution->parts[i]), &failed);
    }
    if (distribution->plus != 0)
        json_add_number(object, "plus", distribution->plus, &failed);
    if (distribution->bounded) {
        json_add_number(object, "min", distribution->minimum, &failed);
        json_add_number(object, "max", distribution->maximum, &failed);
    }
    if (!failed)
        return object;
    cJSON_Delete(object);
    return NULL;
}

cJSON *rule_value_json(const struct rule *rule)
{
    if (rule->distribution)
        return distribution_json(rule->distribution);
    if (rule->text)
        return cJSON_CreateString(rule->text);
    return isfinite(rule->number) ? cJSON_CreateNumber(rule->number) : cJSON_CreateNull();
}

void rule_value_text(const struct rule *rule, char *text, size_t size)
{
    if (rule->distribution) {
        char mean[64];
        (void)snprintf(text, size, "%s, mean %s", kinds[rule->distribution->kind].name,
                       units_format_time(distribution_mean(rule->distribution), mean, sizeof mean));
    } else if (rule->text) {
        (void)snprintf(text, size, "%s", rule->text);
    } else {
        char number[NUMBER_TEXT_SIZE];
        (void)number_text(rule->number, number);
        (void)snprintf(text, size, "%s", number);
    }
}
