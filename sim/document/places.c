/* places.c: from a node's address to its place. The map is never walked, so the addresses' order shows nowhere. */
#include "document/json.h"

#include "engine/key_map.h"
#include "engine/room.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct spot {
    uint32_t file; /* 1 + index in `files`; 0: unknown */
    int line, column;
    int key_line, key_column; /* 0: no key of its own */
};

struct places {
    struct key_map spot_of; /* by the node's address */
    struct spot *spots;
    uint32_t spot_count;
    size_t spot_capacity;
    char **files;
    uint32_t file_count;
    size_t file_capacity;
};

enum status places_new(struct places **places)
{
    *places = calloc(1, sizeof **places);
    if (*places == NULL)
        return STATUS_NO_MEMORY;
    key_map_init(&(*places)->spot_of, NULL, NULL);
    return STATUS_OK;
}

void places_free(struct places *places)
{
    if (places == NULL)
        return;
    for (uint32_t i = 0; i < places->file_count; i++)
        free(places->files[i]);
    free(places->files);
    free(places->spots);
    key_map_fini(&places->spot_of);
    free(places);
}

static struct spot *find(const struct places *places, const cJSON *node)
{
    uint32_t index = key_map_find(&places->spot_of, (uintptr_t)node);
    return index == POOL_NONE ? NULL : &places->spots[index];
}

/* The node's spot, made if need be; NULL when memory is out. */
static struct spot *make(struct places *places, const cJSON *node)
{
    struct spot *spot = find(places, node);
    if (spot != NULL)
        return spot;
    if (!room_for(&places->spots, places->spot_count + 1u, &places->spot_capacity, sizeof *places->spots) ||
        key_map_put(&places->spot_of, (uintptr_t)node, places->spot_count) != STATUS_OK)
        return NULL;
    return &places->spots[places->spot_count++];
}

/* 1 + the name's index; 0 when memory is out. Looks from the newest back: nodes come file by file. */
static uint32_t intern(struct places *places, const char *file)
{
    for (uint32_t i = places->file_count; i > 0; i--)
        if (strcmp(places->files[i - 1], file) == 0)
            return i;
    if (!room_for(&places->files, places->file_count + 1u, &places->file_capacity, sizeof(char *)))
        return 0;
    char *copy = strdup(file);
    if (copy == NULL)
        return 0;
    places->files[places->file_count++] = copy;
    return places->file_count;
}

void places_set(struct places *places, const cJSON *node, const char *file, int line, int column)
{
    struct spot *spot = make(places, node);
    if (spot == NULL)
        return;
    uint32_t known = file == NULL ? 0 : intern(places, file);
    bool placed = file == NULL || known != 0;
    *spot = (struct spot){.file = known, .line = placed ? line : 0, .column = placed ? column : 0};
}

void places_set_key(struct places *places, const cJSON *node, int line, int column)
{
    struct spot *spot = find(places, node);
    if (spot != NULL) {
        spot->key_line = line;
        spot->key_column = column;
    }
}

static const char *file_name(const struct places *places, const struct spot *spot)
{
    return spot->file == 0 ? NULL : places->files[spot->file - 1];
}

struct place places_of(const struct places *places, const cJSON *node)
{
    const struct spot *spot = node == NULL ? NULL : find(places, node);
    if (spot == NULL)
        return (struct place){NULL, 0, 0};
    return (struct place){file_name(places, spot), spot->line, spot->column};
}

struct place places_of_key(const struct places *places, const cJSON *node)
{
    const struct spot *spot = node == NULL ? NULL : find(places, node);
    if (spot == NULL || spot->key_line == 0)
        return places_of(places, node);
    return (struct place){file_name(places, spot), spot->key_line, spot->key_column};
}

void places_copy(struct places *places, const cJSON *copy, const struct places *from, const cJSON *original)
{
    struct place place = places_of(from, original);
    struct place key = places_of_key(from, original);
    bool has_key = key.line != place.line || key.column != place.column;
    places_set(places, copy, place.file, place.line, place.column);
    if (has_key)
        places_set_key(places, copy, key.line, key.column);
    const cJSON *below = original->child;
    for (const cJSON *to = copy->child; to != NULL && below != NULL; to = to->next, below = below->next)
        places_copy(places, to, from, below);
}

void places_forget(struct places *places, const cJSON *node)
{
    struct spot *spot = find(places, node);
    if (spot != NULL)
        *spot = (struct spot){0}; /* it stays, as the address is likely to come again */
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        places_forget(places, child);
}

void places_delete(struct places *places, cJSON *node)
{
    if (node == NULL)
        return;
    places_forget(places, node);
    cJSON_Delete(node);
}
