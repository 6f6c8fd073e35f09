/* dynamo_global.c: AWS::DynamoDB::GlobalTable: what is written to one replica comes to the others a little later, and is paid for in each.
 * Sources: DynamoDB developer guide, "Global tables", "Understanding billing of global tables"; rule ddb_global_lag: usually within a
 * second, without a promise. Requests come to the first replica: the other Regions' users are not simulated, so nobody writes there and the
 * last writer is the only one. */
#include "dynamo_state.h"

#include "scenario/validation.h"

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
     .required = true, .help = "Each holds all of the table; a write is paid for in each."},
    {"WriteProvisionedThroughputSettings", PROPERTY_OBJECT, 0, .properties = write_properties,
     .given = PROPERTY_GIVEN(struct dynamo_table, throughput_given), .help = "Write capacity of each replica, of a provisioned table."},
    {"WriteOnDemandThroughputSettings", PROPERTY_OBJECT, 0, .properties = write_on_demand_properties,
     .help = "A ceiling of a table on demand."},
    {0},
};

void dynamo_global_validate(struct validation *validation, struct dynamo_table *table)
{
    const struct replica *replicas = table->replica_list.items;
    bool provisioned = table->billing == BILLING_PROVISIONED;
    if (table->lag_given && table->replica_list.count < 2)
        validation_warning(validation, "behavior.replication_lag", "an AWS::DynamoDB::GlobalTable has Replicas",
                           "has no effect: there is no other replica");
    if (table->replica_list.count == 0)
        return;
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

int64_t dynamo_global_reads(const struct dynamo_table *table)
{
    const struct replica *replicas = table->replica_list.items;
    int64_t units = 0;
    for (size_t i = 1; i < table->replica_list.count; i++)
        units += replicas[i].reads_given ? replicas[i].read_units : 0;
    return units;
}

void dynamo_replicate(struct simulation *simulation, struct dynamo_table *table, const struct request *request)
{
    if (table->replica_list.count < 2)
        return;
    stream_at(&table->lag_stream, request->item, request->attempt);
    for (size_t i = 1; i < table->replica_list.count; i++) {
        int64_t lag_ns = fault_slowed(&table->faults, distribution_sample_ns(table->lag, &table->lag_stream.rng));
        tally_add(&table->replication_latency, TALLY_ALL, lag_ns);
        gauge_add(&table->replicating, simulation->now_ns, 1);
        simulation_schedule(simulation, table->log.self, TABLE_REPLICATED, RANK_COMPLETION, time_add(simulation->now_ns, lag_ns), 0);
    }
}
