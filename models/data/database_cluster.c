/* database_cluster.c: AWS::RDS::DBCluster: an Aurora cluster, by its own endpoint: what comes to it goes to its writer, the first of its
 * instances in the file. When it fails over, the reader of the lowest promotion tier takes over, of several the largest: those two restart,
 * the others go on. Source: Aurora User Guide, "High availability for Amazon Aurora". */
#include "database_state.h"

#include "engine/key_map.h"
#include "engine/rule_book.h"

#include <math.h>
#include <string.h>

enum { CLUSTER_RECOVERED };
static const char *const storage_types[] = {"gp3", "io1", "io2", "aurora", "aurora-iopt1", NULL}; /* enum database_storage */
static const char *const reads_from[] = {"writer", "readers", NULL};

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
    {"DBClusterInstanceClass", PROPERTY_STRING, AT(instance_class),
     .help =
         "Of a Multi-AZ DB cluster, which is not Aurora's: it has a writer and two readers of this class, <cluster>Instance1 to 3, each "
         "with its own storage."},
    {"AllocatedStorage", PROPERTY_SIZE, AT(allocated_bytes), .unit = "GB", .minimum = "0", .maximum = "rds_storage_max_gb", .fallback = "0",
     .help = "Of a Multi-AZ DB cluster, for the bill: each of its three instances has so much."},
    {"StorageType", PROPERTY_ENUM, AT(storage_type), .choices = storage_types, .fallback = "\"gp3\"",
     .help = "Of a Multi-AZ DB cluster, for the bill."},
    {"Iops", PROPERTY_INTEGER, AT(iops), .unit = "operations/s", .minimum = "0", .maximum = "rds_iops_max", .fallback = "0",
     .help = "Of storage of the types io1 and io2, for the bill: they do not slow transactions down."},
    {"ServerlessV2ScalingConfiguration", PROPERTY_OBJECT, 0, .properties = capacity_properties,
     .given = PROPERTY_GIVEN(struct database_cluster, scales), .help = "The capacity of its instances of the class db.serverless."},
    {"GlobalClusterIdentifier", PROPERTY_STRING, AT(place.name), .help = "The AWS::RDS::GlobalCluster that it belongs to."},
    {"EnableGlobalWriteForwarding", PROPERTY_BOOLEAN, AT(place.forwards), .fallback = "false",
     .help = "As a secondary of a global database it hands writes on to the primary."},
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
    ACCEPTED("Tags"),
    ACCEPTED("VpcSecurityGroupIds"),
    {0},
};

static const struct property cluster_behavior[] = {
    {.kind = PROPERTY_TABLE, .properties = database_settings_behavior},
    {"reads_from", PROPERTY_ENUM, AT(reads_from), .choices = reads_from, .fallback = "\"writer\"",
     .help = "Where those who call the cluster send their reads (`op` read): to the writer, as by the cluster's endpoint, or by the reader "
             "endpoint, which picks a reader for each connection at random; who keeps connections keeps one to it too."},
    {"commit_latency", PROPERTY_TIME_DISTRIBUTION, AT(commit),
     .help = "Of a Multi-AZ DB cluster: how long a write waits until one of its readers has it; left out: rule rds_cluster_commit."},
    {"region", PROPERTY_STRING, AT(place.region), .help = "The Region that it is in, of a global database: each has another."},
    {"stored", PROPERTY_SIZE, AT(stored_bytes), .fallback = "0", .minimum = "0", .help = "What the cluster stores, for the bill."},
    {0},
};

static struct database *member_at(const struct simulation *simulation, uint32_t entity)
{
    return entity_state(simulation, entity);
}

static enum status cluster_create(struct simulation *simulation, void *self)
{
    struct database_cluster *cluster = self;
    const char *name = simulation->entities[cluster->self].name;
    database_failover_init(simulation, &cluster->failover, cluster->self);
    key_map_init(&cluster->readers, &simulation->memory, name);
    stream_init(&cluster->picks, simulation->settings->seed, simulation->replication, name, "reader");
    return STATUS_OK;
}

static void cluster_start(struct simulation *simulation, void *self)
{
    struct database_cluster *cluster = self;
    gauge_add(&cluster->storage_bytes, simulation->now_ns, cluster->stored_bytes);
    gauge_add(&cluster->there, simulation->now_ns, 1);
}

static void cluster_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct database_cluster *cluster = self;
    database_failover_fini(&cluster->failover);
    key_map_fini(&cluster->readers);
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
                                 !database_is_aurora(cluster->settings.engine) ? "rds_failover_cluster"
                                 : heir == cluster->writer                     ? "aurora_failover_alone"
                                                                               : "aurora_failover_replica"))
        return;
    listeners_tell(simulation, &failover->listeners, cluster->self);
    if (member_at(simulation, heir)->config.capacity)
        database_serverless_wake(simulation, member_at(simulation, heir));
    database_lose(simulation, member_at(simulation, cluster->writer), failover->until_ns);
    if (heir != cluster->writer)
        database_lose(simulation, member_at(simulation, heir), failover->until_ns);
    database_news_tell(simulation, &cluster->news, cluster->self, failover->ordinal, TOLD_STARTED);
}

void database_cluster_turn(struct simulation *simulation, struct database_cluster *cluster, int64_t ns, bool all)
{
    struct database_failover *failover = &cluster->failover;
    if (!database_failover_begin_for(simulation, failover, cluster->self, CLUSTER_RECOVERED, cluster->writer, ns))
        return;
    listeners_tell(simulation, &failover->listeners, cluster->self);
    for (uint32_t i = 0; i < cluster->member_count; i++)
        if (all || cluster->members[i] == cluster->writer)
            database_lose(simulation, member_at(simulation, cluster->members[i]), failover->until_ns);
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

/* Is it a reader that answers? */
static bool is_open_reader(const struct database_cluster *cluster, uint32_t member)
{
    return member != cluster->writer && !(cluster->failover.under_way && member == cluster->failover.heir);
}

/* By the reader endpoint, for the draw at this place: any reader, or the writer where there is none. */
static uint32_t pick_reader(struct database_cluster *cluster, uint64_t item, uint32_t attempt)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < cluster->member_count; i++)
        count += is_open_reader(cluster, cluster->members[i]);
    if (count == 0)
        return cluster->writer;
    stream_at(&cluster->picks, item, attempt);
    uint32_t left = (uint32_t)(stream_uniform(&cluster->picks) * count);
    for (uint32_t i = 0; i < cluster->member_count; i++)
        if (is_open_reader(cluster, cluster->members[i]) && left-- == 0)
            return cluster->members[i];
    return cluster->writer;
}

/* It is entered at the instance instead, which answers. */
static void cluster_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct database_cluster *cluster = self;
    uint64_t client = CONNECTABLE_NOBODY;
    int64_t since_ns;
    simulation->entities[cluster->self].ledger.entered--;
    if (cluster->place.secondary && cluster->place.forwards && content_set_has(&cluster->writes, request->content)) {
        database_global_forward(simulation, &cluster->place, request);
        return;
    }
    bool kept = database_kept_connection(simulation, request, &client, &since_ns);
    uint32_t to = answerer(simulation, cluster, client);
    if (cluster->reads_from == FROM_READERS && content_set_has(&cluster->reads, request->content) &&
        !database_is_proxy(simulation, client)) {
        uint32_t reader = kept ? key_map_find(&cluster->readers, client) : pick_reader(cluster, request->item, request->attempt);
        to = reader == POOL_NONE ? to : reader;
    }
    request_send(simulation, to, request);
}

/* Who keeps connections and reads from readers keeps one to a reader, too. */
static bool open_to_reader(struct simulation *simulation, struct database_cluster *cluster, uint64_t client, uint32_t count)
{
    uint32_t reader = pick_reader(cluster, client, 0);
    if (reader == cluster->writer)
        return true;
    if (!database_connectable.admit(simulation, member_at(simulation, reader), client, count))
        return false;
    simulation_fail(simulation, key_map_put(&cluster->readers, client, reader));
    return true;
}

static bool cluster_open(struct simulation *simulation, void *self, uint64_t client, uint32_t count)
{
    struct database_cluster *cluster = self;
    struct database *writer = member_at(simulation, answerer(simulation, cluster, client));
    if (!database_connectable.admit(simulation, writer, client, count))
        return false;
    if (cluster->reads_from == FROM_WRITER || database_is_proxy(simulation, client) || open_to_reader(simulation, cluster, client, count))
        return true;
    database_connectable.release(simulation, writer, client, count, INT64_MAX);
    return false;
}

static void cluster_close(struct simulation *simulation, void *self, uint64_t client, uint32_t count, int64_t since_ns)
{
    struct database_cluster *cluster = self;
    uint32_t reader = key_map_find(&cluster->readers, client);
    database_connectable.release(simulation, member_at(simulation, answerer(simulation, cluster, client)), client, count, since_ns);
    if (reader == POOL_NONE)
        return;
    key_map_remove(&cluster->readers, client);
    database_connectable.release(simulation, member_at(simulation, reader), client, count, since_ns);
}

static int64_t cluster_connect_ns(struct simulation *simulation, void *self, uint64_t item, uint32_t attempt)
{
    return database_connectable.connect_ns(simulation, member_at(simulation, ((struct database_cluster *)self)->writer), item, attempt);
}

static int64_t cluster_asleep_ns(struct simulation *simulation, void *self)
{
    return database_connectable.asleep_ns(simulation, member_at(simulation, ((struct database_cluster *)self)->writer));
}

static const struct connectable cluster_connectable = {
    .asleep_ns = cluster_asleep_ns, .admit = cluster_open, .release = cluster_close, .connect_ns = cluster_connect_ns};

static const struct metric_type cluster_metrics[] = {
    DATABASE_FAILOVER_METRICS(AT(failover)),
    {NULL, "clusters", "None", METRIC_GAUGE, AT(there), .help = ""},
    {"AWS/RDS", "AuroraGlobalDBReplicationLag", "Milliseconds", METRIC_TALLY, AT(place.lag), .better = -1,
     .help = "Of a secondary of a global database: from a write's end to its coming here."},
    {"AWS/RDS", "AuroraGlobalDBReplicatedWriteIO", "Count", METRIC_COUNT, AT(place.write_ios),
     .help = "Write operations of the storage that were sent here."},
    {"slsim", "WritesForwarded", "Count", METRIC_COUNT, AT(place.forwarded), .help = "Writes that it handed on to the primary."},
    {"slsim", "WritesLost", "Count", METRIC_COUNT, AT(place.lost), .better = -1,
     .help = "Writes that were on their way here when the primary's Region was lost."},
    {NULL, "stored bytes", "None", METRIC_GAUGE, AT(storage_bytes), .help = ""},
    {0},
};

static const struct line_item cluster_line_items[] = {{"Aurora:StorageUsage", "What the cluster stores x time."},
                                                      {"Aurora:GlobalReplicatedWriteIO", "Write operations sent to a secondary Region."},
                                                      {"RDS:GP3-Storage", "AllocatedStorage of three instances x time."},
                                                      {"RDS:PIOPS-Storage", "The same, of io1 or io2."},
                                                      {"RDS:PIOPS", "Iops of three instances x time."},
                                                      {0}};

static void cluster_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct database_cluster *cluster = self;
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    if (!database_is_aurora(cluster->settings.engine)) {
        double months = (double)cluster->member_count * (double)cluster->there.whole.integral / month_ns;
        bool provisioned = cluster->storage_type != STORAGE_GP3;
        bill_add(bill, &cluster_line_items[provisioned ? 3 : 2], (double)cluster->allocated_bytes / BYTES_PER_GB * months);
        if (provisioned)
            bill_add(bill, &cluster_line_items[4], (double)cluster->iops * months);
        return;
    }
    bill_add(bill, &cluster_line_items[0], (double)cluster->storage_bytes.whole.integral / month_ns / BYTES_PER_GB);
    if (cluster->place.global != ENTITY_NONE)
        bill_add(bill, &cluster_line_items[1], (double)cluster->place.write_ios.whole);
}

static const struct action cluster_actions[] = {DATABASE_FAILOVER_ROW(NULL, database_cluster_fail), {0}};

const struct model_type database_cluster_type = {
    .type = DATABASE_CLUSTER_TYPE,
    .service = "Amazon Relational Database Service",
    .help =
        "An Aurora cluster, or a Multi-AZ DB cluster: its endpoint leads to the first of its instances, which has its roles, parameters "
        "and behavior.",
    .size = sizeof(struct database_cluster),
    .self_offset = AT(self),
    .properties = cluster_properties,
    .behavior = cluster_behavior,
    .metrics = cluster_metrics,
    .line_items = cluster_line_items,
    .refusals = database_cluster_refusals,
    .actions = cluster_actions,
    .envelopes = database_cluster_envelopes,
    .envelope = database_envelope,
    .validate = database_cluster_validate,
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
