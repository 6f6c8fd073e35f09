/* picture_limit.c: limits as the resolved scenario, its changes and its rules have them. */
#include "document/units.h"
#include "output/picture_plan.h"
#include "scenario/setting_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

static double seconds(const cJSON *change, const char *key)
{
    const cJSON *time = member(change, key);
    double ns;
    return cJSON_IsString(time) && units_parse_time(time->valuestring, &ns) ? ns / 1e9 : NAN;
}

static int by_time(const void *a, const void *b)
{
    const struct limit_step *left = a, *right = b;
    return (left->at_s > right->at_s) - (left->at_s < right->at_s);
}

/* What holds at `at_s` by the steps so far, which lie in any order. */
static double value_at(const struct limit_step *steps, size_t count, double at_s)
{
    const struct limit_step *last = steps;
    for (size_t i = 1; i < count; i++)
        if (steps[i].at_s <= at_s && steps[i].at_s >= last->at_s)
            last = &steps[i];
    return last->value;
}

static size_t add_changes(const cJSON *changes, const char *path, double scale, struct limit_step *steps, size_t count)
{
    const cJSON *change, *set;
    cJSON_ArrayForEach(change, changes)
    {
        double at_s = seconds(change, "at"), for_s = seconds(change, "for");
        cJSON_ArrayForEach(set, member(change, "set"))
        {
            if (!setting_path_same(NULL, set->string, path) || isnan(at_s) || count + 2 > LIMIT_STEPS)
                continue;
            double before = value_at(steps, count, at_s);
            steps[count++] = (struct limit_step){at_s, cJSON_IsNumber(set) ? set->valuedouble * scale : NAN};
            if (!isnan(for_s))
                steps[count++] = (struct limit_step){at_s + for_s, before};
        }
    }
    return count;
}

size_t picture_limit_of(const struct result_data *data, const struct picture_limit *limit, const char *resource,
                        struct limit_step steps[LIMIT_STEPS])
{
    const cJSON *scenario = member(data->manifest, "scenario"), *value;
    char path[600];
    bool of_account = strncmp(limit->property, "account.", 8) == 0;
    if (of_account)
        value = member(member(scenario, "account"), limit->property + 8);
    else
        value = member(member(member(member(scenario, "Resources"), resource), "Properties"), limit->property);
    double amount = cJSON_IsNumber(value) ? value->valuedouble : value ? NAN : rule_value(data, limit->rule);
    steps[0] = (struct limit_step){0, amount * limit->scale};
    (void)snprintf(path, sizeof path, "%.255s%s%.255s", of_account ? "" : resource, of_account ? "" : ".", limit->property);
    size_t count = add_changes(member(scenario, "changes"), path, limit->scale, steps, 1);
    qsort(steps, count, sizeof *steps, by_time);
    return count;
}
