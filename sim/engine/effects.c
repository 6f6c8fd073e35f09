/* effects.c: what was done for an item: a bit for the first call of each of the first steps, marks of 64 bits for all others. */
#include "engine/effects.h"

#include "engine/random.h"
#include "engine/sim_time.h"

#include <stddef.h>

/* What was done for one item. */
struct done_item {
    uint32_t pool_link;
    uint32_t marks; /* the first; POOL_NONE: none */
    struct link link;
    uint64_t item;
    int64_t until_ns;
    uint64_t places; /* a bit for the first call of each of the first steps */
    bool settled;
};

/* 64 calls of one step. */
struct mark {
    uint32_t pool_link;
    uint32_t next; /* of the item's */
    uint64_t key;
    uint64_t calls;
};

#define BITS 64u

void effects_init(struct effects *effects, int64_t open_ns, int64_t settled_ns, struct memory_account *account, const char *owner)
{
    *effects = (struct effects){.open_ns = open_ns, .settled_ns = settled_ns};
    key_map_init(&effects->items, account, owner);
    key_map_init(&effects->others, account, owner);
    pool_init(&effects->done, sizeof(struct done_item), account, owner);
    pool_init(&effects->marks, sizeof(struct mark), account, owner);
    chain_init(&effects->open, &effects->done, offsetof(struct done_item, link));
    chain_init(&effects->settled, &effects->done, offsetof(struct done_item, link));
}

void effects_fini(struct effects *effects)
{
    key_map_fini(&effects->items);
    key_map_fini(&effects->others);
    pool_fini(&effects->done);
    pool_fini(&effects->marks);
}

static struct done_item *done_at(const struct effects *effects, uint32_t id)
{
    return pool_at(&effects->done, id);
}

static struct chain *chain_of(struct effects *effects, const struct done_item *done)
{
    return done->settled ? &effects->settled : &effects->open;
}

static void forget(struct effects *effects, uint32_t id)
{
    struct done_item *done = done_at(effects, id);
    for (uint32_t at = done->marks; at != POOL_NONE;) {
        const struct mark *mark = pool_at(&effects->marks, at);
        uint32_t next = mark->next;
        key_map_remove(&effects->others, mark->key);
        pool_give(&effects->marks, at);
        at = next;
    }
    key_map_remove(&effects->items, done->item);
    chain_remove(chain_of(effects, done), id);
    pool_give(&effects->done, id);
}

static void pass(struct effects *effects, const struct chain *chain, int64_t now_ns)
{
    while (chain->head != POOL_NONE && done_at(effects, chain->head)->until_ns <= now_ns)
        forget(effects, chain->head);
}

/* Puts it behind all others: their times are as long, and began before. */
static void keep(struct effects *effects, uint32_t id, bool settled, int64_t now_ns)
{
    struct done_item *done = done_at(effects, id);
    done->settled = settled;
    done->until_ns = time_add(now_ns, settled ? effects->settled_ns : effects->open_ns);
    chain_append(chain_of(effects, done), id);
}

/* POOL_NONE when memory is out. */
static uint32_t find_or_make(struct effects *effects, uint64_t item, int64_t now_ns)
{
    uint32_t id = key_map_find(&effects->items, item);
    if (id != POOL_NONE) {
        chain_remove(chain_of(effects, done_at(effects, id)), id);
        keep(effects, id, false, now_ns);
        return id;
    }
    id = pool_take(&effects->done);
    if (id == POOL_NONE)
        return POOL_NONE;
    *done_at(effects, id) = (struct done_item){.item = item, .marks = POOL_NONE};
    keep(effects, id, false, now_ns);
    if (key_map_put(&effects->items, item, id) == STATUS_OK)
        return id;
    chain_remove(&effects->open, id);
    pool_give(&effects->done, id);
    return POOL_NONE;
}

/* The item's mark of that key; NULL when memory is out. */
static struct mark *find_or_make_mark(struct effects *effects, struct done_item *done, uint64_t key)
{
    uint32_t id = key_map_find(&effects->others, key);
    if (id != POOL_NONE)
        return pool_at(&effects->marks, id);
    id = pool_take(&effects->marks);
    if (id == POOL_NONE)
        return NULL;
    if (key_map_put(&effects->others, key, id) != STATUS_OK) {
        pool_give(&effects->marks, id);
        return NULL;
    }
    struct mark *mark = pool_at(&effects->marks, id);
    *mark = (struct mark){.next = done->marks, .key = key};
    done->marks = id;
    return mark;
}

/* The word whose bits tell the calls apart; NULL when memory is out. */
static uint64_t *word_of(struct effects *effects, struct done_item *done, const struct effect *effect)
{
    if (effect->place < BITS && effect->k == 0)
        return &done->places;
    struct mark *mark = find_or_make_mark(effects, done, item_child(effect->item, 0, effect->place, effect->k / BITS));
    return mark ? &mark->calls : NULL;
}

enum status effects_note(struct effects *effects, const struct effect *effect, int64_t now_ns, bool *again)
{
    pass(effects, &effects->open, now_ns);
    pass(effects, &effects->settled, now_ns);
    *again = false;
    uint32_t id = find_or_make(effects, effect->item, now_ns);
    uint64_t *word = id == POOL_NONE ? NULL : word_of(effects, done_at(effects, id), effect);
    if (!word) {
        const struct memory_account *account = effects->done.account;
        return account && account->status != STATUS_OK ? account->status : STATUS_NO_MEMORY;
    }
    uint64_t bit = UINT64_C(1) << (effect->k == 0 && effect->place < BITS ? effect->place : effect->k % BITS);
    *again = *word & bit;
    *word |= bit;
    return STATUS_OK;
}

void effects_settle(struct effects *effects, uint64_t item, int64_t now_ns)
{
    uint32_t id = key_map_find(&effects->items, item);
    if (id == POOL_NONE)
        return;
    chain_remove(chain_of(effects, done_at(effects, id)), id);
    keep(effects, id, true, now_ns);
}
