/* step_parse.c: `steps`, each with one of the kinds of a table. */
#include "scenario/step_parse.h"

#include "scenario/distribution_parse.h"
#include "scenario/value_parse.h"

#include <stdio.h>
#include <string.h>

/* Which keys a kind may have. */
struct step_kind_keys {
    const char *keys[3];
    size_t count;
};

static const struct step_kind_keys kinds[] = {
    [STEP_CPU] = {{"cpu", "parallel"}, 2},
    [STEP_WAIT] = {{"wait"}, 1},
    [STEP_PROBABILITY] = {{"probability", "steps"}, 2},
    [STEP_PARALLEL] = {{"parallel"}, 1},
};

#define SUPPORTED "steps can be \"cpu\", \"wait\", \"probability\" with \"steps\", and \"parallel\""

/* The kind by its first key; false after reporting. */
static bool step_kind(struct parse *parse, const cJSON *node, const struct parse_path *path, enum step_kind *kind)
{
    static const char *const later[] = {"call", "invoke", "send"};
    static const char *const all[] = {"cpu", "wait", "probability", "parallel"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(node, later[i]);
        struct parse_path inner = {path, later[i], 0};
        if (!item)
            continue;
        parse_key_error(parse, item, &inner, SUPPORTED, "a step cannot \"%s\" another resource", later[i]);
        return false;
    }
    static const enum step_kind order[] = {STEP_CPU, STEP_WAIT, STEP_PROBABILITY, STEP_PARALLEL}; /* cpu before its own parallel */
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        *kind = order[i];
        if (cJSON_GetObjectItemCaseSensitive(node, kinds[order[i]].keys[0]))
            return true;
    }
    if (node->child)
        parse_unknown_key(parse, node->child, path, all, sizeof all / sizeof *all);
    else
        parse_error(parse, node, path, SUPPORTED, "a step must say what it does");
    return false;
}

static bool parse_time_step(struct parse *parse, const cJSON *node, const struct parse_path *path, const char *key, struct step *step)
{
    const cJSON *share = step->kind == STEP_CPU ? cJSON_GetObjectItemCaseSensitive(node, "parallel") : NULL;
    struct parse_path time_path = {path, key, 0}, share_path = {path, "parallel", 0};
    step->time = distribution_keep(parse, DISTRIBUTION_OF_TIME, NULL, cJSON_GetObjectItemCaseSensitive(node, key), &time_path);
    bool good = !share || value_parse(parse, QUANTITY_PROBABILITY, NULL, share, &share_path, &step->parallel);
    return good && step->time;
}

static bool parse_branch(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step *step)
{
    const cJSON *inside = cJSON_GetObjectItemCaseSensitive(node, "steps");
    struct parse_path chance_path = {path, "probability", 0}, steps_path = {path, "steps", 0};
    bool good = value_parse(parse, QUANTITY_PROBABILITY, NULL, cJSON_GetObjectItemCaseSensitive(node, "probability"), &chance_path,
                            &step->probability);
    step->branches = store_alloc(parse->store, 1, sizeof *step->branches);
    step->branch_count = 1;
    if (!step->branches)
        return false;
    if (inside)
        return steps_parse(parse, inside, &steps_path, step->branches) && good;
    parse_error(parse, node, path, NULL, "\"probability\" needs \"steps\": what is done then");
    return false;
}

static bool parse_parallel(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step *step)
{
    const cJSON *branches = cJSON_GetObjectItemCaseSensitive(node, "parallel");
    struct parse_path inner = {path, "parallel", 0};
    if (!parse_expect_list(parse, branches, &inner, "write [[ ... ], [ ... ]]: a list of steps for each branch"))
        return false;
    if (!branches->child) {
        parse_error(parse, branches, &inner, NULL, "needs at least one branch");
        return false;
    }
    step->branch_count = (size_t)cJSON_GetArraySize(branches);
    step->branches = store_alloc(parse->store, step->branch_count, sizeof *step->branches);
    bool good = step->branches != NULL;
    size_t i = 0;
    for (const cJSON *item = branches->child; item && step->branches; item = item->next, i++) {
        struct parse_path branch_path = {&inner, NULL, i};
        good = steps_parse(parse, item, &branch_path, &step->branches[i]) && good;
    }
    return good;
}

static bool step_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step *step)
{
    if (!parse_expect_object(parse, node, path, "write {\"cpu\": \"20ms\"}") || !step_kind(parse, node, path, &step->kind))
        return false;
    const struct step_kind_keys *kind = &kinds[step->kind];
    bool good = true;
    for (const cJSON *item = node->child; item; item = item->next) {
        size_t i = 0;
        while (i < kind->count && strcmp(kind->keys[i], item->string) != 0)
            i++;
        if (i < kind->count)
            continue;
        parse_unknown_key(parse, item, path, kind->keys, kind->count);
        good = false;
    }
    if (step->kind == STEP_PROBABILITY)
        return parse_branch(parse, node, path, step) && good;
    if (step->kind == STEP_PARALLEL)
        return parse_parallel(parse, node, path, step) && good;
    return parse_time_step(parse, node, path, kind->keys[0], step) && good;
}

bool steps_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list)
{
    *list = (struct step_list){0};
    if (!parse_expect_list(parse, node, path, "write [{\"cpu\": \"20ms\"}, {\"wait\": \"5ms\"}]"))
        return false;
    size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
    struct step *steps = store_alloc(parse->store, count, sizeof *steps);
    bool good = steps != NULL;
    for (const cJSON *item = node->child; item && steps; item = item->next, i++) {
        struct parse_path inner = {path, NULL, i};
        good = step_parse(parse, item, &inner, &steps[i]) && good;
    }
    if (good)
        *list = (struct step_list){steps, count};
    return good;
}
