/* dynamo_global.c: AWS::DynamoDB::GlobalTable: what is written to one replica comes to the others a little later, and is paid for in each.
 * Sources: DynamoDB developer guide, "Global tables", "Understanding billing of global tables"; rule ddb_global_lag: usually within a
 * second, without a promise. A source's requests come to the replica of its `region`, others to the first. All replicas have the same write
 * capacity, of which each write takes, wherever it was made; each has its own for reads. */
#include "dynamo_state.h"

#include "measure/metric.h"
#include "scenario/validation.h"

#include <string.h>

/* One entry of Replicas. */
struct replica {
    const char *region;
    int64_t read_units;
    bool reads_given;
};

#define AT(field) offsetof(struct replica, field)

static const struct property read_scaling_properties[] = {
    {"MinCapacity", PROPERTY_INTEGER, AT(read_units), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "What there is at first."},
    ACCEPTED("MaxCapacity"),
    ACCEPTED("SeedCapacity"),
    ACCEPTED("TargetTrackingScalingPolicyConfiguration"),
    {0},
};

static const struct property read_properties[] = {
    {"ReadCapacityUnits", PROPERTY_INTEGER, AT(read_units), .minimum = "1", .maximum = "ddb_table_quota_units",
     .help = "Strongly consistent reads of 4 KB a second."},
    {"ReadCapacityAutoScalingSettings", PROPERTY_OBJECT, 0, .properties = read_scaling_properties,
     .help = "Its MinCapacity; what scales it is a resource of its own here."},
    {0},
};

static const struct property replica_properties[] = {
    {"Region", PROPERTY_STRING, AT(region), .required = true, .help = "Where it is; the first is where requests come to."},
    {"ReadProvisionedThroughputSettings", PROPERTY_OBJECT, 0, .properties = read_properties,
     .given = PROPERTY_GIVEN(struct replica, reads_given), .help = "Read capacity of this replica, of a provisioned table."},
    ACCEPTED("ContributorInsightsSpecification"),
    ACCEPTED("DeletionProtectionEnabled"),
    ACCEPTED("GlobalSecondaryIndexes"),
    ACCEPTED("KinesisStreamSpecification"),
    ACCEPTED("PointInTimeRecoverySpecification"),
    ACCEPTED("ReadOnDemandThroughputSettings"),
    ACCEPTED("ReplicaStreamSpecification"),
    ACCEPTED("ResourcePolicy"),
    ACCEPTED("SSESpecification"),
    ACCEPTED("TableClass"),
    ACCEPTED("Tags"),
    {0},
};

#undef AT
#define AT(field) offsetof(struct replica_figures, field)

static const struct metric_type replica_metrics[] = {
    {"AWS/DynamoDB", "ReplicationLatency", "Milliseconds", METRIC_TALLY, AT(latency), .better = -1,
     .help = "From a write in another Region to its being here."},
    {"AWS/DynamoDB", "PendingReplicationCount", "Count", METRIC_GAUGE, AT(pending),
     .help = "Writes of other Regions on their way to here."},
    {"AWS/DynamoDB", "ConsumedReadCapacityUnits", "Count", METRIC_COUNT, AT(reads), .parts = READ_PARTS,
     .help = "Read units of what was accepted here."},
    {"AWS/DynamoDB", "ReadThrottleEvents", "Count", METRIC_COUNT, AT(throttled), .better = -1,
     .help = "Reads beyond the read capacity here, or beyond what one item can have."},
    {"slsim", "Writes", "Count", METRIC_COUNT, AT(writes), .help = "Writes that were accepted here."},
    {"slsim", "LostUpdates", "Count", METRIC_COUNT, AT(lost), .better = -1, .compared = "Sum",
     .help = "Of these, those that another Region overwrote before they had come there: it did not know of them."},
    {"slsim", "WritesDiscarded", "Count", METRIC_COUNT, AT(discarded),
     .help = "Writes of other Regions that came here when there was a later one: they change nothing."},
    {"slsim", "StreamRecords", "Count", METRIC_COUNT, AT(records),
     .help = "Records of the stream in this Region, if the table has any: of all writes but those that were discarded here."},
    {"slsim", "StaleReads", "Count", METRIC_COUNT, AT(stale), .better = -1,
     .help = "Reads here of one item, by its key, of which a later write was under way from another Region."},
    {0},
};

static const struct model_type replica_type = {
    .type = "replica",
    .help = "The replicas of a global table, by their Regions.",
    .size = sizeof(struct replica_figures),
    .metrics = replica_metrics,
};

/* Is the replica's Region one that stood before? */
static bool is_twice(const struct dynamo_table *table, size_t index)
{
    const struct replica *replicas = table->replica_list.items;
    for (size_t k = 0; k < index; k++)
        if (replicas[k].region && strcmp(replicas[k].region, replicas[index].region) == 0)
            return true;
    return false;
}

/* None where they could not be told apart or have no names, which is refused. */
static uint32_t replica_count(const void *config)
{
    const struct dynamo_table *table = config;
    size_t count = table->replica_list.count;
    for (size_t i = 0; i < count; i++)
        if (!((const struct replica *)table->replica_list.items)[i].region || is_twice(table, i))
            return 0;
    return count < 2 ? 0 : (uint32_t)count;
}

static const char *replica_name(const void *config, uint32_t index)
{
    return ((const struct replica *)((const struct dynamo_table *)config)->replica_list.items)[index].region;
}

const struct inner_parts dynamo_replicas = {
    .type = &replica_type,
    .name = "replica",
    .name_of = replica_name,
    .count = replica_count,
    .first_offset = offsetof(struct dynamo_table, replica_entities),
};

static const struct property witness_properties[] = {
    {"Region", PROPERTY_STRING, 0, .required = true, .help = "Where it is: it holds no items that could be read."},
    {0},
};

static const char *const consistencies[] = {"EVENTUAL", "STRONG", NULL};

#undef AT
#define AT(field) offsetof(struct dynamo_table, field)

static const struct property write_scaling_properties[] = {
    {"MinCapacity", PROPERTY_INTEGER, AT(writes.asked), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "What there is at first."},
    ACCEPTED("MaxCapacity"),
    ACCEPTED("SeedCapacity"),
    ACCEPTED("TargetTrackingScalingPolicyConfiguration"),
    {0},
};

static const struct property write_properties[] = {
    {"WriteCapacityAutoScalingSettings", PROPERTY_OBJECT, 0, .properties = write_scaling_properties, .required = true,
     .help = "Its MinCapacity; what scales it is a resource of its own here."},
    {0},
};

static const struct property write_on_demand_properties[] = {
    {"MaxWriteRequestUnits", PROPERTY_INTEGER, AT(writes.most), .minimum = "-1", .maximum = "ddb_table_quota_units", .fallback = "-1",
     .help = "Write units a second at most; -1 or left out: only the quota."},
    {0},
};

const struct property dynamo_global_properties[] = {
    {"Replicas", PROPERTY_LIST, AT(replica_list), .properties = replica_properties, .size = sizeof(struct replica), .minimum = "1",
     .maximum = "64", .required = true, .help = "Each holds all of the table; a write is paid for in each."},
    {"WriteProvisionedThroughputSettings", PROPERTY_OBJECT, 0, .properties = write_properties,
     .given = PROPERTY_GIVEN(struct dynamo_table, throughput_given), .help = "Write capacity of each replica, of a provisioned table."},
    {"WriteOnDemandThroughputSettings", PROPERTY_OBJECT, 0, .properties = write_on_demand_properties,
     .help = "A ceiling of a table on demand."},
    {"MultiRegionConsistency", PROPERTY_ENUM, AT(consistency), .choices = consistencies, .fallback = "\"EVENTUAL\"",
     .help = "EVENTUAL: writes are answered at once, and the last writer wins; STRONG: when they are in another Region, and one of an item "
             "that another Region is writing fails."},
    {"GlobalTableWitnesses", PROPERTY_LIST, AT(witnesses), .properties = witness_properties, .size = sizeof(const char *), .maximum = "1",
     .help = "Instead of a third replica, where MultiRegionConsistency is STRONG."},
    {0},
};

/* Regions become parts of names. */
static void check_regions(struct validation *validation, const struct dynamo_table *table)
{
    const struct replica *replicas = table->replica_list.items;
    for (size_t i = 0; i < table->replica_list.count; i++) {
        const char *region = replicas[i].region;
        if (!region)
            continue; /* which was said */
        if (strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region) || strlen(region) > 32 || !*region) {
            validation_error(validation, "Replicas", "such as eu-west-1", "\"%.40s\" is no Region", region);
            return;
        }
        if (is_twice(table, i)) {
            validation_error(validation, "Replicas", "each Region has one", "there are two in %s", region);
            return;
        }
    }
}

/* Source: developer guide, "How DynamoDB global tables work", of multi-Region strong consistency. */
static void check_strong(struct validation *validation, const struct dynamo_table *table)
{
    size_t replicas = table->replica_list.count, witnesses = table->witnesses.count;
    if (table->consistency == CONSISTENCY_EVENTUAL) {
        if (witnesses > 0)
            validation_error(validation, "GlobalTableWitnesses", "leave it out, or MultiRegionConsistency: STRONG",
                             "there are witnesses of strong consistency alone");
        if (table->commit_given)
            validation_warning(validation, "behavior.commit_latency", "MultiRegionConsistency: STRONG",
                               "has no effect: nobody waits for it");
        return;
    }
    if (replicas < 2 || replicas + witnesses != 3)
        validation_error(validation, "MultiRegionConsistency", "three Replicas, or two and one of GlobalTableWitnesses",
                         "strong consistency takes exactly three Regions, and here are %zu", replicas + witnesses);
    if (table->life.enabled)
        validation_error(validation, "TimeToLiveSpecification", "leave it out, or MultiRegionConsistency: EVENTUAL",
                         "a table that is strongly consistent in all its Regions has no Time to Live");
    if (table->lag_given)
        validation_warning(validation, "behavior.replication_lag", "what a write waits for is commit_latency",
                           "has no effect where MultiRegionConsistency is STRONG");
}

void dynamo_global_validate(struct validation *validation, struct dynamo_table *table)
{
    const struct replica *replicas = table->replica_list.items;
    bool provisioned = table->billing == BILLING_PROVISIONED;
    if (table->lag_given && table->replica_list.count < 2)
        validation_warning(validation, "behavior.replication_lag", "an AWS::DynamoDB::GlobalTable has Replicas",
                           "has no effect: there is no other replica");
    else if (table->replica_list.count < 2 && table->commit_given)
        validation_warning(validation, "behavior.commit_latency", "an AWS::DynamoDB::GlobalTable has Replicas",
                           "has no effect: there is no other replica");
    if (table->replica_list.count == 0)
        return;
    check_regions(validation, table);
    check_strong(validation, table);
    if (provisioned && !table->throughput_given)
        validation_error(validation, table->billing_given ? "BillingMode" : NULL, "or BillingMode: PAY_PER_REQUEST",
                         "a provisioned table needs WriteProvisionedThroughputSettings");
    if (!provisioned && table->throughput_given)
        validation_error(validation, "WriteProvisionedThroughputSettings", "leave it out",
                         "a table in mode PAY_PER_REQUEST has no provisioned capacity");
    for (size_t i = 0; provisioned && i < table->replica_list.count; i++)
        if (!replicas[i].reads_given || replicas[i].read_units == 0)
            validation_error(validation, "Replicas", NULL, "replica %zu of a provisioned table needs ReadProvisionedThroughputSettings", i);
    table->reads.asked = provisioned ? replicas[0].read_units : 0;
}

int64_t dynamo_replica_reads(const struct dynamo_table *table, uint32_t index)
{
    const struct replica *replica = (const struct replica *)table->replica_list.items + index;
    return replica->reads_given ? replica->read_units : 0;
}

uint32_t dynamo_replica_named(const struct dynamo_table *table, const char *region)
{
    const struct replica *replicas = table->replica_list.items;
    for (uint32_t i = 0; region && i < table->replica_list.count; i++)
        if (strcmp(replicas[i].region, region) == 0)
            return i;
    return 0;
}

double dynamo_global_consumed(const struct simulation *simulation, const struct dynamo_table *table)
{
    double parts = 0;
    for (uint32_t i = 0; i < replica_count(table); i++)
        parts += (double)((const struct replica_figures *)entity_state(simulation, table->replica_entities + i))->reads.whole;
    return parts;
}

int64_t dynamo_global_reads(const struct dynamo_table *table)
{
    int64_t units = 0;
    for (uint32_t i = 1; i < table->replica_list.count; i++)
        units += dynamo_replica_reads(table, i);
    return units;
}
