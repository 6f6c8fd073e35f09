/* database_proxy.c: AWS::RDS::DBProxy and AWS::RDS::DBProxyTargetGroup: what can be said of them, what is measured and billed. Sources
 * stand in database_proxy_state.h. */
#include "database_proxy_state.h"

#include "engine/rule_book.h"

#include <math.h>
#include <string.h>

struct proxy_target_group {
    uint32_t proxy;
    struct string_list instances, clusters;
    int64_t most_percent, idle_percent, borrow_timeout_ns;
};

#define AT(field) offsetof(struct database_proxy, field)
#define CONFIG(field) offsetof(struct database_proxy_config, field)
#define GROUP(field) offsetof(struct proxy_target_group, field)

static const struct property proxy_properties[] = {
    {"IdleClientTimeout", PROPERTY_TIME, CONFIG(idle_client_ns), .unit = "s", .minimum = "1",
     .maximum = "rds_proxy_client_idle_timeout_max_s", .fallback = "rds_proxy_client_idle_timeout_s",
     .help = "A client that sends nothing for so long is disconnected."},
    ACCEPTED("Auth"),
    ACCEPTED("DBProxyName"),
    ACCEPTED("DebugLogging"),
    ACCEPTED("DefaultAuthScheme"),
    ACCEPTED("EndpointNetworkType"),
    ACCEPTED("EngineFamily"),
    ACCEPTED("RequireTLS"),
    ACCEPTED("RoleArn"),
    ACCEPTED("Tags"),
    ACCEPTED("TargetConnectionNetworkType"),
    ACCEPTED("VpcSecurityGroupIds"),
    ACCEPTED("VpcSubnetIds"),
    {0},
};

static const struct property proxy_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, CONFIG(latency),
     .help = "What the proxy adds to a transaction; left out: rule rds_proxy_latency."},
    {"connect_time", PROPERTY_TIME_DISTRIBUTION, CONFIG(connect_time),
     .help = "How long a client takes to connect to the proxy; left out: no time."},
    {"pinning_rate", PROPERTY_NUMBER, CONFIG(pinning_rate), .minimum = "-1", .maximum = "1", .fallback = "-1",
     .help =
         "Share of transactions that pin their client's session: it keeps that connection to its end. Left out, or -1: the database's."},
    {"failover_reduction", PROPERTY_PROBABILITY, CONFIG(failover_reduction), .fallback = "rds_proxy_failover_reduction",
     .help = "The share of a failover's time that is over sooner for the proxy than for clients of the database itself."},
    {0},
};

static const struct property pool_properties[] = {
    {"MaxConnectionsPercent", PROPERTY_INTEGER, GROUP(most_percent), .unit = "percent", .minimum = "1", .maximum = "100",
     .fallback = "rds_proxy_max_connections_percent", .help = "Connections to the database at most, of its max_connections."},
    {"MaxIdleConnectionsPercent", PROPERTY_INTEGER, GROUP(idle_percent), .unit = "percent", .minimum = "-1", .maximum = "100",
     .fallback = "-1",
     .help =
         "Idle connections beyond this share of max_connections are closed after a while; left out, or -1: rule rds_proxy_idle_percent, "
         "of MaxConnectionsPercent."},
    {"ConnectionBorrowTimeout", PROPERTY_TIME, GROUP(borrow_timeout_ns), .unit = "s", .minimum = "0",
     .maximum = "rds_proxy_borrow_timeout_max_s", .fallback = "rds_proxy_borrow_timeout_s",
     .help = "How long a transaction waits for a connection; 0: as long as it takes."},
    ACCEPTED("InitQuery"),
    ACCEPTED("SessionPinningFilters"),
    {0},
};

static const struct property group_properties[] = {
    {"DBProxyName", PROPERTY_REFERENCE, GROUP(proxy), .required = true, .help = "The proxy."},
    {"DBInstanceIdentifiers", PROPERTY_STRINGS, GROUP(instances), .help = "The database instance; one, or a cluster."},
    {"DBClusterIdentifiers", PROPERTY_STRINGS, GROUP(clusters), .help = "The Aurora cluster; one, or an instance."},
    {"ConnectionPoolConfigurationInfo", PROPERTY_OBJECT, 0, .properties = pool_properties, .help = "Its connections to the database."},
    ACCEPTED("TargetGroupName"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct database_proxy, metrics.field)

static const struct metric_type proxy_metrics[] = {
    {"AWS/RDS", "ClientConnections", "Count", METRIC_GAUGE, AT(clients), .levels = 1, .help = "Clients' connections to the proxy."},
    {"AWS/RDS", "DatabaseConnections", "Count", METRIC_GAUGE, AT(connections), .levels = 1, .better = -1,
     .help = "Its connections to the database."},
    {"AWS/RDS", "MaxDatabaseConnectionsAllowed", "Count", METRIC_GAUGE, AT(most), .help = "How many there may be."},
    {"AWS/RDS", "DatabaseConnectionsCurrentlyBorrowed", "Count", METRIC_GAUGE, AT(borrowed), .levels = 1,
     .help = "Those of them that transactions or pinned sessions have."},
    {"AWS/RDS", "DatabaseConnectionsCurrentlySessionPinned", "Count", METRIC_GAUGE, AT(pinned), .better = -1,
     .help = "Those of them that pinned sessions have."},
    {"AWS/RDS", "DatabaseConnectionsBorrowLatency", "Microseconds", METRIC_TALLY, AT(borrow), .better = -1, .compared = "p99",
     .help = "How long transactions waited for a connection, those that got one."},
    {"AWS/RDS", "QueryRequests", "Count", METRIC_COUNT, AT(queries), .help = "Transactions that came, each attempt."},
    {"slsim", "BorrowsWaited", "Count", METRIC_COUNT, AT(waited), .better = -1, .help = "Those that found no connection and had to wait."},
    {"slsim", "BorrowTimeouts", "Count", METRIC_COUNT, AT(timed_out), .better = -1, .compared = "Sum",
     .help = "Those that waited for longer than ConnectionBorrowTimeout, and failed."},
    {"slsim", "BorrowWaiting", "Count", METRIC_GAUGE, AT(waiting), .better = -1, .help = "Transactions in line for a connection."},
    {0},
};

static const struct line_item proxy_line_items[] = {
    {"RDS:ProxyUsage", "vCPUs of the databases behind it x time, at least two each."},
    {"RDS:ProxyUsage-ServerlessV2", "Capacity of the serverless instances behind it x time, at least 8 ACU each."},
    {0},
};

static void proxy_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct database_proxy *proxy = self;
    double hours = (double)proxy->metrics.most.whole.length_ns / (double)NS_PER_HOUR, acu_hours = 0;
    double least = rule_number(simulation->settings->rules, "rds_proxy_min_acu") * hours;
    for (uint32_t i = 0; i < proxy->config.serverless_count; i++) {
        const struct database *database = entity_state(simulation, proxy->config.serverless[i]);
        acu_hours += fmax((double)database->serverless.capacity.whole.integral / 2 / (double)NS_PER_HOUR, least);
    }
    if (proxy->config.billed_vcpus > 0)
        bill_add(bill, &proxy_line_items[0], hours * proxy->config.billed_vcpus);
    if (proxy->config.serverless_count > 0)
        bill_add(bill, &proxy_line_items[1], acu_hours);
}

/* The database that a list names, of that type; ENTITY_NONE: there is none, which is said. */
static uint32_t find_target(struct validation *validation, uint32_t group, const char *key, const struct string_list *names,
                            const char *type)
{
    uint32_t target = validation_named(validation, names->items[0]);
    if (names->count > 1)
        validation_error_of(validation, group, key, "make one proxy for each", "a proxy has one database, and these are %zu", names->count);
    if (target != ENTITY_NONE && model_is(validation_type(validation, target), type))
        return target;
    validation_error_of(validation, group, key, "name one that is in Resources", "\"%s\" is no %s", names->items[0], type);
    return ENTITY_NONE;
}

static void use_group(struct validation *validation, struct database_proxy_config *config, uint32_t entity)
{
    const struct proxy_target_group *group = validation_config(validation, entity);
    config->most_percent = group->most_percent;
    config->idle_percent = group->idle_percent;
    if (config->idle_percent < 0)
        config->idle_percent = group->most_percent * (int64_t)rule_number(validation_rules(validation), "rds_proxy_idle_percent") / 100;
    config->borrow_timeout_ns = group->borrow_timeout_ns > 0 ? group->borrow_timeout_ns : TIME_FOREVER;
    if (config->idle_percent > config->most_percent)
        validation_error_of(validation, entity, "ConnectionPoolConfigurationInfo.MaxIdleConnectionsPercent",
                            "at most MaxConnectionsPercent", "%lld percent may be idle, of %lld that there may be",
                            (long long)config->idle_percent, (long long)config->most_percent);
    if ((group->instances.count > 0) == (group->clusters.count > 0))
        validation_error_of(validation, entity, NULL, "give DBInstanceIdentifiers or DBClusterIdentifiers, one of the two",
                            "a target group needs a database: an instance or a cluster");
    else if (group->instances.count > 0)
        config->target = find_target(validation, entity, "DBInstanceIdentifiers", &group->instances, DATABASE_INSTANCE_TYPE);
    else
        config->target = find_target(validation, entity, "DBClusterIdentifiers", &group->clusters, DATABASE_CLUSTER_TYPE);
}

/* What is behind it and billed: vCPUs, each instance for two at least, and instances of the class db.serverless, which pause no more, as
 * the proxy is connected to them. Sources: rules rds_proxy_min_vcpu, rds_proxy_min_acu; Aurora User Guide, "Situations where Aurora
 * serverless doesn't auto-pause". */
static void find_instances(struct validation *validation, struct database_proxy_config *proxy)
{
    double least = rule_number(validation_rules(validation), "rds_proxy_min_vcpu");
    uint32_t entities = validation_entity_count(validation);
    uint32_t *serverless = NULL;
    for (uint32_t i = 0; i < entities; i++) {
        if (!model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE))
            continue;
        struct database_config *config = &((struct database *)validation_config(validation, i))->config;
        int64_t vcpus = 0;
        double memory_bytes;
        if ((i != proxy->target && config->cluster != proxy->target) || !config->class)
            continue;
        if (database_class(validation_rules(validation), config->class, &vcpus, &memory_bytes))
            proxy->billed_vcpus += fmax((double)vcpus, least);
        if (strcmp(config->class, DATABASE_SERVERLESS_CLASS) != 0)
            continue;
        serverless = serverless ? serverless : validation_alloc(validation, entities, sizeof *serverless);
        if (!serverless)
            return;
        config->never_pauses = true;
        serverless[proxy->serverless_count++] = i;
    }
    proxy->serverless = serverless;
    const struct database_capacity *capacity =
        serverless && proxy->target != serverless[0] ? database_cluster_capacity(validation, proxy->target) : NULL;
    if (capacity && capacity->pause_ns > 0)
        validation_warning(validation, NULL, "leave the proxy out, or set MinCapacity to 0.5 or more",
                           "%s will not pause: its proxy keeps a connection to each of its instances",
                           validation_name(validation, proxy->target));
}

static void proxy_validate(struct validation *validation, void *blob)
{
    struct database_proxy_config *config = &((struct database_proxy *)blob)->config;
    uint32_t self = validation_self(validation), groups = 0;
    config->target = ENTITY_NONE;
    for (uint32_t i = 0; i < validation_entity_count(validation); i++) {
        if (!model_is(validation_type(validation, i), "AWS::RDS::DBProxyTargetGroup") ||
            ((const struct proxy_target_group *)validation_config(validation, i))->proxy != self)
            continue;
        if (groups++ == 0)
            use_group(validation, config, i);
        else
            validation_error_of(validation, i, "DBProxyName", "leave one of the two out", "%s has a target group already",
                                validation_name(validation, self));
    }
    if (groups == 0)
        validation_error(validation, NULL, "add an AWS::RDS::DBProxyTargetGroup whose DBProxyName names it",
                         "a proxy needs a target group, which says its database");
    if (config->target == ENTITY_NONE)
        return;
    validation_flow(validation, self, config->target);
    find_instances(validation, config);
}

/* What it sends goes through a connection that it has: of one that is gone it hears at once. */
static bool proxy_through(const struct simulation *simulation, const void *self, const struct request *request, uint64_t *client,
                          int64_t *since_ns)
{
    (void)simulation;
    (void)request;
    *client = connectable_client(((const struct database_proxy *)self)->self, 0);
    *since_ns = INT64_MAX;
    return true;
}

const struct model_type database_proxy_type = {
    .type = DATABASE_PROXY_TYPE,
    .service = "Amazon Relational Database Service",
    .help = "A proxy in front of a database: clients without limit, whose transactions borrow connections to the database in line.",
    .size = sizeof(struct database_proxy),
    .self_offset = offsetof(struct database_proxy, self),
    .properties = proxy_properties,
    .behavior = proxy_behavior,
    .metrics = proxy_metrics,
    .line_items = proxy_line_items,
    .validate = proxy_validate,
    .create = database_proxy_create,
    .start = database_proxy_start,
    .destroy = database_proxy_destroy,
    .handle = database_proxy_handle,
    .accept = database_proxy_accept,
    .noticed = database_proxy_noticed,
    .through_connection = proxy_through,
    .connectable = &database_proxy_connectable,
    .operations = database_operations,
    .done = database_proxy_done,
    .finish = database_proxy_finish,
    .quantities = proxy_quantities,
};

static void group_validate(struct validation *validation, void *blob)
{
    const struct proxy_target_group *group = blob;
    if (group->proxy != ENTITY_NONE && !model_is(validation_type(validation, group->proxy), DATABASE_PROXY_TYPE))
        validation_error(validation, "DBProxyName", "name an AWS::RDS::DBProxy", "%s is %s", validation_name(validation, group->proxy),
                         validation_type(validation, group->proxy)->type);
}

const struct model_type proxy_target_group_type = {
    .type = "AWS::RDS::DBProxyTargetGroup",
    .help = "A proxy's database, and how many connections to it there are.",
    .size = sizeof(struct proxy_target_group),
    .properties = group_properties,
    .validate = group_validate,
};
