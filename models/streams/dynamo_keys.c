/* dynamo_keys.c: buckets of those that are in use. */
#include "dynamo_keys.h"

#include <math.h>

struct key_limit {
    struct link link;
    uint64_t key;
    int64_t used_ns;
    struct token_bucket units[2]; /* read, written */
};

/* What limits of a rule may be at most. */
#define LIMIT_MOST 1e9

void dynamo_keys_init(struct simulation *simulation, struct dynamo_keys *keys, const char *owner)
{
    const struct rule_book *rules = simulation->settings->rules;
    pool_init(&keys->entries, sizeof(struct key_limit), &simulation->memory, owner);
    key_map_init(&keys->places, &simulation->memory, owner);
    chain_init(&keys->used, &keys->entries, offsetof(struct key_limit, link));
    keys->full_ns = NS_PER_S; /* a second's units, at a second's rate */
    keys->limits[0] = (int64_t)fmin(rule_number(rules, read_units.per_partition), LIMIT_MOST) * read_units.parts;
    keys->limits[1] = (int64_t)fmin(rule_number(rules, write_units.per_partition), LIMIT_MOST) * write_units.parts;
}

void dynamo_keys_fini(struct dynamo_keys *keys)
{
    if (!keys->entries.owner)
        return;
    pool_fini(&keys->entries);
    key_map_fini(&keys->places);
}

static void forget_idle(struct dynamo_keys *keys, int64_t now_ns)
{
    while (keys->used.head != POOL_NONE) {
        uint32_t id = keys->used.head;
        const struct key_limit *limit = pool_at(&keys->entries, id);
        if (limit->used_ns + keys->full_ns > now_ns)
            return;
        chain_remove(&keys->used, id);
        key_map_remove(&keys->places, limit->key);
        pool_give(&keys->entries, id);
    }
}

static uint32_t add(struct simulation *simulation, struct dynamo_keys *keys, uint64_t key)
{
    forget_idle(keys, simulation->now_ns);
    uint32_t id = pool_take(&keys->entries);
    if (id == POOL_NONE || key_map_put(&keys->places, key, id) != STATUS_OK) {
        simulation_fail(simulation, simulation->memory.status != STATUS_OK ? simulation->memory.status : STATUS_NO_MEMORY);
        return POOL_NONE;
    }
    struct key_limit *limit = pool_at(&keys->entries, id);
    limit->key = key;
    for (int i = 0; i < 2; i++)
        token_bucket_init(&limit->units[i], keys->limits[i], keys->limits[i], NS_PER_S, simulation->now_ns);
    chain_append(&keys->used, id);
    return id;
}

struct token_bucket *dynamo_keys_of(struct simulation *simulation, struct dynamo_keys *keys, uint64_t key, bool writes)
{
    uint32_t id = key_map_find(&keys->places, key);
    if (id == POOL_NONE)
        id = add(simulation, keys, key);
    if (id == POOL_NONE)
        return NULL;
    struct key_limit *limit = pool_at(&keys->entries, id);
    limit->used_ns = simulation->now_ns;
    if (keys->used.tail != id) {
        chain_remove(&keys->used, id);
        chain_append(&keys->used, id);
    }
    return &limit->units[writes];
}
