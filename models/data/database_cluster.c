/* database_cluster.c: AWS::RDS::DBCluster: an Aurora cluster, by its own endpoint: what comes to it goes to its writer, the first of its
 * instances in the file. */
#include "database_state.h"

#include "engine/rule_book.h"

struct database_cluster {
    struct database_settings settings; /* first: as an instance's */
    int64_t stored_bytes;
    uint32_t self;
    uint32_t writer; /* by `validate`: ENTITY_NONE: it has no instance */
    struct gauge storage_bytes;
};

extern const struct model_type database_cluster_type;

#define AT(field) offsetof(struct database_cluster, field)

static const struct property cluster_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = database_settings_properties},
    {"DBClusterParameterGroupName", PROPERTY_STRING, AT(settings.parameter_group),
     .help = "Its parameter group; one that is not here: "
             "the default."},
    PROPERTY_LATER_ROW("DBClusterInstanceClass", "clusters that are not Aurora's"),
    PROPERTY_LATER_ROW("ServerlessV2ScalingConfiguration", "Aurora Serverless"),
    ACCEPTED("AllocatedStorage"),
    ACCEPTED("AvailabilityZones"),
    ACCEPTED("BackupRetentionPeriod"),
    ACCEPTED("CopyTagsToSnapshot"),
    ACCEPTED("DBClusterIdentifier"),
    ACCEPTED("DBSubnetGroupName"),
    ACCEPTED("DatabaseName"),
    ACCEPTED("DeletionProtection"),
    ACCEPTED("EnableCloudwatchLogsExports"),
    ACCEPTED("EnableHttpEndpoint"),
    ACCEPTED("EnableIAMDatabaseAuthentication"),
    ACCEPTED("EngineMode"),
    ACCEPTED("EngineVersion"),
    ACCEPTED("KmsKeyId"),
    ACCEPTED("ManageMasterUserPassword"),
    ACCEPTED("MasterUserPassword"),
    ACCEPTED("MasterUserSecret"),
    ACCEPTED("MasterUsername"),
    ACCEPTED("NetworkType"),
    ACCEPTED("Port"),
    ACCEPTED("PreferredBackupWindow"),
    ACCEPTED("PreferredMaintenanceWindow"),
    ACCEPTED("StorageEncrypted"),
    ACCEPTED("StorageType"),
    ACCEPTED("Tags"),
    ACCEPTED("VpcSecurityGroupIds"),
    {0},
};

static const struct property cluster_behavior[] = {
    {.kind = PROPERTY_TABLE, .properties = database_settings_behavior},
    {"stored", PROPERTY_SIZE, AT(stored_bytes), .fallback = "0", .minimum = "0", .help = "What the cluster stores, for the bill."},
    {0},
};

static void cluster_validate(struct validation *validation, void *config)
{
    struct database_cluster *cluster = config;
    cluster->writer = ENTITY_NONE;
    if (cluster->settings.engine != ENGINE_AURORA_POSTGRES && cluster->settings.engine != ENGINE_AURORA_MYSQL)
        validation_error(validation, "Engine", "make it an AWS::RDS::DBInstance, or an Aurora cluster",
                         "not modelled yet: clusters that are not Aurora's");
    for (uint32_t i = 0; i < validation_entity_count(validation) && cluster->writer == ENTITY_NONE; i++)
        if (model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE) &&
            ((const struct database *)validation_config(validation, i))->config.cluster == validation_self(validation))
            cluster->writer = i;
    if (cluster->writer == ENTITY_NONE)
        validation_error(validation, NULL, "add an AWS::RDS::DBInstance whose DBClusterIdentifier names it", "a cluster needs an instance");
    else
        validation_flow(validation, validation_self(validation), cluster->writer);
    database_check_writes(validation, &cluster->settings);
}

uint32_t database_instance_of(const struct simulation *simulation, uint32_t entity)
{
    return simulation->entities[entity].type == &database_cluster_type
               ? ((const struct database_cluster *)entity_state(simulation, entity))->writer
               : entity;
}

static void cluster_start(struct simulation *simulation, void *self)
{
    struct database_cluster *cluster = self;
    gauge_add(&cluster->storage_bytes, simulation->now_ns, cluster->stored_bytes);
}

/* It is entered at the instance instead, which answers. */
static void cluster_accept(struct simulation *simulation, void *self, struct request *request)
{
    const struct database_cluster *cluster = self;
    simulation->entities[cluster->self].ledger.entered--;
    request_send(simulation, cluster->writer, request);
}

static bool cluster_open(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    return database_connectable.admit(simulation, entity_state(simulation, ((struct database_cluster *)self)->writer), client, count);
}

static void cluster_close(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    database_connectable.release(simulation, entity_state(simulation, ((struct database_cluster *)self)->writer), client, count);
}

static int64_t cluster_connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    return database_connectable.connect_ns(simulation, entity_state(simulation, ((struct database_cluster *)self)->writer), item, attempt);
}

static const struct connectable cluster_connectable = {.admit = cluster_open, .release = cluster_close, .connect_ns = cluster_connect_ns};

static const struct metric_type cluster_metrics[] = {
    {NULL, "stored bytes", "None", METRIC_GAUGE, AT(storage_bytes), .help = ""},
    {0},
};

static const struct line_item cluster_line_items[] = {{"Aurora:StorageUsage", "What the cluster stores x time."}, {0}};

static void cluster_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct database_cluster *cluster = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    bill_add(bill, &cluster_line_items[0], (double)cluster->storage_bytes.whole.integral / month_ns / BYTES_PER_GB);
}

const struct model_type database_cluster_type = {
    .type = DATABASE_CLUSTER_TYPE,
    .service = "Amazon Relational Database Service",
    .help = "An Aurora cluster: its endpoint leads to the first of its instances, which has its roles, parameters and behavior.",
    .size = sizeof(struct database_cluster),
    .self_offset = AT(self),
    .properties = cluster_properties,
    .behavior = cluster_behavior,
    .metrics = cluster_metrics,
    .line_items = cluster_line_items,
    .refusals = database_refusals,
    .validate = cluster_validate,
    .start = cluster_start,
    .accept = cluster_accept,
    .connectable = &cluster_connectable,
    .operations = database_operations,
    .quantities = cluster_quantities,
};
