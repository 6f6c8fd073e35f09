/* managed.c: from a rule's text to statements. "a:B a:C on R; d:* on *" is two statements: what they allow, and to what; "not a:B on *" is
 * one of all other actions; "@" stands for a template's parameter.
 * Sources: rules managed_policy_*, which cite the AWS Managed Policy Reference Guide, and sam_policy_*, SAM's own table of templates. */
#include "managed.h"

#include "engine/rule_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of `text`, up to `length`, the parameter put in. */
static struct string_list words_of(struct validation *validation, const char *text, size_t length, const char *value)
{
    const char **items = validation_alloc(validation, length / 2 + 1, sizeof *items);
    struct string_list list = {.items = items};
    const char *end = text + length;
    while (items && text < end) {
        size_t word = strcspn(text, " ");
        char full[700];
        word = word < (size_t)(end - text) ? word : (size_t)(end - text);
        const char *at = memchr(text, '@', word);
        if (at)
            snprintf(full, sizeof full, "%.*s%.300s%.*s", (int)(at - text), text, value ? value : "*", (int)(text + word - at - 1), at + 1);
        else
            snprintf(full, sizeof full, "%.*s", (int)(word < 600 ? word : 600), text);
        if (word > 0)
            items[list.count++] = validation_string(validation, full);
        text += word + (word < (size_t)(end - text));
    }
    return list;
}

/* One clause: "a:B a:C on R". */
static struct statement clause(struct validation *validation, const char *text, size_t length, const char *value)
{
    struct statement made = {.effect = EFFECT_ALLOW};
    const char *on = strstr(text, " on ");
    size_t actions = on && (size_t)(on - text) < length ? (size_t)(on - text) : length;
    bool negated = strncmp(text, "not ", 4) == 0;
    struct string_list list = words_of(validation, text + (negated ? 4 : 0), actions - (negated ? 4 : 0), value);
    *(negated ? &made.not_actions : &made.actions) = list;
    made.resources = actions < length ? words_of(validation, on + 4, length - actions - 4, value) : words_of(validation, "*", 1, NULL);
    return made;
}

static bool read_policy(struct validation *validation, const struct rule *rule, const char *value, struct property_list *statements)
{
    size_t count = 1;
    if (!rule || !rule->text)
        return false;
    for (const char *at = rule->text; *at; at++)
        count += *at == ';';
    struct statement *list = validation_alloc(validation, count, sizeof *list);
    const char *text = rule->text;
    for (size_t i = 0; list && i < count; i++) {
        text += strspn(text, " ");
        size_t length = strcspn(text, ";");
        list[i] = clause(validation, text, length, value);
        text += length + (text[length] == ';');
    }
    *statements = (struct property_list){list, list ? count : 0};
    return list != NULL;
}

bool managed_policy(struct validation *validation, const char *text, struct property_list *statements)
{
    char rule[200];
    const char *slash = strrchr(text, '/'), *colon = strrchr(text, ':');
    const char *name = slash ? slash + 1 : colon ? colon + 1 : text;
    snprintf(rule, sizeof rule, "managed_policy_%.120s", name);
    return read_policy(validation, rule_find(validation_rules(validation), rule), NULL, statements);
}

/* Does `name` hold all letters of `part`, in their order? Then a word of it was left out. */
static bool holds_in_order(const char *name, const char *part)
{
    for (; *name && *part; name++)
        part += *name == *part;
    return !*part;
}

const char *managed_policy_near(const struct validation *validation, const char *text)
{
    static const char prefix[] = "managed_policy_";
    const struct rule_book *rules = validation_rules(validation);
    const char *slash = strrchr(text, '/'), *part = slash ? slash + 1 : text;
    for (size_t i = 0; i < rules->count; i++) {
        const char *name = rules->rules[i].name + sizeof prefix - 1;
        if (strncmp(rules->rules[i].name, prefix, sizeof prefix - 1) == 0 && strlen(part) * 2 > strlen(name) && holds_in_order(name, part))
            return name;
    }
    return NULL;
}

bool template_policy(struct validation *validation, const struct template_use *use, struct property_list *statements)
{
    char rule[200];
    snprintf(rule, sizeof rule, "sam_policy_%.120s", use->name);
    return read_policy(validation, rule_find(validation_rules(validation), rule), use->value, statements);
}
