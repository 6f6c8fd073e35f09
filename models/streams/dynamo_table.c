/* dynamo_table.c: AWS::DynamoDB::Table and SAM's SimpleTable: what can be said of them, what is measured and billed. How they work stands
 * in dynamo_write.c. */

#include "dynamo_state.h"
#include "engine/rule_book.h"
#include "engine/sending.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>

#define AT(field) offsetof(struct dynamo_table, field)
#define GIVEN(field) PROPERTY_GIVEN(struct dynamo_table, field)

static const char *const billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const char *const stream_views[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", NULL};

static const struct property throughput_properties[] = {
    {"ReadCapacityUnits", PROPERTY_INTEGER, AT(reads.asked), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .live = true, .help = "Strongly consistent reads of 4 KB a second; what is not used within 300 s is kept."},
    {"WriteCapacityUnits", PROPERTY_INTEGER, AT(writes.asked), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .live = true, .help = "Writes of 1 KB a second; the same."},
    {0},
};

static const struct property on_demand_properties[] = {
    {"MaxReadRequestUnits", PROPERTY_INTEGER, AT(reads.most), .minimum = "-1", .maximum = "ddb_table_quota_units", .fallback = "-1",
     .help = "Read units a second at most; -1 or left out: only the quota."},
    {"MaxWriteRequestUnits", PROPERTY_INTEGER, AT(writes.most), .minimum = "-1", .maximum = "ddb_table_quota_units", .fallback = "-1",
     .help = "Write units a second at most."},
    {0},
};

static const struct property warm_properties[] = {
    {"ReadUnitsPerSecond", PROPERTY_INTEGER, AT(reads.warm), .minimum = "1", .maximum = "ddb_table_quota_units",
     .help = "Read units a second that there are partitions for from the beginning."},
    {"WriteUnitsPerSecond", PROPERTY_INTEGER, AT(writes.warm), .minimum = "1", .maximum = "ddb_table_quota_units",
     .help = "The same of write units."},
    {0},
};

static const struct property specification_properties[] = {
    {"StreamViewType", PROPERTY_ENUM, AT(view), .choices = stream_views, .required = true, .help = "What a record of the stream holds."},
    ACCEPTED("ResourcePolicy"),
    {0},
};

static const struct property life_properties[] = {
    {"Enabled", PROPERTY_BOOLEAN, AT(life.enabled), .required = true, .help = "Whether items are deleted when their time is over."},
    {"AttributeName", PROPERTY_STRING, AT(life.attribute),
     .help = "Where an item has its end; what `expires_after` says is taken to be there."},
    {0},
};

#define LIFE_ROW                                                                                                                           \
    {                                                                                                                                      \
        "TimeToLiveSpecification", PROPERTY_OBJECT, 0,                                                                                     \
            .properties = life_properties, .given = GIVEN(life.given),                                                                     \
            .help = "Items whose writes say `expires_after` are deleted in the background, without write units."                           \
    }

/* What both types have. */
static const struct property common_properties[] = {
    {"ProvisionedThroughput", PROPERTY_OBJECT, 0, .properties = throughput_properties, .given = GIVEN(throughput_given),
     .help = "Capacity by the second, and by the hour on the bill; `changes` and scalable targets update it, which takes minutes."},
    ACCEPTED("TableName"),
    ACCEPTED("SSESpecification"),
    ACCEPTED("PointInTimeRecoverySpecification"),
    ACCEPTED("Tags"),
    {0},
};

static const struct property table_properties[] = {
    {"BillingMode", PROPERTY_ENUM, AT(billing), .choices = billing_modes, .fallback = "\"PROVISIONED\"", .given = GIVEN(billing_given),
     .help = "PROVISIONED: ProvisionedThroughput; PAY_PER_REQUEST: by the write, with capacity that follows the traffic."},
    {"StreamSpecification", PROPERTY_OBJECT, 0, .properties = specification_properties, .given = GIVEN(stream_given),
     .help = "The table has a stream of its changes, which mappings read."},
    {.kind = PROPERTY_TABLE, .properties = common_properties},
    {"GlobalSecondaryIndexes", PROPERTY_LIST, AT(index_list), .properties = dynamo_index_properties, .size = sizeof(struct dynamo_index),
     .maximum = "ddb_indexes_max", .help = "Written with the table, by units of their own: T/index-0, T/index-1, ... in outputs."},
    {"OnDemandThroughput", PROPERTY_OBJECT, 0, .properties = on_demand_properties, .given = GIVEN(on_demand_given),
     .help = "A ceiling of a table on demand."},
    {"WarmThroughput", PROPERTY_OBJECT, 0, .properties = warm_properties,
     .help = "What a table on demand begins with, if that is more than a new table's."},
    {.name = "LocalSecondaryIndexes", .kind = PROPERTY_ACCEPTED, .given = GIVEN(local_given)},
    {.name = "KinesisStreamSpecification", .kind = PROPERTY_ACCEPTED, .given = GIVEN(kinesis_given)},
    ACCEPTED("AttributeDefinitions"),
    ACCEPTED("KeySchema"),
    ACCEPTED("ContributorInsightsSpecification"),
    ACCEPTED("DeletionProtectionEnabled"),
    ACCEPTED("ImportSourceSpecification"),
    ACCEPTED("ResourcePolicy"),
    ACCEPTED("TableClass"),
    LIFE_ROW,
    {0},
};

static const struct property simple_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = common_properties},
    ACCEPTED("PrimaryKey"),
    {0},
};

static const struct property global_properties[] = {
    {"BillingMode", PROPERTY_ENUM, AT(billing), .choices = billing_modes, .fallback = "\"PROVISIONED\"", .given = GIVEN(billing_given),
     .help = "As of a table."},
    {"StreamSpecification", PROPERTY_OBJECT, 0, .properties = specification_properties, .given = GIVEN(stream_given),
     .help = "The stream of the first replica, which mappings read."},
    {.kind = PROPERTY_TABLE, .properties = dynamo_global_properties},
    {"WarmThroughput", PROPERTY_OBJECT, 0, .properties = warm_properties, .help = "As of a table."},
    {.name = "GlobalSecondaryIndexes", .kind = PROPERTY_ACCEPTED, .given = GIVEN(local_given)},
    {.name = "LocalSecondaryIndexes", .kind = PROPERTY_ACCEPTED, .given = GIVEN(local_given)},
    ACCEPTED("AttributeDefinitions"),
    ACCEPTED("KeySchema"),
    ACCEPTED("SSESpecification"),
    ACCEPTED("TableName"),
    LIFE_ROW,
    {0},
};

static const struct property table_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "ddb_latency", .help = "Of one operation, as the caller sees it."},
    {"hot_partitions", PROPERTY_BOOLEAN, AT(hot_partitions), .fallback = "false",
     .help =
         "true: items that lie in one partition share its 1,000 writes and 3,000 reads a second. false: adaptive capacity has given each "
         "hot item a partition of its own, and one item can have so much."},
    {"storage", PROPERTY_SIZE, AT(storage_bytes), .fallback = "0",
     .help = "The table's data with its indexes: on the bill, and a partition for each 10 GB."},
    {"expiry_delay", PROPERTY_TIME_DISTRIBUTION, AT(life.delay), .fallback = "ddb_ttl_delay", .given = GIVEN(life.delay_given),
     .help = "How long after its end an item is deleted."},
    {"replication_lag", PROPERTY_TIME_DISTRIBUTION, AT(lag), .fallback = "ddb_global_lag", .given = GIVEN(lag_given),
     .help = "How long after it was accepted a write is in another replica of a global table."},
    {"commit_latency", PROPERTY_TIME_DISTRIBUTION, AT(commit), .fallback = "ddb_strong_commit", .given = GIVEN(commit_given),
     .help = "What a write waits for other Regions, and a strongly consistent read, where MultiRegionConsistency is STRONG; besides "
             "latency."},
    {0},
};

static const struct metric_type table_metrics[] = {
    THROUGHPUT_METRICS(AT(figures.writes), "Write", 1),
    THROUGHPUT_METRICS(AT(figures.reads), "Read", READ_PARTS),
    {"AWS/DynamoDB", "ThrottledRequests", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "Requests beyond the capacity of the table or of an index."},
    {"AWS/DynamoDB", "SuccessfulRequestLatency", "Milliseconds", METRIC_TALLY, AT(operation_latency), .better = -1,
     .help = "Of requests that succeeded."},
    {"AWS/DynamoDB", "ReplicationLatency", "Milliseconds", METRIC_TALLY, AT(replication_latency), .better = -1,
     .help = "From a write to its being in another replica, each replica counted."},
    {"AWS/DynamoDB", "PendingReplicationCount", "Count", METRIC_GAUGE, AT(replicating), .help = "Writes on their way to another replica."},
    {"slsim", "LostUpdates", "Count", METRIC_COUNT, AT(copies.lost), .better = -1, .compared = "Sum",
     .help = "Writes of a global table that another Region overwrote before they had come there: the last writer wins, and knew nothing of "
             "them."},
    {"slsim", "StaleReads", "Count", METRIC_COUNT, AT(copies.stale), .better = -1,
     .help = "Reads of one item, by its key, of which a later write was under way from another Region."},
    {"slsim", "ItemsDiffering", "Count", METRIC_GAUGE, AT(copies.differing), .better = -1,
     .help = "Items (of those with a key) that are not the same in all replicas yet."},
    {"slsim", "WriteConflicts", "Count", METRIC_COUNT, AT(copies.conflicts), .better = -1,
     .help = "Writes of an item that another Region was writing, where MultiRegionConsistency is STRONG."},
    {"AWS/DynamoDB", "ReturnedRecordsCount", "Count", METRIC_COUNT, AT(returned_records), .help = "Records that reads of the stream got."},
    {"AWS/DynamoDB", "ReturnedBytes", "Bytes", METRIC_COUNT, AT(returned_bytes), .help = "Bytes that reads of the stream got."},
    {"AWS/DynamoDB", "TimeToLiveDeletedItemCount", "Count", METRIC_COUNT, AT(life.deleted),
     .help = "Items that were deleted because their time was over."},
    {"slsim", "ItemsWithAnEnd", "Count", METRIC_GAUGE, AT(life.there), .help = "Items that are there and have a time to live."},
    {"slsim", "ExpiredItems", "Count", METRIC_GAUGE, AT(life.expired),
     .help = "Of these, those whose time is over: still stored, read and paid for."},
    {"slsim", "BytesWithAnEnd", "Bytes", METRIC_GAUGE, AT(life.bytes), .help = "What all items with a time to live take."},
    {"slsim", "ReplicatedDeletionUnits", "Count", METRIC_COUNT, AT(copied_deletions),
     .help = "Write units that such deletions take in the other replicas of a global table; in their own they take none."},
    {"slsim", "ExpiredReads", "Count", METRIC_COUNT, AT(life.expired_reads), .better = -1,
     .help = "Reads of one item, by its key, whose time was over: they get it all the same, unless the reader looks."},
    {"slsim", "UpdatesRefused", "Count", METRIC_COUNT, AT(updates_refused),
     .help = "Updates of provisioned capacity that were refused: one was under way, or there were too many decreases."},
    SHARD_LOG_METRICS,
    {0},
};

enum { ITEM_WRITES, ITEM_READS, ITEM_WRITE_HOURS, ITEM_READ_HOURS, ITEM_STORAGE, ITEM_COPIES, ITEM_COPY_HOURS };

static const struct line_item table_line_items[] = {
    {"WriteRequestUnits", "Write units of a table in mode PAY_PER_REQUEST and its indexes."},
    {"ReadRequestUnits", "Read units, the same."},
    {"WriteCapacityUnit-Hrs", "Provisioned write units x time, with those of indexes."},
    {"ReadCapacityUnit-Hrs", "Provisioned read units x time, the same."},
    {"DynamoDB-TimedStorage-ByteHrs", "What `storage` says x time, and items with a time to live until they are deleted; in each replica."},
    {"ReplWriteRequestUnits", "Write units of a global table, in each replica, instead of WriteRequestUnits."},
    {"ReplWriteCapacityUnit-Hrs", "The same of provisioned ones."},
    {0},
};

static double hours(const struct throughput_figures *figures)
{
    return (double)figures->provisioned.whole.integral / (double)NS_PER_HOUR;
}

static void table_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct dynamo_table *table = self;
    double written = (double)table->figures.writes.consumed.whole, read = (double)table->figures.reads.consumed.whole;
    if (table->replica_list.count > 1)
        read = dynamo_global_consumed(simulation, table);
    double copies = table->replica_list.count > 1 ? (double)table->replica_list.count : 1;
    double write_hours = hours(&table->figures.writes), read_hours = hours(&table->figures.reads);
    for (uint32_t i = 0; i < table->index_count; i++) {
        const struct dynamo_figures *figures = entity_state(simulation, table->index_entities + i);
        written += (double)figures->writes.consumed.whole;
        write_hours += hours(&figures->writes);
        read_hours += hours(&figures->reads);
    }
    if (table->billing == BILLING_PAY_PER_REQUEST) {
        double deletions = (double)table->copied_deletions.whole;
        bill_add(bill, &table_line_items[copies > 1 ? ITEM_COPIES : ITEM_WRITES], written * copies + deletions);
        bill_add(bill, &table_line_items[ITEM_READS], read / READ_PARTS);
    } else {
        read_hours += (double)dynamo_global_reads(table) * (double)table->figures.writes.provisioned.whole.length_ns / (double)NS_PER_HOUR;
        bill_add(bill, &table_line_items[copies > 1 ? ITEM_COPY_HOURS : ITEM_WRITE_HOURS], write_hours * copies);
        bill_add(bill, &table_line_items[ITEM_READ_HOURS], read_hours);
    }
    double month_ns = (double)rule_ns(simulation->settings->rules, "billing_month_h");
    double months = (double)table->figures.writes.provisioned.whole.length_ns / month_ns;
    double mortal = (double)table->life.bytes.whole.integral / month_ns;
    if (table->storage_bytes > 0 || mortal > 0)
        bill_add(bill, &table_line_items[ITEM_STORAGE], ((double)table->storage_bytes * months + mortal) / BYTES_PER_GB * copies);
}

/* Has anything that is written an end? */
static bool anything_ends(const struct validation *validation)
{
    const struct content_table *contents = validation_contents(validation);
    for (uint32_t i = 0; contents && i < contents->count; i++)
        if (contents->items[i].lives_ns > 0)
            return true;
    return false;
}

static void check_life(struct validation *validation, const struct dynamo_table *table)
{
    const struct dynamo_life *life = &table->life;
    if (life->enabled && !life->attribute)
        validation_error(validation, "TimeToLiveSpecification", "name the attribute that holds the end, in seconds since 1970",
                         "Time to Live needs an AttributeName");
    if (life->delay_given && !life->enabled)
        validation_warning(validation, "behavior.expiry_delay", "give it a TimeToLiveSpecification", "has no effect: nothing expires");
    else if (life->enabled && !anything_ends(validation))
        validation_warning(validation, "TimeToLiveSpecification", "give a write \"expires_after\": \"30d\"",
                           "nothing that is written says when it ends: nothing expires");
}

/* What all types have to say. */
static void check_common(struct validation *validation, struct dynamo_table *table)
{
    table->asked = dynamo_asked_all(validation);
    dynamo_global_validate(validation, table);
    check_life(validation, table);
    if (table->local_given)
        validation_warning(validation, NULL, NULL, "what these indexes cost is not simulated: a write takes the table's units alone");
    if (table->kinesis_given)
        validation_warning(validation, "KinesisStreamSpecification", NULL, "has no effect: changes go to the table's own stream alone");
}

static void global_validate(struct validation *validation, void *config)
{
    check_common(validation, config);
}

static void check_mode(struct validation *validation, const struct dynamo_table *table)
{
    if (table->billing == BILLING_PROVISIONED && !table->throughput_given)
        validation_error(validation, table->billing_given ? "BillingMode" : NULL, "or BillingMode: PAY_PER_REQUEST",
                         "a provisioned table needs ProvisionedThroughput");
    if (table->billing == BILLING_PAY_PER_REQUEST && table->throughput_given)
        validation_error(validation, "ProvisionedThroughput", "leave it out",
                         "a table in mode PAY_PER_REQUEST has no provisioned capacity");
    if (table->billing == BILLING_PROVISIONED && table->on_demand_given)
        validation_error(validation, "OnDemandThroughput", "leave it out, or BillingMode: PAY_PER_REQUEST",
                         "a provisioned table has no ceiling but its capacity");
    if (table->on_demand_given && (table->reads.most == 0 || table->writes.most == 0))
        validation_error(validation, "OnDemandThroughput", NULL, "a maximum must be at least 1, or -1 for none");
}

static void table_validate(struct validation *validation, void *config)
{
    struct dynamo_table *table = config;
    check_common(validation, table);
    check_mode(validation, table);
    dynamo_index_validate(validation, table);
}

/* Without ProvisionedThroughput SAM makes it on demand. */
static void simple_validate(struct validation *validation, void *config)
{
    struct dynamo_table *table = config;
    table->billing = table->throughput_given ? BILLING_PROVISIONED : BILLING_PAY_PER_REQUEST;
    table_validate(validation, config);
}

/* Of reads and writes; those of the stream go on. */
FAULT_FUNCTIONS(dynamo_table, log.self)

static const struct action table_actions[] = {FAULT_ENDPOINT_ROWS, FAULT_SLOW_ROW, {0}};

static const struct sdk_habits dynamo_sdk = {"sdk_dynamodb_max_attempts", "sdk_dynamodb_base_transient_ms"};

/* What ends, where nothing is deleted for it; and what is no write. */
static void check_ends(struct validation *validation, const struct sending *sending, const struct dynamo_table *table)
{
    const struct content_table *contents = validation_contents(validation);
    char place[260];
    snprintf(place, sizeof place, "%.200sexpires_after", sending->place);
    for (size_t i = 0; i < sending->content.count; i++) {
        uint8_t number = sending->content.contents[i];
        if (contents->items[number].lives_ns == 0)
            continue;
        bool reads = table->asked[number].operation->reads || table->asked[number].operation->deletes;
        if (reads)
            validation_sending_error(validation, sending, "expires_after", "leave it out, or write", "%s writes no item",
                                     contents->items[number].operation);
        else if (!table->life.enabled)
            validation_warning(validation, place, "give it \"TimeToLiveSpecification\": {\"AttributeName\": \"ends\", \"Enabled\": true}",
                               "has no effect: %s deletes nothing by itself", validation_name(validation, sending->target));
        if (reads || !table->life.enabled)
            return;
    }
}

/* Source: developer guide, "How DynamoDB global tables work". */
static void check_transactions(struct validation *validation, const struct sending *sending, const struct dynamo_table *table)
{
    for (size_t i = 0; i < sending->content.count && table->consistency == CONSISTENCY_STRONG; i++) {
        const struct dynamo_operation *operation = table->asked[sending->content.contents[i]].operation;
        if (!operation->transaction)
            continue;
        validation_sending_error(validation, sending, sending->operation_key, NULL,
                                 "%s: a table that is strongly consistent in all its Regions takes no transactions", operation->name);
        return;
    }
}

static void table_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (((const struct dynamo_table *)config)->stream_given)
        validation_sending_needs_key(validation, sending, "a table with a stream");
    check_ends(validation, sending, config);
    check_transactions(validation, sending, config);
}

#define TABLE_TYPE(TYPE, PROPERTIES, VALIDATE, STREAMABLE, INNER, HELP)                                                                    \
    {                                                                                                                                      \
        .type = TYPE, .service = "Amazon DynamoDB", .help = HELP, .size = sizeof(struct dynamo_table), .self_offset = AT(log.self),        \
        .properties = PROPERTIES, .behavior = table_behavior, .inner = INNER, .metrics = table_metrics, .line_items = table_line_items,    \
        .validate = VALIDATE, .create = table_create, .destroy = table_destroy, .handle = table_handle, .accept = table_accept,            \
        .receives = table_receives, .deletes_expired = true, .actions = table_actions, .streamable = STREAMABLE,                           \
        .scalable = dynamo_scalable, .changed = dynamo_changed, .operations = dynamo_operations, .sdk = &dynamo_sdk,                       \
        .finish = table_finish, .quantities = table_quantities,                                                                            \
    }

const struct model_type dynamo_table_type = TABLE_TYPE(
    "AWS::DynamoDB::Table", table_properties, table_validate, &dynamo_streamable, &dynamo_indexes,
    "A table that items are written to and read from, by provisioned capacity or on demand, its global secondary indexes, and the "
    "stream of its changes. An item is one PutItem of its payload's size, or the operation that it names (`op` of a step, "
    "`operation` of a source); its key is the item's.");

const struct model_type simple_table_type =
    TABLE_TYPE("AWS::Serverless::SimpleTable", simple_properties, simple_validate, &dynamo_streamable, NULL,
               "SAM's short form of a table: on demand unless it has ProvisionedThroughput; it has no stream.");

const struct model_type global_table_type =
    TABLE_TYPE("AWS::DynamoDB::GlobalTable", global_properties, global_validate, &dynamo_global_streamable, &dynamo_replicas,
               "A table with replicas in other Regions, which have each write a little later and pay for it again. What sources with the "
               "`region` of a "
               "replica send comes to that one, anything else to the first; its stream is the one that mappings read.");
