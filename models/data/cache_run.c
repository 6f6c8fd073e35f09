/* cache_run.c: a command: it finds what is there when it comes, waits until the engine of its node is free, and its answer takes its way.
 * What a step with a `cache` wants is asked of its sender; what others send is a GET, or what their operation says, of the item's key. */
#include "cache_state.h"

#include "engine/rule_book.h"

#include <math.h>

static const struct cause cause_connections = {.fate = FATE_THROTTLED, .text = "max number of clients reached"};
static const struct cause cause_memory = {.fate = FATE_REJECTED, .text = "OOM command not allowed when used memory > 'maxmemory'"};
static const struct cause cause_large = {.fate = FATE_REJECTED, .text = "value too large"};
static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ECPUPerSecond"};

enum status cache_create(struct simulation *simulation, void *self)
{
    struct cache *cache = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[cache->self].name;
    bool valkey = cache->config.engine == CACHE_VALKEY;
    cache->command_ns = cache->config.serverless ? 0 : rule_ns(rules, "elasticache_command_ms");
    cache->ecpu_bytes = (uint64_t)fmax((double)rule_bytes(rules, "elasticache_ecpu_kb"), 1);
    cache->least_billed_bytes =
        (uint64_t)rule_bytes(rules, valkey ? "elasticache_serverless_min_gb_valkey" : "elasticache_serverless_min_gb");
    if (cache->config.ecpu_per_s > 0)
        token_bucket_init_per_s(&cache->ecpus, (double)cache->config.ecpu_per_s, 1, simulation->now_ns);
    stream_init(&cache->reads, simulation->settings->seed, simulation->replication, name, "latency");
    stream_init(&cache->writes, simulation->settings->seed, simulation->replication, name, "latency of writes");
    stream_init(&cache->connects, simulation->settings->seed, simulation->replication, name, "connect_time");
    stream_init(&cache->failures, simulation->settings->seed, simulation->replication, name, "failover_time");
    cache->lost_ns = -1;
    gauge_add(&cache->metrics.nodes, simulation->now_ns, cache->config.serverless ? 0 : cache->config.shard_count * cache->config.copies);
    gauge_add(&cache->metrics.engines, simulation->now_ns,
              cache->config.shard_count * (cache->config.reads_replicas ? cache->config.copies : 1));
    gauge_add(&cache->metrics.room, simulation->now_ns, (int64_t)cache->config.shard_bytes * cache->config.shard_count);
    gauge_add(&cache->metrics.billed_bytes, simulation->now_ns, cache->config.serverless ? (int64_t)cache->least_billed_bytes : 0);
    return cache_shards_create(simulation, cache);
}

void cache_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct cache *cache = self;
    cache_shards_destroy(cache);
    fault_fini(&cache->faults);
}

static uint64_t items_of(const struct cache_shard *shard)
{
    return lru_cache_count(&shard->lasting) + lru_cache_count(&shard->passing);
}

/* What a shard had before a command. */
struct before {
    uint64_t items, bytes, evicted;
};

static struct before look(const struct cache_shard *shard)
{
    return (struct before){items_of(shard), shard->lasting.used_bytes + shard->passing.used_bytes, shard->passing.evicted};
}

static void note(struct simulation *simulation, struct cache *cache, const struct cache_shard *shard, const struct before *before)
{
    struct cache_metrics *metrics = &cache->metrics;
    struct before after = look(shard);
    gauge_add(&metrics->items, simulation->now_ns, (int64_t)(after.items - before->items));
    gauge_add(&metrics->bytes, simulation->now_ns, (int64_t)(after.bytes - before->bytes));
    counter_add(&metrics->evictions, after.evicted - before->evicted);
    if (!cache->config.serverless)
        return;
    int64_t billed = metrics->bytes.level > (int64_t)cache->least_billed_bytes ? metrics->bytes.level : (int64_t)cache->least_billed_bytes;
    gauge_add(&metrics->billed_bytes, simulation->now_ns, billed - metrics->billed_bytes.level);
}

/* When the engine has done the command. */
static int64_t engine_done_ns(struct simulation *simulation, struct cache *cache, struct cache_shard *shard, bool reads)
{
    uint32_t node = 0;
    if (reads && cache->config.reads_replicas)
        node = shard->turn++ % (uint32_t)cache->config.copies;
    int64_t begin_ns = shard->free_ns[node] > simulation->now_ns ? shard->free_ns[node] : simulation->now_ns;
    int64_t command_ns = fault_slowed(&cache->faults, cache->command_ns);
    shard->free_ns[node] = time_add(begin_ns, command_ns);
    gauge_add_piece(&cache->metrics.busy, command_ns);
    return shard->free_ns[node];
}

/* `closes`: it came by a connection of its own, which took `opening_ns`. */
static void answer_later(struct simulation *simulation, struct cache *cache, struct request *request, struct cache_shard *shard, bool reads,
                         bool closes, int64_t opening_ns)
{
    struct stream *stream = reads ? &cache->reads : &cache->writes;
    stream_at(stream, request->item, request->attempt);
    int64_t way_ns = fault_slowed(&cache->faults, distribution_sample_ns(cache->config.latency, &stream->rng));
    int64_t at_ns = time_add(time_add(engine_done_ns(simulation, cache, shard, reads), way_ns), opening_ns);
    cache->answering++;
    simulation_schedule(simulation, cache->self, closes ? CACHE_ANSWERED_AND_CLOSED : CACHE_ANSWERED, RANK_COMPLETION, at_ns, request->id);
}

/* The units of a serverless cache: one for each KB that is moved; false where there are no more, and the request is answered. */
static bool take_units(struct simulation *simulation, struct cache *cache, struct request *request, uint32_t bytes)
{
    if (!cache->config.serverless)
        return true;
    uint64_t units = bill_chunks(bytes, cache->ecpu_bytes);
    if (cache->config.ecpu_per_s > 0 && !token_bucket_take(&cache->ecpus, (int64_t)units, simulation->now_ns)) {
        counter_add(&cache->metrics.throttled, 1);
        request_done(simulation, cache->self, request, &cause_throttled);
        return false;
    }
    counter_add(&cache->metrics.ecpus, units);
    return true;
}

/* False: it was answered. */
static bool get(struct simulation *simulation, struct cache *cache, struct cache_shard *shard, struct request *request,
                struct cache_wish *wish)
{
    struct before before = look(shard);
    const struct lru_entry *entry = wish->key == 0 ? NULL : cache_shard_find(shard, wish->key, simulation->now_ns);
    bool stale = entry && entry->value != 0;
    wish->found = entry != NULL;
    note(simulation, cache, shard, &before); /* one that is over has gone */
    if (!take_units(simulation, cache, request, wish->found ? wish->bytes : 1))
        return false;
    counter_add(&cache->metrics.gets, 1);
    counter_add(&cache->metrics.lookups, 1);
    counter_add(wish->found ? &cache->metrics.hits : &cache->metrics.misses, 1);
    counter_add(&cache->metrics.stale, stale);
    return true;
}

/* The same. */
static bool set(struct simulation *simulation, struct cache *cache, struct cache_shard *shard, struct request *request,
                const struct cache_wish *wish)
{
    struct before before = look(shard);
    bool small = wish->bytes <= cache->config.most_bytes, good = true;
    if (!take_units(simulation, cache, request, wish->verb == CACHE_SET ? wish->bytes : 1))
        return false;
    counter_add(&cache->metrics.sets, 1);
    if (wish->key == 0)
        return true; /* nobody will ask for it */
    if (wish->verb == CACHE_DELETE)
        cache_shard_remove(shard, wish->key);
    else
        good = small && cache_shard_put(simulation, cache, shard, wish->key, wish->bytes, wish->lives_ns);
    note(simulation, cache, shard, &before);
    if (good)
        return true;
    counter_add(&cache->metrics.sets_refused, 1);
    request_done(simulation, cache->self, request, small ? &cause_memory : &cause_large);
    return false;
}

static bool open_connections(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    (void)client;
    struct cache *cache = self;
    struct cache_metrics *metrics = &cache->metrics;
    if (cache->faults.down)
        return false;
    if (metrics->connections.level + count > cache->config.max_connections) {
        counter_add(&metrics->refused, count);
        return false;
    }
    counter_add(&metrics->opened, count);
    gauge_add(&metrics->connections, simulation->now_ns, count);
    return true;
}

static void close_connections(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    (void)client;
    struct cache *cache = self;
    if (since_ns > cache->lost_ns)
        gauge_add(&cache->metrics.connections, simulation->now_ns, -(int64_t)count);
}

static int64_t connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    struct cache *cache = self;
    (void)simulation;
    if (!cache->config.connect_time)
        return 0;
    stream_at(&cache->connects, item, attempt);
    return fault_slowed(&cache->faults, distribution_sample_ns(cache->config.connect_time, &cache->connects.rng));
}

const struct connectable cache_connectable = {.admit = open_connections, .release = close_connections, .connect_ns = connect_ns};

static void outdated(struct simulation *simulation, void *self, uint64_t key)
{
    (void)simulation;
    cache_shard_outdate(cache_shard_of(self, key), key);
}

const struct cacheable cache_cacheable = {.outdated = outdated, .keeps = cache_keeps};

static bool comes_by_kept_connection(const struct simulation *simulation, const struct request *request, int64_t *since_ns)
{
    uint64_t client;
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    return sender && sender->type->through_connection &&
           sender->type->through_connection(simulation, sender->state, request, &client, since_ns);
}

/* What a sender without steps, or a step that names the cache itself, wants. */
static struct cache_wish wish_of_others(const struct cache *cache, const struct request *request)
{
    struct cache_wish wish = {.verb = CACHE_GET, .bytes = request->payload_bytes > 0 ? request->payload_bytes : 1};
    if (request->group != 0)
        wish.key = (uint64_t)cache->self << 40 | request->group;
    if (content_set_has(&cache->config.writes, request->content))
        wish.verb = CACHE_SET;
    if (content_set_has(&cache->config.deletes, request->content))
        wish.verb = CACHE_DELETE;
    return wish;
}

void cache_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct cache *cache = self;
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    struct cache_wish own = wish_of_others(cache, request);
    struct cache_wish *wish = sender && sender->type->wish ? sender->type->wish(simulation, sender->state, request) : NULL;
    wish = wish ? wish : &own;
    counter_add(&cache->metrics.commands, 1);
    if (fault_answers(simulation, &cache->faults, cache->self, request))
        return;
    int64_t since_ns = 0;
    bool kept = comes_by_kept_connection(simulation, request, &since_ns), reads = wish->verb == CACHE_GET;
    struct cache_shard *shard = cache_shard_of(cache, wish->key);
    const struct cause *refusal = cache_refusal(simulation, cache, shard, reads, kept, since_ns);
    if (refusal) {
        wish->found = false;
        request_done(simulation, cache->self, request, refusal);
        return;
    }
    if (!kept && !open_connections(simulation, cache, CONNECTABLE_NOBODY, 1)) {
        request_done(simulation, cache->self, request, &cause_connections);
        return;
    }
    int64_t opening_ns = kept ? 0 : connect_ns(simulation, cache, request->item, request->attempt);
    if (reads ? get(simulation, cache, shard, request, wish) : set(simulation, cache, shard, request, wish))
        answer_later(simulation, cache, request, shard, reads, !kept, opening_ns);
    else if (!kept)
        close_connections(simulation, cache, CONNECTABLE_NOBODY, 1, simulation->now_ns);
}

void cache_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct cache *cache = self;
    struct request *request = request_at(simulation, event->data);
    cache->answering--;
    if (event->kind == CACHE_ANSWERED_AND_CLOSED)
        close_connections(simulation, cache, CONNECTABLE_NOBODY, 1, request->sent_ns);
    tally_add(&cache->metrics.time, TALLY_ALL, simulation->now_ns - request->sent_ns);
    request->payload_bytes = 0; /* what comes back is the sender's to know */
    request_done(simulation, cache->self, request, &cause_succeeded);
}

enum status cache_finish(struct simulation *simulation, void *self)
{
    const struct cache *cache = self;
    simulation_in_flight(simulation, cache->self, cache->answering);
    return STATUS_OK;
}
