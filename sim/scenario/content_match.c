/* content_match.c: which contents a pattern lets pass, wrapped as a sender wraps them: known before anything runs. */
#include "notation/property_parse.h"
#include "scenario/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART_LONGEST 64u

struct wrapping {
    const struct envelope *rows; /* NULL: the body itself */
    const char *sender;
    const struct content *content;
    const cJSON *body; /* NULL: not given */
};

/* An attribute is {"Type": "String", "Value": "red"}, or its value alone. NULL where it does not count, or memory is out. */
static cJSON *attribute_value(const cJSON *attribute)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(attribute, "Type"), *value = cJSON_GetObjectItemCaseSensitive(attribute, "Value");
    if (!cJSON_IsObject(attribute))
        return cJSON_Duplicate(attribute, true);
    if (!cJSON_IsString(type) || !value || strcmp(type->valuestring, "Binary") == 0)
        return NULL;
    bool text = strcmp(type->valuestring, "String") == 0;
    cJSON *read = cJSON_IsString(value) && !text ? cJSON_ParseWithOpts(value->valuestring, NULL, true) : NULL; /* "5", "[\"a\"]" */
    return read ? read : cJSON_Duplicate(value, true);
}

static cJSON *attributes_of(const cJSON *body)
{
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(body, "MessageAttributes");
    cJSON *made = cJSON_CreateObject();
    for (const cJSON *item = cJSON_IsObject(given) ? given->child : NULL; item && made; item = item->next) {
        cJSON *value = attribute_value(item);
        if (value && !cJSON_AddItemToObject(made, item->string, value))
            cJSON_Delete(value);
    }
    return made;
}

/* The word after `operation` in a text of pairs, up to the next blank; the first pair's where it is NULL. Its length, 0 where it is not
 * there. */
static int word_for(const char *pairs, const char *operation, const char **word)
{
    for (const char *at = pairs; *at; at += *at == ' ') {
        size_t length = strcspn(at, " ");
        bool is_it = !operation || (strlen(operation) == length && strncmp(at, operation, length) == 0);
        at += length + (at[length] == ' ');
        length = strcspn(at, " ");
        if (is_it) {
            *word = at;
            return (int)length;
        }
        at += length;
    }
    return 0;
}

/* Is the operation one of those that a row's text names? */
static bool is_about(const char *words, const char *operation)
{
    bool others = *words == '-', found = false;
    size_t length = operation ? strlen(operation) : 0;
    for (const char *at = words + others; *at && operation; at += strcspn(at, " "), at += *at == ' ')
        found = found || (strcspn(at, " ") == length && strncmp(at, operation, length) == 0);
    return found != others;
}

/* Has the content what this row is about? */
static bool has_part(const struct wrapping *wrapping, const struct envelope *row)
{
    const char *word;
    if (row->part == ENVELOPE_OBJECT_KEY)
        return wrapping->content->object_key;
    if (row->part == ENVELOPE_OPERATION)
        return word_for(row->text, wrapping->content->operation, &word) > 0;
    if (row->part == ENVELOPE_NAMED)
        return wrapping->content->operation && word_for(row->text, wrapping->content->operation, &word) > 0;
    if (row->part == ENVELOPE_EVENT && row->text)
        return wrapping->body && is_about(row->text, wrapping->content->operation);
    return wrapping->body || row->part == ENVELOPE_TEXT || row->part == ENVELOPE_SENDER;
}

static cJSON *operation_word(const char *pairs, const char *operation)
{
    char text[PART_LONGEST];
    const char *word = "";
    int length = word_for(pairs, operation, &word);
    snprintf(text, sizeof text, "%.*s", length, word);
    return cJSON_CreateString(text);
}

/* What a row puts into the whole; NULL when memory is out. */
static cJSON *part_of(const struct wrapping *wrapping, const struct envelope *row)
{
    switch (row->part) {
    case ENVELOPE_TEXT:
        return cJSON_CreateString(row->text);
    case ENVELOPE_EVENT:
        return cJSON_Duplicate(wrapping->body, true);
    case ENVELOPE_OBJECT_KEY:
        return cJSON_CreateString(wrapping->content->object_key);
    case ENVELOPE_SENDER:
        return cJSON_CreateString(wrapping->sender);
    case ENVELOPE_OPERATION:
    case ENVELOPE_NAMED:
        return operation_word(row->text, wrapping->content->operation);
    case ENVELOPE_ATTRIBUTES:
        return attributes_of(wrapping->body);
    }
    return NULL;
}

/* Puts `value` at `path` below `whole`; takes it. Where a body that is no object is in the way, that stays. False when memory is out. */
static bool put(cJSON *whole, const char *path, cJSON *value)
{
    for (;;) {
        char name[PART_LONGEST];
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        cJSON *there = cJSON_GetObjectItemCaseSensitive(whole, name);
        bool last = path[length] == '\0';
        if (last && (there ? cJSON_ReplaceItemInObjectCaseSensitive(whole, name, value) : cJSON_AddItemToObject(whole, name, value)))
            return true;
        if (!last && !there)
            there = cJSON_AddObjectToObject(whole, name);
        if (last || !cJSON_IsObject(there)) {
            cJSON_Delete(value);
            return !last && there;
        }
        whole = there;
        path += length + 1;
    }
}

/* The event as the pattern's reader gets it; NULL when memory is out. */
static cJSON *wrap(const struct wrapping *wrapping)
{
    cJSON *whole = cJSON_CreateObject();
    for (const struct envelope *row = wrapping->rows; row->path && whole; row++) {
        if (!has_part(wrapping, row))
            continue;
        cJSON *part = part_of(wrapping, row);
        if (part && *row->path && put(whole, row->path, part))
            continue;
        bool replaces = part && !*row->path; /* the part is the whole */
        cJSON_Delete(whole);
        whole = replaces ? part : NULL;
    }
    return whole;
}

/* Does the envelope hold all that a pattern may look at? Then what is not there is not there. */
static bool is_whole(const struct wrapping *wrapping)
{
    if (!wrapping->body)
        return false;
    for (const struct envelope *row = wrapping->rows; row && row->path; row++)
        if (row->part == ENVELOPE_EVENT || row->part == ENVELOPE_ATTRIBUTES)
            return true;
    return !wrapping->rows;
}

/* Does the sender wrap such operations at all? */
static bool is_wrapped(const struct wrapping *wrapping)
{
    for (const struct envelope *row = wrapping->rows; row && row->path; row++)
        if (row->part == ENVELOPE_OPERATION && !has_part(wrapping, row))
            return false;
    return true;
}

static enum pattern_verdict match_one(struct loader *loader, const struct pattern *pattern, const struct wrapping *wrapping)
{
    bool whole = is_whole(wrapping);
    if (!wrapping->rows)
        return pattern_match(pattern, wrapping->body, !whole);
    if (!is_wrapped(wrapping))
        return PATTERN_NO;
    cJSON *event = wrap(wrapping);
    loader->parse.failed = loader->parse.failed || !event;
    bool attributes = wrapping->rows->part == ENVELOPE_ATTRIBUTES && !*wrapping->rows->path;
    bool empty = whole && attributes && event && !event->child && pattern->extent.keys > 0;
    enum pattern_verdict verdict = empty ? PATTERN_NO : pattern_match(pattern, event, !whole);
    cJSON_Delete(event);
    return verdict;
}

/* The first source that says nothing of what it sends; NULL: there is none. */
static const char *silent_source(const struct loader *loader)
{
    const struct scenario *scenario = loader->scenario;
    struct property_walk walk;
    const struct property *row = property_first(&walk, scenario->registry->source->properties);
    while (row && row->kind != PROPERTY_CONTENT)
        row = property_next(&walk);
    for (uint32_t i = scenario->first_source; row && i < scenario->entity_count; i++) {
        struct content_choice choice = {0};
        if (loader->origins[i].config)
            memcpy(&choice, (const char *)loader->origins[i].config + row->offset, sizeof choice);
        for (size_t k = 0; k < choice.count; k++)
            if (choice.contents[k] == CONTENT_NONE)
                return scenario->entities[i].name;
        if (choice.count == 0)
            return scenario->entities[i].name;
    }
    return NULL;
}

const struct content_set *content_match(struct loader *loader, const struct pattern *pattern, const struct envelope *envelope,
                                        const char *sender)
{
    const struct event_contents *contents = loader->parse.contents;
    const char *silent = NULL, *partial = NULL;
    struct content_set *set = pattern ? store_alloc(loader->parse.store, 1, sizeof *set) : NULL;
    for (uint32_t i = 0; set && contents && i < contents->table.count; i++) {
        const struct content *content = &contents->items[i];
        const struct wrapping wrapping = {envelope, sender, content, contents->bodies[i]};
        enum pattern_verdict verdict = match_one(loader, pattern, &wrapping);
        if (verdict != PATTERN_NO)
            content_set_add(set, (uint8_t)i);
        if (verdict != PATTERN_UNKNOWN)
            continue;
        if (i == CONTENT_NONE)
            silent = silent_source(loader);
        else if (!partial)
            partial = content->object_key  ? content->object_key
                      : content->operation ? content->operation
                      : content->request   ? content->request
                      : content->event     ? content->event
                                           : "a consistent read";
    }
    if (silent)
        diagnose(loader->parse.diagnostics, SEVERITY_WARNING, pattern->place, pattern->path, "give it an \"event\"",
                 "traffic source \"%s\" says nothing of its items: where they come here, they pass", silent);
    if (partial)
        diagnose(loader->parse.diagnostics, SEVERITY_WARNING, pattern->place, pattern->path, "give them an \"event\" too",
                 "items of \"%s\" have nothing that this looks at: they pass", partial);
    return set;
}
