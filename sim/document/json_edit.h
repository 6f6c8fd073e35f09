/* json_edit.h: changing trees without losing the places of what is in them. */
#ifndef SLSIM_DOCUMENT_JSON_EDIT_H
#define SLSIM_DOCUMENT_JSON_EDIT_H

#include "document/json.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* `patch` over `target` by RFC 7386 (JSON merge patch): objects key by key, null deletes, everything else replaces. Takes both and gives
 * the result; nodes move, nothing is allocated. */
cJSON *json_merge_patch(struct places *places, cJSON *target, cJSON *patch);

/* Puts `replacement` (without a parent) where `item` is in `parent`, under the same key; deletes `item`. */
void json_replace(struct places *places, cJSON *parent, cJSON *item, cJSON *replacement);
/* Takes `item` out of `parent` and deletes it. */
void json_remove(struct places *places, cJSON *parent, cJSON *item);
/* Puts `item` into `object` under `key`, in the place of what has that key. False when memory is out: then `item` is deleted. */
bool json_put(struct places *places, cJSON *object, const char *key, cJSON *item);
/* A copy with the original's places; NULL when memory is out. */
cJSON *json_copy(struct places *places, const cJSON *original);

/* Gives `node` and all below the same place: of what they were made from. */
void json_set_places(struct places *places, const cJSON *node, struct place place);

/* A string, number or boolean as text, for joining and comparing; the caller frees. NULL for anything else, or when memory is out. */
char *json_scalar_text(const cJSON *node);

#endif
