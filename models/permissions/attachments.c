/* attachments.c: gathers the statements of all policies of a scenario. */
#include "attachments.h"

#include "engine/request.h"
#include "identity.h"
#include "resource_policy.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
    struct validation *validation;
    struct attachments *into;
    uint32_t entity; /* whose the next ones are */
};

/* Room for one more, in the scenario's memory. */
static bool grow(struct validation *validation, struct attachments *attachments)
{
    if (attachments->count < attachments->capacity)
        return true;
    size_t capacity = attachments->capacity ? 2 * attachments->capacity : 64;
    struct attachment *items = validation_alloc(validation, capacity, sizeof *items);
    if (!items)
        return false;
    if (attachments->count > 0)
        memcpy(items, attachments->items, attachments->count * sizeof *items);
    attachments->items = items;
    attachments->capacity = capacity;
    return true;
}

static void gather(void *context, const struct property_list *statements)
{
    const struct gathering *gathering = context;
    const struct statement *list = statements->items;
    for (size_t i = 0; i < statements->count && grow(gathering->validation, gathering->into); i++)
        gathering->into->items[gathering->into->count++] = (struct attachment){gathering->entity, &list[i]};
}

/* A policy, for each of those that it is attached to. */
static void gather_policy(struct gathering *gathering, const struct identity *policy, const struct string_list *names)
{
    for (size_t i = 0; i < names->count; i++) {
        gathering->entity = validation_named(gathering->validation, names->items[i]);
        if (gathering->entity != ENTITY_NONE && is_identity_type(validation_type(gathering->validation, gathering->entity)))
            gather(gathering, &policy->statements);
    }
}

/* The scenario's own managed policies that an identity names. */
static void gather_named(struct gathering *gathering, const char *text)
{
    uint32_t entity = validation_named(gathering->validation, text);
    if (entity != ENTITY_NONE && is_policy_type(validation_type(gathering->validation, entity)))
        gather(gathering, &((const struct identity *)validation_config(gathering->validation, entity))->statements);
}

static void gather_identity(struct gathering *gathering, const struct identity *identity)
{
    const struct inline_policy *policies = identity->policies.items;
    identity_statements(gathering->validation, identity, gather, gathering);
    for (size_t i = 0; i < identity->managed.count; i++)
        gather_named(gathering, identity->managed.items[i]);
    for (size_t i = 0; i < identity->policies.count; i++)
        if (policies[i].managed)
            gather_named(gathering, policies[i].managed);
}

static void gather_resource_policy(struct gathering *gathering, const struct resource_policy *policy)
{
    const struct string_list names = resource_policy_names(gathering->validation, policy);
    const struct property_list statements = resource_policy_statements(gathering->validation, policy);
    for (size_t i = 0; i < names.count; i++) {
        gathering->entity = validation_named(gathering->validation, names.items[i]);
        if (gathering->entity != ENTITY_NONE)
            gather(gathering, &statements);
    }
}

static void gather_all(struct validation *validation, struct attached *attached)
{
    struct gathering gathering = {.validation = validation};
    for (uint32_t i = 1; i < validation_entity_count(validation); i++) {
        const struct model_type *type = validation_type(validation, i);
        const void *config = validation_config(validation, i);
        gathering.into = &attached->identities;
        gathering.entity = i;
        if (is_identity_type(type))
            gather_identity(&gathering, config);
        if (is_policy_type(type)) {
            gather_policy(&gathering, config, &((const struct identity *)config)->roles);
            gather_policy(&gathering, config, &((const struct identity *)config)->users);
        }
        gathering.into = &attached->resources;
        gathering.entity = i;
        if (is_identity_type(type)) /* who may assume it is its own policy as a resource */
            gather(&gathering, &((const struct identity *)config)->trust);
        if (is_resource_policy_type(type))
            gather_resource_policy(&gathering, config);
    }
}

static int compare(const void *a, const void *b)
{
    const struct attachment *left = a, *right = b;
    return (left->entity > right->entity) - (left->entity < right->entity); /* who allows and who denies: in any order the same */
}

const struct attached *attached_statements(struct validation *validation)
{
    void **slot = validation_judge_state(validation);
    if (*slot)
        return *slot;
    struct attached *attached = validation_alloc(validation, 1, sizeof *attached);
    if (!attached)
        return NULL;
    *slot = attached;
    gather_all(validation, attached);
    if (attached->identities.count > 0)
        qsort(attached->identities.items, attached->identities.count, sizeof *attached->identities.items, compare);
    if (attached->resources.count > 0)
        qsort(attached->resources.items, attached->resources.count, sizeof *attached->resources.items, compare);
    return attached;
}

const struct attachment *attachments_of(const struct attachments *attachments, uint32_t entity, size_t *count)
{
    size_t low = 0, high = attachments->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (attachments->items[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < attachments->count && attachments->items[low + *count].entity == entity)
        (*count)++;
    return *count > 0 ? &attachments->items[low] : NULL;
}
