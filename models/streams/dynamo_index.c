/* dynamo_index.c: global secondary indexes, "Todos/index-0": copies of a table that are written with it, by units of their own. An index
 * that has none left throttles the table's writes.
 * Sources: DynamoDB developer guide, "Understanding GSI write throttling and back pressure", "DynamoDB metrics and dimensions". The queue
 * between a table and its indexes is not simulated: the write is refused at once. A write is taken to put one item into each index. */
#include "dynamo_state.h"

#include "measure/bill.h"
#include "measure/metric.h"
#include "scenario/validation.h"

#include <stdio.h>
#include <stdlib.h>

/* What the quota (rule ddb_indexes_max) may be raised to. */
#define INDEXES_MOST 1000

static const struct metric_type index_metrics[] = {
    THROUGHPUT_METRICS(offsetof(struct dynamo_figures, writes), "Write", 1),
    THROUGHPUT_METRICS(offsetof(struct dynamo_figures, reads), "Read", READ_PARTS),
    {0},
};

static const struct model_type index_type = {
    .type = "index",
    .help = "The global secondary indexes of a table, in the order of the template.",
    .size = sizeof(struct dynamo_figures),
    .metrics = index_metrics,
};

static uint32_t count_of(const void *config)
{
    size_t count = ((const struct dynamo_table *)config)->index_list.count;
    return count < INDEXES_MOST ? (uint32_t)count : INDEXES_MOST;
}

const struct inner_parts dynamo_indexes = {
    .type = &index_type,
    .name = "index",
    .count = count_of,
    .first_offset = offsetof(struct dynamo_table, index_entities),
};

#define AT(field) offsetof(struct dynamo_index, field)

static const char *const projections[] = {"ALL", "KEYS_ONLY", "INCLUDE", NULL};

static const struct property projection_properties[] = {
    {"ProjectionType", PROPERTY_ENUM, AT(projection), .choices = projections, .fallback = "\"ALL\"",
     .help = "KEYS_ONLY: each write takes one unit of the index; else as many as of the table."},
    ACCEPTED("NonKeyAttributes"),
    {0},
};

static const struct property throughput_properties[] = {
    {"ReadCapacityUnits", PROPERTY_INTEGER, AT(reads.asked), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "Paid for; requests name no index, so nothing is read there."},
    {"WriteCapacityUnits", PROPERTY_INTEGER, AT(writes.asked), .minimum = "1", .maximum = "ddb_table_quota_units", .required = true,
     .help = "Writes of 1 KB a second; without any left, the table's writes are throttled."},
    {0},
};

static const struct property on_demand_properties[] = {
    {"MaxReadRequestUnits", PROPERTY_INTEGER, AT(reads.most), .minimum = "-1", .maximum = "ddb_table_quota_units",
     .help = "As of the table."},
    {"MaxWriteRequestUnits", PROPERTY_INTEGER, AT(writes.most), .minimum = "-1", .maximum = "ddb_table_quota_units",
     .help = "As of the table."},
    {0},
};

static const struct property warm_properties[] = {
    {"ReadUnitsPerSecond", PROPERTY_INTEGER, AT(reads.warm), .minimum = "1", .maximum = "ddb_table_quota_units",
     .help = "As of the table."},
    {"WriteUnitsPerSecond", PROPERTY_INTEGER, AT(writes.warm), .minimum = "1", .maximum = "ddb_table_quota_units",
     .help = "As of the table."},
    {0},
};

const struct property dynamo_index_properties[] = {
    {"IndexName", PROPERTY_STRING, AT(name), .required = true, .help = "Its name; outputs number indexes from 0."},
    {"Projection", PROPERTY_OBJECT, 0, .properties = projection_properties, .help = "What of an item is copied."},
    {"ProvisionedThroughput", PROPERTY_OBJECT, 0, .properties = throughput_properties,
     .given = PROPERTY_GIVEN(struct dynamo_index, throughput_given), .help = "Its own, where the table has any."},
    {"OnDemandThroughput", PROPERTY_OBJECT, 0, .properties = on_demand_properties, .help = "As of the table."},
    {"WarmThroughput", PROPERTY_OBJECT, 0, .properties = warm_properties, .help = "As of the table."},
    ACCEPTED("KeySchema"),
    ACCEPTED("ContributorInsightsSpecification"),
    {0},
};

void dynamo_index_validate(struct validation *validation, struct dynamo_table *table)
{
    const struct dynamo_index *indexes = table->index_list.items;
    for (size_t i = 0; i < table->index_list.count; i++) {
        char place[64];
        snprintf(place, sizeof place, "GlobalSecondaryIndexes[%zu]", i);
        if (table->billing == BILLING_PROVISIONED && !indexes[i].throughput_given)
            validation_error(validation, place, "as the table, or more: an index without units throttles the table's writes",
                             "an index of a provisioned table needs ProvisionedThroughput");
        if (table->billing == BILLING_PAY_PER_REQUEST && indexes[i].throughput_given)
            validation_error(validation, place, "leave ProvisionedThroughput out",
                             "an index of a table in mode PAY_PER_REQUEST has no provisioned capacity");
        if (table->billing == BILLING_PROVISIONED && table->throughput_given && indexes[i].throughput_given &&
            indexes[i].projection != PROJECTION_KEYS_ONLY && indexes[i].writes.asked < table->writes.asked)
            validation_warning(
                validation, place, "give it as many as the table",
                "the index has %lld write units a second and the table %lld: beyond the index's, the table's writes are throttled",
                (long long)indexes[i].writes.asked, (long long)table->writes.asked);
    }
}

enum status dynamo_index_create(struct simulation *simulation, struct dynamo_table *table)
{
    const struct dynamo_index *list = table->index_list.items;
    bool on_demand = table->billing == BILLING_PAY_PER_REQUEST;
    table->indexes = calloc(table->index_list.count + 1, sizeof *table->indexes);
    if (!table->indexes)
        return STATUS_NO_MEMORY;
    table->index_count = count_of(table);
    for (uint32_t i = 0; i < table->index_count; i++) {
        struct dynamo_figures *figures = entity_state(simulation, table->index_entities + i);
        table->indexes[i] = list[i];
        throughput_create(simulation, &table->indexes[i].reads, &read_units, &figures->reads, on_demand);
        throughput_create(simulation, &table->indexes[i].writes, &write_units, &figures->writes, on_demand);
    }
    return STATUS_OK;
}

int64_t dynamo_index_units(const struct dynamo_table *table, const struct dynamo_index *index, uint64_t bytes)
{
    return index->projection == PROJECTION_KEYS_ONLY ? 1 : (int64_t)bill_chunks(bytes, table->write_unit_bytes);
}
