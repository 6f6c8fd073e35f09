/* json.h: JSON with comments through cJSON, and a small scanner beside it that keeps what cJSON forgets: the place of every value and keys
 * given twice. */
#ifndef SLSIM_SCENARIO_JSON_H
#define SLSIM_SCENARIO_JSON_H

#include "engine/status.h"
#include "scenario/diagnostics.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* Where values came from: from a cJSON node's address to its place. Nodes may move between trees; a copied node inherits nothing by itself.
 */
struct places;

enum status places_new(struct places **places);
void places_free(struct places *places);
/* `file` is copied once per distinct name and lives as long as `places`. */
void places_set(struct places *places, const cJSON *node, const char *file, int line, int column);
/* The node's own place; {NULL, 0, 0} where unknown. */
struct place places_of(const struct places *places, const cJSON *node);
/* Where the node's key stands (an object's member); the node's own place otherwise. */
struct place places_of_key(const struct places *places, const cJSON *node);
/* Gives `copy` (a cJSON_Duplicate of `original`) and all below the places of the original. */
void places_copy(struct places *places, const cJSON *copy, const cJSON *original);

/* Parses `text` (length bytes; need not end with 0). Mistakes (syntax, keys given twice, trailing text, nesting deeper than 200, bytes that
 * are not UTF-8, a number that overflows) go to `diagnostics` with line and column. *tree is NULL unless STATUS_OK; the caller frees it
 * with cJSON_Delete. */
enum status json_parse(const char *text, size_t length, const char *file, struct places *places, struct diagnostics *diagnostics,
                       cJSON **tree);

/* Reads and parses a file ("-": standard input), up to 256 MiB. STATUS_IO when it cannot be read (also diagnosed). `bytes`, `length`: the
 * raw content for hashing, owned by the caller; may be NULL. */
enum status json_read(const char *path, struct places *places, struct diagnostics *diagnostics, cJSON **tree, char **bytes, size_t *length);

#endif
