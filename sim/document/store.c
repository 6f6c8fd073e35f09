/* store.c: an arena, a list of things to free, and the tables that were read. */
#include "document/store.h"

#include "document/document.h"
#include "engine/room.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)1 << 18)

struct chunk {
    struct chunk *next;
    size_t used, room;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct owned {
    void *pointer;
    void (*release)(void *pointer);
};

struct store_file {
    const char *path; /* as the scenario names it; in the arena */
    struct csv_table *table;
    char sha256[65]; /* "" where it could not be read */
};

struct scenario_store {
    struct chunk *chunks; /* the one in use first */
    struct owned *owned;
    size_t owned_count, owned_capacity;
    struct store_file *files;
    size_t file_count, file_capacity;
    bool failed, io_failed;
};

struct scenario_store *store_new(void)
{
    return calloc(1, sizeof(struct scenario_store));
}

void store_drop_tables(struct scenario_store *store)
{
    for (size_t i = 0; i < store->file_count; i++) {
        csv_table_free(store->files[i].table);
        store->files[i].table = NULL;
    }
}

void store_free(struct scenario_store *store)
{
    if (!store)
        return;
    store_drop_tables(store);
    free(store->files);
    for (size_t i = store->owned_count; i-- > 0;)
        store->owned[i].release(store->owned[i].pointer);
    free(store->owned);
    while (store->chunks) {
        struct chunk *next = store->chunks->next;
        free(store->chunks);
        store->chunks = next;
    }
    free(store);
}

bool store_failed(const struct scenario_store *store)
{
    return store->failed;
}

bool store_io_failed(const struct scenario_store *store)
{
    return store->io_failed;
}

static struct chunk *chunk_add(struct scenario_store *store, size_t bytes)
{
    size_t room = bytes > CHUNK_BYTES / 4 ? bytes : CHUNK_BYTES;
    struct chunk *chunk = calloc(1, sizeof *chunk + room);
    if (!chunk)
        return NULL;
    chunk->room = room;
    if (store->chunks && room == bytes) { /* a large item has a chunk to itself, behind the one in use */
        chunk->next = store->chunks->next;
        store->chunks->next = chunk;
    } else {
        chunk->next = store->chunks;
        store->chunks = chunk;
    }
    return chunk;
}

void *store_alloc(struct scenario_store *store, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        store->failed = true;
        return NULL;
    }
    bytes = (bytes + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
    if (bytes == 0)
        bytes = _Alignof(max_align_t);
    struct chunk *chunk = store->chunks;
    if (!chunk || chunk->room - chunk->used < bytes)
        chunk = chunk_add(store, bytes);
    if (!chunk) {
        store->failed = true;
        return NULL;
    }
    void *item = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return item;
}

const char *store_string(struct scenario_store *store, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = store_alloc(store, size, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

bool store_own(struct scenario_store *store, void *pointer, void (*release)(void *pointer))
{
    if (!pointer)
        return true;
    if (!room_for(&store->owned, store->owned_count + 1, &store->owned_capacity, sizeof *store->owned)) {
        store->failed = true;
        release(pointer);
        return false;
    }
    store->owned[store->owned_count++] = (struct owned){pointer, release};
    return true;
}

static struct store_file *file_find(struct scenario_store *store, const char *path)
{
    for (size_t i = 0; i < store->file_count; i++)
        if (strcmp(store->files[i].path, path) == 0)
            return &store->files[i];
    return NULL;
}

static struct store_file *file_add(struct scenario_store *store, const char *path)
{
    const char *copy = store_string(store, path);
    if (!copy || !room_for(&store->files, store->file_count + 1, &store->file_capacity, sizeof *store->files)) {
        store->failed = true;
        return NULL;
    }
    struct store_file *file = &store->files[store->file_count++];
    *file = (struct store_file){.path = copy};
    return file;
}

/* A copy of a file's name that lives as long as the places do: diagnostics borrow it. */
static const char *file_name_keep(struct places *places, const char *path)
{
    static const cJSON anchor; /* no tree holds it, so its place is nobody's */
    places_set(places, &anchor, path, 1, 1);
    return places_of(places, &anchor).file;
}

const struct csv_table *store_table(struct scenario_store *store, const char *folder, const char *path, struct places *places,
                                    const cJSON *node, struct diagnostics *diagnostics)
{
    struct store_file *file = file_find(store, path);
    if (file)
        return file->table;
    char *full = path_join(folder, path);
    const char *kept = full ? file_name_keep(places, full) : NULL;
    free(full);
    file = kept ? file_add(store, path) : NULL;
    if (!file) {
        store->failed = true;
        return NULL;
    }
    enum status status = csv_table_read(kept, places_of(places, node), diagnostics, &file->table);
    if (status != STATUS_OK) {
        file->table = NULL;
        store->failed = store->failed || status == STATUS_NO_MEMORY;
        store->io_failed = store->io_failed || status == STATUS_IO;
        return NULL;
    }
    memcpy(file->sha256, file->table->sha256, sizeof file->sha256);
    return file->table;
}

void store_note_file(struct scenario_store *store, const char *path, const char *sha256)
{
    if (file_find(store, path))
        return;
    struct store_file *file = file_add(store, path);
    if (file)
        strncpy(file->sha256, sha256, sizeof file->sha256 - 1);
}

size_t store_file_count(const struct scenario_store *store)
{
    return store->file_count;
}

const char *store_file(const struct scenario_store *store, size_t index, const char **sha256)
{
    *sha256 = store->files[index].sha256;
    return store->files[index].path;
}
