/* step_parse.c: `steps`, each with one of the kinds of a table. */
#include "notation/step_parse.h"

#include "notation/distribution_parse.h"
#include "notation/property_parse.h"
#include "notation/references.h"
#include "notation/value_parse.h"

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

#define AT(field) offsetof(struct step_call, field)

static const char *const call_types[] = {"RequestResponse", "Event", NULL};
static const char *const on_errors[] = {"fail", "continue", NULL};
static const char *const connects[] = {"init", "invocation", NULL};
static const char *const caches[] = {"tmp", NULL};
static const char *const strategies[] = {"lazy", "write_through", NULL};

static const struct property shared_keys[] = {
    {"payload", PROPERTY_SIZE_DISTRIBUTION, AT(payload), .help = "Size of each request; left out: as what is handled."},
    {"size", PROPERTY_SIZE_DISTRIBUTION, AT(payload), .help = "The same."},
    {"op", PROPERTY_CONTENT, AT(content), .help = "The API's action, such as PutItem; left out: the usual one of what is called."},
    {"event", PROPERTY_CONTENT, AT(content), .help = "The body, for filters and patterns: any value, or weighted values."},
    {"object_key", PROPERTY_CONTENT, AT(content), .help = "The name of the object that it is about, for filters of notifications."},
    {"request", PROPERTY_CONTENT, AT(content), .help = "Method and path, of what is called over HTTP: \"GET /items/7\", or weighted ones."},
    {"key", PROPERTY_KEY, AT(key), .help = "Its key; left out: that of what is handled."},
    {"each", PROPERTY_BOOLEAN, AT(each), .fallback = "false", .help = "Once for each record of a batch, all at the same time."},
    {"timeout", PROPERTY_TIME, AT(timeout_ns), .fallback = "\"0s\"", .help = "The handler gives up an attempt after it (0: never)."},
    {"retry", PROPERTY_RETRY, AT(retry), .help = "As a source's; each environment has a retry quota of its own for each call."},
    {"on_error", PROPERTY_ENUM, AT(on_error), .choices = on_errors, .fallback = "\"fail\"",
     .help = "What the handler does when the step fails: fail with it, or go on."},
    {"consistent", PROPERTY_CONTENT, AT(content), .help = "A read that wants what was written last; left out: false, half the capacity."},
    {"expires_after", PROPERTY_CONTENT, AT(content),
     .help =
         "How long after it a table with TimeToLiveSpecification may delete the item; left out: what is put has no end, what is updated "
         "keeps its own."},
    {"via", PROPERTY_REFERENCE, AT(via), .help = "The cache in front of what is called, which gets the request instead."},
    {"connect", PROPERTY_ENUM, AT(connect), .choices = connects, .fallback = "\"init\"",
     .given = PROPERTY_GIVEN(struct step_call, connect_given),
     .help = "Where the connection to a database is opened: in INIT, and the environment keeps it; or in the invocation, for this call."},
    {"idempotent", PROPERTY_BOOLEAN, AT(idempotent), .fallback = "false",
     .help = "It bears a key by which who is called knows it again, so that retries and deliveries twice have no second effect: none is "
             "counted."},
    {"duplicate_effect", PROPERTY_BOOLEAN, AT(duplicate_effect), .fallback = "true",
     .given = PROPERTY_GIVEN(struct step_call, duplicate_effect_given),
     .help = "Whether what it does again for the same item has its effect again (DuplicateEffects); left out: unless it only reads."},
    {"cache", PROPERTY_REFERENCE, AT(cache), .choices = caches,
     .help = "What keeps what was fetched: a resource that caches, or \"tmp\": the environment's own /tmp, which it loses when it ends. "
             "A read looks there first. By the call's key, and its path or object."},
    {"strategy", PROPERTY_ENUM, AT(strategy), .choices = strategies, .fallback = "\"lazy\"",
     .given = PROPERTY_GIVEN(struct step_call, strategy_given),
     .help =
         "How the cache is filled. lazy: by a read that missed; a write leaves it as it is. write_through: by a write, after it; a read "
         "that missed does not."},
    {"ttl", PROPERTY_TIME_DISTRIBUTION, AT(ttl), .help = "How long the cache keeps it; left out: until it has to make room."},
    {0},
};

static const struct property call_keys[] = {
    {"call", PROPERTY_REFERENCE, AT(target), .required = true, .help = "Whom to call; the answer is waited for."},
    {.kind = PROPERTY_TABLE, .properties = shared_keys},
    {0},
};

static const struct property invoke_keys[] = {
    {"invoke", PROPERTY_REFERENCE, AT(target), .required = true, .help = "The function to invoke."},
    {"type", PROPERTY_ENUM, AT(type), .choices = call_types, .fallback = "\"RequestResponse\"",
     .help = "RequestResponse waits for the answer; Event until it is queued."},
    {.kind = PROPERTY_TABLE, .properties = shared_keys},
    {0},
};

static const struct property send_keys[] = {
    {"send", PROPERTY_REFERENCE, AT(target), .required = true, .help = "The queue, topic, stream, bus or bucket that gets it."},
    {"count", PROPERTY_COUNT_DISTRIBUTION, AT(count), .help = "How many, all at the same time; left out: one."},
    {.kind = PROPERTY_TABLE, .properties = shared_keys},
    {0},
};

const struct step_spelling step_spellings[] = {{"call", call_keys}, {"invoke", invoke_keys}, {"send", send_keys}, {NULL, NULL}};

#define SUPPORTED "steps can be \"cpu\", \"wait\", \"call\", \"invoke\", \"send\", \"probability\" with \"steps\", and \"parallel\""

/* The spelling of a step that calls; NULL: it is none. */
static const struct step_spelling *call_spelling(const cJSON *node)
{
    for (const struct step_spelling *spelling = step_spellings; spelling->key; spelling++)
        if (cJSON_GetObjectItemCaseSensitive(node, spelling->key))
            return spelling;
    return NULL;
}

static const char *const all[] = {"cpu", "wait", "probability", "parallel", "call", "invoke", "send"};

static bool is_kind(const char *key)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i], key) == 0)
            return true;
    return false;
}

/* The kind by its first key; false after reporting. */
static bool step_kind(struct parse *parse, const cJSON *node, const struct parse_path *path, enum step_kind *kind)
{
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

static bool list_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list);

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
        return list_parse(parse, inside, &steps_path, step->branches) && good;
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
        good = list_parse(parse, item, &branch_path, &step->branches[i]) && good;
    }
    return good;
}

/* A part of what is called ("F:$LATEST") is the call's own, and not among those of the entity. */
static bool parse_call(struct parse *parse, const cJSON *node, const struct parse_path *path, const struct step_spelling *spelling,
                       struct step *step)
{
    struct step_call *call = store_alloc(parse->store, 1, sizeof *call);
    struct qualifier **qualifiers = parse->qualifiers, *named = NULL;
    const char *const *renames = parse->renames;
    size_t errors = parse->diagnostics->error_count;
    if (!call)
        return false;
    parse->qualifiers = &named;
    parse->renames = NULL;
    property_defaults(parse, spelling->keys, call);
    property_parse(parse, spelling->keys, node, node, path, NULL, call);
    parse->qualifiers = qualifiers;
    parse->renames = renames;
    for (const struct qualifier *at = named; at; at = at->next)
        if (at->property->offset == AT(target))
            call->part = at->text;
    call->spelling = spelling->key;
    step->kind = STEP_CALL;
    step->call = call;
    return parse->diagnostics->error_count == errors;
}

static bool step_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step *step)
{
    if (!parse_expect_object(parse, node, path, "write {\"cpu\": \"20ms\"}"))
        return false;
    const struct step_spelling *spelling = call_spelling(node);
    if (spelling)
        return parse_call(parse, node, path, spelling, step);
    if (!step_kind(parse, node, path, &step->kind))
        return false;
    const struct step_kind_keys *kind = &kinds[step->kind];
    bool good = true;
    for (const cJSON *item = node->child; item; item = item->next) {
        size_t i = 0;
        while (i < kind->count && strcmp(kind->keys[i], item->string) != 0)
            i++;
        if (i < kind->count)
            continue;
        if (is_kind(item->string)) {
            struct parse_path second = {path, item->string, 0};
            parse_key_error(parse, item, &second, "make a step of each", "a step does one thing, and \"%s\" is another", item->string);
        } else {
            parse_unknown_key(parse, item, path, kind->keys, kind->count);
        }
        good = false;
    }
    if (step->kind == STEP_PROBABILITY)
        return parse_branch(parse, node, path, step) && good;
    if (step->kind == STEP_PARALLEL)
        return parse_parallel(parse, node, path, step) && good;
    return parse_time_step(parse, node, path, kind->keys[0], step) && good;
}

/* Numbers the calls in order, and notes what holds any. */
static bool number_calls(const struct step_list *list, uint32_t *count)
{
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        struct step *step = &list->steps[i];
        step->calls = step->kind == STEP_CALL;
        if (step->kind == STEP_CALL)
            step->place = (*count)++;
        for (size_t k = 0; k < step->branch_count; k++)
            step->calls = number_calls(&step->branches[k], count) || step->calls;
        any = any || step->calls;
    }
    return any;
}

static bool list_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list)
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

bool steps_parse(struct parse *parse, const cJSON *node, const struct parse_path *path, struct step_list *list)
{
    uint32_t count = 0;
    bool good = list_parse(parse, node, path, list);
    if (good)
        (void)number_calls(list, &count);
    return good;
}
