/* idle_set.c: which idle environment serves next. AWS documents no order; measured choices took the most recently used
 * (rule env_reuse_order). */
#include "environment.h"

#include "engine/room.h"

#include <stdlib.h>

static bool by_recency(const struct idle_set *set)
{
    return set->order == REUSE_MOST_RECENT || set->order == REUSE_LEAST_RECENT;
}

void idle_set_init(struct idle_set *set, enum reuse_order order)
{
    *set = (struct idle_set){.order = order};
}

void idle_set_fini(struct idle_set *set)
{
    free(set->array);
    set->array = NULL;
}

/* In the heap: does `a` serve before `b`? */
static bool serves_before(const struct idle_set *set, const struct environment *a, const struct environment *b)
{
    return set->order == REUSE_NEWEST ? a->ordinal > b->ordinal : a->ordinal < b->ordinal;
}

static void put(struct idle_set *set, uint64_t place, struct environment *environment)
{
    set->array[place] = environment;
    environment->place = place;
}

static void sift_up(struct idle_set *set, uint64_t place)
{
    struct environment *environment = set->array[place];
    while (place > 0 && serves_before(set, environment, set->array[(place - 1) / 2])) {
        put(set, place, set->array[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(set, place, environment);
}

static void sift_down(struct idle_set *set, uint64_t place)
{
    struct environment *environment = set->array[place];
    for (uint64_t child; (child = 2 * place + 1) < set->count; place = child) {
        if (child + 1 < set->count && serves_before(set, set->array[child + 1], set->array[child]))
            child++;
        if (!serves_before(set, set->array[child], environment))
            break;
        put(set, place, set->array[child]);
    }
    put(set, place, environment);
}

static bool add_to_array(struct idle_set *set, struct environment *environment)
{
    if (!room_for(&set->array, set->count + 1u, &set->capacity, sizeof(struct environment *)))
        return false;
    put(set, set->count++, environment);
    if (set->order != REUSE_RANDOM)
        sift_up(set, set->count - 1);
    return true;
}

static void remove_from_array(struct idle_set *set, struct environment *environment)
{
    uint64_t place = environment->place;
    struct environment *last = set->array[--set->count];
    if (last == environment)
        return;
    put(set, place, last);
    if (set->order == REUSE_RANDOM)
        return;
    sift_up(set, place);
    sift_down(set, last->place);
}

bool idle_set_add(struct idle_set *set, struct environment *environment)
{
    if (!by_recency(set))
        return add_to_array(set, environment);
    environment->before = set->newest;
    environment->after = NULL;
    if (set->newest)
        set->newest->after = environment;
    else
        set->oldest = environment;
    set->newest = environment;
    set->count++;
    return true;
}

void idle_set_remove(struct idle_set *set, struct environment *environment)
{
    if (!by_recency(set)) {
        remove_from_array(set, environment);
        return;
    }
    if (environment->before)
        environment->before->after = environment->after;
    else
        set->oldest = environment->after;
    if (environment->after)
        environment->after->before = environment->before;
    else
        set->newest = environment->before;
    set->count--;
}

struct environment *idle_set_next(const struct idle_set *set, double chance)
{
    if (set->count == 0)
        return NULL;
    switch (set->order) {
    case REUSE_MOST_RECENT:
        return set->newest;
    case REUSE_LEAST_RECENT:
        return set->oldest;
    case REUSE_NEWEST:
    case REUSE_OLDEST:
        return set->array[0];
    case REUSE_RANDOM:
        break;
    }
    uint32_t place = (uint32_t)(chance * (double)set->count);
    return set->array[place < set->count ? place : set->count - 1];
}
