/* places.c: a hash from a node's address to its place. Never walked, so the addresses' order shows nowhere. */
#include "document/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct spot {
    const cJSON *node;
    uint32_t file; /* 1 + index in `files`; 0: unknown */
    int line, column;
    int key_line, key_column; /* 0: no key of its own */
};

struct places {
    struct spot *spots; /* open addressing; a power of two */
    size_t capacity, count;
    char **files;
    uint32_t file_count, file_capacity;
};

enum status places_new(struct places **places)
{
    *places = calloc(1, sizeof **places);
    return *places == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

void places_free(struct places *places)
{
    if (places == NULL)
        return;
    for (uint32_t i = 0; i < places->file_count; i++)
        free(places->files[i]);
    free(places->files);
    free(places->spots);
    free(places);
}

static size_t hash(const cJSON *node)
{
    uint64_t bits = (uint64_t)(uintptr_t)node >> 4;
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(bits ^ bits >> 32);
}

/* The node's spot, or the empty one where it would be; NULL when there is no table yet. */
static struct spot *find(const struct places *places, const cJSON *node)
{
    if (places->capacity == 0)
        return NULL;
    size_t i = hash(node) & (places->capacity - 1);
    while (places->spots[i].node != NULL && places->spots[i].node != node)
        i = (i + 1) & (places->capacity - 1);
    return &places->spots[i];
}

static bool grow(struct places *places)
{
    struct places larger = *places;
    larger.capacity = places->capacity == 0 ? 256 : places->capacity * 2;
    larger.spots = calloc(larger.capacity, sizeof *larger.spots);
    if (larger.spots == NULL)
        return false;
    for (size_t i = 0; i < places->capacity; i++)
        if (places->spots[i].node != NULL)
            *find(&larger, places->spots[i].node) = places->spots[i];
    free(places->spots);
    *places = larger;
    return true;
}

/* 1 + the name's index; 0 when memory is out. Looks from the newest back: nodes come file by file. */
static uint32_t intern(struct places *places, const char *file)
{
    for (uint32_t i = places->file_count; i > 0; i--)
        if (strcmp(places->files[i - 1], file) == 0)
            return i;
    if (places->file_count == places->file_capacity) {
        uint32_t capacity = places->file_capacity == 0 ? 8 : places->file_capacity * 2;
        char **grown = realloc(places->files, capacity * sizeof *grown);
        if (grown == NULL)
            return 0;
        places->files = grown;
        places->file_capacity = capacity;
    }
    char *copy = strdup(file);
    if (copy == NULL)
        return 0;
    places->files[places->file_count++] = copy;
    return places->file_count;
}

void places_set(struct places *places, const cJSON *node, const char *file, int line, int column)
{
    struct spot spot = {.node = node, .line = line, .column = column};
    spot.file = file == NULL ? 0 : intern(places, file);
    if (file != NULL && spot.file == 0)
        spot.line = spot.column = 0;
    struct spot *slot = find(places, node);
    if (slot == NULL || slot->node == NULL) {
        if ((places->count + 1) * 4 > places->capacity * 3) {
            if (!grow(places))
                return;
            slot = find(places, node);
        }
        places->count++;
    }
    *slot = spot;
}

void places_set_key(struct places *places, const cJSON *node, int line, int column)
{
    struct spot *spot = find(places, node);
    if (spot != NULL && spot->node == node) {
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
    if (spot == NULL || spot->node == NULL)
        return (struct place){NULL, 0, 0};
    return (struct place){file_name(places, spot), spot->line, spot->column};
}

struct place places_of_key(const struct places *places, const cJSON *node)
{
    const struct spot *spot = node == NULL ? NULL : find(places, node);
    if (spot == NULL || spot->node == NULL || spot->key_line == 0)
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
    /* The slot stays taken: emptying it would break the chains of others, and the address is likely to come again. */
    if (spot != NULL && spot->node == node)
        *spot = (struct spot){.node = node};
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
