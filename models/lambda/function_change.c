/* function_change.c: what happens to a function while it runs: other settings, faults.
 * Source: Lambda developer guide, "Configuring reserved concurrency" (takes effect at once) and "Lambda execution environment" (an update
 * of the function's configuration or code starts new environments). */
#include "function_change.h"

#include "function_create.h"
#include "function_idle.h"
#include "lambda_kinds.h"
#include "provisioned.h"

#include <string.h>

/* Reserved concurrency moves what runs from the account's unreserved pool to the function's own share, or back. */
static void reservation_changed(struct simulation *simulation, struct function *function)
{
    struct account *account = function->account_state;
    int64_t now_ns = simulation->now_ns;
    int64_t before = function->limit == INT64_MAX ? 0 : function->limit;
    bool was_reserved = function->limit != INT64_MAX, is_reserved = function->config.reserved >= 0;
    int64_t after = is_reserved ? function->config.reserved : 0;
    if (was_reserved != is_reserved) {
        gauge_add(&account->unreserved, now_ns, is_reserved ? -function->busy : function->busy);
        gauge_add(&account->claimed, now_ns, is_reserved ? -function->busy : function->busy);
    }
    gauge_add(&account->claimed, now_ns, after - before);
    if (was_reserved != is_reserved) { /* what is provisioned is claimed by itself, or as a part of what is reserved */
        gauge_add(&account->claimed, now_ns, is_reserved ? -function->kept_ready : function->kept_ready);
        account->provisioned += is_reserved ? -function->kept_ready : function->kept_ready;
    }
    account->reserved += after - before;
    account_limit_changed(account);
    function->limit = is_reserved ? function->config.reserved : INT64_MAX;
    if (is_reserved)
        request_quota_init(&function->rate, simulation->settings->rules, after, now_ns);
}

/* Every environment there is makes room for new ones: the idle ones now, the busy ones when they are done. */
static void replace_environments(struct simulation *simulation, struct function *function, int64_t former_mb)
{
    for (uint32_t id = 0; id < function->environments.fresh; id++) {
        struct environment *environment = pool_at(&function->environments, id);
        if (environment->state == ENVIRONMENT_BUSY || environment->state == ENVIRONMENT_FINISHING)
            environment->retires_ns = simulation->now_ns;
    }
    function->first_ordinal = function->environment_ordinal;
    function->former_mb = former_mb;
    environments_drop_idle(simulation, function);
    provisioned_resized(simulation, function);
}

/* The bytes of the live property at `offset`. */
static size_t live_size(size_t offset)
{
    bool lifetime = offset == offsetof(struct function, config.keep_alive) || offset == offsetof(struct function, config.max_lifetime);
    return lifetime ? sizeof(struct lifetime) : sizeof(int64_t);
}

/* What is set of a function is set of its versions, too: else it would change nothing for callers of an alias. But not where a version has
 * a value of its own. */
static void change_versions(struct simulation *simulation, struct function *function, size_t offset)
{
    size_t size = live_size(offset);
    char *shared = (char *)function->shared + (offset - offsetof(struct function, config));
    const char *value = (const char *)function + offset;
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        if (!is_version_type(simulation->entities[i].type))
            continue;
        struct function *version = entity_state(simulation, i);
        char *field = (char *)version + offset;
        if (version->config.whole != function->self || memcmp(field, shared, size) != 0)
            continue;
        memcpy(field, value, size);
        function_changed(simulation, version, offset);
    }
    memcpy(shared, value, size);
}

/* Provisioned concurrency is the alias's that is published by itself. */
static void change_alias(struct simulation *simulation, const struct function *function)
{
    for (uint32_t i = 0; i < simulation->entity_count; i++) {
        if (!model_is(simulation->entities[i].type, ALIAS_TYPE))
            continue;
        struct function *alias = entity_state(simulation, i);
        if (alias->config.whole != function->self || !function->config.published_alias ||
            strcmp(alias->config.published_alias, function->config.published_alias) != 0)
            continue;
        alias->config.provisioned = function->config.provisioned;
        provisioned_redistribute(simulation, alias, false);
    }
}

void function_changed(struct simulation *simulation, void *self, size_t offset)
{
    struct function *function = self;
    if (offset == offsetof(struct function, config.provisioned)) {
        change_alias(simulation, function);
        return;
    }
    if (function->shared && offset != offsetof(struct function, config.reserved))
        change_versions(simulation, function, offset);
    if (offset == offsetof(struct function, config.reserved)) {
        reservation_changed(simulation, function);
        return;
    }
    int64_t present_mb = function->present_mb;
    function_derive(simulation, function);
    if (offset == offsetof(struct function, config.memory_mb) || offset == offsetof(struct function, config.timeout_ns))
        replace_environments(simulation, function, present_mb);
}
