/* pattern.c: event patterns: objects, lists and "$or". Single tests are pattern_test.c's. */
#include "notation/pattern.h"

#include "notation/references.h"

#include <stdlib.h>
#include <string.h>

struct compiler {
    struct parse *parse;
    enum pattern_dialect dialect;
    const cJSON *anchor; /* the text that the pattern was in: its parts have no place of their own; NULL: they have */
    uint32_t size;       /* fields and tests so far */
    uint32_t keys, depth;
};

static const cJSON *place_for(const struct compiler *compiler, const cJSON *node)
{
    return compiler->anchor ? compiler->anchor : node;
}

/* So many more fields or tests; false after reporting. */
static bool count_more(struct compiler *compiler, size_t count, const cJSON *node, const struct parse_path *path)
{
    bool was_good = compiler->size <= PATTERN_LARGEST;
    compiler->size += count < PATTERN_LARGEST ? (uint32_t)count : PATTERN_LARGEST + 1;
    if (compiler->size <= PATTERN_LARGEST)
        return true;
    compiler->size = PATTERN_LARGEST + 1;
    if (was_good)
        parse_error(compiler->parse, place_for(compiler, node), path, NULL, "a pattern of more than %u fields and values", PATTERN_LARGEST);
    return false;
}

/* "$or" is an operator where it lists at least two objects and none of them is a test; else it is a name like any other. */
static bool is_or(const cJSON *node)
{
    if (strcmp(node->string, "$or") != 0 || !cJSON_IsArray(node) || !node->child || !node->child->next)
        return false;
    for (const cJSON *item = node->child; item; item = item->next) {
        if (!cJSON_IsObject(item))
            return false;
        for (const cJSON *member = item->child; member; member = member->next)
            if (pattern_is_operator(member->string))
                return false;
    }
    return true;
}

static bool is_repeated(const cJSON *object, const cJSON *node)
{
    const cJSON *first = object->child;
    while (first != node && strcmp(first->string, node->string) != 0)
        first = first->next;
    return first != node;
}

static bool compile_list(struct compiler *compiler, const cJSON *node, const struct parse_path *path, struct pattern_field *field)
{
    struct parse *parse = compiler->parse;
    size_t count = (size_t)cJSON_GetArraySize(node), index = 0;
    bool good = true;
    if (count == 0) {
        parse_error(parse, place_for(compiler, node), path, "list what is accepted", "an empty list matches nothing");
        return false;
    }
    if (!count_more(compiler, count, node, path))
        return false;
    struct pattern_test *tests = store_alloc(parse->store, count, sizeof *tests);
    for (const cJSON *item = node->child; item && tests; item = item->next, index++) {
        struct parse_path inner = {path, NULL, index};
        good = pattern_test_parse(parse, compiler->dialect, item, compiler->anchor, &inner, &tests[index]) && good;
    }
    compiler->keys++;
    field->tests = tests;
    field->test_count = count;
    return good && tests;
}

static bool compile_group(struct compiler *compiler, const cJSON *node, const struct parse_path *path, uint32_t depth,
                          struct pattern_group *group);

static bool compile_or(struct compiler *compiler, const cJSON *node, const struct parse_path *path, uint32_t depth,
                       struct pattern_or *choice)
{
    size_t count = (size_t)cJSON_GetArraySize(node), index = 0;
    bool good = true;
    struct pattern_group *groups =
        count_more(compiler, count, node, path) ? store_alloc(compiler->parse->store, count, sizeof *groups) : NULL;
    if (!groups)
        return false;
    for (const cJSON *item = node->child; item; item = item->next, index++) {
        struct parse_path inner = {path, NULL, index};
        good = compile_group(compiler, item, &inner, depth, &groups[index]) && good;
    }
    *choice = (struct pattern_or){groups, count};
    return good;
}

static bool compile_field(struct compiler *compiler, const cJSON *node, const struct parse_path *path, uint32_t depth,
                          struct pattern_field *field)
{
    struct parse *parse = compiler->parse;
    char shown[PARSE_SHOWN];
    field->name = store_string(parse->store, node->string);
    if (!field->name)
        return false;
    if (cJSON_IsArray(node))
        return compile_list(compiler, node, path, field);
    if (!cJSON_IsObject(node)) {
        parse_error(parse, place_for(compiler, node), path, "write [...], a list of what is accepted",
                    "must be a list or an object, got %s", parse_show(node, shown));
        return false;
    }
    struct pattern_group *inner = store_alloc(parse->store, 1, sizeof *inner);
    field->inner = inner;
    return inner && compile_group(compiler, node, path, depth + 1, inner);
}

/* `depth` is that of the group's fields, from 1. */
static bool compile_group(struct compiler *compiler, const cJSON *node, const struct parse_path *path, uint32_t depth,
                          struct pattern_group *group)
{
    struct parse *parse = compiler->parse;
    if (depth > PATTERN_DEEPEST) {
        parse_error(parse, place_for(compiler, node), path, NULL, "a pattern nested deeper than %u", PATTERN_DEEPEST);
        return false;
    }
    if (!node->child && !(compiler->dialect == PATTERN_SUBSCRIPTION && depth == 1)) {
        parse_error(parse, place_for(compiler, node), path, "say which fields it looks at, or leave it out", "an empty pattern");
        return false;
    }
    size_t count = (size_t)cJSON_GetArraySize(node);
    if (!count_more(compiler, count, node, path))
        return false;
    struct pattern_field *fields = store_alloc(parse->store, count, sizeof *fields);
    struct pattern_or *ors = store_alloc(parse->store, count, sizeof *ors);
    bool good = fields && ors;
    *group = (struct pattern_group){.fields = fields, .ors = ors};
    compiler->depth = depth > compiler->depth ? depth : compiler->depth;
    for (const cJSON *item = node->child; item && fields && ors; item = item->next) {
        struct parse_path inner = {path, item->string, 0};
        if (compiler->anchor && is_repeated(node, item)) { /* elsewhere the file's reader has said it */
            parse_error(parse, compiler->anchor, &inner, NULL, "\"%s\" is given twice", item->string);
            good = false;
        } else if (is_or(item)) {
            good = compile_or(compiler, item, &inner, depth, &ors[group->or_count++]) && good;
        } else {
            good = compile_field(compiler, item, &inner, depth, &fields[group->field_count++]) && good;
        }
    }
    return good;
}

static double combinations(const struct pattern_group *group, uint32_t depth)
{
    double product = 1;
    for (size_t i = 0; i < group->field_count; i++) {
        const struct pattern_field *field = &group->fields[i];
        product *= field->inner ? combinations(field->inner, depth + 1) : (double)field->test_count * depth;
    }
    for (size_t i = 0; i < group->or_count; i++) {
        double sum = 0;
        for (size_t j = 0; j < group->ors[i].count; j++)
            sum += combinations(&group->ors[i].groups[j], depth);
        product *= sum;
    }
    return product;
}

static const struct pattern *compile(struct compiler *compiler, const cJSON *tree, const cJSON *node, const struct parse_path *path)
{
    struct parse *parse = compiler->parse;
    struct pattern *pattern = store_alloc(parse->store, 1, sizeof *pattern);
    char *spelled = parse_path_text(path);
    if (pattern && spelled)
        pattern->path = store_string(parse->store, spelled);
    free(spelled);
    if (!pattern || !pattern->path) {
        parse->failed = true;
        return NULL;
    }
    pattern->dialect = compiler->dialect;
    pattern->place = node && parse->places ? places_of(parse->places, node) : (struct place){NULL, 0, 0};
    if (!compile_group(compiler, tree, path, 1, &pattern->root))
        return NULL;
    pattern->extent = (struct pattern_extent){compiler->keys, compiler->depth, combinations(&pattern->root, 1)};
    return pattern;
}

const struct pattern *pattern_parse(struct parse *parse, const char *dialect, const cJSON *node, const struct parse_path *path)
{
    static const char example[] = "write {\"source\": [\"orders\"]}, or the same in a text";
    struct compiler compiler = {.parse = parse};
    char shown[PARSE_SHOWN];
    compiler.dialect = dialect && strcmp(dialect, "mapping") == 0        ? PATTERN_MAPPING
                       : dialect && strcmp(dialect, "subscription") == 0 ? PATTERN_SUBSCRIPTION
                                                                         : PATTERN_EVENT;
    const char *text = reference_text(parse, node);
    if (!text) {
        if (cJSON_IsObject(node))
            return compile(&compiler, node, node, path);
        parse_error(parse, node, path, example, "must be a pattern, got %s", parse_show(node, shown));
        return NULL;
    }
    cJSON *tree = cJSON_ParseWithOpts(text, NULL, true);
    const struct pattern *pattern = NULL;
    compiler.anchor = node;
    if (cJSON_IsObject(tree))
        pattern = compile(&compiler, tree, node, path);
    else if (tree)
        parse_error(parse, node, path, example, "the text must spell an object");
    else
        parse_error(parse, node, path, example, "the text is no JSON");
    cJSON_Delete(tree);
    return pattern;
}
