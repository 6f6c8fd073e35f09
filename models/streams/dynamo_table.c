/* dynamo_table.c: AWS::DynamoDB::Table and SAM's SimpleTable: what can be said of them, what is measured and billed. How they work stands
 * in dynamo_write.c. Every item that is sent to a table is one PutItem of its payload's size, or the
 * operation that it names; its key is the item's. */

#include "dynamo_state.h"
#include "engine/rule_book.h"
#include "engine/sending.h"
#include "measure/bill.h"
#include "measure/metric.h"
#include "notation/property.h"
#include "scenario/validation.h"

#include <string.h>

#define AT(field) offsetof(struct dynamo_table, field)
#define GIVEN(field) PROPERTY_GIVEN(struct dynamo_table, field)

static const char *const billing_modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
static const char *const stream_views[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", NULL};

static const struct property throughput_properties[] = {
    {"ReadCapacityUnits", PROPERTY_INTEGER, AT(read_units), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "Strongly consistent reads of 4 KB a second; paid for, reads are not simulated."},
    {"WriteCapacityUnits", PROPERTY_INTEGER, AT(write_units), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "Writes of 1 KB a second; what is not used within 300 s is kept."},
    {0},
};

static const struct property specification_properties[] = {
    {"StreamViewType", PROPERTY_ENUM, AT(view), .choices = stream_views, .required = true, .help = "What a record of the stream holds."},
    ACCEPTED("ResourcePolicy"),
    {0},
};

/* What both types have. */
static const struct property common_properties[] = {
    {"ProvisionedThroughput", PROPERTY_OBJECT, 0, .properties = throughput_properties, .given = GIVEN(throughput_given),
     .help = "Capacity by the second, and by the hour on the bill."},
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
    {.name = "GlobalSecondaryIndexes", .kind = PROPERTY_ACCEPTED, .given = GIVEN(indexes_given)},
    {.name = "LocalSecondaryIndexes", .kind = PROPERTY_ACCEPTED, .given = GIVEN(indexes_given)},
    {.name = "KinesisStreamSpecification", .kind = PROPERTY_ACCEPTED, .given = GIVEN(kinesis_given)},
    ACCEPTED("AttributeDefinitions"),
    ACCEPTED("KeySchema"),
    ACCEPTED("ContributorInsightsSpecification"),
    ACCEPTED("DeletionProtectionEnabled"),
    ACCEPTED("ImportSourceSpecification"),
    ACCEPTED("OnDemandThroughput"),
    ACCEPTED("ResourcePolicy"),
    ACCEPTED("TableClass"),
    ACCEPTED("TimeToLiveSpecification"),
    ACCEPTED("WarmThroughput"),
    {0},
};

static const struct property simple_properties[] = {
    {.kind = PROPERTY_TABLE, .properties = common_properties},
    ACCEPTED("PrimaryKey"),
    {0},
};

static const struct property table_behavior[] = {
    {"latency", PROPERTY_TIME_DISTRIBUTION, AT(latency), .fallback = "ddb_latency", .help = "Of one operation, as the caller sees it."},
    PROPERTY_LATER_ROW("hot_partitions", "limits of single partitions: adaptive capacity is taken to even them out"),
    PROPERTY_LATER_ROW("replication_lag", "global tables and their replicas"),
    {0},
};

static const struct metric_type table_metrics[] = {
    {"AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Count", METRIC_COUNT, AT(consumed_writes), .help = "Write units of accepted writes."},
    {"AWS/DynamoDB", "WriteThrottleEvents", "Count", METRIC_COUNT, AT(write_throttles), .better = -1,
     .help = "Writes beyond the capacity."},
    {"AWS/DynamoDB", "ThrottledRequests", "Count", METRIC_COUNT, AT(throttled), .better = -1, .compared = "Sum",
     .help = "Requests beyond the capacity."},
    {"AWS/DynamoDB", "SuccessfulRequestLatency", "Milliseconds", METRIC_TALLY, AT(operation_latency), .better = -1,
     .help = "Of requests that succeeded."},
    {"AWS/DynamoDB", "ProvisionedWriteCapacityUnits", "Count", METRIC_GAUGE, AT(provisioned_writes), .help = "Units a second."},
    {"AWS/DynamoDB", "ProvisionedReadCapacityUnits", "Count", METRIC_GAUGE, AT(provisioned_reads), .help = "Units a second."},
    {"AWS/DynamoDB", "ReturnedRecordsCount", "Count", METRIC_COUNT, AT(returned_records), .help = "Records that reads of the stream got."},
    {"AWS/DynamoDB", "ReturnedBytes", "Bytes", METRIC_COUNT, AT(returned_bytes), .help = "Bytes that reads of the stream got."},
    {"slsim", "WriteCapacity", "Count", METRIC_GAUGE, AT(write_capacity), .help = "Write units a second that the table takes."},
    SHARD_LOG_METRICS,
    {NULL, "blocks read", "None", METRIC_COUNT, AT(read_blocks), .help = ""},
    {0},
};

enum { ITEM_WRITES, ITEM_READS, ITEM_WRITE_HOURS, ITEM_READ_HOURS };

static const struct line_item table_line_items[] = {
    {"WriteRequestUnits", "Write units, of a table in mode PAY_PER_REQUEST."},
    {"ReadRequestUnits", "Read units, the same: what an operation that reads has as its size, eventually consistent."},
    {"WriteCapacityUnit-Hrs", "Provisioned write units x time."},
    {"ReadCapacityUnit-Hrs", "Provisioned read units x time."},
    {0},
};

static void table_quantities(const struct simulation *simulation, const void *self, struct bill *bill)
{
    const struct dynamo_table *table = self;
    if (table->billing == BILLING_PAY_PER_REQUEST) {
        bill_add(bill, &table_line_items[ITEM_WRITES], (double)table->consumed_writes.whole);
        bill_add(bill, &table_line_items[ITEM_READS],
                 (double)table->read_blocks.whole * rule_number(simulation->settings->rules, "ddb_eventual_read_units"));
        return;
    }
    bill_add(bill, &table_line_items[ITEM_WRITE_HOURS], (double)table->provisioned_writes.whole.integral / (double)NS_PER_HOUR);
    bill_add(bill, &table_line_items[ITEM_READ_HOURS], (double)table->provisioned_reads.whole.integral / (double)NS_PER_HOUR);
}

/* Those that read first, then those that delete, then those that write; "read" and "write" stand for the plain ones. */
static const char *const table_operations[] = {
    "read",    "GetItem",    "BatchGetItem",   "TransactGetItems",   "Query", "Scan", "DeleteItem", "write",
    "PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems", NULL};
enum { FIRST_DELETE = 6, FIRST_WRITE };

/* Which contents read, which delete. The others write. */
static void sort_operations(struct validation *validation, struct dynamo_table *table)
{
    const struct content_table *contents = validation_contents(validation);
    for (uint32_t i = 0; i < contents->count && i < CONTENT_COUNT; i++) {
        const char *operation = contents->items[i].operation;
        size_t at = 0;
        while (operation && table_operations[at] && strcmp(operation, table_operations[at]) != 0)
            at++;
        if (operation && at < FIRST_WRITE)
            content_set_add(at < FIRST_DELETE ? &table->reads : &table->deletes, (uint8_t)i);
    }
}

static void table_validate(struct validation *validation, void *config)
{
    struct dynamo_table *table = config;
    sort_operations(validation, table);
    if (table->billing == BILLING_PROVISIONED && !table->throughput_given)
        validation_error(validation, table->billing_given ? "BillingMode" : NULL, "or BillingMode: PAY_PER_REQUEST",
                         "a provisioned table needs ProvisionedThroughput");
    if (table->billing == BILLING_PAY_PER_REQUEST && table->throughput_given)
        validation_error(validation, "ProvisionedThroughput", "leave it out",
                         "a table in mode PAY_PER_REQUEST has no provisioned capacity");
    if (table->indexes_given)
        validation_warning(validation, NULL, NULL, "what indexes cost is not simulated: a write takes the table's units alone");
    if (table->kinesis_given)
        validation_warning(validation, "KinesisStreamSpecification", NULL, "has no effect: changes go to the table's own stream alone");
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

static void table_receives(struct validation *validation, const struct sending *sending, const void *config)
{
    if (((const struct dynamo_table *)config)->stream_given)
        validation_sending_needs_key(validation, sending, "a table with a stream");
}

const struct model_type dynamo_table_type = {
    .type = "AWS::DynamoDB::Table",
    .service = "Amazon DynamoDB",
    .help = "A table that items are written to, by provisioned capacity or on demand, and the stream of its changes. Items that name an "
            "operation that reads (GetItem, Query) take its latency, no capacity, and on demand their price.",
    .size = sizeof(struct dynamo_table),
    .self_offset = AT(log.self),
    .properties = table_properties,
    .behavior = table_behavior,
    .metrics = table_metrics,
    .line_items = table_line_items,
    .validate = table_validate,
    .create = table_create,
    .destroy = table_destroy,
    .handle = table_handle,
    .accept = table_accept,
    .receives = table_receives,
    .operations = table_operations,
    .actions = table_actions,
    .streamable = &dynamo_streamable,
    .finish = table_finish,
    .quantities = table_quantities,
};

const struct model_type simple_table_type = {
    .type = "AWS::Serverless::SimpleTable",
    .service = "Amazon DynamoDB",
    .help = "SAM's short form of a table: on demand unless it has ProvisionedThroughput; it has no stream.",
    .size = sizeof(struct dynamo_table),
    .self_offset = AT(log.self),
    .properties = simple_properties,
    .behavior = table_behavior,
    .metrics = table_metrics,
    .line_items = table_line_items,
    .validate = simple_validate,
    .create = table_create,
    .destroy = table_destroy,
    .handle = table_handle,
    .accept = table_accept,
    .receives = table_receives,
    .operations = table_operations,
    .actions = table_actions,
    .streamable = &dynamo_streamable,
    .finish = table_finish,
    .quantities = table_quantities,
};
