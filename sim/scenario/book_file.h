/* book_file.h: what rule books and price books have in common: a JSON file with a name, perhaps a base, and entries by name. */
#ifndef SLSIM_SCENARIO_BOOK_FILE_H
#define SLSIM_SCENARIO_BOOK_FILE_H

#include "document/diagnostics.h"
#include "document/json.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct book_reader;
struct book_file;

/* One kind of book. Static tables. */
struct book_kind {
    const char *section;          /* "rules": the key of the entries, and of the scenario's own value */
    const char *noun;             /* "rule book" */
    const char *fallback;         /* the book where a scenario names none */
    const char *value;            /* "price": the key that every entry has */
    const char *const *inherited; /* keys that an entry takes over from the base's where it lacks them; ends with NULL */
    bool files;                   /* a path is accepted in place of a name */

    /* Puts one of the scenario's own values into the entry of its name. */
    enum status (*override)(const struct book_reader *reader, const struct book_file *file, const cJSON *override);
    /* Makes what the simulator has of the entries, in `storage`, which may borrow from them. */
    enum status (*make)(const struct book_reader *reader, const struct book_file *file, void *storage);
};

struct book_reader {
    const struct book_kind *kind;
    const char *folder;          /* of the books */
    const char *scenario_folder; /* of files that a scenario names */
    struct places *places;
    struct diagnostics *diagnostics;
};

struct book_file {
    char *name;
    char *file;
    char sha256[65];
    cJSON *entries; /* an object of objects, the base's first; owned */
};

/* Reads the book that `spec` means (NULL, a string, or an object with "base") with all its bases, overrides its entries and hands them to
 * the kind's `make`. The entries outlive the places. Whatever it returns, book_file_fini releases `book`. */
enum status book_file_load(const struct book_reader *reader, const cJSON *spec, struct book_file *book, void *storage);
void book_file_fini(struct book_file *book);

/* The entry that an override names; NULL after reporting, with a suggestion. */
cJSON *book_file_entry(const struct book_reader *reader, const struct book_file *book, const cJSON *override);
/* Puts `value` (taken; NULL: memory is out) into the entry under `key`, and says that it is the scenario's. */
enum status book_file_override(const struct book_reader *reader, cJSON *entry, const char *key, cJSON *value);
/* Reports at `node`, with the path "<section>.<name>". */
__attribute__((format(printf, 5, 6))) void book_file_error(const struct book_reader *reader, const cJSON *node, const char *name,
                                                           const char *hint, const char *format, ...);
/* A member's text, or "". Borrowed from the entry. */
const char *book_file_text(const cJSON *entry, const char *key);

#endif
