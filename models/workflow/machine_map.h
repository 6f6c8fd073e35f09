/* machine_map.h: Parallel and Map: what is done at the same time. Private to this folder. */
#ifndef SLSIM_WORKFLOW_MACHINE_MAP_H
#define SLSIM_WORKFLOW_MACHINE_MAP_H

#include "machine_state.h"

/* The strand's state, a Parallel or a Map, begins. */
void group_begin(struct simulation *simulation, struct machine *machine, uint32_t id);
/* One of its branches or items is over, and gone: with `error`, or well (NULL). */
void group_child_over(struct simulation *simulation, struct machine *machine, uint32_t id, const struct error *error);

/* The strand's Map has an answer of its reader or its writer. */
void group_accessed(struct simulation *simulation, struct machine *machine, uint32_t id, const struct cause *cause);

#endif
