/* diagnostics.h: every mistake in the input, with its place and a hint. All are collected, not only the first. */
#ifndef SLSIM_DOCUMENT_DIAGNOSTICS_H
#define SLSIM_DOCUMENT_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A place in a file. `file` is borrowed and lives as long as the scenario (in a kept diagnostic: as long as the diagnostics); NULL: nowhere
 * in particular. */
struct place {
    const char *file;
    int line, column; /* from 1; 0: unknown */
};

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

struct diagnostic {
    enum severity severity;
    struct place place;
    char *path;    /* "Resources.F.Properties.MemorySize"; owned; may be "" */
    char *message; /* owned */
    char *hint;    /* owned; may be "" */
};

struct diagnostics {
    struct diagnostic *list; /* owned */
    size_t count, capacity;
    size_t error_count; /* of all, also of those that were not kept */
    size_t unkept;      /* beyond the 1,000 */
    char **files;       /* names of files in the order first seen; owned; an entry is NULL for "nowhere" */
    size_t file_count, file_capacity;
    bool failed; /* memory ran out: the list is incomplete, and there is at least one error */
};

void diagnostics_fini(struct diagnostics *diagnostics);

/* Adds one; strings are copied. `path` and `hint` may be NULL. The same place, path and message twice is kept once. At most 1,000 are kept
 * (an error takes the place of a warning). */
__attribute__((format(printf, 6, 7))) void diagnose(struct diagnostics *diagnostics, enum severity severity, struct place place,
                                                    const char *path, const char *hint, const char *format, ...);

/* Takes out the diagnostic at that index; those behind it move up. O(n). */
void diagnostics_drop(struct diagnostics *diagnostics, size_t index);

/* Prints all, errors and warnings together, by file (in the order in which files were first named), line and column:
 * `file:line:column: error: path: message` and, on the next line, `  hint: ...`. Control
 * characters in them are shown as escapes, so that input cannot drive the terminal. `colour` for terminals. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *out, bool colour);

#endif
