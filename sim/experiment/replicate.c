/* replicate.c: one replication: its simulation, its measurement, its windows. */
#include "experiment/replicate.h"

#include "engine/room.h"

#include <stdlib.h>
#include <string.h>

static void *total_of(struct replication *replication, const struct model_type *type, enum status *status)
{
    if (!replication->run->scenario->wants_totals || !type->metrics)
        return NULL;
    for (size_t i = 0; i < replication->total_count; i++)
        if (replication->totals[i].type == type)
            return replication->totals[i].blob;
    void *blob = aligned_alloc(64, (type->size + 63u) & ~(size_t)63u);
    if (!blob || !room_for(&replication->totals, replication->total_count + 1, &replication->total_capacity, sizeof *replication->totals)) {
        free(blob);
        *status = STATUS_NO_MEMORY;
        return NULL;
    }
    memset(blob, 0, type->size);
    replication->totals[replication->total_count++] = (struct type_total){type, blob};
    *status = measure_register(replication->measure, type->type, type->metrics, blob, NULL, true);
    return blob;
}

/* Registers the metrics of every entity; the sums over types come first, so that members can point at them. The account stands alone, and
 * an inner part counts for what it is a part of. */
static enum status register_metrics(struct replication *replication)
{
    const struct scenario *scenario = replication->run->scenario;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < scenario->entity_count && status == STATUS_OK; i++) {
        const struct entity_spec *spec = &scenario->entities[i];
        void *total = i == 0 || i >= scenario->first_inner ? NULL : total_of(replication, spec->type, &status);
        if (status == STATUS_OK)
            status = measure_register(replication->measure, spec->name, spec->type->metrics, entity_state(replication->simulation, i),
                                      total, spec->series);
    }
    return status;
}

void replication_fini(struct replication *replication)
{
    measure_free(replication->measure);
    for (size_t i = 0; i < replication->total_count; i++)
        free(replication->totals[i].blob);
    free(replication->totals);
    simulation_free(replication->simulation);
    windows_free(replication->windows);
}

enum status replication_init(struct replication *replication, struct run *run, uint32_t column)
{
    const struct run_options *options = run->options;
    const uint32_t index = options->first_replication + column;
    *replication = (struct replication){.run = run, .index = index, .column = column};
    const struct series_sink *sink = options->sink ? options->sink(options->sink_context, index) : NULL;
    enum status status = simulation_new(&run->settings, run->scenario->entities, run->scenario->entity_count, index,
                                        index == 0 ? options->tracer : NULL, &replication->simulation);
    if (status == STATUS_OK)
        status = measure_new(&replication->measure);
    if (status == STATUS_OK)
        status = windows_new(run->scenario, sink, &replication->windows);
    if (status == STATUS_OK)
        status = register_metrics(replication);
    if (status == STATUS_OK) {
        measure_attach(replication->measure, replication->simulation);
        replication->measure->sink = windows_sink(replication->windows);
    }
    return status;
}
