/* json_edit.c: changing trees without losing the places of what is in them. */
#include "document/json_edit.h"

#include <stdlib.h>
#include <string.h>

void json_replace(struct places *places, cJSON *parent, cJSON *item, cJSON *replacement)
{
    struct place key = places_of_key(places, item);
    /* What comes with a key keeps that key's place; a key has a place only in the file of its value. */
    if (replacement->string == NULL && item->string != NULL && key.line > 0 && key.file == places_of(places, replacement).file)
        places_set_key(places, replacement, key.line, key.column);
    if (item->string != NULL || replacement->string != NULL) {
        cJSON_free(replacement->string);
        replacement->string = item->string;
        item->string = NULL;
    }
    places_forget(places, item);
    cJSON_ReplaceItemViaPointer(parent, item, replacement);
}

void json_remove(struct places *places, cJSON *parent, cJSON *item)
{
    places_delete(places, cJSON_DetachItemViaPointer(parent, item));
}

bool json_put(struct places *places, cJSON *object, const char *key, cJSON *item)
{
    cJSON *old = cJSON_GetObjectItemCaseSensitive(object, key);
    if (old != NULL) {
        json_replace(places, object, old, item);
        return true;
    }
    if (cJSON_AddItemToObject(object, key, item))
        return true;
    places_delete(places, item);
    return false;
}

cJSON *json_copy(struct places *places, const cJSON *original)
{
    cJSON *copy = cJSON_Duplicate(original, true);
    if (copy != NULL)
        places_copy(places, copy, places, original);
    return copy;
}

void json_set_places(struct places *places, const cJSON *node, struct place place)
{
    places_set(places, node, place.file, place.line, place.column);
    for (const cJSON *child = node->child; child != NULL; child = child->next)
        json_set_places(places, child, place);
}

char *json_scalar_text(const cJSON *node)
{
    if (cJSON_IsString(node))
        return strdup(node->valuestring);
    if (cJSON_IsBool(node))
        return strdup(cJSON_IsTrue(node) ? "true" : "false");
    return cJSON_IsNumber(node) ? cJSON_PrintUnformatted(node) : NULL;
}

/* RFC 7386 says so of what a patch brings along: nulls in its objects name nothing to delete, and vanish. */
static void drop_nulls(struct places *places, cJSON *object)
{
    cJSON *next;
    for (cJSON *child = object->child; child != NULL; child = next) {
        next = child->next;
        if (cJSON_IsNull(child))
            json_remove(places, object, child);
        else if (cJSON_IsObject(child))
            drop_nulls(places, child);
    }
}

/* The member of that key, looked for at `guess` first: patches mostly keep the order of what they patch, and then a long object costs no
 * more than its length. */
static cJSON *find_member(cJSON *object, cJSON *guess, const char *key)
{
    if (guess != NULL && strcmp(guess->string, key) == 0)
        return guess;
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

cJSON *json_merge_patch(struct places *places, cJSON *target, cJSON *patch)
{
    if (!cJSON_IsObject(patch) || !cJSON_IsObject(target)) {
        if (cJSON_IsObject(patch))
            drop_nulls(places, patch);
        places_delete(places, target);
        return patch;
    }
    cJSON *guess = target->child;
    while (patch->child != NULL) {
        cJSON *change = cJSON_DetachItemViaPointer(patch, patch->child);
        cJSON *old = find_member(target, guess, change->string);
        guess = old == NULL ? NULL : old->next;
        if (cJSON_IsNull(change)) {
            if (old != NULL)
                json_remove(places, target, old);
            places_delete(places, change);
        } else if (old != NULL && cJSON_IsObject(old) && cJSON_IsObject(change)) {
            json_merge_patch(places, old, change);
        } else {
            if (cJSON_IsObject(change))
                drop_nulls(places, change);
            if (old == NULL)
                cJSON_AddItemToArray(target, change); /* which keeps the key that it has, and allocates nothing */
            else
                json_replace(places, target, old, change);
        }
    }
    places_delete(places, patch);
    return target;
}
