/* database_proxy.c: AWS::RDS::DBProxy and AWS::RDS::DBProxyTargetGroup: what can be said of them, what is measured and billed. Sources
 * stand in database_proxy_state.h. */
#include "database_proxy_state.h"

#include "engine/rule_book.h"

#include <math.h>

#define AT(field) offsetof(struct database_proxy, field)
#define CONFIG(field) offsetof(struct database_proxy_config, field)
#define GROUP(field) offsetof(struct database_proxy_group, field)

static const char *const schemes[] = {"NONE", "IAM_AUTH", NULL}; /* enum database_proxy_scheme */

static const struct property proxy_properties[] = {
    {"IdleClientTimeout", PROPERTY_TIME, CONFIG(idle_client_ns), .unit = "s", .minimum = "1",
     .maximum = "rds_proxy_client_idle_timeout_max_s", .fallback = "rds_proxy_client_idle_timeout_s",
     .help = "A client that sends nothing for so long is disconnected."},
    {"Auth", PROPERTY_LIST, CONFIG(auth), .properties = database_proxy_auth_properties, .size = sizeof(struct database_proxy_auth),
     .minimum = "0", .maximum = "rds_proxy_secrets_max",
     .help = "How clients show who they are, and with which secret the proxy connects to the database: the first. It reads it when it "
             "opens a connection."},
    {"DBProxyName", PROPERTY_STRING, CONFIG(name), .help = "Letters, digits and hyphens, at most rule rds_proxy_name_max_chars."},
    {"DefaultAuthScheme", PROPERTY_ENUM, CONFIG(default_scheme), .choices = schemes, .fallback = "\"NONE\"",
     .help = "IAM_AUTH: both clients and the proxy use IAM, and there are no secrets."},
    {"RoleArn", PROPERTY_STRING, CONFIG(role), .help = "In whose name it reads its secrets."},
    ACCEPTED("DebugLogging"),
    ACCEPTED("EndpointNetworkType"),
    ACCEPTED("EngineFamily"),
    ACCEPTED("RequireTLS"),
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
    {"AWS/RDS", "DatabaseConnectionRequests", "Count", METRIC_COUNT, AT(asked), .help = "Connections that it began to open."},
    {"AWS/RDS", "DatabaseConnectionsSetupSucceeded", "Count", METRIC_COUNT, AT(opened), .help = "Those of them that were opened."},
    {"AWS/RDS", "DatabaseConnectionsSetupFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .compared = "Sum",
     .help = "Those that were not: the database refused them, or the secret could not be read."},
    {"slsim", "SecretsRead", "Count", METRIC_COUNT, AT(secrets),
     .help = "Calls of Secrets Manager, one for each connection that it opens."},
    {"slsim", "BorrowsWaited", "Count", METRIC_COUNT, AT(waited), .better = -1, .help = "Those that found no connection and had to wait."},
    {"slsim", "BorrowTimeouts", "Count", METRIC_COUNT, AT(timed_out), .better = -1, .compared = "Sum",
     .help = "Those that waited for longer than ConnectionBorrowTimeout, and failed."},
    {"slsim", "BorrowWaiting", "Count", METRIC_GAUGE, AT(waiting), .better = -1, .help = "Transactions in line for a connection."},
    {0},
};

static const struct line_item proxy_line_items[] = {
    {"RDS:ProxyUsage", "vCPUs of the databases behind it x time, at least two each."},
    {"RDS:ProxyUsage-ServerlessV2", "Capacity of the serverless instances behind it x time, at least 8 ACU each."},
    {"SecretsManagerAPIRequest", "Its calls of a secret that is not in the scenario; those of one that is are on the secret's own bill."},
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
    if (proxy->config.secret_outside)
        bill_add(bill, &proxy_line_items[2], (double)proxy->metrics.secrets.whole);
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
    .refusals = database_proxy_refusals,
    .is_open = database_proxy_is_open,
    .validate = database_proxy_validate,
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
    const struct database_proxy_group *group = blob;
    if (group->proxy != ENTITY_NONE && !model_is(validation_type(validation, group->proxy), DATABASE_PROXY_TYPE))
        validation_error(validation, "DBProxyName", "name an AWS::RDS::DBProxy", "%s is %s", validation_name(validation, group->proxy),
                         validation_type(validation, group->proxy)->type);
}

const struct model_type proxy_target_group_type = {
    .type = "AWS::RDS::DBProxyTargetGroup",
    .help = "A proxy's database, and how many connections to it there are.",
    .size = sizeof(struct database_proxy_group),
    .properties = group_properties,
    .validate = group_validate,
};
