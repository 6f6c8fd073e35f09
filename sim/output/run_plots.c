/* run_plots.c: the pictures of a run. */
#include "output/run_plots.h"

#include "engine/room.h"
#include "output/picture_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plot *run_plots_add(struct run_plots *plots)
{
    if (!room_for(&plots->list, plots->count + 1, &plots->capacity, sizeof *plots->list)) {
        plots->failed = true;
        return NULL;
    }
    return &plots->list[plots->count++];
}

void run_plots_fini(struct run_plots *plots)
{
    for (size_t i = 0; i < plots->count; i++)
        plot_fini(&plots->list[i]);
    free(plots->list);
    *plots = (struct run_plots){0};
}

static void name_plot(const struct picture_plan *plan, struct plot *plot)
{
    char name[PLOT_NAME_SIZE], *title = NULL;
    if (plan->ordinal > 0)
        (void)snprintf(name, sizeof name, "%s-%zu", plan->type->name, plan->ordinal + 1);
    else
        (void)snprintf(name, sizeof name, "%s", plan->type->name);
    bool whose = plan->resource != NULL;
    if (asprintf(&title, "%s%s%s", plan->type->title, whose ? ": " : "", whose ? plan->resource->name : "") < 0)
        title = NULL;
    plot_init(plot, name, title ? title : plan->type->title, plan->type->caption);
    free(title);
}

static enum status make_plots(const struct result_data *data, const struct picture_plans *plans, struct run_plots *plots)
{
    for (size_t i = 0; i < plans->count; i++) {
        struct plot *plot = run_plots_add(plots);
        if (!plot)
            return STATUS_NO_MEMORY;
        name_plot(&plans->list[i], plot);
        bool seen = plans->list[i].type->distribution ? picture_of_distribution(data, &plans->list[i], plot)
                                                      : picture_over_time(data, &plans->list[i], plot);
        if (plot->failed)
            return STATUS_NO_MEMORY;
        if (!seen) {
            plot_fini(plot);
            plots->count--;
        }
    }
    return STATUS_OK;
}

enum status run_plots_make(struct result_data *data, const struct picture_layout *layout, struct run_plots *plots)
{
    struct picture_plans plans;
    *plots = (struct run_plots){0};
    for (size_t i = 0; i < data->resource_count; i++)
        data->resources[i].part |= strcmp(data->resources[i].name, layout->whole) == 0;
    enum status status = picture_plans_make(data, layout, &plans);
    if (status == STATUS_OK)
        status = result_data_read(data);
    if (status == STATUS_OK)
        status = make_plots(data, &plans, plots);
    free(plans.list);
    return status;
}
