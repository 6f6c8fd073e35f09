/* function_call.c: an API's actions by how their names begin, a request by its method. */
#include "function_call.h"

#include "engine/cacheable.h"
#include "lambda_kinds.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <string.h>

static bool begins_with(const char *text, const char *const *heads)
{
    for (; text && *heads; heads++)
        if (strncmp(text, *heads, strlen(*heads)) == 0)
            return true;
    return false;
}

static bool deletes(const struct content *content)
{
    static const char *const operations[] = {"Delete", "DELETE", NULL};
    static const char *const methods[] = {"DELETE ", NULL};
    return begins_with(content->operation, operations) || begins_with(content->request, methods);
}

/* Is what it is about more than its key says: a path, an object's name, an answer about many items? */
static bool is_apart(const struct content *content)
{
    static const char *const many[] = {"Query", "Scan", "List", "Describe", NULL};
    return content->request || content->object_key || content->event || begins_with(content->operation, many);
}

static bool all_are(const struct validation *validation, const struct step_call *call, bool (*are)(const struct content *content))
{
    for (size_t i = 0; i < call->content.count; i++)
        if (!are(&validation_contents(validation)->items[call->content.contents[i]]))
            return false;
    return call->content.count > 0;
}

bool call_only_reads(const struct validation *validation, const struct step_call *call)
{
    return all_are(validation, call, content_only_reads);
}

/* What is called without saying what for, and then is taken to answer: a function, or a service that nobody here knows. Stores are written
 * to. */
static bool answers(const struct validation *validation, uint32_t target)
{
    const struct model_type *type = validation_type(validation, target);
    return is_invocable_type(type) || model_is(type, "Custom::External");
}

static enum call_cache_use cache_use(const struct validation *validation, const struct step_call *call)
{
    if (call->cache == ENTITY_NONE)
        return CACHE_UNUSED;
    if (call->content.count == 0 ? answers(validation, call->target) : call_only_reads(validation, call))
        return CACHE_READS;
    return all_are(validation, call, deletes) ? CACHE_DELETES : CACHE_WRITES;
}

void function_call_resolve(const struct validation *validation, struct step_call *call)
{
    bool reads = call_only_reads(validation, call);
    call->counted = call->duplicate_effect && !call->idempotent && (call->duplicate_effect_given || !reads);
    call->cache_use = (uint8_t)cache_use(validation, call);
    call->cache_apart = all_are(validation, call, is_apart);
}

/* Where the sending's `key` stands. */
static const char *property_of(const struct sending *sending, const char *key, char property[260])
{
    snprintf(property, 260, "%.200s%s", sending->place, key);
    return property;
}

/* Is there something to keep things in, of that name? */
static bool cache_is_one(struct validation *validation, const struct step_call *call, const struct sending *sending)
{
    if (call->cache == CACHE_TMP)
        return true;
    const struct model_type *type = validation_type(validation, call->cache);
    if (type->cacheable)
        return true;
    validation_sending_error(validation, sending, "cache",
                             type->in_front_of ? "what stands in front of a table is named by \"via\""
                                               : "name an AWS::ElastiCache resource, or \"tmp\" for the environment's own /tmp",
                             "%s is %s, which keeps nothing for others", validation_name(validation, call->cache), type->type);
    return false;
}

void function_call_check_cache(struct validation *validation, const struct step_call *call, const struct sending *sending)
{
    char property[260];
    const char *idle = call->ttl ? "ttl" : "strategy";
    if (call->cache == ENTITY_NONE) {
        if (call->ttl || call->strategy_given)
            validation_warning(validation, property_of(sending, idle, property), "say \"cache\": \"tmp\", or an AWS::ElastiCache resource",
                               "%s has no effect without cache", idle);
        return;
    }
    if (!cache_is_one(validation, call, sending))
        return;
    if (call->cache != CACHE_TMP && (call->cache_use == CACHE_READS) == (call->strategy == STRATEGY_LAZY) &&
        call->cache_use != CACHE_DELETES)
        validation_type(validation, call->cache)
            ->cacheable->keeps(validation, sending, validation_config(validation, call->cache), !call->ttl);
    if (call->type != CALL_EVENT && !call->cache_apart)
        validation_sending_needs_key(validation, sending, "behind a cache");
    if (call->type == CALL_EVENT)
        validation_sending_error(validation, sending, "cache", "write \"type\": \"RequestResponse\"",
                                 "there is nothing to keep of what is not waited for");
    if (call->content.count == 0 && call->cache_use == CACHE_WRITES && !call->strategy_given)
        validation_warning(
            validation, property_of(sending, "cache", property), "say what it is: \"op\": \"GetItem\"; or \"strategy\": \"write_through\"",
            "the usual call of %s writes, and by lazy loading that leaves the cache as it is", validation_name(validation, call->target));
}
