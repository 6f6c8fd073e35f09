/* book_file.h: what rule books and price books have in common: a JSON file with a name, perhaps a base, and entries by name. */
#ifndef SLSIM_SCENARIO_BOOK_FILE_H
#define SLSIM_SCENARIO_BOOK_FILE_H

#include "engine/status.h"
#include "scenario/diagnostics.h"
#include "scenario/json.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* One kind of book. Static tables. */
struct book_kind {
    const char *section;          /* "rules": the key of the entries, and of the scenario's own value */
    const char *noun;             /* "rule book" */
    const char *fallback;         /* the book where a scenario names none */
    const char *value;            /* "price": the key that every entry has */
    const char *const *inherited; /* keys that an entry takes over from the base's where it lacks them; ends with NULL */
    bool files;                   /* a path is accepted in place of a name */
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

/* Reads the book that `spec` means (NULL, a string, or an object with "base") with all its bases. *overrides: the object, or NULL. */
enum status book_file_read(const struct book_reader *reader, const cJSON *spec, struct book_file *book, const cJSON **overrides);
void book_file_fini(struct book_file *book, struct places *places);

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
