/* figure_find.c: which figure a name means. */
#include "scenario/figure_find.h"

#include "measure/measure.h"
#include "scenario/resource_type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void figure_error(const struct figure_search *search, const char *key, const char *hint, const char *message, const char *what)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(search->node, key);
    struct parse_path path = {search->path, key, 0};
    parse_error(search->parse, node ? node : search->node, node ? &path : search->path, hint, message, what);
}

/* The type whose sum over all resources is meant; NULL where there is none, or nobody is of it. */
static const struct model_type *find_type(const struct scenario *scenario, const char *name)
{
    const struct model_type *type = resource_type_find(scenario->registry, name);
    for (uint32_t i = 1; type && i < scenario->first_source; i++)
        if (scenario->entities[i].type == type)
            return type;
    return NULL;
}

/* "Clicks/shard-0": a part that has no figures of its own. */
static bool names_inner_part(const struct references *references, const char *name)
{
    const char *slash = strchr(name, '/');
    char *whole = slash ? strndup(name, (size_t)(slash - name)) : NULL;
    bool found = whole && references_find(references, whole);
    free(whole);
    return found;
}

/* Whose metric is meant; NULL after reporting. */
static const struct model_type *find_subject(const struct figure_search *search, const char *name, uint32_t *entity)
{
    struct scenario *scenario = search->scenario;
    char hint[PARSE_HINT];
    const struct reference_name *found = references_find(search->references, name);
    *entity = found ? found->entity : ENTITY_NONE;
    if (found && found->entity != ENTITY_NONE)
        return scenario->entities[found->entity].type;
    if (found) {
        if (found->left_out[0] != '\0')
            figure_error(search, "resource", NULL, "%s is not simulated", found->left_out);
        return NULL;
    }
    const struct model_type *type = find_type(scenario, name);
    if (type) {
        scenario->wants_totals = true;
        return type;
    }
    if (names_inner_part(search->references, name))
        figure_error(search, "resource", "name the resource itself", "not modelled yet: figures of a single part, as of \"%s\"", name);
    else if (resource_type_find(scenario->registry, name))
        figure_error(search, "resource", NULL, "there is no resource of type \"%s\"", name);
    else
        figure_error(search, "resource", references_hint(search->parse, search->references, name, false, hint),
                     "there is no resource, source or type \"%s\"", name);
    return NULL;
}

static bool is_metric_of(const struct model_type *type, const char *name, size_t length)
{
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++)
        if (metric->name_space && strlen(metric->name) == length && strncmp(metric->name, name, length) == 0)
            return true;
    return false;
}

/* "it is a metric of F": of another entity of the scenario, or of a type. False: it is nobody's. */
static bool hint_of_owner(const struct figure_search *search, const char *wanted, char hint[PARSE_HINT])
{
    const struct scenario *scenario = search->scenario;
    for (uint32_t i = 0; i < scenario->entity_count; i++)
        if (is_metric_of(scenario->entities[i].type, wanted, strlen(wanted))) {
            snprintf(hint, PARSE_HINT, "it is a metric of %.100s", scenario->entities[i].name);
            return true;
        }
    for (const struct model_type *const *type = scenario->registry->resources; type && *type; type++)
        if (is_metric_of(*type, wanted, strlen(wanted))) {
            snprintf(hint, PARSE_HINT, "it is a metric of %s", (*type)->type);
            return true;
        }
    return false;
}

static const struct metric_type *find_metric(const struct figure_search *search, const struct model_type *type, const char *resource,
                                             const char *wanted)
{
    const char *names[128];
    size_t count = 0;
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++) {
        if (!metric->name_space) /* the model's own means */
            continue;
        if (strcmp(metric->name, wanted) == 0)
            return metric;
        if (count < sizeof names / sizeof *names)
            names[count++] = metric->name;
    }
    char hint[PARSE_HINT], listed[PARSE_HINT], said[PARSE_HINT];
    const char *dot = strchr(wanted, '.');
    if (dot && is_metric_of(type, wanted, (size_t)(dot - wanted)))
        snprintf(hint, sizeof hint, "write \"metric\": \"%.*s\", \"stat\": \"%.40s\"", (int)(dot - wanted), wanted, dot + 1);
    else if (!parse_suggestion(search->parse, wanted, names, count, hint) && !hint_of_owner(search, wanted, hint))
        snprintf(hint, sizeof hint, "its metrics: %.500s", parse_list_names(names, count, listed));
    snprintf(said, sizeof said, "%.200s has no metric \"%.200s\"", resource, wanted);
    figure_error(search, "metric", hint, "%s", said);
    return NULL;
}

/* What others call a statistic. */
static const char *meant_stat(const char *written)
{
    static const char *const words[][2] = {{"avg", "Average"}, {"mean", "Average"},  {"max", "Maximum"},
                                           {"min", "Minimum"}, {"median", "p50"},    {"count", "SampleCount"},
                                           {"total", "Sum"},   {"n", "SampleCount"}, {"samples", "SampleCount"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i][0], written) == 0)
            return words[i][1];
    return NULL;
}

/* The statistic, by default the metric's own; NULL after reporting. */
static const char *find_stat(const struct figure_search *search, const struct metric_type *metric, const char *stat)
{
    const char *names[FIGURES_MAX];
    size_t count = metric_figure_count(metric);
    char hint[PARSE_HINT], listed[PARSE_HINT];
    if (!stat)
        return metric_default_stat(metric);
    if (metric_has_stat(metric, stat))
        return stat;
    for (size_t i = 0; i < count && i < FIGURES_MAX; i++)
        names[i] = metric_figure_stat(metric, i);
    count = count < FIGURES_MAX ? count : FIGURES_MAX;
    const char *meant = meant_stat(stat);
    if (meant && metric_has_stat(metric, meant))
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", meant);
    else if (!parse_suggestion(search->parse, stat, names, count, hint))
        snprintf(hint, sizeof hint, "it has %.500s", parse_list_names(names, count, listed));
    figure_error(search, "stat", hint, "%s has no such statistic", metric->name);
    return NULL;
}

static bool find_of_type(const struct figure_search *search, const struct model_type *type, const char *metric, const char *stat,
                         struct figure_name *figure)
{
    figure->metric = type ? find_metric(search, type, figure->resource, metric) : NULL;
    figure->stat = figure->metric ? find_stat(search, figure->metric, stat) : NULL;
    return figure->stat != NULL;
}

bool figure_find(const struct figure_search *search, const char *resource, const char *metric, const char *stat, struct figure_name *figure)
{
    *figure = (struct figure_name){.resource = resource};
    return find_of_type(search, find_subject(search, resource, &figure->entity), metric, stat, figure);
}

/* Where the metric's name ends: of those that the text begins with the longest; where there is none, before the first dot. */
static size_t metric_length(const struct model_type *type, const char *text)
{
    size_t longest = 0;
    for (const char *end = text + strcspn(text, ".");; end += 1 + strcspn(end + 1, ".")) {
        if (is_metric_of(type, text, (size_t)(end - text)))
            longest = (size_t)(end - text);
        if (*end == '\0')
            break;
    }
    return longest ? longest : strcspn(text, ".");
}

bool figure_find_spelled(const struct figure_search *search, const char *resource, char *text, struct figure_name *figure)
{
    *figure = (struct figure_name){.resource = resource};
    const struct model_type *type = find_subject(search, resource, &figure->entity);
    char *end = text + (type ? metric_length(type, text) : 0);
    bool has_stat = *end == '.';
    *end = '\0';
    return find_of_type(search, type, text, has_stat ? end + 1 : NULL, figure);
}

enum is_unit figure_unit(const struct figure_name *figure)
{
    const struct metric_type *metric = figure->metric;
    if (!metric)
        return IS_MONEY;
    if (strcmp(figure->stat, "SampleCount") == 0)
        return IS_COUNT;
    if (metric_time_unit_ns(metric->unit) > 0)
        return IS_TIME;
    if (strcmp(metric->unit, "Percent") == 0)
        return IS_PERCENT;
    return strcmp(metric->unit, "Bytes") == 0 ? IS_SIZE : IS_COUNT;
}

const char *figure_unit_name(const struct figure_name *figure)
{
    return figure->metric ? figure->metric->unit : "USD";
}
