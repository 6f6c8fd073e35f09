/* variant.c: a scenario with further settings, run. */
#include "experiment/variant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum status variant_load(const struct variant_base *base, const char *const *sets, size_t set_count, struct diagnostics *diagnostics,
                         struct variant *variant)
{
    *variant = (struct variant){.set_count = base->set_count + set_count};
    variant->sets = calloc(variant->set_count + 1, sizeof *variant->sets);
    if (!variant->sets)
        return STATUS_NO_MEMORY;
    for (size_t i = 0; i < base->set_count; i++)
        variant->sets[i] = base->sets[i];
    for (size_t i = 0; i < set_count; i++)
        variant->sets[base->set_count + i] = sets[i];
    bool shared = base->shared && scenario_base_serves(sets, set_count);
    const struct scenario_options options = {.sets = shared ? sets : variant->sets,
                                             .set_count = shared ? set_count : variant->set_count,
                                             .seed = base->seed,
                                             .replications = base->replications,
                                             .base = shared ? base->shared : NULL};
    return scenario_load(base->path, &options, base->registry, diagnostics, &variant->scenario);
}

enum status variant_replicate(struct variant *variant, const struct run_options *options, uint32_t replications)
{
    enum status status = variant->run ? STATUS_OK : run_begin(variant->scenario, options, &variant->run);
    return status == STATUS_OK ? run_replicate(variant->run, replications) : status;
}

enum status variant_end(struct variant *variant)
{
    enum status status = run_end(variant->run, &variant->result);
    variant->run = NULL;
    return status;
}

void variant_fini(struct variant *variant)
{
    if (variant->run)
        (void)variant_end(variant);
    run_result_free(variant->result);
    scenario_free(variant->scenario);
    free(variant->sets);
    *variant = (struct variant){0};
}

const struct run_result *variant_result(const struct variant *variant)
{
    return variant->run ? run_so_far(variant->run) : variant->result;
}

const double *run_result_values(const struct run_result *result, const struct figure_name *figure)
{
    if (!figure->metric)
        return result->months;
    const struct figure *found = run_result_find(result, figure->resource, figure->metric->name, figure->stat);
    return found ? found->values : NULL;
}

uint32_t replications_wanted(const struct interval *interval, double scale, double share, uint32_t so_far, uint32_t most)
{
    /* A little more than the estimate: one more round costs more than a few replications. */
    static const double surplus = 1.1, growth = 4;
    double half = (interval->high - interval->low) / 2, wanted_half = share * fabs(scale);
    if (half <= wanted_half || so_far >= most || interval->count < 2 || !(fabs(scale) > 0))
        return so_far;
    double ratio = half / wanted_half;
    double factor = fmin(growth, surplus * ratio * ratio);
    double wanted = fmax(ceil(factor * so_far), (double)so_far + 1);
    return wanted < most ? (uint32_t)wanted : most;
}
