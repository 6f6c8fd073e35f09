/* picture_plan.c: which pictures a result has, and what they want of its tables. */
#include "output/picture_plan.h"

#include "engine/room.h"
#include "output/part_name.h"

#include <stdlib.h>
#include <string.h>

/* A resource and what it is ranked by. */
struct candidate {
    const struct result_resource *resource;
    double rank;
    size_t order;
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank > right->rank ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* The resources that have a figure of that line above nothing, the largest first; at most `limit`. Owned by the caller. */
static struct candidate *rank(const struct result_data *data, const struct picture_layout *layout, const struct picture_type *type,
                              const struct picture_line *line, bool parts, size_t *count)
{
    struct candidate *list = calloc(data->resource_count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list && i < data->resource_count; i++) {
        const struct result_resource *resource = &data->resources[i];
        if ((resource->part && !parts) || strcmp(resource->name, layout->whole) == 0)
            continue;
        if (type->having && !result_data_figure(data, resource, NULL, type->having, "Sum"))
            continue;
        /* Of what is observed one by one those come first that had most of it. */
        const struct interval *figure = result_data_figure(data, resource, line->space, line->metric, "SampleCount");
        if (!figure)
            figure = result_data_figure(data, resource, line->space, line->metric, line->stat);
        if (figure && figure->mean > 0)
            list[(*count)++] = (struct candidate){resource, figure->mean, i};
    }
    if (list)
        qsort(list, *count, sizeof *list, compare_candidates);
    return list;
}

static struct picture_plan *add_plan(struct picture_plans *plans)
{
    if (!room_for(&plans->list, plans->count + 1, &plans->capacity, sizeof *plans->list)) {
        plans->failed = true;
        return NULL;
    }
    plans->list[plans->count] = (struct picture_plan){0};
    return &plans->list[plans->count++];
}

static void add_line(struct picture_plans *plans, struct result_data *data, struct picture_plan *plan, size_t panel,
                     const struct picture_line *line, const struct result_resource *resource, const char *label)
{
    if (plan->counts[panel] == PLAN_LINES)
        return;
    const char *name = resource ? resource->name : NULL;
    struct plan_line *at = &plan->lines[panel][plan->counts[panel]++];
    *at = (struct plan_line){.line = line, .label = label, .resource = resource};
    at->series = result_data_want(data, name, line->space, line->metric, line->stat);
    if (line->over)
        at->over = result_data_want(data, name, NULL, line->over, "Sum");
    plans->failed |= !at->series || (line->over && !at->over);
}

static void add_all_lines(struct picture_plans *plans, struct result_data *data, struct picture_plan *plan, size_t panel,
                          const struct result_resource *resource)
{
    for (const struct picture_line *line = plan->type->panels[panel].lines; line && line->metric; line++)
        add_line(plans, data, plan, panel, line, resource, line->label);
}

/* The largest resources side by side, and the one that counts all. */
static void add_resources(struct picture_plans *plans, struct result_data *data, const struct picture_layout *layout,
                          struct picture_plan *plan, size_t panel)
{
    const struct picture_panel *shown = &plan->type->panels[panel];
    size_t count;
    struct candidate *list = rank(data, layout, plan->type, shown->lines, false, &count);
    plans->failed |= !list;
    if (list && count > 1 && shown->whole) {
        const struct result_resource *whole = result_data_resource(data, shown->whole);
        if (whole)
            add_line(plans, data, plan, panel, shown->lines, whole, "all together");
    }
    for (size_t i = 0; list && i < count && i < RUN_PLOTS_LINES; i++)
        add_line(plans, data, plan, panel, shown->lines, list[i].resource, list[i].resource->name);
    free(list);
}

static void plan_one(struct picture_plans *plans, struct result_data *data, const struct picture_layout *layout,
                     const struct picture_type *type)
{
    struct picture_plan *plan = add_plan(plans);
    if (!plan)
        return;
    plan->type = type;
    for (size_t p = 0; p < PICTURE_PANELS && type->panels[p].lines; p++) {
        if (type->of == PICTURE_RESOURCES && !type->panels[p].sum)
            add_resources(plans, data, layout, plan, p);
        else
            add_all_lines(plans, data, plan, p, NULL);
    }
}

static void plan_distribution(struct picture_plans *plans, struct result_data *data, struct picture_plan *plan)
{
    static const char *const classes[] = {"warm", "cold", ""};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        plan->classes[i] = result_data_want_histogram(data, plan->resource->name, plan->type->distribution, classes[i]);
        plans->failed |= !plan->classes[i];
    }
}

static void plan_each(struct picture_plans *plans, struct result_data *data, const struct picture_layout *layout,
                      const struct picture_type *type)
{
    size_t count;
    struct candidate *list = rank(data, layout, type, type->panels[0].lines, false, &count);
    plans->failed |= !list;
    size_t most = type->most > 0 ? type->most : RUN_PLOTS_EACH, shown = count < most ? count : most;
    for (size_t i = 0; list && i < shown; i++) {
        struct picture_plan *plan = add_plan(plans);
        if (!plan)
            break;
        *plan = (struct picture_plan){.type = type, .resource = list[i].resource, .ordinal = i, .of = shown};
        if (type->distribution)
            plan_distribution(plans, data, plan);
        for (size_t p = 0; p < PICTURE_PANELS && type->panels[p].lines && !type->distribution; p++)
            add_all_lines(plans, data, plan, p, type->panels[p].sum ? NULL : plan->resource);
    }
    free(list);
}

/* Resources of which several versions, shards or the like have that figure: in the order of the first one's rank. */
static void plan_parts(struct picture_plans *plans, struct result_data *data, const struct picture_layout *layout,
                       const struct picture_type *type)
{
    size_t count, pictures = 0;
    struct candidate *list = rank(data, layout, type, type->panels[0].lines, true, &count);
    plans->failed |= !list;
    for (size_t i = 0; list && i < count && pictures < RUN_PLOTS_EACH; i++) {
        const char *name = list[i].resource->name;
        size_t head = part_name_whole(name), parts_of_it = 0;
        bool first = true;
        if (!part_name_is_share(name))
            continue;
        for (size_t j = 0; j < count; j++) {
            const char *other = list[j].resource->name;
            bool same = part_name_is_share(other) && part_name_whole(other) == head && strncmp(other, name, head) == 0;
            parts_of_it += same;
            first &= !same || j >= i;
        }
        struct picture_plan *plan = first && parts_of_it > 1 ? add_plan(plans) : NULL;
        if (!plan)
            continue;
        const struct result_resource *owner = NULL;
        for (size_t j = 0; j < data->resource_count && !owner; j++)
            if (strlen(data->resources[j].name) == head && strncmp(data->resources[j].name, name, head) == 0)
                owner = &data->resources[j];
        *plan = (struct picture_plan){.type = type, .resource = owner, .ordinal = pictures++, .of = 2};
        for (size_t j = 0; j < count; j++)
            if (part_name_is_share(list[j].resource->name) && part_name_whole(list[j].resource->name) == head &&
                strncmp(list[j].resource->name, name, head) == 0)
                add_line(plans, data, plan, 0, type->panels[0].lines, list[j].resource, list[j].resource->name);
    }
    free(list);
}

enum status picture_plans_make(struct result_data *data, const struct picture_layout *layout, struct picture_plans *plans)
{
    *plans = (struct picture_plans){0};
    for (const struct picture_type *type = layout->pictures; type->name; type++) {
        if (type->of == PICTURE_EACH)
            plan_each(plans, data, layout, type);
        else if (type->of == PICTURE_PARTS)
            plan_parts(plans, data, layout, type);
        else
            plan_one(plans, data, layout, type);
    }
    return plans->failed ? STATUS_NO_MEMORY : STATUS_OK;
}
