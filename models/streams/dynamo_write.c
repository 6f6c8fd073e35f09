/* dynamo_write.c: a table at work: writes against its capacity, and the stream of changes that is read from it.
 * Sources: rules ddb_*, which cite the DynamoDB developer guide: "On-demand capacity mode", "Burst and adaptive capacity", "Capacity
 * units", "DynamoDB Streams". A write is there, and in the stream, when it is accepted; its latency is what the sender waits. Limits of
 * single partitions are not simulated: adaptive capacity is taken to even them out. */
#include "dynamo_state.h"

#include "engine/content.h"
#include "engine/rule_book.h"

#include "measure/bill.h"

#include <math.h>

/* What rules may say at most, so that sums hold: partitions, and units that are kept. */
#define PARTITIONS_MOST 1000000
#define UNITS_MOST INT64_C(9000000000)

static const struct cause cause_throughput = {.fate = FATE_THROTTLED, .text = "ProvisionedThroughputExceededException"};
static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: item too large"};

/* So many partitions carry the capacity; the stream has a shard for each. */
static uint32_t partitions(const struct dynamo_table *table)
{
    double count = table->billing == BILLING_PROVISIONED
                       ? (double)table->write_units / table->partition_writes + (double)table->read_units / table->partition_reads
                       : table->growth.capacity / table->partition_writes;
    return table->shards_split ? (uint32_t)fmin(fmax(1, ceil(count - 1e-9)), PARTITIONS_MOST) : 1;
}

static int64_t units_of(double units)
{
    return units < (double)UNITS_MOST ? (int64_t)units : UNITS_MOST;
}

/* Unused capacity is kept for a while where it is provisioned; on demand there is no more than a second's. Tables are taken to have been
 * idle before the run. */
static void set_up_capacity(struct simulation *simulation, struct dynamo_table *table)
{
    const struct rule_book *rules = simulation->settings->rules;
    table->growth = (struct growth){
        .capacity = rule_number(rules, "ddb_on_demand_initial_writes"),
        .most = rule_number(rules, "ddb_table_quota_units"),
        .factor = rule_number(rules, "ddb_on_demand_growth_factor"),
        .review_ns = rule_pause_ns(rules, "ddb_on_demand_review_s"),
        .lag_ns = rule_ns(rules, "ddb_on_demand_growth_s"),
    };
    bool provisioned = table->billing == BILLING_PROVISIONED;
    int64_t rate = provisioned ? table->write_units : units_of(table->growth.capacity);
    double kept_s = provisioned ? fmax(1, rule_number(rules, "ddb_burst_s")) : 1;
    token_bucket_init(&table->writes, units_of((double)rate * kept_s), rate, NS_PER_S, simulation->now_ns);
    gauge_add(&table->write_capacity, simulation->now_ns, rate);
    gauge_add(&table->provisioned_writes, simulation->now_ns, provisioned ? table->write_units : 0);
    gauge_add(&table->provisioned_reads, simulation->now_ns, provisioned ? table->read_units : 0);
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

enum status table_create(struct simulation *simulation, void *self)
{
    struct dynamo_table *table = self;
    const struct rule_book *rules = simulation->settings->rules;
    table->unit_bytes = (uint64_t)rule_bytes(rules, "ddb_write_unit_kb");
    table->read_unit_bytes = (uint64_t)rule_bytes(rules, "ddb_read_unit_kb");
    table->item_most_bytes = rule_bytes(rules, "ddb_item_max_kb");
    table->partition_writes = rule_number(rules, "ddb_partition_write_units");
    table->partition_reads = rule_number(rules, "ddb_partition_read_units");
    table->shards_split = rule_flag(rules, "ddb_stream_shard_is_partition");
    stream_init(&table->latency_stream, simulation->settings->seed, simulation->replication, simulation->entities[table->log.self].name,
                "latency");
    set_up_capacity(simulation, table);
    set_up_stream(table, rules);
    return shard_log_create(simulation, &table->log, table->stream_given ? partitions(table) : 0);
}

void table_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    shard_log_destroy(&((struct dynamo_table *)self)->log);
    fault_fini(&((struct dynamo_table *)self)->faults);
}

static int64_t write_units_of(const struct dynamo_table *table, uint32_t bytes)
{
    return (int64_t)bill_chunks(bytes, table->unit_bytes);
}

static void note_consumed(struct simulation *simulation, struct dynamo_table *table, int64_t units)
{
    counter_add(&table->consumed_writes, (uint64_t)units);
    if (table->billing == BILLING_PAY_PER_REQUEST && growth_add(&table->growth, (double)units, simulation->now_ns))
        simulation_schedule(simulation, table->log.self, TABLE_REVIEW, RANK_COMPLETION,
                            time_add(simulation->now_ns, table->growth.review_ns), 0);
}

/* Answers later. */
static void respond(struct simulation *simulation, struct dynamo_table *table, const struct request *request)
{
    stream_at(&table->latency_stream, request->item, request->attempt);
    int64_t latency_ns = fault_slowed(&table->faults, distribution_sample_ns(table->latency, &table->latency_stream.rng));
    table->pending++;
    simulation_schedule(simulation, table->log.self, TABLE_WRITTEN, RANK_COMPLETION, time_add(simulation->now_ns, latency_ns), request->id);
}

static void throttle(struct simulation *simulation, struct dynamo_table *table, struct request *request)
{
    counter_add(&table->write_throttles, 1);
    counter_add(&table->throttled, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[table->log.self].name, "throttled", simulation->now_ns, 0,
                         cause_throughput.text);
    request_done(simulation, table->log.self, request, &cause_throughput);
}

static bool append(struct simulation *simulation, struct dynamo_table *table, const struct request *request)
{
    bool deleted = content_set_has(&table->deletes, request->content);
    double bytes = request->payload_bytes * (deleted ? table->deleted_factor : table->image_factor) + table->record_bytes;
    return shard_log_append(simulation, &table->log, shard_log_of(&table->log, request->group), request, (uint32_t)bytes);
}

void table_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct dynamo_table *table = self;
    if (fault_answers(simulation, &table->faults, table->log.self, request))
        return;
    if (content_set_has(&table->reads, request->content)) {
        uint64_t bytes = request->payload_bytes;
        counter_add(&table->read_blocks, bill_chunks(bytes, table->read_unit_bytes));
        respond(simulation, table, request);
        return;
    }
    if (request->payload_bytes > table->item_most_bytes) {
        request_done(simulation, table->log.self, request, &cause_too_large);
        return;
    }
    int64_t units = write_units_of(table, request->payload_bytes);
    if (!token_bucket_take(&table->writes, units, simulation->now_ns)) {
        throttle(simulation, table, request);
        return;
    }
    note_consumed(simulation, table, units);
    if (!table->stream_given || append(simulation, table, request))
        respond(simulation, table, request);
}

static void review(struct simulation *simulation, struct dynamo_table *table)
{
    int64_t at_ns = 0;
    if (growth_review(&table->growth, simulation->now_ns, &at_ns))
        simulation_schedule(simulation, table->log.self, TABLE_GROW, RANK_COMPLETION, at_ns, 0);
}

static void grow(struct simulation *simulation, struct dynamo_table *table)
{
    growth_grow(&table->growth);
    int64_t rate = units_of(table->growth.capacity);
    token_bucket_change(&table->writes, rate, rate, NS_PER_S, simulation->now_ns);
    gauge_add(&table->write_capacity, simulation->now_ns, rate - table->write_capacity.level);
    uint32_t shards = partitions(table);
    if (table->stream_given && shards > table->log.opens)
        shard_log_reshard(simulation, &table->log, shards);
}

void table_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct dynamo_table *table = self;
    struct request *request;
    switch ((enum table_event)event->kind) {
    case TABLE_EXPIRY:
        shard_log_expire(simulation, &table->log, event->data);
        break;
    case TABLE_WRITTEN:
        request = request_at(simulation, event->data);
        table->pending--;
        tally_add(&table->operation_latency, TALLY_ALL, simulation->now_ns - request->sent_ns);
        request_done(simulation, table->log.self, request, &cause_succeeded);
        break;
    case TABLE_REVIEW:
        review(simulation, table);
        break;
    case TABLE_GROW:
        grow(simulation, table);
        break;
    }
}

enum status table_finish(struct simulation *simulation, void *self)
{
    struct dynamo_table *table = self;
    simulation_in_flight(simulation, table->log.self, table->pending);
    return shard_log_finish(simulation, &table->log);
}

/* -- the stream -- */

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

/* A content's body is the new image, in the form that streams have ({"id": {"S": "7"}}). Which items there are is not known, so a put is
 * taken to make a new one. */
static const struct envelope change_envelope[] = {
    {"dynamodb.NewImage", ENVELOPE_EVENT, NULL},
    {"eventName", ENVELOPE_OPERATION,
     "PutItem INSERT write INSERT UpdateItem MODIFY DeleteItem REMOVE BatchWriteItem INSERT TransactWriteItems INSERT"},
    {"eventSource", ENVELOPE_TEXT, "aws:dynamodb"},
    {0},
};

const struct streamable dynamo_streamable = {
    .envelope = change_envelope,
    .lacks = table_lacks,
    .readers_rule = "ddb_stream_readers",
    .by_position_only = true,
    .shard_count = shard_log_count,
    .retention_ns = shard_log_retention_ns,
    .poll_ns = table_poll_ns,
    .closed = shard_log_closed,
    .parents = shard_log_parents,
    .children = shard_log_children,
    .subscribe = shard_log_subscribe,
    .oldest = shard_log_oldest,
    .end = shard_log_end,
    .records = shard_log_records,
    .read = table_read,
    .wait = shard_log_wait,
    .taken = shard_log_taken,
    .settle = shard_log_settle,
    .passed = shard_log_passed,
};
