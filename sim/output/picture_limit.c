/* picture_limit.c: limits as the resolved scenario and its rules have them. */
#include "output/picture_plan.h"

#include <math.h>
#include <string.h>

static const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double rule_value(const struct result_data *data, const char *rule)
{
    const cJSON *value = rule ? member(member(member(data->manifest, "rules"), "values"), rule) : NULL;
    return cJSON_IsNumber(value) ? value->valuedouble : NAN;
}

double picture_limit_of(const struct result_data *data, const struct picture_limit *limit, const char *resource)
{
    const cJSON *scenario = member(data->manifest, "scenario"), *value;
    if (strncmp(limit->property, "account.", 8) == 0)
        value = member(member(scenario, "account"), limit->property + 8);
    else
        value = member(member(member(member(scenario, "Resources"), resource), "Properties"), limit->property);
    double amount = cJSON_IsNumber(value) ? value->valuedouble : value ? NAN : rule_value(data, limit->rule);
    return amount * limit->scale;
}
