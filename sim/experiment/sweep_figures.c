/* sweep_figures.c: choosing figures, and finding them in a run. */
#include "experiment/sweep_figures.h"

#include "engine/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_same(const struct figure_name *a, const struct figure_name *b)
{
    if (!a->metric || !b->metric)
        return a->metric == b->metric;
    return a->metric == b->metric && strcmp(a->resource, b->resource) == 0 && strcmp(a->stat, b->stat) == 0;
}

/* Each once. */
static bool add(struct sweep_figures *figures, const struct figure_name *name)
{
    for (size_t i = 0; i < figures->count; i++)
        if (is_same(&figures->list[i], name))
            return true;
    struct figure_name *grown = realloc(figures->list, (figures->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    figures->list = grown;
    grown[figures->count++] = *name;
    return true;
}

static const struct metric_type *find_metric(const struct model_type *type, const char *name)
{
    for (const struct metric_type *metric = type->metrics; metric && metric->name; metric++)
        if (metric->name_space && strcmp(metric->name, name) == 0)
            return metric;
    return NULL;
}

/* What a summary shows of those who ask. */
static bool add_sources(const struct scenario *scenario, const struct summary_layout *layout, struct sweep_figures *figures)
{
    for (const struct headline_section *section = layout->sections; section->title; section++) {
        const bool other_space = section->key_space && layout->requests_space && strcmp(section->key_space, layout->requests_space) != 0;
        if (other_space || strcmp(section->key, layout->requests) != 0)
            continue;
        for (uint32_t i = scenario->first_source; i < scenario->first_inner; i++) {
            for (const struct headline_column *column = section->columns; column->title; column++) {
                const struct entity_spec *source = &scenario->entities[i];
                const struct figure_name name = {
                    .resource = source->name, .metric = find_metric(source->type, column->metric), .stat = column->stat, .entity = i};
                if (name.metric && !add(figures, &name))
                    return false;
            }
        }
    }
    return true;
}

static bool add_expected(struct scenario *scenario, struct diagnostics *diagnostics, struct sweep_figures *figures)
{
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        uint32_t entity = expectation->resource ? scenario_find(scenario, expectation->resource) : ENTITY_NONE;
        struct figure_name name = {.resource = expectation->resource, .stat = expectation->stat, .entity = entity};
        char *text = NULL;
        struct diagnostics unheard = {0};
        if (!expectation->resource)
            continue; /* the bill, which is there in any case */
        if (asprintf(&text, "%s.%s.%s", expectation->resource, expectation->metric, expectation->stat) < 0)
            return false;
        /* What a result does not keep (a rare percentile), a sweep cannot keep either. */
        bool kept = figure_name_parse(scenario, "expect", text, &unheard, &name);
        free(text);
        diagnostics->failed |= unheard.failed;
        diagnostics_fini(&unheard);
        if (diagnostics->failed || (kept && !add(figures, &name)))
            return false;
    }
    return true;
}

enum status sweep_figures_choose(struct scenario *scenario, const struct sweep_spec *spec, const struct summary_layout *layout,
                                 struct diagnostics *diagnostics, struct sweep_figures *figures)
{
    static const struct figure_name bill = {.stat = "Sum", .entity = ENTITY_NONE};
    *figures = (struct sweep_figures){.all = spec->all_metrics};
    bool added = true, read = true;
    for (size_t i = 0; i < spec->metric_count && added; i++) {
        struct figure_name name;
        if (figure_name_parse(scenario, "--metrics", spec->metrics[i], diagnostics, &name))
            added = add(figures, &name);
        else
            read = false;
    }
    if (!spec->all_metrics && spec->metric_count == 0)
        added = add_sources(scenario, layout, figures) && add_expected(scenario, diagnostics, figures) && add(figures, &bill);
    if (!added || diagnostics->failed)
        return STATUS_NO_MEMORY;
    return read ? STATUS_OK : STATUS_INVALID;
}

void sweep_figures_fini(struct sweep_figures *figures)
{
    free(figures->list);
    *figures = (struct sweep_figures){0};
}

static bool put(struct sweep_values *values, const struct sweep_value *value)
{
    if (!room_for(&values->list, values->count + 1, &values->capacity, sizeof *values->list))
        return false;
    values->list[values->count++] = *value;
    return true;
}

static bool put_bill(const struct run_result *result, uint32_t column, struct sweep_values *values)
{
    const struct sweep_value value = {"slsim", "cost", "month", "Sum", "USD", result->months ? result->months[column] : NAN};
    return put(values, &value);
}

static bool put_figure(const struct figure_name *name, const struct figure *figure, uint32_t column, struct sweep_values *values)
{
    const struct sweep_value value = {name->metric->name_space, name->resource,
                                      name->metric->name,       name->stat,
                                      name->metric->unit,       figure ? figure->values[column] : NAN};
    return put(values, &value);
}

enum status sweep_values_take(const struct sweep_figures *figures, const struct run_result *result, uint32_t column,
                              struct sweep_values *values)
{
    bool good = true;
    values->count = 0;
    for (size_t i = 0; figures->all && i < result->figure_count && good; i++) {
        const struct figure *figure = &result->figures[i];
        const struct figure_name name = {.resource = figure->resource, .metric = figure->metric, .stat = figure->stat};
        if (!figure->is_total)
            good = put_figure(&name, figure, column, values);
    }
    if (figures->all && good)
        good = put_bill(result, column, values);
    for (size_t i = 0; !figures->all && i < figures->count && good; i++) {
        const struct figure_name *name = &figures->list[i];
        if (!name->metric)
            good = put_bill(result, column, values);
        else
            good = put_figure(name, run_result_find(result, name->resource, name->metric->name, name->stat), column, values);
    }
    return good ? STATUS_OK : STATUS_NO_MEMORY;
}

void sweep_values_fini(struct sweep_values *values)
{
    free(values->list);
    *values = (struct sweep_values){0};
}
