/* dynamo_write.c: a table at work: reads and writes against its capacity.
 * Sources: rules ddb_*, which cite the DynamoDB developer guide: "DynamoDB read and write operations", "Burst and adaptive capacity",
 * "Diagnosing throttling". What is refused is refused at once and takes no units; a write is there when it is accepted; its latency is
 * what the sender waits. Items without a key are taken to be spread evenly: no single one of them is hot. */
#include "dynamo_state.h"

#include "measure/bill.h"

#include <stdlib.h>

static const struct cause cause_throughput = {.fate = FATE_THROTTLED, .text = "ProvisionedThroughputExceededException"};
static const struct cause cause_throttling = {.fate = FATE_THROTTLED, .text = "ThrottlingException"};
static const struct cause cause_conflict = {.fate = FATE_FAILED, .server_error = true, .text = "ReplicatedWriteConflictException"};
static const struct cause cause_too_large = {.fate = FATE_REJECTED, .text = "ValidationException: item too large"};

enum status table_create(struct simulation *simulation, void *self)
{
    struct dynamo_table *table = self;
    const struct rule_book *rules = simulation->settings->rules;
    const char *name = simulation->entities[table->log.self].name;
    bool on_demand = table->billing == BILLING_PAY_PER_REQUEST;
    table->write_unit_bytes = (uint64_t)rule_bytes(rules, "ddb_write_unit_kb");
    table->read_unit_bytes = (uint64_t)rule_bytes(rules, "ddb_read_unit_kb");
    table->eventual_parts = (int64_t)(rule_number(rules, "ddb_eventual_read_units") * READ_PARTS + 0.5);
    table->transaction_factor = rule_count(rules, "ddb_transaction_factor", 1, 1000);
    for (int i = 0; i < DYNAMO_LIMITS; i++)
        table->most_bytes[i] = rule_bytes(rules, dynamo_limit_rules[i]);
    table->decrease_day = -1;
    stream_init(&table->latency_stream, simulation->settings->seed, simulation->replication, name, "latency");
    stream_init(&table->lag_stream, simulation->settings->seed, simulation->replication, name, "lag");
    throughput_create(simulation, &table->reads, &read_units, &table->figures.reads, on_demand);
    throughput_create(simulation, &table->writes, &write_units, &table->figures.writes, on_demand);
    dynamo_keys_init(simulation, &table->keys, name);
    dynamo_life_init(simulation, &table->life, name, TABLE_LIFE);
    enum status status = dynamo_index_create(simulation, table);
    if (status == STATUS_OK)
        status = dynamo_copies_create(simulation, table);
    return status == STATUS_OK ? dynamo_stream_create(simulation, table) : status;
}

void table_destroy(struct simulation *simulation, void *self)
{
    (void)simulation;
    struct dynamo_table *table = self;
    shard_log_destroy(&table->log);
    dynamo_keys_fini(&table->keys);
    dynamo_life_fini(&table->life);
    dynamo_copies_destroy(&table->copies);
    free(table->indexes);
    fault_fini(&table->faults);
}

/* Answers later, `more_ns` later than it else would. */
static void respond(struct simulation *simulation, struct dynamo_table *table, const struct request *request, int64_t more_ns)
{
    stream_at(&table->latency_stream, request->item, request->attempt);
    int64_t latency_ns = fault_slowed(&table->faults, distribution_sample_ns(table->latency, &table->latency_stream.rng));
    latency_ns = time_add(latency_ns, more_ns);
    table->pending++;
    simulation_schedule(simulation, table->log.self, TABLE_ANSWER, RANK_COMPLETION, time_add(simulation->now_ns, latency_ns), request->id);
}

static void throttle(struct simulation *simulation, struct dynamo_table *table, struct request *request, struct throughput *throughput,
                     enum unit_refusal refusal)
{
    const struct cause *cause = throughput->on_demand ? &cause_throttling : &cause_throughput;
    throughput_refuse(throughput, refusal);
    counter_add(&table->throttled, 1);
    if (simulation->tracer)
        simulation_trace(simulation, request, simulation->entities[table->log.self].name, "throttled", simulation->now_ns, 0, cause->text);
    request_done(simulation, table->log.self, request, cause);
}

/* The bucket of the item, or with `hot_partitions` of the partition that it lies in. NULL: it has none, or memory is out. */
static struct token_bucket *key_bucket(struct simulation *simulation, struct dynamo_table *table, const struct request *request,
                                       const struct dynamo_operation *operation, uint32_t region)
{
    if (request->group == 0 || operation->many)
        return NULL;
    uint64_t key = (uint64_t)(operation->reads ? region : 0) << 32 | request->group; /* each replica has partitions of its own */
    if (table->hot_partitions)
        key = (key & ~(uint64_t)UINT32_MAX) | stream_hash_part((uint32_t)(stream_key_hash(request->group) >> 32), table->partitions);
    return dynamo_keys_of(simulation, &table->keys, key, !operation->reads);
}

static void take(struct simulation *simulation, struct dynamo_table *table, uint32_t which, int64_t parts)
{
    struct throughput *throughput = dynamo_throughput_at(table, which);
    if (throughput_take(throughput, parts, simulation->now_ns))
        simulation_schedule(simulation, table->log.self, TABLE_REVIEW, RANK_COMPLETION,
                            time_add(simulation->now_ns, throughput->growth.review_ns), which);
}

/* Whose units a request takes: of reads those of the replica that it comes to. */
static uint32_t throughput_of(const struct dynamo_operation *operation, uint32_t region)
{
    return !operation->reads ? 1 : region == 0 ? 0 : THROUGHPUT_OF_REPLICA + region;
}

/* What is told of a read of a global table, by its Region. */
static void tell_replica(struct simulation *simulation, const struct dynamo_table *table, uint32_t region, int64_t parts)
{
    if (table->copies.regions == 0)
        return;
    struct replica_figures *figures = entity_state(simulation, table->replica_entities + region);
    counter_add(parts > 0 ? &figures->reads : &figures->throttled, parts > 0 ? (uint64_t)parts : 1);
}

/* False after the request was throttled. */
static bool take_of_table(struct simulation *simulation, struct dynamo_table *table, struct request *request,
                          const struct dynamo_operation *operation, uint32_t region, int64_t parts)
{
    uint32_t which = throughput_of(operation, region);
    struct throughput *throughput = dynamo_throughput_at(table, which);
    struct token_bucket *bucket = key_bucket(simulation, table, request, operation, region);
    enum unit_refusal refusal = throughput_has(throughput, parts, simulation->now_ns);
    if (refusal == UNITS_GRANTED && bucket && token_bucket_available(bucket, simulation->now_ns) < parts)
        refusal = UNITS_KEY_RANGE;
    if (operation->reads)
        tell_replica(simulation, table, region, refusal == UNITS_GRANTED ? parts : 0);
    if (refusal != UNITS_GRANTED) {
        throttle(simulation, table, request, throughput, refusal);
        return false;
    }
    for (uint32_t i = 0; !operation->reads && i < table->index_count; i++) {
        struct throughput *writes = &table->indexes[i].writes;
        refusal = throughput_has(writes, dynamo_index_units(table, &table->indexes[i], request->payload_bytes), simulation->now_ns);
        if (refusal != UNITS_GRANTED) {
            throttle(simulation, table, request, writes, refusal);
            return false;
        }
    }
    if (bucket)
        (void)token_bucket_take(bucket, parts, simulation->now_ns);
    take(simulation, table, which, parts);
    for (uint32_t i = 0; !operation->reads && i < table->index_count; i++)
        take(simulation, table, 2 * i + 3, dynamo_index_units(table, &table->indexes[i], request->payload_bytes));
    return true;
}

/* In parts of a unit. */
static int64_t parts_of(const struct dynamo_table *table, const struct dynamo_asked *asked, uint64_t bytes)
{
    const struct dynamo_operation *operation = asked->operation;
    int64_t factor = operation->transaction ? table->transaction_factor : 1;
    if (!operation->reads)
        return (int64_t)bill_chunks(bytes, table->write_unit_bytes) * factor;
    int64_t each = asked->consistent || operation->transaction ? READ_PARTS : table->eventual_parts;
    return (int64_t)bill_chunks(bytes, table->read_unit_bytes) * each * factor;
}

/* An item that may have an end is written or read. False when memory is out. */
static bool note_life(struct simulation *simulation, struct dynamo_table *table, const struct request *request,
                      const struct dynamo_operation *operation)
{
    enum life_write write = operation->deletes ? LIFE_DELETE : operation->updates ? LIFE_UPDATE : LIFE_PUT;
    uint32_t group = operation->many ? 0 : request->group;
    if (!operation->reads)
        return dynamo_life_write(simulation, &table->life, table->log.self, request, group, write);
    dynamo_life_read(&table->life, group);
    return true;
}

/* What a strongly consistent write or read waits for in other Regions. */
static int64_t commit_time_ns(struct dynamo_table *table, const struct request *request, const struct dynamo_asked *asked)
{
    if (table->consistency == CONSISTENCY_EVENTUAL || (asked->operation->reads && !asked->consistent))
        return 0;
    stream_at(&table->lag_stream, request->item, request->attempt);
    return fault_slowed(&table->faults, distribution_sample_ns(table->commit, &table->lag_stream.rng));
}

/* A write was accepted in a Region: it sets out to the others, and is in the stream of the first when it is there. False when memory is
 * out. */
static bool change(struct simulation *simulation, struct dynamo_table *table, uint32_t region, const struct request *request,
                   const struct dynamo_operation *operation, int64_t commit_ns)
{
    uint32_t key = operation->many ? 0 : request->group;
    bool strong = table->consistency == CONSISTENCY_STRONG;
    if (strong && !dynamo_strong_write(simulation, table, region, key, commit_ns))
        return false;
    if (!strong && table->copies.regions > 0 && !dynamo_copies_write(simulation, table, region, request, key, operation->deletes))
        return false;
    return (region > 0 && !strong) || dynamo_stream_append(simulation, table, request, operation->deletes);
}

void table_accept(struct simulation *simulation, void *self, struct request *request)
{
    struct dynamo_table *table = self;
    const struct dynamo_asked *asked = &table->asked[request->content];
    uint64_t most = (uint64_t)table->most_bytes[asked->operation->limit], bytes = request->payload_bytes;
    if (fault_answers(simulation, &table->faults, table->log.self, request))
        return;
    if (bytes > most && !asked->operation->page) {
        request_done(simulation, table->log.self, request, &cause_too_large);
        return;
    }
    const struct dynamo_operation *operation = asked->operation;
    uint32_t region = dynamo_region(simulation, table, request);
    if (table->consistency == CONSISTENCY_STRONG && !operation->reads &&
        !dynamo_strong_may(simulation, table, region, operation->many ? 0 : request->group)) {
        request_done(simulation, table->log.self, request, &cause_conflict);
        return;
    }
    if (!take_of_table(simulation, table, request, operation, region, parts_of(table, asked, bytes < most ? bytes : most)))
        return;
    if (table->life.enabled && !note_life(simulation, table, request, operation))
        return;
    int64_t commit_ns = commit_time_ns(table, request, asked);
    if (operation->reads)
        dynamo_copies_read(simulation, table, region, operation->many ? 0 : request->group);
    else if (!change(simulation, table, region, request, operation, commit_ns))
        return;
    respond(simulation, table, request, commit_ns);
}

/* Time to Live deletes an item, which takes no write units here, but in the other replicas: developer guide, "Using time to live (TTL) in
 * DynamoDB". */
static void look_at_item(struct simulation *simulation, struct dynamo_table *table, uint32_t place)
{
    struct mortal item;
    if (!dynamo_life_look(simulation, &table->life, table->log.self, place, &item))
        return;
    const struct request deletion = {
        .item = item_child(item.item, table->life.salt, 0, item.attempt),
        .born_ns = simulation->now_ns,
        .sent_ns = simulation->now_ns,
        .id = UINT32_MAX,
        .from = ENTITY_NONE,
        .group = item.group,
        .payload_bytes = item.bytes - table->life.item_bytes,
        .content = item.content,
    };
    if (simulation->tracer)
        simulation_derive(simulation, deletion.item, item.item);
    if (table->replica_list.count > 1)
        counter_add(&table->copied_deletions,
                    (table->replica_list.count - 1) * bill_chunks(deletion.payload_bytes, table->write_unit_bytes));
    if (table->copies.regions > 0 && !dynamo_copies_write(simulation, table, 0, &deletion, item.group, true))
        return;
    (void)dynamo_stream_append(simulation, table, &deletion, true);
}

static void review(struct simulation *simulation, struct dynamo_table *table, uint32_t which)
{
    int64_t at_ns = 0;
    if (throughput_review(dynamo_throughput_at(table, which), simulation->now_ns, &at_ns))
        simulation_schedule(simulation, table->log.self, TABLE_GROW, RANK_COMPLETION, at_ns, which);
}

void table_handle(struct simulation *simulation, void *self, const struct event *event)
{
    struct dynamo_table *table = self;
    struct request *request;
    switch ((enum table_event)event->kind) {
    case TABLE_EXPIRY:
        shard_log_expire(simulation, &table->log, event->data);
        break;
    case TABLE_ANSWER:
        request = request_at(simulation, event->data);
        table->pending--;
        tally_add(&table->operation_latency, TALLY_ALL, simulation->now_ns - request->sent_ns);
        request_done(simulation, table->log.self, request, &cause_succeeded);
        break;
    case TABLE_REVIEW:
        review(simulation, table, event->data);
        break;
    case TABLE_GROW:
        throughput_grow(dynamo_throughput_at(table, event->data), simulation->now_ns);
        dynamo_stream_follow(simulation, table);
        break;
    case TABLE_REPLICATED:
        dynamo_copies_arrive(simulation, table, event->data);
        break;
    case TABLE_COMMITTED:
        dynamo_strong_committed(table, event->data);
        break;
    case TABLE_LIFE:
        look_at_item(simulation, table, event->data);
        break;
    case TABLE_UPDATED:
        dynamo_updated(simulation, table, event->data);
        break;
    }
}

enum status table_finish(struct simulation *simulation, void *self)
{
    struct dynamo_table *table = self;
    simulation_in_flight(simulation, table->log.self, table->pending);
    return shard_log_finish(simulation, &table->log);
}
