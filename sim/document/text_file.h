/* text_file.h: reading whole files, and paths between them. */
#ifndef SLSIM_DOCUMENT_TEXT_FILE_H
#define SLSIM_DOCUMENT_TEXT_FILE_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <stddef.h>

/* Reads all of `path` ("-": standard input, from its start where it can be read twice), at most `limit` bytes. *bytes is the caller's to
 * free; a 0 follows the last byte. STATUS_IO, with an error at `place` (who named the file), when it cannot be read or is larger;
 * STATUS_NO_MEMORY. */
enum status text_file_read(const char *path, size_t limit, struct place place, struct diagnostics *diagnostics, char **bytes,
                           size_t *length);

/* The folder of a path: "a/b.json" gives "a", "b.json" and "-" give ".". The caller frees; NULL when memory is out. */
char *text_file_folder(const char *path);

#endif
