/* pattern_match.c: does an event match a pattern? */
#include "notation/pattern.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

struct matching {
    enum pattern_dialect dialect;
    bool partial;
};

static bool same_letters(const char *a, const char *b, size_t length, bool ignore_case)
{
    return ignore_case ? strncasecmp(a, b, length) == 0 : strncmp(a, b, length) == 0;
}

static bool match_affix(const struct pattern_test *test, const char *text)
{
    size_t length = strlen(test->text), whole = strlen(text);
    if (length > whole)
        return false;
    return same_letters(test->kind == PATTERN_SUFFIX ? text + whole - length : text, test->text, length, test->ignore_case);
}

/* The last star alone ever has to take more: O(pattern x text). */
static bool match_wildcard(const char *pattern, const char *text)
{
    const char *star = NULL, *taken = NULL;
    while (*text) {
        const char *letter = *pattern == '\\' ? pattern + 1 : pattern;
        if (*pattern == '*') {
            star = ++pattern;
            taken = text;
        } else if (*pattern && *letter == *text) {
            pattern = letter + 1;
            text++;
        } else if (star) {
            pattern = star;
            text = ++taken;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool match_cidr(const struct pattern_test *test, const char *text)
{
    uint8_t address[16];
    if (inet_pton(test->address_size == 4 ? AF_INET : AF_INET6, text, address) != 1)
        return false;
    size_t whole = test->address_bits / 8u;
    unsigned mask = 0xff00u >> test->address_bits % 8u & 0xffu;
    return memcmp(address, test->address, whole) == 0 && (mask == 0 || ((address[whole] ^ test->address[whole]) & mask) == 0);
}

static bool match_numeric(const struct pattern_test *test, double number)
{
    return (test->low_open ? number > test->low : number >= test->low) && (test->high_open ? number < test->high : number <= test->high);
}

/* A policy's "exists" wants a value. */
static bool is_there(const struct matching *matching, const cJSON *leaf)
{
    return matching->dialect != PATTERN_SUBSCRIPTION || !(cJSON_IsNull(leaf) || (cJSON_IsString(leaf) && !*leaf->valuestring));
}

static bool match_leaf(const struct matching *matching, const struct pattern_test *test, const cJSON *leaf)
{
    const char *text = cJSON_IsString(leaf) ? leaf->valuestring : NULL;
    switch (test->kind) {
    case PATTERN_LITERAL_NULL:
        return cJSON_IsNull(leaf);
    case PATTERN_LITERAL_TRUE:
        return cJSON_IsTrue(leaf);
    case PATTERN_LITERAL_FALSE:
        return cJSON_IsFalse(leaf);
    case PATTERN_LITERAL_NUMBER:
        return cJSON_IsNumber(leaf) && leaf->valuedouble == test->low;
    case PATTERN_LITERAL_TEXT:
        return text && (test->ignore_case ? strcasecmp(text, test->text) == 0 : strcmp(text, test->text) == 0);
    case PATTERN_PREFIX:
    case PATTERN_SUFFIX:
        return text && match_affix(test, text);
    case PATTERN_WILDCARD:
        return text && match_wildcard(test->text, text);
    case PATTERN_NUMERIC:
        return cJSON_IsNumber(leaf) && match_numeric(test, leaf->valuedouble);
    case PATTERN_CIDR:
        return text && match_cidr(test, text);
    case PATTERN_EXISTS:
        return is_there(matching, leaf);
    case PATTERN_MISSING:
        return false;
    case PATTERN_ANYTHING_BUT:
        break;
    }
    for (size_t i = 0; i < test->other_count; i++)
        if (match_leaf(matching, &test->others[i], leaf))
            return false;
    return true;
}

/* Leaves of `value`: itself, or what its lists hold. `*any`: there is one. */
static bool match_leaves(const struct matching *matching, const struct pattern_test *test, const cJSON *value, bool *any)
{
    if (cJSON_IsArray(value)) {
        for (const cJSON *item = value->child; item; item = item->next)
            if (match_leaves(matching, test, item, any))
                return true;
        return false;
    }
    if (!value || cJSON_IsObject(value))
        return false;
    *any = *any || is_there(matching, value);
    return match_leaf(matching, test, value);
}

static enum pattern_verdict match_list(const struct matching *matching, const struct pattern_field *field, const cJSON *value)
{
    if (!value && matching->partial)
        return PATTERN_UNKNOWN;
    for (size_t i = 0; i < field->test_count; i++) {
        bool any = false;
        if (match_leaves(matching, &field->tests[i], value, &any) || (field->tests[i].kind == PATTERN_MISSING && !any))
            return PATTERN_YES;
    }
    return PATTERN_NO;
}

static enum pattern_verdict match_group(const struct matching *matching, const struct pattern_group *group, const cJSON *value);

static enum pattern_verdict match_or(const struct matching *matching, const struct pattern_or *choice, const cJSON *value)
{
    enum pattern_verdict best = PATTERN_NO;
    for (size_t i = 0; i < choice->count && best != PATTERN_YES; i++) {
        enum pattern_verdict verdict = match_group(matching, &choice->groups[i], value);
        best = verdict > best ? verdict : best;
    }
    return best;
}

/* All of the group, of an object, or of nothing. */
static enum pattern_verdict match_object(const struct matching *matching, const struct pattern_group *group, const cJSON *object)
{
    enum pattern_verdict worst = PATTERN_YES;
    for (size_t i = 0; i < group->field_count && worst != PATTERN_NO; i++) {
        const struct pattern_field *field = &group->fields[i];
        const cJSON *member = cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, field->name) : NULL;
        enum pattern_verdict verdict = field->inner ? match_group(matching, field->inner, member) : match_list(matching, field, member);
        worst = verdict < worst ? verdict : worst;
    }
    for (size_t i = 0; i < group->or_count && worst != PATTERN_NO; i++) {
        enum pattern_verdict verdict = match_or(matching, &group->ors[i], object);
        worst = verdict < worst ? verdict : worst;
    }
    return worst;
}

/* A list matches where an element does, as a whole. */
static enum pattern_verdict match_group(const struct matching *matching, const struct pattern_group *group, const cJSON *value)
{
    if (cJSON_IsArray(value) && value->child) {
        enum pattern_verdict best = PATTERN_NO;
        for (const cJSON *item = value->child; item && best != PATTERN_YES; item = item->next) {
            enum pattern_verdict verdict = match_group(matching, group, item);
            best = verdict > best ? verdict : best;
        }
        return best;
    }
    /* Plain text where the filter has an object: it is dropped, whatever the filter asks of its fields. */
    if (value && !cJSON_IsObject(value) && !cJSON_IsArray(value) && matching->dialect == PATTERN_MAPPING)
        return PATTERN_NO;
    return match_object(matching, group, cJSON_IsObject(value) ? value : NULL);
}

enum pattern_verdict pattern_match(const struct pattern *pattern, const cJSON *event, bool partial)
{
    const struct matching matching = {pattern->dialect, partial};
    return match_group(&matching, &pattern->root, event);
}
