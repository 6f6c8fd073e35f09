/* chain.h: doubly linked lists of pool items, linked by their ids. An item is in as many lists at once as it has links. */
#ifndef SLSIM_ENGINE_CHAIN_H
#define SLSIM_ENGINE_CHAIN_H

#include "engine/pool.h"

#include <stddef.h>
#include <stdint.h>

struct link {
    uint32_t next, prev; /* POOL_NONE at the ends */
};

struct chain {
    const struct pool *pool; /* of the items */
    size_t offset;           /* of the items' struct link */
    uint32_t head, tail;     /* POOL_NONE: empty */
};

static inline void chain_init(struct chain *chain, const struct pool *pool, size_t offset)
{
    *chain = (struct chain){.pool = pool, .offset = offset, .head = POOL_NONE, .tail = POOL_NONE};
}

static inline struct link *chain_link(const struct chain *chain, uint32_t id)
{
    return (struct link *)((char *)pool_at(chain->pool, id) + chain->offset);
}

/* Puts `id` behind `prev`; POOL_NONE: first. */
static inline void chain_insert(struct chain *chain, uint32_t prev, uint32_t id)
{
    uint32_t next = prev == POOL_NONE ? chain->head : chain_link(chain, prev)->next;
    *chain_link(chain, id) = (struct link){.next = next, .prev = prev};
    *(prev == POOL_NONE ? &chain->head : &chain_link(chain, prev)->next) = id;
    *(next == POOL_NONE ? &chain->tail : &chain_link(chain, next)->prev) = id;
}

static inline void chain_append(struct chain *chain, uint32_t id)
{
    chain_insert(chain, chain->tail, id);
}

static inline void chain_remove(struct chain *chain, uint32_t id)
{
    const struct link link = *chain_link(chain, id);
    *(link.prev == POOL_NONE ? &chain->head : &chain_link(chain, link.prev)->next) = link.next;
    *(link.next == POOL_NONE ? &chain->tail : &chain_link(chain, link.next)->prev) = link.prev;
}

/* Puts `id` into a chain that is ordered by the time at `offset` of its items, behind those of the same time. The search is from the end:
 * where waits are nearly constant it is over at once. */
static inline void chain_insert_by_time(struct chain *chain, size_t offset, uint32_t id)
{
    const int64_t *time_ns = (const int64_t *)((const char *)pool_at(chain->pool, id) + offset);
    uint32_t prev = chain->tail;
    while (prev != POOL_NONE && *(const int64_t *)((const char *)pool_at(chain->pool, prev) + offset) > *time_ns)
        prev = chain_link(chain, prev)->prev;
    chain_insert(chain, prev, id);
}

#endif
