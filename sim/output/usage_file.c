/* usage_file.c: usage by resource, as YAML. */
#include "output/usage_file.h"

#include "engine/sim_time.h"
#include "experiment/cost.h"
#include "output/output_file.h"

#include <math.h>
#include <string.h>

/* What the resource uses of these in a month, parts of it ("F:1") included. */
static double monthly(const struct run_result *result, const char *resource, const char *const *usage_types)
{
    const struct simulation_settings *settings = &result->scenario->settings;
    double factor = COST_HOURS_PER_MONTH * (double)NS_PER_HOUR / (double)(settings->duration_ns - settings->warmup_ns);
    size_t length = strlen(resource);
    double quantity = 0;
    for (size_t i = 0; i < result->cost_count; i++) {
        const char *name = result->cost[i].resource;
        if (strncmp(name, resource, length) != 0 || (name[length] != '\0' && name[length] != ':'))
            continue;
        for (const char *const *type = usage_types; *type; type++)
            if (strcmp(result->cost[i].price->usage_type, *type) == 0)
                quantity += result->cost[i].quantity;
    }
    return quantity * factor;
}

static double value_of(const struct run_result *result, const char *resource, const struct usage_key *key)
{
    if (key->usage_types)
        return monthly(result, resource, key->usage_types);
    const struct figure *figure = run_result_find(result, resource, key->metric, key->stat);
    return figure && !isnan(figure->interval.mean) ? figure->interval.mean : 0;
}

/* Names of resources are letters and digits: they need no quotes in YAML. */
static void write_resource(const struct run_result *result, const struct entity_spec *entity, const struct usage_key *keys, FILE *out)
{
    bool begun = false;
    for (const struct usage_key *key = keys; key->type; key++) {
        if (strcmp(key->type, entity->type->type) != 0)
            continue;
        if (!begun)
            (void)fprintf(out, "  %s.%s:\n", key->kind, entity->name);
        begun = true;
        double value = value_of(result, entity->name, key);
        (void)fprintf(out, value >= 1000 ? "    %s: %.0f\n" : "    %s: %.6g\n", key->key, value);
    }
}

enum status usage_file_write(const struct run_result *result, const struct usage_key *keys, const char *path,
                             struct diagnostics *diagnostics)
{
    const struct scenario *scenario = result->scenario;
    struct output_file file;
    enum status status = output_file_open(&file, path, diagnostics);
    if (status != STATUS_OK)
        return status;
    (void)fputs("version: 0.1\nresource_usage:\n", file.file);
    for (uint32_t i = 1; i < scenario->first_source; i++)
        if (!strchr(scenario->entities[i].name, ':') && !strchr(scenario->entities[i].name, '/'))
            write_resource(result, &scenario->entities[i], keys, file.file);
    status = output_file_commit(&file, diagnostics);
    output_file_fini(&file);
    return status;
}
