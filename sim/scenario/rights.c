/* rights.c: who may do what: asks the models' judge, keeps what it says for the run, and tells of what is not allowed. */
#include "engine/glob.h"
#include "engine/request.h"
#include "engine/right.h"
#include "engine/room.h"
#include "scenario/loader.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSAL "permission"

const char *validation_text(struct validation *validation, uint32_t entity, const char *property)
{
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(validation->loader->origins[entity].properties, property);
    return node ? reference_text(&validation->loader->parse, node) : NULL;
}

void **validation_judge_state(const struct validation *validation)
{
    return &validation->loader->judge_state;
}

const char *validation_owner(const struct validation *validation, uint32_t entity)
{
    const struct rewritten *rewritten = validation->loader->origins[entity].rewritten;
    return rewritten ? rewritten->owner : NULL;
}

bool validation_has_right(const struct validation *validation, const char *pattern)
{
    const struct loader *loader = validation->loader;
    for (size_t i = 0; i < loader->right_count; i++)
        if (loader->rights[i].holder == validation->self && glob_match(pattern, loader->rights[i].action, true))
            return true;
    return false;
}

/* The number of the same right, judged before; 0: it is new. Those of one sender come one behind the other. */
static uint32_t find_right(const struct loader *loader, const struct deed *deed, const char *action)
{
    for (size_t i = loader->right_count; i > 0 && loader->rights[i - 1].from == deed->from; i--) {
        const struct right *right = &loader->rights[i - 1];
        if (right->holder == deed->holder && right->target == (deed->by_number ? ENTITY_NONE : deed->target) &&
            strcmp(right->action, action) == 0)
            return (uint32_t)i;
    }
    return 0;
}

static void report(struct validation *validation, const struct deed *deed, const struct verdict *verdict)
{
    bool stops = deed->needed && !validation_allowed(validation, REFUSAL);
    char hint[PARSE_HINT];
    snprintf(hint, sizeof hint, "%.500s%s", verdict->hint, stops ? ", or allow_invalid: [\"" REFUSAL "\"]" : "");
    if (stops)
        validation_error(validation, deed->property, hint, "%s: it would not be created", verdict->why);
    else
        validation_warning(validation, deed->property, hint, "%s: while it runs, %s", verdict->why,
                           validation->loader->scenario->registry->judge->outcome);
}

/* One thing that the deed takes. */
static uint32_t judge(struct validation *validation, const struct deed *deed, const char *action, const struct content_set *contents)
{
    struct loader *loader = validation->loader;
    struct verdict verdict = {"", ""};
    uint32_t known = find_right(loader, deed, action);
    if (known > 0) {
        for (size_t i = 0; i < CONTENT_COUNT / 64; i++)
            loader->rights[known - 1].contents.bits[i] |= contents->bits[i];
        return known;
    }
    bool allowed = loader->scenario->registry->judge->allows(validation, deed, action, &verdict);
    if (!room_for(&loader->rights, loader->right_count + 1, &loader->right_capacity, sizeof *loader->rights)) {
        loader->parse.failed = true;
        return 0;
    }
    loader->rights[loader->right_count++] = (struct right){
        .holder = deed->holder,
        .from = deed->from,
        .target = deed->by_number ? ENTITY_NONE : deed->target,
        .contents = *contents,
        .action = action,
        .denied = !allowed,
    };
    if (!allowed && !deed->silent)
        report(validation, deed, &verdict);
    return (uint32_t)loader->right_count;
}

static const char *operation_of(const struct validation *validation, uint8_t content)
{
    const struct content_table *contents = validation_contents(validation);
    return contents && content > 0 && content < contents->count ? contents->items[content].operation : NULL;
}

/* All that it takes to do one operation. */
static uint32_t judge_operation(struct validation *validation, const struct deed *deed, const char *operation,
                                const struct content_set *contents)
{
    const struct judge *judges = validation->loader->scenario->registry->judge;
    uint32_t number = 0;
    const char *action = judges->action(validation, deed->target, operation, 0);
    for (size_t i = 0; action; action = judges->action(validation, deed->target, operation, ++i))
        number = judge(validation, deed, action, contents);
    return number;
}

uint32_t validation_may(struct validation *validation, const struct deed *deed)
{
    struct content_set all, one;
    uint32_t number = 0;
    memset(&all, 0xff, sizeof all);
    if (!validation->loader->scenario->registry->judge || (deed->holder == ENTITY_NONE && !deed->account && !deed->principal))
        return 0;
    if (deed->action)
        return judge(validation, deed, deed->action, &all);
    if (!deed->contents)
        return judge_operation(validation, deed, NULL, &all);
    for (size_t i = 0; i < deed->contents->count; i++) {
        memset(&one, 0, sizeof one);
        content_set_add(&one, deed->contents->contents[i]);
        number = judge_operation(validation, deed, operation_of(validation, deed->contents->contents[i]), &one);
    }
    if (deed->contents->count == 0) {
        memset(&one, 0, sizeof one);
        content_set_add(&one, CONTENT_NONE);
        number = judge_operation(validation, deed, NULL, &one);
    }
    return number;
}

uint32_t validation_role(const struct validation *validation, const char *text)
{
    const struct judge *judges = validation->loader->scenario->registry->judge;
    uint32_t role = text && judges && judges->role ? validation_named(validation, text) : ENTITY_NONE;
    return role != ENTITY_NONE && model_is(validation_type(validation, role), judges->role) ? role : ENTITY_NONE;
}

void validation_may_assume(struct validation *validation, uint32_t role, const char *service, bool needed, const char *property)
{
    const struct judge *judges = validation->loader->scenario->registry->judge;
    validation_may(validation, &(struct deed){.from = validation_self(validation),
                                              .holder = ENTITY_NONE,
                                              .target = role,
                                              .action = judges ? judges->assume : NULL,
                                              .principal = service,
                                              .by_number = true,
                                              .needed = needed,
                                              .property = property});
}

/* A sorted place: the right's, and what it is sorted by. */
struct pair {
    uint32_t target, from, place;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    if (left->target != right->target)
        return left->target < right->target ? -1 : 1;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static void hand_over(struct loader *loader)
{
    size_t count = loader->right_count;
    struct pair *pairs = count > 0 ? calloc(count, sizeof *pairs) : NULL;
    struct right *items = count > 0 ? store_alloc(loader->parse.store, count, sizeof *items) : NULL;
    uint32_t *places = count > 0 ? store_alloc(loader->parse.store, count, sizeof *places) : NULL;
    if (pairs && items && places) {
        memcpy(items, loader->rights, count * sizeof *items);
        for (size_t i = 0; i < count; i++)
            pairs[i] = (struct pair){items[i].target, items[i].from, (uint32_t)i};
        qsort(pairs, count, sizeof *pairs, compare_pairs);
        for (size_t i = 0; i < count; i++)
            places[i] = pairs[i].place;
        loader->scenario->settings.rights = (struct right_table){items, places, (uint32_t)count};
    }
    loader->parse.failed = loader->parse.failed || (count > 0 && !pairs);
    free(pairs);
}

void rights_finish(struct loader *loader)
{
    const struct judge *judges = loader->scenario->registry->judge;
    for (size_t i = 0; judges && i < loader->flow_count; i++) {
        const struct flow *flow = &loader->flows[i];
        struct validation sender = {.loader = loader, .self = flow->from};
        struct deed deed = {.from = flow->from, .holder = ENTITY_NONE, .target = flow->to};
        if (!flow->aside && judges->asks(&sender, flow->from, flow->to, &deed))
            validation_may(&sender, &deed);
    }
    hand_over(loader);
}
