/* book_file.c: reading a book and its bases into one set of entries. */
#include "scenario/book_file.h"

#include "document/document.h"
#include "document/json_edit.h"
#include "document/suggest.h"
#include "document/text_file.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASES_MOST 8
#define FILE_LARGEST ((size_t)64 << 20)

void book_file_error(const struct book_reader *reader, const cJSON *node, const char *name, const char *hint, const char *format, ...)
{
    char *message = NULL, *path = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    if (asprintf(&path, "%s.%s", reader->kind->section, name) < 0)
        path = NULL;
    diagnose(reader->diagnostics, SEVERITY_ERROR, places_of(reader->places, node), path, hint, "%s",
             message == NULL ? "memory ran out" : message);
    free(message);
    free(path);
}

const char *book_file_text(const cJSON *entry, const char *key)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(entry, key);
    return cJSON_IsString(text) ? text->valuestring : "";
}

static bool is_file(const struct book_reader *reader, const char *name)
{
    size_t length = strlen(name);
    return reader->kind->files && (strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".json") == 0));
}

/* Letters, digits and ".", "_", "-": what cannot lead out of the folder. */
static bool is_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strspn(name, allowed);
    return length > 0 && length <= 64 && name[length] == 0 && name[0] != '.';
}

static int is_book(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* Says that there is no such book, and which there are. */
static void report_unknown(const struct book_reader *reader, const char *name, struct place place)
{
    struct dirent **found = NULL;
    int count = scandir(reader->folder, &found, is_book, alphasort);
    char hint[256] = "";
    size_t used = 0;
    for (int i = 0; i < count; i++) {
        char *book = found[i]->d_name;
        book[strlen(book) - 5] = '\0';
        const char *candidate = book, *near = suggest(name, &candidate, 1);
        const char *glue = used > 0 ? " and " : count == 1 ? "there is only " : "there are ";
        if (near) {
            (void)snprintf(hint, sizeof hint, "did you mean \"%.64s\"?", near);
            used = sizeof hint; /* that says it all */
        } else if (used + strlen(book) + 20 < sizeof hint) {
            used += (size_t)snprintf(hint + used, sizeof hint - used, "%s\"%s\"", glue, book);
        }
        free(found[i]);
    }
    free(found);
    diagnose(reader->diagnostics, SEVERITY_ERROR, place, reader->kind->section, hint, "there is no %s \"%s\"", reader->kind->noun, name);
}

/* The path of the book `name`; NULL after reporting or (*no_memory) when memory is out. */
static char *find_book(const struct book_reader *reader, const char *name, const char *relative_to, struct place place, bool *no_memory)
{
    char *path = NULL;
    *no_memory = false;
    if (is_file(reader, name)) {
        path = path_join(relative_to, name);
    } else if (is_name(name)) {
        if (asprintf(&path, "%s/%s.json", reader->folder, name) < 0)
            path = NULL;
        FILE *file = path == NULL ? NULL : fopen(path, "rb");
        if (file != NULL)
            fclose(file);
        else if (path != NULL) {
            report_unknown(reader, name, place);
            free(path);
            return NULL;
        }
    } else {
        report_unknown(reader, name, place);
        return NULL;
    }
    *no_memory = path == NULL;
    return path;
}

static enum status check_tree(const struct book_reader *reader, const cJSON *tree)
{
    const struct book_kind *kind = reader->kind;
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(tree, kind->section);
    const cJSON *base = cJSON_GetObjectItemCaseSensitive(tree, "base");
    struct place place = places_of(reader->places, tree);
    enum status status = STATUS_OK;
    if (!cJSON_IsObject(tree) || !cJSON_IsObject(entries) || (base != NULL && !cJSON_IsString(base))) {
        diagnose(reader->diagnostics, SEVERITY_ERROR, place, NULL, NULL, "a %s is {\"name\": ..., \"base\": ..., \"%s\": {...}}",
                 kind->noun, kind->section);
        return STATUS_INVALID;
    }
    for (const cJSON *entry = entries->child; entry != NULL; entry = entry->next) {
        if (cJSON_GetObjectItemCaseSensitive(entry, kind->value) == NULL) {
            book_file_error(reader, entry, entry->string, NULL, "an entry is an object with \"%s\"", kind->value);
            status = STATUS_INVALID;
        }
    }
    return status;
}

/* What the book says of an entry replaces what its base says, but for the inherited keys that it leaves out. */
static void lay_over(const struct book_reader *reader, cJSON *base, cJSON *entries)
{
    while (entries->child != NULL) {
        cJSON *entry = cJSON_DetachItemViaPointer(entries, entries->child);
        cJSON *old = cJSON_GetObjectItemCaseSensitive(base, entry->string);
        for (const char *const *key = reader->kind->inherited; old != NULL && *key != NULL; key++) {
            if (cJSON_GetObjectItemCaseSensitive(entry, *key) == NULL) {
                cJSON *inherited = cJSON_DetachItemFromObjectCaseSensitive(old, *key);
                if (inherited != NULL)
                    cJSON_AddItemToArray(entry, inherited); /* keeps its key */
            }
        }
        if (old == NULL)
            cJSON_AddItemToArray(base, entry);
        else
            json_replace(reader->places, base, old, entry);
    }
}

/* Reads and checks one file; what it says goes to `book`, the name of its base to *base (a node of the caller's; NULL: none). */
static enum status read_one(const struct book_reader *reader, const char *name, const char *path, struct place place,
                            struct book_file *book, cJSON **base)
{
    char *bytes = NULL;
    size_t length = 0;
    cJSON *tree = NULL;
    enum status status = text_file_read(path, FILE_LARGEST, place, reader->diagnostics, &bytes, &length);
    if (status == STATUS_OK)
        status = json_parse(bytes, length, path, reader->places, reader->diagnostics, &tree);
    if (status == STATUS_OK)
        status = check_tree(reader, tree);
    if (status == STATUS_OK) {
        const char *own_name = book_file_text(tree, "name");
        sha256_hex(bytes, length, book->sha256);
        book->file = strdup(path);
        book->name = strdup(own_name[0] == 0 ? name : own_name);
        book->entries = cJSON_DetachItemFromObjectCaseSensitive(tree, reader->kind->section);
        *base = cJSON_DetachItemFromObjectCaseSensitive(tree, "base");
        status = book->file == NULL || book->name == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    places_delete(reader->places, tree);
    free(bytes);
    return status;
}

static enum status read_book(const struct book_reader *reader, const char *name, const char *relative_to, struct place place,
                             unsigned level, struct book_file *book);

/* Puts what the book says over what its base says. */
static enum status read_base(const struct book_reader *reader, const cJSON *name, const char *path, unsigned level, struct book_file *book)
{
    struct place place = places_of(reader->places, name);
    if (level >= BASES_MOST) {
        diagnose(reader->diagnostics, SEVERITY_ERROR, place, "base", NULL, "more than %d books are each other's base", BASES_MOST);
        return STATUS_INVALID;
    }
    struct book_file base = {0};
    char *folder = text_file_folder(path);
    enum status status = folder == NULL ? STATUS_NO_MEMORY : read_book(reader, name->valuestring, folder, place, level + 1, &base);
    if (status == STATUS_OK) {
        lay_over(reader, base.entries, book->entries);
        cJSON *emptied = book->entries;
        book->entries = base.entries;
        base.entries = emptied;
    }
    places_delete(reader->places, base.entries);
    base.entries = NULL;
    book_file_fini(&base);
    free(folder);
    return status;
}

/* Reads `name` and, below it, its base. `level` ends a circle of bases. */
static enum status read_book(const struct book_reader *reader, const char *name, const char *relative_to, struct place place,
                             unsigned level, struct book_file *book)
{
    bool no_memory;
    char *path = find_book(reader, name, relative_to, place, &no_memory);
    if (path == NULL)
        return no_memory ? STATUS_NO_MEMORY : STATUS_INVALID;
    cJSON *base = NULL;
    enum status status = read_one(reader, name, path, place, book, &base);
    if (status == STATUS_OK && base != NULL)
        status = read_base(reader, base, path, level, book);
    places_delete(reader->places, base);
    free(path);
    return status;
}

/* The book that `spec` means, with its bases. *overrides: the object that says what differs, or NULL. */
static enum status read_meant(const struct book_reader *reader, const cJSON *spec, struct book_file *book, const cJSON **overrides)
{
    *book = (struct book_file){0};
    *overrides = cJSON_IsObject(spec) ? spec : NULL;
    const cJSON *name = cJSON_IsObject(spec) ? cJSON_GetObjectItemCaseSensitive(spec, "base") : spec;
    if (name != NULL && !cJSON_IsString(name)) {
        diagnose(reader->diagnostics, SEVERITY_ERROR, places_of(reader->places, name), reader->kind->section, NULL,
                 "expected a %s's name, or an object with \"base\" and what differs", reader->kind->noun);
        return STATUS_INVALID;
    }
    return read_book(reader, name == NULL ? reader->kind->fallback : name->valuestring, reader->scenario_folder,
                     places_of(reader->places, name), 1, book);
}

enum status book_file_load(const struct book_reader *reader, const cJSON *spec, struct book_file *book, void *storage)
{
    const struct book_kind *kind = reader->kind;
    const cJSON *overrides = NULL;
    enum status status = read_meant(reader, spec, book, &overrides);
    for (const cJSON *one = overrides == NULL ? NULL : overrides->child; one != NULL && status == STATUS_OK; one = one->next)
        if (strcmp(one->string, "base") != 0)
            status = kind->override(reader, book, one);
    if (status == STATUS_OK)
        status = kind->make(reader, book, storage);
    if (book->entries != NULL)
        places_forget(reader->places, book->entries); /* the tree outlives the places */
    return status;
}

void book_file_fini(struct book_file *book)
{
    cJSON_Delete(book->entries);
    free(book->name);
    free(book->file);
    *book = (struct book_file){0};
}

cJSON *book_file_entry(const struct book_reader *reader, const struct book_file *book, const cJSON *override)
{
    cJSON *entry = cJSON_GetObjectItemCaseSensitive(book->entries, override->string);
    if (entry != NULL)
        return entry;
    size_t count = (size_t)cJSON_GetArraySize(book->entries);
    const char **names = calloc(count + 1, sizeof *names);
    count = 0;
    for (const cJSON *one = book->entries->child; names != NULL && one != NULL; one = one->next)
        names[count++] = one->string;
    const char *nearest = suggest(override->string, names, count);
    char hint[128] = "", path[128];
    if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", nearest);
    snprintf(path, sizeof path, "%s.%s", reader->kind->section, override->string);
    diagnose(reader->diagnostics, SEVERITY_ERROR, places_of_key(reader->places, override), path, hint, "the %s \"%s\" has no \"%s\"",
             reader->kind->noun, book->name, override->string);
    free(names);
    return NULL;
}

static enum status put(const struct book_reader *reader, cJSON *entry, const char *key, cJSON *value)
{
    return value != NULL && json_put(reader->places, entry, key, value) ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status book_file_override(const struct book_reader *reader, cJSON *entry, const char *key, cJSON *value)
{
    static const char *const gone[] = {"date", "confidence", "note"};
    enum status status = put(reader, entry, key, value);
    if (status == STATUS_OK)
        status = put(reader, entry, "source", cJSON_CreateString("scenario"));
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        cJSON *old = cJSON_GetObjectItemCaseSensitive(entry, gone[i]);
        if (old != NULL)
            json_remove(reader->places, entry, old);
    }
    return status;
}
