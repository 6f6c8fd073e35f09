/* observable.c: who listens to a state. */
#include "engine/observable.h"

#include "engine/room.h"
#include "engine/simulation.h"

#include <stdlib.h>

enum status listeners_add(struct listeners *listeners, uint32_t entity)
{
    for (uint32_t i = 0; i < listeners->count; i++)
        if (listeners->entities[i] == entity)
            return STATUS_OK;
    if (!room_for(&listeners->entities, listeners->count + 1u, &listeners->capacity, sizeof *listeners->entities))
        return STATUS_NO_MEMORY;
    listeners->entities[listeners->count++] = entity;
    return STATUS_OK;
}

void listeners_fini(struct listeners *listeners)
{
    free(listeners->entities);
    *listeners = (struct listeners){0};
}

void listeners_tell(struct simulation *simulation, const struct listeners *listeners, uint32_t subject)
{
    for (uint32_t i = 0; i < listeners->count; i++) {
        const struct entity *entity = &simulation->entities[listeners->entities[i]];
        entity->type->noticed(simulation, entity->state, subject);
    }
}
