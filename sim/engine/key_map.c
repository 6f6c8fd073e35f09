/* key_map.c: linear probing, at most three quarters full; a removal moves later entries of the run back, so there are no tombstones. */
#include "engine/key_map.h"

#include <stdlib.h>

#define FIRST_CAPACITY 16u

void key_map_init(struct key_map *map, struct memory_account *account, const char *owner)
{
    *map = (struct key_map){.account = account, .owner = owner};
}

void key_map_fini(struct key_map *map)
{
    if (map->account)
        memory_account_give(map->account, map->capacity * sizeof *map->slots);
    free(map->slots);
    key_map_init(map, map->account, map->owner);
}

/* The finalizer of Steele, Lea and Flood's SplitMix64: keys are often consecutive. */
static uint64_t mix(uint64_t key)
{
    key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
    return key ^ key >> 31;
}

/* Where `key` is, or the free slot where it would go. */
static uint64_t place_of(const struct key_map *map, uint64_t key)
{
    uint64_t mask = map->capacity - 1, place = mix(key) & mask;
    while (map->slots[place].value != POOL_NONE && map->slots[place].key != key)
        place = (place + 1) & mask;
    return place;
}

uint32_t key_map_find(const struct key_map *map, uint64_t key)
{
    return map->count == 0 ? POOL_NONE : map->slots[place_of(map, key)].value;
}

static enum status grow(struct key_map *map)
{
    uint64_t capacity = map->capacity ? 2 * map->capacity : FIRST_CAPACITY;
    struct key_map larger = {.capacity = capacity, .account = map->account, .owner = map->owner, .count = map->count};
    uint64_t bytes = capacity * sizeof *larger.slots;
    enum status status = map->account ? memory_account_take(map->account, bytes, map->owner) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    larger.slots = malloc(bytes);
    if (!larger.slots) {
        if (map->account)
            memory_account_give(map->account, bytes);
        return STATUS_NO_MEMORY;
    }
    for (uint64_t i = 0; i < capacity; i++)
        larger.slots[i] = (struct key_slot){.value = POOL_NONE};
    for (uint64_t i = 0; i < map->capacity; i++)
        if (map->slots[i].value != POOL_NONE)
            larger.slots[place_of(&larger, map->slots[i].key)] = map->slots[i];
    key_map_fini(map);
    *map = larger;
    return STATUS_OK;
}

enum status key_map_put(struct key_map *map, uint64_t key, uint32_t value)
{
    if (4 * (map->count + 1) > 3 * map->capacity) {
        enum status status = grow(map);
        if (status != STATUS_OK)
            return status;
    }
    map->slots[place_of(map, key)] = (struct key_slot){.key = key, .value = value};
    map->count++;
    return STATUS_OK;
}

void key_map_remove(struct key_map *map, uint64_t key)
{
    if (map->count == 0)
        return;
    uint64_t mask = map->capacity - 1, hole = place_of(map, key);
    if (map->slots[hole].value == POOL_NONE)
        return;
    map->count--;
    for (uint64_t next = (hole + 1) & mask; map->slots[next].value != POOL_NONE; next = (next + 1) & mask) {
        /* An entry may move back to the hole unless its own place lies between the hole and where it is. */
        uint64_t home = mix(map->slots[next].key) & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            map->slots[hole] = map->slots[next];
            hole = next;
        }
    }
    map->slots[hole].value = POOL_NONE;
}
