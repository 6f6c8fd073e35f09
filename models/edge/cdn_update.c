/* cdn_update.c: a version of a function takes the place of another while the distribution runs: UpdateDistribution. It does not hold
 * everywhere at once: each edge takes it over when the change has come to it, and runs the former one until then. Sources: CloudFront
 * developer guide, "Update a distribution": changes are propagated to all edge locations, and until then requests may get what was before;
 * "Add triggers for a Lambda@Edge function": the function is replicated. How long that takes is rule cloudfront_deployment. */
#include "cdn_state.h"

#include "scenario/validation.h"

#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(struct cdn_update_arguments, field)

const struct property cdn_update_properties[] = {
    {"EventType", PROPERTY_ENUM, AT(event), .choices = edge_event_names, .required = true, .help = "At which of four points it runs."},
    {"LambdaFunctionARN", PROPERTY_STRING, AT(function), .required = true, .help = "Names a version of a function, \"F:2\"."},
    {"PathPattern", PROPERTY_STRING, AT(pattern), .help = "Of which of CacheBehaviors; left out: of DefaultCacheBehavior."},
    {0},
};

static bool find_behavior(const struct cdn *cdn, const char *pattern, size_t *index)
{
    const struct cdn_behavior *list = cdn->behaviors.items;
    *index = cdn->behaviors.count;
    for (size_t i = 0; pattern && i < cdn->behaviors.count; i++)
        if (list[i].pattern && strcmp(list[i].pattern, pattern) == 0)
            *index = i;
    return !pattern || *index < cdn->behaviors.count;
}

/* Viewers' events have functions of one kind. Source: CloudFront developer guide, "Restrictions on edge functions". */
static void check_kind(struct validation *validation, const struct cdn *cdn, const struct cdn_update_arguments *update)
{
    const bool usual = update->behavior >= cdn->behaviors.count,
               viewer = update->event == ON_VIEWER_REQUEST || update->event == ON_VIEWER_RESPONSE;
    if (usual && cdn->usual_list.count == 0)
        return; /* which was said */
    const struct cdn_behavior *behavior =
        usual ? cdn->usual_list.items : (const struct cdn_behavior *)cdn->behaviors.items + update->behavior;
    if (viewer && behavior->functions.count > 0)
        validation_error(validation, "EventType", "an origin's event, or no FunctionAssociations there",
                         "CloudFront Functions and Lambda@Edge cannot share a behavior's viewer events");
}

void cdn_update_validate(struct validation *validation, const void *config, void *arguments)
{
    struct cdn *cdn = validation_config(validation, validation_self(validation));
    struct cdn_update_arguments *update = arguments;
    struct cdn_behavior behavior = {0};
    (void)config;
    if (!find_behavior(cdn, update->pattern, &update->behavior))
        validation_error(validation, "PathPattern", "that of one of CacheBehaviors", "there is no behavior of \"%.60s\"", update->pattern);
    const struct edge_association association = {.event = update->event, .function = update->function};
    if (!update->function || !cdn_add_lambda(validation, &behavior, &association, "LambdaFunctionARN"))
        return;
    check_kind(validation, cdn, update);
    update->hook = behavior.hooks[update->event];
    struct cdn_successor *successor = validation_alloc(validation, 1, sizeof *successor);
    if (!successor)
        return;
    *successor = (struct cdn_successor){.function = update->hook.function, .next = cdn->successors};
    cdn->successors = successor;
}

void cdn_update_begin(struct simulation *simulation, void *self, const void *arguments)
{
    struct cdn *cdn = self;
    const struct cdn_update_arguments *wanted = arguments;
    struct cdn_update *update = calloc(1, sizeof *update);
    int64_t *from_ns = calloc(cdn->edge_count, sizeof *from_ns);
    if (!update || !from_ns) {
        free(update);
        free(from_ns);
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return;
    }
    for (uint32_t edge = 0; edge < cdn->edge_count; edge++) {
        stream_at(&cdn->update_stream, cdn->update_count, edge);
        from_ns[edge] = time_add(simulation->now_ns, distribution_sample_ns(cdn->deployment, &cdn->update_stream.rng));
    }
    *update = (struct cdn_update){
        .behavior = wanted->behavior, .event = wanted->event, .hook = wanted->hook, .from_ns = from_ns, .before = cdn->updates};
    cdn->updates = update;
    cdn->update_count++;
}

const struct edge_hook *cdn_hook_of(const struct cdn *cdn, const struct cdn_job *job, enum edge_event event, int64_t now_ns)
{
    for (const struct cdn_update *update = cdn->updates; update; update = update->before)
        if (update->behavior == job->behavior && update->event == (int)event && now_ns >= update->from_ns[job->edge])
            return &update->hook;
    return &cdn_behavior_of(cdn, job)->hooks[event];
}

void cdn_forget_updates(struct cdn *cdn)
{
    for (struct cdn_update *update = cdn->updates, *before; update; update = before) {
        before = update->before;
        free(update->from_ns);
        free(update);
    }
}
