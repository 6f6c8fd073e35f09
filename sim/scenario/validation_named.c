/* validation_named.c: which entity a text means that names it among other things. */
#include "engine/request.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

#define NAME_ROOM 256u

/* One word of a text: what stands between colons, slashes and quotes; of "${F.Arn}" the name. Moves on behind it; false at the end. */
static bool next_word(const char **at, char word[NAME_ROOM], bool *colon)
{
    const char *text = *at + strspn(*at, ":/\"' ");
    bool braced = strncmp(text, "${", 2) == 0;
    size_t length = braced ? strcspn(text, "}") : strcspn(text, ":/\"' ");
    const char *name = braced ? text + 2 : text;
    size_t name_length = braced ? strcspn(name, ".}") : length;
    if (*text == '\0')
        return false;
    *at = text + length + (braced && text[length] == '}');
    *colon = **at == ':';
    snprintf(word, NAME_ROOM, "%.*s", name_length < NAME_ROOM ? (int)name_length : 0, name);
    return true;
}

/* "F.Arn" without braces, as a qualifier may stand behind it. */
static uint32_t find_word(const struct validation *validation, char word[NAME_ROOM])
{
    uint32_t entity = validation_find(validation, word);
    char *dot = strchr(word, '.');
    if (entity != ENTITY_NONE || !dot)
        return entity;
    *dot = '\0';
    return validation_find(validation, word);
}

uint32_t validation_named(const struct validation *validation, const char *text)
{
    char word[NAME_ROOM], next[NAME_ROOM], both[2 * NAME_ROOM];
    bool colon, ignored;
    while (text && next_word(&text, word, &colon)) {
        uint32_t entity = find_word(validation, word);
        if (entity == ENTITY_NONE)
            continue;
        if (!colon || !next_word(&text, next, &ignored))
            return entity;
        snprintf(both, sizeof both, "%s:%s", word, next);
        uint32_t part = validation_find(validation, both);
        return part != ENTITY_NONE ? part : entity;
    }
    return ENTITY_NONE;
}
