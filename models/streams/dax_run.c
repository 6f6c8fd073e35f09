/* dax_run.c: a DAX cluster at work: a cache that is written through, in front of tables.
 * Sources: DynamoDB developer guide, "DAX: How it works", "DAX and DynamoDB consistency models", "DAX cluster sizing guide"; rules dax_*.
 * The nodes of a cluster hold the same: one cache, with the memory of one node. What misses is asked of the table, whoever else asks for
 * it meanwhile; what the table answers is kept for the time to live from then on, and a hit does not prolong it. Strongly consistent and
 * transactional reads go through and are not kept. Writes go to the table first, and then into the item cache; answers of queries are not
 * touched by writes. The reads by which DAX fetches what a transaction wrote are not simulated: what was written is kept. */
#include "dax_state.h"

#include "measure/bill.h"

#include <math.h>
#include <stdio.h>

static const struct cause cause_throttled = {.fate = FATE_THROTTLED, .text = "ThrottlingException: DAX"};

static const struct cause cause_no_table = {.fate = FATE_REJECTED, .text = "ResourceNotFoundException"};

/* Normalised requests are of 1 KB, and counted in hundredths. */
#define LOAD_PARTS 100
#define KB 1024.0

/* What becomes of an answer. */
enum kept { KEPT_NOT, KEPT_ITEM, KEPT_QUERY, KEPT_GONE };

struct passed_on {
    uint32_t waiting; /* the request that it is for */
    uint64_t key;
    uint32_t bytes;
    uint8_t kept; /* enum kept */
};

enum status dax_create(struct simulation *simulation, void *self)
{
    struct dax_cluster *cluster = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[cluster->self].name;
    char memory[64], rate[64];
    snprintf(memory, sizeof memory, "dax_memory_gb_%s", dax_node_types[cluster->node_type]);
    snprintf(rate, sizeof rate, "dax_rps_%s", dax_node_types[cluster->node_type]);
    double bytes = rule_number(rules, memory) * BYTES_PER_GB * rule_number(rules, "dax_cache_share");
    double a_second = rule_number(rules, rate) * (double)cluster->nodes * LOAD_PARTS;
    lru_cache_init(&cluster->cache, (uint64_t)fmin(fmax(bytes, 0), 1e15), &simulation->memory, name);
    pool_init(&cluster->passing, sizeof(struct passed_on), &simulation->memory, name);
    stream_init(&cluster->latencies, simulation->settings->seed, simulation->replication, name, "latency");
    token_bucket_init_per_s(&cluster->load, a_second, 1, simulation->now_ns);
    token_bucket_init_per_s(&cluster->writes, rule_number(rules, "dax_writes_per_s_max"), 1, simulation->now_ns);
    cluster->miss_weight = rule_number(rules, "dax_miss_weight");
    cluster->write_weight = rule_number(rules, "dax_write_weight") * (double)cluster->nodes;
    gauge_add(&cluster->node_count, simulation->now_ns, cluster->nodes);
    gauge_add(&cluster->load_given, simulation->now_ns, (int64_t)fmin(a_second, 1e15));
    return STATUS_OK;
}

void dax_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct dax_cluster *cluster = self;
    lru_cache_fini(&cluster->cache);
    if (cluster->passing.owner)
        pool_fini(&cluster->passing);
    fault_fini(&cluster->faults);
}

/* An item of a table, or the answer of an operation on a key of it. */
static uint64_t key_of(const struct request *request, uint32_t table, const struct dynamo_operation *operation)
{
    return (uint64_t)table << 40 | (uint64_t)(operation->query ? request->content : CONTENT_NONE) << 32 | request->group;
}

static void note_cache(struct simulation *simulation, struct dax_cluster *cluster)
{
    gauge_add(&cluster->cached_bytes, simulation->now_ns, (int64_t)cluster->cache.used_bytes - cluster->cached_bytes.level);
    counter_add(&cluster->evictions, cluster->cache.evicted - cluster->evicted);
    cluster->evicted = cluster->cache.evicted;
}

/* Takes so many normalised requests; false where the nodes have no more, and then the request is answered. */
static bool take_load(struct simulation *simulation, struct dax_cluster *cluster, struct request *request, double weight)
{
    int64_t parts = llround(weight * fmax(request->payload_bytes, 1) / KB * LOAD_PARTS);
    parts = parts > 0 ? parts : 1;
    if (!token_bucket_take(&cluster->load, parts, simulation->now_ns)) {
        counter_add(&cluster->throttled, 1);
        request_done(simulation, cluster->self, request, &cause_throttled);
        return false;
    }
    gauge_add_piece(&cluster->load_used, (int128)parts * NS_PER_S);
    return true;
}

/* Hands the request on to the table: its answer comes to dax_done. */
static void pass_on(struct simulation *simulation, struct dax_cluster *cluster, struct request *request, uint32_t table,
                    struct passed_on passed)
{
    uint32_t id = pool_take(&cluster->passing);
    struct request *next = id == POOL_NONE ? NULL : request_pass_on(simulation, request, cluster->self, id);
    if (!next) {
        simulation_fail(simulation, simulation->memory.status);
        return;
    }
    passed.waiting = request->id;
    *(struct passed_on *)pool_at(&cluster->passing, id) = passed;
    request_send(simulation, table, next);
}

static void count_lookup(struct dax_cluster *cluster, const struct dynamo_operation *operation, bool hit)
{
    struct counter *counter = hit ? &cluster->item_hits : &cluster->item_misses;
    if (operation->query && operation->many)
        counter = hit ? &cluster->scan_hits : &cluster->scan_misses;
    else if (operation->query)
        counter = hit ? &cluster->query_hits : &cluster->query_misses;
    counter_add(counter, 1);
    counter_add(&cluster->lookups, 1);
    counter_add(&cluster->hits, hit);
}

static void read(struct simulation *simulation, struct dax_cluster *cluster, struct request *request, uint32_t table,
                 const struct dynamo_asked *asked)
{
    const struct dynamo_operation *operation = asked->operation;
    bool cached = (operation->cached || operation->query) && !asked->consistent && request->group != 0;
    uint64_t key = key_of(request, table, operation);
    bool hit = cached && lru_cache_find(&cluster->cache, key, simulation->now_ns);
    if (cached)
        count_lookup(cluster, operation, hit);
    note_cache(simulation, cluster); /* one that is over has gone */
    if (!take_load(simulation, cluster, request, hit ? 1 : cluster->miss_weight))
        return;
    if (!hit) {
        enum kept kept = !cached ? KEPT_NOT : operation->query ? KEPT_QUERY : KEPT_ITEM;
        pass_on(simulation, cluster, request, table,
                (struct passed_on){.key = key, .bytes = request->payload_bytes, .kept = (uint8_t)kept});
        return;
    }
    int64_t latency_ns = distribution_draw_ns(cluster->hit_latency, &cluster->latencies, request->item, request->attempt);
    cluster->answering++;
    simulation_schedule(simulation, cluster->self, DAX_ANSWER, RANK_COMPLETION,
                        time_add(simulation->now_ns, fault_slowed(&cluster->faults, latency_ns)), request->id);
}

static void write(struct simulation *simulation, struct dax_cluster *cluster, struct request *request, uint32_t table,
                  const struct dynamo_operation *operation)
{
    if (!token_bucket_take(&cluster->writes, 1, simulation->now_ns)) {
        counter_add(&cluster->throttled, 1);
        request_done(simulation, cluster->self, request, &cause_throttled);
        return;
    }
    if (!take_load(simulation, cluster, request, cluster->write_weight))
        return;
    enum kept kept = request->group == 0 ? KEPT_NOT : operation->deletes ? KEPT_GONE : KEPT_ITEM;
    pass_on(simulation, cluster, request, table,
            (struct passed_on){.key = key_of(request, table, operation), .bytes = request->payload_bytes, .kept = (uint8_t)kept});
}

/* Whom it is for; ENTITY_NONE: its sender has no step that says so. */
static uint32_t table_of(const struct simulation *simulation, const struct request *request)
{
    const struct entity *sender = request->from == ENTITY_NONE ? NULL : &simulation->entities[request->from];
    return sender && sender->type->beyond ? sender->type->beyond(simulation, sender->state, request) : ENTITY_NONE;
}

void dax_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct dax_cluster *cluster = self;
    uint32_t table = table_of(simulation, request);
    const struct dynamo_asked *asked = &cluster->asked[request->content];
    counter_add(&cluster->requests, 1);
    if (fault_answers(simulation, &cluster->faults, cluster->self, request))
        return;
    if (table == ENTITY_NONE)
        request_done(simulation, cluster->self, request, &cause_no_table);
    else if (asked->operation->reads)
        read(simulation, cluster, request, table, asked);
    else
        write(simulation, cluster, request, table, asked->operation);
}

static void keep(struct simulation *simulation, struct dax_cluster *cluster, const struct passed_on *passed)
{
    int64_t lives_ns = passed->kept == KEPT_QUERY ? cluster->query_ns : cluster->item_ns;
    int64_t expires_ns = lives_ns > 0 ? time_add(simulation->now_ns, lives_ns) : TIME_FOREVER;
    if (passed->kept == KEPT_GONE)
        lru_cache_remove(&cluster->cache, passed->key);
    else if (passed->kept != KEPT_NOT)
        simulation_fail(simulation, lru_cache_put(&cluster->cache, passed->key, passed->bytes > 0 ? passed->bytes : 1, 0, expires_ns));
    note_cache(simulation, cluster);
}

void dax_done(struct simulation *simulation, void *self, struct request *request)
{
    struct dax_cluster *cluster = self;
    uint32_t id = request->from_data;
    const struct passed_on passed = *(struct passed_on *)pool_at(&cluster->passing, id);
    struct request *waiting = request_at(simulation, passed.waiting);
    const struct cause *cause = request->cause;
    pool_give(&cluster->passing, id);
    request_free(simulation, request);
    if (cause == &cause_succeeded)
        keep(simulation, cluster, &passed);
    request_done(simulation, cluster->self, waiting, cause);
}

void dax_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct dax_cluster *cluster = self;
    cluster->answering--;
    request_done(simulation, cluster->self, request_at(simulation, event->data), &cause_succeeded);
}

enum status dax_finish(struct simulation *simulation, void *self)
{
    const struct dax_cluster *cluster = self;
    simulation_in_flight(simulation, cluster->self, cluster->answering + cluster->passing.used);
    return STATUS_OK;
}
