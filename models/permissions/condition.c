/* condition.c: conditions of statements: operators, keys, and what is known of a request. */
#include "condition.h"

#include "arn.h"
#include "engine/cidr.h"
#include "engine/glob.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum comparison { COMPARE_EQUAL, COMPARE_EQUAL_IN_ANY_CASE, COMPARE_LIKE, COMPARE_ADDRESS };

static const struct operator_row {
    const char *name;
    enum comparison comparison;
    bool negated;
} operators[] = {
    {"StringEquals", COMPARE_EQUAL, false},
    {"StringNotEquals", COMPARE_EQUAL, true},
    {"StringEqualsIgnoreCase", COMPARE_EQUAL_IN_ANY_CASE, false},
    {"StringNotEqualsIgnoreCase", COMPARE_EQUAL_IN_ANY_CASE, true},
    {"StringLike", COMPARE_LIKE, false},
    {"StringNotLike", COMPARE_LIKE, true},
    {"ArnEquals", COMPARE_LIKE, false},
    {"ArnLike", COMPARE_LIKE, false},
    {"ArnNotEquals", COMPARE_LIKE, true},
    {"ArnNotLike", COMPARE_LIKE, true},
    {"IpAddress", COMPARE_ADDRESS, false},
    {"NotIpAddress", COMPARE_ADDRESS, true},
    {"Bool", COMPARE_EQUAL_IN_ANY_CASE, false},
};

enum key { KEY_SOURCE_IP, KEY_SOURCE_ACCOUNT, KEY_SOURCE_ARN, KEY_URL_AUTH, KEY_VIA_URL, KEY_UNKNOWN };

static const char *const keys[] = {
    [KEY_SOURCE_IP] = "aws:SourceIp",
    [KEY_SOURCE_ACCOUNT] = "aws:SourceAccount",
    [KEY_SOURCE_ARN] = "aws:SourceArn",
    [KEY_URL_AUTH] = "lambda:FunctionUrlAuthType",
    [KEY_VIA_URL] = "lambda:InvokedViaFunctionUrl",
};

/* "ForAnyValue:StringLikeIfExists": the row of "StringLike"; `*if_exists`: it holds where the request lacks the key. NULL: none. */
static const struct operator_row *operator_of(const char *name, bool *if_exists)
{
    static const char *const sets[] = {"ForAnyValue:", "ForAllValues:"}, suffix[] = "IfExists";
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strncasecmp(name, sets[i], strlen(sets[i])) == 0)
            name += strlen(sets[i]);
    size_t length = strlen(name), more = sizeof suffix - 1;
    *if_exists = length > more && strcasecmp(name + length - more, suffix) == 0;
    length -= *if_exists ? more : 0;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strlen(operators[i].name) == length && strncasecmp(operators[i].name, name, length) == 0)
            return &operators[i];
    return NULL;
}

static enum key key_of(const char *name)
{
    enum key key = KEY_SOURCE_IP;
    while (key < KEY_UNKNOWN && strcasecmp(keys[key], name) != 0)
        key++;
    return key;
}

static bool in_range(const char *range, const char *address)
{
    struct cidr addresses, here;
    return cidr_read(range, &addresses) && cidr_read(address, &here) && cidr_holds(&addresses, &here);
}

static bool compares(enum comparison comparison, const char *pattern, const char *value)
{
    switch (comparison) {
    case COMPARE_EQUAL:
        return strcmp(pattern, value) == 0;
    case COMPARE_EQUAL_IN_ANY_CASE:
        return strcasecmp(pattern, value) == 0;
    case COMPARE_LIKE:
        return glob_match(pattern, value, false);
    case COMPARE_ADDRESS:
        return in_range(pattern, value);
    }
    return false;
}

/* The request's value of a key. NULL: the request has no such key; `*known` false: nobody knows. */
static const char *value_of(const struct circumstances *request, enum key key, bool *known)
{
    *known = true;
    switch (key) {
    case KEY_SOURCE_IP:
        *known = request->ip != NULL;
        return request->ip;
    case KEY_SOURCE_ACCOUNT:
        return request->account;
    case KEY_SOURCE_ARN:
        *known = request->source_arn || !request->principal;
        return request->source_arn;
    case KEY_URL_AUTH:
        return request->url_auth;
    case KEY_VIA_URL:
        return request->url_auth ? "true" : "false";
    case KEY_UNKNOWN:
        break;
    }
    *known = false;
    return NULL;
}

static bool key_holds(struct validation *validation, const char *operator_name, const struct condition_key *condition,
                      const struct circumstances *request, bool allows)
{
    bool if_exists, known;
    const struct operator_row *row = operator_of(operator_name, &if_exists);
    const char *value = value_of(request, key_of(condition->name), &known);
    if (!row || !known)
        return allows;
    if (!value)
        return if_exists || row->negated;
    for (size_t i = 0; i < condition->values.count; i++) {
        const char *pattern = arn_expand(validation, condition->values.items[i]);
        if (pattern && compares(row->comparison, pattern, value))
            return !row->negated;
    }
    return row->negated;
}

bool conditions_hold(struct validation *validation, const struct property_list *conditions, const struct circumstances *request,
                     bool allows)
{
    const struct condition_operator *list = conditions->items;
    for (size_t i = 0; i < conditions->count; i++) {
        const struct condition_key *condition = list[i].keys.items;
        for (size_t k = 0; k < list[i].keys.count; k++)
            if (!key_holds(validation, list[i].name, &condition[k], request, allows))
                return false;
    }
    return true;
}

void conditions_check(struct validation *validation, const struct property_list *conditions, const char *property)
{
    const struct condition_operator *list = conditions->items;
    for (size_t i = 0; i < conditions->count; i++) {
        const struct condition_key *condition = list[i].keys.items;
        char path[300];
        bool ignored;
        const char *const hint = "a statement that allows is taken to hold, one that denies is not";
        snprintf(path, sizeof path, "%.200s.Condition.%.60s", property, list[i].name);
        if (!operator_of(list[i].name, &ignored)) {
            validation_warning(validation, path, hint, "the operator %.60s is not judged", list[i].name);
            continue;
        }
        for (size_t k = 0; k < list[i].keys.count; k++)
            if (key_of(condition[k].name) == KEY_UNKNOWN)
                validation_warning(validation, path, hint, "the key %.100s is not judged", condition[k].name);
    }
}
