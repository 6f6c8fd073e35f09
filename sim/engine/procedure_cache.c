/* procedure_cache.c: calls that have a cache.
 * Sources: "Caching strategies" of the user guide of ElastiCache, "Execution environment lifecycle" of that of Lambda (/tmp).
 * The handler does it: it looks whether the cache has the item, asks for it where it was meant for if not, and then (lazy loading) keeps
 * it; a write is written where it was meant for, and then (write-through) in the cache. So a miss takes the time of all three. A cache
 * that does not answer, or says no, is as one that does not have it, and is not asked again. */
#include "engine/procedure_run.h"

#include "engine/distribution.h"

/* Where the ttl of a call is drawn, behind its size, key and content. */
#define TTL_PLACE 3

bool cached_can(const struct simulation *simulation, const struct procedure_runner *runner, const struct step_call *call,
                const struct request *request)
{
    if (request->group == 0 && !call->cache_apart)
        return false;
    return call->cache == CACHE_TMP ? runner->type->storage_bytes != NULL : simulation->entities[runner->self].type->wish != NULL;
}

static void make_wish(struct procedure_runner *runner, struct task *task, const struct request *request)
{
    const struct step_call *call = task->call.step->call;
    uint64_t apart = call->cache_apart ? request->content : CONTENT_NONE;
    task->call.wish = (struct cache_wish){
        .key = (uint64_t)call->target << 40 | apart << 32 | request->group,
        .bytes = request->payload_bytes > 0 ? request->payload_bytes : 1,
        .verb = CACHE_GET,
    };
    if (!call->ttl)
        return;
    stream_at(&runner->draws, request->item, TTL_PLACE);
    int64_t lives_ns = distribution_sample_ns(call->ttl, &runner->draws.rng);
    task->call.wish.lives_ns = lives_ns > 0 ? lives_ns : 1;
}

/* Sends the call's next request, to where `stage` says. */
static void send_stage(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, enum call_stage stage)
{
    struct task *task = task_at(runner, id);
    struct request *request =
        task->call.request == POOL_NONE ? call_request(simulation, runner, id) : request_at(simulation, task->call.request);
    if (!request)
        return;
    task->call.request = request->id;
    task->stage = (uint8_t)stage;
    if (stage == CALL_ASKS)
        call_send_when_allowed(simulation, runner, id);
    else
        call_send(simulation, runner, id);
}

static void tell_kept(struct simulation *simulation, const struct procedure_runner *runner)
{
    runner->type->kept(simulation, runner->owner, &runner->own);
}

/* What it keeps by itself takes no time. */
static bool look_in_own(struct simulation *simulation, struct procedure_runner *runner, const struct task *task)
{
    uint32_t data = run_at(runner, task->run)->data;
    enum local_found found = local_caches_find(&runner->own, data, task->call.wish.key, simulation->now_ns);
    runner->type->looked(runner->owner, found);
    tell_kept(simulation, runner); /* one that is over has gone */
    return found != LOCAL_MISS;
}

void cached_begin(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    const struct step_call *call = task->call.step->call;
    struct request *request = request_at(simulation, task->call.request);
    make_wish(runner, task, request);
    if (call->cache_use != CACHE_READS) {
        send_stage(simulation, runner, id, CALL_ASKS);
    } else if (call->cache != CACHE_TMP) {
        send_stage(simulation, runner, id, CALL_LOOKS);
    } else if (look_in_own(simulation, runner, task)) {
        request_free(simulation, request);
        call_over(simulation, runner, id, true);
    } else {
        send_stage(simulation, runner, id, CALL_ASKS);
    }
}

void cached_answered(struct simulation *simulation, struct procedure_runner *runner, uint32_t id, bool good)
{
    struct task *task = task_at(runner, id);
    task->call.request = POOL_NONE;
    if (task->stage == CALL_KEEPS || (good && task->call.wish.found))
        call_over(simulation, runner, id, true);
    else
        send_stage(simulation, runner, id, CALL_ASKS);
}

static void keep_in_own(struct simulation *simulation, struct procedure_runner *runner, const struct task *task, bool keeps)
{
    const struct cache_wish *wish = &task->call.wish;
    uint32_t data = run_at(runner, task->run)->data;
    if (task->call.step->call->cache_use != CACHE_READS)
        simulation_fail(simulation, local_caches_written(&runner->own, wish->key));
    if (keeps && wish->verb == CACHE_DELETE)
        local_caches_remove(&runner->own, data, wish->key);
    else if (keeps)
        simulation_fail(simulation, local_caches_put(&runner->own, data, wish->key, wish->bytes,
                                                     wish->lives_ns > 0 ? time_add(simulation->now_ns, wish->lives_ns) : TIME_FOREVER));
    tell_kept(simulation, runner);
}

void cached_asked(struct simulation *simulation, struct procedure_runner *runner, uint32_t id)
{
    struct task *task = task_at(runner, id);
    const struct step_call *call = task->call.step->call;
    bool keeps = (call->strategy == STRATEGY_LAZY) == (call->cache_use == CACHE_READS);
    task->call.request = POOL_NONE;
    task->call.wish.verb = call->cache_use == CACHE_DELETES ? CACHE_DELETE : CACHE_SET;
    if (call->cache == CACHE_TMP) {
        keep_in_own(simulation, runner, task, keeps);
        call_over(simulation, runner, id, true);
        return;
    }
    const struct entity *cache = &simulation->entities[call->cache];
    if (call->cache_use != CACHE_READS)
        cache->type->cacheable->outdated(simulation, cache->state, task->call.wish.key);
    if (keeps)
        send_stage(simulation, runner, id, CALL_KEEPS);
    else
        call_over(simulation, runner, id, true);
}

struct cache_wish *procedure_wish(const struct procedure_runner *runner, const struct request *request)
{
    if (procedure_left(request))
        return NULL;
    struct task *task = task_at(runner, request->from_data & ~SENT_BY_PROCEDURE);
    return task->stage == CALL_ASKS ? NULL : &task->call.wish;
}

void procedure_forget_kept(struct simulation *simulation, struct procedure_runner *runner, uint32_t data)
{
    if (runner->own.used_bytes == 0)
        return;
    local_caches_forget(&runner->own, data);
    tell_kept(simulation, runner);
}
