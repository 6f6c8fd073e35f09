/* book_content.h: what the tests of the books of rules and prices share: reading one, and checks of form that hold for either. */
#ifndef SLSIM_TESTS_BOOK_CONTENT_H
#define SLSIM_TESTS_BOOK_CONTENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline cJSON *read_book(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    cJSON *book = NULL;
    if (text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size)
        book = cJSON_ParseWithLength(text, (size_t)size);
    free(text);
    fclose(file);
    return book;
}

static inline const cJSON *member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static inline const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(member(object, key));
    if (text == NULL)
        fail_msg("%s: no text under %s", object->string, key);
    return text != NULL ? text : "";
}

static inline bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(text, words) is_one_of(text, words, sizeof(words) / sizeof((words)[0]))

static inline void assert_keys_known(const cJSON *entry, const char *const *keys, size_t count)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, entry)
    {
        if (!is_one_of(item->string, keys, count))
            fail_msg("%s: key %s is unknown", entry->string, item->string);
    }
}

/* Strictly ascending names: sorted, and none twice. */
static inline void assert_sorted(const cJSON *entries)
{
    const char *before = "";
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        if (strcmp(before, entry->string) >= 0)
            fail_msg("%s does not come after %s", entry->string, before);
        before = entry->string;
    }
}

static inline void assert_date(const cJSON *entry)
{
    int year, month, day, end = 0;
    const char *date = text_of(entry, "date");
    if (sscanf(date, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10 || date[end] != '\0' || month < 1 || month > 12 ||
        day < 1 || day > 31)
        fail_msg("%s: date %s", entry->string, date);
}

/* "L:page; MS:name": what stands before the colon is a key of the book's sources. */
static inline void assert_sources(const cJSON *entry, const cJSON *sources)
{
    const char *source = text_of(entry, "source");
    while (*source != '\0') {
        char key[16];
        size_t length = strcspn(source, ":;");
        if (length == 0 || length >= sizeof key)
            fail_msg("%s: a source without a key, or too long a one", entry->string);
        memcpy(key, source, length);
        key[length] = '\0';
        if (!cJSON_IsString(member(sources, key)))
            fail_msg("%s: source %s is not explained", entry->string, key);
        source += strcspn(source, ";");
        source += strspn(source, "; ");
    }
}

static inline void assert_every_source_used(const cJSON *sources, const cJSON *entries)
{
    const cJSON *source;
    cJSON_ArrayForEach(source, sources)
    {
        bool used = false;
        size_t length = strlen(source->string);
        const cJSON *entry;
        cJSON_ArrayForEach(entry, entries)
        {
            for (const char *at = text_of(entry, "source"); !used && at != NULL; at = strstr(at, "; ")) {
                at += strspn(at, "; ");
                used = strncmp(at, source->string, length) == 0 && strchr(":;", at[length]) != NULL;
            }
        }
        if (!used)
            fail_msg("no entry cites %s", source->string);
    }
}

static inline void assert_provenance(const cJSON *entry, const cJSON *sources)
{
    static const char *const confidences[] = {"doc", "meas", "mem", "calc", "assumption"};
    if (text_of(entry, "source")[0] == '\0' || text_of(entry, "unit")[0] == '\0')
        fail_msg("%s: empty source or unit", entry->string);
    text_of(entry, "note");
    assert_date(entry);
    if (!IS_ONE_OF(text_of(entry, "confidence"), confidences))
        fail_msg("%s: confidence %s", entry->string, text_of(entry, "confidence"));
    assert_sources(entry, sources);
}

#endif
