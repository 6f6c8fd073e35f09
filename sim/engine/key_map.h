/* key_map.h: numbers by key: an open-addressing table whose memory counts against the run's limit. */
#ifndef SLSIM_ENGINE_KEY_MAP_H
#define SLSIM_ENGINE_KEY_MAP_H

#include "engine/pool.h"

#include <stdbool.h>
#include <stdint.h>

struct key_slot {
    uint64_t key;
    uint32_t value; /* POOL_NONE: the slot is free */
};

struct key_map {
    struct key_slot *slots; /* owned; a power of two of them; NULL: none yet */
    uint64_t capacity;
    uint64_t count;
    struct memory_account *account;
    const char *owner; /* borrowed */
};

/* `account` (may be NULL) and `owner` are borrowed for the map's life. Allocates nothing. */
void key_map_init(struct key_map *map, struct memory_account *account, const char *owner);
void key_map_fini(struct key_map *map);

/* The value of `key`, or POOL_NONE. O(1). */
uint32_t key_map_find(const struct key_map *map, uint64_t key);
/* `key` must not be there; `value` is not POOL_NONE. STATUS_LIMIT or STATUS_NO_MEMORY when the table cannot grow. Amortised O(1). */
enum status key_map_put(struct key_map *map, uint64_t key, uint32_t value);
/* Nothing happens where `key` is not there. O(1). */
void key_map_remove(struct key_map *map, uint64_t key);

#endif
