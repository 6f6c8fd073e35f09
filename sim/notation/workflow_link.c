/* workflow_link.c: who follows on whom in a machine, and which errors a state handles. */
#include "notation/workflow_parse.h"

#include <stdlib.h>
#include <string.h>

/* Of one scope, while its states are linked. */
struct linking {
    struct workflow_reading *reading;
    struct workflow_scope *scope;
    const char **names; /* of its states, for hints */
};

/* The state of that name; WORKFLOW_END after reporting. */
static uint32_t find(struct linking *linking, const char *name, const cJSON *node, const struct parse_path *path)
{
    const struct workflow_scope *scope = linking->scope;
    char hint[PARSE_HINT], listed[PARSE_HINT];
    for (uint32_t i = 0; i < scope->count; i++)
        if (linking->names[i] && strcmp(linking->names[i], name) == 0)
            return scope->first + i;
    const char *near = parse_suggestion(linking->reading->parse, name, linking->names, scope->count, hint);
    for (uint32_t i = 0; !near && i < linking->reading->state_count; i++)
        if (linking->reading->states[i].name && strcmp(linking->reading->states[i].name, name) == 0) {
            parse_error(linking->reading->parse, node, path, "a branch and a processor stay among their own states",
                        "\"%s\" is a state of another machine than this one", name);
            return WORKFLOW_END;
        }
    if (!near) {
        snprintf(hint, sizeof hint, scope->count == 1 ? "there is only %.500s" : "there are %.500s",
                 parse_list_names(linking->names, scope->count, listed));
        near = hint;
    }
    parse_error(linking->reading->parse, node, path, near, "there is no state \"%s\"", name);
    return WORKFLOW_END;
}

/* The member `name` of a state, for messages; the state where it is not there. */
static const cJSON *member(const cJSON *node, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(node, name);
    return item ? item : node;
}

static bool link_next(struct linking *linking, const cJSON *node, const struct parse_path *path, struct workflow_state *state)
{
    struct parse *parse = linking->reading->parse;
    struct parse_path inner = {path, "Next", 0};
    bool followed = state->kind != WORKFLOW_CHOICE && state->kind != WORKFLOW_SUCCEED && state->kind != WORKFLOW_FAIL;
    if (!followed)
        return true;
    if (!state->next_name && !state->ends) {
        parse_error(parse, node, path, "write \"Next\": \"...\" or \"End\": true", "nothing says what follows");
        return false;
    }
    if (state->next_name && state->ends) {
        parse_key_error(parse, member(node, "End"), &(struct parse_path){path, "End", 0}, "leave one of them out", "it has a Next too");
        return false;
    }
    if (state->next_name)
        state->next = find(linking, state->next_name, member(node, "Next"), &inner);
    return !state->next_name || state->next != WORKFLOW_END;
}

/* The rules of a Choice, then its default. */
static bool link_choices(struct linking *linking, const cJSON *node, const struct parse_path *path, struct workflow_state *state)
{
    struct parse *parse = linking->reading->parse;
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(node, "Choices");
    const cJSON *otherwise = cJSON_GetObjectItemCaseSensitive(node, "Default");
    struct parse_path rules_path = {path, "Choices", 0}, default_path = {path, "Default", 0};
    char shown[PARSE_SHOWN];
    if (!cJSON_IsArray(rules) || !rules->child) {
        parse_error(parse, rules ? rules : node, rules ? &rules_path : path, "write [{\"Variable\": ..., \"Next\": \"...\"}]",
                    rules ? "must be a list of at least one rule" : "\"Choices\" is missing");
        return false;
    }
    size_t count = (size_t)cJSON_GetArraySize(rules), i = 0;
    uint32_t *choices = store_alloc(parse->store, count + 1, sizeof *choices);
    bool good = choices != NULL;
    for (const cJSON *rule = rules->child; rule && choices; rule = rule->next, i++) {
        struct parse_path rule_path = {&rules_path, NULL, i}, next_path = {&rule_path, "Next", 0};
        const cJSON *next = cJSON_GetObjectItemCaseSensitive(rule, "Next");
        if (!cJSON_IsString(next)) {
            parse_error(parse, next ? next : rule, next ? &next_path : &rule_path, "write \"Next\": \"...\"",
                        "a rule must name the state that follows");
            good = false;
            continue;
        }
        choices[i] = find(linking, next->valuestring, next, &next_path);
        good = good && choices[i] != WORKFLOW_END;
    }
    state->choices = choices;
    state->choice_count = state->rule_count = count;
    if (!otherwise || !choices)
        return good;
    if (!cJSON_IsString(otherwise)) {
        parse_error(parse, otherwise, &default_path, NULL, "must name a state, got %s", parse_show(otherwise, shown));
        return false;
    }
    choices[count] = find(linking, otherwise->valuestring, otherwise, &default_path);
    state->choice_count++;
    return good && choices[count] != WORKFLOW_END;
}

/* Names that the language keeps for itself. Source: the specification, "Appendix A: Predefined Error Codes"; and those of Step Functions'
 * developer guide, "Error names". */
static const char *const reserved[] = {
    "States.ALL",
    "States.TaskFailed",
    "States.Timeout",
    "States.HeartbeatTimeout",
    "States.Permissions",
    "States.Runtime",
    "States.DataLimitExceeded",
    "States.NoChoiceMatched",
    "States.BranchFailed",
    "States.ExceedToleratedFailureThreshold",
    "States.ItemReaderFailed",
    "States.ResultWriterFailed",
    "States.ResultPathMatchFailure",
    "States.ParameterPathFailure",
    "States.IntrinsicFailure",
    "States.QueryEvaluationError",
    "States.Http.Socket",
};

/* The errors of one of Retry or Catch; `last`: nothing follows it. */
static bool check_errors(struct parse *parse, const struct workflow_names *errors, const cJSON *node, const struct parse_path *path,
                         bool last)
{
    struct parse_path inner = {path, "ErrorEquals", 0};
    const cJSON *anchor = member(node, "ErrorEquals");
    const size_t count = sizeof reserved / sizeof *reserved;
    bool good = true;
    for (size_t i = 0; i < errors->count; i++) {
        const char *name = errors->items[i];
        char hint[PARSE_HINT];
        size_t known = 0;
        while (known < count && strcmp(reserved[known], name) != 0)
            known++;
        if (known == 0 && (errors->count > 1 || !last)) {
            parse_error(parse, anchor, &inner, "put it last, in an element of its own", "States.ALL stands alone, and nothing follows it");
            good = false;
        } else if (known == count && strncmp(name, "States.", 7) == 0) {
            parse_error(parse, anchor, &inner, parse_suggestion(parse, name, reserved, count, hint),
                        "there is no error \"%s\": names that begin with States. are the language's own", name);
            good = false;
        }
    }
    return good;
}

static bool link_errors(struct linking *linking, const cJSON *node, const struct parse_path *path, struct workflow_state *state)
{
    struct parse *parse = linking->reading->parse;
    const cJSON *retry = cJSON_GetObjectItemCaseSensitive(node, "Retry"), *catch = cJSON_GetObjectItemCaseSensitive(node, "Catch");
    struct parse_path retry_path = {path, "Retry", 0}, catch_path = {path, "Catch", 0};
    bool good = true;
    for (size_t i = 0; i < state->retriers.count; i++) {
        struct parse_path inner = {&retry_path, NULL, i};
        const struct workflow_retrier *retrier = &state->retriers.items[i];
        const cJSON *item = cJSON_GetArrayItem(retry, (int)i);
        good = check_errors(parse, &retrier->errors, item, &inner, i + 1 == state->retriers.count) && good;
        if (retrier->max_delay_ns > 0 && retrier->max_delay_ns <= retrier->interval_ns) {
            parse_error(parse, member(item, "MaxDelaySeconds"), &(struct parse_path){&inner, "MaxDelaySeconds", 0}, NULL,
                        "must be more than IntervalSeconds");
            good = false;
        }
    }
    for (size_t i = 0; i < state->catchers.count; i++) {
        struct parse_path inner = {&catch_path, NULL, i}, next_path = {&inner, "Next", 0};
        struct workflow_catcher *catcher = &state->catchers.items[i];
        const cJSON *item = cJSON_GetArrayItem(catch, (int)i);
        good = check_errors(parse, &catcher->errors, item, &inner, i + 1 == state->catchers.count) && good;
        catcher->next = find(linking, catcher->next_name, member(item, "Next"), &next_path);
        good = good && catcher->next != WORKFLOW_END;
    }
    return good;
}

/* Marks what can be reached from `state`, without recursion: `waiting` has room for all. */
static void reach(const struct linking *linking, bool *reached, uint32_t *waiting)
{
    const struct workflow_scope *scope = linking->scope;
    size_t count = 0;
    waiting[count++] = scope->start;
    reached[scope->start - scope->first] = true;
    while (count > 0) {
        const struct workflow_state *state = &linking->reading->states[waiting[--count]];
        size_t followers = 1 + state->choice_count + state->catchers.count;
        for (size_t i = 0; i < followers; i++) {
            uint32_t next = i == 0                     ? state->next
                            : i <= state->choice_count ? state->choices[i - 1]
                                                       : state->catchers.items[i - 1 - state->choice_count].next;
            if (next == WORKFLOW_END || reached[next - scope->first])
                continue;
            reached[next - scope->first] = true;
            waiting[count++] = next;
        }
    }
}

static bool ends_here(const struct workflow_state *state)
{
    return state->ends || state->kind == WORKFLOW_SUCCEED || state->kind == WORKFLOW_FAIL;
}

/* All states can be reached, and one of them is an end. */
static bool check_reach(struct linking *linking, const cJSON *states, const struct parse_path *path)
{
    struct parse *parse = linking->reading->parse;
    const struct workflow_scope *scope = linking->scope;
    bool *reached = calloc(scope->count, sizeof *reached), good = true, ends = false;
    uint32_t *waiting = calloc(scope->count, sizeof *waiting), i = 0;
    if (reached && waiting) {
        reach(linking, reached, waiting);
        for (const cJSON *item = states->child; item; item = item->next, i++) {
            struct parse_path inner = {path, item->string, 0};
            ends = ends || (reached[i] && ends_here(&linking->reading->states[scope->first + i]));
            if (reached[i])
                continue;
            parse_key_error(parse, item, &inner, "name it in a \"Next\", or leave it out", "nothing leads to this state");
            good = false;
        }
        if (good && !ends)
            parse_error(parse, states, path, "give one of them \"End\": true, or add a Succeed",
                        "no state is an end: an execution would never be over");
    } else {
        parse->failed = true;
    }
    free(reached);
    free(waiting);
    return good && ends;
}

bool workflow_link(struct workflow_reading *reading, uint32_t scope, const cJSON *node, const struct parse_path *path)
{
    struct linking linking = {.reading = reading, .scope = &reading->scopes[scope]};
    struct workflow_scope *here = linking.scope;
    const cJSON *states = cJSON_GetObjectItemCaseSensitive(node, "States"), *start = cJSON_GetObjectItemCaseSensitive(node, "StartAt");
    struct parse_path states_path = {path, "States", 0}, start_path = {path, "StartAt", 0};
    char shown[PARSE_SHOWN];
    uint32_t i = 0;
    linking.names = calloc(here->count, sizeof *linking.names);
    if (!linking.names) {
        reading->parse->failed = true;
        return false;
    }
    for (uint32_t k = 0; k < here->count; k++)
        linking.names[k] = reading->states[here->first + k].name;
    here->start = cJSON_IsString(start) ? find(&linking, start->valuestring, start, &start_path) : WORKFLOW_END;
    if (cJSON_IsObject(start)) /* a reference is a text elsewhere */
        parse_error(reading->parse, start, &start_path, NULL, "must name a state, got %s", parse_show(start, shown));
    bool good = here->start != WORKFLOW_END;
    for (const cJSON *item = states->child; item; item = item->next, i++) {
        struct parse_path inner = {&states_path, item->string, 0};
        struct workflow_state *state = &reading->states[here->first + i];
        good = link_next(&linking, item, &inner, state) && good;
        good = (state->kind != WORKFLOW_CHOICE || link_choices(&linking, item, &inner, state)) && good;
        good = link_errors(&linking, item, &inner, state) && good;
    }
    good = good && check_reach(&linking, states, &states_path);
    free(linking.names);
    return good;
}
