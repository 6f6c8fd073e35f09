/* dynamo_stream.c: the stream of a table's changes, with a shard for each partition.
 * Sources: rules ddb_stream_*, which cite the DynamoDB developer guide, "Change data capture for DynamoDB Streams". A change is in the
 * stream when the write is accepted. */
#include "dynamo_state.h"

#include <math.h>

#define PARTITIONS_MOST 1000000

/* Provisioned, reads and writes share the partitions out; on demand they are there for the one of the two that needs more. */
static uint32_t partitions(const struct dynamo_table *table, const struct rule_book *rules)
{
    double reads = throughput_partitions(&table->reads, rules), writes = throughput_partitions(&table->writes, rules);
    double count = table->billing == BILLING_PROVISIONED ? reads + writes : fmax(reads, writes);
    double by_size = (double)table->storage_bytes / fmax((double)rule_bytes(rules, "ddb_partition_gb"), 1);
    return (uint32_t)fmin(fmax(1, ceil(fmax(count, by_size) - 1e-9)), PARTITIONS_MOST);
}

/* What the view keeps of an item. A write is taken to replace an item of its own size. */
static void set_up_stream(struct dynamo_table *table, const struct rule_book *rules)
{
    table->log.expiry_kind = TABLE_EXPIRY;
    table->log.retention_ns = rule_ns(rules, "ddb_stream_retention_h");
    table->poll_ns = rule_interval_ns(rules, "ddb_poll_hz");
    table->read_records = (uint64_t)rule_number(rules, "ddb_stream_get_records_max");
    table->read_bytes = (uint64_t)rule_bytes(rules, "ddb_stream_get_records_max_mb");
    table->record_bytes = (uint32_t)rule_bytes(rules, "ddb_stream_keys_kb");
    if (table->view == VIEW_NEW_IMAGE || table->view == VIEW_OLD_IMAGE)
        table->image_factor = 1;
    else if (table->view == VIEW_NEW_AND_OLD_IMAGES)
        table->image_factor = rule_number(rules, "ddb_stream_image_factor");
    table->deleted_factor = table->view == VIEW_OLD_IMAGE || table->view == VIEW_NEW_AND_OLD_IMAGES ? 1 : 0;
}

enum status dynamo_stream_create(struct simulation *simulation, struct dynamo_table *table)
{
    const struct rule_book *rules = simulation->settings->rules;
    set_up_stream(table, rules);
    table->shards_split = rule_flag(rules, "ddb_stream_shard_is_partition");
    table->partitions = partitions(table, rules);
    return shard_log_create(simulation, &table->log, !table->stream_given ? 0 : table->shards_split ? table->partitions : 1);
}

bool dynamo_stream_append(struct simulation *simulation, struct dynamo_table *table, const struct request *request, bool deleted)
{
    double bytes = request->payload_bytes * (deleted ? table->deleted_factor : table->image_factor) + table->record_bytes;
    return !table->stream_given ||
           shard_log_append(simulation, &table->log, shard_log_of(&table->log, request->group), request, (uint32_t)bytes);
}

void dynamo_stream_follow(struct simulation *simulation, struct dynamo_table *table)
{
    uint32_t count = partitions(table, simulation->settings->rules);
    if (count <= table->partitions) /* they never merge */
        return;
    table->partitions = count;
    if (table->stream_given && table->shards_split)
        shard_log_reshard(simulation, &table->log, count);
}

static const char *table_lacks(const void *config)
{
    return ((const struct dynamo_table *)config)->stream_given ? NULL : "give it StreamSpecification.StreamViewType";
}

static int64_t table_poll_ns(const struct simulation *simulation, const void *self, uint32_t reader)
{
    (void)simulation;
    (void)reader;
    return ((const struct dynamo_table *)self)->poll_ns;
}

/* Lambda reads as often as it polls, also what has piled up: no other rate is documented. */
static uint64_t table_read(struct simulation *simulation, void *self, uint32_t reader, uint32_t shard, uint64_t from, int64_t *again_ns)
{
    (void)reader;
    struct dynamo_table *table = self;
    struct log_read read = {.most_records = table->read_records, .most_bytes = table->read_bytes, .until_ns = simulation->now_ns};
    shard_log_read(&table->log, shard, from, &read);
    counter_add(&table->returned_records, read.records);
    counter_add(&table->returned_bytes, read.bytes);
    *again_ns = time_add(simulation->now_ns, table->poll_ns);
    return read.end;
}

/* A content's body is the new image, in the form that streams have ({"id": {"S": "7"}}), and of what is deleted the old one. Which items
 * there are is not known, so a put is taken to make a new one. What Time to Live has deleted bears the service's name: developer guide,
 * "DynamoDB Streams and Time to Live". */
static const struct envelope change_envelope[] = {
    {"dynamodb.NewImage", ENVELOPE_EVENT, "-DeleteItem Expired"},
    {"dynamodb.OldImage", ENVELOPE_EVENT, "DeleteItem Expired"},
    {"eventName", ENVELOPE_OPERATION,
     "PutItem INSERT write INSERT UpdateItem MODIFY DeleteItem REMOVE Expired REMOVE BatchWriteItem INSERT TransactWriteItems INSERT"},
    {"userIdentity.type", ENVELOPE_NAMED, "Expired Service"},
    {"userIdentity.principalId", ENVELOPE_NAMED, "Expired dynamodb.amazonaws.com"},
    {"eventSource", ENVELOPE_TEXT, "aws:dynamodb"},
    {0},
};

/* A table has so many readers at most by READERS. */
#define STREAMABLE(READERS)                                                                                                                \
    {                                                                                                                                      \
        .envelope = change_envelope, .lacks = table_lacks, .readers_rule = READERS, .by_position_only = true,                              \
        .shard_count = shard_log_count, .retention_ns = shard_log_retention_ns, .poll_ns = table_poll_ns, .closed = shard_log_closed,      \
        .parents = shard_log_parents, .children = shard_log_children, .subscribe = shard_log_subscribe, .oldest = shard_log_oldest,        \
        .end = shard_log_end, .records = shard_log_records, .read = table_read, .wait = shard_log_wait, .taken = shard_log_taken,          \
        .settle = shard_log_settle, .passed = shard_log_passed                                                                             \
    }

const struct streamable dynamo_streamable = STREAMABLE("ddb_stream_readers");
const struct streamable dynamo_global_streamable = STREAMABLE("ddb_stream_readers_global");
