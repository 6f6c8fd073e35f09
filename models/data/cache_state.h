/* cache_state.h: AWS::ElastiCache: nodes that keep what others have fetched, in memory. Private to this folder.
 * Sources: rules elasticache_*, which cite the ElastiCache user guide: "Caching strategies", "Engine specific parameters", "Managing
 * reserved memory", "Metrics for Valkey and Redis OSS".
 *
 * Keys spread over shards. The engine of a node does one command after the other, each in the same time; what goes over the network takes
 * its own, beside that. A shard has the memory of one node: its replicas hold the same. What it has no room for goes by last use, as far as
 * maxmemory-policy lets it; entries whose life is over go when they are asked for, or make room. A serverless cache has no nodes: it takes
 * what comes, up to its limits.
 *
 * From the ground up: cache_node.c (what a node has and costs), cache_shard.c (what is kept), cache_run.c (a command), cache_check.c (what
 * is refused), cache.c (the tables). */
#ifndef SLSIM_DATA_CACHE_STATE_H
#define SLSIM_DATA_CACHE_STATE_H

#include "engine/cacheable.h"
#include "engine/connectable.h"
#include "engine/distribution.h"
#include "engine/fault.h"
#include "engine/lru_cache.h"
#include "engine/random.h"
#include "engine/token_bucket.h"
#include "measure/bill.h"
#include "measure/counter.h"
#include "measure/gauge.h"
#include "measure/tally.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <stdbool.h>
#include <stdint.h>

#define CACHE_CLUSTER_TYPE "AWS::ElastiCache::CacheCluster"
#define CACHE_GROUP_TYPE "AWS::ElastiCache::ReplicationGroup"
#define CACHE_SERVERLESS_TYPE "AWS::ElastiCache::ServerlessCache"
#define CACHE_PARAMETERS_TYPE "AWS::ElastiCache::ParameterGroup"

enum cache_engine { CACHE_MEMCACHED, CACHE_REDIS, CACHE_VALKEY };
enum cache_policy { POLICY_VOLATILE_LRU, POLICY_ALLKEYS_LRU };

enum cache_event { CACHE_ANSWERED, CACHE_ANSWERED_AND_CLOSED /* by the connection of one command */ };

/* AWS::ElastiCache::ParameterGroup. */
struct cache_parameters {
    int policy; /* enum cache_policy */
    bool policy_given, reserved_given;
    double reserved_percent;
};

struct cache_config {
    int engine; /* enum cache_engine */
    const char *node_type, *parameter_group;
    int64_t nodes;            /* NumCacheNodes */
    int64_t clusters, shards; /* NumCacheClusters, NumNodeGroups */
    int64_t replicas;
    bool clusters_given, shards_given, replicas_given, fails_over, multi_az;
    int64_t storage_gb, ecpu_per_s; /* of CacheUsageLimits; 0: none is said */
    const struct distribution *latency, *connect_time, *failover_time;
    bool reads_replicas;

    /* by `validate`: */
    bool serverless;
    int64_t shard_count, copies;        /* of each shard: its nodes */
    uint64_t shard_bytes, most_bytes;   /* of a shard; of one value */
    int policy;                         /* enum cache_policy */
    int64_t max_connections;            /* of a node, and so of those that keep one to each */
    struct content_set writes, deletes; /* contents that are so, of what is sent by others than steps with a `cache` */
    const struct line_item *item;
    double item_units; /* of `item`, for each hour of a node */
};

/* One shard: the memory of its nodes, and when the engine of each is free. */
struct cache_shard {
    struct lru_cache lasting; /* entries without a time to live, where those are not evicted */
    struct lru_cache passing; /* the others */
    int64_t *free_ns;         /* owned, by node: the primary first */
    uint32_t turn;            /* whose turn it is to read */
    int64_t lost_ns;          /* connections to it that were opened by then are gone; negative: none are */
    int64_t back_ns;          /* until then it has no primary */
};

struct cache_metrics {
    struct counter hits, misses, lookups, evictions, gets, sets, opened, refused, stale, sets_refused, ecpus, throttled, commands;
    struct counter failovers, connections_lost;
    struct gauge items, bytes, room, connections, busy, engines, nodes, billed_bytes;
    struct tally time, failover_time;
};

struct cache {
    struct cache_config config;
    uint32_t self;
    struct fault_state faults;

    /* state */
    struct cache_shard *shards; /* owned */
    uint32_t shard_count;
    struct stream reads, writes, connects, failures;
    uint32_t failure_ordinal;
    int64_t lost_ns; /* of one with a single shard: as in its shard */
    struct token_bucket ecpus;
    int64_t command_ns;
    uint64_t least_billed_bytes, ecpu_bytes;
    uint64_t answering; /* commands whose answer is on its way */
    struct cache_metrics metrics;
};

/* cache_node.c */
extern const char *const cache_engines[]; /* as AWS spells them; ends with NULL */
extern const struct line_item cache_line_items[];
/* What a node of this type has; false where the rules have no such type. */
bool cache_node(const struct rule_book *rules, const char *type, double *maxmemory_bytes, int64_t *max_connections);
/* The line item of a node, and how many of its units an hour are; NULL where the book has no price. */
const struct line_item *cache_line_item(enum cache_engine engine, const char *type, double *units);
/* Those of a serverless cache. */
const struct line_item *cache_storage_item(enum cache_engine engine), *cache_ecpu_item(enum cache_engine engine);

/* cache_shard.c */
enum status cache_shards_create(struct simulation *simulation, struct cache *cache);
void cache_shards_destroy(struct cache *cache);
struct cache_shard *cache_shard_of(struct cache *cache, uint64_t key);
/* NULL: it is not there. */
const struct lru_entry *cache_shard_find(struct cache_shard *shard, uint64_t key, int64_t now_ns);
/* False: there is no room, and nothing may go for it. */
bool cache_shard_put(struct simulation *simulation, struct cache *cache, struct cache_shard *shard, uint64_t key, uint32_t bytes,
                     int64_t lives_ns);
void cache_shard_remove(struct cache_shard *shard, uint64_t key);
/* Marks it as old. */
void cache_shard_outdate(struct cache_shard *shard, uint64_t key);

/* cache_fault.c: an action, and its arguments. */
struct cache_failure {
    int64_t shard;
};
extern const struct property cache_failure_properties[];
void cache_check_failure(struct validation *validation, const void *blob, void *arguments);
void cache_fail(struct simulation *simulation, void *self, const void *arguments);
/* Why a command for the shard fails, which comes by a connection of `since_ns` that is kept, or by its own; NULL: it does not. */
const struct cause *cache_refusal(const struct simulation *simulation, const struct cache *cache, struct cache_shard *shard, bool reads,
                                  bool kept, int64_t since_ns);

/* cache_run.c */
extern const struct cacheable cache_cacheable;
extern const struct connectable cache_connectable;
enum status cache_create(struct simulation *simulation, void *self);
void cache_destroy(struct simulation *simulation, void *self);
void cache_accept(struct simulation *simulation, void *self, struct request *request);
void cache_handle(struct simulation *simulation, void *self, const struct event *event);
enum status cache_finish(struct simulation *simulation, void *self);

/* cache_check.c */
void cache_cluster_validate(struct validation *validation, void *blob);
void cache_group_validate(struct validation *validation, void *blob);
void cache_serverless_validate(struct validation *validation, void *blob);
void cache_keeps(struct validation *validation, const struct sending *sending, const void *blob, bool for_ever);
extern const char *const cache_operations[], *const cache_refusals[]; /* end with NULL */

#endif
