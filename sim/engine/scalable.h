/* scalable.h: the role of what has a capacity that a policy, a schedule or somebody by hand may set. Whoever scales knows it by this table
 * alone. */
#ifndef SLSIM_ENGINE_SCALABLE_H
#define SLSIM_ENGINE_SCALABLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct simulation;

struct scalable {
    const char *dimension; /* as the provider names what is scaled: "lambda:function:ProvisionedConcurrency" */
    /* What was asked for last, whether it is there yet or not; 0: nothing is configured. */
    int64_t (*capacity)(const void *self);
    /* What is there by now; NULL: whatever was asked for. A policy makes no further change while the last one is under way. */
    int64_t (*allocated)(const void *self);
    /* Of what must warm up before it is reckoned with, a group of servers; else NULL, all three. Since when what was asked for last is all
     * there: TIME_FOREVER: it is not. How long it warms up from then, and how long a simple policy then waits, where policies do not say.
     */
    int64_t (*since_ns)(const void *self);
    int64_t (*warmup_ns)(const void *self);
    int64_t (*cooldown_ns)(const void *self);
    /* From now on; it may take time to be there. What is beyond a quota is refused: then nothing changes. */
    void (*set_capacity)(struct simulation *simulation, void *self, int64_t capacity);
};

/* The capacity of that dimension, of a type's list; NULL: it has none (`list` may be NULL). */
static inline const struct scalable *scalable_of(const struct scalable *list, const char *dimension)
{
    for (; list && list->dimension; list++)
        if (strcmp(list->dimension, dimension) == 0)
            return list;
    return NULL;
}

#endif
