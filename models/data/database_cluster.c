/* database_cluster.c: AWS::RDS::DBCluster: an Aurora cluster, by its own endpoint: what comes to it goes to its writer, the first of its
 * instances in the file. When it fails over, the reader of the lowest promotion tier takes over, of several the largest: those two restart,
 * the others go on. Source: Aurora User Guide, "High availability for Amazon Aurora". */
#include "database_state.h"

#include "engine/rule_book.h"

#include <math.h>
#include <string.h>

struct database_cluster {
    struct database_settings settings; /* first: as an instance's */
    int64_t stored_bytes;
    double least_acu, most_acu;
    int64_t pause_ns;
    bool scales, pause_given;
    struct database_capacity capacity; /* by `validate` */
    uint32_t self;
    uint32_t writer; /* by `validate` at first: ENTITY_NONE: it has no instance */
    /* by `validate`: */
    const uint32_t *members;
    uint32_t member_count;
    struct database_news news;

    struct database_failover failover;
    struct gauge storage_bytes;
};

enum { CLUSTER_RECOVERED };

extern const struct model_type database_cluster_type;

#define AT(field) offsetof(struct database_cluster, field)

static const struct property capacity_properties[] = {
    {"MinCapacity", PROPERTY_NUMBER, AT(least_acu), .unit = "ACU", .minimum = "0", .maximum = "aurora_v2_capacity_max_acu", .step = "0.5",
     .required = true, .help = "The least capacity of each serverless instance; 0: it pauses when nobody is connected."},
    {"MaxCapacity", PROPERTY_NUMBER, AT(most_acu), .unit = "ACU", .minimum = "aurora_v2_capacity_least_max_acu",
     .maximum = "aurora_v2_capacity_max_acu", .step = "0.5", .required = true, .help = "The greatest; the connections are by it."},
    {"SecondsUntilAutoPause", PROPERTY_TIME, AT(pause_ns), .unit = "s", .minimum = "aurora_v2_pause_min_s",
     .maximum = "aurora_v2_pause_max_s", .given = PROPERTY_GIVEN(struct database_cluster, pause_given), .fallback = "aurora_v2_pause_s",
     .help = "With a MinCapacity of 0: how long nobody has to be connected."},
    {0},
};

static const struct property cluster_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = database_settings_properties},
    {"DBClusterParameterGroupName", PROPERTY_STRING, AT(settings.parameter_group),
     .help = "Its parameter group; one that is not here: "
             "the default."},
    PROPERTY_LATER_ROW("DBClusterInstanceClass", "clusters that are not Aurora's"),
    {"ServerlessV2ScalingConfiguration", PROPERTY_OBJECT, 0, .properties = capacity_properties,
     .given = PROPERTY_GIVEN(struct database_cluster, scales), .help = "The capacity of its instances of the class db.serverless."},
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

/* Its instances, in the order of the file. */
static void find_members(struct validation *validation, struct database_cluster *cluster)
{
    uint32_t *members = NULL, entities = validation_entity_count(validation), self = validation_self(validation);
    for (uint32_t i = 0; i < entities; i++) {
        if (!model_is(validation_type(validation, i), DATABASE_INSTANCE_TYPE) ||
            ((const struct database *)validation_config(validation, i))->config.cluster != self)
            continue;
        members = members ? members : validation_alloc(validation, entities, sizeof *members);
        if (!members)
            return;
        members[cluster->member_count++] = i;
        validation_flow(validation, self, i);
    }
    cluster->members = members;
}

const struct database_capacity *database_cluster_capacity(const struct validation *validation, uint32_t entity)
{
    struct database_cluster *cluster = validation_config(validation, entity);
    cluster->capacity = (struct database_capacity){.least = llround(cluster->least_acu * 2),
                                                   .most = llround(cluster->most_acu * 2),
                                                   .pause_ns = cluster->least_acu > 0 ? 0 : cluster->pause_ns};
    return cluster->scales ? &cluster->capacity : NULL;
}

static void check_capacity(struct validation *validation, struct database_cluster *cluster)
{
    bool used = false;
    if (!database_cluster_capacity(validation, validation_self(validation)))
        return;
    if (cluster->least_acu > cluster->most_acu)
        validation_error(validation, "ServerlessV2ScalingConfiguration.MinCapacity", "at most MaxCapacity",
                         "MinCapacity is %.15g ACU, and MaxCapacity %.15g", cluster->least_acu, cluster->most_acu);
    if (cluster->pause_given && cluster->least_acu > 0)
        validation_warning(validation, "ServerlessV2ScalingConfiguration.SecondsUntilAutoPause", "MinCapacity: 0",
                           "has no effect: an instance pauses only where MinCapacity is 0");
    for (uint32_t i = 0; i < cluster->member_count; i++) {
        const struct database_config *member = &((const struct database *)validation_config(validation, cluster->members[i]))->config;
        used = used || (member->class && strcmp(member->class, DATABASE_SERVERLESS_CLASS) == 0);
    }
    if (!used && cluster->member_count > 0)
        validation_warning(validation, "ServerlessV2ScalingConfiguration", "DBInstanceClass: db.serverless",
                           "has no effect: none of its instances is serverless");
}

static void cluster_validate(struct validation *validation, void *config)
{
    struct database_cluster *cluster = config;
    if (cluster->settings.engine != ENGINE_AURORA_POSTGRES && cluster->settings.engine != ENGINE_AURORA_MYSQL)
        validation_error(validation, "Engine", "make it an AWS::RDS::DBInstance, or an Aurora cluster",
                         "not modelled yet: clusters that are not Aurora's");
    find_members(validation, cluster);
    cluster->writer = cluster->member_count > 0 ? cluster->members[0] : ENTITY_NONE;
    if (cluster->writer == ENTITY_NONE)
        validation_error(validation, NULL, "add an AWS::RDS::DBInstance whose DBClusterIdentifier names it", "a cluster needs an instance");
    check_capacity(validation, cluster);
    database_news_find(validation, &cluster->news);
    database_check_writes(validation, &cluster->settings);
}

static struct database *member_at(const struct simulation *simulation, uint32_t entity)
{
    return entity_state(simulation, entity);
}

static const struct database_cluster *cluster_at(const struct simulation *simulation, uint32_t entity)
{
    return simulation->entities[entity].type == &database_cluster_type ? entity_state(simulation, entity) : NULL;
}

uint32_t database_instance_of(const struct simulation *simulation, uint32_t entity)
{
    const struct database_cluster *cluster = cluster_at(simulation, entity);
    if (!cluster)
        return entity;
    return cluster->failover.under_way ? cluster->failover.heir : cluster->writer;
}

uint32_t database_writer_of(const struct simulation *simulation, uint32_t cluster)
{
    return cluster_at(simulation, cluster)->writer;
}

const uint32_t *database_members_of(const struct simulation *simulation, uint32_t cluster, uint32_t *count)
{
    *count = cluster_at(simulation, cluster)->member_count;
    return cluster_at(simulation, cluster)->members;
}

struct database_failover *database_failover_of(const struct simulation *simulation, uint32_t entity)
{
    if (cluster_at(simulation, entity))
        return &((struct database_cluster *)entity_state(simulation, entity))->failover;
    return &member_at(simulation, entity)->failover;
}

int64_t database_connections_most(const struct simulation *simulation, uint32_t entity)
{
    const struct database_cluster *cluster = cluster_at(simulation, entity);
    int64_t most = cluster ? 0 : member_at(simulation, entity)->config.max_connections;
    for (uint32_t i = 0; cluster && i < cluster->member_count; i++) {
        int64_t connections = member_at(simulation, cluster->members[i])->config.max_connections;
        most = connections > most ? connections : most;
    }
    return most;
}

static enum status cluster_create(struct simulation *simulation, void *self)
{
    struct database_cluster *cluster = self;
    database_failover_init(simulation, &cluster->failover, cluster->self);
    return STATUS_OK;
}

static void cluster_start(struct simulation *simulation, void *self)
{
    struct database_cluster *cluster = self;
    gauge_add(&cluster->storage_bytes, simulation->now_ns, cluster->stored_bytes);
}

static void cluster_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    database_failover_fini(&((struct database_cluster *)self)->failover);
}

/* Who takes over: the writer itself, where there is nobody else. */
static uint32_t find_heir(const struct simulation *simulation, const struct database_cluster *cluster)
{
    uint32_t heir = cluster->writer;
    for (uint32_t i = 0; i < cluster->member_count; i++) {
        const struct database_config *config = &member_at(simulation, cluster->members[i])->config;
        const struct database_config *best = &member_at(simulation, heir)->config;
        if (cluster->members[i] == cluster->writer)
            continue;
        if (heir == cluster->writer || config->promotion_tier < best->promotion_tier ||
            (config->promotion_tier == best->promotion_tier && config->memory_bytes > best->memory_bytes))
            heir = cluster->members[i];
    }
    return heir;
}

void database_cluster_fail(struct simulation *simulation, void *self, const void *arguments)
{
    (void)arguments;
    struct database_cluster *cluster = self;
    struct database_failover *failover = &cluster->failover;
    uint32_t heir = find_heir(simulation, cluster);
    if (!database_failover_begin(simulation, failover, cluster->self, CLUSTER_RECOVERED, heir, cluster->settings.failover_time,
                                 heir == cluster->writer ? "aurora_failover_alone" : "aurora_failover_replica"))
        return;
    listeners_tell(simulation, &failover->listeners, cluster->self);
    if (member_at(simulation, heir)->config.capacity)
        database_serverless_wake(simulation, member_at(simulation, heir));
    database_lose(simulation, member_at(simulation, cluster->writer), failover->until_ns);
    if (heir != cluster->writer)
        database_lose(simulation, member_at(simulation, heir), failover->until_ns);
    database_news_tell(simulation, &cluster->news, cluster->self, failover->ordinal, TOLD_STARTED);
}

static void cluster_handle(struct simulation *simulation, void *self, const struct event *event)
{
    (void)event;
    struct database_cluster *cluster = self;
    cluster->writer = cluster->failover.heir;
    database_failover_end(&cluster->failover);
    database_news_tell(simulation, &cluster->news, cluster->self, cluster->failover.ordinal, TOLD_COMPLETED);
}

/* Somebody has been told. */
static void cluster_done(struct simulation *simulation, void *self, struct request *request)
{
    (void)self;
    request_free(simulation, request);
}

/* Who answers the client: proxies find the heir before the endpoint leads to it. */
static uint32_t answerer(const struct simulation *simulation, const struct database_cluster *cluster, uint64_t client)
{
    return database_is_proxy(simulation, client) ? database_instance_of(simulation, cluster->self) : cluster->writer;
}

/* It is entered at the instance instead, which answers. */
static void cluster_accept(struct simulation *simulation, void *self, struct request *request)
{
    const struct database_cluster *cluster = self;
    uint64_t client = CONNECTABLE_NOBODY;
    int64_t since_ns;
    simulation->entities[cluster->self].ledger.entered--;
    database_kept_connection(simulation, request, &client, &since_ns);
    request_send(simulation, answerer(simulation, cluster, client), request);
}

static bool cluster_open(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    return database_connectable.admit(simulation, member_at(simulation, answerer(simulation, self, client)), client, count);
}

static void cluster_close(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    database_connectable.release(simulation, member_at(simulation, answerer(simulation, self, client)), client, count, since_ns);
}

static int64_t cluster_connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    return database_connectable.connect_ns(simulation, member_at(simulation, ((struct database_cluster *)self)->writer), item, attempt);
}

static const struct connectable cluster_connectable = {.admit = cluster_open, .release = cluster_close, .connect_ns = cluster_connect_ns};

static const struct metric_type cluster_metrics[] = {
    DATABASE_FAILOVER_METRICS(AT(failover)),
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

static const struct action cluster_actions[] = {DATABASE_FAILOVER_ROW(NULL, database_cluster_fail), {0}};

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
    .actions = cluster_actions,
    .envelopes = database_cluster_envelopes,
    .envelope = database_envelope,
    .validate = cluster_validate,
    .create = cluster_create,
    .start = cluster_start,
    .destroy = cluster_destroy,
    .handle = cluster_handle,
    .accept = cluster_accept,
    .done = cluster_done,
    .connectable = &cluster_connectable,
    .operations = database_operations,
    .quantities = cluster_quantities,
};
