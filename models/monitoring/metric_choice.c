/* metric_choice.c: whose metric is meant. */
#include "metric_choice.h"

#include "engine/model.h"
#include "engine/request.h"
#include "measure/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROPERTY_ROOM 160u

const char *const statistic_names[] = {"SampleCount", "Average", "Sum", "Minimum", "Maximum", NULL};

const struct property dimension_properties[] = {
    {"Name", PROPERTY_STRING, offsetof(struct dimension, name), .required = true, .help = "FunctionName, QueueName, ..."},
    {"Value", PROPERTY_STRING, offsetof(struct dimension, value), .required = true, .help = "The resource."},
    {0},
};

static const struct metric_type *find_metric(const struct model_type *type, const struct metric_choice *choice)
{
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++)
        if (metric->name_space && strcmp(metric->name_space, choice->name_space) == 0 && strcmp(metric->name, choice->name) == 0)
            return metric;
    return NULL;
}

static bool measures_in(const struct model_type *type, const char *name_space)
{
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++)
        if (metric->name_space && strcmp(metric->name_space, name_space) == 0)
            return true;
    return false;
}

/* Is anything of this namespace measured in the scenario? */
static bool is_measured(const struct validation *validation, const char *name_space)
{
    for (uint32_t i = 0; i < validation_entity_count(validation); i++)
        if (measures_in(validation_type(validation, i), name_space))
            return true;
    return false;
}

/* The metrics of that namespace, for a hint. */
static void list_metrics(const struct model_type *type, const char *name_space, char *text, size_t room)
{
    size_t length = (size_t)snprintf(text, room, "its metrics:");
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++)
        if (metric->name_space && strcmp(metric->name_space, name_space) == 0 && length + strlen(metric->name) + 2 < room)
            length += (size_t)snprintf(text + length, room - length, " %s", metric->name);
}

/* The entity that a dimension names, the most specific first. */
static uint32_t find_resource(const struct validation *validation, const struct metric_choice *choice)
{
    const struct dimension *dimensions = choice->dimensions.items;
    uint32_t found = ENTITY_NONE;
    for (size_t i = 0; i < choice->dimensions.count; i++) {
        uint32_t entity = validation_named(validation, dimensions[i].value);
        if (entity != ENTITY_NONE && (found == ENTITY_NONE || find_metric(validation_type(validation, entity), choice)))
            found = entity;
        if (entity != ENTITY_NONE && dimensions[i].name && strcmp(dimensions[i].name, "Resource") == 0)
            return entity;
    }
    return found;
}

/* Without a dimension: the account's metric, or the sum over the resources of the one type that has it. */
static const struct metric_type *resolve_whole(struct validation *validation, struct metric_choice *choice, const char *property)
{
    const struct model_type *type = NULL;
    const struct metric_type *metric = find_metric(validation_type(validation, 0), choice);
    if (metric) {
        choice->resource = validation_name(validation, 0);
        return metric;
    }
    for (uint32_t i = 1; i < validation_entity_count(validation); i++) {
        const struct model_type *other = validation_type(validation, i);
        if (other == type || !find_metric(other, choice))
            continue;
        if (type) {
            validation_error(validation, property, "give it a dimension that names one",
                             "resources of several types, %s and %s, have this metric", type->type, other->type);
            return NULL;
        }
        type = other;
    }
    if (!type) {
        validation_error(validation, property, NULL, "nothing here has a metric %s %s", choice->name_space, choice->name);
        return NULL;
    }
    choice->resource = type->type;
    validation_want_totals(validation);
    return find_metric(type, choice);
}

static const struct metric_type *resolve_one(struct validation *validation, struct metric_choice *choice, const char *place)
{
    char property[PROPERTY_ROOM], hint[400];
    uint32_t entity = find_resource(validation, choice);
    if (entity == ENTITY_NONE) {
        snprintf(property, sizeof property, "%sDimensions", place);
        validation_error(validation, property, "write its logical id, or {\"Ref\": ...}", "no dimension names a resource of this scenario");
        return NULL;
    }
    const struct metric_type *metric = find_metric(validation_type(validation, entity), choice);
    if (!metric) {
        snprintf(property, sizeof property, "%sMetricName", place);
        list_metrics(validation_type(validation, entity), choice->name_space, hint, sizeof hint);
        validation_error(validation, property, hint, "%s has no metric %s in %s", validation_name(validation, entity), choice->name,
                         choice->name_space);
        return NULL;
    }
    choice->resource = validation_name(validation, entity);
    return metric;
}

/* "p99.9" */
static bool read_percentile(const char *text, double *share)
{
    char *end = NULL;
    double percent = text[0] == 'p' ? strtod(text + 1, &end) : -1;
    *share = percent / 100;
    return end && end > text + 1 && *end == '\0' && percent >= 0 && percent <= 100;
}

static void check_statistic(struct validation *validation, struct metric_choice *choice, const struct metric_type *metric,
                            const char *place)
{
    char property[PROPERTY_ROOM];
    snprintf(property, sizeof property, "%sExtendedStatistic", place);
    if (choice->extended && choice->statistic_given)
        validation_error(validation, property, NULL, "there is a Statistic too: it is one or the other");
    else if (choice->extended && !read_percentile(choice->extended, &choice->share))
        validation_error(validation, property, "p0 to p100; trimmed means and the like are not simulated", "is no percentile: \"%s\"",
                         choice->extended);
    else if (choice->extended && metric && metric->kind != METRIC_TALLY && metric->kind != METRIC_GAUGE)
        validation_error(validation, property, "use a Statistic", "%s has no percentiles", choice->name);
    if (choice->extended)
        choice->statistic = PROBE_PERCENTILE;
}

void metric_choice_resolve(struct validation *validation, struct metric_choice *choice, const char *place)
{
    char property[PROPERTY_ROOM];
    const struct metric_type *metric = NULL;
    snprintf(property, sizeof property, "%sNamespace", place);
    choice->resource = NULL;
    if (!choice->name_space || !choice->name) {
        validation_error(validation, property, NULL, "a metric needs a Namespace and a MetricName");
        return;
    }
    if (!is_measured(validation, choice->name_space))
        validation_warning(validation, property, NULL, "nothing here is measured in %s: it never has data", choice->name_space);
    else if (choice->dimensions.count == 0)
        metric = resolve_whole(validation, choice, property);
    else
        metric = resolve_one(validation, choice, place);
    check_statistic(validation, choice, metric, place);
}
