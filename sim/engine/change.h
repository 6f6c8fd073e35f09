/* change.h: what happens to the simulated world while it runs, by the scenario's `changes`: a property gets another value, or an entity's
 * model does one of its actions. A change comes before everything else of its instant. */
#ifndef SLSIM_ENGINE_CHANGE_H
#define SLSIM_ENGINE_CHANGE_H

#include "engine/model.h"

#include <stddef.h>
#include <stdint.h>

#define CHANGE_VALUE_MOST 64u /* bytes of one property's value */

/* Immutable, the scenario's. */
struct change {
    int64_t at_ns;
    int64_t for_ns; /* then it is undone; 0: it stays */
    uint32_t entity;
    const struct action *action; /* NULL: a property is set */
    const void *arguments;       /* of the action */
    size_t offset, size;         /* of the property in the entity's state */
    const void *value;           /* what it is set to */
};

/* The type of the entity that stands behind all others and whose events are the changes. */
extern const struct model_type change_type;

/* Schedules all changes of the settings, before anything else is scheduled; `entity` is the index of the entity of change_type, whose
 * state has CHANGE_VALUE_MOST bytes for each of them: what was there before. */
void changes_schedule(struct simulation *simulation, uint32_t entity);

#endif
