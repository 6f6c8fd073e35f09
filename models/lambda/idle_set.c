/* idle_set.c: which idle environment serves next. AWS documents no order; measured choices took the most recently used (rule
 * env_reuse_order). */
#include "environment.h"

#include <stdlib.h>

static struct environment *at(const struct idle_set *set, uint32_t id)
{
    return pool_at(set->environments, id);
}

static bool by_recency(const struct idle_set *set)
{
    return set->order == REUSE_MOST_RECENT || set->order == REUSE_LEAST_RECENT;
}

void idle_set_init(struct idle_set *set, enum reuse_order order, struct pool *environments)
{
    *set = (struct idle_set){.order = order, .oldest = POOL_NONE, .newest = POOL_NONE, .environments = environments};
}

void idle_set_fini(struct idle_set *set)
{
    free(set->ids);
    set->ids = NULL;
}

/* The array's sides of the heap: does `a` serve before `b`? */
static bool serves_before(const struct idle_set *set, uint32_t a, uint32_t b)
{
    uint32_t first = at(set, a)->ordinal, second = at(set, b)->ordinal;
    return set->order == REUSE_NEWEST ? first > second : first < second;
}

static void put(struct idle_set *set, uint32_t place, uint32_t id)
{
    set->ids[place] = id;
    at(set, id)->before = place;
}

static void sift_up(struct idle_set *set, uint32_t place)
{
    uint32_t id = set->ids[place];
    while (place > 0 && serves_before(set, id, set->ids[(place - 1) / 2])) {
        put(set, place, set->ids[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(set, place, id);
}

static void sift_down(struct idle_set *set, uint32_t place)
{
    uint32_t id = set->ids[place];
    for (uint32_t child; (child = 2 * place + 1) < set->count; place = child) {
        if (child + 1 < set->count && serves_before(set, set->ids[child + 1], set->ids[child]))
            child++;
        if (!serves_before(set, set->ids[child], id))
            break;
        put(set, place, set->ids[child]);
    }
    put(set, place, id);
}

static bool add_to_array(struct idle_set *set, uint32_t id)
{
    if (set->count == set->capacity) {
        uint32_t capacity = set->capacity ? 2 * set->capacity : 16;
        uint32_t *ids = realloc(set->ids, capacity * sizeof *ids);
        if (!ids)
            return false;
        set->ids = ids;
        set->capacity = capacity;
    }
    put(set, set->count++, id);
    if (set->order != REUSE_RANDOM)
        sift_up(set, set->count - 1);
    return true;
}

static void remove_from_array(struct idle_set *set, uint32_t id)
{
    uint32_t place = at(set, id)->before, last = set->ids[--set->count];
    if (last == id)
        return;
    put(set, place, last);
    if (set->order == REUSE_RANDOM)
        return;
    sift_up(set, place);
    sift_down(set, at(set, last)->before);
}

bool idle_set_add(struct idle_set *set, uint32_t id)
{
    if (!by_recency(set))
        return add_to_array(set, id);
    struct environment *environment = at(set, id);
    environment->before = set->newest;
    environment->after = POOL_NONE;
    if (set->newest == POOL_NONE)
        set->oldest = id;
    else
        at(set, set->newest)->after = id;
    set->newest = id;
    set->count++;
    return true;
}

void idle_set_remove(struct idle_set *set, uint32_t id)
{
    if (!by_recency(set)) {
        remove_from_array(set, id);
        return;
    }
    const struct environment *environment = at(set, id);
    if (environment->before == POOL_NONE)
        set->oldest = environment->after;
    else
        at(set, environment->before)->after = environment->after;
    if (environment->after == POOL_NONE)
        set->newest = environment->before;
    else
        at(set, environment->after)->before = environment->before;
    set->count--;
}

uint32_t idle_set_next(const struct idle_set *set, double chance)
{
    if (set->count == 0)
        return POOL_NONE;
    switch (set->order) {
    case REUSE_MOST_RECENT:
        return set->newest;
    case REUSE_LEAST_RECENT:
        return set->oldest;
    case REUSE_NEWEST:
    case REUSE_OLDEST:
        return set->ids[0];
    case REUSE_RANDOM:
        break;
    }
    uint32_t place = (uint32_t)(chance * (double)set->count);
    return set->ids[place < set->count ? place : set->count - 1];
}
