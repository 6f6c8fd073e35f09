/* workflow_parse.c: from a value to a machine: its text, what stands for "${Key}" in it, and the machines in the machine. */
#include "notation/workflow_parse.h"

#include "notation/property_parse.h"
#include "notation/references.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a key of a map of substitutions stands for; NULL: it is not there. */
static const char *meaning_of(struct workflow_reading *reading, const char *key, size_t length)
{
    const cJSON *const maps[] = {reading->substitutions, reading->more};
    char shown[PARSE_SHOWN];
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        for (const cJSON *item = cJSON_IsObject(maps[i]) ? maps[i]->child : NULL; item; item = item->next)
            if (strlen(item->string) == length && memcmp(item->string, key, length) == 0)
                return cJSON_IsNumber(item) || cJSON_IsBool(item) ? store_string(reading->parse->store, parse_show(item, shown))
                                                                  : reference_text(reading->parse, item);
    return NULL;
}

const char *workflow_text(struct workflow_reading *reading, const char *text, size_t most)
{
    char *filled = NULL;
    size_t size = 0, used = 0;
    FILE *out = open_memstream(&filled, &size);
    if (!out) {
        reading->parse->failed = true;
        return NULL;
    }
    for (const char *at = text; *at && used <= most;) {
        const char *end = strncmp(at, "${", 2) == 0 ? strchr(at, '}') : NULL;
        const char *meaning = end ? meaning_of(reading, at + 2, (size_t)(end - at - 2)) : NULL;
        if (meaning)
            fputs(meaning, out);
        else
            fputc(*at, out);
        used += meaning ? strlen(meaning) : 1;
        at = meaning ? end + 1 : at + 1;
    }
    bool good = fclose(out) == 0;
    const char *kept = good && used <= most ? store_string(reading->parse->store, filled) : NULL;
    reading->parse->failed = reading->parse->failed || !good || (used <= most && !kept);
    free(filled);
    return kept;
}

/* The states and machines in it, so that there is room for them; false where it is too deep or too large. */
static bool count_inside(const cJSON *machine, unsigned depth, uint32_t *states, uint32_t *scopes)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(machine, "States");
    (*scopes)++;
    for (const cJSON *item = cJSON_IsObject(list) ? list->child : NULL; item; item = item->next) {
        const char *key;
        const cJSON *inside = workflow_inside(item, &key);
        if (++*states > WORKFLOW_LARGEST || *scopes > WORKFLOW_LARGEST || depth > WORKFLOW_DEEPEST)
            return false;
        if (cJSON_IsObject(inside) && !count_inside(inside, depth + 1, states, scopes))
            return false;
        for (const cJSON *branch = cJSON_IsArray(inside) ? inside->child : NULL; branch; branch = branch->next)
            if (!count_inside(branch, depth + 1, states, scopes))
                return false;
    }
    return true;
}

static bool parse_scope(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, uint32_t owner, uint32_t index,
                        struct workflow_head *head);

/* The machines in one state, numbered one behind the other. */
static bool parse_inside(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, uint32_t index)
{
    struct workflow_state *state = &reading->states[index];
    const char *key = NULL;
    const cJSON *inside = workflow_inside(node, &key);
    struct parse_path inner = {path, key, 0};
    struct workflow_head head;
    bool good = true;
    if (!inside) {
        parse_error(reading->parse, node, path, "write \"StartAt\" and \"States\" there, as of the machine itself", "\"%s\" is missing",
                    key);
        return false;
    }
    state->first_branch = reading->scope_count;
    if (state->kind == WORKFLOW_MAP) {
        state->branch_count = 1;
        reading->scope_count++;
        good = parse_scope(reading, inside, &inner, index, state->first_branch, &head);
        state->map.mode = head.processor.mode;
        state->map.execution_type = head.processor.execution_type;
        return good;
    }
    if (!parse_expect_list(reading->parse, inside, &inner, "write [{\"StartAt\": ..., \"States\": {...}}, ...]"))
        return false;
    if (!inside->child) {
        parse_error(reading->parse, inside, &inner, NULL, "needs at least one branch");
        return false;
    }
    state->branch_count = (uint32_t)cJSON_GetArraySize(inside);
    reading->scope_count += state->branch_count;
    uint32_t i = 0;
    for (const cJSON *branch = inside->child; branch; branch = branch->next, i++) {
        struct parse_path branch_path = {&inner, NULL, i};
        good = parse_scope(reading, branch, &branch_path, index, state->first_branch + i, &head) && good;
    }
    return good;
}

/* Names are unique in the whole machine: outputs know a state by its name. */
static bool name_is_taken(const struct workflow_reading *reading, const cJSON *node, const struct parse_path *path)
{
    for (uint32_t i = 0; i < reading->state_count; i++)
        if (reading->states[i].name && strcmp(reading->states[i].name, node->string) == 0) {
            parse_key_error(reading->parse, node, path, "names of states are unique in the whole machine", "the name \"%s\" is taken",
                            node->string);
            return true;
        }
    return false;
}

static bool parse_states(struct workflow_reading *reading, const cJSON *states, const struct parse_path *path, uint32_t scope)
{
    uint32_t index = reading->state_count;
    bool good = true;
    reading->scopes[scope].first = index;
    reading->scopes[scope].count = (uint32_t)cJSON_GetArraySize(states);
    reading->state_count += reading->scopes[scope].count;
    for (const cJSON *item = states->child; item; item = item->next, index++) {
        struct parse_path inner = {path, item->string, 0};
        struct workflow_state *state = &reading->states[index];
        bool taken = name_is_taken(reading, item, &inner);
        state->scope = scope;
        bool whole = workflow_state_parse(reading, item, &inner, state) && !taken;
        if (whole && (state->kind == WORKFLOW_PARALLEL || state->kind == WORKFLOW_MAP))
            whole = parse_inside(reading, item, &inner, index);
        good = whole && good;
    }
    return good;
}

static bool parse_scope(struct workflow_reading *reading, const cJSON *node, const struct parse_path *path, uint32_t owner, uint32_t index,
                        struct workflow_head *head)
{
    struct parse *parse = reading->parse;
    const cJSON *states = cJSON_GetObjectItemCaseSensitive(node, "States");
    struct parse_path inner = {path, "States", 0};
    size_t errors = parse->diagnostics->error_count;
    *head = (struct workflow_head){0};
    reading->scopes[index] = (struct workflow_scope){.owner = owner, .start = WORKFLOW_END};
    property_defaults(parse, workflow_head_keys, head);
    property_parse(parse, workflow_head_keys, node, node, path, NULL, head);
    if (!states || !parse_expect_object(parse, states, &inner, "write {\"First\": {\"Type\": \"Pass\", \"End\": true}}"))
        return false;
    if (!states->child) {
        parse_error(parse, states, &inner, NULL, "needs at least one state");
        return false;
    }
    bool good = parse_states(reading, states, &inner, index) && parse->diagnostics->error_count == errors;
    return good && workflow_link(reading, index, node, path);
}

const struct workflow *workflow_of_tree(struct workflow_reading *reading, const cJSON *tree, const struct parse_path *path)
{
    struct parse *parse = reading->parse;
    struct workflow *workflow = store_alloc(parse->store, 1, sizeof *workflow);
    struct workflow_head head;
    uint32_t states = 0, scopes = 0;
    if (!workflow)
        return NULL;
    if (!count_inside(tree, 1, &states, &scopes)) {
        parse_error(parse, tree, path, NULL, "a machine of more than %u states, or nested deeper than %u", WORKFLOW_LARGEST,
                    WORKFLOW_DEEPEST);
        return NULL;
    }
    reading->states = store_alloc(parse->store, states, sizeof *reading->states);
    reading->scopes = store_alloc(parse->store, scopes, sizeof *reading->scopes);
    if (!reading->states || !reading->scopes)
        return NULL;
    reading->scope_count = 1;
    if (!parse_scope(reading, tree, path, WORKFLOW_END, 0, &head))
        return NULL;
    char *text = cJSON_PrintUnformatted(tree);
    *workflow = (struct workflow){.states = reading->states,
                                  .scopes = reading->scopes,
                                  .state_count = reading->state_count,
                                  .scope_count = reading->scope_count,
                                  .timeout_ns = head.timeout_ns,
                                  .bytes = text ? (int64_t)strlen(text) : 0};
    parse->failed = parse->failed || !text;
    cJSON_free(text);
    return workflow;
}

/* What a text spells has no place of its own: it stands where the text does. */
static void place_all(struct places *places, const cJSON *node, struct place place)
{
    for (const cJSON *item = node; item; item = item->next) {
        places_set(places, item, place.file, place.line, place.column);
        if (item->child)
            place_all(places, item->child, place);
    }
}

static const struct workflow *parse_text(struct workflow_reading *reading, const char *text, const cJSON *node,
                                         const struct parse_path *path)
{
    struct parse *parse = reading->parse;
    struct diagnostics mistakes = {0};
    struct places *places = NULL;
    cJSON *tree = NULL;
    const struct workflow *workflow = NULL;
    const char *filled = workflow_text(reading, text, WORKFLOW_TEXT_MOST);
    if (!filled) {
        parse_error(parse, node, path, NULL, "a text of more than %zu bytes, with what stands for its keys", WORKFLOW_TEXT_MOST);
        return NULL;
    }
    if (places_new(&places) != STATUS_OK) {
        parse->failed = true;
        return NULL;
    }
    enum status status = json_parse(filled, strlen(filled), NULL, places, &mistakes, &tree);
    places_free(places);
    const struct diagnostic *first = mistakes.count > 0 ? &mistakes.list[0] : NULL;
    if (first)
        parse_error(parse, node, path, first->hint, "line %d, column %d of the text: %s", first->place.line, first->place.column,
                    first->message);
    else if (status != STATUS_OK || !tree)
        parse->failed = true;
    else if (parse_expect_object(parse, tree, path, "write {\"StartAt\": ..., \"States\": {...}}")) {
        if (parse->places)
            place_all(parse->places, tree, places_of(parse->places, node));
        workflow = workflow_of_tree(reading, tree, path);
    }
    if (parse->places)
        places_delete(parse->places, tree);
    else
        cJSON_Delete(tree);
    diagnostics_fini(&mistakes);
    return workflow;
}

const struct workflow *workflow_parse(struct parse *parse, const cJSON *object, const struct parse_path *path, const char *name,
                                      const char *substitutions, bool in_file)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);
    struct parse_path inner = {path, name, 0};
    struct workflow_reading reading = {.parse = parse};
    char shown[PARSE_SHOWN];
    if (!node || parse_is_nothing(node))
        return NULL;
    reading.substitutions = substitutions ? cJSON_GetObjectItemCaseSensitive(object, substitutions) : NULL;
    const cJSON *sub = cJSON_GetObjectItemCaseSensitive(node, "Fn::Sub");
    reading.more = cJSON_IsArray(sub) && sub->child ? sub->child->next : NULL;
    if (in_file)
        return workflow_of_file(&reading, node, &inner);
    const char *text = reference_text(parse, node);
    if (text)
        return parse_text(&reading, text, node, &inner);
    if (cJSON_IsObject(node))
        return workflow_of_tree(&reading, node, &inner);
    parse_error(parse, node, &inner, "write {\"StartAt\": ..., \"States\": {...}}, or the same in a text",
                "must be a state machine, got %s", parse_show(node, shown));
    return NULL;
}
