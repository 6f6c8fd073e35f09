/* trial.c: running variants for a few of their figures. */
#include "experiment/trial.h"

#include <math.h>
#include <string.h>

/* Sums over types are kept only where somebody asks for them, and the base is asked. */
static void want_totals(const struct study *study, struct trial *trial, enum status status)
{
    if (status == STATUS_OK)
        trial->variant.scenario->wants_totals |= study->scenario->wants_totals;
}

enum status trial_begin(const struct study *study, const char *const *sets, size_t set_count, struct trial *trial)
{
    *trial = (struct trial){0};
    enum status status = variant_load(&study->base, sets, set_count, study->diagnostics, &trial->variant);
    want_totals(study, trial, status);
    return status;
}

enum status trial_begin_other(const struct study *study, const char *path, const char *const *sets, size_t set_count, struct trial *trial)
{
    struct variant_base base = study->base;
    base.path = path;
    base.shared = NULL;
    *trial = (struct trial){0};
    enum status status = variant_load(&base, sets, set_count, study->diagnostics, &trial->variant);
    want_totals(study, trial, status);
    return status;
}

static uint64_t requests_sent(const struct run_result *result)
{
    uint64_t requests = 0;
    for (size_t i = result->scenario->first_source; i < result->scenario->first_inner && i < result->ledger_count; i++)
        requests += result->ledgers[i].entered;
    return requests;
}

enum status trial_replicate(struct study *study, struct trial *trial, uint32_t total)
{
    enum status status = variant_replicate(&trial->variant, study->options, total);
    const struct run_result *result = variant_result(&trial->variant);
    if (result) {
        uint64_t requests = requests_sent(result);
        study->requests += requests - trial->requests;
        trial->requests = requests;
    }
    return status;
}

void trial_values(const struct study *study, const struct trial *trial, size_t figure, uint32_t total, double *values)
{
    const struct run_result *result = variant_result(&trial->variant);
    const double *found = result ? run_result_values(result, &study->figures[figure]) : NULL;
    for (uint32_t i = 0; i < total; i++)
        values[i] = found ? found[i] : NAN;
}

void trial_end(struct trial *trial)
{
    variant_fini(&trial->variant);
    *trial = (struct trial){0};
}
