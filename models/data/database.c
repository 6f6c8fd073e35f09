/* database.c: AWS::RDS::DBInstance: what can be said of it, what is measured and billed. Sources stand in database_state.h. */
#include "database_state.h"

#include "engine/rule_book.h"
#include "measure/metric.h"

#define ROLE(field) offsetof(struct database_role, field)
#define SETTING(field) offsetof(struct database_settings, field)
#define AT(field) offsetof(struct database_config, field)

static const struct property role_properties[] = {
    {"FeatureName", PROPERTY_STRING, ROLE(feature), .help = "Lambda: the database may call functions."},
    {"RoleArn", PROPERTY_STRING, ROLE(role), .help = "In whose name it calls; a role of the scenario is judged."},
    {0},
};

const struct property database_settings_properties[] = {
    {"Engine", PROPERTY_ENUM, SETTING(engine), .choices = database_engines, .given = PROPERTY_GIVEN(struct database_settings, engine_given),
     .help = "Decides how many connections there are by default, whether it can call functions, and the price."},
    {"AssociatedRoles", PROPERTY_LIST, SETTING(roles), .properties = role_properties, .size = sizeof(struct database_role), .minimum = "0",
     .maximum = "20", .help = "What the database may do elsewhere."},
    {0},
};

const struct property database_settings_behavior[] = {
    {"query", PROPERTY_TIME_DISTRIBUTION, SETTING(query), .help = "vCPU time of a transaction; left out: rule rds_query."},
    {"connect_time", PROPERTY_TIME_DISTRIBUTION, SETTING(connect_time), .help = "How long opening a connection takes; left out: no time."},
    {"on_write", PROPERTY_STEPS, SETTING(on_write),
     .help = "What a write does after its query, within the transaction: functions that it invokes. A transaction whose `op` is read does "
             "not; left out, it is a write."},
    {"failover_time", PROPERTY_TIME_DISTRIBUTION, SETTING(failover_time),
     .help = "How long a failover takes, until clients can connect again; left out: rule rds_failover_multi_az of an instance with a "
             "standby, rds_failover_alone without one; aurora_failover_replica of a cluster with a reader, aurora_failover_alone without."},
    {"replication_lag", PROPERTY_TIME_DISTRIBUTION, SETTING(replication_lag),
     .help = "How far behind a read replica or a cluster's reader is, drawn for each read; left out: rule rds_replica_lag, "
             "aurora_replica_lag."},
    {"pinning_rate", PROPERTY_NUMBER, SETTING(pinning_rate), .minimum = "0", .maximum = "1", .fallback = "0",
     .help = "Through a proxy: share of transactions that pin their client's session, as those do that change its state."},
    {0},
};

static const struct property instance_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = database_settings_properties},
    {"DBInstanceClass", PROPERTY_STRING, AT(class), .required = true,
     .help = "Its vCPUs and memory: \"db.r6g.large\"; so the connections that it lets in, and the price. db.serverless: its cluster's "
             "ServerlessV2ScalingConfiguration says them."},
    {"DBClusterIdentifier", PROPERTY_REFERENCE, AT(cluster), .help = "The Aurora cluster that it is an instance of."},
    {"SourceDBInstanceIdentifier", PROPERTY_REFERENCE, AT(source),
     .help = "What it is a read replica of: it is called by its own name, and takes reads alone."},
    {"DBParameterGroupName", PROPERTY_STRING, AT(settings.parameter_group),
     .help = "Its parameter group; one that is not here: the default."},
    {"AllocatedStorage", PROPERTY_SIZE, AT(storage_bytes), .unit = "GB", .minimum = "0", .maximum = "rds_storage_max_gb", .fallback = "0",
     .help = "For the bill; Aurora's is the cluster's."},
    {"MultiAZ", PROPERTY_BOOLEAN, AT(multi_az), .fallback = "false",
     .help = "A standby, which is billed like the instance, and takes over when it fails."},
    {"PromotionTier", PROPERTY_INTEGER, AT(promotion_tier), .minimum = "0", .maximum = "15", .fallback = "1",
     .help = "Of an Aurora cluster's readers the one of the lowest takes over; of several the largest, then the first in the file."},
    ACCEPTED("AllowMajorVersionUpgrade"),
    ACCEPTED("AutoMinorVersionUpgrade"),
    ACCEPTED("AvailabilityZone"),
    ACCEPTED("BackupRetentionPeriod"),
    ACCEPTED("CACertificateIdentifier"),
    ACCEPTED("CopyTagsToSnapshot"),
    ACCEPTED("DBInstanceIdentifier"),
    ACCEPTED("DBName"),
    ACCEPTED("DBSubnetGroupName"),
    ACCEPTED("DeletionProtection"),
    ACCEPTED("EnableCloudwatchLogsExports"),
    ACCEPTED("EnableIAMDatabaseAuthentication"),
    ACCEPTED("EnablePerformanceInsights"),
    ACCEPTED("EngineVersion"),
    ACCEPTED("Iops"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("LicenseModel"),
    ACCEPTED("ManageMasterUserPassword"),
    ACCEPTED("MasterUserPassword"),
    ACCEPTED("MasterUserSecret"),
    ACCEPTED("MasterUsername"),
    ACCEPTED("MaxAllocatedStorage"),
    ACCEPTED("MonitoringInterval"),
    ACCEPTED("MonitoringRoleArn"),
    ACCEPTED("NetworkType"),
    ACCEPTED("OptionGroupName"),
    ACCEPTED("PerformanceInsightsRetentionPeriod"),
    ACCEPTED("Port"),
    ACCEPTED("PreferredBackupWindow"),
    ACCEPTED("PreferredMaintenanceWindow"),
    {"PubliclyAccessible", PROPERTY_BOOLEAN, AT(is_public), .fallback = "true",
     .help = "False: functions outside of its VPC do not reach it, and those that call it are warned of."},
    ACCEPTED("StorageEncrypted"),
    ACCEPTED("StorageThroughput"),
    ACCEPTED("StorageType"),
    ACCEPTED("Tags"),
    ACCEPTED("VPCSecurityGroups"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct database, metrics.field)

static const struct metric_type instance_metrics[] = {
    {"AWS/RDS", "DatabaseConnections", "Count", METRIC_GAUGE, AT(connections), .levels = 1, .better = -1, .help = "Open connections."},
    {"AWS/RDS", "CPUUtilization", "Percent", METRIC_GAUGE_RATIO, AT(busy), .other = AT(vcpus), .help = "Time that its vCPUs work."},
    {"AWS/RDS", "DBLoad", "Count", METRIC_GAUGE, AT(load), .help = "Transactions under way, those that wait included."},
    {"AWS/RDS", "DBLoadCPU", "Count", METRIC_GAUGE, AT(load_cpu), .help = "Those of them that use a vCPU or wait for one."},
    {"slsim", "Transactions", "Count", METRIC_COUNT, AT(transactions), .help = "Transactions that came, each attempt."},
    {"slsim", "TransactionsFailed", "Count", METRIC_COUNT, AT(failed), .better = -1, .compared = "Sum",
     .help = "Those that failed: what a write calls failed, or a fault."},
    {"slsim", "ConnectionsRefused", "Count", METRIC_COUNT, AT(refused), .better = -1, .compared = "Sum",
     .help = "Connections beyond max_connections, which are refused."},
    {"slsim", "ConnectionsOpened", "Count", METRIC_COUNT, AT(opened),
     .help = "Connections opened: by environments that keep them, and for single transactions."},
    {"slsim", "ConnectionsLost", "Count", METRIC_COUNT, AT(lost), .better = -1,
     .help = "Connections that ended with a failure of the instance."},
    {"slsim", "StaleConnections", "Count", METRIC_COUNT, AT(stale), .better = -1,
     .help = "Transactions that came through one of them: who keeps a connection sees only then that it is gone."},
    {"slsim", "WritesRefused", "Count", METRIC_COUNT, AT(read_only), .better = -1,
     .help = "Transactions whose `op` is a write, at one that only reads: there, left out, it is a read."},
    {"AWS/RDS", "ReplicaLag", "Seconds", METRIC_TALLY, AT(replica_lag), .better = -1,
     .help = "How far behind a read replica was, at each read."},
    {"AWS/RDS", "AuroraReplicaLag", "Milliseconds", METRIC_TALLY, AT(aurora_lag), .better = -1,
     .help = "How far behind a cluster's reader was, at each read."},
    {"slsim", "StaleReads", "Count", METRIC_COUNT, AT(stale_reads), .better = -1, .compared = "Sum",
     .help = "Reads for which something had been written that was not there yet."},
    {"slsim", "TransactionTime", "Milliseconds", METRIC_TALLY, AT(time), .better = -1, .compared = "p99",
     .help = "From a transaction's coming to its end."},
    {"AWS/RDS", "ServerlessDatabaseCapacity", "Count", METRIC_GAUGE, offsetof(struct database, serverless.capacity), .parts = 2,
     .better = -1, .help = "ACUs of an instance of the class db.serverless; 0 while it is paused."},
    {"AWS/RDS", "ACUUtilization", "Percent", METRIC_GAUGE_RATIO, offsetof(struct database, serverless.capacity),
     .other = offsetof(struct database, serverless.most), .help = "Of MaxCapacity."},
    {"slsim", "Pauses", "Count", METRIC_COUNT, offsetof(struct database, serverless.pauses),
     .help = "How often it paused, as nobody had been connected for a while."},
    {"slsim", "Resumes", "Count", METRIC_COUNT, offsetof(struct database, serverless.resumes), .better = -1,
     .help = "How often somebody who connected had to wait until it had resumed."},
    {"slsim", "VcpuWaiting", "Count", METRIC_GAUGE, AT(waiting), .better = -1, .help = "Transactions in line for a vCPU."},
    DATABASE_FAILOVER_METRICS(offsetof(struct database, failover)),
    {NULL, "busy", "None", METRIC_GAUGE, AT(busy), .help = ""},
    {NULL, "vCPUs", "None", METRIC_GAUGE, AT(vcpus), .help = ""},
    {0},
};

static void instance_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct database *database = self;
    const struct database_config *config = &database->config;
    const struct rule_book *rules = simulation->settings->rules;
    double copies = config->multi_az ? rule_number(rules, "rds_multi_az_factor") : 1;
    double hours = (double)database->metrics.vcpus.whole.length_ns / (double)NS_PER_HOUR;
    if (config->capacity)
        bill_add(bill, &database_line_items[database_line_item_serverless],
                 (double)database->serverless.capacity.whole.integral / 2 / (double)NS_PER_HOUR);
    if (config->item)
        bill_add(bill, config->item, hours * config->item_units * copies);
    if (config->cluster == ENTITY_NONE)
        bill_add(bill, &database_line_items[database_line_item_gp3],
                 (double)config->storage_bytes / BYTES_PER_GB * copies * hours / rule_number(rules, "billing_month_h"));
}

FAULT_FUNCTIONS(database, self)

static void check_failover(struct validation *validation, const void *config, void *arguments)
{
    (void)arguments;
    const struct database_config *instance = &((const struct database *)config)->config;
    if (!instance->multi_az && instance->cluster == ENTITY_NONE)
        validation_warning(validation, "kind", "MultiAZ: true",
                           "there is no standby to fail over to: it is recovered, as long as its failover_time or the rule "
                           "rds_failover_alone says");
}

static void begin_failover(struct simulation *simulation, void *self, const void *arguments)
{
    struct database *database = self;
    const struct database_config *config = &database->config;
    if (config->cluster != ENTITY_NONE) {
        database_cluster_fail(simulation, entity_state(simulation, config->cluster), arguments);
        return;
    }
    if (!database_failover_begin(simulation, &database->failover, database->self, DATABASE_RECOVERED, database->self,
                                 config->settings.failover_time, config->multi_az ? "rds_failover_multi_az" : "rds_failover_alone"))
        return;
    listeners_tell(simulation, &database->failover.listeners, database->self);
    database_lose(simulation, database, database->failover.until_ns);
    database_news_tell(simulation, &config->news, database->self, database->failover.ordinal, TOLD_STARTED);
}

static const struct action instance_actions[] = {
    DATABASE_FAILOVER_ROW(check_failover, begin_failover),
    FAULT_ROW("down", NULL, begin_fault, end_fault, "Every transaction that comes fails at once."),
    FAULT_SLOW_ROW,
    FAULT_ROW("errors", fault_errors_properties, begin_fault, end_fault, "That share of the transactions fails after their query."),
    {0},
};

const struct model_type database_instance_type = {
    .type = DATABASE_INSTANCE_TYPE,
    .service = "Amazon Relational Database Service",
    .help =
        "A database instance: connections up to max_connections, transactions that wait for its vCPUs in line, writes that call functions.",
    .size = sizeof(struct database),
    .self_offset = offsetof(struct database, self),
    .properties = instance_properties,
    .behavior = database_settings_behavior,
    .metrics = instance_metrics,
    .line_items = database_line_items,
    .refusals = database_refusals,
    .actions = instance_actions,
    .envelopes = database_instance_envelopes,
    .envelope = database_envelope,
    .validate = database_validate,
    .receives = database_receives,
    .create = database_create,
    .start = database_start,
    .destroy = database_destroy,
    .handle = database_handle,
    .accept = database_accept,
    .connectable = &database_connectable,
    .operations = database_operations,
    .done = database_done,
    .finish = database_finish,
    .quantities = instance_quantities,
};
