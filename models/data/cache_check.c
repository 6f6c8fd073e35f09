/* cache_check.c: what of a cache is refused when the scenario is read, and what follows from its node type and parameter group. */
#include "cache_state.h"

#include "engine/rule_book.h"
#include "engine/sending.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char refusal_failover[] = "cache_failover";
const char *const cache_refusals[] = {refusal_failover, NULL};
const char *const cache_operations[] = {"GET", "SET", "DEL", "read", "write", NULL};

static bool is_write(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && (strcmp(content->operation, "SET") == 0 || strcmp(content->operation, "write") == 0);
}

static bool is_delete(const struct content *content, const void *context)
{
    (void)context;
    return content->operation && strcmp(content->operation, "DEL") == 0;
}

/* The parameters of its group; the default ones where it names none, or one of AWS's. */
static struct cache_parameters parameters_of(struct validation *validation, const char *name)
{
    struct cache_parameters parameters = {0};
    uint32_t group = name ? validation_named(validation, name) : ENTITY_NONE;
    if (group != ENTITY_NONE && model_is(validation_type(validation, group), CACHE_PARAMETERS_TYPE))
        parameters = *(const struct cache_parameters *)validation_config(validation, group);
    else if (name && strncmp(name, "default.", strlen("default.")) != 0)
        validation_error(validation, "CacheParameterGroupName", "write {\"Ref\": <an AWS::ElastiCache::ParameterGroup>}",
                         "names no parameter group here: \"%s\"", name);
    return parameters;
}

static void resolve_common(struct validation *validation, struct cache_config *config)
{
    const struct rule_book *rules = validation_rules(validation);
    bool memcached = config->engine == CACHE_MEMCACHED;
    struct cache_parameters parameters = parameters_of(validation, config->parameter_group);
    config->policy =
        strcmp(rule_text(rules, "elasticache_maxmemory_policy"), "volatile-lru") == 0 ? POLICY_VOLATILE_LRU : POLICY_ALLKEYS_LRU;
    if (parameters.policy_given)
        config->policy = parameters.policy;
    if (memcached)
        config->policy = POLICY_ALLKEYS_LRU;
    config->most_bytes = (uint64_t)rule_bytes(rules, memcached ? "elasticache_memcached_item_max_mb" : "elasticache_value_max_mb");
    validation_contents_where(validation, is_write, NULL, &config->writes);
    validation_contents_where(validation, is_delete, NULL, &config->deletes);
    if (config->serverless || !config->node_type)
        return;
    double maxmemory_bytes = 0;
    double reserved = parameters.reserved_given ? parameters.reserved_percent : rule_number(rules, "elasticache_reserved_memory_percent");
    if (!cache_node(rules, config->node_type, &maxmemory_bytes, &config->max_connections)) {
        validation_error(validation, "CacheNodeType", "such as cache.t4g.micro, cache.m6g.large or cache.r7g.xlarge",
                         "the rules elasticache_maxmemory_* know no node type \"%s\"", config->node_type);
        return;
    }
    config->shard_bytes = (uint64_t)fmax(maxmemory_bytes * (memcached ? 1 : 1 - reserved / 100), 0);
    config->item = cache_line_item((enum cache_engine)config->engine, config->node_type, &config->item_units);
    if (!config->item)
        validation_warning(validation, "CacheNodeType", NULL, "the book of prices has none for %s: it is not billed", config->node_type);
}

void cache_cluster_validate(struct validation *validation, void *blob)
{
    struct cache_config *config = &((struct cache *)blob)->config;
    if (config->engine != CACHE_MEMCACHED && config->nodes != 1)
        validation_error(validation, "NumCacheNodes", "1; or an AWS::ElastiCache::ReplicationGroup, for replicas and shards",
                         "a cluster of engine %s has one node", cache_engines[config->engine]);
    config->shard_count = config->nodes; /* of Memcached: each has its share of the keys */
    config->copies = 1;
    resolve_common(validation, config);
}

/* In the words of AWS: cluster mode disabled has one node group, by NumCacheClusters or by ReplicasPerNodeGroup. */
void cache_group_validate(struct validation *validation, void *blob)
{
    struct cache_config *config = &((struct cache *)blob)->config;
    if (config->engine == CACHE_MEMCACHED)
        validation_error(validation, "Engine", "make it an AWS::ElastiCache::CacheCluster",
                         "a replication group is of Valkey or Redis OSS");
    if (config->clusters_given && (config->shards_given || config->replicas_given))
        validation_error(validation, "NumCacheClusters", "keep one of the two ways", "stands beside NumNodeGroups or ReplicasPerNodeGroup");
    config->shard_count = config->shards;
    config->copies = config->clusters_given ? config->clusters : config->replicas + 1;
    if (config->shard_count > 1 && !config->fails_over && !validation_allowed(validation, refusal_failover))
        validation_error(validation, "AutomaticFailoverEnabled", "true, or allow_invalid: [\"cache_failover\"]",
                         "more than one node group needs automatic failover");
    if (config->fails_over && config->copies < 2 && config->shard_count < 2 && !validation_allowed(validation, refusal_failover))
        validation_error(validation, "AutomaticFailoverEnabled", "add a replica, or allow_invalid: [\"cache_failover\"]",
                         "there is no replica to fail over to");
    if (config->multi_az && !config->fails_over && !validation_allowed(validation, refusal_failover))
        validation_error(validation, "MultiAZEnabled", "AutomaticFailoverEnabled, or allow_invalid: [\"cache_failover\"]",
                         "several zones need automatic failover");
    if (config->reads_replicas && config->copies < 2)
        validation_warning(validation, "behavior.read_from_replicas", NULL, "read_from_replicas has no effect: there are none");
    resolve_common(validation, config);
}

void cache_serverless_validate(struct validation *validation, void *blob)
{
    struct cache_config *config = &((struct cache *)blob)->config;
    const struct rule_book *rules = validation_rules(validation);
    double most_gb = rule_number(rules, "elasticache_serverless_storage_max_gb");
    config->serverless = true;
    config->shard_count = config->copies = 1;
    config->shard_bytes = (uint64_t)((config->storage_gb > 0 ? (double)config->storage_gb : most_gb) * BYTES_PER_GB);
    config->max_connections = rule_count(rules, "elasticache_maxclients", 0, UINT32_MAX);
    resolve_common(validation, config);
}

void cache_keeps(struct validation *validation, const struct sending *sending, const void *blob, bool for_ever)
{
    const struct cache_config *config = &((const struct cache *)blob)->config;
    char property[260];
    if (!for_ever || config->policy != POLICY_VOLATILE_LRU)
        return;
    snprintf(property, sizeof property, "%.200scache", sending->place);
    validation_warning(validation, property, "give a ttl; or an AWS::ElastiCache::ParameterGroup with maxmemory-policy allkeys-lru",
                       "under volatile-lru what has no ttl is never evicted: once the cache is full it keeps nothing new");
}
