/* cache.c: AWS::ElastiCache::CacheCluster, ReplicationGroup, ServerlessCache and ParameterGroup: what can be said of them, what is measured
 * and billed. Sources stand in cache_state.h. */
#include "cache_state.h"

#include "measure/metric.h"
#include "notation/property.h"

#define AT(field) offsetof(struct cache_parameters, field)

static const char *const policies[] = {"volatile-lru", "allkeys-lru", NULL};

static const struct property parameters_properties[] = {
    {"maxmemory-policy", PROPERTY_ENUM, AT(policy), .choices = policies, .given = PROPERTY_GIVEN(struct cache_parameters, policy_given),
     .help = "What makes room when memory is full: what has a time to live (volatile-lru), or whatever was not used for longest."},
    {"reserved-memory-percent", PROPERTY_NUMBER, AT(reserved_percent), .minimum = "0", .maximum = "100",
     .given = PROPERTY_GIVEN(struct cache_parameters, reserved_given), .help = "Of the node's memory that is kept free; not of Memcached."},
    ACCEPTED(PROPERTY_ANY_KEY),
    {0},
};

static const struct property group_properties[] = {
    {"Properties", PROPERTY_OBJECT, 0, .properties = parameters_properties, .help = "Their values; others have no effect here."},
    ACCEPTED("CacheParameterGroupFamily"),
    ACCEPTED("CacheParameterGroupName"),
    ACCEPTED("Description"),
    ACCEPTED("Tags"),
    {0},
};

const struct model_type cache_parameters_type = {
    .type = CACHE_PARAMETERS_TYPE,
    .help = "How the caches that name it evict, and how much of their memory they use.",
    .size = sizeof(struct cache_parameters),
    .properties = group_properties,
};

#undef AT
#define AT(field) offsetof(struct cache, config.field)
#define GIVEN(field) PROPERTY_GIVEN(struct cache, config.field)

static const struct property node_properties[] = {
    {"CacheNodeType", PROPERTY_STRING, AT(node_type), .required = true,
     .help = "A node's memory and connections, and its price: \"cache.r7g.large\"."},
    {"CacheParameterGroupName", PROPERTY_STRING, AT(parameter_group),
     .help = "An AWS::ElastiCache::ParameterGroup; one of AWS's (default.*), or left out: the default."},
    ACCEPTED("AutoMinorVersionUpgrade"),
    ACCEPTED("CacheSecurityGroupNames"),
    ACCEPTED("CacheSubnetGroupName"),
    ACCEPTED("EngineVersion"),
    ACCEPTED("IpDiscovery"),
    ACCEPTED("LogDeliveryConfigurations"),
    ACCEPTED("NetworkType"),
    ACCEPTED("NotificationTopicArn"),
    ACCEPTED("Port"),
    ACCEPTED("PreferredMaintenanceWindow"),
    ACCEPTED("SnapshotArns"),
    ACCEPTED("SnapshotName"),
    ACCEPTED("SnapshotRetentionLimit"),
    ACCEPTED("SnapshotWindow"),
    ACCEPTED("Tags"),
    ACCEPTED("TransitEncryptionEnabled"),
    {0},
};

static const struct property cluster_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = node_properties},
    {"Engine", PROPERTY_ENUM, AT(engine), .choices = cache_engines, .required = true,
     .help = "Memcached has several nodes, the others one."},
    {"NumCacheNodes", PROPERTY_INTEGER, AT(nodes), .minimum = "1", .maximum = "elasticache_memcached_nodes_max", .required = true,
     .help = "Nodes; the keys of Memcached spread over them."},
    ACCEPTED("AZMode"),
    ACCEPTED("ClusterName"),
    ACCEPTED("PreferredAvailabilityZone"),
    ACCEPTED("PreferredAvailabilityZones"),
    ACCEPTED("VpcSecurityGroupIds"),
    {0},
};

static const struct property replication_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = node_properties},
    {"Engine", PROPERTY_ENUM, AT(engine), .choices = cache_engines, .fallback = "\"redis\"", .help = "For the price."},
    {"NumNodeGroups", PROPERTY_INTEGER, AT(shards), .minimum = "1", .maximum = "elasticache_shards_max", .fallback = "1",
     .given = GIVEN(shards_given), .help = "Shards: the keys spread over them, each has its own memory and engine."},
    {"ReplicasPerNodeGroup", PROPERTY_INTEGER, AT(replicas), .minimum = "0", .maximum = "elasticache_replicas_max", .fallback = "0",
     .given = GIVEN(replicas_given), .help = "Further nodes of each shard, which hold the same."},
    {"NumCacheClusters", PROPERTY_INTEGER, AT(clusters), .minimum = "1", .maximum = "6", .fallback = "1", .given = GIVEN(clusters_given),
     .help = "The primary and its replicas, of one shard."},
    {"AutomaticFailoverEnabled", PROPERTY_BOOLEAN, AT(fails_over), .fallback = "false", .help = "Needed for several node groups."},
    {"MultiAZEnabled", PROPERTY_BOOLEAN, AT(multi_az), .fallback = "false", .help = "Replicas in other zones; needs automatic failover."},
    ACCEPTED("AtRestEncryptionEnabled"),
    ACCEPTED("AuthToken"),
    ACCEPTED("ClusterMode"),
    ACCEPTED("DataTieringEnabled"),
    ACCEPTED("GlobalReplicationGroupId"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("NodeGroupConfiguration"),
    ACCEPTED("PreferredCacheClusterAZs"),
    ACCEPTED("PrimaryClusterId"),
    ACCEPTED("ReplicationGroupDescription"),
    ACCEPTED("ReplicationGroupId"),
    ACCEPTED("SecurityGroupIds"),
    ACCEPTED("SnapshottingClusterId"),
    ACCEPTED("TransitEncryptionMode"),
    ACCEPTED("UserGroupIds"),
    {0},
};

static const struct property storage_properties[] = {
    {"Maximum", PROPERTY_INTEGER, AT(storage_gb), .unit = "GB", .minimum = "1", .maximum = "elasticache_serverless_storage_max_gb",
     .fallback = "elasticache_serverless_storage_max_gb", .help = "The most that it stores; then it evicts."},
    ACCEPTED("Minimum"),
    ACCEPTED("Unit"),
    {0},
};

static const struct property ecpu_properties[] = {
    {"Maximum", PROPERTY_INTEGER, AT(ecpu_per_s), .minimum = "0", .maximum = "15000000", .fallback = "0",
     .help = "The most processing units a second; what is more is throttled. Left out: as many as come."},
    ACCEPTED("Minimum"),
    {0},
};

static const struct property usage_properties[] = {
    {"DataStorage", PROPERTY_OBJECT, 0, .properties = storage_properties, .help = "What it stores."},
    {"ECPUPerSecond", PROPERTY_OBJECT, 0, .properties = ecpu_properties, .help = "What it does."},
    {0},
};

static const struct property serverless_properties[] = {
    {"Engine", PROPERTY_ENUM, AT(engine), .choices = cache_engines, .required = true, .help = "For the price, and how it evicts."},
    {"CacheUsageLimits", PROPERTY_OBJECT, 0, .properties = usage_properties, .help = "Limits of its own."},
    ACCEPTED("DailySnapshotTime"),
    ACCEPTED("Description"),
    ACCEPTED("FinalSnapshotName"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("MajorEngineVersion"),
    ACCEPTED("SecurityGroupIds"),
    ACCEPTED("ServerlessCacheName"),
    ACCEPTED("SnapshotArnsToRestore"),
    ACCEPTED("SnapshotRetentionLimit"),
    ACCEPTED("SubnetIds"),
    ACCEPTED("Tags"),
    ACCEPTED("UserGroupId"),
    {0},
};

static const struct property cache_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "elasticache_latency",
     .help = "From a command to its answer, without the wait for the engine."},
    {"connect_time", PROPERTY_TIME_DISTRIBUTION, AT(connect_time), .help = "How long opening a connection takes; left out: no time."},
    {"failover_time", PROPERTY_TIME_DISTRIBUTION, AT(failover_time),
     .help = "How long it takes after a node has failed; left out: rule elasticache_failover where a replica takes over by itself, "
             "elasticache_replacement where none does."},
    {"read_from_replicas", PROPERTY_BOOLEAN, AT(reads_replicas), .fallback = "false", .help = "Reads go to all nodes of a shard in turn."},
    {0},
};

#undef AT
#define AT(field) offsetof(struct cache, metrics.field)

static const struct metric_type cache_metrics[] = {
    {"AWS/ElastiCache", "CacheHits", "Count", METRIC_COUNT, AT(hits), .better = 1, .help = "Reads that found it (Memcached's GetHits)."},
    {"AWS/ElastiCache", "CacheMisses", "Count", METRIC_COUNT, AT(misses), .better = -1, .help = "Reads that did not (GetMisses)."},
    {"AWS/ElastiCache", "CacheHitRate", "Percent", METRIC_PERCENT, AT(hits), .better = 1, .other = AT(lookups), .compared = "Average",
     .help = "Hits of both."},
    {"AWS/ElastiCache", "GetTypeCmds", "Count", METRIC_COUNT, AT(gets), .help = "Commands that read (CmdGet)."},
    {"AWS/ElastiCache", "SetTypeCmds", "Count", METRIC_COUNT, AT(sets), .help = "Commands that write or delete (CmdSet)."},
    {"AWS/ElastiCache", "Evictions", "Count", METRIC_COUNT, AT(evictions), .better = -1,
     .help = "What had to make room, its life not over."},
    {"AWS/ElastiCache", "CurrItems", "Count", METRIC_GAUGE, AT(items),
     .help = "What is kept: of what is over, that which nobody has asked for since, too."},
    {"AWS/ElastiCache", "BytesUsedForCache", "Bytes", METRIC_GAUGE, AT(bytes), .help = "Its bytes, without what each entry takes beside."},
    {"AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "Percent", METRIC_GAUGE_RATIO, AT(bytes), .other = AT(room),
     .help = "Of the memory that there is for it."},
    {"AWS/ElastiCache", "CurrConnections", "Count", METRIC_GAUGE, AT(connections), .levels = 1, .better = -1,
     .help = "Open connections, to each node."},
    {"AWS/ElastiCache", "NewConnections", "Count", METRIC_COUNT, AT(opened), .help = "Connections opened."},
    {"AWS/ElastiCache", "EngineCPUUtilization", "Percent", METRIC_GAUGE_RATIO, AT(busy), .other = AT(engines), .better = -1,
     .help = "Time that the engines work, of those that commands go to."},
    {"AWS/ElastiCache", "ElastiCacheProcessingUnits", "Count", METRIC_COUNT, AT(ecpus), .help = "Of a serverless cache: what is billed."},
    {"AWS/ElastiCache", "ThrottledCmds", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "Of a serverless cache: commands beyond ECPUPerSecond."},
    {"slsim", "Commands", "Count", METRIC_COUNT, AT(commands), .help = "Commands that came, whatever became of them."},
    {"slsim", "CommandTime", "Milliseconds", METRIC_TALLY, AT(time), .better = -1, .compared = "p99",
     .help = "From a command to its answer, the wait for the engine included."},
    {"slsim", "StaleHits", "Count", METRIC_COUNT, AT(stale), .better = -1, .compared = "Sum",
     .help = "CacheHits of what was written since, past the cache, by steps that name it."},
    {"slsim", "SetsRefused", "Count", METRIC_COUNT, AT(sets_refused), .better = -1, .compared = "Sum",
     .help = "Writes that were not kept: too large, or no room, and nothing that may be evicted."},
    {"slsim", "ConnectionsRefused", "Count", METRIC_COUNT, AT(refused), .better = -1, .compared = "Sum",
     .help = "Connections beyond maxclients."},
    {"slsim", "ConnectionsLost", "Count", METRIC_COUNT, AT(connections_lost), .better = -1,
     .help = "Connections that ended with a failure of the node, of a cache with one shard."},
    {"slsim", "Failovers", "Count", METRIC_COUNT, AT(failovers), .better = -1, .help = "Nodes that failed."},
    {"slsim", "FailoverTime", "Milliseconds", METRIC_TALLY, AT(failover_time), .better = -1,
     .help = "From a node's failure until another has taken its place."},
    {"slsim", "Nodes", "Count", METRIC_GAUGE, AT(nodes), .help = "Nodes, as they are billed."},
    {NULL, "engine time", "None", METRIC_GAUGE, AT(busy), .help = ""},
    {NULL, "engines", "None", METRIC_GAUGE, AT(engines), .help = ""},
    {NULL, "room", "None", METRIC_GAUGE, AT(room), .help = ""},
    {NULL, "lookups", "None", METRIC_COUNT, AT(lookups), .help = ""},
    {NULL, "billed bytes", "None", METRIC_GAUGE, AT(billed_bytes), .help = ""},
    {0},
};

static void cache_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    (void)simulation;
    const struct cache *cache = self;
    const struct cache_config *config = &cache->config;
    const struct cache_metrics *metrics = &cache->metrics;
    const double hour_ns = (double)NS_PER_HOUR;
    if (config->item)
        bill_add(bill, config->item, (double)metrics->nodes.whole.integral / hour_ns * config->item_units);
    if (!config->serverless)
        return;
    bill_add(bill, cache_storage_item((enum cache_engine)config->engine),
             (double)metrics->billed_bytes.whole.integral / hour_ns / BYTES_PER_GB);
    bill_add(bill, cache_ecpu_item((enum cache_engine)config->engine), (double)metrics->ecpus.whole);
}

FAULT_FUNCTIONS(cache, self)

static const struct action cache_actions[] = {
    {.verb = "fault",
     .kind = "failover",
     .properties = cache_failure_properties,
     .size = sizeof(struct cache_failure),
     .validate = cache_check_failure,
     .begin = cache_fail,
     .help =
         "A node fails: a shard's primary, or one of Memcached's. Its connections are lost; a replica takes over, or it is replaced, and "
         "without a replica what it held is gone."},
    FAULT_ENDPOINT_ROWS,
    FAULT_SLOW_ROW,
    {0}};

#define CACHE_TABLE(NAME, PROPERTIES, VALIDATE, HELP)                                                                                      \
    {                                                                                                                                      \
        .type = NAME, .service = "Amazon ElastiCache", .help = HELP, .size = sizeof(struct cache),                                         \
        .self_offset = offsetof(struct cache, self), .properties = PROPERTIES, .behavior = cache_behavior, .metrics = cache_metrics,       \
        .line_items = cache_line_items, .refusals = cache_refusals, .actions = cache_actions, .operations = cache_operations,              \
        .validate = VALIDATE, .create = cache_create, .destroy = cache_destroy, .handle = cache_handle, .accept = cache_accept,            \
        .cacheable = &cache_cacheable, .connectable = &cache_connectable, .finish = cache_finish, .quantities = cache_quantities,          \
    }

const struct model_type cache_cluster_type = CACHE_TABLE(
    CACHE_CLUSTER_TYPE, cluster_properties, cache_cluster_validate,
    "A cache for steps that name it (`cache`): one node, or Memcached's several, over which the keys spread. Memory by last use.");
const struct model_type cache_group_type =
    CACHE_TABLE(CACHE_GROUP_TYPE, replication_properties, cache_group_validate,
                "The same with shards, over which the keys spread, and replicas, from which behavior may let it read.");
const struct model_type cache_serverless_type =
    CACHE_TABLE(CACHE_SERVERLESS_TYPE, serverless_properties, cache_serverless_validate,
                "The same without nodes: billed by what it stores and does, up to its limits. It is not simulated how it grows.");
