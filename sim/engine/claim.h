/* claim.h: what an item carries wherever it goes, and what is made of it carries too: a claim, by which whoever handles it finds who waits
 * to hear of it, beside the usual answers. A task's token in a message is one. An item carries one claim at most. */
#ifndef SLSIM_ENGINE_CLAIM_H
#define SLSIM_ENGINE_CLAIM_H

#include "engine/simulation.h"

#include <stdbool.h>
#include <stdint.h>

/* From now on `item`, of which nothing has been made yet, carries a claim on `entity`, which knows it by `data`. Its number; POOL_NONE when
 * memory is out, which fails the run. */
uint32_t claim_new(struct simulation *simulation, uint64_t item, uint32_t entity, uint32_t data);
/* The claim on `entity` that the item carries; false: none, or none any more. O(1). */
bool claim_find(const struct simulation *simulation, uint64_t item, uint32_t entity, uint32_t *data);
/* It is void: nothing carries it any more. O(items that do). */
void claim_end(struct simulation *simulation, uint32_t claim);

#endif
