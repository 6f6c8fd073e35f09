/* procedure_effects.c: which of a handler's calls had their effect before. A call that nobody waits for any more has its effect all the
 * same: what is needed to know it again is kept until it is answered. */
#include "engine/batch.h"
#include "engine/procedure_run.h"

#include <stdlib.h>

/* A call under way that its handler has left. */
struct orphan {
    uint32_t pool_link;
    uint32_t place, k;
    uint32_t count;       /* of the items that it is made for */
    uint64_t item;        /* one */
    const uint64_t *many; /* owned; NULL: it is one */
};

static void note(struct simulation *simulation, struct procedure_runner *runner, const struct effect *effect)
{
    bool again = false;
    simulation_fail(simulation, effects_note(runner->effects, effect, simulation->now_ns, &again));
    if (again)
        runner->type->repeated(runner->owner);
}

/* The batch whose records one call of the step stands for; NULL: it is made for one item. */
static const struct batch *batch_of(const struct simulation *simulation, const struct procedure_runner *runner, const struct task *task)
{
    const struct request *handled = request_at(simulation, run_at(runner, task->run)->request);
    if (!handled->is_batch || task->call.step->call->each || handled->from == ENTITY_NONE)
        return NULL;
    const struct entity *sender = &simulation->entities[handled->from];
    return sender->type->batch((struct simulation *)(uintptr_t)simulation, sender->state, handled);
}

bool call_is_counted(const struct procedure_runner *runner, const struct step *step)
{
    return runner->effects && step->call->counted;
}

void call_had_effect(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    const struct task *task = task_at(runner, id);
    const struct batch *batch = batch_of(simulation, runner, task);
    struct effect effect = {.item = task->call.parent, .place = task->call.step->place, .k = task->call.k};
    if (!batch)
        note(simulation, runner, &effect);
    for (uint32_t i = 0; batch && i < batch->count; i++) {
        effect.item = batch->records[i].item;
        note(simulation, runner, &effect);
    }
}

static const uint64_t *copy_items(struct simulation *simulation, const struct procedure_runner *runner, const struct batch *batch)
{
    const uint64_t bytes = (uint64_t)batch->count * sizeof(uint64_t);
    enum status status = memory_account_take(&simulation->memory, bytes, simulation->entities[runner->self].name);
    uint64_t *items = status == STATUS_OK ? malloc(bytes) : NULL;
    if (!items)
        simulation_fail(simulation, status == STATUS_OK ? STATUS_NO_MEMORY : status);
    for (uint32_t i = 0; items && i < batch->count; i++)
        items[i] = batch->records[i].item;
    return items;
}

void call_leave(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, struct request *waiting)
{
    const struct task *task = task_at(runner, id);
    waiting->from = ENTITY_NONE;
    if (task->stage != CALL_ASKS || !call_is_counted(runner, task->call.step))
        return;
    uint32_t left = pool_take(&runner->orphans);
    if (left == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    const struct batch *batch = batch_of(simulation, runner, task);
    struct orphan *orphan = pool_at(&runner->orphans, left);
    *orphan = (struct orphan){.place = task->call.step->place, .k = task->call.k, .count = 1, .item = task->call.parent};
    if (batch) {
        orphan->many = copy_items(simulation, runner, batch);
        orphan->count = orphan->many ? batch->count : 0;
    }
    waiting->from = runner->self;
    waiting->from_data = left | PROCEDURE_LEFT;
}

void orphan_answered(struct simulation *simulation, struct procedure_runner *runner, struct request *request, bool repeated)
{
    uint32_t id = request->from_data & ~PROCEDURE_LEFT;
    const struct orphan *orphan = pool_at(&runner->orphans, id);
    struct effect effect = {.item = orphan->item, .place = orphan->place, .k = orphan->k};
    for (uint32_t i = 0; request->cause == &cause_succeeded && !repeated && i < orphan->count; i++) {
        if (orphan->many)
            effect.item = orphan->many[i];
        note(simulation, runner, &effect);
    }
    if (orphan->many)
        memory_account_give(&simulation->memory, (uint64_t)orphan->count * sizeof(uint64_t));
    free((void *)(uintptr_t)orphan->many);
    *(struct orphan *)pool_at(&runner->orphans, id) = (struct orphan){0}; /* for orphans_fini */
    pool_give(&runner->orphans, id);
    request_free(simulation, request);
}

void orphans_init(struct procedure_runner *runner, struct memory_account *account, const char *owner)
{
    pool_init(&runner->orphans, sizeof(struct orphan), account, owner);
}

void orphans_fini(struct procedure_runner *runner)
{
    for (uint32_t i = 0; i < runner->orphans.fresh && runner->orphans.used > 0; i++) {
        const struct orphan *orphan = pool_at(&runner->orphans, i);
        free((void *)(uintptr_t)orphan->many); /* NULL where the place was given back */
    }
    pool_fini(&runner->orphans);
}
