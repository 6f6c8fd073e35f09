/* change.c: changes as events of an entity of their own. */
#include "engine/change.h"

#include "engine/simulation.h"

#include <string.h>

enum change_event { CHANGE_BEGIN, CHANGE_END };

static void set(struct simulation *simulation, const struct change *change, const void *value)
{
    const struct entity *entity = &simulation->entities[change->entity];
    memcpy((char *)entity->state + change->offset, value, change->size);
    if (entity->type->changed)
        entity->type->changed(simulation, entity->state, change->offset);
}

static void begin(struct simulation *simulation, const struct change *change, unsigned char *saved)
{
    void *state = entity_state(simulation, change->entity);
    if (change->action) {
        change->action->begin(simulation, state, change->arguments);
        return;
    }
    memcpy(saved, (const char *)state + change->offset, change->size);
    set(simulation, change, change->value);
}

static void end(struct simulation *simulation, const struct change *change, const unsigned char *saved)
{
    if (change->action)
        change->action->end(simulation, entity_state(simulation, change->entity), change->arguments);
    else
        set(simulation, change, saved);
}

static void change_handle(struct simulation *simulation, void *self, const struct event *event)
{
    const struct change *change = &simulation->settings->changes[event->data];
    unsigned char *saved = (unsigned char *)self + (size_t)event->data * CHANGE_VALUE_MOST;
    if (event->kind == CHANGE_BEGIN)
        begin(simulation, change, saved);
    else
        end(simulation, change, saved);
}

const struct model_type change_type = {.type = "changes", .handle = change_handle};

void changes_schedule(struct simulation *simulation, uint32_t entity)
{
    for (uint32_t i = 0; i < simulation->settings->change_count; i++) {
        const struct change *change = &simulation->settings->changes[i];
        simulation_schedule(simulation, entity, CHANGE_BEGIN, RANK_COMPLETION, change->at_ns, i);
        if (change->for_ns > 0)
            simulation_schedule(simulation, entity, CHANGE_END, RANK_COMPLETION, time_add(change->at_ns, change->for_ns), i);
    }
}
