/* pattern_test.c: one element of a pattern's list: a value, or an object with one operator. */
#include "notation/pattern.h"

#include "notation/references.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers up to here are exact in binary64; beyond it a comparison is refused. */
#define NUMBER_LARGEST 9007199254740992.0

struct reading {
    struct parse *parse;
    enum pattern_dialect dialect;
    const cJSON *anchor;
};

#define FOLDED "equals-ignore-case"

static const char *const operators[] = {"prefix", "suffix", FOLDED, "anything-but", "numeric", "exists", "cidr", "wildcard"};

bool pattern_is_operator(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(name, operators[i]) == 0)
            return true;
    return strcmp(name, "exact") == 0; /* reserved */
}

static const cJSON *place_for(const struct reading *reading, const cJSON *node)
{
    return reading->anchor ? reading->anchor : node;
}

static bool mistake(const struct reading *reading, const cJSON *node, const struct parse_path *path, const char *hint, const char *message)
{
    char shown[PARSE_SHOWN];
    parse_error(reading->parse, place_for(reading, node), path, hint, "%s, got %s", message, parse_show(node, shown));
    return false;
}

/* Operators that are not documented for filters of mappings. */
static void warn_mapping(const struct reading *reading, const cJSON *node, const struct parse_path *path, const char *what)
{
    if (reading->dialect == PATTERN_MAPPING)
        parse_warning(reading->parse, place_for(reading, node), path, "the documentation lists fewer operators for them than for rules",
                      "%s is not documented for filters of mappings", what);
}

/* A text, kept. */
static bool read_text(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    if (!cJSON_IsString(node))
        return mistake(reading, node, path, NULL, "must be a text");
    test->text = store_string(reading->parse->store, node->valuestring);
    return test->text != NULL;
}

/* "text", or {"equals-ignore-case": "text"}. */
static bool read_affix(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    struct parse_path inner = {path, FOLDED, 0};
    if (!cJSON_IsObject(node))
        return read_text(reading, node, path, test);
    if (!node->child || node->child->next || strcmp(node->child->string, FOLDED) != 0)
        return mistake(reading, node, path, NULL, "must be a text or {\"" FOLDED "\": ...}");
    test->ignore_case = true;
    return read_text(reading, node->child, &inner, test);
}

/* `*` stands for anything; `\` only before `*` and `\`; never two stars in a row. */
static bool read_wildcard(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    if (reading->dialect == PATTERN_MAPPING) {
        parse_error(reading->parse, place_for(reading, node), path, "use prefix or suffix", "filters of mappings have no wildcard");
        return false;
    }
    if (!read_text(reading, node, path, test))
        return false;
    for (const char *c = test->text; *c; c++) {
        if (c[0] == '\\' && c[1] != '*' && c[1] != '\\')
            return mistake(reading, node, path, "write \\\\* for a star, \\\\\\\\ for a backslash, in JSON",
                           "a backslash before something else");
        if (c[0] == '*' && c[1] == '*')
            return mistake(reading, node, path, "one * is enough", "two stars in a row");
        c += c[0] == '\\';
    }
    return true;
}

static bool read_exists(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    if (!cJSON_IsBool(node))
        return mistake(reading, node, path, NULL, "must be true or false");
    test->kind = cJSON_IsTrue(node) ? PATTERN_EXISTS : PATTERN_MISSING;
    return true;
}

static bool read_cidr(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    static const char example[] = "such as \"10.0.0.0/24\" or \"2001:db8::/32\"";
    char address[INET6_ADDRSTRLEN], *end = NULL;
    const char *text = cJSON_IsString(node) ? node->valuestring : NULL, *slash = text ? strchr(text, '/') : NULL;
    warn_mapping(reading, node, path, "\"cidr\"");
    if (!slash || (size_t)(slash - text) >= sizeof address || slash[1] < '0' || slash[1] > '9')
        return mistake(reading, node, path, example, "must be an address, a slash and how many bits count");
    snprintf(address, sizeof address, "%.*s", (int)(slash - text), text);
    test->address_size = inet_pton(AF_INET, address, test->address) == 1 ? 4 : inet_pton(AF_INET6, address, test->address) == 1 ? 16 : 0;
    unsigned long bits = strtoul(slash + 1, &end, 10);
    if (test->address_size == 0 || *end || bits > 8ul * test->address_size)
        return mistake(reading, node, path, example, "is no range of addresses");
    test->address_bits = (uint8_t)bits;
    return true;
}

/* One comparison of "numeric": sets what it limits; false where it cannot be. */
static bool read_limit(const char *comparison, double number, struct pattern_test *test, bool *low_given, bool *high_given)
{
    bool open = comparison[1] == '\0';
    if (strcmp(comparison, "=") == 0 && !*low_given && !*high_given) {
        test->low = test->high = number;
        *low_given = *high_given = true;
    } else if ((strcmp(comparison, ">") == 0 || strcmp(comparison, ">=") == 0) && !*low_given) {
        test->low = number;
        test->low_open = open;
        *low_given = true;
    } else if ((strcmp(comparison, "<") == 0 || strcmp(comparison, "<=") == 0) && !*high_given) {
        test->high = number;
        test->high_open = open;
        *high_given = true;
    } else {
        return false;
    }
    return true;
}

static bool read_numeric(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    static const char example[] = "such as [\"=\", 5], [\">\", 0] or [\">=\", 0, \"<\", 10]";
    bool low_given = false, high_given = false;
    test->low = -INFINITY;
    test->high = INFINITY;
    if (!cJSON_IsArray(node) || !node->child)
        return mistake(reading, node, path, example, "must be a list of comparisons and numbers");
    size_t index = 0;
    for (const cJSON *item = node->child; item; index += 2) {
        struct parse_path word_path = {path, NULL, index}, number_path = {path, NULL, index + 1};
        const cJSON *number = item->next;
        if (!cJSON_IsString(item))
            return mistake(reading, item, &word_path, example, "must be one of \"=\", \"<\", \"<=\", \">\" and \">=\"");
        if (!cJSON_IsNumber(number))
            return mistake(reading, number ? number : node, number ? &number_path : path, example, "a comparison needs a number");
        if (!(fabs(number->valuedouble) <= NUMBER_LARGEST))
            return mistake(reading, number, &number_path, NULL, "must be within -2^53 and 2^53");
        if (!read_limit(item->valuestring, number->valuedouble, test, &low_given, &high_given))
            return mistake(reading, item, &word_path, example,
                           "must be \"=\" alone, or one of \">\" and \">=\" and one of \"<\" and \"<=\" at most");
        item = number->next;
    }
    if (test->low > test->high || (test->low == test->high && (test->low_open || test->high_open)))
        return mistake(reading, node, path, example, "no number is in this range");
    return true;
}

static bool read_literal(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    if (cJSON_IsString(node)) {
        test->kind = PATTERN_LITERAL_TEXT;
        return read_text(reading, node, path, test);
    }
    test->kind = cJSON_IsNull(node)    ? PATTERN_LITERAL_NULL
                 : cJSON_IsTrue(node)  ? PATTERN_LITERAL_TRUE
                 : cJSON_IsFalse(node) ? PATTERN_LITERAL_FALSE
                                       : PATTERN_LITERAL_NUMBER;
    test->low = cJSON_IsNumber(node) ? node->valuedouble : 0;
    return true;
}

/* One of what a value must not be: a text or a number, or what `operator` does with a text. */
static bool read_other(const struct reading *reading, const char *word, const cJSON *node, const struct parse_path *path,
                       struct pattern_test *test)
{
    if (!word) {
        if (!cJSON_IsString(node) && !cJSON_IsNumber(node))
            return mistake(reading, node, path, NULL, "\"anything-but\" takes texts or numbers");
        return read_literal(reading, node, path, test);
    }
    test->ignore_case = strcmp(word, FOLDED) == 0;
    test->kind = strcmp(word, "prefix") == 0     ? PATTERN_PREFIX
                 : strcmp(word, "suffix") == 0   ? PATTERN_SUFFIX
                 : strcmp(word, "wildcard") == 0 ? PATTERN_WILDCARD
                                                 : PATTERN_LITERAL_TEXT;
    return test->kind == PATTERN_WILDCARD ? read_wildcard(reading, node, path, test) : read_text(reading, node, path, test);
}

static bool read_anything_but(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    static const char *const inside[] = {"prefix", "suffix", "wildcard", FOLDED};
    struct parse_path inner = {path, NULL, 0};
    const struct parse_path *at = path;
    const char *word = NULL;
    if (cJSON_IsObject(node)) {
        const cJSON *only = node->child;
        if (!only || only->next)
            return mistake(reading, node, path, "write {\"anything-but\": {\"prefix\": \"x\"}}", "must have one operator");
        for (size_t i = 0; i < 4; i++)
            word = strcmp(only->string, inside[i]) == 0 ? inside[i] : word;
        if (!word) {
            parse_unknown_key(reading->parse, only, path, inside, 4);
            return false;
        }
        warn_mapping(reading, node, path, "\"anything-but\" with an operator");
        inner.name = only->string;
        at = &inner;
        node = only;
    }
    bool list = cJSON_IsArray(node), good = true;
    test->other_count = list ? (size_t)cJSON_GetArraySize(node) : 1;
    if (test->other_count == 0 || test->other_count > PATTERN_LARGEST)
        return mistake(reading, node, at, NULL, test->other_count == 0 ? "an empty list excludes nothing" : "too many values");
    struct pattern_test *others = store_alloc(reading->parse->store, test->other_count, sizeof *others);
    test->others = others;
    size_t index = 0;
    for (const cJSON *item = list ? node->child : node; item && others; item = list ? item->next : NULL, index++) {
        struct parse_path element = {at, NULL, index};
        good = read_other(reading, word, item, list ? &element : at, &others[index]) && good;
        if (good && others[index].kind != others[0].kind)
            good = mistake(reading, node, at, NULL, "must be all texts or all numbers");
    }
    return good && others;
}

static bool read_operator(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test)
{
    static const struct {
        const char *name;
        enum pattern_operator kind;
        bool (*read)(const struct reading *reading, const cJSON *node, const struct parse_path *path, struct pattern_test *test);
    } known[] = {
        {"prefix", PATTERN_PREFIX, read_affix},     {"suffix", PATTERN_SUFFIX, read_affix},
        {FOLDED, PATTERN_LITERAL_TEXT, read_text},  {"anything-but", PATTERN_ANYTHING_BUT, read_anything_but},
        {"numeric", PATTERN_NUMERIC, read_numeric}, {"exists", PATTERN_EXISTS, read_exists},
        {"cidr", PATTERN_CIDR, read_cidr},          {"wildcard", PATTERN_WILDCARD, read_wildcard},
    };
    const cJSON *only = node->child;
    if (!only || only->next)
        return mistake(reading, node, path, "write {\"prefix\": \"x\"}; several make a list", "must have one operator");
    struct parse_path inner = {path, only->string, 0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, only->string) != 0)
            continue;
        test->kind = known[i].kind;
        test->ignore_case = strcmp(known[i].name, FOLDED) == 0;
        return known[i].read(reading, only, &inner, test);
    }
    char buffer[PARSE_HINT], listed[PARSE_HINT + 16];
    const char *hint = parse_suggestion(reading->parse, only->string, operators, sizeof operators / sizeof *operators, buffer);
    if (!hint) {
        snprintf(listed, sizeof listed, "there are %s", parse_list_names(operators, sizeof operators / sizeof *operators, buffer));
        hint = listed;
    }
    parse_error(reading->parse, place_for(reading, only), &inner, hint, "unknown operator \"%s\"", only->string);
    return false;
}

bool pattern_test_parse(struct parse *parse, enum pattern_dialect dialect, const cJSON *node, const cJSON *anchor,
                        const struct parse_path *path, struct pattern_test *test)
{
    const struct reading reading = {parse, dialect, anchor};
    const char *text = cJSON_IsObject(node) ? reference_text(parse, node) : NULL;
    *test = (struct pattern_test){0};
    if (text) { /* an intrinsic function that stays unresolved */
        test->kind = PATTERN_LITERAL_TEXT;
        test->text = text;
        return true;
    }
    if (cJSON_IsObject(node))
        return read_operator(&reading, node, path, test);
    if (cJSON_IsArray(node))
        return mistake(&reading, node, path, NULL, "must be a value or an operator");
    return read_literal(&reading, node, path, test);
}
