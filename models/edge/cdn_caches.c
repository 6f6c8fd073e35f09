/* cdn_caches.c: the caches of a distribution and what is fetched for them: an edge asks its regional cache, where there is one,
 * that asks Origin Shield, where the origin has one, and the last of them asks the origin. Each keeps what comes back for its time to live,
 * and makes room by last use. Of requests for one object that wait at the same time, one is passed on. Sources: CloudFront developer guide,
 * "How CloudFront delivers content", "Use Amazon CloudFront Origin Shield", "Request and response behavior for custom origins":
 * simultaneous requests for the same object; "How CloudFront processes HTTP 4xx and 5xx status codes from your origin": which errors are
 * kept, and for how long, and that an object whose time is over is served for a 5xx, and the origin left alone for the error's time;
 * "Manage how long content stays in the cache (expiration)": stale-if-error says for how long that may be, and stale-while-revalidate that
 * for a while the object is served at once, while it is asked for anew; neither reaches beyond the greatest time to live. */
#include "cdn_state.h"

#include "engine/glob.h"
#include "engine/room.h"

#include <string.h>

/* -- sizes -- */

uint64_t cdn_object_bytes(struct cdn *cdn, const struct cdn_job *job)
{
    if (!cdn->object_size)
        return 0;
    /* Whatever its variant, an object has one size. */
    stream_at(&cdn->size_stream, (uint64_t)cdn->kept_as[job->content] << 32 | job->group, 0);
    const double bytes = distribution_sample(cdn->object_size, &cdn->size_stream.rng);
    return bytes < 1 ? 1 : bytes > UINT32_MAX ? UINT32_MAX : (uint64_t)bytes;
}

/* -- what is kept -- */

/* Errors have numbers from 1; 0 is what succeeded. */
static uint32_t error_number(struct simulation *simulation, struct cdn *cdn, const struct cause *cause)
{
    for (uint32_t i = 0; i < cdn->error_count; i++)
        if (cdn->errors[i] == cause)
            return i + 1;
    if (!room_for(&cdn->errors, cdn->error_count + 1u, &cdn->error_capacity, sizeof(struct cause *))) {
        simulation_fail(simulation, STATUS_NO_MEMORY);
        return 0;
    }
    cdn->errors[cdn->error_count++] = cause;
    return cdn->error_count;
}

/* How long an error is kept; 0: it is not. */
static int64_t error_keep_ns(const struct cdn *cdn, const struct cause *cause)
{
    const struct cdn_error_rule *rules = cdn->error_rules.items;
    const int status = cdn_status_of(cause);
    for (size_t i = 0; i < cdn->error_rules.count; i++)
        if (rules[i].code == status)
            return rules[i].keep_given ? rules[i].keep_ns : cdn->error_keep_ns;
    return status >= 0 && status < CDN_STATUSES && cdn->error_is_kept[status] ? cdn->error_keep_ns : 0;
}

int64_t cdn_keep_ns(const struct cdn *cdn, const struct cdn_job *job)
{
    if (job->cause != &cause_succeeded)
        return error_keep_ns(cdn, job->cause);
    return cache_rules_keep_ns(&cdn_behavior_of(cdn, job)->rules, cdn_word_of(cdn, job));
}

/* -- beyond its time -- */

/* An entry's value: 0 is an object in its time, or just past it; a small number an error; with this bit the second in which the time of an
 * object was over that has been served for errors since. */
#define OVERDUE (UINT32_C(1) << 31)

static bool is_object(const struct lru_entry *entry)
{
    return entry->value == 0 || (entry->value & OVERDUE) != 0;
}

/* When the time of an object was over that the origin gave it. */
static int64_t ended_ns(const struct lru_entry *entry)
{
    return entry->value == 0 ? entry->expires_ns : (int64_t)(entry->value & ~OVERDUE) * NS_PER_S;
}

static int64_t no_longer_than(const struct cdn *cdn, const struct cdn_job *job, int64_t time_ns)
{
    const int64_t most_ns = cdn_behavior_of(cdn, job)->rules.max_ns;
    return time_ns < most_ns ? time_ns : most_ns;
}

/* Is the object still there to be served for an error? Where the origin does not say for how long: as long as it is there. */
static bool stands_in(const struct cdn *cdn, const struct cdn_job *job, const struct lru_entry *entry, int64_t now_ns)
{
    const int64_t most_ns = cdn_word_of(cdn, job)->stale_error_ns;
    return is_object(entry) && (most_ns < 0 || now_ns < time_add(ended_ns(entry), no_longer_than(cdn, job, most_ns)));
}

/* An origin that fails: what the cache has, though its time is over, is served, and until the error's time is over it is not asked
 * again. */
static bool serve_for_error(struct simulation *simulation, struct cdn *cdn, struct cdn_cache *cache, struct cdn_job *fetch)
{
    const struct lru_entry *entry =
        fetch->cacheable && cdn_status_of(fetch->cause) >= 500 ? lru_cache_peek(&cache->held, fetch->key) : NULL;
    if (!entry || !stands_in(cdn, fetch, entry, simulation->now_ns))
        return false;
    const int64_t second = ended_ns(entry) / NS_PER_S;
    fetch->expires_ns = time_add(simulation->now_ns, error_keep_ns(cdn, fetch->cause));
    fetch->cause = &cause_succeeded;
    fetch->bytes = entry->bytes;
    fetch->from_cache = fetch->is_stale = true;
    if (cache->figures && !fetch->owns_request && fetch->cacheable)
        counter_add(&cache->figures->hits, 1); /* whom it was fetched for was counted as a miss */
    simulation_fail(simulation, lru_cache_put(&cache->held, fetch->key, entry->bytes,
                                              OVERDUE | (uint32_t)(second < OVERDUE ? second : OVERDUE - 1), fetch->expires_ns));
    return true;
}

static void keep(struct simulation *simulation, struct cdn *cdn, struct cdn_cache *cache, const struct cdn_job *job)
{
    const bool fine = job->cause == &cause_succeeded;
    const struct cache_word *word = cdn_word_of(cdn, job);
    const bool later = fine && (word->stale_error_ns > 0 || word->stale_while_ns > 0); /* of use when its time is over */
    if (!job->cacheable || job->is_head)
        return;
    if (job->expires_ns <= simulation->now_ns && !later) {
        lru_cache_remove(&cache->held, job->key);
        return;
    }
    const uint64_t evicted = cache->held.evicted;
    const uint32_t bytes = job->bytes > UINT32_MAX ? UINT32_MAX : job->bytes > 0 ? (uint32_t)job->bytes : 1;
    const uint32_t value = fine ? 0 : error_number(simulation, cdn, job->cause);
    simulation_fail(simulation, lru_cache_put(&cache->held, job->key, bytes, value, job->expires_ns));
    counter_add(&cdn->metrics.evictions, cache->held.evicted - evicted);
    if (cache->figures)
        counter_add(&cache->figures->evictions, cache->held.evicted - evicted);
}

void cdn_invalidate(struct simulation *simulation, struct cdn *cdn, const char *pattern)
{
    const struct content_table *contents = simulation->settings->contents;
    bool meant[CONTENT_COUNT];
    for (uint32_t i = 0; i < CONTENT_COUNT; i++) {
        const char *request = contents && i < contents->count ? contents->items[i].request : NULL;
        const char *path = request ? strchr(request, ' ') : NULL;
        path = path ? path + 1 : "/";
        meant[i] = glob_matches(pattern, path, strcspn(path, "?"), 0) || glob_match(pattern, path, false);
    }
    for (uint32_t i = 0; i < cdn->cache_count; i++) {
        struct lru_cache *held = &cdn->caches[i].held;
        for (uint32_t id = held->used.head, next; id != POOL_NONE; id = next) {
            const struct lru_entry *entry = pool_at(&held->entries, id);
            next = entry->link.next;
            if (!meant[cdn_key_content(entry->key)])
                continue;
            lru_cache_remove(held, entry->key);
            counter_add(&cdn->metrics.invalidated, 1);
        }
    }
}

/* -- the way up -- */

/* Whom a cache asks for what it has not; cache_count: the origin. What is never kept goes past the regional caches. */
static uint32_t above(const struct cdn *cdn, const struct cdn_job *job, uint32_t cache)
{
    const uint32_t regional = (uint32_t)cdn->regional_caches, shield = cdn->edge_count + regional;
    if (cache < cdn->edge_count && regional > 0 && job->cacheable)
        return cdn->edge_count + cache % regional;
    return cache < shield && cdn_origin_of(cdn, job)->shield ? shield : cdn->cache_count;
}

static void wait_for(const struct cdn *cdn, uint32_t fetch_id, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, fetch_id), *job = cdn_job_at(cdn, id);
    job->next = POOL_NONE;
    job->stage = STAGE_WAITING;
    if (fetch->last == POOL_NONE)
        fetch->first = id;
    else
        cdn_job_at(cdn, fetch->last)->next = id;
    fetch->last = id;
}

/* A fetch for the cache in which the job looked; nobody waits for it yet. POOL_NONE when memory is out. */
static uint32_t new_fetch(struct simulation *simulation, struct cdn *cdn, uint32_t id, bool shared)
{
    const uint32_t fetch_id = pool_take(&cdn->jobs);
    if (fetch_id == POOL_NONE) {
        simulation_fail(simulation, simulation->memory.status);
        return POOL_NONE;
    }
    const struct cdn_job *job = cdn_job_at(cdn, id);
    struct cdn_job *fetch = cdn_job_at(cdn, fetch_id);
    *fetch = *job;
    fetch->is_fetch = true;
    fetch->home = job->cache;
    fetch->first = fetch->last = fetch->next = POOL_NONE;
    fetch->sent = POOL_NONE;
    fetch->attempt = fetch->member = 0;
    fetch->from_cache = fetch->is_stale = fetch->owns_request = false;
    fetch->is_shared = shared;
    if (shared)
        simulation_fail(simulation, key_map_put(&cdn->caches[job->cache].fetching, job->key, fetch_id));
    return fetch_id;
}

/* A fetch for which the job waits. */
static uint32_t begin_fetch(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    const struct cdn_job *job = cdn_job_at(cdn, id);
    const uint32_t fetch_id = new_fetch(simulation, cdn, id, job->cacheable && cdn->caches[job->cache].collapses);
    if (fetch_id != POOL_NONE)
        wait_for(cdn, fetch_id, id);
    return fetch_id;
}

/* A fetch besides, of what the job was served beyond its time: for nobody, and so with a request of its own. POOL_NONE: one is under way
 * already, or memory is out. */
static uint32_t begin_anew(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    const struct cdn_job *job = cdn_job_at(cdn, id);
    if (key_map_find(&cdn->caches[job->cache].fetching, job->key) != POOL_NONE)
        return POOL_NONE;
    const uint32_t fetch_id = new_fetch(simulation, cdn, id, true);
    if (fetch_id == POOL_NONE)
        return POOL_NONE;
    const struct request *own =
        request_pass_on(simulation, request_at(simulation, cdn_job_at(cdn, fetch_id)->request), cdn->self, fetch_id);
    if (!own)
        return POOL_NONE;
    cdn_job_at(cdn, fetch_id)->request = own->id;
    cdn_job_at(cdn, fetch_id)->owns_request = true;
    return fetch_id;
}

enum found { FOUND_NOTHING, FOUND_FRESH, FOUND_STALE };

/* What is found ends the job. What is FOUND_STALE is to be asked for anew besides. */
static enum found find(const struct simulation *simulation, struct cdn *cdn, struct cdn_job *job)
{
    struct cdn_cache *cache = &cdn->caches[job->cache];
    const struct lru_entry *entry = lru_cache_peek(&cache->held, job->key);
    if (!entry)
        return FOUND_NOTHING;
    const bool fresh = simulation->now_ns < entry->expires_ns, fine = is_object(entry);
    const int64_t while_ns = no_longer_than(cdn, job, cdn_word_of(cdn, job)->stale_while_ns);
    if (!fresh && !(fine && simulation->now_ns < time_add(ended_ns(entry), while_ns)))
        return FOUND_NOTHING;
    job->bytes = fine ? entry->bytes : 0;
    job->cause = fine ? &cause_succeeded : cdn->errors[entry->value - 1];
    job->expires_ns = entry->expires_ns;
    job->from_cache = true;
    job->is_stale = simulation->now_ns >= ended_ns(entry) && fine;
    return fresh ? FOUND_FRESH : FOUND_STALE;
}

/* The fetch of somebody else that the job may wait for; POOL_NONE: there is none. */
static uint32_t other_fetch(const struct cdn *cdn, const struct cdn_job *job)
{
    const struct cdn_cache *cache = &cdn->caches[job->cache];
    return job->cacheable && cache->collapses ? key_map_find(&cache->fetching, job->key) : POOL_NONE;
}

static void count_look(struct cdn *cdn, const struct cdn_job *job, bool hit)
{
    struct edge_figures *figures = cdn->caches[job->cache].figures;
    if (job->is_fetch || !figures || !job->cacheable)
        return;
    counter_add(&figures->cacheable, 1);
    counter_add(&figures->hits, hit);
}

static void hand_down(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    if (cdn_job_at(cdn, id)->is_fetch)
        cdn_fetched(simulation, cdn, id);
    else
        cdn_job_ended(simulation, cdn, id);
}

/* A fetch asks the cache above its own; true: there is none but the origin, and that is asked. */
static bool ascend(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job *fetch = cdn_job_at(cdn, id);
    fetch->cache = above(cdn, fetch, fetch->home);
    if (fetch->cache == cdn->cache_count) {
        cdn_ask_origin(simulation, cdn, id);
        return true;
    }
    if (fetch->cache == cdn->edge_count + (uint32_t)cdn->regional_caches) {
        const int area = cdn_origin_of(cdn, fetch)->shield_area;
        counter_add(&cdn->metrics.use[area < AREAS ? area : AREA_US].shield, 1);
    }
    return false;
}

/* Goes up until somebody has it, somebody else fetches it already, or there is nobody left but the origin. */
void cdn_look_up(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    for (;;) {
        struct cdn_job *job = cdn_job_at(cdn, id);
        const enum found found = job->cacheable ? find(simulation, cdn, job) : FOUND_NOTHING;
        const uint32_t other = found != FOUND_NOTHING ? POOL_NONE : other_fetch(cdn, job);
        count_look(cdn, job, found != FOUND_NOTHING || other != POOL_NONE);
        if (other != POOL_NONE) {
            job->from_cache = true; /* as CloudFront counts it: a hit that waits */
            counter_add(&cdn->metrics.collapsed, 1);
            wait_for(cdn, other, id);
            return;
        }
        uint32_t fetch = POOL_NONE;
        if (found == FOUND_NOTHING)
            fetch = begin_fetch(simulation, cdn, id);
        else if (found == FOUND_STALE)
            fetch = begin_anew(simulation, cdn, id);
        if (found != FOUND_NOTHING)
            hand_down(simulation, cdn, id);
        if (fetch == POOL_NONE || ascend(simulation, cdn, fetch))
            return;
        id = fetch;
    }
}

void cdn_fetched(struct simulation *simulation, struct cdn *cdn, uint32_t id)
{
    struct cdn_job fetch = *cdn_job_at(cdn, id);
    struct cdn_cache *cache = &cdn->caches[fetch.home];
    if (fetch.is_shared)
        key_map_remove(&cache->fetching, fetch.key);
    if (!serve_for_error(simulation, cdn, cache, &fetch))
        keep(simulation, cdn, cache, &fetch);
    if (fetch.owns_request)
        request_free(simulation, request_at(simulation, fetch.request));
    pool_give(&cdn->jobs, id);
    for (uint32_t waiting = fetch.first, next; waiting != POOL_NONE; waiting = next) {
        struct cdn_job *job = cdn_job_at(cdn, waiting);
        next = job->next;
        job->cause = fetch.cause;
        job->bytes = fetch.bytes;
        job->expires_ns = fetch.expires_ns;
        job->from_cache = job->from_cache || fetch.from_cache;
        job->is_stale = fetch.is_stale;
        hand_down(simulation, cdn, waiting);
    }
}
