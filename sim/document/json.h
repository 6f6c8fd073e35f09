/* json.h: JSON with comments through cJSON, and a small scanner beside it that keeps what cJSON forgets: the place of every value and keys
 * given twice. */
#ifndef SLSIM_DOCUMENT_JSON_H
#define SLSIM_DOCUMENT_JSON_H

#include "document/diagnostics.h"
#include "engine/status.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* Where values came from: from a cJSON node's address to its place. Nodes may move between trees; a copied node inherits nothing by itself.
 * An address may be used again after cJSON_Delete: free with places_delete, or set the places of what is made later. */
struct places;

enum status places_new(struct places **places);
void places_free(struct places *places);
/* `file` (may be NULL) is copied once per distinct name and lives as long as `places`. Overwrites what was known, the key's place too. When
 * memory is out the place stays unknown. O(1). */
void places_set(struct places *places, const cJSON *node, const char *file, int line, int column);
/* Sets where the node's key stands, in the file of its own place. */
void places_set_key(struct places *places, const cJSON *node, int line, int column);
/* The node's own place; {NULL, 0, 0} where unknown. */
struct place places_of(const struct places *places, const cJSON *node);
/* Where the node's key stands (an object's member); the node's own place otherwise. */
struct place places_of_key(const struct places *places, const cJSON *node);
/* Gives `copy` (a cJSON_Duplicate of `original`) and all below the places of the original, which `from` knows: these, or another tree's. */
void places_copy(struct places *places, const cJSON *copy, const struct places *from, const cJSON *original);

/* Forgets the places of `node` and all below; and frees them too (cJSON_Delete; NULL is fine). */
void places_forget(struct places *places, const cJSON *node);
void places_delete(struct places *places, cJSON *node);

/* Parses `text` (length bytes; need not end with 0; a byte order mark is skipped). Mistakes go to `diagnostics` with line and column
 * (from 1, in code points of UTF-8). Syntax errors, trailing text, nesting deeper than 200, bytes that are not UTF-8, control characters
 * and numbers that overflow give STATUS_INVALID, as many of them as can be told apart. A key given twice is an error too, but the first
 * one's tree comes back with STATUS_OK, so that the rest can be checked as well: ask diagnostics->error_count before you run anything.
 * Integers beyond 2^53 lose digits silently: who minds asks for a string. *tree is NULL unless STATUS_OK; the caller frees it with
 * cJSON_Delete or places_delete. */
enum status json_parse(const char *text, size_t length, const char *file, struct places *places, struct diagnostics *diagnostics,
                       cJSON **tree);

/* Says of every key that an object has twice, and keeps the first. For trees that other readers made; their places are set. */
enum status json_drop_repeated_keys(cJSON *tree, struct places *places, struct diagnostics *diagnostics);

/* Reads and parses a file ("-": standard input), up to 256 MiB. STATUS_IO when it cannot be read (also diagnosed, at the file itself).
 * `bytes`, `length`: the raw content for hashing, owned by the caller, also given with STATUS_INVALID; may be NULL. */
enum status json_read(const char *path, struct places *places, struct diagnostics *diagnostics, cJSON **tree, char **bytes, size_t *length);

#endif
