/* key_parse.c: how an item's key is chosen. */
#include "notation/key_parse.h"

#include "notation/value_parse.h"

#include <stdio.h>
#include <string.h>

#define EXAMPLE "write {\"uniform\": 100}, {\"zipf\": {\"count\": 1000, \"exponent\": 1.1}} or a constant"

/* How many keys there are. */
static bool parse_count(struct parse *parse, const cJSON *node, const struct parse_path *path, uint32_t *count)
{
    int64_t number = 0;
    if (!value_parse_integer(parse, NULL, node, path, &number))
        return false;
    if (number < 1 || number > KEY_COUNT_MAX) {
        parse_error(parse, node, path, NULL, "must be between 1 and %u, got %lld", KEY_COUNT_MAX, (long long)number);
        return false;
    }
    *count = (uint32_t)number;
    return true;
}

static bool parse_zipf(struct parse *parse, const cJSON *node, const struct parse_path *path, struct key_choice *choice)
{
    static const char *const known[] = {"count", "exponent"};
    struct parse_path count_path = {path, known[0], 0}, exponent_path = {path, known[1], 0};
    uint32_t count = 1;
    double exponent = 0;
    bool good = true;
    if (!parse_expect_object(parse, node, path, "write {\"count\": 1000, \"exponent\": 1.1}"))
        return false;
    for (const cJSON *item = node->child; item; item = item->next) {
        if (strcmp(item->string, known[0]) == 0 || strcmp(item->string, known[1]) == 0)
            continue;
        parse_unknown_key(parse, item, path, known, 2);
        good = false;
    }
    const cJSON *values[2];
    for (size_t i = 0; i < 2; i++) {
        values[i] = cJSON_GetObjectItemCaseSensitive(node, known[i]);
        if (values[i])
            continue;
        parse_error(parse, node, path, NULL, "\"%s\" is missing", known[i]);
        good = false;
    }
    if (!good)
        return false;
    good = parse_count(parse, values[0], &count_path, &count);
    if (!value_parse(parse, QUANTITY_NUMBER, NULL, values[1], &exponent_path, &exponent))
        return false;
    if (!(exponent >= 0 && exponent <= KEY_EXPONENT_MAX)) {
        parse_error(parse, values[1], &exponent_path, "1 is the classical law, 0 is uniform", "must be between 0 and %.15g, got %.15g",
                    KEY_EXPONENT_MAX, exponent);
        return false;
    }
    if (good)
        *choice = key_choice_zipf(count, exponent);
    return good;
}

bool key_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct key_choice *choice)
{
    static const char *const kinds[] = {"uniform", "zipf"};
    char text[32];
    char shown[PARSE_SHOWN];
    uint32_t count = 1;
    if (cJSON_IsString(node) || cJSON_IsNumber(node)) {
        snprintf(text, sizeof text, "%.15g", node->valuedouble);
        *choice = (struct key_choice){.kind = KEY_CONSTANT, .constant = key_named(cJSON_IsString(node) ? node->valuestring : text)};
        return true;
    }
    const cJSON *kind = cJSON_IsObject(node) ? node->child : NULL;
    if (!kind || kind->next) {
        parse_error(parse, node, path, EXAMPLE, "must say how a key is chosen, got %s", parse_show(node, shown));
        return false;
    }
    struct parse_path inner = {path, kind->string, 0};
    if (strcmp(kind->string, kinds[1]) == 0)
        return parse_zipf(parse, kind, &inner, choice);
    if (strcmp(kind->string, kinds[0]) != 0) {
        parse_unknown_key(parse, kind, path, kinds, 2);
        return false;
    }
    if (!parse_count(parse, kind, &inner, &count))
        return false;
    *choice = key_choice_uniform(count);
    return true;
}
