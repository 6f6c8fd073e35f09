/* fuzz_scenario.c: any bytes as a scenario of the real models: loaded whole, or refused with an error; never a crash, never a leak. */
#include "models.h"
#include "scenario/scenario.h"

#include <gsl/gsl_errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_loaded(const struct scenario *scenario)
{
    if (scenario->entity_count == 0 || scenario->first_source > scenario->entity_count || !scenario->resolved)
        abort();
    for (uint32_t i = 0; i < scenario->entity_count; i++)
        if (!scenario->entities[i].config || scenario_find(scenario, scenario->entities[i].name) != i)
            abort();
    for (size_t i = 0; i < scenario->expectation_count; i++)
        if (!scenario->expectations[i].text)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct scenario *scenario = NULL;
    char path[64];
    (void)gsl_set_error_handler_off();
    int file = memfd_create("scenario", 0);
    if (file < 0)
        return 0;
    if (write(file, data, size) == (ssize_t)size) {
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        enum status status = scenario_load(path, NULL, &model_registry, &diagnostics, &scenario);
        if ((scenario != NULL) != (status == STATUS_OK) || (status == STATUS_OK) != (diagnostics.error_count == 0))
            abort();
        if (scenario)
            check_loaded(scenario);
    }
    (void)close(file);
    scenario_free(scenario);
    diagnostics_fini(&diagnostics);
    return 0;
}
